"""The facts file: what a user writes wrongly is one clear message each, with file, line, value and fix."""

# ruff: noqa: E501, ISC004 - a table with one slip a line reads better than one with four lines a slip

from __future__ import annotations

import re
from decimal import Decimal
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.errors import AuditorError, FactsError
from auditor.model.facts import Chip
from auditor.regulation.facts.file import FactsFile, read_facts

BASE = """\
facts: 1
title: Test
applicant: alfa
parties:
  - {id: alfa, name: Alfa AS, headquarters: "NO"}
  - {id: beta, name: Beta GmbH, headquarters: DE}
  - {id: gamma, name: Gamma Ltd, headquarters: IN}
chips:
  - {id: c1, name: C1, maker: M, source: sheet, units: [{rates: [{bits: 8, tops: 700}]}]}
sites:
  - {id: oslo, name: Oslo, country: "NO", owner: alfa}
  - {id: pune, name: Pune, country: IN, owner: gamma}
"""


def read(text: str, base: str = BASE) -> FactsFile:
    return read_facts((base + dedent(text)).encode(), "facts.yaml", {})


def problems(text: str, base: str = BASE) -> list[AuditorError]:
    with pytest.raises(FactsError) as caught:
        read(text, base)
    return list(caught.value.problems) or [caught.value]


def line_of(text: str, mark: str, base: str = BASE) -> str:
    """`facts.yaml:N` of the only line that holds the mark."""
    first = len(base.splitlines()) + 1
    found = [n for n, line in enumerate(dedent(text).splitlines(), start=first) if mark in line]
    assert len(found) == 1, found
    return f"facts.yaml:{found[0]}"


SHIPMENT = "{id: s1, date: 2026-03-01, chip: c1, quantity: 8, to: oslo, authorization: aia}"


def shipment(old: str, new: str) -> str:
    assert old in SHIPMENT
    return f"shipments:\n  - {SHIPMENT.replace(old, new)}\n"


