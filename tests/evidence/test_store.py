"""Loading: order, keys, overlapping exports, coverage, references, and what is wanting."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from auditor.canon.instant import parse_instant
from auditor.errors import EvidenceFormatError, MachineError, SchemaError, UnknownReferenceError
from auditor.evidence.admission import admit
from auditor.evidence.check import check_bundle, gap_text
from auditor.evidence.init import make_layout
from auditor.evidence.manifest import parse_manifest
from auditor.evidence.store import EvidenceStore, load
from auditor.model.bundle import Period
from auditor.model.evidence import row_reference
from tests.evidence.bundles import PERIOD, SEED, item, mapping, stream, write_bundle

LOG = stream("""
id: log
title: Log
meaning: A log with sequence numbers.
key: [device, number]
order: [ts, device]
time: ts
complete: {by: records, max_gap: PT6H, scope: [device]}
sequence: {column: number, scope: [device]}
columns:
  ts: {type: instant, meaning: when}
  device: {type: text, meaning: which}
  number: {type: integer, meaning: number}
  note: {type: text, optional: true, meaning: remark}
""")
LIST = stream("""
id: listing
title: Listing
meaning: A listing.
key: [name]
order: [name]
complete: {by: snapshot, max_age: P7D}
columns:
  name: {type: text, meaning: which}
""")
NOTES = stream("""
id: notes
title: Notes
meaning: Notes, if there are any.
order: [name]
complete: {by: declaration}
empty: allowed
columns:
  name: {type: text, meaning: which}
""")
STREAMS = {s.id: s for s in (LOG, LIST, NOTES)}
LOG_CSV = mapping(
    """
id: log-csv
title: Log
format: csv
header: [ts, device, number, note]
streams:
  log:
    columns:
      ts: {from: ts, time: iso, zone: UTC}
      device: {from: device}
      number: {from: number}
      note: {from: note}
