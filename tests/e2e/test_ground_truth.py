"""The samples against their ground truth: what was planted is found, what only looks like it is not."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.e2e.conftest import SAMPLES, Attested
from tests.samples.names import hider


def truth(facility: str) -> dict[str, Any]:
    """What was planted, persons under the pseudonyms that results show."""
    value: dict[str, Any] = yaml.safe_load((SAMPLES / facility / "expected" / "ground-truth.yaml").read_text())
    for planted in (*value["violations"], *value["look_alikes"]):
        planted["subject"] = hider(facility)(str(planted["subject"]))
    return value


def exceptions(results: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"control": o["control"], "objective": o["objective"], **exception}
        for o in results["observations"]
        for exception in o["exceptions"]
    ]


def matches(planted: dict[str, Any], found: dict[str, Any]) -> bool:
    return all(
        str(found.get(field)) == str(planted[field])
        for field in ("control", "objective", "certainty", "subject", "began", "ended")
        if planted.get(field) is not None
    )


def test_the_sound_facility_is_satisfied_throughout(fjordheim: Attested) -> None:
    verdict = fjordheim.results["verdict"]
    assert (verdict["satisfied"], verdict["level"]) == (verdict["total"], "SL4"), fjordheim.done.out
    assert fjordheim.done.code == 0
    assert exceptions(fjordheim.results) == []


def test_every_planted_violation_is_found_and_nothing_else(
    skarvoy: Attested, capsys: pytest.CaptureFixture[str]
) -> None:
    planted = truth("skarvoy")["violations"]
    found = exceptions(skarvoy.results)
    missed = [p for p in planted if not any(matches(p, f) for f in found)]
    unplanned = [f for f in found if not any(matches(p, f) for p in planted)]
    with capsys.disabled():
        print(
            f"\nplanted {len(planted)}, found {len(planted) - len(missed)} (recall "
            f"{100 * (len(planted) - len(missed)) // len(planted)} %); reported {len(found)}, of these planted "
            f"{len(found) - len(unplanned)} (precision {100 * (len(found) - len(unplanned)) // len(found)} %)"
        )
    assert missed == []
    assert unplanned == []


def test_every_control_has_a_planted_violation(skarvoy: Attested) -> None:
    assert {p["control"] for p in truth("skarvoy")["violations"]} == {c["id"] for c in skarvoy.results["controls"]}


@pytest.mark.parametrize("facility", ["fjordheim", "skarvoy"])
def test_no_look_alike_is_found(facility: str, request: pytest.FixtureRequest) -> None:
    attested: Attested = request.getfixturevalue(facility)
    look_alikes = truth(facility)["look_alikes"]
    assert look_alikes
    found = {(f["control"], f["subject"]) for f in exceptions(attested.results)}
    assert [a for a in look_alikes if (a["control"], a["subject"]) in found] == []


def test_planted_rows_are_the_rows_cited(skarvoy: Attested) -> None:
    found = exceptions(skarvoy.results)
    checked = 0
    for planted in truth("skarvoy")["violations"]:
        for where in planted.get("where") or []:
            cited = {(e["item"], e["record"]) for f in found if matches(planted, f) for e in f["evidence"]}
            records = where["records"] if "records" in where else [where["record"]]
            assert any((where["item"], record) in cited for record in records), planted
            checked += 1
    assert checked >= 10


def test_a_month_of_records_was_assessed(skarvoy: Attested) -> None:
    assert sum(item["rows"] for item in skarvoy.results["bundle"]["items"]) > 200_000
    assert skarvoy.results["bundle"]["rejectCount"] == 0
