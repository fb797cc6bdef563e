"""Make a person's two keys and the signer file that names them, look at keys, prove that they still sign."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.attestation.keys import (
    ALGORITHMS,
    ECDSA,
    ML_DSA,
    Algorithm,
    PublicKey,
    load_public_key,
    verify_signature,
)
from auditor.custody.files import (
    SHORT_PASSPHRASE,
    encode_private_key,
    encode_sample_key,
    generate_private_key,
    is_encrypted,
    is_sample_key,
    is_short_passphrase,
    load_private_key,
    public_key_of,
)
from auditor.custody.hygiene import forbid_core_dumps, read_private_file
from auditor.custody.signer_file import (
    KeyPlace,
    Passphrase,
    SignerFile,
    encode_signer,
    file_uri,
    open_keys,
    parse_signer,
    private_file,
    read_signer,
)
from auditor.errors import MachineError, SigningError
from auditor.jobs.files import read_file, write_file

if TYPE_CHECKING:
    from auditor.custody.files import PrivateKey

SUFFIX = ".signer.json"
_SUFFIXES: dict[Algorithm, str] = {ECDSA: ".p384.pem", ML_DSA: ".mldsa87.pem"}
# No statement begins like this: what is signed in earnest begins with DSSEv1.
_PROOF = b"auditor: this key is where its signer file says\n"


@dataclass(frozen=True, slots=True)
class Person:
    """Who signs: a principal's URN, a name, and the name of an organisation."""

    principal: str
    name: str
    organisation: str


@dataclass(frozen=True, slots=True)
class Generated:
    """What `generate_signer` wrote."""

    signer: SignerFile
    file: Path
    private_files: tuple[Path, ...]


def generate_signer(
    stem: Path,
    person: Person,
    *,
    passphrase: bytes | None,
    elsewhere: str | None = None,
    elsewhere_public: Path | None = None,
    ask: Passphrase,
) -> Generated:
    """Draw a person's keys and write them beside `stem`.signer.json; without `passphrase` they are sample keys.

    `elsewhere` is the URI of a P-384 key that exists already on a token or in a key service; then only the ML-DSA-87
    key is drawn. `elsewhere_public` is a file with its public half, which a token also tells by itself. `ask` is asked
    for a token's PIN. Such a key signs once, to prove that it is there.

    Raises:
        SigningError: a file of the name exists, the passphrase is short, or the key elsewhere cannot be used.
        TrustError: the person's names are malformed, or `elsewhere_public` is not a P-384 key.
        MachineError: a file cannot be read or written.
    """
    drawn = (ML_DSA,) if elsewhere else ALGORITHMS
    paths = {algorithm: stem.with_name(stem.name + _SUFFIXES[algorithm]) for algorithm in drawn}
    file = stem.with_name(stem.name + SUFFIX)
    for path in (file, *paths.values()):
        if path.exists():
            raise SigningError("a file of this name exists already", place=str(path), hint="choose another name")
    if passphrase is not None and is_short_passphrase(passphrase):
        raise SigningError("the passphrase is too short", hint=SHORT_PASSPHRASE)
    forbid_core_dumps()
    private = {algorithm: generate_private_key(algorithm) for algorithm in drawn}
    places = [KeyPlace(public_key_of(private[a]), file_uri(paths[a].name)) for a in drawn]
    if elsewhere:
        places.insert(0, KeyPlace(_public_key_elsewhere(elsewhere, elsewhere_public, ask), elsewhere))
    signer = SignerFile(person.principal, person.name, person.organisation, tuple(places))
    # Read back before anything is written, so that nothing is written that would be refused.
    data = encode_signer(signer)
    parse_signer(data, place=str(file))
    if elsewhere:
        open_and_prove(signer._replace(keys=signer.keys[:1]), stem.parent, ask)
    _write_whole({paths[a]: _encoded(private[a], passphrase) for a in drawn}, file, data)
    return Generated(signer, file, tuple(paths.values()))


def _encoded(key: PrivateKey, passphrase: bytes | None) -> bytes:
    return encode_sample_key(key) if passphrase is None else encode_private_key(key, passphrase)


def _write_whole(private: Mapping[Path, bytes], file: Path, data: bytes) -> None:
    """Write the private key files and then the signer file that names them, or leave none of them."""
    try:
        for path, pem in private.items():
            write_file(path, pem, private=True)
        write_file(file, data)
    except (MachineError, KeyboardInterrupt):
        for path in private:
            path.unlink(missing_ok=True)
        raise


def prove_signer(path: Path, ask: Passphrase) -> SignerFile:
    """The signer file at `path`, after each of its keys was opened and has signed something that verifies.

    Raises:
        TrustError: not a signer file.
        SigningError: a key is not where the file says, is another one, or its passphrase or PIN is wrong.
        MachineError: a file cannot be read.
    """
    signer = read_signer(path)
    open_and_prove(signer, path.parent, ask)
    return signer


def open_and_prove(signer: SignerFile, folder: Path, ask: Passphrase) -> None:
    """Open every key of `signer` and have it sign a sentence that is no statement; raises as `prove_signer`."""
    for key in open_keys(signer, folder, ask):
        verify_signature(key.public, _PROOF, key.sign(_PROOF))


def look_at_key(path: Path, ask: Passphrase) -> tuple[PublicKey, bool]:
    """The public half of a private or public key file, and whether it is marked as a sample.

    Raises:
        SigningError, TrustError: not such a file, or the passphrase is missing or wrong.
        MachineError: it cannot be read.
    """
    data = read_file(path, limit=65536)
    if b"PRIVATE KEY" not in data:
        return load_public_key(data, place=str(path)), False
    forbid_core_dumps()
    pem = read_private_file(path)
    secret = ask(f"passphrase of {path}") if is_encrypted(pem, place=str(path)) else None
    return public_key_of(load_private_key(pem, secret, place=str(path))), is_sample_key(pem)


def has_sample_keys(signer: SignerFile, folder: Path) -> bool:
    """True if a private key file of `signer` is at hand and marked as a sample."""
    for key in signer.keys:
        path = private_file(key.uri, folder)
        if path is not None and path.is_file() and is_sample_key(read_file(path, limit=65536)):
            return True
    return False


def _public_key_elsewhere(uri: str, file: Path | None, ask: Passphrase) -> PublicKey:
    if uri.startswith("file:"):
        raise SigningError("this is for keys on a token or in a key service", place=uri, hint="leave --p384 out")
    if file is not None:
        return load_public_key(read_file(file, limit=65536), place=str(file))
    if uri.startswith("pkcs11:"):
        from auditor.custody.pkcs11 import read_token_public_key

        return read_token_public_key(uri, ask)
    raise SigningError(
        "the public half of this key is needed", place=uri, hint="fetch it from the service, then --p384-public FILE"
    )
