"""The evidence tree as a reader gets it: its root, the hashes of all its leaves, and those leaves that were opened.

The root is signed; every leaf is salted, so that a leaf hash tells nothing about what it stands for until somebody
opens it. A leaf is opened by handing over its text, the very bytes that were hashed. Formats: docs/disclosure.md.

Everything here takes hostile bytes and raises a VerificationError: StatementError for what is not of the form asked
for, BindingError for what is well formed and not of this tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from auditor.attestation.leaves import (
    MAX_LEAF,
    MAX_RECORD,
    Opening,
    RecordOpening,
    parse,
    read_leaf,
    read_leaf_told,
    read_record,
    require_canonical,
    told_of,
)
from auditor.canon.digest import is_sha256_hex, sha256_hex
from auditor.canon.json import canonical_bytes_of_parsed
from auditor.canon.merkle import HASH_BYTES, leaf_hash, make_proof, root_of_hashes, verify_proof
from auditor.errors import BindingError, StatementError, VerificationError

TREE = "evidence/tree.json"
LEAVES = "evidence/leaves.bin"
OPENINGS = "evidence/openings.jsonl"
FILES = "evidence/files"
RECORDS = "evidence/records"
TREE_FORMAT = {"algorithm": "rfc9162-sha256", "format": "evidence-tree/1", "leaf": "salted-jcs/1"}
OPENING_FORMAT = "opening/1"
MAX_TREE = 1024
MAX_LEAVES = 1 << 40
MAX_RECORD_LEAVES = 1 << 31
"""Bytes of a record tree's leaf hashes that are read: 67 million records."""
_PLAIN_ID = re.compile(r"(?!id-)[a-z0-9][a-z0-9._-]{0,99}", re.ASCII)


class Tree(NamedTuple):
    """A tree whose leaf hashes lead to its root: `root` in hexadecimal, `size` in leaves."""

    root: str
    size: int


def tree_bytes(size: int, root: str) -> bytes:
    """The content of evidence/tree.json."""
    return canonical_bytes_of_parsed({**TREE_FORMAT, "root": root, "size": size})


def verify_tree(tree: bytes, leaves: bytes, root: str) -> Tree:
    """The tree that `tree` (evidence/tree.json) and `leaves` (evidence/leaves.bin) give, if it is the one of `root`.

    Raises:
        StatementError: not a tree file of this form, or not so many hashes as it says.
        BindingError: another root than the signed one, or leaf hashes that do not lead to it.
    """
    document = parse(tree, TREE, MAX_TREE)
    require_canonical(document, tree, TREE)
    if set(document) != {*TREE_FORMAT, "root", "size"}:
        raise StatementError("not the members of an evidence tree", place=TREE, value=", ".join(sorted(document)))
    for name, known in TREE_FORMAT.items():
        if document[name] != known:
            raise StatementError(f"{name} must be {known}", place=TREE, value=document[name])
    size = _size(document["size"], TREE)
    if document["root"] != root:
        raise BindingError("not the evidence tree that was signed", place=TREE, value=document["root"])
    return _held(leaves, size, root, LEAVES)


def verify_record_tree(item: str, size: int, leaves: bytes, root: str) -> Tree:
    """The tree over the records of `item`; `size` and `root` are those of the signed statement. As `verify_tree`."""
    place = record_files(item)[0]
    return _held(leaves, _size(size, place), root, place)


def _size(size: object, place: str) -> int:
    if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= MAX_LEAVES:
        raise StatementError("a tree has a whole number of leaves, at least one", place=place, value=size)
    return size


def _held(leaves: bytes, size: int, root: str, place: str) -> Tree:
    if len(leaves) != size * HASH_BYTES:
        problem = f"must hold {size} hashes of {HASH_BYTES} bytes"
        raise StatementError(problem, place=place, value=f"{len(leaves)} bytes")
    found = root_of_hashes(leaves).hex()
    if found != root:
        raise BindingError("the leaf hashes do not lead to the signed root", place=place, value=found)
    return Tree(root, size)


