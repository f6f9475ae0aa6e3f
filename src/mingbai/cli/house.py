"""What the verbs do once the house is loaded."""

import inspect
import json
import os
import secrets
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import OperationalError
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from mingbai.cli.serving import serve_account
from mingbai.flows.imports import IMPORTS, import_workbook
from mingbai.flows.stories import STORIES, tell
from mingbai.kernel import account, jobs
from mingbai.kernel.actors import OPERATOR, Actor
from mingbai.kernel.clock import machine_now
from mingbai.kernel.folder import folder
from mingbai.kernel.journal import receipts, tree
from mingbai.kernel.journal.verify import verify as verify_account
from mingbai.kernel.keys import keys
from mingbai.kernel.models import Login
from mingbai.kernel.moment import account as account_row
from mingbai.kernel.perform import answer, perform, rows_as_json
from mingbai.kernel.refusals import SENTENCES, Refused, sentences
from mingbai.kernel.registry import REGISTRY
from mingbai.kernel.rows import Store
from mingbai.kernel.setting_up import load_places
from mingbai.kernel.turn import NoRoom, no_room
from mingbai.kernel.words import Known, Via
from mingbai.kernel.worker import run_due
from mingbai.proofs import notes

__all__ = ["DISK_FAULTS", "NoRoom", "Refused", "no_room"]
DISK_FAULTS = (OperationalError, OSError)

sentences(
    {
        "CLI-1": _("Nobody signs in as %(name)s."),
        "CLI-2": _("There is no story %(name)s. Stories: %(stories)s."),
        "CLI-3": _("There is no import %(kind)s. Imports: %(kinds)s."),
        "CLI-4": _(
            "There is no account in %(folder)s yet. Make an empty one with: mingbai init, or a demo with: mingbai demo."
        ),
        "CLI-5": _("%(text)s is not written as it should be."),
    }
)


def translate() -> None:
    """Speak the language of the person's machine."""
    wanted = (
        os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    ).lower()
    translation.activate("zh-hans" if wanted.startswith("zh") else "en")


def opened() -> None:
    """Open the account of the folder in use."""
    if not account_exists():
        raise Refused("CLI-4", folder=folder())
    account.open_account(folder())


def account_exists() -> bool:
    """Tell whether the folder in use holds an account."""
    account.use(folder())
    return account.exists()


def initialise(office: str) -> Iterator[str]:
    """Make an empty real account; give the lines that are printed once."""
    account.birth(folder(), name=office)
    settings.SECRET_KEY = keys().web
    places = load_places()
    password = open_administrator()
    tree.settle()
    yield f"account: {folder()}"
    yield f"places: {places}"
    yield f"key: {notes.public_key_line(account_row(Store()).origin, keys().log.public_key())}"
    yield "administrator: administrator"
    yield f"password: {password}"


def open_administrator() -> str:
    """Record the first administrator, a desk of the whole account; return the password, which is kept nowhere."""
    root = "0" * 12
    person = perform(
        "people.add_person", {"place": root, "name": "Administrator", "purpose": "office"}
    ).result["person"]
    perform(
        "mandates.give",
        {"place": root, "person": person, "role": "desk", "capacity": "administrator"},
    )
    perform("mandates.open_login", {"place": root, "person": person, "username": "administrator"})
    password = secrets.token_urlsafe(12)
    get_user_model().objects.create_user("administrator", password=password)
    return password


def load_demo(story: str) -> dict[str, Any]:
    """Load a story; return what it made."""
    if story not in STORIES:
        raise Refused("CLI-2", name=story, stories=", ".join(sorted(STORIES)))
    return tell(story, folder())


def actor_named(name: str | None) -> Actor:
    """Return who acts: the person of a sign-in name, or the machine's operator."""
    if name is None:
        return OPERATOR
    found = Store().fetch(Login, {"username": name})
    if not found or found[0].closed_at is not None:
        raise Refused("CLI-1", name=name)
    return Actor(person=found[0].person_id, via=Via.CONSOLE)


def id_of(text: str | None) -> UUID | None:
    """Return the id that an option gives."""
    if text is None:
        return None
    try:
        return UUID(text)
    except ValueError:
        raise Refused("CLI-5", text=text) from None


