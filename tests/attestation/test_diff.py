"""The first difference between two JSON values."""

from __future__ import annotations

import pytest

from auditor.attestation.diff import ABSENT, Difference, differences, first_difference


@pytest.mark.parametrize("value", [None, True, 0, "", [], {}, {"a": [1, {"b": None}]}, "é"])
def test_a_value_does_not_differ_from_itself(value) -> None:
    assert first_difference(value, value) is None


def test_a_tuple_is_an_array() -> None:
    assert first_difference({"a": (1, 2)}, {"a": [1, 2]}) is None


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        (1, 2, Difference("", 1, 2)),
        (1, True, Difference("", 1, True)),
        (0, False, Difference("", 0, False)),
        (None, 0, Difference("", None, 0)),
        ("1", 1, Difference("", "1", 1)),
        ({}, [], Difference("", {}, [])),
        ({"a": 1}, {}, Difference("/a", 1, ABSENT)),
        ({}, {"a": None}, Difference("/a", ABSENT, None)),
        ([1], [1, 2], Difference("/1", ABSENT, 2)),
        ([1, 2], [1], Difference("/1", 2, ABSENT)),
        ({"b": 1, "a": 1}, {"a": 2, "b": 2}, Difference("/a", 1, 2)),
        ({"a": {"c": 1}, "b": 0}, {"a": {"c": 2}, "b": 1}, Difference("/a/c", 1, 2)),
        ([[0], [1]], [[0], [2]], Difference("/1/0", 1, 2)),
        ({"a/b": 1}, {"a/b": 2}, Difference("/a~1b", 1, 2)),
        ({"m~n": 1}, {"m~n": 2}, Difference("/m~0n", 1, 2)),
        ({"": 1}, {"": 2}, Difference("/", 1, 2)),
    ],
)
def test_the_first_difference_is_named(left, right, expected) -> None:
    assert first_difference(left, right) == expected


def test_a_difference_reads_as_a_sentence() -> None:
    assert str(first_difference({"a": 1}, {})) == "/a: 1 is not absent"


def test_every_difference_is_told_in_order() -> None:
    left = {"a": [1, {"b": 1}], "c": {"d": 1}, "e": 1, "same": True}
    right = {"a": [2, {"b": 2}, 3], "c": 1, "f": 1, "same": True}
    assert [one.pointer for one in differences(left, right)] == ["/a/0", "/a/1/b", "/a/2", "/c", "/e", "/f"]
    assert list(differences(left, left)) == []
    assert [one.pointer for one in differences([1], [2], "/x")] == ["/x/0"]
