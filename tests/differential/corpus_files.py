"""Bytes: one bit changed anywhere, files removed, added, renamed, taken from another genuine package, zips."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from tests.differential.table import FAILED, NO_ZIP, PASSED, RECORDS_UNREAD, Change, NotAsked, Row, Scene, Table

LARGE_FILE = "evidence/files/evidence/physical/onguard-events.csv"
RECORDS = "evidence/records/pacs-events"
SEALED = (
    "README.txt", "report.dsse.json", "attestation.dsse.json", "attestation.pdf", "evidence/tree.json",
    "evidence/leaves.bin", f"{RECORDS}.leaves.bin", "seals/evidence.dsse.json", "seals/evidence.alpha.tsq",
    "seals/evidence.beta.tsr",
)  # fmt: skip
OPEN_TO_CHANGE = (
    "manifest.json", "evidence/openings.jsonl", LARGE_FILE, "seals/package.dsse.json", "seals/package.alpha.tsq",
    "seals/package.beta.tsr", "seals/late.dsse.json", "seals/late.beta.tsq", "seals/late.alpha.tsr",
    "seals/revocation/ca.crl",
)  # fmt: skip
UNSIGNED_BITS = NotAsked(
    "OpenSSL reads past bits of a timestamp file that nobody signed, as the page says below the recipe"
)

Bytes = Callable[[bytes], bytes]


def spoiled(path: str, change: Bytes) -> Change:
    return lambda scene: scene.package.write(path, change(scene.package.read(path)))


def flipped(share: float) -> Bytes:
    def change(data: bytes) -> bytes:
        at = int(share * (len(data) - 1))
        return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]

    return change


def removed(path: str) -> Change:
    return lambda scene: scene.package.remove(path)


def added(path: str, data: bytes = b"{}") -> Change:
    return lambda scene: scene.package.write(path, data)


def renamed(path: str, new: str) -> Change:
    def change(scene: Scene) -> None:
        scene.package.write(new, scene.package.read(path))
        scene.package.remove(path)

    return change


def exchanged(one: str, other: str) -> Change:
    def change(scene: Scene) -> None:
        first, second = scene.package.read(one), scene.package.read(other)
        scene.package.write(one, second)
        scene.package.write(other, first)

    return change


def taken(*paths: str) -> Change:
    return lambda scene: scene.package.take(scene.other, *paths)


def linked(scene: Scene) -> None:
    scene.package.remove("README.txt")
    (scene.package.folder / "README.txt").symlink_to("/etc/hostname")


def lines(change: Callable[[list[bytes]], list[bytes]]) -> Bytes:
    return lambda data: b"".join(change(data.splitlines(keepends=True)))


def zipped(change: Bytes) -> Change:
    def make(scene: Scene) -> None:
        place = scene.zipped()
        place.write_bytes(change(place.read_bytes()))

    return make


def zipped_as(scene: Scene, compression: int = zipfile.ZIP_STORED, attributes: int = 0) -> None:
    """By somebody else's program, its readme with these attributes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for path in scene.package.paths():
            entry = zipfile.ZipInfo(path)
            entry.compress_type = compression
            entry.external_attr = attributes if path == "README.txt" else 0
            archive.writestr(entry, scene.package.read(path))
    scene.place = scene.folder / "package.zip"
    scene.place.write_bytes(buffer.getvalue())


def flips() -> Table:
    rows: Table = {}
    for path in (*SEALED, *OPEN_TO_CHANGE):
        unsigned = path.startswith(("seals/package.", "seals/late.")) and path.endswith((".tsq", ".tsr"))
        rows[f"{path}: a bit changed"] = Row(
            FAILED, spoiled(path, flipped(0.6)), "late", recipe=UNSIGNED_BITS if unsigned else None,
            # Of a spoiled opening or envelope the first thing that is wrong depends on the bit.
            same_code=path in SEALED,
        )  # fmt: skip
    return rows


