"""Pass keys: two roots on sealed sheets, the list of keys they vouch for, and how the key that signs passes changes.

The roots' private halves lie on paper and nowhere else; phones pin their public halves when they are enrolled. A root signs
the trust list: which keys may sign passes, and until when. Either root is enough, so one may be lost.
"""

import datetime as dt
import os
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from mingbai.kernel import keys, recovery
from mingbai.kernel.acting import Acting
from mingbai.kernel.asks import Ask
from mingbai.kernel.canonical import sha256
from mingbai.kernel.folder import folder, write_safely
from mingbai.kernel.glossary import terms
from mingbai.kernel.models import Point
from mingbai.kernel.moment import now as moment_now
from mingbai.kernel.perform import as_house
from mingbai.kernel.places import ROOT
from mingbai.kernel.refusals import Refused, sentences
from mingbai.kernel.registry import command, due
from mingbai.kernel.rows import Store
from mingbai.kernel.words import Digest, Moment, Role
from mingbai.proofs.tokens import (
    Key,
    TokenRefused,
    TrustList,
    key_id,
    open_trust,
    point_of,
    sign_trust,
)

ROOTS, LIST, NEXT = "roots.pub", "trust.list", "pass.next"
LIST_LASTS = dt.timedelta(days=400)
WARN_BEFORE = dt.timedelta(days=30)
PASS_LASTS_MOST = dt.timedelta(days=90)
PUBLISHED_FOR = dt.timedelta(hours=72)
CLOCKS_OFF = dt.timedelta(days=1)  # a phone's clock may be behind the account's
TRUST_ENDS = "passes.trust_ends"

sentences(
    {
        "KEY-5": _(
            "This account has no pass roots yet, so no gate can tell its passes from others. Make them once, and put the two "
            "sheets away: mingbai keys sheet --roots."
        ),
        "KEY-6": _(
            "A change of the pass key is vouched for by a root. Type in one of the two root sheets: mingbai keys rotate pass "
            "--root FILE, or - to type."
        ),
        "KEY-7": _(
            "These lines are of neither root sheet of this account. Look for the marks %(marks)s."
        ),
        "KEY-8": _(
            "This account has its pass roots. Making others means enrolling every phone anew; say so with --again."
        ),
        "KEY-9": _(
            "The pass key is not on the trust list, so no gate would take its passes. A root sheet puts it there: mingbai "
            "keys trust --root FILE, or - to type."
        ),
    }
)
terms(
    {
        "list_digest": _("Fingerprint of the list"),
        "version": _("Version"),
        "keys": _("Keys"),
    }
)


NOT_LISTED = _(
    "No gate knows this key yet. A root sheet puts it on the trust list: mingbai keys trust --root FILE."
)


def mark_of(point: bytes) -> str:
    """Return the mark by which a root's sheet is told from others."""
    return key_id(point).hex()[:8]


def private_of(secret: bytes) -> ec.EllipticCurvePrivateKey:
    """Return the P-256 key that 32 secret bytes stand for."""
    return ec.derive_private_key(
        int.from_bytes(secret, "big") % (keys.ORDER - 1) + 1, ec.SECP256R1()
    )


def roots(where: Path | None = None) -> list[bytes]:
    """Return the public halves of the roots, 65 bytes each; none in an account made before there were passes."""
    path = (where or folder()) / "keys" / ROOTS
    if not path.exists():
        return []
    return [bytes.fromhex(line) for line in path.read_text("ascii").split()]


def make_roots(where: Path, now: dt.datetime) -> list[str]:
    """Make the two roots and the first trust list; return the lines of the two sheets, which are kept nowhere."""
    secrets = [os.urandom(32), os.urandom(32)]
    private = [private_of(secret) for secret in secrets]
    points = [point_of(one.public_key()) for one in private]
    before = trust_list(where)
    write_safely(
        where / "keys" / ROOTS, "\n".join(one.hex() for one in points).encode() + b"\n", 0o644
    )
    write_list(where, private[0], [own_key(now)], now, before.version + 1 if before else 1)
    lines = []
    for number, (secret, point) in enumerate(zip(secrets, points, strict=True), start=1):
        lines.append(f"pass root {number} of 2, mark {mark_of(point)}:")
        lines += [f"  {line}" for line in recovery.sheet_lines(secret)]
    return lines