# text, mark of the line, words of the problem, value, words of the fix
WRONG: list[tuple[str, str, str, str | None, str]] = [
    # references
    (shipment("chip: c1", "chip: c2"), "s1", "no such chip", "c2", "c1"),
    (shipment("to: oslo", "to: olso"), "s1", "no such site", "olso", "oslo"),
    (shipment("aia}", "aia, consignee: nobody}"), "s1", "no such party", "nobody", "name one of"),
    (shipment("aia}", "aia, from_site: nowhere}"), "s1", "no such site", "nowhere", "name one of"),
    ("sites2: []\n", "sites2", "not a known field", "[]", "spelling"),
    ("ownership:\n  - {owner: delta, owned: beta, percent: 5}\n", "delta", "no such party", "delta", "name one of"),
    ("ownership:\n  - {owner: alfa, owned: delta, percent: 5}\n", "delta", "no such party", "delta", "name one of"),
    ("ownership:\n  - {owner: alfa, owned: unknown, percent: 5}\n", "unknown", "no such party", "unknown", "name one of"),
    ("stakes:\n  - {holder: delta, subject: alfa, kind: equity}\n", "delta", "no such party", "delta", "name one of"),
    ("incidents:\n  - {id: i, date: 2026-01-01, what: theft, site: nowhere}\n", "nowhere", "no such site", "nowhere", ""),
    # shares
    ("ownership:\n  - {owner: alfa, owned: alfa, percent: 5}\n", "owned: alfa", "own itself", None, "correct"),
    ("stakes:\n  - {holder: alfa, subject: alfa, kind: debt}\n", "kind: debt", "stake in itself", None, "correct"),
    ("ownership:\n  - {owner: alfa, owned: beta, percent: 101}\n", "101", "more than 100", "101", "correct"),
    ("ownership:\n  - {owner: alfa, owned: beta, percent: '100.000000000001'}\n", "100.0", "more than 100", "100.0", ""),
    ("ownership:\n  - {owner: alfa, owned: beta, percent: -5}\n", "-5", "negative", "-5", "correct"),
    ("ownership:\n  - {owner: alfa, owned: beta, percent: 5%}\n", "5%", "not a number", "5%", "correct"),
    ("ownership:\n  - {owner: alfa, owned: beta, percent: 12,5}\n", "12", "", None, ""),
    ("ownership:\n  - {owner: alfa, owned: beta, percent: 5, since: 2026-02-01, until: 2026-02-01}\n", "2026-02-01",
     "no time at all", None, "correct"),
    # countries
    ("assurances:\n  - {country: UK, since: 2026-01-01, what: w}\n", "UK", "no ISO 3166-1", "UK", "GB"),
    ("assurances:\n  - {country: AN, since: 2026-01-01, what: w}\n", "AN,", "withdrawn", "AN", "today"),
    ("assurances:\n  - {country: SU, since: 2026-01-01, what: w}\n", "SU,", "withdrawn", "SU", "today"),
    ("assurances:\n  - {country: norway, since: 2026-01-01, what: w}\n", "norway", "two capital letters", "norway", "NO"),
    ("assurances:\n  - {country: no, since: 2026-01-01, what: w}\n", "country: no,", "two capital letters", "no", "NO"),
    ("assurances:\n  - {country: false, since: 2026-01-01, what: w}\n", "false", "not text", "False", "in quotes"),
    ("assurances:\n  - {country: ÅX, since: 2026-01-01, what: w}\n", "ÅX", "two capital letters", "ÅX", "NO"),
    (shipment("aia}", "aia, origin: QQ}"), "QQ", "no ISO 3166-1", "QQ", "use a code"),
    # days
    (shipment("2026-03-01", "2026-02-30"), "s1", "no such day", "2026-02-30", "correct"),
    (shipment("2026-03-01", "01.03.2026"), "s1", "not a date", "01.03.2026", "correct"),
    (shipment("2026-03-01", "20260301"), "s1", "not a date", "20260301", "correct"),
    (shipment("2026-03-01", "0226-03-01"), "s1", "before 1990", "0226-03-01", "year"),
    (shipment("2026-03-01", "1989-12-31"), "s1", "before 1990", "1989-12-31", "year"),
    (shipment("2026-03-01", "2101-01-01"), "s1", "after 2100", "2101-01-01", "year"),
    ("incidents:\n  - {id: i, date: 2026-02-02, what: theft, reported: 2026-02-01}\n", "theft", "earlier than date",
     "2026-02-01", "correct"),
    ("certifications:\n  - {party: beta, authorization: aia, signed: 2026-02-02, copy_sent: 2026-02-01}\n", "copy_sent",
     "earlier than signed", "2026-02-01", "correct"),
    ("assurances:\n  - {country: IN, since: 2026-02-02, until: 2026-02-01, what: w}\n", "until", "earlier than since",
     "2026-02-01", "correct"),
    # quantities
    (shipment("quantity: 8", "quantity: 0"), "s1", "greater than or equal to 1", "0", "correct"),
    (shipment("quantity: 8", "quantity: -8"), "s1", "greater than or equal to 1", "-8", "correct"),
    (shipment("quantity: 8", "quantity: 8.5"), "s1", "not a whole number", "8.5", "digits"),
    (shipment("quantity: 8", "quantity: true"), "s1", "not a whole number", "True", "correct"),
    (f"plans:\n  - id: p\n    title: P\n    shipments:\n      - {SHIPMENT.replace('quantity: 8', 'quantity: some')}\n",
     "some", "not a whole number", "some", "digits"),
    (shipment("quantity: 8", "quantity: 100000001"), "s1", "less than or equal to", "100000001", "correct"),
    (shipment("quantity: 8, ", ""), "s1", "quantity is missing", None, "add quantity"),
    # enumerations
    (shipment("aia}", "AIA}"), "s1", "should be", "AIA", "'uveu', 'nveu'"),
    (shipment("aia}", "veu}"), "s1", "should be", "veu", "'uveu', 'nveu'"),
    (shipment("aia}", "aia, kind: import}"), "s1", "should be", "import", "'export'"),
    ("stakes:\n  - {holder: beta, subject: alfa, kind: loan}\n", "loan", "should be", "loan", "'debt'"),
    # things given twice, or contradicting each other
    (f"shipments:\n  - {SHIPMENT}\n  - {SHIPMENT.replace('quantity: 8', 'quantity: 9')}\n", "quantity: 9",
     "an id given twice", "s1", "the other is at facts.yaml:14"),
    (shipment("aia}", "aia, from_site: oslo}"), "s1", "the same site", "oslo", "leave from_site out"),
    (f"shipments:\n  - {SHIPMENT}\nplans:\n  - id: p\n    title: P\n    shipments:\n"
     f"      - {SHIPMENT.replace('2026-03-01', '2027-03-01')}\n", "2027-03-01", "already among the shipments made",
     "s1", "facts.yaml:14"),
    (f"plans:\n  - id: p\n    title: P\n    shipments:\n      - {SHIPMENT}\n"
     f"      - {SHIPMENT.replace('quantity: 8', 'quantity: 9')}\n", "quantity: 9", "an id given twice", "s1", "other"),
    ("plans:\n  - {id: p, title: P, shipments: []}\n", "id: p", "has 0 entries", "[]", "add one"),
    ("inventories:\n  - {id: a, date: 2026-01-01, file: a.csv}\n  - {id: b, date: 2026-02-01, file: a.csv}\n", "id: b",
     "the file of another inventory", "a.csv", "facts.yaml:14"),
    # paths
    ("inventories:\n  - {id: a, date: 2026-01-01, file: up/../../a.csv}\n", "id: a", "leaves the folder", "up/../../a.csv",
     "below it"),
    ("inventories:\n  - {id: a, date: 2026-01-01, file: /etc/passwd}\n", "id: a", "not a path", "/etc/passwd", ""),
    ("inventories:\n  - {id: a, date: 2026-01-01, file: ../a.csv}\n", "id: a", "not a path", "../a.csv", ""),
    # ids and text
    ("models:\n  - {id: my model, name: M}\n", "my model", "not an id", "my model", "without spaces"),
    ("models:\n  - {id: m, name: ''}\n", "id: m", "at least 1 character", "", "correct"),
    ("models:\n  - {id: m, name: M, training_operations: lots}\n", "lots", "not a number", "lots", "correct"),
    ("models:\n  - {id: m, name: M, training_operations: -1e26}\n", "-1e26", "negative", "-1e26", "correct"),
    ("models:\n  - {id: m, name: M, parameters_published: perhaps}\n", "perhaps", "neither true nor false", "perhaps", "true or false"),
    ("models:\n  - {id: m, name: '?', training_operations: '?'}\n", "id: m", "still to be filled in", None, "replace"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "mark", "said", "value", "fix"), WRONG, ids=[f"{n}: {w[2]}" for n, w in enumerate(WRONG)]
)
def test_each_slip_is_one_message_with_place_value_and_fix(
    text: str, mark: str, said: str, value: str | None, fix: str
) -> None:
    found = problems(text)
    assert len(found) == 1, [str(one) for one in found]
    problem = found[0]
    assert said in problem.problem
    assert problem.place == line_of(text, mark)
    if value is not None:
        assert value in str(problem.value)
    assert fix in (problem.hint or "")
    assert "\n" not in str(problem)


