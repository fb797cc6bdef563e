"""What a package may hold, and the manifest that lists what was sealed.

A package is the folder of one assessment (or the same files in a zip that stores them as they are). Three kinds of
file are in it, and nothing else may be:

- *sealed* files, each in `manifest.json` with its size and digests; the seal is over the manifest;
- *disclosable* files, which an edition may leave out: what is there must open a leaf of the signed evidence tree;
- *later* files: seals, timestamps, revocation lists and acts, which vouch for themselves.

The manifest is canonical JSON: `{"format": "package-manifest/1", "package": id, "files": [{"path", "size", "sha256",
"sha512"}, ...]}`, sorted by path.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from auditor.attestation import commitment
from auditor.attestation.shape import Node, parse_document, require_canonical
from auditor.attestation.statements import seal
from auditor.canon.json import canonical_bytes
from auditor.errors import BindingError, StatementError

FORMAT = "package-manifest/1"
MAX_MANIFEST_BYTES = 64 * 2**20
MAX_FILES = 2_000_000
MAX_SEALED = 100_000
MAX_FILE_BYTES = 2**53 - 1

README = "README.txt"
MANIFEST = seal.MANIFEST
REPORT = "report.dsse.json"
ATTESTATION = "attestation.dsse.json"
PDF = "attestation.pdf"
TREE = commitment.TREE
LEAVES = commitment.LEAVES
OPENINGS = commitment.OPENINGS
FILES = f"{commitment.FILES}/"
RECORDS = f"{commitment.RECORDS}/"
EVIDENCE_SEAL = "seals/evidence"
PACKAGE_SEAL = seal.PACKAGE_SEAL.removesuffix(".dsse.json")
LATE_SEAL = "seals/late"
REVOCATION = "seals/revocation/"
ACTS = "acts/"

SEALED = (README, REPORT, ATTESTATION, PDF, TREE, LEAVES)
"""The files every package seals; record trees and the evidence seal join them where there are any."""

_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}"
_SEAL_FILE = r"(?:\.dsse\.json|\.[a-z][a-z0-9-]{0,31}\.ts[qr])"
_SEALED = re.compile(
    "|".join(re.escape(path) for path in SEALED)
    + rf"|{RECORDS}{_NAME}\.leaves\.bin|{EVIDENCE_SEAL}{_SEAL_FILE}"
)  # fmt: skip
_DISCLOSABLE = re.compile(rf"{re.escape(OPENINGS)}|{RECORDS}{_NAME}\.openings\.jsonl|{FILES}evidence/.+")
_LATER = re.compile(
    rf"{re.escape(MANIFEST)}|(?:{PACKAGE_SEAL}|{LATE_SEAL}){_SEAL_FILE}|{REVOCATION}{_NAME}\.crl|{ACTS}[0-9]{{4}}\.dsse\.json"
)


class FileDigests(NamedTuple):
    """Size in bytes and digests in hexadecimal of one file."""

    size: int
    sha256: str
    sha512: str


class PackageManifest(NamedTuple):
    """A well-formed manifest: which package, and each sealed file by its path."""

    package: str
    files: dict[str, FileDigests]


def is_sealed(path: str) -> bool:
    """Whether `path` names a file that the manifest lists."""
    return _SEALED.fullmatch(path) is not None


def require_layout(paths: Iterable[str]) -> None:
    """Refuse any path that has no place in a package, and any two that one file system would take for the same.

    Raises:
        BindingError: naming the path.
    """
    folded: dict[str, str] = {}
    for count, path in enumerate(paths, 1):
        if count > MAX_FILES:
            raise BindingError("too many files for a package", value=f"more than {MAX_FILES}")
        if not (_SEALED.fullmatch(path) or _DISCLOSABLE.fullmatch(path) or _LATER.fullmatch(path)):
            raise BindingError("a file that has no place in a package", place=path, hint="nothing vouches for it")
        twin = folded.setdefault(path if path.isascii() and path.islower() else _folded(path), path)
        if twin != path or _steps_out(path):
            raise BindingError("a path that another system reads as another file", place=path, value=twin)


def _folded(path: str) -> str:
    # As file systems compare that take large and small letters, or composed and decomposed ones, for the same.
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", path).casefold())


def _steps_out(path: str) -> bool:
    parts = path.split("/")
    return not path.isprintable() or "\\" in path or bool({"", ".", ".."} & set(parts))


def make_manifest(package: str, files: Mapping[str, FileDigests]) -> bytes:
    """The manifest file over the sealed files of a package.

    Raises:
        StatementError: `parse_manifest` would not accept it.
    """
    entries = [
        {"path": path, "size": found.size, "sha256": found.sha256, "sha512": found.sha512}
        for path, found in sorted(files.items())
    ]
    data = canonical_bytes({"format": FORMAT, "package": package, "files": entries})
    parse_manifest(data)
    return data


def parse_manifest(data: bytes) -> PackageManifest:
    """The manifest in `data`, whose paths all name files to be sealed, once each and in order.

    Raises:
        StatementError: with the JSON pointer and what was wrong there.
    """
    root = parse_document(data, MANIFEST, StatementError, MAX_MANIFEST_BYTES)
    members = root.members(("files", "format", "package"))
    members["format"].one_of((FORMAT,))
    package = members["package"].identifier()
    files: dict[str, FileDigests] = {}
    last = ""
    for item in members["files"].items(most=MAX_SEALED):
        path, digests = _parse_entry(item)
        if path <= last:
            raise item.refusal("files must be sorted by path, each once", value=path)
        files[path] = digests
        last = path
    require_canonical(root, data)
    for path in SEALED:
        if path not in files:
            raise members["files"].refusal(f"does not list {path}")
    return PackageManifest(package, files)


def _parse_entry(item: Node) -> tuple[str, FileDigests]:
    members = item.members(("path", "sha256", "sha512", "size"))
    path = members["path"].text()
    if not is_sealed(path):
        raise members["path"].refusal("not a file that a manifest lists", value=path)
    size = members["size"].integer(0, MAX_FILE_BYTES)
    return path, FileDigests(size, members["sha256"].digest(), members["sha512"].digest512())


def require_files(manifest: PackageManifest, present: Mapping[str, FileDigests]) -> None:
    """Refuse unless the sealed files `present` are exactly those of the manifest, byte for byte by their digests.

    Raises:
        BindingError: a file is missing, is not listed, or has other bytes.
    """
    for path in sorted(manifest.files.keys() - present.keys()):
        raise BindingError("listed in the manifest and not in the package", place=path)
    for path in sorted(present.keys() - manifest.files.keys()):
        raise BindingError("in the package and not listed in the manifest", place=path)
    for path, expected in manifest.files.items():
        if present[path] != expected:
            raise BindingError(
                "not the file that was sealed",
                place=path,
                value=f"SHA-512 {present[path].sha512}",
                hint=f"the manifest has SHA-512 {expected.sha512}",
            )
