"""The seal statement: these files had these digests; stage `evidence`, `package` or `late`."""

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
from auditor.canon.instant import format_instant

STAGES = ("evidence", "package", "late")
MANIFEST = "manifest.json"
PACKAGE_SEAL = "seals/package.dsse.json"
MAX_SUBJECTS = 4096


class SealStatement(NamedTuple):
    """A well-formed seal statement; `sealed_at` (microseconds) is what the sealer claims, the timestamps prove it.

    `subjects` are sorted by name. Of stage `evidence` there is one, `bundle`, with the root of the evidence tree
    (SHA-256) and no package yet; of stage `package` one, the manifest; of stage `late` the package's seal, its
    timestamps and the revocation lists.
    """

    payload: bytes
    signers: tuple[DeclaredSigner, ...]
    stage: str
    package: str | None
    sealed_at: int
    subjects: tuple[Subject, ...]


def make_seal_statement(
    *,
    stage: str,
    package: str | None,
    sealed_at: int,
    subjects: Sequence[tuple[str, str]],
    signers: Sequence[DeclaredSigner],
) -> bytes:
    """The canonical bytes of a seal statement over `subjects`, (name, digest in hexadecimal) in any order.

    Raises:
        AttestationError: values that no verifier would accept.
    """
    algorithm = "sha256" if stage == "evidence" else "sha512"
    listed = [Subject(name, algorithm, digest) for name, digest in sorted(subjects)]
    predicate = {"stage": stage, "package": package, "sealedAt": format_instant(sealed_at)}
    return made(parse_seal, encode_statement(Kind.SEAL, Kind.SEAL, listed, predicate, signers))


def parse_seal(payload: bytes) -> SealStatement:
    """The seal statement in `payload`.

    Raises:
        StatementError: with the JSON pointer, the value found and, where there is one, the fix.
    """
    subjects, predicate, _ = open_statement(payload, Kind.SEAL, ("stage", "package", "sealedAt"))
    stage = predicate["stage"].one_of(STAGES)
    package = predicate["package"]
    if stage == "evidence" and package.value is not None:
        raise package.refusal("the evidence is sealed before there is a package: must be null", value=package.value)
    return SealStatement(
        payload=payload,
        signers=read_signers(predicate["signers"], Kind.SEAL),
        stage=stage,
        package=None if stage == "evidence" else require_package_id(package),
        sealed_at=predicate["sealedAt"].utc_instant(),
        subjects=_read_sealed(subjects, stage),
    )


def _read_sealed(node: Node, stage: str) -> tuple[Subject, ...]:
    if stage == "late":
        return _read_late(node)
    name, algorithm = ("bundle", "sha256") if stage == "evidence" else (MANIFEST, "sha512")
    return (Subject(name, algorithm, read_subject(node.items(most=1)[0], name, algorithm)),)


def _read_late(node: Node) -> tuple[Subject, ...]:
    subjects: list[Subject] = []
    for item in node.items(most=MAX_SUBJECTS):
        name = item.member("name")
        if subjects and name.text() <= subjects[-1].name:
            raise name.refusal("subjects must be in ascending order of their names, each once", value=name.value)
        subjects.append(Subject(name.text(), "sha512", read_subject(item, name.text(), "sha512")))
    if not any(subject.name == PACKAGE_SEAL for subject in subjects):
        raise node.refusal(f"the late seal must cover {PACKAGE_SEAL}")
    return tuple(subjects)
