"""The questions `destination` and `entity`: a place's or a party's tier, and what follows from it."""

from __future__ import annotations

from auditor.model.base import Frozen, Name
from auditor.model.law import Country, Dated, Status
from auditor.regulation.destinations.places import (
    CASE_BY_CASE,
    EMIRATES,
    US,
    Tier,
    called,
    group_name,
    groups,
    name_the_code,
    tier,
    treated_as,
)
from auditor.regulation.facts.file import FactsFile
from auditor.regulation.ownership.parties import Ownership, PartyTier, Unresolved, party_tier
from auditor.regulation.tables.countries import country_name
from auditor.regulation.working import Working, measured, question

OLDER = (
    "The non-enforcement is of the rule of January 2025. Older controls for Macau and D:5 are not in the tables; "
    "nothing found says that they are not enforced."
)


class Consequence(Frozen):
    """What follows from a tier, with where it says so and how that provision stands on the day."""

    id: Name
    holds: bool | None
    """Whether it applies; None where what was found does not tell, or where it depends on more than the place."""
    says: str
    cite: str
    provision: Name
    status: Status


class Destination(Frozen):
    """A place's tier and groups on the day, and what follows there."""

    iso: Country
    name: str
    treated_as: Country
    """The place whose rules apply: China for Hong Kong, otherwise itself."""
    tier: Tier
    groups: tuple[str, ...]
    """Country Groups such as A:1, of `treated_as`."""
    follows: tuple[Consequence, ...]


class Entity(Frozen):
    """A party's tier on the day, and what follows from it."""

    name: str
    placed: PartyTier
    follows: tuple[Consequence, ...]


@question("destination")
def destination(work: Working, iso: str) -> tuple[str, Destination]:
    """The tier of the place with the ISO 3166-1 alpha-2 code, its Country Groups, and what follows there.

    Supplements No. 1 and 5 to part 740; 740.27; 742.6(b)(10)(iii); 748.15(b)(2).
    """
    work.subject = called(iso)
    found = tier(work, iso)
    rows = groups(work, iso)
    names = tuple(group_name(row.places) for row in rows)
    work.step(f"{called(treated_as(iso))} is in the Country Groups {', '.join(names) or 'none'}.", rows=rows)
    name_the_code(work, iso, found)
    follows = [
        _uveu_data_center(work, iso, found),
        _uveu_headquarters(work, iso, found),
        _nveu(work, iso, found, any(row.places in work.paragraph("nveu.headquarters").lists for row in rows)),
        _allocation(work, called(iso), found),
        _aia(work, called(iso), found),
        _review(work, called(iso), found),
    ]
    if found is Tier.BLOCKED:
        follows.append(_from_here(work, iso))
    follows += _case_by_case(work, iso) + _emirates(work, iso)
    return f"On {work.as_of}, {called(iso)} has the tier {found}: {_MEANS[found]}.", Destination(
        iso=iso,
        name=country_name(iso) or iso,
        treated_as=treated_as(iso),
        tier=found,
        groups=names,
        follows=tuple(follows),
    )


@question("entity")
def entity(work: Working, file: FactsFile, party: str) -> tuple[str, Entity]:
    """The tier of a party of the facts file by location, headquarters and ultimate parent, and what follows from it.

    748.15(b)(2); 742.6(a)(6)(iii)(A) and (b)(10)(iii); 740.27.
    """
    ownership = Ownership(file)
    work.subject = ownership.called(party) if party in file.parties else party
    placed = party_tier(work, file, ownership, party)
    places = (
        ("location", placed.located, placed.location_tier),
        ("headquarters", placed.headquarters, placed.headquarters_tier),
        ("ultimate parent's headquarters", placed.parent_headquarters, placed.parent_tier),
    )
    for _, iso, found in places:
        if iso is not None and found is not None:
            name_the_code(work, iso, found)
    who = ownership.called(party)
    follows = [
        _allocation(work, who, placed.tier),
        _aia(work, who, placed.tier),
        _review(work, who, placed.tier),
        _enforced(work, file, ownership, placed),
    ]
    if placed.located is not None:
        follows += _case_by_case(work, placed.located, placed) + _emirates(work, placed.located)
    because = ", ".join(f"{said} {iso} ({found})" for said, iso, found in places if iso is not None)
    return f"On {work.as_of}, {who} has the tier {placed.tier}, the strictest of {because}.", Entity(
        name=file.parties[party].name, placed=placed, follows=tuple(follows)
    )


_MEANS = {
    Tier.SUPPLEMENT_5A: "no country allocation, presumption of approval, and License Exception AIA for entities with "
    "location, headquarters and ultimate parent on that list",
    Tier.SUPPLEMENT_5B: "a country allocation raised under government assurances",
    Tier.OTHER: "a country allocation, presumption of approval up to it and policy of denial above",
    Tier.BLOCKED: "no data center of a VEU, no country allocation, presumption of denial",
}


