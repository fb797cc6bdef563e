"""The bundle on disk: evidence files, manifest, ground truth."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from typing import Any

from samples.simulator.clock import PERIOD_FROM, PERIOD_TO, TIMEZONE, iso
from samples.simulator.exports import cyber, physical, programme, weights
from samples.simulator.exports.files import RECEIVED, Files, Item, yaml_bytes
from samples.simulator.world import World


def export(world: World) -> Files:
    """Every file the facility's systems hand over."""
    files = Files()
    physical.export(world, files)
    cyber.export(world, files)
    weights.export(world, files)
    programme.export(world, files)
    return files


def manifest(world: World, files: Files) -> dict[str, Any]:
    """The content of bundle.yaml."""
    facility = world.facility
    return {
        "bundle": 1,
        # A facility draws its seed at random; a sample's is derived, so that the same seed gives the same bytes.
        "seed": hashlib.sha256(f"sample bundle of {facility.id}, seed {facility.seed}".encode()).hexdigest(),
        "facility": {
            "id": facility.id,
            "name": facility.name,
            "operator": facility.operator,
            "address": facility.address,
            "country": "NO",
            "timezone": TIMEZONE,
        },
        "period": {"from": iso(PERIOD_FROM), "to": iso(PERIOD_TO)},
        "items": [_entry(item) for item in files.items],
    }


def _entry(item: Item) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": item.id, "path": item.path, "kind": "stream" if item.mapping else "document"}
    if item.mapping:
        entry["mapping"] = item.mapping
    if item.title:
        entry["title"] = item.title
    return entry | {
        "source": {"system": item.system, "collector": item.collector},
        "observed": {"from": iso(item.observed[0]), "to": iso(item.observed[1])},
        "collected": iso(item.collected),
        "received": iso(RECEIVED),
        "size": len(item.data),
        "sha256": hashlib.sha256(item.data).hexdigest(),
        "sensitivity": item.sensitivity,
    }


def write(world: World, files: Files, truth: dict[str, Any], out: Path) -> None:
    """Write `bundle/` and `expected/` under `out`, replacing what was there."""
    for name in ("bundle", "expected"):
        if (out / name).exists():
            shutil.rmtree(out / name)
    for item in files.items:
        path = out / "bundle" / item.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(item.data)
    (out / "bundle" / "bundle.yaml").write_bytes(yaml_bytes(manifest(world, files)))
    (out / "expected").mkdir(parents=True, exist_ok=True)
    (out / "expected" / "ground-truth.yaml").write_bytes(yaml_bytes(truth))
