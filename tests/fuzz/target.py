"""What a harness is, and how it says that something was accepted which must not be."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from lzma import compress, decompress
from pathlib import Path
from typing import NamedTuple

from tests.fuzz.mutate import Mutator, mutate_bytes

CORPUS = Path(__file__).parent / "corpus"


class Target(NamedTuple):
    """A harness: `run` lets the documented refusals pass and anything else up; `most` is the longest input tried."""

    run: Callable[[bytes], None]
    mutate: Mutator = mutate_bytes
    most: int = 1 << 16
    rounds: int = 60


class AcceptedError(AssertionError):
    """Something was accepted as what it is not."""


def require(holds: bool, what: str, *values: object) -> None:
    """An assertion that stands even where Python leaves assertions out."""
    if not holds:
        raise AcceptedError(what, *(repr(value)[:2000] for value in values))


def inputs(name: str) -> dict[str, bytes]:
    """The kept inputs of a target by file name, unpacked."""
    return {path.name: read(path) for path in sorted((CORPUS / name).glob("*"))}


def read(path: Path) -> bytes:
    """One kept file."""
    data = path.read_bytes()
    return decompress(data) if path.suffix == ".xz" else data


def keep(name: str, what: str, data: bytes) -> Path:
    """Keep an input, packed where that pays."""
    packed = compress(data, preset=9)
    path = CORPUS / name / (what + ".xz" if len(packed) + 200 < len(data) else what)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(packed if path.suffix == ".xz" else data)
    return path


@cache
def genuine(name: str) -> frozenset[bytes]:
    """The inputs that were made by us, and may be accepted: those whose names begin so."""
    return frozenset(data for what, data in inputs(name).items() if what.startswith("genuine"))
