"""All that should resume do: both denominators, every tenant of a site, who is not due and why, and the gates of a firm's way."""

import datetime as dt
from typing import Any

import pytest

from mingbai.domains.enterprise.commands.not_due import reviews_due
from mingbai.domains.enterprise.models import NotDue
from mingbai.domains.enterprise.queries.resumption import cut_rate
from mingbai.domains.enterprise.words import Need
from mingbai.kernel.actors import Actor
from mingbai.kernel.clock import day
from mingbai.kernel.models import Mandate, OpenItem
from mingbai.kernel.refusals import NotAllowed, Refused
from tests.conftest import TOWN, VILLAGE, House
from tests.enterprise.firms import (
    Firm,
    firm,
    grade,
    hazard,
    level,
    now,
    part,
    parts,
    passed,
    put_right,
    rechecked,
)


def refused(code: str, house: House, name: str, ask: dict[str, Any], as_: Actor) -> None:
    """Check that something is refused by a rule."""
    with pytest.raises(Refused) as refusal:
        house.do(name, ask, as_=as_)
    assert refusal.value.code == code, refusal.value


def light(one: Firm) -> Any:
    """Let an office of low hazard declare and start."""
    return one.file(part(Need.ROSTER, one.clerk), part(Need.CONTACT, one.clerk))


def test_eight_of_eight_and_eight_of_ten(story: House) -> None:
    """Rows: Z58. Both stand side by side; who is not due has a reason of the list and a day of review."""
    desk = story.person("郎致远", "desk", TOWN)
    firms = [firm(story, f"公司{at}", sector="M74") for at in range(10)]
    today = day(now())
    for one, reason in zip(firms[8:], ("closed_by_measure", "seasonal"), strict=True):
        late = {"not_due_reason": reason, "review_on": (today + dt.timedelta(days=10)).isoformat()}
        story.do("enterprise.note_not_due", one.ask | late, as_=desk)
    for one in firms[:7]:
        light(one)
    row = story.ask("enterprise.resumption", {"place": TOWN}, as_=desk)
    assert (row.resumed, row.should, row.firms, row.all_resumed) == (7, 8, 10, False)
    assert (row.of_those, row.of_all) == ("87.5 %", "70.0 %")
    light(firms[7])
    row = story.ask("enterprise.resumption", {"place": TOWN}, as_=desk)
    assert (row.resumed, row.should, row.firms, row.not_due) == (8, 8, 10, 2)
    assert (row.of_those, row.of_all, row.all_resumed) == ("100.0 %", "80.0 %", True)
    listed = story.ask("enterprise.not_due", {"place": TOWN}, as_=desk)
    assert [one.not_due_reason for one in listed] == ["closed_by_measure", "seasonal"]
    refused("ENT-13", story, "enterprise.note_not_due", firms[0].ask | late, desk)
    for wrong in (0, 31):
        on = {
            "not_due_reason": "moved",
            "review_on": (today + dt.timedelta(days=wrong)).isoformat(),
        }
        refused("ENT-12", story, "enterprise.note_not_due", firms[9].ask | on, desk)
    refused("ENT-14", story, "enterprise.note_due", firms[0].ask, desk)


def test_the_day_of_review_raises_an_item(story: House) -> None:
    """Rows: Z58."""
    desk = story.person("郎致远", "desk", TOWN)
    one = firm(story)
    on = day(now()) + dt.timedelta(days=3)
    late = {"not_due_reason": "seasonal", "review_on": on.isoformat()}
    story.do("enterprise.note_not_due", one.ask | late, as_=desk)
    reviews_due(now())
    assert not OpenItem.objects.filter(kind="enterprise.not_due_review").exists()
    story.do("account.move_clock", {"to": (now() + dt.timedelta(days=3)).isoformat()})
    reviews_due(now())
    reviews_due(now())
    item = OpenItem.objects.get(kind="enterprise.not_due_review")
    assert (item.subject, item.role, item.raises_to) == (one.hex, "desk", "leader")
    later = late | {"review_on": (on + dt.timedelta(days=5)).isoformat()}
    story.do("enterprise.note_not_due", one.ask | later, as_=desk)
    assert OpenItem.objects.get(kind="enterprise.not_due_review").outcome == "still so"
    assert NotDue.objects.filter(ended_at=None).count() == 1 and NotDue.objects.count() == 2
    story.do("enterprise.note_due", one.ask, as_=desk)
    assert story.ask("enterprise.not_due", {"place": TOWN}, as_=desk) == []
    story.settle()
    assert story.faults() == []


