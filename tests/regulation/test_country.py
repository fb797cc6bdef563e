"""The country allocation: what counts, both discrepancies, assurances, and what these facts cannot know."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from auditor.model.answer import Answer, Outcome
from auditor.model.facts import Authorization, Condition
from auditor.regulation.destinations.places import Tier
from auditor.regulation.quantities.country import CountryUse, Point, country
from auditor.regulation.quantities.holdings import Lot
from auditor.regulation.tables.law import Law
from tests.regulation import small
from tests.regulation.quantities import AS_OF, facts, lot

K = 8000
FULL = 790_000_000 // K  # 98,750 chips are exactly the allocation
LICENSE = Authorization.LICENSE


def licensed(count: int, *, received: date | None = date(2025, 6, 1), **more: object) -> Lot:
    return lot("in-1", count, authorization=LICENSE, received=received, **more)  # type: ignore[arg-type]


def ask(
    lots: tuple[Lot, ...], iso: str = "IN", plan: tuple[str, ...] = (), made: tuple[str, ...] = (),
    as_of: date = AS_OF, law: Law = small.LAW,
) -> Answer[CountryUse]:  # fmt: skip
    return country(law, as_of, facts(shipments=made, plan=plan), lots, iso, "plan" if plan else None)


def result(*words: object, **more: object) -> CountryUse:
    answer = ask(*words, **more)  # type: ignore[arg-type]
    assert answer.result is not None, answer.conclusion
    return answer.result


def used(point: Point) -> dict[tuple[str, str], int]:
    return {(one.attrition, one.counting): int(one.used) // K for one in point.reckoned}


def broken(use: CountryUse) -> dict[tuple[str, str], date | None]:
    return {(one.attrition, one.counting): one.date for one in use.breaches}


@pytest.mark.parametrize(("count", "within"), [(FULL, True), (FULL + 1, False)])
def test_exactly_the_allocation_is_permitted(count: int, within: bool) -> None:
    found = result((licensed(count),))
    assert found.points[0].reckoned[0].within is within
    assert (found.breaches[0].date is None) is within
    assert found.points[0].reckoned[0].headroom == 0


def test_the_text_comes_first_and_all_four_combinations_follow() -> None:
    first, *_ = result((licensed(1),)).points[0].reckoned
    assert (first.attrition, first.counting) == ("text", "cumulative")
    assert len(used(result((licensed(1),)).points[0])) == 4


@pytest.mark.parametrize("authorization", [one for one in Authorization if one is not LICENSE])
def test_what_is_not_licensed_does_not_count(authorization: Authorization) -> None:
    found = result((licensed(3), lot("in-1", 5, authorization=authorization)))
    assert used(found.points[0])["text", "cumulative"] == 3
    assert [(one.why, one.chips) for one in found.excluded] == [(f"not licensed: {authorization}", 5)]
    planned = result((licensed(3),), plan=(f"p 2026-05-01 k 5 in-1 {authorization}",))
    assert used(planned.points[-1])["text", "cumulative"] == 3
    assert planned.effects[0].tpp == 0


@pytest.mark.parametrize(("received", "count"), [(date(2024, 12, 31), 0), (date(2025, 1, 1), 7)])
def test_what_came_before_2025_does_not_count(received: date, count: int) -> None:
    found = result((licensed(7, received=received),))
    assert used(found.points[0])["text", "cumulative"] == count
    assert bool(found.excluded) is (count == 0)


def test_before_2025_is_out_even_without_authorization() -> None:
    assert ask((lot("in-1", 5, authorization=None, received=date(2024, 1, 1)),)).missing == ()


@pytest.mark.parametrize("condition", [c for c in Condition if c not in (Condition.INSTALLED, Condition.TRANSFERRED)])
def test_attrition_depends_on_the_reading(condition: Condition) -> None:
    answer = ask((licensed(10), licensed(4, condition=condition)))
    assert answer.outcome is Outcome.DEPENDS
    assert answer.result is not None
    found = used(answer.result.points[0])
    assert (found["text", "cumulative"], found["preamble", "cumulative"]) == (14, 10)
    (named,) = (one for one in answer.ambiguous if one.id == "country-attrition")
    told = {one.reading: one.result for one in named.readings}
    assert named.differs
    assert "112,000 TPP" in told["text"]
    assert "80,000 TPP" in told["preamble"]


def test_counting_by_calendar_year_depends_on_the_reading() -> None:
    plan = ("a 2026-06-01 k 20 in-1 license", "b 2027-06-01 k 30 in-1 license")
    answer = ask((licensed(FULL - 20),), plan=plan)
    assert answer.outcome is Outcome.DEPENDS
    assert answer.result is not None
    at = {point.date: used(point) for point in answer.result.points}
    assert at[date(2026, 6, 1)]["text", "cumulative"] == FULL
    assert at[date(2026, 6, 1)]["text", "calendar-year"] == 20
    assert at[date(2027, 1, 1)]["text", "calendar-year"] == 0
    assert broken(answer.result)["text", "cumulative"] == date(2027, 6, 1)
    assert broken(answer.result)["text", "calendar-year"] is None
    assert {one.id for one in answer.ambiguous} == {"country-attrition", "country-counting"}


def test_without_attrition_or_years_the_readings_agree_and_are_shown() -> None:
    answer = ask((licensed(3, received=date(2026, 1, 5)),), as_of=date(2027, 12, 31))
    assert [one.id for one in answer.ambiguous] == ["country-attrition", "country-counting"]
    assert not answer.ambiguous[0].differs


def test_chips_moved_out_leave_the_count_under_the_preamble_only() -> None:
    found = result((licensed(10),), plan=("a 2026-06-01 k 4 no-br license in-1",))
    assert used(found.points[-1])["text", "cumulative"] == 10
    assert used(found.points[-1])["preamble", "cumulative"] == 6


def test_chips_that_did_not_count_are_taken_to_leave_first() -> None:
    lots = (licensed(10), lot("in-1", 3, authorization=Authorization.NVEU))
    found = result(lots, plan=("a 2026-06-01 k 4 no-br license in-1",))
    assert used(found.points[-1])["preamble", "cumulative"] == 9


def test_a_move_within_the_country_licenses_nothing_anew() -> None:
    found = result((licensed(10),), plan=("a 2026-06-01 k 4 no-in license in-1",))
    assert used(found.points[-1]) == used(found.points[0])


def test_a_licensed_move_into_the_country_counts() -> None:
    lots = (licensed(10), lot("no-br", 5, authorization=LICENSE))
    found = result(lots, plan=("a 2026-06-01 k 4 in-1 license no-br",))
    assert used(found.points[-1])["text", "cumulative"] == 14


def test_every_owner_in_the_country_counts() -> None:
    lots = (licensed(1), lot("no-in", 2, authorization=LICENSE), lot("us-in", 4, authorization=LICENSE))
    answer = ask(lots)
    assert answer.result is not None
    assert used(answer.result.points[0])["text", "cumulative"] == 7
    assert any("Norge" in one and "with caution" in one for one in answer.cautions)


def test_a_shipment_to_an_entity_of_5a_is_counted_with_caution() -> None:
    plan = ("a 2026-06-01 k 4 no-in license",)
    assert any("Norge" in one and "with caution" in one for one in ask((), plan=plan).cautions)
    for line in ("a 2026-06-01 k 4 no-in uveu", "a 2026-06-01 k 4 in-1 license"):
        assert not any("with caution" in one for one in ask((), plan=(line,)).cautions)


def test_shipments_made_count_from_their_date() -> None:
    made = ("a 2026-02-14 k 50 in-1 license", "b 2026-02-16 k 5 in-1 license", "c 2026-03-02 k 7 in-1 license")
    found = result((licensed(10),), made=made)
    assert used(found.points[0])["text", "cumulative"] == 15
    assert used(found.points[1])["text", "cumulative"] == 22


@pytest.mark.parametrize("unknown", [{"authorization": None}, {"received": None, "authorization": LICENSE}])
def test_an_unknown_authorization_or_day_is_never_read_as_favourable(unknown: dict[str, object]) -> None:
    answer = ask((licensed(10), lot("in-1", 5, **unknown)))  # type: ignore[arg-type]
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert answer.result is not None
    first = answer.result.points[0].reckoned[0]
    assert (first.used, first.at_most) == (10 * K, 15 * K)
    assert first.headroom == 790_000_000 - 15 * K
    assert answer.missing[0].place is not None


def test_the_headroom_is_said_to_be_an_upper_bound() -> None:
    answer = ask((licensed(1),))
    assert any("upper bound" in one for one in answer.cautions)
    assert "others' shipments are not known" in answer.conclusion


@pytest.mark.parametrize(
    ("iso", "tier"), [("NO", Tier.SUPPLEMENT_5A), ("CN", Tier.BLOCKED), ("MO", Tier.BLOCKED), ("HK", Tier.BLOCKED)]
)
def test_no_allocation_applies_on_the_lists(iso: str, tier: Tier) -> None:
    found = result((licensed(1),), iso)
    assert (found.applies, found.tier, found.allocation, found.points) == (False, tier, None, ())


ASSURED = """\
rows:
  - id: supplement-5b
    title: Supplement 5(b)
    cite: "Supp. No. 5(b) to part 740"
    source: fr-2025-00636
    confidence: primary
    provision: supplement-5
    since: 2025-01-13
    seen: 2026-07-23
    changes:
      - {date: 2026-01-01, iso: "IN", name: India, change: added, cite: x, source: fr-2025-00636, confidence: primary}
