"""What the document is printed with: templates, style sheet and fonts, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from auditor.canon.digest import sha256_hex
from auditor.errors import MachineError

STYLESHEET = "attestation.css"


@dataclass(frozen=True, slots=True)
class ReportKit:
    """Templates by name, the style sheet's text, and the fonts by file name; nothing else can be fetched."""

    templates: Mapping[str, str]
    stylesheet: str
    fonts: Mapping[str, bytes]

    @property
    def digest(self) -> str:
        """SHA-256 that names what an attestation is printed with: over name and SHA-256 of each file, by name."""
        files = {name: text.encode() for name, text in self.templates.items() if name.startswith(("_", "attestation"))}
        files |= {STYLESHEET: self.stylesheet.encode(), **self.fonts}
        return sha256_hex("".join(f"{sha256_hex(data)}  {name}\n" for name, data in sorted(files.items())).encode())


def read_kit(folder: Path) -> ReportKit:
    """The kit in a folder: `*.html.j2`, `attestation.css` and `fonts/*.ttf`.

    Raises:
        MachineError: a file is missing or cannot be read.
    """
    try:
        return ReportKit(
            templates={path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.html.j2"))},
            stylesheet=(folder / STYLESHEET).read_text("utf-8"),
            fonts={path.name: path.read_bytes() for path in sorted((folder / "fonts").glob("*.ttf"))},
        )
    except OSError as error:
        raise MachineError(
            f"cannot read the report's templates: {error.strerror}", place=str(error.filename)
        ) from error
