"""Charts: well-formed, accessible, the same each time, and unmoved by hostile names."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import date
from decimal import Decimal

import pytest

from auditor.report.charts import Gauge, Line, gauges, over_time

SVG = "{http://www.w3.org/2000/svg}"
FROM, UNTIL = date(2026, 11, 22), date(2027, 8, 1)


def line(name: str, *values: str) -> Line:
    step = (UNTIL - FROM) // max(len(values) - 1, 1)
    return Line(name, [(FROM + index * step, Decimal(value)) for index, value in enumerate(values)])


def text(svg: str) -> str:
    return " ".join("".join(element.itertext()) for element in ET.fromstring(svg).iter(f"{SVG}text"))


def both() -> list[str]:
    return [
        over_time("Shares", "What it shows", "percent", [line("India", "1", "8")], [line("7 percent", "7", "7")],
                  (UNTIL, "India over 7 percent")),
        gauges("Use", "What it shows", "TPP",
               [Gauge("India", Decimal(900), Decimal(790)), Gauge("Brazil", Decimal(0), Decimal(9))]),
    ]  # fmt: skip


@pytest.mark.parametrize("index", [0, 1])
def test_a_chart_names_and_describes_itself_and_keeps_its_words(index: int) -> None:
    svg = both()[index]
    root = ET.fromstring(svg)
    assert root.get("role") == "img"
    assert [child.tag for child in root[:2]] == [f"{SVG}title", f"{SVG}desc"]
    assert root[1].text == "What it shows"
    assert "India" in text(svg)


def test_the_limit_and_the_breach_are_told_in_words() -> None:
    assert "7 percent" in text(both()[0])
    assert "India over 7 percent" in text(both()[0])
    assert "limit" in text(both()[1])
    assert "900 of 790 TPP" in text(both()[1])


def test_the_same_figures_give_the_same_bytes() -> None:
    assert both() == both()


def test_other_figures_give_another_chart() -> None:
    assert over_time("S", "s", "%", [line("a", "1", "2")], []) != over_time("S", "s", "%", [line("a", "1", "3")], [])


@pytest.mark.parametrize(
    "name",
    ["</text><script>alert(1)</script>", "$\\frac{1}{0}$", "a & b < c", "_hidden", "x" * 300, "\u202eevil", "100 %"],
)
def test_a_hostile_name_is_text(name: str) -> None:
    svg = over_time(name, name, name, [line(name, "1", "2")], [line(name, "3", "3")], (UNTIL, name))
    svg_of_gauges = gauges(name, name, "TPP", [Gauge(name, Decimal(1), Decimal(2))])
    for one in (svg, svg_of_gauges):
        root = ET.fromstring(one)
        assert not list(root.iter(f"{SVG}script"))
        assert name in text(one)


def test_an_empty_limit_and_an_amount_beyond_are_drawn() -> None:
    svg = gauges("g", "g", "TPP", [Gauge("none", Decimal(5), Decimal(0)), Gauge("far", Decimal(10) ** 12, Decimal(1))])
    assert "5 of 0 TPP" in text(svg)
    assert "1000 G of 1 TPP" in text(svg)
