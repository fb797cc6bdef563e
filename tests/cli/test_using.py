"""The command line as somebody uses it: help of verbs, progress, words that are refused, what stands where."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path

import pytest

from auditor.cli import main as cli
from auditor.cli.options import passphrase
from auditor.cli.progress import QUIET_SECONDS, Progress, end
from tests.e2e.conftest import KEYS, Attested, auditor

TRUST = ("--trust", KEYS / "trust.json")
VERBS = [
    f"{command} {verb}"
    for command, verbs in {
        "act": "countersign acknowledge object withdraw supersede show",
        "catalog": "list show lint test",
        "evidence": "init fill check show names",
        "key": "generate show card check",
        "package": "make late zip act",
        "status": "issue show",
        "trust": "init add revoke rotate sign update show",
    }.items()
    for verb in verbs.split()
]


# --- help


@pytest.mark.parametrize("words", VERBS)
def test_the_help_of_a_verb_has_its_own_examples_whole(
    words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit):
        cli.main([*words.split(), "--help"])
    told = capsys.readouterr().out
    examples = told.partition("\nexamples:\n")[2].partition("\n\nmore: ")[0]
    commands = re.sub(r"\\\n\s*", "", examples).splitlines()
    assert commands
    assert all(f"{line} ".startswith(f"  auditor {words} ") and not line.endswith("\\") for line in commands)
    assert max(map(len, told.splitlines())) <= 80


# --- progress


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    end()
    made = Clock()
    monkeypatch.setattr("auditor.cli.progress.time.monotonic", made)
    monkeypatch.setattr(Progress, "_tick", lambda progress: None)
    return made


def test_a_step_that_becomes_long_is_shown_before_the_next_begins(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    progress = Progress()
    progress("loading the evidence")
    progress.show()
    assert capsys.readouterr().err == ""
    clock.now = QUIET_SECONDS + 1
    progress.show()
    progress.show()
    assert capsys.readouterr().err == "    3 s  loading the evidence\n"
    progress("testing P-04.a")
    assert capsys.readouterr().err == ""
    clock.now += QUIET_SECONDS
    progress.show()
    assert capsys.readouterr().err == "    5 s  testing P-04.a\n"


def test_a_terminal_counts_on_and_is_cleared(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    progress = Progress()
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    clock.now = 3.0
    progress("loading the evidence")
    clock.now = 4.0
    progress.show()
    end()
    shown = [f"\r\x1b[K{seconds:5} s  loading the evidence" for seconds in (3, 4)]
    assert capsys.readouterr().err == "".join(shown) + "\r\x1b[K"


def test_nothing_is_shown_once_it_is_over(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress()
    progress("loading the evidence")
    clock.now = 9.0
    end()
    progress.show()
    progress("testing P-04.a")
    assert capsys.readouterr().err == ""


# --- what is refused, and where it is said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["disclose", "p", "--withhold", "x"], "--out names"),
        (["disclose", "p", "--open", "x:1", "--out", "o"], "--bundle"),
        (["sign", "r", "--signer", "assessor=x"], "--out FILE"),
        (["status", "issue", "--signer", "assessor=x", "--withdrawn", "r", "--out", "o"], "--reason TEXT"),
        (["evidence", "init", "b", "--profile", "sl4", "--from", "2026-10-01T00:00:00Z", "--to",
          "2026-10-01T00:00:00Z"], "--from must lie before"),
        (["explain", "nonsense"], "nonsense"),
    ],
)  # fmt: skip
def test_a_misused_command_says_so_apart_from_its_output(
    words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(words) == 2
    told = capsys.readouterr()
    assert (told.out, said in told.err) == ("", True)


def test_a_name_too_long_for_the_machine_is_no_traceback() -> None:
    for words in (["package", "zip", "x" * 5000, "--out", "never"], ["trust", "show", "x/" * 3000]):
        done = auditor(*words)
        assert (done.code, "Traceback" in done.err) == (9, False), done.err


def test_a_refusal_without_a_fix_says_where_more_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["trust", "show", str(KEYS / "assessor.signer.json")]) == 6
    said = capsys.readouterr().err
    code = said.split(": ")[1]
    assert said.splitlines()[-1] == f"  see: auditor explain {code}"
    assert cli.main(["explain", code]) == 0


def test_a_passphrase_need_not_be_utf8(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(os.environ, "SECRET", os.fsdecode(b"caf\xe9 and more"))
    assert passphrase("SECRET") == b"caf\xe9 and more"


def test_a_failed_verification_says_what_was_done_and_where_it_ended(skarvoy: Attested, tmp_path: Path) -> None:
    package = shutil.copytree(skarvoy.package, tmp_path / "package")
    (package / "attestation.dsse.json").write_bytes((package / "report.dsse.json").read_bytes())
    done = auditor("verify", package, *TRUST)
    assert (done.code, done.out.splitlines()[0]) == (6, f"FAILED: {package}")
    assert done.out.rstrip().splitlines()[-2:] == [
        "Refused at",
        "   1  the package holds exactly the files of its manifest",
    ]
    done = auditor("verify", skarvoy.folder / "report.dsse.json", "--trust", KEYS / "assessor.signer.json")
    assert done.out.rstrip().splitlines()[-2:] == ["Refused at", "   1  the verifier's trust root is read"]


def test_json_keeps_what_was_signed_apart_from_what_the_verifier_adds(skarvoy: Attested) -> None:
    found = json.loads(auditor("verify", skarvoy.package, *TRUST, "--format", "json").out)
    added = found.pop("added")
    assert found["facility"]["id"] == "skarvoy"
    assert found["verdict"]["total"] == len(added["evidence"]["findings"])
    assert added["evidence"]["inSight"] == added["evidence"]["items"]
    assert {"verifiedAt", "provenBy", "trustSha256", "envelopeSha512"} <= added.keys()
    assert not {"verifiedAt", "provenBy"} & found.keys()
    refused = json.loads(auditor("verify", skarvoy.package, "--trust", "/dev/null", "--format", "json").out)
    assert (refused["result"], refused["code"]) == ("cannot be verified here", "unverifiable")
    assert refused["hint"]


# --- what would be refused after minutes is refused at once


def test_nothing_is_printed_that_could_not_be_certified(skarvoy: Attested, tmp_path: Path) -> None:
    report, out = skarvoy.folder / "report.dsse.json", tmp_path / "a.pdf"
    how = ("--pdf-certificate", KEYS / "pdf.crt.pem", "--time", "alpha=http://127.0.0.1:1/")
    for words, code in (
        ((report, "--pdf-key", "nowhere.pem", *how), 9),
        ((report, "--pdf-key", KEYS / "pdf.key.pem", *how, "--pdf-chain", "nowhere.pem"), 9),
        ((report, "--pdf-key", KEYS / "pdf.key.pem", *how, "--signer", f"assessor={KEYS / 'trust.json'}"), 6),
        ((report, "--signer", f"assessor={KEYS / 'assessor.signer.json'}"), 5),
        ((skarvoy.package,), 9),
        ((skarvoy.folder / "attestation.pdf",), 6),
    ):
        done = auditor("print", *words, *TRUST, "--out", out)
        assert (done.code, out.exists()) == (code, False), done.err
        assert "printing" not in done.err


def test_attest_leaves_a_folder_with_a_package_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "package").mkdir()
    done = auditor(
        "attest", "nowhere", "--profile", "sl4", "--signer", f"assessor={KEYS / 'assessor.signer.json'}", *TRUST,
        "--out", tmp_path,
    )  # fmt: skip
    assert (done.code, "there is a package here already" in done.err) == (9, True), done.err
    assert [path.name for path in tmp_path.iterdir()] == ["package"]


def test_no_edition_is_written_into_the_package(skarvoy: Attested, tmp_path: Path) -> None:
    package = shutil.copytree(skarvoy.package, tmp_path / "package")
    done = auditor("disclose", package, "--withhold", "pacs-events", "--out", package / "edition")
    assert (done.code, "lies in the package itself" in done.err) == (9, True)
    assert not (package / "edition").exists()


def test_a_record_of_another_bundle_is_told_as_that(skarvoy: Attested, fjordheim: Attested, tmp_path: Path) -> None:
    words = ("--bundle", fjordheim.bundle, "--out", tmp_path / "never")
    for chosen in (("--open", "pacs-events:11"), ("--withhold", "pacs-events", "--records", "pacs-events:11")):
        done = auditor("disclose", skarvoy.package, *chosen, *words)
        assert (done.code, "give the bundle that this package was made from" in done.err) == (6, True), done.err
    assert not (tmp_path / "never").exists()


@pytest.mark.parametrize("told", [KeyboardInterrupt(), RuntimeError("Query interrupted")])
def test_an_interrupt_is_one_whoever_tells_of_it(
    told: BaseException, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*given: object) -> int:
        raise told

    monkeypatch.setattr("auditor.cli.explain.run", interrupted)
    assert cli.main(["explain"]) == 130
    assert capsys.readouterr().err == "auditor: interrupted; nothing half-written was left, run it again\n"


def test_a_fault_of_the_program_is_not_taken_for_an_interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(*given: object) -> int:
        raise RuntimeError("dictionary changed size during iteration")

    monkeypatch.setattr("auditor.cli.explain.run", faulty)
    with pytest.raises(RuntimeError, match="changed size"):
        cli.main(["explain"])


def test_a_refusal_is_one_line_in_a_log_and_short_ones_at_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["catalog", "show", "X-99"]
    assert cli.main(words) == 3
    log = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[0] for line in log] == ["auditor", "  fix"]
    assert max(map(len, log)) > 80
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert cli.main(words) == 3
    shown = capsys.readouterr().err.splitlines()
    assert max(map(len, shown)) <= 80
    assert " ".join(" ".join(shown).split()) == " ".join(" ".join(log).split())


@pytest.mark.parametrize("day", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_trust_root_of_the_first_or_last_day_is_no_traceback(day: str, tmp_path: Path) -> None:
    """Its usual windows would begin before the calendar, or end after it."""
    words = ["--root", KEYS / "root-a.signer.json", "--signer", "assessor", KEYS / "assessor.signer.json", "--at", day]
    code = cli.main(["trust", "init", str(tmp_path / "trust.json"), *map(str, words)])
    assert code in (0, 6)
