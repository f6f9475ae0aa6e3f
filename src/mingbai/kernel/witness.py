"""Witness: whoever keeps the newest head of an account elsewhere notices when its past is changed."""

import base64
import binascii
import re
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.utils.translation import gettext_lazy as _

from mingbai.kernel.canonical import sha256
from mingbai.kernel.clock import machine_now
from mingbai.kernel.folder import write_safely
from mingbai.kernel.refusals import Refused, sentences
from mingbai.proofs import merkle, notes, tiles

PATIENCE = 20
MOST = 2_000_000
ORIGIN = re.compile(r"[\w-][\w.-]*/[\w./-]{1,150}")

sentences(
    {
        "WIT-1": _("%(url)s did not answer: %(problem)s."),
        "WIT-2": _(
            "ALARM: the key of %(origin)s is another one than before. Ask the office by another way."
        ),
        "WIT-3": _(
            "ALARM: %(origin)s shows a head of %(size)s entries, smaller than the %(before)s kept here. Its past was cut."
        ),
        "WIT-4": _(
            "ALARM: %(origin)s does not contain what it signed before. Its past was changed or forked."
        ),
        "WIT-5": _("%(url)s shows a head that its own key did not sign."),
        "WIT-6": _(
            "ALARM: %(url)s goes on under a new origin, %(origin)s. What was kept of %(before)s stays here: ask the office what was lost."
        ),
        "WIT-7": _(
            "%(file)s can't be read as %(what)s. Get it again from whoever gave it to you; nothing was compared."
        ),
        "WIT-8": _(
            "ALARM: %(url)s shows another past of %(origin)s than %(other)s does, and both are signed with one key. Its past was forked."
        ),
        "WIT-9": _(
            "ALARM: %(origin)s does not contain the head of %(size)s entries that was handed in. Its past was changed, or that head was copied wrongly."
        ),
    }
)


class Alarm(Refused):
    """The account that is watched is not what it was."""


@dataclass(frozen=True)
class Address:
    """Where an account is read, and under whose certificate."""

    base: str
    trusting: ssl.SSLContext | None = None

    def fetch(self, path: str) -> bytes:
        """Return what lies at a path of the account's log."""
        url = f"{self.base}/log/{path}"
        if not url.startswith(("http://", "https://")):
            raise Refused("WIT-1", url=url, problem="http or https")
        try:
            with urllib.request.urlopen(  # noqa: S310 - checked above
                url, timeout=PATIENCE, context=self.trusting
            ) as answer:
                content: bytes = answer.read(MOST)
                return content
        except (urllib.error.URLError, OSError, ValueError) as fault:
            raise Refused("WIT-1", url=url, problem=str(fault)) from None

    def contains(self, before: notes.Checkpoint, head: notes.Checkpoint) -> bool:
        """Tell whether a head continues an older one, by hashes that the witness fetches and puts together itself."""
        if before.size == 0:
            return True
        nodes = tiles.nodes_in_tiles(head.size, self.fetch)
        try:
            proof = merkle.prove_consistency(before.size, head.size, nodes)
            merkle.verify_consistency(before.size, head.size, proof, before.root, head.root)
        except merkle.ProofError:
            return False
        return True


def trusting(authority: Path | None) -> ssl.SSLContext | None:
    """Return a trust in one authority alone, that of an account with a certificate of its own; or in the usual ones."""
    if authority is None:
        return None
    try:
        content = authority.read_bytes()
        text = content.decode("ascii") if b"-----BEGIN" in content else None
        return ssl.create_default_context(cadata=text or content)
    except (OSError, ValueError):
        raise Refused("WIT-7", file=authority, what=_("a certificate")) from None


def handed_in(file: Path, name: str, key: Ed25519PublicKey) -> notes.Checkpoint:
    """Return a head that somebody brings: the signed one in the code of a printed sheet, or size and code as typed from it."""
    try:
        text = file.read_text("utf-8")
        if "\n\n" in text.strip():
            return notes.open_checkpoint(text, {name: key})
        size, code = text.split(None, 1)
        root = base64.b64decode("".join(code.split()), validate=True)
        return notes.parse_checkpoint(
            notes.checkpoint_text(notes.Checkpoint(name, int(size), root))
        )
    except (OSError, ValueError, binascii.Error, notes.NoteError):
        raise Refused("WIT-7", file=file, what=_("a head of this account")) from None


