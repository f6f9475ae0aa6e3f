"""Signed notes: one spelling, known keys only, and nothing that a careless reader would let through."""

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from mingbai.proofs import notes
from mingbai.proofs.notes import Checkpoint, NoteError
from tests.proofs.trees import KEY, KNOWN, LINE, ORIGIN, OTHER

TEXT = f"{ORIGIN}\n7\n{base64.b64encode(bytes(32)).decode()}\n"
NOTE = notes.sign_note(TEXT, ORIGIN, KEY)
SIGNED = NOTE.removeprefix(TEXT + "\n")
SEEDED = "mingbai/test+98ea76d3+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"


def by(name: str, key: Ed25519PrivateKey, text: str = TEXT) -> str:
    """Return a signature line."""
    return notes.sign_note(text, name, key).removeprefix(text + "\n")


def line(name: str, content: bytes) -> str:
    """Return a signature line of any content."""
    return f"— {name} {base64.b64encode(content).decode()}\n"


def test_it_reads_what_it_wrote() -> None:
    assert notes.open_note(NOTE, KNOWN) == TEXT
    assert notes.open_checkpoint(NOTE, KNOWN) == Checkpoint(ORIGIN, 7, bytes(32))
    assert notes.checkpoint_text(notes.parse_checkpoint(TEXT)) == TEXT
    assert NOTE.endswith("\n") and NOTE.count("\n\n") == 1


def test_a_note_is_the_text_a_blank_line_and_id_with_signature() -> None:
    content = base64.b64decode(SIGNED.split()[2])
    assert f"— {ORIGIN} {base64.b64encode(content).decode()}\n" == SIGNED
    assert content == notes.key_id(ORIGIN, KEY.public_key()) + KEY.sign(TEXT.encode())
    assert SEEDED == LINE, "as openssl and sha256sum have it"


def test_unknown_signatures_are_ignored() -> None:
    other = by("witness/one", OTHER)
    same_name = by(ORIGIN, OTHER)
    same_id = line("witness/two", notes.key_id(ORIGIN, KEY.public_key()) + bytes(64))
    longer = line("quantum", bytes(2420))
    for extra in (other, same_name, same_id, longer):
        assert notes.open_note(TEXT + "\n" + extra + SIGNED, KNOWN) == TEXT
        assert notes.open_note(NOTE + extra, KNOWN) == TEXT
        with pytest.raises(NoteError, match="no known key"):
            notes.open_note(TEXT + "\n" + extra, KNOWN)


def test_one_wrong_signature_of_a_known_key_refuses_all() -> None:
    wrong = line(ORIGIN, notes.key_id(ORIGIN, KEY.public_key()) + bytes(64))
    short = line(ORIGIN, notes.key_id(ORIGIN, KEY.public_key()) + bytes(63))
    known = KNOWN | {"witness/one": OTHER.public_key()}
    false = by("witness/one", OTHER, "another text\n")
    for extra in (wrong, short, false):
        for note in (NOTE + extra, TEXT + "\n" + extra + SIGNED):
            with pytest.raises(NoteError, match="known key's signature is wrong"):
                notes.open_note(note, known)
    assert notes.open_note(NOTE + false, KNOWN) == TEXT, "to whom it is unknown it says nothing"


def test_at_most_sixteen_signatures() -> None:
    unknown = [line(f"witness/{number}", bytes(68)) for number in range(16)]
    assert notes.open_note(NOTE + "".join(unknown[:15]), KNOWN) == TEXT
    with pytest.raises(NoteError, match="too many"):
        notes.open_note(NOTE + "".join(unknown), KNOWN)


@pytest.mark.parametrize("code", [*range(10), *range(11, 32), 127])
def test_control_characters_anywhere(code: int) -> None:
    bad = chr(code)
    assert code != ord("\n")
    unknown = f"— a{bad}b {base64.b64encode(bytes(68)).decode()}\n"
    for note in (
        bad + NOTE,
        NOTE + bad,
        NOTE.replace("test\n7", f"te{bad}st\n7"),
        NOTE + unknown,
        NOTE.replace("\n\n", f"\n{bad}\n"),
    ):
        with pytest.raises(NoteError):
            notes.open_note(note, KNOWN)
    with pytest.raises(NoteError):
        notes.sign_note(f"a{bad}b\n", ORIGIN, KEY)


