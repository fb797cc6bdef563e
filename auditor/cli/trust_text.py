"""A trust root in words, for `auditor trust`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from auditor.attestation.root import Principal, TrustedKey, TrustRoot
from auditor.canon.instant import format_instant

if TYPE_CHECKING:
    from auditor.jobs.trust import Signer, Written


def describe(root: TrustRoot) -> Iterator[str]:
    """The lines that say everything in `root`, with the digest that its owners compare over another channel."""
    yield f"trust root: version {root.version}"
    yield f"lineage: {root.lineage}"
    yield f"issued: {format_instant(root.issued_at)}"
    yield "digest (SHA-256 of the file, to compare over another channel):"
    yield from _grouped(root.digest)
    yield f"\nroot holders, {root.threshold} of whom must sign a new version:"
    for holder in root.holders:
        yield f"  {holder.name}"
        yield f"    {holder.id}"
        yield from _key_lines(root, holder.keys)
    yield "\npeople whose signatures count:"
    for principal in root.principals:
        yield from _principal_lines(root, principal)
    yield "\nwhat must be signed by how many:"
    for kind, roles in root.thresholds.items():
        yield f"  {kind}"
        yield from (f"    {count} as {role}" for role, count in roles)
    if root.separation:
        yield "\nroles whose people must be of different organisations:"
    for one, other in root.separation:
        yield f"  {one}, {other}"
    yield ""
    yield from _reliance_lines(root)


def written_lines(written: Written, added: Sequence[Signer]) -> Iterator[str]:
    """What was written, whose signatures it lacks, and the key ids to compare with the people who were added."""
    what = "trust root" if written.complete else "draft, not to be relied on yet"
    yield f"{what}: {written.path} (version {written.version})"
    yield "digest:"
    yield from _grouped(written.digest)
    if written.kept is not None:
        yield f"the version before it: {written.kept}"
    for count, holders in written.missing:
        if count:
            yield f"still to sign, {count} of:"
            yield from (f"  {holder.name}, {holder.id}" for holder in holders)
    if not written.complete:
        after = "" if written.version == 1 else " --after YOUR-TRUST-ROOT"
        yield f"they run: auditor trust sign {written.path.name}{after} \\"
        yield "    --root THEIRS.signer.json"
    shown = {signer.file.principal: signer.file for signer in added}
    if shown:
        yield "compare these key ids with their owners over another channel:"
    for signer in shown.values():
        yield f"  {signer.name}, {signer.organisation}"
        yield f"    {signer.principal}"
        yield from (f"    {key.public.keyid}" for key in signer.keys)


def _principal_lines(root: TrustRoot, principal: Principal) -> Iterator[str]:
    organisation = root.organisation(principal.organisation)
    yield f"  {principal.name}, {organisation.name} ({organisation.kind})"
    yield f"    {principal.id}: {', '.join(principal.roles)}"
    yield from _key_lines(root, principal.keys)


def _key_lines(root: TrustRoot, keys: tuple[TrustedKey, ...]) -> Iterator[str]:
    revoked = {revocation.keyid: revocation for revocation in root.revoked}
    for key in keys:
        yield f"    {key.keyid}"
        yield f"      {key.public.algorithm}, {_span(key.not_before, key.not_after)}"
        if key.keyid in revoked:
            one = revoked[key.keyid]
            yield f"      REVOKED from {format_instant(one.effective)}: {one.reason}"


def _reliance_lines(root: TrustRoot) -> Iterator[str]:
    asked = f"{root.time_threshold} operators, within {root.time_tolerance} s" if root.time_threshold else "none asked"
    yield f"proven time: {asked}"
    for authority in root.authorities:
        yield f"  {authority.name}: {authority.operator}, policy {authority.policy}"
        yield f"    {_span(authority.not_before, authority.not_after)}"
    yield f"PDF certificates: {len(root.pdf_certificates)}, traced to {len(root.pdf_anchors)} CA"
    for certificate in root.pdf_certificates:
        yield f"  {certificate.principal}"
        yield f"    {certificate.sha256}"
    for name, until in root.algorithms.items():
        if until is not None:
            yield f"relied on until {format_instant(until)} only: {name}"
    for what, digests in (("catalogs", root.catalogs), ("engines", root.engines), ("verifiers", root.verifiers)):
        yield f"{what}: " + ("any" if digests is None else "")
        yield from (f"  {line}" for digest in digests or () for line in _folded(digest))
    if root.status is None:
        yield "status lists: none asked"
    else:
        yield f"status lists: version {root.status.least_version} or later, {root.status.max_age_days} days old at most"


def _span(began: int, ended: int) -> str:
    return f"{format_instant(began)} to {format_instant(ended)}"


def _grouped(digest: str) -> Iterator[str]:
    """Two lines of eight groups of four characters: what one can read aloud."""
    groups = [digest[start : start + 4] for start in range(0, len(digest), 4)]
    for start in range(0, len(groups), 8):
        yield "  " + " ".join(groups[start : start + 8])


def _folded(digest: str) -> Iterator[str]:
    for start in range(0, len(digest), 64):
        yield digest[start : start + 64]
