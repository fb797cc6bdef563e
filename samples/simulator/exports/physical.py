"""Doors, badges, visitors, cameras and the intrusion panel."""

from __future__ import annotations

from samples.simulator.badges import OFFLINE, BadgeEvent, is_late
from samples.simulator.clock import EXPORT_FROM, EXPORT_TO, iso, local_text, utc_text
from samples.simulator.exports.files import Files, csv_bytes, yaml_bytes
from samples.simulator.world import World

_EVENTS = {
    "granted": "Access Granted",
    "denied": "Access Denied",
    "passback": "Access Denied: Anti-Passback Violation",
    "forced": "Door Forced Open",
    "held": "Door Held Open",
}
_READERS = {"in": "Entry reader", "out": "Exit reader", "unknown": "Door contact"}
_BADGE_COLUMNS = (
    "EVENT_TIME_UTC",
    "RECORD_TIME_UTC",
    "PANELNAME",
    "SERIALNUM",
    "NAME",
    "READERDESC",
    "EVDESCR",
    "CARDNUM",
    "EMPID",
    "CARDHOLDERENTERED",
)


def export(world: World, files: Files) -> None:
    """Every physical export."""
    _badge_events(world, files)
    _badges(world, files)
    _access_levels(world, files)
    _floor_plan(world, files)
    _visitors(world, files)
    _cameras(world, files)
    _panel(world, files)


def _badge_events(world: World, files: Files) -> None:
    main = [event for event in world.badges.events if not is_late(world.facility, event)]
    late = [event for event in world.badges.events if is_late(world.facility, event)]
    panel = world.facility.controllers[2]
    for item, path, events, observed in (
        ("pacs-events", "physical/onguard-events.csv", main, None),
        ("pacs-events-late", f"physical/onguard-events-late-{panel}.csv", late, OFFLINE),
    ):
        files.add(
            item,
            f"evidence/{path}",
            "onguard-events-csv",
            csv_bytes(_BADGE_COLUMNS, map(_badge_row, events)),
            system="LenelS2 OnGuard 8.2",
            collector="security control room",
            observed=observed,
        )
        files.note("pacs_events", item, [(event.controller, event.sequence) for event in events])


def _badge_row(event: BadgeEvent) -> list[object]:
    return [
        utc_text(event.ts),
        utc_text(event.recorded),
        event.controller,
        event.sequence,
        event.portal,
        _READERS[event.direction],
        _EVENTS[event.event],
        event.credential,
        event.person,
        "True" if event.entered else "False",
    ]


def _badges(world: World, files: Files) -> None:
    credentials = sorted(
        world.force.credentials() + world.book.credentials, key=lambda c: (c.kind, c.number, c.valid_from)
    )
    rows = [
        [c.number, c.person, c.kind.upper(), utc_text(c.valid_from), utc_text(c.disabled) if c.disabled else ""]
        for c in credentials
    ]
    header = ("BADGEID", "EMPID", "BADGETYPE", "ACTIVATE_UTC", "DEACTIVATED_UTC")
    files.add(
        "pacs-credentials",
        "evidence/physical/onguard-badges.csv",
        "onguard-badges-csv",
        csv_bytes(header, rows),
        system="LenelS2 OnGuard 8.2",
        collector="security control room",
        snapshot=True,
    )
    files.note("pacs_credentials", "pacs-credentials", [(c.number, c.valid_from) for c in credentials])


def _access_levels(world: World, files: Files) -> None:
    access = sorted(world.force.access, key=lambda a: (a.person, a.zone, a.valid_from))
    rows = [
        [a.person, f"AL-{a.zone.upper()}", a.zone, utc_text(a.valid_from), utc_text(a.valid_to) if a.valid_to else ""]
        for a in access
    ]
    header = ("EMPID", "ACCESSLEVEL", "AREA", "ACTIVATE_UTC", "DEACTIVATE_UTC")
    files.add(
        "pacs-access",
        "evidence/physical/onguard-access-levels.csv",
        "onguard-access-levels-csv",
        csv_bytes(header, rows),
        system="LenelS2 OnGuard 8.2",
        collector="security control room",
        snapshot=True,
    )
    files.note("pacs_access", "pacs-access", [(a.person, a.zone, a.valid_from) for a in access])


