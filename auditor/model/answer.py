"""An answer to a question of law: its working in cited steps, its status, and what could not be determined."""

from __future__ import annotations

from enum import StrEnum
from typing import Generic, TypeVar

from auditor.model.base import Date, Frozen, Name
from auditor.model.law import Confidence, Status

R = TypeVar("R", bound=Frozen)

NO_ADVICE = "A computation over dated tables and the facts given. Not legal advice."


class Outcome(StrEnum):
    """What came of the question."""

    DETERMINED = "determined"
    DEPENDS = "depends on the reading"
    """Computed, but the readings of an ambiguous text lead to different results; each is given."""
    CANNOT_BE_DETERMINED = "cannot be determined"


class Used(Frozen):
    """A row of the law tables a step rests on."""

    id: Name
    value: str
    cite: str
    confidence: Confidence
    origin: str
    """File and line; shows whether the row is shipped or the user's."""
    provision: str
    status: Status
    """On the date the row was read for."""


class Step(Frozen):
    """One step of the working: a sentence with its figures, the paragraph it applies, the rows and facts it used."""

    says: str
    cite: str | None = None
    used: tuple[Used, ...] = ()
    facts: tuple[str, ...] = ()
    """Places in the facts file, such as facts.yaml:12."""


class Standing(Frozen):
    """Where a provision stands on the day."""

    provision: Name
    title: str
    cite: str
    status: Status
    since: Date
    statement: str
    evidence: tuple[str, ...]
    """The events it rests on, each a sentence with its date and citation."""
    last_evidence: Date
    confirmed: bool
    """False when the day is later than the last evidence: nothing says that it changed, or that it did not."""
    confidence: Confidence
    origin: str


class Missing(Frozen):
    """A fact or a text that was needed and is not there, or contradicts another."""

    what: str
    why: str
    place: str | None = None
    fix: str | None = None


class UnderReading(Frozen):
    """What one reading of an ambiguous text leads to, here."""

    reading: Name
    says: str
    result: str
    """The figures under this reading, in a sentence."""


class Ambiguous(Frozen):
    """An ambiguity the answer meets, and the result of each reading."""

    id: Name
    title: str
    problem: str
    cite: str
    readings: tuple[UnderReading, ...]
    differs: bool
    """Whether the readings lead to different results here."""


class Answer(Frozen, Generic[R]):
    """The answer to `question` on the day `as_of`; `result` is absent where it cannot be determined."""

    question: str
    subject: str
    as_of: Date
    outcome: Outcome
    conclusion: str
    """One or two sentences for people, naming the date and the figures."""
    result: R | None = None
    steps: tuple[Step, ...] = ()
    missing: tuple[Missing, ...] = ()
    ambiguous: tuple[Ambiguous, ...] = ()
    standing: tuple[Standing, ...] = ()
    cautions: tuple[str, ...] = ()
    """What a reader should know: rows last seen before the day, low confidence, inferred values."""
    tables: str
    """SHA-256 of the law tables the answer rests on."""
    notice: str = NO_ADVICE
