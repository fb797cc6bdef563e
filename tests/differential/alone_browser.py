"""Opens verify.html in Chromium, has it verify each place given, and prints what it said and would save, as JSON.

Run as `python -m tests.differential.alone_browser TRUST PLACE...`, in a network namespace of its own.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.browser.conftest import PAGE
from tests.browser.drive import Chromium, browser
from tests.browser.test_page import choose

SAVE = """
const before = URL.createObjectURL;
let kept;
URL.createObjectURL = (blob) => { kept = blob; return before.call(URL, blob); };
HTMLAnchorElement.prototype.click = () => {};
document.getElementById('save').click();
URL.createObjectURL = before;
return kept.text();
"""


def verdict_on(window: Chromium, trust: Path, place: Path) -> dict[str, Any]:
    """What the page, opened anew, says of `place`."""
    window.open(PAGE.as_uri())
    window.complaints()
    found = choose(window, place, trust=trust)
    resources = window.run("return performance.getEntriesByType('resource').map((one) => one.name)")
    complaints = window.complaints()
    statement = json.loads(window.run(SAVE))
    return {"class": found["class"], "statement": statement, "resources": resources, "complaints": complaints}


def main(words: list[str]) -> None:
    """Print the verdicts."""
    trust, *places = map(Path, words)
    with browser("chromium") as window:
        assert isinstance(window, Chromium)
        json.dump({"pages": [verdict_on(window, trust, place) for place in places]}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
