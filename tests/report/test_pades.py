"""Certification of PDFs, and its validity over the years; read by strangers too."""

from __future__ import annotations

import hashlib
import io
import logging
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import tsp
from asn1crypto import x509 as asn1_x509
from asn1crypto.algos import SignedDigestAlgorithm
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA384, SHA512
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pypdf import PdfReader

from auditor.errors import BindingError, SignatureError, SigningError, TrustError, UnverifiableError, VerificationError
from auditor.jobs.pdf_check import Limits, StrictRequest, check_here, check_pdf
from auditor.report import pades, pdf_revisions
from auditor.report.pades import PdfSigner, certify
from auditor.report.pdf_layout import read_layout
from auditor.report.strict_profile import StrictPdf, require_structure
from samples.authorities import Revoked

from .certified import DAY, World, micro, revision0

YEAR = 365 * DAY
SIZE = len(revision0())


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("authorities"))


@pytest.fixture(scope="module")
def signed(world: World) -> bytes:
    return world.certify(revision0())


def ask(world: World, signed: bytes, at: timedelta = timedelta(minutes=1), **more: Any) -> StrictRequest:
    return world.request(signed, revision0(), world.began + at, **more)


# The file.


def test_the_document_is_a_prefix_and_the_last_timestamp_covers_the_entire_file(world: World, signed: bytes) -> None:
    assert signed.startswith(revision0())
    layout = read_layout(signed, SIZE)
    assert [revision.end for revision in layout.revisions][2] == len(signed)
    certified = require_structure(signed, SIZE)
    assert certified.timestamp.covered == len(signed)
    assert len(certified.certificates) == 4
    assert certified.crls == (world.fresh(),)
    assert b"/VRI" not in signed[SIZE:]


def test_what_it_says_of_itself_stays(signed: bytes) -> None:
    reader = PdfReader(io.BytesIO(signed), strict=True)
    metadata = reader.root_object["/Metadata"].get_data()
    for marker in (b'pdfaid:part="3"', b'pdfaid:conformance="A"', b"<pdfuaid:part>1</pdfuaid:part>"):
        assert metadata.count(marker) == 1
    assert [entry.name for entry in reader.attachment_list] == ["report.dsse.json", "results.json"]
    assert "/Version" not in reader.root_object
    assert reader.pdf_header == "%PDF-1.7"
    before = PdfReader(io.BytesIO(revision0()))
    assert reader.metadata == before.metadata
    assert [page.extract_text() for page in reader.pages] == [page.extract_text() for page in before.pages]


def test_no_string_is_longer_than_pdf_a_allows(signed: bytes) -> None:
    assert max(len(part) for part in signed.replace(b">", b"<").split(b"<")[1::2]) <= 2 * 32_767


def run(*command: object) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_strangers_read_it(signed: bytes, tmp_path: Path) -> None:
    path = tmp_path / "attestation.pdf"
    path.write_bytes(signed)
    said = run("pdfsig", "-nocert", path)
    assert said.count("Signature is Valid.") == 1
    assert "SHA-384" in said
    assert "Total document signed" in said
    checked = run("qpdf", "--check", path)
    assert "No syntax or stream encoding errors found" in checked


def test_pyhanko_with_its_own_judgement_of_differences_agrees(world: World, signed: bytes) -> None:
    context = ValidationContext(trust_roots=[asn1_x509.Certificate.load(world.anchor)], allow_fetching=False)
    reader = PdfFileReader(io.BytesIO(signed), strict=True)
    status = validate_pdf_signature(reader.embedded_signatures[0], context)
    assert status.bottom_line
    assert status.modification_level == ModificationLevel.LTA_UPDATES
    assert status.docmdp_ok


def test_the_attestation_itself_is_certified_and_accepted(world: World, sample_pdf: Path) -> None:
    document = sample_pdf.read_bytes()
    made = world.certify(document)
    assert check_pdf(made, world.request(made, document))


def test_it_is_accepted(world: World, signed: bytes) -> None:
    found = check_here(signed, ask(world, signed))
    assert found.certificate == ask(world, signed).certificates[0]
    assert "Sample Assurance" in found.subject
    assert found.claimed == world.began.strftime("D:%Y%m%d%H%M%SZ")
    assert abs(found.signed_at - micro(world.began)) <= 120_000_000
    assert found.signed_at <= found.archived_at


