"""Which engine this is: its version, and one digest over all of its sources."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import auditor
from auditor.attestation.statements.results import Engine
from auditor.canon.digest import sha256_hex
from auditor.canon.json import canonical_bytes
from auditor.canon.merkle import root_hash


@cache
def engine() -> Engine:
    """The engine that is running: `digest` is the RFC 9162 root (SHA-256) over the installed package's Python files.

    There is a leaf for each file, in the order of their paths: the RFC 8785 bytes of its path, relative to the package
    and with slashes, and the SHA-256 of its bytes.
    """
    return Engine(auditor.__version__, source_digest(Path(auditor.__file__).parent))


def source_digest(folder: Path) -> str:
    """The digest of `engine` over the Python files below `folder`, in hexadecimal."""
    sources = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.py") if path.is_file()}
    leaves = [
        canonical_bytes({"path": name, "sha256": sha256_hex(path.read_bytes())})
        for name, path in sorted(sources.items())
    ]
    return root_hash(leaves).hex()
