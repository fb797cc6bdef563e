"""Where the catalog and the templates lie: in the wheel beside the package, in a checkout beside it."""

from __future__ import annotations

from pathlib import Path

from auditor.assessment.validation import Validated
from auditor.catalog.catalog import Catalog
from auditor.catalog.lint import lint
from auditor.catalog.read import read_catalog
from auditor.errors import MachineError, SchemaError, refuse_all
from auditor.jobs.files import machine_error, read_file
from auditor.model.assessment import Validation

_PACKAGE = Path(__file__).resolve().parent.parent
LEDGER = "validation.json"


def content_folder(name: str) -> Path:
    """The folder `controls` or `templates` of this installation."""
    for folder in (_PACKAGE / "content" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise MachineError(f"this installation has no {name} folder", place=str(_PACKAGE), hint="install it again")


def folder_files(folder: Path) -> dict[str, bytes]:
    """Every regular file under `folder` by POSIX path; hidden files and links are left out."""
    try:
        return {
            path.relative_to(folder).as_posix(): read_file(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.is_symlink() and not path.name.startswith(".")
        }
    except OSError as error:
        raise machine_error(error, folder) from error


def load_catalog(folder: Path | None = None) -> Catalog:
    """The catalog of this installation, or of `folder`, read and linted.

    Raises:
        ContentError: the first problem found, with the others beside it.
    """
    from auditor.procedures import PROCEDURES

    catalog = read_catalog(folder_files(folder or content_folder("controls")))
    problems = lint(catalog, PROCEDURES)
    if problems:
        refuse_all(problems)
    if not catalog.controls:
        raise SchemaError("the catalog holds no control", place=str(folder), hint="give the folder that holds streams/")
    return catalog


def validation_ledger(catalog: Catalog) -> dict[str, Validation]:
    """The method-validation ledger shipped with the catalog, for those controls it still stands for."""
    import json

    if LEDGER not in catalog.files:
        return {}
    entries = json.loads(catalog.files[LEDGER])["controls"]
    return {
        entry["validation"]["control"]: Validation.model_validate(entry["validation"])
        for entry in entries
        if entry["validation"]["control"] in catalog.controls
        and entry["digest"] == catalog.folder_digest(entry["validation"]["control"])
    }


def encode_ledger(catalog: Catalog, validated: list[Validated]) -> bytes:
    """The ledger file for these validations, one line for each control."""
    import json

    lines = [
        json.dumps(
            {"digest": catalog.folder_digest(v.validation.control), "validation": v.validation.document()},
            ensure_ascii=False,
            sort_keys=True,
        )
        for v in sorted(validated, key=lambda v: v.validation.control)
    ]
    return ('{"controls": [\n' + ",\n".join(lines) + "\n]}\n").encode("utf-8")
