"""Every example in README, docs/ and --help runs; those of one page or command in one folder, in their order.

Examples of `trust`, `key`, `sign`, `act`, `status` and `diff`, and of the pages about keys and the trust root, build on
themselves and are run by their own tests (tests/cli/test_trust.py, tests/custody, tests/jobs/test_examples.py).
"""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from auditor.cli.law.verbs import VERBS
from auditor.cli.main import COMMANDS
from samples.authorities import LocalAuthority, make_crl
from samples.identities import sample_document
from tests.e2e.conftest import KEYS, ROOT, SAMPLES, Attested, auditor, signed_root

PAGES = ["README.md", "docs/verify.md", "docs/law.md", "samples/law/README.md"]
ELSEWHERE = {"trust", "key", "sign", "act", "status", "diff"}
ALLOWED = {"assess": {0, 10}, "attest": {0, 10}, "evidence": {0, 4}, "law": {0, 12}}
PEOPLE = {"ada": "assessor", "ben": "reviewer"}


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
    for command in COMMANDS.keys() - ELSEWHERE:
        examples: str = importlib.import_module(f"auditor.cli.{command}").EXAMPLES
        found += [(command, line) for line in logical_lines(examples)]
    found += [("law", f"auditor law {example}") for verb in VERBS for example in verb.examples[1:]]
    return sorted(found, key=lambda one: one[0])


def each_once(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Without the lines that stand on an earlier page and write nothing: they would say the same again."""
    kept: list[tuple[str, str]] = []
    for where, line in found:
        if re.search(r" (?:--out|--save|--html|init) ", line) or all(line != one for _, one in kept):
            kept.append((where, line))
    return kept


EXAMPLES = each_once(page_examples() + help_examples())


class Workplace(NamedTuple):
    """A folder that holds what the examples name, and the addresses of two time authorities."""

    folder: Path
    authorities: dict[str, str]


@pytest.fixture(scope="module")
def workplace(skarvoy: Attested, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    place = tmp_path_factory.mktemp("examples")
    for name in ("results.json", "report.dsse.json", "attestation.pdf", "attestation.dsse.json"):
        shutil.copy(skarvoy.folder / name, place / name)
    shutil.copy(skarvoy.folder / "report.dsse.json", place / "old.dsse.json")
    shutil.copytree(skarvoy.bundle, place / "bundle")
    for name in ("package", "seals"):
        shutil.copytree(skarvoy.folder / name, place / name)
    for path in KEYS.iterdir():
        shutil.copy(path, place / path.name)
    for name, sample in PEOPLE.items():
        shutil.copy(KEYS / f"{sample}.signer.json", place / f"{name}.signer.json")
    # The sample trust root, but content with an assessor: the short examples have one signer.
    document = sample_document()
    document["thresholds"]["assessment-results"] = {"assessor": 1}
    (place / "trust.json").write_bytes(signed_root(document))
    (place / "ca.crl").write_bytes(make_crl(datetime.now(UTC)))
    as_assessor, as_authority = ("--signer", "assessor=ada.signer.json"), ("--signer", "regulator.signer.json")
    for words in (
        ("package", "zip", "package", "--out", "package.zip"),
        ("act", "acknowledge", "report.dsse.json", "--reason", "Received.", *as_authority, "--out", "act.dsse.json"),
        ("status", "issue", "--out", "status.dsse.json", *as_assessor),
    ):
        done = auditor(*words, cwd=place)
        assert done.code == 0, done.err
    with LocalAuthority(KEYS, "alpha").serve() as alpha, LocalAuthority(KEYS, "beta").serve() as beta:
        yield Workplace(place, {"ALPHA": alpha, "BETA": beta})


@pytest.fixture(scope="module")
def folder_of(workplace: Workplace, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A copy of the workplace for each page and command, made when it is first asked for."""
    made: dict[str, Path] = {}

    def folder(where: str) -> Path:
        if where not in made:
            place = tmp_path_factory.mktemp("place") / "here"
            made[where] = Path(shutil.copytree(workplace.folder, place))
            (place / "samples").symlink_to(SAMPLES)
            if where == "timestamp":
                # Nothing is stamped twice by one authority.
                for stamp in (place / "seals").glob("evidence.*.ts?"):
                    stamp.unlink()
        return made[where]

    return folder


def test_there_are_examples() -> None:
    assert len(EXAMPLES) > 60
    assert {where for where, _ in EXAMPLES} >= {*PAGES, "--help", *(COMMANDS.keys() - ELSEWHERE)}


def test_the_pages_that_build_on_themselves_are_run_elsewhere() -> None:
    by_others = {"tests/cli/test_trust.py": "trust.md", "tests/custody/test_key_command.py": "keys.md"}
    for test, page in by_others.items():
        assert page in (ROOT / test).read_text()
    for command in ELSEWHERE - {"trust", "key"}:
        assert command in (ROOT / "tests/jobs/test_examples.py").read_text()


@pytest.mark.parametrize(("where", "line"), EXAMPLES, ids=[f"{w}: {line[:60]}" for w, line in EXAMPLES])
def test_the_example_runs(where: str, line: str, workplace: Workplace, folder_of: Callable[[str], Path]) -> None:
    line = re.sub(r"(catalog \w+) ID$", r"\1 P-04", line)
    if "--answer alpha.tsr" in line:
        # What came back from the authority, to which the query was carried by hand.
        place = folder_of(where)
        query = (place / "seals" / "evidence.alpha.tsq").read_bytes()
        (place / "alpha.tsr").write_bytes(LocalAuthority(KEYS, "alpha").respond(query))
    environment = {"PYTHONPATH": str(ROOT), "PASSPHRASE": "correct horse battery", "COLUMNS": "80"}
    done = subprocess.run(
        ["bash", "-uc", f'auditor() {{ "{sys.executable}" -m auditor.cli "$@"; }}; {line}'],
        cwd=folder_of(where), capture_output=True, text=True, check=False,
        env={**os.environ, **environment, **workplace.authorities},
    )  # fmt: skip
    assert done.returncode in ALLOWED.get(line.split()[1], {0}), done.stderr
    assert "Traceback" not in done.stderr
    assert too_wide(done.stdout, line) == []


def too_wide(printed: str, line: str) -> list[str]:
    """Lines of more than 80 columns; records, JSON, places and digests are as wide as they are."""
    if "json" in line or "evidence show" in line:
        return []
    wide = [one for one in printed.splitlines() if len(one) > 80 and "/" not in one]
    return [one for one in wide if max(map(len, one.split())) < 60]
