"""How a verification ended, and the same as an in-toto statement for policy engines."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from auditor.attestation import package as layout
from auditor.attestation.statements.common import Subject
from auditor.attestation.statements.verification import Verifier, make_verification_statement
from auditor.attestation.verify import result_class, steps_of
from auditor.canon.digest import sha256_hex, sha512_hex
from auditor.errors import AuditorError, UnverifiableError, VerificationError
from auditor.jobs.files import read_file

if TYPE_CHECKING:
    from auditor.attestation.steps import Step
    from auditor.jobs.verify import Verification, VerifyRequest

VERIFIER = "https://dc-attest.example/auditor"


class Verdict(NamedTuple):
    """How a verification ended: its class, the refusal if there was one, and every step done and not done."""

    result: str
    steps: tuple[Step, ...]
    error: AuditorError | None


def verdict(outcome: Verification | VerificationError | UnverifiableError) -> Verdict:
    """The verdict that an outcome of `verify` comes to."""
    if isinstance(outcome, AuditorError):
        return Verdict(result_class(outcome), steps_of(outcome), outcome)
    return Verdict(result_class(outcome.report), outcome.report.steps, None)


def verification_statement(found: Verdict, request: VerifyRequest, version: str, created_at: int) -> bytes:
    """The verdict as a Simple Verification Result (SVR v0.2), unsigned; `version` is that of this
    program and `created_at` (microseconds) the present.

    Raises:
        MachineError: the file or the trust root cannot be read again.
    """
    trust = sha256_hex(read_file(request.trust))
    verifier = Verifier(f"{VERIFIER}@{version}", trust)
    return make_verification_statement(
        [_subject(str(request.file))], verifier, created_at, found.result, found.steps, judged_at=request.at
    )


def _subject(place: str) -> Subject:
    name = os.path.basename(os.path.normpath(place))
    if os.path.isdir(place):
        # The manifest stands for the folder: it names every sealed file by its digests.
        place, name = os.path.join(place, layout.MANIFEST), f"{name}/{layout.MANIFEST}"
    return Subject(name, "sha512", sha512_hex(read_file(place)))
