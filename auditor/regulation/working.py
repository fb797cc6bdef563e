"""The working of one answer: every step it takes, with the rows of law and the facts it rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, localcontext
from functools import wraps
from typing import Concatenate, NoReturn, ParamSpec, TypeVar

from auditor.model.answer import Ambiguous, Answer, Missing, Outcome, Standing, Step, UnderReading, Used
from auditor.model.base import Frozen
from auditor.model.exact import EXACT, plain, spoken
from auditor.model.law import (
    Allocation,
    Ambiguity,
    Confidence,
    Dated,
    Definition,
    Duty,
    Event,
    Limit,
    Membership,
    Paragraph,
    Period,
    Unit,
)
from auditor.regulation.tables.law import Law

D = TypeVar("D", bound=Dated)
P = ParamSpec("P")
R = TypeVar("R", bound=Frozen)
T = TypeVar("T")


class _NotDeterminedError(Exception):
    """Leaves a question whose `Working` holds what is missing."""


class Working:
    """Collects steps, rows used and what is missing while a question is computed for the day `as_of`."""

    def __init__(self, law: Law, as_of: date, question: str) -> None:
        self.law = law
        self.as_of = as_of
        self.subject = ""
        self._question = question
        self._steps: dict[Step, None] = {}
        self._missing: list[Missing] = []
        self._ambiguous: dict[str, Ambiguous] = {}
        self._standing: dict[str, Standing] = {}
        self._cautions: dict[str, None] = {}

    def limit(self, name: str) -> Limit:
        """The limit on the day; where the tables have none, the question cannot be determined."""
        return self._needed(self.law.limit(name, self.as_of), f"limit {name}")

    def paragraph(self, name: str) -> Paragraph:
        """The paragraph on the day; where the tables have none, the question cannot be determined."""
        return self._needed(self.law.paragraph(name, self.as_of), f"paragraph {name}")

    def definition(self, name: str) -> Definition:
        """The definition on the day; where the tables have none, the question cannot be determined."""
        return self._needed(self.law.definition(name, self.as_of), f"definition {name}")

    def members(self, places: str) -> Mapping[str, Membership]:
        """The list's members on the day; before its first day the question cannot be determined."""
        header = self.law.lists.get(places)
        if header is not None and self.as_of < header.since:
            self.undetermined(
                f"{header.title} on {self.as_of}", f"the tables begin on {header.since}", fix="ask about a later day"
            )
        return self.law.members(places, self.as_of)

    def _needed(self, row: D | None, what: str) -> D:
        if row is None:
            self.undetermined(
                f"{what} on {self.as_of}",
                "the law tables have no row that is valid on that day",
                fix="ask about another day, or give newer tables with --tables",
            )
        return row

    def step(
        self, says: str, *, cite: str | None = None, rows: tuple[Dated, ...] = (), facts: tuple[str, ...] = ()
    ) -> None:
        """Note a step; `rows` are what it applied (their citation is the step's unless one is given). Said once."""
        used = tuple(self.use(row) for row in rows)
        self._steps[Step(says=says, cite=cite or (rows[0].cite if rows else None), used=used, facts=facts)] = None

    def use(self, row: Dated) -> Used:
        """Note that the answer rests on the row, with its provision's standing, and what is doubtful about it."""
        status = self.stands(row.provision).status
        source = self.law.sources[row.source].title
        if row.confidence not in (Confidence.PRIMARY, Confidence.PARTLY_PRIMARY):
            self.caution(f"{row.cite}: {row.confidence} ({source}).")
        if row.seen < self.as_of:
            self.caution(f"{source} was last seen on {row.seen}; nothing later was checked.")
        name, value = _named(row)
        return Used(
            id=name,
            value=value,
            cite=row.cite,
            confidence=row.confidence,
            origin=row.origin,
            provision=row.provision,
            status=status,
        )

    def stands(self, provision: str) -> Standing:
        """Note where a provision stands on the day, and give it."""
        if provision not in self._standing:
            self._standing[provision] = standing(self.law, provision, self.as_of) or self._before(provision)
        return self._standing[provision]

    def _before(self, provision: str) -> NoReturn:
        title, first = self.law.provisions[provision].title, self.law.periods[provision][0].since
        self.undetermined(
            f"the status of {title} on {self.as_of}", f"the tables begin on {first}", fix="ask about a later day"
        )

    def caution(self, says: str) -> None:
        """Note something a reader should know; said once."""
        self._cautions[says] = None

    def ambiguous(self, name: str, results: Mapping[str, str], *, differs: bool | None = None) -> None:
        """Note an ambiguity the answer meets, with the result under each of its readings (by id).

        `differs` says whether the readings lead to different results; without it, whether the sentences differ.
        """
        row: Ambiguity = self._needed(self.law.ambiguity(name, self.as_of), f"ambiguity {name}")
        self.use(row)
        if set(results) != {reading.id for reading in row.readings}:
            raise ValueError(f"{name} needs a result for each of its readings, got {sorted(results)}")
        self._ambiguous[name] = Ambiguous(
            id=name,
            title=row.title,
            problem=row.problem,
            cite=row.cite,
            readings=tuple(
                UnderReading(reading=reading.id, says=reading.says, result=results[reading.id])
                for reading in row.readings
            ),
            differs=len(set(results.values())) > 1 if differs is None else differs,
        )

    def missing(self, what: str, why: str, *, place: str | None = None, fix: str | None = None) -> None:
        """Note a fact or text that is missing or contradictory; the question goes on, and stays undetermined.

        What could still be computed may be the answer's result.
        """
        self._missing.append(Missing(what=what, why=why, place=place, fix=fix))

    def undetermined(self, what: str, why: str, *, place: str | None = None, fix: str | None = None) -> NoReturn:
        """Note what is missing and leave: the question cannot be determined."""
        self.missing(what, why, place=place, fix=fix)
        raise _NotDeterminedError

    def leave_if_missing(self) -> None:
        """Leave if anything noted so far is missing: for questions that first collect every gap."""
        if self._missing:
            raise _NotDeterminedError

    def attempt(self, compute: Callable[[Working], T]) -> tuple[T | None, tuple[Missing, ...]]:
        """What `compute` gives, or what it misses, without leaving the question: its steps are not kept."""
        probe = Working(self.law, self.as_of, self._question)
        try:
            found: T | None = compute(probe)
        except _NotDeterminedError:
            found = None
        missing = tuple(probe._missing)
        return None if missing else found, missing

    def answered(self, compute: Callable[[], tuple[str, R]]) -> Answer[R]:
        """The answer: what `compute` concludes, or that it cannot be determined and why. Decimals stay exact."""
        result: R | None = None
        with localcontext(EXACT):
            try:
                conclusion, result = compute()
                differs = any(one.differs for one in self._ambiguous.values())
                outcome = Outcome.DEPENDS if differs else Outcome.DETERMINED
                if self._missing:
                    outcome = Outcome.CANNOT_BE_DETERMINED
            except _NotDeterminedError:
                outcome = Outcome.CANNOT_BE_DETERMINED
                conclusion = f"Cannot be determined: {'; '.join(f'{m.what}: {m.why}' for m in self._missing)}."
        return Answer(
            question=self._question,
            subject=self.subject,
            as_of=self.as_of,
            outcome=outcome,
            conclusion=conclusion,
            result=result,
            steps=tuple(self._steps),
            missing=tuple(self._missing),
            ambiguous=tuple(self._ambiguous.values()),
            standing=tuple(self._standing.values()),
            cautions=tuple(self._cautions),
            tables=self.law.digest,
        )


