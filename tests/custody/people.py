"""A person with two keys in a folder, for the custody tests."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec, mldsa

from auditor.attestation.keys import ECDSA, ML_DSA
from auditor.custody.files import encode_private_key, encode_sample_key, public_key_of
from auditor.custody.signer_file import KeyPlace, SignerFile, encode_signer

P384 = ec.derive_private_key(1000, ec.SECP384R1())
PQ = mldsa.MLDSA87PrivateKey.from_seed_bytes(bytes(range(32)))
PAIR = {ECDSA: P384, ML_DSA: PQ}
SECRET = b"correct horse battery"


def signer(*uris: str) -> SignerFile:
    """Ada, whose keys are at `uris`, or in the usual files."""
    places = uris or ("file:ada.p384.pem", "file:ada.mldsa87.pem")
    keys = (KeyPlace(public_key_of(P384), places[0]), KeyPlace(public_key_of(PQ), places[1]))
    return SignerFile("urn:example:ada", "Ada Assessor", "Assurance Ltd", keys)


def lay_out(folder: Path, *, secret: bytes | None = None) -> SignerFile:
    """Ada's files in `folder`: encrypted under `secret`, or samples."""
    for name, key in (("ada.p384.pem", P384), ("ada.mldsa87.pem", PQ)):
        pem = encode_sample_key(key) if secret is None else encode_private_key(key, secret)
        (folder / name).write_bytes(pem)
        (folder / name).chmod(0o600)
    (folder / "ada.signer.json").write_bytes(encode_signer(signer()))
    return signer()


def nobody(what: str) -> bytes | None:
    """Nobody is there to be asked."""
    return None
