"""Validate the catalog's tests: every case, every mutant, controls side by side in processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from auditor.assessment.validation import Validated, validate
from auditor.errors import UnknownReferenceError
from auditor.jobs.content import LEDGER, encode_ledger, load_catalog
from auditor.jobs.files import write_file
from auditor.jobs.folders import content_folder


def validate_catalog(
    controls: Path | None,
    chosen: Sequence[str] = (),
    *,
    mutate: bool = True,
    write: bool = False,
    processes: int = 0,
    progress: Callable[[str], None] = lambda line: None,
) -> list[Validated]:
    """Validations in the order of the control ids; with `write` the ledger of all controls is kept.

    Raises:
        UnknownReferenceError: a chosen control does not exist.
    """
    catalog = load_catalog(controls)
    unknown = sorted(set(chosen) - set(catalog.controls))
    if unknown:
        raise UnknownReferenceError(
            "no such control", value=unknown[0], hint=f"known: {', '.join(sorted(catalog.controls))}"
        )
    names = sorted(chosen or catalog.controls)
    validated: list[Validated] = []
    with ProcessPoolExecutor(min(len(names), processes or os.cpu_count() or 1)) as pool:
        futures = [pool.submit(_validate, controls, name, mutate) for name in names]
        for name, future in zip(names, futures, strict=True):
            progress(f"validating {name}")
            validated.append(future.result())
    if write and mutate and not chosen:
        write_file((controls or content_folder("controls")) / LEDGER, encode_ledger(catalog, validated))
    return validated


def _validate(controls: Path | None, name: str, mutate: bool) -> Validated:
    return validate(load_catalog(controls), name, mutate=mutate)
