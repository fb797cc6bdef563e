"""The shortcut to canonical bytes writes what RFC 8785 asks for."""

from __future__ import annotations

import json
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auditor.attestation.shape import Node, parse_canonical_document
from auditor.canon.json import canonical_bytes, canonical_bytes_of_parsed, parse_canonical, parse_strict
from auditor.errors import CanonicalizationError, EvidenceFormatError, StatementError

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53 - 1), 2**53 - 1) | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(_VALUES)
@example({"\U00010000": 1, "\uffff": 2, "\x7f\x1f\u2028/": '"\\'})
def test_the_fast_canonical_form_is_the_canonical_form(value: Any) -> None:
    expected = rfc8785.dumps(value)
    assert canonical_bytes(value) == expected
    assert canonical_bytes_of_parsed(parse_strict(expected)) == expected


_SPELLINGS = (
    canonical_bytes,
    lambda value: json.dumps(value).encode(),
    lambda value: json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8"),
    lambda value: canonical_bytes(value) + b" ",
    lambda value: canonical_bytes([value, value]).replace(b",", b", ", 1),
    lambda value: b'{"a":1,"a":' + canonical_bytes(value) + b"}",
    lambda value: b'{"b":1,"a":' + canonical_bytes(value) + b"}",
    lambda value: b"[" * 63 + canonical_bytes([value]) + b"]" * 63,
    lambda value: canonical_bytes(value).replace(b"1", b"1.0"),
    lambda value: canonical_bytes(value).replace(b"1", b"9007199254740993"),
    lambda value: canonical_bytes(value).replace(b"0", b"-0"),
    lambda value: b"\xef\xbb\xbf" + canonical_bytes(value),
)


def judged_slowly(data: bytes) -> Any:
    """The value, if both steps done one after another accept it; `...` otherwise."""
    try:
        value = parse_strict(data)
        return value if canonical_bytes_of_parsed(value) == data else ...
    except (EvidenceFormatError, CanonicalizationError):
        return ...


@settings(max_examples=300, deadline=None)
@given(_VALUES, st.sampled_from(_SPELLINGS), st.integers(0, 200), st.binary(max_size=3))
@example("\U00010000", _SPELLINGS[1], 0, b"")
def test_the_fast_judgement_is_the_slow_one(value: Any, spell: Any, place: int, junk: bytes) -> None:
    spelled = spell(value)
    for data in (spelled, spelled[:place] + junk + spelled[place:], spelled[:place]):
        expected = judged_slowly(data)
        try:
            found = parse_canonical(data)
        except ValueError:
            found = ...
        assert repr(found) == repr(expected), data


@pytest.mark.parametrize(
    ("data", "deep"),
    [
        (b"[" * 64 + b"]" * 64, False),
        (b"[" * 65 + b"]" * 65, True),
        (b'["]]]]",' * 40 + b"1" + b"]" * 40, False),
        (b'["]]]]",' * 65 + b"1" + b"]" * 65, True),
        (b'["\\"]]]]",' * 65 + b"1" + b"]" * 65, True),
        (b'["\\\\",' * 65 + b"1" + b"]" * 65, True),
        (b'["[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["]', False),
        (b'{"a\\"[":' * 65 + b"1" + b"}" * 65, True),
    ],
)
def test_depth_is_that_of_the_document_and_not_of_its_texts(data: bytes, deep: bool) -> None:
    if deep:
        with pytest.raises(EvidenceFormatError, match="nested deeper"):
            parse_strict(data)
    else:
        parse_strict(data)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b'{"a":1,"a":2}', "given twice"),
        (b'{"a": 1}', "canonical form"),
        (b'{"b":1,"a":2}', "canonical form"),
        (b"[1.5]", "only integers"),
        (b"\xff", "not UTF-8"),
        (b"[]" * 100, "larger than"),
        (b"[" * 70, "nested deeper"),
    ],
)
def test_what_is_not_canonical_is_refused_with_the_reason(data: bytes, problem: str) -> None:
    with pytest.raises(StatementError, match=problem):
        parse_canonical_document(data, "statement", StatementError, 100)


@pytest.mark.parametrize(
    ("value", "good"),
    [("d4" * 64, True), ("d4" * 32, False), ("D4" * 64, False), ("d4" * 63 + "dg", False), (None, False), (7, False)],
)
def test_a_sha_512_digest_has_one_spelling(value: Any, good: bool) -> None:
    node = Node(value, "statement", StatementError)
    if good:
        assert node.digest512() == value
        return
    with pytest.raises(StatementError, match="SHA-512"):
        node.digest512()


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-01T00:00:00+00:00",
        "2026-11-01T00:00:00.10Z",
        "2026-11-01T00:00:00.0Z",
        "2026-11-01T01:00:00+01:00",
        "now",
    ],
)
def test_an_instant_of_ours_has_one_spelling(value: str) -> None:
    assert Node("2026-11-01T00:00:00.1Z", "statement", StatementError).utc_instant() % 1_000_000 == 100_000
    with pytest.raises(StatementError, match=r"must be written|not an instant"):
        Node(value, "statement", StatementError).utc_instant()
