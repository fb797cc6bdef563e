"""Assess a bundle: admit it, load it, assess it, and hand over the results with their canonical bytes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from auditor import __version__
from auditor.assessment.assess import assess
from auditor.assessment.observe import Evidence
from auditor.canon.json import canonical_bytes
from auditor.catalog.catalog import Catalog
from auditor.catalog.resolve import resolve
from auditor.evidence.admission import Admission
from auditor.evidence.commitment import sorted_items
from auditor.evidence.pseudonyms import Pseudonyms, hide_coverage, hide_rejects
from auditor.jobs.content import validation_ledger
from auditor.jobs.evidence import OpenBundle, admit_bundle, mappings, open_bundle, profile_streams
from auditor.jobs.names import pseudonyms
from auditor.model.assessment import (
    Activity,
    AssessmentResults,
    BundleRecord,
    EngineRecord,
    ItemRecord,
    PseudonymCount,
)
from auditor.model.evidence import StreamCoverage

Progress = Callable[[str], None]
"""Called with a short line whenever a step begins."""

ENGINE = EngineRecord(name="auditor", version=__version__)


@dataclass(frozen=True, slots=True)
class AssessRequest:
    """What to assess against what: `as_of` in microseconds; `memory` in MiB and `threads` bound the engine."""

    bundle: Path
    profile: str
    as_of: int
    threads: int = 0
    memory: int = 2048


def assess_bundle(
    request: AssessRequest,
    catalog: Catalog,
    progress: Progress = lambda line: None,
    *,
    admission: Admission | None = None,
) -> tuple[AssessmentResults, bytes]:
    """The results of assessing the bundle, and their RFC 8785 bytes; a bundle already admitted is not hashed again.

    Raises:
        EvidenceError: the bundle cannot be admitted.
        ContentError: no such profile, or a control cannot be run.
    """
    baseline = resolve(catalog, request.profile)
    streams = profile_streams(catalog, request.profile)
    if admission is None:
        progress("hashing the evidence")
        admission = admit_bundle(request.bundle)
    progress("loading the evidence")
    with open_bundle(admission, catalog, streams, threads=request.threads, memory=request.memory) as opened:
        total = sum(len(entry.control.objectives) for entry in baseline.controls)
        done = 0

        def on_step(activity: Activity) -> None:
            nonlocal done
            done += 1
            progress(f"testing {activity.control}.{activity.objective} ({done} of {total})")

        names = pseudonyms(opened, catalog, streams)
        coverage = hide_coverage(opened.store.coverage, names)
        results = assess(
            catalog,
            baseline,
            Evidence(opened.store.tables, {c.stream: c for c in coverage}, opened.store.resolve, names.hide),
            bundle_record(opened, catalog, names, coverage),
            opened.admission.manifest.facility,
            opened.admission.manifest.period,
            request.as_of,
            ENGINE,
            validation_ledger(catalog),
            on_step,
        )
    return results, canonical_bytes(results.document())


def bundle_record(
    opened: OpenBundle, catalog: Catalog, names: Pseudonyms, coverage: tuple[StreamCoverage, ...]
) -> BundleRecord:
    """The bundle as the results cite it, without the names of persons."""
    known = mappings(catalog)
    read_by = {item.id: known[item.mapping] for item in opened.admission.manifest.items if item.mapping in known}
    loaded = {item.id: item for item in opened.store.items}
    return BundleRecord(
        root=opened.admission.root,
        size=opened.admission.size,
        items=tuple(
            ItemRecord(
                id=item.id,
                path=item.path,
                kind=item.kind,
                title=item.title,
                mapping=item.mapping,
                streams=loaded[item.id].streams,
                system=item.source.system,
                collector=item.source.collector,
                observed=item.observed,
                collected=item.collected,
                received=item.received,
                size=item.size,
                leaf=opened.admission.leaf(ordinal),
                sensitivity=item.sensitivity,
                rows=loaded[item.id].rows,
                rejected=loaded[item.id].rejected,
                passed_over=opened.store.passed_over.get(item.id, 0),
            )
            for ordinal, item in enumerate(sorted_items(opened.admission.manifest))
        ),
        coverage=coverage,
        rejects=hide_rejects(opened.store.rejects, names, catalog.streams, read_by),
        reject_count=opened.store.reject_count,
        repeated=opened.store.repeated,
        pseudonyms=PseudonymCount(hidden=len(names.table), shown=len(names.shown)),
    )
