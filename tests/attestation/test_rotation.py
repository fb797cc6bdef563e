"""Version N+1 of a trust root: who must have signed it, and the ways it could lie. After tuf-conformance."""

from __future__ import annotations

import json

import pytest

from auditor.attestation.envelope import TRUST_ROOT_TYPE, Signature, encode_envelope, parse_envelope
from auditor.attestation.root import parse_root
from auditor.attestation.rotation import accept_successor, add_root_signatures, make_root, missing_holders, sign_root
from auditor.canon.json import canonical_bytes
from auditor.errors import AuditorError, CanonicalizationError, EnvelopeError, SignatureError, SigningError, TrustError

LATER = "2026-07-01T00:00:00Z"


def holders(desk, *names, threshold=None):
    return {"threshold": threshold or len(names), "holders": [desk.holder_document(name) for name in names]}


def version(desk, number, *names, people=("ada",), threshold=None, **changes):
    """The content of version `number`, held by `names`."""
    issued = f"2026-{5 + number:02d}-01T00:00:00Z"
    return desk.trust_document(
        *people,
        **{"version": number, "issuedAt": issued, "root": holders(desk, *names, threshold=threshold), **changes},
    )


def signed(desk, document, *names, after=None):
    return sign_root(canonical_bytes(document), desk.keys_of(*names), predecessor=after)


def first(desk, *names, **changes):
    """Version 1, held and signed by `names`."""
    return parse_root(signed(desk, version(desk, 1, *names, **changes), *names))


def strip(data, *keyids):
    envelope = parse_envelope(data, TRUST_ROOT_TYPE)
    left = [one for one in envelope.signatures if one.keyid not in keyids]
    return encode_envelope(envelope.payload, left, TRUST_ROOT_TYPE)


# What is accepted.


def test_the_same_holder_issues_the_next_version(desk) -> None:
    old = first(desk, "hob")
    new = accept_successor(old, signed(desk, version(desk, 2, "hob", people=("ada", "ben")), "hob"))
    assert (new.version, len(new.principals)) == (2, 2)


def test_holders_hand_over_to_others(desk) -> None:
    old = first(desk, "hob")
    data = signed(desk, version(desk, 2, "hal"), "hob", "hal", after=old)
    new = accept_successor(old, data)
    assert [holder.id for holder in new.holders] == ["urn:example:hal"]
    # Whoever has it reads it, with the former holder's signatures in it.
    assert parse_root(data) == new
    third = accept_successor(new, signed(desk, version(desk, 3, "hal"), "hal"))
    assert third.version == 3


def test_thresholds_change_with_the_version(desk) -> None:
    old = first(desk, "hob", "hal")
    new = accept_successor(old, signed(desk, version(desk, 2, "hob", "hal", threshold=1), "hob", "hal"))
    third = accept_successor(new, signed(desk, version(desk, 3, "hob", "hal", "mallory", threshold=2), "hob", "hal"))
    assert third.threshold == 2
    with pytest.raises(TrustError, match="signed by 1 root holders of version 1, and 2 are needed"):
        accept_successor(old, signed(desk, version(desk, 2, "hob", "hal", threshold=1), "hob"))


def test_signatures_are_added_one_holder_after_the_other(desk) -> None:
    old = first(desk, "hob", "hal")
    draft = signed(desk, version(desk, 2, "hal", "mallory"), "hal", after=old)
    assert [(count, [one.id[12:] for one in left]) for count, left in missing_holders(draft, old)] == [
        (1, ["mallory"]),
        (1, ["hob"]),
    ]
    with pytest.raises(TrustError, match="are needed"):
        accept_successor(old, draft)
    draft = add_root_signatures(draft, desk.keys_of("hob"), predecessor=old)
    with pytest.raises(TrustError, match="of its own version, and 2 are needed"):
        accept_successor(old, draft)
    draft = add_root_signatures(draft, desk.keys_of("mallory"), predecessor=old)
    assert accept_successor(old, draft).version == 2
    assert [count for count, _ in missing_holders(draft, old)] == [0, 0]


# Rollback, skipping, forking.


