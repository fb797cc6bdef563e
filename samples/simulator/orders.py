"""Work orders: what was declared beforehand, by whoever had to work on something."""

from __future__ import annotations

from dataclasses import dataclass, field

from samples.simulator.clock import HOUR


@dataclass
class WorkOrder:
    """One ticket of the service desk."""

    number: str
    asset: str
    zone: str
    kind: str
    approved: int | None
    window_began: int
    window_ended: int
    compensation: str = "none"
    state: str = "closed"
    summary: str = ""


@dataclass
class ServiceDesk:
    """All tickets, numbered in the order they were opened."""

    orders: list[WorkOrder] = field(default_factory=list)

    def declare(
        self,
        asset: str,
        zone: str,
        kind: str,
        window: tuple[int, int],
        *,
        compensation: str = "none",
        state: str = "closed",
        approved: int | str | None = "before",
        summary: str = "",
    ) -> WorkOrder:
        """Open a ticket; approved two days before its window unless said otherwise."""
        when = window[0] - 50 * HOUR if isinstance(approved, str) else approved
        number = f"CHG{30120 + 7 * len(self.orders):07d}"
        order = WorkOrder(number, asset, zone, kind, when, window[0], window[1], compensation, state, summary)
        self.orders.append(order)
        return order
