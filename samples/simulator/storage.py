"""Model weights on disk: artefacts, their copies, every access to them, and the weekly listings."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date

from samples.simulator.approvals import ApprovalService
from samples.simulator.chance import Chance, chance
from samples.simulator.clock import DAY, EXPORT_FROM, EXPORT_TO, HOUR, MINUTE, SECOND, days, instant, is_workday, local
from samples.simulator.facility import Facility
from samples.simulator.people import Person, Workforce

LISTED = tuple(
    instant(f"2026-{text}Z")
    for text in (
        "09-30T23:00:00",
        "10-07T23:00:00",
        "10-14T23:00:00",
        "10-21T23:00:00",
        "10-28T23:00:00",
        "11-01T01:00:00",
    )
)
"""When the storage systems are listed: weekly, and around the period."""


@dataclass
class Artefact:
    """One covered artefact of model weights."""

    name: str
    lineage: str
    parameters: int
    precision_bits: int
    bytes: int
    compressed_bytes: int
    digest: str
    born: int
    retired: int | None = None


@dataclass
class Copy:
    """An object that holds an artefact, from when to when."""

    system: str
    name: str
    artefact: str
    key: str
    made: int
    gone: int | None = None


@dataclass
class StorageEvent:
    """One request to a storage system."""

    ts: int
    system: str
    principal: str
    action: str
    object: str
    artefact: str
    size: int
    destination: str = ""
    first_byte: int | None = None
    last_byte: int | None = None
    approval: str = ""
    success: bool = True
    request: str = ""


@dataclass
class Medium:
    """A storage medium taken out of use."""

    serial: str
    artefact: str
    object: str
    method: str
    operator: str
    witness: str
    sanitised: int


@dataclass
class Vault:
    """The weights and everything that happened to them."""

    artefacts: list[Artefact] = field(default_factory=list)
    copies: list[Copy] = field(default_factory=list)
    events: list[StorageEvent] = field(default_factory=list)
    media: list[Medium] = field(default_factory=list)
    rekeyed: dict[str, tuple[int, str]] = field(default_factory=dict)

    def artefact(self, name: str) -> Artefact:
        """The artefact of that name."""
        return next(artefact for artefact in self.artefacts if artefact.name == name)

    def copy(self, name: str) -> Copy:
        """The object of that name."""
        return next(copy for copy in self.copies if copy.name == name)

    def key_at(self, copy: Copy, moment: int) -> str:
        """The key an object is encrypted under at a moment."""
        when, key = self.rekeyed.get(copy.artefact, (EXPORT_TO, ""))
        return key if moment >= when else copy.key

    def listing(self, system: str, moment: int) -> list[Copy]:
        """What a full listing of a system shows."""
        return sorted(
            (c for c in self.copies if c.system == system and c.made <= moment and (c.gone is None or c.gone > moment)),
            key=lambda c: c.name,
        )


# suffix, derived from, parameters in 10^9, bits, compressed share in per mille, copies on (storage, name)
_ARTEFACTS = (
    ("xl-r3", "", 1600, 16, 728, ("master", "replica", "cold")),
    ("xl-r4", "xl-r3", 1800, 16, 731, ("master", "replica", "cold")),
    ("l-r4", "xl-r4", 900, 16, 726, ("master", "replica", "cold")),
    ("l-r4-int4", "l-r4", 900, 4, 951, ("master", "replica")),
    ("code-r2", "xl-r3", 700, 16, 722, ("master", "replica")),
    ("l-r5", "xl-r4", 960, 16, 729, ()),
)
_PLACE = {"master": "stor-01", "replica": "stor-02", "cold": "stor-03"}


def open_vault(facility: Facility) -> Vault:
    """The weights as they lie there before the period."""
    vault = Vault()
    family = facility.artefact_family
    for number, (suffix, parent, billions, bits, packed, places) in enumerate(_ARTEFACTS):
        name = f"{family}-{suffix}"
        size = billions * 10**9 * bits // 8 + 7_340_032
        born = local(date(2026, 2, 2), 12) + number * 17 * DAY
        if suffix == "l-r5":
            born = local(date(2026, 10, 14), 10, 40)
        vault.artefacts.append(
            Artefact(
                name,
                f"{family}-{parent}" if parent else "",
                billions * 10**9,
                bits,
                size,
                size * packed // 1000,
                hashlib.sha256(f"{facility.id}/{name}".encode()).hexdigest(),
                born,
            )
        )
        for place in places:
            vault.copies.append(Copy(_PLACE[place], f"{name}/{place}.enc", name, f"kek-{name}", born + 3 * HOUR))
    return vault


class Custody:
    """The custodians at work: copies, restores and deletions, each with its approval."""

    def __init__(self, facility: Facility, force: Workforce, vault: Vault, service: ApprovalService) -> None:
        self._facility = facility
        self._vault = vault
        self._service = service
        self._draw = chance(facility.seed, "custody")
        self._actors = [p.id for p in force.team("custody")]
        self._witnesses = [p.id for p in force.team("key-management")]

    def _event(self, at: int, actor: str, action: str, source: Copy, system: str, **more: object) -> StorageEvent:
        artefact = self._vault.artefact(source.artefact)
        event = StorageEvent(at, system, actor, action, source.name, artefact.name, artefact.bytes, **more)  # type: ignore[arg-type]
        self._vault.events.append(event)
        return event

    def copy(
        self, source_name: str, target: str, system: str, at: int, *, action: str = "copy", approval: str | None = None
    ) -> StorageEvent:
        """Copy or restore an object to a new one, approved unless an approval (or none: "") is given."""
        source, actor = self._vault.copy(source_name), self._draw.choice(self._actors)
        size = self._vault.artefact(source.artefact).bytes
        if approval is None:
            approval = self._service.grant(
                action, source.artefact, at, actor, object_name=source_name, destination=target, size=size
            ).number
        self._vault.copies.append(Copy(system, target, source.artefact, source.key, at))
        return self._event(at, actor, action, source, system, destination=target, approval=approval)

    def delete(self, name: str, at: int) -> StorageEvent:
        """Delete an object, with approval."""
        copy, actor = self._vault.copy(name), self._draw.choice(self._actors)
        approval = self._service.grant("destroy", copy.artefact, at, actor, object_name=name)
        copy.gone = at
        return self._event(at, actor, "delete", copy, copy.system, approval=approval.number)

    def put(self, artefact: str, place: str, at: int, principal: str) -> None:
        """A training run delivers a new artefact."""
        copy = Copy(_PLACE[place], f"{artefact}/{place}.enc", artefact, f"kek-{artefact}", at)
        self._vault.copies.append(copy)
        self._event(at, principal, "put", copy, copy.system)

    def shred(self, name: str, at: int) -> None:
        """A medium fails and is destroyed with what it holds."""
        copy = self._vault.copy(name)
        copy.gone = at
        serial = f"Z{self._draw.randrange(10**9):09d}"
        operator, witness = self._draw.choice(self._actors), self._draw.choice(self._witnesses)
        self._vault.media.append(Medium(serial, copy.artefact, name, "destroy", operator, witness, at))

    def month(self) -> None:
        """The sound month."""
        family = self._facility.artefact_family

        def at(day: int, hour: int, minute: int) -> int:
            return local(date(2026, 10, day), hour, minute) + self._draw.randrange(60) * SECOND

        self.copy(f"{family}-l-r4/master.enc", f"{family}-l-r4/cold-2.enc", "stor-03", at(6, 13, 20))
        self.copy(f"{family}-code-r2/master.enc", f"{family}-code-r2/cold.enc", "stor-03", at(8, 10, 45))
        self.put(f"{family}-l-r5", "master", at(14, 10, 40), "svc-train-a")
        self.copy(f"{family}-l-r5/master.enc", f"{family}-l-r5/replica.enc", "stor-02", at(15, 14, 5))
        self.shred(f"{family}-xl-r3/cold.enc", at(16, 11, 30))
        for name in ("master", "replica"):
            self.delete(f"{family}-xl-r3/{name}.enc", at(20, 10, 10 if name == "master" else 25))
        self._vault.artefact(f"{family}-xl-r3").retired = at(20, 12, 0)
        self.copy(
            f"{family}-l-r4/cold.enc", f"{family}-l-r4/restore-test.enc", "stor-01", at(22, 9, 50), action="restore"
        )
        self.delete(f"{family}-l-r4/restore-test.enc", at(23, 13, 15))
        failed = self.copy(f"{family}-xl-r4/master.enc", f"{family}-xl-r4/cold-2.enc", "stor-03", at(27, 10, 5))
        again = StorageEvent(**{**vars(failed), "ts": failed.ts + 34 * MINUTE})
        failed.success, failed.size = False, 0
        self._vault.copy(f"{family}-xl-r4/cold-2.enc").made = again.ts
        self._vault.events.append(again)


def serve(facility: Facility, force: Workforce, vault: Vault, service: ApprovalService) -> None:
    """Reads: services that load whole artefacts under a standing approval, people who look at a few bytes."""
    draw = chance(facility.seed, "reads")
    family = facility.artefact_family
    standing = EXPORT_FROM - 3 * DAY
    for principal, suffix, place, weekdays, pieces in (
        ("svc-serve-a", "xl-r4", "replica", (0,), 256),
        ("svc-serve-a", "l-r4", "replica", (3,), 128),
        ("svc-serve-b", "l-r4-int4", "replica", (1, 4), 96),
        ("svc-eval", "code-r2", "replica", (2,), 128),
    ):
        artefact = vault.artefact(f"{family}-{suffix}")
        grant = service.grant("decrypt_export", artefact.name, standing, principal, valid=40 * DAY, count=3)
        for day in days():
            if day.weekday() in weekdays:
                begin = local(day, 3, 20) + draw.randrange(40 * 60) * SECOND
                _load(vault, artefact, place, principal, begin, pieces, grant.number, draw)
    _verify(vault, draw)
    readers = [p for p in force.team("research-a", "research-b") if p.terminated is None]
    for day in days():
        if is_workday(day):
            _glances(vault, family, readers, day, draw)


def _load(
    vault: Vault, artefact: Artefact, place: str, principal: str, begin: int, pieces: int, approval: str, draw: Chance
) -> None:
    size = -(-artefact.bytes // pieces)
    at = begin
    for piece in range(pieces):
        first, last = piece * size, min((piece + 1) * size, artefact.bytes) - 1
        at += 18 * SECOND + draw.randrange(9_000_000)
        vault.events.append(
            StorageEvent(
                at,
                _PLACE[place],
                principal,
                "get",
                f"{artefact.name}/{place}.enc",
                artefact.name,
                last - first + 1,
                "",
                first,
                last,
                approval,
            )
        )


def _verify(vault: Vault, draw: Chance) -> None:
    """The integrity checker reads the first mebibyte of every copy, all day."""
    at = EXPORT_FROM - 40 * MINUTE
    while at < EXPORT_TO + 40 * MINUTE:
        at += 24 * MINUTE + draw.randrange(600) * SECOND
        there = [copy for copy in vault.copies if copy.made < at and (copy.gone is None or copy.gone > at)]
        copy = draw.choice(there)
        vault.events.append(
            StorageEvent(at, copy.system, "svc-verify", "get", copy.name, copy.artefact, 1_048_576, "", 0, 1_048_575)
        )


def _glances(vault: Vault, family: str, readers: list[Person], day: date, draw: Chance) -> None:
    """Researchers look at headers and single tensors: never more than the first per mille of an artefact."""
    for _ in range(12 + draw.randrange(10)):
        reader = draw.choice(readers)
        artefact = vault.artefact(f"{family}-{draw.choice(('xl-r4', 'l-r4', 'code-r2'))}")
        first = draw.randrange(artefact.bytes // 2000)
        length = 65_536 * (1 + draw.randrange(2000))
        at = local(day, 8, 30) + draw.randrange(7 * 3600) * SECOND + draw.randrange(SECOND)
        event = StorageEvent(
            at,
            "stor-02",
            reader.id,
            "get",
            f"{artefact.name}/replica.enc",
            artefact.name,
            length,
            "",
            first,
            first + length - 1,
        )
        if draw.randrange(100) < 2:
            event.success, event.size = False, 0
        if reader.hired < at and not (reader.transferred and day == reader.transfer_day):
            vault.events.append(event)


def seal(facility: Facility, vault: Vault) -> None:
    """Order the requests, cut them to the export, and number them."""
    draw = chance(facility.seed, "requests")
    vault.events = [e for e in sorted(vault.events, key=lambda e: e.ts) if EXPORT_FROM <= e.ts < EXPORT_TO]
    for event in vault.events:
        event.request = event.request or f"{draw.getrandbits(64):016X}"
