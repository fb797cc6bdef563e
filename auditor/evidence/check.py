"""What is wrong with a bundle before anything is assessed: missing, stale, unreadable, incomplete."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from auditor.canon.instant import format_instant
from auditor.errors import EvidenceError, UnknownReferenceError
from auditor.evidence.admission import admit
from auditor.evidence.mapping import Mapping as EvidenceMapping
from auditor.evidence.store import EvidenceStore, load
from auditor.model.evidence import Gap
from auditor.model.stream import Stream

Kind = Literal["refused", "missing", "unreadable", "stale", "incomplete", "rejected"]


@dataclass(frozen=True, slots=True)
class Shortcoming:
    """One thing to mend: what kind, which stream or item it concerns, the sentence and the fix."""

    kind: Kind
    subject: str
    problem: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class BundleCheck:
    """All shortcomings found; `root` is the bundle root if the bundle was admitted."""

    root: str | None
    rows: int
    shortcomings: tuple[Shortcoming, ...]

    @property
    def complete(self) -> bool:
        """Whether nothing at all is wanting."""
        return not self.shortcomings


def check_bundle(
    bundle: Path,
    streams: Mapping[str, Stream],
    mappings: Mapping[str, EvidenceMapping],
    *,
    threads: int | None = None,
    memory_limit: str | None = None,
    workdir: Path | None = None,
) -> BundleCheck:
    """Admit and load the bundle for what is wrong with it, with the means that `load` is given.

    Raises:
        MachineError: the machine refuses; anything else about the bundle is a shortcoming.
    """
    try:
        admission = admit(bundle)
    except EvidenceError as error:
        found = [Shortcoming("refused", p.place or str(bundle), str(p), p.hint) for p in error.problems or (error,)]
        return BundleCheck(None, 0, tuple(found))
    unknown = sorted({item.mapping for item in admission.manifest.items if item.mapping} - set(mappings))
    if unknown:
        raise UnknownReferenceError(
            "the bundle names a mapping that does not exist",
            place=f"{bundle}/bundle.yaml",
            value=unknown[0],
            hint=f"mappings are: {', '.join(sorted(mappings))}",
        )
    with load(
        admission, streams, mappings, threads=threads, memory_limit=memory_limit, workdir=workdir, keep_unreadable=True
    ) as store:
        rows = sum(item.rows for item in store.items)
        return BundleCheck(admission.root, rows, tuple(_shortcomings(store, streams)))


def _shortcomings(store: EvidenceStore, streams: Mapping[str, Stream]) -> Iterator[Shortcoming]:
    for name, error in sorted(store.unreadable.items()):
        yield Shortcoming("unreadable", name, str(error), error.hint)
    for coverage in store.coverage:
        stream = streams[coverage.stream]
        if not coverage.delivered:
            yield Shortcoming(
                "missing", stream.id, f"{stream.title}: no item delivers this stream", "ask for it, see REQUEST.md"
            )
            continue
        kind: Kind = "stale" if stream.complete.by == "snapshot" else "incomplete"
        for gap in coverage.gaps:
            if not gap.reason.startswith("unreadable"):
                yield Shortcoming(kind, stream.id, f"{stream.title}: {gap_text(gap)}", "ask for what is missing")
        hidden = coverage.gap_count - len(coverage.gaps)
        if hidden > 0:
            yield Shortcoming(kind, stream.id, f"{stream.title}: {hidden} more gaps like these")
        if coverage.rejected:
            problem = f"{stream.title}: {coverage.rejected} records do not fit"
            first = next((r for r in store.rejects if r.stream == stream.id), None)
            if first:
                column = f", column {first.column}" if first.column else ""
                problem += f"; the first is {first.item} record {first.record}{column}: {first.reason}"
            yield Shortcoming("rejected", stream.id, problem, "have the export corrected at its source")


def gap_text(gap: Gap) -> str:
    """A gap in one sentence without a full stop."""
    span = ""
    if gap.period is not None:
        span = f", {format_instant(gap.period.began)} to {format_instant(gap.period.ended)}"
    scope = f"{gap.scope}: " if gap.scope else ""
    return f"{scope}{gap.reason}{span}"
