"""Committing to ten million records of one stream, and verifying their leaf hashes; a bundle's tree: `package`."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

from benchmarks.measure import Clock, Row, Settings, in_turns, report, run_worker


def measure(settings: Settings) -> list[Row]:
    count = 1_000_000 if settings.quick else 10_000_000
    folder = settings.scratch / "records"
    run_worker("commitment", "make-records", folder, count)
    ours, theirs = in_turns(
        1 if settings.quick else 2,
        lambda: run_worker("commitment", "commit", folder),
        lambda: run_worker("commitment", "hash", folder),
    )
    verified = in_turns(1, lambda: run_worker("commitment", "verify-records", folder))[0]
    return [
        Row("commitment", f"commit to {count:,} records, leaf hashes written", ours.walls, theirs.walls,
            peak=ours.peak, peer_peak=theirs.peak, note="peer: read the same file and take its SHA-256"),
        Row("commitment", f"verify the leaf hashes of {count:,} records", verified.walls, peak=verified.peak),
    ]  # fmt: skip


def _hash(folder: Path) -> None:
    paths = json.loads((folder.parent / f"{folder.name}.json").read_text())
    with Clock() as clock:
        for path in paths:
            with open(path, "rb", buffering=0) as file:
                hashlib.file_digest(file, "sha256").hexdigest()
    report(clock)


def _make_records(folder: Path, count: int) -> None:
    folder.mkdir()
    with (folder / "reads.csv").open("w") as file:
        for number in range(count):
            file.write(
                f"2026-09-30 12:18:13,2026-09-30 12:18:14,pnl-02,{number},offices-door,Exit reader,Access Granted,"
                f"{417_000 + number % 1000},S{number % 1000},True\n"
            )
    (folder.parent / f"{folder.name}.json").write_text(json.dumps([str(folder / "reads.csv")]))


def _commit(folder: Path) -> None:
    from auditor.evidence.commitment import commit_records, record_leaves
    from auditor.evidence.formats.lines import read_lines
    from auditor.model.bundle import Manifest
    from benchmarks.bundles import document

    manifest = Manifest.model_validate(document([]))
    with Clock() as clock, (folder / "reads.csv").open("rb") as rows, (folder / "leaves.bin").open("wb") as leaves:
        texts = (line.data.decode("utf-8") for line in read_lines(rows))
        tree = commit_records("reads", record_leaves(manifest, "reads", texts), leaves.write)
    assert tree is not None
    (folder / "tree.json").write_text(json.dumps(tree))
    report(clock)


def _verify_records(folder: Path) -> None:
    from auditor.attestation.commitment import verify_record_tree

    item, size, root = json.loads((folder / "tree.json").read_text())
    with Clock() as clock:
        verify_record_tree(item, size, (folder / "leaves.bin").read_bytes(), root)
    report(clock)


if __name__ == "__main__":
    word, place = sys.argv[1], Path(sys.argv[2])
    if word == "make-records":
        with Clock() as clock:
            _make_records(place, int(sys.argv[3]))
        report(clock)
    else:
        {"hash": _hash, "commit": _commit, "verify-records": _verify_records}[word](place)
