"""No person of a sample is named in its results, and what was planted about them is found all the same."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from auditor.canon.instant import parse_instant
from auditor.jobs.assess import AssessRequest, assess_bundle
from auditor.jobs.content import load_catalog
from auditor.jobs.evidence import admit_bundle, open_bundle, profile_streams
from auditor.jobs.names import pseudonyms
from tests.samples.names import hider

SAMPLES = Path(__file__).parents[2] / "samples"
AS_OF = parse_instant("2026-11-05T12:00:00Z")
PEOPLE = {
    "programme/workers.csv": ("Worker_ID", "Manager_ID"),
    "physical/onguard-badges.csv": ("EMPID",),
    "physical/onguard-access-levels.csv": ("EMPID",),
    "physical/onguard-events.csv": ("EMPID",),
    "physical/visitor-log.csv": ("Visitor", "Host employee"),
    "weights/media-register.csv": ("Operator", "Witness"),
}


@cache
def results(facility: str) -> bytes:
    return assess_bundle(AssessRequest(SAMPLES / facility / "bundle", "sl4", AS_OF), load_catalog())[1]


def people(facility: str) -> Iterator[str]:
    """Everybody whom the exports name, read from them without any of the auditor's readers."""
    evidence = SAMPLES / facility / "bundle" / "evidence"
    for path, columns in PEOPLE.items():
        for row in csv.DictReader(io.StringIO((evidence / path).read_text())):
            yield from (row[column] for column in columns)
    for path in (evidence / "cyber/accounts").glob("*.csv"):
        for row in csv.DictReader(io.StringIO(path.read_text())):
            if row["accountType"] == "HUMAN":
                yield from (row["login"], row["employeeNumber"])
    for request in json.loads((evidence / "weights/approvals.json").read_text())["requests"]:
        yield request["requested_by"]
        yield from (one["by"] for one in request["approvals"] if one["kind"] == "human")
    for line in gzip.decompress((evidence / "cyber/sessions.jsonl.gz").read_bytes()).splitlines():
        user = json.loads(line)["user"]
        yield from (user["name"], user["employee_number"])


def test_nobody_is_named_in_the_results(facility: str) -> None:
    text = results(facility).decode("utf-8")
    named = set(people(facility)) - {""}
    services = {name for name in named if name.startswith("svc-")}
    assert len(named) > 300
    assert [name for name in sorted(named - services) if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)] == []


def test_the_results_say_how_many_names_were_replaced(facility: str) -> None:
    counts = json.loads(results(facility))["bundle"]["pseudonyms"]
    assert counts["hidden"] > 300
    assert counts["shown"] == 1


def test_what_was_planted_is_found_under_its_pseudonym() -> None:
    hide = hider("skarvoy")
    truth = yaml.safe_load((SAMPLES / "skarvoy/expected/ground-truth.yaml").read_text())
    found = {
        (o["control"], o["objective"], e["subject"])
        for o in json.loads(results("skarvoy"))["observations"]
        for e in o["exceptions"]
    }
    planted = {(v["control"], v["objective"], hide(v["subject"])) for v in truth["violations"]}
    assert found == planted
    assert sum("p-" in subject for _, _, subject in found) > 10


def test_another_seed_gives_other_pseudonyms_and_the_same_verdict(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SAMPLES / "skarvoy" / "bundle", tmp_path / "b"))
    text = (folder / "bundle.yaml").read_text()
    seed = yaml.safe_load(text)["seed"]
    (folder / "bundle.yaml").write_text(text.replace(seed, seed[::-1]))
    other, ours = assess_bundle(AssessRequest(folder, "sl4", AS_OF), load_catalog())[1], results("skarvoy")
    one, two = json.loads(ours), json.loads(other)
    assert (one["verdict"], one["findings"]) == (two["verdict"], two["findings"])
    assert one["bundle"]["root"] != two["bundle"]["root"]
    names = [set(re.findall(rb"p-[0-9a-f]{12}", data)) for data in (ours, other)]
    assert len(names[0]) == len(names[1]) > 20
    assert not names[0] & names[1]
    assert seed.encode() not in ours


def test_the_table_leads_back_to_the_person() -> None:
    catalog = load_catalog()
    streams = profile_streams(catalog, "sl4")
    with open_bundle(admit_bundle(SAMPLES / "skarvoy" / "bundle"), catalog, streams) as opened:
        table = pseudonyms(opened, catalog, streams).table
    cited = set(re.findall(r"p-[0-9a-f]{12}", results("skarvoy").decode()))
    assert cited <= set(table)
    assert {table[name] for name in cited} <= set(people("skarvoy"))


def observed(facility: str) -> list[dict[str, Any]]:
    return list(json.loads(results(facility))["observations"])


def test_services_keep_their_names() -> None:
    assert any(e["subject"] == "svc-serve-b" for o in observed("skarvoy") for e in o["exceptions"])


@pytest.fixture(params=["fjordheim", "skarvoy"])
def facility(request: pytest.FixtureRequest) -> str:
    return str(request.param)
