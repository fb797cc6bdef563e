"""What the access control system recorded: passages seen through readers, clocks and human habits."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

from samples.simulator.chance import Chance, chance
from samples.simulator.clock import EXPORT_FROM, EXPORT_TO, HOUR, MINUTE, SECOND, instant, whole_second
from samples.simulator.facility import Facility
from samples.simulator.movements import Passage, Truth, zone_after, zone_before
from samples.simulator.people import Workforce
from samples.simulator.visitors import VisitBook

OFFLINE = (instant("2026-10-13T00:00:00Z"), instant("2026-10-14T00:00:00Z"))
"""The day on which the halls' controller could not reach the host and kept its events to itself."""


@dataclass(slots=True)
class BadgeEvent:
    """One record of the access control system; `at` is true time, `ts` what the controller's clock said."""

    at: int
    portal: str
    direction: str
    credential: str
    person: str
    event: str = "granted"
    entered: bool = True
    ts: int = 0
    recorded: int = 0
    controller: str = ""
    sequence: int = 0


class BadgeLog:
    """The events, and clocks gone astray: (controller, from, to, seconds)."""

    def __init__(self, events: list[BadgeEvent]) -> None:
        self.events = events
        self.drifts: list[tuple[str, int, int, int]] = []

    def numbered(self, facility: Facility) -> BadgeLog:
        """Give every event its clock time and serial number, and cut the log to the exported span."""
        draw = chance(facility.seed, "serials")
        serial = {name: 120_000 + draw.randrange(900_000) for name in facility.controllers}
        for event in sorted(self.events, key=lambda e: (e.at, e.person)):
            event.controller = facility.portals[event.portal].controller
            shift = facility.clock_offset(event.controller) + self._drift(event)
            event.ts = whole_second(event.at) + shift * SECOND
            event.recorded = event.ts + (1 - shift if shift < 0 else 0) * SECOND + draw.randrange(2) * SECOND
        kept = sorted(self.events, key=lambda e: (e.ts, e.at, e.person))
        for event in kept:
            serial[event.controller] += 1
            event.sequence = serial[event.controller]
        upload = OFFLINE[1] + 7 * HOUR
        for event in kept:
            if is_late(facility, event):
                upload += draw.randrange(2) * SECOND
                event.recorded = upload
        self.events = [event for event in kept if EXPORT_FROM <= event.ts < EXPORT_TO]
        return self

    def _drift(self, event: BadgeEvent) -> int:
        spans = (d for d in self.drifts if d[0] == event.controller and d[1] <= event.at < d[2])
        return sum(seconds for *_, seconds in spans)


def is_late(facility: Facility, event: BadgeEvent) -> bool:
    """Whether the event came with the late upload of the halls' controller."""
    return event.controller == facility.controllers[2] and OFFLINE[0] <= event.ts < OFFLINE[1]


def record(facility: Facility, force: Workforce, book: VisitBook, passages: list[Passage], truth: Truth) -> BadgeLog:
    """The sound log with everyday dirt: a few lost exits, double reads, refusals, doors opened and not used."""
    draw = chance(facility.seed, "badges")
    badge = {p.id: p.credential.number for p in force.people.values()} | {v.visitor: v.badge for v in book.visits}
    events = [BadgeEvent(p.at, p.portal, p.direction, badge[p.person], p.person) for p in passages]
    lost = lost_exits(facility, force, book, passages, draw)
    events = [event for event in events if (event.at, event.person) not in lost]
    events += _double_reads(events, draw)
    events += _refusals(facility, force, truth, badge, draw)
    events += _last_attempts(facility, force)
    return BadgeLog(events)


def lost_exits(
    facility: Facility, force: Workforce, book: VisitBook, passages: list[Passage], draw: Chance
) -> set[tuple[int, str]]:
    """Exits without a read, at most two discovered at any one portal, none near weights and none of hosts."""
    most = 1 if facility.flawed else 2
    hosts = {(visit.host, visit.day) for visit in book.visits}
    busy = {host for host, _ in hosts}
    doors = [facility[r] for r in ("offices-door", "hall-a-door", "hall-b-door", "spine-door")]
    staff = {
        p.id
        for p in force.people.values()
        if p.team in ("research-a", "research-b", "platform", "administration")
        and p.id not in busy
        and p.terminated is None
    } | {p.id for p in force.team("operations") if p.id not in busy and p.terminated is None}
    by_person: dict[str, list[Passage]] = defaultdict(list)
    for passage in passages:
        by_person[passage.person].append(passage)
    found: dict[str, int] = defaultdict(int)
    lost: set[tuple[int, str]] = set()
    candidates = [
        (passage, after)
        for person in sorted(staff)
        for passage, after in pairwise(by_person[person])
        if passage.direction == "out"
        and passage.portal in doors
        and passage.at > EXPORT_FROM + 24 * HOUR
        and after.at - passage.at < 2 * HOUR
    ]
    draw.shuffle(candidates)
    taken: set[str] = set()
    for passage, after in candidates:
        if facility.flawed and after.portal == facility["hall-b-door"]:
            continue
        if found[after.portal] < most and passage.person not in taken:
            found[after.portal] += 1
            taken.add(passage.person)
            lost.add((passage.at, passage.person))
    return lost


