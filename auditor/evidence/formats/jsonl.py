"""JSON Lines: one JSON object in each line, read strictly; every line is a record, good or malformed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from auditor.evidence.formats.lines import read_lines, strip_mark
from auditor.evidence.formats.values import UnreadableError, parse_json
from auditor.evidence.rejects import Malformed, malformed

MAX_LINE = 4 << 20


def read_records(stream: BinaryIO, place: str) -> Iterator[tuple[int, int, Any] | Malformed]:
    """Record number, line and value of every line, or why it is malformed.

    Raises:
        EvidenceFormatError: the file is UTF-16.
    """
    for line in read_lines(stream, max_line=MAX_LINE):
        data = strip_mark(line.data, place) if line.number == 1 else line.data
        if line.overlong:
            yield malformed(line.number, line.number, "", data, f"line longer than {MAX_LINE} bytes")
            continue
        if not data.strip():
            yield malformed(line.number, line.number, "", "", "blank line")
            continue
        try:
            value = parse_json(data)
            if not isinstance(value, dict):
                raise UnreadableError("not a JSON object")
        except UnreadableError as error:
            yield malformed(line.number, line.number, "", data, str(error))
            continue
        yield line.number, line.number, value
