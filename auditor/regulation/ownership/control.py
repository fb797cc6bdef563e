"""Who controls whom: parties gathered under their ultimate parents from holdings, however many and however tangled.

A party belongs to the group that holds more than `MAJORITY` percent of it, all holders of the group taken together, or
that contains everybody said to control it. Groups grow by this rule until nothing changes, which comes out the same in
whatever order the holdings are given. No recursion: chains are as deep as they are long.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from auditor.model.facts import UNKNOWN

MAJORITY = Decimal(50)
"""Percent above which a group controls a party.

Our parameter, not the law's: no text found gives a percentage for "ultimate parent". More than half is the share that
only one owner can have, and which carries a vote against all others together; where control rests on something else,
the facts say so with `controls`.
"""

WHOLE = Decimal(100)


class Problem(StrEnum):
    """Why a party's ultimate parent cannot be told."""

    OVER = "holdings add up to more than the whole"
    CYCLE = "owners own each other in a circle"
    CONTROLLERS = "several owners control it"
    UNKNOWN = "an unknown owner's share could be decisive"
    SPLIT = "its owners hold half or more, and none of them controls it"


@dataclass(frozen=True, slots=True)
class Link:
    """A holding: `owner` holds `percent` of `owned`; `index` is its place in the facts file's list."""

    owner: str
    owned: str
    percent: Decimal
    controls: bool
    index: int


@dataclass(frozen=True, slots=True)
class Reached:
    """How a party hangs under its group: by `holder` with `percent`, of the `together` percent its group holds."""

    holder: str
    percent: Decimal
    together: Decimal
    controls: bool


@dataclass(slots=True)
class _Claim:
    """What one group has of one party."""

    percent: Decimal = Decimal(0)
    controllers: int = 0


@dataclass(slots=True)
class _Group:
    """Parties under one top; `claims` is by owned party, also those of other groups and the group's own."""

    top: str
    members: list[str]
    claims: dict[str, _Claim] = field(default_factory=dict)
    circular: bool = False


