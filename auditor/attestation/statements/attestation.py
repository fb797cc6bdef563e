"""The attestation statement: which PDF, before and after its own signature, says what which report says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from auditor.attestation.roles import Kind
from auditor.attestation.shape import Node
from auditor.attestation.statements.common import (
    DeclaredSigner,
    Subject,
    encode_statement,
    made,
    open_statement,
    read_signers,
    read_subject,
)
from auditor.attestation.statements.results import require_package_id

SUBJECTS = ("report", "revision-0", "attestation.pdf")
MAX_CERTIFICATES = 8
_MEMBERS = ("package", "revision0Size", "text", "renderer", "certificates")


class Renderer(NamedTuple):
    """The program that made the pages."""

    name: str
    version: str


class AttestationStatement(NamedTuple):
    """A well-formed attestation statement.

    `report`, `revision0` and `pdf` are SHA-512 of the report's envelope file, of the PDF before it was signed and of
    the PDF as it is; `text` is the SHA-256 fingerprint of the text of revision 0; `certificates` are SHA-256 of the
    DER certificates that signed inside the PDF.
    """

    payload: bytes
    signers: tuple[DeclaredSigner, ...]
    package: str
    report: str
    revision0: str
    pdf: str
    revision0_size: int
    text: str
    renderer: Renderer
    certificates: tuple[str, ...]


def make_attestation_statement(
    *,
    package: str,
    report: str,
    revision0: str,
    pdf: str,
    revision0_size: int,
    text: str,
    renderer: Renderer,
    certificates: Sequence[str],
    signers: Sequence[DeclaredSigner],
) -> bytes:
    """The canonical bytes of an attestation statement; the digests are those of `AttestationStatement`.

    Raises:
        AttestationError: values that no verifier would accept.
    """
    subjects = [Subject(n, "sha512", d) for n, d in zip(SUBJECTS, (report, revision0, pdf), strict=True)]
    predicate = {
        "package": package,
        "revision0Size": revision0_size,
        "text": text,
        "renderer": {"name": renderer.name, "version": renderer.version},
        "certificates": sorted(certificates),
    }
    return made(parse_attestation, encode_statement(Kind.ATTESTATION, Kind.ATTESTATION, subjects, predicate, signers))


def parse_attestation(payload: bytes) -> AttestationStatement:
    """The attestation statement in `payload`.

    Raises:
        StatementError: with the JSON pointer, the value found and, where there is one, the fix.
    """
    subjects, predicate, _ = open_statement(payload, Kind.ATTESTATION, _MEMBERS)
    items = subjects.items(least=len(SUBJECTS), most=len(SUBJECTS))
    report, revision0, pdf = (read_subject(item, n, "sha512") for n, item in zip(SUBJECTS, items, strict=True))
    renderer = predicate["renderer"].members(("name", "version"))
    return AttestationStatement(
        payload=payload,
        signers=read_signers(predicate["signers"], Kind.ATTESTATION),
        package=require_package_id(predicate["package"]),
        report=report,
        revision0=revision0,
        pdf=pdf,
        revision0_size=predicate["revision0Size"].integer(1, 2**40),
        text=predicate["text"].digest(),
        renderer=Renderer(renderer["name"].text(), renderer["version"].text()),
        certificates=_read_certificates(predicate["certificates"]),
    )


def _read_certificates(node: Node) -> tuple[str, ...]:
    digests: list[str] = []
    for item in node.items(most=MAX_CERTIFICATES):
        if digests and item.digest() <= digests[-1]:
            raise item.refusal("certificates must be in ascending order, each once", value=item.value)
        digests.append(item.digest())
    return tuple(digests)
