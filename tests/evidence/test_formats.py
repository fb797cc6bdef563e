"""Zeek logs, JSON Lines, JSON, YAML and gzip: read strictly or refused."""

from __future__ import annotations

import gzip
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import EvidenceFormatError, UnknownReferenceError
from auditor.evidence.formats.values import UnreadableError, parse_json
from auditor.evidence.source import Gunzip
from tests.evidence.bundles import load_one, mapping, stream

FLOWS = stream("""
id: flows
title: Flows
meaning: Flows.
order: [ts]
complete: {by: declaration}
columns:
  ts: {type: instant, meaning: when}
  uid: {type: text, meaning: number}
  long: {type: duration, optional: true, meaning: how long}
  size: {type: integer, optional: true, meaning: how much}
""")
COLUMNS = """
    columns:
      ts: {from: ts, time: epoch_s}
      uid: {from: uid}
      long: {from: duration, seconds: true}
      size: {from: bytes}
"""
ZEEK = mapping(f"id: z\ntitle: Zeek\nformat: tsv-zeek\nstreams:\n  flows:{COLUMNS}", FLOWS)
JSONL = mapping(f"id: j\ntitle: JSON Lines\nformat: jsonl\nstreams:\n  flows:{COLUMNS}", FLOWS)
JSON = mapping(f"id: d\ntitle: JSON\nformat: json\nrecords: $.a.flows\nstreams:\n  flows:{COLUMNS}", FLOWS)
YAML = mapping(f"id: y\ntitle: YAML\nformat: yaml\nrecords: $.flows\nstreams:\n  flows:{COLUMNS}", FLOWS)

HEADER = (
    "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n#open\t2026-10-01\n"
    "#fields\tts\tuid\tduration\tbytes\n#types\ttime\tstring\tinterval\tcount\n"
)
CLOSE = "#close\t2026-10-02\n"
LINE = "1790812800.000001\tC1\t0.5\t7\n"


def load_text(
    tmp_path: Path, a_mapping: object, text: str | bytes, path: str = "evidence/a.log"
) -> tuple[list[tuple[Any, ...]], list[str]]:
    data = text.encode() if isinstance(text, str) else text
    with load_one(tmp_path, [FLOWS], a_mapping, data, path) as store:  # type: ignore[arg-type]
        coverage = store.coverage[0]
        assert coverage.rejected == store.reject_count
        rows = store.tables.rows("SELECT ts, uid, long, size, ref FROM flows ORDER BY ref")[1]
        return rows, [f"{r.record}:{r.column}:{r.reason}" for r in store.rejects]


def test_a_zeek_log(tmp_path: Path) -> None:
    rows, rejects = load_text(tmp_path, ZEEK, HEADER + LINE + "1790812801.5\tC#2\t-\t-\n" + CLOSE)
    assert rows == [(1790812800000001, "C1", 500000, 7, 1), (1790812801500000, "C#2", None, None, 2)]
    assert rejects == []


def test_zeek_escapes_and_a_second_block(tmp_path: Path) -> None:
    rows, rejects = load_text(tmp_path, ZEEK, HEADER + LINE.replace("C1", "a\\x09b") + CLOSE + HEADER + LINE + CLOSE)
    assert [row[1] for row in rows] == ["a\tb", "C1"]
    assert rejects == []


ZEEK_ROWS = [
    ("short", "1790812801.5\tC2\t-\n", "2::3 fields where the header has 4"),
    ("long with empty fields", "1790812801.5\tC2\t-\t1\t\t\n", "2::6 fields where the header has 4"),
    ("bad number", "1790812801.5\tC2\t-\t1.0\n", "2:bytes:not an integer in plain decimal digits"),
    ("unset where required", "1790812801.5\t-\t-\t1\n", "2:uid:nothing where a value is required"),
    ("blank", "\n", "2::blank line"),
    ("escaped NUL", "1790812801.5\ta\\x00b\t-\t1\n", "2:uid:NUL character"),
    ("escaped nonsense", "1790812801.5\ta\\xffb\t-\t1\n", "2:uid:not UTF-8 at byte 1 of the field"),
    ("scientific time", "1.79e9\tC2\t-\t1\n", "2:ts:not a moment as epoch_s (decimal digits with at most 6 places)"),
]


@pytest.mark.parametrize(("line", "expected"), [case[1:] for case in ZEEK_ROWS], ids=[case[0] for case in ZEEK_ROWS])
def test_zeek_rows_that_do_not_fit(tmp_path: Path, line: str, expected: str) -> None:
    rows, rejects = load_text(tmp_path, ZEEK, HEADER + LINE + line + LINE + CLOSE)
    assert rejects == [expected]
    assert [row[-1] for row in rows] == [1, 3]


