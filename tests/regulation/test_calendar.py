"""Duties on their days: the two semiannual calendars, notices before, reports after; what is late says so."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from auditor.interop.icalendar import write_icalendar
from auditor.model.answer import Answer, Outcome
from auditor.model.law import Status
from auditor.regulation.calendar.agenda import Agenda, Entry, State
from auditor.regulation.calendar.calendar import calendar
from auditor.regulation.calendar.days import plus
from auditor.regulation.facts.file import FactsFile
from tests.regulation.small import LAW, edited, facts

ON = date(2026, 11, 22)

PARTY = "parties: [{id: acme, name: Acme, headquarters: US, veu: [uveu]}]"
CHIP = "chips: [{id: c, name: C, maker: M, source: sheet, data_center: true, units: [{rates: [{bits: 8, tops: 625}]}]}]"
"""5,000 TPP each."""


def asked(text: str, begins: date = ON, ends: date = date(2028, 12, 31), on: date = ON) -> Answer[Agenda]:
    return calendar(LAW, on, facts(text), begins, ends)


def of(answer: Answer[Agenda], duty: str) -> list[Entry]:
    assert answer.result is not None
    return [one for one in answer.result.entries if one.duty == duty]


def plan(day: str, authorization: str = "uveu", more: str = "", site: str = "", quantity: int = 1) -> str:
    return f"""
{PARTY}
{CHIP}
sites:
  - {{id: old, name: Old, country: US, owner: acme}}
  - {{id: new, name: New, country: DE, owner: acme{site}}}
plans:
  - id: p
    title: P
    shipments: [{{id: s, date: {day}, chip: c, quantity: {quantity}, to: new, authorization: {authorization}{more}}}]
