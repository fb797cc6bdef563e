"""What every model type shares: frozen, nothing extra, lowerCamelCase in JSON, integers for time and fractions."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, StringConstraints, WithJsonSchema
from pydantic.alias_generators import to_camel

from auditor.canon.instant import format_instant, parse_duration, parse_instant

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Frozen(BaseModel):
    """Base of all model types. `document()` gives the JSON form: lowerCamelCase, instants as UTC text, no floats."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=True, validate_by_alias=True
    )

    def document(self) -> dict[str, Any]:
        """The JSON value of this object, ready for canonical_bytes."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def _instant(value: object) -> object:
    return parse_instant(value) if isinstance(value, str) else value


def _duration(value: object) -> object:
    return parse_duration(value) if isinstance(value, str) else value


def parse_ppm(text: object) -> object:
    """Parts per million of a decimal fraction given as text ("0.05" is 50000); raises ValueError if it is not exact."""
    try:
        scaled = Decimal(str(text)) * 1_000_000
    except InvalidOperation as error:
        raise ValueError("not a decimal number like 0.05") from error
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        raise ValueError("not a decimal number with at most six places")
    return int(scaled)


def parse_date(value: object) -> date:
    """The day that text such as "2026-10-01" names; raises ValueError for any other spelling."""
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ValueError("not a date like 2026-10-01")
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise ValueError(f"no such day: {error}") from error


Date = Annotated[
    date,
    BeforeValidator(parse_date),
    WithJsonSchema({"type": "string", "format": "date", "pattern": f"^{_DATE.pattern}$"}),
]
"""A calendar day, such as 2026-10-01."""

Instant = Annotated[int, BeforeValidator(_instant), PlainSerializer(format_instant, when_used="json")]
"""Microseconds since the epoch; RFC 3339 text in YAML and JSON."""

Duration = Annotated[int, BeforeValidator(_duration)]
"""Microseconds; ISO 8601 text such as PT60S in YAML, microseconds in JSON."""


def no_truth(value: object) -> object:
    """The value; raises ValueError for true and false, which Python takes for 1 and 0."""
    if isinstance(value, bool):
        raise ValueError("true or false, not a whole number")
    return value


Whole = Annotated[int, BeforeValidator(no_truth)]
"""A whole number; `true`, which Python takes for 1, is none."""

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9][A-Za-z0-9._/:@+-]*$")]
"""A name used as an identifier: letters, digits and . _ / : @ + - only."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True)]
"""Text for people: not empty, bounded."""

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 in lower-case hexadecimal."""
