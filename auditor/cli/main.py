"""`auditor`: finds the command, hands it its words, turns a refusal into one message and an exit code.

Only the command that was asked for is imported, so that help and verification start at once.
"""

from __future__ import annotations

import gc
import io
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

COMMANDS: dict[str, str] = {
    "attest": "seal, assess, sign, print, package and verify in one go",
    "evidence": "lay out, check and look into an evidence bundle",
    "seal": "seal the evidence before it is judged",
    "timestamp": "get the time of an authority for a seal",
    "assess": "check an evidence bundle against a profile",
    "sign": "sign assessment results as a report, or add a signature",
    "print": "render the PDF attestation from a verified report, certify it",
    "package": "gather and seal a package, add what comes later",
    "disclose": "withhold items of a package, or open one to one reader",
    "verify": "verify a package, report or attestation, and recompute it",
    "verifier": "write the verifier that runs in a browser",
    "diff": "what changed between two reports, and what disappeared",
    "act": "countersign, acknowledge, object to, withdraw, supersede",
    "status": "make and show the list of withdrawn reports",
    "catalog": "list, show, lint and test the controls",
    "law": "answer questions of export-control law from dated tables",
    "key": "make and show signing keys",
    "trust": "make, change and show the verifier's trust root",
    "explain": "explain an error code or an outcome",
}

_HELP = """\
usage: auditor COMMAND [options]

Check a data center's evidence against a controls catalog, sign the findings,
print the attestation, and let any reader recompute it.

commands:
{commands}

options:
  -h, --help     show this help; auditor COMMAND --help shows a command's own
  --version      show the version

examples:
  auditor assess bundle --profile sl4 --out results.json
  auditor verify package --trust trust.json --bundle bundle --recompute

exit codes: 0 done, 2 usage, 3 content, 4 evidence, 5 signing, 6 failed,
7 cannot be verified here, 8 rendering, 9 machine, 10 other than satisfied,
11 facts, 12 a question of law cannot be determined
"""


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit code of `auditor.cli.exits`.

    Without `argv` it is the whole of a program, which ends with it.
    """
    if argv is None:
        # Looking for garbage among modules that stay, and once more at the end, takes a sixth of a verification.
        gc.set_threshold(100_000)
        for stream in (sys.stdout, sys.stderr):
            # A terminal that is no UTF-8 shows what it lacks escaped; a stream that was closed is None.
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        code = main(sys.argv[1:])
        # DuckDB's binding counts what is freed at the end, and prints what is not.
        if "duckdb" not in sys.modules:
            gc.freeze()
        return code
    words = argv
    if not words or words[0] in ("-h", "--help"):
        lines = "\n".join(f"  {name:<10} {what}" for name, what in COMMANDS.items())
        print(_HELP.format(commands=lines), end="")
        return 0 if words else 2
    if words[0] == "--version":
        from auditor import __version__

        print(f"auditor {__version__}")
        return 0
    if words[0] not in COMMANDS:
        print(f"auditor: unknown command {words[0]!r}; auditor --help lists them", file=sys.stderr)
        return 2
    return _run(words[0], words[1:])


def _run(command: str, words: list[str]) -> int:
    from auditor.errors import AuditorError

    try:
        code = _do(command, words)
        if sys.stdout is not None:
            sys.stdout.flush()
    except AuditorError as error:
        _tell(error)
        from auditor.cli.exits import exit_code

        return exit_code(error)
    except BrokenPipeError:
        # The reader of our output left; what was asked for was done up to there.
        sys.stderr.close()
        return 9
    except OSError as error:
        return _tell_machine(error)
    except (KeyboardInterrupt, RuntimeError) as error:
        # DuckDB's binding makes of an interrupt an error of this name.
        if isinstance(error, RuntimeError) and str(error) != "Query interrupted":
            raise
        print("auditor: interrupted; nothing half-written was left, run it again", file=sys.stderr)
        return 130
    return code


def _tell_machine(error: OSError) -> int:
    from auditor.cli.exits import MACHINE
    from auditor.jobs.files import machine_error

    # Files mostly have refusals of their own, with the path; what has none is our output.
    if error.filename is not None:
        _tell(machine_error(error, str(error.filename)))
        return MACHINE
    print(f"auditor: machine: the output cannot be written: {error.strerror}", file=sys.stderr)
    sys.stdout = None  # what is still in it would be tried again at the end
    return MACHINE


def _do(command: str, words: list[str]) -> int:
    try:
        arguments = parser(command).parse_args(words)
        code: int = arguments.run(arguments)
    finally:
        # Only who shows progress has loaded it.
        if progress := sys.modules.get("auditor.cli.progress"):
            progress.end()
    return code


def parser(command: str) -> argparse.ArgumentParser:
    """The argument parser of one command, made by its module."""
    import importlib
    import textwrap

    from auditor.cli.parsing import Parser

    module = importlib.import_module(f"auditor.cli.{command}")

    class OfCommand(Parser):
        examples: str = module.EXAMPLES

    made = OfCommand(
        prog=f"auditor {command}", description=textwrap.fill(module.__doc__ or "", 80), epilog=module.EXAMPLES
    )
    module.configure(made)
    return made


def _tell(error: Exception) -> None:
    from auditor.errors import AuditorError, printable, shorten

    assert isinstance(error, AuditorError)
    # Evidence chooses part of these words; it does not get to move the cursor.
    lines = [("auditor: ", f"{error.code}: {printable(str(error))}")]
    lines.append(("  fix: ", printable(error.hint)) if error.hint else ("  see: ", f"auditor explain {error.code}"))
    lines += [("  also: ", shorten(str(problem), 200)) for problem in error.problems[1:21]]
    for label, text in lines:
        print(_on_terminal(label, text), file=sys.stderr)


def _on_terminal(label: str, text: str) -> str:
    # A log and a test find a refusal on one line; a person at a terminal reads it in lines of its width.
    if not sys.stderr.isatty():
        return label + text
    from auditor.cli.lines import labelled

    return labelled(label, text, "    ")


if __name__ == "__main__":
    sys.exit(main())
