"""Three people with two algorithms each: signing and verifying a report, beside the bare calls of cryptography."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.measure import Clock, Row, Run, Settings, in_turns, report, run_worker

FINDINGS = 300
SIZES = {"short": "control and state of each finding", "full": "results as assessed"}
GOAL = 1.5


def measure(settings: Settings) -> list[Row]:
    rows = []
    for size, told in SIZES.items():
        folder = settings.scratch / size
        folder.mkdir()
        facts = run_worker("signing", "prepare", folder, size).output
        passes = run_worker("signing", "passes", folder).output
        what = f"{FINDINGS} findings, {told} ({facts['payload'] / 1000:.0f} kB)"
        sides = {
            name: _side(name, folder) for name in ("sign", "bare-sign", "accept", "bare-verify", "report", "bare-all")
        }
        found = dict(zip(sides, in_turns(3 if settings.quick else 9, *sides.values()), strict=True))
        times = {name: [run.output["ms"] for run in samples.runs] for name, samples in found.items()}
        peak = max(samples.peak for samples in found.values())
        # Of a full report most is JSON, which the goal says nothing about.
        goal = GOAL if size == "short" else None
        rows += [
            Row("signing", f"sign, {what}", times["sign"], times["bare-sign"], unit="ms", goal=goal, peak=peak),
            Row("signing", f"accept, {what}", times["accept"], times["bare-verify"], unit="ms", goal=goal, peak=peak,
                note=f"envelope {facts['envelope']:,} bytes; in one pass, of {facts['payload']:,} bytes: "
                + ", ".join(f"{name} {value:.2f} ms" for name, value in passes.items())),
            Row("signing", f"verify with the trust root read, {what}", times["report"], times["bare-all"],
                unit="ms", note="both with the four signatures of the trust root's two holders"),
        ]  # fmt: skip
    return rows


def _side(name: str, folder: Path) -> Callable[[], Run]:
    return lambda: run_worker("signing", name, folder)


def _prepare(folder: Path, size: str) -> dict[str, object]:
    """What is signed, and the report with it."""
    from benchmarks import reports

    results = (reports.short_results if size == "short" else reports.full_results)(FINDINGS)
    payload = reports.statement(results)
    (folder / "payload.json").write_bytes(payload)
    reports.write_report(folder, results)
    return {"payload": len(payload), "envelope": (folder / "report.dsse.json").stat().st_size}


def _passes(folder: Path) -> dict[str, float]:
    """Milliseconds of going through the payload once, for each thing that has to be done with all of it."""
    import hashlib

    from auditor.canon.json import parse_canonical

    payload = (folder / "payload.json").read_bytes()
    text = payload.decode()
    passes: dict[str, Callable[[], object]] = {
        "SHA-384": lambda: hashlib.sha384(payload).digest(),
        "SHAKE-256": lambda: hashlib.shake_256(payload).digest(64),
        "json.loads": lambda: json.loads(text),
        "parse_canonical": lambda: parse_canonical(payload),
    }
    return {name: _milliseconds(work) for name, work in passes.items()}


def _work(name: str, folder: Path) -> Callable[[], object]:
    """The call that is measured; everything that it needs is in memory."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA384

    from auditor.attestation.accept import Judged, accept
    from auditor.attestation.envelope import PAYLOAD_TYPE, TRUST_ROOT_TYPE, pae, parse_envelope
    from auditor.attestation.roles import Kind
    from auditor.attestation.root import parse_root
    from auditor.attestation.sign import sign_statement
    from auditor.attestation.verify import verify_report
    from auditor.custody.files import public_key_of
    from benchmarks import reports
    from samples.identities import ROOT_HOLDERS, private_keys

    payload = (folder / "payload.json").read_bytes()
    envelope, trust = (folder / "report.dsse.json").read_bytes(), (folder / "trust.json").read_bytes()
    message = pae(PAYLOAD_TYPE, payload)
    keys = reports.keys()
    private = [key for person in reports.PEOPLE for key in private_keys(person)]
    curve = ec.ECDSA(SHA384())

    def bare_sign() -> list[bytes]:
        return [
            key.sign(message, curve) if isinstance(key, ec.EllipticCurvePrivateKey) else key.sign(message)
            for key in private
        ]

    signatures = {one.keyid: one.sig for one in parse_envelope(envelope).signatures}
    public = [(one.public_key(), signatures[key.public.keyid]) for one, key in zip(private, keys, strict=True)]

    def bare_verify(known: list[Any], message: bytes) -> None:
        for key, signature in known:
            if isinstance(key, ec.EllipticCurvePublicKey):
                key.verify(signature, message, curve)
            else:
                key.verify(signature, message)

    def bare_all() -> None:
        bare_verify(holders, trusted)
        bare_verify(public, message)

    root = parse_root(trust)
    signed_root = parse_envelope(trust, TRUST_ROOT_TYPE)
    trusted, signatures = signed_root.signed_bytes(), {one.keyid: one.sig for one in signed_root.signatures}
    holders = [
        (key.public_key(), signatures[public_key_of(key).keyid]) for name in ROOT_HOLDERS for key in private_keys(name)
    ]
    calls: dict[str, Callable[[], object]] = {
        "sign": lambda: sign_statement(payload, keys),
        "bare-sign": bare_sign,
        "accept": lambda: accept(envelope, Kind.RESULTS, root, Judged(reports.AT)),
        "bare-verify": lambda: bare_verify(public, message),
        "bare-all": bare_all,
        "report": lambda: verify_report(envelope, trust, at=reports.AT),
    }
    return calls[name]


def _milliseconds(work: Callable[[], object], least: float = 0.5) -> float:
    """User+system milliseconds of one call, over calls for `least` seconds: signing takes another time each time."""
    work()
    count, began = 0, time.process_time()
    while (spent := time.process_time() - began) < least:
        work()
        count += 1
    return 1000 * spent / count


if __name__ == "__main__":
    word, place = sys.argv[1], Path(sys.argv[2])
    facts: dict[str, Any]
    with Clock() as clock:
        if word == "prepare":
            facts = _prepare(place, sys.argv[3])
        else:
            facts = _passes(place) if word == "passes" else {"ms": _milliseconds(_work(word, place))}
    report(clock, **facts)