FIGURES = [
    ("tops: 700", "tops: 0", "zero"),
    ("tops: 700", "tops: -700", "negative"),
    ("tops: 700", "tops: fast", "not a number"),
    ("tops: 700", "tops: '1_000'", "not a number"),
    ("tops: 700", "tops: .inf", "not a number"),
    ("tops: 700", "tops: '700 TOPS'", "not a number"),
    (", tops: 700", "", "missing"),
    ("bits: 8", "bits: 0", "greater than or equal to 1"),
    ("bits: 8", "bits: 256", "less than or equal to 128"),
    ("rates: [{bits: 8, tops: 700}]", "rates: []", "has 0 entries"),
    ("source: sheet, ", "", "source is missing"),
    ("bits: 8", "bits: true", "not a whole number"),
    ("source: sheet", "source: sheet, dies: [{kind: logic, mm2: 0}]", "zero"),
    ("source: sheet", "source: sheet, dies: [{kind: logic, mm2: -1}]", "negative"),
    ("source: sheet", "source: sheet, dies: [{kind: cpu, mm2: 1}]", "should be"),
    ("source: sheet", "source: sheet, dram_gb_per_s: 0", "zero"),
    ("id: c1", "id: c 1", "not an id"),
]


@pytest.mark.parametrize(("old", "new", "said"), FIGURES)
def test_a_chips_figures_are_above_zero_and_exact(old: str, new: str, said: str) -> None:
    found = problems("", BASE.replace(old, new))
    assert [said in one.problem for one in found] == [True], [str(one) for one in found]
    assert found[0].place == "facts.yaml:9"
    assert found[0].hint


