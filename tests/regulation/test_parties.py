"""The question `entity`, and the ownership it rests on: circles, unknown and split owners, depth, and order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.errors import FactsError
from auditor.model.answer import Answer, Outcome
from auditor.model.base import Frozen
from auditor.model.facts import UNKNOWN
from auditor.model.law import Status
from auditor.regulation.destinations.destination import Consequence, Entity, entity
from auditor.regulation.destinations.places import Tier
from auditor.regulation.ownership.control import MAJORITY, Graph, Link, Problem
from auditor.regulation.ownership.parties import Ownership
from auditor.regulation.working import Working
from tests.regulation.small import LAW, facts

DAY = date(2026, 9, 1)

PARTIES = """
parties:
  - {id: us, name: US Co, headquarters: US}
  - {id: de, name: DE Co, headquarters: DE}
  - {id: ke, name: KE Co, headquarters: KE}
  - {id: cn, name: CN Co, headquarters: CN}
  - {id: mo, name: MO Co, headquarters: MO}
  - {id: hk, name: HK Co, headquarters: HK}
  - {id: "no", name: NO Co, headquarters: NO}
  - {id: nowhere, name: Nowhere Co}
  - {id: branch, name: Branch, headquarters: US, located: CN}
  - {id: branch-us, name: US Branch, headquarters: CN, located: US}
  - {id: lost, name: Lost, located: CN}
