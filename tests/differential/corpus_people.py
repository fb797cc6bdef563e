"""People: signatures stripped, forged, respelled and reordered, strangers, roles, and statements signed again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from auditor.attestation.envelope import PAYLOAD_TYPE, Signature, pae, parse_envelope
from auditor.canon.json import canonical_bytes
from tests.differential.table import FAILED, PASSED, PDF_UNREAD, Change, Differs, Row, Scene, Table
from tests.e2e.attacks import Document, add_rival, bend, both, declared, keys_of, payload_of, sign_raw, worse

REPORT, DOCUMENT = "report.dsse.json", "attestation.dsse.json"
# The order of the group of P-384 (SEC 2 section 2.5.1).
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973
SAME_SIGNATURE = Differs(
    PASSED, "OpenSSL takes every spelling of a signature, as the page says below the recipe; what is said is the same"
)
SAME_SENTENCE = Differs(
    PASSED, "the recipe prints the sentences that were signed for whoever reads them, and knows no list"
)
SAME_ORDER = Differs(PASSED, "the recipe does not look at the order of signatures, which nobody signed")


def in_envelope(path: str, change: Callable[[list[Document]], list[Document]]) -> Change:
    """Other signatures in an envelope, and everything sealed around it that can be."""

    def make(scene: Scene) -> None:
        envelope = json.loads(scene.package.read(path))
        envelope["signatures"] = change(envelope["signatures"])
        scene.package.write(path, canonical_bytes(envelope))
        reseal(scene, path)

    return make


def reseal(scene: Scene, changed: str) -> None:
    """Whatever is over the changed file is made anew by those who can."""
    times = both(scene.seals)
    if changed == "seals/package.dsse.json":
        scene.package.restamp("package", times)
        return
    if changed == REPORT:
        scene.package.sign_document()
    scene.package.reseal(times)


def forged(path: str, index: int) -> Change:
    """The signature of one of the first signer's two keys, made with another key."""

    def make(scene: Scene) -> None:
        parsed = parse_envelope(scene.package.read(path))
        keyid = json.loads(parsed.payload)["predicate"]["signers"][0]["keyids"][index]
        other = Signature(keyid, keys_of("mallory")[index].sign(pae(PAYLOAD_TYPE, parsed.payload)))
        scene.package.write(path, replaced(scene.package.read(path), other))
        reseal(scene, path)

    return make


def replaced(envelope: bytes, other: Signature) -> bytes:
    from base64 import b64encode

    document = json.loads(envelope)
    for one in document["signatures"]:
        if one["keyid"] == other.keyid:
            one["sig"] = b64encode(other.sig).decode()
    return canonical_bytes(document)


def high_s(scene: Scene) -> None:
    """The seal's ECDSA signature with the other s, which OpenSSL verifies as well."""
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

    path = "seals/package.dsse.json"
    envelope = scene.package.read(path)
    classical = next(one for one in parse_envelope(envelope).signatures if len(one.sig) < 200)
    r, s = decode_dss_signature(classical.sig)
    scene.package.write(path, replaced(envelope, Signature(classical.keyid, encode_dss_signature(r, _ORDER - s))))
    reseal(scene, path)


def respelled(scene: Scene) -> None:
    """The seal with a blank in its JSON."""
    path = "seals/package.dsse.json"
    scene.package.write(path, scene.package.read(path).replace(b'"payloadType":', b'"payloadType": ', 1))
    reseal(scene, path)


def other_type(scene: Scene) -> None:
    path = "seals/package.dsse.json"
    payload = payload_of(scene.package.read(path))
    scene.package.write(path, sign_raw(payload, keys_of("sealer"), "application/vnd.dc-attest.trust-root+json"))
    reseal(scene, path)


def bent(path: str, change: Callable[[Document], object], *names: str) -> Change:
    def make(scene: Scene) -> None:
        scene.package.write(path, bend(scene.package.read(path), change, *names))
        reseal(scene, path)

    return make


def predicate(**members: object) -> Callable[[Document], object]:
    return lambda document: document["predicate"].update(members)


def first_signer(**members: object) -> Callable[[Document], object]:
    return lambda document: document["predicate"]["signers"][0].update(members)


def stranger(scene: Scene) -> None:
    scene.package.write(REPORT, sign_raw(payload_of(scene.package.read(REPORT)), keys_of("mallory")))
    reseal(scene, REPORT)


