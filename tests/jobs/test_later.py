"""What is done about a report afterwards: acts, status lists, a successor and the comparison with it."""

from __future__ import annotations

import hashlib
import json

import pytest

from auditor.attestation.accept import Judged, accept
from auditor.attestation.envelope import parse_envelope
from auditor.attestation.roles import Kind
from auditor.attestation.statements.results import parse_results
from auditor.canon.instant import parse_instant

AT = "2026-11-01T00:00:00Z"
JUDGED = Judged(parse_instant(AT))


@pytest.fixture(scope="module")
def report(table):
    return table.sign("report.dsse.json")


@pytest.fixture(scope="module")
def successor(table, report):
    return table.sign(
        "successor.dsse.json", "--supersedes", report, "--concluded-at", "2026-10-20T00:00:00Z",
        results=table.assess(table.bundle, "small", "later.json", "2026-10-12T00:00:00Z"),
    )  # fmt: skip


def act(table, what, report, signer, *words, out="act.dsse.json", at=AT):
    given = ("--signer", signer, "--reason", "A reason.", "--at", at, "--out", table.path(out))
    return table.auditor("act", what, report, *given, *words)


def sha512(path) -> str:
    return hashlib.sha512(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("what", "role", "who"),
    [
        ("countersign", "responsible-official", "official"),
        ("countersign", "assessor", "assessor"),
        ("acknowledge", "", "regulator"),
        ("object", "responsible-official", "official"),
        ("object", "authority", "regulator"),
        ("withdraw", "", "assessor"),
    ],
)
def test_an_act_is_a_statement_over_the_reports_file(table, report, what, role, who, capsys) -> None:
    signer = f"{role}={table.signer(who)}" if role else table.signer(who)
    assert act(table, what, report, signer) == 0
    assert "signed as" in capsys.readouterr().out
    accepted = accept(table.path("act.dsse.json").read_bytes(), Kind.ACT, table.root, JUDGED)
    assert (accepted.statement.act, accepted.statement.report) == (what, sha512(report))
    assert accepted.signers[0].principal == f"urn:example:sample-{who}"


@pytest.mark.parametrize(
    ("what", "signer", "problem"),
    [
        ("acknowledge", "assessor={assessor}", "the role assessor does not sign this"),
        ("withdraw", "responsible-official={official}", "does not sign this"),
        ("object", "assessor={assessor}", "does not sign this"),
        ("object", "{official}", "say in which role"),
        ("countersign", "{assessor}", "say in which role"),
        ("countersign", "technical-reviewer={reviewer}", "nothing to recompute it from"),
    ],
)
def test_not_everybody_may_act_so(table, report, capsys, what, signer, problem) -> None:
    names = {name: table.signer(name) for name in ("assessor", "official", "reviewer")}
    assert act(table, what, report, signer.format(**names), out="never.dsse.json") == 5
    assert problem in capsys.readouterr().err
    assert not table.path("never.dsse.json").exists()


def test_a_reviewer_countersigns_what_was_recomputed(table, report, capsys) -> None:
    signer = f"technical-reviewer={table.signer('reviewer')}"
    place = ("--controls", table.controls, "--bundle")
    assert act(table, "countersign", report, signer, *place, table.bundle) == 0
    assert "I recomputed the results of this signed report" in capsys.readouterr().out
    assert act(table, "countersign", report, signer, *place, table.other, out="never.dsse.json") == 6


def test_nobody_acts_on_what_is_unfinished_or_in_the_future(table, report, capsys) -> None:
    unfinished = table.sign("unfinished.dsse.json", "--also", f"technical-reviewer={table.signer('reviewer')}")
    regulator = table.signer("regulator")
    assert act(table, "acknowledge", unfinished, regulator) == 5
    assert "not signed by all whom it declares" in capsys.readouterr().err
    assert act(table, "acknowledge", report, regulator, at="2026-10-09T23:59:59Z") == 5
    assert "before it is concluded" in capsys.readouterr().err
    assert act(table, "acknowledge", table.results, regulator) == 6
    assert act(table, "acknowledge", report, regulator) == 0
    assert act(table, "acknowledge", table.path("act.dsse.json"), regulator) == 6


