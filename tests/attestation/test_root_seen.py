"""A trust root that was put back: a predecessor that is kept beside it says that a newer one was here."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.errors import TrustError
from auditor.jobs.verify import VerifyRequest, verify


@pytest.fixture
def request_of(desk, tmp_path: Path) -> VerifyRequest:
    (tmp_path / "report.dsse.json").write_bytes(desk.report)
    (tmp_path / "trust.json").write_bytes(desk.trust)
    return VerifyRequest(tmp_path / "report.dsse.json", tmp_path / "trust.json", desk.at)


def test_a_trust_root_whose_own_version_is_kept_beside_it_was_put_back(desk, request_of) -> None:
    Path(request_of.trust).with_name("trust.1.json").write_bytes(desk.trust)
    with pytest.raises(TrustError, match="older than version 2"):
        verify(request_of)


@pytest.mark.parametrize("name", ["trust.pem", "trust.1.json", "trust.2.json", "another.1.json"])
def test_what_else_lies_beside_it_says_nothing(desk, request_of, name: str) -> None:
    """A file of another name, one that is no trust root, and one of another version than its name says."""
    beside = Path(request_of.trust).with_name(name)
    beside.write_bytes(desk.trust if name != "trust.1.json" else b"{}")
    assert verify(request_of).report.trust_digest
