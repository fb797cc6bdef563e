"""What a page puts on paper, read by the few operators our printer uses; a page that uses any other is refused.

Text counts as visible only if a person can see it: on the page, inside whatever clips it, large enough, dark on light,
with nothing painted over it and nothing but light ground under it. Invisible text modes, optional content, images,
patterns, shadings, transparency and forms are not among the operators, so a page cannot use them.

Shapes are bounded, not compared: rules, bars and marks repeat what the text beside them says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from auditor.errors import BindingError
from auditor.report.glyphs import PageFont

SCALE = 0.75
"""Points for each unit of the page contents, which are CSS pixels from the top left."""
MIN_SIZE = 8.5
"""The smallest font size, in pixels: 6.4 points."""
MIN_CONTRAST = 4.5
"""Of text with its ground (WCAG 2, level AA)."""
MAX_MARKS = 5000
"""The most texts, and the most shapes, on a page."""
MARK = 12.5
"""The largest shape with round corners, in pixels."""
SHELF, SHELVES = 32, 40

_N = rb"-?\d{1,7}(?:\.\d{0,12})?"
_TEXT = re.compile(
    rb"/\w+\n<</MCID (\d+)>>\nBDC\n(?:/a1(?:\.0)? gs\n)?(?:(" + _N + rb") (" + _N + rb") (" + _N + rb") rg\n)?BT\n"
    rb"(?:1 0 0 -1 (" + _N + rb") (" + _N + rb") Tm\n/([A-Z]{6}) (" + _N + rb") Tf\n\[([<>0-9a-f-]*)\] TJ\n)?ET\nEMC\n"
)
_OPERATOR = re.compile(
    rb"(?P<numbers>(?:" + _N + rb" )*)(?P<word>q|Q|rg|RG|w|m|l|c|re|W\*?|n|f\*?|S|EMC)\n"
    rb"|(?P<state>/[aA]1(?:\.0)? gs)\n|(?P<artifact>/Artifact\nBMC)\n"
)
# A rule between rows, whole: most of what is drawn beside text.
_RULE = re.compile(
    rb"/Artifact\nBMC\nq\nq\n/A1\.0 gs\n(" + _N + rb") (" + _N + rb") (" + _N + rb") RG\n(" + _N + rb") w\n"
    rb"(" + _N + rb") (" + _N + rb") m\n(" + _N + rb") (" + _N + rb") l\nS\nQ\nQ\nEMC\n"
)
_COUNTS = {"rg": 3, "RG": 3, "w": 1, "m": 2, "l": 2, "c": 6, "re": 4}

Box = tuple[float, float, float, float]
Colour = tuple[float, ...]


class Run(NamedTuple):
    """Text on one line: `x` to `end` on the baseline `y`, in pixels from the top left."""

    text: str
    x: float
    end: float
    y: float
    size: float


class _State(NamedTuple):
    colour: Colour
    clip: Box
    odd: bool = False
    """Whether the clip is anything but one rectangle, so that its bounds do not tell what is seen."""


def read_page(
    contents: bytes, width: float, height: float, fonts: Mapping[str, PageFont], place: str
) -> dict[int, Run]:
    """The text of a page by marked-content id; ids whose text is nothing but white space are not in it.

    `width` and `height` are in points.

    Raises:
        BindingError: the page uses an operator our printer does not, or has text that cannot be seen.
    """
    return _Page(width / SCALE, height / SCALE, fonts, place).read(contents)


class _Painted:
    """What is painted on a page, by height, so that text is compared with what lies beside it only."""

    def __init__(self) -> None:
        self._shelves: list[list[tuple[int, Box, Colour]]] = [[] for _ in range(SHELVES)]
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, box: Box, colour: Colour) -> None:
        """Put a shape of `colour` on top of the others."""
        low, high = sorted((box[1], box[3]))
        for shelf in self._shelves[_shelf(low) : _shelf(high) + 1]:
            shelf.append((self._count, box, colour))
        self._count += 1

    def under(self, box: Box) -> list[tuple[int, Box, Colour]]:
        """What meets `box`, a text's, from the lowest to the highest."""
        first, last = _shelf(box[1]), _shelf(box[3])
        near = self._shelves[first]
        if first != last:
            near = sorted({one for shelf in self._shelves[first : last + 1] for one in shelf})
        return [one for one in near if _meet(box, one[1])]


