"""Small bundles for tests: streams, mappings and files in, a folder with a true manifest out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from auditor.canon.yaml import parse_yaml
from auditor.evidence.admission import admit
from auditor.evidence.mapping import Mapping as EvidenceMapping
from auditor.evidence.mapping import read_mapping
from auditor.evidence.store import EvidenceStore, load
from auditor.model.stream import Stream

ITEM: dict[str, Any] = {
    "kind": "stream",
    "source": {"system": "test system", "collector": "tester"},
    "observed": {"from": "2026-10-01T00:00:00Z", "to": "2026-10-08T00:00:00Z"},
    "collected": "2026-10-08T06:00:00Z",
    "received": "2026-10-08T07:00:00Z",
    "sensitivity": "internal",
}
FACILITY = {
    "id": "test-facility",
    "name": "Test facility",
    "operator": "Tester",
    "address": "Somewhere 1",
    "country": "NO",
    "timezone": "Europe/Oslo",
}
SEED = hashlib.sha256(b"test bundle").hexdigest()
PERIOD = {"from": "2026-10-01T00:00:00Z", "to": "2026-10-08T00:00:00Z"}


def stream(text: str) -> Stream:
    """A stream from YAML text."""
    return Stream.model_validate(parse_yaml(text, "stream.yaml").value)


def mapping(text: str, *streams: Stream) -> EvidenceMapping:
    """A mapping from YAML text, checked against the streams."""
    return read_mapping(text.encode(), "mapping.yaml", {s.id: s for s in streams})


def item(id_: str, path: str, data: bytes, **changes: Any) -> dict[str, Any]:
    """A true manifest entry for `data` at `path`."""
    digest = hashlib.sha256(data).hexdigest()
    return {**ITEM, "id": id_, "path": path, "size": len(data), "sha256": digest, **changes}


def write_bundle(folder: Path, files: Mapping[str, bytes], items: Iterable[dict[str, Any]], **manifest: Any) -> Path:
    """The bundle's folder, with its manifest (JSON is YAML) and files."""
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    folder.mkdir(parents=True, exist_ok=True)
    document = {"bundle": 1, "seed": SEED, "facility": FACILITY, "period": PERIOD, "items": list(items), **manifest}
    (folder / "bundle.yaml").write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
    return folder


def load_one(
    folder: Path,
    streams: Iterable[Stream],
    a_mapping: EvidenceMapping,
    data: bytes,
    path: str = "evidence/a.csv",
    **load_options: Any,
) -> EvidenceStore:
    """One file through admission and loading."""
    write_bundle(folder, {path: data}, [item("a", path, data, mapping=a_mapping.id)])
    return load(admit(folder), {s.id: s for s in streams}, {a_mapping.id: a_mapping}, **load_options)


def yaml_text(value: object) -> str:
    """`value` as YAML."""
    return yaml.safe_dump(value, sort_keys=False)
