"""Makes the genuine inputs that the corpus begins with: `python -m tests.fuzz.seeds`, after a format has changed.

What the fuzzers found stays; signatures and timestamps are new each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest import mock

from cryptography.hazmat.primitives.serialization import Encoding

from auditor.attestation.commitment import make_opening, tree_bytes
from auditor.attestation.envelope import parse_envelope
from auditor.attestation.keys import ALGORITHMS, encode_public_key, encode_spki
from auditor.attestation.package import PDF, SEALED, FileDigests, make_manifest
from auditor.attestation.sign import sign_statement
from auditor.attestation.statements.act import make_act_statement
from auditor.attestation.statements.attestation import Renderer, make_attestation_statement
from auditor.attestation.statements.results import EvidenceSeal, RecordTree
from auditor.attestation.statements.seal import make_seal_statement
from auditor.attestation.statements.status import StatusEntry, make_status_statement
from auditor.attestation.timestamp import make_query
from auditor.canon.json import canonical_bytes
from auditor.canon.merkle import leaf_hash, root_of_hashes
from auditor.custody.signer_file import KeyPlace, SignerFile, encode_signer
from auditor.evidence.commitment import bundle_leaves
from auditor.jobs.container import write_zip
from auditor.report.pdf import PdfAttachment, render_pdf
from samples.authorities import KEYS, LocalAuthority, sample_ca
from tests.attestation.tokens import Changes, make_info
from tests.browser import factory
from tests.e2e.attacks import both, stamps
from tests.evidence.test_commitment import MANIFEST
from tests.fuzz import edits, lone, pdf, printed, whole
from tests.fuzz.mutate import join
from tests.fuzz.people import desk, trust
from tests.fuzz.target import CORPUS, keep
from tests.fuzz.timestamps import IMPRINT, NONCE, authority
from tests.report.certified import PAGE, World

PACKAGE = "urn:dc-attest:package:" + "0a" * 16
_COMPROMISED = ("2026-05-01T00:00:00Z", "key-compromise", "2026-04-01T00:00:00Z")
D256, D512, E512 = "d4" * 32, "d4" * 64, "e5" * 64


def payloads() -> dict[str, tuple[bytes, tuple[str, ...]]]:
    """One payload of each form, and who signs it."""
    one = desk()
    rich = one.payload_for(
        one.declared("ada", "ben", "cyd"), told_results(),
        records=[RecordTree("pacs", 5, "a1" * 32), RecordTree("kms", 7, "b2" * 32)],
        evidence_seal=EvidenceSeal(D512, (D512, E512)), supersedes=E512,
    )  # fmt: skip
    at, sal = one.at, one.declared("sal")
    late = [("seals/package.alpha.tsr", D512), ("seals/package.dsse.json", E512), ("seals/revocation/ca.crl", D512)]
    attestation = make_attestation_statement(
        package=PACKAGE, report=D512, revision0=E512, pdf=D512, revision0_size=5, text=D256,
        renderer=Renderer("weasyprint", "70.0"), certificates=[D256], signers=one.declared("ada", "ben"),
    )  # fmt: skip
    entries = [StatusEntry(D512, "withdrawn", at, "why"), StatusEntry(E512, "superseded", at, "é 😀")]
    return {
        "results": (one.payload("ada"), ("ada",)),
        "results-rich": (rich, ("ada", "ben", "cyd")),
        "attestation": (attestation, ("ada", "ben")),
        "seal-evidence": (
            make_seal_statement(stage="evidence", package=None, sealed_at=at, subjects=[("bundle", D256)], signers=sal),
            ("sal",),
        ),
        "seal-package": (
            make_seal_statement(
                stage="package", package=PACKAGE, sealed_at=at, subjects=[("manifest.json", D512)], signers=sal
            ),
            ("sal",),
        ),
        "seal-late": (
            make_seal_statement(stage="late", package=PACKAGE, sealed_at=at, subjects=late, signers=sal),
            ("sal",),
        ),
        "act": (
            make_act_statement(
                report=D512, act="supersede", at=at, reason="Newer.", successor=E512, signers=one.declared("ada")
            ),
            ("ada",),
        ),
        "status": (
            make_status_statement(version=1, issued_at=at, entries=entries, signers=one.declared("ada")),
            ("ada",),
        ),
    }


def told_results() -> dict[str, Any]:
    """Results with all that `auditor verify` and `auditor diff` tell of them."""
    return {
        **desk().results(),
        "facility": {"name": "Facility", "id": "f-1"},
        "profile": {"digest": "c3" * 32, "id": "sl4", "title": "Level 4"},
        "period": {"from": "2026-07-01T00:00:00Z", "to": "2026-10-01T00:00:00Z"},
        "verdict": {
            "satisfied": 1, "total": 1, "level": "SL3", "domains": [{"domain": "cyber", "satisfied": 1, "total": 1}],
            "levels": [{"level": "SL3", "reached": True, "satisfied": 1, "total": 1, "binding": []}],
        },
        "findings": [{"control": "X-1", "objective": "a", "level": "SL3", "domain": "cyber", "state": "satisfied"}],
    }  # fmt: skip


def statement_seeds() -> Iterator[tuple[str, str, bytes]]:
    for name, (payload, people) in payloads().items():
        yield "statements", name, payload
        yield "signed", name, payload
        envelope = sign_statement(payload, desk().keys_of(*people))
        if name == "results":
            yield "printout", "full", canonical_bytes(told_results())
            yield "compare", "both", join(payload, payloads()["results-rich"][0])
            yield "compare", "same", join(payload, payload)
        if name.startswith("results"):
            yield "signed-report", name, payload
        # Everything with many signatures would make the corpus large, and brings nothing new.
        if name == "results":
            yield "report", "genuine", envelope
            yield "envelope", "report", envelope
        if name in ("seal-package", "act"):
            yield "file", f"genuine-{name}", envelope
    small = parse_envelope(desk().report)
    document = {
        "payload": "e30=", "payloadType": small.payload_type,
        "signatures": [{"keyid": one.keyid, "sig": "AAAA"} for one in small.signatures],
    }  # fmt: skip
    yield "envelope", "small", canonical_bytes(document)
    yield "canon", "payload", payloads()["status"][0]
    yield "canon", "odd", '{"\ue000":[-1,0,9007199254740991],"a\\"\\\\":"é\u2028","😀":{"":[true,false,null]}}'.encode()


def trust_seeds() -> Iterator[tuple[str, str, bytes]]:
    one = desk()
    rich = one.trust_document(
        "ada", "cyd",
        authorities=[
            {
                "authority": name, "operator": name.title(), "certificate": _base64(authority(name).certificate),
                "policy": authority(name).policy,
                "notBefore": "2026-01-01T00:00:00Z", "notAfter": "2046-01-01T00:00:00Z",
            }
            for name in ("alpha", "beta")
        ],
        timeThreshold=2, version=2, catalogs=[D256], engines=[D256], verifiers=[D512],
        pdf={"anchors": [_base64(_anchor())], "certificates": [{"sha256": D256, "principal": "urn:example:ada"}]},
        revoked=[one.revoked(one.keyids["mallory"][0], *_COMPROMISED)],
        status={"leastVersion": 1, "maxAgeDays": 30},
        thresholds={"assessment-results": {"assessor": 1}, "act": {"assessor": 1}},
    )  # fmt: skip
    yield "trust", "rich", canonical_bytes(rich)
    yield "trust", "next", canonical_bytes(one.trust_document("ada", version=2, revoked=rich["revoked"]))
    yield "trust-file", "genuine", one.trust_for("ada")
    for name in ("alpha", "beta"):
        yield "pinned", name, authority(name).certificate
    yield "pinned", "ca", _anchor()


def time_seeds() -> Iterator[tuple[str, str, bytes]]:
    for name in ("alpha", "beta"):
        local = LocalAuthority(KEYS, name)
        query = make_query(IMPRINT, NONCE, local.policy, with_certificate=name == "alpha")
        response = local.respond(query)
        yield "response", f"genuine-{name}", join(query, response)
        yield "answer", name, response
        yield "query", name, query
        yield "der", name, response[:2000] if len(response) > 2000 else response
    info = make_info(make_query(IMPRINT, NONCE), LocalAuthority(KEYS, "alpha"), desk().at, Changes())
    yield "token", "info", info
    yield "der", "info", info


def evidence_seeds() -> Iterator[tuple[str, str, bytes]]:
    lines = list(bundle_leaves(MANIFEST))
    hashes = b"".join(map(leaf_hash, lines))
    yield "tree", "genuine", join(tree_bytes(len(lines), root_of_hashes(hashes).hex()), hashes)
    yield "openings", "genuine", b"".join(line + b"\n" for line in lines)
    for index in (0, 3):
        yield "opening", f"item-{index}", make_opening(lines[index], index, hashes)
    records = [
        canonical_bytes({"item": "pacs", "record": n, "salt": f"{n:064x}", "text": f"row {n}; é"}) for n in (1, 2, 3)
    ]
    yield "records", "three", b"".join(line + b"\n" for line in records)
    over = b"".join(map(leaf_hash, records))
    yield "opening", "record", make_opening(records[1], 1, over)
    yield "opening", "lone-record", make_opening(records[0], 0, leaf_hash(records[0]))


def package_seeds() -> Iterator[tuple[str, str, bytes]]:
    import io
    import tempfile
    from pathlib import Path

    paths = [*SEALED, "evidence/records/pacs.leaves.bin", "seals/evidence.dsse.json", "seals/evidence.alpha.tsr"]
    yield "manifest", "made", make_manifest(PACKAGE, {path: FileDigests(3, D256, D512) for path in paths})
    later = ["manifest.json", "acts/0001.dsse.json", "seals/package.dsse.json", "evidence/files/evidence/pacs/é.csv"]
    yield "layout", "made", "\n".join([*paths, *later, "seals/revocation/ca.crl"]).encode()
    with tempfile.TemporaryDirectory() as folder:
        for path in ("README.txt", "manifest.json", "evidence/files/evidence/é.csv"):
            file = Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(path.encode())
        out = io.BytesIO()
        write_zip(folder, out)
    yield "zip", "made", out.getvalue()
    for form, what in enumerate(("folder", "zip")):
        yield "package", f"genuine-{what}", bytes([0, form])
    yield "package", "resealed", bytes([2, 0])
    yield "package", "resealed-late", bytes([3, 1])


def key_seeds() -> Iterator[tuple[str, str, bytes]]:
    pair = desk().keys["ada"]
    for name, key in zip(ALGORITHMS, pair, strict=True):
        yield "key", f"{name}-pem", encode_public_key(key.public)
        yield "signature", f"genuine-{name}", key.sign(b"message")
    yield "key", "p384-der", pair[0].public.spki
    yield "key", "p384-base64", encode_spki(pair[0].public).encode()
    uris = ("file:ada.pem", "pkcs11:token=t;object=o")
    places = tuple(KeyPlace(key.public, uri) for key, uri in zip(pair, uris, strict=True))
    yield "signer", "ada", encode_signer(SignerFile("urn:example:ada", "Ada", "Assurance Ltd", places))
    yield "token-uri", "whole", b"pkcs11:token=my%20token;object=ada;type=private?pin-source=env:PIN"


def pdf_seeds() -> Iterator[tuple[str, str, bytes]]:
    made = pdf.base()
    start = made.find(b" 0 obj\n")
    yield "pdf", "smallest", _smallest()
    yield "pdf", "value", b"<</A[1 0 R 2.5 -3 true null(a\\(b\\)\\101)<0aF>/B#20c]/D<</E/F>>>>"
    yield "pdf", "broken", made[: start + 2000]
    for word in (b"9" * 200, b"(\\8)", b"]", b"\n1 0 obj\n<<>>\nendobj\n"):
        yield "pdf-edits", f"word-{word[:4].hex()}", edits.write_edits(edits.Edit(0, 200, 0, word))
        yield "pdf-certified", f"word-{word[:4].hex()}", edits.write_edits(edits.Edit(0, 200, 0, word))
        yield "lone-pdf", f"word-{word[:4].hex()}", edits.write_edits(edits.Edit(0, 200, 0, word))
        yield "printed", f"word-{word[:4].hex()}", edits.write_edits(edits.Edit(0, 200, 0, word))
    for number, page in enumerate(sorted(printed.contents(), key=len)[:2]):
        yield "page", f"page-{number}", page
    yield "font", "smallest", min((font.file for font in printed._page_fonts().values()), key=len)
    yield "plain-file", "smallest", _smallest().replace(b"\n%\xe2\xe3\xcf\xd3\n", b"\n%\xf0\x9f\x96\xa4\n")


def _smallest() -> bytes:
    """A first revision with one page, right to the byte."""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>",
        b"<</Length 4>>\nstream\nq Q\n\nendstream", b"<<>>",
    )  # fmt: skip
    out, places = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    for number, source in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, source)
    table = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    ends = b"trailer\n<<\n/Size 6\n/Root 1 0 R\n/Info 5 0 R\n/ID [(%b) (%b)]\n>>\nstartxref\n%d\n%%%%EOF\n"
    return out + ends % (b"0" * 32, b"0" * 32, table)


def bases() -> Iterator[tuple[str, bytes]]:
    """The files that edits are made to."""
    world = World(KEYS)
    plain = PAGE.replace("Control 4 is", "Control 4 of the sample is")
    yield "certified.pdf", world.certify(render_pdf(PAGE, "body { font-family: serif }", {}, (), 1_790_000_000_000_000))
    report = desk().report
    import json

    results = canonical_bytes(json.loads(parse_envelope(report).payload)["predicate"]["results"])
    files = (
        PdfAttachment("report.dsse.json", "The signed report", report, "Source"),
        PdfAttachment("results.json", "The results", results, "Data"),
    )
    yield "lone.pdf", world.certify(render_pdf(plain, "body { font-family: serif }", {}, files, 1_790_000_000_000_000))
    yield "packages.zip", packages()


def packages() -> bytes:
    """A package, its twin, and acts, by people and authorities who all work at one moment."""
    made = pdf.base()
    with mock.patch.multiple(
        factory,
        now=lambda: whole.MADE,
        make_pdf=lambda _: (made[: pdf.revision0_size(made)], made),
        stamps=lambda stem, sealed: {stem + end: data for end, data in stamps(sealed, both(whole.MADE)).items()},
    ):
        package, twin = (factory.make_package(items=items, findings=3, late=True) for items in (3, 4))
        report = package["report.dsse.json"]
        acts = {
            "acts/0001.dsse.json": factory.act(report, "countersign", "reviewer"),
            "acts/0002.dsse.json": factory.act(report, "object", "official"),
            "acts/0003.dsse.json": factory.act(twin["report.dsse.json"], "acknowledge", "regulator"),
            "acts/withdraw.dsse.json": factory.act(report, "withdraw", "assessor"),
        }
    # The PDF is a base of its own.
    folders = {"package": package, "twin": twin, "acts": acts}
    return factory.zipped(
        {f"{name}/{path}": data for name, files in folders.items() for path, data in files.items() if path != PDF}
    )


def _anchor() -> bytes:
    return sample_ca(KEYS).certificate.public_bytes(Encoding.DER)


def _base64(data: bytes) -> str:
    from base64 import b64encode

    return b64encode(data).decode()


def main() -> None:
    trust()
    for what, data in bases():
        keep("base", what, data)
    pdf.base.cache_clear()
    lone.base.cache_clear()
    families = (statement_seeds, trust_seeds, time_seeds, evidence_seeds, package_seeds, key_seeds, pdf_seeds)
    for family in families:
        for name, what, data in family():
            for old in (CORPUS / name).glob(f"{what}*") if what.startswith("genuine") else ():
                if old.name.removesuffix(".xz") == what:
                    old.unlink()
            print(keep(name, what, data).relative_to(CORPUS), len(data))


if __name__ == "__main__":
    main()
