"""The page as it is committed: built from its sources, one file, nothing to load, readable by everybody."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from auditor.cli.main import main
from tests.browser.conftest import PAGE

ROOT = Path(__file__).parents[2]
SOURCES = PAGE.parent
SCRIPTS = sorted(SOURCES.rglob("*.js")) + sorted(SOURCES.glob("*.mjs"))
TEXT = PAGE.read_text(encoding="utf-8")
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "dc-attest-verifier"


def is_locked() -> bool:
    """Whether the locked packages were installed before: the tests fetch nothing."""
    lock = hashlib.sha256((SOURCES / "package-lock.json").read_bytes()).hexdigest()[:16]
    return (CACHE / lock / ".done").exists()


@pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
@pytest.mark.skipif(not is_locked(), reason="the locked packages are not here: .ci/build-verifier fetches them")
def test_the_sources_give_this_very_page(tmp_path: Path) -> None:
    built = tmp_path / "verify.html"
    subprocess.run([ROOT / ".ci" / "build-verifier", built], check=True, timeout=120)
    assert built.read_bytes() == PAGE.read_bytes(), "run .ci/build-verifier"


def test_the_packages_are_locked_by_their_digests_and_name_no_registry() -> None:
    lock = json.loads((SOURCES / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    for name, entry in packages.items():
        assert entry["integrity"].startswith("sha512-"), name
        assert "resolved" not in entry, name
    wanted = json.loads((SOURCES / "package.json").read_text())["devDependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())


def part(name: str) -> str:
    found = re.findall(rf"<{name}>(.*?)</{name}>", TEXT, re.DOTALL)
    assert len(found) == 1
    return str(found[0])


@pytest.mark.parametrize(("name", "rule"), [("script", "script-src"), ("style", "style-src")])
def test_the_policy_lets_run_what_is_in_the_page_and_nothing_else(name: str, rule: str) -> None:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', TEXT)
    assert policy
    digest = base64.b64encode(hashlib.sha256(part(name).encode()).digest()).decode()
    rules = dict(one.strip().split(" ", 1) for one in policy[1].split(";"))
    assert rules["default-src"] == "'none'"
    assert rules[rule] == f"'sha256-{digest}'"
    assert set(rules) == {
        "default-src",
        "script-src",
        "style-src",
        "base-uri",
        "form-action",
        "require-trusted-types-for",
        "trusted-types",
    }


def test_the_page_names_nothing_to_load() -> None:
    markup = TEXT.replace(part("script"), "").replace(part("style"), "")
    assert not re.search(r"\b(?:src|href|action|poster|data|srcset)=\"(?!#)", markup)
    assert "@import" not in part("style")
    assert "url(" not in part("style")
    for word in (
        "fetch(",
        "XMLHttpRequest",
        "WebSocket",
        "sendBeacon",
        "EventSource",
        "importScripts",
        "localStorage",
        "document.cookie",
    ):
        assert word not in part("script"), word


def test_text_never_becomes_markup_or_code() -> None:
    for path in SCRIPTS:
        text = path.read_text()
        for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert word not in text, f"{path.name}: {word}"


def test_the_licence_of_noble_is_in_the_page() -> None:
    assert "Copyright (c) 2024 Paul Miller" in TEXT
    assert "WITHOUT WARRANTY OF ANY KIND" in TEXT


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_sources_stay_small_and_say_what_they_are(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert len(lines) <= 400, "is this file still one thing?"
    assert lines[0].startswith("//")


def test_the_command_hands_out_the_page_and_its_digest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "verify.html"
    assert main(["verifier", "--out", str(out)]) == 0
    assert out.read_bytes() == PAGE.read_bytes()
    assert hashlib.sha512(PAGE.read_bytes()).hexdigest() in capsys.readouterr().out


def test_the_command_does_not_write_where_it_cannot(tmp_path: Path) -> None:
    assert main(["verifier", "--out", str(tmp_path / "none" / "verify.html")]) == 9
    with pytest.raises(SystemExit):
        main(["verifier"])


# Contrast (WCAG 2.2, 1.4.3: 4.5 to 1 for text, 1.4.11: 3 to 1 for what is not text)


def colours() -> list[dict[str, str]]:
    """The colours of the light and of the dark page."""
    css = (SOURCES / "page.css").read_text()
    return [
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))
        for block in re.findall(r":root \{(.*?)\}", css, re.DOTALL)[:2]
    ]


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


TEXT_ON = [
    (text, ground)
    for ground, texts in {
        "ground": ("ink", "soft", "accent", "no", "yes"),
        "paper": ("ink", "soft", "accent", "no"),
        "accent": ("on-accent",),
        "yes-ground": ("ink", "yes", "accent"),
        "no-ground": ("ink", "no"),
        "open-ground": ("ink", "open"),
        "added-ground": ("ink", "soft", "added"),
    }.items()
    for text in texts
]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
def test_text_stands_out(theme: int, text: str, ground: str) -> None:
    known = colours()[theme]
    assert contrast(known[text], known[ground]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["ground", "paper"])
def test_the_focus_stands_out(theme: int, ground: str) -> None:
    known = colours()[theme]
    assert contrast(known["focus"], known[ground]) >= 3