def _noted(work: Working, name: str, holds: bool | None, says: str, *rows: Dated) -> Consequence:
    """The consequence, with its step; the first of `rows` says so."""
    work.step(says, rows=rows)
    row = rows[0]
    status = work.stands(row.provision).status
    return Consequence(id=name, holds=holds, says=says, cite=row.cite, provision=row.provision, status=status)


def _uveu_data_center(work: Working, iso: str, found: Tier) -> Consequence:
    holds = found is not Tier.BLOCKED
    says = f"A Universal VEU {'can' if holds else 'cannot'} have a data center in {called(iso)}."
    return _noted(work, "uveu-data-center", holds, says, work.definition("uveu.eligibility"))


def _uveu_headquarters(work: Working, iso: str, found: Tier) -> Consequence:
    holds = found is Tier.SUPPLEMENT_5A
    says = (
        f"A Universal VEU {'can' if holds else 'cannot'} rest on headquarters or an ultimate parent in {called(iso)}."
    )
    return _noted(work, "uveu-headquarters", holds, says, work.definition("uveu.eligibility"))


def _nveu(work: Working, iso: str, found: Tier, grouped: bool) -> Consequence:
    holds = grouped and found is not Tier.BLOCKED
    said = "is in Country Group A, B or D:1 to D:4, and neither Macau nor in D:5"
    if not holds:
        said = "is Macau or in D:5" if found is Tier.BLOCKED else "is in none of Country Groups A, B and D:1 to D:4"
    says = f"A National VEU {'can' if holds else 'cannot'} be authorized for {called(iso)}, which {said}."
    return _noted(work, "nveu-location", holds, says, work.definition("nveu.eligibility"))


def _allocation(work: Working, who: str, found: Tier) -> Consequence:
    scope, amount = work.definition("country.scope"), work.limit("country.allocation")
    figure = measured(amount.value, amount.unit)
    if found is Tier.SUPPLEMENT_5B:
        most = work.limit("country.assurances.percent")
        raised = measured(amount.value * (100 + most.value) / 100, amount.unit)
        says = f"For {who} the country allocation of {figure} is raised by up to {measured(most.value, most.unit)}, "
        says += f"to at most {raised}; by how much is not in the tables."
        return _noted(work, "country-allocation", True, says, work.definition("country.assurances"), amount, most)
    if found is Tier.OTHER:
        says = f"For {who} a country allocation of {figure} applies ({amount.meaning})."
        return _noted(work, "country-allocation", True, says, scope, amount)
    return _noted(work, "country-allocation", False, f"No country allocation applies to {who}: tier {found}.", scope)


def _aia(work: Working, who: str, found: Tier) -> Consequence:
    holds = found is Tier.SUPPLEMENT_5A
    says = (
        f"License Exception AIA is {'open' if holds else 'closed'} to {who} by place: it asks for location, "
        "headquarters and ultimate parent in Supplement No. 5(a) destinations."
    )
    return _noted(work, "aia", holds, says, work.definition("aia"))


def _review(work: Working, who: str, found: Tier) -> Consequence:
    policy = work.definition("review-policy")
    if found is Tier.SUPPLEMENT_5A:
        return _noted(work, "review-policy", True, f"Licence applications for {who}: presumption of approval.", policy)
    if found is Tier.BLOCKED:
        return _noted(work, "review-policy", True, f"Licence applications for {who}: presumption of denial.", policy)
    says = (
        f"Licence applications for {who}: presumption of approval up to the country allocation, policy of denial above."
    )
    return _noted(work, "review-policy", True, says, work.definition("country.count"), policy)


def _from_here(work: Working, iso: str) -> Consequence:
    """What the place means for entities that are headquartered or parented there and are elsewhere."""
    standing = work.stands("licence-requirement")
    says = f"An entity with headquarters or ultimate parent in {called(iso)} has this tier wherever it is. "
    says += f"The licence requirement on {work.as_of}: {standing.status}. {standing.statement}"
    return _noted(work, "headquartered-here", True, says, work.definition("review-policy"))