def root_from(text: str, where: Path) -> ec.EllipticCurvePrivateKey:
    """Return the root that was typed in from its sheet; lines of another sheet are refused."""
    found = private_of(recovery.secret_from(text))
    known = roots(where)
    if point_of(found.public_key()) not in known:
        raise Refused("KEY-7", marks=" / ".join(mark_of(point) for point in known))
    return found


def own_key(now: dt.datetime, name: str = "pass") -> Key:
    """Return an entry of the trust list for one of this account's keys."""
    point = point_of(keys.curve_key(name).public_key())
    return Key(point=point, not_before=int((now - CLOCKS_OFF).timestamp()))


def write_list(
    where: Path, root: ec.EllipticCurvePrivateKey, listed: list[Key], now: dt.datetime, version: int
) -> TrustList:
    """Sign and keep a trust list."""
    made = TrustList(
        version=version,
        issued=int(now.timestamp()),
        expires=int((now + LIST_LASTS).timestamp()),
        keys={key_id(one.point): one for one in listed},
    )
    write_safely(where / "keys" / LIST, sign_trust(made, root).encode() + b"\n", 0o644)
    return made


def trust_text(where: Path | None = None) -> str:
    """Return the trust list as it travels, or nothing where there is none."""
    path = (where or folder()) / "keys" / LIST
    return path.read_text("ascii").rstrip("\n") if path.exists() else ""


def trust_list(where: Path | None = None) -> TrustList | None:
    """Return the trust list, opened; none where there is none."""
    place = where or folder()
    path = place / "keys" / LIST
    if not path.exists():
        return None
    status = path.stat()
    return _opened(str(place), status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=8)
def _opened(place: str, _changed: int, _size: int) -> TrustList | None:
    where = Path(place)
    try:
        # Read at its own moment of issue: a list past its end still says which keys there are.
        return open_trust(trust_text(where), roots(where), now=0, must_be_fresh=False)
    except TokenRefused:
        return None


def signing_key() -> ec.EllipticCurvePrivateKey:
    """Return the key that signs passes; one that no gate would know is refused."""
    if not roots():
        raise Refused("KEY-5")
    found = keys.curve_key("pass")
    listed = trust_list()
    if listed is None or key_id(point_of(found.public_key())) not in listed.keys:
        raise Refused("KEY-9")
    return found


def note(made: TrustList) -> None:
    """Note a new trust list in the account."""
    text = trust_text()
    as_house(
        note_trust,
        {
            "version": made.version,
            "list_digest": sha256(text.encode()).hex(),
            "keys": len(made.keys),
            "ends_at": dt.datetime.fromtimestamp(made.expires, dt.UTC),
        },
    )


def note_first() -> None:
    """Note the trust list with which an account begins."""
    found = trust_list()
    assert found is not None, "made a moment ago"
    note(found)


def listed() -> list[dict[str, Any]]:
    """Return the roots and the trust list as a list of keys tells of them."""
    points, found = roots(), trust_list()
    rows: list[dict[str, Any]] = [
        {"key": f"pass root {number}", "mark": mark_of(point), "state": "on a sheet"}
        for number, point in enumerate(points, start=1)
    ] or [{"key": "pass roots", "mark": None, "state": "missing"}]
    if found is None:
        return [*rows, {"key": "trust list", "mark": None, "state": "missing"}]
    rows.append(
        {
            "key": "trust list",
            "mark": sha256(trust_text().encode()).hex()[:8],
            "version": found.version,
            "since": dt.datetime.fromtimestamp(found.issued, dt.UTC).isoformat(),
            "until": dt.datetime.fromtimestamp(found.expires, dt.UTC).isoformat(),
            "state": "here",
        }
    )
    own = {}
    for name in ("pass", NEXT):
        if (folder() / "keys" / f"{name}.key").exists():
            own[key_id(point_of(keys.curve_key(name).public_key()))] = name
    for kid in found.keys:
        state = {"pass": "signs", NEXT: "signs later"}.get(own.get(kid, ""), "still holds")
        rows.append({"key": "on the trust list", "mark": kid.hex()[:8], "state": state})
    return rows


class NoteTrust(Ask):
    """A new trust list."""

    version: int = Field(ge=1)
    list_digest: Digest
    keys: int = Field(ge=0)
    ends_at: Moment


@command(role={Role.OPERATOR}, desk="account", title=_("Note a trust list"), placeless=True)
def note_trust(acting: Acting, ask: NoteTrust) -> None:
    """Note which list of pass keys holds from now on, by its version and fingerprint, and until when."""
    acting.close_item(kind=TRUST_ENDS, subject="trust", place=ROOT, outcome="renewed")


