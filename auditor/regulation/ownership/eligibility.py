"""Who can be a VEU by where it belongs (748.15(b)(2); Supp. No. 10, paragraph 12): judged here for every question."""

from __future__ import annotations

from auditor.regulation.destinations.places import blocked, called, in_5a, treated_as
from auditor.regulation.facts.file import FactsFile
from auditor.regulation.ownership.parties import Ownership, Unresolved
from auditor.regulation.working import Working

UVEU_FIX = "read 748.15(b)(2)(i), or ask BIS"


def uveu_home(work: Working, home: str, parent_home: str) -> tuple[bool | None, str]:
    """Whether headquarters and the ultimate parent's in these places allow a UVEU, and why; no step.

    None where only one of the two is in Supplement No. 5(a): what is known of the text names both, and does not say
    whether one is enough. Macau or D:5 for either allows none (Supplement No. 10, paragraphs 12 and 13).
    """
    told = f"headquarters in {called(home)}, ultimate parent's in {called(parent_home)}"
    inside = [in_5a(work, place) for place in (home, parent_home)]
    if any(blocked(work, place) for place in (home, parent_home)):
        return False, f"{told}: in Macau or Country Group D:5"
    if all(inside):
        return True, f"{told}: both in Supplement 5(a)"
    if not any(inside):
        return False, f"{told}: neither is in Supplement 5(a)"
    return None, f"{told}: only one is in Supplement 5(a), and what is known of the text does not say if one is enough"


def homes(work: Working, file: FactsFile, ownership: Ownership, party_id: str) -> tuple[str, str] | None:
    """Where the party and its ultimate parent have their headquarters; None where one of them is not known."""
    found = ownership.parent(work, party_id)
    if isinstance(found, Unresolved):
        return None
    home, above = file.parties[party_id].headquarters, file.parties[found.party].headquarters
    return None if home is None or above is None else (home, above)


def unassured(
    work: Working, file: FactsFile, belongs: tuple[str, str] | None, countries: tuple[str, ...]
) -> tuple[str, ...]:
    """Countries for which an NVEU needs an arrangement between governments by paragraph 12, and the facts have none.

    None for a party with headquarters and ultimate parent in Supplement 5(a): it qualifies without one.
    """
    if belongs is not None and all(in_5a(work, iso) for iso in belongs):
        return ()
    day = work.as_of
    assured = {
        treated_as(one.country)
        for one in file.facts.assurances
        if one.since <= day and (one.until is None or day < one.until)
    }
    return tuple(iso for iso in countries if treated_as(iso) not in assured)
