"""The routes by application: Universal and National Data Center VEU (748.15, Supplement No. 10 to part 748)."""

from __future__ import annotations

from typing import Literal

from auditor.model.answer import Answer
from auditor.model.facts import Authorization
from auditor.model.law import Paragraph
from auditor.regulation.check import Check, Checks, Finding
from auditor.regulation.destinations.places import blocked, called, treated_as
from auditor.regulation.ownership import eligibility
from auditor.regulation.ownership.parties import Unresolved
from auditor.regulation.ownership.stakes import Disclosure, ownership
from auditor.regulation.ownership.stakes import Verdict as StakeVerdict
from auditor.regulation.quantities.nveu import nveu
from auditor.regulation.quantities.uveu import Shares, uveu
from auditor.regulation.route.application import contents
from auditor.regulation.route.duties import notices
from auditor.regulation.route.scene import Scene, concluded
from auditor.regulation.route.types import Route

Role = Literal["uveu", "nveu"]

BY_FACILITY = ("14", "15", "18")
ELSEWHERE = ("5", "6", "12")
"""Paragraphs that a computation answers: notices, shares, eligibility."""
CONTINUING = ("10", "11", "19")
"""Paragraphs that bind who holds the authorization: accounting, records, consequences."""


def uveu_route(scene: Scene, screened: tuple[Check, ...]) -> Route:
    """Universal VEU, applied for by the party."""
    checks = Checks(scene.work, decides=False)
    _uveu_home(scene, checks)
    _common(scene, checks, "uveu")
    listed = "uveu" in scene.party.veu
    _listed(scene, checks, listed, "a UVEU")
    answer = uveu(
        scene.work.law, scene.work.as_of, scene.under(Authorization.UVEU), scene.lots, scene.party.id, scene.plan.id
    )
    scene.told(checks, "supplement-10.6", answer)
    if answer.result is not None:
        _shares(checks, answer.result)
    notices(scene, checks, Authorization.UVEU)
    disclosed = _paragraphs(scene, checks, "uveu")
    return concluded(
        Authorization.UVEU, (*checks.found, *screened), contents=contents(scene.work, "uveu"), uveu=answer,
        ownership=disclosed,
    )  # fmt: skip


def nveu_route(scene: Scene, screened: tuple[Check, ...]) -> Route:
    """National VEU, applied for by the party for each country of the plan."""
    checks = Checks(scene.work, decides=False)
    _nveu_home(scene, checks)
    _common(scene, checks, "nveu")
    listed = "nveu" in scene.party.veu and set(scene.countries) <= set(scene.party.nveu_countries)
    _listed(scene, checks, listed, f"an NVEU for {', '.join(scene.countries)}")
    file = scene.under(Authorization.NVEU)
    answers = tuple(
        nveu(scene.work.law, scene.work.as_of, file, scene.lots, scene.party.id, country, scene.plan.id)
        for country in scene.countries
    )
    for one in answers:
        scene.told(checks, "nveu.allocation", one)
        if one.result is not None:
            finding = Finding.SATISFIED if one.result.breach is None else Finding.NOT_MET
            checks.note(finding, "nveu.allocation", one.conclusion)
    _assured(scene, checks)
    notices(scene, checks, Authorization.NVEU)
    disclosed = _paragraphs(scene, checks, "nveu")
    return concluded(
        Authorization.NVEU, (*checks.found, *screened), contents=contents(scene.work, "nveu"), nveu=answers,
        ownership=disclosed,
    )  # fmt: skip


def unassured(scene: Scene) -> tuple[str, ...]:
    """Countries of the plan for which an arrangement would be needed by paragraph 12, and the facts have none."""
    return eligibility.unassured(scene.work, scene.file, _homes(scene), scene.countries)


def _assured(scene: Scene, checks: Checks) -> None:
    without = unassured(scene)
    if without:
        where = ", ".join(called(iso) for iso in without)
        says = (
            f"the facts name no arrangement between governments for {where}. By one reading an NVEU is not granted "
            "without, by the other assurances may be sought."
        )
        fix = "add it to assurances:, if there is one"
        checks.note(Finding.MISSING, "supplement-10.12", says, facts=(scene.file.place("assurances"),), fix=fix)
    else:
        says = "no arrangement between governments is needed, or the facts name one."
        checks.note(Finding.SATISFIED, "supplement-10.12", says)