def test_line_ends_of_another_machine() -> None:
    for note in (NOTE.replace("\n", "\r\n"), NOTE.replace("\n\n", "\r\n\r\n"), NOTE[:-1] + "\r\n"):
        with pytest.raises(NoteError):
            notes.open_note(note, KNOWN)


def test_loose_base64() -> None:
    text = SIGNED.split()[2]
    spellings = [
        text + "=",
        text.rstrip("=") + "====",
        text[:10] + "-" + text[10:],
        text[:10] + " " + text[10:],
        text[:10] + "\n" + text[10:],
        text[:-1],
        text.replace("+", "-").replace("/", "_") + "-",
        text + "!",
    ]
    for spelling in spellings:
        with pytest.raises(NoteError):
            notes.open_note(f"{TEXT}\n— {ORIGIN} {spelling}\n", KNOWN)


def test_spare_bits_of_base64_are_not_a_second_spelling() -> None:
    assert notes.exact_base64("QQ==") == b"A"
    for spelling in ("QR==", "QQ=", "QQ", "Q===", "QQ==\n", " QQ==", "QQ==QQ==", "é"):
        with pytest.raises(NoteError):
            notes.exact_base64(spelling)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n",
        "\n\n",
        TEXT,
        TEXT + "\n",
        SIGNED,
        NOTE[:-1],
        NOTE + "\n",
        NOTE + "more\n",
        NOTE + " ",
        NOTE.replace("— ", "- "),
        NOTE.replace("— ", "—  "),
        NOTE.replace("— ", "—"),
        NOTE.replace("\n\n", "\n"),
        NOTE.replace(f"— {ORIGIN} ", f"— {ORIGIN}  "),
        NOTE.replace(f"— {ORIGIN} ", f"— {ORIGIN}\u3000"),
        NOTE + line("short", b"abcd"),
        NOTE + "— nothing \n",
        NOTE + "— a+b QUJDREVG\n",
        NOTE + "— a b QUJDREVG\n",
        NOTE.replace("7", "\ud800"),
    ],
)
def test_what_is_no_note(note: str) -> None:
    with pytest.raises(NoteError):
        notes.open_note(note, KNOWN)


