"""Visitors: who comes, who receives them, where they go together, and what the reception writes down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from samples.simulator.chance import Chance, chance
from samples.simulator.clock import MINUTE, SECOND, days, in_repeated_hour, is_workday, local, whole_second
from samples.simulator.facility import Facility
from samples.simulator.movements import Passage
from samples.simulator.people import Credential, Workforce
from samples.simulator.schedule import Calendar, DayPlan, Stop, TeamVisit, draw_pace

_ORGANISATIONS = (
    "Kystkraft Nett AS",
    "Brevik Elektro AS",
    "Nordkyst Prosjekt AS",
    "Arctic Cooling Oy",
    "Helgeland Revisjon AS",
    "Fjordnett Fiber AS",
    "Fjellheim Universitet",
    "Lysverket Instrument AS",
    "Sikkerhetsnett AS",
    "Granit Bygg AS",
)
AUTOMATIC = 18
"""The hour at which the reception's system signs out whoever is still in the book."""


@dataclass
class Visit:
    """One visitor's visit, as planned and as written down."""

    number: str
    visitor: str
    organisation: str
    host: str
    zone: str
    day: date
    arrive: int
    leave: int
    badge: str
    identity_checked: bool = True
    badge_returned: bool = True
    arrived: int = 0
    planned_until: int = 0
    departed: int | None = None
    departure: str = "staff"


@dataclass
class VisitBook:
    """The reception's register and the badges it hands out."""

    visits: list[Visit]
    credentials: list[Credential]


def plan_visits(facility: Facility, force: Workforce, calendar: Calendar) -> list[Visit]:
    """Give every visit a host who stays with the visitor from the lobby and back; enter both in the calendar."""
    draw = chance(facility.seed, "visits")
    visits: list[Visit] = []
    for day in days()[1:]:
        if not is_workday(day):
            continue
        for _ in range(4 + draw.randrange(4)):
            _office_visit(facility, force, calendar, day, draw, visits)
        if day.weekday() in (1, 3):
            _console_visit(facility, calendar, day, draw, visits)
    return visits


def _office_visit(
    facility: Facility, force: Workforce, calendar: Calendar, day: date, draw: Chance, visits: list[Visit]
) -> None:
    """A meeting in the offices, for one in three with a tour of a hall."""
    arrive = local(day, 9, 0) + draw.randrange(330) * MINUTE + draw.randrange(60) * SECOND
    leave = arrive + (40 + draw.randrange(60)) * MINUTE
    free = [
        plan
        for plan in calendar.of_day(day)
        if plan.person in force.people
        and plan.home == facility["offices"]
        and plan.free(arrive - 12 * MINUTE, leave + 12 * MINUTE)
        and not force.people[plan.person].custodian
        and force.people[plan.person].gone_after != day
    ]
    if not free:
        return
    plan = draw.choice(free)
    halls = [z for z in (facility["hall-a"], facility["hall-b"]) if force.may_enter(plan.person, z, arrive)]
    pace = draw_pace(draw)
    zone = draw.choice(halls) if halls and draw.randrange(100) < 80 else facility["offices"]
    tour = [(zone, arrive + 12 * MINUTE, leave - 12 * MINUTE)] if zone != facility["offices"] else []
    for visitor in range(1 if draw.randrange(100) < 75 else 2):
        visit = _book(facility, visits, plan.person, zone, day, (arrive, leave), draw)
        receive(facility, calendar, visit, 7 * (visitor + 1), pace, tour)
    escort(facility, plan, arrive, leave, pace)
    for hall, start, end in tour:
        plan.stops.append(Stop(hall, start, end, 0, pace))


def _console_visit(facility: Facility, calendar: Calendar, day: date, draw: Chance, visits: list[Visit]) -> None:
    """A supplier at the console, with the whole team on duty there."""
    team = next((v for v in calendar.visits if v.day == day and len(v.members) >= 2), None)
    if team is None:
        return
    arrive, leave = team.legs[0][1] - 25 * MINUTE, team.legs[-1][2] + 14 * MINUTE
    visit = _book(facility, visits, team.members[0], team.legs[0][0], day, (arrive, leave), draw)
    attach(facility, calendar, visit, team)


