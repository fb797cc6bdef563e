"""`auditor trust`: from nothing to a trust root that others take over, and what it refuses on the way."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from auditor.attestation.root import parse_root
from auditor.canon.instant import parse_instant
from auditor.cli import main as cli
from auditor.cli.trust import EXAMPLES
from auditor.jobs.trust import seen_version
from samples.authorities import AUTHORITIES
from samples.identities import IDENTITIES, KEYS, LINEAGE, make_all, sample_document, signer_of

ROOT = Path(__file__).parents[2]
A, B = (str(KEYS / f"root-{letter}.signer.json") for letter in "ab")
ASSESSOR, REVIEWER, SEALER = (str(KEYS / f"{name}.signer.json") for name in ("assessor", "reviewer", "sealer"))


@pytest.fixture
def place(tmp_path, monkeypatch) -> Path:
    """An empty folder to work in, with the samples where the examples name them."""
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def trust(*words: object) -> int:
    return cli.main(["trust", *map(str, words)])


def made(path: str = "trust.json", *more: str) -> None:
    assert trust("init", path, "--root", A, "--signer", "assessor", ASSESSOR, *more) == 0


def root(path: str = "trust.json"):
    return parse_root(Path(path).read_bytes())


def commands(text: str) -> list[list[str]]:
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [shlex.split(line) for line in lines if line.strip().startswith(("auditor ", "cp "))]


def run(words: list[str]) -> int:
    if words[0] == "cp":
        shutil.copy(words[1], words[2])
        return 0
    return cli.main(words[1:])


def test_the_examples_of_help_run_in_order(place) -> None:
    for words in commands(EXAMPLES):
        assert run(words) == 0, words
    assert max(map(len, EXAMPLES.splitlines())) <= 80
    assert {words[2] for words in commands(EXAMPLES)} == {"init", "add", "revoke", "rotate", "show", "update", "sign"}


def test_the_page_runs_from_top_to_bottom(place) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "trust.md").read_text(), re.DOTALL)
    for words in commands("\n".join(blocks)):
        assert run(words) == 0, words
    assert root().version == 7
    assert [holder.id for holder in root().holders] == ["urn:example:hob", "urn:example:hal"]
    assert root("mine.json").version == 6


@pytest.mark.parametrize("verb", ["init", "add", "revoke", "rotate", "sign", "update", "show"])
def test_every_verb_has_help_in_eighty_columns(verb, capsys) -> None:
    with pytest.raises(SystemExit):
        trust(verb, "--help")
    assert [line for line in capsys.readouterr().out.splitlines() if len(line) > 80] == []


def test_one_holder_and_one_signer_are_enough(place, capsys) -> None:
    made()
    out = capsys.readouterr().out
    for key in signer_of("assessor").keys:
        assert key.public.keyid in out
    found = root()
    assert (found.version, found.threshold, len(found.principals)) == (1, 1, 1)
    assert found.thresholds == {
        "assessment-results": (("assessor", 1),), "attestation": (("assessor", 1),), "status": (("assessor", 1),)
    }  # fmt: skip
    assert trust("show", "trust.json") == 0
    out = capsys.readouterr().out
    assert found.digest[:4] in out
    assert [line for line in out.splitlines() if len(line) > 80] == []


def test_show_as_json_is_the_payload(place, capsys) -> None:
    made()
    capsys.readouterr()
    assert trust("show", "trust.json", "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)["format"] == "trust-root/1"


def test_init_does_not_write_over_a_file(place, capsys) -> None:
    made()
    before = Path("trust.json").read_bytes()
    assert trust("init", "trust.json", "--root", B, "--signer", "assessor", ASSESSOR) == 9
    assert Path("trust.json").read_bytes() == before
    assert "auditor trust add" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--root", A, "--signer", "assessor"], 6, "a role, a signer file"),
        (["--root", A, "--signer", "boss", ASSESSOR], 6, "must be one of"),
        (["--root", A, "--signer", "assessor", ASSESSOR, "facility"], 6, "of the kind facility"),
        (["--root", A, "--signer", "assessor", ASSESSOR, "bank"], 6, "must be one of"),
        (["--root", A, "--signer", "assessor", A], 6, "one public key is given twice"),
        (["--root", A, "--signer", "sealer", SEALER], 6, "'assessment-results' is missing"),
        (["--root", A, "--signer", "assessor", "nowhere.json"], 9, "nowhere.json"),
        (["--root", "nowhere.json", "--signer", "assessor", ASSESSOR], 9, "nowhere.json"),
        (["--root", A, "--signer", "assessor", ASSESSOR, "--threshold", "seal", "sealer", "one"], 6, "whole number"),
        (["--root", A, "--signer", "assessor", ASSESSOR, "--threshold", "seal", "sealer", "1"], 6, "can never be met"),
        (["--root", A, "--signer", "assessor", ASSESSOR, "--root-threshold", "2"], 6, "integer from 1 to 1"),
        (["--root", A, "--signer", "assessor", ASSESSOR, "--catalog", "x"], 6, "SHA-256"),
        (["--root", A, "--root", A, "--signer", "assessor", ASSESSOR], 6, "given twice"),
    ],
)
def test_what_init_refuses_leaves_nothing_behind(place, capsys, words, code, told) -> None:
    assert trust("init", "trust.json", *words) == code
    assert told in capsys.readouterr().err
    assert [path.name for path in place.iterdir()] == ["samples"]


def test_a_change_keeps_the_version_before(place) -> None:
    made()
    first = Path("trust.json").read_bytes()
    assert trust("add", "trust.json", "--root", A, "--signer", "technical-reviewer", REVIEWER) == 0
    assert Path("trust.1.json").read_bytes() == first
    assert (root().version, len(root().principals)) == (2, 2)
    assert root().thresholds["assessment-results"] == (("assessor", 1),), "a threshold that is set stays"
    words = ["--signer", "sealer", SEALER, "--threshold", "assessment-results", "technical-reviewer", "1"]
    assert trust("add", "trust.json", "--root", A, *words) == 0
    assert root().thresholds["assessment-results"] == (("assessor", 1), ("technical-reviewer", 1))
    assert root().thresholds["seal"] == (("sealer", 1),)


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["add", "trust.json", "--root", B, "--signer", "sealer", SEALER], 5, "not a key of a root holder"),
        (["add", "trust.json", "--root", ASSESSOR, "--signer", "sealer", SEALER], 5, "not a key of a root holder"),
        (["add", "trust.json", "--root", A, "--signer", "assessor", ASSESSOR, "authority"], 6, "of the kind assessor"),
        (["add", "trust.json", "--root", A, "--at", "2060-01-01T00:00:00Z"], 6, "outside the window"),
        (["revoke", "trust.json", "urn:example:x", "cessation", "--root", A], 6, "not a principal"),
        (["revoke", "trust.json", "urn:example:sample-root-a", "cessation", "--root", A], 6, "replaced and not"),
        (["revoke", "trust.json", "urn:example:sample-assessor", "superseded", "--root", A,
          "--lost", "2026-01-01T00:00:00Z"], 6, "--lost is for key-compromise"),
        (["revoke", "trust.json", "urn:example:sample-assessor", "key-compromise", "--root", A,
          "--lost", "2060-01-01T00:00:00Z"], 6, "must not be later"),
        (["rotate", "trust.json", "--root", A], 6, "nobody would hold the root"),
        (["rotate", "trust.json", "--root", ASSESSOR, "--new", B], 5, "not a key of a root holder"),
        (["rotate", "trust.json", "--root", A, "--new", ASSESSOR], 6, "given twice"),
        (["sign", "trust.json", "--root", A], 5, "has signed already"),
        (["update", "trust.json", "trust.json"], 6, "held already"),
        (["update", "trust.json", ASSESSOR], 6, "envelope"),
        (["show", ASSESSOR], 6, "envelope"),
    ],
)  # fmt: skip
def test_what_is_refused_leaves_the_root_as_it_was(place, capsys, words, code, told) -> None:
    made()
    before = Path("trust.json").read_bytes()
    names = sorted(path.name for path in place.iterdir())
    assert trust(*words) == code
    assert told in capsys.readouterr().err
    assert Path("trust.json").read_bytes() == before
    assert sorted(path.name for path in place.iterdir()) == names


def test_nobody_makes_himself_a_root_holder(place, capsys) -> None:
    made()
    before = Path("trust.json").read_bytes()
    assert trust("rotate", "trust.json", "--root", B, "--new", B) == 0
    assert "draft, not to be relied on yet: trust.2.draft.json" in capsys.readouterr().out
    assert Path("trust.json").read_bytes() == before
    assert trust("update", "trust.json", "trust.2.draft.json") == 6
    assert "signed by 0 root holders of version 1, and 1 are needed" in capsys.readouterr().err
    assert trust("sign", "trust.2.draft.json", "--root", A, "--after", "trust.json") == 0
    assert "auditor trust update trust.json trust.2.draft.json" in capsys.readouterr().out
    assert trust("update", "trust.json", "trust.2.draft.json") == 0
    assert [holder.id for holder in root().holders] == ["urn:example:sample-root-b"]


def test_revoking_a_person_revokes_both_keys(place, capsys) -> None:
    made()
    assert trust(
        "revoke", "trust.json", "urn:example:sample-assessor", "key-compromise", "--root", A,
        "--lost", "2026-03-01T00:00:00Z", "--from", "2026-04-01T00:00:00Z",
    ) == 0  # fmt: skip
    assert {one.keyid for one in root().revoked} == {key.public.keyid for key in signer_of("assessor").keys}
    assert {one.effective for one in root().revoked} == {parse_instant("2026-03-01T00:00:00Z")}
    capsys.readouterr()
    assert trust("show", "trust.json") == 0
    assert "REVOKED from 2026-03-01T00:00:00Z: key-compromise" in capsys.readouterr().out


def test_one_key_may_be_revoked_and_then_corrected(place) -> None:
    made()
    keyid = signer_of("assessor").keys[1].public.keyid
    assert trust("revoke", "trust.json", keyid, "superseded", "--root", A, "--from", "2026-05-01T00:00:00Z") == 0
    assert trust("revoke", "trust.json", keyid, "superseded", "--root", A, "--from", "2026-06-01T00:00:00Z") == 0
    assert [(one.keyid, one.revoked_at) for one in root().revoked] == [(keyid, parse_instant("2026-06-01T00:00:00Z"))]


def test_a_stolen_key_stays_stolen_when_its_owner_leaves(place, capsys) -> None:
    """Revoking a person later must not bring back what a thief signed before."""
    made()
    whom, (stolen, other) = "urn:example:sample-assessor", (key.public.keyid for key in signer_of("assessor").keys)
    words = ["key-compromise", "--root", A, "--lost", "2026-03-01T00:00:00Z", "--from", "2026-04-01T00:00:00Z"]
    assert trust("revoke", "trust.json", stolen, *words) == 0
    capsys.readouterr()
    left = ["revoke", "trust.json", whom, "cessation", "--root", A, "--from", "2026-12-01T00:00:00Z"]
    assert trust(*left) == 0
    lost, gone = parse_instant("2026-03-01T00:00:00Z"), parse_instant("2026-12-01T00:00:00Z")
    assert {one.keyid: one.effective for one in root().revoked} == {stolen: lost, other: gone}
    assert stolen not in capsys.readouterr().out.partition("revoked: ")[2]
    # What reaches further back is taken for both; and then there is nothing left that a later day could change.
    assert trust("revoke", "trust.json", whom, "cessation", "--root", A, "--from", "2026-02-01T00:00:00Z") == 0
    assert {one.effective for one in root().revoked} == {parse_instant("2026-02-01T00:00:00Z")}
    assert trust(*left) == 6
    assert "from an earlier day already" in capsys.readouterr().err


def test_windows_of_known_keys_change_where_they_are_given(place) -> None:
    made()
    before = root().principals[0].keys
    assert trust("add", "trust.json", "--root", A, "--signer", "assessor", ASSESSOR) == 0
    assert root().principals[0].keys == before
    words = ["--signer", "assessor", ASSESSOR, "--from", "2025-01-01T00:00:00Z"]
    assert trust("add", "trust.json", "--root", A, *words) == 0
    after = root().principals[0].keys
    assert {key.not_before for key in after} == {parse_instant("2025-01-01T00:00:00Z")}
    assert {key.not_after for key in after} == {key.not_after for key in before}


def test_two_holders_at_two_desks(place, capsys) -> None:
    made("trust.json", "--holder", B, "--root-threshold", "2")
    assert "draft, not to be relied on yet" in capsys.readouterr().out
    assert trust("show", "trust.json") == 6
    assert trust("show", "trust.json", "--draft") == 0
    assert capsys.readouterr().out.startswith("DRAFT")
    assert trust("add", "trust.json", "--root", A, "--signer", "sealer", SEALER) == 6, "a draft is nothing to build on"
    assert trust("sign", "trust.json", "--root", B) == 0
    assert trust("show", "trust.json") == 0
    assert trust("add", "trust.json", "--root", B, "--signer", "sealer", SEALER) == 0
    assert root().version == 1
    assert trust("add", "trust.json", "--root", B, "--signer", "sealer", SEALER) == 9, "one draft at a time"
    assert trust("update", "trust.json", "trust.2.draft.json") == 6
    assert trust("sign", "trust.2.draft.json", "--root", A) == 5, "it follows a version that was not named"
    assert trust("sign", "trust.2.draft.json", "--root", A, "--after", "trust.json") == 0
    assert trust("update", "trust.json", "trust.2.draft.json") == 0
    assert root().version == 2


def test_updating_walks_every_version_or_none(place, capsys) -> None:
    made()
    shutil.copy("trust.json", "old.json")
    for name, role in (("reviewer", "technical-reviewer"), ("sealer", "sealer")):
        assert trust("add", "trust.json", "--root", A, "--signer", role, KEYS / f"{name}.signer.json") == 0
    before = Path("old.json").read_bytes()
    capsys.readouterr()
    assert trust("update", "old.json", "trust.json") == 6
    assert "a version is skipped" in capsys.readouterr().err
    assert trust("update", "old.json", "trust.2.json", "trust.1.json") == 6
    assert Path("old.json").read_bytes() == before
    assert trust("update", "old.json", "trust.2.json", "trust.json") == 0
    assert Path("old.json").read_bytes() == Path("trust.json").read_bytes()
    assert Path("old.1.json").read_bytes() == before
    assert Path("old.2.json").read_bytes() == Path("trust.2.json").read_bytes()
    assert trust("update", "old.json", "trust.1.json") == 6
    assert "rolled back" in capsys.readouterr().err


def test_the_versions_kept_tell_that_a_newer_one_was_here(place, capsys) -> None:
    """Row 18, as far as a folder remembers: an old copy in the place of the newest is noticed, and signs no fork."""
    made()
    for name, role in (("reviewer", "technical-reviewer"), ("sealer", "sealer")):
        assert trust("add", "trust.json", "--root", A, "--signer", role, KEYS / f"{name}.signer.json") == 0
    newest = Path("trust.json").read_bytes()
    assert seen_version(Path("trust.json")) == 3
    for number in (1, 2):
        shutil.copy(f"trust.{number}.json", "trust.json")
        assert seen_version(Path("trust.json")) == 3
        assert trust("add", "trust.json", "--root", A, "--signer", "sealer", SEALER) == 6
        assert "rolled back: version 3 was here" in capsys.readouterr().err
    Path("newest.json").write_bytes(newest)
    assert trust("update", "trust.json", "newest.json") == 0
    assert Path("trust.json").read_bytes() == newest
    # A copy under a name of its own remembers nothing, and neither do files that only look like kept versions.
    shutil.copy("trust.1.json", "copy.json")
    assert seen_version(Path("copy.json")) == 1
    for name, data in (("copy.7.json", b"{}"), ("copy.8.json", newest), ("copy.9.draft.json", newest)):
        Path(name).write_bytes(data)
    made("copy.3.json")
    assert seen_version(Path("copy.json")) == 1
    assert seen_version(Path("nowhere") / "trust.json") == 1


def test_a_rolled_back_root_judges_nothing(place, capsys) -> None:
    made()
    assert trust("add", "trust.json", "--root", A, "--signer", "technical-reviewer", REVIEWER) == 0
    signer = ["--signer", f"assessor={ASSESSOR}", "--issued-at", "2026-10-30T00:00:00Z", "--out", "status.dsse.json"]
    assert cli.main(["status", "issue", *signer]) == 0
    show = ["status", "show", "status.dsse.json", "--trust", "trust.json"]
    verify = ["verify", "status.dsse.json", "--trust", "trust.json"]
    assert cli.main(show) == 0
    assert cli.main(verify) == 6
    assert "seen before" not in "".join(capsys.readouterr())
    shutil.copy("trust.1.json", "trust.json")
    for words in (show, verify):
        assert cli.main(words) == 6
        assert "older than version 2, which was seen before" in "".join(capsys.readouterr())


def test_a_file_in_the_place_of_history_is_not_written_over(place) -> None:
    made()
    Path("trust.1.json").write_text("something else")
    before = Path("trust.json").read_bytes()
    assert trust("add", "trust.json", "--root", A, "--signer", "sealer", SEALER) == 9
    assert Path("trust.1.json").read_text() == "something else"
    assert Path("trust.json").read_bytes() == before


ALPHA = ["--authority", "alpha", "Alpha", str(KEYS / "time-alpha.crt.pem"), "1.3.6.1.4.1.32473.1.1"]
BETA = ["--authority", "beta", "Beta", str(KEYS / "time-beta.crt.pem"), "1.3.6.1.4.1.32473.2.1"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--authority", "alpha", "Alpha", str(KEYS / "ca.crt.pem"), "1.2.3"], "not a certificate of a time-stamping"),
        (["--authority", "alpha", "Alpha", str(KEYS / "pdf.crt.pem"), "1.2.3"], "not a certificate of a time-stamping"),
        (["--authority", "alpha", "Alpha", str(KEYS / "ca.key.pem"), "1.2.3"], "not an X.509 certificate"),
        (["--authority", "alpha", "Alpha", ASSESSOR, "1.2.3"], "not an X.509 certificate"),
        (["--authority", "alpha", "Alpha", str(KEYS / "time-alpha.crt.pem"), "one.two"], "object identifier"),
        ([*ALPHA, "--authority", "beta", "Beta", ALPHA[3], "1.2.3"], "given twice"),
        ([*ALPHA, "--authority", "alpha", "Alpha", BETA[3], "1.2.3"], "known with another certificate"),
        ([*ALPHA, "--authority", "beta", "ALPHA", *BETA[3:]], "another operator has this name"),
        (["--authority", "3rd-time", *ALPHA[2:]], "begins with a letter"),
        ([*ALPHA, "--time-threshold", "2"], "integer from 0 to 1"),
        (["--pdf-anchor", str(KEYS / "pdf.crt.pem")], "not the certificate of a CA"),
        (["--pdf-certificate", str(KEYS / "pdf.crt.pem"), "urn:example:nobody"], "not one of the principals"),
    ],
)
def test_certificates_for_something_else_are_refused(place, capsys, words, told) -> None:
    assert trust("init", "trust.json", "--root", A, "--signer", "assessor", ASSESSOR, *words) == 6
    assert told in capsys.readouterr().err
    assert not Path("trust.json").exists()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a003020102", "a003020105"),  # a version that there is none of
        ("0603551d25", "0603551d0f"),  # one extension twice
        ("06072a8648ce3d0201", "06072a8648ce3d0263"),  # a kind of key that nobody knows
        ("06072a8648ce3d0201", "06072a8648ce3d0202"),
    ],
)
def test_a_certificate_that_cannot_be_read_is_refused_in_words(place, capsys, old, new) -> None:
    der = x509.load_pem_x509_certificate((KEYS / "time-beta.crt.pem").read_bytes()).public_bytes(Encoding.DER)
    bent = der.replace(bytes.fromhex(old), bytes.fromhex(new))
    assert bent != der
    Path("bent.crt").write_bytes(bent)
    made()
    assert trust("add", "trust.json", "--root", A, *BETA[:3], "bent.crt", BETA[4]) == 6
    assert "bent.crt: not an X.509 certificate" in capsys.readouterr().err


def test_a_certificate_for_pdf_files_stays_whose_it_is(place, capsys) -> None:
    words = ["--pdf-certificate", KEYS / "pdf.crt.pem"]
    made("trust.json", *map(str, words), "urn:example:sample-assessor", "--signer", "sealer", SEALER)
    assert trust("add", "trust.json", "--root", A, *words, "urn:example:sample-assessor") == 0
    assert trust("add", "trust.json", "--root", A, *words, "urn:example:sample-sealer") == 6
    assert "this certificate for PDF files is another's" in capsys.readouterr().err


def test_certificates_of_the_right_kind_are_taken(place) -> None:
    made("trust.json", *ALPHA, "--pdf-anchor", str(KEYS / "ca.crt.pem"),
         "--pdf-certificate", str(KEYS / "pdf.crt.pem"), "urn:example:sample-assessor",
         "--status", "3", "90")  # fmt: skip
    found = root()
    assert (found.time_threshold, found.authorities[0].operator) == (1, "Alpha")
    assert (len(found.pdf_anchors), found.pdf_certificates[0].principal) == (1, "urn:example:sample-assessor")
    assert found.status == (3, 90)
    beta = KEYS / "time-beta.crt.pem"
    assert trust("add", "trust.json", "--root", A, "--authority", "beta", "Beta", beta, "1.3.6.1.4.1.32473.2.1") == 0
    assert root().time_threshold == 2
    # One that was compromised ends, and keeps what it stamped before; its certificate bounds it either way.
    ends = ["--to", "2026-12-01T00:00:00Z", "--from", "1999-01-01T00:00:00Z"]
    assert trust("add", "trust.json", "--root", A, *ALPHA, *ends) == 0
    before, after = found.authorities[0], root().authorities[1]
    assert (after.name, after.certificate, after.not_before) == ("alpha", before.certificate, before.not_before)
    assert after.not_after == parse_instant("2026-12-01T00:00:00Z") < before.not_after


def test_the_sample_trust_root_is_what_the_samples_say() -> None:
    """`python -m samples.identities` makes it again."""
    data = (KEYS / "trust.json").read_bytes()
    found = parse_root(data)
    from auditor.attestation.rotation import make_root
    from auditor.canon.digest import sha256_hex

    assert found.content == sha256_hex(make_root(sample_document()))
    assert (found.lineage, found.threshold, found.time_threshold) == (LINEAGE, 2, len(AUTHORITIES))
    roles = {role for identity in IDENTITIES.values() for role in [identity.role] if role}
    assert {role for principal in found.principals for role in principal.roles} == roles


def test_the_sample_people_are_made_again_the_same(tmp_path) -> None:
    for name in ("time-alpha.crt.pem", "time-beta.crt.pem", "ca.crt.pem", "pdf.crt.pem"):
        shutil.copy(KEYS / name, tmp_path)
    written = make_all(tmp_path)
    for path in written:
        if path.name == "trust.json":
            assert parse_root(path.read_bytes()).content == parse_root((KEYS / "trust.json").read_bytes()).content
        else:
            assert path.read_bytes() == (KEYS / path.name).read_bytes(), path.name
            assert "PRIVATE KEY" not in path.read_text() or path.read_text().startswith("SAMPLE KEY: not secret")
    assert tmp_path / "trust.json" in written
    assert tmp_path / "trust.json" not in make_all(tmp_path), "what is right already is left alone"
    (tmp_path / "trust.json").write_text("{}")
    assert tmp_path / "trust.json" in make_all(tmp_path)
