"""The JSON Schema of the facts file, from the models and the words beside their fields."""

from __future__ import annotations

import ast
import inspect
import json
from typing import Any

SCHEMA = "https://json-schema.org/draft/2020-12/schema"


def facts_schema() -> bytes:
    """The schema as UTF-8 JSON, by the field names of YAML, each field with its docstring as description."""
    from auditor.model import facts

    schema = facts.Facts.model_json_schema(by_alias=False)
    words = _words(ast.parse(inspect.getsource(facts)))
    for name, definition in {"Facts": schema, **schema["$defs"]}.items():
        for field, told in definition.get("properties", {}).items():
            # Titles only repeat the field's name, and crowd out its description in editors.
            told.pop("title", None)
            description = words.get(name, {}).get(field)
            if description and "description" not in told:
                told["description"] = description
    ordered = {"$schema": SCHEMA, **schema, "title": "Facts file of auditor law"}
    return (json.dumps(ordered, ensure_ascii=False, indent=2) + "\n").encode()


def _words(tree: ast.AST) -> dict[str, dict[str, str]]:
    """The docstring below each field, by class and field."""
    found: dict[str, dict[str, str]] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef):
            continue
        for statement, following in zip(node.body, node.body[1:], strict=False):
            text = _text(following)
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and text:
                found.setdefault(node.name, {})[statement.target.id] = text
    return found


def _text(node: Any) -> str | None:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return " ".join(node.value.value.split())
    return None
