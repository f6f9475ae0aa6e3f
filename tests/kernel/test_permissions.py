"""The permission matrix: every role tries every command and query at five places; what happens is what the hand-written page says.

The page is tests/data/permissions.txt. A new command or query needs a line there, and the failure says how it may look.
"""

import datetime as dt
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Annotated, Any, get_args

import pytest
from django.db import transaction
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from mingbai.kernel.actors import HOUSE, OPERATOR, Actor
from mingbai.kernel.asks import Ask, inner_ask
from mingbai.kernel.models import Mandate
from mingbai.kernel.perform import answer, perform
from mingbai.kernel.refusals import Refused
from mingbai.kernel.registry import REACH, REGISTRY, Command, Query
from mingbai.kernel.setting_up import load_places
from mingbai.kernel.words import Role, Via
from tests.conftest import TOWN, VILLAGE, House
from tools.permissions import ROLES, Line, read

PLACES = {
    "own": TOWN,
    "parent": "110112000000",
    "child": VILLAGE,
    "neighbour": "110112001000",
    "other county": "110111001000",
}
# What says that the door is shut; every other rule speaks only after it was opened.
SHUT = {"ACC-1", "ACC-3", "ACC-4", "ACC-5", "ACC-6", "ACC-7", "ACC-9", "MAN-1"}
PAGE = read()
NOBODY = Actor(via=Via.API, address="192.0.2.1")
SAMPLES: list[Any] = [
    "2020-02-01",
    "2020-02-01T08:00:00+08:00",
    0,
    1,
    True,
    "mask",
    "0" * 16,
    "0" * 64,
    "x" * 26,
    "x" * 88,
    VILLAGE,
    "place.name",
    None,
]


def everything() -> dict[str, Command | Query]:
    """Return every command and query by its name, those of every floor."""
    for module in ("mingbai.web.urls", "mingbai.flows.imports", "mingbai.cli.house"):
        import_module(module)
    return {**REGISTRY.commands, **REGISTRY.queries}


def has_place(one: Command | Query) -> bool:
    """Tell whether it matters at which place this is asked for."""
    return "place" in one.ask.model_fields


@cache
def sample(field: str, kind: type[Ask]) -> Any:
    """Return a value that fits a field of an ask: the first that the field's own rules let through."""
    info: FieldInfo = kind.model_fields[field]
    nested = inner_ask(info.annotation)
    adapter: TypeAdapter[Any] = TypeAdapter(Annotated[info.annotation, "a field", *info.metadata])
    choices = [*getattr(info.annotation, "__members__", {}).values(), *get_args(info.annotation)]
    whole = [ask_of(nested)] if nested else []
    patterns = [str(getattr(mark, "pattern", None) or "") for mark in info.metadata]
    choices += [word for pattern in patterns for word in re.findall(r"[\w ]+", pattern)]
    for value in [str(uuid.uuid4()), *choices, *whole, *([one] for one in whole), *SAMPLES, [], {}]:
        try:
            adapter.validate_python(value)
        except (ValidationError, AssertionError, TypeError):
            continue
        return value
    raise AssertionError(f"add a value to SAMPLES that fits {kind.__name__}.{field}")


def ask_of(kind: type[BaseModel], **known: Any) -> dict[str, Any]:
    """Return an ask that can be read: every field that must be there, and what is known."""
    found = {
        name: sample(name, kind)  # type: ignore[arg-type]
        for name, info in kind.model_fields.items()
        if info.is_required()
    }
    return found | {name: value for name, value in known.items() if name in kind.model_fields}


@dataclass
class Cast:
    """One of every role, with an office at the town, and a mandate at each of the five places."""

    people: dict[str, Actor]
    mandates: dict[str, uuid.UUID]

    def ask(self, one: Command | Query, where: str, actor: Actor) -> dict[str, Any]:
        """Return an ask for a place; what is about oneself names oneself."""
        known: dict[str, Any] = {"place": PLACES[where]}
        if one.name == "mandates.end":
            known["mandate"] = self.mandates[where]
        if "self" in PAGE[one.name].words and actor.person is not None:
            known["person"] = actor.person
        return ask_of(one.ask, **known)


@pytest.fixture
def cast(account: House) -> Iterator[Cast]:
    """Make the cast; whatever is tried afterwards is taken back."""
    for place in ("110112001000", "110111001000"):
        load_places(place)
    people = {role: account.person(f"某{role}", role, TOWN) for role in ROLES if role != "resident"}
    people["resident"], people["anyone"] = account.person("某居民", place=TOWN), NOBODY
    mandates = {
        where: Mandate.objects.get(person=account.person("某岗", "crew_lead", code).person).id
        for where, code in PLACES.items()
    }
    with transaction.atomic(using="default"):
        yield Cast(people, mandates)
        transaction.set_rollback(True)


def came_of(one: Command | Query, ask: dict[str, Any], actor: Actor, **context: Any) -> str:
    """Do or ask it, take it back, and return the rule that refused it, or nothing."""
    run: Callable[..., Any] = perform if isinstance(one, Command) else answer
    with transaction.atomic(using="default"):
        try:
            run(one.name, ask, as_=actor, **context)
        except Refused as refusal:
            return refusal.code
        except AssertionError:
            return "let in, and stopped by a check of its own"
        finally:
            transaction.set_rollback(True)
    return ""


def wrong(one: Command | Query, who: str, where: str, code: str, expected: bool) -> str:
    """Return what is wrong with a cell, when something is."""
    if (code not in SHUT) == expected:
        return ""
    does = f"is refused ({code})" if expected else f"is let in ({code or 'done'})"
    said = "may" if expected else "may not"
    return f"{one.name}: {who} at {where} {said}, says the page, but {does}"


