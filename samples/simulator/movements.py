"""From plans to footsteps: every passage through a door, and the true stays that follow from them."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

from samples.simulator.chance import Chance, chance
from samples.simulator.clock import SECOND
from samples.simulator.facility import Facility
from samples.simulator.schedule import Calendar, DayPlan, Pace, draw_pace

NEAR = 12
"""Fewest seconds between two doors of one controller; doors of two controllers are at least 27 apart."""


@dataclass(slots=True)
class Passage:
    """One person going through one portal; `at` is true time."""

    at: int
    person: str
    portal: str
    direction: str


@dataclass(frozen=True, slots=True)
class Stay:
    """The truth: a person is in a zone over [began, ended)."""

    person: str
    zone: str
    began: int
    ended: int


def walk(facility: Facility, calendar: Calendar) -> list[Passage]:
    """Every passage of everybody, in order of time."""
    draw = chance(facility.seed, "walks")
    passages: list[Passage] = []
    for plan in sorted(calendar.plans.values(), key=lambda p: (p.day, p.person)):
        passages.extend(_day(facility, plan, draw))
    return sorted(passages, key=lambda p: (p.at, p.person))


def _day(facility: Facility, plan: DayPlan, draw: Chance) -> list[Passage]:
    walker = _Walker(facility, plan.person, draw)
    if plan.home != facility.street:
        walker.arrive(plan.home, plan.arrive, plan.offset, plan.pace or draw_pace(draw))
    for stop in sorted(plan.stops, key=lambda s: s.start):
        if not stop.chained and walker.zone != plan.home:
            walker.depart(plan.home)
        if stop.follow:
            walker.until, walker.offset, walker.pace = stop.start, stop.offset, stop.pace or draw_pace(draw)
            walker.depart(stop.zone)
        else:
            walker.arrive(stop.zone, stop.start, stop.offset, stop.pace or draw_pace(draw))
        walker.until = stop.end
        walker.offset, walker.pace = stop.offset, stop.pace or draw_pace(draw)
    if walker.zone != plan.home:
        walker.depart(plan.home)
    if plan.home != facility.street:
        walker.until, walker.offset, walker.pace = plan.leave, plan.offset, plan.pace or draw_pace(draw)
        walker.depart(facility.street)
    return walker.passages


class _Walker:
    """One person on the move through one day, from the street and back to it."""

    def __init__(self, facility: Facility, person: str, draw: Chance) -> None:
        self._facility = facility
        self._person = person
        self._draw = draw
        self.zone = facility.street
        self.until = 0
        self.offset = 0
        self.pace: Pace = draw_pace(draw)
        self.passages: list[Passage] = []

    def arrive(self, zone: str, moment: int, offset: int, pace: Pace) -> None:
        """Walk so as to pass the last door at `moment` (plus the place in the team)."""
        doors = self._facility.path(self.zone, zone)
        at = moment + offset * SECOND
        times = []
        for step in range(len(doors)):
            times.append(at)
            if step + 1 < len(doors):
                at -= self._between(doors[-1 - step][0], doors[-2 - step][0], pace[step])
        self._pass(doors, times[::-1], zone)

    def depart(self, zone: str) -> None:
        """Leave at the end of the stay and walk without stopping."""
        doors = self._facility.path(self.zone, zone)
        at = self.until + self.offset * SECOND
        times = []
        for step in range(len(doors)):
            times.append(at)
            if step + 1 < len(doors):
                at += self._between(doors[step][0], doors[step + 1][0], self.pace[step])
        self._pass(doors, times, zone)

    def _between(self, one: str, other: str, seconds: int) -> int:
        same = self._facility.portals[one].controller == self._facility.portals[other].controller
        return (max(NEAR, seconds // 2) if same else seconds) * SECOND

    def _pass(self, doors: list[tuple[str, str]], times: list[int], zone: str) -> None:
        turnstiles = (self._facility["turnstile-1"], self._facility["turnstile-2"])
        for (portal, direction), at in zip(doors, times, strict=True):
            if self.passages and at - self.passages[-1].at < NEAR * SECOND:
                raise ValueError(f"{self._person} would have to run to {portal}")
            used = turnstiles[self._draw.randrange(2)] if portal in turnstiles else portal
            self.passages.append(Passage(at, self._person, used, direction))
        self.zone = zone


class Truth:
    """Where everybody really was."""

    def __init__(self, facility: Facility, passages: list[Passage]) -> None:
        self.stays: list[Stay] = []
        by_person: dict[str, list[Passage]] = defaultdict(list)
        for passage in passages:
            by_person[passage.person].append(passage)
        self._of: dict[str, list[Stay]] = {}
        for person in sorted(by_person):
            self._of[person] = list(_stays(facility, person, by_person[person]))
            self.stays.extend(self._of[person])
        self._starts = {person: [stay.began for stay in stays] for person, stays in self._of.items()}

    def of(self, person: str) -> list[Stay]:
        """The stays of one person, in order."""
        return self._of.get(person, [])

    def where(self, person: str, moment: int) -> str | None:
        """The zone the person is in, or None outside."""
        index = bisect_right(self._starts.get(person, []), moment) - 1
        if index < 0:
            return None
        stay = self._of[person][index]
        return stay.zone if stay.ended > moment else None


def _stays(facility: Facility, person: str, passages: list[Passage]) -> list[Stay]:
    stays = []
    for here, after in pairwise(passages):
        zone = zone_after(facility, here.portal, here.direction)
        if zone != zone_before(facility, after.portal, after.direction):
            raise ValueError(f"{person} cannot walk from {here.portal} to {after.portal}")
        if zone != facility.street:
            stays.append(Stay(person, zone, here.at, after.at))
    return stays


def zone_after(facility: Facility, portal: str, direction: str) -> str:
    """The zone a passage leads to."""
    door = facility.portals[portal]
    return door.inner if direction == "in" else door.outer


def zone_before(facility: Facility, portal: str, direction: str) -> str:
    """The zone a passage comes from."""
    door = facility.portals[portal]
    return door.outer if direction == "in" else door.inner
