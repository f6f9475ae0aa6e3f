"""In a real browser: one firm through all its gates, from the first draft to the passes of 3,712 people (story E4, steps 2 to 6)."""

from pathlib import Path

from tests.browser.watching import Served, Watched
from tests.conftest import shared
from tests.stories.test_all_gates import mended

FIRM = "临安青峦化工有限公司"
PLANS = {
    "canteen_plan": "分四批用餐，一人一桌，餐后消毒",
    "return_plan": "外省员工包车接，到厂先住观察房",
}


def saved(one: Watched, address: str, field: str, value: str) -> None:
    """Fill one part of the dossier on its own page."""
    one.page.goto(address)
    if field:
        one.page.fill(field, value)
    one.page.click("main form .btn >> nth=0")
    one.page.wait_for_url("**/dossiers/*/*/")


def looks_well(one: Watched, scheme: str) -> None:
    """Check that nobody is shut out of the page that is open, and that nothing runs out of it."""
    one.page.emulate_media(color_scheme=scheme)
    assert one.serious() == [] and one.fits(), one.page.url


def drafted(house: Served, desk: Watched) -> None:
    """The desk finds the firm among those that are not back, and drafts its plan."""
    desk.sign_in(house, "linan-desk")
    desk.page.goto(house.url + "/dossiers/")
    looks_well(desk, "dark")
    desk.page.click(f"text={FIRM}")
    desk.page.click("text=Control plan")
    saved(desk, desk.page.url, "#text", "进门测温登记，车间一天消毒两次，总经理负责")
    assert "waits for the firm's confirmation" in desk.page.inner_text("main")
    looks_well(desk, "dark")


def filed(house: Served, phone: Watched) -> str:
    """The clerk confirms on a phone, fills only the gaps, and files; return the dossier's address."""
    phone.sign_in(house, "chemical")
    phone.page.click(f"ol.tasks a:has-text('确认'):near(:text('{FIRM}'))")
    phone.page.wait_for_url("**/dossiers/*/*/")
    address = phone.page.url
    phone.page.click("button[value=confirm]")
    phone.page.wait_for_selector("[role=status]")
    phone.page.click("text=登记的地址")
    phone.page.click("a[href*=change_record]")
    phone.page.fill("#f-address", "青峦路 8 号")
    phone.page.click("main form .btn >> nth=0")
    phone.page.wait_for_url("**/done/**")
    for need, text in PLANS.items():
        saved(phone, f"{address}{need}/", "#text", text)
    saved(phone, f"{address}roster/", "#quantity", "3712")
    saved(phone, f"{address}protective_stock/", "#quantity", "9")
    saved(phone, f"{address}contact/", "", "")
    phone.page.goto(f"{address}check/")
    looks_well(phone, "light")
    phone.page.click("main form button")
    said = phone.page.inner_text(".notice--no")
    assert "差 1 件" in said and "重大隐患" in said, "asked for exactly what holds it"
    looks_well(phone, "light")
    return address


def hazard_closed(house: Served, phone: Watched, desk: Watched) -> None:
    """The firm puts the serious hazard right, and another inspector rechecks it, and that alone."""
    phone.page.goto(house.url + "/inspections/")
    phone.page.click("text=二号储罐围堰开裂")
    phone.page.fill("#text", "围堰重新浇筑，积液抽干")
    phone.page.click("button[value=put_right]")
    phone.page.wait_for_load_state()
    finding = phone.page.url
    desk.context.clear_cookies()
    desk.sign_in(house, "health-inspector")
    desk.page.goto(finding)
    desk.page.fill("#seen", "看过，不漏")
    desk.page.click("button[value=close_finding]")
    desk.page.wait_for_load_state()


def passes(house: Served, phone: Watched, desk: Watched, tmp_path: Path) -> None:
    """The roster of 3,712 is sent; nine rows are listed, mended and sent again, and nobody has two passes."""
    content = shared("workbooks/staff_roster.xlsx").read_bytes()
    sent(house, phone, desk, content, tmp_path, done=1)
    bad = [
        int(one)
        for one in phone.page.locator(
            "section:has(h2:has-text('行要改')) tbody th"
        ).all_inner_texts()
    ]
    assert len(bad) == 9
    rest = mended(content, [{"row": row} for row in bad])
    sent(house, phone, desk, rest, tmp_path, done=2)
    assert "行要改" not in phone.page.inner_text("main")


def sent(
    house: Served, phone: Watched, desk: Watched, content: bytes, tmp_path: Path, *, done: int
) -> None:
    """Send a roster, let the desk grant it, and wait until so many stand as issued on the firm's page."""
    path = tmp_path / "roster.xlsx"
    path.write_bytes(content)
    phone.page.goto(house.url + "/passes/")
    phone.page.set_input_files("#file", str(path))
    phone.page.click("form[enctype] .btn")
    phone.page.wait_for_selector("[role=status]")
    desk.page.goto(house.url + "/passes/")
    desk.page.click(f"section:has-text('{FIRM}') button[value=grant]")
    desk.page.wait_for_selector("[role=status]")
    for _attempt in range(240):
        phone.page.goto(house.url + "/passes/")
        if phone.page.inner_text("main").count("已签发") == done:
            return
        phone.page.wait_for_timeout(500)
    raise AssertionError(phone.page.inner_text("main"))


def test_one_firm_through_all_gates(house, phone, desk, tmp_path) -> None:
    """Rows: Z83, Z84, Z86, Z87. Draft, word, file, hazard, approval by itself, and 3,712 passes, each by whom it is for."""
    drafted(house, desk)
    address = filed(house, phone)
    hazard_closed(house, phone, desk)
    phone.page.goto(address)
    assert "可以复工了" in phone.page.inner_text("main"), "nobody had to file again"
    looks_well(phone, "light")
    desk.context.clear_cookies()
    desk.sign_in(house, "linan-desk")
    passes(house, phone, desk, tmp_path)
    phone.page.goto(f"{address}path/")
    assert "3,712" in phone.page.inner_text("main")
    looks_well(phone, "dark")
    assert phone.faults == [] and desk.faults == []
