"""Lines of output that fit a terminal of eighty columns."""

from __future__ import annotations

import textwrap

COLUMNS = 80


def labelled(label: str, text: str, indent: str | None = None) -> str:
    """`text` after its `label`, further lines under its beginning, or after `indent`; a long digest is broken."""
    under = " " * len(label) if indent is None else indent
    return textwrap.fill(text, COLUMNS, initial_indent=label, subsequent_indent=under, break_on_hyphens=False)
