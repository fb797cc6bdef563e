"""An answer for a terminal of 80 columns: conclusion, where the law stands, result, working, what is missing."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from auditor.cli.law.values import WIDTH, printable
from auditor.cli.law.views import view
from auditor.model.answer import Ambiguous, Answer, Missing, Outcome, Standing, Step, Used
from auditor.model.law import Confidence, Status

_OUTCOME = {
    Outcome.DEPENDS: "DEPENDS ON THE READING: see READINGS below; the auditor resolves none.",
    Outcome.CANNOT_BE_DETERMINED: "CANNOT BE DETERMINED: see MISSING below.",
}

_LOUD = frozenset({Status.UNENFORCED, Status.WITHDRAWN, Status.NOT_CONFIRMED, Status.PROPOSED, Status.IN_PART})
"""Standings in capitals, since whoever overlooks them relies on what does not hold."""

_READ = frozenset({Confidence.PRIMARY, Confidence.PARTLY_PRIMARY})


def answer_text(answer: Answer[Any]) -> str:
    """The answer in full."""
    sections: list[tuple[str, Sequence[str]]] = [
        ("", [*head(answer), *conclusion(answer)]),
        (f"WHERE THE LAW STANDS ON {answer.as_of}", _standings(answer)),
        ("RESULT", [] if answer.result is None else view(answer.question, answer.result)),
        ("WORKING", [line for number, step in enumerate(answer.steps, start=1) for line in _step(number, step)]),
        *closing(answer),
    ]
    return joined(sections)


def closing(answer: Answer[Any]) -> list[tuple[str, Sequence[str]]]:
    """What is missing, the readings, the cautions and the notice."""
    return [
        ("MISSING", [line for one in answer.missing for line in _missing(one)]),
        ("READINGS", [line for one in answer.ambiguous for line in _ambiguous(one)]),
        ("CAUTIONS", [line for one in _folded(answer.cautions) for line in wrap(one, "  - ", "    ")]),
        ("", wrap(f"{answer.notice} Law tables {answer.tables[:16]}.")),
    ]


def joined(sections: Sequence[tuple[str, Sequence[str]]]) -> str:
    """The sections that hold something, each under its heading, a line between them."""
    return "\n\n".join("\n".join([title, *lines] if title else lines) for title, lines in sections if lines)


def head(answer: Answer[Any]) -> list[str]:
    """The question, its subject and its day over a rule."""
    day = f"as of {answer.as_of}"
    title = printable(f"{answer.question.upper()}  {answer.subject}".rstrip())
    lines = textwrap.wrap(title, WIDTH - len(day) - 2) or [""]
    lines[0] = f"{lines[0]:<{WIDTH - len(day)}}{day}"
    return [*lines, "─" * WIDTH]


def conclusion(answer: Answer[Any]) -> list[str]:
    """The conclusion, and under it whether it hangs on a reading or on what is missing."""
    lines = wrap(answer.conclusion)
    if answer.outcome in _OUTCOME:
        lines += wrap(_OUTCOME[answer.outcome])
    return lines


def wrap(text: str, first: str = "", rest: str | None = None) -> list[str]:
    """`text` made printable and filled to the width, its lines begun with `first` and then `rest`."""
    return textwrap.wrap(
        printable(text),
        WIDTH,
        initial_indent=first,
        subsequent_indent=first if rest is None else rest,
        break_on_hyphens=False,
    ) or [first.rstrip()]


def said_status(status: Status) -> str:
    """The status, in capitals where somebody who overlooks it relies on what does not hold."""
    return status.upper() if status in _LOUD else status.capitalize()


def _standings(answer: Answer[Any]) -> list[str]:
    """Where each provision stands, behind a bar; what that means, and on what evidence, `auditor law status` tells."""
    lines = [line for one in answer.standing for line in _standing(one)]
    return [*lines, f"  ┃ evidence: auditor law status --as-of {answer.as_of}"] if lines else []


def _standing(standing: Standing) -> list[str]:
    says = f"{said_status(standing.status)} since {standing.since}: {standing.title} ({standing.cite})"
    if not standing.confirmed:
        says += f"; last evidence {standing.last_evidence}"
    if standing.confidence not in _READ:
        says += f"; {standing.confidence}"
    return wrap(says, "  ┃ ", "  ┃   ")


def _missing(missing: Missing) -> list[str]:
    lines = wrap(f"{missing.what}: {missing.why}", "  - ", "    ")
    if missing.place:
        lines += wrap(f"at {missing.place}", "    ")
    if missing.fix:
        lines += wrap(f"fix: {missing.fix}", "    ", "         ")
    return lines


def _ambiguous(ambiguous: Ambiguous) -> list[str]:
    differs = "different results here" if ambiguous.differs else "no difference here"
    lines = wrap(f"{ambiguous.title} ({ambiguous.cite}): {differs}", "  ? ", "    ")
    lines += wrap(ambiguous.problem, "    ")
    for reading in ambiguous.readings:
        lines += wrap(f"{reading.reading}: {reading.says}", "    - ", "      ")
        lines += wrap(reading.result, "      → ", "        ")
    return lines


def _step(number: int, step: Step) -> list[str]:
    lines = wrap(step.says, f"{number:>4}. ", "      ")
    told = [f"{used.cite}: {used.value} ({', '.join(_origin(used))})" for used in step.used]
    if step.cite not in (None, "facts") and not any(step.cite == used.cite for used in step.used):
        told.insert(0, step.cite or "")
    if step.facts:
        told.append(f"facts: {', '.join(step.facts)}")
    for one in told:
        lines += wrap(one, "      · ", "        ")
    return lines


def _origin(used: Used) -> Iterator[str]:
    """Where the row is written: regulation/ is shipped, tables/ is the user's; and what is doubtful about it."""
    yield f"your {used.origin}" if used.origin.startswith("tables/") else used.origin
    if used.confidence not in _READ:
        yield f"confidence: {used.confidence}"
    if used.status in _LOUD and used.status != used.value:
        yield str(used.status)


_LAST_SEEN = re.compile(r"(.+) was last seen on (\d{4}-\d{2}-\d{2}); nothing later was checked\.")


def _folded(cautions: Sequence[str]) -> Iterator[str]:
    """The cautions; those that only say when a source was last seen together, by day."""
    seen: dict[str, list[str]] = {}
    for caution in cautions:
        match = _LAST_SEEN.fullmatch(caution)
        if match:
            seen.setdefault(match[2], []).append(match[1])
        else:
            yield caution
    for day, sources in sorted(seen.items()):
        yield f"Last seen on {day}, nothing later was checked: {'; '.join(sources)}."
