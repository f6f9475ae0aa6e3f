"""Late entries: what happened on 1 March is judged by the words of 1 March, in whatever order it arrives."""

import contextlib
import datetime as dt
from collections.abc import Iterator

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mingbai.domains.movement.commands.retention import RETENTION
from mingbai.domains.movement.models import Arrival
from mingbai.kernel.actors import Actor
from mingbai.kernel.clock import day, machine_now, stamp
from mingbai.kernel.documents import check_character
from mingbai.kernel.models import Job
from mingbai.kernel.refusals import Refused
from mingbai.kernel.worker import work_once
from tests.conftest import TONGZHOU, TOWN, VILLAGE, House
from tests.kernel.phone import enrolled
from tests.response.conftest import clock, declare, issue, parsed, stand

CARD = "movement.card_must_be_seen"
TABLE = [{"level": "I", "value": 1}]
GATE = {"place": VILLAGE, "point": "东口"}


def number(at: int) -> str:
    """Return a well-formed number of nobody."""
    body = f"110112{1950 + at % 50}{1 + at // 50 % 12:02d}{1 + at // 600 % 28:02d}000"
    return body + check_character(body)


def test_a_real_phone_that_comes_late_is_judged_by_the_level_of_its_own_minute(
    account: House,
) -> None:
    """Rows: Z93."""
    leader = account.person("区长某", "leader", TONGZHOU)
    review = (day(machine_now()) + dt.timedelta(days=60)).isoformat()
    issue(account, leader, TONGZHOU, "cards", policy=CARD, table=TABLE, review_on=review)
    account.do("movement.open_checkpoint", GATE)
    guard, desk = account.person("崔守望", "guard"), account.person("郎致远", "desk", TOWN)
    phone = enrolled(account, guard, desk, VILLAGE)
    declare(account, leader, TONGZHOU, "I")
    row = GATE | {"document_kind": "resident_id", "card_seen": False, "from_place": "湖北武汉"}
    at_level_one = stamp(machine_now())
    declare(account, leader, TONGZHOU, "II")
    phone.save(
        "movement.register_arrival",
        row | {"name": "先来的", "document_number": number(1)},
        at=at_level_one,
    )
    phone.save(
        "movement.register_arrival",
        row | {"name": "后来的", "document_number": number(2)} | {"from_place": None},
    )
    work_once({})
    told = phone.send()["results"]
    assert [one["outcome"] for one in told] == ["overruled", "accepted"]
    early, late = Arrival.objects.order_by("at")
    assert early.measure == "cards.110112.1" and early.from_sealed is not None
    assert late.measure is None and late.from_sealed is None
    # The measure of its minute has ended: its last day is that of the measure, not thirty days from now.
    assert early.delete_after == day(machine_now()) + dt.timedelta(days=14)
    assert Job.objects.filter(kind=RETENTION).count() == 1
    assert account.faults() == []


@contextlib.contextmanager
def undone() -> Iterator[None]:
    """Take back whatever is done meanwhile."""
    with transaction.atomic(using="default"):
        yield
        transaction.set_rollback(True)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    changes=st.lists(
        st.tuples(st.integers(1, 10), st.sampled_from(["I", "II", "none"])),
        min_size=1,
        max_size=4,
        unique_by=lambda one: one[0],
    ),
    entries=st.lists(st.integers(1, 11), min_size=1, max_size=5),
    order=st.randoms(use_true_random=False),
)
def test_the_level_of_the_moment_judges_whatever_comes_first(
    story: House, district: Actor, changes: list[tuple[int, str]], entries: list[int], order: object
) -> None:
    """Rows: Z93. Declared ahead or at once, sent early or late: an entry is judged by what held when it happened."""
    with undone():
        story.do("movement.open_checkpoint", GATE)
        issue(story, district, TONGZHOU, "cards", policy=CARD, table=TABLE)
        guard = story.person("崔守望", "guard")
        said: dict[int, str] = {}
        for on, level in changes:
            effective = clock(f"02-{on:02d}", "12:00")
            try:
                declare(story, district, TONGZHOU, level, effective_at=effective)
            except Refused as refusal:
                assert refusal.code == "RES-2"
            else:
                said[on] = level
        stand(story, "02-12")
        shuffled = list(enumerate(entries))
        order.shuffle(shuffled)  # type: ignore[attr-defined]
        for at, on in shuffled:
            before = [day for day in sorted(said) if day < on]
            must = bool(before) and said[before[-1]] == "I"
            ask = GATE | {"name": f"来人{at}", "document_number": number(at)}
            moment = parsed(clock(f"02-{on:02d}", "09:00"))
            try:
                story.do("movement.register_arrival", ask, as_=guard, at=moment)
            except Refused as refusal:
                assert refusal.code == "MOV-5" and must, (said, on)
            else:
                assert not must, (said, on)
