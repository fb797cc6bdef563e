"""The question *NVEU*: one entity's installed base in one country against its quarterly allocation.

748.15(a)(2)(iii)(B), Table 1: what may be installed during a quarter, cumulative, so that quarters do not add up.
Attrition is left out, several NVEUs of one country each have their own allocation, and nothing is set after the last
quarter of the table. The highest position of any day of a quarter counts; exactly the allocation is permitted.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from auditor.model.base import Date, Frozen, Name
from auditor.model.exact import Amount
from auditor.model.facts import Condition
from auditor.regulation.destinations.places import blocked, called, treated_as
from auditor.regulation.facts.file import FactsFile
from auditor.regulation.ownership.eligibility import homes, unassured
from auditor.regulation.ownership.parties import Ownership, Unresolved
from auditor.regulation.quantities.holdings import (
    ATTRITION,
    Lot,
    figure,
    moves,
    refuse_earlier,
    wanted,
)
from auditor.regulation.quantities.installed import Breach, Effect, Here, InstalledBase, Point, QuarterUse, touching
from auditor.regulation.working import Working, question


class National(Frozen):
    """The answer for one NVEU in one country."""

    party: Name
    country: Name
    barred: bool
    """Macau or Country Group D:5, where no data center of a VEU may be."""
    plan: Name | None
    until: Date
    installed: Amount
    transferred: Amount
    """Transferred and not installed, in the inventory: counted, and shown apart."""
    attrition: Amount
    """In the inventory; not counted."""
    family: Amount
    """What other members of the group hold in the country, on the day asked about; not counted."""
    points: tuple[Point, ...]
    """As of the day, on every day of a shipment, and on the first day of every quarter; by date."""
    quarters: tuple[QuarterUse, ...]
    effects: tuple[Effect, ...]
    breach: Breach | None


@question("nveu")
def nveu(
    work: Working, file: FactsFile, lots: tuple[Lot, ...], party_id: str, country: str, plan_id: str | None = None
) -> tuple[str, National]:
    """The party's installed base in the country from `as_of` to the end of the table, or of the plan if later.

    Raises:
        UnknownReferenceError: no such party or plan.
    """
    party = wanted(file.parties, party_id, "party")
    work.subject = f"{party.name} in {called(country)}" + (f", plan {plan_id}" if plan_id else "")
    refuse_earlier(work, file, lots, work.as_of)
    barred = blocked(work, country)
    if barred:
        work.step(
            f"{called(country)} is Macau or in Country Group D:5: no data center of an NVEU may be there.",
            cite="748.15(b)(2)",
        )
    at = treated_as(country)
    course = moves(work, file, lots, plan_id)
    here = Here(work, file, lots, course, at)
    path = InstalledBase(work, here, touching(course, here.mine(party_id)), here.mine(party_id))
    effects = tuple(path.follow())
    uses = tuple(path.uses())
    breach = path.breach()
    start = path.points[0]
    of = here.lots_tpp(party_id)
    _tell(work, file, party.name, at, start, of)
    if at not in map(treated_as, party.nveu_countries):
        _assurances(work, file, party_id, at)
    family = _family(work, file, here, party_id, at, breach)
    result = National(
        party=party_id,
        country=at,
        barred=barred,
        plan=plan_id,
        until=path.until,
        installed=of(frozenset({Condition.INSTALLED})),
        transferred=of(frozenset({Condition.TRANSFERRED})),
        attrition=of(ATTRITION),
        family=family,
        points=tuple(path.points),
        quarters=uses,
        effects=effects,
        breach=breach,
    )
    return _conclusion(work, result), result


def _tell(
    work: Working, file: FactsFile, name: str, at: str, start: Point, of: Callable[[frozenset[Condition]], Decimal]
) -> None:
    facts = tuple(file.place_of("inventories", one.id) for one in file.facts.inventories)
    rule = work.definition("nveu.allocation")
    work.step(
        f"{name} has {figure(start.tpp)} in {called(at)} on {start.date}: chips at or above 3A090.a it owns there, "
        "those transferred and not installed with them; a shipment counts from its date, as transferring does.",
        rows=(rule, work.paragraph("supplement-10.10.b")),
        facts=facts,
    )
    work.step(
        f"Attrition of the inventory, left out: {figure(of(ATTRITION))}.",
        rows=(rule, work.definition("attrition")),
        facts=facts,
    )


def _assurances(work: Working, file: FactsFile, party_id: str, at: str) -> None:
    """Name the ambiguity on assurances where the authorization is not granted yet; quantities do not hang on it."""
    name = file.parties[party_id].name
    without, _ = work.attempt(
        lambda probe: unassured(probe, file, homes(probe, file, Ownership(file), party_id), (at,))
    )
    if without is None or without:
        results = {
            "condition": f"Without an arrangement between governments for {called(at)}, {name} is granted no NVEU "
            "there, and none of this may be shipped under one.",
            "may-be-sought": f"{name} can be granted the NVEU for {called(at)} without an arrangement; the allocation "
            "is the same.",
        }
    else:
        same = f"{name} qualifies in this respect: no arrangement is needed, or the facts name one."
        results = {"condition": same, "may-be-sought": same}
    work.ambiguous("nveu-assurances", results, differs=False)


def _family(
    work: Working, file: FactsFile, here: Here, party_id: str, at: str, breach: Breach | None
) -> Decimal:  # fmt: skip
    """What other members of the group have in the country; said where counting it would change the first breach."""
    ownership = Ownership(file)
    parent = ownership.parent(work, party_id)
    if isinstance(parent, Unresolved):
        work.caution(
            f"Which parties belong to the group is not known ({parent.why}); only the party's chips are counted."
        )
        return Decimal(0)
    others = {
        party
        for party in (ownership.family(work, party_id) & here.owners()) - {party_id}
        if at not in map(treated_as, file.parties[party].nveu_countries)
    }
    if not others:
        return Decimal(0)
    mine = here.mine(*others)
    path = InstalledBase(work, here, touching(here.course, mine), mine)
    for _ in path.follow():
        pass
    together = here.mine(party_id, *others)
    both = InstalledBase(work, here, touching(here.course, together), together)
    for _ in both.follow():
        pass
    held = path.points[0].tpp
    found = both.breach()
    names = ", ".join(file.parties[party].name for party in sorted(others)[:5])
    says = (
        f"The table is for each NVEU. Chips of {names} in {called(at)} ({figure(held)} on {work.as_of}) are not "
        "counted, since they are other members of the group without an NVEU there"
    )
    if (found and found.date) != (breach and breach.date):
        says += f"; counting them, the allocation is first exceeded on {found.date}" if found else ""
    work.caution(says + ".")
    return held


def _conclusion(work: Working, result: National) -> str:
    now = result.points[0]
    use = result.quarters[0]
    said = f"{work.subject}: {figure(now.tpp)} on {now.date}"
    if use.allocation is None:
        return f"{said}. For {use.quarter} no allocation is set, so that the headroom cannot be determined."
    said += f" of {figure(use.allocation)} permitted in {use.quarter}"
    if result.barred:
        said += "; but the place is Macau or in Country Group D:5, where no NVEU may have a data center"
    if result.breach is None:
        last = next((one.quarter for one in reversed(result.quarters) if one.allocation is not None), use.quarter)
        return f"{said}; the allocation is not exceeded up to {last}."
    breach = result.breach
    return (
        f"{said}; first exceeded on {breach.date}, with {figure(breach.tpp)} against {figure(breach.allocation)} in "
        f"{breach.quarter}."
    )
