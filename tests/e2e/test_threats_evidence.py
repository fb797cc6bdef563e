"""The threat table, rows 11 to 13 and 21: evidence withheld, guessed, added later, or of another facility."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from auditor.attestation import package as layout
from auditor.attestation.commitment import record_files
from auditor.canon.json import canonical_bytes
from auditor.canon.merkle import leaf_hash, root_of_hashes
from auditor.errors import (
    BindingError,
    StatementError,
)
from tests.e2e import attacks
from tests.e2e.attacks import (
    Document,
    Package,
    now,
    passes,
    refused,
)
from tests.e2e.conftest import Attested

pytestmark = pytest.mark.usefixtures("look_once")


# --- 11: adverse evidence is withheld


def tree_of(leaves: bytes) -> bytes:
    """A tree file that fits the leaf hashes."""
    known = {"algorithm": "rfc9162-sha256", "format": "evidence-tree/1", "leaf": "salted-jcs/1"}
    return canonical_bytes({**known, "root": root_of_hashes(leaves).hex(), "size": len(leaves) // 32})


@pytest.mark.parametrize("trick", ["dropped", "reordered", "exchanged", "added"])
def test_row_11_the_list_of_leaves_is_another(package: Package, trick: str) -> None:
    """Row 13 too: a leaf more is evidence from after the fact."""
    leaves = package.read(layout.LEAVES)
    first, second = leaves[32:64], leaves[64:96]
    changed = {
        "dropped": leaves[:32] + leaves[64:],
        "reordered": leaves[:32] + second + first + leaves[96:],
        "exchanged": leaves[:32] + bytes(32) + leaves[64:],
        "added": leaves + leaf_hash(b"one more"),
    }[trick]
    package.write(layout.LEAVES, changed)
    refused(package, BindingError, "not the file that was sealed")
    package.reseal()
    refused(package, (BindingError, StatementError), "lead to the signed root|must hold")
    package.write(layout.TREE, tree_of(changed))
    package.reseal()
    refused(package, BindingError, "not the evidence tree that was signed")


def test_row_11_even_those_who_sign_must_list_every_leaf(package: Package) -> None:
    """The root is changed to fit, and the report signed anew: it lists its items one by one, each with its leaf."""
    leaves = package.read(layout.LEAVES)
    fewer = leaves[:32] + leaves[64:]

    def new_root(results: Document) -> None:
        results["bundle"]["root"] = root_of_hashes(fewer).hex()

    package.write(layout.LEAVES, fewer)
    package.write(layout.TREE, tree_of(fewer))
    seal = package.seal_evidence(root=root_of_hashes(fewer).hex())
    package.sign_report(new_root, concluded_at=now(), evidence_seal=seal)
    package.all_anew()
    refused(package, BindingError, "tree has|another number|not the leaf")


def test_row_11_an_edition_shows_what_it_withholds(package: Package) -> None:
    lines = package.read(layout.OPENINGS).splitlines(keepends=True)
    package.write(layout.OPENINGS, b"".join(lines[:5] + lines[6:]))
    refused(package, BindingError, "no opened leaf vouches for")
    package.remove(f"{layout.FILES}{json.loads(lines[5])['item']['path']}")
    assert "47 of 48 items" in passes(package)["the disclosed evidence has the digests that were committed to"]


def test_row_11_records_that_are_not_in_the_evidence(package: Package, fjordheim: Attested) -> None:
    """All who sign commit to records of their own making, to be opened where the file itself is withheld."""
    (first, *rest) = package.report().records
    lines = [
        canonical_bytes({"item": first.item, "record": n, "salt": f"{n:064x}", "text": "all well"}) for n in (1, 2, 3)
    ]
    leaves = b"".join(map(leaf_hash, lines))
    path, openings = record_files(first.item)
    package.write(path, leaves)
    package.write(openings, b"".join(line + b"\n" for line in lines))
    false = first._replace(size=3, root=root_of_hashes(leaves).hex())
    package.sign_report(records=[false, *rest])
    place = package.folder / layout.REPORT
    refused(package, BindingError, "trees over records", place=place, bundle=fjordheim.bundle, recompute=True)


# --- 12: a withheld item is guessed from its hash


def opened(package: Package) -> list[Document]:
    return [json.loads(line) for line in package.read(layout.OPENINGS).splitlines()]


def test_row_12_no_salt_repeats_and_every_leaf_has_one(package: Package, skarvoy: Attested) -> None:
    other = Package(skarvoy.package, package.folder.parent / "other")
    salts = [leaf["salt"] for one in (package, other) for leaf in opened(one)]
    assert len(salts) == len(set(salts)) > 90
    assert all(re.fullmatch("[0-9a-f]{64}", salt) for salt in salts)


@pytest.mark.parametrize("trick", ["none", "empty", "the same twice"])
def test_row_12_a_leaf_without_a_salt_of_its_own(package: Package, trick: str) -> None:
    """All who sign go along: the tree, the results and the seals are over the leaf as it is."""
    leaves = opened(package)
    if trick == "none":
        del leaves[3]["salt"]
    else:
        leaves[3]["salt"] = "" if trick == "empty" else leaves[2]["salt"]
    with_leaves(package, leaves)
    refused(package, StatementError, "members of a leaf|32 bytes|the same salt")


def with_leaves(
    package: Package, leaves: list[Document], change: Callable[[Document], object] = lambda r: None
) -> None:
    """The package over other leaves, by everybody who can make it so."""
    lines = [canonical_bytes(leaf) for leaf in leaves]
    hashes = b"".join(map(leaf_hash, lines))

    def listed(results: Document) -> None:
        results["bundle"] |= {"root": root_of_hashes(hashes).hex(), "size": len(leaves)}
        for index, item in enumerate(results["bundle"]["items"], 1):
            item["leaf"] = hashes[32 * index : 32 * index + 32].hex()
        change(results)

    package.write(layout.LEAVES, hashes)
    package.write(layout.TREE, tree_of(hashes))
    package.write(layout.OPENINGS, b"".join(line + b"\n" for line in lines))
    seal = package.seal_evidence(root=root_of_hashes(hashes).hex())
    package.sign_report(listed, concluded_at=now(), evidence_seal=seal)
    package.all_anew()


# --- 13: evidence is added after the fact


def test_row_13_a_file_or_a_leaf_from_after_the_fact(package: Package) -> None:
    package.write(f"{layout.FILES}evidence/exculpatory.md", b"All is well.\n")
    refused(package, BindingError, "no opened leaf vouches for")
    leaf = opened(package)[-1]
    leaf["index"] += 1
    leaf["item"] |= {"id": "zz-exculpatory", "path": "evidence/exculpatory.md"}
    package.write(layout.OPENINGS, package.read(layout.OPENINGS) + canonical_bytes(leaf) + b"\n")
    refused(package, BindingError, "49 leaves")


def test_row_13_the_report_cites_a_seal_from_after_it(package: Package) -> None:
    """The evidence is sealed once more, later; the report is dated before that, so its conclusions came first."""
    was = package.report().concluded_at
    seal = package.seal_evidence()
    package.reseal()
    refused(package, BindingError, "cites another seal")
    package.sign_report(evidence_seal=seal, concluded_at=was - attacks.HOUR)
    package.all_anew()
    refused(package, BindingError, "dated before the evidence was sealed")


# --- 21: evidence of another facility


def test_row_21_the_evidence_of_another_facility(package: Package, skarvoy: Attested) -> None:
    other = Package(skarvoy.package, package.folder.parent / "other")
    names = [path for path in other.paths() if path.startswith("evidence/")]
    package.remove_tree("evidence")
    package.take(other.folder, *names)
    refused(package, BindingError, "not the file that was sealed")
    package.reseal()
    refused(package, BindingError, "not the evidence tree that was signed")


@pytest.mark.parametrize("lie", ["facility", "period"])
def test_row_21_results_about_another_facility_or_period_than_the_evidence(package: Package, lie: str) -> None:
    """Everybody who signs goes along, and every leaf is in its place."""
    leaves = opened(package)
    head = leaves[0]["head"]
    if lie == "period":
        head["period"]["from"] = "2026-09-01T00:00:00Z"
    else:
        head["facility"]["id"] = "elsewhere"
        for leaf in leaves:
            leaf["facility"] = "elsewhere"
    with_leaves(package, leaves)
    refused(package, BindingError, "evidence of another facility|another facility or period")
