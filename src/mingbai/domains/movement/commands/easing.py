"""Commands on easing: gates and passes hang on a kind of measure; when it lapses, the gates go and the passes end with it."""

import datetime as dt
from uuid import UUID, uuid5

from django.utils.translation import gettext_lazy as _

from mingbai.domains.movement.commands.checkpoints import WHO, lead_on, stand
from mingbai.domains.movement.commands.issuing import PermitNumber
from mingbai.domains.movement.models import Batch, Hanging, Permit
from mingbai.domains.movement.points import ENDED, is_open, point_of, state_of
from mingbai.domains.movement.queries.measures import eased, hangings_of, open_way_round
from mingbai.domains.movement.rules.permits import PermitKind
from mingbai.domains.movement.words import GATE, PointText
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Ask
from mingbai.kernel.clock import day
from mingbai.kernel.glossary import terms
from mingbai.kernel.jobs import Plan, Row
from mingbai.kernel.many.run import One
from mingbai.kernel.measures import Hung, family, in_force_at, told_hung
from mingbai.kernel.models import Measure, Point
from mingbai.kernel.places import is_under
from mingbai.kernel.refusals import AlreadyThere, Refused, sentences
from mingbai.kernel.registry import command, planner
from mingbai.kernel.rows import Store
from mingbai.kernel.words import Code, PlaceCode, Role, ShortCode

GATES, PASSES = "movement.eased_gates", "movement.eased_passes"

sentences(
    {
        "MOV-90": _("No measure of the code %(measure)s has ended here."),
        "MOV-91": _("This gate is not open, or its measure holds here again. Nothing was changed."),
        "MOV-92": _("This pass has ended or was revoked already."),
        "MOV-93": _("This hangs on the measure %(measure)s already."),
    }
)
terms({"permit_kind": _("Kind of pass")})


class HangGate(Ask):
    """On which measure a gate hangs; without one on none."""

    place: PlaceCode
    point: PointText
    measure: ShortCode | None = None


@command(role=WHO, title=_("Let a gate hang on a measure"))
def hang_gate(acting: Acting, ask: HangGate) -> None:
    """Say on which kind of measure a gate hangs: it is taken away when that measure lapses at its place."""
    point = point_of(acting, ask.place, ask.point)
    hang(acting, ask.place, GATE, ask.measure, point)


class HangPasses(Ask):
    """On which measure passes of a kind hang; without one on none."""

    place: PlaceCode
    permit_kind: PermitKind
    measure: ShortCode | None = None


@command(role={Role.DESK, Role.LEADER}, title=_("Let passes hang on a measure"))
def hang_passes(acting: Acting, ask: HangPasses) -> None:
    """Say on which kind of measure the passes of a kind hang, for this place and under it: they end when it lapses there."""
    hang(acting, ask.place, ask.permit_kind, ask.measure, None)


def hang(acting: Acting, place: str, what: str, measure: str | None, point: Point | None) -> None:
    """Let one thing hang on a measure in place of what it hung on before."""
    held = acting.find(
        Hanging, place=place, what=what, point_id=point.id if point else None, ended_at=None
    )
    for row in held:
        if row.measure == measure:
            raise AlreadyThere("MOV-93", measure=measure)
        acting.change(row, ended_at=acting.at)
    if measure is not None:
        acting.add(
            Hanging(
                place=place,
                what=what,
                point_id=point.id if point else None,
                measure=measure,
                at=acting.at,
            )
        )


@planner(GATES)
def plan_gates(content: bytes, place: str, options: dict[str, object]) -> Plan:
    """Plan the gates that hang on a measure that has lapsed: each is taken away."""
    told = told_hung(content)
    rows = gates_hung(told)
    return Plan(
        "movement.take_gate_away",
        [
            Row(
                at,
                one=One(
                    {"place": row.place, "point": str(row.point_id), "measure": told.measure},
                    uuid5(row.id, f"eased/{told.measure}"),
                ),
            )
            for at, row in enumerate(rows)
        ],
    )


def gates_hung(told: Hung) -> list[Hanging]:
    """Return the gates that hang on a measure that has lapsed, where no other row of its kind keeps them."""
    return [
        row
        for row in hangings_of(Store(), told.measure, told.ended)
        if row.what == GATE and told.reaches(row.place)
    ]


