"""The key store: two security modules, the services that use them, the people who tend them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from samples.simulator.approvals import ApprovalService
from samples.simulator.chance import chance
from samples.simulator.clock import (
    DAY,
    EXPORT_FROM,
    EXPORT_TO,
    HOUR,
    MINUTE,
    PERIOD_FROM,
    PERIOD_TO,
    SECOND,
    instant,
    local,
)
from samples.simulator.facility import Facility
from samples.simulator.movements import Truth
from samples.simulator.orders import ServiceDesk
from samples.simulator.people import Workforce

DEVICES = ("hsm-01", "hsm-02")
RESTART = (instant("2026-10-16T08:21:00Z"), instant("2026-10-16T08:27:30Z"))
"""The second module is restarted for a firmware update, as declared."""
CLIENTS = (
    ("svc-serve-a", ("unwrap", "decrypt"), 7),
    ("svc-serve-b", ("unwrap", "decrypt"), 6),
    ("svc-train-a", ("encrypt", "wrap"), 4),
    ("svc-backup", ("wrap", "unwrap"), 3),
)
COUNTED = ("unwrap", "decrypt", "encrypt", "wrap")


@dataclass(slots=True)
class KeyEvent:
    """One record of a module."""

    ts: int
    device: str
    operation: str
    key: str
    principal: str
    approval: str = ""
    success: bool = True
    boot: int = 0
    sequence: int = 0


@dataclass
class KeyStore:
    """What the modules logged, how they were set to log, and what their clients counted."""

    events: list[KeyEvent] = field(default_factory=list)
    settings: list[dict[str, object]] = field(default_factory=list)
    counts: list[tuple[int, str, str, int]] = field(default_factory=list)
    boots: dict[str, list[int]] = field(default_factory=dict)


def run_key_store(
    facility: Facility, force: Workforce, truth: Truth, service: ApprovalService, desk: ServiceDesk
) -> KeyStore:
    """A month of key use, before it is numbered."""
    store = KeyStore()
    draw = chance(facility.seed, "keys")
    keys = [f"kek-{facility.artefact_family}-{suffix}" for suffix in ("xl-r4", "l-r4", "l-r4-int4", "code-r2")]
    for device in DEVICES:
        for client, operations, per_hour in CLIENTS:
            at = EXPORT_FROM - HOUR
            while at < EXPORT_TO + HOUR:
                at += draw.randrange(2 * HOUR // per_hour // 1000) * 1000 + SECOND
                event = KeyEvent(at, device, draw.choice(operations), draw.choice(keys), client)
                event.success = draw.randrange(250) > 0
                store.events.append(event)
    _ceremonies(facility, force, truth, service, store)
    _change_key(store, f"kek-{facility.artefact_family}-l-r4-int4")
    store.events = [
        e for e in store.events if not (e.device == DEVICES[1] and RESTART[0] <= e.ts < RESTART[1] + MINUTE)
    ]
    store.boots = {DEVICES[0]: [], DEVICES[1]: [RESTART[1]]}
    desk.declare(
        DEVICES[1],
        facility["vault"],
        "hsm-restart",
        (RESTART[0] - 21 * MINUTE, RESTART[1] + 30 * MINUTE),
        summary="firmware update with restart",
    )
    return store


def _ceremonies(facility: Facility, force: Workforce, truth: Truth, service: ApprovalService, store: KeyStore) -> None:
    """Logins from the console, and the few operations that need approval."""
    draw = chance(facility.seed, "ceremonies")
    officers = {p.id for p in force.team("key-management")}
    console = facility["console"]
    for stay in truth.stays:
        if stay.person in officers and stay.zone == console and stay.ended - stay.began > 20 * MINUTE:
            device = DEVICES[draw.randrange(2)]
            login = stay.began + (3 + draw.randrange(5)) * MINUTE
            logout = min(stay.ended - 2 * MINUTE, login + (10 + draw.randrange(40)) * MINUTE)
            store.events.append(KeyEvent(login, device, "login", "", stay.person))
            store.events.append(KeyEvent(logout, device, "logout", "", stay.person))
    family = facility.artefact_family
    actors = sorted(officers)
    for day, hour, operation, suffix in (
        (7, 10, "policy", "xl-r4"),
        (13, 13, "export", "l-r4"),
        (20, 13, "destroy", "xl-r3"),
        (21, 10, "destroy", "l-r4-int4"),
        (28, 14, "policy", "code-r2"),
    ):
        actor = draw.choice(actors)
        at = local(date(2026, 10, day), hour, 12) + draw.randrange(1800) * SECOND
        approval = service.grant(operation, f"{family}-{suffix}", at, actor)
        if (operation, suffix) == ("destroy", "l-r4-int4"):
            made = at - 3 * HOUR
            renewed = service.grant("rekey", f"{family}-{suffix}", made, actor).number
            store.events.append(KeyEvent(made, DEVICES[0], "generate", f"kek-{family}-{suffix}-b", actor, renewed))
        store.events.append(KeyEvent(at, DEVICES[0], operation, f"kek-{family}-{suffix}", actor, approval.number))


def _change_key(store: KeyStore, old: str) -> None:
    """From the moment a successor is generated, clients use that and no longer the old key."""
    changed = next(event.ts for event in store.events if event.operation == "generate" and event.key == f"{old}-b")
    for event in store.events:
        if event.key == old and event.ts > changed and event.operation != "destroy":
            event.key = f"{old}-b"


def rekeyed(store: KeyStore) -> dict[str, tuple[int, str]]:
    """By artefact: when its copies were moved to a new key, and which."""
    made = [event for event in store.events if event.operation == "generate"]
    return {event.key.removeprefix("kek-").removesuffix("-b"): (event.ts, event.key) for event in made}


def number_events(store: KeyStore, first_boots: dict[str, int]) -> None:
    """Give every record its boot and sequence number, and cut the log to the export."""
    numbered: list[KeyEvent] = []
    for device in DEVICES:
        events = sorted((e for e in store.events if e.device == device), key=lambda e: e.ts)
        boot, sequence = first_boots[device], 148_200 if device == DEVICES[0] else 91_377
        starts = sorted(store.boots[device])
        for event in events:
            while starts and event.ts >= starts[0]:
                boot, sequence = boot + 1, 1
                numbered.append(KeyEvent(starts[0], device, "boot", "", "system", boot=boot, sequence=0))
                starts.pop(0)
            event.boot, event.sequence = boot, sequence
            sequence += 1
            numbered.append(event)
    store.events = [event for event in numbered if EXPORT_FROM <= event.ts < EXPORT_TO]


def count_uses(store: KeyStore) -> None:
    """What each client counted itself: its successful operations, for each day of the period."""
    uses = Counter(
        (event.ts // DAY * DAY, event.principal, event.operation)
        for event in store.events
        if event.success and event.operation in COUNTED
    )
    for day in range(PERIOD_FROM, PERIOD_TO, DAY):
        for client, operations, _ in CLIENTS:
            for operation in operations:
                store.counts.append((day, client, operation, uses[day, client, operation]))


def read_settings(store: KeyStore) -> None:
    """The logging configuration, read every morning."""
    for device in DEVICES:
        for day in range(EXPORT_FROM, EXPORT_TO, DAY):
            store.settings.append(
                {"time": day, "device": device, "scope": "ALL", "force": True, "boots": 0, "logins": 0}
            )
