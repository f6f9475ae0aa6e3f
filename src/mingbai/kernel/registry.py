"""The registry: every command and query of the house, from which API, pages, command line and documents are made."""

import enum
import inspect
import typing
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.utils.functional import Promise
from pydantic import BaseModel

from mingbai.kernel.asks import Ask
from mingbai.kernel.fields import Holds, HouseField, in_pairs
from mingbai.kernel.rows import Reads
from mingbai.kernel.words import Role

F = TypeVar("F", bound=Callable[..., Any])
Title = Promise | str
Loads = Callable[..., Reads]
OfMany = Callable[[Any, Sequence[Any]], Sequence[Any]]


class Scope(enum.StrEnum):
    """Whose rows a query shows."""

    OWN = "own"
    POINT = "point"
    PLACE = "place"
    UNDER = "under"
    PUBLIC = "public"


class Reach(enum.StrEnum):
    """Where a role's mandate holds: at its own place, or there and everywhere under it."""

    OWN = "own"
    UNDER = "under"


REACH = dict.fromkeys(Role, Reach.OWN) | dict.fromkeys(
    (
        Role.DESK,
        Role.OVERSEER,
        Role.APPOINTING_OFFICE,
        Role.LEADER,
        Role.AUDITOR,
        Role.INSPECTOR,
        Role.HEALTH,
        Role.OPERATOR,
    ),
    Reach.UNDER,
)


@dataclass(frozen=True)
class Command:
    """One way in which the account may change."""

    name: str
    function: Callable[..., Any]
    ask: type[Ask]
    answer: type[BaseModel] | None
    roles: frozenset[Role]
    title: Title
    summary: str
    records: bool
    placeless: bool
    shell: bool
    per_hour: int | None
    many: Loads | None
    of_many: OfMany | None
    ahead: bool

    @property
    def desk(self) -> str:
        """Return the desk whose command this is."""
        return self.name.partition(".")[0]

    @property
    def public(self) -> bool:
        """Tell whether anyone may ask for it."""
        return Role.ANYONE in self.roles

    @property
    def of_machine(self) -> bool:
        """Tell whether this is done from the machine itself, or by the house: for the operator alone, and over no network."""
        return self.roles == {Role.OPERATOR}


@dataclass(frozen=True)
class Query:
    """One thing that may be asked."""

    name: str
    function: Callable[..., Any]
    ask: type[Ask]
    row: type[BaseModel]
    many: bool
    scope: Scope
    roles: frozenset[Role]
    title: Title
    summary: str
    as_of: bool
    looks: bool
    per_hour: int | None
    holds: tuple[tuple[str, HouseField], ...] = ()

    @property
    def desk(self) -> str:
        """Return the desk whose query this is."""
        return self.name.partition(".")[0]

    @property
    def public(self) -> bool:
        """Tell whether anyone may ask it."""
        return self.scope is Scope.PUBLIC


@dataclass
class Registry:
    """What is registered, by name."""

    commands: dict[str, Command] = field(default_factory=dict)
    queries: dict[str, Query] = field(default_factory=dict)
    due: list[tuple[str, Callable[..., Any]]] = field(default_factory=list)
    erasing: set[Callable[..., Any]] = field(default_factory=set)
    planners: dict[str, Callable[..., Any]] = field(default_factory=dict)
    bundle_parts: dict[str, Callable[..., Any]] = field(default_factory=dict)
    personal_parts: set[str] = field(default_factory=set)


REGISTRY = Registry()


def command(
    *,
    role: Iterable[Role],
    title: Title,
    desk: str | None = None,
    records: bool = False,
    placeless: bool = False,
    shell: bool = True,
    per_hour: int | None = None,
    many: Loads | None = None,
    of_many: OfMany | None = None,
    ahead: bool = False,
) -> Callable[[F], F]:
    """Register a function `(acting, ask) -> answer` as a command; its docstring is its summary.

    A command that reads and writes through `acting` alone may say by `many(working, asks)` what a chunk of asks will need:
    statements that are read together, and when those were read, further ones. `run_many` then keeps the chunk's rows in
    memory and writes them at once. With `ahead` they are read together with the claim of a single ask too.

    Where a chunk has a hundred thousand asks, what is done anew for each is most of its cost: `of_many(acting, asked)` does
    those of a chunk together and tells of each what came of it, and the function of one ask is that of a chunk of one. The
    place, the moment and the request are those of each ask, and not of `acting`; it refuses an ask before it writes for it.
    """

    def register(function: F) -> F:
        name = f"{desk or desk_of(function)}.{function.__name__}"
        hints = typing.get_type_hints(function)
        ask = hints[list(inspect.signature(function).parameters)[1]]
        answer = hints.get("return")
        assert placeless or "place" in ask.model_fields, (
            f"{name} does not say at which place it acts"
        )
        assert name not in REGISTRY.commands, f"{name} is registered twice"
        assert of_many is None or many is not None, f"{name} does not say what a chunk will need"
        REGISTRY.commands[name] = Command(
            name=name,
            function=function,
            ask=ask,
            answer=answer if isinstance(answer, type) and issubclass(answer, BaseModel) else None,
            roles=frozenset(role),
            title=title,
            summary=summary_of(function, name),
            records=records,
            placeless=placeless,
            shell=shell,
            per_hour=per_hour,
            many=many,
            of_many=of_many,
            ahead=ahead,
        )
        function.command_name = name  # type: ignore[attr-defined]
        return function

    return register


