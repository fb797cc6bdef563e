"""A P-384 key in a key service: Google Cloud KMS, AWS KMS, Azure Key Vault, HashiCorp Vault's Transit engine.

The services are called through the signers of securesystemslib, whose URIs these are: `gcpkms:projects/..`,
`awskms:KEY`, `azurekms://VAULT.vault.azure.net/keys/NAME/VERSION`, `hv:NAME/VERSION`. Credentials are the ambient ones
of each maker's library, never in the URI. Only the digest leaves this machine, but for Vault, which hashes the message
itself. What comes back is brought to its canonical spelling and verified before it is used.

No account with any of these services was at hand when this was written: its tests run against local stand-ins.
"""

from __future__ import annotations

import base64
import binascii
import importlib
from typing import Any

from auditor.attestation.keys import ECDSA, PublicKey, encode_public_key
from auditor.custody.device import checked_signature
from auditor.errors import SigningError, shorten

# Of each scheme: the extra of securesystemslib, and the exceptions that its maker's library raises.
_SERVICES: dict[str, tuple[str, tuple[str, ...]]] = {
    "gcpkms": ("gcpkms", ("google.api_core.exceptions:GoogleAPIError", "google.auth.exceptions:GoogleAuthError")),
    "awskms": ("awskms", ("botocore.exceptions:BotoCoreError", "botocore.exceptions:ClientError")),
    "azurekms": ("azurekms", ("azure.core.exceptions:AzureError",)),
    "hv": ("vault", ("hvac.exceptions:VaultError", "requests.exceptions:RequestException")),
}


class RemoteKey:
    """A key in a service, through a signer of securesystemslib."""

    __slots__ = ("_failures", "_signer", "_uri", "public")

    def __init__(self, signer: Any, public: PublicKey, uri: str, failures: tuple[type[Exception], ...]) -> None:
        self._signer = signer
        self._uri = uri
        self._failures = failures
        self.public = public

    def sign(self, message: bytes) -> bytes:
        """The canonical ECDSA signature over `message`, with SHA-384.

        Raises:
            SigningError: the service refuses or is out of reach, or signed with another key or hash.
        """
        try:
            signature = bytes.fromhex(self._signer.sign(message).signature)
        except self._failures as error:
            raise _refused(error, self._uri) from error
        return checked_signature(self.public, message, signature, self._uri)


def open_remote_key(public: PublicKey, uri: str) -> RemoteKey:
    """The private half of `public` in the key service that `uri` names.

    Raises:
        SigningError: not P-384, a library is missing, the URI is malformed, or the service cannot be set up.
    """
    scheme = uri.partition(":")[0]
    if scheme not in _SERVICES:
        raise SigningError("no key service is known by this scheme", place=uri, hint="known: " + ", ".join(_SERVICES))
    if public.algorithm != ECDSA:
        raise SigningError(
            "key services keep P-384 keys here, not ML-DSA-87",
            place=uri,
            hint="keep the ML-DSA-87 key beside it in an encrypted file: file:NAME.mldsa87.pem",
        )
    failures = _failures_of(scheme, uri)
    try:
        signer = _make_signer(scheme, uri, public)
    except failures as error:
        raise _refused(error, uri) from error
    except ValueError as error:
        raise SigningError(f"not a {scheme}: URI", place=uri, hint="see docs/keys.md") from error
    return RemoteKey(signer, public, uri, failures)


def _make_signer(scheme: str, uri: str, public: PublicKey) -> Any:
    from securesystemslib.exceptions import UnsupportedLibraryError
    from securesystemslib.signer import Signer, SSlibKey  # type: ignore[attr-defined]

    pem = encode_public_key(public).decode("ascii")
    key = SSlibKey(public.keyid, "ecdsa", "ecdsa-sha2-nistp384", {"public": pem})
    kind = _vault_signer() if scheme == "hv" else Signer
    try:
        return kind.from_priv_key_uri(uri, key)
    except UnsupportedLibraryError as error:
        raise _not_installed(scheme, uri) from error


def _vault_signer() -> Any:
    from securesystemslib.signer import Signature, VaultSigner  # type: ignore[attr-defined]

    class Sha384VaultSigner(VaultSigner):
        """securesystemslib 1.6 names no hash to Vault, which then signs with SHA-256; so this one names it."""

        def sign(self, payload: bytes) -> Signature:
            answer = self._client.secrets.transit.sign_data(
                self.hv_key_name,
                hash_input=base64.b64encode(payload).decode("ascii"),
                key_version=self.hv_key_version,
                hash_algorithm="sha2-384",
                marshaling_algorithm="asn1",
            )
            try:
                # vault:v<version>:<base64>
                text = str(answer["data"]["signature"]).rpartition(":")[2]
                signature = base64.b64decode(text, validate=True)
            except (KeyError, TypeError, binascii.Error):
                signature = b""
            return Signature(self.public_key.keyid, signature.hex())

    return Sha384VaultSigner


def _failures_of(scheme: str, uri: str) -> tuple[type[Exception], ...]:
    found: list[type[Exception]] = []
    try:
        importlib.import_module("securesystemslib.signer")
        for name in _SERVICES[scheme][1]:
            module, _, attribute = name.partition(":")
            found.append(getattr(importlib.import_module(module), attribute))
    except ImportError as error:
        raise _not_installed(scheme, uri) from error
    return tuple(found)


def _not_installed(scheme: str, uri: str) -> SigningError:
    return SigningError(
        f"signing with {scheme}: keys needs libraries that are not installed",
        place=uri,
        hint=f"pip install 'securesystemslib[{_SERVICES[scheme][0]}]'",
    )


def _refused(error: Exception, uri: str) -> SigningError:
    # The first line says which permission or address is wrong; these libraries keep credentials out of it.
    reason = shorten(str(error).partition("\n")[0], 200)
    return SigningError(f"the key service refused or is out of reach: {type(error).__name__}", place=uri, value=reason)
