"""Digests in lower-case hexadecimal: SHA-256 of 64 characters, SHA-512 of 128."""

from __future__ import annotations

import hashlib


def sha256_hex(data: bytes) -> str:
    """SHA-256 of `data` (FIPS 180-4), in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def sha512_hex(data: bytes | memoryview) -> str:
    """SHA-512 of `data` (FIPS 180-4), in hexadecimal."""
    return hashlib.sha512(data).hexdigest()


def is_sha256_hex(text: object) -> bool:
    """True if `text` is a digest in the one spelling we accept: 64 lower-case hexadecimal characters."""
    return isinstance(text, str) and len(text) == 64 and not text.strip("0123456789abcdef")
