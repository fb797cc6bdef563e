"""Who signed, held against who was declared and who is trusted: signatures stripped, added, swapped, renamed."""

from __future__ import annotations

import itertools

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from auditor.attestation.envelope import PAYLOAD_TYPE, Signature, encode_envelope, pae, parse_envelope
from auditor.attestation.roles import Kind
from auditor.attestation.sign import sign_statement
from auditor.attestation.statements.act import make_act_statement
from auditor.attestation.statements.common import DeclaredSigner
from auditor.attestation.statements.status import make_status_statement
from auditor.canon.json import canonical_bytes
from auditor.errors import EnvelopeError, SignatureError, StatementError, TrustError, UnverifiableError

ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973
D512 = "d4" * 64


def bent_signatures(desk, report: bytes, change) -> bytes:
    """The envelope with its list of signature documents changed by `change`, in order again."""
    document = desk.envelope(report)
    document["signatures"] = sorted(change(document["signatures"]), key=lambda one: one["keyid"])
    return canonical_bytes(document)


def test_both_signatures_of_each_person_are_counted_as_one_person(desk) -> None:
    report = desk.verify(desk.signed_by("ada", "ben"), desk.trust_for("ada", "ben"))
    assert [one.principal for one in report.signers] == ["urn:example:ada", "urn:example:ben"]
    assert [one.keyids for one in report.signers] == [desk.keyids["ada"], desk.keyids["ben"]]


def test_any_signature_stripped_is_noticed(desk) -> None:
    report, trust = desk.signed_by("ada", "ben"), desk.trust_for("ada", "ben")
    for size in (1, 2, 3):
        for kept in itertools.combinations(range(4), size):
            fewer = bent_signatures(desk, report, lambda all_four, kept=kept: [all_four[i] for i in kept])
            with pytest.raises(SignatureError, match=r"has not signed|signed with one of two keys"):
                desk.verify(fewer, trust)


@pytest.mark.parametrize("index", [0, 1], ids=["post-quantum stripped", "classical stripped"])
def test_one_signature_of_two_is_half_a_person(desk, index) -> None:
    payload = desk.payload("ada")
    half = encode_envelope(payload, [desk.signatures(payload, "ada")[index]])
    with pytest.raises(SignatureError, match="urn:example:ada signed with one of two keys") as caught:
        desk.verify(half)
    assert caught.value.place == desk.keyids["ada"][1 - index]


@pytest.mark.parametrize("index", [0, 1], ids=["classical forged", "post-quantum forged"])
def test_a_forger_who_breaks_one_algorithm_gains_nothing(desk, index) -> None:
    """Mallory can make either of Ada's signatures, and not the other."""
    payload = desk.payload("ada")
    pair = desk.signatures(payload, "ada")
    for junk in (desk.signatures(payload, "mallory")[index].sig, pair[1 - index].sig, b"\x30\x00", b"x"):
        forged = [*pair]
        forged[index] = forged[index]._replace(sig=junk)
        with pytest.raises(SignatureError):
            desk.verify(encode_envelope(payload, forged))


@pytest.mark.parametrize("name", ["mallory", "ben"])
@pytest.mark.parametrize("which", [(0,), (1,), (0, 1)])
def test_an_undeclared_cosigner_is_refused_trusted_or_not(desk, name, which) -> None:
    payload = desk.payload("ada")
    more = [desk.signatures(payload, name)[index] for index in which]
    report = encode_envelope(payload, [*desk.signatures(payload, "ada"), *more])
    with pytest.raises(SignatureError, match="does not declare"):
        desk.verify(report, desk.trust_for("ada", "ben"))


def test_an_unknown_key_alone_proves_nothing(desk) -> None:
    declared = [DeclaredSigner("urn:example:ada", "assessor", desk.keyids["mallory"])]
    with pytest.raises(TrustError, match="no signature is by a key"):
        desk.verify(desk.sign_raw(desk.payload_for(declared), "mallory"))


def test_an_unknown_key_declared_beside_a_trusted_one_is_not_counted(desk) -> None:
    declared = [*desk.declared("ada"), DeclaredSigner("urn:example:eve", "assessor", desk.keyids["mallory"])]
    report = desk.sign_raw(desk.payload_for(declared), "ada", "mallory")
    with pytest.raises(TrustError, match="not known to the trust root"):
        desk.verify(report)


