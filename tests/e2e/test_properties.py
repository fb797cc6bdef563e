"""Properties over a whole sample: removing evidence never helps, order and threads change nothing."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from auditor.canon.instant import parse_instant
from auditor.catalog.catalog import Catalog
from auditor.jobs.assess import AssessRequest, assess_bundle
from auditor.jobs.content import load_catalog
from auditor.model.control import Role
from tests.e2e.conftest import AS_OF, SAMPLES, Attested, auditor

ITEMS: list[dict[str, Any]] = (
    yaml.safe_load((SAMPLES / "fjordheim" / "bundle" / "bundle.yaml").read_text())["items"]
    if (SAMPLES / "fjordheim" / "bundle" / "bundle.yaml").is_file()
    else []
)


def changed_copy(bundle: Path, into: Path, change: Any) -> Path:
    """A copy of the bundle, its manifest passed through `change`, with the files that are still declared."""
    manifest = yaml.safe_load((bundle / "bundle.yaml").read_text())
    manifest = change(manifest)
    for item in manifest["items"]:
        target = into / item["path"]
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(bundle / item["path"], target)
    (into / "bundle.yaml").write_text(yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True))
    return into


def narrowed(catalog: Catalog, streams: set[str]) -> Catalog:
    """The catalog with a profile of just the controls that read `streams`, and their gates."""
    profile = catalog.profiles["sl4"]
    controls = {name: catalog.controls[name].control for name in profile.controls}
    chosen = {n for n, c in controls.items() if any(streams & set(o.test.streams) for o in c.objectives)}
    named = {g for n in chosen for g in controls[n].depends_on if g in controls}
    gates = {g for g in named if controls[g].role is Role.EVIDENCE_TRUST}
    kept = chosen | gates
    claims = tuple(
        claim.model_copy(update={"controls": tuple(c for c in claim.controls if c in kept)})
        for claim in profile.claims
        if any(c in kept for c in claim.controls)
    )
    settings = tuple(s for s in profile.settings if s.control in kept)
    small = profile.model_copy(update={"claims": claims, "settings": settings})
    return dataclasses.replace(catalog, profiles={"sl4": small})


@pytest.mark.parametrize("facility", ["fjordheim", "skarvoy"])
@pytest.mark.parametrize("item", [i["id"] for i in ITEMS if i["kind"] == "stream"])
def test_removing_an_item_never_turns_a_finding_towards_satisfied(
    item: str, facility: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    attested: Attested = request.getfixturevalue(facility)
    results = attested.results
    streams = set(next(i["streams"] for i in results["bundle"]["items"] if i["id"] == item))
    without = changed_copy(
        attested.bundle, tmp_path, lambda m: {**m, "items": [i for i in m["items"] if i["id"] != item]}
    )
    less, _ = assess_bundle(AssessRequest(without, "sl4", parse_instant(AS_OF)), narrowed(load_catalog(), streams))
    shutil.rmtree(without)
    before = {(f["control"], f["objective"]): f["state"] for f in results["findings"]}
    for finding in less.findings:
        if before[finding.control, finding.objective] != "satisfied":
            assert finding.state != "satisfied", f"{finding.control} became satisfied without {item}"
    if facility == "fjordheim":
        assert less.verdict.satisfied < less.verdict.total, f"nothing missed {item}"


def test_item_order_and_thread_count_change_no_byte(skarvoy: Attested, tmp_path: Path) -> None:
    turned = changed_copy(skarvoy.bundle, tmp_path / "b", lambda m: {**m, "items": m["items"][::-1]})
    done = auditor(
        "assess", turned, "--profile", "sl4", "--as-of", AS_OF, "--threads", "1", "--memory", "512",
        "--out", tmp_path / "results.json",
    )  # fmt: skip
    assert done.code == 10, done.err
    assert (tmp_path / "results.json").read_bytes() == (skarvoy.folder / "results.json").read_bytes()
