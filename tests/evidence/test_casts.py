# ruff: noqa: DTZ001 - local times have no zone, which is what is tested
"""Text to values: times and zones against zoneinfo, and everything that has no single reading."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.canon.instant import EARLIEST, LATEST
from auditor.evidence import rejects
from auditor.evidence.casts import cast_column
from auditor.evidence.mapping import Rule
from auditor.model.stream import Column

_CONNECTION = duckdb.connect()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ZONES = [
    "Europe/Oslo",
    "America/New_York",
    "Africa/Casablanca",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "America/Sao_Paulo",
    "Europe/Dublin",
]


def cast(
    rule: Mapping[str, object], kind: str, texts: list[str | None], **column: object
) -> list[tuple[object, str | None]]:
    made = cast_column(
        0, "c", Column(type=kind, meaning="x", **column), Rule.model_validate(rule), "t", zone="Europe/Oslo"
    )
    sql = (
        f"SELECT v0, {made.misfit} FROM (SELECT *, {made.value} AS v0, {made.missing} AS m0 FROM "
        f"(SELECT *, {made.local or 'NULL'} AS l0 FROM (SELECT unnest($t::VARCHAR[]) AS t)))"
    )
    return _CONNECTION.execute(sql, {"t": texts}).fetchall()


def microseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


@given(
    st.sampled_from(ZONES),
    st.lists(st.datetimes(datetime(1970, 1, 2), datetime(2069, 12, 30)), min_size=1, max_size=40),
)
@settings(max_examples=12, deadline=None)
def test_local_times_become_what_zoneinfo_says(name: str, moments: list[datetime]) -> None:
    check_zone(name, [moment.replace(microsecond=0) for moment in moments])


@given(st.sampled_from(ZONES), st.integers(1971, 2068), st.lists(st.integers(-7200, 7200), min_size=20, max_size=60))
@settings(max_examples=12, deadline=None)
def test_local_times_around_a_clock_change(name: str, year: int, seconds: list[int]) -> None:
    zone = ZoneInfo(name)
    day = datetime(year, 1, 1)
    changes = [
        day + timedelta(days=n)
        for n in range(364)
        if (day + timedelta(days=n)).replace(tzinfo=zone).utcoffset()
        != (day + timedelta(days=n + 1)).replace(tzinfo=zone).utcoffset()
    ]
    moments = [change + timedelta(hours=2, seconds=s) for change in changes for s in seconds]
    if moments:
        check_zone(name, moments)


def check_zone(name: str, moments: list[datetime]) -> None:
    zone = ZoneInfo(name)
    rule = {"from": "t", "time": "%Y-%m-%d %H:%M:%S", "zone": name}
    found = cast(rule, "instant", [moment.strftime("%Y-%m-%d %H:%M:%S").rjust(19, "0") for moment in moments])
    for moment, (value, reason) in zip(moments, found, strict=True):
        readings = set()
        for fold in (0, 1):
            instant = moment.replace(tzinfo=zone, fold=fold).astimezone(UTC)
            if instant.astimezone(zone).replace(tzinfo=None) == moment:
                readings.add(microseconds(instant))
        if len(readings) == 1:
            assert (value, reason) == (readings.pop(), None)
        else:
            assert value is None
            assert reason == (rejects.TWICE if readings else rejects.NEVER)


@given(st.integers(-(2**70), 2**70))
@settings(max_examples=200, deadline=None)
def test_integers_are_exact_or_refused(number: int) -> None:
    ((value, reason),) = cast({"from": "t"}, "integer", [str(number)])
    assert (value, reason) == ((number, None) if -(2**63) <= number < 2**63 else (None, rejects.BEYOND))


@given(st.text(max_size=8))
@settings(max_examples=200, deadline=None)
def test_a_text_is_an_integer_only_if_it_is_written_back_the_same(text: str) -> None:
    ((value, reason),) = cast({"from": "t"}, "integer", [text.replace("\x00", "")])
    assert (value is None) != (reason is None)
    assert value is None or str(value) == text.replace("\x00", "")


@given(st.integers(-(10**15), 10**15))
@settings(max_examples=100, deadline=None)
def test_epoch_seconds_with_decimals_are_exact(us: int) -> None:
    whole, fraction = divmod(abs(us), 1_000_000)
    text = f"{'-' if us < 0 else ''}{whole}.{fraction:06d}"
    assert cast({"from": "t", "time": "epoch_s"}, "instant", [text]) == [(us, None)]
    assert cast({"from": "t", "seconds": True}, "duration", [text]) == [(us, None)]


FORMS = [
    ("iso", "value", "2026-10-01T02:00:00+02:00", 1790812800000000),
    ("iso", "value", "2026-10-01T00:00:00.5Z", 1790812800500000),
    ("iso", "value", "2026-09-30T22:30:00-0130", 1790812800000000),
    ("iso", "UTC", "2026-10-01T00:00:00Z", 1790812800000000),
    ("iso", "UTC", "2026-10-01 00:00:00", 1790812800000000),
    ("iso", "facility", "2026-10-01T02:00:00", 1790812800000000),
    ("%d/%b/%Y:%H:%M:%S %z", "value", "01/Oct/2026:02:00:00 +0200", 1790812800000000),
    ("%d.%m.%Y %H:%M:%S,%f", "UTC", "01.10.2026 00:00:00,5", 1790812800500000),
    ("%Y-%m-%d", "UTC", "2026-10-01", 1790812800000000),
    ("%m/%d/%Y %I:%M:%S %p", "UTC", "10/01/2026 12:00:00 AM", 1790812800000000),
    ("%Y%m%d%H%M", "UTC", "202610010000", 1790812800000000),
    ("iso", "value", "9999-12-31T23:59:59.999999Z", LATEST),
    ("iso", "value", "0001-01-01T00:00:00Z", EARLIEST),
    ("epoch_ms", None, "1790812800000.5", 1790812800000500),
    ("epoch_us", None, "1790812800000000", 1790812800000000),
]


@pytest.mark.parametrize(("form", "zone", "text", "expected"), FORMS)
def test_forms_of_time(form: str, zone: str | None, text: str, expected: int) -> None:
    assert cast({"from": "t", "time": form, "zone": zone}, "instant", [text]) == [(expected, None)]


NO_TIMES = [
    ("iso", "value", "2026-10-01T00:00:00"),
    ("iso", "value", "2026-10-01T00:00:00+25:00"),
    ("iso", "value", "2026-10-01T00:00:00+02"),
    ("iso", "value", "2026-10-01T00:00:00.1234567Z"),
    ("iso", "value", "2026-10-01T00:00:00.Z"),
    ("iso", "value", "2026-10-01t00:00:00z"),
    ("iso", "value", "2026-10-01T00:00:00ZZ"),
    ("iso", "value", "2026-10-01"),
    ("iso", "UTC", "2026-10-01T00:00:00+00:00"),
    ("iso", "facility", "2026-10-01T00:00:00Z"),
    ("iso", "UTC", "2026-02-29T00:00:00"),
    ("iso", "UTC", "20261001T000000"),
    ("iso", "UTC", "+2026-10-01T00:00:00"),
    ("iso", "UTC", "infinity"),
    ("%Y-%m-%d %H:%M:%S", "UTC", "infinity"),
    ("%Y-%m-%d %H:%M:%S", "UTC", "epoch"),
    ("%Y-%m-%d %H:%M:%S", "UTC", "2026-10-01"),
    ("%Y-%m-%d %H:%M:%S", "UTC", "2026-10-01 00:00:00.0"),
    ("%Y-%m-%d %H:%M:%S", "UTC", "2026-10-01 00:00:00+00"),
    ("%Y-%m-%d %H:%M:%S", "UTC", "10000-01-01 00:00:00"),
    ("%Y-%m-%d %H:%M:%S", "UTC", "0044-03-15 (BC) 00:00:00"),
    ("iso", "value", "9999-12-31T23:59:59-14:00"),
    ("iso", "value", "0001-01-01T00:00:00+14:00"),
    ("%d/%b/%Y:%H:%M:%S %z", "value", "01/oct/2026:00:00:00 +0200"),
    ("%d/%b/%Y:%H:%M:%S %z", "value", "1/Oct/2026:00:00:00 +0200"),
    ("%d.%m.%Y %H:%M:%S,%f", "UTC", "01.10.2026 00:00:00.5"),
    ("%d.%m.%Y %H:%M:%S,%f", "UTC", "01.10.2026 00:00:00,1234567"),
    ("%d.%m.%Y %H:%M:%S,%f", "UTC", "01.10.2026 00:00:00,"),
    ("%m/%d/%Y %I:%M:%S %p", "UTC", "10/01/2026 00:00:00 AM"),
    ("%m/%d/%Y %I:%M:%S %p", "UTC", "10/01/2026 13:00:00 PM"),
    ("%Y-%m-%d", "UTC", "2026-13-01"),
    ("epoch_s", None, "1.7908128e9"),
    ("epoch_s", None, "1790812800.1234567"),
    ("epoch_s", None, "1790812800,5"),
    ("epoch_s", None, "99999999999999"),
    ("epoch_us", None, "1790812800000000.5"),
]


@pytest.mark.parametrize(("form", "zone", "text"), NO_TIMES)
def test_what_is_no_time(form: str, zone: str | None, text: str) -> None:
    ((value, reason),) = cast({"from": "t", "time": form, "zone": zone}, "instant", [text])
    assert value is None
    assert reason is not None


def test_words_booleans_and_empties() -> None:
    rule = {"from": "t", "values": {"Y": True, "N": False, "": None, "?": None}}
    assert [v for v, _ in cast(rule, "boolean", ["Y", "N", "", "?", None], optional=True)] == [
        True,
        False,
        None,
        None,
        None,
    ]
    assert all(reason is None for _, reason in cast(rule, "boolean", ["Y", "", "?", None], optional=True))
    assert all(reason for _, reason in cast(rule, "boolean", ["y", "true", "", None]) if reason != "x")
    assert cast({"from": "t", "values": {"": "a"}}, "code", [""], values=("a",)) == [("a", None)]
    assert cast({"from": "t", "empty": "-"}, "text", ["-", ""], optional=True) == [(None, None), (None, None)]
    assert cast({"from": "t", "empty": "0"}, "integer", ["0", "1"], optional=True) == [(None, None), (1, None)]
    assert [r is None for _, r in cast({"from": "t"}, "boolean", ["true", "True", "1", "yes"])] == [
        True,
        False,
        False,
        False,
    ]
    assert [r is None for _, r in cast({"from": "t"}, "code", ["a", "A", "a "], values=("a",))] == [True, False, False]
    assert cast({"from": "t", "multiply": 1024}, "integer", ["3", "9223372036854775807"]) == [
        (3072, None),
        (None, rejects.BEYOND),
    ]
