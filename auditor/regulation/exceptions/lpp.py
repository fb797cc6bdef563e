"""The question *lpp*: what a family receives under License Exception LPP in a calendar year (740.29).

The ultimate consignee is the ultimate parent: what all under it receive in the year adds up. A shipment counts in the
year of its date. Chips below 3A090.a do not count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from auditor.model.facts import Authorization
from auditor.model.law import Limit
from auditor.regulation.check import Checks, Finding, Verdict
from auditor.regulation.destinations.places import called, in_5a
from auditor.regulation.destinations.whereabouts import outside_blocked
from auditor.regulation.exceptions.lpp_checks import (
    Elsewhere,
    Lpp,
    LppShipment,
    certified,
    direct,
    exhaustion,
    notices,
    volume,
)
from auditor.regulation.exceptions.screening import warn
from auditor.regulation.facts.file import FactsFile
from auditor.regulation.facts.happenings import Sent, consignee, sent
from auditor.regulation.ownership.parties import Ownership, Unresolved
from auditor.regulation.quantities.holdings import Lot, Measure, figure, measure, wanted
from auditor.regulation.quantities.received import by_inventory, received
from auditor.regulation.working import Working, question


@question("lpp")
def lpp(
    work: Working,
    file: FactsFile,
    lots: tuple[Lot, ...],
    party_id: str,
    year: int,
    plan_id: str | None = None,
) -> tuple[str, Lpp]:
    """The year of the party's family: what was shipped under LPP, and what the plan ships under it.

    Where the facts have no shipment made in the year, the inventory's chips received under LPP count instead; where the
    inventory shows more of them than the shipments brought, the facts contradict each other.

    Raises:
        UnknownReferenceError: no such party or plan.
    """
    party = wanted(file.parties, party_id, "party")
    work.subject = f"{party.name}, {year}" if plan_id is None else f"{party.name}, {year}, plan {plan_id}"
    limit = work.limit("lpp.year.tpp")
    if date(year, 12, 31) < limit.since:
        work.undetermined(f"LPP in {year}", f"the tables begin on {limit.since}", fix="ask about a later year")
    ownership = Ownership(file)
    parent = ownership.ultimate_parent(work, party_id)
    family = ownership.family(work, party_id)
    found = ownership.parent(work, party_id)
    told = "" if isinstance(found, Unresolved) else found.says
    checks = Checks(work)
    warn(work, file.parties[party_id])
    places = tuple(file.place_of("parties", one) for one in sorted(family)[:20])
    parties = "1 party" if len(family) == 1 else f"{len(family):,} parties"
    checks.note(Finding.SATISFIED, "lpp.consignee", f"{told} The volume is that of {parties} together.", facts=places)
    counted = _counted(work, file, ownership, party_id, family, year, plan_id)
    mine = received(file, lots, family, Authorization.LPP, year)
    measured = measure(work, file, {one.shipment.chip for one in counted} | {lot.chip for lot in mine})
    # What is at or above 3A090.a is what LPP is for; a chip below it uses nothing up.
    counted = [one for one in counted if one.shipment.chip in measured.counted]
    before = by_inventory(work, file, mine, Authorization.LPP, year, counted, measured)
    shipments = _add_up(file, counted, measured, before, limit, work.limit("lpp.notice.tpp"))
    involved = sorted({party_id, *(consignee(file, one.shipment) for one in counted)})
    outside_blocked(checks, "lpp.destination", work, file, ownership, involved, counted)
    direct(checks, file, counted)
    volume(checks, work, year, shipments, before, limit)
    certified(checks, work, file, family, counted)
    notices(checks, work, shipments, counted)
    elsewhere = _elsewhere(checks, work, file, parent, family, counted, measured)
    result = _result(party_id, parent, family, year, limit, before, shipments, elsewhere, checks)
    exhaustion(checks, result)
    checks.settle()
    result = result.model_copy(update={"checks": checks.found, "verdict": checks.verdict})
    return _conclusion(result, party.name), result


def _counted(
    work: Working, file: FactsFile, ownership: Ownership, party_id: str, family: frozenset[str], year: int,
    plan_id: str | None,
) -> list[Sent]:  # fmt: skip
    """The year's shipments to the family that are made under LPP or planned so, by date."""
    if plan_id is not None:
        wanted(file.plans, plan_id, "plan")
    doubtful = ownership.doubtful(work, party_id)
    found: list[Sent] = []
    for one in sent(file):
        if one.shipment.date.year != year or one.plan not in (None, plan_id):
            continue
        if one.shipment.authorization is not Authorization.LPP:
            continue
        receiver = consignee(file, one.shipment)
        if receiver in family:
            found.append(one)
        elif receiver in doubtful:
            work.missing(
                f"whether shipment {one.shipment.id} counts", f"{receiver} may or may not be under the same parent",
                place=one.place, fix="say who owns or controls it",
            )  # fmt: skip
    return found


