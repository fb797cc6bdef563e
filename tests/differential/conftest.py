"""The packages that the corpus is made of, and each verifier started once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from samples.authorities import make_crl
from tests.browser.core import no_node
from tests.differential import verifiers
from tests.differential.verifiers import Page, Recipe
from tests.e2e.attacks import Package, both, now
from tests.e2e.conftest import Attested, auditor, fjordheim, skarvoy

__all__ = ["fjordheim", "skarvoy"]
SECOND = 1_000_000


@pytest.fixture(scope="session")
def sealing_time() -> int:
    """When whatever these tests seal anew is sealed (microseconds)."""
    return now() // SECOND * SECOND


@pytest.fixture(scope="session")
def packages(fjordheim: Attested, sealing_time: int, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Genuine packages by name: as attested, with its late seal, and two editions."""
    folder = tmp_path_factory.mktemp("genuine")
    late = Package(fjordheim.package, folder / "late")
    late.seal_late({"ca": make_crl(datetime.now(UTC))}, both(sealing_time))
    made = {"plain": fjordheim.package, "late": late.folder}
    made["edition"] = folder / "edition"
    done = auditor(
        "disclose", fjordheim.package, "--withhold", "pacs-events", "--records", "pacs-events:10-12",
        "--bundle", fjordheim.bundle, "--out", made["edition"],
    )  # fmt: skip
    assert done.code == 0, done.err
    made["closed"] = Path(shutil.copytree(fjordheim.package, folder / "closed"))
    shutil.rmtree(made["closed"] / "evidence" / "files")
    (made["closed"] / "evidence" / "openings.jsonl").unlink()
    return made


@pytest.fixture(scope="module", autouse=True)
def _pdf_once() -> Iterator[None]:
    # Not for the session: other tests in this process want to see a PDF looked at with other limits.
    with verifiers.pdf_once():
        yield


@pytest.fixture(scope="session")
def page() -> Iterator[Page]:
    """The page's script."""
    if reason := no_node():
        pytest.skip(reason)
    with verifiers.page() as started:
        yield started


@pytest.fixture(scope="session")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Recipe | None:
    """The printed recipe, or None where no OpenSSL knows ML-DSA-87."""
    program = verifiers.openssl()
    if program is None:
        return None
    script = tmp_path_factory.mktemp("recipe") / "recipe.sh"
    script.write_text(verifiers.printed_recipe())
    return Recipe(script, program)
