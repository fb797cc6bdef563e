"""Charts as accessible SVG: text stays text, colour is never the only sign, and each says in words what it shows.

Drawn by matplotlib; figures become floats here and nowhere before, since pixels are all they decide.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, QUIET, RULE, TEAL, BREACH = "#1c2326", "#56636a", "#c9d1d4", "#0f4c5c", "#a4262c"
_LINES = (TEAL, "#b5651d", "#5b4b8a", "#3f7d4e", "#8a6d1f", "#2f6f9f")
_DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1)), (0, (1, 1)))
_STYLE = {
    "svg.fonttype": "none",
    # A dollar sign in a name is a dollar sign.
    "text.parse_math": False,
    "svg.hashsalt": "auditor",
    # Measured in matplotlib's own DejaVu Sans, which is wider than the page's font: nothing is clipped in either.
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.edgecolor": RULE,
    "axes.labelcolor": QUIET,
    "text.color": INK,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
}
_ROOT = re.compile(r"<svg ([^>]*)>")


@dataclass(frozen=True, slots=True)
class Line:
    """A quantity over time; a value holds until the next point."""

    name: str
    points: Sequence[tuple[date, Decimal]]


@dataclass(frozen=True, slots=True)
class Gauge:
    """How much of a limit is used; both in the chart's unit."""

    name: str
    used: Decimal
    limit: Decimal

    @property
    def over(self) -> bool:
        """Whether the limit is exceeded."""
        return self.used > self.limit


def over_time(
    title: str,
    says: str,
    unit: str,
    lines: Sequence[Line],
    limits: Sequence[Line],
    breach: tuple[date, str] | None = None,
) -> str:
    """Quantities over time as steps, their limits drawn in, and the day a limit is first exceeded; SVG text."""
    with _canvas(3.6) as (figure, axes):
        for index, line in enumerate(lines):
            days, values = _floats(line)
            style = {"color": _LINES[index % len(_LINES)], "linestyle": _DASHES[index % len(_DASHES)]}
            axes.plot(days, values, drawstyle="steps-post", linewidth=1.8, marker="o", markersize=3.5, **style)
        for line in limits:
            days, values = _floats(line)
            axes.plot(days, values, drawstyle="steps-post", color=BREACH, linewidth=1.1, linestyle=(0, (6, 3)))
            axes.annotate(
                line.name, (days[-1], values[-1]), xytext=(14, 0), textcoords="offset points", va="center",
                color=BREACH, size=8,
            )  # fmt: skip
        axes.margins(x=0.03, y=0.12)
        if breach is not None:
            days = [day for line in (*lines, *limits) for day, _ in line.points]
            early = breach[0] - min(days) < max(days) - breach[0]
            axes.axvline(breach[0], color=BREACH, linewidth=0.8)
            axes.annotate(
                breach[1], (breach[0], 1), xycoords=("data", "axes fraction"), xytext=(0, 4),
                textcoords="offset points", ha="left" if early else "right", color=BREACH, size=8, weight="bold",
            )  # fmt: skip
        axes.set_ylim(bottom=0)
        axes.set_ylabel(unit)
        axes.yaxis.set_major_formatter(lambda value, _: _short(Decimal(value)))
        handles = axes.get_lines()[: len(lines)]
        axes.legend(
            handles,
            [line.name for line in lines],
            loc="upper left",
            bbox_to_anchor=(0, -0.12),
            frameon=False,
            ncols=3,
            fontsize=8,
        )
        return _svg(figure, title, says)


def gauges(title: str, says: str, unit: str, rows: Sequence[Gauge]) -> str:
    """Each row's use of its limit as a bar to a common scale of the limit, with the figures beside it; SVG text."""
    with _canvas(0.7 + 0.42 * len(rows)) as (figure, axes):
        for index, row in enumerate(rows):
            share = float(row.used / row.limit) if row.limit else (2.0 if row.used else 0.0)
            axes.barh(index, 1, height=0.5, color="#eef2f2", edgecolor=RULE, linewidth=0.6)
            look = {"color": "white", "edgecolor": BREACH, "hatch": "////"} if row.over else {"color": TEAL}
            axes.barh(index, min(share, 1.25), height=0.5, **look)
            axes.text(1.29, index, f"{_short(row.used)} of {_short(row.limit)} {unit}", va="center", size=8, color=INK)
        axes.axvline(1, color=BREACH, linewidth=1.1, linestyle=(0, (6, 3)))
        axes.annotate("limit", (1, 0), xycoords=("data", "axes fraction"), xytext=(3, 2), textcoords="offset points",
                      color=BREACH, size=8)  # fmt: skip
        axes.set_yticks(range(len(rows)), [row.name for row in rows])
        axes.invert_yaxis()
        axes.set_xlim(0, 1.75)
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"])
        axes.spines["bottom"].set_visible(False)
        return _svg(figure, title, says)


@contextmanager
def _canvas(height: float) -> Iterator[tuple[Figure, Axes]]:
    """Axes 7.2 inches wide, in our style while the block runs; made without pyplot, which would keep every figure."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(7.2, height))
        axes = figure.subplots()
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(length=3)
        yield figure, axes


def _floats(line: Line) -> tuple[list[date], list[float]]:
    return [day for day, _ in line.points], [float(value) for _, value in line.points]


def _short(value: Decimal) -> str:
    """A figure of at most four digits with its magnitude: 26.9 M, 790 M, 12.5."""
    for power, sign in ((9, " G"), (6, " M"), (3, " k")):
        if value >= Decimal(10) ** power:
            return f"{value / Decimal(10) ** power:.4g}{sign}"
    return f"{value:.4g}"


def _svg(figure: Figure, title: str, says: str) -> str:
    """The figure as SVG with a name and a description that a screen reader tells."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue().decode("utf-8")
    text = text[text.index("<svg ") :]
    head = f"<title>{escape(title)}</title><desc>{escape(says)}</desc>"
    return _ROOT.sub(lambda root: f'<svg {root[1]} role="img">{head}', text, count=1)
