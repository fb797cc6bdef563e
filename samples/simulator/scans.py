"""Vulnerability scans twice a week, what they found and when it was repaired, and the list of the exploited ones."""

from __future__ import annotations

from dataclasses import dataclass, field

from samples.simulator.assets import Asset
from samples.simulator.chance import Chance, chance
from samples.simulator.clock import DAY, EXPORT_FROM, EXPORT_TO, HOUR, MINUTE, SECOND, instant
from samples.simulator.facility import Facility

ROUNDS = tuple(
    instant(f"2026-{day}T22:10:00Z")
    for day in ("09-30", "10-04", "10-07", "10-11", "10-14", "10-18", "10-21", "10-25", "10-28", "10-31")
)
"""When a round of scans begins."""
LIMITS = {"critical": 30, "high": 30, "medium": 90, "low": 180}


@dataclass
class Vulnerability:
    """A vulnerability the scanner knows."""

    cve: str
    plugin: str
    severity: str
    title: str


@dataclass
class Exploited:
    """An entry of the list of known exploited vulnerabilities."""

    cve: str
    product: str
    added: int
    due: int


@dataclass
class Presence:
    """A vulnerability on an asset, from the first scan that saw it until it was repaired."""

    asset: str
    vulnerability: Vulnerability
    first_seen: int
    repaired: int


@dataclass
class ScanLine:
    """One line of the scanner's export."""

    ts: int
    asset: str
    plugin: str
    title: str
    cve: str
    severity: str
    first_seen: int | None
    credentialed: bool
    feed: int


@dataclass
class Scanner:
    """Everything the scanner knows."""

    catalog: list[Vulnerability] = field(default_factory=list)
    exploited: list[Exploited] = field(default_factory=list)
    present: list[Presence] = field(default_factory=list)
    uncredentialed: set[tuple[str, int]] = field(default_factory=set)


_PRODUCTS = (
    "OpenSSH",
    "Linux kernel",
    "container runtime",
    "firmware",
    "OpenSSL",
    "Python",
    "log shipper",
    "web console",
)


def run_scanner(facility: Facility, assets: list[Asset]) -> Scanner:
    """Vulnerabilities as they come and go on assets that are patched in time."""
    draw = chance(facility.seed, "vulnerabilities")
    scanner = Scanner()
    for number in range(44):
        severity = draw.choice(("critical", "high", "high", "medium", "medium", "medium", "low"))
        product = draw.choice(_PRODUCTS)
        scanner.catalog.append(
            Vulnerability(
                f"CVE-2026-{90_100 + number * 13}", f"{310_400 + number * 3}", severity, f"{product} update missing"
            )
        )
    for vulnerability in scanner.catalog[:6]:
        added = EXPORT_FROM // DAY * DAY - (20 - 9 * draw.randrange(4)) * DAY
        scanner.exploited.append(
            Exploited(vulnerability.cve, vulnerability.title.split(" update")[0], added, added + 21 * DAY)
        )
    for extra in range(9):
        added = EXPORT_FROM // DAY * DAY - (15 + 40 * extra) * DAY
        scanner.exploited.append(
            Exploited(f"CVE-2025-{81_000 + extra * 71}", draw.choice(_PRODUCTS), added, added + 21 * DAY)
        )
    due = {entry.cve: entry.due for entry in scanner.exploited}
    for asset in assets:
        if asset.must_scan and asset.status == "active":
            for vulnerability in draw.sample(scanner.catalog, 3 + draw.randrange(5)):
                scanner.present.append(_course(asset.name, vulnerability, due.get(vulnerability.cve), draw))
    return scanner


def _course(asset: str, vulnerability: Vulnerability, due: int | None, draw: Chance) -> Presence:
    """First seen at one of the rounds, repaired before it was due."""
    limit = LIMITS[vulnerability.severity]
    first = (
        EXPORT_FROM - draw.randrange(limit * 4 // 5) * DAY + 10 * HOUR
        if draw.randrange(100) < 60
        else draw.choice(ROUNDS)
    )
    first += draw.randrange(40) * MINUTE
    last = first + (limit - 4) * DAY
    if due is not None:
        last = min(last, due - 2 * DAY)
        first = min(first, last - 6 * DAY)
    repaired = first + 2 * DAY + draw.randrange(max((last - first - 2 * DAY) // HOUR, 1)) * HOUR
    return Presence(asset, vulnerability, first, min(repaired, last))


def scan_lines(facility: Facility, scanner: Scanner, assets: list[Asset]) -> list[ScanLine]:
    """The scanner's export: for each round and asset a line for the scan itself, then one for each finding."""
    draw = chance(facility.seed, "scans")
    scanned = [asset.name for asset in assets if asset.must_scan and asset.status == "active"]
    lines: list[ScanLine] = []
    for number, begins in enumerate(ROUNDS):
        feed = begins - (3 + draw.randrange(9)) * HOUR
        for place, asset in enumerate(scanned):
            at = begins + place * 47 * SECOND
            logged_in = (asset, number) not in scanner.uncredentialed
            lines.append(ScanLine(at, asset, "19506", "Scan Information", "", "info", None, logged_in, feed))
            for found in scanner.present:
                if found.asset == asset and found.first_seen <= at < found.repaired:
                    known = found.vulnerability
                    lines.append(
                        ScanLine(
                            at,
                            asset,
                            known.plugin,
                            known.title,
                            known.cve,
                            known.severity,
                            found.first_seen,
                            logged_in,
                            feed,
                        )
                    )
    return [line for line in lines if EXPORT_FROM <= line.ts < EXPORT_TO]
