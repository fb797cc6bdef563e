"""Where the content lies: in the wheel beside the package, in a checkout beside it; and the files of a folder."""

from __future__ import annotations

from pathlib import Path

from auditor.errors import MachineError
from auditor.jobs.files import machine_error, read_file

_PACKAGE = Path(__file__).resolve().parent.parent


def content_folder(name: str) -> Path:
    """The folder `controls` or `templates` of this installation."""
    for folder in (_PACKAGE / "content" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise MachineError(f"this installation has no {name} folder", place=str(_PACKAGE), hint="install it again")


def folder_files(folder: Path) -> dict[str, bytes]:
    """Every regular file under `folder` by POSIX path; hidden files and links are left out."""
    try:
        return {
            path.relative_to(folder).as_posix(): read_file(path)
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.is_symlink() and not path.name.startswith(".")
        }
    except OSError as error:
        raise machine_error(error, folder) from error
