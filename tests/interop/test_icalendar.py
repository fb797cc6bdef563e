"""Calendars read back by the library, and by RFC 5545's own rule on lines; hostile words stay words."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from auditor.interop.icalendar import write_icalendar
from auditor.model.answer import NO_ADVICE
from auditor.model.law import Status
from auditor.regulation.calendar.agenda import Agenda, Entry, State

AS_OF = date(2026, 11, 22)


def entry(**changes: object) -> Entry:
    given_ = {
        "date": date(2027, 1, 15), "duty": "end-user-report", "title": "Semiannual report", "subject": "acme",
        "state": State.DUE, "says": "Due on 2027-01-15.", "cite": "748.15(f)(1)(iii)", "provision": "dc-veu",
        "status": Status.UNENFORCED,
    }  # fmt: skip
    return Entry.model_validate({**given_, **changes})


def agenda(*entries: Entry) -> Agenda:
    return Agenda(begins=AS_OF, ends=date(2027, 12, 31), entries=entries, undated=(), left_out=())


def written(*entries: Entry) -> bytes:
    return write_icalendar(agenda(*entries), AS_OF, NO_ADVICE)


def events(data: bytes) -> list[object]:
    return list(Calendar.from_ical(data).walk("VEVENT"))


def lines(data: bytes) -> list[bytes]:
    """Content lines as on the wire; each ends with CRLF, and no other control character is a line's end."""
    assert data.endswith(b"\r\n")
    found = data[:-2].split(b"\r\n")
    assert all(b"\n" not in line and b"\r" not in line for line in found)
    return found


def test_an_entry_is_an_all_day_event_with_status_and_citation() -> None:
    (event,) = events(written(entry()))
    assert event["DTSTART"].dt == date(2027, 1, 15)
    assert not hasattr(event["DTSTART"].dt, "hour")
    assert event["SUMMARY"] == "Semiannual report: acme"
    assert "748.15(f)(1)(iii)" in event["DESCRIPTION"]
    assert "Status of dc-veu on 2026-11-22: unenforced." in event["DESCRIPTION"]
    assert NO_ADVICE in event["DESCRIPTION"]


def test_the_stamp_is_the_day_asked_about_and_no_clock() -> None:
    (event,) = events(written(entry()))
    assert event["DTSTAMP"].dt.isoformat() == "2026-11-22T00:00:00+00:00"


def test_an_empty_agenda_is_a_calendar_without_events() -> None:
    data = written()
    assert events(data) == []
    assert b"PRODID" in data
    assert b"VERSION:2.0" in data


def test_the_same_agenda_gives_the_same_bytes() -> None:
    assert written(entry(), entry(subject="b")) == written(entry(), entry(subject="b"))


def test_uids_are_digests_and_differ_between_duties_subjects_and_days() -> None:
    found = events(
        written(entry(), entry(duty="other"), entry(subject="b"), entry(date=date(2027, 7, 15)))
    )  # fmt: skip
    uids = [str(event["UID"]) for event in found]
    assert len(set(uids)) == 4
    assert all(len(uid) == 64 and set(uid) <= set("0123456789abcdef") for uid in uids)


def test_two_entries_alike_do_not_share_a_uid() -> None:
    uids = [str(event["UID"]) for event in events(written(entry(), entry(says="again"), entry(says="third")))]
    assert len(set(uids)) == 3


def test_a_moved_planned_day_keeps_its_uid_so_that_it_replaces_the_event() -> None:
    early = entry(event=date(2027, 8, 1))
    late = entry(event=date(2027, 9, 1), date=date(2027, 3, 1))
    assert events(written(early))[0]["UID"] == events(written(late))[0]["UID"]


def test_what_the_duty_says_is_no_part_of_its_uid() -> None:
    assert events(written(entry()))[0]["UID"] == events(written(entry(says="Other words.")))[0]["UID"]


HOSTILE = [
    "x\nBEGIN:VEVENT\nUID:evil\nEND:VEVENT",
    "x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\nBEGIN:VCALENDAR",
    "x\rDTSTART:19700101",
    "x\u2028BEGIN:VEVENT",
    "x\u2029BEGIN:VEVENT",
    "x\x85BEGIN:VEVENT",
    "x\x0bBEGIN:VEVENT\x0c\x1c\x1d\x1eEND:VEVENT",
    "x\x00y",
    "\\nBEGIN:VEVENT",
    "ends with a backslash\\",
    "a;b,c:d\"e^n'",
    'ALTREP="cid:x":y',
    "=\r\n BEGIN:VEVENT",
]


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("field", ["title", "subject", "says", "cite"])
def test_hostile_words_stay_within_their_event(words: str, field: str) -> None:
    data = written(entry(**{field: words}), entry(duty="second"))
    found = events(data)
    assert len(found) == 2
    structure = [line for line in lines(data) if line.startswith((b"BEGIN:", b"END:"))]
    assert structure == [
        b"BEGIN:VCALENDAR", b"BEGIN:VEVENT", b"END:VEVENT", b"BEGIN:VEVENT", b"END:VEVENT", b"END:VCALENDAR",
    ]  # fmt: skip
    assert all(event["DTSTART"].dt == date(2027, 1, 15) for event in found)
    assert all(str(event["UID"]) != "evil" for event in found)


def test_hostile_words_are_read_back_as_words() -> None:
    (event,) = events(written(entry(says="one, two; three\\four\nBEGIN:VEVENT")))
    assert str(event["DESCRIPTION"]).startswith("one, two; three\\four\nBEGIN:VEVENT\n")


def test_a_title_of_two_lines_becomes_one() -> None:
    (event,) = events(written(entry(title="first\nsecond")))
    assert str(event["SUMMARY"]) == "first second: acme"


@pytest.mark.parametrize("words", ["a" * 500, "é" * 200, "\U0001f5ff" * 100, "ab\\" * 100, ",;" * 100, "汉" * 74])
def test_lines_are_folded_at_75_octets(words: str) -> None:
    found = lines(written(entry(says=words, title=words)))
    assert max(len(line) for line in found) <= 75
    for line in found:
        line.decode()  # no character is cut in two


@given(st.text(max_size=300), st.text(max_size=120))
@settings(max_examples=150, deadline=None)
def test_any_words_keep_the_form(says: str, title: str) -> None:
    data = written(entry(says=says, title=title, subject=title), entry(duty="second"))
    found = lines(data)
    assert max(len(line) for line in found) <= 75
    assert len(events(data)) == 2
    assert sum(line == b"BEGIN:VEVENT" for line in found) == 2


@given(st.lists(st.integers(0, 3000), max_size=8))
@settings(max_examples=40, deadline=None)
def test_every_day_is_read_back(days: list[int]) -> None:
    start = date(2025, 1, 13)
    dates = [start + timedelta(days=day) for day in days]
    data = written(*(entry(date=day) for day in dates))
    assert [event["DTSTART"].dt for event in events(data)] == dates
