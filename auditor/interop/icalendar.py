"""A calendar of duties as iCalendar (RFC 5545), by the icalendar library, which escapes and folds."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time

from icalendar import Calendar, Event

from auditor.canon.digest import sha256_hex
from auditor.canon.json import canonical_bytes
from auditor.regulation.calendar.agenda import Agenda, Entry

PRODUCT = "-//datacenter-auditor//duties//EN"

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
"""RFC 5545 section 3.1 allows no control character in text; and some readers take the others for the end of a line."""


def write_icalendar(agenda: Agenda, as_of: date, notice: str) -> bytes:
    """The agenda's dated entries as all-day events; the same agenda and day give the same bytes.

    Each event's description holds its sentences, its citation, the status of its provision and `notice`. Its UID is
    the SHA-256 of the duty, the subject and, for what recurs, the day, so that a later export replaces the event
    instead of adding a second one.
    """
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("METHOD", "PUBLISH")
    stamp = datetime.combine(as_of, time(), UTC)
    for uid, entry in _identified(agenda.entries):
        event = Event()
        event.add("UID", uid)
        event.add("DTSTAMP", stamp)
        event.add("DTSTART", entry.date)
        event.add("SUMMARY", _clean(f"{entry.title}: {entry.subject}").replace("\n", " "))
        event.add("DESCRIPTION", _clean(_description(entry, as_of, notice)))
        event.add("CATEGORIES", [str(entry.state)])
        event.add("TRANSP", "TRANSPARENT")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _identified(entries: tuple[Entry, ...]) -> list[tuple[str, Entry]]:
    """Each entry with its UID; a second entry of the same identity counts on, so that no two share one."""
    seen: dict[str, int] = {}
    found = []
    for entry in entries:
        # What hangs on a planned day keeps its identity when the day is moved; what recurs has one for each day.
        identity = [entry.duty, entry.subject, "" if entry.event else entry.date.isoformat()]
        key = sha256_hex(canonical_bytes([_clean(part) for part in identity]))
        seen[key] = seen.get(key, 0) + 1
        found.append((key if seen[key] == 1 else sha256_hex(f"{key} {seen[key]}".encode()), entry))
    return found


def _description(entry: Entry, as_of: date, notice: str) -> str:
    return "\n".join(
        (
            entry.says,
            f"State on {as_of}: {entry.state}.",
            f"Paragraph: {entry.cite}.",
            f"Status of {entry.provision} on {as_of}: {entry.status}.",
            notice,
        )
    )


def _clean(text: str) -> str:
    return _CONTROLS.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
