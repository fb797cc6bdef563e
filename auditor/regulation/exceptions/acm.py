"""The question *acm*: License Exception ACM for a consignee, and when each facility accounts next (740.28)."""

from __future__ import annotations

from auditor.model.base import Date, Frozen, Name
from auditor.model.facts import Authorization, Party
from auditor.regulation.calendar.days import plus
from auditor.regulation.check import SAYS, Check, Checks, Finding, Verdict
from auditor.regulation.destinations.whereabouts import outside_blocked
from auditor.regulation.exceptions.screening import warn
from auditor.regulation.facts.file import FactsFile
from auditor.regulation.facts.happenings import Sent
from auditor.regulation.ownership.parties import Ownership
from auditor.regulation.quantities.holdings import wanted
from auditor.regulation.quantities.received import shipped
from auditor.regulation.working import Working, question

PURPOSES = ("development", "production", "storage")


class Accounting(Frozen):
    """A facility's accounting of items in and out."""

    site: Name
    last: Date | None
    due: Date | None
    """The last day for the next one; None if the facts name no last one."""
    overdue: bool


class Acm(Frozen):
    """License Exception ACM for a consignee."""

    party: Name
    shipments: tuple[Name, ...]
    facilities: tuple[Accounting, ...]
    checks: tuple[Check, ...]
    verdict: Verdict


@question("acm")
def acm(work: Working, file: FactsFile, party_id: str, plan_id: str | None = None) -> tuple[str, Acm]:
    """Whether the party can receive items under ACM.

    Raises:
        UnknownReferenceError: no such party or plan.
    """
    party = wanted(file.parties, party_id, "party")
    work.subject = party.name if plan_id is None else f"{party.name}, plan {plan_id}"
    counted = shipped(file, party_id, Authorization.ACM, plan_id)
    checks = Checks(work)
    warn(work, party)
    _private(checks, file, party)
    _purpose(checks, file, party_id, counted)
    outside_blocked(checks, "acm.destination", work, file, Ownership(file), [party_id], counted)
    facilities = _accounting(checks, work, file, counted)
    checks.settle()
    result = Acm(
        party=party_id, shipments=tuple(one.shipment.id for one in counted), facilities=facilities,
        checks=checks.found, verdict=checks.verdict,
    )  # fmt: skip
    due = sorted((one.due, one.site) for one in facilities if one.due is not None)
    following = f" The next accounting is due on {due[0][0]} at {due[0][1]}." if due else ""
    return f"License Exception ACM for {party.name} {SAYS[result.verdict]}.{following}", result


def _private(checks: Checks, file: FactsFile, party: Party) -> None:
    at = (file.place_of("parties", party.id),)
    if party.kind != "private":
        checks.note(Finding.NOT_MET, "acm.private", f"{party.name} is {party.kind}.", facts=at)
    elif "kind" not in party.model_fields_set:
        # The model's default is no statement of the user's.
        says = f"the facts do not say what kind of entity {party.name} is."
        checks.note(Finding.MISSING, "acm.private", says, facts=at, fix="add kind: private, if it is")
    else:
        checks.note(Finding.SATISFIED, "acm.private", f"{party.name} is private by the facts.", facts=at)


def _purpose(checks: Checks, file: FactsFile, party_id: str, counted: list[Sent]) -> None:
    if not counted:
        says = f"no shipment to {party_id} under ACM says what the items are for."
        at = (file.place_of("parties", party_id),)
        checks.note(Finding.MISSING, "acm.purpose", says, facts=at, fix="add the shipments with use:")
        return
    other = [one for one in counted if one.shipment.use is not None and one.shipment.use not in PURPOSES]
    silent = [one for one in counted if one.shipment.use is None]
    for finding, found, says in (
        (Finding.NOT_MET, other, "for running a data center"),
        (Finding.MISSING, silent, "for what, the facts do not say"),
    ):
        if found:
            names = ", ".join(one.shipment.id for one in found[:20])
            fix = "add use: to the shipment" if finding is Finding.MISSING else None
            places = [one.place for one in found[:20]]
            checks.note(finding, "acm.purpose", f"{names}: {says}.", facts=places, fix=fix)
    if not other and not silent:
        uses = sorted({str(one.shipment.use) for one in counted})
        checks.note(Finding.SATISFIED, "acm.purpose", f"for {', '.join(uses)} by the facts.")


def _accounting(checks: Checks, work: Working, file: FactsFile, counted: list[Sent]) -> tuple[Accounting, ...]:
    months = work.limit("acm.accounting.months")
    found: list[Accounting] = []
    for site_id in sorted({one.shipment.to for one in counted}):
        site = file.sites[site_id]
        place = file.place_of("sites", site_id)
        received = [one.shipment.date for one in counted if one.shipment.to == site_id and one.plan is None]
        last = site.accounted if site.accounted is not None and site.accounted <= work.as_of else None
        due = plus(last, int(months.value), "months") if last else None
        overdue = due is not None and due < work.as_of
        found.append(Accounting(site=site_id, last=last, due=due, overdue=overdue))
        if due is not None:
            finding = Finding.NOT_MET if overdue else Finding.SATISFIED
            says = f"{site_id} accounted on {last}; the next is due by {due}" + (
                ", which has passed." if overdue else "."
            )
            checks.note(finding, "acm.accounting", says, rows=(months,), facts=(place,))
        elif received:
            says = f"{site_id} has received items since {min(received)}, and the facts name no accounting."
            fix = "add accounted: to the site"
            checks.note(Finding.MISSING, "acm.accounting", says, rows=(months,), facts=(place,), fix=fix)
        else:
            says = f"{site_id} accounts at least every {months.value} months from its first receipt."
            checks.note(Finding.DUTY, "acm.accounting", says, rows=(months,), facts=(place,))
    return tuple(found)
