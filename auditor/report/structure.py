"""The structure tree of a PDF of our printer: which marked content is which field, in which order it is read.

The order of reading is held against the places on the page: text that is read later stands further right on the same
line, or lower; the cells of a row stand side by side, and the next row below all of them. So a field cannot be put
where a reader takes it for another.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from typing import NamedTuple

from auditor.report.ink import Run
from auditor.report.plain_file import PlainFile, Ref, crooked

_ELEMENT = re.compile(
    rb"<</Type /StructElem/S /([A-Za-z0-9]+)/K \[([0-9R ]*)\](?:/Pg (\d+) 0 R)?/P (\d+) 0 R"
    rb"(?:/A <</O /Table(?:/ColSpan \d+)?(?:/RowSpan \d+)?(?:/Headers \[[()0-9 -]*\])?>>)?"
    rb"(?:/T \(([!-'*-\[\]-~]+)\))?(?:/ID \([0-9-]+\))?>>"
)
_ELEMENT_HEAD, _LINK_HEAD = b"<</Type /StructElem", b"<</Type /OBJR/Obj "
_KID = re.compile(rb"(\d+) 0 R|(\d+)")
_HEADINGS = ("H1", "H2", "H3")
BULLET = "•"
PAGE_FIELD = "page:"
CONTINUED = "continued"
MAX_DEPTH = 40
LEAD = 0.7
"""How far a line must stand below the one read before it, of its own size."""
SLACK = 1.5
"""How far neighbours may overlap, in pixels: kerning and rounding."""


class Element(NamedTuple):
    """An element of the tree: its type, its kids (a number of marked content, or of an element), page and field."""

    kind: str
    kids: tuple[tuple[int, bool], ...]
    page: int
    parent: int
    field: str


class Leaf(NamedTuple):
    """Text on one line of a page, in the order of reading; `field` is "" outside of fields."""

    page: int
    field: str
    text: str


class Tree:
    """The structure tree over the runs of all pages; `pages` are object numbers, `runs` what is on each page.

    Raises:
        BindingError: a tree that is not whole, or not in the order in which the text stands on the pages.
    """

    def __init__(self, file: PlainFile, root: object, pages: list[int], runs: list[dict[int, Run]]) -> None:
        self._elements = _elements(file, {number: page for page, number in enumerate(pages)})
        self._runs = runs
        self._head: list[str] = []
        self._cells: list[list[Leaf]] = []
        self._headings: list[str] = []
        self._used: set[tuple[int, int]] = set()
        top = file.dictionary(root, "Type", "ParentTree", "K")
        (document,) = file.array(top["K"])
        self._document = document.number
        self._owners = _owners(file, top["ParentTree"])
        self.leaves = tuple(self._read())

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings of the first three levels without white space, in order."""
        return tuple(self._headings)

    @property
    def margins(self) -> list[list[str]]:
        """For each page the text that is in no element of the tree, in the order in which it is drawn."""
        return [
            [run.text for number, run in sorted(page.items()) if (position, number) not in self._used]
            for position, page in enumerate(self._runs)
        ]

    def _read(self) -> Iterator[Leaf]:
        document = self._elements.get(self._document)
        if document is None or document.kind != "Document":
            raise crooked("its structure tree has no document")
        found: list[Leaf] = []
        cursor, page = _START, 0
        for number, is_element in document.kids:
            if not is_element or number not in self._elements:
                raise crooked("its structure tree is not well-formed")
            at = self._page_of(number)
            if at != page:
                if at < page:
                    raise crooked("its structure tree goes back to an earlier page")
                page, cursor = at, _START
            cursor = self._flow(number, self._document, page, cursor, "", found, 0)
        return iter(found)

    def _page_of(self, number: int) -> int:
        return self._elements[number].page

    def _flow(
        self, number: int, parent: int, page: int, cursor: _Cursor, field: str, found: list[Leaf], depth: int
    ) -> _Cursor:
        element = self._elements.get(number)
        if element is None or element.parent != parent or element.page != page or depth > MAX_DEPTH:
            raise crooked("its structure tree is not well-formed")
        if element.kind == "TR":
            return self._row(element, number, page, cursor, found, depth)
        if element.field and field and element.field != field:
            raise crooked("a field stands inside another")
        # The generated page number stands in an element of the field that asks for it.
        field = element.field or field
        begun, cells = len(found), self._cells
        for kid, is_element in element.kids:
            if is_element:
                cursor = self._flow(kid, number, page, cursor, field, found, depth + 1)
            else:
                cursor = self._text(page, kid, number, element.kind, field, cursor, found)
        if element.kind == "THead" and self._is_repeated(page, found, begun):
            del found[begun:]
            self._cells = cells
        if element.kind in _HEADINGS:
            self._headings.append("".join("".join(leaf.text.split()) for leaf in found[begun:]))
        return cursor

    def _is_repeated(self, page: int, found: list[Leaf], begun: int) -> bool:
        """Whether a page repeats a table head at its top because the table goes on there."""
        before, texts = self._head, [leaf.text for leaf in found[begun:]]
        self._head = texts
        on_top = begun > 0 and found[begun - 1].page < page
        return on_top and texts == before and not any(leaf.field for leaf in found[begun:])

    def _row(self, element: Element, number: int, page: int, cursor: _Cursor, found: list[Leaf], depth: int) -> _Cursor:
        lowest, right = cursor, 0.0
        cells: list[list[Leaf]] = []
        for kid, is_element in element.kids:
            if not is_element:
                raise crooked("a row of a table has text outside of its cells")
            cells.append([])
            end = self._flow(kid, number, page, _Cursor(cursor.y, right, right, below=True), "", cells[-1], depth + 1)
            lowest = end if end.y > lowest.y else lowest
            right = max(right, end.right)
        if element.field:
            cells = self._continued(element.field, page, cells, found)
        self._cells = cells
        found.extend(leaf for cell in cells for leaf in cell)
        return _Cursor(lowest.y, 0.0, 0.0, below=True)

    def _continued(self, title: str, page: int, cells: list[list[Leaf]], found: list[Leaf]) -> list[list[Leaf]]:
        """The cells of a row broken over two pages, each with its part on the earlier page, which is taken out."""
        before = [leaf for cell in self._cells for leaf in cell]
        start = len(found) - len(before)
        last_page = max((leaf.page for leaf in before), default=page)
        if title != CONTINUED or not before or found[start:] != before or last_page != page - 1:
            raise crooked("a row of a table goes on that did not begin")
        if len(cells) != len(self._cells):
            raise crooked("a row of a table goes on with other cells than it began with")
        del found[start:]
        return [[*one, *other] for one, other in zip(self._cells, cells, strict=True)]

    def _text(
        self, page: int, number: int, owner: int, kind: str, field: str, cursor: _Cursor, found: list[Leaf]
    ) -> _Cursor:
        if (page, number) in self._used or self._owners.get((page, number)) != owner:
            raise crooked("marked content belongs to two elements")
        self._used.add((page, number))
        run = self._runs[page].get(number)
        if run is None:
            return cursor
        cursor = cursor.after(run, leader=field.startswith(PAGE_FIELD))
        if kind == "Lbl" and not field:
            if run.text.strip() != BULLET:
                raise crooked(f"a list has a mark that is no bullet: {run.text[:20]}")
        else:
            found.append(Leaf(page, field, run.text))
        return cursor


