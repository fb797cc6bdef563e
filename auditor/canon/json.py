"""JSON in one canonical form (RFC 8785), and a reader that refuses what two readers could see differently."""

from __future__ import annotations

import json
import re
from itertools import accumulate
from typing import Any

from auditor.errors import CanonicalizationError, EvidenceFormatError

MAX_DEPTH = 64
MAX_SAFE_INTEGER = 2**53 - 1
_ALL_BUT_BRACKETS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|$)|[^\[\]{}"]+|"', re.DOTALL)


def canonical_bytes(value: object) -> bytes:
    """`value` as RFC 8785 bytes.

    Floats are refused on top of the RFC: our documents carry integers and decimal text only, so that
    no reader has to agree with us on how a binary fraction is written.

    Raises:
        CanonicalizationError: a float, an integer beyond 2^53-1, a lone surrogate or a foreign type.
    """
    _refuse_foreign(value, "$")
    try:
        return canonical_bytes_of_parsed(value)
    except UnicodeEncodeError as error:
        raise CanonicalizationError("value has no canonical JSON form: a lone surrogate is not text") from error


def canonical_bytes_of_parsed(value: Any) -> bytes:
    """`canonical_bytes` of a value that `parse_strict` handed over, which need not be looked through again.

    For what is left there (no floats, small integers, whole text) the standard library writes RFC 8785, but for one
    thing: it orders names by code point, and the RFC by UTF-16 unit, which differs beyond U+FFFF only.
    """
    text = json.dumps(value, ensure_ascii=False, check_circular=False, separators=(",", ":"), sort_keys=True)
    if not text.isascii() and max(text) > "\uffff":
        import rfc8785

        try:
            return rfc8785.dumps(value)
        except rfc8785.CanonicalizationError as error:
            raise CanonicalizationError(f"value has no canonical JSON form: {error}") from error
    return text.encode("utf-8")


def _refuse_foreign(value: object, pointer: str) -> None:
    if value is None or isinstance(value, str | bool):
        return
    if isinstance(value, dict):
        for key, member in value.items():
            if not isinstance(key, str):
                raise CanonicalizationError("the name of a member must be text", place=pointer, value=key)
            _refuse_foreign(member, f"{pointer}/{key}")
    elif isinstance(value, list | tuple):
        for index, member in enumerate(value):
            _refuse_foreign(member, f"{pointer}/{index}")
    elif isinstance(value, float):
        raise CanonicalizationError(
            "a float has no place in a signed document",
            place=pointer,
            value=value,
            hint="write an integer in a smaller unit, or decimal text",
        )
    elif not isinstance(value, int):
        raise CanonicalizationError("no canonical JSON form", place=pointer, value=type(value).__name__)
    elif abs(value) > MAX_SAFE_INTEGER:
        raise CanonicalizationError("integer beyond 2^53-1", place=pointer, value=value)


def parse_strict(data: bytes, *, place: str = "JSON", max_bytes: int = 64 * 2**20) -> Any:
    """Parse UTF-8 JSON that means the same to every reader.

    Refuses duplicate member names, floats and NaN, integers beyond 2^53-1, lone surrogates, a byte order
    mark, nesting deeper than 64 and texts larger than `max_bytes`.

    Raises:
        EvidenceFormatError: with `place` and what was wrong; callers that read something else translate it.
    """
    if len(data) > max_bytes:
        raise EvidenceFormatError(f"larger than the {max_bytes} bytes allowed", place=place, value=len(data))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise EvidenceFormatError(f"not UTF-8 at byte {error.start}", place=place) from error
    _refuse_depth(text, place)
    try:
        value = json.loads(
            text,
            object_pairs_hook=lambda pairs: _object(pairs, place),
            parse_float=lambda number: _refuse_number(number, place),
            parse_constant=lambda number: _refuse_number(number, place),
            parse_int=lambda number: _integer(number, place),
        )
    except json.JSONDecodeError as error:
        raise EvidenceFormatError(
            f"not JSON at line {error.lineno}, column {error.colno}: {error.msg.lower()}", place=place
        ) from error
    if "\\ud" in text or "\\uD" in text:
        _refuse_surrogates(value, place)
    return value


def _refuse_depth(text: str, place: str) -> None:
    # Counted before parsing: Python's parser recurses, and a hostile file would choose how deep.
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    brackets = _ALL_BUT_BRACKETS.sub("", text)
    if max(accumulate(1 if bracket in "[{" else -1 for bracket in brackets), default=0) > MAX_DEPTH:
        raise EvidenceFormatError(f"nested deeper than {MAX_DEPTH}", place=place)


def _object(pairs: list[tuple[str, Any]], place: str) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise EvidenceFormatError("member name given twice", place=place, value=twice)
    return members


def _refuse_number(number: str, place: str) -> Any:
    raise EvidenceFormatError("only integers are allowed as numbers", place=place, value=number)


def _integer(number: str, place: str) -> int:
    if len(number) > 17 or abs(int(number)) > MAX_SAFE_INTEGER:
        raise EvidenceFormatError("integer beyond 2^53-1", place=place, value=number)
    return int(number)


def _refuse_surrogates(value: Any, place: str) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise EvidenceFormatError("a lone surrogate is not text", place=place) from error
