"""A P-384 key on a PKCS#11 token: the token signs, the key never leaves it.

The key is named by an RFC 7512 URI: `pkcs11:token=Assurance;object=ada`, perhaps with `serial` or `id`, and
`?pin-source=env:NAME` where the PIN is in an environment variable; otherwise it is asked for. The PIN is never in the
URI. The module to load is named by the environment alone (PKCS11_MODULE): a signer file is passed around, and whoever
wrote it must not choose code that we run.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote, unquote_to_bytes

from auditor.attestation.keys import ECDSA, P384_PREFIX, PublicKey, public_key_of_spki
from auditor.custody.device import checked_signature
from auditor.errors import SigningError, TrustError

if TYPE_CHECKING:
    from collections.abc import Callable

MODULE = "PKCS11_MODULE"
_PATH = ("token", "serial", "object", "id", "type")
_PIN_SOURCE = "env:"
_POINT_BYTES = 48
# secp384r1, as the token names it.
_SECP384R1 = bytes.fromhex("06052b81040022")
_POINT_OCTETS = b"\x04\x61"  # EC_POINT is the point in an OCTET STRING of 97 bytes


class TokenUri(NamedTuple):
    """What an RFC 7512 URI says: where the key is, and the variable that holds the PIN, if it names one."""

    token: str | None
    serial: bytes | None
    label: str | None
    id: bytes | None
    pin_variable: str | None


class TokenKey:
    """A key in an open session of a token."""

    __slots__ = ("_key", "_place", "public")

    def __init__(self, key: Any, public: PublicKey, place: str) -> None:
        self._key = key
        self._place = place
        self.public = public

    def sign(self, message: bytes) -> bytes:
        """The canonical ECDSA signature over `message`; the token is given its SHA-384 digest.

        Raises:
            SigningError: the token refuses, or signed with another key than the signer file names.
        """
        import pkcs11

        try:
            raw: bytes = self._key.sign(hashlib.sha384(message).digest(), mechanism=pkcs11.Mechanism.ECDSA)
        except pkcs11.PKCS11Error as error:
            raise _refused(error, self._place) from error
        return checked_signature(self.public, message, _der_of_raw(raw), self._place)


def open_token_key(public: PublicKey, uri: str, passphrase: Callable[[str], bytes | None]) -> TokenKey:
    """The private half of `public` on the token that `uri` names, after logging in once; no PIN is tried twice.

    Raises:
        SigningError: not P-384, python-pkcs11 or its module is missing, no such token or key, the PIN missing or wrong.
    """
    if public.algorithm != ECDSA:
        raise SigningError(
            "tokens keep P-384 keys here, not ML-DSA-87",
            place=uri,
            hint="keep the ML-DSA-87 key beside it in an encrypted file: file:NAME.mldsa87.pem",
        )
    place = parse_token_uri(uri)
    pkcs11 = _library(uri)
    return TokenKey(_find(pkcs11, place, uri, passphrase, pkcs11.ObjectClass.PRIVATE_KEY), public, uri)


def read_token_public_key(uri: str, passphrase: Callable[[str], bytes | None]) -> PublicKey:
    """The P-384 public key on the token that `uri` names, to write a signer file with; raises as `open_token_key`."""
    place = parse_token_uri(uri)
    pkcs11 = _library(uri)
    key = _find(pkcs11, place, uri, passphrase, pkcs11.ObjectClass.PUBLIC_KEY)
    try:
        curve, point = key[pkcs11.Attribute.EC_PARAMS], key[pkcs11.Attribute.EC_POINT]
    except pkcs11.PKCS11Error as error:
        raise _refused(error, uri) from error
    if curve != _SECP384R1 or not point.startswith(_POINT_OCTETS):
        raise SigningError("the key on the token is not on the curve P-384", place=uri)
    try:
        return public_key_of_spki(P384_PREFIX + point[len(_POINT_OCTETS) :], place=uri)
    except TrustError as error:
        raise SigningError(error.problem, place=uri) from error


def parse_token_uri(uri: str) -> TokenUri:
    """The parts of an RFC 7512 URI that we use; every other part is refused.

    Raises:
        SigningError: not such a URI, a PIN in it, or neither token nor key named.
    """
    path, _, query = uri.partition("?")
    scheme, _, rest = path.partition(":")
    if scheme != "pkcs11":
        raise SigningError("not a pkcs11: URI", place=uri)
    parts = _parts(rest.split(";"), _PATH, uri)
    questions = _parts(query.split("&"), ("pin-source",), uri)
    if parts.get("type", "private") != "private":
        raise SigningError("type must be private", place=uri)
    if not ({"token", "serial"} & parts.keys() and {"object", "id"} & parts.keys()):
        raise SigningError("the URI must name a token and a key", place=uri, hint="pkcs11:token=LABEL;object=LABEL")
    source = questions.get("pin-source")
    if source is not None and not (source.startswith(_PIN_SOURCE) and len(source) > len(_PIN_SOURCE)):
        # The URI is not repeated: this may be the PIN itself.
        raise SigningError("pin-source must name an environment variable", hint="?pin-source=env:NAME")
    return TokenUri(
        token=_text(parts.get("token")),
        serial=_bytes(parts.get("serial")),
        label=_text(parts.get("object")),
        id=_bytes(parts.get("id")),
        pin_variable=source.removeprefix(_PIN_SOURCE) if source else None,
    )


def _parts(items: list[str], known: tuple[str, ...], uri: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for item in filter(None, items):
        name, equals, value = item.partition("=")
        if name.startswith("pin-value"):
            # The URI is not repeated: it holds a secret.
            raise SigningError("a PIN has no place in a URI; it is not safe any more", hint="change it, and remove it")
        if name not in known or not equals or not value:
            # Nor here: what a part is called by mistake may be the PIN.
            hint = "known here: " + ", ".join(known)
            raise SigningError("unknown or empty part of a pkcs11: URI", value=name, hint=hint)
        if name in found:
            raise SigningError("said twice in a pkcs11: URI", place=uri, value=name)
        found[name] = value
    return found


def _text(value: str | None) -> str | None:
    return None if value is None else unquote(value)


def _bytes(value: str | None) -> bytes | None:
    return None if value is None else unquote_to_bytes(value)


def _library(uri: str) -> Any:
    try:
        import pkcs11
    except ImportError as error:
        raise SigningError(
            "signing with a token needs python-pkcs11, which is not installed",
            place=uri,
            hint="pip install 'datacenter-auditor[pkcs11]'",
        ) from error
    return pkcs11


def _find(pkcs11: Any, place: TokenUri, uri: str, passphrase: Callable[[str], bytes | None], kind: Any) -> Any:
    module = os.environ.get(MODULE)
    if not module:
        hint = f"{MODULE}=/usr/lib/softhsm/libsofthsm2.so, or the module of your token's maker"
        raise SigningError(f"the environment variable {MODULE} must name the token's PKCS#11 module", hint=hint)
    try:
        token = pkcs11.lib(module).get_token(token_label=place.token, token_serial=place.serial)
        pin = _pin(place, uri, passphrase)
        try:
            session = token.open(user_pin=pin)
        except pkcs11.UserAlreadyLoggedIn:
            # Another key of this token is open in this process, and a login is for the token.
            session = token.open()
        return session.get_key(object_class=kind, key_type=pkcs11.KeyType.EC, label=place.label, id=place.id)
    except pkcs11.PKCS11Error as error:
        raise _refused(error, uri) from error


def _pin(place: TokenUri, uri: str, passphrase: Callable[[str], bytes | None]) -> str:
    asked = place.token or uri
    if place.pin_variable:
        pin = os.environ.get(place.pin_variable, "")
        hint = f"set the environment variable {place.pin_variable}"
    else:
        pin = (passphrase(f"PIN of token {asked}") or b"").decode("utf-8", "surrogateescape")
        hint = "run it at a terminal, or add ?pin-source=env:NAME to the URI"
    if not pin:
        raise SigningError("the token's PIN was not given", place=uri, hint=hint)
    try:
        pin.encode("utf-8")
    except UnicodeEncodeError:
        # That error would carry the PIN along.
        raise SigningError("the token's PIN is not UTF-8, as PINs are", place=uri, hint="type it anew") from None
    return pin


def _refused(error: Exception, place: str) -> SigningError:
    problems = {
        "PKCS11Error": ("the PKCS#11 module cannot be loaded", f"check {MODULE}"),
        "NoSuchToken": ("no such token", "softhsm2-util --show-slots, or pkcs11-tool -L, lists the tokens"),
        "NoSuchKey": ("no such P-384 key on the token", "pkcs11-tool -O --login lists the keys"),
        "MultipleTokensReturned": ("several tokens have this name", "add ;serial="),
        "MultipleObjectsReturned": ("several keys have this name", "add ;id="),
        "PinIncorrect": ("wrong PIN", "tokens lock after a few wrong ones, so it is not tried again"),
        "PinLenRange": ("wrong PIN", "tokens lock after a few wrong ones, so it is not tried again"),
        "PinLocked": ("the token's PIN is locked", "its security officer can set a new one"),
    }
    name = type(error).__name__
    problem, hint = problems.get(name, (f"the token refused: {name}", "see the manual of the token"))
    return SigningError(problem, place=place, hint=hint)


def _der_of_raw(raw: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    return encode_dss_signature(int.from_bytes(raw[:_POINT_BYTES], "big"), int.from_bytes(raw[_POINT_BYTES:], "big"))
