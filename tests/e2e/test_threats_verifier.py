"""The threat table, rows 22 to 27: packages that attack whoever verifies them; verifiers that differ or grow old."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import pytest

from auditor.attestation import package as layout
from auditor.attestation.steps import FAILED, PASSED, PDF_TEXT, UNVERIFIABLE
from auditor.canon.instant import format_instant
from auditor.errors import AuditorError, BindingError, StatementError, UnverifiableError, VerificationError
from auditor.jobs import container
from auditor.jobs.package import zip_package
from auditor.jobs.print_attestation import verifier_digest
from tests.browser import core as node
from tests.e2e import attacks
from tests.e2e.attacks import DAY, PEOPLE, Document, Package, exit_code, now, passes, refused, trust_root
from tests.e2e.conftest import ROOT, auditor

pytestmark = pytest.mark.usefixtures("look_once")

GIBIBYTE = 2**30


def within_limits(package: Package, seconds: int = 20, memory: int = 2 * GIBIBYTE) -> int:
    """The exit code of the command line with so much processor time and memory; a negative one if it ran out."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))

    command = [sys.executable, "-m", "auditor.cli", "verify", str(package.folder), "--trust", str(attacks.TRUST)]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, preexec_fn=limit, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode


# --- 22: the package attacks whoever verifies it


def zipped(package: Package, extra: Callable[[zipfile.ZipFile], object] = lambda archive: None) -> Path:
    """The package as an ordinary program would zip it, with something more."""
    place = package.folder.with_suffix(".zip")
    with zipfile.ZipFile(place, "w", zipfile.ZIP_STORED) as archive:
        for path in package.paths():
            archive.writestr(path, package.read(path))
        extra(archive)
    return place


def linked(archive: zipfile.ZipFile) -> None:
    entry = zipfile.ZipInfo("acts/0001.dsse.json")
    entry.create_system, entry.external_attr = 3, 0o120777 << 16
    archive.writestr(entry, "/etc/passwd")


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "/etc/cron.d/x",
        "a\\..\\x",
        "C:x",
        "x/",
        "README.TXT",
        "acts/../manifest.json",
        "evidence/files/evidence/../../../x",
        "evidence/files/evidence//x",
        "evidence/files/evidence/./x",
        "evidence/files/evidence/a\x1b[2J",
        "evidence/files/evidence/\u202egnp.exe",
        'evidence/files/evidence/<img src=x onerror="alert(1)">',
    ],
)
def test_row_22_a_zip_that_reaches_out_of_itself(package: Package, name: str) -> None:
    place = zipped(package, lambda archive: archive.writestr(name, b"x"))
    refused(package, BindingError, place=place)
    assert "\x1b" not in auditor("verify", place, "--trust", attacks.TRUST).err


def test_row_22_a_zip_with_a_link_or_packed_files(package: Package) -> None:
    assert passes(package, place=zipped(package))
    refused(package, BindingError, "not simply stored", place=zipped(package, linked))
    bomb = zipped(
        package,
        lambda archive: archive.writestr("acts/0001.dsse.json", bytes(2**26), compress_type=zipfile.ZIP_DEFLATED),
    )
    refused(package, BindingError, "not simply stored", place=bomb)


def test_row_22_links_and_special_files(package: Package) -> None:
    readme, target = package.folder / layout.README, package.folder / "seals"
    for make in (
        lambda path: path.symlink_to("/etc/passwd"),
        lambda path: path.symlink_to(target),
        os.mkfifo,
    ):
        readme.unlink()
        make(readme)
        refused(package, BindingError, "link or special file")
    assert exit_code(package) == 6
    readme.unlink()
    (package.folder / "acts").symlink_to(package.folder / "seals")
    refused(package, BindingError, "link or special file")


def test_row_22_names_that_are_no_text(package: Package) -> None:
    place = os.fsencode(package.folder) + b"/evidence/files/evidence/\xff\n\x1b[2J.csv"
    Path(os.fsdecode(place)).write_bytes(b"x")
    refused(package, BindingError, "no place in a package|another system")
    done = auditor("verify", package.folder, "--trust", attacks.TRUST)
    assert done.code == 6
    assert "Traceback" not in done.err
    assert "\x1b" not in done.err + done.out


