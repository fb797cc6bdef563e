"""The trust root: the verifier's own signed file saying whose signatures count, in which role, when, and what else
may be relied on.

Nothing in a package sets the terms of its own verification. The file is a DSSE envelope (its own payload type) over
canonical JSON, signed by root holders; that its signatures verify shows that it is whole, and that it is the
verifier's own is for the verifier to know: `digest` is what they compare. `docs/trust.md` shows the payload.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from auditor.attestation.envelope import TRUST_ROOT_TYPE, Envelope, parse_envelope
from auditor.attestation.keys import ALGORITHMS, verify_signature
from auditor.attestation.people import (
    Holder,
    KeyRing,
    Organisation,
    Principal,
    Revocation,
    TrustedKey,
    parse_holders,
    parse_organisations,
    parse_principals,
    parse_revoked,
)
from auditor.attestation.reliance import (
    Authority,
    PdfCertificate,
    StatusRule,
    parse_algorithms,
    parse_authorities,
    parse_pdf,
    parse_separation,
    parse_status,
    parse_thresholds,
)
from auditor.attestation.shape import Node, parse_document, require_canonical
from auditor.canon.digest import sha256_hex
from auditor.canon.instant import format_instant
from auditor.errors import SignatureError, TrustError, UnverifiableError

__all__ = [
    "FORMAT",
    "MAX_ROOT_BYTES",
    "Authority",
    "DraftRoot",
    "Holder",
    "Organisation",
    "PdfCertificate",
    "Principal",
    "Revocation",
    "StatusRule",
    "TrustRoot",
    "TrustedKey",
    "count_holders",
    "parse_root",
    "read_draft",
]

FORMAT = "trust-root/1"
MAX_ROOT_BYTES = 8 * 2**20
MAX_VERSION = 2**31
_MEMBERS = (
    "format", "lineage", "version", "issuedAt", "root", "organisations", "principals", "thresholds", "separation",
    "revoked", "authorities", "timeThreshold", "timeTolerance", "pdf", "algorithms", "catalogs", "engines",
    "verifiers", "status",
)  # fmt: skip


class TrustRoot(NamedTuple):
    """A trust root whose invariants hold; instants are microseconds, `time_tolerance` is seconds.

    `keys` maps the key id of every principal's key to both. `thresholds` maps the name of a kind of statement to the
    roles and the number of distinct people it needs. `algorithms` maps a name to the instant it stops counting at, or
    None. `catalogs`, `engines` (SHA-256) and `verifiers` (SHA-512) are None where any is accepted. `content` is the
    SHA-256 of the payload, `digest` that of the file; files that differ in signatures alone have the same content.
    """

    lineage: str
    version: int
    issued_at: int
    holders: tuple[Holder, ...]
    threshold: int
    organisations: tuple[Organisation, ...]
    principals: tuple[Principal, ...]
    thresholds: Mapping[str, tuple[tuple[str, int], ...]]
    separation: tuple[tuple[str, str], ...]
    revoked: tuple[Revocation, ...]
    authorities: tuple[Authority, ...]
    time_threshold: int
    time_tolerance: int
    pdf_anchors: tuple[bytes, ...]
    pdf_certificates: tuple[PdfCertificate, ...]
    algorithms: Mapping[str, int | None]
    catalogs: tuple[str, ...] | None
    engines: tuple[str, ...] | None
    verifiers: tuple[str, ...] | None
    status: StatusRule | None
    content: str
    digest: str
    keys: Mapping[str, tuple[Principal, TrustedKey]]

    def find(self, keyid: str) -> tuple[Principal, TrustedKey] | None:
        """The principal and key of that key id, or None; a root holder's key signs no statement."""
        return self.keys.get(keyid)

    def require_valid(self, key: TrustedKey, when: int) -> None:
        """Refuse a key that is not yet valid, expired or revoked at `when`, with TrustError."""
        key.require_window(when)
        for revocation in self.revoked:
            if revocation.keyid == key.keyid and when >= revocation.effective:
                raise TrustError("the key is revoked", place=key.keyid, value=revocation.reason)

    def require_algorithm(self, algorithm: str, at: int) -> None:
        """Refuse to rely on `algorithm` at `at`.

        Raises:
            TrustError: the trust root does not name it.
            UnverifiableError: its time is over; that no forgery can be told any more is not itself a forgery.
        """
        if algorithm not in self.algorithms:
            raise TrustError("the trust root does not know this algorithm", value=algorithm)
        until = self.algorithms[algorithm]
        if until is not None and at >= until:
            raise UnverifiableError(
                f"the trust root relies on this algorithm until {format_instant(until)} only",
                value=algorithm,
                hint="a renewal made before that day is needed, or ask for an earlier day with --at",
            )

    def require_thresholds(self, kind: str) -> tuple[tuple[str, int], ...]:
        """(role, distinct people needed) for that kind of statement, with TrustError where the trust root has none.

        An act is one person's, in a role that depends on the act: without a threshold of its own it needs none.
        """
        if kind == "act" and kind not in self.thresholds:
            return ()
        if kind not in self.thresholds:
            raise TrustError(
                f"the trust root does not say who must sign: {kind}",
                hint="set a threshold for it, or do without such statements",
            )
        return self.thresholds[kind]

    def organisation(self, identifier: str) -> Organisation:
        """The organisation of that id, with TrustError where there is none."""
        for organisation in self.organisations:
            if organisation.id == identifier:
                return organisation
        raise TrustError("the trust root does not know this organisation", value=identifier)


