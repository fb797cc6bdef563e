"""The ledger entries of the physical plants, written when every event has its serial number."""

from __future__ import annotations

from collections.abc import Iterator

from samples.simulator.badges import BadgeEvent, observed_stays
from samples.simulator.clock import MINUTE, PERIOD_FROM, PERIOD_TO, SECOND, local_day
from samples.simulator.facility import Facility
from samples.simulator.people import Access, Person
from samples.simulator.plant.ledger import Ledger, Row
from samples.simulator.schedule import TeamVisit
from samples.simulator.visitors import Visit
from samples.simulator.world import World

HANDOVER = 60 * SECOND
# Each fault of a visit: objective, certainty, which of its moments the fault spans, what happened.
_FAULTS = {
    "alone": ("a", "violation", "The host left the hall thirteen minutes before the visitor."),
    "host": (
        "a",
        "violation",
        "The host's own authorisation for the hall had ended that morning and was renewed at night.",
    ),
    "overstay": ("b", "violation", "The visit ended almost an hour after its approved window."),
    "identity": ("b", "violation", "No identity document was recorded."),
    "badge": ("b", "violation", "The visitor badge was not returned."),
    "vanished": (
        "b",
        "possible",
        "Signed out by the evening rule; no exit read shows when, or whether, the visitor left.",
    ),
}


def row(event: BadgeEvent) -> Row:
    """The name of a badge event's row."""
    return ("pacs_events", (event.controller, event.sequence))


def badges(ledger: Ledger, world: World, late: Person, used: Person, kept: Access) -> None:
    """Badges and authorisations that outlived their holder's role."""
    for person, what in (
        (late, "The badge was disabled three days after the engagement ended; nobody used it."),
        (used, "The badge was disabled 26 hours after the engagement ended."),
    ):
        badge = person.credential
        ledger.violation(
            "P-03",
            "a",
            badge.number,
            person.terminated,
            badge.disabled,
            what,
            ("pacs_credentials", (badge.number, badge.valid_from)),
            ("hr_roster", person.id),
        )
    for event in world.badges.events:
        if event.person == used.id and event.event == "granted" and event.ts >= (used.terminated or 0):
            ledger.violation(
                "P-03",
                "a",
                event.credential,
                event.ts,
                event.ts,
                f"{used.id} came back the next morning and the badge opened {event.portal}.",
                row(event),
            )
    transferred = world.force.people[kept.person].transferred
    ledger.violation(
        "P-03",
        "b",
        f"{kept.person} / {kept.zone}",
        transferred,
        kept.valid_to,
        "The authorisation of the old role ended nine days after the transfer.",
        ("pacs_access", (kept.person, kept.zone, kept.valid_from)),
        ("hr_roster", kept.person),
    )


def lone(ledger: Ledger, world: World, unwatched: TeamVisit, lapsed: TeamVisit, tailgated: TeamVisit) -> None:
    """Every run in which a weights zone held fewer than two authorised people, worked out from the reads."""
    causes = {
        unwatched.day: f"{unwatched.members[1]} left the vault and {unwatched.members[0]} stayed behind.",
        lapsed.day: f"Two people were inside, but the authorisation of {lapsed.members[1]} had lapsed that day.",
        tailgated.day: f"The exit of {tailgated.members[1]} was not read, so their company is only possible all along.",
    }

    for zone in world.facility.weights_zones:
        for began, ended, certain in lone_runs(world, zone):
            if ended <= PERIOD_FROM or began >= PERIOD_TO:
                continue
            what = causes[local_day(began)]
            ends = [
                e
                for e in world.badges.events
                if e.ts in (began, ended)
                and e.event == "granted"
                and e.entered
                and zone in (world.facility.portals[e.portal].inner, world.facility.portals[e.portal].outer)
            ]
            ledger.violation(
                "P-04", "a", zone, began, ended, what, *map(row, ends), certainty="violation" if certain else "possible"
            )


