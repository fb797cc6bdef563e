"""The back of the document: the evidence, who signed what, and what verifying showed."""

from __future__ import annotations

from datetime import tzinfo

from auditor.canon.digest import sha256_hex
from auditor.report import times
from auditor.report.middle import gap_row
from auditor.report.parts import (
    CoverageRow,
    EvidencePart,
    Fact,
    ItemRow,
    RecordTreeRow,
    RejectRow,
    Signatures,
    SignerRow,
    StepRow,
    SubjectRow,
    Verification,
)
from auditor.report.signed import Node, Printed
from auditor.report.text import count, digest, listing, literal, number, prose
from auditor.report.words import ALGORITHMS, SUBJECTS

_KEYID = "sha256:"


def compose_evidence(predicate: Node, zone: tzinfo | None) -> EvidencePart:
    """The evidence index, the coverage of each stream, and the records rejected."""
    bundle = predicate.results.bundle
    more = bundle.reject_count - len(bundle.rejects)
    rejected = count(bundle.reject_count, "record")
    note = "No record was rejected." if not bundle.reject_count else (
        f"{rejected} did not fit the stream and took no part in any test."
        + (f" {number(len(bundle.rejects))} are listed." if more > 0 else "")
    )  # fmt: skip
    sizes = f"{count(len(bundle.items), 'item')}, {number(sum(item.size for item in bundle.items))} bytes."
    return EvidencePart(
        root=bundle.printed("root", digest(bundle.root)),
        size=bundle.printed("size", count(bundle.size, "leaf", "leaves")),
        summary=bundle.printed("items", sizes),
        items=tuple(_item(item) for item in bundle.items),
        trees=tuple(
            RecordTreeRow(
                item=tree.printed("item", literal(tree.item)),
                size=tree.printed("size", number(tree.size)),
                root=tree.printed("root", digest(tree.root)),
            )
            for tree in predicate.records
        ),
        coverage=tuple(_coverage(stream, zone) for stream in bundle.coverage),
        rejects=tuple(_reject(reject) for reject in bundle.rejects),
        rejects_note=bundle.printed("rejects", note),
    )


def _reject(reject: Node) -> RejectRow:
    return RejectRow(
        place=reject.printed("place", f"{literal(reject.item)}#{reject.record}, line {reject.line}"),
        stream=reject.printed("stream", literal(reject.stream)),
        column=reject.printed("column", literal(reject.column, 200)),
        value=reject.printed("value", literal(reject.value, 400)),
        reason=reject.printed("reason", prose(reject.reason, 600)),
    )


def _item(item: Node) -> ItemRow:
    if item.kind == "document":
        about = "document, not read" + (f": {prose(item.title, 300)}" if item.title else "")
        counts = f"{number(item.size)} bytes"
    else:
        about = f"records: {listing([literal(name) for name in item.streams])}"
        about += f"; mapping {literal(item.mapping)}" if item.mapping else ""
        counts = f"{number(item.size)} bytes; {count(item.rows, 'row')}, {number(item.rejected)} rejected"
    dates = (
        f"from {times.bare(item.observed.at('from'))}",
        f"to {times.bare(item.observed.at('to'))}",
        f"collected {times.bare(item.at('collected'))}",
        f"received {times.bare(item.at('received'))}",
    )
    return ItemRow(
        id=item.printed("id", literal(item.id)),
        path=item.printed("path", literal(item.path, 420)),
        about=item.printed("about", f"{about}; {literal(item.sensitivity)}"),
        source=item.printed("source", f"{prose(item.system, 300)}; exported by {prose(item.collector, 300)}"),
        dates=tuple(item.printed(f"date:{n}", line) for n, line in enumerate(dates)),
        counts=item.printed("counts", counts),
        leaf=item.printed("leaf", digest(item.leaf)),
    )


def _coverage(stream: Node, zone: tzinfo | None) -> CoverageRow:
    span: tuple[str, ...] = ("a listing, without times",) if stream.rows else ("no record",)
    earliest, latest = stream.instant("earliest"), stream.instant("latest")
    if earliest is not None and latest is not None:
        span = (times.bare(earliest), times.bare(latest))
    total = max(stream.gap_count, len(stream.gaps))
    note = "not delivered" if not stream.items else count(total, "gap") if total else "no gap"
    if total > len(stream.gaps):
        note = f"{note}, {number(len(stream.gaps))} listed"
    return CoverageRow(
        stream=stream.printed("stream", literal(stream.stream)),
        items=stream.printed("items", ", ".join(literal(name) for name in stream.items) or "none"),
        rows=stream.printed("rows", number(stream.rows)),
        rejected=stream.printed("rejected", number(stream.rejected)),
        span=tuple(stream.printed(f"span:{n}", line) for n, line in enumerate(span)),
        gaps=tuple(gap_row(gap, zone) for gap in stream.gaps),
        gaps_note=stream.printed("gaps", note),
        gaps_title=stream.printed("gaps-title", literal(stream.stream)),
    )


