"""Our verifier beside two others: what we accept they accept, and what they refuse we refuse.

The other two, `openssl ts -verify` and rfc3161-client, are given the CA, the pinned certificate, the query or its nonce
and policy. Where they are more lenient the table says so: ours must be the strictest.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from rfc3161_client import VerificationError as OtherError
from rfc3161_client import VerifierBuilder, decode_timestamp_response

from auditor.attestation.timestamp import verify_response
from auditor.errors import VerificationError
from samples.authorities import KEYS, LocalAuthority, sample_ca
from tests.attestation.test_timestamp import ACCEPTED, ALPHA, AT, BETA, IMPRINT, LOCAL, QUERY, REFUSED, pin
from tests.attestation.tokens import GOOD, Changes, make_response

# What another verifier lets pass of REFUSED: rules that it does not have, or what no signature covers.
LENIENT_BOTH = {
    "signed with SHA-1", "unsigned text beside the grant", "failure beside the grant", "certificate embedded twice",
    "unsigned attributes", "signingCertificate of version 1", "signingCertificateV2 by SHA-1", "no contentType",
    "contentType data", "attribute twice", "SignedData of version 1", "SignerInfo of version 2",
    "RSA named with its hash", "RSA named ECDSA", "critical extension", "serial of 161 bits and more",
}  # fmt: skip
LENIENT_OPENSSL = LENIENT_BOTH | {
    # The policy is compared with the query's, and this query leaves it open.
    "wrong policy", "beta's policy",
    "grantedWithMods", "chain embedded", "CA alone embedded", "attributes out of order", "bytes after TSTInfo",
    "ordering FALSE written out", "ordering 1", "negative accuracy", "time without zone", "time with offset",
    "time without seconds", "time with a fraction ending in 0", "30 February", "24 o'clock", "year 0",
}  # fmt: skip
LENIENT_CLIENT = LENIENT_BOTH | {
    "imprint named SHA-256", "no signingCertificateV2", "signingCertificateV2 of another", "two signers",
    "signingCertificateV2 empty", "signingCertificateV2, pinned second", "attribute names beta's issuer and serial",
    "TSTInfo of version 2",
}  # fmt: skip

OPENSSL = shutil.which("openssl") or "openssl"


def ours(response: bytes, local: LocalAuthority) -> bool:
    try:
        verify_response(QUERY, response, IMPRINT, pin(local))
    except VerificationError:
        return False
    return True


def openssl(response: bytes, local: LocalAuthority, folder: Path) -> bool:
    (folder / "query.tsq").write_bytes(QUERY)
    (folder / "reply.tsr").write_bytes(response)
    command = [OPENSSL, "ts", "-verify", "-queryfile", "query.tsq", "-in", "reply.tsr"]
    command += ["-CAfile", str(KEYS / "ca.crt.pem"), "-untrusted", str(local.certificate_path), "-attime", "1795341600"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (done.returncode == 0) == ("Verification: OK" in done.stdout)
    return done.returncode == 0


def client(response: bytes, local: LocalAuthority) -> bool:
    verifier = VerifierBuilder(
        policy_id=x509.ObjectIdentifier(local.policy),
        tsa_certificate=x509.load_der_x509_certificate(local.certificate),
        nonce=0x1234567890ABCDEF,
        roots=[sample_ca().certificate],
    ).build()
    try:
        return verifier.verify(decode_timestamp_response(response), IMPRINT)
    except (OtherError, ValueError):
        return False


GENUINE = {
    f"{name}: {what}": (local, changes)
    for name, local in LOCAL.items()
    for what, changes in {"plain": GOOD, "embedded": Changes(embedded=(local.certificate,))}.items()
} | {f"alpha: {what}": (ALPHA, changes) for what, changes in ACCEPTED.items()}


@pytest.mark.parametrize(("local", "changes"), GENUINE.values(), ids=list(GENUINE))
def test_what_we_accept_the_others_accept(local: LocalAuthority, changes: Changes, tmp_path: Path) -> None:
    response = make_response(QUERY, local, AT, changes)
    assert ours(response, local)
    assert client(response, local)
    assert openssl(response, local, tmp_path)


@pytest.mark.parametrize("name", list(REFUSED))
def test_what_the_others_refuse_we_refuse(name: str, tmp_path: Path) -> None:
    response = make_response(QUERY, ALPHA, AT, REFUSED[name][0])
    assert not ours(response, ALPHA)
    assert name in LENIENT_OPENSSL or not openssl(response, ALPHA, tmp_path)
    assert name in LENIENT_CLIENT or not client(response, ALPHA)


@pytest.mark.parametrize(("mine", "yours"), [(ALPHA, BETA), (BETA, ALPHA)], ids=["alpha", "beta"])
def test_the_wrong_leaf_is_refused_by_all_that_pin(mine: LocalAuthority, yours: LocalAuthority) -> None:
    """rfc3161-client before 1.0.6 took the token of one authority for another's; openssl has no pin at all."""
    for changes in (Changes(policy=yours.policy), Changes(policy=yours.policy, embedded=(mine.certificate,))):
        response = make_response(QUERY, mine, AT, changes)
        assert not ours(response, yours)
        assert not client(response, yours) or not changes.embedded
