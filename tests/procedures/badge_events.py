"""Small badge histories for tests: a floor with two weights zones, and the sweep's answers in comparable form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from auditor.canon.yaml import parse_yaml
from auditor.evidence.tables import Tables
from auditor.model.shape import shape
from auditor.model.stream import Stream

ROOT = Path(__file__).parents[2]
SECOND = 1_000_000

ZONES: list[Mapping[str, object]] = [
    {"zone": "street", "parent": None, "layer": 0, "kind": "outside", "weights": False},
    {"zone": "hall", "parent": "street", "layer": 1, "kind": "corridor", "weights": False},
    {"zone": "vault", "parent": "hall", "layer": 2, "kind": "vault", "weights": True},
    {"zone": "cage", "parent": "vault", "layer": 3, "kind": "technical", "weights": True},
]
DOORS = {"gate": ("street", "hall"), "door": ("hall", "vault"), "back": ("hall", "vault"), "grille": ("vault", "cage")}

Event = Mapping[str, object]


def portals(**differently: Mapping[str, object]) -> list[Event]:
    """The floor's portals; a keyword changes columns of the one it names."""
    return [
        {
            "portal": name, "from_zone": outer, "to_zone": inner, "kind": "door", "exit_reader": True,
            "controller": "p1", **differently.get(name, {}),
        }
        for name, (outer, inner) in DOORS.items()
    ]  # fmt: skip


def read(second: int, person: str | None, portal: str, direction: str = "in", **differently: object) -> Event:
    """A granted and entered read, `second` seconds after the epoch; keywords change its columns."""
    return {
        "ts": second * SECOND, "person": person, "portal": portal, "direction": direction,
        "event": "granted", "entered": "yes", **differently,
    }  # fmt: skip


def grant(person: str, zone: str = "vault", began: int = -10_000, ended: int | None = None) -> Event:
    """An authorisation, in seconds."""
    return {
        "person": person, "zone": zone, "valid_from": began * SECOND,
        "valid_to": None if ended is None else ended * SECOND,
    }  # fmt: skip


@cache
def streams() -> dict[str, Stream]:
    names = ("pacs_events", "portals", "zones", "pacs_access")
    files = {name: ROOT / "controls" / "streams" / f"{name}.yaml" for name in names}
    return {name: shape(Stream, parse_yaml(path.read_bytes(), str(path))) for name, path in files.items()}


def store(
    events: Sequence[Event], grants: Sequence[Event], doors: Sequence[Event] | None = None, *, in_order: bool = True
) -> Tables:
    """A table store of these; not `in_order`, the events lie in it as they are given."""
    filled = [
        {"recorded": None, "controller": "p1", "sequence": n, "credential": None, **e} for n, e in enumerate(events)
    ]
    rows: dict[str, Sequence[Event]] = {
        "zones": ZONES, "portals": doors or portals(), "pacs_access": grants, "pacs_events": filled,
    }  # fmt: skip
    known = dict(streams())
    if not in_order:
        known["pacs_events"] = known["pacs_events"].model_copy(update={"order": ("sequence",)})
    return Tables.from_rows(known, rows)


def query(name: str) -> str:
    """The text of a derived table, or of the hand-written rule."""
    folder = ROOT / "benchmarks" if name == "lone_occupancy" else ROOT / "controls" / "sql"
    return (folder / f"{name}.sql").read_text()
