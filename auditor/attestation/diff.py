"""The places where two JSON values differ."""

from __future__ import annotations

from collections.abc import Iterator
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
    """The first difference between two JSON values, or None if they are the same; the order of `differences`."""
    return next(differences(left, right), None)


def differences(left: Any, right: Any, pointer: str = "") -> Iterator[Difference]:
    """Every difference between two JSON values: members in the order of their names, items in their own, depth first.

    What only one of them has is one difference as a whole. true is not 1, and a tuple counts as an array.
    """
    if isinstance(left, dict) and isinstance(right, dict):
        for name in sorted(left.keys() | right.keys()):
            step = name.replace("~", "~0").replace("/", "~1")
            yield from differences(left.get(name, ABSENT), right.get(name, ABSENT), f"{pointer}/{step}")
    elif isinstance(left, list | tuple) and isinstance(right, list | tuple):
        for index in range(max(len(left), len(right))):
            ours = left[index] if index < len(left) else ABSENT
            theirs = right[index] if index < len(right) else ABSENT
            yield from differences(ours, theirs, f"{pointer}/{index}")
    elif not (_same_kind(left, right) and left == right):
        yield Difference(pointer, left, right)


def _same_kind(left: Any, right: Any) -> bool:
    return type(left) is type(right) or (isinstance(left, str) and isinstance(right, str))
