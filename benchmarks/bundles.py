"""Bundles for measures: a folder with a true manifest over files that are there already."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ITEM = {
    "source": {"system": "benchmark", "collector": "benchmark"},
    "observed": {"from": "2026-01-01T00:00:00Z", "to": "2028-01-01T00:00:00Z"},
    "collected": "2028-01-01T00:00:00Z",
    "received": "2028-01-01T00:00:00Z",
    "sensitivity": "internal",
}
FACILITY = {
    "id": "benchmark", "name": "Benchmark", "operator": "Benchmark", "address": "Nowhere 1", "country": "NO",
    "timezone": "Europe/Oslo",
}  # fmt: skip
SEED = hashlib.sha256(b"benchmark").hexdigest()


def item(name: str, path: str, size: int, sha256: str, mapping: str | None = None) -> dict[str, Any]:
    """One manifest entry: a stream if it has a mapping, else a document."""
    kind = {"kind": "stream", "mapping": mapping} if mapping else {"kind": "document"}
    return {**ITEM, **kind, "id": name, "path": path, "size": size, "sha256": sha256}


def document(items: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The content of bundle.yaml."""
    period = {"from": "2026-01-01T00:00:00Z", "to": "2027-12-01T00:00:00Z"}
    return {"bundle": 1, "seed": SEED, "facility": FACILITY, "period": period, "items": list(items)}


def write_manifest(folder: Path, items: Iterable[dict[str, Any]]) -> None:
    """bundle.yaml; JSON is YAML."""
    (folder / "bundle.yaml").write_text(json.dumps(document(items), indent=0))
