"""Commands on crossings: what came through a gate is recorded, judged anew, and never joined with another gate's."""

import datetime as dt
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Annotated, Literal
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import AfterValidator, BeforeValidator, StringConstraints

from mingbai.domains.movement.commands.permits import AT_ONCE, Forgotten
from mingbai.domains.movement.models import Crossing, Permit
from mingbai.domains.movement.points import NAMED, point_of
from mingbai.domains.movement.rules import permits as rules
from mingbai.domains.movement.words import GATE
from mingbai.kernel.acting import Acting
from mingbai.kernel.ahead import Ahead
from mingbai.kernel.asks import Answer, Ask, Open, Private
from mingbai.kernel.clock import day
from mingbai.kernel.glossary import terms
from mingbai.kernel.many.working import Working
from mingbai.kernel.models import Point
from mingbai.kernel.pass_keys import trust_list
from mingbai.kernel.perform import as_house
from mingbai.kernel.policy import in_force, noted, reading
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import command, due
from mingbai.kernel.rows import Reads, Store, new
from mingbai.kernel.words import Moment, PlaceCode, Role, half_width, sound
from mingbai.proofs.tokens import KINDS, Lists, TokenRefused, check_at, number_in, open_token

TWICE = "movement.double_use"
LOOK_BACK = dt.timedelta(hours=1)
NUMBER = re.compile(r"[0-9a-f]{16}")
KIND_NAMES = {number: name for name, number in KINDS.items()}

GateText = Annotated[
    str,
    Open(),
    StringConstraints(min_length=1, max_length=80),
    BeforeValidator(half_width),
    AfterValidator(sound),
]
ShownPass = Annotated[str, Private(), StringConstraints(min_length=4, max_length=1200)]
ArrivalId = Annotated[UUID, Private()]
ReasonWord = Annotated[str, Open(), StringConstraints(pattern=r"^[a-z0-9_]{1,20}$")]
Direction = Literal["in", "out"]
GateVerdict = Literal["pass", "let_in", "stop"]

terms(
    {
        "direction": _("Which way"),
        "verdict": _("Verdict"),
        "crossing": _("Crossing"),
        "judged": _("What the rules say"),
        "arrival": _("Arrival"),
    }
)


class RecordCrossing(Ask):
    """Something came to a gate."""

    place: PlaceCode
    point: GateText
    permit: ShownPass | None = None
    arrival: ArrivalId | None = None
    direction: Direction
    verdict: GateVerdict | None = None
    reason: ReasonWord | None = None


class Crossed(Answer):
    """The crossing's random id, and what the rules say of it."""

    crossing: UUID
    verdict: GateVerdict
    judged: Annotated[str, Open()]


class Shown:
    """What was shown at a gate, as far as it can be told apart."""

    def __init__(self, number: str | None, kind: str | None, judged: str) -> None:
        self.number, self.kind, self.judged = number, kind, judged


def load_shown(working: Working | Ahead, asks: Sequence[RecordCrossing]) -> Reads:
    """Read at once the passes whose numbers were shown, the gates, and for how long each place keeps what came."""
    shown = [number_shown(ask.permit) for ask in asks if ask.permit]
    keep = rules.CROSSING_DAYS.name
    yield [
        *working.loading(Permit, "number", [number for number in shown if number is not None]),
        *working.loading(Point, NAMED, [(ask.place, GATE, ask.point) for ask in asks]),
        *[
            working.noting(noted(keep, place), reading(working, keep, place))
            for place in {ask.place for ask in asks}
        ],
    ]


def plain_number(text: str) -> str | None:
    """Return the number of a pass, when what was shown is one and no token."""
    plain = text.replace(" ", "").lower()
    return plain if NUMBER.fullmatch(plain) else None


def number_shown(text: str) -> str | None:
    """Return the number of a pass as what was shown says it: it tells which row may be needed, and nothing more."""
    if plain := plain_number(text):
        return plain
    claimed = number_in(text)
    return claimed.hex() if claimed else None


@command(
    role={Role.GUARD, Role.DESK},
    title=_("Record a crossing"),
    records=True,
    many=load_shown,
    ahead=True,
)
def record_crossing(acting: Acting, ask: RecordCrossing) -> Crossed:
    """Record that a pass or an arrival came to a gate and what became of it; the pass is judged anew by today's lists."""
    point = point_of(acting, ask.place, ask.point)
    if (ask.permit is None) == (ask.arrival is None):
        raise Refused("MOV-66")
    shown = look_at(acting, ask.permit) if ask.permit else Shown(None, None, rules.VALID)
    good = rules.passes(shown.judged)
    verdict: GateVerdict = ask.verdict or "pass"
    if verdict != "stop" and not good:
        acting.against(rules.against(shown.judged))
    reason = ask.reason or (None if good else shown.judged)
    keep = in_force(acting.store, rules.CROSSING_DAYS.name, ask.place, acting.at)
    crossing = acting.add(
        new(
            Crossing,
            place=ask.place,
            point=point.id,
            permit=shown.number,
            arrival=ask.arrival,
            kind=shown.kind,
            direction=ask.direction,
            verdict=verdict,
            judged=shown.judged,
            reason=(reason or "guard") if verdict == "stop" else reason,
            at=acting.at,
            recorded_at=acting.now,
            delete_after=day(acting.at) + dt.timedelta(days=keep),
        )
    )
    return Crossed(crossing=crossing.id, verdict=verdict, judged=shown.judged)


