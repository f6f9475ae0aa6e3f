"""Witness: whoever keeps the newest head of an account elsewhere notices when its past is changed."""

import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_lazy as _

from mingbai.kernel.canonical import sha256
from mingbai.kernel.clock import machine_now
from mingbai.kernel.folder import write_safely
from mingbai.kernel.refusals import Refused, sentences
from mingbai.proofs import merkle, notes, tiles

PATIENCE = 20
MOST = 2_000_000

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
    }
)


class Alarm(Refused):
    """The account that is watched is not what it was."""


def fetch(url: str) -> bytes:
    """Return what an address gives."""
    if not url.startswith(("http://", "https://")):
        raise Refused("WIT-1", url=url, problem="http or https")
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE) as answer:  # noqa: S310 - checked above
            content: bytes = answer.read(MOST)
            return content
    except (urllib.error.URLError, OSError, ValueError) as fault:
        raise Refused("WIT-1", url=url, problem=str(fault)) from None


def look(url: str, where: Path) -> dict[str, Any]:
    """Fetch an account's newest head, check that it continues the one kept here, and keep it."""
    base = url.rstrip("/")
    line = fetch(f"{base}/log/key").decode("utf-8", "replace").strip()
    note = fetch(f"{base}/log/checkpoint").decode("utf-8", "replace")
    try:
        name, key = notes.parse_public_key(line)
        head = notes.open_checkpoint(note, {name: key})
    except (notes.NoteError, ValueError):
        raise Refused("WIT-5", url=url) from None
    watched = where / "witness" / sha256(base.encode()).hex()[:16]
    folder = watched / head.origin.replace("/", "_")
    kept, keyed, current = folder / "latest", folder / "key", watched / "origin"
    if keyed.exists() and keyed.read_text("utf-8").strip() != line:
        raise Alarm("WIT-2", origin=head.origin)
    before = None
    if kept.exists():
        before = notes.open_checkpoint(kept.read_text("utf-8"), {name: key})
        check(base, before, head)
    followed = current.read_text("utf-8").strip() if current.exists() else head.origin
    folder.mkdir(parents=True, exist_ok=True)
    write_safely(keyed, line.encode() + b"\n", 0o644)
    write_safely(kept, note.encode(), 0o644)
    write_safely(folder / f"{machine_now():%Y%m%dT%H%M%S}-{head.size}", note.encode(), 0o644)
    write_safely(current, head.origin.encode() + b"\n", 0o644)
    if followed != head.origin:
        raise Alarm("WIT-6", url=url, origin=head.origin, before=followed)
    return {
        "origin": head.origin,
        "size": head.size,
        "root": head.root.hex(),
        "before": before.size if before else None,
        "kept": str(kept),
    }


def check(base: str, before: notes.Checkpoint, head: notes.Checkpoint) -> None:
    """Check that a head continues an older one, by hashes that the witness fetches and puts together itself."""
    if head.size < before.size:
        raise Alarm("WIT-3", origin=head.origin, size=head.size, before=before.size)
    if before.size == 0:
        return
    nodes = tiles.nodes_in_tiles(head.size, lambda path: fetch(f"{base}/log/{path}"))
    try:
        proof = merkle.prove_consistency(before.size, head.size, nodes)
        merkle.verify_consistency(before.size, head.size, proof, before.root, head.root)
    except merkle.ProofError:
        raise Alarm("WIT-4", origin=head.origin) from None