def verify_openings(
    tree: Tree, leaves: bytes, lines: Iterable[bytes], bundle: Mapping[str, Any] | None = None
) -> tuple[Opening, ...]:
    """The leaves opened by `lines` of evidence/openings.jsonl (without their ends), in their order.

    What `bundle` (`results.bundle`, which has passed `require_listed`) says of each item is held against its leaf.

    Raises:
        StatementError: a line that is not a salted leaf in canonical form, or out of order, or a salt used twice.
        BindingError: a line that is not the leaf at its place in this tree, or of another bundle than the others, or
            of which the results say otherwise.
    """
    found: list[Opening] = []
    salts: set[str] = set()
    last = None
    told = () if bundle is None else bundle["items"]
    for number, line in enumerate(lines, 1):
        place = f"{OPENINGS}:{number}"
        opening, is_told = read_leaf_told(line, place, told)
        if last is not None:
            _require_after(opening, last, place)
        _require_place(line, opening.index, tree, leaves, place)
        _require_fresh(opening.salt, salts, place)
        if bundle is not None and not is_told:
            require_told(opening, bundle)
        found.append(opening)
        last = opening
    return tuple(found)


def _require_after(opening: Opening, last: Opening, place: str) -> None:
    if opening.index <= last.index:
        raise StatementError("openings must stand in ascending order, each once", place=place, value=opening.index)
    if (opening.bundle, opening.facility) != (last.bundle, last.facility):
        raise BindingError("a leaf of another bundle", place=place, value=opening.bundle)
    if last.item is not None and (opening.item or "") <= last.item:
        raise StatementError("items must stand in the order of their ids, each once", place=place, value=opening.item)


def _require_place(line: bytes, index: int, tree: Tree, leaves: bytes, place: str) -> None:
    if index >= tree.size:
        raise BindingError(f"the tree has {tree.size} leaves, numbered from 0", place=place, value=index)
    if leaf_hash(line) != leaves[index * HASH_BYTES : (index + 1) * HASH_BYTES]:
        raise BindingError("not the leaf that was committed to at this place", place=place, value=index)


def _require_fresh(salt: str, salts: set[str], place: str) -> None:
    if salt in salts:
        raise StatementError("two leaves have the same salt", place=place)
    salts.add(salt)


def verify_record_openings(item: str, tree: Tree, leaves: bytes, lines: Iterable[bytes]) -> tuple[RecordOpening, ...]:
    """The records of `item` opened by `lines` of its openings file, as `verify_openings`."""
    place = record_files(item)[1]
    found: list[RecordOpening] = []
    salts: set[str] = set()
    for number, line in enumerate(lines, 1):
        at = f"{place}:{number}"
        opening = read_record(line, item, at)
        if found and opening.record <= found[-1].record:
            raise StatementError("records must stand in ascending order, each once", place=at, value=opening.record)
        _require_place(line, opening.record - 1, tree, leaves, at)
        _require_fresh(opening.salt, salts, at)
        found.append(opening)
    return tuple(found)


def require_file(opening: Opening, size: int, sha256: str) -> None:
    """Hold the size and SHA-256 of a disclosed file against its opened leaf; BindingError if they differ."""
    if (size, sha256) != (opening.size, opening.sha256):
        problem = f"not the bytes that were committed to as item {opening.item}"
        raise BindingError(problem, place=f"{FILES}/{opening.path}", value=f"{size} bytes, SHA-256 {sha256}")


def require_listed(tree: Tree, leaves: bytes, bundle: Mapping[str, Any]) -> None:
    """Hold a tree against `results.bundle`: the same root and number of leaves, and each item's leaf at its place.

    Raises:
        StatementError: the results do not list their evidence as results do.
        BindingError: another root, another number of items, or another leaf.
    """
    items = bundle.get("items")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise StatementError("the results do not list the items of their evidence", place="results /bundle/items")
    if bundle.get("root") != tree.root:
        raise BindingError("the results cite another evidence tree", place="results /bundle/root")
    if bundle.get("size") != tree.size or len(items) != tree.size - 1:
        found = f"{bundle.get('size')} leaves and {len(items)} items"
        raise BindingError(f"the tree has {tree.size} leaves", place="results /bundle/size", value=found)
    listed = [item.get("leaf") for item in items]
    if all(map(is_sha256_hex, listed)) and bytes.fromhex("".join(listed)) == leaves[HASH_BYTES:]:
        return
    for index, item in enumerate(items, 1):
        if item.get("leaf") != leaves[index * HASH_BYTES : (index + 1) * HASH_BYTES].hex():
            place = f"results /bundle/items/{index - 1}/leaf"
            raise BindingError("not the leaf of the tree", place=place, value=item.get("id"))


