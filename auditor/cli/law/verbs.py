"""The questions of `auditor law`: for each, what it is, its options, its examples, and how it is asked."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.cli.law.desk import Desk, country_code, day, year
from auditor.cli.options import path

if TYPE_CHECKING:
    from auditor.model.answer import Answer

Ask = Callable[[Desk], "Answer[Any]"]

SAMPLE = "samples/law/facts.yaml"


@dataclass(frozen=True, slots=True)
class Verb:
    """A word after `auditor law`."""

    name: str
    what: str
    options: tuple[str, ...]
    examples: tuple[str, ...]
    ask: Ask | None = None
    """None for the verbs that are no question."""


OPTIONS: dict[str, dict[str, Any]] = {
    "facts": {"nargs": "?", "type": path, "metavar": "FACTS", "help": "facts file (default: facts.yaml here)"},
    "folder": {"type": path, "metavar": "FOLDER", "help": "where to write; must hold none of the files yet"},
    "paragraph": {"nargs": "?", "metavar": "ID", "help": "such as 10.14.f or 8.B.9 (default: list them)"},
    "iso": {"type": str, "metavar": "CODE", "help": "ISO 3166-1 code of the place, such as NO"},
    "chip": {"nargs": "?", "metavar": "CHIP", "help": "id of a chip (default: list those known)"},
    "amount": {"metavar": "AMOUNT", "help": "TPP, a quarter such as 2027-Q4, or a limit such as country.allocation"},
    "--of": {"metavar": "CHIP", "default": "nvidia-h100-sxm", "help": "id of the chip (default: nvidia-h100-sxm)"},
    "--facts": {"dest": "facts_option", "type": path, "metavar": "FILE", "help": "facts file"},
    "--party": {"metavar": "ID", "help": "party asked about (default: the applicant)"},
    "--plan": {"metavar": "ID", "help": "take this plan's shipments into account"},
    "--site": {"metavar": "ID", "help": "ask only whether model weights may go to this site"},
    "--model": {"metavar": "ID", "help": "model asked about (default: the only one)"},
    "--country": {"metavar": "CODE", "help": "ISO 3166-1 code of the country"},
    "--inventory": {"metavar": "ID", "help": "inventory to start from (default: the newest of the day or before)"},
    "--earlier": {"metavar": "ID", "help": "the earlier inventory (default: the one before the later)"},
    "--later": {"metavar": "ID", "help": "the later inventory (default: the newest of the day or before)"},
    "--on": {"type": day, "metavar": "DATE", "help": "the day counted (default: the day asked about)"},
    "--year": {"type": year, "metavar": "YEAR", "help": "calendar year (default: that of the day asked about)"},
    "--from": {"dest": "begins", "type": day, "metavar": "DATE", "help": "first day (default: the day asked about)"},
    "--until": {"dest": "ends", "type": day, "metavar": "DATE", "help": "last day (default: a year later)"},
    "--html": {"type": path, "metavar": "FILE", "default": Path("law.html"), "help": "the page (default: law.html)"},
    "--ics": {"type": path, "metavar": "FILE", "help": "also write it as iCalendar"},
}
"""What each option takes, for argparse."""


def _status(desk: Desk) -> Answer[Any]:
    from auditor.regulation.status import status

    return status(desk.law, desk.as_of)


def _paragraph(desk: Desk) -> Answer[Any]:
    from auditor.regulation.paragraph import paragraph

    given: str = desk.arguments.paragraph
    return paragraph(desk.law, desk.as_of, desk.paragraph(given))


def _destination(desk: Desk) -> Answer[Any]:
    from auditor.regulation.destinations.destination import destination

    return destination(desk.law, desk.as_of, country_code(desk.arguments.iso))


def _entity(desk: Desk) -> Answer[Any]:
    from auditor.regulation.destinations.destination import entity

    return entity(desk.law, desk.as_of, desk.file, desk.party)


def _chip(desk: Desk) -> Answer[Any]:
    from auditor.regulation.chips.chip import chip

    return chip(desk.law, desk.as_of, desk.chip(desk.arguments.chip))


def _equivalents(desk: Desk) -> Answer[Any]:
    from auditor.regulation.chips.chip import as_chips

    return as_chips(desk.law, desk.as_of, desk.amount, desk.chip(desk.arguments.of))


def _inventory(desk: Desk) -> Answer[Any]:
    from auditor.regulation.quantities.inventory import inventory

    on = desk.arguments.on or desk.as_of
    return inventory(desk.law, desk.as_of, desk.file, desk.lots(on), on)


def _reconcile(desk: Desk) -> Answer[Any]:
    from auditor.regulation.quantities.reconciliation import reconcile

    return reconcile(desk.law, desk.as_of, desk.file, desk.changes())


def _uveu(desk: Desk) -> Answer[Any]:
    from auditor.regulation.quantities.uveu import uveu

    return uveu(desk.law, desk.as_of, desk.file, desk.lots(), desk.party, desk.plan)


def _nveu(desk: Desk) -> Answer[Any]:
    from auditor.regulation.quantities.nveu import nveu

    return nveu(desk.law, desk.as_of, desk.file, desk.lots(), desk.party, desk.country, desk.plan)


def _country(desk: Desk) -> Answer[Any]:
    from auditor.regulation.quantities.country import country

    return country(desk.law, desk.as_of, desk.file, desk.lots(), desk.country, desk.plan)


def _lpp(desk: Desk) -> Answer[Any]:
    from auditor.regulation.exceptions.lpp import lpp

    year = desk.arguments.year or desk.as_of.year
    return lpp(desk.law, desk.as_of, desk.file, desk.lots(), desk.party, year, desk.plan)


def _aia(desk: Desk) -> Answer[Any]:
    from auditor.regulation.exceptions.aia import aia, weights_facility

    if desk.arguments.site is not None:
        return weights_facility(desk.law, desk.as_of, desk.file, desk.site)
    return aia(desk.law, desk.as_of, desk.file, desk.lots(), desk.party, desk.plan)


def _acm(desk: Desk) -> Answer[Any]:
    from auditor.regulation.exceptions.acm import acm

    return acm(desk.law, desk.as_of, desk.file, desk.party, desk.plan)


def _weights(desk: Desk) -> Answer[Any]:
    from auditor.regulation.model_weights.weights import weights

    return weights(desk.law, desk.as_of, desk.file, desk.model)


def _ownership(desk: Desk) -> Answer[Any]:
    from auditor.regulation.ownership.stakes import ownership

    return ownership(desk.law, desk.as_of, desk.file, desk.party)


def _calendar(desk: Desk) -> Answer[Any]:
    from auditor.regulation.calendar.calendar import calendar
    from auditor.regulation.calendar.days import plus

    begins = desk.arguments.begins or desk.as_of
    return calendar(desk.law, desk.as_of, desk.file, begins, desk.arguments.ends or plus(begins, 1, "years"))


def _route(desk: Desk) -> Answer[Any]:
    from auditor.regulation.route.route import route

    return route(desk.law, desk.as_of, desk.file, desk.lots(), desk.party, desk.only_plan)


_PLANNED = ("facts", "--facts", "--party", "--plan", "--inventory")

VERBS: tuple[Verb, ...] = (
    Verb("init", "write a facts file to begin with, its schema and an inventory", ("folder",), ("init newfacts",)),
    Verb(
        "check",
        "check a facts file, and say what each question still lacks",
        ("facts", "--facts"),
        (f"check {SAMPLE}",),
    ),
    Verb(
        "status",
        "where the rule and its neighbours stand on a day, and on what evidence",
        (),
        ("status --as-of 2026-11-22", "status --as-of 2025-05-12 --format json"),
        _status,
    ),
    Verb(
        "paragraph",
        "what a paragraph of Supplement No. 8 or 10 asks for",
        ("paragraph",),
        ("paragraph 10.14.f --as-of 2026-11-22", "paragraph"),
        _paragraph,
    ),
    Verb(
        "destination",
        "the tier of a place, and what follows there",
        ("iso",),
        ("destination NO", "destination KH --as-of 2026-02-02"),
        _destination,
    ),
    Verb(
        "entity",
        "the tier of a party by location, headquarters and ultimate parent",
        ("facts", "--facts", "--party"),
        (f"entity {SAMPLE} --party fjellkraft-india",),
        _entity,
    ),
    Verb(
        "chip",
        "TPP, performance density and ECCN of a chip from its data sheet",
        ("chip", "--facts"),
        ("chip nvidia-h100-sxm", f"chip blaa-1 --facts {SAMPLE}"),
        _chip,
    ),
    Verb(
        "equivalents",
        "how many chips of a kind an amount of TPP is, or a limit of the law",
        ("amount", "--of", "--facts"),
        ("equivalents 2027-Q4 --as-of 2026-11-22", "equivalents lpp.year.tpp --of google-tpu-v5p --as-of 2026-11-22"),
        _equivalents,
    ),
    Verb(
        "inventory",
        "aggregate TPP by site, country, party and group",
        ("facts", "--facts", "--inventory", "--on"),
        (f"inventory {SAMPLE} --as-of 2026-11-22",),
        _inventory,
    ),
    Verb(
        "reconcile",
        "how two inventories differ, serial by serial",
        ("facts", "--facts", "--earlier", "--later"),
        (f"reconcile {SAMPLE} --as-of 2026-11-22",),
        _reconcile,
    ),
    Verb(
        "uveu",
        "the 25, 7 and 50 percent shares on the reporting dates, and headroom",
        _PLANNED,
        (f"uveu {SAMPLE} --plan expansion --as-of 2026-11-22",),
        _uveu,
    ),
    Verb(
        "nveu",
        "the cumulative allocation by country and quarter, and headroom",
        (*_PLANNED, "--country"),
        (f"nveu {SAMPLE} --party solvind --country IN --as-of 2026-11-22",),
        _nveu,
    ),
    Verb(
        "country",
        "what counts against a country's allocation",
        ("facts", "--facts", "--country", "--plan", "--inventory"),
        (f"country {SAMPLE} --country IN --plan expansion --as-of 2026-11-22",),
        _country,
    ),
    Verb(
        "lpp",
        "License Exception LPP: the year's TPP per ultimate parent, and notices",
        (*_PLANNED, "--year"),
        (f"lpp {SAMPLE} --party solvind --as-of 2026-11-22",),
        _lpp,
    ),
    Verb(
        "aia",
        "License Exception AIA: its conditions, certificate and weights facilities",
        (*_PLANNED, "--site"),
        (f"aia {SAMPLE} --as-of 2026-11-22", f"aia {SAMPLE} --site khalifa --as-of 2026-11-22"),
        _aia,
    ),
    Verb(
        "acm",
        "License Exception ACM: its conditions and accounting",
        _PLANNED,
        (f"acm {SAMPLE} --as-of 2026-11-22",),
        _acm,
    ),
    Verb(
        "weights",
        "whether a model's weights are ECCN 4E091",
        ("facts", "--facts", "--model"),
        (f"weights {SAMPLE} --model nordlys-2",),
        _weights,
    ),
    Verb(
        "ownership",
        "stakes of Macau and D:5 in a party, and the disclosure they trigger",
        ("facts", "--facts", "--party"),
        (f"ownership {SAMPLE} --as-of 2026-11-22",),
        _ownership,
    ),
    Verb(
        "calendar",
        "what is due when, as a list and as iCalendar",
        ("facts", "--facts", "--from", "--until", "--ics"),
        (f"calendar {SAMPLE} --as-of 2026-11-22 --until 2027-03-31",),
        _calendar,
    ),
    Verb(
        "route",
        "which authorization fits: what is satisfied, missing and not met",
        _PLANNED,
        (f"route {SAMPLE} --plan expansion --as-of 2026-11-22",),
        _route,
    ),
    Verb(
        "picture",
        "shares, allocations and a plan's path to breach, drawn on a page",
        (*_PLANNED, "--html"),
        (f"picture {SAMPLE} --plan expansion --as-of 2026-11-22 --html law.html",),
    ),
)


def add_verb(command: argparse.ArgumentParser, verb: Verb) -> None:
    """The verb's own options, then those that all share."""
    for name in verb.options:
        command.add_argument(name, **OPTIONS[name])
    if verb.name == "init":
        return
    command.add_argument("--as-of", type=day, metavar="DATE", help="the day asked about (default: today)")
    command.add_argument("--tables", type=path, metavar="FOLDER", help="lay these newer law tables over the shipped")
    command.add_argument("--controls", type=path, metavar="FOLDER", help="use this catalog, not the one installed")
    command.add_argument("--format", choices=("text", "json"), default="text", help="how to print (default: text)")
