"""Bundles that lie, lack, overflow or lead astray."""

from __future__ import annotations

import gc
import hashlib
import hmac
import json
import os
from pathlib import Path
from typing import Any

import pytest

from auditor import collector
from auditor.canon.json import canonical_bytes
from auditor.canon.merkle import leaf_hash, node_hash
from auditor.errors import AuditorError, DigestMismatchError, MachineError, ManifestError, PathError
from auditor.evidence import admission as admission_module
from auditor.evidence import hashing
from auditor.evidence.admission import admit
from auditor.evidence.commitment import bundle_leaves
from auditor.evidence.manifest import parse_manifest
from auditor.evidence.paths import collisions, path_problem
from auditor.evidence.source import open_source
from tests.evidence.bundles import FACILITY, PERIOD, SEED, item, write_bundle

FILES = {"evidence/a.md": b"first", "evidence/sub/b.md": b"second", "evidence/sub/c.md": b""}


def document(id_: str, path: str, data: bytes, **changes: Any) -> dict[str, Any]:
    return item(id_, path, data, kind="document", **changes)


def items(files: dict[str, bytes] | None = None) -> list[dict[str, Any]]:
    return [document(f"i{n}", path, data) for n, (path, data) in enumerate((files or FILES).items())]


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return write_bundle(tmp_path / "bundle", FILES, items())


def refusal(folder: Path, kind: type[AuditorError]) -> AuditorError:
    with pytest.raises(AuditorError) as caught:
        admit(folder)
    assert type(caught.value) is kind, caught.value
    assert caught.value.place
    return caught.value


def test_a_true_bundle_is_admitted(bundle: Path) -> None:
    admitted = admit(bundle)
    assert admitted.item_ids == ("i0", "i1", "i2")


def test_the_root_is_the_tree_described(bundle: Path) -> None:
    manifest = admit(bundle).manifest
    key, document = bytes.fromhex(SEED), manifest.document()
    common = {
        "bundle": hmac.new(key, b"dc-attest/bundle/1", hashlib.sha256).hexdigest()[:32],
        "facility": FACILITY["id"],
    }
    texts = []
    for index, (name, content) in enumerate([("head", {k: document[k] for k in ("facility", "period")}),
                                             *(("item", i.document()) for i in manifest.items)]):  # fmt: skip
        words = f"dc-attest/leaf/1\0{index}\0{content.get('id', 'head')}"
        salt = hmac.new(key, words.encode(), hashlib.sha256).hexdigest()
        texts.append(canonical_bytes({**common, "index": index, name: content, "salt": salt}))
    assert list(bundle_leaves(manifest)) == texts
    leaves = [leaf_hash(text) for text in texts]
    assert admit(bundle).leaves == b"".join(leaves)
    root = node_hash(node_hash(leaves[0], leaves[1]), node_hash(leaves[2], leaves[3]))
    assert admit(bundle).root == root.hex()


def test_the_root_changes_with_every_word_of_the_manifest(bundle: Path, tmp_path: Path) -> None:
    roots = {admit(bundle).root}
    for change in (
        {"collected": "2026-10-08T06:00:01Z"},
        {"source": {"system": "x", "collector": "y"}},
        {"title": "t"},
    ):
        changed = [{**items()[0], **change}, *items()[1:]]
        roots.add(admit(write_bundle(tmp_path / f"b{len(roots)}", FILES, changed)).root)
    roots.add(admit(write_bundle(tmp_path / "other", FILES, items(), facility={**FACILITY, "name": "Other"})).root)
    roots.add(admit(write_bundle(tmp_path / "seed", FILES, items(), seed=SEED[::-1])).root)
    assert len(roots) == 6


@pytest.mark.parametrize(
    ("seed", "problem"),
    [
        (None, "seed is missing"),
        ("", "seed is not 32 bytes"),
        (SEED[:-1], "seed is not 32 bytes"),
        (SEED.upper(), "seed is not 32 bytes"),
        (12345, "seed is not 32 bytes"),
        ("?", "seed is not 32 bytes"),
        ("0" * 64, "seed was not drawn at random"),
        ("0123" * 16, "seed was not drawn at random"),
    ],
)
def test_a_seed_that_is_none_is_refused_and_never_shown(tmp_path: Path, seed: object, problem: str) -> None:
    error = refusal(write_bundle(tmp_path / "b", FILES, items(), seed=seed), ManifestError)
    assert problem in str(error)
    assert "openssl rand -hex 32" in (error.hint or "")
    assert error.value is None
    assert len(str(seed)) < 8 or str(seed) not in str(error)


