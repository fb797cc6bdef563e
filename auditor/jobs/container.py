"""A package's files, read in bounds from a folder or from a zip that stores them as they are.

Both may be hostile. A folder is walked without following a link. A zip is read by a reader of our own that knows stored
files only and accounts for every byte of the file: no compression, so no bomb; no encryption; one name, one entry; the
entries lie one after the other from the first byte to the central directory (APPNOTE 6.3.10, sections 4.3.7 to 4.3.16).
"""

from __future__ import annotations

import hashlib
import os
import stat
import struct
from bisect import bisect_left
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol

from auditor.errors import BindingError, MachineError
from auditor.jobs.files import machine_error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.attestation.package import FileDigests

MAX_MEMBER_BYTES = 256 * 2**20
"""The most that is read into memory at once; larger evidence is hashed as it passes."""
MAX_DEPTH = 24
_CHUNK = 1 << 20
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_UTF8 = 0x800
_KIND = 0o170000
_DOS_FOLDER = 0x10
_MOST_ZIPPED = 2**32 - 2**24


class Container(Protocol):
    """The files of a package by path, in order of path."""

    place: str
    paths: tuple[str, ...]

    def open(self, path: str) -> BinaryIO:
        """The file at `path`, to be read and closed."""

    def size(self, path: str) -> int:
        """Its size in bytes."""


def open_container(place: str) -> Container:
    """The package at `place`: a folder, or a stored-only zip.

    Raises:
        BindingError: it holds a link, a special file, or is no zip that we read.
        MachineError: it cannot be read.
    """
    try:
        return Folder(place) if stat.S_ISDIR(os.stat(place).st_mode) else StoredZip(place)
    except OSError as error:
        raise machine_error(error, place) from error


def is_package(place: str) -> bool:
    """Whether `place` looks like a package: a folder, or a file that begins as a zip does."""
    try:
        if os.path.isdir(place):
            return True
        with open(place, "rb") as file:
            return file.read(4) == b"PK\x03\x04"
    except OSError as error:
        raise machine_error(error, place) from error


def has(container: Container, path: str) -> bool:
    """Whether the package holds a file of that path. Their order makes it quick, however many there are."""
    index = bisect_left(container.paths, path)
    return index < len(container.paths) and container.paths[index] == path


def read(container: Container, path: str, limit: int = MAX_MEMBER_BYTES) -> bytes:
    """The bytes of one file.

    Raises:
        BindingError: there is no such file in the package, or it is larger than `limit`.
    """
    if not has(container, path):
        raise BindingError("the package lacks a file", place=container.place, value=path)
    size = container.size(path)
    if size > limit:
        raise BindingError(f"larger than the {limit} bytes allowed", place=path, value=size)
    with container.open(path) as file:
        # One byte more tells a file that grew; memory is set aside for as much as is asked for.
        return file.read(size + 1)


def digest(container: Container, path: str) -> FileDigests:
    """Size, SHA-256 and SHA-512 of one file, in one pass and bounded memory."""
    # What a package may hold is loaded for a package only: a report alone should verify at once.
    from auditor.attestation.package import FileDigests

    sha256, sha512, size = hashlib.sha256(), hashlib.sha512(), 0
    with container.open(path) as file:
        while chunk := file.read(_CHUNK):
            sha256.update(chunk)
            sha512.update(chunk)
            size += len(chunk)
    return FileDigests(size, sha256.hexdigest(), sha512.hexdigest())


class Folder:
    """A package as a folder; every file is reached without following a link."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.paths = tuple(sorted(self._walk()))

    def _walk(self) -> Iterator[str]:
        from auditor.attestation.package import MAX_FILES

        pending, count = [("", 0)], 0
        while pending:
            prefix, depth = pending.pop()
            with os.scandir(os.path.join(self.place, prefix)) as entries:
                for entry in entries:
                    path = f"{prefix}/{entry.name}" if prefix else entry.name
                    if entry.is_dir(follow_symlinks=False):
                        if depth >= MAX_DEPTH:
                            raise BindingError("folders are nested too deep for a package", place=path)
                        pending.append((path, depth + 1))
                    elif entry.is_file(follow_symlinks=False):
                        count += 1
                        if count > MAX_FILES:
                            raise BindingError("too many files for a package", place=self.place)
                        yield path
                    else:
                        raise BindingError("a link or special file has no place in a package", place=path)

    def size(self, path: str) -> int:
        """Its size in bytes, as it is now."""
        try:
            return os.stat(os.path.join(self.place, path), follow_symlinks=False).st_size
        except OSError as error:
            raise machine_error(error, path) from error

    def open(self, path: str) -> BinaryIO:
        """The file, reached without following a link."""
        try:
            descriptor = self._open(path)
        except OSError as error:
            raise machine_error(error, path) from error
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise BindingError("a link or special file has no place in a package", place=path)
        return os.fdopen(descriptor, "rb")

    def _open(self, path: str) -> int:
        # Step by step from the package's own folder: a folder swapped for a link meanwhile is not followed.
        *folders, name = path.split("/")
        here = os.open(self.place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for folder in folders:
                following = os.open(
                    folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=here
                )  # fmt: skip
                os.close(here)
                here = following
            return os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=here)
        finally:
            os.close(here)


class _Member(NamedTuple):
    start: int
    size: int


class StoredZip:
    """A package as a zip of stored files, every byte of which is accounted for."""

    def __init__(self, place: str) -> None:
        self.place = place
        with open(place, "rb") as file:
            self._members = dict(sorted(_read_members(file, place).items()))
        self.paths = tuple(self._members)

    def size(self, path: str) -> int:
        """Its size in bytes."""
        return self._members[path].size

    def open(self, path: str) -> BinaryIO:
        """The file, as a window into the zip."""
        member = self._members[path]
        try:
            file = open(self.place, "rb")  # noqa: SIM115 - handed over inside the window
            file.seek(member.start)
        except OSError as error:
            raise machine_error(error, self.place) from error
        return _Window(file, member.size)  # type: ignore[return-value]


class _Window:
    """So many bytes of an open file from where it stands."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._left = file, size

    def read(self, most: int = -1) -> bytes:
        wanted = self._left if most < 0 else min(most, self._left)
        data = self._file.read(wanted)
        self._left -= len(data)
        return data

    def __iter__(self) -> Iterator[bytes]:
        while self._left:
            line = self._file.readline(self._left)
            self._left = self._left - len(line) if line else 0
            yield line

    def __enter__(self) -> _Window:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._file.close()


