"""Pseudonyms: which values are replaced where, and the file that keeps the names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import EvidenceFormatError, SchemaError
from auditor.evidence.pseudonyms import NOT_SHOWN, Pseudonyms, hide_rejects, personal_values
from auditor.evidence.tables import Tables
from auditor.jobs import names as names_module
from auditor.jobs.content import load_catalog
from auditor.jobs.names import open_names, seal_names
from auditor.model.evidence import Reject
from tests.evidence.bundles import item, load_one, mapping, stream, write_bundle

KEY = bytes(range(32))
OTHER = bytes(32)


def hidden(value: str, key: bytes = KEY) -> str:
    (name,) = Pseudonyms(key, [value]).table
    return name


def test_a_name_is_replaced_as_a_word_and_nowhere_else() -> None:
    names = Pseudonyms(KEY, ["S1045", "Ada Lovelace", "ada", "O'Neil", "s1045"])
    assert names.hide("Badge 7 of S1045, hosted by Ada Lovelace.") == (
        f"Badge 7 of {hidden('S1045')}, hosted by {hidden('Ada Lovelace')}."
    )
    assert names.hide("stor-02/s1045") == f"stor-02/{hidden('s1045')}"
    assert names.hide("O'Neil(ada)") == f"{hidden(chr(79) + chr(39) + 'Neil')}({hidden('ada')})"
    for text in ("S10450", "XS1045", "adamant", "Ada Lovelaces", "", "S", "granada"):
        assert names.hide(text) == text


def test_the_longest_name_wins_and_neighbours_are_both_replaced() -> None:
    names = Pseudonyms(KEY, ["Ada", "Ada Lovelace", "Lovelace"])
    assert names.hide("Ada Lovelace,Ada;Lovelace") == (f"{hidden('Ada Lovelace')},{hidden('Ada')};{hidden('Lovelace')}")


def test_what_cannot_be_told_from_other_words_is_left_and_said() -> None:
    names = Pseudonyms(KEY, ["7", "1234", "12345", "xy", "xyz", "System", "ada"], ["system", "held"])
    assert names.shown == ("1234", "7", "System", "xy")
    text = "7 of 1234 xy and System"
    assert names.hide(text) == text
    assert names.hide("12345 xyz") == f"{hidden('12345')} {hidden('xyz')}"


def test_pseudonyms_differ_by_value_and_by_bundle_and_hold_nothing_of_the_name() -> None:
    values = [f"S{n}" for n in range(1000, 3000)]
    ours, theirs = Pseudonyms(KEY, values), Pseudonyms(OTHER, values)
    assert len(ours.table) == len(theirs.table) == 2000
    assert not ours.table.keys() & theirs.table.keys()
    assert all(len(name) == 14 and name[:2] == "p-" for name in ours.table)
    assert Pseudonyms(KEY, reversed(values)).table == ours.table


def test_two_values_never_share_a_pseudonym(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditor.evidence.pseudonyms.DIGITS", 1)
    names = Pseudonyms(KEY, [f"S{n}" for n in range(1000, 1100)])
    assert len(names.table) == 100


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1, max_size=8), max_size=8), st.text(max_size=60))
def test_a_text_is_whole_but_for_the_names(values: list[str], text: str) -> None:
    names = Pseudonyms(KEY, values)
    shown = names.hide(text)
    for name, value in names.table.items():
        shown = shown.replace(name, value)
    assert shown == text


@given(st.lists(st.text("ab1 -", min_size=3, max_size=5), min_size=1, max_size=5), st.data())
def test_no_name_is_left_as_a_word_of_its_own(values: list[str], data: st.DataObject) -> None:
    names = Pseudonyms(KEY, values)
    value = data.draw(st.sampled_from(values))
    text = f"{data.draw(st.text('ab1 -', max_size=4))}|{value}|{data.draw(st.text('ab1 -', max_size=4))}"
    if value not in names.shown:
        assert f"|{value}|" not in names.hide(text)


ROSTER = stream("""
id: roster
title: Roster
meaning: People and services.
order: [who]
complete: {by: declaration}
columns:
  who: {type: text, meaning: who, personal: true, impersonal: {kind: [service]}}
  kind: {type: code, values: [human, service], meaning: what}
  boss: {type: text, optional: true, meaning: manager, personal: true}
  place: {type: text, meaning: where}
  since: {type: instant, meaning: when}
""")
EXPORT = mapping("""
id: roster-csv
title: Roster
format: csv
header: [Who, Kind, Boss, Place, Since]
streams:
  roster:
    columns:
      who: {from: Who}
      kind: {from: Kind, values: {human: human, service: service}}
      boss: {from: Boss}
      place: {from: Place}
      since: {from: Since, time: iso, zone: UTC}
