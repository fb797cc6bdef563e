"""`auditor law status`: every provision in one table, then the evidence of each, and the events it rests on once."""

from __future__ import annotations

from auditor.cli.law.text import closing, head, joined, said_status, wrap
from auditor.cli.law.values import WIDTH, table
from auditor.model.answer import Answer, Standing
from auditor.regulation.status import Standings


def status_text(answer: Answer[Standings]) -> str:
    """Where everything stands on the day and on what evidence; events are numbered and told once."""
    if answer.result is None:
        return joined([("", [*head(answer), *wrap(answer.conclusion)]), *closing(answer)])
    events: dict[str, int] = {}
    for one in answer.standing:
        for event in sorted(one.evidence):
            events.setdefault(event, 0)
    for number, event in enumerate(sorted(events), start=1):
        events[event] = number
    cells = [[said_status(one.status), str(one.since), str(one.last_evidence), one.title] for one in answer.standing]
    overview = table(["status", "since", "last evidence", "provision"], cells, [False] * 4, WIDTH, 0) or []
    details = [line for one in answer.standing for line in _detail(one, events)]
    told = [
        line
        for event, number in sorted(events.items(), key=_number)
        for line in wrap(event, f"{number:>4}. ", "      ")
    ]
    return joined(
        [
            ("", [*head(answer), *overview]),
            ("WHAT EACH MEANS, AND THE EVENTS IT RESTS ON", details),
            ("EVENTS", told),
            *closing(answer),
        ]
    )


def _number(entry: tuple[str, int]) -> int:
    return entry[1]


def _detail(one: Standing, events: dict[str, int]) -> list[str]:
    lines = wrap(f"{one.title} ({one.cite}; {one.provision})", "  ", "    ")
    rests = ", ".join(map(str, sorted(events[event] for event in one.evidence)))
    says = f"{said_status(one.status)}. {one.statement} Events {rests}. {one.confidence.capitalize()}; {one.origin}."
    return [*lines, *wrap(says, "    ")]
