"""The question *aia*: License Exception AIA for a consignee, and for model weights at a facility (740.27)."""

from __future__ import annotations

from decimal import Decimal

from auditor.model.base import Date, Frozen, Name
from auditor.model.exact import Amount
from auditor.model.facts import Authorization, Site
from auditor.regulation.check import SAYS, Check, Checks, Finding, Verdict
from auditor.regulation.destinations.places import Tier, blocked, called, in_5a
from auditor.regulation.exceptions.screening import warn
from auditor.regulation.facts.file import FactsFile
from auditor.regulation.facts.happenings import Sent
from auditor.regulation.ownership.parties import Ownership, PartyTier, party_tier
from auditor.regulation.quantities.holdings import Lot, figure, measure, wanted
from auditor.regulation.quantities.received import by_inventory, received, shipped
from auditor.regulation.working import Working, question

_UNTIMED = "what is known of the text does not say if that is in time."

FACILITY = ("14", "15", "18")
"""Paragraphs of Supplement No. 10 a facility for weights meets (740.27(a)(3)(ii))."""


class AiaShipment(Frozen):
    """A shipment, and what the consignee has received under AIA with it."""

    id: Name
    date: Date
    to: Name
    country: Name
    planned: bool
    tpp: Amount
    total: Amount
    in_5a: bool


class Facility(Frozen):
    """A facility, and whether weights of 4E091 may go there under AIA."""

    site: Name
    country: Name
    in_5a: bool
    checks: tuple[Check, ...]
    verdict: Verdict


class Aia(Frozen):
    """License Exception AIA for a consignee."""

    party: Name
    placed: PartyTier
    shipments: tuple[AiaShipment, ...]
    total: Amount
    """TPP received under AIA so far and by the plan."""
    threshold: Amount
    """From which the certificate goes to BIS, by the narrower reading."""
    reached: Date | None
    """The day of the shipment that reaches it."""
    weights: tuple[Facility, ...]
    """The facilities the party owns or runs."""
    checks: tuple[Check, ...]
    verdict: Verdict


@question("aia")
def aia(
    work: Working,
    file: FactsFile,
    lots: tuple[Lot, ...],
    party_id: str,
    plan_id: str | None = None,
) -> tuple[str, Aia]:
    """Whether the party can receive items under AIA, and what that asks.

    Raises:
        UnknownReferenceError: no such party or plan.
    """
    party = wanted(file.parties, party_id, "party")
    work.subject = party.name if plan_id is None else f"{party.name}, plan {plan_id}"
    ownership = Ownership(file)
    placed = party_tier(work, file, ownership, party_id)
    checks = Checks(work)
    warn(work, party)
    _places(checks, file, placed)
    counted = shipped(file, party_id, Authorization.AIA, plan_id)
    mine = received(file, lots, frozenset({party_id}), Authorization.AIA)
    measured = measure(work, file, {one.shipment.chip for one in counted} | {lot.chip for lot in mine})
    counted = [one for one in counted if one.shipment.chip in measured.counted]
    total = by_inventory(work, file, mine, Authorization.AIA, None, counted, measured)
    shipments: list[AiaShipment] = []
    for one in counted:
        shipment = one.shipment
        tpp = measured.tpp[shipment.chip] * shipment.quantity
        total += tpp
        country = file.sites[shipment.to].country
        shipments.append(
            AiaShipment(
                id=shipment.id, date=shipment.date, to=shipment.to, country=country, planned=one.plan is not None,
                tpp=tpp, total=total, in_5a=in_5a(work, country),
            )
        )  # fmt: skip
    _destinations(checks, shipments, counted)
    _certification(checks, work, file, party_id, counted)
    _notices(checks, work, counted)
    reached = _certificate(checks, work, file, party_id, shipments, total)
    facilities = tuple(
        _facility(Checks(work, decides=False), work, file, ownership, site)
        for site in file.facts.sites
        if party_id in (site.owner, site.operator)
    )
    checks.settle()
    result = Aia(
        party=party_id, placed=placed, shipments=tuple(shipments), total=total,
        threshold=work.limit("aia.certificate.tpp").value, reached=reached, weights=facilities, checks=checks.found,
        verdict=checks.verdict,
    )  # fmt: skip
    return _conclusion(result, party.name), result


@question("aia-weights")
def weights_facility(work: Working, file: FactsFile, site_id: str) -> tuple[str, Facility]:
    """Whether weights of ECCN 4E091 may go to the facility under AIA (740.27(a)(3)(ii)).

    Raises:
        UnknownReferenceError: no such site.
    """
    site = wanted(file.sites, site_id, "site")
    work.subject = site.name
    checks = Checks(work)
    result = _facility(checks, work, file, Ownership(file), site)
    checks.settle()
    says = {
        Verdict.OPEN: "may go there by what is checked here",
        Verdict.CLOSED: "may not go there under License Exception AIA",
        Verdict.UNDETERMINED: "cannot be determined to be free to go there",
    }[result.verdict]
    return f"{site.name} in {called(site.country)}: weights of 4E091 {says}.", result