def _floor_plan(world: World, files: Files) -> None:
    zones = []
    for zone in world.facility.zones.values():
        entry: dict[str, object] = {"zone": zone.id}
        if zone.parent:
            entry["parent"] = zone.parent
        zones.append({**entry, "layer": zone.layer, "kind": zone.kind, "weights": zone.weights})
    portals = [
        {
            "portal": p.id,
            "from": p.outer,
            "to": p.inner,
            "kind": p.kind,
            "exit_reader": p.exit_reader,
            "controller": p.controller,
        }
        for p in world.facility.portals.values()
    ]
    document = {"drawing": f"{world.facility.prefix}-A-101", "revision": 7, "zones": zones, "portals": portals}
    files.add(
        "floor-plan",
        "evidence/physical/floor-plan.yaml",
        "floor-plan-yaml",
        yaml_bytes(document),
        system="building documentation",
        collector="facility management",
        snapshot=True,
    )
    files.note("zones", "floor-plan", [zone["zone"] for zone in zones])
    files.note("portals", "floor-plan", [portal["portal"] for portal in portals])


def _visitors(world: World, files: Files) -> None:
    form = "%d.%m.%Y %H:%M:%S"
    inside = [v for v in world.book.visits if EXPORT_FROM <= v.arrived < EXPORT_TO]
    visits = sorted(inside, key=lambda v: (v.arrived, v.number))
    rows = [
        [
            v.number,
            v.visitor,
            v.organisation,
            "Yes" if v.identity_checked else "No",
            v.host,
            v.zone,
            v.badge,
            local_text(v.arrived, form),
            local_text(v.planned_until, form),
            local_text(v.departed, form) if v.departed else "",
            v.departure,
            "Yes" if v.badge_returned else "No",
        ]
        for v in visits
    ]
    header = (
        "Entry",
        "Visitor",
        "Company",
        "ID checked",
        "Host employee",
        "Approved area",
        "Badge",
        "Signed in",
        "Expected out",
        "Signed out",
        "Signed out by",
        "Badge returned",
    )
    files.add(
        "visitors",
        "evidence/physical/visitor-log.csv",
        "envoy-visits-csv",
        csv_bytes(header, rows),
        system="Envoy Visitors",
        collector="reception",
    )
    files.note("visitor_log", "visitors", [v.number for v in visits])


def _cameras(world: World, files: Files) -> None:
    form = "%d-%m-%Y %H:%M:%S"
    words = {
        "no_signal": "Communication error",
        "recording_stopped": "Recording stopped",
        "maintenance": "Maintenance",
        "disk": "Database disk unavailable",
        "tamper": "Camera tampering",
    }
    rows = [
        [o.camera, local_text(o.began, form), local_text(o.ended, form) if o.ended else "", words[o.state], o.ticket]
        for o in world.outages
    ]
    files.add(
        "camera-outages",
        "evidence/physical/recording-gaps.csv",
        "xprotect-gaps-csv",
        csv_bytes(("Source name", "Local time from", "Local time to", "Message text", "Reference"), rows),
        system="Milestone XProtect 2025 R2",
        collector="security control room",
    )
    files.note("camera_health", "camera-outages", [(o.camera, o.began) for o in world.outages])
    covers = [[c.name, c.zone, c.portal, c.role, c.recorder] for c in world.cameras]
    files.add(
        "camera-map",
        "evidence/physical/camera-coverage.csv",
        "camera-coverage-csv",
        csv_bytes(("Camera", "Area", "Door", "View", "Recording server"), covers),
        system="Milestone XProtect 2025 R2",
        collector="security control room",
        snapshot=True,
    )
    files.note("camera_map", "camera-map", [(c.name, c.zone) for c in world.cameras])


def _panel(world: World, files: Files) -> None:
    words = {"door_opened": "DOOR OPEN", "door_closed": "DOOR CLOSED", "motion": "MOTION", "tamper": "TAMPER"}
    rows = [[iso(r.ts, 3), r.panel, r.point, r.portal, words[r.kind]] for r in world.panel]
    files.add(
        "intrusion-panel",
        "evidence/physical/intrusion-panel.csv",
        "intrusion-panel-csv",
        csv_bytes(("time", "panel", "point", "door", "event"), rows),
        system="intrusion panel",
        collector="security control room",
    )
    files.note("alarm_log", "intrusion-panel", [(r.ts, r.point, r.kind) for r in world.panel])
