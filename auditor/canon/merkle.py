"""The Merkle tree of RFC 9162 section 2.1 (SHA-256): roots of leaves, of a stream of leaves, and inclusion proofs.

A tree over nothing has a root in the RFC; a commitment to nothing is refused here, as is any hash that is not 32 bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from auditor.errors import BindingError, StatementError

HASH_BYTES = 32
_BLOCK = HASH_BYTES << 14
"""Hashes folded at once: a power of two of them."""
MAX_PROOF = 63
"""More than the height of any tree: 2^63 leaves."""

_sha256 = hashlib.sha256


def leaf_hash(leaf: bytes) -> bytes:
    """MTH of one leaf: SHA-256(0x00 || leaf)."""
    return _sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node: SHA-256(0x01 || left || right)."""
    return _sha256(b"\x01" + left + right).digest()


def root_hash(leaves: Sequence[bytes]) -> bytes:
    """MTH(leaves) of RFC 9162 section 2.1.1; of no leaves it is SHA-256 of nothing."""
    if not leaves:
        return _sha256(b"").digest()
    hasher = TreeHasher()
    for leaf in leaves:
        hasher.add(leaf_hash(leaf))
    return hasher.root()


class TreeHasher:
    """The root over leaf hashes as they come: memory is one hash for each level, however many leaves."""

    def __init__(self) -> None:
        self.size = 0
        # Hashes of perfect subtrees, largest first: one for each bit that is set in `size`.
        self._stack: list[bytes] = []

    def add(self, digest: bytes) -> None:
        """The next leaf, as its hash; ValueError if that is not 32 bytes."""
        if len(digest) != HASH_BYTES:
            raise ValueError("a leaf hash has 32 bytes")
        size, stack = self.size, self._stack
        while size & 1:
            digest = _sha256(b"\x01" + stack.pop() + digest).digest()
            size >>= 1
        stack.append(digest)
        self.size += 1

    def root(self) -> bytes:
        """The root over the leaves so far, to which more may be added; ValueError if there are none."""
        if not self._stack:
            raise ValueError("a tree has at least one leaf")
        digest = self._stack[-1]
        for left in reversed(self._stack[:-1]):
            digest = node_hash(left, digest)
        return digest


def root_of_hashes(hashes: bytes) -> bytes:
    """The root over leaf hashes laid end to end.

    Raises:
        StatementError: no hash, or a length that is not a multiple of 32 bytes.
    """
    _count(hashes)
    while len(hashes) > _BLOCK:
        # Perfect subtrees one after the other, so that memory does not grow with the tree.
        blocks = (hashes[at : at + _BLOCK] for at in range(0, len(hashes), _BLOCK))
        hashes = b"".join(_folded(block) for block in blocks)
    return _folded(hashes)


def _folded(hashes: bytes) -> bytes:
    while len(hashes) > HASH_BYTES:
        hashes = _parents(hashes)
    return hashes


def make_proof(hashes: bytes, index: int) -> tuple[bytes, ...]:
    """The inclusion proof (RFC 9162 section 2.1.3.1) of leaf `index`, from 0, lowest sibling first.

    Raises:
        StatementError: `hashes` are no leaf hashes laid end to end, or there is no such leaf.
    """
    count = _count(hashes)
    if not 0 <= index < count:
        raise StatementError("the tree has no such leaf", value=index)
    proof: list[bytes] = []
    while len(hashes) > HASH_BYTES:
        sibling = index ^ 1
        if found := hashes[sibling * HASH_BYTES : (sibling + 1) * HASH_BYTES]:
            proof.append(found)
        hashes, index = _parents(hashes), index >> 1
    return tuple(proof)


def verify_proof(digest: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Hold an inclusion proof against a root, as in RFC 9162 section 2.1.3.2.

    `digest` is the hash of leaf `index` (from 0) of a tree of `size` leaves.

    Raises:
        StatementError: no such leaf in a tree of that size, or a hash that is not 32 bytes.
        BindingError: the proof is too short, too long, or leads to another root.
    """
    if size < 1 or not 0 <= index < size or size.bit_length() > MAX_PROOF:
        raise StatementError("a tree of this size has no such leaf", value=f"{index} of {size}")
    if any(len(one) != HASH_BYTES for one in (digest, root, *proof)):
        raise StatementError("a hash of the tree is not 32 bytes")
    position, last = index, size - 1
    for sibling in proof:
        if last == 0:
            raise BindingError("the inclusion proof is too long", value=len(proof))
        if position & 1 or position == last:
            digest = node_hash(sibling, digest)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            digest = node_hash(digest, sibling)
        position, last = position >> 1, last >> 1
    if last != 0:
        raise BindingError("the inclusion proof is too short", value=len(proof))
    if digest != root:
        raise BindingError("the inclusion proof leads to another root", value=digest.hex())


def _count(hashes: bytes) -> int:
    count, rest = divmod(len(hashes), HASH_BYTES)
    if rest or not count:
        raise StatementError("not a list of one or more hashes of 32 bytes", value=len(hashes))
    return count


def _parents(hashes: bytes) -> bytes:
    """The level above: neighbours joined, and a last one without a neighbour kept as it is."""
    whole = len(hashes) - len(hashes) % (2 * HASH_BYTES)
    joined = [_sha256(b"\x01" + hashes[at : at + 64]).digest() for at in range(0, whole, 64)]
    return b"".join(joined) + hashes[whole:]