@pytest.mark.parametrize("index", [0, 1])
def test_a_pair_half_known_is_not_a_person(desk, index) -> None:
    keyids = list(desk.keyids["ada"])
    keyids[index] = desk.keyids["mallory"][index]
    payload = desk.payload_for([DeclaredSigner("urn:example:ada", "assessor", tuple(keyids))])
    pair = [desk.signatures(payload, "ada")[1 - index], desk.signatures(payload, "mallory")[index]]
    with pytest.raises(TrustError, match="not known to the trust root"):
        desk.verify(encode_envelope(payload, pair))


@pytest.mark.parametrize("index", [0, 1])
def test_two_halves_of_two_people_are_nobody(desk, index) -> None:
    keyids = list(desk.keyids["ada"])
    keyids[index] = desk.keyids["una"][index]
    payload = desk.payload_for([DeclaredSigner("urn:example:ada", "assessor", tuple(keyids))])
    pair = [desk.signatures(payload, "ada")[1 - index], desk.signatures(payload, "una")[index]]
    with pytest.raises(TrustError, match="is a key of urn:example:una"):
        desk.verify(encode_envelope(payload, pair), desk.trust_for("ada", "una"))


def test_two_keys_of_one_algorithm_are_not_a_pair(desk, bend) -> None:
    """Ada has two ECDSA keys in the trust root and signs with both: the post-quantum half is missing."""
    document = desk.trust_document("ada")
    document["principals"][0]["keys"].append(desk.key_documents("una")[0])
    keyids = (desk.keyids["ada"][0], desk.keyids["una"][0])
    payload = desk.payload_for([DeclaredSigner("urn:example:ada", "assessor", keyids)])
    pair = [desk.signatures(payload, name)[0] for name in ("ada", "una")]
    with pytest.raises(TrustError, match="declared where urn:example:ada names the ml-dsa-87 key"):
        desk.verify(encode_envelope(payload, pair), document)


def test_keys_declared_the_other_way_round_are_refused(desk) -> None:
    payload = desk.payload_for([DeclaredSigner("urn:example:ada", "assessor", desk.keyids["ada"][::-1])])
    with pytest.raises(TrustError, match="declared where urn:example:ada names the ecdsa-p384-sha384 key"):
        desk.verify(desk.sign_raw(payload))


def test_a_second_pair_of_the_same_person_is_as_good(desk) -> None:
    document = desk.trust_document("ada")
    document["principals"][0]["keys"] += desk.key_documents("una")
    payload = desk.payload_for([DeclaredSigner("urn:example:ada", "assessor", desk.keyids["una"])])
    assert desk.verify(desk.sign_raw(payload, "una"), document).signers[0].keyids == desk.keyids["una"]


def test_thresholds_are_the_verifiers(desk) -> None:
    trust = desk.trust_document("ada", "ben")
    trust["thresholds"]["assessment-results"]["technical-reviewer"] = 1
    assert desk.verify(desk.signed_by("ada", "ben"), trust)
    with pytest.raises(SignatureError, match="technical-reviewer, and 0 signed"):
        desk.verify(desk.report, trust)


def test_two_of_three_assessors(desk) -> None:
    trust = desk.trust_document("ada", "una", "rae")
    trust["thresholds"]["assessment-results"]["assessor"] = 2
    for pair in itertools.combinations(("ada", "una", "rae"), 2):
        assert len(desk.verify(desk.signed_by(*pair), trust).signers) == 2
    assert len(desk.verify(desk.signed_by("ada", "una", "rae"), trust).signers) == 3
    with pytest.raises(SignatureError, match="asks for 2 in the role assessor, and 1 signed"):
        desk.verify(desk.report, trust)


def test_a_kind_without_a_threshold_is_accepted_from_nobody(desk) -> None:
    payload = make_status_statement(version=1, issued_at=desk.at, entries=[], signers=desk.declared("ada"))
    envelope = sign_statement(payload, desk.keys["ada"])
    assert desk.accept(envelope, Kind.STATUS, desk.root_for("ada")).signers
    root = desk.root_for("ada", thresholds={"assessment-results": {"assessor": 1}})
    with pytest.raises(TrustError, match="does not say who must sign: status"):
        desk.accept(envelope, Kind.STATUS, root)


def act(desk, what: str, *names: str) -> bytes:
    signers = desk.declared(*names)
    payload = make_act_statement(report=D512, act=what, at=desk.at, reason="why", signers=signers)
    return sign_statement(payload, desk.keys_of(*names))


