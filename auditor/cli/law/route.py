"""A route for people: the order and the verdicts, then for each authorization what stands against it or is due."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from auditor.cli.law.values import WIDTH, printable, table
from auditor.regulation.check import Check, Finding
from auditor.regulation.route.types import Content, Decision, Need, Route

_NAMES = {"none": "no licence", "license": "licence"}
_LOUD = (Finding.NOT_MET, Finding.MISSING, Finding.DUTY)


def route_lines(result: Decision) -> list[str]:
    """Lines of at most 80 columns."""
    why = {one.authorization: one.why for one in result.preference}
    cells = [
        [str(place), _named(one.authorization), str(one.verdict), why.get(one.authorization, "")]
        for place, one in enumerate(result.routes, start=1)
    ]
    lines = ["  in the order of our preference, which is not the law's"]
    lines += table(["", "route", "verdict", "what it asks for"], cells, [True, False, False, False], WIDTH, 2) or []
    lines += ["", "  whether each shipment needs a licence", *(line for need in result.needs for line in _need(need))]
    for one in result.routes:
        lines += ["", *_route(one)]
    return lines


def _named(authorization: str) -> str:
    return _NAMES.get(authorization, authorization.upper())


def _need(need: Need) -> list[str]:
    required = {True: "required", False: "not required", None: "open"}[need.required]
    return [*_wrapped(f"- {required}: {need.says} ({need.cite}; {need.place})", 4, 6), *_fix(need.fix, 6)]


def _route(route: Route) -> list[str]:
    lines = _wrapped(f"{_named(route.authorization).upper()}: {route.says}", 2, 4)
    for finding in _LOUD:
        for check in _once(one for one in route.checks if one.finding is finding):
            lines += _wrapped(f"- {finding}: {check.topic}: {check.says} ({check.cite}, {check.status})", 4, 6)
            lines += _fix(check.fix, 6)
    satisfied = [one.topic for one in route.checks if one.finding is Finding.SATISFIED]
    if satisfied:
        lines += _wrapped(f"- satisfied: {'; '.join(dict.fromkeys(satisfied))}", 4, 6)
    lines += _contents(route.contents)
    return lines + _rests(route)


def _once(checks: Iterable[Check]) -> Sequence[Check]:
    return list({(one.topic, one.says, one.fix): one for one in checks}.values())


def _contents(contents: Sequence[Content]) -> list[str]:
    known = [f"{_item(one)} {one.topic}" for one in contents if one.requirement]
    unknown = [_item(one) for one in contents if not one.requirement]
    lines = _wrapped(f"- its application holds: {'; '.join(known)}", 4, 6) if known else []
    if unknown:
        lines += _wrapped(f"- and items whose text was not found: {', '.join(unknown)}", 4, 6)
    return lines


def _item(one: Content) -> str:
    return one.id.partition("-")[2]


def _rests(route: Route) -> list[str]:
    """The answers the route rests on, each of which can be asked by itself."""
    singles = (route.uveu, route.ownership)
    answers = [*route.aia, *route.acm, *route.lpp, *route.nveu, *route.country, *(one for one in singles if one)]
    told = dict.fromkeys(f"{one.question} ({one.subject}): {one.outcome}" for one in answers)
    return _wrapped(f"- rests on {'; '.join(told)}", 4, 6) if told else []


def _fix(fix: str | None, indent: int) -> list[str]:
    return _wrapped(f"fix: {fix}", indent, indent + 5) if fix else []


def _wrapped(text: str, first: int, later: int) -> list[str]:
    return textwrap.wrap(
        printable(text), WIDTH, initial_indent=" " * first, subsequent_indent=" " * later, break_on_hyphens=False
    )
