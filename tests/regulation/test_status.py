"""Where the provisions stand on a day, and that nothing is said beyond the evidence."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model.answer import Answer, Outcome, Standing
from auditor.model.law import Confidence, Status
from auditor.regulation.status import Standings, in_order, status
from auditor.regulation.working import standing
from tests.regulation.small import CITED, LAW, edited, newer, rows

BEGINS = date(2024, 10, 2)
TODAY = date(2026, 11, 22)


def ask(text: str) -> Answer[Standings]:
    return status(LAW, date.fromisoformat(text))


def of(answer: Answer[Standings], provision: str) -> Standing:
    assert answer.result is not None
    return next(one for one in answer.result.provisions if one.provision == provision)


@pytest.mark.parametrize(
    ("provision", "on", "expected"),
    [
        ("ai-diffusion", "2025-01-13", Status.IN_FORCE),
        ("ai-diffusion", "2025-05-12", Status.IN_FORCE),
        ("ai-diffusion", "2025-05-13", Status.UNENFORCED),
        ("ai-diffusion", "2026-05-30", Status.UNENFORCED),
        ("ai-diffusion", "2026-05-31", Status.IN_PART),
        ("licence-requirement", "2025-05-12", Status.IN_FORCE),
        ("licence-requirement", "2025-05-13", Status.UNENFORCED),
        ("licence-requirement", "2026-05-30", Status.UNENFORCED),
        ("licence-requirement", "2026-05-31", Status.IN_PART),
        ("dc-veu", "2025-05-12", Status.IN_FORCE),
        ("dc-veu", "2025-05-13", Status.UNENFORCED),
        ("dc-veu", "2026-05-31", Status.UNENFORCED),
        ("country-allocation", "2026-05-31", Status.UNENFORCED),
        ("licence-exceptions", "2026-05-31", Status.UNENFORCED),
        ("weights-4e091", "2026-07-23", Status.UNENFORCED),
        ("supplement-5", "2026-07-23", Status.UNENFORCED),
        ("ccl-3a090", "2025-05-13", Status.IN_FORCE),
        ("ccl-3a090", "2026-07-23", Status.IN_FORCE),
        ("country-groups", "2026-07-23", Status.IN_FORCE),
        ("dc-veu-2024", "2024-10-02", Status.IN_FORCE),
        ("dc-veu-2024", "2025-01-12", Status.IN_FORCE),
        ("dc-veu-2024", "2025-01-13", Status.WITHDRAWN),
        ("veu-general", "2026-11-22", Status.IN_FORCE),
        ("foundry-due-diligence", "2025-01-16", Status.IN_FORCE),
        ("china-case-by-case", "2026-01-15", Status.IN_FORCE),
        ("uae-2026", "2026-07-10", Status.IN_FORCE),
        ("affiliates-rule", "2025-11-09", Status.IN_FORCE),
        ("affiliates-rule", "2025-11-10", Status.UNENFORCED),
        ("affiliates-rule", "2026-11-09", Status.UNENFORCED),
        ("affiliates-rule", "2026-11-10", Status.NOT_CONFIRMED),
        ("chip-security-act", "2026-11-22", Status.PROPOSED),
        ("remote-access-security-act", "2026-11-22", Status.PROPOSED),
    ],
)
def test_a_provision_on_a_day(provision: str, on: str, expected: Status) -> None:
    assert of(ask(on), provision).status is expected


@pytest.mark.parametrize(
    ("provision", "first"),
    [
        ("ai-diffusion", "2025-01-13"),
        ("dc-veu", "2025-01-13"),
        ("foundry-due-diligence", "2025-01-16"),
        ("chip-security-act", "2025-05-08"),
        ("affiliates-rule", "2025-09-30"),
        ("remote-access-security-act", "2026-01-12"),
        ("china-case-by-case", "2026-01-15"),
        ("uae-2026", "2026-07-10"),
    ],
)
def test_a_provision_is_not_told_of_before_its_first_day(provision: str, first: str) -> None:
    eve = (date.fromisoformat(first) - timedelta(days=1)).isoformat()
    before, after = ask(eve).result, ask(first).result
    assert before is not None
    assert after is not None
    assert provision not in {one.provision for one in before.provisions}
    assert provision in {one.provision for one in after.provisions}


def test_the_rule_comes_first_and_its_parts_follow() -> None:
    names = [provision.id for provision in in_order(LAW)]
    assert names[0] == "ai-diffusion"
    parts = [name for name, provision in LAW.provisions.items() if provision.part_of == "ai-diffusion"]
    assert names[1 : 1 + len(parts)] == parts
    assert sorted(names) == sorted(LAW.provisions)


@pytest.mark.parametrize("on", ["2024-10-01", "2007-06-19", "0001-01-01"])
def test_a_day_before_the_tables_cannot_be_determined(on: str) -> None:
    answer = ask(on)
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert answer.result is None
    assert "the tables begin on 2024-10-02" in answer.conclusion
    assert answer.missing[0].fix == "ask about 2024-10-02 or a later day"


def test_the_first_day_of_the_tables_is_determined() -> None:
    assert status(LAW, BEGINS).outcome is Outcome.DETERMINED


class TestAfterTheEvidence:
    def test_the_last_day_of_evidence_is_confirmed_and_the_next_is_not(self) -> None:
        assert of(ask("2026-09-25"), "dc-veu").confirmed
        late = of(ask("2026-09-26"), "dc-veu")
        assert not late.confirmed
        assert late.last_evidence == date(2026, 9, 25)

    def test_it_says_since_when(self) -> None:
        answer = ask("2026-11-22")
        step = next(one for one in answer.steps if one.says.startswith("Universal and National"))
        assert step.says.endswith("Not confirmed since 2026-09-25.")
        assert "17 of 17 are not confirmed" in answer.conclusion

    @pytest.mark.parametrize("on", ["2030-01-01", "9999-12-31"])
    def test_nothing_is_confirmed_in_the_far_future(self, on: str) -> None:
        answer = ask(on)
        assert answer.result is not None
        assert set(answer.result.unconfirmed) == set(LAW.provisions)

    def test_the_affiliates_rule_is_not_called_in_force_or_suspended(self) -> None:
        stands = of(ask("2026-11-22"), "affiliates-rule")
        assert stands.confidence is Confidence.NONE
        assert not stands.confirmed
        assert "possibly in force" in stands.statement

    def test_no_provision_is_confirmed_on_a_day_later_than_any_event(self) -> None:
        last = max(event.date for event in LAW.events.values() if event.id != "affiliates-date-passes")
        for periods in LAW.periods.values():
            assert all(period.seen <= max(last, period.until or last) for period in periods)


class TestEvents:
    @pytest.mark.parametrize("on", ["2024-10-02", "2025-05-12", "2026-05-30", "2026-11-22"])
    def test_only_what_had_happened(self, on: str) -> None:
        result = ask(on).result
        assert result is not None
        days = [event.date for event in result.events]
        assert days == sorted(days)
        assert days[-1] <= date.fromisoformat(on)
        assert len(days) == sum(event.date <= date.fromisoformat(on) for event in LAW.events.values())

    def test_evidence_from_after_the_day_is_left_out(self) -> None:
        early, late = of(ask("2025-06-01"), "dc-veu"), of(ask("2026-11-22"), "dc-veu")
        assert [line[:10] for line in early.evidence] == ["2025-05-13"]
        assert len(late.evidence) == 6

    def test_every_step_names_its_row(self) -> None:
        answer = ask("2026-11-22")
        assert len(answer.steps) == len(LAW.provisions)
        for step in answer.steps:
            assert step.used[0].origin.startswith("status.yaml:")
            assert step.cite

    def test_weak_evidence_is_a_caution(self) -> None:
        cautions = " ".join(ask("2026-11-22").cautions)
        assert "Client alert" in " ".join(ask("2025-10-01").cautions)
        assert "90 FR 50857: none" in cautions
        assert "last seen on 2026-09-25" in cautions


class TestAgainstTheRecord:
    """What the answer must not say."""

    def test_the_rule_is_never_called_withdrawn_or_rescinded(self) -> None:
        """A published claim of a rescission is contradicted by GAO, BIS and the Code."""
        for period in LAW.periods["ai-diffusion"]:
            assert period.status not in (Status.WITHDRAWN, Status.PROPOSED)

    def test_the_announcement_alone_does_not_take_the_text_out_of_the_code(self) -> None:
        assert "Still in the Code" in of(ask("2025-05-13"), "ai-diffusion").statement

    def test_no_grant_is_claimed(self) -> None:
        assert "nor was any grant" in of(ask("2026-11-22"), "dc-veu").statement

    @pytest.mark.parametrize("provision", ["chip-security-act", "remote-access-security-act"])
    def test_a_bill_is_never_law(self, provision: str) -> None:
        assert {period.status for period in LAW.periods[provision]} == {Status.PROPOSED}


class TestNewerTables:
    def test_a_user_brings_the_news(self) -> None:
        news = rows({**CITED, "id": "rescinded", "date": "2027-02-01", "event": "BIS rescinds the rule"})
        row = {
            **CITED, "provision": "ai-diffusion", "since": "2027-02-01", "seen": "2027-02-01", "status": "withdrawn",
            "statement": "Rescinded.", "evidence": ["rescinded"],
        }  # fmt: skip
        law = newer(events=news, status=rows(row))
        before, after = status(law, date(2027, 1, 31)), status(law, date(2027, 2, 1))
        assert of(before, "ai-diffusion").status is Status.IN_PART
        assert of(after, "ai-diffusion").status is Status.WITHDRAWN
        assert of(after, "ai-diffusion").confirmed
        assert of(after, "ai-diffusion").origin == "newer/status.yaml:3"
        assert of(after, "dc-veu").status is Status.UNENFORCED

    def test_fresh_evidence_confirms_again(self) -> None:
        row = {
            **CITED, "provision": "dc-veu", "since": "2026-09-26", "seen": "2026-12-31", "status": "unenforced",
            "statement": "Checked.", "evidence": ["non-enforcement-announced"],
        }  # fmt: skip
        law = newer(status=rows(row))
        assert of(status(law, date(2026, 12, 31)), "dc-veu").confirmed
        assert not of(status(law, date(2027, 1, 1)), "dc-veu").confirmed

    def test_the_tables_are_named_by_their_digest(self) -> None:
        other = edited("status", "Still in the Code, but", "In the Code still, but")
        assert status(other, TODAY).tables != status(LAW, TODAY).tables
        assert status(LAW, TODAY).tables == LAW.digest


@given(st.dates(BEGINS, date(2035, 12, 31)))
@settings(max_examples=80, deadline=None)
def test_every_day_has_one_standing_for_each_provision_known(on: date) -> None:
    """No hole: once a provision is known, it stands somewhere on every later day; and nothing is certain too long."""
    result = status(LAW, on).result
    assert result is not None
    known = {name for name, periods in LAW.periods.items() if periods[0].since <= on}
    assert {one.provision for one in result.provisions} == known
    for one in result.provisions:
        assert one.since <= on
        assert one.confirmed is (on <= one.last_evidence)
        assert one.evidence
    assert set(result.unconfirmed) == {one.provision for one in result.provisions if on > one.last_evidence}


def test_a_provision_before_its_first_day_has_no_standing() -> None:
    assert standing(LAW, "uae-2026", date(2026, 7, 9)) is None
    assert standing(LAW, "uae-2026", date(2026, 7, 10)) is not None
