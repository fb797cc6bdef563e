"""The route by licence: the review policy for each destination and receiver, within the country's allocation."""

from __future__ import annotations

from auditor.model.answer import Answer
from auditor.model.facts import Authorization
from auditor.regulation.calendar.days import plus
from auditor.regulation.check import Check, Checks, Finding
from auditor.regulation.chips.chip import classify
from auditor.regulation.destinations.places import CASE_BY_CASE, US, Tier, called, tier, treated_as
from auditor.regulation.facts.happenings import consignee
from auditor.regulation.ownership.parties import PartyTier, party_tier
from auditor.regulation.quantities.country import CountryUse, country
from auditor.regulation.route.scene import Scene, concluded
from auditor.regulation.route.types import Route


def licence_route(scene: Scene, screened: tuple[Check, ...]) -> Route:
    """A licence for each shipment; closed means that its application is presumed denied."""
    checks = Checks(scene.work, decides=False)
    placed = {name: _placed(scene, checks, name) for name in scene.receivers}
    tiers = {iso: tier(scene.work, iso) for iso in scene.countries}
    for one in scene.shipments:
        iso = scene.file.sites[one.to].country
        receiver = placed[consignee(scene.file, one)]
        if tiers[iso] is Tier.BLOCKED or (receiver is not None and receiver.tier is Tier.BLOCKED):
            _denied(scene, checks, one.id, iso, receiver)
        elif receiver is not None and tiers[iso] is Tier.SUPPLEMENT_5A:
            _inside(scene, checks, one.id, iso, receiver)
    answers = tuple(
        _allocated(scene, checks, iso, _of_5a(scene, iso, placed))
        for iso, found in tiers.items()
        if found in (Tier.OTHER, Tier.SUPPLEMENT_5B)
    )  # fmt: skip
    for condition in ("licence.order", "licence.tpp"):
        checks.note(Finding.DUTY, condition, scene.work.paragraph(condition).requirement or "")
    _validity(scene, checks)
    return concluded(Authorization.LICENSE, (*checks.found, *screened), country=answers)


def _placed(scene: Scene, checks: Checks, name: str) -> PartyTier | None:
    found, missing = scene.work.attempt(lambda probe: party_tier(probe, scene.file, scene.ownership, name))
    for gap in missing:
        places = (gap.place,) if gap.place else ()
        checks.note(Finding.MISSING, "review-policy", f"{gap.what}: {gap.why}.", facts=places, fix=gap.fix)
    return found


def _denied(scene: Scene, checks: Checks, shipment: str, iso: str, receiver: PartyTier | None) -> None:
    place = (scene.place(shipment),)
    who = "" if receiver is None else f" to {receiver.party} ({receiver.tier})"
    says = f"{shipment}{who} in {called(iso)}: presumption of denial."
    if _may_be_case_by_case(scene, shipment, iso):
        says += " Its chips are below the limits of the case-by-case review, whose further conditions were not found."
        fix = "read Supp. No. 2 to part 748, paragraph (dd)"
        checks.note(Finding.MISSING, "licence.review-case-by-case", says, facts=place, fix=fix)
    else:
        checks.note(Finding.NOT_MET, "licence.review-denial", says, facts=place)


def _may_be_case_by_case(scene: Scene, shipment: str, iso: str) -> bool:
    """An export to China or Macau of chips that are, or may be, below the limits; not a reexport or transfer."""
    one = next(each for each in scene.plan.shipments if each.id == shipment)
    rows = scene.work.law.paragraphs.get("licence.review-case-by-case", ())
    if treated_as(iso) not in CASE_BY_CASE or one.kind != "export" or one.from_site is not None:
        return False
    if one.origin not in (None, US):
        return False  # what leaves another country is a reexport, whatever the facts call it
    if not any(row.valid(scene.work.as_of) for row in rows):
        return False
    found, _ = scene.work.attempt(lambda probe: classify(probe, scene.file.chips[one.chip]))
    return found is None or found.china_case_by_case is not False


def _inside(scene: Scene, checks: Checks, shipment: str, iso: str, receiver: PartyTier) -> None:
    place = (scene.place(shipment),)
    if receiver.tier is Tier.SUPPLEMENT_5A:
        says = f"{shipment} to {receiver.party} in {called(iso)}: presumption of approval."
        checks.note(Finding.SATISFIED, "licence.review-approval", says, facts=place)
    else:
        says = (
            f"{shipment} goes to {called(iso)}, but {receiver.party} does not belong to the list by location, "
            "headquarters and ultimate parent; whose allocation it would count against is not in the tables."
        )
        checks.note(Finding.MISSING, "licence.review-allocation", says, facts=place, fix="ask BIS")


def _of_5a(scene: Scene, iso: str, placed: dict[str, PartyTier | None]) -> tuple[str, ...]:
    """Receivers there with headquarters in Supplement 5(a), for whom the allocation may not be."""
    names = {consignee(scene.file, one) for one in scene.shipments if scene.file.sites[one.to].country == iso}
    known = ((name, placed[name]) for name in sorted(names))
    return tuple(name for name, at in known if at is not None and at.headquarters_tier is Tier.SUPPLEMENT_5A)


def _allocated(scene: Scene, checks: Checks, iso: str, spared: tuple[str, ...]) -> Answer[CountryUse]:
    answer = country(
        scene.work.law, scene.work.as_of, scene.under(Authorization.LICENSE), scene.lots, iso, scene.plan.id
    )
    scene.told(checks, "licence.review-allocation", answer)
    if answer.result is None:
        return answer
    over = [one for one in answer.result.breaches if one.date is not None]
    if not over:
        says = f"{answer.conclusion} Others' shipments are not known; BIS publishes how much is used."
        checks.note(Finding.SATISFIED, "licence.review-allocation", says)
    elif len(over) == len(answer.result.breaches):
        says = f"{called(iso)}: over the allocation from {over[0].date}, under every reading; policy of denial above it"
        if spared:
            says += f". Whether it is for {', '.join(spared)}, with headquarters in Supplement 5(a), is not told."
            checks.note(Finding.MISSING, "licence.review-allocation", says, fix="ask BIS")
        else:
            checks.note(Finding.NOT_MET, "licence.review-allocation", f"{says}.")
    else:
        says = f"{called(iso)}: whether the allocation is exceeded depends on the reading. {answer.conclusion}"
        checks.note(Finding.MISSING, "licence.review-allocation", says, fix="ask BIS how it counts")
    return answer


def _validity(scene: Scene, checks: Checks) -> None:
    years = scene.work.limit("license.validity.years")
    last = plus(scene.work.as_of, int(years.value), "years")
    later = [one.id for one in scene.shipments if one.date > last]
    if later:
        says = f"what ships after {last} is beyond the validity of a licence issued now: {', '.join(later[:20])}."
        checks.note(Finding.DUTY, "review-policy", says, rows=(years,))
