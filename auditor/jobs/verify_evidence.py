"""The evidence that a package discloses, held against the tree of the signed results."""

from __future__ import annotations

from typing import Any, NamedTuple

from auditor.attestation import package as layout
from auditor.attestation import steps
from auditor.attestation.commitment import (
    MAX_RECORD_LEAVES,
    Tree,
    record_files,
    require_facility,
    require_listed,
    verify_openings,
    verify_record_openings,
    verify_record_tree,
    verify_tree,
)
from auditor.attestation.leaves import MAX_LEAF, MAX_RECORD, Opening, opening_lines
from auditor.attestation.verify import VerifiedReport
from auditor.attestation.visibility import FindingSight, visible_evidence
from auditor.errors import BindingError
from auditor.jobs.container import Container, has, read
from auditor.jobs.disclosed import hashing
from auditor.jobs.walk import Walk


class Disclosed(NamedTuple):
    """What a reader of a package can see: how many of `total` items with their bytes, and for each finding of what."""

    items: int
    total: int
    findings: tuple[FindingSight, ...]


def verify_evidence(container: Container, verified: VerifiedReport, walk: Walk) -> Disclosed:
    """What the package discloses, every byte of it as the signed tree commits to it.

    Raises:
        StatementError, BindingError: a tree, leaf, record or file is not what was signed.
    """
    results = verified.results
    # Of many files the digests are taken meanwhile.
    with hashing(container) as verify_files:
        walk.begin(steps.EVIDENCE_TREE)
        leaves = read(container, layout.LEAVES)
        tree = verify_tree(read(container, layout.TREE), leaves, verified.digest_of("bundle"))
        require_listed(tree, leaves, results["bundle"])
        walk.done(f"{tree.size} leaves, root {tree.root}")

        walk.begin(steps.DISCLOSED)
        openings = _openings(container, tree, leaves, results)
        seen = verify_files(openings)
    total = tree.size - 1
    if openings:
        described = sum(opening.item is not None for opening in openings)
        told = f"{described} described, {total - described} withheld"
        walk.done(f"{len(seen)} of {total} items with their bytes, {told}")
    else:
        walk.left(steps.DISCLOSED, f"nothing is disclosed: {total} items are withheld, their places and number visible")

    walk.begin(steps.RECORDS)
    records = _records(container, verified, walk)
    sights = visible_evidence(results, openings, frozenset(container.paths), records)
    return Disclosed(len(seen), total, sights)


def _openings(container: Container, tree: Tree, leaves: bytes, results: dict[str, Any]) -> tuple[Opening, ...]:
    if not has(container, layout.OPENINGS):
        return ()
    with container.open(layout.OPENINGS) as stream:
        lines = opening_lines(stream, layout.OPENINGS, most=MAX_LEAF)
        openings = verify_openings(tree, leaves, lines, results["bundle"])
    require_facility(openings, results)
    return openings


def _records(container: Container, verified: VerifiedReport, walk: Walk) -> dict[str, frozenset[int]]:
    expected: set[str] = set()
    opened: dict[str, frozenset[int]] = {}
    for signed in verified.records:
        leaves_path, openings_path = record_files(signed.item)
        expected |= {leaves_path, openings_path}
        leaves = read(container, leaves_path, MAX_RECORD_LEAVES)
        tree = verify_record_tree(signed.item, signed.size, leaves, signed.root)
        if has(container, openings_path):
            with container.open(openings_path) as stream:
                lines = opening_lines(stream, openings_path, most=MAX_RECORD)
                found = verify_record_openings(signed.item, tree, leaves, lines)
            opened[signed.item] = frozenset(one.record for one in found)
    for path in container.paths:
        if path.startswith(layout.RECORDS) and path not in expected:
            raise BindingError("a tree of records that the report does not sign", place=path)
    if not verified.records:
        walk.left(steps.RECORDS, "the report commits to items as a whole; no records were committed to one by one")
        return opened
    total = sum(one.size for one in verified.records)
    single = sum(map(len, opened.values()))
    walk.done(f"{len(verified.records)} record trees over {total} records, {single} of them opened one by one here")
    return opened
