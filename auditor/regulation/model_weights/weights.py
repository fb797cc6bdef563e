"""Whether a model's weights are ECCN 4E091, what follows, and how far it may be fine-tuned and stored by a VEU.

Operations that are not stated leave a range; the answer is determined where every number in it leads to the same.
"""

from __future__ import annotations

from decimal import Decimal

from auditor.model.base import Frozen, Name
from auditor.model.exact import Exact, spoken
from auditor.model.facts import Model
from auditor.regulation.chips.performance import Range
from auditor.regulation.facts.file import FactsFile
from auditor.regulation.model_weights.training import (
    OPS,
    Asked,
    above_share,
    counted_already,
    counted_operations,
    making,
    parts,
    refuse,
    trained_operations,
)
from auditor.regulation.working import Working, question


class UnderNote(Frozen):
    """What a reading of Note 1 makes of a model derived from published parameters."""

    reading: Name
    controlled: bool | None = None
    """Absent where the facts leave it open."""


class Weights(Frozen):
    """What ECCN 4E091 makes of a model; what is not certain is absent."""

    model: Name
    operations: Exact | None = None
    """Operations that count, data made by another model included."""
    operations_at_least: Exact
    operations_at_most: Exact | None = None
    """Absent where nothing bounds them."""
    published: bool | None = None
    controlled: bool | None = None
    """Whether its parameters are 4E091; absent where the facts or the readings leave it open."""
    controlled_under: tuple[UnderNote, ...] = ()
    """The same under each reading of Note 1 (code, preamble), where the model is derived from published parameters."""
    fine_tuning_within: bool | None = None
    """Whether the fine-tuning asked about is within what paragraph 7 of Supplement No. 10 lets a VEU do."""


@question("weights")
def weights(work: Working, file: FactsFile, model_id: str) -> tuple[str, Weights]:
    """Whether the model's parameters are ECCN 4E091 on the day, by operations, publication and derivation."""
    if model_id not in file.models:
        known = ", ".join(sorted(file.models)) or "none yet"
        fix = f"name one of: {known}"
        work.undetermined(f"whether {model_id} is 4E091", "no such model", place=file.place("models"), fix=fix)
    model = file.models[model_id]
    asked = Asked(work, file, model)
    work.subject = model.name
    if model.parameters_published:
        return _published(asked)
    refuse(asked)
    threshold = work.limit("4e091.operations")
    trained = trained_operations(model)
    operations = counted_operations(asked, trained)
    reaches = _reaches(operations, threshold.value)
    met = {True: "reached", False: "not reached", None: "open"}[reaches]
    work.step(
        f"{model.name}: {operations.spoken(OPS)} count; 4E091 begins at {spoken(threshold.value)}: {met}.",
        rows=(threshold, work.definition("4e091.operations")),
        facts=(asked.place,),
    )
    under = _under_readings(asked, reaches)
    result = Weights(
        model=model.id,
        operations=operations.exact,
        operations_at_least=operations.low,
        operations_at_most=operations.high,
        published=model.parameters_published,
        controlled=_controlled(asked, reaches, under),
        controlled_under=tuple(UnderNote(reading=name, controlled=found) for name, found in under.items()),
        fine_tuning_within=_fine_tuning(asked, trained),
    )
    if result.controlled is not False:
        _follows(asked, sure=result.controlled is True)
    return _said(asked, result), result


def _published(asked: Asked) -> tuple[str, Weights]:
    """The answer for published parameters, whatever the operations."""
    model, trained = asked.model, trained_operations(asked.model)
    row = asked.work.definition("4e091.published")
    says = "Its parameters are published, so they are not controlled, whatever the operations."
    asked.work.step(says, rows=(row,), facts=(asked.at("parameters_published"),))
    result = Weights(
        model=model.id,
        operations=trained.exact,
        operations_at_least=trained.low,
        operations_at_most=trained.high,
        published=True,
        controlled=False,
    )
    return f"The parameters of {model.name} are published and so not 4E091 on {asked.work.as_of}.", result