class DraftRoot(NamedTuple):
    """A trust root as it is being signed: well-formed, and perhaps signed by too few or by nobody known."""

    envelope: Envelope
    root: TrustRoot


def parse_root(data: bytes) -> TrustRoot:
    """The trust root in `data`, signed by a threshold of the holders it names itself.

    A signature by a key that is no holder's is not counted: after a rotation it is a former holder's, and
    `accept_successor` asks for it.

    Raises:
        EnvelopeError: not an envelope in our strict profile.
        TrustError: the content breaks an invariant, or too few holders signed.
        SignatureError: a holder's signature does not verify, or is one of the two that a holder makes.
        UnverifiableError: the cryptography library is not installed.
    """
    draft = read_draft(data)
    root = draft.root
    require_holders(draft.envelope, root.holders, root.threshold, root.issued_at, "its own version")
    return root


def read_draft(data: bytes) -> DraftRoot:
    """What `parse_root` reads, its signatures not looked at: for those who sign it, and for nobody else.

    Raises:
        EnvelopeError, TrustError, UnverifiableError: as `parse_root`.
    """
    if len(data) > MAX_ROOT_BYTES:
        raise TrustError(f"larger than the {MAX_ROOT_BYTES} bytes allowed", place="trust root", value=len(data))
    envelope = parse_envelope(data, TRUST_ROOT_TYPE)
    return DraftRoot(envelope, parse_payload(envelope.payload)._replace(digest=sha256_hex(data)))


def parse_payload(payload: bytes) -> TrustRoot:
    """The content of a trust root, which nobody has vouched for; its `digest` is empty.

    Raises:
        TrustError: with the JSON pointer, the value found and, where there is one, the fix.
    """
    document = parse_document(payload, "trust root", TrustError, MAX_ROOT_BYTES)
    members = document.members(_MEMBERS)
    members["format"].one_of((FORMAT,))
    root = _assemble(members, sha256_hex(payload))
    require_canonical(document, payload)
    _refuse_contradictions(members, root)
    return root


