"""Contents: results that contradict themselves or their evidence, manifests and seals that say what is not so.

Everybody who signs has signed each of these, and everything around is made anew: what is refused is what it says.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from auditor.attestation.statements.common import Subject
from auditor.attestation.statements.results import package_id
from auditor.canon.instant import format_instant, parse_instant
from tests.differential.corpus_people import REPORT, THREE, predicate, reseal
from tests.differential.table import FAILED, PASSED, RECORDS_UNREAD, Change, Differs, Row, Scene, Table
from tests.e2e.attacks import Document, bend, both, declared, keys_of, payload_of, sign_raw

PACKAGE_SEAL = "seals/package.dsse.json"
SIGHT_UNTOLD = Differs(
    PASSED, "the recipe does not tell which evidence of a finding is in sight, and so does not look for it"
)
Alter = Callable[[Document], object]


def canonical(document: Document) -> bytes:
    """RFC 8785 for what is told in ASCII names, and for numbers that our own writer refuses."""
    return json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def anew(change: Alter, names: tuple[str, ...] = THREE, *, subjects: bool = True) -> Change:
    """A report that says something else, with the subjects and the package id that follow from it."""

    def make(scene: Scene) -> None:
        document = json.loads(payload_of(scene.package.read(REPORT)))
        change(document)
        if subjects:
            follow(document)
        scene.package.identifier = document["predicate"]["package"]
        scene.package.write(REPORT, sign_raw(canonical(document), keys_of(*names)))
        scene.package.all_anew(both(scene.seals))

    return make


def follow(document: Document) -> None:
    told = document["predicate"]
    digest = hashlib.sha256(canonical(told["results"])).hexdigest()
    next(one for one in document["subject"] if one["name"] == "results")["digest"]["sha256"] = digest
    found = [Subject(one["name"], "sha256", one["digest"]["sha256"]) for one in document["subject"]]
    told["package"] = package_id(found, told["results"]["asOf"], told["concludedAt"])


def results(change: Alter) -> Change:
    return anew(lambda document: change(document["predicate"]["results"]))


def first(*way: str, **members: Any) -> Alter:
    """Members of the first entry of the list at `way`."""

    def change(found: Any) -> None:
        for step in way:
            found = found[step]
        found[0].update(members)

    return change


def assessed_after(document: Document) -> None:
    concluded = parse_instant(document["predicate"]["concludedAt"])
    document["predicate"]["results"]["asOf"] = format_instant(concluded + 1_000_000)


def subject(name: str) -> Alter:
    return lambda document: next(one for one in document["subject"] if one["name"] == name)["digest"].update(
        sha256="ab" * 32
    )


def with_a_fourth(document: Document) -> None:
    """The authority signs among those who assessed."""
    who = declared("regulator")
    document["predicate"]["signers"].append(
        {"principal": who.principal, "role": who.role, "declares": "I was there.", "keyids": list(who.keyids)}
    )


def manifest(change: Alter) -> Change:
    """Another manifest, sealed as it is."""

    def make(scene: Scene) -> None:
        scene.package.write_manifest()
        document = json.loads(scene.package.read("manifest.json"))
        change(document)
        scene.package.write("manifest.json", canonical(document))
        scene.package.seal(both(scene.seals))

    return make


def listing(path: str, data: bytes = b"{}") -> Change:
    """A file more, in the folder and in the sealed manifest."""
    digests = {"sha256": hashlib.sha256(data).hexdigest(), "sha512": hashlib.sha512(data).hexdigest()}

    def make(scene: Scene) -> None:
        manifest(lambda document: document.update(files=sorted(
            [*document["files"], {"path": path, "size": len(data), **digests}], key=lambda one: str(one["path"])
        )))(scene)  # fmt: skip
        scene.package.write(path, data)

    return make


def sealed_without(path: str) -> Change:
    def make(scene: Scene) -> None:
        manifest(lambda document: document.update(files=[one for one in document["files"] if one["path"] != path]))(
            scene
        )
        scene.package.remove(path)

    return make


def sealed_with(path: str, change: Callable[[bytes], bytes]) -> Change:
    def make(scene: Scene) -> None:
        scene.package.write(path, change(scene.package.read(path)))
        scene.package.reseal(both(scene.seals))

    return make


def seal_that_says(change: Alter) -> Change:
    def make(scene: Scene) -> None:
        scene.package.reseal(both(scene.seals))
        scene.package.write(PACKAGE_SEAL, bend(scene.package.read(PACKAGE_SEAL), change, "sealer"))
        reseal(scene, PACKAGE_SEAL)

    return make


def empty_folder(scene: Scene) -> None:
    (scene.package.folder / "evidence" / "empty").mkdir()


TABLE: Table = {
    "a finding that its own verdict does not count": Row(
        FAILED, results(first("findings", state="other-than-satisfied"))
    ),
    "a verdict of more findings than there are": Row(FAILED, results(lambda found: found["verdict"].update(total=32))),
    "a verdict that leaves a level out": Row(FAILED, results(lambda found: found["verdict"]["levels"].pop())),
    "a level above those of the findings": Row(
        FAILED,
        results(
            lambda found: found["verdict"].update(
                level="SL5",
                levels=[
                    *found["verdict"]["levels"],
                    {"level": "SL5", "title": "x", "reached": True, "satisfied": 0, "total": 0, "binding": []},
                ],
            )
        ),
    ),
    "a verdict in words": Row(FAILED, results(lambda found: found.update(verdict="satisfied"))),
    "a count that is true": Row(FAILED, results(first("verdict", "levels", reached=1))),
    "a finding of no level": Row(FAILED, results(lambda found: found["findings"][0].pop("level"))),
    "a catalog that the results do not name": Row(FAILED, anew(subject("catalog"))),
    "a profile that the results do not name": Row(FAILED, anew(subject("profile"))),
    "an engine that the report does not name": Row(FAILED, anew(subject("engine"))),
    "another version of the engine": Row(FAILED, results(lambda found: found["engine"].update(version="9.9.9"))),
    "a subject more": Row(
        FAILED, anew(lambda document: document["subject"].append({"name": "x", "digest": {"sha256": "ab" * 32}}))
    ),
    "a package id that does not follow": Row(
        FAILED, anew(predicate(package="urn:dc-attest:package:" + "0" * 32), subjects=False)
    ),
    "assessed after it was concluded": Row(FAILED, anew(assessed_after)),
    "an authority among those who assessed": Row(FAILED, anew(with_a_fourth, (*THREE, "regulator"))),
    "a number that is no integer": Row(FAILED, results(lambda found: found.update(more=1.5))),
    "a number that others read as another": Row(FAILED, results(lambda found: found.update(more=2**53 + 1))),
    "an item told otherwise than it was sealed": Row(
        FAILED, results(first("bundle", "items", collector="Somebody else"))
    ),
    "an item with another leaf": Row(FAILED, results(first("bundle", "items", leaf="ab" * 32))),
    "an item that nobody lists": Row(FAILED, results(lambda found: found["bundle"]["items"].pop())),
    "a period told otherwise than it was sealed": Row(
        FAILED, results(lambda found: found["period"].update({"from": "2020-01-01T00:00:00Z"}))
    ),
    "a facility told otherwise than it was sealed": Row(
        FAILED, results(lambda found: found["facility"].update(name="Another Facility"))
    ),
    "findings that are tied to no evidence": Row(
        FAILED, results(lambda found: found.pop("observations")), recipe=SIGHT_UNTOLD, same_code=False
    ),
    "a record tree of an item that nobody has": Row(
        FAILED,
        anew(lambda document: document["predicate"]["records"].append({"item": "zz", "size": 1, "root": "ab" * 32})),
        recipe=RECORDS_UNREAD,
    ),
    **{
        f"{path}: added and sealed": Row(FAILED, listing(path))
        for path in (
            "notes.txt",
            "trust.json",
            "evidence/more.json",
            "seals/third.dsse.json",
            "evidence/files/more.csv",
        )
    },
    "a file beside the package, sealed": Row(FAILED, listing("../beside.txt")),
    "a folder that is empty": Row(PASSED, empty_folder),
    "sealed without its readme": Row(FAILED, sealed_without("README.txt")),
    "sealed without the document": Row(FAILED, sealed_without("attestation.dsse.json")),
    "a manifest with another SHA-256": Row(FAILED, manifest(first("files", sha256="ab" * 32))),
    "a manifest with another size": Row(FAILED, manifest(first("files", size=1))),
    "a manifest with a member more": Row(FAILED, manifest(lambda document: document.update(more=1))),
    "a tree with a member more": Row(
        FAILED, sealed_with("evidence/tree.json", lambda data: canonical({**json.loads(data), "more": 1}))
    ),
    "a tree of another kind": Row(
        FAILED, sealed_with("evidence/tree.json", lambda data: data.replace(b"rfc9162-sha256", b"rfc6962-sha256"))
    ),
    "a seal of another stage": Row(FAILED, seal_that_says(predicate(stage="late"))),
    "a seal that claims to be of years after, and stamps that do not": Row(
        PASSED, seal_that_says(predicate(sealedAt="2040-01-01T00:00:00Z"))
    ),
    "a seal that claims to be of years before, and stamps that do not": Row(
        PASSED, seal_that_says(predicate(sealedAt="2020-01-01T00:00:00Z"))
    ),
}
