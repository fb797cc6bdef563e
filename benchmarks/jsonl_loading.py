"""Loading a large log of JSON lines: ours, strict and with lineage, beside `CREATE TABLE AS SELECT * FROM read_json`.

Ours keeps each number as it was written, casts every field by the mapping, names each line that does not fit and gives
each row the place it came from, then looks for keys that come twice and sorts. Plain `read_json` sniffs the types,
changes numbers, and refuses the whole file for one bad line. Both write a DuckDB file, with the same means.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.measure import ROOT, Clock, Row, Settings, in_turns, report, run_worker

MAPPING, STREAM = "s3-data-events-jsonl", "storage_access"


def measure(settings: Settings) -> list[Row]:
    count = 200_000 if settings.quick else 2_000_000
    folder = settings.scratch / "bundle"
    made = run_worker("jsonl_loading", "make", folder, count)
    ours, theirs = in_turns(
        3,
        lambda: run_worker("jsonl_loading", "load", folder),
        lambda: run_worker("jsonl_loading", "plain", folder),
        warm=1,
    )
    what = f"{count:,} rows, {made.output['size'] >> 20} MiB"
    right = all(run.output["rows"] == count for run in [*ours.runs, *theirs.runs])
    return [
        Row("jsonl-loading", f"{what}, wall clock", ours.walls, theirs.walls, peak=ours.peak, peer_peak=theirs.peak,
            holds=right, note="store.load after admission; plain read_json sniffs, on every core"),
        Row("jsonl-loading", f"{what}, user+system", ours.cpus, theirs.cpus),
    ]  # fmt: skip


def _line(number: int) -> bytes:
    """An event of an object store; every tenth reads a whole object and says no range."""
    hours, seconds = divmod(number // 20, 3600)
    days, hours = divmod(hours, 24)
    asked: dict[str, Any] = {"bucketName": "weights", "Host": "stor-01", "key": f"shard-{number % 512:04}.enc"}
    if number % 10:
        asked["range"] = {"first": number * 4096, "last": number * 4096 + 1_048_575}
    event = {
        "eventVersion": "1.09",
        "eventTime": f"2026-10-{1 + days:02}T{hours:02}:{seconds // 60:02}:{seconds % 60:02}Z",
        "eventSource": "s3.amazonaws.com",
        "eventName": "GetObject",
        "userIdentity": {"type": "AssumedRole", "userName": f"svc-serve-{number % 7}"},
        "requestParameters": asked,
        "additionalEventData": {"bytesTransferred": 1_048_576, "artefact": "model-1", "httpStatus": "200"},
        "requestID": f"{number:016X}",
    }
    return json.dumps(event, separators=(",", ":")).encode() + b"\n"


def _make(folder: Path, count: int) -> None:
    from benchmarks.bundles import item, write_manifest

    (folder / "evidence").mkdir(parents=True)
    path = folder / "evidence" / "events.jsonl"
    with Clock() as clock:
        with path.open("wb") as file:
            file.writelines(map(_line, range(count)))
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        write_manifest(folder, [item("events", "evidence/events.jsonl", path.stat().st_size, digest, MAPPING)])
    report(clock, size=path.stat().st_size)


def _load(folder: Path) -> None:
    from auditor.evidence.admission import admit
    from auditor.evidence.mapping import read_mapping
    from auditor.evidence.store import load
    from auditor.jobs.content import load_catalog

    known = {STREAM: load_catalog().streams[STREAM]}
    text = (ROOT / "controls" / "mappings" / f"{MAPPING}.yaml").read_bytes()
    mapping = read_mapping(text, f"{MAPPING}.yaml", known)
    admission = admit(folder)
    with Clock() as clock:
        store = load(admission, known, {MAPPING: mapping}, threads=2, memory_limit="2GB", workdir=folder.parent)
    rows = store.items[0].rows
    store.close()
    report(clock, rows=rows)


def _plain(folder: Path) -> None:
    import duckdb

    target = folder.parent / "plain.duckdb"
    config: dict[str, Any] = {"threads": 2, "memory_limit": "2GB", "temp_directory": str(folder.parent)}
    with duckdb.connect(str(target), config=config) as connection:
        with Clock() as clock:
            connection.execute(
                f"CREATE TABLE t AS SELECT * FROM read_json('{folder}/evidence/events.jsonl')"
            ).fetchall()
        (rows,) = connection.execute("SELECT count(*) FROM t").fetchall()[0]
    target.unlink()
    report(clock, rows=rows)


if __name__ == "__main__":
    word, place = sys.argv[1], Path(sys.argv[2])
    if word == "make":
        _make(place, int(sys.argv[3]))
    else:
        (_load if word == "load" else _plain)(place)
