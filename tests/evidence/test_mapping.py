"""Mappings that fit their streams, and the ways they do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.canon.yaml import parse_yaml
from auditor.errors import ContentError, SchemaError, UnknownReferenceError
from auditor.evidence.mapping import read_mapping
from auditor.model.stream import Stream
from tests.evidence.bundles import stream

CONTROLS = Path(__file__).parents[2] / "controls"
THINGS = stream("""
id: things
title: Things
meaning: Things.
order: [ts]
complete: {by: declaration}
columns:
  ts: {type: instant, meaning: when}
  name: {type: text, meaning: who}
  kind: {type: code, values: [a, b], meaning: what}
  size: {type: integer, optional: true, meaning: how much}
  long: {type: duration, optional: true, meaning: how long}
  open: {type: boolean, optional: true, meaning: whether}
""")
GOOD = """id: m
title: A mapping
format: csv
header: [T, N, K, S, L, O]
streams:
  things:
    columns:
      ts: {from: T, time: iso, zone: UTC}
      name: {from: N}
      kind: {from: K, values: {A: a, B: b}}
      size: {from: S, multiply: 1024}
      long: {from: L, seconds: true}
      open: {from: O, values: {"Yes": true, "No": false}}
"""


def test_a_mapping_that_fits() -> None:
    mapping = read_mapping(GOOD.encode(), "m.yaml", {"things": THINGS})
    assert mapping.streams["things"].fields == ("K", "L", "N", "O", "S", "T")


def test_every_mapping_of_the_catalog_fits() -> None:
    streams = {}
    for path in sorted((CONTROLS / "streams").glob("*.yaml")):
        found = Stream.model_validate(parse_yaml(path.read_bytes(), path.name).value)
        streams[found.id] = found
    for path in sorted((CONTROLS / "mappings").glob("*.yaml")):
        assert read_mapping(path.read_bytes(), path.name, streams).id == path.stem


BAD = [
    ("no such stream", "  things:", "  thing:", UnknownReferenceError, 6),
    ("no such column", "      open:", "      opened:", UnknownReferenceError, 13),
    ("required column left out", "      name: {from: N}\n", "", SchemaError, 7),
    ("field not in the header", "{from: N}", "{from: X}", SchemaError, 1),
    ("header names a column twice", "[T, N,", "[T, T, N,", SchemaError, 1),
    ("csv without header", "header: [T, N, K, S, L, O]\n", "", SchemaError, 1),
    ("from and constant", "{from: N}", "{from: N, constant: x}", SchemaError, 9),
    ("neither", "{from: N}", '{empty: "-"}', SchemaError, 9),
    ("unknown field of a rule", "{from: N}", "{from: N, lower: true}", SchemaError, 9),
    ("time on text", "{from: N}", "{from: N, time: iso, zone: UTC}", SchemaError, 9),
    ("instant without time", "{from: T, time: iso, zone: UTC}", "{from: T}", SchemaError, 8),
    ("time without zone", "time: iso, zone: UTC", "time: iso", SchemaError, 8),
    ("epoch with zone", "time: iso", "time: epoch_s", SchemaError, 8),
    ("no such zone", "zone: UTC", "zone: Europe/Atlantis", SchemaError, 8),
    ("offset in the form, zone elsewhere", "time: iso", 'time: "%Y-%m-%dT%H:%M:%S%z"', SchemaError, 8),
    ("two-digit year", "time: iso", 'time: "%y-%m-%d"', SchemaError, 8),
    ("form without a day", "time: iso", 'time: "%Y-%m %H:%M"', SchemaError, 8),
    ("twelve hours without am and pm", "time: iso", 'time: "%Y-%m-%d %I:%M"', SchemaError, 8),
    ("no form at all", "time: iso", "time: yesterday", SchemaError, 8),
    ("a directive twice", "time: iso", 'time: "%Y-%m-%d %d"', SchemaError, 8),
    ("a lone percent sign", "time: iso", 'time: "%Y-%m-%d %"', SchemaError, 8),
    ("code that is not the stream's", "{A: a, B: b}", "{A: a, B: c}", SchemaError, 10),
    ("boolean code as text", '{"Yes": true, "No": false}', '{"Yes": "true", "No": false}', SchemaError, 13),
    ("no values", "{A: a, B: b}", "{}", SchemaError, 10),
    ("multiply on text", "{from: N}", "{from: N, multiply: 2}", SchemaError, 9),
    ("multiply by nothing", "multiply: 1024", "multiply: 0", SchemaError, 11),
    ("multiply and seconds", "multiply: 1024", "multiply: 1024, seconds: true", SchemaError, 11),
    ("seconds on an integer", "multiply: 1024", "seconds: true", SchemaError, 11),
    ("constant of another type", "{from: L, seconds: true}", "{constant: soon}", SchemaError, 12),
    ("each in a csv", "  things:\n", "  things:\n    each: x\n", SchemaError, 1),
    ("records in a csv", "format: csv", "format: csv\nrecords: $.x", SchemaError, 1),
    ("json without records", "format: csv\nheader: [T, N, K, S, L, O]", "format: json", SchemaError, 1),
    ("unknown format", "format: csv", "format: xlsx", SchemaError, 3),
    ("delimiter of two characters", "format: csv", "format: csv\ndelimiter: ab", SchemaError, 4),
    ("no streams", GOOD[GOOD.index("  things:") :], "  {}\n", SchemaError, 5),
    ("key given twice", "title: A mapping", "title: A mapping\ntitle: B", SchemaError, 3),
]


@pytest.mark.parametrize(("old", "new", "kind", "line"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_a_mapping_that_does_not_fit(old: str, new: str, kind: type[ContentError], line: int) -> None:
    assert old in GOOD
    with pytest.raises(kind) as caught:
        read_mapping(GOOD.replace(old, new, 1).encode(), "m.yaml", {"things": THINGS})
    assert caught.value.place in {f"m.yaml:{line}", f"m.yaml:{line - 1}", f"m.yaml:{line + 1}"}
    assert str(caught.value)


def test_all_misfits_are_told() -> None:
    text = GOOD.replace("{from: N}", "{from: N, multiply: 2}").replace("B: b", "B: c")
    with pytest.raises(SchemaError) as caught:
        read_mapping(text.encode(), "m.yaml", {"things": THINGS})
    assert [p.place for p in caught.value.problems] == ["m.yaml:9", "m.yaml:10"]
