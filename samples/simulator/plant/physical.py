"""Violations of the physical controls, planted where they would happen: in plans, at doors, in registers."""

from __future__ import annotations

from datetime import date

from samples.simulator.badges import BadgeEvent, observed_stays
from samples.simulator.cameras import Outage
from samples.simulator.clock import DAY, HOUR, MINUTE, PERIOD_FROM, PERIOD_TO, SECOND, instant, local
from samples.simulator.people import Access, Person, leave, transfer
from samples.simulator.plant.ledger import Ledger
from samples.simulator.schedule import DayPlan, TeamVisit
from samples.simulator.visitors import Visit
from samples.simulator.world import World

DRIFT = (instant("2026-10-19T00:00:00Z"), instant("2026-10-22T00:00:00Z"), -9)
"""Three days in which the clock of the second controller is nine seconds slow."""


class PhysicalPlants:
    """The physical plants of the flawed facility."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._late: Person
        self._used: Person
        self._moved: Access
        self._unwatched: TeamVisit
        self._lapsed: TeamVisit
        self._tailgated: TeamVisit
        self._handover: TeamVisit
        self._visits: dict[str, Visit] = {}
        self._ghost: tuple[BadgeEvent, BadgeEvent]
        self._passback: BadgeEvent
        self._guards: list[BadgeEvent] = []

    @property
    def tailgated(self) -> TeamVisit:
        """The team visit whose second member left behind a colleague, without a read."""
        return self._tailgated

    def people(self, world: World) -> None:
        """Leavers whose badge stays live, and a transfer that leaves an authorisation behind."""
        force, facility = world.force, world.facility
        self._late = force.team("facilities")[-2]
        leave(force, self._late, date(2026, 10, 14), 3 * 24 * 60 + 20, 12)
        self._used = force.team("administration")[-3]
        leave(force, self._used, date(2026, 10, 21), 26 * 60, 18)
        mover = force.team("network")[-2]
        transfer(facility, force, mover, date(2026, 10, 15), "platform", ())
        self._moved = next(a for a in force.access if a.person == mover.id and a.zone == facility["hall-a"])
        self._moved.valid_to = local(date(2026, 10, 24), 9)

    def calendar(self, world: World) -> None:
        """Team visits and visitors' visits that do not go as they should."""
        self._leaver_returns(world)
        pairs = [v for v in world.calendar.visits if len(v.members) == 2 and v.legs[0][1] > PERIOD_FROM + DAY]
        hosted = {(visit.host, visit.day) for visit in world.visits}
        pairs = [v for v in pairs if (v.members[0], v.day) not in hosted and v.day.day < 31]
        first = {v.day: min(w.legs[0][1] for w in world.calendar.visits if w.day == v.day) for v in pairs}
        last = {v.day: max(w.legs[0][1] for w in world.calendar.visits if w.day == v.day) for v in pairs}
        self._unwatched = next(v for v in pairs if len(v.legs) == 3 and v.legs[1][2] - v.legs[1][1] >= 24 * MINUTE)
        self._lapsed = next(
            v for v in pairs if len(v.legs) == 1 and v.legs[0][1] == first[v.day] and v.day > self._unwatched.day
        )
        ends = [
            v for v in pairs if v.legs[0][1] == last[v.day] and v.day not in (self._unwatched.day, self._lapsed.day)
        ]
        self._tailgated = next(v for v in ends if len(v.legs) == 1)
        self._handover = next(v for v in ends if v.day != self._tailgated.day)
        self._leave_vault_early(world)
        self._let_lapse(world)
        plan = world.calendar.plans[self._handover.members[1], self._handover.day]
        max(plan.stops, key=lambda stop: stop.start).end += 38 * SECOND
        self._visitors(world)

    def _leaver_returns(self, world: World) -> None:
        day = date(2026, 10, 22)
        arrive, leave_at = local(day, 8, 10), local(day, 8, 26)
        plan = DayPlan(self._used.id, day, world.facility["lobby"], arrive, leave_at)
        world.calendar.plans[self._used.id, day] = plan

    def _leave_vault_early(self, world: World) -> None:
        visit = self._unwatched
        plan = world.calendar.plans[visit.members[1], visit.day]
        vault = next(stop for stop in plan.stops if stop.zone == world.facility["vault"])
        vault.end = vault.start + 8 * MINUTE
        next(stop for stop in plan.stops if stop.start == visit.legs[2][1]).chained = False

    def _let_lapse(self, world: World) -> None:
        """The second member's authorisation for the console is renewed a day late."""
        visit = self._lapsed
        until, again = local(visit.day, 6), local(visit.day, 23)
        console = world.facility["console"]
        held = next(a for a in world.force.access if a.person == visit.members[1] and a.zone == console)
        held.valid_to = until
        world.force.access.append(Access(held.person, console, again))

    def _visitors(self, world: World) -> None:
        halls = {world.facility["hall-a"], world.facility["hall-b"]}
        alone = [v for v in world.visits if sum(w.host == v.host and w.day == v.day for w in world.visits) == 1]
        tours = [v for v in alone if v.zone in halls and date(2026, 10, 2) < v.day < date(2026, 10, 30)]
        talks = [
            v for v in alone if v.zone == world.facility["offices"] and date(2026, 10, 2) < v.day < date(2026, 10, 30)
        ]
        stable = {p.id for p in world.force.people.values() if p.transferred is None and p.terminated is None}
        tours = [v for v in tours if v.host in stable]
        alone_in = next(v for v in tours if v.leave - v.arrive >= 50 * MINUTE)
        self._visits["alone"] = alone_in
        self._visits["host"] = next(v for v in tours if v.host != alone_in.host and v.day != alone_in.day)
        names = ("overstay", "identity", "badge", "vanished", "late but tolerated")
        for name, visit in zip(names, talks[2::4], strict=False):
            self._visits[name] = visit
        visit = self._visits["alone"]
        plan = world.calendar.plans[visit.host, visit.day]
        tour = visit.arrive + 12 * MINUTE
        next(stop for stop in plan.stops if (stop.zone, stop.start) == (visit.zone, tour)).end -= 13 * MINUTE
        visit = self._visits["host"]
        held = next(
            a for a in world.force.access if a.person == visit.host and a.zone == visit.zone and a.valid_to is None
        )
        held.valid_to = local(visit.day, 5)
        world.force.access.append(Access(held.person, held.zone, local(visit.day, 22)))

    def register(self, world: World) -> None:
        """Entries of the visitor register that show what went wrong."""
        for name in ("overstay", "identity", "badge", "late but tolerated"):
            visit = self._visits[name]
            visit.departure = "staff"
            last = max(p.at for p in world.passages if p.person == visit.visitor)
            visit.departed = last // MINUTE * MINUTE + 2 * MINUTE
            visit.planned_until = visit.departed - {"overstay": 57, "late but tolerated": 25}.get(name, -20) * MINUTE
        self._visits["identity"].identity_checked = False
        self._visits["badge"].badge_returned = False
        gone = self._visits["vanished"]
        gone.departed, gone.departure = local(gone.day, 18), "automatic"
        gone.planned_until = local(gone.day, 17, 45)

    def badges(self, world: World) -> None:
        """Reads that are missing or should not be there."""
        log = world.badges
        facility = world.facility
        log.drifts.append((facility.controllers[1], *DRIFT))
        drop = [*_doubled(world, self._vanished_exit(world)), self._ghost_entry(world)]
        drop += self._tailgated_exits(world) + self._failing_reader(world)
        gone = {id(event) for event in drop}
        log.events = [event for event in log.events if id(event) not in gone]
        plan = next(
            p
            for p in world.calendar.of_day(date(2026, 10, 23))
            if world.force.people[p.person].team == "platform" and not p.stops
        )
        badge = world.force.people[plan.person].credential.number
        at = local(date(2026, 10, 23), 9, 31, 12)
        self._passback = BadgeEvent(at, facility["offices-door"], "in", badge, plan.person, "passback", entered=False)
        log.events.append(self._passback)

    def _vanished_exit(self, world: World) -> BadgeEvent:
        visitor = self._visits["vanished"].visitor
        return max((e for e in world.badges.events if e.person == visitor), key=lambda e: e.at)

    def _ghost_entry(self, world: World) -> BadgeEvent:
        """A technician walks into a hall behind somebody else: the way in is not read, the way out is."""
        hall = world.facility["hall-a-door"]
        workers = {p.id for p in world.force.team("operations") if p.terminated is None and p.transferred is None}
        hosts = {visit.host for visit in world.visits}
        reads = sorted((e for e in world.badges.events if e.person in workers - hosts), key=lambda e: (e.person, e.at))
        for before, entry, after in zip(reads, reads[1:], reads[2:], strict=False):
            same = before.person == entry.person == after.person
            plain = all(e.event == "granted" and e.entered for e in (before, entry, after))
            visit = [(entry.portal, entry.direction), (after.portal, after.direction)] == [(hall, "in"), (hall, "out")]
            if same and plain and visit and before.portal != hall and before.at > instant("2026-10-09T00:00:00Z"):
                self._ghost = (before, after)
                return entry
        raise ValueError("nobody to plant a ghost entry with")

    def _tailgated_exits(self, world: World) -> list[BadgeEvent]:
        visit = self._tailgated
        portals = (world.facility["mantrap-inner"], world.facility["mantrap-outer"])
        end = visit.legs[-1][2]
        return [
            e
            for e in world.badges.events
            if e.person == visit.members[1]
            and e.direction == "out"
            and e.portal in portals
            and end - MINUTE < e.at < end + 5 * MINUTE
        ]

    def _failing_reader(self, world: World) -> list[BadgeEvent]:
        """The first hall's exit reader fails on some rounds; the guard's next read, at the second hall, shows it."""
        hall = world.facility["hall-a-door"]
        guards = {p.id for p in world.force.team("guarding")}
        exits = [
            e
            for e in sorted(world.badges.events, key=lambda e: e.at)
            if e.person in guards
            and e.portal == hall
            and e.direction == "out"
            and e.event == "granted"
            and e.entered
            and PERIOD_FROM + 3 * DAY < e.at < PERIOD_TO - 3 * DAY
        ]
        self._guards = exits[5::27][:10]
        return [other for event in self._guards for other in _doubled(world, event)]

    def cameras(self, world: World) -> None:
        """Outages while somebody is in view."""
        facility, desk = world.facility, world.desk
        hall, console, vault = facility["hall-a"], facility["console"], facility["vault"]
        names = {zone: [c.name for c in world.cameras if c.zone == zone] for zone in (hall, console, vault)}
        day = date(2026, 10, 8)
        began = local(day, 9, 50)
        self._dark(
            world,
            names[hall][1],
            began,
            began + 25 * MINUTE,
            "no_signal",
            "",
            f"Nobody declared it, and technicians worked in {hall}.",
        )
        trip = next(v for v in world.calendar.visits if len(v.legs) == 3 and v.day > date(2026, 10, 18))
        began, ended = trip.legs[1][1] - 4 * MINUTE, trip.legs[1][2] + 5 * MINUTE
        order = desk.declare(
            names[vault][0],
            vault,
            "camera-maintenance",
            (began - 10 * MINUTE, ended + 10 * MINUTE),
            summary="replacement of the housing",
        )
        self._dark(
            world,
            names[vault][0],
            began,
            ended,
            "maintenance",
            order.number,
            "The work order was approved, but nothing stood in for the camera while a team was in the vault.",
        )
        stay = next(
            v
            for v in world.calendar.visits
            if len(v.legs) == 1 and v.day > date(2026, 10, 25) and v is not self._tailgated
        )
        began = stay.legs[0][1] + 40 * MINUTE
        order = desk.declare(
            names[console][1],
            console,
            "camera-maintenance",
            (began - MINUTE, began + HOUR),
            compensation="guard",
            approved=began + 26 * MINUTE,
            summary="focus correction",
        )
        self._dark(
            world,
            names[console][1],
            began,
            began + 18 * MINUTE,
            "maintenance",
            order.number,
            "The work order was approved only after the camera had been taken out of service.",
        )
        self._dark_possible(world, names[console][0])
        world.outages.sort(key=lambda o: (o.began, o.camera))

    def _dark(self, world: World, camera: str, began: int, ended: int, state: str, ticket: str, what: str) -> None:
        world.outages = [
            o for o in world.outages if o.camera != camera or (o.ended or PERIOD_TO) < began or o.began > ended
        ]
        world.outages.append(Outage(camera, began, ended, state, ticket))
        zone = next(c.zone for c in world.cameras if c.name == camera)
        unseen = [
            (max(began, came), min(ended, went))
            for _, where, came, went, _ in observed_stays(world.facility, world.badges.events)
            if where == zone and came < ended and went > began
        ]
        first, last = min(span[0] for span in unseen), max(span[1] for span in unseen)
        self._ledger.violation("P-13", "a", camera, first, last, what, ("camera_health", (camera, began)))

    def _dark_possible(self, world: World, camera: str) -> None:
        """Twenty seconds in which only a lost exit leaves it open whether anybody is still in the console zone."""
        visit = self._tailgated
        reads = [e for e in world.badges.events if e.event == "granted" and e.at > visit.legs[-1][2] - MINUTE]
        other = next(e for e in reads if e.person == visit.members[0] and e.portal == world.facility["mantrap-inner"])
        after = next(e for e in reads if e.person == visit.members[1])
        began = other.ts + (after.ts - other.ts) // (2 * SECOND) * SECOND - 10 * SECOND
        if not other.ts + 5 * SECOND < began < after.ts - 25 * SECOND:
            raise ValueError("no room for a possible outage")
        world.outages = [o for o in world.outages if o.camera != camera or abs(o.began - began) > HOUR]
        world.outages.append(Outage(camera, began, began + 20 * SECOND, "no_signal"))
        self._ledger.violation(
            "P-13",
            "a",
            camera,
            began,
            began + 20 * SECOND,
            f"{visit.members[1]}, whose exit was not read, may still have been in {visit.legs[0][0]}.",
            ("camera_health", (camera, began)),
            certainty="possible",
        )

    def last(self, world: World) -> None:
        """Enter what is now numbered."""
        from samples.simulator.plant import physical_ledger as enter

        enter.badges(self._ledger, world, self._late, self._used, self._moved)
        enter.lone(self._ledger, world, self._unwatched, self._lapsed, self._tailgated)
        enter.walks(self._ledger, world, self._ghost, self._passback, self._guards)
        enter.visitors(self._ledger, world, self._visits)
        enter.clocks(self._ledger, world.facility, DRIFT)
        enter.look_alikes(self._ledger, self._handover, self._visits["late but tolerated"])


def _doubled(world: World, event: BadgeEvent) -> list[BadgeEvent]:
    """The read, and the same badge held to the same reader again."""
    return [
        e
        for e in world.badges.events
        if (e.person, e.portal, e.direction) == (event.person, event.portal, event.direction)
        and abs(e.at - event.at) <= 10 * SECOND
    ]
