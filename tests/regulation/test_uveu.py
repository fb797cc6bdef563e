"""UVEU shares: exact limits, both readings of the measurement, headroom, plans, and what cannot be determined."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.errors import UnknownReferenceError
from auditor.model.answer import Answer, Outcome
from auditor.model.facts import Condition
from auditor.regulation.quantities.holdings import Lot
from auditor.regulation.quantities.shares import OUTSIDE_5A, OUTSIDE_US, SINGLE_COUNTRY, Headroom
from auditor.regulation.quantities.uveu import Shares, uveu
from tests.regulation import small
from tests.regulation.quantities import AS_OF, BASE, facts, lot

K = 8000


def ask(
    lots: tuple[Lot, ...], party: str = "no", plan: tuple[str, ...] = (), made: tuple[str, ...] = (),
    as_of: date = AS_OF, base: str = BASE,
) -> Answer[Shares]:  # fmt: skip
    file = facts(shipments=made, plan=plan, base=base)
    return uveu(small.LAW, as_of, file, lots, party, "plan" if plan else None)


def result(*words: object, **more: object) -> Shares:
    answer = ask(*words, **more)  # type: ignore[arg-type]
    assert answer.result is not None, answer.conclusion
    return answer.result


def breach(shares: Shares, reading: str) -> tuple[date, str] | None:
    found = next(one.breach for one in shares.breaches if one.reading == reading)
    return None if found is None else (found.date, found.share.limit)


def room(shares: Shares, country: str | None, day: date = AS_OF) -> Headroom:
    return next(one for one in shares.headroom if one.country == country and one.date == day)


# limits, on either side

OVER_ONE = (
    # limit, lots within it exactly, the lot that is one chip more
    (OUTSIDE_5A, [("no-1", 75), ("no-in", 7), ("no-br", 7), ("no-ke", 7), ("no-th", 4)], "no-th"),
    (SINGLE_COUNTRY, [("no-1", 93), ("no-in", 7)], "no-in"),
)


@pytest.mark.parametrize(("limit", "lots", "more"), OVER_ONE)
def test_exactly_the_limit_is_permitted_and_one_chip_more_is_not(
    limit: str, lots: list[tuple[str, int]], more: str
) -> None:
    held = tuple(lot(site, count) for site, count in lots)
    at = next(one for one in result(held).points[0].shares if one.limit == limit)
    assert at.within
    assert at.part * 100 == at.total * {OUTSIDE_5A: 25, SINGLE_COUNTRY: 7}[limit]
    assert result(held).breaches[0].breach is None
    over = result((*held, lot(more, 1)))
    assert not next(one for one in over.points[0].shares if one.limit == limit).within
    assert breach(over, "all-limits") is not None


ONE_MORE = BASE.replace("600.0625", "1000.125")
"""Chip half has 8,001 TPP: one more than k."""


@pytest.mark.parametrize(
    ("party", "inside", "outside", "limit"),
    [
        ("no", ("no-1", 75), [("no-in", 7), ("no-br", 7), ("no-ke", 7), ("no-th", 3)], OUTSIDE_5A),
        ("no", ("no-1", 93), [("no-in", 6)], SINGLE_COUNTRY),
        ("us", ("us-1", 50), [("us-jp", 49)], OUTSIDE_US),
    ],
)
def test_one_tpp_more_than_the_limit_is_a_breach(
    party: str, inside: tuple[str, int], outside: list[tuple[str, int]], limit: str
) -> None:
    lots = (lot(*inside), *(lot(*one) for one in outside))
    for chip, within in (("k", True), ("half", False)):
        shares = result((*lots, lot(outside[-1][0], 1, chip)), party, base=ONE_MORE)
        found = next(one for one in shares.points[0].shares if one.limit == limit)
        assert found.within is within
        assert breach(shares, "all-limits") == (None if within else (date(2026, 8, 1), limit))


@pytest.mark.parametrize(("abroad", "within"), [(50, True), (51, False)])
def test_half_outside_the_united_states_binds_a_us_entity(abroad: int, within: bool) -> None:
    shares = result((lot("us-1", 50), lot("us-jp", abroad)), "us")
    us = next(one for one in shares.points[0].shares if one.limit == OUTSIDE_US)
    assert us.within is within
    assert (breach(shares, "all-limits") is None) is within


def test_the_us_limit_does_not_bind_others() -> None:
    shares = result((lot("no-1", 100),))
    assert {one.limit for one in shares.bounds} == {OUTSIDE_5A, SINGLE_COUNTRY}
    assert all(one.limit != OUTSIDE_US for one in shares.points[0].shares)


def test_a_us_parent_brings_the_us_limit_and_says_so() -> None:
    base = BASE.replace('{owner: "no", owned: no-sub, percent: 100}', '{owner: us, owned: "no", percent: 60}')
    answer = ask((lot("us-1", 50), lot("no-1", 51)), "no", base=base)
    assert answer.result is not None
    assert breach(answer.result, "all-limits") == (date(2026, 8, 1), OUTSIDE_US)
    assert any("only its ultimate parent's" in caution for caution in answer.cautions)


# who is in the group, what counts


def test_the_whole_family_counts_and_strangers_do_not() -> None:
    shares = result((lot("no-1", 10), lot("no-2", 20), lot("us-1", 500), lot("in-1", 500)), "no-sub")
    assert shares.group == ("no", "no-sub")
    assert shares.points[0].total == 30 * K


def test_chips_at_anothers_site_are_their_owners() -> None:
    assert result((lot("no-1", 10), lot("in-1", 1, owner="no"))).points[0].outside_5a == K
    assert result((lot("no-1", 10), lot("no-in", 1, owner="us"))).points[0].outside_5a == 0


def test_two_members_in_one_country_count_together() -> None:
    shares = result((lot("no-1", 92), lot("no-in", 4), lot("no-in2", 4)))
    single = next(one for one in shares.points[0].shares if one.limit == SINGLE_COUNTRY)
    assert (single.country, single.part, single.within) == ("IN", 8 * K, False)


def test_chips_below_3a090a_and_attrition_count_nowhere() -> None:
    lots = (lot("no-1", 93), lot("no-in", 7), lot("no-in", 900, "small"))
    lots += tuple(
        lot("no-in", 9, condition=c) for c in Condition if c not in (Condition.INSTALLED, Condition.TRANSFERRED)
    )
    assert result(lots).points[0].outside_5a == 7 * K


def test_transferred_and_not_installed_counts() -> None:
    lots = (lot("no-1", 93), lot("no-in", 7), lot("no-in", 1, condition=Condition.TRANSFERRED))
    assert breach(result(lots), "all-limits") is not None


@pytest.mark.parametrize(("condition", "changes"), [(Condition.FAILED, True), (Condition.RESOLD, False)])
def test_it_is_said_where_attrition_would_change_the_breach(condition: Condition, changes: bool) -> None:
    answer = ask((lot("no-1", 93), lot("no-in", 7), lot("no-in", 5, condition=condition)))
    said = [one for one in answer.cautions if "lost, damaged or failed" in one]
    assert bool(said) is changes
    assert not said or "changes the result" in said[0]


# the two readings of the measurement


def test_a_breach_between_reporting_dates_depends_on_the_reading() -> None:
    plan = ("p1 2026-04-01 k 1 no-in", "p2 2026-07-01 k 93 no-1")
    answer = ask((lot("no-1", 93), lot("no-in", 7)), plan=plan)
    assert answer.outcome is Outcome.DEPENDS
    assert answer.result is not None
    assert breach(answer.result, "us-limit-only") == (date(2026, 4, 1), SINGLE_COUNTRY)
    assert breach(answer.result, "all-limits") is None
    (named,) = (one for one in answer.ambiguous if one.id == "uveu-measurement")
    assert named.differs
    told = {one.reading: one.result for one in named.readings}
    assert "2026-04-01" in told["us-limit-only"]
    assert "no limit is exceeded" in told["all-limits"]


def test_the_us_limit_is_measured_on_reporting_dates_under_both_readings() -> None:
    plan = ("p1 2026-04-01 k 2 us-jp", "p2 2026-07-01 k 20 us-1")
    answer = ask((lot("us-1", 50), lot("us-jp", 50)), "us", plan)
    assert answer.outcome is Outcome.DETERMINED
    assert answer.result is not None
    assert [one.breach for one in answer.result.breaches] == [None, None]
    assert not next(one for one in answer.result.points if one.date == date(2026, 4, 1)).shares[-1].within


def test_a_plan_is_followed_to_the_reporting_date_after_it() -> None:
    shares = result((lot("no-1", 93), lot("no-in", 7)), plan=("p1 2027-02-02 k 1 no-in",))
    assert shares.until == date(2027, 8, 1)
    assert breach(shares, "all-limits") == (date(2027, 8, 1), SINGLE_COUNTRY)
    assert next(one.breach for one in shares.breaches).shipments == ("p1",)  # type: ignore[union-attr]
    assert [one.date for one in shares.points if one.reporting] == [
        date(2026, 8, 1), date(2027, 2, 1), date(2027, 8, 1)]  # fmt: skip


def test_a_shipment_on_a_reporting_date_is_measured_that_day() -> None:
    shares = result((lot("no-1", 93), lot("no-in", 7)), plan=("p1 2026-08-01 k 1 no-in",))
    assert breach(shares, "all-limits") == (date(2026, 8, 1), SINGLE_COUNTRY)


def test_nothing_is_breached_before_the_paragraph_has_to_be_met() -> None:
    lots = (lot("no-1", 1, on=None), lot("no-in", 99, on=None))
    shares = result(lots, as_of=date(2025, 1, 20))
    assert shares.points[1].date == date(2025, 2, 1)
    assert not shares.points[1].binding
    assert [one.breach for one in shares.breaches] == [None, None]
    assert breach(result(lots, as_of=date(2025, 5, 15)), "us-limit-only") == (date(2025, 5, 15), OUTSIDE_5A)


# headroom


def test_the_headroom_is_exact_in_tpp_and_chips() -> None:
    shares = result((lot("no-1", 93),), plan=("p1 2026-05-01 k 1 no-in",))
    found = room(shares, "IN")
    assert (found.tpp, found.limit) == (Decimal(56_000), SINGLE_COUNTRY)
    assert [(one.chip, one.count) for one in found.chips] == [("k", 7)]
    assert room(shares, "NO").tpp is None
    assert room(shares, None).tpp == Decimal(56_000)


def test_the_headroom_is_rounded_down_to_whole_tpp() -> None:
    shares = result((lot("no-1", 94), lot("no-br", 1)))
    found = room(shares, "BR")
    exact = Fraction(7 * 95 * K - 100 * K, 93)
    assert found.tpp == int(exact)
    assert exact.denominator != 1


def test_the_joint_limit_can_be_reached_before_the_single_one() -> None:
    lots = (lot("no-1", 75), lot("no-in", 7), lot("no-br", 7), lot("no-ke", 7), lot("no-th", 3))
    found = room(result(lots), "TH")
    assert found.limit == OUTSIDE_5A
    assert found.tpp == Fraction(25 * 99 * K - 100 * 24 * K, 75)


def test_the_limit_reached_first_is_found_without_dividing() -> None:
    # 7 percent leaves 700/93 chips in Thailand, 25 percent 600/75: the larger numerator is the smaller room.
    lots = (lot("no-1", 81), lot("no-in", 7), lot("no-br", 7), lot("no-ke", 5))
    found = room(result((*lots, lot("no-th", 1, condition=Condition.LOST))), None)
    assert (found.limit, found.tpp) == (SINGLE_COUNTRY, 700 * K // 93)


def test_the_us_limit_leaves_no_room_in_japan_and_all_of_it_at_home() -> None:
    shares = result((lot("us-1", 50), lot("us-jp", 50)), "us")
    assert (room(shares, "JP").tpp, room(shares, "JP").limit) == (Decimal(0), OUTSIDE_US)
    assert room(shares, "US").tpp is None


def test_nobody_has_headroom_with_nothing() -> None:
    assert room(result(()), None).tpp == 0


def test_no_headroom_is_given_where_no_uveu_may_be() -> None:
    answer = ask((lot("no-1", 93),), plan=("p1 2026-05-01 k 1 no-cn",))
    assert answer.result is not None
    assert answer.result.effects[0].barred
    assert not any(one.country == "CN" for one in answer.result.headroom)
    assert any("no UVEU covers" in caution for caution in answer.cautions)


# what a plan does


def test_each_shipment_shows_what_it_does() -> None:
    plan = ("p2 2026-05-02 k 1 no-br uveu no-1", "p1 2026-05-01 k 3 no-in", "p3 2026-05-03 small 9 no-in")
    one, two, three = result((lot("no-1", 100),), plan=plan).effects
    assert (one.shipment, one.tpp, one.new_site, one.new_country) == ("p1", 3 * K, True, True)
    assert one.before[0].part == 0
    assert one.after[0].part == 3 * K
    assert (two.shipment, two.after[0].part, two.after[0].total) == ("p2", 4 * K, 103 * K)
    assert (three.tpp, three.new_site) == (0, False)


def test_a_transfer_moves_tpp_and_adds_none() -> None:
    shares = result((lot("no-1", 93), lot("no-in", 7)), plan=("p1 2026-05-01 k 1 no-in2 uveu no-in",))
    assert shares.points[-1].total == 100 * K
    assert breach(shares, "all-limits") is None
    shares = result((lot("no-1", 93), lot("no-in", 7)), plan=("p1 2026-05-01 k 1 no-in uveu no-1",))
    assert breach(shares, "all-limits") == (date(2026, 8, 1), SINGLE_COUNTRY)


def test_shipments_made_before_the_inventory_are_in_it_and_later_ones_are_added() -> None:
    made = ("a 2026-02-15 k 5 no-1", "b 2026-02-16 k 7 no-1", "c 2026-04-01 k 11 no-1")
    points = result((lot("no-1", 100),), made=made).points
    assert [(one.date, one.total) for one in points[:2]] == [(AS_OF, 107 * K), (date(2026, 4, 1), 118 * K)]


def test_a_chain_of_transfers_on_one_day_may_stand_in_any_order() -> None:
    plan = ("a 2026-05-01 k 5 no-ke uveu no-br", "b 2026-05-01 k 5 no-br uveu no-1")
    answer = ask((lot("no-1", 100),), plan=plan)
    assert answer.missing == ()
    assert answer.result is not None
    assert {one.country: one.tpp for one in answer.result.points[-1].countries} == {"NO": 95 * K, "KE": 5 * K}


# what cannot be determined


def gap(answer: Answer[Shares]) -> str:
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert answer.missing
    one = answer.missing[0]
    return f"{one.what}: {one.why} ({one.place})"


def test_a_transfer_of_more_than_the_site_has_is_a_contradiction_with_its_place() -> None:
    found = ask((lot("no-1", 4),), plan=("p1 2026-05-01 k 5 no-br uveu no-1",))
    assert "the 1 more k that site no-1 needs on 2026-05-01" in gap(found)
    assert "facts.yaml:" in gap(found)


def test_lost_chips_cannot_be_transferred() -> None:
    lots = (lot("no-1", 4), lot("no-1", 9, condition=Condition.LOST))
    assert "more k" in gap(ask(lots, plan=("p1 2026-05-01 k 5 no-br uveu no-1",)))


def test_a_transfer_from_a_site_of_two_owners_needs_to_say_whose() -> None:
    lots = (lot("no-1", 4), lot("no-1", 4, owner="us"))
    assert "it has some of no, us" in gap(ask(lots, plan=("p1 2026-05-01 k 2 no-br uveu no-1",)))


def test_a_day_before_the_inventory_cannot_be_told() -> None:
    assert "the inventory is of 2026-02-15" in gap(ask((lot("no-1", 4),), as_of=date(2026, 2, 14)))


def test_a_shipment_that_the_inventory_does_not_show_is_a_contradiction() -> None:
    assert "the inventory of 2026-02-15 lists none there" in gap(
        ask((lot("no-1", 4),), made=("a 2026-02-01 k 5 no-br",))
    )


def test_a_plan_older_than_the_inventory_is_a_contradiction() -> None:
    assert "still planned" in gap(ask((lot("no-1", 4),), plan=("p1 2026-02-15 k 5 no-1",)))


def test_a_plan_for_a_day_that_has_passed_is_counted_and_said() -> None:
    answer = ask((lot("no-1", 4),), plan=("p1 2026-02-20 k 5 no-1",))
    assert answer.result is not None
    assert answer.result.points[0].total == 9 * K
    assert any("which has passed" in caution for caution in answer.cautions)


def test_a_shipment_centuries_away_is_refused() -> None:
    assert "more than 50 years" in gap(ask((lot("no-1", 4),), plan=("p1 2077-01-01 k 5 no-1",)))


def test_two_inventories_of_one_site_contradict() -> None:
    assert "different days" in gap(ask((lot("no-1", 4), lot("no-1", 4, on=date(2026, 1, 1)))))


def test_sites_may_have_inventories_of_different_days() -> None:
    lots = (lot("no-1", 10), lot("no-br", 4, on=date(2026, 1, 1)))
    made = ("t 2026-01-15 k 1 no-1 uveu no-br",)
    answer = ask(lots, made=made)
    assert answer.missing == ()
    assert answer.result is not None
    # The chip left Brazil after Brazil's inventory, and is in Oslo's already.
    assert {one.country: one.tpp for one in answer.result.points[0].countries} == {"NO": 10 * K, "BR": 3 * K}


def test_unknown_headquarters_cannot_be_guessed() -> None:
    assert "the headquarters of Nowhere" in gap(ask((lot("no-1", 4),), "homeless"))


def test_chips_without_figures_cannot_be_counted() -> None:
    assert "Blank" in gap(ask((lot("no-1", 4, "blank"),)))


def test_an_unknown_owner_of_a_member_leaves_the_group_open() -> None:
    base = BASE.replace('{owner: "no", owned: no-sub, percent: 100}', "{owner: unknown, owned: no-sub, percent: 60}")
    answer = ask((lot("no-1", 4), lot("no-2", 4)), base=base)
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert any("Datter" in one.what for one in answer.missing)


def test_an_entity_outside_supplement_5a_has_no_share_and_no_uveu() -> None:
    answer = ask((lot("in-1", 100),), "in")
    assert answer.outcome is Outcome.DETERMINED
    assert answer.result is not None
    assert (answer.result.bounds, answer.result.breaches, answer.result.headroom) == ((), (), ())
    assert "no UVEU" in answer.conclusion


@pytest.mark.parametrize(("home", "parent_home"), [("IN", "NO"), ("NO", "IN"), ("IN", "US")])
def test_where_only_one_headquarters_is_in_5a_the_shares_stay_open(home: str, parent_home: str) -> None:
    base = BASE.replace('name: Datter, headquarters: "NO"', f'name: Datter, headquarters: "{home}"')
    base = base.replace('name: Norge, headquarters: "NO"', f'name: Norge, headquarters: "{parent_home}"')
    answer = ask((lot("no-1", 92), lot("no-in2", 8)), "no-sub", base=base)
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert [gap.what for gap in answer.missing] == ["whether it can be a UVEU"]
    assert answer.result is not None
    assert SINGLE_COUNTRY in {bound.limit for bound in answer.result.bounds}
    assert answer.result.breaches[0].breach is not None  # 8 percent in India
    assert "if it can be a UVEU" in answer.conclusion


@pytest.mark.parametrize(
    ("party", "site", "told"),
    [
        ("us", "no-2", True),  # no-sub and us are both owned by no
        ("us", "no-1", False),  # its parent's
        ("no", "no-2", False),  # its subsidiary's
        ("us", "us-1", False),
    ],
)
def test_sister_companies_are_counted_and_named(party: str, site: str, told: bool) -> None:
    base = BASE.replace("percent: 100}", 'percent: 100}\n      - {owner: "no", owned: us, percent: 100}')
    answer = ask((lot(site, 9),), party, base=base)
    assert answer.result is not None
    assert answer.result.points[0].total == 72_000
    assert any("subsidiaries of its parent" in one for one in answer.cautions) is told


@pytest.mark.parametrize("parent_home", ["CN", "MO", "HK"])
def test_a_parent_in_macau_or_d5_leaves_no_doubt(parent_home: str) -> None:
    base = BASE.replace('name: Norge, headquarters: "NO"', f'name: Norge, headquarters: "{parent_home}"')
    answer = ask((lot("no-1", 92), lot("no-in2", 8)), "no-sub", base=base)
    assert answer.outcome is Outcome.DETERMINED
    assert "no UVEU" in answer.conclusion


@pytest.mark.parametrize(("party", "plan"), [("nobody", None), ("no", "nothing")])
def test_unknown_ids_are_refused(party: str, plan: str | None) -> None:
    with pytest.raises(UnknownReferenceError):
        uveu(small.LAW, AS_OF, facts(), (), party, plan)


def test_before_the_rule_nothing_can_be_determined() -> None:
    assert ask((lot("no-1", 4, on=None),), as_of=date(2025, 1, 12)).outcome is Outcome.CANNOT_BE_DETERMINED


# properties

SITES = ("no-1", "no-2", "no-in", "no-in2", "no-br", "no-ke")
INSIDE = ("no-1", "no-2", "us-1", "us-jp")
HELD = st.lists(st.tuples(st.sampled_from(SITES), st.integers(1, 50), st.sampled_from(["k", "half"])), max_size=8)
PLANNED = st.lists(
    st.tuples(st.integers(1, 28), st.sampled_from(["04", "09"]), st.integers(1, 30), st.sampled_from(SITES)),
    max_size=5,
)  # fmt: skip


def lots_of(held: list[tuple[str, int, str]]) -> tuple[Lot, ...]:
    return tuple(lot(site, count, chip) for site, count, chip in held)


@settings(max_examples=25, deadline=None)
@given(HELD, st.sampled_from(SITES))
def test_adding_a_chip_never_lowers_an_aggregate(held: list[tuple[str, int, str]], site: str) -> None:
    before, after = result(lots_of(held)).points[0], result((*lots_of(held), lot(site, 1))).points[0]
    assert after.total == before.total + K
    assert after.outside_5a >= before.outside_5a
    assert after.outside_us >= before.outside_us
    by = {one.country: one.tpp for one in after.countries}
    assert all(by[one.country] >= one.tpp for one in before.countries)


@settings(max_examples=25, deadline=None)
@given(HELD, PLANNED)
def test_parts_add_up_to_the_whole_on_every_day(
    held: list[tuple[str, int, str]], planned: list[tuple[int, str, int, str]]
) -> None:
    plan = tuple(f"p{n} 2026-{month}-{day:02} k {count} {to}" for n, (day, month, count, to) in enumerate(planned))
    for point in result(lots_of(held), plan=plan).points:
        assert sum((one.tpp for one in point.countries), Decimal(0)) == point.total
        assert sum((one.tpp for one in point.countries if not one.in_5a), Decimal(0)) == point.outside_5a
        if point.total:
            assert sum(Fraction(one.tpp) / Fraction(point.total) for one in point.countries) == 1


@settings(max_examples=20, deadline=None)
@given(HELD, PLANNED, st.randoms(use_true_random=False))
def test_order_and_pieces_do_not_matter(
    held: list[tuple[str, int, str]], planned: list[tuple[int, str, int, str]], random: object
) -> None:
    plan = [f"p{n} 2026-{month}-{day:02} k {count} {to}" for n, (day, month, count, to) in enumerate(planned)]
    pieces = [one for site, count, chip in held for one in ((site, 1, chip), (site, count - 1, chip)) if one[1]]
    other, shuffled = list(plan), list(pieces)
    random.shuffle(other)  # type: ignore[attr-defined]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert result(lots_of(held), plan=tuple(plan)) == result(lots_of(shuffled), plan=tuple(other))


@settings(max_examples=20, deadline=None)
@given(HELD, st.integers(1, 500), st.sampled_from(INSIDE))
def test_a_shipment_inside_supplement_5a_never_lowers_headroom_outside(
    held: list[tuple[str, int, str]], count: int, site: str
) -> None:
    # Without the US limit, which any shipment outside the United States uses.
    before = result(lots_of(held))
    after = result((*lots_of(held), lot(site, count, owner="no")))
    for one in before.headroom:
        if one.date == AS_OF and one.tpp is not None:
            assert room(after, one.country).tpp >= one.tpp  # type: ignore[operator]


@settings(max_examples=25, deadline=None)
@given(HELD, st.sampled_from(["no-in", "no-br", "no-ke"]))
def test_the_headroom_fits_and_one_tpp_more_does_not(held: list[tuple[str, int, str]], site: str) -> None:
    shares = result((*lots_of(held), lot("no-1", 30), lot(site, 1)))
    point = shares.points[0]
    country = {"no-in": "IN", "no-br": "BR", "no-ke": "KE"}[site]
    part = next(one.tpp for one in point.countries if one.country == country)
    found = room(shares, country)
    assert found.tpp is not None

    def fits(x: Decimal) -> bool:
        total = point.total + x
        return (point.outside_5a + x) * 100 <= 25 * total and (part + x) * 100 <= 7 * total

    assert not fits(found.tpp + 1)
    assert fits(found.tpp) or found.tpp == 0