def test_no_log_and_no_connection(
    world: World, signed: bytes, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    with caplog.at_level(logging.DEBUG):
        assert check_here(signed, ask(world, signed))
        with pytest.raises(UnverifiableError):
            check_here(signed, ask(world, signed, 2 * YEAR))
        assert world.certify(revision0())
    assert [record for record in caplog.records if "hanko" in record.name and record.levelno > logging.INFO] == []


# The years (signing.md 3.4): the PDF certificate ends in 2036, those of the time authorities and the CA in 2046.

YEARS = [timedelta(minutes=1), DAY, 2 * YEAR, 5 * YEAR, 16 * YEAR, 25 * YEAR]


@pytest.mark.parametrize("at", YEARS[:2], ids=str)
def test_fresh_it_needs_nothing_else(world: World, signed: bytes, at: timedelta) -> None:
    assert check_here(signed, ask(world, signed, at))


@pytest.mark.parametrize("at", YEARS[2:], ids=str)
def test_later_what_is_embedded_does_not_do(world: World, signed: bytes, at: timedelta) -> None:
    with pytest.raises(UnverifiableError):
        check_here(signed, ask(world, signed, at))


@pytest.mark.parametrize("at", YEARS, ids=str)
def test_with_both_seals_it_lasts(world: World, signed: bytes, at: timedelta) -> None:
    late = (world.crl(world.began + DAY),)
    began = micro(world.began + timedelta(minutes=1))
    request = ask(world, signed, at, proven=began, crls=late, crls_proven=micro(world.began + DAY))
    assert check_here(signed, request)


@pytest.mark.parametrize("at", YEARS[2:], ids=str)
def test_one_seal_or_both_at_the_later_time_do_not_do(world: World, signed: bytes, at: timedelta) -> None:
    late, first, second = (world.crl(world.began + DAY),), micro(world.began + DAY / 1000), micro(world.began + DAY)
    for more in (
        {"proven": first},
        {"proven": first, "crls": late},
        {"crls": late, "crls_proven": second},
        {"proven": second + 1, "crls": late, "crls_proven": second},
    ):
        with pytest.raises(UnverifiableError):
            check_here(signed, ask(world, signed, at, **more))


# Revocation.


def late_lists(world: World, *revoked: Any) -> dict[str, Any]:
    when = world.began + 200 * DAY
    proven = micro(world.began + timedelta(minutes=1))
    return {"proven": proven, "crls": (world.crl(when, *revoked),), "crls_proven": micro(when)}


def with_invalidity(world: World, revoked: datetime, since: datetime) -> bytes:
    entry = (
        x509.RevokedCertificateBuilder()
        .serial_number(world.identity.certificate.serial_number)
        .revocation_date(revoked)
        .add_extension(x509.CRLReason(x509.ReasonFlags.key_compromise), critical=False)
        .add_extension(x509.InvalidityDate(since.replace(tzinfo=None)), critical=False)
        .build()
    )
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(world.ca.certificate.subject)
        .last_update(world.began + 200 * DAY)
        .next_update(world.began + 207 * DAY)
        .add_revoked_certificate(entry)
    )
    return builder.sign(world.ca.key, SHA384()).public_bytes(Encoding.DER)


@pytest.mark.parametrize("at", [201 * DAY, 5 * YEAR, 25 * YEAR], ids=str)
def test_a_certificate_revoked_afterwards_does_no_harm(world: World, signed: bytes, at: timedelta) -> None:
    gone = Revoked(world.identity.certificate, world.began + 100 * DAY, x509.ReasonFlags.superseded)
    assert check_here(signed, ask(world, signed, at, **late_lists(world, gone)))


@pytest.mark.parametrize("at", [201 * DAY, 5 * YEAR, 25 * YEAR], ids=str)
@pytest.mark.parametrize("whose", ["signer", "alpha", "beta"])
def test_a_certificate_revoked_before_is_refused(world: World, signed: bytes, at: timedelta, whose: str) -> None:
    certificates = {"signer": world.certificate, "alpha": world.alpha.certificate, "beta": world.beta.certificate}
    gone = Revoked(x509.load_der_x509_certificate(certificates[whose]), world.began - DAY)
    with pytest.raises((TrustError, SignatureError)):
        check_here(signed, ask(world, signed, at, **late_lists(world, gone)))


def test_a_key_that_was_in_other_hands_before_is_refused(world: World, signed: bytes) -> None:
    lists = late_lists(world)
    harmless = with_invalidity(world, world.began + 100 * DAY, world.began + 99 * DAY)
    assert check_here(signed, ask(world, signed, 5 * YEAR, **(lists | {"crls": (harmless,)})))
    stolen = with_invalidity(world, world.began + 100 * DAY, world.began - DAY)
    with pytest.raises(TrustError, match="revoked before"):
        check_here(signed, ask(world, signed, 5 * YEAR, **(lists | {"crls": (stolen,)})))


