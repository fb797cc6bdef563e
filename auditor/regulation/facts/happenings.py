"""What the facts say happens on a day: shipments, new sites, construction, incidents; duties hang on these."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from auditor.model.facts import Authorization, Shipment, Site
from auditor.regulation.facts.file import FactsFile
from auditor.regulation.ownership.control import Graph, Link


@dataclass(frozen=True, slots=True)
class Happening:
    """Something on a day, `what` in a sentence's beginning ("Shipment s1 to hafnium"), and when its duty was done."""

    day: date
    subject: str
    what: str
    roles: frozenset[str]
    """The authorizations it happens under; a duty applies if it is for one of them."""
    facts: tuple[str, ...]
    done: date | None = None
    planned: bool = False
    """It stands in a plan, or in a field for what is planned."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A shipment, where it stands in the file, and whether it is planned."""

    shipment: Shipment
    place: str
    plan: str | None


def sent(file: FactsFile) -> tuple[Sent, ...]:
    """Every shipment of the facts, made and planned, by date and then id."""
    made = [Sent(one, file.place("shipments", index), None) for index, one in enumerate(file.facts.shipments)]
    planned = [
        Sent(one, file.place("plans", number, "shipments", index), plan.id)
        for number, plan in enumerate(file.facts.plans)
        for index, one in enumerate(plan.shipments)
    ]
    return tuple(sorted((*made, *planned), key=lambda s: (s.shipment.date, s.shipment.id, s.plan or "")))


def consignee(file: FactsFile, shipment: Shipment) -> str:
    """Id of the party that receives the shipment: the one named, or the site's owner."""
    return shipment.consignee or file.sites[shipment.to].owner


_VEU = {"general": "veu-general", "uveu": "uveu", "nveu": "nveu"}


def roles(file: FactsFile) -> dict[str, frozenset[str]]:
    """By party: the authorizations it holds, and those under which it receives shipments made or planned."""
    found: dict[str, set[str]] = {party.id: {_VEU[veu] for veu in party.veu} for party in file.facts.parties}
    for one in sent(file):
        if one.shipment.authorization is not Authorization.NONE:
            found.setdefault(consignee(file, one.shipment), set()).add(str(one.shipment.authorization))
    return {name: frozenset(of) for name, of in found.items()}


def new_sites(file: FactsFile) -> Iterator[Happening]:
    """The first shipment to each site under each authorization, from the shipments or the site's `first_shipment`."""
    owners = roles(file)
    first: dict[tuple[str, str], Sent] = {}
    for one in sent(file):
        first.setdefault((one.shipment.to, str(one.shipment.authorization)), one)
    for index, site in enumerate(file.facts.sites):
        under = owners.get(site.owner, frozenset())
        for (_, authorization), one in sorted(item for item in first.items() if item[0][0] == site.id):
            if site.first_shipment is None or one.shipment.date <= site.first_shipment or authorization not in under:
                what = f"The first shipment to {site.id} under {authorization.upper()} ({one.shipment.id})"
                places = (one.place, file.place("sites", index))
                yield Happening(
                    one.shipment.date, site.id, what, frozenset({authorization}), places, site.notified,
                    one.plan is not None,
                )  # fmt: skip
                under -= {authorization}
        if site.first_shipment is not None and under:
            place = file.place("sites", index, "first_shipment")
            what = f"The first shipment to {site.id}"
            yield Happening(site.first_shipment, site.id, what, under, (place,), site.notified, True)


def transfers_between_countries(file: FactsFile) -> Iterator[Happening]:
    """Shipments from a site of the facts to a site in another country."""
    for one in sent(file):
        shipment = one.shipment
        if shipment.from_site is None:
            continue
        leaves, arrives = file.sites[shipment.from_site].country, file.sites[shipment.to].country
        if leaves != arrives:
            what = f"Transfer {shipment.id} from {shipment.from_site} ({leaves}) to {shipment.to} ({arrives})"
            under = frozenset({str(shipment.authorization)})
            yield Happening(
                shipment.date, shipment.id, what, under, (one.place,), shipment.notice, one.plan is not None
            )


def construction_in_new_countries(file: FactsFile) -> Iterator[Happening]:
    """Each group's first construction in each country; done when any site of the group there was notified."""
    owners, group = roles(file), _groups(file)
    by_country: dict[tuple[str, str], list[Site]] = {}
    for site in file.facts.sites:
        by_country.setdefault((site.country, group(site.owner)), []).append(site)
    for (country, _), sites in sorted(by_country.items()):
        building = sorted((site.construction, site.id) for site in sites if site.construction is not None)
        if not building:
            continue
        day, name = building[0]
        told = min((site.notified for site in sites if site.notified is not None), default=None)
        owner = file.sites[name].owner
        yield Happening(
            day, name, f"Construction of {name}, its group's first in {country},", owners.get(owner, frozenset()),
            (file.place_of("sites", name),), told, True,
        )  # fmt: skip


def _groups(file: FactsFile) -> Callable[[str], str]:
    """The group of a party, by holdings that have not ended; a party whose parent is in doubt stands by itself."""
    held = enumerate(file.facts.ownership)
    graph = Graph(Link(o.owner, o.owned, o.percent, o.controls, n) for n, o in held if o.until is None)
    return lambda party: party if graph.problem(party) else graph.top(party)


def shipments(file: FactsFile) -> Iterator[Happening]:
    """Every shipment."""
    for one in sent(file):
        shipment = one.shipment
        yield Happening(
            shipment.date, shipment.id, f"Shipment {shipment.id} to {shipment.to}",
            frozenset({str(shipment.authorization)}), (one.place,), shipment.notice, one.plan is not None,
        )  # fmt: skip


def made(file: FactsFile) -> Iterator[Happening]:
    """Every shipment made: what records are kept of, for as long as the law says; the facts cannot say it is done."""
    return (replace(one, done=None) for one in shipments(file) if not one.planned)


def incidents(file: FactsFile) -> Iterator[Happening]:
    """Every theft, loss or tampering; under whatever the parties hold."""
    held = frozenset(role for of in roles(file).values() for role in of)
    for index, incident in enumerate(file.facts.incidents):
        place = file.place("incidents", index)
        yield Happening(
            incident.date, incident.id, f"Incident {incident.id} ({incident.what})", held, (place,), incident.reported
        )


def certifications(file: FactsFile) -> Iterator[Happening]:
    """Every certification signed; done when its copy went to BIS."""
    for index, one in enumerate(file.facts.certifications):
        what = f"The certification of {one.party} for {str(one.authorization).upper()}"
        under = frozenset({str(one.authorization)})
        yield Happening(one.signed, one.party, what, under, (file.place("certifications", index),), one.copy_sent)


BY_EVENT: Mapping[str, Callable[[FactsFile], Iterator[Happening]]] = {
    "first-shipment-to-new-site": new_sites,
    "inter-country-transfer": transfers_between_countries,
    "construction-in-new-country": construction_in_new_countries,
    "incident": incidents,
    "record": made,
    "lpp-certification-received": certifications,
    "large-lpp-shipment": shipments,
    "aia-shipment": shipments,
    "nac-shipment": shipments,
}
"""What a duty's `before` and `after` name, as far as the facts tell of it. Of these a duty keeps what happens under an
authorization it applies to."""