def _places(checks: Checks, file: FactsFile, placed: PartyTier) -> None:
    at = (file.place_of("parties", placed.party),)
    located = placed.location_tier is Tier.SUPPLEMENT_5A
    where = called(placed.located) if placed.located else "nowhere named"
    word = "is" if located else "is not"
    checks.either(
        located, "aia.located", f"{where} {word} on the list.", f"{where} {word} on the list.", facts=at,
    )  # fmt: skip
    tiers = (placed.headquarters_tier, placed.parent_tier)
    home = tuple(
        f"{said} in {called(iso)}"
        for said, iso in (("headquarters", placed.headquarters), ("ultimate parent's", placed.parent_headquarters))
        if iso is not None
    )
    both = tiers == (Tier.SUPPLEMENT_5A, Tier.SUPPLEMENT_5A)
    says = f"{', '.join(home)}: {'both on the list' if both else 'not both on the list'}."
    checks.either(both, "aia.headquarters", says, says, facts=at)


def _destinations(checks: Checks, shipments: list[AiaShipment], counted: list[Sent]) -> None:
    outside = [one for one in shipments if not one.in_5a]
    if outside:
        names = "; ".join(f"{one.id} goes to {called(one.country)}" for one in outside[:20])
        places = [one.place for one in counted if one.shipment.id in {each.id for each in outside}]
        checks.note(Finding.NOT_MET, "aia.located", f"{names}, not on the list.", facts=places)


def _certification(checks: Checks, work: Working, file: FactsFile, party_id: str, counted: list[Sent]) -> None:
    made = [one for one in counted if one.plan is None]
    signed = [
        (index, one)
        for index, one in enumerate(file.facts.certifications)
        if one.party == party_id and one.authorization is Authorization.AIA and one.signed <= work.as_of
    ]
    first = min((one.shipment.date for one in made), default=None)
    if signed:
        index, one = min(signed, key=lambda pair: pair[1].signed)
        late = first is not None and one.signed > first
        place = (file.place("certifications", index),)
        if late:
            says = f"signed on {one.signed}, after the first shipment on {first}; {_UNTIMED}"
            checks.note(Finding.MISSING, "aia.certification", says, facts=place, fix="read 740.27, or ask BIS")
        else:
            checks.note(Finding.SATISFIED, "aia.certification", f"signed on {one.signed}.", facts=place)
    elif made:
        says = f"shipments were made under AIA since {first}, and the facts name no certification."
        checks.note(
            Finding.MISSING, "aia.certification", says, facts=[made[0].place], fix="add it to certifications:",
            what=f"the certification of {party_id}",
        )  # fmt: skip
    else:
        checks.note(Finding.DUTY, "aia.certification", "signed once, before the first shipment.")


def _notices(checks: Checks, work: Working, counted: list[Sent]) -> None:
    checks.note(Finding.DUTY, "aia.eccn", "the exporter states the ECCN of what is shipped.")
    late = [one for one in counted if one.shipment.notice is not None and one.shipment.notice > one.shipment.date]
    if late:
        says = f"notice of {', '.join(one.shipment.id for one in late)} was given after the shipment; {_UNTIMED}"
        places = [one.place for one in late]
        checks.note(Finding.MISSING, "aia.notice", says, facts=places, fix="read 740.27(b)(3), or ask BIS")
    made = [one for one in counted if one.plan is None]
    without = [one for one in made if one.shipment.notice is None or one.shipment.notice > work.as_of]
    if without:
        says = f"the facts name no notice of {', '.join(one.shipment.id for one in without[:20])}."
        fix = "add notice: with its day to each"
        checks.note(Finding.MISSING, "aia.notice", says, facts=[one.place for one in without[:20]], fix=fix)
    elif not late:
        checks.note(Finding.DUTY, "aia.notice", "a written notice goes with each shipment.")


