"""Exact decimal numbers: read from text, computed without rounding, written in one way."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

_DECIMAL = re.compile(r"\d{1,30}(\.\d{1,12})?(e\+?\d{1,2})?", re.ASCII | re.IGNORECASE)

EXACT = Context(prec=400, traps=[Inexact, InvalidOperation, DivisionByZero, Overflow])
"""The context every question is answered in: a result that would need rounding is an error, not a number."""


def parse_decimal(value: object) -> object:
    """A decimal of 0 or more from an integer or text such as "12.5" or "2.5e25"; raises ValueError otherwise."""
    if isinstance(value, bool | float):
        raise ValueError("not an exact number; write it as text")
    if isinstance(value, Decimal) and value.is_finite() and value >= 0:
        return value
    text = str(value)
    if text.startswith("-"):
        raise ValueError("negative, which this figure cannot be")
    if not _DECIMAL.fullmatch(text):
        raise ValueError("not a number such as 12.5 or 2.5e25")
    return Decimal(text)


def plain(number: Decimal) -> str:
    """The number without exponent, trailing zeros or separators: "250000", "12.5"."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def spoken(number: Decimal) -> str:
    """The number for people: thousands apart up to 15 digits ("790,000,000"), a power of ten beyond ("2.5 x 10^25")."""
    if number >= Decimal(10) ** 15:
        mantissa = number.scaleb(-number.adjusted()).normalize(Context(prec=60))
        return f"10^{number.adjusted()}" if mantissa == 1 else f"{plain(mantissa)} x 10^{number.adjusted()}"
    whole, _, fraction = plain(number).partition(".")
    return f"{int(whole):,}" + (f".{fraction}" if fraction else "")


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: "1 site", "2,000 sites", "2 countries"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def percent(part: Decimal, whole: Decimal, places: int = 4) -> Decimal:
    """`part` of `whole` in percent, rounded for display; comparing with a limit is `part * 100 <= limit * whole`.

    Raises:
        ZeroDivisionError: the whole is zero.
    """
    return quotient(part * 100, whole, places)


def quotient(part: Decimal, whole: Decimal, places: int = 4) -> Decimal:
    """`part` over `whole`, rounded for display; comparing with a limit is `part >= limit * whole`.

    Raises:
        ZeroDivisionError: the whole is zero.
    """
    if not whole:
        raise ZeroDivisionError("no share of nothing")
    wide = Context(prec=EXACT.prec)
    return wide.divide(part, whole).quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN, wide)


Exact = Annotated[
    Decimal,
    BeforeValidator(parse_decimal),
    Field(ge=0),
    PlainSerializer(plain, return_type=str, when_used="json"),
    WithJsonSchema(
        {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string", "pattern": f"^{_DECIMAL.pattern}$"}]}
    ),
]
"""A decimal of 0 or more; an integer or text in YAML ("2.5e25"), plain text in JSON."""

Amount = Annotated[
    Decimal,
    PlainSerializer(plain, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}),
]
"""A decimal of a result, of either sign; plain text in JSON."""
