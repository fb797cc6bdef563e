"""The verifiers as a reader has them, with no network at all: the command, the recipe, and the page in Chromium."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.browser.drive import drivers
from tests.differential.verifiers import FAILED, OPEN, PASSED, ROOT, TRUST, Recipe, Scene
from tests.e2e.conftest import Attested

ALONE = ("unshare", "--net") if os.geteuid() == 0 else ("unshare", "--net", "--map-root-user")
EXIT_CODES = {PASSED: 0, FAILED: 6, OPEN: 7}
SHOWN = 'cat /proc/net/dev; echo --; cat /proc/net/route; echo --; exec "$@"'
"""Says what interfaces and routes there are, then becomes the command."""
LOOPBACK = "ip link set lo up || exit 77; "
"""For the browser's driver, which talks to the browser over it; there is still no other interface and no route."""
REACH = "import socket; print(socket.socket().connect_ex(('127.0.0.1', 9)))"


def can_be_alone() -> bool:
    return shutil.which("unshare") is not None and not subprocess.run([*ALONE, "true"], capture_output=True).returncode


pytestmark = pytest.mark.skipif(not can_be_alone(), reason="no network namespaces here")


@pytest.fixture(scope="module")
def scenes(
    fjordheim: Attested, skarvoy: Attested, sealing_time: int, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Scene]:
    """A package for each ending."""
    made = {}
    for number, result in enumerate((PASSED, FAILED, OPEN)):
        folder = tmp_path_factory.mktemp(f"alone{number}")
        made[result] = Scene(fjordheim.package, skarvoy.package, folder, sealing_time)
    made[FAILED].package.take(skarvoy.package, "attestation.dsse.json")
    made[OPEN].package.reseal({"alpha": sealing_time})
    return made


def require_alone(said: str) -> str:
    """What came after the tables of interfaces and routes: there is the loopback, and no way to anywhere."""
    devices, routes, rest = said.split("--\n", 2)
    assert [line.split(":")[0].strip() for line in devices.splitlines()[2:]] == ["lo"], devices
    assert routes.splitlines()[1:] == [], routes
    return rest


def run_alone(*words: object, before: str = "") -> tuple[int, str]:
    """Exit code and printout of a command in an empty network namespace."""
    done = subprocess.run(
        [*ALONE, "sh", "-c", before + SHOWN, "sh", *map(str, words)], cwd=ROOT, capture_output=True, text=True,
        check=False, timeout=240, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    if before and done.returncode == 77:
        pytest.skip("nothing here can raise the loopback for the browser's driver")
    assert done.stdout, done.stderr
    return done.returncode, require_alone(done.stdout)


def test_there_is_no_network_here_not_even_the_loopback() -> None:
    assert run_alone(sys.executable, "-c", REACH) == (0, f"{errno.ENETUNREACH}\n")


@pytest.mark.parametrize("result", [PASSED, FAILED, OPEN])
def test_the_command_needs_no_network(scenes: dict[str, Scene], result: str) -> None:
    command = (sys.executable, "-m", "auditor.cli", "verify", scenes[result].place, "--trust", TRUST)
    code, said = run_alone(*command)
    assert (code, said.startswith(result.upper())) == (EXIT_CODES[result], True), said


@pytest.mark.parametrize("result", [PASSED, FAILED, OPEN])
def test_the_recipe_needs_no_network(scenes: dict[str, Scene], recipe: Recipe | None, result: str) -> None:
    if recipe is None:
        pytest.skip("the recipe takes OpenSSL 3.5 or newer; OPENSSL=... names one")
    said = Recipe.answer(recipe.start(scenes[result], *ALONE))
    assert said.result == result, said.words


# --- the page


@pytest.fixture(scope="module")
def by_browser(scenes: dict[str, Scene]) -> dict[str, Any]:
    """What the real page said of each and would save."""
    if reason := drivers()["chromium"]:
        pytest.skip(reason)
    places = [scenes[result].place for result in scenes]
    command = (sys.executable, "-m", "tests.differential.alone_browser", TRUST, *places)
    code, said = run_alone(*command, before=LOOPBACK)
    assert code == 0, said
    return dict(zip(scenes, json.loads(said)["pages"], strict=True))


def by_command(scene: Scene, folder: Path) -> dict[str, Any]:
    saved = folder / "verdict.json"
    words = ["verify", scene.place, "--trust", TRUST, "--save", saved]
    subprocess.run([sys.executable, "-m", "auditor.cli", *map(str, words)], cwd=ROOT, capture_output=True, check=False)
    statement: dict[str, Any] = json.loads(saved.read_bytes())
    return statement


@pytest.mark.parametrize("result", [PASSED, FAILED, OPEN])
def test_the_real_page_saves_what_the_command_saves(
    scenes: dict[str, Scene], by_browser: dict[str, Any], result: str, tmp_path: Path
) -> None:
    """The same statement, but for who verified, the reasons' wording, and what only the command line looks at."""
    shown, page = by_browser[result]["class"], by_browser[result]["statement"]
    command = by_command(scenes[result], tmp_path)
    assert shown == result
    for name in ("_type", "subject", "predicateType"):
        assert page[name] == command[name]
    one, other = page["predicate"], command["predicate"]
    assert one["verifier"]["policies"] == other["verifier"]["policies"]
    assert one["verifier"]["id"] != other["verifier"]["id"]
    assert one["properties"][0] == other["properties"][0] == "AUDITOR_RESULT_" + result.upper().replace(" ", "_")
    if result == PASSED:
        by_both = set(one["properties"]) & set(other["properties"])
        assert set(one["properties"]) - by_both == {
            "AUDITOR_STEP_THE_RESULTS_ATTACHED_TO_THE_PDF_ARE_THOSE_THAT_WERE_SIGNED"
        }
        assert set(other["properties"]) - by_both == {"AUDITOR_STEP_THE_VISIBLE_TEXT_OF_THE_PDF_SAYS_WHAT_WAS_SIGNED"}
        return
    assert [one_step["reason"].startswith("refused: ") for one_step in one["notDone"]].count(True) == 1
    refusals = [
        [step["step"] for step in each["notDone"] if step["reason"].startswith("refused: ")] for each in (one, other)
    ]
    assert refusals[0] == refusals[1]


def test_the_page_asked_for_nothing(by_browser: dict[str, Any]) -> None:
    for said in by_browser.values():
        assert said["resources"] == []
        assert said["complaints"] == []