def test_a_firm_that_resumes_is_no_longer_not_due(story: House) -> None:
    """Rows: Z58. Nobody is asked to review a firm that works."""
    desk = story.person("郎致远", "desk", TOWN)
    one = firm(story, sector="M74")
    on = (day(now()) + dt.timedelta(days=1)).isoformat()
    told = one.ask | {"not_due_reason": "no_orders", "review_on": on}
    story.do("enterprise.note_not_due", told, as_=desk)
    story.do("account.move_clock", {"to": (now() + dt.timedelta(days=1)).isoformat()})
    reviews_due(now())
    light(one)
    assert story.ask("enterprise.not_due", {"place": TOWN}, as_=desk) == []
    assert OpenItem.objects.get(kind="enterprise.not_due_review").outcome == "resumed"
    row = story.ask("enterprise.resumption", {"place": TOWN}, as_=desk)
    assert (row.resumed, row.should, row.firms, row.not_due) == (1, 1, 1, 0)
    reviews_due(now())
    assert not OpenItem.objects.filter(kind="enterprise.not_due_review", done_at=None).exists()
    story.settle()
    assert story.faults() == []


def test_rates_are_cut_and_never_rounded_up() -> None:
    """Rows: Z57."""
    assert cut_rate(299, 300) == "99.6 %" and cut_rate(300, 300) == "100.0 %"
    assert cut_rate(2999, 3000) == "99.9 %" and cut_rate(0, 0) == "–"


def test_all_only_when_each_tenant_is_in(account: House, desk: Actor) -> None:
    """Rows: Z57. The one that is not in is named with what holds it, and by whom."""
    market = firm(account, "港区市场", kind="site")
    tenants = [firm(account, f"经营户{at}", sector="M74", parent=market.id) for at in range(6)]
    for one in tenants[:5]:
        light(one)
    (last,) = tenants[5:]

    def seen() -> Any:
        return account.ask("enterprise.site", market.ask, as_=desk)

    assert (seen().resumed, seen().tenants, seen().of_all) == (5, 6, "83.3 %")
    assert not seen().all_resumed
    assert [(row.name, row.held_back, row.waits_on) for row in seen().outside] == [
        ("经营户5", "none", "firm")
    ]
    last.file(part(Need.ROSTER, last.clerk))
    (row,) = seen().outside
    assert (row.held_back, row.lacking, row.waits_on) == ("missing", ["contact"], "firm")
    assert row.since is not None
    finding = hazard(last)
    last.file(part(Need.CONTACT, last.clerk))
    (row,) = seen().outside
    assert (row.lacking, row.waits_on) == (["serious_hazard"], "firm")
    put_right(last, finding)
    assert seen().outside[0].waits_on == "inspector", "it waits for the recheck now"
    rechecked(last, finding)
    assert seen().all_resumed and (seen().of_all, seen().outside) == ("100.0 %", [])


def test_who_is_not_back_the_longest_first(story: House) -> None:
    """Rows: Z58, Z83. Every firm that should work and does not: what holds it, who, and since when."""
    desk = story.person("郎致远", "desk", TOWN)
    idle, owes, shaky, gym, works = (
        firm(story, name, sector=sector)
        for name, sector in (
            ("没报的", "M74"),
            ("缺一件的", "C34"),
            ("有隐患的", "M74"),
            ("健身房", "R89"),
            ("开工的", "M74"),
        )
    )
    at = now()

    def later(minutes: int) -> dt.datetime:
        story.do("account.move_clock", {"to": (at + dt.timedelta(minutes=minutes)).isoformat()})
        return now()

    since = later(10)
    owes.file(*parts(owes.clerk, but=[Need.CANTEEN_PLAN]))
    found = later(20)
    finding = hazard(shaky)
    later(30)
    light(shaky)
    light(works)
    closed = later(40)
    level(story, TOWN, "I")
    gym.file(*parts(gym.clerk))

    def rows() -> list[tuple[Any, ...]]:
        asked = story.ask("enterprise.outside", {"place": TOWN}, as_=desk)
        return [(row.name, row.lacking, row.waits_on, row.since) for row in asked]

    assert rows() == [
        ("缺一件的", ["canteen_plan"], "firm", since),
        ("有隐患的", ["serious_hazard"], "firm", found),
        ("健身房", ["closed_by_measure"], "measure", closed),
        ("没报的", [], "firm", None),
    ]
    mended = later(50)
    put_right(shaky, finding)
    assert ("有隐患的", ["serious_hazard"], "inspector", mended) in rows()
    late = {"not_due_reason": "no_orders", "review_on": (day(at) + dt.timedelta(1)).isoformat()}
    story.do("enterprise.note_not_due", idle.ask | late, as_=desk)
    assert [row[0] for row in rows()] == ["缺一件的", "有隐患的", "健身房"]
    with pytest.raises(NotAllowed):
        story.ask("enterprise.outside", {"place": VILLAGE}, as_=owes.clerk)