"""


def test_both_semiannual_calendars_and_the_list_of_an_nveu_are_there() -> None:
    answer = asked(
        "parties: [{id: a, name: A, headquarters: US, veu: [uveu, nveu], nveu_countries: [IN]}]",
        ends=date(2027, 11, 21),
    )
    assert [one.date for one in of(answer, "end-user-report")] == [date(2027, 1, 15), date(2027, 7, 15)]
    assert [one.date for one in of(answer, "chip-accounting")] == [date(2027, 2, 1), date(2027, 8, 1)]
    assert [one.date for one in of(answer, "customer-list")] == [date(2027, 1, 15), date(2027, 7, 15)]
    assert "1 January to 30 June" in of(answer, "end-user-report")[1].says


def test_a_uveu_owes_no_customer_list() -> None:
    answer = asked(PARTY)
    assert of(answer, "customer-list") == []
    assert answer.result is not None
    assert any("Customer list" in why for why in answer.result.left_out)


def test_every_entry_carries_citation_and_status() -> None:
    answer = asked(plan("2027-12-01"))
    assert answer.result is not None
    assert answer.result.entries
    for one in answer.result.entries:
        assert one.cite
        assert one.status is Status.UNENFORCED


def test_entries_are_sorted_by_day() -> None:
    answer = asked(plan("2027-12-01"), begins=date(2025, 1, 1))
    assert answer.result is not None
    days = [one.date for one in answer.result.entries]
    assert days == sorted(days)


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (ON + timedelta(days=180), State.DUE),
        (ON + timedelta(days=179), State.TOO_LATE),
        (ON + timedelta(days=1), State.TOO_LATE),
        (ON, State.TOO_LATE),
        (ON - timedelta(days=1), State.OVERDUE),
    ],
)
def test_the_180_days_before_a_new_site(day: date, state: State) -> None:
    (notice,) = of(asked(plan(day.isoformat())), "new-site-notice")
    assert notice.state is state
    assert notice.date == day - timedelta(days=180)
    assert notice.earliest == (ON + timedelta(days=180) if state is State.TOO_LATE else None)


@pytest.mark.parametrize(("early", "state"), [(180, State.DONE), (181, State.DONE), (179, State.DONE_LATE)])
def test_a_site_notified_in_time_and_a_day_late(early: int, state: State) -> None:
    day = date(2027, 2, 1)
    told = day - timedelta(days=early)
    (notice,) = of(asked(plan(day.isoformat(), site=f", notified: {told}"), begins=date(2026, 1, 1)), "new-site-notice")
    assert notice.state is state
    assert notice.done == told


def test_a_notice_said_to_be_given_tomorrow_is_not_done() -> None:
    text = plan("2027-02-01", site=f", notified: {ON + timedelta(days=1)}")
    (notice,) = of(asked(text), "new-site-notice")
    assert notice.state is State.TOO_LATE


def test_no_notice_for_a_site_under_another_authorization() -> None:
    answer = asked(plan("2027-12-01", authorization="license"))
    assert of(answer, "new-site-notice") == []


def test_a_site_that_had_a_shipment_is_new_no_more() -> None:
    text = plan("2027-12-01").replace(
        "plans:", "shipments: [{id: m, date: 2025-06-01, chip: c, quantity: 1, to: new, authorization: uveu}]\nplans:"
    )
    (notice,) = of(asked(text), "new-site-notice")
    assert notice.event == date(2025, 6, 1)
    assert notice.state is State.OVERDUE


def test_a_first_shipment_before_the_rule_binds_owes_nothing() -> None:
    text = plan("2027-12-01").replace(
        "plans:", "shipments: [{id: m, date: 2025-05-14, chip: c, quantity: 1, to: new, authorization: uveu}]\nplans:"
    )
    assert of(asked(text), "new-site-notice") == []


@pytest.mark.parametrize(("ahead", "state"), [(60, State.DUE), (59, State.TOO_LATE)])
def test_the_60_days_before_a_move_between_countries(ahead: int, state: State) -> None:
    day = ON + timedelta(days=ahead)
    (notice,) = of(asked(plan(day.isoformat(), more=", from_site: old")), "transfer-notice")
    assert notice.state is state
    assert notice.date == day - timedelta(days=60)
    assert notice.cite.endswith("paragraph 5")


def test_a_move_within_a_country_owes_no_notice() -> None:
    text = plan("2027-12-01", more=", from_site: old").replace("country: DE", "country: US")
    assert of(asked(text), "transfer-notice") == []


@pytest.mark.parametrize(("ahead", "state"), [(60, State.DUE), (59, State.TOO_LATE)])
def test_the_60_days_before_construction(ahead: int, state: State) -> None:
    day = ON + timedelta(days=ahead)
    answer = asked(plan("2028-12-01", site=f", construction: {day}"))
    (notice,) = of(answer, "construction-notice")
    assert notice.state is state


def test_construction_in_a_country_notified_before_is_done() -> None:
    text = plan("2028-12-01", site=", construction: 2027-06-01").replace(
        "country: US, owner: acme", "country: DE, owner: acme, notified: 2025-09-01"
    )
    (notice,) = of(asked(text, begins=date(2026, 1, 1)), "construction-notice")
    assert notice.state is State.DONE


@pytest.mark.parametrize(
    ("owned", "state"), [("", State.TOO_LATE), ("{owner: other, owned: acme, percent: 51}", State.DONE)]
)
def test_another_companys_notice_of_the_country_is_none(owned: str, state: State) -> None:
    text = plan("2028-12-01", site=", construction: 2026-12-01").replace(
        "country: US, owner: acme", "country: DE, owner: other, notified: 2025-09-01"
    )
    text = text.replace("veu: [uveu]}", "veu: [uveu]}, {id: other, name: Other, headquarters: US}")
    (notice,) = of(asked(f"{text}\nownership: [{owned}]", begins=date(2026, 1, 1)), "construction-notice")
    assert notice.state is state


def test_each_company_has_a_first_construction_in_a_country() -> None:
    text = plan("2028-12-01", site=", construction: 2027-06-01").replace(
        "country: US, owner: acme", "country: DE, owner: other, construction: 2027-03-01"
    )
    text = text.replace("veu: [uveu]}", "veu: [uveu]}, {id: other, name: Other, headquarters: US, veu: [uveu]}")
    assert {notice.subject for notice in of(asked(text), "construction-notice")} == {"old", "new"}


@pytest.mark.parametrize(("age", "state"), [(30, State.DUE), (31, State.OVERDUE), (0, State.DUE)])
def test_the_30_days_after_an_incident(age: int, state: State) -> None:
    day = ON - timedelta(days=age)
    answer = asked(f"{PARTY}\nincidents: [{{id: i, date: {day}, what: theft of 8 chips}}]")
    (report,) = of(answer, "incident-report")
    assert report.state is state
    assert report.date == day + timedelta(days=30)


def test_an_incident_reported_a_day_late() -> None:
    answer = asked(
        f"{PARTY}\nincidents: [{{id: i, date: 2026-10-01, what: theft, reported: 2026-11-01}}]", begins=date(2026, 1, 1)
    )
    assert of(answer, "incident-report")[0].state is State.DONE_LATE


def test_records_are_kept_five_years() -> None:
    text = f"""
{PARTY}
{CHIP}
sites: [{{id: u, name: U, country: US, owner: acme}}]
shipments: [{{id: m, date: 2028-02-29, chip: c, quantity: 1, to: u, authorization: uveu}}]
"""
    (kept,) = of(asked(text, ends=date(2034, 1, 1)), "records")
    assert kept.date == date(2033, 2, 28)
    assert kept.state is State.DUE


def test_the_assessor_attests_each_year() -> None:
    text = f"{PARTY}\nsites: [{{id: u, name: U, country: US, owner: acme, attested: 2026-01-10}}]"
    found = of(asked(text), "assessor-attestation")
    assert [one.date for one in found] == [date(2027, 1, 10), date(2028, 1, 10)]
    assert found[0].state is State.DUE


def test_an_attestation_older_than_a_year_is_overdue() -> None:
    text = f"{PARTY}\nsites: [{{id: u, name: U, country: US, owner: acme, attested: 2025-11-21}}]"
    first = of(asked(text), "assessor-attestation")[0]
    assert (first.date, first.state) == (date(2026, 11, 21), State.OVERDUE)


@pytest.mark.parametrize("last", ["", f", attested: {ON + timedelta(days=1)}"])
def test_without_a_last_attestation_the_next_day_is_missing(last: str) -> None:
    text = f"{PARTY}\nsites:\n  - {{id: u, name: U, country: US, owner: acme{last}}}"
    answer = asked(text)
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert of(answer, "assessor-attestation") == []
    gap = next(one for one in answer.missing if "attestation" in one.what)
    assert gap.place == "facts.yaml:3"
    assert gap.fix is not None
    assert "attested:" in gap.fix


def test_acm_accounts_within_six_months_by_the_month_end() -> None:
    text = f"""
