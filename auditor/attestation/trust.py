"""The trust policy: the verifier's own file saying who may sign, in which role, with which key and when.

Nothing in a report sets the terms of its own verification. The file is strict JSON (written by hand or by
`make_trust_policy`; it need not be canonical):

```
{"format": "trust-policy/1",
 "principals": [{"principal": "urn:example:ada", "name": "Ada", "organisation": "Assessors Ltd",
                 "keys": [{"keyid": "sha256:...", "algorithm": "ecdsa-p384-sha384", "public": "<PEM or base64 SPKI>",
                           "notBefore": "2026-01-01T00:00:00Z", "notAfter": "2028-01-01T00:00:00Z",
                           "roles": ["assessor"]}]}],
 "thresholds": {"assessor": 1},
 "revoked": [{"keyid": "sha256:...", "reason": "lost", "revokedAt": "2026-06-01T00:00:00Z"}],
 "catalogs": ["<SHA-256 of an approved catalog>"],
 "engines": ["<approved engine version>"]}
```

`revoked`, `catalogs` and `engines` may be left out. A key counts from `notBefore` to the microsecond before
`notAfter`, and no more from `revokedAt` on. A list that is there but empty is refused: nothing to check must not
read as all passed (`revoked` alone may be empty).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from auditor.attestation.keys import ALGORITHM, PublicKey, encode_spki, parse_public_key
from auditor.attestation.shape import Node, parse_document
from auditor.attestation.statement import MAX_SIGNERS, ROLES
from auditor.errors import TrustError

FORMAT = "trust-policy/1"
MAX_TRUST_BYTES = 4 * 2**20


class TrustedKey(NamedTuple):
    """A key that counts in `roles` from `not_before` until before `not_after` (microseconds)."""

    public: PublicKey
    not_before: int
    not_after: int
    roles: tuple[str, ...]


class Principal(NamedTuple):
    """A person whose keys the verifier knows; `id` is what statements name, the rest is for people."""

    id: str
    name: str
    organisation: str
    keys: tuple[TrustedKey, ...]


class Revocation(NamedTuple):
    """A key that counts no more from `revoked_at` (microseconds) on."""

    keyid: str
    reason: str
    revoked_at: int


class TrustPolicy(NamedTuple):
    """A trust policy whose invariants hold; `catalogs` and `engines` are None where the policy names none."""

    principals: tuple[Principal, ...]
    thresholds: tuple[tuple[str, int], ...]
    revoked: tuple[Revocation, ...]
    catalogs: tuple[str, ...] | None
    engines: tuple[str, ...] | None

    def find(self, keyid: str) -> tuple[Principal, TrustedKey] | None:
        """The principal and key of that key id, or None for a key the verifier does not know."""
        for principal in self.principals:
            for key in principal.keys:
                if key.public.keyid == keyid:
                    return principal, key
        return None

    def require_valid(self, key: TrustedKey, at: int) -> None:
        """Refuse a key that is not yet valid, expired or revoked at `at`, with TrustError."""
        keyid = key.public.keyid
        if at < key.not_before:
            raise TrustError("the key is not yet valid at the time of verification", place=keyid)
        if at >= key.not_after:
            raise TrustError("the key has expired at the time of verification", place=keyid)
        for revocation in self.revoked:
            if revocation.keyid == keyid and revocation.revoked_at <= at:
                raise TrustError("the key is revoked", place=keyid, value=revocation.reason)


def parse_trust_policy(data: bytes) -> TrustPolicy:
    """The trust policy in `data`, in the shape shown at the top of this file.

    Raises:
        TrustError: with the JSON pointer, the value found and, where there is one, the fix.
    """
    root = parse_document(data, "trust policy", TrustError, MAX_TRUST_BYTES)
    members = root.members(("format", "principals", "thresholds"), ("revoked", "catalogs", "engines"))
    members["format"].one_of((FORMAT,))
    principals = _parse_principals(members["principals"])
    return TrustPolicy(
        principals=principals,
        thresholds=_parse_thresholds(members["thresholds"], principals),
        revoked=_parse_revoked(members["revoked"]) if "revoked" in members else (),
        catalogs=_parse_catalogs(members["catalogs"]) if "catalogs" in members else None,
        engines=_parse_engines(members["engines"]) if "engines" in members else None,
    )


def make_trust_policy(
    principals: Sequence[Principal],
    thresholds: Mapping[str, int],
    *,
    revoked: Sequence[Revocation] = (),
    catalogs: Sequence[str] | None = None,
    engines: Sequence[str] | None = None,
) -> bytes:
    """A trust policy file, indented for people to read and edit.

    Raises:
        TrustError: the policy would not be accepted by `parse_trust_policy`.
    """
    import json

    from auditor.canon.instant import format_instant

    document: dict[str, object] = {
        "format": FORMAT,
        "principals": [
            {
                "principal": principal.id,
                "name": principal.name,
                "organisation": principal.organisation,
                "keys": [
                    {
                        "keyid": key.public.keyid,
                        "algorithm": ALGORITHM,
                        "public": encode_spki(key.public),
                        "notBefore": format_instant(key.not_before),
                        "notAfter": format_instant(key.not_after),
                        "roles": list(key.roles),
                    }
                    for key in principal.keys
                ],
            }
            for principal in principals
        ],
        "thresholds": dict(thresholds),
        "revoked": [
            {"keyid": one.keyid, "reason": one.reason, "revokedAt": format_instant(one.revoked_at)} for one in revoked
        ],
    }
    for name, approved in (("catalogs", catalogs), ("engines", engines)):
        if approved is not None:
            document[name] = list(approved)
    data = (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode("utf-8")
    parse_trust_policy(data)
    return data


def _parse_principals(node: Node) -> tuple[Principal, ...]:
    principals: list[Principal] = []
    owners: dict[str, str] = {}
    for item in node.items():
        members = item.members(("principal", "name", "organisation", "keys"))
        name = members["principal"].identifier()
        if any(principal.id == name for principal in principals):
            raise members["principal"].refusal("principal is given twice", value=name)
        keys: list[TrustedKey] = []
        for place in members["keys"].items():
            key = _parse_key(place)
            owner = owners.setdefault(key.public.keyid, name)
            # With one key under two names, one person could pass for two.
            if owner != name or any(other.public.keyid == key.public.keyid for other in keys):
                raise place.refusal(
                    "one public key is given twice",
                    value=key.public.keyid,
                    hint=f"it is a key of {owner} already; a key belongs to one principal, once",
                )
            keys.append(key)
        principals.append(Principal(name, members["name"].text(), members["organisation"].text(), tuple(keys)))
    return tuple(principals)


def _parse_key(node: Node) -> TrustedKey:
    members = node.members(("keyid", "algorithm", "public", "notBefore", "notAfter", "roles"))
    members["algorithm"].one_of((ALGORITHM,))
    public = members["public"]
    if not isinstance(public.value, str):
        raise public.refusal("must be a public key in PEM or base64", value=public.value)
    key = parse_public_key(public.value, place=f"{public.document} {public.pointer}")
    if members["keyid"].keyid() != key.keyid:
        raise members["keyid"].refusal(
            "not the key id of this public key", value=members["keyid"].value, hint=f"it is {key.keyid}"
        )
    not_before, not_after = members["notBefore"].instant(), members["notAfter"].instant()
    if not_before >= not_after:
        raise members["notAfter"].refusal("must be later than notBefore", value=members["notAfter"].value)
    roles = tuple(_distinct(role, role.one_of(ROLES), members["roles"]) for role in members["roles"].items())
    return TrustedKey(key, not_before, not_after, roles)


def _parse_thresholds(node: Node, principals: tuple[Principal, ...]) -> tuple[tuple[str, int], ...]:
    thresholds = []
    for role, threshold in node.members((), ROLES).items():
        able = sum(any(role in key.roles for key in principal.keys) for principal in principals)
        needed = threshold.integer(1, MAX_SIGNERS)
        if needed > able:
            raise threshold.refusal(
                f"can never be met: {able} principals have a key for the role", value=needed, hint="grant the role"
            )
        thresholds.append((role, needed))
    if not thresholds:
        raise node.refusal("no threshold is set", hint='say how many must sign, such as {"assessor": 1}')
    return tuple(sorted(thresholds))


def _parse_revoked(node: Node) -> tuple[Revocation, ...]:
    revoked = []
    for item in node.items(least=0):
        members = item.members(("keyid", "reason", "revokedAt"))
        keyid = _distinct(members["keyid"], members["keyid"].keyid(), node, "keyid")
        revoked.append(Revocation(keyid, members["reason"].text(), members["revokedAt"].instant()))
    return tuple(revoked)


def _parse_catalogs(node: Node) -> tuple[str, ...]:
    return tuple(_distinct(item, item.digest(), node) for item in node.items())


def _parse_engines(node: Node) -> tuple[str, ...]:
    return tuple(_distinct(item, item.identifier(), node) for item in node.items())


def _distinct(item: Node, value: str, array: Node, member: str | None = None) -> str:
    given = [entry.get(member) if member and isinstance(entry, dict) else entry for entry in array.value]
    if given.count(value) > 1:
        raise item.refusal("given twice", value=value)
    return value
