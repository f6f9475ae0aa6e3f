"""Acting: the hands of a command. What it adds, changes or removes is bound into the entry of the act."""

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, Protocol, TypeVar
from uuid import UUID

from mingbai.kernel.actors import Hat
from mingbai.kernel.asks import Ask
from mingbai.kernel.laying import Layout, values_of, whole
from mingbai.kernel.models import Kept, Link, Mention, OpenItem
from mingbai.kernel.refusals import Refused
from mingbai.kernel.rows import RowLine, Store, shape
from mingbai.kernel.words import Known, Role, Via

K = TypeVar("K", bound=Kept)
A = TypeVar("A", bound=Ask)
Told = dict[str, Any] | Refused
"""What came of one of many asks: its answer as JSON values, or the rule that was against it."""
MENTIONS = Layout(Mention, "person entry")


class InCommon(Protocol):
    """What the acts of a chunk have in common: looked up once, and written when all of them are done."""

    def close(self, acting: "Acting") -> None:
        """Write what the acts left to be written once for all of them."""


C = TypeVar("C", bound=InCommon)


def link_digest(token: str) -> str:
    """Return how the account knows a link: people may write it in groups, in small letters."""
    letters = "".join(letter for letter in token.upper() if letter.isalnum())
    return hashlib.sha256(f"mingbai/link/1/{letters}".encode()).hexdigest()


def open_link(store: Store, token: str, purpose: str, now: dt.datetime) -> Link | None:
    """Return the link that a token opens for this purpose, while it is in force."""
    found = store.fetch(Link, {"digest": link_digest(token)})
    if not found or found[0].purpose != purpose or found[0].revoked_at is not None:
        return None
    if found[0].ends_at is not None and found[0].ends_at <= now:
        return None
    return found[0]