WHOLE = [
    ("", "NULL", "not a map of fields"),
    ("[]", "list", "not a map of fields"),
    ("facts: 2\ntitle: T\n", "version", "should be 1"),
    ("facts: true\ntitle: T\n", "truth", "not a whole number"),
    ("facts: '1'\ntitle: T\n", "version as text", "should be 1"),
    ("facts: 1\n---\ntitle: T\n", "two documents", "only one document"),
    ("facts: 1\ntitle: {{T}}\n", "braces", "plain text"),
    ("facts: 1\n\ttitle: T\n", "tab", "not YAML"),
    ("facts: " + "[" * 99, "deep", "nested deeper"),
    ("title: T\n", "no version", "facts is missing"),
    ("facts: 1\n", "no title", "title is missing"),
    ("facts: 1\ntitle: T\ntitle: U\n", "key twice", "key given twice"),
    ("facts: 1\ntitle: &a T\n", "anchor", "anchors and aliases"),
    ("facts: 1\ntitle: !x T\n", "tag", "tags are not allowed"),
    ("facts: 1\ntitle: [T\n", "syntax", "not YAML"),
    ("facts: 1\ntitle: \x07\n", "control character", "not YAML"),
]


@pytest.mark.parametrize(("text", "what", "said"), WHOLE, ids=[w for _, w, _ in WHOLE])
def test_what_is_no_facts_file_is_refused_as_one(text: str, what: str, said: str) -> None:
    found = problems(text, "")
    assert said in found[0].problem
    assert re.fullmatch(r"facts\.yaml:[123]", found[0].place or "")
    assert found[0].hint
    assert "got 1" not in str(found[0]), "text looks like the number asked for"


def test_bytes_that_are_no_utf8_are_refused() -> None:
    for data in (b"facts: 1\ntitle: \xff", "facts: 1\ntitle: Å".encode("latin-1")):
        with pytest.raises(FactsError, match=r"facts\.yaml:2: not UTF-8") as refused:
            read_facts(data, "facts.yaml", {})
        assert "UTF-8" in (refused.value.hint or "")


def test_a_control_character_is_named_with_its_line() -> None:
    (found,) = problems("title: é\n# ü\nb: \x1b[31m\n", "")
    assert (found.place, found.value) == ("facts.yaml:3", "\x1b")


def test_every_problem_is_carried_not_only_the_first() -> None:
    found = problems("ownership:\n  - {owner: x1, owned: y1, percent: 5}\n" + shipment("chip: c1", "chip: z1"))
    assert {str(one.value) for one in found} == {"x1", "y1", "z1"}


def test_an_nveu_country_needs_an_nveu() -> None:
    found = problems("", BASE.replace("headquarters: DE", "headquarters: DE, veu: [uveu], nveu_countries: [IN]"))
    assert "which veu does not name" in found[0].problem
    assert found[0].place == "facts.yaml:6"
    assert read("", BASE.replace("headquarters: DE", "headquarters: DE, veu: [nveu], nveu_countries: [IN]"))


def test_unknown_is_an_owner_and_nobodys_id() -> None:
    file = read("ownership:\n  - {owner: unknown, owned: beta, percent: 60}\n")
    assert file.facts.ownership[0].owner == "unknown"
    assert "nobody's id" in problems("", BASE.replace("id: beta", "id: unknown"))[0].problem


