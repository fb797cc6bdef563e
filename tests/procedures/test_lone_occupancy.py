"""The sweep says what a second-by-second reading of the rule says, compiled or not, and what SQL says."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.model.bundle import Period
from auditor.procedures import PROCEDURES, occupancy
from auditor.procedures.badge_reads import number_badge_reads
from auditor.procedures.lone_occupancy import sweep_reads

from .badge_events import DOORS, SECOND, ZONES, Event, grant, portals, query, read, store

PERIOD = Period(began=0, ended=200 * SECOND)
TOLERANCE = 4 * SECOND

Found = set[tuple[str, str, int, int]]


def swept(
    events: Sequence[Event], grants: Sequence[Event], period: Period = PERIOD, *, compiled: bool = False,
    in_order: bool = True,
) -> Found:  # fmt: skip
    reads = number_badge_reads(store(events, grants, in_order=in_order))
    result = sweep_reads(reads, TOLERANCE, period, compiled=compiled)
    return {(e.certainty, e.subject, e.began or 0, e.ended or 0) for e in result.exceptions}


def seconds(certainty: str, zone: str, began: int, ended: int) -> tuple[str, str, int, int]:
    return (certainty, zone, began * SECOND, ended * SECOND)


# --- the rule read second by second ---------------------------------------------------------------------------


def _movements(events: Sequence[Event]) -> dict[str, list[tuple[int, str, str, bool]]]:
    """(second, zone before, zone after, known) of each person's passages."""
    passages: dict[str, list[tuple[int, str, str, bool]]] = {}
    seen: dict[str, tuple[int, object, object]] = {}
    for event in sorted(events, key=lambda e: int(str(e["ts"]))):
        person, portal = event["person"], event["portal"]
        if (
            event["event"] != "granted" or not isinstance(person, str) or portal not in DOORS
            or event["direction"] == "unknown" or event["entered"] == "no"
        ):  # fmt: skip
            continue
        ts = int(str(event["ts"])) // SECOND
        before = seen.get(person)
        seen[person] = (ts, portal, event["direction"])
        if before and before[1:] == (portal, event["direction"]) and ts - before[0] <= 10:
            continue
        outer, inner = DOORS[str(portal)]
        zones = (outer, inner) if event["direction"] == "in" else (inner, outer)
        passages.setdefault(person, []).append((ts, *zones, event["entered"] in ("yes", "assumed")))
    return passages


