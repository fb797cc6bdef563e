"""The argument parser of all commands: help in eighty columns, with the examples that are a verb's own."""

from __future__ import annotations

import argparse
import re
from typing import Any


class Parser(argparse.ArgumentParser):
    """argparse makes the parsers of a command's verbs of the same class; `examples` are those of the whole command."""

    examples = ""

    def __init__(self, **given: Any) -> None:
        # Told its width, argparse does not load all of shutil to find it out.
        given.setdefault("formatter_class", lambda prog: argparse.RawDescriptionHelpFormatter(prog, width=80))
        given.setdefault("allow_abbrev", False)
        super().__init__(**given)

    def format_help(self) -> str:
        """The help; that of a verb without a last word of its own ends with its examples."""
        if self.epilog is None:
            every = re.findall(r"^  auditor (?:.*\\\n)*.*", self.examples, re.MULTILINE)
            own = [one for one in every if f"{one} ".startswith(f"  {self.prog} ")]
            more = f"more: {self.prog.rpartition(' ')[0]} --help"
            self.epilog = "\n".join([*(["examples:", *own, ""] if own else []), more])
        return super().format_help()
