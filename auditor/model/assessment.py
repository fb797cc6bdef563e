"""The assessment: baseline and plan going in; observations, findings, risks and results coming out."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from auditor.model.base import Digest, Frozen, Instant, Name, Text
from auditor.model.bundle import Facility, Period, Sensitivity
from auditor.model.control import Control, Domain, Examine, Interview, Method, Role, Severity
from auditor.model.evidence import Gap, Reject, StreamCoverage
from auditor.model.test_result import ExceptionRecord, Measure, Population


class Outcome(StrEnum):
    """The outcome of one observation. Only `met` counts for the facility."""

    MET = "met"
    NOT_MET = "not-met"
    POSSIBLE = "possible"
    NOT_EVIDENCED = "not-evidenced"
    UNTRUSTED = "untrusted"


class Reason(StrEnum):
    """Why an observation is not `met` although no violation was found."""

    EVIDENCE_MISSING = "evidence-missing"
    EVIDENCE_STALE = "evidence-stale"
    EVIDENCE_UNREADABLE = "evidence-unreadable"
    COVERAGE_GAP = "coverage-gap"
    EMPTY_POPULATION = "empty-population"
    PARTIAL_POPULATION = "partial-population"
    GATE_NOT_HELD = "gate-not-held"
    METHOD_NOT_PERFORMED = "method-not-performed"
    EXCEPTIONS = "exceptions"


class State(StrEnum):
    """The state of a finding (SP 800-53A section 3.3)."""

    SATISFIED = "satisfied"
    OTHER_THAN_SATISFIED = "other-than-satisfied"


class SetParameter(Frozen):
    """A parameter as it was in force: text, the integer computed with, and who set it from where."""

    name: Name
    kind: str
    value: str
    spoken: str
    number: int
    meaning: Text
    source: Text
    confidence: str
    set_by: Literal["catalog", "profile"]


class BaselineControl(Frozen):
    """A control of the baseline: as written, with its parameters set and its level in the profile."""

    control: Control
    level: Name
    parameters: tuple[SetParameter, ...]

    @property
    def numbers(self) -> dict[str, int]:
        """Parameter values as tests compute with them."""
        return {parameter.name: parameter.number for parameter in self.parameters}


class Baseline(Frozen):
    """A profile resolved over the catalog: controls in an order in which every gate comes first."""

    profile: Name
    title: Text
    status: Text
    levels: tuple[Name, ...]
    level_titles: tuple[Text, ...]
    methods: tuple[Method, ...]
    controls: tuple[BaselineControl, ...]
    profile_digest: Digest
    catalog_digest: Digest


class Activity(Frozen):
    """One planned activity: a method applied to a determination statement, or the reason it is not planned."""

    control: Name
    objective: Name
    method: Method
    planned: bool
    streams: tuple[Name, ...] = ()
    note: str = ""


class AssessmentPlan(Frozen):
    """Every activity of the assessment, in order."""

    activities: tuple[Activity, ...]


class Observation(Frozen):
    """What one method showed about one determination statement.

    `computed` is what the test itself says; `outcome` is what may be relied on after the gates. They
    differ only where an evidence-trust control did not hold.
    """

    control: Name
    objective: Name
    method: Method
    outcome: Outcome
    computed: Outcome
    reason: Reason | None = None
    detail: str
    gates: tuple[Name, ...] = ()
    population: Population | None = None
    violations: int = 0
    possibles: int = 0
    exceptions: tuple[ExceptionRecord, ...] = ()
    measures: tuple[Measure, ...] = ()
    gaps: tuple[Gap, ...] = ()


class Finding(Frozen):
    """The conclusion on one determination statement."""

    control: Name
    objective: Name
    title: Text
    determine: Text
    domain: Domain
    severity: Severity
    role: Role
    level: Name
    state: State
    outcome: Outcome
    reason: Reason | None = None
    detail: str


class Risk(Frozen):
    """What follows from a finding that is other than satisfied: one POA&M item."""

    id: Name
    control: Name
    objective: Name
    severity: Severity
    statement: Text
    remedy: Text


class LevelVerdict(Frozen):
    """Whether one rung of the profile was reached, and which controls stood in the way."""

    level: Name
    title: Text
    reached: bool
    satisfied: int
    total: int
    binding: tuple[Name, ...]


class DomainVerdict(Frozen):
    """How many determination statements of a domain are satisfied."""

    domain: Domain
    satisfied: int
    total: int


class Verdict(Frozen):
    """The summary of the findings: no averages, no weights."""

    satisfied: int
    total: int
    level: Name | None = None
    levels: tuple[LevelVerdict, ...]
    domains: tuple[DomainVerdict, ...]


class ItemRecord(Frozen):
    """An item of the evidence as the results cite it; `leaf` is the hash of its salted leaf in the evidence tree.

    No digest of the item itself stands here: of a short or a known file it could be guessed.
    """

    id: Name
    path: str
    kind: str
    title: str | None = None
    mapping: Name | None = None
    streams: tuple[Name, ...]
    system: str
    collector: str
    observed: Period
    collected: Instant
    received: Instant
    size: int
    leaf: Digest
    sensitivity: Sensitivity
    rows: int
    rejected: int
    passed_over: int = 0
    """Records that the mapping says belong to no stream."""


class PseudonymCount(Frozen):
    """How many values that name persons the results show pseudonyms for, and how many are too common to be replaced."""

    hidden: int = 0
    shown: int = 0


class BundleRecord(Frozen):
    """The bundle as the results cite it; `root` is that of the evidence tree: a head and the items, `size` leaves.

    `repeated` counts, by stream, records delivered again with equal contents, which are kept once.
    """

    root: Digest
    size: int
    items: tuple[ItemRecord, ...]
    coverage: tuple[StreamCoverage, ...]
    rejects: tuple[Reject, ...]
    reject_count: int
    repeated: dict[Name, int] = {}
    pseudonyms: PseudonymCount = PseudonymCount()


class CatalogRecord(Frozen):
    """The catalog the assessment was made with."""

    digest: Digest
    controls: int


class ProfileRecord(Frozen):
    """The profile assessed against."""

    id: Name
    title: Text
    status: Text
    digest: Digest
    methods: tuple[Method, ...]


class EngineRecord(Frozen):
    """The program that computed the results."""

    name: Text
    version: Text


class Validation(Frozen):
    """The method-validation ledger of one control: its cases and how many mutants of the test they caught."""

    control: Name
    cases: int
    mutants: int
    killed: int
    survivors: tuple[str, ...] = ()


class AssessedControl(Frozen):
    """A control as assessed: enough of its text for a reader who does not have the catalog."""

    id: Name
    title: Text
    domain: Domain
    role: Role
    level: Name
    severity: Severity
    statement: Text
    maps: dict[Name, tuple[Text, ...]]
    depends_on: tuple[Name, ...]
    parameters: tuple[SetParameter, ...]
    limits: tuple[Text, ...]
    examine: tuple[Examine, ...]
    interview: tuple[Interview, ...]
    validation: Validation | None = None


class AssessmentResults(Frozen):
    """Everything the report says, in one value; its canonical JSON is what is signed."""

    format: Literal["assessment-results/1"] = "assessment-results/1"
    engine: EngineRecord
    facility: Facility
    period: Period
    as_of: Instant
    catalog: CatalogRecord
    profile: ProfileRecord
    bundle: BundleRecord
    controls: tuple[AssessedControl, ...]
    plan: AssessmentPlan
    observations: tuple[Observation, ...]
    findings: tuple[Finding, ...]
    risks: tuple[Risk, ...]
    verdict: Verdict