def waits_for(acting: Acting, kind: str, place: str) -> bool:
    """Tell whether a gate at a place or under it went with this kind of measure and stands closed since."""
    for row in acting.find(Hanging, what=GATE, measure=kind, ended_at=None):
        point = acting.see(Point, id=row.point_id) if is_under(row.place, place) else None
        state = state_of(acting, point) if point else None
        if state is not None and not state.open and (state.reason or "").startswith(ENDED):
            return True
    return False


class TakeGateAway(Ask):
    """The measure that a gate hangs on has lapsed."""

    place: PlaceCode
    point: PointText
    measure: Code


@command(role={Role.OPERATOR}, title=_("Take a gate away with its measure"))
def take_gate_away(acting: Acting, ask: TakeGateAway) -> None:
    """Close a gate because its measure lapsed, from that minute on; who comes reads why, and goes round where a gate stays open."""
    measure = lapsed_measure(acting, ask.measure)
    point = point_of(acting, ask.place, ask.point)
    held = state_of(acting, point)
    again = family(measure) in in_force_at(acting.store, ask.place, acting.now)
    if again or not is_open(held):
        raise AlreadyThere("MOV-91")
    detour = open_way_round(acting, point, family(measure))
    stand(
        acting,
        point,
        held,
        open=False,
        at=measure.lapsed_at,
        reason=f"{ENDED}{measure.code}",
        detour_id=detour.id if detour else None,
        hours=held.hours if held else None,
        equipment=held.equipment if held else None,
    )
    if detour is not None:
        lead_on(acting, point, detour)


def lapsed_measure(acting: Acting, code: str) -> Measure:
    """MOV-90 措施已止: what ends with a measure ends when that has lapsed."""
    found = acting.see(Measure, code=code)
    if found is None or found.lapsed_at is None:
        raise Refused("MOV-90", measure=code)
    return found


@planner(PASSES)
def plan_passes(content: bytes, place: str, options: dict[str, object]) -> Plan:
    """Plan the passes that hang on a measure that has lapsed at every place they are for: each ends with it."""
    told = told_hung(content)
    return Plan(
        "movement.lapse_permit",
        [
            Row(
                at,
                one=One(
                    {"place": where, "permit": number, "measure": told.measure},
                    uuid5(permit, f"eased/{told.measure}"),
                ),
            )
            for at, (permit, number, where) in enumerate(passes_hung(told))
        ],
    )


def passes_hung(told: Hung) -> list[tuple[UUID, str, str]]:
    """Return the passes that a lapsed measure ends: issued before, in force after, and needed at none of their places any more."""
    store = Store()
    hung = [row for row in hangings_of(store, told.measure, told.ended) if row.what != GATE]
    gone = eased(store, told.measure, told.ended)
    found = []
    for kind in sorted({row.what for row in hung}):
        where = [row.place for row in hung if row.what == kind]
        permits = Permit.objects.filter(
            kind=kind, issued_at__lte=told.ended, ends_at__gte=told.ended
        )
        for permit, number, place, places in permits.order_by("id").values_list(
            "id", "number", "place", "places"
        ):
            if gone(places, tuple(where)):
                found.append((permit, number, place))
    return found


class LapsePermit(Ask):
    """The measure that a pass hangs on has lapsed."""

    place: PlaceCode
    permit: PermitNumber
    measure: Code


@command(role={Role.OPERATOR}, title=_("End a pass with its measure"))
def lapse_permit(acting: Acting, ask: LapsePermit) -> None:
    """End a pass because its measure lapsed, from that minute on; it is deleted as many days later as the measure says."""
    measure = lapsed_measure(acting, ask.measure)
    ended = measure.lapsed_at
    assert ended is not None
    permit = acting.hold(Permit, number=ask.permit)
    if permit is None or permit.place != ask.place:
        raise Refused("MOV-49")
    if permit.revoked_at is not None or permit.ends_at <= ended:
        raise AlreadyThere("MOV-92")
    until = day(ended) + dt.timedelta(days=measure.keep_days)
    batch = acting.hold(Batch, id=permit.batch_id)
    assert batch is not None
    ends = max(ended, permit.starts_at + dt.timedelta(seconds=1))
    acting.change(permit, ends_at=ends, delete_after=min(permit.delete_after, until))
    if batch.ends_at > ends:
        acting.change(batch, ends_at=ends, delete_after=min(batch.delete_after, until))
    if permit.person_id is not None:
        acting.subject(permit.person_id)
