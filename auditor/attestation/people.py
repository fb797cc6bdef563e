"""The people and organisations of a trust root, and the keys they are known by.

A principal signs statements; a holder signs trust roots. Each is one person (or one service) with two keys of
different algorithms, and counts only with both.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from auditor.attestation.keys import ALGORITHMS, PublicKey, encode_spki, parse_public_key
from auditor.attestation.roles import ROLES
from auditor.attestation.shape import Node
from auditor.errors import TrustError

REASONS = ("superseded", "cessation", "key-compromise")
KINDS = ("assessor", "facility", "authority")
# A facility that could be given an assessor's role would be its own judge (threat: facility signs as assessor).
ROLES_OF_KIND = {
    "assessor": ("assessor", "technical-reviewer", "sealer"),
    "facility": ("responsible-official", "sealer"),
    "authority": ("authority", "sealer"),
}


class TrustedKey(NamedTuple):
    """A key that counts from `not_before` until before `not_after` (microseconds)."""

    public: PublicKey
    not_before: int
    not_after: int

    @property
    def keyid(self) -> str:
        """The key id of the public key."""
        return self.public.keyid

    def require_window(self, when: int) -> None:
        """Refuse a key that is not yet valid, or valid no more, at `when`, with TrustError."""
        if when < self.not_before:
            raise TrustError(
                "the key is not yet valid at the time it is judged at",
                place=self.keyid,
                hint="if you know that it was theirs then, say so in the trust root: auditor trust add --from",
            )
        if when >= self.not_after:
            raise TrustError("the key has expired at the time it is judged at", place=self.keyid)


class Holder(NamedTuple):
    """One who signs the trust root, with one key of each algorithm in the order of ALGORITHMS."""

    id: str
    name: str
    keys: tuple[TrustedKey, ...]


class Organisation(NamedTuple):
    """An organisation that principals belong to; `kind` is one of KINDS and limits the roles its people may have."""

    id: str
    name: str
    kind: str


class Principal(NamedTuple):
    """A person or sealing service whose signatures count in `roles`; `organisation` is an organisation's id."""

    id: str
    name: str
    organisation: str
    roles: tuple[str, ...]
    keys: tuple[TrustedKey, ...]


class Revocation(NamedTuple):
    """A key that counts no more from `effective` on (RFC 5280 sections 5.3.1 and 5.3.2; microseconds)."""

    keyid: str
    reason: str
    revoked_at: int
    invalidity_date: int

    @property
    def effective(self) -> int:
        """When it begins to count: a compromised key is bad from the day it was lost, not from the day it was said."""
        return self.invalidity_date if self.reason == "key-compromise" else self.revoked_at


class KeyRing:
    """The keys met so far while a trust root is read: one public key belongs to one owner, and is there once."""

    def __init__(self) -> None:
        self._owners: dict[str, str] = {}

    def add(self, place: Node, keyid: str, owner: str) -> None:
        """Note `keyid` as a key of `owner`; with one key under two names, one person could pass for two."""
        if keyid in self._owners:
            raise place.refusal(
                "one public key is given twice",
                value=keyid,
                hint=f"it is a key of {self._owners[keyid]} already; a key belongs to one principal or holder, once",
            )
        self._owners[keyid] = owner

    def __contains__(self, keyid: str) -> bool:
        return keyid in self._owners


def parse_holders(node: Node, ring: KeyRing) -> tuple[Holder, ...]:
    """The root holders, each once, each with exactly one key of each algorithm."""
    holders: list[Holder] = []
    for item in node.items(most=64):
        members = item.members(("holder", "name", "keys"))
        name = members["holder"].identifier()
        refuse_repeated(members["holder"], name, (holder.id for holder in holders))
        keys = _parse_keys(members["keys"], name, ring)
        if tuple(key.public.algorithm for key in keys) != ALGORITHMS:
            raise members["keys"].refusal(
                "a root holder has exactly two keys: " + ", then ".join(ALGORITHMS),
                value=", ".join(key.public.algorithm for key in keys),
            )
        holders.append(Holder(name, members["name"].text(), keys))
    return tuple(holders)


def parse_organisations(node: Node) -> tuple[Organisation, ...]:
    """The organisations, each id and each name once."""
    found: list[Organisation] = []
    for item in node.items():
        members = item.members(("organisation", "name", "kind"))
        name = members["organisation"].identifier()
        refuse_repeated(members["organisation"], name, (one.id for one in found))
        shown = members["name"].text()
        # Two that print alike would be one organisation that counts as two.
        if any(one.name.casefold() == shown.casefold() for one in found):
            raise members["name"].refusal("another organisation has this name", value=shown)
        found.append(Organisation(name, shown, members["kind"].one_of(KINDS)))
    return tuple(found)


