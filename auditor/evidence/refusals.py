"""Pydantic's complaints as refusals with a place, a value and a fix."""

from __future__ import annotations

from typing import TypeVar

from pydantic import ValidationError

from auditor.canon.yaml import Document
from auditor.errors import AuditorError

E = TypeVar("E", bound=AuditorError)


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
        elif complaint["input"] == "?":
            hint = "replace the ?; auditor evidence fill computes sizes and digests"
            found.append(kind(f"{field} is still to be filled in", place=document.place(path), hint=hint))
        elif complaint["type"] == "extra_forbidden":
            hint = "remove it, or correct its spelling"
            found.append(kind(f"{field} is not a known field", place=document.place(path), value=value, hint=hint))
        else:
            hint = f"correct {field}"
            problem = f"{field}: {message[:1].lower()}{message[1:]}"
            found.append(kind(problem, place=document.place(path), value=value, hint=hint))
    return found
