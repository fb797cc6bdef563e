"""The question `ownership`: which stakes in a VEU are reported, carved out, or cannot be determined."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model.answer import Answer, Outcome
from auditor.regulation.ownership.stakes import Disclosure, HolderGroup, Verdict, ownership
from auditor.regulation.tables.law import Law
from tests.regulation.small import LAW, facts, newer

DAY = date(2026, 9, 1)
SCREENED = "screened: '2026-08-01'"

PARTIES = f"""
parties:
  - {{id: veu, name: VEU, headquarters: US, {SCREENED}}}
  - {{id: cn, name: CN Fund, headquarters: CN, {SCREENED}}}
  - {{id: cn2, name: CN Bank, headquarters: CN}}
  - {{id: mo, name: MO Fund, headquarters: MO, {SCREENED}}}
  - {{id: hk, name: HK Fund, headquarters: HK, {SCREENED}}}
  - {{id: de, name: DE Fund, headquarters: DE, {SCREENED}}}
  - {{id: ky, name: KY Fund, headquarters: KY, {SCREENED}}}
  - {{id: listed, name: Listed, headquarters: DE, lists: [entity-list], {SCREENED}}}
  - {{id: sdn, name: SDN, headquarters: DE, lists: [sdn]}}
  - {{id: unverified, name: Unverified, headquarters: DE, lists: [unverified-list, isn], {SCREENED}}}
  - {{id: unscreened, name: Unscreened, headquarters: DE}}
  - {{id: nowhere, name: Nowhere, {SCREENED}}}
  - {{id: sub, name: Subsidiary, headquarters: DE, {SCREENED}}}
  - {{id: ministry, name: Ministry, headquarters: CN, kind: government}}
  - {{id: army, name: Army, headquarters: CN, kind: military}}
  - {{id: kremlin, name: Kremlin, headquarters: RU, kind: government}}
