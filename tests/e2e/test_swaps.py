"""Every file of a package taken away, cut, flipped, doubled, or exchanged for that of another genuine package.

The verifier passes only what is listed here as harmless: what an edition may leave out, and acts that nobody has to
hand on. Everything else is refused, as one of the two classes of refusal and never by a crash.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest

from auditor.attestation import package as layout
from auditor.attestation.steps import PASSED
from auditor.errors import BindingError
from auditor.jobs.package import zip_package
from tests.e2e.attacks import Package, judge, now
from tests.e2e.conftest import Attested

pytestmark = pytest.mark.usefixtures("look_once")

FLIPS = 12
GROUPS = {
    "the seal over the evidence": lambda path: path.startswith("seals/evidence."),
    "the seal over the package": lambda path: path.startswith("seals/package."),
    "all seals": lambda path: path.startswith("seals/"),
    "the package's seal and manifest": lambda path: path.startswith("seals/package.") or path == layout.MANIFEST,
    "the answers of alpha": lambda path: ".alpha.ts" in path,
    "the evidence": lambda path: path.startswith("evidence/"),
    "the disclosed files": lambda path: path.startswith(layout.FILES),
    "the openings and files": lambda path: path.startswith(layout.FILES) or path == layout.OPENINGS,
    "the tree": lambda path: path in (layout.TREE, layout.LEAVES),
    "the record trees": lambda path: path.startswith(layout.RECORDS),
    "the document": lambda path: path.startswith("attestation."),
    "report and document": lambda path: path.startswith(("attestation.", "report.")),
    "all but the evidence": lambda path: not path.startswith("evidence/"),
    "all but the README": lambda path: path != layout.README,
}
"""Files that belong together, exchanged together."""


@pytest.fixture(scope="module")
def names(fjordheim: Attested) -> list[str]:
    """Every file of the package."""
    found = (path for path in fjordheim.package.rglob("*") if path.is_file())
    return sorted(str(path.relative_to(fjordheim.package)) for path in found)


def may_go(path: str) -> bool:
    """Whether an edition may leave this file out: evidence, whose leaf stays in sight."""
    return path.startswith(layout.FILES)


def is_refused(package: Package, at: int) -> bool:
    return package.verify(at=at).result != PASSED


def restore(package: Package, genuine: Path, path: str) -> None:
    (package.folder / path).unlink(missing_ok=True)
    os.link(genuine / path, package.folder / path)


def test_every_file_taken_away_is_missed_or_was_free_to_go(
    fjordheim: Attested, package: Package, names: list[str]
) -> None:
    at = now() + 3_600_000_000
    passed = []
    for path in names:
        package.remove(path)
        found = package.verify(at=at)
        if found.result == PASSED:
            passed.append(path)
            assert any("47 of 48 items" in step.detail for step in found.steps), "what is withheld is told"
        restore(package, fjordheim.package, path)
    assert passed == [path for path in names if may_go(path)]
    assert package.verify(at=at).result == PASSED


@pytest.mark.parametrize("how", ["emptied", "cut by a byte", "cut in half", "a byte more", "a line more", "twice over"])
def test_every_file_cut_or_lengthened_is_refused(
    fjordheim: Attested, package: Package, names: list[str], how: str
) -> None:
    at = now() + 3_600_000_000
    for path in names:
        data = package.read(path)
        changed = {
            "emptied": b"",
            "cut by a byte": data[:-1],
            "cut in half": data[: len(data) // 2],
            "a byte more": data + b"\0",
            "a line more": data + b"\n",
            "twice over": data * 2,
        }[how]
        package.write(path, changed)
        # An edition that opens nothing has an empty list of openings, or none; its files go with it.
        assert is_refused(package, at), path
        restore(package, fjordheim.package, path)


def test_a_bit_flipped_anywhere_is_refused(fjordheim: Attested, package: Package, names: list[str]) -> None:
    at = now() + 3_600_000_000
    draw = random.Random(4)
    for path in names:
        data = package.read(path)
        places = {0, len(data) - 1, *(draw.randrange(len(data)) for _ in range(2 if may_go(path) else FLIPS))}
        for place in sorted(places):
            changed = bytearray(data)
            changed[place] ^= 1 << draw.randrange(8)
            package.write(path, bytes(changed))
            assert is_refused(package, at), (path, place)
        restore(package, fjordheim.package, path)


OTHER_PLACES: dict[str, Callable[[str], list[str]]] = {
    "as an act": lambda path: ["acts/0001.dsse.json"],
    "as a late seal": lambda path: ["seals/late.dsse.json"],
    "as a revocation list": lambda path: ["seals/revocation/x.crl"],
    "as evidence": lambda path: [f"{layout.FILES}evidence/x"],
    "as records": lambda path: [f"{layout.RECORDS}x.leaves.bin"],
    "as opened records": lambda path: [f"{layout.RECORDS}x.openings.jsonl"],
    "as an answer about time": lambda path: ["seals/package.gamma.tsq", "seals/package.gamma.tsr"],
    "as an answer about time, sealed": lambda path: ["seals/evidence.gamma.tsq", "seals/evidence.gamma.tsr"],
    "in capitals": lambda path: [path.upper()],
    "in the root": lambda path: [f"copy of {path.replace('/', ' ')}"],
}
HARMLESS = "as an answer about time"
"""By an authority that the trust root does not know: not counted, and the verdict says so."""


@pytest.mark.parametrize("where", OTHER_PLACES)
def test_every_file_a_second_time_elsewhere(package: Package, names: list[str], where: str) -> None:
    at = now() + 3_600_000_000
    for path in [one for one in names if not may_go(one)][:40]:
        targets = [one for one in OTHER_PLACES[where](path) if not (package.folder / one).exists()]
        for target in targets:
            package.write(target, package.read(path))
        found = package.verify(at=at)
        if where == HARMLESS and found.result == PASSED:
            assert any("not counted, unknown to the trust root: gamma" in step.detail for step in found.steps)
        else:
            assert found.result != PASSED or not targets, (path, targets)
        for target in targets:
            package.remove(target)


def test_every_file_exchanged_for_that_of_another_package(
    fjordheim: Attested, skarvoy: Attested, package: Package, names: list[str]
) -> None:
    at = now() + 3_600_000_000
    common = [path for path in names if (skarvoy.package / path).exists()]
    assert len(common) > 20
    for path in common:
        if package.read(path) == (skarvoy.package / path).read_bytes():
            continue
        package.take(skarvoy.package, path)
        assert is_refused(package, at), path
        restore(package, fjordheim.package, path)


def test_every_two_files_exchanged_with_each_other_and_with_another_package(
    fjordheim: Attested, skarvoy: Attested, package: Package, names: list[str]
) -> None:
    """Of the files that bind each other; two of one package in each other's place, and two of another in theirs."""
    at = now() + 3_600_000_000
    binding = [path for path in names if not may_go(path) and not path.startswith(layout.RECORDS)]
    for one, other in combinations(binding, 2):
        first, second = package.read(one), package.read(other)
        package.write(one, second)
        package.write(other, first)
        assert is_refused(package, at), (one, other)
        package.take(skarvoy.package, one, other)
        assert is_refused(package, at), (one, other)
        restore(package, fjordheim.package, one)
        restore(package, fjordheim.package, other)


