"""In a real browser: a gate's thermometer is put right on a phone, and another inspector rechecks it by a visit."""

from tests.browser.test_dossiers import seen

COUNTY, VILLAGE = "330112000000", "330112002235"


def test_a_thermometer_is_put_right_and_rechecked(house, phone, desk) -> None:
    """Rows: T22, H20. From the guard's first page to the recheck of another office."""
    phone.sign_in(house, "village-guard")
    seen(phone, house.url + "/inspections/own/")
    phone.page.goto(house.url + "/home/")
    phone.page.tap("ol.tasks a:has-text('有问题要整改')")
    phone.page.wait_for_url("**/finding/**")
    address = phone.page.url
    seen(phone, address)
    phone.page.goto(address)
    phone.page.fill("#text", "换了新电池，试过能测")
    phone.page.tap("button[value=put_right]")
    phone.page.wait_for_selector("text=已整改，待复查")
    assert phone.page.locator("button[value=close_finding]").count() == 0

    desk.sign_in(house, "health-inspector")
    pages = (f"{COUNTY}/", f"{COUNTY}/?all=1", f"{COUNTY}/checklists/", f"{VILLAGE}/book/")
    seen(desk, *(f"{house.url}/inspections/{path}" for path in pages))
    desk.page.goto(f"{house.url}/inspections/{VILLAGE}/book/")
    desk.page.select_option("#point", label="夏禹桥村口")
    desk.page.click("main form[method=get] >> nth=-1 >> button")
    desk.page.wait_for_selector("#on")
    seen(desk, desk.page.url)
    desk.page.check("[name=recheck]")
    desk.page.click("main form[method=post] button.btn")
    desk.page.wait_for_url("**/visit/**")
    desk.page.click("button[value=begin_visit]")
    desk.page.wait_for_selector("button[value=tick_item]")
    assert desk.page.locator("button[value=tick_item]").count() == 1, "only what failed"
    seen(desk, desk.page.url)
    desk.page.click("button[value=tick_item]")
    desk.page.wait_for_selector("button[value=tick_item]", state="detached")
    desk.page.click("button[value=end_visit]")
    desk.page.wait_for_selector("button[value=end_visit]", state="detached")
    assert "closed" in desk.page.inner_text("main table")
    phone.page.goto(house.url + "/inspections/own/")
    assert "已销号" in phone.page.inner_text("main")
    assert phone.faults == [] and desk.faults == []


def test_a_desk_writes_the_next_version_of_a_checklist(house, phone) -> None:
    """Rows: Z15. On a phone, by lines and by ticks."""
    phone.sign_in(house, "linan-desk")
    here = f"{house.url}/inspections/{COUNTY}/checklists/"
    seen(phone, here, f"{here}write/", f"{here}write/?checklist=gate-control")
    phone.page.goto(f"{here}write/?checklist=gate-control")
    lines = phone.page.input_value("#items")
    assert lines.count("\n") == 2
    phone.page.fill("#items", lines + "\n夜里有灯｜There is light at night｜I II")
    phone.page.tap("button[value=publish]")
    phone.page.wait_for_url(here)
    text = phone.page.inner_text("section:has-text('卡口检查')")
    assert "2" in text and "4/4" in text
    assert phone.faults == []
