"""Tiers of places: the lists, their changes, Macau, Hong Kong, and codes that are none."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from auditor.model.answer import Answer, Outcome
from auditor.model.base import Frozen
from auditor.regulation.destinations.places import Tier, blocked, groups, in_5a, strictest, tier, treated_as
from auditor.regulation.tables.law import Law
from auditor.regulation.working import Working
from tests.regulation.small import LAW, newer

DAY = date(2026, 7, 23)
FIVE_A = [
    "AU", "BE", "CA", "DK", "FI", "FR", "DE", "IE", "IT", "JP", "NL", "NZ", "NO", "KR", "ES", "SE", "TW",
    "GB", "US",
]  # fmt: skip
D_FIVE = [
    "AF", "BY", "CD", "CF", "CN", "CU", "ER", "HT", "IQ", "IR", "KP", "LB", "LY", "MM", "NI", "RU", "SD",
    "SO", "SS", "SY", "VE", "ZW",
]  # fmt: skip


class Found(Frozen):
    tier: Tier
    blocked: bool
    in_5a: bool
    groups: tuple[str, ...]


def asked(iso: str, on: date = DAY, law: Law = LAW) -> Answer[Found]:
    work = Working(law, on, "tier")

    def compute() -> tuple[str, Found]:
        names = tuple(row.places for row in groups(work, iso))
        return "", Found(tier=tier(work, iso), blocked=blocked(work, iso), in_5a=in_5a(work, iso), groups=names)

    return work.answered(compute)


def found(iso: str, on: date = DAY, law: Law = LAW) -> Found:
    result = asked(iso, on, law).result
    assert result is not None
    return result


@pytest.mark.parametrize("iso", FIVE_A)
def test_supplement_5a(iso: str) -> None:
    assert found(iso).tier is Tier.SUPPLEMENT_5A
    assert found(iso).in_5a
    assert not found(iso).blocked


@pytest.mark.parametrize("iso", [*D_FIVE, "MO", "HK"])
def test_blocked(iso: str) -> None:
    assert found(iso).tier is Tier.BLOCKED
    assert found(iso).blocked
    assert not found(iso).in_5a


@pytest.mark.parametrize("iso", ["AE", "KE", "SG", "CH", "AT", "IL", "IN", "VN", "XK", "KH", "LA"])
def test_neither_list(iso: str) -> None:
    assert found(iso).tier is Tier.OTHER
    assert not found(iso).blocked
    assert not found(iso).in_5a


def test_cambodia_leaves_d5_on_the_day() -> None:
    left = date(2026, 2, 3)
    assert found("KH", left - timedelta(days=1)).tier is Tier.BLOCKED
    assert found("KH", left).tier is Tier.OTHER
    assert "d-5" in found("KH", left - timedelta(days=1)).groups
    assert found("KH", left).groups == ("d-1",)


def test_a_place_that_left_d5_says_when_and_by_what() -> None:
    says = asked("KH").steps[0].says
    assert "until 2026-02-03" in says
    assert "2026-02262" in says


def test_an_earlier_answer_does_not_know_of_a_later_change() -> None:
    assert "2026-02-03" not in asked("KH", date(2026, 2, 2)).model_dump_json(exclude={"standing", "cautions"})


def test_the_emirates_change_groups_on_the_day_and_keep_their_tier() -> None:
    moved = date(2026, 7, 10)
    before, after = found("AE", moved - timedelta(days=1)), found("AE", moved)
    assert {"d-3", "d-4"} <= set(before.groups)
    assert "a-5" not in before.groups
    assert "a-5" in after.groups
    assert not {"d-3", "d-4"} & set(after.groups)
    assert before.tier is after.tier is Tier.OTHER


def test_macau_is_in_no_d5_and_blocked_all_the_same() -> None:
    assert "d-5" not in found("MO").groups
    assert "no Country Group D:5" in asked("MO").steps[0].says
    assert asked("MO").steps[0].used


def test_hong_kong_has_chinas_groups_and_says_so() -> None:
    assert treated_as("HK") == "CN"
    assert found("HK").groups == found("CN").groups
    assert "treated with China (CN)" in asked("HK").steps[0].says
    assert any("recalled" in one for one in asked("HK").cautions)


@pytest.mark.parametrize("iso", [*FIVE_A, *D_FIVE, "MO"])
def test_every_other_place_is_treated_as_itself(iso: str) -> None:
    assert treated_as(iso) == iso


@pytest.mark.parametrize("iso", ["XX", "ZZ", "EU", "UK", "no", "", "NOR", "QQ"])
def test_no_code(iso: str) -> None:
    answer = asked(iso)
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert answer.result is None
    assert answer.missing[0].fix


@pytest.mark.parametrize("iso", ["SU", "YU", "AN", "DD", "CS"])
def test_a_retired_code(iso: str) -> None:
    answer = asked(iso)
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert "withdrawn from ISO 3166-1" in answer.missing[0].why


@pytest.mark.parametrize("iso", ["PR", "GU", "GL", "KY", "BM"])
def test_a_territory_on_no_list_has_no_tier_but_is_not_blocked(iso: str) -> None:
    answer = asked(iso)
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert "none of the lists" in answer.missing[0].why
    assert not blocked(Working(LAW, DAY, "blocked"), iso)


def test_before_the_lists_begin() -> None:
    for iso in ("US", "CN", "KE", "MO"):
        assert asked(iso, date(2025, 1, 12)).outcome is Outcome.CANNOT_BE_DETERMINED
        assert asked(iso, date(2025, 1, 13)).outcome is Outcome.DETERMINED


def test_after_the_tables_the_age_of_the_lists_is_said() -> None:
    answer = asked("KE", date(2030, 1, 1))
    assert answer.result is not None
    assert any("last seen on 2026-07-23" in one for one in answer.cautions)
    assert any("last seen on 2025-12-12" in one for one in answer.cautions)
    assert not any("last seen" in one for one in asked("KE", date(2025, 12, 12)).cautions)


NEWER = """
    rows:
      - id: {places}
        title: "{places}"
        cite: "test"
        source: fr-2025-00636
        confidence: primary
        provision: supplement-5
        since: 2025-01-13
        seen: 2027-01-01
        changes:
          - date: {date}
            iso: "{iso}"
            name: "test"
            change: {change}
            cite: "9 FR 9"
            source: fr-2025-00636
            confidence: primary
