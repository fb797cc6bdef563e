"""Readers: keys out of their time, revoked before and after, thresholds, organisations, algorithms, approved lists."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.serialization import Encoding

from auditor.attestation.envelope import TRUST_ROOT_TYPE
from auditor.attestation.rotation import make_root
from auditor.canon.instant import format_instant, parse_instant
from auditor.canon.json import canonical_bytes
from auditor.jobs.trust_document import revoke, set_threshold
from samples.identities import sample_document
from tests.differential.table import (
    FAILED,
    NO_TIME,
    OPEN,
    PAGES_UNREAD,
    PASSED,
    PDF_UNREAD,
    TODAY,
    Change,
    Differs,
    Row,
    Scene,
    Table,
)
from tests.differential.verifiers import DAY, TRUST
from tests.e2e.attacks import AUTHORITIES, Document, add_rival, keys_of, sign_raw

SIGNERS = ("assessor", "sealer")
"""Of the report, and of the seals: keys of the one and the other are judged at different times."""
YEARS = 365 * DAY
Alter = Callable[[Document, int], object]


def read_by(change: Alter, *, years: int = 0) -> Change:
    """A reader with another trust root, which is told of the time around the seals, and who asks in so many years."""

    def make(scene: Scene) -> None:
        scene.read_by(lambda document: change(document, scene.seals))
        scene.at += years * YEARS

    return make


def person(document: Document, name: str) -> Document:
    found: Document = next(one for one in document["principals"] if one["principal"].endswith(name))
    return found


def window(name: str, *, after: int | None = None, before: int | None = None) -> Alter:
    """The keys of a person count from `after` days after the seals on, or until `before` days after them."""

    def change(document: Document, seals: int) -> None:
        for key in person(document, name)["keys"]:
            if after is not None:
                key["notBefore"] = format_instant(seals + after * DAY)
            if before is not None:
                key["notAfter"] = format_instant(seals + before * DAY)

    return change


def revoked(name: str, reason: str, days: int, lost: int | None = None) -> Alter:
    """A person's keys revoked so many days after the seals, and for a key that was `lost` with effect from then."""

    def change(document: Document, seals: int) -> None:
        told = seals + days * DAY
        revoke(
            document, person(document, name)["principal"], reason, told, told if lost is None else seals + lost * DAY
        )

    return change


def until(algorithm: str, days: int) -> Alter:
    return lambda document, seals: document["algorithms"].update({algorithm: format_instant(seals + days * DAY)})


def asking(kind: str, role: str, count: int) -> Alter:
    def change(document: Document, _: int) -> None:
        add_rival(document)
        set_threshold(document, kind, role, count)

    return change


def removed(name: str) -> Alter:
    def change(document: Document, _: int) -> None:
        gone = person(document, name)["principal"]
        document["principals"] = [one for one in document["principals"] if one["principal"] != gone]
        certificates = document["pdf"]["certificates"]
        document["pdf"]["certificates"] = [one for one in certificates if one["principal"] != gone]
        document["thresholds"] = {
            "assessment-results": {"technical-reviewer": 1},
            "attestation": {"technical-reviewer": 1},
        }

    return change


def members(**changed: Any) -> Alter:
    return lambda document, _: document.update(changed)


def without(kind: str) -> Alter:
    return lambda document, _: document["thresholds"].pop(kind)


def approved(member: str, subject: str | None) -> Change:
    """A reader who approves the catalog or engine of this report, or only others."""

    def make(scene: Scene) -> None:
        digest = "00" * 32 if subject is None else scene.package.report().digest_of(subject)
        scene.read_by(lambda document: document.update({member: [digest]}))

    return make


def root_file(change: Callable[[bytes], bytes]) -> Change:
    def make(scene: Scene) -> None:
        scene.trust = scene.folder / "trust.json"
        scene.trust.write_bytes(change(TRUST.read_bytes()))

    return make


def signed_by(*names: str) -> bytes:
    return sign_raw(make_root(sample_document()), keys_of(*names), TRUST_ROOT_TYPE)


def by_hand(change: Callable[[Document], object]) -> bytes:
    """A trust root that our own maker would not make, signed by both holders."""
    document = sample_document()
    change(document)
    return sign_raw(canonical_bytes(document), keys_of("root-a", "root-b"), TRUST_ROOT_TYPE)


