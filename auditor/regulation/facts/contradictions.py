"""What a facts file must not say: more than the whole of a party, a thing twice, an end before its beginning."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal, localcontext
from itertools import groupby

from auditor.canon.yaml import Document
from auditor.errors import FactsError
from auditor.model.base import Frozen
from auditor.model.exact import EXACT, spoken
from auditor.model.facts import UNKNOWN, Facts, Holding

FIRST_YEAR, LAST_YEAR = 1990, 2100
"""Days outside are slips of the pen: export control of accelerators is younger, and nobody plans further."""

Path = tuple[str | int, ...]


def contradictions(facts: Facts, document: Document) -> Iterator[FactsError]:
    """Every contradiction within `facts`, with file, line, value and fix."""
    yield from _reserved(facts, document)
    yield from _more_than_whole(facts, document)
    yield from _days(facts, document)
    yield from _shipments(facts, document)
    yield from _endings(facts, document)
    yield from _countries_without_authorization(facts, document)
    yield from _inventory_files(facts, document)


def _reserved(facts: Facts, document: Document) -> Iterator[FactsError]:
    for index, party in enumerate(facts.parties):
        if party.id == UNKNOWN:
            yield FactsError(
                f"parties.{index}.id: unknown stands for an owner nobody knows, and is nobody's id",
                place=document.place(("parties", index, "id")),
                value=party.id,
                hint="choose another id",
            )


def _more_than_whole(facts: Facts, document: Document) -> Iterator[FactsError]:
    entries = sorted(enumerate(facts.ownership), key=lambda entry: entry[1].owned)
    with localcontext(EXACT):
        for owned, group in groupby(entries, key=lambda entry: entry[1].owned):
            holdings = list(group)
            # Shares only ever grow on a day one of them begins.
            for day in sorted({holding.since or date.min for _, holding in holdings}):
                held = [(index, holding) for index, holding in holdings if _held(holding, day)]
                total = sum((holding.percent for _, holding in held), Decimal(0))
                if total > 100:
                    index = held[-1][0]
                    when = "" if day == date.min else f" on {day}"
                    others = ", ".join(document.place(("ownership", other)) for other, _ in held[:-1])
                    yield FactsError(
                        f"ownership: the shares in {owned} sum to {spoken(total)} percent{when}",
                        place=document.place(("ownership", index, "percent")),
                        value=f"{spoken(held[-1][1].percent)} percent held by {held[-1][1].owner}",
                        hint=f"correct a share, or end one with until; the others are at {others}",
                    )
                    break


def _held(holding: Holding, day: date) -> bool:
    return (holding.since or date.min) <= day and (holding.until is None or day < holding.until)


def _days(value: object, document: Document, path: Path = ()) -> Iterator[FactsError]:
    if isinstance(value, date) and not FIRST_YEAR <= value.year <= LAST_YEAR:
        yield FactsError(
            f"{_dotted(path)}: a day before {FIRST_YEAR} or after {LAST_YEAR}, which can only be a slip",
            place=document.place(path),
            value=value.isoformat(),
            hint="correct the year",
        )
    elif isinstance(value, Frozen):
        for name in type(value).model_fields:
            yield from _days(getattr(value, name), document, (*path, name))
    elif isinstance(value, tuple):
        for index, inner in enumerate(value):
            yield from _days(inner, document, (*path, index))


def _shipments(facts: Facts, document: Document) -> Iterator[FactsError]:
    made = {shipment.id: index for index, shipment in enumerate(facts.shipments)}
    lists: list[tuple[Path, bool]] = [(("shipments",), False)]
    lists += [(("plans", number, "shipments"), True) for number in range(len(facts.plans))]
    for at, planned in lists:
        shipments = facts.plans[int(at[1])].shipments if planned else facts.shipments
        seen: dict[str, int] = {}
        for index, shipment in enumerate(shipments):
            place = document.place((*at, index, "id"))
            other = document.place(("shipments", made.get(shipment.id, 0)))
            if shipment.from_site == shipment.to:
                yield FactsError(
                    f"{_dotted((*at, index))}: from_site and to are the same site",
                    place=document.place((*at, index, "from_site")),
                    value=shipment.to,
                    hint="name the site the chips leave, or leave from_site out",
                )
            if planned and shipment.id in made:
                yield FactsError(
                    f"{_dotted((*at, index))}: planned, and already among the shipments made",
                    place=place,
                    value=shipment.id,
                    hint=f"it would count twice; remove it here, or at {other}",
                )
            if planned and shipment.id in seen:
                hint = f"the other is at {document.place((*at, seen[shipment.id]))}"
                yield FactsError(f"{_dotted(at)}: an id given twice", place=place, value=shipment.id, hint=hint)
            seen.setdefault(shipment.id, index)


def _endings(facts: Facts, document: Document) -> Iterator[FactsError]:
    pairs: list[tuple[Path, str, date | None, str, date | None]] = []
    for index, assurance in enumerate(facts.assurances):
        pairs.append((("assurances", index), "since", assurance.since, "until", assurance.until))
    for index, incident in enumerate(facts.incidents):
        pairs.append((("incidents", index), "date", incident.date, "reported", incident.reported))
    for index, signed in enumerate(facts.certifications):
        pairs.append((("certifications", index), "signed", signed.signed, "copy_sent", signed.copy_sent))
    for path, first, begin, second, end in pairs:
        if begin is not None and end is not None and end < begin:
            yield FactsError(
                f"{_dotted(path)}: {second} is earlier than {first}, {begin}",
                place=document.place((*path, second)),
                value=end.isoformat(),
                hint="correct one of the two days",
            )


def _countries_without_authorization(facts: Facts, document: Document) -> Iterator[FactsError]:
    for index, party in enumerate(facts.parties):
        if party.nveu_countries and "nveu" not in party.veu:
            yield FactsError(
                f"parties.{index}.nveu_countries: countries of an NVEU, which veu does not name",
                place=document.place(("parties", index, "nveu_countries")),
                value=", ".join(party.nveu_countries),
                hint="add nveu to veu, or remove the countries",
            )


def _inventory_files(facts: Facts, document: Document) -> Iterator[FactsError]:
    seen: dict[str, int] = {}
    for index, inventory in enumerate(facts.inventories):
        place = document.place(("inventories", index, "file"))
        if ".." in inventory.file.split("/"):
            hint = "keep the inventory in the folder of the facts file, or below it"
            yield FactsError(
                f"inventories.{index}.file: a path that leaves the folder", place=place, value=inventory.file, hint=hint
            )
        if inventory.file in seen:
            other = document.place(("inventories", seen[inventory.file]))
            hint = f"one file holds one day's inventory; the other is at {other}"
            yield FactsError(
                f"inventories.{index}.file: the file of another inventory", place=place, value=inventory.file, hint=hint
            )
        seen.setdefault(inventory.file, index)


def _dotted(path: Path) -> str:
    return ".".join(map(str, path))
