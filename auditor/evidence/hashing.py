"""SHA-256 of files at the speed of the processor. Imports little, since worker processes import it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from auditor.errors import AuditorError
from auditor.evidence.paths import Root

# Measured: 256 KiB stays in the second-level cache; a second thread that reads ahead was slower, and mmap, a
# little faster, lets a file that is cut short meanwhile kill the process.
BUFFER = 1 << 18


class Identity(NamedTuple):
    """What fstat says about a file: if any of it changes, so may have its bytes."""

    device: int
    inode: int
    size: int
    modified: int
    changed: int


def identity(descriptor: int) -> Identity:
    """The identity of an open file; times in nanoseconds."""
    found = os.fstat(descriptor)
    return Identity(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


class Hashed(NamedTuple):
    """One file read: its digest, its identity, and whether it held still."""

    sha256: str
    identity: Identity
    steady: bool


def hash_descriptor(descriptor: int, declared: int | None = None) -> Hashed:
    """The digest of the whole file. One of another size than `declared` is not read at all, and has an empty digest.

    Never more is read than the size the file has at first and a little, though it grow without end.
    """
    before = identity(descriptor)
    if declared not in (None, before.size):
        return Hashed("", before, True)
    digest, count = (_hash_small if before.size < BUFFER else _hash_buffered)(descriptor, before.size)
    return Hashed(digest, before, count == before.size and identity(descriptor) == before)


def _hash_small(descriptor: int, size: int) -> tuple[str, int]:
    # One byte more than there should be: a full read also says that the file has not grown.
    data = os.read(descriptor, size + 1)
    state = hashlib.sha256(data)
    count = len(data)
    while count < size and (data := os.read(descriptor, size + 1 - count)):
        state.update(data)
        count += len(data)
    return state.hexdigest(), count


def _hash_buffered(descriptor: int, size: int) -> tuple[str, int]:
    state, count = hashlib.sha256(), 0
    buffer = bytearray(BUFFER)
    view = memoryview(buffer)
    while count <= size and (length := os.readv(descriptor, [buffer])):
        state.update(view[:length])
        count += length
    return state.hexdigest(), count


def confirm(folder: str, declared: Iterable[tuple[str, int, str]]) -> list[tuple[int, ...] | None]:
    """The identity of each file under `folder` that is as declared by (path, size, SHA-256); None for any other.

    For worker processes: plain tuples go from one to another several times faster than named ones, and whoever gets
    None reads the file again to say why.
    """
    with Root(Path(folder)) as root:
        return [_confirm(root, *one) for one in declared]


def _confirm(root: Root, path: str, size: int, sha256: str) -> tuple[int, ...] | None:
    try:
        descriptor = root.open(path)
    except AuditorError:
        return None
    try:
        hashed = hash_descriptor(descriptor, size)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    as_declared = hashed.steady and hashed.identity.size == size and hashed.sha256 == sha256
    return tuple(hashed.identity) if as_declared else None
