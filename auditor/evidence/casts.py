"""Column rules as SQL over text: a value where the text has exactly one reading, a reason where it has none.

Every number is cast and written back, and must give the same text; so "1.6", "1e3", " 5", "+5" and "05" are no
integers, and 2026-02-30 or 24:00 no instants. The one implementation serves all formats.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from auditor.canon.instant import EARLIEST, LATEST, parse_instant
from auditor.evidence import rejects
from auditor.evidence.mapping import Rule
from auditor.evidence.zones import segment_case
from auditor.model.stream import Column, ColumnType

_EPOCHS = {"epoch_s": (1_000_000, 6), "epoch_ms": (1000, 3), "epoch_us": (1, 0)}


@dataclass(frozen=True, slots=True)
class Cast:
    """SQL of one column, in three layers so that nothing is computed twice.

    `local` (layer 1, optional): the local clock in microseconds, under the name `l<index>`.
    `value` (layer 2): NULL where the text has no reading, under the name `v<index>`.
    `missing` (layer 2): a condition: there is no value; under the name `m<index>`.
    `source`: the field it is read from, None for a constant.
    `reason`: why there is no reading, for records that do not fit.
    """

    index: int
    column: str
    text: str
    value: str
    missing: str
    reason: str
    optional: bool
    source: str | None = None
    local: str | None = None
    not_after: int | None = None

    @property
    def fits(self) -> str:
        """Condition over the names of layer 2: the record is acceptable as far as this column goes."""
        bound = f" AND v{self.index} <= {self.not_after}" if self.not_after is not None else ""
        present = f"v{self.index} IS NOT NULL{bound}"
        return f"({present} OR m{self.index})" if self.optional else f"({present})"

    @property
    def doubtful(self) -> bool:
        """Whether the value alone does not tell a misfit: NULL may be a missing value of an optional column."""
        return self.optional and (self.value != f"nullif({self.text}, '')" or self.not_after is not None)

    @property
    def misfit(self) -> str:
        """SQL of the reason over the names of all layers, NULL where the column fits."""
        absent = "NULL" if self.optional else literal(rejects.NOTHING)
        late = (
            f"WHEN v{self.index} > {self.not_after} THEN {literal(rejects.LATER)} "
            if self.not_after is not None
            else ""
        )
        return f"CASE WHEN m{self.index} THEN {absent} WHEN v{self.index} IS NULL THEN {self.reason} {late}END"


def literal(text: str) -> str:
    """`text` as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def cast_column(
    index: int, name: str, column: Column, rule: Rule, text: str, *, zone: str, not_after: int | None = None
) -> Cast:
    """The cast of one column. `text` is SQL giving the field's text or NULL.

    `zone` is the facility's; `not_after` (microseconds) bounds the stream's time column.
    """
    if rule.constant is not None:
        value = _constant(rule.constant, column)
        return Cast(index, name, literal(str(rule.constant)), value, "false", "NULL", False)
    missing = f"coalesce({text}, '') = ''"
    if rule.empty:
        missing = f"coalesce({text}, '') IN ('', {literal(rule.empty)})"
    local = None
    if rule.values is not None:
        value, missing, reason = _words(column, rule, text, missing)
    else:
        if rule.time is not None and rule.time not in _EPOCHS:
            local, offset = _clock(rule, text)
            value, reason = _moment(rule, f"l{index}", offset, zone)
        else:
            value, reason = _reading(column, rule, text)
        if rule.empty:
            value = f"CASE WHEN NOT ({missing}) THEN {value} END"
    return Cast(index, name, text, value, missing, reason, column.optional, rule.source, local, not_after)


def _constant(value: str | int, column: Column) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if column.type is ColumnType.INSTANT:
        return f"{parse_instant(str(value))}::BIGINT"
    return f"{value}::BIGINT" if isinstance(value, int) else literal(value)


