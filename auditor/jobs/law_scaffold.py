"""What `auditor law init` writes: a small facts file that is valid as it stands, its schema, and an inventory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from auditor.errors import MachineError
from auditor.jobs.files import machine_error, write_file
from auditor.jobs.law_schema import facts_schema

FACTS = """\
# yaml-language-server: $schema=facts.schema.json
#
# What you state once about parties, sites, chips, shipments, plans and models.
# Everything here is an example: replace it. Leave out what you do not know;
# nothing is guessed, and an answer names the fact it lacks. Then run
#   auditor law check facts.yaml
facts: 1
title: Facts of Example Compute
applicant: example

parties:
  - id: example
    name: Example Compute AS
    headquarters: "NO" # ISO 3166-1; quoted, since YAML 1.1 reads a bare NO as false
    kind: private
    screened: 2026-01-15 # the day you looked for it on the lists of parties
  - id: example-india
    name: Example Compute India Private Limited
    headquarters: IN
    kind: private
    screened: 2026-01-15

# Who owns whom. Name every owner you know; write "unknown" for one you do not.
ownership:
  - {owner: example, owned: example-india, percent: 100}

# Equity and debt that Macau and Country Group D:5 may hold in a party.
stakes: []

sites:
  - id: oslo
    name: Oslo
    country: "NO"
    owner: example
  - id: chennai
    name: Chennai
    country: IN
    owner: example-india
    notified: 2026-01-20 # the day BIS was told of the site

# Chips by serial number on a day, as CSV beside this file.
inventories:
  - {id: start, date: 2026-02-01, file: inventory.csv}

# Shipments made after the newest inventory. auditor law chip lists known chips;
# add others under chips, from their data sheet.
shipments:
  - {id: s-1, date: 2026-03-02, chip: nvidia-h100-sxm, quantity: 8, to: oslo, origin: US, authorization: aia}

# What is meant to happen; ask with --plan next-year.
plans:
  - id: next-year
    title: More in Chennai
    shipments:
      - {id: p-1, date: 2027-01-11, chip: nvidia-h100-sxm, quantity: 16, to: chennai, origin: US, authorization: uveu}

models:
  - id: example-1
    name: Example 1
    training_operations: "3.2e25" # text, so that it stays exact
    parameters_published: false
"""

INVENTORY = "serial,chip,site,condition,received,owner,authorization\n" + "".join(
    f"{serial},nvidia-h100-sxm,{site},{condition},{received},,{authorization}\n"
    for serial, site, condition, received, authorization in (
        *((f"SN{number:05}", "oslo", "installed", "2025-06-18", "aia") for number in range(1, 25)),
        ("SN00025", "oslo", "transferred", "2026-01-30", "aia"),
        ("SN00026", "oslo", "failed", "2025-06-18", "aia"),
        ("SN00101", "chennai", "installed", "2025-11-03", "license"),
    )
)

_FILES: dict[str, tuple[str, Callable[[], bytes]]] = {
    "facts.yaml": ("the facts file", FACTS.encode),
    "facts.schema.json": ("its JSON Schema, for editors that complete and check", facts_schema),
    "inventory.csv": ("an inventory: one chip a row", INVENTORY.encode),
}


def write_scaffold(folder: Path) -> dict[Path, str]:
    """Write the files into the folder, made if absent; returns what each is.

    Raises:
        MachineError: one of them is there already, and nothing was written; or the folder cannot be made.
    """
    for name in _FILES:
        if (folder / name).exists() or (folder / name).is_symlink():
            raise MachineError(
                "there already", place=str(folder / name), hint="choose another folder; nothing was written"
            )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise machine_error(error, folder) from error
    for name, (_, made) in _FILES.items():
        write_file(folder / name, made())
    return {folder / name: what for name, (what, _) in _FILES.items()}