def second_certificate(document: Document) -> None:
    """Beta's authority has alpha's key, in a certificate of its own."""
    alpha = AUTHORITIES["alpha"]
    old = x509.load_der_x509_certificate(alpha.certificate)
    made = x509.CertificateBuilder(
        old.subject, old.subject, alpha.key.public_key(), 4711, old.not_valid_before_utc, old.not_valid_after_utc,
        list(old.extensions),
    ).sign(alpha.key, SHA512())  # fmt: skip
    other = next(one for one in document["authorities"] if one["authority"] == "beta")
    other["certificate"] = b64encode(made.public_bytes(Encoding.DER)).decode()


def one_signature_less(data: bytes) -> bytes:
    document = json.loads(data)
    document["signatures"].pop()
    return json.dumps(document, separators=(",", ":"), sort_keys=True).encode()


def certificate_of_another(document: Document, _: int) -> None:
    authorities = {one["authority"]: one for one in document["authorities"]}
    authorities["alpha"]["certificate"], authorities["beta"]["certificate"] = (
        authorities["beta"]["certificate"], authorities["alpha"]["certificate"],
    )  # fmt: skip


def authority(name: str, **changed: str) -> Alter:
    def change(document: Document, _: int) -> None:
        next(one for one in document["authorities"] if one["authority"] == name).update(changed)

    return change


def one_authority(document: Document, _: int) -> None:
    document["authorities"] = [one for one in document["authorities"] if one["authority"] == "alpha"]
    document["timeThreshold"] = 1


def one_organisation(document: Document, _: int) -> None:
    document["separation"].append(["assessor", "technical-reviewer"])


def on(day: str) -> Change:
    return lambda scene: setattr(scene, "at", parse_instant(day))