def _words(column: Column, rule: Rule, text: str, missing: str) -> tuple[str, str, str]:
    # A word in `values` counts even if it is the empty text.
    given = rule.values or {}
    branches = " ".join(
        f"WHEN {literal(word)} THEN {_constant(value, column)}" for word, value in given.items() if value is not None
    )
    known = ", ".join(literal(word) for word, value in given.items() if value is not None)
    absent = ", ".join(literal(word) for word, value in given.items() if value is None)
    if known:
        missing = f"(({missing}) AND coalesce({text}, '') NOT IN ({known}))"
    if absent:
        missing = f"({missing} OR coalesce({text}, '') IN ({absent}))"
    value = f"CASE coalesce({text}, '') {branches} END" if branches else "NULL"
    listed = ", ".join(list(given)[:20]) + (", ..." if len(given) > 20 else "")
    return value, missing, literal(f"not one of the words the mapping knows: {listed}")


def _reading(column: Column, rule: Rule, text: str) -> tuple[str, str]:
    if rule.time is not None:
        scale, places = _EPOCHS[rule.time]
        decimal = _decimal(text, scale, places)
        what = f"decimal digits with at most {places} places" if places else "digits only"
        return _bounded(decimal), literal(f"not a moment as {rule.time} ({what})")
    if column.type is ColumnType.TEXT:
        return f"nullif({text}, '')", "NULL"
    if column.type is ColumnType.CODE:
        listed = ", ".join(literal(word) for word in column.values)
        return f"CASE WHEN {text} IN ({listed}) THEN {text} END", literal(f"not one of {', '.join(column.values)}")
    if column.type is ColumnType.BOOLEAN:
        return f"CASE {text} WHEN 'true' THEN true WHEN 'false' THEN false END", literal(rejects.NOT_BOOLEAN)
    if rule.seconds:
        return _decimal(text, 1_000_000, 6), literal(rejects.NOT_SECONDS)
    return _integer(text, rule.multiply or 1)


def _integer(text: str, factor: int) -> tuple[str, str]:
    exact = f"CASE WHEN CAST(TRY_CAST({text} AS BIGINT) AS VARCHAR) = {text} THEN TRY_CAST({text} AS BIGINT) END"
    digits = f"regexp_full_match({text}, '-?(0|[1-9][0-9]*)') AND {text} <> '-0'"
    reason = f"CASE WHEN {digits} THEN {literal(rejects.BEYOND)} ELSE {literal(rejects.NOT_INTEGER)} END"
    if factor == 1:
        return exact, reason
    return f"TRY_CAST(CAST({exact} AS HUGEINT) * {factor} AS BIGINT)", reason


def _decimal(text: str, scale: int, places: int) -> str:
    # Digits only, so no binary fraction comes near: whole * scale + fraction padded to `places`.
    fraction = rf"(\.[0-9]{{1,{places}}})?" if places else ""
    whole = f"TRY_CAST(split_part(ltrim({text}, '-'), '.', 1) AS HUGEINT) * {scale}"
    padded = f"TRY_CAST(rpad(split_part({text}, '.', 2), {places}, '0') AS HUGEINT)" if places else "0"
    sign = f"CASE WHEN {text} LIKE '-%' THEN -1 ELSE 1 END"
    return (
        f"CASE WHEN regexp_full_match({text}, '-?(0|[1-9][0-9]{{0,17}}){fraction}') "
        f"THEN TRY_CAST(({whole} + {padded}) * {sign} AS BIGINT) END"
    )


def _clock(rule: Rule, text: str) -> tuple[str, str]:
    """SQL of the local clock in microseconds, and of its offset from UTC where the text or UTC says it."""
    form = rule.time or ""
    if rule.zone == "value":
        found = f"regexp_extract({text}, '(Z|[+-][0-9]{{2}}:?[0-9]{{2}})$', 1)"
        bare = f"left({text}, length({text}) - length({found}))"
        return _local(bare, form.removesuffix("%z")), _offset(found)
    if form == "iso" and rule.zone == "UTC":
        bare = f"CASE WHEN {text} LIKE '%Z' THEN left({text}, length({text}) - 1) ELSE {text} END"
        return _local(bare, form), "0"
    return _local(text, form), "0"