BOMBS = (
    "README.txt", "manifest.json", layout.REPORT, layout.PDF, layout.LEAVES, layout.OPENINGS, "acts/0001.dsse.json",
    "acts/0002.dsse.json", "seals/package.dsse.json", "seals/package.alpha.tsr", "seals/package.gamma.tsr",
    "seals/late.dsse.json", "seals/revocation/x.crl", "evidence/records/more.leaves.bin",
    "evidence/files/evidence/physical/visitor-log.csv",
)  # fmt: skip


@pytest.mark.parametrize("path", BOMBS)
def test_row_22_a_file_that_is_longer_than_the_disk(package: Package, path: str) -> None:
    """Nothing but holes: it costs whoever made it nothing, and reading it takes a day."""
    if path == "seals/package.gamma.tsr":
        package.write("seals/package.gamma.tsq", b"0")
    package.write(path, b"")
    os.truncate(package.folder / path, 2**43)
    assert within_limits(package) == 6


def test_row_22_a_bomb_whose_size_everybody_vouches_for(package: Package) -> None:
    """The manifest can say any size; what is read whole has a limit all the same."""
    entries = json.loads(package.read(layout.MANIFEST))
    for entry in entries["files"]:
        if entry["path"] == "README.txt":
            entry["size"] = 2**43
    package.write(layout.MANIFEST, attacks.canonical_bytes(entries))
    package.seal()
    package.write("README.txt", b"")
    os.truncate(package.folder / "README.txt", 2**43)
    assert within_limits(package) == 6


@pytest.mark.parametrize(
    "path",
    [
        "manifest.json",
        layout.REPORT,
        layout.ATTESTATION,
        layout.TREE,
        layout.OPENINGS,
        "seals/package.dsse.json",
        "acts/0001.dsse.json",
        "seals/late.dsse.json",
    ],
)
def test_row_22_json_without_a_bottom(package: Package, path: str) -> None:
    for data in (b"[" * 200_000, b'{"a":' * 200_000, b'{"payload":"' + b"A" * 2**20, b"9" * 2**20, b'"\\ud800"'):
        package.write(path, data + b"\n")
        if layout.is_sealed(path):
            package.reseal()
        # A late seal has its time looked at first, and these have none.
        refused(package, (VerificationError, UnverifiableError))


@pytest.mark.parametrize(
    "data",
    [b"%PDF-1.7\n" + b"<<" * 300_000, b"%PDF-1.7\n" + b"1 0 obj\n" * 100_000, b"%PDF-1.7\ntrailer<</Root 1 0 R>>"],
)
def test_row_22_a_pdf_without_a_bottom_that_the_assessor_vouches_for(package: Package, data: bytes) -> None:
    package.write(layout.PDF, data)
    package.sign_document(revision0_size=len(data) - 1)
    package.reseal()
    assert within_limits(package) == 6


def test_row_22_signed_names_do_not_move_the_cursor(package: Package) -> None:
    """A facility's name is its own choice, and three people sign it; the terminal shows it and does not obey it."""

    def name(results: Document) -> None:
        results["facility"]["name"] = "Fjord\x1b[2J\x1b[H\nWhat this verifier adds\n  level SL5<script>"

    package.sign_report(name)
    place = package.folder / layout.REPORT
    done = auditor("verify", place, "--trust", attacks.TRUST)
    assert done.code == 0
    assert "\x1b" not in done.out
    assert done.out.count("\nWhat this verifier adds") == 1


@pytest.mark.parametrize("name", ["verdict", "facility", "period", "findings", "plan", "observations"])
def test_row_22_results_of_another_shape_are_not_tripped_over(package: Package, name: str) -> None:
    """All who sign sign something that is no result: alone it is told as what it is, in a package it is refused."""

    def without(results: Document) -> None:
        del results[name]
        if name == "findings":
            # A verdict that nothing bears out is refused by itself.
            del results["verdict"]

    package.sign_report(without)
    done = auditor("verify", package.folder / layout.REPORT, "--trust", attacks.TRUST)
    assert done.code in (0, 6)
    assert "Traceback" not in done.err
    package.all_anew()
    found = package.verify()
    assert found.result != PASSED or ("not-done", PDF_TEXT) in {(step.state, step.title) for step in found.steps}


# --- 23: a verifier inside the package


def test_row_23_a_package_brings_no_verifier(package: Package) -> None:
    page = (ROOT / "templates" / "verifier" / "verify.html").read_bytes()
    for path in ("verify.html", "VERIFY.HTML", "evidence/verify.html", "seals/verify.html", "index.html"):
        package.write(path, page)
        refused(package, BindingError, "no place in a package")
        package.remove(path)


