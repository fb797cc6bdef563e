"""The inventory: every asset, where it stands and what is required of it."""

from __future__ import annotations

from dataclasses import dataclass

from samples.simulator.chance import chance
from samples.simulator.facility import Facility


@dataclass(frozen=True)
class Asset:
    """One asset."""

    name: str
    serial: str
    kind: str
    zone: str
    model: str
    status: str = "active"
    keeps_accounts: bool = False
    must_log: bool = False
    must_scan: bool = False
    holds_weights: bool = False


# name, how many, kind, zone, model, flags: a keeps accounts, l must log, s must be scanned, w holds weights
_PLAN = (
    ("gpu-{:02d}", 10, "gpu_node", "hall-a", "8-GPU node", "ls"),
    ("gpu-{:02d}", 8, "gpu_node", "hall-b", "8-GPU node", "ls"),
    ("stor-{:02d}", 3, "storage", "vault", "object store shelf", "alsw"),
    ("hsm-{:02d}", 2, "hsm", "vault", "network HSM", "alw"),
    ("con-{:02d}", 3, "workstation", "console", "hardened console", "lsw"),
    ("fw-{:02d}", 2, "firewall", "hall-a", "boundary firewall", "ls"),
    ("sw-{:02d}", 5, "switch", "hall-b", "leaf switch", "l"),
    ("nvr-{:02d}", 2, "camera_recorder", "hall-a", "video recorder", "ls"),
    ("bastion-{:02d}", 1, "bastion", "hall-b", "jump host", "als"),
    ("dir-{:02d}", 1, "directory", "hall-b", "directory server", "als"),
    ("pacs-{:02d}", 1, "server", "hall-a", "access control host", "als"),
    ("siem-{:02d}", 1, "server", "hall-a", "log collector", "als"),
    ("build-{:02d}", 2, "server", "hall-b", "build server", "ls"),
    ("ws-{:02d}", 4, "workstation", "offices", "engineering workstation", "s"),
)


def inventory(facility: Facility) -> list[Asset]:
    """Every asset of the facility, the door controllers and some spares included."""
    draw = chance(facility.seed, "assets")
    assets: list[Asset] = []
    numbers: dict[str, int] = {}

    def add(pattern: str, kind: str, zone: str, model: str, flags: str, status: str = "active") -> None:
        numbers[pattern] = numbers.get(pattern, 0) + 1
        serial = f"{draw.choice('CDHKNW')}{draw.randrange(10**7):07d}"
        assets.append(
            Asset(
                pattern.format(numbers[pattern]),
                serial,
                kind,
                facility[zone],
                model,
                status,
                "a" in flags,
                "l" in flags,
                "s" in flags,
                "w" in flags,
            )
        )

    for pattern, count, kind, zone, model, flags in _PLAN:
        for _ in range(count):
            add(pattern, kind, zone, model, flags)
    for controller in facility.controllers:
        add(controller, "controller", "spine", "door controller", "")
    add("gpu-{:02d}", "gpu_node", "hall-b", "8-GPU node", "", "spare")
    add("sw-{:02d}", "switch", "dock", "leaf switch", "", "retired")
    return assets


def named(assets: list[Asset], kind: str) -> list[Asset]:
    """The active assets of a kind."""
    return [asset for asset in assets if asset.kind == kind and asset.status == "active"]