def parse_principals(
    node: Node, organisations: tuple[Organisation, ...], separation: tuple[tuple[str, str], ...], ring: KeyRing
) -> tuple[Principal, ...]:
    """The principals, each once, with roles that their organisation's kind and the separation allow."""
    kinds = {organisation.id: organisation.kind for organisation in organisations}
    found: list[Principal] = []
    for item in node.items():
        members = item.members(("principal", "name", "organisation", "roles", "keys"))
        name = members["principal"].identifier()
        refuse_repeated(members["principal"], name, (one.id for one in found))
        organisation = members["organisation"].identifier()
        if organisation not in kinds:
            raise members["organisation"].refusal("not one of the organisations given here", value=organisation)
        roles = _parse_roles(members["roles"], kinds[organisation], separation)
        keys = _parse_keys(members["keys"], name, ring)
        for algorithm in ALGORITHMS:
            if not any(key.public.algorithm == algorithm for key in keys):
                raise members["keys"].refusal(
                    f"no {algorithm} key: a principal signs with both algorithms or not at all", value=name
                )
        found.append(Principal(name, members["name"].text(), organisation, roles, keys))
    return tuple(found)


def parse_revoked(node: Node) -> tuple[Revocation, ...]:
    """The revocations, one for a key."""
    found: list[Revocation] = []
    for item in node.items(least=0, most=4096):
        members = item.members(("keyid", "reason", "revokedAt", "invalidityDate"))
        keyid = members["keyid"].keyid()
        refuse_repeated(members["keyid"], keyid, (one.keyid for one in found))
        reason = members["reason"].one_of(REASONS)
        revoked_at, invalidity_date = members["revokedAt"].utc_instant(), members["invalidityDate"].utc_instant()
        if invalidity_date > revoked_at:
            raise members["invalidityDate"].refusal("must not be later than revokedAt", value=item.value)
        # A date that is there and does not count would be read as one that does.
        if reason != "key-compromise" and invalidity_date != revoked_at:
            raise members["invalidityDate"].refusal(
                f"must be revokedAt itself where the reason is {reason}",
                value=members["invalidityDate"].value,
                hint="an earlier day counts for key-compromise alone",
            )
        found.append(Revocation(keyid, reason, revoked_at, invalidity_date))
    return tuple(found)


def refuse_repeated(node: Node, value: object, known: Iterable[object]) -> None:
    """Refuse `value` where it is among `known` already."""
    if value in known:
        raise node.refusal("given twice", value=value)


def _parse_roles(node: Node, kind: str, separation: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    roles: list[str] = []
    for item in node.items():
        role = item.one_of(ROLES)
        refuse_repeated(item, role, roles)
        if role not in ROLES_OF_KIND[kind]:
            raise item.refusal(
                f"not a role for the people of an organisation of the kind {kind}",
                value=role,
                hint="it may have: " + ", ".join(ROLES_OF_KIND[kind]),
            )
        roles.append(role)
    for one, other in separation:
        if one in roles and other in roles:
            raise node.refusal("one principal has two roles that must be separate", value=f"{one}, {other}")
    return tuple(roles)


def _parse_keys(node: Node, owner: str, ring: KeyRing) -> tuple[TrustedKey, ...]:
    return tuple(_parse_key(item, owner, ring) for item in node.items(most=64))


def _parse_key(node: Node, owner: str, ring: KeyRing) -> TrustedKey:
    members = node.members(("keyid", "algorithm", "public", "notBefore", "notAfter"))
    algorithm, public = members["algorithm"].one_of(ALGORITHMS), members["public"]
    if not isinstance(public.value, str):
        raise public.refusal("must be a public key in base64", value=public.value)
    key = parse_public_key(public.value, place=f"{public.document} {public.pointer}")
    if encode_spki(key) != public.value:
        raise public.refusal("must be the SPKI DER in base64 on one line, not PEM")
    if key.algorithm != algorithm:
        raise members["algorithm"].refusal(f"this public key is one of {key.algorithm}", value=algorithm)
    if members["keyid"].keyid() != key.keyid:
        raise members["keyid"].refusal(
            "not the key id of this public key", value=members["keyid"].value, hint=f"it is {key.keyid}"
        )
    ring.add(node, key.keyid, owner)
    not_before, not_after = members["notBefore"].utc_instant(), members["notAfter"].utc_instant()
    if not_before >= not_after:
        raise members["notAfter"].refusal("must be later than notBefore", value=members["notAfter"].value)
    return TrustedKey(key, not_before, not_after)
