"""The strict YAML subset: one reading for each text, and no bombs."""

from __future__ import annotations

import pytest

from auditor.canon.yaml import parse_yaml
from auditor.errors import SchemaError


def test_words_of_yaml_1_1_stay_text() -> None:
    document = parse_yaml("a: yes\nb: no\nc: on\nd: 12:30\ne: 1.5\nf: 0x10\ng: 2026-10-01\nh: 007", "x.yaml")
    assert document.value == {
        "a": "yes", "b": "no", "c": "on", "d": "12:30", "e": "1.5", "f": "0x10", "g": "2026-10-01", "h": "007",
    }  # fmt: skip


def test_plain_values_have_their_types() -> None:
    value = parse_yaml("a: 12\nb: -3\nc: true\nd: null\ne:\nf: '12'\ng: [1, x]", "x.yaml").value
    assert value == {"a": 12, "b": -3, "c": True, "d": None, "e": None, "f": "12", "g": [1, "x"]}


def test_every_value_knows_its_line() -> None:
    document = parse_yaml("a:\n  - b: 1\n    c: 2\n", "x.yaml")
    assert document.place(("a", 0, "c")) == "x.yaml:3"
    assert document.place(("a", 0, "absent")) == "x.yaml:2"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: &x 1\nb: *x", "anchors and aliases"),
        ("a: [&x 1, *x]", "anchors and aliases"),
        ("&x a: 1", "anchors and aliases"),
        ("a: 1\na: 2", "given twice"),
        ("a: {b: 1, b: 2}", "given twice"),
        ("a: !!python/object:os.system x", "tags"),
        ("a: !!str 1", "tags"),
        ("--- 1\n--- 2", "only one document"),
        ("a: [1", "not YAML"),
        ("? [a]\n: 1", "plain text"),
        ("a:\n\t- b", "not YAML"),
        (b"\xff\xfe", "not UTF-8"),
        ("a: " + "[" * 100 + "]" * 100, "nested deeper"),
    ],
)
def test_what_is_outside_the_subset_is_refused(text: str | bytes, problem: str) -> None:
    with pytest.raises(SchemaError, match=problem) as refused:
        parse_yaml(text, "x.yaml")
    assert str(refused.value).startswith("x.yaml")


def test_an_alias_bomb_is_refused_at_its_first_alias() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(20)
    )
    with pytest.raises(SchemaError, match="anchors and aliases"):
        parse_yaml(bomb, "bomb.yaml")


def test_a_file_beyond_its_limit_is_refused() -> None:
    with pytest.raises(SchemaError, match="larger than"):
        parse_yaml("a" * 100, "x.yaml", max_bytes=50)
