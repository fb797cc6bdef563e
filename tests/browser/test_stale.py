"""What is on the page is about what is chosen: no verdict of before stays beside something else."""

from __future__ import annotations

from pathlib import Path

from tests.browser import factory
from tests.browser.core import OPEN, PASSED
from tests.browser.drive import Browser
from tests.browser.test_page import choose, verdict_of

SHOWN = """
const text = (id) => document.getElementById(id).textContent;
return [text('result'), text('verdict-data'), document.getElementById('actions').hidden, document.title,
  window.verdict === undefined];
"""
NOTHING = ["", "", True, "Attestation verifier", True]
# Reading never ends, so that what is there meanwhile can be looked at.
HANG = "Blob.prototype.arrayBuffer = () => new Promise(() => {}); Blob.prototype.stream = Blob.prototype.arrayBuffer;"
FAIL = (
    "Blob.prototype.arrayBuffer = () => Promise.reject(new DOMException('gone', 'NotReadableError'));"
    "Blob.prototype.stream = () => { throw new DOMException('gone', 'NotReadableError'); };"
)


def settled(page: Browser, identifier: str) -> str:
    """What that place says once it says something."""
    found = page.run(
        f"const at = document.getElementById('{identifier}');"
        "while (!at.textContent) await new Promise((go) => setTimeout(go, 10)); return at.textContent"
    )
    return str(found)


def test_while_another_package_is_verified_there_is_no_verdict(page: Browser, folder: Path) -> None:
    assert choose(page, folder / "report.dsse.json")["class"] == PASSED
    page.run(HANG)
    page.choose("package-file", folder / "attestation.pdf")
    settled(page, "package-shown")
    assert page.run(SHOWN) == NOTHING


def test_without_the_trust_root_there_is_no_verdict(page: Browser, folder: Path, tmp_path: Path) -> None:
    """The first root is gone, and so is what was said by it."""
    assert choose(page, folder / "report.dsse.json")["class"] == PASSED
    broken = tmp_path / "trust.json"
    broken.write_bytes(b"{}")
    page.choose("trust-file", broken)
    page.run("while (!document.querySelector('#trust-shown .error')) await new Promise((go) => setTimeout(go, 10))")
    assert page.run(SHOWN) == NOTHING
    page.choose("package-file", folder / "attestation.pdf")
    page.run("document.getElementById('verify').click()")
    assert verdict_of(page)["class"] == OPEN


def test_files_that_cannot_be_read_are_told_where_they_were_chosen(page: Browser, folder: Path) -> None:
    assert choose(page, folder / "report.dsse.json")["class"] == PASSED
    page.run(FAIL)
    page.choose("status-file", folder / "report.dsse.json")
    assert "can no longer be read" in settled(page, "status-shown")
    assert page.run(SHOWN) == NOTHING
    page.choose("trust-file", folder / "manifest.json")
    page.run("while (!document.querySelector('#trust-shown .error')) await new Promise((go) => setTimeout(go, 10))")
    assert "can no longer be read" in settled(page, "trust-shown")


def test_a_verdict_that_cannot_be_shown_is_none(page: Browser, folder: Path) -> None:
    """Whatever breaks, breaks before there are words that look like a verdict."""
    assert choose(page, folder / "report.dsse.json")["class"] == PASSED
    page.run("const make = document.createElement; document.createElement = (name) => {"
             " if (name === 'table') throw new TypeError('no tables'); return make.call(document, name); };"
             "document.getElementById('verify').click()")  # fmt: skip
    page.run("while (document.getElementById('progress').textContent.startsWith('Verifying'))"
             " await new Promise((go) => setTimeout(go, 10))")  # fmt: skip
    said = settled(page, "progress")
    assert (said.startswith("There is no verdict: this page failed"), "no tables" in said) == (True, True)
    assert page.run(SHOWN) == NOTHING


def test_the_root_chosen_last_counts(page: Browser, folder: Path, tmp_path: Path) -> None:
    """Reading the first takes longer than reading the second."""
    page.run(
        "const read = Blob.prototype.arrayBuffer; let calls = 0; Blob.prototype.arrayBuffer = async function () {"
        " const first = (calls += 1) === 1; const found = await read.call(this);"
        " if (first) { await new Promise((go) => { window.go = go; }); } return found; };"
    )
    page.choose("trust-file", factory.TRUST)
    broken = tmp_path / "trust.json"
    broken.write_bytes(b"{}")
    page.choose("trust-file", broken)
    assert "not a trust root" in settled(page, "trust-shown")
    page.run("window.go(); await new Promise((go) => setTimeout(go, 50))")
    assert "not a trust root" in settled(page, "trust-shown")
    page.choose("package-file", folder / "report.dsse.json")
    page.run("document.getElementById('verify').click()")
    assert verdict_of(page)["class"] == OPEN