@pytest.mark.parametrize("group", GROUPS)
def test_files_that_belong_together_exchanged_together(
    fjordheim: Attested, skarvoy: Attested, package: Package, group: str
) -> None:
    at = now() + 3_600_000_000
    chosen = GROUPS[group]
    for path in package.paths():
        if chosen(path):
            package.remove(path)
    for place in sorted(skarvoy.package.rglob("*")):
        path = str(place.relative_to(skarvoy.package))
        if place.is_file() and chosen(path):
            package.write(path, place.read_bytes())
    assert is_refused(package, at)
    zipped = package.folder.with_suffix(".zip")
    zip_package(package.folder, zipped)
    assert judge(zipped, at=at).result != PASSED


def test_both_packages_in_one_folder(fjordheim: Attested, skarvoy: Attested, package: Package) -> None:
    """What the other has more of is added, and nothing of this one is lost."""
    added = 0
    for place in skarvoy.package.rglob("*"):
        path = str(place.relative_to(skarvoy.package))
        if place.is_file() and not (package.folder / path).exists():
            package.write(path, place.read_bytes())
            added += 1
    if added:
        assert isinstance(package.verify().error, BindingError)


HARMLESS_CHANGES: dict[str, Callable[[Package], object]] = {
    "every item withheld": lambda package: (package.remove(layout.OPENINGS), package.remove_tree("evidence/files")),
    "every file withheld, every item described": lambda package: package.remove_tree("evidence/files"),
    "an empty folder": lambda package: (package.folder / "acts").mkdir(),
    "other times of the files": lambda package: [os.utime(package.folder / one, (0, 0)) for one in ("README.txt",)],
    "a genuine act by somebody who may": lambda package: package.act("countersign", "reviewer"),
    "an objection": lambda package: package.act("object", "official"),
}


@pytest.mark.parametrize("change", HARMLESS_CHANGES)
def test_what_is_harmless_passes_and_is_told(package: Package, change: str) -> None:
    before = {step.title: step.detail for step in package.verify().steps}
    HARMLESS_CHANGES[change](package)
    found = package.verify()
    assert found.result == PASSED, found.error
    if "withheld" in change or change.startswith(("a genuine", "an objection")):
        assert {step.title: step.detail for step in found.steps} != before
