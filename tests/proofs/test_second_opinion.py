"""Every small tree and many huge ones, held against a second implementation that is the definitions and nothing else."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingbai.proofs import merkle
from tests.proofs.trees import Tree, leaves, opinion, path_opinion, proof_opinion, replayed

MOST = 70
LEAVES = leaves(MOST)
ROOTS = [opinion(LEAVES[:size]) for size in range(MOST + 1)]
TREE = Tree(LEAVES)


def refused(check: Callable[..., None], *values: Any) -> None:
    """Assert that a check refuses, with the error it promises."""
    with pytest.raises(merkle.ProofError):
        check(*values)


def bent(proof: list[bytes]) -> list[list[bytes]]:
    """Return a proof spoiled in every simple way: each hash changed, dropped or swapped, more before and behind."""
    ways = [proof[:-1], proof[1:], [*proof, bytes(32)], [bytes(32), *proof], [*proof, *proof[-1:]]]
    ways += [
        [*proof[:at], bytes([one[0] ^ 1]) + one[1:], *proof[at + 1 :]]
        for at, one in enumerate(proof)
    ]
    ways += [
        [*proof[:at], proof[at + 1], proof[at], *proof[at + 2 :]] for at in range(len(proof) - 1)
    ]
    return [way for way in ways if way != proof]


@pytest.mark.parametrize("size", range(1, MOST + 1))
def test_every_inclusion_in_every_small_tree(size: int) -> None:
    for index in range(size):
        proof = merkle.prove_inclusion(index, size, TREE.node)
        assert proof == path_opinion(index, LEAVES[:size])
        merkle.verify_inclusion(index, size, LEAVES[index], proof, ROOTS[size])
        for way in bent(proof):
            refused(merkle.verify_inclusion, index, size, LEAVES[index], way, ROOTS[size])
        for other in {0, index - 1, index + 1, size - 1} - {-1, index}:
            refused(merkle.verify_inclusion, other, size, LEAVES[index], proof, ROOTS[size])


@pytest.mark.parametrize("size", range(1, MOST + 1))
def test_every_consistency_in_every_small_tree(size: int) -> None:
    for older in range(size + 1):
        proof = merkle.prove_consistency(older, size, TREE.node)
        if older:
            assert proof == proof_opinion(older, LEAVES[:size])
            assert replayed(older, size, proof, ROOTS[older]) == (ROOTS[older], ROOTS[size])
        roots = (ROOTS[older], ROOTS[size])
        merkle.verify_consistency(older, size, proof, *roots)
        for way in bent(proof):
            refused(merkle.verify_consistency, older, size, way, *roots)
        refused(merkle.verify_consistency, older, size, proof, bytes(32), ROOTS[size])
        if older:
            refused(merkle.verify_consistency, older, size, proof, ROOTS[older], bytes(32))
        if older < size:
            refused(merkle.verify_consistency, size, older, proof, *roots)
            refused(merkle.verify_consistency, older, size, proof, *reversed(roots))


def test_the_empty_tree() -> None:
    assert ROOTS[0] == merkle.EMPTY_ROOT == merkle.root_of([]) == merkle.root(0, TREE.node)
    merkle.verify_consistency(0, 0, [], merkle.EMPTY_ROOT, merkle.EMPTY_ROOT)
    refused(merkle.verify_consistency, 0, 0, [], bytes(32), bytes(32))
    refused(merkle.verify_consistency, 0, 5, [], bytes(32), ROOTS[5])
    refused(merkle.verify_inclusion, 0, 0, LEAVES[0], [], merkle.EMPTY_ROOT)
    refused(merkle.prove_inclusion, 0, 0, TREE.node)


def odd(places: tuple[int, ...]) -> merkle.Node:
    """Return the nodes of an endless tree of equal leaves but for some, so that any size costs nothing to make."""
    plain = [merkle.leaf_hash(b"plain")]
    for _level in range(63):
        plain.append(merkle.node_hash(plain[-1], plain[-1]))

    def node(level: int, index: int) -> bytes:
        here = [place for place in places if place >> level == index]
        if not here:
            return plain[level]
        if level == 0:
            return merkle.leaf_hash(b"odd %d" % here[0])
        return merkle.node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))

    return node


@given(st.data(), st.integers(1, 10**6) | st.integers(1, 2**62))
def test_inclusion_in_huge_trees(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    node = odd((index,))
    root, proof = merkle.root(size, node), merkle.prove_inclusion(index, size, node)
    leaf = merkle.leaf_hash(b"odd %d" % index)
    merkle.verify_inclusion(index, size, leaf, proof, root)
    other = data.draw(st.integers(0, size))
    if other != index:
        refused(merkle.verify_inclusion, other, size, leaf, proof, root)


@given(st.data(), st.integers(2, 10**6) | st.integers(2, 2**62))
def test_consistency_of_huge_trees(data: st.DataObject, size: int) -> None:
    older = data.draw(st.integers(1, size - 1))
    places = (data.draw(st.integers(0, older - 1)), data.draw(st.integers(older, size - 1)))
    node, forked = odd(places), odd(places[1:])
    proof = merkle.prove_consistency(older, size, node)
    old, new = merkle.root(older, node), merkle.root(size, node)
    merkle.verify_consistency(older, size, proof, old, new)
    assert replayed(older, size, proof, old) == (old, new)
    fork = merkle.root(older, forked)
    for path in (proof, merkle.prove_consistency(older, size, forked)):
        refused(merkle.verify_consistency, older, size, path, fork, new)


@given(st.lists(st.integers(0, 40), max_size=12))
def test_a_batch_reads_only_the_right_edge(batches: list[int]) -> None:
    tree, whole = Tree([]), leaves(sum(batches))
    for count in batches:
        tree.asked.clear()
        before = tree.size
        tree.append(whole[before : before + count])
        assert len(tree.asked) <= max(before, 1).bit_length()
        assert all(index + 1 == before >> level for level, index in tree.asked)
    assert merkle.root(tree.size, tree.node) == opinion(whole)
    complete = sum(len(whole) >> level for level in range(len(whole).bit_length()))
    assert len(tree.held) == complete


@pytest.mark.parametrize("number", [-1, 2**63, 1.0, True, "1", None, 2**80])
def test_what_is_no_size_and_no_index(number: Any) -> None:
    empty = merkle.EMPTY_ROOT
    refused(merkle.verify_inclusion, number, 5, LEAVES[0], [], ROOTS[5])
    refused(merkle.verify_inclusion, 0, number, LEAVES[0], [], LEAVES[0])
    refused(merkle.verify_consistency, number, 5, [], empty, ROOTS[5])
    refused(merkle.verify_consistency, 0, number, [], empty, ROOTS[1])
    refused(merkle.prove_inclusion, number, 5, TREE.node)
    refused(merkle.prove_consistency, 0, number, TREE.node)
    refused(merkle.root, number, TREE.node)
    refused(merkle.nodes_added, number, [bytes(32)], TREE.node)


@pytest.mark.parametrize("one", [b"", bytes(31), bytes(33), "0" * 32, bytearray(32), None, 7])
def test_what_is_no_hash(one: Any) -> None:
    proof = merkle.prove_inclusion(2, 5, TREE.node)
    refused(merkle.verify_inclusion, 2, 5, one, proof, ROOTS[5])
    refused(merkle.verify_inclusion, 2, 5, LEAVES[2], proof, one)
    refused(merkle.verify_inclusion, 2, 5, LEAVES[2], [*proof[:-1], one], ROOTS[5])
    longer = merkle.prove_consistency(3, 5, TREE.node)
    refused(merkle.verify_consistency, 3, 5, longer, one, ROOTS[5])
    refused(merkle.verify_consistency, 3, 5, longer, ROOTS[3], one)
    refused(merkle.verify_consistency, 3, 5, [*longer[:-1], one], ROOTS[3], ROOTS[5])
    refused(merkle.verify_consistency, 5, 5, [], one, one)


@pytest.mark.parametrize("proof", [None, bytes(32), "", 0, {}])
def test_what_is_no_proof(proof: Any) -> None:
    refused(merkle.verify_inclusion, 0, 1, LEAVES[0], proof, LEAVES[0])
    refused(merkle.verify_consistency, 1, 1, proof, LEAVES[0], LEAVES[0])


def test_the_names_that_others_rely_on() -> None:
    merkle.verify_inclusion(index=0, size=1, leaf_hash=LEAVES[0], proof=[], root=LEAVES[0])
    merkle.verify_consistency(size1=1, size2=1, proof=[], root1=LEAVES[0], root2=LEAVES[0])
    assert issubclass(merkle.ProofError, ValueError)