def _times(events: Sequence[Event]) -> list[int]:
    return [int(str(event["ts"])) // SECOND for event in events]


def _stays(events: Sequence[Event]) -> Iterator[tuple[str, str, int, int, bool]]:
    times = _times(events)
    for person, walk in _movements(events).items():
        yield person, walk[0][1], min(times), walk[0][0], False
        for (began, _, after, known), (ended, before, _, next_known) in pairwise(walk):
            yield person, after, began, ended, after == before and known and next_known
            if after != before:
                yield person, before, began, ended, False
        yield person, walk[-1][2], walk[-1][0], max(times), False


def _by_the_second(events: Sequence[Event], grants: Sequence[Event], period: Period) -> Found:
    stays = list(_stays(events))
    found: Found = set()
    for zone in (str(z["zone"]) for z in ZONES if z["weights"]):
        times = _times(events)
        states = {}
        for now in range(min(times), max(times)):
            there = [s for s in stays if s[1] == zone and s[2] <= now < s[3]]
            may = [s for s in there if _authorised(s, grants)]
            maybe = len(there) >= 1 and sum(s[4] for s in may) <= 1
            states[now] = (maybe, any(s[4] for s in there) and len(may) <= 1)
        for began, ended in _runs([now for now, (maybe, _) in states.items() if maybe], period):
            if ended - began <= TOLERANCE:
                continue
            inside = [now for now, (_, sure) in states.items() if sure and began <= now * SECOND < ended]
            certain = any(to - since > TOLERANCE for since, to in _runs(inside, period))
            found.add(("violation" if certain else "possible", zone, began, ended))
    return found


def _authorised(stay: tuple[str, str, int, int, bool], grants: Sequence[Event]) -> bool:
    person, zone, began, ended, _ = stay
    return any(
        g["person"] == person and g["zone"] == zone and int(str(g["valid_from"])) <= began * SECOND
        and (g["valid_to"] is None or int(str(g["valid_to"])) >= ended * SECOND)
        for g in grants
    )  # fmt: skip


def _runs(instants: Sequence[int], period: Period) -> list[tuple[int, int]]:
    runs: list[list[int]] = []
    for now in instants:
        if runs and runs[-1][1] == now:
            runs[-1][1] = now + 1
        else:
            runs.append([now, now + 1])
    return [(b * SECOND, e * SECOND) for b, e in runs if b * SECOND < period.ended and e * SECOND > period.began]


# --- random histories -----------------------------------------------------------------------------------------

PEOPLE = ["ann", "bob", "cay"]
_event = st.builds(
    lambda second, person, portal, direction, event, entered: read(
        second, person, portal, direction, event=event, entered=entered
    ),
    st.integers(-20, 60),
    st.sampled_from([*PEOPLE, None]),
    st.sampled_from([*DOORS, "unknown-door"]),
    st.sampled_from(["in", "in", "out", "out", "unknown"]),
    st.sampled_from(["granted"] * 6 + ["denied"]),
    st.sampled_from(["yes"] * 5 + ["assumed", "unknown", "no"]),
)
_wander = st.lists(st.tuples(st.integers(1, 15), st.integers(0, 9)), max_size=12)
_grants = st.lists(
    st.builds(grant, st.sampled_from(PEOPLE), st.sampled_from(["vault", "cage"]),
              st.integers(-30, 40), st.none() | st.integers(0, 60)),
    max_size=5,
)  # fmt: skip


def _walk(person: str, steps: Sequence[tuple[int, int]], start: int) -> list[Event]:
    """A walk through the doors, with now and then a read that was lost or a passage that is not sure."""
    found: list[Event] = []
    zone, now = "street", start
    for wait, choice in steps:
        now += wait
        ways = [(p, "in", i) for p, (o, i) in DOORS.items() if o == zone]
        ways += [(p, "out", o) for p, (o, i) in DOORS.items() if i == zone]
        portal, direction, zone = ways[choice % len(ways)]
        if choice != 9:
            found.append(read(now, person, portal, direction, entered="unknown" if choice == 8 else "yes"))
    return found


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Event], list[Event]]:
    events = draw(st.lists(_event, max_size=10))
    for person in PEOPLE:
        events += _walk(person, draw(_wander), draw(st.integers(-20, 20)))
    all_of_them = [grant(p, z) for p in PEOPLE for z in ("vault", "cage")]
    return events, draw(st.sampled_from([all_of_them, all_of_them[:4]]) | _grants)


@pytest.fixture(scope="session", autouse=True)
def _compiled_once() -> None:
    swept([read(0, "ann", "door")], [], compiled=True)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories(), st.integers(-25, 30), st.integers(1, 60))
def test_four_readings_of_the_rule_agree(history: tuple[list[Event], list[Event]], began: int, length: int) -> None:
    events, grants = history
    if not events:
        return
    period = Period(began=began * SECOND, ended=(began + length) * SECOND)
    tables = store(events, grants)
    reads = number_badge_reads(tables)
    slow = sweep_reads(reads, TOLERANCE, period, compiled=False)
    assert slow == sweep_reads(reads, TOLERANCE, period, compiled=True)
    shown = {(e.certainty, e.subject, e.began, e.ended) for e in slow.exceptions}
    assert len(shown) == len(slow.exceptions)
    assert shown == _by_the_second(events, grants, period)

    for derived in ("reads", "presence"):
        tables.create(derived, query(derived))
    numbers = {"handover_tolerance": TOLERANCE, "period_from": period.began, "period_to": period.ended}
    by_sql = set()
    for row in tables.rows(query("lone_occupancy"), numbers)[1]:
        zone, since, until, _, certain_from, certain_to, from_ref, to_ref, certainty = row
        refs = {from_ref, to_ref, *((certain_from, certain_to) if certainty == "violation" else ())} - {-1}
        by_sql.add((certainty, zone, since, until, tuple(sorted(refs))))
    assert by_sql == {(e.certainty, e.subject, e.began, e.ended, e.refs) for e in slow.exceptions}


# --- worked by hand -------------------------------------------------------------------------------------------

BOTH = [grant("ann"), grant("bob")]


def _history(*events: Event, until: int = 100) -> list[Event]:
    """These events in an export from 0 s to `until`."""
    edge = {"event": "offline", "portal": "gate", "direction": "unknown", "person": None, "entered": "unknown"}
    return [{"ts": 0, **edge}, *events, {"ts": until * SECOND, **edge}]


PAIR = (read(10, "ann", "door"), read(11, "bob", "door"))


