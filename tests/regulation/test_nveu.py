"""NVEU allocations: the table's values, boundaries, quarters, attrition, several NVEUs, and what is unspecified."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.errors import UnknownReferenceError
from auditor.model.answer import Answer, Outcome
from auditor.model.facts import Condition
from auditor.regulation.quantities.holdings import Lot
from auditor.regulation.quantities.installed import first_day, quarter_of, quarters
from auditor.regulation.quantities.nveu import National, nveu
from tests.regulation import small
from tests.regulation.quantities import AS_OF, BASE, facts, lot

K = 8000
Q1_2026 = 1_899_000_000 // K  # 237,375 chips are exactly the allocation of the first quarter of 2026
TABLE = {
    "2025-Q1": 633_000_000, "2025-Q2": 949_500_000, "2025-Q3": 1_266_000_000, "2025-Q4": 1_582_500_000,
    "2026-Q1": 1_899_000_000, "2026-Q2": 2_690_250_000, "2026-Q3": 3_481_500_000, "2026-Q4": 4_272_750_000,
    "2027-Q1": 5_064_000_000, "2027-Q2": 5_064_000_000, "2027-Q3": 5_064_000_000, "2027-Q4": 5_064_000_000,
}  # fmt: skip


def ask(
    lots: tuple[Lot, ...], party: str = "in", country: str = "IN", plan: tuple[str, ...] = (),
    made: tuple[str, ...] = (), as_of: date = AS_OF, base: str = BASE,
) -> Answer[National]:  # fmt: skip
    file = facts(shipments=made, plan=plan, base=base)
    return nveu(small.LAW, as_of, file, lots, party, country, "plan" if plan else None)


def result(*words: object, **more: object) -> National:
    answer = ask(*words, **more)  # type: ignore[arg-type]
    assert answer.result is not None, answer.conclusion
    return answer.result


def test_every_quarter_of_the_table_is_given() -> None:
    found = result((lot("in-1", 1, on=None),), as_of=date(2025, 1, 15))
    assert {one.quarter: one.allocation for one in found.quarters} == TABLE
    assert found.until == date(2027, 12, 31)


@pytest.mark.parametrize(("count", "broken"), [(Q1_2026, False), (Q1_2026 + 1, True)])
def test_exactly_the_allocation_is_permitted(count: int, broken: bool) -> None:
    found = result((lot("in-1", count),))
    assert (found.breach is not None) is broken
    assert found.quarters[0].within is not broken
    assert found.points[0].within is not broken
    assert found.quarters[0].headroom == 0
    shipped = result((), plan=(f"a 2026-03-31 k {count} in-1 nveu",))
    assert shipped.effects[0].within is not broken
    if found.breach:
        assert (found.breach.date, found.breach.quarter, found.breach.over) == (AS_OF, "2026-Q1", K)


def test_the_breach_is_the_day_of_the_shipment_that_exceeds_its_quarter() -> None:
    # 98,906 chips more are within the second quarter's allocation, one more is not.
    plan = ("a 2026-03-31 k 1 in-1 nveu", "b 2026-04-01 k 98906 in-1 nveu")
    assert result((lot("in-1", Q1_2026 - 1),), plan=plan).breach is None
    found = result((lot("in-1", Q1_2026),), plan=plan[1:])
    assert found.breach is None
    found = result((lot("in-1", Q1_2026),), plan=("b 2026-04-01 k 98907 in-1 nveu",))
    assert found.breach is not None
    assert (found.breach.date, found.breach.quarter, found.breach.over) == (date(2026, 4, 1), "2026-Q2", 6000)
    plan = ("a 2026-03-31 k 2 in-1 nveu",)
    found = result((lot("in-1", Q1_2026 - 1),), plan=plan)
    assert found.breach is not None
    assert (found.breach.date, found.breach.shipments) == (date(2026, 3, 31), ("a",))
    assert result((lot("in-1", Q1_2026 - 1),), plan=("a 2026-04-01 k 2 in-1 nveu",)).breach is None


def test_quarters_do_not_add_up() -> None:
    found = result((lot("in-1", Q1_2026),))
    assert [one.headroom for one in found.quarters[:2]] == [Decimal(0), Decimal(2_690_250_000 - 1_899_000_000)]


def test_the_highest_day_of_a_quarter_counts() -> None:
    plan = ("a 2026-04-10 k 50 in-1 nveu", "b 2026-05-10 k 60 no-in uveu in-1")
    found = result((lot("in-1", 100),), plan=plan)
    assert (found.quarters[1].peak, found.quarters[1].peak_on) == (150 * K, date(2026, 4, 10))
    assert found.quarters[2].peak == 90 * K


@pytest.mark.parametrize("condition", [c for c in Condition if c not in (Condition.INSTALLED, Condition.TRANSFERRED)])
def test_attrition_is_left_out(condition: Condition) -> None:
    found = result((lot("in-1", Q1_2026), lot("in-1", 5, condition=condition)))
    assert found.breach is None
    assert found.attrition == 5 * K


def test_transferred_and_not_installed_counts_and_is_shown_apart() -> None:
    found = result((lot("in-1", Q1_2026), lot("in-1", 1, condition=Condition.TRANSFERRED)))
    assert (found.installed, found.transferred) == (Q1_2026 * K, K)
    assert found.breach is not None


def test_only_the_country_and_the_partys_own_chips_count() -> None:
    found = result((lot("in-1", 10), lot("no-in", 500), lot("no-br", 700), lot("in-1", 3, owner="us")))
    assert found.points[0].tpp == 10 * K


def test_another_member_of_the_group_is_shown_and_not_counted() -> None:
    answer = ask((lot("no-in", Q1_2026), lot("no-in2", 1)), "no")
    assert answer.result is not None
    assert answer.result.breach is None
    assert answer.result.family == K
    assert any("counting them, the allocation is first exceeded on 2026-03-01" in one for one in answer.cautions)


def test_a_member_with_an_nveu_of_its_own_has_its_own_allocation() -> None:
    base = BASE.replace("name: Datter,", 'name: Datter, veu: [nveu], nveu_countries: ["IN"],')
    answer = ask((lot("no-in", Q1_2026), lot("no-in2", 1)), "no", base=base)
    assert answer.result is not None
    assert answer.result.family == 0
    assert not any("not counted" in one for one in answer.cautions)


def test_after_the_table_nothing_is_specified() -> None:
    answer = ask((lot("in-1", 10),), plan=("a 2028-01-01 k 1 in-1 nveu",))
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert "2028-Q1" in answer.missing[0].what
    assert answer.missing[0].place is not None
    assert answer.result is not None
    assert answer.result.quarters[-1].allocation is None
    assert ask((lot("in-1", 10),), plan=("a 2027-12-31 k 1 in-1 nveu",)).outcome is Outcome.DETERMINED


def test_a_day_after_the_table_has_no_headroom_to_tell() -> None:
    answer = ask((lot("in-1", 10),), as_of=date(2028, 2, 1))
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert "cannot be determined" in answer.conclusion


def test_before_the_table_nothing_can_be_determined() -> None:
    assert ask((lot("in-1", 10, on=None),), as_of=date(2024, 12, 31)).outcome is Outcome.CANNOT_BE_DETERMINED


def test_macau_and_d5_are_barred() -> None:
    found = ask((lot("no-cn", 1),), "no", "CN")
    assert found.result is not None
    assert found.result.barred
    assert "no NVEU may have a data center" in found.conclusion
    assert not result((lot("in-1", 1),)).barred


def test_the_assurances_ambiguity_is_named_until_the_nveu_is_granted() -> None:
    answer = ask((lot("in-1", 1),))
    (named,) = answer.ambiguous
    assert named.id == "nveu-assurances"
    assert {one.reading for one in named.readings} == {"condition", "may-be-sought"}
    base = BASE.replace("name: Bharat,", 'name: Bharat, veu: [nveu], nveu_countries: ["IN"],')
    assert ask((lot("in-1", 1),), base=base).ambiguous == ()


@pytest.mark.parametrize(
    ("party", "country", "more", "same"),
    [
        ("no", "IN", "", True),  # of Supplement 5(a) by headquarters and ultimate parent: paragraph 12 asks for none
        ("in", "IN", "", False),
        ("in", "IN", "    assurances: [{country: IN, since: 2026-01-01, what: an arrangement}]\n", True),
        ("in", "IN", "    assurances: [{country: BR, since: 2026-01-01, what: an arrangement}]\n", False),
        ("homeless", "IN", "", False),
    ],
)
def test_where_an_arrangement_is_not_needed_both_readings_agree(
    party: str, country: str, more: str, same: bool
) -> None:  # fmt: skip
    (named,) = ask((lot("in-1", 1),), party, country, base=BASE + more).ambiguous
    assert named.id == "nveu-assurances"
    assert (len({one.result for one in named.readings}) == 1) is same


def test_a_transfer_of_more_than_there_is_contradicts() -> None:
    answer = ask((lot("in-1", 4),), plan=("a 2026-04-01 k 5 no-in uveu in-1",))
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert "more k" in answer.missing[0].what


def test_unknown_party_and_place() -> None:
    with pytest.raises(UnknownReferenceError):
        ask((), "nobody")
    assert ask((), country="ZZ").outcome is Outcome.CANNOT_BE_DETERMINED


def test_effects_show_each_shipment() -> None:
    plan = ("b 2026-05-01 small 9 in-1 nveu", "a 2026-04-01 k 2 in-1 nveu", "c 2026-06-01 k 2 no-1")
    one, two = result((), plan=plan).effects
    assert (one.shipment, one.before, one.after, one.new_site) == ("a", 0, 2 * K, True)
    assert (two.tpp, two.new_site, two.within) == (0, False, True)


@pytest.mark.parametrize(
    ("day", "quarter"),
    [("2026-03-31", "2026-Q1"), ("2026-04-01", "2026-Q2"), ("2026-12-31", "2026-Q4"), ("2027-01-01", "2027-Q1")],
)
def test_quarters_of_days(day: str, quarter: str) -> None:
    found = quarter_of(date.fromisoformat(day))
    assert found == quarter
    assert first_day(quarter) <= date.fromisoformat(day)
    assert list(quarters("2026-Q3", "2027-Q2")) == ["2026-Q3", "2026-Q4", "2027-Q1", "2027-Q2"]
    assert list(quarters("2026-Q3", "2026-Q2")) == []


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 28), st.integers(4, 12), st.integers(1, 40)), max_size=5), st.randoms())
def test_order_does_not_matter_and_more_is_never_less(planned: list[tuple[int, int, int]], random: object) -> None:
    plan = [f"p{n} 2026-{month:02}-{day:02} k {count} in-1 nveu" for n, (day, month, count) in enumerate(planned)]
    other = list(plan)
    random.shuffle(other)  # type: ignore[attr-defined]
    before = result((lot("in-1", 10),), plan=tuple(plan))
    assert before == result((lot("in-1", 4), lot("in-1", 6)), plan=tuple(other))
    more = result((lot("in-1", 11),), plan=tuple(plan))
    assert all(b.tpp + K == m.tpp for b, m in zip(before.points, more.points, strict=True))
    assert all(b.peak <= m.peak for b, m in zip(before.quarters, more.quarters, strict=True))
