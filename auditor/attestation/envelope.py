"""The DSSE v1.0.2 envelope, in a strict profile: one set of signatures over one payload has one spelling.

Stricter than DSSE on purpose: unknown members are refused instead of ignored, base64 has one alphabet and one
form, signatures are ordered by key id, and the file is canonical JSON (RFC 8785) to the last byte.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from auditor.attestation.shape import Node, parse_document, require_canonical
from auditor.canon.json import parse_strict
from auditor.errors import EnvelopeError, EvidenceFormatError

PAYLOAD_TYPE = "application/vnd.in-toto+json"
"""Of every statement; a trust root has `TRUST_ROOT_TYPE`, so that neither can pass for the other."""

TRUST_ROOT_TYPE = "application/vnd.dc-attest.trust-root+json"
MAX_ENVELOPE_BYTES = 96 * 2**20
# 32 people with two keys each.
MAX_SIGNATURES = 64
_HEAD = b'{"payload":"'
# The longest signature in sight is ML-DSA-87 with 4,627 bytes.
MAX_SIGNATURE_BYTES = 8192


class Signature(NamedTuple):
    """One signature over the PAE of the payload; `keyid` is a hint and proves nothing (DSSE protocol.md)."""

    keyid: str
    sig: bytes


class Envelope(NamedTuple):
    """A well-formed envelope, of which nothing has been verified."""

    payload_type: str
    payload: bytes
    signatures: tuple[Signature, ...]

    def signed_bytes(self) -> bytes:
        """The bytes every signature is over."""
        return pae(self.payload_type, self.payload)


def pae(payload_type: str, payload: bytes) -> bytes:
    """Pre-authentication encoding of DSSE v1.0.2, with the type's length in bytes and not in characters."""
    kind = payload_type.encode("utf-8")
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def encode_envelope(payload: bytes, signatures: Iterable[Signature], payload_type: str = PAYLOAD_TYPE) -> bytes:
    """The envelope file: canonical JSON, signatures ordered by key id whatever order they come in.

    Raises:
        EnvelopeError: the result would not be accepted by `parse_envelope`.
    """
    ordered = sorted(signatures, key=lambda signature: signature.keyid)
    data = _HEAD + binascii.b2a_base64(payload, newline=False) + _tail(payload_type, ordered)
    parse_envelope(data, payload_type)
    return data


def parse_envelope(data: bytes, payload_type: str = PAYLOAD_TYPE) -> Envelope:
    """The envelope in `data`, in the strict profile above; its payload must be of the type asked for.

    Raises:
        EnvelopeError: with the JSON pointer and what was wrong there.
    """
    root = _cut(data) or parse_document(data, "envelope", EnvelopeError, MAX_ENVELOPE_BYTES)
    members = root.members(("payload", "payloadType", "signatures"))
    members["payloadType"].one_of((payload_type,))
    signatures: list[Signature] = []
    for item in members["signatures"].items(most=MAX_SIGNATURES):
        signature = _parse_signature(item)
        if signatures and signature.keyid <= signatures[-1].keyid:
            raise item.refusal("signatures must be ordered by key id, each key id once", value=signature.keyid)
        signatures.append(signature)
    payload = _decode_base64(members["payload"])
    # Base64 and key ids have one spelling each, so nothing is left that could be escaped or ordered differently.
    end = len(_HEAD) + len(members["payload"].value)
    if not data.startswith(_HEAD) or data[end:] != _tail(payload_type, signatures):
        require_canonical(parse_document(data, "envelope", EnvelopeError, MAX_ENVELOPE_BYTES), data)
        raise root.refusal("not in canonical form (RFC 8785)")
    return Envelope(payload_type, payload, tuple(signatures))


def _cut(data: bytes) -> Node | None:
    """The document in `data`, its payload taken out as bytes and not looked at as JSON, if it begins as an envelope.

    A payload is most of the file and cannot hold a quote or a backslash, which its decoding makes sure of.
    """
    end = data.find(b'"', len(_HEAD))
    if not data.startswith(_HEAD) or end <= len(_HEAD) or len(data) > MAX_ENVELOPE_BYTES:
        return None
    try:
        value = parse_strict(_HEAD + data[end:])
    except EvidenceFormatError:
        return None
    payload = data[len(_HEAD) : end]
    return Node({**value, "payload": payload}, "envelope", EnvelopeError) if isinstance(value, dict) else None


def _tail(payload_type: str, signatures: Sequence[Signature]) -> bytes:
    """What follows the payload in the RFC 8785 form of an envelope, whose texts need no escapes."""
    listed = ",".join(f'{{"keyid":"{one.keyid}","sig":"{_encode_base64(one.sig)}"}}' for one in signatures)
    return f'","payloadType":"{payload_type}","signatures":[{listed}]}}'.encode()


def _parse_signature(item: Node) -> Signature:
    members = item.members(("keyid", "sig"))
    sig = _decode_base64(members["sig"])
    if len(sig) > MAX_SIGNATURE_BYTES:
        raise members["sig"].refusal(f"signature longer than {MAX_SIGNATURE_BYTES} bytes", value=len(sig))
    return Signature(members["keyid"].keyid(), sig)


def _encode_base64(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def _decode_base64(node: Node) -> bytes:
    # Bytes are what `_cut` took out; JSON has none.
    if not isinstance(node.value, str | bytes) or not node.value:
        raise node.refusal("must be base64 text", value=node.value)
    try:
        data = binascii.a2b_base64(node.value, strict_mode=True)
    except ValueError as error:
        raise node.refusal("must be standard base64 without line breaks (RFC 4648 section 4)") from error
    # Strict as it is, Python's reader takes padding that nothing needs (`e300=` for `e300`), and spare bits in the
    # last four characters would let one payload be written in several ways as well.
    last = node.value[-4:]
    spelled = binascii.b2a_base64(data[-(len(data) % 3 or 3) :], newline=False)
    if len(node.value) % 4 or spelled != (last.encode("ascii") if isinstance(last, str) else last):
        raise node.refusal("base64 is not in its one canonical form")
    return data
