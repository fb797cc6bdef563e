"""Two things that WeasyPrint does far more often than a document like ours needs; without them it makes the same bytes.

WeasyPrint's release is pinned, and a test compares the bytes with those it makes by itself.
"""

from __future__ import annotations

import re
from typing import Any

import pydyf
import weasyprint
from weasyprint.html import UA, UA_COUNTER_STYLE

_EACH_ELEMENT_NOTES = re.compile(r"^::(?:footnote|note)-.*$", re.MULTILINE)


class Html(weasyprint.HTML):  # type: ignore[misc]
    """HTML without footnotes and notes.

    WeasyPrint's own style sheet has six pseudo-elements of every element, for which it computes and keeps six styles.
    Only the marker of a list item is ever printed here.
    """

    _SHEET = weasyprint.CSS(
        string=_EACH_ELEMENT_NOTES.sub("", UA).replace("\n::marker", "\nli::marker"), counter_style=UA_COUNTER_STYLE
    )

    def _ua_stylesheets(self, forms: bool = False) -> list[Any]:
        assert not forms
        return [self._SHEET]


class _PageReferences:
    """`PDF.page_references`, made anew only after a page was added.

    It is asked for with every tag and every time goes through all pages, which takes a tenth of the time of 260 pages
    and grows with their square.
    """

    def __init__(self, plain: property) -> None:
        self._plain = plain

    def __get__(self, pdf: Any, kind: type | None = None) -> Any:
        if pdf is None:
            return self
        count, references = vars(pdf).get("_references_kept", (0, ()))
        if count != len(pdf.pages["Kids"]):
            references = self._plain.__get__(pdf, kind)
            vars(pdf)["_references_kept"] = len(pdf.pages["Kids"]), references
        return references


pydyf.PDF.page_references = _PageReferences(pydyf.PDF.page_references)
