"""Sign assessment results as a report, or add a declared signer's signatures to one. A technical reviewer's are only
given once the results have been recomputed from the bundle, here and now, with the same bytes."""

from __future__ import annotations

import argparse
from pathlib import Path

from auditor.cli.hands import add_signer_options, evidence, hands, role_and_file
from auditor.cli.lines import labelled
from auditor.cli.options import add_engine_options, asker, instant, misused, now

EXAMPLES = """\
examples:
  auditor sign results.json --bundle bundle --out report.dsse.json \\
      --signer assessor=samples/keys/assessor.signer.json \\
      --also technical-reviewer=samples/keys/reviewer.signer.json
  auditor sign report.dsse.json --add --bundle bundle \\
      --signer technical-reviewer=samples/keys/reviewer.signer.json
  auditor sign results.json --bundle bundle --out successor.dsse.json \\
      --signer assessor=samples/keys/assessor.signer.json \\
      --supersedes report.dsse.json

A report declares its signers when it is made; --also declares those who sign
later with --add. Everybody signs with both of their keys. --evidence-seal cites
the seal over the evidence that is older than the results.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="results.json, or with --add a report")
    add_signer_options(parser)
    parser.add_argument(
        "--also", type=role_and_file, action="append", default=[], metavar="ROLE=FILE",
        help="declare a signer who will sign later",
    )  # fmt: skip
    parser.add_argument("--add", action="store_true", help="add signatures to the report in FILE")
    parser.add_argument("--bundle", type=Path, metavar="FOLDER", help="the evidence")
    parser.add_argument(
        "--evidence-seal", type=Path, metavar="FILE", help="the seal over the evidence, older than this"
    )
    parser.add_argument("--supersedes", type=Path, metavar="REPORT", help="the report that this one replaces")
    parser.add_argument(
        "--concluded-at", type=instant, metavar="INSTANT", help="when this was concluded (default: now)"
    )
    parser.add_argument("--out", type=Path, help="where to write the report (with --add default: FILE itself)")
    add_engine_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from auditor.attestation.roles import DECLARATIONS, Kind
    from auditor.attestation.sign import missing_signatures
    from auditor.cli.exits import DONE
    from auditor.cli.progress import Progress
    from auditor.jobs.files import write_file

    made_once = arguments.also or arguments.evidence_seal or arguments.supersedes or arguments.concluded_at is not None
    if arguments.add and (made_once or len(arguments.signer) != 1):
        return misused("sign", "--add takes one --signer; what a report says was fixed when it was made")
    if not arguments.add and arguments.out is None:
        return misused("sign", "give --out FILE")
    progress = Progress()
    report = _add(arguments, progress) if arguments.add else _make(arguments, progress)
    progress.done()
    out = arguments.out or arguments.file
    write_file(out, report)
    print(f"report: {out}")
    for hand in hands(arguments.signer, Kind.RESULTS.roles):
        print(labelled("signed as ", f'{hand.role}: "{DECLARATIONS[Kind.RESULTS, hand.role]}"', "  "))
    for signer in missing_signatures(report):
        print(labelled("still to sign: ", f"{signer.principal} as {signer.role}", "  "))
    return DONE


def _make(arguments: argparse.Namespace, progress: object) -> bytes:
    from auditor.attestation.roles import Kind
    from auditor.jobs.files import read_file
    from auditor.jobs.sign import SignRequest, sign_results

    request = SignRequest(
        results=read_file(arguments.file),
        concluded_at=now() if arguments.concluded_at is None else arguments.concluded_at,
        signing=hands(arguments.signer, Kind.RESULTS.roles),
        later=hands(arguments.also, Kind.RESULTS.roles),
        evidence=evidence(arguments),
        evidence_seal=arguments.evidence_seal,
        supersedes=arguments.supersedes,
    )
    assert callable(progress)
    return sign_results(request, asker(arguments.passphrase_env), progress)


def _add(arguments: argparse.Namespace, progress: object) -> bytes:
    from auditor.attestation.roles import Kind
    from auditor.jobs.files import read_file
    from auditor.jobs.sign import add_to_report

    assert callable(progress)
    (hand,) = hands(arguments.signer, Kind.RESULTS.roles)
    return add_to_report(
        read_file(arguments.file), hand, evidence(arguments), asker(arguments.passphrase_env), progress
    )
