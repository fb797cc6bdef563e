"""The commitment to a bundle: an RFC 9162 tree over salted leaves, one for the head and one for each item.

A leaf is the canonical JSON (RFC 8785) of its place, what stands there, and a salt drawn from the bundle's seed: who
has the leaf hashes only can guess nothing, and who is handed one leaf learns that one alone. docs/disclosure.md has
the formats; auditor/attestation reads what is made here, and shares no code with it beyond hashing.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator
from json.encoder import encode_basestring as _quoted
from typing import NamedTuple

from auditor.canon.json import canonical_bytes
from auditor.canon.merkle import TreeHasher, leaf_hash
from auditor.model.bundle import Item, Manifest

_LEAF = b"dc-attest/leaf/1\0"
_RECORD = b"dc-attest/record/1\0"
_BUNDLE = b"dc-attest/bundle/1"
_PSEUDONYM = b"dc-attest/pseudonym/1"


def _derive(seed: str, purpose: bytes) -> bytes:
    return hmac.digest(bytes.fromhex(seed), purpose, "sha256")


def bundle_name(manifest: Manifest) -> str:
    """What every leaf calls its bundle: 32 hexadecimal characters that the seed gives and that do not give the seed."""
    return _derive(manifest.seed, _BUNDLE).hex()[:32]


def pseudonym_key(manifest: Manifest) -> bytes:
    """The key of the pseudonyms of this bundle, 32 bytes."""
    return _derive(manifest.seed, _PSEUDONYM)


def sorted_items(manifest: Manifest) -> list[Item]:
    """The items in the order of their ids: item i of it is leaf i + 1."""
    return sorted(manifest.items, key=lambda item: item.id)


def bundle_leaves(manifest: Manifest) -> Iterator[bytes]:
    """The leaves of the bundle's tree, in order."""
    seed = bytes.fromhex(manifest.seed)
    common = {"bundle": bundle_name(manifest), "facility": manifest.facility.id}

    def leaf(index: int, member: str, content: object, name: str) -> bytes:
        salt = hmac.digest(seed, b"%b%d\0%b" % (_LEAF, index, name.encode()), "sha256").hex()
        return canonical_bytes({**common, "index": index, member: content, "salt": salt})

    head = {"facility": manifest.facility.document(), "period": manifest.period.document()}
    yield leaf(0, "head", head, "head")
    for index, item in enumerate(sorted_items(manifest), 1):
        yield leaf(index, "item", item.document(), item.id)


def leaf_hashes(manifest: Manifest) -> bytes:
    """The hashes of the leaves laid end to end, 32 bytes each."""
    return b"".join(leaf_hash(leaf) for leaf in bundle_leaves(manifest))


class RecordTree(NamedTuple):
    """The commitment to the records of one item: `size` leaves, `root` in hexadecimal."""

    item: str
    size: int
    root: str


def record_leaves(manifest: Manifest, item: str, texts: Iterable[str], first: int = 1) -> Iterator[bytes]:
    """The leaves of records of `item` with these texts, in order, the first of them being record `first`."""
    salt = _salter(bytes.fromhex(manifest.seed))
    purpose = _RECORD + item.encode() + b"\0"
    # Canonical JSON of four members in order; of an escape the standard library and RFC 8785 think alike.
    head = f'{{"item":{_quoted(item)},"record":'
    for number, text in enumerate(texts, first):
        yield f'{head}{number},"salt":"{salt(purpose + b"%d" % number)}","text":{_quoted(text)}}}'.encode()


def _salter(seed: bytes) -> Callable[[bytes], str]:
    """HMAC-SHA-256 (RFC 2104) under `seed`, its two padded keys hashed once: twice the speed of the library's."""
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in seed.ljust(64, b"\0")))
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in seed.ljust(64, b"\0")))

    def salt(message: bytes) -> str:
        first, second = inner.copy(), outer.copy()
        first.update(message)
        second.update(first.digest())
        return second.hexdigest()

    return salt


def commit_records(item: str, leaves: Iterable[bytes], keep: Callable[[bytes], object]) -> RecordTree | None:
    """The tree over the leaves of an item's records; none if it has no records. Each leaf hash goes to `keep`."""
    hasher = TreeHasher()
    for leaf in leaves:
        digest = leaf_hash(leaf)
        keep(digest)
        hasher.add(digest)
    return RecordTree(item, hasher.size, hasher.root().hex()) if hasher.size else None
