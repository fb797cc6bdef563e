"""What the table of the corpus is made of: a change, the verdict on it, and where a verifier says otherwise and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tests.differential.verifiers import FAILED, OPEN, PASSED, Scene

Change = Callable[[Scene], object]


class Differs(NamedTuple):
    """Another verdict than that of the command line, and the reason why that is right."""

    result: str
    why: str


class NotAsked(NamedTuple):
    """This verifier has no way to be asked, and why."""

    why: str


class Row(NamedTuple):
    """One package of the corpus and what the three verifiers say of it.

    `result` is the verdict of the command line, and of the other two where nothing else is said. `base` names the
    genuine package that `change` is made to. `same_code` is false where two refusals are as good as each other and a
    verifier may meet either first.
    """

    result: str
    change: Change
    base: str = "plain"
    page: Differs | None = None
    recipe: Differs | NotAsked | None = None
    same_code: bool = True


Table = dict[str, Row]

TODAY = NotAsked("the recipe judges by today and has no other day to be asked for")
NO_ZIP = NotAsked("the recipe reads folders; a zip is unpacked before")
NO_STATUS = NotAsked("the recipe reads no status list, as it says at its end")
ACTS_UNREAD = Differs(PASSED, "the recipe does not read later acts, as it says at its end")
RECORDS_UNREAD = Differs(PASSED, "the recipe does not read trees of single records, as it says at its end")
PDF_UNREAD = Differs(PASSED, "the recipe does not look into the PDF, as it says at its end")
LISTS_UNREAD = Differs(PASSED, "revocation lists are about the PDF's own signature, which only the command line checks")
PAGES_UNREAD = "what the pages of the PDF say is read by the command line alone, as page and recipe say"
NO_TIME = Differs(OPEN, "the recipe is printed for packages whose time is proven, and says that it cannot here")

__all__ = [
    "ACTS_UNREAD", "FAILED", "LISTS_UNREAD", "NO_STATUS", "NO_TIME", "NO_ZIP", "OPEN", "PAGES_UNREAD", "PASSED",
    "PDF_UNREAD", "RECORDS_UNREAD", "TODAY", "Change", "Differs", "NotAsked", "Row", "Scene", "Table",
]  # fmt: skip