TABLE: Table = {
    **{f"{name}: keys that ended the day before": Row(FAILED, read_by(window(name, before=-1))) for name in SIGNERS},
    **{f"{name}: keys that begin the day after": Row(FAILED, read_by(window(name, after=1))) for name in SIGNERS},
    **{f"{name}: keys that end later": Row(PASSED, read_by(window(name, before=2))) for name in SIGNERS},
    **{
        f"{name}: keys that ended, asked years after": Row(
            PASSED, read_by(window(name, before=2), years=5), recipe=TODAY
        )
        for name in ("assessor", "sealer")
    },
    **{
        f"{name}: {reason} before": Row(FAILED, read_by(revoked(name, reason, -1)))
        for name in SIGNERS
        for reason in ("superseded", "cessation")
    },
    **{f"{name}: superseded after": Row(PASSED, read_by(revoked(name, "superseded", 1))) for name in SIGNERS},
    **{
        f"{name}: keys lost before, told after": Row(FAILED, read_by(revoked(name, "key-compromise", 30, -1)))
        for name in SIGNERS
    },
    "assessor: keys lost after": Row(PASSED, read_by(revoked("assessor", "key-compromise", 30, 20))),
    "assessor: keys lost after, asked years after": Row(
        PASSED, read_by(revoked("assessor", "key-compromise", 30, 20), years=3), recipe=TODAY
    ),
    "regulator: superseded before": Row(PASSED, read_by(revoked("regulator", "superseded", -1))),
    "an assessor whom the reader does not know": Row(FAILED, read_by(removed("assessor"))),
    "a reviewer without the role": Row(
        FAILED,
        read_by(
            lambda document, _: (
                person(document, "reviewer").update(roles=["sealer"]),
                document["thresholds"].update({"assessment-results": {"assessor": 1}}),
            )
        ),
    ),
    "two assessors asked for the report": Row(FAILED, read_by(asking("assessment-results", "assessor", 2))),
    "two assessors asked for the document": Row(FAILED, read_by(asking("attestation", "assessor", 2))),
    "a reviewer asked for the document": Row(PASSED, read_by(asking("attestation", "technical-reviewer", 1))),
    "nobody asked for the official": Row(PASSED, read_by(asking("assessment-results", "responsible-official", 0))),
    "no document accepted from anybody": Row(FAILED, read_by(without("attestation"))),
    "no seal asked for, and there is one": Row(FAILED, read_by(without("seal"))),
    "assessor and reviewer of separate organisations asked for": Row(FAILED, read_by(one_organisation)),
    **{
        f"{name} not relied on since yesterday": Row(OPEN, read_by(until(name, -1)))
        for name in ("ecdsa-p384-sha384", "ml-dsa-87", "rfc3161")
    },
    **{
        f"{name} not relied on from tomorrow": Row(PASSED, read_by(until(name, 1)))
        for name in ("ecdsa-p384-sha384", "rfc3161")
    },
    **{
        f"{name} not relied on from tomorrow, asked years after": Row(
            OPEN, read_by(until(name, 1), years=4), recipe=TODAY
        )
        for name in ("ecdsa-p384-sha384", "ml-dsa-87", "rfc3161")
    },
    "the catalog approved": Row(PASSED, approved("catalogs", "catalog")),
    "another catalog approved": Row(FAILED, approved("catalogs", None)),
    "the engine approved": Row(PASSED, approved("engines", "engine")),
    "another engine approved": Row(FAILED, approved("engines", None)),
    "another verifier approved than the PDF names": Row(
        FAILED,
        read_by(members(verifiers=["00" * 64])),
        page=Differs(PASSED, PAGES_UNREAD),
        recipe=Differs(PASSED, PAGES_UNREAD),
    ),
    "one authority known, one asked for": Row(PASSED, read_by(one_authority)),
    "no authority asked for": Row(PASSED, read_by(members(timeThreshold=0))),
    "no authority known": Row(
        PASSED,
        read_by(members(timeThreshold=0, authorities=[])),
        recipe=NO_TIME,
    ),
    "the authorities' certificates exchanged": Row(FAILED, read_by(certificate_of_another)),
    "another policy of an authority": Row(FAILED, read_by(authority("alpha", policy="1.3.6.1.4.1.99999.9"))),
    "an authority that ended before": Row(FAILED, read_by(authority("beta", notAfter="2026-06-01T00:00:00Z"))),
    "no certificate of the PDF known": Row(
        FAILED,
        read_by(members(pdf={"anchors": sample_document()["pdf"]["anchors"], "certificates": []})),
        recipe=PDF_UNREAD,
    ),
    "a status list asked for, and there is none": Row(
        PASSED, read_by(members(status={"leastVersion": 1, "maxAgeDays": 30}))
    ),
    "a trust root by one of two holders": Row(FAILED, root_file(lambda _: signed_by("root-a"))),
    "a trust root by others": Row(FAILED, root_file(lambda _: signed_by("mallory", "root-b"))),
    "a trust root that a stranger signs too": Row(
        PASSED, root_file(lambda _: signed_by("root-a", "root-b", "mallory"))
    ),
    "one operator under two names that differ by case": Row(
        FAILED,
        root_file(lambda _: by_hand(lambda document: authority("beta", operator="SAMPLE TIME ALPHA")(document, 0))),
        recipe=Differs(OPEN, "the recipe takes operators whose names differ by case alone for one, and asks for two"),
    ),
    "one key under two operators": Row(FAILED, root_file(lambda _: by_hand(second_certificate))),
    "a trust root with a signature less": Row(FAILED, root_file(one_signature_less)),
    "a trust root with a bit changed": Row(
        FAILED, root_file(lambda data: data[:900] + bytes([data[900] ^ 1]) + data[901:])
    ),
    "a trust root that is a report": Row(
        FAILED, lambda scene: setattr(scene, "trust", scene.package.folder / "report.dsse.json")
    ),
    "an empty trust root": Row(
        OPEN,
        root_file(lambda _: b""),
        recipe=Differs(FAILED, "the recipe does not tell a trust root that is empty from one that is broken"),
    ),
    "asked for the day before it was concluded": Row(
        FAILED, lambda scene: setattr(scene, "at", scene.seals - DAY), recipe=TODAY
    ),
    "asked for a day before all keys": Row(FAILED, on("2025-06-01T00:00:00Z"), recipe=TODAY),
    "asked in 2035": Row(PASSED, on("2035-06-01T00:00:00Z"), recipe=TODAY),
    "asked when all keys have ended": Row(PASSED, on("2050-06-01T00:00:00Z"), recipe=TODAY),
    "asked in 2035, with its late seal": Row(PASSED, on("2035-06-01T00:00:00Z"), "late", recipe=TODAY),
}
