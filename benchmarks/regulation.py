"""The law's questions at size: a UVEU plan over 2,000,000 serials and 500 sites, and ownership among 10,000 parties.

Ours reads the inventory strictly (columns, chips, sites, days, serials that come twice), counts it, and answers with
shares, headroom, every planned shipment's effect and the first breach. The peer is a script as one would write it:
`csv`, a dict and a set, which adds up TPP by country and nothing else. Both must find the same TPP.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.measure import Clock, Row, Settings, in_turns, report, run_worker

if TYPE_CHECKING:
    from auditor.regulation.facts.file import FactsFile

PLAN_GOAL = 10.0
"""Seconds for the whole question, reading included."""
OWNERSHIP_GOAL = 1.0
SEED = 20250115
AS_OF = date(2026, 11, 22)
COUNTRIES = ("US", "US", "US", "US", "US", "US", "JP", "NO", "DE", "IN", "BR", "AE", "ID", "PL", "MX", "KE")
CHIPS = {"alpha": "1979", "beta": "989.5", "gamma": "2500"}
"""Tera operations a second at eight bits: 15,832, 7,916 and 20,000 TPP."""


def measure(settings: Settings) -> list[Row]:
    serials, sites, planned = (200_000, 100, 100) if settings.quick else (2_000_000, 500, 500)
    parties = 1_000 if settings.quick else 10_000
    folder = settings.scratch / "facts"
    made = run_worker("regulation", "make", folder, serials, sites, planned)
    settings.say(f"regulation: {made.output['size'] >> 20} MiB of CSV made in {made.wall:.0f} s")
    ours, theirs = in_turns(
        3, lambda: run_worker("regulation", "plan", folder), lambda: run_worker("regulation", "naive", folder), warm=1
    )
    same = {run.output["tpp"] for run in (*ours.runs, *theirs.runs)}
    slowest = max(ours.walls)
    reading = [float(run.output["reading"]) for run in ours.runs]
    shares = f"reading {max(reading):.1f} s of it"
    owned = in_turns(3, lambda: run_worker("regulation", "parties", parties), warm=1)[0]
    goal = f"goal: at most {PLAN_GOAL:g} s and well under 1 GiB"
    what = f"UVEU plan, {serials:,} serials, {sites} sites, {planned} planned shipments"
    return [
        Row("regulation", f"{what}, wall clock", ours.walls, theirs.walls, peak=ours.peak, peer_peak=theirs.peak,
            note=f"{goal}; slowest {slowest:.1f} s, {shares}; the peer reads and adds up only",
            holds=slowest <= PLAN_GOAL and ours.peak < 2**30 and len(same) == 1),
        Row("regulation", f"{what}, user+system", ours.cpus, theirs.cpus),
        Row("regulation", f"ultimate parents and families of {parties:,} parties", owned.walls, peak=owned.peak,
            note=f"goal: at most {OWNERSHIP_GOAL:g} s; slowest {max(owned.walls):.2f} s",
            holds=max(owned.walls) <= OWNERSHIP_GOAL),
    ]  # fmt: skip


def _make(folder: Path, serials: int, sites: int, planned: int) -> None:
    """A facts file with a plan, and its inventory by serial, from a seed."""
    import random

    from auditor.canon.json import canonical_bytes  # JSON is YAML

    draw = random.Random(SEED)
    folder.mkdir(parents=True)
    chips = [
        {"id": name, "name": name, "maker": "m", "source": "made up", "data_center": True,
         "units": [{"rates": [{"bits": 8, "tops": tops}]}]}
        for name, tops in CHIPS.items()
    ]  # fmt: skip
    listed = [
        {"id": f"site-{n}", "name": f"Site {n}", "country": COUNTRIES[n % len(COUNTRIES)], "owner": f"party-{n % 20}"}
        for n in range(sites)
    ]
    shipments = [
        {"id": f"s-{n}", "date": date(2026 + (n // 12) % 3 + 1, n % 12 + 1, 1 + n % 28).isoformat(),
         "chip": draw.choice(list(CHIPS)), "quantity": draw.randrange(1, 900), "to": f"site-{draw.randrange(sites)}",
         "authorization": "uveu"}
        for n in range(planned)
    ]  # fmt: skip
    facts = {
        "facts": 1, "title": "Benchmark", "applicant": "party-0",
        "parties": [{"id": f"party-{n}", "name": f"Party {n}", "headquarters": "US"} for n in range(20)],
        "ownership": [{"owner": f"party-{(n - 1) // 2}", "owned": f"party-{n}", "percent": 100} for n in range(1, 20)],
        "chips": chips, "sites": listed, "plans": [{"id": "plan", "title": "Plan", "shipments": shipments}],
        "inventories": [{"id": "all", "date": "2026-11-01", "file": "all.csv"}],
    }  # fmt: skip
    with Clock() as clock:
        (folder / "facts.yaml").write_bytes(canonical_bytes(facts))
        conditions = ["installed"] * 90 + ["transferred"] * 6 + ["failed", "lost", "damaged", "resold"]
        with (folder / "all.csv").open("w", encoding="utf-8") as file:
            file.write("serial,chip,site,condition,received,owner,authorization\n")
            names = list(CHIPS)
            for number in range(serials):
                site = draw.randrange(sites)
                received = f"202{4 + number % 3}-{1 + site % 10:02}-{1 + number % 28:02}"
                file.write(
                    f"{1_320_000_000_000 + number * 7},{names[number % 3]},site-{site},"
                    f"{conditions[draw.randrange(100)]},{received},,uveu\n"
                )
    report(clock, size=(folder / "all.csv").stat().st_size)


def _facts(folder: Path) -> FactsFile:
    from auditor.regulation.facts.file import read_facts

    return read_facts((folder / "facts.yaml").read_bytes(), "facts.yaml", {})


def _plan(folder: Path) -> None:
    from auditor.jobs.inventory import read_inventory
    from auditor.jobs.law import load_law
    from auditor.regulation.quantities.uveu import uveu

    law = load_law()
    with Clock() as clock:
        file = _facts(folder)
        with Clock() as reading:
            lots = read_inventory(folder / "all.csv", file.inventories["all"], file)
        answer = uveu(law, AS_OF, file, lots, "party-0", "plan")
    if answer.result is None:
        raise SystemExit(answer.conclusion)
    report(clock, tpp=str(answer.result.points[0].total), reading=reading.wall, lots=len(lots))


def _naive(folder: Path) -> None:
    import csv
    from decimal import Decimal

    file = _facts(folder)
    with Clock() as clock:
        tpp = {name: Decimal(tops) * 8 for name, tops in CHIPS.items()}
        seen: set[str] = set()
        counts: dict[tuple[str, str], int] = {}
        with (folder / "all.csv").open(newline="", encoding="utf-8") as stream:
            for row in csv.DictReader(stream):
                if row["serial"] in seen:
                    raise SystemExit(f"twice: {row['serial']}")
                seen.add(row["serial"])
                if row["condition"] in ("installed", "transferred"):
                    key = (file.sites[row["site"]].country, row["chip"])
                    counts[key] = counts.get(key, 0) + 1
        total = sum((tpp[chip] * count for (_, chip), count in counts.items()), Decimal(0))
    report(clock, tpp=str(total))


def _parties(count: int) -> None:
    """Half a tree, half parties with several owners below the majority."""
    import random

    from auditor.canon.json import canonical_bytes
    from auditor.jobs.law import load_law
    from auditor.regulation.facts.file import read_facts
    from auditor.regulation.ownership.parties import Ownership
    from auditor.regulation.working import Working

    draw = random.Random(SEED)
    holdings = []
    for number in range(1, count):
        first, second = draw.randrange(number), draw.randrange(number)
        holdings.append({"owner": f"p{first}", "owned": f"p{number}", "percent": 60})
        if second != first:
            holdings.append({"owner": f"p{second}", "owned": f"p{number}", "percent": 30})
    parties = [{"id": f"p{n}", "name": f"P {n}", "headquarters": "NO"} for n in range(count)]
    data = canonical_bytes({"facts": 1, "title": "Benchmark", "parties": parties, "ownership": holdings})
    file = read_facts(data, "facts.yaml", {})
    work = Working(load_law(), AS_OF, "benchmark")
    with Clock() as clock:
        ownership = Ownership(file)
        parents = [ownership.ultimate_parent(work, f"p{number}") for number in range(count)]
        family = ownership.family(work, "p0")
    if set(parents) != {"p0"} or len(family) != count:
        raise SystemExit("the ultimate parent is p0 for all")
    report(clock)


if __name__ == "__main__":
    word = sys.argv[1]
    if word == "make":
        _make(Path(sys.argv[2]), *(int(number) for number in sys.argv[3:6]))
    elif word == "plan":
        _plan(Path(sys.argv[2]))
    elif word == "naive":
        _naive(Path(sys.argv[2]))
    else:
        _parties(int(sys.argv[2]))
