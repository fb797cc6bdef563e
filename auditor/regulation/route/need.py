"""Whether a planned shipment needs a licence at all: the requirement for 3A090.a and .b items by destination."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.model.facts import Plan, Shipment
from auditor.model.law import Dated, Paragraph
from auditor.regulation.chips.chip import Classified, classify
from auditor.regulation.chips.entry import Level
from auditor.regulation.destinations.places import EMIRATES, US, Tier, called, treated_as
from auditor.regulation.facts.file import FactsFile
from auditor.regulation.facts.happenings import consignee
from auditor.regulation.ownership.parties import Ownership, party_tier
from auditor.regulation.route.types import Need
from auditor.regulation.working import Working


@dataclass(frozen=True, slots=True)
class _Finding:
    required: bool | None
    says: str
    row: Dated
    fix: str | None = None


def needs(work: Working, file: FactsFile, plan: Plan, ownership: Ownership) -> tuple[Need, ...]:
    """Of each shipment of the plan, by date and id, with a step."""
    number = next(index for index, one in enumerate(file.facts.plans) if one.id == plan.id)
    places = {
        one.id: file.place("plans", number, "shipments", index) for index, one in enumerate(plan.shipments)
    }  # fmt: skip
    levels = {name: _level(work, file, name) for name in sorted({one.chip for one in plan.shipments})}
    found: list[Need] = []
    for one in sorted(plan.shipments, key=lambda one: (one.date, one.id)):
        site = file.sites[one.to]
        result = _needed(work, file, ownership, one, *levels[one.chip])
        says = f"{one.id}, {one.quantity:,} {one.chip} to {one.to} in {called(site.country)}: {result.says}"
        work.step(says, rows=(result.row,), facts=(places[one.id],))
        found.append(
            Need(
                shipment=one.id, date=one.date, chip=one.chip, to=one.to, country=site.country,
                required=result.required, says=says, cite=result.row.cite, place=places[one.id], fix=result.fix,
            )
        )  # fmt: skip
    return tuple(found)


def _level(work: Working, file: FactsFile, chip: str) -> tuple[Classified | None, str]:
    """How the chip is classified, or why that is open."""
    classified, missing = work.attempt(lambda probe: classify(probe, file.chips[chip]))
    return classified, "; ".join(f"{gap.what}: {gap.why}" for gap in missing)


def _needed(
    work: Working, file: FactsFile, ownership: Ownership, one: Shipment, chip: Classified | None, why: str
) -> _Finding:
    country = file.sites[one.to].country
    general, lesser = work.paragraph("licence.requirement"), work.paragraph("licence.3a090-b")
    if country == US:
        return _Finding(False, "the requirement is for destinations outside the United States.", general)
    if chip is None or (chip.level is None and not chip.eccn):
        return _Finding(None, f"the entry of {one.chip} cannot be determined: {why}.", general, "complete the chip")
    if chip.level is None:
        says = f"{one.chip} is {', '.join(chip.eccn)}, for which the tables hold no licence requirement."
        return _Finding(None, says, general)
    if chip.level is Level.NONE:
        return _Finding(False, f"{one.chip} is neither 3A090.a nor 3A090.b.", general)
    if country == EMIRATES and work.law.definition("uae-2026", work.as_of) is not None:
        row = work.definition("uae-2026")
        says = (
            f"{one.chip} is {chip.level}; whether the consignee is one of the approved entities, and under which "
            "conditions, was not found. It cannot be relied on."
        )
        return _Finding(
            None, says, row, "check the list of Supplement No. 8 to part 740 and the conditions of 91 FR 43034"
        )
    if chip.level is Level.A:
        return _Finding(True, f"{one.chip} is {chip.level}, for which a licence is required there.", general)
    return _lesser(work, file, ownership, one, country, lesser)


def _lesser(
    work: Working, file: FactsFile, ownership: Ownership, one: Shipment, country: str, row: Paragraph
) -> _Finding:
    """3A090.b: by Country Groups; by headquarters the tables say nothing."""
    at = treated_as(country)
    if country == EMIRATES:
        return _Finding(True, f"{one.chip} is 3A090.b, for which a licence is required there.", row)
    excepted = any(work.law.membership(name, at, work.as_of) for name in row.except_lists)
    listed = [name for name in row.lists if work.law.membership(name, at, work.as_of)]
    if listed and not excepted:
        groups = ", ".join(name.upper().replace("-", ":") for name in listed)
        return _Finding(True, f"{one.chip} is 3A090.b, and the destination is in {groups}.", row)
    receiver = consignee(file, one)
    placed, missing = work.attempt(lambda probe: party_tier(probe, file, ownership, receiver))
    if placed is None:
        why = "; ".join(f"{gap.what}: {gap.why}" for gap in missing)
        return _Finding(None, f"{one.chip} is 3A090.b; where {receiver} belongs is not known: {why}.", row)
    if placed.tier is Tier.BLOCKED:
        says = f"{one.chip} is 3A090.b; {receiver} belongs to Macau or D:5, of which the row does not speak."
        return _Finding(None, says, row, "ask BIS, or read the licence requirements of 3A090")
    return _Finding(
        False, f"{one.chip} is 3A090.b, and the destination is in none of the groups it needs one for.", row
    )
