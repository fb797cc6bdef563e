"""Verify a report or an attestation against your own trust policy, and recompute it from the evidence."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from auditor.cli.options import add_engine_options, add_format_option, instant, now, path

if TYPE_CHECKING:
    from auditor.attestation.verify import VerifiedReport

EXAMPLES = """\
examples:
  auditor verify report.dsse.json --trust trust.json
  auditor verify attestation.pdf --trust trust.json --bundle bundle --recompute

The trust policy is yours, not the report's. A report alone needs nothing
heavier than the cryptography library. Exits 0 verified with the stated limits,
6 invalid, 7 cannot be verified here.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="report.dsse.json or attestation.pdf")
    parser.add_argument("--trust", required=True, help="your own trust policy")
    parser.add_argument("--bundle", type=path, metavar="FOLDER", help="re-hash this evidence bundle")
    parser.add_argument("--recompute", action="store_true", help="assess again and compare every result")
    parser.add_argument("--at", type=instant, metavar="INSTANT", help="judge keys at this instant (default: now)")
    add_format_option(parser)
    add_engine_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from auditor.cli.exits import DONE, exit_code
    from auditor.cli.progress import Progress
    from auditor.errors import UnverifiableError, VerificationError
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
    )
    try:
        verified = verify(request, progress)
    except (VerificationError, UnverifiableError) as error:
        progress.done()
        if arguments.format == "json":
            _print_json(None, error)
            return exit_code(error)
        from auditor.attestation.verify import result_class

        print(f"{result_class(error).upper()}: {arguments.file}")
        raise
    progress.done()
    if arguments.format == "json":
        _print_json(verified, None)
    else:
        print(printout(verified, str(arguments.file)))
    return DONE


def printout(verified: VerifiedReport, name: str) -> str:
    """The numbered list of what was verified and what was not, and what the signed report says."""
    import textwrap

    from auditor.canon.instant import format_instant

    results = verified.results
    verdict = results["verdict"]
    lines = [f"VERIFIED WITH THE STATED LIMITS: {name}", ""]
    for heading, chosen in (("Done", verified.steps_done), ("Not done", verified.steps_not_done)):
        lines.append(heading)
        for step in chosen:
            lines.append(f"  {step.number:>2}  {step.title}")
            lines += textwrap.wrap(
                step.detail, 80, initial_indent=" " * 6, subsequent_indent=" " * 6, break_on_hyphens=False
            )
        lines.append("")
    reached = verdict.get("level")
    lines += [
        "What was signed",
        f"  facility   {results['facility']['name']} ({results['facility']['id']})",
        f"  profile    {results['profile']['id']}: {results['profile']['title']}",
        f"  period     {results['period']['from']} to {results['period']['to']}",
        f"  as of      {results['asOf']}",
        f"  findings   {verdict['satisfied']} of {verdict['total']} satisfied",
        f"  level      {reached or 'none reached'}",
    ]
    for signer in verified.signers:
        lines.append(f"  signed by  {signer.name}, {signer.organisation}, as {signer.role}")
    lines.append(f"  verified   at {format_instant(verified.verified_at)}")
    return "\n".join(lines)


def _print_json(verified: VerifiedReport | None, error: Exception | None) -> None:
    import json

    from auditor.attestation.verify import result_class, steps_of
    from auditor.errors import AuditorError, UnverifiableError, VerificationError

    if verified is not None:
        document: dict[str, object] = {
            "result": result_class(verified),
            "envelopeSha256": verified.envelope_digest,
            "trustSha256": verified.trust_digest,
            "subjects": dict(verified.subjects),
            "signers": [
                {"principal": s.principal, "name": s.name, "organisation": s.organisation, "role": s.role,
                 "keyid": s.keyid}
                for s in verified.signers
            ],
            "steps": _steps(verified.steps),
        }  # fmt: skip
    else:
        assert isinstance(error, VerificationError | UnverifiableError)
        steps = steps_of(error) if isinstance(error, AuditorError) else ()
        document = {
            "result": result_class(error),
            "code": error.code,
            "problem": str(error),
            "hint": error.hint,
            "steps": _steps(steps),
        }
    json.dump(document, sys.stdout, indent=2, ensure_ascii=True)
    sys.stdout.write("\n")


def _steps(steps: object) -> list[dict[str, object]]:
    from collections.abc import Iterable

    assert isinstance(steps, Iterable)
    return [{"number": s.number, "title": s.title, "state": s.state, "detail": s.detail} for s in steps]
