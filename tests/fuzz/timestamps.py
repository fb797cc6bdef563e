"""DER, and the queries and responses of time authorities that are read with it."""

from __future__ import annotations

from functools import cache

from auditor.attestation import der
from auditor.attestation.cms import read_pinned
from auditor.attestation.reliance import Authority
from auditor.attestation.timestamp import Query, Timestamp, _judge, _token, make_query, read_query, verify_response
from auditor.canon.instant import EARLIEST, LATEST, parse_instant
from auditor.errors import EnvelopeError, UnverifiableError, VerificationError
from samples.authorities import KEYS, LocalAuthority
from tests.fuzz.mutate import mutate_der, mutate_parts, split
from tests.fuzz.target import Target, genuine, require

IMPRINT = bytes(range(64))
NONCE = 0x1122334455667788
NAMES = ("alpha", "beta")


@cache
def authority(name: str) -> Authority:
    local = LocalAuthority(KEYS, name)
    window = parse_instant("2026-01-01T00:00:00Z"), parse_instant("2046-01-01T00:00:00Z")
    return Authority(name, local.operator, local.certificate, local.policy, *window)


def run_der(data: bytes) -> None:
    """What is read would be written as the same bytes; numbers, names and times likewise."""
    try:
        found = der.parse(data, "value")
    except EnvelopeError:
        return
    waiting = [found]
    while waiting:
        one = waiting.pop()
        waiting += one.children
        inside = b"".join(child.raw for child in one.children) if one.tag & 0x20 else one.body
        require(der.encode(one.tag, inside) == one.raw, "written otherwise", data)
        if one.tag == der.INTEGER:
            require(der.encode_integer(der.integer(one)) == one.raw, "another number", data)
        elif one.tag == der.OID:
            require(der.encode_oid(der.oid(one)) == one.raw, "another name", data)
        elif one.tag == der.GENERALIZED_TIME:
            require(EARLIEST <= der.generalized_time(one) <= LATEST, "no moment", data)


def run_query(data: bytes) -> None:
    """A query that is read is, byte for byte, one of the four that would be written for what it asks."""
    try:
        found = read_query(data, "query")
    except VerificationError:
        return
    if not 0 < found.nonce < 1 << 160:
        return
    asked = [make_query(*found, with_certificate=wanted) for wanted in (True, False)]
    require(data in (*asked, *map(_spelt_without_null, asked)), "a query of another shape", data)
    require(read_query(asked[0], "query") == found, "written and read it is another", data)


def _spelt_without_null(query: bytes) -> bytes:
    """The same question with the parameters of its digest algorithm left out (RFC 5754 section 2), not NULL."""
    version, imprint, *others = der.parse(query, "query").children
    algorithm, digest = imprint.children
    spelt = der.encode(der.SEQUENCE, der.encode(der.SEQUENCE, algorithm.children[0].raw), digest.raw)
    return der.encode(der.SEQUENCE, version.raw, spelt, *(one.raw for one in others))


def run_response(data: bytes) -> None:
    """Query and response: whatever else they carry, what is accepted is the time that the authority signed."""
    query, response = split(data, 2)
    for name in NAMES:
        try:
            found = verify_response(query, response, IMPRINT, authority(name))
        except (VerificationError, UnverifiableError):
            continue
        require(found in _stamped(), "a time that nobody signed", found, data)


@cache
def _stamped() -> frozenset[Timestamp]:
    stamps = []
    for data in genuine("response"):
        query, response = split(data, 2)
        for name in NAMES:
            try:
                stamps.append(verify_response(query, response, IMPRINT, authority(name)))
            except VerificationError:
                continue
    return frozenset(stamps)


def run_token(data: bytes) -> None:
    """The content of a token, as if the authority had signed it."""
    local = authority("alpha")
    pinned = read_pinned(local.certificate, "pin")
    try:
        found = _judge(der.parse(data, "token"), Query(IMPRINT, NONCE, None), local, pinned, "token")
    except (VerificationError, UnverifiableError):
        return
    require(IMPRINT in data and local.not_before <= found.time < local.not_after, "another file or time", data)
    require(found.accuracy >= 0 and abs(found.serial).bit_length() <= 168, "out of range", data)


def run_answer(data: bytes) -> None:
    """The frame around a token."""
    try:
        found = _token(data, "response")
    except VerificationError:
        return
    require(data.endswith(found.raw) and found.tag == der.SEQUENCE, "the token is not all that follows", data)


TARGETS = {
    "der": Target(run_der, mutate_der, most=4096, rounds=300),
    "query": Target(run_query, mutate_der, most=1024, rounds=300),
    "response": Target(run_response, mutate_parts(mutate_der, mutate_der), most=16384, rounds=60),
    "token": Target(run_token, mutate_der, most=2048, rounds=200),
    "answer": Target(run_answer, mutate_der, most=4096, rounds=100),
}
