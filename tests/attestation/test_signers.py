"""Who signed, held against who was declared and who is trusted: signatures stripped, added, swapped, renamed."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA384

from auditor.attestation.envelope import PAYLOAD_TYPE, Signature, encode_envelope, pae, parse_envelope
from auditor.attestation.keys import canonical_signature
from auditor.attestation.statement import DeclaredSigner, make_statement
from auditor.attestation.trust import Revocation, make_trust_policy
from auditor.canon.json import canonical_bytes
from auditor.errors import EnvelopeError, SignatureError, TrustError

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973


def test_a_revocation_of_one_signer_fails_the_whole_report(desk) -> None:
    trust = desk.trust_for("ada", "ben", revoked=[Revocation(desk.keyid("ben"), "lost", 0)])
    with pytest.raises(TrustError, match="revoked"):
        desk.verify(desk.signed_by("ada", "ben"), trust)


def test_a_signature_stripped_is_a_declared_signer_missing(desk) -> None:
    document = desk.envelope(desk.signed_by("ada", "ben"))
    for index in (0, 1):
        one_less = {**document, "signatures": [document["signatures"][index]]}
        with pytest.raises(SignatureError, match="declared signer has not signed"):
            desk.verify(canonical_bytes(one_less), desk.trust_for("ada", "ben"))


@pytest.mark.parametrize("name", ["mallory", "ben"])
def test_an_undeclared_cosigner_is_refused_trusted_or_not(desk, name) -> None:
    report = desk.sign_raw(desk.payload("ada"), "ada", name)
    with pytest.raises(SignatureError, match="does not declare"):
        desk.verify(report, desk.trust_for("ada", "ben"))


def test_an_unknown_key_alone_proves_nothing(desk) -> None:
    declared = [DeclaredSigner("urn:example:ada", "assessor", (desk.keyid("mallory"),))]
    report = desk.sign_raw(make_statement(desk.results(), declared), "mallory")
    with pytest.raises(TrustError, match="no signature is by a key"):
        desk.verify(report)


def test_an_unknown_key_declared_beside_a_trusted_one_is_not_counted(desk) -> None:
    declared = [*desk.declared("ada"), DeclaredSigner("urn:example:eve", "assessor", (desk.keyid("mallory"),))]
    report = desk.sign_raw(make_statement(desk.results(), declared), "ada", "mallory")
    with pytest.raises(TrustError, match="not known to the trust policy"):
        desk.verify(report)


def test_each_of_a_signers_keys_must_sign(desk) -> None:
    declared = [DeclaredSigner("urn:example:ada", "assessor", (desk.keyid("ada"), desk.keyid("ben")))]
    payload = make_statement(desk.results(), declared)
    keys = desk.principal("ada").keys + desk.principal("ben", roles=("assessor",)).keys
    trust = make_trust_policy([desk.principal("ada")._replace(keys=keys)], {"assessor": 1})
    assert len(desk.verify(desk.sign_raw(payload, "ada", "ben"), trust).signers) == 2
    with pytest.raises(SignatureError, match="has not signed"):
        desk.verify(desk.sign_raw(payload, "ada"), trust)


def test_two_keys_of_one_person_are_one_person(desk) -> None:
    declared = [DeclaredSigner("urn:example:ada", "assessor", (desk.keyid("ada"), desk.keyid("ben")))]
    keys = desk.principal("ada").keys + desk.principal("ben", roles=("assessor",)).keys
    people = [desk.principal("ada")._replace(keys=keys), desk.principal("mallory")]
    report = desk.sign_raw(make_statement(desk.results(), declared), "ada", "ben")
    with pytest.raises(SignatureError, match="asks for 2 in the role assessor, and 1 signed"):
        desk.verify(report, make_trust_policy(people, {"assessor": 2}))


def test_thresholds_are_the_verifiers(desk) -> None:
    people = [desk.principal("ada"), desk.principal("ben")]
    trust = make_trust_policy(people, {"assessor": 1, "technical-reviewer": 1})
    assert desk.verify(desk.signed_by("ada", "ben"), trust)
    with pytest.raises(SignatureError, match="technical-reviewer, and 0 signed"):
        desk.verify(desk.report, trust)


def test_a_role_not_granted_is_refused(desk) -> None:
    declared = [*desk.declared("ada"), DeclaredSigner("urn:example:ben", "assessor", (desk.keyid("ben"),))]
    report = desk.sign_raw(make_statement(desk.results(), declared), "ada", "ben")
    with pytest.raises(TrustError, match="may not sign in the role assessor"):
        desk.verify(report, desk.trust_for("ada", "ben"))


def test_a_key_declared_for_another_principal_is_refused(desk) -> None:
    declared = [DeclaredSigner("urn:example:zoe", "assessor", (desk.keyid("ada"),))]
    with pytest.raises(TrustError, match="is a key of urn:example:ada"):
        desk.verify(desk.sign_raw(make_statement(desk.results(), declared)))


def test_a_signature_under_an_alias_key_id_is_refused(desk) -> None:
    payload = desk.payload("ada")
    genuine = desk.signature(payload, "ada")
    alias = genuine._replace(keyid=desk.keyid("ben"))
    with pytest.raises(SignatureError, match="does not verify"):
        desk.verify(encode_envelope(payload, [genuine, alias]), desk.trust_for("ada", "ben"))
    with pytest.raises(TrustError, match="no signature is by a key"):
        desk.verify(encode_envelope(payload, [alias]))
    unknown = genuine._replace(keyid="sha256:" + "0" * 64)
    with pytest.raises(SignatureError, match="does not declare"):
        desk.verify(encode_envelope(payload, [genuine, unknown]))


def test_swapped_signatures_are_refused(desk) -> None:
    document = desk.envelope(desk.signed_by("ada", "ben"))
    one, two = document["signatures"]
    one["sig"], two["sig"] = two["sig"], one["sig"]
    with pytest.raises(SignatureError, match="does not verify"):
        desk.verify(canonical_bytes(document), desk.trust_for("ada", "ben"))


def test_a_signature_of_another_report_is_refused(desk) -> None:
    other = desk.signature(desk.payload("ada", "ben"), "ada")
    with pytest.raises(SignatureError, match="does not verify"):
        desk.verify(encode_envelope(desk.payload("ada"), [other]))


def test_a_signature_over_another_payload_type_is_refused(desk) -> None:
    payload = desk.payload("ada")
    for message in (pae("application/json", payload), payload, pae(PAYLOAD_TYPE, payload) + b" "):
        raw = canonical_signature(desk.private["ada"].sign(message, ec.ECDSA(SHA384())))
        with pytest.raises(SignatureError, match="does not verify"):
            desk.verify(encode_envelope(payload, [Signature(desk.keyid("ada"), raw)]))
    with pytest.raises(EnvelopeError, match="must be one of"):
        desk.verify(canonical_bytes({**desk.envelope(), "payloadType": "application/json"}))


def test_the_other_s_of_a_signature_is_refused(desk) -> None:
    envelope = parse_envelope(desk.report)
    r, s = decode_dss_signature(envelope.signatures[0].sig)
    other = Signature(desk.keyid("ada"), encode_dss_signature(r, ORDER - s))
    with pytest.raises(SignatureError, match="low s"):
        desk.verify(encode_envelope(envelope.payload, [other]))
