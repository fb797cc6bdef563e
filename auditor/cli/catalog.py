"""List, show, lint and test the controls catalog."""

from __future__ import annotations

import argparse
import textwrap
from pathlib import Path

EXAMPLES = """\
examples:
  auditor catalog list
  auditor catalog show ID
  auditor catalog lint
  auditor catalog test ID

test runs every case of a control, then counts how many small changes (mutants)
of its queries the cases notice; --write keeps the result as the catalog's
validation ledger, which reports print.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    commands = parser.add_subparsers(dest="verb", required=True, metavar="list|show|lint|test")
    for verb, what, function in (
        ("list", "profiles and controls", _list),
        ("show", "one control in full", _show),
        ("lint", "check the content", _lint),
        ("test", "run cases and mutants", _test),
    ):
        command = commands.add_parser(verb, help=what)
        if verb == "show":
            command.add_argument("control", help="id of the control")
        if verb == "test":
            command.add_argument("control", nargs="*", help="ids (default: every control)")
            command.add_argument("--no-mutants", action="store_true", help="run the cases only")
            command.add_argument("--survivors", action="store_true", help="list the mutants no case noticed")
            command.add_argument("--write", action="store_true", help="keep the ledger beside the catalog")
            command.add_argument("--jobs", type=int, default=0, metavar="N", help="processes (default: all cores)")
        command.add_argument("--controls", type=Path, metavar="FOLDER", help="use this catalog, not the one installed")
        command.set_defaults(run=function)


def _list(arguments: argparse.Namespace) -> int:
    import textwrap

    from auditor.jobs.content import load_catalog

    catalog = load_catalog(arguments.controls)
    print(f"catalog {catalog.digest}\n\nprofiles")
    for profile in catalog.profiles.values():
        told = f"  {profile.id:<14} {profile.title} ({len(profile.controls)} controls)"
        print(textwrap.fill(told, 80, subsequent_indent=" " * 17))
    print("\ncontrols")
    for folder in sorted(catalog.controls.values(), key=lambda f: (f.path.split("/")[0], f.control.id)):
        control = folder.control
        told = f"  {control.id:<6} {control.since:<5} {control.severity:<9} {control.title}"
        print(textwrap.fill(told, 80, subsequent_indent=" " * 25))
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from auditor.errors import UnknownReferenceError
    from auditor.jobs.content import load_catalog

    catalog = load_catalog(arguments.controls)
    if arguments.control not in catalog.controls:
        raise UnknownReferenceError(
            "no such control", value=arguments.control, hint=f"known: {', '.join(sorted(catalog.controls))}"
        )
    control = catalog.controls[arguments.control].control
    print(f"{control.id} {control.title}\n{control.domain}, {control.severity}, from {control.since}\n")
    print(textwrap.fill(control.statement, 80))
    for objective in control.objectives:
        print()
        print(textwrap.fill(f"{objective.id}. Determine if {objective.determine}", 80, subsequent_indent="   "))
        print(f"   test: {objective.test.query or objective.test.procedure}, over {', '.join(objective.test.streams)}")
    print("\nparameters")
    for name, parameter in control.parameters.items():
        print(textwrap.fill(f"  {name} = {parameter.spoken}: {parameter.meaning} ({parameter.source}; confidence "
                            f"{parameter.confidence})", 80, subsequent_indent="    "))  # fmt: skip
    print("\nlimits")
    for limit in control.limits:
        print(textwrap.fill(f"- {limit}", 80, initial_indent="  ", subsequent_indent="    "))
    return 0


def _lint(arguments: argparse.Namespace) -> int:
    from auditor.jobs.content import load_catalog
    from auditor.jobs.evidence import mappings

    catalog = load_catalog(arguments.controls)
    count = len(mappings(catalog))
    print(
        f"{len(catalog.streams)} streams, {count} mappings, {len(catalog.controls)} controls, "
        f"{len(catalog.profiles)} profiles: no problem found"
    )
    return 0


def _test(arguments: argparse.Namespace) -> int:
    from auditor.cli.exits import CONTENT
    from auditor.cli.progress import Progress
    from auditor.jobs.validate import validate_catalog

    progress = Progress()
    validated = validate_catalog(
        arguments.controls,
        arguments.control,
        mutate=not arguments.no_mutants,
        write=arguments.write,
        processes=arguments.jobs,
        progress=progress,
    )
    progress.done()
    failed = 0
    for one in validated:
        v = one.validation
        score = f"{v.killed} of {v.mutants} mutants caught" if v.mutants else "no mutants run"
        print(f"{v.control:<6} {v.cases - len(one.failures)} of {v.cases} cases pass, {score}")
        for case, differences in one.failures.items():
            failed += 1
            print(f"  case {case}")
            for difference in differences:
                print(textwrap.fill(difference, 100, initial_indent="    ", subsequent_indent="      "))
        for survivor in v.survivors if arguments.survivors else ():
            print(f"  survived: {survivor}")
    killed, mutants = sum(o.validation.killed for o in validated), sum(o.validation.mutants for o in validated)
    if mutants:
        print(f"\n{killed} of {mutants} mutants caught ({100 * killed // mutants} %)")
    return CONTENT if failed else 0
