"""`auditor sign`: who signs what, and that a technical reviewer signs only what was recomputed."""

from __future__ import annotations

import json

import pytest

from auditor.attestation.envelope import parse_envelope
from auditor.attestation.statements.results import parse_results
from auditor.attestation.verify import verify_report
from auditor.canon.instant import parse_instant
from auditor.jobs.engine import engine
from auditor.jobs.hands import Hand, declare
from auditor.jobs.seal import write_seal

AT = parse_instant("2026-11-01T00:00:00Z")


def statement(path):
    return parse_results(parse_envelope(path.read_bytes()).payload)


def reviewer(table) -> str:
    return f"technical-reviewer={table.signer('reviewer')}"


@pytest.fixture(scope="module")
def report(table):
    """Signed by the assessor, still to be signed by the reviewer and the official."""
    return table.sign(
        "report.dsse.json", "--also", reviewer(table), "--also", f"responsible-official={table.signer('official')}"
    )


@pytest.fixture
def unfinished(table, report):
    copy = table.path("unfinished.dsse.json")
    copy.write_bytes(report.read_bytes())
    return copy


def test_an_assessor_signs_what_the_results_rest_on(table, report) -> None:
    made = statement(report)
    assert made.engine == engine()
    assert made.results == json.loads(table.results.read_bytes())
    assert [(tree.item, tree.size) for tree in made.records] == [("doors", 3)]
    assert [signer.role for signer in made.signers] == ["assessor", "technical-reviewer", "responsible-official"]
    assert made.concluded_at == parse_instant("2026-10-10T00:00:00Z")
    assert (made.evidence_seal, made.supersedes) == (None, None)


def test_three_people_one_after_another(table, unfinished, capsys) -> None:
    place = ("--controls", table.controls, "--bundle", table.bundle)
    assert table.auditor("sign", unfinished, "--add", "--signer", reviewer(table), *place) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert '"I recomputed these results from this evidence and got the same bytes."' in told
    assert "still to sign: urn:example:sample-official as responsible-official" in told
    official = f"responsible-official={table.signer('official')}"
    assert table.auditor("sign", unfinished, "--add", "--signer", official) == 0
    assert "I do not hereby agree with the results" in " ".join(capsys.readouterr().out.split())
    verified = verify_report(unfinished.read_bytes(), table.trust.read_bytes(), at=AT)
    assert [one.role for one in verified.signers] == ["assessor", "technical-reviewer", "responsible-official"]


def test_a_reviewer_does_not_sign_without_the_evidence(table, unfinished, capsys) -> None:
    before = unfinished.read_bytes()
    words = ("sign", unfinished, "--add", "--signer", reviewer(table), "--controls", table.controls)
    assert table.auditor(*words) == 5
    assert "nothing to recompute it from" in capsys.readouterr().err
    assert unfinished.read_bytes() == before
    out = table.path("never.dsse.json")
    signers = ("--signer", f"assessor={table.signer('assessor')}", "--signer", reviewer(table))
    assert table.auditor("sign", table.results, *signers, "--controls", table.controls, "--out", out) == 5
    assert not out.exists()


def test_a_reviewer_does_not_sign_other_evidence(table, unfinished, capsys) -> None:
    words = ("sign", unfinished, "--add", "--signer", reviewer(table), "--controls", table.controls)
    assert table.auditor(*words, "--bundle", table.other) == 6
    assert "not the evidence that was assessed" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("pointer", "value"),
    [(("findings", 0, "outcome"), "met"), (("observations", 1, "violations"), 0), (("risks",), [])],
)
def test_a_reviewer_does_not_sign_other_results(table, capsys, pointer, value) -> None:
    """The assessor signed verdicts that the evidence does not bear out."""
    from auditor.canon.json import canonical_bytes

    results = json.loads(table.results.read_bytes())
    place = results
    for step in pointer[:-1]:
        place = place[step]
    assert place[pointer[-1]] != value
    place[pointer[-1]] = value
    forged = table.path("forged.json")
    forged.write_bytes(canonical_bytes(results))
    made = table.sign("forged.dsse.json", "--also", reviewer(table), results=forged)
    words = ("sign", made, "--add", "--signer", reviewer(table), "--controls", table.controls)
    assert table.auditor(*words, "--bundle", table.bundle) == 6
    assert "the recomputed results differ from those signed" in capsys.readouterr().err
    together = ("--signer", f"assessor={table.signer('assessor')}", "--signer", reviewer(table))
    out = table.path("never.dsse.json")
    rest = ("--controls", table.controls, "--bundle", table.bundle, "--out", out)
    assert table.auditor("sign", forged, *together, *rest) == 6
    assert not out.exists()


