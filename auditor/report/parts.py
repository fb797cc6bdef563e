"""The parts of the document as frozen values ready to print: every string is escaped for the eye, nothing is computed
after this, and text made from signed values is `Printed`. HTML escaping is the template's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class OutcomeView:
    """`mark` names the printed shape, `text` the outcome in one word or with its reason."""

    mark: str
    text: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """An outcome and what it means."""

    outcome: OutcomeView
    text: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of a list of facts; `mono` where the value is a digest or an identifier."""

    name: str
    value: str
    mono: bool = False


@dataclass(frozen=True, slots=True)
class Binding:
    """A control that stood in the way of a level."""

    anchor: str
    control: str
    title: str


@dataclass(frozen=True, slots=True)
class Rung:
    """A level of the profile and what stood in its way; `percent` is as far as its bar is filled."""

    level: str
    state: str
    reached: bool
    tally: str
    percent: str
    because: str
    binding: tuple[Binding, ...]
    more: str


@dataclass(frozen=True, slots=True)
class DomainTally:
    """How many determination statements of a domain had which outcome, in the order of the legend."""

    title: str
    satisfied: str
    counts: tuple[str, ...]
    percent: str


@dataclass(frozen=True, slots=True)
class Cover:
    """The first page, and what the running lines repeat."""

    title: str
    facility: str
    facts: tuple[Fact, ...]
    statement: str
    explanation: str
    rungs: tuple[Rung, ...]
    reached: str
    domains: tuple[DomainTally, ...]
    running_facility: str
    running_digest: str


@dataclass(frozen=True, slots=True)
class ContentsEntry:
    """A line of the table of contents; its page number is found in layout."""

    number: str
    title: str
    anchor: str
    depth: int


@dataclass(frozen=True, slots=True)
class LawRow:
    """Where a provision stood on the day of the report."""

    WORDS: ClassVar = ("title", "cite", "status", "says", "known")

    title: str
    cite: str
    status: str
    says: str
    known: str
    """How far the evidence for that reaches."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What was assessed and what was not."""

    assessed: tuple[Fact, ...]
    not_assessed: tuple[str, ...]
    law: tuple[LawRow, ...]
    cover_law: tuple[LawRow, ...]
    """The same rows as the cover prints them."""
    law_tables: str
    """SHA-256 of the law tables the rows are from."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A control that judges the evidence itself, and the controls that depend on it."""

    anchor: str
    control: str
    title: str
    outcomes: tuple[OutcomeView, ...]
    dependants: str


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """The validation of one control's tests."""

    anchor: str
    control: str
    cases: str
    mutants: str
    killed: str
    survivors: str


@dataclass(frozen=True, slots=True)
class MethodPart:
    """How it was tested."""

    engine: str
    meanings: tuple[Meaning, ...]
    gates: tuple[Gate, ...]
    ledger: tuple[LedgerRow, ...]
    ledger_total: str
    unvalidated: str


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """A finding on one line."""

    anchor: str
    control: str
    title: str
    level: str
    severity: str
    outcome: OutcomeView


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """A parameter as it was in force."""

    name: str
    value: str
    meaning: str
    source: str


@dataclass(frozen=True, slots=True)
class ExceptionRow:
    """One deviation with the evidence rows it rests on."""

    certainty: str
    mark: str
    subject: str
    when: tuple[str, ...]
    sentence: str
    evidence: str


@dataclass(frozen=True, slots=True)
class GapRow:
    """Evidence that is not there."""

    stream: str
    scope: str
    when: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class ObservationView:
    """One method's observation; `outcome` only where it adds to the finding's own."""

    method: str
    outcome: OutcomeView | None
    detail: str
    facts: tuple[Fact, ...]
    exceptions: tuple[ExceptionRow, ...]
    exceptions_note: str
    gaps: tuple[GapRow, ...]


@dataclass(frozen=True, slots=True)
class FindingView:
    """One determination statement with its conclusion and the observations it rests on."""

    label: str
    determine: str
    state: str
    outcome: OutcomeView
    detail: str
    observations: tuple[ObservationView, ...]


@dataclass(frozen=True, slots=True)
class ControlView:
    """A control with its findings."""

    anchor: str
    id: str
    title: str
    meta: str
    statement: str
    mappings: tuple[Fact, ...]
    depends_on: str
    parameters: tuple[ParameterRow, ...]
    findings: tuple[FindingView, ...]
    limits: tuple[str, ...]
    foreseen: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DomainView:
    """A domain with its controls."""

    number: str
    anchor: str
    title: str
    tally: str
    controls: tuple[ControlView, ...]


@dataclass(frozen=True, slots=True)
class RiskRow:
    """A POA&M item."""

    id: str
    anchor: str
    control: str
    severity: str
    statement: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item of the evidence."""

    id: str
    path: str
    about: str
    source: str
    dates: tuple[str, ...]
    counts: str
    leaf: str


@dataclass(frozen=True, slots=True)
class RecordTreeRow:
    """The tree over the records of an item."""

    item: str
    size: str
    root: str


@dataclass(frozen=True, slots=True)
class CoverageRow:
    """How much of the period a stream covers."""

    stream: str
    items: str
    rows: str
    rejected: str
    span: tuple[str, ...]
    gaps: tuple[GapRow, ...]
    gaps_note: str
    gaps_title: str


@dataclass(frozen=True, slots=True)
class RejectRow:
    """A record that took no part."""

    place: str
    stream: str
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class EvidencePart:
    """The evidence as the results cite it."""

    root: str
    size: str
    summary: str
    items: tuple[ItemRow, ...]
    trees: tuple[RecordTreeRow, ...]
    coverage: tuple[CoverageRow, ...]
    rejects: tuple[RejectRow, ...]
    rejects_note: str


@dataclass(frozen=True, slots=True)
class SignerRow:
    """A signer of the statement: who it is by the trust root, and what the statement says of the role and the keys."""

    name: str
    organisation: str
    principal: str
    role: str
    declares: str
    keys: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """A digest the signatures cover."""

    name: str
    about: str
    sha256: str


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step of verification."""

    number: str
    title: str
    state: str
    detail: str


@dataclass(frozen=True, slots=True)
class Signatures:
    """Who signed, and what the signatures cover."""

    signers: tuple[SignerRow, ...]
    facts: tuple[Fact, ...]
    subjects: tuple[SubjectRow, ...]
    payload: str
    report: str


@dataclass(frozen=True, slots=True)
class Verification:
    """How to verify (`verifier` is the SHA-512 of the browser verifier), and what verifying showed before printing."""

    verifier: str
    kit: str
    steps: tuple[StepRow, ...]
