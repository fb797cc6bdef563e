"""A PDF on its own, the way `auditor verify FILE.pdf` takes it."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from auditor.errors import UnverifiableError, VerificationError
from auditor.jobs import pdf_text
from auditor.jobs.pdf_child import Limits
from auditor.jobs.verify import VerifyRequest, verify
from tests.fuzz import pdf
from tests.fuzz.edits import mutate_edits, read_edits
from tests.fuzz.people import desk, trust
from tests.fuzz.target import CORPUS, Target, read, require

BASE = CORPUS / "base" / "lone.pdf.xz"


@cache
def base() -> bytes:
    """A small certified PDF with a genuine report and its results attached."""
    return read(BASE)


@cache
def _folder() -> tuple[Path, Path]:
    folder = Path(tempfile.mkdtemp(prefix="auditor-fuzz-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "trust.json").write_bytes(trust())
    return folder / "lone.pdf", folder / "trust.json"


def _answer_here(task: str, members: dict[str, Any], pdf: bytes, limits: Limits) -> dict[str, Any]:
    """What the child would do, here: there whatever goes wrong is a refusal, and a fuzzer would not see it."""
    return pdf_text.answer(json.loads(json.dumps(members)), pdf)


def run_lone(data: bytes) -> None:
    """Edits to it: its pages are not those of a report, so it is accepted never."""
    made = base()
    fit = False
    for edit in read_edits(data):
        made, fit = edit.apply(made), fit or edit.part % 2 == 0
    file, root = _folder()
    file.write_bytes(pdf.fitted(made) if fit else made)
    try:
        with mock.patch.object(pdf_text, "ask_child", _answer_here):
            verify(VerifyRequest(file, root, desk().at))
    except (VerificationError, UnverifiableError):
        return
    require(False, "a document that says nothing of the report was accepted", data)


TARGETS = {"lone-pdf": Target(run_lone, mutate_edits, most=2048, rounds=10)}
