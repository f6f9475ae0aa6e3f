"""Receipts in text: what is written is read again, and what is written otherwise is refused."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingbai.proofs import merkle, receipts
from mingbai.proofs.merkle import ProofError
from mingbai.proofs.notes import NoteError
from tests.proofs.trees import KEY, KNOWN, ORIGIN, OTHER, Tree, head, leaves

SIZE = 13
LEAVES = leaves(SIZE)
TREE = Tree(LEAVES)
ROOT = merkle.root(SIZE, TREE.node)
NOTE = head(SIZE, ROOT)


def proof(index: int) -> str:
    """Return the receipt of a leaf."""
    return receipts.write_proof(index, merkle.prove_inclusion(index, SIZE, TREE.node), NOTE)


TEXT = proof(5)


@pytest.mark.parametrize("index", range(SIZE))
def test_every_leaf_has_its_receipt(index: int) -> None:
    found = receipts.open_proof(proof(index), LEAVES[index], KNOWN)
    assert (found.origin, found.size, found.root) == (ORIGIN, SIZE, ROOT)
    with pytest.raises(ProofError):
        receipts.open_proof(proof(index), LEAVES[index - 1], KNOWN)


def test_a_receipt_is_lines_of_text() -> None:
    front, note = TEXT.split("\n\n", 1)
    lines = front.split("\n")
    assert lines[:2] == ["c2sp.org/tlog-proof@v1", "index 5"] and note == NOTE
    assert [base64.b64decode(line) for line in lines[2:]] == merkle.prove_inclusion(
        5, SIZE, TREE.node
    )


def test_the_only_leaf_needs_no_hashes() -> None:
    text = receipts.write_proof(0, [], head(1, LEAVES[0]))
    assert receipts.open_proof(text, LEAVES[0], KNOWN).size == 1


def test_extra_data_is_allowed_and_trusted_for_nothing() -> None:
    extra = TEXT.replace("index 5", "extra bW9yZQ==\nindex 5")
    assert receipts.open_proof(extra, LEAVES[5], KNOWN).size == SIZE
    for bad in ("extra bW9yZQ=", "extra not base64", "extra bW9yZQ==\nextra bW9yZQ=="):
        with pytest.raises((ProofError, NoteError)):
            receipts.open_proof(TEXT.replace("index 5", f"{bad}\nindex 5"), LEAVES[5], KNOWN)


NUMBERS = ["05", "+5", "-5", "5 ", " 5", "5.0", "", "٥", "5_0", "0x5", str(2**63), "9" * 5000]


@pytest.mark.parametrize("number", [*NUMBERS, "4", "6", str(SIZE), str(2**63 - 1)])
def test_another_index(number: str) -> None:
    with pytest.raises(ProofError):
        receipts.open_proof(TEXT.replace("index 5", f"index {number}"), LEAVES[5], KNOWN)


@pytest.mark.parametrize(
    "text",
    [
        "",
        NOTE,
        TEXT.replace("tlog-proof@v1", "tlog-proof@v2"),
        " " + TEXT,
        "\ufeff" + TEXT,
        TEXT.replace("\n", "\r\n"),
        TEXT.replace("index 5\n", ""),
        TEXT.replace("index 5", "index"),
        TEXT.replace("index 5", "Index 5"),
        TEXT.replace("\n\n", "\n", 1),
        TEXT.replace("\n\n", "\n\n\n", 1),
        TEXT.replace("=\n", "\n", 1),
        TEXT.replace("index 5\n", "index 5\n" + base64.b64encode(bytes(31)).decode() + "\n"),
        TEXT.replace("index 5\n", "index 5\n" + base64.b64encode(bytes(32)).decode() + "\n"),
        TEXT.replace("index 5\n", "index 5\n" + 64 * (base64.b64encode(bytes(32)).decode() + "\n")),
        TEXT[:-1],
        TEXT + "\n",
    ],
)
def test_what_is_no_receipt(text: str) -> None:
    with pytest.raises((ProofError, NoteError)):
        receipts.open_proof(text, LEAVES[5], KNOWN)


def test_a_head_of_somebody_else() -> None:
    path = merkle.prove_inclusion(5, SIZE, TREE.node)
    unknown = receipts.write_proof(5, path, head(SIZE, ROOT, OTHER))
    with pytest.raises(NoteError):
        receipts.open_proof(unknown, LEAVES[5], KNOWN)
    known = KNOWN | {"witness/one": OTHER.public_key()}
    foreign = head(SIZE, ROOT, OTHER, "witness/one")
    assert receipts.open_proof(receipts.write_proof(5, path, foreign), LEAVES[5], known).origin == (
        "witness/one"
    )
    with pytest.raises(NoteError):
        receipts.open_proof(
            TEXT.replace(ORIGIN + "\n", "mingbai/else\n"),
            LEAVES[5],
            KNOWN | {"mingbai/else": KEY.public_key()},
        )


@given(st.data())
def test_no_single_edit_of_a_receipt_is_accepted(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(TEXT) - 1))
    letter = data.draw(st.characters(exclude_categories=[]) | st.sampled_from("\n =A0"))
    edited = TEXT[:at] + letter + TEXT[at + data.draw(st.integers(0, 1)) :]
    if edited != TEXT:
        with pytest.raises((ProofError, NoteError)):
            receipts.open_proof(edited, LEAVES[5], KNOWN)


def test_nothing_is_written_that_could_not_be_read() -> None:
    for index, path in ((-1, []), (True, []), (2**63, []), (0, [bytes(31)]), (0, [bytes(32)] * 64)):
        with pytest.raises(ProofError):
            receipts.write_proof(index, path, NOTE)
