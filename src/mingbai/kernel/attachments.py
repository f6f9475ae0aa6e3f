"""Attachments: a picture is drawn anew without what the camera wrote into it, kept encrypted under a random name."""

import hashlib
import io
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from mingbai.kernel.folder import folder, write_safely
from mingbai.kernel.identity import random_link
from mingbai.kernel.keys import keys
from mingbai.kernel.refusals import Refused, TooMuch, sentences

BYTES_MOST = 12_000_000
PIXELS_MOST = 40_000_000
SIDE_MOST = 1600
NONCE = 12

sentences(
    {
        "ATT-1": _(
            "That is not a picture that can be read. Take it again with the phone's camera."
        ),
        "ATT-2": _("The picture is larger than %(most)s MB. Take it with a lower resolution."),
        "ATT-3": _("No act of this id is in this place's account."),
        "ATT-4": _("No picture of this name is kept here."),
    }
)


@dataclass(frozen=True)
class Picture:
    """A picture as it is kept."""

    name: str
    digest: str
    size: int
    width: int
    height: int


def drawn_anew(content: bytes) -> tuple[bytes, int, int]:
    """Return a picture as a new JPEG of at most 1,600 pixels a side, turned upright, with nothing but the picture in it."""
    if len(content) > BYTES_MOST:
        raise TooMuch("ATT-2", most=BYTES_MOST // 1_000_000)
    try:
        with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as opened:
            if opened.width * opened.height > PIXELS_MOST:
                raise TooMuch("ATT-2", most=BYTES_MOST // 1_000_000)
            upright = ImageOps.exif_transpose(opened)
            assert upright is not None
            upright.thumbnail((SIDE_MOST, SIDE_MOST))
            plain = Image.new("RGB", upright.size, "white")
            plain.paste(upright.convert("RGB"))
    except Image.DecompressionBombError:
        raise TooMuch("ATT-2", most=BYTES_MOST // 1_000_000) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        raise Refused("ATT-1") from None
    out = io.BytesIO()
    plain.save(out, "JPEG", quality=80)
    return out.getvalue(), plain.width, plain.height


def path_of(name: str) -> Path:
    """Return where a picture lies."""
    assert name.isalnum(), "a random name has no dots and slashes"
    return folder() / "attachments" / name


def keep(content: bytes) -> Picture:
    """Keep a picture; it belongs to the account when an act names it."""
    made, width, height = drawn_anew(content)
    name = random_link()
    nonce = os.urandom(NONCE)
    sealed = nonce + AESGCM(keys().journal).encrypt(nonce, made, f"attachment/{name}".encode())
    write_safely(path_of(name), sealed)
    return Picture(name, hashlib.sha256(made).hexdigest(), len(made), width, height)


def opened(name: str, digest: str) -> bytes:
    """Return a picture; one that was changed or is gone is refused."""
    path = path_of(name)
    if not path.exists():
        raise Refused("ATT-4")
    sealed = path.read_bytes()
    try:
        content = AESGCM(keys().journal).decrypt(
            sealed[:NONCE], sealed[NONCE:], f"attachment/{name}".encode()
        )
    except InvalidTag:
        raise Refused("KEY-3") from None
    if hashlib.sha256(content).hexdigest() != digest:
        raise Refused("ATT-4")
    return content
