"""SHA-256 of files at the speed of the processor. Imports little, since worker processes import it."""

from __future__ import annotations

import hashlib
import os
from typing import NamedTuple

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


def hash_descriptor(descriptor: int) -> tuple[str, Identity, bool]:
    """Hex digest of the whole file, its identity, and whether it stayed the same while it was read."""
    before = identity(descriptor)
    if before.size < BUFFER:
        digest, count = _hash_small(descriptor)
    else:
        digest, count = _hash_buffered(descriptor)
    return digest, before, identity(descriptor) == before and count == before.size


def _hash_small(descriptor: int) -> tuple[str, int]:
    data = os.read(descriptor, BUFFER)
    state = hashlib.sha256(data)
    count = len(data)
    while data and (data := os.read(descriptor, BUFFER)):
        state.update(data)
        count += len(data)
    return state.hexdigest(), count


def _hash_buffered(descriptor: int) -> tuple[str, int]:
    state, count = hashlib.sha256(), 0
    buffer = bytearray(BUFFER)
    view = memoryview(buffer)
    while size := os.readv(descriptor, [buffer]):
        state.update(view[:size])
        count += size
    return state.hexdigest(), count


class Hashed(NamedTuple):
    """One file read: its digest, its identity, and whether it held still."""

    sha256: str
    identity: Identity
    steady: bool


def hash_chunk(folder: str, paths: list[str]) -> list[Hashed | None]:
    """Digests of files under `folder`, None for one that cannot be opened; the caller asks again why.

    For worker processes: plain values in and out, no link followed in the last part of a path (the caller has
    walked the folders).
    """
    found: list[Hashed | None] = []
    for path in paths:
        try:
            descriptor = os.open(f"{folder}/{path}", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            found.append(None)
            continue
        try:
            found.append(Hashed(*hash_descriptor(descriptor)))
        except OSError:
            found.append(None)
        finally:
            os.close(descriptor)
    return found
