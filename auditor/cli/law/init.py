"""`auditor law init`: a folder with a facts file to edit, its schema for editors, and an inventory."""

from __future__ import annotations

from pathlib import Path


def init(folder: Path) -> int:
    """Write the three files; refuses if one of them is there already."""
    from auditor.cli.law.text import wrap
    from auditor.jobs.law_scaffold import write_scaffold

    written = write_scaffold(folder)
    for path, what in written.items():
        print("\n".join(wrap(f"{path}: {what}", "", "  ")))
    facts = next(iter(written))
    print("\n".join(wrap(f"Edit them, then: auditor law check {facts}")))
    return 0
