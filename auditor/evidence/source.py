"""An admitted file opened again for reading: the same file as was hashed, decompressed within bounds."""

from __future__ import annotations

import io
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from auditor.errors import DigestMismatchError, EvidenceFormatError, MachineError
from auditor.evidence.admission import AdmittedFile
from auditor.evidence.hashing import identity
from auditor.evidence.paths import Root

MAX_PLAIN_BYTES = 1 << 38
MAX_RATIO = 200
"""Logs shrink to a tenth or a fiftieth; deflate can reach 1032, and only a bomb does."""
RATIO_GRACE = 16 << 20
BLOCK = 1 << 20
_GZIP = b"\x1f\x8b"


class Gunzip(io.RawIOBase):
    """Decompressed bytes of a gzip file of one or more members; refuses bombs, truncation and trailing bytes.

    Raises:
        EvidenceFormatError: on reading, with the item as place.
    """

    def __init__(
        self, file: BinaryIO, place: str, *, max_bytes: int = MAX_PLAIN_BYTES, max_ratio: int = MAX_RATIO
    ) -> None:
        self._file = file
        self._place = place
        self._max_bytes = max_bytes
        self._max_ratio = max_ratio
        self._state = zlib.decompressobj(31)
        self._pending = b""
        self._taken = 0
        self._given = 0
        self._between = True

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: object) -> int:
        """Decompressed bytes into the buffer; 0 at the end."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        data = self._next(len(view))
        view[: len(data)] = data
        self._given += len(data)
        if self._given > self._max_bytes:
            self._refuse(f"more than {self._max_bytes} bytes when decompressed")
        if self._given > RATIO_GRACE and self._given > self._max_ratio * self._taken:
            self._refuse(f"decompresses to more than {self._max_ratio} times its size")
        return len(data)

    def _refuse(self, problem: str) -> None:
        hint = "export it again, uncompressed if need be"
        raise EvidenceFormatError(f"gzip: {problem}", place=self._place, hint=hint)

    def _next(self, size: int) -> bytes:
        while True:
            if not self._pending:
                self._pending = self._file.read(BLOCK)
                self._taken += len(self._pending)
                if not self._pending:
                    if not self._between:
                        self._refuse("the file is cut short")
                    return b""
            if self._between and not _GZIP.startswith(self._pending[:2]):
                self._refuse("bytes follow the end of the compressed data")
            self._between = False
            try:
                data = self._state.decompress(self._pending, size)
            except zlib.error as error:
                hint = "export it again"
                raise EvidenceFormatError(f"gzip: damaged: {error}", place=self._place, hint=hint) from error
            self._pending = self._state.unconsumed_tail
            if self._state.eof:
                self._pending = self._state.unused_data
                self._state = zlib.decompressobj(31)
                self._between = True
            if data:
                return data


class Source:
    """One admitted file, open; `path` names the same open file for DuckDB."""

    def __init__(self, root: Root, descriptor: int, file: AdmittedFile, workdir: Path) -> None:
        self.descriptor = descriptor
        self._named = root.folder.absolute() / file.item.path
        self.item = file.item
        self.place = file.item.path
        self._workdir = workdir
        head = os.pread(descriptor, 2, 0)
        self.compressed = head == _GZIP
        if self.place.endswith(".gz") != self.compressed:
            problem = "named .gz, but is not gzip" if not self.compressed else "is gzip, but is not named .gz"
            raise EvidenceFormatError(problem, place=self.place, hint="name the file for what it is")

    def scratch(self, purpose: str) -> Path:
        """A path in the working directory for a temporary copy."""
        return self._workdir / f"{purpose}-{self.item.sha256[:16]}"

    @contextmanager
    def stream(self) -> Iterator[BinaryIO]:
        """The decompressed bytes from the beginning, buffered."""
        os.lseek(self.descriptor, 0, os.SEEK_SET)
        with os.fdopen(os.dup(self.descriptor), "rb", buffering=0) as raw:
            plain = Gunzip(raw, self.place) if self.compressed else raw
            with io.BufferedReader(plain, BLOCK) as buffered:
                yield buffered

    @contextmanager
    def plain_path(self) -> Iterator[str]:
        """A path of the decompressed bytes, while the context lasts."""
        if not self.compressed:
            # The open file itself, so that no other can be put under its name meanwhile.
            own = f"/proc/self/fd/{self.descriptor}"
            yield own if os.path.exists(own) else str(self._named)
            return
        target = self.scratch("plain")
        try:
            with self.stream() as stream, open(target, "wb") as copy:
                while block := stream.read(BLOCK):
                    copy.write(block)
            yield str(target)
        except OSError as error:
            raise MachineError("the file cannot be decompressed", place=str(target), hint=error.strerror) from error
        finally:
            target.unlink(missing_ok=True)


@contextmanager
def open_source(root: Root, file: AdmittedFile, workdir: Path) -> Iterator[Source]:
    """The admitted file, open; checked to be unchanged before and after the context.

    Raises:
        DigestMismatchError: it is not the file that was admitted, or it changed.
        EvidenceFormatError: its name and its compression disagree.
    """
    descriptor = root.open(file.item.path)
    try:
        _refuse_change(descriptor, file)
        yield Source(root, descriptor, file, workdir)
        _refuse_change(descriptor, file)
    finally:
        os.close(descriptor)


def _refuse_change(descriptor: int, file: AdmittedFile) -> None:
    if identity(descriptor) != file.identity:
        raise DigestMismatchError(
            "the file changed after it was admitted", place=file.item.path, hint="admit the bundle again"
        )
