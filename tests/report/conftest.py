"""The attestation of the sixteen sample controls, rendered once for all tests of the document."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from auditor.report.kit import ReportKit
from auditor.report.render import render_attestation
from auditor.report.view import AttestationInput

from . import factory

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
