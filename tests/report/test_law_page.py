"""The page of `auditor law picture`: what it draws is what the answers say, and it fetches nothing."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from auditor.jobs.law import load_facts, load_lots
from auditor.model.answer import Answer
from auditor.model.exact import spoken
from auditor.regulation.quantities.country import country
from auditor.regulation.quantities.holdings import Lot
from auditor.regulation.quantities.nveu import nveu
from auditor.regulation.quantities.uveu import uveu
from auditor.report.law_page import LawPage, law_page, render_law_page
from tests.regulation.small import LAW
from tests.report.factory import kit

DAY = date(2026, 11, 22)
SAMPLE = Path(__file__).parents[2] / "samples" / "law" / "facts.yaml"
FACTS = "ab" * 32


@cache
def answers() -> tuple[Answer[Any], ...]:
    file = load_facts(SAMPLE)
    lots: tuple[Lot, ...] = load_lots(file, SAMPLE, max(file.inventories.values(), key=lambda one: one.date))
    return (
        uveu(LAW, DAY, file, lots, "fjellkraft", "expansion"),
        nveu(LAW, DAY, file, lots, "solvind", "IN", "solvind-campus"),
        country(LAW, DAY, file, lots, "IN", "megha-campus"),
        country(LAW, DAY, file, lots, "NO"),
    )


@cache
def page() -> LawPage:
    return law_page("Fjellkraft <b>and</b> its neighbours", FACTS, answers())


@cache
def html() -> str:
    return render_law_page(page(), kit().templates)


class _Outline(HTMLParser):
    """Open tags, and whether each is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_every_answer_is_a_section_with_its_conclusion_and_working() -> None:
    outline = _Outline()
    outline.feed(html())
    assert outline.open == []
    assert outline.tags.count("h1") == 1
    assert outline.tags.count("h2") == len(answers())
    for answer in answers():
        assert f"The working, {len(answer.steps)} steps" in html()


def test_quantities_are_drawn_and_an_inapplicable_country_is_not() -> None:
    assert [len(section.figures) for section in page().sections] == [2, 2, 2, 0]
    assert [section.over for section in page().sections] == [True, True, True, False]


def test_the_table_has_a_row_for_every_day_and_the_figures_of_the_answer() -> None:
    shares, result = page().sections[0], answers()[0].result
    table, headroom = shares.tables
    assert [row[0][:10] for row in table.rows] == [str(point.date) for point in result.points]
    assert [row[1] for row in table.rows] == [spoken(point.total) for point in result.points]
    assert sum("over" in cell for row in table.rows for cell in row) == sum(
        not share.within for point in result.points for share in point.shares
    )
    assert len(headroom.rows) == sum(room.date == DAY for room in result.headroom)


def test_the_standing_of_the_law_comes_first_and_every_reading_is_given() -> None:
    body = unescape(html())
    assert body.index("unenforced") < body.index("UVEU shares")
    for answer in answers():
        for ambiguous in answer.ambiguous:
            assert body.count(ambiguous.title) >= 1
    assert "Not legal advice" in body


def test_nothing_is_fetched_and_nothing_runs() -> None:
    body = html()
    assert "<b>and</b>" not in body
    assert "default-src 'none'" in body
    assert not re.search(r"<(script|link|img|iframe|object|use\s+href=\"http)", body.replace('<use xlink:href="#', ""))
    for reference in re.findall(r"(?:href|src)=\"([^\"]*)\"", body):
        assert reference.startswith("#")


def test_the_same_answers_give_the_same_page() -> None:
    again = law_page("Fjellkraft <b>and</b> its neighbours", FACTS, answers())
    assert render_law_page(again, kit().templates) == html()
