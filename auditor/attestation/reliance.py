"""What a trust root relies on beside people's keys: thresholds, time-stamping authorities, PDF certificates,
algorithms and status lists."""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from auditor.attestation.keys import ALGORITHMS
from auditor.attestation.people import Principal, refuse_repeated
from auditor.attestation.roles import KIND_ROLES, ROLES
from auditor.attestation.shape import Node
from auditor.errors import EnvelopeError

REPORT = "assessment-results"
TIMESTAMPS = "rfc3161"
MAX_CERTIFICATE_BYTES = 16_384
MAX_PEOPLE = 32
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?", re.ASCII)
_OID = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]{0,18})){1,31}", re.ASCII)


class Authority(NamedTuple):
    """A time-stamping authority: `certificate` (DER) is the one its tokens are checked against, and no other.

    `name` is part of file names; authorities of one `operator` count once; tokens are under `policy` (an OID) and
    count from `not_before` until before `not_after` (microseconds).
    """

    name: str
    operator: str
    certificate: bytes
    policy: str
    not_before: int
    not_after: int


class PdfCertificate(NamedTuple):
    """The SHA-256 of a PDF-signing certificate's DER, and the id of the principal it belongs to."""

    sha256: str
    principal: str


class StatusRule(NamedTuple):
    """The lowest version of a status list that is accepted, and how old it may be."""

    least_version: int
    max_age_days: int


def parse_thresholds(node: Node, principals: tuple[Principal, ...]) -> Mapping[str, tuple[tuple[str, int], ...]]:
    """For each kind of statement the roles and the number of people needed, each of them within reach."""
    kinds = node.members((REPORT,), tuple(kind for kind in KIND_ROLES if kind != REPORT))
    return {kind: _parse_threshold(kinds[kind], KIND_ROLES[kind], principals) for kind in sorted(kinds)}


def parse_separation(node: Node) -> tuple[tuple[str, str], ...]:
    """Pairs of roles whose people must belong to different organisations."""
    found: list[tuple[str, str]] = []
    for item in node.items(least=0):
        one, other = (role.one_of(ROLES) for role in item.items(least=2, most=2))
        if one == other:
            raise item.refusal("a role cannot be separate from itself", value=one)
        refuse_repeated(item, {one, other}, [set(pair) for pair in found])
        found.append((one, other))
    return tuple(found)


def parse_authorities(node: Node) -> tuple[Authority, ...]:
    """The time-stamping authorities, each name and each certificate once, each key with one operator."""
    found: list[Authority] = []
    for item in node.items(least=0, most=64):
        members = item.members(("authority", "operator", "certificate", "policy", "notBefore", "notAfter"))
        name = members["authority"].text()
        if not _NAME.fullmatch(name):
            raise members["authority"].refusal(
                "must be 1 to 32 small letters, digits and hyphens: files are named for it", value=name
            )
        refuse_repeated(members["authority"], name, [one.name for one in found])
        certificate = parse_certificate(members["certificate"])
        operator = members["operator"].text()
        refuse_repeated(members["certificate"], certificate, [one.certificate for one in found])
        _refuse_second_witness(members, operator, certificate, found)
        policy = members["policy"].text()
        if not _OID.fullmatch(policy):
            raise members["policy"].refusal("must be an object identifier such as 1.3.6.1.4.1.1", value=policy)
        began, ended = members["notBefore"].utc_instant(), members["notAfter"].utc_instant()
        if began >= ended:
            raise members["notAfter"].refusal("must be later than notBefore", value=members["notAfter"].value)
        found.append(Authority(name, operator, certificate, policy, began, ended))
    return tuple(found)


