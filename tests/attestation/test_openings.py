"""What results say of their evidence, held against the leaves as these are read: quickly where nothing is wrong."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from auditor.attestation import commitment
from auditor.attestation.commitment import require_told, verify_openings
from auditor.attestation.leaves import read_leaf_told
from auditor.errors import BindingError
from tests.evidence.test_commitment import LEAVES, LINES, TREE, told

ITEMS = range(len(LINES) - 1)


def test_results_that_say_what_the_leaves_say(monkeypatch: pytest.MonkeyPatch) -> None:
    thorough = []
    monkeypatch.setattr(commitment, "require_told", lambda opening, bundle: thorough.append(opening.index))
    assert verify_openings(TREE, LEAVES, LINES, told()) == verify_openings(TREE, LEAVES, LINES)
    # The head, of which results say nothing here, and the leaves that no common pattern reads.
    common = [at for at, line in enumerate(LINES) if read_leaf_told(line, "x", told()["items"])[1]]
    assert common
    assert sorted(common + thorough) == list(range(len(LINES)))


@pytest.mark.parametrize("at", ITEMS)
@pytest.mark.parametrize("way", ["other", "gone", "number", "added"])
def test_whatever_is_said_otherwise_is_refused(at: int, way: str) -> None:
    names = ["collected", "id", "kind", "observed", "path", "received", "sensitivity", "size", "collector", "system"]
    for name in [*names, "mapping", "title"]:
        bundle = copy.deepcopy(told())
        entry: dict[str, Any] = bundle["items"][at]
        if (name in entry) == (way == "added"):
            continue
        if way == "gone":
            del entry[name]
        else:
            entry[name] = {"other": "another", "number": -1, "added": "more"}[way]
        with pytest.raises(BindingError, match=r"say otherwise"):
            verify_openings(TREE, LEAVES, LINES, bundle)


@pytest.mark.parametrize("observed", [{"from": "2026-01-01T00:00:00Z"}, {}, None, {"from": 1, "to": 2, "more": 3}])
def test_a_time_of_another_shape_is_refused(observed: object) -> None:
    bundle = copy.deepcopy(told())
    bundle["items"][0]["observed"] = observed
    with pytest.raises(BindingError, match=r"say otherwise"):
        verify_openings(TREE, LEAVES, LINES, bundle)


def test_the_quick_comparison_is_the_thorough_one() -> None:
    """Each leaf with what is said of every other: the quick way says yes only where the thorough one does."""
    items = told()["items"]
    for line in LINES[1:]:
        for other in items:
            opening, quick = read_leaf_told(line, "x", [other] * len(items))
            try:
                require_told(opening, {"items": [other] * len(items)})
            except BindingError:
                assert not quick