def _read_members(file: BinaryIO, place: str) -> dict[str, _Member]:
    from auditor.attestation.package import MAX_FILES

    size = file.seek(0, os.SEEK_END)
    if size < _END.size:
        raise BindingError("not a package: neither a folder nor a zip", place=place)
    file.seek(size - _END.size)
    signature, disk, start_disk, here, entries, length, offset, comment = _END.unpack(file.read(_END.size))
    if signature != b"PK\x05\x06" or comment:
        raise BindingError("not a package: the file does not end as a plain zip does", place=place)
    if disk or start_disk or here != entries or entries > MAX_FILES or offset + length + _END.size != size:
        raise BindingError("the zip's end does not fit its contents", place=place, hint="make the package again")
    file.seek(offset)
    directory = file.read(length)
    members: dict[str, _Member] = {}
    expected = position = 0
    for _ in range(entries):
        name, member, expected, position = _read_entry(file, directory, position, expected, place)
        if name in members:
            raise BindingError("the zip holds a file twice", place=place, value=name)
        members[name] = member
    if position != length or expected != offset:
        raise BindingError("the zip holds bytes that belong to no file", place=place)
    return members


def _read_entry(
    file: BinaryIO, directory: bytes, position: int, expected: int, place: str
) -> tuple[str, _Member, int, int]:
    if position + _CENTRAL.size > len(directory):
        raise BindingError("the zip's directory is cut short", place=place)
    fields = _CENTRAL.unpack_from(directory, position)
    signature, flags, method, crc, packed, size = fields[0], fields[3], fields[4], fields[7], fields[8], fields[9]
    name_length, extra, comment, disk, offset = fields[10], fields[11], fields[12], fields[13], fields[16]
    raw = directory[position + _CENTRAL.size : position + _CENTRAL.size + name_length]
    if signature != b"PK\x01\x02" or len(raw) != name_length:
        raise BindingError("the zip's directory cannot be read", place=place)
    # Whoever unpacks a file that is marked as a link makes a link, to wherever its bytes say.
    plain = fields[15] >> 16 & _KIND in (0, stat.S_IFREG) and not fields[15] & _DOS_FOLDER
    if flags & ~_UTF8 or method or packed != size or extra or comment or disk or offset != expected or not plain:
        raise BindingError(
            "the zip holds a file that is not simply stored", place=place, value=raw[:80],
            hint="unpack it into a folder and verify that",
        )  # fmt: skip
    file.seek(offset)
    local = file.read(_LOCAL.size)
    if len(local) != _LOCAL.size:
        raise BindingError("the zip is cut short", place=place)
    found = _LOCAL.unpack(local)
    stored = file.read(name_length)
    if found[0] != b"PK\x03\x04" or (found[2], found[3]) != (flags, method) or stored != raw:
        raise BindingError("the zip says two things about one file", place=place, value=raw[:80])
    if found[6:] != (crc, packed, size, name_length, 0):
        raise BindingError("the zip says two things about one file", place=place, value=raw[:80])
    try:
        name = raw.decode("utf-8" if flags & _UTF8 else "ascii")
    except UnicodeDecodeError as error:
        raise BindingError("a name in the zip is not text", place=place) from error
    start = offset + _LOCAL.size + name_length
    following = position + _CENTRAL.size + name_length
    return name, _Member(start, size), start + size, following


def write_zip(folder: str, target: BinaryIO) -> None:
    """Write the package in `folder` as a stored-only zip: the same files give the same bytes.

    Raises:
        MachineError: it is too large for a zip without extensions.
    """
    import zlib

    container = Folder(folder)
    central = bytearray()
    offset = 0
    if sum(map(container.size, container.paths)) >= _MOST_ZIPPED or len(container.paths) >= 0xFFFF:
        raise MachineError(
            "too much for a zip without extensions (4 GiB, 65,535 files)", place=folder, hint="hand over the folder"
        )
    for path in container.paths:
        name = path.encode("utf-8")
        flags = 0 if path.isascii() else _UTF8
        crc = 0
        with container.open(path) as file:
            while chunk := file.read(_CHUNK):
                crc = zlib.crc32(chunk, crc)
        size = container.size(path)
        # 1980-01-01, the earliest a zip can say: packing has no date of its own.
        head = (flags, 0, 0, 33, crc, size, size, len(name), 0)
        target.write(_LOCAL.pack(b"PK\x03\x04", 20, *head) + name)
        with container.open(path) as file:
            while chunk := file.read(_CHUNK):
                target.write(chunk)
        central += _CENTRAL.pack(b"PK\x01\x02", 20, 20, *head, 0, 0, 0, 0o100644 << 16, offset) + name
        offset += _LOCAL.size + len(name) + size
    target.write(central)
    count = len(container.paths)
    target.write(_END.pack(b"PK\x05\x06", 0, 0, count, count, len(central), offset, 0))
