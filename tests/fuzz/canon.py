"""Canonical JSON: `canon.json`, against the `rfc8785` library and against the other reader."""

from __future__ import annotations

import json
from typing import Any

import rfc8785

from auditor.canon.json import MAX_DEPTH, canonical_bytes, parse_canonical, parse_strict
from auditor.errors import EvidenceFormatError
from tests.fuzz.mutate import mutate_json
from tests.fuzz.target import Target, require


def run_canon(data: bytes) -> None:
    """What one reader takes the other takes if it is canonical, and both say the same."""
    try:
        value = parse_strict(data)
    except EvidenceFormatError:
        value = ...
    try:
        canonical = parse_canonical(data)
    except ValueError:
        canonical = ...
    if value is ...:
        require(canonical is ..., "canonical, and yet no strict JSON", data)
        return
    require(_depth(value) <= MAX_DEPTH, "deeper than is allowed", data)
    require(value == json.loads(data), "another value than the standard library reads", data)
    written = canonical_bytes(value)
    require(written == rfc8785.dumps(value), "not what the library writes", data)
    require(_same(parse_canonical(written), value), "written and read is another value", data)
    require((canonical is not ...) == (written == data), "the two readers disagree on what is canonical", data)
    require(canonical is ... or _same(canonical, value), "the two readers read two values", data)


def _same(one: Any, other: Any) -> bool:
    return bool(json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True))


def _depth(value: Any) -> int:
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        here, depth = waiting.pop()
        if isinstance(here, dict | list):
            deepest = max(deepest, depth)
            waiting += [(one, depth + 1) for one in (here.values() if isinstance(here, dict) else here)]
    return deepest


TARGETS = {"canon": Target(run_canon, mutate_json, rounds=300)}
