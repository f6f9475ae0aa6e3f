"""Commands on passes whose ground is gone: a firm's approval was taken back; the desk decides, danger stops at once, approval lifts."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID, uuid5

from django.utils.translation import gettext_lazy as _

from mingbai.domains.movement.commands.issuing import PermitNumber
from mingbai.domains.movement.commands.requests import MAY_ASK, may_ask
from mingbai.domains.movement.models import Batch, Permit, StopOrder
from mingbai.domains.movement.rules.permits import STOP_HOURS
from mingbai.domains.movement.words import GROUND_GONE
from mingbai.kernel import standing
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.commands.messages import told
from mingbai.kernel.glossary import terms
from mingbai.kernel.jobs import Plan, Row
from mingbai.kernel.many.run import One
from mingbai.kernel.many.working import Working
from mingbai.kernel.models import Job, Message, Standing
from mingbai.kernel.policy import in_force
from mingbai.kernel.queries.firms import OfFirm
from mingbai.kernel.refusals import AlreadyThere, Refused, sentences
from mingbai.kernel.registry import command, planner
from mingbai.kernel.rows import Reads, Store
from mingbai.kernel.words import PlaceCode, Reason, Role, Via

FOLLOWING = "movement.following"
STOPPING, HOLDING_AGAIN = "movement.stopping", "movement.holding_again"
SERIOUS = "inspection.serious_hazard"
ASKED, STOPPED, LEFT, LIFTED = "asked", "stopped", "left", "lifted"
STATES = (ASKED, STOPPED, LEFT, LIFTED)

told(
    {
        "passes_in_question": _(
            "The firm's approval was taken back. Its passes hold for now; the desk decides whether they are stopped."
        ),
        "passes_stopped": _(
            "The passes of the firm's staff are stopped. They hold again by themselves once the firm is approved again."
        ),
        "passes_run_on": _("The desk lets the passes of the firm's staff hold until their end."),
        "passes_hold_again": _("The firm is approved again: the passes of its staff hold again."),
    }
)
sentences(
    {
        "MOV-98": _("No passes of this firm wait here for a decision."),
        "MOV-99": _(
            "A serious hazard is open at this firm: its passes stay stopped until the hazard is rechecked. A pass for whoever puts it right is issued by itself."
        ),
        "MOV-100": _("What stopped these passes, or lets them hold again, has ended meanwhile."),
    }
)
terms({"stop_order": _("Stop of a firm's passes")})


class Followed(Answer):
    """At how many places the desk is asked, passes are stopped, and passes hold again."""

    asked: int = 0
    stopped: int = 0
    lifted: int = 0


class StopPermits(OfFirm):
    """Stop the passes of a firm's staff."""

    reason: Reason


class LetRunOn(OfFirm):
    """Let the passes of a firm's staff hold until their end."""

    reason: Reason


class Decided(Answer):
    """How many passes it is about."""

    permits: int


class OneStopped(Ask):
    """One pass, and the stop that it belongs to."""

    place: PlaceCode
    permit: PermitNumber
    stop_order: UUID


@command(role={Role.OPERATOR}, title=_("Follow a firm's approval"), shell=False)
def follow_approval(acting: Acting, ask: OfFirm) -> Followed:
    """Let passes follow the approval they rest on: each desk that issued some is asked, danger stops at once, approval lifts the stop."""
    firm = ask.organisation
    orders = acting.hold_each(StopOrder, organisation_id=firm, ended_at=None)
    if may_ask(acting, firm):
        for order in orders:
            end(acting, order, LIFTED)
        return Followed(lifted=len(orders))
    gone = taken_back_at(acting, firm)
    if gone is None:
        return Followed()
    danger = serious(acting, firm)
    open_at = {order.place: order for order in orders}
    asked = stopped = 0
    for place, batches in staff_batches(acting, firm).items():
        held = open_at.get(place)
        if held is None and (danger or not was_left(acting, place, firm, gone)):
            held = opened(acting, place, firm, batches)
            if not danger:
                ask_desk(acting, held)
                asked += 1
        if danger and held is not None and held.state == ASKED:
            stop(acting, held, batches, danger=True)
            stopped += 1
    return Followed(asked=asked, stopped=stopped)


