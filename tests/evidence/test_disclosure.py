"""Packages' evidence written, withheld in editions, and opened to one reader."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.attestation.commitment import FILES, LEAVES, OPENINGS, TREE, record_files, verify_record_tree
from auditor.attestation.visibility import visible_evidence
from auditor.catalog.catalog import Catalog
from auditor.cli import disclose as command
from auditor.cli import evidence as evidence_command
from auditor.errors import (
    AuditorError,
    BindingError,
    DigestMismatchError,
    MachineError,
    StatementError,
    UnknownReferenceError,
    VerificationError,
)
from auditor.evidence.admission import Admission, admit
from auditor.evidence.raw import raw_record
from auditor.jobs import disclosed as disclosed_module
from auditor.jobs.container import write_zip
from auditor.jobs.content import load_catalog
from auditor.jobs.disclose import check_opening, disclose_edition, open_item, read_evidence
from auditor.jobs.disclosed import verify_files
from auditor.jobs.evidence_tree import (
    RecordRange,
    committed_files,
    open_records,
    record_commitments,
    record_texts,
    write_evidence,
)
from tests.evidence.bundles import ITEM, item, write_bundle

SAMPLE = Path(__file__).parents[2] / "samples" / "skarvoy" / "bundle"
RECORDS = "key-use-hsm-01"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture(scope="module")
def admission() -> Admission:
    return admit(SAMPLE)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, admission: Admission, catalog: Catalog) -> Path:
    package = tmp_path_factory.mktemp("whole") / "package"
    package.mkdir()
    (package / "report.dsse.json").write_text("signed")
    assert write_evidence(package, admission, catalog, "sl4") == record_commitments(admission, catalog, "sl4")
    return package


@pytest.fixture
def package(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "package"))


def everything(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_a_package_holds_the_whole_bundle_but_its_seed(whole: Path, admission: Admission) -> None:
    evidence = read_evidence(str(whole))
    assert evidence.tree == (admission.root, admission.size)
    assert set(evidence.items) == set(admission.item_ids)
    for file in admission.files:
        assert (whole / FILES / file.item.path).read_bytes() == (SAMPLE / file.item.path).read_bytes()
    seed = admission.manifest.seed
    assert not any(seed.encode() in data or bytes.fromhex(seed) in data for data in everything(whole).values())


def test_record_trees_are_those_of_the_profile(whole: Path, admission: Admission, catalog: Catalog) -> None:
    trees = record_commitments(admission, catalog, "sl4")
    assert {tree.item for tree in trees} == {file.item.id for file in committed_files(admission, catalog, "sl4")}
    for tree in trees:
        verify_record_tree(tree.item, tree.size, (whole / record_files(tree.item)[0]).read_bytes(), tree.root)
    assert not list(whole.glob("evidence/records/*.openings.jsonl"))


def test_a_package_is_written_once(whole: Path, admission: Admission, catalog: Catalog) -> None:
    before = everything(whole)
    with pytest.raises(MachineError):
        write_evidence(whole, admission, catalog, "sl4")
    assert everything(whole) == before


def test_evidence_that_changed_since_admission_is_not_packed(tmp_path: Path, catalog: Catalog) -> None:
    document = item("a", "evidence/a.md", b"first", kind="document")
    admitted = admit(write_bundle(tmp_path / "b", {"evidence/a.md": b"first"}, [document]))
    for data in (b"other", b"first and more", b""):
        (tmp_path / "b/evidence/a.md").write_bytes(data)
        with pytest.raises(DigestMismatchError):
            write_evidence(tmp_path, admitted, catalog, "sl4")
        assert sorted(os.listdir(tmp_path)) == ["b"]


def test_a_stream_without_records_has_no_tree(tmp_path: Path, catalog: Catalog) -> None:
    mapping = next(file.item.mapping for file in admit(SAMPLE).files if file.item.id == RECORDS)
    empty = {**ITEM, **item("empty", "evidence/e.jsonl", b"", mapping=mapping)}
    admitted = admit(write_bundle(tmp_path / "b", {"evidence/e.jsonl": b""}, [empty]))
    (tmp_path / "p").mkdir()
    assert write_evidence(tmp_path / "p", admitted, catalog, "sl4") == ()
    assert not list((tmp_path / "p").rglob("*.leaves.bin"))


def test_records_one_by_one_are_records_in_order(admission: Admission, catalog: Catalog, tmp_path: Path) -> None:
    from auditor.evidence.paths import Root
    from auditor.evidence.source import open_source
    from auditor.jobs.evidence import mappings

    known, formats = mappings(catalog), set()
    for file in admission.files:
        mapping = known.get(file.item.mapping or "")
        if mapping is None:
            continue
        formats.add(mapping.format)
        with record_texts(admission, catalog, file) as texts:
            found = list(texts)
        with Root(admission.folder) as root, open_source(root, file, tmp_path) as source:
            for number in {n for n in (1, 2, len(found) // 2, len(found) - 1, len(found)) if 0 < n <= len(found)}:
                assert raw_record(source, mapping, number) == found[number - 1]
            with pytest.raises(UnknownReferenceError):
                raw_record(source, mapping, len(found) + 1)
    assert formats == {"csv", "jsonl", "json", "yaml", "tsv-zeek"}


TWISTED = [
    b'a,b\n1,"two\nlines"\n3,4\n', b'a,b\r\n1,"x\r\ny"\r\n3,4', b'a,b\n1,"open\n2,x\n"3",""\n', b"a,b\n1\n2,3\n\n4,5\n",
    b"\xef\xbb\xbfa,b\n\xff,2\n3,\x00\n", b'a,b\n"\n"\n"\n', b"a,b\n", b"a,b", b'a,b\n1,"' + b"x\n" * 300 + b'"\n7,8\n',
]  # fmt: skip


@pytest.mark.parametrize("data", TWISTED, ids=range(len(TWISTED)))
def test_twisted_csv_records_one_by_one_are_records_in_order(data: bytes, tmp_path: Path) -> None:
    from auditor.evidence.paths import Root
    from auditor.evidence.raw import raw_records
    from auditor.evidence.source import open_source
    from tests.evidence.bundles import mapping, stream

    shape = stream("id: s\ntitle: S\nmeaning: s\norder: [a]\ncomplete: {by: declaration}\n"
                   "columns: {a: {type: text, meaning: a}, b: {type: text, meaning: b}}\n")  # fmt: skip
    read = mapping("id: m\ntitle: M\nformat: csv\nheader: [a, b]\nstreams: {s: {columns: "
                   "{a: {from: a}, b: {from: b}}}}\n", shape)  # fmt: skip
    admitted = admit(
        write_bundle(tmp_path / "b", {"evidence/a.csv": data}, [item("a", "evidence/a.csv", data, mapping="m")])
    )
    with Root(admitted.folder) as root, open_source(root, admitted.files[0], tmp_path) as source:
        found = list(raw_records(source, read))
        for number, text in enumerate(found, 1):
            assert raw_record(source, read, number) == text
        with pytest.raises(UnknownReferenceError):
            raw_record(source, read, len(found) + 1)


def test_an_edition_withholds_and_changes_nothing_else(package: Path, tmp_path: Path) -> None:
    done = disclose_edition(str(package), tmp_path / "e", withhold=["hr-roster", "flows-tap-1"])
    assert done.withheld == ("flows-tap-1", "hr-roster")
    before, after = everything(package), everything(tmp_path / "e")
    gone = {path for path in before if path not in after}
    held = read_evidence(str(package)).items
    assert gone == {f"{FILES}/{held[name].path}" for name in done.withheld}
    assert {path for path in after if after[path] != before.get(path)} == {OPENINGS}
    assert set(after[OPENINGS].splitlines()) < set(before[OPENINGS].splitlines())
    edition = read_evidence(str(tmp_path / "e"))
    assert edition.tree == read_evidence(str(package)).tree
    assert set(held) - set(edition.items) == set(done.withheld)
    assert not any(held["hr-roster"].sha256.encode() in data for data in after.values())


def test_an_edition_of_an_edition_and_only(package: Path, tmp_path: Path) -> None:
    disclose_edition(str(package), tmp_path / "e", only=["mpa-records", "kev"])
    done = disclose_edition(str(tmp_path / "e"), tmp_path / "f", withhold=["kev"])
    assert (done.opened, done.withheld) == (("mpa-records",), ("kev",))
    with pytest.raises(UnknownReferenceError):
        disclose_edition(str(tmp_path / "f"), tmp_path / "g", withhold=["kev"])
    assert disclose_edition(str(tmp_path / "f"), tmp_path / "g", only=[]).opened == ()
    assert not (tmp_path / "g" / FILES).exists()


def test_records_of_a_withheld_item(
    package: Path, tmp_path: Path, admission: Admission, catalog: Catalog
) -> None:  # fmt: skip
    lines = open_records(admission, catalog, RecordRange(RECORDS, 5, 7))
    done = disclose_edition(str(package), tmp_path / "e", withhold=[RECORDS], records={RECORDS: lines})
    assert done.records == 3
    assert (tmp_path / "e" / record_files(RECORDS)[1]).read_bytes() == b"".join(line + b"\n" for line in lines)
    # Of an edition of that edition the records are gone unless they are opened anew: the item is withheld.
    disclose_edition(str(tmp_path / "e"), tmp_path / "f", withhold=["kev"])
    assert not (tmp_path / "f" / record_files(RECORDS)[1]).exists()
    for wrong in ([lines[0].replace(b'"text":"', b'"text":"x')], [lines[1], lines[0]], [b"{}"]):
        with pytest.raises(VerificationError):
            disclose_edition(str(package), tmp_path / "g", withhold=[RECORDS], records={RECORDS: wrong})
    with pytest.raises(UnknownReferenceError):
        disclose_edition(str(package), tmp_path / "g", withhold=["kev"], records={RECORDS: lines})
    for first, last in ((0, 1), (10**9, 10**9), (5, 10**9)):
        with pytest.raises(UnknownReferenceError):
            open_records(admission, catalog, RecordRange(RECORDS, first, last))
    assert not (tmp_path / "g").exists()


DAMAGES: list[Callable[[Path], object]] = [
    lambda p: (p / FILES / "evidence/programme/workers.csv").write_bytes(b"x"),
    lambda p: (p / FILES / "evidence/programme/workers.csv").open("ab").write(b"\n"),
    lambda p: (p / FILES / "evidence/more.csv").write_bytes(b"x"),
    lambda p: (p / LEAVES).write_bytes((p / LEAVES).read_bytes()[:-32]),
    lambda p: (p / LEAVES).write_bytes(bytes(len((p / LEAVES).read_bytes()))),
    lambda p: (p / TREE).write_bytes(b"{}"),
    lambda p: (p / TREE).unlink(),
    lambda p: (p / OPENINGS).write_bytes((p / OPENINGS).read_bytes()[:-1]),
    lambda p: (p / OPENINGS).write_bytes((p / OPENINGS).read_bytes() * 2),
    lambda p: (p / OPENINGS).write_bytes(b"[" * 10_000 + b"\n"),
    lambda p: (p / OPENINGS).write_bytes(b"x" * (1 << 20)),
    lambda p: (p / "link").symlink_to("/etc/passwd"),
]


@pytest.mark.parametrize("damage", DAMAGES, ids=range(len(DAMAGES)))
def test_no_edition_of_a_package_that_is_not_whole(
    package: Path, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    damage(package)
    with pytest.raises(VerificationError):
        disclose_edition(str(package), tmp_path / "e", withhold=["kev"])
    assert sorted(os.listdir(tmp_path)) == ["package"]


def test_an_edition_overwrites_nothing(package: Path, tmp_path: Path) -> None:
    (tmp_path / "e").mkdir()
    (tmp_path / "e" / "mine").write_text("keep")
    (tmp_path / "dangling").symlink_to("nowhere")
    for out in (tmp_path / "e", tmp_path / "dangling", tmp_path / "no" / "where"):
        with pytest.raises(MachineError):
            disclose_edition(str(package), out, withhold=["kev"])
    assert everything(tmp_path / "e") == {"mine": b"keep"}
    with pytest.raises(UnknownReferenceError):
        disclose_edition(str(package), tmp_path / "f", withhold=["no-such-item"])


def test_one_item_is_opened_later_to_one_reader(package: Path, tmp_path: Path) -> None:
    disclose_edition(str(package), tmp_path / "e", withhold=["kev"])
    open_item(str(package), "kev", tmp_path / "kev.json")
    path = SAMPLE / "evidence/cyber/known-exploited.json"
    told = dict(check_opening(str(tmp_path / "e"), tmp_path / "kev.json", path))
    assert told["item"] == "kev"
    with pytest.raises(VerificationError):
        check_opening(str(tmp_path / "e"), tmp_path / "kev.json", SAMPLE / "bundle.yaml")
    with pytest.raises(UnknownReferenceError):
        open_item(str(tmp_path / "e"), "kev", tmp_path / "again.json")
    for bad in (b"{}", b"[]", b"", b'{"leaf":{"item":"kev","record":1}}', b'{"leaf":{"item":{},"record":1}}'):
        (tmp_path / "bad.json").write_bytes(bad)
        with pytest.raises(VerificationError):
            check_opening(str(tmp_path / "e"), tmp_path / "bad.json")


def test_the_command_does_what_its_examples_say(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import argparse
    import shlex

    (tmp_path / "bundle").symlink_to(SAMPLE)
    monkeypatch.chdir(tmp_path)
    parser = argparse.ArgumentParser()
    command.configure(parser)
    block = command.EXAMPLES.partition("examples:\n")[2].partition("\n\n")[0].replace("\\\n", "")
    for line in block.splitlines():
        arguments = parser.parse_args(shlex.split(line)[2:])
        assert arguments.run(arguments) == 0
    shown = capsys.readouterr().out
    assert "withheld: hr-roster, pacs-events" in shown
    assert "3 of their records are open" in shown
    assert "onguard-events.csv is this item" in shown
    for words in (["p", "--only", "a"], ["p", "--open", "a:1", "--out", "x"]):
        arguments = parser.parse_args(words)
        assert arguments.run(arguments) == 2
    for words in (["p"], ["p", "--only", "a", "--withhold", "b"], ["p", "--only", "a", "--records", "a:2-1"]):
        with pytest.raises(SystemExit):
            parser.parse_args(words)


RESULTS = {
    "bundle": {"coverage": [{"stream": "s", "items": ["a", "b"]}, {"stream": "t", "items": ["c"]}]},
    "plan": {"activities": [
        {"control": "X", "objective": "a", "streams": ["s", "t", "missing"]},
        {"control": "X", "objective": "b", "streams": []},
    ]},
    "observations": [{"control": "X", "objective": "a", "exceptions": [
        {"evidence": [{"item": "a", "record": 3}, {"item": "b", "record": 1}, {"item": "b", "record": 2}]},
    ]}],
    "findings": [{"control": "X", "objective": "a"}, {"control": "X", "objective": "b"}],
}  # fmt: skip


def test_a_finding_says_what_of_its_evidence_is_visible(package: Path) -> None:
    opened = list(read_evidence(str(package)).items.values())
    a, c = (one._replace(item=name, path=f"evidence/{name}") for one, name in zip(opened, "ac", strict=False))
    first, second = visible_evidence(RESULTS, [a, c], {f"{FILES}/evidence/a"}, {"b": {2, 9}})
    assert first.seen == {"whole": 1, "records": 1, "described": 1, "withheld": 0}
    assert [tuple(one) for one in first.cited] == [("a", "whole", (3,), (3,)), ("b", "records", (1, 2), (2,))]
    assert (first.total, first.complete) == (3, False)
    assert (second.total, second.complete) == (0, True)
    (hidden, _) = visible_evidence(RESULTS, [], set(), {})
    assert hidden.seen["withheld"] == hidden.total == 3


@pytest.mark.parametrize("name", sorted(RESULTS))
def test_results_without_form_tell_nothing(name: str) -> None:
    for wrong in (None, [1], "x", {}):
        broken = json.loads(json.dumps(RESULTS)) | {name: wrong}
        if wrong == {} and name != "bundle" and name != "plan":
            continue
        with pytest.raises(StatementError):
            visible_evidence(broken, [], set(), {})


def test_every_refusal_is_one_of_ours(package: Path) -> None:
    with pytest.raises(AuditorError):
        read_evidence(str(package / "nowhere"))


def test_every_disclosed_file_is_the_one_committed_to(package: Path, tmp_path: Path) -> None:
    evidence = read_evidence(str(package))
    found = verify_files(evidence.container, evidence.openings)
    assert len(found) == len(evidence.items)
    disclose_edition(str(package), tmp_path / "e", withhold=["kev"])
    edition = read_evidence(str(tmp_path / "e"))
    assert len(verify_files(edition.container, edition.openings)) == len(found) - 1
    # An opening whose file is not there describes it.
    assert len(verify_files(edition.container, evidence.openings)) == len(found) - 1


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize(
    ("path", "data"),
    [("workers.csv", b""), ("workers.csv", None), ("more.csv", b"x"), ("WORKERS.csv", b"x"), ("workers.csv.gz", b"")],
)
def test_a_file_that_no_leaf_vouches_for_is_refused(
    package: Path, path: str, data: bytes | None, zipped: bool, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = package / FILES / "evidence/programme" / path
    flipped = bytearray((package / FILES / "evidence/programme/workers.csv").read_bytes())
    flipped[len(flipped) // 2] ^= 1
    target.write_bytes(bytes(flipped) if data is None else data)
    monkeypatch.setattr(disclosed_module, "PARALLEL_FROM", 1)
    place = package
    if zipped:
        place = package.with_suffix(".zip")
        with place.open("wb") as out:
            write_zip(str(package), out)
    evidence = read_evidence(str(place))
    with pytest.raises(BindingError):
        verify_files(evidence.container, evidence.openings, workers=workers)


def test_a_file_replaced_by_a_link_is_refused_even_after_the_walk(package: Path) -> None:
    evidence = read_evidence(str(package))
    target = package / FILES / "evidence/programme/workers.csv"
    target.rename(package / "elsewhere")
    target.symlink_to(package / "elsewhere")
    with pytest.raises(AuditorError):
        verify_files(evidence.container, evidence.openings)


def test_two_leaves_for_one_file_are_refused(package: Path) -> None:
    evidence = read_evidence(str(package))
    first, second = list(evidence.items.values())[:2]
    with pytest.raises(BindingError):
        verify_files(evidence.container, [first, second._replace(path=first.path)])


def test_the_page_shows_the_commands_that_are_tested() -> None:
    page = (Path(__file__).parents[2] / "docs" / "disclosure.md").read_text()
    shown = {line for line in page.splitlines() if line.startswith("auditor ")}
    helped = (command.EXAMPLES + evidence_command.EXAMPLES).replace(" \\\n     ", "").splitlines()
    assert len(shown) == 8
    assert shown <= {line.strip() for line in helped}
