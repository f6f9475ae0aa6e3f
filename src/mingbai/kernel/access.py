"""Access: role by place by case; queries fail closed."""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from mingbai.kernel.actors import Actor, Context, Hat
from mingbai.kernel.models import Mandate
from mingbai.kernel.moment import now_with
from mingbai.kernel.places import ROOT, is_under
from mingbai.kernel.refusals import NotAllowed, NotKnown, Refused
from mingbai.kernel.registry import REACH, Command, Query, Reach, Scope
from mingbai.kernel.rows import Statement, Store
from mingbai.kernel.words import ROLE_TITLES, Role, Via


def hats(store: Store, person: UUID, now: dt.datetime) -> list[Mandate]:
    """Return the mandates of a person that are in force."""
    return in_force(store.fetch(Mandate, {"person_id": person}, limit=None), now)


def in_force(mandates: Iterable[Mandate], now: dt.datetime) -> list[Mandate]:
    """Return those of some mandates that are in force."""
    return [
        mandate
        for mandate in mandates
        if mandate.starts_at <= now and (mandate.ends_at is None or now < mandate.ends_at)
    ]


def now_and_hat(
    store: Store, actor: Actor, context: Context, *others: Statement
) -> tuple[dt.datetime, Hat | None, list[Any]]:
    """Return the account's moment, the office as which somebody acts then, and what other statements give."""
    if actor.person is None:
        moment, found = now_with(store, *others)
        return moment, hat_among(actor, context, []), found
    held = store.fetching(Mandate, {"person_id": actor.person}, limit=None)
    moment, (*found, mandates) = now_with(store, *others, held)
    return moment, hat_among(actor, context, in_force(mandates, moment)), found


def hat_of(store: Store, actor: Actor, context: Context, now: dt.datetime) -> Hat | None:
    """Return the office as which somebody acts: the one named, or the only one they hold."""
    return hat_among(actor, context, hats(store, actor.person, now) if actor.person else [])


def hat_among(actor: Actor, context: Context, held: list[Mandate]) -> Hat | None:
    """Return the office as which somebody acts: the one named, or the only one of those they hold."""
    if actor.console:
        return Hat(role=Role.OPERATOR, place=ROOT)
    if actor.via is Via.HOUSE:
        return Hat(role=Role.OPERATOR, place=ROOT)
    if actor.person is None:
        return None
    if context.mandate is not None:
        held = [mandate for mandate in held if mandate.id == context.mandate]
        if not held:
            raise NotAllowed("ACC-3")
    if len(held) > 1:
        raise Refused("ACC-2")
    if not held:
        return Hat(role=Role.RESIDENT, place="", person=actor.person)
    one = held[0]
    return Hat(
        role=Role(one.role),
        place=one.place,
        mandate=one.id,
        person=actor.person,
        capacity=one.capacity,
        case=one.case,
        ends_at=one.ends_at,
    )


def covers(role: Role, own: str, place: str) -> bool:
    """Tell whether an office at one place reaches another."""
    return is_under(place, own) if REACH[role] is Reach.UNDER else place == own


def named(roles: Iterable[Role]) -> str:
    """Return roles in words."""
    return " / ".join(str(ROLE_TITLES[role]) for role in sorted(roles, key=list(Role).index))


def check_command(
    command: Command, actor: Actor, hat: Hat | None, place: str | None, case: UUID | None
) -> Hat:
    """ACC-1 凭职办事: a command is done by the role it is for, at a place that role answers for."""
    if actor.via is Via.CONSOLE and not command.shell:
        raise NotAllowed("ACC-7")
    if actor.via is Via.HOUSE and hat is not None:
        return hat
    if command.of_machine and actor.via is not Via.CONSOLE:
        raise NotAllowed("ACC-9")
    if command.public:
        return public_hat(command, actor, hat, place, case)
    if hat is None:
        raise NotKnown("ACC-4")
    role = hat.role
    if actor.console and role not in command.roles and Role.DESK in command.roles:
        role = Role.DESK
    if role not in command.roles:
        raise NotAllowed("ACC-1", role=named(command.roles))
    if place is not None and hat.place and not covers(role, hat.place, place):
        raise NotAllowed("ACC-5")
    if hat.case is not None and hat.case != case:
        raise NotAllowed("ACC-6")
    return Hat(role, hat.place, hat.mandate, hat.person, hat.capacity, hat.case, hat.ends_at)


def public_hat(
    command: Command, actor: Actor, hat: Hat | None, place: str | None, case: UUID | None
) -> Hat:
    """Return as what somebody does what anyone may: as their office where it holds for this, else as a person like any other."""
    if hat is None:
        return Hat(role=Role.ANYONE, place="", person=actor.person)
    if actor.console:
        return hat
    near = place is None or not hat.place or covers(hat.role, hat.place, place)
    if hat.role in command.roles and near and hat.case in (None, case):
        return hat
    return Hat(role=Role.RESIDENT, place="", person=actor.person)


def check_query(
    query: Query, actor: Actor, hat: Hat | None, place: str | None, case: UUID | None = None
) -> Hat:
    """ACC-4 看账凭职: what is not public is shown to the role it is for, within the scope it is for."""
    if query.scope is Scope.PUBLIC:
        return hat or Hat(role=Role.ANYONE, place="", person=actor.person)
    if hat is None:
        raise NotKnown("ACC-4")
    if query.scope is Scope.OWN:
        if actor.person is None and not actor.console:
            raise NotKnown("ACC-4")
        if query.roles and hat.role not in query.roles and not actor.console:
            raise NotAllowed("ACC-1", role=named(query.roles))
        return hat
    if actor.console or actor.via is Via.HOUSE:
        return hat
    if hat.role not in query.roles:
        raise NotAllowed("ACC-1", role=named(query.roles))
    assert place is not None
    near = (
        place == hat.place
        if query.scope in (Scope.PLACE, Scope.POINT)
        else covers(hat.role, hat.place, place)
    )
    if not near:
        raise NotAllowed("ACC-5")
    if hat.case is not None and hat.case != case:
        raise NotAllowed("ACC-6")
    return hat