def taken_back_at(acting: Acting, firm: UUID) -> dt.datetime | None:
    """Return when a firm's right to passes was taken back last, when it ever had it."""
    ends = [row.ends_at for row in acting.find(Standing, subject=firm.hex, what=MAY_ASK)]
    return max((at for at in ends if at is not None), default=None)


def serious(acting: Acting, firm: UUID) -> bool:
    """Tell whether a serious hazard is open at a firm, by the inspection's word."""
    word = standing.WORDS.get(SERIOUS)
    return word is not None and standing.at(acting.store, word, firm.hex, acting.now) is not None


def was_left(acting: Acting, place: str, firm: UUID, gone: dt.datetime) -> bool:
    """Tell whether a desk let a firm's passes run on since its approval was taken back: it is not asked twice for one cause."""
    past = acting.find(StopOrder, place=place, organisation_id=firm, state=LEFT)
    return any(order.asked_at >= gone for order in past)


def has_staff_batches(acting: Acting, firm: UUID) -> bool:
    """Tell whether a firm's staff ever had passes."""
    return bool(acting.find(Batch, organisation_id=firm, kind="person"))


def staff_batches(acting: Acting, firm: UUID) -> dict[str, list[Batch]]:
    """Return by place the batches of a firm's staff whose passes hold, or are being issued."""
    found: dict[str, list[Batch]] = {}
    for batch in acting.find(Batch, organisation_id=firm, kind="person"):
        holds = batch.issued > batch.revoked and batch.state in ("issued", STOPPED)
        if batch.ends_at > acting.now and (holds or batch.state == "issuing"):
            found.setdefault(batch.place, []).append(batch)
    return found


def opened(acting: Acting, place: str, firm: UUID, batches: Sequence[Batch]) -> StopOrder:
    """Note that the passes of a firm's staff at a place lost their ground."""
    return acting.add(
        StopOrder(
            place=place,
            organisation_id=firm,
            state=ASKED,
            permits=sum(batch.issued - batch.revoked for batch in batches),
            asked_at=acting.now,
        )
    )


def ask_desk(acting: Acting, order: StopOrder) -> None:
    """Ask the desk that issued the passes, with a time by which it decides; they hold until then."""
    hours = in_force(acting.store, STOP_HOURS.name, order.place, acting.now)
    acting.raise_item(
        kind=GROUND_GONE,
        subject=order.organisation_id.hex,
        place=order.place,
        role=Role.DESK,
        due=acting.now + dt.timedelta(hours=hours),
        raises_to=Role.LEADER,
    )
    tell_firm(acting, order, "passes_in_question")


def stop(
    acting: Acting,
    order: StopOrder,
    batches: Sequence[Batch],
    *,
    danger: bool,
    reason: str | None = None,
) -> StopOrder:
    """Stop the passes of a firm at a place: no more are issued, and long work takes each out of force from this moment."""
    for one in batches:
        held = acting.hold(Batch, id=one.id)
        if held is not None and held.state != STOPPED:
            acting.change(held, state=STOPPED)
    order = acting.change(
        order,
        state=STOPPED,
        danger=danger,
        reason=reason,
        stopped_at=acting.now,
        permits=sum(batch.issued - batch.revoked for batch in batches),
    )
    acting.close_item(
        kind=GROUND_GONE, subject=order.organisation_id.hex, place=order.place, outcome="stopped"
    )
    set_out(acting, order, STOPPING)
    tell_firm(acting, order, "passes_stopped")
    return order


