"""The DSSE envelope: one set of signatures over one payload has one spelling."""

from __future__ import annotations

import base64
import json

from auditor.attestation.envelope import PAYLOAD_TYPE, TRUST_ROOT_TYPE, encode_envelope, parse_envelope
from auditor.errors import EnvelopeError
from tests.fuzz.mutate import mutate_json
from tests.fuzz.target import Target, require


def run_envelope(data: bytes) -> None:
    """What is accepted is what would be written, for one of the two types, and any reader decodes the same."""
    accepted = []
    for payload_type in (PAYLOAD_TYPE, TRUST_ROOT_TYPE):
        try:
            found = parse_envelope(data, payload_type)
        except EnvelopeError:
            continue
        accepted.append(payload_type)
        require(encode_envelope(found.payload, found.signatures, payload_type) == data, "a second spelling", data)
        document = json.loads(data)
        require(base64.b64decode(document["payload"], validate=True) == found.payload, "another payload", data)
        require(document["payloadType"] == payload_type, "another type", data)
        pairs = [(one["keyid"], base64.b64decode(one["sig"], validate=True)) for one in document["signatures"]]
        require(pairs == [tuple(one) for one in found.signatures], "other signatures", data)
    require(len(accepted) < 2, "one envelope of two types", data)


TARGETS = {"envelope": Target(run_envelope, mutate_json, rounds=200)}
