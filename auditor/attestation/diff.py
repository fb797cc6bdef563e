"""The first place where two JSON values differ."""

from __future__ import annotations

from typing import Any, NamedTuple


class _Absent:
    __slots__ = ()

    def __repr__(self) -> str:
        return "absent"


ABSENT: Any = _Absent()
"""Stands for the value of a member or item that is not there, which is not the same as null."""


class Difference(NamedTuple):
    """Where two values differ (a JSON pointer, RFC 6901; empty for the whole) and what each has there, or `ABSENT`."""

    pointer: str
    left: Any
    right: Any

    def __str__(self) -> str:
        return f"{self.pointer or '(root)'}: {self.left!r} is not {self.right!r}"


def first_difference(left: Any, right: Any) -> Difference | None:
    """The first difference between two JSON values, or None if they are the same.

    First means: members in the order of their names, items in their own order, depth first. true is not 1, and a
    tuple counts as an array.
    """
    return _compare(left, right, "")


def _compare(left: Any, right: Any, pointer: str) -> Difference | None:
    if isinstance(left, dict) and isinstance(right, dict):
        return _compare_objects(left, right, pointer)
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return _compare_arrays(left, right, pointer)
    same_kind = type(left) is type(right) or (isinstance(left, str) and isinstance(right, str))
    return None if same_kind and left == right else Difference(pointer, left, right)


def _compare_objects(left: dict[str, Any], right: dict[str, Any], pointer: str) -> Difference | None:
    for name in sorted(left.keys() | right.keys()):
        step = name.replace("~", "~0").replace("/", "~1")
        found = _compare(left.get(name, ABSENT), right.get(name, ABSENT), f"{pointer}/{step}")
        if found:
            return found
    return None


def _compare_arrays(left: Any, right: Any, pointer: str) -> Difference | None:
    for index in range(max(len(left), len(right))):
        ours = left[index] if index < len(left) else ABSENT
        theirs = right[index] if index < len(right) else ABSENT
        found = _compare(ours, theirs, f"{pointer}/{index}")
        if found:
            return found
    return None
