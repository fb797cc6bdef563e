"""TPP, performance density and the entries of 3A090 and 4A090: boundaries, ranges, contradictions, properties."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from auditor.model.answer import Answer, Outcome
from auditor.model.facts import Chip, Die, Unit
from auditor.regulation.chips.chip import Classified, Level, chip, counts_a, tpp, tpp_table
from auditor.regulation.working import Working
from tests.regulation.small import LAW, edited, facts
from tests.regulation.test_accelerators import CHIPS

DAY = date(2026, 3, 1)


def made(*rates: tuple[object, ...], area: object = None, dc: bool | None = True, **more: object) -> Chip:
    """A chip of one unit with rates (bits, tops, sparse), and one non-planar logic die."""
    units = ({"rates": [{"bits": r[0], "tops": str(r[1]), "sparse": len(r) > 2} for r in rates]},) if rates else ()
    dies = () if area is None else ({"kind": "logic", "mm2": str(area), "non_planar": True},)
    fields = {"id": "x", "name": "X", "maker": "M", "source": "S", "units": units, "dies": dies, "data_center": dc}
    return Chip.model_validate({**fields, **more})


def asked(made_chip: Chip, day: date = DAY) -> Answer[Classified]:
    return chip(LAW, day, made_chip)


def level(made_chip: Chip) -> Level | None:
    answer = asked(made_chip)
    assert answer.result is not None
    assert (answer.outcome is Outcome.DETERMINED) == (answer.result.level is not None)
    return answer.result.level


def total(made_chip: Chip) -> Decimal:
    return tpp(Working(LAW, DAY, "test"), made_chip)


def open_tpp(made_chip: Chip) -> str:
    """Why the TPP is not determined."""

    def compute() -> tuple[str, Classified]:
        raise AssertionError(total_of(work))

    def total_of(working: Working) -> Decimal:
        return tpp(working, made_chip)

    work = Working(LAW, DAY, "test")
    answer = work.answered(compute)
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    return "; ".join(missing.why for missing in answer.missing)


# The rule's own example, and the technical notes.


def test_the_rules_example_600_tops_at_8_bit_and_300_tflops_at_16_bit_are_4800() -> None:
    assert total(made((8, 600))) == total(made((16, 300))) == 4800
    assert level(made((8, 600))) is Level.A
    assert level(made((16, 300))) is Level.A


def test_the_highest_over_bit_lengths_counts() -> None:
    assert total(made((8, 500), (16, 260))) == 4160
    assert total(made((8, 530), (16, 260))) == 4240
    assert total(CHIPS["amd-mi355x"]) == 10100 * 6, "6 bits at the rate of 4 bits beats 8 bits"
    assert total(CHIPS["amd-mi210"]) == Decimal("45.3") * 64, "64 bits beats 16 bits"


def test_the_makers_highest_claim_at_a_bit_length_counts() -> None:
    assert total(made((8, 500), (8, 600), (8, 550))) == 4800


def test_processing_units_add_up_each_at_its_own_bit_length() -> None:
    units = [{"count": 2, "rates": [{"bits": 8, "tops": 100}]}, {"rates": [{"bits": 16, "tops": 50}]}]
    assert total(made(units=units)) == 2 * 800 + 800


def test_dense_counts_over_sparse() -> None:
    assert total(made((8, 600), (8, 1200, "sparse"))) == 4800


def test_the_steps_cite_the_notes_and_show_the_products() -> None:
    answer = asked(CHIPS["nvidia-h100-sxm"])
    assert "1,979 x 8 bits = 15,832" in answer.steps[0].says
    assert answer.steps[0].cite == "ECCN 3A090 Technical Notes 1 to 3"
    assert "19.4496 TPP per mm2" in answer.conclusion
    assert all(step.used for step in answer.steps), "every step cites a row"
    assert [standing.provision for standing in answer.standing] == ["ccl-3a090", "china-case-by-case"]


# Boundaries. Density is set by the area: 1600 TPP over 1600 / 5.92 mm2 is not exact, so TPP is varied instead.


@pytest.mark.parametrize(
    ("tops_at_8", "area", "expected"),
    [
        ("599.99875", 5000, Level.NONE),  # 4799.99 TPP, 0.96 per mm2
        ("600", 5000, Level.A),  # 4800
        ("600", "0.001", Level.A),
        ("600", 1000000, Level.A),  # whatever the density
        ("199.99875", 1, Level.NONE),  # 1599.99 TPP, dense as can be
        ("200", 100, Level.A),  # 1600 TPP, 16 per mm2
        ("222", 300, Level.A),  # 1776 TPP / 300 = 5.92
        ("221.99875", 300, Level.B),  # 5.9199... and so .b.2
        ("400", 500, Level.B),  # 3200 TPP, 6.4 -> see next
        ("300", 1500, Level.B),  # 2400 TPP, 1.6
        ("299.99875", 1500, Level.NONE),  # 2399.99 TPP, 1.59999
        ("299.99875", 1000, Level.NONE),  # 2399.99 TPP, 2.4: below .b.1 and below 3.2
        ("300", "1500.001", Level.NONE),  # 2400 TPP, below 1.6
        ("200", 500, Level.B),  # 1600 TPP, 3.2
        ("199.99875", 400, Level.NONE),  # 1599.99
        ("200", "500.001", Level.NONE),  # 1600 TPP, below 3.2
        ("599.99875", 2999, Level.B),  # 4799.99 TPP, above 1.6
    ],
)
def test_each_threshold_on_either_side(tops_at_8: str, area: object, expected: Level) -> None:
    if (tops_at_8, area) == ("400", 500):
        expected = Level.A  # 6.4 is at or above 5.92
    assert level(made((8, tops_at_8), area=area)) is expected


def test_a_chip_at_3a090_a_may_meet_the_words_of_b_2_too_and_is_a() -> None:
    result = asked(CHIPS["amd-mi250x"]).result
    assert result is not None
    assert result.paragraphs == ("3A090.a.1", "3A090.b.2")
    assert result.eccn == ("3A090.a",)


@pytest.mark.parametrize(
    ("tops_at_8", "area", "paragraphs"),
    [
        ("600", 2000, ("3A090.a.1",)),  # 2.4 per mm2, but no longer below 4800
        ("599.99875", 2000, ("3A090.b.1",)),
        ("300", 500, ("3A090.b.1", "3A090.b.2")),
        ("600", 500, ("3A090.a.1", "3A090.a.2")),
        ("200", 1000, ()),
    ],
)
def test_which_paragraphs_words_are_met(tops_at_8: str, area: int, paragraphs: tuple[str, ...]) -> None:
    result = asked(made((8, tops_at_8), area=area)).result
    assert result is not None
    assert result.paragraphs == paragraphs


@pytest.mark.parametrize(
    ("level_of", "assembly"), [("nvidia-h100-sxm", "4A090.a"), ("nvidia-l40", "4A090.b"), ("nvidia-h20", None)]
)
def test_what_contains_it_is_4a090(level_of: str, assembly: str | None) -> None:
    answer = asked(CHIPS[level_of])
    assert answer.result is not None
    assert answer.result.assembly == assembly
    assert any("4A003.z" in step.says for step in answer.steps) == (assembly is not None)


@pytest.mark.parametrize(
    ("tops_at_8", "data_center", "expected"),
    [
        ("599.99875", False, Level.NONE),
        ("600", False, Level.A),
        ("599.99875", True, Level.A),
        ("200", False, Level.NONE),
    ],
)
def test_the_data_center_note(tops_at_8: str, data_center: bool, expected: Level) -> None:
    assert level(made((8, tops_at_8), area=100, dc=data_center)) is expected


@pytest.mark.parametrize(
    ("bandwidth", "expected"), [("200", ()), ("200.000000000001", ("3A090.c",)), ("199.99", ()), ("819", ("3A090.c",))]
)
def test_memory_by_itself_above_2_gb_per_s_per_mm2_is_3a090_c(bandwidth: str, expected: tuple[str, ...]) -> None:
    memory = made(dies=[{"kind": "memory", "mm2": 50, "count": 2}], dram_gb_per_s=bandwidth)
    result = asked(memory).result
    assert result is not None
    assert result.eccn == expected
    assert result.controlled_a is False


def test_memory_without_bandwidth_cannot_be_determined() -> None:
    assert asked(made(dies=[{"kind": "memory", "mm2": 50}])).outcome is Outcome.CANNOT_BE_DETERMINED


# What is missing.


@pytest.mark.parametrize("more", [{}, {"units": ()}])
def test_no_figures_leave_everything_possible(more: dict) -> None:
    answer = asked(made(area=100, **more))
    assert answer.result is not None
    assert answer.result.possible == (Level.A, Level.NONE)
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert "no figures of performance" in open_tpp(made())


def test_a_sparse_figure_alone_bounds_from_above_and_determines_only_below_the_limits() -> None:
    assert level(made((8, 100, "sparse"), area=10)) is Level.NONE, "at most 800 TPP"
    answer = asked(made((8, 1200, "sparse"), area=5000))
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert answer.result is not None
    assert (answer.result.tpp_at_least, answer.result.tpp_at_most) == (0, 9600)
    assert "between 0 and 9,600 TPP" in answer.conclusion
    assert "only a sparse figure at 8 bits" in open_tpp(made((8, 1200, "sparse")))


def test_a_sparse_figure_at_another_bit_length_matters_only_if_it_could_be_the_highest() -> None:
    assert total(made((16, 300), (8, 600, "sparse"))) == 4800
    assert "at most 8,000" in open_tpp(made((16, 300), (8, 1000, "sparse")))
    assert level(made((16, 300), (8, 1000, "sparse"))) is Level.A, "4800 already, whatever the other"


@pytest.mark.parametrize(
    "more", [{"units": [{"rates": [{"bits": 8, "tops": 0}]}]}, {"area": 0}, {"dram_gb_per_s": 0}, {"area": "-1"}]
)
def test_a_figure_of_0_or_less_is_refused_at_the_door(more: dict) -> None:
    with pytest.raises(ValidationError, match="which this figure cannot be"):
        made(**more)


def test_an_unknown_area_is_open_between_1600_and_4800_and_nowhere_else() -> None:
    assert level(made((8, "199.99875"))) is Level.NONE
    assert level(made((8, 200))) is None
    assert level(made((8, "599.99875"))) is None
    assert level(made((8, 600))) is Level.A
    assert asked(made((8, 200))).missing[0].fix == "add its dies with their areas in mm2"


@pytest.mark.parametrize(("tops", "possible"), [("200", 3), ("250", 3), ("300", 3)])
def test_without_an_area_every_level_remains_possible(tops: str, possible: int) -> None:
    result = asked(made((8, tops))).result
    assert result is not None
    assert len(result.possible) == possible


def test_an_unknown_process_counts_and_does_not_count() -> None:
    unsure = {"kind": "logic", "mm2": 300}
    assert level(made((8, 222), dies=[unsure])) is None, "5.92 with it, and nothing to divide by without it"
    sure = {"kind": "logic", "mm2": 270, "non_planar": True}
    two = made((8, 222), dies=[sure, {"kind": "logic", "mm2": 30}])
    assert level(two) is Level.A, "at least 5.92 either way"
    assert level(made((8, 222), dies=[sure, {"kind": "logic", "mm2": 31}])) is None, "5.92 or 5.9003"
    assert "non-planar" in asked(made((8, 222), dies=[sure, {"kind": "logic", "mm2": 31}])).missing[0].why


def test_planar_and_memory_dies_do_not_count_and_io_dies_are_open() -> None:
    sure = {"kind": "logic", "mm2": 300, "non_planar": True}
    planar = {"kind": "logic", "mm2": 900, "non_planar": False}
    memory = {"kind": "memory", "mm2": 900, "count": 6}
    assert level(made((8, 222), dies=[sure, planar, memory])) is Level.A
    assert level(made((8, 222), dies=[sure, {"kind": "io", "mm2": 900, "non_planar": True}])) is None
    assert level(made((8, 222), dies=[sure, {"kind": "io", "mm2": 900, "non_planar": False}])) is Level.A
    only_planar = asked(made((8, 222), dies=[planar]))
    assert only_planar.outcome is Outcome.CANNOT_BE_DETERMINED
    assert "divided by no area" in only_planar.missing[0].why


def test_unknown_marketing_is_open_only_where_the_note_could_help() -> None:
    assert level(made((8, 200), area=100, dc=None)) is None
    assert level(made((8, 600), area=100, dc=None)) is Level.A
    assert level(made((8, 200), area=5000, dc=None)) is Level.NONE
    missing = asked(made((8, 200), area=100, dc=None)).missing
    assert [m.fix for m in missing] == ["state data_center: true or false"]
    assert missing[0].why.endswith("still possible are 3A090.a; neither 3A090.a nor 3A090.b")


def test_only_what_leaves_the_level_open_is_missing() -> None:
    # The sparse figure cannot be the highest, so it is no gap.
    missing = asked(made((16, 100), (8, 199, "sparse"), area=100, dc=None)).missing
    assert [m.fix for m in missing] == ["state data_center: true or false"]


def test_shipped_chips_without_a_die_area_are_not_guessed() -> None:
    answer = asked(CHIPS["google-tpu-v4"])
    assert answer.result is not None
    assert answer.result.tpp == 4400
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert answer.missing[0].place == CHIPS["google-tpu-v4"].origin


# What contradicts.


@pytest.mark.parametrize("dense", ["1200", "1300"])
def test_a_dense_figure_not_below_the_sparse_one_is_refused(dense: str) -> None:
    answer = asked(made((8, dense), (8, 1200, "sparse"), area=500))
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert answer.result is None, "not even where 4800 is far away"
    assert "not below the sparse figure 1,200" in answer.missing[0].why


FACTS = """
    chips:
      - id: {id}
        name: "{name}"
        maker: "NVIDIA"
        source: "sheet"
        data_center: true
        units:
          - rates:
              - {{bits: 16, tops: "989.5"}}
              - {{bits: 8, tops: "{tops}"}}
