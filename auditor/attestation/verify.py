"""Verifying a signed report by the verifier's own trust root, in numbered steps, without any input or output.

1. The verifier's trust root is read, and is not older than one the verifier has seen.
2. to 8. The report is accepted by it: the steps of `accept`.
9. The times that it claims do not contradict each other, the proven time or the time of verification.
10. The catalog, and 11. the engine, are approved ones, where the trust root names any.
12. and on: what the report file alone cannot show, each with the reason.

There is no verdict to ignore: `verify_report` raises, or hands over a `VerifiedReport`, which nothing else can make.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn, final

from auditor.attestation import steps as step
from auditor.attestation.accept import Accepted, Judged, accept
from auditor.attestation.roles import Kind
from auditor.attestation.root import TrustRoot, parse_root
from auditor.attestation.signers import AcceptedSigner
from auditor.attestation.statements.common import Subject
from auditor.attestation.statements.results import Engine, EvidenceSeal, RecordTree, ResultsStatement
from auditor.attestation.steps import Step, Trail
from auditor.errors import AuditorError, BindingError, StatementError, TrustError, UnverifiableError, VerificationError

_MADE_BY_VERIFIER = object()


@final
class VerifiedReport:
    """A report that `verify_report` accepted; immutable, and not to be had in any other way.

    `payload` are the signed bytes; `digest_sha512` is of the envelope file, `trust_digest` the SHA-256 of the trust
    root's file; `signers` are the people who count; `assessed_at` (the results' `asOf`), `concluded_at`, `verified_at`
    and `proven` (None where no time is proven) are microseconds; `steps` are numbered, done and not done. The other
    members are those of `ResultsStatement`.
    """

    __slots__ = (
        "_read", "assessed_at", "concluded_at", "digest_sha512", "engine", "evidence_seal", "package", "payload",
        "proven", "records", "signers", "steps", "subjects", "supersedes", "trust_digest", "verified_at",
    )  # fmt: skip

    payload: bytes
    digest_sha512: str
    trust_digest: str
    package: str
    subjects: tuple[Subject, ...]
    signers: tuple[AcceptedSigner, ...]
    engine: Engine
    evidence_seal: EvidenceSeal | None
    records: tuple[RecordTree, ...]
    supersedes: str | None
    assessed_at: int
    concluded_at: int
    verified_at: int
    proven: int | None
    steps: tuple[Step, ...]
    _read: list[dict[str, Any]]

    def __init__(self, token: object, facts: dict[str, Any]) -> None:
        if token is not _MADE_BY_VERIFIER:
            raise TypeError("a VerifiedReport is made by verify_report only")
        for name in self.__slots__:
            object.__setattr__(self, name, facts[name])

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a VerifiedReport cannot be changed: {name}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a VerifiedReport cannot be changed: {name}")

    def __reduce__(self) -> NoReturn:
        raise TypeError("a VerifiedReport is not stored: store the report and verify it again")

    @property
    def results(self) -> dict[str, Any]:
        """The results object, read from `payload`; a new copy each time, so ask once and keep it."""
        try:
            # What verifying read is nobody else's, and goes to the first who asks.
            return self._read.pop()
        except IndexError:
            results: dict[str, Any] = json.loads(self.payload)["predicate"]["results"]
            return results

    @property
    def steps_done(self) -> tuple[Step, ...]:
        """The steps that were done."""
        return tuple(one for one in self.steps if one.state == step.DONE)

    @property
    def steps_not_done(self) -> tuple[Step, ...]:
        """The steps that were not done, each with the reason in its detail."""
        return tuple(one for one in self.steps if one.state == step.NOT_DONE)

    def digest_of(self, subject: str) -> str:
        """The signed SHA-256 of `bundle`, `catalog`, `profile`, `engine` or `results`."""
        return next(one.digest for one in self.subjects if one.name == subject)

    def with_step(self, title: str, state: str, detail: str) -> VerifiedReport:
        """The same report with one more step, or with the step not done of that title replaced.

        Whoever re-hashes the evidence or recomputes the results records it here, under the titles of `steps`.

        Raises:
            ValueError: an unknown state, or a step that is done already.
        """
        facts = {name: getattr(self, name) for name in self.__slots__}
        facts["steps"] = step.with_step(self.steps, title, state, detail)
        return VerifiedReport(_MADE_BY_VERIFIER, facts)


def verify_report(
    envelope: bytes, trust: bytes | TrustRoot, *, at: int, proven: int | None = None, least_root_version: int = 1
) -> VerifiedReport:
    """The verified report in `envelope`, judged by the verifier's own trust root at `at` (microseconds, UTC).

    `trust` is the trust root's file, or what `read_root` made of it. `proven` is the time by which the report is proven
    to have existed; keys and revocations are judged at it. A trust root of a lower version than `least_root_version`,
    the highest that the verifier has seen, is refused.

    Raises:
        VerificationError: one of its subclasses; do not rely on the report.
        UnverifiableError: no trust root or no cryptography is at hand, or an algorithm is relied on no more.
        ValueError: `at` or `proven` is not an instant; a mistake of the caller.
    The first two carry the steps up to the refusal; `steps_of` reads them.
    """
    from auditor.canon.instant import EARLIEST, LATEST

    for when in (at, at if proven is None else proven):
        if not EARLIEST <= when <= LATEST:
            raise ValueError(f"not microseconds since 1970 within the years 0001 to 9999: {when}")
    trail = Trail()
    try:
        return _verify(envelope, trust, Judged(at, proven), least_root_version, trail)
    except (VerificationError, UnverifiableError) as error:
        vars(error)["steps"] = trail.with_refusal(str(error))
        raise


def steps_of(error: AuditorError) -> tuple[Step, ...]:
    """The steps done before `verify_report` raised `error` and, last, the one that refused."""
    steps: tuple[Step, ...] = vars(error).get("steps", ())
    return steps


def result_class(outcome: VerifiedReport | VerificationError | UnverifiableError) -> str:
    """Which of the three result classes an outcome of `verify_report` belongs to."""
    if isinstance(outcome, VerifiedReport):
        return step.PASSED
    return step.UNVERIFIABLE if isinstance(outcome, UnverifiableError) else step.FAILED


def read_root(root_bytes: bytes, least_version: int = 1) -> TrustRoot:
    """The verifier's trust root, not older than the highest version that the verifier has seen.

    Raises:
        UnverifiableError: there is none.
        TrustError, EnvelopeError: it is malformed, not signed as it says itself, or rolled back.
    """
    if not root_bytes:
        raise UnverifiableError(
            "there is no trust root to verify against", hint="give a trust root of your own; a package brings none"
        )
    root = parse_root(root_bytes)
    _require_recent(root, least_version)
    return root


def _require_recent(root: TrustRoot, least_version: int) -> None:
    if root.version < least_version:
        raise TrustError(
            f"the trust root is older than version {least_version}, which was seen before",
            place="trust root",
            value=root.version,
            hint="somebody put back an old trust root; find out who",
        )


def _verify(
    envelope: bytes, trust: bytes | TrustRoot, judged: Judged, least_root_version: int, trail: Trail
) -> VerifiedReport:
    trail.begin(step.TRUST)
    root = trust if isinstance(trust, TrustRoot) else read_root(trust)
    _require_recent(root, least_root_version)
    known = step.count(len(root.principals), "principal")
    trail.close(step.DONE, f"{root.lineage} version {root.version}, {known}, SHA-256 {root.digest}")

    accepted = accept(envelope, Kind.RESULTS, root, judged, trail)
    statement = accepted.statement
    assert isinstance(statement, ResultsStatement)

    trail.begin(step.TIMES)
    trail.close(step.DONE, _require_times(statement, root, judged))

    trail.begin(step.CATALOG)
    trail.close(*_approve("catalog", statement.digest_of("catalog"), root.catalogs, "results/catalog/digest"))

    trail.begin(step.ENGINE)
    trail.close(*_approve("engine", statement.engine.digest, root.engines, "engine/digest"))

    for title, reason in step.LIMITS:
        trail.begin(title)
        trail.close(step.NOT_DONE, reason)
    return VerifiedReport(_MADE_BY_VERIFIER, _facts(accepted, statement, root, judged, trail))


def _facts(
    accepted: Accepted, statement: ResultsStatement, root: TrustRoot, judged: Judged, trail: Trail
) -> dict[str, Any]:
    return {
        "payload": statement.payload,
        "digest_sha512": accepted.digest_sha512,
        "trust_digest": root.digest,
        "package": statement.package,
        "subjects": statement.subjects,
        "signers": accepted.signers,
        "engine": statement.engine,
        "evidence_seal": statement.evidence_seal,
        "records": statement.records,
        "supersedes": statement.supersedes,
        "assessed_at": statement.assessed_at,
        "concluded_at": statement.concluded_at,
        "verified_at": judged.at,
        "proven": judged.proven,
        "steps": trail.steps,
        "_read": [statement.results],
    }


def _require_times(statement: ResultsStatement, root: TrustRoot, judged: Judged) -> str:
    if statement.concluded_at > judged.at:
        raise StatementError(
            "the results are dated after the time of verification",
            place="statement /predicate/concludedAt",
            value=step.instant(statement.concluded_at),
            hint=f"verification was asked for at {step.instant(judged.at)}",
        )
    told = f"as of {step.instant(statement.assessed_at)}, concluded at {step.instant(statement.concluded_at)}"
    if judged.proven is None:
        return told
    if judged.proven > judged.at + root.time_tolerance * 1_000_000:
        raise StatementError("the proven time is after the time of verification", value=step.instant(judged.proven))
    if statement.concluded_at > judged.proven + root.time_tolerance * 1_000_000:
        raise StatementError(
            "the results claim to be concluded after the time by which they are proven to exist",
            place="statement /predicate/concludedAt",
            value=step.instant(statement.concluded_at),
            hint=f"proven to exist by {step.instant(judged.proven)}",
        )
    return f"{told}, proven to exist by {step.instant(judged.proven)}"


def _approve(what: str, digest: str, approved: tuple[str, ...] | None, place: str) -> tuple[str, str]:
    if approved is None:
        return step.NOT_DONE, f"the {what} digest was not compared with an approved list: the trust root names none"
    if digest not in approved:
        raise BindingError(
            f"the {what} is not one that the trust root approves", place=f"statement /predicate/{place}", value=digest
        )
    return step.DONE, f"{what} {digest}"
