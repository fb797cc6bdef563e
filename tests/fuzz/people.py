"""The desk of the attestation tests, and a trust root that knows all of its people."""

from __future__ import annotations

import re
from functools import cache

from auditor.attestation.envelope import Signature, encode_envelope, pae
from auditor.attestation.root import TrustRoot, parse_root
from tests.attestation.conftest import ROLE_OF, Desk


@cache
def desk() -> Desk:
    return Desk()


@cache
def trust() -> bytes:
    """The trust root's file: what it says is always the same, its signatures are new each time."""
    return desk().trust_for(*ROLE_OF)


@cache
def root() -> TrustRoot:
    return parse_root(trust())


@cache
def _owners() -> dict[str, str]:
    return {keyid: name for name, keyids in desk().keyids.items() for keyid in keyids}


def sign_as_told(payload: bytes, payload_type: str) -> bytes:
    """A genuine envelope over any payload, by everybody whose key ids are written in it (Ada if nobody's are)."""
    message = pae(payload_type, payload)
    written = {match.decode() for match in re.findall(rb"sha256:[0-9a-f]{64}", payload)}
    keyids = sorted(written & _owners().keys())[:6] or list(desk().keyids["ada"])
    keys = {key.public.keyid: key for pair in desk().keys.values() for key in pair}
    return encode_envelope(payload, [Signature(one, keys[one].sign(message)) for one in keyids], payload_type)
