"""Documents are kept and hashed, not read; only their kind is told, from their first bytes and their name."""

from __future__ import annotations

_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"PK\x03\x04", "application/zip"),
    (b"\x1f\x8b", "application/gzip"),
)
_TEXTS = {"md": "text/markdown", "csv": "text/csv", "json": "application/json", "yaml": "application/yaml"}
_BINARY = {"pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg"}


def media_type(head: bytes, name: str) -> str | None:
    """The media type of a file by its first bytes (512 are enough); None if its name says otherwise."""
    suffix = name.rpartition(".")[2].lower()
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind if _BINARY.get(suffix, kind) == kind and suffix not in _TEXTS else None
    if suffix in _BINARY:
        return None
    if b"\x00" in head:
        return "application/octet-stream"
    return _TEXTS.get(suffix, "text/plain")
