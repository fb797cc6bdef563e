"""Reading a parsed JSON document with the place at hand: what is found is what was asked for, or it is refused."""

from __future__ import annotations

from typing import Any

from auditor.canon.digest import is_sha256_hex
from auditor.canon.json import canonical_bytes_of_parsed, parse_canonical, parse_strict
from auditor.errors import CanonicalizationError, EvidenceFormatError, VerificationError

MAX_NAME = 256


class Node:
    """A value in a parsed JSON document, and its JSON pointer (RFC 6901).

    Every method hands over a value of the kind asked for, or raises the document's own error class with the
    pointer as its place.
    """

    __slots__ = ("document", "error", "pointer", "value")

    def __init__(self, value: Any, document: str, error: type[VerificationError], pointer: str = "") -> None:
        self.value = value
        self.document = document
        self.error = error
        self.pointer = pointer

    def refusal(self, problem: str, *, value: object = None, hint: str | None = None) -> VerificationError:
        """The error that says what is wrong at this place; to be raised by the caller."""
        return self.error(problem, place=f"{self.document} {self.pointer}".rstrip(), value=value, hint=hint)

    def child(self, key: str | int) -> Node:
        """The member or item called `key`, which must exist."""
        step = str(key).replace("~", "~0").replace("/", "~1")
        return Node(self.value[key], self.document, self.error, f"{self.pointer}/{step}")

    def members(self, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, Node]:
        """An object with all of `required`, perhaps some of `optional`, and nothing else."""
        found = self.mapping()
        for name in required:
            if name not in found:
                raise self.refusal(f"member {name!r} is missing")
        for name in found:
            if name not in required and name not in optional:
                raise self.refusal("unknown member", value=name, hint="known here: " + ", ".join(required + optional))
        return {name: self.child(name) for name in found}

    def mapping(self) -> dict[str, Any]:
        """An object with any members."""
        if not isinstance(self.value, dict):
            raise self.refusal("must be an object", value=self.value)
        return self.value

    def member(self, name: str) -> Node:
        """One member of an object that may have others."""
        if name not in self.mapping():
            raise self.refusal(f"member {name!r} is missing")
        return self.child(name)

    def items(self, *, least: int = 1, most: int = 1024) -> list[Node]:
        """An array of `least` to `most` items."""
        if not isinstance(self.value, list):
            raise self.refusal("must be an array", value=self.value)
        if not least <= len(self.value) <= most:
            raise self.refusal(f"must have {least} to {most} items", value=len(self.value))
        return [self.child(index) for index in range(len(self.value))]

    def text(self, *, most: int = MAX_NAME) -> str:
        """Text on one line that looks like what it is: not empty, printable, no blank at either end."""
        if not isinstance(self.value, str):
            raise self.refusal("must be text", value=self.value)
        if not self.value or len(self.value) > most:
            raise self.refusal(f"must have 1 to {most} characters", value=len(self.value))
        # Control and direction-changing characters could make a name print as another name.
        if not self.value.isprintable() or self.value != self.value.strip():
            raise self.refusal("must be printable text without blanks at its ends", value=self.value)
        return self.value

    def identifier(self) -> str:
        """A name that is compared and never only shown: ASCII without blanks, so that two that look alike are alike."""
        name = self.text()
        if not name.isascii() or " " in name:
            raise self.refusal("must be ASCII without blanks, such as urn:example:ada", value=name)
        return name

    def one_of(self, allowed: tuple[str, ...]) -> str:
        """One of the texts in `allowed`."""
        if not isinstance(self.value, str) or self.value not in allowed:
            raise self.refusal("must be one of " + ", ".join(allowed), value=self.value)
        return self.value

    def integer(self, least: int, most: int) -> int:
        """An integer from `least` to `most`; true and false are not integers."""
        if isinstance(self.value, bool) or not isinstance(self.value, int) or not least <= self.value <= most:
            raise self.refusal(f"must be an integer from {least} to {most}", value=self.value)
        return self.value

    def digest(self) -> str:
        """A SHA-256 digest: 64 lower-case hexadecimal characters."""
        if not is_sha256_hex(self.value):
            raise self.refusal("must be a SHA-256 digest, 64 lower-case hexadecimal characters", value=self.value)
        return str(self.value)

    def digest512(self) -> str:
        """A SHA-512 digest: 128 lower-case hexadecimal characters."""
        halves = (self.value[:64], self.value[64:]) if isinstance(self.value, str) else (None, None)
        if not all(is_sha256_hex(half) for half in halves):
            raise self.refusal("must be a SHA-512 digest, 128 lower-case hexadecimal characters", value=self.value)
        return str(self.value)

    def keyid(self) -> str:
        """A key id of our profile: `sha256:` and the digest of the public key's SPKI DER."""
        if not isinstance(self.value, str) or self.value[:7] != "sha256:" or not is_sha256_hex(self.value[7:]):
            raise self.refusal("must be a key id, sha256: and 64 lower-case hexadecimal characters", value=self.value)
        return self.value

    def instant(self) -> int:
        """An RFC 3339 instant with a zone, as microseconds since 1970-01-01T00:00:00Z."""
        from auditor.canon.instant import parse_instant

        if not isinstance(self.value, str):
            raise self.refusal("must be an instant like 2026-10-01T00:00:00Z", value=self.value)
        try:
            return parse_instant(self.value)
        except ValueError as error:
            raise self.refusal(str(error), value=self.value) from error

    def utc_instant(self) -> int:
        """An instant in the one spelling that we write (UTC, ending in Z, no idle zeros), in microseconds."""
        from auditor.canon.instant import format_instant

        instant = self.instant()
        if format_instant(instant) != self.value:
            raise self.refusal(f"must be written {format_instant(instant)}", value=self.value)
        return instant


def parse_document(data: bytes, document: str, error: type[VerificationError], max_bytes: int) -> Node:
    """The root of strictly parsed JSON (see `parse_strict`), raising `error` where the parser refuses."""
    try:
        return Node(parse_strict(data, place=document, max_bytes=max_bytes), document, error)
    except EvidenceFormatError as refused:
        raise error(refused.problem, place=refused.place, value=refused.value) from refused


def parse_canonical_document(data: bytes, document: str, error: type[VerificationError], max_bytes: int) -> Node:
    """The root of JSON in canonical form (RFC 8785), raising `error` with the reason for anything else."""
    if len(data) <= max_bytes:
        try:
            return Node(parse_canonical(data), document, error)
        except ValueError:
            # The slower way finds out what is wrong, and where.
            pass
    root = parse_document(data, document, error, max_bytes)
    require_canonical(root, data)
    return root


def require_canonical(root: Node, data: bytes) -> None:
    """Refuse `data` unless it is the RFC 8785 form of what was parsed from it, byte for byte.

    A second spelling of one document would be a second digest of one document, and room to hide a change.
    """
    try:
        canonical = canonical_bytes_of_parsed(root.value)
    except CanonicalizationError as error:
        raise root.refusal(error.problem, value=error.value) from error
    if canonical != data:
        raise root.refusal("not in canonical form (RFC 8785)", hint="pass the file on exactly as it was written")
