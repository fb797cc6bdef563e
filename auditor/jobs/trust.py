"""Keeping a trust root: making it, changing it into its next version, signing it, taking over a newer one."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from auditor.attestation.root import MAX_ROOT_BYTES, Holder, TrustRoot, parse_root, read_draft
from auditor.attestation.rotation import (
    accept_successor,
    add_root_signatures,
    make_root,
    missing_holders,
    sign_root,
)
from auditor.canon.json import parse_strict
from auditor.errors import MachineError, SigningError, TrustError, VerificationError
from auditor.jobs.files import read_file, write_file

if TYPE_CHECKING:
    from auditor.attestation.sign import SigningKey
    from auditor.custody.signer_file import SignerFile

Asks = Callable[[str], bytes | None]
"""Asks for the passphrase of the key that the text names; None if there is none to be had."""
Document = dict[str, Any]
Missing = tuple[tuple[int, tuple[Holder, ...]], ...]


class Signer(NamedTuple):
    """A signer file and the folder its private keys are named from."""

    file: SignerFile
    folder: Path


class Written(NamedTuple):
    """A trust root that was written: whose signatures it still lacks, and where its predecessor is kept."""

    path: Path
    version: int
    digest: str
    missing: Missing
    kept: Path | None

    @property
    def complete(self) -> bool:
        """True if enough holders have signed."""
        return not any(count for count, _ in self.missing)


def read_signers(paths: Sequence[Path]) -> tuple[Signer, ...]:
    """The signer files at `paths`.

    Raises:
        MachineError, TrustError: as `read_signer`.
    """
    from auditor.custody.signer_file import read_signer

    return tuple(Signer(read_signer(path), path.parent) for path in paths)


def read_root(path: Path) -> TrustRoot:
    """The trust root at `path`, its signatures verified.

    Raises:
        MachineError: the file cannot be read.
        EnvelopeError, TrustError, SignatureError: as `parse_root`.
    """
    return parse_root(read_file(path, limit=MAX_ROOT_BYTES))


def read_unsigned(path: Path) -> TrustRoot:
    """The trust root or draft at `path`, its signatures not looked at: for those who are to sign it.

    Raises:
        MachineError, EnvelopeError, TrustError: as `read_root`.
    """
    return read_draft(read_file(path, limit=MAX_ROOT_BYTES)).root


def read_document(path: Path, *, draft: bool = False) -> Document:
    """The content of the trust root at `path`; raises as `read_root`, or for a draft as `read_unsigned`."""
    data = read_file(path, limit=MAX_ROOT_BYTES)
    if not draft:
        parse_root(data)
    document: Document = parse_strict(read_draft(data).envelope.payload, max_bytes=MAX_ROOT_BYTES)
    return document


def init_root(path: Path, document: Document, signing: Sequence[Signer], passphrase: Asks) -> Written:
    """Write the first version, signed by `signing`; where that is too few, others add theirs with `sign_draft`.

    Raises:
        MachineError: there is a file at `path` already, or it cannot be written.
        TrustError: the document breaks an invariant.
        SigningError: a key cannot be opened, or is no holder's.
    """
    if path.exists():
        raise MachineError(
            "there is a file of this name already", place=str(path), hint="change it with auditor trust add"
        )
    payload = make_root(document)
    data = sign_root(payload, _open(signing, passphrase))
    write_file(path, data)
    return _written(path, data, missing_holders(data), None)


def change_root(path: Path, document: Document, signing: Sequence[Signer], passphrase: Asks) -> Written:
    """Write `document` as the successor of the trust root at `path`, signed by `signing`.

    Signed by enough holders, old and new, it takes the place of `path`, and what was there is kept beside it under
    its version. Signed by fewer it is a draft beside it, and `path` stays as it was.

    Raises:
        TrustError, SignatureError: the document breaks an invariant, or is no successor; or `path` was rolled back, so
            that this would be a second successor of one version.
        SigningError, MachineError: as `init_root`.
    """
    before = read_file(path, limit=MAX_ROOT_BYTES)
    old, seen = parse_root(before), seen_version(path)
    if old.version < seen:
        raise TrustError(
            f"rolled back: version {seen} was here",
            place=str(path),
            value=old.version,
            hint="take the newer versions over again: auditor trust update; those before it are kept beside it",
        )
    data = sign_root(make_root(document), _open(signing, passphrase), predecessor=old)
    missing = missing_holders(data, old)
    if any(count for count, _ in missing):
        draft = _beside(path, f"{old.version + 1}.draft")
        if draft.exists():
            raise MachineError(
                "another draft of the next version is there", place=str(draft), hint="finish it, or remove it"
            )
        write_file(draft, data)
        return _written(draft, data, missing, None)
    accept_successor(old, data)
    kept = _keep(path, old.version, before)
    write_file(path, data)
    return _written(path, data, missing, kept)


def sign_draft(path: Path, signing: Sequence[Signer], passphrase: Asks, after: Path | None = None) -> Written:
    """Add the signatures of `signing` to the trust root at `path`, which follows the one at `after`.

    Raises:
        SigningError: somebody signs who is no holder, or has signed already.
        TrustError, SignatureError, EnvelopeError, MachineError: a file is not what it should be.
    """
    old = read_root(after) if after else None
    data = read_file(path, limit=MAX_ROOT_BYTES)
    if old is None and read_draft(data).root.version > 1:
        raise SigningError(
            "this is not a first version, and what it follows was not given",
            place=str(path),
            hint="name the trust root you have with --after trust.json",
        )
    signed = add_root_signatures(data, _open(signing, passphrase), predecessor=old)
    write_file(path, signed)
    return _written(path, signed, missing_holders(signed, old), None)


def update_root(path: Path, successors: Sequence[Path]) -> Written:
    """Replace the trust root at `path` by the last of `successors`, each of which follows the one before.

    Raises:
        TrustError, SignatureError, EnvelopeError: one of them does not follow; the file at `path` is as it was.
        MachineError: a file cannot be read or written.
    """
    data = read_file(path, limit=MAX_ROOT_BYTES)
    root, history = parse_root(data), []
    for successor in successors:
        found = read_file(successor, limit=MAX_ROOT_BYTES)
        following = accept_successor(root, found)
        history.append((root.version, data))
        root, data = following, found
    kept = [_keep(path, version, held) for version, held in history]
    write_file(path, data)
    return Written(path, root.version, root.digest, (), kept[0] if kept else None)


def seen_version(path: Path) -> int:
    """The highest version that the trust root at `path` is known to have had; 1 where nothing tells.

    A version is kept beside `path`, under its number, when a newer one takes its place. So a kept one of the same
    lineage says that a newer one was here, whatever is at `path` now. Nothing is written, and what is kept elsewhere,
    or was taken away with the newer version, is not known.

    Raises:
        MachineError, EnvelopeError, TrustError: as `read_unsigned`.
    """
    kept = re.compile(rf"{re.escape(path.stem)}\.([1-9][0-9]{{0,9}}){re.escape(path.suffix)}", re.ASCII)
    try:
        found = [match for name in os.listdir(path.parent) if (match := kept.fullmatch(name))]
    except OSError:
        return 1
    lineage = read_unsigned(path).lineage if found else ""
    for number in sorted((int(match[1]) for match in found), reverse=True):
        if _is_kept(_beside(path, str(number)), lineage, number):
            return number + 1
    return 1


def _is_kept(path: Path, lineage: str, version: int) -> bool:
    try:
        root = read_root(path)
    except (MachineError, VerificationError):
        return False
    return (root.lineage, root.version) == (lineage, version)


def _open(signing: Sequence[Signer], passphrase: Asks) -> tuple[SigningKey, ...]:
    from auditor.custody.signer_file import open_keys

    keys: dict[str, SigningKey] = {}
    for signer in signing:
        keys |= {key.public.keyid: key for key in open_keys(signer.file, signer.folder, passphrase)}
    return tuple(keys.values())


def _written(path: Path, data: bytes, missing: Missing, kept: Path | None) -> Written:
    root = read_draft(data).root
    return Written(path, root.version, root.digest, missing, kept)


def _beside(path: Path, word: str) -> Path:
    return path.with_name(f"{path.stem}.{word}{path.suffix}")


def _keep(path: Path, version: int, data: bytes) -> Path:
    """Keep an older version: whoever still has it needs every version up to the newest."""
    kept = _beside(path, str(version))
    if not kept.exists():
        write_file(kept, data)
    elif read_file(kept, limit=MAX_ROOT_BYTES) != data:
        raise MachineError(
            f"the older version {version} would be kept here, and another file is there",
            place=str(kept),
            hint="move it away; it is not the version that is being replaced",
        )
    return kept
