"""The Merkle tree against the recursive definition in RFC 9162 section 2.1.1 and known roots."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from auditor.canon.merkle import leaf_hash, node_hash, root_hash

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