def _case_by_case(work: Working, iso: str, placed: PartyTier | None = None) -> list[Consequence]:
    row = work.law.definition("china-case-by-case", work.as_of)
    if row is None or treated_as(iso) not in CASE_BY_CASE:
        return []
    tpp, dram = work.limit("china.tpp-below"), work.limit("china.dram-below")
    who = "End users" if placed is None else f"As an end user {placed.party} is"
    says = (
        f"{who} in {called(iso)}: exports, not reexports or transfers, of chips below "
        f"{measured(tpp.value, tpp.unit)} and below {measured(dram.value, dram.unit)} of total DRAM bandwidth can be "
        "reviewed case by case, with the certifications of Supp. No. 2 to part 748, paragraph (dd), whose text was not "
        "found; everything else keeps the presumption of denial."
    )
    # Whether it applies depends on the chip, the transaction and the certifications, not on the place alone.
    return [_noted(work, "china-case-by-case", None, says, row, tpp, dram)]


def _emirates(work: Working, iso: str) -> list[Consequence]:
    if iso != EMIRATES or work.law.period("uae-2026", work.as_of) is None:
        return []
    row = work.definition("uae-2026")
    says = (
        f"{called(iso)}: its Government, and the entities of Supplement No. 8 to part 740, receive advanced computing "
        "items without a licence; the list and the conditions were not found, so that for nobody can it be determined."
    )
    work.caution(says)
    work.ambiguous(
        "supplement-8-name",
        {
            "part-748": "It says what an application contains, and frees nobody from a licence.",
            "part-740": f"It lists the entities that need no licence in {called(iso)}; the list was not found.",
            "part-742": "It is about encryption, and says nothing of this place.",
            "part-744": "It is guidance on affiliates, and says nothing of this place.",
        },
        # The sentence above names the part, so that only a reader who drops it is misled.
        differs=False,
    )
    return [_noted(work, "uae-2026", None, says, row)]


def _enforced(work: Working, file: FactsFile, ownership: Ownership, placed: PartyTier) -> Consequence:
    """Whether the worldwide licence requirement is enforced for the party, by its standing on the day."""
    standing, policy = work.stands("licence-requirement"), work.definition("review-policy")
    who = ownership.called(placed.party)
    holds, why = _reach(standing.status, _belongs(placed), abroad=placed.located != US if placed.located else None)
    if holds is None:
        _gap(work, file, ownership, placed, f"whether the licence requirement is enforced for {who}")
    told = {True: "is enforced", False: "is not enforced", None: "may be enforced"}[holds]
    if standing.status is Status.IN_FORCE:
        told = {True: "applies", False: "does not apply", None: "may apply"}[holds]
        due = next((one.date for one in work.law.duties["general-compliance"] if one.valid(work.as_of)), None)
        if due is not None and work.as_of < due:
            why += f", with compliance due from {due}"
    elif holds is False and placed.tier is Tier.BLOCKED:
        work.caution(OLDER)
    says = (
        f"The licence requirement of 742.6(a)(6)(iii)(A) {told} for {who} on {work.as_of}: {why}. {standing.statement}"
    )
    work.step(says, cite=standing.cite)
    return Consequence(
        id="licence-requirement",
        holds=holds,
        says=says,
        cite=f"{standing.cite}; {policy.cite}",
        provision=standing.provision,
        status=standing.status,
    )


def _reach(status: Status, belongs: bool | None, *, abroad: bool | None) -> tuple[bool | None, str]:
    """Whether a requirement of this status reaches a party outside the United States (`abroad`), and why."""
    if status is Status.IN_FORCE:
        return abroad, "it is in force for everybody outside the United States"
    if status is Status.IN_PART:
        if belongs is False or abroad is False:
            return False, "it is not outside the United States with headquarters or ultimate parent in Macau or D:5"
        if belongs and abroad:
            return True, "it has headquarters or ultimate parent in Macau or D:5, and is outside the United States"
        return None, "its location, headquarters or ultimate parent cannot be determined"
    if status in (Status.UNENFORCED, Status.WITHDRAWN, Status.PROPOSED):
        return False, f"the requirement is {status}"
    return None, f"the requirement is {status}"


def _belongs(placed: PartyTier) -> bool | None:
    """Whether the party is headquartered or parented in Macau or D:5."""
    tiers = (placed.headquarters_tier, placed.parent_tier)
    if Tier.BLOCKED in tiers:
        return True
    return None if None in tiers else False


def _gap(work: Working, file: FactsFile, ownership: Ownership, placed: PartyTier, what: str) -> None:
    found = ownership.parent(work, placed.party)
    place = file.place_of("parties", placed.party)
    if isinstance(found, Unresolved):
        work.missing(what, f"{found.what}: {found.why}", place=found.place, fix=found.fix)
    elif placed.headquarters is None:
        work.missing(what, "its headquarters are not given", place=place, fix="add headquarters")
    elif placed.parent_headquarters is None:
        place = file.place_of("parties", found.party)
        work.missing(what, f"the headquarters of {ownership.called(found.party)} are not given", place=place)
    else:
        work.missing(what, work.stands("licence-requirement").statement, place=place)
