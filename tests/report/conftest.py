"""The attestation of the sixteen sample controls, rendered once for all tests of the document."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from auditor.report.kit import ReportKit
from auditor.report.printed_text import require_same_text
from auditor.report.render import AttestationInput, render_attestation

from . import factory
from .forge import Forge

OSLO = ZoneInfo("Europe/Oslo")


@pytest.fixture(scope="session")
def kit() -> ReportKit:
    return factory.kit()


@pytest.fixture(scope="session")
def sample_results() -> dict[str, Any]:
    return factory.make_results()


@pytest.fixture(scope="session")
def sample_input(sample_results: dict[str, Any]) -> AttestationInput:
    return factory.make_input(sample_results)


@pytest.fixture(scope="session")
def sample_pdf(sample_input: AttestationInput, kit: ReportKit, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("attestation") / "attestation.pdf"
    path.write_bytes(render_attestation(sample_input, kit, OSLO))
    return path


@pytest.fixture(scope="session")
def small_input() -> AttestationInput:
    """Six controls say as much as sixteen, in fewer pages."""
    return factory.make_input(factory.make_results(factory.ROWS[:6]))


@pytest.fixture(scope="session")
def small_pdf(small_input: AttestationInput, kit: ReportKit) -> bytes:
    return render_attestation(small_input, kit, OSLO)


@pytest.fixture
def forge(small_pdf: bytes) -> Forge:
    return Forge(small_pdf)


@pytest.fixture
def require(small_input: AttestationInput, kit: ReportKit) -> Callable[[bytes], int]:
    return lambda data: require_same_text(data, small_input.payload, kit).fields
