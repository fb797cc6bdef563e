"""A whole attestation PDF as text in the order of reading, after everything was refused that a reader could not see.

Beside the pages, a PDF speaks in its title, its bookmarks and its metadata; they are read too.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from auditor.report.fields import bare
from auditor.report.glyphs import PageFont, read_fonts, require_kit_fonts
from auditor.report.ink import Run, read_page
from auditor.report.plain_file import PlainFile, Ref, crooked, text_of
from auditor.report.structure import Leaf, Tree

MAX_PAGES = 20_000
_CATALOG = (
    "Type", "Pages", "Outlines", "Lang", "Names", "StructTreeRoot", "ViewerPreferences", "MarkInfo", "OutputIntents",
    "AF", "Metadata",
)  # fmt: skip
_PAGE = (
    "Type", "Parent", "MediaBox", "Contents", "Resources", "Tabs", "StructParents", "Annots", "TrimBox", "BleedBox",
)  # fmt: skip
_LINK = ("Type", "Subtype", "Rect", "BS", "Contents", "Dest", "StructParent", "F")
_STATES = {"a1": {"ca": 1}, "a1.0": {"ca": 1}, "A1": {"CA": 1}, "A1.0": {"CA": 1}}
_XMP_TEXT = r"<rdf:Alt><rdf:li xml:lang=\"x-default\">([^<]*)</rdf:li></rdf:Alt>"


class Shown(NamedTuple):
    """What is read in one go: the field ("" outside of fields), and each piece of text with its page, from 0.

    `text` is all of it without white space.
    """

    field: str
    text: str
    parts: tuple[tuple[str, int], ...]

    @property
    def said(self) -> str:
        """The text as it stands on the pages, each line with a space after it."""
        return " ".join(" ".join(text for text, _ in self.parts).split())

    def page_at(self, offset: int) -> int:
        """The page of the character at `offset` of the text without white space."""
        for text, page in self.parts:
            offset -= len(bare(text))
            if offset < 0:
                return page
        return self.parts[-1][1]


class Paper(NamedTuple):
    """The document as read: what it shows, the margins of each page, its bookmarks and headings, its title."""

    shown: tuple[Shown, ...]
    margins: tuple[tuple[str, ...], ...]
    bookmarks: tuple[str, ...]
    headings: tuple[str, ...]
    title: str
    subject: str


def read_paper(pdf: bytes, kit_fonts: Mapping[str, bytes] | None = None) -> Paper:
    """The attestation in `pdf`, which is revision 0. With `kit_fonts`, the glyphs are held against them.

    Raises:
        BindingError: the file is not as our printer writes it, or shows or hides something it must not.
        UnverifiableError: fontTools is not installed.
    """
    try:
        return _read(PlainFile(pdf), kit_fonts)
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError, ArithmeticError) as error:
        # A value of another kind where our printer always writes one kind.
        raise crooked(f"a part is missing or of another kind ({type(error).__name__})") from error


def _read(file: PlainFile, kit_fonts: Mapping[str, bytes] | None) -> Paper:
    catalog = file.dictionary(Ref(file.root), *_CATALOG)
    pages = _pages(file, catalog["Pages"])
    fonts = _fonts(file, file.value(pages[0])["Resources"])
    if kit_fonts is not None:
        require_kit_fonts(fonts, kit_fonts)
    runs = [_page(file, number, position, fonts) for position, number in enumerate(pages)]
    tree = Tree(file, catalog["StructTreeRoot"], pages, runs)
    info = file.dictionary(Ref(file.info), "Producer", "Title", "Subject", "Creator", "CreationDate", "ModDate")
    title, subject = text_of(info["Title"]), text_of(info["Subject"])
    told = re.findall(_XMP_TEXT, file.stream(catalog["Metadata"]).decode("utf-8"))
    if [html.unescape(one) for one in told] != [title, subject]:
        raise crooked("its metadata has another title than the file")
    return Paper(
        _shown(tree.leaves),
        tuple(tuple(page) for page in tree.margins),
        tuple(_bookmarks(file, file.dictionary(catalog["Outlines"], "Count", "First", "Last").get("First"), 0)),
        tree.headings,
        title,
        subject,
    )


def _pages(file: PlainFile, root: object) -> list[int]:
    top = file.dictionary(root, "Type", "Kids", "Count")
    pages = [kid.number for kid in file.array(top["Kids"])]
    if not 1 <= len(pages) <= MAX_PAGES or len(set(pages)) != len(pages) or top["Count"] != len(pages):
        raise crooked("its pages are not counted right")
    return pages


def _fonts(file: PlainFile, root: object) -> dict[str, PageFont]:
    found = file.dictionary(root, "ExtGState", "XObject", "Pattern", "Shading", "ColorSpace", "Font")
    if found["XObject"] or found["Pattern"] or found["Shading"]:
        raise crooked("its pages have images, forms, patterns or shadings")
    for name, state in found["ExtGState"].items():
        if _STATES.get(name) != state:
            raise crooked("its pages have a graphics state that our printer does not use")
    return read_fonts(file, found["Font"])


def _page(file: PlainFile, number: int, position: int, fonts: Mapping[str, PageFont]) -> dict[int, Run]:
    page = file.dictionary(Ref(number), *_PAGE)
    left, bottom, width, height = page["MediaBox"]
    same_resources = page["Resources"] == file.value(file.value(page["Parent"].number)["Kids"][0].number)["Resources"]
    if (left, bottom) != (0, 0) or page["TrimBox"] != page["MediaBox"] or not same_resources:
        raise crooked(f"page {position + 1} has another frame than our printer gives it")
    for annotation in page.get("Annots", ()):
        link = file.dictionary(annotation, *_LINK)
        if link["Subtype"] != "Link" or link["BS"] != {"W": 0} or not isinstance(link["Dest"], bytes):
            raise crooked(f"page {position + 1} has an annotation that is no plain link")
    place = f"attestation.pdf page {position + 1}"
    return read_page(file.stream(page["Contents"]), width, height, fonts, place)


def _bookmarks(file: PlainFile, entry: Any, depth: int) -> Iterable[str]:
    seen = 0
    while entry is not None:
        item = file.dictionary(entry)
        seen += 1
        if depth > 6 or seen > MAX_PAGES:
            raise crooked("its bookmarks go round in a circle")
        yield bare(text_of(item["Title"]))
        if "First" in item:
            yield from _bookmarks(file, item["First"], depth + 1)
        entry = item.get("Next")


def _shown(leaves: Iterable[Leaf]) -> tuple[Shown, ...]:
    shown = []
    for field, some in groupby(leaves, attrgetter("field")):
        parts = tuple((leaf.text, leaf.page) for leaf in some)
        shown.append(Shown(field, bare("".join(text for text, _ in parts)), parts))
    return tuple(shown)