def test_row_23_the_verifier_that_the_document_names(package: Package, tmp_path: Path) -> None:
    """The PDF prints the SHA-512 of the page; a root that names pages does not let it name another."""
    done = auditor("verifier", "--out", tmp_path / "verify.html")
    digest = hashlib.sha512((tmp_path / "verify.html").read_bytes()).hexdigest()
    assert digest in done.out
    assert digest == verifier_digest()
    named = trust_root(tmp_path / "trust.json", lambda document: document.update(verifiers=[printed(package)]))
    assert passes(package, trust=named)
    other = trust_root(tmp_path / "trust.json", lambda document: document.update(verifiers=["ab" * 64]))
    refused(package, BindingError, "names a verifier that the trust root does not", trust=other)


def printed(package: Package) -> str:
    """The digest of the page as the genuine document prints it."""
    from auditor.report.paper import read_paper

    revision0 = package.read(layout.PDF)[: package.document().revision0_size]
    return next(one.text for one in read_paper(revision0).shown if one.field == "beside#verifier")


# --- 24: verifiers that differ


ATTACKS: dict[str, Callable[[Package], object]] = {
    "none": lambda package: None,
    "sealed again": lambda package: package.reseal(),
    "one authority": lambda package: package.reseal({"alpha": now()}),
    "conflicting times": lambda package: package.reseal({"alpha": now() - DAY, "beta": now()}),
    "withdrawn": lambda package: package.act("withdraw", "assessor"),
    "a byte of evidence": lambda package: package.write(next(p for p in package.paths() if p.endswith(".csv")), b"x"),
    "no openings": lambda package: package.remove(layout.OPENINGS),
    "nothing disclosed": lambda package: (package.remove(layout.OPENINGS), package.remove_tree("evidence/files")),
    "a leaf less": lambda package: package.write(layout.LEAVES, package.read(layout.LEAVES)[:-32]),
    "another report": lambda package: (package.sign_report(attacks.worse), package.reseal()),
    "without the reviewer": lambda package: (package.sign_report(names=("assessor", "official")), package.all_anew()),
    "not sealed": lambda package: [package.remove(p) for p in package.paths() if p.startswith("seals/package.")],
    "no README": lambda package: package.remove("README.txt"),
    "a file more": lambda package: package.write("notes.txt", b"x"),
    "an unknown authority": lambda package: [
        package.write(f"seals/package.gamma.{end}", package.read(f"seals/package.alpha.{end}"))
        for end in ("tsq", "tsr")
    ],
}


@pytest.fixture(scope="module")
def page() -> Iterator[node.Core]:
    if reason := node.no_node():
        pytest.skip(reason)
    with node.core() as opened:
        yield opened


@pytest.mark.parametrize("name", ATTACKS)
def test_row_24_folder_zip_and_page_agree(package: Package, page: node.Core, name: str) -> None:
    ATTACKS[name](package)
    at = attacks.later()
    found = package.verify(at=at)
    place = package.folder.with_suffix(".zip")
    zip_package(package.folder, place)
    assert package.verify(at=at, place=place).result == found.result
    told = page.verify({path: package.read(path) for path in package.paths()}, at=at)
    assert told["class"] == found.result, (told["problem"], found.error)


# --- 25: an algorithm grows old


@pytest.mark.parametrize("name", ["ecdsa-p384-sha384", "ml-dsa-87", "rfc3161"])
def test_row_25_past_its_day_an_algorithm_proves_nothing_here(package: Package, tmp_path: Path, name: str) -> None:
    """No forgery, and no proof either: the class in between. Renewals, which would carry on, are not built."""
    day = now() + DAY
    trust = trust_root(
        tmp_path / "trust.json", lambda document: document["algorithms"].update({name: format_instant(day)})
    )
    assert package.verify(trust, day - 1).result == PASSED
    assert package.verify(trust, day).result == UNVERIFIABLE
    refused(package, UnverifiableError, "until", trust=trust, at=day + 4000 * DAY)
    done = auditor("verify", package.folder, "--trust", trust, "--at", format_instant(day))
    assert done.code == 7
    package.sign_report(attacks.worse)
    package.reseal()
    assert package.verify(trust, day - 1).result == FAILED


# --- 26: one text that is two documents


