"""The routes that need no application: no licence required, and License Exceptions AIA, ACM and LPP."""

from __future__ import annotations

from typing import Any

from auditor.model.answer import Answer
from auditor.model.facts import Authorization
from auditor.regulation.check import Check, Checks, Finding
from auditor.regulation.exceptions.acm import acm
from auditor.regulation.exceptions.aia import aia
from auditor.regulation.exceptions.lpp import lpp
from auditor.regulation.exceptions.screening import barred
from auditor.regulation.route.scene import Scene, concluded
from auditor.regulation.route.types import Route


def screening(scene: Scene) -> tuple[Check, ...]:
    """Part 744, for every route: the party, the receivers, and those who own or run the sites."""
    checks = Checks(scene.work, decides=False)
    names = {scene.party.id, *scene.receivers}
    for site_id in scene.sites:
        site = scene.file.sites[site_id]
        names |= {site.owner, site.operator or site.owner}
    for name in sorted(names):
        about, place = scene.file.parties[name], scene.file.place_of("parties", name)
        says = barred(about)
        if says is not None:
            checks.note(Finding.NOT_MET, "licence.screening", says, facts=(place,))
        elif about.screened is None or about.screened > scene.work.as_of:
            says = f"the facts name no screening of {about.name} until {scene.work.as_of}."
            fix = "screen it against the lists, and write the day as screened:"
            checks.note(Finding.MISSING, "licence.screening", says, facts=(place,), fix=fix)
        else:
            says = f"{about.name} was screened on {about.screened} and stands on no list."
            checks.note(Finding.SATISFIED, "licence.screening", says, facts=(place,))
    return checks.found


def none(scene: Scene, screened: tuple[Check, ...]) -> Route:
    """No licence required: only if every shipment is determined to need none."""
    checks = Checks(scene.work, decides=False)
    for need in scene.needs:
        finding = {True: Finding.NOT_MET, False: Finding.SATISFIED, None: Finding.MISSING}[need.required]
        condition = "uae-2026" if need.required is None and need.country == "AE" else "licence.requirement"
        if condition not in scene.work.law.definitions:
            condition = "licence.requirement"
        checks.note(finding, condition, need.says, facts=(need.place,), fix=need.fix)
    scene.work.caution(
        "Only the licence requirements of 742.6(a)(6)(iii) for advanced computing items are in the tables; an item can "
        "need a licence for another reason."
    )
    return concluded(Authorization.NONE, (*checks.found, *screened))


def aia_route(scene: Scene, screened: tuple[Check, ...]) -> Route:
    """License Exception AIA, for every receiver."""
    checks = Checks(scene.work, decides=False)
    file = scene.under(Authorization.AIA)
    answers = tuple(
        aia(scene.work.law, scene.work.as_of, file, scene.lots, name, scene.plan.id) for name in scene.receivers
    )
    own = [check for one in answers for check in _own(scene, checks, "aia", one)]
    return concluded(Authorization.AIA, (*own, *checks.found, *screened), aia=answers)


def acm_route(scene: Scene, screened: tuple[Check, ...]) -> Route:
    """License Exception ACM, for every receiver."""
    checks = Checks(scene.work, decides=False)
    file = scene.under(Authorization.ACM)
    answers = tuple(acm(scene.work.law, scene.work.as_of, file, name, scene.plan.id) for name in scene.receivers)
    own = [check for one in answers for check in _own(scene, checks, "acm", one)]
    return concluded(Authorization.ACM, (*own, *checks.found, *screened), acm=answers)


def lpp_route(scene: Scene, screened: tuple[Check, ...]) -> Route:
    """License Exception LPP, for every family that receives something, in every year of the plan."""
    checks = Checks(scene.work, decides=False)
    file = scene.under(Authorization.LPP)
    years = sorted({one.date.year for one in scene.shipments})
    seen: set[tuple[frozenset[str], int]] = set()
    answers = []
    own: list[Check] = []
    for name in scene.receivers:
        for year in years:
            one = lpp(scene.work.law, scene.work.as_of, file, scene.lots, name, year, scene.plan.id)
            family = frozenset(one.result.family) if one.result else frozenset({name})
            if (family, year) in seen:
                continue
            seen.add((family, year))
            own += _own(scene, checks, "lpp", one)
            answers.append(one)
    return concluded(Authorization.LPP, (*own, *checks.found, *screened), lpp=tuple(answers))


def _own(scene: Scene, checks: Checks, condition: str, answer: Answer[Any]) -> tuple[Check, ...]:
    """The checks of the exception's own answer; what it leaves open beyond them is noted under `condition`."""
    own: tuple[Check, ...] = answer.result.checks if answer.result else ()
    scene.told(checks, condition, answer, own)
    return own