def test_a_lower_version_is_a_rollback(desk) -> None:
    one = first(desk, "hob")
    two_bytes = signed(desk, version(desk, 2, "hob"), "hob")
    two = accept_successor(one, two_bytes)
    three = accept_successor(two, signed(desk, version(desk, 3, "hob"), "hob"))
    for held in (two, three):
        with pytest.raises(TrustError, match=f"rolled back: version {held.version} is held"):
            accept_successor(held, signed(desk, version(desk, 1, "hob"), "hob"))
    with pytest.raises(TrustError, match="rolled back"):
        accept_successor(three, two_bytes)


def test_the_same_version_with_other_content_is_a_fork(desk) -> None:
    old = first(desk, "hob")
    with pytest.raises(TrustError, match="forked: version 1 is held, with other content"):
        accept_successor(old, signed(desk, version(desk, 1, "hob", people=("ada", "ben")), "hob"))


def test_two_successors_of_one_version_exclude_each_other(desk) -> None:
    old = first(desk, "hob")
    one = signed(desk, version(desk, 2, "hob", people=("ada", "ben")), "hob")
    other = signed(desk, version(desk, 2, "hob", people=("ada", "rae")), "hob")
    with pytest.raises(TrustError, match="forked"):
        accept_successor(accept_successor(old, one), other)
    with pytest.raises(TrustError, match="forked"):
        accept_successor(accept_successor(old, other), one)


def test_the_same_version_again_is_no_successor(desk) -> None:
    data = signed(desk, version(desk, 1, "hob"), "hob")
    for again in (data, signed(desk, version(desk, 1, "hob"), "hob")):
        with pytest.raises(TrustError, match="held already, with this content"):
            accept_successor(parse_root(data), again)


@pytest.mark.parametrize("number", [3, 4, 2**31])
def test_no_version_is_skipped(desk, number) -> None:
    document = {**version(desk, 2, "hob"), "version": number}
    with pytest.raises(TrustError, match="a version is skipped") as caught:
        accept_successor(first(desk, "hob"), signed(desk, document, "hob"))
    assert "version 2" in str(caught.value.hint)


def test_another_lineage_does_not_follow(desk) -> None:
    document = version(desk, 2, "hob", lineage="urn:example:other")
    with pytest.raises(TrustError, match="of another lineage"):
        accept_successor(first(desk, "hob"), signed(desk, document, "hob"))


def test_it_is_not_issued_before_its_predecessor(desk) -> None:
    old = first(desk, "hob")
    with pytest.raises(TrustError, match="issued earlier"):
        accept_successor(old, signed(desk, version(desk, 2, "hob", issuedAt="2026-05-31T23:59:59Z"), "hob"))
    same = version(desk, 2, "hob", issuedAt="2026-06-01T00:00:00Z")
    assert accept_successor(old, signed(desk, same, "hob")).version == 2


# Thresholds of both.


def test_the_new_holders_alone_do_not_do(desk) -> None:
    old = first(desk, "hob")
    data = signed(desk, version(desk, 2, "mallory"), "mallory")
    assert parse_root(data).version == 2, "by itself it is well signed"
    with pytest.raises(TrustError, match="signed by 0 root holders of version 1, and 1 are needed"):
        accept_successor(old, data)


def test_the_old_holders_alone_do_not_do(desk) -> None:
    old = first(desk, "hob")
    data = signed(desk, version(desk, 2, "hal"), "hob", after=old)
    with pytest.raises(TrustError, match="signed by 0 root holders of its own version, and 1 are needed"):
        accept_successor(old, data)


def test_one_old_holder_of_two_does_not_do(desk) -> None:
    old = first(desk, "hob", "hal")
    data = signed(desk, version(desk, 2, "hob", "mallory"), "hob", "mallory", after=old)
    with pytest.raises(TrustError, match="signed by 1 root holders of version 1, and 2 are needed"):
        accept_successor(old, data)


def test_one_new_holder_of_two_does_not_do(desk) -> None:
    old = first(desk, "hob")
    data = signed(desk, version(desk, 2, "hob", "hal"), "hob")
    with pytest.raises(TrustError, match="signed by 1 root holders of its own version, and 2 are needed"):
        accept_successor(old, data)


@pytest.mark.parametrize("whose", ["hob", "hal"])
@pytest.mark.parametrize("index", [0, 1])
def test_no_holder_counts_with_one_algorithm(desk, whose, index) -> None:
    old = first(desk, "hob")
    data = signed(desk, version(desk, 2, "hal"), "hob", "hal", after=old)
    with pytest.raises(SignatureError, match="one key of two"):
        accept_successor(old, strip(data, desk.keyids[whose][index]))
    with pytest.raises(TrustError, match="signed by 0"):
        accept_successor(old, strip(data, *desk.keyids[whose]))


