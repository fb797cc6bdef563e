"""The people: who they are, when they came and went, what they may enter, which badge they carry."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from samples.simulator.chance import chance
from samples.simulator.clock import HOUR, MINUTE, local
from samples.simulator.facility import Facility


@dataclass(frozen=True)
class Team:
    """A unit: how many, employed by whom, and what its members may enter beyond lobby, spine and offices."""

    name: str
    size: int
    role: str
    contractor: str = ""
    zones: tuple[str, ...] = ()
    custodian: bool = False


_WEIGHTS = ("mantrap", "console", "vault")
TEAMS = (
    Team("custody", 12, "weights custodian", zones=_WEIGHTS, custodian=True),
    Team("key-management", 6, "key officer", zones=_WEIGHTS, custodian=True),
    Team("operations", 22, "hall technician", zones=("hall-a", "hall-b", "dock")),
    Team("platform", 18, "platform engineer"),
    Team("research-a", 14, "research engineer"),
    Team("research-b", 12, "research engineer"),
    Team("network", 6, "network engineer", zones=("hall-a", "hall-b")),
    Team("security", 6, "security officer", zones=("hall-a", "hall-b", "dock", "mantrap")),
    Team("facilities", 8, "building technician", "Vestbygg Service AS", ("hall-a", "hall-b", "dock")),
    Team("administration", 9, "administrator"),
    Team("guarding", 12, "guard", "Havn Vakt AS", ("hall-a", "hall-b", "dock", "mantrap")),
)


@dataclass
class Credential:
    """A badge and the span in which it opens anything."""

    number: str
    person: str
    kind: str
    valid_from: int
    disabled: int | None = None


@dataclass
class Access:
    """One authorisation for one zone."""

    person: str
    zone: str
    valid_from: int
    valid_to: int | None = None


@dataclass
class Person:
    """Somebody employed or engaged."""

    id: str
    team: str
    role: str
    employer: str
    manager: str
    hired: int
    custodian: bool
    credential: Credential
    screening: str
    screened: int
    trained: int | None
    terminated: int | None = None
    transferred: int | None = None
    transfer_day: date | None = None
    gone_after: date | None = None
    last_leave: int | None = None

    @property
    def account(self) -> str:
        """The account name derived from the personnel number."""
        return self.id.lower()

    def employed_on(self, day: date) -> bool:
        """Whether the person works at all on that day."""
        return local(day, 6) >= self.hired and (self.gone_after is None or day <= self.gone_after)

    def employed_on_instant(self, moment: int) -> bool:
        """Whether the engagement covers the moment, for people who do not leave at all."""
        return self.hired <= moment and self.terminated is None


@dataclass
class Workforce:
    """All people by number, and every authorisation."""

    people: dict[str, Person] = field(default_factory=dict)
    access: list[Access] = field(default_factory=list)

    def team(self, *names: str) -> list[Person]:
        """The members of the named teams."""
        return [person for person in self.people.values() if person.team in names]

    def credentials(self) -> list[Credential]:
        """Every badge of an employee or contractor."""
        return [person.credential for person in self.people.values()]

    def may_enter(self, person: str, zone: str, moment: int) -> bool:
        """Whether an authorisation covers the moment."""
        return any(
            a.person == person and a.zone == zone and a.valid_from <= moment < (a.valid_to or moment + 1)
            for a in self.access
        )


def hire_everybody(facility: Facility) -> Workforce:
    """The workforce as it stands before anybody comes or goes in the period."""
    draw = chance(facility.seed, "people")
    force = Workforce()
    number = 1001
    for team in TEAMS:
        size = team.size if team.custodian or team.name == "guarding" else team.size * facility.headcount_percent // 100
        lead = ""
        for _ in range(size):
            person = f"{facility.prefix}{number}"
            hired = local(date(2019, 1, 7) + timedelta(days=7 * draw.randrange(360)), 0)
            badge = Credential(f"{410000 + number * 7}", person, "contractor" if team.contractor else "employee", hired)
            screened = local(date(2024, 1, 1) + timedelta(days=draw.randrange(800)), 0)
            trained = local(date(2026, 1, 12) + timedelta(days=draw.randrange(240)), 0) if team.custodian else None
            force.people[person] = Person(
                person,
                team.name,
                team.role,
                team.contractor or facility.operator,
                lead,
                hired,
                team.custodian,
                badge,
                "tier-3" if team.custodian else "tier-2",
                screened,
                trained,
            )
            lead = lead or person
            number += 1
            _authorise(facility, force, force.people[person], team.zones, hired + 9 * HOUR)
    _events(facility, force)
    return force


def _authorise(facility: Facility, force: Workforce, person: Person, extra: tuple[str, ...], since: int) -> None:
    for role in ("lobby", "spine", "offices", *extra):
        force.access.append(Access(person.id, facility[role], since))


def _events(facility: Facility, force: Workforce) -> None:
    """Newcomers, leavers and transfers in and shortly before the period."""
    platform, research, operations = force.team("platform"), force.team("research-a"), force.team("operations")
    _join(force, platform[-1], date(2026, 10, 5))
    _join(force, operations[-1], date(2026, 10, 19))
    leave(force, research[-1], date(2026, 10, 9), 15, 22)
    leave(force, operations[-2], date(2026, 10, 16), 14, 9)
    leave(force, force.team("facilities")[-1], date(2026, 10, 23), 13, 41)
    leave(force, force.team("network")[-1], date(2026, 10, 30), 15, 17)
    leave(force, force.team("administration")[-1], date(2026, 9, 18), 200, 12)
    transfer(facility, force, research[-2], date(2026, 10, 12), "research-b", ())
    transfer(facility, force, operations[-3], date(2026, 10, 20), "administration", (), kept=20 * HOUR)


def _join(force: Workforce, person: Person, day: date) -> None:
    person.hired = local(day, 0)
    person.credential.valid_from = local(day, 6, 30)
    for access in force.access:
        if access.person == person.id:
            access.valid_from = local(day, 6, 30)


def leave(force: Workforce, person: Person, day: date, disabled_after: int, leave_before: int) -> None:
    """The person's engagement ends in the afternoon of `day`; the badge follows minutes later."""
    person.terminated = local(day, 14, 30)
    person.gone_after = day
    person.last_leave = person.terminated - leave_before * MINUTE
    person.credential.disabled = person.terminated + disabled_after * MINUTE
    for access in force.access:
        if access.person == person.id and access.valid_to is None:
            access.valid_to = person.credential.disabled


def transfer(
    facility: Facility,
    force: Workforce,
    person: Person,
    day: date,
    team: str,
    zones: tuple[str, ...],
    *,
    kept: int = 20 * MINUTE,
) -> None:
    """The person changes team before work on `day`; old authorisations end `kept` later, new ones begin at once."""
    person.transferred, person.transfer_day = local(day, 5), day
    person.team = team
    for access in force.access:
        if access.person == person.id and access.valid_to is None:
            access.valid_to = person.transferred + kept
    _authorise(facility, force, person, zones, person.transferred + 20 * MINUTE)
