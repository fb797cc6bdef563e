"""People, assets and work orders, and the documents."""

from __future__ import annotations

import hashlib

from samples.simulator.clock import local_text, offset_text, utc_text, whole_second
from samples.simulator.documents import documents
from samples.simulator.exports.files import Files, csv_bytes, json_bytes
from samples.simulator.world import World

_STATES = {"open": "-5", "approved": "-1", "closed": "3", "cancelled": "4"}
_STATUS = {"active": "active", "spare": "inventory", "retired": "decommissioning"}


def export(world: World, files: Files) -> None:
    """Every export of the programme's own systems, and the documents."""
    _workers(world, files)
    _devices(world, files)
    _changes(world, files)
    for document in documents(world.facility):
        files.add(
            document.item,
            f"evidence/{document.path}",
            None,
            document.data,
            system="document management",
            collector="compliance office",
            snapshot=True,
            sensitivity="internal",
            title=document.title,
        )


def _workers(world: World, files: Files) -> None:
    date = "%Y-%m-%d"
    people = sorted(world.force.people.values(), key=lambda p: p.id)
    rows = [
        [
            p.id,
            p.employer,
            p.role,
            p.team,
            p.manager,
            local_text(p.hired, date),
            offset_text(p.terminated) if p.terminated else "",
            offset_text(p.transferred) if p.transferred else "",
            "Y" if p.custodian else "N",
            p.screening,
            local_text(p.screened, date),
            local_text(p.trained, date) if p.trained else "",
        ]
        for p in people
    ]
    header = (
        "Worker_ID",
        "Company",
        "Business_Title",
        "Supervisory_Organization",
        "Manager_ID",
        "Hire_Date",
        "Termination_Moment",
        "Transfer_Moment",
        "Weights_Custodian",
        "Screening_Tier",
        "Screening_Completed",
        "Weights_Training_Completed",
    )
    files.add(
        "hr-roster",
        "evidence/programme/workers.csv",
        "workday-workers-csv",
        csv_bytes(header, rows),
        system="Workday, report All Active and Terminated Workers",
        collector="human resources",
        snapshot=True,
    )
    files.note("hr_roster", "hr-roster", [p.id for p in people])


def _devices(world: World, files: Files) -> None:
    rows = [
        [
            a.name,
            _STATUS[a.status],
            a.kind.replace("_", "-"),
            a.model,
            a.serial,
            world.facility.id,
            a.zone,
            a.keeps_accounts,
            a.must_log,
            a.must_scan,
            a.holds_weights,
        ]
        for a in world.assets
    ]
    header = (
        "name",
        "status",
        "role",
        "device_type",
        "serial",
        "site",
        "location",
        "cf_keeps_accounts",
        "cf_must_log",
        "cf_must_scan",
        "cf_holds_weights",
    )
    files.add(
        "dcim",
        "evidence/programme/netbox-devices.csv",
        "netbox-devices-csv",
        csv_bytes(header, rows),
        system="NetBox 4.3",
        snapshot=True,
    )
    files.note("dcim", "dcim", [a.name for a in world.assets])


def _changes(world: World, files: Files) -> None:
    records = [
        {
            "sys_id": hashlib.md5(o.number.encode(), usedforsecurity=False).hexdigest(),
            "number": o.number,
            "type": "normal",
            "category": o.kind,
            "short_description": o.summary,
            "cmdb_ci": o.asset,
            "u_area": o.zone,
            "approval": "approved" if o.approved is not None else "requested",
            "u_approved_at": utc_text(whole_second(o.approved)) if o.approved is not None else "",
            "start_date": utc_text(whole_second(o.window_began)),
            "end_date": utc_text(whole_second(o.window_ended)),
            "u_compensation": o.compensation,
            "state": _STATES[o.state],
        }
        for o in world.desk.orders
    ]
    files.add(
        "work-orders",
        "evidence/programme/change-requests.json",
        "servicenow-changes-json",
        json_bytes({"result": records}),
        system="ServiceNow",
        collector="service desk",
    )
    files.note("work_orders", "work-orders", [o.number for o in world.desk.orders])
