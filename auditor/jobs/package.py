"""Make a package: gather the report, the document and the evidence of one assessment, list them, and seal the list."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from auditor.attestation import package as layout
from auditor.attestation.package import make_manifest
from auditor.attestation.statements.act import parse_act
from auditor.attestation.statements.results import ResultsStatement, parse_results
from auditor.canon.digest import sha512_hex
from auditor.errors import BindingError, MachineError, SigningError
from auditor.jobs.assess import Progress
from auditor.jobs.container import Folder, digest, read, write_zip
from auditor.jobs.content import load_catalog
from auditor.jobs.evidence import admit_bundle
from auditor.jobs.evidence_tree import write_evidence
from auditor.jobs.files import machine_error, read_file, write_file
from auditor.jobs.folders import content_folder
from auditor.jobs.seal import Sealer, read_seal, seal, write_seal
from auditor.jobs.statement_files import parse_statement_file, read_statement_file

_DER_SEQUENCE = b"\x30"
_MOST_ACTS = 9999


@dataclass(frozen=True, slots=True)
class PackageRequest:
    """What goes into a package, who seals it when (`at`, microseconds), and where it is written.

    `document` is the folder of attestation.pdf and attestation.dsse.json; `evidence_seal` is the file
    evidence.dsse.json, or None.
    """

    report: Path
    document: Path
    bundle: Path
    evidence_seal: Path | None
    sealer: Sealer
    at: int
    out: Path
    controls: Path | None = None


def make_package(request: PackageRequest, progress: Progress = lambda line: None) -> str:
    """Write the package into the new folder `out`, whole or not at all; returns its id.

    Raises:
        SigningError: the report is none, or the seal could not be made.
        BindingError: the bundle is not the one that the report is about.
        EvidenceError: the bundle cannot be admitted.
        MachineError: `out` is there already, or the disk refuses.
    """
    report = read_file(request.report)
    statement = parse_statement_file(request.report, report, parse_results)
    if request.out.exists():
        raise MachineError("there is something of this name already", place=str(request.out), hint="name a new folder")
    beside = request.out.with_name(f".{request.out.name}.{secrets.token_hex(4)}.part")
    try:
        beside.mkdir(parents=True)
        _gather(request, statement, report, beside, progress)
        progress("sealing the package")
        manifest = _manifest(beside, statement.package)
        write_file(beside / layout.MANIFEST, manifest)
        subject = (layout.MANIFEST, sha512_hex(manifest))
        files = seal(request.sealer, "package", statement.package, request.at, [subject])
        write_seal(files, beside / "seals", "package")
        os.replace(beside, request.out)
    except OSError as error:
        raise machine_error(error, request.out) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return statement.package


def _gather(
    request: PackageRequest, statement: ResultsStatement, report: bytes, folder: Path, progress: Progress
) -> None:
    progress("gathering the evidence")
    admission = admit_bundle(request.bundle)
    if admission.root != statement.digest_of("bundle"):
        raise BindingError(
            "this is not the evidence that was assessed: the bundle's root differs", place=str(request.bundle),
            value=admission.root, hint=f"the report is about {statement.digest_of('bundle')}",
        )  # fmt: skip
    catalog = load_catalog(request.controls)
    trees = write_evidence(folder, admission, catalog, str(statement.results["profile"]["id"]))
    if tuple(map(tuple, trees)) != tuple(map(tuple, statement.records)):
        raise BindingError(
            "the records of this bundle are not those that the report commits to", place=str(request.bundle),
            hint="sign the results with --bundle, and give the catalog they were made with",
        )  # fmt: skip
    write_file(folder / layout.REPORT, report)
    for name in (layout.PDF, layout.ATTESTATION):
        write_file(folder / name, read_file(request.document / name))
    if request.evidence_seal is not None:
        write_seal(read_seal(request.evidence_seal), folder / "seals", "evidence")
    elif statement.evidence_seal is not None:
        raise SigningError(
            "the report cites a seal over its evidence", hint="give its file with --evidence-seal evidence.dsse.json"
        )
    text = read_file(content_folder("templates") / "package-readme.txt").decode("utf-8")
    write_file(folder / layout.README, text.replace("{package}", statement.package).encode("utf-8"))


def _manifest(folder: Path, package: str) -> bytes:
    container = Folder(str(folder))
    sealed = [path for path in container.paths if layout.is_sealed(path)]
    return make_manifest(package, {path: digest(container, path) for path in sealed})


def seal_late(package: Path, lists: Sequence[Path], sealer: Sealer, at: int) -> None:
    """Add revocation lists (CRLs) from after the seal to `package`, and the late seal that covers them and the seal.

    Raises:
        SigningError: there is a late seal already, or no list that can be sealed.
        BindingError: the package holds a link or special file.
        MachineError: there is no package, or a file cannot be read or written.
    """
    _require_package(package)
    folder = package / "seals"
    if (folder / "late.dsse.json").exists():
        raise SigningError(
            "the package has its late seal already",
            place=str(folder / "late.dsse.json"),
            hint="one is enough: its revocation lists are from after the seal",
        )
    found = _read_lists(lists)
    container = Folder(str(package))
    # What a run left that was interrupted: its lists are sealed with the others, its timestamps are of no use.
    found |= {p: read(container, p) for p in container.paths if p.startswith(layout.REVOCATION) and p not in found}
    sealed = [path for path in container.paths if path.startswith(f"{layout.PACKAGE_SEAL}.")]
    subjects = [(path, digest(container, path).sha512) for path in sealed]
    subjects += [(path, sha512_hex(data)) for path, data in found.items()]
    statement = read_statement_file(package / layout.REPORT, parse_results)
    files = seal(sealer, "late", statement.package, at, subjects)
    (folder / "revocation").mkdir(exist_ok=True)
    for path, data in found.items():
        write_file(package / path, data)
    for stale in folder.glob("late.*.ts?"):
        stale.unlink()
    write_seal(files, folder, "late")


def _read_lists(lists: Sequence[Path]) -> dict[str, bytes]:
    """Revocation lists by their paths in a package."""
    if not lists:
        raise SigningError("no revocation list was given", hint="get the lists issued after the seal: --crl FILE")
    found: dict[str, bytes] = {}
    for path in lists:
        name = f"{layout.REVOCATION}{path.stem}.crl"
        layout.require_layout([name])
        if name in found:
            raise SigningError("two revocation lists of one name", place=str(path), hint="rename one of them")
        found[name] = read_file(path)
        if not found[name].startswith(_DER_SEQUENCE):
            raise SigningError(
                "a revocation list must be DER", place=str(path), hint="openssl crl -in FILE -outform DER -out NEW"
            )
    return found


def _require_package(package: Path) -> None:
    if not (package / layout.MANIFEST).is_file():
        raise MachineError(
            "there is no package in this folder", place=str(package), hint="auditor package make writes one"
        )


def zip_package(package: Path, out: Path) -> None:
    """Write `package` as a zip that stores its files as they are; the same files give the same bytes.

    Raises:
        BindingError: it holds a link or special file.
        MachineError: there is no package, it is too large, or the disk refuses.
    """
    _require_package(package)
    beside = out.with_name(f".{out.name}.{secrets.token_hex(4)}.part")
    try:
        with beside.open("xb") as file:
            write_zip(str(package), file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, out)
    except OSError as error:
        raise machine_error(error, out) from error
    finally:
        beside.unlink(missing_ok=True)


def add_act(package: Path, act: Path) -> Path:
    """Copy the act in the file `act` into `package` under the next free number; where it went.

    Raises:
        EnvelopeError, StatementError: it is no act.
        BindingError: it is about another report.
        SigningError: it is in the package already.
        MachineError: there is no package, it has 9,999 acts, or a file cannot be read or written.
    """
    _require_package(package)
    data = read_file(act)
    report = sha512_hex(read_file(package / layout.REPORT))
    statement = parse_statement_file(act, data, parse_act)
    if statement.report != report:
        raise BindingError("an act over another report", place=str(act), value=statement.report)
    folder = package / "acts"
    there = sorted(folder.glob("[0-9][0-9][0-9][0-9].dsse.json"))
    for path in there:
        if read_file(path) == data:
            raise SigningError("the package has this act already", place=str(path), hint="once is enough")
    number = 1 + (int(there[-1].name[:4]) if there else 0)
    if number > _MOST_ACTS:
        raise MachineError("there is no room for another act", place=str(folder))
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise machine_error(error, folder) from error
    place = folder / f"{number:04}.dsse.json"
    write_file(place, data)
    return place
