"""Malformed CSV, case by case: exactly these rejects, and every record is either accepted or rejected."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.errors import EvidenceFormatError
from tests.evidence.bundles import load_one, mapping, stream

READINGS = stream("""
id: readings
title: Readings
meaning: Readings of a meter.
order: [ts]
time: ts
complete: {by: declaration}
columns:
  ts: {type: instant, meaning: when}
  meter: {type: text, meaning: which}
  value: {type: integer, meaning: how much}
  note: {type: text, optional: true, meaning: remark}
""")
CSV = mapping(
    """
id: readings-csv
title: Readings (CSV)
format: csv
header: [time, meter, value, note]
streams:
  readings:
    columns:
      ts: {from: time, time: "%Y-%m-%d %H:%M:%S", zone: UTC}
      meter: {from: meter}
      value: {from: value}
      note: {from: note}
""",
    READINGS,
)
HEAD = b"time,meter,value,note\n"
GOOD = b"2026-10-01 00:00:00,m1,5,\n"
LAST = b"2026-10-01 01:00:00,m1,6,fine\n"


def row(time: str = "2026-10-01 00:30:00", meter: str = "m1", value: str = "7", note: str = "n") -> bytes:
    return f"{time},{meter},{value},{note}\n".encode()


# name, bytes between two good rows (or instead of all), expected rejects as (record, column, part of the reason)
BETWEEN: list[tuple[str, bytes, list[tuple[int, str, str]]]] = [
    ("short row", b"2026-10-01 00:30:00,m1,7\n", [(2, "", "3 fields where the header has 4")]),
    ("long row", b"2026-10-01 00:30:00,m1,7,n,x\n", [(2, "", "5 fields where the header has 4")]),
    ("a million columns", b"," * 1_000_000 + b"\n", [(2, "", "1000001 fields")]),
    ("decimal in an integer", row(value="1.6"), [(2, "value", "not an integer")]),
    ("exponent in an integer", row(value="1e3"), [(2, "value", "not an integer")]),
    ("blank before an integer", row(value=" 5"), [(2, "value", "not an integer")]),
    ("plus before an integer", row(value="+5"), [(2, "value", "not an integer")]),
    ("leading zero", row(value="05"), [(2, "value", "not an integer")]),
    ("thousands mark", row(value="1_000"), [(2, "value", "not an integer")]),
    ("full-width digits", row(value="５"), [(2, "value", "not an integer")]),
    ("hexadecimal", row(value="0x10"), [(2, "value", "not an integer")]),
    ("not a number", row(value="NaN"), [(2, "value", "not an integer")]),
    ("beyond 64 bits", row(value="9223372036854775808"), [(2, "value", "beyond 64 bits")]),
    ("empty required number", row(value=""), [(2, "value", "nothing where")]),
    ("empty required text", row(meter=""), [(2, "meter", "nothing where")]),
    ("quoted empty required text", row(meter='""'), [(2, "meter", "nothing where")]),
    ("thirtieth of February", row(time="2026-02-30 00:00:00"), [(2, "time", "not a moment")]),
    ("hour 24", row(time="2026-10-01 24:00:00"), [(2, "time", "not a moment")]),
    ("second 60", row(time="2026-10-01 00:00:60"), [(2, "time", "not a moment")]),
    ("text after the time", row(time="2026-10-01 00:30:00 CET"), [(2, "time", "not a moment")]),
    ("other separator in the time", row(time="2026-10-01T00:30:00"), [(2, "time", "not a moment")]),
    ("one-digit month", row(time="2026-1-01 00:30:00"), [(2, "time", "not a moment")]),
    ("after the collection", row(time="2026-10-08 06:00:01"), [(2, "time", "later than the moment of collection")]),
    ("invalid UTF-8", b"2026-10-01 00:30:00,m\xff1,7,n\n", [(2, "meter", "not UTF-8 at byte 1")]),
    ("overlong UTF-8", b"2026-10-01 00:30:00,m\xc0\x80,7,n\n", [(2, "meter", "not UTF-8")]),
    ("NUL", b"2026-10-01 00:30:00,m\x001,7,n\n", [(2, "", "NUL")]),
    ("blank line", b"\n", [(2, "", "blank line")]),
    ("line of blanks", b"   \n", [(2, "", "1 fields")]),
    ("line ended by CRLF", row().replace(b"\n", b"\r\n"), [(2, "", "ends otherwise")]),
    ("carriage return inside", row(note="a\rb"), [(2, "", "carriage return")]),
    ("text after a closing quote", row(note='"a"b'), [(2, "", "text after a closing quote")]),
    ("blank after a closing quote", row(note='"a" '), [(2, "", "text after a closing quote")]),
    ("blank before an opening quote", row(note=' "a"'), [(2, "", "a quote inside a field")]),
    ("quote inside a field", row(note='a"b'), [(2, "", "a quote inside a field")]),
    ("open quote swallows nothing", row(note='"a'), [(2, "", "a quote is never closed")]),
    ("header again", HEAD, [(2, "time", "not a moment")]),
    ("field of 1 MiB and one byte", row(note="x" * (2**20 + 1)), [(2, "note", "longer than 1 MiB")]),
    ("two bad rows", row(value="x") + row(value="y"), [(2, "value", "not an"), (3, "value", "not an")]),
    ("first bad column is named", row(time="x", value="y"), [(2, "time", "not a moment")]),
]


@pytest.mark.parametrize(("data", "rejects"), [case[1:] for case in BETWEEN], ids=[case[0] for case in BETWEEN])
def test_only_the_malformed_row_is_rejected(tmp_path: Path, data: bytes, rejects: list[tuple[int, str, str]]) -> None:
    with load_one(tmp_path, [READINGS], CSV, HEAD + GOOD + data + LAST) as store:
        found = [(r.record, r.column, r.reason) for r in store.rejects]
        assert [(record, column) for record, column, _ in found] == [(record, column) for record, column, _ in rejects]
        for (_, _, reason), (_, _, part) in zip(found, rejects, strict=True):
            assert part in reason
        _, rows = store.tables.rows("SELECT ref, value FROM readings ORDER BY ref")
        assert rows == [(1, 5), (len(rejects) + 2, 6)]
        assert store.reject_count == len(rejects)
        assert store.coverage[0].rows + store.coverage[0].rejected == 2 + len(rejects)
        assert (store.items[0].rows, store.items[0].rejected) == (2, len(rejects))
        assert [r.line for r in store.rejects] == [record + 1 for record, _, _ in rejects]


TRUNCATED = [
    ("in the middle of a field list", b"2026-10-01 02:00:00,m1", "2 fields"),
    ("in the middle of a number's row", b"2026-10-01 02:00:00,m1,7", "3 fields"),
    ("in the middle of a time", b"2026-10-0", "1 fields"),
    ("inside a quoted field", b'2026-10-01 02:00:00,m1,7,"abc', "never closed"),
    ("inside a UTF-8 character", "2026-10-01 02:00:00,m1,7,å".encode()[:-1], "not UTF-8"),
]


@pytest.mark.parametrize(("tail", "reason"), [case[1:] for case in TRUNCATED], ids=[case[0] for case in TRUNCATED])
def test_a_truncated_last_row_is_rejected(tmp_path: Path, tail: bytes, reason: str) -> None:
    with load_one(tmp_path, [READINGS], CSV, HEAD + GOOD + tail) as store:
        assert [(r.record, reason in r.reason) for r in store.rejects] == [(2, True)]
        assert store.coverage[0].rows == 1


ACCEPTED = [
    ("no line end at the end", HEAD + GOOD + LAST[:-1], [5, 6]),
    ("CRLF throughout", (HEAD + GOOD + LAST).replace(b"\n", b"\r\n"), [5, 6]),
    ("byte order mark", b"\xef\xbb\xbf" + HEAD + GOOD, [5]),
    ("columns in another order", b"value,note,meter,time\n5,,m1,2026-10-01 00:00:00\n", [5]),
    ("everything quoted", b'"time","meter","value","note"\n"2026-10-01 00:00:00","m1","5",""\n', [5]),
    ("a line end and a quote in a field", HEAD + row(note='"a\nb ""c"" d"') + LAST, [7, 6]),
    ("header only", HEAD, []),
    ("the smallest integer", HEAD + row(value="-9223372036854775808"), [-(2**63)]),
]


@pytest.mark.parametrize(("data", "values"), [case[1:] for case in ACCEPTED], ids=[case[0] for case in ACCEPTED])
def test_unusual_but_unambiguous_files_are_read(tmp_path: Path, data: bytes, values: list[int]) -> None:
    with load_one(tmp_path, [READINGS], CSV, data) as store:
        assert store.rejects == ()
        assert [v for (v,) in store.tables.rows("SELECT value FROM readings ORDER BY ref")[1]] == values


REFUSED = [
    ("empty file", b"", "not even a header"),
    ("UTF-16", (HEAD + GOOD).decode().encode("utf-16"), "UTF-16"),
    ("UTF-16 without a mark", (HEAD + GOOD).decode().encode("utf-16-le"), "UTF-16"),
    ("missing column", b"time,meter,value\n" + GOOD, "missing: 'note'"),
    ("extra column", b"time,meter,value,note,extra\n", "not expected: 'extra'"),
    ("column twice", b"time,meter,value,note,note\n", "given twice: 'note'"),
    ("column in other letters", b"Time,meter,value,note\n", "missing: 'time'"),
    ("blank before a name", b"time, meter,value,note\n", "missing: 'meter'"),
    ("other delimiter", HEAD.replace(b",", b";") + GOOD, "missing"),
    ("no header at all", GOOD + LAST, "missing: 'time'"),
    ("old Macintosh line ends", (HEAD + GOOD + LAST).replace(b"\n", b"\r"), "cannot be read"),
    ("header with a million columns", b"a," * 1_000_000 + b"\n", "more than 2000 columns"),
    ("header not UTF-8", b"time,meter,value,n\xffte\n", "not UTF-8"),
    ("header with an open quote", b'time,meter,value,"note\n' + GOOD, "cannot be read"),
    ("a PDF", b"%PDF-1.7\n1 0 obj\n", "missing"),
]


@pytest.mark.parametrize(("data", "problem"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_file_that_is_not_the_mappings_is_refused(tmp_path: Path, data: bytes, problem: str) -> None:
    with pytest.raises(EvidenceFormatError) as caught:
        load_one(tmp_path, [READINGS], CSV, data)
    assert problem in str(caught.value)
    assert caught.value.place is not None
    assert caught.value.place.startswith("evidence/a.csv")


def test_a_huge_field_is_refused_in_little_memory(tmp_path: Path) -> None:
    import resource

    from auditor.evidence.formats.csv import read_records

    path = tmp_path / "huge.csv"
    with open(path, "wb") as file:
        file.write(HEAD + GOOD + b"2026-10-01 00:30:00,m1,7,")
        file.seek(150 << 20, 1)  # a hole: NUL bytes without disk
        file.write(b"\n" + LAST)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with open(path, "rb") as stream:
        found = list(read_records(stream, ("time", "meter", "value", "note"), ","))
    assert [type(f).__name__ for f in found] == ["Record", "Malformed", "Record"]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 120_000


def test_open_quotes_cost_linear_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from auditor.evidence.formats import csv

    fed = 0
    feed = csv._Splitter.feed

    def counted(self: csv._Splitter, data: bytes) -> str | None:
        nonlocal fed
        fed += len(data)
        return feed(self, data)

    monkeypatch.setattr(csv._Splitter, "feed", counted)
    path = tmp_path / "open.csv"
    path.write_bytes(b"x,y\n" + b'a,"b\n' * 20_000 + b"\n" * 100_000)
    with open(path, "rb") as stream:
        assert sum(1 for _ in csv.read_records(stream, ("x", "y"), ",")) == 120_000
    assert fed <= 4 * path.stat().st_size
