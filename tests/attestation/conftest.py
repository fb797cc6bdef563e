"""A desk with people, keys, a trust root and a small report, all of which a test can bend before signing again."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, mldsa

from auditor.attestation.accept import Accepted, Judged, accept
from auditor.attestation.envelope import PAYLOAD_TYPE, Signature, encode_envelope, pae
from auditor.attestation.keys import ALGORITHMS, encode_spki
from auditor.attestation.roles import Kind
from auditor.attestation.root import TrustRoot, parse_root
from auditor.attestation.rotation import sign_root
from auditor.attestation.sign import sign_statement
from auditor.attestation.statements.common import DeclaredSigner
from auditor.attestation.statements.results import Engine, make_results_statement
from auditor.attestation.verify import VerifiedReport, verify_report
from auditor.canon.instant import parse_instant
from auditor.canon.json import canonical_bytes
from auditor.custody.files import FileKey

ROLE_OF = {
    "ada": "assessor", "ben": "technical-reviewer", "cyd": "responsible-official", "sal": "sealer",
    "gov": "authority", "rae": "assessor", "una": "assessor", "tom": "technical-reviewer",
}  # fmt: skip
ORGANISATION_OF = {
    "ada": "assurance", "ben": "assurance", "cyd": "works", "sal": "works", "gov": "office", "rae": "rivals",
    "una": "assurance", "tom": "rivals",
}  # fmt: skip
KIND_OF = {"assurance": "assessor", "rivals": "assessor", "works": "facility", "office": "authority"}
NAMES = (*ROLE_OF, "mallory", "hob", "hal")
ENGINE = Engine("0.2.0", "e5" * 32)


class Desk:
    """Ada assesses, Ben reviews, Cyd answers for the facility, Sal seals, Gov is an authority; Rae and Tom work for
    another firm, Una with Ada; Mallory has keys that nobody trusts. Hob and Hal hold the trust root."""

    def __init__(self) -> None:
        self.keys: dict[str, tuple[FileKey, FileKey]] = {
            name: (
                FileKey(ec.derive_private_key(1000 + i, ec.SECP384R1())),
                FileKey(mldsa.MLDSA87PrivateKey.from_seed_bytes(bytes([i + 1]) * 32)),
            )
            for i, name in enumerate(NAMES)
        }
        self.keyids = {name: tuple(key.public.keyid for key in pair) for name, pair in self.keys.items()}
        self.at = parse_instant("2026-11-01T00:00:00Z")
        self.concluded_at = parse_instant("2026-10-02T00:00:00Z")
        self.report = self.signed_by("ada")
        self.trust = self.trust_for("ada")

    def results(self) -> dict[str, Any]:
        return {
            "asOf": "2026-10-01T00:00:00Z",
            "bundle": {"root": "a1" * 32},
            "catalog": {"digest": "b2" * 32},
            "engine": {"version": "0.2.0"},
            "findings": [{"control": "X-1", "state": "satisfied"}],
            "profile": {"digest": "c3" * 32},
        }

    def declared(self, *names: str, **roles: str) -> list[DeclaredSigner]:
        """Names in the roles they have; `ada="authority"` in another."""
        people = {name: ROLE_OF.get(name, "assessor") for name in names} | roles
        return [DeclaredSigner(f"urn:example:{name}", role, self.keyids[name]) for name, role in people.items()]

    def payload(self, *names: str, **changes: Any) -> bytes:
        return self.payload_for(self.declared(*names), **changes)

    def payload_for(self, signers: list[DeclaredSigner], results: Any = None, **changes: Any) -> bytes:
        facts: dict[str, Any] = {"concluded_at": self.concluded_at, "engine": ENGINE, **changes}
        return make_results_statement(self.results() if results is None else results, signers=signers, **facts)

    def keys_of(self, *names: str) -> list[FileKey]:
        return [key for name in names for key in self.keys[name]]

    def signed_by(self, *names: str, **changes: Any) -> bytes:
        return sign_statement(self.payload(*names, **changes), self.keys_of(*names))

    def statement(self, *names: str) -> dict[str, Any]:
        """A statement document to bend; `sign_raw` signs it whatever it says."""
        document: dict[str, Any] = json.loads(self.payload(*(names or ("ada",))))
        return document

    def sign_raw(self, payload: bytes | dict[str, Any], *names: str) -> bytes:
        """A genuine envelope over anything, made without the checks that our own signer makes."""
        data = payload if isinstance(payload, bytes) else canonical_bytes(payload)
        return encode_envelope(data, [one for name in names or ("ada",) for one in self.signatures(data, name)])

    def signatures(self, payload: bytes, name: str, payload_type: str = PAYLOAD_TYPE) -> list[Signature]:
        """Both signatures, ECDSA first."""
        message = pae(payload_type, payload)
        return [Signature(key.public.keyid, key.sign(message)) for key in self.keys[name]]

    def key_documents(self, name: str) -> list[dict[str, Any]]:
        return [
            {
                "keyid": key.public.keyid,
                "algorithm": key.public.algorithm,
                "public": encode_spki(key.public),
                "notBefore": "2026-01-01T00:00:00Z",
                "notAfter": "2028-01-01T00:00:00Z",
            }
            for key in self.keys[name]
        ]

    def trust_document(self, *names: str, **changes: Any) -> dict[str, Any]:
        """The content of a trust root, to bend, with one person needed in each role that there is somebody for."""
        people = [
            {
                "principal": f"urn:example:{name}",
                "name": name.title(),
                "organisation": f"urn:example:{ORGANISATION_OF.get(name, 'rivals')}",
                "roles": [ROLE_OF.get(name, "assessor")],
                "keys": self.key_documents(name),
            }
            for name in names or ("ada",)
        ]
        roles = {ROLE_OF.get(name, "assessor") for name in names or ("ada",)}
        wanted = {
            "assessment-results": {"assessor"},
            "attestation": {"assessor"},
            "seal": {"sealer"},
            "status": {"assessor"},
        }
        return {
            "format": "trust-root/1",
            "lineage": "urn:example:lineage",
            "version": 1,
            "issuedAt": "2026-06-01T00:00:00Z",
            "root": {"threshold": 1, "holders": [self.holder_document("hob")]},
            "organisations": [
                {"organisation": f"urn:example:{name}", "name": f"{name.title()} Ltd", "kind": kind}
                for name, kind in KIND_OF.items()
            ],
            "principals": people,
            "thresholds": {
                kind: dict.fromkeys(sorted(needed), 1) for kind, needed in wanted.items() if needed <= roles
            },
            "separation": [["assessor", "responsible-official"], ["technical-reviewer", "responsible-official"]],
            "revoked": [],
            "authorities": [],
            "timeThreshold": 0,
            "timeTolerance": 60,
            "pdf": {"anchors": [], "certificates": []},
            "algorithms": {**dict.fromkeys(ALGORITHMS), "rfc3161": None},
            "catalogs": None,
            "engines": None,
            "verifiers": None,
            "status": None,
            **changes,
        }

    def holder_document(self, name: str) -> dict[str, Any]:
        return {"holder": f"urn:example:{name}", "name": name.title(), "keys": self.key_documents(name)}

    def sign_trust(self, document: dict[str, Any], *holders: str) -> bytes:
        return sign_root(canonical_bytes(document), self.keys_of(*(holders or ("hob",))))

    def trust_for(self, *names: str, **changes: Any) -> bytes:
        return self.sign_trust(self.trust_document(*names, **changes))

    def root_for(self, *names: str, **changes: Any) -> TrustRoot:
        return parse_root(self.trust_for(*names, **changes))

    def revoked(self, keyid: str, at: int | str, reason: str = "superseded", invalid: str | None = None) -> Any:
        from auditor.canon.instant import format_instant

        written = at if isinstance(at, str) else format_instant(at)
        return {"keyid": keyid, "reason": reason, "revokedAt": written, "invalidityDate": invalid or written}

    def envelope(self, report: bytes | None = None) -> dict[str, Any]:
        """An envelope document to bend."""
        document: dict[str, Any] = json.loads(report or self.report)
        return document

    def verify(
        self, report: bytes | None = None, trust: bytes | TrustRoot | dict[str, Any] | None = None, **changes: Any
    ) -> VerifiedReport:
        """The verified report; a trust root given as a document is signed by its holder first."""
        if isinstance(trust, dict):
            trust = self.sign_trust(trust)
        return verify_report(
            self.report if report is None else report,
            self.trust if trust is None else trust,
            **{"at": self.at, **changes},
        )

    def accept(self, envelope: bytes, kind: Kind, root: TrustRoot, **changes: Any) -> Accepted:
        return accept(envelope, kind, root, Judged(**{"at": self.at, **changes}))


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
