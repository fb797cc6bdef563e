"""The page itself in real browsers, opened from disk as a reader opens it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.browser import factory
from tests.browser.conftest import PAGE
from tests.browser.core import FAILED, OPEN, PASSED
from tests.browser.drive import Browser, Chromium, Firefox

WAIT = "for (let n = 0; n < 3000 && !window.verdict; n += 1) await new Promise((go) => setTimeout(go, 10));"
TEXT = "return document.getElementById('result').innerText"


def verdict_of(page: Browser) -> dict[str, Any]:
    """The verdict once there is one; the next one is waited for anew."""
    found: dict[str, Any] = page.run(f"{WAIT} const found = window.verdict; delete window.verdict; return found")
    return found


def choose(page: Browser, path: Path, *, trust: Path = factory.TRUST) -> dict[str, Any]:
    page.choose("trust-file", trust)
    page.run(
        "while (!document.getElementById('trust-shown').textContent) await new Promise((go) => setTimeout(go, 10))"
    )
    if path.is_dir() and isinstance(page, Firefox):
        # Marionette cannot choose a folder; the same files as a zip are the same package.
        files = {one.relative_to(path).as_posix(): one.read_bytes() for one in path.rglob("*") if one.is_file()}
        path = path.with_suffix(".zip")
        path.write_bytes(factory.zipped(files))
    page.choose("package-folder" if path.is_dir() else "package-file", path)
    return verdict_of(page)


def test_a_folder_is_verified_from_disk(page: Browser, folder: Path) -> None:
    verdict = choose(page, folder)
    assert (verdict["class"], verdict["problem"]) == (PASSED, None)
    text = page.run(TEXT)
    for words in (
        "Passed, with the stated limits",
        "What was signed",
        "What this page adds",
        "Skarvøy Datasenter",
        "Not done",
    ):
        assert words in text
    assert json.loads(page.run("return document.getElementById('verdict-data').textContent")) == verdict


@pytest.mark.parametrize("name", ["report.dsse.json", "attestation.pdf"])
def test_a_single_file_is_verified(page: Browser, folder: Path, name: str) -> None:
    assert choose(page, folder / name)["class"] == PASSED


def test_a_zip_is_verified(page: Browser, whole: factory.Files, tmp_path: Path) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(factory.zipped(whole))
    assert choose(page, path)["class"] == PASSED


def test_a_spoiled_package_fails_and_shows_no_signed_fact(
    page: Browser, package: factory.Files, tmp_path: Path
) -> None:
    package["evidence/leaves.bin"] = bytes(len(package["evidence/leaves.bin"]))
    verdict = choose(page, factory.write_folder(package, tmp_path / "package"))
    assert verdict["class"] == FAILED
    text = page.run(TEXT)
    assert "Do not rely on it" in text
    assert "Skarvøy" not in text


def test_a_folder_of_one_file_is_a_package_and_fails(page: Browser, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "report.dsse.json").write_bytes((folder / "report.dsse.json").read_bytes())
    assert choose(page, tmp_path / "one")["class"] == FAILED


def test_nothing_chosen_cannot_be_verified(page: Browser) -> None:
    page.run("document.getElementById('verify').click()")
    verdict = verdict_of(page)
    assert (verdict["class"], verdict["signed"]) == (OPEN, None)


def test_the_fingerprint_of_the_trust_root_is_shown(page: Browser) -> None:
    page.choose("trust-file", factory.TRUST)
    shown = page.run(
        "const at = () => document.getElementById('trust-fingerprint');"
        "while (!at()) await new Promise((go) => setTimeout(go, 10)); return at().textContent"
    )
    assert shown == hashlib.sha256(factory.TRUST.read_bytes()).hexdigest()


def test_what_is_no_trust_root_is_refused(page: Browser, folder: Path) -> None:
    page.choose("trust-file", folder / "report.dsse.json")
    text = page.run(
        "const at = document.getElementById('trust-shown');"
        "while (!at.textContent) await new Promise((go) => setTimeout(go, 10)); return at.textContent"
    )
    assert "not a trust root" in text
    page.choose("package-file", folder / "report.dsse.json")
    page.run("document.getElementById('verify').click()")
    assert verdict_of(page)["class"] == OPEN


def test_another_day_is_asked_for(page: Browser, folder: Path) -> None:
    choose(page, folder / "report.dsse.json")
    page.run("document.getElementById('at').value = '2050-01-01T00:00:00Z'; document.getElementById('verify').click()")
    verdict = verdict_of(page)
    assert (verdict["class"], verdict["added"]["verifiedAt"]) == (FAILED, "2050-01-01T00:00:00Z")


def test_what_is_no_day_is_told_at_its_field(page: Browser, folder: Path) -> None:
    choose(page, folder / "report.dsse.json")
    page.run(
        "document.getElementById('more').open = true; document.getElementById('at').value = 'tomorrow';"
        "document.getElementById('verify').click()"
    )
    assert (
        page.run("return window.verdict === undefined && document.getElementById('at').getAttribute('aria-invalid')")
        == "true"
    )
    assert "instant" in page.run("return document.getElementById('at-error').textContent")
    assert page.run("return document.activeElement.id") == "at"


def test_a_status_list_counts(page: Browser, folder: Path, whole: factory.Files, tmp_path: Path) -> None:
    choose(page, folder / "report.dsse.json")
    listed = tmp_path / "status.dsse.json"
    listed.write_bytes(factory.status_list(whole["report.dsse.json"]))
    page.run("document.getElementById('more').open = true")
    page.choose("status-file", listed)
    assert verdict_of(page)["class"] == FAILED


def test_the_verdict_can_be_saved(page: Browser, folder: Path) -> None:
    choose(page, folder / "report.dsse.json")
    saved = page.run(
        """
        const before = URL.createObjectURL;
        let kept;
        URL.createObjectURL = (blob) => { kept = blob; return before.call(URL, blob); };
        HTMLAnchorElement.prototype.click = function () { kept.name = this.download; };
        document.getElementById('save').click();
        URL.createObjectURL = before;
        return [kept.name, await kept.text()];
        """
    )
    assert saved[0] == "verification.svr.json"
    assert json.loads(saved[1])["predicateType"] == "https://in-toto.io/attestation/svr/v0.2"


def test_a_test_may_call_it_and_is_shown_the_same(page: Browser, whole: factory.Files) -> None:
    given = {
        "report": list(whole["report.dsse.json"]),
        "trust": list(factory.TRUST.read_bytes()),
        "at": str(factory.now()),
    }
    found = page.run(
        "const [{ report, trust, at }] = given;"
        "return verifyFiles([['report.dsse.json', new Uint8Array(report)]], new Uint8Array(trust), at)",
        given,
    )
    assert found["class"] == PASSED
    assert "Passed" in page.run(TEXT)


# Hostile contents


def test_text_in_a_package_never_becomes_part_of_the_page(
    page: Browser, package: factory.Files, tmp_path: Path
) -> None:
    hostile = "<img src=x onerror=alert(1)><script>window.owned=1</script>\u202egnp.exe"
    del package["README.txt"]
    package[f"evidence/files/evidence/{hostile.replace('/', '')}"] = b"x"
    verdict = page.run(
        "const [{ files, trust, at }] = given;"
        "const entries = files.map(([path, data]) => [path, new Uint8Array(data)]);"
        "return verifyFiles(entries, new Uint8Array(trust), at, { kind: 'folder' })",
        {
            "files": [[p, list(d)] for p, d in package.items()],
            "trust": list(factory.TRUST.read_bytes()),
            "at": str(factory.now()),
        },
    )
    assert verdict["class"] == FAILED
    assert page.run(
        "return [window.owned ?? null, document.querySelectorAll('#result img, #result script').length]"
    ) == [None, 0]
    assert "\u202e" not in page.run(TEXT)


def test_signed_text_is_shown_and_not_obeyed(page: Browser, whole: factory.Files) -> None:
    """A genuine report whose facility has markup for a name: signed, and still only text."""
    found = json.loads(factory.payload_of(whole["report.dsse.json"]))["predicate"]["results"]
    found["facility"] = {**found["facility"], "name": "<b onclick=x>Bold</b>\u202e"}
    report = factory.make_report(found, concluded_at=factory.now())
    page.run(
        "const [{ report, trust, at }] = given;"
        "await verifyFiles([['report.dsse.json', new Uint8Array(report)]], new Uint8Array(trust), at)",
        {"report": list(report), "trust": list(factory.TRUST.read_bytes()), "at": str(factory.now())},
    )
    text = page.run(TEXT)
    assert "<b onclick=x>Bold</b>⟨U+202E⟩" in text
    assert page.run("return document.querySelectorAll('#result b').length") == 0


# What the page may not do


def test_the_page_loads_and_sends_nothing(page: Browser, folder: Path) -> None:
    if isinstance(page, Chromium):
        page.complaints()
    choose(page, folder)
    assert page.run("return performance.getEntriesByType('resource').map((one) => one.name)") == []
    for attempt in (
        "fetch('http://127.0.0.1:9/')",
        "new Promise((onload, onerror) => Object.assign(new Image(), { onload, onerror, src: 'http://127.0.0.1:9/' }))",
    ):
        assert page.run(f"try {{ await {attempt}; return 'sent'; }} catch {{ return 'refused'; }}") == "refused"
    if isinstance(page, Chromium):
        assert all("Content Security Policy" in line or "ERR_" in line for line in page.complaints())


def test_nothing_else_may_run_on_the_page(page: Browser) -> None:
    page.run(
        "const more = document.createElement('script');"
        "try { more.textContent = 'window.owned = 1'; document.body.append(more); } catch {}"
        "try { document.body.setAttribute('onclick', 'window.owned = 1'); document.body.click(); } catch {}"
    )
    assert page.run("return window.owned ?? null") is None


# Readers who listen, or have no mouse


def test_landmarks_headings_and_names(page: Browser, folder: Path) -> None:
    choose(page, folder)
    found = page.run(
        """
        const all = (pattern) => [...document.querySelectorAll(pattern)];
        const named = (one) => one.labels?.length || one.textContent.trim() || one.getAttribute('aria-label');
        const isNamed = (one) => document.getElementById(one.getAttribute('aria-labelledby'));
        return {
          landmarks: ['header', 'main', 'footer'].map((name) => all('body > ' + name).length),
          lang: document.documentElement.lang,
          levels: all('h1, h2, h3').map((one) => Number(one.tagName[1])),
          unnamed: all('input, button, a[href], summary').filter((one) => !named(one)).map((one) => one.outerHTML),
          sections: all('section').filter((one) => !isNamed(one)).length,
          tables: all('table').filter((one) => !one.caption || all('table th:not([scope])').length).length,
          repeated: all('[id]').map((one) => one.id).filter((id, at, ids) => ids.indexOf(id) !== at),
          images: all('img, svg, canvas').length,
          live: all('[role=status], [role=alert]').length,
        };
        """
    )
    assert found["landmarks"] == [1, 1, 1]
    assert found["lang"] == "en"
    assert found["levels"][0] == 1
    assert found["levels"].count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in zip(found["levels"], found["levels"][1:], strict=False))
    for name in ("unnamed", "repeated"):
        assert found[name] == []
    assert (found["sections"], found["tables"], found["images"]) == (0, 0, 0)
    assert found["live"] >= 3


def test_the_focus_goes_to_the_verdict_and_it_is_said(page: Browser, folder: Path) -> None:
    choose(page, folder / "report.dsse.json")
    assert page.run("return document.activeElement.id") == "verdict-heading"
    assert page.run("return document.getElementById('progress').textContent") == f"Verdict: {PASSED}"
    assert page.run("return document.title") == f"{PASSED}: attestation verifier"


def test_the_keyboard_reaches_everything_in_the_order_of_the_page(window: Browser, page: Browser) -> None:
    if not isinstance(window, Chromium):
        pytest.skip("keys are pressed through selenium")
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    page.run("document.getElementById('more').open = true")
    order = []
    for _ in range(12):
        ActionChains(window.driver).send_keys(Keys.TAB).perform()
        order.append(
            page.run("const { id, tagName, className } = document.activeElement; return id || className || tagName")
        )
    wanted = ["skip", "trust-file", "package-file", "package-folder", "SUMMARY", "at", "status-file", "verify"]
    assert [one for one in order if one in wanted][: len(wanted)] == wanted


def test_it_fits_a_narrow_window(page: Browser, folder: Path, window: Browser) -> None:
    if not isinstance(window, Chromium):
        pytest.skip("the window is made narrow through Chromium's own protocol")
    narrow = {"width": 400, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    window.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", narrow)
    try:
        choose(page, folder)
        assert page.run("return document.documentElement.scrollWidth <= window.innerWidth")
    finally:
        window.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_the_browsers_own_ml_dsa_is_asked_where_there_is_one(page: Browser, folder: Path) -> None:
    told = choose(page, folder / "report.dsse.json")["added"]["mlDsa"]
    has = page.run("return Boolean(globalThis.SubtleCrypto?.supports?.('verify', 'ML-DSA-87'))")
    assert ("agreed" in told) is has


def test_two_implementations_that_disagree_verify_nothing(page: Browser, folder: Path) -> None:
    """A browser whose own ML-DSA says no to a good signature, or yes to a bad one, is not relied on."""
    page.run(
        """
        const verify = SubtleCrypto.prototype.verify;
        const importKey = SubtleCrypto.prototype.importKey;
        const is = (one) => (one?.name ?? one) === 'ML-DSA-87';
        SubtleCrypto.supports = () => true;
        SubtleCrypto.prototype.importKey = function (...words) {
          return is(words[2]) ? {} : importKey.apply(this, words);
        };
        SubtleCrypto.prototype.verify = function (...words) {
          return is(words[0]) ? false : verify.apply(this, words);
        };
        """
    )
    page.choose("trust-file", factory.TRUST)
    text = page.run(
        "const at = document.getElementById('trust-shown');"
        "while (!at.textContent) await new Promise((go) => setTimeout(go, 10)); return at.textContent"
    )
    assert "disagree" in text


def test_the_file_is_opened_as_it_was_built(page: Browser) -> None:
    assert page.run("return location.protocol") == "file:"
    assert page.run("return isSecureContext") is True
    assert PAGE.stat().st_size < 400_000


# Dropping

DROP = """
const [{ zone, name, data }] = given;
const carried = new DataTransfer();
carried.items.add(new File([new Uint8Array(data)], name));
const options = { dataTransfer: carried, bubbles: true, cancelable: true };
document.getElementById(zone).dispatchEvent(new DragEvent('dragover', options));
document.getElementById(zone).dispatchEvent(new DragEvent('drop', options));
"""


def test_a_file_may_be_dropped(page: Browser, whole: factory.Files) -> None:
    page.run(DROP, {"zone": "trust-zone", "name": "trust.json", "data": list(factory.TRUST.read_bytes())})
    page.run(
        "while (!document.getElementById('trust-shown').textContent) await new Promise((go) => setTimeout(go, 10))"
    )
    page.run(DROP, {"zone": "package-zone", "name": "report.dsse.json", "data": list(whole["report.dsse.json"])})
    assert verdict_of(page)["class"] == PASSED


def test_a_trust_root_dropped_as_what_to_verify_is_not_taken_for_one(page: Browser) -> None:
    trust = list(factory.TRUST.read_bytes())
    page.run(DROP, {"zone": "package-zone", "name": "trust.json", "data": trust})
    page.run("document.getElementById('verify').click()")
    assert verdict_of(page)["class"] == OPEN
    page.choose("trust-file", factory.TRUST)
    assert verdict_of(page)["class"] == FAILED


def test_a_folder_may_be_dropped(page: Browser, window: Browser, folder: Path) -> None:
    if not isinstance(window, Chromium):
        pytest.skip("folders are dropped through Chromium's own protocol")
    page.choose("trust-file", factory.TRUST)
    page.run(
        "while (!document.getElementById('trust-shown').textContent) await new Promise((go) => setTimeout(go, 10))"
    )
    x, y = page.run(
        "const at = document.getElementById('package-zone').getBoundingClientRect(); return [at.x + 9, at.y + 9]"
    )
    carried = {"items": [], "files": [str(folder)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        window.driver.execute_cdp_cmd("Input.dispatchDragEvent", {"type": kind, "x": x, "y": y, "data": carried})
    verdict = verdict_of(page)
    assert (verdict["class"], verdict["problem"]) == (PASSED, None)
    assert len(verdict["added"]["visible"]) == len(verdict["signed"]["findings"])
