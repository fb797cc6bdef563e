"""Compare a report with its successor."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from auditor.attestation.compare import Comparison, compare_reports
from auditor.attestation.envelope import parse_envelope
from auditor.attestation.verify import verify_report
from auditor.jobs.files import read_file


class Compared(NamedTuple):
    """What differs, and whether both reports were verified first."""

    comparison: Comparison
    verified: bool


def compare(old: Path, new: Path, trust: Path | None = None, at: int = 0) -> Compared:
    """What differs from report `old` to report `new`; with `trust` both are verified at `at` (microseconds) first.

    Raises:
        EnvelopeError, StatementError, MachineError: one of them cannot be read, or is not a report.
        VerificationError, UnverifiableError: one of them does not verify.
    """
    before, after = read_file(old), read_file(new)
    if trust is None:
        payloads = (parse_envelope(before).payload, parse_envelope(after).payload)
    else:
        root = read_file(trust)
        payloads = (verify_report(before, root, at=at).payload, verify_report(after, root, at=at).payload)
    return Compared(compare_reports(*payloads, before), trust is not None)
