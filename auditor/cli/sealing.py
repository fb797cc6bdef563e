"""Options of the commands that seal, and what they add up to."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from auditor.cli.options import add_passphrase_option, asker, path

if TYPE_CHECKING:
    from auditor.jobs.print_attestation import Certification
    from auditor.jobs.seal import Sealer


def named_address(text: str) -> tuple[str, str]:
    """`NAME=URL` of a time authority; argparse turns the error into a usage message."""
    name, found, url = text.partition("=")
    if not (name and found and url):
        raise argparse.ArgumentTypeError(f"write NAME=URL, such as alpha=https://time.example/tsa: {text!r}")
    return name, url


def add_time_option(parser: argparse.ArgumentParser) -> None:
    """`--time NAME=URL`."""
    parser.add_argument("--time", type=named_address, action="append", default=[], metavar="NAME=URL",
                        help="time authority of the trust root, and where it answers; repeat for each")  # fmt: skip


def add_sealer_options(parser: argparse.ArgumentParser) -> None:
    """`--sealer`, `--trust`, `--time`, `--passphrase-env`."""
    parser.add_argument("--sealer", type=path, required=True, metavar="FILE", help="signer file of who seals")
    parser.add_argument("--trust", type=path, required=True, help="trust root that the seal must satisfy")
    add_time_option(parser)
    add_passphrase_option(parser)


def add_pdf_options(parser: argparse.ArgumentParser) -> None:
    """`--pdf-key`, `--pdf-certificate`, `--pdf-chain`, `--pdf-crl`."""
    parser.add_argument("--pdf-key", metavar="KEY", help="P-384 key that certifies the PDF: a file or pkcs11: URI")
    parser.add_argument("--pdf-certificate", type=path, metavar="FILE", help="its X.509 certificate")
    parser.add_argument("--pdf-chain", type=path, action="append", default=[], metavar="FILE",
                        help="certificate above it, the trust anchor last; repeat for each")  # fmt: skip
    parser.add_argument("--pdf-crl", type=path, action="append", default=[], metavar="FILE",
                        help="revocation list of today to keep in the PDF; repeat for each")  # fmt: skip


def sealer(arguments: argparse.Namespace) -> Sealer:
    """Who seals, by the options of `add_sealer_options`."""
    from auditor.attestation.root import parse_root
    from auditor.jobs.files import read_file
    from auditor.jobs.seal import Sealer

    root = parse_root(read_file(arguments.trust))
    return Sealer(arguments.sealer, asker(arguments.passphrase_env), dict(arguments.time), root)


def certification(arguments: argparse.Namespace) -> Certification | None:
    """With what the PDF is certified, by the options of `add_pdf_options`; None without a key.

    Raises:
        SigningError: a key without its certificate or a time authority.
    """
    from auditor.errors import SigningError
    from auditor.jobs.print_attestation import Certification

    if arguments.pdf_key is None:
        return None
    if arguments.pdf_certificate is None or not arguments.time:
        raise SigningError(
            "certifying a PDF takes its certificate and the time of an authority",
            hint="give --pdf-certificate FILE and --time NAME=URL",
        )
    return Certification(
        key=arguments.pdf_key,
        certificate=arguments.pdf_certificate,
        chain=arguments.pdf_chain or (arguments.pdf_certificate,),
        lists=arguments.pdf_crl,
        sources=dict(arguments.time),
        passphrase=asker(arguments.passphrase_env),
    )
