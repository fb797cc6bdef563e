"""Wycheproof's ECDSA P-384 SHA-384 vectors (C2SP/wycheproof, testvectors_v1, Apache-2.0) through our verify primitive.

The vectors are other people's data and stay outside the repository, in the shared folder beside the checkout.
Where they are absent these tests are skipped; the edge cases in test_keys.py run everywhere.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from auditor.attestation.keys import parse_public_key, verify_signature
from auditor.errors import SignatureError

FILE = Path(__file__).parents[3] / "shared" / "vectors" / "wycheproof" / "ecdsa_secp384r1_sha384_test.json"


@pytest.mark.skipif(not FILE.is_file(), reason=f"vectors not at hand: {FILE}")
def test_every_vector_is_judged_as_wycheproof_judges_it() -> None:
    vectors = json.loads(FILE.read_bytes())
    wrong, judged = [], 0
    for group in vectors["testGroups"]:
        key = parse_public_key(group["publicKeyPem"])
        assert key.spki.hex() == group["publicKeyDer"]
        for case in group["tests"]:
            judged += 1
            try:
                verify_signature(key, bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]))
                verdict = "valid"
            except SignatureError:
                verdict = "invalid"
            if verdict != case["result"]:
                wrong.append((case["tcId"], case["comment"], verdict))
    assert judged == vectors["numberOfTests"] > 400
    assert wrong == []
