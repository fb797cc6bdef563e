"""License Exceptions AIA, ACM and LPP: either side of each threshold, and nothing unsaid read as favourable."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.errors import UnknownReferenceError
from auditor.model.answer import Answer, Outcome
from auditor.model.facts import Authorization, Condition
from auditor.model.law import Status
from auditor.regulation.check import Check, Finding, Verdict
from auditor.regulation.exceptions.acm import acm
from auditor.regulation.exceptions.aia import aia, weights_facility
from auditor.regulation.exceptions.lpp import lpp
from auditor.regulation.exceptions.lpp_checks import Lpp
from auditor.regulation.quantities.holdings import Lot
from tests.regulation.small import LAW, edited, facts

ON = date(2026, 6, 1)

CHIPS = """
chips:
  - {id: c, name: C, maker: M, source: sheet, data_center: true, units: [{rates: [{bits: 8, tops: 625}]}]}
  - {id: weak, name: Weak, maker: M, source: sheet, data_center: true, units: [{rates: [{bits: 8, tops: 10}]}],
     dies: [{kind: logic, mm2: 800, non_planar: true}]}
  - {id: blank, name: Blank, maker: M, source: sheet}
"""
"""c: 5,000 TPP, so that 5,380 are 26,900,000 TPP, 640 are 3,200,000 and 50,600 are 253,000,000."""


def world(
    shipments: str = "", planned: str = "", *, parent: str = "IN", parties: str = "", ownership: str = "",
    site: str = "", more: str = "", sites: str = "",
) -> str:  # fmt: skip
    """A parent with two subsidiaries of full ownership, a site each."""
    plans = f"plans: [{{id: p, title: P, shipments: [{planned}]}}]" if planned else ""
    return f"""
