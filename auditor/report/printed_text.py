"""The human edition is the machine edition: what the pages show is compared with what was signed, word for word.

`require_same_text` composes the whole text of the document from the signed bytes, and reads the whole text off the
pages. Both are cut at the borders of fields; every field must be there once, in its place, and say what the signed
value says, and everything between two fields must be the words of the templates. Of the fields that begin with
`beside/`, which whoever printed added, those that the verifier knows are compared, and the others handed over.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping
from datetime import tzinfo
from types import MappingProxyType
from typing import NamedTuple

from auditor.canon.digest import sha256_hex
from auditor.errors import BindingError, RenderError, UnverifiableError
from auditor.report.beside import BESIDE, read_beside
from auditor.report.fields import Segment, bare, expected_segments
from auditor.report.kit import ReportKit
from auditor.report.paper import Paper, Shown, read_paper
from auditor.report.structure import PAGE_FIELD
from auditor.report.times import LOCAL_BESIDE, zone_named
from auditor.report.view import AttestationView, compose

_PLACE = "attestation.pdf"
_ZONE = "/predicate/results/facility#timezone"
_KIT = f"{BESIDE}#kit"
# The name of the facility on the cover and the heading of the contents are no bookmarks.
_NOT_BOOKMARKED = 2


class Compared(NamedTuple):
    """What was compared: how many `fields`, and the `text_fingerprint` of the whole text.

    `unsigned` are the fields that were printed beside what was signed and that nothing at hand could be compared with.
    """

    fields: int
    fingerprint: str
    unsigned: Mapping[str, str]


def text_fingerprint(pdf: bytes) -> str:
    """SHA-256 of what the pages say in the order of reading: NFC, without white space, running lines, bullets, repeated
    table heads and page numbers, so that another layout of the same document has the same.

    Raises:
        BindingError: the file is not as our printer writes it.
    """
    return _fingerprint(read_paper(pdf))


def _fingerprint(paper: Paper) -> str:
    shown = "".join(one.text for one in paper.shown if not one.field.startswith(PAGE_FIELD))
    return sha256_hex(unicodedata.normalize("NFC", shown).encode())


def require_same_text(
    pdf: bytes, payload: bytes, kit: ReportKit, known: Mapping[str, str] = MappingProxyType({})
) -> Compared:
    """Compare the fields with `payload` and with those in `known`; all of them say what they must.

    `pdf` is revision 0, `kit` the verifier's own, `known` as `beside.known_beside` gives it.

    Raises:
        BindingError: naming the field, the page, what is printed there and what was signed.
        UnverifiableError: the document was printed with another edition of the templates, or something is not at hand
            to compare with.
    """
    paper = read_paper(pdf, kit.fonts)
    # Of the rest it is not asked what was printed, only whether it is what must be.
    printed = {one.field: one.said for one in reversed(paper.shown) if one.field.startswith((BESIDE, _ZONE))}
    if bare(printed.get(_KIT, "")) != kit.digest:
        raise UnverifiableError(
            "the document was printed with other templates than this program has",
            place=_PLACE,
            value=printed.get(_KIT, "nothing about them"),
            hint="verify with the edition of the auditor that printed it; its own are " + kit.digest,
        )
    view = _view(payload, printed)
    _require_known(paper, known)
    expected = expected_segments(view, kit.templates)
    _require_fields(paper, expected)
    _require_page_numbers(paper, expected)
    _require_running_lines(paper, view)
    _require_titles(paper, view)
    signed = sum(bool(one.field) and not one.field.startswith((PAGE_FIELD, BESIDE)) for one in expected)
    beside = {one.field: one.said for one in paper.shown if one.field.startswith(BESIDE) and one.field != _KIT}
    unsigned = {name: said for name, said in beside.items() if name not in known}
    return Compared(signed + len(beside) - len(unsigned), _fingerprint(paper), unsigned)


def _view(payload: bytes, printed: Mapping[str, str]) -> AttestationView:
    try:
        return compose(payload, read_beside(printed), _zone(printed))
    except RenderError as error:
        # The very templates of this program would not have printed it.
        raise BindingError(
            f"the pages cannot be of what was signed: {error.problem}", place=error.place, hint=error.hint
        ) from error


def _zone(printed: Mapping[str, str]) -> tzinfo | None:
    name, beside, _ = printed.get(_ZONE, "").partition(LOCAL_BESIDE)
    if not beside:
        return None
    zone = zone_named(name)
    if zone is None:
        raise UnverifiableError(
            "the document gives local times, and this machine does not know the time zone",
            place=_PLACE, value=name, hint="install tzdata",
        )  # fmt: skip
    return zone


def _require_known(paper: Paper, known: Mapping[str, str]) -> None:
    for one in paper.shown:
        if one.field in known and one.text != bare(known[one.field]):
            raise _differs(one, known[one.field], "the field does not say what this verifier knows")


def _require_fields(paper: Paper, expected: list[Segment]) -> None:
    here, there = Counter(one.field for one in paper.shown), Counter(one.field for one in expected)
    for one in paper.shown:
        if one.field and here[one.field] > there[one.field]:
            problem = "the field is printed more often than it was signed" if one.field in there else "was not signed"
            raise _differs(one, "nothing there", problem)
    page = 0
    pages = {one.field: one.parts[0][1] for one in paper.shown}
    for signed in expected:
        if signed.field and not here[signed.field]:
            problem = f"the field is not printed where it must be; signed: {signed.said!r}"
            raise BindingError(problem, place=f"{_PLACE} page {page + 1}, field {signed.field}")
        page = pages[signed.field] if signed.field else page
    for one, signed in zip(paper.shown, expected, strict=False):
        if one.field != signed.field:
            where = f"field {signed.field}" if signed.field else f"the words {signed.said[:60]!r}"
            raise _differs(one, signed.said, f"something stands where {where} must stand")
        if not one.field.startswith(PAGE_FIELD) and one.text != signed.text:
            problem = "the field does not say what was signed" if one.field else "these are not words of the document"
            raise _differs(one, signed.said, problem, signed.text)
    if len(paper.shown) != len(expected):
        raise BindingError("words of the document are added or missing at its end", place=_PLACE)


def _differs(one: Shown, signed: str, problem: str, bare_signed: str = "") -> BindingError:
    """A refusal that shows both sides, from where they begin to differ."""
    printed, offset = one.said, 0
    if bare_signed:
        pairs = zip(one.text, bare_signed, strict=False)
        offset = next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one.text), len(bare_signed)))
        if offset > 60:
            printed, signed = "…" + one.text[offset - 20 :], "…" + bare_signed[offset - 20 :]
    page = one.page_at(offset) + 1
    named = f", field {one.field}" if one.field else ""
    return BindingError(
        f"{problem}; printed: {printed[:200]!r}; signed: {signed[:200]!r}",
        place=f"{_PLACE} page {page}{named}",
        hint="do not rely on this document; read the signed results instead",
    )


def _require_page_numbers(paper: Paper, expected: list[Segment]) -> None:
    pages = {
        anchor: one.page_at(offset) + 1
        for segment, one in zip(expected, paper.shown, strict=True)
        for anchor, offset in segment.anchors
    }
    for one in paper.shown:
        if one.field.startswith(PAGE_FIELD):
            signed = str(pages[one.field.removeprefix(PAGE_FIELD)])
            if one.text.replace(".", "") != signed:
                raise _differs(one, signed, "the table of contents names another page")


def _require_running_lines(paper: Paper, view: AttestationView) -> None:
    foot = f"Report SHA-512 {view.cover.running_digest} …"
    head = [view.cover.running_facility, view.cover.title]
    front = 1 + _front_pages(paper)
    for number, margin in enumerate(paper.margins, start=1):
        signed = [*(head if number >= front else ()), foot, f"Page {number} of {len(paper.margins)}"]
        if [bare(text) for text in margin] != [bare(text) for text in signed]:
            raise BindingError(
                f"the running lines say something else; printed: {' | '.join(margin)!r}; "
                f"signed: {' | '.join(signed)!r}",
                place=f"{_PLACE} page {number}",
            )


def _front_pages(paper: Paper) -> int:
    """How many pages come before the first part: the cover and the table of contents, which have no line at the top."""
    return max((one.parts[-1][1] + 1 for one in paper.shown if one.field.startswith(PAGE_FIELD)), default=0)


def _require_titles(paper: Paper, view: AttestationView) -> None:
    if (paper.title, paper.subject) != (view.title, view.subject):
        raise BindingError(
            f"the title says something else; printed: {paper.title!r}, {paper.subject!r}; "
            f"signed: {view.title!r}, {view.subject!r}",
            place=_PLACE,
        )
    if paper.bookmarks != paper.headings[_NOT_BOOKMARKED:]:
        different = zip(paper.bookmarks, paper.headings[_NOT_BOOKMARKED:], strict=False)
        first = next((pair for pair in different if pair[0] != pair[1]), ("more or fewer", "as many as headings"))
        raise BindingError(f"a bookmark says {first[0]!r} where the heading says {first[1]!r}", place=_PLACE)