""",
    LOG,
)
LIST_CSV = mapping(
    "id: list-csv\ntitle: L\nformat: csv\nheader: [n]\nstreams: {listing: {columns: {name: {from: n}}}}", LIST
)
NOTES_CSV = mapping(
    "id: notes-csv\ntitle: N\nformat: csv\nheader: [n]\nstreams: {notes: {columns: {name: {from: n}}}}", NOTES
)
MAPPINGS = {m.id: m for m in (LOG_CSV, LIST_CSV, NOTES_CSV)}
BEGAN, ENDED = parse_instant(PERIOD["from"]), parse_instant(PERIOD["to"])
HOUR = 3_600_000_000


def at(hour: float) -> str:
    """Instant so many hours into the period."""
    from auditor.canon.instant import format_instant

    return format_instant(BEGAN + int(hour * HOUR))


def log(*rows: tuple[float, str, int] | tuple[float, str, int, str]) -> bytes:
    lines = [f"{at(row[0])},{row[1]},{row[2]},{row[3] if len(row) > 3 else ''}" for row in rows]
    return ("\n".join(["ts,device,number,note", *lines]) + "\n").encode()


def every(
    hours: float, device: str = "d", until: float = 168, first: int = 0, begin: float = 0
) -> list[tuple[float, str, int]]:
    count = int((until - begin) / hours)
    return [(begin + n * hours, device, first + n) for n in range(count)]


def store_of(folder: Path, entries: dict[str, tuple[str, bytes, dict[str, Any]]], **options: Any) -> EvidenceStore:
    files = {f"evidence/{id_}.csv": data for id_, (_, data, _) in entries.items()}
    items = [
        item(id_, f"evidence/{id_}.csv", data, mapping=mapping_id, **changes)
        for id_, (mapping_id, data, changes) in entries.items()
    ]
    return load(admit(write_bundle(folder, files, items)), STREAMS, MAPPINGS, **options)


def test_every_stream_asked_for_is_a_table_and_has_a_coverage(tmp_path: Path) -> None:
    with store_of(tmp_path, {}) as store:
        assert [(c.stream, c.delivered, c.rows, c.gap_count) for c in store.coverage] == [
            ("listing", False, 0, 0),
            ("log", False, 0, 0),
            ("notes", False, 0, 0),
        ]
        assert store.tables.rows("SELECT count(*) FROM log, listing, notes")[1] == [(0,)]


def test_rows_of_several_items_are_sorted_and_know_their_lines(tmp_path: Path) -> None:
    rows = [(n % 24, "d", n) for n in range(100)]
    random.Random(5).shuffle(rows)
    with store_of(tmp_path, {"b": ("log-csv", log(*rows[:50]), {}), "a": ("log-csv", log(*rows[50:]), {})}) as store:
        assert store.item_ids == ("a", "b")
        found = store.tables.rows("SELECT ts, device, ref FROM log")[1]
        assert found == sorted(found)
        for ts, _, ref in found[::10]:
            assert store.raw(ref).startswith(at((ts - BEGAN) / HOUR))
        assert [(i.id, i.rows, i.streams) for i in store.items] == [("a", 50, ("log",)), ("b", 50, ("log",))]


def test_the_bulk_way_and_the_careful_way_give_the_same_tables(tmp_path: Path) -> None:
    data = log(*every(0.01, until=24))
    quoted = data.replace(b",d,", b',"d",')
    odd = data + b"bad\n"
    found = []
    for n, (text, options) in enumerate(
        [(data, {}), (quoted, {}), (odd, {}), (data, {"workdir": tmp_path, "threads": 2, "memory_limit": "200MB"})]
    ):
        with store_of(tmp_path / str(n), {"a": ("log-csv", text, {})}, **options) as store:
            found.append(store.tables.rows("SELECT * FROM log")[1])
            assert store.reject_count == (1 if text is odd else 0)
    assert all(rows == found[0] for rows in found)
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith("auditor-")] == []


def test_plain_files_take_the_bulk_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from auditor.evidence import loader

    def never(*_: object) -> int:
        raise AssertionError("read with care for no reason")

    monkeypatch.setattr(loader, "_load_records", never)
    data = log(*every(1))
    for n, text in enumerate([data, data.replace(b"\n", b"\r\n"), data.replace(b",d,", b',"d",'), data + b"x,d,1,\n"]):
        with store_of(tmp_path / str(n), {"a": ("log-csv", text, {})}) as store:
            assert store.items[0].rows == 168


def test_overlapping_exports(tmp_path: Path) -> None:
    first = log((1, "d", 1), (2, "d", 2, "x"), (3, "d", 3))
    second = log((2, "d", 2, "x"), (3, "d", 3, "altered"), (4, "d", 4))
    with store_of(tmp_path, {"a": ("log-csv", first, {}), "b": ("log-csv", second, {})}) as store:
        assert [n for (n,) in store.tables.rows("SELECT number FROM log")[1]] == [1, 2, 3, 4]
        assert store.repeated == {"log": 1}
        assert [(r.item, r.record, r.column, r.reason) for r in store.rejects] == [
            ("b", 2, "device, number", "key already delivered by item a record 3")
        ]
        assert next(c for c in store.coverage if c.stream == "log").rejected == 1


def test_a_key_given_twice_in_one_item(tmp_path: Path) -> None:
    with store_of(tmp_path, {"a": ("log-csv", log((1, "d", 1), (2, "d", 1), (1, "d", 1), (3, "e", 1)), {})}) as store:
        assert store.tables.rows("SELECT ts, device, ref FROM log ORDER BY ref")[1] == [
            (BEGAN + HOUR, "d", 1),
            (BEGAN + 3 * HOUR, "e", 4),
        ]
        assert store.repeated == {"log": 1}
        assert [(r.record, r.reason) for r in store.rejects] == [(2, "key already delivered by item a record 1")]


def test_rejects_are_listed_to_a_limit_and_all_counted(tmp_path: Path) -> None:
    rows = b"".join(b"x,d,%d,\n" % n for n in range(500))
    with store_of(tmp_path, {"a": ("log-csv", log() + rows, {})}) as store:
        assert (len(store.rejects), store.reject_count) == (200, 500)
        assert [r.record for r in store.rejects[:3]] == [1, 2, 3]
        assert store.items[0].rejected == 500


# name, rows, item changes, expected gaps as text
COVERAGES: list[tuple[str, list[tuple[float, str, int]], dict[str, Any], list[str]]] = [
    ("complete", every(1), {}, []),
    ("a silence of six hours and no more", every(6), {}, []),
    (
        "a silence in the middle",
        every(1, until=50) + every(1, begin=60, first=50),
        {},
        ["device d: no record for longer than 6 h, 2026-10-03T01:00:00Z to 2026-10-03T12:00:00Z"],
    ),
    (
        "a silence at the beginning",
        every(1, begin=10),
        {},
        ["device d: no record for longer than 6 h, 2026-10-01T00:00:00Z to 2026-10-01T10:00:00Z"],
    ),
    (
        "a silence at the end",
        every(1, until=150),
        {},
        ["device d: no record for longer than 6 h, 2026-10-07T05:00:00Z to 2026-10-08T00:00:00Z"],
    ),
    (
        "a silence of one device only",
        every(1) + every(1, "e", until=20),
        {},
        ["device e: no record for longer than 6 h, 2026-10-01T19:00:00Z to 2026-10-08T00:00:00Z"],
    ),
    (
        "one number missing",
        [r for r in every(1) if r[2] != 42],
        {},
        ["device d: sequence 42 missing, 2026-10-02T17:00:00Z to 2026-10-02T19:00:00Z"],
    ),
    (
        "several numbers missing",
        [r for r in every(1) if r[2] not in (41, 42, 43)],
        {},
        ["device d: sequence 41..43 missing, 2026-10-02T16:00:00Z to 2026-10-02T20:00:00Z"],
    ),
    ("a hole before the period", [(-2, "d", 0), (-1, "d", 5), *every(1, first=6)], {}, []),
    (
        "a hole across the border",
        [(-1, "d", 0), *every(1, first=2)],
        {},
        ["device d: sequence 1 missing, 2026-09-30T23:00:00Z to 2026-10-01T00:00:00Z"],
    ),
    (
        "observed too little",
        every(1),
        {"observed": {"from": "2026-10-01T00:00:00Z", "to": "2026-10-07T00:00:00Z"}},
        ["no item observed this time, 2026-10-07T00:00:00Z to 2026-10-08T00:00:00Z"],
    ),
    (
        "observed too late",
        every(1),
        {"observed": {"from": "2026-10-02T00:00:00Z", "to": "2026-10-08T00:00:00Z"}},
        ["no item observed this time, 2026-10-01T00:00:00Z to 2026-10-02T00:00:00Z"],
    ),
    (
        "collected before it ended",
        every(1, until=120),
        {"collected": "2026-10-06T00:00:00Z"},
        ["no item observed this time, 2026-10-06T00:00:00Z to 2026-10-08T00:00:00Z"],
    ),
    ("no records", [], {}, ["no records at all, 2026-10-01T00:00:00Z to 2026-10-08T00:00:00Z"]),
]


@pytest.mark.parametrize(
    ("rows", "changes", "gaps"), [case[1:] for case in COVERAGES], ids=[case[0] for case in COVERAGES]
)
def test_coverage(tmp_path: Path, rows: list[tuple[float, str, int]], changes: dict[str, Any], gaps: list[str]) -> None:
    with store_of(tmp_path, {"a": ("log-csv", log(*rows), changes)}) as store:
        coverage = next(c for c in store.coverage if c.stream == "log")
        assert [gap_text(gap) for gap in coverage.gaps] == gaps
        assert coverage.gap_count == len(gaps)
        assert coverage.rows == len(rows)


def test_coverage_of_two_items_is_their_union(tmp_path: Path) -> None:
    half = {"observed": {"from": PERIOD["from"], "to": at(80)}}
    rest = {"observed": {"from": at(80), "to": PERIOD["to"]}}
    rows = every(1)
    for n, (second, gaps) in enumerate([(rest, 0), ({"observed": {"from": at(81), "to": PERIOD["to"]}}, 1)]):
        entries: dict[str, tuple[str, bytes, dict[str, Any]]]
        entries = {"a": ("log-csv", log(*rows[:80]), half), "b": ("log-csv", log(*rows[80:]), second)}
        with store_of(tmp_path / str(n), entries) as store:
            assert next(c for c in store.coverage if c.stream == "log").gap_count == gaps


def test_many_gaps_are_counted_and_fifty_listed(tmp_path: Path) -> None:
    with store_of(tmp_path, {"a": ("log-csv", log(*[r for r in every(0.5) if r[2] % 2]), {})}) as store:
        coverage = next(c for c in store.coverage if c.stream == "log")
        assert (coverage.gap_count, len(coverage.gaps)) == (167, 50)


@pytest.mark.parametrize("seed", range(4))
def test_holes_are_found_as_a_plain_loop_finds_them(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    numbers = sorted(
        chance.sample(range(30_000), 20_000) if seed % 2 else set(range(30_000)) - set(chance.sample(range(30_000), 20))
    )
    rows = [(n / 30_000 * 167, "d", n) for n in numbers]
    with store_of(tmp_path, {"a": ("log-csv", log(*rows), {})}) as store:
        coverage = next(c for c in store.coverage if c.stream == "log")
        holes = [(a, b) for a, b in pairwise(numbers) if b > a + 1]
        assert coverage.gap_count == len(holes)
        first = [
            f"sequence {a + 1}..{b - 1} missing" if b > a + 2 else f"sequence {a + 1} missing" for a, b in holes[:50]
        ]
        assert [gap.reason for gap in coverage.gaps] == first


@pytest.mark.parametrize(
    ("collected", "gaps"),
    [
        ("2026-10-08T06:00:00Z", 0),
        ("2026-10-01T00:00:00Z", 0),
        ("2026-09-30T23:59:59Z", 1),
        ("2026-11-08T00:00:00Z", 0),
    ],
)
def test_age_of_a_snapshot(tmp_path: Path, collected: str, gaps: int) -> None:
    changes = {
        "collected": collected,
        "received": "2026-12-01T00:00:00Z",
        "observed": {"from": "2026-09-01T00:00:00Z", "to": PERIOD["to"]},
    }
    with store_of(tmp_path, {"a": ("list-csv", b"n\nx\n", changes)}) as store:
        assert next(c for c in store.coverage if c.stream == "listing").gap_count == gaps


def test_empty_is_allowed_where_the_stream_says_so(tmp_path: Path) -> None:
    with store_of(tmp_path, {"a": ("notes-csv", b"n\n", {}), "b": ("list-csv", b"n\n", {})}) as store:
        assert {c.stream: c.gap_count for c in store.coverage} == {"listing": 1, "log": 0, "notes": 0}


def test_unknown_mapping_and_unreadable_items(tmp_path: Path) -> None:
    entries: dict[str, tuple[str, bytes, dict[str, Any]]]
    with pytest.raises(UnknownReferenceError, match="names a mapping"):
        store_of(tmp_path / "a", {"a": ("nothing-csv", b"n\n", {})})
    entries = {
        "a": ("log-csv", b"wrong\n", {}),
        "b": ("list-csv", b"also wrong\n", {}),
        "c": ("notes-csv", b"n\nx\n", {}),
    }
    with pytest.raises(EvidenceFormatError, match="first of 2"):
        store_of(tmp_path / "b", entries)
    with store_of(tmp_path / "c", entries, keep_unreadable=True) as store:
        assert sorted(store.unreadable) == ["a", "b"]
        reasons = {c.stream: [g.reason[:10] for g in c.gaps] for c in store.coverage}
        assert reasons["log"][0] == "unreadable"
        assert reasons["notes"] == []


def test_references_stand_for_one_record(tmp_path: Path) -> None:
    with store_of(
        tmp_path, {"a": ("log-csv", log((1, "d", 1)), {}), "z": ("list-csv", b'n\n"x\ny"\nz\n', {})}
    ) as store:
        ref = row_reference(1, 2)
        assert store.resolve(ref).model_dump() == {"item": "z", "record": 2}
        assert store.raw(ref) == "z"
        assert store.raw(row_reference(1, 1)) == '"x\ny"'
        for wrong in (row_reference(2, 1), row_reference(0, 0), -5):
            with pytest.raises(UnknownReferenceError):
                store.resolve(wrong)
        with pytest.raises(UnknownReferenceError):
            store.raw(row_reference(0, 99))


def test_the_store_is_locked(tmp_path: Path) -> None:
    with store_of(tmp_path, {"a": ("log-csv", log((1, "d", 1)), {})}, workdir=tmp_path) as store:
        for sql in (
            "SELECT * FROM read_text('/etc/passwd')",
            f"SELECT * FROM read_csv('{tmp_path}/evidence/a.csv')",
            "SELECT * FROM glob('*')",
        ):
            with pytest.raises(SchemaError):
                store.tables.rows(sql)
        store.tables.create("derived", "SELECT count(*) AS n FROM log")
        assert store.tables.rows("SELECT n FROM derived")[1] == [(1,)]


def test_a_working_directory_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MachineError):
        store_of(tmp_path / "b", {}, workdir=tmp_path / "nowhere")


def test_text_of_the_evidence_never_becomes_sql(tmp_path: Path) -> None:
    nasty = "'); DROP TABLE log; --"
    with store_of(tmp_path, {"a": ("log-csv", log((1, nasty, 1), (2, nasty, 1, "other"), (3, "d", 5)), {})}) as store:
        assert store.tables.rows("SELECT count(*) FROM log")[1] == [(2,)]
        assert "DROP" in store.rejects[0].value


def test_check_tells_what_is_wanting(tmp_path: Path) -> None:
    files = {"evidence/a.csv": log(*every(1, until=100)), "evidence/b.csv": b"wrong\n"}
    items = [
        item("a", "evidence/a.csv", files["evidence/a.csv"], mapping="log-csv"),
        item("b", "evidence/b.csv", files["evidence/b.csv"], mapping="notes-csv"),
    ]
    folder = write_bundle(tmp_path / "b", files, items)
    check = check_bundle(folder, STREAMS, MAPPINGS)
    assert [(s.kind, s.subject) for s in check.shortcomings] == [
        ("unreadable", "b"),
        ("missing", "listing"),
        ("incomplete", "log"),
        ("incomplete", "notes"),
    ]
    assert not check.complete
    (folder / "evidence/a.csv").write_text("x")
    refused = check_bundle(folder, STREAMS, MAPPINGS)
    assert refused.root is None
    assert [(s.kind, s.subject) for s in refused.shortcomings] == [("refused", "evidence/a.csv")]


def test_a_complete_bundle_has_no_shortcomings(tmp_path: Path) -> None:
    files = {"evidence/a.csv": log(*every(1)), "evidence/b.csv": b"n\n", "evidence/c.csv": b"n\nx\n"}
    ids = {"a": "log-csv", "b": "notes-csv", "c": "list-csv"}
    items = [item(i, f"evidence/{i}.csv", files[f"evidence/{i}.csv"], mapping=m) for i, m in ids.items()]
    check = check_bundle(write_bundle(tmp_path / "b", files, items), STREAMS, MAPPINGS)
    assert check.complete
    assert check.rows == 169


def test_the_layout_of_an_empty_bundle() -> None:
    layout = make_layout(STREAMS.values(), {"log-csv": LOG_CSV}, Period(began=BEGAN, ended=ENDED), SEED)
    assert "mapping: log-csv" in layout.manifest
    assert "| number | integer | yes | number |" in layout.request
    assert "no silence of one device longer than 6 h" in layout.request
    assert "No known export fits" in layout.request
    filled = (
        layout.manifest.replace('timezone: "?"', "timezone: UTC")
        .replace('country: "?"', "country: NO")
        .replace('id: "?"', "id: f")
    )
    filled = filled.replace('size: "?"', "size: 0").replace('sha256: "?"', f"sha256: {'0' * 64}")
    for name in ("collected", "received"):
        filled = filled.replace(f'{name}: "?"', f"{name}: 2026-10-08T00:00:00Z")
    assert parse_manifest(filled.encode(), "bundle.yaml").items[0].mapping == "log-csv"


def test_every_row_of_a_file_read_in_parallel_knows_its_record(tmp_path: Path) -> None:
    """DuckDB turns a long list of words into a join, which on several threads hands rows on out of order."""
    words = [f"word {letter}" for letter in "abcdefghijklmnop"]
    counted = stream("""
