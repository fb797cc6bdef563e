"""`auditor law`: its verbs, their help, and what each prints."""

from __future__ import annotations

import argparse
import sys
import textwrap
from typing import TYPE_CHECKING, Any

from auditor.cli.law.verbs import VERBS, Verb, add_verb

if TYPE_CHECKING:
    from pathlib import Path

    from auditor.cli.law.desk import Desk
    from auditor.model.answer import Answer


def _example(words: str) -> str:
    """A line of help, broken before an option where it is longer than a terminal is wide."""
    line = f"  auditor law {words}"
    if len(line) > 80 and " --" in line:
        at = line.rindex(" --", 0, 79)
        return f"{line[:at]} \\\n    {line[at + 1 :]}\n"
    return f"{line}\n"


def _list_of_verbs() -> str:
    lines: list[str] = []
    for verb in VERBS:
        lines += textwrap.wrap(verb.what, 80, initial_indent=f"  {verb.name:<13}", subsequent_indent=" " * 15)
    return "\n".join(lines)


EXAMPLES = f"""\
verbs:
{_list_of_verbs()}

examples:
{"".join(_example(verb.examples[0]) for verb in VERBS)}
options and examples of a verb: auditor law VERB --help
"""


def configure(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb in VERBS:
        command = verbs.add_parser(
            verb.name,
            description=textwrap.fill(f"{verb.what[0].upper()}{verb.what[1:]}.", 80),
            epilog=verb_examples(verb),
            formatter_class=lambda prog: argparse.RawDescriptionHelpFormatter(prog, width=80),
            allow_abbrev=False,
        )
        add_verb(command, verb)
        command.set_defaults(run=run, chosen=verb)


def verb_examples(verb: Verb) -> str:
    """The verb's examples as its help shows them; every one is run by a test."""
    return "examples:\n" + "".join(map(_example, verb.examples))


def run(arguments: argparse.Namespace) -> int:
    from auditor.cli.exits import USAGE
    from auditor.cli.law.desk import Desk

    verb: Verb = arguments.chosen
    if getattr(arguments, "facts", None) and getattr(arguments, "facts_option", None):
        print("auditor law: the facts file is given twice; name it once", file=sys.stderr)
        return USAGE
    if verb.name == "init":
        from auditor.cli.law.init import init

        return init(arguments.folder)
    desk = Desk(arguments)
    if verb.name == "check":
        from auditor.cli.law.check import check

        return check(desk)
    if verb.name == "picture":
        from auditor.cli.law.picture import picture

        return picture(desk)
    if verb.name == "chip" and arguments.chip is None:
        return _list_chips(desk)
    if verb.name == "paragraph" and arguments.paragraph is None:
        return _list_paragraphs(desk)
    assert verb.ask is not None
    answer = verb.ask(desk)
    if verb.name == "calendar" and arguments.ics is not None:
        _write_calendar(arguments.ics, answer)
    return show(answer, arguments.format)


def show(answer: Answer[Any], form: str) -> int:
    """Print the answer; the exit code tells whether it could be determined."""
    from auditor.cli.exits import DONE, UNDETERMINED
    from auditor.model.answer import Outcome

    if form == "json":
        print_json(answer.document())
    elif answer.question == "status":
        from auditor.cli.law.status import status_text

        print(status_text(answer))
    else:
        from auditor.cli.law.text import answer_text

        print(answer_text(answer))
    return UNDETERMINED if answer.outcome is Outcome.CANNOT_BE_DETERMINED else DONE


def print_json(value: Any) -> None:
    """Indented, keys sorted, UTF-8; no floats are in it, and nothing that would move a terminal's cursor."""
    import json

    text = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True)
    print("".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text))


def _list_chips(desk: Desk) -> int:
    from auditor.cli.law.values import table

    chips = sorted(desk.chips.values(), key=lambda chip: chip.id)
    if desk.arguments.format == "json":
        print_json({"chips": [chip.document() for chip in chips]})
        return 0
    cells = [[chip.id, chip.name, chip.maker, chip.confidence] for chip in chips]
    print("\n".join(table(["id", "name", "maker", "figures from"], cells, [False] * 4, 80, 0) or ()))
    return 0


def _list_paragraphs(desk: Desk) -> int:
    from auditor.cli.law.values import table

    rows = [row for name in desk.law.paragraphs if (row := desk.law.paragraph(name, desk.as_of)) is not None]
    if desk.arguments.format == "json":
        print_json({"paragraphs": [row.document() for row in rows]})
        return 0
    cells = [[row.id.removeprefix("supplement-"), row.topic if row.requirement else "text not found"] for row in rows]
    print("\n".join(table(["id", "topic"], cells, [False] * 2, 80, 0) or ()))
    return 0


def _write_calendar(path: Path, answer: Answer[Any]) -> None:
    from auditor.interop.icalendar import write_icalendar
    from auditor.jobs.files import write_file

    if answer.result is not None:
        write_file(path, write_icalendar(answer.result, answer.as_of, answer.notice))
