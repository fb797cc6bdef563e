"""Small random changes to bytes that know a little of what they change: JSON, DER, or files in parts.

Everything is drawn from the `Random` that is handed in, so that a change can be made again.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from random import Random
from typing import Any

Mutator = Callable[[Random, bytes], bytes]

_BYTES = (
    b"\x00", b"\xff", b"\n", b" ", b'"', b"\\", b"/", b"..", b"9" * 20, b"-", b"\xc3\xa9", b"\xf0\x9f\x98\x80", b"\x80",
)  # fmt: skip
_VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2**53 - 1, 2**53, 10**30, 1.5, "", " ", "a", "\x00", "\u202e", "é", "e\u0301", "😀",
    "\ud800", [], {}, [[]], {"": ""}, "2026-10-01T00:00:00Z", "2026-10-01T00:00:00+01:00", "9999-12-31T23:59:59Z",
    "urn:example:ada", "0" * 64, "f" * 128, "sha256:" + "0" * 64,
)  # fmt: skip


def mutate_bytes(rng: Random, data: bytes) -> bytes:
    """`data` with one to four stretches removed, repeated, moved or written over."""
    for _ in range(rng.randint(1, 4)):
        start = rng.randint(0, len(data))
        end = min(len(data), start + rng.choice((0, 1, 1, 2, 4, 16, 200)))
        piece = data[start:end]
        match rng.randrange(6):
            case 0:
                piece = b""
            case 1:
                piece = piece + piece
            case 2:
                piece = rng.choice(_BYTES)
            case 3 if piece:
                at = rng.randrange(len(piece))
                piece = piece[:at] + bytes([piece[at] ^ 1 << rng.randrange(8)]) + piece[at + 1 :]
            case 4 if data:
                other = rng.randrange(len(data))
                piece = data[other : other + rng.randint(1, 64)]
            case _:
                piece = rng.randbytes(rng.randint(1, 8))
        data = data[:start] + piece + data[end:]
    return data


def mutate_json(rng: Random, data: bytes) -> bytes:
    """Other JSON, in canonical form three times of four; what is no JSON is changed as bytes."""
    if rng.random() < 0.2:
        return mutate_bytes(rng, data)
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return mutate_bytes(rng, data)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        value = _changed(rng, value)
    plain = rng.random() < 0.25
    text = json.dumps(value, ensure_ascii=plain, separators=(",", ":"), sort_keys=not plain)
    return text.encode("utf-8", "surrogatepass")


def _changed(rng: Random, root: Any) -> Any:
    places: list[tuple[Any, Any]] = []
    waiting = [root]
    while waiting:
        here = waiting.pop()
        some = list(here.items()) if isinstance(here, dict) else list(enumerate(here)) if isinstance(here, list) else []
        places += [(here, key) for key, _ in some]
        waiting += [value for _, value in some]
    if not places:
        return _other(rng, root)
    holder, key = rng.choice(places)
    donor = rng.choice(places)
    match rng.randrange(7):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, list):
            holder.insert(key, holder[key])
        case 1:
            holder[str(key) + rng.choice("xX0 é")] = holder[key]
        case 2 if isinstance(holder, list):
            rng.shuffle(holder)
        case 3:
            copied = json.loads(json.dumps(donor[0][donor[1]]))
            holder[key] = copied
        case _:
            holder[key] = _other(rng, holder[key])
    return root


def _other(rng: Random, value: Any) -> Any:
    if isinstance(value, str) and rng.random() < 0.6:
        data = mutate_bytes(rng, value.encode("utf-8", "surrogatepass"))
        return data.decode("utf-8", "replace")
    if type(value) is int and rng.random() < 0.6:
        return value + rng.choice((-1, 1, 2**31, -(2**31)))
    return copy.deepcopy(rng.choice(_VALUES))


def mutate_lines(inner: Mutator) -> Mutator:
    """Lines added, lost, repeated, exchanged, or changed by `inner`."""

    def mutate(rng: Random, data: bytes) -> bytes:
        lines = data.split(b"\n")
        at, other = rng.randrange(len(lines)), rng.randrange(len(lines))
        match rng.randrange(6):
            case 0:
                del lines[at]
            case 1:
                lines.insert(other, lines[at])
            case 2:
                lines[at], lines[other] = lines[other], lines[at]
            case _:
                lines[at] = inner(rng, lines[at])
        return b"\n".join(lines)

    return mutate


def mutate_der(rng: Random, data: bytes) -> bytes:
    """DER with one value changed, removed, repeated or exchanged, and all lengths right again."""
    tree = _read_der(data)
    if tree is None or rng.random() < 0.2:
        return mutate_bytes(rng, data)
    holders = [tree]
    for holder in holders:
        holders += [value[1] for value in holder if isinstance(value[1], list)]
    holder = rng.choice([one for one in holders if one] or [[[5, b""]]])
    at = rng.randrange(len(holder))
    match rng.randrange(6):
        case 0:
            del holder[at]
        case 1:
            holder.insert(rng.randint(0, len(holder)), holder[at])
        case 2:
            holder[at] = [rng.choice((1, 2, 3, 4, 5, 6, 12, 23, 24, 48, 49, 0xA0, 0xA1, 0x80)), holder[at][1]]
        case 3:
            donor = rng.choice([one for one in holders if one] or [holder])
            holder[at] = rng.choice(donor) if not isinstance(holder[at][1], list) else holder[at]
        case _ if not isinstance(holder[at][1], list):
            holder[at] = [holder[at][0], mutate_bytes(rng, holder[at][1])]
        case _:
            rng.shuffle(holder[at][1])
    try:
        return _write_der(tree)
    except RecursionError:
        return data


def _read_der(data: bytes, depth: int = 0) -> list[list[Any]] | None:
    found: list[list[Any]] = []
    at = 0
    while at < len(data):
        if at + 2 > len(data) or depth > 20:
            return None
        tag, length, at = data[at], data[at + 1], at + 2
        if length & 0x80:
            count = length & 0x7F
            length, at = int.from_bytes(data[at : at + count]), at + count
        if at + length > len(data):
            return None
        body = data[at : at + length]
        inside = _read_der(body, depth + 1) if tag & 0x20 else None
        found.append([tag, body if inside is None else inside])
        at += length
    return found


def _write_der(values: list[list[Any]], depth: int = 0) -> bytes:
    if depth > 60:
        raise RecursionError
    out = b""
    for tag, inside in values:
        body = inside if isinstance(inside, bytes) else _write_der(inside, depth + 1)
        size = len(body)
        head = bytes([size]) if size < 128 else bytes([0x80 | (size.bit_length() + 7) // 8])
        out += bytes([tag]) + head + (b"" if size < 128 else size.to_bytes((size.bit_length() + 7) // 8)) + body
    return out


def join(*parts: bytes) -> bytes:
    """Several files as one input: each but the last with its length in three bytes before it."""
    *first, last = parts
    return b"".join(len(part).to_bytes(3) + part for part in first) + last


def split(data: bytes, count: int) -> list[bytes]:
    """The `count` parts of an input, whatever its lengths say."""
    parts = []
    for _ in range(count - 1):
        size = int.from_bytes(data[:3])
        parts.append(data[3 : 3 + size])
        data = data[3 + size :]
    return [*parts, data]


def mutate_parts(*inner: Mutator) -> Mutator:
    """One of the parts that `join` put together, changed by the mutator of its place."""

    def mutate(rng: Random, data: bytes) -> bytes:
        parts = split(data, len(inner))
        at = rng.randrange(len(inner))
        parts[at] = inner[at](rng, parts[at])
        return join(*parts)

    return mutate
