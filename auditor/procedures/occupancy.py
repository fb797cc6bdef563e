"""The sweep over time-ordered badge reads that finds when a zone held fewer than two authorised people.

Two passes over the same reads. `mark` learns for each read what only the person's next read can tell: whether
the two agree, and whether an authorisation covers the stay between them. `sweep` then walks through time with a
few counters for each zone. State is kept for each person and zone, and one byte for each read.

Every function here runs as Python over lists and as machine code over int64 arrays, with the same results. So
there are only integers, flat sequences and functions of this file. Instants are microseconds; zones are numbered
with the weights zones first, so that `zone < weights` asks whether a zone is one of them.
"""

from __future__ import annotations

from typing import Any

Numbers = Any
"""A flat mutable sequence of integers: a list, or an int64 array (uint8 for `flags`)."""

REPEAT = 10_000_000
"""A second read of the same badge at the same reader within this time is the same passage; as in sql/reads.sql."""

NONE = -(2**62)
NO_REF = -1

# A read's flags, written by `mark`: what follows it.
STAY, CERTAIN, AUTHORISED, REPEATED = 1, 2, 4, 8

# Person, by `mark`: fields of `people`, PERSON_FIELDS integers for each.
LAST_ROW, LAST_TS, LAST_ZONE, LAST_KNOWN, SEEN_MOVE, SEEN_TS, FIRST_TS, FIRST_ZONE = range(8)
PERSON_FIELDS = 8

# Person, by `sweep`: fields of `stays`; a zone of -1 means no stay.
HERE, HERE_FLAGS, OR_THERE, OR_THERE_FLAGS = range(4)
STAY_FIELDS = 4

# Zone: fields of `zones`. The counters describe the time from SINCE on; WHO sums the numbers of those certain.
SINCE, SINCE_REF, CERTAIN_MIN, TOTAL_MAX, AUTH_MIN, AUTH_MAX, WHO = range(7)
RUN, RUN_REF, SURE, SURE_REF, SURE_WHO, BEST, BEST_FROM, BEST_TO, BEST_WHO = range(7, 16)
ZONE_FIELDS = 16

# One run found: fields of `found`.
F_ZONE, F_BEGAN, F_ENDED, F_FROM_REF, F_TO_REF, F_BEST, F_BEST_FROM, F_BEST_TO, F_WHO = range(9)
FOUND_FIELDS = 9


def covered(grants: Numbers, starts: Numbers, person: int, zone: int, began: int, ended: int) -> int:
    """AUTHORISED if one grant covers all of [began, ended), else 0.

    `grants` has three integers for each grant (zone, from, to), sorted; those of a person lie from
    `starts[person]` to `starts[person + 1]`.
    """
    low, high = starts[person], starts[person + 1]
    end = high
    while low < high:
        middle = (low + high) >> 1
        if grants[3 * middle] < zone:
            low = middle + 1
        else:
            high = middle
    while low < end and grants[3 * low] == zone:
        if grants[3 * low + 1] <= began and ended <= grants[3 * low + 2]:
            return AUTHORISED
        low += 1
    return 0


def gather(table: Numbers, pairs: Numbers) -> int:
    """Put pairs of (hash, number) into an empty hash table; returns 0 if two have one hash, else 1.

    `table` is (hash, number, taken) for each of a power of two of slots, more than there are pairs.
    """
    last = len(table) // 3 - 1
    for i in range(0, len(pairs), 2):
        slot = pairs[i] & last
        while table[3 * slot + 2]:
            if table[3 * slot] == pairs[i]:
                return 0
            slot = (slot + 1) & last
        table[3 * slot] = pairs[i]
        table[3 * slot + 1] = pairs[i + 1]
        table[3 * slot + 2] = 1
    return 1


def look_up(table: Numbers, hashed: int) -> int:
    """The number that was gathered with this hash, or -1."""
    last = len(table) // 3 - 1
    slot = hashed & last
    while table[3 * slot + 2]:
        if table[3 * slot] == hashed:
            found: int = table[3 * slot + 1]
            return found
        slot = (slot + 1) & last
    return -1


def number(
    people: Numbers, portals: Numbers, persons: Numbers, doors: Numbers, ways: Numbers, codes: Numbers
) -> None:  # fmt: skip
    """Write the code of each read of a chunk, or -1 for one at no portal we know, from its hashes and its way."""
    for i in range(len(ways)):
        person, move = look_up(people, persons[i]), look_up(portals, doors[i])
        codes[i] = -1 if person < 0 or move < 0 else person << 32 | (move << 1) + ways[i]


