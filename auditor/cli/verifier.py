"""Hand out the verifier page, which verifies packages, reports and PDFs in a browser, or check a copy of it."""

from __future__ import annotations

import argparse

from auditor.cli.options import path

EXAMPLES = """\
examples:
  auditor verifier --out verify.html
  auditor verifier --check verify.html --trust trust.json

Whoever verifies takes the page, and its SHA-512, from somewhere else than the
package, opens it from disk, chooses a trust root of their own and then what is
to be verified. --check holds a copy against the page of this edition, and
against the pages that the trust root relies on, where it names any.
"""

PAGE = "verifier/verify.html"
MAX_PAGE_BYTES = 4 * 2**20


def configure(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--out", type=path, metavar="FILE", help="where to write the page")
    what.add_argument("--check", type=path, metavar="FILE", help="a copy of the page to check")
    parser.add_argument("--trust", type=path, metavar="FILE", help="with --check: your trust root")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from auditor.canon.digest import sha512_hex
    from auditor.jobs.files import read_file, write_file
    from auditor.jobs.folders import content_folder

    page = read_file(content_folder("templates") / PAGE, limit=MAX_PAGE_BYTES)
    if arguments.check is not None:
        return _check(arguments, sha512_hex(page))
    write_file(arguments.out, page)
    print(f"page:    {arguments.out}\nSHA-512: {sha512_hex(page)}")
    return 0


def _check(arguments: argparse.Namespace, own: str) -> int:
    from auditor.canon.digest import sha512_hex
    from auditor.errors import BindingError
    from auditor.jobs.files import read_file

    found = sha512_hex(read_file(arguments.check, limit=MAX_PAGE_BYTES))
    relied_on = None
    if arguments.trust is not None:
        from auditor.attestation.root import parse_root

        relied_on = parse_root(read_file(arguments.trust)).verifiers
    if found not in (relied_on or (own,)):
        raise BindingError(
            "not a verifier page that is relied on",
            place=str(arguments.check),
            value=f"SHA-512 {found}",
            hint="do not open it; write the page of this edition with --out",
        )
    by = "the trust root relies on it" if relied_on else "it is the page of this edition"
    print(f"page:    {arguments.check}, {by}")
    if arguments.trust is not None and not relied_on:
        print("         the trust root names no pages, so this program's own word is all there is")
    print(f"SHA-512: {found}")
    return 0