def test_a_reviewer_does_not_sign_other_record_trees(table, monkeypatch, capsys) -> None:
    """The results are right, and the commitment to the single records is not."""
    from auditor.attestation.statements.results import RecordTree
    from auditor.jobs import sign as job

    monkeypatch.setattr(job, "_record_trees", lambda *given: (RecordTree("doors", 2, "00" * 32),))
    made = table.sign("trees.dsse.json", "--also", reviewer(table))
    monkeypatch.undo()
    words = ("sign", made, "--add", "--signer", reviewer(table), "--controls", table.controls)
    assert table.auditor(*words, "--bundle", table.bundle) == 6
    assert "trees over the records are not those of the report" in capsys.readouterr().err


def test_the_reviewers_keys_are_not_opened_before_the_results_are_the_same(table, unfinished, monkeypatch) -> None:
    from auditor.jobs import sign as job

    opened = []
    monkeypatch.setattr(job, "open_hands", lambda *given: opened.append(given))
    words = ("sign", unfinished, "--add", "--signer", reviewer(table), "--controls", table.controls)
    assert table.auditor(*words, "--bundle", table.other) == 6
    assert opened == []


def test_single_records_are_committed_to_from_the_evidence(table, capsys) -> None:
    words = ("--signer", f"assessor={table.signer('assessor')}", "--controls", table.controls)
    out = table.path("plain.dsse.json")
    assert table.auditor("sign", table.results, *words, "--out", out) == 5
    assert "give the bundle" in capsys.readouterr().err
    plain = table.assess(table.bundle, "plain", "plain.json")
    assert table.auditor("sign", plain, *words, "--out", out) == 0
    assert statement(out).records == ()
    assert table.auditor("sign", plain, *words, "--bundle", table.other, "--out", out) == 6


def test_content_that_is_not_at_hand_is_asked_for(table, capsys) -> None:
    words = ("--signer", f"assessor={table.signer('assessor')}", "--out", table.path("never.dsse.json"))
    assert table.auditor("sign", table.results, *words) == 5
    assert "with --controls FOLDER" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("bend", "problem"),
    [
        (lambda data: data + b"\n", "not in canonical form"),
        (lambda data: data[:-1], "not assessment results"),
        (lambda data: b"[]", "not in canonical form"),
        (lambda data: b"{}", "'asOf' is missing"),
        (lambda data: data.replace(b'"version":"', b'"version":"9'), "computed by engine 9"),
        (lambda data: b'{"asOf":"now","bundle":{},"catalog":{},"engine":[],"profile":{}}', "'engine' is missing"),
    ],
)
def test_what_are_no_results_is_not_signed(table, capsys, bend, problem) -> None:
    bent = table.path("bent.json")
    bent.write_bytes(bend(table.results.read_bytes()))
    words = ("--signer", f"assessor={table.signer('assessor')}", "--controls", table.controls)
    assert table.auditor("sign", bent, *words, "--bundle", table.bundle, "--out", table.path("no.json")) == 5
    assert problem in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code", "problem"),
    [
        (["--signer", "assessor={reviewer}"], 5, "does not declare urn:example:sample-reviewer"),
        (["--signer", "assessor={sealer}"], 5, "does not declare"),
        (["--signer", "assessor={assessor}"], 5, "has signed already"),
        (["--signer", "sealer={sealer}"], 5, "the role sealer does not sign this"),
        (["--signer", "{official}"], 5, "say in which role"),
        (["--signer", "responsible-official={official}", "--supersedes", "x"], 2, "fixed when it was made"),
        (["--signer", "responsible-official={official}", "--signer", "assessor={assessor}"], 2, "takes one --signer"),
    ],
)
def test_who_may_add_their_signatures(table, unfinished, capsys, words, code, problem) -> None:
    names = {name: table.signer(name) for name in ("assessor", "reviewer", "official", "sealer")}
    given = [word.format(**names) for word in words]
    assert table.auditor("sign", unfinished, "--add", *given, "--controls", table.controls) == code
    told = capsys.readouterr()
    assert problem in told.err + told.out


