"""Commit to an admitted bundle: the evidence of a package, the trees over records, and records opened."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from auditor.attestation.commitment import FILES, LEAVES, OPENINGS, TREE, record_files, tree_bytes
from auditor.catalog.catalog import Catalog
from auditor.errors import DigestMismatchError, MachineError, UnknownReferenceError
from auditor.evidence.admission import Admission, AdmittedFile
from auditor.evidence.commitment import RecordTree, bundle_leaves, commit_records, record_leaves
from auditor.evidence.mapping import Mapping
from auditor.evidence.paths import Root
from auditor.evidence.raw import raw_records
from auditor.evidence.source import open_source
from auditor.jobs.evidence import mappings
from auditor.jobs.files import machine_error

_CHUNK = 1 << 20


class RecordRange(NamedTuple):
    """Records `first` to `last` of an item, both included."""

    item: str
    first: int
    last: int


def record_commitments(admission: Admission, catalog: Catalog, profile: str) -> tuple[RecordTree, ...]:
    """The tree over the records of each item that delivers a stream of the profile's `committed_records`, by item.

    An item without any record has no tree. One pass over each file; memory does not grow with the records.
    """
    trees = [
        _record_tree(admission, catalog, file, lambda digest: None)
        for file in committed_files(admission, catalog, profile)
    ]
    return tuple(tree for tree in trees if tree is not None)


def committed_files(admission: Admission, catalog: Catalog, profile: str) -> tuple[AdmittedFile, ...]:
    """The files whose records are committed to one by one, by item id."""
    streams = set(catalog.profiles[profile].committed_records)
    known = mappings(catalog)
    return tuple(
        file
        for file in admission.files
        if file.item.mapping in known and not streams.isdisjoint(known[file.item.mapping].streams)
    )


def write_evidence(package: Path, admission: Admission, catalog: Catalog, profile: str) -> tuple[RecordTree, ...]:
    """Write `package`/evidence for an edition that withholds nothing, whole or not at all; returns its record trees.

    Records are not opened one by one there: the files themselves are.

    Raises:
        DigestMismatchError: a file is no longer what was admitted.
        MachineError: there is an evidence folder already, or the machine refuses.
    """
    target = package / "evidence"
    if target.exists():
        raise MachineError("there is evidence already", place=str(target), hint="make the package in a new folder")
    with _beside(target) as work:
        (work / TREE).parent.mkdir(parents=True)
        (work / TREE).write_bytes(tree_bytes(admission.size, admission.root))
        (work / LEAVES).write_bytes(admission.leaves)
        with open(work / OPENINGS, "wb") as openings:
            openings.writelines(leaf + b"\n" for leaf in bundle_leaves(admission.manifest))
        with Root(admission.folder) as root:
            for file in sorted(admission.files, key=lambda file: file.item.path):
                copy_checked(root.open(file.item.path), work / FILES / file.item.path, file.item.size, file.item.sha256)
        trees = [
            _write_record_tree(work, admission, catalog, file) for file in committed_files(admission, catalog, profile)
        ]
        os.rename(work / "evidence", target)
    return tuple(tree for tree in trees if tree is not None)


def _write_record_tree(work: Path, admission: Admission, catalog: Catalog, file: AdmittedFile) -> RecordTree | None:
    path = work / record_files(file.item.id)[0]
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as leaves:
        tree = _record_tree(admission, catalog, file, leaves.write)
    if tree is None:
        path.unlink()
    return tree


def _record_tree(
    admission: Admission, catalog: Catalog, file: AdmittedFile, keep: Callable[[bytes], object]
) -> RecordTree | None:
    with record_texts(admission, catalog, file) as texts:
        return commit_records(file.item.id, record_leaves(admission.manifest, file.item.id, texts), keep)


@contextmanager
def record_texts(admission: Admission, catalog: Catalog, file: AdmittedFile) -> Iterator[Iterator[str]]:
    """The texts of the file's records in order, while the block runs."""
    mapping: Mapping = mappings(catalog)[file.item.mapping or ""]
    with (
        Root(admission.folder) as root,
        tempfile.TemporaryDirectory(prefix="auditor-") as work,
        open_source(root, file, Path(work)) as source,
    ):
        yield raw_records(source, mapping)


def open_records(admission: Admission, catalog: Catalog, wanted: RecordRange) -> tuple[bytes, ...]:
    """The leaves of the records asked for: what an edition that withholds their item may still show.

    Raises:
        UnknownReferenceError: no such stream item, or it has fewer records.
    """
    file = next((file for file in admission.files if file.item.id == wanted.item and file.item.mapping), None)
    if file is None:
        raise UnknownReferenceError("the bundle has no stream item of this id", value=wanted.item)
    chosen: tuple[str, ...] = ()
    if 1 <= wanted.first <= wanted.last < 1 << 60:
        with record_texts(admission, catalog, file) as texts:
            chosen = tuple(islice(texts, wanted.first - 1, wanted.last))
    if not chosen or len(chosen) != wanted.last - wanted.first + 1:
        raise UnknownReferenceError("the item has no such records", place=wanted.item, value=wanted[1:])
    return tuple(record_leaves(admission.manifest, wanted.item, chosen, wanted.first))


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A folder beside `target` to be filled and renamed; gone afterwards, whatever happens."""
    work = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        work.mkdir(parents=True)
        yield work
    except OSError as error:
        raise machine_error(error, target) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def copy_checked(descriptor: int, target: Path, size: int, sha256: str) -> None:
    """Copy an open file, which is closed, to `target`, never writing more than `size` bytes.

    Raises:
        DigestMismatchError: it has not so many bytes, or another SHA-256.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    state, left = hashlib.sha256(), size + 1
    with os.fdopen(descriptor, "rb", buffering=0) as source, open(target, "xb", buffering=0) as copy:
        while chunk := source.read(min(_CHUNK, left)):
            state.update(chunk)
            left -= len(chunk)
            copy.write(chunk)
    if left != 1 or state.hexdigest() != sha256:
        raise DigestMismatchError("not the bytes that were committed to", place=str(target), hint="admit it again")
