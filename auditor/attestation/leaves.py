"""One opened leaf: the text of an item, of the head of a bundle, or of a record, read strictly."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple, Protocol

from auditor.canon.digest import is_sha256_hex
from auditor.canon.json import MAX_SAFE_INTEGER, canonical_bytes_of_parsed, parse_strict
from auditor.errors import EvidenceFormatError, StatementError

MAX_LEAF = 1 << 16
"""Bytes of the longest leaf of an item; manifests bound their texts well below."""
MAX_RECORD = 32 << 20
"""Bytes of the longest leaf of a record."""

_CHUNK = 1 << 20
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:@+-]{0,199}", re.ASCII)
_PATH = re.compile(r'evidence(?:/(?!\.{1,2}(?:/|\Z))[^/\\:*?"<>|\x00-\x1f\x7f]{1,255}){1,19}')
_REQUIRED = {"collected", "id", "kind", "observed", "path", "received", "sensitivity", "sha256", "size", "source"}
_OPTIONAL = {"mapping", "title"}
_TEXTS = ("collected", "id", "kind", "mapping", "path", "received", "sensitivity", "title")

# The common leaf, of which nothing needs an escape and all names are plain ASCII, matched as it must stand: sorted
# members, no blanks. What matches is canonical JSON with those members of those kinds, a safe id and a safe path; what
# does not is parsed, which takes four times as long.
_TEXT = r'"([^"\\\x00-\x1f]*)"'
_NAME = r"[A-Za-z0-9][A-Za-z0-9._/:@+-]{0,199}"
_PLAIN_PATH = r"evidence(?:/[A-Za-z0-9_][A-Za-z0-9._ @+=,-]{0,254}){1,19}"
_COMMON = re.compile(
    rf'\{{"bundle":"([0-9a-f]{{32}})","facility":"({_NAME})","index":([1-9][0-9]{{0,14}}),"item":\{{'
    rf'"collected":{_TEXT},"id":"({_NAME})","kind":{_TEXT}(?:,"mapping":{_TEXT})?,'
    rf'"observed":\{{"from":{_TEXT},"to":{_TEXT}\}},"path":"({_PLAIN_PATH})","received":{_TEXT},'
    rf'"sensitivity":{_TEXT},"sha256":"([0-9a-f]{{64}})","size":(0|[1-9][0-9]{{0,14}}),'
    rf'"source":\{{"collector":{_TEXT},"system":{_TEXT}\}}(?:,"title":{_TEXT})?\}},"salt":"([0-9a-f]{{64}})"\}}'
).fullmatch
_TOLD = itemgetter("collected", "id", "kind", "path", "received", "sensitivity", "collector", "system")


class Opening(NamedTuple):
    """An opened leaf of the evidence tree: the item with its path, size and digest; of the head `item` is None."""

    index: int  # type: ignore[assignment]  # the RFC's word; nobody searches an opening for a value
    item: str | None
    path: str
    size: int
    sha256: str
    salt: str
    bundle: str
    facility: str
    text: bytes

    @property
    def document(self) -> dict[str, Any]:
        """The leaf as parsed JSON."""
        return dict(json.loads(self.text))


class RecordOpening(NamedTuple):
    """An opened record of an item, by its number from 1, with its text as it stands in the file."""

    item: str
    record: int
    text: str
    salt: str


class Readable(Protocol):
    """A binary file, as far as it is needed here."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""


def opening_lines(stream: Readable, place: str, *, most: int = MAX_LEAF) -> Iterator[bytes]:
    """The lines of an openings file without their ends, none longer than `most`; StatementError otherwise."""
    number, rest = 0, b""
    while chunk := stream.read(_CHUNK):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            number += 1
            _require_short(line, most, f"{place}:{number}")
            yield line
        _require_short(rest, most, f"{place}:{number + 1}")
    if rest:
        raise StatementError("the last line has no end", place=f"{place}:{number + 1}")


def _require_short(line: bytes, most: int, place: str) -> None:
    if len(line) > most:
        raise StatementError(f"a line has at most {most} bytes", place=place)


def parse(data: bytes, place: str, most: int) -> dict[str, Any]:
    """A JSON object of at most `most` bytes; StatementError for anything else."""
    try:
        value = parse_strict(data, place=place, max_bytes=most)
    except EvidenceFormatError as error:
        raise StatementError(error.problem, place=error.place, value=error.value) from error
    if not isinstance(value, dict):
        raise StatementError("must be an object", place=place)
    return value


def require_canonical(document: dict[str, Any], data: bytes, place: str) -> None:
    """StatementError unless `data` is the canonical JSON (RFC 8785) of `document`, which was parsed from it."""
    if canonical_bytes_of_parsed(document) != data:
        raise StatementError("not in canonical form (RFC 8785)", place=place)


def read_leaf(line: bytes, place: str) -> Opening:
    """The leaf whose text is `line`; StatementError unless it is a salted leaf of an item, or of the head."""
    return read_leaf_told(line, place, ())[0]


