"""Packages for the browser verifier's tests, made by the signing side; smaller than real ones, and whole."""

from __future__ import annotations

import hashlib
import hmac
import io
import secrets
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization

from auditor.attestation.commitment import record_files, tree_bytes
from auditor.attestation.envelope import parse_envelope
from auditor.attestation.package import FileDigests, is_sealed, make_manifest
from auditor.attestation.sign import sign_statement
from auditor.attestation.statements.act import make_act_statement
from auditor.attestation.statements.attestation import Renderer, make_attestation_statement
from auditor.attestation.statements.common import DeclaredSigner
from auditor.attestation.statements.results import (
    Engine,
    EvidenceSeal,
    RecordTree,
    make_results_statement,
    parse_results,
    verdict_of,
)
from auditor.attestation.statements.seal import make_seal_statement
from auditor.attestation.statements.status import StatusEntry, make_status_statement
from auditor.attestation.timestamp import make_query
from auditor.canon.instant import format_instant, parse_instant
from auditor.canon.json import canonical_bytes
from auditor.canon.merkle import TreeHasher, leaf_hash
from samples.authorities import AUTHORITIES, LocalAuthority, read_certificate
from samples.identities import IDENTITIES, KEYS, signer_of, signing_keys

TRUST = KEYS / "trust.json"
SEED = bytes(range(32))
AS_OF = parse_instant("2026-11-05T12:00:00Z")
FACILITY = {
    "id": "skarvoy",
    "name": "Skarvøy Datasenter",
    "operator": "Ytre Skarv Drift AS",
    "address": "Skarvøyveien 3, 9180 Skarvøy",
    "country": "NO",
    "timezone": "Europe/Oslo",
}
PERIOD = {"from": "2026-10-01T00:00:00Z", "to": "2026-11-01T00:00:00Z"}
PDF_CERTIFICATE = hashlib.sha256(
    read_certificate(KEYS / "pdf.crt.pem").public_bytes(serialization.Encoding.DER)
).hexdigest()
Files = dict[str, bytes]


def now() -> int:
    """Microseconds since 1970."""
    return time.time_ns() // 1000


def declared(name: str) -> DeclaredSigner:
    signer = signer_of(name)
    return DeclaredSigner(
        signer.principal, str(IDENTITIES[name].role), tuple(place.public.keyid for place in signer.keys)
    )


def sign(payload: bytes, *names: str) -> bytes:
    return sign_statement(payload, [key for name in names for key in signing_keys(name)])


def salt(label: str) -> str:
    return hmac.new(SEED, label.encode(), hashlib.sha256).hexdigest()


def item_entry(number: int, data: bytes) -> dict[str, Any]:
    return {
        "id": f"badge-log-{number:03d}",
        "path": f"evidence/pacs/badge-{number:03d}.csv",
        "kind": "stream",
        "mapping": "badge-csv",
        "source": {"system": f"access control {number}", "collector": "IT operations"},
        "observed": PERIOD,
        "collected": "2026-11-02T08:46:00Z",
        "received": "2026-11-03T09:40:00Z",
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "sensitivity": "restricted",
    }


def evidence(items: int, item_bytes: int) -> tuple[list[bytes], dict[str, bytes], list[dict[str, Any]]]:
    """The leaves, the files by their path, and the entries of a bundle of so many items."""
    files, entries = {}, []
    frame = {"bundle": salt("bundle")[:32], "facility": FACILITY["id"]}
    head = {"head": {"facility": FACILITY, "period": PERIOD}, "index": 0, "salt": salt("0")}
    leaves = [canonical_bytes({**frame, **head})]
    for number in range(1, items + 1):
        data = f"person;door;{number}\n".encode() + b"x" * item_bytes
        entry = item_entry(number, data)
        files[entry["path"]] = data
        entries.append(entry)
        leaves.append(canonical_bytes({**frame, "index": number, "item": entry, "salt": salt(str(number))}))
    return leaves, files, entries


def hashes(leaves: list[bytes]) -> tuple[bytes, str]:
    """Leaf hashes one after the other, and the root."""
    hasher = TreeHasher()
    found = [leaf_hash(leaf) for leaf in leaves]
    for one in found:
        hasher.add(one)
    return b"".join(found), hasher.root().hex()


