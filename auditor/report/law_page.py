"""A page about quantities: each answer with its figures as charts and tables, its working and the law's standing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from auditor.model.answer import NO_ADVICE, Answer, Standing
from auditor.model.base import Frozen
from auditor.model.exact import spoken
from auditor.regulation.quantities.country import CountryUse
from auditor.regulation.quantities.nveu import National
from auditor.regulation.quantities.shares import OUTSIDE_5A, OUTSIDE_US, SINGLE_COUNTRY, Bound, Point, Share
from auditor.regulation.quantities.uveu import Breach, Shares
from auditor.regulation.tables.countries import country_name
from auditor.report.charts import Gauge, Line, gauges, over_time
from auditor.report.html import render_html

TEMPLATE = "law.html.j2"
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Controls, which HTML does not allow, and marks that turn the direction of what follows."""

MOST_COUNTRIES = 4
"""Countries drawn as lines of their own; the table has every one."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `numeric` are the columns that hold figures."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int]


@dataclass(frozen=True, slots=True)
class Section:
    """One answer, drawn; `over` if a limit is exceeded."""

    title: str
    answer: Answer[Frozen]
    figures: tuple[str, ...]
    tables: tuple[Table, ...]
    over: bool


@dataclass(frozen=True, slots=True)
class LawPage:
    """The page; `facts` is the SHA-256 of the facts file."""

    title: str
    as_of: date
    tables: str
    facts: str
    notice: str
    standing: tuple[Standing, ...]
    sections: tuple[Section, ...]


def law_page(title: str, facts: str, answers: Sequence[Answer[Frozen]]) -> LawPage:
    """The page of the answers, of which there is at least one; those about quantities are drawn."""
    standing = {one.provision: one for answer in answers for one in answer.standing}
    return LawPage(
        title=title,
        as_of=answers[0].as_of,
        tables=answers[0].tables,
        facts=facts,
        notice=NO_ADVICE,
        standing=tuple(standing.values()),
        sections=tuple(_section(answer) for answer in answers),
    )


def render_law_page(page: LawPage, templates: Mapping[str, str]) -> str:
    """The page as one HTML file that fetches nothing; what the facts say that cannot be seen is shown as ‹U+202E›."""
    html = render_html(page, templates, TEMPLATE)
    return _UNSEEN.sub(lambda found: f"‹U+{ord(found[0]):04X}›", html)


def _section(answer: Answer[Frozen]) -> Section:
    result = answer.result
    if isinstance(result, Shares):
        return _shares(answer, result)
    if isinstance(result, National):
        return _national(answer, result)
    if isinstance(result, CountryUse):
        return _country(answer, result)
    return Section(f"{answer.question}: {answer.subject}", answer, (), (), over=False)


def _named(iso: str | None) -> str:
    return "" if iso is None else country_name(iso) or iso


def _percent(share: Share) -> Decimal:
    return share.share or Decimal(0)


_LIMITS = {
    OUTSIDE_5A: "outside Supplement 5(a)",
    SINGLE_COUNTRY: "largest single country outside",
    OUTSIDE_US: "outside the United States",
}
_WITHIN = {SINGLE_COUNTRY: "in one country outside"}


def _shares(answer: Answer[Frozen], result: Shares) -> Section:
    bounds = {bound.limit: bound for bound in result.bounds}
    breach = next((under.breach for under in result.breaches if under.breach is not None), None)
    days = [point.date for point in result.points]
    # The largest single country is a line of its own already: that of the country.
    lines = [Line(_LIMITS[limit], _series(result.points, limit)) for limit in bounds if limit != SINGLE_COUNTRY]
    lines += [Line(_named(iso), _country_series(result.points, iso)) for iso in _largest(result)]
    limits = [
        Line(
            f"{spoken(bound.percent)} percent {_WITHIN.get(limit, _LIMITS[limit])}",
            [(day, bound.percent) for day in (days[0], days[-1])],
        )
        for limit, bound in bounds.items()
    ]
    title = f"UVEU shares: {answer.subject}"
    first = result.points[0]
    figures = (
        gauges(
            f"Shares on {first.date}", _told(first.shares, result), "percent",
            [Gauge(_share_name(s), _percent(s), bounds[s.limit].percent) for s in first.shares],
        ),
        over_time(
            "Shares by destination over time", answer.conclusion, "percent of the total TPP", lines, limits,
            _breach_mark(breach, bounds),
        ),
    ) if bounds else ()  # fmt: skip
    rows = tuple(
        (
            f"{point.date}{' (reporting date)' if point.reporting else ''}", spoken(point.total),
            *(next((_share_cell(s) for s in point.shares if s.limit == limit), "") for limit in bounds),
            ", ".join(point.shipments),
        )
        for point in result.points
    )  # fmt: skip
    head = ("day", "total TPP", *(f"{_LIMITS[limit]}, percent" for limit in bounds), "shipments")
    table = Table("Shares at the end of each day looked at", head, rows, frozenset(range(1, 2 + len(bounds))))
    return Section(title, answer, figures, (table, _headroom(result)), over=breach is not None)


def _headroom(result: Shares) -> Table:
    first = [room for room in result.headroom if room.date == result.points[0].date]
    rows = tuple(
        (
            _named(room.country) or "any other country outside Supplement 5(a)",
            "no limit of paragraph 6" if room.tpp is None else spoken(room.tpp),
            "" if room.limit is None else _LIMITS[room.limit],
            ", ".join(f"{chips.count:,} {chips.chip}" for chips in room.chips),
        )
        for room in first
    )
    head = ("destination", "TPP that can be added", "limit reached first", "in chips of the plan")
    return Table(f"Headroom on {result.points[0].date}, nothing else changing", head, rows, frozenset({1}))


def _largest(result: Shares) -> list[str]:
    most: dict[str, Decimal] = {}
    for point in result.points:
        for one in point.countries:
            if not one.in_5a and one.share is not None:
                most[one.country] = max(most.get(one.country, Decimal(0)), one.share)
    return sorted(most, key=lambda iso: (-most[iso], iso))[:MOST_COUNTRIES]


def _series(points: Sequence[Point], limit: str) -> list[tuple[date, Decimal]]:
    return [(point.date, _percent(share)) for point in points for share in point.shares if share.limit == limit]


def _country_series(points: Sequence[Point], iso: str) -> list[tuple[date, Decimal]]:
    shares = ((point.date, {one.country: one.share for one in point.countries}) for point in points)
    return [(day, by.get(iso) or Decimal(0)) for day, by in shares]


def _share_name(share: Share) -> str:
    return _LIMITS[share.limit] + (f" ({_named(share.country)})" if share.country else "")


def _share_cell(share: Share) -> str:
    place = f" {_named(share.country)}" if share.country else ""
    return f"{_percent(share)}{place}{'' if share.within else ' over'}"


def _told(shares: Sequence[Share], result: Shares) -> str:
    bounds = {bound.limit: bound.percent for bound in result.bounds}
    return " ".join(f"{_share_name(s)}: {_percent(s)} of {spoken(bounds[s.limit])} percent." for s in shares)


def _breach_mark(breach: Breach | None, bounds: Mapping[str, Bound]) -> tuple[date, str] | None:
    if breach is None:
        return None
    limit, country = breach.share.limit, breach.share.country
    where = f"in {_named(country)}" if country else _LIMITS[limit]
    return breach.date, f"{breach.date}: over {spoken(bounds[limit].percent)} percent {where}"


def _national(answer: Answer[Frozen], result: National) -> Section:
    known = [(point.date, point.allocation) for point in result.points if point.allocation is not None]
    over = next((point for point in result.points if point.within is False), None)
    first = result.quarters[0] if result.quarters else None
    figures = []
    if first is not None and first.allocation is not None:
        says = f"{spoken(first.peak)} of {spoken(first.allocation)} TPP in {first.quarter}."
        figures.append(gauges(f"Allocation in {first.quarter}", says, "TPP",
                              [Gauge(_named(result.country), first.peak, first.allocation)]))  # fmt: skip
    if known:
        mark = None if over is None else (over.date, f"{over.date}: over the allocation of {over.quarter}")
        figures.append(
            over_time(
                "Installed base against the allocation", answer.conclusion, "TPP",
                [Line(_named(result.country), [(point.date, point.tpp) for point in result.points])],
                [Line("allocation of the quarter", known)], mark,
            )
        )  # fmt: skip
    rows = tuple(
        (
            use.quarter, spoken(use.peak), "none set" if use.allocation is None else spoken(use.allocation),
            "" if use.headroom is None else spoken(use.headroom), {True: "yes", False: "no", None: ""}[use.within],
        )
        for use in result.quarters
    )  # fmt: skip
    head = ("quarter", "highest TPP", "allocation", "headroom", "within")
    table = Table("Quarter by quarter", head, rows, frozenset({1, 2, 3}))
    return Section(f"NVEU allocation: {answer.subject}", answer, tuple(figures), (table,), over=over is not None)


def _country(answer: Answer[Frozen], result: CountryUse) -> Section:
    if not result.applies or not result.points:
        return Section(f"Country allocation: {answer.subject}", answer, (), (), over=False)
    breach = next((one for one in result.breaches if one.date is not None), None)
    combinations = [(one.attrition, one.counting) for one in result.points[0].reckoned]
    lines = [
        Line(
            f"attrition by the {attrition}, {counting}",
            [(point.date, point.reckoned[i].used) for point in result.points],
        )
        for i, (attrition, counting) in enumerate(combinations)
    ]
    known = [(point.date, point.allocation) for point in result.points if point.allocation is not None]
    first = result.points[0]
    figures = []
    if first.allocation is not None:
        used = first.reckoned[0].used
        says = f"{spoken(used)} of {spoken(first.allocation)} TPP."
        gauge = Gauge(_named(result.country), used, first.allocation)
        figures.append(gauges(f"Allocation on {first.date}", says, "TPP", [gauge]))
    if known:
        mark = None if breach is None or breach.date is None else (breach.date, f"{breach.date}: over the allocation")
        figures.append(over_time("Use of the country's allocation", answer.conclusion, "TPP", lines,
                                 [Line("allocation", known)], mark))  # fmt: skip
    head = ("day", "allocation", *(f"used: attrition by the {a}, {c}" for a, c in combinations), "shipments")
    rows = tuple(
        (
            str(point.date), "none set" if point.allocation is None else spoken(point.allocation),
            *(spoken(one.used) for one in point.reckoned), ", ".join(point.shipments),
        )
        for point in result.points
    )  # fmt: skip
    table = Table("Use under each combination of readings", head, rows, frozenset(range(1, 2 + len(combinations))))
    return Section(f"Country allocation: {answer.subject}", answer, tuple(figures), (table,), over=breach is not None)
