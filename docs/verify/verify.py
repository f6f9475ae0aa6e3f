#!/usr/bin/env python3
"""Check a log of Mingbai without Mingbai: Python's own library and `cryptography`, not one line of the product.

不靠明白来核对明白账：只用 Python 自带的库和 cryptography，与本产品不共用一行代码。

  verify.py receipt FILE [BODY] --key VKEY                 does this entry stand in the account?
  verify.py consistency OLD NEW LOG --key VKEY             is the older head the beginning of the newer one?
  verify.py log LOG --key VKEY [--against CHECKPOINT]      is the published head the head of all published fingerprints?

LOG is a folder (checkpoint, tile/...) or an address (https://..., then /log/checkpoint, /log/tile/...). VKEY is the key's line
or a file that holds it; take it from paper or from somebody else, not from the log that you check.
Exit code: 0 it holds, 1 it does not, 2 it could not be checked.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

HASH, TILE, FILE_MOST, SIGNATURES_MOST = 32, 256, 1_000_000, 16
HEAD, RECEIPT = ("signed head", "账头"), ("receipt", "回执")


class Wrong(Exception):
    """What was to be shown is not so: English sentence, Chinese sentence."""


class Unchecked(Exception):
    """It could not be checked: English sentence, Chinese sentence."""


class Key(NamedTuple):
    """A log's public key and the name and id by which its signatures call it."""

    name: bytes
    id: bytes
    public: Ed25519PublicKey


class Head(NamedTuple):
    """A signed head: whose log, how many entries, and the root over them."""

    origin: str
    size: int
    root: bytes


# The tree: RFC 6962, section 2.1


def leaf(body: bytes) -> bytes:
    """Return the fingerprint of an entry."""
    return hashlib.sha256(b"\x00" + body).digest()


def join(left: bytes, right: bytes) -> bytes:
    """Return the fingerprint of two neighbours."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def left_part(count: int) -> int:
    """Return how many of the leaves hang to the left: the largest power of two below their number."""
    return 1 << ((count - 1).bit_length() - 1)


def root_with(index: int, size: int, found: bytes, proof: list[bytes]) -> bytes:
    """Return the root that a leaf and a proof lead to, from the top down (section 2.1.1)."""
    if size == 1:
        if proof:
            raise Wrong("The proof is too long.", "证明太长。")
        return found
    if not proof:
        raise Wrong("The proof is too short.", "证明太短。")
    part, below, beside = left_part(size), proof[:-1], proof[-1]
    if index < part:
        return join(root_with(index, part, found, below), beside)
    return join(beside, root_with(index - part, size - part, found, below))


class Growing:
    """A tree that takes one fingerprint after the other and keeps only what it needs."""

    def __init__(self) -> None:
        self.peaks: list[bytes | None] = []

    def add(self, found: bytes) -> None:
        """Take the next leaf's fingerprint."""
        for level, peak in enumerate(self.peaks):
            if peak is None:
                self.peaks[level] = found
                return
            self.peaks[level] = None
            found = join(peak, found)
        self.peaks.append(found)

    def root(self) -> bytes:
        """Return the root over all leaves so far."""
        found: bytes | None = None
        for peak in self.peaks:
            if peak is not None:
                found = peak if found is None else join(peak, found)
        return hashlib.sha256(b"").digest() if found is None else found


# Signed heads: C2SP signed-note and tlog-checkpoint


def malformed(what: str, chinese: str) -> NoReturn:
    """Say that something is not written as it must be."""
    raise Wrong(f"The {what} is not written as it must be.", f"{chinese}的写法不对。")


def decoded(text: bytes) -> bytes:
    """Return what base64 encodes; only the canonical spelling counts."""
    try:
        found = base64.b64decode(text, validate=True)
    except ValueError:
        malformed("base64 text", "base64 文字")
    if base64.b64encode(found) != text:
        malformed("base64 text", "base64 文字")
    return found


def number(text: bytes) -> int:
    """Return a plain decimal number."""
    if not text.isdigit() or len(text) > 18 or (text[:1] == b"0" and text != b"0"):
        malformed("number", "数字")
    return int(text)


def key_of(given: str) -> Key:
    """Return the key of a line name+id+base64, given as such or as a file."""
    if os.path.isfile(given):
        given = read_file(given).decode("utf-8", "replace")
    name, _, rest = given.strip().encode("utf-8", "replace").partition(b"+")
    shown, _, text = rest.partition(b"+")
    try:
        content = decoded(text)
    except Wrong:
        content = b""
    own = hashlib.sha256(name + b"\n" + content).digest()[:4]
    if not name or len(content) != 33 or content[0] != 1 or shown != own.hex().encode():
        raise Unchecked(
            "This is not a key's line (name+id+key).", "这不是一行公钥（名字+编号+公钥）。"
        )
    return Key(name, own, Ed25519PublicKey.from_public_bytes(content[1:]))


