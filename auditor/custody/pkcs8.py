"""Encrypted PKCS#8 (RFC 5958, PBES2 of RFC 8018), written here because the library's own choice is too cheap to guess.

`BestAvailableEncryption` of cryptography 50 derives the key with PBKDF2-HMAC-SHA-256 of 2048 rounds. This derives it
with scrypt (RFC 7914), N 2^14, r 8, p 8: 16 MiB for each guess and more work than the 5 passes usually advised at that
size, which is the most memory that openssl accepts when it reads a file without being told otherwise.
"""

from __future__ import annotations

import secrets

from auditor.attestation.der import OCTET_STRING, SEQUENCE, encode, encode_integer, encode_oid
from auditor.attestation.keys import encode_pem

_PBES2 = encode_oid("1.2.840.113549.1.5.13")
_SCRYPT = encode_oid("1.3.6.1.4.1.11591.4.11")
_AES_256_CBC = encode_oid("2.16.840.1.101.3.4.1.42")
_N, _R, _P = 2**14, 8, 8


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
    cost = (encode_integer(number) for number in (_N, _R, _P))
    derivation = encode(SEQUENCE, _SCRYPT, encode(SEQUENCE, encode(OCTET_STRING, salt), *cost))
    encryption = encode(SEQUENCE, _AES_256_CBC, encode(OCTET_STRING, iv))
    algorithm = encode(SEQUENCE, _PBES2, encode(SEQUENCE, derivation, encryption))
    return encode_pem(encode(SEQUENCE, algorithm, encode(OCTET_STRING, data)), "ENCRYPTED PRIVATE KEY").encode("ascii")
