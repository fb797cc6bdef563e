"""The verdict in the results: it may not say more, nor less, than the findings that are signed with it."""

from __future__ import annotations

import pytest

from auditor.attestation.statements.results import parse_results, verdict_of
from auditor.canon.digest import sha256_hex
from auditor.canon.json import canonical_bytes
from auditor.errors import AttestationError, StatementError

FINDINGS = (
    ("P-1", "SL2", "physical", "satisfied"),
    ("P-1", "SL2", "physical", "other-than-satisfied"),
    ("P-2", "SL3", "physical", "satisfied"),
    ("C-1", "SL2", "cyber", "satisfied"),
)
VERDICT = {
    "satisfied": 3, "total": 4, "level": None,
    "levels": [
        {"level": "SL2", "title": "Low", "reached": False, "satisfied": 1, "total": 2, "binding": ["P-1"]},
        {"level": "SL3", "title": "High", "reached": False, "satisfied": 1, "total": 1, "binding": []},
    ],
    "domains": [
        {"domain": "physical", "satisfied": 2, "total": 3}, {"domain": "cyber", "satisfied": 1, "total": 1},
    ],
}  # fmt: skip
DROP = object()


def told(desk, verdict):
    findings = [dict(zip(("control", "level", "domain", "state"), one, strict=True)) for one in FINDINGS]
    return {**desk.results(), "findings": findings, "verdict": verdict}


def changed(pointer, value, whole=VERDICT):
    """`whole` with another value at `pointer`."""
    step, _, rest = pointer.partition("/")
    key = int(step) if step.isdigit() else step
    copy = list(whole) if isinstance(whole, list) else dict(whole)
    if rest:
        copy[key] = changed(rest, value, copy[key])
    elif value is DROP:
        del copy[key]
    else:
        copy[key] = value
    return copy


def refused(desk, results) -> StatementError:
    """The refusal of a genuine statement about these results; nobody makes it either."""
    document = desk.statement()
    document["predicate"]["results"] = results
    document["subject"][-1]["digest"]["sha256"] = sha256_hex(canonical_bytes(results))
    with pytest.raises(StatementError) as caught:
        parse_results(canonical_bytes(document))
    with pytest.raises(AttestationError, match="no statement can be made of this"):
        desk.payload_for(desk.declared("ada"), results)
    return caught.value


def test_the_verdict_follows_from_the_findings(desk) -> None:
    assert verdict_of(FINDINGS, [{"level": "SL2", "title": "Low"}, {"level": "SL3", "title": "High"}]) == VERDICT
    for verdict in (VERDICT, changed("level", DROP), changed("levels/0/title", "Another"), changed("more", 1)):
        results = told(desk, verdict)
        assert parse_results(desk.payload_for(desk.declared("ada"), results)).results == results


def test_a_level_is_reached_over_those_before_it() -> None:
    levels = [{"level": "SL2"}, {"level": "SL3"}]
    assert verdict_of(FINDINGS[2:], levels)["level"] == "SL3"
    assert verdict_of([*FINDINGS[2:], ("P-9", "SL3", "cyber", "not")], levels)["level"] == "SL2"
    assert verdict_of([*FINDINGS[2:], ("P-9", "SL2", "cyber", "not")], levels)["level"] is None


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("satisfied", 4), ("satisfied", True), ("satisfied", "3"), ("satisfied", DROP), ("total", 3), ("level", "SL3"),
        ("level", "SL2"), ("level", False), ("levels/0/reached", True), ("levels/0/reached", 0),
        ("levels/0/binding", []), ("levels/0/binding/0", "P-2"), ("levels/0/satisfied", 2), ("levels/1/total", 2),
        ("levels/1/reached", True), ("domains/0/satisfied", 3), ("domains/1/domain", "weights"),
    ],
)  # fmt: skip
def test_a_verdict_that_says_otherwise_is_refused_at_its_place(desk, pointer, value) -> None:
    error = refused(desk, told(desk, changed(pointer, value)))
    place = f"statement /predicate/results/verdict/{pointer}"
    assert error.place in (place, f"{place}/0")
    assert "not what the findings come to" in error.problem
    assert "go by the findings" in (error.hint or "")


@pytest.mark.parametrize(
    "levels",
    [
        [], VERDICT["levels"][:1], [*VERDICT["levels"], VERDICT["levels"][0]], [{"title": "Low"}, {"title": "High"}],
        [*VERDICT["levels"], {"level": "SL5", "reached": False, "satisfied": 0, "total": 0, "binding": []}],
        [{"level": ["SL2"]}, {"level": "SL3"}],
    ],
)  # fmt: skip
def test_the_levels_are_those_of_the_findings(desk, levels) -> None:
    error = refused(desk, told(desk, changed("levels", levels)))
    assert error.problem == "must be the levels that the findings are of, each once"


@pytest.mark.parametrize("verdict", [None, "satisfied", [], 7, {}, {"levels": "SL3"}, {"levels": [7]}])
def test_a_verdict_of_another_shape_is_refused(desk, verdict) -> None:
    assert "/predicate/results/verdict" in str(refused(desk, told(desk, verdict)))


@pytest.mark.parametrize(
    "findings",
    [
        None,
        {},
        "",
        [None],
        ["control"],
        [{}],
        [{"control": 1, "level": "SL2", "domain": "cyber", "state": "satisfied"}],
    ],
)
def test_a_verdict_over_what_are_no_findings_is_refused(desk, findings) -> None:
    assert "must be findings" in str(refused(desk, {**told(desk, VERDICT), "findings": findings}))


def test_a_verdict_without_findings_is_refused(desk) -> None:
    results = told(desk, VERDICT)
    del results["findings"]
    assert "'findings' is missing" in str(refused(desk, results))


def test_a_name_without_end_does_not_make_a_message_without_end(desk) -> None:
    verdict = changed("levels/0/binding/0", "x")
    results = told(desk, verdict)
    for finding in results["findings"][:2]:
        finding["control"] = "P" * 1_000_000
    assert len(str(refused(desk, results))) < 1000