def _refuse_second_witness(members: dict[str, Node], operator: str, certificate: bytes, known: list[Authority]) -> None:
    """Refuse one operator who would count as two: by a name that prints alike, or by one key under two names."""
    for one in known:
        if one.operator == operator:
            continue
        if one.operator.casefold() == operator.casefold():
            raise members["operator"].refusal("another operator has this name", value=operator)
        if _key_of(one.certificate) == _key_of(certificate):
            raise members["certificate"].refusal(
                "another operator's authority has this key", value=one.name, hint="one operator is one witness"
            )


@lru_cache(maxsize=64)
def _key_of(certificate: bytes) -> bytes:
    # What cannot be read as a certificate stands for itself: no token verifies under it.
    from auditor.attestation.cms import key_in

    try:
        return key_in(certificate, "certificate")
    except EnvelopeError:
        return certificate


def parse_pdf(node: Node, principals: tuple[Principal, ...]) -> tuple[tuple[bytes, ...], tuple[PdfCertificate, ...]]:
    """The certificates (DER) that PDF-signing certificates are traced to, and whose each of those is."""
    members = node.members(("anchors", "certificates"))
    anchors: list[bytes] = []
    for item in members["anchors"].items(least=0, most=64):
        certificate = parse_certificate(item)
        refuse_repeated(item, certificate, anchors)
        anchors.append(certificate)
    known = {principal.id for principal in principals}
    found: list[PdfCertificate] = []
    for item in members["certificates"].items(least=0):
        own = item.members(("sha256", "principal"))
        digest, principal = own["sha256"].digest(), own["principal"].identifier()
        refuse_repeated(own["sha256"], digest, [one.sha256 for one in found])
        if principal not in known:
            raise own["principal"].refusal("not one of the principals given here", value=principal)
        found.append(PdfCertificate(digest, principal))
    return tuple(anchors), tuple(found)


def parse_algorithms(node: Node) -> Mapping[str, int | None]:
    """For each algorithm the instant it stops counting at, or None."""
    members = node.members((*ALGORITHMS, TIMESTAMPS))
    return {name: None if until.value is None else until.utc_instant() for name, until in members.items()}


def parse_status(node: Node) -> StatusRule | None:
    """The rule for status lists, or None where none is asked for."""
    if node.value is None:
        return None
    members = node.members(("leastVersion", "maxAgeDays"))
    return StatusRule(members["leastVersion"].integer(1, 2**31), members["maxAgeDays"].integer(1, 36_525))


def parse_certificate(node: Node) -> bytes:
    """The DER of a certificate in base64: one SEQUENCE from the first byte to the last, read no further here."""
    try:
        der = binascii.a2b_base64(node.value, strict_mode=True) if isinstance(node.value, str) else b""
    except ValueError as error:
        raise node.refusal("must be a certificate, its DER in base64 on one line") from error
    if binascii.b2a_base64(der, newline=False).decode("ascii") != node.value or not _is_one_sequence(der):
        raise node.refusal("must be a certificate, its DER in base64 on one line")
    if len(der) > MAX_CERTIFICATE_BYTES:
        raise node.refusal(f"certificate longer than {MAX_CERTIFICATE_BYTES} bytes", value=len(der))
    return der


def _is_one_sequence(der: bytes) -> bool:
    # A certificate has 256 to 65,535 bytes of content: its length is written in two bytes, and in no other way.
    return len(der) >= 260 and der[:2] == b"\x30\x82" and 4 + int.from_bytes(der[2:4], "big") == len(der)


def _parse_threshold(
    node: Node, roles: tuple[str, ...], principals: tuple[Principal, ...]
) -> tuple[tuple[str, int], ...]:
    found = []
    for role, threshold in node.members((), roles).items():
        able = sum(role in principal.roles for principal in principals)
        needed = threshold.integer(1, MAX_PEOPLE)
        if needed > able:
            raise threshold.refusal(
                f"can never be met: {able} principals have the role {role}", value=needed, hint="add a principal"
            )
        found.append((role, needed))
    if not found:
        raise node.refusal("no threshold is set", hint='say how many must sign, such as {"assessor": 1}')
    return tuple(sorted(found))
