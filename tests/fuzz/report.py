"""Signed files as a whole: reports, later acts and lists, from the first byte to the answer.

Two ways in: the bytes of a file, where only what we made ourselves may be accepted; and a payload that the people named
in it sign properly, so that what stands behind the signatures is reached.
"""

from __future__ import annotations

from auditor.attestation.accept import Judged, accept
from auditor.attestation.compare import compare_reports
from auditor.attestation.envelope import PAYLOAD_TYPE, parse_envelope
from auditor.attestation.roles import Kind
from auditor.attestation.verify import VerifiedReport, verify_report
from auditor.canon.json import parse_strict
from auditor.cli.diff import _lines
from auditor.cli.verify import _GENUINE, printout
from auditor.errors import AttestationError, EvidenceFormatError, StatementError, UnverifiableError, VerificationError
from auditor.jobs.compare import Compared
from auditor.jobs.verify import Verification
from tests.fuzz.mutate import mutate_json, mutate_parts, split
from tests.fuzz.people import desk, root, sign_as_told, trust
from tests.fuzz.statements import mutate_statement, run_statements
from tests.fuzz.target import Target, genuine, require


def run_report(data: bytes) -> None:
    """A report file that is accepted is one that was made, byte for byte."""
    try:
        found = verify_report(data, trust(), at=desk().at)
    except (VerificationError, UnverifiableError):
        return
    require(data in genuine("report"), "a report that nobody made", data)
    _require_whole(found, data)


def run_signed_report(data: bytes) -> None:
    """A payload as a report: signed by whom it names, it is accepted only as what it says."""
    envelope = sign_as_told(data, PAYLOAD_TYPE) if data else b""
    try:
        found = verify_report(envelope, trust(), at=desk().at)
    except (VerificationError, UnverifiableError):
        return
    _require_whole(found, envelope)
    require(found.payload == data, "another payload than was signed", data)
    run_statements(data)


def run_file(data: bytes) -> None:
    """A file of any kind that is accepted is one that was made, byte for byte."""
    for kind in Kind:
        try:
            accept(data, kind, root(), Judged(desk().at))
        except (VerificationError, UnverifiableError):
            continue
        require(data in genuine("file"), "a file that nobody made", kind, data)


def run_signed(data: bytes) -> None:
    """A payload of any kind: who is accepted is who is declared, each once, with both keys, in a role of theirs."""
    envelope = sign_as_told(data, PAYLOAD_TYPE) if data else b""
    for kind in Kind:
        try:
            found = accept(envelope, kind, root(), Judged(desk().at))
        except (VerificationError, UnverifiableError):
            continue
        present = {one.keyid for one in parse_envelope(envelope).signatures}
        require({one for signer in found.signers for one in signer.keyids} == present, "others than signed", data)
        require(len({one.principal for one in found.signers}) == len(found.signers), "one person as two", data)
        for signer in found.signers:
            known = next(one for one in root().principals if one.id == signer.principal)
            own = {key.keyid for key in known.keys}
            require(signer.role in known.roles and set(signer.keyids) <= own, "not in this role", data)
        run_statements(data)


def run_printout(data: bytes) -> None:
    """Results of any shape, signed by whom the reader trusts: all that is printed of them stands indented."""
    try:
        results = parse_strict(data)
        payload = desk().payload_for(desk().declared("ada"), results if isinstance(results, dict) else {})
        found = verify_report(sign_as_told(payload, PAYLOAD_TYPE), trust(), at=desk().at)
    except (EvidenceFormatError, AttestationError, StatementError, UnverifiableError, VerificationError):
        return
    told = printout(Verification(found), "report.dsse.json")
    require(all(one.isprintable() for one in told.split("\n")), "signs that a terminal obeys", data)
    plain = [line for line in told.split("\n") if line[:1].strip()]
    require(plain[1:] == [*_GENUINE, *_HEADINGS], "signed text at the beginning of a line, where only we write", told)


def run_compare(data: bytes) -> None:
    """Two payloads, which nobody need have signed: what differs is told on lines of its own."""
    old, new = split(data, 2)
    try:
        found = compare_reports(old, new)
    except StatementError:
        return
    require(found.is_empty == (old == new) or _only_told_apart(old, new), "a difference that is not told", data)
    for entry in _lines(Compared(found, verified=False)):
        first, *more = entry.split("\n")
        require(all(line.isprintable() for line in (first, *more)), "signs that a terminal obeys", entry)
        require(all(line.startswith("   ") for line in more), "a second line that looks like one of ours", entry)


def _only_told_apart(old: bytes, new: bytes) -> bool:
    """What follows from the rest, or is told by itself, is not listed: see `compare_reports`."""
    documents = [parse_strict(one) for one in (old, new)]
    for one in documents:
        one.pop("subject")
        for name in ("package", "supersedes"):
            one["predicate"].pop(name)
    return bool(documents[0] == documents[1])


def _require_whole(found: VerifiedReport, envelope: bytes) -> None:
    require(found.payload == parse_envelope(envelope).payload, "another payload than in the file", envelope)
    require(found.concluded_at <= desk().at, "concluded after it was verified", envelope)


_HEADINGS = ("Done", "Not done", "What was signed", "What this verifier adds")

TARGETS = {
    "report": Target(run_report, mutate_json, rounds=40),
    "signed-report": Target(run_signed_report, mutate_statement, rounds=40),
    "printout": Target(run_printout, mutate_json, rounds=40),
    "compare": Target(run_compare, mutate_parts(mutate_statement, mutate_statement), rounds=100),
    "file": Target(run_file, mutate_json, rounds=20),
    "signed": Target(run_signed, mutate_statement, rounds=30),
}
