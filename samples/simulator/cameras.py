"""Cameras and their outages: at night in empty rooms, or declared and guarded."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from samples.simulator.chance import Chance, chance
from samples.simulator.clock import DAY, HOUR, MINUTE, PERIOD_FROM, PERIOD_TO, SECOND, in_repeated_hour
from samples.simulator.facility import Facility
from samples.simulator.orders import ServiceDesk

Spans = list[tuple[int, int]]


@dataclass(frozen=True)
class Camera:
    """A camera: the zone it sees, the portal it watches if any."""

    name: str
    zone: str
    portal: str
    role: str
    recorder: str


@dataclass(slots=True)
class Outage:
    """An interval without recording."""

    camera: str
    began: int
    ended: int | None
    state: str
    ticket: str = ""


# zone, portal, how many
_COVER = (
    ("lobby", "turnstile-1", 2),
    ("dock", "dock-gate", 1),
    ("spine", "spine-door", 1),
    ("spine", "mantrap-outer", 1),
    ("spine", "", 2),
    ("offices", "offices-door", 1),
    ("offices", "", 2),
    ("hall-a", "hall-a-door", 1),
    ("hall-a", "", 3),
    ("hall-b", "hall-b-door", 1),
    ("hall-b", "", 3),
    ("mantrap", "mantrap-inner", 1),
    ("console", "mantrap-inner", 1),
    ("console", "", 1),
    ("vault", "vault-door", 1),
    ("vault", "", 1),
)


def coverage(facility: Facility) -> list[Camera]:
    """Every camera with what it sees; the first of a zone is its primary."""
    cameras: list[Camera] = []
    for zone, portal, count in _COVER:
        for _ in range(count):
            number = len(cameras) + 1
            primary = all(camera.zone != facility[zone] for camera in cameras)
            cameras.append(
                Camera(
                    f"cam-{number:02d}",
                    facility[zone],
                    facility[portal] if portal else "",
                    "primary" if primary else "secondary",
                    f"nvr-{1 + number % 2:02d}",
                )
            )
    return cameras


class Occupancy:
    """When each zone was, or may have been, occupied according to the log."""

    def __init__(self, stays: list[tuple[str, str, int, int, bool]]) -> None:
        spans: dict[str, Spans] = defaultdict(list)
        for _, zone, began, ended, _ in stays:
            spans[zone].append((began, ended))
        self._busy = {zone: union(of_zone) for zone, of_zone in spans.items()}

    def empty(self, zone: str, longer_than: int) -> Spans:
        """Spans inside the period in which the zone is surely empty."""
        gaps, last = [], PERIOD_FROM
        for began, ended in self._busy.get(zone, []):
            if began - last > longer_than:
                gaps.append((last, began))
            last = max(last, ended)
        if PERIOD_TO - last > longer_than:
            gaps.append((last, PERIOD_TO))
        return [gap for gap in gaps if gap[1] > PERIOD_FROM and gap[0] < PERIOD_TO]


def union(spans: Spans) -> Spans:
    """The same instants as disjoint spans in order."""
    merged: Spans = []
    for began, ended in sorted(spans):
        if merged and began <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], ended))
        else:
            merged.append((began, ended))
    return merged


def outages(facility: Facility, cameras: list[Camera], occupancy: Occupancy, desk: ServiceDesk) -> list[Outage]:
    """A month of outages that hurt nobody."""
    draw = chance(facility.seed, "cameras")
    made: list[Outage] = []
    for camera in cameras:
        if facility.zones[camera.zone].layer < 2:
            made += _anywhen(camera, draw)
        else:
            made += _unseen(camera, occupancy, draw)
    inner = [camera for camera in cameras if facility.zones[camera.zone].layer >= 2]
    for number, camera in enumerate(draw.sample(inner, 7)):
        began = PERIOD_FROM + (3 + 3 * number) * DAY + (8 + draw.randrange(5)) * HOUR + draw.randrange(60) * MINUTE
        length = (20 + draw.randrange(50)) * MINUTE
        window = (began - 10 * MINUTE, began + length + 15 * MINUTE)
        order = desk.declare(
            camera.name,
            camera.zone,
            "camera-maintenance",
            window,
            compensation=draw.choice(("guard", "guard", "second_camera")),
            summary="lens cleaning and firmware update",
        )
        made.append(Outage(camera.name, began, began + length, "maintenance", order.number))
    made.append(Outage(cameras[2].name, PERIOD_TO - 5 * HOUR, None, "recording_stopped"))
    return apart(made)


def _anywhen(camera: Camera, draw: Chance) -> list[Outage]:
    """Outages of cameras in the public part, which nobody has to be spared."""
    made = []
    for _ in range(2 + draw.randrange(3)):
        began = PERIOD_FROM + draw.randrange(30 * 24 * 3600) * SECOND
        made.append(Outage(camera.name, began, began + (1 + draw.randrange(25)) * MINUTE, "no_signal"))
    return made


def _unseen(camera: Camera, occupancy: Occupancy, draw: Chance) -> list[Outage]:
    """Outages that fall into spans in which the zone is empty."""
    made = []
    gaps = occupancy.empty(camera.zone, 14 * MINUTE)
    for _ in range(1 + draw.randrange(4)):
        if not gaps:
            break
        began, ended = gaps[draw.randrange(len(gaps))]
        start = began + 2 * MINUTE + draw.randrange(max((ended - began - 12 * MINUTE) // SECOND, 1)) * SECOND
        length = min((1 + draw.randrange(9)) * MINUTE + draw.randrange(60) * SECOND, ended - start - MINUTE)
        made.append(Outage(camera.name, start, start + length, draw.choice(("no_signal", "recording_stopped", "disk"))))
    return made


def apart(found: list[Outage]) -> list[Outage]:
    """In order, without overlaps on one camera and without the hour in which the clocks go back."""
    kept: list[Outage] = []
    last: dict[str, int] = {}
    for outage in sorted(found, key=lambda o: (o.began, o.camera)):
        if in_repeated_hour(outage.began) or in_repeated_hour(outage.ended or 0):
            continue
        if outage.began <= last.get(outage.camera, 0):
            continue
        last[outage.camera] = outage.ended or PERIOD_TO + DAY
        kept.append(outage)
    return kept
