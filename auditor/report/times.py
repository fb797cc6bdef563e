"""Instants as printed: always UTC, with the facility's own time beside it where a reader would ask."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from auditor.canon.instant import format_duration, format_instant

LOCAL_BESIDE = "; local times are given beside UTC"
"""What the document says where it gives local times."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = 86_400_000_000


def utc(microseconds: int) -> str:
    """2026-10-01 08:15:00 UTC, with a fraction only where there is one."""
    return format_instant(microseconds).replace("T", " ").replace("Z", " UTC")


def bare(microseconds: int) -> str:
    """As `utc`, without the zone: for columns whose heading says UTC."""
    return utc(microseconds).removesuffix(" UTC")


def day(microseconds: int) -> str:
    """1 October 2026 where the instant is a UTC midnight, else as `utc` writes it."""
    if microseconds % _DAY:
        return utc(microseconds)
    moment = _EPOCH + timedelta(microseconds=microseconds)
    return f"{moment.day} {moment.strftime('%B')} {moment.year}"


def local(microseconds: int, zone: tzinfo | None) -> str:
    """2026-10-01 16:15:00 +08:00 in the facility's zone; empty if the zone is unknown or is UTC itself."""
    if zone is None:
        return ""
    try:
        moment = (_EPOCH + timedelta(microseconds=microseconds)).astimezone(zone)
    except OverflowError:
        return ""
    offset = moment.utcoffset() or timedelta()
    if not offset and moment.tzname() in (None, "UTC"):
        return ""
    sign, minutes = ("-", -offset) if offset < timedelta() else ("+", offset)
    hours, rest = divmod(minutes // timedelta(minutes=1), 60)
    return f"{moment.replace(microsecond=0, tzinfo=None)} {sign}{hours:02d}:{rest:02d}"


def length(began: int, ended: int) -> str:
    """How long a span is: whole days as "92 days", anything shorter as "2 h 5 min"."""
    span = ended - began
    if span and not span % _DAY:
        days = span // _DAY
        return f"{days:,} day" if days == 1 else f"{days:,} days"
    return format_duration(span)


def span_lines(began: int | None, ended: int | None, zone: tzinfo | None) -> tuple[str, ...]:
    """A span on a few short lines: from, to with its length, and from in local time; a date is not said twice."""
    if began is None and ended is None:
        return ("whole period",)
    first = began if began is not None else ended
    assert first is not None
    date = utc(first)[:11]
    lines = [utc(began)] if began is not None else []
    if ended is not None and ended != began:
        until = f"to {utc(ended).removeprefix(date) if began is not None else utc(ended)}"
        lines.append(f"{until} ({length(began, ended)})" if began is not None and ended > began else until)
    here = local(first, zone).removeprefix(date)
    return (*lines, f"local {here}") if here else tuple(lines)


def zone_named(name: str) -> tzinfo | None:
    """The time zone of that IANA name, or None on a machine that does not know it."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return None
