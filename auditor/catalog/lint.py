"""What a catalog must hold beyond the shape of its files: names that exist, parameters in use, cases that test."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from auditor.catalog.catalog import Catalog, ControlFolder, Query
from auditor.errors import ContentError, ParameterError, SchemaError, UnknownReferenceError
from auditor.model.control import Objective, Role
from auditor.model.profile import Profile

_NAMED = re.compile(r"\$(\w+)")
# What would make two runs differ, or lets content look at the machine it runs on.
_UNSTEADY = re.compile(
    r"\b(now|random|uuid|gen_random_uuid|setseed|today|get_current_\w+|transaction_timestamp|current_setting|getenv|"
    r"current_\w+|duckdb_\w+|pragma_\w+|read_\w+|query|query_table|nextval)\s*\(|\b(current_(timestamp|date|time)|localtime\w*)\b",
    re.IGNORECASE,
)
BUILT_IN = frozenset({"period_from", "period_to", "as_of"})


def lint(catalog: Catalog, procedures: Collection[str]) -> list[ContentError]:
    """Every problem of the catalog, in a stable order; an empty list means it may be used."""
    problems = list(_derived_problems(catalog))
    for folder in catalog.controls.values():
        problems.extend(_control_problems(catalog, folder, procedures))
    return [*problems, *_profile_problems(catalog)]


def _place(catalog: Catalog, path: str, name: str) -> str:
    """`file:line` of the first line of the file that names `name`, or the file alone if none does."""
    word = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
    lines = catalog.files.get(path, b"").decode("utf-8").splitlines()
    number = next((index for index, line in enumerate(lines, start=1) if word.search(line)), None)
    return path if number is None else f"{path}:{number}"


def _unknown(catalog: Catalog, path: str, what: str, name: str, known: Collection[str]) -> UnknownReferenceError:
    place = _place(catalog, path, name)
    near = ", ".join(sorted(known)[:12]) + (", …" if len(known) > 12 else "")
    return UnknownReferenceError(f"unknown {what}", place=place, value=name, hint=f"known: {near}")


def _derived_problems(catalog: Catalog) -> Iterator[ContentError]:
    for derived in catalog.derived.values():
        place = f"sql/{derived.name}.sql"
        for stream in derived.streams:
            if stream not in catalog.streams:
                yield _unknown(catalog, place, "stream", stream, catalog.streams)
        for name in derived.derived:
            if name not in catalog.derived:
                yield _unknown(catalog, place, "derived table", name, catalog.derived)
        yield from _unsteady(catalog, place)
        for name in sorted(set(_NAMED.findall(derived.select)) - BUILT_IN):
            yield ParameterError(
                f"${name} reaches no derived table", place=place, hint="use $as_of, $period_from and $period_to only"
            )
        if derived.name in catalog.streams:
            yield SchemaError(
                "a derived table has the name of a stream", place=place, value=derived.name, hint="give it another name"
            )


def _control_problems(catalog: Catalog, folder: ControlFolder, procedures: Collection[str]) -> Iterator[ContentError]:
    control, place = folder.control, f"{folder.path}/control.yaml"
    for name in control.depends_on:
        if name not in catalog.controls:
            yield _unknown(catalog, place, "control in depends_on", name, catalog.controls)
    for name, parameter in control.parameters.items():
        if parameter.value is None:
            yield ParameterError(
                f"parameter {name} has no value",
                place=_place(catalog, place, name),
                hint="set it here or in the profile",
            )
    used: set[str] = set()
    for objective in control.objectives:
        yield from _test_problems(catalog, folder, objective, procedures)
        used |= _used_parameters(folder, objective)
    for name in sorted(set(control.parameters) - used):
        yield ParameterError(
            f"parameter {name} is used by no test", place=_place(catalog, place, name), hint="use it or remove it"
        )
    named = {objective.test.query for objective in control.objectives}
    for query in sorted(set(folder.queries) - named - {None}):
        yield SchemaError("a query that no objective names", place=f"{folder.path}/{query}", hint="name or remove it")
    yield from _case_problems(catalog, folder)


def _used_parameters(folder: ControlFolder, objective: Objective) -> set[str]:
    if objective.test.procedure:
        # A procedure is handed every parameter of its control and reads the ones it documents.
        return set(folder.control.parameters)
    query = folder.queries.get(objective.test.query or "")
    return set(_NAMED.findall(_text(query))) if query else set()


def _text(query: Query) -> str:
    return "\n".join(filter(None, (query.common, query.population, query.exceptions, query.measures)))


def _test_problems(
    catalog: Catalog, folder: ControlFolder, objective: Objective, procedures: Collection[str]
) -> Iterator[ContentError]:
    test, place = objective.test, f"{folder.path}/control.yaml"
    for stream in test.streams:
        if stream not in catalog.streams:
            yield _unknown(catalog, place, "stream", stream, catalog.streams)
    for name in test.derived:
        if name not in catalog.derived:
            yield _unknown(catalog, place, "derived table", name, catalog.derived)
            continue
        missing = sorted(set(needed_streams(catalog, name)) - set(test.streams))
        if missing:
            yield SchemaError(
                f"objective {objective.id} reads {name}, which rests on streams the test does not list",
                place=_place(catalog, place, name),
                value=", ".join(missing),
                hint="list them under streams, so that their absence counts",
            )
    if test.procedure and test.procedure not in procedures:
        yield _unknown(catalog, place, "procedure", test.procedure, procedures)
    if test.query and test.query not in folder.queries:
        yield _unknown(catalog, place, "query file", test.query, folder.queries)
    query = folder.queries.get(test.query or "")
    if query:
        yield from _unsteady(catalog, query.place)
        for name in sorted(set(_NAMED.findall(_text(query))) - set(folder.control.parameters) - BUILT_IN):
            yield ParameterError(
                f"${name} is no parameter of {folder.control.id}",
                place=_place(catalog, query.place, name),
                hint="add it to parameters",
            )


def _unsteady(catalog: Catalog, path: str) -> Iterator[ContentError]:
    sql = catalog.files[path].decode("utf-8")
    for match in _UNSTEADY.finditer(sql):
        yield SchemaError(
            "content computes over the evidence alone: no clock, chance or settings",
            place=f"{path}:{sql.count(chr(10), 0, match.start()) + 1}",
            value=match.group().strip(),
            hint="use $as_of, $period_from and $period_to",
        )


def needed_streams(catalog: Catalog, derived: str) -> tuple[str, ...]:
    """Every stream a derived table rests on, through other derived tables too."""
    entry = catalog.derived[derived]
    found = list(entry.streams)
    for name in entry.derived:
        if name in catalog.derived:
            found.extend(needed_streams(catalog, name))
    return tuple(dict.fromkeys(found))


def _case_problems(catalog: Catalog, folder: ControlFolder) -> Iterator[ContentError]:
    control = folder.control
    seen: dict[str, set[str]] = {objective.id: set() for objective in control.objectives}
    for name, case in folder.cases.items():
        place = f"{folder.path}/cases/{name}.yaml"
        objective = case.objective or (control.objectives[0].id if len(control.objectives) == 1 else None)
        if objective not in seen:
            yield _unknown(catalog, place, "objective", str(objective), seen)
            continue
        seen[objective].add(case.kind)
        bases = (case.base,) if case.base is not None else ()
        for what, names, known in (
            ("stream", case.streams, catalog.streams),
            ("parameter", case.parameters, control.parameters),
            ("base", bases, folder.bases),
        ):
            yield from (_unknown(catalog, place, what, name, known) for name in names if name not in known)
    for objective_id, kinds in seen.items():
        for kind in ("good", "bad", "near-miss"):
            if kind not in kinds:
                yield SchemaError(
                    f"objective {objective_id} has no {kind} case", place=f"{folder.path}/cases", hint="add one"
                )


def _profile_problems(catalog: Catalog) -> Iterator[ContentError]:
    for profile in catalog.profiles.values():
        place = f"profiles/{profile.id}.yaml"
        for name in sorted(set(profile.committed_records) - set(catalog.streams)):
            yield _unknown(catalog, place, "stream in committed_records", name, catalog.streams)
        for name in profile.controls:
            if name not in catalog.controls:
                yield _unknown(catalog, place, "control", name, catalog.controls)
                continue
            for gate in catalog.controls[name].control.depends_on:
                trusted = gate in catalog.controls and catalog.controls[gate].control.role is Role.EVIDENCE_TRUST
                if trusted and gate not in profile.controls:
                    yield UnknownReferenceError(
                        f"{name} depends on {gate}, which the profile does not select",
                        place=_place(catalog, place, name),
                        hint=f"select {gate}: without its gate nothing can be said about {name}",
                    )
        yield from _setting_problems(catalog, profile, place)


def _setting_problems(catalog: Catalog, profile: Profile, place: str) -> Iterator[ContentError]:
    for setting in profile.settings:
        folder = catalog.controls.get(setting.control)
        if folder is None or setting.control not in profile.controls:
            yield _unknown(catalog, place, "control in settings", setting.control, profile.controls)
        elif setting.parameter not in folder.control.parameters:
            yield _unknown(
                catalog, place, f"parameter of {setting.control}", setting.parameter, folder.control.parameters
            )