class _Cursor(NamedTuple):
    """Where reading is: the line, how far right on it, how far right at most, and whether the next line must be lower.

    In a cell `floor` is where the cell before it ends.
    """

    y: float
    x: float
    right: float
    below: bool = False
    floor: float = 0.0

    def after(self, run: Run, *, leader: bool) -> _Cursor:
        """The cursor behind `run`.

        Raises:
            BindingError: the run does not stand behind or below what is read before it.
        """
        floor = self.right if self.below and self.x else self.floor
        if run.x < floor - SLACK:
            raise _misplaced(run)
        same = abs(run.y - self.y) <= 0.5 and not self.below
        if same and not leader and run.x < self.x - SLACK:
            raise _misplaced(run)
        if not same and run.y < self.y + LEAD * run.size:
            raise _misplaced(run)
        # The dots of a leader are drawn from its end.
        x = max(self.x, run.end) if same else run.end
        return _Cursor(run.y, x, max(self.right, run.end), False, floor)


_START = _Cursor(0.0, 0.0, 0.0, below=False)


def _misplaced(run: Run) -> Exception:
    return crooked(f"text does not stand where it is read: {run.text[:60]!r}")


def _elements(file: PlainFile, pages: Mapping[int, int]) -> dict[int, Element]:
    found: dict[int, Element] = {}
    links = set()
    for number in file.numbers():
        source = file.source(number)
        if not source.startswith(_ELEMENT_HEAD):
            if source.startswith(_LINK_HEAD):
                links.add(number)
            continue
        element = _ELEMENT.fullmatch(source)
        if element is None:
            raise crooked(f"object {number} is no element as our printer writes them: {source[:80].decode('latin-1')}")
        kind, some, page, parent, field = element.groups(b"")
        kids = tuple((int(one or other), bool(one)) for one, other in _KID.findall(some))
        found[number] = Element(
            kind.decode(), kids, pages.get(int(page), -1) if page else -1, int(parent), field.decode()
        )
    return {number: _without_links(file, one, found, links) for number, one in found.items()}


def _without_links(file: PlainFile, one: Element, elements: Container[int], links: Container[int]) -> Element:
    """The element without the references to annotations that a link has among its kids."""
    others = [number for number, is_element in one.kids if is_element and number not in elements]
    if not others:
        return one
    for number in others:
        file.source(number)  # which is there, whatever it is
    return one._replace(kids=tuple(kid for kid in one.kids if not (kid[1] and kid[0] in links)))


def _owners(file: PlainFile, root: object) -> dict[tuple[int, int], int]:
    """Which element each marked content belongs to, by page and number, as the parent tree says."""
    numbers = file.array(file.dictionary(root, "Nums")["Nums"])
    owners = {}
    for page, some in zip(numbers[::2], numbers[1::2], strict=True):
        if isinstance(some, Ref):
            continue
        for number, owner in enumerate(file.array(some)):
            owners[page, number] = owner.number
    return owners
