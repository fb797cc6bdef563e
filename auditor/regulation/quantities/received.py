"""What parties received under an authorization: by the inventory, beside what the shipments of the facts tell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from auditor.model.facts import Authorization
from auditor.regulation.facts.file import FactsFile
from auditor.regulation.facts.happenings import Sent, consignee, sent
from auditor.regulation.quantities.holdings import Lot, Measure, figure, key_of, taken, wanted
from auditor.regulation.working import Working


def received(
    file: FactsFile, lots: Iterable[Lot], parties: frozenset[str], under: Authorization, year: int | None = None
) -> list[Lot]:
    """The parties' chips that were, or may have been, received under the authorization (in the year)."""
    return [
        lot
        for lot in lots
        if lot.authorization in (under, None)
        and (year is None or lot.received is None or lot.received.year == year)
        and key_of(file, lot).owner in parties
    ]


def shipped(file: FactsFile, party: str, under: Authorization, plan: str | None) -> list[Sent]:
    """The shipments to the party under the authorization, made and of the plan, by date.

    Raises:
        UnknownReferenceError: no such plan.
    """
    if plan is not None:
        wanted(file.plans, plan, "plan")
    return [
        one
        for one in sent(file)
        if one.plan in (None, plan) and consignee(file, one.shipment) == party and one.shipment.authorization is under
    ]


def by_inventory(
    work: Working,
    file: FactsFile,
    mine: list[Lot],
    under: Authorization,
    year: int | None,
    counted: list[Sent],
    measured: Measure,
) -> Decimal:
    """TPP the inventory has received under the authorization that none of the `counted` shipments brought.

    Noted as missing: chips of which nothing says under what or when they came, and an inventory that differs from the
    shipments made until its day. Then the larger of both counts.
    """
    mine = [lot for lot in mine if lot.chip in measured.counted]
    known = [lot for lot in mine if lot.authorization is under]
    when = f"in {year}" if year else "so far"
    label = str(under).upper()
    if year:
        _undated(work, file, known, label)
    _unexplained(work, file, [lot for lot in mine if lot.authorization is None], year)
    held = sum((measured.tpp[lot.chip] * lot.count for lot in known if not year or lot.received), Decimal(0))
    day = taken(mine)
    early = [one for one in counted if one.plan is None and day is not None and one.shipment.date <= day]
    brought = sum((measured.tpp[one.shipment.chip] * one.shipment.quantity for one in early), Decimal(0))
    if early and known and held != brought:
        work.missing(
            f"the TPP received under {label} {when}",
            f"by the inventory of {day} it is {figure(held)}, by the shipments made until then {figure(brought)}",
            place=early[0].place, fix="add the shipments that are missing, or correct the inventory",
        )  # fmt: skip
    more = max(held - brought, Decimal(0))
    if more:
        says = (
            f"The inventory has {figure(held)} received under {label} {when}; no shipment brings {figure(more)} of it."
        )
        work.step(says, cite="facts", facts=tuple(sorted({file.place_of("sites", lot.site) for lot in known})[:20]))
    return more


def _undated(work: Working, file: FactsFile, known: list[Lot], label: str) -> None:
    for lot in known:
        if lot.received is None:
            work.missing(
                f"the year of {lot.count:,} {lot.chip} received under {label} at {lot.site}",
                "the inventory does not say",
                place=file.place_of("sites", lot.site), fix="fill in the inventory's day of receipt",
            )  # fmt: skip


def _unexplained(work: Working, file: FactsFile, unknown: list[Lot], year: int | None) -> None:
    """Chips of which nothing says under what they came: more of them than the shipments brought."""
    left: Counter[tuple[str, str]] = Counter()
    for lot in unknown:
        left[lot.site, lot.chip] += lot.count
    for shipment in file.facts.shipments:
        if year is None or shipment.date.year == year:
            left[shipment.to, shipment.chip] -= shipment.quantity
    short = sorted((site, chip, count) for (site, chip), count in left.items() if count > 0)
    for site, chip, count in short[:10]:
        work.missing(
            f"under which authorization {count:,} {chip} at {site} came, and when",
            "neither the inventory nor a shipment says",
            place=file.place_of("sites", site), fix="fill in the inventory's authorization and day of receipt",
        )  # fmt: skip
