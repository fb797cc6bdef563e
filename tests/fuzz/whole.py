"""A whole package in the hands of a fuzzer, verified as `auditor verify` does: refused, or it means what it meant.

An input is a program: who re-hashes and seals at the end, what the package comes in, and up to six changes to the files
of a genuine package. The twin is another genuine package by the same people, for taking files from.
"""

from __future__ import annotations

import atexit
import io
import os
import re
import shutil
import tempfile
import zipfile
from base64 import b64encode
from collections.abc import Callable, Iterable
from functools import cache
from hashlib import sha256, sha512
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

from auditor.attestation import package as layout
from auditor.attestation import steps
from auditor.attestation.package import FileDigests, make_manifest
from auditor.attestation.statements.results import parse_results
from auditor.attestation.statements.seal import make_seal_statement
from auditor.canon.instant import parse_instant
from auditor.errors import BindingError, UnverifiableError, VerificationError
from auditor.jobs import verify_package
from auditor.jobs.container import open_container
from auditor.jobs.container import read as read_member
from auditor.jobs.verify import Verification, VerifyRequest, verify
from auditor.jobs.verify_pdf import PdfFacts
from tests.e2e.attacks import TRUST, both, declared, keys_of, payload_of, sign_raw, stamps
from tests.fuzz import pdf
from tests.fuzz.mutate import Mutator, mutate_bytes, mutate_der, mutate_json, mutate_lines
from tests.fuzz.package import mutate_zip
from tests.fuzz.target import CORPUS, Target, read, require

BASE = CORPUS / "base" / "packages.zip.xz"
MADE = parse_instant("2026-11-10T00:00:00Z")
AT = parse_instant("2026-12-01T00:00:00Z")
MAX_CHANGES = 6
_CHANGE = 7
_UNKNOWN = re.compile(r"seals/(?:package|late)\.(?!alpha\.|beta\.)[a-z][a-z0-9-]*\.ts[qr]")
Files = dict[str, bytes]


@cache
def base(which: str) -> Files:
    """The files of the `package`, of its `twin`, or some genuine `acts`. The PDF of both is another target's."""
    with zipfile.ZipFile(io.BytesIO(read(BASE))) as archive:
        names = [name for name in archive.namelist() if name.startswith(f"{which}/")]
        files = {name.removeprefix(f"{which}/"): archive.read(name) for name in names}
    return files if which == "acts" else files | {layout.PDF: pdf.base()}


# --- changes


def _new_places(path: str) -> tuple[str, ...]:
    """Where a file might be put beside its own place."""
    return (
        "acts/0001.dsse.json", "acts/0002.dsse.json", "seals/revocation/x.crl", f"{layout.FILES}evidence/x",
        f"{layout.RECORDS}x.leaves.bin", f"{layout.RECORDS}x.openings.jsonl", "seals/package.gamma.tsq",
        "seals/package.gamma.tsr", "seals/evidence.gamma.tsq", "seals/evidence.gamma.tsr", path.upper(), path + ".",
        "x", f"{layout.FILES}{path}", f"{layout.FILES}evidence/pacs/badge-005.csv",
    )  # fmt: skip


def mutator(path: str) -> Mutator:
    """What knows a little of a file of that name."""
    endings: dict[str, Mutator] = {
        ".json": mutate_json, ".jsonl": mutate_lines(mutate_json), ".tsq": mutate_der, ".tsr": mutate_der,
        ".crl": mutate_der,
    }  # fmt: skip
    return endings.get(os.path.splitext(path)[1], mutate_bytes)


def _bend_payload(rng: Random, envelope: bytes) -> bytes:
    """The statement says something else, with the signatures that were over what it said."""
    try:
        payload = payload_of(envelope)
    except VerificationError:
        return mutate_json(rng, envelope)
    return envelope.replace(b64encode(payload), b64encode(mutate_json(rng, payload)))


def _exchange(files: Files, one: str, other: str) -> None:
    files[one], files[other] = files[other], files[one]


def _rename(files: Files, path: str, new: str) -> None:
    files[new] = files.pop(path)


