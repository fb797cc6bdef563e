"""From a parsed YAML document to a frozen type, or refusals that name file, line, field, value and fix."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from auditor.canon.yaml import Document
from auditor.errors import AuditorError, EvidenceError, SchemaError, refuse_all

M = TypeVar("M", bound=BaseModel)
E = TypeVar("E", bound=AuditorError)

_IN_WORDS = {
    r"^[A-Za-z0-9][A-Za-z0-9._/:@+-]*$": (
        "not an id: letters, digits and . _ / : @ + - only, a letter or digit first",
        "choose a short id without spaces; names for people go into name or title",
    ),
    r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$": (
        "not a path beside the file: letters, digits and . _ / - only, a letter or digit first",
        "put the file into the same folder, and name it plainly",
    ),
    r"^[A-Z]{2}$": (
        "not a country code of two capital letters",
        "use the ISO 3166-1 alpha-2 code, such as NO for Norway",
    ),
}
"""What our patterns ask for, and the fix: nobody should have to read a regular expression."""

_PLAINLY = {
    "model_type": ("not a map of fields", "write it as lines of the form field: value"),
    "tuple_type": ("not a list", "write its entries as lines that begin with a dash"),
    "too_short": ("has {actual_length} entries and needs at least {min_length}", "add one, or leave the field out"),
    "string_type": ("not text", "write it in quotes"),
    "int_parsing": ("not a whole number", "write it with digits only"),
    "int_type": ("not a whole number", "write it with digits only"),
    "int_from_float": ("not a whole number", "write it with digits only"),
    "bool_parsing": ("neither true nor false", "write true or false, or leave the field out"),
    "bool_type": ("neither true nor false", "write true or false, or leave the field out"),
}
"""What pydantic's complaints mean to who writes YAML, and the fix."""


def shape(model: type[M], document: Document, *, error: type[AuditorError] = SchemaError) -> M:
    """The `model` that `document` describes.

    Raises:
        `error`: for the first field that does not fit, carrying all of them.
    """
    try:
        return model.model_validate(document.value)
    except ValidationError as invalid:
        refuse_all(refusals(invalid, document, error))


def refusals(invalid: ValidationError, document: Document, kind: type[E]) -> list[E]:
    """One refusal of class `kind` for each complaint of pydantic, with the field's path and its file and line."""
    complaints = invalid.errors(include_url=False)
    within = {path[:depth] for path in (one["loc"] for one in complaints) for depth in range(len(path))}
    # A list of which pydantic took no entry, since each has a complaint of its own, is not too short besides.
    return [
        _refusal(complaint, document, kind)
        for complaint in complaints
        if complaint["type"] != "too_short" or complaint["loc"] not in within
    ]


def _refusal(complaint: Any, document: Document, kind: type[E]) -> E:
    path = tuple(part for part in complaint["loc"] if part != "[key]")
    field = ".".join(str(part) for part in path) or "the whole document"
    place = document.place(path)
    value = complaint["input"] if path else None
    if complaint["type"] == "missing":
        return kind(f"{field} is missing", place=place, hint=f"add {path[-1]}")
    if complaint["input"] == "?":
        hint = "replace the ?"
        if issubclass(kind, EvidenceError):
            hint += "; auditor evidence fill computes sizes and digests"
        return kind(f"{field} is still to be filled in", place=place, hint=hint)
    if complaint["type"] == "extra_forbidden":
        return kind(
            f"{field} is not a known field", place=place, value=value, hint="remove it, or correct its spelling"
        )
    message = complaint["msg"].removeprefix("Value error, ")
    context = complaint.get("ctx", {})
    if context.get("pattern") in _IN_WORDS:
        problem, hint = _IN_WORDS[context["pattern"]]
        return kind(f"{field}: {problem}", place=place, value=value, hint=hint)
    if complaint["type"] in _PLAINLY:
        problem, hint = _PLAINLY[complaint["type"]]
        return kind(f"{field}: {problem.format(**context)}", place=place, value=value, hint=hint)
    expected = context.get("expected")
    if expected == str(value):
        value = repr(value)  # text where a number is expected looks the same without its quotes
    hint = f"use {expected}" if expected else f"correct {field}"
    return kind(f"{field}: {message[:1].lower()}{message[1:]}", place=place, value=value, hint=hint)