def test_a_zeek_log_without_its_end(tmp_path: Path) -> None:
    rows, rejects = load_text(tmp_path, ZEEK, HEADER + LINE)
    assert len(rows) == 1
    assert rejects == ["2::the log has no #close line: it is cut short"]


ZEEK_HEADERS = [
    ("other separator", HEADER.replace("\\x09", "\\x2c"), "separator"),
    ("other unset marker", HEADER.replace("unset_field\t-", "unset_field\tC1"), "unset_field"),
    ("other empty marker", HEADER.replace("(empty)", "0"), "empty_field"),
    ("more types than fields", HEADER.replace("\tcount", "\tcount\tcount"), "4 fields with 5 types"),
    ("field twice", HEADER.replace("\tuid", "\tts"), "given twice"),
    ("field missing", HEADER.replace("\tuid", "\tid"), "missing: 'uid'"),
    ("no fields line", "#separator \\x09\n" + LINE, "no #fields"),
    ("unknown header line", "#evil\t1\n" + HEADER, "not a header line"),
    ("no header", LINE, "no #fields"),
    ("empty", "", "no #fields"),
    (
        "later block with other fields",
        HEADER + LINE + CLOSE + HEADER.replace("uid\tduration", "duration\tuid"),
        "second header",
    ),
]


@pytest.mark.parametrize(
    ("text", "problem"), [case[1:] for case in ZEEK_HEADERS], ids=[case[0] for case in ZEEK_HEADERS]
)
def test_zeek_headers_that_lie(tmp_path: Path, text: str, problem: str) -> None:
    with pytest.raises(EvidenceFormatError, match=problem):
        load_text(tmp_path, ZEEK, text + ("" if "later" in problem else LINE + CLOSE) if text else "")


def test_json_lines(tmp_path: Path) -> None:
    lines = [
        '{"ts": 1790812800.000001, "uid": "C1", "duration": 0.5, "bytes": 7, "more": [1, {"x": 2}]}',
        '{"ts": "1790812801", "uid": 12345678901234567890123, "bytes": null}',
        '{"uid": "å\\ud83d\\ude00", "ts": 1790812802}',
    ]
    rows, rejects = load_text(tmp_path, JSONL, "\n".join(lines), "evidence/a.jsonl")
    assert rejects == []
    assert [row[:4] for row in rows] == [
        (1790812800000001, "C1", 500000, 7),
        (1790812801000000, "12345678901234567890123", None, None),
        (1790812802000000, "å😀", None, None),
    ]


JSON_LINES = [
    ("member twice", '{"ts": 1, "ts": 2, "uid": "x"}', "member 'ts' given twice"),
    ("NaN", '{"ts": NaN, "uid": "x"}', "NaN is not a JSON number"),
    ("infinity", '{"ts": -Infinity, "uid": "x"}', "-Infinity is not a JSON number"),
    ("cut short", '{"ts": 1, "uid": "x"', "not JSON"),
    ("two values", '{"ts": 1, "uid": "x"} {}', "not JSON"),
    ("single quotes", "{'ts': 1}", "not JSON"),
    ("comment", '{"ts": 1, "uid": "x"} // no', "not JSON"),
    ("trailing comma", '{"ts": 1, "uid": "x",}', "not JSON"),
    ("lone surrogate", '{"ts": 1, "uid": "\\ud800"}', "lone surrogate"),
    ("not an object", "[1]", "not a JSON object"),
    ("a text", '"x"', "not a JSON object"),
    ("blank", "", "blank line"),
    ("deep", '{"uid": ' + "[" * 100 + "]" * 100 + ', "ts": 1}', "nested deeper than 64"),
    ("very deep and open", "[" * 200_000, "nested deeper than 64"),
    ("list for a value", '{"ts": 1, "uid": ["x"]}', "uid: a list where"),
    ("object for a value", '{"ts": 1, "uid": {"x": 1}}', "uid: an object where"),
    ("NUL", '{"ts": 1, "uid": "a\\u0000b"}', "uid: NUL"),
    ("huge text", '{"ts": 1, "uid": "' + "x" * (2**20 + 1) + '"}', "longer than 1 MiB"),
    ("huge line", '{"ts": 1, "uid": "' + "x" * (5 * 2**20) + '"}', "line longer than"),
    ("huge number", '{"ts": 1, "uid": "x", "bytes": ' + "9" * 10_000 + "}", "beyond 64 bits"),
    ("float for an integer", '{"ts": 1, "uid": "x", "bytes": 7.0}', "not an integer"),
    ("required field missing", '{"ts": 1}', "nothing where"),
    ("raw control character", '{"ts": 1, "uid": "a\tb"}', "not JSON"),
]


