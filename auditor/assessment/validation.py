"""Method validation: run every case of a control, then count the mutants of its tests that the cases catch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auditor.assessment.cases import PreparedCase, prepare_case, run_case
from auditor.assessment.mutants import query_mutants
from auditor.catalog.catalog import Catalog, Query
from auditor.errors import ContentError, EvidenceFormatError
from auditor.model.assessment import Validation


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
    killed, survivors = 0, []
    if mutate and not failures:
        for objective in folder.control.objectives:
            mine = [case for case in prepared if case.objective.id == objective.id]
            query = folder.queries.get(objective.test.query or "")
            for change, caught in _mutants(catalog, query, mine):
                killed += caught
                if not caught:
                    survivors.append(f"{objective.id} {change}")
    validation = Validation(
        control=control_id,
        cases=len(prepared),
        mutants=killed + len(survivors),
        killed=killed,
        survivors=tuple(survivors),
    )
    return Validated(validation, failures)


def _mutants(catalog: Catalog, query: Query | None, cases: list[PreparedCase]) -> Iterator[tuple[str, bool]]:
    if query is not None:
        for change, mutant in query_mutants(query):
            killer = next((case for case in cases if _caught(catalog, case, mutant, case.numbers)), None)
            if killer is not None:
                # The case that caught one mutant often catches the next; asking it first saves most of the time.
                cases = [killer, *(case for case in cases if case is not killer)]
            yield change, killer is not None
        return
    numbers = cases[0].numbers if cases else {}
    for name in numbers:
        for delta in (-1, 1):
            yield (
                f"{name} {delta:+d}",
                any(_caught(catalog, c, None, {**c.numbers, name: c.numbers[name] + delta}) for c in cases),
            )


def _caught(catalog: Catalog, case: PreparedCase, query: Query | None, numbers: Mapping[str, int]) -> bool:
    try:
        return bool(run_case(catalog, case, query, numbers))
    except (ContentError, EvidenceFormatError):
        # A mutant the database refuses to run is caught by the first run, not by luck.
        return True