def read_leaf_told(line: bytes, place: str, told: Sequence[Mapping[str, Any]]) -> tuple[Opening, bool]:
    """`read_leaf`, and whether what the results say of the item, the one of its place in `told`, is seen to be so.

    False says nothing: `told_of` finds out.
    """
    if len(line) > MAX_LEAF:
        raise StatementError(f"a leaf has at most {MAX_LEAF} bytes", place=place, value=len(line))
    try:
        common = _COMMON(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise StatementError(f"not UTF-8 at byte {error.start}", place=place) from error
    if common is None:
        return _parsed(line, place), False
    bundle, facility, number, item, path, sha256, size, salt = common.group(1, 2, 3, 5, 10, 13, 14, 18)
    index = int(number)
    opening = Opening(index, item, path, int(size), sha256, salt, bundle, facility, line)
    return opening, index <= len(told) and _is_told(common, opening.size, told[index - 1])


def _is_told(common: re.Match[str], size: int, told: Mapping[str, Any]) -> bool:
    try:
        texts = _TOLD(told)
    except KeyError:
        return False
    mapping, began, ended, title = common.group(7, 8, 9, 17)
    return (
        texts == common.group(4, 5, 6, 10, 11, 12, 15, 16)
        and told.get("size") == size
        and told.get("observed") == {"from": began, "to": ended}
        and told.get("mapping") == mapping
        and told.get("title") == title
    )


def told_of(opening: Opening) -> dict[str, Any]:
    """What results say of an opened item: its manifest entry flat and without the digest; nothing for the head."""
    if opening.item is None:
        return {}
    common = _COMMON(opening.text.decode("utf-8"))
    if common is None:
        entry: dict[str, Any] = dict(opening.document["item"])
        source: dict[str, Any] = entry.pop("source")
        del entry["sha256"]
        return entry | source
    found = common.groups()
    observed = {"from": found[7], "to": found[8]}
    entry = {
        "collected": found[3], "id": opening.item, "kind": found[5], "observed": observed, "path": opening.path,
        "received": found[10], "sensitivity": found[11], "size": opening.size, "collector": found[14],
        "system": found[15],
    }  # fmt: skip
    return entry | {name: value for name, value in (("mapping", found[6]), ("title", found[16])) if value is not None}


def _checked(opening: Opening, place: str) -> Opening:
    if opening.item is not None and not _ID.fullmatch(opening.item):
        raise StatementError("not the id of an item", place=place, value=opening.item)
    # Whoever looks for the file joins this path to a folder.
    if opening.item is not None and not (_PATH.fullmatch(opening.path) and opening.path.isprintable()):
        raise StatementError("not the path of an item", place=place, value=opening.path)
    return opening


def _parsed(line: bytes, place: str) -> Opening:
    document = parse(line, place, MAX_LEAF)
    require_canonical(document, line, place)
    if set(document) - {"head", "item"} != {"bundle", "facility", "index", "salt"} or len(document) != 5:
        hint = "a leaf without a salt can be guessed from its hash" if "salt" not in document else None
        raise StatementError("not the members of a leaf", place=place, value=", ".join(sorted(document)), hint=hint)
    index, salt = document["index"], document["salt"]
    bundle, facility = (_text(document[name], place) for name in ("bundle", "facility"))
    if isinstance(index, bool) or not isinstance(index, int) or index < 0:
        raise StatementError("the index of a leaf is a whole number", place=place, value=index)
    _require_salt(salt, place)
    if (index == 0) != ("head" in document):
        raise StatementError("the first leaf, and no other, is the head of the bundle", place=place, value=index)
    if index == 0:
        _require_head(document["head"], facility, place)
        return Opening(0, None, "", 0, "", salt, bundle, facility, line)
    item = _item(document["item"], place)
    opening = Opening(index, item["id"], item["path"], item["size"], item["sha256"], salt, bundle, facility, line)
    return _checked(opening, place)


def _require_salt(salt: object, place: str) -> None:
    if not is_sha256_hex(salt):
        raise StatementError("a salt is 32 bytes in lower-case hexadecimal", place=place, value=salt)


def _require_head(head: object, facility: str, place: str) -> None:
    if not isinstance(head, dict) or set(head) != {"facility", "period"} or not isinstance(head["facility"], dict):
        raise StatementError("the head of a bundle has its facility and its period", place=place)
    if head["facility"].get("id") != facility:
        raise StatementError("the head is of another facility", place=place, value=head["facility"].get("id"))
    _pair(head["period"], ("from", "to"), place)


def _item(item: object, place: str) -> dict[str, Any]:
    if not isinstance(item, dict) or not _REQUIRED <= set(item) <= _REQUIRED | _OPTIONAL:
        raise StatementError("not the members of a manifest entry", place=place)
    for name in _TEXTS:
        if name in item:
            _text(item[name], place)
    _pair(item["observed"], ("from", "to"), place)
    _pair(item["source"], ("collector", "system"), place)
    size = item["size"]
    if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size <= MAX_SAFE_INTEGER:
        raise StatementError("a size is a whole number of bytes", place=place, value=size)
    if not is_sha256_hex(item["sha256"]):
        raise StatementError("a digest is 64 lower-case hexadecimal characters", place=place, value=item["sha256"])
    return item


def _pair(value: object, names: tuple[str, str], place: str) -> None:
    if not isinstance(value, dict) or set(value) != set(names):
        raise StatementError(f"must be {names[0]} and {names[1]}", place=place)
    for name in names:
        _text(value[name], place)


def _text(value: object, place: str) -> str:
    if not isinstance(value, str):
        raise StatementError("must be text", place=place, value=value)
    return value


def read_record(line: bytes, item: str, place: str) -> RecordOpening:
    """The record whose leaf is `line`; StatementError unless it is a salted leaf of a record of `item`."""
    document = parse(line, place, MAX_RECORD)
    require_canonical(document, line, place)
    if set(document) != {"item", "record", "salt", "text"}:
        raise StatementError("not the members of a record's leaf", place=place, value=", ".join(sorted(document)))
    _require_salt(document["salt"], place)
    record, text = document["record"], _text(document["text"], place)
    if document["item"] != item:
        raise StatementError(f"a record of another item than {item}", place=place, value=document["item"])
    if isinstance(record, bool) or not isinstance(record, int) or record < 1:
        raise StatementError("records are numbered from 1", place=place, value=record)
    return RecordOpening(item, record, text, document["salt"])
