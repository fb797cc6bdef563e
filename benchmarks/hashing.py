"""Admission: one large file beside openssl's own speed, and a hundred thousand small ones beside sha256sum."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

from benchmarks.measure import Clock, Row, Run, Settings, in_turns, report, run_command, run_worker

SMALL_BYTES = 8000
FEWER = 20_000


def measure(settings: Settings) -> list[Row]:
    return [*_large(settings), *_small(settings)]


def _large(settings: Settings) -> list[Row]:
    size = (1 if settings.quick else 3) << 30
    folder = settings.scratch / "large"
    run_worker("hashing", "make-large", folder, size)
    rounds = 3 if settings.quick else 5
    ours, theirs = in_turns(rounds, lambda: run_worker("hashing", "admit", folder), _openssl_speed, warm=1)
    return [
        Row(
            "hashing", f"admit, one file of {size >> 30} GiB, per second of one core",
            [size / run.cpu / 1e9 for run in ours.runs], [run.cpu for run in theirs.runs], unit="GB/s", kind="faster",
            rate=True, goal=0.95, peak=ours.peak, note="peer: openssl speed -evp sha256, which reads no file",
        ),
        Row("hashing", f"admit, one file of {size >> 30} GiB, wall clock", [size / run.wall / 1e9 for run in ours.runs],
            [run.cpu for run in theirs.runs], unit="GB/s", kind="faster", rate=True),
    ]  # fmt: skip


def _openssl_speed() -> Run:
    """The rate in GB per second of processor time, in the field `cpu`."""
    command = ["openssl", "speed", "-seconds", "2", "-bytes", str(1 << 18), "-evp", "sha256"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate = text.splitlines()[-1].split()[-1]
    return Run(0.0, float(rate.removesuffix("k")) / 1e6, 0, {})


def _small(settings: Settings) -> list[Row]:
    count = 20_000 if settings.quick else 100_000
    folder, fewer = settings.scratch / "small", settings.scratch / "fewer"
    run_worker("hashing", "make-small", folder, count)
    # A manifest has at most 32 MiB, which is some 80,000 items.
    run_worker("hashing", "make-small", fewer, FEWER)
    find = f"find {folder}/evidence -type f -print0 | xargs -0 -P$(nproc)"
    hashed, coreutils, openssl = in_turns(
        3 if settings.quick else 5,
        lambda: run_worker("hashing", "hash", folder),
        lambda: run_command(["bash", "-o", "pipefail", "-c", f"{find} -n 2000 sha256sum"]),
        lambda: run_command(["bash", "-o", "pipefail", "-c", f"{find} -n 2000 openssl dgst -sha256"]),
        warm=1,
    )
    (admitted,) = in_turns(2, lambda: run_worker("hashing", "admit", fewer))
    what = f"{count:,} files of {SMALL_BYTES} bytes"
    return [
        Row("hashing", f"walk and hash, {what}", hashed.walls, coreutils.walls, kind="faster", goal=3, peak=hashed.peak,
            note="peer: find -print0 | xargs -0 -P$(nproc) sha256sum; coreutils 9.1 has no SHA-NI"),
        Row("hashing", f"the same beside openssl, {what}", hashed.walls, openssl.walls, kind="faster",
            note="peer: the same with openssl dgst -sha256, which has SHA-NI"),
        Row("hashing", f"whole admission, {FEWER:,} files of {SMALL_BYTES} bytes", admitted.walls, peak=admitted.peak,
            note="with reading the manifest, its checks and the bundle root"),
    ]  # fmt: skip


def _make_large(folder: Path, size: int) -> None:
    """A file without blocks: it is read through the page cache like any other and costs no disk."""
    from benchmarks.bundles import item, write_manifest

    (folder / "evidence").mkdir(parents=True)
    path = folder / "evidence" / "large.bin"
    with path.open("wb") as file:
        file.truncate(size)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    write_manifest(folder, [item("large", "evidence/large.bin", size, digest)])


def _make_small(folder: Path, count: int) -> None:
    from benchmarks.bundles import item, write_manifest

    items = []
    for number in range(count):
        path = f"evidence/{number // 1000:03d}/{number:06d}.log"
        data = f"{number:08d}\n".encode() * (SMALL_BYTES // 9 + 1)
        data = data[:SMALL_BYTES]
        target = folder / path
        if number % 1000 == 0:
            target.parent.mkdir(parents=True)
        target.write_bytes(data)
        items.append(item(f"f{number:06d}", path, SMALL_BYTES, hashlib.sha256(data).hexdigest()))
    write_manifest(folder, items)
    (folder.parent / f"{folder.name}-items.json").write_text(json.dumps(items))


def _hash(folder: Path) -> None:
    """Admission without the manifest: the walk and the digests."""
    import os

    from auditor import collector
    from auditor.evidence import admission
    from auditor.evidence.hashing import Identity
    from auditor.evidence.paths import Root
    from auditor.model.bundle import Item

    entries = json.loads((folder.parent / f"{folder.name}-items.json").read_text())
    items = [Item.model_validate(entry) for entry in entries]
    with Root(folder) as root:
        with Clock() as clock, collector.paused():
            present, problems = root.walk()
            # Read and compared with what is declared, as `admit` does.
            done = {item.id: found for item, found in admission._read_all(root, items, os.cpu_count() or 1)}  # noqa: SLF001
        assert not problems
        assert len(done) == len(present) - 1
        assert all(isinstance(found, Identity) for found in done.values())
    report(clock)


def _admit(folder: Path) -> None:
    from auditor.evidence.admission import admit

    with Clock() as clock:
        admit(folder)
    report(clock)


if __name__ == "__main__":
    word, place = sys.argv[1], Path(sys.argv[2])
    if word == "admit":
        _admit(place)
    elif word == "hash":
        _hash(place)
    else:
        with Clock() as clock:
            (_make_large if word == "make-large" else _make_small)(place, int(sys.argv[3]))
        report(clock)
