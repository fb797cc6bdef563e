"""The look-alikes of everyday life that both facilities have: what a careless test would call a violation."""

from __future__ import annotations

from samples.simulator.clock import EXPORT_FROM
from samples.simulator.plant.ledger import Ledger
from samples.simulator.world import World


def look_alikes(ledger: Ledger, world: World) -> None:
    """Enter the everyday look-alikes of every control."""
    _physical(ledger, world)
    _cyber(ledger, world)
    _weights(ledger, world)


def _physical(ledger: Ledger, world: World) -> None:
    force, facility = world.force, world.facility
    for event in world.badges.events:
        person = force.people.get(event.person)
        if event.event != "denied" or person is None or person.terminated is None or event.ts < person.terminated:
            continue
        if ledger.spared("P-03", event.credential):
            ledger.look_alike(
                "P-03",
                event.credential,
                f"{event.person} tries the badge after leaving and is refused.",
                "The badge was disabled in time; a refusal is what is wanted.",
            )
    early = next(p for p in force.people.values() if p.terminated is not None and p.terminated < EXPORT_FROM)
    ledger.look_alike(
        "P-03",
        early.credential.number,
        "A leaver's badge was disabled three hours and twenty minutes late.",
        "That was over before the assessment period began.",
    )
    mover = next(p for p in force.people.values() if p.transferred is not None and p.team == "administration")
    ledger.look_alike(
        "P-03",
        f"{mover.id} / {facility['hall-a']}",
        "The old authorisation lasted 20 hours after the transfer.",
        "A day is allowed.",
    )
    guest = next(v for v in world.visits if v.zone in facility.weights_zones)
    ledger.look_alike(
        "P-04",
        guest.visitor,
        f"A visitor, authorised for nothing, is in {guest.zone}.",
        "Two authorised people are there as well, apart from a few seconds at the doors.",
    )
    ledger.look_alike(
        "P-06",
        facility["offices-door"],
        "A few exits were not read, so that people seem to jump.",
        "They are fewer than one in a thousand at every portal, and nobody turns up deeper inside.",
    )
    ledger.look_alike(
        "P-06",
        facility["spine-door"],
        "The same badge is read twice within a few seconds.",
        "That is one passage read twice.",
    )
    declared = next(o for o in world.outages if o.state == "maintenance" and ledger.spared("P-13", o.camera))
    ledger.look_alike(
        "P-13",
        declared.camera,
        "Out of service while people were in the zone.",
        "Declared and approved beforehand, with something standing in for it.",
    )
    opened = next(o for o in world.outages if o.ended is None)
    ledger.look_alike(
        "P-13", opened.camera, "Never came back before the export.", "The zone it sees has no barrier but the first."
    )
    for visit in world.book.visits:
        if visit.departure == "automatic" and visit.arrived > EXPORT_FROM and ledger.spared("P-14", visit.number):
            ledger.look_alike(
                "P-14", visit.number, "Signed out by the evening rule.", "The exit turnstile read the badge before."
            )
            break
    ledger.look_alike(
        "P-31",
        facility.controllers[0],
        "The intrusion panel's clock runs some seconds ahead of the controllers'.",
        "Five seconds are allowed.",
    )


def _cyber(ledger: Ledger, world: World) -> None:
    leaver = next(a for a in world.accounts if a.disabled is not None and a.disabled > EXPORT_FROM)
    ledger.look_alike(
        "C-02",
        f"{leaver.system}/{leaver.name}",
        "The account was live for some minutes after its owner had left.",
        "An hour is allowed.",
    )
    first, second = world.boundary.interfaces
    ledger.look_alike(
        "C-09", f"{first.device}/{first.name}", "Bursts of traffic in working hours.", "They stay below the cap."
    )
    ledger.look_alike(
        "C-10",
        second.device,
        "On 18 October the counters fall to nought.",
        "The device restarted: its uptime fell as well.",
    )
    ledger.look_alike(
        "C-13",
        "vulnerabilities of severity medium and low",
        "Found for longer than thirty days.",
        "Ninety and a hundred and eighty are allowed.",
    )
    ledger.look_alike(
        "C-24", "nvr-02", "Not heard for three hours on 21 October.", "A work order approved beforehand covers it."
    )


def _weights(ledger: Ledger, world: World) -> None:
    family = world.facility.artefact_family
    medium = world.vault.media[0]
    ledger.look_alike(
        "W-02",
        medium.object,
        "In the opening listing, not in the closing one, and never deleted.",
        "Its medium was destroyed, with a witness, and is in the media register.",
    )
    ledger.look_alike(
        "W-02",
        f"{family}-l-r4/restore-test.enc",
        "Made in the period and in neither listing.",
        "It was deleted again the next day, with approval.",
    )
    ledger.look_alike(
        "W-10",
        "hsm-02",
        "Starts anew on 16 October, and its sequence begins at nought.",
        "A work order of kind hsm-restart, approved beforehand, covers it.",
    )
    ledger.look_alike(
        "W-10",
        "svc-serve-a",
        "The log has more operations of the client than the client counted.",
        "The rest failed; clients count what succeeded.",
    )
    ledger.look_alike(
        "W-11",
        f"{family}-xl-r4/cold-2.enc",
        "A copy failed and was made again under the same approval.",
        "Only the second one moved anything.",
    )
    ledger.look_alike("W-14", "svc-verify", "Reads every copy, all day long.", "Always the same first mebibyte.")
    ledger.look_alike(
        "W-18",
        "custodians",
        "Bastion sessions of people who enter the console zone on the same day.",
        "The sessions end before they do.",
    )