id: counted
title: Counted
meaning: Numbered rows.
order: [number]
complete: {by: declaration}
columns:
  number: {type: integer, meaning: the record's own number}
  word: {type: code, values: [known, other], meaning: one of many words}
  filler: {type: text, meaning: bytes}
""")
    listed = ", ".join(f"{word}: {'known' if index % 2 else 'other'}" for index, word in enumerate(words))
    rule = mapping(
        "id: counted-csv\ntitle: Counted\nformat: csv\nheader: [n, w, f]\nstreams:\n  counted:\n    columns:\n"
        f"      number: {{from: n}}\n      word: {{from: w, values: {{{listed}}}}}\n      filler: {{from: f}}\n",
        counted,
    )
    rows = 110_000
    filler = "x" * 900
    data = "n,w,f\n" + "".join(f"{n},{words[n * 7 % 16]},{filler}\n" for n in range(1, rows + 1))
    entry = item("counted", "evidence/counted.csv", data.encode(), mapping="counted-csv")
    bundle = write_bundle(tmp_path / "bundle", {"evidence/counted.csv": data.encode()}, [entry])
    for workdir in (None, tmp_path):
        with load(admit(bundle), {"counted": counted}, {"counted-csv": rule}, threads=4, workdir=workdir) as store:
            wrong = "SELECT count(*), count(*) FILTER (number <> ref) FROM counted"
            assert store.tables.rows(wrong)[1] == [(rows, 0)]