"""


@pytest.mark.parametrize(
    ("ident", "name", "tops"),
    [
        ("nvidia-h100-sxm", "Ours", "3958"),
        ("ours", "NVIDIA H100 SXM", "3958"),
        ("ours", "nvidia h100-SXM", "3957.8"),
    ],
)
def test_the_sparse_figure_of_a_known_chip_given_as_dense_is_refused_with_its_line(
    ident: str, name: str, tops: str
) -> None:
    file = facts(FACTS.format(id=ident, name=name, tops=tops), chips=CHIPS)
    answer = asked(file.chips[ident])
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert answer.result is None
    assert [m.place for m in answer.missing] == ["facts.yaml:10"]
    assert "is the sparse figure of the same chip: 3,958 teraFLOPS with sparsity" in answer.missing[0].why
    assert answer.missing[0].fix == "write sparse: true, and add the dense figure"


@pytest.mark.parametrize(("ident", "name", "tops"), [("nvidia-h100-sxm", "Ours", "1979"), ("ours", "Other", "3958")])
def test_other_figures_and_other_chips_are_not_refused(ident: str, name: str, tops: str) -> None:
    file = facts(FACTS.format(id=ident, name=name, tops=tops), chips=CHIPS)
    assert asked(file.chips[ident]).outcome is Outcome.DETERMINED


# Public chips, and the two that the rule of January 2026 is reported to name.


@pytest.mark.parametrize(
    ("name", "expected_tpp", "expected"),
    [
        ("nvidia-a100-sxm-80gb", "4992", Level.A),
        ("nvidia-h100-sxm", "15832", Level.A),
        ("nvidia-h20", "2368", Level.NONE),
        ("nvidia-l4", "1940", Level.A),
        ("nvidia-l40", "2896.8", Level.B),
        ("nvidia-rtx-4090", "5284.8", Level.A),
        ("nvidia-a10", "2000", Level.NONE),
        ("amd-mi300x", "20919.2", Level.A),
        ("google-tpu-v6e", "14688", Level.A),
        ("meta-mtia-2", "2832", Level.A),
    ],
)
def test_public_chips(name: str, expected_tpp: str, expected: Level) -> None:
    result = asked(CHIPS[name]).result
    assert result is not None
    assert (result.tpp, result.level) == (Decimal(expected_tpp), expected)


def test_figures_not_read_at_the_maker_are_a_caution() -> None:
    assert any("from memory" in said for said in asked(CHIPS["nvidia-rtx-4090"]).cautions)
    assert any("secondary source" in said for said in asked(CHIPS["nvidia-h100-sxm"]).cautions)
    assert not any("TPU" in said for said in asked(CHIPS["google-tpu-v6e"]).cautions)


@pytest.mark.parametrize(
    ("tops_at_8", "dram", "expected"),
    [
        ("2624.99875", "6499.99", True),
        ("2625", "6499.99", False),  # 21,000 TPP
        ("2624.99875", "6500", False),
        ("2624.99875", None, None),
        ("2625", None, False),
    ],
)
def test_figures_for_case_by_case_review(tops_at_8: str, dram: str | None, expected: bool | None) -> None:
    result = asked(made((8, tops_at_8), dram_gb_per_s=dram)).result
    assert result is not None
    assert result.china_case_by_case is expected


@pytest.mark.parametrize(("sparse_at_8", "expected"), [("2624.99", True), ("2625", None), ("3000", None)])
def test_an_upper_bound_below_the_figure_is_enough(sparse_at_8: str, expected: bool | None) -> None:
    result = asked(made((16, 1000), (8, sparse_at_8, "sparse"), dram_gb_per_s=4000)).result
    assert result is not None
    assert result.china_case_by_case is expected


def test_the_chips_named_with_that_rule_are_within_its_figures_and_larger_ones_are_not() -> None:
    within = {name for name in CHIPS if (r := asked(CHIPS[name]).result) and r.china_case_by_case}
    assert {"nvidia-h200-sxm", "amd-mi325x"} <= within
    assert not within & {"nvidia-b200", "amd-mi355x", "intel-gaudi-3", "google-tpu7x"}


def test_before_that_rule_nothing_is_said_of_it() -> None:
    answer = asked(CHIPS["nvidia-h200-sxm"], date(2026, 1, 14))
    assert answer.result is not None
    assert answer.result.china_case_by_case is None
    assert [standing.provision for standing in answer.standing] == ["ccl-3a090"]


def test_before_the_tables_nothing_is_determined() -> None:
    assert asked(CHIPS["nvidia-h100-sxm"], date(2025, 1, 12)).outcome is Outcome.CANNOT_BE_DETERMINED


def test_a_newer_limit_moves_the_level() -> None:
    law = edited(
        "limits",
        'value: 4800\n    unit: TPP\n    meaning: "TPP from which',
        'value: 9600\n    unit: TPP\n    meaning: "TPP from which',
    )
    answer = chip(law, DAY, made((8, 600), area=5000))
    assert answer.result is not None
    assert answer.result.level is Level.NONE


# For inventories.


def test_a_table_of_wanted_chips() -> None:
    work = Working(LAW, DAY, "test")
    assert tpp_table(work, CHIPS, ["nvidia-h100-sxm", "nvidia-h20", "nvidia-h100-sxm"]) == {
        "nvidia-h100-sxm": 15832,
        "nvidia-h20": 2368,
    }


@pytest.mark.parametrize("wanted", ["no-such-chip", "cerebras-wse-3"])
def test_a_wanted_chip_that_is_unknown_or_open_leaves(wanted: str) -> None:
    work = Working(LAW, DAY, "test")

    def compute() -> tuple[str, Classified]:
        tpp_table(work, CHIPS, [wanted])
        raise AssertionError

    answer = work.answered(compute)
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED


@pytest.mark.parametrize(
    ("name", "expected"), [("nvidia-h100-sxm", True), ("nvidia-l40", False), ("nvidia-h20", False), ("nvidia-l4", True)]
)
def test_whether_a_chip_counts(name: str, expected: bool) -> None:
    assert counts_a(Working(LAW, DAY, "test"), CHIPS[name]) is expected


def test_whether_a_chip_counts_is_open_if_its_level_is() -> None:
    work = Working(LAW, DAY, "test")

    def compute() -> tuple[str, Classified]:
        counts_a(work, CHIPS["google-tpu-v5e"])
        raise AssertionError

    assert work.answered(compute).outcome is Outcome.CANNOT_BE_DETERMINED


# Properties.

RATES = st.builds(
    lambda bits, tops, sparse: Unit.Rate(bits=bits, tops=Decimal(tops).scaleb(-2), sparse=sparse),
    st.sampled_from([4, 8, 16, 32, 64]),
    st.integers(1, 200_000),
    st.just(False),
)
UNITS = st.builds(
    lambda count, rates: Unit(count=count, rates=tuple(rates)),
    st.integers(1, 3),
    st.lists(RATES, min_size=1, max_size=4),
)
DIES = st.builds(
    lambda kind, mm2, planar, count: Die(kind=kind, mm2=Decimal(mm2).scaleb(-1), non_planar=planar, count=count),
    st.sampled_from(["logic", "memory", "io"]),
    st.integers(1, 20_000),
    st.sampled_from([True, False, None]),
    st.integers(1, 2),
)


@given(st.lists(UNITS, min_size=1, max_size=4), UNITS)
def test_adding_a_unit_never_lowers_the_tpp(units: list[Unit], more: Unit) -> None:
    assert total(made(units=[*units, more])) > total(made(units=units))


@given(st.lists(RATES, min_size=1, max_size=4), RATES)
def test_adding_a_rate_never_lowers_the_tpp(rates: list[Unit.Rate], more: Unit.Rate) -> None:
    assert total(made(units=[Unit(rates=(*rates, more))])) >= total(made(units=[Unit(rates=tuple(rates))]))


@given(st.lists(UNITS, max_size=3), st.lists(DIES, max_size=4), st.sampled_from([True, False, None]), st.randoms())
def test_order_never_matters(units: list[Unit], dies: list[Die], dc: bool | None, random: object) -> None:
    mixed = [unit.model_copy(update={"rates": tuple(shuffled(unit.rates, random))}) for unit in shuffled(units, random)]
    one, other = made(units=units, dies=dies, dc=dc), made(units=mixed, dies=shuffled(dies, random), dc=dc)
    assert asked(one).result == asked(other).result


def shuffled(items: object, random: object) -> list:
    mixed = list(items)  # type: ignore[call-overload]
    random.shuffle(mixed)  # type: ignore[attr-defined]
    return mixed


CENTS = st.integers(1, 700_000).map(lambda n: Decimal(n).scaleb(-2))
AREAS = st.integers(1, 30_000).map(lambda n: Decimal(n).scaleb(-1))


@given(CENTS, CENTS, AREAS, AREAS, st.sampled_from([True, False, None]), st.fractions(0, 1, max_denominator=8))
def test_every_figure_within_the_ranges_has_a_level_said_to_be_possible(
    low: Decimal, more: Decimal, area: Decimal, perhaps: Decimal, dc: bool | None, part: Fraction
) -> None:
    dies = [{"kind": "logic", "mm2": area, "non_planar": True}, {"kind": "logic", "mm2": perhaps}]
    result = asked(made((1, low), (2, (low + more) / 2, "sparse"), dies=dies, dc=dc)).result
    assert result is not None
    assert (result.tpp_at_least, result.tpp_at_most) == (low, low + more)
    inside = low + more * part.numerator / part.denominator
    seen = {
        level(made((1, value), area=size, dc=market))
        for value, size in product((low, inside.quantize(Decimal("0.01")), low + more), (area, area + perhaps))
        for market in ((True, False) if dc is None else (dc,))
    }
    assert seen <= set(result.possible)


@given(st.lists(UNITS, max_size=2), st.lists(DIES, max_size=3), st.sampled_from([True, False, None]))
def test_stating_more_never_adds_a_possibility(units: list[Unit], dies: list[Die], dc: bool | None) -> None:
    stated = [die.model_copy(update={"non_planar": True}) if die.non_planar is None else die for die in dies]
    vague, sure = asked(made(units=units, dies=dies, dc=dc)), asked(made(units=units, dies=stated, dc=dc))
    if any(die.kind != "memory" for die in dies) and vague.result and sure.result and any(d.non_planar for d in stated):
        assert set(sure.result.possible) <= set(vague.result.possible)


@pytest.mark.parametrize("tops", ["9" * 30, "9e99", "999999999999999999999999999999.999999999999e99"])
def test_figures_as_large_as_the_pattern_allows_have_a_density(tops: str) -> None:
    answer = asked(made((128, tops), area="0.000000000001"))
    assert answer.result is not None
    assert answer.result.level is Level.A
