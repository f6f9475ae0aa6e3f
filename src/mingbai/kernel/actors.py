"""Actors: who asks, by which way they came, and as which of their offices."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from mingbai.kernel.words import Known, Role, Via


@dataclass(frozen=True)
class Actor:
    """Somebody at the door, as the face that let them in knows them."""

    person: UUID | None = None
    via: Via = Via.API
    link: str | None = None
    address: str = ""

    @property
    def console(self) -> bool:
        """Tell whether this is the machine's own shell, with nobody named."""
        return self.via is Via.CONSOLE and self.person is None


OPERATOR = Actor(via=Via.CONSOLE)
HOUSE = Actor(via=Via.HOUSE)
NOBODY = Actor(via=Via.PAGE)


@dataclass(frozen=True)
class Context:
    """What travels beside an ask, the same on every face."""

    mandate: UUID | None = None
    at: dt.datetime | None = None
    known: Known = Known.OBSERVED
    case: UUID | None = None


@dataclass(frozen=True)
class Hat:
    """The office as which somebody acts."""

    role: Role
    place: str
    mandate: UUID | None = None
    person: UUID | None = None
    capacity: str = ""
    case: UUID | None = None
    ends_at: dt.datetime | None = None
