"""A desk with people, keys, a trust policy and a small report, all of which a test can bend before signing again."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA384

from auditor.attestation.envelope import PAYLOAD_TYPE, Signature, encode_envelope, pae
from auditor.attestation.keys import PublicKey, canonical_signature
from auditor.attestation.private import public_key_of
from auditor.attestation.sign import sign_statement
from auditor.attestation.statement import DeclaredSigner, make_statement
from auditor.attestation.trust import Principal, TrustedKey, make_trust_policy
from auditor.attestation.verify import VerifiedReport, verify_report
from auditor.canon.instant import parse_instant
from auditor.canon.json import canonical_bytes

ROLE_OF = {"ada": "assessor", "ben": "technical-reviewer", "cyd": "responsible-official"}


class Desk:
    """Ada assesses, Ben reviews, Cyd answers for the facility; Mallory has a key that nobody trusts."""

    def __init__(self) -> None:
        names = ("ada", "ben", "cyd", "mallory")
        self.private = {name: ec.derive_private_key(1000 + i, ec.SECP384R1()) for i, name in enumerate(names)}
        self.public: dict[str, PublicKey] = {name: public_key_of(key) for name, key in self.private.items()}
        self.at = parse_instant("2026-11-01T00:00:00Z")
        self.report = self.signed_by("ada")
        self.trust = self.trust_for("ada")

    def keyid(self, name: str) -> str:
        return self.public[name].keyid

    def results(self) -> dict[str, Any]:
        return {
            "asOf": "2026-10-01T00:00:00Z",
            "bundle": {"root": "a1" * 32},
            "catalog": {"digest": "b2" * 32},
            "engine": {"version": "0.1.0"},
            "findings": [{"control": "X-1", "state": "satisfied"}],
            "profile": {"digest": "c3" * 32},
        }

    def declared(self, *names: str) -> list[DeclaredSigner]:
        return [DeclaredSigner(f"urn:example:{name}", ROLE_OF[name], (self.keyid(name),)) for name in names]

    def payload(self, *names: str) -> bytes:
        return make_statement(self.results(), self.declared(*names))

    def signed_by(self, *names: str) -> bytes:
        return sign_statement(self.payload(*names), [self.private[name] for name in names])

    def statement(self, *names: str) -> dict[str, Any]:
        """A statement document to bend; `sign_raw` signs it whatever it says."""
        document: dict[str, Any] = json.loads(self.payload(*(names or ("ada",))))
        return document

    def sign_raw(self, payload: bytes | dict[str, Any], *names: str) -> bytes:
        """A genuine envelope over anything, made without the checks that our own signer makes."""
        data = payload if isinstance(payload, bytes) else canonical_bytes(payload)
        return encode_envelope(data, [self.signature(data, name) for name in names or ("ada",)])

    def signature(self, payload: bytes, name: str) -> Signature:
        raw = self.private[name].sign(pae(PAYLOAD_TYPE, payload), ec.ECDSA(SHA384()))
        return Signature(self.keyid(name), canonical_signature(raw))

    def principal(self, name: str, **changes: Any) -> Principal:
        key: dict[str, Any] = {
            "public": self.public[name],
            "not_before": parse_instant("2026-01-01T00:00:00Z"),
            "not_after": parse_instant("2028-01-01T00:00:00Z"),
            "roles": (ROLE_OF.get(name, "assessor"),),
        }
        return Principal(
            f"urn:example:{name}", name.title(), f"{name.title()} Ltd", (TrustedKey(**{**key, **changes}),)
        )

    def trust_for(self, *names: str, **extra: Any) -> bytes:
        return make_trust_policy([self.principal(name) for name in names], {"assessor": 1}, **extra)

    def trust_document(self, *names: str) -> dict[str, Any]:
        """A trust policy to bend, with everything in it that may be."""
        document: dict[str, Any] = json.loads(
            self.trust_for(*(names or ("ada",)), catalogs=["b2" * 32], engines=["0.1.0"])
        )
        return document

    def envelope(self, report: bytes | None = None) -> dict[str, Any]:
        """An envelope document to bend."""
        document: dict[str, Any] = json.loads(report or self.report)
        return document

    def verify(self, report: bytes | None = None, trust: bytes | dict[str, Any] | None = None) -> VerifiedReport:
        if isinstance(trust, dict):
            trust = json.dumps(trust).encode()
        return verify_report(
            self.report if report is None else report, self.trust if trust is None else trust, at=self.at
        )


def bend(document: Any, pointer: str, value: Any) -> Any:
    """A copy of `document` with the value at `pointer` replaced or added; `...` removes it, `-` appends."""
    changed = copy.deepcopy(document)
    *way, last = pointer.split("/")[1:]
    place = changed
    for step in way:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if last == "-":
        place.append(value)
        return changed
    key: Any = int(last) if isinstance(place, list) else last
    if value is ...:
        del place[key]
    else:
        place[key] = value
    return changed


@pytest.fixture(scope="session")
def desk() -> Desk:
    return Desk()


@pytest.fixture(scope="session", name="bend")
def bend_fixture() -> Any:
    return bend
