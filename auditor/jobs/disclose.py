"""Editions of a package that withhold items, and single leaves opened for one reader. No signature changes."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from auditor.attestation.commitment import (
    FILES,
    LEAVES,
    MAX_RECORD_LEAVES,
    OPENINGS,
    RECORDS,
    TREE,
    Tree,
    make_opening,
    record_files,
    require_file,
    verify_opening,
    verify_openings,
    verify_record_opening,
    verify_record_openings,
    verify_tree,
)
from auditor.attestation.leaves import MAX_LEAF, Opening, opening_lines, parse
from auditor.canon.digest import is_sha256_hex
from auditor.canon.merkle import HASH_BYTES, root_of_hashes
from auditor.errors import BindingError, MachineError, StatementError, UnknownReferenceError
from auditor.jobs.container import Container, open_container, read
from auditor.jobs.files import machine_error, read_file, write_file

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

_CHUNK = 1 << 20
_SHOWN = 20
"""Of the items that a refusal names."""


class Evidence(NamedTuple):
    """The commitment of a package as read from it, its leaf hashes leading to the root it states.

    Whether that root was signed is for `auditor verify` to say.
    """

    container: Container
    tree: Tree
    leaves: bytes
    openings: tuple[Opening, ...]

    @property
    def items(self) -> dict[str, Opening]:
        """The opened items by id."""
        return {one.item: one for one in self.openings if one.item is not None}


class Edition(NamedTuple):
    """What an edition shows: ids of items opened, withheld, and how many records of withheld items."""

    opened: tuple[str, ...]
    withheld: tuple[str, ...]
    records: int


def read_evidence(package: str, container: Container | None = None) -> Evidence:
    """The commitment and openings of a package (a folder or a zip, perhaps open already), held against each other.

    Raises:
        VerificationError: tree, leaves and openings do not fit together.
        MachineError: the package cannot be read.
    """
    container = container or open_container(package)
    data, leaves = read(container, TREE), read(container, LEAVES)
    root = parse(data, TREE, MAX_LEAF).get("root")
    if not is_sha256_hex(root):
        raise StatementError("the tree has no root", place=TREE, value=root)
    tree = verify_tree(data, leaves, str(root))
    openings: tuple[Opening, ...] = ()
    if OPENINGS in container.paths:
        with container.open(OPENINGS) as stream:
            openings = verify_openings(tree, leaves, opening_lines(stream, OPENINGS))
    return Evidence(container, tree, leaves, openings)


def disclose_edition(
    package: str,
    out: Path,
    *,
    withhold: Sequence[str] | None = None,
    only: Sequence[str] | None = None,
    records: Mapping[str, Iterable[bytes]] | None = None,
    progress: Callable[[str], None] = lambda line: None,
) -> Edition:
    """Write to the new folder `out` an edition of `package` without the items in `withhold`, or with those in `only`.

    `records`: leaves of single records to open, by item, where the item itself is withheld. All other files are copied
    as they are, so that every signature and seal holds.

    Raises:
        UnknownReferenceError: an item that is not opened in this package.
        BindingError: a file or record is not what was committed to.
        MachineError: `out` exists or lies in the package, or the machine refuses.
    """
    _require_beside(package, out)
    progress("reading the package")
    evidence = read_evidence(package)
    kept = _kept(evidence, withhold, only)
    work = out.with_name(f".{out.name}.{secrets.token_hex(4)}.part")
    try:
        if os.path.lexists(out):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        work.mkdir()
        progress("copying the evidence that is disclosed")
        _copy_files(evidence, kept, work)
        opened = [one for one in evidence.openings if one.item is None or one.item in kept]
        _write_lines(work / OPENINGS, [one.text for one in opened])
        count = sum(_open_records(evidence, item, leaves, kept, work) for item, leaves in (records or {}).items())
        os.rename(work, out)
    except OSError as error:
        raise machine_error(error, out) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Edition(tuple(sorted(kept)), tuple(sorted(set(evidence.items) - kept)), count)


def _require_beside(package: str, out: Path) -> None:
    # A package holds exactly the files of its manifest: one more, and it fails for everybody.
    if Path(package).resolve() in out.resolve().parents:
        raise MachineError("lies in the package itself", place=str(out), hint="name a folder beside the package")


def _kept(evidence: Evidence, withhold: Sequence[str] | None, only: Sequence[str] | None) -> set[str]:
    known = set(evidence.items)
    for item in (*(withhold or ()), *(only or ())):
        _require_known(evidence, item)
    return known & set(only) if only is not None else known - set(withhold or ())


def _require_known(evidence: Evidence, item: str) -> Opening:
    if item not in evidence.items:
        known = sorted(evidence.items)
        more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
        hint = f"opened here: {', '.join(known[:_SHOWN]) or 'nothing'}{more}"
        raise UnknownReferenceError("no such item is opened in this package", value=item, hint=hint)
    return evidence.items[item]


def _copy_files(evidence: Evidence, kept: set[str], work: Path) -> None:
    vouched = {f"{FILES}/{one.path}": one for one in evidence.openings if one.item is not None}
    opened_records = {record_files(item)[1]: item for item in evidence.items}
    for path in evidence.container.paths:
        if path.startswith(f"{FILES}/"):
            if path not in vouched:
                raise BindingError("a file that no opened leaf vouches for", place=path)
            if vouched[path].item in kept:
                _copy(evidence.container, path, work, vouched[path])
        elif path.startswith(f"{RECORDS}/") and path.endswith(".openings.jsonl"):
            # Records opened before stay open only with their item.
            if opened_records.get(path) in kept:
                _copy(evidence.container, path, work)
        elif path != OPENINGS:
            _copy(evidence.container, path, work)


def _copy(container: Container, path: str, work: Path, opening: Opening | None = None) -> None:
    import hashlib

    target = work / path
    target.parent.mkdir(parents=True, exist_ok=True)
    state, size = hashlib.sha256(), 0
    with container.open(path) as source, open(target, "xb") as copy:
        while chunk := source.read(_CHUNK):
            state.update(chunk)
            size += len(chunk)
            copy.write(chunk)
    if opening is not None:
        require_file(opening, size, state.hexdigest())


def _open_records(evidence: Evidence, item: str, leaves: Iterable[bytes], kept: set[str], work: Path) -> int:
    _require_known(evidence, item)
    if item in kept:
        raise UnknownReferenceError("the whole item is disclosed, and its records with it", value=item)
    lines = list(leaves)
    place, target = record_files(item)
    hashes = read(evidence.container, place, MAX_RECORD_LEAVES)
    try:
        verify_record_openings(item, _tree_of(hashes), hashes, lines)
    except BindingError as error:
        raise _other_bundle(item) from error
    _write_lines(work / target, lines)
    return len(lines)


def _tree_of(hashes: bytes) -> Tree:
    return Tree(root_of_hashes(hashes).hex(), len(hashes) // HASH_BYTES)


def _write_lines(path: Path, lines: Iterable[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file:
        file.writelines(line + b"\n" for line in lines)


def open_item(package: str, item: str, out: Path) -> None:
    """Write the opening of one item to the file `out`, for a reader who has an edition that withholds it.

    The item's own file is handed over beside it.
    """
    evidence = read_evidence(package)
    opening = _require_known(evidence, item)
    write_file(out, make_opening(opening.text, opening.index, evidence.leaves))


def open_record(package: str, item: str, leaf: bytes, record: int, out: Path) -> None:
    """Write the opening of one record, whose leaf is `leaf`, to the file `out`.

    Raises:
        BindingError: not the leaf of that record in the package.
    """
    container = open_container(package)
    hashes = read(container, record_files(item)[0], MAX_RECORD_LEAVES)
    try:
        opening = make_opening(leaf, record - 1, hashes)
    except BindingError as error:
        raise _other_bundle(item) from error
    write_file(out, opening)


def _other_bundle(item: str) -> BindingError:
    return BindingError(
        "the bundle's record is not the one that was committed to", place=item,
        hint="give the bundle that this package was made from",
    )  # fmt: skip


def check_opening(package: str, opening: Path, file: Path | None = None) -> list[tuple[str, str]]:
    """Hold an opening, and the item's `file` if there is one, against `package`; returns what it opens, in words.

    Raises:
        VerificationError: it opens nothing of this package, or the file is another.
    """
    evidence = read_evidence(package)
    data = read_file(opening)
    leaf = parse(data, str(opening), len(data)).get("leaf")
    if isinstance(leaf, dict) and "record" in leaf:
        return _check_record(evidence, data, str(leaf.get("item")))
    found = verify_opening(data, root=evidence.tree.root, size=evidence.tree.size)
    if found.item is None:
        return [("leaf", "0, the head of the bundle"), ("root", evidence.tree.root)]
    told = [("item", found.item), ("leaf", f"{found.index} of {evidence.tree.size}"), ("path", found.path)]
    told += [("size", f"{found.size} bytes"), ("SHA-256", found.sha256)]
    if file is not None:
        size, digest = _digest(file)
        require_file(found, size, digest)
        told.append(("file", f"{file} is this item"))
    return [*told, ("root", evidence.tree.root)]


def _check_record(evidence: Evidence, data: bytes, item: str) -> list[tuple[str, str]]:
    hashes = read(evidence.container, record_files(item)[0], MAX_RECORD_LEAVES)
    tree = _tree_of(hashes)
    found = verify_record_opening(data, item=item, root=tree.root, size=tree.size)
    return [("item", item), ("record", f"{found.record} of {tree.size}"), ("text", found.text), ("root", tree.root)]


def _digest(file: Path) -> tuple[int, str]:
    import hashlib

    try:
        with open(file, "rb") as stream:
            return os.fstat(stream.fileno()).st_size, hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise machine_error(error, file) from error
