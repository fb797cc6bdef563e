"""The page's own copy of words that the command line has too."""

from __future__ import annotations

import re
from pathlib import Path

from auditor.attestation import steps

SOURCE = Path(__file__).parents[2] / "templates" / "verifier" / "src" / "steps.js"
ATTACHED = "the results attached to the PDF are those that were signed"
"""A step of its own where a PDF is read: in a package the command line tells it with the text of the pages."""


def of_the_page() -> list[str]:
    (block,) = re.findall(r"TITLES = Object\.freeze\(\{\n(.*?)\}\);", SOURCE.read_text(encoding="utf-8"), re.DOTALL)
    found = re.findall(r'^  \w+: "([^"]*)",$', block, re.MULTILINE)
    assert len(found) == len(block.splitlines())
    return found


def of_the_command_line() -> list[str]:
    others = {*steps.RESULT_CLASSES, steps.DONE, steps.NOT_DONE}
    return [value for name, value in vars(steps).items() if name.isupper() and isinstance(value, str)
            and value not in others and not name.startswith("_")]  # fmt: skip


def test_the_steps_have_the_same_titles_in_the_same_order() -> None:
    assert [title for title in of_the_page() if title != ATTACHED] == of_the_command_line()
    assert of_the_page().count(ATTACHED) == 1


def test_what_a_lone_report_cannot_show_is_the_same_list() -> None:
    text = SOURCE.read_text(encoding="utf-8")
    (block,) = re.findall(r"const LIMITS = \[\n(.*?)\n\];", text, re.DOTALL)
    names = dict(re.findall(r'^  (\w+): "([^"]*)",$', text, re.MULTILINE))
    assert [names[name] for name in re.findall(r'^  \["(\w+)"', block, re.MULTILINE)] == [
        one for one, _ in steps.LIMITS
    ]
