"""Properly signed results of any shape: verdicts that contradict their findings, and everything else that is no result.

The page's own code in node beside the command line, and then the page itself, which has to show what it passed.
"""

from __future__ import annotations

import base64
from typing import Any

import pytest

from auditor.attestation.statements.results import parse_results
from auditor.errors import StatementError
from tests.browser import factory
from tests.browser.core import FAILED, OPEN, PASSED, Core
from tests.browser.drive import Browser
from tests.browser.shapes import CONCLUSIONS, CONTRADICTIONS, LONG, SHAPES, TIED, UNTIED, UNTOLD, signed, too_much
from tests.browser.test_report_verdicts import require_same


@pytest.fixture(scope="module")
def report(whole: factory.Files) -> bytes:
    return whole["report.dsse.json"]


# --- the verdict and the findings


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_verdict_that_is_not_what_the_findings_come_to_fails_in_both(core: Core, report: bytes, name: str) -> None:
    found = require_same(core, signed(CONTRADICTIONS[name])(report))
    assert (found["class"], found["signed"]) == (FAILED, None)
    assert "results/verdict" in found["problem"] or "results/findings" in found["problem"]


@pytest.mark.parametrize("name", CONCLUSIONS)
def test_a_verdict_that_follows_from_the_findings_passes_in_both(core: Core, report: bytes, name: str) -> None:
    assert require_same(core, signed(CONCLUSIONS[name])(report))["class"] == PASSED


@pytest.mark.parametrize(
    ("name", "place", "problem"),
    [
        ("one more satisfied", "/verdict/satisfied", "not what the findings come to, which is 6: got 7"),
        ("nothing in the way", "/verdict/levels/0/binding/0", "not what the findings come to, which is X-01"),
        ("a rung of another name", "/verdict/levels", "must be the levels that the findings are of, each once"),
        ("a finding of no level", "/findings", "must be findings"),
    ],
)
def test_the_place_is_told(report: bytes, name: str, place: str, problem: str) -> None:
    payload = factory.payload_of(signed(CONTRADICTIONS[name])(report))
    with pytest.raises(StatementError, match=problem) as refused:
        parse_results(payload)
    assert refused.value.place == f"statement /predicate/results{place}"


# --- everything else


@pytest.mark.parametrize("name", SHAPES)
def test_results_of_any_shape_have_the_same_verdict_in_both(core: Core, report: bytes, name: str) -> None:
    assert require_same(core, signed(SHAPES[name])(report))["class"] == PASSED


SHOW = """
const [{ reports, trust, at }] = given;
const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
const complaints = [];
for (const kind of ['error', 'unhandledrejection'])
  addEventListener(kind, (event) => complaints.push(String(event.message ?? event.reason)));
const seen = [];
for (const report of reports) {
  const { class: found } = await verifyFiles([['report.dsse.json', bytes(report)]], bytes(trust), at);
  const result = document.getElementById('result');
  seen.push({
    found,
    heading: document.getElementById('verdict-heading').textContent,
    text: result.textContent,
    odd: result.querySelectorAll('img, script, b, iframe, [onerror]').length + (window.owned ?? 0),
  });
}
await new Promise((go) => setTimeout(go, 0));
return { seen, complaints };
"""


def shown(page: Browser, *reports: bytes) -> list[dict[str, Any]]:
    """What the page shows of each report, one after the other."""
    given = {
        "reports": [base64.b64encode(one).decode() for one in reports],
        "trust": base64.b64encode(factory.TRUST.read_bytes()).decode(),
        "at": str(factory.now()),
    }
    said = page.run(SHOW, given)
    assert said["complaints"] == []
    found: list[dict[str, Any]] = said["seen"]
    return found


def test_results_of_any_shape_are_shown_as_text(page: Browser, report: bytes) -> None:
    told = {name: change for name, change in SHAPES.items() if name.split(":")[0] not in UNTOLD}
    seen = shown(page, *(signed(change)(report) for change in told.values()))
    for name, one in zip(told, seen, strict=True):
        assert (one["found"], one["heading"], one["odd"]) == (PASSED, "Passed, with the stated limits", 0), name
        assert not {"\u202e", "\u2066", "\u200f", "\u2028", "\u0000", "\u0007"} & set(one["text"]), name
        for foreign in ("undefined", "[object", "native code", "function", "NaN", LONG):
            assert foreign not in one["text"], name


# --- in a package, where findings are tied to evidence


@pytest.mark.parametrize("name", TIED)
def test_what_ties_findings_to_evidence_is_looked_up(core: Core, name: str) -> None:
    found = core.verify(factory.make_package(alter=signed(TIED[name])))
    assert (found["class"], found["problem"]) == (PASSED, None)
    assert len(found["added"]["visible"]) == len(found["signed"]["findings"])


@pytest.mark.parametrize("name", UNTIED)
def test_what_does_not_tie_findings_to_evidence_fails(core: Core, name: str) -> None:
    found = core.verify(factory.make_package(alter=signed(UNTIED[name])))
    assert (found["class"], found["code"]) == (FAILED, "verification.statement")


def test_more_than_can_be_looked_up_cannot_be_verified_here(core: Core) -> None:
    found = core.verify(factory.make_package(alter=signed(too_much)))
    assert (found["class"], found["signed"]) == (OPEN, None)
    assert "more evidence than this page can look up" in found["problem"]
