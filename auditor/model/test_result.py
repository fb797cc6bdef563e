"""What a test returns: the population it looked at, the exceptions in it, and the figures it computed."""

from __future__ import annotations

from enum import StrEnum

from auditor.model.base import Frozen, Instant, Text
from auditor.model.evidence import EvidenceRef


class Certainty(StrEnum):
    """`violation`: the evidence leaves no other reading. `possible`: it allows both readings."""

    VIOLATION = "violation"
    POSSIBLE = "possible"


class Population(Frozen):
    """What was to be looked at and what was: counts of `unit`. Less than expected is never a pass."""

    unit: Text
    expected: int
    examined: int


class ExceptionRecord(Frozen):
    """One deviation: who or what, when, how certain, in a sentence, and the rows it rests on."""

    certainty: Certainty
    subject: str
    began: Instant | None = None
    ended: Instant | None = None
    sentence: str
    evidence: tuple[EvidenceRef, ...]
    cited: int


class Measure(Frozen):
    """A figure the test computed on its way, such as a detection limit: an integer with its unit."""

    name: Text
    value: int
    unit: Text


class TestResult(Frozen):
    """The outcome of one test. `exceptions` are listed up to a limit; the counts are of all."""

    __test__ = False

    population: Population
    exceptions: tuple[ExceptionRecord, ...] = ()
    violations: int = 0
    possibles: int = 0
    measures: tuple[Measure, ...] = ()
