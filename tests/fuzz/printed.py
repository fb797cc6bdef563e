"""The text of the pages: whatever a hostile PDF does, it is refused, or says to a reader what was signed."""

from __future__ import annotations

import logging
import re
from contextlib import suppress
from functools import cache
from random import Random

from auditor.errors import BindingError, UnverifiableError
from auditor.report.glyphs import PageFont, require_kit_fonts
from auditor.report.ink import read_page
from auditor.report.kit import ReportKit
from auditor.report.paper import _fonts, _pages, read_paper
from auditor.report.plain_file import PlainFile, Ref
from auditor.report.printed_text import require_same_text, text_fingerprint
from auditor.report.render import render_attestation
from tests.fuzz.edits import mutate_edits, read_edits
from tests.fuzz.mutate import mutate_bytes
from tests.fuzz.target import Target, require
from tests.report import factory
from tests.report.conftest import OSLO
from tests.report.forge import Forge

# What `read_paper`, which calls all of this, takes for a value of another kind than our printer writes.
_CROOKED = (KeyError, IndexError, TypeError, ValueError, AttributeError, RecursionError)
logging.getLogger("fontTools").setLevel(logging.CRITICAL)


@cache
def printed() -> tuple[bytes, bytes, ReportKit]:
    """A short attestation, the payload it was printed from, and the kit; printed with the templates as they are."""
    kit = factory.kit()
    made = factory.make_input(factory.make_results(factory.ROWS[:1]))
    return render_attestation(made, kit, OSLO), made.payload, kit


@cache
def _fingerprint() -> str:
    return text_fingerprint(printed()[0])


@cache
def _page_fonts() -> dict[str, PageFont]:
    file = PlainFile(printed()[0])
    catalog = file.value(file.root)
    return _fonts(file, file.value(_pages(file, catalog["Pages"])[0])["Resources"])


@cache
def contents() -> tuple[bytes, ...]:
    """What each page puts on paper."""
    forge = Forge(printed()[0])
    return tuple(forge.contents(page) for page in range(len(forge.pages)))


def run_plain(data: bytes) -> None:
    """Any bytes as the file of our printer."""
    with suppress(BindingError, UnverifiableError):
        read_paper(data)


def run_page(data: bytes) -> None:
    """Any bytes as the contents of a page: text that counts as visible is drawn in colours that there are."""
    try:
        runs = read_page(data, 595.28, 841.89, _page_fonts(), "page")
    except (BindingError, UnverifiableError, *_CROOKED):
        return
    colours = re.findall(rb"(-?\d+(?:\.\d*)?) (-?\d+(?:\.\d*)?) (-?\d+(?:\.\d*)?) rg\n", data)
    odd = [one for one in colours if not all(0 <= float(part) <= 1 for part in one)]
    require(not (runs and odd), "text in or on a colour that there is not, which each reader draws its own way", odd)
    for run in runs.values():
        require(-1 <= run.x <= run.end + 1 <= 800 and 0 <= run.y <= 1130, "visible, and not on the page", run)


def run_font(data: bytes) -> None:
    """Any bytes as an embedded font."""
    _, _, kit = printed()
    name, font = next(iter(sorted(_page_fonts().items())))
    try:
        require_kit_fonts({name: PageFont(font.name, font.texts, font.widths, data)}, kit.fonts)
    except (BindingError, UnverifiableError):
        return


def run_printed(data: bytes) -> None:
    """Edits to the objects and the pages of an attestation: accepted, it shows the text that was signed."""
    pdf, payload, kit = printed()
    forged = forge(data)
    try:
        require_same_text(forged, payload, kit)
    except (BindingError, UnverifiableError):
        return
    require(text_fingerprint(forged) == text_fingerprint(pdf), "another text than was signed", data)


def forge(data: bytes) -> bytes:
    """The attestation with edits; even parts are the pages' contents, odd parts the objects as they are."""
    made = Forge(printed()[0])
    numbers = sorted(made.objects)
    for edit in read_edits(data):
        which = edit.part // 2
        if edit.part % 2 == 0:
            page = which % len(made.pages)
            found = re.search(rb"/Contents (\d+) 0 R", made.objects[made.pages[page]])
            if found is None or int(found[1]) not in made.objects:
                continue
            try:
                before = PlainFile(made.save()).stream(Ref(int(found[1])))
            except BindingError:
                continue
            made.set_stream(int(found[1]), edit.apply(before))
        else:
            number = numbers[which % len(numbers)]
            made.objects[number] = edit.apply(made.objects[number])
    return made.save()


def mutate_page(rng: Random, data: bytes) -> bytes:
    """Lines of a page exchanged, repeated or lost, numbers in them changed, or bytes."""
    if rng.random() < 0.3:
        return mutate_bytes(rng, data)
    lines = data.split(b"\n")
    at = rng.randrange(len(lines))
    match rng.randrange(5):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, lines[rng.randrange(len(lines))])
        case 2:
            lines.insert(at, rng.choice(_PAINT))
        case _:
            numbers = list(re.finditer(rb"-?\d+(?:\.\d*)?", lines[at]))
            if numbers:
                one = rng.choice(numbers)
                lines[at] = lines[at][: one.start()] + rng.choice(_NUMBERS) + lines[at][one.end() :]
    return b"\n".join(lines)


_PAINT = (
    b"q", b"Q", b"1 1 1 rg", b"0 0 0 rg", b"0 0 800 1200 re", b"f", b"W", b"n", b"S", b"10 w", b"0 0 m", b"9 9 l",
    b"/a1 gs", b"EMC",
)  # fmt: skip
_NUMBERS = (
    b"0", b"1", b"-1", b"0.5", b"3", b"-0.646", b"1000000", b"-1000000", b"9" * 160, b"9" * 400,
    b"-" + b"9" * 200, b"8", b"700",
)  # fmt: skip

TARGETS = {
    "plain-file": Target(run_plain, mutate_bytes, most=8192, rounds=60),
    "page": Target(run_page, mutate_page, most=8192, rounds=60),
    "font": Target(run_font, mutate_bytes, most=1 << 16, rounds=10),
    "printed": Target(run_printed, mutate_edits, most=2048, rounds=4),
}
