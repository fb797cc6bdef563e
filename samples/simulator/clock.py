"""Time in the simulator: integer microseconds since 1970 UTC, and the facility's wall clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

TIMEZONE = "Europe/Oslo"
_OSLO = ZoneInfo(TIMEZONE)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(text: str) -> int:
    """Microseconds of an instant written like 2026-10-01T00:00:00Z."""
    return (datetime.fromisoformat(text) - _EPOCH) // timedelta(microseconds=1)


PERIOD_FROM = instant("2026-10-01T00:00:00Z")
PERIOD_TO = instant("2026-11-01T00:00:00Z")
EXPORT_FROM = instant("2026-09-30T12:00:00Z")
EXPORT_TO = instant("2026-11-01T12:00:00Z")
AS_OF = instant("2026-11-05T12:00:00Z")
"""When the samples are assessed: open ends count up to here."""

FIRST_DAY = date(2026, 9, 29)
LAST_DAY = date(2026, 11, 1)
SHIFT_BACK = instant("2026-10-25T00:00:00Z"), instant("2026-10-25T02:00:00Z")
"""The two hours that share one hour of wall clock at the end of daylight saving."""


def days() -> list[date]:
    """Every local day simulated; the exports cut the first and the last."""
    return [FIRST_DAY + timedelta(days=n) for n in range((LAST_DAY - FIRST_DAY).days + 1)]


def is_workday(day: date) -> bool:
    """Monday to Friday."""
    return day.weekday() < 5


def local(day: date, hour: int, minute: int = 0, second: int = 0) -> int:
    """The instant of a local wall clock time; hours from 24 on belong to the next day."""
    day, hour = day + timedelta(days=hour // 24), hour % 24
    wall = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=_OSLO)
    return (wall - _EPOCH) // timedelta(microseconds=1)


def local_day(moment: int) -> date:
    """The local day an instant falls on."""
    return (_EPOCH + timedelta(microseconds=moment)).astimezone(_OSLO).date()


def in_repeated_hour(moment: int) -> bool:
    """Whether a wall clock without offset could not say which of two hours this is (with a margin)."""
    return SHIFT_BACK[0] - HOUR <= moment < SHIFT_BACK[1] + HOUR


def iso(moment: int, digits: int = 0) -> str:
    """UTC text like 2026-10-01T00:00:00Z, with as many decimals as asked for."""
    wall = _EPOCH + timedelta(microseconds=moment)
    text = wall.strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{wall.microsecond:06d}"[: 20 + digits] + "Z" if digits else f"{text}Z"


def exact(moment: int) -> str:
    """UTC text with decimals only where there are any."""
    return iso(moment) if moment % SECOND == 0 else iso(moment, 6).rstrip("Z").rstrip("0") + "Z"


def utc_text(moment: int, form: str = "%Y-%m-%d %H:%M:%S") -> str:
    """UTC text in a strftime format."""
    return (_EPOCH + timedelta(microseconds=moment)).strftime(form)


def local_text(moment: int, form: str) -> str:
    """The facility's wall clock in a strftime format, without offset."""
    return (_EPOCH + timedelta(microseconds=moment)).astimezone(_OSLO).strftime(form)


def offset_text(moment: int) -> str:
    """The facility's wall clock with its offset: 2026-10-01T02:00:00+02:00."""
    return (_EPOCH + timedelta(microseconds=moment)).astimezone(_OSLO).isoformat(timespec="seconds")


def whole_second(moment: int) -> int:
    """The instant cut to whole seconds, as clocks without decimals show it."""
    return moment - moment % SECOND
