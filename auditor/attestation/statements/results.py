"""The results statement, which a report signs: five subjects, the assessment results, and what they rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from auditor.attestation.diff import ABSENT, first_difference
from auditor.attestation.roles import Kind
from auditor.attestation.shape import Node
from auditor.attestation.statements.common import (
    DeclaredSigner,
    Subject,
    bytes_of_member,
    encode_statement,
    made,
    not_made,
    open_statement,
    optional_digest512,
    read_signers,
    read_subjects,
)
from auditor.canon.digest import sha256_hex
from auditor.canon.instant import format_instant
from auditor.canon.json import canonical_bytes
from auditor.errors import StatementError, shorten

SUBJECTS = ("bundle", "catalog", "profile", "engine", "results")
MAX_RESPONSES = 16
MAX_RECORD_TREES = 100_000
MAX_LEVELS = 1024
_MEMBERS = ("package", "concludedAt", "evidenceSeal", "records", "engine", "results", "supersedes")
_URN = "urn:dc-attest:package:"
_CONCLUDED = ("control", "level", "domain", "state")
_SATISFIED = "satisfied"


class Engine(NamedTuple):
    """The program that computed the results: its version, and the SHA-256 of the tree of its sources."""

    version: str
    digest: str


class EvidenceSeal(NamedTuple):
    """The seal over the evidence that is older than the results: SHA-512 of its envelope and of each timestamp."""

    envelope: str
    responses: tuple[str, ...]


class RecordTree(NamedTuple):
    """The tree over the records of one item: how many, and the RFC 9162 root."""

    item: str
    size: int
    root: str


class ResultsStatement(NamedTuple):
    """A well-formed results statement: the bytes it was read from, and what they say.

    `subjects` are in the order of `SUBJECTS`; `assessed_at` (the results' `asOf`) and `concluded_at` are
    microseconds; `supersedes` is the SHA-512 of the predecessor's envelope file.
    """

    payload: bytes
    signers: tuple[DeclaredSigner, ...]
    subjects: tuple[Subject, ...]
    package: str
    results: dict[str, Any]
    assessed_at: int
    concluded_at: int
    evidence_seal: EvidenceSeal | None
    records: tuple[RecordTree, ...]
    engine: Engine
    supersedes: str | None

    def digest_of(self, subject: str) -> str:
        """The SHA-256 of one of the five subjects."""
        return next(one.digest for one in self.subjects if one.name == subject)


def make_results_statement(
    results: Mapping[str, Any],
    *,
    concluded_at: int,
    engine: Engine,
    signers: Sequence[DeclaredSigner],
    records: Sequence[RecordTree] = (),
    evidence_seal: EvidenceSeal | None = None,
    supersedes: str | None = None,
) -> bytes:
    """The canonical bytes of a results statement (in-toto Statement v1, RFC 8785), declaring `signers`.

    `results` carries `asOf`, `engine.version`, `bundle.root`, `catalog.digest` and `profile.digest`; subjects and
    package id are taken from there. `records` are sorted here.

    Raises:
        AttestationError: results or signers that no verifier would accept.
        CanonicalizationError: results without a canonical form.
    """
    canonical = canonical_bytes(dict(results))
    node = Node(dict(results), "results", StatementError)
    try:
        subjects = _expected_subjects(node, canonical, engine)
        package = package_id(subjects, node.member("asOf").value, format_instant(concluded_at))
    except StatementError as error:
        raise not_made(error) from error
    predicate = {
        "package": package,
        "concludedAt": format_instant(concluded_at),
        "evidenceSeal": None
        if evidence_seal is None
        else {"envelope": evidence_seal.envelope, "responses": sorted(evidence_seal.responses)},
        "records": [{"item": one.item, "size": one.size, "root": one.root} for one in sorted(records)],
        "engine": {"version": engine.version, "digest": engine.digest},
        "results": dict(results),
        "supersedes": supersedes,
    }
    return made(parse_results, encode_statement(Kind.RESULTS, Kind.RESULTS, subjects, predicate, signers))


def parse_results(payload: bytes) -> ResultsStatement:
    """The results statement in `payload`: exact members, canonical bytes, all five subjects and the package id right.

    A verdict in the results is what their findings come to; results without one are signed all the same.

    Raises:
        StatementError: with the JSON pointer, the value found and, where there is one, the fix.
    """
    frame = open_statement(payload, Kind.RESULTS, _MEMBERS)
    predicate = frame.predicate
    results = predicate["results"]
    engine = _read_engine(predicate["engine"], results)
    expected = _expected_subjects(results, bytes_of_member(payload, frame, "results"), engine)
    read_subjects(frame.subjects, expected)
    concluded = predicate["concludedAt"]
    concluded_at, assessed_at = concluded.utc_instant(), results.member("asOf").instant()
    if concluded_at < assessed_at:
        raise concluded.refusal("concluded before the instant of the assessment (asOf)", value=concluded.value)
    package = package_id(expected, results.value["asOf"], concluded.value)
    if predicate["package"].value != package:
        raise predicate["package"].refusal(f"must be {package}", value=predicate["package"].value)
    if "verdict" in results.value:
        _require_verdict(results.child("verdict"), results.member("findings"))
    return ResultsStatement(
        payload=payload,
        signers=read_signers(predicate["signers"], Kind.RESULTS),
        subjects=expected,
        package=package,
        results=results.mapping(),
        assessed_at=assessed_at,
        concluded_at=concluded_at,
        evidence_seal=_read_evidence_seal(predicate["evidenceSeal"]),
        records=_read_records(predicate["records"]),
        engine=engine,
        supersedes=optional_digest512(predicate["supersedes"]),
    )


def package_id(subjects: Sequence[Subject], as_of: str, concluded_at: str) -> str:
    """The name of the package that a report belongs to: it follows from what was assessed, with what and when."""
    digests = {one.name: one.digest for one in subjects if one.name in ("bundle", "catalog", "profile")}
    return _URN + sha256_hex(canonical_bytes({**digests, "asOf": as_of, "concludedAt": concluded_at}))[:32]


def verdict_of(findings: Iterable[tuple[str, ...]], levels: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The verdict that findings (control, level, domain, state) come to, on the levels of a verdict in their order.

    Which level comes before which, and its title, the profile says; all else follows from the findings.
    """
    controls: dict[str, set[str]] = {}
    domains: dict[str, list[bool]] = {}
    unmet = set()
    for control, level, domain, state in findings:
        controls.setdefault(level, set()).add(control)
        domains.setdefault(domain, []).append(state == _SATISFIED)
        if state != _SATISFIED:
            unmet.add(control)
    reached, rungs = None, []
    unbroken = True
    for rung in levels:
        names = controls.get(rung["level"], set())
        binding = sorted(names & unmet)
        unbroken = unbroken and not binding
        reached = rung["level"] if unbroken else reached
        counts = {"satisfied": len(names) - len(binding), "total": len(names)}
        rungs.append({**rung, **counts, "reached": unbroken, "binding": binding})
    counted = [{"domain": name, "satisfied": sum(met), "total": len(met)} for name, met in domains.items()]
    every = [is_met for met in domains.values() for is_met in met]
    return {"satisfied": sum(every), "total": len(every), "level": reached, "levels": rungs, "domains": counted}


def require_package_id(node: Node) -> str:
    """A package id as `package_id` writes it."""
    name = node.identifier()
    number = name.removeprefix(_URN)
    if number == name or len(number) != 32 or set(number) - set("0123456789abcdef"):
        raise node.refusal(f"must be {_URN} and 32 lower-case hexadecimal characters", value=name)
    return name


def _expected_subjects(results: Node, canonical: bytes, engine: Engine) -> tuple[Subject, ...]:
    # Where the results object itself says what it is about; the subject `results` is the object as a whole.
    places = (("bundle", "root"), ("catalog", "digest"), ("profile", "digest"))
    digests = {name: results.member(name).member(member).digest() for name, member in places}
    digests |= {"engine": engine.digest, "results": sha256_hex(canonical)}
    return tuple(Subject(name, "sha256", digests[name]) for name in SUBJECTS)


def _require_verdict(verdict: Node, findings: Node) -> None:
    # The verdict is what is read first, and often all that is read: it may not say more than what was found.
    levels = [one.mapping() for one in verdict.member("levels").items(least=0, most=MAX_LEVELS)]
    concluded = _concluded(findings)
    names: list[Any] = [one.get("level") for one in levels]
    if not all(isinstance(name, str) for name in names) or sorted(names) != sorted({one[1] for one in concluded}):
        raise verdict.child("levels").refusal("must be the levels that the findings are of, each once")
    # Results that reach no level leave it out, or say null.
    said = {"level": None, **verdict.mapping()}
    difference = first_difference(said, {**said, **verdict_of(concluded, levels)})
    if difference is not None:
        raise Node(said, verdict.document, verdict.error, verdict.pointer + difference.pointer).refusal(
            f"not what the findings come to, which is {shorten(difference.right)}",
            value=None if difference.left is ABSENT else difference.left,
            hint="go by the findings, and ask those who signed why their verdict is another",
        )


def _concluded(findings: Node) -> list[tuple[str, ...]]:
    # Without a node for each value: results have thousands of findings, and are read by everybody.
    value = findings.value if isinstance(findings.value, list) else [None]
    rows: list[tuple[Any, ...]] = [tuple(map(one.get, _CONCLUDED)) for one in value if isinstance(one, dict)]
    if len(rows) != len(value) or not all(isinstance(text, str) for row in rows for text in row):
        raise findings.refusal("must be findings, each with the texts " + ", ".join(_CONCLUDED))
    return rows


def _read_engine(node: Node, results: Node) -> Engine:
    members = node.members(("version", "digest"))
    version = members["version"].text()
    computed = results.member("engine").member("version")
    if computed.value != version:
        raise members["version"].refusal("not the version that the results name", value=version)
    return Engine(version, members["digest"].digest())


def _read_evidence_seal(node: Node) -> EvidenceSeal | None:
    if node.value is None:
        return None
    members = node.members(("envelope", "responses"))
    responses: list[str] = []
    for item in members["responses"].items(least=0, most=MAX_RESPONSES):
        if responses and item.digest512() <= responses[-1]:
            raise item.refusal("responses must be in ascending order, each once", value=item.value)
        responses.append(item.digest512())
    return EvidenceSeal(members["envelope"].digest512(), tuple(responses))


def _read_records(node: Node) -> tuple[RecordTree, ...]:
    trees: list[RecordTree] = []
    for item in node.items(least=0, most=MAX_RECORD_TREES):
        members = item.members(("item", "size", "root"))
        name = members["item"].text()
        if trees and name <= trees[-1].item:
            raise members["item"].refusal("items must be in ascending order, each once", value=name)
        trees.append(RecordTree(name, members["size"].integer(0, 2**53 - 1), members["root"].digest()))
    return tuple(trees)
