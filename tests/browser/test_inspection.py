"""An inspector's day on a real phone: begun, ticked, found and ended without a network, and once in the account afterwards."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from mingbai.domains.inspection.models import Finding, Visit, VisitItem
from mingbai.kernel.clock import machine_now
from tests.browser.phones import Phone, enrol
from tests.browser.watching import violations
from tests.conftest import TONGZHOU
from tests.inspection.conftest import CHEMICAL, CONTROL, Town, built, later, listed, numbered, today

WORDS = "储罐区没有围堰，有积液"


@pytest.fixture(scope="module")
def town(served):
    """Who and what there is to inspect."""
    return built(served.house)


@pytest.fixture
def phone(served, phones, town):
    """The inspector's phone, enrolled, with a visit of its own for today."""
    made = phones()
    enrol(made, served.house, town.inspector, TONGZHOU)
    made.shows("inspection")
    return made


def carried(phone: Phone, visit: str) -> None:
    """Let the phone fetch what was booked meanwhile."""
    phone.call("sending", "await it.refresh();")
    phone.sync()
    phone.until(f"document.querySelector('[data-visit=\"{visit}\"]') !== null")


def tick(phone: Phone, code: str, way: str = "ok") -> None:
    """Press one way of an item."""
    phone.page.click(f'[data-item="{code}"] [data-tick="{way}"]')


def states(phone: Phone) -> dict[str, str]:
    """Return how the items of the open visit stand on the phone."""
    return dict(
        phone.page.evaluate(
            "[...document.querySelectorAll('[data-item]')].map((one) => [one.dataset.item, one.dataset.state])"
        )
    )


