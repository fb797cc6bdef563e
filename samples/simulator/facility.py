"""The two facilities: floor plans, names and numbers. The simulation speaks of roles; each facility names them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Zone:
    """A zone of the floor plan."""

    id: str
    parent: str
    layer: int
    kind: str
    weights: bool = False


@dataclass(frozen=True)
class Portal:
    """A door between an outer and an inner zone; `contact` says that the intrusion panel watches it."""

    id: str
    outer: str
    inner: str
    kind: str
    controller: str
    contact: bool = False
    exit_reader: bool = True


# role, parent, layer, kind, weights
_ZONES = (
    ("street", "", 0, "outside", False),
    ("lobby", "street", 1, "public", False),
    ("dock", "street", 1, "technical", False),
    ("spine", "lobby", 2, "corridor", False),
    ("offices", "spine", 3, "office", False),
    ("hall-a", "spine", 3, "technical", False),
    ("hall-b", "spine", 3, "technical", False),
    ("mantrap", "spine", 3, "vestibule", False),
    ("console", "mantrap", 4, "console", True),
    ("vault", "console", 5, "vault", True),
)

# role, outer, inner, kind, controller, contact
_PORTALS = (
    ("turnstile-1", "street", "lobby", "turnstile", 1, False),
    ("turnstile-2", "street", "lobby", "turnstile", 1, False),
    ("dock-gate", "street", "dock", "door", 1, True),
    ("spine-door", "lobby", "spine", "door", 2, False),
    ("dock-door", "dock", "spine", "door", 2, True),
    ("offices-door", "spine", "offices", "door", 2, False),
    ("hall-a-door", "spine", "hall-a", "door", 3, False),
    ("hall-b-door", "spine", "hall-b", "door", 3, True),
    ("mantrap-outer", "spine", "mantrap", "vestibule", 4, True),
    ("mantrap-inner", "mantrap", "console", "vestibule", 4, False),
    ("vault-door", "console", "vault", "door", 4, True),
    ("emergency-1", "street", "hall-a", "emergency", 3, True),
    ("emergency-2", "street", "hall-b", "emergency", 3, True),
    ("emergency-3", "street", "console", "emergency", 4, True),
)


@dataclass(frozen=True)
class Facility:
    """One facility; `facility["hall-a"]` is its own name for the role hall-a."""

    id: str
    name: str
    operator: str
    address: str
    seed: int
    prefix: str
    flawed: bool
    names: dict[str, str]
    controllers: tuple[str, str, str, str]
    clock_offsets: tuple[int, int, int, int]
    headcount_percent: int
    artefact_family: str
    caps_bps: tuple[int, int]

    def __getitem__(self, role: str) -> str:
        return self.names.get(role, role)

    @cached_property
    def zones(self) -> dict[str, Zone]:
        """Zones by name."""
        made = [Zone(self[r], self[p] if p else "", layer, kind, w) for r, p, layer, kind, w in _ZONES]
        return {zone.id: zone for zone in made}

    @cached_property
    def portals(self) -> dict[str, Portal]:
        """Portals by name."""
        made = [
            Portal(self[r], self[o], self[i], kind, self.controllers[c - 1], contact, kind != "emergency")
            for r, o, i, kind, c, contact in _PORTALS
        ]
        return {portal.id: portal for portal in made}

    @cached_property
    def weights_zones(self) -> tuple[str, ...]:
        """The zones from which weights can be touched."""
        return tuple(zone.id for zone in self.zones.values() if zone.weights)

    @cached_property
    def street(self) -> str:
        """The zone outside."""
        return self["street"]

    def clock_offset(self, controller: str) -> int:
        """Seconds by which the clock of a controller runs ahead."""
        return self.clock_offsets[self.controllers.index(controller)]

    def path(self, origin: str, target: str) -> list[tuple[str, str]]:
        """The shortest walk as (portal, direction); the dock is a way through only for those who begin or end there.

        Where two turnstiles stand side by side the first is named; `movements` picks the one actually used.
        """
        dock = self["dock"]
        seen: dict[str, list[tuple[str, str]]] = {origin: []}
        queue = deque([origin])
        while queue:
            here = queue.popleft()
            if here == target:
                return seen[here]
            if here == dock and origin != dock:
                continue
            for portal in self.portals.values():
                if portal.kind == "emergency":
                    continue
                for start, end, direction in ((portal.outer, portal.inner, "in"), (portal.inner, portal.outer, "out")):
                    if start == here and end not in seen and not (end == dock and target != dock):
                        seen[end] = [*seen[here], (portal.id, direction)]
                        queue.append(end)
        raise ValueError(f"no way from {origin} to {target}")


FJORDHEIM = Facility(
    id="fjordheim",
    name="Fjordheim Compute Centre",
    operator="Nordfjell Compute AS",
    address="Fjordheimvegen 14, 6790 Nordfjord, Norway",
    seed=20261001,
    prefix="F",
    flawed=False,
    names={},
    controllers=("acu-1", "acu-2", "acu-3", "acu-4"),
    clock_offsets=(0, 1, -1, 0),
    headcount_percent=100,
    artefact_family="aurora",
    caps_bps=(4_000_000, 4_000_000),
)

SKARVOY = Facility(
    id="skarvoy",
    name="Skarvøy Datasenter",
    operator="Ytre Skarv Drift AS",
    address="Skarvøyveien 3, 9180 Skarvøy, Norway",
    seed=20261002,
    prefix="S",
    flawed=True,
    names={
        "street": "quay",
        "lobby": "reception",
        "hall-a": "hall-1",
        "hall-b": "hall-2",
        "console": "key-room",
        "hall-a-door": "hall-1-door",
        "hall-b-door": "hall-2-door",
        "turnstile-1": "gate-1",
        "turnstile-2": "gate-2",
    },
    controllers=("pnl-01", "pnl-02", "pnl-03", "pnl-04"),
    clock_offsets=(1, 0, 0, -1),
    headcount_percent=90,
    artefact_family="havorn",
    caps_bps=(4_000_000, 4_000_000),
)

FACILITIES = {facility.id: facility for facility in (FJORDHEIM, SKARVOY)}
