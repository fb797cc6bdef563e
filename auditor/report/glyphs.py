"""What the glyphs of the embedded fonts look like, and so which characters a reader sees.

The fonts of the kit give each character a glyph of its own and the pages use no ligatures, so a glyph stands for one
character. An embedded font counts only if it is a subset of a font of the kit: for each glyph in use the outline and
the width are those of the kit's font, and the map to Unicode says the character that this font draws with the glyph.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Mapping
from typing import Any

from auditor.errors import BindingError, UnverifiableError
from auditor.report.plain_file import PlainFile, crooked

# fontTools would unpack other containers, without a bound.
_TRUETYPE = b"\0\1\0\0"
# What is left of a font once its hints are dropped, as our printer drops them: no table draws anything but glyf.
_TABLES = frozenset(
    {"GDEF", "GlyphOrder", "OS/2", "cmap", "gasp", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "name", "post"}
)
_FOREIGN = (struct.error, ArithmeticError, RecursionError)
_GLYPHS = re.compile(rb"<((?:[0-9a-f]{4})+)>(-?\d*)")
_MAP = re.compile(rb"<([0-9a-f]{4})> <([0-9a-f]+)>")
_FRAME = re.compile(
    rb"/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo\n<< /Registry \(Adobe\)\n"
    rb"/Ordering \(UCS\)\n/Supplement 0\n>> def\n/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
    rb"1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n"
    rb"((?:\d+ beginbfchar\n(?:<[0-9a-f]{4}> <[0-9a-f]+>\n)+endbfchar\n)*)"
    rb"endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n?"
)
MAX_SHIFT = 250
"""How far the next glyph may be moved from where it belongs, in thousandths of the size: kerning moves it less."""


class PageFont:
    """A font as the pages use it: the text and the advance (thousandths of the size) of each glyph, by hex code."""

    __slots__ = ("_spelt", "file", "name", "texts", "widths")

    def __init__(self, name: str, texts: Mapping[bytes, str], widths: Mapping[bytes, float], file: bytes) -> None:
        self.name, self.texts, self.widths, self.file = name, texts, widths, file
        self._spelt: dict[bytes, tuple[str, float] | None] = {}

    def spell(self, array: bytes) -> tuple[str, float] | None:
        """The text of an array of glyphs and its advance; None for glyphs unknown or moved far from their place."""
        if array not in self._spelt:
            self._spelt[array] = self._spell(array)
        return self._spelt[array]

    def _spell(self, array: bytes) -> tuple[str, float] | None:
        text, advance, at = [], 0.0, 0
        for glyphs in _GLYPHS.finditer(array):
            shift = int(glyphs[2] or 0)
            codes = [glyphs[1][n : n + 4] for n in range(0, len(glyphs[1]), 4)]
            if glyphs.start() != at or abs(shift) > MAX_SHIFT or any(code not in self.texts for code in codes):
                return None
            at = glyphs.end()
            text += [self.texts[code] for code in codes]
            advance += sum(self.widths[code] for code in codes) - shift
        return ("".join(text), advance) if at == len(array) else None


def read_fonts(file: PlainFile, resource: Any) -> dict[str, PageFont]:
    """The fonts of the pages by their resource names, as the file describes them.

    Raises:
        BindingError: a font of another kind than our printer embeds.
    """
    return {name: _font(file, entry) for name, entry in file.dictionary(resource).items()}


def _font(file: PlainFile, entry: Any) -> PageFont:
    outer = file.dictionary(entry, "Type", "Subtype", "BaseFont", "ToUnicode", "Encoding", "DescendantFonts")
    (below,) = file.array(outer["DescendantFonts"])
    inner = file.dictionary(below, "Type", "Subtype", "BaseFont", "CIDSystemInfo", "CIDToGIDMap", "W", "FontDescriptor")
    kinds = (outer.get("Subtype"), outer.get("Encoding"), inner.get("Subtype"), inner.get("CIDToGIDMap"))
    if kinds != ("Type0", "Identity-H", "CIDFontType2", "Identity"):
        raise crooked("a font is not embedded as our printer embeds fonts")
    descriptor = file.dictionary(inner["FontDescriptor"])
    frame = _FRAME.fullmatch(file.stream(outer["ToUnicode"]))
    if frame is None or "FontFile2" not in descriptor:
        raise crooked("a font or its map to Unicode is not as our printer writes it")
    pairs = _MAP.findall(frame[1])
    texts = {code: bytes.fromhex(text.decode()).decode("utf-16-be", "replace") for code, text in pairs}
    if len(texts) != len(pairs):
        raise crooked("a map to Unicode gives a glyph two meanings")
    widths = _widths(file.array(inner["W"]))
    if texts.keys() - widths.keys():
        raise crooked("a font has a glyph without a width")
    return PageFont(str(outer["BaseFont"]), texts, widths, file.stream(descriptor["FontFile2"]))


def _widths(array: list[Any]) -> dict[bytes, float]:
    widths = {}
    for first, some in zip(array[::2], array[1::2], strict=True):
        for offset, width in enumerate(some):
            widths[b"%04x" % (first + offset)] = width
    return widths


def require_kit_fonts(fonts: Mapping[str, PageFont], kit: Mapping[str, bytes]) -> None:
    """Refuse a font that is not a subset of one of the kit's, or whose map to Unicode does not say what it draws.

    Raises:
        BindingError: naming the font, the glyph, what the map says and what the glyph draws.
        UnverifiableError: fontTools is not installed.
    """
    try:
        from fontTools.ttLib import TTFont, TTLibError
    except ImportError as error:
        raise UnverifiableError("the glyphs of the fonts cannot be compared here", hint="install fonttools") from error
    known = [_Drawn(TTFont(io.BytesIO(data), lazy=True)) for _, data in sorted(kit.items())]
    for font in fonts.values():
        if not font.file.startswith(_TRUETYPE):
            raise crooked(f"the font {font.name} is no TrueType font")
        try:
            subset = TTFont(io.BytesIO(font.file), lazy=True)
            _require_unhinted(subset, font.name)
            embedded = _Drawn(subset, mapped=False)
            match = next((one for one in known if one.draws_as(embedded, font)), None)
        except (TTLibError, AssertionError, LookupError, ValueError, TypeError, AttributeError, *_FOREIGN) as error:
            raise crooked(f"the font {font.name} cannot be read") from error
        if match is None:
            raise BindingError(
                "an embedded font is not one of the document's own: some glyph has another outline or width",
                place="attestation.pdf", value=font.name,
            )  # fmt: skip
        match.require_map(font)


def _require_unhinted(font: Any, name: str) -> None:
    """A viewer that runs the instructions of a font can move every point of an outline."""
    glyphs = (font["glyf"][glyph] for glyph in font.getGlyphOrder())
    if not _TABLES.issuperset(font.keys()) or any(
        one.program.getBytecode() for one in glyphs if hasattr(one, "program")
    ):
        raise crooked(f"the font {name} draws by other means than outlines")


class _Drawn:
    """The outlines, widths and characters of a font, by glyph."""

    def __init__(self, font: Any, *, mapped: bool = True) -> None:
        self._glyphs, self._order, self._metrics = font["glyf"], font.getGlyphOrder(), font["hmtx"]
        self._scale = 1000 / font["head"].unitsPerEm
        self._characters: dict[int, str] = {}
        if mapped:
            numbers = {name: number for number, name in enumerate(self._order)}
            self._characters = {numbers[name]: chr(point) for point, name in font.getBestCmap().items()}

    def _outline(self, glyph: int) -> list[list[Any]]:
        coordinates, ends, flags = self._glyphs[self._order[glyph]].getCoordinates(self._glyphs)
        return [list(coordinates), list(ends), [flag & 1 for flag in flags]]

    def _advance(self, glyph: int) -> float:
        return float(self._metrics[self._order[glyph]][0] * self._scale)

    def draws_as(self, embedded: _Drawn, font: PageFont) -> bool:
        """Whether each glyph in use is drawn by `embedded` as by this font, at the width that the file states."""
        for code in font.texts:
            glyph = int(code, 16)
            if glyph >= len(self._order) or abs(self._advance(glyph) - font.widths.get(code, -1)) > 1:
                return False
            if self._outline(glyph) != embedded._outline(glyph):
                return False
        return True

    def require_map(self, font: PageFont) -> None:
        """Refuse a map to Unicode that gives a glyph another character than the one it is the glyph of."""
        for code, text in font.texts.items():
            drawn = self._characters.get(int(code, 16))
            if drawn != text:
                raise BindingError(
                    f"the map to Unicode of a font says another character than its glyph shows, which is {drawn!r}",
                    place=f"attestation.pdf {font.name} glyph {int(code, 16)}",
                    value=text,
                )
