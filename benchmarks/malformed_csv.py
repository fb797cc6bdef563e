"""Malformed CSV: what plain `read_csv` changes without a word, and what our loader does.

A silent change is a record of the file that is neither in the table as it stands in the file nor named in an error
or reject, or a row of the table that is no record of the file. A file that is refused as a whole changes nothing
in silence. The files are those of tests/evidence/test_csv_corpus.py.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Clock, Row, Settings, report, run_worker


def measure(settings: Settings) -> list[Row]:
    run = run_worker("malformed_csv", settings.scratch)
    files, ours, theirs = run.output["files"], run.output["ours"], run.output["theirs"]
    refused, changed = run.output["refused"], {name: count for name, count in theirs.items() if count}
    return [
        Row(
            "malformed-csv", f"silent changes in {files} files", [sum(ours.values())], [], unit="changes",
            holds=not any(ours.values()),
            note=f"plain read_csv refused {refused} of them and made {sum(changed.values())} silent changes in "
            f"{len(changed)} others: {', '.join(f'{name} {count}' for name, count in changed.items())}",
        )
    ]  # fmt: skip


def _corpus() -> Iterator[tuple[str, bytes, bytes]]:
    """Name, header and records of each file; every one has exactly one malformed stretch."""
    from tests.evidence.test_csv_corpus import BETWEEN, GOOD, HEAD, LAST, TRUNCATED

    for name, data, _ in BETWEEN:
        yield name, HEAD, GOOD + data + LAST
    for name, tail, _ in TRUNCATED:
        yield f"cut short {name}", HEAD, GOOD + tail


def _silent(records: bytes, table: list[str]) -> int:
    """Records that are not in the table as they are, or rows that are no record, whichever are more."""
    lines = Counter(records.decode("utf-8", "surrogateescape").removesuffix("\n").split("\n"))
    rows = Counter(table)
    return max((lines - rows).total(), (rows - lines).total())


def _plain(path: Path, records: bytes) -> int | None:
    """Silent changes of plain read_csv, None if it refused the file."""
    import duckdb

    try:
        with duckdb.connect() as connection:
            connection.execute(f"CREATE TABLE t AS SELECT * FROM read_csv('{path}')")
            rows = connection.execute("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM t").fetchall()
    except (duckdb.Error, UnicodeDecodeError):
        return None
    return _silent(records, [",".join("" if cell is None else cell for cell in row) for row in rows])


def _ours(folder: Path, header: bytes, records: bytes) -> int:
    """Silent changes of our loader: records neither accepted as they are nor rejected."""
    from auditor.errors import EvidenceFormatError
    from tests.evidence.bundles import load_one
    from tests.evidence.test_csv_corpus import CSV, READINGS

    try:
        store = load_one(folder, [READINGS], CSV, header + records)
    except EvidenceFormatError:
        return 0
    with store:
        rows = store.tables.rows(
            "SELECT replace(replace(utc(ts), 'T', ' '), 'Z', '') || ',' || meter || ',' || value || ',' "
            "|| coalesce(note, '') FROM readings"
        )[1]
        named = Counter(reject.record for reject in store.rejects)
    lines = records.removesuffix(b"\n").split(b"\n")
    kept = b"\n".join(line for number, line in enumerate(lines, 1) if number not in named)
    return _silent(kept, [text for (text,) in rows])


def main(folder: Path) -> None:
    ours, theirs = {}, {}
    refused = 0
    with Clock() as clock:
        for number, (name, header, records) in enumerate(_corpus()):
            path = folder / f"{number}.csv"
            path.write_bytes(header + records)
            changed = _plain(path, records)
            refused += changed is None
            theirs[name] = changed or 0
            ours[name] = _ours(folder / str(number), header, records)
    report(clock, files=len(ours), ours=ours, theirs=theirs, refused=refused)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
