"""Keys: what signs the journal, what wraps each person's key, and what makes a number findable without storing it."""

import hmac
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.utils.translation import gettext_lazy as _

from mingbai.kernel.folder import folder, write_safely
from mingbai.kernel.refusals import Refused, sentences
from mingbai.kernel.sealing import Keyring

NAMES = ("master", "index", "log", "web")
sentences(
    {
        "KEY-1": _(
            "The key %(name)s is missing from the folder keys. Put it back from the sealed sheet or a backup; "
            "nothing in the account is lost."
        ),
    }
)


@dataclass(frozen=True)
class Keys:
    """The keys of one account."""

    log: Ed25519PrivateKey
    ring: Keyring
    web: str
    journal: bytes

    @property
    def log_public(self) -> bytes:
        """Return the 32 bytes of the key that checks the journal's signatures."""
        return self.log.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def make(where: Path) -> None:
    """Make the keys of a new account."""
    for name in NAMES:
        write_safely(where / "keys" / f"{name}.key", os.urandom(32).hex().encode() + b"\n")


@lru_cache(maxsize=8)
def _load(where: Path) -> Keys:
    found = {}
    for name in NAMES:
        path = where / "keys" / f"{name}.key"
        if not path.exists():
            raise Refused("KEY-1", name=name)
        found[name] = bytes.fromhex(path.read_text("ascii").strip())
    return Keys(
        log=Ed25519PrivateKey.from_private_bytes(found["log"]),
        ring=Keyring(master=found["master"], index=found["index"]),
        web=found["web"].hex(),
        journal=hmac.digest(found["master"], b"mingbai/journal/1", "sha256"),
    )


def keys() -> Keys:
    """Return the keys of the account in use."""
    return _load(folder())
