"""The evidence tree made, and read back from hostile bytes."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.attestation import leaves as leaves_module
from auditor.attestation.commitment import (
    make_opening,
    record_files,
    require_facility,
    require_file,
    require_listed,
    require_told,
    tree_bytes,
    verify_opening,
    verify_openings,
    verify_record_opening,
    verify_record_openings,
    verify_record_tree,
    verify_tree,
)
from auditor.attestation.leaves import MAX_LEAF, Opening, opening_lines, read_leaf, told_of
from auditor.canon.json import canonical_bytes
from auditor.canon.merkle import leaf_hash, root_hash
from auditor.errors import BindingError, StatementError, VerificationError
from auditor.evidence.commitment import RecordTree, bundle_leaves, commit_records, leaf_hashes, record_leaves
from auditor.evidence.manifest import parse_manifest
from auditor.model.bundle import Manifest
from tests.evidence.bundles import FACILITY, PERIOD, SEED, item

NAMES = ("a", "b", "c", "d", "e", "f")


def manifest(seed: str = SEED, facility: str = "test-facility", names: Iterable[str] = NAMES) -> Manifest:
    entries = [item(name, f"evidence/{name}.csv", name.encode(), mapping="m") for name in names]
    head = {"bundle": 1, "seed": seed, "facility": {**FACILITY, "id": facility}, "period": PERIOD, "items": entries}
    return parse_manifest(json.dumps(head).encode(), "bundle.yaml")


MANIFEST = manifest()
LINES = list(bundle_leaves(MANIFEST))
LEAVES = leaf_hashes(MANIFEST)
ROOT = root_hash(LINES).hex()
TREE = verify_tree(tree_bytes(len(LINES), ROOT), LEAVES, ROOT)


def test_every_leaf_opened_is_the_manifest() -> None:
    opened = verify_openings(TREE, LEAVES, LINES)
    assert [one.index for one in opened] == list(range(7))
    assert [one.item for one in opened] == [None, *NAMES]
    for one, entry in zip(opened[1:], MANIFEST.items, strict=True):
        assert one.document["item"] == entry.document()
        assert (one.path, one.size, one.sha256) == (entry.path, entry.size, entry.sha256)
    assert opened[0].document["head"] == {
        "facility": MANIFEST.facility.document(),
        "period": MANIFEST.period.document(),
    }


def test_any_openings_may_be_missing() -> None:
    assert verify_openings(TREE, LEAVES, []) == ()
    assert [one.item for one in verify_openings(TREE, LEAVES, LINES[2::3])] == ["b", "e"]


def test_the_seed_is_in_no_leaf_and_no_salt_is_used_twice() -> None:
    salts = {one.salt for one in verify_openings(TREE, LEAVES, LINES)}
    assert len(salts) == len(LINES)
    assert not any(SEED.encode() in line for line in LINES)
    others = {one.salt for one in (read_leaf(line, "x") for line in of(seed=SEED[::-1]))}
    assert not salts & others


def test_many_salts_look_drawn_at_random() -> None:
    """2,000 salts of 256 bits: no two alike, and each bit set about half the time."""
    names = [f"n{number:04d}" for number in range(2000)]
    salts = [read_leaf(line, "x").salt for line in bundle_leaves(manifest(names=names))]
    assert len(set(salts)) == len(salts)
    for bit in range(256):
        count = sum(int(salt, 16) >> bit & 1 for salt in salts)
        assert 800 < count < 1200


@pytest.mark.parametrize("index", range(7))
@pytest.mark.parametrize("what", ["drop", "swap", "flip", "append"])
def test_leaf_hashes_changed_in_any_way_lead_elsewhere(index: int, what: str) -> None:
    hashes = [LEAVES[at : at + 32] for at in range(0, len(LEAVES), 32)]
    if what == "drop":
        del hashes[index]
    elif what == "swap":
        hashes[index], hashes[index - 1] = hashes[index - 1], hashes[index]
    elif what == "flip":
        hashes[index] = bytes([hashes[index][0] ^ 1]) + hashes[index][1:]
    else:
        hashes.insert(index, leaf_hash(b"later"))
    for size in (len(hashes), 7):
        with pytest.raises(VerificationError):
            verify_tree(tree_bytes(size, ROOT), b"".join(hashes), ROOT)


def test_a_tree_of_another_root_is_refused_though_it_is_whole() -> None:
    other = manifest(SEED[::-1])
    root = root_hash(list(bundle_leaves(other))).hex()
    with pytest.raises(BindingError, match="not the evidence tree that was signed"):
        verify_tree(tree_bytes(7, root), leaf_hashes(other), ROOT)


GOOD_TREE = tree_bytes(7, ROOT)
HOSTILE_TREES = [
    b"", b"[]", b"null", b"7", b'"', b"\xff", b"{}", GOOD_TREE[:-1], GOOD_TREE + b"\n", b" " + GOOD_TREE,
    b"[" * 10_000, b'{"a":' * 10_000 + b"1" + b"}" * 10_000, b"{" + b" " * 5000 + b"}",
    GOOD_TREE.replace(b'"size":7', b'"size":7.0'), GOOD_TREE.replace(b'"size":7', b'"size":true'),
    GOOD_TREE.replace(b'"size":7', b'"size":"7"'), GOOD_TREE.replace(b'"size":7', b'"size":-7'),
    GOOD_TREE.replace(b'"size":7', b'"size":0'), GOOD_TREE.replace(b'"size":7', b'"size":null'),
    GOOD_TREE.replace(b'"size":7', b'"size":9007199254740993'), GOOD_TREE.replace(b'"size":7', b'"size":7,"size":7'),
    GOOD_TREE.replace(b"rfc9162-sha256", b"sha1"), GOOD_TREE.replace(b"salted-jcs/1", b"plain"),
    GOOD_TREE.replace(b'"format"', b'"Format"'), GOOD_TREE.replace(b'"leaf":"salted-jcs/1",', b""),
    GOOD_TREE.replace(b"evidence-tree/1", b"evidence-tree/2"), GOOD_TREE.replace(b'"size":7', b'"size":8'),
    GOOD_TREE.replace(ROOT.encode(), b"0" * 64), GOOD_TREE.replace(b'"' + ROOT.encode() + b'"', b"[]"),
]  # fmt: skip


@pytest.mark.parametrize("data", HOSTILE_TREES, ids=range(len(HOSTILE_TREES)))
def test_hostile_trees(data: bytes) -> None:
    with pytest.raises(VerificationError):
        verify_tree(data, LEAVES, ROOT)


@pytest.mark.parametrize("leaves", [b"", LEAVES[:-1], LEAVES + b"\0", LEAVES + LEAVES, b"\0" * 31, b"\0" * 33])
def test_hostile_leaf_lists(leaves: bytes) -> None:
    with pytest.raises(VerificationError):
        verify_tree(GOOD_TREE, leaves, ROOT)


def changed(index: int, change: Callable[[dict[str, Any]], object]) -> bytes:
    document = json.loads(LINES[index])
    change(document)
    return canonical_bytes(document)


def bear(line: bytes) -> list[bytes]:
    """`line` where leaf 3 stands."""
    return [*LINES[:3], line, *LINES[4:]]


def of(names: Iterable[str] = NAMES, **changes: str) -> list[bytes]:
    return list(bundle_leaves(manifest(names=names, **changes)))


HOSTILE_LINES: list[tuple[str, list[bytes]]] = [
    ("one leaf twice", [LINES[1], LINES[1]]),
    ("out of order", [LINES[2], LINES[1]]),
    ("two hidden leaves swapped", [LINES[1], changed(2, lambda d: d.update(index=3))]),
    ("index beyond the tree", [changed(3, lambda d: d.update(index=7))]),
    ("index far beyond", [changed(3, lambda d: d.update(index=2**53 - 1))]),
    ("negative index", [changed(3, lambda d: d.update(index=-1))]),
    ("index as text", [changed(3, lambda d: d.update(index="3"))]),
    ("index as truth", [changed(1, lambda d: d.update(index=True))]),
    ("no index", [changed(3, lambda d: d.pop("index"))]),
    ("no salt", [changed(3, lambda d: d.pop("salt"))]),
    ("short salt", [changed(3, lambda d: d.update(salt=d["salt"][:-1]))]),
    ("long salt", [changed(3, lambda d: d.update(salt=d["salt"] + "0"))]),
    ("salt in capitals", [changed(3, lambda d: d.update(salt="A" * 64))]),
    ("salt as number", [changed(3, lambda d: d.update(salt=1))]),
    ("another salt", [changed(3, lambda d: d.update(salt="0" * 64))]),
    ("another digest", bear(changed(3, lambda d: d["item"].update(sha256="0" * 64)))),
    ("another size", bear(changed(3, lambda d: d["item"].update(size=2)))),
    ("another title", bear(changed(3, lambda d: d["item"].update(title="Nothing to see")))),
    ("another bundle", bear(changed(3, lambda d: d.update(bundle="0" * 32)))),
    ("another facility", bear(changed(3, lambda d: d.update(facility="other")))),
    ("leaf of another bundle", bear(of(seed=SEED[::-1])[3])),
    ("leaf of another facility", bear(of(facility="other")[3])),
    ("unknown member", [changed(3, lambda d: d.update(more=1))]),
    ("unknown member of the item", [changed(3, lambda d: d["item"].update(more=1))]),
    ("head and item", [changed(3, lambda d: d.update(head={}))]),
    ("neither head nor item", [changed(3, lambda d: d.pop("item"))]),
    ("item that is a list", [changed(3, lambda d: d.update(item=[]))]),
    ("item that is null", [changed(3, lambda d: d.update(item=None))]),
    ("head at another place", [changed(0, lambda d: d.update(index=1))]),
    ("item at the place of the head", [changed(1, lambda d: d.update(index=0))]),
    ("head of another facility", [changed(0, lambda d: d["head"]["facility"].update(id="other"))]),
    ("head without a period", [changed(0, lambda d: d["head"].pop("period"))]),
    ("path out of the package", [changed(3, lambda d: d["item"].update(path="evidence/../../../etc/passwd"))]),
    ("absolute path", [changed(3, lambda d: d["item"].update(path="/etc/passwd"))]),
    ("empty path", [changed(3, lambda d: d["item"].update(path=""))]),
    ("path with a direction mark", [changed(3, lambda d: d["item"].update(path="evidence/\u202ea.csv"))]),
    ("id out of the package", [changed(3, lambda d: d["item"].update(id="../x"))]),
    ("not canonical: blank", bear(LINES[3].replace(b",", b", ", 1))),
    ("not canonical: escape", bear(LINES[3].replace(b"evidence/c", b"evidence\\/c"))),
    ("not canonical: order", bear(json.dumps(dict(reversed(json.loads(LINES[3]).items()))).encode())),
    ("member twice", bear(LINES[3].replace(b'"index":3', b'"index":3,"index":3'))),
    ("a float", bear(LINES[3].replace(b'"index":3', b'"index":3.0'))),
    ("exponent", bear(LINES[3].replace(b'"index":3', b'"index":3e0'))),
    ("leading zero", bear(LINES[3].replace(b'"index":3', b'"index":03'))),
    ("byte order mark", bear(b"\xef\xbb\xbf" + LINES[3])),
    ("blank line", bear(b"")),
    ("line end", bear(LINES[3] + b"\n")),
    ("carriage return", bear(LINES[3] + b"\r")),
    ("not UTF-8", bear(LINES[3].replace(b"tester", b"test\xff\xfe"))),
    ("lone surrogate", bear(LINES[3].replace(b"tester", b"test\\ud800"))),
    ("10,000 deep", bear(b"[" * 10_000)),
    ("10,000 deep in a member", bear(LINES[3].replace(b'"index":3', b'"index":' + b"[" * 10_000))),
    ("giant", bear(b'{"a":"' + b"x" * MAX_LEAF + b'"}')),
    ("giant number", bear(LINES[3].replace(b'"index":3', b'"index":' + b"9" * 5000))),
    ("an array", bear(b"[]")),
    ("null", bear(b"null")),
    ("NaN", bear(b"NaN")),
]


@pytest.mark.parametrize("lines", [lines for _, lines in HOSTILE_LINES], ids=[name for name, _ in HOSTILE_LINES])
def test_hostile_openings(lines: list[bytes]) -> None:
    with pytest.raises(VerificationError):
        verify_openings(TREE, LEAVES, lines)


def commit(lines: list[bytes]) -> None:
    """Open leaves that a dishonest facility really committed to."""
    hashes = b"".join(map(leaf_hash, lines))
    root = root_hash(lines).hex()
    verify_openings(verify_tree(tree_bytes(len(lines), root), hashes, root), hashes, lines)


DISHONEST = {
    "one salt for two leaves": bear(changed(3, lambda d: d.update(salt=json.loads(LINES[2])["salt"]))),
    "a leaf of another bundle": bear(of(seed=SEED[::-1])[3]),
    "a leaf of another facility": bear(of(facility="other")[3]),
    "one item twice": bear(changed(3, lambda d: d["item"].update(id="b"))),
    "ids out of order": bear(changed(3, lambda d: d["item"].update(id="z"))),
    "an unsalted leaf": bear(changed(3, lambda d: d.pop("salt"))),
    "no head": [changed(1, lambda d: d.update(index=0)), *LINES[1:]],
    "places out of order": [LINES[0], LINES[2], LINES[1], *LINES[3:]],
}


@pytest.mark.parametrize("lines", DISHONEST.values(), ids=DISHONEST)
def test_a_commitment_dishonest_from_the_start(lines: list[bytes]) -> None:
    commit(LINES)
    with pytest.raises(VerificationError):
        commit(lines)


@given(st.integers(0, len(LINES) - 1), st.data())
def test_no_byte_of_an_opening_can_be_changed(index: int, data: st.DataObject) -> None:
    line = bytearray(LINES[index])
    at, bit = data.draw(st.integers(0, len(line) - 1)), data.draw(st.integers(0, 7))
    line[at] ^= 1 << bit
    with pytest.raises(VerificationError):
        verify_openings(TREE, LEAVES, [*LINES[:index], bytes(line), *LINES[index + 1 :]])


@given(st.binary(max_size=300))
def test_bytes_at_random_are_refused(data: bytes) -> None:
    with pytest.raises(VerificationError):
        verify_openings(TREE, LEAVES, [data])
    with pytest.raises(VerificationError):
        verify_opening(data, root=ROOT, size=7)
    with pytest.raises(VerificationError):
        verify_tree(data, LEAVES, ROOT)


texts = st.text(st.characters(codec="utf-8"), max_size=12)


@given(
    texts, texts, texts, st.none() | texts, st.integers(0, 2**53 - 1), st.integers(1, 10**6),
)  # fmt: skip
def test_the_quick_reading_of_a_leaf_is_the_thorough_one(
    system: str, collector: str, kind: str, title: str | None, size: int, index: int
) -> None:
    entry = {
        **json.loads(LINES[1])["item"], "source": {"system": system, "collector": collector}, "kind": kind,
        "size": size, **({} if title is None else {"title": title}),
    }  # fmt: skip
    line = canonical_bytes({**json.loads(LINES[1]), "item": entry, "index": index})
    thorough = leaves_module._parsed(line, "x")
    assert read_leaf(line, "x") == thorough
    flat = {**entry, **entry["source"]}
    assert told_of(thorough) == {name: value for name, value in flat.items() if name not in ("source", "sha256")}
    assert (thorough.size, thorough.index) == (size, index)


@given(st.data())
def test_what_the_quick_reading_takes_the_thorough_one_takes(data: st.DataObject) -> None:
    line = bytearray(LINES[1])
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(line) - 1))
        line[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=2))
    found: list[Opening | None] = []
    for read in (read_leaf, leaves_module._parsed):
        try:
            found.append(read(bytes(line), "x"))
        except VerificationError:
            found.append(None)
    assert found[0] == found[1]


def test_lines_are_read_in_bounds() -> None:
    data = b"".join(line + b"\n" for line in LINES)
    assert list(opening_lines(io.BytesIO(data), "x")) == LINES
    assert list(opening_lines(io.BytesIO(b""), "x")) == []
    for bad in (data[:-1], b"x" * (MAX_LEAF + 1), b"x" * (MAX_LEAF + 1) + b"\n", data + b"x", b"x" * (3 << 20)):
        with pytest.raises(StatementError):
            list(opening_lines(io.BytesIO(bad), "x"))


def test_a_file_is_the_opened_one_by_size_and_digest() -> None:
    opening = verify_openings(TREE, LEAVES, LINES)[1]
    require_file(opening, 1, hashlib.sha256(b"a").hexdigest())
    for size, digest in ((2, hashlib.sha256(b"a").hexdigest()), (1, hashlib.sha256(b"b").hexdigest()), (1, "")):
        with pytest.raises(BindingError):
            require_file(opening, size, digest)


def told() -> dict[str, Any]:
    items = []
    for index, entry in enumerate(MANIFEST.items, 1):
        document = entry.document()
        del document["sha256"]
        items.append({**document, **document.pop("source"), "leaf": leaf_hash(LINES[index]).hex(), "rows": 1})
    return {"root": ROOT, "size": 7, "items": items}


def test_the_results_list_every_leaf_and_say_what_it_says() -> None:
    require_listed(TREE, LEAVES, told())
    for opening in verify_openings(TREE, LEAVES, LINES):
        require_told(opening, told())


@pytest.mark.parametrize(
    "change",
    [
        lambda b: b.update(root="0" * 64), lambda b: b.update(size=8), lambda b: b.pop("size"),
        lambda b: b["items"].pop(), lambda b: b["items"].append(b["items"][0]), lambda b: b["items"].reverse(),
        lambda b: b["items"][2].update(leaf="0" * 64), lambda b: b["items"][2].pop("leaf"), lambda b: b.pop("items"),
        lambda b: b.update(items={}), lambda b: b.update(items=[1, 2, 3, 4, 5, 6]),
        lambda b: b["items"][2].update(leaf=b["items"][3]["leaf"]),
    ],
)  # fmt: skip
def test_results_that_list_other_leaves(change: Callable[[dict[str, Any]], object]) -> None:
    bundle = told()
    change(bundle)
    with pytest.raises(VerificationError):
        require_listed(TREE, LEAVES, bundle)


def test_evidence_of_another_facility_or_period_is_refused() -> None:
    opened = verify_openings(TREE, LEAVES, LINES)
    results = {"facility": MANIFEST.facility.document(), "period": MANIFEST.period.document()}
    require_facility(opened, results)
    for wrong in (
        {**results, "facility": {**results["facility"], "id": "other"}}, {**results, "facility": None}, {},
        {**results, "facility": {**results["facility"], "name": "Other"}}, {**results, "period": None},
    ):  # fmt: skip
        with pytest.raises(BindingError):
            require_facility(opened, wrong)
    with pytest.raises(BindingError):
        require_facility(opened[3:4], {**results, "facility": {"id": "other"}})


@pytest.mark.parametrize("name", ["title", "mapping"])
def test_the_results_add_nothing_to_what_was_committed_to(name: str) -> None:
    bundle = told()
    if name in bundle["items"][2]:
        del bundle["items"][2][name]
    else:
        bundle["items"][2][name] = "added"
    with pytest.raises(BindingError):
        require_told(verify_openings(TREE, LEAVES, LINES)[3], bundle)


@pytest.mark.parametrize("name", ["id", "path", "kind", "mapping", "observed", "collected", "size", "system"])
def test_results_that_say_otherwise_than_the_evidence(name: str) -> None:
    bundle = told()
    bundle["items"][2][name] = "other"
    with pytest.raises(BindingError):
        require_told(verify_openings(TREE, LEAVES, LINES)[3], bundle)


@pytest.mark.parametrize("index", range(7))
def test_one_leaf_opened_for_one_reader(index: int) -> None:
    data = make_opening(LINES[index], index, LEAVES)
    opening = verify_opening(data, root=ROOT, size=7)
    assert (opening.index, opening.text) == (index, LINES[index])
    for root, size in (("0" * 64, 7), (ROOT, 8), (ROOT, 6), (ROOT, 0), ("x", 7)):
        with pytest.raises(VerificationError):
            verify_opening(data, root=root, size=size)
    with pytest.raises(VerificationError):
        make_opening(LINES[index], (index + 1) % 7, LEAVES)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.update(index=4), lambda d: d.update(index=-1), lambda d: d.update(index=True),
        lambda d: d.update(index="3"), lambda d: d["proof"].pop(), lambda d: d["proof"].append("0" * 64),
        lambda d: d["proof"].reverse(), lambda d: d.update(proof={}), lambda d: d.update(proof=["x"]),
        lambda d: d.update(proof=[1]), lambda d: d["leaf"].update(index=4), lambda d: d["leaf"].pop("salt"),
        lambda d: d["leaf"]["item"].update(size=5), lambda d: d.update(leaf=[]), lambda d: d.update(leaf=None),
        lambda d: d.update(format="opening/2"), lambda d: d.update(more=1), lambda d: d.pop("size"),
        lambda d: d.update(proof=["0" * 64] * 1000),
    ],
)  # fmt: skip
def test_hostile_single_openings(change: Callable[[dict[str, Any]], object]) -> None:
    document = json.loads(make_opening(LINES[3], 3, LEAVES))
    change(document)
    with pytest.raises(VerificationError):
        verify_opening(canonical_bytes(document), root=ROOT, size=7)


def test_an_inner_node_is_no_leaf() -> None:
    """The second half of a tree presented as a leaf of a smaller one."""
    with pytest.raises(VerificationError):
        make_opening(LEAVES[:64], 0, LEAVES)


RECORDS = ['1,"a"', "", "naïve\t\x01", 'x"\\', "4", "𝛑"]


def record_tree(texts: Iterable[str] = RECORDS) -> tuple[RecordTree, bytes, list[bytes]]:
    lines, hashes = list(record_leaves(MANIFEST, "c", texts)), bytearray()
    tree = commit_records("c", lines, hashes.extend)
    assert tree is not None
    return tree, bytes(hashes), lines


def test_a_record_is_committed_to_as_described() -> None:
    tree, hashes, lines = record_tree()
    for number, (line, text) in enumerate(zip(lines, RECORDS, strict=True), 1):
        words = b"dc-attest/record/1\0c\0%d" % number
        salt = hmac.new(bytes.fromhex(SEED), words, hashlib.sha256).hexdigest()
        assert line == canonical_bytes({"item": "c", "record": number, "salt": salt, "text": text})
    assert tree == RecordTree("c", 6, root_hash(lines).hex())
    held = verify_record_tree("c", tree.size, hashes, tree.root)
    assert [(one.record, one.text) for one in verify_record_openings("c", held, hashes, lines)] == [
        *enumerate(RECORDS, 1)
    ]
    assert list(record_leaves(MANIFEST, "c", RECORDS[3:], 4)) == lines[3:]
    assert commit_records("c", [], print) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda ls: ls.reverse(), lambda ls: ls.insert(0, ls[0]), lambda ls: ls.append(b"{}"), lambda ls: ls.append(b""),
        lambda ls: ls.append(b"[" * 10_000), lambda ls: ls.__setitem__(2, ls[2].replace(b'"record":3', b'"record":4')),
        lambda ls: ls.__setitem__(2, ls[2].replace(b'"c"', b'"d"')),
        lambda ls: ls.__setitem__(2, ls[2].replace(b'"text":"', b'"text":"x')),
        lambda ls: ls.__setitem__(2, ls[2].replace(b'"record":3', b'"record":0')),
        lambda ls: ls.__setitem__(5, ls[5].replace(b'"record":6', b'"record":7')),
        lambda ls: ls.__setitem__(2, ls[2].replace(b"\\t", b"\\u0009")),
        lambda ls: ls.__setitem__(1, LINES[1]),
    ],
)  # fmt: skip
def test_hostile_record_openings(change: Callable[[list[bytes]], object]) -> None:
    tree, hashes, lines = record_tree()
    change(lines)
    with pytest.raises(VerificationError):
        verify_record_openings("c", verify_record_tree("c", tree.size, hashes, tree.root), hashes, lines)


def test_records_of_another_item_or_count_are_refused() -> None:
    tree, hashes, lines = record_tree()
    for size, data, root in ((5, hashes, tree.root), (6, hashes[32:], tree.root), (6, hashes, ROOT), (0, b"", ROOT)):
        with pytest.raises(VerificationError):
            verify_record_tree("c", size, data, root)
    with pytest.raises(VerificationError):
        verify_record_openings("d", verify_record_tree("d", tree.size, hashes, tree.root), hashes, lines)


def test_one_record_opened_for_one_reader() -> None:
    tree, hashes, lines = record_tree()
    data = make_opening(lines[3], 3, hashes)
    assert verify_record_opening(data, item="c", root=tree.root, size=6).text == RECORDS[3]
    for item_id, root, size in (("d", tree.root, 6), ("c", ROOT, 7), ("c", tree.root, 7)):
        with pytest.raises(VerificationError):
            verify_record_opening(data, item=item_id, root=root, size=size)
    with pytest.raises(VerificationError):
        verify_opening(data, root=tree.root, size=6)


def test_files_of_records_have_safe_and_different_names() -> None:
    ids = ["a", "A", "a/b", "a/../../x", "a:b", "id-0", "x" * 200, "a.b", "a_b", "\ud800", "a\u202eb"]
    names = [record_files(one) for one in ids]
    assert len({name.casefold() for pair in names for name in pair}) == 2 * len(ids)
    for leaves, openings in names:
        assert Path(leaves).parent == Path(openings).parent == Path("evidence/records")
        assert leaves.isascii()
        assert len(Path(leaves).name) < 140
