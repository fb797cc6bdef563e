"""Hold every disclosed file of a package against the leaf that vouches for it, at the speed of SHA-256."""

from __future__ import annotations

import hashlib
import os
from contextlib import contextmanager
from itertools import chain, repeat
from typing import TYPE_CHECKING

from auditor.attestation.commitment import FILES, require_file
from auditor.errors import AuditorError, BindingError
from auditor.jobs.container import Folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from auditor.attestation.leaves import Opening
    from auditor.evidence.paths import Root
    from auditor.jobs.container import Container

    Found = tuple[int, str] | None
    Verify = Callable[[Iterable[Opening]], tuple[str, ...]]

_CHUNK = 1 << 20
_AT_ONCE = 1000
_AHEAD = 64 << 20
"""A larger file is not read before it is known that a leaf vouches for one of its size."""
PARALLEL_FROM = 20_000
"""So many files make worker processes worth their start."""


def verify_files(container: Container, openings: Iterable[Opening], *, workers: int | None = None) -> tuple[str, ...]:
    """The paths of all files under evidence/files, each of the size and SHA-256 that an opened leaf commits to.

    An opened item whose file is not there is described, and not disclosed; that is for the edition to choose.

    Raises:
        BindingError: a file that no opened leaf vouches for, two leaves for one file, or other bytes.
        MachineError: a file cannot be read.
    """
    with hashing(container, workers=workers) as verify:
        return verify(openings)


@contextmanager
def hashing(container: Container, *, workers: int | None = None) -> Iterator[Verify]:
    """Hand over `verify_files` of this container; of many files worker processes take the digests meanwhile.

    So the leaves can be read and checked while their files are hashed.
    """
    present = [path for path in container.paths if path.startswith(f"{FILES}/")]
    if not isinstance(container, Folder):
        yield lambda openings: _verify(container, present, repeat(None, len(present)), openings)
        return
    chunks = [present[at : at + _AT_ONCE] for at in range(0, len(present), _AT_ONCE)]
    count = workers or os.cpu_count() or 1
    if len(present) < PARALLEL_FROM or count < 2:
        found: Iterator[list[Found]] = map(digests, repeat(container.place), chunks)
        yield lambda openings: _verify(container, present, chain.from_iterable(found), openings)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # forkserver: a fork of a process with threads in it may hang.
    with ProcessPoolExecutor(count, mp_context=get_context("forkserver")) as pool:
        found = pool.map(digests, repeat(container.place), chunks)
        try:
            yield lambda openings: _verify(container, present, chain.from_iterable(found), openings)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def digests(folder: str, paths: list[str]) -> list[Found]:
    """Size and SHA-256 of each file under `folder`; None for a large one, and where no file can be read so."""
    from pathlib import Path

    from auditor.evidence.paths import Root

    with Root(Path(folder)) as root:
        return [_hash(root, path) for path in paths]


def _hash(root: Root, path: str) -> Found:
    from auditor.evidence.hashing import hash_descriptor

    try:
        descriptor = root.open(path)
    except AuditorError:
        return None
    try:
        if os.fstat(descriptor).st_size > _AHEAD:
            return None
        hashed = hash_descriptor(descriptor)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return (hashed.identity.size, hashed.sha256) if hashed.steady else None


def _verify(
    container: Container, present: list[str], found: Iterable[Found], openings: Iterable[Opening]
) -> tuple[str, ...]:
    vouched: dict[str, Opening] = {}
    for one in openings:
        if one.item is not None and vouched.setdefault(f"{FILES}/{one.path}", one) is not one:
            raise BindingError("two items have one file", place=f"{FILES}/{one.path}", value=one.item)
    for path in present:
        if path not in vouched:
            raise BindingError("a file that no opened leaf vouches for", place=path)
    for path, known in zip(present, found, strict=True):
        # What a worker could not read as it should be is read again here, to say why.
        if known != (vouched[path].size, vouched[path].sha256):
            require_file(vouched[path], *_digest(container, path, vouched[path].size))
    return tuple(present)


def _digest(container: Container, path: str, declared: int) -> tuple[int, str]:
    size = container.size(path)
    if size != declared:
        return size, "not read"
    state, size = hashlib.sha256(), 0
    with container.open(path) as file:
        while size <= declared and (chunk := file.read(_CHUNK)):
            state.update(chunk)
            size += len(chunk)
    return size, state.hexdigest()
