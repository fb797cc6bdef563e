"""Every harness by its name."""

from __future__ import annotations

from tests.fuzz import (
    canon,
    envelope,
    evidence,
    keys,
    lone,
    package,
    pdf,
    printed,
    report,
    statements,
    timestamps,
    trust,
    whole,
)
from tests.fuzz.target import Target

FAMILIES = (canon, envelope, statements, report, trust, timestamps, evidence, package, keys, pdf, printed, lone, whole)
TARGETS: dict[str, Target] = {name: target for family in FAMILIES for name, target in family.TARGETS.items()}