def test_a_wrong_seed_hides_no_other_problem(tmp_path: Path) -> None:
    error = refusal(write_bundle(tmp_path / "b", FILES, lie(size="five"), seed="x"), ManifestError)
    assert len(error.problems) == 2


def test_the_order_of_items_in_the_file_does_not_matter(bundle: Path, tmp_path: Path) -> None:
    assert admit(write_bundle(tmp_path / "turned", FILES, reversed(items()))).root == admit(bundle).root


def test_missing_file(bundle: Path) -> None:
    (bundle / "evidence/a.md").unlink()
    error = refusal(bundle, ManifestError)
    assert error.place == "evidence/a.md"
    assert error.hint


def test_missing_folder(bundle: Path) -> None:
    for path in ("evidence/sub/b.md", "evidence/sub/c.md"):
        (bundle / path).unlink()
    (bundle / "evidence/sub").rmdir()
    assert len(refusal(bundle, ManifestError).problems) == 2


@pytest.mark.parametrize(
    "path", ["evidence/extra.md", "evidence/sub/.hidden", "notes.txt", "other/x.md", "bundle.yaml.bak"]
)
def test_undeclared_file(bundle: Path, path: str) -> None:
    (bundle / path).parent.mkdir(exist_ok=True)
    (bundle / path).write_text("x")
    assert refusal(bundle, ManifestError).place == path


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"fIrst", DigestMismatchError),
        (b"firs", DigestMismatchError),
        (b"first ", DigestMismatchError),
        (b"", DigestMismatchError),
    ],
)
def test_altered_truncated_or_grown(bundle: Path, data: bytes, kind: type[AuditorError]) -> None:
    (bundle / "evidence/a.md").write_bytes(data)
    assert refusal(bundle, kind).place == "evidence/a.md"


def test_swapped_files(bundle: Path) -> None:
    a, b = bundle / "evidence/a.md", bundle / "evidence/sub/b.md"
    first, second = a.read_bytes(), b.read_bytes()
    a.write_bytes(second)
    b.write_bytes(first)
    error = refusal(bundle, DigestMismatchError)
    assert {p.place for p in error.problems} == {"evidence/a.md", "evidence/sub/b.md"}


def test_all_problems_are_told_at_once(bundle: Path) -> None:
    (bundle / "evidence/a.md").unlink()
    (bundle / "evidence/new.md").write_text("x")
    (bundle / "evidence/sub/b.md").write_text("changed")
    error = refusal(bundle, ManifestError)
    assert [type(p) for p in error.problems] == [ManifestError, ManifestError, DigestMismatchError]
    assert "first of 3" in str(error)
    assert error.problems[2].place == "evidence/sub/b.md"


def test_many_problems_are_bounded(tmp_path: Path) -> None:
    files = {f"evidence/{n}.md": b"x" for n in range(1500)}
    folder = write_bundle(tmp_path / "b", files, items(files))
    for path in files:
        (folder / path).write_bytes(b"y")
    error = refusal(folder, DigestMismatchError)
    assert len(error.problems) == admission_module.MAX_PROBLEMS
    assert len(error.hint or "") < 10_000


def lie(**changes: Any) -> list[dict[str, Any]]:
    return [{**items()[0], **changes}, *items()[1:]]


