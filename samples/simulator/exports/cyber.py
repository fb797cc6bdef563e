"""Network, accounts, sessions, scans, clocks and log collection."""

from __future__ import annotations

import json

from samples.simulator.clock import EXPORT_FROM, EXPORT_TO, SECOND, iso, utc_text
from samples.simulator.exports.files import Files, csv_bytes, json_bytes, jsonl_bytes, present
from samples.simulator.network import Flows, destination_address, source_address
from samples.simulator.world import World

_ZEEK = (
    ("ts", "time"),
    ("uid", "string"),
    ("id.orig_h", "addr"),
    ("id.orig_p", "port"),
    ("id.resp_h", "addr"),
    ("id.resp_p", "port"),
    ("proto", "enum"),
    ("service", "string"),
    ("duration", "interval"),
    ("conn_state", "string"),
    ("orig_pkts", "count"),
    ("orig_ip_bytes", "count"),
    ("resp_pkts", "count"),
    ("resp_ip_bytes", "count"),
    ("_system_name", "string"),
)
_SERVICES = {443: "ssl", 853: "ssl", 123: "ntp", 22: "ssh"}


def export(world: World, files: Files) -> None:
    """Every cyber export."""
    _flows(world, files)
    _counters(world, files)
    _boundary(world, files)
    _accounts(world, files)
    _sessions(world, files)
    _scans(world, files)
    _exploited(world, files)
    _clocks(world, files)
    _collected(world, files)


def _seconds(moment: int) -> str:
    return f"{moment // SECOND}.{moment % SECOND:06d}"


def _conn(flows: Flows, sensor: str) -> list[tuple[object, ...]]:
    columns = [
        getattr(flows, name).tolist()
        for name in (
            "ts",
            "source",
            "origin_port",
            "destination",
            "port",
            "duration",
            "packets_out",
            "bytes_out",
            "packets_in",
            "bytes_in",
        )
    ]
    rows: list[tuple[object, ...]] = []
    for uid, (ts, source, origin, target, port, duration, sent, out, received, into) in zip(
        flows.uid, zip(*columns, strict=True), strict=True
    ):
        rows.append(
            (
                _seconds(ts),
                uid,
                source_address(source),
                origin,
                destination_address(target),
                port,
                "udp" if port == 123 else "tcp",
                _SERVICES.get(port, "-"),
                _seconds(duration),
                "SF",
                sent,
                out,
                received,
                into,
                sensor,
            )
        )
    return rows


def _flows(world: World, files: Files) -> None:
    names = [name for name, _ in _ZEEK]
    for number, sensor in enumerate(sorted(world.boundary.flows), 1):
        flows = world.boundary.flows[sensor]
        rows = _conn(flows, sensor)
        item = f"flows-{sensor}"
        if number == 1:
            lines = [
                "#separator \\x09",
                "#set_separator\t,",
                "#empty_field\t(empty)",
                "#unset_field\t-",
                "#path\tconn",
                f"#open\t{utc_text(EXPORT_FROM, '%Y-%m-%d-%H-%M-%S')}",
                "#fields\t" + "\t".join(names),
                "#types\t" + "\t".join(kind for _, kind in _ZEEK),
            ]
            lines += ["\t".join(map(str, row)) for row in rows]
            lines.append(f"#close\t{utc_text(EXPORT_TO, '%Y-%m-%d-%H-%M-%S')}")
            data = ("\n".join(lines) + "\n").encode()
            files.add(item, f"evidence/cyber/{sensor}/conn.log.gz", "zeek-conn-tsv", data, system="Zeek 7.0")
        else:
            # Zeek writes times and intervals as JSON numbers with six decimals.
            text = "\n".join(_conn_json(names, row) for row in rows) + "\n"
            files.add(
                item, f"evidence/cyber/{sensor}/conn.jsonl.gz", "zeek-conn-json", text.encode(), system="Zeek 7.0"
            )
        files.note("flows", item, [(sensor, uid) for uid in flows.uid])


def _conn_json(names: list[str], row: tuple[object, ...]) -> str:
    members = []
    for name, value in zip(names, row, strict=True):
        if value != "-":
            members.append(f'"{name}":{value if name in ("ts", "duration") else json.dumps(value)}')
    return "{" + ",".join(members) + "}"


