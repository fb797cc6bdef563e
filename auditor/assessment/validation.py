"""Method validation: run every case of a control, then count the mutants of its tests that the cases catch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from auditor.assessment.cases import PreparedCase, prepare_case, run_case
from auditor.assessment.mutants import query_mutants, statement_mutants
from auditor.catalog.catalog import Catalog, ControlFolder, Query
from auditor.errors import ContentError, EvidenceFormatError
from auditor.model.assessment import Validation
from auditor.model.control import Objective


@dataclass(frozen=True, slots=True)
class Validated:
    """The ledger entry of a control, and what its cases said: differences by case name."""

    validation: Validation
    failures: Mapping[str, list[str]]


def validate(catalog: Catalog, control_id: str, *, mutate: bool = True) -> Validated:
    """Run the cases of a control, and its mutants if every case passes.

    Raises:
        ContentError: a case or query does not have its shape, or the query cannot be run.
    """
    folder = catalog.controls[control_id]
    prepared = [prepare_case(catalog, folder, name) for name in folder.cases]
    failures: dict[str, list[str]] = {}
    for case in prepared:
        query = folder.queries.get(case.objective.test.query or "")
        differences = run_case(catalog, case, query)
        if differences:
            failures[case.name] = differences
    tried = list(_mutants(catalog, folder, prepared)) if mutate and not failures else []
    survivors = tuple(change for change, caught in tried if not caught)
    validation = Validation(
        control=control_id,
        cases=len(prepared),
        mutants=len(tried),
        killed=len(tried) - len(survivors),
        survivors=survivors,
    )
    return Validated(validation, failures)


def _mutants(catalog: Catalog, folder: ControlFolder, cases: list[PreparedCase]) -> Iterator[tuple[str, bool]]:
    """Every mutant of the control's tests: what was changed, and whether a case notices."""
    for objective in folder.control.objectives:
        mine = [case for case in cases if case.objective.id == objective.id]
        query = folder.queries.get(objective.test.query or "")
        for change, caught in _test_mutants(catalog, query, mine):
            yield f"{objective.id} {change}", caught
    yield from _derived_mutants(catalog, folder, cases)


def _test_mutants(catalog: Catalog, query: Query | None, cases: list[PreparedCase]) -> Iterator[tuple[str, bool]]:
    if query is not None:
        for change, mutant in query_mutants(query):
            yield change, _any_catches(cases, partial(_caught, catalog, query=mutant))
        return
    numbers = cases[0].numbers if cases else {}
    for name in numbers:
        for delta in (-1, 1):
            yield (
                f"{name} {delta:+d}",
                any(_caught(catalog, c, None, {**c.numbers, name: c.numbers[name] + delta}) for c in cases),
            )


def _derived_mutants(catalog: Catalog, folder: ControlFolder, cases: list[PreparedCase]) -> Iterator[tuple[str, bool]]:
    """Mutants of the derived tables that this control alone reads; what several share belongs to none of them."""
    for name in _own_tables(catalog, folder):
        mine = [case for case in cases if name in _tables_under(catalog, case.objective)]
        for change, select in statement_mutants(catalog.derived[name].select):
            changed = replace(catalog, derived={**catalog.derived, name: replace(catalog.derived[name], select=select)})
            yield f"{name}: {change}", _any_catches(mine, partial(_caught_afresh, changed, folder))


def _own_tables(catalog: Catalog, folder: ControlFolder) -> list[str]:
    own = {name for objective in folder.control.objectives for name in _tables_under(catalog, objective)}
    for other in catalog.controls.values():
        if other.control.id != folder.control.id:
            for objective in other.control.objectives:
                own -= _tables_under(catalog, objective)
    return sorted(own)


def _tables_under(catalog: Catalog, objective: Objective) -> set[str]:
    found: set[str] = set()
    pending = list(objective.test.derived)
    while pending:
        name = pending.pop()
        found.add(name)
        pending.extend(catalog.derived[name].derived)
    return found


def _caught_afresh(catalog: Catalog, folder: ControlFolder, case: PreparedCase) -> bool:
    # A derived table is made once for a connection, so a changed one needs tables of its own.
    fresh = prepare_case(catalog, folder, case.name)
    try:
        return _caught(catalog, fresh, folder.queries.get(case.objective.test.query or ""))
    finally:
        fresh.tables.close()


def _any_catches(cases: list[PreparedCase], caught: Callable[[PreparedCase], bool]) -> bool:
    """Whether a case catches a mutant; that one comes first from now on, since it often catches the next mutant too."""
    for place, case in enumerate(cases):
        if caught(case):
            cases.insert(0, cases.pop(place))
            return True
    return False


def _caught(
    catalog: Catalog, case: PreparedCase, query: Query | None, numbers: Mapping[str, int] | None = None
) -> bool:
    try:
        return bool(run_case(catalog, case, query, numbers))
    except (ContentError, EvidenceFormatError):
        # A mutant the database refuses to run is caught by the first run, not by luck.
        return True
