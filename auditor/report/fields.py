"""What an attestation must say, computed from the signed bytes alone: each field with its text, in order.

Nothing here needs the renderer, the model or Jinja: the view is composed from JSON, and the templates are read by
`edition`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from auditor.report.edition import Edition, Piece
from auditor.report.structure import PAGE_FIELD
from auditor.report.view import AttestationView


class Segment(NamedTuple):
    """Text up to the next change of field: `field` is "" for words of the templates; `text` is without white space.

    `raw` is the text with it; `anchors` stand in `text`, each before the character at its offset.
    """

    field: str
    text: str
    raw: str
    anchors: tuple[tuple[str, int], ...] = ()

    @property
    def said(self) -> str:
        """The text as it is to be shown."""
        return " ".join(self.raw.split())


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
        if piece.kind == "id":
            # An anchor stands before what comes next, which may be a field.
            anchors.append((piece.text, len(bare("".join(texts)))))
            continue
        name = PAGE_FIELD + piece.text if piece.kind == "data-page" else piece.field
        if name != field:
            raw = "".join(texts)
            text = bare(raw)
            if text or field:
                segments.append(Segment(field, text, raw, tuple(one for one in anchors if one[1] < len(text))))
            anchors = [(anchor, 0) for anchor, offset in anchors if offset >= len(text)]
            field, texts = name, []
        if piece.kind == "text":
            texts.append(piece.text)
    return segments


def bare(text: str) -> str:
    """Text without any white space: lines are broken anew in each layout."""
    return "".join(text.split())