def compose_signatures(statement: Node, payload: bytes, beside: Node, zone: tzinfo | None) -> Signatures:
    """Who signed, in which role, saying what, with which keys, over which digests."""
    predicate = statement.predicate
    return Signatures(
        signers=tuple(
            _signer(signer, beside.signers[n] if n < len(beside.signers) else None)
            for n, signer in enumerate(predicate.signers)
        ),
        facts=_facts(predicate, zone),
        subjects=tuple(
            SubjectRow(
                subject.printed("name", literal(subject.name)),
                subject.printed("about", SUBJECTS.get(subject.name, "unknown")),
                subject.printed("sha256", digest(subject.digest.sha256)),
            )
            for subject in statement.subject
        ),
        payload=Printed("#sha256", digest(sha256_hex(payload))),
        report=beside.printed("report", digest(beside.report)),
    )


def _signer(signer: Node, facts: Node | None) -> SignerRow:
    keys = []
    for n, keyid in enumerate(signer.keyids):
        name = ALGORITHMS[n] if n < len(ALGORITHMS) else "Key"
        spelt = f"{_KEYID} {digest(keyid.removeprefix(_KEYID))}" if keyid.startswith(_KEYID) else literal(keyid)
        keys.append(Fact(name, Printed(f"{signer.pointer}/keyids/{n}#text", spelt), mono=True))
    return SignerRow(
        name=facts.printed("name", facts.name) if facts else "",
        organisation=facts.printed("organisation", facts.organisation) if facts else "",
        principal=signer.printed("principal", literal(signer.principal, 300)),
        role=signer.printed("role", literal(signer.role, 100).replace("-", " ")),
        declares=signer.printed("declares", prose(signer.declares)),
        keys=tuple(keys),
    )


def _facts(predicate: Node, zone: tzinfo | None) -> tuple[Fact, ...]:
    concluded = predicate.at("concludedAt")
    here = times.local(concluded, zone)
    when = times.utc(concluded) + (f" ({here} local)" if here else "")
    bundle, engine, seal = predicate.results.bundle, predicate.engine, predicate.evidence_seal
    facts = [
        Fact("Package", predicate.printed("signed-package", literal(predicate.package)), mono=True),
        Fact("Concluded", predicate.printed("signed-concludedAt", when)),
        Fact("Evidence tree", bundle.printed("signed-size", f"{count(bundle.size, 'leaf', 'leaves')}, with the root")),
        Fact("", bundle.printed("signed-root", digest(bundle.root)), mono=True),
        Fact("Engine", engine.printed("version", f"version {literal(engine.version)}, sources with the SHA-256")),
        Fact("", engine.printed("digest", digest(engine.digest)), mono=True),
    ]  # fmt: skip
    if seal is None:
        text = "none cited: nothing here shows that the evidence is older than the results"
        facts.append(Fact("Evidence seal", predicate.printed("evidenceSeal", text)))
    else:
        text = f"cited by these results, with {count(len(seal.responses), 'timestamp')}; its file has the SHA-512"
        facts.append(Fact("Evidence seal", seal.printed("count", text)))
        facts.append(Fact("", seal.printed("envelope", digest(seal.envelope)), mono=True))
    if predicate.supersedes is not None:
        facts.append(Fact("Supersedes", predicate.printed("about-supersedes", "the report whose file has the SHA-512")))
        facts.append(Fact("", predicate.printed("supersedes", digest(predicate.supersedes)), mono=True))
    return tuple(facts)


def compose_verification(beside: Node) -> Verification:
    """How to verify, and what the verification before rendering did and did not do."""
    return Verification(
        verifier=beside.printed("verifier", beside.verifier) if beside.verifier else "",
        kit=beside.printed("kit", beside.kit),
        steps=tuple(
            StepRow(*(step.printed(name, getattr(step, name)) for name in ("number", "title", "state", "detail")))
            for step in beside.steps
        ),
    )
