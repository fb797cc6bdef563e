"""The evidence tree and what is opened of it."""

from __future__ import annotations

import io
from functools import cache

from auditor.attestation import leaves as reading
from auditor.attestation.commitment import (
    Tree,
    make_opening,
    require_facility,
    require_listed,
    require_told,
    tree_bytes,
    verify_opening,
    verify_openings,
    verify_record_opening,
    verify_record_openings,
    verify_tree,
)
from auditor.attestation.leaves import opening_lines, read_leaf, told_of
from auditor.canon.json import canonical_bytes, parse_strict
from auditor.canon.merkle import leaf_hash, root_of_hashes
from auditor.errors import EvidenceFormatError, StatementError, VerificationError
from tests.fuzz.mutate import mutate_bytes, mutate_json, mutate_lines, mutate_parts, split
from tests.fuzz.target import Target, genuine, require

ITEM = "pacs"


def run_tree(data: bytes) -> None:
    """Tree file and leaf hashes: against the root that was signed, only the two files that were made pass."""
    tree, hashes = split(data, 2)
    made, made_hashes = _made_tree()
    try:
        found = verify_tree(tree, hashes, made.root)
    except VerificationError:
        return
    require((found, hashes) == (made, made_hashes), "another tree of the same root", data)
    require(tree == tree_bytes(found.size, found.root), "a second spelling", data)


@cache
def _made_tree() -> tuple[Tree, bytes]:
    [data] = genuine("tree")
    tree, hashes = split(data, 2)
    size = len(hashes) // 32
    require(tree == tree_bytes(size, root_of_hashes(hashes).hex()), "the corpus holds no tree")
    return Tree(root_of_hashes(hashes).hex(), size), hashes


def run_openings(data: bytes) -> None:
    """An openings file, first against the tree that was made, then against a tree over its own lines."""
    try:
        lines = list(opening_lines(io.BytesIO(data), "openings"))
    except StatementError:
        return
    require(b"".join(line + b"\n" for line in lines) == data, "lines are lost", data)
    for line in lines:
        _read_twice(line)
    made, hashes = _made_openings()
    for tree, over in ((made, hashes), _tree_over(lines)):
        try:
            found = verify_openings(tree, over, lines)
            require(tuple(one.text for one in found) == tuple(lines), "not the lines", data)
            require(over is not hashes or data in _made_lines(), "lines that nobody committed to", data)
            results = {"facility": {"id": found[0].facility if found else ""}, "period": {}}
            listed = [{"leaf": over[32 * n : 32 * n + 32].hex(), **told_of(one)} for n, one in enumerate(found)]
            bundle = {"root": tree.root, "size": tree.size, "items": listed[1:]}
            require_listed(tree, over, bundle)
            for one in found:
                require_told(one, bundle)
            require_facility(found, results)
        except VerificationError:
            continue


def _made_lines() -> set[bytes]:
    """Every choice of whole lines, in order, is an openings file of its own."""
    [whole] = genuine("openings")
    lines = whole.splitlines(keepends=True)
    return {b"".join(line for n, line in enumerate(lines) if chosen >> n & 1) for chosen in range(1 << len(lines))}


@cache
def _made_openings() -> tuple[Tree, bytes]:
    [whole] = genuine("openings")
    return _tree_over(whole.splitlines())


def _tree_over(lines: list[bytes]) -> tuple[Tree, bytes]:
    hashes = b"".join(map(leaf_hash, lines)) or bytes(32)
    return Tree(root_of_hashes(hashes).hex(), len(hashes) // 32), hashes


def _read_twice(line: bytes) -> None:
    """The quick way of reading a leaf and the thorough one say the same."""
    try:
        found = read_leaf(line, "leaf")
    except StatementError:
        found = None
    try:
        slow = reading._parsed(line, "leaf")
    except StatementError:
        slow = None
    require(found == slow, "the two ways of reading a leaf disagree", line)
    if found is None:
        return
    document = parse_strict(line)
    require(canonical_bytes(document) == line, "a second spelling", line)
    require(found.item is None or ".." not in found.path.split("/"), "a path that leads out", line)
    require(found.item is None or told_of(found)["path"] == document["item"]["path"], "told otherwise", line)


def run_records(data: bytes) -> None:
    """Opened records, against a tree over the same lines."""
    try:
        lines = list(opening_lines(io.BytesIO(data), "records", most=1 << 16))
        found = verify_record_openings(ITEM, *_tree_over(lines), lines)
    except VerificationError:
        return
    require([one.record for one in found] == list(range(1, len(found) + 1)), "not the records", data)
    for one, line in zip(found, lines, strict=True):
        require(canonical_bytes({**one._asdict()}) == line, "a second spelling", data)


def run_opening(data: bytes) -> None:
    """A single opening, of an item or of a record: only what would be made of the tree passes."""
    made, hashes = _made_openings()
    try:
        found = verify_opening(data, root=made.root, size=made.size)
        require(make_opening(found.text, found.index, hashes) == data, "an opening that nobody made", data)
    except VerificationError:
        pass
    _own_tree(data)


def _own_tree(data: bytes) -> None:
    """An opening of a tree with one leaf, whose root is taken from the opening itself."""
    try:
        text = canonical_bytes(parse_strict(data)["leaf"])
    except (EvidenceFormatError, KeyError, TypeError):
        return
    for verify in (
        lambda root: verify_opening(data, root=root, size=1),
        lambda root: verify_record_opening(data, item=ITEM, root=root, size=1),
    ):
        try:
            verify(leaf_hash(text).hex())
        except VerificationError:
            continue


TARGETS = {
    "tree": Target(run_tree, mutate_parts(mutate_json, mutate_bytes), rounds=100),
    "openings": Target(run_openings, mutate_lines(mutate_json), rounds=100),
    "records": Target(run_records, mutate_lines(mutate_json), rounds=100),
    "opening": Target(run_opening, mutate_json, rounds=100),
}