"""


@pytest.mark.parametrize(("count", "within"), [(FULL, True), (FULL + 1, None), (2 * FULL, None), (2 * FULL + 1, False)])
def test_assurances_increase_it_by_at_most_as_much_again(count: int, within: bool | None) -> None:
    answer = ask((licensed(count),), law=small.newer(destinations=ASSURED))
    assert answer.result is not None
    assert answer.result.increased_at_most == Decimal(1_580_000_000)
    assert answer.result.points[0].reckoned[0].within is within
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert "at most" in (answer.missing[0].fix or "")
    assert ask((licensed(count),)).result.increased_at_most is None  # type: ignore[union-attr]


def test_after_2027_nothing_is_set() -> None:
    answer = ask((licensed(1),), plan=("a 2028-01-01 k 1 in-1 license",))
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert "after 2027" in answer.missing[0].why
    assert answer.result is not None
    assert answer.result.points[-1].allocation is None
    assert answer.result.points[-1].reckoned[0].headroom is None
    assert ask((licensed(1),), plan=("a 2027-12-31 k 1 in-1 license",)).missing == ()


def test_an_unknown_place_cannot_be_determined() -> None:
    assert ask((), "XX").outcome is Outcome.CANNOT_BE_DETERMINED


def test_chips_below_3a090a_do_not_count() -> None:
    assert used(result((licensed(1), licensed(900, chip="small"))).points[0])["text", "cumulative"] == 1


def test_pieces_and_order_do_not_matter() -> None:
    plan = ("a 2026-06-01 k 4 in-1 license", "b 2026-05-01 k 2 no-br license in-1")
    whole = result((licensed(9), licensed(3, condition=Condition.LOST)), plan=plan)
    pieces = (licensed(3, condition=Condition.LOST), licensed(4), licensed(5))
    assert whole == result(pieces, plan=plan[::-1])
