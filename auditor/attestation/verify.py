"""Verifying a signed report against the verifier's own trust policy, in numbered steps, without any input or output.

1. The verifier's trust policy is read.
2. The report is a well-formed envelope (DSSE v1.0.2, strict profile of `envelope`).
3. Each signature that names a key of the trust policy verifies with it; nothing in the payload is looked at before.
4. Each of those keys is valid at the time of verification: inside its window, not revoked.
5. The statement is canonical and well-formed, and all four subjects match its results.
6. Those who signed are those whom the statement declares, each with a trusted key of that person in that role.
7. Enough distinct people signed in each role.
8. The catalog, and 9. the engine, are approved ones, where the trust policy names any.
10. and on: what the report file alone cannot show, each with the reason.

There is no verdict to ignore: `verify_report` raises, or hands over a `VerifiedReport`, which nothing else can make.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn, final

from auditor.attestation import steps as step
from auditor.attestation.envelope import Envelope, parse_envelope
from auditor.attestation.keys import canonical_signature, verify_signature
from auditor.attestation.signers import AcceptedSigner, TrustedSignature, match_signers, require_thresholds
from auditor.attestation.statement import Statement, parse_statement
from auditor.attestation.steps import Step, Trail
from auditor.attestation.trust import TrustPolicy, parse_trust_policy
from auditor.canon.digest import sha256_hex
from auditor.errors import (
    AuditorError,
    BindingError,
    SignatureError,
    StatementError,
    TrustError,
    UnverifiableError,
    VerificationError,
)

_MADE_BY_VERIFIER = object()


@final
class VerifiedReport:
    """A report that `verify_report` accepted; immutable, and not to be had in any other way.

    `payload` are the signed bytes; `envelope_digest` and `trust_digest` are SHA-256 of the two files read; `signers`
    are the signatures counted; `assessed_at` (the results' `asOf`) and `verified_at` are microseconds; `steps`
    are numbered, done and not done.
    """

    __slots__ = (
        "assessed_at", "envelope_digest", "payload", "signers", "steps", "subjects", "trust_digest", "verified_at",
    )  # fmt: skip

    payload: bytes
    envelope_digest: str
    trust_digest: str
    subjects: tuple[tuple[str, str], ...]
    signers: tuple[AcceptedSigner, ...]
    assessed_at: int
    verified_at: int
    steps: tuple[Step, ...]

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
        """The signed SHA-256 of `bundle`, `catalog`, `profile` or `results`."""
        return dict(self.subjects)[subject]

    def with_step(self, title: str, state: str, detail: str) -> VerifiedReport:
        """The same report with one more step, or with the step not done of that title replaced.

        Whoever re-hashes the evidence or recomputes the results records it here, under the titles of `steps`.

        Raises:
            ValueError: an unknown state, or a step that is done already.
        """
        facts = {name: getattr(self, name) for name in self.__slots__}
        facts["steps"] = step.with_step(self.steps, title, state, detail)
        return VerifiedReport(_MADE_BY_VERIFIER, facts)


def verify_report(envelope_bytes: bytes, trust_bytes: bytes, *, at: int) -> VerifiedReport:
    """The verified report in `envelope_bytes`, judged by `trust_bytes` at `at` (microseconds since 1970, UTC).

    Raises:
        VerificationError: one of its subclasses; do not rely on the report.
        UnverifiableError: no trust policy or no cryptography is at hand.
        ValueError: `at` is not an instant; a mistake of the caller.
    The first two carry the steps up to the refusal; `steps_of` reads them.
    """
    from auditor.canon.instant import EARLIEST, LATEST

    if not EARLIEST <= at <= LATEST:
        raise ValueError(f"at must be microseconds since 1970, within the years 0001 to 9999: {at}")
    trail = Trail()
    try:
        return _verify(envelope_bytes, trust_bytes, at, trail)
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
        return step.VERIFIED
    return step.UNVERIFIABLE if isinstance(outcome, UnverifiableError) else step.INVALID


def _verify(envelope_bytes: bytes, trust_bytes: bytes, at: int, trail: Trail) -> VerifiedReport:
    trail.begin(step.TRUST)
    policy = _read_trust(trust_bytes)
    trust_digest = sha256_hex(trust_bytes)
    trail.close(step.DONE, f"{_count(len(policy.principals), 'principal')}, SHA-256 {trust_digest}")

    trail.begin(step.ENVELOPE)
    envelope = parse_envelope(envelope_bytes)
    envelope_digest = sha256_hex(envelope_bytes)
    trail.close(step.DONE, f"{_count(len(envelope.signatures), 'signature')}, SHA-256 {envelope_digest}")

    trail.begin(step.SIGNATURES)
    trusted = _verify_signatures(envelope, policy)
    trail.close(step.DONE, f"{len(trusted)} of {len(envelope.signatures)} signatures are by keys of the trust policy")

    trail.begin(step.KEY_TIMES)
    for signature in trusted:
        policy.require_valid(signature.key, at)
    trail.close(step.DONE, f"judged at {_instant(at)}, the time that the verifier gave")

    trail.begin(step.STATEMENT)
    statement = parse_statement(envelope.payload)
    _refuse_future(statement, at)
    trail.close(step.DONE, f"bundle {statement.digest_of('bundle')}, assessed as of {_instant(statement.assessed_at)}")

    trail.begin(step.SIGNERS)
    signers = match_signers(statement, envelope, trusted)
    trail.close(step.DONE, "; ".join(f"{one.name}, {one.organisation} ({one.role})" for one in signers))

    trail.begin(step.THRESHOLDS)
    trail.close(step.DONE, require_thresholds(policy, signers))

    trail.begin(step.CATALOG)
    trail.close(*_approve_catalog(statement, policy))

    trail.begin(step.ENGINE)
    trail.close(*_approve_engine(statement, policy))

    for title, reason in step.LIMITS:
        trail.begin(title)
        trail.close(step.NOT_DONE, reason)
    facts = {
        "payload": statement.payload,
        "envelope_digest": envelope_digest,
        "trust_digest": trust_digest,
        "subjects": statement.subjects,
        "signers": signers,
        "assessed_at": statement.assessed_at,
        "verified_at": at,
        "steps": trail.steps,
    }
    return VerifiedReport(_MADE_BY_VERIFIER, facts)


def _read_trust(trust_bytes: bytes) -> TrustPolicy:
    if not trust_bytes:
        raise UnverifiableError(
            "there is no trust policy to verify against", hint="give a trust policy of your own; a report brings none"
        )
    return parse_trust_policy(trust_bytes)


def _verify_signatures(envelope: Envelope, policy: TrustPolicy) -> tuple[TrustedSignature, ...]:
    message = envelope.signed_bytes()
    trusted = []
    for signature in envelope.signatures:
        known = policy.find(signature.keyid)
        # An unknown key proves nothing and is not counted; step 6 refuses it, declared or not.
        if known is None:
            continue
        principal, key = known
        verify_signature(key.public, message, signature.sig)
        if canonical_signature(signature.sig) != signature.sig:
            raise SignatureError("the signature is not in its one canonical form (low s)", place=signature.keyid)
        trusted.append(TrustedSignature(principal, key))
    if not trusted:
        raise TrustError(
            "no signature is by a key that the trust policy knows",
            value=", ".join(signature.keyid for signature in envelope.signatures),
            hint="ask the signers for their key ids over a channel you trust",
        )
    return tuple(trusted)


def _refuse_future(statement: Statement, at: int) -> None:
    if statement.assessed_at > at:
        raise StatementError(
            "the results are dated after the time of verification",
            place="statement /predicate/results/asOf",
            value=_instant(statement.assessed_at),
            hint=f"verification was asked for at {_instant(at)}",
        )


def _approve_catalog(statement: Statement, policy: TrustPolicy) -> tuple[str, str]:
    digest = statement.digest_of("catalog")
    if policy.catalogs is None:
        return step.NOT_DONE, ("the catalog digest was not compared with an approved list: the trust policy names none")
    if digest not in policy.catalogs:
        raise BindingError(
            "the catalog is not one that the trust policy approves",
            place="statement /predicate/results/catalog/digest",
            value=digest,
        )
    return step.DONE, f"catalog {digest}"


def _approve_engine(statement: Statement, policy: TrustPolicy) -> tuple[str, str]:
    if policy.engines is None:
        return step.NOT_DONE, ("the engine version was not compared with an approved list: the trust policy names none")
    engine = statement.results.get("engine")
    version = engine.get("version") if isinstance(engine, dict) else None
    if version not in policy.engines:
        raise BindingError(
            "the engine is not one that the trust policy approves",
            place="statement /predicate/results/engine/version",
            value="nothing" if version is None else version,
        )
    return step.DONE, f"engine {version}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _instant(microseconds: int) -> str:
    from auditor.canon.instant import format_instant

    return format_instant(microseconds)