def do(name: str, ask: dict[str, Any], **options: Any) -> dict[str, Any]:
    """Do a command; number and seal it; return its receipt."""
    opened()
    at = options["at"]
    if options["known"] not in set(Known):
        raise Refused("CLI-5", text=options["known"])
    receipt = perform(
        name,
        ask,
        as_=actor_named(options["as_"]),
        mandate=id_of(options["mandate"]),
        at=account.moment_of(at) if at else None,
        known=Known(options["known"]),
        case=id_of(options["case"]),
        request_id=id_of(options["request_id"]),
    )
    tree.settle()
    return receipt.as_json()


def ask(
    name: str, fields: dict[str, Any], *, as_: str | None, mandate: str | None
) -> dict[str, Any]:
    """Answer a query."""
    opened()
    return rows_as_json(answer(name, fields, as_=actor_named(as_), mandate=id_of(mandate)))


def import_file(kind: str, file: Path, place: str, **options: Any) -> dict[str, Any]:
    """Import a workbook; return what became of each row."""
    opened()
    if kind not in IMPORTS:
        raise Refused("CLI-3", kind=kind, kinds=", ".join(sorted(IMPORTS)))
    found = import_workbook(
        kind,
        file.read_bytes(),
        place,
        point=options["point"],
        year=options["year"],
        as_=actor_named(options["as_"]),
        dry_run=options["dry_run"],
    )
    if options["errors"] is not None:
        options["errors"].write_bytes(found.error_workbook())
    tree.settle()
    return found.as_json()


def verify(against: str | None) -> tuple[int, list[str]]:
    """Verify the account; return how many faults there are, and the lines to print."""
    if not account_exists():
        raise Refused("CLI-4", folder=folder())
    while tree.sequence():
        pass
    faults, sealed, rows = verify_account(against)
    if faults:
        return len(faults), [str(fault) for fault in faults]
    head = sealed.note.rstrip("\n").split("\n") if sealed else ["no head is sealed yet"]
    return 0, [*head, f"verified: {rows} rows"]


def receipt(entry: str) -> dict[str, Any]:
    """Return the proof of an entry."""
    opened()
    tree.settle()
    return receipts.as_json(receipts.prove(receipts.find_entry(entry)))


def work() -> dict[str, Any]:
    """Number, seal, and do what is due, once."""
    opened()
    for every in ("minute", "hour", "day"):
        run_due(every)
    jobs.work_on(steps=None)
    sealed = tree.settle()
    return {"sealed": sealed.size if sealed else 0}


def find(word: str) -> Iterator[str]:
    """Give rules, commands and queries that match a word."""
    wanted = word.lower()
    for kind, found in (("command", REGISTRY.commands), ("query", REGISTRY.queries)):
        for name, one in sorted(found.items()):
            if wanted in f"{name} {one.title} {one.summary}".lower():  # type: ignore[attr-defined]
                yield f"{kind} {name}: {one.summary} {where(one.function)}"  # type: ignore[attr-defined]
    for code, sentence in sorted(SENTENCES.items()):
        if wanted in f"{code} {sentence}".lower():
            yield f"rule {code}: {sentence}"


def where(function: Any) -> str:
    """Return the file and line of a function."""
    path = Path(inspect.getsourcefile(function) or "")
    return f"{path.relative_to(Path(__file__).resolve().parents[2])}:{inspect.getsourcelines(function)[1]}"


def serve(host: str, port: int, demo_if_none: bool) -> None:
    """Serve the account of the folder in use."""
    if not account_exists():
        if not demo_if_none:
            raise Refused("CLI-4", folder=folder())
        began = machine_now()
        sys.stderr.write("正在准备演示账，约一分钟…… Making the demo, about a minute.\n")
        tell("matou", folder())
        sys.stderr.write(f"{(machine_now() - began).seconds} s\n")
    account.open_account(folder())
    for line in welcome():
        sys.stderr.write(line + "\n")
    serve_account(host, free_port(host, port))


def welcome() -> Iterator[str]:
    """Give the demo's sign-in names; a real account has none to tell."""
    path = folder() / "demo.json"
    if path.exists():
        yield "演示登录（口令都一样）/ Demo sign-ins (one password for all):"
        for line in json.loads(path.read_text("utf-8"))["logins"]:
            yield f"  {line['username']:<12} {line['password']}  {line['who']}"


def free_port(host: str, port: int) -> int:
    """Return the port if it is free, or else a free one."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            probe.bind((host, 0))
        return int(probe.getsockname()[1])
