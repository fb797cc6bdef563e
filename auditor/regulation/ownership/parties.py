"""Where a party stands on a day: its places, its ultimate parent, and the tier that follows from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from auditor.model.base import Frozen, Name
from auditor.model.exact import plain
from auditor.model.facts import UNKNOWN
from auditor.model.law import Country
from auditor.regulation.destinations.places import Tier, strictest, tier
from auditor.regulation.facts.file import FactsFile
from auditor.regulation.ownership.control import MAJORITY, Graph, Link, Problem, Reached
from auditor.regulation.working import Working

SHOWN = Decimal(25)
"""Percent from which a holder that does not control is shown: our parameter, for the reader to judge."""

DEFINITION = (
    f"Working definition: the ultimate parent is who holds more than {MAJORITY} percent, or is said to control, at the "
    "end of the chain. The texts found give no percentage for it; confirm control where a share is near the half."
)

_AT_MOST = 8
"""Levels of a chain, and holdings of a party, that a sentence lists."""


@dataclass(frozen=True, slots=True)
class Parent:
    """An ultimate parent that can be told, and how."""

    party: str
    says: str
    facts: tuple[str, ...]
    way: tuple[str, ...]
    """The parties above it, each held by the next, up to the ultimate parent; empty if it is its own."""
    others: tuple[Link, ...]
    """Holdings of `SHOWN` percent or more, anywhere on the way, that do not belong to the parent's group."""


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A fact about a party that is missing or contradictory."""

    what: str
    why: str
    place: str
    fix: str


class Ownership:
    """The ownership in a facts file, as it stands on any day; each day's groups are computed once."""

    def __init__(self, file: FactsFile) -> None:
        self._file = file
        self._graphs: dict[date, Graph] = {}

    def ultimate_parent(self, work: Working, party: str) -> str:
        """The id of the party's ultimate parent on the day, itself if nobody controls it; no step.

        Undetermined, with the place, for a circle, a share of somebody unknown that could be decisive, owners that hold
        half or more without one in control, several that control, and holdings of more than the whole.
        """
        found = self.parent(work, party)
        if isinstance(found, Unresolved):
            work.undetermined(found.what, found.why, place=found.place, fix=found.fix)
        return found.party

    def family(self, work: Working, party: str) -> frozenset[str]:
        """Every party under the party's ultimate parent on the day, with both; undetermined where that is."""
        self.ultimate_parent(work, party)
        return self._on(work.as_of).members(party)

    def above(self, work: Working, party: str) -> tuple[str, ...]:
        """The parties above it on the day, up to its ultimate parent; empty for its own, or where that is in doubt."""
        return tuple(held.holder for _, held in self._on(work.as_of).way_up(party))

    def doubtful(self, work: Working, party: str) -> frozenset[str]:
        """Parties that may belong to the family: in doubt, with the family or somebody unknown among their owners."""
        return self._on(work.as_of).doubtful(party)

    def parent(self, work: Working, party: str) -> Parent | Unresolved:
        """The party's ultimate parent on the day, or why it cannot be told; notes only that the definition was used."""
        if party not in self._file.parties:
            why = "the facts file has no party of that id"
            return Unresolved(f"the party {party}", why, self._file.place("parties"), "add it, or name another")
        graph = self._on(work.as_of)
        doubt = graph.problem(party)
        if doubt is not None:
            return self._unresolved(graph, party, *doubt)
        if graph.into(party):
            work.caution(DEFINITION)
        way = graph.way_up(party)
        top = graph.top(party)
        group = graph.members(party)
        others = tuple(
            link
            for owned in (*(owned for owned, _ in way), top)
            for link in graph.into(owned)
            if link.percent >= SHOWN and link.owner not in group
        )
        links = [link for owned, held in way[:_AT_MOST] for link in graph.into(owned) if link.owner == held.holder]
        above = tuple(held.holder for _, held in way)
        return Parent(top, self._told(graph, party, top, way), self._places(links), above, others)

    def holding(self, link: Link) -> str:
        """A holding for people: "Omega Holding (omega) holds 30 percent of Alpha (alpha)"."""
        verb = "controls, with" if link.controls else "holds"
        return f"{self.called(link.owner)} {verb} {plain(link.percent)} percent of {self.called(link.owned)}"

    def called(self, party: str) -> str:
        """The party for people: its name and id."""
        known = self._file.parties.get(party)
        return "somebody unknown" if known is None else f"{known.name} ({party})"

    def into(self, on: date, party: str) -> tuple[Link, ...]:
        """The holdings in the party on the day, largest first."""
        return self._on(on).into(party)

    def place(self, link: Link) -> str:
        """Where the holding stands in the facts file."""
        return self._file.place("ownership", link.index)

    def _places(self, links: Iterable[Link]) -> tuple[str, ...]:
        return tuple(self.place(link) for link in links)

    def _on(self, day: date) -> Graph:
        if day not in self._graphs:
            self._graphs[day] = Graph(
                Link(holding.owner, holding.owned, holding.percent, holding.controls, index)
                for index, holding in enumerate(self._file.facts.ownership)
                if (holding.since is None or holding.since <= day) and (holding.until is None or day < holding.until)
            )
        return self._graphs[day]

    def _told(self, graph: Graph, party: str, top: str, way: tuple[tuple[str, Reached], ...]) -> str:
        if not way:
            held = graph.into(party)
            total = plain(sum((link.percent for link in held), Decimal(0)))
            none = (
                f"whose holders in the facts have {total} percent together" if held else "and the facts name no owner"
            )
            return f"{self.called(party)} is its own ultimate parent: nobody controls it, {none}."
        levels = [self._level(owned, held) for owned, held in way[:_AT_MOST]]
        more = f"; and {len(way) - _AT_MOST} levels more" if len(way) > _AT_MOST else ""
        return f"The ultimate parent of {self.called(party)} is {self.called(top)}: {'; '.join(levels)}{more}."

    def _level(self, owned: str, held: Reached) -> str:
        if held.controls:
            return f"{self.called(held.holder)} controls {self.called(owned)}, with {plain(held.percent)} percent"
        with_group = f", with its group {plain(held.together)} percent" if held.together != held.percent else ""
        return f"{self.called(held.holder)} holds {plain(held.percent)} percent of {self.called(owned)}{with_group}"

    def _unresolved(self, graph: Graph, party: str, at: str, problem: Problem) -> Unresolved:
        if problem is Problem.CYCLE:
            circle = graph.circle(at)
            links = [next(one for one in graph.into(owned) if one.owner in circle) for owned in circle]
            last = "..." if len(circle) > _AT_MOST else circle[0]
            why = f"{problem}: {' is held by '.join((*circle[:_AT_MOST], last))}"
            fix = "correct the holdings, or say with controls: true who controls them from outside"
        else:
            links = list(graph.into(at))
            told = "; ".join(self.holding(link) for link in links[:_AT_MOST])
            more = f"; and {len(links) - _AT_MOST} more" if len(links) > _AT_MOST else ""
            why = f"{problem} ({told}{more})"
            fix = _FIXES[problem]
        decisive = next((link for link in links if link.owner == UNKNOWN), links[0])
        place = self.place(decisive if problem is Problem.UNKNOWN else links[-1 if problem is Problem.OVER else 0])
        return Unresolved(f"the ultimate parent of {self.called(party)}", why, place, fix)


