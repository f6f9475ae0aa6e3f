"""Commands on checkpoints: a gate is opened, closed with a reason and a way round, and equipped; its history stays."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.domains.movement.models import CheckpointState
from mingbai.domains.movement.points import is_open, known_point, point_of, state_of
from mingbai.domains.movement.rules.register import check_detour
from mingbai.domains.movement.words import GATE, Equipment, Hours, PointText, Published
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.commands.places import add_point
from mingbai.kernel.models import Point
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import command
from mingbai.kernel.words import PlaceCode, Role

WHO = {Role.DESK, Role.CREW_LEAD}


class OpenCheckpoint(Ask):
    """A gate opens."""

    place: PlaceCode
    point: PointText
    hours: Hours | None = None
    equipment: Equipment | None = None
    detour: PointText | None = None
    afresh: bool = False


class Opened(Answer):
    """The gate's id."""

    point: UUID


@command(role=WHO, title=_("Open a gate"))
def open_checkpoint(acting: Acting, ask: OpenCheckpoint) -> Opened:
    """Open a gate with its hours and equipment, or change them; one of a new name is registered.

    What is left out stays as it was; asked for afresh, it is taken away.
    """
    point = known_point(acting, ask.place, ask.point)
    if point is None:
        added = acting.perform(add_point, {"place": ask.place, "kind": GATE, "name": ask.point})
        point = acting.see(Point, id=UUID(added.result["point"]))
        assert point is not None
    held = state_of(acting, point)
    detour = point_of(acting, ask.place, ask.detour) if ask.detour else None
    stays = None if ask.afresh else held
    told: dict[str, Any] = {
        "hours": ask.hours or (stays.hours if stays else None),
        "equipment": ask.equipment or (stays.equipment if stays else None),
        "detour_id": detour.id if detour else None,
    }
    if held is not None and held.open and all(getattr(held, n) == v for n, v in told.items()):
        raise Refused("MOV-20")
    stand(acting, point, held, open=True, **told)
    return Opened(point=point.id)


class CloseCheckpoint(Ask):
    """A gate closes."""

    place: PlaceCode
    point: PointText
    reason: Published
    detour: PointText


@command(role=WHO, title=_("Close a gate"))
def close_checkpoint(acting: Acting, ask: CloseCheckpoint) -> None:
    """Close a gate with the reason and the way round that whoever comes will read."""
    point = point_of(acting, ask.place, ask.point)
    detour = point_of(acting, ask.place, ask.detour)
    held = state_of(acting, point)
    if not is_open(held):
        raise Refused("MOV-11")
    check_detour(same=detour.id == point.id, is_open=is_open(state_of(acting, detour)))
    stand(
        acting,
        point,
        held,
        open=False,
        reason=ask.reason,
        detour_id=detour.id,
        hours=held.hours if held else None,
        equipment=held.equipment if held else None,
    )
    lead_on(acting, point, detour)


def lead_on(acting: Acting, closed: Point, detour: Point) -> None:
    """Gates that sent people to the one that closes now send them on."""
    for other in acting.find(Point, place=closed.place, kind=GATE):
        held = state_of(acting, other)
        if held is not None and not held.open and held.detour_id == closed.id:
            stand(
                acting,
                other,
                held,
                open=False,
                reason=held.reason,
                detour_id=detour.id,
                hours=held.hours,
                equipment=held.equipment,
            )


class SetEquipment(Ask):
    """A gate has other equipment."""

    place: PlaceCode
    point: PointText
    equipment: Equipment


@command(role=WHO | {Role.GUARD}, title=_("Note a gate's equipment"))
def set_equipment(acting: Acting, ask: SetEquipment) -> None:
    """Note with what a gate is equipped from now on."""
    point = point_of(acting, ask.place, ask.point)
    held = state_of(acting, point)
    stand(
        acting,
        point,
        held,
        open=is_open(held),
        equipment=ask.equipment,
        reason=held.reason if held else None,
        detour_id=held.detour_id if held else None,
        hours=held.hours if held else None,
    )


def stand(
    acting: Acting,
    point: Point,
    held: CheckpointState | None,
    *,
    at: dt.datetime | None = None,
    **how: Any,
) -> None:
    """Write how a gate stands from now on, or from a minute that is past."""
    acting.add(
        CheckpointState(
            point_id=point.id,
            place=point.place,
            number=held.number + 1 if held else 1,
            at=at or acting.at,
            recorded_at=acting.now,
            **how,
        )
    )
