"""Check an evidence bundle against a profile and write the results."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from auditor.cli.options import add_engine_options, add_format_option, instant, now

EXAMPLES = """\
examples:
  auditor assess samples/skarvoy/bundle --profile sl4 \\
      --as-of 2026-11-05T12:00:00Z --out results.json
  auditor assess bundle --profile sl3 --format json

Exits 0 if every finding is satisfied and 10 if some are not.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("bundle", type=Path, help="folder that holds bundle.yaml")
    parser.add_argument("--profile", required=True, help="profile to assess against; auditor catalog list shows them")
    parser.add_argument("--as-of", type=instant, metavar="INSTANT", help="instant of the assessment (default: now)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the results, in canonical JSON, here")
    add_format_option(parser)
    add_engine_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from auditor.cli.exits import DONE, OTHER_THAN_SATISFIED
    from auditor.cli.progress import Progress
    from auditor.cli.summary import summary
    from auditor.jobs.assess import AssessRequest, assess_bundle
    from auditor.jobs.content import load_catalog
    from auditor.jobs.files import write_file

    progress = Progress()
    request = AssessRequest(
        bundle=arguments.bundle,
        profile=arguments.profile,
        as_of=now() if arguments.as_of is None else arguments.as_of,
        threads=arguments.threads,
        memory=arguments.memory,
    )
    results, data = assess_bundle(request, load_catalog(arguments.controls), progress)
    progress.done()
    if arguments.out:
        write_file(arguments.out, data)
    if arguments.format == "json":
        sys.stdout.write(data.decode("utf-8") + "\n")
    else:
        print(summary(results))
        if arguments.out:
            print(f"\nresults: {arguments.out}")
    return DONE if results.verdict.satisfied == results.verdict.total else OTHER_THAN_SATISFIED
