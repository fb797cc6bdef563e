"""What several authorities prove together: nobody alone moves a time, and who disagrees is told (threats 14, 17)."""

from __future__ import annotations

from typing import NamedTuple, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.attestation.root import TrustRoot
from auditor.attestation.timestamp import Timestamp, proven_time
from auditor.canon.instant import parse_instant
from auditor.errors import BindingError, UnverifiableError

T0 = parse_instant("2026-11-22T10:00:00Z")
SECOND = 1_000_000
LATER = T0 + 10**15


class Terms(NamedTuple):
    """The part of a trust root that times are held against."""

    time_threshold: int = 2
    time_tolerance: int = 60
    until: int | None = None

    def require_algorithm(self, algorithm: str, at: int) -> None:
        assert algorithm == "rfc3161"
        if self.until is not None and at >= self.until:
            raise UnverifiableError("counts no more")


def stamp(operator: str, seconds: float, accuracy: float = 1.0) -> Timestamp:
    return Timestamp(operator.lower(), operator, T0 + int(seconds * SECOND), 1, int(accuracy * SECOND))


def proven(*stamps: Timestamp, terms: Terms | None = None, at: int = LATER) -> float:
    return (proven_time(stamps, cast(TrustRoot, terms or Terms()), at) - T0) / SECOND


def test_of_two_the_later_counts() -> None:
    assert proven(stamp("A", 3), stamp("B", 5)) == 5


def test_of_three_asked_for_two_the_second_counts() -> None:
    assert proven(stamp("A", 3), stamp("B", 50), stamp("C", 5)) == 5


def test_one_liar_in_three_cannot_back_date() -> None:
    honest = [stamp("A", 10), stamp("B", 12)]
    assert proven(*honest, stamp("L", -40), terms=Terms(2, 60)) == 10
    with pytest.raises(UnverifiableError, match="conflict"):
        proven(*honest, stamp("L", -60), terms=Terms(2, 60))


@pytest.mark.parametrize("seconds", [60.000001, 3600, -3600, 10**7, -(10**7)])
def test_two_that_disagree_prove_nothing(seconds: float) -> None:
    with pytest.raises(UnverifiableError, match="conflict"):
        proven(stamp("A", 0), stamp("B", seconds))


def test_the_tolerance_itself_is_no_conflict() -> None:
    assert proven(stamp("A", 0), stamp("B", 60)) == 60


@pytest.mark.parametrize("only", ["A", "B"])
def test_one_source_alone_is_not_enough(only: str) -> None:
    with pytest.raises(UnverifiableError, match="2 independent operators"):
        proven(stamp(only, 0))


def test_one_operator_under_two_names_is_one() -> None:
    again = stamp("A", 1)._replace(authority="a-second-machine")
    with pytest.raises(UnverifiableError, match="independent"):
        proven(stamp("A", 0), again)
    assert proven(stamp("A", 0), again, stamp("B", 0.5)) == 0.5


def test_nothing_proves_nothing() -> None:
    for threshold in (0, 1, 2):
        with pytest.raises(UnverifiableError, match="independent"):
            proven(terms=Terms(threshold))


def test_where_none_is_asked_for_one_is_enough_and_the_earliest_counts() -> None:
    assert proven(stamp("A", 4), stamp("B", 2), terms=Terms(0)) == 2


@pytest.mark.parametrize("who", [0, 1])
def test_a_time_in_the_future_is_refused(who: int) -> None:
    stamps = [stamp("A", 0), stamp("B", 0)]
    stamps[who] = stamp("C", 61)
    with pytest.raises(BindingError, match="later than the time of verification"):
        proven(*stamps, at=T0)


def test_clocks_may_differ_by_the_tolerance() -> None:
    assert proven(stamp("A", 60), stamp("B", 59), at=T0) == 60


def test_an_inaccurate_time_is_not_used() -> None:
    assert proven(stamp("A", 0, accuracy=60), stamp("B", 0)) == 0
    for accuracy in (60.000001, 86400):
        with pytest.raises(UnverifiableError, match="accurately"):
            proven(stamp("A", 0, accuracy=accuracy), stamp("B", 0))


def test_timestamps_count_until_the_root_s_date_alone() -> None:
    assert proven(stamp("A", 0), stamp("B", 0), terms=Terms(until=LATER + 1)) == 0
    with pytest.raises(UnverifiableError, match="no more"):
        proven(stamp("A", 0), stamp("B", 0), terms=Terms(until=LATER))


@given(st.lists(st.integers(0, 60), min_size=3, max_size=7), st.integers(1, 3), st.data())
def test_fewer_than_k_liars_never_make_it_earlier_than_an_honest_clock(
    seconds: list[int], k: int, data: st.DataObject
) -> None:
    liars = data.draw(st.integers(0, k - 1))
    stamps = [stamp(f"O{index}", value) for index, value in enumerate(seconds)]
    shuffled = data.draw(st.permutations(stamps))
    honest = min(seconds[liars:])
    assert proven(*shuffled, terms=Terms(k)) >= honest
