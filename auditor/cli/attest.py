"""Assess, sign, print, package and verify in one go: the whole way from a bundle to a recomputed attestation."""

from __future__ import annotations

import argparse
from pathlib import Path

from auditor.cli.hands import add_signer_options, hands
from auditor.cli.options import add_engine_options, asker, instant, now, path
from auditor.cli.sealing import add_pdf_options, add_time_option, certification, sealer

EXAMPLES = """\
examples:
  auditor attest bundle --profile sl4 --signer assessor=ada.signer.json \\
      --trust trust.json --out out
  auditor attest bundle --profile sl4 --signer assessor=ada.signer.json \\
      --signer technical-reviewer=ben.signer.json \\
      --sealer sealer.signer.json --time alpha=$ALPHA --time beta=$BETA \\
      --pdf-key pdf.key.pem --pdf-certificate pdf.crt.pem \\
      --pdf-chain ca.crt.pem --trust trust.json --out newout

Writes results.json, report.dsse.json, attestation.pdf and verification.txt
into --out, and with --sealer the sealed package; exits 10 if some findings are
other than satisfied. Where people sign on machines of their own, use the single
commands: seal, assess, sign, print, package, verify.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", type=Path, help="folder that holds bundle.yaml")
    parser.add_argument("--profile", required=True, help="profile to assess against")
    add_signer_options(parser)
    parser.add_argument("--trust", type=Path, required=True, help="trust root to verify with")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER", help="where to write")
    parser.add_argument("--as-of", type=instant, metavar="INSTANT", help="instant of the assessment (default: now)")
    parser.add_argument("--sealer", type=path, metavar="FILE", help="signer file of who seals the package")
    add_pdf_options(parser)
    add_time_option(parser)
    add_engine_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from auditor.attestation.roles import Kind
    from auditor.cli.exits import DONE, OTHER_THAN_SATISFIED
    from auditor.cli.progress import Progress
    from auditor.cli.summary import summary
    from auditor.cli.verify import printout
    from auditor.errors import SigningError
    from auditor.jobs.assess import AssessRequest
    from auditor.jobs.attest import AttestRequest, attest
    from auditor.jobs.files import write_file

    certified = certification(arguments)
    if (certified is None) != (arguments.sealer is None):
        raise SigningError(
            "a package is sealed and its PDF certified, or neither", hint="give --sealer with --pdf-key and its options"
        )
    progress = Progress()
    as_of = now() if arguments.as_of is None else arguments.as_of
    outputs = attest(
        AttestRequest(
            assessment=AssessRequest(arguments.bundle, arguments.profile, as_of, arguments.threads, arguments.memory),
            signers=hands(arguments.signer, Kind.RESULTS.roles),
            passphrase=asker(arguments.passphrase_env),
            trust=arguments.trust,
            out=arguments.out,
            now=now,
            sealer=None if arguments.sealer is None else sealer(arguments),
            certification=certified,
            controls=arguments.controls,
        ),
        progress,
    )
    progress.done()
    verification = printout(outputs.verified, str(outputs.written[-1][1]))
    write_file(arguments.out / "verification.txt", (verification + "\n").encode("utf-8"))
    print(summary(outputs.results))
    print(f"\n{verification}\n")
    for what, place in (*outputs.written, ("verification", arguments.out / "verification.txt")):
        print(f"{what + ':':<14}{place}")
    return DONE if outputs.results.verdict.satisfied == outputs.results.verdict.total else OTHER_THAN_SATISFIED
