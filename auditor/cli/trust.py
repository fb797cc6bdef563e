"""Make and show a trust policy: whose signatures you accept, in which roles, and how many."""

from __future__ import annotations

import argparse
from pathlib import Path

from auditor.cli.options import instant, now

EXAMPLES = """\
examples:
  auditor trust init trust.json \\
      --signer urn:example:a "A. Assessor" "Assurance" assessor assessor.pem.pub
  auditor trust show trust.json

Take public keys from their owners over a channel of your own, never from the
report.
"""

_YEARS = 3


def configure(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="verb", required=True, metavar="init|show")
    init = commands.add_parser("init", help="write a trust policy")
    init.add_argument("file", type=Path, help="where to write it")
    init.add_argument(
        "--signer", nargs=5, action="append", required=True,
        metavar=("PRINCIPAL", "NAME", "ORGANISATION", "ROLE", "PUBLIC_KEY"), help="a person whose signature counts",
    )  # fmt: skip
    init.add_argument("--threshold", nargs=2, action="append", default=[], metavar=("ROLE", "N"),
                      help="distinct people needed in a role (default: assessor 1)")  # fmt: skip
    init.add_argument("--from", dest="began", type=instant, metavar="INSTANT", help="keys count from (default: now)")
    init.add_argument("--to", dest="ended", type=instant, metavar="INSTANT", help="and until (default: 3 years on)")
    init.add_argument("--catalog", action="append", metavar="DIGEST", help="accept only these catalog digests")
    init.set_defaults(run=_init)
    show = commands.add_parser("show", help="show a trust policy")
    show.add_argument("file", type=Path, help="the trust policy")
    show.set_defaults(run=_show)


def _init(arguments: argparse.Namespace) -> int:
    from auditor.attestation.keys import load_public_key
    from auditor.attestation.trust import Principal, TrustedKey, make_trust_policy
    from auditor.errors import TrustError
    from auditor.jobs.files import read_file, write_file

    began = arguments.began if arguments.began is not None else now()
    ended = arguments.ended if arguments.ended is not None else began + _YEARS * 365 * 86_400_000_000
    principals = []
    for name, person, organisation, role, path in arguments.signer:
        public = load_public_key(read_file(Path(path), limit=65536), place=path)
        principals.append(Principal(name, person, organisation, (TrustedKey(public, began, ended, (role,)),)))
    try:
        thresholds = {role: int(count) for role, count in arguments.threshold} or {"assessor": 1}
    except ValueError as error:
        raise TrustError("a threshold is a whole number", hint="write --threshold assessor 1") from error
    write_file(arguments.file, make_trust_policy(principals, thresholds, catalogs=arguments.catalog))
    print(f"trust policy: {arguments.file}")
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from auditor.attestation.trust import parse_trust_policy
    from auditor.canon.instant import format_instant
    from auditor.jobs.files import read_file

    policy = parse_trust_policy(read_file(arguments.file))
    for principal in policy.principals:
        print(f"{principal.name}, {principal.organisation} ({principal.id})")
        for key in principal.keys:
            print(f"  {key.public.keyid}")
            print(f"  {', '.join(key.roles)}; {format_instant(key.not_before)} to {format_instant(key.not_after)}")
    for role, count in policy.thresholds:
        print(f"needed: {count} as {role}")
    for one in policy.revoked:
        print(f"revoked: {one.keyid} at {format_instant(one.revoked_at)}: {one.reason}")
    print(f"catalogs: {', '.join(policy.catalogs) if policy.catalogs else 'any'}")
    return 0
