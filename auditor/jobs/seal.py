"""Sealing: a sealer's statement over digests, and what time authorities answer to its digest.

The evidence is sealed before it is judged, the package when it is whole, and once more when the revocation lists from
after the seal are out. Each seal is `X.dsse.json` with `X.NAME.tsq` and `X.NAME.tsr` for each authority NAME.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from auditor.attestation.accept import Judged, accept
from auditor.attestation.roles import Kind
from auditor.attestation.root import Authority, TrustRoot
from auditor.attestation.statements.results import EvidenceSeal
from auditor.attestation.statements.seal import make_seal_statement
from auditor.attestation.timestamp import Timestamp, proven_time
from auditor.canon.digest import sha512_hex
from auditor.custody.signer_file import Passphrase
from auditor.errors import SigningError
from auditor.jobs.files import read_file, write_file
from auditor.jobs.hands import Hand, declare, sign_by
from auditor.jobs.timestamp import obtain

_STATEMENT = ".dsse.json"


@dataclass(frozen=True, slots=True)
class Sealer:
    """Who seals, at which addresses which authorities say when, and the trust root it all must satisfy."""

    signer: Path
    passphrase: Passphrase
    sources: Mapping[str, str]
    root: TrustRoot

    def authorities(self) -> list[tuple[Authority, str]]:
        """The authorities to ask, each known to the trust root.

        Raises:
            SigningError: a name that the trust root does not know.
        """
        known = {authority.name: authority for authority in self.root.authorities}
        for name in self.sources:
            if name not in known:
                raise SigningError(
                    "the trust root does not know this time authority", value=name,
                    hint=f"it knows: {', '.join(known) or 'none'}",
                )  # fmt: skip
        return [(known[name], url) for name, url in self.sources.items()]


def seal(
    sealer: Sealer, stage: str, package: str | None, at: int, subjects: Sequence[tuple[str, str]]
) -> dict[str, bytes]:
    """The files of one seal, by what follows its stem: `.dsse.json`, `.NAME.tsq`, `.NAME.tsr`.

    `at` (microseconds) is the time the sealer claims. What comes back is what a verifier with this trust root accepts.

    Raises:
        SigningError: a key cannot be used, or an authority is unknown, cannot be reached or answers something else.
        VerificationError, UnverifiableError: the seal would not be accepted by the trust root.
    """
    hand = Hand("sealer", sealer.signer)
    statement = make_seal_statement(
        stage=stage, package=package, sealed_at=at, subjects=subjects, signers=[declare(hand)]
    )
    envelope = sign_by([hand], statement, sealer.passphrase)
    files, timestamps = {_STATEMENT: envelope}, []
    imprint = hashlib.sha512(envelope).digest()
    for authority, url in sealer.authorities():
        stamped = obtain(imprint, authority, url)
        timestamps.append(stamped.timestamp)
        files |= {f".{authority.name}.tsq": stamped.query, f".{authority.name}.tsr": stamped.response}
    proven = _proven(timestamps, sealer.root, at)
    accept(envelope, Kind.SEAL, sealer.root, Judged(max(at, proven or at), proven))
    return files


def _proven(timestamps: list[Timestamp], root: TrustRoot, at: int) -> int | None:
    # Whoever asks no authority now brings the answers by hand later.
    if not root.time_threshold or not timestamps:
        return None
    return proven_time(timestamps, root, max([at, *(one.time for one in timestamps)]))


def seal_evidence(sealer: Sealer, root_hash: str, at: int, folder: Path) -> EvidenceSeal:
    """Seal the evidence tree with root `root_hash` and write `evidence.*` into `folder`; what a report cites of it."""
    files = seal(sealer, "evidence", None, at, [("bundle", root_hash)])
    write_seal(files, folder, "evidence")
    return cite(files)


def write_seal(files: Mapping[str, bytes], folder: Path, stem: str) -> None:
    """Write the files of a seal into `folder`, each whole or not at all; the statement last, so that it is complete."""
    folder.mkdir(parents=True, exist_ok=True)
    for suffix in sorted(files, key=_STATEMENT.__eq__):
        write_file(folder / f"{stem}{suffix}", files[suffix])


def read_seal(envelope: Path) -> dict[str, bytes]:
    """The files of the seal whose statement is `envelope`, by what follows the stem.

    Raises:
        SigningError: `envelope` is not the statement's file of a seal.
        MachineError: it cannot be read.
    """
    stem = envelope.name.removesuffix(_STATEMENT)
    if stem == envelope.name:
        raise SigningError("not the file of a seal", place=str(envelope), hint="give the file ending in .dsse.json")
    beside = sorted(
        p for p in envelope.parent.iterdir() if p.name.startswith(f"{stem}.") and p.suffix in (".tsq", ".tsr")
    )
    return {path.name.removeprefix(stem): read_file(path) for path in [envelope, *beside]}


def cite(files: Mapping[str, bytes]) -> EvidenceSeal:
    """What a report says of the seal over its evidence: the SHA-512 of its statement and of each answer."""
    digest = {suffix: sha512_hex(data) for suffix, data in files.items()}
    return EvidenceSeal(digest[_STATEMENT], tuple(sorted(digest[s] for s in digest if s.endswith(".tsr"))))
