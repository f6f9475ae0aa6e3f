"""What the verbs do once the house is loaded."""

import inspect
import json
import os
import secrets
import socket
import ssl
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import OperationalError
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from mingbai.cli.serving import Way, serve_account
from mingbai.flows import permits
from mingbai.flows.imports import IMPORTS, import_workbook
from mingbai.flows.stories import STORIES, tell
from mingbai.kernel import account, backup, certificates, jobs, key_care, pass_keys, recovery
from mingbai.kernel.actors import OPERATOR, Actor
from mingbai.kernel.clock import machine_now
from mingbai.kernel.folder import folder, write_safely
from mingbai.kernel.journal import receipts, tree
from mingbai.kernel.journal.verify import verify as verify_account
from mingbai.kernel.keys import keys
from mingbai.kernel.models import Login
from mingbai.kernel.moment import account as account_row
from mingbai.kernel.moment import now as moment_now
from mingbai.kernel.paper import qr_svg
from mingbai.kernel.perform import answer, perform, rows_as_json
from mingbai.kernel.refusals import SENTENCES, Refused, sentences
from mingbai.kernel.registry import REGISTRY
from mingbai.kernel.rows import Store
from mingbai.kernel.setting_up import load_places
from mingbai.kernel.turn import NoRoom, no_room
from mingbai.kernel.witness import Alarm, look
from mingbai.kernel.words import Known, Via
from mingbai.kernel.worker import run_due
from mingbai.proofs import notes

__all__ = ["DISK_FAULTS", "Alarm", "NoRoom", "Refused", "no_room"]
DISK_FAULTS = (OperationalError, OSError)
PRINTED = {"zh": "zh-hans", "en": "en"}

