"""Whatever bytes come, the page's code answers with a verdict, and never with yes where Python says no."""

from __future__ import annotations

import base64
import json
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.canon.json import canonical_bytes_of_parsed, parse_strict
from auditor.errors import EvidenceFormatError
from tests.browser import factory
from tests.browser.core import FAILED, OPEN, PASSED, Core, RefusedError

relaxed = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8)
documents = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
)


def by_python(data: bytes) -> bytes | None:
    try:
        return canonical_bytes_of_parsed(parse_strict(data))
    except EvidenceFormatError:
        return None


def by_page(core: Core, data: bytes) -> bytes | None:
    try:
        return base64.b64decode(core.ask("canonical", data=data))
    except RefusedError as refused:
        if refused.code != "JsonError":
            raise
        return None


@given(documents, st.sampled_from([None, 1]), st.booleans())
@relaxed
def test_json_is_read_alike(core: Core, value: object, indent: int | None, ascii_only: bool) -> None:
    try:
        data = json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode()
    except UnicodeEncodeError:
        return
    assert by_page(core, data) == by_python(data)


@given(documents, st.data())
@relaxed
def test_damaged_json_is_read_alike(core: Core, value: object, draw: st.DataObject) -> None:
    data = bytearray(json.dumps(value).encode())
    for _ in range(draw.draw(st.integers(1, 3))):
        at = draw.draw(st.integers(0, len(data)))
        data[at : at + draw.draw(st.integers(0, 2))] = draw.draw(
            st.sampled_from([b"", b'"', b"{", b"]", b",", b":", b"\\", b"1", b"\xff", b"\x00", b"0", b"-", b"e"])
        )
    assert by_page(core, bytes(data)) == by_python(bytes(data))


def damaged(data: bytes, drawn: random.Random) -> bytes:
    """A few bytes of it changed, left out, put in, or moved."""
    spoiled = bytearray(data)
    for _ in range(drawn.randint(1, 4)):
        at = drawn.randrange(len(spoiled) + 1)
        end = min(len(spoiled), at + drawn.choice([0, 1, 2, 8, 64]))
        kind = drawn.randrange(3)
        other = drawn.randrange(len(spoiled) + 1)
        spoiled[at:end] = (drawn.randbytes(drawn.randrange(6)), bytes(spoiled[other : other + 20]), b"\0" * (end - at))[
            kind
        ]
    return bytes(spoiled)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", ["report.dsse.json", "attestation.pdf", "package.zip"])
def test_damage_never_passes(core: Core, whole: factory.Files, name: str, seed: int) -> None:
    data = {**whole, "package.zip": factory.zipped(whole)}[name]
    drawn = random.Random(f"{name} {seed}")
    for _ in range(15):
        spoiled = damaged(data, drawn)
        verdict = core.verify({name: spoiled}, kind="file")
        assert verdict["class"] in (FAILED, OPEN, PASSED)
        if verdict["class"] == PASSED:
            # Then nothing that is verified was hit: what was signed is what the genuine file has.
            assert name != "report.dsse.json" or spoiled == data
            genuine = core.verify({name: data}, kind="file")
            assert verdict["signed"] == genuine["signed"]


@pytest.mark.parametrize("seed", range(4))
def test_damaged_openings_never_open_anything_else(core: Core, package: factory.Files, seed: int) -> None:
    path = "evidence/openings.jsonl"
    drawn = random.Random(seed)
    for _ in range(10):
        spoiled = damaged(package[path], drawn)
        verdict = core.verify({**package, path: spoiled})
        # Whole openings may be left out; none may be altered or come from elsewhere.
        assert verdict["class"] == FAILED or set(lines(spoiled)) <= set(lines(package[path]))


def lines(data: bytes) -> list[bytes]:
    return data.splitlines(keepends=True)


@pytest.mark.parametrize(
    "change",
    [
        lambda all_: all_[::-1],
        lambda all_: [*all_, all_[-1]],
        lambda all_: [all_[0], all_[0]],
        lambda all_: [one.rstrip() for one in all_[:1]],
        lambda all_: [b"\n", *all_],
        lambda all_: [all_[0].replace(b'"index":0', b'"index":9')],
        lambda all_: [b"[]\n"],
        lambda all_: [b"{}\n"],
        lambda all_: [all_[1].replace(b'"salt":"', b'"salt":"0')],
        lambda all_: [b" " + all_[0]],
        lambda all_: [all_[0][:-1] + b"\r\n"],
    ],
)
def test_openings_have_one_order_and_one_spelling(core: Core, package: factory.Files, change: object) -> None:
    path = "evidence/openings.jsonl"
    assert callable(change)
    package[path] = b"".join(change(lines(package[path])))
    assert core.verify(package)["class"] == FAILED


@pytest.mark.parametrize(
    "data", [b"", b"\0", b"PK\x03\x04", b"%PDF-", b"%PDF-1.7\nstartxref\n0\n%%EOF\n", b"{}", b"[]", b"0" * 5000]
)
def test_nothing_crashes_it(core: Core, data: bytes) -> None:
    verdict = core.verify({"given": data}, kind="file")
    assert verdict["class"] in (FAILED, OPEN)
    assert verdict["steps"][-1]["state"] == "refused"
