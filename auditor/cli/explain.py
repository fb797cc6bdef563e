"""Explain an error code, an outcome or an exit code."""

from __future__ import annotations

import argparse

from auditor.cli.options import misused

EXAMPLES = """\
examples:
  auditor explain untrusted
  auditor explain evidence.digest-mismatch
  auditor explain 10
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("word", nargs="?", help="error code, outcome or exit code (default: list them)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    import textwrap

    from auditor.cli.exits import TABLE
    from auditor.cli.explanations import EXPLANATIONS

    known = {**EXPLANATIONS, **{str(code): f"Exit code {code}: {meaning}." for code, meaning in TABLE}}
    if arguments.word is None:
        for word in known:
            print(word)
        return 0
    if arguments.word not in known:
        return misused("explain", f"nothing is known by that name; auditor explain lists what is: {arguments.word!r}")
    print(textwrap.fill(known[arguments.word], 80))
    return 0
