"""Canonical JSON against the RFC's own test data, and the reader against texts that two readers see differently."""

from __future__ import annotations

import json
from enum import IntEnum, StrEnum
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from auditor.canon.json import canonical_bytes, parse_canonical, parse_strict
from auditor.errors import CanonicalizationError, EvidenceFormatError

VECTORS = Path(__file__).parents[3] / "shared" / "vectors" / "jcs"

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.skipif(not VECTORS.is_dir(), reason="the shared vectors are not beside this checkout")
@pytest.mark.parametrize("name", ["arrays", "french", "structures", "unicode", "weird"])
def test_reference_data_of_rfc_8785(name: str) -> None:
    value = json.loads((VECTORS / "input" / f"{name}.json").read_bytes())
    if name == "structures":
        # It holds a float, which we refuse on top of the RFC.
        with pytest.raises(CanonicalizationError):
            canonical_bytes(value)
        return
    assert canonical_bytes(value) == (VECTORS / "output" / f"{name}.json").read_bytes()


@given(values)
def test_canonical_bytes_survive_a_round_trip(value: object) -> None:
    data = canonical_bytes(value)
    assert canonical_bytes(parse_strict(data)) == data


class Word(StrEnum):
    ONE = "one"


@pytest.mark.parametrize(
    "value",
    [
        (1, (2, ())),
        {Word.ONE: [Word.ONE, True, None, IntEnum("Number", "two").two]},
        {"\U00010000": 1, "\uffff": 2, "\x7f\x1f\x00\b\t\n\f\r\u2028/": '"\\'},
        [2**53 - 1, -(2**53) + 1, -0, {}, ""],
    ],
)
def test_whatever_is_taken_is_written_as_the_reference_writes_it(value: object) -> None:
    assert canonical_bytes(value) == rfc8785.dumps(value)  # type: ignore[arg-type]


@given(st.dictionaries(st.text(max_size=8), st.integers(0, 9), min_size=2, max_size=6))
def test_the_order_of_members_does_not_matter(members: dict[str, int]) -> None:
    turned = dict(reversed(list(members.items())))
    assert canonical_bytes(turned) == canonical_bytes(members)


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        {"a": [0.1]},
        float("nan"),
        2**53,
        [-(2**53)],
        {"a": "\ud800"},
        {"\udc00": 1},
        {"\U00010000": "\ud800"},
        {1: 2},
        {"a": [{True: 2}]},
        {None: 2},
        {"a": 1, 2: 3},
        b"bytes",
        {"a": {1, 2}},
        [object()],
    ],
)
def test_values_without_a_canonical_form_are_refused(value: object) -> None:
    with pytest.raises(CanonicalizationError):
        canonical_bytes(value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b'{"a":1,"a":2}', "given twice"),
        (b'{"a":{"b":1,"b":1}}', "given twice"),
        (b"1.5", "only integers"),
        (b"1e3", "only integers"),
        (b"NaN", "only integers"),
        (b"[-Infinity]", "only integers"),
        (b"9007199254740992", "beyond"),
        (b"-9007199254740992", "beyond"),
        (b"1" * 5000, "beyond"),
        (b'"\\ud800"', "surrogate"),
        (b'{"\\udc00":1}', "surrogate"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b"\xff", "not UTF-8"),
        (b"[" * 100_000, "nested deeper"),
        (b'{"a":' * 65 + b"1" + b"}" * 65, "nested deeper"),
        (b"{} {}", "not JSON"),
        (b"", "not JSON"),
        (b"{'a':1}", "not JSON"),
    ],
)
def test_texts_with_two_readings_are_refused(text: bytes, problem: str) -> None:
    with pytest.raises(EvidenceFormatError, match=problem):
        parse_strict(text, place="x.json")


def test_a_text_beyond_its_limit_is_refused() -> None:
    with pytest.raises(EvidenceFormatError, match="larger than the 10 bytes"):
        parse_strict(b'"0123456789"', max_bytes=10)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('["a",' + "[" * 64, "nested deeper"),
        ('["a]]",' + "[" * 64, "nested deeper"),
        ('["\\"]]",' + "[" * 64, "nested deeper"),
        ('["\\\\",' + "[" * 64, "nested deeper"),
        ("]" + "[" * 66, "nested deeper"),
        ('["\\",' + "[" * 64, "not JSON"),
        ('["' + "[" * 65, "not JSON"),
        ('["' + "[" * 65 + "\\", "not JSON"),
    ],
)
def test_depth_is_counted_beside_text_that_looks_like_brackets(text: str, problem: str) -> None:
    with pytest.raises(EvidenceFormatError, match=problem):
        parse_strict(text.encode())


@pytest.mark.parametrize("text", ["[" * 64 + "]" * 64, "[" + "[]," * 500 + "[]]", "[" * 64 + '"[[\\"[["' + "]" * 64])
def test_as_deep_as_is_allowed(text: str) -> None:
    parse_strict(text.encode())


def test_brackets_inside_text_do_not_count_as_nesting() -> None:
    assert parse_strict(json.dumps("[" * 500 + '\\"{').encode()) == "[" * 500 + '\\"{'


@pytest.mark.parametrize(
    "text",
    [
        " 1", "1\n", "[1, 2]", "[ ]", '{"a": 1}', '{"a" :1}', '{"a":1 }', "\t[]", "[]\r",
        "-0", "[-0]", "[1,-0]", '{"a":-0}', "[0,-0,9007199254740991]", "9007199254740992", "[-9007199254740992]",
        '{"a":1,"a":1}', '{"a":1,"a":2}', '{"a":{"b":1,"b":1}}', '{":":1,":":1}', '[{"a":":","a":":"}]',
        '{"b":1,"a":2}', '[{"a":1,"b":2},{"b":1,"a":2}]', '{"\U00010000":1,"\u7fff":2}', '{"\uffff":1,"\U00010000":2}',
        r'"\/"', r'"\u0041"', r'"\u000a"', r'"\u0008"', r'"\u001F"', r'"\u007f"', r'"\u00e9"',
        r'"\ud800\udc00"', r'"\ud800"', r'"\\\"', r'"\u0022"', r'{"\u0061":1}',
        '"\x1f"', "1.0", "1e3", "NaN", "01", "+1", "'a'", "\ufeff{}", "",
    ],
)  # fmt: skip
def test_another_spelling_is_not_canonical(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        parse_canonical(text.encode())


@pytest.mark.parametrize(
    "value",
    [
        "", ":", {":": ":"}, {"a": ':"b":'}, "- 0", "-0", [":-0", ",-0"], "[{ }]", '" "', '\\" ', "\\\\", '\\\\"',
        {'"': '"'}, {"\U00010000": 1, "\uffff": 2}, {"é": 1, "z": -1}, "\x00\x07\x08\t\n\x0b\f\r\x0e\x1f\x7f/\u2028",
        -1, [0, -(2**53) + 1, 2**53 - 1], "9007199254740993", ["1234567890123456789", ",1234567890123456789"], {}, [],
    ],
)  # fmt: skip
def test_what_only_looks_like_another_spelling_is_canonical(value: object) -> None:
    data = rfc8785.dumps(value)  # type: ignore[arg-type]
    assert parse_canonical(data) == value
    assert canonical_bytes(value) == data
