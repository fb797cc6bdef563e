"""The trust policy: what it says, and what it may not say."""

from __future__ import annotations

import base64
import json

import pytest

from auditor.attestation.keys import encode_public_key
from auditor.attestation.trust import MAX_TRUST_BYTES, Revocation, make_trust_policy, parse_trust_policy
from auditor.canon.instant import parse_instant
from auditor.errors import TrustError

OTHER = "sha256:" + "d4" * 32


def test_a_policy_reads_back(desk) -> None:
    people = (desk.principal("ada"), desk.principal("ben"))
    revoked = (Revocation(OTHER, "lost with a laptop", parse_instant("2026-06-01T00:00:00Z")),)
    data = make_trust_policy(
        people, {"assessor": 1, "technical-reviewer": 1}, revoked=revoked, catalogs=["b2" * 32], engines=["0.1.0"]
    )
    policy = parse_trust_policy(data)
    assert policy.principals == people
    assert policy.thresholds == (("assessor", 1), ("technical-reviewer", 1))
    assert (policy.revoked, policy.catalogs, policy.engines) == (revoked, ("b2" * 32,), ("0.1.0",))
    assert policy.find(desk.keyid("ben")) == (people[1], people[1].keys[0])
    assert policy.find(OTHER) is None


def test_lists_left_out_are_none_and_not_empty(desk) -> None:
    policy = parse_trust_policy(desk.trust)
    assert (policy.revoked, policy.catalogs, policy.engines) == ((), None, None)


def test_a_public_key_may_be_pem(desk, bend) -> None:
    pem = encode_public_key(desk.public["ada"]).decode()
    bent = bend(desk.trust_document(), "/principals/0/keys/0/public", pem)
    assert parse_trust_policy(json.dumps(bent).encode()).find(desk.keyid("ada"))


KEY = "/principals/0/keys/0"


@pytest.mark.parametrize(
    ("pointer", "value", "problem"),
    [
        ("/format", "trust-policy/2", "must be one of"),
        ("/format", ..., "missing"),
        ("/principals", ..., "missing"),
        ("/principals", [], "1 to 1024 items"),
        ("/principals", {}, "must be an array"),
        ("/thresholds", ..., "missing"),
        ("/thresholds", {}, "no threshold is set"),
        ("/thresholds", [], "must be an object"),
        ("/thresholds/assessor", 0, "integer from 1"),
        ("/thresholds/assessor", -1, "integer from 1"),
        ("/thresholds/assessor", True, "integer from 1"),
        ("/thresholds/assessor", "1", "integer from 1"),
        ("/thresholds/assessor", 2, "can never be met"),
        ("/thresholds/technical-reviewer", 1, "can never be met"),
        ("/thresholds/boss", 1, "unknown member"),
        ("/catalogs", [], "1 to 1024 items"),
        ("/catalogs", ["b2"], "must be a SHA-256 digest"),
        ("/catalogs", ["b2" * 32] * 2, "given twice"),
        ("/engines", [], "1 to 1024 items"),
        ("/engines", [1], "must be text"),
        ("/engines", ["1", "1"], "given twice"),
        ("/comment", "x", "unknown member"),
        ("/revoked", [{"keyid": OTHER, "reason": "lost"}], "'revokedAt' is missing"),
        ("/revoked", [{"keyid": OTHER, "reason": "", "revokedAt": "2026-01-01T00:00:00Z"}], "1 to 256"),
        ("/revoked", [{"keyid": "x", "reason": "lost", "revokedAt": "2026-01-01T00:00:00Z"}], "must be a key id"),
        ("/revoked", [{"keyid": OTHER, "reason": "lost", "revokedAt": "2026-01-01"}], "not an instant"),
        ("/revoked", [{"keyid": OTHER, "reason": "lost", "revokedAt": "2026-01-01T00:00:00Z"}] * 2, "given twice"),
        ("/principals/0/principal", "", "1 to 256"),
        ("/principals/0/principal", "аda", "ASCII"),
        ("/principals/0/name", "", "1 to 256"),
        ("/principals/0/name", " Ada", "blanks at its ends"),
        ("/principals/0/name", "Ada\u202eB", "printable"),
        ("/principals/0/name", "Ada\n", "printable"),
        ("/principals/0/organisation", ..., "missing"),
        ("/principals/0/keys", [], "1 to 1024 items"),
        (f"{KEY}/keyid", OTHER, "not the key id of this public key"),
        (f"{KEY}/keyid", "ada", "must be a key id"),
        (f"{KEY}/algorithm", "ecdsa-p256-sha256", "must be one of"),
        (f"{KEY}/algorithm", "ml-dsa-87", "must be one of"),
        (f"{KEY}/algorithm", "none", "must be one of"),
        (f"{KEY}/public", "x", "not a public key"),
        (f"{KEY}/public", None, "must be a public key"),
        (f"{KEY}/roles", [], "1 to 1024 items"),
        (f"{KEY}/roles", ["boss"], "must be one of"),
        (f"{KEY}/roles", ["assessor", "assessor"], "given twice"),
        (f"{KEY}/notBefore", "2028-01-01T00:00:00Z", "later than notBefore"),
        (f"{KEY}/notAfter", "2027-01-01T00:00:00", "not an instant"),
        (f"{KEY}/notAfter", ..., "missing"),
        (f"{KEY}/threshold", 1, "unknown member"),
    ],
)
def test_a_bent_policy_is_refused(desk, bend, pointer, value, problem) -> None:
    with pytest.raises(TrustError, match=problem) as caught:
        parse_trust_policy(json.dumps(bend(desk.trust_document(), pointer, value)).encode())
    assert str(caught.value.place).startswith("trust policy")


