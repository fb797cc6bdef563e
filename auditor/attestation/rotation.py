"""Making, signing and replacing trust roots: version N+1 counts when the holders of N and its own holders signed it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from auditor.attestation.envelope import TRUST_ROOT_TYPE, Envelope, Signature, encode_envelope, pae
from auditor.attestation.keys import ALGORITHMS, verify_signature
from auditor.attestation.root import (
    Holder,
    TrustRoot,
    count_holders,
    parse_payload,
    parse_root,
    read_draft,
    require_holders,
)
from auditor.canon.json import canonical_bytes
from auditor.errors import SignatureError, SigningError, TrustError

if TYPE_CHECKING:
    from auditor.attestation.sign import SigningKey


def make_root(document: Mapping[str, Any]) -> bytes:
    """The payload of a trust root, in canonical form and not yet signed.

    Raises:
        TrustError: the document breaks an invariant.
        CanonicalizationError: it holds a value that has no canonical JSON form.
    """
    payload = canonical_bytes(dict(document))
    parse_payload(payload)
    return payload


def sign_root(payload: bytes, keys: Sequence[SigningKey], *, predecessor: TrustRoot | None = None) -> bytes:
    """An envelope over `payload`, signed by `keys`: both keys of each of one or more holders.

    With `predecessor` the keys of its holders may sign as well. Not every holder has to sign now.

    Raises:
        TrustError: `payload` is not a trust root, or does not follow `predecessor`.
        SigningError: no key, one key of two, or a key that is no holder's or is not valid at its issuedAt.
    """
    return _add(Envelope(TRUST_ROOT_TYPE, payload, ()), parse_payload(payload), keys, predecessor)


def add_root_signatures(data: bytes, keys: Sequence[SigningKey], *, predecessor: TrustRoot | None = None) -> bytes:
    """The same trust root with the signatures of one or more further holders.

    Raises:
        EnvelopeError, TrustError, SigningError: as `sign_root`; a holder who has signed already is refused.
        SignatureError: a holder's signature that is there already does not verify.
    """
    draft = read_draft(data)
    for holders in (draft.root.holders, predecessor.holders if predecessor else ()):
        count_holders(draft.envelope, holders, draft.root.issued_at)
    return _add(draft.envelope, draft.root, keys, predecessor)


def missing_holders(data: bytes, predecessor: TrustRoot | None = None) -> tuple[tuple[int, tuple[Holder, ...]], ...]:
    """(how many more must sign, who may) for the trust root's own holders, and for those of `predecessor`.

    Raises:
        EnvelopeError, TrustError, SignatureError: as `parse_root`, but for signatures that are not there.
    """
    draft = read_draft(data)
    asked = [(draft.root.holders, draft.root.threshold)]
    if predecessor:
        asked.append((predecessor.holders, predecessor.threshold))
    missing = []
    for holders, threshold in asked:
        signed = count_holders(draft.envelope, holders, draft.root.issued_at)
        left = tuple(holder for holder in holders if holder.id not in signed)
        missing.append((max(0, threshold - len(signed)), left))
    return tuple(missing)


def accept_successor(old: TrustRoot, new_data: bytes) -> TrustRoot:
    """The trust root in `new_data`, which follows `old`: the next version of the same lineage, signed by both.

    Raises:
        EnvelopeError, SignatureError, UnverifiableError: as `parse_root`.
        TrustError: another lineage; a version that is lower, the same with other content, or skips one; issued
            earlier; a revocation forgotten; signed by too few of the old holders, of the new ones, or by a key
            that is neither's.
    """
    draft = read_draft(new_data)
    new = draft.root
    _require_next(old, new)
    require_holders(draft.envelope, old.holders, old.threshold, new.issued_at, f"version {old.version}")
    known = {key.keyid for root in (old, new) for holder in root.holders for key in holder.keys}
    for signature in draft.envelope.signatures:
        if signature.keyid not in known:
            raise TrustError("signed by a key that is no holder's, old or new", place=signature.keyid)
    return parse_root(new_data)


def _require_next(old: TrustRoot, new: TrustRoot) -> None:
    if new.lineage != old.lineage:
        raise TrustError(
            f"of another lineage, not {old.lineage}",
            place="trust root /lineage",
            value=new.lineage,
            hint="it does not follow from yours; take it as a new trust root only if you mean to",
        )
    place, held = "trust root /version", f"version {old.version} is held"
    if new.version < old.version:
        raise TrustError(f"rolled back: {held}", place=place, value=new.version, hint="keep the trust root you have")
    if new.version == old.version and new.content == old.content:
        raise TrustError(f"no successor: {held} already, with this content", place=place, value=new.version)
    if new.version == old.version:
        raise TrustError(
            f"forked: {held}, with other content",
            place=place,
            value=new.version,
            hint="two files of one version exist; ask the root holders which is theirs, over another channel",
        )
    if new.version > old.version + 1:
        raise TrustError(
            f"a version is skipped: {held}",
            place=place,
            value=new.version,
            hint=f"get version {old.version + 1} first; each version vouches for the next",
        )
    if new.issued_at < old.issued_at:
        raise TrustError("issued earlier than the version before it", place="trust root /issuedAt")
    kept = {revocation.keyid for revocation in new.revoked}
    for revocation in old.revoked:
        if revocation.keyid not in kept:
            raise TrustError(
                "a revocation is gone from the new version", place="trust root /revoked", value=revocation.keyid
            )


def _add(envelope: Envelope, root: TrustRoot, keys: Sequence[SigningKey], predecessor: TrustRoot | None) -> bytes:
    if not keys:
        raise SigningError("nobody signs", place="trust root", hint="give the signer file of a root holder")
    if predecessor is not None:
        # Nobody's signature is spent on what no one who has the predecessor would take over.
        _require_next(predecessor, root)
    given = {key.public.keyid: key for key in keys}
    if len(given) != len(keys):
        raise SigningError("a key is given twice", place="trust root")
    holders = (*root.holders, *(predecessor.holders if predecessor else ()))
    known = {key.keyid for holder in holders for key in holder.keys}
    for keyid in given:
        if keyid not in known:
            raise SigningError(
                "not a key of a root holder",
                place=keyid,
                hint="a root holder signs; for a successor, those of the version before and its own",
            )
    signatures = {one.keyid: one for one in envelope.signatures}
    for holder in holders:
        _require_pair(holder, given, root.issued_at)
    for keyid, key in given.items():
        if keyid in signatures:
            raise SigningError("this holder has signed already", place=keyid)
        signatures[keyid] = _sign(envelope.payload, key)
    return encode_envelope(envelope.payload, signatures.values(), TRUST_ROOT_TYPE)


def _require_pair(holder: Holder, given: Mapping[str, SigningKey], when: int) -> None:
    signing = [key for key in holder.keys if key.keyid in given]
    if not signing:
        return
    if len(signing) != len(ALGORITHMS):
        raise SigningError(
            f"only one key of two: {signing[0].public.algorithm}",
            place=f"trust root, holder {holder.id}",
            hint="a holder signs with both keys or not at all",
        )
    for key in signing:
        try:
            key.require_window(when)
        except TrustError as error:
            raise SigningError(error.problem, place=error.place) from error


def _sign(payload: bytes, key: SigningKey) -> Signature:
    message = pae(TRUST_ROOT_TYPE, payload)
    signature = key.sign(message)
    try:
        verify_signature(key.public, message, signature)
    except SignatureError as error:
        raise SigningError("the signature just made does not verify", place=key.public.keyid) from error
    return Signature(key.public.keyid, signature)
