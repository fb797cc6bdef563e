"""Render the PDF attestation, from a report that verifies against your trust policy."""

from __future__ import annotations

import argparse
from pathlib import Path

from auditor.cli.options import instant, now

EXAMPLES = """\
examples:
  auditor print report.dsse.json --trust trust.json --out attestation.pdf
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("report", type=Path, help="report.dsse.json")
    parser.add_argument("--trust", type=Path, required=True, help="trust policy to verify the report with first")
    parser.add_argument("--out", type=Path, required=True, help="where to write the PDF")
    parser.add_argument("--at", type=instant, metavar="INSTANT", help="judge keys at this instant (default: now)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from auditor.cli.progress import Progress
    from auditor.jobs.files import write_file
    from auditor.jobs.print_attestation import print_attestation
    from auditor.jobs.verify import VerifyRequest

    progress = Progress()
    at = now() if arguments.at is None else arguments.at
    pdf = print_attestation(VerifyRequest(arguments.report, arguments.trust, at), progress)
    progress.done()
    write_file(arguments.out, pdf)
    print(f"attestation: {arguments.out}")
    return 0
