"""The in-toto Statement v1 that a report signs: four subjects, the assessment results and the declared signers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from auditor.attestation.shape import Node, parse_document, require_canonical
from auditor.canon.digest import sha256_hex
from auditor.canon.json import canonical_bytes, canonical_bytes_of_parsed
from auditor.errors import AttestationError, StatementError

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://dc-attest.example/assessment-results/v1"
ROLES = ("assessor", "technical-reviewer", "responsible-official")
SUBJECTS = ("bundle", "catalog", "profile", "results")
MAX_PAYLOAD_BYTES = 64 * 2**20
MAX_SIGNERS = 32

# Where the results object itself says what it is about; the subject `results` is the object as a whole.
_DIGEST_MEMBERS = (("bundle", "root"), ("catalog", "digest"), ("profile", "digest"))


class DeclaredSigner(NamedTuple):
    """Who the payload says will sign, in which role, with every one of `keyids` (room for a post-quantum key)."""

    principal: str
    role: str
    keyids: tuple[str, ...]


class Statement(NamedTuple):
    """A well-formed statement: the bytes it was read from, and what they say.

    `subjects` are (name, SHA-256) in the order of `SUBJECTS`; `assessed_at` is the results' `asOf` in microseconds.
    """

    payload: bytes
    results: dict[str, Any]
    subjects: tuple[tuple[str, str], ...]
    signers: tuple[DeclaredSigner, ...]
    assessed_at: int

    def digest_of(self, subject: str) -> str:
        """The SHA-256 of one of the four subjects."""
        return dict(self.subjects)[subject]


def make_statement(results: Mapping[str, Any], signers: Sequence[DeclaredSigner]) -> bytes:
    """The canonical bytes of a statement (in-toto Statement v1, RFC 8785) over `results`, declaring `signers`.

    `results` carries `asOf`, `bundle.root`, `catalog.digest` and `profile.digest`; the subjects are taken from there.

    Raises:
        AttestationError: results or signers that no verifier would accept.
        CanonicalizationError: results without a canonical form.
    """
    predicate = {
        "results": dict(results),
        "signers": [{"principal": s.principal, "role": s.role, "keyids": list(s.keyids)} for s in signers],
    }
    canonical = canonical_bytes(predicate["results"])
    try:
        digests = _expected_digests(Node(predicate["results"], "results", StatementError), canonical)
        payload = canonical_bytes(
            {
                "_type": STATEMENT_TYPE,
                "subject": [{"name": name, "digest": {"sha256": digests[name]}} for name in SUBJECTS],
                "predicateType": PREDICATE_TYPE,
                "predicate": predicate,
            }
        )
        return parse_statement(payload).payload
    except StatementError as error:
        raise AttestationError(
            f"no report can be made of this: {error.problem}", place=error.place, value=error.value, hint=error.hint
        ) from error


def parse_statement(payload: bytes) -> Statement:
    """The statement in `payload`: exact members, canonical bytes, all four subjects matching the results.

    in-toto Statement v1 says that a subject matches when any digest matches; ours names one assessment, so all
    four must be there, once, in the order of `SUBJECTS`.

    Raises:
        StatementError: with the JSON pointer, the value found and, where there is one, the fix.
    """
    root = parse_document(payload, "statement", StatementError, MAX_PAYLOAD_BYTES)
    members = root.members(("_type", "subject", "predicateType", "predicate"))
    members["_type"].one_of((STATEMENT_TYPE,))
    members["predicateType"].one_of((PREDICATE_TYPE,))
    predicate = members["predicate"].members(("results", "signers"))
    require_canonical(root, payload)
    results = predicate["results"]
    expected = _expected_digests(results, canonical_bytes_of_parsed(results.mapping()))
    return Statement(
        payload=payload,
        results=results.mapping(),
        subjects=_parse_subjects(members["subject"], expected),
        signers=_parse_signers(predicate["signers"]),
        assessed_at=results.member("asOf").instant(),
    )


def _expected_digests(results: Node, canonical: bytes) -> dict[str, str]:
    digests = {name: results.member(name).member(member).digest() for name, member in _DIGEST_MEMBERS}
    return {**digests, "results": sha256_hex(canonical)}


def _parse_subjects(node: Node, expected: dict[str, str]) -> tuple[tuple[str, str], ...]:
    subjects = []
    for name, item in zip(SUBJECTS, node.items(least=len(SUBJECTS), most=len(SUBJECTS)), strict=True):
        members = item.members(("name", "digest"))
        members["name"].one_of((name,))
        digest = members["digest"].members(("sha256",))["sha256"]
        if digest.digest() != expected[name]:
            raise digest.refusal(
                f"subject {name!r} is not what the results are about, which is {expected[name]}", value=digest.value
            )
        subjects.append((name, expected[name]))
    return tuple(subjects)


def _parse_signers(node: Node) -> tuple[DeclaredSigner, ...]:
    signers: list[DeclaredSigner] = []
    keyids: set[str] = set()
    for item in node.items(most=MAX_SIGNERS):
        members = item.members(("principal", "role", "keyids"))
        principal = members["principal"].identifier()
        # One person in two roles would review their own work.
        if any(signer.principal == principal for signer in signers):
            raise members["principal"].refusal("principal is declared twice", value=principal)
        own = []
        for keyid in members["keyids"].items(most=MAX_SIGNERS):
            if keyid.keyid() in keyids:
                raise keyid.refusal("key id is declared twice", value=keyid.value)
            keyids.add(keyid.value)
            own.append(keyid.value)
        signers.append(DeclaredSigner(principal, members["role"].one_of(ROLES), tuple(own)))
    if len(keyids) > MAX_SIGNERS:
        raise node.refusal(f"at most {MAX_SIGNERS} keys may sign", value=len(keyids))
    return tuple(signers)