parties: [{{id: acme, name: Acme, headquarters: US}}]
{CHIP}
sites: [{{id: u, name: U, country: DE, owner: acme, accounted: 2026-08-31}}]
shipments: [{{id: m, date: 2026-01-01, chip: c, quantity: 1, to: u, authorization: acm}}]
"""
    found = of(asked(text), "acm-accounting")
    assert found[0].date == date(2027, 2, 28)
    assert found[1].date == date(2027, 8, 31)


def test_compliance_dates_are_entries() -> None:
    answer = asked(PARTY, begins=date(2025, 1, 1))
    (general,) = of(answer, "general-compliance")
    (delayed,) = of(answer, "delayed-compliance")
    assert (general.date, general.state) == (date(2025, 5, 15), State.REACHED)
    assert (delayed.date, delayed.state) == (date(2026, 1, 15), State.REACHED)
    before = calendar(LAW, date(2026, 1, 14), facts(PARTY), date(2026, 1, 1), date(2026, 2, 1))
    assert of(before, "delayed-compliance")[0].state is State.DUE
    day = calendar(LAW, date(2026, 1, 15), facts(PARTY), date(2026, 1, 1), date(2026, 2, 1))
    assert of(day, "delayed-compliance")[0].state is State.REACHED


def test_a_date_in_the_past_is_not_said_to_be_done() -> None:
    answer = asked(PARTY, begins=date(2026, 7, 1))
    assert of(answer, "end-user-report")[0].state is State.PAST


def test_nothing_falls_due_before_compliance_does() -> None:
    answer = asked(PARTY, begins=date(2025, 1, 1))
    assert min(one.date for one in of(answer, "chip-accounting")) == date(2025, 8, 1)


def test_what_is_overdue_shows_though_its_day_is_before_the_time_asked_about() -> None:
    answer = asked(plan((ON + timedelta(days=30)).isoformat()))
    (notice,) = of(answer, "new-site-notice")
    assert notice.date < ON


def test_what_was_done_before_the_time_asked_about_does_not_show() -> None:
    answer = asked(plan("2027-02-01", site=", notified: 2026-01-01"))
    assert of(answer, "new-site-notice") == []


@pytest.mark.parametrize(("quantity", "count"), [(639, 0), (640, 1), (641, 1)])
def test_large_lpp_shipments_on_either_side_of_the_threshold(quantity: int, count: int) -> None:
    answer = asked(plan("2027-06-01", authorization="lpp", quantity=quantity))
    assert len(of(answer, "lpp-shipment-notice")) == count
    (ambiguous,) = [one for one in answer.ambiguous if one.id == "lpp-notice"]
    assert ambiguous.differs is (quantity == 640)


def test_a_chip_without_figures_leaves_the_notice_open() -> None:
    text = plan("2027-06-01", authorization="lpp").replace("units: [{rates: [{bits: 8, tops: 625}]}]", "note: none")
    answer = asked(text)
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert any("Notice of a large LPP shipment" in one.what for one in answer.missing)


def test_duties_without_a_day_are_listed_apart() -> None:
    answer = asked(PARTY)
    assert answer.result is not None
    assert {"material-change", "unmet-requirement"} <= {one.duty for one in answer.result.undated}


def test_nobody_concerned_is_not_nothing_due() -> None:
    answer = asked("parties: [{id: a, name: A, headquarters: US}]")
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert answer.result is not None
    assert answer.result.entries == ()
    assert "authorization" in answer.missing[0].what


def test_days_the_wrong_way_round_are_not_guessed_at() -> None:
    answer = asked(PARTY, begins=date(2027, 1, 2), ends=date(2027, 1, 1))
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert answer.result is None


def test_before_the_rule_there_is_no_calendar_of_it() -> None:
    answer = asked(PARTY, on=date(2024, 1, 1), begins=date(2024, 1, 1), ends=date(2024, 12, 31))
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED


def test_the_numbers_are_the_tables() -> None:
    law = edited("calendar", "lead: 180", "lead: 90")
    answer = calendar(law, ON, facts(plan("2027-12-01")), ON, date(2028, 1, 1))
    (notice,) = of(answer, "new-site-notice")
    assert notice.date == date(2027, 12, 1) - timedelta(days=90)


def test_days_far_away_do_not_overflow() -> None:
    text = plan("2100-12-31", site=", construction: 2100-12-30")
    assert asked(text, ends=date.max.replace(year=2110)).result is not None


def test_it_exports_with_hostile_names() -> None:
    text = plan("2027-12-01").replace("name: New", 'name: "x\\nBEGIN:VEVENT"')
    incident = '\nincidents: [{id: i, date: 2026-11-20, what: "a\\r\\nEND:VEVENT\\r\\nBEGIN:VEVENT\\r\\nUID:1"}]\n'
    answer = asked(text + incident)
    assert answer.result is not None
    data = write_icalendar(answer.result, ON, answer.notice)
    found = list(Calendar.from_ical(data).walk("VEVENT"))
    assert len(found) == len(answer.result.entries)
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))


@given(st.dates(date(2025, 6, 1), date(2030, 1, 1)), st.integers(0, 800))
@settings(max_examples=40, deadline=None)
def test_a_longer_time_only_adds(begins: date, length: int) -> None:
    file: FactsFile = facts(plan("2027-12-01", site=", construction: 2027-03-01"))
    short = calendar(LAW, ON, file, begins, begins + timedelta(days=length)).result
    longer = calendar(LAW, ON, file, begins, begins + timedelta(days=length + 100)).result
    assert short is not None
    assert longer is not None
    assert set(short.entries) <= set(longer.entries)


@pytest.mark.parametrize(
    ("day", "count", "unit", "expected"),
    [
        (date(2026, 8, 31), 6, "months", date(2027, 2, 28)),
        (date(2027, 8, 31), 6, "months", date(2028, 2, 29)),
        (date(2028, 2, 29), 1, "years", date(2029, 2, 28)),
        (date(2026, 1, 15), -1, "months", date(2025, 12, 15)),
        (date(2026, 12, 1), 1, "months", date(2027, 1, 1)),
        (date(9999, 12, 1), 5, "years", date.max),
        (date(9999, 12, 30), 30, "days", date.max),
        (date(1, 1, 2), -30, "days", date.min),
    ],
)
def test_reckoning(day: date, count: int, unit: str, expected: date) -> None:
    assert plus(day, count, unit) == expected  # type: ignore[arg-type]
