"""Verifying the evidence of a package of 100,000 leaves, beside reading the same files and taking their SHA-256."""

from __future__ import annotations

import gc
import hashlib
import json
import shutil
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.measure import Clock, Row, Settings, in_turns, report, run_worker

SIZES = (40_000, 8_000, 800)
"""Bytes of an item: a day's log of one device, a page of a record, one message. The last is the hardest case."""
GOAL = 1.3


def measure(settings: Settings) -> list[Row]:
    count = 25_000 if settings.quick else 100_000
    rows = []
    for size in SIZES:
        folder = settings.scratch / "package"
        run_worker("package", "make", folder, count, size)
        side_by_side, hashed, ours, alone = in_turns(
            3 if settings.quick else 5,
            lambda: run_worker("package", "hash-in-processes", folder),  # noqa: B023 - called before the next round
            lambda: run_worker("package", "hash", folder),  # noqa: B023
            lambda: run_worker("package", "verify", folder),  # noqa: B023
            lambda: run_worker("package", "verify-alone", folder),  # noqa: B023
            warm=1,
        )
        what = f"{count:,} leaves, items of {size:,} bytes"
        goal = GOAL if size == SIZES[0] else None
        told = run_worker("package", "report", folder)
        rows += [
            Row("package", f"evidence verified, {what}", ours.walls, hashed.walls, goal=goal, peak=ours.peak,
                peer_peak=hashed.peak, note="peer: the same files read and their SHA-256 taken, one after another in "
                "one process, knowing their paths beforehand; ours hashes in one process for each core"),
            Row("package", f"the same beside a hasher with a process for each core, {what}", ours.walls,
                side_by_side.walls),
            Row("package", f"the same in one process, user+system, {what}", alone.cpus, hashed.cpus, peak=alone.peak),
            Row("package", f"the report that lists them verified, {what}", [told.wall], peak=told.peak,
                note=f"{told.output['bytes']:,} bytes of report, verified before and not in the rows above"),
        ]  # fmt: skip
        shutil.rmtree(folder)
    return rows


def _verify(folder: Path, *, alone: bool = False) -> None:
    """All that `auditor verify` does with the evidence of a package whose report has verified."""
    from auditor.attestation.verify import verify_report
    from auditor.jobs import disclosed
    from auditor.jobs.container import open_container
    from auditor.jobs.verify_evidence import verify_evidence
    from auditor.jobs.walk import Walk
    from benchmarks.reports import AT

    verified = verify_report(
        (folder / "report.dsse.json").read_bytes(), (folder.parent / "trust.json").read_bytes(), at=AT
    )
    if alone:
        disclosed.PARALLEL_FROM = sys.maxsize
    with Clock() as clock:
        found = verify_evidence(open_container(str(folder)), verified, Walk())
    assert found.items == found.total
    report(clock)


def _report(folder: Path) -> None:
    from auditor.attestation.verify import verify_report
    from benchmarks.reports import AT

    data = (folder / "report.dsse.json").read_bytes()
    with Clock() as clock:
        verify_report(data, (folder.parent / "trust.json").read_bytes(), at=AT)
    report(clock, bytes=len(data))


def _hash(folder: Path) -> None:
    paths = _paths(folder)
    with Clock() as clock:
        _digest(paths)
    report(clock)


def _hash_in_processes(folder: Path) -> None:
    import os
    from concurrent.futures import ProcessPoolExecutor

    paths = _paths(folder)
    with Clock() as clock, ProcessPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(_digest, [paths[at : at + 1000] for at in range(0, len(paths), 1000)]))
    report(clock)


def _paths(folder: Path) -> list[str]:
    return list(json.loads((folder.parent / f"{folder.name}.json").read_text()))


def _digest(paths: list[str]) -> None:
    for path in paths:
        with open(path, "rb", buffering=0) as file:
            hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    word, place = sys.argv[1], Path(sys.argv[2])
    if word == "make":
        from benchmarks.packages import make_package

        with Clock() as clock:
            make_package(place, int(sys.argv[3]), int(sys.argv[4]))
        report(clock)
    else:
        workers: dict[str, Callable[[Path], None]] = {
            "verify": _verify,
            "verify-alone": partial(_verify, alone=True),
            "report": _report,
            "hash": _hash,
            "hash-in-processes": _hash_in_processes,
        }
        # As the command does for itself (`auditor.cli.main`).
        gc.set_threshold(100_000)
        workers[word](place)
