"""The signer file: who signs, with which two public keys, and where the private halves are. It holds nothing secret.

```json
{"format": "signer/1", "principal": "urn:example:ada", "name": "Ada Assessor", "organisation": "Assurance Ltd",
 "keys": [{"keyid": "sha256:..", "algorithm": "ecdsa-p384-sha384", "public": "<base64 SPKI>", "uri": "file:a.p384.pem"},
          {"keyid": "sha256:..", "algorithm": "ml-dsa-87", "public": "<base64 SPKI>", "uri": "file:a.mldsa87.pem"}]}
```
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote

from auditor.attestation.keys import ALGORITHMS, PublicKey, encode_spki, parse_public_key
from auditor.attestation.shape import Node, parse_document
from auditor.errors import MachineError, SigningError, TrustError

if TYPE_CHECKING:
    from auditor.attestation.sign import SigningKey

FORMAT = "signer/1"
MAX_BYTES = 64 * 2**10
REMOTE_SCHEMES = ("gcpkms", "awskms", "azurekms", "hv")
SCHEMES = ("file", "pkcs11", *REMOTE_SCHEMES)

Passphrase = Callable[[str], bytes | None]
"""Asks for the secret of what the text names (a file, a token's PIN); None if there is nobody to ask."""


class KeyPlace(NamedTuple):
    """One public key and the URI of its private half."""

    public: PublicKey
    uri: str


class SignerFile(NamedTuple):
    """A person, or a sealing service, and both keys in the order of ALGORITHMS."""

    principal: str
    name: str
    organisation: str
    keys: tuple[KeyPlace, ...]


def read_signer(path: Path) -> SignerFile:
    """The signer file at `path`.

    Raises:
        MachineError: it cannot be read.
        TrustError: as `parse_signer`.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        problem = (error.strerror or type(error).__name__).lower()
        raise MachineError(problem, place=str(path), hint="check the path") from error
    return parse_signer(data, place=str(path))


def parse_signer(data: bytes, *, place: str = "signer file") -> SignerFile:
    """The signer file whose JSON is `data`; unknown members are refused.

    Raises:
        TrustError: not a signer file, a key id that is not its key's, or not exactly one key of each algorithm.
        UnverifiableError: the cryptography library is not installed.
    """
    root = parse_document(data, place, TrustError, MAX_BYTES)
    members = root.members(("format", "principal", "name", "organisation", "keys"))
    members["format"].one_of((FORMAT,))
    keys = tuple(_parse_key(node) for node in members["keys"].items(least=len(ALGORITHMS), most=len(ALGORITHMS)))
    if tuple(key.public.algorithm for key in keys) != ALGORITHMS:
        raise members["keys"].refusal("must be one key of each algorithm, in the order " + ", ".join(ALGORITHMS))
    return SignerFile(members["principal"].identifier(), members["name"].text(), members["organisation"].text(), keys)


def encode_signer(signer: SignerFile) -> bytes:
    """`signer` as the bytes of its file."""
    document = {
        "format": FORMAT,
        "principal": signer.principal,
        "name": signer.name,
        "organisation": signer.organisation,
        "keys": [
            {
                "keyid": key.public.keyid,
                "algorithm": key.public.algorithm,
                "public": encode_spki(key.public),
                "uri": key.uri,
            }
            for key in signer.keys
        ],
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def file_uri(name: str) -> str:
    """The URI of a private key file called `name`, beside the signer file."""
    return "file:" + quote(name)


def private_file(uri: str, folder: Path) -> Path | None:
    """The file that a `file:` URI names, seen from the signer file's folder; None for a key kept elsewhere."""
    scheme, _, name = uri.partition(":")
    return folder / unquote(name) if scheme == "file" else None


def open_keys(signer: SignerFile, folder: Path, passphrase: Passphrase) -> tuple[SigningKey, ...]:
    """Both private keys of `signer`, ready to sign, in the order of ALGORITHMS.

    `folder` is where the signer file is. From here on this process leaves no core dump.

    Raises:
        SigningError: a key is not there, is not the one named, or its passphrase or PIN is missing or wrong.
            Also if a library that its place needs is not installed.
        MachineError: a file cannot be read.
    """
    from auditor.custody.hygiene import forbid_core_dumps

    forbid_core_dumps()
    files = _Files(passphrase)
    return tuple(_open_key(place, private_file(place.uri, folder), files, passphrase) for place in signer.keys)


class _Files:
    """Opens a signer's files; the passphrase of the first is tried on the next before another one is asked for."""

    def __init__(self, passphrase: Passphrase) -> None:
        self._passphrase = passphrase
        self._known: bytes | None = None

    def open(self, path: Path) -> SigningKey:
        from auditor.custody.files import FileKey, is_encrypted, load_private_key
        from auditor.custody.hygiene import read_private_file

        pem = read_private_file(path)
        if not is_encrypted(pem, place=str(path)):
            return FileKey(load_private_key(pem, place=str(path)))
        if self._known:
            with suppress(SigningError):
                return FileKey(load_private_key(pem, self._known, place=str(path)))
        self._known = self._passphrase(f"passphrase of {path}")
        return FileKey(load_private_key(pem, self._known, place=str(path)))


def _open_key(place: KeyPlace, path: Path | None, files: _Files, passphrase: Passphrase) -> SigningKey:
    key: SigningKey
    if path is not None:
        key = files.open(path)
    elif place.uri.startswith("pkcs11:"):
        from auditor.custody.pkcs11 import open_token_key

        key = open_token_key(place.public, place.uri, passphrase)
    else:
        from auditor.custody.remote import open_remote_key

        key = open_remote_key(place.public, place.uri)
    if key.public != place.public:
        raise SigningError(
            "this is not the key that the signer file names",
            place=place.uri,
            value=key.public.keyid,
            hint=f"the signer file names {place.public.keyid}",
        )
    return key


def _parse_key(node: Node) -> KeyPlace:
    members = node.members(("keyid", "algorithm", "public", "uri"))
    public = members["public"]
    # The pointer is the place, so that a reader finds the key that is wrong.
    key = parse_public_key(public.text(most=4096), place=f"{public.document} {public.pointer}")
    if members["algorithm"].one_of(ALGORITHMS) != key.algorithm:
        raise members["algorithm"].refusal("is not the algorithm of the public key", value=key.algorithm)
    if members["keyid"].keyid() != key.keyid:
        raise members["keyid"].refusal("is not the key id of the public key", value=key.keyid)
    uri = members["uri"].identifier()
    if "pin-value" in uri:
        # It is not repeated: it is a secret.
        raise members["uri"].refusal("a PIN has no place in a URI; it is not safe any more", hint="change it")
    if uri.startswith("file:") and not unquote(uri).isprintable():
        raise members["uri"].refusal("must name a file by printable characters", value=uri)
    if uri.partition(":")[0] not in SCHEMES or ":" not in uri:
        raise members["uri"].refusal("must begin with one of " + ", ".join(f"{s}:" for s in SCHEMES), value=uri)
    return KeyPlace(key, uri)
