"""Text made safe to print: nothing invisible, nothing our fonts cannot draw, numbers and digests grouped."""

from __future__ import annotations

# What every one of the shipped fonts draws (a test holds the fonts to it). Left out on purpose: controls, bidirectional
# and zero-width characters, spaces other than U+0020, combining marks, and the two marks that enclose an escape.
_RANGES = (
    (0x0020, 0x007E), (0x00A1, 0x00AC), (0x00AE, 0x017F), (0x018F, 0x018F), (0x0192, 0x0192), (0x01A0, 0x01A1),
    (0x01AF, 0x01B0), (0x01CD, 0x01DC), (0x01FA, 0x01FF), (0x0218, 0x021B), (0x0237, 0x0237), (0x0259, 0x0259),
    (0x03C0, 0x03C0), (0x0400, 0x045F), (0x0490, 0x04C2), (0x04CF, 0x04D9), (0x04DC, 0x04E9), (0x04EE, 0x04F9),
    (0x1E80, 0x1E85), (0x1E9E, 0x1E9E), (0x1EA0, 0x1EF9), (0x2010, 0x2010), (0x2012, 0x2015), (0x2018, 0x201A),
    (0x201C, 0x201E), (0x2020, 0x2022), (0x2026, 0x2026), (0x2030, 0x2030), (0x2032, 0x2033), (0x2044, 0x2044),
    (0x2074, 0x2079), (0x2080, 0x2089), (0x20AC, 0x20AC), (0x20BF, 0x20BF), (0x2113, 0x2113), (0x2116, 0x2116),
    (0x2122, 0x2122), (0x2126, 0x2126), (0x2190, 0x2199), (0x2202, 0x2202), (0x2206, 0x2206), (0x220F, 0x220F),
    (0x2211, 0x2212), (0x221A, 0x221A), (0x221E, 0x221E), (0x2248, 0x2248), (0x2260, 0x2260), (0x2264, 0x2265),
    (0x25CA, 0x25CA), (0x2713, 0x2713),
)  # fmt: skip
PRINTED = frozenset(point for first, last in _RANGES for point in range(first, last + 1))
"""Code points printed as themselves; every other one is printed as ‹U+…›."""

MAX_PROSE = 4000
MAX_LITERAL = 1500
MAX_LABEL = 90
MAX_RUN = 600

_FOLDED = str.maketrans({"\n": " ", "\r": " ", "\t": " "})
_PRINTED_TEXT = frozenset(map(chr, PRINTED))


def literal(text: str, limit: int = MAX_LITERAL) -> str:
    """Text from the evidence as it is: each character not printed as itself becomes ‹U+202E›; the rest is cut off."""
    # Breaking one endless word over lines costs the square of its length, so a text with such a word is cut off sooner.
    if len(text) > MAX_RUN and any(len(word) > MAX_RUN for word in text.split(" ")):
        limit = min(limit, MAX_RUN)
    kept = text[:limit]
    if not _PRINTED_TEXT.issuperset(kept):
        kept = "".join(c if c in _PRINTED_TEXT else f"‹U+{ord(c):04X}›" for c in kept)
    if len(text) <= limit:
        return kept
    return f"{kept}… ({number(len(text) - limit)} more characters in the attached results)"


def prose(text: str, limit: int = MAX_PROSE) -> str:
    """Text for people, where a line end or a tab is only a space."""
    return literal(text.replace("\r\n", " ").translate(_FOLDED), limit)


def label(text: str) -> str:
    """Text for a running line: short, on one line."""
    folded = text.translate(_FOLDED)
    return literal(folded if len(folded) <= MAX_LABEL else folded[: MAX_LABEL - 1] + "…", MAX_LABEL)


def number(value: int) -> str:
    """An integer with its digits in groups of three: 1,234,567."""
    return f"{value:,}"


def count(value: int, one: str, many: str | None = None) -> str:
    """A number with its noun: "1 control", "16 controls"."""
    return f"{number(value)} {one if value == 1 else many or one + 's'}"


def digest(hexadecimal: str) -> str:
    """A digest in groups of eight, so that it breaks between groups and can be compared by eye."""
    return " ".join(hexadecimal[start : start + 8] for start in range(0, len(hexadecimal), 8))


def short_digest(hexadecimal: str) -> str:
    """The first sixteen digits, for a running line."""
    return digest(hexadecimal[:16])


def sentence(text: str) -> str:
    """`text` with a capital letter first and a full stop last."""
    if not text:
        return ""
    return capital(text) + ("" if text[-1] in ".!?…" else ".")


def capital(text: str) -> str:
    """`text` with a capital letter first."""
    return text[:1].upper() + text[1:]


def listing(names: list[str], most: int = 12) -> str:
    """Names with commas; after `most` of them, how many more there are."""
    if len(names) <= most:
        return ", ".join(names)
    return f"{', '.join(names[:most])} and {number(len(names) - most)} more"
