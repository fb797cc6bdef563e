"""The page's code against vectors made by others, and against the sentences and instants of the signing side."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from auditor.attestation.keys import ECDSA, canonical_signature
from auditor.attestation.roles import DECLARATIONS
from auditor.canon.instant import format_instant, parse_instant
from auditor.canon.merkle import TreeHasher
from tests.attestation.wycheproof import P384, SPKI_87, ml_dsa_87_cases
from tests.browser.core import Core, RefusedError

JCS = Path(__file__).parents[3] / "shared" / "vectors" / "jcs"
FLOATS = ["structures.json", "values.json"]
needs_p384 = pytest.mark.skipif(not P384.exists(), reason="the shared vectors are not beside this checkout")
needs_jcs = pytest.mark.skipif(not JCS.exists(), reason="the shared vectors are not beside this checkout")


def verdict_on(core: Core, spki: bytes, message: bytes, signature: bytes) -> bool:
    try:
        return bool(core.ask("signature", spki=spki, message=message, signature=signature) == "valid")
    except RefusedError as refused:
        if refused.code != "verification.signature":
            raise
        return False


@needs_p384
def test_wycheproof_p384(core: Core) -> None:
    """Every vector; a valid one with the higher s is refused as it is and accepted once it is spelled as we spell."""
    counted = {"valid": 0, "invalid": 0, "spelled": 0}
    for group in json.loads(P384.read_bytes())["testGroups"]:
        spki = bytes.fromhex(group["publicKeyDer"])
        for case in group["tests"]:
            message, signature = bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"])
            if case["result"] == "invalid":
                assert not verdict_on(core, spki, message, signature), case
                counted["invalid"] += 1
                continue
            canonical = canonical_signature(ECDSA, signature)
            assert verdict_on(core, spki, message, canonical), case
            if canonical != signature:
                assert not verdict_on(core, spki, message, signature), case
                counted["spelled"] += 1
            counted["valid"] += 1
    assert min(counted.values()) > 10


def test_wycheproof_ml_dsa_87(core: Core) -> None:
    """Every vector; those made for a context are signatures over something else to us, who sign without one."""
    cases = ml_dsa_87_cases()
    assert sum(case.valid and not case.context for case in cases) > 5
    for case in cases:
        expected = case.valid and not case.context
        spki = SPKI_87 + case.key
        try:
            found = verdict_on(core, spki, case.message, case.signature)
        except AssertionError:
            raise AssertionError(case.title) from None
        assert found is expected, case.title


@needs_jcs
def test_jcs_vectors(core: Core) -> None:
    """The RFC's own test data: the canonical bytes, or a refusal where there are floats, which we do not sign."""
    refused = []
    for path in sorted((JCS / "input").iterdir()):
        data = path.read_bytes()
        try:
            found = base64.b64decode(core.ask("canonical", data=data))
        except RefusedError:
            refused.append(path.name)
            continue
        assert found == (JCS / "output" / path.name).read_bytes().strip()
    assert refused == FLOATS


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":1}',
        '{"a":1,"\\u0061":2}',
        "[1.0]",
        "[1e3]",
        "[NaN]",
        "[Infinity]",
        "[-]",
        "[01]",
        "[+1]",
        "[9007199254740992]",
        "[-9007199254740992]",
        '["\\ud800"]',
        '["\\udc00\\ud800"]',
        "\ufeff[]",
        "[1,]",
        "[,1]",
        '{"a":1,}',
        "{a:1}",
        "['a']",
        "[1] 2",
        "",
        '["\n"]',
        '["\\x41"]',
        '["\\u12"]',
        '["',
        "[",
        "{",
        '{"a"',
        '{"a":',
        "[tru]",
        "nul",
        "[1 2]",
        "/**/[]",
        "[" * 65 + "]" * 65,
        '{"a":' * 65 + "1" + "}" * 65,
    ],
)
def test_json_that_two_readers_could_read_differently_is_refused(core: Core, text: str) -> None:
    with pytest.raises(RefusedError) as caught:
        core.ask("json", data=text.encode())
    assert caught.value.code == "JsonError"


@pytest.mark.parametrize("data", [b'["\xff"]', b'["\xed\xa0\x80"]', b'["\xc0\x80"]', b"\xfe\xff[]"])
def test_bytes_that_are_no_utf8_are_refused(core: Core, data: bytes) -> None:
    with pytest.raises(RefusedError):
        core.ask("json", data=data)


def test_names_that_are_special_elsewhere_are_names(core: Core) -> None:
    text = b'{"__proto__":{"a":1},"constructor":2,"toString":3}'
    assert base64.b64decode(core.ask("canonical", data=text)) == text


def test_members_are_ordered_by_utf16_units(core: Core) -> None:
    """U+10000 is written with surrogates, which sort before U+FF5E though its code point is larger."""
    found = base64.b64decode(core.ask("canonical", data='{"\uff5e":1,"\U00010000":2}'.encode()))
    assert found == '{"\U00010000":2,"\uff5e":1}'.encode()


INSTANTS = [
    "2026-10-01T00:00:00Z",
    "2024-02-29T23:59:59.999999Z",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999Z",
    "2026-10-01T02:00:00+02:00",
    "1969-12-31T23:59:59.5Z",
    "2026-10-01T00:00:00.100Z",
]
NO_INSTANTS = [
    "2026-10-01",
    "2026-10-01T00:00:00",
    "2026-13-01T00:00:00Z",
    "2026-02-29T00:00:00Z",
    "2026-10-01T24:00:00Z",
    "2026-10-01T00:60:00Z",
    "2026-10-01T00:00:60Z",
    "2026-10-01t00:00:00Z",
    "2026-10-01 00:00:00Z",
    "2026-10-01T00:00:00.1234567Z",
    "0000-01-01T00:00:00Z",
    "٢026-10-01T00:00:00Z",
    "2026-10-01T00:00:00Z ",
    "0001-01-01T00:00:00+02:00",
    "2026-10-01T00:00:00+24:00",
]


@pytest.mark.parametrize("text", INSTANTS)
def test_instants_are_those_of_the_signing_side(core: Core, text: str) -> None:
    micros = parse_instant(text)
    assert core.ask("instant", text=text) == [str(micros), format_instant(micros)]


@pytest.mark.parametrize("text", NO_INSTANTS)
def test_what_is_no_instant_is_none(core: Core, text: str) -> None:
    assert core.ask("instant", text=text) is None


def test_the_sentences_are_those_that_are_signed(core: Core) -> None:
    expected: dict[str, Any] = {}
    for (topic, role), sentence in DECLARATIONS.items():
        expected.setdefault(topic, {})[role] = sentence
    assert core.ask("declarations") == expected


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 100])
def test_tree_roots_are_those_of_rfc_9162(core: Core, size: int) -> None:
    leaves = [hashlib.sha256(bytes([n])).digest() for n in range(size)]
    hasher = TreeHasher()
    for leaf in leaves:
        hasher.add(leaf)
    assert core.ask("root", leaves=b"".join(leaves)) == hasher.root().hex()
