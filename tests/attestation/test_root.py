"""The trust root: what it says, what it may not say, who signed it, and when keys count."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from auditor.attestation.envelope import TRUST_ROOT_TYPE, Signature, encode_envelope, pae, parse_envelope
from auditor.attestation.keys import encode_public_key
from auditor.attestation.root import MAX_ROOT_BYTES, parse_root, read_draft
from auditor.attestation.rotation import make_root, sign_root
from auditor.canon.digest import sha256_hex
from auditor.canon.instant import parse_instant
from auditor.canon.json import canonical_bytes
from auditor.errors import AuditorError, EnvelopeError, SignatureError, TrustError, UnverifiableError

OTHER = "sha256:" + "d4" * 32
CERTIFICATE = base64.b64encode(b"\x30\x82\x01\x04" + bytes(260)).decode()
CERTIFICATE_2 = base64.b64encode(b"\x30\x82\x01\x04" + bytes(259) + b"\x01").decode()
INSTANT = "2026-01-01T00:00:00Z"


def stamping_certificate(key: str, serial: int) -> bytes:
    private = ec.derive_private_key(ord(key), ec.SECP384R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Time {serial}")])
    began, ended = datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder(name, name, private.public_key(), serial + 1, began, ended)
    return made.sign(private, SHA384()).public_bytes(Encoding.DER)


def authority(**changes):
    return {
        "authority": "alpha",
        "operator": "Alpha Time",
        "certificate": CERTIFICATE,
        "policy": "1.3.6.1.4.1.32473.1",
        "notBefore": INSTANT,
        "notAfter": "2036-01-01T00:00:00Z",
        **changes,
    }


def revocation(keyid=OTHER, reason="superseded", at=INSTANT, invalid=None, **changes):
    return {"keyid": keyid, "reason": reason, "revokedAt": at, "invalidityDate": invalid or at, **changes}


def raw(desk, document, *names):
    """A genuine envelope over anything, made without the checks that our own signer makes."""
    payload = document if isinstance(document, bytes) else canonical_bytes(document)
    message = pae(TRUST_ROOT_TYPE, payload)
    signatures = [Signature(key.public.keyid, key.sign(message)) for name in names for key in desk.keys[name]]
    return encode_envelope(payload, signatures, TRUST_ROOT_TYPE)


def test_a_root_reads_back(desk) -> None:
    document = desk.trust_document(
        "ada", "ben", "cyd", "sal",
        revoked=[revocation(reason="key-compromise", invalid="2025-06-01T00:00:00Z")],
        authorities=[authority(), authority(authority="beta", operator="Beta", certificate=CERTIFICATE_2)],
        pdf={"anchors": [CERTIFICATE], "certificates": [{"sha256": "e5" * 32, "principal": "urn:example:ada"}]},
        timeThreshold=2,
        catalogs=["b2" * 32], engines=["e5" * 32], verifiers=["f6" * 64], status={"leastVersion": 3, "maxAgeDays": 90},
    )  # fmt: skip
    data = desk.sign_trust(document)
    root = parse_root(data)
    assert (root.lineage, root.version, root.issued_at) == (
        "urn:example:lineage",
        1,
        parse_instant(document["issuedAt"]),
    )
    assert [holder.id for holder in root.holders] == ["urn:example:hob"]
    assert [(one.id, one.roles) for one in root.principals][3] == ("urn:example:sal", ("sealer",))
    assert root.thresholds["seal"] == (("sealer", 1),)
    assert root.revoked[0].effective == parse_instant("2025-06-01T00:00:00Z")
    assert [one.name for one in root.authorities] == ["alpha", "beta"]
    assert root.pdf_certificates == (("e5" * 32, "urn:example:ada"),)
    assert root.pdf_anchors == (base64.b64decode(CERTIFICATE),)
    assert (root.catalogs, root.engines, root.verifiers) == (("b2" * 32,), ("e5" * 32,), ("f6" * 64,))
    assert root.status == (3, 90)
    assert root.digest == sha256_hex(data)
    assert root.content == sha256_hex(canonical_bytes(document))
    principal, key = root.find(desk.keyids["ben"][1])
    assert (principal.id, key.public.algorithm) == ("urn:example:ben", "ml-dsa-87")
    assert root.find(OTHER) is None
    assert root.find(desk.keyids["hob"][0]) is None, "a root holder's key signs no statement"
    assert root.organisation(principal.organisation).kind == "assessor"


def test_nothing_approved_is_none_and_not_empty(desk) -> None:
    root = desk.root_for("ada")
    assert (root.catalogs, root.engines, root.verifiers, root.status) == (None, None, None, None)


def test_two_signings_are_one_content_in_two_files(desk) -> None:
    one, other = desk.root_for("ada"), desk.root_for("ada")
    assert one.content == other.content
    assert one.digest != other.digest


@pytest.mark.parametrize(
    ("look", "problem"),
    [
        (lambda root: root.organisation("urn:example:nobody"), "does not know this organisation"),
        (lambda root: root.require_thresholds("seal"), "does not say who must sign: seal"),
        (lambda root: root.require_algorithm("ecdsa-p256-sha256", 0), "does not know this algorithm"),
    ],
)
def test_what_the_root_does_not_know_is_refused(desk, look, problem) -> None:
    root = desk.root_for("ada")
    assert root.require_thresholds("act") == ()
    with pytest.raises(TrustError, match=problem):
        look(root)


KEY = "/principals/0/keys/0"
IN_ROOT = "/root"
HOLDER = IN_ROOT + "/holders/0"


@pytest.mark.parametrize(
    ("pointer", "value", "problem"),
    [
        ("/format", "trust-root/2", "must be one of"),
        ("/format", "trust-policy/1", "must be one of"),
        ("/comment", "x", "unknown member"),
        ("/lineage", "urn:example:lineаge", "ASCII"),
        ("/lineage", "", "1 to 256"),
        ("/version", 0, "integer from 1"),
        ("/version", True, "integer from 1"),
        ("/version", "1", "integer from 1"),
        ("/version", 2**31 + 1, "integer from 1"),
        ("/issuedAt", "2026-06-01", "not an instant"),
        ("/issuedAt", "2026-06-01T00:00:00+00:00", "must be written 2026-06-01T00:00:00Z"),
        ("/issuedAt", "2025-06-01T00:00:00Z", "outside the window of a root holder's key"),
        ("/issuedAt", "2028-01-01T00:00:00Z", "outside the window of a root holder's key"),
        (IN_ROOT + "/threshold", 0, "integer from 1 to 1"),
        (IN_ROOT + "/threshold", 2, "integer from 1 to 1"),
        (IN_ROOT + "/holders", [], "1 to 64 items"),
        (IN_ROOT + "/extra", 1, "unknown member"),
        (f"{HOLDER}/holder", "", "1 to 256"),
        (f"{HOLDER}/keys", [], "1 to 64 items"),
        (f"{HOLDER}/keys/1", ..., "exactly two keys"),
        (f"{HOLDER}/roles", ["assessor"], "unknown member"),
        ("/organisations", [], "1 to 1024 items"),
        ("/organisations/0/kind", "government", "must be one of"),
        ("/organisations/0/kind", "facility", "not a role for the people of an organisation of the kind facility"),
        ("/organisations/0/kind", "authority", "not a role for the people of an organisation of the kind authority"),
        ("/organisations/1/organisation", "urn:example:assurance", "given twice"),
        ("/organisations/1/name", "ASSURANCE LTD", "another organisation has this name"),
        ("/principals", [], "1 to 1024 items"),
        ("/principals", {}, "must be an array"),
        ("/principals/0/principal", "аda", "ASCII"),
        ("/principals/0/name", " Ada", "blanks at its ends"),
        ("/principals/0/name", "Ada\u202eB", "printable"),
        ("/principals/0/organisation", "urn:example:nobody", "not one of the organisations"),
        ("/principals/0/roles", [], "1 to 1024 items"),
        ("/principals/0/roles", ["boss"], "must be one of"),
        ("/principals/0/roles", ["assessor", "assessor"], "given twice"),
        ("/principals/0/roles", ["responsible-official"], "not a role for the people"),
        ("/principals/0/keys/1", ..., "no ml-dsa-87 key"),
        ("/principals/0/keys/0", ..., "no ecdsa-p384-sha384 key"),
        (f"{KEY}/keyid", OTHER, "not the key id of this public key"),
        (f"{KEY}/keyid", "ada", "must be a key id"),
        (f"{KEY}/algorithm", "ecdsa-p256-sha256", "must be one of"),
        (f"{KEY}/algorithm", "none", "must be one of"),
        (f"{KEY}/algorithm", "ml-dsa-87", "this public key is one of ecdsa-p384-sha384"),
        (f"{KEY}/public", "x", "not a public key"),
        (f"{KEY}/public", None, "must be a public key"),
        (f"{KEY}/notBefore", "2028-01-01T00:00:00Z", "later than notBefore"),
        (f"{KEY}/notAfter", "2027-01-01T00:00:00", "not an instant"),
        (f"{KEY}/roles", ["assessor"], "unknown member"),
        ("/thresholds", {}, "'assessment-results' is missing"),
        ("/thresholds", [], "must be an object"),
        ("/thresholds/assessment-results", {}, "no threshold is set"),
        ("/thresholds/assessment-results/assessor", 0, "integer from 1"),
        ("/thresholds/assessment-results/assessor", True, "integer from 1"),
        ("/thresholds/assessment-results/assessor", 2, "can never be met"),
        ("/thresholds/assessment-results/sealer", 1, "unknown member"),
        ("/thresholds/attestation/technical-reviewer", 1, "can never be met"),
        ("/thresholds/seal", {"assessor": 1}, "unknown member"),
        ("/thresholds/verdict", {"assessor": 1}, "unknown member"),
        ("/separation", {}, "must be an array"),
        ("/separation/0", ["assessor"], "2 to 2 items"),
        ("/separation/0", ["assessor", "assessor"], "separate from itself"),
        ("/separation/0", ["assessor", "boss"], "must be one of"),
        ("/separation/1", ["responsible-official", "assessor"], "given twice"),
        ("/revoked", None, "must be an array"),
        ("/revoked", [revocation(keyid="x")], "must be a key id"),
        ("/revoked", [revocation(reason="lost")], "must be one of"),
        ("/revoked", [revocation(at="2026-01-01")], "not an instant"),
        ("/revoked", [revocation(), revocation()], "given twice"),
        ("/revoked", [revocation(comment="x")], "unknown member"),
        ("/revoked", [revocation(reason="key-compromise", invalid="2026-01-02T00:00:00Z")], "not be later than"),
        ("/revoked", [revocation(invalid="2025-01-01T00:00:00Z")], "where the reason is superseded"),
        ("/authorities", [authority(authority="Alpha")], "small letters"),
        ("/authorities", [authority(authority="../alpha")], "small letters"),
        ("/authorities", [authority(), authority(certificate=CERTIFICATE_2)], "given twice"),
        ("/authorities", [authority(), authority(authority="beta", operator="Beta")], "given twice"),
        ("/authorities", [authority(policy="1.3.06")], "object identifier"),
        ("/authorities", [authority(policy="3.1.2")], "object identifier"),
        ("/authorities", [authority(certificate="MAA=")], "must be a certificate"),
        ("/authorities", [authority(certificate=CERTIFICATE[:-4])], "must be a certificate"),
        ("/authorities", [authority(certificate=CERTIFICATE + "\n")], "must be a certificate"),
        ("/authorities", [authority(certificate=7)], "must be a certificate"),
        ("/authorities", [authority(notAfter=INSTANT)], "later than notBefore"),
        ("/timeThreshold", 1, "integer from 0 to 0"),
        ("/timeThreshold", -1, "integer from 0"),
        ("/timeTolerance", -1, "integer from 0"),
        ("/timeTolerance", 86_401, "integer from 0"),
        ("/pdf/anchors", ["MAA="], "must be a certificate"),
        ("/pdf/anchors", [CERTIFICATE, CERTIFICATE], "given twice"),
        ("/pdf/certificates", [{"sha256": "e5" * 32, "principal": "urn:example:ben"}], "not one of the principals"),
        ("/pdf/certificates", [{"sha256": "e5" * 32, "principal": "urn:example:ada"}] * 2, "given twice"),
        ("/algorithms/ml-dsa-87", ..., "is missing"),
        ("/algorithms/ml-dsa-65", None, "unknown member"),
        ("/algorithms/rfc3161", False, "must be an instant"),
        ("/catalogs", [], "1 to 1024 items"),
        ("/catalogs", ["b2"], "must be a SHA-256 digest"),
        ("/catalogs", ["b2" * 32] * 2, "given twice"),
        ("/engines", [], "1 to 1024 items"),
        ("/engines", ["0.2.0"], "must be a SHA-256 digest"),
        ("/verifiers", ["b2" * 32], "must be a SHA-512 digest"),
        ("/status", {}, "is missing"),
        ("/status", {"leastVersion": 0, "maxAgeDays": 1}, "integer from 1"),
        ("/status", {"leastVersion": 1, "maxAgeDays": 0}, "integer from 1"),
    ],
)  # fmt: skip
def test_a_bent_root_is_refused_though_its_holder_signed_it(desk, bend, pointer, value, problem) -> None:
    bent = bend(desk.trust_document(), pointer, value)
    with pytest.raises(TrustError, match=problem) as caught:
        parse_root(raw(desk, bent, "hob"))
    assert str(caught.value.place).startswith("trust root")
    with pytest.raises(TrustError, match=problem):
        make_root(bent)


def test_every_member_is_required(desk, bend) -> None:
    for name in desk.trust_document():
        with pytest.raises(TrustError, match=f"member '{name}' is missing"):
            parse_root(raw(desk, bend(desk.trust_document(), f"/{name}", ...), "hob"))


def test_time_asks_for_distinct_operators(desk) -> None:
    one_operator = [authority(), authority(authority="beta", certificate=CERTIFICATE_2)]
    assert desk.root_for("ada", authorities=one_operator, timeThreshold=1).time_threshold == 1
    with pytest.raises(TrustError, match="integer from 0 to 1"):
        desk.root_for("ada", authorities=one_operator, timeThreshold=2)


def test_one_operator_is_not_two_witnesses(desk) -> None:
    """One who is in the root twice, by a name that prints alike or with a second certificate for one key."""
    fresh, renewed, other = (base64.b64encode(stamping_certificate(key, n)).decode() for n, key in enumerate("aab"))
    for operator, certificate, problem in (
        ("ALPHA TIME", other, "another operator has this name"),
        ("Beta", renewed, "another operator's authority has this key"),
    ):
        two = [
            authority(certificate=fresh),
            authority(authority="beta", operator=operator, certificate=certificate),
        ]
        with pytest.raises(TrustError, match=problem):
            desk.root_for("ada", authorities=two, timeThreshold=2)
    again = [authority(certificate=fresh), authority(authority="alpha-2", certificate=renewed)]
    assert len(desk.root_for("ada", authorities=again, timeThreshold=1).authorities) == 2
    apart = [authority(certificate=fresh), authority(authority="beta", operator="Beta", certificate=other)]
    assert desk.root_for("ada", authorities=apart, timeThreshold=2).time_threshold == 2


def test_one_key_belongs_to_one_owner(desk, bend) -> None:
    document = desk.trust_document("ada", "ben")
    stolen = document["principals"][0]["keys"]
    shared = bend(document, "/principals/1/keys/0", stolen[0])
    with pytest.raises(TrustError, match="one public key is given twice") as caught:
        parse_root(raw(desk, shared, "hob"))
    assert caught.value.place == "trust root /principals/1/keys/0"
    assert "urn:example:ada" in str(caught.value.hint)
    with pytest.raises(TrustError, match="one public key is given twice"):
        parse_root(raw(desk, bend(document, "/principals/0/keys/-", stolen[1]), "hob"))


def test_a_root_holders_key_is_no_principals_key(desk, bend) -> None:
    document = bend(desk.trust_document("ada"), "/principals/0/keys", desk.key_documents("hob"))
    with pytest.raises(TrustError, match="one public key is given twice") as caught:
        parse_root(raw(desk, document, "hob"))
    assert "urn:example:hob" in str(caught.value.hint)
    both = desk.trust_document(root={"threshold": 2, "holders": [desk.holder_document("hob")] * 2})
    both["root"]["holders"][1] = {**desk.holder_document("hob"), "holder": "urn:example:hal"}
    with pytest.raises(TrustError, match="one public key is given twice"):
        parse_root(raw(desk, both, "hob"))


def test_one_key_in_another_encoding_is_no_second_key(desk, bend) -> None:
    document = desk.trust_document("ada", "ben")
    alias = {**document["principals"][0]["keys"][0], "public": encode_public_key(desk.keys["ada"][0].public).decode()}
    with pytest.raises(TrustError, match="not PEM"):
        parse_root(raw(desk, bend(document, "/principals/1/keys/0", alias), "hob"))
    point = desk.keys["ada"][0].public.spki[23:]
    short = bytes.fromhex("3046301006072a8648ce3d020106052b81040022033200") + bytes([2 + point[-1] % 2]) + point[1:49]
    alias["public"] = base64.b64encode(short).decode()
    with pytest.raises(TrustError, match="uncompressed point"):
        parse_root(raw(desk, bend(document, "/principals/1/keys/0", alias), "hob"))


def test_one_person_is_not_given_twice(desk, bend) -> None:
    document = bend(desk.trust_document("ada", "ben"), "/principals/1/principal", "urn:example:ada")
    with pytest.raises(TrustError, match="given twice"):
        parse_root(raw(desk, document, "hob"))
    holders = [desk.holder_document("hob"), {**desk.holder_document("hal"), "holder": "urn:example:hob"}]
    with pytest.raises(TrustError, match="given twice"):
        parse_root(raw(desk, desk.trust_document(root={"threshold": 2, "holders": holders}), "hob", "hal"))


def test_a_facility_cannot_be_given_an_assessors_role(desk, bend) -> None:
    document = bend(desk.trust_document("ada", "cyd"), "/principals/1/roles", ["responsible-official", "assessor"])
    with pytest.raises(TrustError, match="of the kind facility"):
        parse_root(raw(desk, document, "hob"))
    separate = desk.trust_document("ada", separation=[["assessor", "technical-reviewer"]])
    separate["principals"][0]["roles"] = ["assessor", "technical-reviewer"]
    with pytest.raises(TrustError, match="two roles that must be separate"):
        parse_root(raw(desk, separate, "hob"))


def test_a_revoked_key_does_not_hold_the_root(desk) -> None:
    document = desk.trust_document(revoked=[revocation(desk.keyids["hob"][1])])
    with pytest.raises(TrustError, match="a root holder's key is revoked"):
        parse_root(raw(desk, document, "hob"))


def test_two_of_two_holders(desk) -> None:
    holders = {"threshold": 2, "holders": [desk.holder_document("hob"), desk.holder_document("hal")]}
    document = desk.trust_document(root=holders)
    assert parse_root(raw(desk, document, "hob", "hal")).threshold == 2
    for names, count in ((["hob"], 1), (["hal"], 1), (["mallory"], 0), (["hob", "mallory", "ada"], 1)):
        with pytest.raises(TrustError, match=f"signed by {count} root holders of its own version, and 2 are needed"):
            parse_root(raw(desk, document, *names))


def test_nobodys_signature_is_not_counted_and_does_no_harm(desk) -> None:
    assert parse_root(raw(desk, desk.trust_document(), "hob", "mallory")).version == 1
    with pytest.raises(TrustError, match="signed by 0 root holders"):
        parse_root(raw(desk, desk.trust_document(), "ada"))


@pytest.mark.parametrize("kept", [0, 1])
def test_a_holder_does_not_count_with_one_algorithm(desk, kept) -> None:
    holders = {"threshold": 1, "holders": [desk.holder_document("hob"), desk.holder_document("hal")]}
    document = desk.trust_document(root=holders)
    envelope = parse_envelope(raw(desk, document, "hob", "hal"), TRUST_ROOT_TYPE)
    dropped = desk.keyids["hob"][1 - kept]
    left = [one for one in envelope.signatures if one.keyid != dropped]
    # Hal alone would do; half of Hob is refused all the same, for somebody took the other half away.
    with pytest.raises(SignatureError, match="one key of two"):
        parse_root(encode_envelope(envelope.payload, left, TRUST_ROOT_TYPE))


@pytest.mark.parametrize("index", [0, 1])
def test_a_holders_signature_over_something_else_is_refused(desk, index) -> None:
    mine = parse_envelope(raw(desk, desk.trust_document(), "hob"), TRUST_ROOT_TYPE)
    other = parse_envelope(raw(desk, desk.trust_document(version=2), "hob"), TRUST_ROOT_TYPE)
    keyid = desk.keyids["hob"][index]
    mixed = [b if b.keyid == keyid else a for a, b in zip(mine.signatures, other.signatures, strict=True)]
    with pytest.raises(SignatureError):
        parse_root(encode_envelope(mine.payload, mixed, TRUST_ROOT_TYPE))


def test_a_statement_is_no_root_and_a_root_is_no_statement(desk) -> None:
    document = canonical_bytes(desk.trust_document())
    signed_as_statement = desk.sign_raw(document, "hob")
    with pytest.raises(EnvelopeError, match="payloadType"):
        parse_root(signed_as_statement)
    envelope = json.loads(signed_as_statement)
    envelope["payloadType"] = TRUST_ROOT_TYPE
    with pytest.raises(SignatureError):
        parse_root(canonical_bytes(envelope))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"[]", id="array"),
        pytest.param(b"[" * 10_000, id="10,000 deep"),
        pytest.param(b" " * (MAX_ROOT_BYTES + 1), id="huge"),
        pytest.param(b'{"payload":"e30=","payload":"e30="}', id="member twice"),
        pytest.param(b'{"format":"trust-policy/1"}', id="the policy of old"),
        pytest.param(b"\xff", id="not text"),
    ],
)
def test_not_a_root_at_all(data) -> None:
    with pytest.raises((TrustError, EnvelopeError)):
        parse_root(data)


@pytest.mark.parametrize("payload", [b"{}", b"[]", b"\xff", b" {}", b"null", b'{"format":"trust-root/1"}'])
def test_a_signed_nothing_is_no_root(desk, payload) -> None:
    with pytest.raises(TrustError):
        parse_root(raw(desk, payload, "hob"))


def test_a_payload_has_one_spelling(desk) -> None:
    spaced = json.dumps(desk.trust_document(), sort_keys=True, indent=1).encode()
    with pytest.raises(TrustError, match="canonical"):
        parse_root(raw(desk, spaced, "hob"))
    with pytest.raises(TrustError, match="canonical"):
        sign_root(spaced, desk.keys_of("hob"))


def test_each_flipped_byte_of_a_root_is_refused(desk) -> None:
    data = bytearray(desk.trust_for("ada"))
    parse_root(bytes(data))
    for place in range(len(data)):
        data[place] ^= 1 << place % 8
        with pytest.raises(AuditorError):
            parse_root(bytes(data))
        data[place] ^= 1 << place % 8


def test_each_cut_of_a_root_is_refused(desk) -> None:
    data = desk.trust_for("ada")
    for size in (*range(0, len(data), 97), len(data) - 1):
        with pytest.raises(AuditorError):
            parse_root(data[:size])
    with pytest.raises(AuditorError):
        parse_root(data + b"\n")


def test_a_draft_is_read_without_its_signatures(desk) -> None:
    draft = read_draft(raw(desk, desk.trust_document(), "mallory"))
    assert draft.root.version == 1
    with pytest.raises(TrustError):
        parse_root(raw(desk, desk.trust_document(), "mallory"))


REVOKED, LOST = "2026-09-01T00:00:00Z", "2026-05-01T00:00:00Z"


@pytest.mark.parametrize(
    ("reason", "invalid", "when", "counts"),
    [
        ("superseded", REVOKED, "2026-08-31T23:59:59.999999Z", True),
        ("superseded", REVOKED, REVOKED, False),
        ("superseded", REVOKED, "2026-09-01T00:00:00.000001Z", False),
        ("cessation", REVOKED, "2026-08-31T23:59:59.999999Z", True),
        ("cessation", REVOKED, REVOKED, False),
        ("key-compromise", LOST, "2026-04-30T23:59:59.999999Z", True),
        ("key-compromise", LOST, LOST, False),
        ("key-compromise", LOST, "2026-08-31T00:00:00Z", False),
        ("key-compromise", LOST, REVOKED, False),
    ],
)
def test_a_revoked_key_counts_before_and_not_from_then_on(desk, reason, invalid, when, counts) -> None:
    keyid = desk.keyids["ada"][0]
    root = desk.root_for("ada", revoked=[revocation(keyid, reason, REVOKED, invalid)])
    _, key = root.find(keyid)
    if counts:
        root.require_valid(key, parse_instant(when))
        return
    with pytest.raises(TrustError, match="the key is revoked") as caught:
        root.require_valid(key, parse_instant(when))
    assert (caught.value.place, caught.value.value) == (keyid, reason)


def test_a_revocation_is_of_one_key(desk) -> None:
    root = desk.root_for("ada", revoked=[revocation(desk.keyids["ada"][0])])
    _, other = root.find(desk.keyids["ada"][1])
    root.require_valid(other, desk.at)


@pytest.mark.parametrize(
    ("when", "problem"),
    [
        ("2025-12-31T23:59:59.999999Z", "not yet valid"),
        ("2026-01-01T00:00:00Z", None),
        ("2027-12-31T23:59:59.999999Z", None),
        ("2028-01-01T00:00:00Z", "has expired"),
    ],
)
def test_a_key_counts_inside_its_window(desk, when, problem) -> None:
    root = desk.root_for("ada")
    _, key = root.find(desk.keyids["ada"][1])
    if problem is None:
        root.require_valid(key, parse_instant(when))
        return
    with pytest.raises(TrustError, match=problem):
        root.require_valid(key, parse_instant(when))


def test_an_algorithm_past_its_day_cannot_be_verified_here(desk) -> None:
    until = {"ecdsa-p384-sha384": "2035-01-01T00:00:00Z", "ml-dsa-87": None, "rfc3161": None}
    root = desk.root_for("ada", algorithms=until)
    root.require_algorithm("ecdsa-p384-sha384", parse_instant("2034-12-31T23:59:59Z"))
    root.require_algorithm("ml-dsa-87", parse_instant("2099-01-01T00:00:00Z"))
    with pytest.raises(UnverifiableError, match="until 2035-01-01T00:00:00Z only"):
        root.require_algorithm("ecdsa-p384-sha384", parse_instant("2035-01-01T00:00:00Z"))
