"""Lay out, fill in, check and look into an evidence bundle."""

from __future__ import annotations

import argparse
from pathlib import Path

from auditor.cli.options import add_format_option, instant, misused

EXAMPLES = """\
examples:
  auditor evidence init newbundle --profile sl4 \\
      --from 2026-10-01T00:00:00Z --to 2026-11-01T00:00:00Z
  auditor evidence fill bundle
  auditor evidence check bundle --profile sl4
  auditor evidence show bundle pacs-events 1
  auditor evidence names bundle --out names.sealed --passphrase-env PASSPHRASE
  auditor evidence names names.sealed --open --passphrase-env PASSPHRASE

init writes BUNDLE/bundle.yaml to fill in, and BUNDLE-REQUEST.md: what to ask
the facility for. fill computes sizes and digests where the manifest still says
"?". check exits 4 if anything is wanting. show prints one cited record. names
seals who stands behind each pseudonym of the results in a file that needs the
passphrase, and opens it; docs/disclosure.md has more.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="verb", required=True, metavar="init|fill|check|show|names")
    for verb, what, function in (
        ("init", "lay out an empty bundle and the request for evidence", _init),
        ("fill", "compute sizes and digests still open in the manifest", _fill),
        ("check", "say what is missing, stale, unreadable or incomplete", _check),
        ("show", "print one record as it stands in its file", _show),
        ("names", "seal, or open, the names behind the pseudonyms of results", _names),
    ):
        command = commands.add_parser(verb, help=what)
        sealed = ", or with --open the sealed file" if verb == "names" else ""
        command.add_argument("bundle", type=Path, help=f"the bundle's folder{sealed}")
        if verb in ("init", "check"):
            command.add_argument("--profile", required=True, help="profile whose tests are to be fed")
        if verb == "init":
            command.add_argument("--from", dest="began", type=instant, required=True, metavar="INSTANT",
                                 help="the period begins, such as 2026-10-01T00:00:00Z")  # fmt: skip
            command.add_argument("--to", dest="ended", type=instant, required=True, metavar="INSTANT",
                                 help="and ends")  # fmt: skip
        if verb == "check":
            add_format_option(command)
        if verb == "show":
            command.add_argument("item", help="id of the item")
            command.add_argument("record", type=int, help="number of the record, from 1")
        if verb == "names":
            act = command.add_mutually_exclusive_group(required=True)
            act.add_argument("--out", type=Path, metavar="FILE", help="the file to seal the names in")
            act.add_argument("--open", action="store_true", help="print the names sealed in a file")
            command.add_argument("--passphrase-env", metavar="NAME", help="variable that holds the passphrase")
        command.add_argument("--controls", type=Path, metavar="FOLDER", help="use this catalog, not the one installed")
        command.set_defaults(run=function)


def _init(arguments: argparse.Namespace) -> int:
    from auditor.jobs.content import load_catalog
    from auditor.jobs.evidence import init_bundle
    from auditor.model.bundle import Period

    if arguments.began >= arguments.ended:
        return misused("evidence init", "--from must lie before --to")
    period = Period(began=arguments.began, ended=arguments.ended)
    manifest, request = init_bundle(arguments.bundle, load_catalog(arguments.controls), arguments.profile, period)
    print(f"manifest to fill in:     {manifest}\nrequest to the facility: {request}")
    return 0


def _fill(arguments: argparse.Namespace) -> int:
    from auditor.jobs.evidence import fill_manifest

    print(f"{fill_manifest(arguments.bundle)} items filled in")
    return 0


def _check(arguments: argparse.Namespace) -> int:
    import json

    from auditor.cli.exits import DONE, EVIDENCE
    from auditor.cli.lines import labelled
    from auditor.errors import printable
    from auditor.jobs.content import load_catalog
    from auditor.jobs.evidence import check

    checked = check(arguments.bundle, load_catalog(arguments.controls), arguments.profile)
    if arguments.format == "json":
        found = [
            {"kind": s.kind, "subject": s.subject, "problem": s.problem, "hint": s.hint} for s in checked.shortcomings
        ]
        print(json.dumps({"root": checked.root, "rows": checked.rows, "shortcomings": found}, indent=2))
    else:
        for shortcoming in checked.shortcomings:
            # Names of files, and what exports say, are whatever somebody wrote: they do not move the cursor.
            print(f"{shortcoming.kind:<11} {printable(shortcoming.subject)}")
            for text in filter(None, (shortcoming.problem, shortcoming.hint and f"fix: {shortcoming.hint}")):
                print(labelled("  ", printable(text)))
        count = len(checked.shortcomings)
        what = "1 thing is wanting" if count == 1 else f"{count or 'no'} things are wanting"
        print(f"{checked.rows:,} records read for profile {arguments.profile}: {what}")
        if checked.root:
            print(f"bundle root {checked.root}")
    return DONE if checked.complete else EVIDENCE


def _show(arguments: argparse.Namespace) -> int:
    from auditor.errors import shorten
    from auditor.jobs.content import load_catalog
    from auditor.jobs.evidence import show_record

    text = show_record(arguments.bundle, load_catalog(arguments.controls), arguments.item, arguments.record)
    print("\n".join(shorten(line, 4000) for line in text.splitlines()))
    return 0


def _names(arguments: argparse.Namespace) -> int:
    from auditor.cli.options import asker, passphrase
    from auditor.errors import SigningError, shorten
    from auditor.jobs.content import load_catalog
    from auditor.jobs.names import open_names, seal_names

    secret = passphrase(arguments.passphrase_env) or b""
    if arguments.open:
        root, names = open_names(arguments.bundle, secret)
        print(f"bundle root {root}")
        for pseudonym, name in sorted(names.items(), key=lambda pair: pair[1]):
            print(f"{pseudonym}  {shorten(name)}")
        return 0
    if not arguments.passphrase_env and secret and asker(None)("the same again") != secret:
        raise SigningError("the two passphrases differ", hint="run it again")
    found = seal_names(arguments.bundle, load_catalog(arguments.controls), arguments.out, secret)
    print(f"{len(found.table)} names sealed in {arguments.out}")
    if found.shown:
        print(f"too short or too common a word to be replaced, and shown in results: {', '.join(found.shown)}")
    return 0
