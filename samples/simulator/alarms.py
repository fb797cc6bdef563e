"""The intrusion panel: door contacts and motion, by the panel's own clock, a second and a half ahead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from samples.simulator.chance import chance
from samples.simulator.clock import EXPORT_FROM, EXPORT_TO, MINUTE, SECOND, local
from samples.simulator.facility import Facility
from samples.simulator.movements import Passage
from samples.simulator.orders import ServiceDesk

PANEL_AHEAD = 1_500_000


@dataclass(slots=True)
class AlarmRecord:
    """One line of the panel's log."""

    ts: int
    panel: str
    point: str
    portal: str
    kind: str


def panel_log(facility: Facility, passages: list[Passage], desk: ServiceDesk) -> list[AlarmRecord]:
    """Openings of every watched door, and the yearly test of the emergency exits."""
    draw = chance(facility.seed, "alarms")
    log: list[AlarmRecord] = []
    watched = {
        portal.id: f"DC-{number:02d}" for number, portal in enumerate(facility.portals.values(), 1) if portal.contact
    }
    closed: dict[str, int] = {}
    for passage in passages:
        point = watched.get(passage.portal)
        if point is None:
            continue
        opened = passage.at + SECOND + draw.randrange(1500) * 1000
        if opened < closed.get(passage.portal, 0) + SECOND:
            continue
        shut = opened + (3 + draw.randrange(2)) * SECOND + draw.randrange(1000) * 1000
        closed[passage.portal] = shut
        log += _door(point, passage.portal, opened, shut)
    for role in ("emergency-1", "emergency-2", "emergency-3"):
        test = local(_TEST_DAY, 10, 5 + 10 * int(role[-1]))
        opened = test + draw.randrange(40) * SECOND
        log += _door(watched[facility[role]], facility[role], opened, opened + 9 * SECOND)
        zone = facility.portals[facility[role]].inner
        desk.declare(
            facility[role],
            zone,
            "door-test",
            (test - 15 * MINUTE, test + 30 * MINUTE),
            compensation="guard",
            summary="yearly opening test of the emergency exit",
        )
    return sorted(
        (record for record in log if EXPORT_FROM <= record.ts < EXPORT_TO), key=lambda r: (r.ts, r.point, r.kind)
    )


_TEST_DAY = date(2026, 10, 22)


def _door(point: str, portal: str, opened: int, shut: int) -> list[AlarmRecord]:
    return [
        AlarmRecord(opened + PANEL_AHEAD, "idp-1", point, portal, "door_opened"),
        AlarmRecord(shut + PANEL_AHEAD, "idp-1", point, portal, "door_closed"),
    ]