def test_an_act_is_one_persons_unless_the_trust_root_asks_for_more(desk) -> None:
    names = ("ada", "una", "gov")
    assert desk.accept(act(desk, "withdraw", "ada"), Kind.ACT, desk.root_for(*names)).signers
    both = {"assessment-results": {"assessor": 1}, "act": {"assessor": 2}}
    root = desk.root_for(*names, thresholds=both)
    with pytest.raises(SignatureError, match="asks for 2 in the role assessor, and 1 signed"):
        desk.accept(act(desk, "withdraw", "ada"), Kind.ACT, root)
    assert len(desk.accept(act(desk, "withdraw", "ada", "una"), Kind.ACT, root).signers) == 2
    assert desk.accept(act(desk, "acknowledge", "gov"), Kind.ACT, root).signers
    with pytest.raises(TrustError, match="no signature is by a key"):
        desk.accept(act(desk, "withdraw", "ada"), Kind.ACT, desk.root_for("una"))


def test_a_statement_is_accepted_as_its_own_kind_only(desk) -> None:
    root = desk.root_for("ada", "gov")
    for kind in Kind:
        if kind is not Kind.ACT:
            with pytest.raises(StatementError):
                desk.accept(act(desk, "withdraw", "ada"), kind, root)
    for kind in (Kind.ACT, Kind.STATUS, Kind.SEAL, Kind.ATTESTATION):
        with pytest.raises(StatementError):
            desk.accept(desk.report, kind, root)


def test_a_role_not_granted_is_refused(desk) -> None:
    declared = [*desk.declared("ada"), *desk.declared(ben="assessor")]
    report = desk.sign_raw(desk.payload_for(declared), "ada", "ben")
    with pytest.raises(TrustError, match="may not sign in the role assessor: got technical-reviewer"):
        desk.verify(report, desk.trust_for("ada", "ben"))


def test_a_pair_declared_for_another_principal_is_refused(desk) -> None:
    declared = [DeclaredSigner("urn:example:zoe", "assessor", desk.keyids["ada"])]
    with pytest.raises(TrustError, match="is a key of urn:example:ada"):
        desk.verify(desk.sign_raw(desk.payload_for(declared)))


def test_separate_organisations_are_the_verifiers_rule(desk) -> None:
    same_firm = desk.signed_by("ada", "ben")
    pairs = [["assessor", "technical-reviewer"]]
    assert desk.verify(same_firm, desk.trust_for("ada", "ben", separation=[]))
    with pytest.raises(TrustError, match="one organisation signed as assessor and as technical-reviewer") as caught:
        desk.verify(same_firm, desk.trust_for("ada", "ben", separation=pairs))
    assert caught.value.value == "urn:example:assurance"
    trust = desk.trust_for("ada", "ben", "tom", separation=pairs)
    assert desk.verify(desk.signed_by("ada", "tom"), trust)
    with pytest.raises(TrustError, match="which the trust root keeps apart"):
        desk.verify(desk.signed_by("ada", "ben", "tom"), trust)


def test_a_revocation_of_one_key_fails_the_whole_report(desk) -> None:
    for keyid in desk.keyids["ben"]:
        trust = desk.trust_for("ada", "ben", revoked=[desk.revoked(keyid, "2026-01-01T00:00:00Z")])
        with pytest.raises(TrustError, match="revoked"):
            desk.verify(desk.signed_by("ada", "ben"), trust)


def test_signatures_under_alias_key_ids_are_refused(desk) -> None:
    payload = desk.payload("ada")
    genuine = desk.signatures(payload, "ada")
    alias = [one._replace(keyid=keyid) for one, keyid in zip(genuine, desk.keyids["ben"], strict=True)]
    with pytest.raises(SignatureError, match="does not verify"):
        desk.verify(encode_envelope(payload, [*genuine, *alias]), desk.trust_for("ada", "ben"))
    with pytest.raises(TrustError, match="no signature is by a key"):
        desk.verify(encode_envelope(payload, alias))
    unknown = [one._replace(keyid=f"sha256:{index:064x}") for index, one in enumerate(genuine)]
    with pytest.raises(SignatureError, match="does not declare"):
        desk.verify(encode_envelope(payload, [*genuine, *unknown]))


def test_swapped_signatures_are_refused(desk) -> None:
    report, trust = desk.signed_by("ada", "ben"), desk.trust_for("ada", "ben")
    for one, two in itertools.combinations(range(4), 2):

        def swap(all_four, one=one, two=two):
            all_four[one]["sig"], all_four[two]["sig"] = all_four[two]["sig"], all_four[one]["sig"]
            return all_four

        with pytest.raises(SignatureError):
            desk.verify(bent_signatures(desk, report, swap), trust)


