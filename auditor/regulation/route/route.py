"""The question *route*: which authorization fits a party's plan, condition by condition, in an order of preference."""

from __future__ import annotations

from auditor.model.facts import Authorization
from auditor.regulation.check import Finding, Verdict
from auditor.regulation.destinations.places import called
from auditor.regulation.facts.file import FactsFile
from auditor.regulation.ownership.parties import Ownership
from auditor.regulation.quantities.holdings import Lot, wanted
from auditor.regulation.route.application import traps
from auditor.regulation.route.exceptions import acm_route, aia_route, lpp_route, none, screening
from auditor.regulation.route.licence import licence_route
from auditor.regulation.route.need import needs
from auditor.regulation.route.scene import Scene
from auditor.regulation.route.types import Decision, Preference, Route
from auditor.regulation.route.veu import nveu_route, unassured, uveu_route
from auditor.regulation.working import Working, question

PREFERENCE = (
    Preference(authorization=Authorization.NONE, why="asks for nothing; taken only if every shipment is determined"),
    Preference(authorization=Authorization.AIA, why="no application and no yearly limit; a certification and notices"),
    Preference(authorization=Authorization.ACM, why="no application; a narrow purpose, and accounting twice a year"),
    Preference(authorization=Authorization.LPP, why="no application; a small yearly limit for the whole family"),
    Preference(authorization=Authorization.UVEU, why="an application, then one authorization for many countries"),
    Preference(authorization=Authorization.NVEU, why="an application for each country, with a quarterly limit"),
    Preference(authorization=Authorization.LICENSE, why="an application for each transaction, valid for a year"),
)
"""From what asks least and depends least on a decision of BIS to what asks most. Our judgement, not the law's."""


@question("route")
def route(
    work: Working, file: FactsFile, lots: tuple[Lot, ...], party_id: str, plan_id: str
) -> tuple[str, Decision]:  # fmt: skip
    """Each authorization for the party's plan: what is satisfied, missing, not met and to be done, with its paragraph.

    The decision is the first route that is open. It cannot be determined while one preferred to it is not.

    Raises:
        UnknownReferenceError: no such party or plan.
    """
    party, plan = wanted(file.parties, party_id, "party"), wanted(file.plans, plan_id, "plan")
    work.subject = f"{party.name}, plan {plan.id}"
    ownership = Ownership(file)
    scene = Scene(work, file, lots, party, plan, needs(work, file, plan, ownership), ownership)
    if not lots:
        work.caution("No inventory was given: the parties are taken to have only what the facts' shipments brought.")
    screened = screening(scene)
    routes = [none(scene, screened)]
    if scene.shipments:
        routes += [
            aia_route(scene, screened),
            acm_route(scene, screened),
            lpp_route(scene, screened),
            uveu_route(scene, screened),
            nveu_route(scene, screened),
            licence_route(scene, screened),
        ]
        traps(work)
    chosen = next((one for one in routes if one.verdict is Verdict.OPEN), None)
    before = routes[: routes.index(chosen)] if chosen else routes
    open_questions = [one for one in before if one.verdict is Verdict.UNDETERMINED]
    _assurances(scene, routes, chosen)
    for place, one in enumerate(routes, 1):
        work.step(f"{place}. {_label(one.authorization)}: {one.says}", cite="order of preference: our judgement")
    _missing(scene, open_questions)
    result = Decision(
        party=party_id, plan=plan_id, needs=scene.needs, preference=PREFERENCE, routes=tuple(routes),
        chosen=chosen.authorization if chosen else None,
        undetermined_before=tuple(one.authorization for one in open_questions),
    )  # fmt: skip
    return _conclusion(scene, routes, chosen, open_questions), result


def _assurances(scene: Scene, routes: list[Route], chosen: Route | None) -> None:
    """The two readings of paragraph 12 on arrangements between governments, both computed for this plan."""
    national = next((one for one in routes if one.authorization is Authorization.NVEU), None)
    if national is None:
        return
    without = unassured(scene)
    where = ", ".join(called(iso) for iso in without)
    name = scene.party.name
    if without:
        results = {
            "condition": f"{name} does not qualify for an NVEU in {where}: the facts name no arrangement.",
            "may-be-sought": f"{name} can be granted an NVEU in {where}; assurances may be sought first.",
        }
    else:
        same = f"{name} qualifies in this respect: no arrangement is needed, or the facts name one."
        results = {"condition": same, "may-be-sought": same}
    # The readings matter to the route only while NVEU may still be it.
    decides = bool(without) and national.verdict is not Verdict.CLOSED
    earlier = chosen is not None and routes.index(chosen) < routes.index(national)
    scene.work.ambiguous("nveu-assurances", results, differs=decides and not earlier)


def _missing(scene: Scene, open_questions: list[Route]) -> None:
    for one in open_questions:
        for check in one.checks:
            if check.finding is Finding.MISSING:
                place = check.facts[0] if check.facts else None
                what = f"{_label(one.authorization)}: {check.topic} ({check.cite})"
                scene.work.missing(what, check.says, place=place, fix=check.fix)


def _conclusion(scene: Scene, routes: list[Route], chosen: Route | None, open_questions: list[Route]) -> str:
    stands = scene.work.stands("licence-requirement")
    closed = ", ".join(_label(one.authorization) for one in routes if one.verdict is Verdict.CLOSED)
    says = f"{scene.work.subject} on {scene.work.as_of}: "
    if chosen is None:
        says += "no route is open by what is checked here."
    else:
        says += f"the first open route is {_label(chosen.authorization)}. {chosen.says}"
    if open_questions:
        says += f" Cannot be determined before that: {', '.join(_label(one.authorization) for one in open_questions)}."
    if closed:
        says += f" Closed: {closed}."
    return f"{says} The licence requirement is {stands.status} on that day. This is no legal advice."


def _label(authorization: Authorization) -> str:
    words = {Authorization.NONE: "no licence required", Authorization.LICENSE: "licence"}
    return words.get(authorization, str(authorization).upper())
