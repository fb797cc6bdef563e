"""From a parsed YAML document to a frozen type, or a refusal that names file, line, field, value and fix."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from auditor.canon.yaml import Document
from auditor.errors import AuditorError, SchemaError

M = TypeVar("M", bound=BaseModel)


def shape(model: type[M], document: Document, *, error: type[AuditorError] = SchemaError) -> M:
    """The `model` that `document` describes.

    Raises:
        `error`: for the first field that does not fit, with the count of all of them.
    """
    try:
        return model.model_validate(document.value)
    except ValidationError as invalid:
        raise _refusal(model, document, invalid, error) from invalid


def _refusal(
    model: type[BaseModel], document: Document, invalid: ValidationError, error: type[AuditorError]
) -> AuditorError:
    problems = invalid.errors(include_url=False)
    first = problems[0]
    path = tuple(part for part in first["loc"] if part != "[key]")
    field = ".".join(str(part) for part in path) or "the whole document"
    more = f" (and {len(problems) - 1} more in this file)" if len(problems) > 1 else ""
    message = first["msg"].removeprefix("Value error, ")
    absent = first["type"] == "missing"
    return error(
        f"{field}: {message[:1].lower()}{message[1:]}{more}",
        place=document.place(path),
        value=None if absent or not path else first["input"],
        hint=_hint(first, model),
    )


def _hint(problem: Any, model: type[BaseModel]) -> str:
    if problem["type"] == "missing":
        return f"add the field {problem['loc'][-1]}"
    if problem["type"] == "extra_forbidden":
        top = len(problem["loc"]) == 1
        known = ", ".join(sorted(model.model_fields)) if top else "those documented in docs/content.md"
        return f"remove or rename the field; known fields: {known}"
    if "expected" in problem.get("ctx", {}):
        return f"use {problem['ctx']['expected']}"
    return "correct the value; docs/content.md describes the fields"