_FIXES = {
    Problem.OVER: "correct the shares, or give holdings that followed each other their since and until",
    Problem.CONTROLLERS: "leave controls: true to the one owner that controls it, and check the shares of the others",
    Problem.UNKNOWN: "name the owner, or say with controls: true which known owner controls it",
    Problem.SPLIT: "say with controls: true which owner controls it; if none does, who its parent is is for BIS to say",
}


class PartyTier(Frozen):
    """A party's places and their tiers; what is absent could not be determined, and did not decide the tier."""

    party: Name
    located: Country | None = None
    headquarters: Country | None = None
    ultimate_parent: Name | None = None
    parent_headquarters: Country | None = None
    location_tier: Tier | None = None
    headquarters_tier: Tier | None = None
    parent_tier: Tier | None = None
    tier: Tier
    """The strictest of the three."""


def party_tier(work: Working, file: FactsFile, ownership: Ownership, party: str) -> PartyTier:
    """The party's tier on the day by location, headquarters and ultimate parent, with a step for each.

    Undetermined where a headquarters or the ultimate parent is, unless a place that is known is Macau or in D:5: as
    nothing is stricter, the gap is only a caution then.
    """
    if party not in file.parties:
        ownership.ultimate_parent(work, party)
    about, gaps = file.parties[party], list[Unresolved]()
    headquarters, located = about.headquarters, about.located or about.headquarters
    where = file.place_of("parties", party)
    if headquarters is None:
        why = "the facts do not give it"
        gaps.append(Unresolved(f"the headquarters of {ownership.called(party)}", why, where, "add headquarters"))
    tiers: dict[Country, Tier] = {}
    for said, iso in (("located", about.located), ("headquartered", headquarters)):
        if iso is not None:
            work.step(f"{ownership.called(party)} is {said} in {iso}.", cite="facts", facts=(where,))
            tiers.setdefault(iso, tiers[iso] if iso in tiers else tier(work, iso))
    found = ownership.parent(work, party)
    parent, parent_headquarters = None, None
    if isinstance(found, Unresolved):
        gaps.append(found)
    else:
        parent, parent_headquarters = found.party, file.parties[found.party].headquarters
        at = file.place_of("parties", parent)
        work.step(found.says, cite="working definition of the ultimate parent", facts=found.facts)
        _show_others(work, ownership, found)
        _show_unnamed(work, ownership, found)
        if parent_headquarters is None and parent != party:
            why = "the facts do not give it"
            what = f"the headquarters of {ownership.called(parent)}, the ultimate parent"
            gaps.append(Unresolved(what, why, at, "add headquarters"))
        if parent_headquarters is not None and parent_headquarters not in tiers:
            says = f"{ownership.called(parent)}, the ultimate parent, is headquartered in {parent_headquarters}."
            work.step(says, cite="facts", facts=(at,))
            tiers[parent_headquarters] = tier(work, parent_headquarters)
    _leave_or_warn(work, gaps, tiers)
    result = PartyTier(
        party=party,
        located=located,
        headquarters=headquarters,
        ultimate_parent=parent,
        parent_headquarters=parent_headquarters,
        location_tier=tiers.get(located) if located else None,
        headquarters_tier=tiers.get(headquarters) if headquarters else None,
        parent_tier=tiers.get(parent_headquarters) if parent_headquarters else None,
        tier=strictest(tiers.values()),
    )
    says = f"The strictest of location, headquarters and ultimate parent decides: {result.tier}."
    work.step(says, cite="748.15(b)(2); 742.6(b)(10)(iii)(A)")
    return result