@pytest.mark.parametrize(("line", "reason"), [case[1:] for case in JSON_LINES], ids=[case[0] for case in JSON_LINES])
def test_json_lines_that_do_not_fit(tmp_path: Path, line: str, reason: str) -> None:
    good = '{"ts": 1, "uid": "x"}'
    rows, rejects = load_text(tmp_path, JSONL, f"{good}\n{line}\n{good}\n", "evidence/a.jsonl")
    assert [row[-1] for row in rows] == [1, 3]
    assert len(rejects) == 1
    assert rejects[0].startswith("2:")
    assert reason in rejects[0]


def test_json_lines_not_utf8(tmp_path: Path) -> None:
    rows, rejects = load_text(tmp_path, JSONL, b'{"ts": 1, "uid": "\xff"}\n{"ts": 1, "uid": "x"}\n')
    assert [row[-1] for row in rows] == [2]
    assert "not UTF-8" in rejects[0]
    with pytest.raises(EvidenceFormatError, match="UTF-16"):
        load_text(tmp_path / "b", JSONL, '{"ts": 1}'.encode("utf-16"))


def test_json_and_yaml_documents(tmp_path: Path) -> None:
    flows = [{"ts": 1, "uid": "x", "bytes": 2}, {"ts": 2}, 5]
    for n, (a_mapping, text) in enumerate(
        [(JSON, json.dumps({"a": {"flows": flows}})), (YAML, json.dumps({"flows": flows}))]
    ):
        rows, rejects = load_text(tmp_path / str(n), a_mapping, text)
        assert rows == [(1000000, "x", None, 2, 1)]
        assert rejects == ["2:uid:nothing where a value is required", "3::not an object with fields"]


TREES = [
    (JSON, "{}", "no list of records at"),
    (JSON, '{"a": {"flows": {}}}', "no list of records at"),
    (JSON, "[]", "no list of records at"),
    (JSON, '{"a": 1, "a": 2}', "given twice"),
    (JSON, "[" * 1000, "nested deeper"),
    (JSON, '{"a": NaN}', "NaN"),
    (JSON, "", "not JSON"),
    (JSON, b"\xff\xfe{", "UTF-16"),
    (YAML, "flows: &a [x]\nmore: *a", "anchors"),
    (YAML, "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]", "anchors"),
    (YAML, "flows: []\nflows: []", "key given twice"),
    (YAML, "flows: !!python/name:os.system []", "tags"),
    (YAML, "flows: " + "[" * 100, "nested"),
    (YAML, "flows: {", "not YAML"),
    (YAML, "other: []", "no list of records at"),
    (YAML, b"flows: \xff", "not UTF-8"),
]


@pytest.mark.parametrize(("a_mapping", "text", "problem"), TREES)
def test_documents_that_are_refused(tmp_path: Path, a_mapping: object, text: str | bytes, problem: str) -> None:
    with pytest.raises(EvidenceFormatError, match=problem) as caught:
        load_text(tmp_path, a_mapping, text)
    assert (caught.value.place or "").startswith("evidence/a.log")


def test_records_of_several_lists_have_numbers_of_their_own(tmp_path: Path) -> None:
    shape = (
        "title: t\nmeaning: m\norder: [name]\ncomplete: {by: declaration}\ncolumns: {name: {type: text, meaning: x}}"
    )
    both = [stream(f"id: {name}\n{shape}") for name in "ab"]
    two = mapping(
        """
id: two
title: Two lists
format: yaml
streams:
  b: {records: $.bs, columns: {name: {from: n}}}
  a: {records: $.as, columns: {name: {from: n}}}
""",
        *both,
    )
    with load_one(tmp_path, both, two, b"as: [{n: a1}]\nbs: [{n: b1}, {n: b2}]\n", "evidence/a.yaml") as store:
        assert store.tables.rows("SELECT ref FROM b ORDER BY ref")[1] == [(1,), (2,)]
        assert store.tables.rows("SELECT ref FROM a")[1] == [(3,)]
        assert [store.raw(ref) for ref in (1, 2, 3)] == ['{"n": "b1"}', '{"n": "b2"}', '{"n": "a1"}']
        for ref in (0, 4, 1 << 40, -1):
            with pytest.raises(UnknownReferenceError):
                store.raw(ref)