class Graph:
    """The groups that the `links` make, with every party in exactly one; a party without holdings is its own top."""

    def __init__(self, links: Iterable[Link]) -> None:
        self._kin: dict[str, frozenset[str]] = {}
        into: dict[str, list[Link]] = defaultdict(list)
        for link in links:
            into[link.owned].append(link)
        self._into: Mapping[str, tuple[Link, ...]] = {
            owned: tuple(sorted(found, key=lambda link: (-link.percent, link.owner, link.index)))
            for owned, found in into.items()
        }
        self._controllers = {
            owned: {link.owner for link in found if link.controls} for owned, found in self._into.items()
        }
        self._leader: dict[str, str] = {}
        self._groups: dict[str, _Group] = {}
        self._attached: set[str] = set()
        self._contested: set[str] = set()
        over = {owned for owned, found in self._into.items() if sum(link.percent for link in found) > WHOLE}
        self._over = frozenset(over)
        self._settle()
        self._problems = self._find_problems()
        self._circles = {
            group.top: self._circle(frozenset(group.members)) for group in self._groups.values() if group.circular
        }
        self._reached = self._reach()

    def top(self, party: str) -> str:
        """The party at the top of the party's group, itself if nobody controls it; meaningless if `problem`."""
        return self._group(party).top

    def problem(self, party: str) -> tuple[str, Problem] | None:
        """The party at which the way up ends in doubt, and why; None if the top is its ultimate parent."""
        group = self._group(party)
        found = self._problems.get(group.top)
        return None if found is None else (self._circles[group.top][0] if found is Problem.CYCLE else group.top, found)

    def into(self, party: str) -> tuple[Link, ...]:
        """The holdings in the party, largest first."""
        return self._into.get(party, ())

    def members(self, party: str) -> frozenset[str]:
        """The party's group."""
        top = self._group(party).top
        if top not in self._kin:
            self._kin[top] = frozenset(self._group(party).members)
        return self._kin[top]

    def doubtful(self, party: str) -> frozenset[str]:
        """Parties of other groups that may belong to the party's: it, or somebody unknown, is among their owners."""
        mine = self._find(party) if party in self._leader else party
        reached, found = {mine}, set[str]()
        by_owner: dict[str, set[str]] = defaultdict(set)
        for top in self._problems:
            group = self._groups[self._find(top)]
            for owned in group.members if group.circular else (top,):
                for link in self.into(owned):
                    by_owner[UNKNOWN if link.owner == UNKNOWN else self._find(link.owner)].add(self._find(top))
        waiting = [mine, UNKNOWN]
        while waiting:
            for leader in by_owner.get(waiting.pop(), ()):
                if leader not in reached:
                    reached.add(leader)
                    waiting.append(leader)
                    found.update(self._groups[leader].members)
        return frozenset(found)

    def way_up(self, party: str) -> tuple[tuple[str, Reached], ...]:
        """From the party to its top: each party on the way with how it is held; empty for a top and in a circle."""
        way: list[tuple[str, Reached]] = []
        at = party
        while at in self._reached:
            way.append((at, self._reached[at]))
            at = self._reached[at].holder
        return tuple(way)

    def circle(self, party: str) -> tuple[str, ...]:
        """Parties of the group that own each other in a circle: each is held by the next, and the last by the first."""
        return self._circles.get(self.top(party), ())

    # Closing the groups.

    def _settle(self) -> None:
        """Close the groups, leaving out every party over whose control the facts contradict each other.

        Leaving one out can part groups, which can show another contradiction. A third closing leaves out whatever could
        still show one, so that a file made to show them one by one is no slower.
        """
        self._close(self._over)
        first = self._find_contested()
        if first:
            self._close(self._over | first)
            second = self._find_contested()
            if second:
                self._close(self._over | first | second | self._contestable())
            self._contested = first | second | (self._contestable() if second else set())

    def _close(self, left_out: frozenset[str] | set[str]) -> None:
        self._begin()
        waiting = [(owned, link.owner) for owned, links in self._into.items() for link in links]
        while waiting:
            owned, owner = waiting.pop()
            if owner == UNKNOWN or owned in left_out or owned in self._attached:
                continue
            leader = self._find(owner)
            group = self._groups[leader]
            if not self._holds(owned, group.claims[owned]):
                continue
            if self._find(owned) == leader:
                group.circular = True  # what is not yet attached is the top, and its own group holds it
                continue
            self._attached.add(owned)
            waiting += [(changed, owner) for changed in self._join(leader, self._find(owned))]

    def _begin(self) -> None:
        """Every party its own group, with its own holdings."""
        named = {name for owned, links in self._into.items() for name in (owned, *(link.owner for link in links))}
        self._leader = {party: party for party in named if party != UNKNOWN}
        self._groups = {party: _Group(party, [party]) for party in self._leader}
        self._attached = set()
        for owned, links in self._into.items():
            for link in links:
                if link.owner != UNKNOWN:
                    claim = self._groups[link.owner].claims.setdefault(owned, _Claim())
                    claim.percent += link.percent
                    claim.controllers = int(link.owner in self._controllers[owned])

    def _holds(self, owned: str, claim: _Claim) -> bool:
        controllers = self._controllers[owned]
        return claim.controllers == len(controllers) if controllers else claim.percent > MAJORITY

    def _join(self, over: str, under: str) -> list[str]:
        """Put group `under` into `over`, moving the smaller table into the larger; the parties whose claim grew."""
        upper, lower = self._groups.pop(over), self._groups.pop(under)
        large, small, leader = (upper, lower, over) if len(upper.claims) >= len(lower.claims) else (lower, upper, under)
        for owned, claim in small.claims.items():
            grown = large.claims.setdefault(owned, _Claim())
            grown.percent += claim.percent
            grown.controllers += claim.controllers
        few, many = sorted((upper.members, lower.members), key=len)
        many += few
        self._leader[under if leader == over else over] = leader
        circular = upper.circular or lower.circular
        self._groups[leader] = _Group(upper.top, many, large.claims, circular)
        return list(small.claims)

    def _find(self, party: str) -> str:
        leader = self._leader
        while leader[party] != party:
            leader[party] = party = leader[leader[party]]
        return party

    def _group(self, party: str) -> _Group:
        return self._groups[self._find(party)] if party in self._leader else _Group(party, [party])

    # What stays in doubt.

    def _find_contested(self) -> set[str]:
        """Parties in their controllers' group while another group, or somebody unknown, holds the majority."""
        found: set[str] = set()
        for owned, controllers in self._controllers.items():
            # The top of a circle is held by its own group like any other member: which of them is on top is chance.
            if controllers and (owned in self._attached or self._group(owned).circular):
                own, sums = self._find(owned), defaultdict[str, Decimal](Decimal)
                for link in self._into[owned]:
                    leader = UNKNOWN if link.owner == UNKNOWN else self._find(link.owner)
                    if leader != own:
                        sums[leader] += link.percent
                if any(share > MAJORITY for share in sums.values()):
                    found.add(owned)
        return found

    def _contestable(self) -> set[str]:
        return {
            owned
            for owned, controllers in self._controllers.items()
            if controllers and sum(one.percent for one in self._into[owned] if one.owner not in controllers) > MAJORITY
        }

    def _find_problems(self) -> dict[str, Problem]:
        found = ((group.top, self._problem(group)) for group in self._groups.values())
        return {top: problem for top, problem in found if problem is not None}

    def _problem(self, group: _Group) -> Problem | None:
        if group.top in self._over:
            return Problem.OVER
        if group.circular:
            return Problem.CYCLE
        controllers = self._controllers.get(group.top, set())
        if UNKNOWN in controllers:
            return Problem.UNKNOWN
        if controllers or group.top in self._contested:
            return Problem.CONTROLLERS
        own, sums = self._find(group.top), defaultdict[str, Decimal](Decimal)
        for link in self.into(group.top):
            sums[UNKNOWN if link.owner == UNKNOWN else self._find(link.owner)] += link.percent
        sums.pop(own, None)
        if sum(sums.values()) < MAJORITY:
            return None
        unknown = sums.pop(UNKNOWN, Decimal(0))
        decisive = unknown and unknown + max(sums.values(), default=Decimal(0)) > MAJORITY
        return Problem.UNKNOWN if decisive else Problem.SPLIT

    def _circle(self, members: frozenset[str]) -> tuple[str, ...]:
        way: dict[str, None] = {}
        at: str | None = min(members)
        while at is not None and at not in way:
            way[at] = None
            within = [link for link in self.into(at) if link.owner in members]
            at = next((link.owner for link in sorted(within, key=lambda link: not link.controls)), None)
        order = list(way)
        return tuple(order[order.index(at) :]) if at is not None else tuple(order)

    # The way up, told the same whatever the order of the holdings.

    def _reach(self) -> dict[str, Reached]:
        held: dict[str, list[Link]] = defaultdict(list)
        for owned in self._attached:
            for link in self._into[owned]:
                if link.owner != UNKNOWN:
                    held[link.owner].append(link)
        reached: dict[str, Reached] = {}
        done = {group.top for group in self._groups.values() if not group.circular}
        claims: dict[str, _Claim] = defaultdict(_Claim)
        met: dict[str, set[str]] = defaultdict(set)
        wave = done
        while wave:
            touched: set[str] = set()
            for owner in wave:
                for link in held.get(owner, ()):
                    if self._find(link.owned) == self._find(owner) and link.owned not in done:
                        claim = claims[link.owned]
                        claim.percent += link.percent
                        met[link.owned].add(owner)
                        claim.controllers = len(met[link.owned] & self._controllers[link.owned])
                        touched.add(link.owned)
            wave = {owned for owned in touched if self._holds(owned, claims[owned])}
            for owned in wave:
                reached[owned] = self._held_by(owned, met[owned], claims[owned])
            done |= wave
        return reached

    def _held_by(self, owned: str, holders: set[str], claim: _Claim) -> Reached:
        """By the controller, or else the largest holder so far."""
        among = holders & self._controllers[owned] or holders
        shares: dict[str, Decimal] = defaultdict(Decimal)
        for link in self._into[owned]:
            if link.owner in among:
                shares[link.owner] += link.percent
        holder = min(among, key=lambda name: (-shares[name], name))
        return Reached(holder, shares[holder], claim.percent, holder in self._controllers[owned])
