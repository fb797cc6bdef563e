"""Make an edition of a package that withholds items, or open one item or record to one reader."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from auditor.cli.options import misused

EXAMPLES = """\
examples:
  auditor disclose package --withhold pacs-events hr-roster --out edition
  auditor disclose package --only mpa-records --out approvals
  auditor disclose package --withhold pacs-events \\
      --records pacs-events:10-12 --bundle bundle --out three-reads
  auditor disclose package --open pacs-events --out pacs.opening.json
  auditor disclose package --open pacs-events:11 --bundle bundle \\
      --out read-11.opening.json
  auditor disclose edition --check pacs.opening.json \\
      --file bundle/evidence/physical/onguard-events.csv

An edition keeps every signature, seal and leaf hash: what is withheld shows as
withheld. Single records need the bundle, whose seed salts them. --check holds
an opening against the edition at hand; auditor verify says whether its root
was signed.
"""
_RANGE = re.compile(r"(.+):([1-9][0-9]{0,14})(?:-([1-9][0-9]{0,14}))?", re.ASCII)


def configure(parser: argparse.ArgumentParser) -> None:
    # argparse does not break the line inside a group of which one is to be chosen.
    parser.usage = """auditor disclose PACKAGE [options] and one of
       --withhold ITEM... | --only ITEM... | --open ITEM[:N] | --check OPENING"""
    parser.add_argument("package", help="folder or zip of a package, or of an edition of it")
    act = parser.add_mutually_exclusive_group(required=True)
    act.add_argument("--withhold", nargs="+", metavar="ITEM", help="leave these items out")
    act.add_argument("--only", nargs="+", metavar="ITEM", help="leave all but these items out")
    act.add_argument("--open", dest="item", metavar="ITEM[:RECORD]", help="open one item or record to one reader")
    act.add_argument("--check", type=Path, metavar="OPENING", help="hold an opening against this edition")
    parser.add_argument("--records", nargs="+", default=[], type=_range, metavar="ITEM:FIRST-LAST",
                        help="records to open of items that are withheld")  # fmt: skip
    parser.add_argument("--bundle", type=Path, metavar="FOLDER", help="the bundle, where records are opened")
    parser.add_argument("--file", type=Path, metavar="FILE", help="with --check: the item's file, to be hashed")
    parser.add_argument("--out", type=Path, metavar="PATH", help="the edition's new folder, or the opening's file")
    parser.add_argument("--controls", type=Path, metavar="FOLDER", help="use this catalog, not the one installed")
    parser.set_defaults(run=run)


def _range(text: str) -> tuple[str, int, int]:
    found = _RANGE.fullmatch(text)
    if found is None or int(found[3] or found[2]) < int(found[2]):
        raise argparse.ArgumentTypeError("write it like pacs-events:10-12")
    return found[1], int(found[2]), int(found[3] or found[2])


def run(arguments: argparse.Namespace) -> int:
    if arguments.check is not None:
        return _check(arguments)
    if arguments.out is None:
        return misused("disclose", "--out names what is to be written")
    single = _RANGE.fullmatch(arguments.item or "")
    if (arguments.records or single) and arguments.bundle is None:
        return misused("disclose", "to open records, name the bundle with --bundle")
    return _open(arguments) if arguments.item is not None else _edition(arguments)


def _edition(arguments: argparse.Namespace) -> int:
    from auditor.cli.lines import labelled
    from auditor.cli.progress import Progress
    from auditor.jobs.disclose import disclose_edition

    progress = Progress()
    if arguments.records:
        progress("reading the records to open")
    records = _records(arguments)
    done = disclose_edition(
        arguments.package, arguments.out, withhold=arguments.withhold, only=arguments.only, records=records,
        progress=progress,
    )  # fmt: skip
    progress.done()
    print(f"edition:  {arguments.out}\nopened:   {len(done.opened)} item{'s' * (len(done.opened) != 1)}")
    print(labelled("withheld: ", ", ".join(done.withheld) or "nothing"))
    if done.records:
        print(f"          {done.records} of their records {'is' if done.records == 1 else 'are'} open")
    return 0


def _records(arguments: argparse.Namespace) -> dict[str, tuple[bytes, ...]]:
    if not arguments.records:
        return {}
    from auditor.jobs.content import load_catalog
    from auditor.jobs.evidence import admit_bundle
    from auditor.jobs.evidence_tree import RecordRange, open_records

    catalog, admission = load_catalog(arguments.controls), admit_bundle(arguments.bundle)
    found: dict[str, tuple[bytes, ...]] = {}
    for item, first, last in sorted(arguments.records):
        found[item] = (*found.get(item, ()), *open_records(admission, catalog, RecordRange(item, first, last)))
    return found


def _open(arguments: argparse.Namespace) -> int:
    from auditor.jobs.disclose import open_item, open_record

    single = _RANGE.fullmatch(arguments.item)
    if single is None:
        open_item(arguments.package, arguments.item, arguments.out)
    else:
        arguments.records = [(single[1], int(single[2]), int(single[2]))]
        (leaf,) = _records(arguments)[single[1]]
        open_record(arguments.package, single[1], leaf, int(single[2]), arguments.out)
    print(f"opening: {arguments.out}")
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from auditor.errors import shorten
    from auditor.jobs.disclose import check_opening

    for name, value in check_opening(arguments.package, arguments.check, arguments.file):
        print(f"{name + ':':<13}{shorten(value, 4000)}")
    print(f"leads to:    the tree in {shorten(arguments.package)}; auditor verify says whether that was signed")
    return 0
