"""Lines of a file, each of bounded length, whatever the file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from auditor.errors import EvidenceFormatError

MAX_LINE = 16 << 20
_SKIP = 1 << 20


class Line(NamedTuple):
    """One physical line: `data` without its end (cut to 200 bytes if `overlong`), `end` its end ("" at end of file)."""

    number: int
    data: bytes
    end: bytes
    overlong: bool = False


def read_lines(stream: BinaryIO, *, max_line: int = MAX_LINE) -> Iterator[Line]:
    """Lines ended by LF or CRLF, numbered from 1; memory stays within `max_line`."""
    number = 0
    while data := stream.readline(max_line + 2):
        number += 1
        if data.endswith(b"\r\n"):
            yield Line(number, data[:-2], b"\r\n")
        elif data.endswith(b"\n"):
            yield Line(number, data[:-1], b"\n")
        elif len(data) <= max_line:
            yield Line(number, data, b"")
        else:
            head = data[:200]
            while data and not data.endswith(b"\n"):
                data = stream.readline(_SKIP)
            yield Line(number, head, b"\n", overlong=True)


def strip_mark(data: bytes, place: str) -> bytes:
    """`data`, the beginning of a file, without a UTF-8 byte order mark.

    Raises:
        EvidenceFormatError: UTF-16 or UTF-32.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in data[:4]:
        raise EvidenceFormatError("UTF-16 or UTF-32 text, or not text at all", place=place, hint="export as UTF-8")
    return data.removeprefix(b"\xef\xbb\xbf")
