"""What all our statements share: the in-toto Statement v1 frame, subjects, instants and declared signers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from auditor.attestation.roles import DECLARATIONS, Kind, roles_for
from auditor.attestation.shape import Node, parse_canonical_document
from auditor.canon.json import canonical_bytes, canonical_bytes_of_parsed
from auditor.errors import AttestationError, StatementError

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
MAX_PAYLOAD_BYTES = 64 * 2**20
# Two signatures of each must fit into an envelope.
MAX_SIGNERS = 32

Made = TypeVar("Made")


class DeclaredSigner(NamedTuple):
    """Who the payload says will sign and in which role, with both of `keyids` (in the order of `keys.ALGORITHMS`)."""

    principal: str
    role: str
    keyids: tuple[str, ...]


class Subject(NamedTuple):
    """What a statement is about: a name and one digest, `sha256` or `sha512`, in hexadecimal."""

    name: str
    algorithm: str
    digest: str


class Frame(NamedTuple):
    """A statement in canonical form: its subjects and the members of its predicate, unread, and what is behind it."""

    subjects: Node
    predicate: dict[str, Node]
    behind: dict[str, Any]


def open_statement(payload: bytes, kind: Kind, members: tuple[str, ...]) -> Frame:
    """The frame of a statement of `kind`, whose predicate has exactly `members` and `signers`.

    Raises:
        StatementError: with the JSON pointer, the value found and, where there is one, the fix.
    """
    root = parse_canonical_document(payload, "statement", StatementError, MAX_PAYLOAD_BYTES)
    outer = root.members(("_type", "subject", "predicateType", "predicate"))
    outer["_type"].one_of((STATEMENT_TYPE,))
    outer["predicateType"].one_of((kind.predicate_type,))
    behind = {name: outer[name].value for name in ("predicateType", "subject")}
    return Frame(outer["subject"], outer["predicate"].members((*members, "signers")), behind)


def encode_statement(
    kind: Kind, topic: str, subjects: Sequence[Subject], predicate: Mapping[str, Any], signers: Sequence[DeclaredSigner]
) -> bytes:
    """The canonical bytes of a statement, each signer with the sentence of their role for `topic`.

    Raises:
        AttestationError: a role that has nothing to say on `topic`.
        CanonicalizationError: a predicate without a canonical form.
    """
    whole: dict[str, Any] = {**predicate, "signers": [_signer_document(topic, signer) for signer in signers]}
    return canonical_bytes(
        {
            "_type": STATEMENT_TYPE,
            "subject": [{"name": one.name, "digest": {one.algorithm: one.digest}} for one in subjects],
            "predicateType": kind.predicate_type,
            "predicate": whole,
        }
    )


def bytes_of_member(payload: bytes, frame: Frame, name: str) -> bytes:
    """The canonical bytes of the predicate's member `name`, out of a statement that is canonical already.

    `name` is neither the first member of the predicate nor the last. Canonical form orders members by name, so what
    stands before and behind gives the place; writing a large member once more would take longer than all the rest.
    """
    values = {key: node.value for key, node in frame.predicate.items()}
    before = canonical_bytes_of_parsed({key: value for key, value in values.items() if key < name})
    behind = canonical_bytes_of_parsed({key: value for key, value in values.items() if key > name})
    head = f'{{"_type":"{STATEMENT_TYPE}","predicate":,"{name}":'
    # Each of the two behind begins with a brace where the payload has a comma.
    return payload[len(head) + len(before) - 1 : -len(behind) - len(canonical_bytes_of_parsed(frame.behind))]


def made(parse: Callable[[bytes], Made], payload: bytes) -> bytes:
    """`payload`, once `parse` has accepted it: nothing is signed that no verifier would read.

    Raises:
        AttestationError: `parse` refused it.
    """
    try:
        parse(payload)
    except StatementError as error:
        raise not_made(error) from error
    return payload


def not_made(error: StatementError) -> AttestationError:
    """The refusal to make a statement that would be refused with `error`."""
    return AttestationError(
        f"no statement can be made of this: {error.problem}", place=error.place, value=error.value, hint=error.hint
    )


def read_subjects(node: Node, expected: Sequence[Subject]) -> None:
    """Refuse subjects that are not exactly `expected`, in that order.

    in-toto Statement v1 says that a statement matches when any subject matches; ours are about one thing, so all of
    them must be there, once.
    """
    for subject, item in zip(expected, node.items(least=len(expected), most=len(expected)), strict=True):
        digest = read_subject(item, subject.name, subject.algorithm)
        if digest != subject.digest:
            place = item.child("digest").child(subject.algorithm)
            raise place.refusal(
                f"subject {subject.name!r} is not what the statement is about, which is {subject.digest}",
                value=digest,
            )


def read_subject(item: Node, name: str, algorithm: str) -> str:
    """The digest of the subject called `name`."""
    members = item.members(("name", "digest"))
    members["name"].one_of((name,))
    digest = members["digest"].members((algorithm,))[algorithm]
    return digest.digest512() if algorithm == "sha512" else digest.digest()


def read_signers(node: Node, topic: str) -> tuple[DeclaredSigner, ...]:
    """The declared signers: each principal once, with two keys of their own, and the sentence of the role."""
    signers: list[DeclaredSigner] = []
    keyids: set[str] = set()
    for item in node.items(most=MAX_SIGNERS):
        members = item.members(("principal", "role", "declares", "keyids"))
        principal = members["principal"].identifier()
        # One person in two roles would review their own work.
        if any(signer.principal == principal for signer in signers):
            raise members["principal"].refusal("principal is declared twice", value=principal)
        role = members["role"].one_of(roles_for(topic))
        members["declares"].one_of((DECLARATIONS[topic, role],))
        signers.append(DeclaredSigner(principal, role, _read_keyids(members["keyids"], keyids)))
    return tuple(signers)


def optional_digest512(node: Node) -> str | None:
    """A SHA-512 digest or null."""
    return None if node.value is None else node.digest512()


def _read_keyids(node: Node, taken: set[str]) -> tuple[str, ...]:
    own = []
    for keyid in node.items(least=2, most=2):
        if keyid.keyid() in taken:
            raise keyid.refusal("key id is declared twice", value=keyid.value)
        taken.add(keyid.value)
        own.append(str(keyid.value))
    return tuple(own)


def _signer_document(topic: str, signer: DeclaredSigner) -> dict[str, Any]:
    sentence = DECLARATIONS.get((topic, signer.role))
    if sentence is None:
        raise AttestationError(
            f"the role {signer.role} does not sign this ({topic})",
            place=signer.principal,
            hint="roles that do: " + ", ".join(roles_for(topic)),
        )
    return {
        "principal": signer.principal,
        "role": signer.role,
        "declares": sentence,
        "keyids": list(signer.keyids),
    }
