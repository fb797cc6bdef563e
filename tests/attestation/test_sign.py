"""Signing: who may, with both keys, once each, one after another."""

from __future__ import annotations

import pytest

from auditor.attestation.envelope import parse_envelope
from auditor.attestation.keys import PublicKey
from auditor.attestation.sign import add_signatures, check_signatures, missing_signatures, sign_statement
from auditor.errors import EnvelopeError, SigningError, StatementError


def test_three_people_sign_one_after_another(desk) -> None:
    payload = desk.payload("ada", "ben", "cyd")
    report = sign_statement(payload, desk.keys["cyd"])
    assert [signer.principal for signer in missing_signatures(report)] == ["urn:example:ada", "urn:example:ben"]
    report = add_signatures(report, desk.keys["ada"])
    report = add_signatures(report, desk.keys["ben"])
    assert missing_signatures(report) == ()
    assert parse_envelope(report).payload == payload
    assert len(desk.verify(report, desk.trust_for("ada", "ben", "cyd")).signers) == 3


def test_the_order_of_keys_does_not_matter(desk) -> None:
    keys = desk.keys_of("ada", "ben")
    report = sign_statement(desk.payload("ada", "ben"), keys[::-1])
    assert [one.keyid for one in parse_envelope(report).signatures] == sorted(key.public.keyid for key in keys)


def test_earlier_signatures_are_kept_as_they_were(desk) -> None:
    first = sign_statement(desk.payload("ada", "ben"), desk.keys["ada"])
    second = add_signatures(first, desk.keys["ben"])
    assert set(parse_envelope(first).signatures) < set(parse_envelope(second).signatures)


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        ([], "nobody signs"),
        (["mallory"], "does not declare"),
        (["ada", "mallory"], "does not declare"),
        (["ada", "ada"], "has signed already"),
    ],
)
def test_not_everybody_may_sign(desk, names, problem) -> None:
    with pytest.raises(SigningError, match=problem):
        sign_statement(desk.payload("ada", "ben"), desk.keys_of(*names))


@pytest.mark.parametrize(("name", "problem"), [("ada", "has signed already"), ("mallory", "does not declare")])
def test_not_everybody_may_add_signatures(desk, name, problem) -> None:
    with pytest.raises(SigningError, match=problem):
        add_signatures(desk.report, desk.keys[name])


@pytest.mark.parametrize("index", [0, 1])
def test_nobody_signs_with_one_key_of_two(desk, index) -> None:
    payload = desk.payload("ada", "ben")
    with pytest.raises(SigningError, match="with both keys or not at all") as caught:
        sign_statement(payload, [*desk.keys["ben"], desk.keys["ada"][index]])
    assert caught.value.place == desk.keyids["ada"][1 - index]
    with pytest.raises(SigningError, match="with both keys or not at all"):
        add_signatures(sign_statement(payload, desk.keys["ben"]), [desk.keys["ada"][index]])


def test_one_persons_key_does_not_complete_another(desk) -> None:
    with pytest.raises(SigningError, match="with both keys or not at all"):
        sign_statement(desk.payload("ada", "ben"), [desk.keys["ada"][0], desk.keys["ben"][1]])


def test_half_a_person_is_still_missing(desk) -> None:
    payload = desk.payload("ada")
    from auditor.attestation.envelope import encode_envelope

    half = encode_envelope(payload, desk.signatures(payload, "ada")[:1])
    assert [signer.principal for signer in missing_signatures(half)] == ["urn:example:ada"]


class Faulty:
    """A token that signs something else, or answers with another key's signature."""

    def __init__(self, key, sign) -> None:
        self.public: PublicKey = key.public
        self.sign = sign


@pytest.mark.parametrize("index", [0, 1])
def test_a_faulty_signature_is_noticed_where_it_is_made(desk, index) -> None:
    keys = list(desk.keys["ada"])
    genuine = keys[index]
    for sign in (lambda message: genuine.sign(message + b" "), desk.keys["ben"][index].sign, lambda message: b"x"):
        keys[index] = Faulty(genuine, sign)
        report = sign_statement(desk.payload("ada"), keys)
        with pytest.raises(SigningError, match="just made does not verify") as caught:
            check_signatures(report, keys)
        assert caught.value.place == genuine.public.keyid
    check_signatures(desk.report, desk.keys["ada"])
    with pytest.raises(SigningError, match="just made does not verify"):
        check_signatures(desk.report, desk.keys["ben"])


def test_only_statements_of_ours_are_signed(desk) -> None:
    with pytest.raises(StatementError):
        sign_statement(b'{"amount":1}', desk.keys["ada"])
    with pytest.raises(StatementError):
        add_signatures(desk.sign_raw(b'{"amount":1}'), desk.keys["ada"])
    with pytest.raises(EnvelopeError):
        add_signatures(desk.report + b"\n", desk.keys["ada"])
    with pytest.raises(EnvelopeError):
        missing_signatures(desk.trust)
