"""Where a place stands on a day: its tier, and the lists of destinations it is on."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from auditor.model.law import Membership
from auditor.regulation.tables.countries import country_name, country_problem
from auditor.regulation.working import Working

US, EMIRATES, MACAU = "US", "AE", "MO"
TREATED_WITH = {"HK": "CN"}
"""Codes ISO gives to a place that the EAR treat with another."""

GROUPS = ("a-1", "a-2", "a-3", "a-4", "a-5", "a-6", "b", "d-1", "d-2", "d-3", "d-4", "d-5", "e-1", "e-2")
"""Lists of Supplement No. 1 to part 740."""

CASE_BY_CASE = frozenset({"CN", MACAU})
"""Where end users of the January 2026 rule are: China, with which Hong Kong is treated, and Macau."""

_DECIDING = ("supplement-5a", "supplement-5b", "d-5")

_AS_IN_THE_EAR = {MACAU: "Macau"}


class Tier(StrEnum):
    """How the data-center rules treat a place, mildest first."""

    SUPPLEMENT_5A = "Supplement No. 5(a)"
    SUPPLEMENT_5B = "Supplement No. 5(b)"
    OTHER = "neither list"
    BLOCKED = "Macau or Country Group D:5"


_MILDEST_FIRST = tuple(Tier)


def strictest(tiers: Iterable[Tier]) -> Tier:
    """The strictest of the tiers; at least one."""
    return max(tiers, key=_MILDEST_FIRST.index)


def treated_as(iso: str) -> str:
    """The code of the place whose rules apply: China's for Hong Kong, otherwise the place's own."""
    return TREATED_WITH.get(iso, iso)


def called(iso: str) -> str:
    """The place for people: "Norway (NO)"."""
    return f"{_AS_IN_THE_EAR.get(iso) or country_name(iso) or 'no known place'} ({iso})"


def group_name(places: str) -> str:
    """The name of a Country Group by its list's id: "D:5" for d-5."""
    return places.upper().replace("-", ":")


def tier(work: Working, iso: str) -> Tier:
    """The place's tier on the day, with its step.

    Not determined for a code that is none of today's, for a day before the lists begin, and for a territory that is on
    no list, for which the tables do not say with which destination the EAR treat it.
    """
    found, deciding = _placed(work, iso)
    at = treated_as(iso)
    if at != iso:
        row = work.definition("d5-or-macau")
        work.step(f"{called(iso)} is treated with {called(at)}.", rows=(row,))
        work.caution(f"{called(iso)} with {called(at)}: {row.note or row.text}")
    if found is Tier.BLOCKED and deciding is None:
        says = f"{called(at)} is in no Country Group D:5; the rules name it beside D:5, so that it is treated alike."
        work.step(says, rows=(work.definition("d5-or-macau"),))
    elif deciding is not None:
        title = work.law.lists[deciding.places].title
        work.step(f"{called(at)} is on the list {title}: tier {found}.", rows=(deciding,))
    else:
        _on_neither(work, at)
    return found


def blocked(work: Working, iso: str) -> bool:
    """Whether the place is Macau or in D:5 on the day; no step.

    Undetermined where `tier` is, but for a territory on no list, which is certainly not named in D:5.
    """
    problem = country_problem(iso)
    if problem:
        work.undetermined(f"the place {iso}", problem[0], fix=problem[1])
    at = treated_as(iso)
    return at == MACAU or _row(work, "d-5", at) is not None


def in_5a(work: Working, iso: str) -> bool:
    """Whether the place is in Supplement No. 5(a) to part 740 on the day; no step. Undetermined where `tier` is."""
    return _placed(work, iso)[0] is Tier.SUPPLEMENT_5A


def groups(work: Working, iso: str) -> tuple[Membership, ...]:
    """The place's rows in the Country Groups on the day (for Hong Kong, China's); no step."""
    rows = (_row(work, places, treated_as(iso)) for places in GROUPS)
    return tuple(row for row in rows if row is not None)


def name_the_code(work: Working, iso: str, found: Tier) -> None:
    """Where the code is NO, name what a reader of YAML 1.1 makes of it (ambiguity norway-code)."""
    if iso != "NO":
        return
    results = {
        "place": f"NO is {country_name(iso)}: tier {found}.",
        "truth-value": "NO would be false, which is no code: no place is named, and no tier can be computed.",
    }
    # The code has reached us as text, so the second reading did not happen to this question.
    work.ambiguous("norway-code", results, differs=False)


def _placed(work: Working, iso: str) -> tuple[Tier, Membership | None]:
    """The tier, and the row that puts the place there."""
    problem = country_problem(iso)
    if problem:
        work.undetermined(f"the place {iso}", problem[0], fix=problem[1])
    at = treated_as(iso)
    embargoed = _row(work, "d-5", at)
    if embargoed is not None or at == MACAU:
        return Tier.BLOCKED, embargoed
    for places, found in (("supplement-5a", Tier.SUPPLEMENT_5A), ("supplement-5b", Tier.SUPPLEMENT_5B)):
        row = _row(work, places, at)
        if row is not None:
            return found, row
    if not any(_row(work, places, at) for places in GROUPS):
        work.undetermined(
            f"the tier of {called(iso)}",
            "it is on none of the lists, and the tables do not say with which destination the EAR treat it",
            fix="give the code of the destination the EAR treat it with (as the United States for Puerto Rico)",
        )
    return Tier.OTHER, None


def _row(work: Working, places: str, iso: str) -> Membership | None:
    header = work.law.lists.get(places)
    if header is None or work.as_of < header.since:
        return work.members(places).get(iso)  # which leaves: there is no such list, or not yet
    return work.law.membership(places, iso, work.as_of)


def _on_neither(work: Working, iso: str) -> None:
    """The step for a place that is on none of the deciding lists; its absence rests on them all the same."""
    left = tuple(
        row
        for places in _DECIDING
        for row in work.law.memberships[places].get(iso, ())
        if row.until is not None and row.until <= work.as_of
    )
    says = f"{called(iso)} is neither in Supplement No. 5 to part 740 nor in Country Group D:5: tier {Tier.OTHER}."
    for row in left:
        says += f" It was on the list {work.law.lists[row.places].title} until {row.until}{_why(work, row)}."
    work.step(says, cite="Supp. No. 5 and Supp. No. 1 (D:5) to part 740", rows=left)
    for places in _DECIDING:
        header = work.law.lists[places]
        work.stands(header.provision)
        if header.seen < work.as_of:
            title = work.law.sources[header.source].title
            work.caution(f"{title} was last seen on {header.seen}; nothing later was checked.")


def _why(work: Working, row: Membership) -> str:
    changes = work.law.lists[row.places].changes
    cites = [change.cite for change in changes if change.iso == row.iso and change.date == row.until]
    return f" ({cites[0]})" if cites else ""
