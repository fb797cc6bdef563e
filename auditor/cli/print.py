"""Render the PDF attestation, from a report that verifies against your trust root, and certify it."""

from __future__ import annotations

import argparse

from auditor.cli.hands import hands, role_and_file
from auditor.cli.options import add_judging_option, add_passphrase_option, asker, now, path
from auditor.cli.sealing import add_pdf_options, add_time_option, certification

EXAMPLES = """\
examples:
  auditor print report.dsse.json --trust trust.json --out attestation.pdf
  auditor print report.dsse.json --trust trust.json --pdf-key pdf.key.pem \\
      --pdf-certificate pdf.crt.pem --pdf-chain ca.crt.pem \\
      --time alpha=$ALPHA --time beta=$BETA --out attestation.pdf \\
      --signer assessor=assessor.signer.json

With --pdf-key the PDF is certified (PAdES B-LTA), and with --signer the
statement that it says what the report says is written beside it as
attestation.dsse.json.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("report", type=path, help="report.dsse.json")
    parser.add_argument("--trust", type=path, required=True, help="trust root to verify the report with first")
    parser.add_argument("--out", type=path, required=True, help="where to write the PDF")
    add_judging_option(parser)
    parser.add_argument("--signer", type=role_and_file, action="append", default=[], metavar="ROLE=FILE",
                        help="assessor or technical-reviewer who answers for the document")  # fmt: skip
    add_pdf_options(parser)
    add_time_option(parser)
    add_passphrase_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from auditor.attestation.envelope import parse_envelope
    from auditor.attestation.roles import Kind
    from auditor.cli.progress import Progress
    from auditor.jobs.document import Document, require_ready, write_document
    from auditor.jobs.files import read_file
    from auditor.jobs.print_attestation import print_attestation
    from auditor.jobs.verify import VerifyRequest

    progress = Progress()
    at = now() if arguments.at is None else arguments.at
    how = certification(arguments)
    signers = hands(arguments.signer, Kind.ATTESTATION.roles)
    document = Document(arguments.report, arguments.trust, how, signers, asker(arguments.passphrase_env), at)
    parse_envelope(read_file(arguments.report))  # a package or a PDF would verify too, and is nothing to print
    require_ready(document)
    pdf = print_attestation(VerifyRequest(arguments.report, arguments.trust, at), progress)
    written = write_document(pdf, document, arguments.out, progress)
    progress.done()
    for what, place in written:
        print(f"{what + ':':<13}{place}")
    return 0
