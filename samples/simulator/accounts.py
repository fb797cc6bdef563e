"""Accounts of every system that keeps its own, and the sessions in which they were used."""

from __future__ import annotations

from dataclasses import dataclass

from samples.simulator.assets import Asset, named
from samples.simulator.chance import Chance, chance, hexadecimal
from samples.simulator.clock import DAY, EXPORT_FROM, EXPORT_TO, HOUR, MINUTE, PERIOD_FROM, PERIOD_TO, SECOND
from samples.simulator.facility import Facility
from samples.simulator.movements import Stay, Truth
from samples.simulator.people import Person, Workforce

SERVICES = ("svc-serve-a", "svc-serve-b", "svc-train-a", "svc-eval", "svc-verify", "svc-backup")
_USERS = {
    "dir-01": (),
    "bastion-01": ("platform", "network", "operations", "custody", "key-management", "research-a", "research-b"),
    "stor-01": ("custody",),
    "stor-02": ("custody", "research-a", "research-b"),
    "stor-03": ("custody",),
    "hsm-01": ("custody", "key-management"),
    "hsm-02": ("custody", "key-management"),
    "pacs-01": ("security",),
    "siem-01": ("security", "network"),
}


@dataclass
class Account:
    """One account of one system."""

    system: str
    name: str
    person: str
    kind: str
    created: int
    last_used: int | None
    disabled: int | None = None


@dataclass
class Session:
    """One login, or the refusal of one."""

    ts: int
    ended: int | None
    person: str
    account: str
    host: str
    kind: str
    source: str
    success: bool = True
    number: str = ""


def all_accounts(facility: Facility, force: Workforce) -> list[Account]:
    """Every account, live ones in use and those of leavers disabled within the hour."""
    draw = chance(facility.seed, "accounts")
    accounts: list[Account] = []
    for system, teams in _USERS.items():
        users = [p for p in force.people.values() if not teams or p.team in teams]
        accounts += [_owned(system, person, draw) for person in users]
        if system.startswith(("dir", "stor", "hsm")):
            born = PERIOD_FROM - 500 * DAY
            for service in SERVICES:
                used = PERIOD_TO + 3 * HOUR - draw.randrange(86_000) * SECOND
                accounts.append(Account(system, service, "", "service", born, used))
    return accounts


def _owned(system: str, person: Person, draw: Chance) -> Account:
    created = person.hired + (8 + draw.randrange(20)) * HOUR
    used = PERIOD_TO - draw.randrange(22 * 24 * 3600) * SECOND
    account = Account(system, person.account, person.id, "human", created, max(used, created + HOUR))
    if person.terminated is not None:
        account.last_used = person.terminated - (30 + draw.randrange(4000)) * MINUTE
        account.disabled = person.terminated + (6 + draw.randrange(44)) * MINUTE
    return account


def all_sessions(facility: Facility, force: Workforce, assets: list[Asset], truth: Truth) -> list[Session]:
    """Sessions that fit where the people were: consoles in the room, the bastion from the offices."""
    draw = chance(facility.seed, "sessions")
    sessions: list[Session] = []
    hosts = {zone: [a.name for a in assets if a.zone == zone and a.status == "active"] for zone in facility.zones}
    compute = [asset.name for asset in named(assets, "gpu_node")]
    for stay in truth.stays:
        person = force.people.get(stay.person)
        if person is None or person.team in ("guarding", "facilities", "administration"):
            continue
        minutes = (stay.ended - stay.began) // MINUTE
        if facility.zones[stay.zone].weights:
            if minutes >= 15 and draw.randrange(100) < 65:
                sessions.append(_at_console(facility, stay, person, hosts[stay.zone], draw))
        elif stay.zone == facility["offices"] and minutes >= 35 and draw.randrange(100) < 36:
            sessions.append(_from_office(stay, person, compute, draw))
        elif person.team == "operations" and minutes >= 15 and draw.randrange(100) < 40:
            nodes = [host for host in hosts[stay.zone] if host.startswith("gpu")]
            if nodes:
                begin = stay.began + (2 + draw.randrange(6)) * MINUTE
                sessions.append(
                    Session(
                        begin,
                        stay.ended - 2 * MINUTE,
                        person.id,
                        person.account,
                        draw.choice(nodes),
                        draw.choice(("kvm", "console")),
                        "crash-cart-1",
                    )
                )
    for session in sessions:
        session.ts += draw.randrange(SECOND // 1000) * 1000
        if draw.randrange(100) < 2:
            session.success, session.ended = False, None
    return sessions


def _at_console(facility: Facility, stay: Stay, person: Person, hosts: list[str], draw: Chance) -> Session:
    begin = stay.began + (3 + draw.randrange(5)) * MINUTE + draw.randrange(60) * SECOND
    end = stay.ended - (2 + draw.randrange(4)) * MINUTE
    host = draw.choice(hosts)
    in_vault = stay.zone == facility["vault"]
    kind = "serial" if in_vault else draw.choice(("console", "console", "kvm"))
    source = "serial-0" if in_vault else f"seat-{1 + draw.randrange(4)}"
    return Session(begin, end, person.id, person.account, host, kind, source)


def _from_office(stay: Stay, person: Person, compute: list[str], draw: Chance) -> Session:
    begin = stay.began + (3 + draw.randrange(10)) * MINUTE + draw.randrange(60) * SECOND
    end = max(begin + 5 * MINUTE, stay.ended - (6 + draw.randrange(12)) * MINUTE)
    source = f"10.40.{draw.randrange(4)}.{20 + draw.randrange(200)}"
    if person.custodian:
        return Session(begin, end, person.id, person.account, f"stor-{1 + draw.randrange(3):02d}", "bastion", source)
    if draw.randrange(100) < 55:
        return Session(begin, end, person.id, person.account, draw.choice(compute), "bastion", source)
    host = draw.choice(("build-01", "build-02", "dir-01", "bastion-01"))
    return Session(begin, end, person.id, person.account, host, "remote", source)


def seal_sessions(facility: Facility, sessions: list[Session]) -> list[Session]:
    """In order, cut to the export, each with its number."""
    draw = chance(facility.seed, "session numbers")
    kept = sorted((s for s in sessions if EXPORT_FROM <= s.ts < EXPORT_TO), key=lambda s: (s.ts, s.person))
    for session in kept:
        session.number = session.number or hexadecimal(draw, 12)
        if session.ended is not None and session.ended >= EXPORT_TO:
            session.ended = None
    return kept