LIES = [
    ("size", lie(size=6), DigestMismatchError, "has 5 bytes, declared 6"),
    ("huge size", lie(size=10**18), DigestMismatchError, "declared 1000000000000000000"),
    ("digest", lie(sha256="0" * 64), DigestMismatchError, "another SHA-256"),
    ("digest in capitals", lie(sha256="A" * 64), ManifestError, "sha256"),
    ("digest of another length", lie(sha256="ab"), ManifestError, "sha256"),
    ("negative size", lie(size=-1), ManifestError, "size"),
    ("size as text", lie(size="five"), ManifestError, "size"),
    ("size as truth", lie(size=True), ManifestError, "size"),
    ("collected before it began", lie(collected="2026-09-01T00:00:00Z"), ManifestError, "collected before"),
    ("received before collected", lie(received="2026-10-08T05:00:00Z"), ManifestError, "received before"),
    ("period backwards", lie(observed={"from": PERIOD["to"], "to": PERIOD["from"]}), ManifestError, "period must end"),
    ("no time zone", lie(collected="2026-10-08T06:00:00"), ManifestError, "instant"),
    ("impossible date", lie(collected="2026-02-30T06:00:00Z"), ManifestError, "collected"),
    ("a number for a time", lie(collected=20261008), ManifestError, "not an instant"),
    ("unknown field", lie(colour="red"), ManifestError, "colour"),
    ("unknown kind", lie(kind="thing"), ManifestError, "kind"),
    ("stream without mapping", lie(kind="stream"), ManifestError, "mapping"),
    ("document with mapping", lie(mapping="m"), ManifestError, "mapping"),
    ("two items, one id", lie(id="i1"), ManifestError, "share the id"),
    ("two items, one path", lie(path="evidence/sub/b.md"), PathError, "collides"),
]


@pytest.mark.parametrize(("entries", "kind", "problem"), [case[1:] for case in LIES], ids=[case[0] for case in LIES])
def test_lying_manifest(tmp_path: Path, entries: list[dict[str, Any]], kind: type[AuditorError], problem: str) -> None:
    error = refusal(write_bundle(tmp_path / "b", FILES, entries), kind)
    assert problem in f"{error} {error.hint}"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "bundle"),
        ("[]", "map of fields"),
        ("bundle: 2", "bundle"),
        ("bundle: 1\nbundle: 1", "key given twice"),
        ("a: &x [1]\nb: [*x, *x]", "anchors"),
        ("bundle: !!python/object:os.system 1", "tags"),
        ("bundle: 1\n---\nbundle: 1", "one document"),
        ("bundle: [" + "[" * 100, "nested"),
        ("bundle: {", "not YAML"),
    ],
)
def test_manifest_that_is_not_one(text: str, problem: str) -> None:
    with pytest.raises(ManifestError) as caught:
        parse_manifest(text.encode(), "bundle.yaml")
    assert problem in f"{caught.value} {caught.value.hint}"
    assert (caught.value.place or "").startswith("bundle.yaml")


def test_manifest_errors_name_the_line(bundle: Path) -> None:
    text = json.dumps(
        {"bundle": 1, "seed": SEED, "facility": FACILITY, "period": PERIOD, "items": lie(size="five")}, indent=1
    )
    with pytest.raises(ManifestError) as caught:
        parse_manifest(text.encode(), "bundle.yaml")
    line = next(n for n, row in enumerate(text.splitlines(), 1) if '"five"' in row)
    assert caught.value.place == f"bundle.yaml:{line}"


def test_unknown_time_zone_and_not_utf8(tmp_path: Path) -> None:
    for zone in ("Europe/Atlantis", "Europe/../Oslo", "right"):
        folder = write_bundle(
            tmp_path / zone.replace("/", "-"), FILES, items(), facility={**FACILITY, "timezone": zone}
        )
        refusal(folder, ManifestError)
    with pytest.raises(ManifestError, match="UTF-8"):
        parse_manifest(b"bundle: \xff", "bundle.yaml")


def test_no_manifest(tmp_path: Path) -> None:
    refusal(tmp_path, ManifestError)
    with pytest.raises(MachineError):
        admit(tmp_path / "nowhere")


BAD_PATHS = [
    "/etc/passwd",
    "../outside.md",
    "evidence/../../x",
    "evidence/./x",
    "evidence//x",
    "evidence/",
    "evidence",
    "bundle.yaml",
    "other/x",
    "evidence\\x",
    "evidence/a\\..\\b",
    "C:/x",
    "evidence/a:stream",
    "evidence/a\x00b",
    "evidence/a\nb",
    "evidence/\u202etxt.exe",
    "evidence/\u200bx",
    "evidence/cafe\u0301.md",
    "evidence/con",
    "evidence/NUL.txt",
    "evidence/com1.csv",
    "evidence/x.",
    "evidence/x ",
    "evidence/ x",
    "evidence/" + "x" * 256,
    "evidence/" + "/".join("a" * 25),
    "evidence/a*b",
    "evidence/a?b",
    "~/x",
    "file:///etc/passwd",
]


