"""From the files under controls/ to a Catalog. Pure: paths and bytes in, frozen values out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

from auditor.canon.yaml import parse_yaml
from auditor.catalog.catalog import Catalog, ControlFolder, Derived, Query
from auditor.errors import SchemaError
from auditor.model.base import Frozen
from auditor.model.control import Case, Control, Domain
from auditor.model.profile import Profile
from auditor.model.shape import shape
from auditor.model.stream import Stream

_STATEMENT = re.compile(r"^--\s*name:\s*(\w+)\s*$", re.MULTILINE)
_HEADER = re.compile(r"^--\s*(streams|derived):\s*(.*)$", re.MULTILINE)
_DOMAINS = tuple(domain.value for domain in Domain)
MAX_FILE_BYTES = 4 * 2**20

Named = TypeVar("Named", Stream, Profile)


class _Base(Frozen):
    """A base case: streams that other cases of the control build on."""

    streams: dict[str, str]


def read_catalog(files: Mapping[str, bytes]) -> Catalog:
    """Shape every file of a content folder; `files` maps POSIX paths relative to it to their bytes.

    Raises:
        SchemaError: with file and line, for the first file that does not have its shape.
    """
    for path, data in files.items():
        if len(data) > MAX_FILE_BYTES:
            raise SchemaError(f"larger than {MAX_FILE_BYTES} bytes", place=path, value=len(data))
    return Catalog(
        streams=_named(files, "streams", Stream),
        derived={_stem(path): _derived(path, files[path]) for path in _under(files, "sql", ".sql")},
        controls=_controls(files),
        profiles=_named(files, "profiles", Profile),
        files=dict(sorted(files.items())),
    )


def _under(files: Mapping[str, bytes], folder: str, ending: str) -> list[str]:
    return sorted(p for p in files if p.startswith(f"{folder}/") and p.endswith(ending) and p.count("/") == 1)


def _stem(path: str) -> str:
    return path.rsplit("/", 1)[-1].rsplit(".", 1)[0]


def _named(files: Mapping[str, bytes], folder: str, model: type[Named]) -> dict[str, Named]:
    found: dict[str, Named] = {}
    for path in _under(files, folder, ".yaml"):
        document = parse_yaml(files[path], path)
        value = shape(model, document)
        if value.id != _stem(path):
            raise SchemaError(
                "id differs from the file's name",
                place=document.place(("id",)),
                value=value.id,
                hint=f"write id: {_stem(path)}",
            )
        found[value.id] = value
    return found


def _text(path: str, data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SchemaError(f"not UTF-8 at byte {error.start}", place=path) from error


def _derived(path: str, data: bytes) -> Derived:
    text = _text(path, data)
    names = {key: tuple(filter(None, re.split(r"[,\s]+", rest.strip()))) for key, rest in _HEADER.findall(text)}
    if "streams" not in names:
        raise SchemaError(
            "a derived table says which streams it reads", place=f"{path}:1", hint="begin with a line -- streams: a, b"
        )
    return Derived(_stem(path), text, names["streams"], names.get("derived", ()))


def parse_query(path: str, text: str) -> Query:
    """Split a query file at its `-- name:` lines; refuses an unknown, repeated or missing statement."""
    parts = _STATEMENT.split(text)
    names = parts[1::2]
    statements = dict(zip(names, (body.strip().rstrip(";") for body in parts[2::2]), strict=True))
    unknown = sorted(set(names) - {"common", "population", "exceptions", "measures"})
    if unknown or len(statements) != len(names):
        raise SchemaError("a statement is unknown or given twice", place=path, value=", ".join(unknown or names))
    for name in ("population", "exceptions"):
        if not statements.get(name):
            raise SchemaError(f"statement {name} is missing", place=path, hint=f"add -- name: {name} and its SQL")
    return Query(
        path,
        statements["population"],
        statements["exceptions"],
        statements.get("measures"),
        statements.get("common", ""),
    )


def _controls(files: Mapping[str, bytes]) -> dict[str, ControlFolder]:
    folders: dict[str, ControlFolder] = {}
    for path in sorted(files):
        if not path.endswith("/control.yaml") or path.split("/")[0] not in _DOMAINS:
            continue
        folder = path.removesuffix("/control.yaml")
        document = parse_yaml(files[path], path)
        control = shape(Control, document)
        if control.id in folders:
            raise SchemaError("two folders hold the same control", place=document.place(("id",)), value=control.id)
        if not folder.split("/")[-1].startswith(f"{control.id}-"):
            raise SchemaError(
                "a control's folder is named for its id", place=folder, value=control.id, hint=f"name it {control.id}-…"
            )
        if control.domain != folder.split("/")[0]:
            raise SchemaError("domain differs from the folder", place=document.place(("domain",)), value=control.domain)
        folders[control.id] = ControlFolder(folder, control, *_beside(files, folder))
    return folders


def _beside(files: Mapping[str, bytes], folder: str) -> tuple[dict[str, Query], dict[str, Case], dict[str, Case]]:
    queries: dict[str, Query] = {}
    cases: dict[str, Case] = {}
    bases: dict[str, Case] = {}
    for path in sorted(p for p in files if p.startswith(f"{folder}/")):
        inner = path.removeprefix(f"{folder}/")
        if inner.endswith(".sql"):
            queries[inner] = parse_query(path, _text(path, files[path]))
        elif inner.startswith("cases/base-") and inner.endswith(".yaml"):
            base = shape(_Base, parse_yaml(files[path], path))
            bases[_stem(path).removeprefix("base-")] = Case(shows=path, kind="good", streams=base.streams, expect={})
        elif inner.startswith("cases/") and inner.endswith(".yaml"):
            cases[_stem(path)] = shape(Case, parse_yaml(files[path], path))
        elif inner != "control.yaml":
            raise SchemaError(
                "a file that nothing reads", place=path, hint="remove it, or name it in control.yaml or under cases/"
            )
    return queries, cases, bases
