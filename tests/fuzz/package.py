"""The package: its manifest, the paths it may hold, and the zip that it may come in."""

from __future__ import annotations

import io
import itertools
import zipfile
from pathlib import PurePosixPath
from random import Random

from auditor.attestation.package import make_manifest, parse_manifest, require_files, require_layout
from auditor.errors import BindingError, StatementError
from auditor.jobs.container import _read_members
from tests.fuzz.mutate import mutate_bytes, mutate_json, mutate_lines
from tests.fuzz.target import Target, require


def run_manifest(data: bytes) -> None:
    """What is read would be written as the same bytes, and every path has its place."""
    try:
        found = parse_manifest(data)
    except StatementError:
        return
    require(make_manifest(found.package, found.files) == data, "a second spelling", data)
    require_layout(found.files)
    require_files(found, found.files)


def run_layout(data: bytes) -> None:
    """Paths, one on each line: what passes stays inside, and no two are one file elsewhere."""
    # A container has each path once.
    paths = list(dict.fromkeys(data.decode("utf-8", "surrogateescape").split("\n")))
    try:
        require_layout(paths)
    except BindingError:
        return
    for path in paths:
        parts = PurePosixPath(path).parts
        require(str(PurePosixPath(path)) == path and ".." not in parts and not path.startswith("/"), "leads out", path)
        require(path.isprintable() and "\\" not in path and path.isascii() | path.startswith("evidence/files/"), path)
    require(len({path.casefold() for path in paths}) == len(paths), "two paths of one file", data)


def run_zip(data: bytes) -> None:
    """A zip that is read holds the same files for another reader, and nothing between them."""
    try:
        members = _read_members(io.BytesIO(data), "zip")
        require_layout(members)
    except BindingError:
        return
    try:
        other = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError):
        # It asks for a later version of the format than it uses: another reader may refuse what we take.
        return
    with other:
        require({one.filename for one in other.infolist()} == set(members), "other files elsewhere", data)
        for one in other.infolist():
            found = members[one.filename]
            require(one.file_size == found.size, "another size elsewhere", data)
            require(one.compress_type == zipfile.ZIP_STORED and not one.flag_bits & 1, "not simply stored", data)
            try:
                stored = other.read(one)
            except (zipfile.BadZipFile, NotImplementedError):
                # Another reader may refuse what we take, such as a wrong checksum: the manifest's digests stand for it.
                continue
            require(stored == data[found.start : found.start + found.size], "other bytes elsewhere", data)
    spans = sorted((one.start, one.size) for one in members.values())
    require(all(a + b <= c for (a, b), (c, _) in itertools.pairwise(spans)), "files overlap", data)


def mutate_zip(rng: Random, data: bytes) -> bytes:
    """Bytes changed, every second time with the places of the directory right again."""
    changed = mutate_bytes(rng, data)
    if rng.random() < 0.5:
        return changed
    start, end = changed.find(b"PK\x01\x02"), changed.rfind(b"PK\x05\x06")
    if not 0 <= start < end or len(changed) < end + 22:
        return changed
    tail = bytearray(changed[end : end + 22])
    tail[12:16], tail[16:20] = (end - start).to_bytes(4, "little"), start.to_bytes(4, "little")
    return changed[:end] + bytes(tail)


TARGETS = {
    "manifest": Target(run_manifest, mutate_json, rounds=100),
    "layout": Target(run_layout, mutate_lines(mutate_bytes), rounds=300),
    "zip": Target(run_zip, mutate_zip, rounds=200),
}
