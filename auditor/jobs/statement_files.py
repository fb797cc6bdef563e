"""Files that hold signed statements: read, with the file named in each refusal, or accepted by a trust root."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

from auditor.attestation.accept import Accepted, Judged, accept
from auditor.attestation.envelope import parse_envelope
from auditor.attestation.roles import Kind
from auditor.attestation.sign import missing_signatures
from auditor.attestation.statements.results import ResultsStatement, parse_results
from auditor.attestation.verify import read_root
from auditor.canon.digest import sha512_hex
from auditor.errors import SigningError, VerificationError
from auditor.jobs.files import read_file
from auditor.jobs.trust import seen_version

Read = TypeVar("Read")


class FinishedReport(NamedTuple):
    """A report signed by all whom it declares: the SHA-512 of its file, which others name it by, and what it says."""

    digest: str
    statement: ResultsStatement


def read_statement_file(path: Path, parse: Callable[[bytes], Read]) -> Read:
    """What `parse` reads in the payload of the envelope in that file, of which nothing is verified.

    Raises:
        EnvelopeError, StatementError, MachineError: it cannot be read, or is not that.
    """
    return parse_statement_file(path, read_file(path), parse)


def parse_statement_file(path: Path, data: bytes, parse: Callable[[bytes], Read]) -> Read:
    """The same of `data`, which was read from that file."""
    try:
        return parse(parse_envelope(data).payload)
    except VerificationError as error:
        raise error.within(str(path)) from error


def accept_file(path: Path, kind: Kind, trust: Path, at: int) -> Accepted:
    """The statement in that file, accepted by the verifier's own trust root in `trust` at `at` (microseconds).

    Raises:
        VerificationError: do not rely on it; also where the trust root is older than one that was seen beside it.
        UnverifiableError: it cannot be verified here.
    """
    return accept(read_file(path), kind, read_root(read_file(trust), seen_version(trust)), Judged(at))


def read_finished(path: Path) -> FinishedReport:
    """The report in that file, which nobody has still to sign, so that its digest will not change any more.

    Raises:
        EnvelopeError, StatementError, MachineError: it cannot be read, or is not a report.
        SigningError: somebody whom it declares has not signed.
    """
    data = read_file(path)
    statement = parse_statement_file(path, data, parse_results)
    missing = missing_signatures(data)
    if missing:
        raise SigningError(
            "the report is not signed by all whom it declares, so its digest will still change",
            place=str(path),
            value=", ".join(signer.principal for signer in missing),
            hint="let them sign it first: auditor sign",
        )
    return FinishedReport(sha512_hex(data), statement)
