"""Paths that stay inside the bundle, mean one file on every system, and lead through no link."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from auditor.errors import EvidenceError, MachineError, ManifestError, PathError

MANIFEST = "bundle.yaml"
FOLDER = "evidence"
MAX_FILES = 2_000_000
MAX_DEPTH = 20
_FORBIDDEN = frozenset('\\:*?"<>|')
_RESERVED = frozenset(
    ["con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))]
)


def path_problem(path: str) -> str | None:
    """Why `path` may not name evidence, or None: relative POSIX, under evidence/, one spelling, portable."""
    if not path.isprintable():
        return "the path has a control or invisible character"
    if not _FORBIDDEN.isdisjoint(path):
        return 'the path has a character that is not portable (\\ : * ? " < > |)'
    if path.startswith("/"):
        return "the path is absolute"
    parts = path.split("/")
    if "" in parts or "." in parts or ".." in parts:
        return "the path has an empty, . or .. part"
    if parts[0] != FOLDER or len(parts) < 2:
        return f"the path is not under {FOLDER}/"
    if len(parts) > MAX_DEPTH:
        return f"the path has more than {MAX_DEPTH} parts"
    if unicodedata.normalize("NFC", path) != path:
        return "the path is not in Unicode normal form C"
    return next((problem for part in parts if (problem := _part_problem(part))), None)


def _part_problem(part: str) -> str | None:
    if part[-1] in ". " or part[0] == " ":
        return "a part of the path begins with a space, or ends with a space or a point"
    if part.split(".")[0].casefold() in _RESERVED:
        return "a part of the path is a reserved device name"
    return "a part of the path is longer than 255 bytes" if len(part.encode()) > 255 else None


def collisions(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pairs (path, earlier path) that one of the usual file systems would take for the same, or nest in one another."""
    spellings: dict[str, str] = {}
    files: dict[str, str] = {}
    for path in sorted(paths):
        parts = path.split("/")
        clash: str | None = None
        for depth in range(1, len(parts) + 1):
            prefix = "/".join(parts[:depth])
            folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", prefix).casefold())
            known = spellings.setdefault(folded, prefix)
            if known != prefix or (folded in files):
                clash = clash or files.get(folded, known)
        folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())
        files[folded] = path
        if clash is not None:
            yield path, clash


class Root:
    """The bundle's folder, held open: files are reached from it part by part, never through a link."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            self._top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise MachineError("the bundle's folder cannot be opened", place=str(folder), hint=str(error)) from error
        self._last: tuple[str, int] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._forget()
        os.close(self._top)

    def _forget(self) -> None:
        if self._last is not None:
            os.close(self._last[1])
            self._last = None

    def open(self, path: str) -> int:
        """A file descriptor of the regular file at `path`, for reading.

        Raises:
            PathError: a link or anything but a regular file on the way.
            ManifestError: there is no such file.
            MachineError: the machine refuses to open it.
        """
        parent, _, name = path.rpartition("/")
        folder = self._folder(parent, path) if parent else self._top
        descriptor = self._step(name, folder, os.O_RDONLY | os.O_NONBLOCK, path)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise PathError("not a regular file", place=path, hint="replace it by the file itself")
        return descriptor

    def _folder(self, parent: str, path: str) -> int:
        if self._last is not None and self._last[0] == parent:
            return self._last[1]
        self._forget()
        descriptor = os.dup(self._top)
        for part in parent.split("/"):
            try:
                following = self._step(part, descriptor, os.O_RDONLY | os.O_DIRECTORY, path)
            finally:
                os.close(descriptor)
            descriptor = following
        self._last = (parent, descriptor)
        return descriptor

    def _step(self, name: str, folder: int, flags: int, path: str) -> int:
        try:
            return os.open(name, flags | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
        except FileNotFoundError as error:
            hint = "put the file there, or remove the item"
            raise ManifestError("declared, but there is no such file", place=path, hint=hint) from error
        except OSError as error:
            raise _refused(name, folder, path, error) from error

    def walk(self) -> tuple[list[str], list[EvidenceError]]:
        """Paths of all regular files in the folder, and a PathError for everything that is not one."""
        files: list[str] = []
        problems: list[EvidenceError] = []
        pending = [("", 0)]
        while pending:
            prefix, depth = pending.pop()
            folder = self._folder(prefix, prefix) if prefix else self._top
            with os.scandir(folder) as entries:
                for entry in entries:
                    path = f"{prefix}/{entry.name}" if prefix else entry.name
                    if entry.is_symlink():
                        hint = "replace it by the file it stands for"
                        problems.append(PathError("a symbolic link has no place in a bundle", place=path, hint=hint))
                    elif entry.is_dir(follow_symlinks=False):
                        if depth >= MAX_DEPTH:
                            problems.append(PathError("folders are nested too deep", place=path))
                        else:
                            pending.append((path, depth + 1))
                    elif entry.is_file(follow_symlinks=False):
                        files.append(path)
                    else:
                        problems.append(PathError("not a regular file", place=path, hint="remove it"))
            if len(files) > MAX_FILES:
                raise PathError(f"more than {MAX_FILES} files", place=str(self.folder))
        return sorted(files), problems


def _refused(name: str, folder: int, path: str, error: OSError) -> EvidenceError | MachineError:
    try:
        mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
    except OSError:
        mode = 0
    if stat.S_ISLNK(mode):
        return PathError(
            "a symbolic link is in the way", place=path, value=name, hint="replace it by what it stands for"
        )
    if mode and not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        return PathError("not a regular file", place=path, value=name)
    if isinstance(error, NotADirectoryError):
        return ManifestError("declared, but there is no such file", place=path)
    return MachineError("the file cannot be opened", place=path, hint=error.strerror)
