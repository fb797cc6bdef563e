"""`python -m benchmarks`: every measure, or those named, as one table of ratios."""

from __future__ import annotations

import argparse
import importlib
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.machine import describe
from benchmarks.measure import Row, Settings

MEASURES = {
    "lone-occupancy": "lone_occupancy",
    "query-control": "query_control",
    "csv-loading": "csv_loading",
    "jsonl-loading": "jsonl_loading",
    "malformed-csv": "malformed_csv",
    "hashing": "hashing",
    "commitment": "commitment",
    "signing": "signing",
    "package": "package",
    "certified-pdf": "certified_pdf",
    "browser": "browser",
    "start-up": "start_up",
    "pdf": "pdf",
    "assess": "whole",
    "regulation": "regulation",
}
HEADER = ("measure", "what", "ours", "peer", "ratio", "of the best", "goal", "met", "peak", "peer's")


def main() -> int:
    """Run the measures; returns 1 if a goal is missed."""
    options = _parser().parse_args()
    machine = describe()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="auditor-benchmarks-", dir=options.scratch) as folder:
        for name in options.only or MEASURES:
            # Imported one by one, and light: see measure.py.
            measure: Callable[[Settings], list[Row]] = importlib.import_module(f"benchmarks.{MEASURES[name]}").measure
            _say(f"{name}: begins")
            scratch = Path(folder) / name
            scratch.mkdir()
            rows += measure(Settings(options.quick, scratch, _say))
            shutil.rmtree(scratch)
    print(table(machine, rows))
    if options.json:
        document = {"machine": machine, "quick": options.quick, "rows": [row.document() for row in rows]}
        options.json.write_text(json.dumps(document, indent=1) + "\n")
    return 1 if any(row.met is False for row in rows) else 0


def table(machine: dict[str, str], rows: list[Row]) -> str:
    """The machine and the rows as Markdown."""
    lines = [f"- {name}: {value}" for name, value in machine.items()]
    lines += ["", f"| {' | '.join(HEADER)} |", "|" + " --- |" * len(HEADER)]
    lines += [f"| {' | '.join(_cells(row))} |" for row in rows]
    lines += ["", *dict.fromkeys(f"{row.measure}, {row.what}: {row.note}" for row in rows if row.note)]
    return "\n".join(lines)


def _cells(row: Row) -> list[str]:
    ratio, best = row.ratio(), row.best
    goal = "" if row.goal is None else f"{'at most' if row.kind == 'cost' else 'at least'} {row.goal:g}x"
    return [
        row.measure,
        row.what,
        _figures(row.ours, row),
        _figures(row.theirs, row),
        "" if ratio is None else f"{ratio:.2f}x",
        "" if best is None else f"{best:.2f}x",
        goal,
        {True: "yes", False: "NO", None: ""}[row.met],
        f"{row.peak / 2**20:.0f} MiB" if row.peak else "",
        f"{row.peer_peak / 2**20:.0f} MiB" if row.peer_peak else "",
    ]


def _figures(values: object, row: Row) -> str:
    numbers = list(values) if isinstance(values, list | tuple) else []
    if not numbers:
        return ""
    best = max(numbers) if row.rate else min(numbers)
    middle = statistics.median(numbers)
    return f"{middle:.4g} {row.unit}" + (f" (best {best:.4g})" if len(numbers) > 1 else "")


def _say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {line}", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", action="append", choices=list(MEASURES), metavar="NAME",
                        help=f"this measure only; may be given again: {', '.join(MEASURES)}")  # fmt: skip
    parser.add_argument("--quick", action="store_true", help="smaller sizes and fewer rounds")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    parser.add_argument("--scratch", type=Path, metavar="DIR", help="where large files go (default: the system's)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
