"""The locks match pyproject, with hashes, for every Python we promise, and do not say where packages are from."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = {kind: (ROOT / ".ci" / "locks" / f"{kind}.txt").read_text() for kind in ("run", "dev")}
PYTHONS = ("3.11.2", "3.12.0", "3.13.5", "3.14.0")
ENTRY = re.compile(r"([\w.-]+==[^ ;]+)(?: ; (\S[^\n]*?))?((?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n")


def direct(kind: str) -> list[Requirement]:
    """What pyproject asks for itself: in `run` the dependencies and what builds the project, in `dev` all."""

    def group(name: str) -> list[str]:
        found: list[str] = []
        for item in PYPROJECT["dependency-groups"][name]:
            found += group(item["include-group"]) if isinstance(item, dict) else [item]
        return found

    names = [*PYPROJECT["project"]["dependencies"], *PYPROJECT["build-system"]["requires"]]
    return [Requirement(text) for text in [*names, *group("build" if kind == "run" else "dev")]]


def entries(text: str) -> list[tuple[Requirement, str]]:
    """Each pin with its marker, which is empty where there is none."""
    return [(Requirement(pinned), marker) for pinned, marker, _ in ENTRY.findall(text)]


def on_debian(python: str) -> dict[str, str]:
    return {
        "python_full_version": python,
        "python_version": python.rpartition(".")[0],
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "os_name": "posix",
        "platform_machine": "x86_64",
    }


def chosen(kind: str, python: str) -> dict[str, str]:
    """The version of each package that pip takes from this lock under this Python."""
    versions: dict[str, str] = {}
    for pinned, marker in entries(LOCKS[kind]):
        if not marker or Marker(marker).evaluate(on_debian(python)):
            name = canonicalize_name(pinned.name)
            assert name not in versions, f"{name} is locked twice for Python {python}"
            versions[name] = next(iter(pinned.specifier)).version
    return versions


@pytest.mark.parametrize("kind", LOCKS)
def test_every_line_of_a_lock_is_a_pin_with_hashes(kind: str) -> None:
    # Nothing is left over: no index, no link, no file, no package without a hash.
    assert ENTRY.sub("", LOCKS[kind]) == ""
    assert len(entries(LOCKS[kind])) > 30


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("kind", LOCKS)
def test_every_direct_dependency_is_locked_within_its_bounds(kind: str, python: str) -> None:
    assert python in SpecifierSet(PYPROJECT["project"]["requires-python"])
    versions = chosen(kind, python)
    wanted = [r for r in direct(kind) if r.marker is None or r.marker.evaluate(on_debian(python))]
    assert {r.name: versions.get(canonicalize_name(r.name)) for r in wanted if not locked_within(r, versions)} == {}


def locked_within(wanted: Requirement, versions: dict[str, str]) -> bool:
    version = versions.get(canonicalize_name(wanted.name))
    return version is not None and wanted.specifier.contains(version, prereleases=True)


def test_the_development_lock_is_the_run_lock_and_more() -> None:
    # So one environment serves both commands, and what is tested is what runs.
    assert set(ENTRY.findall(LOCKS["run"])) < set(ENTRY.findall(LOCKS["dev"]))


@pytest.mark.parametrize(
    "line",
    [
        "numpy==2.4.6\n",
        "numpy>=2 \\\n    --hash=sha256:" + "0" * 64 + "\n",
        "numpy==2.4.6 \\\n    --hash=md5:" + "0" * 32 + "\n",
        "--index-url https://index.example/simple\n",
        "numpy @ file:///numpy.whl \\\n    --hash=sha256:" + "0" * 64 + "\n",
    ],
    ids=["no hash", "no pin", "weak hash", "an index", "a file"],
)
def test_a_line_that_is_no_pin_with_hashes_is_noticed(line: str) -> None:
    assert ENTRY.sub("", LOCKS["run"] + line) != ""


def test_the_setup_takes_only_what_the_locks_allow() -> None:
    setup = (ROOT / ".ci" / "setup").read_text()
    installs = re.findall(r"pip install .*", setup)
    assert installs
    for line in installs:
        assert "--require-hashes" in line or "--no-deps --no-build-isolation" in line
