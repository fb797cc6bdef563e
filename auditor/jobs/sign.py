"""Sign results as a report, or add a declared signer's two signatures to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.attestation.envelope import parse_envelope
from auditor.attestation.sign import add_signatures, check_signatures
from auditor.attestation.statements.results import (
    EvidenceSeal,
    RecordTree,
    ResultsStatement,
    make_results_statement,
    parse_results,
)
from auditor.attestation.statements.seal import parse_seal
from auditor.canon.instant import format_instant, parse_instant
from auditor.canon.json import canonical_bytes, parse_strict
from auditor.custody.signer_file import Passphrase
from auditor.errors import BindingError, EvidenceFormatError, SigningError
from auditor.jobs.engine import engine
from auditor.jobs.hands import REVIEWER, Evidence, Hand, declare, open_hands, require_recomputed, sign_by
from auditor.jobs.statement_files import read_finished

if TYPE_CHECKING:
    from auditor.evidence.admission import Admission

    Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class SignRequest:
    """Results (canonical JSON), who signs them now and who later, and what they rest on.

    `concluded_at` is microseconds; `evidence_seal` and `supersedes` are files: the seal over the evidence's root, with
    its timestamps beside it, and the report that this one replaces.
    """

    results: bytes
    concluded_at: int
    signing: Sequence[Hand]
    later: Sequence[Hand] = ()
    evidence: Evidence = field(default_factory=Evidence)
    evidence_seal: Path | None = None
    supersedes: Path | None = None


def sign_results(request: SignRequest, passphrase: Passphrase, progress: Progress = lambda line: None) -> bytes:
    """The report over the results; a technical reviewer's keys are opened only once the results are recomputed.

    Raises:
        SigningError: the results are not canonical or not of this engine, or a key is missing or refused.
        BindingError: the bundle, the seal or the predecessor is about something else, or a result differs.
        UnverifiableError, EvidenceError: as `require_recomputed`.
    """
    results = _read_results(request.results)
    signers = [declare(hand) for hand in (*request.signing, *request.later)]
    admission: Admission | None = None
    if any(hand.role == REVIEWER for hand in request.signing):
        admission = require_recomputed(results, parse_instant(str(results["asOf"])), request.evidence, progress)
    elif request.evidence.bundle is not None:
        admission = request.evidence.admit(str(results["bundle"]["root"]))
    payload = make_results_statement(
        results,
        concluded_at=request.concluded_at,
        engine=engine(),
        signers=signers,
        records=_record_trees(results, request.evidence, admission, progress),
        evidence_seal=_read_evidence_seal(request, str(results["bundle"]["root"])),
        supersedes=_predecessor(request.supersedes, results, request.concluded_at),
    )
    return sign_by(request.signing, payload, passphrase)


def add_to_report(
    report: bytes, hand: Hand, evidence: Evidence, passphrase: Passphrase, progress: Progress = lambda line: None
) -> bytes:
    """The report with both signatures of one more declared signer; a reviewer's only after recomputing it.

    Raises:
        EnvelopeError, StatementError: not a report.
        SigningError: not declared so, signed already, or a key is missing or refused.
        BindingError, UnverifiableError, EvidenceError: as `require_recomputed`.
    """
    statement = parse_results(parse_envelope(report).payload)
    declared = declare(hand)
    if declared not in statement.signers:
        raise SigningError(
            f"the report does not declare {declared.principal} with these keys as {hand.role}",
            place=str(hand.signer),
            hint="a report declares its signers when it is made: sign the results anew with --also",
        )
    if hand.role == REVIEWER:
        require_same(statement, evidence, progress)
    keys = open_hands([hand], passphrase)
    signed = add_signatures(report, keys)
    check_signatures(signed, keys)
    return signed


def require_same(statement: ResultsStatement, evidence: Evidence, progress: Progress) -> None:
    """Recompute the results and the record trees of `statement` from the bundle, for a technical reviewer.

    Raises:
        SigningError, BindingError, UnverifiableError, EvidenceError: as `require_recomputed`.
    """
    admission = require_recomputed(statement.results, statement.assessed_at, evidence, progress)
    if _record_trees(statement.results, evidence, admission, progress) != statement.records:
        raise BindingError("the trees over the records are not those of the report", hint="do not sign it")


def _read_results(data: bytes) -> dict[str, Any]:
    try:
        value = parse_strict(data, place="results")
    except EvidenceFormatError as error:
        raise SigningError(f"these are not assessment results: {error.problem}", place=error.place) from error
    if not isinstance(value, dict) or canonical_bytes(value) != data:
        raise SigningError(
            "the results are not in canonical form, so they were changed after the assessment",
            place="results",
            hint="assess again and sign what it wrote",
        )
    wanted = {"asOf": str, "bundle": dict, "catalog": dict, "profile": dict, "engine": dict}
    for name, kind in wanted.items():
        if not isinstance(value.get(name), kind):
            raise SigningError(f"these are not assessment results: member {name!r} is missing", place="results")
    made_by = value["engine"].get("version")
    if made_by != engine().version:
        raise SigningError(
            f"the results were computed by engine {made_by}, and this is {engine().version}",
            place="results",
            hint="sign with the engine that assessed, or assess again",
        )
    return value


def _record_trees(
    results: dict[str, Any], evidence: Evidence, admission: Admission | None, progress: Progress
) -> tuple[RecordTree, ...]:
    """The trees over records that the profile asks for; without a bundle only where it asks for none."""
    from auditor.jobs.content import load_catalog

    catalog = load_catalog(evidence.controls)
    name, digest = str(results["profile"].get("id")), results["profile"].get("digest")
    if name not in catalog.profiles or catalog.profile_digest(name) != digest:
        raise SigningError(
            "the profile at hand is not the one the results were made with",
            place=name,
            hint=f"give the content whose profile has the digest {digest} with --controls FOLDER",
        )
    if not catalog.profiles[name].committed_records:
        return ()
    if admission is None:
        raise SigningError(
            f"the profile {name} commits to single records, which are in the evidence",
            hint="give the bundle with --bundle FOLDER",
        )
    from auditor.jobs.evidence_tree import record_commitments

    progress("committing to the records")
    trees = record_commitments(admission, catalog, name)
    return tuple(sorted(RecordTree(tree.item, tree.size, tree.root) for tree in trees))


def _read_evidence_seal(request: SignRequest, root: str) -> EvidenceSeal | None:
    if request.evidence_seal is None:
        return None
    from auditor.jobs.seal import cite, read_seal

    files = read_seal(request.evidence_seal)
    statement = parse_seal(parse_envelope(files[".dsse.json"]).payload)
    place = str(request.evidence_seal)
    if statement.stage != "evidence" or statement.subjects[0].digest != root:
        raise BindingError(
            "the seal is not over the evidence that was assessed",
            place=place,
            value=statement.subjects[0].digest,
            hint=f"the results are about {root}",
        )
    if statement.sealed_at > request.concluded_at:
        raise BindingError(
            "the evidence was sealed after the conclusions",
            place=place,
            value=format_instant(statement.sealed_at),
            hint="seal the evidence before concluding",
        )
    return cite(files)


def _predecessor(path: Path | None, results: dict[str, Any], concluded_at: int) -> str | None:
    if path is None:
        return None
    digest, old = read_finished(path)
    facilities = [one.get("facility", {}).get("id") for one in (old.results, results)]
    if facilities[0] != facilities[1]:
        raise BindingError(
            "the report to be replaced is about another facility",
            place=str(path),
            value=facilities[0],
            hint=f"these results are about {facilities[1]}",
        )
    if old.concluded_at >= concluded_at:
        raise BindingError(
            "the report to be replaced is not older than these results",
            place=str(path),
            value=format_instant(old.concluded_at),
        )
    return digest
