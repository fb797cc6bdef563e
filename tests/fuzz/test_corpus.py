"""The kept corpus, replayed and changed a little in every run of the tests: no crash, no hang, no false yes."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from types import FrameType, ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.errors import VerificationError
from auditor.jobs import verify_package, verify_seals
from tests.fuzz.edits import Edit, read_edits, write_edits
from tests.fuzz.mutate import join, mutate_der, split
from tests.fuzz.target import CORPUS, AcceptedError, genuine, inputs
from tests.fuzz.targets import TARGETS
from tests.fuzz.whole import base, made, run_package, verified

PATIENCE = 60
"""Seconds that no single input may take, however slow the machine."""


@contextmanager
def limited() -> Iterator[None]:
    """A hang becomes an error that names the input."""

    def stop(_: int, __: FrameType | None) -> None:
        raise TimeoutError(f"an input took more than {PATIENCE} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("name", TARGETS)
def test_the_kept_corpus_is_taken_or_refused(name: str) -> None:
    found = inputs(name)
    assert found, "a target without a corpus"
    for data in found.values():
        with limited():
            TARGETS[name].run(data)


@pytest.mark.parametrize("name", TARGETS)
def test_the_corpus_with_small_changes_is_taken_or_refused(name: str) -> None:
    """The same changes in every run, whatever the machine; `.ci/fuzz` is what goes looking for new ones."""
    target = TARGETS[name]
    kept = list(inputs(name).values())
    for seed in range(target.rounds):
        rng = Random(f"{name} {seed}")
        data = rng.choice(kept)
        for _ in range(rng.randint(1, 3)):
            data = target.mutate(rng, data)[: target.most]
        with limited():
            target.run(data)


@pytest.mark.parametrize("name", ["report", "file", "trust-file", "response", "tree", "signature", "package"])
def test_what_is_genuine_is_there_to_be_accepted(name: str) -> None:
    """A harness that refuses everything would find nothing."""
    assert genuine(name)


def test_genuine_files_are_accepted() -> None:
    from auditor.attestation.root import parse_root
    from tests.fuzz import pdf
    from tests.fuzz.people import desk, trust
    from tests.fuzz.timestamps import _stamped

    for report in genuine("report"):
        desk().verify(report, trust())
    for root in genuine("trust-file"):
        parse_root(root)
    assert {stamp.authority for stamp in _stamped()} == {"alpha", "beta"}
    for package in genuine("package"):
        assert verified(made(package)[0]).disclosed.total == 3
    pdf.require_structure(pdf.base(), pdf.revision0_size(pdf.base()))


@pytest.mark.parametrize(
    ("change", "where", "path", "guard", "answer"),
    [
        (0, "package", "README.txt", (verify_package, "require_files"), None),
        (7, "package", "seals/late.dsse.json", (verify_seals, "_late"), (None, ())),
        (5, "acts", "acts/withdraw.dsse.json", (verify_package, "verify_acts"), None),
    ],
)
def test_the_harness_of_packages_notices_a_false_yes(
    change: int, where: str, path: str, guard: tuple[ModuleType, str], answer: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = bytes([0, 0, change, sorted(base(where)).index(path), 1, 0, 0, 0, 0])
    with pytest.raises(VerificationError):
        verified(made(program)[0])
    run_package(program)
    monkeypatch.setattr(*guard, lambda *_: answer)
    with pytest.raises(AcceptedError):
        run_package(program)


def test_the_corpus_stays_small() -> None:
    files = [path for path in CORPUS.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 1_000_000
    assert {path.parent.name for path in files} == {*TARGETS, "base"}


def test_inputs_in_parts_and_edits_are_what_was_put_in() -> None:
    assert split(join(b"a", b"", b"ccc"), 3) == [b"a", b"", b"ccc"]
    edits = [Edit(1, 2, 3, b"four"), Edit(0xFFFF, 0xFFFFFF, 255, b"")]
    assert list(read_edits(write_edits(*edits))) == edits
    assert Edit(0, 1, 2, b"xy").apply(b"abcd") == b"axyd"


@given(st.integers(0, 2**32))
@settings(max_examples=50, deadline=None, database=None)
def test_changed_der_has_right_lengths_again(seed: int) -> None:
    from auditor.attestation.der import Element, parse
    from auditor.errors import EnvelopeError

    changed = mutate_der(Random(seed), bytes.fromhex("300b0201053006020101040161"))
    try:
        assert isinstance(parse(changed, "value"), Element)
    except EnvelopeError:
        return
