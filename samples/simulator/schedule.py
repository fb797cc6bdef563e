"""What everybody means to do each day: working hours, stops in other zones, team duties, rounds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from samples.simulator.chance import Chance, chance
from samples.simulator.clock import HOUR, MINUTE, SECOND, days, is_workday, local
from samples.simulator.facility import Facility
from samples.simulator.people import Person, Workforce

Pace = tuple[int, ...]
"""Seconds between successive doors of one walk; a team shares one."""


@dataclass
class Stop:
    """Being in a zone from `start` (arrival, fixed) until `end`.

    `chained` stops are reached from the one before, others from home. A `follow` stop is the other way round: the
    person leaves home at `start` and walks without stopping, as somebody does who shows a visitor out.
    """

    zone: str
    start: int
    end: int
    offset: int = 0
    pace: Pace | None = None
    chained: bool = False
    follow: bool = False


@dataclass
class DayPlan:
    """One person's day; `home` is where they are between stops, `offset` and `pace` how they come and go."""

    person: str
    day: date
    home: str
    arrive: int
    leave: int
    stops: list[Stop] = field(default_factory=list)
    offset: int = 0
    pace: Pace | None = None

    def free(self, start: int, end: int) -> bool:
        """Whether nothing is planned within ten minutes of the span, and it lies well inside working hours."""
        margin = 12 * MINUTE
        if start < self.arrive + margin or end > self.leave - margin:
            return False
        return all(end + margin <= stop.start or stop.end + margin <= start for stop in self.stops)


@dataclass
class TeamVisit:
    """Two or more people who enter and leave weights zones together; `legs` are (zone, start, end)."""

    day: date
    members: list[str]
    legs: list[tuple[str, int, int]]
    pace: Pace
    leaves_early: dict[str, int] = field(default_factory=dict)


@dataclass
class Calendar:
    """Every plan by person and day, and the team visits they were made from."""

    plans: dict[tuple[str, date], DayPlan] = field(default_factory=dict)
    visits: list[TeamVisit] = field(default_factory=list)

    def plan(self, person: str, day: date) -> DayPlan | None:
        """The person's plan of that day, if at work."""
        return self.plans.get((person, day))

    def of_day(self, day: date) -> list[DayPlan]:
        """All plans of a day, by person."""
        return [plan for (_, when), plan in self.plans.items() if when == day]


def draw_pace(draw: Chance) -> Pace:
    """Walking times long enough to reach another controller's door."""
    return tuple(draw.randint(28, 52) for _ in range(8))


def make_calendar(facility: Facility, force: Workforce) -> Calendar:
    """Plan every day of the simulation."""
    calendar = Calendar()
    draw = chance(facility.seed, "calendar")
    for day in days():
        for person in force.people.values():
            if person.employed_on(day) and person.team != "guarding":
                _working_hours(facility, calendar, person, day, draw)
        _team_visits(facility, force, calendar, day, draw)
        _errands(facility, force, calendar, day, draw)
    _guard_duty(facility, force, calendar)
    return calendar


def _working_hours(facility: Facility, calendar: Calendar, person: Person, day: date, draw: Chance) -> None:
    weights = person.custodian
    chance_of_work = 93 if is_workday(day) else (0 if weights or person.team != "operations" else 25)
    if draw.randrange(100) >= chance_of_work and not (person.gone_after == day and is_workday(day)):
        return
    arrive = local(day, 6, 40) + draw.randrange(45 if weights else 110) * MINUTE + draw.randrange(60) * SECOND
    leave = local(day, 15, 50) + draw.randrange(100) * MINUTE + draw.randrange(60) * SECOND
    if weights:
        leave = max(leave, local(day, 17, 20))
    if person.gone_after == day and person.last_leave is not None:
        leave = min(leave, person.last_leave)
    calendar.plans[person.id, day] = DayPlan(person.id, day, facility["offices"], arrive, leave)


def _team_visits(facility: Facility, force: Workforce, calendar: Calendar, day: date, draw: Chance) -> None:
    """Teams of two or three in the console, each relieving the one before, with trips into the vault."""
    console, vault = facility["console"], facility["vault"]
    if is_workday(day):
        shifts = [((8, 30), (11, 30)), ((11, 12), (14, 40)), ((14, 22), (16, 50))]
    else:
        shifts = [((10, 0), (12, 30))] if day.weekday() == 5 else []
    crew = [p for p in force.team("custody", "key-management") if p.employed_on(day)]
    draw.shuffle(crew)
    for opens, closes in shifts:
        size = draw.choice((2, 2, 2, 3, 3))
        members = [crew.pop() for _ in range(size)]
        start = local(day, *opens) + draw.randrange(4 * 60) * SECOND
        end = local(day, *closes) + draw.randrange(4 * 60) * SECOND
        trip = start + (40 + draw.randrange(25)) * MINUTE
        back = trip + (18 + draw.randrange(35)) * MINUTE
        legs = [(console, start, end)]
        if draw.randrange(100) < 75:
            legs = [(console, start, trip), (vault, trip, back), (console, back + 20 * SECOND, end)]
        visit = TeamVisit(day, [member.id for member in members], legs, draw_pace(draw))
        calendar.visits.append(visit)
        for member in members:
            if (member.id, day) not in calendar.plans:
                arrive = min(local(day, 7, 20), start - HOUR) + draw.randrange(15) * MINUTE
                leave = max(local(day, 15, 40), end) + (25 + draw.randrange(60)) * MINUTE
                if not is_workday(day):
                    arrive, leave = start - (30 + draw.randrange(20)) * MINUTE, end + (15 + draw.randrange(30)) * MINUTE
                calendar.plans[member.id, day] = DayPlan(member.id, day, facility["offices"], arrive, leave)
        join_team(calendar, visit)