def test_a_former_holder_has_no_say(desk) -> None:
    old = first(desk, "hob")
    two = accept_successor(old, signed(desk, version(desk, 2, "hal"), "hob", "hal", after=old))
    with pytest.raises(TrustError, match="signed by 0 root holders of version 2"):
        accept_successor(two, signed(desk, version(desk, 3, "hob"), "hob"))
    three = parse_envelope(signed(desk, version(desk, 3, "hal"), "hal", after=two), TRUST_ROOT_TYPE)
    former = [Signature(key.public.keyid, key.sign(three.signed_bytes())) for key in desk.keys["hob"]]
    both = encode_envelope(three.payload, (*three.signatures, *former), TRUST_ROOT_TYPE)
    with pytest.raises(TrustError, match="by a key that is no holder's"):
        accept_successor(two, both)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"version": 3}, "skipped"),
        ({"version": 1}, "forked"),
        ({"lineage": "urn:example:other"}, "another lineage"),
        ({"issuedAt": "2026-05-31T23:59:59Z"}, "issued earlier"),
        ({"revoked": []}, "a revocation is gone"),
    ],
)
def test_a_holder_does_not_sign_what_does_not_follow(desk, change, problem) -> None:
    revoked = [desk.revoked(desk.keyids["ada"][0], "2026-05-01T00:00:00Z")]
    old = parse_root(signed(desk, {**version(desk, 1, "hob"), "revoked": revoked}, "hob"))
    bad = {**version(desk, 2, "hob", "hal"), "revoked": revoked, **change}
    draft = signed(desk, bad, "hob")
    with pytest.raises(TrustError, match=problem):
        add_root_signatures(draft, desk.keys_of("hal"), predecessor=old)
    with pytest.raises(TrustError, match=problem):
        sign_root(canonical_bytes(bad), desk.keys_of("hob"), predecessor=old)


def test_principals_do_not_issue_roots(desk) -> None:
    document = version(desk, 2, "hob")
    envelope = parse_envelope(signed(desk, document, "hob"), TRUST_ROOT_TYPE)
    forged = [Signature(key.public.keyid, key.sign(envelope.signed_bytes())) for key in desk.keys["ada"]]
    with pytest.raises(TrustError, match="signed by 0"):
        accept_successor(first(desk, "hob"), encode_envelope(envelope.payload, forged, TRUST_ROOT_TYPE))
    beside = encode_envelope(envelope.payload, (*envelope.signatures, *forged), TRUST_ROOT_TYPE)
    with pytest.raises(TrustError, match="by a key that is no holder's"):
        accept_successor(first(desk, "hob"), beside)


def test_a_signature_does_not_carry_over_to_another_version(desk) -> None:
    old = first(desk, "hob")
    two = parse_envelope(signed(desk, version(desk, 2, "hob"), "hob"), TRUST_ROOT_TYPE)
    payload = canonical_bytes(version(desk, 2, "hob", people=("ada", "mallory")))
    with pytest.raises(SignatureError):
        accept_successor(old, encode_envelope(payload, two.signatures, TRUST_ROOT_TYPE))


@pytest.mark.parametrize("issued", ["2028-01-01T00:00:00Z", "2029-01-01T00:00:00Z"])
def test_an_expired_holder_issues_nothing(desk, issued) -> None:
    old = first(desk, "hob")
    document = version(desk, 2, "hal", issuedAt=issued)
    for key in document["root"]["holders"][0]["keys"]:
        key["notAfter"] = "2040-01-01T00:00:00Z"
    with pytest.raises(SigningError, match="expired"):
        signed(desk, document, "hob", "hal", after=old)
    payload = canonical_bytes(document)
    envelope = parse_envelope(signed(desk, document, "hal"), TRUST_ROOT_TYPE)
    forged = [Signature(key.public.keyid, key.sign(envelope.signed_bytes())) for key in desk.keys["hob"]]
    with pytest.raises(TrustError, match="expired"):
        accept_successor(old, encode_envelope(payload, (*envelope.signatures, *forged), TRUST_ROOT_TYPE))


# What a successor must keep.