def query(
    *,
    scope: Scope,
    title: Title,
    role: Iterable[Role] = (),
    desk: str | None = None,
    as_of: bool = False,
    looks: bool = False,
    per_hour: int | None = None,
    holds: Holds | None = None,
) -> Callable[[F], F]:
    """Register a function `(asking, ask) -> rows` as a query; without a scope there is none.

    `per_hour` is how often one who has not signed in may ask it. `holds` says which columns of the answer hold which fields
    of the house: what is held here no form asks for.
    """

    def register(function: F) -> F:
        name = f"{desk or desk_of(function)}.{function.__name__}"
        hints = typing.get_type_hints(function)
        ask = hints[list(inspect.signature(function).parameters)[1]]
        answer = hints["return"]
        many = typing.get_origin(answer) is list
        row = typing.get_args(answer)[0] if many else answer
        assert isinstance(scope, Scope), f"{name} names no scope"
        assert scope is Scope.PUBLIC or scope is Scope.OWN or role, f"{name} names no role"
        assert scope in (Scope.PUBLIC, Scope.OWN) or "place" in ask.model_fields, (
            f"{name} does not say of which place"
        )
        assert issubclass(row, BaseModel), f"{name} answers with {row}"
        assert name not in REGISTRY.queries, f"{name} is registered twice"
        REGISTRY.queries[name] = Query(
            name=name,
            function=function,
            ask=ask,
            row=row,
            many=many,
            scope=scope,
            roles=frozenset(role),
            title=title,
            summary=summary_of(function, name),
            as_of=as_of,
            looks=looks,
            per_hour=per_hour,
            holds=in_pairs(holds or {}),
        )
        function.query_name = name  # type: ignore[attr-defined]
        return function

    return register


def planner(kind: str) -> Callable[[F], F]:
    """Register a function `(content, place, options) -> plan` as what a job of this kind does with its content."""

    def register(function: F) -> F:
        summary_of(function, kind)
        assert kind not in REGISTRY.planners, f"{kind} is planned twice"
        REGISTRY.planners[kind] = function
        return function

    return register


def bundle_part(name: str, *, personal: bool = False) -> Callable[[F], F]:
    """Register a function `(store, place, now) -> JSON value` as what a desk puts into the bundle that phones carry.

    A personal part is made for whoever holds the phone: its function takes their id too, and nobody carries another's.
    """

    def register(function: F) -> F:
        summary_of(function, name)
        assert name not in REGISTRY.bundle_parts, f"{name} is in the bundle twice"
        REGISTRY.bundle_parts[name] = function
        if personal:
            REGISTRY.personal_parts.add(name)
        return function

    return register


def due(every: str, *, erases: bool = False) -> Callable[[F], F]:
    """Register a function `(now)` that the worker calls every "minute", "hour" or "day"; safe to call twice.

    One that does some at a time returns True while more may be left: the worker seals and goes on with it in its next round.
    One that erases what is over is not called while the clock may be wrong.
    """
    assert every in {"minute", "hour", "day"}

    def register(function: F) -> F:
        summary_of(function, function.__name__)
        REGISTRY.due.append((every, function))
        if erases:
            REGISTRY.erasing.add(function)
        return function

    return register


def desk_of(function: Callable[..., Any]) -> str:
    """Return the desk in whose folder a function lies."""
    parts = function.__module__.split(".")
    assert parts[:2] == ["mingbai", "domains"], f"name the desk of {function.__qualname__}"
    return parts[2]


def summary_of(function: Callable[..., Any], name: str) -> str:
    """Return the one plain sentence that says what a command or query does."""
    text = (inspect.getdoc(function) or "").strip().split("\n\n")[0].replace("\n", " ")
    assert text.endswith("."), f"{name} has no plain sentence as its docstring"
    return text
