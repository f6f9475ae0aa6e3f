"""The care of keys: which there are, how one is changed, and what is left when one is lost."""

import datetime as dt
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from mingbai.kernel import backup, keys, pass_keys, recovery
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Answer, Ask
from mingbai.kernel.folder import folder, write_safely
from mingbai.kernel.glossary import terms
from mingbai.kernel.models import Person
from mingbai.kernel.people import context, document_index, own_key, phone_index
from mingbai.kernel.perform import as_house
from mingbai.kernel.refusals import Refused, sentences
from mingbai.kernel.registry import command
from mingbai.kernel.sealing import SealBroken
from mingbai.kernel.words import Role

AT_ONCE = 500
NOTED = ("master", "index", "field", "pass")

sentences(
    {
        "KEY-2": _(
            "The master key is here and everything sealed hangs on it. It is made anew only when it is lost; "
            "put it back from a backup first if there is one."
        ),
        "KEY-3": _(
            "This was sealed under a key that is lost. Ask the person for it anew; the account stands."
        ),
        "KEY-4": _("There is no key of the name %(name)s. There are: %(names)s."),
    }
)
terms({"after": _("After"), "changed": _("Changed")})


def listed() -> list[dict[str, Any]]:
    """Return every key by name and mark, and since when it is there; never the key itself."""
    where = folder()
    found = []
    for name in (*keys.NAMES, *keys.CURVE_NAMES):
        path = where / "keys" / f"{name}.key"
        there = path.exists()
        since = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC) if there else None
        found.append(
            {
                "key": name,
                "mark": keys.identity(where, name) if there else None,
                "since": since.isoformat(timespec="seconds") if since else None,
                "state": "here" if there else "missing",
            }
        )
    sheet = where / "keys" / "recovery.pub"
    mark = recovery.mark_of(recovery.recovery_public(where)) if sheet.exists() else None
    found.append(
        {"key": "recovery", "mark": mark, "state": "on a sheet" if mark else "missing"},
    )
    return [*found, *pass_keys.listed()]


def rotate(name: str, root: str | None = None, *, compromised: bool = False) -> dict[str, Any]:
    """Make a key anew; say what changes with it. The pass key changes under one of the two root sheets."""
    where = folder()
    names = (*keys.NAMES, *keys.CURVE_NAMES)
    if name not in names:
        raise Refused("KEY-4", name=name, names=", ".join(names))
    was_there = (where / "keys" / f"{name}.key").exists()
    if name == "master" and was_there:
        raise Refused("KEY-2")
    if name == "pass" and was_there:
        return {"key": name} | pass_keys.rotate(root, compromised=compromised)
    if name == "log":
        told = rotate_log(where, was_there)
    else:
        # The mark stands before the key, so that a cut between the two is not taken for an old key that fits.
        if not was_there and name in NOTED:
            write_safely(where / "keys" / f"{name}.lost", b"")
        keys.make_one(where, name)
        keys.forget()
        told = {"key": name, "mark": keys.identity(where, name)}
    missing = keys.missing(where)
    if missing:
        return told | {"missing": missing}
    lost = note_losses()
    if name == "pass":
        told |= pass_keys.renew(root) if root else {"next": str(pass_keys.NOT_LISTED)}
    if name == "index" or "index" in lost:
        told["reindexed"] = reindex()
    return told


def note_losses() -> list[str]:
    """Note in the account which keys were made anew because they were lost; return them."""
    where = folder()
    lost = keys.lost(where)
    for name in lost:
        as_house("account.note_lost_key", {"key": name})
        (where / "keys" / f"{name}.lost").unlink()
    return lost


def rotate_log(where: Path, was_there: bool) -> dict[str, Any]:
    """Make the journal's key anew: heads go on under a new origin, and the old ones stay readable under the old key."""
    others = [name for name in keys.missing(where) if name != "log"]
    if others:
        raise keys.gone(others[0])
    old = where / "keys" / "log.old.pub"
    if not old.exists():
        known = where / "keys" / "log.pub"
        public = known.read_text("ascii").strip() if known.exists() else None
        if public is None and was_there:
            public = keys.keys().log_public.hex()
        if public is None:
            raise Refused("KEY-1", name="log")
        write_safely(old, public.encode() + b"\n", 0o644)
    keys.make_one(where, "log")
    keys.write_public(where)
    keys.forget()
    told = backup.go_on(
        "key_rotated" if was_there else "key_lost", bytes.fromhex(old.read_text("ascii").strip())
    )
    old.unlink()
    return told | {"key": "log", "mark": keys.identity(where, "log")}


def reindex() -> int:
    """Make every number findable again under a new index key; return of how many people."""
    done, after = 0, None
    while True:
        receipt = as_house(reindex_some, {"after": after} if after else {})
        if not receipt.result["changed"]:
            return done
        done += receipt.result["changed"]
        after = receipt.result["after"]


class Reindex(Ask):
    """Make numbers findable anew, some people at a time."""

    after: UUID | None = None


class Reindexed(Answer):
    """How many people were looked at, and the last of them."""

    changed: int
    after: UUID | None = None


@command(role={Role.OPERATOR}, desk="people", title=_("Make numbers findable anew"), placeless=True)
def reindex_some(acting: Acting, ask: Reindex) -> Reindexed:
    """Make the sealed numbers of some people findable under a new index key; nobody sees them meanwhile."""
    rows = Person.objects.filter(erased_at=None).order_by("id")
    if ask.after is not None:
        rows = rows.filter(id__gt=ask.after)
    people = list(rows[:AT_ONCE])
    for person in people:
        if person.key_wrapped is None:
            continue
        try:
            found = indexes(person)
        except SealBroken:
            continue
        if found:
            acting.change(person, **found)
    return Reindexed(changed=len(people), after=people[-1].id if people else None)


def indexes(person: Person) -> dict[str, bytes]:
    """Return by what a person's numbers are found under the index key of today."""
    ring = keys.keys().ring
    key = own_key(person)
    found = {}
    if person.document_sealed is not None:
        number = ring.unseal(
            key, context(person.id, "document_number"), bytes(person.document_sealed)
        )
        found["document_index"] = document_index(number)
    if person.phone_sealed is not None:
        number = ring.unseal(key, context(person.id, "phone"), bytes(person.phone_sealed))
        found["phone_index"] = phone_index(number)
    return found
