"""Options of commands that sign: who signs, and how passphrases are asked for."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.attestation.roles import ROLES
from auditor.cli.options import add_passphrase_option

if TYPE_CHECKING:
    from auditor.jobs.hands import Evidence, Hand


def role_and_file(text: str) -> tuple[str, Path]:
    """`ROLE=FILE`, or `FILE` with an empty role; argparse turns the error into a usage message."""
    role, equals, name = text.partition("=")
    if not equals or role not in ROLES:
        if equals and "/" not in role and "." not in role:
            raise argparse.ArgumentTypeError(f"no such role: {role!r}; roles are {', '.join(ROLES)}")
        role, name = "", text
    if not name:
        raise argparse.ArgumentTypeError("a signer file is missing")
    return role, Path(name)


def add_signer_options(parser: argparse.ArgumentParser) -> None:
    """`--signer`, `--passphrase-env`."""
    parser.add_argument(
        "--signer", type=role_and_file, action="append", required=True, metavar="ROLE=FILE",
        help="who signs now, as what: assessor=ada.signer.json",
    )  # fmt: skip
    add_passphrase_option(parser)


def hands(given: list[tuple[str, Path]], allowed: tuple[str, ...]) -> list[Hand]:
    """The people of `--signer`; a role left out is the only one of `allowed`.

    Raises:
        SigningError: a role is needed, or is not allowed.
    """
    from auditor.errors import SigningError
    from auditor.jobs.hands import Hand

    made = []
    for role, path in given:
        if not role and len(allowed) != 1:
            raise SigningError(
                "say in which role, such as " + f"--signer {allowed[0]}={path}", place=str(path),
                hint="roles for this: " + ", ".join(allowed),
            )  # fmt: skip
        made.append(Hand(role or allowed[0], path))
        if made[-1].role not in allowed:
            raise SigningError(
                f"the role {role} does not sign this", place=str(path), hint="roles that do: " + ", ".join(allowed)
            )
    return made


def evidence(arguments: argparse.Namespace) -> Evidence:
    """What `--bundle` and the engine's options say."""
    from auditor.jobs.hands import Evidence

    return Evidence(arguments.bundle, arguments.controls, arguments.threads, arguments.memory)
