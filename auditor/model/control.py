"""Controls, their objectives and parameters, in the words of SP 800-53A and OSCAL."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from auditor.canon.instant import format_duration, parse_duration
from auditor.model.base import Frozen, Name, Text, parse_ppm


class Domain(StrEnum):
    """The four domains of the catalog."""

    PHYSICAL = "physical"
    CYBER = "cyber"
    WEIGHTS = "weights"
    PROGRAMME = "programme"


class Severity(StrEnum):
    """How much harm follows if the control does not hold."""

    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Role(StrEnum):
    """`evidence-trust` controls judge the evidence itself and gate the controls that depend on them."""

    CONTROL = "control"
    EVIDENCE_TRUST = "evidence-trust"


class Depth(StrEnum):
    """Depth of examining or interviewing, and coverage of the population (SP 800-53A appendix C)."""

    BASIC = "basic"
    FOCUSED = "focused"
    COMPREHENSIVE = "comprehensive"


class Method(StrEnum):
    """Assessment methods of SP 800-53A."""

    EXAMINE = "examine"
    INTERVIEW = "interview"
    TEST = "test"


class ParameterKind(StrEnum):
    """What a parameter's text stands for; see docs/content.md."""

    DURATION = "duration"
    COUNT = "count"
    FRACTION = "fraction"


class Parameter(Frozen):
    """An organization-defined parameter: its value as written, where it comes from, and how sure we are.

    `number` is what tests compute with: microseconds, a count, or parts per million.
    """

    kind: ParameterKind
    value: str | None = Field(default=None, coerce_numbers_to_str=True)
    meaning: Text
    source: Text
    confidence: Literal["high", "medium", "low"]

    @property
    def number(self) -> int:
        """The value as an integer; raises ValueError if it is unset or does not fit its kind."""
        if self.value is None:
            raise ValueError("parameter is unset")
        return parse_number(self.kind, self.value)

    @property
    def spoken(self) -> str:
        """The value for people."""
        return format_duration(self.number) if self.kind is ParameterKind.DURATION else str(self.value)

    @model_validator(mode="after")
    def _value_fits(self) -> Self:
        if self.value is not None:
            parse_number(self.kind, self.value)
        return self


def parse_number(kind: ParameterKind, text: str) -> int:
    """The integer a parameter's text stands for; raises ValueError with the reason."""
    if kind is ParameterKind.DURATION:
        return parse_duration(text)
    number = parse_ppm(text)
    assert isinstance(number, int)
    if kind is ParameterKind.FRACTION:
        return number
    if number % 1_000_000 or number < 0:
        raise ValueError("not a count: a whole number from 0 up")
    return number // 1_000_000


class Test(Frozen):
    """How an objective is tested: a query file of the control's folder, or a named general procedure."""

    query: Name | None = None
    procedure: Name | None = None
    arguments: dict[Name, str | int] = {}
    streams: tuple[Name, ...] = Field(min_length=1)
    derived: tuple[Name, ...] = ()
    unit: Text

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.query is None) == (self.procedure is None):
            raise ValueError("give either query or procedure")
        return self


class Examine(Frozen):
    """Something an assessor reads or watches."""

    object: Text
    kind: Literal["specification", "mechanism", "activity"]
    depth: Depth = Depth.BASIC
    coverage: Depth = Depth.BASIC


class Interview(Frozen):
    """Somebody an assessor asks, and about what."""

    who: Text
    about: Text
    depth: Depth = Depth.BASIC
    coverage: Depth = Depth.BASIC


class Objective(Frozen):
    """One determination statement with its assessment methods."""

    id: Name
    determine: Text
    test: Test
    examine: tuple[Examine, ...] = ()
    interview: tuple[Interview, ...] = ()


class Control(Frozen):
    """One control as written in its folder."""

    id: Name
    title: Text
    domain: Domain
    role: Role
    statement: Text
    severity: Severity
    since: Name = Field(alias="from")
    parameters: dict[Name, Parameter] = {}
    maps: dict[Name, tuple[Text, ...]]
    depends_on: tuple[Name, ...] = Field(default=(), alias="depends_on")
    objectives: tuple[Objective, ...] = Field(min_length=1)
    limits: tuple[Text, ...] = Field(min_length=1)
    sources: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _objectives_differ(self) -> Self:
        ids = [objective.id for objective in self.objectives]
        if len(ids) != len(set(ids)):
            raise ValueError("two objectives share an id")
        if self.id in self.depends_on:
            raise ValueError("a control cannot depend on itself")
        return self


class Case(Frozen):
    """A small bundle fragment with the outcome the test must reach on it."""

    shows: Text
    kind: Literal["good", "bad", "near-miss"]
    objective: Name | None = None
    period: tuple[str, str] | None = None
    base: Name | None = None
    parameters: dict[Name, str] = {}
    streams: dict[Name, Text]
    expect: dict[str, Any]
