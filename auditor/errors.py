"""Every way the auditor refuses, as one tree.

A finding is a value, an observation that could not be made is a value; an error means that the
work asked for cannot be done. Each error carries the place, the value and the fix apart from its text,
so that a person, a log and a test read the same refusal.

```
AuditorError                    code, place, value, hint; never prints, never exits
├── ContentError                our own catalog, profile, procedure or template is wrong
│   ├── SchemaError             a content file does not have the shape it must have
│   ├── UnknownReferenceError   a name that stands for nothing
│   └── ParameterError          a parameter is unset, unknown or out of range
├── FactsError                  the facts file of `auditor law` is malformed or contradicts itself
├── EvidenceError               evidence cannot be admitted, or one item cannot be read
│   ├── ManifestError           the bundle's manifest is missing, malformed or untrue
│   ├── PathError               a path leaves the bundle, is a link, or collides with another
│   ├── DigestMismatchError     the bytes are not the bytes that were declared
│   └── EvidenceFormatError     an item cannot be read as what it is said to be
├── AttestationError            a signed report cannot be produced
│   ├── CanonicalizationError   a value has no canonical form
│   └── SigningError            a key is missing, of the wrong kind, or refused
├── VerificationError           do not rely on it
│   ├── EnvelopeError           not a well-formed envelope
│   ├── SignatureError          a signature is wrong or missing, or too few people signed
│   ├── TrustError              a key is unknown, expired, revoked or not for this role
│   ├── StatementError          a wrong, unknown or malformed statement
│   └── BindingError            genuine, but not about this evidence, content or file
├── UnverifiableError           cannot be verified here: something needed is not at hand
├── RenderError                 the attestation cannot be rendered faithfully
└── MachineError                the machine refused: disk full, no permission, no such file
```
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn, Self


class AuditorError(Exception):
    """Root of every refusal.

    `problem` says what is wrong in lower case without a full stop; `place` is the file and position;
    `value` is what was found there (shortened for display); `hint` is the fix.
    """

    code = "auditor"

    problems: tuple[AuditorError, ...] = ()
    """Every problem found, where several were collected before refusing; the first is this one."""

    def __init__(
        self,
        problem: str,
        *,
        place: str | None = None,
        value: object = None,
        hint: str | None = None,
    ) -> None:
        self.problem = problem
        self.place = place
        self.value = value
        self.hint = hint
        super().__init__(self._sentence())

    def within(self, place: str) -> Self:
        """The same refusal, naming also the file that its place is in."""
        where = f"{place}, {self.place}" if self.place else place
        return type(self)(self.problem, place=where, value=self.value, hint=self.hint)

    def _sentence(self) -> str:
        text = f"{self.place}: {self.problem}" if self.place else self.problem
        return text if self.value is None else f"{text}: got {shorten(self.value)}"


def refuse_all(problems: Sequence[AuditorError]) -> NoReturn:
    """Raise the first of `problems`, saying how many there are and carrying all of them."""
    first = problems[0]
    if len(problems) == 1:
        raise first
    error = type(first)(
        f"{first.problem} (the first of {len(problems)} problems)",
        place=first.place,
        value=first.value,
        hint=first.hint,
    )
    error.problems = tuple(problems)
    raise error


def shorten(value: object, limit: int = 120) -> str:
    """`value` on one printable line of at most `limit` characters, control characters escaped."""
    # A date has a text of its own; its module is not loaded for that.
    text = str(value) if value != "" and (isinstance(value, str) or hasattr(value, "isoformat")) else repr(value)
    line = printable(text[: limit + 1]).replace("\n", r"\n")
    return line if len(line) <= limit else line[: limit - 1] + "…"


def printable(text: str) -> str:
    """`text` with every character escaped that does not print, line ends apart: evidence may not move the cursor."""
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode("ascii") for c in text)


class ContentError(AuditorError):
    code = "content"


class SchemaError(ContentError):
    code = "content.schema"


class UnknownReferenceError(ContentError):
    code = "content.unknown-reference"


class ParameterError(ContentError):
    code = "content.parameter"


class FactsError(AuditorError):
    code = "facts"


class EvidenceError(AuditorError):
    code = "evidence"


class ManifestError(EvidenceError):
    code = "evidence.manifest"


class PathError(EvidenceError):
    code = "evidence.path"


class DigestMismatchError(EvidenceError):
    code = "evidence.digest-mismatch"


class EvidenceFormatError(EvidenceError):
    code = "evidence.format"


class AttestationError(AuditorError):
    code = "attestation"


class CanonicalizationError(AttestationError):
    code = "attestation.canonicalization"


class SigningError(AttestationError):
    code = "attestation.signing"


class VerificationError(AuditorError):
    code = "verification"


class EnvelopeError(VerificationError):
    code = "verification.envelope"


class SignatureError(VerificationError):
    code = "verification.signature"


class TrustError(VerificationError):
    code = "verification.trust"


class StatementError(VerificationError):
    code = "verification.statement"


class BindingError(VerificationError):
    code = "verification.binding"


class UnverifiableError(AuditorError):
    code = "unverifiable"


class RenderError(AuditorError):
    code = "render"


class MachineError(AuditorError):
    code = "machine"
