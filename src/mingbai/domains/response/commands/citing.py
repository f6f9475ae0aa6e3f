"""Citing: what a decision, a notice or a plan rests on are entries of the account, looked at when it is signed."""

from collections.abc import Sequence
from uuid import UUID

from mingbai.domains.response.models import Citation, Decision, Directive, Notice, PlanVersion, Task
from mingbai.kernel.access import covers
from mingbai.kernel.acting import Acting
from mingbai.kernel.journal.entries import stored_act
from mingbai.kernel.places import is_under
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import REGISTRY


def cite(acting: Acting, subject: UUID, entries: Sequence[UUID]) -> None:
    """RES-81 言出有据: write down each cited entry, after looking whether it exists and whoever signs may read it."""
    for number, entry in enumerate(dict.fromkeys(entries)):
        act = stored_act(acting.store, entry)
        if act is None or not readable(acting, entry, act.body["place"]):
            raise Refused("RES-81", entry=entry)
        acting.add(Citation(subject=subject, number=number, cited=entry, place=acting.place))


def readable(acting: Acting, entry: UUID, place: str) -> bool:
    """Tell whether whoever signs may read an entry: it lies within their office's reach, or it was told to them or to all."""
    if acting.person is None:
        return True
    reads = REGISTRY.queries["journal.acts"].roles
    if place and acting.role in reads and covers(acting.role, acting.hat.place, place):
        return True
    if any(acting.see(kind, entry=entry) for kind in (Decision, PlanVersion)):
        return True
    notice = acting.see(Notice, entry=entry)
    if notice is not None:
        return notice.for_everyone or addressed(notice, acting.role, acting.hat.place)
    directive = acting.see(Directive, entry=entry)
    return directive is not None and bool(
        acting.find(Task, directive_id=directive.id, place=acting.hat.place)
    )


def addressed(notice: Notice, role: str, place: str) -> bool:
    """Tell whether a notice is addressed to an office at a place."""
    return role in notice.offices.split(",") and any(
        is_under(place, code) for code in notice.places.split(",")
    )
