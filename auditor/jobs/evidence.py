"""Open an evidence bundle: admit its files, then load its streams into locked tables."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from auditor.catalog.catalog import Catalog
from auditor.evidence.admission import Admission, admit
from auditor.evidence.mapping import Mapping, read_mapping
from auditor.evidence.store import EvidenceStore, load
from auditor.jobs.files import machine_error


@dataclass(frozen=True, slots=True)
class OpenBundle:
    """A bundle whose files were admitted and whose streams are loaded."""

    admission: Admission
    store: EvidenceStore


def admit_bundle(folder: Path) -> Admission:
    """The bundle in `folder`, every file hashed and as declared; EvidenceError otherwise."""
    return admit(folder)


def mappings(catalog: Catalog) -> dict[str, Mapping]:
    """Every mapping of the catalog, checked against its streams."""
    return {
        path.removeprefix("mappings/").removesuffix(".yaml"): read_mapping(data, path, catalog.streams)
        for path, data in catalog.files.items()
        if path.startswith("mappings/") and path.endswith(".yaml")
    }


@contextmanager
def open_bundle(
    folder: Path,
    catalog: Catalog,
    streams: Sequence[str],
    *,
    threads: int = 0,
    memory: int = 2048,
    progress: Callable[[str], None] = lambda line: None,
) -> Iterator[OpenBundle]:
    """The bundle, open while the block runs; its working files are removed afterwards."""
    progress("hashing the evidence")
    admission = admit_bundle(folder)
    progress("loading the evidence")
    try:
        with tempfile.TemporaryDirectory(prefix="auditor-") as work:
            store = load(
                admission,
                {name: catalog.streams[name] for name in streams},
                mappings(catalog),
                threads=threads or os.cpu_count() or 1,
                memory_limit=f"{memory}MiB",
                workdir=Path(work),
                keep_unreadable=True,
            )
            try:
                yield OpenBundle(admission, store)
            finally:
                store.close()
    except OSError as error:
        raise machine_error(error, folder) from error