def _certificate(
    checks: Checks, work: Working, file: FactsFile, party_id: str, shipments: list[AiaShipment], total: Decimal
) -> Date | None:
    """Whether the certificate goes to BIS, by each reading; the day the threshold is reached."""
    limit = work.limit("aia.certificate.tpp")
    reached = next((one for one in shipments if one.total >= limit.value), None)
    at_all = total >= limit.value
    when = f" on {reached.date} with {reached.id}" if reached else ""
    result = f"{figure(total)} is {'at or above' if at_all else 'below'} {figure(limit.value)}{when}"
    work.ambiguous(
        "aia-certificate",
        {
            "always": "The certificate goes to BIS, whatever the consignee receives.",
            "threshold": f"{result}: the certificate {'goes to BIS' if at_all else 'is kept, and not submitted'}.",
        },
        differs=not at_all,
    )
    sent_on = [
        one.copy_sent
        for one in file.facts.certifications
        if one.party == party_id and one.authorization is Authorization.AIA
        if one.copy_sent is not None and one.copy_sent <= work.as_of
    ]
    says = f"{result}. By one reading it always goes to BIS, by the other only from there."
    if sent_on:
        checks.note(Finding.SATISFIED, "aia.certificate", f"{says} It was sent on {min(sent_on)}.", rows=(limit,))
    else:
        checks.note(Finding.DUTY, "aia.certificate", f"{says} The facts do not say that it was sent.", rows=(limit,))
    return reached.date if reached else None


def _facility(checks: Checks, work: Working, file: FactsFile, ownership: Ownership, site: Site) -> Facility:
    place = file.place_of("sites", site.id)
    inside = in_5a(work, site.country)
    if blocked(work, site.country):
        checks.note(Finding.NOT_MET, "aia.weights", f"{site.id} is in {called(site.country)}.", facts=(place,))
    else:
        _home(checks, work, file, ownership, site)
        if inside:
            says = (
                f"{site.id} is in {called(site.country)}, which is on the list: the facility condition does not apply."
            )
            checks.note(Finding.SATISFIED, "aia.weights", says, facts=(place,))
        else:
            for number in FACILITY:
                _paragraph(checks, work, site, number, place)
    return Facility(
        site=site.id, country=site.country, in_5a=inside, checks=checks.found, verdict=checks.verdict
    )  # fmt: skip


def _home(checks: Checks, work: Working, file: FactsFile, ownership: Ownership, site: Site) -> None:
    """The entity that runs the facility has its headquarters, and its ultimate parent its own, in Supplement 5(a).

    Outside Supplement 5(a) the condition speaks of headquarters only, so that a parent elsewhere leaves it open.
    """
    entity = site.operator or site.owner
    abroad = not in_5a(work, site.country)
    found = ownership.parent(work, entity)
    parent = getattr(found, "party", None)
    for name in dict.fromkeys((entity, parent or entity)):
        about = file.parties[name]
        at = (file.place_of("parties", name),)
        if about.headquarters is None:
            says = f"the facts do not give the headquarters of {about.name}."
            checks.note(Finding.MISSING, "aia.weights", says, facts=at, fix="add headquarters")
        else:
            inside = in_5a(work, about.headquarters)
            says = f"{about.name} has its headquarters in {called(about.headquarters)}, "
            says += "on the list." if inside else "not on the list."
            if not inside and abroad and name != entity and not blocked(work, about.headquarters):
                says += " Whether the ultimate parent's counts is not said."
                fix = "read 740.27(a)(3)(ii), or ask BIS"
                checks.note(Finding.MISSING, "aia.weights", says, facts=at, fix=fix)
            else:
                checks.either(inside, "aia.weights", says, says, facts=at)
    if parent is None:
        why = getattr(found, "why", "not known")
        says = f"the ultimate parent of {entity} cannot be told: {why}."
        checks.note(Finding.MISSING, "aia.weights", says, facts=(file.place_of("parties", entity),))


def _paragraph(checks: Checks, work: Working, site: Site, number: str, place: str) -> None:
    condition = f"supplement-10.{number}"
    rows = (work.paragraph("aia.weights"),)
    if number in site.meets and site.assessment:
        says = f"{site.id} satisfies paragraph {number} by the assessment {site.assessment}."
        checks.note(Finding.SATISFIED, condition, says, rows=rows, facts=(place,))
        return
    says = (
        f"{site.id} is said to satisfy paragraph {number}, and no assessment is named."
        if number in site.meets
        else f"the facts name no assessment by which {site.id} satisfies paragraph {number}."
    )
    fix = f"assess the facility; then list {number} under meets: and name the assessment"
    what = f"whether {site.id} meets paragraph {number} of Supplement No. 10"
    checks.note(Finding.MISSING, condition, says, rows=rows, facts=(place,), fix=fix, what=what)


def _conclusion(result: Aia, name: str) -> str:
    not_met = [check for check in result.checks if check.finding is Finding.NOT_MET]
    because = f": {not_met[0].says}" if not_met else "."
    weights = [one for one in result.weights if one.verdict is Verdict.OPEN]
    return (
        f"License Exception AIA for {name} {SAYS[result.verdict]}{because} Received under it with the plan: "
        f"{figure(result.total)}. "
        f"Weights of 4E091 may go to {len(weights)} of its {len(result.weights)} facilities by what is checked here."
    )
