"""Whether a model's weights are 4E091: the threshold, publication, derivation, data made by models, fine-tuning."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.model.answer import Answer, Outcome
from auditor.regulation.model_weights.weights import Weights, weights
from tests.regulation.small import LAW, facts

DAY = date(2026, 3, 1)


def asked(fields: str, day: date = DAY) -> Answer[Weights]:
    """The answer for a model with the fields (a flow mapping without braces); generators go in `generators: [...]`."""
    return weights(LAW, day, facts(f'models:\n  - {{id: m, name: "Model", {fields}}}\n'), "m")


def controlled(fields: str) -> bool | None:
    answer = asked(fields)
    assert answer.result is not None
    assert (answer.outcome is Outcome.DETERMINED) == (answer.result.controlled is not None)
    return answer.result.controlled


UNPUBLISHED = "parameters_published: false"


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ("1e26", True),
        ("1.0000001e26", True),
        ("99999999999999999999999999", False),
        ("9.999999999e25", False),
        ("1", False),
    ],
)
def test_the_threshold_of_10_to_26(operations: str, expected: bool) -> None:
    assert controlled(f'training_operations: "{operations}", {UNPUBLISHED}') is expected


def test_published_parameters_are_not_controlled_whatever_the_operations() -> None:
    assert controlled('training_operations: "9e30", parameters_published: true') is False
    assert controlled("parameters_published: true") is False, "not stated operations do not matter then"
    assert controlled('training_operations: "1e27", base_operations: "2e27", parameters_published: true') is False


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        (UNPUBLISHED, "training operations are not stated"),
        ("", "training operations are not stated"),
        ('training_operations: "1e26"', "published is not stated"),
    ],
)
def test_what_is_not_stated_is_not_guessed(fields: str, why: str) -> None:
    answer = asked(fields.rstrip(", "))
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert answer.result is not None
    assert answer.result.controlled is None
    assert why in "; ".join(missing.why for missing in answer.missing)
    assert all(missing.place and missing.place.startswith("facts.yaml:") for missing in answer.missing)
    assert all(missing.fix for missing in answer.missing)


def test_below_the_threshold_publication_does_not_matter() -> None:
    assert controlled('training_operations: "9e25"') is False


def test_an_unknown_model() -> None:
    answer = weights(LAW, DAY, facts('models: [{id: m, name: "M"}]'), "other")
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert answer.missing[0].fix == "name one of: m"


def test_before_the_rule_nothing_is_determined() -> None:
    answer = asked(f'training_operations: "1e26", {UNPUBLISHED}', date(2025, 1, 12))
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED


# Derived from published parameters: the higher of 2.5e25 (code) or 2e25 (preamble) and 25 percent.


def derived(base: str, additional: str, **more: str) -> str:
    rest = "".join(f', {key}: "{value}"' for key, value in more.items())
    return (
        f'derived_from: "Open", base_published: true, base_operations: "{base}", '
        f'additional_operations: "{additional}"{rest}, {UNPUBLISHED}'
    )


@pytest.mark.parametrize(
    ("base", "additional", "code", "preamble"),
    [
        ("8e25", "2e25", False, False),  # not more than either number
        ("8e25", "2.0000001e25", False, None),  # 25 percent of all is 2.500000025e25, of the base 2e25
        ("7.99e25", "2.5e25", False, None),  # 25 percent of all, 2.6225e25, is above it
        ("7.4e25", "2.6e25", True, True),  # 25 percent of all is 2.5e25, so the numbers decide
        ("7.5e25", "2.5e25", False, None),  # exactly 25 percent of all
        ("7.6e25", "2.4e25", False, None),
        ("1e26", "2.5e25", False, False),  # 25 percent of the base is 2.5e25, not below
        ("1e26", "3e25", None, None),  # above 25 percent of the base, below 25 percent of all
        ("1e26", "3.4e25", True, True),  # above 25 percent of all, 3.35e25
        ("1e27", "2e26", False, False),
        ("1e27", "4e26", True, True),
    ],
)
def test_the_limits_of_derivation(base: str, additional: str, code: bool | None, preamble: bool | None) -> None:
    result = asked(derived(base, additional)).result
    assert result is not None
    assert {under.reading: under.controlled for under in result.controlled_under} == {
        "code": code,
        "preamble": preamble,
    }
    assert result.controlled is (code if code == preamble else None)


def test_code_and_preamble_differ_between_2_and_2_5_times_10_to_25() -> None:
    # 25 percent is below both numbers, since generated data, not the model's own training, brings it to 10^26.
    generator = (
        'generators: [{name: "Gen", operations_on_its_data: "2.1e25", generation_operations: "9e25", '
        "parameters_published: true}]"
    )
    answer = asked(f"{derived('4e25', '2.2e25')}, {generator}")
    assert answer.outcome is Outcome.DEPENDS
    assert answer.result is not None
    assert answer.result.controlled is None
    assert [(under.reading, under.controlled) for under in answer.result.controlled_under] == [
        ("code", False),
        ("preamble", True),
    ]
    assert answer.ambiguous[0].id == "weights-derived"
    assert answer.ambiguous[0].differs
    assert [reading.reading for reading in answer.ambiguous[0].readings] == ["code", "preamble"]
    assert "not 4E091 by the code, 4E091 by the preamble" in answer.conclusion
    assert not answer.missing


def test_the_ambiguity_is_shown_even_where_both_readings_agree() -> None:
    answer = asked(derived("1e27", "4e26"))
    assert answer.outcome is Outcome.DETERMINED
    assert answer.ambiguous[0].id == "weights-derived"
    assert not answer.ambiguous[0].differs


def test_whose_25_percent_is_said_and_where_it_matters_the_answer_stays_open() -> None:
    answer = asked(derived("1e26", "3e25"))
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    why = " ".join(missing.why for missing in answer.missing)
    assert "2.5 x 10^25 by the published model's operations" in why
    assert "3.25 x 10^25 by all of them" in why
    assert any("does not say of whose" in step.says for step in answer.steps)


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ('training_operations: "1.4e27", base_operations: "1e27"', True),
        ('training_operations: "1.2e27", additional_operations: "2e26"', False),
    ],
)
def test_a_part_follows_from_the_total(operations: str, expected: bool) -> None:
    assert controlled(f'derived_from: "Open", base_published: true, {operations}, {UNPUBLISHED}') is expected


@pytest.mark.parametrize(
    ("additional", "expected"), [("2e25", False), ("2.0000001e25", None), ("2.5e25", None), ("9e26", None)]
)
def test_additional_training_alone_decides_only_at_or_below_both_numbers(
    additional: str, expected: bool | None
) -> None:
    fields = f'derived_from: "Open", base_published: true, additional_operations: "{additional}", {UNPUBLISHED}'
    assert controlled(fields) is expected
    result = asked(fields).result
    assert result is not None
    assert result.controlled_under[0].controlled is (
        False if additional in ("2e25", "2.0000001e25", "2.5e25") else None
    )


def test_additional_training_not_stated_is_open() -> None:
    answer = asked(f'derived_from: "Open", base_published: true, training_operations: "1e27", {UNPUBLISHED}')
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert "additional operations are not stated" in answer.missing[0].why


def test_an_unpublished_base_does_not_help() -> None:
    fields = derived("1e27", "1e20").replace("base_published: true", "base_published: false")
    assert controlled(fields) is True
    assert not asked(fields).ambiguous


def test_an_unknown_base_is_open_unless_it_would_not_help_anyway() -> None:
    unknown = "base_published: true, "
    answer = asked(derived("1e27", "1e20").replace(unknown, ""))
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert answer.missing[0].fix == "state base_published: true or false"
    assert controlled(derived("1e27", "4e26").replace(unknown, "")) is True


def test_a_derived_model_below_the_threshold_is_not_asked_about_derivation() -> None:
    answer = asked(derived("1e25", "8e25"))
    assert answer.result is not None
    assert answer.result.controlled is False
    assert not answer.ambiguous


# Contradictions.

TWICE = (
    'training_operations: "1e26", generators: '
    "[{name: G, operations_on_its_data: 9}, {name: g, operations_on_its_data: 9}]"
)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ('training_operations: "1e26", base_operations: "2e26"', "more than all"),
        ('training_operations: "1e26", additional_operations: "2e26"', "more than all"),
        ('training_operations: "1e27", base_operations: "2e26", additional_operations: "2e26"', "4 x 10^26"),
        ('training_operations: "1e26", generators: [{name: "G", operations_on_its_data: "2e26"}]', "more than all"),
        (
            TWICE,
            "named twice",
        ),
    ],
)
def test_operations_that_contradict_each_other_are_refused(fields: str, why: str) -> None:
    answer = asked(f"{fields}, {UNPUBLISHED}")
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert answer.result is None
    assert why in answer.missing[0].why


# Data made by another model.


def made_by(*generators: str, total: str = "9e25") -> str:
    entries = ", ".join(f"{{{generator}}}" for generator in generators)
    return f'training_operations: "{total}", {UNPUBLISHED}, generators: [{entries}]'


def counted(fields: str) -> Decimal | None:
    result = asked(fields).result
    assert result is not None
    return result.operations


GEN = 'generation_operations: "5e24"'


@pytest.mark.parametrize(
    ("part", "expected"), [("9e24", "9e25"), ("9.00000001e24", "9.5e25"), ("8.9e24", "9e25"), ("5e25", "9.5e25")]
)
def test_above_10_percent_the_making_of_the_data_counts(part: str, expected: str) -> None:
    fields = made_by(f'name: "G", operations_on_its_data: "{part}", {GEN}, parameters_published: true')
    assert counted(fields) == Decimal(expected)


def test_the_makers_training_counts_if_its_parameters_are_unpublished() -> None:
    maker = f'name: "G", operations_on_its_data: "2e25", {GEN}, training_operations: "5e24"'
    assert counted(made_by(f"{maker}, parameters_published: true")) == Decimal("9.5e25")
    assert counted(made_by(f"{maker}, parameters_published: false")) == Decimal("1e26")
    assert controlled(made_by(f"{maker}, parameters_published: true")) is False
    assert controlled(made_by(f"{maker}, parameters_published: false")) is True
    assert controlled(made_by(maker)) is None, "not stated whether they are published"


def test_published_data_does_not_count() -> None:
    maker = 'name: "G", operations_on_its_data: "5e25", generation_operations: "9e25", parameters_published: false'
    assert counted(made_by(f"{maker}, data_published: true")) == Decimal("9e25")


def test_of_several_makers_only_the_largest_counts() -> None:
    one = 'name: "G", operations_on_its_data: "2e25", generation_operations: "6e24", parameters_published: true'
    two = 'name: "H", operations_on_its_data: "3e25", generation_operations: "9e24", parameters_published: true'
    assert counted(made_by(one, two)) == counted(made_by(two, one)) == Decimal("9.9e25")
    assert controlled(made_by(one, two)) is False, "6e24 and 9e24 together would be 1.05e26"


def test_no_operation_counts_twice() -> None:
    own = 'name: "Model", operations_on_its_data: "2e25", generation_operations: "5e24", parameters_published: false'
    assert counted(made_by(own)) == Decimal("9.5e25"), "the model itself made the data; its training is counted already"
    base = own.replace('"Model"', '"Base"') + ', training_operations: "5e25"'
    assert counted(f'derived_from: "base", base_published: false, {made_by(base)}') == Decimal("9.5e25")


@pytest.mark.parametrize("missing", ["generation_operations", "training_operations"])
def test_what_a_maker_took_is_not_guessed_unless_it_cannot_matter(missing: str) -> None:
    stated = {"generation_operations": "1e24", "training_operations": "1e24"} | {missing: ""}
    parts = ", ".join(f'{key}: "{value}"' for key, value in stated.items() if value)
    maker = f'name: "G", operations_on_its_data: "2e25", {parts}, parameters_published: false'
    answer = asked(made_by(maker))
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert "the making of G's data took is not stated" in answer.missing[0].why
    assert controlled(made_by(maker, total="1e26")) is True
    small = maker.replace("2e25", "2e24")
    assert controlled(made_by(small)) is False


# What is said beside the outcome.


def test_the_floating_threshold_is_a_caution_and_softens_nothing() -> None:
    answer = asked(f'training_operations: "1e26", {UNPUBLISHED}')
    assert answer.outcome is Outcome.DETERMINED
    assert answer.result is not None
    assert answer.result.controlled is True
    assert any("floating threshold needs a published comparison" in caution for caution in answer.cautions)
    assert not any("floating" in c for c in asked(f'training_operations: "9e25", {UNPUBLISHED}').cautions)


def test_what_follows_is_said_with_rows() -> None:
    answer = asked(f'training_operations: "1e26", {UNPUBLISHED}')
    cites = [step.cite for step in answer.steps]
    assert "742.6(a)(13) and (b)(14)" in cites
    assert "734.9(l)" in cites
    assert [row.id for step in answer.steps for row in step.used if row.id.startswith("supplement")] == [
        "supplement-10.8"
    ]
    assert all(step.used for step in answer.steps)
    assert not any(step.cite == "734.9(l)" for step in asked(f'training_operations: "1", {UNPUBLISHED}').steps)


@pytest.mark.parametrize(
    ("tuning", "expected"), [("2.5e25", True), ("2.500000001e25", False), ("1", True), ("1e26", False)]
)
def test_fine_tuning_up_to_25_percent_of_the_original(tuning: str, expected: bool) -> None:
    answer = asked(f'training_operations: "1e26", {UNPUBLISHED}, fine_tuning_operations: "{tuning}"')
    assert answer.result is not None
    assert answer.result.fine_tuning_within is expected
    assert any(row.id == "supplement-10.7" for step in answer.steps for row in step.used)


def test_fine_tuning_of_an_original_not_stated_is_open() -> None:
    answer = asked(f'{UNPUBLISHED}, fine_tuning_operations: "1e25"')
    assert answer.result is not None
    assert answer.result.fine_tuning_within is None
    assert any("paragraph 7" in missing.what for missing in answer.missing)


# Properties.


@given(st.integers(1, 10**27), st.integers(0, 10**27))
def test_more_operations_never_take_a_model_out(operations: int, more: int) -> None:
    fewer = asked(f'training_operations: "{operations}", {UNPUBLISHED}').result
    greater = asked(f'training_operations: "{operations + more}", {UNPUBLISHED}').result
    assert fewer is not None
    assert greater is not None
    assert not fewer.controlled or greater.controlled


@given(st.permutations([("G", "2e25", "1e24"), ("H", "2e25", "9e24"), ("I", "1e25", "5e24")]))
def test_the_order_of_makers_never_matters(makers: list[tuple[str, str, str]]) -> None:
    entries = [
        f"name: {name}, operations_on_its_data: {part}, generation_operations: {made}, parameters_published: true"
        for name, part, made in makers
    ]
    assert counted(made_by(*entries)) == Decimal("9.9e25")
