"""Every page of the gates, for everyone who opens it: axe, the content policy, both languages, phone and desk, light and dark."""

import re

import pytest

from tests.browser.watching import Watched
from tests.conftest import VILLAGE

EAST, WEST = "东口卡点", "西口卡点"
# Well formed but for a digit too many: three of them in a week propose a rule.
TOO_LONG = ("1101121961030700051", "1101121962030700031")
OF_GATES = re.compile(r"/(?:do|ask)/movement/\w+/")


def linked(page, pattern: str) -> list[str]:
    """Return the addresses on a page that look like this, each once."""
    found = page.eval_on_selector_all("a[href]", "links => links.map(one => one.href)")
    return sorted({one for one in found if re.search(pattern, one)})


def checked(watched, address: str) -> None:
    """Hold a page to axe and the content policy, one made by hand in both lights, and to the width of whoever looks."""
    watched.page.goto(address)
    for scheme in ("light",) if OF_GATES.search(address) else ("light", "dark"):
        watched.page.emulate_media(color_scheme=scheme)
        assert watched.serious() == [], f"{address}, {scheme}"
    assert watched.fits(), f"{address} scrolls sideways"
    # A question that is refused in words is a page, too.
    assert [fault for fault in watched.faults if "status of 422" not in fault] == [], address
    watched.faults.clear()


@pytest.fixture(scope="module")
def asked(house, browser) -> None:
    """A proposal that waits: two more paper rows whose numbers can't be."""
    watched = Watched(browser, locale="zh-CN")
    watched.sign_in(house, "guard")
    for at, number in enumerate(TOO_LONG):
        watched.page.goto(f"{house.url}/do/movement/copy_arrival/?place={VILLAGE}")
        for field, value in {
            "name": f"来人{at}",
            "document_number": number,
            "phone": f"1601234569{at}",
            "arrived_on": "2020-02-13",
        }.items():
            watched.page.fill(f"[name={field}]", value)
        if watched.page.locator("select[name=point]").count():
            watched.page.select_option("[name=point]", label=EAST)
        else:
            watched.page.fill("[name=point]", EAST)
        watched.page.select_option("[name=document_kind]", "resident_id")
        watched.page.click("#main form .btn")
        watched.page.wait_for_url("**/done/**")
    watched.context.close()


def gates_of(house, watched) -> dict[str, str]:
    """Return the address of each gate's register, as the gates' page leads to it."""
    watched.page.goto(f"{house.url}/gates/{VILLAGE}/")
    links = watched.page.locator("tbody th a")
    return {
        links.nth(at).inner_text(): str(links.nth(at).evaluate("one => one.href"))
        for at in range(links.count())
    }


@pytest.mark.parametrize("who", [None, "guard", "desk"])
@pytest.mark.parametrize("width", ["phone", "wide"])
def test_no_page_of_the_gates_shuts_anyone_out(house, browser, asked, who, width) -> None:
    view = {"width": 390, "height": 844} if width == "phone" else {"width": 1280, "height": 800}
    # The narrow one in Chinese and the wide one in English, where the words are longest.
    watched = Watched(browser, viewport=view, locale="zh-CN" if width == "phone" else "en-GB")
    if who:
        watched.sign_in(house, who)
    pages = [f"{house.url}/gates/{VILLAGE}/", f"{house.url}/pass/"]
    if who:
        gates = gates_of(house, watched)
        assert {EAST, WEST} <= set(gates)
        if who == "desk":
            assert watched.page.locator(".notice--wait a[href*=accept_proposal]").count() == 1
        watched.page.goto(gates[EAST])
        calls = linked(watched.page, "/call/")
        assert len(calls) >= 4
        pages += [gates[EAST], gates[WEST], calls[0], calls[-1]]
    if who == "desk" and width == "phone":
        watched.page.goto(f"{house.url}/everything/")
        made = linked(watched.page, OF_GATES.pattern)
        assert len(made) >= 15
        pages += made
    for address in pages:
        checked(watched, address)
    if who:
        # A row that is opened for a reason is a page of its own.
        watched.page.goto(calls[0] if who == "desk" else calls[-1])
        if watched.page.locator("#reason").count():
            watched.page.click("summary")
            watched.page.fill("#reason", "家里人来问")
            watched.page.click("button[value=look]")
            assert watched.serious() == [] and watched.fits()
    assert watched.faults == []
    watched.context.close()
