"""Get the time of an authority for a seal, over the network or by hand."""

from __future__ import annotations

import argparse

from auditor.cli.options import path

EXAMPLES = """\
examples:
  auditor timestamp seals/evidence.dsse.json --trust trust.json \\
      --authority beta --url $BETA
  auditor timestamp seals/evidence.dsse.json --trust trust.json \\
      --authority alpha
  auditor timestamp seals/evidence.dsse.json --trust trust.json \\
      --authority alpha --answer alpha.tsr

Without --url the query is written beside the seal, to be taken to the authority
by other means; --answer takes in what came back. Either way the answer must
verify by the trust root before it is kept. Time a seal over evidence before the
report that cites it is signed.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("seal", type=path, help="the seal's .dsse.json file")
    parser.add_argument("--trust", type=path, required=True, help="trust root that knows the authority")
    parser.add_argument("--authority", required=True, metavar="NAME", help="its name in the trust root")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--url", help="where it answers")
    how.add_argument("--answer", type=path, metavar="FILE", help="what came back for the query beside the seal")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from auditor.attestation.root import parse_root
    from auditor.canon.instant import format_instant
    from auditor.errors import SigningError
    from auditor.jobs.files import read_file
    from auditor.jobs.timestamp import import_response, stamp_file, write_query

    root = parse_root(read_file(arguments.trust))
    known = {authority.name: authority for authority in root.authorities}
    authority = known.get(arguments.authority)
    if authority is None:
        raise SigningError(
            "the trust root does not know this time authority", value=arguments.authority,
            hint=f"it knows: {', '.join(known) or 'none'}",
        )  # fmt: skip
    if arguments.url is None and arguments.answer is None:
        print(f"query: {write_query(arguments.seal, authority)}")
        return 0
    if arguments.url is not None:
        stamp = stamp_file(arguments.seal, authority, arguments.url)
    else:
        stamp = import_response(arguments.seal, authority, arguments.answer)
    print(f"{stamp.operator}: {format_instant(stamp.time)}, serial number {stamp.serial}")
    return 0