def test_signatures_duplicated_or_reordered_are_refused(desk) -> None:
    document = desk.envelope(desk.signed_by("ada", "ben"))
    trust = desk.trust_for("ada", "ben")
    for order in itertools.permutations(range(4)):
        if list(order) != sorted(order):
            with pytest.raises(EnvelopeError, match="ordered by key id"):
                desk.verify(
                    canonical_bytes({**document, "signatures": [document["signatures"][i] for i in order]}), trust
                )
    for index in range(4):
        twice = [*document["signatures"], document["signatures"][index]]
        with pytest.raises(EnvelopeError, match="each key id once"):
            desk.verify(canonical_bytes({**document, "signatures": sorted(twice, key=lambda one: one["keyid"])}), trust)


@pytest.mark.parametrize("index", [0, 1])
def test_a_signature_of_another_report_is_refused(desk, index) -> None:
    pair = desk.signatures(desk.payload("ada"), "ada")
    pair[index] = desk.signatures(desk.payload("ada", "ben"), "ada")[index]
    with pytest.raises(SignatureError, match="does not verify"):
        desk.verify(encode_envelope(desk.payload("ada"), pair))


@pytest.mark.parametrize("index", [0, 1])
def test_a_signature_over_something_else_is_refused(desk, index) -> None:
    payload = desk.payload("ada")
    key = desk.keys["ada"][index]
    for message in (pae("application/json", payload), payload, pae(PAYLOAD_TYPE, payload) + b" ", b""):
        pair = desk.signatures(payload, "ada")
        pair[index] = Signature(key.public.keyid, key.sign(message))
        with pytest.raises(SignatureError, match="does not verify"):
            desk.verify(encode_envelope(payload, pair))


def test_the_other_s_of_a_signature_is_refused(desk) -> None:
    payload = desk.payload("ada")
    ecdsa, ml_dsa = desk.signatures(payload, "ada")
    r, s = decode_dss_signature(ecdsa.sig)
    with pytest.raises(SignatureError, match=r"low s|canonical"):
        desk.verify(encode_envelope(payload, [ecdsa._replace(sig=encode_dss_signature(r, ORDER - s)), ml_dsa]))


@pytest.mark.parametrize(
    "spell",
    [
        pytest.param(lambda sig: sig + b"\x00", id="trailing byte"),
        pytest.param(lambda sig: sig[:-1], id="cut"),
        pytest.param(lambda sig: b"\x00" + sig, id="leading byte"),
        pytest.param(lambda sig: sig + sig[:100], id="more behind it"),
        pytest.param(lambda sig: b"\x30\x81" + sig[1:], id="long form of a length"),
        pytest.param(lambda sig: bytes(len(sig)), id="zeros"),
    ],
)
@pytest.mark.parametrize("index", [0, 1])
def test_a_signature_written_otherwise_is_refused(desk, index, spell) -> None:
    payload = desk.payload("ada")
    pair = desk.signatures(payload, "ada")
    pair[index] = pair[index]._replace(sig=spell(pair[index].sig))
    with pytest.raises(SignatureError):
        desk.verify(encode_envelope(payload, pair))


def test_hedged_signatures_differ_and_both_verify(desk) -> None:
    """An ML-DSA signature is drawn anew each time; the envelope's digest tells the two files apart."""
    one, two = desk.signed_by("ada"), desk.signed_by("ada")
    assert parse_envelope(one).payload == parse_envelope(two).payload
    assert desk.verify(one).digest_sha512 != desk.verify(two).digest_sha512


@pytest.mark.parametrize("algorithm", ["ecdsa-p384-sha384", "ml-dsa-87"])
def test_an_algorithm_past_its_day_cannot_be_verified_here(desk, bend, algorithm) -> None:
    until = bend(desk.trust_document(), f"/algorithms/{algorithm}", "2026-11-01T00:00:00Z")
    with pytest.raises(UnverifiableError, match="relies on"):
        desk.verify(trust=until)
    with pytest.raises(UnverifiableError, match="relies on"):
        desk.verify(trust=until, proven=desk.at - 1)
    assert desk.verify(trust=until, at=desk.at - 1)
    with pytest.raises(SignatureError):
        desk.verify(desk.sign_raw(desk.payload("ada"), "ada", "mallory"), until)
