"""Reading files within bounds, and writing them whole or not at all."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from auditor.errors import MachineError

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 256 * 2**20


def read_file(path: Path | str, *, limit: int = MAX_BYTES) -> bytes:
    """The bytes of a regular file no larger than `limit`.

    Raises:
        MachineError: no such file, no permission, too large.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise machine_error(error, path) from error
    if len(data) > limit:
        raise MachineError(f"larger than the {limit} bytes allowed", place=str(path))
    return data


def write_file(path: Path, data: bytes, *, private: bool = False) -> None:
    """Write `data` to `path` atomically: a reader sees the old file or the new one, never a part.

    `private` makes it readable by its owner alone.

    Raises:
        MachineError: the folder does not exist, no permission, disk full; the old file is left as it was.
    """
    import secrets

    if path.is_dir():
        raise machine_error(IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)), path)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600 if private else 0o644)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, path)
        except OSError:
            beside.unlink(missing_ok=True)
            raise
        except KeyboardInterrupt:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise machine_error(error, path) from error


def machine_error(error: OSError, path: Path | str) -> MachineError:
    """The refusal of the machine in our words, with what to do about it."""
    hints = {
        "ENOENT": "check the path",
        "EACCES": "check who may read and write there",
        "EPERM": "check who may read and write there",
        "ENOSPC": "make room on the disk and run it again",
        "EDQUOT": "make room on the disk and run it again",
        "EISDIR": "give a file, not a folder",
        "EEXIST": "choose another name; there is something of that name already",
        "ENOTDIR": "a part of the path is a file",
    }
    name = errno.errorcode.get(error.errno or 0, "")
    return MachineError((error.strerror or str(error)).lower(), place=str(path), hint=hints.get(name))
