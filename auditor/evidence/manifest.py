"""bundle.yaml, read strictly."""

from __future__ import annotations

import os
from typing import Any

from pydantic import ValidationError

from auditor.canon.digest import is_sha256_hex
from auditor.canon.yaml import Document, parse_yaml
from auditor.errors import ManifestError, PathError, SchemaError, refuse_all
from auditor.evidence.paths import MANIFEST, Root, collisions, path_problem
from auditor.evidence.zones import is_zone
from auditor.model.bundle import Manifest
from auditor.model.shape import refusals

MAX_BYTES = 32 * 2**20
MIN_DIGITS = 8
"""Of 64 hexadecimal digits drawn at random, fewer than so many different ones do not occur."""
_INSTANTS = ("collected", "received")


def read_manifest(root: Root) -> Manifest:
    """The bundle's manifest.

    Raises:
        ManifestError: missing, malformed or contradictory; with file, line, field, value and fix.
        PathError: bundle.yaml is a link, or a path in it is not safe.
    """
    descriptor = root.open(MANIFEST)
    with os.fdopen(descriptor, "rb") as file:
        data = file.read(MAX_BYTES + 1)
    return parse_manifest(data, MANIFEST)


def parse_manifest(data: bytes, name: str) -> Manifest:
    """The manifest in `data`; raises as `read_manifest` does."""
    try:
        document = parse_yaml(data, name, max_bytes=MAX_BYTES)
    except SchemaError as error:
        raise ManifestError(error.problem, place=error.place, value=error.value, hint=error.hint) from error
    problems = _numbers_for_times(document)
    content = document.value
    if isinstance(content, dict) and (problem := _seed_problem(content.get("seed"))):
        hint = "take the seed that auditor evidence init drew, or draw one with: openssl rand -hex 32"
        problems.append(ManifestError(problem, place=document.place(("seed",)), hint=hint))
        # A seed once used is still a secret with a letter wrong: it is not shown, and what follows goes on without it.
        content = {**content, "seed": "0" * 64}
    try:
        manifest = Manifest.model_validate(content)
    except ValidationError as error:
        refuse_all([*problems, *refusals(error, document, ManifestError)])
    zone = manifest.facility.timezone
    if not is_zone(zone):
        place = document.place(("facility", "timezone"))
        problems.append(ManifestError("no such time zone", place=place, value=zone, hint="use an IANA name"))
    if problems:
        refuse_all(problems)
    _refuse_paths(manifest, document)
    return manifest


def _seed_problem(seed: object) -> str | None:
    if seed is None:
        return "seed is missing: without it the evidence could be guessed from its digests"
    if not is_sha256_hex(seed):
        return "seed is not 32 bytes in lower-case hexadecimal"
    if len(set(str(seed))) < MIN_DIGITS:
        return "seed was not drawn at random"
    return None


def _numbers_for_times(document: Document) -> list[ManifestError]:
    # The model takes integers as microseconds, which is for our own JSON: in a manifest 20261001 is a typing mistake.
    def at(path: tuple[str | int, ...]) -> Any:
        value = document.value
        for part in path:
            if isinstance(value, dict):
                value = value.get(part)
            elif isinstance(value, list) and isinstance(part, int) and part < len(value):
                value = value[part]
            else:
                return None
        return value

    items = at(("items",))
    count = len(items) if isinstance(items, list) else 0
    paths: list[tuple[str | int, ...]] = [("period", "from"), ("period", "to")]
    for index in range(count):
        paths += [("items", index, name) for name in _INSTANTS]
        paths += [("items", index, "observed", name) for name in ("from", "to")]
    hint = "write it like 2026-10-01T00:00:00Z"
    found = [
        ManifestError(f"{'.'.join(map(str, p))} is not an instant", place=document.place(p), value=at(p), hint=hint)
        for p in paths
        if isinstance(at(p), int)
    ]
    for index in range(count):
        if isinstance(at(("items", index, "size")), bool):
            place = document.place(("items", index, "size"))
            found.append(ManifestError(f"items.{index}.size is not a number of bytes", place=place))
    return found


def _refuse_paths(manifest: Manifest, document: Document) -> None:
    problems: list[PathError] = []
    lines = {}
    for index, item in enumerate(manifest.items):
        place = document.place(("items", index, "path"))
        lines[item.path] = place
        problem = path_problem(item.path)
        if problem:
            hint = "use a path like evidence/pacs/events.csv"
            problems.append(PathError(problem, place=place, value=item.path, hint=hint))
    for path, earlier in collisions(item.path for item in manifest.items):
        hint = "give every item a file of its own"
        problem = f"the path collides with {earlier}"
        problems.append(PathError(problem, place=lines[path], value=path, hint=hint))
    if problems:
        refuse_all(problems)
