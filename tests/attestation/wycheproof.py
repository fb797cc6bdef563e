"""Wycheproof's vectors (C2SP/wycheproof, testvectors_v1, Apache-2.0), read for the tests of every verifier we ship.

P-384 and ML-DSA-65 are read from the shared folder beside the checkout where it is present. ML-DSA-87 is beside this
file, as OpenSSL 3.5.7 carries it in its own tests (test/recipes/30-test_evp_data, Apache-2.0), packed with xz.
"""

from __future__ import annotations

import lzma
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parents[3] / "shared" / "vectors" / "wycheproof"
P384 = FOLDER / "ecdsa_secp384r1_sha384_test.json"
ML_DSA_65 = FOLDER / "mldsa_65_verify_test.json"
ML_DSA_87 = Path(__file__).with_name("wycheproof_ml_dsa_87_verify.txt.xz")
SPKI_87 = bytes.fromhex("30820a32300b060960864801650304031303820a2100")


class Case(NamedTuple):
    """One vector: `key` is the raw public key; `valid` is Wycheproof's verdict for this context."""

    title: str
    key: bytes
    message: bytes
    signature: bytes
    context: bytes
    valid: bool


def ml_dsa_87_cases() -> list[Case]:
    """Every case; those with a public key of the wrong length have no message and no signature."""
    keys: dict[str, bytes] = {}
    cases = []
    for block in lzma.decompress(ML_DSA_87.read_bytes()).decode().split("\n\n"):
        lines = block.split("\n")
        title = next((line[2:] for line in lines if line.startswith("# ")), "")
        said = [tuple(map(str.strip, line.split("=", 1))) for line in lines if "=" in line and line[:1] != "#"]
        values, controls = dict(said), dict(v.split(":", 1) for k, v in said if k == "Ctrl")
        if "PublicKeyRaw" in values:
            name, _, key = values["PublicKeyRaw"].split(":")
            keys[name] = bytes.fromhex(key)
        if "KeyFromData" in values:
            cases.append(Case(title, bytes.fromhex(controls["hexpub"]), b"", b"", b"", False))
        if "Verify-Message-Public" in values:
            key = keys[values["Verify-Message-Public"].split(":")[1]]
            context = bytes.fromhex(controls.get("hexcontext-string", ""))
            message, signature = bytes.fromhex(values["Input"]), bytes.fromhex(values.get("Output", ""))
            cases.append(Case(title, key, message, signature, context, "Result" not in values))
    return cases
