"""Times: too few authorities, conflicts, times to come and gone by, tokens over something else, late seals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from samples.authorities import make_crl
from tests.attestation.tokens import Changes
from tests.differential.table import (
    FAILED,
    LISTS_UNREAD,
    NO_TIME,
    OPEN,
    PASSED,
    Change,
    Differs,
    Row,
    Scene,
    Table,
)
from tests.differential.verifiers import DAY, HOUR
from tests.e2e.attacks import Document, both

SECOND = 1_000_000


def sealed(first: int | None, second: int | None, **changes: Changes) -> Change:
    """Sealed anew, with tokens by alpha and beta so long after the usual time, and these changes by authority."""
    given = {"alpha": first, "beta": second}

    def make(scene: Scene) -> None:
        times = {name: scene.seals + after for name, after in given.items() if after is not None}
        scene.package.reseal(times, changes=changes)

    return make


def unsealed(scene: Scene) -> None:
    for path in scene.package.paths():
        if path.startswith(("seals/package.", "seals/late.", "seals/revocation/")):
            scene.package.remove(path)


def for_a_reader(change: Change, alter: Callable[[Document], object]) -> Change:
    def make(scene: Scene) -> None:
        change(scene)
        scene.read_by(alter)

    return make


def asks_no_seal(document: Document) -> None:
    del document["thresholds"]["seal"]


def evidence_sealed(after: int) -> Change:
    """Another seal over the evidence, which the report cites, by so much after the package's."""

    def make(scene: Scene) -> None:
        cited = scene.package.seal_evidence(both(scene.seals + after))
        scene.package.sign_report(evidence_seal=cited)
        scene.package.all_anew(both(scene.seals))

    return make


def other_evidence_seal(scene: Scene) -> None:
    """A seal over the same evidence that the report does not cite."""
    scene.package.seal_evidence(both(scene.seals - HOUR))
    scene.package.reseal(both(scene.seals))


def late(after: int = 0, lists: Mapping[str, bytes] | None = None, **options: object) -> Change:
    """A late seal so much after the package's, over these revocation lists."""

    def make(scene: Scene) -> None:
        found = {"ca": make_crl(datetime.now(UTC))} if lists is None else lists
        scene.package.reseal(both(scene.seals))
        scene.package.seal_late(found, both(scene.seals + after), **options)

    return make


def late_over_less(scene: Scene) -> None:
    """A list laid beside a late seal that does not know of it."""
    late()(scene)
    scene.package.write("seals/revocation/more.crl", make_crl(datetime.now(UTC)))


def late_in_place_of_the_seal(scene: Scene) -> None:
    scene.package.reseal(both(scene.seals))
    scene.package.seal_late({}, both(scene.seals))
    for end in ("dsse.json", "alpha.tsq", "alpha.tsr", "beta.tsq", "beta.tsr"):
        scene.package.write(f"seals/package.{end}", scene.package.read(f"seals/late.{end}"))
        scene.package.remove(f"seals/late.{end}")


def another_imprint(scene: Scene) -> None:
    """Tokens over the seal over the evidence, laid beside the package's."""
    for end in ("alpha.tsq", "alpha.tsr", "beta.tsq", "beta.tsr"):
        scene.package.write(f"seals/package.{end}", scene.package.read(f"seals/evidence.{end}"))


def many(count: int) -> Change:
    """So many timestamps of authorities that nobody knows beside the seal."""

    def make(scene: Scene) -> None:
        for number in range(count):
            for end in ("tsq", "tsr"):
                scene.package.write(f"seals/package.x{number}.{end}", scene.package.read(f"seals/package.alpha.{end}"))

    return make


TABLE: Table = {
    "sealed by one authority": Row(OPEN, sealed(0, None)),
    "sealed without any authority": Row(OPEN, sealed(None, None)),
    "sealed without any authority, for a reader who asks none": Row(
        PASSED,
        for_a_reader(sealed(None, None), lambda document: document.update(timeThreshold=0)),
        recipe=NO_TIME,
    ),
    "authorities that are apart by hours": Row(OPEN, sealed(0, HOUR * 9 // 10)),
    "authorities that are apart by seconds": Row(PASSED, sealed(0, 30 * SECOND)),
    "authorities apart by seconds, for a reader who allows none": Row(
        OPEN, for_a_reader(sealed(0, 30 * SECOND), lambda document: document.update(timeTolerance=0))
    ),
    "sealed in the time to come": Row(FAILED, sealed(40 * DAY, 40 * DAY)),
    "sealed before it was concluded": Row(FAILED, sealed(-5 * DAY, -5 * DAY)),
    "an answer under another policy": Row(FAILED, sealed(0, 0, alpha=Changes(policy="1.3.6.1.4.1.99999.9"))),
    "an answer to another question": Row(FAILED, sealed(0, 0, beta=Changes(nonce=b"\x02\x01\x07"))),
    "an answer about something else": Row(FAILED, sealed(0, 0, beta=Changes(imprint=bytes(64)))),
    "an answer that refuses": Row(FAILED, sealed(0, 0, alpha=Changes(status=2))),
    "an answer with another signature": Row(
        FAILED, sealed(0, 0, alpha=Changes(signature=lambda data: data[:-1] + bytes([data[-1] ^ 1])))
    ),
    "an answer that was signed as something else": Row(
        FAILED, sealed(0, 0, beta=Changes(content_type="1.2.840.113549.1.7.1"))
    ),
    "tokens of the seal over the evidence": Row(FAILED, another_imprint),
    "timestamps of strangers": Row(PASSED, many(2)),
    "too many timestamps": Row(
        FAILED,
        many(15),
        recipe=Differs(
            PASSED,
            "the recipe reads the timestamps of authorities that the reader knows, and no other file beside them",
        ),
    ),
    "not sealed": Row(FAILED, unsealed),
    "not sealed, for a reader who knows nobody that seals": Row(FAILED, for_a_reader(unsealed, asks_no_seal)),
    "evidence sealed after the conclusions": Row(FAILED, evidence_sealed(HOUR)),
    "a seal over the evidence that the report does not cite": Row(FAILED, other_evidence_seal),
    "a late seal": Row(PASSED, late()),
    "a late seal without a list": Row(PASSED, late(lists={})),
    "a late seal older than the seal": Row(FAILED, late(-3 * HOUR)),
    "a late seal by somebody else": Row(FAILED, late(name="assessor")),
    "a late seal over less": Row(FAILED, late_over_less),
    "a late seal in the place of the seal": Row(FAILED, late_in_place_of_the_seal),
    "a late seal over what is no list": Row(
        FAILED, late(lists={"ca": b"no list"}), page=LISTS_UNREAD, recipe=LISTS_UNREAD
    ),
}