def test_a_role_that_is_none_is_a_mistake_of_usage(table, unfinished, capsys) -> None:
    with pytest.raises(SystemExit):
        table.auditor("sign", unfinished, "--add", "--signer", f"auditor={table.signer('assessor')}")
    assert "no such role" in capsys.readouterr().err


def test_an_encrypted_key_needs_its_passphrase(table, tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("SECRET", "a long enough passphrase")
    assert table.auditor(
        "key", "generate", tmp_path / "zoe", "--principal", "urn:example:zoe", "--name", "Zoe", "--organisation", "Z",
        "--passphrase-env", "SECRET",
    ) == 0  # fmt: skip
    words = ("--signer", f"assessor={tmp_path / 'zoe.signer.json'}", "--controls", table.controls)
    rest = ("--bundle", table.bundle, "--out", tmp_path / "report.dsse.json")
    assert table.auditor("sign", table.results, *words, *rest, "--passphrase-env", "SECRET") == 0
    for secret in ("another passphrase", ""):
        monkeypatch.setenv("SECRET", secret)
        assert table.auditor("sign", table.results, *words, *rest, "--passphrase-env", "SECRET") == 5
    assert "a long enough passphrase" not in capsys.readouterr().out


def test_the_seal_over_the_evidence_is_cited(table, tmp_path, capsys) -> None:
    import hashlib

    from auditor.attestation.sign import sign_statement
    from auditor.attestation.statements.seal import make_seal_statement
    from samples.identities import KEYS, signing_keys

    sealer = declare(Hand("sealer", KEYS / "sealer.signer.json"))
    root = json.loads(table.results.read_bytes())["bundle"]["root"]

    def seal(name, sealed_at="2026-10-09T00:00:00Z", digest=root):
        payload = make_seal_statement(
            stage="evidence", package=None, sealed_at=parse_instant(sealed_at), subjects=[("bundle", digest)],
            signers=[sealer],
        )  # fmt: skip
        (tmp_path / name).mkdir()
        (tmp_path / name / "evidence.dsse.json").write_bytes(sign_statement(payload, signing_keys("sealer")))
        for authority in ("beta", "alpha"):
            (tmp_path / name / f"evidence.{authority}.tsq").write_bytes(b"question")
            (tmp_path / name / f"evidence.{authority}.tsr").write_bytes(authority.encode())
        return tmp_path / name / "evidence.dsse.json"

    good = seal("good")
    cited = statement(table.sign("sealed.dsse.json", "--evidence-seal", good)).evidence_seal
    assert cited.envelope == hashlib.sha512(good.read_bytes()).hexdigest()
    assert cited.responses == tuple(sorted(hashlib.sha512(name).hexdigest() for name in (b"alpha", b"beta")))
    for bad, problem in ((seal("late", "2026-10-11T00:00:00Z"), "after the conclusions"),
                         (seal("other", digest="00" * 32), "not over the evidence")):  # fmt: skip
        code = table.auditor(
            "sign", table.results, "--signer", f"assessor={table.signer('assessor')}", "--controls", table.controls,
            "--bundle", table.bundle, "--concluded-at", "2026-10-10T00:00:00Z", "--evidence-seal", bad,
            "--out", tmp_path / "never.dsse.json",
        )  # fmt: skip
        assert code == 6
        assert problem in capsys.readouterr().err


def test_the_statement_of_a_seal_is_written_last(tmp_path, monkeypatch) -> None:
    """Half a seal must not pass for one: a run that is lost before the end leaves no statement."""
    written: list[str] = []
    monkeypatch.setattr("auditor.jobs.seal.write_file", lambda path, data: written.append(path.name))
    write_seal({".dsse.json": b"", ".alpha.tsq": b"", ".alpha.tsr": b"", ".beta.tsr": b""}, tmp_path, "late")
    assert sorted(written[:-1]) == ["late.alpha.tsq", "late.alpha.tsr", "late.beta.tsr"]
    assert written[-1] == "late.dsse.json"
