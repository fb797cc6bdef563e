"""The samples are what the simulator makes, the ground truth speaks of rows that exist, and soundness is checked."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from samples.simulator import bundle, selfcheck
from samples.simulator.__main__ import main
from samples.simulator.bench import BEGINS, DTYPES, badge_events, floor_plan, lone_intervals
from samples.simulator.clock import HOUR, MINUTE
from samples.simulator.exports.files import Files
from samples.simulator.facility import FACILITIES
from samples.simulator.movements import Passage, Truth
from samples.simulator.plant import Planted
from samples.simulator.plant.ledger import Ledger
from samples.simulator.world import World, simulate

SAMPLES = Path(__file__).parents[2] / "samples"
CONTROLS = {
    "P-03", "P-04", "P-06", "P-13", "P-14", "P-31", "C-02", "C-09", "C-10", "C-13", "C-24", "W-02", "W-10", "W-11",
    "W-14", "W-18",
}  # fmt: skip
both = pytest.mark.parametrize("facility", sorted(FACILITIES))


@cache
def made(facility: str) -> tuple[World, Files, Ledger]:
    planted = Planted(FACILITIES[facility])
    world = simulate(FACILITIES[facility], planted)
    return world, bundle.export(world), planted.ledger


def plain(path: str, data: bytes) -> bytes:
    return gzip.decompress(data) if path.endswith(".gz") else data


def load(path: Path) -> Any:
    return yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@both
def test_committed_evidence_is_what_the_simulator_makes(facility: str) -> None:
    _, files, _ = made(facility)
    root = SAMPLES / facility / "bundle"
    there = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    assert there == {item.path for item in files.items} | {"bundle.yaml"}
    for item in files.items:
        committed = plain(item.path, (root / item.path).read_bytes())
        assert committed == plain(item.path, item.data), f"{item.path}: run python -m samples.simulator"


@both
def test_committed_manifest_and_ground_truth_are_what_the_simulator_makes(facility: str) -> None:
    world, files, ledger = made(facility)
    manifest = load(SAMPLES / facility / "bundle" / "bundle.yaml")
    made_manifest = bundle.manifest(world, files)
    for item in (*manifest["items"], *made_manifest["items"]):
        if item["path"].endswith(".gz"):  # another zlib may compress otherwise
            item.update(size=None, sha256=None)
    assert manifest == made_manifest
    assert load(SAMPLES / facility / "expected" / "ground-truth.yaml") == ledger.document(world.facility, files)


@both
def test_manifest_declares_the_files_as_they_are(facility: str) -> None:
    root = SAMPLES / facility / "bundle"
    for item in load(root / "bundle.yaml")["items"]:
        data = (root / item["path"]).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (item["size"], item["sha256"]), item["id"]


def test_two_runs_give_the_same_bytes() -> None:
    facility = FACILITIES["skarvoy"]
    one, other = (bundle.export(simulate(facility, Planted(facility))) for _ in range(2))
    assert [item.data for item in one.items] == [item.data for item in other.items]


def records(item: dict[str, Any]) -> int:
    """How many records of any list the item holds; at least that many can be cited."""
    data = plain(item["path"], (SAMPLES / item["facility"] / "bundle" / item["path"]).read_bytes())
    name = item["path"].removesuffix(".gz")
    if name.endswith(".csv"):
        return sum(1 for _ in csv.reader(io.StringIO(data.decode()))) - 1
    if name.endswith((".jsonl", ".log")):
        return sum(1 for line in data.splitlines() if not line.startswith(b"#"))
    document = json.loads(data) if name.endswith(".json") else yaml.safe_load(data)
    return max(len(value) for value in document.values() if isinstance(value, list))


def test_ground_truth_cites_rows_that_exist() -> None:
    manifest = load(SAMPLES / "skarvoy" / "bundle" / "bundle.yaml")
    items = {item["id"]: item | {"facility": "skarvoy"} for item in manifest["items"]}
    counted: dict[str, int] = {}
    for violation in load(SAMPLES / "skarvoy" / "expected" / "ground-truth.yaml")["violations"]:
        for place in violation["where"]:
            name = place["item"]
            counted[name] = counted.get(name) or records(items[name])
            assert place["records"]
            assert all(1 <= record <= counted[name] for record in place["records"]), violation


def test_a_cited_badge_row_is_the_one_meant() -> None:
    truth = load(SAMPLES / "skarvoy" / "expected" / "ground-truth.yaml")["violations"]
    rows = list(csv.DictReader((SAMPLES / "skarvoy/bundle/evidence/physical/onguard-events.csv").open()))
    used = [v for v in truth if v["control"] == "P-03" and v["where"][0]["item"] == "pacs-events"]
    assert len(used) == 2
    for violation in used:
        row = rows[violation["where"][0]["records"][0] - 1]
        assert row["CARDNUM"] == violation["subject"]
        assert row["EVENT_TIME_UTC"].replace(" ", "T") + "Z" == violation["began"]


def test_every_control_is_planted_and_has_a_look_alike() -> None:
    truth = load(SAMPLES / "skarvoy" / "expected" / "ground-truth.yaml")
    assert {v["control"] for v in truth["violations"]} == CONTROLS
    assert {a["control"] for a in truth["look_alikes"]} == CONTROLS
    assert {v["certainty"] for v in truth["violations"]} == {"violation", "possible"}
    sound = load(SAMPLES / "fjordheim" / "expected" / "ground-truth.yaml")
    assert sound["violations"] == []
    assert {a["control"] for a in sound["look_alikes"]} == CONTROLS


@both
def test_readme_counts_what_is_planted(facility: str) -> None:
    truth = load(SAMPLES / facility / "expected" / "ground-truth.yaml")
    text = " ".join((SAMPLES / facility / "README.md").read_text().split())
    assert f"{len(truth['look_alikes'])} look-alikes" in text
    assert not truth["violations"] or f"{len(truth['violations'])} planted violations" in text


def test_samples_stay_small() -> None:
    assert sum(path.stat().st_size for path in SAMPLES.rglob("*") if path.is_file()) < 30 * 2**20


@both
def test_selfcheck_passes(facility: str) -> None:
    selfcheck.check(made(facility)[0])


def leave_alone(world: World) -> None:
    """A custodian stays in the vault for an hour after the others have left."""
    vault = world.facility["vault-door"]
    last = [p for p in world.passages if p.portal == vault and p.direction == "out"][-1]
    stays = [s for s in world.truth.stays if (s.person, s.ended) == (last.person, last.at)]
    world.truth.stays = [replace(s, ended=s.ended + HOUR) if s in stays else s for s in world.truth.stays]


def lose_a_copy(world: World) -> None:
    world.vault.copies.pop(0)
    world.vault.events = [e for e in world.vault.events if e.action != "delete"]


def log_in_after_leaving(world: World) -> None:
    left = next(p for p in world.force.people.values() if p.terminated is not None)
    world.sessions[0].person, world.sessions[0].ts = left.id, (left.terminated or 0) + MINUTE


def keep_an_account(world: World) -> None:
    account = next(a for a in world.accounts if a.disabled is not None and a.disabled > BEGINS + 275 * 24 * HOUR)
    account.disabled = None


def skip_a_serial(world: World) -> None:
    del world.badges.events[100]


def use_a_key_unseen(world: World) -> None:
    event = next(e for e in world.keys.events[5000:] if e.operation == "unwrap" and e.success)
    world.keys.events.remove(event)


def open_a_console_from_afar(world: World) -> None:
    session = next(s for s in world.sessions if s.kind == "console" and s.success and s.host.startswith("con"))
    session.ts -= 12 * HOUR


def hide_traffic(world: World) -> None:
    rows = world.boundary.readings["tap-1"]
    for n, (at, out, into, booted) in enumerate(rows):
        rows[n] = (at, out + 10**9 * (n > 900), into, booted)


SPOILED = [leave_alone, lose_a_copy, log_in_after_leaving, keep_an_account, skip_a_serial, use_a_key_unseen,
           open_a_console_from_afar, hide_traffic]  # fmt: skip


@pytest.mark.parametrize("spoil", SPOILED, ids=lambda spoil: spoil.__name__)
def test_selfcheck_notices(spoil: Callable[[World], None]) -> None:
    world = simulate(FACILITIES["fjordheim"])
    spoil(world)
    with pytest.raises(selfcheck.UnsoundError):
        selfcheck.check(world)


def test_nobody_walks_through_walls() -> None:
    facility = FACILITIES["fjordheim"]
    at = BEGINS
    jump = [Passage(at, "F1", "turnstile-1", "in"), Passage(at + HOUR, "F1", "vault-door", "in")]
    with pytest.raises(ValueError, match="cannot walk"):
        Truth(facility, jump)


def stream(rows: int, **size: int) -> dict[str, Any]:
    batches = list(badge_events(rows, **size))
    return {name: np.concatenate([batch[name] for batch in batches]) for name in DTYPES}


@pytest.mark.parametrize("size", [{"people": 20_000, "zones": 4_000}, {"people": 300, "zones": 120, "seed": 5}])
def test_badge_stream_is_a_legal_walk_with_exactly_the_planted_lone_intervals(size: dict[str, int]) -> None:
    rows = 120_000
    columns = stream(rows, **size)
    assert len(columns["ts"]) == rows
    assert (np.diff(columns["ts"]) >= 0).all()
    assert {name: column.dtype for name, column in columns.items()} == {n: np.dtype(d) for n, d in DTYPES.items()}
    plan = floor_plan(size["zones"])
    where: dict[int, int] = {}
    inside: dict[int, set[int]] = {}
    since: dict[int, int] = {}
    found = []
    for ts, person, portal, direction, entered in zip(*(columns[name].tolist() for name in DTYPES), strict=True):
        if not entered:
            continue
        outer, inner = int(plan.outer[portal]), portal + 1
        before, after = (outer, inner) if direction == 0 else (inner, outer)
        assert where.get(person, 0) == before
        where[person] = after
        if plan.weights[inner]:
            there = inside.setdefault(inner, set())
            if len(there) == 1 and ts - since[inner] > MINUTE:
                found.append((inner, next(iter(there)), since[inner], ts))
            (there.add if direction == 0 else there.discard)(person)
            since[inner] = ts
    planted = [tuple(row) for row in lone_intervals(rows, **size).tolist()]
    assert planted
    assert sorted(found) == sorted(planted)


def test_badges_command_writes_columns_and_floor_plan(tmp_path: Path) -> None:
    assert main(["badges", "--rows", "5000", "--people", "400", "--zones", "200", "--out", str(tmp_path)]) == 0
    assert np.load(tmp_path / "ts.npy").shape == (5000,)
    assert (tmp_path / "floor-plan.csv").read_text().startswith("portal,from_zone,to_zone,layer,weights\n0,0,1,1,0\n")
    assert (tmp_path / "lone-intervals.csv").exists()


def test_one_folder_for_two_facilities_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--out", str(tmp_path)]) == 2
    assert "--facility" in capsys.readouterr().err