@pytest.mark.parametrize(
    ("rows", "refused"),
    [
        (("alfa 60", "gamma 40"), False),
        (("alfa 60", "gamma 40.000000000001"), True),
        (("alfa 60", "unknown 41"), True),
        (("alfa 100", "gamma 1 since 2026-01-01"), True),
        (("alfa 100 until 2026-01-01", "gamma 100 since 2026-01-01"), False),
        (("alfa 100 until 2026-01-02", "gamma 100 since 2026-01-01"), True),
        (("alfa 60 since 2025-01-01 until 2025-06-01", "gamma 60 since 2025-06-01", "alfa 40 since 2025-07-01"), False),
        (("alfa 60 since 2025-01-01 until 2025-06-01", "gamma 60 since 2025-06-01", "alfa 41 since 2025-07-01"), True),
    ],
)
def test_shares_in_one_party_never_sum_to_more_than_the_whole(rows: tuple[str, ...], refused: bool) -> None:
    text = "ownership:\n"
    for row in rows:
        owner, percent, *dates = row.split()
        when = "".join(f", {word}: {day}" for word, day in zip(dates[::2], dates[1::2], strict=True))
        text += f"  - {{owner: {owner}, owned: beta, percent: {percent}{when}}}\n"
    if refused:
        found = problems(text)
        assert len(found) == 1
        assert "the shares in beta sum to " in found[0].problem
        assert "the others are at facts.yaml:" in (found[0].hint or "")
    else:
        assert read(text)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 100), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_the_sum_alone_decides_in_whatever_order(shares: list[int], shuffle: object) -> None:
    parties = "".join(f"  - {{id: p{n}, name: P}}\n" for n in range(len(shares)))
    rows = [f"  - {{owner: p{n}, owned: beta, percent: {share}}}\n" for n, share in enumerate(shares)]
    shuffle.shuffle(rows)  # type: ignore[attr-defined]
    base = BASE.replace("chips:\n", parties + "chips:\n")
    if sum(shares) > 100:
        assert "sum to" in problems("ownership:\n" + "".join(rows), base)[0].problem
    else:
        assert len(read("ownership:\n" + "".join(rows), base).facts.ownership) == len(shares)


def test_figures_stay_exact() -> None:
    file = read(
        "models:\n  - {id: m, name: M, training_operations: 2.5e25}\n  - {id: n, name: N, training_operations: '0.1'}\n"
    )
    assert file.models["m"].training_operations == Decimal(25) * 10**24
    assert file.models["n"].training_operations == Decimal("0.1")


def test_norway_is_norway() -> None:
    assert read("", BASE.replace('"NO"', "NO")).parties["alfa"].headquarters == "NO"


def test_a_chip_of_the_file_takes_the_place_of_the_shipped_one() -> None:
    shipped = Chip(id="c1", name="shipped", maker="M", source="s")
    other = Chip(id="c2", name="other", maker="M", source="s")
    file = read_facts(BASE.encode(), "facts.yaml", {"c1": shipped, "c2": other})
    assert file.chips["c1"].name == "C1"
    assert file.chips["c2"] is other


def test_a_user_cannot_set_what_the_reader_sets() -> None:
    file = read("", BASE.replace("source: sheet", "source: sheet"))
    assert file.place_of("parties", "beta") == "facts.yaml:6"
    assert file.place_of("parties", "nobody") == "facts.yaml:4"
    assert file.place("sites", 1, "country") == "facts.yaml:12"


def test_a_reference_that_is_nearly_right_is_offered() -> None:
    assert (problems(shipment("to: oslo", "to: olso"))[0].hint or "").endswith("name one of: oslo")


def test_ten_thousand_parties_and_as_many_broken_references_are_all_named() -> None:
    parties = "".join(f"  - {{id: p{n}, name: P}}\n" for n in range(10_000))
    owned = "".join(f"  - {{owner: q{n}, owned: p{n}, percent: 51}}\n" for n in range(2_000))
    found = problems(f"ownership:\n{owned}", BASE.replace("chips:\n", parties + "chips:\n"))
    assert len(found) == 2_000