def require_told(opening: Opening, bundle: Mapping[str, Any]) -> None:
    """Hold what the results say of an item against its opened leaf; BindingError if any of it differs.

    `bundle` has passed `require_listed` for the tree that the opening is of.
    """
    committed = told_of(opening)
    if not committed:
        return
    told = bundle["items"][opening.index - 1]
    for name in (*committed, "mapping", "title"):
        if told.get(name) != committed.get(name):
            place = f"results /bundle/items/{opening.index - 1}/{name}"
            raise BindingError("the results say otherwise than the evidence", place=place, value=told.get(name))


def require_facility(openings: Iterable[Opening], results: Mapping[str, Any]) -> None:
    """Hold every opened leaf against the facility of the results, and the head against its facility and period.

    Raises:
        BindingError: evidence of another facility or another period.
    """
    facility, period = results.get("facility"), results.get("period")
    name = facility.get("id") if isinstance(facility, dict) else None
    for opening in openings:
        if opening.facility != name:
            raise BindingError("evidence of another facility", place=f"{OPENINGS}: leaf {opening.index}", value=name)
        if opening.item is None and opening.document["head"] != {"facility": facility, "period": period}:
            raise BindingError("the results tell of another facility or period than the evidence", place=OPENINGS)


def record_files(item: str) -> tuple[str, str]:
    """Where a package keeps the leaf hashes of an item's records, and those records that are opened.

    An id that is not plain small letters, digits, points and dashes goes by its digest: ids may have slashes.
    """
    plain = _PLAIN_ID.fullmatch(item) is not None
    name = item if plain else f"id-{sha256_hex(item.encode('utf-8', 'surrogatepass'))[:32]}"
    return f"{RECORDS}/{name}.leaves.bin", f"{RECORDS}/{name}.openings.jsonl"


def make_opening(text: bytes, index: int, leaves: bytes) -> bytes:
    """One leaf opened for one reader, with its proof of inclusion: the file that `verify_opening` reads.

    Raises:
        StatementError: `text` is not canonical JSON, or `leaves` has no such place.
        BindingError: `text` is not the leaf at that place.
    """
    leaf = parse(text, "leaf", MAX_RECORD)
    require_canonical(leaf, text, "leaf")
    proof = make_proof(leaves, index)
    if leaf_hash(text) != leaves[index * HASH_BYTES : (index + 1) * HASH_BYTES]:
        raise BindingError("not the leaf that was committed to at this place", value=index)
    size = len(leaves) // HASH_BYTES
    members = {"format": OPENING_FORMAT, "index": index, "leaf": leaf, "proof": [one.hex() for one in proof]}
    return canonical_bytes_of_parsed({**members, "size": size})


def verify_opening(data: bytes, *, root: str, size: int) -> Opening:
    """The item opened by a single opening, if it is in the tree of `root` and `size`, both from the signed results.

    Raises:
        StatementError: not an opening of this form.
        BindingError: not of this tree.
    """
    text, index = _single(data, root, size)
    opening = read_leaf(text, "opening /leaf")
    if opening.index != index:
        raise BindingError("the leaf is of another place than the opening says", place="opening", value=index)
    return opening


def verify_record_opening(data: bytes, *, item: str, root: str, size: int) -> RecordOpening:
    """The record of `item` opened by a single opening; `root` and `size` are those of the item's own tree."""
    text, index = _single(data, root, size)
    opening = read_record(text, item, "opening /leaf")
    if opening.record != index + 1:
        raise BindingError("the leaf is of another place than the opening says", place="opening", value=index)
    return opening


def _single(data: bytes, root: str, size: int) -> tuple[bytes, int]:
    document = parse(data, "opening", MAX_RECORD + MAX_LEAF)
    require_canonical(document, data, "opening")
    if set(document) != {"format", "index", "leaf", "proof", "size"} or document["format"] != OPENING_FORMAT:
        raise StatementError(f"not the members of an {OPENING_FORMAT}", place="opening")
    if document["size"] != size:
        raise BindingError(f"the signed tree has {size} leaves", place="opening /size", value=document["size"])
    index, proof = document["index"], document["proof"]
    if isinstance(index, bool) or not isinstance(index, int):
        raise StatementError("must be a whole number", place="opening /index", value=index)
    if not isinstance(proof, list) or not all(is_sha256_hex(one) for one in (root, *proof)):
        raise StatementError("must be a list of hashes in hexadecimal", place="opening /proof")
    text = canonical_bytes_of_parsed(document["leaf"])
    try:
        hashes = [bytes.fromhex(one) for one in proof]
        verify_proof(leaf_hash(text), index, _size(size, "opening /size"), hashes, bytes.fromhex(root))
    except VerificationError as error:
        raise type(error)(error.problem, place="opening", value=error.value) from error
    return text, index
