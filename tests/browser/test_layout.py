"""What stands where on the page, and that it fits: limits before what rests on them, no red where nothing is wrong."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.browser import factory
from tests.browser.core import FAILED, OPEN, PASSED
from tests.browser.drive import Browser, Chromium
from tests.browser.test_page import choose

HEADINGS = "return [...document.querySelectorAll('#result h3')].map((one) => one.textContent)"
OF_LATE = ("seals/late.", "seals/revocation/", "seals/package.beta.")


@pytest.fixture(scope="module")
def places(whole: factory.Files, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A package for each verdict."""
    spoiled = {**whole, "evidence/leaves.bin": bytes(len(whole["evidence/leaves.bin"]))}
    unproven = {path: data for path, data in whole.items() if not path.startswith(OF_LATE)}
    made = {PASSED: whole, FAILED: spoiled, OPEN: unproven}
    folder = tmp_path_factory.mktemp("places")
    return {result: factory.write_folder(files, folder / result.split()[0]) for result, files in made.items()}


@pytest.mark.parametrize(
    ("result", "headings"),
    [(PASSED, ["Not done", "Done"]), (FAILED, ["Refused", "Done"]), (OPEN, ["Stopped here", "Done"])],
)
def test_what_limits_a_verdict_comes_before_what_it_rests_on(
    page: Browser, places: dict[str, Path], result: str, headings: list[str]
) -> None:
    assert choose(page, places[result])["class"] == result
    assert page.run(HEADINGS) == headings


def test_what_the_report_itself_concludes_is_said_among_what_was_signed(page: Browser, places: dict[str, Path]) -> None:
    choose(page, places[PASSED])
    assert page.run("return document.querySelector('.signed .headline').innerText").split("\n") == [
        "6 of 9 determination statements satisfied",
        "Level reached: none",
    ]
    assert page.run("return document.querySelector('.banner').innerText.includes('determination')") is False


def test_digests_are_in_groups_and_copy_as_one_word(page: Browser, places: dict[str, Path]) -> None:
    choose(page, places[PASSED])
    steps = page.run("return [...document.querySelectorAll('.steps .digest')].map((one) => one.textContent)")
    assert hashlib.sha512((places[PASSED] / "manifest.json").read_bytes()).hexdigest() in steps
    assert page.run("return document.querySelector('.steps .digest').children.length") in (16, 32)
    page.run("getSelection().selectAllChildren(document.querySelector('.fingerprint'))")
    assert page.run("return String(getSelection())").strip() == hashlib.sha256(factory.TRUST.read_bytes()).hexdigest()


@pytest.mark.parametrize("result", [PASSED, FAILED, OPEN])
def test_nothing_is_clipped_in_a_narrow_window(
    window: Browser, page: Browser, places: dict[str, Path], result: str
) -> None:
    if not isinstance(window, Chromium):
        pytest.skip("the window is made narrow through Chromium's own protocol")
    narrow = {"width": 320, "height": 700, "deviceScaleFactor": 1, "mobile": True}
    window.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", narrow)
    try:
        choose(page, places[result])
        wide = page.run(
            "return [...document.querySelectorAll('body *')].filter((one) => one.checkVisibility() &&"
            " one.getBoundingClientRect().left >= 0 && one.getBoundingClientRect().right > innerWidth)"
            ".map((one) => one.outerHTML.slice(0, 80))"
        )
        assert wide == []
    finally:
        window.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