def renew(secret: str) -> dict[str, Any]:
    """Sign the trust list anew with a root sheet: today's pass key is on it, and keys whose last pass has ended are not."""
    where = folder()
    root, moment = known_root(secret, where), moment_now(Store())
    before = trust_list(where)
    listed = standing(before, moment)
    if key_id(own_key(moment).point) not in {key_id(one.point) for one in listed}:
        listed.append(own_key(moment))
    return told(write_list(where, root, listed, moment, before.version + 1 if before else 1))


def known_root(secret: str | None, where: Path) -> ec.EllipticCurvePrivateKey:
    """Return the root of a sheet that was typed in; without roots or without a sheet nothing is changed."""
    if not roots(where):
        raise Refused("KEY-5")
    if secret is None:
        raise Refused("KEY-6")
    return root_from(secret, where)


def standing(before: TrustList | None, now: dt.datetime) -> list[Key]:
    """Return the keys of a list that may still have a pass in force."""
    return [
        one for one in (before.keys.values() if before else ()) if one.not_after > now.timestamp()
    ]


def told(made: TrustList) -> dict[str, Any]:
    """Note a list that was made, and say what it holds."""
    note(made)
    return {
        "trust_list": made.version,
        "keys": len(made.keys),
        "until": dt.datetime.fromtimestamp(made.expires, dt.UTC).isoformat(),
    }


def rotate(secret: str | None, *, compromised: bool) -> dict[str, Any]:
    """Make the pass key anew under a root sheet.

    In peace the new key is published first and signs once every phone has had a bundle with it, and the old one stays on
    the list until the last pass it may have signed has ended. A compromised key leaves the list at once.
    """
    where = folder()
    root, moment = known_root(secret, where), moment_now(Store())
    before = trust_list(where)
    old = own_key(moment)
    keys.make_one(where, NEXT)
    keys.forget()
    new = own_key(moment, NEXT)
    if compromised:
        kept = [one for one in standing(before, moment) if one.point != old.point]
        take_next(where)
        signs_from = moment
    else:
        last = int((moment + PUBLISHED_FOR + PASS_LASTS_MOST).timestamp())
        kept = [
            replace(one, not_after=min(one.not_after, last)) for one in standing(before, moment)
        ]
        signs_from = moment + PUBLISHED_FOR
        write_safely(
            where / "keys" / f"{NEXT}.from", signs_from.isoformat().encode() + b"\n", 0o644
        )
    version = before.version + 1 if before else 1
    made = write_list(where, root, [*kept, new], moment, version)
    return told(made) | {"mark": key_id(new.point).hex(), "signs_from": signs_from.isoformat()}


def take_next(where: Path) -> None:
    """Let the next pass key be the one that signs."""
    os.replace(where / "keys" / f"{NEXT}.key", where / "keys" / "pass.key")
    (where / "keys" / f"{NEXT}.from").unlink(missing_ok=True)
    keys.forget()


@due("hour")
def next_pass_key(now: dt.datetime) -> None:
    """Let the next pass key sign once every phone's bundle names it."""
    path = folder() / "keys" / f"{NEXT}.from"
    if path.exists() and dt.datetime.fromisoformat(path.read_text("ascii").strip()) <= now:
        take_next(folder())


class WarnOfTrust(Ask):
    """The trust list ends soon."""

    ends_at: Moment | None = None


@command(role={Role.OPERATOR}, desk="account", title=_("Warn of the trust list"), placeless=True)
def warn_of_trust(acting: Acting, ask: WarnOfTrust) -> None:
    """Leave an open item for the account's desk: a root sheet has to be typed in before gates stop trusting new lists."""
    acting.raise_item(kind=TRUST_ENDS, subject="trust", place=ROOT, role=Role.DESK, due=ask.ends_at)


@due("day")
def trust_ends(now: dt.datetime) -> None:
    """Say in time that the trust list ends; an account without one is told where there is a gate."""
    found = trust_list()
    if found is None:
        if Point.objects.filter(kind="gate").exists():
            as_house(warn_of_trust, {})
        return
    ends = dt.datetime.fromtimestamp(found.expires, dt.UTC)
    if ends - now < WARN_BEFORE:
        as_house(warn_of_trust, {"ends_at": ends})
