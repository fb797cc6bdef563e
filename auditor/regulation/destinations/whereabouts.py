"""Macau and Country Group D:5: where parties are and belong, and where shipments go."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from auditor.regulation.check import Checks, Finding
from auditor.regulation.destinations.places import blocked, called
from auditor.regulation.facts.file import FactsFile
from auditor.regulation.facts.happenings import Sent
from auditor.regulation.ownership.parties import Ownership, Unresolved
from auditor.regulation.working import Working


def outside_blocked(
    checks: Checks,
    condition: str,
    work: Working,
    file: FactsFile,
    ownership: Ownership,
    parties: Iterable[str],
    counted: Sequence[Sent],
) -> None:
    """Note whether no party, headquarters, ultimate parent or destination is in Macau or Country Group D:5."""
    known, gaps = _with_parents(work, ownership, parties)
    bad: dict[str, str] = {}
    for name in known:
        about, place = file.parties[name], file.place_of("parties", name)
        if about.headquarters is None:
            gaps[f"the facts do not give the headquarters of {about.name}"] = place
        for said, iso in (("headquartered", about.headquarters), ("located", about.located)):
            if iso is not None and blocked(work, iso):
                bad[f"{about.name} is {said} in {called(iso)}"] = place
    bad |= {
        f"{one.shipment.id} goes to {called(file.sites[one.shipment.to].country)}": one.place
        for one in counted
        if blocked(work, file.sites[one.shipment.to].country)
    }
    if bad:
        checks.note(Finding.NOT_MET, condition, f"{'; '.join(bad)}.", facts=bad.values())
        return
    for says, place in gaps.items():
        checks.note(Finding.MISSING, condition, f"{says}.", facts=(place,), fix="complete the party", what=says)
    if not gaps:
        places = [file.place_of("parties", name) for name in known]
        checks.note(Finding.SATISFIED, condition, "no party and no shipment is there.", facts=places[:20])


def _with_parents(
    work: Working, ownership: Ownership, parties: Iterable[str]
) -> tuple[tuple[str, ...], dict[str, str]]:
    """The parties and their ultimate parents; and why a parent cannot be told, with the place."""
    known = dict.fromkeys(parties)
    gaps: dict[str, str] = {}
    for name in list(known):
        found = ownership.parent(work, name)
        if isinstance(found, Unresolved):
            gaps[f"{found.what}: {found.why}"] = found.place
        else:
            known[found.party] = None
    return tuple(known), gaps
