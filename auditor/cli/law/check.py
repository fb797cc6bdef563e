"""`auditor law check`: every problem of a facts file, then what each question still lacks."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from typing import Any

from auditor.cli.law.desk import Desk
from auditor.cli.law.verbs import VERBS, Verb
from auditor.errors import AuditorError, FactsError
from auditor.model.answer import Answer, Missing, Outcome
from auditor.model.base import Frozen
from auditor.model.exact import counted
from auditor.model.facts import Plan
from auditor.regulation.facts.file import FactsFile

SKIPPED = frozenset({"init", "check", "status", "paragraph", "destination", "chip", "equivalents"})
"""Verbs that ask nothing of the facts file."""


_ONE = {
    "parties": "party", "ownership": "holding", "stakes": "stake", "chips": "chip", "sites": "site",
    "inventories": "inventory", "shipments": "shipment", "certifications": "certification", "incidents": "incident",
    "assurances": "assurance", "plans": "plan", "models": "model",
}  # fmt: skip


class Gap(Frozen):
    """Something a question lacks."""

    what: str
    why: str
    place: str | None = None
    fix: str | None = None


class Readiness(Frozen):
    """Whether a question can be answered from the facts, and what it lacks if not."""

    question: str
    about: str
    ready: bool
    gaps: tuple[Gap, ...] = ()


class Checked(Frozen):
    """What the facts file holds, and what each question lacks."""

    file: str
    holds: dict[str, int]
    notes: tuple[str, ...]
    questions: tuple[Readiness, ...]


def check(desk: Desk) -> int:
    """Print the check; a facts file with problems is refused before, each with place and fix."""
    from auditor.cli.exits import FACTS

    try:
        checked = checked_facts(desk)
    except FactsError as error:
        if desk.arguments.format == "json" or not error.problems:
            raise
        _print_problems(error)
        return FACTS
    if desk.arguments.format == "json":
        from auditor.cli.law.command import print_json

        print_json(checked.document())
    else:
        print(_text(checked, desk))
    return 0


def checked_facts(desk: Desk) -> Checked:
    """The facts file read with all its inventories, and every question asked of it.

    Raises:
        FactsError: the facts file or an inventory cannot be used.
    """
    from auditor.jobs.law import load_lots

    file = desk.file
    for inventory in file.inventories.values():
        desk.read[inventory.id] = load_lots(file, desk.path, inventory)
    kinds = [name for name, value in file.facts if isinstance(value, tuple)]
    return Checked(
        file=desk.path.name,
        holds={kind.replace("_", " "): len(getattr(file.facts, kind)) for kind in kinds},
        notes=tuple(_notes(desk)),
        questions=tuple(_asked(desk)),
    )


def _asked(desk: Desk) -> Iterator[Readiness]:
    for verb in VERBS:
        if verb.name in SKIPPED or verb.ask is None:
            continue
        for about, options in _subjects(verb, desk):
            arguments = argparse.Namespace(**{**_blank(verb), **vars(desk.arguments), **options})
            yield _readiness(verb, about, desk.asked_with(arguments), verb.ask)


def _blank(verb: Verb) -> dict[str, Any]:
    from auditor.cli.law.verbs import OPTIONS

    names = [OPTIONS[name].get("dest", name.removeprefix("--")) for name in verb.options]
    return dict.fromkeys(names)


def _subjects(verb: Verb, desk: Desk) -> Iterator[tuple[str, dict[str, str]]]:
    """What the question is asked about here: each model, country or party it needs named."""
    file, facts = desk.file, desk.file.facts
    countries = sorted({site.country for site in file.sites.values()})
    if verb.name == "weights":
        yield from ((name, {"model": name}) for name in file.models)
    elif verb.name == "route":
        yield from (
            (f"{plan.id}, {who}", {"plan": plan.id, "party": who})
            for plan in facts.plans
            for who in _receivers(plan, file)
        )
    elif verb.name == "country":
        yield from ((iso, {"country": iso}) for iso in countries)
    elif verb.name == "nveu":
        for party in file.facts.parties:
            yield from ((f"{party.id}, {iso}", {"party": party.id, "country": iso}) for iso in party.nveu_countries)
    elif verb.name == "reconcile" and len(file.inventories) < 2:
        return
    else:
        yield "", {}


def _receivers(plan: Plan, file: FactsFile) -> list[str]:
    """The one party that receives the plan's shipments; where there are several, the applicant."""
    from auditor.regulation.facts.happenings import consignee

    owners = {consignee(file, shipment) for shipment in plan.shipments}
    applicant = file.facts.applicant
    return sorted(owners) if len(owners) == 1 else [applicant] if applicant else []


