"""Admission: every declared file is there, nothing else is, and the bytes are the bytes declared.

The bundle root is the RFC 9162 tree head over these leaves, each canonical JSON (RFC 8785): first
`{"bundle", "facility", "period"}`, then the whole manifest entry of every item (id, path, size, sha256, dates,
source, ...), sorted by id.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from auditor.canon.json import canonical_bytes
from auditor.canon.merkle import root_hash
from auditor.errors import AuditorError, DigestMismatchError, MachineError, ManifestError, PathError, refuse_all
from auditor.evidence.hashing import Hashed, Identity, hash_chunk, hash_descriptor
from auditor.evidence.manifest import read_manifest
from auditor.evidence.paths import FOLDER, MANIFEST, Root
from auditor.model.bundle import Item, Manifest

CHUNK = 2000
PARALLEL_FROM = 100_000
"""So many small files make worker processes worth their start."""
BIG = 16 << 20
MAX_PROBLEMS = 1000


@dataclass(frozen=True, slots=True)
class AdmittedFile:
    """An item whose bytes were the bytes declared, and the identity its file had while they were read."""

    item: Item
    identity: Identity


@dataclass(frozen=True, slots=True)
class Admission:
    """A bundle admitted: the manifest, its files by item id, and the bundle root in hexadecimal."""

    folder: Path
    manifest: Manifest
    files: tuple[AdmittedFile, ...]
    root: str

    @property
    def item_ids(self) -> tuple[str, ...]:
        """Item ids in order; an item's place in it is the ordinal in row references."""
        return tuple(file.item.id for file in self.files)


def bundle_leaves(manifest: Manifest) -> list[bytes]:
    """The leaves of the bundle's Merkle tree, in order."""
    head = manifest.document()
    items = sorted(manifest.items, key=lambda item: item.id)
    first = {name: head[name] for name in ("bundle", "facility", "period")}
    return [canonical_bytes(first), *(canonical_bytes(item.document()) for item in items)]


def bundle_root(manifest: Manifest) -> str:
    """The bundle root in hexadecimal; it pins every admitted byte, through the digests in the leaves."""
    return root_hash(bundle_leaves(manifest)).hex()


def admit(bundle: Path, *, workers: int | None = None) -> Admission:
    """Check the bundle in the folder `bundle` and return what was admitted.

    Raises:
        ManifestError: bundle.yaml is missing or malformed, a declared file is missing, an undeclared one is there.
        PathError: a path leaves the folder, collides, or leads through a link or special file.
        DigestMismatchError: size or digest differ, or a file changed while it was read.
        MachineError: the machine refuses to read.
        All problems found are raised as one error of the first one's class, the rest in `hint` and `problems`.
    """
    count = workers or os.cpu_count() or 1
    with Root(bundle) as root:
        manifest = read_manifest(root)
        problems = list(_presence(root, manifest))
        blocked = {problem.place for problem in problems}
        items = [item for item in sorted(manifest.items, key=lambda item: item.id) if item.path not in blocked]
        files: list[AdmittedFile] = []
        for item, hashed in _hash_all(root, items, count):
            problem = _difference(item, hashed)
            if problem is None and isinstance(hashed, Hashed):
                files.append(AdmittedFile(item, hashed.identity))
            elif problem is not None and len(problems) < MAX_PROBLEMS:
                problems.append(problem)
    if problems:
        refuse_all(problems)
    return Admission(bundle, manifest, tuple(files), bundle_root(manifest))


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


def _difference(item: Item, hashed: Hashed | AuditorError) -> AuditorError | None:
    if isinstance(hashed, AuditorError):
        return hashed
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


def _hash_all(root: Root, items: list[Item], workers: int) -> Iterator[tuple[Item, Hashed | AuditorError]]:
    """Digests in the order of `items`: big files in threads, many small ones in processes."""
    big = {item.id for item in items if item.size >= BIG}
    small = [item for item in items if item.id not in big]
    results: dict[str, Hashed | AuditorError] = {}
    with ThreadPoolExecutor(max(1, min(workers, len(big)))) as threads:
        # Opened here: the folder cache of `root` belongs to one thread. So many at once as there are threads.
        waiting = [item for item in items if item.id in big]
        for start in range(0, len(waiting), 64):
            opened = [(item, _open(root, item)) for item in waiting[start : start + 64]]
            for (item, _), done in zip(opened, threads.map(_hash_opened, opened), strict=True):
                results[item.id] = done
    if len(small) >= PARALLEL_FROM and workers > 1:
        results.update(_hash_in_processes(root, sorted(small, key=lambda item: item.path), workers))
    # By path, so that a folder is entered once.
    for item in sorted(small, key=lambda item: item.path):
        if item.id not in results:
            results[item.id] = _hash_opened((item, _open(root, item)))
    for item in items:
        yield item, results[item.id]


def _open(root: Root, item: Item) -> int | AuditorError:
    try:
        return root.open(item.path)
    except AuditorError as error:
        return error


def _hash_opened(opened: tuple[Item, int | AuditorError]) -> Hashed | AuditorError:
    item, descriptor = opened
    if isinstance(descriptor, AuditorError):
        return descriptor
    try:
        return Hashed(*hash_descriptor(descriptor))
    except OSError as error:
        return MachineError("the file cannot be read", place=item.path, hint=error.strerror)
    finally:
        os.close(descriptor)


def _hash_in_processes(root: Root, items: list[Item], workers: int) -> dict[str, Hashed]:
    # forkserver: a fork of a process with DuckDB's threads in it may hang.
    chunks = [items[start : start + CHUNK] for start in range(0, len(items), CHUNK)]
    folder = str(root.folder.absolute())
    found: dict[str, Hashed] = {}
    with ProcessPoolExecutor(workers, mp_context=get_context("forkserver")) as pool:
        done = pool.map(hash_chunk, [folder] * len(chunks), [[item.path for item in chunk] for chunk in chunks])
        for chunk, hashes in zip(chunks, done, strict=True):
            found.update({item.id: hashed for item, hashed in zip(chunk, hashes, strict=True) if hashed})
    return found
