"""Open an evidence bundle: admit its files, then load its streams into locked tables."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from auditor.canon.yaml import parse_yaml
from auditor.catalog.catalog import Catalog
from auditor.catalog.resolve import resolve
from auditor.errors import ManifestError, PathError, UnknownReferenceError
from auditor.evidence.admission import Admission, admit
from auditor.evidence.check import BundleCheck, check_bundle
from auditor.evidence.hashing import hash_descriptor
from auditor.evidence.init import make_layout
from auditor.evidence.mapping import Mapping, read_mapping
from auditor.evidence.paths import MANIFEST, Root, path_problem
from auditor.evidence.raw import raw_record
from auditor.evidence.source import open_source
from auditor.evidence.store import EvidenceStore, load
from auditor.jobs.files import machine_error, read_file, write_file
from auditor.model.bundle import Period


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
    admission: Admission,
    catalog: Catalog,
    streams: Sequence[str],
    *,
    threads: int = 0,
    memory: int = 2048,
) -> Iterator[OpenBundle]:
    """The admitted bundle, open while the block runs; its working files are removed afterwards."""
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
        raise machine_error(error, admission.folder) from error


def profile_streams(catalog: Catalog, profile: str) -> tuple[str, ...]:
    """Every stream the tests of a profile read; UnknownReferenceError for an unknown profile."""
    baseline = resolve(catalog, profile)
    return tuple(
        dict.fromkeys(s for entry in baseline.controls for o in entry.control.objectives for s in o.test.streams)
    )


def init_bundle(folder: Path, catalog: Catalog, profile: str, period: Period) -> tuple[Path, Path]:
    """Lay out an empty bundle: `folder` with bundle.yaml and evidence/, and the request beside it.

    Raises:
        ManifestError: the folder exists already and holds something.
    """
    streams = [catalog.streams[name] for name in profile_streams(catalog, profile)]
    layout = make_layout(streams, mappings(catalog), period, secrets.token_hex(32))
    request = folder.with_name(f"{folder.name}-REQUEST.md")
    try:
        if folder.exists() and any(folder.iterdir()):
            raise ManifestError("this folder is not empty", place=str(folder), hint="name a new folder")
        (folder / "evidence").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise machine_error(error, folder) from error
    write_file(folder / MANIFEST, layout.manifest.encode("utf-8"))
    write_file(request, layout.request.encode("utf-8"))
    return folder / MANIFEST, request


def fill_manifest(folder: Path) -> int:
    """Write size and digest of each file into bundle.yaml where they are still `?`; returns how many items.

    What is filled in already is never changed: a digest that no longer fits is for check to tell.
    """
    path = folder / MANIFEST
    data = read_file(path)
    document = parse_yaml(data, str(path))
    lines = data.decode("utf-8").splitlines(keepends=True)
    filled = 0
    items = document.value.get("items") if isinstance(document.value, dict) else None
    for index, item in enumerate(items if isinstance(items, list) else []):
        if not isinstance(item, dict) or "?" not in (item.get("size"), item.get("sha256")):
            continue
        item_path = str(item.get("path"))
        if problem := path_problem(item_path):
            raise PathError(problem, place=document.place(("items", index, "path")), value=item_path)
        with Root(folder) as root:
            descriptor = root.open(item_path)
            try:
                digest, identity, _ = hash_descriptor(descriptor)
            finally:
                os.close(descriptor)
        for field, value in (("size", str(identity.size)), ("sha256", f'"{digest}"')):
            if item.get(field) == "?":
                at = document.lines["items", index, field] - 1
                lines[at] = lines[at].replace('"?"', value, 1)
        filled += 1
    if filled:
        write_file(path, "".join(lines).encode("utf-8"))
    return filled


def check(folder: Path, catalog: Catalog, profile: str) -> BundleCheck:
    """Everything that is missing, stale, unreadable or incomplete for a profile, before any assessment."""
    streams = {name: catalog.streams[name] for name in profile_streams(catalog, profile)}
    try:
        with tempfile.TemporaryDirectory(prefix="auditor-") as work:
            return check_bundle(
                folder, streams, mappings(catalog), threads=os.cpu_count() or 1, memory_limit="2048MiB",
                workdir=Path(work),
            )  # fmt: skip
    except OSError as error:
        raise machine_error(error, folder) from error


def show_record(folder: Path, catalog: Catalog, item: str, record: int) -> str:
    """The text of one record as it stands in its file: what a citation such as `pacs-events#1234` leads back to.

    Raises:
        UnknownReferenceError: no such item, or it has no such record.
    """
    admission = admit_bundle(folder)
    if item not in admission.item_ids:
        raise UnknownReferenceError(
            "the bundle has no such item", place=str(folder), value=item, hint=f"items: {', '.join(admission.item_ids)}"
        )
    file = admission.files[admission.item_ids.index(item)]
    mapping = mappings(catalog).get(file.item.mapping or "")
    with (
        Root(admission.folder) as root,
        tempfile.TemporaryDirectory(prefix="auditor-") as work,
        open_source(root, file, Path(work)) as source,
    ):
        return raw_record(source, mapping, record)