"""


def change(places: str, iso: str, on: str, what: str) -> Law:
    return newer(destinations=NEWER.format(places=places, iso=iso, date=on, change=what))


def test_a_newer_table_puts_a_place_into_5b() -> None:
    law = change("supplement-5b", "AE", "2027-01-01", "added")
    assert found("AE", date(2027, 1, 1), law).tier is Tier.SUPPLEMENT_5B
    assert found("AE", date(2026, 12, 31), law).tier is Tier.OTHER


def test_d5_prevails_over_supplement_5() -> None:
    law = change("d-5", "US", "2027-01-01", "added")
    assert found("US", date(2027, 1, 1), law).tier is Tier.BLOCKED
    assert not found("US", date(2027, 1, 1), law).in_5a


def test_a_later_table_changes_no_earlier_answer() -> None:
    law = change("supplement-5a", "NO", "2027-01-01", "removed")
    for on in (date(2025, 1, 13), date(2026, 12, 31)):
        assert found("NO", on, law) == found("NO", on)
    assert found("NO", date(2027, 1, 1), law).tier is Tier.OTHER
    assert "until 2027-01-01" in asked("NO", date(2027, 1, 1), law).steps[0].says


def test_strictest() -> None:
    for index, milder in enumerate(Tier):
        for stricter in tuple(Tier)[index:]:
            assert strictest([milder, stricter]) is strictest([stricter, milder]) is stricter
    with pytest.raises(ValueError, match="empty"):
        strictest([])
