"""Pydantic's complaints and lists of problems as one refusal with a place, a value and a fix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn, TypeVar

from pydantic import ValidationError

from auditor.canon.yaml import Document
from auditor.errors import AuditorError, shorten

E = TypeVar("E", bound=AuditorError)
LISTED = 20


def refusals(error: ValidationError, document: Document, kind: type[E]) -> list[E]:
    """One refusal of class `kind` for each complaint, with the field's path and its file and line."""
    found = []
    for complaint in error.errors(include_url=False, include_context=False):
        path = tuple(complaint["loc"])
        message = complaint["msg"].removeprefix("Value error, ")
        field = ".".join(str(part) for part in path) or "document"
        value = None if complaint["type"] in ("missing", "value_error") and not path else complaint["input"]
        if complaint["type"] == "missing":
            found.append(kind(f"{field} is missing", place=document.place(path), hint=f"add {path[-1]}"))
        elif complaint["type"] == "extra_forbidden":
            hint = "remove it, or correct its spelling"
            found.append(kind(f"{field} is not a known field", place=document.place(path), value=value, hint=hint))
        else:
            hint = f"correct {field}"
            problem = f"{field}: {message[:1].lower()}{message[1:]}"
            found.append(kind(problem, place=document.place(path), value=value, hint=hint))
    return found


def problems_of(error: AuditorError) -> tuple[AuditorError, ...]:
    """Every problem behind a refusal raised by `refuse_all`, itself included; of any other error, just itself."""
    return getattr(error, "problems", (error,))


def refuse_all(problems: Sequence[AuditorError]) -> NoReturn:
    """Raise the first problem, with the number of all, the others in its hint, and all as `problems`."""
    first, rest = problems[0], problems[1:]
    if not rest:
        raise first
    listed = [str(problem) for problem in rest[:LISTED]]
    if len(rest) > LISTED:
        listed.append(f"and {len(rest) - LISTED} more")
    hint = "; ".join(([first.hint] if first.hint else []) + [f"also: {shorten(line, 300)}" for line in listed])
    problem = f"{first.problem} (the first of {len(problems)} problems)"
    error = type(first)(problem, place=first.place, value=first.value, hint=hint)
    error.__dict__["problems"] = tuple(problems)
    raise error
