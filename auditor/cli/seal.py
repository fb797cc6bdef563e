"""Seal the evidence before it is judged, so that a report can show which came first."""

from __future__ import annotations

import argparse

from auditor.cli.options import instant, now, path
from auditor.cli.sealing import add_sealer_options, sealer

EXAMPLES = """\
examples:
  auditor seal bundle --sealer sealer.signer.json --trust trust.json \\
      --time alpha=$ALPHA --time beta=$BETA --out seals

Writes seals/evidence.dsse.json and what each time authority answered. Give the
first to the commands sign and package make, with --evidence-seal.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", type=path, help="folder that holds bundle.yaml")
    add_sealer_options(parser)
    parser.add_argument("--at", type=instant, metavar="INSTANT", help="time the sealer claims (default: now)")
    parser.add_argument("--out", type=path, required=True, metavar="FOLDER", help="where to write the seal")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from auditor.cli.progress import Progress
    from auditor.jobs.evidence import admit_bundle
    from auditor.jobs.seal import seal_evidence

    progress = Progress()
    who = sealer(arguments)
    progress("hashing the evidence")
    admission = admit_bundle(arguments.bundle)
    progress("sealing the evidence")
    at = now() if arguments.at is None else arguments.at
    seal_evidence(who, admission.root, at, arguments.out)
    progress.done()
    print(f"evidence root: {admission.root}")
    print(f"seal:          {arguments.out / 'evidence.dsse.json'}")
    print(f"timestamps:    {', '.join(who.sources) or 'none'}")
    return 0