def test_a_revocation_is_not_forgotten(desk) -> None:
    gone = desk.revoked(desk.keyids["ada"][0], LATER)
    old = first(desk, "hob", revoked=[gone])
    with pytest.raises(TrustError, match="a revocation is gone") as caught:
        accept_successor(old, signed(desk, version(desk, 2, "hob"), "hob"))
    assert caught.value.value == desk.keyids["ada"][0]
    earlier = desk.revoked(gone["keyid"], LATER, "key-compromise", "2026-02-01T00:00:00Z")
    assert accept_successor(old, signed(desk, version(desk, 2, "hob", revoked=[earlier]), "hob")).version == 2


def test_a_new_version_may_revoke_the_old_holders_key(desk) -> None:
    old = first(desk, "hob")
    document = version(desk, 2, "hal", revoked=[desk.revoked(keyid, LATER) for keyid in desk.keyids["hob"]])
    assert accept_successor(old, signed(desk, document, "hob", "hal", after=old)).version == 2
    document["root"] = holders(desk, "hob", "hal")
    with pytest.raises(TrustError, match="a root holder's key is revoked"):
        signed(desk, document, "hob", "hal", after=old)


@pytest.mark.parametrize("change", [b"", b"{}", b"[]", b"\xff"])
def test_a_successor_that_is_nothing(desk, change) -> None:
    with pytest.raises((TrustError, EnvelopeError)):
        accept_successor(first(desk, "hob"), change)


def test_each_flipped_byte_of_a_successor_is_refused(desk) -> None:
    old = first(desk, "hob")
    data = bytearray(signed(desk, version(desk, 2, "hal"), "hob", "hal", after=old))
    accept_successor(old, bytes(data))
    # Every byte of what is around the payload and the signatures; of those themselves one in seven.
    for place in range(len(data)):
        if place % 7 and len(data) - 300 > place > 300:
            continue
        data[place] ^= 4
        with pytest.raises(AuditorError):
            accept_successor(old, bytes(data))
        data[place] ^= 4


# Signing.


def test_both_keys_of_a_holder_sign_or_none(desk) -> None:
    payload = make_root(version(desk, 1, "hob", "hal"))
    for keys, problem in (
        ([], "nobody signs"),
        (desk.keys_of("hob")[:1], "only one key of two"),
        (desk.keys_of("hob")[1:], "only one key of two"),
        ([*desk.keys_of("hob"), desk.keys["hal"][0]], "only one key of two"),
        (desk.keys_of("hob", "hob"), "given twice"),
        (desk.keys_of("ada"), "not a key of a root holder"),
        (desk.keys_of("hob", "mallory"), "not a key of a root holder"),
    ):
        with pytest.raises(SigningError, match=problem):
            sign_root(payload, keys)


def test_a_holder_signs_once(desk) -> None:
    data = signed(desk, version(desk, 1, "hob", "hal"), "hob")
    with pytest.raises(SigningError, match="has signed already"):
        add_root_signatures(data, desk.keys_of("hob"))
    with pytest.raises(SigningError, match="not a key of a root holder"):
        add_root_signatures(data, desk.keys_of("ada"))


def test_nobody_signs_beside_a_broken_signature(desk) -> None:
    envelope = json.loads(signed(desk, version(desk, 1, "hob", "hal"), "hob"))
    other = json.loads(signed(desk, version(desk, 1, "hob"), "hob"))
    broken = {**envelope, "signatures": other["signatures"]}
    with pytest.raises(SignatureError):
        add_root_signatures(canonical_bytes(broken), desk.keys_of("hal"))
    half = {**envelope, "signatures": envelope["signatures"][:1]}
    with pytest.raises(SignatureError, match="one key of two"):
        add_root_signatures(canonical_bytes(half), desk.keys_of("hal"))


def test_a_faulty_token_is_noticed(desk) -> None:
    class Faulty:
        def __init__(self, key):
            self.public, self._key = key.public, key

        def sign(self, message):
            return self._key.sign(message + b"!")

    for wrong in (0, 1):
        keys = [Faulty(key) if index == wrong else key for index, key in enumerate(desk.keys_of("hob"))]
        with pytest.raises(SigningError, match="does not verify"):
            sign_root(make_root(version(desk, 1, "hob")), keys)


def test_a_document_without_canonical_form_is_not_made(desk) -> None:
    with pytest.raises(CanonicalizationError):
        make_root({**version(desk, 1, "hob"), "version": 1.5})
