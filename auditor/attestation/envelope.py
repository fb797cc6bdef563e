"""The DSSE v1.0.2 envelope, in a strict profile: one set of signatures over one payload has one spelling.

Stricter than DSSE on purpose: unknown members are refused instead of ignored, base64 has one alphabet and one
form, signatures are ordered by key id, and the file is canonical JSON (RFC 8785) to the last byte.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterable
from typing import NamedTuple

from auditor.attestation.shape import Node, parse_document, require_canonical
from auditor.canon.json import canonical_bytes
from auditor.errors import EnvelopeError

PAYLOAD_TYPE = "application/vnd.in-toto+json"
MAX_ENVELOPE_BYTES = 96 * 2**20
MAX_SIGNATURES = 32
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


def encode_envelope(payload: bytes, signatures: Iterable[Signature]) -> bytes:
    """The envelope file: canonical JSON, signatures ordered by key id whatever order they come in.

    Raises:
        EnvelopeError: the result would not be accepted by `parse_envelope`.
    """
    data = canonical_bytes(
        {
            "payload": _encode_base64(payload),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [
                {"keyid": one.keyid, "sig": _encode_base64(one.sig)}
                for one in sorted(signatures, key=lambda signature: signature.keyid)
            ],
        }
    )
    parse_envelope(data)
    return data


def parse_envelope(data: bytes) -> Envelope:
    """The envelope in `data`, in the strict profile above.

    Raises:
        EnvelopeError: with the JSON pointer and what was wrong there.
    """
    root = parse_document(data, "envelope", EnvelopeError, MAX_ENVELOPE_BYTES)
    members = root.members(("payload", "payloadType", "signatures"))
    members["payloadType"].one_of((PAYLOAD_TYPE,))
    signatures: list[Signature] = []
    for item in members["signatures"].items(most=MAX_SIGNATURES):
        signature = _parse_signature(item)
        if signatures and signature.keyid <= signatures[-1].keyid:
            raise item.refusal("signatures must be ordered by key id, each key id once", value=signature.keyid)
        signatures.append(signature)
    payload = _decode_base64(members["payload"])
    require_canonical(root, data)
    return Envelope(PAYLOAD_TYPE, payload, tuple(signatures))


def _parse_signature(item: Node) -> Signature:
    members = item.members(("keyid", "sig"))
    sig = _decode_base64(members["sig"])
    if len(sig) > MAX_SIGNATURE_BYTES:
        raise members["sig"].refusal(f"signature longer than {MAX_SIGNATURE_BYTES} bytes", value=len(sig))
    return Signature(members["keyid"].keyid(), sig)


def _encode_base64(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def _decode_base64(node: Node) -> bytes:
    if not isinstance(node.value, str) or not node.value:
        raise node.refusal("must be base64 text", value=node.value)
    try:
        data = binascii.a2b_base64(node.value, strict_mode=True)
    except ValueError as error:
        raise node.refusal("must be standard base64 without line breaks (RFC 4648 section 4)") from error
    # Spare bits in the last character would let one payload be written in several ways.
    if _encode_base64(data) != node.value:
        raise node.refusal("base64 is not in its one canonical form")
    return data