def _shelf(height: float) -> int:
    """What lies beyond the page lies on the first or the last."""
    return min(max(int(height) // SHELF, 0), SHELVES - 1)


class _Page:
    def __init__(self, width: float, height: float, fonts: Mapping[str, PageFont], place: str) -> None:
        self._head = re.compile(rb"1 0 0 -1 0 (" + _N + rb") cm\nq\n0\.75 0 0 0\.75 0 0 cm\n")
        self._width, self._height, self._fonts, self._place = width, height, fonts, place
        self._state = _State((0.0, 0.0, 0.0), (0.0, 0.0, width, height))
        self._stack: list[_State] = []
        self._points: list[tuple[float, float]] = []
        self._round = self._lines = self._marked = 0
        self._clipping = False
        self._stroke: tuple[Colour, float] = ((0.0, 0.0, 0.0), 1.0)
        self._painted = _Painted()
        self._written: list[tuple[Box, Run]] = []
        self._runs: dict[int, Run] = {}
        self._seen: set[int] = set()

    def read(self, contents: bytes) -> dict[int, Run]:
        """The runs of the page."""
        head = self._head.match(contents)
        if head is None or abs(float(head[1]) - self._height * SCALE) > 0.01:
            raise self._refusal("the page does not begin as our printer begins it")
        at, depth = head.end(), 1
        while at < len(contents):
            if text := _TEXT.match(contents, at):
                if self._marked:
                    raise self._refusal("text is part of an artifact")
                self._show(text)
                at = text.end()
                continue
            if not self._points and (rule := _RULE.match(contents, at)):
                self._rule(rule)
                at = rule.end()
                continue
            found = _OPERATOR.match(contents, at)
            if found is None:
                # The last operator of a page ends with the contents, not with a line.
                if contents[at:] == b"Q" and depth == 1 and not self._marked:
                    return self._runs
                raise self._refusal("it uses an operator that our printer does not", contents[at : at + 60])
            depth += {"q": 1, "Q": -1}.get((found["word"] or b"").decode(), 0)
            self._operate(found)
            at = found.end()
        if depth or self._marked:
            raise self._refusal("the page ends in the middle")
        return self._runs

    def _operate(self, found: re.Match[bytes]) -> None:
        word = (b"BMC" if found["artifact"] else found["word"] or b"gs").decode()
        numbers = [float(one) for one in (found["numbers"] or b"").split()]
        if len(numbers) != _COUNTS.get(word, 0):
            raise self._refusal("an operator has the wrong number of operands", found[0])
        match word:
            case "q":
                self._stack.append(self._state)
            case "Q":
                # The outermost is the page's own, opened in its first lines.
                self._state = self._stack.pop() if self._stack else self._state
            case "rg":
                self._state = self._state._replace(colour=self._colour(numbers))
            case "RG":
                self._stroke = (self._colour(numbers), self._stroke[1])
            case "w":
                self._stroke = (self._stroke[0], numbers[0])
            case "BMC" | "EMC":
                self._marked += 1 if word == "BMC" else -1
                if self._marked < 0:
                    raise self._refusal("marked content ends that did not begin")
            case "gs":
                pass
            case _:
                self._shape(word, numbers)

    def _rule(self, found: re.Match[bytes]) -> None:
        """What its operators do one by one; they leave nothing behind but the line and how it was drawn."""
        *colour, width, x, y, to_x, to_y = (float(one) for one in found.groups())
        self._stroke = (self._colour(colour), width)
        self._points = [(x, y), (to_x, to_y)]
        self._paint("S")
        self._points = []

    def _shape(self, word: str, numbers: list[float]) -> None:
        match word:
            case "re":
                x, y, width, height = numbers
                self._points += [(x, y), (x + width, y + height)]
            case "m" | "l" | "c":
                self._points += list(zip(numbers[::2], numbers[1::2], strict=True))
                self._lines += word == "l" or word == "m"
                self._round += word == "c"
            case "W" | "W*":
                self._clipping = True
            case _:
                self._paint(word)
                self._points, self._round, self._lines = [], 0, 0

    def _paint(self, word: str) -> None:
        box = _bounds(self._points)
        small = max(box[2] - box[0], box[3] - box[1]) <= MARK
        if self._round and not small:
            raise self._refusal("a round shape is larger than a mark")
        if word == "n":
            if not self._clipping:
                raise self._refusal("a path is neither painted nor clips")
            odd = self._state.odd or len(self._points) != 2 or bool(self._lines)
            self._state = self._state._replace(clip=_overlap(box, self._state.clip), odd=odd)
        elif word == "S":
            colour, width = self._stroke
            if len(self._points) != 2 or (box[0] != box[2] and box[1] != box[3]) or width > 4:
                raise self._refusal("a line is not a rule")
            half = width / 2
            self._cover((box[0] - half, box[1] - half, box[2] + half, box[3] + half), colour)
        else:
            if self._clipping or (self._lines and not small):
                raise self._refusal("a shape is neither made of rectangles nor a mark")
            ring = word == "f*" and len(self._points) == 4 and not self._lines
            for area in _ring(self._points) if ring else (box,):
                self._cover(_overlap(area, self._state.clip), self._state.colour)
        self._clipping = False

    def _cover(self, box: Box, colour: Colour) -> None:
        for core, run in self._written:
            if _meet(core, box):
                raise self._refusal("something is painted over text", run.text)
        self._painted.add(box, colour)
        if len(self._painted) > MAX_MARKS:
            raise self._refusal("the page has more shapes than a page of our printer")

    def _show(self, found: re.Match[bytes]) -> None:
        number = int(found[1])
        if number in self._seen:
            raise self._refusal("marked content is numbered twice", found[1])
        self._seen.add(number)
        if found[2] is not None:
            self._state = self._state._replace(colour=self._colour([float(found[n]) for n in (2, 3, 4)]))
        if found[9] is None:
            return
        font = self._fonts.get(found[7].decode())
        if font is None:
            raise self._refusal("text is in a font that is not there", found[7])
        size = float(found[8])
        spelt = font.spell(found[9])
        if spelt is None:
            raise self._refusal("glyphs are moved, or are not in the font", found[9][:60])
        text, advance = spelt
        x, y = float(found[5]), float(found[6])
        run = Run(text, x, x + advance * size / 1000, y, size)
        if text.strip():
            core = (x, y - 0.5 * size, run.end, y)
            self._require_visible(run, core)
            self._runs[number] = run
            self._written.append((core, run))

    def _require_visible(self, run: Run, core: Box) -> None:
        """`core` is where the lower-case letters of the run stand."""
        if run.size < MIN_SIZE:
            raise self._refusal("text is too small to be read", run.text)
        clip = self._state.clip
        if self._state.odd or len(self._runs) > MAX_MARKS:
            raise self._refusal("text is inside a shape, or there is too much of it", run.text)
        if core[0] < clip[0] - 1 or core[1] < clip[1] - 1 or core[2] > clip[2] + 1 or core[3] > clip[3] + 1:
            raise self._refusal("text is outside the page or cut off", run.text)
        ground: Colour = (1.0, 1.0, 1.0)
        for _, box, colour in self._painted.under(core):
            if _contrast(self._state.colour, colour) < MIN_CONTRAST:
                raise self._refusal("text does not stand out from what is painted under it", run.text)
            ground = colour if _within(core, box) else ground
        if _contrast(self._state.colour, ground) < MIN_CONTRAST:
            raise self._refusal("text does not stand out from the page", run.text)

    def _colour(self, numbers: list[float]) -> Colour:
        # A viewer draws what lies beyond as the nearest colour there is: 3 is as white as 1, with more "contrast".
        if any(not 0 <= one <= 1 for one in numbers):
            raise self._refusal("a colour is no colour", str(numbers))
        return tuple(numbers)

    def _refusal(self, problem: str, value: object = None) -> BindingError:
        shown = value.decode("ascii", "replace") if isinstance(value, bytes) else value
        return BindingError(problem, place=self._place, value=shown)


def _bounds(points: list[tuple[float, float]]) -> Box:
    xs, ys = [x for x, _ in points] or [0.0], [y for _, y in points] or [0.0]
    return (min(xs), min(ys), max(xs), max(ys))


def _ring(points: list[tuple[float, float]]) -> tuple[Box, ...]:
    """The four sides between two rectangles, one inside the other, as a border is drawn; else both rectangles."""
    one, other = _bounds(points[:2]), _bounds(points[2:])
    inner, outer = (one, other) if _within(one, other) else (other, one)
    if not _within(inner, outer):
        return (one, other)
    (left, top, right, bottom), (x, y, end, below) = outer, inner
    return ((left, top, right, y), (left, below, right, bottom), (left, top, x, bottom), (end, top, right, bottom))


def _overlap(one: Box, other: Box) -> Box:
    return (max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3]))


def _meet(one: Box, other: Box) -> bool:
    # Most boxes stand on other lines, so that is asked first. Neighbours may touch, but for rounding.
    return (
        one[3] > other[1] + 0.05 and other[3] > one[1] + 0.05 and one[2] > other[0] + 0.05 and other[2] > one[0] + 0.05
    )


def _within(one: Box, other: Box) -> bool:
    return other[0] <= one[0] + 1 and other[1] <= one[1] + 1 and one[2] <= other[2] + 1 and one[3] <= other[3] + 1


@lru_cache(maxsize=1024)
def _contrast(one: Colour, other: Colour) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
