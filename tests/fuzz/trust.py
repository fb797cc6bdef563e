"""Trust roots: as files, as payloads that their holders sign, and as successors of one that is held."""

from __future__ import annotations

import contextlib
from functools import cache

from auditor.attestation.cms import read_pinned
from auditor.attestation.envelope import TRUST_ROOT_TYPE
from auditor.attestation.root import TrustRoot, parse_payload, parse_root
from auditor.attestation.rotation import accept_successor
from auditor.canon.json import canonical_bytes, parse_strict
from auditor.errors import TrustError, UnverifiableError, VerificationError
from tests.fuzz.mutate import mutate_der, mutate_json
from tests.fuzz.people import desk, sign_as_told
from tests.fuzz.target import Target, genuine, require


def run_trust_file(data: bytes) -> None:
    """A file that is accepted is one that was made, but for signatures of former holders, who count for nothing."""
    try:
        found = parse_root(data)
    except (VerificationError, UnverifiableError):
        return
    require(found.content in {parse_root(one).content for one in genuine("trust-file")}, "nobody signed this", data)


def run_trust(data: bytes) -> None:
    """A payload that its holders sign: canonical, every key one owner's, every threshold within reach."""
    try:
        found = parse_payload(data)
    except (TrustError, UnverifiableError):
        return
    require(canonical_bytes(parse_strict(data)) == data, "a second spelling", data)
    _require_sound(found, data)
    signed = sign_as_told(data, TRUST_ROOT_TYPE)
    with contextlib.suppress(VerificationError, UnverifiableError):
        parse_root(signed)
    try:
        after = accept_successor(_held(), signed)
    except (VerificationError, UnverifiableError):
        return
    require((after.version, after.lineage) == (_held().version + 1, _held().lineage), "not the next version", data)
    require({one.keyid for one in _held().revoked} <= {one.keyid for one in after.revoked}, "forgotten", data)


def _require_sound(found: TrustRoot, data: bytes) -> None:
    spki = [key.public.spki for one in (*found.principals, *found.holders) for key in one.keys]
    require(len(set(spki)) == len(spki), "one key of two owners", data)
    for needed in found.thresholds.values():
        for role, count in needed:
            require(count <= sum(role in one.roles for one in found.principals), "never within reach", data)
    require(1 <= found.threshold <= len(found.holders), "a threshold without holders", data)
    require(found.time_threshold <= len({one.operator for one in found.authorities}), "too few operators", data)
    for one in found.principals:
        found.organisation(one.organisation)


@cache
def _held() -> TrustRoot:
    revoked = [desk().revoked(desk().keyids["mallory"][0], "2026-05-01T00:00:00Z")]
    return desk().root_for("ada", "ben", revoked=revoked)


def run_pinned(data: bytes) -> None:
    """A pinned certificate is one for time-stamping or is refused."""
    try:
        found = read_pinned(data, "pin")
    except (TrustError, UnverifiableError):
        return
    require(found.certificate == data and found.issuer in data and found.serial in data, "no certificate", data)


TARGETS = {
    "trust-file": Target(run_trust_file, mutate_json, most=1 << 17, rounds=20),
    "trust": Target(run_trust, mutate_json, rounds=40),
    "pinned": Target(run_pinned, mutate_der, rounds=200),
}
