"""Facts with sites around the world and chips of round TPP, for the questions about quantities."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from auditor.model.facts import Authorization, Condition
from auditor.regulation.facts.file import FactsFile
from auditor.regulation.quantities.holdings import Lot
from tests.regulation import small

AS_OF = date(2026, 3, 1)
TAKEN = date(2026, 2, 15)

BASE = """
    parties:
      - {id: us, name: US Parent, headquarters: "US"}
      - {id: no, name: Norge, headquarters: "NO"}
      - {id: no-sub, name: Datter, headquarters: "NO"}
      - {id: in, name: Bharat, headquarters: "IN"}
      - {id: homeless, name: Nowhere}
    ownership:
      - {owner: "no", owned: no-sub, percent: 100}
    chips:
      - {id: k, name: K, maker: m, source: s, data_center: true, units: [{rates: [{bits: 8, tops: 1000}]}]}
      - {id: half, name: Half, maker: m, source: s, data_center: true, units: [{rates: [{bits: 8, tops: "600.0625"}]}]}
      - {id: small, name: Small, maker: m, source: s, data_center: true, units: [{rates: [{bits: 8, tops: 100}]}]}
      - {id: blank, name: Blank, maker: m, source: test}
    sites:
      - {id: us-1, name: Us, country: "US", owner: us}
      - {id: us-in, name: UsIn, country: "IN", owner: us}
      - {id: us-jp, name: UsJp, country: "JP", owner: us}
      - {id: no-1, name: Oslo, country: "NO", owner: "no"}
      - {id: no-2, name: Bergen, country: "NO", owner: no-sub}
      - {id: no-in, name: Pune, country: "IN", owner: "no"}
      - {id: no-in2, name: Delhi, country: "IN", owner: no-sub}
      - {id: no-br, name: Rio, country: "BR", owner: "no"}
      - {id: no-ke, name: Nairobi, country: "KE", owner: "no"}
      - {id: no-th, name: Bangkok, country: "TH", owner: "no"}
      - {id: no-cn, name: Beijing, country: "CN", owner: "no"}
      - {id: in-1, name: Mumbai, country: "IN", owner: in}
    inventories:
      - {id: all, date: 2026-02-15, file: all.csv}
"""
"""Chip k has 8,000 TPP, half 4,800.5, small 800 (below 3A090.a); blank has no figures."""


def facts(*, shipments: Iterable[str] = (), plan: Iterable[str] = (), more: str = "", base: str = BASE) -> FactsFile:
    """The base facts with shipments made and a plan `plan`, each "id date chip quantity to [authorization [from]]"."""
    text = base
    if shipments := list(shipments):
        text += "    shipments:\n" + "".join(f"      - {shipment(one)}\n" for one in shipments)
    if plan := list(plan):
        text += "    plans:\n      - id: plan\n        title: Plan\n        shipments:\n"
        text += "".join(f"          - {shipment(one)}\n" for one in plan)
    return small.facts(text + more)


def shipment(line: str) -> str:
    name, day, chip, quantity, to, *rest = line.split()
    text = f"{{id: {name}, date: {day}, chip: {chip}, quantity: {quantity}, to: {to}, "
    text += f"authorization: {rest[0] if rest else 'uveu'}"
    return text + (f", from_site: {rest[1]}, kind: transfer}}" if len(rest) > 1 else "}")


def lot(
    site: str,
    count: int,
    chip: str = "k",
    *,
    owner: str | None = None,
    condition: Condition = Condition.INSTALLED,
    received: date | None = date(2025, 6, 1),
    authorization: Authorization | None = Authorization.UVEU,
    on: date | None = TAKEN,
) -> Lot:
    return Lot(
        site=site, chip=chip, owner=owner, condition=condition, received=received, authorization=authorization,
        count=count, on=on,
    )  # fmt: skip
