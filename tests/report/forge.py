"""Rewriting an attestation as someone would who can print: every byte in its place, the cross-references right."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable

from auditor.report.plain_file import PlainFile, Ref


class Forge:
    """The objects of a PDF of our printer, to change and to write again in the same plain layout."""

    def __init__(self, pdf: bytes) -> None:
        self._file = PlainFile(pdf)
        self._tail = pdf[pdf.rindex(b"trailer\n") :]
        self.objects = {number: self._file.source(number) for number in self._file.numbers()}
        self._size = int(re.search(rb"/Size (\d+)", self._tail)[1])  # type: ignore[index]
        self.root = self._file.value(self._file.root)
        self.pages = [kid.number for kid in self._file.value(self.root["Pages"].number)["Kids"]]

    def add(self, source: bytes) -> int:
        """A new object."""
        self.objects[self._size] = source
        self._size += 1
        return self._size - 1

    def add_stream(self, data: bytes, members: bytes = b"") -> int:
        """A new stream."""
        packed = zlib.compress(data)
        head = b"<<%s/Filter /FlateDecode/Length %d>>\nstream\n" % (members, len(packed))
        return self.add(head + packed + b"\nendstream")

    def replace(self, number: int, old: bytes, new: bytes, times: int = 1) -> Forge:
        """Change an object; what is changed must be there."""
        assert old in self.objects[number], old
        self.objects[number] = self.objects[number].replace(old, new, times)
        return self

    def contents(self, page: int) -> bytes:
        """What a page puts on paper."""
        return self._file.stream(self._file.value(self.pages[page])["Contents"])

    def set_stream(self, number: int, data: bytes) -> Forge:
        """Other contents for a stream."""
        packed = zlib.compress(data)
        head = self.objects[number].partition(b"\nstream\n")[0]
        head = re.sub(rb"/Length \d+", b"/Length %d" % len(packed), head)
        self.objects[number] = head + b"\nstream\n" + packed + b"\nendstream"
        return self

    def page(self, page: int, change: Callable[[bytes], bytes]) -> Forge:
        """Change what a page puts on paper; it must change something."""
        before = self.contents(page)
        after = change(before)
        assert after != before
        return self.set_stream(self._file.value(self.pages[page])["Contents"].number, after)

    def element(self, field: str) -> int:
        """The first structure element of a field."""
        title = b"/T (" + field.encode() + b")>>"
        return next(number for number, source in self.objects.items() if source.endswith(title))

    def mcid(self, field: str) -> tuple[int, int]:
        """The page and the marked-content id of the first line of a field."""
        source = self.objects[self.element(field)]
        found = re.search(rb"/K \[(\d+)[\] ].*?/Pg (\d+) 0 R", source)
        assert found
        return self.pages.index(int(found[2])), int(found[1])

    def text(self, field: str, change: Callable[[bytes], bytes]) -> Forge:
        """Change the operators that draw the first line of a field."""
        page, mcid = self.mcid(field)
        block = text_block(mcid)
        return self.page(page, lambda data: block.sub(lambda found: change(found[0]), data, count=1))

    def find(self, start: bytes) -> int:
        """The first object that begins so."""
        return next(number for number, source in self.objects.items() if source.startswith(start))

    def block(self, field: str) -> bytes:
        """The operators that draw the first line of a field."""
        page, mcid = self.mcid(field)
        found = text_block(mcid).search(self.contents(page))
        assert found
        return found[0]

    def maps(self) -> dict[int, bytes]:
        """The map to Unicode of each font, by the number of its stream."""
        found = (re.search(rb"/ToUnicode (\d+) 0 R", source) for source in self.objects.values())
        return {int(one[1]): self._file.stream(Ref(int(one[1]))) for one in found if one}

    def font_files(self) -> dict[int, bytes]:
        """The embedded fonts, by the number of their streams."""
        found = (re.search(rb"/FontFile2 (\d+) 0 R", source) for source in self.objects.values())
        return {int(one[1]): self._file.stream(Ref(int(one[1]))) for one in found if one}

    def glyph(self, font: bytes, character: str) -> bytes | None:
        """The code of a character in a font of the file, by its map to Unicode."""
        head = b"<</Type /Font/Subtype /Type0/BaseFont /" + font
        source = next((one for one in self.objects.values() if one.startswith(head)), b"")
        number = re.search(rb"/ToUnicode (\d+) 0 R", source)
        found = number and re.search(rb"<([0-9a-f]{4})> <%04x>" % ord(character), self.maps()[int(number[1])])
        return found[1] if found else None

    def save(self) -> bytes:
        """The file, whole and well-formed."""
        out = bytearray(b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n")
        offsets = {}
        for number, source in sorted(self.objects.items()):
            offsets[number] = len(out)
            out += b"%d 0 obj\n" % number + source + b"\nendobj\n"
        start = len(out)
        out += b"xref\n0 %d\n" % self._size
        for number in range(self._size):
            at = offsets.get(number)
            out += b"0000000000 65535 f \n" if at is None else b"%010d 00000 n \n" % at
        tail = re.sub(rb"/Size \d+", b"/Size %d" % self._size, self._tail)
        return bytes(out) + re.sub(rb"startxref\n\d+", b"startxref\n%d" % start, tail)


def text_block(mcid: int) -> re.Pattern[bytes]:
    """The operators that draw one marked content."""
    return re.compile(rb"/\w+\n<</MCID %d>>\nBDC\n.*?EMC\n" % mcid, re.DOTALL)


NUMBER = rb"-?\d+(?:\.\d*)?"
_MATRIX = re.compile(rb"1 0 0 -1 (%s) (%s) Tm" % (NUMBER, NUMBER))


def place_of(block: bytes) -> tuple[float, float]:
    """Where a text begins, in pixels from the top left."""
    found = _MATRIX.search(block)
    assert found
    return float(found[1]), float(found[2])


def moved(right: float, down: float) -> Callable[[bytes], bytes]:
    """The same text somewhere else."""

    def change(block: bytes) -> bytes:
        x, y = place_of(block)
        return _MATRIX.sub(b"1 0 0 -1 %f %f Tm" % (x + right, y + down), block)

    return change


def without_text(block: bytes) -> bytes:
    """The marked content with nothing in it."""
    return re.sub(rb"BT\n.*ET\n", b"BT\nET\n", block, flags=re.DOTALL)
