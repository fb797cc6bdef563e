"""Admission: every declared file is there, nothing else is, and the bytes are the bytes declared.

The bundle root is the RFC 9162 tree head over one salted leaf for the bundle's head and one for the whole manifest
entry of every item (id, path, size, sha256, dates, source, ...), sorted by id: see commitment.py.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path

from auditor import collector
from auditor.canon.merkle import HASH_BYTES, root_of_hashes
from auditor.errors import AuditorError, DigestMismatchError, MachineError, ManifestError, PathError, refuse_all
from auditor.evidence.commitment import leaf_hashes, sorted_items
from auditor.evidence.hashing import Hashed, Identity, confirm, hash_descriptor
from auditor.evidence.manifest import read_manifest
from auditor.evidence.paths import FOLDER, MANIFEST, Root
from auditor.model.bundle import Item, Manifest

CHUNK = 2000
PARALLEL_FROM = 20_000
"""So many small files make worker processes worth their start."""
BIG = 1 << 20
OPEN_AT_ONCE = 64
MAX_PROBLEMS = 1000


@dataclass(frozen=True, slots=True)
class AdmittedFile:
    """An item whose bytes were the bytes declared, and the identity its file had while they were read."""

    item: Item
    identity: Identity


@dataclass(frozen=True, slots=True)
class Admission:
    """A bundle admitted: the manifest, its files by item id, and the commitment to it.

    `leaves`: the hashes of the tree's leaves laid end to end, the head's first; `root` in hexadecimal.
    """

    folder: Path
    manifest: Manifest
    files: tuple[AdmittedFile, ...]
    root: str
    leaves: bytes

    @property
    def size(self) -> int:
        """How many leaves the bundle's tree has: one more than items."""
        return len(self.leaves) // HASH_BYTES

    def leaf(self, ordinal: int) -> str:
        """The leaf hash, in hexadecimal, of the item with this ordinal (from 0) in `item_ids`."""
        return self.leaves[(ordinal + 1) * HASH_BYTES : (ordinal + 2) * HASH_BYTES].hex()

    @property
    def item_ids(self) -> tuple[str, ...]:
        """Item ids in order; an item's place in it is the ordinal in row references."""
        return tuple(file.item.id for file in self.files)


def admit(bundle: Path, *, workers: int | None = None) -> Admission:
    """Check the bundle in the folder `bundle` and return what was admitted.

    Raises:
        ManifestError: bundle.yaml is missing or malformed, a declared file is missing, an undeclared one is there.
        PathError: a path leaves the folder, collides, or leads through a link or special file.
        DigestMismatchError: size or digest differ, or a file changed while it was read.
        MachineError: the machine refuses to read.
        All problems found are raised as one error of the first one's class, the rest in `hint` and `problems`.
    """
    # A large manifest is a million objects that stay; to look through all of them for garbage again and again took a
    # fifth of the time.
    with collector.paused(), Root(bundle) as root:
        manifest = read_manifest(root)
        problems = list(_presence(root, manifest))
        blocked = {problem.place for problem in problems}
        items = [item for item in sorted_items(manifest) if item.path not in blocked]
        read = {item.id: found for item, found in _read_all(root, items, workers or os.cpu_count() or 1)}
        found = [read[item.id] for item in items]
        problems += [one for one in found if isinstance(one, AuditorError)][: max(0, MAX_PROBLEMS - len(problems))]
        if problems:
            refuse_all(problems)
        leaves = leaf_hashes(manifest)
    files = tuple(AdmittedFile(item, one) for item, one in zip(items, found, strict=True) if isinstance(one, Identity))
    return Admission(bundle, manifest, files, root_of_hashes(leaves).hex(), leaves)


def _presence(root: Root, manifest: Manifest) -> Iterator[AuditorError]:
    present, problems = root.walk()
    yield from problems[:MAX_PROBLEMS]
    declared = {item.path for item in manifest.items}
    found = set(present)
    bad = {problem.place or "" for problem in problems}
    for path in sorted(declared - found)[:MAX_PROBLEMS]:
        if not any(path == place or path.startswith(f"{place}/") for place in bad):
            hint = "put the file there, or remove the item"
            yield ManifestError("declared, but there is no such file", place=path, hint=hint)
        elif path not in bad:
            yield PathError("declared, but a link or special file is in the way", place=path)
    undeclared = sorted(found - declared - {MANIFEST})
    for path in undeclared[:MAX_PROBLEMS]:
        where = "declare it as an item of bundle.yaml, or remove it"
        hint = (
            where if path.startswith(f"{FOLDER}/") else f"only {MANIFEST} and {FOLDER}/ belong in a bundle; remove it"
        )
        yield ManifestError("the file is not declared", place=path, hint=hint)


def _read_all(root: Root, items: list[Item], workers: int) -> Iterator[tuple[Item, Identity | AuditorError]]:
    """Each item with what its file was found to be: big files in threads, many small ones in processes."""
    # By path, so that a folder is entered once.
    by_path = sorted(items, key=lambda item: item.path)
    big = [item for item in by_path if item.size >= BIG]
    small = [item for item in by_path if item.size < BIG]
    with ThreadPoolExecutor(max(1, min(workers, len(big)))) as threads:
        # Opened here: the folder cache of `root` belongs to one thread. So many at once as there are threads.
        for start in range(0, len(big), OPEN_AT_ONCE):
            chunk = big[start : start + OPEN_AT_ONCE]
            yield from zip(chunk, threads.map(_read, chunk, [_open(root, item) for item in chunk]), strict=True)
    many = len(small) >= PARALLEL_FROM and workers > 1
    confirmed = _confirm_in_processes(root, small, workers) if many else repeat(None, len(small))
    for item, found in zip(small, confirmed, strict=True):
        yield item, Identity(*found) if found else _read(item, _open(root, item))


def _open(root: Root, item: Item) -> int | AuditorError:
    try:
        return root.open(item.path)
    except AuditorError as error:
        return error


def _read(item: Item, descriptor: int | AuditorError) -> Identity | AuditorError:
    if isinstance(descriptor, AuditorError):
        return descriptor
    try:
        hashed = hash_descriptor(descriptor, item.size)
    except OSError as error:
        return MachineError("the file cannot be read", place=item.path, hint=error.strerror)
    finally:
        os.close(descriptor)
    return _difference(item, hashed) or hashed.identity


def _difference(item: Item, hashed: Hashed) -> AuditorError | None:
    hint = "get the file again from its source, or have the manifest corrected by who made it"
    if not hashed.steady:
        return DigestMismatchError("the file changed while it was read", place=item.path, hint="admit it again")
    if hashed.identity.size != item.size:
        problem = f"item {item.id} has {hashed.identity.size} bytes, declared {item.size}"
        return DigestMismatchError(problem, place=item.path, value=hashed.identity.size, hint=hint)
    if hashed.sha256 != item.sha256:
        problem = f"item {item.id} has another SHA-256 than declared ({item.sha256})"
        return DigestMismatchError(problem, place=item.path, value=hashed.sha256, hint=hint)
    return None


def _confirm_in_processes(root: Root, items: list[Item], workers: int) -> Iterator[tuple[int, ...] | None]:
    # forkserver: a fork of a process with DuckDB's threads in it may hang.
    folder = str(root.folder.absolute())
    declared = [(item.path, item.size, item.sha256) for item in items]
    chunks = [declared[start : start + CHUNK] for start in range(0, len(declared), CHUNK)]
    with ProcessPoolExecutor(workers, mp_context=get_context("forkserver")) as pool:
        for found in pool.map(confirm, repeat(folder), chunks):
            yield from found
