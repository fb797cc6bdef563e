"""The question `destination`: what follows in a place, with citation and status."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from auditor.model.answer import Answer, Outcome
from auditor.model.law import Status
from auditor.regulation.destinations.destination import Consequence, Destination, destination
from auditor.regulation.destinations.places import Tier
from tests.regulation.small import LAW

DAY = date(2026, 9, 1)


def asked(iso: str, on: date = DAY) -> Answer[Destination]:
    return destination(LAW, on, iso)


def follows(iso: str, on: date = DAY) -> dict[str, Consequence]:
    result = asked(iso, on).result
    assert result is not None
    return {one.id: one for one in result.follows}


def holds(iso: str, on: date = DAY) -> dict[str, bool | None]:
    return {name: one.holds for name, one in follows(iso, on).items()}


BY_PLACE = ("uveu-data-center", "uveu-headquarters", "nveu-location", "country-allocation", "aia")


@pytest.mark.parametrize(
    ("iso", "expected"),
    [
        ("DE", (True, True, True, False, True)),
        ("KE", (True, False, True, True, False)),
        ("VN", (True, False, True, True, False)),
        ("AF", (False, False, False, False, False)),
        ("MO", (False, False, False, False, False)),
        ("HK", (False, False, False, False, False)),
    ],
)
def test_what_follows(iso: str, expected: tuple[bool, ...]) -> None:
    given = holds(iso)
    assert tuple(given[name] for name in BY_PLACE) == expected


def test_the_review_policy_of_each_tier() -> None:
    assert follows("DE")["review-policy"].says.endswith("presumption of approval.")
    assert follows("CN")["review-policy"].says.endswith("presumption of denial.")
    assert (
        "presumption of approval up to the country allocation, policy of denial above"
        in follows("KE")["review-policy"].says
    )


def test_the_allocation_is_the_tables_number() -> None:
    assert "790,000,000 TPP" in follows("KE")["country-allocation"].says
    assert "790,000,000" not in follows("DE")["country-allocation"].says


def test_every_consequence_has_citation_and_status_and_every_step_a_citation() -> None:
    for iso in ("DE", "KE", "CN", "MO", "AE", "NO"):
        answer = asked(iso)
        assert answer.result is not None
        assert all(one.cite and one.status for one in answer.result.follows)
        assert all(step.cite for step in answer.steps)
        standing = {one.provision: one.status for one in answer.standing}
        assert all(standing[one.provision] is one.status for one in answer.result.follows)


def test_the_status_is_that_of_the_day() -> None:
    before, after = date(2025, 5, 12), date(2025, 5, 13)
    assert follows("KE", before)["country-allocation"].status is Status.IN_FORCE
    assert follows("KE", after)["country-allocation"].status is Status.UNENFORCED


def test_norway_names_what_a_yaml_reader_can_make_of_its_code() -> None:
    answer = asked("NO")
    (ambiguity,) = answer.ambiguous
    assert ambiguity.id == "norway-code"
    assert {one.reading for one in ambiguity.readings} == {"place", "truth-value"}
    assert "Supplement No. 5(a)" in next(one.result for one in ambiguity.readings if one.reading == "place")
    assert "no tier" in next(one.result for one in ambiguity.readings if one.reading == "truth-value")
    assert answer.result is not None
    assert answer.result.tier is Tier.SUPPLEMENT_5A
    assert answer.outcome is Outcome.DETERMINED


@pytest.mark.parametrize("iso", ["SE", "KE", "CN", "NG", "NP"])
def test_no_other_place_is_ambiguous_for_its_code(iso: str) -> None:
    assert asked(iso).ambiguous == ()


def test_the_emirates_before_and_after_their_rule() -> None:
    effective = date(2026, 7, 10)
    assert "uae-2026" not in holds("AE", effective - timedelta(days=1))
    special = follows("AE", effective)["uae-2026"]
    assert special.holds is None
    assert "conditions were not found" in special.says
    assert special.status is Status.IN_FORCE
    assert "conditions were not found" in " ".join(asked("AE", effective).cautions)
    assert "uae-2026" not in holds("SA", effective)


def test_the_emirates_say_which_supplement_8_is_meant() -> None:
    (ambiguity,) = asked("AE").ambiguous
    assert ambiguity.id == "supplement-8-name"
    assert len({one.result for one in ambiguity.readings}) == 4
    assert asked("AE", date(2026, 7, 9)).ambiguous == ()


@pytest.mark.parametrize("iso", ["CN", "MO", "HK"])
def test_case_by_case_review_begins_on_its_day(iso: str) -> None:
    begins = date(2026, 1, 15)
    assert "china-case-by-case" not in holds(iso, begins - timedelta(days=1))
    rule = follows(iso, begins)["china-case-by-case"]
    assert rule.holds is None
    assert "exports, not reexports or transfers" in rule.says
    assert "21,000 TPP" in rule.says
    assert "6,500 GB/s" in rule.says
    assert follows(iso, begins)["review-policy"].says.endswith("presumption of denial.")


@pytest.mark.parametrize("iso", ["RU", "IR", "TW", "SG", "KH"])
def test_case_by_case_review_is_for_china_and_macau_alone(iso: str) -> None:
    assert "china-case-by-case" not in holds(iso)


def test_a_blocked_place_says_what_the_guidance_of_31_may_2026_does() -> None:
    before, after = date(2026, 5, 30), date(2026, 5, 31)
    assert "unenforced" in follows("CN", before)["headquartered-here"].says
    assert "enforced in part" in follows("CN", after)["headquartered-here"].says
    assert follows("CN", after)["headquartered-here"].status is Status.IN_PART
    assert "headquartered-here" not in holds("KE", after)


def test_cambodia_opens_with_the_day_it_leaves_d5() -> None:
    left = date(2026, 2, 3)
    assert holds("KH", left - timedelta(days=1))["uveu-data-center"] is False
    assert holds("KH", left)["uveu-data-center"] is True
    assert holds("KH", left)["nveu-location"] is True


@pytest.mark.parametrize(("iso", "on"), [("XX", DAY), ("SU", DAY), ("PR", DAY), ("US", date(2025, 1, 12))])
def test_cannot_be_determined(iso: str, on: date) -> None:
    answer = asked(iso, on)
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert answer.result is None
    assert answer.conclusion.startswith("Cannot be determined: ")


def test_the_groups_are_named_as_the_ear_do() -> None:
    result = asked("MO").result
    assert result is not None
    assert result.groups == ("D:1", "D:3", "D:4")
    assert asked("CN").document()["result"]["tier"] == "Macau or Country Group D:5"
