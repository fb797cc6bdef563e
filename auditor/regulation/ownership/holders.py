"""Who holds a stake, to Supplement No. 10, paragraph 3: whether it is about them, and whom they count together with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from auditor.model.facts import UNKNOWN, Party
from auditor.model.law import Status
from auditor.regulation.destinations.places import MACAU, blocked, called, treated_as
from auditor.regulation.facts.file import FactsFile
from auditor.regulation.ownership.parties import Ownership, Parent, Unresolved
from auditor.regulation.working import Working

LISTS = {"entity-list": "the Entity List", "sdn": "the SDN List"}
PUBLIC = frozenset({"government", "military", "military-intelligence"})
"""Kinds of party that are bodies of a government."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A holder, whether the paragraph is about it (None: not known), and whom it counts together with."""

    id: str
    concerned: bool | None
    why: str
    place: str
    fix: str = ""
    keys: frozenset[str] = frozenset()
    """What makes holders count together: a name for acting together, an ultimate parent, a government."""
    government: bool = False
    """A body of a government of Macau or D:5."""
    floating: bool = False
    """Its affiliation is not known: it may count together with anybody."""


def holder_of(work: Working, file: FactsFile, owners: Ownership, place: str, name: str) -> Holder:
    """Who the holder of a stake told at `place` is to the paragraph, and what it counts together with."""
    if name == UNKNOWN:
        fix = "name the holder"
        return Holder(name, None, "the holder is not known", place, fix, _acting(file, name), floating=True)
    about, parent = file.parties[name], owners.parent(work, name)
    keys = _acting(file, name)
    if isinstance(parent, Parent):
        keys |= {f"parent {parent.party}"}
    headquarters = about.headquarters
    government = about.kind in PUBLIC and headquarters is not None and blocked(work, headquarters)
    if government:
        keys |= {f"government {treated_as(headquarters or MACAU)}"}
    concerned, why, where, fix = _concerned(work, file, owners, name, parent)
    return Holder(name, concerned, why, where, fix, keys, government, floating=isinstance(parent, Unresolved))


def _acting(file: FactsFile, name: str) -> frozenset[str]:
    return frozenset(
        f"acting {one.acting_together}" for one in file.facts.stakes if one.holder == name and one.acting_together
    )


def _concerned(
    work: Working, file: FactsFile, owners: Ownership, name: str, parent: Parent | Unresolved
) -> tuple[bool | None, str, str, str]:
    """Whether the paragraph is about the holder; why, the place of the fact it turns on, and the fix."""
    about, place, who = file.parties[name], file.place_of("parties", name), owners.called(name)
    named = [LISTS[one] for one in about.lists if one in LISTS]
    if named:
        return True, f"{who} is on {' and '.join(named)}", place, ""
    if about.headquarters is not None and blocked(work, about.headquarters):
        return True, f"{who} is headquartered in {called(about.headquarters)}", place, ""
    above = None if isinstance(parent, Unresolved) else file.parties[parent.party]
    if above is not None and above.headquarters is not None and blocked(work, above.headquarters):
        says = f"{who} has its ultimate parent, {owners.called(above.id)}, in {called(above.headquarters)}"
        return True, says, file.place_of("parties", above.id), ""
    if about.headquarters is None:
        return None, f"the headquarters of {who} are not given", place, "add headquarters"
    if isinstance(parent, Unresolved):
        return None, f"{parent.what}: {parent.why}", parent.place, parent.fix
    if above is not None and above.headquarters is None:
        at = file.place_of("parties", above.id)
        return None, f"the headquarters of {owners.called(above.id)} are not given", at, "add headquarters"
    if about.screened is None:
        fix = "screen it against the Entity List and the SDN List, and give the day as screened"
        return None, f"{who} was not screened against lists of parties", place, fix
    if about.screened > work.as_of:
        work.caution(f"{who} was screened on {about.screened}, after {work.as_of}.")
    return _through_parents(work, file, owners, about, parent)


def _through_parents(
    work: Working, file: FactsFile, owners: Ownership, about: Party, parent: Parent
) -> tuple[bool | None, str, str, str]:
    """Whether a listed parent makes a holder listed.

    The paragraph does not say; the Affiliates rule does, for the Entity List, while it is in force.
    """
    who = owners.called(about.id)
    for name in parent.way:
        lists = [one for one in file.parties[name].lists if one in LISTS]
        if not lists:
            continue
        place, listed = file.place_of("parties", name), " and ".join(LISTS[one] for one in lists)
        owned = f"{who} is owned by {owners.called(name)}, which is on {listed}"
        standing = work.stands("affiliates-rule").status if work.law.period("affiliates-rule", work.as_of) else None
        if standing is Status.IN_FORCE and "entity-list" in lists:
            return True, f"{owned}; by the Affiliates rule it counts as listed", place, ""
        if "sdn" in lists or standing not in (None, Status.UNENFORCED, Status.WITHDRAWN):
            why = f"{owned}; whether that makes it listed is not said (Affiliates rule: {standing or 'not yet law'})"
            return None, why, place, "settle with counsel whether it counts as listed, and give its lists"
        work.caution(f"{owned}; it is not taken as listed (Affiliates rule: {standing or 'not yet law'}).")
    return (
        False,
        f"{who} is neither of Macau or D:5 nor listed (screened on {about.screened})",
        (file.place_of("parties", about.id)),
        "",
    )


def gathered(holders: Mapping[str, Holder]) -> list[tuple[str, ...]]:
    """Holders that count together, as far as one of them is concerned or may be."""
    by_key: dict[str, list[str]] = defaultdict(list)
    for holder in holders.values():
        for key in holder.keys:
            by_key[key].append(holder.id)
    groups, seen = list[tuple[str, ...]](), set[str]()
    for name in holders:
        waiting, group = [name], set[str]()
        while waiting:
            at = waiting.pop()
            if at not in seen:
                seen.add(at)
                group.add(at)
                waiting += [other for key in holders[at].keys for other in by_key[key]]
        if any(holders[one].concerned is not False for one in group):
            groups.append(tuple(sorted(group)))
    return groups
