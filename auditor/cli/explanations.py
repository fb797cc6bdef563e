"""What each error code and outcome means, in full sentences; a test checks that none is missing."""

from __future__ import annotations

EXPLANATIONS: dict[str, str] = {
    "met": "The test looked at its whole population, on complete evidence, and found no exception.",
    "not-met": "The test found at least one violation: the evidence leaves no other reading.",
    "possible": "The evidence allows both readings, kept or broken. This never counts for the facility.",
    "not-evidenced": "The evidence needed was not delivered, is stale, has a gap, or could not be read. "
    "Missing evidence never helps, so this never counts for the facility.",
    "untrusted": "A control that vouches for the evidence itself did not hold, so nothing computed from that "
    "evidence can be relied on. What the computation said is printed beside it.",
    "satisfied": "Every method the profile requires was performed and each observation is met.",
    "other-than-satisfied": "At least one required observation is not met, possible, not evidenced or untrusted.",
    "content": "The catalog, a profile or a template is wrong. This is a fault of the content, not of the evidence.",
    "content.schema": "A content file does not have the shape docs/content.md describes. The message names file, "
    "line, field, value and fix.",
    "content.unknown-reference": "Content names something that does not exist: a control, stream, query or profile; or "
    "there is no such item, record or control where you asked for one.",
    "content.parameter": "A parameter is unset, unknown, unused, or does not fit its kind.",
    "facts": "The facts file of auditor law, or an inventory beside it, is malformed or contradicts itself, or a "
    "question names somebody it does not hold. The message names file, line, value and fix; auditor law check lists "
    "every problem.",
    "determined": "A question of law was computed from the dated tables and the facts given; the working shows every "
    "step with its citation.",
    "depends on the reading": "Computed, but the law's text can be read in more than one way, and the readings lead to "
    "different results here. Each is given; the auditor resolves none.",
    "cannot be determined": "A fact or a text that is needed is missing, or contradicts another. The answer names it, "
    "its place and the fix; nothing is guessed, and an absent fact never counts as a favourable one.",
    "evidence": "The evidence cannot be admitted, or one item cannot be read.",
    "evidence.manifest": "bundle.yaml is missing or malformed, or says something untrue about the files beside it.",
    "evidence.path": "A path in the bundle leaves it, is a link or a special file, or collides with another name.",
    "evidence.digest-mismatch": "A file's bytes are not the bytes the manifest declares: it was altered, truncated "
    "or swapped. Restore the file; do not adjust the manifest to a file you cannot account for.",
    "evidence.format": "An item cannot be read as what it is said to be.",
    "attestation": "A signed report cannot be produced from this.",
    "attestation.canonicalization": "A value has no canonical JSON form (RFC 8785), so it cannot be signed.",
    "attestation.signing": "A key is missing, of the wrong kind, not declared, or its passphrase is wrong; or what is "
    "to be signed or sealed is unfinished, is there already, or got no time from an authority.",
    "verification": "Something about the report is wrong: do not rely on it.",
    "verification.envelope": "The file is not a well-formed DSSE envelope in the one form we accept. Mostly it is "
    "another file than was asked for (a report is report.dsse.json, a trust root trust.json); else it was damaged or "
    "rewritten: get it again from who signed it.",
    "verification.signature": "A signature does not verify, or fewer people signed than your trust root asks for. Get "
    "the file again from who signed it; if it stays so, do not rely on it.",
    "verification.trust": "A key is unknown to your trust root, not yet valid, expired or revoked, or the root "
    "itself cannot be used.",
    "verification.statement": "What was signed is of another kind than was asked for (an act in place of a report), "
    "has not the form of its kind, or its subjects do not match. Give the right file, or do not rely on it.",
    "verification.binding": "The report is genuine, but it is not about this evidence, this content or this file.",
    "unverifiable": "Nothing was found wrong, but something needed to verify is not at hand here.",
    "render": "The attestation cannot be rendered faithfully: a variable is undefined, something wanted to be "
    "fetched, or the renderer warned. Nothing is printed rather than something doubtful.",
    "machine": "The machine refused: no such file, no permission, no memory, disk full. Nothing half-written is left.",
}