def test_nobody_names_a_report_whose_digest_will_still_change(table, report, capsys) -> None:
    """As a successor, as a predecessor or as withdrawn it would be named by a digest that is soon no report's."""
    also = ("--also", f"technical-reviewer={table.signer('reviewer')}")
    assessor = table.signer("assessor")
    successor = table.sign(
        "half.dsse.json", *also, "--supersedes", report, "--concluded-at", "2026-10-20T00:00:00Z",
        results=table.assess(table.bundle, "small", "later.json", "2026-10-12T00:00:00Z"),
    )  # fmt: skip
    half = table.sign("unfinished.dsse.json", *also)
    never = ("--out", table.path("never.dsse.json"))
    for words in (
        ("act", "supersede", report, "--successor", successor, "--signer", assessor, "--reason", "A reason."),
        ("status", "issue", "--signer", f"assessor={assessor}", "--withdrawn", half, "--reason", "A reason."),
        ("sign", table.results, "--signer", f"assessor={assessor}", "--controls", table.controls,
         "--bundle", table.bundle, "--supersedes", half),
    ):  # fmt: skip
        assert table.auditor(*words, *never) == 5
        assert "not signed by all whom it declares" in capsys.readouterr().err
        assert not table.path("never.dsse.json").exists()


def test_a_successor_signs_its_predecessor(table, report, successor, capsys) -> None:
    assert parse_results(parse_envelope(successor.read_bytes()).payload).supersedes == sha512(report)
    assessor = table.signer("assessor")
    assert act(table, "supersede", report, assessor, "--successor", successor) == 0
    accepted = accept(table.path("act.dsse.json").read_bytes(), Kind.ACT, table.root, JUDGED)
    assert accepted.statement.successor == sha512(successor)
    for other in (report, table.sign("unrelated.dsse.json", "--concluded-at", "2026-10-21T00:00:00Z")):
        assert act(table, "supersede", report, assessor, "--successor", other) == 6
        assert "does not sign that it replaces this report" in capsys.readouterr().err


def test_a_successor_is_younger_and_about_the_same_facility(table, report, capsys) -> None:
    words = ("--signer", f"assessor={table.signer('assessor')}", "--controls", table.controls, "--bundle", table.bundle)
    never = ("--out", table.path("never.dsse.json"), "--supersedes", report)
    assert table.auditor("sign", table.results, *words, *never, "--concluded-at", "2026-10-10T00:00:00Z") == 6
    assert "is not older" in capsys.readouterr().err
    results = table.results.read_bytes().replace(b'"id":"test-facility"', b'"id":"west-facility"')
    table.path("west.json").write_bytes(results)
    assert table.auditor("sign", table.path("west.json"), *words, *never) == 6
    assert "about another facility" in capsys.readouterr().err
    assert table.auditor("sign", table.results, *words, *never[:3], table.results) == 6


def test_an_act_is_shown_and_verified(table, report, successor, capsys) -> None:
    assert act(table, "withdraw", report, table.signer("assessor")) == 0
    made = table.path("act.dsse.json")
    capsys.readouterr()
    assert table.auditor("act", "show", made) == 0
    assert capsys.readouterr().out.startswith("NOT VERIFIED")
    words = ("act", "show", made, "--trust", table.trust, "--at", AT, "--report")
    assert table.auditor(*words, report) == 0
    told = capsys.readouterr().out
    assert told.startswith("PASSED WITH THE STATED LIMITS\n")
    assert "I withdraw this report" in told
    assert table.auditor(*words, successor) == 6
    made.write_bytes(made.read_bytes().replace(b'"sig":"M', b'"sig":"N'))
    assert table.auditor(*words, report) == 6
    assert table.auditor("act", "show", report) == 6


def status(table, *words, out="status.dsse.json", issued="2026-10-30T00:00:00Z") -> int:
    signer = ("--signer", f"assessor={table.signer('assessor')}")
    return table.auditor("status", "issue", *signer, "--issued-at", issued, "--out", table.path(out), *words)


