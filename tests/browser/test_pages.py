"""In a real browser: five taps to give out a mask, a page that needs no script, and nothing that shuts anyone out."""

import io
import zipfile

import pytest
import xlsxwriter

VILLAGE = "110112106224"
PUBLIC = [
    "/",
    "/places/",
    f"/places/{VILLAGE}/",
    f"/places/{VILLAGE}/ask/",
    "/check/?code=1",
    "/verify/",
    f"/gates/{VILLAGE}/",
    f"/burden/{VILLAGE}/",
    "/pass/",
    "/sign-in/",
]
KEEPER = [
    "/home/", "/store/", "/store/in/?item=mask", "/store/out/?item=mask", "/store/count/?item=mask", "/store/slips/",
    "/everything/", "/about-me/", "/phones/", "/import/supplies.ledger/", "/ask/supplies/account/", "/ask/supplies/store/",
    "/ask/people/households/", "/do/supplies/dispatch_goods/", "/do/supplies/propose_write_off/", "/hat/",
    "/posts/?day=2020-02-15", "/burden/", "/leaders/",
]  # fmt: skip


def test_a_keeper_gives_out_masks_in_five_taps(house, phone) -> None:
    phone.sign_in(house, "keeper")
    taps = 0

    def tap(selector: str) -> None:
        nonlocal taps
        taps += 1
        phone.page.tap(selector)

    tap("a.door[href='/store/']")
    before = int(
        phone.page.inner_text("a.item[href*='item=mask'] .amount").split()[0].replace(",", "")
    )
    tap("a.item[href*='item=mask']")
    tap("#who")
    phone.page.keyboard.type("东口卡点")
    tap("#qty")
    phone.page.keyboard.type("4")
    tap("form .btn--wide")
    phone.page.wait_for_url("**/store/")
    assert str(before - 4) in phone.page.inner_text("[role=status]")
    assert taps <= 5
    assert phone.faults == []


def test_a_refusal_keeps_what_was_typed(house, phone) -> None:
    phone.sign_in(house, "keeper")
    phone.page.goto(house.url + "/store/out/?item=mask")
    phone.page.fill("#who", "东口卡点")
    phone.page.fill("#qty", "60000")
    phone.page.click("form .btn--wide")
    assert "SUP-1" in phone.page.inner_text("[role=alert]")
    assert phone.page.input_value("#who") == "东口卡点"
    assert phone.page.input_value("#qty") == "60000"


def test_the_public_page_needs_no_script(house, browser) -> None:
    context = browser.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{house.url}/places/{VILLAGE}/")
    text = page.inner_text("main")
    for said in ("来了多少，发给了谁", "2,400", "412", "1,648"):
        assert said in text
    context.close()


def test_the_language_is_changed_and_kept(house, phone) -> None:
    phone.page.goto(house.url + "/")
    assert phone.page.get_attribute("html", "lang") == "zh-Hans"
    phone.page.click("button[lang=en]")
    assert phone.page.get_attribute("html", "lang") == "en"
    phone.page.goto(f"{house.url}/places/{VILLAGE}/")
    assert "How much came" in phone.page.inner_text("h1")


@pytest.mark.parametrize("name", [None, "keeper", "overseer", "desk", "guard"])
def test_no_page_shuts_anyone_out(house, phone, name) -> None:
    if name:
        phone.sign_in(house, name)
    paths = (
        PUBLIC
        if name is None
        else KEEPER
        if name == "keeper"
        else ["/home/", "/gates/", "/do/movement/register_arrival/"]
        if name == "guard"
        else [
            "/home/",
            "/everything/",
            "/ask/supplies/account/",
            f"/firms/?place={VILLAGE}",
            f"/posts/?place={VILLAGE}",
            f"/burden/{VILLAGE}/",
            "/forms/",
            "/forms/new/",
            "/leaders/",
        ]
    )
    for path in paths:
        phone.page.goto(house.url + path)
        assert phone.fits(), f"{path} scrolls sideways"
        assert phone.serious() == [], path
        if name is None:
            phone.page.emulate_media(color_scheme="dark")
            assert phone.serious() == [], f"{path} in the dark"
            phone.page.emulate_media(color_scheme="light")
    assert phone.faults == []


@pytest.mark.parametrize("name", [None, "keeper"])
def test_english_fits_too(house, phone, name) -> None:
    phone.page.goto(house.url + "/")
    phone.page.click("button[lang=en]")
    if name:
        phone.sign_in(house, name)
    for path in PUBLIC if name is None else KEEPER:
        phone.page.goto(house.url + path)
        assert phone.fits(), f"{path} scrolls sideways"
    assert phone.faults == []


def test_a_workbook_is_looked_through_taken_and_mended(house, desk, tmp_path) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as workbook:
        sheet = workbook.add_worksheet()
        rows = [
            ["日期", "物资名称", "来源", "入库数量", "领用人", "出库数量", "单位"],
            ["2020-02-13", "酒精", "镇政府", 20, "", "", "瓶"],
            ["2020-02-13", "酒精", "", "", "东口卡点", 50, "瓶"],
        ]
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    path = tmp_path / "ledger.xlsx"
    path.write_bytes(out.getvalue())
    desk.sign_in(house, "keeper")
    desk.page.goto(house.url + "/import/supplies.ledger/")
    desk.page.set_input_files("#file", path)
    desk.page.click("button[value=look]")
    assert desk.page.locator("tbody tr").count() == 1
    desk.page.click("button[value=take]")
    desk.page.wait_for_selector("[role=status]")
    with desk.page.expect_download() as waiting:
        desk.page.click("button[value=mend]")
    with zipfile.ZipFile(waiting.value.path()) as mended:
        assert "xl/workbook.xml" in mended.namelist()
    desk.page.goto(house.url + "/store/")
    assert "酒精" in desk.page.inner_text("main")
    assert desk.faults == []