def _show_others(work: Working, ownership: Ownership, found: Parent) -> None:
    if found.others:
        listed = found.others[:_AT_MOST]
        more = f"; and {len(found.others) - _AT_MOST} more" if len(found.others) > _AT_MOST else ""
        told = "; ".join(ownership.holding(link) for link in listed)
        says = f"{SHOWN} percent or more outside the parent's group: {told}{more}."
        work.step(says, cite="working definition of the ultimate parent", facts=tuple(map(ownership.place, listed)))
        work.caution(
            f"A holder that does not control by the working definition has {SHOWN} percent or more: {told}{more}."
        )


def _show_unnamed(work: Working, ownership: Ownership, found: Parent) -> None:
    """Owners whom the facts leave out are no reason to doubt a parent, and none to be sure of it."""
    rest = 100 - sum((link.percent for link in ownership.into(work.as_of, found.party)), Decimal(0))
    if rest > 0:
        work.caution(
            f"The facts name nobody who holds {'any' if rest == 100 else f'the other {plain(rest)} percent'} of "
            f"{ownership.called(found.party)}; that nobody controls it rests on that. An owner in Macau or D:5 could "
            "change the tier."
        )


def _leave_or_warn(work: Working, gaps: list[Unresolved], tiers: dict[Country, Tier]) -> None:
    if Tier.BLOCKED in tiers.values():
        for gap in gaps:
            work.caution(f"Not determined, and nothing stricter could follow: {gap.what} ({gap.place}): {gap.why}.")
        return
    for gap in gaps[:-1]:
        work.missing(gap.what, gap.why, place=gap.place, fix=gap.fix)
    for gap in gaps[-1:]:
        work.undetermined(gap.what, gap.why, place=gap.place, fix=gap.fix)