def _add_up(
    file: FactsFile, counted: list[Sent], measured: Measure, before: Decimal, limit: Limit, notice: Limit
) -> tuple[LppShipment, ...]:
    total = before
    found = []
    for one in counted:
        shipment = one.shipment
        tpp = measured.tpp[shipment.chip] * shipment.quantity
        total += tpp
        found.append(
            LppShipment(
                id=shipment.id, date=shipment.date, to=shipment.to, country=file.sites[shipment.to].country,
                consignee=consignee(file, shipment), planned=one.plan is not None, tpp=tpp, total=total,
                within=total <= limit.value, notice_of=tpp >= notice.value, notice_more_than=tpp > notice.value,
                notice=shipment.notice,
            )
        )  # fmt: skip
    return tuple(found)


@dataclass(slots=True)
class _Volume:
    sites: set[str]
    tpp: Decimal


def _elsewhere(
    checks: Checks, work: Working, file: FactsFile, parent: str, family: frozenset[str], counted: list[Sent],
    measured: Measure,
) -> tuple[Elsewhere, ...]:  # fmt: skip
    """Volume at facilities that somebody outside the family operates, if the consignee is headquartered in 5(a)."""
    home = file.parties[parent].headquarters
    if home is None or not in_5a(work, home):
        return ()
    found: dict[str, _Volume] = {}
    for each in counted:
        operator = file.sites[each.shipment.to].operator
        if operator is not None and operator not in family:
            volume = found.setdefault(operator, _Volume(set(), Decimal(0)))
            volume.sites.add(each.shipment.to)
            volume.tpp += measured.tpp[each.shipment.chip] * each.shipment.quantity
    result = tuple(
        Elsewhere(operator=name, sites=tuple(sorted(volume.sites)), tpp=volume.tpp)
        for name, volume in sorted(found.items())
    )
    for one in result:
        says = (
            f"{file.parties[parent].name} has its headquarters in {called(home)}, and may apply {figure(one.tpp)} at "
            f"{', '.join(one.sites)} towards the limit of {one.operator}, which operates there. It is counted in "
            "its own limit here."
        )
        checks.note(Finding.SATISFIED, "lpp.other-entity", says)
    return result


def _result(
    party: str, parent: str, family: frozenset[str], year: int, limit: Limit, before: Decimal,
    shipments: tuple[LppShipment, ...], elsewhere: tuple[Elsewhere, ...], checks: Checks,
) -> Lpp:  # fmt: skip
    planned = sum((one.tpp for one in shipments if one.planned), Decimal(0))
    total = shipments[-1].total if shipments else before
    return Lpp(
        party=party, ultimate_parent=parent, family=tuple(sorted(family)), year=year, limit=limit.value,
        made=total - planned, planned=planned, total=total, headroom=limit.value - total,
        first_over=next((one for one in shipments if not one.within), None),
        exhausted=next((one.date for one in shipments if one.total >= limit.value), None),
        shipments=shipments, elsewhere=elsewhere, checks=checks.found, verdict=checks.verdict,
    )  # fmt: skip


def _conclusion(result: Lpp, name: str) -> str:
    left = f"{figure(result.headroom)} are left" if result.headroom >= 0 else f"over by {figure(-result.headroom)}"
    first = f"; first on {result.first_over.date} with {result.first_over.id}" if result.first_over else ""
    return (
        f"{name}'s family of {len(result.family)} under {result.ultimate_parent} has "
        f"{figure(result.total)} of {figure(result.limit)} under LPP in {result.year}: {left}{first}. The exception is "
        f"{_SAYS[result.verdict]} by what is checked here."
    )


_SAYS = {Verdict.OPEN: "open", Verdict.CLOSED: "closed", Verdict.UNDETERMINED: "neither open nor closed"}
