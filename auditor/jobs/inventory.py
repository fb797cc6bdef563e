"""Inventories by serial: CSV files read strictly, counted into lots, and compared with one another.

A file has a header and one chip a row: `serial`, `chip`, `site`, `condition`, `received`, and if wanted `owner` and
`authorization`. What is not exactly that is refused with file, line, value and fix; nothing is guessed or dropped.
DuckDB splits plain files and groups their rows, so that memory stays bounded; what looks unusual is read record by
record (see auditor/evidence/formats/csv.py for what a bulk reader must not see).
"""

# ruff: noqa: S608 - column names are ours, texts are quoted by `literal`; nothing of a file is pasted into SQL

from __future__ import annotations

import heapq
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import duckdb

from auditor.errors import EvidenceFormatError, FactsError, refuse_all
from auditor.evidence.casts import literal
from auditor.evidence.formats import csv
from auditor.evidence.rejects import MAX_FIELD, Malformed
from auditor.evidence.staging import Stage, prepare, run
from auditor.evidence.tables import connect, quote
from auditor.jobs.files import machine_error
from auditor.jobs.inventory_rows import COLUMNS, OPTIONAL, REQUIRED, SERIAL, Judge, Row
from auditor.model.facts import Authorization, Condition, Inventory
from auditor.regulation.quantities.holdings import ATTRITION, Lot
from auditor.regulation.quantities.reconciliation import Changes, Difference, Differing, Kind, Taken

if TYPE_CHECKING:
    from auditor.regulation.facts.file import FactsFile

PROBLEMS = 20
"""So many are named before reading stops."""
FIRST = 20
"""So many serials of each kind of difference are named."""
MEMORY = "512MB"


def read_inventory(path: Path, inventory: Inventory, file: FactsFile) -> tuple[Lot, ...]:
    """The inventory's chips as lots, sorted; `path` is where its file lies.

    Raises:
        FactsError: a column, row or value that does not fit, or a serial twice; the first 20 problems, with line.
        MachineError: the file cannot be read, or memory or disk ran out.
    """
    with _shelf(file) as shelf:
        shelf.load("chips", path, inventory)
        return shelf.lots("chips", inventory)


def compare_inventories(earlier: tuple[Path, Inventory], later: tuple[Path, Inventory], file: FactsFile) -> Changes:
    """How the two inventories, each with the path of its file, differ by serial.

    Raises:
        FactsError: as for `read_inventory`; or the second is not of a later day than the first.
        MachineError: a file cannot be read, or memory or disk ran out.
    """
    first, second = earlier[1], later[1]
    if first.date >= second.date:
        raise FactsError(
            f"inventory {second.id} of {second.date} is not later than {first.id} of {first.date}",
            place=file.place_of("inventories", second.id),
            hint="name the earlier one first; two of one day cannot be compared",
        )
    with _shelf(file) as shelf:
        shelf.load("earlier", *earlier)
        shelf.load("later", *later)
        return shelf.changes(first, second)


@contextmanager
def _shelf(file: FactsFile) -> Iterator[_Shelf]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="auditor-inventory-")))
        connection = connect(None, threads=os.cpu_count() or 1, memory_limit=MEMORY, temp_directory=str(folder))
        stack.callback(connection.close)
        prepare(connection)
        yield _Shelf(connection, file)


