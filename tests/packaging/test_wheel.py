"""The wheel works where no checkout is: all content is inside, nothing else is, and the sdist makes the same wheel."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from auditor import __version__

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def run(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PIP_", "VIRTUAL_ENV"))}
    done = subprocess.run([*map(str, words)], cwd=cwd, env=kept, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
    return done


def build(source: Path, kind: str, into: Path) -> Path:
    run(sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", into, cwd=source)
    (built,) = into.iterdir()
    return built


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(ROOT, "sdist", tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel in it, which borrows the dependencies, but not the project, from this one."""
    place = tmp_path_factory.mktemp("elsewhere") / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", place, cwd=place.parent)
    python = place / "bin" / "python"
    quiet = ("--isolated", "--disable-pip-version-check", "--no-input", "--quiet")
    run(sys.executable, "-m", "pip", "--python", python, *quiet, "install", "--no-deps", "--no-index", wheel, cwd=place)
    (packages,) = place.glob("lib/python*/site-packages")
    # A .pth line adds a folder without the .pth files in it, so this environment's editable project stays outside.
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (packages / "borrowed.pth").write_text("".join(f"{folder}\n" for folder in sorted(borrowed)))
    return place


def test_the_command_runs_from_another_folder(elsewhere: Path, tmp_path: Path) -> None:
    auditor = elsewhere / "bin" / "auditor"
    assert run(auditor, "--version", cwd=tmp_path).stdout == f"auditor {__version__}\n"
    assert run(auditor, "--help", cwd=tmp_path).stdout.startswith("usage: auditor COMMAND")
    code = "import auditor; print(auditor.__file__)"
    assert Path(run(elsewhere / "bin" / "python", "-c", code, cwd=tmp_path).stdout.strip()).is_relative_to(elsewhere)


def test_every_module_can_be_imported(elsewhere: Path, tmp_path: Path) -> None:
    code = (
        "import importlib, pkgutil, auditor\n"
        "for found in pkgutil.walk_packages(auditor.__path__, 'auditor.'):\n"
        "    if not found.name.endswith('__main__'): print(importlib.import_module(found.name).__file__)\n"
    )
    printed = run(elsewhere / "bin" / "python", "-c", code, cwd=tmp_path).stdout.split("\n")[:-1]
    assert len(printed) > 50
    assert [path for path in printed if not Path(path).is_relative_to(elsewhere)] == []


def test_the_catalog_inside_is_listed_in_full(elsewhere: Path, tmp_path: Path) -> None:
    listed = run(elsewhere / "bin" / "auditor", "catalog", "list", cwd=tmp_path).stdout
    profiles, controls = listed.split("\ncontrols\n")
    ids = {re.match(r"\w+-\d+", path.parent.name)[0] for path in ROOT.glob("controls/*/*/control.yaml")}  # type: ignore[index]
    assert {line.split()[0] for line in controls.splitlines() if not line.startswith("   ")} == ids
    assert len(ids) > 10
    assert re.search(r"^  sl4 ", profiles, re.MULTILINE)


def test_the_templates_inside_are_found(elsewhere: Path, tmp_path: Path) -> None:
    code = "from auditor.jobs.folders import content_folder; print(content_folder('templates'))"
    folder = Path(run(elsewhere / "bin" / "python", "-c", code, cwd=tmp_path).stdout.strip())
    assert folder.is_relative_to(elsewhere)
    assert (folder / "attestation.html.j2").is_file()


def tracked(*folders: str) -> dict[str, bytes]:
    """The files that git has, or would take, below these folders of the checkout."""
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *folders]
    names = subprocess.run(words, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")[:-1]
    return {name: (ROOT / name).read_bytes() for name in names if (ROOT / name).is_file()}


def test_the_wheel_holds_the_package_and_its_content_and_nothing_else(wheel: Path) -> None:
    expected = tracked("auditor")
    expected |= {f"auditor/content/{name}": data for name, data in tracked("controls", "templates").items()}
    with zipfile.ZipFile(wheel) as archive:
        held = {name: archive.read(name) for name in archive.namelist() if ".dist-info/" not in name}
    assert sorted(held) == sorted(expected)
    assert held == expected
    suffixes = {Path(name).suffix for name in held if name.startswith("auditor/content/templates/")}
    assert {".ttf", ".css", ".j2"} <= suffixes
    # A font travels with its licence.
    assert any(name.endswith("/fonts/OFL.txt") for name in held)


def test_the_wheel_says_what_pyproject_says(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = message_from_bytes(archive.read(name))
        entry_points = archive.read(name.replace("METADATA", "entry_points.txt")).decode()
    project = PYPROJECT["project"]
    assert metadata["Version"] == __version__
    assert metadata["Requires-Python"] == project["requires-python"]
    said = set(map(Requirement, metadata.get_all("Requires-Dist", [])))
    extras = {
        Requirement(f'{one}; extra == "{extra}"')
        for extra, some in project["optional-dependencies"].items()
        for one in some
    }
    assert said == set(map(Requirement, project["dependencies"])) | extras
    assert metadata.get_payload() == (ROOT / "README.md").read_text()
    assert "auditor = auditor.cli.main:main" in entry_points


def test_the_sdist_makes_the_same_wheel(sdist: Path, wheel: Path, tmp_path: Path) -> None:
    run("tar", "--extract", "--file", sdist, cwd=tmp_path)
    (source,) = tmp_path.iterdir()
    assert {"auditor", "controls", "templates", "pyproject.toml", "README.md"} <= {p.name for p in source.iterdir()}
    again = build(source, "wheel", tmp_path / "wheel")
    assert again.name == wheel.name
    assert again.read_bytes() == wheel.read_bytes()
