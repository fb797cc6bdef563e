"""Notices a plan has to be told by: whether each still fits before its planned day."""

from __future__ import annotations

from auditor.model.facts import Authorization
from auditor.regulation.calendar.agenda import State
from auditor.regulation.calendar.deadlines import before
from auditor.regulation.check import Checks, Finding
from auditor.regulation.facts.happenings import BY_EVENT, Happening
from auditor.regulation.route.scene import Scene

_FINDINGS = {
    State.DUE: Finding.DUTY,
    State.DONE: Finding.SATISFIED,
    State.DONE_LATE: Finding.NOT_MET,
    State.OVERDUE: Finding.NOT_MET,
    State.TOO_LATE: Finding.NOT_MET,
}


def notices(scene: Scene, checks: Checks, authorization: Authorization) -> None:
    """Note each notice with a lead that the plan's shipments and their sites call for under the authorization."""
    file = scene.under(authorization)
    places = {need.place for need in scene.needs}
    sites = {file.place_of("sites", site) for site in scene.sites}
    for name in sorted(scene.work.law.duties):
        duty = next((row for row in scene.work.law.duties[name] if row.valid(scene.work.as_of)), None)
        if duty is None or duty.lead is None or duty.before is None or duty.before not in BY_EVENT:
            continue
        if str(authorization) not in duty.applies_to:
            continue
        for one in BY_EVENT[duty.before](file):
            if not _of_the_plan(one, places, sites) or str(authorization) not in one.roles:
                continue
            deadline = before(duty, one, scene.work.as_of)
            fix = f"plan it for {deadline.earliest} or later" if deadline.earliest else None
            checks.note(_FINDINGS[deadline.state], duty.id, deadline.says, facts=one.facts, fix=fix)


def _of_the_plan(one: Happening, shipments: set[str], sites: set[str]) -> bool:
    return one.facts[0] in shipments or one.facts[0] in sites
