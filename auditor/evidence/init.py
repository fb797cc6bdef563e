"""An empty bundle for a set of streams: a manifest to fill in, and the request to send to the facility."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from auditor.canon.instant import format_duration, format_instant
from auditor.evidence.mapping import Mapping as EvidenceMapping
from auditor.evidence.paths import FOLDER
from auditor.model.bundle import Period
from auditor.model.stream import Column, Stream

_SUFFIX = {"csv": "csv", "tsv-zeek": "log", "jsonl": "jsonl", "json": "json", "yaml": "yaml"}


@dataclass(frozen=True, slots=True)
class Layout:
    """`manifest` is the text of bundle.yaml, `request` of REQUEST.md, which stays outside the bundle's folder."""

    manifest: str
    request: str


def make_layout(
    streams: Iterable[Stream], mappings: Mapping[str, EvidenceMapping], period: Period, seed: str
) -> Layout:
    """The layout for these streams. The manifest is not admitted before every `?` in it is replaced.

    `seed`: 32 bytes drawn at random for this bundle alone, in hexadecimal.
    """
    wanted = sorted(streams, key=lambda stream: stream.id)
    chosen = _choose(wanted, mappings)
    return Layout(
        "\n".join(_manifest(chosen, period, seed)) + "\n", "\n".join(_request(wanted, mappings, period)) + "\n"
    )


def _choose(wanted: list[Stream], mappings: Mapping[str, EvidenceMapping]) -> list[tuple[EvidenceMapping, list[str]]]:
    """The fewest-first mapping for each stream, each mapping once, with the streams wanted of it."""
    names = {stream.id for stream in wanted}
    chosen: dict[str, list[str]] = {}
    for stream in wanted:
        candidates = sorted(id_ for id_, mapping in mappings.items() if stream.id in mapping.streams)
        if candidates:
            already = next((id_ for id_ in candidates if id_ in chosen), candidates[0])
            chosen.setdefault(already, sorted(set(mappings[already].streams) & names))
    return [(mappings[id_], streams) for id_, streams in sorted(chosen.items())]


def _manifest(chosen: list[tuple[EvidenceMapping, list[str]]], period: Period, seed: str) -> Iterator[str]:
    began, ended = format_instant(period.began), format_instant(period.ended)
    yield "# Replace every ?. One item for each file; remove what you do not deliver; add documents as kind: document."
    yield "bundle: 1"
    yield "# Salts the commitment to the evidence. Keep it with the bundle: who has it can open everything."
    yield f'seed: "{seed}"'
    yield "facility:"
    for name in ("id", "name", "operator", "address", "country", "timezone"):
        yield f'  {name}: "?"'
    yield f"period: {{from: {began}, to: {ended}}}"
    yield "items:" if chosen else "items: []"
    for mapping, streams in chosen:
        yield f"  # {mapping.title}: {', '.join(streams)}"
        yield f"  - id: {mapping.id}"
        yield f"    path: {FOLDER}/{mapping.id}.{_SUFFIX[mapping.format]}"
        yield "    kind: stream"
        yield f"    mapping: {mapping.id}"
        yield '    source: {system: "?", collector: "?"}'
        yield f"    observed: {{from: {began}, to: {ended}}}"
        yield '    collected: "?"'
        yield '    received: "?"'
        yield '    size: "?"'
        yield '    sha256: "?"'
        yield "    sensitivity: restricted"


def _request(wanted: list[Stream], mappings: Mapping[str, EvidenceMapping], period: Period) -> Iterator[str]:
    yield "# Evidence request"
    yield ""
    yield f"Assessment period: {format_instant(period.began)} to {format_instant(period.ended)}, the end not included."
    yield ""
    yield "Export each file as the product writes it. Do not edit, sort, shorten or convert it. Note who exported it,"
    yield "when, and the first and last moment it covers. Compressed files (.gz) are welcome."
    for stream in wanted:
        yield ""
        yield f"## {stream.title} (`{stream.id}`)"
        yield ""
        yield stream.meaning
        yield ""
        yield f"Coverage: {_coverage(stream)}."
        yield ""
        yield "| column | type | required | meaning |"
        yield "| --- | --- | --- | --- |"
        for name, column in stream.columns.items():
            required = "no" if column.optional else "yes"
            yield f"| {name} | {_type(column)} | {required} | {column.meaning} |"
        yield ""
        accepted = sorted((m for m in mappings.values() if stream.id in m.streams), key=lambda m: m.id)
        if not accepted:
            yield "No known export fits: a mapping has to be written for your product first."
        for mapping in accepted:
            yield f"- `{mapping.id}`: {mapping.title}{_fields(mapping, stream.id)}"


def _coverage(stream: Stream) -> str:
    rule = stream.complete
    if rule.by == "snapshot":
        age = format_duration(rule.max_age or 0)
        return f"one full listing, taken at the end of the period or at most {age} before it"
    text = "all records of the period, from one hour before it to one hour after it where there are any"
    if rule.by == "records":
        scope = f" of one {' and '.join(rule.scope)}" if rule.scope else ""
        text += f"; no silence{scope} longer than {format_duration(rule.max_gap or 0)}"
    if stream.sequence:
        text += f"; no hole in {stream.sequence.column}"
    if stream.empty == "allowed":
        text += "; if there are none, an export that is empty and says so"
    return text


def _type(column: Column) -> str:
    return f"one of {', '.join(column.values)}" if column.values else column.type.value


def _fields(mapping: EvidenceMapping, stream: str) -> str:
    fields = mapping.header or mapping.streams[stream].fields
    return f" with {', '.join(f'`{field}`' for field in fields)}"
