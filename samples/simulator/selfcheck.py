"""Assertions on the simulated truth: what must hold in a sound facility, whoever looks at it.

Nothing here reads an export or knows the auditor. Where people were is taken from their footsteps, not from badges.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from samples.simulator.accounts import SERVICES
from samples.simulator.clock import (
    EXPORT_FROM,
    EXPORT_TO,
    HOUR,
    MINUTE,
    PERIOD_FROM,
    PERIOD_TO,
    SECOND,
    in_repeated_hour,
)
from samples.simulator.network import FRAMING
from samples.simulator.storage import LISTED
from samples.simulator.world import World

HANDOVER = 60 * SECOND
LIVE_AFTER_LEAVING = HOUR


class UnsoundError(AssertionError):
    """The simulated facility is not what it is meant to be."""


def check(world: World) -> None:
    """Raise UnsoundError where a sound facility would not be sound; a flawed one has only to be consistent."""
    _serials_without_holes(world)
    _nobody_runs(world)
    _no_ambiguous_wall_clock(world)
    if world.facility.flawed:
        return
    for zone in world.facility.weights_zones:
        alone = lone_intervals(world, zone)
        _require(not alone, f"{len(alone)} lone intervals in {zone}: {alone[:1]}")
    _nothing_unaccounted_for(world)
    _nobody_after_leaving(world)
    _visitors_escorted(world)
    _consoles_where_people_are(world)
    _octets_conserved(world)
    _keys_counted(world)


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise UnsoundError(otherwise)


def lone_intervals(world: World, zone: str) -> list[tuple[int, int]]:
    """Spans longer than a handover in which, in truth, fewer than two of those who may enter are in the zone."""
    steps: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for stay in world.truth.stays:
        if stay.zone == zone:
            may = world.force.may_enter(stay.person, zone, stay.began)
            for moment, change in ((stay.began, 1), (stay.ended, -1)):
                steps[moment][0] += change
                steps[moment][1] += change if may else 0
    found = []
    present = authorised = 0
    since: int | None = None
    for moment in sorted(steps):
        present += steps[moment][0]
        authorised += steps[moment][1]
        alone = present > 0 and authorised < 2
        if since is not None and not alone:
            if moment - since > HANDOVER and moment > PERIOD_FROM and since < PERIOD_TO:
                found.append((since, moment))
            since = None
        elif since is None and alone:
            since = moment
    return found


def _serials_without_holes(world: World) -> None:
    seen: dict[str, list[int]] = defaultdict(list)
    for event in world.badges.events:
        seen[event.controller].append(event.sequence)
    for controller, numbers in seen.items():
        _require(sorted(numbers) == list(range(min(numbers), max(numbers) + 1)), f"{controller}: serials with holes")


def _nobody_runs(world: World) -> None:
    """Doors of two controllers lie at least 25 seconds apart, so no clock offset can turn a walk around."""
    last: dict[str, tuple[int, str]] = {}
    for passage in world.passages:
        controller = world.facility.portals[passage.portal].controller
        at, before = last.get(passage.person, (0, controller))
        _require(before == controller or passage.at - at >= 25 * SECOND, f"{passage.person} runs to {passage.portal}")
        last[passage.person] = (passage.at, controller)


def _no_ambiguous_wall_clock(world: World) -> None:
    for visit in world.book.visits:
        _require(
            not any(in_repeated_hour(t) for t in (visit.arrived, visit.departed or 0)), f"{visit.number}: which hour?"
        )
    for outage in world.outages:
        _require(
            not any(in_repeated_hour(t) for t in (outage.began, outage.ended or 0)), f"{outage.camera}: which hour?"
        )


def _nothing_unaccounted_for(world: World) -> None:
    """Opening plus made minus destroyed is closing, copy by copy."""
    events = [event for event in world.vault.events if event.success]
    made = {event.destination or event.object for event in events if event.action in ("copy", "put", "restore")}
    gone = {event.object for event in events if event.action == "delete"} | {m.object for m in world.vault.media}
    for system in ("stor-01", "stor-02", "stor-03"):
        opening = {copy.name for copy in world.vault.listing(system, LISTED[0])}
        closing = {copy.name for copy in world.vault.listing(system, LISTED[-1])}
        unexplained = ((closing - opening) - made) | ((opening - closing) - gone)
        _require(not unexplained, f"material unaccounted for on {system}: {sorted(unexplained)}")


def _nobody_after_leaving(world: World) -> None:
    left = {p.id: p.terminated for p in world.force.people.values() if p.terminated is not None}
    for passage in world.passages:
        _require(passage.at < left.get(passage.person, EXPORT_TO * 2), f"{passage.person} walks about after leaving")
    for session in world.sessions:
        _require(session.ts < left.get(session.person, EXPORT_TO * 2), f"{session.person} logs in after leaving")
    for account in world.accounts:
        if account.person in left and left[account.person] > EXPORT_FROM:
            late = account.disabled is None or account.disabled > left[account.person] + LIVE_AFTER_LEAVING
            _require(not late, f"{account.system}/{account.name} outlives its owner's engagement")


def _visitors_escorted(world: World) -> None:
    """Beyond the lobby and the dock the host is in the same zone, but for the seconds at a door."""
    for visit in world.visits:
        for stay in world.truth.of(visit.visitor):
            if world.facility.zones[stay.zone].layer < 2:
                continue
            with_host = sum(
                max(min(s.ended, stay.ended) - max(s.began, stay.began), 0)
                for s in world.truth.of(visit.host)
                if s.zone == stay.zone
            )
            _require(stay.ended - stay.began - with_host <= MINUTE, f"{visit.visitor} is alone in {stay.zone}")


def _consoles_where_people_are(world: World) -> None:
    zones = {asset.name: asset.zone for asset in world.assets if asset.holds_weights}
    for session in world.sessions:
        if session.success and session.host in zones and session.kind in ("console", "kvm", "serial"):
            here = world.truth.where(session.person, session.ts)
            _require(here == zones[session.host], f"{session.person} at {session.host} while in {here}")
        _require(session.kind != "remote" or session.host not in zones, f"{session.person} past the bastion")


def _octets_conserved(world: World) -> None:
    """Over the whole export the counters show the flows and a little chatter: more, but not one per cent more."""
    for interface in world.boundary.interfaces:
        flows = world.boundary.flows[interface.sensor]
        rows = world.boundary.readings[interface.sensor]
        sent = 0
        for before, after in pairwise(rows):
            sent += after[1] if after[1] < before[1] else after[1] - before[1]
        explained = int((flows.bytes_out + flows.packets_out * FRAMING).sum())
        _require(abs(sent - explained) * 100 < explained, f"{interface.device}: {sent - explained} octets unexplained")


def _keys_counted(world: World) -> None:
    counted = sum(uses for _, _, _, uses in world.keys.counts)
    logged = sum(
        event.success and event.principal in SERVICES and PERIOD_FROM <= event.ts < PERIOD_TO
        for event in world.keys.events
    )
    _require(counted == logged, f"clients counted {counted} uses, the key store logged {logged}")