def mark(
    ts: Numbers, codes: Numbers, refs: Numbers, base: int, clock: Numbers,
    before: Numbers, after: Numbers, weights: int, grants: Numbers, starts: Numbers,
    people: Numbers, flags: Numbers, other_rows: Numbers, other_stays: Numbers,
) -> int:  # fmt: skip
    """First pass over one chunk, whose first read is number `base`; returns how many `other` stays it wrote.

    A code is person << 32 | move << 1 | known, or -1 for a read to pass over; `before` and `after` give a move's
    zones. Where two reads disagree, the stay in the second one's zone begins at the first one, which may lie chunks
    back: such stays go to `other_rows` (number of that read) and `other_stays` (zone << 3 | flags). `clock` holds
    the last read's (ts, ref); a chunk that is not in this order ends the pass with -1.
    """
    written = 0
    for i in range(len(ts)):
        now = ts[i]
        if now < clock[0] or (now == clock[0] and refs[i] <= clock[1]):
            return -1
        clock[0] = now
        clock[1] = refs[i]
        if codes[i] < 0:
            continue
        person = codes[i] >> 32
        move = (codes[i] >> 1) & 0x7FFFFFFF
        at = person * PERSON_FIELDS
        repeated = people[at + SEEN_MOVE] == move and now - people[at + SEEN_TS] <= REPEAT
        people[at + SEEN_MOVE] = move
        people[at + SEEN_TS] = now
        if repeated:
            flags[base + i] = REPEATED
            continue
        known = codes[i] & 1
        zone = before[move]
        row = people[at + LAST_ROW]
        if row < 0:
            people[at + FIRST_TS] = now
            people[at + FIRST_ZONE] = zone
        elif people[at + LAST_TS] < now:
            left, since = people[at + LAST_ZONE], people[at + LAST_TS]
            if left < weights:
                held = STAY | covered(grants, starts, person, left, since, now)
                flags[row] = held | CERTAIN if left == zone and known and people[at + LAST_KNOWN] else held
            if zone < weights and zone != left:
                other_rows[written] = row
                other_stays[written] = zone << 3 | STAY | covered(grants, starts, person, zone, since, now)
                written += 1
        people[at + LAST_ROW] = base + i
        people[at + LAST_TS] = now
        people[at + LAST_ZONE] = after[move]
        people[at + LAST_KNOWN] = known
    return written


def open_edges(
    first_ts: int, last_ts: int, weights: int, grants: Numbers, starts: Numbers,
    people: Numbers, flags: Numbers, stays: Numbers, zones: Numbers,
) -> None:  # fmt: skip
    """Between the passes: the possible stays before each person's first read and after the last one.

    The former are opened in `stays` and `zones` from `first_ts` on; the latter become flags of the last reads.
    """
    for person in range(len(starts) - 1):
        at = person * PERSON_FIELDS
        row = people[at + LAST_ROW]
        if row < 0:
            continue
        zone, since = people[at + LAST_ZONE], people[at + LAST_TS]
        if zone < weights and since < last_ts:
            flags[row] = STAY | covered(grants, starts, person, zone, since, last_ts)
        zone, until = people[at + FIRST_ZONE], people[at + FIRST_TS]
        if zone < weights and first_ts < until:
            held = STAY | covered(grants, starts, person, zone, first_ts, until)
            stays[person * STAY_FIELDS + HERE] = zone
            stays[person * STAY_FIELDS + HERE_FLAGS] = held
            count(zones, zone * ZONE_FIELDS, person, held, 1)


def count(zones: Numbers, at: int, person: int, held: int, by: int) -> None:
    """Add (`by` = 1) or take away (-1) one person's stay in the zone whose fields begin at `at`."""
    zones[at + TOTAL_MAX] += by
    authorised = held & AUTHORISED
    if authorised:
        zones[at + AUTH_MAX] += by
    if held & CERTAIN:
        zones[at + CERTAIN_MIN] += by
        zones[at + WHO] += by * person
        if authorised:
            zones[at + AUTH_MIN] += by


