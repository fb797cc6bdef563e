"""Violations of the weights controls: copies, approvals, key use, bulk reads, and sessions that badges contradict."""

from __future__ import annotations

import hashlib
from datetime import date

from samples.simulator.accounts import Session
from samples.simulator.approvals import Approval, Approver
from samples.simulator.clock import DAY, HOUR, MINUTE, PERIOD_FROM, PERIOD_TO, SECOND, instant, local
from samples.simulator.keys import KeyEvent
from samples.simulator.movements import Stay
from samples.simulator.people import Person
from samples.simulator.plant.ledger import Ledger
from samples.simulator.plant.physical import PhysicalPlants
from samples.simulator.storage import LISTED, Artefact, Copy, Custody, StorageEvent
from samples.simulator.world import World

CRASH = instant("2026-10-11T01:17:20Z")
UNFORCED = date(2026, 10, 23)


class WeightsPlants:
    """The weights plants of the flawed facility."""

    def __init__(self, ledger: Ledger, physical: PhysicalPlants) -> None:
        self._ledger = ledger
        self._physical = physical
        self._stale: Person
        self._operations: list[tuple[str, str, StorageEvent | KeyEvent, str]] = []
        self._reads: list[tuple[str, str, list[StorageEvent], str]] = []
        self._removed: KeyEvent
        self._sessions: list[tuple[str, Session, str, str]] = []

    def people(self, world: World) -> None:
        """A custodian whose training has run out."""
        self._stale = world.force.team("custody")[-1]
        self._stale.trained = local(date(2025, 6, 16), 0)

    def approvals(self, world: World) -> None:
        """That custodian approves nothing but what is planted."""
        world.approvals.barred.add(self._stale.id)

    def weights(self, world: World) -> None:
        """Everything that goes wrong with weights and keys."""
        self._copies(world)
        self._operations_without_approval(world)
        self._faulty_approvals(world)
        self._bulk_reads(world)
        self._key_store(world)

    def _copies(self, world: World) -> None:
        """A small artefact, a copy that nobody made, and one that nobody destroyed and that is gone."""
        vault, family = world.vault, world.facility.artefact_family
        name = f"{family}-s-r1"
        digest = hashlib.sha256(f"{world.facility.id}/{name}".encode()).hexdigest()
        vault.artefacts.append(
            Artefact(
                name,
                f"{family}-l-r4",
                240 * 10**9,
                16,
                480 * 10**9 + 7_340_032,
                349 * 10**9,
                digest,
                PERIOD_FROM - 40 * DAY,
            )
        )
        for place, system in (("master", "stor-01"), ("replica", "stor-02")):
            vault.copies.append(Copy(system, f"{name}/{place}.enc", name, f"kek-{name}", PERIOD_FROM - 39 * DAY))
        self._ledger.violation(
            "C-09",
            "a",
            name,
            None,
            None,
            "So small that it could leave within the time it takes to notice.",
            ("weights_registry", name),
        )
        artefact = f"{family}-l-r4"
        vault.copies.append(
            Copy("stor-02", f"{artefact}/shadow-a41.enc", artefact, f"kek-{artefact}", local(date(2026, 10, 18), 3))
        )
        self._ledger.violation(
            "W-02",
            "a",
            f"{artefact}/shadow-a41.enc",
            LISTED[0],
            LISTED[-1],
            "A copy that no recorded operation made.",
            ("storage_inventory", ("stor-02", f"{artefact}/shadow-a41.enc", LISTED[-1])),
        )
        lost = vault.copy(f"{family}-xl-r4/cold.enc")
        lost.gone = local(date(2026, 10, 12), 3)
        vault.events = [e for e in vault.events if not (e.object == lost.name and e.ts >= lost.gone)]
        self._ledger.violation(
            "W-02",
            "b",
            lost.name,
            LISTED[0],
            LISTED[-1],
            "A copy that no recorded operation destroyed.",
            ("storage_inventory", ("stor-03", lost.name, LISTED[0])),
        )

    def _operations_without_approval(self, world: World) -> None:
        custody = Custody(world.facility, world.force, world.vault, world.approvals)
        family = world.facility.artefact_family
        at = local(date(2026, 10, 13), 14, 22, 9)
        copied = custody.copy(
            f"{family}-code-r2/replica.enc", f"{family}-code-r2/scratch.enc", "stor-02", at, approval=""
        )
        self._operations.append(("a", copied.object, copied, "A copy without any approval."))
        officer = world.force.team("key-management")[2].id
        event = KeyEvent(local(date(2026, 10, 29), 10, 31, 2), "hsm-01", "destroy", f"kek-{family}-trial", officer)
        world.keys.events.append(event)
        self._operations.append(("a", event.key, event, "A key was destroyed without any approval."))

    def _faulty_approvals(self, world: World) -> None:
        family = world.facility.artefact_family
        storage = {(e.object, e.action, e.destination): e for e in world.vault.events if e.approval and e.success}

        event = storage[f"{family}-l-r4/master.enc", "copy", f"{family}-l-r4/cold-2.enc"]
        approval = self._approval(world, event.approval)
        approval.approvers = approval.approvers[:2]
        approval.approvers[1].at = event.ts + 41 * MINUTE
        self._operations.append(
            ("a", event.object, event, "The second of two approvers approved after the copy was made.")
        )

        event = storage[f"{family}-l-r5/master.enc", "copy", f"{family}-l-r5/replica.enc"]
        self._approval(world, event.approval).destination = f"{family}-l-r5/cold.enc"
        self._operations.append(("b", event.object, event, "The approval names another destination."))

        event = storage[f"{family}-xl-r4/master.enc", "copy", f"{family}-xl-r4/cold-2.enc"]
        approval = self._approval(world, event.approval)
        approval.approvers = [approval.approvers[0], Approver("svc-approver", approval.approvers[1].at, "agent")]
        self._operations.append(("a", event.object, event, "One of the two approvers is a program."))

        keys = {e.operation + e.key: e for e in world.keys.events if e.approval}
        use = keys[f"policykek-{family}-xl-r4"]
        approval = self._approval(world, use.approval)
        approval.approvers = approval.approvers[:2]
        approval.requester = approval.approvers[0].person
        self._operations.append(("a", use.key, use, "One of the two approvers is the one who asked."))

        use = keys[f"exportkek-{family}-l-r4"]
        approval = self._approval(world, use.approval)
        approval.approvers = approval.approvers[:2]
        approval.approvers[1].person = self._stale.id
        self._operations.append(
            ("a", use.key, use, f"The training of {self._stale.id}, one of two approvers, had run out.")
        )

        use = keys[f"policykek-{family}-code-r2"]
        approval = self._approval(world, use.approval)
        approval.expires = use.ts // SECOND * SECOND + 4 * MINUTE
        self._ledger.look_alike(
            "W-11", use.key, "Done four minutes before the approval expired.", "It was valid at the time."
        )
        unused = world.approvals.grant("rekey", f"{family}-xl-r4", local(date(2026, 10, 26), 13), "")
        self._ledger.look_alike(
            "W-11", unused.number, "An approval that no operation cites.", "Not every approval has to be used."
        )

    def _approval(self, world: World, number: str) -> Approval:
        return next(a for a in world.approvals.approvals if a.number == number)

    def _bulk_reads(self, world: World) -> None:
        vault, family, force = world.vault, world.facility.artefact_family, world.force
        quiet = [p for p in force.team("research-b") if p.terminated is None and p.transferred is None]
        team = [p for p in force.team("research-a") if p.terminated is None and p.transferred is None][:5]
        dripped = self._drip(world, quiet[0].id, f"{family}-code-r2", 400_000, 90_000, 60, 2)
        self._reads.append(
            ("a", quiet[0].id, dripped, "Nine percent of an artefact in sixty small reads over a month.")
        )
        together: list[StorageEvent] = []
        for place, person in enumerate(team):
            together += self._drip(world, person.id, f"{family}-l-r4", 100_000 + 14_000 * place, 14_000, 16, 3 + place)
        self._reads.append(
            ("b", "research-a", together, "Five members read one and a half percent each, of different parts.")
        )
        again = self._drip(world, quiet[1].id, f"{family}-code-r2", 250_000, 20_000, 10, 4)
        for shift in (6, 12, 18):
            for event in again:
                vault.events.append(StorageEvent(**{**vars(event), "ts": event.ts + shift * HOUR // 3, "request": ""}))
        self._ledger.look_alike(
            "W-14",
            quiet[1].id,
            "Reads two percent of an artefact, four times over.",
            "The bytes are the same; what counts is how much is distinct.",
        )
        self._ledger.look_alike(
            "W-14", "svc-serve-a", "Reads whole artefacts every week.", "Each read cites a valid approval."
        )

    def _drip(
        self, world: World, person: str, name: str, start: int, share: int, pieces: int, day: int
    ) -> list[StorageEvent]:
        """Reads of adjoining pieces, from `start` on, `share` in all (both in millionths of the artefact)."""
        artefact = world.vault.artefact(name)
        size = artefact.bytes * share // 1_000_000 // pieces
        made = []
        for piece in range(pieces):
            first = artefact.bytes * start // 1_000_000 + piece * size
            at = local(date(2026, 10, day), 21) + piece * (26 * DAY // pieces) + piece % 7 * 11 * MINUTE + piece * 1_001
            made.append(
                StorageEvent(
                    at, "stor-02", person, "get", f"{name}/replica.enc", name, size, "", first, first + size - 1
                )
            )
        world.vault.events += made
        return made

    def _key_store(self, world: World) -> None:
        """A restart nobody declared, and a day without forced logging."""
        store = world.keys
        store.boots["hsm-01"].append(CRASH)
        store.events = [
            e for e in store.events if not (e.device == "hsm-01" and CRASH - MINUTE <= e.ts < CRASH + 2 * MINUTE)
        ]
        for setting in store.settings:
            if setting["device"] == "hsm-01" and local(UNFORCED, 0) <= int(str(setting["time"])) < local(UNFORCED, 24):
                setting["force"] = False
                at = int(str(setting["time"]))
                self._ledger.violation(
                    "W-10",
                    "c",
                    "hsm-01",
                    at,
                    at,
                    "For a day the module was set to go on when its log is full.",
                    ("kms_logging", ("hsm-01", at)),
                )

    def records(self, world: World) -> None:
        """Sessions that the badges contradict."""
        console, offices = world.facility["console"], world.facility["offices"]
        custodians = [p for p in world.force.team("custody") if p.id != self._stale.id]
        visit = self._physical.tailgated
        absent = self._stay(world, custodians, offices, 60 * MINUTE)
        begin = absent.began + 25 * MINUTE
        self._session(
            world,
            "a",
            Session(begin, begin + 11 * MINUTE, absent.person, absent.person.lower(), "con-01", "console", "seat-2"),
            "violation",
            "The actor was in the offices, by badge.",
        )
        outsider = next(p for p in world.force.team("platform") if p.terminated is None and p.transferred is None)
        begin = instant("2026-10-24T18:06:31Z")
        self._session(
            world,
            "b",
            Session(begin, begin + 40 * MINUTE, outsider.id, outsider.account, "stor-01", "remote", "10.40.2.31"),
            "violation",
            "A session past the bastion.",
        )
        inside = self._stay(world, custodians[3:], console, 30 * MINUTE)
        begin = inside.began + 9 * MINUTE
        self._session(
            world,
            "b",
            Session(
                begin, begin + 14 * MINUTE, inside.person, inside.person.lower(), "stor-03", "bastion", "10.40.1.66"
            ),
            "violation",
            "The actor was in the console zone, by badge.",
        )
        unsure = visit.members[1]
        world.sessions = [
            s for s in world.sessions if s.person != unsure or not (visit.legs[0][1] < s.ts < visit.legs[0][2])
        ]
        begin = visit.legs[0][1] + 15 * MINUTE
        self._session(
            world,
            "a",
            Session(begin, begin + 20 * MINUTE, unsure, unsure.lower(), "con-02", "console", "seat-1"),
            "possible",
            "The actor's exit was not read, so their stay is only possible.",
        )

    def _stay(self, world: World, people: list[Person], zone: str, least: int) -> Stay:
        """A long stay of one of the people in the zone, in the second half of the period."""
        for person in people:
            for stay in world.truth.of(person.id):
                if (
                    stay.zone == zone
                    and stay.ended - stay.began > least
                    and PERIOD_FROM + 12 * DAY < stay.began < PERIOD_TO - DAY
                ):
                    return stay
        raise ValueError("nobody stays long enough")

    def _session(self, world: World, objective: str, session: Session, certainty: str, what: str) -> None:
        world.sessions = [
            s
            for s in world.sessions
            if s.person != session.person
            or s.ended is None
            or s.ended < session.ts
            or s.ts > (session.ended or session.ts)
        ]
        world.sessions.append(session)
        self._sessions.append((objective, session, certainty, what))

    def numbered(self, world: World) -> None:
        """Between numbering and export: a record disappears, and a client counts more than is logged."""
        store = world.keys
        begin = PERIOD_FROM + 20 * DAY
        logins = [e for e in store.events if e.device == "hsm-01" and e.operation == "login" and e.ts > begin]
        self._removed = logins[0]
        device = [e for e in store.events if e.device == "hsm-01"]
        place = device.index(self._removed)
        before, after = device[place - 1], device[place + 1]
        store.events.remove(self._removed)
        self._ledger.violation(
            "W-10",
            "a",
            "hsm-01",
            before.ts,
            after.ts,
            "One record of the log is missing: a login.",
            *[("kms_audit", (e.device, e.boot, e.sequence)) for e in (before, after)],
        )
        day = instant("2026-10-14T00:00:00Z")
        for place, (when, client, operation, uses) in enumerate(store.counts):
            if (when, client, operation) == (day, "svc-serve-b", "decrypt"):
                store.counts[place] = (when, client, operation, uses + 7)
        self._ledger.violation(
            "W-10",
            "d",
            "svc-serve-b",
            day,
            day + DAY,
            "The client counted seven uses that the log does not have.",
            ("key_use_counts", ("svc-serve-b", "decrypt", day)),
        )
        boot = next(e for e in store.events if e.device == "hsm-01" and e.operation == "boot")
        self._ledger.violation(
            "W-10",
            "b",
            "hsm-01",
            boot.ts,
            boot.ts,
            "A restart that no work order announced.",
            ("kms_audit", (boot.device, boot.boot, boot.sequence)),
        )

    def last(self, world: World) -> None:
        """Enter what is now numbered."""
        self.numbered(world)
        for objective, subject, event, what in self._operations:
            if isinstance(event, KeyEvent):
                row = ("kms_audit", (event.device, event.boot, event.sequence))
                self._ledger.violation("W-11", objective, subject, event.ts, event.ts, what, row)
            else:
                at = event.ts // SECOND * SECOND
                self._ledger.violation("W-11", objective, subject, at, at, what, ("storage_access", event.request))
        for objective, subject, reads, what in self._reads:
            reads = sorted((e for e in reads if PERIOD_FROM <= e.ts < PERIOD_TO), key=lambda e: e.ts)
            self._ledger.violation(
                "W-14",
                objective,
                subject,
                None,
                None,
                what,
                *[("storage_access", event.request) for event in reads],
            )
        for objective, session, certainty, what in self._sessions:
            ended = session.ts if objective == "a" else session.ended
            self._ledger.violation(
                "W-18",
                objective,
                session.person,
                session.ts,
                ended,
                what,
                ("auth_events", session.number),
                certainty=certainty,
            )
