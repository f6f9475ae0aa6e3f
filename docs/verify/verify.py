#!/usr/bin/env python3
"""Check a Mingbai account without trusting the machine that keeps it, and without a line of its code.

Needs Python 3.11 and the package `cryptography`, nothing else.

    verify.py receipt RECEIPT.json --key KEY
        that the entry in a receipt stands under the signed head in it
    verify.py consistency OLD_HEAD NEW_HEAD LOG --key KEY
        that the newer head continues the older one, computed from the hash tiles of LOG (an address or a folder)
    verify.py log LOG --key KEY [--against OLD_HEAD]
        that the published head is the root of the published hashes

KEY is the line that /log/key gives, or a file that holds it. Exit 0: it holds. Exit 1: it does not, and a sentence says why.
Exit 2: the call is wrong or something is missing.

Methods: RFC 6962 (tree), C2SP signed-note, tlog-checkpoint, tlog-tiles and tlog-proof.
"""

import argparse
import base64
import hashlib
import json
import sys
import urllib.request
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TILE = 256


class Wrong(Exception):
    """It does not hold."""


def sha(*parts):
    """SHA-256 of the parts."""
    return hashlib.sha256(b"".join(parts)).digest()


def root_of(leaves):
    """RFC 6962 root, straight from the definition."""
    if not leaves:
        return sha()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha(b"\x01", root_of(leaves[:split]), root_of(leaves[split:]))


def read_key(text):
    """Name and key of a line NAME+ID+BASE64."""
    path = Path(text)
    line = (path.read_text() if path.exists() else text).strip()
    name, named, encoded = line.split("+", 2)
    content = base64.b64decode(encoded, validate=True)
    if content[:1] != b"\x01" or len(content) != 33:
        raise Wrong("the key is not an Ed25519 key")
    if hashlib.sha256(name.encode() + b"\n" + content).digest()[:4].hex() != named:
        raise Wrong("the key's id is not its own")
    return name, bytes.fromhex(named), Ed25519PublicKey.from_public_bytes(content[1:])


def read_head(note, key):
    """Size and root of a head that this key signed."""
    name, named, public = key
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    for line in signatures.splitlines():
        dash, _, rest = line.partition(" ")
        who, _, encoded = rest.partition(" ")
        if dash != "—" or who != name:
            continue
        content = base64.b64decode(encoded, validate=True)
        if content[:4] != named:
            continue
        try:
            public.verify(content[4:], text.encode())
        except InvalidSignature:
            raise Wrong("the head's signature is wrong") from None
        origin, size, root = text.split("\n")[:3]
        if origin != name:
            raise Wrong("the head is of another log")
        return int(size), base64.b64decode(root, validate=True)
    raise Wrong("this key did not sign the head")


def fetch(log, path):
    """A file of the log, from an address or a folder."""
    if log.startswith(("http://", "https://")):
        with urllib.request.urlopen(f"{log.rstrip('/')}/{path}", timeout=30) as answer:
            return answer.read()
    return (Path(log) / path).read_bytes()


def leaves_of(log, size):
    """Every leaf hash, from the tiles of level 0."""
    found = []
    while len(found) < size:
        index, width = len(found) // TILE, min(TILE, size - len(found))
        name, rest = f"{index % 1000:03d}", index // 1000
        while rest:
            name, rest = f"x{rest % 1000:03d}/{name}", rest // 1000
        content = fetch(log, f"tile/0/{name}" + (f".p/{width}" if width < TILE else ""))
        if len(content) != 32 * width:
            raise Wrong(f"tile {index} has a wrong length")
        found += [content[at : at + 32] for at in range(0, len(content), 32)]
    return found


def check_inclusion(index, size, leaf, path, root):
    """The audit path leads from the leaf to the root (recursive, from the definition)."""

    def climb(first, last, rest):
        if last - first == 1:
            return leaf, rest
        split = first + (1 << (last - first - 1).bit_length() - 1)
        if index < split:
            inner, rest = climb(first, split, rest)
            return sha(b"\x01", inner, take(rest)), rest
        inner, rest = climb(split, last, rest)
        return sha(b"\x01", take(rest), inner), rest

    def take(rest):
        if not rest:
            raise Wrong("the proof is too short")
        return rest.pop(0)

    if not 0 <= index < size:
        raise Wrong("the entry's number lies outside the head")
    found, rest = climb(0, size, list(path))
    if rest or found != root:
        raise Wrong("the proof does not lead to the signed head")


def receipt(arguments, key):
    """Check a receipt."""
    found = json.loads(Path(arguments.receipt).read_text("utf-8"))
    body = json.dumps(
        found["body"], sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()
    head, _, note = found["proof"].partition("\n\n")
    lines = head.split("\n")
    size, root = read_head(note, key)
    index = int(lines[1].removeprefix("index "))
    path = [base64.b64decode(line, validate=True) for line in lines[2:]]
    check_inclusion(index, size, sha(b"\x00", body), path, root)
    return f"Entry {index} ({found['body']['command']}) stands under the signed head over {size} entries."


def consistency(arguments, key):
    """Check that one head continues another."""
    old_size, old_root = read_head(Path(arguments.old).read_text("utf-8"), key)
    new_size, new_root = read_head(Path(arguments.new).read_text("utf-8"), key)
    if old_size > new_size:
        raise Wrong("the newer head is the smaller one")
    leaves = leaves_of(arguments.log, new_size)
    if root_of(leaves) != new_root:
        raise Wrong("the published hashes do not give the newer head")
    if root_of(leaves[:old_size]) != old_root:
        raise Wrong("the newer head does not continue the older one: the past was changed")
    return f"The head over {new_size} entries continues the head over {old_size}."


def log(arguments, key):
    """Check a published log."""
    size, root = read_head(fetch(arguments.log, "checkpoint").decode(), key)
    leaves = leaves_of(arguments.log, size)
    if root_of(leaves) != root:
        raise Wrong("the published hashes do not give the signed head")
    if arguments.against:
        old_size, old_root = read_head(Path(arguments.against).read_text("utf-8"), key)
        if old_size > size or root_of(leaves[:old_size]) != old_root:
            raise Wrong("the log does not continue the head it was compared with")
    return f"The signed head over {size} entries is the root of the published hashes."


def main():
    """Do what the command line asks."""
    parser = argparse.ArgumentParser(
        description="Check a Mingbai account without trusting its machine."
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    one = verbs.add_parser("receipt")
    one.add_argument("receipt")
    two = verbs.add_parser("consistency")
    two.add_argument("old")
    two.add_argument("new")
    two.add_argument("log")
    three = verbs.add_parser("log")
    three.add_argument("log")
    three.add_argument("--against")
    for verb in (one, two, three):
        verb.add_argument("--key", required=True)
    arguments = parser.parse_args()
    try:
        print(globals()[arguments.verb](arguments, read_key(arguments.key)))
    except Wrong as fault:
        print(f"It does not hold: {fault}.")
        return 1
    except (OSError, ValueError, KeyError, IndexError) as fault:
        print(f"It could not be checked: {type(fault).__name__}: {fault}.", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
