"""What is seen on the pages is what is read off them, in whatever way somebody who can print tries otherwise."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from fontTools.ttLib import TTFont

from auditor.errors import BindingError

from .forge import NUMBER, Forge, moved, place_of, text_block, without_text

TOP = "/predicate/results"
STATE = f"{TOP}/findings/1#state"
COUNTS = f"{TOP}/verdict#counts"


# --- what is seen is not what is extracted


def test_a_map_to_unicode_that_lies_is_found(forge: Forge, require: Callable[[bytes], int]) -> None:
    """The digits drawn are exchanged and the map exchanges them back: a program reads what was signed."""
    six, nine = b"> <%04x>\n" % ord("6"), b"> <%04x>\n" % ord("9")
    for number, table in forge.maps().items():
        swapped = table.replace(six, b"X").replace(nine, six).replace(b"X", nine)
        forge.set_stream(number, swapped if nine in table and six in table else table)
    with pytest.raises(BindingError, match="another character than its glyph shows"):
        require(forge.save())


def test_a_map_with_one_glyph_twice_is_found(forge: Forge, require: Callable[[bytes], int]) -> None:
    number, table = next(iter(forge.maps().items()))
    count = re.search(rb"(\d+) beginbfchar\n(<....>) <....>\n", table)
    assert count
    more = b"%d beginbfchar\n%s <0039>\n" % (int(count[1]) + 1, count[2])
    forge.set_stream(number, table.replace(b"%s beginbfchar\n" % count[1], more, 1))
    with pytest.raises(BindingError, match="two meanings"):
        require(forge.save())


def test_a_font_whose_glyphs_are_exchanged_is_found(forge: Forge, require: Callable[[bytes], int]) -> None:
    """The map is right by number, and the embedded font draws a 9 where it says 6."""
    for number, data in forge.font_files().items():
        font = TTFont(io.BytesIO(data))
        table = font["glyf"]
        one, other, *_ = (name for name in font.getGlyphOrder() if table[name].numberOfContours)
        table[one], table[other] = table[other], table[one]
        out = io.BytesIO()
        font.save(out)
        forge.set_stream(number, out.getvalue())
    with pytest.raises(BindingError, match="not one of the document's own"):
        require(forge.save())


def test_widths_that_push_glyphs_over_each_other_are_found(forge: Forge, require: Callable[[bytes], int]) -> None:
    number = next(n for n, s in forge.objects.items() if s.startswith(b"<</Type /Font/Subtype /CIDFontType2"))
    forge.objects[number] = re.sub(rb"\[(\d+)", rb"[1\1", forge.objects[number].replace(b"/W [", b"/W  ["), count=0)
    with pytest.raises(BindingError):
        require(forge.save())


@pytest.mark.parametrize(
    "lie", [b"/ActualText (satisfied)", b"/Alt (satisfied)", b"/E (satisfied)", b"/Lang (de)", b"/A <</O /Layout>>"]
)
def test_an_element_that_speaks_otherwise_is_found(forge: Forge, require: Callable[[bytes], int], lie: bytes) -> None:
    forge.replace(forge.element(STATE), b"/T (", lie + b"/T (")
    with pytest.raises(BindingError, match="no element as our printer writes"):
        require(forge.save())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (rb"<</MCID (\d+)>>", rb"<</MCID \1/ActualText (satisfied)>>"),
        (rb"BT\n", b"BT\n3 Tr\n"),
        (rb"BT\n", b"BT\n7 Tr\n"),
        (rb"BT\n", b"BT\n5 Ts\n"),
        (rb"BT\n", b"BT\n1 Tz\n"),
        (rb"BT\n", b"BT\n-9 Tc\n"),
        (rb"BT\n", b"1 1 1 rg\nBT\n"),
        (rb"BT\n", b"0.97 0.98 0.98 rg\nBT\n"),
        (rb"BT\n", b"/a0.0 gs\nBT\n"),
        (rb"BT\n", b"0 g\nBT\n"),
        (rb"/(\w{6}) " + NUMBER + rb" Tf", rb"/\1 1 Tf"),
        (rb"/(\w{6}) " + NUMBER + rb" Tf", rb"/\1 -12 Tf"),
        (rb"/(\w{6}) (" + NUMBER + rb") Tf", rb"/NoSuch \2 Tf"),
        (rb"1 0 0 -1 ", b"1 0 0 1 "),
        (rb"1 0 0 -1 ", b"0.01 0 0 -1 "),
        (rb"1 0 0 -1 (" + NUMBER + rb") ", rb"1 0 0 -1 2000 "),
        (rb"1 0 0 -1 (" + NUMBER + rb") ", rb"1 0 0 -1 -500 "),
        (rb"\[<", b"[9000<"),
        (rb">\d*<", b">900<"),
        (rb"\] TJ", b"] TJ\n[<0003>] TJ"),
        (rb"TJ\n", b"Tj\n"),
        (rb"\A", b"/OC /Hidden\nBDC\n"),
        (rb"\A", b"/Image Do\n"),
        (rb"\A", b"BI /W 1 /H 1 ID x EI\n"),
        (rb"\A", b"/Pattern cs\n"),
        (rb"\A", b"/Artifact\nBMC\n"),
    ],
)
def test_text_that_is_hidden_or_shown_by_other_means_is_found(
    forge: Forge, require: Callable[[bytes], int], old: bytes, new: bytes
) -> None:
    forge.text(STATE, lambda block: re.sub(old, new, block, count=1))
    with pytest.raises(BindingError):
        require(forge.save())


def cover(forge: Forge) -> bytes:
    x, y = place_of(forge.block(STATE))
    return b"%f %f 60 12 re\n" % (x - 2, y - 10)


@pytest.mark.parametrize("colour", [b"1 1 1", b"0 0 0", b"0.9 0.2 0.2"])
def test_text_that_is_covered_is_found(forge: Forge, require: Callable[[bytes], int], colour: bytes) -> None:
    box = cover(forge)
    forge.text(STATE, lambda block: block + b"/Artifact\nBMC\nq\n" + colour + b" rg\n" + box + b"f\nQ\nEMC\n")
    with pytest.raises(BindingError, match="painted over text"):
        require(forge.save())


def test_text_that_is_struck_out_is_found(forge: Forge, require: Callable[[bytes], int]) -> None:
    box = cover(forge)
    x, y, _, _ = (float(one) for one in box.split()[:4])
    line = b"0 0 0 RG\n1 w\n%f %f m\n%f %f l\nS\n" % (x, y + 7, x + 50, y + 7)
    forge.text(STATE, lambda block: block + line)
    with pytest.raises(BindingError, match="painted over text"):
        require(forge.save())


RULE = b"/Artifact\nBMC\nq\nq\n/A1.0 gs\n%b RG\n%b w\n%f %f m\n%f %f l\nS\nQ\nQ\nEMC\n"


@pytest.mark.parametrize(
    ("colour", "width", "down", "under", "problem"),
    [
        (b"0 0 0", b"1", 7, False, "painted over text"), (b"0.1 0.1 0.1", b"4", 7, True, "does not stand out"),
        (b"3 3 3", b"1", 40, False, "no colour"), (b"0 0 0", b"9", 40, False, "not a rule"),
    ],
)  # fmt: skip
def test_a_rule_written_as_our_printer_writes_them_is_looked_at(
    forge: Forge, require: Callable[[bytes], int], colour: bytes, width: bytes, down: int, under: bool, problem: str
) -> None:
    """Such a rule is read in one piece; it may do no more than one that is read by its operators."""
    x, y, _, _ = (float(one) for one in cover(forge).split()[:4])
    rule = RULE % (colour, width, x + 8, y + down, x + 50, y + down)
    forge.text(STATE, lambda block: rule + block if under else block + rule)
    with pytest.raises(BindingError, match=problem):
        require(forge.save())


def test_a_rule_cannot_end_a_path_begun_before_it(forge: Forge, require: Callable[[bytes], int]) -> None:
    begun = b"1 1 m\n" + RULE % (b"0 0 0", b"1", 5.0, 5.0, 50.0, 5.0)
    forge.text(STATE, lambda block: block + begun)
    with pytest.raises(BindingError, match="not a rule"):
        require(forge.save())


def test_text_on_dark_ground_is_found(forge: Forge, require: Callable[[bytes], int]) -> None:
    box = cover(forge)
    first = rb"\A(.*?cm\nq\n.*?cm\n)"
    paint = b"q\n0.2 0.2 0.2 rg\n" + box + b"f\nQ\n"
    forge.page(forge.mcid(STATE)[0], lambda data: re.sub(first, lambda m: m[0] + paint, data, flags=re.DOTALL))
    with pytest.raises(BindingError, match="does not stand out"):
        require(forge.save())


@pytest.mark.parametrize(
    "path",
    [
        b"0 0 m\n900 0 l\n0 1200 l\nW\nn\n",
        b"0 0 900 1200 re\n10 10 800 1100 re\nW*\nn\n",
        b"100 300 m\n110 300 105 301 106 302 c\nW\nn\n",
    ],
    ids=["a triangle", "a ring", "a round shape"],
)
def test_text_inside_of_a_shape_is_found(forge: Forge, require: Callable[[bytes], int], path: bytes) -> None:
    forge.text(STATE, lambda block: b"q\n" + path + block + b"Q\n")
    with pytest.raises(BindingError, match="inside a shape"):
        require(forge.save())


def test_a_page_full_of_shapes_is_refused(forge: Forge, require: Callable[[bytes], int]) -> None:
    forge.text(f"{TOP}/facility#name", lambda block: b"9 9 30 30 re\nf\n" * 6000 + block)
    with pytest.raises(BindingError, match="more shapes"):
        require(forge.save())


def test_text_that_is_clipped_is_found(forge: Forge, require: Callable[[bytes], int]) -> None:
    forge.text(STATE, lambda block: b"q\n10 10 5 5 re\nW\nn\n" + block + b"Q\n")
    with pytest.raises(BindingError, match="cut off"):
        require(forge.save())


@pytest.mark.parametrize(
    "shape",
    [
        b"100 300 m\n100 340 l\n120 340 l\n120 300 l\nf\n",
        b"100 300 m\n120 330 l\nS\n",
        b"100 300 m\n110 300 120 310 130 330 c\nS\n",
        b"100 300 m\n110 300 120 310 130 330 c\nf\n",
        b"9 w\n100 300 m\n100 340 l\nS\n",
        b"100 300 20 20 re\nB\n",
    ],
)
def test_a_drawn_sign_is_refused(forge: Forge, require: Callable[[bytes], int], shape: bytes) -> None:
    forge.text(STATE, lambda block: block + shape)
    with pytest.raises(BindingError):
        require(forge.save())


# --- text beside the text


def more_text(forge: Forge) -> bytes:
    return moved(0, 30)(re.sub(rb"<</MCID \d+>>", b"<</MCID 9000>>", forge.block(STATE)))


def test_text_outside_of_the_tree_is_found(forge: Forge, require: Callable[[bytes], int]) -> None:
    extra = more_text(forge)
    forge.text(STATE, lambda block: block + extra)
    with pytest.raises(BindingError, match="running lines"):
        require(forge.save())


def test_text_in_an_artifact_is_found(forge: Forge, require: Callable[[bytes], int]) -> None:
    extra = re.sub(rb"\A.*?BDC\n", b"/Artifact\nBMC\n", more_text(forge), flags=re.DOTALL)
    forge.text(STATE, lambda block: block + extra)
    with pytest.raises(BindingError, match="operator that our printer does not"):
        require(forge.save())


def test_the_same_marked_content_twice_is_found(forge: Forge, require: Callable[[bytes], int]) -> None:
    forge.text(STATE, lambda block: block + block)
    with pytest.raises(BindingError, match="numbered twice"):
        require(forge.save())


def test_words_of_the_templates_that_are_changed_are_found(forge: Forge, require: Callable[[bytes], int]) -> None:
    page, mcid = forge.mcid(f"{TOP}/verdict#reached")
    forge.page(page, lambda data: text_block(mcid - 1).sub(lambda found: without_text(found[0]), data))
    with pytest.raises(BindingError, match="something stands where the words 'Levels of the profile"):
        require(forge.save())


def test_a_page_number_in_the_contents_is_compared(forge: Forge, require: Callable[[bytes], int]) -> None:
    blocks = re.findall(rb"/\w+\n<</MCID \d+>>\nBDC\n.*?EMC\n", forge.contents(1), re.DOTALL)

    def glyphs(block: bytes) -> set[bytes]:
        return set(re.findall(rb"[0-9a-f]{4}", b"".join(re.findall(rb"<([0-9a-f]+)>", block.partition(b"[")[2]))))

    for block in blocks:
        font = re.search(rb"/([A-Z]{6}) ", block)
        digits = {code for digit in "0123456789" if font and (code := forge.glyph(font[1], digit))}
        space = forge.glyph(font[1], " ") if font else None
        if glyphs(block) and glyphs(block) <= digits | {space}:
            number, used = block, min(glyphs(block) & digits)
            other = min(digits - {used})
    forge.page(1, lambda contents: contents.replace(number, number.replace(used + b">", other + b">")))
    with pytest.raises(BindingError, match="contents names another page"):
        require(forge.save())


def test_a_bookmark_that_says_otherwise_is_found(forge: Forge, require: Callable[[bytes], int]) -> None:
    title = b"<" + b"\xfe\xff".hex().encode()
    number = next(n for n, s in forge.objects.items() if s.startswith(b"<</Title " + title))
    forge.objects[number] = re.sub(rb"/Title <[0-9a-f]+>", b"/Title (All satisfied)", forge.objects[number])
    with pytest.raises(BindingError, match="a bookmark says"):
        require(forge.save())


def test_a_title_that_says_otherwise_is_found(forge: Forge, require: Callable[[bytes], int]) -> None:
    number = forge.find(b"<</Producer")
    forge.objects[number] = re.sub(rb"/Title \([^)]*\)", b"/Title (All satisfied)", forge.objects[number])
    with pytest.raises(BindingError, match="metadata has another title"):
        require(forge.save())
    metadata = forge.root["Metadata"].number
    forge.objects[metadata] = re.sub(
        rb"Data-center security attestation: [^<]*", b"All satisfied", forge.objects[metadata]
    )
    length = len(forge.objects[metadata].partition(b"\nstream\n")[2]) - len(b"\nendstream")
    forge.objects[metadata] = re.sub(rb"/Length \d+", b"/Length %d" % length, forge.objects[metadata])
    with pytest.raises(BindingError, match="title says something else"):
        require(forge.save())


# --- other parts of the file


@pytest.mark.parametrize(
    "member", [b"/OCProperties <<>>", b"/OpenAction [7 0 R /Fit]", b"/AcroForm <<>>", b"/AA <<>>", b"/Extensions <<>>"]
)
def test_a_catalog_with_more_is_refused(forge: Forge, require: Callable[[bytes], int], member: bytes) -> None:
    forge.replace(forge._file.root, b"<</Type /Catalog", b"<</Type /Catalog" + member)
    with pytest.raises(BindingError, match="member that our printer does not write"):
        require(forge.save())


@pytest.mark.parametrize(
    "member", [b"/CropBox [0 0 9 9]", b"/Rotate 90", b"/UserUnit 9", b"/AA <<>>", b"/Group <<>>", b"/Annots [9999 0 R]"]
)
def test_a_page_with_more_is_refused(forge: Forge, require: Callable[[bytes], int], member: bytes) -> None:
    forge.replace(forge.pages[5], b"<</Type /Page", b"<</Type /Page" + member)
    with pytest.raises(BindingError):
        require(forge.save())


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"/Subtype /Link", b"/Subtype /FreeText"), (b"/F 4", b"/F 4/AP <</N 6 0 R>>"), (b"/W 0", b"/W 9"),
     (b"/F 4", b"/F 4/A <</S /URI/URI (http://evil.example)>>")],
)  # fmt: skip
def test_an_annotation_that_shows_something_is_refused(
    forge: Forge, require: Callable[[bytes], int], old: bytes, new: bytes
) -> None:
    forge.replace(forge.find(b"<</Type /Annot"), old, new)
    with pytest.raises(BindingError):
        require(forge.save())


def test_a_page_more_is_found(forge: Forge, require: Callable[[bytes], int]) -> None:
    last = forge.pages[-1]
    extra = forge.add(forge.objects[last])
    pages = forge.find(b"<</Type /Pages")
    forge.replace(pages, b"%d 0 R]" % last, b"%d 0 R %d 0 R]" % (last, extra))
    forge.objects[pages] = re.sub(rb"/Count \d+", b"/Count %d" % (len(forge.pages) + 1), forge.objects[pages])
    with pytest.raises(BindingError):
        require(forge.save())


def test_images_and_forms_in_the_resources_are_refused(forge: Forge, require: Callable[[bytes], int]) -> None:
    number = forge.find(b"<</ExtGState")
    form = forge.add_stream(b"", b"/Type /XObject/Subtype /Form/BBox [0 0 9 9]")
    forge.replace(number, b"/XObject <<>>", b"/XObject <</x %d 0 R>>" % form)
    with pytest.raises(BindingError, match="images, forms"):
        require(forge.save())


@pytest.mark.parametrize(
    "damage",
    [
        lambda pdf: pdf + b"\n",
        lambda pdf: pdf + b"%comment\n",
        lambda pdf: b"\n" + pdf,
        lambda pdf: pdf[:-1],
        lambda pdf: pdf[: len(pdf) // 2],
        lambda pdf: pdf.replace(b"xref\n0 ", b"xref\n1 ", 1),
        lambda pdf: pdf.replace(b"\nendobj\n8 0 obj\n", b"\nendobj\n9 0 obj\n", 1),
        lambda pdf: pdf.replace(b"%PDF-1.7", b"%PDF-2.0", 1),
        lambda pdf: pdf + pdf[pdf.rindex(b"\nxref\n") + 1 :],
        lambda pdf: pdf.replace(b"\nendobj\n7 0 obj", b"\nendobj\n%x\n7 0 obj", 1),
        lambda pdf: b"",
        lambda pdf: b"%PDF-1.7\n%\xf0\x9f\x96\xa4\nstartxref\n0\n%%EOF\n",
        lambda pdf: b"%PDF-1.7\n%\xf0\x9f\x96\xa4\nstartxref\n9999999999\n%%EOF\n",
    ],
)
def test_a_file_with_bytes_of_no_object_is_refused(
    small_pdf: bytes, require: Callable[[bytes], int], damage: Callable[[bytes], bytes]
) -> None:
    with pytest.raises(BindingError, match="not as our printer writes it"):
        require(damage(small_pdf))


def test_a_file_of_another_program_is_refused(require: Callable[[bytes], int], small_pdf: bytes) -> None:
    import pypdf

    out = io.BytesIO()
    pypdf.PdfWriter(clone_from=io.BytesIO(small_pdf)).write(out)
    with pytest.raises(BindingError):
        require(out.getvalue())


def test_a_stream_that_swells_is_refused(forge: Forge, require: Callable[[bytes], int]) -> None:
    number = int(re.search(rb"/Contents (\d+) 0 R", forge.objects[forge.pages[0]])[1])  # type: ignore[index]
    forge.set_stream(number, b"q\n" * (40 * 2**20))
    with pytest.raises(BindingError, match="too large"):
        require(forge.save())


def test_a_tree_in_a_circle_is_refused(forge: Forge, require: Callable[[bytes], int]) -> None:
    number = forge.find(b"<</Type /StructElem/S /Sect")
    forge.objects[number] = re.sub(rb"/K \[", b"/K [%d 0 R " % number, forge.objects[number])
    with pytest.raises(BindingError):
        require(forge.save())