def end(acting: Acting, order: StopOrder, state: str, reason: str | None = None) -> None:
    """End a question or a stop: what was stopped holds again, what was asked is asked no more."""
    was = order.state
    firm = order.organisation_id
    order = acting.change(order, state=state, ended_at=acting.now, reason=reason or order.reason)
    if was == ASKED:
        outcome = "run on" if state == LEFT else "approved again"
        acting.close_item(kind=GROUND_GONE, subject=firm.hex, place=order.place, outcome=outcome)
    else:
        for batch in acting.hold_each(Batch, place=order.place, organisation_id=firm):
            if batch.state == STOPPED:
                acting.change(batch, state="issued", issued_at=batch.issued_at or acting.now)
        set_out(acting, order, HOLDING_AGAIN)
    tell_firm(acting, order, "passes_run_on" if state == LEFT else "passes_hold_again")


def set_out(acting: Acting, order: StopOrder, kind: str) -> None:
    """Begin the long work on the passes of a stop; it is the house's own, and goes on when it was cut off."""
    acting.add(
        Job(
            kind=kind,
            place=order.place,
            via=Via.HOUSE,
            total=order.permits,
            asked_at=acting.now,
            content=order.id.hex,
        )
    )


def tell_firm(acting: Acting, order: StopOrder, kind: str) -> None:
    """Tell whoever asked for the passes what became of them."""
    batches = acting.find(
        Batch, organisation_id=order.organisation_id, place=order.place, kind="person"
    )
    people = {batch.asked_by for batch in batches if batch.asked_by and batch.ends_at > acting.now}
    for person in sorted(people):
        acting.add(
            Message(
                kind=kind,
                person=person,
                place=order.place,
                made_at=acting.now,
                because=acting.because or acting.entry,
            )
        )


def held_order(acting: Acting, ask: OfFirm) -> StopOrder:
    """MOV-98 有问才决: return the question or the stop that stands about a firm's passes at a place, locked."""
    order = acting.hold(StopOrder, place=ask.place, organisation_id=ask.organisation, ended_at=None)
    if order is None:
        raise Refused("MOV-98")
    return order


@command(role={Role.DESK}, title=_("Stop the passes of a firm"))
def stop_permits(acting: Acting, ask: StopPermits) -> Decided:
    """Stop the passes of a firm whose approval was taken back, with the reason; they hold again once it is approved again."""
    order = held_order(acting, ask)
    if order.state != ASKED:
        raise Refused("MOV-98")
    batches = staff_batches(acting, ask.organisation).get(ask.place, [])
    order = stop(acting, order, batches, danger=False, reason=ask.reason)
    return Decided(permits=order.permits)


@command(role={Role.DESK}, title=_("Let the passes of a firm run on"))
def let_run_on(acting: Acting, ask: LetRunOn) -> Decided:
    """MOV-99 险情不由人解: let the passes of a firm hold until their end, with the reason; not while a serious hazard is open."""
    order = held_order(acting, ask)
    if serious(acting, ask.organisation):
        raise Refused("MOV-99")
    end(acting, order, LEFT, ask.reason)
    return Decided(permits=order.permits)


@planner(FOLLOWING)
def plan_following(content: bytes, place: str, options: dict[str, object]) -> Plan:
    """Plan to look at the passes of one firm, after a change that many firms were held against."""
    cause, firm = (UUID(hex=one) for one in content.decode().split())
    ask = {"place": place, "organisation": firm}
    row = Row(1, one=One(ask, uuid5(cause, f"passes/{firm.hex}")))
    return Plan("movement.follow_approval", [row])


