"""One simulated month of a facility, assembled in the order in which things depend on each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from samples.simulator import (
    accounts,
    alarms,
    assets,
    badges,
    cameras,
    keys,
    network,
    scans,
    storage,
    telemetry,
    visitors,
)
from samples.simulator.accounts import Account, Session
from samples.simulator.alarms import AlarmRecord
from samples.simulator.approvals import ApprovalService
from samples.simulator.assets import Asset
from samples.simulator.badges import BadgeLog
from samples.simulator.cameras import Camera, Occupancy, Outage
from samples.simulator.chance import chance
from samples.simulator.facility import Facility
from samples.simulator.keys import KeyStore
from samples.simulator.movements import Passage, Truth, walk
from samples.simulator.network import Boundary
from samples.simulator.orders import ServiceDesk
from samples.simulator.people import Workforce, hire_everybody
from samples.simulator.scans import ScanLine, Scanner
from samples.simulator.schedule import Calendar, make_calendar
from samples.simulator.storage import Vault
from samples.simulator.telemetry import ClockReading, Received
from samples.simulator.visitors import Visit, VisitBook


@dataclass
class World:
    """Everything that is true of the facility, and everything its systems wrote down."""

    facility: Facility
    force: Workforce = field(default_factory=Workforce)
    calendar: Calendar = field(default_factory=Calendar)
    desk: ServiceDesk = field(default_factory=ServiceDesk)
    visits: list[Visit] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    truth: Truth = field(init=False)
    book: VisitBook = field(init=False)
    badges: BadgeLog = field(init=False)
    panel: list[AlarmRecord] = field(default_factory=list)
    cameras: list[Camera] = field(default_factory=list)
    outages: list[Outage] = field(default_factory=list)
    occupancy: Occupancy = field(init=False)
    assets: list[Asset] = field(default_factory=list)
    boundary: Boundary = field(init=False)
    hidden: dict[str, dict[int, int]] = field(default_factory=lambda: {"tap-1": {}, "tap-2": {}})
    cleared: dict[str, int] = field(default_factory=dict)
    approvals: ApprovalService = field(init=False)
    vault: Vault = field(init=False)
    keys: KeyStore = field(init=False)
    accounts: list[Account] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    scanner: Scanner = field(init=False)
    scan_lines: list[ScanLine] = field(default_factory=list)
    clocks: list[ClockReading] = field(default_factory=list)
    collected: list[Received] = field(default_factory=list)


class Plants(Protocol):
    """What is planted, at the points of the simulation where it has to happen."""

    def people(self, world: World) -> None:
        """After everybody is hired."""

    def calendar(self, world: World) -> None:
        """After the plans and visits are made, before anybody walks."""

    def badges(self, world: World) -> None:
        """After the badge log is made, before it is numbered."""

    def register(self, world: World) -> None:
        """After the visitor register is written."""

    def cameras(self, world: World) -> None:
        """After the outages are known."""

    def flows(self, world: World) -> None:
        """After the flows are made, before the counters count."""

    def approvals(self, world: World) -> None:
        """Before the custodians ask for their first approval."""

    def weights(self, world: World) -> None:
        """After the month of the custodians and the key store, before requests and records are numbered."""

    def records(self, world: World) -> None:
        """After accounts, sessions, scans and telemetry are made."""

    def last(self, world: World) -> None:
        """When everything has its number."""


def simulate(facility: Facility, plants: Plants | None = None) -> World:
    """Let the facility live for a month."""
    world = World(facility)
    _people_and_doors(world, plants)
    _systems(world, plants)
    if plants:
        plants.last(world)
    return world


def _people_and_doors(world: World, plants: Plants | None) -> None:
    facility = world.facility
    world.force = hire_everybody(facility)
    if plants:
        plants.people(world)
    world.calendar = make_calendar(facility, world.force)
    world.visits = visitors.plan_visits(facility, world.force, world.calendar)
    if plants:
        plants.calendar(world)
    world.passages = walk(facility, world.calendar)
    world.truth = Truth(facility, world.passages)
    world.book = visitors.sign_in_and_out(facility, world.visits, world.passages)
    if plants:
        plants.register(world)
    world.badges = badges.record(facility, world.force, world.book, world.passages, world.truth)
    world.panel = alarms.panel_log(facility, world.passages, world.desk)
    if plants:
        plants.badges(world)
    world.badges.numbered(facility)
    world.cameras = cameras.coverage(facility)
    world.occupancy = cameras.Occupancy(badges.observed_stays(facility, world.badges.events))
    world.outages = cameras.outages(facility, world.cameras, world.occupancy, world.desk)
    if plants:
        plants.cameras(world)


def _systems(world: World, plants: Plants | None) -> None:
    facility = world.facility
    world.assets = assets.inventory(facility)
    flows = network.boundary_flows(facility)
    world.boundary = network.Boundary(network.interfaces(facility), flows, {})
    if plants:
        plants.flows(world)
    for sensor in sorted(flows):
        network.name_flows(facility, sensor, flows[sensor])
        world.boundary.readings[sensor] = network.readings(
            facility, sensor, flows[sensor], world.hidden[sensor], world.cleared.get(sensor)
        )
    world.approvals = ApprovalService(world.force, chance(facility.seed, "approvals"))
    if plants:
        plants.approvals(world)
    world.vault = storage.open_vault(facility)
    storage.Custody(facility, world.force, world.vault, world.approvals).month()
    storage.serve(facility, world.force, world.vault, world.approvals)
    world.keys = keys.run_key_store(facility, world.force, world.truth, world.approvals, world.desk)
    keys.read_settings(world.keys)
    world.vault.rekeyed = keys.rekeyed(world.keys)
    if plants:
        plants.weights(world)
    storage.seal(facility, world.vault)
    keys.number_events(world.keys, {"hsm-01": 41, "hsm-02": 17})
    keys.count_uses(world.keys)
    world.accounts = accounts.all_accounts(facility, world.force)
    world.sessions = accounts.all_sessions(facility, world.force, world.assets, world.truth)
    world.scanner = scans.run_scanner(facility, world.assets)
    world.clocks = telemetry.clock_readings(facility, world.assets)
    world.collected = telemetry.collected(facility, world.assets, world.desk)
    if plants:
        plants.records(world)
    world.sessions = accounts.seal_sessions(facility, world.sessions)
    world.scan_lines = scans.scan_lines(facility, world.scanner, world.assets)
