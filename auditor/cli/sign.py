"""Sign assessment results as a report, or add a declared signer's signature to one."""

from __future__ import annotations

import argparse
from pathlib import Path

from auditor.cli.options import passphrase

EXAMPLES = """\
examples:
  auditor sign results.json --key assessor.pem --principal urn:example:a \\
      --role assessor --out report.dsse.json
  auditor sign results.json --key a.pem --principal urn:example:a \\
      --role assessor --also urn:example:b technical-reviewer sha256:… \\
      --out report.dsse.json
  auditor sign report.dsse.json --add --key b.pem --out report.dsse.json

A report declares its signers when it is made; --also declares those who sign
later with --add.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="results.json, or with --add a report")
    parser.add_argument("--key", type=Path, required=True, help="private key, PKCS#8 PEM")
    parser.add_argument("--principal", help="who signs, as the trust policy names them")
    parser.add_argument("--role", help="assessor, technical-reviewer or responsible-official")
    parser.add_argument(
        "--also", nargs=3, action="append", default=[], metavar=("PRINCIPAL", "ROLE", "KEYID"),
        help="declare a signer who will sign later",
    )  # fmt: skip
    parser.add_argument("--add", action="store_true", help="add a signature to the report in FILE")
    parser.add_argument("--passphrase-env", metavar="NAME", help="environment variable that holds the passphrase")
    parser.add_argument("--out", type=Path, required=True, help="where to write the report")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from auditor.attestation.sign import missing_signatures
    from auditor.attestation.statement import DeclaredSigner
    from auditor.cli.exits import DONE, USAGE
    from auditor.jobs.files import read_file, write_file
    from auditor.jobs.sign import SigningKey, countersign, sign_results

    data = read_file(arguments.file)
    if arguments.add:
        report = countersign(data, arguments.key, passphrase(arguments.passphrase_env))
    elif not (arguments.principal and arguments.role):
        print("auditor sign: give --principal and --role, or --add to sign a report that declares you")
        return USAGE
    else:
        key = SigningKey(arguments.key, arguments.principal, arguments.role, passphrase(arguments.passphrase_env))
        declared = [DeclaredSigner(principal, role, (keyid,)) for principal, role, keyid in arguments.also]
        report = sign_results(data, [key], declared)
    write_file(arguments.out, report)
    print(f"report: {arguments.out}")
    for principal, role, keyid in missing_signatures(report):
        print(f"still to sign: {principal} as {role} ({keyid})")
    return DONE