def look_at(acting: Acting, text: str) -> Shown:
    """Return what a pass is worth at this place and moment, by its token or its number alone."""
    plain = plain_number(text)
    if plain is not None:
        row = acting.see(Permit, number=plain)
        return known(acting, row) if row else Shown(plain, None, "unknown")
    trust = trust_list()
    if trust is None:
        return Shown(None, None, "key")
    try:
        claims = open_token(text, trust.keys, acting.at)
    except TokenRefused as refused:
        return Shown(None, None, refused.reason)
    number = claims.permit.hex()
    row = acting.see(Permit, number=number)
    if row is not None:
        return known(acting, row)
    try:
        word: str = check_at(claims, acting.place, None, Lists(trust), acting.at)
    except TokenRefused as refused:
        word = refused.reason
    return Shown(number, KIND_NAMES[claims.kind], word)


def known(acting: Acting, row: Permit) -> Shown:
    """Return what a pass of this account is worth at this place and moment."""
    word = rules.judged(
        starts=row.starts_at,
        ends=row.ends_at,
        revoked=row.revoked_at,
        places=row.places,
        at=acting.at,
        place=acting.place,
    )
    return Shown(row.number, row.kind, word)


class NoteDoubleUse(Ask):
    """One pass was used at two gates."""

    place: PlaceCode
    crossing: UUID


@command(role={Role.OPERATOR}, title=_("Note a double use"), shell=False)
def note_double_use(acting: Acting, ask: NoteDoubleUse) -> None:
    """Leave an open item for a gate's desk: its own crossing is one of two by the same pass; the other gate is not named."""
    held = acting.hold(Crossing, id=ask.crossing)
    if held is None or held.place != ask.place or held.twice:
        return
    acting.change(held, twice=True)
    acting.raise_item(kind=TWICE, subject=held.id.hex, place=held.place, role=Role.DESK)


@due("minute")
def double_uses(now: dt.datetime) -> None:
    """Look for passes used at two gates at nearly the same time; one gate's crossings are noted at a time, in no order.

    Each note is an act of its own, and the other gate's follow a minute later: neither time nor entry joins the two.
    """
    by_gate: dict[UUID, list[Crossing]] = defaultdict(list)
    for crossing in twice_used(now):
        by_gate[crossing.point].append(crossing)
    if not by_gate:
        return
    for crossing in by_gate[random.choice(sorted(by_gate))]:
        as_house(note_double_use, {"place": crossing.place, "crossing": crossing.id})


def twice_used(now: dt.datetime) -> Iterable[Crossing]:
    """Give the crossings of the last hour's passes that were used at another gate too, in the same direction and time."""
    store = Store()
    rows = store.run(
        "SELECT permit FROM movement_crossing WHERE recorded_at > %s AND permit IS NOT NULL AND verdict <> %s "
        "GROUP BY permit HAVING COUNT(DISTINCT point) > 1",
        [now - LOOK_BACK, "stop"],
    ).fetchall()
    for (number,) in rows:
        came = [
            row
            for row in store.fetch(Crossing, {"permit": number}, limit=None)
            if row.verdict != "stop"
        ]
        for row in came:
            if row.twice:
                continue
            within = dt.timedelta(
                minutes=in_force(store, rules.TWICE_MINUTES.name, row.place, row.at)
            )
            if any(
                other.point != row.point
                and other.direction == row.direction
                and abs(other.at - row.at) <= within
                for other in came
            ):
                yield row


class ForgetCrossings(Ask):
    """Delete crossings whose day has come."""

    before: Moment


@command(role={Role.OPERATOR}, title=_("Delete old crossings"), placeless=True)
def forget_crossings(acting: Acting, ask: ForgetCrossings) -> Forgotten:
    """Delete crossings, some at a time, once the day that they were born with has come."""
    gone = list(Crossing.objects.filter(delete_after__lt=day(ask.before)).order_by("id")[:AT_ONCE])
    for crossing in gone:
        acting.remove(crossing)
    return Forgotten(people=len(gone))


@due("day", erases=True)
def old_crossings(now: dt.datetime) -> bool:
    """Delete the crossings whose day has come, some at a time."""
    if not Crossing.objects.filter(delete_after__lt=day(now)).exists():
        return False
    return bool(as_house(forget_crossings, {"before": now}).result["people"])