def test_a_status_list_carries_on_what_the_one_before_said(table, report, successor, capsys) -> None:
    assert status(table) == 0
    first, second, third = (table.path(f"{name}.dsse.json") for name in ("status", "two", "three"))
    more = ("--previous", first, "--superseded", report, "--reason", "Newer evidence.")
    assert status(table, *more, out="two.dsse.json", issued="2026-10-31T00:00:00Z") == 0
    worse = ("--previous", second, "--withdrawn", report, "--withdrawn", successor, "--reason", "Forged.")
    assert status(table, *worse, out="three.dsse.json", issued=AT) == 0
    versions = [accept(path.read_bytes(), Kind.STATUS, table.root, JUDGED).statement for path in (first, second, third)]
    assert [one.version for one in versions] == [1, 2, 3]
    assert [len(one.entries) for one in versions] == [0, 1, 2]
    assert versions[1].find(sha512(report)).status == "superseded"
    assert versions[2].find(sha512(report)).status == "withdrawn"
    capsys.readouterr()
    assert table.auditor("status", "show", third, "--trust", table.trust, "--at", AT, "--report", report) == 0
    assert capsys.readouterr().out.endswith("this report: withdrawn\n")
    assert table.auditor("status", "show", first, "--report", report) == 0
    told = capsys.readouterr().out
    assert told.startswith("NOT VERIFIED")
    assert told.endswith("this report: not listed\n")


def test_a_status_list_does_not_forget_or_repeat(table, report, capsys) -> None:
    listed = ("--withdrawn", report, "--reason", "Forged.")
    assert status(table, *listed, out="one.dsse.json") == 0
    again = ("--previous", table.path("one.dsse.json"), "--reason", "Again.")
    for words in (("--withdrawn", report), ("--superseded", report)):
        assert status(table, *again, *words, out="never.dsse.json", issued=AT) == 5
        assert "listed already: withdrawn" in capsys.readouterr().err
    assert status(table, *again, out="never.dsse.json", issued="2026-10-29T23:59:59Z") == 5
    assert "younger than this one" in capsys.readouterr().err
    assert status(table, "--withdrawn", report, out="never.dsse.json") == 2
    assert status(table, *listed, "--from", "2026-12-01T00:00:00Z", out="never.dsse.json") == 5
    assert not table.path("never.dsse.json").exists()


def test_only_those_who_may_issue_a_status_list(table, capsys) -> None:
    for role, name, code in (("authority", "regulator", 0), ("responsible-official", "official", 5)):
        words = ("--signer", f"{role}={table.signer(name)}", "--out", table.path("who.dsse.json"))
        assert table.auditor("status", "issue", *words) == code


def test_a_comparison_tells_what_disappeared(table, report, capsys) -> None:
    fewer = table.assess(table.bundle_of("fewer", b"when,door,who\n2026-10-02T00:00:00Z,a,p\n"), "small", "fewer.json")
    code = table.auditor(
        "sign", fewer, "--signer", f"assessor={table.signer('assessor')}", "--controls", table.controls, "--bundle",
        table.path("fewer"), "--concluded-at", "2026-10-20T00:00:00Z", "--supersedes", report,
        "--out", table.path("fewer.dsse.json"),
    )  # fmt: skip
    assert code == 0
    capsys.readouterr()
    assert table.auditor("diff", report, table.path("fewer.dsse.json"), "--trust", table.trust, "--at", AT) == 0
    told = capsys.readouterr().out
    assert told.startswith("both reports verified by your trust root\nthe newer report signs that it replaces")
    assert "changed   doors" in told
    assert table.auditor("diff", report, table.path("fewer.dsse.json"), "--format", "json") == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["verified"], document["signsPredecessor"]) == (False, True)
    changed = {one["title"]: one["changed"] for one in document["sections"]}
    assert any(one["pointer"] == "/size" for one in changed["record trees"][0]["differences"])


def test_a_comparison_says_what_it_did_not_check(table, report, successor, capsys) -> None:
    assert table.auditor("diff", successor, report) == 0
    told = capsys.readouterr().out
    assert told.startswith("NOT VERIFIED")
    assert "DOES NOT SIGN THAT IT REPLACES" in told
    assert table.auditor("diff", report, report) == 0
    assert capsys.readouterr().out.endswith("nothing differs\n")
    assert table.auditor("diff", report, table.results) == 6
    broken = table.path("broken.dsse.json")
    broken.write_bytes(report.read_bytes().replace(b'"sig":"M', b'"sig":"N'))
    assert table.auditor("diff", report, broken, "--trust", table.trust, "--at", AT) == 6