def _moment(rule: Rule, wall: str, offset: str, zone: str) -> tuple[str, str]:
    """SQL of the instant given the local clock under the name `wall`, and of the reason where there is none."""
    form = f"not a moment in the form {rule.time}" + (" with its offset" if rule.zone == "value" else "")
    if rule.zone in ("UTC", "value"):
        return _bounded(wall if rule.zone == "UTC" else f"{wall} - {offset}"), literal(form)
    name = zone if rule.zone == "facility" else str(rule.zone)
    value = segment_case(wall, name, {"once": f"{wall} - {{offset}}", "twice": "NULL", "never": "NULL"})
    why = segment_case(wall, name, {"once": "NULL", "twice": literal(rejects.TWICE), "never": literal(rejects.NEVER)})
    return (
        f"CASE WHEN {wall} IS NOT NULL THEN {value} END",
        f"CASE WHEN {wall} IS NULL THEN {literal(form)} ELSE {why} END",
    )


def _bounded(instant: str) -> str:
    """The instant, NULL outside the years 1 to 9999: beyond them nothing could write it again."""
    return f"CASE WHEN {instant} BETWEEN {EARLIEST} AND {LATEST} THEN {instant} END"


def _offset(found: str) -> str:
    """Microseconds east of UTC of Z, +HH:MM or +HHMM; NULL if it is none, or beyond 23:59."""
    digits = f"replace(substr({found}, 2), ':', '')"
    hours, minutes = f"TRY_CAST(left({digits}, 2) AS BIGINT)", f"TRY_CAST(right({digits}, 2) AS BIGINT)"
    size = f"({hours} * 3600000000 + {minutes} * 60000000)"
    return (
        f"CASE WHEN {found} = 'Z' THEN 0 WHEN {found} = '' THEN NULL "
        f"WHEN {hours} > 23 OR {minutes} > 59 THEN NULL "
        f"WHEN {found} LIKE '-%' THEN -{size} ELSE {size} END"
    )


def _local(text: str, form: str) -> str:
    """Microseconds of the local clock, NULL unless the text written back is the same."""
    if form == "iso":
        pattern = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"
        head = _local(f"replace(left({text}, 19), 'T', ' ')", "%Y-%m-%d %H:%M:%S")
        return f"CASE WHEN regexp_full_match({text}, '{pattern}') THEN {head} + {_micros(text, 20)} END"
    if form == "%Y-%m-%d %H:%M:%S":
        stamp = f"TRY_CAST({text} AS TIMESTAMP)"
        return f"CASE WHEN CAST({stamp} AS VARCHAR) = {text} THEN epoch_us({stamp}) END"
    point = form.find("%f")
    if point < 0:
        stamp = f"try_strptime({text}, {literal(form)})"
        return f"CASE WHEN strftime({stamp}, {literal(form)}) = {text} THEN epoch_us({stamp}) END"
    head_form, tail = form[: point - 1], form[point + 2 :]
    body = f"left({text}, length({text}) - {len(tail)})" if tail else text
    head = _local(f"regexp_replace({body}, '[.,][0-9]*$', '')", head_form)
    pattern = rf".*{re.escape(form[point - 1])}[0-9]{{1,6}}{re.escape(tail)}"
    digits = f"regexp_extract({body}, '[.,]([0-9]+)$', 1)"
    return (
        f"CASE WHEN regexp_full_match({text}, {literal(pattern)}) "
        f"THEN {head} + TRY_CAST(rpad({digits}, 6, '0') AS BIGINT) END"
    )


def _micros(text: str, start: int) -> str:
    return f"TRY_CAST(rpad(substr({text}, {start + 1}), 6, '0') AS BIGINT)"
