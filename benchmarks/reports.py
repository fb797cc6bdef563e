"""Signed reports for measures: the three sample people over results that look like an assessment's.

Imports the whole program, so for workers only; the process that measures stays light (see measure.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from auditor.attestation.sign import SigningKey, sign_statement
from auditor.attestation.statements.common import DeclaredSigner
from auditor.attestation.statements.results import Engine, make_results_statement
from auditor.canon.instant import parse_instant
from samples.identities import IDENTITIES, KEYS, signing_keys

TRUST = KEYS / "trust.json"
PEOPLE = ("assessor", "reviewer", "official")
AT = parse_instant("2026-11-01T00:00:00Z")
_CONCLUDED = parse_instant("2026-10-15T00:00:00Z")


def keys() -> list[SigningKey]:
    """The keys of the three people: ECDSA P-384 and ML-DSA-87 of each."""
    return [key for name in PEOPLE for key in signing_keys(name)]


def statement(results: dict[str, Any]) -> bytes:
    """The results statement that the three sign."""
    signers = [
        DeclaredSigner(
            f"urn:example:sample-{name}", str(IDENTITIES[name].role), tuple(key.public.keyid for key in pair)
        )
        for name, pair in ((name, signing_keys(name)) for name in PEOPLE)
    ]
    engine = Engine(results["engine"]["version"], "0" * 64)
    return make_results_statement(results, concluded_at=_CONCLUDED, engine=engine, signers=signers)


def report(results: dict[str, Any]) -> bytes:
    """The envelope over it."""
    return sign_statement(statement(results), keys())


def write_report(folder: Path, results: dict[str, Any]) -> None:
    """report.dsse.json, and trust.json that accepts it."""
    (folder / "report.dsse.json").write_bytes(report(results))
    (folder / "trust.json").write_bytes(TRUST.read_bytes())


def full_results(findings: int) -> dict[str, Any]:
    """Results with so many findings, each with what assessing one leaves behind: a control, a plan, an observation."""
    from tests.report.factory import make_results, many_rows

    return make_results(many_rows(findings))


def short_results(findings: int) -> dict[str, Any]:
    """The least results that can be signed: of each finding its control and its state."""
    full = full_results(1)
    kept = {name: full[name] for name in ("asOf", "engine")}
    digests = {name: {member: full[name][member]} for name, member in (("catalog", "digest"), ("profile", "digest"))}
    listed = [{"control": f"X-{number}", "state": "satisfied"} for number in range(findings)]
    return {**kept, **digests, "bundle": {"root": full["bundle"]["root"]}, "findings": listed}
