"""The operations that count towards ECCN 4E091: a model's training, and the making of data it was trained on.

Operations that are not stated leave a range.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from auditor.model.exact import spoken
from auditor.model.facts import Generator, Model
from auditor.regulation.chips.performance import Range
from auditor.regulation.facts.file import FactsFile
from auditor.regulation.working import Working

OPS = "operations"


@dataclass(frozen=True, slots=True)
class Asked:
    """One model under question, with its place in the facts file."""

    work: Working
    file: FactsFile
    model: Model

    @property
    def place(self) -> str:
        """`file:line` of the model."""
        return self.file.place_of("models", self.model.id)

    def at(self, *fields: str | int) -> str:
        """Place of a field of the model, or of the model if the field is absent."""
        index = next(n for n, model in enumerate(self.file.facts.models) if model.id == self.model.id)
        return self.file.place("models", index, *fields)

    def gap(self, why: str, *fields: str | int, fix: str) -> None:
        """Note why the question stays open, with the place of the field and the fix."""
        self.work.missing(f"whether {self.model.name} is 4E091", why, place=self.at(*fields), fix=fix)


def refuse(asked: Asked) -> None:
    """Leave where the stated operations contradict each other."""
    model = asked.model
    total, base, additional = model.training_operations, model.base_operations, model.additional_operations
    for part, name in ((base, "base_operations"), (additional, "additional_operations")):
        if total is not None and part is not None and part > total:
            asked.gap(
                f"{name}, {spoken(part)}, are more than all training operations, {spoken(total)}",
                name,
                fix="training_operations are all of them, those of the base model included",
            )
    if total is not None and base is not None and additional is not None and base + additional != total:
        asked.gap(
            f"base and additional operations are {spoken(base + additional)}, all training operations {spoken(total)}",
            "training_operations",
            fix="let training_operations be the sum of both",
        )
    seen: set[str] = set()
    for index, generator in enumerate(model.generators):
        if generator.name.casefold() in seen:
            fix = "give one entry, with all operations on its data"
            asked.gap(f"{generator.name} is named twice as a maker of data", "generators", index, fix=fix)
        seen.add(generator.name.casefold())
    on_made = sum((generator.operations_on_its_data for generator in model.generators), Decimal(0))
    if total is not None and on_made > total:
        asked.gap(
            f"operations on data made by models, {spoken(on_made)}, are more than all training operations, "
            f"{spoken(total)}",
            "generators",
            fix="count each operation once",
        )
    asked.work.leave_if_missing()


def parts(model: Model) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    """Operations of the base model, of the additional training and of all training; each from the others if need be."""
    base, additional, total = model.base_operations, model.additional_operations, model.training_operations
    if total is None and base is not None and additional is not None:
        total = base + additional
    elif total is not None and base is None and additional is not None:
        base = total - additional
    elif total is not None and base is not None and additional is None:
        additional = total - base
    return base, additional, total


def trained_operations(model: Model) -> Range:
    """Training operations of the model itself, its base model's included."""
    base, additional, total = parts(model)
    if total is not None:
        return Range(total, total)
    on_made = sum((generator.operations_on_its_data for generator in model.generators), Decimal(0))
    return Range(max((base or Decimal(0)) + (additional or Decimal(0)), on_made), None)


def counted_operations(asked: Asked, trained: Range) -> Range:
    """Training operations, with those of the largest single maker of unpublished data above the share, if any."""
    made = [added for generator in asked.model.generators if (added := _made_by(asked, generator, trained))]
    if not made:
        return trained
    # Of several only the largest counts; where one is open, the largest is at least the largest that is sure.
    low = max(added.low for added in made)
    highs = [added.high for added in made]
    high = None if None in highs else max(high for high in highs if high is not None)
    if len(made) > 1:
        asked.work.step(
            f"Of {len(made)} such models only the largest counts: {Range(low, high).spoken(OPS)}.",
            rows=(asked.work.definition("4e091.synthetic"),),
            facts=(asked.at("generators"),),
        )
    end = None if trained.high is None or high is None else trained.high + high
    return Range(trained.low + low, end)


def _made_by(asked: Asked, generator: Generator, trained: Range) -> Range | None:
    """What the making of a model's data adds: nothing at or below the share, or a range; with a step."""
    work, model = asked.work, asked.model
    share, note = work.limit("4e091.synthetic.percent"), work.definition("4e091.synthetic")
    place = asked.at("generators", model.generators.index(generator))
    part = generator.operations_on_its_data
    said = f"Data made by {generator.name}, with {spoken(part)} operations on it"
    if generator.data_published:
        work.step(f"{said}: the data is published, so its making does not count.", rows=(share, note), facts=(place,))
        return None
    above = above_share(part, share.value, trained)
    if above is False:
        says = f"{said}: not more than {share.value} percent of {trained.spoken(OPS)}, so its making does not count."
        work.step(says, rows=(share, note), facts=(place,))
        return None
    added = making(generator, counted_already(model, generator))
    if above is None:
        added = Range(Decimal(0), added.high)
        says = f"{said}: whether that is more than {share.value} percent is open; its making adds {added.spoken(OPS)}."
    else:
        says = f"{said}: more than {share.value} percent of {trained.spoken(OPS)}; its making adds {added.spoken(OPS)}."
    if counted_already(model, generator):
        says += " Its training operations are among the model's own, and none counts twice."
    work.step(says, rows=(share, note), facts=(place,))
    return added


def above_share(part: Decimal, percent: Decimal, trained: Range) -> bool | None:
    """Whether the part is more than the percentage of the whole; None where the whole leaves it open."""
    if part * 100 <= percent * trained.low:
        return False
    if trained.high is not None and part * 100 > percent * trained.high:
        return True
    return None


def counted_already(model: Model, generator: Generator) -> bool:
    """Whether the maker of the data is the model itself or its base, whose training is among the model's operations."""
    own = {name.casefold() for name in (model.id, model.name, model.derived_from) if name is not None}
    return generator.name.casefold() in own


def making(generator: Generator, trained_counts: bool) -> Range:
    """Generation operations, and the maker's training operations if its parameters are unpublished."""
    low = high = generator.generation_operations
    low = low or Decimal(0)
    if generator.parameters_published or trained_counts:
        return Range(low, high)
    training = generator.training_operations
    if generator.parameters_published is False:
        low += training or Decimal(0)
    return Range(low, None if high is None or training is None else high + training)