def _counters(world: World, files: Files) -> None:
    rows, keys = [], []
    for interface in world.boundary.interfaces:
        for at, out, into, booted in world.boundary.readings[interface.sensor]:
            rows.append(
                (at, [at // 1000, interface.device, interface.name, out, into, f"{(at - booted) / SECOND:.2f}"])
            )
            keys.append((at, (interface.device, interface.name, at)))
    order = sorted(range(len(rows)), key=lambda n: (rows[n][0], rows[n][1][1]))
    header = ("poll_time_ms", "sysName", "ifName", "ifHCOutOctets", "ifHCInOctets", "sysUpTime_s")
    files.add(
        "if-counters",
        "evidence/cyber/snmp-interfaces.csv.gz",
        "snmp-ifxtable-csv",
        csv_bytes(header, [rows[n][1] for n in order]),
        system="SNMP poller",
    )
    files.note("if_counters", "if-counters", [keys[n][1] for n in order])


def _boundary(world: World, files: Files) -> None:
    records = [
        present(
            {
                "device": i.device,
                "interface": i.name,
                "tap": i.sensor,
                "egress_cap_bps": i.cap_bps,
                "enforcement": i.enforced,
                "link_framing_bytes": 18,
                "cap_changed": iso(i.changed),
            }
        )
        for i in world.boundary.interfaces
    ]
    files.add(
        "net-config",
        "evidence/cyber/boundary-interfaces.json",
        "boundary-config-json",
        json_bytes({"generated_by": "network controller", "interfaces": records}),
        system="network controller",
        collector="network operations",
        snapshot=True,
    )
    files.note("net_config", "net-config", [(i.device, i.name) for i in world.boundary.interfaces])


def _accounts(world: World, files: Files) -> None:
    for system in sorted({account.system for account in world.accounts}):
        accounts = sorted((a for a in world.accounts if a.system == system), key=lambda a: a.name)
        item = f"accounts-{system}"
        times = [[iso(t) if t is not None else "" for t in (a.created, a.last_used, a.disabled)] for a in accounts]
        if system.startswith("hsm"):
            users = [
                present(
                    {
                        "device": system,
                        "name": a.name,
                        "employee": a.person,
                        "class": a.kind,
                        "created": t[0],
                        "last_login": t[1],
                        "revoked": t[2],
                    }
                )
                for a, t in zip(accounts, times, strict=True)
            ]
            files.add(
                item,
                f"evidence/cyber/accounts/{system}-users.json",
                "hsm-users-json",
                json_bytes({"device": system, "users": users}),
                system="key store",
                snapshot=True,
            )
        else:
            rows = [[system, a.name, a.person, a.kind.upper(), *t] for a, t in zip(accounts, times, strict=True)]
            header = ("system", "login", "employeeNumber", "accountType", "created", "lastLogin", "deactivated")
            files.add(
                item,
                f"evidence/cyber/accounts/{system}.csv",
                "iam-accounts-csv",
                csv_bytes(header, rows),
                system=f"account export of {system}",
                snapshot=True,
            )
        files.note("iam_graph", item, [(system, a.name) for a in accounts])


def _sessions(world: World, files: Files) -> None:
    records = [
        {
            "event": present(
                {
                    "id": s.number,
                    "start": iso(s.ts, 3),
                    "end": iso(s.ended, 3) if s.ended else None,
                    "outcome": "success" if s.success else "failure",
                }
            ),
            "user": {"name": s.account, "employee_number": s.person},
            "host": {"name": s.host},
            "session": {"method": s.kind, "source": s.source},
        }
        for s in world.sessions
    ]
    files.add(
        "auth-events",
        "evidence/cyber/sessions.jsonl.gz",
        "session-events-jsonl",
        jsonl_bytes(records),
        system="session records of hosts and jump host",
    )
    files.note("auth_events", "auth-events", [s.number for s in world.sessions])


def _scans(world: World, files: Files) -> None:
    rows = [
        [
            utc_text(s.ts),
            s.asset,
            s.plugin,
            s.title,
            s.cve,
            s.severity.capitalize(),
            utc_text(s.first_seen) if s.first_seen else "",
            "yes" if s.credentialed else "no",
            utc_text(s.feed, "%Y%m%d%H%M"),
        ]
        for s in world.scan_lines
    ]
    header = (
        "Scan Time",
        "Host",
        "Plugin ID",
        "Name",
        "CVE",
        "Risk",
        "First Discovered",
        "Credentialed",
        "Plugin Feed",
    )
    files.add(
        "vuln-scans",
        "evidence/cyber/nessus-results.csv.gz",
        "nessus-results-csv",
        csv_bytes(header, rows),
        system="Nessus 10.9",
        collector="vulnerability management",
    )
    files.note("vuln_scans", "vuln-scans", [(s.asset, s.ts, s.plugin) for s in world.scan_lines])


def _exploited(world: World, files: Files) -> None:
    entries = [
        {
            "cveID": e.cve,
            "vendorProject": "invented",
            "product": e.product,
            "vulnerabilityName": f"{e.product} vulnerability",
            "dateAdded": utc_text(e.added, "%Y-%m-%d"),
            "shortDescription": "An invented entry for this sample.",
            "requiredAction": "Apply the vendor's update.",
            "dueDate": utc_text(e.due, "%Y-%m-%d"),
            "knownRansomwareCampaignUse": "Unknown",
            "notes": "",
        }
        for e in sorted(world.scanner.exploited, key=lambda e: e.cve)
    ]
    document = {
        "title": "CISA Catalog of Known Exploited Vulnerabilities",
        "catalogVersion": "2026.11.01",
        "dateReleased": "2026-11-01T16:02:11.4713Z",
        "count": len(entries),
        "vulnerabilities": entries,
    }
    files.add(
        "kev",
        "evidence/cyber/known-exploited.json",
        "cisa-kev-json",
        json_bytes(document),
        system="CISA KEV catalog",
        collector="vulnerability management",
        snapshot=True,
        sensitivity="public",
    )
    files.note("kev", "kev", [entry["cveID"] for entry in entries])


def _clocks(world: World, files: Files) -> None:
    rows = [[iso(r.ts), r.host, r.reference, r.stratum, r.offset_us] for r in world.clocks]
    files.add(
        "ntp",
        "evidence/cyber/chrony-tracking.csv.gz",
        "chrony-tracking-csv",
        csv_bytes(("time", "host", "reference", "stratum", "system_offset_us"), rows),
        system="chrony",
    )
    files.note("ntp", "ntp", [(r.host, r.ts) for r in world.clocks])


def _collected(world: World, files: Files) -> None:
    rows = [
        [
            utc_text(s.ts),
            s.source,
            s.events,
            "" if s.first is None else s.first,
            "" if s.last is None else s.last,
            iso(s.last_event) if s.last_event else "",
        ]
        for s in world.collected
    ]
    header = ("hour_utc", "source", "events", "first_seq", "last_seq", "last_event")
    files.add(
        "siem-stats",
        "evidence/cyber/siem-source-statistics.csv.gz",
        "siem-statistics-csv",
        csv_bytes(header, rows),
        system="log collector",
    )
    files.note("siem_stats", "siem-stats", [(s.source, s.ts) for s in world.collected])