def settle(  # noqa: C901 - one rule, read from top to bottom
    zones: Numbers, zone: int, now: int, ref: int, rule: Numbers, found: Numbers, written: int
) -> int:
    """Judge the state that held in `zone` until `now`, before it changes; returns how many runs `found` holds.

    `rule` is (tolerance, period from, period to, longest certain sub-run so far). A run or sub-run counts only
    if it touches the period. Changes at one instant are one change, made by the latest of their reads.
    """
    at = zone * ZONE_FIELDS
    since = zones[at + SINCE]
    if now == since:
        zones[at + SINCE_REF] = max(zones[at + SINCE_REF], ref)
        return written
    if zones[at + CERTAIN_MIN] >= 1 and zones[at + AUTH_MAX] <= 1:
        who = zones[at + WHO] if zones[at + CERTAIN_MIN] == 1 else -1
        if zones[at + SURE] == NONE:
            zones[at + SURE] = since
            zones[at + SURE_REF] = zones[at + SINCE_REF]
            zones[at + SURE_WHO] = who
        elif zones[at + SURE_WHO] != who:
            zones[at + SURE_WHO] = -1
    elif zones[at + SURE] != NONE:
        length = since - zones[at + SURE]
        if zones[at + SURE] < rule[2] and since > rule[1] and length > zones[at + BEST]:
            zones[at + BEST] = length
            zones[at + BEST_FROM] = zones[at + SURE_REF]
            zones[at + BEST_TO] = zones[at + SINCE_REF]
            zones[at + BEST_WHO] = zones[at + SURE_WHO]
            rule[3] = max(rule[3], length)
        zones[at + SURE] = NONE
    if zones[at + TOTAL_MAX] >= 1 and zones[at + AUTH_MIN] <= 1:
        if zones[at + RUN] == NONE:
            zones[at + RUN] = since
            zones[at + RUN_REF] = zones[at + SINCE_REF]
    elif zones[at + RUN] != NONE:
        began = zones[at + RUN]
        if since - began > rule[0] and began < rule[2] and since > rule[1]:
            to = written * FOUND_FIELDS
            found[to + F_ZONE] = zone
            found[to + F_BEGAN] = began
            found[to + F_ENDED] = since
            found[to + F_FROM_REF] = zones[at + RUN_REF]
            found[to + F_TO_REF] = zones[at + SINCE_REF]
            found[to + F_BEST] = zones[at + BEST]
            found[to + F_BEST_FROM] = zones[at + BEST_FROM]
            found[to + F_BEST_TO] = zones[at + BEST_TO]
            found[to + F_WHO] = zones[at + BEST_WHO]
            written += 1
        zones[at + RUN] = NONE
        zones[at + BEST] = 0
    zones[at + SINCE] = now
    zones[at + SINCE_REF] = ref
    return written


def sweep(
    ts: Numbers, codes: Numbers, refs: Numbers, base: int, cursor: Numbers, clock: Numbers,
    after: Numbers, flags: Numbers, other_rows: Numbers, other_stays: Numbers,
    stays: Numbers, zones: Numbers, rule: Numbers, found: Numbers,
) -> int:  # fmt: skip
    """Second pass over one chunk; returns how many runs ended in it (at most four for each read).

    `other_rows` is sorted and ends with a number no read has; `cursor` holds the position in it. Reads in another
    order than in the first pass would be given each other's flags; they end this pass too with -1.
    """
    written = 0
    for i in range(len(ts)):
        row = base + i
        held = flags[row]
        now, ref = ts[i], refs[i]
        if now < clock[0] or (now == clock[0] and ref <= clock[1]):
            return -1
        clock[0] = now
        clock[1] = ref
        if codes[i] < 0 or held & REPEATED:
            continue
        person = codes[i] >> 32
        mine = person * STAY_FIELDS
        for slot in range(0, STAY_FIELDS, 2):
            zone = stays[mine + slot]
            if zone >= 0:
                written = settle(zones, zone, now, ref, rule, found, written)
                count(zones, zone * ZONE_FIELDS, person, stays[mine + slot + 1], -1)
                stays[mine + slot] = -1
        if held & STAY:
            zone = after[(codes[i] >> 1) & 0x7FFFFFFF]
            written = settle(zones, zone, now, ref, rule, found, written)
            count(zones, zone * ZONE_FIELDS, person, held, 1)
            stays[mine + HERE] = zone
            stays[mine + HERE_FLAGS] = held
        if other_rows[cursor[0]] == row:
            held = other_stays[cursor[0]] & 7
            zone = other_stays[cursor[0]] >> 3
            cursor[0] += 1
            written = settle(zones, zone, now, ref, rule, found, written)
            count(zones, zone * ZONE_FIELDS, person, held, 1)
            stays[mine + OR_THERE] = zone
            stays[mine + OR_THERE_FLAGS] = held
    return written


def close_edges(last_ts: int, weights: int, zones: Numbers, rule: Numbers, found: Numbers) -> int:
    """After the last read: end every run where the export ends; returns how many runs `found` holds."""
    written = 0
    for zone in range(weights):
        written = settle(zones, zone, last_ts, NO_REF, rule, found, written)
        at = zone * ZONE_FIELDS
        zones[at + CERTAIN_MIN] = 0
        zones[at + TOTAL_MAX] = 0
        written = settle(zones, zone, last_ts + 1, NO_REF, rule, found, written)
    return written
