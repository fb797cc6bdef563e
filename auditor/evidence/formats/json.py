"""One JSON document that holds lists of records; read whole, within a limit."""

from __future__ import annotations

from typing import Any, BinaryIO

from auditor.errors import EvidenceFormatError
from auditor.evidence.formats.lines import strip_mark
from auditor.evidence.formats.values import ABSENT, UnreadableError, parse_json

MAX_BYTES = 256 << 20


def read_document(stream: BinaryIO, place: str) -> Any:
    """The document's value, numbers as the text they were written with.

    Raises:
        EvidenceFormatError: too large, or not strict JSON.
    """
    data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise EvidenceFormatError(f"larger than the {MAX_BYTES} bytes a JSON document may have", place=place)
    try:
        return parse_json(strip_mark(data, place))
    except UnreadableError as error:
        raise EvidenceFormatError(str(error), place=place, hint="export it again") from error


def records_at(document: Any, path: str, place: str) -> list[Any]:
    """The list at a path like `$.zones`.

    Raises:
        EvidenceFormatError: there is none.
    """
    found = document
    for part in path.split(".")[1:]:
        found = found.get(part, ABSENT) if isinstance(found, dict) else ABSENT
    if not isinstance(found, list):
        what = "nothing" if found is ABSENT else type(found).__name__
        hint = "check that this export goes with the item's mapping"
        raise EvidenceFormatError(f"no list of records at {path}", place=place, value=what, hint=hint)
    return found