def _said(asked: Asked, result: Weights) -> str:
    name, day = asked.model.name, asked.work.as_of
    if result.controlled is not None:
        return f"The parameters of {name} are {'' if result.controlled else 'not '}4E091 on {day}."
    if len({under.controlled for under in result.controlled_under}) > 1:
        words = {True: "4E091", False: "not 4E091", None: "open"}
        readings = ", ".join(f"{words[under.controlled]} by the {under.reading}" for under in result.controlled_under)
        return f"{name} depends on the reading of Note 1 on {day}: {readings}."
    return f"Cannot be determined whether the parameters of {name} are 4E091 on {day}."


def _reaches(operations: Range, threshold: Decimal) -> bool | None:
    if operations.low >= threshold:
        return True
    return False if operations.high is not None and operations.high < threshold else None


# Publication and derivation


def _controlled(asked: Asked, reaches: bool | None, under: dict[str, bool | None]) -> bool | None:
    """Whether unpublished parameters are 4E091, noting what is missing where the facts leave it open."""
    work, model = asked.work, asked.model
    outcomes = set(under.values()) if under else {reaches}
    if reaches is False or outcomes == {False}:
        return False
    _floating(asked)
    if model.parameters_published is None:
        why = "whether its parameters are published is not stated, and published ones are not controlled"
        asked.gap(why, fix="state parameters_published: true or false")
    else:
        row = work.definition("4e091.published")
        work.step("Its parameters are not published.", rows=(row,), facts=(asked.at("parameters_published"),))
    if reaches is None:
        _open_operations(asked)
    return outcomes.pop() if len(outcomes) == 1 and model.parameters_published is False else None


def _open_operations(asked: Asked) -> None:
    model = asked.model
    if trained_operations(model).exact is None:
        asked.gap("its training operations are not stated", fix="state training_operations")
    for index, generator in enumerate(model.generators):
        if not generator.data_published and making(generator, counted_already(model, generator)).exact is None:
            asked.gap(
                f"what the making of {generator.name}'s data took is not stated",
                "generators",
                index,
                fix="state its generation_operations, parameters_published and training_operations",
            )


def _floating(asked: Asked) -> None:
    """Say what Note 2 would need; nothing here can compute it, and nothing is softened by it."""
    row = asked.work.definition("4e091.floating")
    asked.work.step(
        "Note 2 takes out a model trained with fewer operations than would match the most advanced published model; "
        "that is not computed here, and the result does not rest on it.",
        rows=(row,),
    )
    asked.work.caution(
        f"{row.cite}: whether the model falls below the floating threshold needs a published comparison: the most "
        f"advanced published model on an aggregate of widely used benchmarks, and the operations that the most "
        f"efficient published methods need to match it; by guidance of BIS or a technical opinion (748.3(f))."
    )


_NUMBERS = {"code": "4e091.derived.operations", "preamble": "4e091.derived.operations-preamble"}


def _under_readings(asked: Asked, reaches: bool | None) -> dict[str, bool | None]:
    """Under each reading of Note 1 whether a model derived from published parameters is controlled.

    Empty where the model is not derived from parameters that are or may be published, or does not reach 4E091 anyway.
    Notes what leaves a reading open.
    """
    work, model = asked.work, asked.model
    derived = model.derived_from is not None or model.base_published is not None
    if reaches is False or not derived or model.base_published is False:
        return {}
    found = {reading: _beyond(asked, work.limit(name).value) for reading, name in _NUMBERS.items()}
    share = work.limit("4e091.derived.percent")
    additional = parts(model)[1]
    start = "It is made" if model.base_published else "If it is made"
    so = "so it" if model.base_published else "it"
    work.step(
        f"{start} from published parameters, {so} is controlled only if its additional training, "
        f"{'not stated' if additional is None else f'{spoken(additional)} operations'}, exceeds the higher of a number "
        f"of operations and {spoken(share.value)} percent of the training operations. The text does not say of whose: "
        f"the published model's, or all of this model's; both are computed.",
        rows=(work.definition("4e091.derived"), share, *(work.limit(name) for name in _NUMBERS.values())),
        facts=(asked.at("additional_operations"),),
    )
    words = {True: "controlled, if the operations that count reach 4E091", False: "not controlled", None: "open"}
    work.ambiguous(
        "weights-derived",
        {reading: f"{model.name} is {words[beyond]}: {told}." for reading, (beyond, told) in found.items()},
        differs=len({beyond for beyond, _ in found.values()}) > 1,
    )
    under = {reading: beyond for reading, (beyond, _) in found.items()}
    if model.base_published is None and set(under.values()) != {True}:
        why = "whether the parameters it was made from are published is not stated; if not, Note 1 does not help it"
        asked.gap(why, fix="state base_published: true or false")
        return dict.fromkeys(under)
    for reading, (beyond, told) in found.items():
        if beyond is None:
            asked.gap(f"by the {reading}, {told}", "additional_operations", fix=_derivation_fix(model))
    return {reading: None if beyond and reaches is None else beyond for reading, beyond in under.items()}


