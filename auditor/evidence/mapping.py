"""Mappings: how one product's export becomes streams. Content, so the facility cannot choose what a column means."""

from __future__ import annotations

import re
from collections.abc import Mapping as AbstractMapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, StrictBool, StrictInt, StrictStr, model_validator

from auditor.canon.instant import parse_instant
from auditor.canon.yaml import Document, parse_yaml
from auditor.errors import ContentError, SchemaError, UnknownReferenceError, refuse_all
from auditor.evidence.zones import is_zone
from auditor.model.base import Frozen, Name, Text
from auditor.model.shape import shape
from auditor.model.stream import Column, ColumnType, Stream

Format = Literal["csv", "tsv-zeek", "jsonl", "json", "yaml"]
NAMED_TIMES = ("iso", "epoch_s", "epoch_ms", "epoch_us")
MAX_COLUMNS = 2000
# %y needs a guessed century and %Z a guessed zone, so neither is here.
_DIRECTIVES = frozenset("YmdHMSfzbBaApIj%")
_DIRECTIVE = re.compile(r"%(.)", re.ASCII)
_PATH = re.compile(r"\$(\.[A-Za-z0-9_@-]+)*", re.ASCII)


def _word(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else value


Word = Annotated[str, BeforeValidator(_word)]
Value = StrictStr | StrictBool | StrictInt | None


class Rule(Frozen):
    """Where one column's values come from and how their text is read; see docs/content.md."""

    source: str | None = Field(default=None, alias="from", min_length=1, max_length=400)
    constant: StrictStr | StrictBool | StrictInt | None = None
    time: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    zone: Name | None = None
    values: dict[str, Value] | None = None
    multiply: Annotated[StrictInt, Field(ge=1, le=10**12)] | None = None
    seconds: StrictBool = False
    empty: Word = ""

    @model_validator(mode="after")
    def _one_reading(self) -> Self:
        if (self.source is None) == (self.constant is None):
            raise ValueError("a column has either from or constant")
        readings = [self.time is not None, self.values is not None, self.multiply is not None, self.seconds]
        if sum(readings) > 1 or (self.constant is not None and any(readings)):
            raise ValueError("time, values, multiply and seconds exclude one another, and constant excludes them all")
        if (self.zone is not None) != (self.time is not None and not self.time.startswith("epoch_")):
            raise ValueError("zone goes with a time that is not an epoch, and such a time needs one")
        if self.time is not None:
            check_time(self.time, self.zone)
        if self.values is not None and not self.values:
            raise ValueError("values is empty")
        return self


class StreamMapping(Frozen):
    """One stream's columns, the records meant for it, and for nested records where they lie."""

    columns: dict[Name, Rule]
    where: dict[str, tuple[Word, ...]] = {}
    each: Annotated[str, Field(min_length=1)] | None = None
    records: str | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field of a record this stream reads, sorted."""
        return tuple(sorted({rule.source for rule in self.columns.values() if rule.source} | set(self.where)))


class Mapping(Frozen):
    """controls/mappings/<id>.yaml."""

    id: Name
    title: Text
    format: Format
    delimiter: Annotated[str, Field(pattern=r"^[,;\t|]$")] = ","
    header: tuple[str, ...] = ()
    records: str | None = None
    streams: dict[Name, StreamMapping] = Field(min_length=1)

    @model_validator(mode="after")
    def _fits_format(self) -> Self:
        if (self.format == "csv") != bool(self.header):
            raise ValueError("a csv mapping lists its header, and no other format does")
        if len(self.header) > MAX_COLUMNS or len(set(self.header)) != len(self.header):
            raise ValueError(f"the header names a column twice, or more than {MAX_COLUMNS}")
        tree = self.format in ("json", "yaml")
        for name, stream in self.streams.items():
            where = self.records_of(name)
            if tree and (where is None or not _PATH.fullmatch(where)):
                raise ValueError(f"{name}: records is a path like $.zones")
            if not tree and where is not None:
                raise ValueError("records is for json and yaml only")
            if stream.each and self.format in ("csv", "tsv-zeek"):
                raise ValueError("each is for json, jsonl and yaml only")
            unlisted = [field for field in stream.fields if self.header and field not in self.header]
            if unlisted:
                raise ValueError(f"{name} reads {unlisted[0]}, which the header does not list")
        return self

    def records_of(self, stream: str) -> str | None:
        """Path of the list that holds this stream's records (json and yaml)."""
        return self.streams[stream].records or self.records


def check_time(form: str, zone: str | None) -> None:
    """Raise ValueError unless `form` is a named time or a strptime format with one reading, fitting `zone`."""
    if form in NAMED_TIMES:
        return
    used = _DIRECTIVE.findall(form)
    if not used or form.replace("%%", "").count("%") != len([d for d in used if d != "%"]):
        raise ValueError(f"time is one of {', '.join(NAMED_TIMES)}, or a strptime format")
    unknown = sorted(set(used) - _DIRECTIVES)
    if unknown:
        raise ValueError(f"time uses %{unknown[0]}, which has more than one reading")
    if len(set(used) - {"%"}) != len([d for d in used if d != "%"]):
        raise ValueError("time uses a directive twice")
    day = "j" in used or ("d" in used and bool({"m", "b", "B"} & set(used)))
    if "Y" not in used or not day:
        raise ValueError("time needs the year, the month and the day")
    if ("I" in used) != ("p" in used) or ("I" in used and "H" in used):
        raise ValueError("%I goes with %p, and without %H")
    if "z" in used and not form.endswith("%z"):
        raise ValueError("%z comes last")
    if ("z" in used) != (zone == "value"):
        raise ValueError("zone: value goes with %z in the format")
    if "f" in used and not re.search(r"[.,]%f(%z)?$|[.,]%fZ$", form):
        raise ValueError("%f follows a point or comma, and only %z or Z follow it")


def read_mapping(data: bytes, name: str, streams: AbstractMapping[str, Stream] | None = None) -> Mapping:
    """The mapping in the file `name`; with `streams`, checked against them.

    Raises:
        SchemaError: not YAML of the subset, not a mapping, or a column that cannot become what the stream asks.
        UnknownReferenceError: a stream or column that does not exist.
    """
    document = parse_yaml(data, name)
    mapping = shape(Mapping, document)
    if streams is not None:
        problems = lint_mapping(mapping, document, streams)
        if problems:
            refuse_all(problems)
    return mapping


def lint_mapping(mapping: Mapping, document: Document, streams: AbstractMapping[str, Stream]) -> list[ContentError]:
    """What does not fit between the mapping and the streams, each with file, line, field and fix."""
    problems: list[ContentError] = []
    for name, part in mapping.streams.items():
        path: tuple[str | int, ...] = ("streams", name)
        if name not in streams:
            hint = f"streams are: {', '.join(sorted(streams))}"
            problems.append(UnknownReferenceError("no such stream", place=document.place(path), value=name, hint=hint))
            continue
        stream = streams[name]
        for column, definition in stream.columns.items():
            if column not in part.columns and not definition.optional:
                problems.append(
                    SchemaError(
                        f"the stream's column {column} is required and has no rule",
                        place=document.place((*path, "columns")),
                        hint=f"add {column} with from or constant",
                    )
                )
        for column, rule in part.columns.items():
            place = document.place((*path, "columns", column))
            if column not in stream.columns:
                hint = f"columns are: {', '.join(stream.columns)}"
                problems.append(UnknownReferenceError("no such column", place=place, value=column, hint=hint))
                continue
            misfit = rule_misfit(rule, stream.columns[column])
            if misfit:
                problems.append(SchemaError(f"{column}: {misfit[0]}", place=place, value=misfit[1], hint=misfit[2]))
    return problems


def rule_misfit(rule: Rule, column: Column) -> tuple[str, object, str] | None:
    """Problem, value and fix if the rule cannot give values of the column's type; None if it can."""
    kind = column.type
    if (rule.time is not None) != (kind is ColumnType.INSTANT and rule.constant is None):
        return "time is for instants, and instants need it", rule.time, "give time and zone to instants only"
    if rule.seconds and kind is not ColumnType.DURATION:
        return "seconds is for durations", kind.value, "remove seconds"
    if rule.multiply is not None and kind not in (ColumnType.INTEGER, ColumnType.DURATION):
        return "multiply is for integers and durations", kind.value, "remove multiply"
    if rule.zone not in (None, "UTC", "facility", "value") and not is_zone(rule.zone or ""):
        return "no such time zone", rule.zone, "use an IANA name, UTC, facility or value"
    produced: list[Any] = list((rule.values or {}).values())
    if rule.constant is not None:
        produced = [rule.constant]
    for value in produced:
        if not _is_value(value, column):
            allowed = ", ".join(column.values) if column.values else f"values of type {kind}"
            return "this value does not fit the column", value, f"allowed: {allowed}"
    return None


def _is_value(value: Any, column: Column) -> bool:
    if value is None:
        return column.optional
    if column.type is ColumnType.CODE:
        return value in column.values
    if column.type is ColumnType.TEXT:
        return isinstance(value, str) and value != ""
    if column.type is ColumnType.BOOLEAN:
        return isinstance(value, bool)
    if column.type is ColumnType.INSTANT:
        try:
            parse_instant(value if isinstance(value, str) else "")
        except ValueError:
            return False
        return True
    return isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63
