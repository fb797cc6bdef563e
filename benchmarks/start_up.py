"""Start-up: `auditor --help` and `auditor verify` of a small report, beside a Python that does nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.measure import Clock, Row, Run, Settings, in_turns, report, run_command, run_worker

LAUNCHER = "import sys; from auditor.cli.main import main; sys.exit(main())"
"""What the installed `auditor` does."""


def measure(settings: Settings) -> list[Row]:
    run_worker("start_up", settings.scratch)
    verify = ["verify", "report.dsse.json", "--trust", "trust.json", "--at", "2026-11-01T00:00:00Z"]
    bare = [sys.executable, "-c", "pass"]

    def auditor(*words: str) -> list[str]:
        return [sys.executable, "-c", LAUNCHER, *words]

    def timed(command: list[str]) -> Callable[[], Run]:
        return lambda: run_command(command, cwd=settings.scratch)

    # The first runs write the byte code of our own modules and of the libraries.
    nothing, helped, verified = in_turns(
        20 if settings.quick else 80,
        timed(bare), timed(auditor("--help")), timed(auditor(*verify)), warm=3,
    )  # fmt: skip
    rows = []
    for what, samples in (("--help", helped), ("verify", verified)):
        for clock in ("cpu", "wall"):
            rows.append(
                Row(
                    "start-up", f"{what}, {'user+system' if clock == 'cpu' else 'wall clock'}",
                    [1000 * getattr(run, clock) for run in samples.runs],
                    [1000 * getattr(run, clock) for run in nothing.runs],
                    unit="ms", goal=3, peak=samples.peak, peer_peak=nothing.peak,
                    note="beside python -c pass; byte code present",
                )
            )  # fmt: skip
    return rows


def _prepare(folder: Path) -> None:
    """A report of sixteen findings signed by the sample's three people, and the trust root that accepts it."""
    from benchmarks.reports import full_results, write_report

    write_report(folder, full_results(16))


if __name__ == "__main__":
    with Clock() as clock:
        _prepare(Path(sys.argv[1]))
    report(clock)
