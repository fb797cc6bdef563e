"""Whatever stands in a trust root, reading it hands over a trust root or refuses: it never crashes and never says yes
to what it would not write itself."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.attestation.envelope import TRUST_ROOT_TYPE, encode_envelope, parse_envelope
from auditor.attestation.root import parse_payload, parse_root
from auditor.canon.json import canonical_bytes
from auditor.errors import AuditorError, TrustError

SETTINGS = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(max_size=20)
    | st.sampled_from(
        ["", "assessor", "ml-dsa-87", "2026-01-01T00:00:00Z", "sha256:" + "a" * 64, "a" * 64, "MAA=", "1.3"]
    )
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def places(value, way=()):
    """The way to every member and item."""
    yield way
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places(inner, (*way, name))
    if isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*way, index))


@pytest.fixture(scope="session")
def document(desk):
    return desk.trust_document(
        "ada", "ben", "cyd", "sal", revoked=[desk.revoked(desk.keyids["ada"][0], "2026-07-01T00:00:00Z")]
    )


@given(data=st.data())
@SETTINGS
def test_a_root_with_anything_anywhere_is_read_or_refused(document, data) -> None:
    bent = copy.deepcopy(document)
    ways = [way for way in places(document) if way]
    *way, last = data.draw(st.sampled_from(ways))
    place = bent
    for step in way:
        place = place[step]
    if data.draw(st.booleans()):
        place[last] = data.draw(VALUES)
    else:
        del place[last]
    try:
        payload = canonical_bytes(bent)
        root = parse_payload(payload)
    except AuditorError:
        return
    # What was read is what was written: it is the same content, byte for byte.
    assert canonical_bytes(json.loads(payload)) == payload
    assert root.thresholds["assessment-results"]
    assert 1 <= root.threshold <= len(root.holders)
    assert all(len({key.public.algorithm for key in principal.keys}) == 2 for principal in root.principals)


@given(st.binary(max_size=300))
@SETTINGS
def test_bytes_are_no_root(data) -> None:
    with pytest.raises(AuditorError):
        parse_root(data)
    with pytest.raises(TrustError):
        parse_payload(data)


@given(data=st.data())
@SETTINGS
def test_signatures_in_any_combination_count_for_what_they_are(desk, document, data) -> None:
    holders = [desk.holder_document(name) for name in ("hob", "hal")]
    threshold = data.draw(st.integers(1, 2))
    payload = canonical_bytes({**document, "root": {"threshold": threshold, "holders": holders}})
    pool = [one for name in ("hob", "hal", "mallory") for one in desk.signatures(payload, name, TRUST_ROOT_TYPE)]
    chosen = data.draw(st.lists(st.sampled_from(pool), min_size=1, unique=True))
    keyids = {one.keyid for one in chosen}
    halves = [len(keyids & set(desk.keyids[name])) for name in ("hob", "hal")]
    envelope = encode_envelope(payload, chosen, TRUST_ROOT_TYPE)
    if 1 in halves or halves.count(2) < threshold:
        with pytest.raises(AuditorError):
            parse_root(envelope)
        return
    assert parse_root(envelope).threshold == threshold
    assert parse_envelope(envelope, TRUST_ROOT_TYPE).payload == payload