def signed_again(scene: Scene) -> None:
    """Another finding, signed by all who signed, around the PDF that says otherwise."""
    scene.package.sign_report(worse)
    scene.package.all_anew(both(scene.seals))


def without_reviewer(scene: Scene) -> None:
    scene.package.sign_report(names=("assessor", "official"))
    scene.package.all_anew(both(scene.seals))


def by_the_rival(scene: Scene) -> None:
    """The document signed by another assessor whom the reader trusts as much, around the first one's report."""
    scene.read_by(add_rival)

    who = [declared("rival", "assessor")]
    scene.package.sign_document(names=("rival",), signers=who, certificates=("ab" * 32,))
    scene.package.reseal(both(scene.seals))


def document_anew(**members: Any) -> Change:
    def make(scene: Scene) -> None:
        scene.package.sign_document(**members)
        scene.package.reseal(both(scene.seals))

    return make


THREE = ("assessor", "reviewer", "official")
TABLE: Table = {
    "sealed anew": Row(PASSED, lambda scene: scene.package.reseal(both(scene.seals))),
    "document signed and sealed anew": Row(PASSED, lambda scene: scene.package.all_anew(both(scene.seals))),
    **{
        f"{path}: a signature stripped": Row(FAILED, in_envelope(path, lambda found: found[1:]))
        for path in (REPORT, DOCUMENT, "seals/package.dsse.json")
    },
    **{
        f"{path}: a signature twice": Row(FAILED, in_envelope(path, lambda found: [found[0], *found]))
        for path in (REPORT, "seals/package.dsse.json")
    },
    **{
        f"{path}: the {what} signature forged": Row(FAILED, forged(path, index))
        for path in (REPORT, DOCUMENT, "seals/package.dsse.json")
        for index, what in enumerate(("classical", "post-quantum"))
    },
    "signatures in another order": Row(
        FAILED, in_envelope("seals/package.dsse.json", lambda found: found[::-1]), recipe=SAME_ORDER
    ),
    "a signature added that nobody declared": Row(
        FAILED,
        in_envelope(
            "seals/package.dsse.json",
            lambda found: sorted([*found, {"keyid": "sha256:" + "0" * 64, "sig": "AAAA"}], key=str),
        ),
    ),
    "an ECDSA signature with its other s": Row(FAILED, high_s, recipe=SAME_SIGNATURE),
    "a blank in the JSON of the seal": Row(FAILED, respelled),
    "a seal of another payload type": Row(FAILED, other_type),
    "a report by a stranger": Row(FAILED, stranger),
    "a report without its reviewer": Row(FAILED, without_reviewer),
    "a report that reviewer and official sign for the assessor": Row(
        FAILED, bent(REPORT, lambda document: None, "reviewer", "official")
    ),
    "the official as assessor": Row(
        FAILED, bent(REPORT, lambda document: document["predicate"]["signers"].pop(0), *THREE)
    ),
    "another sentence": Row(
        FAILED, bent(DOCUMENT, first_signer(declares="I saw it."), "assessor", "reviewer"), recipe=SAME_SENTENCE
    ),
    "a role that nobody knows": Row(FAILED, bent(DOCUMENT, first_signer(role="printer"), "assessor", "reviewer")),
    "a member that nobody knows": Row(
        FAILED,
        bent(DOCUMENT, predicate(more=1), "assessor", "reviewer"),
        recipe=Differs(PASSED, "the recipe reads the members that it knows, and leaves others aside"),
    ),
    "a document of another package": Row(
        FAILED, bent(DOCUMENT, predicate(package="urn:dc-attest:package:" + "0" * 32), "assessor", "reviewer")
    ),
    "another revision 0": Row(FAILED, bent(DOCUMENT, predicate(revision0Size=10), "assessor", "reviewer")),
    "a sealing service with an assessor's key": Row(
        FAILED, lambda scene: scene.package.reseal(both(scene.seals), name="assessor")
    ),
    "a facility that seals": Row(FAILED, lambda scene: scene.package.reseal(both(scene.seals), name="official")),
    "a document by another assessor than the report": Row(FAILED, by_the_rival),
    "a document by the reviewer alone": Row(FAILED, document_anew(names=("reviewer",))),
    "a document that names another certificate": Row(
        FAILED, document_anew(certificates=("00" * 32,)), recipe=PDF_UNREAD
    ),
    "a report signed again by everybody, around the old PDF": Row(FAILED, signed_again, recipe=PDF_UNREAD),
}