def test_one_key_does_not_belong_to_two_principals(desk) -> None:
    ben = desk.principal("ben")._replace(keys=desk.principal("ada").keys)
    with pytest.raises(TrustError, match="one public key is given twice") as caught:
        make_trust_policy([desk.principal("ada"), ben], {"assessor": 1})
    assert caught.value.place == "trust policy /principals/1/keys/0"
    assert "urn:example:ada" in str(caught.value.hint)


def test_one_key_is_not_given_twice_to_one_principal(desk) -> None:
    ada = desk.principal("ada")
    with pytest.raises(TrustError, match="one public key is given twice"):
        make_trust_policy([ada._replace(keys=ada.keys * 2)], {"assessor": 1})


def test_one_key_in_another_encoding_is_no_second_key(desk, bend) -> None:
    document = desk.trust_document("ada", "ben")
    alias = {**document["principals"][0]["keys"][0], "public": encode_public_key(desk.public["ada"]).decode()}
    with pytest.raises(TrustError, match="one public key is given twice"):
        parse_trust_policy(json.dumps(bend(document, "/principals/1/keys/0", alias)).encode())
    point = desk.public["ada"].spki[23:]
    short = bytes.fromhex("3046301006072a8648ce3d020106052b81040022033200") + bytes([2 + point[-1] % 2]) + point[1:49]
    alias["public"] = base64.b64encode(short).decode()
    with pytest.raises(TrustError, match="uncompressed point"):
        parse_trust_policy(json.dumps(bend(document, "/principals/1/keys/0", alias)).encode())


def test_one_principal_is_not_given_twice(desk) -> None:
    again = desk.principal("ben")._replace(id="urn:example:ada")
    with pytest.raises(TrustError, match="principal is given twice"):
        make_trust_policy([desk.principal("ada"), again], {"assessor": 1})


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"[]", id="array"),
        pytest.param(b"[" * 10_000, id="10,000 deep"),
        pytest.param(b" " * (MAX_TRUST_BYTES + 1), id="huge"),
        pytest.param(b'{"format":"trust-policy/1","format":"trust-policy/1"}', id="member twice"),
        pytest.param(b"format: trust-policy/1\n", id="YAML"),
        pytest.param(b"\xff", id="not text"),
    ],
)
def test_not_a_policy_at_all(data) -> None:
    with pytest.raises(TrustError):
        parse_trust_policy(data)


def test_a_private_key_in_a_policy_is_not_repeated_in_the_error(desk, bend) -> None:
    secret = "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n"
    with pytest.raises(TrustError, match="private key") as caught:
        parse_trust_policy(json.dumps(bend(desk.trust_document(), f"{KEY}/public", secret)).encode())
    assert "c2VjcmV0" not in str(caught.value)
