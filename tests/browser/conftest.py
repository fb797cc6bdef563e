"""One package, one node and one browser of each kind for all these tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import core as node
from tests.browser import drive, factory

PAGE = Path(__file__).parents[2] / "templates" / "verifier" / "verify.html"


@pytest.fixture(scope="session")
def core() -> Iterator[node.Core]:
    if reason := node.no_node():
        pytest.skip(reason)
    with node.core() as opened:
        yield opened


@pytest.fixture(scope="session")
def whole() -> factory.Files:
    """A package with everything in it: a withheld item, opened records, a late seal."""
    return factory.make_package(withheld=(2,), late=True)


@pytest.fixture
def package(whole: factory.Files) -> factory.Files:
    """A copy that a test may spoil."""
    return dict(whole)


@pytest.fixture(scope="session")
def folder(whole: factory.Files, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package on disk."""
    return factory.write_folder(whole, tmp_path_factory.mktemp("package") / "package")


@pytest.fixture(scope="session", params=["chromium", "firefox"])
def window(request: pytest.FixtureRequest) -> Iterator[drive.Browser]:
    if reason := drive.drivers()[request.param]:
        pytest.skip(reason)
    with drive.browser(request.param) as opened:
        yield opened


@pytest.fixture
def page(window: drive.Browser) -> drive.Browser:
    """The verifier, opened anew from disk."""
    window.open(PAGE.as_uri())
    return window
