"""Days reckoned as the law reckons them: so many days, months or years before or after one."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import Literal

Span = Literal["days", "months", "years"]


def plus(day: date, count: int, unit: Span = "days") -> date:
    """The day `count` days, months or years later (earlier if negative); never beyond the calendar's ends.

    A month later than the 31st is the month's last day: 31 August and six months is 28 February, or the 29th.
    """
    if unit == "days":
        room = (date.max - day).days if count >= 0 else (day - date.min).days
        return day + timedelta(days=max(-room, min(count, room)))
    months = day.year * 12 + day.month - 1 + count * (12 if unit == "years" else 1)
    year, month = divmod(months, 12)
    if year > date.max.year:
        return date.max
    if year < date.min.year:
        return date.min
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
