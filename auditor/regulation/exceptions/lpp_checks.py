"""What 740.29 asks of a year under License Exception LPP, one check for each, and the shape of the answer."""

from __future__ import annotations

from decimal import Decimal

from auditor.model.base import Date, Frozen, Name
from auditor.model.exact import Amount, spoken
from auditor.model.facts import Authorization, Shipment
from auditor.model.law import Limit
from auditor.regulation.calendar.days import plus
from auditor.regulation.check import Check, Checks, Finding, Verdict
from auditor.regulation.facts.file import FactsFile
from auditor.regulation.facts.happenings import Sent
from auditor.regulation.quantities.holdings import figure
from auditor.regulation.working import Working


class LppShipment(Frozen):
    """A shipment that counts, and the year's total with it."""

    id: Name
    date: Date
    to: Name
    country: Name
    consignee: Name
    planned: bool
    tpp: Amount
    total: Amount
    within: bool
    notice_of: bool
    """BIS is told beforehand, if a shipment of exactly the threshold already calls for it."""
    notice_more_than: bool
    """BIS is told beforehand, if only more than the threshold does."""
    notice: Date | None


class Elsewhere(Frozen):
    """Volume that could be applied towards the limit of a different entity that operates the facility."""

    operator: Name
    sites: tuple[Name, ...]
    tpp: Amount


class Lpp(Frozen):
    """A family's year under LPP."""

    party: Name
    ultimate_parent: Name
    family: tuple[Name, ...]
    year: int
    limit: Amount
    made: Amount
    planned: Amount
    total: Amount
    headroom: Amount
    """Negative where the year is exceeded."""
    first_over: LppShipment | None
    """The shipment that takes the year over its limit."""
    exhausted: Date | None
    """The day the limit is reached, on which the consignee has something to report."""
    shipments: tuple[LppShipment, ...]
    elsewhere: tuple[Elsewhere, ...]
    checks: tuple[Check, ...]
    verdict: Verdict


def direct(checks: Checks, file: FactsFile, counted: list[Sent]) -> None:
    """Exports and reexports, no transfer within a country."""
    wrong = [one for one in counted if _within_a_country(file, one.shipment)]
    if wrong:
        names = ", ".join(one.shipment.id for one in wrong)
        says = f"{names} would be a transfer within a country."
        checks.note(Finding.NOT_MET, "lpp.direct", says, facts=[one.place for one in wrong])
    else:
        checks.note(Finding.SATISFIED, "lpp.direct", f"exports and reexports only, {len(counted)} in all.")


def _within_a_country(file: FactsFile, shipment: Shipment) -> bool:
    leaves = file.sites[shipment.from_site].country if shipment.from_site else shipment.origin
    return shipment.kind == "transfer" or leaves == file.sites[shipment.to].country


def volume(
    checks: Checks, work: Working, year: int, shipments: tuple[LppShipment, ...], before: Decimal, limit: Limit
) -> None:
    """The year's sum against its limit."""
    total = shipments[-1].total if shipments else before
    parts = [f"{figure(before)} by the inventory"] if before else []
    parts += [f"{one.id} {spoken(one.tpp)}" for one in shipments[:20]]
    more = f" and {len(shipments) - 20} more" if len(shipments) > 20 else ""
    work.step(f"{year}: {' + '.join(parts) or 'nothing'}{more} = {figure(total)}.", rows=(limit,))
    over = next((one for one in shipments if not one.within), None)
    if total <= limit.value:
        says = f"{figure(total)} is not more than {figure(limit.value)}; {figure(limit.value - total)} are left."
        checks.note(Finding.SATISFIED, "lpp.volume", says, rows=(limit,))
    else:
        where = f"; {over.id} on {over.date} is the first beyond it" if over else ""
        says = f"{figure(total)} is more than {figure(limit.value)} by {figure(total - limit.value)}{where}."
        checks.note(Finding.NOT_MET, "lpp.volume", says, rows=(limit,))


