"""Options several commands share, and the clock: the only place that reads it."""

from __future__ import annotations

import argparse
import os
import sys
import time
from typing import TYPE_CHECKING

from auditor.canon.instant import parse_instant

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def instant(text: str) -> int:
    """An option's instant in microseconds; argparse turns the ValueError into a usage message."""
    try:
        return parse_instant(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error}: {text!r}") from error


def now() -> int:
    """The present in microseconds, to the whole second so that a report's `asOf` reads well."""
    return int(time.time()) * 1_000_000


def path(text: str) -> Path:
    """An option's path. Its module is loaded only when there is one, since verifying should start at once."""
    from pathlib import Path

    return Path(text)


def misused(command: str, problem: str) -> int:
    """Say why a command line is not understood, where argparse cannot; returns the exit code of that."""
    from auditor.cli.exits import USAGE

    print(f"auditor {command}: {problem}", file=sys.stderr)
    return USAGE


def add_engine_options(parser: argparse.ArgumentParser) -> None:
    """`--controls`, `--threads`, `--memory`."""
    parser.add_argument("--controls", type=path, metavar="FOLDER", help="use this catalog, not the one installed")
    parser.add_argument("--threads", type=int, default=0, metavar="N", help="threads to use (default: all cores)")
    parser.add_argument("--memory", type=int, default=2048, metavar="MIB", help="memory for tables (default: 2048)")


def add_format_option(parser: argparse.ArgumentParser) -> None:
    """`--format text|json`."""
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print (default: text)")


def add_judging_option(parser: argparse.ArgumentParser) -> None:
    """`--at`."""
    parser.add_argument("--at", type=instant, metavar="INSTANT", help="judge keys at this instant (default: now)")


def add_passphrase_option(parser: argparse.ArgumentParser) -> None:
    """`--passphrase-env`."""
    parser.add_argument("--passphrase-env", metavar="NAME", help="environment variable that holds the passphrase")


def passphrase(environment_name: str | None) -> bytes | None:
    """A key's passphrase: from the named environment variable, or asked for at a terminal, never from an option."""
    if environment_name:
        value = os.environ.get(environment_name)
        # A variable is bytes, which need not be UTF-8.
        return os.fsencode(value) if value else None
    if sys.stdin.isatty():
        import getpass

        return getpass.getpass("passphrase: ").encode("utf-8") or None
    return None


def asker(environment_name: str | None) -> Callable[[str], bytes | None]:
    """What hands over a secret when it is needed: from the named environment variable, or asked for by its name.

    A token's PIN is never taken from the variable of a passphrase: a few wrong ones lock the token.
    """

    def ask(what: str) -> bytes | None:
        if environment_name and not what.startswith("PIN "):
            return passphrase(environment_name)
        if not sys.stdin.isatty():
            return None
        import getpass

        return getpass.getpass(f"{what}: ").encode("utf-8") or None

    return ask