def results(leaves: list[bytes], entries: list[dict[str, Any]], findings: int) -> dict[str, Any]:
    """Assessment results with as many findings; every other one cites records of the first item."""
    found, root = hashes(leaves)
    items = [
        {
            **{k: v for k, v in entry.items() if k not in ("sha256", "source")},
            **entry["source"],
            "streams": ["pacs_events"],
            "rows": 1,
            "rejected": 0,
            "passedOver": 0,
            "leaf": found[32 * (i + 1) : 32 * (i + 2)].hex(),
        }
        for i, entry in enumerate(entries)
    ]
    made, observations, activities = [], [], []
    for number in range(findings):
        key = {"control": f"X-{number:02d}", "objective": "a"}
        met = number % 3 != 1
        made.append(
            {
                **key,
                "title": f"Badge removal beats departure, door {number}",
                "domain": ("physical", "cyber", "weights")[number % 3],
                "determine": "the badge of every person whose engagement has ended is disabled within the stated time",
                "severity": ("high", "moderate", "low")[number % 3],
                "role": "control",
                "level": "SL2",
                "detail": "no violation in 400 rows" if met else "4 violations",
                "state": "satisfied" if met else "other-than-satisfied",
                "outcome": "met" if met else "not-met",
            }
        )
        cited = [] if met else [{"evidence": [{"item": entries[0]["id"], "record": 1}]}]
        observations.append({**key, "exceptions": cited})
        activities.append({**key, "method": "test", "planned": True, "streams": ["pacs_events"], "note": ""})
    told = [(one["control"], one["level"], one["domain"], one["state"]) for one in made]
    return {
        "format": "assessment-results/1",
        "engine": {"name": "auditor", "version": "0.1.0"},
        "facility": FACILITY,
        "period": PERIOD,
        "asOf": format_instant(AS_OF),
        "catalog": {"digest": "c" * 64, "controls": 16},
        "profile": {
            "id": "sl4",
            "title": "RAND SL4 orientation",
            "status": "ours",
            "digest": "d" * 64,
            "methods": ["test"],
        },
        "bundle": {
            "root": root,
            "size": len(leaves),
            "items": items,
            "coverage": [{"stream": "pacs_events", "items": [one["id"] for one in entries]}],
        },
        "plan": {"activities": activities},
        "observations": observations,
        "findings": made,
        "verdict": verdict_of(told, [{"level": "SL2", "title": "Against professional opportunists"}]),
    }


def stamps(stem: str, sealed: bytes, authorities: tuple[str, ...] = tuple(AUTHORITIES)) -> Files:
    """Question and answer of each authority over a sealed file."""
    imprint = hashlib.sha512(sealed).digest()
    made = {}
    for name in authorities:
        authority = LocalAuthority(KEYS, name)
        query = make_query(imprint, secrets.randbits(120) | 1, authority.policy)
        made[f"{stem}.{name}.tsq"] = query
        made[f"{stem}.{name}.tsr"] = authority.respond(query)
    return made


def seal(stage: str, package: str | None, subjects: list[tuple[str, str]], **more: Any) -> Files:
    """A seal of that stage by the sample sealing service, with its timestamps."""
    payload = make_seal_statement(
        stage=stage, package=package, sealed_at=now(), subjects=subjects, signers=[declared("sealer")]
    )
    stem = f"seals/{stage}"
    envelope = sign(payload, "sealer")
    return {f"{stem}.dsse.json": envelope, **stamps(stem, envelope, **more)}


def make_report(
    found: dict[str, Any], *, concluded_at: int, records: tuple[RecordTree, ...] = (), cited: Files | None = None
) -> bytes:
    """The report by three sample people; `cited` is the seal over its evidence."""
    seal_cited = None
    if cited is not None:
        responses = sorted(sha512(data) for path, data in cited.items() if path.endswith(".tsr"))
        seal_cited = EvidenceSeal(sha512(cited["seals/evidence.dsse.json"]), tuple(responses))
    names = ("assessor", "reviewer", "official")
    payload = make_results_statement(
        found,
        concluded_at=concluded_at,
        engine=Engine("0.1.0", "e" * 64),
        signers=[declared(name) for name in names],
        records=records,
        evidence_seal=seal_cited,
    )
    return sign(payload, *names)


def payload_of(envelope: bytes) -> bytes:
    return parse_envelope(envelope).payload


def make_package(
    *, items: int = 4, item_bytes: int = 40, findings: int = 9, withheld: tuple[int, ...] = (), late: bool = False,
    alter: Callable[[bytes], bytes] = bytes,
) -> Files:  # fmt: skip
    """The files of a whole package, sealed and stamped now; `withheld` items (from 1) stay closed.

    `alter` makes another report of the genuine one before everything else is made around it.
    """
    leaves, files, entries = evidence(items, item_bytes)
    leaf_hashes, root = hashes(leaves)
    texts = [
        canonical_bytes({"item": entries[0]["id"], "record": n, "salt": salt(f"r{n}"), "text": f"record {n}"})
        for n in range(1, 8)
    ]
    record_hashes, record_root = hashes(texts)
    record_leaves, record_openings = record_files(entries[0]["id"])
    evidence_seal = seal("evidence", None, [("bundle", root)])
    report = make_report(
        results(leaves, entries, findings),
        concluded_at=now(),
        cited=evidence_seal,
        records=(RecordTree(entries[0]["id"], len(texts), record_root),),
    )
    report = alter(report)
    statement = parse_results(payload_of(report))
    revision0, pdf = make_pdf({"report.dsse.json": report, "results.json": canonical_bytes(statement.results)})
    attestation = make_attestation_statement(
        package=statement.package,
        report=sha512(report),
        revision0=sha512(revision0),
        pdf=sha512(pdf),
        revision0_size=len(revision0),
        text="f" * 64,
        renderer=Renderer("weasyprint", "70.0"),
        certificates=[PDF_CERTIFICATE],
        signers=[declared("assessor"), declared("reviewer")],
    )
    made = {
        "README.txt": b"how to verify\n",
        "report.dsse.json": report,
        "attestation.pdf": pdf,
        "attestation.dsse.json": sign(attestation, "assessor", "reviewer"),
        "evidence/tree.json": tree_bytes(len(leaves), root),
        "evidence/leaves.bin": leaf_hashes,
        record_leaves: record_hashes,
        **evidence_seal,
    }
    made = seal_package(made, statement.package, late=late)
    opened = [leaf for index, leaf in enumerate(leaves) if index not in withheld]
    made["evidence/openings.jsonl"] = b"".join(leaf + b"\n" for leaf in opened)
    made[record_openings] = b"".join(text + b"\n" for text in texts[:2])
    closed = {entries[number - 1]["path"] for number in withheld}
    made.update({f"evidence/files/{path}": data for path, data in files.items() if path not in closed})
    return made