parties:
  - {{id: top, name: Top, headquarters: {parent}}}
  - {{id: one, name: One, headquarters: BR}}
  - {{id: two, name: Two, headquarters: MX}}
  - {{id: other, name: Other, headquarters: IN}}
{parties}
ownership:
  - {{owner: top, owned: one, percent: 100}}
  - {{owner: top, owned: two, percent: 51}}
{ownership}
{CHIPS}
sites:
  - {{id: s1, name: S1, country: BR, owner: one{site}}}
  - {{id: s2, name: S2, country: MX, owner: two}}
  - {{id: so, name: SO, country: IN, owner: other}}
{sites}
shipments: [{shipments}]
{plans}
{more}
"""


def ship(name: str, quantity: int, to: str = "s1", day: str = "2026-03-01", under: str = "lpp", more: str = "") -> str:
    return f"{{id: {name}, date: {day}, chip: c, quantity: {quantity}, to: {to}, authorization: {under}{more}}}"


def year(
    text: str, party: str = "one", plan: str | None = None, lots: tuple[Lot, ...] = (), on: date = ON
) -> Answer[Lpp]:
    return lpp(LAW, on, facts(text), lots, party, 2026, plan)


def findings(checks: tuple[Check, ...], condition: str) -> set[Finding]:
    return {check.finding for check in checks if check.condition == condition}


def checked(answer: Answer[Lpp], condition: str) -> set[Finding]:
    assert answer.result is not None
    return findings(answer.result.checks, condition)


# LPP


@pytest.mark.parametrize(
    ("quantity", "verdict", "left", "exhausted"),
    [(5379, Verdict.OPEN, 5000, False), (5380, Verdict.OPEN, 0, True), (5381, Verdict.CLOSED, -5000, True)],
)
def test_the_yearly_amount_on_either_side(quantity: int, verdict: Verdict, left: int, exhausted: bool) -> None:
    answer = year(world(planned=ship("a", quantity, day="2026-08-01")), plan="p")
    assert answer.result is not None
    assert answer.result.verdict is verdict
    assert answer.result.headroom == left
    assert answer.result.total == 5000 * quantity
    assert (answer.result.exhausted is not None) is exhausted
    assert (answer.result.first_over is not None) is (left < 0)
    assert checked(answer, "lpp.exhaustion") == ({Finding.DUTY} if exhausted else set())


def test_what_is_exceeded_is_closed_whatever_else_is_missing() -> None:
    answer = year(world(ship("a", 5381)))
    assert answer.result is not None
    assert Finding.MISSING in checked(answer, "lpp.certification")
    assert answer.result.verdict is Verdict.CLOSED
    assert answer.outcome is not Outcome.CANNOT_BE_DETERMINED


def test_all_of_a_family_add_up() -> None:
    text = world(planned=", ".join((ship("a", 3000, day="2026-08-01"), ship("b", 2381, to="s2", day="2026-09-01"))))
    for party in ("top", "one", "two"):
        answer = year(text, party, "p")
        assert answer.result is not None
        assert answer.result.ultimate_parent == "top"
        assert answer.result.total == 26_905_000
        assert answer.result.verdict is Verdict.CLOSED
        assert answer.result.first_over is not None
        assert answer.result.first_over.id == "b"


def test_what_others_receive_does_not_count() -> None:
    answer = year(world(planned=", ".join((ship("a", 5380), ship("b", 5380, to="so")))), plan="p")
    assert answer.result is not None
    assert answer.result.total == 26_900_000


def test_another_year_does_not_count() -> None:
    text = world(planned=", ".join((ship("a", 5380, day="2026-12-31"), ship("b", 5380, day="2027-01-01"))))
    for which in (2026, 2027):
        answer = lpp(LAW, ON, facts(text), (), "one", which, "p")
        assert answer.result is not None
        assert answer.result.total == 26_900_000


def test_what_ships_under_another_authorization_does_not_count() -> None:
    answer = year(world(planned=", ".join((ship("a", 10), ship("b", 5380, under="license")))), plan="p")
    assert answer.result is not None
    assert answer.result.total == 50_000


def test_chips_below_3a090a_do_not_count() -> None:
    answer = year(world(planned=ship("a", 5380).replace("chip: c", "chip: weak")), plan="p")
    assert answer.result is not None
    assert answer.result.total == 0


def test_a_plan_not_asked_about_does_not_count() -> None:
    answer = year(world(planned=ship("a", 5381)))
    assert answer.result is not None
    assert answer.result.total == 0


@pytest.mark.parametrize(("quantity", "of", "more_than"), [(639, False, False), (640, True, False), (641, True, True)])
def test_the_notice_threshold_under_both_readings(quantity: int, of: bool, more_than: bool) -> None:
    answer = year(world(planned=ship("a", quantity, day="2026-08-01")), plan="p")
    assert answer.result is not None
    (shipment,) = answer.result.shipments
    assert (shipment.notice_of, shipment.notice_more_than) == (of, more_than)
    (ambiguous,) = [one for one in answer.ambiguous if one.id == "lpp-notice"]
    assert ambiguous.differs is (of != more_than)
    assert answer.outcome is (Outcome.DEPENDS if of != more_than else Outcome.DETERMINED)
    assert [one.reading for one in ambiguous.readings] == ["of", "more-than"]


def test_the_notice_threshold_is_by_shipment() -> None:
    planned = ", ".join(ship(f"a{number}", 639, day="2026-08-01") for number in range(4))
    answer = year(world(planned=planned), plan="p")
    assert checked(answer, "lpp.notice") == {Finding.SATISFIED}


def test_a_shipment_made_without_a_notice_named_is_missing_not_fine() -> None:
    answer = year(
        world(
            ship("a", 641),
            more="certifications: [{party: one, authorization: lpp, signed: 2026-01-01, copy_sent: 2026-01-02}]",
        )
    )
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert checked(answer, "lpp.notice") == {Finding.MISSING}


def test_a_notice_after_the_shipment_is_none() -> None:
    answer = year(world(ship("a", 641, more=", notice: 2026-03-02")))
    assert checked(answer, "lpp.notice") == {Finding.NOT_MET}


def test_exactly_the_threshold_without_notice_closes_nothing_by_itself() -> None:
    answer = year(world(ship("a", 640, more=", notice: 2026-03-02")))
    assert checked(answer, "lpp.notice") == {Finding.DUTY}


@pytest.mark.parametrize(
    ("sent_on", "finding"),
    [("2026-05-31", Finding.SATISFIED), ("2026-06-01", Finding.NOT_MET)],
)
def test_the_copy_goes_to_bis_within_30_days(sent_on: str, finding: Finding) -> None:
    certified = f"certifications: [{{party: two, authorization: lpp, signed: 2026-05-01, copy_sent: {sent_on}}}]"
    assert checked(year(world(ship("a", 1), more=certified)), "lpp.certification") == {finding}


@pytest.mark.parametrize(("on", "finding"), [(date(2026, 5, 31), Finding.DUTY), (date(2026, 6, 1), Finding.NOT_MET)])
def test_a_copy_not_sent_is_due_then_late(on: date, finding: Finding) -> None:
    certified = "certifications: [{party: top, authorization: lpp, signed: 2026-05-01}]"
    assert checked(year(world(more=certified), on=on), "lpp.certification") == {finding}


@pytest.mark.parametrize(
    ("dates", "finding"),
    [
        ("signed: 2026-05-30, copy_sent: 2026-06-02", Finding.DUTY),
        ("signed: 2026-05-01, copy_sent: 2026-06-02", Finding.NOT_MET),
        ("signed: 2026-06-02, copy_sent: 2026-06-03", Finding.MISSING),
    ],
)
def test_what_is_still_to_come_is_not_done(dates: str, finding: Finding) -> None:
    certified = f"certifications: [{{party: top, authorization: lpp, {dates}}}]"
    assert checked(year(world(ship("a", 1), more=certified)), "lpp.certification") == {finding}


def test_a_notice_still_to_come_is_not_given() -> None:
    answer = year(world(planned=ship("a", 641, day="2026-08-01", more=", notice: 2026-07-01")), plan="p")
    assert checked(answer, "lpp.notice") == {Finding.DUTY}


def test_a_certification_for_another_exception_is_none() -> None:
    certified = "certifications: [{party: top, authorization: aia, signed: 2026-05-01}]"
    assert checked(year(world(ship("a", 1), more=certified)), "lpp.certification") == {Finding.MISSING}


def test_shipments_made_without_a_certification_named_cannot_be_determined() -> None:
    answer = year(world(ship("a", 1)))
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    (gap,) = answer.missing
    assert gap.what == "certification"
    assert gap.place is not None
    assert gap.place.startswith("facts.yaml:")


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (world(parent="CN"), "Top is headquartered"),
        (world(parent="MO"), "Top is headquartered"),
        (world(parent="HK"), "Top is headquartered"),
        (world().replace("id: one, name: One", "id: one, name: One, located: MO"), "One is located"),
        (world(planned=ship("a", 1)).replace("country: BR", "country: MM"), "a goes to Myanmar"),
    ],
)
def test_macau_and_d5_close_it(text: str, where: str) -> None:
    answer = year(text, plan="p" if "plans:" in text else None)
    assert answer.result is not None
    assert answer.result.verdict is Verdict.CLOSED
    (check,) = [one for one in answer.result.checks if one.condition == "lpp.destination"]
    assert where in check.says


@pytest.mark.parametrize("more", [", kind: transfer", ", origin: BR", ", from_site: s3"])
def test_a_transfer_within_a_country_is_not_covered(more: str) -> None:
    sites = "  - {id: s3, name: S3, country: BR, owner: other}"
    answer = year(world(planned=ship("a", 1, more=more), sites=sites), plan="p")
    assert checked(answer, "lpp.direct") == {Finding.NOT_MET}


def test_a_reexport_is_direct() -> None:
    answer = year(world(planned=ship("a", 1, more=", kind: reexport, origin: DE")), plan="p")
    assert checked(answer, "lpp.direct") == {Finding.SATISFIED}


def test_an_unknown_owner_leaves_the_family_open() -> None:
    answer = year(
        world(ownership="  - {owner: unknown, owned: other, percent: 60}", planned=ship("a", 1, to="so")), "other", "p"
    )
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert answer.result is None


def test_a_receiver_that_may_belong_to_the_family_is_not_left_out_silently() -> None:
    text = world(ownership="  - {owner: unknown, owned: other, percent: 60}", planned=ship("a", 1, to="so"))
    answer = year(text, "one", "p")
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert any("whether shipment a counts" in one.what for one in answer.missing)


def test_a_chip_without_figures_cannot_be_added_up() -> None:
    answer = year(world(planned=ship("a", 1).replace("chip: c", "chip: blank")), plan="p")
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert answer.result is None
    assert "Blank" in answer.conclusion


def test_a_parent_without_headquarters_is_missing() -> None:
    answer = year(world().replace(", headquarters: IN}\n  - {id: one", "}\n  - {id: one"))
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert checked(answer, "lpp.destination") == {Finding.MISSING}


def test_volume_for_another_operator_is_named_and_still_counted() -> None:
    text = world(planned=ship("a", 100), parent="JP", site=", operator: other")
    answer = year(text, plan="p")
    assert answer.result is not None
    (elsewhere,) = answer.result.elsewhere
    assert (elsewhere.operator, elsewhere.tpp, elsewhere.sites) == ("other", 500_000, ("s1",))
    assert answer.result.total == 500_000


def test_volume_for_another_operator_needs_headquarters_in_5a() -> None:
    answer = year(world(planned=ship("a", 100), parent="IN", site=", operator: other"), plan="p")
    assert answer.result is not None
    assert answer.result.elsewhere == ()


def lot(count: int, **changes: object) -> Lot:
    given_ = {
        "site": "s1", "chip": "c", "condition": Condition.INSTALLED, "received": date(2026, 2, 1),
        "authorization": Authorization.LPP, "count": count, "on": date(2026, 5, 1),
    }  # fmt: skip
    return Lot.model_validate({**given_, **changes})


def test_an_inventory_counts_where_no_shipment_tells() -> None:
    answer = year(world(planned=ship("a", 380, day="2026-08-01")), plan="p", lots=(lot(5000),))
    assert answer.result is not None
    assert answer.result.total == 26_900_000
    assert answer.result.made == 25_000_000


def test_an_inventory_and_the_shipments_it_holds_count_once() -> None:
    answer = year(world(ship("a", 5000)), lots=(lot(5000),))
    assert answer.result is not None
    assert answer.result.total == 25_000_000


@pytest.mark.parametrize("count", [4999, 5001])
def test_an_inventory_that_contradicts_the_shipments_is_no_answer(count: int) -> None:
    answer = year(world(ship("a", 5000)), lots=(lot(count),))
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert any(one.what == "the TPP received under LPP in 2026" for one in answer.missing)


def test_chips_lost_since_were_received_all_the_same() -> None:
    answer = year(world(), lots=(lot(5, condition=Condition.LOST), lot(5)))
    assert answer.result is not None
    assert answer.result.total == 50_000


@pytest.mark.parametrize(
    "changes", [{"authorization": None}, {"received": None}, {"authorization": None, "received": None}]
)
def test_chips_of_unknown_authorization_or_day_are_not_left_out_silently(changes: dict[str, object]) -> None:
    answer = year(world(), lots=(lot(7, **changes),))
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED


def test_chips_received_in_another_year_or_otherwise_do_not_count() -> None:
    lots = (lot(7, received=date(2025, 12, 31)), lot(7, authorization=Authorization.AIA), lot(7, site="so"))
    answer = year(world(), lots=lots)
    assert answer.result is not None
    assert answer.result.total == 0


def test_a_year_before_the_rule_cannot_be_determined() -> None:
    answer = lpp(LAW, ON, facts(world()), (), "one", 2024)
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED


def test_unknown_names_are_refused() -> None:
    with pytest.raises(UnknownReferenceError, match="party"):
        year(world(), "nobody")
    with pytest.raises(UnknownReferenceError, match="plan"):
        year(world(), plan="nothing")


def test_the_amount_is_the_tables() -> None:
    law = edited("limits", "value: 26900000", "value: 5000")
    answer = lpp(law, ON, facts(world(planned=ship("a", 2))), (), "one", 2026, "p")
    assert answer.result is not None
    assert answer.result.headroom == -5000


def test_every_step_is_cited_and_unenforced_law_says_so() -> None:
    answer = year(world(planned=ship("a", 641)), plan="p")
    assert all(step.cite for step in answer.steps)
    assert any(one.provision == "licence-exceptions" and one.status is Status.UNENFORCED for one in answer.standing)


@given(
    st.lists(st.tuples(st.integers(1, 3000), st.integers(0, 360), st.sampled_from(["s1", "s2"])), max_size=6),
    st.randoms(),
)
@settings(max_examples=25, deadline=None)
def test_order_does_not_matter_and_a_shipment_never_lowers_the_sum(
    drawn: list[tuple[int, int, str]], chance: object
) -> None:
    start = date(2026, 1, 1)
    made = [ship(f"a{i}", q, to, (start + timedelta(days=d)).isoformat()) for i, (q, d, to) in enumerate(drawn)]
    shuffled = list(made)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = (year(world(planned=", ".join(each)), plan="p" if each else None).result for each in (made, shuffled))
    assert one is not None
    assert other is not None
    assert one.shipments == other.shipments
    assert one.total == sum(q for q, _, _ in drawn) * 5000
    totals = [each.total for each in one.shipments]
    assert totals == sorted(totals)


# AIA


def ally(
    shipments: str = "",
    planned: str = "",
    headquarters: str = "DE",
    parent: str = "JP",
    country: str = "FR",
    party: str = "",
    more: str = "",
    site: str = "",
) -> str:
    plans = f"plans: [{{id: p, title: P, shipments: [{planned}]}}]" if planned else ""
    return f"""
