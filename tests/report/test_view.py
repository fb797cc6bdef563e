"""What the document says, before it is typeset."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from auditor.attestation.statements.results import parse_results
from auditor.errors import RenderError
from auditor.model.assessment import Outcome, Reason, State
from auditor.model.control import Domain
from auditor.report import times
from auditor.report.render import AttestationInput
from auditor.report.text import MAX_RUN, PRINTED, digest, label, literal, number, prose
from auditor.report.view import compose as compose_view
from auditor.report.words import DOMAINS, OUTCOMES, REASONS, STATES, describe

from . import factory, hostile
from .factory import compose


def test_composing_twice_gives_equal_views(sample_input: AttestationInput) -> None:
    assert compose(sample_input) == compose(sample_input)


def test_the_view_is_frozen(sample_input: AttestationInput) -> None:
    view = compose(sample_input)
    with pytest.raises(dataclasses.FrozenInstanceError):
        view.title = "another"  # type: ignore[misc]


def test_the_view_holds_only_values_ready_to_print(sample_input: AttestationInput) -> None:
    kinds = {type(leaf) for leaf in _leaves(compose(sample_input))}
    assert {kind.__name__ for kind in kinds} <= {"str", "Printed", "bool", "int", "NoneType"}


@pytest.mark.parametrize(
    ("outcome", "computed", "reason", "gates", "text"),
    [
        (Outcome.MET, Outcome.MET, None, (), "met"),
        (Outcome.NOT_MET, Outcome.NOT_MET, Reason.EXCEPTIONS, (), "not met"),
        (Outcome.POSSIBLE, Outcome.POSSIBLE, Reason.EXCEPTIONS, (), "possible: the evidence allows both"),
        (Outcome.NOT_EVIDENCED, Outcome.NOT_EVIDENCED, Reason.EVIDENCE_MISSING, (), "not evidenced: evidence missing"),
        (Outcome.UNTRUSTED, Outcome.NOT_MET, Reason.GATE_NOT_HELD, ("P-31",),
         "untrusted: gate P-31 did not hold; the computation itself said not met"),
        (Outcome.UNTRUSTED, Outcome.MET, Reason.GATE_NOT_HELD, ("P-31", "P-32"),
         "untrusted: gates P-31, P-32 did not hold; the computation itself said met"),
    ],
)  # fmt: skip
def test_outcomes_are_said_in_plain_words(
    outcome: Outcome, computed: Outcome, reason: Reason | None, gates: tuple[str, ...], text: str
) -> None:
    assert describe(outcome, computed, reason, gates) == text


def test_every_reason_outcome_state_and_domain_has_words() -> None:
    assert set(REASONS) == set(Reason)
    assert set(OUTCOMES) == set(Outcome)
    assert set(STATES) == set(State)
    assert list(DOMAINS) == list(Domain)


def test_the_cover_says_that_no_level_is_reached(sample_input: AttestationInput) -> None:
    cover = compose(sample_input).cover
    assert cover.statement == "No level is supported by the evidence: SL3 is not reached."
    assert [one.control for one in cover.rungs[0].binding] == ["C-09", "P-32"]


def test_the_cover_says_the_highest_level_where_all_hold() -> None:
    cover = compose(factory.make_input(factory.make_results(factory.good_rows()))).cover
    assert cover.statement == "The evidence supports level SL5, the highest of this profile."
    assert not any(rung.binding for rung in cover.rungs)


def test_the_cover_says_no_higher_where_a_level_stands_in_between() -> None:
    rows = [row if row[3] == "SL4" else (*row[:7], Outcome.MET) for row in factory.ROWS]
    cover = compose(factory.make_input(factory.make_results(rows))).cover
    assert cover.statement == "The evidence supports level SL3, and no higher."
    assert [rung.reached for rung in cover.rungs] == [True, False, False]


def test_many_binding_controls_are_counted_not_dropped() -> None:
    view = compose(factory.make_input(factory.make_results(factory.many_rows(64), listed=1)))
    shown = view.cover.rungs[1]
    assert len(shown.binding) == 8
    assert shown.more == "and 12 more, marked in section 3"


def test_results_of_another_shape_are_refused(sample_results: dict[str, Any]) -> None:
    with pytest.raises(RenderError, match="shape of this edition"):
        compose(factory.make_input({**sample_results, "verdict": {"satisfied": 1}}))


def test_a_finding_on_a_control_that_is_not_described_is_refused(sample_results: dict[str, Any]) -> None:
    orphan = {**sample_results, "controls": sample_results["controls"][1:]}
    with pytest.raises(RenderError, match="do not describe"):
        compose(factory.make_input(orphan))


def test_an_envelope_that_was_not_verified_is_refused(sample_input: AttestationInput) -> None:
    with pytest.raises(RenderError, match="not the one that was verified"):
        compose(dataclasses.replace(sample_input, envelope=sample_input.envelope + b" "))


def test_every_character_of_the_view_is_one_the_fonts_draw() -> None:
    view = compose(factory.make_input(factory.make_results(change=hostile.poison)), ZoneInfo("Europe/Oslo"))
    allowed = PRINTED | {ord("‹"), ord("›")}
    for leaf in _leaves(view):
        if isinstance(leaf, str):
            assert {ord(c) for c in leaf} <= allowed, leaf


@pytest.mark.parametrize("text", ["\u202e", "\u2066", "\u200b", "\ufeff", "\x00", "\n", "\u0301", "名", "\u00a0", "‹"])
def test_hidden_and_undrawn_characters_become_their_code(text: str) -> None:
    assert literal(f"a{text}b") == f"a‹U+{ord(text):04X}›b"


def test_prose_folds_line_ends_and_nothing_else() -> None:
    assert prose("a\r\nb\tc\nd\x0b") == "a b c d‹U+000B›"


def test_long_text_is_cut_with_a_count_of_the_rest() -> None:
    assert literal("ab " * 1000).endswith("… (1,500 more characters in the attached results)")
    assert literal("W" * 3000) == "W" * MAX_RUN + "… (2,400 more characters in the attached results)"
    assert len(label("W" * 3000)) == 90


def test_numbers_and_digests_are_grouped() -> None:
    assert number(1234567) == "1,234,567"
    assert digest("0123456789abcdef") == "01234567 89abcdef"


@pytest.mark.parametrize(
    ("began", "ended", "zone", "lines"),
    [
        (0, 0, None, ("1970-01-01 00:00:00 UTC",)),
        (0, 64_000_000, UTC, ("1970-01-01 00:00:00 UTC", "to 00:01:04 UTC (1 min 4 s)")),
        (0, 86_400_000_000, None, ("1970-01-01 00:00:00 UTC", "to 1970-01-02 00:00:00 UTC (1 day)")),
        (0, None, timezone(timedelta(hours=-5)), ("1970-01-01 00:00:00 UTC", "local 1969-12-31 19:00:00 -05:00")),
        (None, None, None, ("whole period",)),
        (None, 0, timezone(timedelta(hours=2)), ("to 1970-01-01 00:00:00 UTC", "local 02:00:00 +02:00")),
    ],
)  # fmt: skip
def test_spans_are_said_in_utc_and_local(began: Any, ended: Any, zone: Any, lines: tuple[str, ...]) -> None:
    assert times.span_lines(began, ended, zone) == lines


def _leaves(value: object) -> Iterator[object]:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from _leaves(getattr(value, field.name))
    elif isinstance(value, tuple):
        for entry in value:
            yield from _leaves(entry)
    else:
        yield value


def test_gates_are_named_once(sample_input: AttestationInput) -> None:
    controls = [control for domain in compose(sample_input).domains for control in domain.controls]
    finding = next(control for control in controls if control.id == "P-12").findings[0]
    assert finding.outcome.text == "untrusted: gate P-32 did not hold; the computation itself said not met"
    assert finding.detail == "6 exceptions in 18204 intervals of presence."


def test_a_method_that_was_required_but_not_performed_is_not_called_performed() -> None:
    def require(document: dict[str, Any]) -> None:
        seen = {**document["observations"][0], "method": "interview", "outcome": "not-evidenced"}
        document["observations"].append({**seen, "computed": "not-evidenced", "reason": "method-not-performed"})

    scope = compose(factory.make_input(factory.make_results(change=require))).scope
    assert any("nobody was interviewed" in line for line in scope.not_assessed)


def test_a_performed_interview_is_not_denied() -> None:
    def perform(document: dict[str, Any]) -> None:
        document["observations"].append({**document["observations"][0], "method": "interview"})

    scope = compose(factory.make_input(factory.make_results(change=perform))).scope
    assert not any("nobody was interviewed" in line for line in scope.not_assessed)


def test_the_payload_of_these_tests_is_a_results_statement(sample_input: AttestationInput) -> None:
    assert parse_results(sample_input.payload).package.startswith("urn:dc-attest:package:")


@pytest.mark.parametrize("payload", [b"", b"[]", b"{}", b'{"predicate":{}}', b'{"predicate":{"results":{}}}', b"\xff"])
def test_a_payload_that_is_no_statement_is_refused(payload: bytes) -> None:
    with pytest.raises(RenderError):
        compose_view(payload, {})