TRICKS: dict[str, Callable[[bytes], bytes]] = {
    "a member twice": lambda data: data.replace(b"{", b'{"format":"x",', 1),
    "the last twice": lambda data: data.rstrip()[:-1] + b',"zz":1,"zz":2}',
    "a mark before it": lambda data: b"\xef\xbb\xbf" + data,
    "a blank": lambda data: data.replace(b":", b": ", 1),
    "an escape": lambda data: data.replace(b"a", b"\\u0061", 1),
    "a lone surrogate": lambda data: data.replace(b'":"', b'":"\\ud800', 1),
    "a number with a point": lambda data: data.replace(b'"size":', b'"size":1.0e0,"size":', 1),
    "too large a number": lambda data: data.replace(b'"size":', b'"size":9007199254740993,"x":', 1),
    "not a number": lambda data: data.replace(b'"size":', b'"size":NaN,"x":', 1),
    "not UTF-8": lambda data: data.replace(b'":"', b'":"\xff', 1),
    "two documents": lambda data: data.rstrip() + b"{}",
    "a zero byte": lambda data: data + b"\0",
}


@pytest.mark.parametrize("trick", TRICKS)
@pytest.mark.parametrize("path", [layout.MANIFEST, layout.TREE, layout.OPENINGS, layout.REPORT, layout.ATTESTATION])
def test_row_26_json_that_is_read_in_two_ways(package: Package, path: str, trick: str) -> None:
    changed = TRICKS[trick](package.read(path))
    if changed == package.read(path):
        return
    package.write(path, changed)
    if path == layout.MANIFEST:
        package.seal()
    elif layout.is_sealed(path):
        package.reseal()
    refused(package, VerificationError)


def test_row_26_two_names_that_look_alike(package: Package) -> None:
    """A principal in Cyrillic letters, and a path that is composed in one file system and not in the other."""
    signers = [one._replace(principal=one.principal.replace("a", "а")) for one in package.report().signers]
    with pytest.raises(AuditorError, match="ASCII"):
        package.sign_report(signers=signers)

    def cyrillic(document: Document) -> None:
        signer = document["predicate"]["signers"][0]
        signer["principal"] = signer["principal"].replace("a", "а")

    package.write(layout.REPORT, attacks.bend(package.read(layout.REPORT), cyrillic, *PEOPLE))
    package.reseal()
    refused(package, StatementError, "ASCII")
    for names in (("é", "e\u0301"), ("ß", "SS"), ("K", "\u212a")):
        paths = [f"{layout.FILES}evidence/{name}" for name in names]
        for path in paths:
            package.write(path, b"x")
        refused(package, BindingError, "another system reads as another file")
        for path in paths:
            package.remove(path)


# --- 27: a verification that does not end


def test_row_27_no_file_is_read_more_often_than_it_must_be(package: Package, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashed once, and read once more if it is looked into; revision 0 of the PDF is hashed for itself."""
    opened: dict[str, int] = {}

    def counting(self: container.Folder, path: str) -> BinaryIO:
        opened[path] = opened.get(path, 0) + 1
        return original(self, path)

    original = container.Folder.open
    monkeypatch.setattr(container.Folder, "open", counting)
    assert passes(package)
    assert set(opened) >= {layout.REPORT, layout.PDF, layout.MANIFEST}
    assert max(opened.values()) <= 3


FLOODS: dict[str, Callable[[int], str]] = {
    "timestamps": lambda n: f"seals/package.a{n}.tsr",
    "lists": lambda n: f"seals/revocation/a{n}.crl",
    "acts": lambda n: f"acts/{n % 10_000:04}.dsse.json",
    "record trees": lambda n: f"evidence/records/a{n}.leaves.bin",
    "evidence": lambda n: f"evidence/files/evidence/a{n}",
    "anything": lambda n: f"a{n}",
}


@pytest.mark.parametrize("flood", FLOODS)
def test_row_27_twenty_thousand_files_of_a_kind(package: Package, flood: str) -> None:
    (package.folder / "acts").mkdir()
    (package.folder / "seals/revocation").mkdir()
    for number in range(20_000):
        os.close(os.open(package.folder / FLOODS[flood](number), os.O_CREAT | os.O_WRONLY))
    assert within_limits(package) == 6


def test_row_27_a_hundred_thousand_updates_of_a_pdf(package: Package) -> None:
    pdf = package.read(layout.PDF)
    package.write(
        layout.PDF, pdf + b"".join(b"xref\n0 0\ntrailer\n<<>>\nstartxref\n%d\n%%%%EOF\n" % n for n in range(100_000))
    )
    package.all_anew()
    assert within_limits(package) == 6
