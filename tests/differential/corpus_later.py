"""Afterwards: acts over the report, and lists of reports that were withdrawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from auditor.canon.instant import format_instant
from tests.differential.table import ACTS_UNREAD, FAILED, NO_STATUS, OPEN, PASSED, Change, Row, Scene, Table
from tests.differential.verifiers import DAY, HOUR
from tests.e2e.attacks import Document, add_rival, bend

OTHER = "ab" * 64


def act(kind: str, name: str, after: int = 60_000_000, **members: Any) -> Change:
    """What somebody did about the report, so long after the seals (microseconds)."""
    return lambda scene: scene.package.act(kind, name, scene.seals + after, **members)


def status(state: str | None, after: int = 0, *, version: int = 3, name: str = "assessor",
           rule: Document | None = None) -> Change:  # fmt: skip
    """A list, of so long after the seals, which the reader brings; `rule` is what their trust root asks of lists."""

    def make(scene: Scene) -> None:
        place = scene.folder / "status.dsse.json"
        scene.status = scene.package.status_list(place, version, scene.seals + after, state, name)
        scene.at = max(scene.at, scene.seals + after) if after < 20 * DAY else scene.at

        def brings(document: Document) -> None:
            document["status"] = rule
            add_rival(document)

        scene.read_by(brings)

    return make


def bent(change: Change, alter: Callable[[Document], object], *names: str) -> Change:
    """An act or a list with something else in it, signed by those who signed it."""

    def make(scene: Scene) -> None:
        change(scene)
        if scene.status is not None:
            scene.status.write_bytes(bend(scene.status.read_bytes(), alter, *names))
            return
        scene.package.write("acts/0001.dsse.json", bend(scene.package.read("acts/0001.dsse.json"), alter, *names))

    return make


def signed_by(name: str, change: Change) -> Change:
    """The list signed by somebody else than it declares."""
    return bent(change, lambda document: None, name)


def several(*changes: Change) -> Change:
    def make(scene: Scene) -> None:
        for change in changes:
            change(scene)

    return make


def of_a_rival(change: Change) -> Change:
    """Where the reader trusts another assessor too."""

    def make(scene: Scene) -> None:
        scene.read_by(add_rival)
        change(scene)

    return make


def lapsed(name: str, change: Change) -> Change:
    """Asked two days after the seals by a reader for whom that person's keys ended the day before."""

    def make(scene: Scene) -> None:
        change(scene)
        ended = format_instant(scene.seals + DAY)

        def ends(document: Document) -> None:
            person = next(one for one in document["principals"] if one["principal"].endswith(name))
            for key in person["keys"]:
                key["notAfter"] = ended

        scene.read_by(ends)
        scene.at = scene.seals + 2 * DAY

    return make


def spoiled_status(scene: Scene) -> None:
    status(None)(scene)
    assert scene.status is not None
    data = scene.status.read_bytes()
    scene.status.write_bytes(data[:200] + bytes([data[200] ^ 1]) + data[201:])


RULE = {"leastVersion": 3, "maxAgeDays": 30}
LISTS: dict[str, tuple[str, Change]] = {
    "a list without it": (PASSED, status(None)),
    "a list that has it withdrawn": (FAILED, status("withdrawn")),
    "a list that has it superseded": (PASSED, status("superseded")),
    "a list by the authority": (FAILED, status("withdrawn", name="regulator")),
    "a list by another assessor": (FAILED, status(None, name="rival")),
    "a list by another assessor that withdraws it": (FAILED, status("withdrawn", name="rival")),
    "a list by a stranger": (FAILED, signed_by("mallory", status(None))),
    "a list that is new enough": (PASSED, status(None, rule=RULE)),
    "a list that is older than one seen": (OPEN, status(None, version=2, rule=RULE)),
    "a list that is too old": (OPEN, status(None, -40 * DAY, rule=RULE)),
    "a list of the time to come": (FAILED, status(None, 30 * DAY)),
    "a list with a bit changed": (FAILED, spoiled_status),
    "a list with another digest": (
        FAILED,
        bent(status(None), lambda document: document["subject"][0]["digest"].update(sha256="00" * 32), "assessor"),
    ),
}
ACTS: dict[str, tuple[str, Change]] = {
    "countersigned": (PASSED, act("countersign", "sealer")),
    "acknowledged": (PASSED, act("acknowledge", "regulator")),
    "acknowledged by keys that ended since": (PASSED, lapsed("regulator", act("acknowledge", "regulator"))),
    "acknowledged after the keys ended": (FAILED, lapsed("regulator", act("acknowledge", "regulator", 36 * HOUR))),
    "withdrawn by keys that ended since": (FAILED, lapsed("assessor", act("withdraw", "assessor"))),
    "objected to": (PASSED, act("object", "official")),
    "withdrawn": (FAILED, act("withdraw", "assessor")),
    "withdrawn from a day to come": (PASSED, act("withdraw", "assessor", 30 * DAY)),
    "withdrawn by another assessor": (FAILED, of_a_rival(act("withdraw", "rival", role="assessor"))),
    "superseded": (PASSED, act("supersede", "assessor", successor=OTHER)),
    "superseded by another assessor's": (
        FAILED,
        of_a_rival(act("supersede", "rival", role="assessor", successor=OTHER)),
    ),
    "an act from before the report": (FAILED, act("countersign", "reviewer", -30 * DAY)),
    "an act over another report": (FAILED, act("countersign", "reviewer", report=OTHER)),
    "an act by a stranger": (FAILED, act("countersign", "mallory", role="assessor")),
    "an act by somebody without the role": (FAILED, act("countersign", "sealer", role="assessor")),
    "a withdrawal that the authority signs": (
        FAILED,
        bent(
            act("withdraw", "assessor"),
            lambda document: document["predicate"]["signers"][0].update(role="authority"),
            "assessor",
        ),
    ),
    "an act that nobody knows": (
        FAILED,
        bent(act("countersign", "reviewer"), lambda document: document["predicate"].update(act="praise"), "reviewer"),
    ),
    "several acts": (
        PASSED,
        several(
            act("countersign", "reviewer"),
            act("acknowledge", "regulator"),
            act("object", "official"),
        ),
    ),
    "several acts and a withdrawal": (
        FAILED,
        several(
            act("countersign", "reviewer"),
            act("acknowledge", "regulator"),
            act("withdraw", "assessor"),
        ),
    ),
}
TABLE: Table = {
    **{name: Row(result, change, recipe=NO_STATUS) for name, (result, change) in LISTS.items()},
    **{
        name: Row(result, change, recipe=None if result == PASSED else ACTS_UNREAD)
        for name, (result, change) in ACTS.items()
    },
}