parties:
  - {{id: top, name: Top, headquarters: {parent}}}
  - {{id: one, name: One, headquarters: {headquarters}{party}}}
ownership: [{{owner: top, owned: one, percent: 100}}]
{CHIPS}
sites: [{{id: s1, name: S1, country: {country}, owner: one{site}}}]
shipments: [{shipments}]
{plans}
{more}
"""


def test_aia_is_open_where_all_three_are_on_the_list() -> None:
    answer = aia(LAW, ON, facts(ally(planned=ship("a", 1, under="aia", day="2026-08-01"))), (), "one", "p")
    assert answer.result is not None
    assert answer.result.verdict is Verdict.OPEN
    assert findings(answer.result.checks, "aia.certification") == {Finding.DUTY}


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        (ally(headquarters="IN", party=", located: DE"), "aia.headquarters"),
        (ally(parent="AE"), "aia.headquarters"),
        (ally(party=", located: IN"), "aia.located"),
        (ally(parent="CN"), "aia.headquarters"),
        (ally(planned=ship("a", 1, under="aia"), country="IN"), "aia.located"),
    ],
)
def test_aia_is_closed_where_one_is_not(text: str, condition: str) -> None:
    answer = aia(LAW, ON, facts(text), (), "one", "p" if "plans:" in text else None)
    assert answer.result is not None
    assert answer.result.verdict is Verdict.CLOSED
    assert Finding.NOT_MET in findings(answer.result.checks, condition)


def test_aia_without_headquarters_cannot_be_determined() -> None:
    answer = aia(LAW, ON, facts(ally().replace(", headquarters: DE", "")), (), "one")
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert answer.result is None


@pytest.mark.parametrize(("quantity", "differs"), [(50_599, True), (50_600, False), (50_601, False)])
def test_the_certificate_threshold_under_both_readings(quantity: int, differs: bool) -> None:
    answer = aia(LAW, ON, facts(ally(planned=ship("a", quantity, under="aia"))), (), "one", "p")
    (ambiguous,) = [one for one in answer.ambiguous if one.id == "aia-certificate"]
    assert ambiguous.differs is differs
    assert answer.result is not None
    assert (answer.result.reached is None) is differs
    assert "whatever the consignee receives" in ambiguous.readings[0].result


def test_the_certificate_threshold_is_cumulative_over_shipments_and_inventory() -> None:
    held = lot(600, authorization=Authorization.AIA)
    planned = ", ".join(ship(f"a{i}", 10_000, under="aia", day=f"2026-08-0{i + 1}") for i in range(5))
    answer = aia(LAW, ON, facts(ally(planned=planned)), (held,), "one", "p")
    assert answer.result is not None
    assert answer.result.total == 253_000_000
    assert answer.result.reached == date(2026, 8, 5)


def test_shipments_under_aia_without_certification_or_notice_named_are_missing() -> None:
    answer = aia(LAW, ON, facts(ally(ship("a", 1, under="aia"))), (), "one")
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert answer.result is not None
    assert findings(answer.result.checks, "aia.certification") == {Finding.MISSING}
    assert findings(answer.result.checks, "aia.notice") == {Finding.MISSING}


@pytest.mark.parametrize(
    ("signed", "finding"),
    [
        ("2026-03-01", Finding.SATISFIED),
        ("2026-03-02", Finding.MISSING),  # the text is not known to say that it must come before
        ("2026-06-02", Finding.MISSING),  # still to come on the day asked about
    ],
)
def test_a_certification_after_the_first_shipment_is_not_taken_as_enough(signed: str, finding: Finding) -> None:
    more = f"certifications: [{{party: one, authorization: aia, signed: {signed}}}]"
    answer = aia(LAW, ON, facts(ally(ship("a", 1, under="aia", more=", notice: 2026-02-01"), more=more)), (), "one")
    assert answer.result is not None
    assert findings(answer.result.checks, "aia.certification") == {finding}


FIT = ', meets: ["14", "15", "18"], assessment: Report 7'


def test_weights_may_go_to_a_facility_that_meets_all_three() -> None:
    answer = weights_facility(LAW, ON, facts(ally(country="IN", site=FIT)), "s1")
    assert answer.outcome is Outcome.DETERMINED
    assert answer.result is not None
    assert answer.result.verdict is Verdict.OPEN


@pytest.mark.parametrize(
    ("site", "missing"),
    [
        ("", ["14", "15", "18"]),
        (', meets: ["14", "15", "18"]', ["14", "15", "18"]),
        (', meets: ["14", "18"], assessment: Report 7', ["15"]),
        (", assessment: Report 7", ["14", "15", "18"]),
    ],
)
def test_what_no_assessment_shows_is_missing(site: str, missing: list[str]) -> None:
    answer = weights_facility(LAW, ON, facts(ally(country="IN", site=site)), "s1")
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert answer.result is not None
    found = [c.condition for c in answer.result.checks if c.finding is Finding.MISSING]
    assert found == [f"supplement-10.{number}" for number in missing]
    assert all(gap.place == "facts.yaml:12" for gap in answer.missing)


@pytest.mark.parametrize("country", ["MO", "MM", "HK"])
def test_no_assessment_helps_in_macau_or_d5(country: str) -> None:
    answer = weights_facility(LAW, ON, facts(ally(country=country, site=FIT)), "s1")
    assert answer.result is not None
    assert answer.result.verdict is Verdict.CLOSED


@pytest.mark.parametrize(
    "text", [ally(country="IN", site=FIT, parent="CN"), ally(country="IN", site=FIT, headquarters="IN")]
)
def test_no_assessment_helps_an_entity_of_elsewhere(text: str) -> None:
    answer = weights_facility(LAW, ON, facts(text), "s1")
    assert answer.result is not None
    assert answer.result.verdict is Verdict.CLOSED


def test_whether_the_parent_counts_outside_5a_is_left_open() -> None:
    answer = weights_facility(LAW, ON, facts(ally(country="IN", site=FIT, parent="IN")), "s1")
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert answer.result is not None
    assert answer.result.verdict is Verdict.UNDETERMINED
    inside = weights_facility(LAW, ON, facts(ally(country="FR", parent="IN")), "s1")
    assert inside.result is not None
    assert inside.result.verdict is Verdict.CLOSED


def test_a_notice_of_aia_after_the_shipment_is_left_open() -> None:
    answer = aia(LAW, ON, facts(ally(ship("a", 1, under="aia", more=", notice: 2026-03-02"))), (), "one")
    assert answer.result is not None
    assert findings(answer.result.checks, "aia.notice") == {Finding.MISSING}


def test_a_copy_of_the_aia_certificate_still_to_be_sent_is_not_sent() -> None:
    more = "certifications: [{party: one, authorization: aia, signed: 2026-02-01, copy_sent: 2026-06-02}]"
    answer = aia(LAW, ON, facts(ally(more=more)), (), "one")
    assert answer.result is not None
    assert findings(answer.result.checks, "aia.certificate") == {Finding.DUTY}


def test_in_a_5a_country_no_facility_condition_applies() -> None:
    answer = weights_facility(LAW, ON, facts(ally(country="FR")), "s1")
    assert answer.result is not None
    assert answer.result.verdict is Verdict.OPEN
    assert not any(one.condition.startswith("supplement-10") for one in answer.result.checks)


def test_weights_at_an_unassessed_facility_do_not_close_aia_for_chips() -> None:
    answer = aia(LAW, ON, facts(ally(country="IN")), (), "one")
    assert answer.result is not None
    assert answer.result.verdict is Verdict.OPEN
    assert answer.result.weights[0].verdict is Verdict.UNDETERMINED
    assert answer.outcome is not Outcome.CANNOT_BE_DETERMINED


# ACM


def maker(party: str = ", kind: private", shipment: str = ", use: production", site: str = "", **more: str) -> str:
    return ally(ship("a", 1, under="acm", more=shipment), party=party, site=site, **{"country": "IN", **more})


@pytest.mark.parametrize("use", ["development", "production", "storage"])
def test_acm_is_open_for_its_three_purposes(use: str) -> None:
    text = maker(shipment=f", use: {use}", site=", accounted: 2026-05-01")
    answer = acm(LAW, ON, facts(text), "one")
    assert answer.result is not None
    assert answer.result.verdict is Verdict.OPEN
    assert answer.result.facilities[0].due == date(2026, 11, 1)


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        (maker(shipment=", use: operation"), "acm.purpose"),
        (maker(party=", kind: government"), "acm.private"),
        (maker(party=", kind: military"), "acm.private"),
        (maker(country="MM"), "acm.destination"),
        (maker(parent="CN"), "acm.destination"),
        (maker(headquarters="MO"), "acm.destination"),
        (maker(site=", accounted: 2025-11-30"), "acm.accounting"),
    ],
)
def test_acm_is_closed_otherwise(text: str, condition: str) -> None:
    answer = acm(LAW, ON, facts(text), "one")
    assert answer.result is not None
    assert answer.result.verdict is Verdict.CLOSED
    assert findings(answer.result.checks, condition) == {Finding.NOT_MET}


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        (maker(shipment=""), "acm.purpose"),
        (maker(party=""), "acm.private"),
        (maker(site=""), "acm.accounting"),
        (maker(site=", accounted: 2026-07-01"), "acm.accounting"),
        (ally(party=", kind: private"), "acm.purpose"),
    ],
)
def test_what_the_facts_do_not_say_is_missing(text: str, condition: str) -> None:
    answer = acm(LAW, ON, facts(text), "one")
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert answer.result is not None
    assert findings(answer.result.checks, condition) == {Finding.MISSING}


@pytest.mark.parametrize(("last", "overdue"), [("2025-12-01", False), ("2025-11-30", True)])
def test_accounting_is_due_on_the_day_six_months_later(last: str, overdue: bool) -> None:
    answer = acm(LAW, ON, facts(maker(site=f", accounted: {last}")), "one")
    assert answer.result is not None
    assert answer.result.facilities[0].overdue is overdue


# Part 744


@pytest.mark.parametrize("lists", ["lists: [entity-list]", "kind: military"])
def test_a_listed_party_is_named_beside_what_the_exception_allows(lists: str) -> None:
    text = world(ship("a", 1), parties=f"  - {{id: bad, name: Bad, headquarters: BR, {lists}}}")
    for answer in (
        lpp(LAW, ON, facts(text), (), "bad", 2026),
        acm(LAW, ON, facts(text), "bad"),
        aia(LAW, ON, facts(text), (), "bad"),
    ):
        (caution,) = [one for one in answer.cautions if "Part 744" in one]
        assert caution.startswith("Bad ")


def test_a_party_that_is_not_listed_is_still_told_of_part_744() -> None:
    (caution,) = [one for one in year(world(ship("a", 1))).cautions if "Part 744" in one]
    assert caution.startswith("Part 744")