def change(files: Files, data: bytes) -> None:
    """One change, chosen by seven bytes."""
    rng = Random(data[3:])
    paths = sorted(files) or [layout.README]
    path, other = paths[data[1] % len(paths)], paths[data[2] % len(paths)]
    twin, acts, places = base("twin"), base("acts"), _new_places(path)
    taken = sorted(twin)[data[1] % len(twin)]
    act = sorted(acts)[data[1] % len(acts)]
    changes: tuple[Callable[[], object], ...] = (
        lambda: files.pop(path),
        lambda: files.update({places[data[2] % len(places)]: files[path]}),
        lambda: _exchange(files, path, other),
        lambda: _rename(files, path, places[data[2] % len(places)]),
        lambda: files.update({taken: twin[taken]}),
        lambda: files.update({f"{layout.ACTS}{data[2] % 4:04}.dsse.json": acts[act]}),
        lambda: files.update({path: _bend_payload(rng, files[path])}),
        lambda: files.update({path: mutate_bytes(rng, files[path])}),
        lambda: files.update({path: mutator(path)(rng, files[path])}),
        lambda: [files.pop(one) for one in paths if one.startswith(path[: data[2] % (len(path) + 1)])],
    )
    if files:
        changes[data[0] % len(changes)]()


# --- who re-hashes and seals


def _write_manifest(files: Files) -> bool:
    """A manifest over what is there; False if it cannot be one."""
    sealed = {path: data for path, data in files.items() if layout.is_sealed(path)}
    digests = {
        path: FileDigests(len(data), sha256(data).hexdigest(), sha512(data).hexdigest())
        for path, data in sealed.items()
    }
    try:
        package = parse_results(payload_of(files[layout.REPORT])).package
        files[layout.MANIFEST] = make_manifest(package, digests)
    except (VerificationError, KeyError):
        return False
    return True


def _seal(files: Files, stage: str, subjects: Iterable[str]) -> None:
    """The sealer and both authorities do what they are asked."""
    for path in [one for one in files if one.startswith(f"seals/{stage}.")]:
        del files[path]
    package = parse_results(payload_of(files[layout.REPORT])).package
    named = [(path, sha512(files[path]).hexdigest()) for path in subjects]
    made = make_seal_statement(
        stage=stage, package=package, sealed_at=MADE, subjects=named, signers=[declared("sealer")]
    )
    envelope = sign_raw(made, keys_of("sealer"))
    answers = stamps(envelope, both(MADE))
    files |= {f"seals/{stage}{ending}": data for ending, data in {".dsse.json": envelope, **answers}.items()}


def finish(files: Files, hands: int) -> bool:
    """Hash and seal anew as far as these hands do; whether it was sealed."""
    if hands == 0 or not _write_manifest(files) or hands == 1:
        return False
    _seal(files, "package", [layout.MANIFEST])
    covered = sorted(path for path in files if path.startswith(("seals/package.", layout.REVOCATION)))
    if hands == 3 and len(covered) > 5:
        try:
            _seal(files, "late", covered)
        except VerificationError:
            # A file with a name that no statement can have.
            return True
    else:
        for path in [one for one in files if one.startswith(("seals/late.", layout.REVOCATION))]:
            del files[path]
    return True


# --- what it comes in


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="auditor-fuzz-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _zipped(files: Files) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path in sorted(files):
            archive.writestr(zipfile.ZipInfo(path), files[path])
    return out.getvalue()


def written(files: Files, form: int, rng: Random) -> Path:
    """The package as a folder, as a zip, or (two times of four) as a zip with damage."""
    place = _folder() / "package"
    if form == 0:
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        for path, data in files.items():
            file = place / path
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(data)
            except (NotADirectoryError, IsADirectoryError, FileExistsError):
                # No folder holds both `a` and `a/b`.
                continue
        return place
    data = _zipped(files)
    file = place.with_suffix(".zip")
    file.write_bytes(data if form == 1 else mutate_zip(rng, data))
    return file


# --- what it means


def _verify_pdf(facts: PdfFacts, root: Any, at: int, walk: Any) -> None:
    """Two other targets are about the PDF: the genuine one, with all that is said of it, is taken as it is."""
    genuine = base("package")
    own = sha512(genuine[layout.REPORT]).hexdigest()
    if (facts.pdf, facts.report.digest_sha512) != (genuine[layout.PDF], own):
        raise BindingError("not the PDF of this report")
    for title in (steps.PDF_PROFILE, steps.PDF_TEXT):
        walk.begin(title)
        walk.done("looked at elsewhere")


