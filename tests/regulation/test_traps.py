"""The drafting traps of the rule, one test each: the answer names the ambiguity and what each reading leads to."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from auditor.canon.yaml import parse_yaml
from auditor.jobs.law import load_facts, load_lots
from auditor.model.answer import Ambiguous, Answer, Outcome
from auditor.model.base import Frozen
from auditor.regulation.destinations.destination import destination
from auditor.regulation.exceptions.aia import aia
from auditor.regulation.exceptions.lpp import lpp
from auditor.regulation.facts.file import FactsFile
from auditor.regulation.model_weights.weights import weights
from auditor.regulation.paragraph import paragraph
from auditor.regulation.quantities.country import country
from auditor.regulation.quantities.holdings import Lot
from auditor.regulation.quantities.inventory import inventory
from auditor.regulation.quantities.nveu import nveu
from auditor.regulation.quantities.uveu import uveu
from auditor.regulation.route.route import route
from tests.regulation.small import FOLDER, LAW, facts

DAY = date(2026, 11, 22)
SAMPLE = Path(__file__).parents[2] / "samples" / "law" / "facts.yaml"


@cache
def sample() -> tuple[FactsFile, tuple[Lot, ...]]:
    file = load_facts(SAMPLE)
    latest = max(file.inventories.values(), key=lambda one: one.date)
    return file, load_lots(file, SAMPLE, latest)


DERIVED = """
models:
  - id: m
    name: M
    parameters_published: false
    derived_from: Open Base
    base_published: true
    base_operations: 4e25
    additional_operations: 2.2e25
    generators:
      - {name: Gen, operations_on_its_data: 2.1e25, generation_operations: 9e25, parameters_published: true}
"""

AT_NOTICE = """
parties: [{id: a, name: A, headquarters: "BR", located: "BR", screened: 2026-01-01, lists: []}]
sites: [{id: s, name: S, country: "BR", owner: a}]
chips:
  - {id: c, name: C, maker: M, data_center: true, source: sheet, units: [{rates: [{bits: 8, tops: 625}]}]}
inventories: []
shipments: [{id: one, date: 2026-10-01, chip: c, quantity: 640, to: s, authorization: lpp}]
"""


def _lpp() -> Answer[Any]:
    return lpp(LAW, DAY, facts(AT_NOTICE), (), "a", 2026)


def _sample(ask: Callable[..., Answer[Any]], *words: str) -> Answer[Any]:
    file, lots = sample()
    return ask(LAW, DAY, file, lots, *words)


TRAPS: dict[str, tuple[str, Callable[[], Answer[Any]], bool]] = {
    "1 derived models": ("weights-derived", lambda: weights(LAW, DAY, facts(DERIVED), "m"), True),
    "2 the LPP notice": ("lpp-notice", _lpp, True),
    "3 the AIA certificate": ("aia-certificate", lambda: _sample(aia, "fjellkraft"), True),
    "4 attrition in the allocation": ("country-attrition", lambda: _sample(country, "IN", "megha-campus"), False),
    "4 counting by years": ("country-counting", lambda: _sample(country, "IN", "megha-campus"), True),
    "5 chip accounting": (
        "accounting-scope",
        lambda: inventory(LAW, DAY, *sample(), DAY),
        True,
    ),
    "6 when shares are measured": ("uveu-measurement", lambda: _sample(uveu, "fjellkraft", "expansion"), True),
    "7 assurances for an NVEU": ("nveu-assurances", lambda: _sample(route, "fjellkraft", "expansion"), False),
    "8 consequence of a listing": ("sanctions-consequence", lambda: paragraph(LAW, DAY, "supplement-10.18.b.i"), True),
    "9 the end of Supplement No. 8": ("supplement-8-end", lambda: paragraph(LAW, DAY, "supplement-8.B.11"), True),
    "10 which Supplement No. 8": ("supplement-8-name", lambda: destination(LAW, DAY, "AE"), False),
    "11 the code NO": ("norway-code", lambda: destination(LAW, DAY, "NO"), False),
}


@pytest.mark.parametrize("trap", TRAPS)
def test_the_answer_names_the_trap_and_what_each_reading_leads_to(trap: str) -> None:
    name, ask, differs = TRAPS[trap]
    answer: Answer[Frozen] = ask()
    found = _named(answer, name)
    row = LAW.ambiguity(name, DAY)
    assert row is not None
    assert [one.reading for one in found.readings] == [one.id for one in row.readings]
    assert all(one.says and len(one.result) > 20 for one in found.readings)
    assert found.cite == row.cite
    assert found.problem == row.problem
    # The consequences are told apart whether or not they matter here.
    if differs:
        assert len({one.result for one in found.readings}) == len(found.readings)
    assert found.differs is differs
    assert (answer.outcome is Outcome.DETERMINED) <= (not any(one.differs for one in answer.ambiguous))


def _named(answer: Answer[Any], name: str) -> Ambiguous:
    (found,) = [one for one in answer.ambiguous if one.id == name]
    return found


def test_every_ambiguity_of_the_tables_is_a_trap_here() -> None:
    assert {name for name, _, _ in TRAPS.values()} == set(LAW.ambiguities)


def test_no_trap_is_named_where_it_does_not_matter() -> None:
    assert nveu(LAW, DAY, *sample(), "solvind", "IN").ambiguous == ()
    assert destination(LAW, DAY, "DE").ambiguous == ()
    assert paragraph(LAW, DAY, "supplement-10.16").ambiguous == ()


def test_an_unquoted_no_is_norway_in_our_yaml_and_in_what_we_write() -> None:
    assert parse_yaml(b"country: NO", "facts.yaml").value == {"country": "NO"}
    quoted = [line for line in SAMPLE.read_text("utf-8").splitlines() if '"NO"' in line]
    assert quoted, "the shipped sample quotes the code, for the sake of other readers"


TRUTHS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
"""What YAML 1.1 readers take for something else than text."""


def _keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {key for inner in value.values() for key in _keys(inner)}
    return {key for inner in value for key in _keys(inner)} if isinstance(value, list) else set()


@pytest.mark.parametrize("path", [SAMPLE, *sorted(FOLDER.glob("*.yaml"))], ids=lambda path: path.name)
def test_no_key_we_ask_for_is_a_truth_value_to_other_readers(path: Path) -> None:
    assert not TRUTHS & {key.lower() for key in _keys(parse_yaml(path.read_bytes(), path.name).value)}


def test_no_field_of_the_facts_file_is_one() -> None:
    schema = json.loads((FOLDER.parents[1] / "docs" / "facts.schema.json").read_text("utf-8"))
    named = [schema, *schema["$defs"].values()]
    assert not TRUTHS & {field.lower() for one in named for field in one.get("properties", {})}
