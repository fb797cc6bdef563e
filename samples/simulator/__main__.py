"""Command line of the simulator: `python -m samples.simulator` from the root of the repository."""

from __future__ import annotations

import argparse
import dataclasses
import sys
import time
from pathlib import Path

from samples.simulator import bundle, selfcheck
from samples.simulator.facility import FACILITIES, Facility
from samples.simulator.plant import Planted
from samples.simulator.world import simulate

SAMPLES = Path(__file__).resolve().parent.parent

EXAMPLES = """\
examples:
  python -m samples.simulator                                   both facilities, in place
  python -m samples.simulator --facility skarvoy --out /tmp/s   the flawed one, elsewhere
  python -m samples.simulator --facility fjordheim --seed 7 --out /tmp/f
  python -m samples.simulator badges --rows 10000000 --out /tmp/badges

The same seed gives the same bytes. `badges` writes a long, thin stream of badge events for benchmarks, one NumPy
file for each column, with its floor plan and the lone intervals planted in it.
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    options = _parser().parse_args(arguments)
    if options.mode == "badges":
        from samples.simulator.bench import write_badges

        write_badges(options.rows, options.seed or 1, options.people, options.zones, options.out or Path("badges"))
        return 0
    chosen = list(FACILITIES.values()) if options.facility == "all" else [FACILITIES[options.facility]]
    if options.out is not None and len(chosen) > 1:
        print("simulator: --out goes with one facility; name it with --facility", file=sys.stderr)
        return 2
    for facility in chosen:
        _write(facility, options.seed, options.out)
    return 0


def _write(facility: Facility, seed: int | None, out: Path | None) -> None:
    begun = time.perf_counter()
    if seed is not None:
        facility = dataclasses.replace(facility, seed=seed)
    planted = Planted(facility)
    world = simulate(facility, planted)
    selfcheck.check(world)
    files = bundle.export(world)
    bundle.write(world, files, planted.ledger.document(facility, files), out or SAMPLES / facility.id)
    rows, size = sum(files.counts.values()), sum(len(item.data) for item in files.items)
    spent = time.perf_counter() - begun
    print(f"{facility.id}: {rows:,} rows in {len(files.items)} items, {size / 2**20:.1f} MiB, {spent:.1f} s")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m samples.simulator",
        description="Simulate a month of a facility and write its evidence bundle.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "mode",
        nargs="?",
        choices=["facility", "badges"],
        default="facility",
        help="what to make: facility bundles (default) or a badge stream for benchmarks",
    )
    parser.add_argument("--facility", choices=[*FACILITIES, "all"], default="all", help="which facility (default: all)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where to write (default: samples/<facility>)")
    parser.add_argument("--seed", type=int, metavar="N", help="another seed than the facility's own")
    parser.add_argument("--rows", type=int, default=10_000_000, metavar="N", help="badges: how many events")
    parser.add_argument("--people", type=int, default=20_000, metavar="N", help="badges: how many people")
    parser.add_argument("--zones", type=int, default=4_000, metavar="N", help="badges: how many zones")
    return parser


if __name__ == "__main__":
    sys.exit(main())
