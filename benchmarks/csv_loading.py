"""Loading a large badge export: ours, strict and with lineage, beside plain `CREATE TABLE AS SELECT * FROM read_csv`.

Ours casts every field by the mapping and refuses what does not fit, gives each row the place it came from, looks
for keys that come twice, sorts, and finds gaps in time and in serial numbers. Plain `read_csv` sniffs the types and
does none of that. Both write a table into a DuckDB file, with the same threads and memory.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from benchmarks.measure import ROOT, Clock, Row, Settings, in_turns, report, run_worker

MAPPING = "onguard-events-csv"

# In the file each controller's serial numbers follow each other, so in the order of references they must too.
_MISPLACED = """
SELECT count(*) FROM (
  SELECT sequence, lag(sequence) OVER (PARTITION BY controller ORDER BY ref) AS before FROM pacs_events
)
WHERE sequence <> before + 1"""


def measure(settings: Settings) -> list[Row]:
    count = 1_000_000 if settings.quick else 10_000_000
    folder = settings.scratch / "bundle"
    made = run_worker("csv_loading", "make", folder, count)
    settings.say(f"csv-loading: {made.output['size'] >> 20} MiB of CSV made in {made.wall:.0f} s")
    ours, theirs = in_turns(
        3, lambda: run_worker("csv_loading", "load", folder), lambda: run_worker("csv_loading", "plain", folder), warm=1
    )
    what = f"{count:,} rows, {made.output['size'] >> 20} MiB"
    misplaced = max(run.output["misplaced"] for run in ours.runs)
    right = not misplaced and all(run.output["rows"] == count for run in ours.runs)
    note = "store.load after admission, up to typed rows with lineage; plain read_csv sniffs"
    if misplaced:
        note += f"; {misplaced} TIMES THE REFERENCES ARE NOT IN THE FILE'S ORDER"
    after = "then keys that come twice, order, gaps in time and in serial numbers, which plain read_csv has no word for"
    wall, cpu = ([float(run.output[name]) for run in ours.runs] for name in ("load_wall", "load_cpu"))
    return [
        Row("csv-loading", f"{what}, wall clock", wall, theirs.walls, goal=1.5, peak=ours.peak,
            peer_peak=theirs.peak, note=note, holds=right),
        Row("csv-loading", f"{what}, user+system", cpu, theirs.cpus),
        Row("csv-loading", f"{what}, with what follows, wall clock", ours.walls, theirs.walls, note=after),
        Row("csv-loading", f"{what}, with what follows, user+system", ours.cpus, theirs.cpus),
    ]  # fmt: skip


def _make(folder: Path, count: int) -> None:
    """A bundle with one OnGuard export of the made-up site."""
    import hashlib

    from benchmarks.badges import make_store
    from benchmarks.bundles import item, write_manifest

    (folder / "evidence").mkdir(parents=True)
    path, store = folder / "evidence" / "badges.csv", folder.parent / "made.duckdb"
    with Clock() as clock:
        make_store(store, count)
        _export(store, path)
        store.unlink()
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        write_manifest(folder, [item("badges", "evidence/badges.csv", path.stat().st_size, digest, MAPPING)])
    report(clock, size=path.stat().st_size)


def _export(store: Path, path: Path) -> None:
    import duckdb

    with duckdb.connect(str(store), config={"threads": 2}) as connection:
        stamp = "strftime(make_timestamp({}), '%Y-%m-%d %H:%M:%S')"
        connection.execute(
            f"COPY (SELECT {stamp.format('ts')} AS EVENT_TIME_UTC, {stamp.format('recorded')} AS RECORD_TIME_UTC, "
            "controller AS PANELNAME, sequence AS SERIALNUM, portal AS NAME, "
            "CASE direction WHEN 'in' THEN 'Entry reader' ELSE 'Exit reader' END AS READERDESC, "
            "'Access Granted' AS EVDESCR, credential AS CARDNUM, person AS EMPID, 'True' AS CARDHOLDERENTERED "
            f"FROM pacs_events ORDER BY ref) TO '{path}' (HEADER, DELIMITER ',')"
        )


def _load(folder: Path) -> None:
    from auditor.evidence import store as evidence_store
    from auditor.evidence.admission import admit
    from auditor.evidence.mapping import read_mapping
    from auditor.evidence.store import load
    from benchmarks.badges import streams

    known = {"pacs_events": streams()["pacs_events"]}
    text = (ROOT / "controls" / "mappings" / f"{MAPPING}.yaml").read_bytes()
    mapping = read_mapping(text, f"{MAPPING}.yaml", known)
    admission = admit(folder)
    following: list[Clock] = []
    for name in ("settle_keys", "settle_order", "_coverage"):
        _time(evidence_store, name, following)
    with Clock() as clock:
        store = load(admission, known, {MAPPING: mapping}, threads=2, memory_limit="2GB", workdir=folder.parent)
    (count,) = store.tables.rows("SELECT count(*) FROM pacs_events")[1][0]
    (misplaced,) = store.tables.rows(_MISPLACED)[1][0]
    gaps = store.coverage[0].gap_count
    store.close()
    load_wall = clock.wall - sum(one.wall for one in following)
    load_cpu = clock.cpu - sum(one.cpu for one in following)
    report(clock, rows=count, misplaced=misplaced, gaps=gaps, load_wall=load_wall, load_cpu=load_cpu)


def _time(module: Any, name: str, clocks: list[Clock]) -> None:
    """Have every call of a function of `module` timed into `clocks`."""
    function = getattr(module, name)

    def timed(*words: object) -> object:
        with Clock() as clock:
            result = function(*words)
        clocks.append(clock)
        return result

    setattr(module, name, timed)


def _plain(folder: Path) -> None:
    import duckdb

    target = folder.parent / "plain.duckdb"
    config: dict[str, Any] = {"threads": 2, "memory_limit": "2GB", "temp_directory": str(folder.parent)}
    with duckdb.connect(str(target), config=config) as connection:
        with Clock() as clock:
            connection.execute(f"CREATE TABLE t AS SELECT * FROM read_csv('{folder}/evidence/badges.csv')").fetchall()
        (count,) = connection.execute("SELECT count(*) FROM t").fetchall()[0]
    target.unlink()
    report(clock, rows=count)


if __name__ == "__main__":
    word, place = sys.argv[1], Path(sys.argv[2])
    if word == "make":
        _make(place, int(sys.argv[3]))
    elif word == "load":
        _load(place)
    else:
        _plain(place)
