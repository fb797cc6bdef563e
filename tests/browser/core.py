"""The page's own code in node, and what the tests ask of it."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.browser.factory import TRUST, Files, now

SERVER = Path(__file__).with_name("node.mjs")
FAILED, OPEN, PASSED = "failed", "cannot be verified here", "passed with the stated limits"


class RefusedError(Exception):
    """The code refused; `code` is one of the auditor's, or the name of a class."""

    def __init__(self, answer: dict[str, str]) -> None:
        self.code = answer["error"]
        super().__init__(answer["message"])


class Core:
    """One node process that holds the verifier."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, what: str, **given: Any) -> Any:
        """The answer; bytes are handed over as base64."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        words = {name: _base64(value) if isinstance(value, bytes) else value for name, value in given.items()}
        self._process.stdin.write(json.dumps({"what": what, **words}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise RefusedError(answer)
        return answer.get("value")

    def verify(
        self, files: Files, *, trust: bytes | None = None, at: int | None = None, status: bytes | None = None,
        kind: str = "folder",
    ) -> dict[str, Any]:  # fmt: skip
        """The verdict on `files` by the sample trust root, or by `trust`, now or at `at` (microseconds)."""
        verdict: dict[str, Any] = self.ask(
            "verify",
            files=[[path, _base64(data)] for path, data in files.items()],
            at=str(now() if at is None else at),
            trust=TRUST.read_bytes() if trust is None else trust,
            status=status,
            kind=kind,
        )
        return verdict


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def no_node() -> str | None:
    """Why there is no node here that has what browsers have, or None."""
    node = shutil.which("node")
    if node is None:
        return "Node.js is not installed"
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    return None if int(version.lstrip("v").split(".")[0]) >= 20 else "Node.js is older than 20"


@contextmanager
def core() -> Iterator[Core]:
    """A verifier in node."""
    command = [str(shutil.which("node")), str(SERVER)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Core(process)
        assert process.stdin is not None
        process.stdin.close()
