"""The shape of a route: each authorization with its conditions, the answers it rests on, and the decision."""

from __future__ import annotations

from auditor.model.answer import Answer
from auditor.model.base import Date, Frozen, Name
from auditor.model.facts import Authorization
from auditor.model.law import Confidence, Status
from auditor.regulation.check import Check, Verdict
from auditor.regulation.exceptions.acm import Acm
from auditor.regulation.exceptions.aia import Aia
from auditor.regulation.exceptions.lpp_checks import Lpp
from auditor.regulation.ownership.stakes import Disclosure
from auditor.regulation.quantities.country import CountryUse
from auditor.regulation.quantities.nveu import National
from auditor.regulation.quantities.uveu import Shares


class Need(Frozen):
    """Whether a shipment of the plan needs a licence at all, by the tables of advanced computing items."""

    shipment: Name
    date: Date
    chip: Name
    to: Name
    country: Name
    required: bool | None
    """None where a fact or a text is missing."""
    says: str
    cite: str
    place: str
    fix: str | None = None


class Content(Frozen):
    """An item of an application; without `requirement` only its number is known."""

    id: Name
    topic: str
    requirement: str | None
    cite: str
    confidence: Confidence
    status: Status
    note: str | None


class Route(Frozen):
    """One authorization for the whole plan, and the answers its working holds."""

    authorization: Authorization
    verdict: Verdict
    says: str
    """What decides, in a sentence."""
    checks: tuple[Check, ...]
    contents: tuple[Content, ...] = ()
    """What its application holds (Supplement No. 8 to part 748)."""
    aia: tuple[Answer[Aia], ...] = ()
    acm: tuple[Answer[Acm], ...] = ()
    lpp: tuple[Answer[Lpp], ...] = ()
    uveu: Answer[Shares] | None = None
    nveu: tuple[Answer[National], ...] = ()
    country: tuple[Answer[CountryUse], ...] = ()
    ownership: Answer[Disclosure] | None = None


class Preference(Frozen):
    """A place in the order the routes are taken in, and why; our judgement, not the law's."""

    authorization: Authorization
    why: str


class Decision(Frozen):
    """Every route for the plan, in the order of preference, and the first that is open."""

    party: Name
    plan: Name
    needs: tuple[Need, ...]
    preference: tuple[Preference, ...]
    routes: tuple[Route, ...]
    chosen: Authorization | None
    """The first route that is open; none if every one is closed or cannot be determined."""
    undetermined_before: tuple[Authorization, ...]
    """Routes preferred to it that cannot be determined."""
