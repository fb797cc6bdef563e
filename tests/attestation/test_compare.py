"""A report beside its successor: what changed, what appeared, what silently disappeared."""

from __future__ import annotations

import copy

import pytest

from auditor.attestation.compare import Gone, compare_reports
from auditor.errors import StatementError


def full(desk):
    results = desk.results()
    results["controls"] = [{"id": "X-1", "limits": ["a", "b"]}, {"id": "X-2", "limits": []}]
    results["plan"] = {"activities": [{"control": "X-1", "objective": "a", "method": "test", "planned": True}]}
    results["observations"] = [{"control": "X-1", "objective": "a", "method": "test", "violations": 3}]
    results["findings"] = [
        {"control": "X-1", "objective": "a", "state": "other-than-satisfied"},
        {"control": "X-2", "objective": "a", "state": "satisfied"},
    ]
    results["risks"] = [{"id": "r1", "control": "X-1", "objective": "a"}]
    results["bundle"] |= {
        "items": [{"id": "doors", "leaf": "01" * 32}, {"id": "visits", "leaf": "02" * 32}],
        "coverage": [{"stream": "door_events", "gaps": []}],
    }
    results["facility"] = {"id": "f-1", "name": "Facility"}
    return results


@pytest.fixture
def pair(desk):
    """The older report's envelope and payload, and a function that makes a newer payload."""
    old = desk.payload_for(desk.declared("ada", "ben"), full(desk))
    envelope = desk.sign_raw(old, "ada", "ben")

    def newer(change, *names, **facts):
        results = copy.deepcopy(full(desk))
        change(results)
        later = {"concluded_at": desk.concluded_at + 1, **facts}
        return desk.payload_for(desk.declared(*(names or ("ada", "ben"))), results, **later)

    return envelope, old, newer


def sections(comparison):
    return {one.title: one for one in comparison.sections}


def test_a_report_does_not_differ_from_itself(pair) -> None:
    envelope, old, _ = pair
    comparison = compare_reports(old, old, envelope)
    assert comparison.is_empty
    assert comparison.silently_gone == ()
    assert not comparison.signs_predecessor


def test_a_successor_signs_its_predecessors_envelope(pair) -> None:
    import hashlib

    envelope, old, newer = pair
    digest = hashlib.sha512(envelope).hexdigest()
    nothing = newer(lambda r: None, supersedes=digest)
    assert compare_reports(old, nothing, envelope).signs_predecessor
    assert not compare_reports(old, nothing, envelope + b" ").signs_predecessor
    assert not compare_reports(old, nothing).signs_predecessor
    assert not compare_reports(old, newer(lambda r: None), envelope).signs_predecessor
    assert not compare_reports(old, newer(lambda r: None, supersedes="00" * 64), envelope).signs_predecessor


@pytest.mark.parametrize(
    ("change", "title", "key"),
    [
        (lambda r: r["controls"].pop(), "controls", "X-2"),
        (lambda r: r.pop("controls"), "controls", "X-1"),
        (lambda r: r["findings"].pop(0), "findings", "X-1 a"),
        (lambda r: r["observations"].clear(), "observations", "X-1 a test"),
        (lambda r: r["plan"]["activities"].clear(), "planned activities", "X-1 a test"),
        (lambda r: r.pop("plan"), "planned activities", "X-1 a test"),
        (lambda r: r["risks"].clear(), "risks", "r1"),
        (lambda r: r["bundle"]["items"].pop(), "evidence items", "visits"),
        (lambda r: r["bundle"]["coverage"].clear(), "stream coverage", "door_events"),
    ],
)
def test_whatever_is_gone_is_told(pair, change, title, key) -> None:
    _, old, newer = pair
    comparison = compare_reports(old, newer(change))
    assert (title, key) in comparison.silently_gone
    assert Gone(key, "") in sections(comparison)[title].gone
    assert not comparison.is_empty


def test_a_signer_who_is_gone_is_told(pair) -> None:
    _, old, newer = pair
    assert compare_reports(old, newer(lambda r: None, "ada")).silently_gone == (("signers", "urn:example:ben"),)


def test_a_risk_whose_finding_is_satisfied_now_is_gone_for_a_reason(pair) -> None:
    _, old, newer = pair

    def mended(results):
        results["risks"].clear()
        results["findings"][0]["state"] = "satisfied"

    comparison = compare_reports(old, newer(mended))
    assert comparison.silently_gone == ()
    assert sections(comparison)["risks"].gone == (Gone("r1", "its finding is satisfied now"),)
    (change,) = sections(comparison)["findings"].changed
    assert (change.key, str(change.differences[0])) == (
        "X-1 a",
        "/state: 'other-than-satisfied' is not 'satisfied'",
    )


@pytest.mark.parametrize(
    ("change", "title", "pointer"),
    [
        (lambda r: r["controls"][0]["limits"].pop(), "controls", "/limits/1"),
        (lambda r: r["observations"][0].update(violations=2), "observations", "/violations"),
        (lambda r: r["plan"]["activities"][0].update(planned=False), "planned activities", "/planned"),
        (lambda r: r["plan"]["activities"][0].update(planned=1), "planned activities", "/planned"),
        (lambda r: r["bundle"]["items"][0].update(leaf="03" * 32), "evidence items", "/leaf"),
    ],
)
def test_whatever_changed_is_told_with_its_place(pair, change, title, pointer) -> None:
    _, old, newer = pair
    (changed,) = sections(compare_reports(old, newer(change)))[title].changed
    assert [one.pointer for one in changed.differences] == [pointer]


def test_all_that_has_no_name_is_compared_too(pair) -> None:
    _, old, newer = pair

    def change(results):
        results["facility"]["name"] = "Another"
        results["catalog"]["digest"] = "ff" * 32
        results["note"] = "new"

    pointers = [one.pointer for one in compare_reports(old, newer(change)).facts]
    assert pointers == ["/concludedAt", "/results/catalog/digest", "/results/facility/name", "/results/note"]


def test_what_appears_is_told_and_order_is_no_change(pair) -> None:
    _, old, newer = pair

    def change(results):
        results["findings"].insert(0, {"control": "X-3", "objective": "a", "state": "satisfied"})
        results["controls"].reverse()

    comparison = compare_reports(old, newer(change))
    assert sections(comparison)["findings"].appeared == ("X-3 a",)
    assert sections(comparison)["controls"] == ("controls", (), (), ())


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda r: r["findings"].append(r["findings"][0]), "named twice"),
        (lambda r: r["findings"][0].pop("control"), "'control' is missing"),
        (lambda r: r["findings"].append("X-3"), "must be an object"),
        (lambda r: r.update(findings={}), "must be an array"),
        (lambda r: r["risks"][0].update(id=7), "must be text"),
    ],
)
def test_what_cannot_be_compared_is_refused(pair, change, problem) -> None:
    _, old, newer = pair
    with pytest.raises(StatementError, match=problem):
        compare_reports(old, newer(change))
    with pytest.raises(StatementError):
        compare_reports(old, b"{}")


def test_odd_shapes_around_a_risk_do_not_explain_it(pair) -> None:
    _, old, newer = pair

    def change(results):
        results["risks"].clear()
        results["findings"][0]["state"] = ["satisfied"]

    assert ("risks", "r1") in compare_reports(old, newer(change)).silently_gone