def count_holders(envelope: Envelope, holders: tuple[Holder, ...], when: int) -> tuple[str, ...]:
    """The ids of the `holders` who signed, each with both keys, both valid at `when`.

    Raises:
        SignatureError: one signature of a holder is missing or does not verify.
        TrustError: a holder signed with a key that is not valid at `when`.
    """
    signatures = {one.keyid: one.sig for one in envelope.signatures}
    message = envelope.signed_bytes()
    counted = []
    for holder in holders:
        present = [key for key in holder.keys if key.keyid in signatures]
        if not present:
            continue
        if len(present) != len(ALGORITHMS):
            raise SignatureError(
                f"signed with one key of two: only {present[0].public.algorithm}",
                place=f"trust root, holder {holder.id}",
                hint="a holder counts with both signatures or not at all; one was removed, or never made",
            )
        for key in present:
            key.require_window(when)
            verify_signature(key.public, message, signatures[key.keyid])
        counted.append(holder.id)
    return tuple(counted)


def require_holders(envelope: Envelope, holders: tuple[Holder, ...], threshold: int, when: int, of: str) -> None:
    """Refuse an envelope that fewer than `threshold` of `holders` signed; `of` says whose holders, in words.

    Raises:
        TrustError, SignatureError: as `count_holders`.
    """
    counted = count_holders(envelope, holders, when)
    if len(counted) < threshold:
        raise TrustError(
            f"signed by {len(counted)} root holders of {of}, and {threshold} are needed",
            place="trust root",
            hint="the missing holders sign it with: auditor trust sign",
        )


def _assemble(members: dict[str, Node], content: str) -> TrustRoot:
    ring = KeyRing()
    threshold = members["root"].members(("threshold", "holders"))
    organisations = parse_organisations(members["organisations"])
    separation = parse_separation(members["separation"])
    holders = parse_holders(threshold["holders"], ring)
    principals = parse_principals(members["principals"], organisations, separation, ring)
    authorities = parse_authorities(members["authorities"])
    anchors, certificates = parse_pdf(members["pdf"], principals)
    return TrustRoot(
        lineage=members["lineage"].identifier(),
        version=members["version"].integer(1, MAX_VERSION),
        issued_at=members["issuedAt"].utc_instant(),
        holders=holders,
        threshold=threshold["threshold"].integer(1, len(holders)),
        organisations=organisations,
        principals=principals,
        thresholds=parse_thresholds(members["thresholds"], principals),
        separation=separation,
        revoked=parse_revoked(members["revoked"]),
        authorities=authorities,
        time_threshold=members["timeThreshold"].integer(0, len({one.operator for one in authorities})),
        time_tolerance=members["timeTolerance"].integer(0, 86_400),
        pdf_anchors=anchors,
        pdf_certificates=certificates,
        algorithms=parse_algorithms(members["algorithms"]),
        catalogs=_approved(members["catalogs"]),
        engines=_approved(members["engines"]),
        verifiers=_approved(members["verifiers"], sha512=True),
        status=parse_status(members["status"]),
        content=content,
        digest="",
        keys={key.keyid: (principal, key) for principal in principals for key in principal.keys},
    )


def _refuse_contradictions(members: dict[str, Node], root: TrustRoot) -> None:
    revoked = {revocation.keyid for revocation in root.revoked}
    for holder in root.holders:
        for key in holder.keys:
            if key.keyid in revoked:
                raise members["revoked"].refusal(
                    "a root holder's key is revoked", value=holder.id, hint="rotate it: auditor trust rotate"
                )
            if not key.not_before <= root.issued_at < key.not_after:
                raise members["issuedAt"].refusal(
                    "outside the window of a root holder's key",
                    value=holder.id,
                    hint="rotate the key: auditor trust rotate",
                )


def _approved(node: Node, *, sha512: bool = False) -> tuple[str, ...] | None:
    if node.value is None:
        return None
    # An empty list would approve of nothing, and nothing to check must not read as all passed.
    found: list[str] = []
    for item in node.items():
        digest = item.digest512() if sha512 else item.digest()
        if digest in found:
            raise item.refusal("given twice", value=digest)
        found.append(digest)
    return tuple(found)
