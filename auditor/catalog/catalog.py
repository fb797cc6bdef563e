"""The catalog as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from auditor.canon.digest import sha256_hex
from auditor.canon.json import canonical_bytes
from auditor.canon.merkle import root_hash
from auditor.model.control import Case, Control
from auditor.model.profile import Profile
from auditor.model.stream import Stream


@dataclass(frozen=True, slots=True)
class Derived:
    """A table several tests share: one SELECT over streams and other derived tables."""

    name: str
    select: str
    streams: tuple[str, ...]
    derived: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """A test's statements as written: `population`, `exceptions` and perhaps `measures`.

    `common` is a WITH clause that stands before each of them, or nothing.
    """

    place: str
    population: str
    exceptions: str
    measures: str | None = None
    common: str = ""

    def statement(self, name: str) -> str:
        """The whole SQL of one statement."""
        body: str = getattr(self, name)
        return f"{self.common}\n{body}" if self.common else body


@dataclass(frozen=True, slots=True)
class ControlFolder:
    """A control with what lies beside its control.yaml."""

    path: str
    control: Control
    queries: Mapping[str, Query]
    cases: Mapping[str, Case]
    bases: Mapping[str, Case]


@dataclass(frozen=True)
class Catalog:
    """Everything under controls/, read and shaped. `files` are the bytes of every file, by path."""

    streams: Mapping[str, Stream]
    derived: Mapping[str, Derived]
    controls: Mapping[str, ControlFolder]
    profiles: Mapping[str, Profile]
    files: Mapping[str, bytes]

    @cached_property
    def digest(self) -> str:
        """RFC 9162 root over the catalog's files (profiles apart) by path: one leaf `{path, sha256}` for each."""
        return tree_digest({p: data for p, data in self.files.items() if not p.startswith("profiles/")})

    def profile_digest(self, profile: str) -> str:
        """SHA-256 of the profile's file."""
        return sha256_hex(self.files[f"profiles/{profile}.yaml"])

    def folder_digest(self, control: str) -> str:
        """RFC 9162 root over one control's folder and the derived tables: what its validation stands for."""
        path = self.controls[control].path
        return tree_digest({p: d for p, d in self.files.items() if p.startswith((f"{path}/", "sql/", "streams/"))})


def tree_digest(files: Mapping[str, bytes]) -> str:
    """RFC 9162 root, in hexadecimal, over files sorted by path; a leaf is the canonical JSON of path and SHA-256."""
    leaves = [canonical_bytes({"path": path, "sha256": sha256_hex(files[path])}) for path in sorted(files)]
    return root_hash(leaves).hex()
