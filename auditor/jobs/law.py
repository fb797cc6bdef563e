"""The law tables, the shipped accelerators, a user's facts file and its inventories, each read from its folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from auditor.errors import FactsError, MachineError, refuse_all
from auditor.jobs.files import read_file
from auditor.jobs.folders import content_folder, folder_files

if TYPE_CHECKING:
    from auditor.model.facts import Chip, Inventory
    from auditor.regulation.facts.file import FactsFile
    from auditor.regulation.quantities.holdings import Lot
    from auditor.regulation.quantities.reconciliation import Changes
    from auditor.regulation.tables.law import Law

ACCELERATORS = "products/accelerators.yaml"
MAX_FACTS = 64 * 2**20


def load_law(controls: Path | None = None, tables: Path | None = None) -> Law:
    """The law tables of this installation, or of the catalog `controls`, with the newer `tables` of a user over them.

    Raises:
        ContentError: a table is wrong; every problem found, with file and line.
        MachineError: no such folder.
    """
    from auditor.regulation.tables.lint import lint
    from auditor.regulation.tables.read import read_law

    base = controls or content_folder("controls")
    shipped = _tables(base / "regulation", "regulation/")
    newer = _tables(tables, "tables/") if tables else {}
    law = read_law(shipped, newer)
    problems = lint(law)
    if problems:
        refuse_all(problems)
    return law


def _tables(folder: Path, prefix: str) -> dict[str, bytes]:
    if not folder.is_dir():
        raise MachineError(
            "holds no law tables, being no folder", place=str(folder), hint="give a folder of .yaml files"
        )
    files = {prefix + name: data for name, data in folder_files(folder).items() if name.endswith(".yaml")}
    if not files:
        raise MachineError("holds no law tables", place=str(folder), hint="give a folder of .yaml files, or none")
    return files


def accelerators(controls: Path | None = None) -> Mapping[str, Chip]:
    """The shipped table of public accelerators by id.

    Raises:
        ContentError: the table is wrong.
        MachineError: there is none.
    """
    from auditor.regulation.tables.accelerators import read_accelerators

    base = controls or content_folder("controls")
    return read_accelerators(read_file(base / ACCELERATORS), ACCELERATORS)


def load_facts(path: Path, controls: Path | None = None) -> FactsFile:
    """The facts file at `path`, over the shipped accelerators.

    Raises:
        FactsError: anything wrong in it; every problem, with line and fix.
        MachineError: it cannot be read.
    """
    from auditor.regulation.facts.file import read_facts

    return read_facts(read_file(path, limit=MAX_FACTS), path.name, accelerators(controls))


def latest_inventory(file: FactsFile, on: date) -> Inventory | None:
    """The newest inventory taken on the day or before it; None if there is none."""
    past = [inventory for inventory in file.inventories.values() if inventory.date <= on]
    return max(past, key=lambda inventory: (inventory.date, inventory.id), default=None)


def inventory_path(file: FactsFile, facts: Path, inventory: Inventory) -> Path:
    """Where the inventory lies: beside the facts file or below it, a regular file reached through no link.

    Raises:
        FactsError: it leaves the folder, is no regular file, or a part of the way is a link.
    """
    place = file.place_of("inventories", inventory.id)
    path = facts.parent
    for part in PurePosixPath(inventory.file).parts:
        path = path / part
        if part == ".." or path.is_symlink():
            raise FactsError(
                "an inventory that is a link, or lies outside the folder of the facts file",
                place=place,
                value=inventory.file,
                hint="copy the file itself beside the facts file",
            )
    if not path.is_file():
        problem = "an inventory that is not a file" if os.path.lexists(path) else "there is no such inventory file"
        raise FactsError(
            problem, place=place, value=inventory.file, hint=f"put it beside {facts.name}, or correct file"
        )
    return path


def load_lots(file: FactsFile, facts: Path, inventory: Inventory) -> tuple[Lot, ...]:
    """The inventory's chips, counted by site, chip, owner, condition, day of receipt and authorization.

    Raises:
        FactsError: the file is not an inventory: a column, a row, a serial twice; with line and fix.
        MachineError: it cannot be read.
    """
    from auditor.jobs.inventory import read_inventory

    return read_inventory(inventory_path(file, facts, inventory), inventory, file)


def load_changes(file: FactsFile, facts: Path, earlier: Inventory, later: Inventory) -> Changes:
    """How two inventories differ, serial by serial.

    Raises:
        FactsError: one of the files is not an inventory, or the later is not later.
        MachineError: one cannot be read.
    """
    from auditor.jobs.inventory import compare_inventories

    first, second = ((inventory_path(file, facts, one), one) for one in (earlier, later))
    return compare_inventories(first, second, file)