def join_team(calendar: Calendar, visit: TeamVisit) -> None:
    """Enter a team visit in the plans of its members, each a few seconds behind the other at every door."""
    for place, member in enumerate(visit.members):
        plan = calendar.plans[member, visit.day]
        early = visit.leaves_early.get(member)
        for leg, (zone, start, end) in enumerate(visit.legs):
            if early is not None and start >= early:
                break
            stop = Stop(zone, start, min(end, early or end), place * 7, visit.pace, chained=leg > 0)
            plan.stops.append(stop)
        plan.arrive = min(plan.arrive, visit.legs[0][1] - 30 * MINUTE)
        plan.leave = max(plan.leave, visit.legs[-1][2] + 15 * MINUTE)


_SLOTS = (((9, 15), (10, 35)), ((12, 50), (14, 5)), ((14, 30), (15, 10)))


def _errands(facility: Facility, force: Workforce, calendar: Calendar, day: date, draw: Chance) -> None:
    """Lunch, and work in the halls or at the dock for those who have it."""
    for plan in calendar.of_day(day):
        if plan.stops:
            continue
        lunch = local(day, 11, 0) + draw.randrange(70) * MINUTE + draw.randrange(60) * SECOND
        if draw.randrange(100) < 55 and is_workday(day):
            where = facility["lobby"] if draw.randrange(100) < 70 else facility.street
            _add(plan, where, lunch, (22 + draw.randrange(20)) * MINUTE, draw)
        halls = [facility[r] for r in ("hall-a", "hall-b", "dock")]
        allowed = [zone for zone in halls if force.may_enter(plan.person, zone, plan.arrive)]
        for opens, closes in _SLOTS:
            if allowed and draw.randrange(100) < 62:
                start = local(day, *opens) + draw.randrange(20 * 60) * SECOND
                longest = (local(day, *closes) - start) // MINUTE
                zone = draw.choice(allowed[:2] * 3 + allowed)
                _add(plan, zone, start, (12 + draw.randrange(max(longest - 12, 1))) * MINUTE, draw)


def _add(plan: DayPlan, zone: str, start: int, length: int, draw: Chance) -> None:
    if plan.free(start, start + length):
        plan.stops.append(Stop(zone, start, start + length, 0, draw_pace(draw)))


def _guard_duty(facility: Facility, force: Workforce, calendar: Calendar) -> None:
    """Pairs of guards around the clock, one of them on a round every two hours."""
    guards = [person.id for person in force.team("guarding")]
    draw = chance(facility.seed, "guards")
    lobby, street = facility["lobby"], facility.street
    for number, day in enumerate(days()):
        for shift, begins in enumerate((6, 14, 22)):
            pair = (number * 3 + shift) % (len(guards) // 2)
            start, end = local(day, begins), local(day, begins + 8)
            for place, guard in enumerate(guards[2 * pair : 2 * pair + 2]):
                arrive = start - (8 + draw.randrange(8)) * MINUTE - draw.randrange(60) * SECOND
                leave = end + (4 + draw.randrange(10)) * MINUTE + draw.randrange(60) * SECOND
                plan = DayPlan(guard, day, lobby, arrive, leave)
                calendar.plans[guard, day + timedelta(0)] = plan
                for turn in range(4):
                    if turn % 2 == place:
                        begin = start + turn * 2 * HOUR + (12 + draw.randrange(30)) * MINUTE
                        if begin + 70 * MINUTE < end:
                            plan.stops.extend(_round(facility, begin, street, draw))


def _round(facility: Facility, begin: int, street: str, draw: Chance) -> list[Stop]:
    """One round through every part of the house but the weights zones, and home around the outside."""
    pace = draw_pace(draw)
    moment = begin
    stops: list[Stop] = []
    for role in ("offices", "hall-a", "hall-b", "mantrap", "dock"):
        stay = (1 if role == "mantrap" else 3 + draw.randrange(4)) * MINUTE + draw.randrange(60) * SECOND
        stops.append(Stop(facility[role], moment, moment + stay, 0, pace, chained=bool(stops)))
        moment += stay + 150 * SECOND
    stops.append(Stop(street, moment, moment + 3 * MINUTE, 0, pace, chained=True))
    return stops
