"""Queries on attachments: which pictures belong to an act."""

from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.acting import Asking
from mingbai.kernel.asks import Ask, Row
from mingbai.kernel.models import Attachment
from mingbai.kernel.registry import Scope, query
from mingbai.kernel.words import PlaceCode, Role


class OfAct(Ask):
    """The pictures of an act."""

    place: PlaceCode
    act: UUID


class PictureRow(Row):
    """A picture that belongs to an act."""

    name: str
    digest: str
    width: int
    height: int


@query(
    scope=Scope.UNDER,
    role={Role.KEEPER, Role.DESK, Role.GUARD, Role.OVERSEER, Role.AUDITOR, Role.INSPECTOR},
    desk="attachments",
    title=_("Pictures of an act"),
)
def of_act(asking: Asking, ask: OfAct) -> list[PictureRow]:
    """Return the pictures that were attached to an act."""
    return [
        PictureRow(name=row.name, digest=row.digest, width=row.width, height=row.height)
        for row in asking.find(Attachment, place=ask.place, subject=ask.act.hex, deleted_at=None)
    ]
