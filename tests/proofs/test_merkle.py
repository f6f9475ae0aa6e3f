"""The tree is held to published cases, to a second implementation, and to every small size."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingbai.proofs import merkle
from tests.conftest import shared

PLACEHOLDER = "sizes-are-equal-one-and-proof-is-empty"


def decoded(text: str | None) -> bytes:
    """Return the bytes of a case's field."""
    return base64.b64decode(text or "")


def cases(kind: str) -> list[tuple[str, dict[str, Any]]]:
    """Return every case of a kind."""
    found = [
        (str(path), json.loads(path.read_text()))
        for path in sorted(shared(f"merkle/{kind}").rglob("*.json"))
    ]
    assert len(found) > 40
    return found


def accepted(check: Any, *values: Any) -> bool:
    """Tell whether a check accepts."""
    try:
        check(*values)
    except merkle.ProofError:
        return False
    return True


def test_published_inclusion_cases() -> None:
    for path, case in cases("inclusion"):
        proof = [decoded(one) for one in case["proof"] or []]
        values = (
            case["leafIdx"],
            case["treeSize"],
            decoded(case["leafHash"]),
            proof,
            decoded(case["root"]),
        )
        assert accepted(merkle.verify_inclusion, *values) is not case["wantErr"], path


def test_published_consistency_cases() -> None:
    for path, case in cases("consistency"):
        if PLACEHOLDER in path:
            continue
        proof = [decoded(one) for one in case["proof"] or []]
        values = (
            case["size1"],
            case["size2"],
            proof,
            decoded(case["root1"]),
            decoded(case["root2"]),
        )
        assert accepted(merkle.verify_consistency, *values) is not case["wantErr"], path


def naive_root(leaves: list[bytes]) -> bytes:
    """Return the root as the definition says it, by recursion."""
    if not leaves:
        return merkle.EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return merkle.node_hash(naive_root(leaves[:split]), naive_root(leaves[split:]))


def node_of(leaves: list[bytes]) -> Any:
    """Return the nodes of complete subtrees over leaves."""

    def node(level: int, index: int) -> bytes:
        part = leaves[index << level : (index + 1) << level]
        assert len(part) == 1 << level, "only complete subtrees have a node"
        return naive_root(part)

    return node


LEAVES = [merkle.leaf_hash(bytes([number])) for number in range(70)]


def test_every_proof_of_every_small_tree() -> None:
    node = node_of(LEAVES)
    for size in range(1, 71):
        root = naive_root(LEAVES[:size])
        assert merkle.root_of(LEAVES[:size]) == merkle.root(size, node) == root
        for index in range(size):
            proof = merkle.prove_inclusion(index, size, node)
            merkle.verify_inclusion(index, size, LEAVES[index], proof, root)
            assert not accepted(
                merkle.verify_inclusion, index, size, LEAVES[(index + 1) % 70], proof, root
            )
        for older in range(size + 1):
            proof = merkle.prove_consistency(older, size, node)
            merkle.verify_consistency(older, size, proof, naive_root(LEAVES[:older]), root)


def test_nodes_come_out_the_same_however_the_leaves_arrive() -> None:
    whole = sorted(
        merkle.nodes_added(0, LEAVES, lambda *_: pytest.fail("an empty tree has no nodes"))
    )
    for step in (1, 3, 7, 64):
        held = {(0, at): content for at, content in enumerate(LEAVES)}
        added = []
        for first in range(0, 70, step):
            part = merkle.nodes_added(
                first, LEAVES[first : first + step], lambda level, at, held=held: held[(level, at)]
            )
            held |= {(level, at): content for level, at, content in part}
            added += part
        assert sorted(added) == whole


@given(st.integers(1, 70), st.data())
def test_no_changed_bit_of_a_proof_is_accepted(size: int, data: st.DataObject) -> None:
    node = node_of(LEAVES)
    index = data.draw(st.integers(0, size - 1))
    proof = merkle.prove_inclusion(index, size, node)
    root = merkle.root(size, node)
    if proof:
        at = data.draw(st.integers(0, len(proof) - 1))
        bit = data.draw(st.integers(0, 255))
        changed = bytearray(proof[at])
        changed[bit // 8] ^= 1 << bit % 8
        bent = [*proof[:at], bytes(changed), *proof[at + 1 :]]
        assert not accepted(merkle.verify_inclusion, index, size, LEAVES[index], bent, root)
        assert not accepted(merkle.verify_inclusion, index, size, LEAVES[index], proof[:-1], root)
    assert not accepted(merkle.verify_inclusion, index, size, LEAVES[index], [*proof, root], root)


@pytest.mark.parametrize("size", [-1, 2**63, 1.0, True, "1"])
def test_a_size_that_is_none(size: Any) -> None:
    assert not accepted(merkle.verify_inclusion, 0, size, LEAVES[0], [], LEAVES[0])
