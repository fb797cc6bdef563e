"""What an attestation must say, computed from the signed bytes alone: each field with its text, in order.

Nothing here needs the renderer, the model or Jinja: the view is composed from JSON, and the templates are read by
`edition`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import Any, NamedTuple

from auditor.report.edition import Edition, Piece
from auditor.report.structure import PAGE_FIELD
from auditor.report.view import AttestationView, compose


class Field(NamedTuple):
    """A field of the document: its id, and its text without white space at its ends."""

    id: str
    text: str


class Segment(NamedTuple):
    """Text up to the next change of field: `field` is "" for words of the templates; `text` is without white space.

    `said` is the text as it is to be shown; `anchors` stand in it, each before the character at its offset.
    """

    field: str
    text: str
    said: str
    anchors: tuple[tuple[str, int], ...] = ()


def expected_fields(
    payload: bytes, templates: Mapping[str, str], beside: Mapping[str, Any], zone: tzinfo | None = None
) -> tuple[Field, ...]:
    """Every field that the document of `payload` shows, in the order of its pages, with what it must say.

    Raises:
        RenderError: a payload or templates of another edition.
    """
    view = compose(payload, beside, zone)
    segments = expected_segments(view, templates)
    return tuple(Field(one.field, one.said) for one in segments if one.field and not one.field.startswith(PAGE_FIELD))


def expected_segments(view: AttestationView, templates: Mapping[str, str]) -> list[Segment]:
    """What the document of a view says from its first page to its last; of page numbers only where they stand.

    Raises:
        RenderError: templates of another edition.
    """
    return _join(Edition(templates).pieces(view))


def _join(pieces: Iterable[Piece]) -> list[Segment]:
    segments: list[Segment] = []
    field = ""
    texts: list[str] = []
    anchors: list[tuple[str, int]] = []
    for piece in (*pieces, Piece("end", "")):
        name = PAGE_FIELD + piece.text if piece.kind == "data-page" else piece.field
        text = bare("".join(texts))
        if piece.kind == "id":
            # An anchor stands before what comes next, which may be a field.
            anchors.append((piece.text, len(text)))
            continue
        if name != field:
            here = tuple(one for one in anchors if one[1] < len(text))
            if text or field:
                segments.append(Segment(field, text, " ".join("".join(texts).split()), here))
            anchors = [(anchor, 0) for anchor, offset in anchors if offset >= len(text)]
            field, texts = name, []
        if piece.kind == "text":
            texts.append(piece.text)
    return segments


def bare(text: str) -> str:
    """Text without any white space: lines are broken anew in each layout."""
    return "".join(text.split())
