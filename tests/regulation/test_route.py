"""Routes: what fits a plan, what closes it, what is missing; no licence only where that is determined."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from auditor.errors import UnknownReferenceError
from auditor.model.answer import NO_ADVICE, Answer, Outcome
from auditor.model.facts import Authorization
from auditor.regulation.check import Check, Finding, Verdict
from auditor.regulation.route.route import PREFERENCE, route
from auditor.regulation.route.types import Decision, Route
from tests.regulation.small import LAW, facts

ON = date(2026, 11, 22)
LATER = "2027-12-20"

CHIPS = """
chips:
  - {id: a, name: A, maker: M, source: sheet, data_center: true, units: [{rates: [{bits: 8, tops: 625}]}]}
  - {id: b, name: B, maker: M, source: sheet, data_center: true, units: [{rates: [{bits: 8, tops: 300}]}],
     dies: [{kind: logic, mm2: 1000, non_planar: true}]}
  - {id: low, name: Low, maker: M, source: sheet, data_center: true, units: [{rates: [{bits: 8, tops: 10}]}],
     dies: [{kind: logic, mm2: 800, non_planar: true}]}
  - {id: blank, name: Blank, maker: M, source: sheet}
"""
"""a: 5,000 TPP, 3A090.a. b: 2,400 TPP and 2.4 TPP/mm2, 3A090.b. low: neither."""

ALL = '"1", "2", "3", "4", "7", "8", "9", "13", "16", "17"'


def world(
    to: str = "IN", headquarters: str = "US", chip: str = "a", quantity: int = 10, day: str = LATER, *, party: str = "",
    site: str = "", more: str = "", shipment: str = "", screened: str = ", screened: 2026-11-01", owner: str = "acme",
) -> str:  # fmt: skip
    return f"""
parties:
  - {{id: acme, name: Acme, headquarters: {headquarters}{screened}{party}}}
  - {{id: other, name: Other, headquarters: IN, screened: 2026-11-01}}
{CHIPS}
sites:
  - {{id: s, name: S, country: {to}, owner: {owner}{site}}}
plans:
  - id: p
    title: P
    shipments: [{{id: x, date: {day}, chip: {chip}, quantity: {quantity}, to: s, authorization: license{shipment}}}]
