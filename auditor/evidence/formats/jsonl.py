"""JSON Lines: one JSON object in each line, read strictly; every line is a record, good or malformed."""

from __future__ import annotations

from typing import Any

from auditor.evidence.formats.lines import Line, strip_mark
from auditor.evidence.formats.values import UnreadableError, parse_json
from auditor.evidence.rejects import Malformed, malformed

MAX_LINE = 4 << 20


def read_record(line: Line, place: str) -> dict[str, Any] | Malformed:
    """The object in one line of a file read with `MAX_LINE`, or why it is malformed.

    Raises:
        EvidenceFormatError: the file is UTF-16.
    """
    data = strip_mark(line.data, place) if line.number == 1 else line.data
    if line.overlong:
        return malformed(line.number, line.number, "", data, f"line longer than {MAX_LINE} bytes")
    if not data.strip():
        return malformed(line.number, line.number, "", "", "blank line")
    try:
        value = parse_json(data)
    except UnreadableError as error:
        return malformed(line.number, line.number, "", data, str(error))
    return value if isinstance(value, dict) else malformed(line.number, line.number, "", data, "not a JSON object")