@pytest.mark.parametrize("path", BAD_PATHS)
def test_paths_that_may_not_name_evidence(tmp_path: Path, path: str) -> None:
    assert path_problem(path) is not None
    error = refusal(write_bundle(tmp_path / "b", {}, [document("x", path, b"")]), PathError)
    assert (error.place or "").startswith("bundle.yaml:")


@pytest.mark.parametrize(
    "path", ["evidence/a.md", "evidence/A b/c-d_e.csv.gz", "evidence/café.md", "evidence/.hidden", "evidence/日本.md"]
)
def test_paths_that_may(path: str) -> None:
    assert path_problem(path) is None


@pytest.mark.parametrize(
    "paths",
    [
        ["evidence/a", "evidence/A"],
        ["evidence/a/x", "evidence/A/y"],
        ["evidence/straße", "evidence/STRASSE"],
        ["evidence/caf\u00e9", "evidence/cafe\u0301"],
        ["evidence/a", "evidence/a/b"],
        ["evidence/\ufb01", "evidence/FI"],
        ["evidence/x", "evidence/x"],
    ],
)
def test_paths_that_collide(paths: list[str]) -> None:
    assert len(list(collisions(paths))) == 1


def test_paths_that_do_not() -> None:
    assert list(collisions(["evidence/a/x", "evidence/a/y", "evidence/ab", "evidence/a.b"])) == []


