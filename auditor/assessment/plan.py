"""The plan: every method of every determination statement, planned or the reason why not."""

from __future__ import annotations

from auditor.model.assessment import Activity, AssessmentPlan, Baseline
from auditor.model.control import Method

_NOT_AUTOMATED = "needs a person; recorded judgement is not part of this edition, so it is not performed"


def plan(baseline: Baseline) -> AssessmentPlan:
    """Activities in the order of the baseline: the test, then examining and interviewing."""
    activities: list[Activity] = []
    for entry in baseline.controls:
        control = entry.control
        for objective in control.objectives:
            activities.append(
                Activity(
                    control=control.id,
                    objective=objective.id,
                    method=Method.TEST,
                    planned=True,
                    streams=objective.test.streams,
                )
            )
            for method, objects in ((Method.EXAMINE, objective.examine), (Method.INTERVIEW, objective.interview)):
                if objects or method in baseline.methods:
                    activities.append(
                        Activity(
                            control=control.id,
                            objective=objective.id,
                            method=method,
                            planned=False,
                            note=_NOT_AUTOMATED,
                        )
                    )
    return AssessmentPlan(activities=tuple(activities))
