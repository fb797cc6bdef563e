"""Compare a report with its successor: what changed, what appeared, and what silently disappeared."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.cli.lines import labelled
from auditor.cli.options import add_format_option, add_judging_option, now

if TYPE_CHECKING:
    from auditor.attestation.compare import Comparison, Section
    from auditor.attestation.diff import Difference
    from auditor.jobs.compare import Compared

EXAMPLES = """\
examples:
  auditor diff old.dsse.json report.dsse.json --trust trust.json
  auditor diff old.dsse.json report.dsse.json --format json

Without --trust the signatures are not checked. Everything signed is compared:
a control, finding, evidence item or signer that is gone is told, and whether
anything in the newer report explains it.
"""

_SHOWN = 12


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("old", type=Path, help="the older report")
    parser.add_argument("new", type=Path, help="its successor")
    parser.add_argument("--trust", type=Path, help="your own trust root: verify both first")
    add_judging_option(parser)
    add_format_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    from auditor.jobs.compare import compare

    at = now() if arguments.at is None else arguments.at
    compared = compare(arguments.old, arguments.new, arguments.trust, at)
    if arguments.format == "json":
        import json

        json.dump(_document(compared), sys.stdout, indent=2, ensure_ascii=True)
        sys.stdout.write("\n")
    else:
        print("\n".join(_lines(compared)))
    return 0


def _lines(compared: Compared) -> list[str]:
    comparison = compared.comparison
    lines = [
        "both reports verified by your trust root"
        if compared.verified
        else "NOT VERIFIED: the signatures were not checked; give your trust root with --trust",
        "the newer report signs that it replaces the older one"
        if comparison.signs_predecessor
        else "THE NEWER REPORT DOES NOT SIGN THAT IT REPLACES THE OLDER ONE",
        "",
    ]
    if comparison.is_empty:
        return [*lines, "nothing differs"]
    if comparison.silently_gone:
        lines.append("silently gone")
        lines += [f"  {title}: {key}" for title, key in comparison.silently_gone]
        lines.append("")
    for section in comparison.sections:
        lines += _section_lines(section)
    if comparison.facts:
        lines.append("everything else")
        lines += _difference_lines(comparison.facts, "  ")
    return lines


def _section_lines(section: Section) -> list[str]:
    if not (section.gone or section.appeared or section.changed):
        return []
    lines = [section.title]
    lines += [f"  gone      {one.key} ({one.because or 'nothing explains it'})" for one in section.gone]
    lines += [f"  appeared  {key}" for key in section.appeared]
    for one in section.changed:
        lines += [f"  changed   {one.key}", *_difference_lines(one.differences, "            ")]
    return [*lines, ""]


def _difference_lines(differences: tuple[Difference, ...], indent: str) -> list[str]:
    from auditor.errors import shorten

    # Names of members are text of the report too: none of it gets to look like what is said here.
    lines = [
        labelled(
            indent, f"{shorten(one.pointer, 400)}: {shorten(one.left, 60)} -> {shorten(one.right, 60)}", indent + "  "
        )
        for one in differences[:_SHOWN]
    ]
    left = len(differences) - _SHOWN
    return [*lines, f"{indent}and {left} more places (--format json has all)"] if left > 0 else lines


def _document(compared: Compared) -> dict[str, Any]:
    comparison: Comparison = compared.comparison
    return {
        "verified": compared.verified,
        "signsPredecessor": comparison.signs_predecessor,
        "silentlyGone": [{"section": title, "key": key} for title, key in comparison.silently_gone],
        "sections": [
            {
                "title": section.title,
                "gone": [{"key": one.key, "because": one.because} for one in section.gone],
                "appeared": list(section.appeared),
                "changed": [
                    {"key": one.key, "differences": [_change(each) for each in one.differences]}
                    for one in section.changed
                ],
            }
            for section in comparison.sections
        ],
        "facts": [_change(each) for each in comparison.facts],
    }


def _change(difference: Difference) -> dict[str, Any]:
    """One difference; a side that has nothing there has no member."""
    from auditor.attestation.diff import ABSENT

    document: dict[str, Any] = {"pointer": difference.pointer}
    for name, value in (("old", difference.left), ("new", difference.right)):
        if value is not ABSENT:
            document[name] = value
    return document