def path(one: Firm, as_: Actor | None = None) -> dict[str, Any]:
    """Return the gates of a firm's way."""
    rows = one.house.ask("enterprise.gate_path", one.ask, as_=as_ or one.clerk)
    assert [row.stage for row in rows] == [
        "dossier",
        "plan",
        "inspection",
        "passes",
        "transport",
        "supplies",
    ]
    return {row.stage: row for row in rows}


def test_the_gate_path_says_what_is_held_by_whom_and_since_when(story: House) -> None:
    """Rows: Z83."""
    one = firm(story)
    began = path(one)
    assert began["dossier"].detail == ["roster", "contact"] and began["dossier"].held_by == "firm"
    assert began["passes"].state == "next" and began["transport"].state == "not_built"
    assert (began["transport"].waits_for, began["supplies"].waits_for) == ("S08", "S07")
    one.file(*parts(one.clerk, but=[Need.CANTEEN_PLAN]))
    filed = now()
    story.do("account.move_clock", {"to": (filed + dt.timedelta(hours=3)).isoformat()})
    held = path(one)
    assert (held["plan"].state, held["plan"].detail) == ("held", ["canteen_plan"])
    assert held["plan"].since == one.shown().decided_at and held["dossier"].state == "open"
    finding = hazard(one)
    found = now()
    held = path(one)["inspection"]
    assert (held.held_by, held.since, held.detail) == ("firm", found, ["hazard_to_mend"])
    story.do("account.move_clock", {"to": (found + dt.timedelta(hours=1)).isoformat()})
    put_right(one, finding)
    held = path(one)["inspection"]
    assert (held.held_by, held.since) == ("inspector", found + dt.timedelta(hours=1))
    rechecked(one, finding)
    one.file(part(Need.CANTEEN_PLAN, one.clerk))
    green = path(one)
    assert [green[gate].state for gate in ("dossier", "plan", "supplies")] == ["open"] * 3
    assert (green["passes"].held_by, green["passes"].detail) == ("firm", ["passes_not_asked"])
    other = firm(story, "别家")
    with pytest.raises(NotAllowed):
        path(one, other.clerk)
    grade(story, VILLAGE, "high")
    other.file(*parts(other.clerk))
    visit = path(other)["inspection"]
    assert (visit.state, visit.held_by, visit.detail) == ("held", "inspector", ["visit_first"])
    assert visit.since == other.shown().decided_at
    passed(other)
    assert path(other)["inspection"].state == "open"


def test_a_firm_is_named_by_its_number_alone(account: House) -> None:
    """Rows: Z83, Z87. As others rely on it: `gate_path?organisation=`, `file_application {organisation, ...}`."""
    one, other = firm(account), firm(account, "别家")
    named = {"organisation": one.id}
    by_number = account.ask("enterprise.gate_path", named, as_=one.clerk)
    assert by_number == account.ask("enterprise.gate_path", one.ask, as_=one.clerk)
    told = account.do("enterprise.file_application", named, as_=one.clerk)
    assert told.result["decision"] == "missing"
    with pytest.raises(NotAllowed):
        account.ask("enterprise.gate_path", named, as_=other.clerk)
    nobody = {"organisation": "0198c0de-0000-7000-8000-000000000000"}
    refused("ORG-4", account, "enterprise.file_application", nobody, one.clerk)
    refused("ASK-1", account, "enterprise.file_application", {"organisation": "x"}, one.clerk)


def test_an_approval_gets_its_service_officer_on_the_same_day(account: House, desk: Actor) -> None:
    one = firm(account)
    officer = account.person("钱素英", "service_officer")
    (held,) = [
        row
        for row in account.ask("mandates.at_place", {"place": VILLAGE}, as_=desk)
        if row.role == "service_officer"
    ]
    ask = one.ask | {"officer_mandate": str(held.mandate)}
    refused("ENT-7", account, "enterprise.name_officer", ask, desk)
    one.file(*parts(one.clerk))
    wrong = one.ask | {"officer_mandate": one.id}
    refused("ENT-16", account, "enterprise.name_officer", wrong, desk)
    account.do("enterprise.name_officer", ask, as_=desk)
    assert OpenItem.objects.get(kind="enterprise.officer").outcome == "named"
    assert one.shown().officer == "钱素英 · service_officer" and officer.person


def test_nobody_is_sent_to_an_officer_who_has_left(account: House, desk: Actor) -> None:
    one = firm(account)
    officer = account.person("钱素英", "service_officer")
    held = Mandate.objects.get(person=officer.person)
    one.file(*parts(one.clerk))
    ask = one.ask | {"officer_mandate": str(held.id)}
    account.do("enterprise.name_officer", ask, as_=desk)
    assert one.shown().officer is not None and one.shown().sample_percent == 10
    account.do("mandates.end", {"place": VILLAGE, "mandate": str(held.id)})
    assert one.shown().officer is None