TABLE: Table = {
    "genuine": Row(PASSED, lambda scene: None),
    "genuine, with its late seal": Row(PASSED, lambda scene: None, "late"),
    "an edition with a withheld item and three of its records": Row(PASSED, lambda scene: None, "edition"),
    "an edition that discloses nothing": Row(PASSED, lambda scene: None, "closed"),
    **flips(),
    **{
        f"{path}: removed": Row(FAILED, removed(path), "late")
        for path in (
            "manifest.json",
            "report.dsse.json",
            "attestation.pdf",
            "evidence/leaves.bin",
            f"{RECORDS}.leaves.bin",
            "seals/evidence.dsse.json",
            "seals/package.dsse.json",
            "seals/package.alpha.tsq",
            "seals/package.beta.tsr",
            "seals/late.dsse.json",
            "seals/revocation/ca.crl",
            "evidence/openings.jsonl",
        )
    },
    "a file of evidence: removed": Row(PASSED, removed(LARGE_FILE)),
    **{
        f"{path}: added": Row(FAILED, added(path), "late")
        for path in (
            "notes.txt",
            "trust.json",
            ".hidden",
            "evidence/files/evidence/more.csv",
            "evidence/files/more.csv",
            "evidence/records/more.leaves.bin",
            "seals/revocation/more.crl",
            "seals/third.dsse.json",
            "acts/1.dsse.json",
            "evidence/more.json",
        )
    },
    "records of an item that has no tree: added": Row(
        FAILED, added("evidence/records/more.openings.jsonl", b""), recipe=RECORDS_UNREAD
    ),
    "the readme under another case": Row(FAILED, renamed("README.txt", "readme.txt")),
    "a link": Row(FAILED, linked),
    "report and document exchanged": Row(FAILED, exchanged("report.dsse.json", "attestation.dsse.json")),
    "the seals exchanged": Row(FAILED, exchanged("seals/package.dsse.json", "seals/evidence.dsse.json")),
    "the authorities exchanged": Row(FAILED, exchanged("seals/package.alpha.tsr", "seals/package.beta.tsr")),
    **{
        f"{path}: of another package": Row(FAILED, taken(path))
        for path in (
            "manifest.json",
            "report.dsse.json",
            "attestation.dsse.json",
            "attestation.pdf",
            "evidence/tree.json",
            "evidence/leaves.bin",
            "evidence/openings.jsonl",
            "seals/evidence.dsse.json",
            "seals/package.dsse.json",
            "seals/package.alpha.tsr",
            "seals/evidence.alpha.tsq",
        )
    },
    "manifest and seal of another package": Row(
        FAILED,
        taken(
            "manifest.json",
            *(f"seals/package.{end}" for end in ("dsse.json", "alpha.tsq", "alpha.tsr", "beta.tsq", "beta.tsr")),
        ),
    ),
    "report, document and PDF of another package": Row(
        FAILED, taken("report.dsse.json", "attestation.dsse.json", "attestation.pdf")
    ),
    "a file of evidence cut short": Row(FAILED, spoiled(LARGE_FILE, lambda data: data[:-1])),
    "a file of evidence longer": Row(FAILED, spoiled(LARGE_FILE, lambda data: data + b"\n")),
    "an opening dropped, its file kept": Row(
        FAILED, spoiled("evidence/openings.jsonl", lines(lambda found: found[:-1]))
    ),
    "an opening twice": Row(FAILED, spoiled("evidence/openings.jsonl", lines(lambda found: [*found, found[-1]]))),
    "openings in another order": Row(FAILED, spoiled("evidence/openings.jsonl", lines(lambda found: found[::-1]))),
    "openings without an end of line": Row(FAILED, spoiled("evidence/openings.jsonl", lambda data: data[:-1])),
    "openings with another end of line": Row(
        FAILED, spoiled("evidence/openings.jsonl", lambda data: data.replace(b"\n", b"\r\n"))
    ),
    "the head alone opened": Row(FAILED, spoiled("evidence/openings.jsonl", lines(lambda found: found[:1]))),
    "a withheld item's file laid beside": Row(FAILED, added(LARGE_FILE, b"time\n"), "edition"),
    "an opened record changed": Row(
        FAILED, spoiled(f"{RECORDS}.openings.jsonl", flipped(0.95)), "edition", recipe=RECORDS_UNREAD, same_code=False
    ),
    "opened records in another order": Row(
        FAILED, spoiled(f"{RECORDS}.openings.jsonl", lines(lambda found: found[::-1])), "edition", recipe=RECORDS_UNREAD
    ),
    "manifest with a line behind": Row(FAILED, spoiled("manifest.json", lambda data: data + b"\n")),
    "manifest with a byte order mark": Row(FAILED, spoiled("manifest.json", lambda data: b"\xef\xbb\xbf" + data)),
    "PDF with a byte behind": Row(FAILED, spoiled("attestation.pdf", lambda data: data + b"\n")),
    "zip": Row(PASSED, Scene.zipped, recipe=NO_ZIP),
    "zip of an edition": Row(PASSED, Scene.zipped, "edition", recipe=NO_ZIP),
    "zip of somebody else's program": Row(PASSED, zipped_as, recipe=NO_ZIP),
    "zip, compressed": Row(FAILED, lambda scene: zipped_as(scene, zipfile.ZIP_DEFLATED), recipe=NO_ZIP),
    "zip, the readme marked as a link": Row(
        FAILED, lambda scene: zipped_as(scene, attributes=0o120777 << 16), recipe=NO_ZIP
    ),
    "zip with bytes behind": Row(FAILED, zipped(lambda data: data + b"\0"), recipe=NO_ZIP),
    "zip cut short": Row(FAILED, zipped(lambda data: data[:-1]), recipe=NO_ZIP),
    "zip with a bit changed": Row(FAILED, zipped(flipped(0.5)), recipe=NO_ZIP),
}
