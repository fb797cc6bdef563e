"""Public keys, signatures and signer files: one spelling of each."""

from __future__ import annotations

from auditor.attestation.keys import (
    ALGORITHMS,
    PublicKey,
    canonical_signature,
    encode_public_key,
    encode_spki,
    load_public_key,
    public_key_of_spki,
    verify_signature,
)
from auditor.custody.pkcs11 import parse_token_uri
from auditor.custody.signer_file import SCHEMES, encode_signer, parse_signer
from auditor.errors import SignatureError, SigningError, TrustError
from tests.fuzz.mutate import mutate_bytes, mutate_der, mutate_json
from tests.fuzz.people import desk
from tests.fuzz.target import Target, genuine, require

MESSAGE = b"message"


def run_key(data: bytes) -> None:
    """A key that is read, from text or from DER, would be written as the same bytes."""
    try:
        found = load_public_key(data)
    except TrustError:
        pass
    else:
        pem = encode_public_key(found)
        plain = data.replace(b"\r\n", b"\n")
        require(plain in (pem, pem.rstrip(b"\n"), encode_spki(found).encode()), "a second spelling", data)
    try:
        bare = public_key_of_spki(data)
    except TrustError:
        return
    require(bare.spki == data, "a second spelling", data)


def run_signature(data: bytes) -> None:
    """A signature that verifies is one that was made, whoever's key it is held against."""
    for key in _keys():
        try:
            verify_signature(key, MESSAGE, data)
        except SignatureError:
            pass
        else:
            require(data in genuine("signature"), "a signature that nobody made", data)
    for algorithm in ALGORITHMS:
        try:
            once = canonical_signature(algorithm, data)
        except SignatureError:
            continue
        require(canonical_signature(algorithm, once) == once, "two spellings of a spelling", data)


def _keys() -> list[PublicKey]:
    return [key.public for key in desk().keys["ada"]]


def run_signer(data: bytes) -> None:
    """A signer file that is read says the same when it is written again."""
    try:
        found = parse_signer(data)
    except TrustError:
        return
    require(parse_signer(encode_signer(found)) == found, "written and read it is another", data)
    for key in found.keys:
        require(key.uri.partition(":")[0] in SCHEMES and "pin-value" not in key.uri, "a place of no kind", data)


def run_token_uri(data: bytes) -> None:
    """The place of a key on a token, from a signer file."""
    text = data.decode("utf-8", "replace")
    for uri in (text, "pkcs11:" + text):
        try:
            parse_token_uri(uri)
        except SigningError:
            continue


TARGETS = {
    "key": Target(run_key, mutate_bytes, most=8192, rounds=200),
    "signature": Target(run_signature, mutate_der, most=8192, rounds=60),
    "signer": Target(run_signer, mutate_json, rounds=100),
    "token-uri": Target(run_token_uri, mutate_bytes, most=512, rounds=200),
}