def lone_runs(world: World, zone: str) -> Iterator[tuple[int, int, bool]]:
    """Runs longer than a handover with, perhaps, fewer than two authorised people: (began, ended, certain)."""
    steps: dict[int, list[int]] = {}
    for person, where, began, ended, certain in observed_stays(world.facility, world.badges.events):
        if where == zone:
            may = any(
                a.person == person
                and a.zone == zone
                and a.valid_from <= began
                and (a.valid_to is None or a.valid_to >= ended)
                for a in world.force.access
            )
            change = [int(certain), 1, int(certain and may), int(may)]
            for moment, sign in ((began, 1), (ended, -1)):
                old = steps.setdefault(moment, [0, 0, 0, 0])
                steps[moment] = [a + sign * b for a, b in zip(old, change, strict=True)]
    state = [0, 0, 0, 0]
    since: int | None = None
    sure: int | None = None
    longest = 0
    for moment in sorted(steps):
        state = [a + b for a, b in zip(state, steps[moment], strict=True)]
        total_min, total_max, authorised_min, authorised_max = state
        if sure is not None and not (total_min >= 1 and authorised_max <= 1):
            longest, sure = max(longest, moment - sure), None
        elif sure is None and total_min >= 1 and authorised_max <= 1:
            sure = moment
        maybe = total_max >= 1 and authorised_min <= 1
        if since is None and maybe:
            since, longest = moment, 0
        elif since is not None and not maybe:
            if moment - since > HANDOVER:
                yield since, moment, longest > HANDOVER
            since = None


def walks(
    ledger: Ledger, world: World, ghost: tuple[BadgeEvent, BadgeEvent], passback: BadgeEvent, guards: list[BadgeEvent]
) -> None:
    """Reads that no legal walk explains."""
    before, after = ghost
    ledger.violation(
        "P-06",
        "a",
        after.person,
        before.ts,
        after.ts,
        f"{after.person} followed somebody into the hall without reading the badge.",
        row(before),
        row(after),
    )
    ledger.violation(
        "P-06",
        "a",
        passback.person,
        passback.ts,
        passback.ts,
        "A badge was used inwards again while its holder was inside.",
        row(passback),
    )
    door = world.facility["hall-b-door"]
    found: list[BadgeEvent] = []
    for lost in guards:
        found.append(
            next(e for e in world.badges.events if e.person == lost.person and e.at > lost.at and e.event == "granted")
        )
    ledger.violation(
        "P-06",
        "a",
        door,
        found[0].ts,
        found[-1].ts,
        f"The exit reader of {world.facility['hall-a']} failed on {len(found)} rounds; the next read of the guard, "
        f"at {door}, contradicts the one before.",
        row(found[0]),
        row(found[-1]),
    )


def visitors(ledger: Ledger, world: World, visits: dict[str, Visit]) -> None:
    """Visits that went wrong."""
    seen = observed_stays(world.facility, world.badges.events)
    for name, (objective, certainty, what) in _FAULTS.items():
        visit = visits[name]
        inside = [(came, went) for who, zone, came, went, _ in seen if (who, zone) == (visit.visitor, visit.zone)]
        hosted = [(came, went) for who, zone, came, went, _ in seen if (who, zone) == (visit.host, visit.zone)]
        began: int | None
        ended: int | None
        if name == "alone":
            began, ended = next((went, inside[0][1]) for came, went in hosted if inside[0][0] < went < inside[0][1])
        elif name == "host":
            began, ended = inside[0]
        elif name in ("overstay", "vanished"):
            began, ended = visit.planned_until, visit.departed if name == "overstay" else None
        else:
            began, ended = visit.arrived, visit.departed
        ledger.violation(
            "P-14", objective, visit.number, began, ended, what, ("visitor_log", visit.number), certainty=certainty
        )


def clocks(ledger: Ledger, facility: Facility, drift: tuple[int, int, int]) -> None:
    """The controller whose clock is slow for three days."""
    ledger.violation(
        "P-31",
        "a",
        facility.controllers[1],
        drift[0],
        drift[1],
        "The controller's clock was nine seconds slow for three days.",
    )


def look_alikes(ledger: Ledger, handover: TeamVisit, tolerated: Visit) -> None:
    """The look-alikes that only this facility has."""
    ledger.look_alike(
        "P-04",
        handover.members[1],
        f"On {handover.day} leaves {handover.legs[0][0]} 45 seconds after {handover.members[0]}.",
        "One minute is allowed at a handover.",
    )
    ledger.look_alike(
        "P-14",
        tolerated.number,
        "Signed out 25 minutes after the approved window.",
        "Half an hour of grace is allowed.",
    )
    if (tolerated.departed or 0) - tolerated.planned_until > 30 * MINUTE:
        raise ValueError("the look-alike is none")
