"""One corpus, three verifiers, one table: where they say otherwise of a package the table has the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.differential import corpus_files, corpus_later, corpus_people, corpus_results, corpus_times, corpus_trust
from tests.differential.table import Differs, NotAsked, Row, Table
from tests.differential.verifiers import Page, Recipe, Said, Scene, by_python
from tests.e2e.conftest import Attested

TABLES = (corpus_files, corpus_people, corpus_results, corpus_trust, corpus_times, corpus_later)
TABLE: Table = {name: row for module in TABLES for name, row in module.TABLE.items()}


@pytest.fixture
def scene(request: pytest.FixtureRequest, packages: dict[str, Path], skarvoy: Attested, sealing_time: int,
          tmp_path: Path) -> Scene:  # fmt: skip
    row = TABLE[request.node.callspec.params["name"]]
    made = Scene(packages[row.base], skarvoy.package, tmp_path, sealing_time)
    row.change(made)
    return made


def wanted(row: Row, other: Differs | None) -> str:
    return row.result if other is None else other.result


@pytest.mark.parametrize("name", TABLE)
def test_the_three_verifiers_say_what_the_table_says(
    scene: Scene, page: Page, recipe: Recipe | None, name: str
) -> None:
    row = TABLE[name]
    running = recipe.start(scene) if recipe and not isinstance(row.recipe, NotAsked) else None
    page.ask(scene)
    python, (browser, _) = by_python(scene), page.answer()
    said: dict[str, Said] = {"python": python, "page": browser}
    expected = {"python": row.result, "page": wanted(row, row.page)}
    if running is not None and not isinstance(row.recipe, NotAsked):
        said["recipe"] = Recipe.answer(running)
        expected["recipe"] = wanted(row, row.recipe)
    assert {who: found.result for who, found in said.items()} == expected, said
    if row.same_code and row.page is None:
        assert browser.code == python.code, said


def test_every_name_is_in_one_table_and_every_difference_is_one() -> None:
    assert len(TABLE) == sum(len(module.TABLE) for module in TABLES)
    for name, row in TABLE.items():
        for other in (row.page, row.recipe):
            assert not isinstance(other, Differs) or other.result != row.result, name
            assert other is None or len(other.why) > 20, name
