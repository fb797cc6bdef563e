"""The two sample facilities, attested once in a run of the tests, however many workers it has."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

import pytest

from auditor.attestation.rotation import make_root, sign_root
from samples.authorities import LocalAuthority
from samples.identities import ROOT_HOLDERS, signing_keys
from tests.e2e.looked_up import look_once

if TYPE_CHECKING:
    from tests.e2e.attacks import Package

__all__ = ["look_once"]
ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
KEYS = SAMPLES / "keys"
AS_OF = "2026-11-05T12:00:00Z"
TRUST = ("--trust", KEYS / "trust.json")
SIGNERS = (
    "--signer", f"assessor={KEYS}/assessor.signer.json",
    "--signer", f"technical-reviewer={KEYS}/reviewer.signer.json",
    "--signer", f"responsible-official={KEYS}/official.signer.json",
)  # fmt: skip
PDF = ("--pdf-key", KEYS / "pdf.key.pem", "--pdf-certificate", KEYS / "pdf.crt.pem", "--pdf-chain", KEYS / "ca.crt.pem")


@dataclass(frozen=True)
class Done:
    """A finished command."""

    code: int
    out: str
    err: str


def auditor(*words: str | Path, cwd: Path = ROOT, stdin: str = "") -> Done:
    """Run the command line as a user would."""
    done = subprocess.run(
        [sys.executable, "-m", "auditor.cli", *map(str, words)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80"},
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True)
class Attested:
    """What attesting a sample facility left behind."""

    facility: str
    folder: Path
    done: Done

    @property
    def bundle(self) -> Path:
        return SAMPLES / self.facility / "bundle"

    @property
    def results(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads((self.folder / "results.json").read_bytes())
        return value

    @property
    def package(self) -> Path:
        return self.folder / "package"


def timed(*words: str | Path, cwd: Path = ROOT) -> Done:
    """`auditor` with the sample time authorities at hand, for commands that take `--time`."""
    with LocalAuthority(KEYS, "alpha").serve() as alpha, LocalAuthority(KEYS, "beta").serve() as beta:
        return auditor(*words, "--time", f"alpha={alpha}", "--time", f"beta={beta}", cwd=cwd)


def signed_root(document: dict[str, Any]) -> bytes:
    """A trust root of that content, signed by the holders of the sample one."""
    return sign_root(make_root(document), [key for name in ROOT_HOLDERS for key in signing_keys(name)])


def _attest(facility: str, folder: Path) -> Attested:
    done = timed(
        "attest", SAMPLES / facility / "bundle", "--profile", "sl4", "--as-of", AS_OF, *SIGNERS, *PDF, *TRUST,
        "--sealer", KEYS / "sealer.signer.json", "--out", folder,
    )  # fmt: skip
    assert done.code in (0, 10), done.err
    return Attested(facility, folder, done)


def _attested(facility: str, factory: pytest.TempPathFactory) -> Attested:
    """Attested by the worker that comes first; the others, who share the folder, wait for it."""
    shared = factory.getbasetemp().parent if "PYTEST_XDIST_WORKER" in os.environ else factory.getbasetemp()
    kept = shared / f"{facility}.json"
    with (shared / f"{facility}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            attested = _attest(facility, Path(mkdtemp(prefix=f"{facility}-", dir=shared)))
            kept.write_text(json.dumps([str(attested.folder), asdict(attested.done)]))
    folder, done = json.loads(kept.read_text())
    return Attested(facility, Path(folder), Done(**done))


@pytest.fixture(scope="session")
def fjordheim(tmp_path_factory: pytest.TempPathFactory) -> Attested:
    """The sound facility."""
    return _attested("fjordheim", tmp_path_factory)


@pytest.fixture(scope="session")
def skarvoy(tmp_path_factory: pytest.TempPathFactory) -> Attested:
    """The facility with planted violations."""
    return _attested("skarvoy", tmp_path_factory)


@pytest.fixture
def package(fjordheim: Attested, tmp_path: Path) -> Package:
    """The sound facility's package, to be attacked."""
    from tests.e2e.attacks import Package

    return Package(fjordheim.package, tmp_path / "package")


Run = Callable[..., Done]
