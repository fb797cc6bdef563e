"""The table of public accelerators: its reading, its sources, and that its figures do not contradict each other."""

from __future__ import annotations

from decimal import Decimal
from textwrap import dedent

import pytest

from auditor.errors import FactsError, SchemaError
from auditor.regulation.tables.accelerators import read_accelerators
from tests.regulation.small import FOLDER, facts

TABLE = FOLDER.parent / "products" / "accelerators.yaml"
CHIPS = read_accelerators(TABLE.read_bytes(), "accelerators.yaml")

SMALL = """
    sources:
      - {id: sheet, title: "Sheet, edition 1", read: "read", confidence: data sheet}
      - {id: talk, title: "Talk, 2024", read: "heard of", confidence: recalled}
    chips:
      - id: one
        name: "One"
        maker: "Maker"
        source: sheet
        units:
          - rates:
              - {bits: 8, tops: 600}
              - {bits: 8, tops: 1200, sparse: true, as_printed: "1,200 with sparsity"}
        dies: [{kind: logic, mm2: 500, non_planar: true, source: talk}]
"""


def small(text: str = SMALL) -> dict:
    return read_accelerators(dedent(text).encode(), "accelerators.yaml")


def test_every_figure_has_a_source_and_the_chip_its_weakest_confidence() -> None:
    one = small()["one"]
    assert one.units[0].rates[0].source == "Sheet, edition 1 (read)"
    assert one.dies[0].source == "Talk, 2024 (heard of)"
    assert one.confidence == "recalled"


def test_places_are_lines_of_the_table() -> None:
    one = small()["one"]
    assert one.origin == "accelerators.yaml:6"
    assert [rate.origin for rate in one.units[0].rates] == ["accelerators.yaml:12", "accelerators.yaml:13"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("source: talk", "source: rumour", "no such source"),
        ("source: sheet", "source: rumour", "no such source"),
        ("id: talk", "id: sheet", "twice"),
        ("tops: 600", "tops: -600", "negative"),
        ("tops: 600", "tops: many", "not a number"),
        ("bits: 8, tops: 600", "bits: 0, tops: 600", "greater than or equal to 1"),
        ("mm2: 500", "mm2: -1", "negative"),
        ("tops: 600", "tops: 600, sparsity: true", "not a known field"),
        ("confidence: recalled", "confidence: sure", "confidence"),
    ],
)
def test_a_wrong_table_is_refused_with_its_line(old: str, new: str, says: str) -> None:
    assert old in SMALL
    with pytest.raises(SchemaError) as refused:
        small(SMALL.replace(old, new, 1))
    assert says in str(refused.value)
    assert "accelerators.yaml:" in str(refused.value)


def test_a_chip_twice_is_refused() -> None:
    chip = dedent(SMALL).split("chips:\n", 1)[1]
    with pytest.raises(SchemaError, match="twice"):
        read_accelerators(f"{dedent(SMALL).rstrip()}\n{chip}".encode(), "accelerators.yaml")


def test_a_negative_figure_in_the_facts_is_refused_with_line_and_fix() -> None:
    with pytest.raises(FactsError) as refused:
        facts(
            """
            chips:
              - id: mine
                name: "Mine"
                maker: "I"
                source: "sheet"
                units: [{rates: [{bits: 8, tops: -5}]}]
            """
        )
    assert "facts.yaml:6" in str(refused.value)
    assert "negative" in str(refused.value)


# The shipped table.


def test_the_known_accelerators_are_there() -> None:
    wanted = {
        "nvidia-a100-sxm-80gb", "nvidia-a800-sxm-80gb", "nvidia-h100-sxm", "nvidia-h100-pcie", "nvidia-h800-sxm",
        "nvidia-h200-sxm", "nvidia-h20", "nvidia-b200", "nvidia-l40s", "nvidia-l4", "nvidia-rtx-4090", "amd-mi210",
        "amd-mi250x", "amd-mi300x", "amd-mi325x", "amd-mi355x", "intel-gaudi-2", "intel-gaudi-3", "google-tpu-v4",
        "google-tpu-v5e", "google-tpu-v5p", "google-tpu-v6e", "cerebras-wse-3",
    }  # fmt: skip
    assert wanted <= set(CHIPS)


@pytest.mark.parametrize("name", sorted(CHIPS))
def test_every_shipped_figure_says_where_it_is_from(name: str) -> None:
    chip = CHIPS[name]
    for figure in (*(rate for unit in chip.units for rate in unit.rates), *chip.dies):
        assert figure.source
        assert figure.confidence
        assert "(" in figure.source, "title and what was read of it"
    assert chip.dram_gb_per_s is None or chip.dram_source
    assert chip.data_center is not None


@pytest.mark.parametrize("name", sorted(CHIPS))
def test_no_shipped_dense_figure_is_as_high_as_its_sparse_one(name: str) -> None:
    for unit in CHIPS[name].units:
        for dense in (rate for rate in unit.rates if not rate.sparse):
            for sparse in (rate for rate in unit.rates if rate.sparse and rate.bits == dense.bits):
                assert dense.tops < sparse.tops
                assert Decimal("1.98") <= sparse.tops / dense.tops <= Decimal("2.03"), "two of four zeros are skipped"


@pytest.mark.parametrize("name", sorted(CHIPS))
def test_a_figure_printed_with_sparsity_is_halved_where_it_is_given_as_dense(name: str) -> None:
    for unit in CHIPS[name].units:
        for rate in unit.rates:
            if "one-half lower without" in (rate.as_printed or ""):
                assert not rate.sparse
                pair = [r for r in unit.rates if r.sparse and r.bits == rate.bits and r.operation == rate.operation]
                assert [r.tops for r in pair] == [rate.tops * 2]


def test_figures_are_kept_apart_from_the_law() -> None:
    law = "".join(path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.yaml")))
    assert not [chip.id for chip in CHIPS.values() if chip.id in law]
    assert not [limit for limit in ("4800", "21000") if f"tpp: {limit}" in TABLE.read_text(encoding="utf-8")]
