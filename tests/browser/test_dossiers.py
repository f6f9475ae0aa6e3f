"""In a real browser: a supplier confirms its part and is approved on a phone, sends its roster, and a person answers another firm."""

from pathlib import Path

from mingbai.kernel.workbooks.writing import Column, write_table
from tests.movement.passes import document


def seen(watched, *paths: str) -> None:
    """Look at pages in both lights: nobody is shut out, and nothing runs out of the page."""
    for path in paths:
        watched.page.goto(path)
        for scheme in ("light", "dark"):
            watched.page.emulate_media(color_scheme=scheme)
            assert watched.serious() == [], path
        assert watched.fits(), path


def roster(where: Path) -> Path:
    """Write a roster of four, one of whom has a number that is too short."""
    heads = [Column(text) for text in ("姓名", "身份证号", "手机", "单位", "岗位")]
    rows = [
        [f"工友{at}", document(7000 + at), f"1370000{at:04d}", "永昌铸件", "浇铸"]
        for at in range(4)
    ]
    rows[2][1] = rows[2][1][:-1]
    path = where / "roster.xlsx"
    path.write_bytes(write_table("花名册", heads, rows))
    return path


def test_a_supplier_confirms_is_approved_and_sends_its_roster(house, phone, desk, tmp_path) -> None:
    """Rows: Z84, Z85, Z87. From the open item on the first page to the passes."""
    phone.sign_in(house, "foundry")
    phone.page.click("ol.tasks a >> nth=0")
    phone.page.wait_for_url("**/dossiers/**")
    address = phone.page.url
    assert "青峰叉车" in phone.page.inner_text("main") and "已看未齐" in phone.page.inner_text(
        "main"
    )
    phone.page.click("button[value=yes]")
    phone.page.wait_for_selector("[role=status]")
    for need, field, value in (
        ("roster", "#quantity", "60"),
        ("protective_stock", "#quantity", "3"),
    ):
        phone.page.goto(f"{address}{need}/")
        phone.page.fill(field, value)
        phone.page.click("main form .btn >> nth=0")
    phone.page.goto(f"{address}contact/")
    phone.page.click("main form .btn >> nth=0")
    seen(phone, address, f"{address}check/", f"{address}path/", f"{address}roster/")
    phone.page.goto(f"{address}check/")
    phone.page.click("main form button")
    assert "缺：防护物资" in phone.page.inner_text(".notice--no")
    phone.page.goto(f"{address}protective_stock/")
    phone.page.fill("#quantity", "9")
    phone.page.click("main form .btn >> nth=0")
    phone.page.goto(f"{address}check/")
    phone.page.click("main form button")
    assert "可以复工了" in phone.page.inner_text("main")
    seen(phone, address)
    phone.page.goto(house.url + "/passes/")
    phone.page.set_input_files("#file", str(roster(tmp_path)))
    phone.page.click("form[enctype] .btn")
    phone.page.wait_for_selector("[role=status]")
    desk.sign_in(house, "back-to-work")
    desk.page.goto(house.url + "/passes/")
    desk.page.click("button[value=grant]")
    desk.page.wait_for_selector("[role=status]")
    for _attempt in range(240):
        phone.page.goto(house.url + "/passes/")
        if "1 行要改" in phone.page.inner_text("main"):
            break
        phone.page.wait_for_timeout(500)
    else:
        raise AssertionError(phone.page.inner_text("main"))
    seen(phone, house.url + "/passes/")
    assert phone.faults == [] and desk.faults == []


def test_a_person_answers_a_firm_that_asked(house, desk) -> None:
    """Rows: Z57, Z58, Z87."""
    desk.sign_in(house, "back-to-work")
    queue = house.url + "/dossiers/queue/"
    seen(desk, queue, house.url + "/dossiers/resumption/?place=330112008000")
    assert "3 / 7" in desk.page.inner_text("main") or "4 / 7" in desk.page.inner_text("main")
    desk.page.click("text=青山湖小商品市场")
    assert "66.6 %" in desk.page.inner_text("main")
    seen(desk, desk.page.url)
    desk.page.goto(queue)
    card = desk.page.locator("section.sheet--frame")
    assert "临江小厨" in card.inner_text()
    card.locator("summary").first.click()
    card.locator("input[value=wrongly_refused]").check()
    card.locator("summary").nth(1).click()
    assert card.locator("input[value=canteen_plan]").is_checked()
    card.locator("textarea").fill("确实只送外卖，没有食堂")
    card.locator("button").click()
    desk.page.wait_for_selector("[role=status]")
    assert "临江小厨" in desk.page.inner_text("main"), "its service officer is to be named today"
    assert desk.page.locator("section.sheet--frame").count() == 0
    assert desk.faults == []