def look(
    url: str, where: Path, authority: Path | None = None, printed: Path | None = None
) -> dict[str, Any]:
    """Fetch an account's newest head, check that it continues every one kept of it here, whatever its address, and keep it."""
    address = Address(url.rstrip("/"), trusting(authority))
    line = address.fetch("key").decode("utf-8", "replace").strip()
    note = address.fetch("checkpoint").decode("utf-8", "replace")
    try:
        name, key = notes.parse_public_key(line)
        head = notes.open_checkpoint(note, {name: key})
    except (notes.NoteError, ValueError):
        raise Refused("WIT-5", url=url) from None
    if not ORIGIN.fullmatch(head.origin):
        raise Refused("WIT-5", url=url)
    paper = handed_in(printed, name, key) if printed else None
    watched = where / "witness" / sha256(address.base.encode()).hex()[:16]
    folder = watched / head.origin.replace("/", "_")
    current = watched / "origin"
    before = None
    try:
        if (folder / "key").exists():
            before = kept(folder, head.origin, line)
            continues(address, before, head)
        agrees(address, folder, head, line)
        if paper and (paper.size > head.size or not address.contains(paper, head)):
            raise Alarm("WIT-9", origin=head.origin, size=paper.size)
    except Alarm:
        # Signed by the account's own key, it is what proves the alarm to others.
        keep(folder / f"alarm-{machine_now():%Y%m%dT%H%M%S}-{head.size}", note)
        raise
    followed = current.read_text("utf-8").strip() if current.exists() else head.origin
    keep(folder / "key", line + "\n")
    keep(folder / "latest", note)
    keep(folder / f"{machine_now():%Y%m%dT%H%M%S}-{head.size}", note)
    keep(current, head.origin + "\n")
    keep(watched / "url", address.base + "\n")
    if followed != head.origin:
        raise Alarm("WIT-6", url=url, origin=head.origin, before=followed)
    return {
        "origin": head.origin,
        "size": head.size,
        "root": head.root.hex(),
        "before": before.size if before else None,
        "kept": str(folder / "latest"),
    }


def keep(path: Path, text: str) -> None:
    """Keep something for the next look, and for whoever asks."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_safely(path, text.encode(), 0o644)


def kept(folder: Path, origin: str, line: str) -> notes.Checkpoint:
    """Return the head that is kept in a folder; another key than the one kept beside it is an alarm."""
    if (folder / "key").read_text("utf-8").strip() != line:
        raise Alarm("WIT-2", origin=origin)
    try:
        name, key = notes.parse_public_key(line)
        return notes.open_checkpoint((folder / "latest").read_text("utf-8"), {name: key})
    except (OSError, ValueError, notes.NoteError):
        raise Refused("WIT-7", file=folder / "latest", what=_("a head of this account")) from None


def continues(address: Address, before: notes.Checkpoint, head: notes.Checkpoint) -> None:
    """Check that a head continues the one that the same address showed before."""
    if head.size < before.size:
        raise Alarm("WIT-3", origin=head.origin, size=head.size, before=before.size)
    if not address.contains(before, head):
        raise Alarm("WIT-4", origin=head.origin)


def elsewhere(folder: Path) -> Iterator[Path]:
    """Give the folders in which heads of the same origin are kept that other addresses showed."""
    for found in sorted(folder.parent.parent.glob(f"*/{folder.name}/latest")):
        if found.parent != folder:
            yield found.parent


def agrees(address: Address, folder: Path, head: notes.Checkpoint, line: str) -> None:
    """Check that other addresses of the same account told the same; one that is further on is compared when it is next looked at."""
    for other in elsewhere(folder):
        told = kept(other, head.origin, line)
        if told.size <= head.size and not address.contains(told, head):
            named = other.parent / "url"
            shown = named.read_text("utf-8").strip() if named.exists() else other.parent.name
            raise Alarm("WIT-8", url=address.base, origin=head.origin, other=shown)
