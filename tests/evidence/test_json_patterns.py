"""Lines read by pattern are read as parsing reads them, and whatever parsing refuses no pattern takes."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.evidence import trees
from auditor.evidence.formats import json_patterns, jsonl
from auditor.evidence.formats.json_patterns import UNKNOWN, Patterns
from auditor.evidence.formats.lines import read_lines
from auditor.evidence.formats.values import parse_json
from auditor.evidence.mapping import Rule, StreamMapping
from auditor.evidence.rejects import Malformed
from tests.evidence.test_formats import JSONL, load_text

GOOD = b'{"ts":1,"uid":"x","more":{"id":true,"note":null,"tags":["a",2]},"bytes":5}'


def part_of(*fields: str, **where: tuple[str, ...]) -> StreamMapping:
    return StreamMapping(columns={f"c{n}": Rule(source=field) for n, field in enumerate(fields)}, where=where)


PART = part_of("ts", "uid", "more.id", "more.note", "absent")


def learned(part: StreamMapping, *lines: bytes) -> Patterns:
    patterns = Patterns(part)
    for line in lines:
        patterns.learn(line, parse_json(line))
    return patterns


def by_parsing(data: bytes, part: StreamMapping) -> list[object]:
    records = []
    for line in read_lines(io.BytesIO(data), max_line=jsonl.MAX_LINE):
        value = jsonl.read_record(line, "x")
        number = line.number
        records.append(value if isinstance(value, Malformed) else trees._cut(number, number, value, part, part.fields))
    return [plain(one) for one in records]


def by_pattern(data: bytes, part: StreamMapping) -> list[object]:
    return [plain(one) for one in trees._in_lines(io.BytesIO(data), part, "x")]


def plain(found: trees.Found) -> object:
    if isinstance(found, Malformed):
        return found
    number, line, rows = found
    return number, line, None if rows is None else [[None if t is None else str(t) for t in row] for row in rows]


def test_a_line_of_a_known_shape_is_not_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[bytes] = []
    monkeypatch.setattr(jsonl, "parse_json", lambda data: parsed.append(data) or parse_json(data))
    lines = [GOOD.replace(b"1", str(n).encode()).replace(b"x", b"y" * n) for n in range(1, 50)]
    found = by_pattern(b"\n".join(lines), PART)
    assert parsed == lines[:1]
    assert found[-1] == (49, 49, [[None, "true", None, "49", "y" * 49]])


SAME = [
    (b'{"ts":-0.10e+07,"uid":"","more":{"id":false,"note":null,"tags":[]},"bytes":"5"}', "-0.10e+07"),
    ('{"ts":2,"uid":"å😀\x7f\u2028","more":{"id":true,"note":null,"tags":[null]},"bytes":null}'.encode(), "2"),
]


@pytest.mark.parametrize(("line", "moment"), SAME)
def test_what_a_pattern_takes(line: bytes, moment: str) -> None:
    row = learned(PART, GOOD).read(line)
    assert row is not UNKNOWN
    assert row[PART.fields.index("ts")] == moment  # type: ignore[index]
    assert by_pattern(GOOD + b"\n" + line, PART) == by_parsing(GOOD + b"\n" + line, PART)


OTHER = [
    ("a number with a zero before it", GOOD.replace(b":1,", b":01,")),
    ("a number with nothing after its point", GOOD.replace(b":1,", b":1.,")),
    ("a number with a sign too many", GOOD.replace(b":1,", b":--1,")),
    ("digits of another script", GOOD.replace(b":1,", ":١,".encode())),
    ("digits of another script in a power", GOOD.replace(b":1,", ":1e١,".encode())),
    ("NaN", GOOD.replace(b":1,", b":NaN,")),
    ("a text for a number", GOOD.replace(b":1,", b':"1",')),
    ("an escape", GOOD.replace(b'"x"', b'"\\u0000"')),
    ("an escaped quote", GOOD.replace(b'"x"', b'"\\"')),
    ("a control character", GOOD.replace(b'"x"', b'"\x1f"')),
    ("NUL", GOOD.replace(b'"x"', b'"\x00"')),
    ("not UTF-8", GOOD.replace(b'"x"', b'"\xff"')),
    ("a surrogate in UTF-8", GOOD.replace(b'"x"', b'"\xed\xa0\x80"')),
    ("a member twice", GOOD.replace(b'"ts":1', b'"ts":1,"ts":1')),
    ("a member twice, later", GOOD.replace(b"5}", b'5,"uid":"y"}')),
    ("a member inside a text", GOOD.replace(b'"x"', b'"x","uid":"y"')),
    ("another name", GOOD.replace(b'"uid"', b'"Uid"')),
    ("members in another order", b'{"uid":"x","ts":1,"more":{"id":true,"note":null,"tags":[]},"bytes":5}'),
    ("a list in a list", GOOD.replace(b'["a",2]', b'[["a",2]]')),
    ("a comma too many", GOOD.replace(b"2]", b"2,]")),
    ("cut short", GOOD[:-1]),
    ("more after it", GOOD + b"}"),
    ("a line end in it", GOOD.replace(b'"x"', b'"x\r"')),
    ("blanks around it", b" " + GOOD + b" "),
    ("blanks in it", GOOD.replace(b":1,", b": 1, ")),
    ("a byte order mark", b"\xef\xbb\xbf" + GOOD),
    ("nothing", b""),
]


@pytest.mark.parametrize("line", [case[1] for case in OTHER], ids=[case[0] for case in OTHER])
def test_what_no_pattern_takes(line: bytes) -> None:
    assert learned(PART, GOOD).read(line) is UNKNOWN
    data = b"\n".join([GOOD, line, GOOD])
    assert by_pattern(data, PART) == by_parsing(data, PART)


def test_a_field_that_is_no_single_value_makes_no_pattern() -> None:
    for field in ("more", "more.tags"):
        assert learned(part_of("ts", field), GOOD).read(GOOD) is UNKNOWN


def test_a_stream_of_one_field() -> None:
    assert list(learned(part_of("uid"), GOOD).read(GOOD)) == ["x"]  # type: ignore[arg-type]
    assert list(learned(part_of("absent"), GOOD).read(GOOD)) == [None]  # type: ignore[arg-type]


def test_lines_for_another_stream_are_passed_over() -> None:
    part = part_of("ts", uid=("x", ""), **{"more.id": ("true",)})
    patterns = learned(part, GOOD)
    assert patterns.read(GOOD) == ("true", "1", "x")
    assert patterns.read(GOOD.replace(b'"x"', b'"z"')) is None
    assert patterns.read(GOOD.replace(b"true", b"false")) is None
    absent = part_of("ts", other=("",))
    assert learned(absent, GOOD).read(GOOD) == (None, "1")


def test_the_beginning_of_a_line_that_is_too_long_is_no_line(tmp_path: Path) -> None:
    good = '{"ts": 1, "uid": "x"}'
    head = good.replace("x", "x" * (201 - len(good)))
    assert len(head) == 200
    text = "\n".join([good, head + " " * jsonl.MAX_LINE, good])
    rows, rejects = load_text(tmp_path, JSONL, text, "evidence/a.jsonl")
    assert [row[-1] for row in rows] == [1, 3]
    assert rejects == [f"2::line longer than {jsonl.MAX_LINE} bytes"]


def test_a_long_line_is_parsed_and_makes_no_pattern() -> None:
    line = GOOD.replace(b'"x"', b'"%s"' % (b"x" * json_patterns.MAX_LINE))
    assert learned(PART, GOOD).read(line) is UNKNOWN
    assert learned(PART, line).read(GOOD) is UNKNOWN


def test_a_line_of_many_members_makes_no_pattern() -> None:
    line = json.dumps({f"m{number}": 1 for number in range(json_patterns.MAX_MEMBERS + 1)}).encode()
    assert learned(PART, line).read(line) is UNKNOWN
    fewer = json.dumps({f"m{number}": 1 for number in range(json_patterns.MAX_MEMBERS)}).encode()
    assert learned(PART, fewer).read(fewer) is not UNKNOWN


def test_a_record_of_several_rows_makes_no_pattern() -> None:
    part = StreamMapping(columns={"ts": Rule(source="ts"), "tag": Rule(source="each")}, each="more.tags")
    data = b"\n".join([GOOD] * 3)
    assert by_pattern(data, part) == by_parsing(data, part)
    assert by_pattern(data, part)[2] == (3, 3, [["a", "1"], ["2", "1"]])


def test_patterns_are_few_and_given_up_where_they_do_not_help(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[object] = []
    make = json_patterns._Pattern.make
    monkeypatch.setattr(json_patterns._Pattern, "make", lambda *words: made.append(0) or make(*words))
    lines = [b'{"ts":1,"uid":"x","n%d":1}' % n for n in range(json_patterns.PATIENCE + 10)]
    patterns = learned(PART, *lines[: json_patterns.MAX_PATTERNS + 10])
    assert len(made) == json_patterns.MAX_PATTERNS
    assert patterns.read(lines[0]) is not UNKNOWN
    assert learned(PART, *lines).read(lines[0]) is UNKNOWN


NAMES = st.sampled_from(["ts", "uid", "more", "more.id", "id", "note", "å", "a b", "[x]", "\\d"])
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=5)
)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3))
RECORDS = st.dictionaries(NAMES, VALUES, max_size=5)
MARKS = st.sampled_from([(",", ":"), (", ", ": ")])
ALL = part_of("ts", "uid", "more.id", "more.note", "note", "å")


def changed(value: Any) -> Any:
    """The value with others of the same kind in it."""
    if isinstance(value, dict):
        return {name: changed(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [changed(inner) for inner in value][:2]
    if isinstance(value, str):
        return value[::-1] + "ö"
    return not value if isinstance(value, bool) else value and value * 3


@given(st.lists(RECORDS, min_size=1, max_size=4), MARKS, st.booleans(), st.data())
@settings(max_examples=400, deadline=None)
def test_patterns_and_parsing_agree(
    records: list[dict[str, Any]], marks: tuple[str, str], ascii_only: bool, data: st.DataObject
) -> None:
    lines = [
        json.dumps(one, separators=marks, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
        for record in records
        for one in (record, changed(record))
    ]
    whole = bytearray(b"\n".join(lines + lines))
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place : place + 1] = data.draw(st.sampled_from([b"", b'"', b"\\", b"0", b",", b" ", b"}", b"\xff"]))
    if whole[:4].count(0):
        return
    assert by_pattern(bytes(whole), ALL) == by_parsing(bytes(whole), ALL)