def _double_reads(events: list[BadgeEvent], draw: Chance) -> list[BadgeEvent]:
    """The badge held to the reader twice: the same person, door and direction within five seconds."""
    doubles = []
    for event in events:
        if draw.randrange(1000) < 3:
            again = event.at + (2 + draw.randrange(3)) * SECOND
            doubles.append(BadgeEvent(again, event.portal, event.direction, event.credential, event.person))
    return doubles


def _refusals(
    facility: Facility, force: Workforce, truth: Truth, badge: dict[str, str], draw: Chance
) -> list[BadgeEvent]:
    """Doors tried without authorisation, and doors opened by somebody who then did not go through."""
    made = []
    staff = set(force.people)
    for stay in truth.stays:
        if stay.person not in staff or stay.ended - stay.began < 4 * MINUTE or draw.randrange(1000) >= 14:
            continue
        at = stay.began + MINUTE + draw.randrange((stay.ended - stay.began - 2 * MINUTE) // SECOND) * SECOND
        doors = [p for p in facility.portals.values() if p.outer == stay.zone and p.kind != "emergency"]
        denied = [p for p in doors if not force.may_enter(stay.person, p.inner, at)]
        if denied and draw.randrange(100) < 70:
            door = draw.choice(denied)
            made.append(BadgeEvent(at, door.id, "in", badge[stay.person], stay.person, "denied", entered=False))
            continue
        door = draw.choice([p for p in facility.portals.values() if stay.zone in (p.outer, p.inner) and p.exit_reader])
        direction = "in" if door.outer == stay.zone else "out"
        beyond = door.inner if direction == "in" else door.outer
        if beyond == facility.street or facility.zones[beyond].weights or facility.zones[stay.zone].weights:
            continue
        if force.may_enter(stay.person, beyond, at) or direction == "out":
            made.append(BadgeEvent(at, door.id, direction, badge[stay.person], stay.person, entered=False))
    return made


def _last_attempts(facility: Facility, force: Workforce) -> list[BadgeEvent]:
    """Leavers who try their badge once more, after it has been disabled."""
    made = []
    for person in force.people.values():
        if person.terminated is not None and person.credential.disabled is not None:
            if person.terminated < EXPORT_FROM or person.team not in ("research-a", "facilities"):
                continue
            at = person.credential.disabled + 17 * HOUR + 11 * MINUTE
            badge = person.credential.number
            made.append(BadgeEvent(at, facility["turnstile-1"], "in", badge, person.id, "denied", entered=False))
    return made


def observed_stays(facility: Facility, events: list[BadgeEvent]) -> list[tuple[str, str, int, int, bool]]:
    """Stays as the log shows them: (person, zone, began, ended, certain); a broken chain gives two possible stays."""
    chain: dict[str, list[BadgeEvent]] = defaultdict(list)
    for event in events:
        if event.event == "granted" and event.entered:
            chain[event.person].append(event)
    stays = []
    for person in sorted(chain):
        reads = chain[person]
        last_ts = events[-1].ts
        start = zone_before(facility, reads[0].portal, reads[0].direction)
        stays.append((person, start, events[0].ts, reads[0].ts, False))
        kept = reads[:1]
        for read in reads[1:]:
            same = (read.portal, read.direction) == (kept[-1].portal, kept[-1].direction)
            if not (same and read.ts - kept[-1].ts <= 10 * SECOND):
                kept.append(read)
        for here, after in pairwise(kept):
            left = zone_after(facility, here.portal, here.direction)
            found = zone_before(facility, after.portal, after.direction)
            stays.append((person, left, here.ts, after.ts, left == found))
            if left != found:
                stays.append((person, found, here.ts, after.ts, False))
        stays.append((person, zone_after(facility, kept[-1].portal, kept[-1].direction), kept[-1].ts, last_ts, False))
    return [stay for stay in stays if stay[1] != facility.street and stay[2] < stay[3]]