def signature_lines(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Give name and content of each signature line."""
    lines = block.split(b"\n")
    if lines.pop() or not 1 <= len(lines) <= SIGNATURES_MOST:
        malformed(*HEAD)
    for line in lines:
        words = line.split(b" ")
        if len(words) != 3 or words[0] != "—".encode() or not words[1] or b"+" in words[1]:
            malformed(*HEAD)
        yield words[1], decoded(words[2])


def open_head(note: bytes, key: Key) -> Head:
    """Return the head in a note when this key signed it; other keys' signatures say nothing to us."""
    if any(byte < 32 and byte != 10 or byte == 127 for byte in note) or len(note) > FILE_MOST:
        malformed(*HEAD)
    at = note.rfind(b"\n\n")
    if at < 0 or note.decode("utf-8", "ignore").encode() != note:
        malformed(*HEAD)
    text, signed = note[: at + 1], False
    for name, content in signature_lines(note[at + 2 :]):
        if (name, content[:4]) == (key.name, key.id):
            try:
                key.public.verify(content[4:], text)
            except InvalidSignature:
                raise Wrong(
                    "The signature under the head is false.", "账头下的签名是假的。"
                ) from None
            signed = True
    if not signed:
        raise Wrong("The key you gave did not sign this head.", "这个账头不是您给的公钥签的。")
    lines = text.split(b"\n")[:-1]
    if len(lines) < 3 or not all(lines) or len(decoded(lines[2])) != HASH:
        malformed(*HEAD)
    if lines[0] != key.name:
        raise Wrong("The head names another log than its key.", "账头写的账与签名的公钥不是一家。")
    return Head(lines[0].decode(), number(lines[1]), decoded(lines[2]))


# Where things are read: files, folders and addresses


def read_file(path: str | Path) -> bytes:
    """Return a file's content."""
    try:
        return Path(path).read_bytes()
    except OSError as fault:
        raise Unchecked(
            f"Can't read {path}: {fault.strerror}.", f"读不到 {path}：{fault.strerror}。"
        ) from None


class Log:
    """A published log: a folder or an address."""

    def __init__(self, where: str) -> None:
        self.where = where.rstrip("/")
        self.remote = where.startswith(("http://", "https://"))
        if self.remote and not self.where.endswith("/log"):
            self.where += "/log"
        self.held: dict[tuple[int, int], list[bytes]] = {}

    def look(self, path: str) -> bytes | None:
        """Return what the log holds at a path, nothing when it holds nothing."""
        if not self.remote:
            place = Path(self.where, path)
            return read_file(place) if place.is_file() else None
        try:
            with urllib.request.urlopen(f"{self.where}/{path}", timeout=30) as answer:
                found: bytes = answer.read(FILE_MOST + 1)
                return found
        except urllib.error.HTTPError as fault:
            with fault:
                if fault.code in (404, 410):
                    return None
                why = f"{fault.code} {fault.reason}"
        except (OSError, ValueError, HTTPException) as fault:
            why = str(fault)
        place_of = f"{self.where}/{path}"
        raise Unchecked(f"Can't read {place_of}: {why}.", f"读不到 {place_of}：{why}。")

    def tile(self, level: int, index: int, width: int) -> list[bytes]:
        """Return the fingerprints of a tile (C2SP tlog-tiles); a full one will do where the part is gone."""
        digits = str(index)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        path = f"tile/{level}/" + "".join(f"x{group}/" for group in groups[:-1]) + groups[-1]
        found = self.look(path if width == TILE else f"{path}.p/{width}")
        if found is None and width < TILE:
            found = (self.look(path) or b"")[: width * HASH] or None
        if found is None:
            raise Unchecked(f"The log does not give {path}.", f"账上没有公开 {path}。")
        if len(found) != width * HASH:
            raise Wrong(f"{path} has the wrong length.", f"{path} 的长度不对。")
        return [found[at : at + HASH] for at in range(0, len(found), HASH)]

    def leaves(self, size: int) -> Iterator[bytes]:
        """Give the fingerprint of every entry in turn."""
        for index in range(-(-size // TILE)):
            yield from self.tile(0, index, min(TILE, size - index * TILE))

    def subtree(self, first: int, count: int, size: int) -> bytes:
        """Return the root over some leaves of a log of this size, read as high in the tiles as they go."""
        if count & (count - 1):
            part = left_part(count)
            left = self.subtree(first, part, size)
            return join(left, self.subtree(first + part, count - part, size))
        level, span = 0, 1
        while span * TILE <= count:
            level, span = level + 1, span * TILE
        index, at = divmod(first // span, TILE)
        if (level, index) not in self.held:
            width = min(TILE, size // span - index * TILE)
            self.held[level, index] = self.tile(level, index, width)
        row = self.held[level, index][at : at + count // span]
        while len(row) > 1:
            row = [join(row[at], row[at + 1]) for at in range(0, len(row), 2)]
        return row[0]

    def both_roots(self, first: int, older: int, count: int, size: int) -> tuple[bytes, bytes]:
        """Return the roots over the first `older` and over all `count` leaves from `first` on (RFC 6962, section 2.1.2).

        What both have in common is one fingerprint used twice: that is what makes equal roots a proof.
        """
        if older == count:
            found = self.subtree(first, count, size)
            return found, found
        part = left_part(count)
        if older <= part:
            old, new = self.both_roots(first, older, part, size)
            return old, join(new, self.subtree(first + part, count - part, size))
        left = self.subtree(first, part, size)
        old, new = self.both_roots(first + part, older - part, count - part, size)
        return join(left, old), join(left, new)


# Bodies: canonical JSON


def strict_json(content: bytes) -> Any:
    """Return the value of JSON that says one thing only: no key twice, no fractions."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(pairs)) != len(pairs):
            raise ValueError("a key is there twice")
        return dict(pairs)

    def whole(text: str) -> NoReturn:
        raise ValueError(f"{text[:20]} is not a whole number")

    text = content.decode("utf-8")
    return json.loads(text, object_pairs_hook=once, parse_float=whole, parse_constant=whole)


def canonical(value: Any) -> bytes:
    """Return a value as an entry's body is written: keys sorted, no blanks, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(
        "utf-8"
    )


def spellings(body: bytes) -> Iterator[bytes]:
    """Give a body as it is in the file, then as it was before somebody's program set it out anew."""
    yield body
    try:
        yield canonical(strict_json(body))
    except (ValueError, RecursionError):
        return


def act_in(body: bytes) -> str:
    """Return what was done, in brackets, as the body of an entry names it."""
    try:
        return f" ({strict_json(body)['command']})"
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""


# Receipts: C2SP tlog-proof


def proof_of(text: bytes) -> tuple[int, list[bytes], bytes]:
    """Return index, fingerprints and signed head of a receipt."""
    front, gap, note = text.partition(b"\n\n")
    lines = front.split(b"\n")
    if not gap or lines.pop(0) != b"c2sp.org/tlog-proof@v1":
        malformed(*RECEIPT)
    if lines and lines[0].startswith(b"extra "):
        del lines[0]
    if not lines or not lines[0].startswith(b"index "):
        malformed(*RECEIPT)
    index = number(lines.pop(0)[6:])
    hashes = [decoded(line) for line in lines]
    if any(len(found) != HASH for found in hashes):
        malformed(*RECEIPT)
    return index, hashes, note


def receipt_parts(path: str, body_path: str | None) -> tuple[bytes, bytes]:
    """Return proof and body from two files, or from the one JSON file that the house gives out."""
    content = read_file(path)
    if body_path is not None:
        return content, read_file(body_path)
    try:
        found = strict_json(content)
        return found["proof"].encode("utf-8"), canonical(found["body"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Unchecked(
            "Give the entry's body too, or a receipt in JSON that holds both.",
            "请把这一笔的内容文件也给上，或给一份两样都在的 JSON 回执。",
        ) from None


def check_receipt(args: argparse.Namespace, key: Key) -> tuple[str, str]:
    """Check that the body of an entry stands in the log."""
    text, body = receipt_parts(args.file, args.body)
    index, hashes, note = proof_of(text)
    head = open_head(note, key)
    if index >= head.size:
        raise Wrong("The receipt's number lies outside the head.", "回执上的号超出了账头。")
    roots = [(root_with(index, head.size, leaf(one), hashes), one) for one in spellings(body)]
    standing = [one for root, one in roots if root == head.root]
    if not standing:
        raise Wrong(
            "This entry does not stand there: the body or the receipt was changed, or they don't belong together.",
            "账上没有这一笔：内容或回执被改过，或者两样不是一对。",
        )
    english = f"It holds: this is entry {index} of {head.origin}{act_in(body)}, under its signed head over {head.size} entries."
    chinese = f"属实：这是 {head.origin} 的第 {index} 号{act_in(body)}，在签过名的账头之下，账头共 {head.size} 笔。"
    if standing[0] != body:
        english += (
            " (Blanks or the order of the file were changed on the way; what it says was not.)"
        )
        chinese += "（文件的空格或次序在路上变过，写的内容没有变。）"
    return english, chinese


def not_behind(old: Head, new: Head) -> None:
    """Refuse a newer head that holds fewer entries than the older one."""
    if old.size > new.size:
        raise Wrong(
            f"The log went back: the older head held {old.size} entries, the newer one holds {new.size}.",
            f"账往回走了：旧账头有 {old.size} 笔，新账头只有 {new.size} 笔。",
        )


def check_consistency(args: argparse.Namespace, key: Key) -> tuple[str, str]:
    """Check that an older head is the beginning of a newer one, computing from the log's tiles."""
    old, new = (open_head(read_file(path), key) for path in (args.old, args.new))
    not_behind(old, new)
    roots = (Growing().root(), new.root)
    if old.size:
        roots = Log(args.log).both_roots(0, old.size, new.size, new.size)
    if roots != (old.root, new.root):
        raise Wrong(
            "The older head is not the beginning of the newer one: the past was changed, or the fingerprints given are others.",
            "旧账头不是新账头的开头：过去的账被改过，或者给出的指纹不是这本账的。",
        )
    return (
        f"It holds: the first {old.size} of {new.size} entries of {new.origin} are those that the older head sealed.",
        f"属实：{new.origin} 现有 {new.size} 笔，前 {old.size} 笔就是旧账头封存的那些。",
    )


def check_log(args: argparse.Namespace, key: Key) -> tuple[str, str]:
    """Compute the root anew from every published fingerprint and compare it with the signed head."""
    log = Log(args.log)
    note = log.look("checkpoint")
    if note is None:
        raise Unchecked(f"{log.where} has no checkpoint.", f"{log.where} 没有账头。")
    head = open_head(note, key)
    kept = open_head(read_file(args.against), key) if args.against else None
    if kept:
        not_behind(kept, head)
    tree, kept_root = Growing(), Growing().root()
    for count, found in enumerate(log.leaves(head.size), 1):
        tree.add(found)
        if kept and count == kept.size:
            kept_root = tree.root()
    if tree.root() != head.root:
        raise Wrong(
            "The published fingerprints do not lead to the signed head.",
            "公开的指纹算不出签过名的账头。",
        )
    if kept and kept_root != kept.root:
        raise Wrong(
            f"The log is not the one you kept a head of: its first {kept.size} entries are others.",
            f"这不是您留过账头的那本账：前 {kept.size} 笔不一样了。",
        )
    english = f"It holds: {head.size} fingerprints of {head.origin} lead to its signed head."
    chinese = f"属实：{head.origin} 的 {head.size} 个指纹算出的正是签过名的账头。"
    if kept:
        english += f" The head you kept, over {kept.size} entries, is its beginning."
        chinese += f"您留的账头（{kept.size} 笔）是它的开头。"
    return english, chinese


def parsed(arguments: list[str] | None) -> argparse.Namespace:
    """Return what the command line asks."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    verbs = parser.add_subparsers(required=True, metavar="receipt | consistency | log")
    for check, *words in (
        (check_receipt, "file"),
        (check_consistency, "old", "new", "log"),
        (check_log, "log"),
    ):
        verb = verbs.add_parser(check.__name__.removeprefix("check_"), help=check.__doc__)
        for word in words:
            verb.add_argument(word)
        if check is check_receipt:
            verb.add_argument("body", nargs="?")
        if check is check_log:
            verb.add_argument("--against", help="a head kept earlier")
        verb.add_argument("--key", required=True, help="the key's line, or a file that holds it")
        verb.set_defaults(check=check)
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line asks; print one sentence; return the exit code."""
    args = parsed(arguments)
    wanted = [os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    chinese = next(filter(None, wanted), "").lower().startswith("zh")
    try:
        print(args.check(args, key_of(args.key))[chinese])
    except Wrong as fault:
        print(("It does not hold: ", "不属实：")[chinese] + fault.args[chinese])
        return 1
    except Unchecked as fault:
        said = ("It could not be checked: ", "没法核对：")[chinese] + fault.args[chinese]
        print(said, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