def test_each_where_and_dotted_names(tmp_path: Path) -> None:
    members = stream(
        "id: members\ntitle: t\nmeaning: m\norder: [team]\ncomplete: {by: declaration}\n"
        "columns: {team: {type: text, meaning: x}, who: {type: text, meaning: x}}"
    )
    a_mapping = mapping(
        """
id: e
title: Each
format: jsonl
streams:
  members:
    where: {type: [team, 5]}
    each: list.members
    columns: {team: {from: team.name}, who: {from: each.id}}
""",
        members,
    )
    lines = [
        {"type": "team", "team": {"name": "t1"}, "list": {"members": [{"id": "a"}, {"id": "b"}]}},
        {"type": "other"},
        {"type": 5, "team.name": "t2", "list": {"members": []}},
        {"type": "team", "team": {"name": "t3"}},
        {"type": "team", "team": {"name": "t4"}, "list": {"members": [{"id": "c"}, "d"]}},
    ]
    text = "\n".join(json.dumps(line) for line in lines)
    with load_one(tmp_path, [members], a_mapping, text.encode(), "evidence/a.jsonl") as store:
        assert store.tables.rows("SELECT team, who, ref FROM members ORDER BY ref, who")[1] == [
            ("t1", "a", 1),
            ("t1", "b", 1),
            ("t4", "c", 5),
        ]
        assert [(r.record, r.reason) for r in store.rejects] == [
            (4, "no list at list.members"),
            (5, "nothing where a value is required"),
        ]
        assert store.passed_over == {"a": 1}


def test_gzip_is_read_like_the_plain_file(tmp_path: Path) -> None:
    for n, (a_mapping, text) in enumerate(
        [(ZEEK, HEADER + LINE + CLOSE), (JSONL, '{"ts": 1, "uid": "x"}\n'), (YAML, "flows: [{ts: 1, uid: x}]")]
    ):
        packed = gzip.compress(text.encode()[:9]) + gzip.compress(text.encode()[9:])
        plain = load_text(tmp_path / f"{n}a", a_mapping, text)
        assert load_text(tmp_path / f"{n}b", a_mapping, packed, "evidence/a.log.gz") == plain


BOMB = gzip.compress(b"0" * (64 << 20))
GOOD_GZIP = gzip.compress(b'{"ts": 1, "uid": "x"}\n' + os.urandom(64).hex().encode() + b"\n")
GZIPS = [
    ("bomb", BOMB, "more than 200 times"),
    ("cut short", GOOD_GZIP[:-10], "cut short|damaged"),
    ("cut in the header", GOOD_GZIP[:5], "cut short"),
    ("wrong check sum", GOOD_GZIP[:-8] + b"\0\0\0\0" + GOOD_GZIP[-4:], "damaged"),
    ("wrong length", GOOD_GZIP[:-4] + b"\0\0\0\1", "damaged"),
    ("flipped bits", GOOD_GZIP[:20] + bytes([GOOD_GZIP[20] ^ 255]) + GOOD_GZIP[21:], "damaged"),
    ("bytes after it", GOOD_GZIP + b"more", "bytes follow"),
    ("zeros after it", GOOD_GZIP + b"\0" * 100, "bytes follow"),
    ("not gzip", b'{"ts": 1}\n', "is not gzip"),
]


@pytest.mark.parametrize(("data", "problem"), [case[1:] for case in GZIPS], ids=[case[0] for case in GZIPS])
def test_gzip_that_is_refused(tmp_path: Path, data: bytes, problem: str) -> None:
    with pytest.raises(EvidenceFormatError, match=problem):
        load_text(tmp_path, JSONL, data, "evidence/a.jsonl.gz")


def test_gzip_without_its_name_and_within_its_limit(tmp_path: Path) -> None:
    with pytest.raises(EvidenceFormatError, match="not named"):
        load_text(tmp_path, JSONL, GOOD_GZIP)
    with pytest.raises(EvidenceFormatError, match="more than 10 bytes"):
        Gunzip(io.BytesIO(GOOD_GZIP), "x", max_bytes=10).read()


@pytest.mark.parametrize("text", ['{"a":1e400}', '{"a":-0}', '{"a":1.10}', '{"a":123456789012345678901234567890}'])
def test_numbers_keep_their_text(text: str) -> None:
    assert str(parse_json(text.encode())["a"]) == text[5:-1]


def test_values_that_nest_only_in_text() -> None:
    assert parse_json(b'{"a": "' + b"[{" * 1000 + b'"}')
    with pytest.raises(UnreadableError):
        parse_json(b'{"a\\"": ' + b"[" * 70 + b"]" * 70 + b"}")
