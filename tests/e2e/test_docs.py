"""Every example in README, docs/ and --help runs, in one folder, in the order of the page."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from auditor.cli.law.verbs import VERBS
from auditor.cli.main import COMMANDS
from tests.e2e.conftest import KEYS, ROOT, SAMPLES, Attested, auditor

PAGES = ["README.md", "docs/verify.md", "docs/law.md", "samples/law/README.md"]
ALLOWED = {"assess": {0, 10}, "attest": {0, 10}, "evidence": {0, 4}, "law": {0, 12}}


def logical_lines(text: str) -> list[str]:
    joined = re.sub(r"\\\n\s*", "", text)
    lines = [line.strip() for line in joined.splitlines()]
    return [re.sub(r"\s+#.*", "", line) for line in lines if line.startswith("auditor ") and "COMMAND" not in line]


def page_examples() -> list[tuple[str, str]]:
    found = []
    for page in PAGES:
        for block in re.findall(r"```sh\n(.*?)```", (ROOT / page).read_text(), re.DOTALL):
            found += [(page, line) for line in logical_lines(block)]
    return found


def help_examples() -> list[tuple[str, str]]:
    found = [("--help", line) for line in logical_lines(auditor("--help").out)]
    for command in COMMANDS:
        examples: str = importlib.import_module(f"auditor.cli.{command}").EXAMPLES
        found += [(command, line) for line in logical_lines(examples)]
    found += [("law", f"auditor law {example}") for verb in VERBS for example in verb.examples[1:]]
    return found


EXAMPLES = page_examples() + help_examples()


@pytest.fixture(scope="module")
def workplace(skarvoy: Attested, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds what the examples name."""
    place = tmp_path_factory.mktemp("examples")
    shutil.copytree(skarvoy.bundle, place / "bundle")
    (place / "samples").symlink_to(SAMPLES)
    for name in ("assessor.pem", "a.pem"):
        shutil.copy(KEYS / "assessor.SAMPLE.pem", place / name)
    for name in ("assessor.pem.pub", "assessor.pub"):
        shutil.copy(KEYS / "assessor.SAMPLE.pem.pub", place / name)
    assert auditor("key", "generate", place / "b.pem", "--sample").code == 0
    return place


def test_there_are_examples() -> None:
    assert len(EXAMPLES) > 25
    assert {where for where, _ in EXAMPLES} >= {*COMMANDS, *PAGES, "--help"}


@pytest.mark.parametrize(("where", "line"), EXAMPLES, ids=[f"{w}: {line[:60]}" for w, line in EXAMPLES])
def test_the_example_runs(where: str, line: str, workplace: Path, skarvoy: Attested) -> None:
    if where != "sign":
        # Examples write over what they were given; only those of sign build on each other.
        for name in ("results.json", "report.dsse.json", "attestation.pdf"):
            shutil.copy(skarvoy.folder / name, workplace / name)
        shutil.copy(KEYS / "trust.json", workplace / "trust.json")
    keyid = re.search(r"sha256:\w+", auditor("key", "show", workplace / "b.pem").out)
    assert keyid
    line = line.replace("sha256:…", keyid.group()).replace("urn:example:a ", "urn:example:sample-assessor ")
    line = re.sub(r"(catalog \w+) ID$", r"\1 P-04", line)
    if where in ("README.md", "evidence"):
        shutil.rmtree(workplace / "newbundle", ignore_errors=True)
    if " init newfacts" in line:
        shutil.rmtree(workplace / "newfacts", ignore_errors=True)
    (workplace / "new.pem").unlink(missing_ok=True)
    (workplace / "sample.pem").unlink(missing_ok=True)
    done = subprocess.run(
        ["bash", "-c", f'auditor() {{ "{sys.executable}" -m auditor.cli "$@"; }}; {line}'],
        cwd=workplace, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PASSPHRASE": "correct horse"},
    )  # fmt: skip
    assert done.returncode in ALLOWED.get(line.split()[1], {0}), done.stderr
    assert "Traceback" not in done.stderr
