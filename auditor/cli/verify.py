"""Verify a package, a report or an attestation by your own trust root, and recompute it from the evidence."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from auditor.cli.options import add_engine_options, add_format_option, instant, now, path

if TYPE_CHECKING:
    from auditor.attestation.signers import AcceptedSigner
    from auditor.jobs.verdict import Verdict
    from auditor.jobs.verify import Verification, VerifyRequest

EXAMPLES = """\
examples:
  auditor verify package --trust trust.json
  auditor verify report.dsse.json --trust trust.json --at 2031-01-01T00:00:00Z
  auditor verify package --trust trust.json --bundle bundle --recompute
  auditor verify package --trust trust.json --save verdict.json

The trust root is yours, not the package's (auditor trust --help). Nothing is
fetched. A report alone needs nothing heavier than the cryptography library.
Exits 0 passed with the stated limits, 6 failed, 7 cannot be verified here.
"""

# A facility that does badly has a genuine report too.
_GENUINE = (
    "What was signed is genuine by your trust root. Whether the facility does well",
    "is what the findings say.",
)
_WIDEST = 1000


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="package (a folder or a zip), report.dsse.json or attestation.pdf")
    parser.add_argument("--trust", required=True, help="your own trust root")
    parser.add_argument("--trust-version", type=int, default=1, metavar="N",
                        help="refuse a trust root older than version N, which you have seen")  # fmt: skip
    parser.add_argument("--status", type=path, metavar="FILE", help="the newest status list you have")
    parser.add_argument("--bundle", type=path, metavar="FOLDER", help="re-hash this evidence bundle")
    parser.add_argument("--recompute", action="store_true", help="assess again and compare every result")
    parser.add_argument("--at", type=instant, metavar="INSTANT", help="verify as of this instant (default: now)")
    parser.add_argument("--save", type=path, metavar="FILE", help="save the verdict as an in-toto statement (SVR)")
    add_format_option(parser)
    add_engine_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from auditor.cli.exits import DONE, exit_code
    from auditor.cli.progress import Progress
    from auditor.errors import UnverifiableError, VerificationError, shorten
    from auditor.jobs.verify import VerifyRequest, verify

    progress = Progress()
    request = VerifyRequest(
        file=arguments.file,
        trust=arguments.trust,
        at=now() if arguments.at is None else arguments.at,
        bundle=arguments.bundle,
        recompute=arguments.recompute,
        controls=arguments.controls,
        threads=arguments.threads,
        memory=arguments.memory,
        status=arguments.status,
        least_root_version=arguments.trust_version,
    )
    try:
        found = verify(request, progress)
    except (VerificationError, UnverifiableError) as error:
        from auditor.jobs.verdict import verdict

        progress.done()
        refused = verdict(error)
        _save(refused, request, arguments)
        if arguments.format == "json":
            _print_json(refused, None)
            return exit_code(error)
        told = [f"{refused.result.upper()}: {shorten(arguments.file, _WIDEST)}", *_until(refused)]
        print("\n".join(told), flush=True)
        raise
    progress.done()
    if arguments.save is not None or arguments.format == "json":
        from auditor.jobs.verdict import verdict

        _save(verdict(found), request, arguments)
    if arguments.format == "json":
        _print_json(verdict(found), found)
    else:
        print(printout(found, str(arguments.file)))
    return DONE


def printout(found: Verification, name: str) -> str:
    """The numbered list of what was verified and what was not, and apart from it what the signed report says."""
    from auditor.canon.instant import format_instant
    from auditor.errors import shorten

    report = found.report
    lines = [f"PASSED WITH THE STATED LIMITS: {shorten(name, _WIDEST)}", *_GENUINE, *_caution(found), ""]
    for heading, chosen in (("Done", report.steps_done), ("Not done", report.steps_not_done)):
        lines.append(heading)
        for step in chosen:
            lines.append(f"  {step.number:>2}  {step.title}")
            lines += _wrapped(" " * 6, step.detail)
        lines.append("")
    lines += ["What was signed", *_signed(found)]
    lines += ["", "What this verifier adds", f"  verified   at {format_instant(report.verified_at)}"]
    if report.proven is not None:
        lines.append(f"  proven     to exist by {format_instant(report.proven)}")
    return "\n".join(lines + _visible(found))


def _until(refused: Verdict) -> list[str]:
    """The steps that were done before the refusal, and the one that it came from."""
    if not refused.steps or not refused.steps[-1].title:
        return []
    done = [f"  {step.number:>2}  {step.title}" for step in refused.steps if step.state == "done"]
    last = refused.steps[-1]
    return [*(["", "Done", *done] if done else []), "", "Refused at", f"  {last.number:>2}  {last.title}", ""]


def _caution(found: Verification) -> list[str]:
    """What must not stand further down: pages that nobody compared can say anything."""
    from auditor.attestation import steps

    unread = [one for one in found.report.steps_not_done if one.title == steps.PDF_TEXT]
    if not unread or unread[0].detail == dict(steps.LIMITS)[steps.PDF_TEXT]:
        return []
    return ["The pages of the PDF were not compared with what was signed: go by what is", "printed here, not by them."]


def _signed(found: Verification) -> list[str]:
    from auditor.canon.instant import format_instant
    from auditor.errors import shorten

    report, results = found.report, found.report.results

    def said(way: str) -> str:
        return _said(results, way)

    told = [
        ("package", report.package),
        ("facility", f"{said('facility/name')} ({said('facility/id')})"),
        ("profile", f"{said('profile/id')}: {said('profile/title')}"),
        ("period", f"{said('period/from')} to {said('period/to')}"),
        ("as of", f"{said('asOf')}, concluded {format_instant(report.concluded_at)}"),
        ("findings", f"{said('verdict/satisfied')} of {said('verdict/total')} satisfied"),
        ("level", said("verdict/level") if said("verdict/level") != "not said" else "none reached"),
    ]
    if report.supersedes:
        told.append(("supersedes", f"the report with SHA-512 {report.supersedes[:32]}…"))
    told += [("signed by", f"{one.name}, {one.organisation}, as {one.role}") for one in report.signers]
    # What was signed may hold anything that a text can; it does not get to look like what the verifier says.
    return [line for label, text in told for line in _wrapped(f"  {label:<10} ", shorten(text, _WIDEST))]


def _said(results: Any, way: str) -> str:
    """The text or number at `way` in the signed results; their signers vouch for them, and not for this shape."""
    for name in way.split("/"):
        results = results.get(name) if isinstance(results, dict) else None
    return str(results) if isinstance(results, str | int) and not isinstance(results, bool) else "not said"


def _wrapped(label: str, text: str) -> list[str]:
    from auditor.cli.lines import labelled

    return labelled(label, text).splitlines()


def _visible(found: Verification) -> list[str]:
    """For each finding whose evidence is not all in sight, how much of it is."""
    if found.disclosed is None:
        return []
    findings = found.disclosed.findings
    partly = [one for one in findings if not one.complete]
    lines = [f"  in sight   {found.disclosed.items} of {found.disclosed.total} items of evidence; "]
    lines[0] += f"all of it for {len(findings) - len(partly)} of {len(findings)} findings"
    for one in partly:
        cited, visible = (sum(len(getattr(item, rows)) for item in one.cited) for rows in ("cited", "visible"))
        name = f"{one.control}.{one.objective}"
        lines.append(f"    {name:<10} {one.seen['whole']} of {one.total} items, {visible} of {cited} cited records")
    return lines


def _save(found: Verdict, request: VerifyRequest, arguments: argparse.Namespace) -> None:
    if arguments.save is None:
        return
    from auditor import __version__
    from auditor.jobs.files import write_file
    from auditor.jobs.verdict import verification_statement

    write_file(arguments.save, verification_statement(found, request, __version__, now()))


def _print_json(found: Verdict, verified: Verification | None) -> None:
    import json

    document: dict[str, object] = {"result": found.result, "steps": [one._asdict() for one in found.steps]}
    if verified is not None:
        document |= _facts(verified)
    if found.error is not None:
        error = found.error
        document |= {"code": error.code, "problem": str(error), "place": error.place, "hint": error.hint}
    json.dump(document, sys.stdout, indent=2, ensure_ascii=True)
    sys.stdout.write("\n")


def _facts(verified: Verification) -> dict[str, object]:
    """What was signed; and under `added`, never mixed with it, what this verifier adds."""
    from auditor.canon.instant import format_instant

    report = verified.report
    added: dict[str, object] = {
        "envelopeSha512": report.digest_sha512,
        "trustSha256": report.trust_digest,
        "verifiedAt": format_instant(report.verified_at),
        "provenBy": None if report.proven is None else format_instant(report.proven),
    }
    if verified.disclosed is not None:
        seen = verified.disclosed
        findings = [
            one._asdict() | {"seen": dict(one.seen), "cited": [item._asdict() for item in one.cited]}
            for one in seen.findings
        ]
        added["evidence"] = {"inSight": seen.items, "items": seen.total, "findings": findings}
    return {
        "package": report.package,
        "subjects": {one.name: one.digest for one in report.subjects},
        "asOf": format_instant(report.assessed_at),
        "concludedAt": format_instant(report.concluded_at),
        "supersedes": report.supersedes,
        **{name: report.results.get(name) for name in ("facility", "profile", "period", "verdict")},
        "signers": [_signer(one) for one in report.signers],
        "added": added,
    }


def _signer(one: AcceptedSigner) -> dict[str, object]:
    document: dict[str, object] = one._asdict()
    document["organisationId"] = document.pop("organisation_id")
    return document