inventories: [{{id: nothing, date: 2024-01-01, file: nothing.csv}}]
{more}
"""


def asked(text: str, on: date = ON) -> Answer[Decision]:
    return route(LAW, on, facts(text), (), "acme", "p")


def decided(text: str, on: date = ON) -> Decision:
    answer = asked(text, on)
    assert answer.result is not None
    return answer.result


def one(decision: Decision, authorization: Authorization) -> Route:
    return next(each for each in decision.routes if each.authorization is authorization)


def of(found: Route, condition: str) -> list[Check]:
    return [check for check in found.checks if check.condition == condition]


def finding(text: str, authorization: Authorization, condition: str, on: date = ON) -> set[Finding]:
    return {check.finding for check in of(one(decided(text, on), authorization), condition)}


def test_the_order_names_every_authorization_once_with_a_reason() -> None:
    assert sorted(each.authorization for each in PREFERENCE) == sorted(Authorization)
    assert all(each.why for each in PREFERENCE)
    assert [each.authorization for each in decided(world()).routes] == [each.authorization for each in PREFERENCE]


def test_every_check_has_its_paragraph_and_every_step_its_citation() -> None:
    answer = asked(world())
    assert answer.result is not None
    assert all(check.cite for each in answer.result.routes for check in each.checks)
    assert all(step.cite for step in answer.steps)
    assert "no legal advice" in answer.conclusion
    assert answer.notice == NO_ADVICE


def test_the_answer_is_data() -> None:
    document = asked(world()).document()
    assert "Infinity" not in json.dumps(document)
    nested = next(each for each in document["result"]["routes"] if each["authorization"] == "uveu")
    assert nested["uveu"]["result"]["points"]


def test_an_ally_takes_aia() -> None:
    decision = decided(world(to="DE", headquarters="JP", party=", kind: private", shipment=", use: operation"))
    assert decision.chosen is Authorization.AIA
    assert decision.undetermined_before == ()


def test_a_small_plan_elsewhere_takes_lpp() -> None:
    text = world(to="IN", headquarters="IN", party=", kind: private", shipment=", use: operation")
    answer = asked(text)
    assert answer.result is not None
    assert answer.result.chosen is Authorization.LPP
    assert answer.outcome is Outcome.DETERMINED


def test_a_maker_takes_acm() -> None:
    text = world(headquarters="IN", party=", kind: private", shipment=", use: production")
    assert decided(text).chosen is Authorization.ACM


def test_a_large_plan_elsewhere_leaves_a_licence_and_names_what_is_undetermined_before() -> None:
    text = world(headquarters="IN", quantity=6000, party=", kind: private", shipment=", use: operation")
    answer = asked(text)
    assert answer.result is not None
    assert answer.result.chosen is Authorization.LICENSE
    assert answer.result.undetermined_before == (Authorization.NVEU,)
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert one(answer.result, Authorization.LPP).verdict is Verdict.CLOSED


# No licence required


@pytest.mark.parametrize("to", ["DE", "IN", "MM", "AE"])
def test_chips_below_3a090_need_no_licence(to: str) -> None:
    decision = decided(world(to=to, chip="low"))
    assert decision.chosen is Authorization.NONE
    assert len(decision.routes) == 1


def test_the_united_states_is_no_destination_of_the_requirement() -> None:
    assert decided(world(to="US")).chosen is Authorization.NONE


@pytest.mark.parametrize(
    ("to", "required"),
    [("DE", False), ("BR", False), ("MM", True), ("CN", True), ("HK", True), ("MO", True), ("SA", True), ("IL", False)],
)
def test_3a090b_by_country_groups(to: str, required: bool) -> None:
    (need,) = decided(world(to=to, chip="b")).needs
    assert need.required is required


def test_3a090b_for_an_entity_of_d5_elsewhere_is_not_said_to_be_free() -> None:
    (need,) = decided(world(to="BR", chip="b", headquarters="CN")).needs
    assert need.required is None


def test_3a090a_needs_one_even_among_allies() -> None:
    decision = decided(world(to="DE", headquarters="JP"))
    assert one(decision, Authorization.NONE).verdict is Verdict.CLOSED


@pytest.mark.parametrize("chip", ["blank"])
def test_a_chip_that_cannot_be_classified_is_not_free(chip: str) -> None:
    decision = decided(world(chip=chip))
    assert one(decision, Authorization.NONE).verdict is Verdict.UNDETERMINED
    assert decision.needs[0].fix is not None


def test_without_a_screening_no_licence_is_not_determined() -> None:
    answer = asked(world(chip="low", screened=""))
    assert answer.result is not None
    assert answer.result.chosen is None
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert any("screening" in gap.why for gap in answer.missing)


@pytest.mark.parametrize("party", [", lists: [entity-list]", ", kind: military"])
def test_a_listed_or_military_party_has_no_open_route(party: str) -> None:
    decision = decided(world(to="DE", headquarters="JP", party=party))
    assert decision.chosen is None
    assert all(each.verdict is Verdict.CLOSED for each in decision.routes)


def test_a_listed_operator_closes_too() -> None:
    text = world(to="DE", headquarters="JP", site=", operator: other").replace(
        "screened: 2026-11-01}\n\nchips", "screened: 2026-11-01, lists: [sdn]}\n\nchips"
    )
    assert decided(text).chosen is None


def test_a_screening_of_tomorrow_is_none() -> None:
    text = world(chip="low", screened=f", screened: {ON + timedelta(days=1)}")
    assert one(decided(text), Authorization.NONE).verdict is Verdict.UNDETERMINED


def test_the_emirates_rule_cannot_be_relied_on() -> None:
    answer = asked(world(to="AE", headquarters="AE"))
    assert answer.result is not None
    found = one(answer.result, Authorization.NONE)
    assert found.verdict is Verdict.UNDETERMINED
    (check,) = of(found, "uae-2026")
    assert "cannot be relied on" in check.says
    assert "91 FR 43034" in check.cite


def test_before_the_emirates_rule_the_requirement_applies_there() -> None:
    decision = decided(world(to="AE", headquarters="AE"), on=date(2026, 7, 9))
    assert one(decision, Authorization.NONE).verdict is Verdict.CLOSED


# Exceptions


def test_every_receiver_is_asked_about() -> None:
    text = world(to="DE", headquarters="JP", shipment=", consignee: other")
    decision = decided(text)
    found = one(decision, Authorization.AIA)
    assert found.verdict is Verdict.CLOSED
    assert [answer.result.party for answer in found.aia if answer.result] == ["other"]


def test_lpp_is_asked_for_each_year() -> None:
    text = world(headquarters="IN", quantity=5380).replace(
        "shipments: [",
        "shipments: [{id: w, date: 2026-12-31, chip: a, quantity: 5380, to: s, authorization: uveu}, ",
    )
    found = one(decided(text), Authorization.LPP)
    assert [answer.result.year for answer in found.lpp if answer.result] == [2026, 2027]
    assert found.verdict is Verdict.OPEN


# VEU


def fit(more_site: str = "", **changes: str) -> str:
    return world(
        party=f", kind: private, meets: [{ALL}], assessment: R2{changes.pop('party', '')}",
        site=f', meets: ["14", "15", "18"], assessment: R1{more_site}',
        **{"shipment": ", use: operation", **changes},  # type: ignore[arg-type]
    )


def inside(quantity: int = 400) -> str:
    """An inventory's worth at home, by shipments made under the party's own name."""
    return (
        "  - {id: home, name: Home, country: US, owner: acme}\n"
        f"shipments: [{{id: h, date: 2025-06-01, chip: a, quantity: {quantity}, to: home, authorization: none}}]\n"
    )


def with_home(text: str, quantity: int = 400) -> str:
    return text.replace("plans:", f"{inside(quantity)}plans:")


def test_a_uveu_is_open_where_everything_is_shown() -> None:
    found = one(decided(with_home(fit())), Authorization.UVEU)
    assert [check.says for check in found.checks if check.finding in (Finding.NOT_MET, Finding.MISSING)] == []
    assert found.verdict is Verdict.OPEN


@pytest.mark.parametrize(("quantity", "expected"), [(133, Finding.SATISFIED), (132, Finding.NOT_MET)])
def test_the_7_percent_decide_about_the_uveu(quantity: int, expected: Finding) -> None:
    # 10 of 143 chips are 6.99 percent, 10 of 142 are 7.04 percent.
    assert finding(with_home(fit(), quantity), Authorization.UVEU, "supplement-10.6") == {expected}


@pytest.mark.parametrize("number", ["1", "4", "13", "17"])
def test_a_paragraph_without_an_assessment_is_missing(number: str) -> None:
    text = with_home(fit()).replace(f'"{number}", ', "").replace(f', "{number}"]', "]")
    assert finding(text, Authorization.UVEU, f"supplement-10.{number}") == {Finding.MISSING}


@pytest.mark.parametrize("number", ["14", "15", "18"])
def test_a_facility_paragraph_without_an_assessment_is_missing(number: str) -> None:
    text = with_home(world(party=f", meets: [{ALL}], assessment: R"))
    assert finding(text, Authorization.UVEU, f"supplement-10.{number}") == {Finding.MISSING}


def test_the_delayed_paragraphs_are_still_to_come_before_their_day() -> None:
    text = with_home(world(day="2026-12-20"))
    assert finding(text, Authorization.UVEU, "supplement-10.14", on=date(2026, 1, 14)) == {Finding.DUTY}
    assert finding(text, Authorization.UVEU, "supplement-10.14", on=date(2026, 1, 15)) == {Finding.MISSING}


@pytest.mark.parametrize(
    ("headquarters", "expected"), [("JP", Finding.SATISFIED), ("IN", Finding.NOT_MET), ("MO", Finding.NOT_MET)]
)
def test_a_uveu_belongs_to_5a(headquarters: str, expected: Finding) -> None:
    assert finding(world(headquarters=headquarters), Authorization.UVEU, "uveu.headquarters") == {expected}


def test_where_only_the_parent_is_in_5a_the_text_is_not_stretched() -> None:
    text = world(headquarters="IN", more="ownership: [{owner: top, owned: acme, percent: 100}]").replace(
        "  - {id: other", "  - {id: top, name: Top, headquarters: JP}\n  - {id: other"
    )
    assert finding(text, Authorization.UVEU, "uveu.headquarters") == {Finding.MISSING}


@pytest.mark.parametrize("name", ["Top", "Acme"])
@pytest.mark.parametrize(
    ("headquarters", "parent", "expected"),
    [
        ("IN", "JP", Finding.MISSING), ("JP", "IN", Finding.MISSING), ("JP", "CN", Finding.NOT_MET),
        ("MO", "JP", Finding.NOT_MET), ("IN", "BR", Finding.NOT_MET), ("US", "JP", Finding.SATISFIED),
    ],
)  # fmt: skip
def test_route_and_shares_judge_a_uveu_alike(headquarters: str, parent: str, expected: Finding, name: str) -> None:
    # With the parent's name the same as the party's, neither headquarters may hide the other.
    text = world(headquarters=headquarters, more="ownership: [{owner: top, owned: acme, percent: 100}]").replace(
        "  - {id: other", f"  - {{id: top, name: {name}, headquarters: {parent}}}\n  - {{id: other"
    )
    found = one(decided(text), Authorization.UVEU)
    assert {check.finding for check in of(found, "uveu.headquarters")} == {expected}
    assert found.uveu is not None
    assert found.uveu.result is not None
    assert bool(found.uveu.result.bounds) is (expected is not Finding.NOT_MET)
    open_ = any("whether it can be a UVEU" in gap.what for gap in found.uveu.missing)
    assert open_ is (expected is Finding.MISSING)


@pytest.mark.parametrize("authorization", [Authorization.UVEU, Authorization.NVEU])
@pytest.mark.parametrize("to", ["MM", "MO", "HK"])
def test_no_veu_has_a_data_center_in_macau_or_d5(authorization: Authorization, to: str) -> None:
    assert finding(world(to=to), authorization, f"{authorization}.location") == {Finding.NOT_MET}


@pytest.mark.parametrize("authorization", [Authorization.UVEU, Authorization.NVEU])
def test_who_owns_the_chips_applies(authorization: Authorization) -> None:
    assert finding(world(owner="other"), authorization, f"{authorization}.owner") == {Finding.MISSING}
    assert finding(world(), authorization, f"{authorization}.owner") == {Finding.SATISFIED}


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ("", Finding.MISSING),
        (", veu: [uveu]", Finding.SATISFIED),
        (", veu: [nveu], nveu_countries: [IN]", Finding.MISSING),
    ],
)
def test_an_operator_needs_its_own(held: str, expected: Finding) -> None:
    text = world(site=", operator: other").replace(
        "headquarters: IN, screened: 2026-11-01", f"headquarters: IN, screened: 2026-11-01{held}"
    )
    assert finding(text, Authorization.UVEU, "uveu.operator") == {expected}


def test_a_site_too_soon_closes_the_uveu_and_names_the_earliest_day() -> None:
    soon = (ON + timedelta(days=179)).isoformat()
    (check,) = of(one(decided(with_home(fit(day=soon))), Authorization.UVEU), "new-site-notice")
    assert check.finding is Finding.NOT_MET
    assert check.fix == f"plan it for {ON + timedelta(days=180)} or later"
    just = (ON + timedelta(days=180)).isoformat()
    assert finding(with_home(fit(day=just)), Authorization.UVEU, "new-site-notice") == {Finding.DUTY}


def test_a_grant_is_never_assumed() -> None:
    assert finding(world(), Authorization.UVEU, "veu.listed") == {Finding.DUTY}
    assert finding(world(party=", veu: [uveu]"), Authorization.UVEU, "veu.listed") == {Finding.SATISFIED}
    assert finding(world(party=", veu: [uveu]"), Authorization.NVEU, "veu.listed") == {Finding.DUTY}


@pytest.mark.parametrize(
    ("countries", "expected"), [("[IN]", Finding.SATISFIED), ("[BR]", Finding.DUTY), ("[BR, IN]", Finding.SATISFIED)]
)
def test_an_nveu_is_for_its_countries(countries: str, expected: Finding) -> None:
    text = world(party=f", veu: [nveu], nveu_countries: {countries}")
    assert finding(text, Authorization.NVEU, "veu.listed") == {expected}


ASSURED = "assurances: [{country: IN, since: 2026-01-01, what: arrangement of January 2026}]"


def test_assurances_under_both_readings() -> None:
    text = fit(headquarters="IN", quantity="6000")  # type: ignore[arg-type]
    answer = asked(text)
    (ambiguous,) = [each for each in answer.ambiguous if each.id == "nveu-assurances"]
    assert ambiguous.differs
    by = {each.reading: each.result for each in ambiguous.readings}
    assert "does not qualify" in by["condition"]
    assert "can be granted" in by["may-be-sought"]
    assert answer.result is not None
    assert {check.finding for check in of(one(answer.result, Authorization.NVEU), "supplement-10.12")} == {
        Finding.MISSING
    }


def test_with_an_arrangement_the_readings_agree_and_the_nveu_is_open() -> None:
    answer = asked(fit(headquarters="IN", quantity="6000", more=ASSURED))  # type: ignore[arg-type]
    (ambiguous,) = [each for each in answer.ambiguous if each.id == "nveu-assurances"]
    assert not ambiguous.differs
    assert answer.result is not None
    assert answer.result.chosen is Authorization.NVEU
    assert answer.outcome is Outcome.DETERMINED


@pytest.mark.parametrize(
    "assurance",
    [
        "{country: BR, since: 2026-01-01, what: w}",
        "{country: IN, since: 2026-11-23, what: w}",
        "{country: IN, since: 2025-01-01, until: 2026-11-22, what: w}",
    ],
)
def test_an_arrangement_elsewhere_or_at_another_time_is_none(assurance: str) -> None:
    text = world(headquarters="IN", more=f"assurances: [{assurance}]")
    assert finding(text, Authorization.NVEU, "supplement-10.12") == {Finding.MISSING}


def test_an_entity_of_5a_needs_no_arrangement() -> None:
    assert finding(world(headquarters="JP"), Authorization.NVEU, "supplement-10.12") == {Finding.SATISFIED}


@pytest.mark.parametrize(("headquarters", "expected"), [("IN", Finding.SATISFIED), ("MM", Finding.NOT_MET)])
def test_an_nveu_comes_from_the_groups(headquarters: str, expected: Finding) -> None:
    assert finding(world(headquarters=headquarters), Authorization.NVEU, "nveu.headquarters") == {expected}


def test_the_allocation_closes_the_nveu() -> None:
    # 5,064,000,000 TPP are 1,012,800 chips.
    assert finding(world(quantity=1_012_800), Authorization.NVEU, "nveu.allocation") == {Finding.SATISFIED}
    assert finding(world(quantity=1_012_801), Authorization.NVEU, "nveu.allocation") == {Finding.NOT_MET}


def test_contents_of_an_application_come_from_the_table_with_its_gaps() -> None:
    decision = decided(world())
    for authorization in (Authorization.UVEU, Authorization.NVEU):
        found = {content.id: content for content in one(decision, authorization).contents}
        assert found["supplement-8.B.9"].requirement
        assert found["supplement-8.B.1"].requirement is None
        assert found["supplement-8.B.1"].confidence == "none"
    uveu_items = [content.id for content in one(decision, Authorization.UVEU).contents]
    nveu_items = [content.id for content in one(decision, Authorization.NVEU).contents]
    assert "supplement-8.B.11" in nveu_items
    assert "supplement-8.B.11" not in uveu_items
    assert nveu_items.index("supplement-8.B.2") < nveu_items.index("supplement-8.B.10")
    assert nveu_items.index("supplement-8.A.7") < nveu_items.index("supplement-8.B.1")


@pytest.mark.parametrize("name", ["supplement-8-end", "supplement-8-name", "sanctions-consequence"])
def test_traps_of_the_list_are_named_with_the_consequence_of_each_reading(name: str) -> None:
    (ambiguous,) = [each for each in asked(world()).ambiguous if each.id == name]
    results = [each.result for each in ambiguous.readings]
    assert len(set(results)) == len(results) >= 2


def test_stakes_of_d5_are_disclosed() -> None:
    text = world(more="stakes: [{holder: fund, subject: acme, kind: equity, percent: 5, usd: 9000000}]").replace(
        "  - {id: other", "  - {id: fund, name: Fund, headquarters: CN}\n  - {id: other"
    )
    found = of(one(decided(text), Authorization.UVEU), "supplement-10.3")
    assert any("fund" in check.says for check in found)


# Licence


@pytest.mark.parametrize(
    ("to", "headquarters", "verdict", "condition"),
    [
        ("DE", "JP", Verdict.OPEN, "licence.review-approval"),
        ("IN", "IN", Verdict.OPEN, "licence.review-allocation"),
        ("MM", "IN", Verdict.CLOSED, "licence.review-denial"),
        ("IN", "MM", Verdict.CLOSED, "licence.review-denial"),
        ("DE", "CN", Verdict.CLOSED, "licence.review-denial"),
        ("DE", "IN", Verdict.UNDETERMINED, "licence.review-allocation"),
    ],
)
def test_the_review_policy(to: str, headquarters: str, verdict: Verdict, condition: str) -> None:
    found = one(decided(world(to=to, headquarters=headquarters)), Authorization.LICENSE)
    assert found.verdict is verdict
    assert of(found, condition)


def test_the_country_allocation_decides_about_the_licence() -> None:
    # 790,000,000 TPP are 158,000 chips.
    assert one(decided(world(quantity=158_000)), Authorization.LICENSE).verdict is Verdict.OPEN
    over = world(quantity=158_001, headquarters="IN")
    assert one(decided(over), Authorization.LICENSE).verdict is Verdict.CLOSED
    # Whether the allocation is for an entity with headquarters in Supplement 5(a) is not known.
    assert one(decided(world(quantity=158_001)), Authorization.LICENSE).verdict is Verdict.UNDETERMINED


def test_what_ships_after_a_licence_ends_is_named() -> None:
    assert finding(world(day="2027-11-23"), Authorization.LICENSE, "review-policy") == {Finding.DUTY}
    assert finding(world(day="2027-11-22"), Authorization.LICENSE, "review-policy") == set()


def test_the_china_rule_is_not_relied_on() -> None:
    text = world(to="CN", headquarters="CN", shipment=", origin: US").replace(
        "- {id: a, name: A,", "- {id: a, name: A, dram_gb_per_s: 6499,"
    )
    found = one(decided(text), Authorization.LICENSE)
    assert {check.finding for check in of(found, "licence.review-case-by-case")} == {Finding.MISSING}
    reexport = text.replace("authorization: license", "authorization: license, kind: reexport")
    assert one(decided(reexport), Authorization.LICENSE).verdict is Verdict.CLOSED
    from_elsewhere = one(decided(text.replace("origin: US", "origin: NL")), Authorization.LICENSE)
    assert from_elsewhere.verdict is Verdict.CLOSED
    unsaid = one(decided(text.replace(", origin: US", "")), Authorization.LICENSE)
    assert unsaid.verdict is Verdict.UNDETERMINED
    before = one(decided(text, on=date(2026, 1, 14)), Authorization.LICENSE)
    assert before.verdict is Verdict.CLOSED


# Facts that are missing, contradictory or wrong


def test_a_party_without_headquarters_has_no_route_by_place() -> None:
    text = world(to="DE").replace(", headquarters: US", "")
    decision = decided(text)
    assert decision.chosen is None
    for authorization in (Authorization.AIA, Authorization.UVEU, Authorization.NVEU, Authorization.LICENSE):
        assert one(decision, authorization).verdict is Verdict.UNDETERMINED


def test_owners_in_a_circle_have_no_route() -> None:
    text = world(
        to="DE",
        headquarters="JP",
        more="ownership: [{owner: acme, owned: other, percent: 60}, {owner: other, owned: acme, percent: 60}]",
    )
    decision = decided(text)
    assert decision.chosen is None
    assert one(decision, Authorization.AIA).verdict is Verdict.UNDETERMINED


def test_unknown_names_are_refused() -> None:
    with pytest.raises(UnknownReferenceError, match="party"):
        route(LAW, ON, facts(world()), (), "nobody", "p")
    with pytest.raises(UnknownReferenceError, match="plan"):
        route(LAW, ON, facts(world()), (), "acme", "nothing")


def test_before_the_rule_no_route_is_computed() -> None:
    answer = asked(world(), on=date(2024, 12, 31))
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert answer.result is None


def test_the_plan_s_own_authorization_does_not_change_the_routes() -> None:
    first = decided(world())
    second = decided(world().replace("authorization: license", "authorization: uveu"))
    assert [(each.authorization, each.verdict) for each in first.routes] == [
        (each.authorization, each.verdict) for each in second.routes
    ]


@pytest.mark.parametrize("added", [", screened: 2026-11-01", ""])
def test_removing_the_screening_never_opens_a_route(added: str) -> None:
    opened = {each.authorization for each in decided(world(screened=added)).routes if each.verdict is Verdict.OPEN}
    everything = {each.authorization for each in decided(world()).routes if each.verdict is Verdict.OPEN}
    assert opened <= everything
    assert not opened or added


def test_the_standing_of_the_requirement_is_said() -> None:
    answer = asked(world())
    assert "The licence requirement is enforced in part on that day." in answer.conclusion
    assert any(each.provision == "dc-veu" for each in answer.standing)
