"""Packages for measures: the evidence of a bundle of many items, disclosed whole, and a signed report over it.

Imports the whole program, so for workers only; the process that measures stays light (see measure.py).
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from auditor.attestation.commitment import FILES, LEAVES, OPENINGS, TREE, tree_bytes
from auditor.canon.merkle import root_of_hashes
from auditor.evidence.commitment import bundle_leaves, leaf_hashes
from auditor.model.bundle import Manifest
from benchmarks.bundles import document, item
from benchmarks.reports import full_results, write_report

FINDINGS = 300


def make_package(folder: Path, count: int, size: int) -> None:
    """In `folder` a package of `count` leaves, the head and items of `size` bytes each: evidence, report, no seal.

    Beside it `trust.json` that accepts the report, and `NAME.json`, the paths of every file of the evidence.
    """
    items = []
    for number in range(count - 1):
        path = f"evidence/{number // 1000:03d}/{number:06d}.log"
        data = (f"{number:08d}\n".encode() * (size // 9 + 1))[:size]
        target = folder / FILES / path
        if number % 1000 == 0:
            target.parent.mkdir(parents=True)
        target.write_bytes(data)
        items.append(item(f"f{number:06d}", path, size, hashlib.sha256(data).hexdigest()))
    manifest = Manifest.model_validate(document(items))
    leaves = leaf_hashes(manifest)
    root = root_of_hashes(leaves).hex()
    (folder / LEAVES).write_bytes(leaves)
    (folder / TREE).write_bytes(tree_bytes(count, root))
    with (folder / OPENINGS).open("wb") as file:
        file.writelines(leaf + b"\n" for leaf in bundle_leaves(manifest))
    paths = [str(path) for path in sorted(folder.rglob("*")) if path.is_file()]
    (folder.parent / f"{folder.name}.json").write_text(json.dumps(paths))
    results = full_results(FINDINGS)
    results |= {"facility": manifest.facility.document(), "period": manifest.period.document()}
    told = [
        {**{name: value for name, value in entry.items() if name not in ("source", "sha256")}, **entry["source"],
         "leaf": leaves[at * 32 : at * 32 + 32].hex()}
        for at, entry in enumerate(items, 1)
    ]  # fmt: skip
    results["bundle"] |= {"root": root, "size": count, "items": told}
    write_report(folder, results)
    (folder / "trust.json").rename(folder.parent / "trust.json")
