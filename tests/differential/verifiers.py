"""The three verifiers, each asked its own way what it says of one package: they share no code, and nor do these."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import AuditorError
from auditor.jobs import pdf_check, pdf_child, pdf_text
from samples.identities import KEYS
from tests.e2e.attacks import Package, judge, trust_root

ROOT = Path(__file__).parents[2]
TRUST = KEYS / "trust.json"
FAILED, OPEN, PASSED = "failed", "cannot be verified here", "passed with the stated limits"
HOUR = 3600 * 1_000_000
DAY = 24 * HOUR
_RECIPE_CODES = {0: PASSED, 1: FAILED, 7: OPEN}


@dataclass(frozen=True)
class Said:
    """What one verifier said: the class, the code of the refusal where it names one, and its words."""

    result: str
    code: str | None
    words: str


class Scene:
    """A package in a folder of its own, and the reader it is handed to: trust root, moment and status list.

    `seals` is the moment of new seals here, and `at` that of the reader, both in microseconds.
    """

    def __init__(self, genuine: Path, other: Path, folder: Path, seals: int) -> None:
        self.package = Package(genuine, folder / "package")
        self.place = self.package.folder
        self.other, self.folder, self.seals = other, folder, seals
        self.trust, self.at = TRUST, seals + HOUR
        self.status: Path | None = None

    def read_by(self, change: Callable[[dict[str, Any]], object]) -> None:
        """Hand it to a reader whose trust root differs from the sample's."""
        self.trust = trust_root(self.folder / "trust.json", change)

    def zipped(self) -> Path:
        """The package as a zip, which is then what is handed over."""
        from auditor.jobs.container import write_zip

        self.place = self.folder / "package.zip"
        with open(self.place, "wb") as file:
            write_zip(str(self.package.folder), file)
        return self.place


# --- the command line's own code


def by_python(scene: Scene) -> Said:
    """What `auditor verify` says."""
    found = judge(scene.place, scene.trust, scene.at, status=scene.status)
    return Said(found.result, found.error.code if found.error else None, str(found.error or ""))


@contextmanager
def pdf_once() -> Iterator[None]:
    """Within, one PDF with one statement over it is looked at once, however many packages it comes in.

    That takes seconds, and the corpus is about everything else; the same question has the same answer.
    """
    known: dict[bytes, dict[str, Any] | AuditorError] = {}

    def ask_once(task: str, members: dict[str, Any], pdf: bytes, limits: pdf_child.Limits) -> dict[str, Any]:
        key = hashlib.sha256(json.dumps([task, members]).encode() + pdf).digest()
        if key not in known:
            try:
                known[key] = pdf_child.ask_child(task, members, pdf, limits)
            except AuditorError as error:
                known[key] = error
        found = known[key]
        if isinstance(found, AuditorError):
            raise found
        return found

    with pytest.MonkeyPatch.context() as patch:
        for module in (pdf_check, pdf_text):
            patch.setattr(module, "ask_child", ask_once)
        yield


# --- the page's own code


class Page:
    """One node process that runs the page's script."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, scene: Scene) -> None:
        """Hand the package over; `answer` waits for what it says."""
        assert self._process.stdin is not None
        status = None if scene.status is None else str(scene.status)
        words = {"place": str(scene.place), "trust": str(scene.trust), "at": str(scene.at), "status": status}
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()

    def answer(self) -> tuple[Said, dict[str, Any]]:
        """What it said, and the statement it would save."""
        assert self._process.stdout is not None
        found = json.loads(self._process.stdout.readline())
        return Said(found["class"], found["code"], found["problem"] or ""), found["statement"]


@contextmanager
def page() -> Iterator[Page]:
    """The script of verify.html in node."""
    command = [str(shutil.which("node")), str(Path(__file__).with_name("page.mjs"))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Page(process)
        assert process.stdin is not None
        process.stdin.close()


# --- the printed recipe


def openssl() -> str | None:
    """An OpenSSL that knows ML-DSA-87, if there is one: `OPENSSL` names another than that on the path."""
    for name in (os.environ.get("OPENSSL"), "openssl"):
        if name is None or shutil.which(name) is None:
            continue
        done = subprocess.run([name, "list", "-signature-algorithms"], capture_output=True, text=True, check=False)
        if "ML-DSA-87" in done.stdout:
            return name
    return None


def printed_recipe() -> str:
    """The script as docs/verify.md prints it."""
    found = re.findall(r"```sh\n(# usage: sh recipe\.sh .*?)```", (ROOT / "docs" / "verify.md").read_text(), re.DOTALL)
    assert len(found) == 1
    return str(found[0])


class Recipe:
    """The printed recipe with an OpenSSL that it runs with."""

    def __init__(self, script: Path, program: str) -> None:
        self._command, self._environment = ["sh", str(script)], {**os.environ, "OPENSSL": program}

    def start(self, scene: Scene, *before: str) -> subprocess.Popen[str]:
        """Begin, with `before` in front of the command."""
        return subprocess.Popen(
            [*before, *self._command, str(scene.place), str(scene.trust)],
            env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    @staticmethod
    def answer(process: subprocess.Popen[str]) -> Said:
        """What it said at its end."""
        out, err = process.communicate(timeout=120)
        return Said(_RECIPE_CODES[process.returncode], None, out[-400:] + err[-400:])
