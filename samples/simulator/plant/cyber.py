"""Violations of the cyber controls: accounts, bandwidth, octets, vulnerabilities, logs, and a host's clock."""

from __future__ import annotations

from datetime import date

from samples.simulator.accounts import Account, Session
from samples.simulator.clock import DAY, EXPORT_FROM, HOUR, MINUTE, PERIOD_FROM, PERIOD_TO, SECOND, instant, local
from samples.simulator.network import add_flows, destination_address
from samples.simulator.plant.ledger import Ledger
from samples.simulator.scans import ROUNDS, Exploited, Presence, Vulnerability
from samples.simulator.world import World

HIDDEN_DAY = instant("2026-10-19T00:00:00Z")
CLEARED = instant("2026-10-22T11:02:40Z")
SLOW = (instant("2026-10-12T06:00:00Z"), instant("2026-10-15T20:00:00Z"))
EXFILTRATED, TOLERATED = 61, 62
"""Numbers of two outside addresses that nobody else talks to."""


class CyberPlants:
    """The cyber plants of the flawed facility."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._after: Session

    def flows(self, world: World) -> None:
        """An uncapped way out, a destination that receives too much, octets no flow explains, a cleared counter."""
        second = world.boundary.interfaces[1]
        second.cap_bps, second.enforced = None, "none"
        name = f"{second.device}/{second.name}"
        self._ledger.violation(
            "C-09", "a", name, None, None, "The interface has no cap.", ("net_config", (second.device, second.name))
        )
        for number, nights, per_night in ((EXFILTRATED, 16, 24), (TOLERATED, 12, 18)):
            ts, packets = [], []
            for night in range(nights):
                begin = EXPORT_FROM + (3 + night) * DAY + 10 * HOUR + (number % 7) * 20 * MINUTE
                ts += [begin + burst * 64 * SECOND + burst * 1371 for burst in range(per_night)]
                packets += [6700 + (burst * 37 + night * 11) % 900 for burst in range(per_night)]
            add_flows(world.boundary.flows["tap-1"], ts, number, packets, 1254, 317)
        for hour in range(24):
            for part in range(4):
                world.hidden["tap-2"][HIDDEN_DAY + hour * HOUR + part * 14 * MINUTE + 2 * MINUTE] = (
                    410_000 + 3_000 * hour
                )
        world.cleared["tap-1"] = CLEARED

    def records(self, world: World) -> None:
        """Accounts that outlive their use, vulnerabilities that outlive their date, logs with holes."""
        self._accounts(world)
        self._sessions(world)
        self._vulnerabilities(world)
        self._silence(world)
        self._hole(world)
        self._clock(world)

    def _accounts(self, world: World) -> None:
        force = world.force
        leaver = next(p for p in force.team("research-a") if p.terminated is not None)
        account = self._account(world, "stor-02", leaver.account)
        account.disabled = (leaver.terminated or 0) + 5 * DAY + 3 * HOUR
        self._ledger.violation(
            "C-02",
            "a",
            f"stor-02/{leaver.account}",
            (leaver.terminated or 0) + HOUR,
            account.disabled,
            "The account on the object store was forgotten for five days.",
            ("iam_graph", ("stor-02", leaver.account)),
            ("hr_roster", leaver.id),
        )
        idle = self._account(world, "dir-01", force.team("administration")[1].account)
        idle.last_used = instant("2026-08-20T07:12:00Z")
        self._ledger.violation(
            "C-02",
            "b",
            f"dir-01/{idle.name}",
            idle.last_used + 36 * DAY,
            None,
            "The account was last used in August and is live.",
            ("iam_graph", ("dir-01", idle.name)),
        )
        vendor = Account(
            "siem-01",
            "vendor-adm",
            f"{world.facility.prefix}9001",
            "human",
            EXPORT_FROM - 400 * DAY,
            PERIOD_TO - 12 * DAY,
        )
        world.accounts.append(vendor)
        self._ledger.violation(
            "C-02",
            "a",
            "siem-01/vendor-adm",
            vendor.created,
            None,
            "Its owner is not on the roster, so nobody can say whether they have left.",
            ("iam_graph", ("siem-01", "vendor-adm")),
            certainty="possible",
        )
        resting = self._account(world, "dir-01", force.team("administration")[2].account)
        resting.last_used = PERIOD_TO - 35 * DAY - 12 * HOUR
        self._ledger.look_alike(
            "C-02",
            f"dir-01/{resting.name}",
            "Not used for 35 days and a half at the end of the period.",
            "A further day is allowed for disabling it.",
        )
        world.accounts.append(Account("stor-03", "svc-legacy", "", "service", EXPORT_FROM - 600 * DAY, None))
        self._ledger.look_alike(
            "C-02",
            "stor-03/svc-legacy",
            "An account that was never used.",
            "It belongs to a service; the rule is about people's accounts.",
        )
        reader = next(
            s
            for s in world.sessions
            if s.success
            and s.host.startswith("gpu")
            and s.kind == "bastion"
            and s.ts > PERIOD_TO - 12 * DAY
            and force.people[s.person].team == "research-b"
        )
        self._account(world, "stor-02", reader.account).last_used = EXPORT_FROM - 70 * DAY
        self._ledger.look_alike(
            "C-02",
            f"stor-02/{reader.account}",
            "The store last saw the account in July.",
            "A session on a host without accounts of its own is a sign of life.",
        )

    def _account(self, world: World, system: str, name: str) -> Account:
        return next(a for a in world.accounts if a.system == system and a.name == name)

    def _sessions(self, world: World) -> None:
        leaver = next(p for p in world.force.team("operations") if p.terminated is not None)
        begin = instant("2026-10-18T19:41:07Z")
        self._after = Session(begin, begin + 9 * MINUTE, leaver.id, leaver.account, "build-01", "remote", "10.40.3.77")
        world.sessions.append(self._after)

    def _vulnerabilities(self, world: World) -> None:
        scanner = world.scanner
        overdue = Vulnerability("CVE-2026-97011", "319001", "critical", "container runtime update missing")
        exploited = Vulnerability("CVE-2026-97029", "319002", "medium", "web console update missing")
        near = Vulnerability("CVE-2026-97043", "319003", "medium", "firmware update missing")
        scanner.exploited.append(
            Exploited(exploited.cve, "web console", local(date(2026, 9, 19), 2), local(date(2026, 10, 10), 2))
        )
        first = instant("2026-09-05T22:31:00Z")
        scanner.present += [
            Presence("gpu-03", overdue, first, instant("2026-10-27T09:00:00Z")),
            Presence("stor-02", exploited, instant("2026-09-23T22:20:00Z"), instant("2026-10-23T09:00:00Z")),
            Presence("gpu-05", near, instant("2026-08-06T22:20:00Z"), instant("2026-11-02T09:00:00Z")),
        ]
        scanner.present = [p for p in scanner.present if p.asset != "build-02"]
        scanner.uncredentialed |= {("build-02", n) for n in range(len(ROUNDS))} | {("ws-01", 4)}
        self._ledger.look_alike(
            "C-13",
            "gpu-05 CVE-2026-97043",
            "A vulnerability that has been there for 86 days.",
            "Ninety days are allowed for a moderate one.",
        )
        self._ledger.look_alike("C-13", "ws-01", "One round of scans did not log in.", "The other rounds did.")

    def _silence(self, world: World) -> None:
        began, hours = instant("2026-10-12T13:00:00Z"), 5
        for line in world.collected:
            if line.source == "sw-02" and began <= line.ts < began + hours * HOUR:
                line.events, line.first, line.last, line.last_event = 0, None, None, None
        kept = [s for s in world.collected if s.source == "sw-02" and s.events]
        before = next(s for s in reversed(kept) if s.ts < began)
        number = (before.last or 0) + 1
        for line in kept:
            if line.ts > began:
                line.first, line.last = number, number + line.events - 1
                number = line.last + 1
        self._ledger.violation(
            "C-24",
            "a",
            "sw-02",
            before.last_event,
            began + hours * HOUR,
            "The switch was not heard for five hours, and no work order says why.",
            ("siem_stats", ("sw-02", before.ts)),
            ("siem_stats", ("sw-02", began + hours * HOUR)),
        )
        quiet = next(s for s in world.collected if s.source == "sw-04" and s.ts == instant("2026-10-20T02:00:00Z"))
        quiet.last_event = quiet.ts + 19 * MINUTE
        self._ledger.look_alike(
            "C-24", "sw-04", "Nothing for 41 minutes in the night of 20 October.", "An hour is allowed."
        )

    def _hole(self, world: World) -> None:
        at = instant("2026-10-27T15:00:00Z")
        for line in world.collected:
            if line.source == "fw-01" and line.ts >= at and line.first is not None and line.last is not None:
                line.first, line.last = line.first + 412, line.last + 412
        self._ledger.violation(
            "C-24",
            "b",
            "fw-01",
            at - HOUR,
            at + HOUR,
            "412 records of the firewall never arrived.",
            ("siem_stats", ("fw-01", at - HOUR)),
            ("siem_stats", ("fw-01", at)),
        )

    def _clock(self, world: World) -> None:
        for reading in world.clocks:
            if reading.host == "sw-03" and SLOW[0] <= reading.ts < SLOW[1]:
                reading.offset_us += 2_300_000
        self._ledger.violation(
            "P-31",
            "b",
            "sw-03",
            instant("2026-10-12T00:00:00Z"),
            instant("2026-10-16T00:00:00Z"),
            "The host's clock ran 2.3 seconds ahead for four days.",
        )
        off = [r for r in world.clocks if r.host == "build-01" and local(date(2026, 10, 23), 12) <= r.ts][:3]
        for reading in off:
            reading.offset_us = 1_400_000
        self._ledger.look_alike(
            "P-31",
            "build-01",
            "Three readings of 23 October are 1.4 seconds off.",
            "Most of that day's readings are good.",
        )

    def last(self, world: World) -> None:
        """Enter what is now numbered."""
        self._ledger.violation(
            "C-02",
            "a",
            self._after.account,
            self._after.ts,
            self._after.ts,
            "The account of somebody who had left two days before was used.",
            ("auth_events", self._after.number),
        )
        flows = world.boundary.flows["tap-1"]
        mine = [n for n, target in enumerate(flows.destination.tolist()) if target == EXFILTRATED]
        self._ledger.violation(
            "C-09",
            "b",
            destination_address(EXFILTRATED),
            int(flows.ts[mine[0]]),
            max(int(flows.ts[n] + flows.duration[n]) for n in mine),
            "A destination received a few hundred megabytes a night for sixteen nights.",
            *[("flows", ("tap-1", flows.uid[n])) for n in (mine[0], mine[-1])],
        )
        self._ledger.look_alike(
            "C-09",
            destination_address(TOLERATED),
            "A destination that received 1.9 gigabytes.",
            "That is 1.6 % of the smallest artefact; two are allowed.",
        )
        first, second = world.boundary.interfaces
        self._ledger.violation(
            "C-10",
            "a",
            f"{second.device}/{second.name}",
            HIDDEN_DAY,
            HIDDEN_DAY + DAY,
            "The counters show some forty megabytes that no flow record explains.",
        )
        readings = [r[0] for r in world.boundary.readings["tap-1"]]
        after = next(at for at in readings if at >= CLEARED)
        before = max(at for at in readings if at < CLEARED)
        self._ledger.violation(
            "C-10",
            "a",
            f"{first.device}/{first.name}",
            before,
            after,
            "The counters were set to nought while the device ran on.",
            *[("if_counters", (first.device, first.name, at)) for at in (before, after)],
        )
        scans = [line.ts for line in world.scan_lines if line.asset == "build-02" and line.ts >= PERIOD_FROM]
        what = "No scan of the host logged in."
        self._ledger.violation("C-13", "a", "build-02", scans[0], scans[-1], what, ("dcim", "build-02"))
        for asset, cve, due in (
            ("gpu-03", "CVE-2026-97011", instant("2026-10-05T22:31:00Z")),
            ("stor-02", "CVE-2026-97029", local(date(2026, 10, 10), 2)),
        ):
            lines = [line for line in world.scan_lines if (line.asset, line.cve) == (asset, cve) and line.ts > due]
            what = (
                "known to be exploited and due on 10 October"
                if asset == "stor-02"
                else "critical and seen first on 5 September"
            )
            self._ledger.violation(
                "C-13",
                "b",
                f"{asset} {cve}",
                due,
                lines[-1].ts,
                f"The vulnerability is {what}; it was still found after it was due.",
                *[("vuln_scans", (asset, line.ts, line.plugin)) for line in lines],
            )
