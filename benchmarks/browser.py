"""The one-file browser verifier in headless Chromium, on a package of 10 MB chosen as a person chooses it."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.measure import ROOT, Clock, Row, Settings, in_turns, report, run_worker

PAGE = ROOT / "templates" / "verifier" / "verify.html"
GOAL = 1.0
FINDINGS = 300
# Files of the package: few and large, and many and small. Both are 10 MB.
SHAPES = ((100, 100_000), (900, 10_000))
# From the moment the browser tells the page of the chosen file until the verdict is on the page.
_LISTEN = """
  const result = document.getElementById('result');
  document.getElementById('package-file').addEventListener('change', () => { window.began = performance.now(); }, true);
  new MutationObserver(() => {
    if (window.verdict && result.getAttribute('aria-busy') === 'false') window.ended ??= performance.now();
  }).observe(result, {attributes: true});
"""
_TRUST = "while (!document.getElementById('trust-shown').textContent) await new Promise((go) => setTimeout(go, 5))"
_TIMES = """
  while (!window.ended) await new Promise((go) => setTimeout(go, 5));
  return {seconds: (ended - began) / 1000, class: verdict.class, problem: verdict.problem};
"""
# The peer: WebCrypto's SHA-256 and SHA-512 of the whole file, in the same page.
_HASH = """
  const began = performance.now();
  const data = await document.getElementById('package-file').files[0].arrayBuffer();
  await Promise.all(['SHA-256', 'SHA-512'].map((name) => crypto.subtle.digest(name, data)));
  return (performance.now() - began) / 1000;
"""


def measure(settings: Settings) -> list[Row]:
    if reason := run_worker("browser", "missing", settings.scratch).output["reason"]:
        settings.say(f"browser: left out, {reason}")
        return []
    rows = []
    for items, size in SHAPES:
        folder = settings.scratch / str(items)
        folder.mkdir()
        made = run_worker("browser", "make", folder, items, size).output
        found = in_turns(2 if settings.quick else 5, partial(run_worker, "browser", "chromium", folder))[0]
        seconds = [run.output["seconds"] for run in found.runs]
        passed = all(run.output["class"] == "passed with the stated limits" for run in found.runs)
        first = [run.output["first"] for run in found.runs]
        rows.append(
            Row("browser", f"package of {made['bytes'] / 1e6:.0f} MB, {made['files']} files, {FINDINGS} findings",
                seconds, [run.output["hashed"] for run in found.runs], holds=passed and median(seconds) <= GOAL,
                note=f"at most {GOAL:g} s; the page opened a second time, at first it took up to {max(first):.2f} "
                "s; peer: WebCrypto's SHA-256 and SHA-512 of the same zip in the same page; "
                f"{'passed' if passed else 'NOT PASSED: ' + str(found.runs[0].output['problem'])}")
        )  # fmt: skip
    return rows


def _make(folder: Path, items: int, size: int) -> dict[str, int]:
    from tests.browser import factory

    files = factory.make_package(items=items, item_bytes=size, findings=FINDINGS, late=True)
    data = factory.zipped(files)
    (folder / "package.zip").write_bytes(data)
    return {"bytes": len(data), "files": len(files)}


def _chromium(folder: Path) -> dict[str, Any]:
    """Seconds of the verification in a new browser, in the page opened again, and of the peer's hashing."""
    from samples.identities import KEYS
    from tests.browser import drive

    times = []
    with drive.browser("chromium") as page:
        for _ in range(2):
            page.open(PAGE.as_uri())
            page.choose("trust-file", KEYS / "trust.json")
            page.run(_TRUST)
            page.run(_LISTEN)
            page.choose("package-file", folder / "package.zip")
            times.append(page.run(_TIMES))
        hashed = page.run(_HASH)
    return {**times[1], "first": times[0]["seconds"], "hashed": hashed}


def _missing() -> dict[str, Any]:
    from tests.browser.drive import drivers

    return {"reason": drivers()["chromium"]}


if __name__ == "__main__":
    word, place = sys.argv[1], Path(sys.argv[2])
    with Clock() as clock:
        if word == "make":
            facts: dict[str, Any] = _make(place, *map(int, sys.argv[3:]))
        else:
            facts = _missing() if word == "missing" else _chromium(place)
    report(clock, **facts)