"""

UNDER = "percent: '0.5', usd: 500000"
TRADED = "mainly_traded_in: US"


def stake(holder: str, amounts: str = UNDER, more: str = TRADED, kind: str = "equity", subject: str = "veu") -> str:
    extra = f", {more}" if more else ""
    given = f", {amounts}" if amounts else ""
    return f"holder: {holder}, subject: {subject}, kind: {kind}{given}{extra}"


def asked(*stakes: str, owners: tuple[str, ...] = (), on: date = DAY, law: Law = LAW) -> Answer[Disclosure]:
    text = PARTIES
    if stakes:
        text += "stakes:\n" + "\n".join(f"  - {{{one}}}" for one in stakes) + "\n"
    if owners:
        text += "ownership:\n" + "\n".join(f"  - {{{one}}}" for one in owners) + "\n"
    return ownership(law, on, facts(text), "veu")


def groups(*stakes: str, owners: tuple[str, ...] = (), on: date = DAY, law: Law = LAW) -> tuple[HolderGroup, ...]:
    result = asked(*stakes, owners=owners, on=on, law=law).result
    assert result is not None
    return result.groups


def verdict(*stakes: str, owners: tuple[str, ...] = (), on: date = DAY, law: Law = LAW) -> Verdict:
    (group,) = groups(*stakes, owners=owners, on=on, law=law)
    return group.verdict


# The limits.


@pytest.mark.parametrize(
    ("percent", "usd", "expected"),
    [
        ("0.999999999999", "999999.999999", Verdict.CARVED_OUT),
        ("0", "0", Verdict.CARVED_OUT),
        ("1", "1", Verdict.REPORT),
        ("0.1", "1000000", Verdict.REPORT),
        ("1", "1000000", Verdict.REPORT),
        ("1.000000000001", "0", Verdict.REPORT),
        ("0", "1000000.000001", Verdict.REPORT),
        ("100", "1e12", Verdict.REPORT),
    ],
)
def test_under_both_limits_or_reported(percent: str, usd: str, expected: Verdict) -> None:
    assert verdict(stake("cn", f"percent: '{percent}', usd: '{usd}'")) is expected
    assert verdict(stake("cn", f"percent: '{percent}', usd: '{usd}'", kind="debt")) is expected
    assert verdict(stake("cn", f"percent: '{percent}', usd: '{usd}'", kind="contingent-equity")) is expected


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        ("usd: 999999", Verdict.UNDETERMINED),
        ("usd: 1000000", Verdict.REPORT),
        ("percent: '0.99'", Verdict.UNDETERMINED),
        ("percent: 1", Verdict.REPORT),
        ("", Verdict.UNDETERMINED),
    ],
)
def test_a_missing_figure_matters_unless_the_other_decides(amounts: str, expected: Verdict) -> None:
    answer = asked(stake("cn", amounts))
    assert verdict(stake("cn", amounts)) is expected
    decided = expected is not Verdict.UNDETERMINED
    assert (answer.outcome is Outcome.DETERMINED) is decided
    assert bool(answer.missing) is not decided
    if not decided:
        assert "not all is given" in answer.missing[0].why
        assert answer.missing[0].place
        assert answer.missing[0].fix


def test_the_limits_are_the_tables() -> None:
    law = newer(
        limits="""
        rows:
          - id: stake.percent
            value: 5
            unit: percent
            meaning: "test"
            cite: "test"
            source: fr-2025-00636
            confidence: primary
            provision: dc-veu
            since: 2027-01-01
            seen: 2027-01-01
        """
    )
    two = stake("cn", "percent: 2, usd: 5")
    assert verdict(two, law=law, on=date(2026, 12, 31)) is Verdict.REPORT
    assert verdict(two, law=law, on=date(2027, 1, 1)) is Verdict.CARVED_OUT


def test_before_the_rule() -> None:
    answer = asked(stake("cn"), on=date(2025, 1, 12))
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert answer.result is None


# Where the shares are traded.


@pytest.mark.parametrize("exchange", ["US", "GB", "JP"])
def test_the_carve_out_is_open_on_an_exchange_of_supplement_5a(exchange: str) -> None:
    assert verdict(stake("cn", more=f"mainly_traded_in: {exchange}")) is Verdict.CARVED_OUT


@pytest.mark.parametrize("more", ["mainly_traded_in: CN", "mainly_traded_in: HK", "mainly_traded_in: SG", ""])
def test_the_carve_out_is_closed_elsewhere_and_where_nothing_is_said(more: str) -> None:
    assert verdict(stake("cn", more=more)) is Verdict.REPORT


def test_an_exchange_said_once_is_said_for_the_veu() -> None:
    assert {one.verdict for one in groups(stake("cn"), stake("mo", more=""))} == {Verdict.CARVED_OUT}


def test_two_exchanges_contradict_each_other_unless_both_fit() -> None:
    answer = asked(stake("cn"), stake("de", more="mainly_traded_in: HK"))
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert verdict(stake("cn"), stake("de", more="mainly_traded_in: HK")) is Verdict.UNDETERMINED
    over = stake("cn", "percent: 5, usd: 5")
    assert verdict(over, stake("de", more="mainly_traded_in: HK")) is Verdict.REPORT
    assert verdict(stake("cn"), stake("de", more="mainly_traded_in: GB")) is Verdict.CARVED_OUT


def test_an_exchange_of_another_party_does_not_count() -> None:
    assert verdict(stake("cn", more=""), stake("de", subject="sub")) is Verdict.REPORT


# Who is concerned.


@pytest.mark.parametrize("holder", ["cn", "cn2", "mo", "hk", "listed", "sdn", "ministry", "kremlin"])
def test_concerned(holder: str) -> None:
    assert verdict(stake(holder, "percent: 2, usd: 5")) is Verdict.REPORT


@pytest.mark.parametrize("holder", ["de", "ky", "unverified"])
def test_not_concerned(holder: str) -> None:
    answer = asked(stake(holder, "percent: 90, usd: 5000000"))
    assert answer.outcome is Outcome.DETERMINED
    assert answer.result is not None
    assert answer.result.groups == ()
    assert answer.result.not_concerned == (holder,)
    assert "nothing is to be reported" in answer.conclusion


@pytest.mark.parametrize(
    ("holder", "word"), [("unscreened", "not screened"), ("nowhere", "headquarters"), ("unknown", "not known")]
)
def test_who_is_not_known_to_be_concerned(holder: str, word: str) -> None:
    answer = asked(stake(holder, "percent: 2, usd: 5"))
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert word in answer.missing[0].why
    assert answer.missing[0].place
    assert answer.missing[0].fix
    assert verdict(stake(holder, "percent: 2, usd: 5")) is Verdict.UNDETERMINED


@pytest.mark.parametrize("holder", ["unscreened", "nowhere", "unknown"])
def test_who_it_is_does_not_matter_where_the_stake_is_carved_out_anyway(holder: str) -> None:
    assert verdict(stake(holder)) is Verdict.CARVED_OUT
    assert asked(stake(holder)).outcome is Outcome.DETERMINED


def test_the_ultimate_parent_makes_a_holder_concerned() -> None:
    big = stake("sub", "percent: 2, usd: 5")
    owned = "owner: cn, owned: sub, percent: {}"
    assert verdict(big, owners=(owned.format(51),)) is Verdict.REPORT
    assert asked(big, owners=(owned.format(49),)).result.groups == ()  # type: ignore[union-attr]
    assert verdict(big, owners=(owned.format(50),)) is Verdict.UNDETERMINED
    assert verdict(big, owners=("owner: unknown, owned: sub, percent: 60",)) is Verdict.UNDETERMINED
    assert verdict(big, owners=("owner: nowhere, owned: sub, percent: 60",)) is Verdict.UNDETERMINED


@pytest.mark.parametrize(
    ("on", "owner", "expected"),
    [
        (date(2025, 9, 29), "listed", None),
        (date(2025, 9, 30), "listed", Verdict.REPORT),
        (date(2025, 11, 10), "listed", None),
        (date(2026, 11, 9), "listed", None),
        (date(2026, 11, 10), "listed", Verdict.UNDETERMINED),
        (date(2026, 9, 1), "sdn", Verdict.UNDETERMINED),
    ],
)
def test_a_listed_parent_counts_as_the_affiliates_rule_stands(on: date, owner: str, expected: Verdict | None) -> None:
    big, owners = stake("sub", "percent: 2, usd: 5"), (f"owner: {owner}, owned: sub, percent: 60",)
    found = groups(big, owners=owners, on=on)
    assert [one.verdict for one in found] == ([expected] if expected else [])


# What counts together.


def test_holders_that_act_together_are_added_up() -> None:
    half = "percent: '0.5', usd: 10"
    apart = groups(stake("cn", half), stake("mo", half))
    assert [one.verdict for one in apart] == [Verdict.CARVED_OUT, Verdict.CARVED_OUT]
    together = groups(*(stake(one, half, f"{TRADED}, acting_together: club") for one in ("cn", "mo")))
    assert [(one.holders, one.verdict) for one in together] == [(("cn", "mo"), Verdict.REPORT)]
    assert together[0].equity_percent == 1


def test_just_under_the_limit_together() -> None:
    club = f"{TRADED}, acting_together: club"
    shares = (stake("cn", "percent: '0.5', usd: 500000", club), stake("mo", "percent: '0.499', usd: 499999", club))
    assert verdict(*shares) is Verdict.CARVED_OUT
    assert verdict(*shares[:1], stake("mo", "percent: '0.499', usd: 500000", club)) is Verdict.REPORT


def test_affiliated_holders_are_added_up() -> None:
    half = "percent: '0.5', usd: 10"
    (group,) = groups(stake("cn", half), stake("sub", half), owners=("owner: cn, owned: sub, percent: 60",))
    assert group.holders == ("cn", "sub")
    assert group.verdict is Verdict.REPORT


def test_bodies_of_one_government_are_added_up() -> None:
    half = "percent: '0.5', usd: 10"
    (group,) = groups(stake("ministry", half), stake("army", half))
    assert group.holders == ("army", "ministry")
    assert group.verdict is Verdict.REPORT


def test_whether_bodies_of_several_governments_are_added_up_is_left_open() -> None:
    half = "percent: '0.5', usd: 10"
    assert {one.verdict for one in groups(stake("ministry", half), stake("kremlin", half))} == {Verdict.UNDETERMINED}
    small = "percent: '0.4', usd: 10"
    assert {one.verdict for one in groups(stake("ministry", small), stake("kremlin", small))} == {Verdict.CARVED_OUT}


def test_several_stakes_of_one_holder_are_added_up() -> None:
    both = (stake("cn", "percent: '0.5', usd: 10"), stake("cn", "percent: '0.5', usd: 10", kind="contingent-equity"))
    assert verdict(*both) is Verdict.REPORT
    dollars = (stake("cn", "percent: '0.1', usd: 600000"), stake("cn", "percent: '0.1', usd: 400000", kind="debt"))
    assert verdict(*dollars) is Verdict.REPORT


def test_whether_percentages_of_equity_and_debt_are_added_is_left_open() -> None:
    both = (stake("cn", "percent: '0.6', usd: 10"), stake("cn", "percent: '0.6', usd: 10", kind="debt"))
    assert verdict(*both) is Verdict.UNDETERMINED
    assert "equity and of debt" in asked(*both).missing[0].why


def test_one_who_acts_together_and_is_not_concerned_leaves_it_open() -> None:
    club = f"{TRADED}, acting_together: club"
    (group,) = groups(stake("cn", "percent: '0.6', usd: 10", club), stake("de", "percent: '0.6', usd: 10", club))
    assert (group.holders, group.others, group.verdict) == (("cn",), ("de",), Verdict.UNDETERMINED)


def test_one_whose_affiliation_is_not_known_leaves_it_open() -> None:
    found = groups(stake("cn", "percent: '0.6', usd: 10"), stake("unknown", "percent: '0.6', usd: 10"))
    assert {one.verdict for one in found} == {Verdict.UNDETERMINED}
    found = groups(stake("cn", "percent: 2, usd: 10"), stake("unknown", "percent: '0.6', usd: 10"))
    assert {one.holders: one.verdict for one in found}[("cn",)] is Verdict.REPORT


# Holdings under `ownership`.


def test_a_holding_is_a_stake_too() -> None:
    assert verdict(stake("de"), owners=("owner: cn, owned: veu, percent: 2",)) is Verdict.REPORT
    assert verdict(stake("de"), owners=("owner: cn, owned: veu, percent: '0.5'",)) is Verdict.UNDETERMINED  # no dollars
    ended = ("owner: cn, owned: veu, percent: 2, until: '2026-01-01'",)
    assert asked(stake("de"), owners=ended).result.groups == ()  # type: ignore[union-attr]


def test_a_holding_and_a_stake_of_one_holder_are_one() -> None:
    owners = ("owner: cn, owned: veu, percent: '0.5'",)
    assert verdict(stake("cn"), owners=owners) is Verdict.CARVED_OUT
    assert verdict(stake("cn", "usd: 5"), owners=owners) is Verdict.CARVED_OUT


def test_a_holding_and_a_stake_that_differ() -> None:
    owners = ("owner: cn, owned: veu, percent: 2",)
    assert verdict(stake("cn"), owners=owners) is Verdict.UNDETERMINED
    assert "two shares for one stake" in asked(stake("cn"), owners=owners).missing[0].why
    assert verdict(stake("cn", "percent: 3, usd: 5"), owners=owners) is Verdict.REPORT
    assert verdict(stake("cn"), owners=("owner: cn, owned: veu, percent: '0.6'",)) is Verdict.CARVED_OUT


# The answer.


def test_the_answer_lists_each() -> None:
    answer = asked(
        stake("cn", "percent: 2, usd: 5"), stake("mo"), stake("de"), stake("unscreened", "percent: 3, usd: 5")
    )
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert "to be reported to BIS: cn; carved out: mo; not determined: unscreened" in answer.conclusion
    assert answer.result is not None
    assert answer.result.not_concerned == ("de",)
    assert all(step.cite for step in answer.steps)
    used = {row.id for step in answer.steps for row in step.used}
    assert {"supplement-10.3.stakes", "stake.percent", "stake.usd"} <= used
    assert answer.standing[0].provision == "dc-veu"


def test_no_stakes() -> None:
    answer = asked()
    assert answer.outcome is Outcome.DETERMINED
    assert answer.result is not None
    assert answer.result.groups == ()


def test_no_such_party() -> None:
    answer = ownership(LAW, DAY, facts(PARTIES), "nobody")
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert "no party of that id" in answer.missing[0].why


Row = tuple[str, str | None, str | None, str, str]

amounts = st.tuples(
    st.sampled_from(["cn", "mo", "de", "listed", "unscreened", "unknown", "ministry", "army", "kremlin"]),
    st.sampled_from([None, "0", "0.3", "0.5", "0.99", "1", "3"]),
    st.sampled_from([None, "0", "300000", "999999", "1000000"]),
    st.sampled_from(["equity", "debt", "ownership"]),
    st.sampled_from(["", "a", "b"]),
)


def lines(rows: list[Row]) -> list[str]:
    found = []
    for holder, percent, usd, kind, club in rows:
        figures = ", ".join(f"{name}: '{value}'" for name, value in (("percent", percent), ("usd", usd)) if value)
        found.append(stake(holder, figures, f"{TRADED}, acting_together: {club}" if club else TRADED, kind))
    return found


def worst(found: tuple[HolderGroup, ...]) -> dict[str, Verdict]:
    return {name: one.verdict for one in found for name in (*one.holders, *one.doubtful)}


@settings(max_examples=100, deadline=None)
@given(st.lists(amounts, min_size=1, max_size=5), st.randoms())
def test_the_order_of_stakes_does_not_matter(rows: list[Row], random: object) -> None:
    mixed = list(rows)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert worst(groups(*lines(mixed))) == worst(groups(*lines(rows)))


@settings(max_examples=100, deadline=None)
@given(st.lists(amounts, min_size=1, max_size=4), amounts)
def test_another_stake_never_carves_one_out(rows: list[Row], more: Row) -> None:
    before, after = worst(groups(*lines(rows))), worst(groups(*lines([*rows, more])))
    for holder, was in before.items():
        if was is Verdict.REPORT:
            assert after[holder] is Verdict.REPORT
        if after[holder] is Verdict.CARVED_OUT:
            assert was is Verdict.CARVED_OUT


@settings(max_examples=100, deadline=None)
@given(st.lists(amounts, min_size=1, max_size=5))
def test_what_is_carved_out_is_under_both_limits(rows: list[Row]) -> None:
    for group in groups(*lines(rows)):
        if group.verdict is Verdict.CARVED_OUT:
            assert group.equity_percent < 1
            assert group.debt_percent < 1
            assert group.usd < 1_000_000
            assert all(one.percent is not None and one.usd is not None for one in group.stakes)
        if group.verdict is Verdict.UNDETERMINED and not group.doubtful:
            assert max(group.equity_percent, group.debt_percent) < 1
            assert group.usd < Decimal(1_000_000)


def test_no_stakes_named_is_no_statement_that_there_are_none() -> None:
    answer = asked()
    assert "the facts name no holder" in answer.conclusion
    assert any("is not assumed" in caution for caution in answer.cautions)
    assert not any("is not assumed" in caution for caution in asked(stake("de")).cautions)
