"""Real browsers for the tests, without a window: Chromium through selenium, Firefox over Marionette.

Nothing is fetched: without the browser, its driver or selenium there is nothing to drive, and `drivers` says so.
"""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

STARTS_WITHIN = 60
ANSWERS_WITHIN = 120
_CHROMIUM_OPTIONS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
    "--disable-component-update", "--no-first-run", "--window-size=1200,1400",
)  # fmt: skip


class Browser(Protocol):
    """What the tests ask of a browser."""

    def open(self, address: str) -> None:
        """Load `address`."""

    def run(self, script: str, *arguments: object) -> Any:
        """The value that the function body `script`, which may await, comes to."""

    def choose(self, identifier: str, path: Path) -> None:
        """Choose a file or folder in the <input> of that id, as a person does."""

    def screenshot(self) -> bytes:
        """The page as PNG."""


def drivers() -> dict[str, str | None]:
    """Each browser, with the reason why it cannot be driven here, or None."""
    chromium = None if shutil.which("chromium") and shutil.which("chromedriver") else "chromium-driver is not installed"
    try:
        import selenium  # noqa: F401
    except ImportError:
        chromium = "selenium is not installed"
    firefox = None if shutil.which("firefox-esr") or shutil.which("firefox") else "firefox-esr is not installed"
    return {"chromium": chromium, "firefox": firefox}


@contextmanager
def browser(name: str) -> Iterator[Browser]:
    """A browser with an empty profile."""
    with _chromium() if name == "chromium" else _firefox() as opened:
        yield opened


@contextmanager
def _chromium() -> Iterator[Browser]:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(shutil.which("chromium"))
    for one in _CHROMIUM_OPTIONS:
        options.add_argument(one)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    driver.set_script_timeout(ANSWERS_WITHIN)
    try:
        yield Chromium(driver)
    finally:
        driver.quit()


class Chromium:
    """Chromium under selenium; `driver` is selenium's own."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def open(self, address: str) -> None:
        self.driver.get(address)

    def run(self, script: str, *arguments: object) -> Any:
        # The page's policy forbids eval, and so do we: the driver runs the script outside the page's own.
        body = f"const done = arguments[arguments.length - 1]; (async (...given) => {{{script}}})(...arguments)"
        found = self.driver.execute_async_script(
            f"{body}.then((value) => done({{value}}), (error) => done({{error: String(error)}}))", *arguments
        )
        if "error" in found:
            raise AssertionError(found["error"])
        return found.get("value")

    def choose(self, identifier: str, path: Path) -> None:
        self.driver.find_element("id", identifier).send_keys(str(path))

    def screenshot(self) -> bytes:
        return bytes(self.driver.get_screenshot_as_png())

    def complaints(self) -> list[str]:
        """What the console was told since it was last asked."""
        return [entry["message"] for entry in self.driver.get_log("browser")]


@contextmanager
def _firefox() -> Iterator[Browser]:
    binary = shutil.which("firefox-esr") or shutil.which("firefox")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="firefox-") as profile:
        (Path(profile) / "user.js").write_text(f'user_pref("marionette.port", {port});\n')
        command = [str(binary), "--headless", "--marionette", "--no-remote", "--profile", profile]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield Firefox(_connected(port))
        finally:
            process.terminate()
            process.wait(STARTS_WITHIN)


def _connected(port: int) -> socket.socket:
    deadline = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=ANSWERS_WITHIN)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


class Firefox:
    """Firefox over Marionette, its own remote protocol: length, colon, JSON, one answer to each command."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._file = connection.makefile("rb")
        self._number = 0
        self._read()
        self.command("WebDriver:NewSession", {})
        self.command("WebDriver:SetTimeouts", {"script": ANSWERS_WITHIN * 1000})

    def command(self, name: str, parameters: dict[str, Any]) -> Any:
        """The result of one command."""
        self._number += 1
        message = json.dumps([0, self._number, name, parameters]).encode()
        self._connection.sendall(b"%d:%b" % (len(message), message))
        _, _, error, result = self._read()
        if error:
            raise AssertionError(f"{error['error']}: {error['message']}")
        return result

    def _read(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            length += self._file.read(1)
        return json.loads(self._file.read(int(length[:-1])))

    def open(self, address: str) -> None:
        self.command("WebDriver:Navigate", {"url": address})

    def run(self, script: str, *arguments: object) -> Any:
        body = f"return (async (...given) => {{{script}}})(...arguments)"
        return self.command("WebDriver:ExecuteScript", {"script": body, "args": list(arguments), "sandbox": None})[
            "value"
        ]

    def choose(self, identifier: str, path: Path) -> None:
        found = self.command("WebDriver:FindElement", {"using": "css selector", "value": f"#{identifier}"})
        element = next(iter(found["value"].values()))
        self.command("WebDriver:ElementSendKeys", {"id": element, "text": str(path)})

    def screenshot(self) -> bytes:
        return base64.b64decode(self.command("WebDriver:TakeScreenshot", {"full": True})["value"])
