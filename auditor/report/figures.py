"""Small figures as inline SVG. Their meaning never hangs on colour, and each carries its text alternative."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from auditor.model.assessment import LevelVerdict
from auditor.report.parts import Figure
from auditor.report.text import count, label, listing

ACCENT = "#0f4c5c"
INK = "#1c2326"
FAINT = "#c9d1d4"
_FONT = "Plex Sans"


def bar(satisfied: int, total: int, width: int = 96, height: int = 9) -> Markup:
    """A bar filled as far as satisfied, outlined as far as total; the same in words for those who cannot see it."""
    filled = width * satisfied // total if total else 0
    words = f"{satisfied} of {total} satisfied"
    return Markup(  # noqa: S704
        f'<svg xmlns="http://www.w3.org/2000/svg" class="bar" role="img" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}"><title>{words}</title>'
        f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" fill="#ffffff" stroke="{ACCENT}"/>'
        f'<rect x="0" y="0" width="{filled}" height="{height}" fill="{ACCENT}"/></svg>'
    )


def ladder(levels: Sequence[LevelVerdict]) -> Figure:
    """The levels as rungs, lowest at the bottom: filled where reached, hollow where not."""
    step, width = 30, 620
    height = step * len(levels) + 4
    shapes = []
    for index, verdict in enumerate(levels):
        top = height - (index + 1) * step
        shapes.append(_rung(verdict, top))
    words = "; ".join(
        f"{label(verdict.level)} {'reached' if verdict.reached else 'not reached'}, "
        f"{verdict.satisfied} of {count(verdict.total, 'control')} satisfied"
        for verdict in levels
    )
    title = escape(f"Levels from lowest to highest: {words or 'none'}")
    svg = Markup(  # noqa: S704
        f'<svg xmlns="http://www.w3.org/2000/svg" class="ladder" role="img" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}"><title>{title}</title>{"".join(shapes)}</svg>'
    )
    reached = [label(verdict.level) for verdict in levels if verdict.reached]
    caption = f"Reached: {listing(reached)}." if reached else "No level is reached."
    return Figure(svg, f"Levels of the profile, lowest at the bottom. A filled rung is reached. {caption}")


def _rung(verdict: LevelVerdict, top: int) -> str:
    left, bar_width = 130, 290
    fill = bar_width * verdict.satisfied // verdict.total if verdict.total else 0
    state = "reached" if verdict.reached else "not reached"
    if not verdict.reached and not verdict.binding:
        state = "a lower level is not"
    square = (
        f'<rect x="0" y="{top + 7}" width="14" height="14" fill="{ACCENT}"/>'
        if verdict.reached
        else f'<rect x="1" y="{top + 8}" width="12" height="12" fill="#ffffff" stroke="{INK}" stroke-width="1.5"/>'
    )
    name = escape(label(verdict.level)[:14])
    return (
        f"{square}"
        f'<text x="24" y="{top + 19}" font-family="{_FONT}" font-weight="600" font-size="14" fill="{INK}">{name}</text>'
        f'<rect x="{left}" y="{top + 9.5}" width="{bar_width}" height="9" fill="#ffffff" stroke="{FAINT}"/>'
        f'<rect x="{left}" y="{top + 9}" width="{fill}" height="10" fill="{ACCENT if verdict.reached else "#7b8a8f"}"/>'
        f'<text x="{left + bar_width + 14}" y="{top + 18.5}" font-family="{_FONT}" font-size="11.5" fill="{INK}">'
        f"{verdict.satisfied} of {verdict.total}, {state}</text>"
    )
