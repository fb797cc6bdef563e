"""Sign results as a report, or add one more signature to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from auditor.attestation.private import load_private_key, public_key_of
from auditor.attestation.sign import add_signature, sign_statement
from auditor.attestation.statement import DeclaredSigner, make_statement
from auditor.canon.json import canonical_bytes, parse_strict
from auditor.errors import EvidenceFormatError, SigningError
from auditor.jobs.files import read_file


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A person's private key file, in which role it signs, and the passphrase if it has one."""

    path: Path
    principal: str
    role: str
    passphrase: bytes | None = None


def sign_results(results: bytes, keys: Sequence[SigningKey], declared: Sequence[DeclaredSigner] = ()) -> bytes:
    """A report over `results` (canonical JSON), signed by `keys`; `declared` are signers who will sign later.

    Raises:
        SigningError: the results are not canonical JSON, or a key is missing, of the wrong kind, or refused.
    """
    try:
        value = parse_strict(results, place="results")
    except EvidenceFormatError as error:
        raise SigningError(f"these are not assessment results: {error.problem}", place=error.place) from error
    if not isinstance(value, dict) or canonical_bytes(value) != results:
        raise SigningError(
            "the results are not in canonical form, so they were changed after the assessment",
            place="results",
            hint="assess again and sign what it wrote",
        )
    loaded = [(key, load_private_key(read_file(key.path), key.passphrase)) for key in keys]
    signers = [DeclaredSigner(key.principal, key.role, (public_key_of(private).keyid,)) for key, private in loaded]
    return sign_statement(make_statement(value, [*signers, *declared]), [private for _, private in loaded])


def countersign(report: bytes, key: Path, passphrase: bytes | None) -> bytes:
    """The report with the signature of one more declared signer."""
    return add_signature(report, load_private_key(read_file(key), passphrase))
