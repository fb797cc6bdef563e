"""The statements: whatever a parser accepts, our own maker would have written from what it read, byte for byte."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

from auditor.attestation.roles import Kind
from auditor.attestation.statements import parse_statement, read_statement
from auditor.attestation.statements.act import ActStatement, make_act_statement
from auditor.attestation.statements.attestation import AttestationStatement, make_attestation_statement
from auditor.attestation.statements.results import ResultsStatement, make_results_statement
from auditor.attestation.statements.seal import SealStatement, make_seal_statement
from auditor.attestation.statements.status import StatusStatement, make_status_statement
from auditor.canon.digest import sha256_hex
from auditor.canon.json import canonical_bytes
from auditor.errors import AuditorError, StatementError
from tests.fuzz.mutate import mutate_json
from tests.fuzz.target import Target, require


def run_statements(data: bytes) -> None:
    """One kind at most takes it, `read_statement` names that kind, and making it again gives the same bytes."""
    accepted: dict[Kind, Any] = {}
    for kind in Kind:
        try:
            accepted[kind] = parse_statement(data, kind)
        except StatementError:
            continue
    require(len(accepted) < 2, "one statement of two kinds", data)
    try:
        kind, found = read_statement(data)
    except StatementError:
        require(not accepted, "refused by the one reader and not by the other", data)
        return
    require(accepted == {kind: found}, "the two readers disagree", data)
    require(found.payload == data, "the payload is not what was read", data)
    again = _MAKERS[kind](found)
    require(again == data, "it would be written otherwise", data, again)


def _results(found: ResultsStatement) -> bytes:
    results = json.loads(found.payload)["predicate"]["results"]
    return make_results_statement(
        results, concluded_at=found.concluded_at, engine=found.engine, signers=found.signers, records=found.records,
        evidence_seal=found.evidence_seal, supersedes=found.supersedes,
    )  # fmt: skip


def _attestation(found: AttestationStatement) -> bytes:
    return make_attestation_statement(**_without_payload(found))


def _seal(found: SealStatement) -> bytes:
    pairs = [(one.name, one.digest) for one in found.subjects]
    return make_seal_statement(**{**_without_payload(found), "subjects": pairs})


def _act(found: ActStatement) -> bytes:
    return make_act_statement(**_without_payload(found))


def _status(found: StatusStatement) -> bytes:
    return make_status_statement(**_without_payload(found))


def _without_payload(found: Any) -> dict[str, Any]:
    return {name: value for name, value in found._asdict().items() if name != "payload"}


_MAKERS: dict[Kind, Callable[[Any], bytes]] = {
    Kind.RESULTS: _results,
    Kind.ATTESTATION: _attestation,
    Kind.SEAL: _seal,
    Kind.ACT: _act,
    Kind.STATUS: _status,
}


def mutate_statement(rng: Random, data: bytes) -> bytes:
    """Other JSON, every second time with what follows from the rest set right, so that the rest is looked at."""
    changed = mutate_json(rng, data)
    return fit(changed) if rng.random() < 0.5 else changed


def fit(data: bytes) -> bytes:
    """A statement with the digests and the package id that follow from its other members."""
    try:
        document = json.loads(data)
        predicate, subject = document["predicate"], document["subject"]
        if "results" in predicate:
            results = predicate["results"]
            made = {name: results[name][member] for name, member in _FOLLOWS}
            made |= {"engine": predicate["engine"]["digest"], "results": sha256_hex(canonical_bytes(results))}
            document["subject"] = [{"name": name, "digest": {"sha256": made[name]}} for name in _SUBJECTS]
            known = {name: made[name] for name in ("bundle", "catalog", "profile")}
            known |= {"asOf": results["asOf"], "concludedAt": predicate["concludedAt"]}
            predicate["package"] = "urn:dc-attest:package:" + sha256_hex(canonical_bytes(known))[:32]
        elif "entries" in predicate:
            subject[0]["digest"]["sha256"] = sha256_hex(canonical_bytes(predicate["entries"]))
        return canonical_bytes(document)
    except (ValueError, KeyError, IndexError, TypeError, RecursionError, AuditorError):
        return data


_SUBJECTS = ("bundle", "catalog", "profile", "engine", "results")
_FOLLOWS = (("bundle", "root"), ("catalog", "digest"), ("profile", "digest"))

TARGETS = {"statements": Target(run_statements, mutate_statement, rounds=200)}
