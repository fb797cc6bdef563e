"""Instants and durations: one text for each, and nothing else accepted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.canon.instant import (
    EARLIEST,
    LATEST,
    format_duration,
    format_instant,
    parse_duration,
    parse_instant,
)


@given(st.integers(EARLIEST, LATEST))
def test_an_instant_survives_a_round_trip(microseconds: int) -> None:
    assert parse_instant(format_instant(microseconds)) == microseconds


def test_offsets_are_read() -> None:
    assert format_instant(parse_instant("2026-10-25T02:30:00+02:00")) == "2026-10-25T00:30:00Z"
    assert format_instant(parse_instant("2026-10-25T02:30:00+01:00")) == "2026-10-25T01:30:00Z"


@pytest.mark.parametrize(
    "text",
    ["2026-10-01", "2026-10-01T00:00:00", "2026-10-01 00:00:00Z", "2026-02-30T00:00:00Z", "2026-10-01T24:00:00Z",
     "2026-10-01T00:00:60Z", "2026-10-01T00:00:00.1234567Z", "26-10-01T00:00:00Z", "2026-10-01T00:00Z", "",
     "２026-10-01T00:00:00Z", " 2026-10-01T00:00:00Z", "2026-10-01T00:00:00+0200"],
)  # fmt: skip
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_instant(text)


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ("9999-12-31T23:59:59.999999+00:00", "9999-12-31T23:59:59.999999-00:01"),
        ("0001-01-01T14:00:00+14:00", "0001-01-01T13:59:59+14:00"),
    ],
)
def test_no_zone_leads_past_either_end_of_the_calendar(inside: str, outside: str) -> None:
    format_instant(parse_instant(inside))
    with pytest.raises(ValueError, match="outside the years"):
        parse_instant(outside)


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [("PT60S", 60_000_000), ("PT0S", 0), ("P1DT2H", 93_600_000_000), ("PT0.25S", 250_000), ("P35D", 3_024_000_000_000)],
)
def test_durations_are_read(text: str, microseconds: int) -> None:
    assert parse_duration(text) == microseconds


@pytest.mark.parametrize("text", ["", "P", "PT", "60", "PT60", "P1M", "P1Y", "-PT1S", "PT1S ", "P1DT", "PT1.5H"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a duration"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("microseconds", "text"),
    [(0, "0 s"), (40_000_000, "40 s"), (250_000, "0.25 s"), (7_500_000_000, "2 h 5 min"), (-60_000_000, "-1 min"),
     (3 * 86_400_000_000 + 4 * 3_600_000_000, "3 d 4 h"), (3_600_000_000, "1 h")],
)  # fmt: skip
def test_durations_for_people(microseconds: int, text: str) -> None:
    assert format_duration(microseconds) == text
