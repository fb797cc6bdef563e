"""Export-control law as dated rows: each with citation, source, confidence, validity and its provision."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from auditor.model.base import Date, Frozen, Name, Text
from auditor.model.exact import Exact

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""An ISO 3166-1 alpha-2 code; quote it in YAML elsewhere, since YAML 1.1 reads NO as a truth value."""

Quarter = Annotated[str, StringConstraints(pattern=r"^\d{4}-Q[1-4]$")]
"""A calendar quarter such as 2026-Q2."""

MonthDay = Annotated[str, StringConstraints(pattern=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")]
"""A day of every year, such as 02-01."""


class Status(StrEnum):
    """Where a provision stands on a date."""

    PROPOSED = "proposed"
    """Not law on that date: a bill, a draft, a date not yet reached."""
    IN_FORCE = "in force"
    """Codified and enforced."""
    CODIFIED = "codified"
    """In the books; nothing found on whether it is enforced."""
    IN_PART = "enforced in part"
    UNENFORCED = "unenforced"
    """Codified, and the agency has said that it does not enforce it."""
    WITHDRAWN = "withdrawn"
    NOT_CONFIRMED = "not confirmed"
    """The sources found do not say."""


class Confidence(StrEnum):
    """How the row's source was read."""

    PRIMARY = "primary"
    """The regulatory text was read."""
    PARTLY_PRIMARY = "partly primary"
    """Official text read in part, or through a transcription."""
    SECONDARY = "secondary"
    """A law firm, the press, a researcher."""
    REPORTED = "reported"
    """One weaker source."""
    RECALLED = "recalled"
    INFERRED = "inferred"
    """Our inference or arithmetic."""
    NONE = "none"
    """Looked for and not found."""


class Cited(Frozen):
    """What every row of the tables has."""

    cite: Text
    source: Name
    """Id in sources.yaml."""
    confidence: Confidence
    note: Text | None = None
    origin: str = ""
    """File and line the row was read from; set by the reader."""


class Dated(Cited):
    """A row with a validity: from the day `since` until before the day `until`; last seen in the source on `seen`."""

    provision: Name
    """Id in provisions.yaml."""
    since: Date
    until: Date | None = None
    seen: Date

    def valid(self, on: date) -> bool:
        """Whether the row is valid on the day."""
        return self.since <= on and (self.until is None or on < self.until)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until is not None and self.until <= self.since:
            raise ValueError(f"valid from {self.since} until {self.until}, which is no time at all")
        return self


class Source(Frozen):
    """A text the tables rest on, and how it was read."""

    id: Name
    title: Text
    citation: Text
    url: Text | None = None
    read: Text
    """What was read, when, and through which copy."""
    origin: str = ""


class Event(Cited):
    """Something that happened to the law."""

    id: Name
    date: Date
    precision: Literal["day", "month"] = "day"
    event: Text
    url: Text | None = None


class Provision(Frozen):
    """A piece of law that stands or falls as one."""

    id: Name
    title: Text
    cite: Text
    part_of: Name | None = None
    """The provision it is a part of, for the reader; its status is its own."""
    origin: str = ""


class Period(Dated):
    """A provision's status over a time; `seen` is the last day for which there is evidence."""

    status: Status
    statement: Text
    """What that means, in a sentence for people."""
    evidence: tuple[Name, ...] = Field(min_length=1)
    """Ids in events.yaml."""


class Unit(StrEnum):
    """What a limit counts."""

    TPP = "TPP"
    TPP_PER_MM2 = "TPP/mm2"
    PERCENT = "percent"
    OPERATIONS = "operations"
    DAYS = "days"
    MONTHS = "months"
    YEARS = "years"
    YEAR = "calendar year"
    MINUTES = "minutes"
    USD = "USD"
    GB_PER_S = "GB/s"
    GB_PER_S_PER_MM2 = "GB/s/mm2"


class Limit(Dated):
    """A number the law sets."""

    id: Name
    value: Exact
    unit: Unit
    meaning: Text


class Allocation(Dated):
    """The installed base permitted to one NVEU in one country during one quarter, in TPP (not additive)."""

    quarter: Quarter
    tpp: Exact

    @property
    def id(self) -> str:
        """The quarter."""
        return self.quarter


class Membership(Dated):
    """A place on a list of destinations, over a time."""

    places: Name
    """Id of the list."""
    iso: Country
    name: Text
    """As the EAR write it."""


class Places(Frozen):
    """A list of destinations (one file entry): its members from the first day, and its changes since."""

    class Member(Frozen):
        """A member from the list's first day on."""

        iso: Country
        name: Text

    class Change(Cited):
        """A member that joined or left on a day."""

        date: Date
        iso: Country
        name: Text
        change: Literal["added", "removed"]

    id: Name
    title: Text
    cite: Text
    source: Name
    confidence: Confidence
    provision: Name
    since: Date
    seen: Date
    note: Text | None = None
    members: tuple[Member, ...] = ()
    changes: tuple[Change, ...] = ()
    origin: str = ""


class Paragraph(Dated):
    """A paragraph or item of a supplement, paraphrased; without `requirement`, only its number is known."""

    id: Name
    """For example supplement-10.14.f.iii or supplement-8.B.9."""
    topic: Text
    requirement: Text | None = None
    applies_to: tuple[Name, ...] = ()
    """uveu, nveu, aia-weights-facility."""
    compliance: Date | None = None
    """The day from which it has to be met."""
    names: tuple[Text, ...] = ()
    """Standards, lists and sections it names."""
    lists: tuple[Name, ...] = ()
    """Ids of lists of destinations it speaks of, any of which counts."""
    except_lists: tuple[Name, ...] = ()
    """Ids of lists whose destinations it leaves out."""


class Definition(Dated):
    """A term the law defines, and its rules."""

    id: Name
    term: Text
    text: Text
    rules: tuple[Text, ...] = ()


class Reading(Frozen):
    """One way to read an ambiguous text, and what follows from it."""

    id: Name
    says: Text
    consequence: Text


class Ambiguity(Dated):
    """A place where the text has more than one reading. The auditor computes each and resolves none."""

    id: Name
    title: Text
    problem: Text
    readings: tuple[Reading, ...] = Field(min_length=2)
    shown_first: Name
    """The reading whose figures come first, and `why`."""
    why: Text
    concerns: tuple[Name, ...] = ()
    """Paragraphs (each with all below it) that the ambiguity is about."""


class Duty(Dated):
    """Something due: on days of the year, or so long before or after an event."""

    id: Name
    title: Text
    content: Text
    applies_to: tuple[Name, ...]
    days: tuple[MonthDay, ...] = ()
    """Due days of every year."""
    date: Date | None = None
    """The one day it is due from, such as a compliance date."""
    covers: tuple[Text, ...] = ()
    """What each of `days` covers, such as "1 January to 30 June"."""
    every_months: int | None = None
    before: Name | None = None
    """The event it must precede, by `lead` days."""
    after: Name | None = None
    """The event it must follow within `lead` days, or years for keeping records."""
    lead: int | None = None
    lead_unit: Literal["days", "months", "years"] = "days"
    promptly: bool = False
    """The text says promptly, or sets no number."""
    limit: Name | None = None
    """Id of the limit that sets `lead` or `every_months`; the linter holds both to the same number."""
