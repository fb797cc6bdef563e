"""Timestamps through the page's code: it accepts and refuses what the Python verifier accepts and refuses."""

from __future__ import annotations

import base64
import random

import pytest

from auditor.attestation.timestamp import verify_response
from auditor.errors import UnverifiableError, VerificationError
from samples.authorities import LocalAuthority
from tests.attestation.test_timestamp import ACCEPTED, ALPHA, AT, BETA, FROM, IMPRINT, LOCAL, QUERY, REFUSED, UNTIL, pin
from tests.attestation.tokens import Changes, make_response
from tests.browser.core import Core, RefusedError


def by_page(core: Core, response: bytes, local: LocalAuthority, query: bytes = QUERY) -> tuple[int, int] | str:
    """Time and accuracy, or the code of the refusal."""
    authority = {
        "authority": local.name,
        "operator": local.operator,
        "policy": local.policy,
        "notBefore": str(FROM),
        "notAfter": str(UNTIL),
        "certificate": base64.b64encode(local.certificate).decode(),
    }
    try:
        time, accuracy = core.ask("timestamp", query=query, response=response, imprint=IMPRINT, authority=authority)
    except RefusedError as refused:
        return refused.code
    return int(time), int(accuracy)


def by_python(response: bytes, local: LocalAuthority, query: bytes = QUERY) -> tuple[int, int] | str:
    try:
        stamp = verify_response(query, response, IMPRINT, pin(local))
    except (VerificationError, UnverifiableError) as error:
        return error.code
    return stamp.time, stamp.accuracy


@pytest.mark.parametrize("local", LOCAL.values(), ids=list(LOCAL))
@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize("ess", ["sha256", "sha384", "sha512"])
def test_good_timestamps_are_accepted(core: Core, local: LocalAuthority, digest: str, ess: str) -> None:
    response = make_response(QUERY, local, AT + 250_000, Changes(digest=digest, ess=ess))
    assert by_page(core, response, local) == (AT + 250_000, 0)


@pytest.mark.parametrize("name", sorted(ACCEPTED))
def test_what_python_accepts_is_accepted(core: Core, name: str) -> None:
    response = make_response(QUERY, ALPHA, AT, ACCEPTED[name])
    found = by_page(core, response, ALPHA)
    assert not isinstance(found, str), found
    assert found == by_python(response, ALPHA)


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_python_refuses_is_refused(core: Core, name: str) -> None:
    response = make_response(QUERY, ALPHA, AT, REFUSED[name][0])
    assert isinstance(by_python(response, ALPHA), str)
    found = by_page(core, response, ALPHA)
    assert isinstance(found, str), found
    assert found.startswith(("verification.", "unverifiable"))


@pytest.mark.parametrize("local", LOCAL.values(), ids=list(LOCAL))
def test_every_octet_of_a_response_matters(core: Core, local: LocalAuthority) -> None:
    response = local.respond(QUERY)
    drawn = random.Random(local.name)
    assert not isinstance(by_page(core, response, local), str)
    for at in range(len(response)):
        flipped = response[:at] + bytes([response[at] ^ 1 << drawn.randrange(8)]) + response[at + 1 :]
        assert isinstance(by_page(core, flipped, local), str), at


def test_every_octet_of_a_query_matters(core: Core) -> None:
    response = make_response(QUERY, BETA, AT)
    for at in range(len(QUERY)):
        flipped = QUERY[:at] + bytes([QUERY[at] ^ 4]) + QUERY[at + 1 :]
        assert isinstance(by_page(core, response, BETA, flipped), str), at
    assert by_page(core, response, BETA) == (AT, 0)


@pytest.mark.parametrize("seed", range(40))
def test_damage_inside_what_was_signed_is_read_alike(core: Core, seed: int) -> None:
    """The authority itself signs a damaged TSTInfo: both verifiers refuse it, or both read the same time."""
    drawn = random.Random(seed)

    def damage(info: bytes) -> bytes:
        at = drawn.randrange(len(info))
        return info[:at] + drawn.randbytes(drawn.randrange(3)) + info[at + drawn.randrange(3) :]

    response = make_response(QUERY, BETA, AT, Changes(info=damage))
    expected, found = by_python(response, BETA), by_page(core, response, BETA)
    assert isinstance(found, str) is isinstance(expected, str), (expected, found)
    assert isinstance(found, str) or found == expected
