"""Inventories: sums, what is shown apart, strict reading by serial, and how two of them differ."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.errors import AuditorError, FactsError, MachineError
from auditor.jobs import inventory as job
from auditor.jobs.inventory import compare_inventories, read_inventory
from auditor.model.answer import Answer, Outcome
from auditor.model.facts import Authorization, Condition, Inventory
from auditor.regulation.quantities.holdings import HELD, Key, Lot, position, stock
from auditor.regulation.quantities.inventory import Held, Inventoried, inventory
from auditor.regulation.quantities.reconciliation import Kind, Reconciliation, reconcile
from auditor.regulation.working import Working
from tests.regulation import small
from tests.regulation.quantities import AS_OF, BASE, TAKEN, facts, lot

K = 8000


def ask(
    lots: tuple[Lot, ...], on: date = AS_OF, made: tuple[str, ...] = (), base: str = BASE
) -> Answer[Inventoried]:  # fmt: skip
    return inventory(small.LAW, AS_OF, facts(shipments=made, base=base), lots, on)


def result(*words: object, **more: object) -> Inventoried:
    answer = ask(*words, **more)  # type: ignore[arg-type]
    assert answer.result is not None, answer.conclusion
    return answer.result


def tpp(held: tuple[Held, ...]) -> dict[str, int]:
    return {one.of: int(one.total.tpp) // K for one in held}


# sums

MIXED = (
    lot("no-1", 10), lot("no-2", 5), lot("no-in", 3), lot("in-1", 2), lot("in-1", 4, owner="us"),
    lot("us-1", 7), lot("no-1", 50, "small"),
)  # fmt: skip


def test_sums_by_site_country_party_and_group() -> None:
    found = result(MIXED)
    assert tpp(found.sites) == {"no-1": 10, "no-2": 5, "no-in": 3, "in-1": 6, "us-1": 7}
    assert tpp(found.countries) == {"NO": 15, "IN": 9, "US": 7}
    assert tpp(found.parties) == {"no": 13, "no-sub": 5, "in": 2, "us": 11}
    assert tpp(found.groups) == {"no": 18, "in": 2, "us": 11}
    assert found.total.total.tpp == 31 * K


def test_chips_below_3a090a_are_shown_apart() -> None:
    found = result(MIXED).total
    assert (found.below.chips, found.below.tpp) == (50, 50 * 800)
    assert found.total.chips == 31
    assert {one.chip: one.counted for one in result(MIXED).chips} == {"k": True, "small": False}


@pytest.mark.parametrize("condition", [c for c in Condition if c not in HELD])
def test_attrition_is_shown_apart(condition: Condition) -> None:
    found = result((lot("no-1", 10), lot("no-1", 3, condition=condition))).total
    assert found.total.chips == 10
    assert [(one.condition, one.count.chips) for one in found.attrition] == [(condition, 3)]


def test_transferred_and_not_installed_counts_and_is_shown_apart() -> None:
    found = result((lot("no-1", 10), lot("no-1", 3, condition=Condition.TRANSFERRED))).total
    assert (found.total.chips, found.installed.chips, found.transferred.chips) == (13, 10, 3)


@pytest.mark.parametrize(
    ("received", "before", "undated"), [(date(2024, 12, 31), 4, 0), (date(2025, 1, 1), 0, 0), (None, 0, 4)]
)
def test_receipt_before_2025_is_shown_apart(received: date | None, before: int, undated: int) -> None:
    answer = ask((lot("no-1", 4, received=received), lot("no-1", 9, received=received, condition=Condition.LOST)))
    assert answer.result is not None
    assert (answer.result.total.before.chips, answer.result.total.undated.chips) == (before, undated)
    assert any("no day of receipt" in one for one in answer.cautions) is bool(undated)


def test_shipments_since_the_inventory_are_added_and_transfers_moved() -> None:
    made = (
        "a 2026-02-15 k 1 no-1",
        "b 2026-02-20 k 5 no-in",
        "c 2026-02-21 k 2 no-br uveu no-1",
        "d 2026-03-02 k 9 no-1",
    )
    found = result((lot("no-1", 10),), made=made)
    assert tpp(found.sites) == {"no-1": 8, "no-in": 5, "no-br": 2}
    assert [(one.of, one.since.chips) for one in found.sites] == [("no-1", -2), ("no-br", 2), ("no-in", 5)]
    assert tpp(result((lot("no-1", 10),), date(2026, 3, 2), made=made).sites)["no-1"] == 17


def test_the_accounting_scope_is_named_with_both_figures() -> None:
    lots = (lot("no-1", 10), lot("no-in", 3), lot("no-in", 2, condition=Condition.TRANSFERRED), lot("no-cn", 1))
    answer = ask(lots)
    (named,) = answer.ambiguous
    told = {one.reading: one.result for one in named.readings}
    assert named.id == "accounting-scope"
    assert "10 chips, 80,000 TPP" in told["supplement-5a-only"]
    assert "13 chips, 104,000 TPP" in told["all-destinations"]
    assert answer.outcome is Outcome.DEPENDS
    assert ask((lot("no-1", 10),)).outcome is Outcome.DETERMINED


def test_hong_kong_is_counted_with_china() -> None:
    base = BASE.replace('name: Rio, country: "BR"', 'name: Kowloon, country: "HK"')
    assert tpp(result((lot("no-br", 2), lot("no-cn", 1)), base=base).countries) == {"CN": 3}


def test_a_day_before_the_inventory_cannot_be_told() -> None:
    answer = ask((lot("no-1", 1),), date(2026, 2, 14))
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert answer.result is None
    assert answer.missing[0].place == "facts.yaml:28"


def test_a_party_without_a_known_parent_is_in_no_group_and_the_rest_is_given() -> None:
    base = BASE.replace('owner: "no", owned: no-sub, percent: 100', "owner: unknown, owned: no-sub, percent: 60")
    answer = ask((lot("no-1", 1), lot("no-2", 2)), base=base)
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert answer.result is not None
    assert tpp(answer.result.groups) == {"no": 1}
    assert tpp(answer.result.parties) == {"no": 1, "no-sub": 2}


def test_no_inventory_is_said() -> None:
    assert any("No inventory" in one for one in ask(()).cautions)


def test_the_position_is_what_is_held_on_the_day() -> None:
    file = facts(shipments=("a 2026-02-20 k 5 no-in", "b 2026-02-25 k 10 no-br uveu no-1"))
    lots = (lot("no-1", 10), lot("no-1", 4, condition=Condition.FAILED))
    found = position(Working(small.LAW, AS_OF, "test"), file, lots, date(2026, 2, 25))
    assert found.chips == {Key("no-in", "k", "no"): 5, Key("no-br", "k", "no"): 10}
    assert stock(file, lots, frozenset({Condition.FAILED})) == {Key("no-1", "k", "no"): 4}


PLACES = st.sampled_from(["no-1", "no-2", "no-in", "in-1", "us-1"])
LOTS = st.lists(
    st.tuples(PLACES, st.integers(1, 40), st.sampled_from(["k", "half"]), st.sampled_from(list(Condition))), max_size=8
)


@settings(max_examples=25, deadline=None)
@given(LOTS, st.randoms(use_true_random=False))
def test_every_way_to_sum_gives_the_whole_in_any_order(
    held: list[tuple[str, int, str, Condition]], random: object
) -> None:
    lots = [lot(site, count, chip, condition=condition) for site, count, chip, condition in held]
    found = result(tuple(lots))
    for groups in (found.sites, found.countries, found.parties, found.groups):
        assert sum(one.total.tpp for one in groups) == found.total.total.tpp
        assert sum(one.total.chips for one in groups) == found.total.total.chips
    pieces = [one for each in lots for one in _halves(each)]
    random.shuffle(pieces)  # type: ignore[attr-defined]
    assert result(tuple(pieces)) == found
    more = result((*lots, lot("no-1", 1)))
    assert more.total.total.tpp == found.total.total.tpp + K


def _halves(whole: Lot) -> list[Lot]:
    counts = [count for count in (whole.count // 2, whole.count - whole.count // 2) if count]
    return [whole.model_copy(update={"count": count}) for count in counts]


# by serial

HEADER = "serial,chip,site,condition,received"
GOOD = f"{HEADER}\nA1,k,no-1,installed,2025-06-01\nA2,k,no-1,installed,2025-07-01\nA3,k,no-in,lost,\n"
INVENTORY = Inventory(id="all", date=TAKEN, file="all.csv")


def read(folder: Path, text: str | bytes) -> tuple[Lot, ...]:
    path = folder / "all.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_inventory(path, INVENTORY, facts())


def refused(folder: Path, text: str | bytes) -> list[AuditorError]:
    with pytest.raises(FactsError) as caught:
        read(folder, text)
    assert caught.value.hint
    return list(caught.value.problems) or [caught.value]


def test_rows_are_counted_into_lots(tmp_path: Path) -> None:
    one, two = read(tmp_path, GOOD)
    assert (one.site, one.count, one.received, one.on) == ("no-1", 2, date(2025, 7, 1), TAKEN)
    assert (two.site, two.condition, two.received) == ("no-in", Condition.LOST, None)
    assert {one.owner, one.authorization} == {None}


def test_years_of_receipt_stay_apart(tmp_path: Path) -> None:
    text = f"{HEADER}\nA1,k,no-1,installed,2024-12-31\nA2,k,no-1,installed,2025-01-01\n"
    assert [(one.received, one.count) for one in read(tmp_path, text)] == [
        (date(2024, 12, 31), 1), (date(2025, 1, 1), 1)]  # fmt: skip


def test_the_last_day_of_a_years_receipts_is_kept(tmp_path: Path) -> None:
    months = (5, 12, 1, 7, 3, 10, 2, 11, 4, 9, 6, 8)
    rows = "".join(f"A{month},k,no-1,installed,2025-{month:02}-01\n" for month in months)
    (one,) = read(tmp_path, f"{HEADER}\n{rows}")
    assert (one.count, one.received) == (12, date(2025, 12, 1))


def test_optional_columns_in_any_order(tmp_path: Path) -> None:
    text = "owner,site,authorization,serial,chip,received,condition\nus,no-1,nveu,A1,k,2025-06-01,installed\n"
    (one,) = read(tmp_path, text)
    assert (one.owner, one.authorization) == ("us", Authorization.NVEU)


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace("\n", "\r\n"),
        "\ufeff" + GOOD,
        GOOD.rstrip("\n"),
        GOOD.replace("A1", '"A1"'),
        GOOD.replace("A1,k", '"A""1",k'),
        GOOD.replace("A3,", "A 3/x-9,"),
    ],
)
def test_the_same_rows_written_otherwise(tmp_path: Path, text: str) -> None:
    assert [one.count for one in read(tmp_path, text)] == [2, 1]


def test_an_inventory_of_nothing_is_empty(tmp_path: Path) -> None:
    assert read(tmp_path, f"{HEADER}\n") == ()


ROW = "B1,k,no-1,installed,2025-06-01"


@pytest.mark.parametrize(
    ("row", "problem", "value"),
    [
        (",k,no-1,installed,2025-06-01", "serial: nothing", ""),
        (" B1,k,no-1,installed,2025-06-01", "serial: not 1 to 100", " B1"),
        ("B1 ,k,no-1,installed,2025-06-01", "serial: not 1 to 100", "B1 "),
        ("B\u00e9,k,no-1,installed,2025-06-01", "serial: not 1 to 100", "B\u00e9"),
        (f"{'B' * 101},k,no-1,installed,2025-06-01", "serial: not 1 to 100", "B" * 101),
        ("B1,K,no-1,installed,2025-06-01", "chip: no such chip", "K"),
        ("B1,,no-1,installed,2025-06-01", "chip: nothing", ""),
        ("B1,k,nowhere,installed,2025-06-01", "site: no such site", "nowhere"),
        ("B1,k,no-1,Installed,2025-06-01", "condition: no such condition", "Installed"),
        ("B1,k,no-1,,2025-06-01", "condition: nothing", ""),
        ("B1,k,no-1,installed,01.06.2025", "received: not a date", "01.06.2025"),
        ("B1,k,no-1,installed,2025-6-1", "received: not a date", "2025-6-1"),
        ("B1,k,no-1,installed,2025-06-01T00:00", "received: not a date", "2025-06-01T00:00"),
        ("B1,k,no-1,installed,\u0662025-06-01", "received: not a date", "\u0662025-06-01"),
        ("B1,k,no-1,installed,2025-02-29", "received: no such day", "2025-02-29"),
        ("B1,k,no-1,installed,2026-02-16", "received: later than the inventory", "2026-02-16"),
        ("B1,k,no-1,installed,1999-12-31", "received: before 2000-01-01", "1999-12-31"),
        ("B1,k,no-1,installed", "4 fields where the header has 5", None),
        ("B1,k,no-1,installed,2025-06-01,", "6 fields where the header has 5", None),
        ("", "blank line", None),
        ('B1,k,no-1,"installed,2025-06-01', "a quote is never closed", None),
        ('B"1,k,no-1,installed,2025-06-01', "a quote inside a field", None),
        ("B\x001,k,no-1,installed,2025-06-01", "NUL", None),
        ("B1,k,no-1,installed,2025-06-01\r", "the line ends otherwise", None),
    ],
)
def test_a_row_that_does_not_fit_is_named_with_its_line(
    tmp_path: Path, row: str, problem: str, value: str | None
) -> None:
    (found,) = refused(tmp_path, f"{GOOD}{row}\nC1,k,no-1,installed,2025-06-01\n")
    assert problem in found.problem
    assert found.place == "all.csv:5"
    assert value is None or found.value == value


@pytest.mark.parametrize("day", ["2026-02-15", "2000-01-01", ""])
def test_days_at_the_edge_are_taken(tmp_path: Path, day: str) -> None:
    assert sum(one.count for one in read(tmp_path, f"{GOOD}B1,k,no-1,installed,{day}\n")) == 4


@pytest.mark.parametrize(
    ("columns", "row", "problem"),
    [
        ("owner", "nobody", "owner: no such owner"),
        ("authorization", "LICENSE", "authorization: no such authorization"),
    ],
)
def test_optional_columns_are_as_strict(tmp_path: Path, columns: str, row: str, problem: str) -> None:
    (found,) = refused(tmp_path, f"{HEADER},{columns}\n{ROW},\nB2,k,no-1,installed,2025-06-01,{row}\n")
    assert problem in found.problem
    assert found.place == "all.csv:3"


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        ("serial,chip,site,condition", "missing: 'received'"),
        (f"{HEADER},colour", "not expected: 'colour'"),
        (f"{HEADER},serial", "given twice: 'serial'"),
        (HEADER.replace("serial", "Serial"), "missing: 'serial'"),
        (f"{HEADER},owner,owner", "given twice: 'owner'"),
        ("", "missing"),
    ],
)
def test_a_header_that_is_not_an_inventorys(tmp_path: Path, header: str, problem: str) -> None:
    (found,) = refused(tmp_path, f"{header}\n{ROW}\n")
    assert problem in found.problem
    assert found.place == "all.csv:1"


@pytest.mark.parametrize("data", [b"", GOOD.encode("utf-16"), b"\xff\xfe\x00", b"serial;chip\n\xe9\n"])
def test_other_files_are_refused(tmp_path: Path, data: bytes) -> None:
    assert refused(tmp_path, data)[0].place == "all.csv:1"


def test_bytes_that_are_no_utf8_are_named(tmp_path: Path) -> None:
    (found,) = refused(tmp_path, GOOD.encode() + b"B\xe9,k,no-1,installed,2025-06-01\n")
    assert "not UTF-8" in found.problem
    assert found.place == "all.csv:5"


def test_a_giant_field_is_named_and_does_not_fill_memory(tmp_path: Path) -> None:
    (found,) = refused(tmp_path, f"{GOOD}{'B' * (2 << 20)},k,no-1,installed,2025-06-01\n")
    assert "1 MiB" in found.problem
    assert found.place == "all.csv:5"


@pytest.mark.parametrize(
    "again",
    ["A2,k,no-1,installed,2025-07-01", "A2,k,no-in,installed,2025-07-01", "A2,half,no-1,lost,", '"A2",k,no-1,lost,'],
)
def test_a_serial_twice_is_named_with_both_lines(tmp_path: Path, again: str) -> None:
    (found,) = refused(tmp_path, f"{GOOD}B1,k,no-1,installed,\n{again}\n")
    assert (found.value, found.place) == ("A2", "all.csv:6")
    assert "also in line 3" in found.problem


@pytest.mark.parametrize("again", ["a2", "A 2", "a  2"])
def test_two_spellings_of_one_serial_are_one_serial_twice(tmp_path: Path, again: str) -> None:
    (found,) = refused(tmp_path, f"{GOOD}B1,k,no-1,installed,\n{again},k,no-1,installed,\n")
    assert (found.value, found.place) == (again, "all.csv:6")
    assert "also in line 3 as A2" in found.problem


def test_problems_are_collected_up_to_twenty(tmp_path: Path) -> None:
    rows = "".join(f"B{n},k,no-1,broken,2025-06-01\n" for n in range(50))
    found = refused(tmp_path, GOOD + rows)
    assert [one.place for one in found] == [f"all.csv:{line}" for line in range(5, 25)]
    rows = "".join(f"A1,k,no-1,installed,2025-06-{1 + n % 28:02}\n" for n in range(50))
    assert len(refused(tmp_path, GOOD + rows)) == 20


def test_two_problems_in_a_row_are_two(tmp_path: Path) -> None:
    assert len(refused(tmp_path, f"{HEADER}\n,k,nowhere,installed,2025-06-01\n")) == 2


def test_no_file_is_the_machines_refusal(tmp_path: Path) -> None:
    with pytest.raises(MachineError):
        read_inventory(tmp_path / "none.csv", INVENTORY, facts())
    with pytest.raises(MachineError):
        read_inventory(tmp_path, INVENTORY, facts())


def test_a_folder_with_pattern_characters_names_this_file_only(tmp_path: Path) -> None:
    folder = tmp_path / "a*[b]"
    folder.mkdir()
    (tmp_path / "ab").mkdir()
    (tmp_path / "ab" / "all.csv").write_text(GOOD)
    assert sum(one.count for one in read(folder, f"{HEADER}\n{ROW}\n")) == 1


@settings(max_examples=20, deadline=None)
@given(
    rows=st.lists(st.tuples(st.text(alphabet='ab",\r\n \u00e9', max_size=4), st.sampled_from(["k", "x"])), max_size=6)
)
def test_bulk_and_careful_reading_agree(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]) -> None:
    folder = tmp_path_factory.mktemp("inventory")
    text = f"{HEADER}\n" + "".join(f"{serial},{chip},no-1,installed,2025-06-01\n" for serial, chip in rows)
    with pytest.MonkeyPatch.context() as patch:
        found = _outcome(folder, text)
        patch.setattr(job._Shelf, "_bulk", lambda *_: False)
        assert _outcome(folder, text) == found


def _outcome(folder: Path, text: str) -> object:
    try:
        return read(folder, text)
    except FactsError as error:
        return [(one.problem, one.place) for one in error.problems or (error,)]


# two inventories


def changes(folder: Path, earlier: str, later: str) -> Answer[Reconciliation]:
    both = "- {id: one, date: 2026-01-01, file: one.csv}\n      - {id: two, date: 2026-02-01, file: two.csv}"
    base = BASE.replace("- {id: all, date: 2026-02-15, file: all.csv}", both)
    file = facts(base=base)
    for name, rows in (("one", earlier), ("two", later)):
        (folder / f"{name}.csv").write_text(f"{HEADER},owner\n" + "".join(f"{row}\n" for row in rows.split()))
    first, second = ((folder / f"{name}.csv", file.inventories[name]) for name in ("one", "two"))
    return reconcile(small.LAW, AS_OF, file, compare_inventories(first, second, file))


def kinds(answer: Answer[Reconciliation]) -> Mapping[Kind, int]:
    assert answer.result is not None
    return {one.kind: one.count.chips for one in answer.result.kinds}


SAME = "S1,k,no-1,installed,2025-06-01,"


@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        ("", "A1,k,no-1,installed,2025-06-01,", {Kind.APPEARED: 1}),
        ("A1,k,no-1,installed,2025-06-01,", "", {Kind.VANISHED: 1}),
        ("A1,k,no-1,transferred,2025-06-01,", "", {Kind.VANISHED: 1}),
        ("A1,k,no-1,lost,2025-06-01,", "", {Kind.CLOSED: 1}),
        ("A1,k,no-1,installed,2025-06-01,", "A1,k,no-1,lost,2025-06-01,", {Kind.CONDITION: 1}),
        ("A1,k,no-1,lost,2025-06-01,", "A1,k,no-1,installed,2025-06-01,", {Kind.RETURNED: 1}),
        ("A1,k,no-1,lost,2025-06-01,", "A1,k,no-1,failed,2025-06-01,", {Kind.CONDITION: 1}),
        ("A1,k,no-1,installed,2025-06-01,", "A1,k,no-in,installed,2025-06-01,", {Kind.MOVED: 1}),
        ("A1,k,no-1,installed,2025-06-01,", "A1,k,no-1,installed,2025-06-01,us", {Kind.OWNER: 1}),
        ("A1,k,no-1,installed,2025-06-01,", "A1,k,no-1,installed,2025-06-01,no", {}),
        ("A1,k,no-1,installed,2025-06-01,", "A1,half,no-1,installed,2025-06-01,", {Kind.CHIP: 1}),
        ("A1,k,no-1,installed,2025-06-01,", "A1,k,no-in,failed,2025-06-01,us",
         {Kind.MOVED: 1, Kind.CONDITION: 1, Kind.OWNER: 1}),
        ("A1,k,no-1,installed,2025-06-01,", "a1,k,no-1,installed,2025-06-01,", {Kind.APPEARED: 1, Kind.VANISHED: 1}),
    ],
)  # fmt: skip
def test_each_difference_has_its_kind(tmp_path: Path, earlier: str, later: str, expected: dict[Kind, int]) -> None:
    answer = changes(tmp_path, f"{SAME} {earlier}", f"{later} {SAME}")
    assert kinds(answer) == expected
    assert answer.result is not None
    assert answer.result.unchanged == (1 if expected else 2)


def test_what_vanished_without_a_record_is_named(tmp_path: Path) -> None:
    gone = " ".join(f"G{n:02},k,no-1,installed,2025-06-01," for n in range(30))
    answer = changes(tmp_path, f"{SAME} {gone} L1,k,no-1,lost,,", SAME)
    assert "Not accounted for: serial G00, G01" in answer.conclusion
    assert "and 20 more" in answer.conclusion
    assert "L1" not in answer.conclusion
    assert answer.result is not None
    first = [one for one in answer.result.first if one.kind is Kind.VANISHED]
    assert len(first) == job.FIRST
    assert (first[0].was, first[0].now) == ("k, installed at no-1, of no", "not listed")


def test_all_accounted_for_is_said(tmp_path: Path) -> None:
    assert "accounted for" in changes(tmp_path, SAME, SAME.replace("installed", "lost")).conclusion
    assert "no serial differs" in changes(tmp_path, SAME, SAME).conclusion


def test_moves_between_countries_are_summed_and_moves_within_one_are_not(tmp_path: Path) -> None:
    answer = changes(
        tmp_path,
        "A1,k,no-1,installed,, A2,k,no-1,installed,, A3,k,no-1,installed,,",
        "A1,k,no-in,installed,, A2,k,no-2,installed,, A3,small,no-in,installed,,",
    )
    assert answer.result is not None
    (one,) = answer.result.crossings
    assert (one.from_country, one.to_country, one.count.tpp) == ("NO", "IN", K)
    assert any("60 days before" in step.says for step in answer.steps)


def test_one_serial_on_two_kinds_of_chip_contradicts(tmp_path: Path) -> None:
    answer = changes(tmp_path, "A1,k,no-1,installed,,", "A1,half,no-1,installed,,")
    assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
    assert "A1" in (answer.missing[0].fix or "")


def test_inventories_in_the_wrong_order_are_refused(tmp_path: Path) -> None:
    file = facts(base=BASE.replace("file: all.csv}", "file: all.csv}\n      - {id: b, date: 2026-02-15, file: b.csv}"))
    for later in ("all", "b"):
        with pytest.raises(FactsError, match="is not later"):
            compare_inventories((tmp_path, file.inventories["b"]), (tmp_path, file.inventories[later]), file)
