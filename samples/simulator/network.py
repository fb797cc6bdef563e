"""The boundary: flows seen by two taps and the octets that two interfaces counted."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from samples.simulator.chance import numbers
from samples.simulator.clock import DAY, EXPORT_FROM, EXPORT_TO, HOUR, MINUTE, SECOND, instant
from samples.simulator.facility import Facility

Integers = npt.NDArray[np.int64]

FLOWS_PER_TAP = 48_000
FRAMING = 18
POLL = 5 * MINUTE
REBOOT = (instant("2026-10-18T03:06:30Z"), instant("2026-10-18T03:14:00Z"))
"""The second firewall goes down and comes back with its counters at nought."""
PORTS = (443, 443, 443, 443, 853, 123, 22, 8443)
_ALPHABET = np.array(list("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"))
# Traffic by hour of day, in thousandths: busy in working hours, never silent.
_HOURS = (18, 18, 18, 18, 20, 30, 45, 62, 72, 75, 70, 66, 68, 70, 66, 58, 46, 36, 32, 28, 24, 22, 20, 18)


@dataclass
class Interface:
    """One interface that leads out, with its cap and its tap."""

    device: str
    name: str
    sensor: str
    cap_bps: int | None
    enforced: str
    changed: int


@dataclass
class Flows:
    """The flows of one tap, as columns ordered by start."""

    ts: Integers
    duration: Integers
    source: Integers
    destination: Integers
    port: Integers
    origin_port: Integers
    packets_out: Integers
    packets_in: Integers
    bytes_out: Integers
    bytes_in: Integers
    uid: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.ts)


@dataclass
class Boundary:
    """Everything the network records: per interface its flows and its readings (ts, out, in, boot)."""

    interfaces: list[Interface]
    flows: dict[str, Flows]
    readings: dict[str, list[tuple[int, int, int, int]]]


def interfaces(facility: Facility) -> list[Interface]:
    """The two ways out, capped in hardware."""
    changed = EXPORT_FROM - 200 * DAY
    return [
        Interface(f"fw-0{number}", "wan0", f"tap-{number}", cap, "hardware", changed)
        for number, cap in enumerate(facility.caps_bps, 1)
    ]


COLUMNS = (
    "ts",
    "duration",
    "source",
    "destination",
    "port",
    "origin_port",
    "packets_out",
    "packets_in",
    "bytes_out",
    "bytes_in",
)


def source_address(number: int) -> str:
    """An inside address."""
    return f"10.20.{number // 200}.{10 + number % 200}"


def destination_address(number: int) -> str:
    """An outside address, from the ranges set aside for documentation."""
    return f"{('198.51.100', '203.0.113', '192.0.2')[number % 3]}.{11 + number // 3}"


def boundary_flows(facility: Facility) -> dict[str, Flows]:
    """A month of flows for each tap, before anything is planted."""
    return {sensor: _flows(facility, sensor) for sensor in ("tap-1", "tap-2")}


def _flows(facility: Facility, sensor: str) -> Flows:
    rng = numbers(facility.seed, f"flows {sensor}")
    count = FLOWS_PER_TAP
    span_hours = (EXPORT_TO - EXPORT_FROM) // HOUR
    weights = np.array([_HOURS[(12 + hour) % 24] for hour in range(span_hours)])
    edges = np.cumsum(weights)
    hour = np.searchsorted(edges, rng.integers(0, edges[-1], count), side="right")
    ts = EXPORT_FROM + hour * HOUR + rng.integers(0, HOUR, count)
    if sensor == "tap-2":
        ts = ts[(ts < REBOOT[0] - 7 * MINUTE) | (ts >= REBOOT[1] + MINUTE)]
    ts = np.sort(ts)
    count = len(ts)
    shift = np.searchsorted(np.array([40, 60, 72, 81, 88, 93, 97, 99]), rng.integers(0, 100, count), side="right")
    packets_out = rng.integers(2, 40, count) << shift
    packets_in = rng.integers(1, 60, count) << rng.integers(0, 4, count)
    duration = 2000 + packets_out * rng.integers(200, 3000, count)
    # No flow runs past midnight UTC, so that a day's octets and a day's flows are the same packets.
    duration = np.minimum(duration, (ts // DAY + 1) * DAY - ts - SECOND // 1000)
    return Flows(
        ts,
        np.maximum(duration, 1),
        rng.integers(0, 320, count),
        rng.integers(0, 60, count),
        np.array(PORTS)[rng.integers(0, len(PORTS), count)],
        rng.integers(32768, 60999, count),
        packets_out,
        packets_in,
        packets_out * rng.integers(90, 1200, count),
        packets_in * rng.integers(60, 1400, count),
    )


def add_flows(flows: Flows, ts: list[int], destination: int, packets: list[int], size: int, source: int) -> None:
    """Put further flows to one destination among the others."""
    count = len(ts)
    sent = np.array(packets, dtype=np.int64)
    extra: dict[str, Integers] = {
        "ts": np.array(ts, dtype=np.int64),
        "duration": np.full(count, 41 * SECOND, dtype=np.int64) + np.arange(count) % 997,
        "source": np.full(count, source),
        "destination": np.full(count, destination),
        "port": np.full(count, 443),
        "origin_port": 41000 + np.arange(count) % 9000,
        "packets_out": sent,
        "packets_in": sent // 9 + 4,
        "bytes_out": sent * size,
        "bytes_in": (sent // 9 + 4) * 66,
    }
    order = np.argsort(np.concatenate([flows.ts, extra["ts"]]), kind="stable")
    for name in COLUMNS:
        setattr(flows, name, np.concatenate([getattr(flows, name), extra[name]])[order])


def name_flows(facility: Facility, sensor: str, flows: Flows) -> None:
    """Give every flow the number its sensor gave it."""
    rng = numbers(facility.seed, f"uids {sensor}")
    letters = _ALPHABET[rng.integers(0, 62, (len(flows), 16))]
    flows.uid = ["C" + "".join(row) for row in letters]


def readings(
    facility: Facility, sensor: str, flows: Flows, hidden: dict[int, int], cleared: int | None
) -> list[tuple[int, int, int, int]]:
    """Five-minute readings of the interface's counters; `hidden` adds octets at instants no flow explains.

    At `cleared` somebody sets the counters to nought while the device runs on.
    """
    rng = numbers(facility.seed, f"counters {sensor}")
    grid = np.arange(EXPORT_FROM, EXPORT_TO, POLL)
    at = grid + rng.integers(0, 1900, len(grid)) * 1000
    ends = flows.ts + flows.duration
    order = np.argsort(ends, kind="stable")
    out = np.concatenate([[0], np.cumsum((flows.bytes_out + flows.packets_out * FRAMING)[order])])
    into = np.concatenate([[0], np.cumsum((flows.bytes_in + flows.packets_in * FRAMING)[order])])
    seen = np.searchsorted(ends[order], at, side="right")
    # Neighbour discovery and routing chatter that no flow record shows.
    chatter_out = np.cumsum(rng.integers(500, 2600, len(grid)))
    chatter_in = np.cumsum(rng.integers(900, 4200, len(grid)))
    extra = np.array([sum(octets for when, octets in hidden.items() if when <= moment) for moment in at])
    booted = EXPORT_FROM - (61 * DAY if sensor == "tap-1" else 130 * DAY) - 4321 * SECOND
    totals_out = 3_870_000_000_000 + out[seen] + chatter_out + extra
    totals_in = 9_120_000_000_000 + into[seen] + chatter_in
    rows: list[tuple[int, int, int, int]] = []
    base_out = base_in = 0
    for moment, sent, received in zip(at.tolist(), totals_out.tolist(), totals_in.tolist(), strict=True):
        if sensor == "tap-2" and REBOOT[0] <= moment < REBOOT[1]:
            continue
        if cleared is not None and moment >= cleared and not base_out:
            base_out, base_in = rows[-1][1], rows[-1][2]
        if sensor == "tap-2" and moment >= REBOOT[1] and not base_out:
            booted = REBOOT[1] - 2 * MINUTE
            base_out, base_in = rows[-1][1], rows[-1][2]
        rows.append((moment, sent - base_out, received - base_in, booted))
    return rows
