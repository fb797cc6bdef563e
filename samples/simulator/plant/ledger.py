"""The ledger of what was planted: violations that must be found and look-alikes that must not."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from samples.simulator.clock import exact
from samples.simulator.exports.files import Files
from samples.simulator.facility import Facility

Row = tuple[str, Hashable]
"""A row by its stream and its name in that stream."""


@dataclass
class Violation:
    """Something that must be found, by which control, about whom or what, and where it shows."""

    control: str
    objective: str
    certainty: str
    subject: str
    began: int | None
    ended: int | None
    what: str
    rows: list[Row] = field(default_factory=list)


@dataclass
class LookAlike:
    """Something that looks like a violation and is none."""

    control: str
    subject: str
    what: str
    why: str


@dataclass
class Ledger:
    """Everything planted, in the order it was planted."""

    violations: list[Violation] = field(default_factory=list)
    look_alikes: list[LookAlike] = field(default_factory=list)

    def violation(
        self,
        control: str,
        objective: str,
        subject: str,
        began: int | None,
        ended: int | None,
        what: str,
        *rows: Row,
        certainty: str = "violation",
    ) -> None:
        """Enter something that must be found."""
        self.violations.append(Violation(control, objective, certainty, subject, began, ended, what, list(rows)))

    def spared(self, control: str, subject: str) -> bool:
        """Whether nothing is planted for this control about this subject."""
        return all((v.control, v.subject) != (control, subject) for v in self.violations)

    def look_alike(self, control: str, subject: str, what: str, why: str) -> None:
        """Enter something that must not be found."""
        self.look_alikes.append(LookAlike(control, subject, what, why))

    def document(self, facility: Facility, files: Files) -> dict[str, Any]:
        """The content of ground-truth.yaml, in order of control."""
        found = {(v.control, v.subject) for v in self.violations}
        clash = [a for a in self.look_alikes if (a.control, a.subject) in found]
        if clash:
            raise ValueError(f"{clash[0].control} {clash[0].subject} is both a violation and a look-alike")
        violations = [
            {
                "control": v.control,
                "objective": v.objective,
                "certainty": v.certainty,
                "subject": v.subject,
                "began": None if v.began is None else exact(v.began),
                "ended": None if v.ended is None else exact(v.ended),
                "where": _places(v.rows, files),
                "what": v.what,
            }
            for v in sorted(self.violations, key=lambda v: (v.control, v.objective))
        ]
        look_alikes = [
            {"control": a.control, "subject": a.subject, "what": a.what, "why": a.why}
            for a in sorted(self.look_alikes, key=lambda a: a.control)
        ]
        return {"facility": facility.id, "violations": violations, "look_alikes": look_alikes}


def _places(rows: list[Row], files: Files) -> list[dict[str, Any]]:
    places: dict[tuple[str, str], list[int]] = {}
    for stream, key in rows:
        item, record = files.rows[stream, key]
        places.setdefault((stream, item), []).append(record)
    return [{"stream": stream, "item": item, "records": records} for (stream, item), records in places.items()]
