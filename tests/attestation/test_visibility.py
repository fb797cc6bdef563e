"""What a finding lets a reader see: results of a wrong shape are refused, and so are results that ask for too much."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.attestation import visibility
from auditor.attestation.visibility import visible_evidence
from auditor.errors import StatementError, UnverifiableError
from tests.attestation.conftest import bend

ROW = "/observations/0/exceptions/0/evidence/0"
KEY = {"control": "X", "objective": "a"}
RESULTS: dict[str, Any] = {
    "bundle": {"coverage": [{"stream": "s", "items": ["a", "b"]}]},
    "plan": {"activities": [{**KEY, "streams": ["s", "unknown"]}]},
    "observations": [{**KEY, "exceptions": [{"evidence": [{"item": "c", "record": 3}, {"item": "a", "record": 1}]}]}],
    "findings": [KEY],
}


def test_a_finding_rests_on_what_its_streams_deliver_and_on_what_it_cites() -> None:
    [sight] = visible_evidence(RESULTS, [], set(), {"c": {3}})
    assert sight.seen == {"whole": 0, "records": 1, "described": 0, "withheld": 2}
    assert [tuple(one) for one in sight.cited] == [("a", "withheld", (1,), ()), ("c", "records", (3,), (3,))]
    assert (sight.total, sight.complete) == (3, False)


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("/bundle/coverage/0/items", "ab"), ("/bundle/coverage/0/items/0", 1), ("/bundle/coverage/0/stream", None),
        ("/plan/activities/0/streams", "s"), ("/plan/activities/0/streams/0", 1), ("/plan/activities/0/control", 7),
        ("/plan/activities/0/objective", None), ("/plan/activities", {}), ("/observations/0/exceptions", "x"),
        (f"{ROW}/item", None), (f"{ROW}/record", True),
        (f"{ROW}/record", "3"), (f"{ROW}/record", ...),
        ("/observations/0/control", []), ("/findings/0/control", 1), ("/findings/0/objective", ...), ("/findings", "X"),
    ],
)  # fmt: skip
def test_results_of_another_shape_are_refused(pointer: str, value: object) -> None:
    with pytest.raises(StatementError, match="do not tie their findings"):
        visible_evidence(bend(RESULTS, pointer, value), [], set(), {})


def results_of(count: int, streams: list[str], rows: int = 0) -> dict[str, Any]:
    """Results of `count` findings, each of them resting on `streams` (of 98 items each) and citing `rows` records."""
    keys = [{"control": f"C{number}", "objective": "a"} for number in range(count)]
    cited = [{"item": "c", "record": number} for number in range(rows)]
    return {
        "bundle": {"coverage": [{"stream": one, "items": [f"{one}{n}" for n in range(98)]} for one in set(streams)]},
        "plan": {"activities": [{**key, "streams": [stream]} for key, stream in zip(keys, streams, strict=True)]},
        "observations": [{**key, "exceptions": [{"evidence": cited}]} for key in keys],
        "findings": keys,
    }


def test_what_many_findings_rest_on_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visibility, "MOST_LOOKED_UP", 98)
    results = results_of(50, ["s"] * 50)
    results["findings"] *= 50
    sights = visible_evidence(results, [], set(), {})
    assert len(sights) == 2500
    assert {one.seen["withheld"] for one in sights} == {98}


@pytest.mark.parametrize(
    ("fits", "more"),
    [
        (results_of(10, [f"s{n}" for n in range(10)]), results_of(11, [f"s{n}" for n in range(11)])),
        (results_of(1, ["s"], rows=881), results_of(1, ["s"], rows=882)),
        (results_of(8, ["s"] * 8, rows=109), results_of(9, ["s"] * 9, rows=109)),
    ],
    ids=["items", "records of one", "records of many"],
)
def test_much_evidence_of_many_findings_is_not_looked_up_without_end(
    fits: dict[str, Any], more: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visibility, "MOST_LOOKED_UP", 980)
    assert len(visible_evidence(fits, [], set(), {})) == len(fits["findings"])
    with pytest.raises(UnverifiableError, match="more evidence than is looked up"):
        visible_evidence(more, [], set(), {})