class _Shelf:
    """Inventories as tables of one connection: `line` and the columns, all text."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, file: FactsFile) -> None:
        self._connection = connection
        self._file = file

    def load(self, name: str, path: Path, inventory: Inventory) -> None:
        """Read the file into the table `name`, or refuse it."""
        judge = Judge(self._file, inventory)
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except OSError as error:
            raise machine_error(error, path) from error
        try:
            # The open file itself, so that every pass reads the same one, and no pattern is seen in its name.
            self._read(name, Path(f"/proc/self/fd/{descriptor}"), judge, inventory.file)
        except OSError as error:
            raise machine_error(error, path) from error
        finally:
            os.close(descriptor)
        self._refuse_twice(name, inventory)

    def _read(self, name: str, path: Path, judge: Judge, place: str) -> None:
        names = _header(path, place)
        with open(path, "rb", buffering=0) as stream:
            found = csv.scan(stream, ",")
        if not found.plain(len(names)) or not self._bulk(name, path, names, found):
            self._careful(name, path, names, judge)
            return
        problems = self._problems(name, names, judge)
        if problems:
            refuse_all(problems[:PROBLEMS])

    def _bulk(self, name: str, path: Path, names: tuple[str, ...], found: csv.Scan) -> bool:
        """Split the file in one pass; False, and no table, where the careful reader has to."""
        declared = ", ".join(f"'f{index}': 'VARCHAR'" for index in range(len(names)))
        mark = "'\"'" if found.quotes else "''"
        source = (
            f"read_csv({literal(str(path))}, columns = {{{declared}}}, auto_detect = false, header = false, skip = 1, "
            f"delim = ',', quote = {mark}, escape = {mark}, strict_mode = true, null_padding = false, "
            f"compression = 'none', max_line_size = {MAX_FIELD})"
        )
        picked = ", ".join(_picked(names))
        try:
            run(self._connection, f"CREATE TABLE {quote(f'bulk {name}')} AS SELECT {picked} FROM {source}")
        except (duckdb.InvalidInputException, duckdb.ConversionException):
            # DuckDB names one bad line; the careful reader names them all.
            return False
        # Rows keep the file's order, so that a row's place is its line.
        view = f"SELECT rowid + 2 AS line, * FROM {quote(f'bulk {name}')}"
        run(self._connection, f"CREATE VIEW {quote(name)} AS {view}")
        if run(self._connection, f"SELECT count(*) FROM {quote(name)}")[0][0] == found.records:
            return True
        run(self._connection, f"DROP VIEW {quote(name)}")
        run(self._connection, f"DROP TABLE {quote(f'bulk {name}')}")
        return False

    def _problems(self, name: str, names: tuple[str, ...], judge: Judge) -> list[FactsError]:
        """What is wrong with the first rows that do not fit; rows that say the same are judged once."""
        table, columns = quote(name), ", ".join(map(quote, Row._fields))
        fits = f"regexp_full_match(serial, {literal(SERIAL)})"
        found = run(self._connection, f"SELECT line FROM {table} WHERE NOT {fits} ORDER BY line LIMIT {PROBLEMS}")
        lines = {int(line) for (line,) in found}
        if not all(judge.fits(row) for row, _ in self._groups(name)):
            cursor = self._connection.cursor()
            cursor.execute(f"SELECT {columns}, min(line, {PROBLEMS}) FROM {table} GROUP BY {columns}")
            while groups := cursor.fetchmany(10_000):
                for *texts, first in groups:
                    if not judge.fits(Row(*texts)):
                        lines.update(first)
                lines = set(heapq.nsmallest(PROBLEMS, lines))
        if not lines:
            return []
        fields = ", ".join(map(quote, names))
        numbers = ", ".join(map(str, sorted(lines)))
        rows = run(self._connection, f"SELECT line, {fields} FROM {table} WHERE line IN ({numbers}) ORDER BY line")
        return [one for line, *texts in rows for one in judge.problems(line, dict(zip(names, texts, strict=True)))]

    def _groups(self, name: str) -> Iterator[tuple[Row, int]]:
        columns, table = ", ".join(map(quote, Row._fields)), quote(f"groups {name}")
        made = f"CREATE TABLE IF NOT EXISTS {table} AS SELECT {columns}, count(*) FROM {quote(name)} GROUP BY {columns}"
        run(self._connection, made)
        cursor = self._connection.cursor().execute(f"SELECT * FROM {table}")
        while found := cursor.fetchmany(10_000):
            for *texts, count in found:
                yield Row(*texts), int(count)

    def _careful(self, name: str, path: Path, names: tuple[str, ...], judge: Judge) -> None:
        """Read record by record; refuse the file with the first problems if it has any."""
        stage = Stage(self._connection, name, len(names))
        problems: list[FactsError] = []
        with open(path, "rb") as stream:
            for record in csv.read_records(stream, names, ","):
                if isinstance(record, Malformed):
                    problems.append(judge.malformed(record))
                else:
                    problems += judge.problems(record.line, dict(zip(names, record.fields, strict=True)))
                    if not problems:
                        stage.add(record.number, record.line, record.fields)
                if len(problems) >= PROBLEMS:
                    break
        if problems:
            refuse_all(problems[:PROBLEMS])
        stage.flush()
        picked = ", ".join(_picked(names))
        run(self._connection, f"CREATE VIEW {quote(name)} AS SELECT line, {picked} FROM {stage.table}")

    def _refuse_twice(self, name: str, inventory: Inventory) -> None:
        """Refuse serials that come more than once, whatever the rows say of them; case and blanks tell none apart."""
        # Hashes first: a file without repetitions costs one aggregation over integers; suspects are compared whole.
        key = "upper(replace(serial, ' ', ''))"
        suspects = f"SELECT h FROM (SELECT hash({key}) AS h FROM {quote(name)}) GROUP BY h HAVING count(*) > 1"
        found = run(
            self._connection,
            f"SELECT arg_min(serial, line), min(line) AS first, "
            f"list_sort(list({{'line': line, 'serial': serial}}))[2:{PROBLEMS + 1}] FROM {quote(name)} "
            f"WHERE hash({key}) IN ({suspects}) GROUP BY {key} HAVING count(*) > 1 ORDER BY first LIMIT {PROBLEMS}",
        )
        problems = [
            FactsError(
                f"serial: also in line {first}{'' if again['serial'] == spelled else f' as {spelled}'}; "
                "a chip is at one site, in one condition",
                place=f"{inventory.file}:{again['line']}",
                value=again["serial"],
                hint="remove one of the rows, or correct its serial",
            )
            for spelled, first, others in found
            for again in others
        ]
        if problems:
            refuse_all(problems[:PROBLEMS])

    def lots(self, name: str, inventory: Inventory) -> tuple[Lot, ...]:
        """The rows by everything but their serial; days of receipt of one year come together."""
        counts: dict[tuple[str, ...], tuple[int, str]] = {}
        for row, count in self._groups(name):
            key = (row.site, row.chip, row.owner, row.condition, row.received[:4], row.authorization)
            before, latest = counts.get(key, (0, ""))
            counts[key] = (before + count, max(latest, row.received))
        return tuple(
            Lot(
                site=site,
                chip=chip,
                owner=owner or None,
                condition=Condition(condition),
                received=date.fromisoformat(latest) if latest else None,
                authorization=Authorization(authorization) if authorization else None,
                count=count,
                on=inventory.date,
            )
            for (site, chip, owner, condition, _, authorization), (count, latest) in sorted(counts.items())
        )

    def changes(self, first: Inventory, second: Inventory) -> Changes:
        """The tables `earlier` and `later`, joined by serial."""
        parts = ("chip", "site", "condition", "owner")
        picked = ", ".join(f"{side}.{part}" for side in ("a", "b") for part in parts)
        numbers = ", ".join(str(index + 1) for index in range(2 * len(parts)))
        groups = run(
            self._connection,
            f"SELECT {picked}, count(*), min(coalesce(a.serial, b.serial), {FIRST}) "
            f"FROM earlier AS a FULL JOIN later AS b ON a.serial = b.serial GROUP BY {numbers}",
        )
        sums = _Sums(self._file)
        for *texts, count, serials in groups:
            was = _Said(*texts[:4]) if texts[0] is not None else None
            now = _Said(*texts[4:]) if texts[4] is not None else None
            sums.add(was, now, int(count), serials)
        totals = [int(run(self._connection, f"SELECT count(*) FROM {name}")[0][0]) for name in ("earlier", "later")]
        return Changes(
            earlier=Taken(id=first.id, on=first.date, chips=totals[0]),
            later=Taken(id=second.id, on=second.date, chips=totals[1]),
            unchanged=sums.unchanged,
            differences=sums.differences(),
            first=sums.first(),
        )


def _picked(names: tuple[str, ...]) -> Iterator[str]:
    """Every column by its name; DuckDB reads an empty field as NULL, and a column that is not there is empty."""
    for column in COLUMNS:
        text = f"coalesce(f{names.index(column)}, '')" if column in names else "''"
        yield f"{text} AS {quote(column)}"


def _header(path: Path, place: str) -> tuple[str, ...]:
    with open(path, "rb") as stream:
        line = stream.readline(MAX_FIELD)
        given = line.decode("utf-8", "replace").strip().replace('"', "").split(",")
        stream.seek(0)
        try:
            return csv.read_header(stream, (*REQUIRED, *(name for name in OPTIONAL if name in given)), ",", place)
        except EvidenceFormatError as error:
            hint = f"write the header {','.join(REQUIRED)}, if wanted with {' and '.join(OPTIONAL)}, as UTF-8"
            problem = error.problem.replace("the mapping's", "those of an inventory")
            raise FactsError(problem, place=error.place, value=error.value, hint=hint) from error


class _Said(NamedTuple):
    """What an inventory says of a serial."""

    chip: str
    site: str
    condition: str
    owner: str


class _Sums:
    """Differences by kind, with the first serials of each."""

    def __init__(self, file: FactsFile) -> None:
        self._file = file
        self.unchanged = 0
        self._counts: dict[tuple[Kind, str, str, str, str, str], int] = {}
        self._first: dict[Kind, list[tuple[str, _Said | None, _Said | None]]] = {}

    def add(self, was: _Said | None, now: _Said | None, count: int, serials: list[str]) -> None:
        """Serials of which the earlier inventory says `was` and the later `now`; None: it does not list them."""
        kinds = list(self._kinds(was, now))
        if not kinds:
            self.unchanged += count
        last = now or was
        assert last is not None
        before, after = was or _Said("", "", "", ""), now or _Said("", "", "", "")
        for kind in kinds:
            key = (kind, last.chip, before.site, after.site, before.condition, after.condition)
            self._counts[key] = self._counts.get(key, 0) + count
            named = self._first.setdefault(kind, [])
            named += [(serial, was, now) for serial in serials]
            named.sort(key=lambda one: one[0])
            del named[FIRST:]

    def _kinds(self, was: _Said | None, now: _Said | None) -> Iterator[Kind]:
        if was is None or now is None:
            if was is None:
                yield Kind.APPEARED
            else:
                yield Kind.CLOSED if Condition(was.condition) in ATTRITION else Kind.VANISHED
            return
        if was.chip != now.chip:
            yield Kind.CHIP
        if was.site != now.site:
            yield Kind.MOVED
        if was.condition != now.condition:
            back = Condition(was.condition) in ATTRITION and Condition(now.condition) not in ATTRITION
            yield Kind.RETURNED if back else Kind.CONDITION
        if self._owner(was) != self._owner(now):
            yield Kind.OWNER

    def _owner(self, said: _Said) -> str:
        return said.owner or self._file.sites[said.site].owner

    def differences(self) -> tuple[Difference, ...]:
        return tuple(
            Difference(
                kind=kind,
                chip=chip,
                count=count,
                from_site=left or None,
                to_site=reached or None,
                from_condition=Condition(before) if before else None,
                to_condition=Condition(after) if after else None,
            )
            for (kind, chip, left, reached, before, after), count in sorted(self._counts.items())
        )

    def first(self) -> tuple[Differing, ...]:
        return tuple(
            Differing(kind=kind, serial=serial, was=self._told(was), now=self._told(now))
            for kind in Kind
            for serial, was, now in self._first.get(kind, [])
        )

    def _told(self, said: _Said | None) -> str:
        if said is None:
            return "not listed"
        return f"{said.chip}, {said.condition} at {said.site}, of {self._owner(said)}"
