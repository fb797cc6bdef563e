"""Recompute signed results from the evidence, at the content they were made with, and name the first difference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from auditor import __version__
from auditor.attestation.diff import first_difference
from auditor.errors import BindingError, UnverifiableError, shorten
from auditor.jobs.assess import AssessRequest, Progress, assess_bundle
from auditor.jobs.content import load_catalog
from auditor.jobs.evidence import admit_bundle

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.evidence.admission import Admission


class Recomputed(NamedTuple):
    """How much was computed again and found the same: findings, and the records they rest on."""

    findings: int
    records: int


def recompute_results(
    results: dict[str, Any],
    as_of: int,
    bundle: Path,
    controls: Path | None = None,
    threads: int = 0,
    memory: int = 2048,
    progress: Progress = lambda line: None,
    *,
    admission: Admission | None = None,
) -> Recomputed:
    """Assess `bundle` again as of `as_of` (microseconds) and compare every value with the signed `results`.

    Raises:
        UnverifiableError: the catalog or profile at hand is not the one the results were made with.
        BindingError: the results differ, with the pointer to the first difference and both values.
        EvidenceError: the bundle cannot be admitted.
    """
    catalog = load_catalog(controls)
    profile = str(results["profile"]["id"])
    wanted = (results["catalog"]["digest"], results["profile"]["digest"])
    at_hand = (catalog.digest, catalog.profile_digest(profile) if profile in catalog.profiles else "absent")
    if wanted != at_hand:
        what = "catalog" if wanted[0] != at_hand[0] else "profile"
        raise UnverifiableError(
            f"the {what} at hand is not the one the report was made with, so nothing can be recomputed",
            value=at_hand[0] if what == "catalog" else at_hand[1],
            hint=f"give the content with digest {wanted[0] if what == 'catalog' else wanted[1]} with --controls FOLDER",
        )
    admission = admit_bundle(bundle) if admission is None else admission
    again, _ = assess_bundle(
        AssessRequest(bundle, profile, as_of, threads, memory), catalog, progress, admission=admission
    )
    difference = first_difference(results, again.document())
    if difference is not None:
        engine = results["engine"].get("version")
        raise BindingError(
            "the recomputed results differ from those signed",
            place=f"results {difference.pointer}",
            value=f"recomputed {shorten(difference.right, 80)}, signed {shorten(difference.left, 80)}",
            hint=f"the report was made by engine {engine}, this is {__version__}"
            if engine != __version__
            else "do not rely on the report",
        )
    return Recomputed(len(again.findings), sum(item.rows for item in again.bundle.items))