def _homes(scene: Scene) -> tuple[str, str] | None:
    return eligibility.homes(scene.work, scene.file, scene.ownership, scene.party.id)


def _unknown_home(scene: Scene, checks: Checks, condition: str) -> None:
    found = scene.ownership.parent(scene.work, scene.party.id)
    place = scene.file.place_of("parties", scene.party.id)
    if isinstance(found, Unresolved):
        says, place, fix = f"{found.what}: {found.why}.", found.place, found.fix
    else:
        says, fix = (
            "the facts do not give the headquarters of the party and of its ultimate parent.",
            "add headquarters",
        )
    checks.note(Finding.MISSING, condition, says, facts=(place,), fix=fix)


def _uveu_home(scene: Scene, checks: Checks) -> None:
    homes = _homes(scene)
    if homes is None:
        _unknown_home(scene, checks, "uveu.headquarters")
        return
    can, why = eligibility.uveu_home(scene.work, *homes)
    at = (scene.file.place_of("parties", scene.party.id),)
    finding = {True: Finding.SATISFIED, False: Finding.NOT_MET, None: Finding.MISSING}[can]
    checks.note(finding, "uveu.headquarters", f"{why}.", facts=at, fix=eligibility.UVEU_FIX if can is None else None)


def _nveu_home(scene: Scene, checks: Checks) -> None:
    homes = _homes(scene)
    if homes is None:
        _unknown_home(scene, checks, "nveu.headquarters")
        return
    places = [("headquarters", homes[0]), ("ultimate parent's", homes[1])]
    if scene.party.located:
        places.append((f"{scene.party.name} itself", scene.party.located))
    told = ", ".join(f"{what} in {called(iso)}" for what, iso in places)
    grouped = any(
        scene.work.law.membership(group, treated_as(iso), scene.work.as_of)
        for _, iso in places
        for group in scene.work.paragraph("nveu.headquarters").lists
    )
    bad = any(blocked(scene.work, iso) for _, iso in places)
    says = f"{told}: {'Macau or D:5 among them' if bad else 'in the groups' if grouped else 'in none of the groups'}."
    at = (scene.file.place_of("parties", scene.party.id),)
    checks.either(grouped and not bad, "nveu.headquarters", says, says, facts=at)


def _common(scene: Scene, checks: Checks, role: Role) -> None:
    """Where the data centers are, who owns and who runs them."""
    barred = [site for site in scene.sites if blocked(scene.work, scene.file.sites[site].country)]
    where = ", ".join(barred or scene.countries)
    says = f"{where} {'are' if barred else 'not'} in Macau or Country Group D:5."
    places = [scene.file.place_of("sites", site) for site in barred or scene.sites][:20]
    checks.either(not barred, f"{role}.location", says, says, facts=places)
    owners = {name: None for one in scene.sites for name in (scene.file.sites[one].owner,)}
    owners |= dict.fromkeys(scene.receivers)
    others = sorted(set(owners) - {scene.party.id})
    if others:
        says = f"{', '.join(others)} would own chips of the plan, and {scene.party.id} applies."
        fix = "let each owner apply, or name it in the application with its certification"
        facts = [scene.file.place_of("parties", one) for one in others]
        checks.note(Finding.MISSING, f"{role}.owner", says, facts=facts, fix=fix)
    else:
        checks.note(Finding.SATISFIED, f"{role}.owner", f"{scene.party.name} owns what the plan brings.")
    _operators(scene, checks, role)
    for condition in ("veu.items", "veu.use", "veu.request", "veu.certification"):
        row = scene.work.paragraph(condition)
        checks.note(Finding.DUTY, condition, row.requirement or row.topic)


def _operators(scene: Scene, checks: Checks, role: Role) -> None:
    clear = True
    for site_id in scene.sites:
        site = scene.file.sites[site_id]
        if site.operator is None or site.operator == site.owner:
            continue
        holds = scene.file.parties[site.operator]
        has = role in holds.veu and (role == "uveu" or site.country in holds.nveu_countries)
        if not has:
            clear = False
            says = f"{holds.name} runs {site_id} and holds no {role.upper()} for it by the facts."
            place = scene.file.place_of("sites", site_id)
            fix = f"let it apply for its own; then add {role} to its veu:"
            checks.note(Finding.MISSING, f"{role}.operator", says, facts=(place,), fix=fix)
    if clear:
        checks.note(Finding.SATISFIED, f"{role}.operator", "nobody else runs a site, or who does holds its own.")


