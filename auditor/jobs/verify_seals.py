"""The seals of a package and the times that authorities vouch for: which file was there no later than when.

A seal `X` is `X.dsse.json`, a statement by a sealer; beside it lie `X.NAME.tsq` and `X.NAME.tsr`, what the authority
NAME was asked and what it answered (RFC 3161), over the SHA-512 of the statement's file.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

from auditor.attestation import package as layout
from auditor.attestation import steps
from auditor.attestation.accept import Judged, accept
from auditor.attestation.der import MAX_BYTES
from auditor.attestation.package import PackageManifest
from auditor.attestation.roles import Kind
from auditor.attestation.root import TrustRoot
from auditor.attestation.statements.results import MAX_RESPONSES, EvidenceSeal
from auditor.attestation.statements.seal import SealStatement
from auditor.attestation.timestamp import Timestamp, proven_time, verify_response
from auditor.attestation.verify import VerifiedReport
from auditor.canon.digest import sha512_hex
from auditor.canon.instant import format_instant
from auditor.errors import BindingError
from auditor.jobs.container import MAX_MEMBER_BYTES, Container, has, read
from auditor.jobs.walk import Walk

MAX_LIST_BYTES = 32 * 2**20
"""Of one revocation list; the lists of the largest public authorities have less than half of that."""
_SECOND = 1_000_000


class Seal(NamedTuple):
    """A seal that verified; `proven` is the time its timestamps support, or None where the trust root asks for none."""

    envelope: str
    statement: SealStatement
    responses: tuple[str, ...]
    proven: int | None
    told: str


class Sealing(NamedTuple):
    """The seals of one package; `proven` and `late_proven` are the times of its seal and of the late seal.

    `lists` are the revocation lists (DER) that the late seal covers, as they were read then.
    """

    evidence: Seal | None
    proven: int | None
    late_proven: int | None = None
    lists: tuple[bytes, ...] = ()


def verify_sealing(
    container: Container, root: TrustRoot, at: int, walk: Walk, manifest: PackageManifest, digest: str
) -> Sealing:
    """The seals of the package in `container`, each over what it must be over; `digest` is the manifest's SHA-512.

    Raises:
        VerificationError: a seal or timestamp does not verify, is over something else, or is missing and asked for.
        UnverifiableError: too few authorities, or they disagree.
    """
    walk.begin(steps.SEAL)
    seal = _seal(container, layout.PACKAGE_SEAL, root, at)
    if seal is None:
        if Kind.SEAL in root.thresholds:
            raise BindingError("the package is not sealed", place=f"{layout.PACKAGE_SEAL}.dsse.json")
        for path in container.paths:
            if path.startswith((f"{layout.LATE_SEAL}.", layout.REVOCATION)):
                raise BindingError("of a late seal, and the seal that it covers is not there", place=path)
        walk.left(steps.SEAL, "the package is not sealed, and the trust root asks for no seal")
        walk.left(steps.PROVEN_TIME, "nothing is sealed; keys were judged at the time given")
        walk.left(steps.LATE_SEAL, "there is no seal for a late seal to cover")
        return Sealing(_evidence_seal(container, root, at), None)
    if seal.statement.stage != "package" or seal.statement.subjects[0].digest != digest:
        raise BindingError("the seal is over another manifest", place=f"{layout.PACKAGE_SEAL}.dsse.json")
    if seal.statement.package != manifest.package:
        raise BindingError("the seal is of another package", value=seal.statement.package)
    walk.done(f"by {', '.join(one.principal for one in seal.statement.signers)}, seal SHA-512 {seal.envelope}")
    _tell_time(seal, walk)
    late_proven, lists = _late(container, root, at, walk, seal)
    return Sealing(_evidence_seal(container, root, at), seal.proven, late_proven, lists)


def require_order(sealing: Sealing, verified: VerifiedReport, tolerance: int, walk: Walk) -> None:
    """Refuse conclusions that are older than the evidence they cite.

    Raises:
        BindingError: the report cites another evidence seal, or the times contradict each other.
    """
    slack = tolerance * _SECOND
    seal = sealing.evidence
    found = None if seal is None else EvidenceSeal(seal.envelope, seal.responses)
    if verified.evidence_seal != found:
        raise BindingError("the report cites another seal over the evidence than the package has")
    if seal is None:
        walk.left(steps.EVIDENCE_FIRST, "the report cites no seal over the evidence: it does not show what came first")
        return
    if seal.statement.subjects[0].digest != verified.digest_of("bundle"):
        raise BindingError("the seal is over other evidence", value=seal.statement.subjects[0].digest)
    if seal.proven is None:
        walk.left(steps.EVIDENCE_FIRST, f"the evidence was sealed, its time is not proven: {seal.told}")
        return
    if seal.proven > verified.concluded_at + slack:
        raise BindingError(
            "the conclusions are dated before the evidence was sealed", value=format_instant(verified.concluded_at),
            hint=f"the evidence was sealed at {format_instant(seal.proven)}",
        )  # fmt: skip
    if sealing.proven is not None and seal.proven > sealing.proven + slack:
        raise BindingError("the evidence was sealed after the package", value=format_instant(seal.proven))
    walk.done(
        f"evidence sealed {format_instant(seal.proven)}, concluded {format_instant(verified.concluded_at)}; "
        "the report names that seal and its timestamps, so it was written after them"
    )


def _tell_time(seal: Seal, walk: Walk) -> None:
    walk.begin(steps.PROVEN_TIME)
    if seal.proven is None:
        walk.left(steps.PROVEN_TIME, seal.told)
    else:
        walk.done(f"no later than {format_instant(seal.proven)}: {seal.told}")


def _late(
    container: Container, root: TrustRoot, at: int, walk: Walk, first: Seal
) -> tuple[int | None, tuple[bytes, ...]]:
    walk.begin(steps.LATE_SEAL)
    late = _seal(container, layout.LATE_SEAL, root, at)
    present = [path for path in container.paths if path.startswith((f"{layout.PACKAGE_SEAL}.", layout.REVOCATION))]
    lists = [path for path in present if path.startswith(layout.REVOCATION)]
    if late is None:
        if lists:
            raise BindingError("a revocation list that no late seal covers", place=lists[0])
        walk.left(steps.LATE_SEAL, "there is no late seal yet: no revocation list from after the seal is covered")
        return None, ()
    covered = _covered(container, late, first, present)
    if first.proven is None or late.proven is None:
        walk.left(steps.LATE_SEAL, f"its time is not proven: {late.told}")
        return late.proven, covered
    if late.proven < first.proven - root.time_tolerance * _SECOND:
        raise BindingError("the late seal is older than the seal it covers", value=format_instant(late.proven))
    if lists:
        count = steps.count(len(lists), "revocation list")
        walk.done(f"{count}, no later than {format_instant(late.proven)}: {late.told}")
    else:
        walk.left(steps.LATE_SEAL, "the late seal covers no revocation list: nothing shows what was revoked since")
    return late.proven, covered


def _covered(container: Container, late: Seal, first: Seal, present: list[str]) -> tuple[bytes, ...]:
    """The revocation lists among the files that are `present`, each of which the late seal must cover as it is."""
    sealed = {one.name: one.digest for one in late.statement.subjects}
    if late.statement.stage != "late" or late.statement.package != first.statement.package or set(sealed) != {*present}:
        raise BindingError("the late seal does not cover this seal", place=f"{layout.LATE_SEAL}.dsse.json")
    lists = [path for path in present if path.startswith(layout.REVOCATION)]
    if sum(map(container.size, lists)) > MAX_MEMBER_BYTES:
        raise BindingError("the revocation lists are too large", place=layout.REVOCATION)
    found = {path: read(container, path, MAX_LIST_BYTES) for path in present}
    for path, data in found.items():
        if sha512_hex(data) != sealed[path]:
            raise BindingError("not the file that the late seal covers", place=path)
    return tuple(found[path] for path in lists)


def _evidence_seal(container: Container, root: TrustRoot, at: int) -> Seal | None:
    seal = _seal(container, layout.EVIDENCE_SEAL, root, at)
    if seal is not None and seal.statement.stage != "evidence":
        raise BindingError("not a seal over evidence", place=f"{layout.EVIDENCE_SEAL}.dsse.json")
    return seal


def _seal(container: Container, stem: str, root: TrustRoot, at: int) -> Seal | None:
    path = f"{stem}.dsse.json"
    beside = [one for one in container.paths if one.startswith(f"{stem}.") and one != path]
    if not has(container, path):
        if beside:
            raise BindingError("a timestamp over a seal that is not there", place=beside[0])
        return None
    data = read(container, path)
    timestamps, unknown = _timestamps(container, stem, beside, hashlib.sha512(data).digest(), root)
    proven = proven_time(timestamps, root, at) if root.time_threshold else None
    accepted = accept(data, Kind.SEAL, root, Judged(at, proven))
    statement = accepted.statement
    assert isinstance(statement, SealStatement)
    answers = [one for one in beside if one.endswith(".tsr")]
    responses = [sha512_hex(read(container, one, MAX_BYTES)) for one in answers]
    told = "; ".join(f"{one.operator} {format_instant(one.time)}" for one in timestamps) or "no timestamp"
    if not root.time_threshold:
        told = f"the trust root asks for no time authority ({told})"
    if unknown:
        told += f"; not counted, unknown to the trust root: {', '.join(unknown)}"
    return Seal(accepted.digest_sha512, statement, tuple(sorted(responses)), proven, told)


def _timestamps(
    container: Container, stem: str, paths: list[str], imprint: bytes, root: TrustRoot
) -> tuple[list[Timestamp], list[str]]:
    known = {authority.name: authority for authority in root.authorities}
    found, unknown = [], []
    if len(paths) > 2 * MAX_RESPONSES:
        raise BindingError(f"a seal has at most {MAX_RESPONSES} timestamps", place=stem, value=len(paths))
    for name in sorted({path.removeprefix(f"{stem}.").rpartition(".")[0] for path in paths}):
        query, response = f"{stem}.{name}.tsq", f"{stem}.{name}.tsr"
        if query not in paths or response not in paths:
            raise BindingError("a timestamp is the question and the answer; one is missing", place=f"{stem}.{name}")
        if name not in known:
            unknown.append(name)
            continue
        question = read(container, query, MAX_BYTES)
        found.append(verify_response(question, read(container, response, MAX_BYTES), imprint, known[name]))
    return found, unknown