def serious_faults(phone: Phone) -> list[Any]:
    """Return what a reader's helper would stumble over."""
    found = violations(phone.page)
    return [
        (one["id"], one["nodes"][0]["html"])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def play(phone: Phone, visit: str) -> None:
    """Play a visit without a network: begin, tick three, find one, end."""
    phone.page.click(f'[data-visit="{visit}"]')
    phone.shows("visit")
    assert phone.page.locator("[data-tick]").count() == 0, "first begin"
    phone.page.click("#visit-begin")
    phone.until("document.querySelectorAll('[data-tick]').length > 0")
    for code in ("tank-2", "tank-3", "tank-4"):
        tick(phone, code)
        phone.until(f"document.querySelector('[data-item=\"{code}\"]').dataset.state === 'ok'")
    tick(phone, "tank-1", "failed")
    phone.shows("finding")
    phone.page.click("#finding-form .btn--wide")
    assert phone.page.is_visible("#finding-text-error") and phone.showing() == "finding"
    phone.page.fill("#finding-text", WORDS)
    phone.page.check('[name="severity"][value="serious"]')
    phone.until(f"document.getElementById('finding-due').value === '{later(3)}'")
    phone.page.click("#finding-form .btn--wide")
    phone.shows("visit")
    phone.until("document.querySelector('[data-item=\"tank-1\"]').dataset.state === 'failed'")
    phone.page.click("#visit-end")
    phone.shows("inspection")


def test_a_visit_without_a_network_is_in_the_account_once(
    phone: Phone, town: Town, served: Any
) -> None:
    """Rows: Z14."""
    visit = str(town.book(checklists=[CHEMICAL])["visit"])
    carried(phone, visit)
    phone.offline()
    play(phone, visit)
    assert phone.waiting() == 6
    assert "已结束" in phone.page.inner_text(f'[data-visit="{visit}"]')
    kept = phone.call("vault", "return it.all('queue');")
    assert not Finding.objects.filter(visit_id=visit).exists()
    phone.offline(False)
    phone.drained()
    again = [{key: one[key] for key in ("seq", "box", "signature")} for one in kept]
    body = {"device": phone.device, "envelopes": again, "now": machine_now().isoformat()}
    answer = json.loads(served.post("/api/sync", json.dumps(body).encode()))
    assert {one["outcome"] for one in answer["results"]} == {"already_done"}
    row = Finding.objects.get(visit_id=visit)
    assert (row.text, row.severity, row.code) == (WORDS, "serious", "tank-1")
    held = Visit.objects.get(id=visit)
    assert held.state == "ended" and held.on == today()
    assert sorted(VisitItem.objects.filter(visit_id=visit).values_list("code", "state")) == [
        ("tank-1", "failed"), ("tank-2", "ok"), ("tank-3", "ok"), ("tank-4", "ok"),
    ]  # fmt: skip
    carried_no_more = f"document.querySelector('[data-visit=\"{visit}\"]') === null"
    phone.call("sending", "await it.refresh();")
    phone.sync()
    phone.until(carried_no_more)
    assert phone.faults == []


def test_the_phone_writes_what_was_found_and_does_not_keep_it(phone: Phone, town: Town) -> None:
    visit = str(town.book(organisation=town.masks, checklists=[CONTROL])["visit"])
    carried(phone, visit)
    phone.offline()
    phone.page.click(f'[data-visit="{visit}"]')
    phone.page.click("#visit-begin")
    phone.until("document.querySelectorAll('[data-tick]').length > 0")
    assert serious_faults(phone) == []
    tick(phone, "mask-1", "failed")
    phone.shows("finding")
    assert serious_faults(phone) == []
    phone.page.fill("#finding-text", WORDS)
    phone.page.click("#finding-form .btn--wide")
    phone.shows("visit")
    phone.page.wait_for_timeout(500)
    phone.kill()
    copy = phone.folder.parent / "copy"
    shutil.copytree(phone.folder, copy, ignore_dangling_symlinks=True, ignore=_locks)
    held = b"".join(path.read_bytes() for path in sorted(copy.rglob("*")) if path.is_file())
    assert phone.device.encode() in held or phone.device.encode("utf-16-le") in held
    for coding in ("utf-8", "utf-16-le"):
        assert WORDS.encode(coding) not in held
        assert WORDS[3:9].encode(coding) not in held
    phone.open(offline=True)
    phone.goto()
    phone.until("document.querySelector('[data-visit]') !== null")
    phone.page.click(f'[data-visit="{visit}"]')
    phone.until("document.querySelector('[data-item=\"mask-1\"]').dataset.state === 'failed'")
    assert states(phone)["mask-2"] == "due"


def _locks(_folder: str, names: list[str]) -> list[str]:
    """Leave out the locks and sockets of a browser."""
    return [name for name in names if name.startswith("Singleton")]


def test_one_press_does_not_end_half_a_visit(phone: Phone, town: Town) -> None:
    town.house.do("inspection.publish_checklist", listed("half", numbered("half", 3)))
    visit = str(town.book(organisation=town.masks, checklists=["half"])["visit"])
    carried(phone, visit)
    phone.offline()
    phone.page.click(f'[data-visit="{visit}"]')
    phone.page.click("#visit-begin")
    phone.until("document.querySelectorAll('[data-tick]').length > 0")
    codes = list(states(phone))
    tick(phone, codes[0])
    phone.until(f"document.querySelector('[data-item=\"{codes[0]}\"]').dataset.state === 'ok'")
    phone.page.click("#visit-end")
    phone.until(f"document.getElementById('notice-text').textContent.includes('{len(codes) - 1}')")
    assert phone.showing() == "visit"
    tick(phone, codes[1])
    phone.until(f"document.querySelector('[data-item=\"{codes[1]}\"]').dataset.state === 'ok'")
    phone.page.click("#visit-end")
    phone.until("!document.getElementById('notice').hidden")
    assert phone.showing() == "visit", "what was said before is asked anew after another item"
    phone.page.click("#visit-end")
    phone.shows("inspection")


def test_a_phone_carries_nobody_elses_visits(phone: Phone, town: Town) -> None:
    other = str(
        town.book(town.second, organisation=None, point=town.gate, checklists=["gates"])["visit"]
    )
    phone.call("sending", "await it.refresh();")
    bundle = phone.call("vault", "return it.get('bundle');")
    assert other not in json.dumps(bundle)
    assert Path(phone.folder).exists()


def seen(phone: Phone, selector: str) -> None:
    """Wait until something stands before the eye, without anybody scrolling."""
    box = f"document.querySelector({json.dumps(selector)})?.getBoundingClientRect()"
    phone.until(f"((box) => box?.height && box.top >= 0 && box.bottom <= innerHeight)({box})", 5)


def test_a_long_visit_is_begun_and_gone_on_with_where_one_stands(phone: Phone, town: Town) -> None:
    more = {"place": TONGZHOU, "policy": "inspection.visits_most", "value": 10}
    town.house.do("policy.put", more)
    town.house.do("inspection.publish_checklist", listed("long", numbered("long", 14)))
    visit = str(town.book(organisation=town.masks, checklists=["long"])["visit"])
    carried(phone, visit)
    phone.offline()
    phone.page.set_viewport_size({"width": 360, "height": 640})
    phone.page.click(f'[data-visit="{visit}"]')
    phone.shows("visit")
    phone.until("document.querySelectorAll('[data-item]').length === 14")
    seen(phone, "#visit-begin")  # who arrives does not look for it under fourteen items
    phone.page.click("#visit-begin")
    phone.until("document.querySelectorAll('[data-tick]').length > 0")
    codes = list(states(phone))
    seen(phone, f'[data-item="{codes[0]}"]')
    tick(phone, codes[0])
    phone.until(f"document.querySelector('[data-item=\"{codes[0]}\"]').dataset.state === 'ok'")
    assert not phone.page.is_visible(f'[data-item="{codes[0]}"] [data-tick="ok"]'), "said once"
    fine, wrong = (
        phone.page.locator(f'[data-item="{code}"] [data-tick="{way}"]').bounding_box()
        for code, way in ((codes[1], "ok"), (codes[0], "failed"))
    )
    assert wrong["x"] >= fine["x"] + fine["width"], "a second press there does not say the contrary"
    tick(phone, codes[9], "failed")
    phone.shows("finding")
    phone.page.click("#finding-form .btn--wide")
    assert phone.page.is_visible("#finding-text-error")
    phone.page.fill("#finding-text", WORDS)
    assert not phone.page.is_visible("#finding-text-error"), "what is written is not complained of"
    phone.page.click("#finding-form .btn--wide")
    phone.shows("visit")
    phone.until(f"document.querySelector('[data-item=\"{codes[9]}\"]').dataset.state === 'failed'")
    seen(phone, f'[data-item="{codes[9]}"]')  # back at the tenth item, not at the first
    tick(phone, codes[12], "failed")
    phone.shows("finding")
    phone.page.click("#finding-back")
    phone.shows("visit")
    seen(phone, f'[data-item="{codes[12]}"]')
    assert phone.faults == []


def test_a_code_is_taken_where_the_page_stands_open(served: Any, phones: Any, town: Town) -> None:
    made = phones()
    made.goto()
    made.shows("enrol")
    enrol(made, served.house, town.inspector, TONGZHOU, standing=True)
    made.shows("inspection")
    assert made.faults == []
