"""Tiles: one name each, the right width, and every hash of the tree to be had from them."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingbai.proofs import merkle, tiles
from tests.proofs.trees import Tree, leaves, opinion

SIZE = 256 * 256 + 300
TREE = Tree(leaves(SIZE))
FILES = {tiles.path_of(*one): tiles.tile(*one, TREE.node) for one in tiles.tiles_of(SIZE)}


@pytest.mark.parametrize(
    ("found", "path"),
    [
        ((0, 0, 256), "tile/0/000"),
        ((0, 0, 1), "tile/0/000.p/1"),
        ((1, 999, 255), "tile/1/999.p/255"),
        ((0, 1000, 256), "tile/0/x001/000"),
        ((0, 1234067, 256), "tile/0/x001/x234/067"),
        ((63, 1234067, 17), "tile/63/x001/x234/067.p/17"),
    ],
)
def test_paths(found: tuple[int, int, int], path: str) -> None:
    assert tiles.path_of(*found) == path
    assert tiles.parse_path(path) == found


@given(st.integers(0, 63), st.integers(0, 2**60), st.integers(1, 256))
def test_every_path_comes_back(level: int, index: int, width: int) -> None:
    path = tiles.path_of(level, index, width)
    assert tiles.parse_path(path) == (level, index, width)
    assert all(len(part.lstrip("x")) == 3 for part in path.partition(".p")[0].split("/")[2:])


@pytest.mark.parametrize(
    "path",
    [
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0/x000",
        "tile/0/x000/000",
        "tile/0/001/000",
        "tile/0/x001/x000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/000.p/1/",
        "tile/0/000.p/999",
        "tile/0/X001/000",
        "tile/entries/000",
        "tile/0/../000",
        "tile/0/٠٠٠",
        "tile//0/000",
        "tile/0/000?x",
    ]
    + ["", "tile/0/000\n", "tile/0/ 00"],
)
def test_what_is_no_path(path: str) -> None:
    with pytest.raises(ValueError):
        tiles.parse_path(path)


def test_a_path_without_end_is_refused_at_once() -> None:
    with pytest.raises(ValueError):
        tiles.parse_path("tile/0/" + "x999/" * 3000 + "999")


@given(st.text() | st.from_regex(r"tile/[0-9x./p]*", fullmatch=True))
def test_any_text_is_a_path_in_one_way_or_none(text: str) -> None:
    try:
        found = tiles.parse_path(text)
    except ValueError:
        return
    assert tiles.path_of(*found) == text


@pytest.mark.parametrize("one", [(-1, 0, 1), (64, 0, 1), (0, -1, 1), (0, 0, 0), (0, 0, 257)])
def test_no_such_tile(one: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError):
        tiles.path_of(*one)
    with pytest.raises(ValueError):
        tiles.tile(*one, TREE.node)


def test_the_tiles_of_the_specification_s_example() -> None:
    found = list(tiles.tiles_of(70_000))
    widths = [(level, width) for level, _index, width in found]
    assert widths.count((0, 256)) == 273 and (0, 112) in widths
    assert [one for one in widths if one[0]] == [(1, 256), (1, 17), (2, 1)]
    assert list(tiles.tiles_of(256)) == [(0, 0, 256), (1, 0, 1)]
    assert list(tiles.tiles_of(0)) == list(tiles.tiles_of(-1)) == []


def test_a_tile_is_the_roots_of_the_tiles_below() -> None:
    above = tiles.hashes_of(FILES["tile/1/000"])
    for index in (0, 1, 255):
        below = tiles.hashes_of(FILES[f"tile/0/{index:03d}"])
        assert above[index] == opinion(below)
    assert len(FILES["tile/0/000"]) == 8192
    assert tiles.hashes_of(FILES["tile/2/000.p/1"]) == [opinion(above)]


def test_a_tile_is_made_of_hashes() -> None:
    with pytest.raises(ValueError):
        tiles.hashes_of(bytes(33))
    assert tiles.hashes_of(b"") == []


@given(st.data())
def test_every_proof_is_to_be_had_from_tiles(data: st.DataObject) -> None:
    node = tiles.nodes_in_tiles(SIZE, FILES.__getitem__)
    level = data.draw(st.integers(0, SIZE.bit_length() - 1))
    index = data.draw(st.integers(0, (SIZE >> level) - 1))
    assert node(level, index) == TREE.held[level, index]
    assert merkle.root(SIZE, node) == merkle.root(SIZE, TREE.node)
    older, leaf = data.draw(st.integers(0, SIZE)), data.draw(st.integers(0, SIZE - 1))
    assert merkle.prove_consistency(older, SIZE, node) == merkle.prove_consistency(
        older, SIZE, TREE.node
    )
    assert merkle.prove_inclusion(leaf, SIZE, node) == merkle.prove_inclusion(leaf, SIZE, TREE.node)


@pytest.mark.parametrize("size", [1, 255, 256, 257, 511, 512, 513])
def test_roots_from_tiles_about_the_edges(size: int) -> None:
    hashes = leaves(size)
    tree = Tree(hashes)
    held = {tiles.path_of(*one): tiles.tile(*one, tree.node) for one in tiles.tiles_of(size)}
    asked: list[str] = []

    def read(path: str) -> bytes:
        asked.append(path)
        return held[path]

    assert merkle.root(size, tiles.nodes_in_tiles(size, read)) == opinion(hashes)
    assert len(asked) == len(set(asked)) <= 3, "each tile is read once, and high up"


@pytest.mark.parametrize(
    "one", [(0, 300), (0, -1), (-1, 0), (1, 150), (9, 0), (8, 1), (16, 0), (60, 0), (500, 0)]
)
def test_nodes_outside_the_tree(one: tuple[int, int]) -> None:
    tree = Tree(leaves(300))
    held = {tiles.path_of(*at): tiles.tile(*at, tree.node) for at in tiles.tiles_of(300)}
    with pytest.raises(merkle.ProofError):
        tiles.nodes_in_tiles(300, held.__getitem__)(*one)


@pytest.mark.parametrize("content", [b"", bytes(31), bytes(32), bytes(8191), bytes(8224)])
def test_a_tile_cut_short_or_stretched(content: bytes) -> None:
    with pytest.raises(merkle.ProofError):
        tiles.nodes_in_tiles(256, lambda _path: content)(0, 0)


def test_a_changed_tile_leads_to_another_root() -> None:
    changed = hashlib.sha256(b"changed").digest() + FILES["tile/0/000"][32:]
    node = tiles.nodes_in_tiles(SIZE, (FILES | {"tile/0/000": changed}).__getitem__)
    proof = merkle.prove_consistency(100, SIZE, node)
    with pytest.raises(merkle.ProofError):
        merkle.verify_consistency(
            100, SIZE, proof, merkle.root(100, TREE.node), merkle.root(SIZE, TREE.node)
        )