"""
LINE = len(PARTIES.strip().splitlines()) + 1
"""The line of `ownership:`."""


def asked(party: str, *holdings: str, on: date = DAY) -> Answer[Entity]:
    rows = "\n".join(f"  - {{{one}}}" for one in holdings)
    text = f"{PARTIES.strip()}\nownership:\n{rows}\n" if holdings else PARTIES
    return entity(LAW, on, facts(text), party)


def placed(party: str, *holdings: str, on: date = DAY) -> Entity:
    answer = asked(party, *holdings, on=on)
    assert answer.result is not None, answer.conclusion
    return answer.result


def hold(owner: str, owned: str, percent: str, *more: str) -> str:
    return ", ".join((f"owner: {owner!r}", f"owned: {owned!r}", f"percent: {percent!r}", *more))


def consequence(result: Entity, name: str) -> Consequence:
    return next(one for one in result.follows if one.id == name)


# Tiers.


@pytest.mark.parametrize(
    ("party", "expected"),
    [
        ("us", Tier.SUPPLEMENT_5A),
        ("ke", Tier.OTHER),
        ("cn", Tier.BLOCKED),
        ("mo", Tier.BLOCKED),
        ("hk", Tier.BLOCKED),
        ("branch", Tier.BLOCKED),
        ("branch-us", Tier.BLOCKED),
    ],
)
def test_tier_without_owners(party: str, expected: Tier) -> None:
    result = placed(party)
    assert result.placed.tier is expected
    assert result.placed.ultimate_parent == party


@pytest.mark.parametrize(
    ("owner", "expected"),
    [("de", Tier.SUPPLEMENT_5A), ("ke", Tier.OTHER), ("cn", Tier.BLOCKED), ("hk", Tier.BLOCKED), ("mo", Tier.BLOCKED)],
)
def test_the_strictest_of_headquarters_and_parent_decides(owner: str, expected: Tier) -> None:
    down, up = placed("us", hold(owner, "us", "51")), placed(owner, hold("us", owner, "51"))
    assert down.placed.tier is up.placed.tier is expected
    assert (down.placed.ultimate_parent, up.placed.ultimate_parent) == (owner, "us")


@pytest.mark.parametrize(
    ("percent", "parent"),
    [("50", None), ("50.000000000001", "cn"), ("49.999999999999", "us"), ("100", "cn"), ("0", "us")],
)
def test_control_is_more_than_half(percent: str, parent: str | None) -> None:
    answer = asked("us", hold("cn", "us", percent))
    assert (answer.result.placed.ultimate_parent if answer.result else None) == parent


def test_an_intermediate_parent_does_not_hide_the_ultimate_one() -> None:
    result = placed("us", hold("de", "us", "100"), hold("ke", "de", "60"), hold("cn", "ke", "51"))
    assert result.placed.ultimate_parent == "cn"
    assert result.placed.tier is Tier.BLOCKED


def test_subsidiaries_shares_count_together() -> None:
    holdings = [hold("cn", "de", "100"), hold("cn", "ke", "100"), hold("de", "us", "30"), hold("ke", "us", "30")]
    assert placed("us", *holdings).placed.ultimate_parent == "cn"
    assert asked("us", *holdings[1:]).result is None


def test_two_holdings_of_one_owner_count_together() -> None:
    assert placed("us", hold("cn", "us", "30"), hold("cn", "us", "30")).placed.ultimate_parent == "cn"


def test_no_owner_in_the_facts_is_said() -> None:
    answer = asked("us")
    assert any("the facts name no owner" in step.says for step in answer.steps)


def test_the_working_definition_is_a_caution_where_it_was_used() -> None:
    used = asked("us", hold("de", "us", "60"))
    assert any("more than 50 percent" in one and "Working definition" in one for one in used.cautions)
    assert not any("Working definition" in one for one in asked("us").cautions)


@pytest.mark.parametrize(("percent", "shown"), [("24.99", False), ("25", True), ("40", True)])
def test_other_large_holders_are_shown(percent: str, shown: bool) -> None:
    answer = asked("us", hold("de", "us", "55"), hold("cn", "us", percent))
    assert answer.result is not None
    assert answer.result.placed.tier is Tier.SUPPLEMENT_5A
    assert any("25 percent or more" in one and "CN Co (cn)" in one for one in answer.cautions) is shown


def test_a_large_holder_of_the_parent_is_shown_too() -> None:
    answer = asked("us", hold("de", "us", "100"), hold("cn", "de", "30"))
    assert any("CN Co (cn)" in one for one in answer.cautions)


# What cannot be determined.


def undetermined(answer: Answer[Entity], *words: str) -> None:
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert answer.result is None
    text = " ".join(f"{one.what}: {one.why} ({one.place}) {one.fix}" for one in answer.missing)
    assert all(word in text for word in words), text
    assert all(one.place and one.fix for one in answer.missing)


def test_half_and_half() -> None:
    answer = asked("us", hold("de", "us", "50"), hold("ke", "us", "50"))
    undetermined(answer, "none of them controls it", "DE Co (de)", "KE Co (ke)", f"facts.yaml:{LINE + 1}")


def test_three_thirds() -> None:
    third = "33.333333333333"
    undetermined(asked("us", *(hold(one, "us", third) for one in ("de", "ke", "cn"))), "none of them controls it")


def test_control_breaks_the_tie() -> None:
    assert placed("us", hold("de", "us", "50", "controls: true"), hold("cn", "us", "50")).placed.ultimate_parent == "de"
    assert placed("us", hold("de", "us", "50"), hold("cn", "us", "50", "controls: true")).placed.tier is Tier.BLOCKED
    small = (hold("de", "us", "1", "controls: true"), hold("cn", "us", "33"), hold("ke", "us", "33"))
    assert placed("us", *small).placed.ultimate_parent == "de"


def test_small_holders_leave_a_party_its_own_parent() -> None:
    assert placed("us", hold("cn", "us", "20"), hold("de", "us", "20")).placed.ultimate_parent == "us"


def test_several_that_control() -> None:
    answer = asked("us", hold("de", "us", "40", "controls: true"), hold("cn", "us", "40", "controls: true"))
    undetermined(answer, "several owners control it")


def test_a_majority_and_another_that_controls() -> None:
    undetermined(
        asked("us", hold("de", "us", "10", "controls: true"), hold("cn", "us", "60")), "several owners control it"
    )


def test_several_that_control_and_belong_together() -> None:
    holdings = (hold("de", "us", "10", "controls: true"), hold("cn", "us", "60"), hold("cn", "de", "100"))
    assert placed("us", *holdings).placed.ultimate_parent == "cn"
    both = (hold("de", "us", "10", "controls: true"), hold("cn", "us", "10", "controls: true"), hold("cn", "de", "100"))
    assert placed("us", *both).placed.ultimate_parent == "cn"


@pytest.mark.parametrize(
    ("known", "unknown", "determined"),
    [
        ("30", "20", False),
        ("30", "19.9", True),
        ("51", "49", True),
        ("10", "51", False),
        ("49", "2", False),
        ("0", "49", True),
    ],
)
def test_an_unknown_owner_is_no_matter_unless_it_could_be_decisive(known: str, unknown: str, determined: bool) -> None:
    answer = asked("us", hold("de", "us", known), hold("unknown", "us", unknown))
    assert (answer.result is not None) is determined


def test_a_decisive_unknown_owner_is_named_with_its_line() -> None:
    answer = asked("us", hold("de", "us", "45"), hold("unknown", "us", "10"))
    undetermined(answer, "unknown owner's share could be decisive", f"facts.yaml:{LINE + 2}")


def test_an_unknown_owner_that_controls() -> None:
    undetermined(asked("us", hold("unknown", "us", "1", "controls: true")), "unknown owner")
    both = (hold("unknown", "us", "1", "controls: true"), hold("de", "us", "60"))
    undetermined(asked("us", *both), "unknown owner")
    undetermined(asked("us", hold("unknown", "us", "60"), hold("de", "us", "1", "controls: true")), "us")


def test_doubt_about_a_parent_is_doubt_about_its_subsidiaries() -> None:
    undetermined(asked("us", hold("de", "us", "100"), hold("unknown", "de", "60")), "the ultimate parent of US Co (us)")


def test_a_circle() -> None:
    circle = (hold("us", "de", "60"), hold("de", "us", "60"))
    for party in ("us", "de"):
        undetermined(asked(party, *circle), "de is held by us is held by de", "facts.yaml")
    undetermined(asked("ke", *circle, hold("us", "ke", "60")), "in a circle")
    undetermined(asked("us", hold("us", "de", "60"), hold("de", "ke", "60"), hold("ke", "us", "60")), "in a circle")


def test_a_circle_of_control() -> None:
    undetermined(
        asked("us", hold("us", "de", "1", "controls: true"), hold("de", "us", "1", "controls: true")), "in a circle"
    )


def test_a_circle_through_shares_that_are_a_majority_together() -> None:
    holdings = (hold("us", "de", "100"), hold("us", "ke", "100"), hold("de", "us", "30"), hold("ke", "us", "30"))
    undetermined(asked("us", *holdings), "in a circle")


def test_mutual_minority_holdings_are_no_circle() -> None:
    assert placed("us", hold("us", "de", "10"), hold("de", "us", "10")).placed.ultimate_parent == "us"
    assert placed("us", hold("us", "de", "10"), hold("de", "us", "60")).placed.ultimate_parent == "de"
    assert placed("de", hold("us", "de", "10"), hold("de", "us", "60")).placed.ultimate_parent == "de"


@pytest.mark.parametrize("last", ["40.000000000001", "100"])
def test_more_than_the_whole_is_refused_at_the_door(last: str) -> None:
    assert asked("us", hold("de", "us", "60"), hold("ke", "us", "40")).result is not None
    with pytest.raises(FactsError, match="sum to"):
        asked("us", hold("de", "us", "60"), hold("ke", "us", last))


def test_more_than_the_whole_in_the_graph_is_a_problem_for_all_below() -> None:
    graph = Graph(links([("de", "us", 60), ("ke", "us", 41), ("us", "cn", 100), ("mo", "hk", 100)]))
    assert graph.problem("us") == graph.problem("cn") == ("us", Problem.OVER)
    assert graph.problem("de") is graph.problem("hk") is None


def test_holdings_that_follow_each_other_do_not_add_up() -> None:
    holdings = (hold("de", "us", "100", "until: '2026-03-01'"), hold("cn", "us", "100", "since: '2026-03-01'"))
    assert placed("us", *holdings, on=date(2026, 2, 28)).placed.ultimate_parent == "de"
    assert placed("us", *holdings, on=date(2026, 3, 1)).placed.ultimate_parent == "cn"


def test_unknown_headquarters() -> None:
    undetermined(asked("nowhere"), "the headquarters of Nowhere Co (nowhere)", "add headquarters", "facts.yaml:9")
    undetermined(asked("us", hold("nowhere", "us", "60")), "the ultimate parent", "facts.yaml:9")
    assert asked("us", hold("nowhere", "us", "40")).result is not None


def test_every_gap_is_named() -> None:
    answer = asked("nowhere", hold("unknown", "nowhere", "60"))
    assert len(answer.missing) == 2


def test_what_is_blocked_already_is_determined_in_spite_of_gaps() -> None:
    answer = asked("cn", hold("unknown", "cn", "60"))
    assert answer.outcome is Outcome.DETERMINED
    assert answer.result is not None
    assert answer.result.placed.tier is Tier.BLOCKED
    assert answer.result.placed.ultimate_parent is None
    assert any("nothing stricter could follow" in one for one in answer.cautions)


def test_a_known_place_that_is_not_blocked_does_not_help() -> None:
    undetermined(asked("ke", hold("unknown", "ke", "60")), "the ultimate parent of KE Co (ke)")


@pytest.mark.parametrize("party", ["nobody", "unknown", "US"])
def test_no_such_party(party: str) -> None:
    undetermined(asked(party), "no party of that id")


def test_before_the_tables() -> None:
    assert asked("us", on=date(2025, 1, 12)).outcome is Outcome.CANNOT_BE_DETERMINED


# What follows.


@pytest.mark.parametrize(
    ("party", "holdings", "expected"),
    [
        ("us", (), False),
        ("ke", (), False),
        ("cn", (), True),
        ("mo", (), True),
        ("hk", (), True),
        ("ke", (hold("cn", "ke", "51"),), True),
        ("us", (hold("cn", "us", "51"),), False),  # located in the United States
        ("cn", (hold("us", "cn", "51"),), True),
        ("branch-us", (), False),
        ("branch", (), False),  # located in China, of the United States
    ],
)
def test_whom_the_guidance_of_31_may_2026_reaches(party: str, holdings: tuple[str, ...], expected: bool) -> None:
    result = placed(party, *holdings, on=date(2026, 5, 31))
    reached = consequence(result, "licence-requirement")
    assert reached.holds is expected
    assert reached.status is Status.IN_PART
    assert consequence(placed(party, *holdings, on=date(2026, 5, 30)), "licence-requirement").holds is False


def test_non_enforcement_is_not_said_of_older_controls() -> None:
    assert any("Older controls" in one for one in asked("cn", on=date(2025, 8, 1)).cautions)
    assert any("Older controls" in one for one in asked("branch", on=date(2026, 8, 1)).cautions)
    for party, day in (("ke", date(2025, 8, 1)), ("cn", date(2026, 8, 1)), ("cn", date(2025, 5, 12))):
        assert not any("Older controls" in one for one in asked(party, on=day).cautions)


def test_before_the_compliance_date_nothing_is_called_enforced() -> None:
    says = consequence(placed("ke", on=date(2025, 5, 12)), "licence-requirement").says
    assert "compliance due from 2025-05-15" in says
    assert "is enforced" not in says


def test_before_non_enforcement_everybody_abroad_was_reached() -> None:
    assert consequence(placed("ke", on=date(2025, 5, 12)), "licence-requirement").holds is True
    assert consequence(placed("us", on=date(2025, 5, 12)), "licence-requirement").holds is False


def test_a_gap_that_leaves_the_guidance_open_is_missing() -> None:
    answer = asked("lost")
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert answer.result is not None
    assert answer.result.placed.tier is Tier.BLOCKED
    assert consequence(answer.result, "licence-requirement").holds is None
    assert "headquarters" in answer.missing[0].why


def test_the_licence_exception_and_the_allocation_follow_the_strictest_tier() -> None:
    mild, other, blocked = (placed("us", hold(one, "us", "60")) for one in ("de", "ke", "cn"))
    assert [consequence(one, "aia").holds for one in (mild, other, blocked)] == [True, False, False]
    assert [consequence(one, "country-allocation").holds for one in (mild, other, blocked)] == [False, True, False]
    assert "presumption of denial" in consequence(blocked, "review-policy").says


def test_norway_is_named_wherever_it_counts() -> None:
    assert [one.id for one in asked("no").ambiguous] == ["norway-code"]
    assert [one.id for one in asked("us", hold("no", "us", "60")).ambiguous] == ["norway-code"]
    assert asked("us").ambiguous == ()


# Families.


class Names(Frozen):
    names: tuple[str, ...]


def names(compute: Callable[[Working], frozenset[str]]) -> tuple[str, ...] | None:
    work = Working(LAW, DAY, "family")
    result = work.answered(lambda: ("", Names(names=tuple(sorted(compute(work)))))).result
    return None if result is None else result.names


def test_a_family_is_everybody_under_the_ultimate_parent() -> None:
    text = "\n".join(
        f"  - {{{one}}}" for one in (hold("us", "de", "60"), hold("de", "ke", "60"), hold("us", "cn", "49"))
    )
    ownership = Ownership(facts(f"{PARTIES.strip()}\nownership:\n{text}\n"))
    for party in ("us", "de", "ke"):
        assert names(lambda work, party=party: ownership.family(work, party)) == ("de", "ke", "us")
    assert names(lambda work: ownership.family(work, "cn")) == ("cn",)
    assert names(lambda work: ownership.family(work, "mo")) == ("mo",)


def test_who_may_belong_to_a_family_is_told_apart() -> None:
    rows = (hold("us", "de", "50"), hold("mo", "de", "50"), hold("de", "ke", "60"), hold("unknown", "hk", "60"))
    text = "\n".join(f"  - {{{one}}}" for one in rows)
    ownership = Ownership(facts(f"{PARTIES.strip()}\nownership:\n{text}\n"))
    assert names(lambda work: ownership.family(work, "us")) == ("us",)
    assert names(lambda work: ownership.doubtful(work, "us")) == ("de", "hk", "ke")
    assert names(lambda work: ownership.doubtful(work, "cn")) == ("hk",)
    assert names(lambda work: ownership.family(work, "ke")) is None


# Ten thousand parties.

MANY = 10_000


def links(rows: Sequence[tuple[str, str, int]]) -> list[Link]:
    return [Link(owner, owned, Decimal(percent), False, index) for index, (owner, owned, percent) in enumerate(rows)]


SHAPES = {
    "chain": [(f"p{i}", f"p{i + 1}", 60) for i in range(MANY)],
    "chain backwards": [(f"p{i}", f"p{i + 1}", 60) for i in reversed(range(MANY))],
    "star": [("p0", f"p{i}", 60) for i in range(1, MANY)],
    "ring": [(f"p{i}", f"p{(i + 1) % MANY}", 60) for i in range(MANY)],
    "ladder": [(f"p{max(i - step, 0)}", f"p{i}", 30) for i in range(2, MANY) for step in (1, 2)],
    "halves": [(f"p{(7 * i + step) % MANY}", f"p{i}", 50) for i in range(1, MANY) for step in (1, 2)],
}


@pytest.mark.parametrize("shape", SHAPES)
def test_ten_thousand_parties(shape: str) -> None:
    graph = Graph(links(SHAPES[shape]))
    tops = [(graph.top(f"p{i}"), graph.problem(f"p{i}")) for i in range(MANY)]
    way = graph.way_up(f"p{MANY - 1}")
    if shape.startswith("chain"):
        assert set(tops) == {("p0", None)}
        assert len(way) == MANY - 1
    if shape == "ring":
        assert {problem for _, problem in tops} == {("p0", Problem.CYCLE)}
    if shape == "halves":
        assert not any(problem is None for _, problem in tops[1:])


def test_the_question_over_ten_thousand_parties() -> None:
    parties = "\n".join(f"  - {{id: p{i}, name: P{i}, headquarters: {'CN' if i == 0 else 'US'}}}" for i in range(MANY))
    holdings = "\n".join(f"  - {{owner: p{i}, owned: p{i + 1}, percent: 60}}" for i in range(MANY - 1))
    file = facts(f"parties:\n{parties}\nownership:\n{holdings}\n")
    answer = entity(LAW, DAY, file, f"p{MANY - 1}")
    assert answer.result is not None
    assert answer.result.placed.ultimate_parent == "p0"
    assert answer.result.placed.tier is Tier.BLOCKED
    assert all(len(step.says) < 2000 for step in answer.steps)


# Properties.

IDS = [f"p{i}" for i in range(6)]
holdings = st.lists(
    st.builds(
        Link,
        owner=st.sampled_from([*IDS, UNKNOWN]),
        owned=st.sampled_from(IDS),
        percent=st.sampled_from([Decimal(n) for n in (0, 5, 10, 25, 30, 40, 50, 51, 60, 100)]),
        controls=st.sampled_from([False, False, False, True]),
        index=st.just(0),
    ).filter(lambda link: link.owner != link.owned),
    max_size=14,
)


def verdicts(rows: Sequence[Link]) -> dict[str, tuple[str | None, tuple[str, Problem] | None, object]]:
    graph = Graph([Link(one.owner, one.owned, one.percent, one.controls, index) for index, one in enumerate(rows)])
    found = {}
    for party in IDS:
        problem = graph.problem(party)
        way = () if problem else tuple((owned, held.holder) for owned, held in graph.way_up(party))
        found[party] = (None if problem else graph.top(party), problem, way)
    return found


@settings(max_examples=400, deadline=None)
@given(holdings, st.randoms())
def test_the_order_of_holdings_does_not_matter(rows: list[Link], random: object) -> None:
    mixed = list(rows)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert verdicts(mixed) == verdicts(rows)


def plainly(rows: Sequence[Link]) -> dict[str, str]:
    """The top of each party by the rule said plainly, for rows in which nobody `controls` and no party is over 100."""
    top = {party: party for party in IDS}
    while True:
        for party in IDS:
            if top[party] != party:
                continue
            sums: dict[str, Decimal] = {}
            for link in rows:
                if link.owned == party and link.owner != UNKNOWN:
                    sums[top[link.owner]] = sums.get(top[link.owner], Decimal(0)) + link.percent
            over = [owner for owner, share in sums.items() if share > MAJORITY]
            if over and over[0] != party:
                top = {one: over[0] if at == party else at for one, at in top.items()}
                break
        else:
            return top


@settings(max_examples=400, deadline=None)
@given(holdings)
def test_a_plain_reckoning_agrees(rows: list[Link]) -> None:
    without = [Link(one.owner, one.owned, one.percent, False, 0) for one in rows]
    sums = {owned: sum(one.percent for one in without if one.owned == owned) for owned in IDS}
    kept = [one for one in without if sums[one.owned] <= 100]
    expected = plainly(kept)
    for party, (top, problem, _) in verdicts(kept).items():
        if problem is None:
            assert top == expected[party]


@settings(max_examples=400, deadline=None)
@given(holdings, st.sampled_from(IDS), st.sampled_from(IDS), st.integers(1, 49))
def test_a_minority_holder_beside_the_majority_changes_no_parent(
    rows: list[Link], owned: str, minority: str, share: int
) -> None:
    if owned == minority:
        return
    majority = next(one for one in IDS if one not in (owned, minority))
    kept = [one for one in rows if one.owned != owned]
    before = [*kept, Link(majority, owned, Decimal(51), False, 0)]
    after = [*before, Link(minority, owned, Decimal(share), False, 0)]
    was, now = verdicts(before), verdicts(after)
    for party in IDS:
        if was[party][0] is not None:
            assert now[party][:2] == was[party][:2]


@settings(max_examples=400, deadline=None)
@given(holdings)
def test_families_are_disjoint_and_hold_each_party_once(rows: list[Link]) -> None:
    graph = Graph(rows)
    seen = [member for top in {graph.top(party) for party in IDS} for member in graph.members(top)]
    assert sorted(seen) == sorted(IDS)


@settings(max_examples=400, deadline=None)
@given(holdings, st.sampled_from(IDS))
def test_a_party_that_an_unknown_owner_controls_is_never_determined(rows: list[Link], party: str) -> None:
    with_unknown = [*rows, Link(UNKNOWN, party, Decimal(1), True, 0)]
    assert verdicts(with_unknown)[party][0] is None


@pytest.mark.parametrize(
    ("holdings", "said"),
    [
        ((), "The facts name nobody who holds any of US Co (us)"),
        ((hold("de", "us", "40"),), "The facts name nobody who holds the other 60 percent of US Co (us)"),
        ((hold("de", "us", "100"),), "The facts name nobody who holds any of DE Co (de)"),
    ],
)
def test_owners_the_facts_leave_out_are_named_as_left_out(holdings: tuple[str, ...], said: str) -> None:
    cautions = asked("us", *holdings).cautions
    assert [caution.startswith(said) for caution in cautions if "name nobody" in caution] == [True]


def test_a_party_wholly_accounted_for_has_no_such_caution() -> None:
    holdings = (
        hold("de", "us", "40"),
        hold("ke", "us", "30"),
        hold("no", "us", "30", "controls: true"),
        hold("de", "no", "40"),
    )
    cautions = asked("us", *holdings).cautions
    assert [caution for caution in cautions if "name nobody" in caution and "(us)" in caution] == []
