"""The table of public accelerators: figures of makers, each with its source; kept apart from the law."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.canon.yaml import Document, parse_yaml
from auditor.errors import AuditorError, SchemaError, refuse_all
from auditor.model.base import Frozen, Name, Text
from auditor.model.facts import Chip, Die, FigureConfidence, Unit
from auditor.model.shape import shape

_WEAKEST: tuple[FigureConfidence, ...] = ("recalled", "secondary", "data sheet")


class Sheet(Frozen):
    """A publication that figures are from."""

    id: Name
    title: Text
    """With edition or date."""
    url: Text | None = None
    read: Text
    """What was read, and how."""
    confidence: FigureConfidence


class _File(Frozen):
    sources: tuple[Sheet, ...]
    chips: tuple[Chip, ...]


def read_accelerators(data: bytes, name: str) -> dict[str, Chip]:
    """The chips of the table by id, every figure's source written out and the chip's confidence its weakest figure's.

    In the file, `source` (of the chip, a rate or a die) and `dram_source` name an entry of `sources`.

    Raises:
        SchemaError: not the shape of the table, an id twice, a source that is not in `sources`; all of them, with line.
    """
    document = parse_yaml(data, name)
    file = shape(_File, document)
    problems: list[AuditorError] = []
    sheets: dict[str, Sheet] = {}
    for index, sheet in enumerate(file.sources):
        if sheet.id in sheets:
            problems.append(SchemaError("an id given twice", place=document.place(("sources", index)), value=sheet.id))
        sheets[sheet.id] = sheet
    chips: dict[str, Chip] = {}
    for index, chip in enumerate(file.chips):
        path = ("chips", index)
        if chip.id in chips:
            hint = f"the other is at {chips[chip.id].origin}"
            problems.append(SchemaError("an id given twice", place=document.place(path), value=chip.id, hint=hint))
        unknown = sorted(_named(chip) - set(sheets))
        if unknown:
            hint = "add it to the sources at the top of the file"
            problems.append(SchemaError("no such source", place=document.place(path), value=unknown[0], hint=hint))
        else:
            chip = _sourced(chip, sheets)
        chips[chip.id] = located(chip, document, path)
    if problems:
        refuse_all(problems)
    return chips


def located(chip: Chip, document: Document, path: tuple[str | int, ...]) -> Chip:
    """The chip with the file and line of it and of each of its rates; `path` is where it stands in the document."""
    units = tuple(
        unit.model_copy(
            update={
                "rates": tuple(
                    rate.model_copy(update={"origin": document.place((*path, "units", u, "rates", r))})
                    for r, rate in enumerate(unit.rates)
                )
            }
        )
        for u, unit in enumerate(chip.units)
    )
    return chip.model_copy(update={"units": units, "origin": document.place(path)})


def compared(chip: Chip, accelerators: Mapping[str, Chip]) -> Chip:
    """The chip, each rate given as dense marked where it is what the table has as the same chip's sparse figure."""
    known = accelerators.get(chip.id) or next(
        (other for other in accelerators.values() if _bare(other.name) == _bare(chip.name)), None
    )
    if known is None:
        return chip
    sparse = [rate for unit in known.units for rate in unit.rates if rate.sparse]

    def marked(rate: Unit.Rate) -> Unit.Rate:
        # Within one percent, since makers print the same figure as 3,958 and as 3957.8.
        same = [s for s in sparse if s.bits == rate.bits and abs(rate.tops - s.tops) * 100 <= s.tops]
        if rate.sparse or not same:
            return rate
        return rate.model_copy(update={"contradicts": f"{same[0].as_printed or same[0].tops} ({same[0].origin})"})

    units = tuple(unit.model_copy(update={"rates": tuple(marked(rate) for rate in unit.rates)}) for unit in chip.units)
    return chip.model_copy(update={"units": units})


def _bare(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())


def _named(chip: Chip) -> set[str]:
    figures: list[Unit.Rate | Die] = [rate for unit in chip.units for rate in unit.rates]
    figures += chip.dies
    return {
        name for name in (chip.source, chip.dram_source, *(figure.source for figure in figures)) if name is not None
    }


def _sourced(chip: Chip, sheets: Mapping[str, Sheet]) -> Chip:
    """The chip with its sources' titles in place of their ids."""
    units = tuple(
        unit.model_copy(update={"rates": tuple(_figure(rate, chip, sheets) for rate in unit.rates)})
        for unit in chip.units
    )
    dies = tuple(_figure(die, chip, sheets) for die in chip.dies)
    update: dict[str, Any] = {"units": units, "dies": dies, "source": _cited(sheets[chip.source])}
    found = {figure.confidence for figure in (*(rate for unit in units for rate in unit.rates), *dies)}
    if chip.dram_gb_per_s is not None:
        sheet = sheets[chip.dram_source or chip.source]
        update |= {"dram_source": _cited(sheet), "dram_confidence": sheet.confidence}
        found.add(sheet.confidence)
    found = found or {sheets[chip.source].confidence}
    update["confidence"] = next(confidence for confidence in _WEAKEST if confidence in found)
    return chip.model_copy(update=update)


def _figure(figure: Any, chip: Chip, sheets: Mapping[str, Sheet]) -> Any:
    sheet = sheets[figure.source or chip.source]
    return figure.model_copy(update={"source": _cited(sheet), "confidence": sheet.confidence})


def _cited(sheet: Sheet) -> str:
    return f"{sheet.title}{f', {sheet.url}' if sheet.url else ''} ({sheet.read})"