@pytest.mark.parametrize(
    ("events", "grants", "expected"),
    [
        pytest.param(
            _history(*PAIR, read(30, "bob", "door", "out"), read(50, "ann", "door", "out")), BOTH,
            {seconds("violation", "vault", 30, 50)}, id="the second leaves twenty seconds earlier",
        ),
        pytest.param(
            _history(*PAIR, read(30, "bob", "door", "out"), read(34, "ann", "door", "out")), BOTH,
            set(), id="a wait as long as the tolerance is none",
        ),
        pytest.param(
            _history(*PAIR, read(30, "bob", "door", "out"), read(50, "ann", "door", "out")), [grant("ann")],
            {seconds("violation", "vault", 10, 50)}, id="company without authorisation is no company",
        ),
        pytest.param(
            _history(*PAIR, read(30, "bob", "door", "out"), read(30, "ann", "door", "out")),
            [grant("ann"), grant("bob", ended=29)],
            {seconds("violation", "vault", 10, 30)}, id="an authorisation that ends during the stay covers none of it",
        ),
        pytest.param(
            _history(*PAIR, read(30, "bob", "door", "out"), read(30, "ann", "door", "out")),
            [grant("ann"), grant("bob", ended=20), grant("bob", began=20)],
            {seconds("violation", "vault", 10, 30)}, id="two authorisations that meet inside the stay are not one",
        ),
        pytest.param(
            _history(*PAIR, read(48, "bob", "gate", "out"), read(50, "ann", "door", "out")), BOTH,
            {seconds("possible", "vault", 10, 50)}, id="a lost read leaves the company possible",
        ),
        pytest.param(
            _history(*PAIR, read(15, "bob", "door", "out", entered="unknown"), read(50, "ann", "door", "out")), BOTH,
            {seconds("violation", "vault", 10, 50)}, id="one certain stretch makes the whole run a violation",
        ),
        pytest.param(
            _history(*PAIR, read(40, "ann", "door", "out")), BOTH,
            {seconds("possible", "vault", 10, 100)}, id="whoever never left may be there to the end of the export",
        ),
        pytest.param(
            _history(read(40, "ann", "door", "out")), BOTH,
            {seconds("possible", "vault", 0, 40)}, id="whoever never came may have been there from its beginning",
        ),
        pytest.param(
            _history(*PAIR, read(20, "ann", "door"), read(30, "bob", "door", "out"), read(30, "ann", "door", "out")),
            BOTH, set(), id="a badge read again within ten seconds is one passage",
        ),
        pytest.param(
            _history(*PAIR, read(21, "ann", "door"), read(30, "bob", "door", "out"), read(30, "ann", "door", "out")),
            BOTH, {seconds("possible", "vault", 10, 21)}, id="after eleven seconds it is a second passage",
        ),
        pytest.param(
            _history(*PAIR, read(30, "bob", "grille"), read(40, "bob", "grille", "out"),
                     read(50, "bob", "door", "out"), read(50, "ann", "door", "out")),
            [*BOTH, grant("bob", "cage")],
            {seconds("violation", "vault", 30, 40), seconds("violation", "cage", 30, 40)},
            id="company in the next zone is no company",
        ),
    ],
)  # fmt: skip
def test_worked_by_hand(events: list[Event], grants: list[Event], expected: Found) -> None:
    assert swept(events, grants) == expected
    assert swept(events, grants, compiled=True) == expected
    assert _by_the_second(events, grants, PERIOD) == expected


def test_an_authorisation_exactly_as_long_as_the_stay_covers_it() -> None:
    events = _history(*PAIR, read(30, "bob", "door", "out"), read(30, "ann", "door", "out"))
    assert swept(events, [grant("ann", began=10, ended=30), grant("bob", began=11, ended=30)]) == set()