""", ROSTER)  # fmt: skip
DATA = b"""Who,Kind,Boss,Place,Since
anna,human,berit,hall,2026-10-01T00:00:00Z
svc-x,service,anna,hall,2026-10-01T00:00:00Z
svc-y,human,svc-x,hall,2026-10-01T00:00:00Z
"""


def test_personal_values_are_those_of_marked_columns(tmp_path: Path) -> None:
    store = load_one(tmp_path / "b", [ROSTER], EXPORT, DATA)
    assert personal_values(store.tables, {"roster": ROSTER}) == {"anna", "berit", "svc-y"}
    assert personal_values(Tables.from_rows({"roster": ROSTER}, {"roster": []}), {"roster": ROSTER}) == set()


def test_a_rejected_record_shows_no_field_that_may_hold_a_name(tmp_path: Path) -> None:
    rows = b"cilla,robot,anna,hall,2026-10-01T00:00:00Z\ndora,human,anna,hall,yesterday\nemil,human\n"
    store = load_one(tmp_path / "b", [ROSTER], EXPORT, DATA + rows)
    assert len(store.rejects) == 3
    names = Pseudonyms(KEY, personal_values(store.tables, {"roster": ROSTER}))
    found = hide_rejects(store.rejects, names, {"roster": ROSTER}, {"a": EXPORT})
    assert {(one.column, one.value) for one in found} == {
        ("Kind", "robot"), ("Since", "yesterday"), ("", NOT_SHOWN),
    }  # fmt: skip
    forged = Reject(item="a", stream="roster", record=1, line=2, column="Who", value="anna", reason="r")
    assert hide_rejects([forged], names, {"roster": ROSTER}, {"a": EXPORT})[0].value == NOT_SHOWN
    known = forged.model_copy(update={"column": "Place", "value": "at anna's"})
    assert "anna" not in hide_rejects([known], names, {"roster": ROSTER}, {"a": EXPORT})[0].value


@pytest.mark.parametrize(
    "column",
    [
        "{type: integer, meaning: m, personal: true}",
        "{type: text, meaning: m, personal: perhaps}",
        "{type: text, meaning: m, impersonal: {colour: [red]}}",
        "{type: text, meaning: m, impersonal: [service]}",
    ],
)
def test_marks_that_make_no_sense(column: str) -> None:
    from auditor.canon.yaml import parse_yaml
    from auditor.model.shape import shape
    from auditor.model.stream import Stream

    text = f"id: s\ntitle: S\nmeaning: m\norder: [a]\ncomplete: {{by: declaration}}\ncolumns:\n  a: {column}\n"
    with pytest.raises(SchemaError):
        shape(Stream, parse_yaml(text, "s.yaml"))


@pytest.fixture
def sealed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(names_module, "SCRYPT", {"n": 16, "r": 8, "p": 1})
    data = (
        b"Serial,Artefact,Object,Method,Operator,Witness,Sanitised (UTC)\n"
        b"Z1,a,a/b,Destroy,anna,system,2026-10-02 09:00:00\n"
    )
    known = next(path for path in load_catalog().files if path.startswith("mappings/media"))
    entry = item("m", "evidence/m.csv", data, mapping=known.removeprefix("mappings/").removesuffix(".yaml"))
    folder = write_bundle(tmp_path / "b", {"evidence/m.csv": data}, [entry])
    found = seal_names(folder, load_catalog(), tmp_path / "names", b"correct horse")
    assert found.shown == ("system",)
    return tmp_path / "names"


def test_the_names_come_out_with_the_passphrase_alone(sealed: Path) -> None:
    root, names = open_names(sealed, b"correct horse")
    assert list(names.values()) == ["anna"]
    assert len(root) == 64
    assert b"anna" not in sealed.read_bytes()
    assert sealed.stat().st_mode & 0o777 == 0o600
    for wrong in (b"battery staple", b"correct horse ", b""):
        with pytest.raises(EvidenceFormatError):
            open_names(sealed, wrong)


@pytest.mark.parametrize("member", ["bundle", "ciphertext", "format", "nonce", "salt", "scrypt"])
@pytest.mark.parametrize("value", [None, "", 1, [], "AAAA", "0" * 64, {"n": 2**30, "r": 8, "p": 1}])
def test_a_sealed_file_that_was_changed_is_refused(sealed: Path, member: str, value: Any) -> None:
    document = json.loads(sealed.read_bytes())
    sealed.write_text(json.dumps({**document, member: value}))
    with pytest.raises(EvidenceFormatError):
        open_names(sealed, b"correct horse")


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"x", b"[" * 10_000])
def test_a_file_that_holds_no_names(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(EvidenceFormatError):
        open_names(tmp_path / "x", b"x")


def test_sealing_twice_gives_other_bytes(sealed: Path, tmp_path: Path) -> None:
    before = sealed.read_bytes()
    seal_names(tmp_path / "b", load_catalog(), sealed, b"correct horse")
    assert sealed.read_bytes() != before
    with pytest.raises(EvidenceFormatError):
        seal_names(tmp_path / "b", load_catalog(), sealed, b"")
    with pytest.raises(EvidenceFormatError, match="too short"):
        seal_names(tmp_path / "b", load_catalog(), sealed, b"elevenchars")
