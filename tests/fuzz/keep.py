"""Keeps what a fuzzer found: the fewest and shortest inputs that run every line which all of them run.

`python -m tests.fuzz.keep TARGET SCRATCH` looks at the scratch folder of `.ci/fuzz`; what is kept already stays. The
whole corpus is to stay below 1 MB, so an input of more than a few kilobytes is kept only if it brings much.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from types import FrameType
from typing import Any

from tests.fuzz.target import CORPUS, inputs, keep
from tests.fuzz.targets import TARGETS

SOURCES = str(Path(__file__).parents[2] / "auditor") + "/"
MOST_BYTES = 12_000
"""Of what is added to a target's folder in one go, packed."""

Step = tuple[str, int, int]
"""A source file and two of its lines, one run after the other."""


def lines_of(name: str, data: bytes) -> set[Step]:
    """The steps between lines of the auditor that this input takes."""
    found: set[Step] = set()
    last = [0]

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if not frame.f_code.co_filename.startswith(SOURCES):
            return None
        if event == "line":
            found.add((frame.f_code.co_filename, last[0], frame.f_lineno))
            last[0] = frame.f_lineno
        return trace

    sys.settrace(trace)
    try:
        with suppress(Exception):
            # What is wrong with it is told by the fuzzer, and by the tests once it is kept.
            TARGETS[name].run(data)
    finally:
        sys.settrace(None)
    return found


def keep_found(name: str, scratch: Path) -> tuple[int, int]:
    """How many inputs there were and how many were added to the corpus."""
    kept = inputs(name)
    known: set[Step] = set()
    for data in kept.values():
        known |= lines_of(name, data)
    found = sorted({path.read_bytes() for path in (scratch / name / "corpus").iterdir()} - set(kept.values()), key=len)
    new = {data: steps for data in found if (steps := lines_of(name, data) - known)}
    added, size = 0, 0
    while new and size < MOST_BYTES:
        # The one that brings most; of those that bring the same the shortest, which comes first.
        data = max(new, key=lambda one: len(new[one]))
        known |= new.pop(data)
        new = {one: left for one, steps in new.items() if (left := steps - known)}
        # A large input that brings one new step of one line costs more than it tells.
        if len(data) <= MOST_BYTES:
            size += keep(name, sha256(data).hexdigest()[:16], data).stat().st_size
            added += 1
    return len(found), added


if __name__ == "__main__":
    count, more = keep_found(sys.argv[1], Path(sys.argv[2]))
    total = sum(path.stat().st_size for path in CORPUS.rglob("*") if path.is_file())
    print(f"{sys.argv[1]}: {count} inputs found, {more} kept; the corpus has {total} bytes")
