"""Model weights and their keys: register, listings, accesses, approvals, key use, media."""

from __future__ import annotations

from samples.simulator.clock import DAY, EXPORT_FROM, EXPORT_TO, iso, utc_text
from samples.simulator.exports.files import Files, csv_bytes, json_bytes, jsonl_bytes, present, yaml_bytes
from samples.simulator.storage import LISTED
from samples.simulator.world import World

_VERBS = {
    "get": "GetObject",
    "put": "PutObject",
    "copy": "CopyObject",
    "restore": "RestoreObject",
    "delete": "DeleteObject",
}


def export(world: World, files: Files) -> None:
    """Every export about weights and keys."""
    _register(world, files)
    _listings(world, files)
    _accesses(world, files)
    _approvals(world, files)
    _key_use(world, files)
    _media(world, files)


def _register(world: World, files: Files) -> None:
    records = []
    for a in world.vault.artefacts:
        record = {
            "artefact": a.name,
            "derived_from": a.lineage,
            "stored_bytes": a.bytes,
            "compressed_bytes": a.compressed_bytes,
            "parameters": a.parameters,
            "precision_bits": a.precision_bits,
            "sha256": a.digest,
            "born": iso(a.born),
            "retired": iso(a.retired) if a.retired else None,
        }
        records.append(present(record))
    files.add(
        "weights-registry",
        "evidence/weights/register.yaml",
        "weights-register-yaml",
        yaml_bytes({"register": "covered model weights", "artefacts": records}),
        system="weights register",
        collector="weights custody",
        snapshot=True,
    )
    files.note("weights_registry", "weights-registry", [a.name for a in world.vault.artefacts])


def _listings(world: World, files: Files) -> None:
    header = ("InventoryDate", "Bucket", "Key", "Size", "ChecksumSHA256", "EncryptionKey", "TagArtefact")
    for system in ("stor-01", "stor-02", "stor-03"):
        rows, keys = [], []
        for moment in LISTED:
            for copy in world.vault.listing(system, moment):
                artefact = world.vault.artefact(copy.artefact)
                rows.append(
                    [
                        iso(moment),
                        system,
                        copy.name,
                        artefact.bytes,
                        artefact.digest,
                        world.vault.key_at(copy, moment),
                        copy.artefact,
                    ]
                )
                keys.append((system, copy.name, moment))
        item = f"inventory-{system}"
        files.add(
            item,
            f"evidence/weights/inventory-{system}.csv",
            "s3-inventory-csv",
            csv_bytes(header, rows),
            system=f"object store {system}",
            collector="weights custody",
        )
        files.note("storage_inventory", item, keys)


def _accesses(world: World, files: Files) -> None:
    records = []
    for event in world.vault.events:
        person = event.principal.startswith(world.facility.prefix)
        parameters = present(
            {"bucketName": "weights", "Host": event.system, "key": event.object, "destinationKey": event.destination}
        )
        if event.first_byte is not None:
            parameters["range"] = {"first": event.first_byte, "last": event.last_byte}
        records.append(
            {
                "eventVersion": "1.09",
                "eventTime": iso(event.ts),
                "eventSource": "s3.amazonaws.com",
                "eventName": _VERBS[event.action],
                "userIdentity": {"type": "IAMUser" if person else "AssumedRole", "userName": event.principal},
                "requestParameters": parameters,
                "additionalEventData": present(
                    {
                        "bytesTransferred": event.size,
                        "artefact": event.artefact,
                        "approval": event.approval,
                        "httpStatus": "200" if event.success else "403",
                    }
                ),
                "requestID": event.request,
            }
        )
    files.add(
        "storage-access",
        "evidence/weights/s3-data-events.jsonl.gz",
        "s3-data-events-jsonl",
        jsonl_bytes(records),
        system="object stores, data event trail",
    )
    files.note("storage_access", "storage-access", [event.request for event in world.vault.events])


def _approvals(world: World, files: Files) -> None:
    approvals = sorted(world.approvals.approvals, key=lambda a: (a.requested, a.number))
    records = [
        {
            "id": a.number,
            "operation": a.operation.upper(),
            "artefact": a.artefact,
            "scope": {"object": a.object or None, "destination": a.destination or None, "max_bytes": a.bytes},
            "requested_by": a.requester,
            "requested_at": iso(a.requested),
            "expires_at": iso(a.expires),
            "approvals": [{"by": p.person, "kind": p.kind, "at": iso(p.at)} for p in a.approvers],
        }
        for a in approvals
    ]
    files.add(
        "mpa-records",
        "evidence/weights/approvals.json",
        "mpa-approvals-json",
        json_bytes({"requests": records}),
        system="approval service",
        observed=(EXPORT_FROM - 31 * DAY, EXPORT_TO),
        collector="weights custody",
    )
    files.note("mpa_requests", "mpa-records", [a.number for a in approvals])
    files.counts["mpa_records"] = sum(len(a.approvers) for a in approvals)


def _key_use(world: World, files: Files) -> None:
    for device in ("hsm-01", "hsm-02"):
        events = [event for event in world.keys.events if event.device == device]
        records = [
            present(
                {
                    "usecs": e.ts,
                    "MemberId": e.device,
                    "RebootCounter": e.boot,
                    "SequenceNo": e.sequence,
                    "OperationName": e.operation,
                    "KeyLabel": e.key,
                    "UserID": e.principal,
                    "Ticket": e.approval,
                    "Response": "SUCCESS" if e.success else "FAILURE",
                }
            )
            for e in events
        ]
        item = f"key-use-{device}"
        files.add(
            item,
            f"evidence/weights/{device}-audit.jsonl.gz",
            "hsm-audit-jsonl",
            jsonl_bytes(records),
            system=f"security module {device}",
            collector="key management",
        )
        files.note("kms_audit", item, [(e.device, e.boot, e.sequence) for e in events])
    settings = [
        {
            "read_at": iso(int(str(s["time"]))),
            "member": s["device"],
            "audit": {"scope": s["scope"], "force": s["force"]},
            "unlogged": {"boots": s["boots"], "logins": s["logins"]},
        }
        for s in world.keys.settings
    ]
    files.add(
        "key-logging",
        "evidence/weights/hsm-logging-configuration.json",
        "hsm-logging-json",
        json_bytes({"readings": settings}),
        system="key store",
        collector="key management",
    )
    files.note("kms_logging", "key-logging", [(s["device"], s["time"]) for s in world.keys.settings])
    rows = [[utc_text(day, "%Y-%m-%d"), client, operation, uses] for day, client, operation, uses in world.keys.counts]
    files.add(
        "key-use-counts",
        "evidence/weights/client-key-use.csv",
        "client-key-use-csv",
        csv_bytes(("day_utc", "client", "operation", "count"), rows),
        system="client metrics",
        collector="platform engineering",
    )
    files.note("key_use_counts", "key-use-counts", [(c, o, day) for day, c, o, _ in world.keys.counts])


def _media(world: World, files: Files) -> None:
    media = sorted(world.vault.media, key=lambda m: m.sanitised)
    rows = [
        [m.serial, m.artefact, m.object, m.method.capitalize(), m.operator, m.witness, utc_text(m.sanitised)]
        for m in media
    ]
    header = ("Serial", "Artefact", "Object", "Method", "Operator", "Witness", "Sanitised (UTC)")
    files.add(
        "media-register",
        "evidence/weights/media-register.csv",
        "media-register-csv",
        csv_bytes(header, rows),
        system="media register",
        collector="weights custody",
    )
    files.note("media_register", "media-register", [(m.serial, m.object) for m in media])
