"""Results whose rows read better as tables of our own making: inventories and shares over time."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from auditor.cli.law.route import route_lines
from auditor.cli.law.values import WIDTH, fields, pairs, printable, said, table
from auditor.cli.law.values import rows as value_rows
from auditor.model.base import Frozen
from auditor.regulation.calendar.agenda import Agenda
from auditor.regulation.exceptions.lpp_checks import Lpp
from auditor.regulation.paragraph import Shown
from auditor.regulation.quantities.country import CountryUse
from auditor.regulation.quantities.inventory import Held, Inventoried
from auditor.regulation.quantities.nveu import National
from auditor.regulation.quantities.reconciliation import Reconciliation
from auditor.regulation.quantities.shares import (
    OUTSIDE_5A,
    OUTSIDE_US,
    SINGLE_COUNTRY,
    Bound,
    Headroom,
    Point,
    Share,
)
from auditor.regulation.quantities.uveu import Shares

_LIMITS = {
    OUTSIDE_5A: "outside 5(a)",
    SINGLE_COUNTRY: "one country",
    OUTSIDE_US: "outside US",
}


def view(question: str, result: Any) -> list[str]:
    """Lines of at most 80 columns for the result of the question."""
    made = _VIEWS.get(question)
    return made(result) if made else fields(result, WIDTH, 2)


def made_table(heads: Sequence[str], cells: Sequence[Sequence[str]], figures: Iterable[int]) -> list[str]:
    """A table with the columns `figures` set to the right; lines of pairs where it does not fit."""
    if not cells:
        return []
    right = [index in set(figures) for index in range(len(heads))]
    found = table(heads, cells, right, WIDTH, 2)
    if found is not None:
        return found
    return [line for row in cells for line in (*pairs(list(zip(heads, row, strict=True)), WIDTH, 2), "")]


def _number(value: Decimal | int | None) -> str:
    return said("", value)


# Inventory


def _inventory(result: Inventoried) -> list[str]:
    lines = pairs([("counted on", said("", result.on)), ("inventory of", said("", result.taken))], WIDTH, 2)
    for title, rows in (
        ("by site", result.sites),
        ("by country", result.countries),
        ("by owner", result.parties),
        ("by group, under its ultimate parent", result.groups),
    ):
        lines += ["", f"  {title}", *_held([*rows, result.total] if title == "by site" else rows)]
    total = result.total
    told = [
        (title, f"{count.chips:,} chips, {_number(count.tpp)} TPP")
        for title, count in (
            *((f"attrition: {lost.condition}", lost.count) for lost in total.attrition),
            ("received before the allocations", total.before),
            ("without a day of receipt", total.undated),
            ("below 3A090.a, not counted", total.below),
        )
        if count.chips
    ]
    kinds = [[one.chip, _number(one.each), said("", one.counted), _number(one.chips)] for one in result.chips]
    lines += ["", "  besides", *pairs(told, WIDTH, 4)] if told else []
    return [*lines, "", *made_table(["chip", "TPP each", "counted", "held"], kinds, (1, 3))]


def _held(rows: Sequence[Held]) -> list[str]:
    cells = [
        [row.of, *(_number(count.chips) for count in (row.installed, row.transferred, row.since, row.total)),
         _number(row.total.tpp)]
        for row in rows
    ]  # fmt: skip
    return made_table(["", "installed", "not installed", "since", "chips", "TPP"], cells, range(1, 6))


def _reconciled(result: Reconciliation) -> list[str]:
    taken = [(one.id, f"{one.on}, {one.chips:,} chips") for one in (result.earlier, result.later)]
    lines = pairs([*taken, ("unchanged", f"{result.unchanged:,} chips")], WIDTH, 2)
    cells = [
        [str(one.kind), *(_number(n) for n in (one.count.chips, one.count.tpp, one.counted.chips, one.counted.tpp))]
        for one in result.kinds
    ]
    lines += ["", *made_table(["what became of them", "chips", "TPP", "of 3A090.a", "their TPP"], cells, range(1, 5))]
    if result.crossings:
        cells = [
            [f"{one.from_country} to {one.to_country}", _number(one.count.chips), _number(one.count.tpp)]
            for one in result.crossings
        ]
        lines += ["", *made_table(["moved between countries", "chips", "TPP"], cells, (1, 2))]
    alike: dict[tuple[str, str, str], list[str]] = {}
    for one in result.first:
        alike.setdefault((str(one.kind), one.was, one.now), []).append(one.serial)
    lines += ["", "  the first serials of each kind"] if alike else []
    for (kind, was, now), serials in alike.items():
        lines += textwrap.wrap(
            printable(f"{kind}: {was} → {now}"), WIDTH, initial_indent="  - ", subsequent_indent="    "
        )
        lines += textwrap.wrap(printable(", ".join(serials)), WIDTH, initial_indent=" " * 6, subsequent_indent=" " * 6)
    return lines


# UVEU


def _shares(result: Shares) -> list[str]:
    lines = pairs(
        [
            ("group", ", ".join(result.group)),
            *(
                (_LIMITS.get(bound.limit, bound.limit), f"at most {_number(bound.percent)} percent")
                for bound in result.bounds
            ),
        ],
        WIDTH,
        2,
    )
    lines += ["", "  shares in percent; * is over a limit, R a reporting date", *_points(result.points, result.bounds)]
    rooms = [room for room in result.headroom if room.tpp is not None]
    if rooms:
        lines += ["", "  headroom: the most that could be added there, nothing else changing"]
        lines += made_table(["on", "in", "TPP", "chips", "first limit"], [_room(room) for room in rooms], (2,))
    if result.effects:
        cells = [
            [one.shipment, said("", one.date), f"{one.site} ({one.country})", _number(one.chips), _number(one.tpp),
             "; ".join(_after(share) for share in one.after)]
            for one in result.effects
        ]  # fmt: skip
        lines += ["", "  what each planned shipment makes of the shares"]
        lines += made_table(["shipment", "on", "to", "chips", "TPP", "shares after it"], cells, (3, 4))
    if result.breaches:
        lines += ["", "  first breach, under each reading"]
        told = [(one.reading, _breach(one.breach) if one.breach else "none") for one in result.breaches]
        lines += pairs(told, WIDTH, 4)
    return lines


def _points(points: Sequence[Point], bounds: Sequence[Bound]) -> list[str]:
    outside = sorted({one.country for point in points for one in point.countries if not one.in_5a})
    single = next((bound.percent for bound in bounds if bound.limit == SINGLE_COUNTRY), None)
    parts = [(limit, _LIMITS[limit]) for limit in (OUTSIDE_5A, OUTSIDE_US)]
    parts = [part for part in parts if any(bound.limit == part[0] for bound in bounds)]
    cells = []
    for point in points:
        limits = {share.limit: share for share in point.shares}
        row = [said("", point.date), "R" if point.reporting else "", _number(point.total)]
        for name, _ in parts:
            share = limits.get(name)
            row.append(_marked(share.share, not share.within) if share else "–")
        held = {one.country: one for one in point.countries}
        for iso in outside:
            # A point's shares name the largest country only; every one of them has the same limit.
            over = iso in held and single is not None and held[iso].tpp * 100 > single * point.total
            row.append(_marked(held[iso].share if iso in held else None, over))
        cells.append(row)
    heads = ["on", "", "total TPP", *(title for _, title in parts), *outside]
    return made_table(heads, cells, range(2, len(heads)))


def _marked(share: Decimal | None, over: bool) -> str:
    return "–" if share is None else f"{share:.2f}{'*' if over else ' '}"


def _room(room: Headroom) -> list[str]:
    chips = ", ".join(f"{_number(one.count)} {one.chip}" for one in room.chips) or "–"
    where = room.country or "any other"
    return [said("", room.date), where, _number(room.tpp), chips, _LIMITS.get(room.limit or "", room.limit or "–")]


def _after(share: Share) -> str:
    where = share.country or _LIMITS.get(share.limit, share.limit)
    return f"{where} {_marked(share.share, not share.within).strip()}"


def _breach(breach: Any) -> str:
    share: Share = breach.share
    where = share.country or _LIMITS.get(share.limit, share.limit)
    since = f", after {', '.join(breach.shipments)}" if breach.shipments else ""
    return f"{breach.date}: {where} {_marked(share.share, over=False).strip()} percent{since}"


# Paragraph


def _shown(result: Shown) -> list[str]:
    lines: list[str] = []
    for item in result.items:
        told = item.requirement or "its text was not found; only its number is known."
        due = f" From {item.compliance}." if item.compliance else ""
        lines += ["", *_wrapped(f"{item.id.partition('-')[2]}  {item.topic}: {told}{due}", 2, 6)]
        lines += _wrapped(f"names: {', '.join(item.names)}", 6, 13) if item.names else []
        lines += _wrapped(f"note: {item.note}", 6, 12) if item.note else []
    return lines[1:]


# NVEU and country


def _national(result: National) -> list[str]:
    # The points tell what each shipment does already.
    return fields(result, WIDTH, 2, without=frozenset({"effects"}))


def _country(result: CountryUse) -> list[str]:
    lines = fields(result, WIDTH, 2, without=frozenset({"points", "effects", "breaches"}))
    # Every column even where no reading has a breach: rows without a day would read as breaches.
    cells = [
        [one.attrition, one.counting, said("", one.date), said("", one.used), said("", one.shipments)]
        for one in result.breaches
    ]
    if cells:
        heads, right = ["attrition", "counting", "date", "used", "shipments"], [False, False, False, True, False]
        lines += ["", "  breaches", *(table(heads, cells, right, WIDTH, 4) or ())]
    cells = [
        [said("", point.date), one.attrition, one.counting, _number(one.used), _number(one.headroom),
         said("", one.within), ", ".join(point.shipments)]
        for point in result.points
        for one in point.reckoned
    ]  # fmt: skip
    if cells:
        lines += ["", "  use and headroom in TPP, by how attrition is read and how years are counted"]
        lines += made_table(["on", "attrition", "counting", "used", "headroom", "within", "after"], cells, (3, 4))
    return lines


# Calendar and LPP


def _agenda(result: Agenda) -> list[str]:
    lines = pairs([("from", f"{result.begins} until {result.ends}")], WIDTH, 2)
    for entry in result.entries:
        lines += ["", *_wrapped(f"{entry.date}  {str(entry.state).upper()}: {entry.title}, {entry.subject}", 2, 14)]
        lines += _wrapped(f"{entry.says} ({entry.cite}, {entry.status})", 14, 14)
    for title, rows in (
        ("without a fixed day", [f"{one.title}: {one.says} ({one.cite}, {one.status})" for one in result.undated]),
        ("concern nobody here", list(result.left_out)),
    ):
        lines += ["", f"  {title}", *(line for row in rows for line in _wrapped(f"- {row}", 4, 6))] if rows else []
    return lines


def _wrapped(text: str, first: int, later: int) -> list[str]:
    return textwrap.wrap(printable(text), WIDTH, initial_indent=" " * first, subsequent_indent=" " * later)


def _lpp(result: Lpp) -> list[str]:
    told = [
        ("ultimate parent", result.ultimate_parent),
        ("family", ", ".join(result.family)),
        (f"limit of {result.year}", f"{_number(result.limit)} TPP"),
        ("shipped", f"{_number(result.made)} TPP"),
        ("planned", f"{_number(result.planned)} TPP"),
        ("headroom", f"{_number(result.headroom)} TPP"),
        ("by what is checked here", str(result.verdict)),
    ]
    cells = [
        [one.id, said("", one.date), one.consignee, _number(one.tpp),
         f"{_number(one.total)}{' ' if one.within else '*'}", said("", one.notice_of)]
        for one in result.shipments
    ]  # fmt: skip
    lines = pairs(told, WIDTH, 2)
    lines += [""] if cells else []
    lines += made_table(["shipment", "on", "consignee", "TPP", "year's total", "notice"], cells, (3, 4))
    both: tuple[tuple[str, Sequence[Frozen]], ...] = (
        ("volume of others who operate the facilities", result.elsewhere),
        ("checks", result.checks),
    )
    for title, rows in both:
        lines += ["", f"  {title}", *value_rows(rows, WIDTH, 4)] if rows else []
    return lines


_VIEWS: dict[str, Callable[[Any], list[str]]] = {
    "inventory": _inventory,
    "reconciliation": _reconciled,
    "uveu": _shares,
    "paragraph": _shown,
    "nveu": _national,
    "country": _country,
    "calendar": _agenda,
    "lpp": _lpp,
    "route": route_lines,
}
