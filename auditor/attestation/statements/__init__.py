"""The statements that we sign, one file for each kind, and which parser reads which."""

from __future__ import annotations

from collections.abc import Callable

from auditor.attestation.roles import Kind
from auditor.attestation.shape import parse_document
from auditor.attestation.statements.act import ActStatement, parse_act
from auditor.attestation.statements.attestation import AttestationStatement, parse_attestation
from auditor.attestation.statements.common import MAX_PAYLOAD_BYTES
from auditor.attestation.statements.results import ResultsStatement, parse_results
from auditor.attestation.statements.seal import SealStatement, parse_seal
from auditor.attestation.statements.status import StatusStatement, parse_status
from auditor.errors import StatementError

Statement = ResultsStatement | AttestationStatement | SealStatement | ActStatement | StatusStatement

_PARSERS: dict[Kind, Callable[[bytes], Statement]] = {
    Kind.RESULTS: parse_results,
    Kind.ATTESTATION: parse_attestation,
    Kind.SEAL: parse_seal,
    Kind.ACT: parse_act,
    Kind.STATUS: parse_status,
}


def parse_statement(payload: bytes, kind: Kind) -> Statement:
    """The statement in `payload`, which must be of `kind`.

    Raises:
        StatementError: with the JSON pointer, the value found and, where there is one, the fix.
    """
    return _PARSERS[kind](payload)


def read_statement(payload: bytes) -> tuple[Kind, Statement]:
    """The statement in `payload` and its kind, whichever of ours it is; for those who sign or show one.

    Whoever verifies asks for a kind and uses `parse_statement`.

    Raises:
        StatementError: no statement of ours.
    """
    types = {kind.predicate_type: kind for kind in Kind}
    # In canonical form the type comes behind the predicate; what is found is a guess, which the parser then holds true.
    _, _, behind = payload.rpartition(b'"predicateType":"')
    kind = types.get(behind.partition(b'"')[0].decode("ascii", "replace"))
    if kind is None:
        root = parse_document(payload, "statement", StatementError, MAX_PAYLOAD_BYTES)
        kind = types[root.member("predicateType").one_of(tuple(types))]
    return kind, parse_statement(payload, kind)