def _beyond(asked: Asked, number: Decimal) -> tuple[bool | None, str]:
    """Whether additional training exceeds the higher of the number and the share, and what it was compared with.

    Open where the share of the published model's operations and that of all operations lead to different results.
    """
    share = asked.work.limit("4e091.derived.percent").value
    base, additional, total = parts(asked.model)
    if additional is None:
        return None, "the additional operations are not stated"
    if additional <= number:
        return False, f"{spoken(additional)} does not exceed {spoken(number)}, whatever the share comes to"
    if base is None or total is None:
        return None, f"{spoken(additional)} exceeds {spoken(number)}, and the training operations are not stated"
    of_base, of_all = (max(number, (share * whole).scaleb(-2)) for whole in (base, total))
    told = (
        f"{spoken(additional)} against {spoken(of_base)} by the published model's operations and {spoken(of_all)} by "
        f"all of them"
    )
    # The share of all is the higher, so what exceeds it exceeds both.
    if additional > of_all:
        return True, told
    return (False if additional <= of_base else None), told


def _derivation_fix(model: Model) -> str:
    base, additional, total = parts(model)
    if additional is None:
        return "state additional_operations"
    if base is None or total is None:
        return "state base_operations or training_operations"
    return "ask BIS for a classification (748.3(f)), which says of whose operations the share is taken"


# What follows


def _fine_tuning(asked: Asked, trained: Range) -> bool | None:
    """Whether the fine-tuning asked about is within paragraph 7, where that can be said."""
    work, model = asked.work, asked.model
    part = model.fine_tuning_operations
    if part is None:
        return None
    limit = work.limit("fine-tuning.percent")
    above = above_share(part, limit.value, trained)
    said = {True: "more than", False: "not more than", None: "open against"}[above]
    work.step(
        f"Fine-tuning with {spoken(part)} operations is {said} {limit.value} percent of the original "
        f"{trained.spoken(OPS)}: a VEU {'may' if above is False else 'may not' if above else 'might'} do it outside "
        f"Supplement No. 5(a) destinations without authorization by BIS.",
        rows=(limit, work.paragraph("supplement-10.7")),
        facts=(asked.at("fine_tuning_operations"),),
    )
    if above is None:
        work.missing(
            f"whether the fine-tuning of {model.name} is within paragraph 7",
            "the original training operations are not stated",
            place=asked.place,
            fix="state training_operations",
        )
    return None if above is None else not above


def _follows(asked: Asked, *, sure: bool) -> None:
    """What control means: the licence policy, and where a VEU may keep the weights."""
    work = asked.work
    policy, stored = work.definition("weights-policy"), work.paragraph("supplement-10.8")
    when = "As 4E091" if sure else "If they are 4E091"
    work.step(f"{when}: {policy.text}", rows=(policy,))
    work.step(
        f"{when}: the foreign-direct-product rule reaches those made abroad with listed advanced computing items.",
        cite="734.9(l)",
        rows=(work.definition("4e091"),),
    )
    if stored.requirement is not None:
        work.step(f"{when}, for a VEU: {stored.requirement}", rows=(stored,))
