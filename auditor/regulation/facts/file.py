"""The facts file: read strictly, its references checked, each fact with the line it stands on."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from auditor.canon.yaml import Document, parse_yaml
from auditor.errors import AuditorError, FactsError, SchemaError, refuse_all
from auditor.model.facts import UNKNOWN, Chip, Facts, Inventory, Model, Party, Plan, Shipment, Site
from auditor.model.shape import shape
from auditor.regulation.facts.contradictions import contradictions
from auditor.regulation.tables.accelerators import compared, located
from auditor.regulation.tables.countries import country_problem


@dataclass(frozen=True, slots=True)
class FactsFile:
    """The facts with lookups by id; `place` gives the file and line of a fact."""

    facts: Facts
    document: Document
    parties: Mapping[str, Party]
    sites: Mapping[str, Site]
    chips: Mapping[str, Chip]
    """Of the facts file, over the shipped table of accelerators."""
    inventories: Mapping[str, Inventory]
    plans: Mapping[str, Plan]
    models: Mapping[str, Model]

    def place(self, *path: str | int) -> str:
        """`file:line` of what stands at the path, such as ("sites", 2, "country")."""
        return self.document.place(path)

    def place_of(self, kind: str, name: str) -> str:
        """`file:line` of the entry of `kind` ("parties", "sites", "chips", ...) with the id."""
        entries = getattr(self.facts, kind)
        index = next((index for index, entry in enumerate(entries) if entry.id == name), None)
        return self.place(kind) if index is None else self.place(kind, index)


def read_facts(data: bytes, name: str, accelerators: Mapping[str, Chip]) -> FactsFile:
    """The facts in `data`; `accelerators` are the shipped chips by id, which the file may add to and override.

    Raises:
        FactsError: not YAML of our subset, a field that does not fit, an unknown reference or country, an id twice,
            a contradiction; every problem, with file, line, value and fix.
    """
    try:
        document = parse_yaml(data, name)
    except SchemaError as error:
        raise FactsError(error.problem, place=error.place, value=error.value, hint=error.hint) from error
    facts = shape(Facts, document, error=FactsError)
    chips = (compared(located(chip, document, ("chips", n)), accelerators) for n, chip in enumerate(facts.chips))
    facts = facts.model_copy(update={"chips": tuple(chips)})
    file = FactsFile(
        facts=facts,
        document=document,
        parties={party.id: party for party in facts.parties},
        sites={site.id: site for site in facts.sites},
        chips={**accelerators, **{chip.id: chip for chip in facts.chips}},
        inventories={inventory.id: inventory for inventory in facts.inventories},
        plans={plan.id: plan for plan in facts.plans},
        models={model.id: model for model in facts.models},
    )
    problems = [*_twice(file), *_countries(document), *_references(file), *contradictions(facts, document)]
    if problems:
        refuse_all(problems)
    return file


def _twice(file: FactsFile) -> Iterator[AuditorError]:
    for kind in ("parties", "sites", "chips", "inventories", "shipments", "incidents", "plans", "models"):
        seen: dict[str, int] = {}
        for index, entry in enumerate(getattr(file.facts, kind)):
            if entry.id in seen:
                hint = f"the other is at {file.place(kind, seen[entry.id])}"
                yield FactsError(f"{kind}: an id given twice", place=file.place(kind, index), value=entry.id, hint=hint)
            seen.setdefault(entry.id, index)


_COUNTRY_FIELDS = frozenset({"headquarters", "located", "country", "origin", "mainly_traded_in"})
_COUNTRY_LISTS = frozenset({"nveu_countries"})


def _countries(document: Document) -> Iterator[AuditorError]:
    for path, value in _leaves(document.value, ()):
        names = [part for part in path if isinstance(part, str)]
        at = names[-1] if names else ""
        if isinstance(value, str) and (at in _COUNTRY_FIELDS or at in _COUNTRY_LISTS):
            problem = country_problem(value)
            if problem:
                yield FactsError(f"{at}: {problem[0]}", place=document.place(path), value=value, hint=problem[1])


def _leaves(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _leaves(inner, (*path, index))
    else:
        yield path, value


def _references(file: FactsFile) -> Iterator[AuditorError]:
    facts = file.facts
    parties = {*file.parties, UNKNOWN}
    wanted: list[tuple[tuple[str | int, ...], str | None, str, Mapping[str, Any] | set[str]]] = [
        (("applicant",), facts.applicant, "party", file.parties)
    ]
    for index, holding in enumerate(facts.ownership):
        wanted.append((("ownership", index, "owner"), holding.owner, "party", parties))
        wanted.append((("ownership", index, "owned"), holding.owned, "party", file.parties))
    for index, stake in enumerate(facts.stakes):
        wanted.append((("stakes", index, "holder"), stake.holder, "party", parties))
        wanted.append((("stakes", index, "subject"), stake.subject, "party", file.parties))
    for index, site in enumerate(facts.sites):
        wanted.append((("sites", index, "owner"), site.owner, "party", file.parties))
        wanted.append((("sites", index, "operator"), site.operator, "party", file.parties))
    for index, certification in enumerate(facts.certifications):
        wanted.append((("certifications", index, "party"), certification.party, "party", file.parties))
    for index, incident in enumerate(facts.incidents):
        wanted.append((("incidents", index, "site"), incident.site, "site", file.sites))
    shipments: list[tuple[tuple[str | int, ...], Shipment]] = [
        (("shipments", index), shipment) for index, shipment in enumerate(facts.shipments)
    ]
    for number, plan in enumerate(facts.plans):
        shipments += [(("plans", number, "shipments", index), one) for index, one in enumerate(plan.shipments)]
    for at, shipment in shipments:
        wanted.append(((*at, "chip"), shipment.chip, "chip", file.chips))
        wanted.append(((*at, "to"), shipment.to, "site", file.sites))
        wanted.append(((*at, "from_site"), shipment.from_site, "site", file.sites))
        wanted.append(((*at, "consignee"), shipment.consignee, "party", file.parties))
    for path, name, what, known in wanted:
        if name is not None and name not in known:
            near = ", ".join(_near(name, known)) or "none yet"
            yield FactsError(
                f"{'.'.join(map(str, path))}: no such {what}", place=file.place(*path), value=name,
                hint=f"add it, or name one of: {near}",
            )  # fmt: skip


def _near(name: str, known: Collection[str]) -> list[str]:
    """A few known names, the most alike first; among very many, only the first in order."""
    alike = difflib.get_close_matches(name, known, 3) if len(known) < 500 else []
    return alike or sorted(known)[:8]