def certified(checks: Checks, work: Working, file: FactsFile, family: frozenset[str], counted: list[Sent]) -> None:
    """The certification, and its copy to BIS in time."""
    days = work.limit("lpp.certification.days")
    signed = [
        (index, one)
        for index, one in enumerate(file.facts.certifications)
        if one.authorization is Authorization.LPP and one.party in family and one.signed <= work.as_of
    ]
    made = [one for one in counted if one.plan is None]
    if not signed:
        finding = Finding.MISSING if made else Finding.DUTY
        says = f"the facts name no certification of the family; a copy goes to BIS within {days.value} days of it."
        fix = "add it to certifications:" if made else None
        checks.note(finding, "lpp.certification", says, rows=(days,), facts=[one.place for one in made[:1]], fix=fix)
        return
    for index, one in signed:
        due = plus(one.signed, int(days.value))
        place = file.place("certifications", index)
        if one.copy_sent is None or one.copy_sent > work.as_of:
            finding = Finding.DUTY if work.as_of <= due else Finding.NOT_MET
            says = f"{one.party} signed on {one.signed}; the copy is due by {due}, and the facts name none."
        else:
            finding = Finding.SATISFIED if one.copy_sent <= due else Finding.NOT_MET
            says = f"{one.party} signed on {one.signed}; the copy, due by {due}, was sent on {one.copy_sent}."
        checks.note(finding, "lpp.certification", says, rows=(days,), facts=(place,))


def notices(checks: Checks, work: Working, shipments: tuple[LppShipment, ...], counted: list[Sent]) -> None:
    """Notices of large shipments, under each reading of the threshold."""
    notice = work.limit("lpp.notice.tpp")
    places = {one.shipment.id: one.place for one in counted}
    readings = {
        "of": [one.id for one in shipments if one.notice_of],
        "more-than": [one.id for one in shipments if one.notice_more_than],
    }
    results = {
        reading: f"BIS is told beforehand of {', '.join(ids)}." if ids else "No shipment calls for a notice."
        for reading, ids in readings.items()
    }
    work.ambiguous("lpp-notice", results)
    if not readings["of"]:
        says = f"no shipment has {figure(notice.value)}."
        checks.note(Finding.SATISFIED, "lpp.notice", says, rows=(notice,))
    for one in shipments:
        if not one.notice_of:
            continue
        only = "" if one.notice_more_than else ", exactly the threshold, which only one reading calls for,"
        says = f"{one.id} of {figure(one.tpp)}{only} on {one.date}: "
        fix = None
        told = one.notice if one.notice is not None and one.notice <= work.as_of else None
        if told is not None and told <= one.date:
            finding, said = Finding.SATISFIED, f"BIS was told on {told}."
        elif one.planned and told is None:
            finding, said = Finding.DUTY, "BIS is to be told before it."
        elif told is None:
            finding, said, fix = Finding.MISSING, "the facts name no notice.", "add notice: with the day BIS was told"
        else:
            finding, said = Finding.NOT_MET, f"BIS was told on {told}, after it."
        if finding in (Finding.MISSING, Finding.NOT_MET) and not one.notice_more_than:
            # Under the other reading nothing was owed, so this alone closes nothing.
            finding = Finding.DUTY
        checks.note(finding, "lpp.notice", says + said, rows=(notice,), facts=(places[one.id],), fix=fix)


def exhaustion(checks: Checks, result: Lpp) -> None:
    """The report that the year is used up."""
    if result.exhausted is not None:
        says = f"{figure(result.limit)} are reached on {result.exhausted}; the consignee reports it."
        checks.note(Finding.DUTY, "lpp.exhaustion", says)
    elif result.total >= result.limit:
        checks.note(Finding.DUTY, "lpp.exhaustion", "the limit is reached by what the inventory has; it is reported.")
