"""The id of a field in the PDF: the title (/T) of the structure element that holds its text.

WeasyPrint's release is pinned; its builder of the structure tree is wrapped. A field that is broken over lines or pages
is in several elements, one after the other, each with the id. A row of a table that is broken over pages is titled so
on the later page, for its cells go on with those of the earlier one.

WeasyPrint also makes an element of its own for each line of text inside an element, which says nothing; they are taken
out, and the text is marked as content of the element itself. Half of the objects of the file go with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pydyf
from weasyprint.pdf import tags

from auditor.report.structure import CONTINUED

FIELD_ATTRIBUTE = "data-field"
_plain = tags._build_box_tree  # noqa: SLF001


@contextmanager
def field_ids() -> Iterator[None]:
    """While it is open, what WeasyPrint writes has the ids of fields in its structure tree."""
    tags._build_box_tree = _build_box_tree  # noqa: SLF001
    try:
        yield
    finally:
        tags._build_box_tree = _plain  # noqa: SLF001


def _build_box_tree(
    box: Any, parent: Any, pdf: Any, page_number: int, nums: Any, annotations: Any, tags: Any
) -> Iterator[Any]:
    element = getattr(getattr(box, "_box", box), "element", None)
    field = None if element is None else element.get(FIELD_ATTRIBUTE)
    for made in _plain(box, parent, pdf, page_number, nums, annotations, tags):
        if field is not None:
            made["T"] = pydyf.String(field)
        if made["S"] == "/TR" and parent["S"] != "/THead":
            rows = vars(pdf).setdefault("_rows_begun", set())
            if element in rows:
                made["T"] = pydyf.String(CONTINUED)
            rows.add(element)
        _absorb(made, pdf, nums)
        yield made


def _absorb(element: Any, pdf: Any, nums: dict[int, bytes]) -> None:
    kids = element["K"]
    for position, kid in enumerate(kids):
        if isinstance(kid, int):
            continue
        below = pdf.objects[int(kid.split()[0])]
        if "T" in below or below.get("S") != "/Span" or [type(one) for one in below["K"]] != [int]:
            continue
        (mcid,) = below["K"]
        # A link annotation names its element, so that one stays.
        if nums.get(mcid) != below.reference or element.get("S") == "/Document":
            continue
        kids[position] = mcid
        nums[mcid] = element.reference
        # An entry that is free for good (ISO 32000-1, 7.5.4).
        below.free, below.generation = "f", 65535
