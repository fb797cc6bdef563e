"""A large file changed in a few places: the input is a list of edits, so that a corpus of changed PDFs stays small.

One edit is: which part (two bytes), where in it (three bytes), how much goes (one byte), how much comes (one byte),
what comes. Places are taken modulo the length of the part, so that any bytes are edits.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from tests.fuzz.mutate import mutate_bytes

MAX_EDITS = 8


class Edit(NamedTuple):
    """`drop` bytes at `where` of part `part` are replaced by `insert`."""

    part: int
    where: int
    drop: int
    insert: bytes

    def apply(self, data: bytes) -> bytes:
        """`data` with this edit."""
        at = self.where % (len(data) + 1)
        return data[:at] + self.insert + data[at + self.drop :]


def read_edits(data: bytes) -> Iterator[Edit]:
    """The edits in an input."""
    for _ in range(MAX_EDITS):
        if len(data) < 7:
            return
        size = data[6]
        yield Edit(int.from_bytes(data[:2]), int.from_bytes(data[2:5]), data[5], data[7 : 7 + size])
        data = data[7 + size :]


def write_edits(*edits: Edit) -> bytes:
    """The input that holds `edits`."""
    return b"".join(
        one.part.to_bytes(2) + one.where.to_bytes(3) + bytes([one.drop, len(one.insert)]) + one.insert for one in edits
    )


WORDS = (
    b"<<", b">>", b"[", b"]", b"(", b")", b"\\8", b"\\", b"/", b"/Annots", b"/Kids", b"/Length 0",
    b"/Filter/FlateDecode", b"/Type", b" 0 R", b"1 0 R", b"endobj\n", b"stream\n", b"xref\n", b"trailer\n",
    b"%%EOF\n", b"startxref\n", b"null", b"true", b"-1", b"0", b"9" * 8, b"1" * 255, b"/AA",
    b"/JS", b"/OpenAction", b"\x00", b"%", b"0 g\n", b"3 3 3 rg\n",
    b"-1 -1 -1 rg\n", b"q\n", b"Q\n", b"1 0 0 1 0 0 cm\n", b"BT\n", b"ET\n", b"EMC\n", b"f\n", b"n\n",
    b"0 0 999 999 re\n", b"9" * 200, b"1e9", b".", b"..",
)  # fmt: skip


def mutate_edits(rng: Random, data: bytes) -> bytes:
    """Another list of edits, mostly with words of PDF in them."""
    found = list(read_edits(data))
    match rng.randrange(4) if found else 0:
        case 0:
            word = rng.choice(WORDS)[:255]
            drop = rng.choice((0, 0, 1, 2, len(word)))
            found.append(Edit(rng.randrange(1 << 16), rng.randrange(1 << 24), drop, word))
        case 1:
            del found[rng.randrange(len(found))]
        case 2:
            at = rng.randrange(len(found))
            found[at] = found[at]._replace(where=max(0, found[at].where + rng.choice((-1, 1, -8, 8, 64))) % (1 << 24))
        case _:
            at = rng.randrange(len(found))
            found[at] = found[at]._replace(insert=mutate_bytes(rng, found[at].insert)[:255])
    return write_edits(*found[-MAX_EDITS:])
