"""Clocks and log collection: a reading of every host's clock each hour, and what the collector received."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from samples.simulator.assets import Asset
from samples.simulator.chance import chance, numbers
from samples.simulator.clock import EXPORT_FROM, EXPORT_TO, HOUR, MINUTE, SECOND, local
from samples.simulator.facility import Facility
from samples.simulator.orders import ServiceDesk


@dataclass(slots=True)
class ClockReading:
    """One reading of a host's clock against its source."""

    ts: int
    host: str
    offset_us: int
    stratum: int
    reference: str


@dataclass(slots=True)
class Received:
    """What the collector received from a source in one hour."""

    ts: int
    source: str
    events: int
    first: int | None
    last: int | None
    last_event: int | None


def clock_readings(facility: Facility, assets: list[Asset]) -> list[ClockReading]:
    """Offsets of a few milliseconds, now and then a little more."""
    readings: list[ClockReading] = []
    hosts = [asset.name for asset in assets if asset.must_log and asset.status == "active"]
    for place, host in enumerate(hosts):
        rng = numbers(facility.seed, f"clock {host}")
        hours = (EXPORT_TO - EXPORT_FROM) // HOUR
        bias = int(rng.integers(-900, 900))
        offsets = (rng.integers(-2400, 2400, hours) + bias).tolist()
        for hour, offset in enumerate(offsets):
            at = EXPORT_FROM + hour * HOUR + place * 11 * SECOND
            readings.append(ClockReading(at, host, offset, 2 + place % 2, f"ntp-{1 + place % 2:02d}"))
    return sorted(readings, key=lambda r: (r.ts, r.host))


def collected(facility: Facility, assets: list[Asset], desk: ServiceDesk) -> list[Received]:
    """Hourly statistics; one recorder sends nothing for three hours, as declared."""
    window = (local(date(2026, 10, 21), 9, 40), local(date(2026, 10, 21), 13, 20))
    desk.declare(
        "nvr-02",
        facility["hall-a"],
        "log-maintenance",
        window,
        summary="update of the log shipper, during which nothing is forwarded",
    )
    statistics: list[Received] = []
    draw = chance(facility.seed, "collector")
    for asset in assets:
        if not asset.must_log or asset.status != "active":
            continue
        number = draw.randrange(10**7, 10**8)
        mean = draw.choice((40, 120, 400, 900, 2500))
        for hour in range(EXPORT_FROM, EXPORT_TO, HOUR):
            if asset.name == "nvr-02" and window[0] <= hour + 20 * MINUTE and hour + HOUR <= window[1]:
                statistics.append(Received(hour, asset.name, 0, None, None, None))
                continue
            events = mean // 2 + draw.randrange(mean)
            last = hour + HOUR - SECOND - draw.randrange(170) * SECOND
            statistics.append(Received(hour, asset.name, events, number, number + events - 1, last))
            number += events
    return sorted(statistics, key=lambda s: (s.ts, s.source))
