"""Signing: who may, once each, one after another."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from auditor.attestation.envelope import parse_envelope
from auditor.attestation.sign import add_signature, missing_signatures, sign_statement
from auditor.errors import EnvelopeError, SigningError, StatementError


def test_three_people_sign_one_after_another(desk) -> None:
    payload = desk.payload("ada", "ben", "cyd")
    report = sign_statement(payload, [desk.private["cyd"]])
    assert [principal for principal, _, _ in missing_signatures(report)] == ["urn:example:ada", "urn:example:ben"]
    report = add_signature(report, desk.private["ada"])
    report = add_signature(report, desk.private["ben"])
    assert missing_signatures(report) == ()
    assert parse_envelope(report).payload == payload
    assert len(desk.verify(report, desk.trust_for("ada", "ben", "cyd")).signers) == 3


def test_earlier_signatures_are_kept_as_they_were(desk) -> None:
    first = sign_statement(desk.payload("ada", "ben"), [desk.private["ada"]])
    second = add_signature(first, desk.private["ben"])
    assert parse_envelope(first).signatures[0] in parse_envelope(second).signatures


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
        sign_statement(desk.payload("ada", "ben"), [desk.private[name] for name in names])


@pytest.mark.parametrize(("name", "problem"), [("ada", "has signed already"), ("mallory", "does not declare")])
def test_not_everybody_may_add_a_signature(desk, name, problem) -> None:
    with pytest.raises(SigningError, match=problem):
        add_signature(desk.report, desk.private[name])


def test_a_key_of_another_curve_does_not_sign(desk) -> None:
    other = ec.derive_private_key(7, ec.SECP256R1())
    with pytest.raises(SigningError, match="wrong curve"):
        sign_statement(desk.payload("ada"), [other])
    with pytest.raises(SigningError, match="wrong curve"):
        add_signature(desk.report, other)


def test_only_statements_of_ours_are_signed(desk) -> None:
    with pytest.raises(StatementError):
        sign_statement(b'{"amount":1}', [desk.private["ada"]])
    with pytest.raises(StatementError):
        add_signature(desk.sign_raw(b'{"amount":1}'), desk.private["ada"])
    with pytest.raises(EnvelopeError):
        add_signature(desk.report + b"\n", desk.private["ada"])