def test_a_list_of_somebody_else_says_nothing(
    world: World, signed: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = World(tmp_path_factory.mktemp("other"))
    lists = late_lists(world) | {"crls": (other.crl(world.began + 200 * DAY),)}
    with pytest.raises(UnverifiableError, match="no revocation list"):
        check_here(signed, ask(world, signed, 5 * YEAR, **lists))


def test_a_list_first_seen_after_its_issuer_expired_says_nothing(world: World, signed: bytes) -> None:
    lists = late_lists(world)
    for proven in (world.began + 22 * YEAR, world.began + 100 * DAY):
        with pytest.raises(UnverifiableError, match="no revocation list"):
            check_here(signed, ask(world, signed, 25 * YEAR, **(lists | {"crls_proven": micro(proven)})))


@pytest.mark.parametrize("junk", [b"", b"junk", b"\x30\x80", b"\x30\x03\x02\x01\x01", bytes(5000)])
def test_a_malformed_list_is_refused(world: World, signed: bytes, junk: bytes) -> None:
    with pytest.raises(SignatureError):
        check_here(signed, ask(world, signed, crls=(junk,)))


# Times and identities.


def test_times_that_contradict_each_other(world: World, signed: bytes) -> None:
    with pytest.raises(UnverifiableError, match="times conflict"):
        check_here(signed, ask(world, signed, proven=micro(world.began - DAY)))
    with pytest.raises(SignatureError, match="after the moment of judging"):
        check_here(signed, ask(world, signed, -DAY))


def test_digests_size_and_certificate_are_asked_for(world: World, signed: bytes) -> None:
    good = ask(world, signed)
    for wrong in (
        good._replace(final_sha512="0" * 128),
        good._replace(revision0_sha512="0" * 128),
        good._replace(revision0_size=SIZE + 1),
        good._replace(revision0_size=0),
        good._replace(revision0_size=len(signed)),
        good._replace(revision0_size=-1),
    ):
        with pytest.raises(BindingError):
            check_here(signed, wrong)
    for wrong in (good._replace(certificates=()), good._replace(certificates=("0" * 64,))):
        with pytest.raises(TrustError, match="not accepted"):
            check_here(signed, wrong)
    with pytest.raises(TrustError):
        check_here(signed, good._replace(anchors=(world.alpha.certificate,)))
    with pytest.raises(UnverifiableError, match="no anchor"):
        check_here(signed, good._replace(anchors=()))
    longer = signed + b"%more"
    with pytest.raises(BindingError, match="not as it was certified"):
        check_here(longer, good._replace(anchors=(), final_sha512=hashlib.sha512(longer).hexdigest()))


def test_a_signature_without_a_timestamp_of_its_own_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pades._Holder, "unsigned_attrs", no_attributes, raising=True)
    forged = world.archive_only(world.sign_only(revision0()))
    with pytest.raises(SignatureError, match="exactly one timestamp"):
        check_here(forged, ask(world, forged))


async def no_attributes(*_: object, **__: object) -> Any:
    return None


def test_another_digest_in_the_signature_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pades, "_DIGEST", "sha512")
    monkeypatch.setattr(pades, "SignedDigestAlgorithm", lambda _: SignedDigestAlgorithm({"algorithm": "sha512_ecdsa"}))
    monkeypatch.setattr(pades, "SHA384", SHA512)
    forged = world.archive_only(world.sign_only(revision0()))
    with pytest.raises(SignatureError, match="SHA-384"):
        check_here(forged, ask(world, forged))


# Signing.


def test_a_token_signs_through_a_callable(world: World) -> None:
    asked: list[bytes] = []

    def token(message: bytes) -> bytes:
        asked.append(message)
        return world.identity.key.sign(message, ec.ECDSA(SHA384()))

    made = world.certify(revision0(), signer=world.signer._replace(key=token))
    assert len(asked) == 1
    assert check_here(made, ask(world, made))


def test_authorities_are_asked_once_each(world: World) -> None:
    asked: list[bytes] = []

    def stamp(query: bytes) -> bytes:
        asked.append(query)
        return world.alpha.respond(query)

    made = certify(revision0(), world.signer, stamp, instant=micro(world.began), crls=[world.fresh()])
    assert len(asked) == 2
    assert [tsp.TimeStampReq.load(query)["cert_req"].native for query in asked] == [True, True]
    with pytest.raises(VerificationError):
        check_here(made, ask(world, made, certificates=()))


@pytest.mark.parametrize("key", [ec.generate_private_key(ec.SECP384R1()), lambda message: b"x", lambda message: b""])
def test_another_key_than_the_certificates_is_refused(world: World, key: Any) -> None:
    with pytest.raises(SigningError, match="private key"):
        world.certify(revision0(), signer=world.signer._replace(key=key))


