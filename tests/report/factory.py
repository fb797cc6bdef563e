"""Assessment results made by hand for the tests of the document: sixteen controls, every outcome, any size."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from functools import cache
from pathlib import Path
from typing import Any

from auditor.attestation.roles import DECLARATIONS
from auditor.canon.instant import parse_instant
from auditor.canon.json import canonical_bytes
from auditor.jobs.law import load_law
from auditor.model.assessment import (
    Activity,
    AssessedControl,
    AssessmentPlan,
    AssessmentResults,
    BundleRecord,
    CatalogRecord,
    DomainVerdict,
    EngineRecord,
    Finding,
    ItemRecord,
    LevelVerdict,
    Observation,
    Outcome,
    ProfileRecord,
    Reason,
    Risk,
    SetParameter,
    State,
    Validation,
    Verdict,
)
from auditor.model.bundle import Facility, Period, Sensitivity
from auditor.model.control import Depth, Domain, Examine, Interview, Method, Role, Severity
from auditor.model.evidence import EvidenceRef, Gap, Reject, StreamCoverage
from auditor.model.test_result import Certainty, ExceptionRecord, Measure, Population
from auditor.regulation.status import BORNE_ON
from auditor.regulation.working import standing
from auditor.report.beside import LawFacts
from auditor.report.kit import ReportKit, read_kit
from auditor.report.render import AttestationInput, compose_attestation
from auditor.report.view import AttestationView

TEMPLATES = Path(__file__).parents[2] / "templates"
SECOND = 1_000_000
BEGAN = parse_instant("2026-07-01T00:00:00Z")
ENDED = parse_instant("2026-10-01T00:00:00Z")
AS_OF = parse_instant("2026-10-05T09:30:00Z")
PERIOD = Period(began=BEGAN, ended=ENDED)

MET, NOT_MET, POSSIBLE, ABSENT, UNTRUSTED = (
    Outcome.MET, Outcome.NOT_MET, Outcome.POSSIBLE, Outcome.NOT_EVIDENCED, Outcome.UNTRUSTED,
)  # fmt: skip

# id, title, domain, level, severity, stream, statement, outcome
ROWS: tuple[tuple[str, str, Domain, str, Severity, str, str, Outcome], ...] = (
    ("P-31", "Badge records are whole", Domain.PHYSICAL, "SL3", Severity.HIGH, "pacs_events",
     "Every controller's record numbers run without a hole over the whole period.", MET),
    ("P-32", "Clocks agree", Domain.PHYSICAL, "SL3", Severity.HIGH, "ntp",
     "Every recording clock stays within the tolerance of the reference clock.", NOT_MET),
    ("P-01", "Only authorised people enter", Domain.PHYSICAL, "SL3", Severity.CRITICAL, "pacs_events",
     "Each granted passage into a weights zone is by a person authorised for that zone at that instant.", MET),
    ("P-04", "No lone person in a weights zone", Domain.PHYSICAL, "SL4", Severity.CRITICAL, "pacs_events",
     "While anybody is in a weights zone, at least two distinct authorised people are in it.", NOT_MET),
    ("P-07", "Doors are not held or forced", Domain.PHYSICAL, "SL3", Severity.HIGH, "pacs_events",
     "Each forced or held door is followed by a guard's response within the tolerance.", MET),
    ("P-12", "Cameras see every portal", Domain.PHYSICAL, "SL4", Severity.HIGH, "camera_health",
     "Each portal of a weights zone is seen by a healthy camera at all times.", UNTRUSTED),
    ("C-02", "Leavers lose access", Domain.CYBER, "SL3", Severity.CRITICAL, "hr_roster",
     "Access of a person who has left ends before the tolerance is over.", MET),
    ("C-05", "Administrators use strong authentication", Domain.CYBER, "SL3", Severity.CRITICAL, "auth_events",
     "Each administrative session began with a phishing-resistant factor.", MET),
    ("C-09", "Known exploited vulnerabilities are closed", Domain.CYBER, "SL3", Severity.HIGH, "vuln_scans",
     "Each known exploited vulnerability found on a host in scope is closed within the deadline.", POSSIBLE),
    ("C-14", "Logs reach the monitor", Domain.CYBER, "SL4", Severity.HIGH, "siem_stats",
     "Each source in scope delivers events to the monitor without a silence longer than the tolerance.", ABSENT),
    ("C-21", "Segments do not talk", Domain.CYBER, "SL4", Severity.CRITICAL, "flows",
     "No flow crosses from the office segment to the weights segment, except over listed paths.", MET),
    ("W-01", "Every copy of the weights is registered", Domain.WEIGHTS, "SL3", Severity.CRITICAL, "storage_inventory",
     "Each object holding weights on any storage system is in the register of copies.", MET),
    ("W-03", "Output rate is bounded", Domain.WEIGHTS, "SL4", Severity.CRITICAL, "if_counters",
     "What could leave by all interfaces within the horizon is less than the size of the weights.", NOT_MET),
    ("W-05", "Key use is accounted for", Domain.WEIGHTS, "SL4", Severity.HIGH, "kms_audit",
     "Each use of a weights key matches an approved job.", UNTRUSTED),
    ("W-08", "Two people for key export", Domain.WEIGHTS, "SL5", Severity.CRITICAL, "mpa_records",
     "Each export of a weights key was approved by two distinct authorised people.", MET),
    ("W-11", "Media leave destroyed", Domain.WEIGHTS, "SL3", Severity.HIGH, "media_register",
     "Each medium that left the register was sanitised and its destruction witnessed.", MET),
)  # fmt: skip

GATES = {"P-31": Role.EVIDENCE_TRUST, "P-32": Role.EVIDENCE_TRUST}
LEVELS = ("SL3", "SL4", "SL5")
REASONS = {NOT_MET: Reason.EXCEPTIONS, POSSIBLE: Reason.EXCEPTIONS, ABSENT: Reason.EVIDENCE_MISSING,
           UNTRUSTED: Reason.GATE_NOT_HELD}  # fmt: skip

Rows = Sequence[tuple[str, str, Domain, str, Severity, str, str, Outcome]]


@dataclass(frozen=True)
class Signer:
    principal: str
    name: str
    organisation: str
    role: str


@dataclass(frozen=True)
class Step:
    number: int
    title: str
    state: str
    detail: str


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def exceptions(how_many: int, certainty: Certainty = Certainty.VIOLATION, item: str = "pacs") -> list[ExceptionRecord]:
    """Deviations spread over the period; every third is a moment, one in ten cites more rows than it lists."""
    made = []
    for n in range(how_many):
        began = BEGAN + (n * 7919 + 613) % (90 * 86400) * SECOND
        made.append(
            ExceptionRecord(
                certainty=certainty,
                subject=f"badge-{4000 + n}",
                began=began,
                ended=None if n % 3 == 2 else began + (64 + n * 13) * SECOND,
                sentence=f"Person p-{100 + n} was alone in zone WZ-{n % 4 + 1}; the other left by portal D-{n % 9}.",
                evidence=tuple(EvidenceRef(item=item, record=1000 + n * 17 + k) for k in range(1 + n % 3)),
                cited=1 + n % 3 + (12 if n % 10 == 9 else 0),
            )
        )
    return made


def make_results(
    rows: Rows = ROWS, *, listed: int = 6, change: Callable[[dict[str, Any]], None] | None = None
) -> dict[str, Any]:
    """The JSON form of results over `rows`; `listed` exceptions for each outcome that has any."""
    controls = tuple(_control(row, n) for n, row in enumerate(rows))
    observations = tuple(_observation(row, listed) for row in rows)
    findings = tuple(_finding(row, seen) for row, seen in zip(rows, observations, strict=True))
    results = AssessmentResults(
        engine=EngineRecord(name="auditor", version="0.1.0"),
        facility=Facility(
            id="nlr-1",
            name="Nordlys Compute, Hall 3",
            operator="Nordlys Data Centers AS",
            address="Industriveien 41, 8517 Narvik",
            country="NO",
            timezone="Europe/Oslo",
        ),
        period=PERIOD,
        as_of=AS_OF,
        catalog=CatalogRecord(digest=sha("catalog"), controls=len(rows)),
        profile=ProfileRecord(
            id="weights-sl", title="Weights facility, SL3 to SL5", status="draft for comment", digest=sha("profile"),
            methods=(Method.TEST,),
        ),
        bundle=_bundle(rows),
        controls=controls,
        plan=_plan(rows),
        observations=observations,
        findings=findings,
        risks=_risks(findings),
        verdict=_verdict(findings),
    )  # fmt: skip
    document = results.document()
    if change is not None:
        change(document)
        document = AssessmentResults.model_validate(document).document()
    return document


def many_rows(how_many: int) -> Rows:
    """That many controls, going round the sixteen."""
    return [(f"{ROWS[n % 16][0]}.{n // 16}", *ROWS[n % 16][1:]) for n in range(how_many)]


def good_rows() -> Rows:
    """The sixteen controls, all met."""
    return [(*row[:7], MET) for row in ROWS]


SIGNERS = (
    Signer("urn:example:ines", "Ines Aalto", "Fjord Assurance AS", "assessor"),
    Signer("urn:example:tom", "Tom Okafor", "Fjord Assurance AS", "technical-reviewer"),
    Signer("urn:example:maria", "Maria Lind", "Nordlys Data Centers AS", "responsible-official"),
)
STEPS = (
    Step(1, "the verifier's trust root is read", "done", "3 principals"),
    Step(2, "the report is a well-formed envelope", "done", "6 signatures"),
    Step(3, "each person's two signatures verify with keys of the trust root", "done", "6 of 6"),
    Step(4, "the time of sealing is proven", "not-done", "the report alone carries no timestamp"),
    Step(5, "the results are recomputed from the evidence", "not-done", "no evidence bundle was given"),
)
CONCLUDED = "2026-10-06T14:05:00Z"


def make_payload(results: dict[str, Any], **change: Any) -> bytes:
    """The results as the statement that is signed; `change` replaces members of its predicate."""
    engine = sha("engine")
    digests = {"bundle": sha("root"), "catalog": sha("catalog"), "profile": sha("profile"), "engine": engine,
               "results": hashlib.sha256(canonical_bytes(results)).hexdigest()}  # fmt: skip
    named = {name: digests[name] for name in ("bundle", "catalog", "profile")}
    package = canonical_bytes({**named, "asOf": results["asOf"], "concludedAt": CONCLUDED})
    predicate = {
        "package": "urn:dc-attest:package:" + hashlib.sha256(package).hexdigest()[:32],
        "concludedAt": CONCLUDED,
        "evidenceSeal": {"envelope": sha("seal") * 2, "responses": [sha("alpha") * 2, sha("beta") * 2]},
        "records": [
            {"item": "flows-2026q3", "size": 41_200_553, "root": sha("flows")},
            {"item": "pacs-events-2026q3", "size": 412_553, "root": sha("pacs")},
        ],
        "engine": {"version": "0.1.0", "digest": engine},
        "results": results,
        "supersedes": None,
        "signers": [
            {
                "principal": signer.principal,
                "role": signer.role,
                "declares": DECLARATIONS["assessment-results", signer.role],
                "keyids": [f"sha256:{sha(signer.name + algorithm)}" for algorithm in ("p384", "mldsa")],
            }
            for signer in SIGNERS
        ],
    }
    return canonical_bytes(
        {
            "_type": "https://in-toto.io/Statement/v1",
            "subject": [{"name": name, "digest": {"sha256": value}} for name, value in digests.items()],
            "predicateType": "https://dc-attest.example/assessment-results/v2",
            "predicate": {**predicate, **change},
        }
    )


def make_input(results: dict[str, Any], **change: Any) -> AttestationInput:
    """The results as if verified: the payload is what would be signed, the envelope around it a stand-in."""
    payload = make_payload(results, **change)
    envelope = canonical_bytes({"payload": payload.hex()[:4000], "payloadType": "application/vnd.in-toto+json"})
    return AttestationInput(
        payload=payload,
        envelope=envelope,
        envelope_digest=hashlib.sha512(envelope).hexdigest(),
        signers=SIGNERS,
        steps=STEPS,
        law=law(),
        verifier=sha("verify.html") * 2,
    )


@cache
def law() -> LawFacts:
    """Where the law of the shipped tables stood on the day of the results."""
    tables = load_law()
    found = (standing(tables, provision, date(2026, 10, 5)) for provision in BORNE_ON)
    return LawFacts(tuple(one for one in found if one is not None), tables.digest)


def compose(verified: AttestationInput, zone: tzinfo | None = None) -> AttestationView:
    """The view of a verified report, with the kit of the repository."""
    return compose_attestation(verified, kit(), zone)


@cache
def kit() -> ReportKit:
    """The templates, style and fonts of the repository."""
    return read_kit(TEMPLATES)


def _control(row: Any, n: int) -> AssessedControl:
    name, title, domain, level, severity, _stream, statement, _ = row
    gate = GATES.get(name.split(".")[0], Role.CONTROL)
    return AssessedControl(
        id=name,
        title=title,
        domain=domain,
        role=gate,
        level=level,
        severity=severity,
        statement=statement,
        maps={
            "ear": ("Supp. 10 to part 748, para. 14",),
            "nist_800_53r5": ("AC-3(2)", "PE-3", "AU-8"),
            "rand": (f"from {level}",),
            "sl5": ("PE-2(3)",),
        },
        depends_on=() if gate is Role.EVIDENCE_TRUST else ("P-31", "P-32"),
        parameters=(
            SetParameter(
                name="handover_tolerance", kind="duration", value="PT60S", spoken="1 min", number=60 * SECOND,
                meaning="How long a state may last before it counts as an exception.",
                source="design default of the catalog", confidence="low", set_by="catalog",
            ),
            SetParameter(
                name="sample_share", kind="fraction", value="0.05", spoken="0.05", number=50_000,
                meaning="Share of the population that may be unobserved.",
                source="profile, after SP 800-53A", confidence="medium", set_by="profile",
            ),
        )[: 1 + n % 2],
        limits=(
            "Tailgating is invisible to badge records.",
            "A person who hands over a badge is counted as the badge's holder.",
        )[: 1 + n % 2],
        examine=(Examine(object="The access procedure of the zone", kind="specification", depth=Depth.FOCUSED),),
        interview=(Interview(who="Guards on two shifts", about="what they do on an alarm"),) if n % 2 else (),
        validation=Validation(control=name, cases=5 + n % 4, mutants=20 + n, killed=20 + n - n % 3,
                              survivors=tuple(f"line {k + 3}: < became <=" for k in range(n % 3)))
        if n % 7 != 6 else None,
    )  # fmt: skip


def _observation(row: Any, listed: int) -> Observation:
    name, _, _, _, _, stream, _, outcome = row
    common: dict[str, Any] = {"control": name, "objective": "a", "method": Method.TEST}
    population = Population(unit="intervals of presence", expected=18_204, examined=18_204)
    measures = (
        Measure(name="longest interval alone", value=754 * SECOND, unit="us"),
        Measure(name="detection limit", value=2, unit="people"),
    )
    gap = Gap(stream=stream, scope="controller C-7", reason="no record for longer than PT4H",
              period=Period(began=BEGAN + 40 * SECOND, ended=BEGAN + 40 * SECOND + 19_800 * SECOND))  # fmt: skip
    if outcome is MET:
        return Observation(**common, outcome=MET, computed=MET, detail="no exception in the whole population",
                           population=population, measures=measures)  # fmt: skip
    if outcome is ABSENT:
        return Observation(**common, outcome=ABSENT, computed=ABSENT, reason=Reason.EVIDENCE_MISSING,
                           detail=f"not delivered: {stream}", gaps=(gap,))  # fmt: skip
    certainty = Certainty.POSSIBLE if outcome is POSSIBLE else Certainty.VIOLATION
    found = tuple(exceptions(listed, certainty, item=f"{stream.replace('_', '-')}-2026q3"))
    violations = 0 if outcome is POSSIBLE else max(listed, 1)
    return Observation(
        **common,
        outcome=outcome,
        computed=NOT_MET if outcome is UNTRUSTED else outcome,
        reason=REASONS[outcome],
        detail=f"{listed} exceptions in 18204 intervals of presence",
        gates=("P-32",) if outcome is UNTRUSTED else (),
        population=population,
        violations=violations + (1034 if listed > 100 else 0),
        possibles=listed if outcome is POSSIBLE else 0,
        exceptions=found,
        measures=measures,
        gaps=(gap,) if outcome is POSSIBLE else (),
    )


def _finding(row: Any, seen: Observation) -> Finding:
    name, title, domain, level, severity, _, statement, outcome = row
    return Finding(
        control=name,
        objective="a",
        title=title,
        determine=statement[0].lower() + statement[1:],
        domain=domain,
        severity=severity,
        role=GATES.get(name.split(".")[0], Role.CONTROL),
        level=level,
        state=State.SATISFIED if outcome is MET else State.OTHER_THAN_SATISFIED,
        outcome=outcome,
        reason=seen.reason,
        detail=f"P-32 did not hold; the computation itself said not-met: {seen.detail}"
        if outcome is UNTRUSTED
        else seen.detail,
    )


def _risks(findings: Sequence[Finding]) -> tuple[Risk, ...]:
    return tuple(
        Risk(
            id=f"R-{finding.control}-{finding.objective}",
            control=finding.control,
            objective=finding.objective,
            severity=finding.severity,
            statement=f"{finding.title}: this does not hold ({finding.detail}).",
            remedy="Find the cause of each exception, remedy it, and show a period without one.",
        )
        for finding in findings
        if finding.state is not State.SATISFIED
    )


def _verdict(findings: Sequence[Finding]) -> Verdict:
    levels, unbroken, reached = [], True, None
    for level in LEVELS:
        mine = [finding for finding in findings if finding.level == level]
        binding = tuple(sorted(finding.control for finding in mine if finding.state is not State.SATISFIED))
        unbroken = unbroken and not binding
        reached = level if unbroken else reached
        levels.append(
            LevelVerdict(level=level, title=f"Security level {level[2:]}", reached=unbroken,
                         satisfied=len(mine) - len(binding), total=len(mine), binding=binding)
        )  # fmt: skip
    domains = [domain for domain in Domain if any(finding.domain is domain for finding in findings)]
    return Verdict(
        satisfied=sum(finding.state is State.SATISFIED for finding in findings),
        total=len(findings),
        level=reached,
        levels=tuple(levels),
        domains=tuple(
            DomainVerdict(
                domain=domain,
                satisfied=sum(f.state is State.SATISFIED for f in findings if f.domain is domain),
                total=sum(f.domain is domain for f in findings),
            )
            for domain in domains
        ),
    )


def _plan(rows: Rows) -> AssessmentPlan:
    activities = []
    for row in rows:
        activities.append(Activity(control=row[0], objective="a", method=Method.TEST, planned=True, streams=(row[5],)))
        for method in (Method.EXAMINE, Method.INTERVIEW):
            activities.append(
                Activity(control=row[0], objective="a", method=method, planned=False,
                         note="needs a person; recorded judgement is not part of this edition, so it is not performed")
            )  # fmt: skip
    return AssessmentPlan(activities=tuple(activities))


def _bundle(rows: Rows) -> BundleRecord:
    streams = sorted({row[5] for row in rows})
    items = [
        ItemRecord(
            id=f"{stream.replace('_', '-')}-2026q3", path=f"evidence/{stream}/2026-07-01_2026-09-30.csv", kind="stream",
            mapping=f"{stream.replace('_', '-')}-canonical", streams=(stream,), system="Access control host pacs01",
            collector="M. Berg, facility security", observed=PERIOD, collected=ENDED + 3600 * SECOND,
            received=ENDED + 90_000 * SECOND, size=48_112_903, leaf=sha(stream), sensitivity=Sensitivity.RESTRICTED,
            rows=412_553, rejected=2 if stream == "pacs_events" else 0,
        )
        for stream in streams if stream != "siem_stats"
    ]  # fmt: skip
    items.append(
        ItemRecord(
            id="floor-plan", path="evidence/documents/floor-plan-rev7.pdf", kind="document",
            title="Floor plan, revision 7", streams=(), system="Document store", collector="M. Berg, facility security",
            observed=PERIOD, collected=ENDED, received=ENDED + 90_000 * SECOND, size=1_204_771, leaf=sha("plan"),
            sensitivity=Sensitivity.SECRET, rows=0, rejected=0,
        )
    )  # fmt: skip
    delivered = {stream for item in items for stream in item.streams}
    coverage = tuple(
        StreamCoverage(
            stream=stream, items=(f"{stream.replace('_', '-')}-2026q3",), rows=412_553,
            rejected=2 if stream == "pacs_events" else 0, earliest=BEGAN + 17 * SECOND, latest=ENDED - 4 * SECOND,
            gaps=(Gap(stream=stream, scope="controller C-7", reason="no record for longer than PT4H",
                      period=Period(began=BEGAN + 86400 * SECOND, ended=BEGAN + 106_200 * SECOND)),)
            if stream == "vuln_scans" else (),
            gap_count=1 if stream == "vuln_scans" else 0,
        )
        if stream in delivered
        else StreamCoverage(stream=stream, items=(), rows=0, rejected=0)
        for stream in streams
    )  # fmt: skip
    rejects = tuple(
        Reject(item="pacs-events-2026q3", stream="pacs_events", record=n, line=n + 1, column="ts",
               value="31/02/2026 25:61", reason="not an instant like 2026-10-01T00:00:00Z")
        for n in (88_104, 90_217)
    )  # fmt: skip
    return BundleRecord(
        root=sha("root"), size=len(items) + 1, items=tuple(items), coverage=coverage, rejects=rejects, reject_count=2
    )
