"""The main job on a shipped sample: `auditor assess` of fjordheim, seconds and peak memory, cold and all."""

from __future__ import annotations

import sys

from benchmarks.measure import ROOT, Row, Settings, in_turns, run_command

ACCEPTED = (0, 10)
"""Exit codes of an assessment that was done: every finding satisfied, or some other than satisfied."""


def measure(settings: Settings) -> list[Row]:
    out = settings.scratch / "results.json"
    command = [
        sys.executable, "-m", "auditor.cli", "assess", str(ROOT / "samples" / "fjordheim" / "bundle"),
        "--profile", "sl4", "--as-of", "2026-11-05T12:00:00Z", "--out", str(out),
    ]  # fmt: skip
    (done,) = in_turns(1 if settings.quick else 3, lambda: run_command(command, accept=ACCEPTED))
    return [
        Row("assess", "samples/fjordheim, wall clock", done.walls, peak=done.peak, note="the whole command"),
        Row("assess", "samples/fjordheim, user+system", done.cpus),
    ]
