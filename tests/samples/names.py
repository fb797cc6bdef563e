"""The pseudonyms of a sample, for tests that look for what was planted about a person."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

from auditor.jobs.content import load_catalog
from auditor.jobs.evidence import admit_bundle, open_bundle, profile_streams
from auditor.jobs.names import pseudonyms

SAMPLES = Path(__file__).parents[2] / "samples"


@cache
def hider(facility: str) -> Callable[[str], str]:
    """What results of `facility` for the profile sl4 show in place of a text."""
    catalog = load_catalog()
    streams = profile_streams(catalog, "sl4")
    with open_bundle(admit_bundle(SAMPLES / facility / "bundle"), catalog, streams) as opened:
        return pseudonyms(opened, catalog, streams).hide