def _required(path: str, resealed: bool) -> bool:
    """Whether this file of the genuine package is there with its own bytes, whoever sealed what lies around it."""
    if path.startswith(("seals/late.", layout.REVOCATION, layout.FILES)) or path.endswith(".openings.jsonl"):
        return False
    if path == layout.OPENINGS or (path.startswith("seals/package.") and path.endswith((".tsq", ".tsr"))):
        return False
    of_the_sealer = path in (layout.README, layout.MANIFEST, layout.ATTESTATION) or path.startswith("seals/package.")
    return not (resealed and (of_the_sealer or path.endswith(".tsq")))


def _means(path: str, data: bytes, resealed: bool) -> bool:
    """Whether a file of a package that passed says what genuine people said."""
    genuine = base("package")
    if path == layout.ATTESTATION:
        return payload_of(data) == payload_of(genuine[path])
    if path.endswith(".jsonl"):
        return set(data.splitlines()) <= set(genuine[path].splitlines())
    if path.startswith(layout.ACTS):
        return payload_of(data) in {payload_of(one) for name, one in base("acts").items() if "withdraw" not in name}
    if resealed and path.startswith((layout.MANIFEST, layout.README, "seals/")):
        return True
    if path.startswith(("seals/package.", "seals/late.")) and path.endswith((".tsq", ".tsr")):
        return path in genuine or _UNKNOWN.fullmatch(path) is not None
    return genuine.get(path) == data


def require_meaning(found: Verification, files: Files, resealed: bool) -> None:
    """What passed is the genuine package, or less of its evidence; and the verdict tells how much."""
    genuine = base("package")
    for path, data in genuine.items():
        require(not _required(path, resealed) or files.get(path) == data, "passed without its own", path)
    for path, data in files.items():
        require(_means(path, data, resealed), "passed with what nobody said", path, data)
    require(found.report.digest_sha512 == sha512(genuine[layout.REPORT]).hexdigest(), "another report")
    opened = sum(path.startswith(layout.FILES) for path in files)
    require(found.disclosed is not None and found.disclosed.items == opened, "another number of items", opened)


def made(data: bytes) -> tuple[Path, bool]:
    """What the program in `data` makes of the package: where it is, and whether it was sealed anew."""
    data = data.ljust(2, b"\0")
    files = dict(base("package"))
    for at in range(2, min(len(data), 2 + _CHANGE * MAX_CHANGES), _CHANGE):
        change(files, data[at : at + _CHANGE].ljust(_CHANGE, b"\0"))
    resealed = finish(files, data[0] % 4)
    return written(files, data[1] % 4, Random(data)), resealed


def verified(place: Path) -> Verification:
    """As `auditor verify` does, but for the PDF."""
    with mock.patch.object(verify_package, "verify_pdf", _verify_pdf):
        return verify(VerifyRequest(place, TRUST, AT))


def run_package(data: bytes) -> None:
    """A program of changes: refused by one of the two classes, or still what it was."""
    place, resealed = made(data)
    try:
        found = verified(place)
    except (VerificationError, UnverifiableError):
        return
    container = open_container(str(place))
    require_meaning(found, {path: read_member(container, path) for path in container.paths}, resealed)


def mutate_program(rng: Random, data: bytes) -> bytes:
    """Other hands, another container, or one change more, less or other."""
    head, rest = bytearray(data[:2].ljust(2, b"\0")), data[2:]
    changes = [rest[at : at + _CHANGE] for at in range(0, len(rest), _CHANGE)]
    match rng.randrange(8):
        case 0:
            # Most of what nobody seals ends at the first comparison of digests.
            head[0] = rng.choice((0, 1, 2, 2, 3, 3))
        case 1:
            head[1] = rng.randrange(4)
        case 2 if changes:
            del changes[rng.randrange(len(changes))]
        case 3 if changes:
            at = rng.randrange(len(changes))
            changes[at] = changes[at][:3] + rng.randbytes(4)
        case _:
            changes.append(bytes([rng.randrange(10), rng.randrange(64), rng.randrange(64)]) + rng.randbytes(4))
    return bytes(head) + b"".join(changes[-MAX_CHANGES:])


TARGETS = {"package": Target(run_package, mutate_program, most=2 + _CHANGE * MAX_CHANGES, rounds=40)}