def attach(facility: Facility, calendar: Calendar, visit: Visit, team: TeamVisit) -> None:
    """Let the visitor walk with a team visit, last in line."""
    legs = team.legs
    receive(facility, calendar, visit, 7 * len(team.members), team.pace, legs)
    host = calendar.plans[visit.host, visit.day]
    host.arrive = min(host.arrive, visit.arrive - 20 * MINUTE)
    host.leave = max(host.leave, visit.leave + 20 * MINUTE)
    escort(facility, host, visit.arrive, visit.leave, team.pace)


def receive(
    facility: Facility,
    calendar: Calendar,
    visit: Visit,
    offset: int,
    pace: tuple[int, ...],
    legs: list[tuple[str, int, int]],
) -> None:
    """The visitor's own plan: to the offices, on the tour, and out again, a few seconds behind the host."""
    stops = [Stop(zone, start, end, offset, pace, chained=n > 0) for n, (zone, start, end) in enumerate(legs)]
    calendar.plans[visit.visitor, visit.day] = DayPlan(
        visit.visitor, visit.day, facility["offices"], visit.arrive, visit.leave, stops, offset, pace
    )


def escort(facility: Facility, plan: DayPlan, arrive: int, leave: int, pace: tuple[int, ...]) -> None:
    """The host fetches the visitor in the lobby and shows them out there."""
    lobby, offices = facility["lobby"], facility["offices"]
    plan.stops.append(Stop(lobby, arrive - 5 * MINUTE, arrive - 2 * MINUTE, 0, pace))
    plan.stops.append(Stop(offices, arrive, arrive + MINUTE, 0, pace, chained=True))
    plan.stops.append(Stop(lobby, leave, leave + 4 * MINUTE, 0, pace, follow=True))


def _book(
    facility: Facility, visits: list[Visit], host: str, zone: str, day: date, span: tuple[int, int], draw: Chance
) -> Visit:
    number = len(visits) + 1
    visit = Visit(
        f"{facility.prefix}B-2026-{3100 + number}",
        f"{facility.prefix}V{7000 + number * 3 + draw.randrange(3)}",
        draw.choice(_ORGANISATIONS),
        host,
        zone,
        day,
        span[0],
        span[1],
        f"VB{1 + number % 40:02d}",
    )
    visits.append(visit)
    return visit


def sign_in_and_out(facility: Facility, visits: list[Visit], passages: list[Passage]) -> VisitBook:
    """Write the register: the true times at the turnstile decide when the reception wrote what."""
    draw = chance(facility.seed, "register")
    first: dict[str, int] = {}
    last: dict[str, int] = {}
    for passage in passages:
        first.setdefault(passage.person, passage.at)
        last[passage.person] = passage.at
    credentials = []
    for visit in visits:
        begun, over = first[visit.visitor], last[visit.visitor]
        visit.arrived = whole_second(begun - (3 + draw.randrange(6)) * MINUTE - draw.randrange(60) * SECOND)
        quarter = 15 * MINUTE
        visit.planned_until = (visit.leave + 25 * MINUTE) // quarter * quarter
        visit.departed = whole_second(over + (1 + draw.randrange(3)) * MINUTE + draw.randrange(60) * SECOND)
        visit.departure = "self" if draw.randrange(100) < 30 else "staff"
        cutoff = local(visit.day, AUTOMATIC)
        if draw.randrange(100) < 12 and over < cutoff - 20 * MINUTE:
            visit.departed, visit.departure = cutoff, "automatic"
            visit.planned_until = cutoff - 15 * MINUTE
        if in_repeated_hour(visit.arrived) or in_repeated_hour(visit.departed):
            raise ValueError(f"visit {visit.number} falls into the hour the clocks go back")
        credentials.append(Credential(visit.badge, visit.visitor, "visitor", visit.arrived, over + 3 * MINUTE))
    return VisitBook(visits, credentials)
