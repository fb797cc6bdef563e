"""Random text: our reader agrees with Python's csv, and the bulk reader with ours."""

from __future__ import annotations

import csv as python_csv
import io
from pathlib import Path

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.evidence.formats import csv
from auditor.evidence.loader import _bulk
from auditor.evidence.rejects import Malformed

NAMES = ("a", "b", "c")
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
ROWS = st.lists(st.lists(TEXT, min_size=3, max_size=3), min_size=1, max_size=8)
SCRAPS = st.lists(
    st.sampled_from(['"', ",", "\n", "\r\n", "\r", " ", "a", "b", "å", '""', "1", "a,b,c\n", '"a","b","c"\n']),
    max_size=30,
)


@given(ROWS, st.sampled_from(["\n", "\r\n"]), st.sampled_from([python_csv.QUOTE_ALL, python_csv.QUOTE_MINIMAL]))
@settings(max_examples=300, deadline=None)
def test_what_python_writes_we_read_unchanged(rows: list[list[str]], end: str, quoting: int) -> None:
    if quoting == python_csv.QUOTE_MINIMAL:  # with which Python leaves a carriage return bare
        rows = [[field.replace("\r", "") for field in row] for row in rows]
    target = io.StringIO(newline="")
    writer = python_csv.writer(target, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerow(NAMES)
    writer.writerows(rows)
    stream = io.BytesIO(target.getvalue().encode())
    found = list(csv.read_records(stream, NAMES, ","))
    assert [record.fields for record in found if isinstance(record, csv.Record)] == rows


@given(SCRAPS)
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_bulk_reader_sees_what_the_careful_one_sees(tmp_path: Path, scraps: list[str]) -> None:
    data = b"a,b,c\n" + "".join(scraps).encode()
    path = tmp_path / "x.csv"
    path.write_bytes(data)
    found = csv.scan(io.BytesIO(data), ",")
    if not found.plain(3):
        return
    connection = duckdb.connect()
    try:
        sql = f"SELECT * FROM {_bulk(str(path), 3, ',', 1, quoted=found.quotes)}"
        rows = connection.execute(sql).fetchall()
    except duckdb.InvalidInputException:
        return
    finally:
        connection.close()
    if len(rows) != found.records:
        return
    careful = list(csv.read_records(io.BytesIO(data), NAMES, ","))
    assert not [record for record in careful if isinstance(record, Malformed)]
    assert [record.fields for record in careful if isinstance(record, csv.Record)] == [
        [field or "" for field in row] for row in rows
    ]


@given(st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_any_bytes_give_records_and_no_exception(data: bytes) -> None:
    records = list(csv.read_records(io.BytesIO(b"a,b,c\n" + data), NAMES, ","))
    numbers = [r.record if isinstance(r, Malformed) else r.number for r in records]
    assert numbers == list(range(1, len(records) + 1))


@given(st.binary(max_size=300), st.integers(1, 40))
@settings(max_examples=200, deadline=None)
def test_scan_does_not_depend_on_block_borders(data: bytes, size: int) -> None:
    class Dribble(io.BytesIO):
        def read(self, _: int | None = -1) -> bytes:
            return super().read(size)

    assert csv.scan(Dribble(data), ",") == csv.scan(io.BytesIO(data), ",")
