"""Telling: a story account with its own clock, its people, and everything done through commands."""

import datetime as dt
import json
import secrets
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password

from mingbai.kernel import account
from mingbai.kernel.acting import link_digest
from mingbai.kernel.actors import OPERATOR, Actor
from mingbai.kernel.clock import at_time
from mingbai.kernel.folder import write_safely
from mingbai.kernel.identity import random_link
from mingbai.kernel.journal import tree
from mingbai.kernel.perform import Receipt, answer, perform
from mingbai.kernel.setting_up import load_places
from mingbai.kernel.words import Known, Via

SIGN_INS = "demo.json"


@dataclass
class Player:
    """Somebody in a story."""

    name: str
    actor: Actor
    mandates: dict[str, UUID] = field(default_factory=dict)


@dataclass
class Teller:
    """Tells one story."""

    where: Path
    title: str
    begins: dt.datetime
    password: str = field(default_factory=lambda: "mingbai-" + secrets.token_hex(3))
    logins: list[dict[str, str]] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)

    @cached_property
    def hashed(self) -> str:
        """The one password of all sign-ins as it is kept: computing it costs a third of a second each time."""
        return make_password(self.password)

    def begin(self, under: str) -> None:
        """Make the account and load the places that the story needs."""
        account.birth(self.where, name=self.title, kind="story", story_now=self.begins)
        account.open_account(self.where)
        load_places(under)

    def clock(self, on: dt.date, hour: int, minute: int = 0) -> None:
        """Move the story's clock."""
        perform("account.move_clock", {"to": at_time(on, hour, minute).isoformat()})

    def do(
        self,
        name: str,
        ask: dict[str, Any],
        *,
        as_: Player | None = None,
        role: str | None = None,
        case: UUID | None = None,
    ) -> Receipt:
        """Do a command as somebody of the story, in one of their offices."""
        if as_ is None:
            return perform(name, ask, as_=OPERATOR, known=Known.REPORTED)
        mandate = as_.mandates[role] if role else next(iter(as_.mandates.values()), None)
        return perform(name, ask, as_=as_.actor, mandate=mandate, case=case)

    def read(self, name: str, ask: dict[str, Any], *, as_: Player) -> list[Any]:
        """Ask a query as somebody of the story, in their first office."""
        mandate = next(iter(as_.mandates.values()), None)
        return list(answer(name, ask, as_=as_.actor, mandate=mandate))

    def person(self, name: str, place: str, **more: Any) -> Player:
        """Record somebody."""
        receipt = self.do("people.add_person", {"place": place, "name": name, **more})
        return Player(name, Actor(person=UUID(receipt.result["person"]), via=Via.PAGE))

    def office(self, player: Player, role: str, place: str, capacity: str, **more: Any) -> None:
        """Give somebody an office."""
        ask = {
            "place": place,
            "person": str(player.actor.person),
            "role": role,
            "capacity": capacity,
            **more,
        }
        player.mandates[role] = UUID(self.do("mandates.give", ask).result["mandate"])

    def sign_in(self, player: Player, username: str, place: str, who: str) -> None:
        """Give somebody a demo sign-in; only a story account has one."""
        ask = {"place": place, "person": str(player.actor.person), "username": username}
        self.do("mandates.open_login", ask)
        users = get_user_model().objects
        users.create_user(username)
        users.filter(username=username).update(password=self.hashed)
        self.logins.append({"username": username, "password": self.password, "who": who})

    def link(self, name: str) -> str:
        """Make a link's random bits, keep them for the demo's first page, and return their fingerprint."""
        token = self.links[name] = random_link()
        return link_digest(token)

    def end(self) -> dict[str, Any]:
        """Number and seal everything; write down what the first page tells a visitor."""
        tree.settle()
        told = {"story": self.title, "logins": self.logins, "links": self.links}
        write_safely(self.where / SIGN_INS, json.dumps(told, ensure_ascii=False, indent=1).encode())
        return told
