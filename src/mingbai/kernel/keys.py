"""Keys: what signs the journal, what wraps each person's key, and what makes a number findable without storing it."""

import hashlib
import hmac
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from mingbai.kernel.folder import write_safely
from mingbai.kernel.refusals import Refused, sentences
from mingbai.kernel.sealing import Keyring

NAMES = ("master", "index", "log", "web")
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
CURVE_NAMES = (
    "field",
    "pass",
)  # P-256, because a phone has no other: what opens envelopes, what signs bundles and passes
sentences(
    {
        "KEY-1": _(
            "The key %(name)s is missing from the folder keys. Put it back from a backup, or if there is none make it anew: "
            "mingbai keys rotate %(name)s. Nothing in the account is lost."
        ),
        "KEY-10": _(
            "The key master is missing from the folder keys. Put it back from the newest backup before anything else: restore "
            "the backup into an empty folder and copy keys/master.key from there. Only if there is truly no backup: mingbai "
            "keys rotate master. Then every document and phone number must be asked anew; entries and proofs stay."
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
    journal_lock: AESGCM

    @property
    def log_public(self) -> bytes:
        """Return the 32 bytes of the key that checks the journal's signatures."""
        return self.log.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def make(where: Path) -> None:
    """Make the keys of a new account."""
    for name in (*NAMES, *CURVE_NAMES):
        make_one(where, name)
    write_public(where)


def make_one(where: Path, name: str) -> None:
    """Make one key of an account."""
    write_safely(where / "keys" / f"{name}.key", os.urandom(32).hex().encode() + b"\n")


def make_missing(where: Path) -> None:
    """Make the keys that an account of an earlier version has not got."""
    for name in CURVE_NAMES:
        if not (where / "keys" / f"{name}.key").exists():
            make_one(where, name)
    write_public(where)


def write_public(where: Path) -> None:
    """Write down the journal key's public half: heads can be checked when the key itself is lost."""
    _load.cache_clear()
    public = _load(str(where)).log_public.hex()
    write_safely(where / "keys" / "log.pub", public.encode() + b"\n", 0o644)


def lost(where: Path) -> list[str]:
    """Return the keys that were made anew because they were lost, and whose loss the account has not noted yet."""
    return sorted(path.stem for path in (where / "keys").glob("*.lost"))


def missing(where: Path) -> list[str]:
    """Return the keys that are not there."""
    return [n for n in (*NAMES, *CURVE_NAMES) if not (where / "keys" / f"{n}.key").exists()]


def identity(where: Path, name: str) -> str:
    """Return by what a key is told from others: eight digits of a fingerprint that gives nothing of it away."""
    content = (where / "keys" / f"{name}.key").read_bytes().strip()
    return hashlib.sha256(b"mingbai/key/1\n" + content).hexdigest()[:8]


def gone(name: str) -> Refused:
    """Return what to say of a key that is not there; for the one whose loss costs something, a backup comes first."""
    return Refused("KEY-10" if name == "master" else "KEY-1", name=name)


def forget() -> None:
    """Read the keys anew at their next use."""
    _load.cache_clear()
    _curve_key.cache_clear()


def curve_key(name: str) -> ec.EllipticCurvePrivateKey:
    """Return the field key or the pass key."""
    return _curve_key(str(settings.DATA), name)


@lru_cache(maxsize=16)
def _curve_key(data: str, name: str) -> ec.EllipticCurvePrivateKey:
    path = Path(data) / "keys" / f"{name}.key"
    if not path.exists():
        raise Refused("KEY-1", name=name)
    secret = int.from_bytes(bytes.fromhex(path.read_text("ascii").strip()), "big")
    return ec.derive_private_key(secret % (ORDER - 1) + 1, ec.SECP256R1())


@lru_cache(maxsize=8)
def _load(data: str) -> Keys:
    where = Path(data)
    found = {}
    for name in NAMES:
        path = where / "keys" / f"{name}.key"
        if not path.exists():
            raise gone(name)
        found[name] = bytes.fromhex(path.read_text("ascii").strip())
    journal = hmac.digest(found["master"], b"mingbai/journal/1", "sha256")
    return Keys(
        log=Ed25519PrivateKey.from_private_bytes(found["log"]),
        ring=Keyring(master=found["master"], index=found["index"]),
        web=found["web"].hex(),
        journal=journal,
        journal_lock=AESGCM(journal),
    )


def keys() -> Keys:
    """Return the keys of the account in use."""
    return _load(str(settings.DATA))
