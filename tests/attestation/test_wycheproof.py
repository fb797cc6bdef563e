"""Wycheproof's vectors through our verify primitive: P-384 with SHA-384, ML-DSA-87, and ML-DSA-65 through the library.

Those in the shared folder beside the checkout are skipped where it is absent; the edge cases in test_keys.py and the
ML-DSA-87 vectors run everywhere.
"""

from __future__ import annotations

import json

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey

from auditor.attestation.keys import (
    ECDSA,
    ML_DSA,
    canonical_signature,
    parse_public_key,
    public_key_of_spki,
    verify_signature,
)
from auditor.errors import SignatureError, TrustError
from tests.attestation.wycheproof import ML_DSA_65, P384, SPKI_87, ml_dsa_87_cases


def verdict(key, message: bytes, signature: bytes) -> str:
    try:
        verify_signature(key, message, signature)
    except SignatureError:
        return "invalid"
    return "valid"


def canonical(signature: bytes) -> bytes | None:
    try:
        return canonical_signature(ECDSA, signature)
    except SignatureError:
        return None


@pytest.mark.skipif(not P384.is_file(), reason=f"vectors not at hand: {P384}")
def test_every_p384_vector_is_judged_as_wycheproof_judges_it_but_for_the_second_spelling() -> None:
    vectors = json.loads(P384.read_bytes())
    wrong, judged, respelled = [], 0, 0
    for group in vectors["testGroups"]:
        key = parse_public_key(group["publicKeyPem"])
        assert key.spki.hex() == group["publicKeyDer"]
        for case in group["tests"]:
            judged += 1
            signature = bytes.fromhex(case["sig"])
            ours = canonical(signature)
            # Wycheproof allows both values of s; we accept the lower one alone.
            expected = case["result"] if ours == signature else "invalid"
            respelled += expected != case["result"]
            message = bytes.fromhex(case["msg"])
            if verdict(key, message, signature) != expected:
                wrong.append((case["tcId"], case["comment"]))
            if ours is not None and verdict(key, message, ours) != case["result"]:
                wrong.append((case["tcId"], case["comment"], "canonical"))
    assert judged == vectors["numberOfTests"] > 400
    assert wrong == []
    assert respelled > 50


def test_every_ml_dsa_87_vector_is_judged_as_wycheproof_judges_it_but_for_contexts() -> None:
    wrong, valid, refused = [], 0, 0
    for case in ml_dsa_87_cases():
        if len(case.key) != 2592:
            with pytest.raises(TrustError):
                public_key_of_spki(SPKI_87 + case.key)
            continue
        key = public_key_of_spki(SPKI_87 + case.key)
        assert key.algorithm == ML_DSA
        # We sign with the empty context, so a signature for another one is not ours.
        expected = "valid" if case.valid and not case.context else "invalid"
        if verdict(key, case.message, case.signature) != expected:
            wrong.append(case.title)
        valid, refused = valid + (expected == "valid"), refused + (expected == "invalid")
    assert wrong == []
    assert (valid, refused) == (54, 20)


@pytest.mark.skipif(not ML_DSA_65.is_file(), reason=f"vectors not at hand: {ML_DSA_65}")
def test_the_library_judges_ml_dsa_65_as_wycheproof_does() -> None:
    vectors = json.loads(ML_DSA_65.read_bytes())
    wrong, judged = [], 0
    for group in vectors["testGroups"]:
        for case in group["tests"]:
            judged += 1
            try:
                key = MLDSA65PublicKey.from_public_bytes(bytes.fromhex(group["publicKey"]))
                key.verify(
                    bytes.fromhex(case["sig"]), bytes.fromhex(case["msg"]), bytes.fromhex(case.get("ctx", "")) or None
                )
                found = "valid"
            except (InvalidSignature, ValueError):
                found = "invalid"
            if found != case["result"]:
                wrong.append((case["tcId"], case["comment"]))
    assert judged == vectors["numberOfTests"] > 150
    assert wrong == []