def _listed(scene: Scene, checks: Checks, listed: bool, what: str) -> None:
    at = (scene.file.place_of("parties", scene.party.id),)
    if listed:
        checks.note(Finding.SATISFIED, "veu.listed", f"{scene.party.name} holds {what} by the facts.", facts=at)
    else:
        says = f"{scene.party.name} holds none by the facts; it applies, and {what} has to be granted first."
        checks.note(Finding.DUTY, "veu.listed", says, facts=at)


def _shares(checks: Checks, result: Shares) -> None:
    """The shares of paragraph 6, under both readings of when they are measured."""
    if not result.bounds:
        return
    breached = {one.reading: one.breach for one in result.breaches}
    found = [one for one in breached.values() if one is not None]
    told = "; ".join(
        f"{reading}: {'no breach' if one is None else f'{one.share.limit} on {one.date}'}"
        for reading, one in breached.items()
    )
    if not found:
        checks.note(Finding.SATISFIED, "supplement-10.6", f"no share is exceeded until {result.until}.")
    elif len(found) == len(breached):
        checks.note(Finding.NOT_MET, "supplement-10.6", f"a share is exceeded under every reading ({told}).")
    else:
        says = f"whether a share is exceeded depends on the reading ({told})."
        checks.note(Finding.MISSING, "supplement-10.6", says, fix="plan so that no reading is exceeded, or ask BIS")


def _paragraphs(scene: Scene, checks: Checks, role: Role) -> Answer[Disclosure]:
    """Supplement No. 10 paragraph by paragraph: by assessments the facts name; nothing else shows them met."""
    disclosed = ownership(scene.work.law, scene.work.as_of, scene.file, scene.party.id)
    for row in _numbered(scene, role):
        number = row.id.rpartition(".")[2]
        if number in ELSEWHERE:
            continue
        if number in CONTINUING or (row.compliance is not None and scene.work.as_of < row.compliance):
            checks.note(Finding.DUTY, row.id, row.requirement or row.topic)
        elif number in BY_FACILITY:
            _by_facility(scene, checks, row, number)
        else:
            _by_party(scene, checks, row, number)
    scene.told(checks, "supplement-10.3", disclosed)
    if disclosed.result is not None:
        _stakes(checks, disclosed.result)
    return disclosed


def _numbered(scene: Scene, role: Role) -> list[Paragraph]:
    rows = [
        row
        for name, dated in scene.work.law.paragraphs.items()
        for row in dated
        if name.startswith("supplement-10.") and name.count(".") == 1
        if row.valid(scene.work.as_of) and role in row.applies_to
    ]
    return sorted(rows, key=lambda row: int(row.id.rpartition(".")[2]))


def _by_facility(scene: Scene, checks: Checks, row: Paragraph, number: str) -> None:
    for site_id in scene.sites:
        site = scene.file.sites[site_id]
        place = (scene.file.place_of("sites", site_id),)
        if number in site.meets and site.assessment:
            checks.note(Finding.SATISFIED, row.id, f"{site_id}, by the assessment {site.assessment}.", facts=place)
        else:
            says = f"the facts name no assessment by which {site_id} satisfies it."
            fix = f"assess the site; then list {number} under meets: and name the assessment"
            checks.note(Finding.MISSING, row.id, says, facts=place, fix=fix)


def _by_party(scene: Scene, checks: Checks, row: Paragraph, number: str) -> None:
    party = scene.party
    place = (scene.file.place_of("parties", party.id),)
    if number in party.meets and party.assessment:
        checks.note(Finding.SATISFIED, row.id, f"by the assessment {party.assessment}.", facts=place)
    else:
        says = f"the facts name no assessment by which {party.name} satisfies it."
        fix = f"assess it; then list {number} under meets: of the party and name the assessment"
        checks.note(Finding.MISSING, row.id, says, facts=place, fix=fix)


def _stakes(checks: Checks, result: Disclosure) -> None:
    report = [group for group in result.groups if group.verdict is StakeVerdict.REPORT]
    if report:
        names = ", ".join(sorted({holder for group in report for holder in group.holders}))
        checks.note(Finding.DUTY, "supplement-10.3", f"stakes of {names} are disclosed in the application.")
