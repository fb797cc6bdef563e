"""Keeping secrets where they are: no core dump of a process that holds a key, no key file that others can read."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path

from auditor.custody.files import is_sample_key
from auditor.errors import MachineError, SigningError

MAX_KEY_BYTES = 64 * 2**10
_PR_SET_DUMPABLE = 4  # linux/prctl.h


def forbid_core_dumps() -> None:
    """From now to its end this process leaves no core dump, and no other process of this user may look into it.

    It is not undone once a key is closed: the library wipes a key it frees, Python does not wipe a passphrase. The
    limit alone is not enough, since Linux ignores it where dumps are piped to a handler (core(5)); a process that is
    not dumpable is dumped nowhere. Where the system offers neither, nothing is done.
    """
    with suppress(ImportError, OSError, ValueError):
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    if sys.platform == "linux":
        import ctypes

        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def read_private_file(path: Path) -> bytes:
    """The bytes of a private key file that its owner alone can read and change; a sample key may be anybody's.

    What is checked is the file that was opened. A link is followed, as mounted secrets are links: whoever could bend
    it to another key gains nothing, since the signer file says which key is meant.

    Raises:
        SigningError: group or others may read or write it, it is not a regular file, or larger than any key.
        MachineError: no such file, no permission.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise SigningError("a private key file must be a regular file", place=str(path))
            data = file.read(MAX_KEY_BYTES + 1)
    except OSError as error:
        problem = (error.strerror or type(error).__name__).lower()
        raise MachineError(problem, place=str(path), hint="check the path and who may read there") from error
    if len(data) > MAX_KEY_BYTES:
        raise SigningError(f"larger than the {MAX_KEY_BYTES} bytes of any private key", place=str(path))
    if os.name == "posix" and status.st_mode & 0o077 and not is_sample_key(data):
        raise SigningError(
            "others than its owner may read or change this private key file",
            place=str(path),
            value=f"mode {stat.S_IMODE(status.st_mode):04o}",
            hint=f"chmod 600 {path}; if others had access, make a new key and revoke this one",
        )
    return data