def seal_package(made: Files, package: str, *, late: bool = False) -> Files:
    """The same files with their manifest and its seal, and perhaps a late seal over a revocation list."""
    digests = {
        path: FileDigests(len(data), hashlib.sha256(data).hexdigest(), sha512(data))
        for path, data in made.items()
        if is_sealed(path)
    }
    manifest = make_manifest(package, digests)
    made = {**made, "manifest.json": manifest, **seal("package", package, [("manifest.json", sha512(manifest))])}
    if late:
        made["seals/revocation/pdf-ca.crl"] = b"a revocation list, which this page does not read"
        covered = [path for path in made if path.startswith(("seals/package.", "seals/revocation/"))]
        made |= seal("late", package, [(path, sha512(made[path])) for path in covered])
    return made


def act(report: bytes, kind: str, name: str, *, at: int | None = None, successor: str | None = None) -> bytes:
    payload = make_act_statement(
        report=sha512(report),
        act=kind,
        at=at or now(),
        reason="for a reason",
        signers=[declared(name)],
        successor=successor,
    )
    return sign(payload, name)


def status_list(*reports: bytes, issued_at: int | None = None) -> bytes:
    """A status list that withdraws `reports`."""
    issued = issued_at or now()
    entries = [StatusEntry(sha512(one), "withdrawn", issued, "found wrong") for one in reports]
    payload = make_status_statement(version=1, issued_at=issued, entries=entries, signers=[declared("assessor")])
    return sign(payload, "assessor")


def sha512(data: bytes) -> str:
    return hashlib.sha512(data).hexdigest()


def write_folder(files: Files, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return folder


def zipped(files: Files) -> bytes:
    """A stored-only zip of the files, in order of their paths."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(files):
            archive.writestr(zipfile.ZipInfo(path), files[path])
    return buffer.getvalue()


def make_pdf(attachments: Files) -> tuple[bytes, bytes]:
    """Revision 0 of a small PDF with these attachments, and the file after an update as a signature makes one."""
    names, objects = [], []
    number = 3
    for name, data in sorted(attachments.items()):
        packed = zlib.compress(data)
        stream = b"<</Type /EmbeddedFile/Filter /FlateDecode/Length %d>>\nstream\n%b\nendstream" % (len(packed), packed)
        objects.append((number, stream))
        escaped = name.encode()
        specification = b"<</Type /Filespec/F (%b)/UF (%b)/EF <</F %d 0 R>>>>" % (escaped, escaped, number)
        objects.append((number + 1, specification))
        names.append(b"(%b) %d 0 R" % (escaped, number + 1))
        number += 2
    listed = b" ".join(names), b" ".join(name.rpartition(b") ")[2] for name in names)
    catalog = b"<</Type /Catalog/Pages 2 0 R/Names <</EmbeddedFiles <</Names [%b]>>>>/AF [%b]%%b>>" % listed
    objects += [(1, catalog % b""), (2, b"<</Type /Pages/Kids []/Count 0>>")]
    revision0 = append_revision(b"%PDF-1.7\n", sorted(objects), previous=None, size=number)
    start = int(revision0.rsplit(b"startxref\n", 1)[1].split()[0])
    changed = [(1, catalog % b"/Perms <<>>"), (number, b"<</Type /Sig>>")]
    return revision0, append_revision(revision0, changed, previous=start, size=number + 1)


def append_revision(before: bytes, objects: list[tuple[int, bytes]], *, previous: int | None, size: int) -> bytes:
    """`before` with an incremental update: objects, cross-reference table and trailer (ISO 32000-1 section 7.5.6)."""
    data, table = bytearray(before), b""
    if previous is None:
        table = b"0 1\n0000000000 65535 f \n"
    for number, body in objects:
        table += b"%d 1\n%010d 00000 n \n" % (number, len(data))
        data += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(data)
    link = b"" if previous is None else b"/Prev %d" % previous
    data += b"xref\n%btrailer\n<</Size %d/Root 1 0 R%b>>\nstartxref\n%d\n%%%%EOF\n" % (table, size, link, start)
    return bytes(data)