@dataclass
class Acting:
    """Who does what, where and when; and the only way to touch the account's rows."""

    store: Store
    entry: UUID
    command: str
    hat: Hat
    via: Via
    place: str
    at: dt.datetime
    now: dt.datetime
    known: Known = Known.OBSERVED
    because: UUID | None = None
    came_by: str | None = None
    depth: int = 0
    inner: int = 0
    inside: set[tuple[str, str]] = field(default_factory=set)
    run_inner: Callable[..., Any] | None = None
    afterwards: list[Callable[[], None]] = field(default_factory=list)
    rows: dict[tuple[str, str], RowLine] = field(default_factory=dict)
    mentioned: set[UUID] = field(default_factory=set)
    last: dict[tuple[Any, ...], Callable[["Acting"], None]] = field(default_factory=dict)

    may_overrule: bool = False
    overruled: list[Refused] = field(default_factory=list)
    alone: bool = False
    unkept: set[str] = field(default_factory=set)
    common: dict[type[Any], Any] = field(default_factory=dict)

    def another(self, *, entry: UUID, hat: Hat, place: str, at: dt.datetime) -> "Acting":
        """Return the hands of another act of the same chunk: what is common to all is set up once."""
        other = Acting.__new__(Acting)
        other.__dict__ = self.__dict__.copy()
        other.entry, other.hat, other.place, other.at = entry, hat, place, at
        other.rows, other.mentioned, other.overruled, other.inside = {}, set(), [], set()
        return other

    @property
    def person(self) -> UUID | None:
        """Return who acts, when that is somebody."""
        return self.hat.person

    @property
    def role(self) -> Role:
        """Return the role as which they act."""
        return self.hat.role

    @property
    def mandate(self) -> UUID | None:
        """Return the mandate under which they act."""
        return self.hat.mandate

    def see(self, model: type[K], **equal: Any) -> K | None:
        """Return the one row whose columns equal these, without a lock."""
        return _one(self.store.fetch(model, equal))

    def hold(self, model: type[K], **equal: Any) -> K | None:
        """Return the one row whose columns equal these, locked until the act is over."""
        return _one(self.store.fetch(model, equal, lock=True))

    def hold_each(self, model: type[K], **equal: Any) -> list[K]:
        """Return all rows whose columns equal these, locked in the order of their ids."""
        return self.store.fetch(model, equal, lock=True, limit=None)

    def hold_all(self, model: type[K], keys: Sequence[dict[str, Any]]) -> list[K | None]:
        """Return one locked row for each key; locks are taken in one order, so that two acts never wait for each other."""
        order = sorted(
            range(len(keys)), key=lambda at: sorted((k, str(v)) for k, v in keys[at].items())
        )
        found: dict[int, K | None] = {at: self.hold(model, **keys[at]) for at in order}
        return [found[at] for at in range(len(keys))]

    def find(self, model: type[K], **equal: Any) -> list[K]:
        """Return all rows whose columns equal these, ordered by id."""
        return self.store.fetch(model, equal, limit=None)

    def total(self, model: type[Kept], name: str, **equal: Any) -> int:
        """Return the sum of a column over all rows whose columns equal these, without a lock."""
        return self.store.total(model, name, equal)

    def add(self, row: K) -> K:
        """Add a row."""
        digest, stored = self.store.insert(row)
        if digest:  # what a chunk of many keeps in memory is bound when it is written
            self._bind(stored, digest)
        return stored  # type: ignore[no-any-return]

    def put(self, layout: Layout, values: Sequence[Any]) -> None:
        """Add a row that nobody asks for before the act, or the chunk of acts that it is one of, is over."""
        self.put_all(layout, (values,))

    def put_all(self, layout: Layout, rows: Sequence[Sequence[Any]]) -> None:
        """Add rows that nobody asks for before the act, or the chunk of acts that it is one of, is over."""
        if rows and (lines := self.store.put(layout, rows)):
            self._bind_all(lines)

    def in_common(self, kind: type[C]) -> C:
        """Return what the acts of a chunk have in common; an act that is alone has it for itself.

        It is no part of what is undone when an act is refused: an act tells it nothing before all its rules have been asked.
        """
        found: C | None = self.common.get(kind)
        if found is None:
            found = self.common[kind] = kind()
        return found

    def close_common(self) -> None:
        """Write what acts left to be written once for all of them."""
        for each in self.common.values():
            each.close(self)
        self.common.clear()

    def change(self, row: K, **columns: Any) -> K:
        """Change columns of a row; if somebody else changed it meanwhile, the whole command runs again."""
        digest, stored = self.store.update(row, columns)
        if digest:
            self._bind(stored, digest)
        return stored

    def remove(self, row: Kept) -> None:
        """Remove a row."""
        self.store.delete(row)
        table = shape(type(row)).table
        self.rows[(table, row.id.hex)] = [table, row.id.hex, row.row_version, None]

    def add_all(self, rows: Sequence[Kept]) -> None:
        """Add many rows of one kind."""
        if rows:
            self._bind_all(self.store.put(whole(type(rows[0])), values_of(rows)))

    def against(self, refusal: Refused) -> None:
        """Say that a rule is against this. It is refused; but what a phone tells of has happened, and is recorded as overruled."""
        if not self.may_overrule:
            raise refusal
        self.overruled.append(refusal)

    def commit_only(self, name: str) -> bool:
        """Have a private field of this ask committed to and not kept; an ask that is one of many can't have it so."""
        if self.alone:
            self.unkept.add(name)
        return self.alone

    def at_last(self, key: tuple[Any, ...], function: Callable[["Acting"], None]) -> None:
        """Have something looked at once when the act is over, or the chunk of acts that it is one of."""
        self.last[key] = function

    def subject(self, person: UUID) -> None:
        """Say that this act concerns a person: it is then found under what is held about them."""
        if person not in self.mentioned:
            self.mentioned.add(person)
            self.put(MENTIONS, (person, self.entry))

    def raise_item(
        self,
        *,
        kind: str,
        subject: str,
        place: str,
        role: Role,
        due: dt.datetime | None = None,
        raises_to: Role | None = None,
        person: UUID | None = None,
    ) -> OpenItem:
        """Raise an open item for whoever answers for it; while one of its kind and subject is open there is no second."""
        standing = self.see(OpenItem, kind=kind, subject=subject, place=place, done_at=None)
        if standing is not None:
            return standing
        return self.add(
            OpenItem(
                kind=kind,
                subject=subject,
                place=place,
                role=role,
                person=person,
                asked_at=self.now,
                due_at=due,
                raises_to=raises_to,
                because=self.entry,
            )
        )

    def close_item(self, *, kind: str, subject: str, place: str, outcome: str) -> OpenItem | None:
        """Close the open item of a kind and subject, if there is one."""
        standing = self.hold(OpenItem, kind=kind, subject=subject, place=place, done_at=None)
        if standing is None:
            return None
        return self.change(
            standing, done_at=self.now, acted_at=standing.acted_at or self.now, outcome=outcome
        )

    def link(
        self,
        *,
        digest: str,
        purpose: str,
        subject: str,
        place: str,
        ends_at: dt.datetime | None = None,
    ) -> Link:
        """Make a link for one purpose; the face made its 128 random bits, and the account keeps their digest alone."""
        return self.add(
            Link(
                digest=digest,
                purpose=purpose,
                subject=subject,
                place=place,
                ends_at=ends_at,
                entry=self.entry,
            )
        )

    def perform(self, function: Callable[..., Any], ask: Any) -> Any:
        """Run another command inside this one, with an entry of its own that names this one as its cause."""
        assert self.run_inner is not None
        return self.run_inner(self, function, ask)

    def _bind_all(self, lines: Sequence[RowLine]) -> None:
        self.rows.update({(line[0], line[1]): line for line in lines})

    def _bind(self, row: Kept, digest: str) -> None:
        table = shape(type(row)).table
        self.rows[(table, row.id.hex)] = [table, row.id.hex, row.row_version, digest]


@dataclass(frozen=True)
class Asking:
    """Who asks, and as of when."""

    store: Store
    hat: Hat
    via: Via
    now: dt.datetime
    as_of: dt.datetime | None = None
    link: str | None = None

    @property
    def person(self) -> UUID | None:
        """Return who asks, when that is somebody."""
        return self.hat.person

    @property
    def role(self) -> Role:
        """Return the role as which they ask."""
        return self.hat.role

    @property
    def place(self) -> str:
        """Return the place of the office as which they ask."""
        return self.hat.place

    def see(self, model: type[K], **equal: Any) -> K | None:
        """Return the one row whose columns equal these."""
        return _one(self.store.fetch(model, equal))

    def find(self, model: type[K], **equal: Any) -> list[K]:
        """Return all rows whose columns equal these, ordered by id."""
        return self.store.fetch(model, equal, limit=None)


class Asked(NamedTuple, Generic[A]):
    """One of the asks that a function does together: what is asked, by which request, and when it happened."""

    ask: A
    request: UUID
    at: dt.datetime


def alone(
    of_many: Callable[[Acting, Sequence[Asked[A]]], Sequence[Told]], acting: Acting, ask: A
) -> dict[str, Any]:
    """Return the answer to an ask that is the only one of its act, from a function that does many together."""
    (told,) = of_many(acting, [Asked(ask, acting.entry, acting.at)])
    if isinstance(told, Refused):
        raise told
    return told


def _one(found: list[K]) -> K | None:
    assert len(found) < 2, "two rows where one was expected"
    return found[0] if found else None
