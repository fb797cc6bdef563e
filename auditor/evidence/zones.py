"""Local time to UTC, with the hours that a clock change repeats or leaves out.

A zone is a row of segments of local time, each either one UTC offset, or an hour that happened twice or
never. They come from the IANA database (zoneinfo), so SQL needs no time zone support of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_YEAR, _LAST_YEAR = 1970, 2070
Kind = Literal["once", "twice", "never"]


@dataclass(frozen=True, slots=True)
class Segment:
    """Local times from `began` (microseconds of the local clock) to the next segment: UTC = local - offset."""

    began: int
    kind: Kind
    offset: int


def is_zone(name: str) -> bool:
    """Whether `name` is in the IANA database at hand."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


@lru_cache(maxsize=64)
def segments(name: str) -> tuple[Segment, ...]:
    """Segments of the zone's local time, 1970 to 2069, ascending; before the first and after the last: never."""
    zone = ZoneInfo(name)
    changes = _changes(zone)
    low, high = _wall(_FIRST_YEAR), _wall(_LAST_YEAR)
    found: list[Segment] = []
    began, offset = low, changes[0][1]
    for instant, following in changes[1:]:
        before, after = instant + offset, instant + following
        if before != after:
            found.append(Segment(began, "once", offset))
            found.append(Segment(min(before, after), "never" if after > before else "twice", offset))
            began = max(before, after)
        offset = following
    found.append(Segment(began, "once", offset))
    found.append(Segment(high, "never", 0))
    return tuple(found)


def _wall(year: int) -> int:
    return (datetime(year, 1, 1, tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)


def _changes(zone: ZoneInfo) -> list[tuple[int, int]]:
    # zoneinfo keeps its table to itself: look every day, then halve down to the second.
    def offset(second: int) -> int:
        found = (_EPOCH + timedelta(seconds=second)).astimezone(zone).utcoffset()
        return (found or timedelta(0)) // timedelta(seconds=1)

    day = 86_400
    at = _wall(_FIRST_YEAR) // 1_000_000 - 2 * day
    end = _wall(_LAST_YEAR) // 1_000_000 + 2 * day
    current = offset(at)
    changes = [(at * 1_000_000, current * 1_000_000)]
    while at < end:
        following = offset(at + day)
        if following != current:
            low, high = at, at + day
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle) == current else (low, middle)
            changes.append((high * 1_000_000, following * 1_000_000))
            current = following
        at += day
    return changes


def segment_case(local: str, name: str, leaf: dict[Kind, str]) -> str:
    """SQL that picks for the local time `local` (BIGINT) by binary search; `leaf` may hold `{offset}`."""
    table = segments(name)

    def tree(first: int, last: int) -> str:
        if last - first == 1:
            return leaf[table[first].kind].format(offset=table[first].offset)
        middle = (first + last) // 2
        return f"CASE WHEN {local} < {table[middle].began} THEN {tree(first, middle)} ELSE {tree(middle, last)} END"

    lowest = leaf["never"].format(offset=0)
    return f"CASE WHEN {local} < {table[0].began} THEN {lowest} ELSE {tree(0, len(table))} END"
