"""JSON in one canonical form (RFC 8785), and a reader that refuses what two readers could see differently."""

from __future__ import annotations

import json
import re
from itertools import accumulate
from typing import Any

from auditor.errors import CanonicalizationError, EvidenceFormatError

MAX_DEPTH = 64
MAX_SAFE_INTEGER = 2**53 - 1
_BLANKS = b" \t\n\r"
_BUT_STRUCTURE = bytes(set(range(256)) - set(b'"[]{}:-' + _BLANKS))
_AS_ONE_KIND = bytes.maketrans(b"{}", b"[]")
# Documents as we write them are not nested deeper; others are counted bracket by bracket.
_ROUNDS = 16
# Digits, what a number in canonical JSON comes after, and the rest.
_NUMBERS = bytes(ord("0") if 48 <= byte <= 57 else ord(":") if byte in b",:[" else ord(" ") for byte in range(256))
_LONG_NUMBER = b":" + b"0" * len(str(MAX_SAFE_INTEGER))
_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"), sort_keys=True).encode
# The escapes that canonical JSON has, each for what has no other spelling there.
_ESCAPES = re.compile(rb'\\(?:["\\bfnrt]|u00(?:0[0-7be-f]|1[0-9a-f]))')


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
    text = _encode(value)
    # A character beyond U+FFFF takes two units of UTF-16.
    if not text.isascii() and len(text.encode("utf-16-le")) != 2 * len(text):
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
    _refuse_depth(_structure(data), place)
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


def parse_canonical(data: bytes) -> Any:
    """The value that `data` is the RFC 8785 form of, byte for byte; in half the time of parsing and writing it.

    What `parse_strict` takes is canonical if nothing stands between its tokens, every escape is one that is needed and
    the shortest, no zero has a sign, and the names of each object ascend, each of them once.

    Raises:
        ValueError: `data` is not canonical, or nothing that `parse_strict` would take; ask that for the reason.
    """
    text = data.decode("utf-8")
    structure = _structure(data)
    if len(structure.translate(None, _BLANKS)) != len(structure):
        raise ValueError("not canonical JSON: a blank between tokens")
    if b"\\" in data and b"\\" in _ESCAPES.sub(b"", data):
        raise ValueError("not canonical JSON: an escape that is not the canonical one")
    # Canonical JSON has a number at its very beginning or after a sign of structure. Few are looked at one by one: a
    # long one may be too large, and one with a minus zero.
    has_odd = b"-" in structure or _LONG_NUMBER in b":" + data.translate(_NUMBERS)
    try:
        _refuse_depth(structure, "JSON")
        objects = _Objects()
        value = json.loads(
            text,
            object_hook=objects.look,
            parse_float=_no_number,
            parse_constant=_no_number,
            parse_int=_canonical_integer if has_odd else None,
        )
    except EvidenceFormatError as error:
        raise ValueError("not canonical JSON") from error
    # Outside of texts a colon stands behind each name, and of a name that is given twice one is left.
    if objects.members != structure.count(b":"):
        raise ValueError("not canonical JSON: a name is given twice")
    return value


class _Objects:
    """The objects of a text as they are read: how many members they have, and whether their names ascend."""

    def __init__(self) -> None:
        self.members = 0
        self._known: set[tuple[str, ...]] = set()

    def look(self, found: dict[str, Any]) -> dict[str, Any]:
        """`found`, whose names must be in the order of RFC 8785: by UTF-16 unit."""
        names = tuple(found)
        self.members += len(names)
        # Most objects of a document have the same names as another.
        if names not in self._known:
            if sorted(names, key=None if "".join(names).isascii() else _utf16) != list(names):
                raise ValueError("not canonical JSON: names that do not ascend")
            self._known.add(names)
        return found


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-be")


def _no_number(number: str) -> Any:
    raise ValueError(f"only integers are allowed as numbers: {number[:32]}")


def _canonical_integer(number: str) -> int:
    if number == "-0":
        raise ValueError("not canonical JSON: zero with a sign")
    return _integer(number, "JSON")


def _structure(data: bytes) -> bytes:
    """The brackets, colons, minus signs and blanks of JSON text that stand outside of its strings.

    Where `data` is no JSON this holds up to the first place that no parser gets beyond.
    """
    if b"\\" in data:
        # From the left, in pairs: a backslash that is left escapes what follows it, which is no quote any more.
        data = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    # Strings with nothing of the kind inside leave two quotes side by side; without those what is outside stays so.
    return b"".join(data.translate(None, _BUT_STRUCTURE).replace(b'""', b"").split(b'"')[::2])


def _refuse_depth(structure: bytes, place: str) -> None:
    # Counted before parsing: Python's parser recurses, and a hostile file would choose how deep.
    brackets = rest = structure.translate(_AS_ONE_KIND, b":-" + _BLANKS)
    if len(brackets) <= MAX_DEPTH:
        return
    for _ in range(_ROUNDS):
        # The innermost pairs go, all at once.
        rest = rest.replace(b"[]", b"")
        if not rest:
            return
    if max(accumulate(1 if bracket == ord("[") else -1 for bracket in brackets)) > MAX_DEPTH:
        raise EvidenceFormatError(f"nested deeper than {MAX_DEPTH}", place=place)


def _object(pairs: list[tuple[str, Any]], place: str) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        # In one pass: a hostile file has a million names, and counting each would take hours.
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
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
