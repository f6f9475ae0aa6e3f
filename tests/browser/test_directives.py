"""Directives in a real browser: readable on a phone and a desk, by lamp and by day, and closed with what shows it."""

import re

from playwright.sync_api import expect

TOWN, VILLAGE = "110112106000", "110112106224"
PUBLIC = (
    f"/notices/{TOWN}/",
    f"/plans/{TOWN}/",
    f"/plans/{TOWN}/gates/",
    f"/decisions/{VILLAGE}/",
    f"/decisions/{TOWN}/",
)
OFFICE = (
    "/directives/",
    "/notices/",
    "/notices/write/",
    "/decisions/write/",
    f"/plans/{TOWN}/write/?plan=gates",
)


def readable(watched, url: str) -> None:
    """Hold a page against what every page must be."""
    watched.page.goto(url)
    assert watched.serious() == [], url
    assert watched.fits(), url
    assert watched.faults == [], url


def test_what_everyone_reads_fits_a_phone_and_a_desk(house, phone, desk):
    """Rows: Z34, Z35, H12."""
    for watched in (phone, desk):
        for path in PUBLIC:
            readable(watched, house.url + path)
        watched.page.goto(house.url + f"/notices/{TOWN}/")
        watched.page.click(".waits a")
        readable(watched, watched.page.url)
        watched.page.goto(house.url + f"/decisions/{VILLAGE}/")
        watched.page.click(".waits a")
        readable(watched, watched.page.url)
        expect(watched.page.get_by_text("7.5%")).to_be_visible()


def test_a_notice_prints_without_buttons(house, phone):
    """Rows: Z34."""
    phone.page.goto(house.url + f"/notices/{TOWN}/")
    phone.page.click(".waits a")
    phone.page.emulate_media(media="print")
    expect(phone.page.locator("h1")).to_be_visible()
    expect(phone.page.locator(".top__nav")).to_be_hidden()
    expect(phone.page.locator(".back")).to_be_hidden()


def test_the_desk_sees_who_is_silent_and_opens_the_tree(house, desk):
    """Rows: Z25, H08."""
    desk.sign_in(house, "desk")
    for path in OFFICE:
        readable(desk, house.url + path)
    desk.page.goto(house.url + "/directives/")
    expect(desk.page.get_by_text(re.compile("[78] of 9$"))).to_be_visible()
    desk.page.click("table td a >> nth=0")
    readable(desk, desk.page.url)
    expect(desk.page.get_by_text("no reply since 10 Feb 2020, 16:00")).to_be_visible()
    assert desk.page.get_by_text("done, with evidence").count() in (7, 8), (
        "the keeper may have come first"
    )


def test_a_keeper_closes_the_villages_task_with_an_act_that_shows_it(house, phone):
    """Rows: Z30."""
    phone.sign_in(house, "keeper")
    phone.page.goto(house.url + f"/directives/{VILLAGE}/")
    phone.page.click(".waits a >> nth=0")
    readable(phone, phone.page.url)
    phone.page.select_option("#entry", index=1)
    phone.page.click("button[value=show] >> nth=0")
    phone.page.click("button[value=close]")
    expect(phone.page.get_by_text("办结，有佐证")).to_be_visible()
    readable(phone, phone.page.url)