def test_symlinks_are_refused_wherever_they_stand(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.md").write_bytes(b"first")
    (outside / "b.md").write_bytes(b"second")
    (outside / "c.md").write_bytes(b"")
    for case, (link, target) in {
        "file": ("evidence/a.md", outside / "a.md"),
        "inside": ("evidence/a.md", Path("sub/b.md")),
        "folder": ("evidence/sub", outside),
        "dangling": ("evidence/a.md", Path("nowhere")),
        "undeclared": ("evidence/more", outside),
        "manifest": ("bundle.yaml", outside / "bundle.yaml"),
        "evidence": ("evidence", outside),
    }.items():
        folder = write_bundle(tmp_path / case, FILES, items())
        (folder / "bundle.yaml").rename(outside / "bundle.yaml") if case == "manifest" else None
        place = folder / link
        if place.is_dir():
            place.rename(tmp_path / f"{case}-moved")
        elif place.exists():
            place.unlink()
        place.symlink_to(target)
        refusal(folder, PathError)


@pytest.mark.parametrize("special", ["fifo", "socket", "folder"])
def test_special_files_are_refused_and_never_waited_for(
    bundle: Path, special: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    place = bundle / "evidence/a.md"
    place.unlink()
    if special == "fifo":
        os.mkfifo(place)
    elif special == "socket":
        monkeypatch.chdir(place.parent)  # a socket's path must be short
        with socket.socket(socket.AF_UNIX) as own:
            own.bind("a.md")
    else:
        place.mkdir()
    refusal(bundle, ManifestError if special == "folder" else PathError)


def test_a_fifo_for_a_manifest_does_not_hang(bundle: Path) -> None:
    (bundle / "bundle.yaml").unlink()
    os.mkfifo(bundle / "bundle.yaml")
    refusal(bundle, PathError)


def test_a_file_that_changes_while_it_is_read(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def restless(descriptor: int, size: int) -> tuple[str, int]:
        found = plain(descriptor, size)
        os.utime(bundle / "evidence/a.md")
        return found

    plain = hashing._hash_small
    monkeypatch.setattr(hashing, "_hash_small", restless)
    assert "changed while" in str(refusal(bundle, DigestMismatchError))


@pytest.mark.parametrize("size", [5, hashing.BUFFER + 5])
def test_a_file_that_grows_without_end_is_not_read_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    target = tmp_path / "log"
    target.write_bytes(bytes(size))
    given = 0

    def grow(taken: int) -> None:
        nonlocal given
        given += taken
        assert given <= size + hashing.BUFFER
        with target.open("ab") as file:
            file.write(bytes(2 * hashing.BUFFER))

    def read(descriptor: int, most: int) -> bytes:
        data = plain_read(descriptor, most)
        grow(len(data))
        return data

    def readv(descriptor: int, buffers: list[bytearray]) -> int:
        taken = plain_readv(descriptor, buffers)
        grow(taken)
        return taken

    plain_read, plain_readv = os.read, os.readv
    monkeypatch.setattr(os, "read", read)
    monkeypatch.setattr(os, "readv", readv)
    descriptor = os.open(target, os.O_RDONLY)
    hashed = hashing.hash_descriptor(descriptor)
    os.close(descriptor)
    assert given
    assert not hashed.steady


@pytest.mark.parametrize("size", [0, 5, hashing.BUFFER - 1, hashing.BUFFER, hashing.BUFFER + 1])
def test_a_file_that_is_cut_short_while_it_is_read_is_not_steady(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    target = tmp_path / "log"
    target.write_bytes(bytes(size + 1))
    real = hashing.identity

    def cut(descriptor: int) -> hashing.Identity:
        found = real(descriptor)
        target.write_bytes(bytes(size))
        return found

    monkeypatch.setattr(hashing, "identity", cut)
    descriptor = os.open(target, os.O_RDONLY)
    assert not hashing.hash_descriptor(descriptor).steady
    os.close(descriptor)


@pytest.mark.parametrize("parallel_from", [1, 1_000_000])
def test_a_file_of_another_size_is_not_read_however_large(
    bundle: Path, monkeypatch: pytest.MonkeyPatch, parallel_from: int
) -> None:
    monkeypatch.setattr(admission_module, "PARALLEL_FROM", parallel_from)
    os.truncate(bundle / "evidence/a.md", 1 << 40)
    assert "has 1099511627776 bytes, declared 5" in str(refusal(bundle, DigestMismatchError))


def test_worker_processes_follow_no_link(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path / "b", FILES, items())
    declared = [(entry["path"], entry["size"], entry["sha256"]) for entry in items()]
    assert all(hashing.confirm(str(folder), declared))
    (folder / "evidence/sub").rename(tmp_path / "elsewhere")
    (folder / "evidence/sub").symlink_to(tmp_path / "elsewhere")
    (folder / "evidence/a.md").rename(tmp_path / "a.md")
    (folder / "evidence/a.md").symlink_to(tmp_path / "a.md")
    assert hashing.confirm(str(folder), declared) == [None, None, None]


@pytest.mark.parametrize("data", [b"firsT", b"firs", b"first!", None])
def test_worker_processes_confirm_what_is_as_declared_alone(bundle: Path, data: bytes | None) -> None:
    (bundle / "evidence/a.md").unlink()
    if data is not None:
        (bundle / "evidence/a.md").write_bytes(data)
    declared = [(entry["path"], entry["size"], entry["sha256"]) for entry in items()]
    assert [found is not None for found in hashing.confirm(str(bundle), declared)] == [False, True, True]


def test_a_file_that_changes_after_admission(bundle: Path, tmp_path: Path) -> None:
    from auditor.evidence.paths import Root

    admitted = admit(bundle)
    target = bundle / "evidence/a.md"
    with Root(bundle) as root:
        with open_source(root, admitted.files[0], tmp_path) as source:
            assert source.item.id == "i0"
        with pytest.raises(DigestMismatchError), open_source(root, admitted.files[0], tmp_path):
            target.write_bytes(b"first")
        replaced = bundle / "evidence/new"
        replaced.write_bytes(b"first")
        replaced.rename(target)
        with pytest.raises(DigestMismatchError), open_source(root, admitted.files[0], tmp_path):
            pass


def test_big_and_many_files_have_the_same_digests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"evidence/{n}.md": os.urandom(n * 70_000) for n in range(12)}
    folder = write_bundle(tmp_path / "b", files, items(files))
    root = admit(folder, workers=1).root
    monkeypatch.setattr(admission_module, "BIG", 300_000)
    assert admit(folder, workers=2).root == root
    monkeypatch.setattr(admission_module, "PARALLEL_FROM", 1)
    assert admit(folder, workers=2).root == root
    (folder / "evidence/2.md").write_bytes(b"x")
    refusal(folder, DigestMismatchError)


def test_garbage_is_collected_again_after_admission(bundle: Path) -> None:
    admit(bundle)
    assert gc.isenabled()
    with collector.paused():
        admit(bundle)
        assert not gc.isenabled()
    assert gc.isenabled()
    (bundle / "evidence/a.md").unlink()
    refusal(bundle, ManifestError)
    assert gc.isenabled()