def _readiness(verb: Verb, about: str, desk: Desk, ask: Callable[[Desk], Answer[Any]]) -> Readiness:
    try:
        answer = ask(desk)
    except FactsError as error:
        gap = Gap(what=error.problem, why="", place=error.place, fix=error.hint)
        return Readiness(question=verb.name, about=about, ready=False, gaps=(gap,))
    ready = answer.outcome is not Outcome.CANNOT_BE_DETERMINED
    return Readiness(question=verb.name, about=about, ready=ready, gaps=tuple(map(_gap, answer.missing)))


def _gap(missing: Missing) -> Gap:
    return Gap(what=missing.what, why=missing.why, place=missing.place, fix=missing.fix)


def _notes(desk: Desk) -> Iterator[str]:
    """What is allowed, and likely a slip or an oversight."""
    from auditor.jobs.law import latest_inventory

    file, facts = desk.file, desk.file.facts
    if not facts.inventories:
        yield "There is no inventory. If nothing is held yet, name one whose file has a header and no rows."
    else:
        newest = latest_inventory(file, desk.as_of)
        if newest is None:
            yield f"Every inventory is later than {desk.as_of}."
        else:
            yield (f"Counting begins with inventory {newest.id} of {newest.date}; shipments until then are in it.")
    for index, shipment in enumerate(facts.shipments):
        if shipment.date > desk.as_of:
            place = file.place("shipments", index)
            yield f"{place}: shipment {shipment.id} is among those made, and is later than {desk.as_of}."
    for number, plan in enumerate(facts.plans):
        for index, shipment in enumerate(plan.shipments):
            if shipment.date <= desk.as_of:
                place = file.place("plans", number, "shipments", index)
                yield f"{place}: shipment {shipment.id} is planned for a day that is past; move it, or list it as made."
    yield from _held_twice(file)
    unscreened = [party.id for party in facts.parties if party.screened is None]
    if unscreened:
        yield f"Not screened against lists of parties, as far as the file says: {', '.join(unscreened[:20])}."


def _held_twice(file: FactsFile) -> Iterator[str]:
    seen: dict[tuple[str, str], str] = {}
    for index, holding in enumerate(file.facts.ownership):
        place = file.place("ownership", index)
        at = seen.setdefault((holding.owner, holding.owned), place)
        if at != place and holding.since is None and holding.until is None:
            yield f"{place}: what {holding.owner} holds of {holding.owned} stands at {at} too; the two are added up."


def _text(checked: Checked, desk: Desk) -> str:
    from auditor.cli.law.text import joined, wrap
    from auditor.cli.law.values import WIDTH, printable

    held = ", ".join(
        counted(count, _ONE[kind], "holdings" if kind == "ownership" else kind)
        for kind, count in checked.holds.items()
        if count
    )
    lines: list[str] = []
    named: set[Gap] = set()
    for one in checked.questions:
        name = printable(f"{one.question} {one.about}".rstrip())
        lines.append(f"  {'ready' if one.ready else 'LACKS':<6} {name}"[:WIDTH])
        again = sum(gap in named for gap in one.gaps)
        fresh = [gap for gap in one.gaps if gap not in named]
        named.update(fresh)
        if again:
            lines.append(f"           - {again} {'thing' if again == 1 else 'things'} named above")
        for gap in fresh:
            where = f" ({gap.place})" if gap.place else ""
            lines += wrap(f"{gap.what}{f': {gap.why}' if gap.why else ''}{where}", "           - ", "             ")
            lines += wrap(f"fix: {gap.fix}", "             ", "                  ") if gap.fix else []
    return joined(
        [
            ("", wrap(f"{checked.file}: no problem found. It holds {held or 'nothing yet'}.")),
            (f"NOTES, AS OF {desk.as_of}", [line for note in checked.notes for line in wrap(note, "  - ", "    ")]),
            (f"WHAT EACH QUESTION LACKS ON {desk.as_of}", lines),
        ]
    )


def _print_problems(error: AuditorError) -> None:
    from auditor.cli.law.text import wrap

    print(f"{len(error.problems)} problems\n")
    for problem in error.problems:
        print("\n".join(wrap(str(problem), "- ", "  ")))
        if problem.hint:
            print("\n".join(wrap(f"fix: {problem.hint}", "  ", "       ")))
