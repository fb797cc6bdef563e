"""Exit codes: a published table, one code for each kind of ending. `docs/exit-codes.md` is made from it."""

from __future__ import annotations

from auditor.errors import (
    AttestationError,
    AuditorError,
    ContentError,
    EvidenceError,
    FactsError,
    MachineError,
    RenderError,
    UnverifiableError,
    VerificationError,
)

DONE = 0
CRASH = 1
USAGE = 2
CONTENT = 3
EVIDENCE = 4
SIGNING = 5
FAILED = 6
UNVERIFIABLE = 7
RENDERING = 8
MACHINE = 9
OTHER_THAN_SATISFIED = 10
FACTS = 11
UNDETERMINED = 12
INTERRUPTED = 130

TABLE: tuple[tuple[int, str], ...] = (
    (DONE, "done; an assessment: every finding is satisfied; a verification: passed with the stated limits"),
    (CRASH, "a fault of the program itself, with a traceback"),
    (USAGE, "the command line was not understood"),
    (CONTENT, "the catalog, a profile or a template is wrong, or there is nothing of the name asked for"),
    (EVIDENCE, "the evidence bundle cannot be admitted"),
    (SIGNING, "the report could not be signed"),
    (FAILED, "verification: failed, do not rely on it; or a trust root that nobody would accept"),
    (UNVERIFIABLE, "verification: cannot be verified here, something needed is not at hand"),
    (RENDERING, "the attestation could not be rendered faithfully"),
    (MACHINE, "the machine refused: no such file, no permission, disk full"),
    (OTHER_THAN_SATISFIED, "assessed and written, and some findings are other than satisfied"),
    (FACTS, "the facts file or an inventory beside it cannot be used"),
    (UNDETERMINED, "a question of law cannot be determined; the answer says what is missing"),
    (INTERRUPTED, "interrupted; run it again"),
)

_BY_ERROR: tuple[tuple[type[AuditorError], int], ...] = (
    (ContentError, CONTENT),
    (FactsError, FACTS),
    (EvidenceError, EVIDENCE),
    (AttestationError, SIGNING),
    (VerificationError, FAILED),
    (UnverifiableError, UNVERIFIABLE),
    (RenderError, RENDERING),
    (MachineError, MACHINE),
)


def exit_code(error: AuditorError) -> int:
    """The exit code of a refusal."""
    return next((code for kind, code in _BY_ERROR if isinstance(error, kind)), CRASH)
