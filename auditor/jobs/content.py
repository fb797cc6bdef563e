"""The catalog of this installation, and the method-validation ledger beside it."""

from __future__ import annotations

from pathlib import Path

from auditor.assessment.validation import Validated
from auditor.catalog.catalog import Catalog
from auditor.catalog.lint import lint
from auditor.catalog.read import read_catalog
from auditor.errors import SchemaError, refuse_all
from auditor.jobs.folders import content_folder, folder_files
from auditor.model.assessment import Validation

LEDGER = "validation.json"


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