def test_of_two_certain_stretches_of_one_length_the_first_is_cited() -> None:
    doubt = (read(20, "bob", "door", entered="unknown"), read(30, "bob", "door", "out"))
    events = _history(read(10, "ann", "door"), *doubt, read(40, "ann", "door", "out"))
    (found,) = sweep_reads(number_badge_reads(store(events, BOTH)), TOLERANCE, PERIOD, compiled=False).exceptions
    assert [ref & 0xFFFF for ref in found.refs] == [2, 3, 5]


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("kept", [0, 1000])
def test_reads_come_in_chunks_that_may_be_forgotten(monkeypatch: pytest.MonkeyPatch, compiled: bool, kept: int) -> None:
    module = importlib.import_module("auditor.procedures.lone_occupancy")
    events: list[Event] = []
    for number, person in enumerate(PEOPLE * 40):
        steps = [(1 + (number * step) % 13, (number + step) % 9) for step in range(12)]
        events += _walk(person, steps, 100 * (number // 3))
    grants = [grant(p, z) for p in PEOPLE for z in ("vault", "cage")]
    period = Period(began=0, ended=5000 * SECOND)
    whole = swept(events, grants, period)
    monkeypatch.setattr(module, "KEPT_EVENTS", kept)
    for name in ("badge_reads", "lone_occupancy"):
        monkeypatch.setattr(importlib.import_module(f"auditor.procedures.{name}"), "CHUNK", 7)
    assert swept(events, grants, period, compiled=compiled) == whole
    assert len(whole) > 50


def test_only_what_touches_the_period_is_judged() -> None:
    events = _history(*PAIR, read(30, "bob", "door", "out"), read(50, "ann", "door", "out"))
    run = {seconds("violation", "vault", 30, 50)}
    assert swept(events, BOTH, Period(began=50 * SECOND, ended=99 * SECOND)) == set()
    assert swept(events, BOTH, Period(began=50 * SECOND - 1, ended=99 * SECOND)) == run
    assert swept(events, BOTH, Period(began=0, ended=30 * SECOND)) == set()
    assert swept(events, BOTH, Period(began=0, ended=30 * SECOND + 1)) == run


def test_a_certain_stretch_outside_the_period_makes_no_violation() -> None:
    company = (read(20, "bob", "door", entered="unknown"), read(60, "bob", "door", "out"))
    events = _history(read(10, "ann", "door"), *company, read(61, "ann", "door", "out"))
    assert swept(events, BOTH) == {seconds("violation", "vault", 10, 61)}
    assert swept(events, BOTH, Period(began=20 * SECOND, ended=40 * SECOND)) == {seconds("possible", "vault", 10, 61)}


@pytest.mark.parametrize("compiled", [False, True])
def test_reads_out_of_order_are_sorted_first(compiled: bool) -> None:
    events = _history(*PAIR, read(30, "bob", "door", "out"), read(50, "ann", "door", "out"))
    shuffled = [events[n] for n in (5, 2, 4, 0, 3, 1)]
    assert swept(shuffled, BOTH, in_order=False, compiled=compiled) == swept(events, BOTH) != set()


def test_an_exception_rests_on_the_reads_that_bound_it_and_names_who_was_alone() -> None:
    events = _history(*PAIR, read(30, "bob", "door", "out"), read(50, "ann", "door", "out"))
    tables = store(events, BOTH)
    result = PROCEDURES["lone-occupancy"](tables, {"handover_tolerance": TOLERANCE}, {}, PERIOD, PERIOD.ended)
    (found,) = result.exceptions
    bounds = tables.rows("SELECT ref FROM pacs_events WHERE ts IN (30000000, 50000000) ORDER BY ref")[1]
    assert found.refs == tuple(ref for (ref,) in bounds)
    assert found.sentence == (
        "vault held somebody, but fewer than two authorised people, for 20 s; ann was the only one certainly there."
    )
    assert result.measures == [
        ("longest time certainly with fewer than two authorised people", 20 * SECOND, "microseconds")
    ]


@pytest.mark.parametrize(
    ("doors", "examined"),
    [
        (portals(), 2),
        (portals(grille={"exit_reader": False}), 0),
        (portals(back={"exit_reader": False}), 1),
        (portals(back={"exit_reader": False, "kind": "emergency"}), 2),
        (portals(grille={"kind": "emergency"}), 1),
    ],
)
def test_a_zone_is_examined_if_leaving_it_is_read_at_each_ordinary_door(doors: list[Event], examined: int) -> None:
    tables = store([read(0, "ann", "gate")], [], doors)
    result = PROCEDURES["lone-occupancy"](tables, {"handover_tolerance": TOLERANCE}, {}, PERIOD, PERIOD.ended)
    assert (result.expected, result.examined) == (2, examined)


def test_without_badge_events_nothing_is_found_and_nothing_breaks() -> None:
    result = PROCEDURES["lone-occupancy"](store([], BOTH), {"handover_tolerance": TOLERANCE}, {}, PERIOD, PERIOD.ended)
    assert (list(result.exceptions), result.expected) == ([], 2)


def test_the_repeat_window_is_the_one_of_the_derived_table() -> None:
    assert f"<= {occupancy.REPEAT}," in query("reads")