@pytest.mark.parametrize("key", [ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)])
def test_another_kind_of_certificate_is_refused(world: World, key: Any) -> None:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "other")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = builder.serial_number(1).not_valid_before(world.began - DAY).not_valid_after(world.began + DAY)
    data = made.sign(key, SHA384()).public_bytes(Encoding.DER)
    with pytest.raises(SigningError, match="P-384"):
        world.certify(revision0(), signer=PdfSigner(data, (), key))


@pytest.mark.parametrize("data", [b"", b"junk", b"\x30\x00"])
def test_what_is_no_certificate_is_refused(world: World, data: bytes) -> None:
    with pytest.raises(SigningError):
        world.certify(revision0(), signer=world.signer._replace(certificate=data))
    with pytest.raises(SigningError):
        world.certify(revision0(), certificates=[data])
    with pytest.raises(SigningError):
        world.certify(revision0(), crls=[data])


def refusal(query: bytes) -> bytes:
    status = tsp.PKIStatusInfo({"status": "rejection"})
    return bytes(tsp.TimeStampResp({"status": status}).dump())


@pytest.mark.parametrize(
    "stamp", [lambda query: b"", lambda query: b"junk", refusal], ids=["nothing", "junk", "refusal"]
)
def test_an_authority_that_does_not_answer_is_told(world: World, stamp: Callable[[bytes], bytes]) -> None:
    for more in ({"stamp": stamp}, {"archive_stamp": stamp}):
        with pytest.raises(SigningError):
            world.certify(revision0(), **more)


def test_the_answer_to_another_question_is_refused(world: World) -> None:
    kept: list[bytes] = []

    def replay(query: bytes) -> bytes:
        kept.append(world.alpha.respond(query))
        return kept[0]

    with pytest.raises(SigningError):
        world.certify(revision0(), stamp=replay, archive_stamp=replay)


@pytest.mark.parametrize("pdf", [b"", b"%PDF-1.7\n", b"junk", revision0()[:-9], revision0() + b"\n"])
def test_what_is_not_a_document_of_ours_is_not_certified(world: World, pdf: bytes) -> None:
    with pytest.raises(SigningError):
        world.certify(pdf)


def test_a_certified_file_is_not_certified_again(world: World, signed: bytes) -> None:
    with pytest.raises(SigningError):
        world.certify(signed)


# The process of its own.


def test_the_process_says_the_same(world: World, signed: bytes) -> None:
    for request in (
        ask(world, signed),
        ask(world, signed, crls=(world.fresh(),), proven=micro(world.began + DAY / 999)),
    ):
        found = check_pdf(signed, request)
        assert isinstance(found, StrictPdf)
        assert found == check_here(signed, request)


@pytest.mark.parametrize(
    "wrong",
    [{"final_sha512": "0" * 128}, {"certificates": ()}, {"crls": (b"junk",)}, {"at": micro(datetime(2040, 1, 1))}],  # noqa: DTZ001
)
def test_the_process_refuses_the_same(world: World, signed: bytes, wrong: dict[str, Any]) -> None:
    request = ask(world, signed)._replace(**wrong)
    with pytest.raises((VerificationError, UnverifiableError)) as here:
        check_here(signed, request)
    with pytest.raises(type(here.value)) as there:
        check_pdf(signed, request)
    assert there.value.problem == here.value.problem
    assert there.value.hint == here.value.hint


def test_a_process_that_takes_too_much_is_ended(world: World, signed: bytes) -> None:
    with pytest.raises(BindingError, match="limits"):
        check_pdf(signed, ask(world, signed), Limits(memory=8 * 2**20))
    with pytest.raises(BindingError, match="limits"):
        check_pdf(signed, ask(world, signed), Limits(processor=0))
    with pytest.raises(UnverifiableError, match="in time"):
        check_pdf(signed, ask(world, signed), Limits(clock=0.01))


def test_without_pyhanko_it_cannot_be_verified_here(
    world: World, signed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "auditor.report.pades_validity", None)
    with pytest.raises(UnverifiableError, match="nothing is installed"):
        check_here(signed, ask(world, signed))


def test_the_structure_is_judged_without_pyhanko() -> None:
    code = (
        "import sys; sys.modules['pyhanko'] = None; "
        "from auditor.report.strict_profile import require_structure; print(require_structure.__name__)"
    )
    assert "require_structure" in run(sys.executable, "-c", code)
    assert pdf_revisions.MAX_INFLATED >= 2**28