def line_for(one: Command | Query) -> str:
    """Return how the line of a new command or query may look, from what its registration says; a person decides."""
    roles = sorted(str(role) for role in one.roles - {Role.ANYONE, Role.RESIDENT})
    said = [f"{role} {REACH[Role(role)]}" for role in roles]
    if isinstance(one, Command):
        if one.of_machine:
            said = ["shell"] if one.shell else ["house"]
        else:
            said = ["public"] if one.public else said
            said += ["shell"] if one.shell else []
    else:
        said = {"public": ["public"], "own": ["self"]}.get(str(one.scope), said) + ["shell"]
    return f"{one.name:<29} {', '.join(said)}"


def test_every_command_and_query_has_its_line() -> None:
    known = everything()
    missing = [line_for(known[name]) for name in sorted(set(known) - set(PAGE))]
    assert missing == [], (
        "write a line of each into tests/data/permissions.txt, as it should be; the registration says:\n"
        + "\n".join(missing)
    )
    gone = sorted(set(PAGE) - set(known))
    assert gone == [], "take these lines out of tests/data/permissions.txt: nothing has that name"


def cells(cast: Cast) -> Iterator[tuple[Command | Query, str, str]]:
    """Give every cell: what, who, and where; what has no place is tried once."""
    for one in everything().values():
        for who in cast.people:
            for where in PLACES if has_place(one) else ("own",):
                yield one, who, where


def test_every_role_at_every_place_gets_what_the_page_says(cast: Cast) -> None:
    faults, tried = [], 0
    for one, who, where in cells(cast):
        actor = cast.people[who]
        code = came_of(one, cast.ask(one, where, actor), actor)
        faults.append(wrong(one, who, where, code, PAGE[one.name].lets_in(who, where)))
        tried += 1
    faults = [fault for fault in faults if fault]
    assert faults == [], f"{len(faults)} of {tried}:\n" + "\n".join(faults)
    assert tried > 5000


def test_the_shell_gets_what_the_page_says_and_the_house_is_never_shut_out(cast: Cast) -> None:
    faults = []
    for one in everything().values():
        ask = cast.ask(one, "child", OPERATOR)
        shell = "shell" in PAGE[one.name].words
        faults.append(wrong(one, "the shell", "child", came_of(one, ask, OPERATOR), shell))
        if isinstance(one, Command):
            code = came_of(one, ask, HOUSE)
            faults.append(wrong(one, "the house", "child", code, expected=True))
            named = Actor(person=cast.people["desk"].person, via=Via.CONSOLE)
            if not one.shell:
                code = came_of(one, cast.ask(one, "child", named), named)
                faults.append(wrong(one, "a person named in the shell", "child", code, False))
    assert [fault for fault in faults if fault] == []


def test_a_code_that_is_not_in_force_opens_nothing(cast: Cast) -> None:
    opened = [
        name
        for name, line in PAGE.items()
        if "link" in line.words
        and not came_of(everything()[name], cast.ask(everything()[name], "own", NOBODY), NOBODY)
    ]
    assert opened == []


def test_what_is_about_oneself_is_not_done_about_another(cast: Cast) -> None:
    tried = 0
    for name, line in PAGE.items():
        one = everything()[name]
        if "self" in line.words and "person" in one.ask.model_fields:
            for who in set(ROLES) - {"desk"}:
                ask = ask_of(one.ask, person=cast.people["desk"].person)
                assert came_of(one, ask, cast.people[who]) in SHUT, (name, who)
                tried += 1
    assert tried


def first_role(line: Line) -> str | None:
    """Return the first role that a line lets in at its own place."""
    return next((role for role in line.reach if role != "resident" and reaches(line, role)), None)


def reaches(line: Line, role: str) -> bool:
    """Tell whether a role is let in somewhere that its office reaches."""
    return line.lets_in(role, "own") or line.lets_in(role, "child")


def test_an_office_for_one_matter_reaches_no_other_and_one_that_ended_reaches_none(
    account: House, cast: Cast
) -> None:
    """Every command and query once, with an office limited to a matter, then with one that has ended."""
    matter, faults, known = uuid.uuid4(), [], everything()
    yesterday = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    term = {
        "starts_at": yesterday.isoformat(),
        "ends_at": (yesterday + dt.timedelta(hours=1)).isoformat(),
    }
    roles = {role for line in PAGE.values() if (role := first_role(line))}
    limited = {role: account.person("某案", role, TOWN, case=matter) for role in sorted(roles)}
    ended = {role: account.person("某前任", role, TOWN, **term) for role in sorted(roles)}
    held = {role: Mandate.objects.get(person=actor.person).id for role, actor in ended.items()}
    for name, line in PAGE.items():
        one, role = known[name], first_role(line)
        if role is None or not has_place(one):
            continue
        where = "own" if line.lets_in(role, "own") else "child"
        ask = cast.ask(one, where, limited[role])
        is_open = line.open
        faults.append(
            wrong(one, f"a {role} of one matter", where, came_of(one, ask, limited[role]), is_open)
        )
        if isinstance(one, Command):
            code = came_of(one, ask, limited[role], case=matter)
            faults.append(wrong(one, f"a {role} in their matter", where, code, True))
        code = came_of(one, ask, ended[role], mandate=held[role])
        faults.append(wrong(one, f"a {role} whose office has ended", where, code, False))
        code = came_of(one, ask, ended[role])
        faults.append(wrong(one, f"a former {role}", where, code, line.lets_in("resident", where)))
    assert [fault for fault in faults if fault] == []
