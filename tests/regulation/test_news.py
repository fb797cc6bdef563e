"""Every number of the five well-known news summaries of the AI Diffusion rule, from our tables.

News counts "advanced GPUs"; the rule counts TPP. The conversion takes every GPU to be an NVIDIA H100 SXM: 3,958 TFLOPS
at 8 bits with sparsity, half of it dense, 1,979 x 8 = 15,832 TPP. It is the product's own (`as_chips`), which states
the assumption in its answer.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from auditor.model.answer import Answer, Outcome
from auditor.model.law import Allocation, Limit
from auditor.regulation.chips.chip import Equivalents, as_chips
from tests.regulation.small import LAW
from tests.regulation.test_accelerators import CHIPS

DAY = date(2025, 2, 1)
H100 = CHIPS["nvidia-h100-sxm"]


def limit(name: str) -> Limit:
    row = LAW.limit(name, DAY)
    assert row is not None
    return row


def allocation(quarter: str) -> Allocation:
    row = LAW.allocation(quarter, DAY)
    assert row is not None
    return row


def converted(amount: Decimal | Limit | Allocation, chip: str = "nvidia-h100-sxm") -> Answer[Equivalents]:
    answer = as_chips(LAW, DAY, amount, CHIPS[chip])
    assert answer.outcome is Outcome.DETERMINED
    return answer


def count(amount: Decimal | Limit | Allocation, chip: str = "nvidia-h100-sxm") -> int:
    result = converted(amount, chip).result
    assert result is not None
    assert result.tpp * result.count + result.remainder == result.amount
    assert 0 <= result.remainder < result.tpp
    return result.count


def test_about_1700_advanced_gpus_a_year_without_a_licence_under_lpp() -> None:
    assert count(limit("lpp.year.tpp")) == 1_699  # 26,900,000 / 15,832
    assert round(1_699, -2) == 1_700


def test_about_50000_advanced_gpus_for_a_country_from_2025_to_2027() -> None:
    assert count(limit("country.allocation")) == 49_898  # 790,000,000 / 15,832
    assert round(49_898, -3) == 50_000


def test_about_100000_with_the_cap_doubled_by_government_assurances() -> None:
    increase = limit("country.assurances.percent")
    assert increase.value == 100
    doubled = limit("country.allocation").value * (100 + increase.value) / 100
    assert doubled == 1_580_000_000
    assert round(count(doubled), -3) == 100_000


def test_about_320000_advanced_gpus_for_a_national_veu_by_the_end_of_2027() -> None:
    assert count(allocation("2027-Q4")) == 319_858  # 5,064,000,000 / 15,832
    assert round(319_858, -4) == 320_000


def test_7_percent_of_a_universal_veus_compute_in_any_one_country() -> None:
    row = limit("uveu.single-country.percent")
    assert (row.value, row.unit) == (7, "percent")


def test_18_allies_that_need_no_cap_besides_the_united_states() -> None:
    allies = set(LAW.members("supplement-5a", DAY)) - {"US"}
    assert len(allies) == 18
    assert {"GB", "JP", "TW", "NL", "KR", "NO"} <= allies
    assert not {"IL", "CH", "PL", "IN", "AE"} & allies


def test_120_days_from_publication_to_compliance() -> None:
    published, effective = LAW.events["ai-diffusion-published"], LAW.events["ai-diffusion-effective"]
    compliance = LAW.paragraph("supplement-10.6", DAY)
    assert compliance is not None
    assert compliance.compliance == date(2025, 5, 15)
    assert (compliance.compliance - published.date).days == 120
    assert (compliance.compliance - effective.date).days == 122, "counted from the day it took effect, two more"


def test_10_to_26_operations_for_model_weights() -> None:
    assert limit("4e091.operations").value == Decimal(10) ** 26


@pytest.mark.parametrize(
    "amount", [limit("lpp.year.tpp"), limit("country.allocation"), allocation("2027-Q4"), Decimal(26_900_000)]
)
def test_the_conversion_states_its_assumption_and_its_steps(amount: Decimal | Limit | Allocation) -> None:
    answer = converted(amount)
    assert "NVIDIA H100 SXM of 15,832 TPP each, taking every chip to be one" in answer.conclusion
    assert any("1,979 x 8 bits = 15,832" in step.says for step in answer.steps)
    assert any("the law counts TPP, and other chips give other numbers" in step.says for step in answer.steps)
    assert "ccl-3a090" in {standing.provision for standing in answer.standing}


def test_an_amount_of_law_brings_its_row_and_standing() -> None:
    answer = converted(limit("lpp.year.tpp"))
    assert answer.steps[0].cite == "740.29"
    assert "licence-exceptions" in {standing.provision for standing in answer.standing}


@pytest.mark.parametrize(("chip", "expected"), [("nvidia-a100-sxm-80gb", 5_388), ("nvidia-b200", 747)])
def test_other_chips_give_other_numbers(chip: str, expected: int) -> None:
    assert count(limit("lpp.year.tpp"), chip) == expected


@pytest.mark.parametrize(
    ("amount", "chips"), [("0", 0), ("15831.99", 0), ("15832", 1), ("31663.999999", 1), ("31664", 2)]
)
def test_only_whole_chips_count(amount: str, chips: int) -> None:
    assert count(Decimal(amount)) == chips


@pytest.mark.parametrize("name", ["uveu.single-country.percent", "4e091.operations", "uveu.transfer.days"])
def test_a_limit_that_counts_no_tpp_is_no_number_of_chips(name: str) -> None:
    answer = as_chips(LAW, DAY, limit(name), H100)
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert "not TPP" in answer.missing[0].why


def test_a_chip_of_unknown_tpp_is_no_measure() -> None:
    answer = as_chips(LAW, DAY, limit("lpp.year.tpp"), CHIPS["cerebras-wse-3"])
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
