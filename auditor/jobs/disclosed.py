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

    Found = tuple[list[int], str]
    Verify = Callable[[Iterable[Opening]], tuple[str, ...]]

_CHUNK = 1 << 20
_SMALL = 1 << 18
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
    chunks = [present[at : at + _AT_ONCE] for at in range(0, len(present), _AT_ONCE)]
    if not isinstance(container, Folder):
        yield lambda openings: _verify(container, chunks, repeat(None, len(chunks)), openings)
        return
    count = workers or os.cpu_count() or 1
    if len(present) < PARALLEL_FROM or count < 2:
        found: Iterator[Found] = map(digests, repeat(container.place), chunks)
        yield lambda openings: _verify(container, chunks, found, openings)
        return
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # forkserver: a fork of a process with threads in it may hang, and of one that holds much memory is no quicker.
    with ProcessPoolExecutor(count, mp_context=get_context("forkserver")) as pool:
        found = pool.map(digests, repeat(container.place), chunks)
        try:
            yield lambda openings: _verify(container, chunks, found, openings)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def digests(folder: str, paths: list[str]) -> Found:
    """The sizes of files under `folder`, and their SHA-256 one behind the other in hexadecimal.

    A large file, and one that cannot be read so, has the size -1. Little goes from a worker to who waits for it: taking
    it apart there would take as long as reading a small file here.
    """
    from pathlib import Path

    from auditor.evidence.paths import Root

    with Root(Path(folder)) as root:
        found = [_hash(root, path) for path in paths]
    return [size for size, _ in found], "".join([digest for _, digest in found])


def _hash(root: Root, path: str) -> tuple[int, str]:
    try:
        descriptor = root.open(path)
    except AuditorError:
        return -1, ""
    try:
        size = os.fstat(descriptor).st_size
        if size >= _SMALL:
            return _hash_large(descriptor, size)
        # What counts is what is read: the digest of less, or of one byte more, is that of another file.
        data = os.read(descriptor, size + 1)
    except OSError:
        return -1, ""
    finally:
        os.close(descriptor)
    return len(data), hashlib.sha256(data).hexdigest()


def _hash_large(descriptor: int, size: int) -> tuple[int, str]:
    from auditor.evidence.hashing import hash_descriptor

    if size > _AHEAD:
        return -1, ""
    hashed = hash_descriptor(descriptor)
    return (size, hashed.sha256) if hashed.steady and hashed.identity.size == size else (-1, "")


def _verify(
    container: Container, chunks: list[list[str]], found: Iterable[Found | None], openings: Iterable[Opening]
) -> tuple[str, ...]:
    vouched: dict[str, Opening] = {}
    for one in openings:
        if one.item is not None and vouched.setdefault(f"{FILES}/{one.path}", one) is not one:
            raise BindingError("two items have one file", place=f"{FILES}/{one.path}", value=one.item)
    present = tuple(chain.from_iterable(chunks))
    for path in present:
        if path not in vouched:
            raise BindingError("a file that no opened leaf vouches for", place=path)
    for paths, known in zip(chunks, found, strict=True):
        expected = [vouched[path] for path in paths]
        if known == ([one.size for one in expected], "".join([one.sha256 for one in expected])):
            continue
        # What a worker could not read as it should be is read again here, to say why.
        for path, opening in zip(paths, expected, strict=True):
            require_file(opening, *_digest(container, path, opening.size))
    return present


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
