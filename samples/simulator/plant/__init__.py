"""What is planted: nothing wrong in the sound facility, at least one violation of every control in the flawed one."""

from __future__ import annotations

from samples.simulator.facility import Facility
from samples.simulator.plant.cyber import CyberPlants
from samples.simulator.plant.everyday import look_alikes
from samples.simulator.plant.ledger import Ledger
from samples.simulator.plant.physical import PhysicalPlants
from samples.simulator.plant.weights import WeightsPlants
from samples.simulator.world import World


class Planted:
    """The plants of one facility, called by the simulation at the points where they have to happen."""

    def __init__(self, facility: Facility) -> None:
        self.ledger = Ledger()
        self._flawed = facility.flawed
        self._physical = PhysicalPlants(self.ledger)
        self._cyber = CyberPlants(self.ledger)
        self._weights = WeightsPlants(self.ledger, self._physical)

    def people(self, world: World) -> None:
        """After everybody is hired."""
        if self._flawed:
            self._physical.people(world)
            self._weights.people(world)

    def calendar(self, world: World) -> None:
        """After the plans and visits are made, before anybody walks."""
        if self._flawed:
            self._physical.calendar(world)

    def register(self, world: World) -> None:
        """After the visitor register is written."""
        if self._flawed:
            self._physical.register(world)

    def badges(self, world: World) -> None:
        """After the badge log is made, before it is numbered."""
        if self._flawed:
            self._physical.badges(world)

    def cameras(self, world: World) -> None:
        """After the outages are known."""
        if self._flawed:
            self._physical.cameras(world)

    def flows(self, world: World) -> None:
        """After the flows are made, before the counters count."""
        if self._flawed:
            self._cyber.flows(world)

    def approvals(self, world: World) -> None:
        """Before the custodians ask for their first approval."""
        if self._flawed:
            self._weights.approvals(world)

    def weights(self, world: World) -> None:
        """After the month of the custodians and the key store, before records are numbered."""
        if self._flawed:
            self._weights.weights(world)

    def records(self, world: World) -> None:
        """After accounts, sessions, scans and telemetry are made."""
        if self._flawed:
            self._cyber.records(world)
            self._weights.records(world)

    def last(self, world: World) -> None:
        """When everything has its number."""
        if self._flawed:
            self._physical.last(world)
            self._cyber.last(world)
            self._weights.last(world)
        look_alikes(self.ledger, world)