def question(
    name: str,
) -> Callable[[Callable[Concatenate[Working, P], tuple[str, R]]], Callable[Concatenate[Law, date, P], Answer[R]]]:
    """Make a function of (working, facts...) that concludes into one of (law, as_of, facts...) that answers."""

    def decorate(
        compute: Callable[Concatenate[Working, P], tuple[str, R]],
    ) -> Callable[Concatenate[Law, date, P], Answer[R]]:
        @wraps(compute)
        def ask(law: Law, as_of: date, /, *args: P.args, **kwargs: P.kwargs) -> Answer[R]:
            work = Working(law, as_of, name)
            return work.answered(lambda: compute(work, *args, **kwargs))

        return ask

    return decorate


def standing(law: Law, provision: str, on: date) -> Standing | None:
    """Where a provision stands on the day; None before the first day its status is known for."""
    period = law.period(provision, on)
    if period is None:
        return None
    about = law.provisions[provision]
    events = [law.events[name] for name in period.evidence]
    # What came later is no evidence on the day, unless nothing earlier is known at all.
    told = [event for event in events if event.date <= on] or events
    return Standing(
        provision=provision,
        title=about.title,
        cite=about.cite,
        status=period.status,
        since=period.since,
        statement=period.statement,
        evidence=tuple(_told(event) for event in told),
        last_evidence=period.seen,
        confirmed=on <= period.seen,
        confidence=period.confidence,
        origin=period.origin,
    )


def _told(event: Event) -> str:
    day = f"{event.date:%Y-%m}" if event.precision == "month" else event.date.isoformat()
    return f"{day}: {event.event} ({event.cite}; {event.confidence})"


_UNITS = {Unit.PERCENT: " percent", Unit.USD: " US dollars", Unit.TPP_PER_MM2: " TPP per mm2"}


def measured(value: Decimal, unit: Unit) -> str:
    """A figure with its unit for people: "790,000,000 TPP", "25 percent", "2025"."""
    if unit is Unit.YEAR:
        return plain(value)
    return f"{spoken(value)}{_UNITS.get(unit, f' {unit}')}"


def _named(row: Dated) -> tuple[str, str]:
    if isinstance(row, Limit):
        return row.id, measured(row.value, row.unit)
    if isinstance(row, Allocation):
        return f"nveu-allocation.{row.quarter}", measured(row.tpp, Unit.TPP)
    if isinstance(row, Membership):
        return f"{row.places}.{row.iso}", row.name
    if isinstance(row, Paragraph):
        return row.id, row.topic
    if isinstance(row, Ambiguity | Duty):
        return row.id, row.title
    if isinstance(row, Definition):
        return row.id, row.term
    if isinstance(row, Period):
        return f"status.{row.provision}", row.status
    raise TypeError(type(row).__name__)
