"""Encrypted PKCS#8 (RFC 5958, PBES2 of RFC 8018), written here because the library's own choice is too cheap to guess.

`BestAvailableEncryption` of cryptography 50 derives the key with PBKDF2-HMAC-SHA-256 of 2048 rounds. This derives it
with scrypt (RFC 7914), N 2^14, r 8, p 8: 16 MiB for each guess and more work than the 5 passes usually advised at that
size, which is the most memory that openssl accepts when it reads a file without being told otherwise.
"""

from __future__ import annotations

import binascii
import secrets

_PBES2 = bytes.fromhex("06092a864886f70d01050d")
_SCRYPT = bytes.fromhex("06092b06010401da47040b")
_AES_256_CBC = bytes.fromhex("060960864801650304012a")
_N, _R, _P = 2**14, 8, 8
_BEGIN = "-----BEGIN ENCRYPTED PRIVATE KEY-----"
_END = "-----END ENCRYPTED PRIVATE KEY-----"


def encrypt_pkcs8(private_key_info: bytes, passphrase: bytes) -> bytes:
    """The DER of a PrivateKeyInfo as `ENCRYPTED PRIVATE KEY` PEM: scrypt, AES-256-CBC, a fresh salt and IV."""
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES256
    from cryptography.hazmat.primitives.ciphers.modes import CBC
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
    from cryptography.hazmat.primitives.padding import PKCS7

    salt, iv = secrets.token_bytes(16), secrets.token_bytes(16)
    key = Scrypt(salt, 32, _N, _R, _P).derive(passphrase)
    padder, encryptor = PKCS7(128).padder(), Cipher(AES256(key), CBC(iv)).encryptor()
    data = encryptor.update(padder.update(private_key_info) + padder.finalize()) + encryptor.finalize()
    derivation = _sequence(_SCRYPT, _sequence(_der(0x04, salt), _integer(_N), _integer(_R), _integer(_P)))
    encryption = _sequence(_AES_256_CBC, _der(0x04, iv))
    return _pem(_sequence(_sequence(_PBES2, _sequence(derivation, encryption)), _der(0x04, data)))


def _pem(der: bytes) -> bytes:
    body = binascii.b2a_base64(der, newline=False).decode("ascii")
    lines = [body[start : start + 64] for start in range(0, len(body), 64)]
    return "\n".join([_BEGIN, *lines, _END, ""]).encode("ascii")


def _sequence(*parts: bytes) -> bytes:
    return _der(0x30, b"".join(parts))


def _integer(number: int) -> bytes:
    # A byte more than the bits need keeps the number positive.
    return _der(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _der(tag: int, content: bytes) -> bytes:
    if len(content) < 0x80:
        return bytes([tag, len(content)]) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content