def test_a_note_has_its_limit() -> None:
    long = notes.sign_note("a" * (notes.NOTE_MOST // 2) + "\n", ORIGIN, KEY)
    assert notes.open_note(long, KNOWN)
    with pytest.raises(NoteError):
        notes.open_note("a" * notes.NOTE_MOST + NOTE, KNOWN)
    with pytest.raises(NoteError):
        notes.sign_note("a" * notes.NOTE_MOST + "\n", ORIGIN, KEY)


def test_a_text_may_hold_blank_lines() -> None:
    text = "one\n\n— not a signature\n\ntwo\n"
    assert notes.open_note(notes.sign_note(text, ORIGIN, KEY), KNOWN) == text


@pytest.mark.parametrize("text", ["", "no line break", "a\r\n", "\ud800\n", "a\tb\n"])
def test_what_no_note_may_say(text: str) -> None:
    with pytest.raises(NoteError):
        notes.sign_note(text, ORIGIN, KEY)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\nb", "a\u3000b", "\ud800"])
def test_what_no_key_may_be_called(name: str) -> None:
    with pytest.raises(NoteError):
        notes.sign_note(TEXT, name, KEY)
    with pytest.raises(NoteError):
        notes.public_key_line(name, KEY.public_key())


@given(st.data())
def test_no_single_edit_of_a_note_is_accepted(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(NOTE)))
    letter = data.draw(st.characters(exclude_categories=[]) | st.sampled_from("\n —+=A/\r"))
    way = data.draw(st.sampled_from(["put in", "replace", "take out"]))
    edited = NOTE[:at] + ("" if way == "take out" else letter) + NOTE[at + (way != "put in") :]
    if edited != NOTE:
        with pytest.raises(NoteError):
            notes.open_note(edited, KNOWN)


@given(
    st.text(
        st.characters(exclude_categories=["Cs"], exclude_characters="\x7f", min_codepoint=32)
        | st.just("\n")
    )
)
def test_any_text_comes_back(text: str) -> None:
    text += "\n"
    assert notes.open_note(notes.sign_note(text, ORIGIN, KEY), KNOWN) == text


@given(st.text())
def test_any_text_is_refused_in_one_way(text: str) -> None:
    for read in (notes.parse_checkpoint, notes.parse_public_key, notes.exact_base64):
        try:
            read(text)
        except NoteError:
            continue
    with pytest.raises(NoteError):
        notes.open_note(text, KNOWN)


@pytest.mark.parametrize(
    "text",
    [
        "",
        TEXT[:-1],
        TEXT + "\n",
        TEXT + "\nmore\n",
        TEXT + "more",
        "\n" + TEXT,
        TEXT.replace("\n7\n", "\n07\n"),
        TEXT.replace("\n7\n", "\n-7\n"),
        TEXT.replace("\n7\n", "\n+7\n"),
        TEXT.replace("\n7\n", "\n7 \n"),
        TEXT.replace("\n7\n", "\n７\n"),
        TEXT.replace("\n7\n", "\n7_0\n"),
        TEXT.replace("\n7\n", "\n0x7\n"),
        TEXT.replace("\n7\n", "\n\n"),
        TEXT.replace("\n7\n", f"\n{2**63}\n"),
        TEXT.replace("\n7\n", "\n" + "9" * 5000 + "\n"),
        TEXT.replace("AAAA", ""),
        TEXT.replace("=", ""),
        TEXT.replace("A=", "B="),
        f"{ORIGIN}\n7\n{base64.b64encode(bytes(31)).decode()}\n",
        f"{ORIGIN}\n7\n{base64.b64encode(bytes(33)).decode()}\n",
    ],
)
def test_what_is_no_checkpoint(text: str) -> None:
    with pytest.raises(NoteError):
        notes.parse_checkpoint(text)


def test_extension_lines_are_ignored_and_sizes_have_their_edge() -> None:
    assert notes.parse_checkpoint(TEXT + "extension\n") == Checkpoint(ORIGIN, 7, bytes(32))
    assert notes.parse_checkpoint(TEXT.replace("\n7\n", "\n0\n")).size == 0
    assert notes.parse_checkpoint(TEXT.replace("\n7\n", f"\n{2**63 - 1}\n")).size == 2**63 - 1


@pytest.mark.parametrize(
    "values",
    [
        ("", 1, bytes(32)),
        ("a\nb", 1, bytes(32)),
        ("a", -1, bytes(32)),
        ("a", 1, b"short"),
        ("a", 2**63, bytes(32)),
        ("a\0", 1, bytes(32)),
    ],
)
def test_no_checkpoint_is_written_that_could_not_be_read(values: tuple[Any, ...]) -> None:
    with pytest.raises(NoteError):
        notes.checkpoint_text(Checkpoint(*values))


def test_another_known_key_cannot_speak_for_this_log() -> None:
    known = KNOWN | {"witness/one": OTHER.public_key()}
    note = f"{TEXT}\n{by('witness/one', OTHER)}"
    assert notes.open_note(note, known) == TEXT
    with pytest.raises(NoteError, match="log of this origin"):
        notes.open_checkpoint(note, known)
    assert notes.open_checkpoint(NOTE + by("witness/one", OTHER), known).size == 7


def test_key_lines() -> None:
    assert notes.parse_public_key(LINE) == (ORIGIN, KEY.public_key())
    assert notes.parse_public_key(LINE + "\n") == (ORIGIN, KEY.public_key())
    assert LINE.split("+")[1] == notes.key_id(ORIGIN, KEY.public_key()).hex()


def test_no_piece_and_no_near_miss_of_a_key_line() -> None:
    pieces = {
        LINE[first:last] for first in range(len(LINE)) for last in range(first, len(LINE) + 1)
    }
    near = {LINE[:at] + chr(ord(LINE[at]) + 1) + LINE[at + 1 :] for at in range(len(LINE))}
    longer = {LINE + "A", LINE + "=", LINE + "\n\n", " " + LINE, LINE + " ", LINE + "\r\n"}
    for bad in (pieces | near | longer) - {LINE}:
        with pytest.raises(NoteError):
            notes.parse_public_key(bad)
