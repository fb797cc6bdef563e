"""A package's container: folders and zips that try to be more than they are."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from pathlib import Path

import pytest

from auditor.errors import BindingError, MachineError
from auditor.jobs.container import Folder, StoredZip, digest, is_package, open_container, read, write_zip

FILES = {
    "README.txt": b"read me\n",
    "evidence/leaves.bin": bytes(64),
    "evidence/files/evidence/é.csv": b"a,b\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "package"
    for path, data in FILES.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_bytes(data)
    return place


@pytest.fixture
def zipped(folder: Path, tmp_path: Path) -> Path:
    target = tmp_path / "package.zip"
    with target.open("wb") as file:
        write_zip(str(folder), file)
    return target


def test_folder_and_zip_hold_the_same_files(folder: Path, zipped: Path) -> None:
    assert is_package(str(folder))
    assert is_package(str(zipped))
    one, other = open_container(str(folder)), open_container(str(zipped))
    assert isinstance(one, Folder)
    assert isinstance(other, StoredZip)
    assert one.paths == other.paths == tuple(sorted(FILES))
    for path, data in FILES.items():
        assert read(one, path) == read(other, path) == data
        assert digest(one, path) == digest(other, path)


def test_other_zip_readers_agree(zipped: Path, folder: Path) -> None:
    with zipfile.ZipFile(zipped) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == FILES
    again = io.BytesIO()
    write_zip(str(folder), again)
    assert again.getvalue() == zipped.read_bytes()


def test_a_window_into_a_zip_ends_where_the_file_ends(zipped: Path) -> None:
    container = open_container(str(zipped))
    with container.open("README.txt") as file:
        assert list(file) == [b"read me\n"]
        assert file.read(10) == b""
    with container.open("evidence/leaves.bin") as file:
        assert (len(file.read(60)), len(file.read())) == (60, 4)


@pytest.mark.parametrize("kind", ["link to a file", "link to a folder", "fifo"])
def test_what_is_no_regular_file_is_refused(folder: Path, kind: str) -> None:
    if kind == "fifo":
        os.mkfifo(folder / "pipe")
    else:
        (folder / "link").symlink_to("/etc/passwd" if kind == "link to a file" else "/etc")
    with pytest.raises(BindingError, match="link or special file"):
        open_container(str(folder))


def test_a_folder_swapped_for_a_link_after_the_walk_is_not_followed(folder: Path, tmp_path: Path) -> None:
    container = open_container(str(folder))
    (folder / "evidence").rename(tmp_path / "elsewhere")
    (folder / "evidence").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(MachineError):
        read(container, "evidence/leaves.bin")


def test_folders_nested_without_end_are_refused(folder: Path) -> None:
    (folder / "/".join(["x"] * 30)).mkdir(parents=True)
    with pytest.raises(BindingError, match="nested too deep"):
        open_container(str(folder))


def test_a_file_larger_than_the_limit_is_refused(folder: Path) -> None:
    with pytest.raises(BindingError, match="larger than"):
        read(open_container(str(folder)), "README.txt", limit=3)
    with pytest.raises(BindingError, match="lacks a file"):
        read(open_container(str(folder)), "manifest.json")


def _bend(data: bytes, mark: bytes, offset: int, new: bytes, *, last: bool = False) -> bytes:
    at = (data.rindex if last else data.index)(mark) + offset
    return data[:at] + new + data[at + len(new) :]


BENT = {
    "compressed": lambda d: _bend(d, b"PK\x01\x02", 10, b"\x08\x00"),
    "encrypted": lambda d: _bend(d, b"PK\x01\x02", 8, b"\x01\x00"),
    "data descriptor": lambda d: _bend(d, b"PK\x01\x02", 8, b"\x08\x00"),
    "two sizes": lambda d: _bend(d, b"PK\x03\x04", 22, struct.pack("<I", 3)),
    "two names": lambda d: _bend(d, b"README.txt", 0, b"READYE.txt"),
    "two checksums": lambda d: _bend(d, b"PK\x03\x04", 14, b"\0\0\0\0"),
    "overlap": lambda d: _bend(d, b"PK\x01\x02", 42, struct.pack("<I", 0), last=True),
    "prefix": lambda d: b"MZ" + d,
    "trailing bytes": lambda d: d + b"\n",
    "comment": lambda d: d[:-2] + b"\x01\x00x",
    "fewer entries": lambda d: d[:-14] + struct.pack("<2H", 2, 2) + d[-10:],
    "more entries": lambda d: d[:-14] + struct.pack("<2H", 9, 9) + d[-10:],
    "second disk": lambda d: d[:-18] + b"\x01\x00" + d[-16:],
    "cut": lambda d: d[:-30],
    "empty": lambda _: b"",
    "nothing but an end": lambda d: d[-22:],
}


@pytest.mark.parametrize("trick", BENT)
def test_a_bent_zip_is_refused(zipped: Path, trick: str) -> None:
    zipped.write_bytes(BENT[trick](zipped.read_bytes()))
    with pytest.raises(BindingError):
        open_container(str(zipped))


def test_every_flipped_byte_of_the_zip_s_own_structure_is_refused_or_changes_a_file(zipped: Path) -> None:
    data = zipped.read_bytes()
    honest = {path: digest(open_container(str(zipped)), path) for path in FILES}
    unseen = 0
    for at in range(len(data)):
        zipped.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        try:
            container = open_container(str(zipped))
            found = {path: digest(container, path) for path in container.paths}
        except BindingError:
            continue
        unseen += found == honest
    # Versions, dates and file modes say nothing that we read.
    assert unseen <= 30 * len(FILES)


def test_a_file_twice_and_a_compressed_bomb_are_refused(tmp_path: Path) -> None:
    target = tmp_path / "twice.zip"
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("README.txt", "one")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("README.txt", "two")
    with pytest.raises(BindingError, match="twice"):
        open_container(str(target))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", bytes(2**24))
    with pytest.raises(BindingError, match="not simply stored"):
        open_container(str(target))
