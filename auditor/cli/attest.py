"""Assess, sign, print and verify in one go: the whole way from a bundle to a recomputed attestation."""

from __future__ import annotations

import argparse
from pathlib import Path

from auditor.cli.options import add_engine_options, instant, now, passphrase

EXAMPLES = """\
examples:
  auditor attest bundle --profile sl4 --key assessor.pem \\
      --principal urn:example:sample-assessor --trust trust.json --out out

Writes results.json, report.dsse.json, attestation.pdf and verification.txt
into --out, and exits 10 if some findings are other than satisfied.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", type=Path, help="folder that holds bundle.yaml")
    parser.add_argument("--profile", required=True, help="profile to assess against")
    parser.add_argument("--key", type=Path, required=True, help="the assessor's private key")
    parser.add_argument("--principal", required=True, help="the assessor, as the trust policy names them")
    parser.add_argument("--trust", type=Path, required=True, help="trust policy to verify with")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where to write")
    parser.add_argument("--as-of", type=instant, metavar="INSTANT", help="instant of the assessment (default: now)")
    parser.add_argument("--at", type=instant, metavar="INSTANT", help="judge keys at this instant (default: now)")
    parser.add_argument("--passphrase-env", metavar="NAME", help="environment variable that holds the passphrase")
    add_engine_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from auditor.cli.exits import DONE, OTHER_THAN_SATISFIED
    from auditor.cli.progress import Progress
    from auditor.cli.summary import summary
    from auditor.cli.verify import printout
    from auditor.jobs.assess import AssessRequest
    from auditor.jobs.attest import AttestRequest, attest
    from auditor.jobs.files import write_file
    from auditor.jobs.sign import SigningKey

    progress = Progress()
    present = now()
    as_of = present if arguments.as_of is None else arguments.as_of
    outputs = attest(
        AttestRequest(
            assessment=AssessRequest(arguments.bundle, arguments.profile, as_of, arguments.threads, arguments.memory),
            key=SigningKey(arguments.key, arguments.principal, "assessor", passphrase(arguments.passphrase_env)),
            trust=arguments.trust,
            out=arguments.out,
            at=max(present, as_of) if arguments.at is None else arguments.at,
            controls=arguments.controls,
        ),
        progress,
    )
    progress.done()
    verification = printout(outputs.verified, str(outputs.attestation))
    write_file(arguments.out / "verification.txt", (verification + "\n").encode("utf-8"))
    print(summary(outputs.results))
    print(f"\n{verification}\n")
    for what, path in (
        ("results", outputs.results_file),
        ("report", outputs.report),
        ("attestation", outputs.attestation),
        ("verification", arguments.out / "verification.txt"),
    ):
        print(f"{what + ':':<14}{path}")
    return DONE if outputs.results.verdict.satisfied == outputs.results.verdict.total else OTHER_THAN_SATISFIED
