"""Running pieces of work in processes of their own, in turns, and what came of it as rows of one table.

The process that measures imports nothing heavy: on Linux a child inherits its parent's peak memory until it starts
its own program, so a large parent would hide a small child.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

ROOT = Path(__file__).parents[1]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Settings:
    """How large and how often: `quick` takes smaller sizes, `scratch` is a folder that is removed afterwards."""

    quick: bool
    scratch: Path
    say: Say


@dataclass(frozen=True)
class Run:
    """One process: wall clock and user+system seconds, peak resident bytes, and what it printed.

    A worker (`run_worker`) reports its own figures of the work alone, without imports and preparation.
    """

    wall: float
    cpu: float
    peak: int
    output: dict[str, Any]


@dataclass(frozen=True)
class Row:
    """One line of the table: ours beside the peer's, and the goal if there is one.

    `kind` says how the ratio reads: `cost` is ours / theirs, `faster` is theirs / ours. `unit` is that of the
    figures, and `rate` says that more is better, which turns both round.
    """

    measure: str
    what: str
    ours: Sequence[float]
    theirs: Sequence[float] = ()
    unit: str = "s"
    kind: Literal["cost", "faster"] = "cost"
    rate: bool = False
    goal: float | None = None
    peak: int = 0
    peer_peak: int = 0
    note: str = ""
    holds: bool | None = None
    """Whether something that is not a ratio holds, such as that both found the same."""

    def ratio(self, pick: Callable[[Sequence[float]], float] = statistics.median) -> float | None:
        """The ratio of the medians, or of what `pick` takes."""
        if not self.theirs:
            return None
        ours, theirs = pick(self.ours), pick(self.theirs)
        return ours / theirs if (self.kind == "cost") != self.rate else theirs / ours

    @property
    def best(self) -> float | None:
        """The ratio of the best figures of both sides: least seconds, highest rates."""
        return self.ratio(max if self.rate else min)

    @property
    def met(self) -> bool | None:
        """Whether the goal is met by the medians, and what should hold does; None without any."""
        ratio = self.ratio()
        verdicts = [] if self.holds is None else [self.holds]
        if self.goal is not None and ratio is not None:
            verdicts.append(ratio <= self.goal if self.kind == "cost" else ratio >= self.goal)
        return all(verdicts) if verdicts else None

    def document(self) -> dict[str, Any]:
        """The row as JSON."""
        return {
            "measure": self.measure, "what": self.what, "unit": self.unit, "ours": list(self.ours),
            "theirs": list(self.theirs), "kind": self.kind, "ratio": self.ratio(), "best_ratio": self.best,
            "goal": self.goal, "met": self.met, "peak_bytes": self.peak, "peer_peak_bytes": self.peer_peak,
            "note": self.note,
        }  # fmt: skip


@dataclass
class Samples:
    """Figures of one side over the rounds."""

    runs: list[Run] = field(default_factory=list)

    @property
    def walls(self) -> list[float]:
        """Wall clock seconds."""
        return [run.wall for run in self.runs]

    @property
    def cpus(self) -> list[float]:
        """User+system seconds."""
        return [run.cpu for run in self.runs]

    @property
    def peak(self) -> int:
        """The highest peak memory, in bytes."""
        return max((run.peak for run in self.runs), default=0)


def in_turns(rounds: int, *sides: Callable[[], Run], warm: int = 0) -> list[Samples]:
    """Each side once in every round, the order turned round each time; `warm` rounds before are not kept."""
    samples = [Samples() for _ in sides]
    for number in range(warm + rounds):
        order = range(len(sides)) if number % 2 == 0 else reversed(range(len(sides)))
        for index in order:
            run = sides[index]()
            if number >= warm:
                samples[index].runs.append(run)
    return samples


def environment() -> dict[str, str]:
    """The environment of measured processes: byte code is written and used, hashing is not randomised."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"}


def run_command(command: Sequence[str], *, cwd: Path = ROOT, accept: Sequence[int] = (0,)) -> Run:
    """A whole process and those it waited for, its output thrown away."""
    with open(os.devnull, "wb") as nothing:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=cwd, env=environment(), stdin=subprocess.DEVNULL, stdout=nothing, stderr=nothing
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in accept:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, {})


def run_worker(module: str, *words: object) -> Run:
    """`python -m benchmarks.MODULE words...`, which ends by printing what `report` prints."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *(str(word) for word in words)]
    done = subprocess.run(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}")
    output = json.loads(done.stdout.decode().splitlines()[-1])
    return Run(output.pop("wall"), output.pop("cpu"), output.pop("peak"), output)


class Clock:
    """Times the block: wall clock, and user+system seconds of this process and of children it waited for."""

    def __enter__(self) -> Clock:
        self._began, self._cpu = time.perf_counter(), self._spent()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall, self.cpu = time.perf_counter() - self._began, self._spent() - self._cpu

    @staticmethod
    def _spent() -> float:
        times = os.times()
        return times.user + times.system + times.children_user + times.children_system


def report(clock: Clock, **output: object) -> None:
    """A worker's last words: its figures, its own peak memory since it started its program, and anything else."""
    status = Path("/proc/self/status").read_text()
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    print(json.dumps({"wall": clock.wall, "cpu": clock.cpu, "peak": peak * 1024, **output}))
