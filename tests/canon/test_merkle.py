"""The Merkle tree against the recursive definition in RFC 9162 section 2.1.1 and known roots."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.canon import merkle
from auditor.canon.merkle import (
    TreeHasher,
    leaf_hash,
    make_proof,
    node_hash,
    root_hash,
    root_of_hashes,
    verify_proof,
)
from auditor.errors import BindingError, StatementError, VerificationError

# transparency-dev/merkle's reference leaves and roots, as published with RFC 6962 implementations.
LEAVES = [bytes.fromhex(h) for h in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657",
                                     "606162636465666768696a6b6c6d6e6f")]  # fmt: skip
ROOTS = {
    0: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


def recursive(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(recursive(leaves[:split]), recursive(leaves[split:]))


def test_known_roots() -> None:
    for size, root in ROOTS.items():
        assert root_hash(LEAVES[:size]).hex() == root


@given(st.lists(st.binary(max_size=8), max_size=70))
def test_the_stack_gives_what_the_definition_gives(leaves: list[bytes]) -> None:
    assert root_hash(leaves) == recursive(leaves)


@given(st.lists(st.binary(max_size=4), min_size=2, max_size=20, unique=True))
def test_swapping_two_leaves_changes_the_root(leaves: list[bytes]) -> None:
    swapped = [leaves[1], leaves[0], *leaves[2:]]
    assert root_hash(swapped) != root_hash(leaves)


def hashes(count: int) -> bytes:
    return b"".join(leaf_hash(b"%d" % n) for n in range(count))


def split(data: bytes) -> list[bytes]:
    return [data[at : at + 32] for at in range(0, len(data), 32)]


def path(leaves: list[bytes], index: int) -> list[bytes]:
    """RFC 9162 section 2.1.3.1, word by word."""
    if len(leaves) <= 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if index < k:
        return [*path(leaves[:k], index), recursive(leaves[k:])]
    return [*path(leaves[k:], index - k), recursive(leaves[:k])]


def test_roots_of_hashes_and_of_streams_are_the_root() -> None:
    hasher = TreeHasher()
    for count in range(1, 140):
        hasher.add(leaf_hash(b"%d" % (count - 1)))
        expected = root_hash([b"%d" % n for n in range(count)])
        assert root_of_hashes(hashes(count)) == hasher.root() == expected
        assert hasher.size == count


def test_a_tree_larger_than_a_block_has_the_same_root(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = [root_of_hashes(hashes(count)) for count in range(1, 70)]
    monkeypatch.setattr(merkle, "_BLOCK", 32 * 4)
    assert [root_of_hashes(hashes(count)) for count in range(1, 70)] == expected


def test_the_stream_keeps_one_hash_a_level() -> None:
    hasher = TreeHasher()
    for number in range(10_000):
        hasher.add(leaf_hash(b"%d" % number))
        assert len(hasher._stack) <= 14


def test_every_proof_of_small_trees_is_the_rfcs_and_holds() -> None:
    for count in range(1, 66):
        leaves, root = hashes(count), root_of_hashes(hashes(count))
        texts = [b"%d" % n for n in range(count)]
        for index in range(count):
            proof = make_proof(leaves, index)
            assert list(proof) == path(texts, index)
            verify_proof(leaf_hash(texts[index]), index, count, proof, root)


def test_a_proof_holds_for_no_other_place_leaf_size_or_root() -> None:
    for count in range(1, 34):
        leaves, root = hashes(count), root_of_hashes(hashes(count))
        for index in range(count):
            proof, leaf = make_proof(leaves, index), split(leaves)[index]
            for other in range(-1, count + 2):
                if other != index:
                    refused(leaf, other, count, proof, root)
            refused(leaf_hash(b"other"), index, count, proof, root)
            refused(leaf, index, count, proof, leaf_hash(b"other"))
            refused(leaf, index, count, (*proof, leaf), root)
            refused(leaf, index, count, (leaf, *proof), root)
            for at in range(len(proof)):
                refused(leaf, index, count, proof[:at] + proof[at + 1 :], root)
                refused(leaf, index, count, (*proof[:at], leaf_hash(b"x"), *proof[at + 1 :]), root)


def refused(leaf: bytes, index: int, size: int, proof: tuple[bytes, ...], root: bytes) -> None:
    with pytest.raises(VerificationError):
        verify_proof(leaf, index, size, proof, root)


@pytest.mark.parametrize("size", [0, -1, 1 << 63, 1 << 200])
def test_sizes_no_tree_has(size: int) -> None:
    with pytest.raises(StatementError):
        verify_proof(leaf_hash(b""), 0, size, (), leaf_hash(b""))


@pytest.mark.parametrize("bad", [b"", b"\x00" * 31, b"\x00" * 33])
def test_hashes_that_are_not_32_bytes(bad: bytes) -> None:
    good = leaf_hash(b"")
    for leaf, proof, root in ((bad, (), good), (good, (bad,), good), (good, (), bad)):
        with pytest.raises(StatementError):
            verify_proof(leaf, 0, 2 if proof else 1, proof, root)
    with pytest.raises(StatementError):
        root_of_hashes(bad)
    with pytest.raises(StatementError):
        make_proof(bad, 0)
    with pytest.raises(ValueError, match="32 bytes"):
        TreeHasher().add(bad)


def test_nothing_has_no_root_and_no_proof() -> None:
    with pytest.raises(ValueError, match="at least one"):
        TreeHasher().root()
    for index in (-1, 3, 1 << 70):
        with pytest.raises(StatementError):
            make_proof(hashes(3), index)


@given(st.integers(1, 300), st.data())
def test_a_proof_mutated_anywhere_is_refused(count: int, data: st.DataObject) -> None:
    leaves = hashes(count)
    index = data.draw(st.integers(0, count - 1))
    root, proof = root_of_hashes(leaves), make_proof(leaves, index)
    words = [split(leaves)[index], root, *proof]
    at, bit = data.draw(st.integers(0, len(words) - 1)), data.draw(st.integers(0, 255))
    flipped = int.from_bytes(words[at], "big") ^ (1 << bit)
    words[at] = flipped.to_bytes(32, "big")
    with pytest.raises(BindingError):
        verify_proof(words[0], index, count, words[2:], words[1])
