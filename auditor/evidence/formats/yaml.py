"""One YAML document that holds lists of records, in the strict subset of `canon.yaml`."""

from __future__ import annotations

from typing import BinaryIO

from auditor.canon.yaml import Document, parse_yaml
from auditor.errors import EvidenceFormatError, SchemaError

MAX_BYTES = 32 << 20


def read_document(stream: BinaryIO, place: str) -> Document:
    """The document, with the line of every value.

    Raises:
        EvidenceFormatError: too large, or outside the subset; with the line.
    """
    data = stream.read(MAX_BYTES + 1)
    try:
        return parse_yaml(data, place, max_bytes=MAX_BYTES)
    except SchemaError as error:
        raise EvidenceFormatError(error.problem, place=error.place, value=error.value, hint=error.hint) from error