def planned(command_name: str, content: bytes) -> Plan:
    """Plan one act for each pass that a firm's staff had at the place when the stop began, the same request for ever.

    Also those stand in the plan that need nothing: it is the same however far the work came, for it goes on by counting.
    """
    (order,) = Store().fetch(StopOrder, {"id": UUID(hex=content.decode())})
    permits = Permit.objects.filter(
        place=order.place,
        kind="person",
        batch__organisation_id=order.organisation_id,
        issued_at__lte=order.stopped_at,
    )
    found = permits.order_by("id").values_list("id", "number")
    return Plan(
        command_name,
        [
            Row(
                at,
                one=One(
                    {"place": order.place, "permit": number, "stop_order": order.id},
                    uuid5(order.id, f"{command_name}/{permit.hex}"),
                ),
            )
            for at, (permit, number) in enumerate(found, start=1)
        ],
    )


@planner(STOPPING)
def plan_stopping(content: bytes, place: str, options: dict[str, object]) -> Plan:
    """Plan to take the passes of a stop out of force."""
    return planned("movement.stop_permit", content)


@planner(HOLDING_AGAIN)
def plan_holding_again(content: bytes, place: str, options: dict[str, object]) -> Plan:
    """Plan to let the passes of a stop hold again."""
    return planned("movement.resume_permit", content)


def load_stopped(working: Working, asks: Sequence[OneStopped]) -> Reads:
    """Read at once the passes of a chunk, their batches and the stop they belong to."""
    yield [
        *working.loading(Permit, "number", [ask.permit for ask in asks]),
        *working.loading(StopOrder, "id", {ask.stop_order for ask in asks}),
    ]
    batches = {permit.batch_id for permit in working.met(Permit)}
    yield [*working.loading(Batch, "id", batches)]


def one_of(acting: Acting, ask: OneStopped) -> tuple[Permit, Batch, StopOrder]:
    """Return a pass, its batch and the stop that it belongs to, locked."""
    order = acting.hold(StopOrder, id=ask.stop_order)
    permit = acting.hold(Permit, number=ask.permit)
    if order is None or permit is None or {order.place, permit.place} != {ask.place}:
        raise Refused("MOV-49")
    batch = acting.hold(Batch, id=permit.batch_id)
    assert batch is not None and batch.organisation_id == order.organisation_id
    return permit, batch, order


@command(role={Role.OPERATOR}, title=_("Stop one pass"), shell=False, many=load_stopped)
def stop_permit(acting: Acting, ask: OneStopped) -> None:
    """Take a pass out of force with its firm's stop, from the moment of the stop: its batch's signed list says so."""
    permit, batch, order = one_of(acting, ask)
    if order.state != STOPPED:
        raise AlreadyThere("MOV-100")
    if permit.revoked_at is not None or permit.ends_at <= acting.now:
        raise AlreadyThere("MOV-92")
    acting.change(permit, revoked_at=order.stopped_at)
    acting.change(batch, revoked=batch.revoked + 1, list_version=batch.list_version + 1)
    if permit.person_id is not None:
        acting.subject(permit.person_id)


@command(role={Role.OPERATOR}, title=_("Let one pass hold again"), shell=False, many=load_stopped)
def resume_permit(acting: Acting, ask: OneStopped) -> None:
    """Let a pass hold again whose stop has ended; one that was revoked by itself, or whose holder is erased, never does."""
    permit, batch, order = one_of(acting, ask)
    if order.state == STOPPED:
        raise AlreadyThere("MOV-100")
    if permit.revoked_at is None or permit.revoked_at != order.stopped_at or erased(permit):
        raise AlreadyThere("MOV-92")
    newer = batch.state == STOPPED and acting.find(
        StopOrder, place=order.place, organisation_id=order.organisation_id, state=STOPPED
    )
    if newer:
        acting.change(permit, revoked_at=newer[0].stopped_at)
        return
    acting.change(permit, revoked_at=None)
    acting.change(batch, revoked=batch.revoked - 1, list_version=batch.list_version + 1)
    if permit.person_id is not None:
        acting.subject(permit.person_id)


def erased(permit: Permit) -> bool:
    """Tell whether a pass was emptied because its holder is erased."""
    return permit.token_sealed is None
