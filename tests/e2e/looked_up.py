"""The pages of a PDF are read once, however many packages hold it: reading them takes longer than all the rest.

What was found is looked up by everything that the check is given, so another report, statement or list is checked anew.
"""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from auditor.jobs import verify_package
from auditor.jobs.verify_pdf import PdfFacts

_CHECK = verify_package.verify_pdf
_SEEN: dict[Any, list[tuple[str, str, str]]] = {}


@pytest.fixture
def look_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on, until the test ends."""
    monkeypatch.setattr(verify_package, "verify_pdf", _verify_pdf)


def _verify_pdf(facts: PdfFacts, root: Any, at: int, walk: Any) -> None:
    pdf = hashlib.sha512(facts.pdf).hexdigest()
    given = (facts.statement, tuple(facts.signers), facts.report.digest_sha512, facts.lists)
    # Of the time it matters only whether certificates are still valid, and these are for ten years.
    key = (pdf, *given, facts.proven, facts.late_proven, root.digest)
    if key not in _SEEN:
        before = len(walk._steps)
        _CHECK(facts, root, at, walk)
        _SEEN[key] = walk._steps[before:]
        return
    walk._steps += _SEEN[key]