sentences(
    {
        "CLI-1": _("Nobody signs in as %(name)s."),
        "CLI-2": _("There is no story %(name)s. Stories: %(stories)s."),
        "CLI-3": _("There is no import %(kind)s. Imports: %(kinds)s."),
        "CLI-4": _(
            "There is no account in %(folder)s yet. Make an empty one with: mingbai init, or a demo with: mingbai demo."
        ),
        "CLI-6": _(
            "The certificate and its key can't be read, or do not belong together. Make a pair with: mingbai cert NAME."
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
    sheets = account.birth(folder(), name=office)
    settings.SECRET_KEY = keys().web
    places = load_places()
    password = open_administrator()
    tree.settle()
    yield f"account: {folder()}"
    yield f"places: {places}"
    yield from sheet()
    yield from root_sheets(sheets)
    yield f"key: {notes.public_key_line(account_row(Store()).origin, keys().log.public_key())}"
    yield "administrator: administrator"
    yield f"password: {password}"


def sheet() -> Iterator[str]:
    """Make a recovery key; give its sheet, which is printed once and kept nowhere."""
    lines = recovery.make_sheet(folder())
    yield f"recovery sheet, mark {recovery.mark_of(recovery.recovery_public(folder()))}:"
    yield from (f"  {line}" for line in lines)
    yield "Print it, put it into an envelope, and seal it. It opens every backup; it is kept nowhere else."


def root_sheets(lines: list[str]) -> Iterator[str]:
    """Give the sheets of the two pass roots, which are printed once and kept nowhere."""
    yield from lines
    yield "Print each on a page of its own and seal them apart. Either one vouches for the keys that sign passes."


def new_roots(*, again: bool) -> Iterator[str]:
    """Make the two pass roots of an account that has none, or others in their place; give their sheets."""
    opened()
    if pass_keys.roots() and not again:
        raise Refused("KEY-8")
    lines = pass_keys.make_roots(folder(), moment_now(Store()))
    pass_keys.note_first()
    tree.settle()
    yield from root_sheets(lines)


def renew_trust(root: str) -> dict[str, Any]:
    """Sign the trust list anew."""
    opened()
    told = pass_keys.renew(root)
    tree.settle()
    return told


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


def issue_permits(file: Path, place: str, to: Path, **options: Any) -> dict[str, Any]:
    """Issue passes to everybody on a roster; write this run's codes, the sheets to print, and the rows to mend."""
    opened()
    content, as_ = file.read_bytes(), actor_named(options.pop("as_"))
    language = PRINTED[options.pop("language")]
    found = permits.issue_roster(content, place, as_=as_, **options)
    to.mkdir(parents=True, exist_ok=True)
    # Who reads a pass stands at a gate: its language is not that of the machine that prints it.
    with translation.override(language):
        printed = permits.cards(place, numbers=[number for _row, number in found.fresh], as_=as_)
        write_safely(to / "sheets.pdf", permits.sheets(printed))
    write_safely(to / "permits.csv", permits.csv_of(found, printed))
    write_safely(to / "refused.xlsx", permits.refused_workbook(content, found))
    tree.settle()
    return found.as_json()


def print_permits(
    batch: str, place: str | None, to: Path, as_: str | None, language: str
) -> dict[str, Any]:
    """Write the sheets of a batch once more."""
    opened()
    actor = actor_named(as_)
    rows = answer("movement.batches", {"place": place or "0" * 12}, as_=actor)
    one = next((row for row in rows if batch in (row.batch, str(row.batch_id), row.number)), None)
    if one is None:
        raise Refused("MOV-45", batch=batch)
    with translation.override(PRINTED[language]):
        printed = permits.cards(one.place, batch=one.batch, as_=actor)
        write_safely(to, permits.sheets(printed))
    return {"batch": one.batch, "passes": len(printed), "file": str(to)}


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
        while run_due(every):
            tree.settle()
    jobs.work_on(steps=None)
    sealed = tree.settle()
    return {"sealed": sealed.size if sealed else 0}


def back_up(file: Path) -> dict[str, Any]:
    """Write a backup."""
    opened()
    return backup.backup(file.absolute())


def restore(file: Path, secret: Callable[[], str], *, go_on: bool) -> dict[str, Any]:
    """Restore a backup, or go on under a new origin when this account was restored and stands behind."""
    account.use(folder())
    told: dict[str, Any] = {}
    if go_on and account.exists() and not backup.unfinished():
        opened()
    else:
        told = backup.restore(file.absolute(), secret())
    if go_on and (not told or told["behind"]):
        told |= backup.go_on() | {"behind": False}
    return told


def list_keys() -> dict[str, Any]:
    """Return every key by name and mark."""
    if not account_exists():
        raise Refused("CLI-4", folder=folder())
    return {"rows": key_care.listed(), "next": None}


def rotate_key(name: str, root: str | None, *, compromised: bool) -> dict[str, Any]:
    """Make a key anew, also when it or another one is missing."""
    if not account_exists():
        raise Refused("CLI-4", folder=folder())
    return key_care.rotate(name, root, compromised=compromised)


def new_sheet() -> Iterator[str]:
    """Make a new recovery key; give its sheet."""
    opened()
    yield from sheet()


def witness(url: str, where: Path, **options: Any) -> dict[str, Any]:
    """Watch an account from elsewhere."""
    return look(url, where, **options)


def find(word: str) -> Iterator[str]:
    """Give rules, commands and queries that match a word."""
    wanted = word.lower()
    for kind, found in (("command", REGISTRY.commands), ("query", REGISTRY.queries)):
        for name, one in sorted(found.items()):
            if wanted in f"{name} {one.title} {one.summary}".lower():  # type: ignore[attr-defined]
                yield f"{kind} {name}: {one.summary} {where(one.function)}"  # type: ignore[attr-defined]
    for code, sentence in sorted(SENTENCES.items()):
        if wanted in f"{code} {sentence}".lower():
            yield f"rule {code}: {sentence} {where_said(code)}"


def where_said(code: str) -> str:
    """Return the file and line where a rule says its sentence."""
    root = Path(__file__).resolve().parents[1]
    for path in sorted(root.rglob("*.py")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if line.lstrip().startswith((f'"{code}":', f'sentences({{"{code}":')):
                return f"{path.relative_to(root.parent)}:{number}"
    return ""


def where(function: Any) -> str:
    """Return the file and line of a function."""
    path = Path(inspect.getsourcefile(function) or "")
    return f"{path.relative_to(Path(__file__).resolve().parents[2])}:{inspect.getsourcelines(function)[1]}"


def serve(way: Way, demo_if_none: bool) -> None:
    """Serve the account of the folder in use."""
    check_pair(way)
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
    serve_account(replace(way, port=free_port(way.host, way.port)))


def check_pair(way: Way) -> None:
    """Refuse a certificate and a key that are not there, can't be read or don't belong together."""
    if way.cert is None and way.key is None:
        return
    try:
        if way.cert is None or way.key is None:
            raise OSError
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(way.cert, way.key)
        ending = certificates.ends_soon(way.cert)
    except (OSError, ValueError):
        raise Refused("CLI-6") from None
    if ending is not None:
        sys.stderr.write(f"{ending.sentence()}\n")


def certificate(name: str) -> Iterator[str]:
    """Make a certificate for a name; give what is to be done with it."""
    opened()
    made = certificates.make(name)
    address = f"https://{made['name']}:8000/ca/"
    code = Path(made["cert"]).with_suffix(".svg")
    write_safely(code, qr_svg(address).encode(), 0o644)
    yield f"certificate: {made['cert']}"
    yield f"until: {made['until']}"
    yield f"fingerprint of the authority: {made['fingerprint']}"
    yield f"serve with: mingbai run --host 0.0.0.0 --cert {made['cert']} --key {made['key']}"
    yield f"every phone opens once: {address} (as a code to scan: {code})"


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
