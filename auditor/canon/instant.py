"""Instants as integer microseconds since 1970-01-01T00:00:00Z, written in one way; durations likewise."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})", re.ASCII)
# Compiled when first asked for: verifying needs no durations.
_DURATION = r"P(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9})(?:\.(\d{1,6}))?S)?)?"
# The years DuckDB, Python and a four-digit year all agree on.
EARLIEST = -62135596800_000_000
LATEST = 253402300799_999_999


def parse_instant(text: str) -> int:
    """Microseconds of an RFC 3339 instant with a zone; raises ValueError with the reason otherwise."""
    if not _INSTANT.fullmatch(text):
        raise ValueError("not an instant like 2026-10-01T00:00:00Z")
    # Python accepts 24:00 from 3.13 on; one meaning everywhere needs the stricter reading.
    if text[11:13] == "24":
        raise ValueError("hour must be in 0..23")
    instant = (datetime.fromisoformat(text) - _EPOCH) // _MICROSECOND
    # A zone can carry a written date past either end of the calendar.
    if not EARLIEST <= instant <= LATEST:
        raise ValueError("outside the years 0001 to 9999 in UTC")
    return instant


def format_instant(microseconds: int) -> str:
    """The instant in UTC, with a fraction only where there is one: 2026-10-01T00:00:00Z."""
    moment = _EPOCH + microseconds * _MICROSECOND
    text = moment.isoformat()[:19]
    fraction = f".{moment.microsecond:06d}".rstrip("0") if moment.microsecond else ""
    return f"{text}{fraction}Z"


def parse_duration(text: str) -> int:
    """Microseconds of an ISO 8601 duration in days, hours, minutes and seconds, such as PT60S or P1DT2H."""
    match = re.fullmatch(_DURATION, text, re.ASCII)
    if not match or text in ("P", "PT") or text.endswith("T"):
        raise ValueError("not a duration like PT60S or P1DT12H")
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[:4])
    fraction = int((match.group(5) or "").ljust(6, "0"))
    return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000_000 + fraction


def format_duration(microseconds: int) -> str:
    """A duration for people: 3 d 4 h, 2 h 5 min, 40 s, 0.25 s."""
    seconds, fraction = divmod(abs(microseconds), 1_000_000)
    sign = "-" if microseconds < 0 else ""
    if seconds < 60:
        decimals = f"{fraction:06d}".rstrip("0")
        return f"{sign}{seconds}.{decimals} s" if decimals else f"{sign}{seconds} s"
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s")]
    first = next(index for index, (count, _) in enumerate(parts) if count)
    return sign + " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2] if count)
