"""A profile resolved over the catalog: the baseline, gates before what depends on them, every parameter set."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter

from auditor.catalog.catalog import Catalog
from auditor.errors import ContentError, ParameterError, UnknownReferenceError
from auditor.model.assessment import Baseline, BaselineControl, SetParameter
from auditor.model.control import Control, Parameter, parse_number
from auditor.model.profile import ParameterSetting, Profile


def resolve(catalog: Catalog, profile_id: str) -> Baseline:
    """The baseline of `profile_id`.

    Raises:
        UnknownReferenceError: no such profile, or it names a control the catalog does not have.
        ParameterError: a parameter is unset, or a setting does not fit it.
        ContentError: controls depend on each other in a circle.
    """
    if profile_id not in catalog.profiles:
        raise UnknownReferenceError(
            "unknown profile", value=profile_id, hint=f"use one of: {', '.join(sorted(catalog.profiles))}"
        )
    profile = catalog.profiles[profile_id]
    for name in profile.controls:
        if name not in catalog.controls:
            raise UnknownReferenceError(
                "profile selects a control the catalog does not have",
                place=f"profiles/{profile_id}.yaml",
                value=name,
                hint="remove it, or add the control",
            )
    levels = {name: claim.level for claim in profile.claims for name in claim.controls}
    chosen = {name: catalog.controls[name].control for name in profile.controls}
    return Baseline(
        profile=profile.id,
        title=profile.title,
        status=profile.status,
        levels=tuple(claim.level for claim in profile.claims),
        level_titles=tuple(claim.title for claim in profile.claims),
        methods=profile.methods,
        controls=tuple(
            BaselineControl(control=chosen[name], level=levels[name], parameters=_parameters(profile, chosen[name]))
            for name in _ordered(chosen, profile)
        ),
        profile_digest=catalog.profile_digest(profile_id),
        catalog_digest=catalog.digest,
    )


def _ordered(chosen: dict[str, Control], profile: Profile) -> list[str]:
    """Dependencies first; among equals, the order of the profile."""
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for name in chosen:
        sorter.add(name, *(gate for gate in chosen[name].depends_on if gate in chosen))
    try:
        sorter.prepare()
    except CycleError as error:
        raise ContentError(
            "controls depend on each other in a circle",
            place=f"profiles/{profile.id}.yaml",
            value=" → ".join(error.args[1]),
            hint="remove one of the depends_on entries",
        ) from error
    rank = {name: index for index, name in enumerate(profile.controls)}
    ordered: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=rank.__getitem__)
        ordered.extend(ready)
        sorter.done(*ready)
    return ordered


def _parameters(profile: Profile, control: Control) -> tuple[SetParameter, ...]:
    settings = {setting.parameter: setting for setting in profile.settings if setting.control == control.id}
    unknown = sorted(set(settings) - set(control.parameters))
    if unknown:
        raise ParameterError(
            f"{control.id} has no parameter of this name", place=f"profiles/{profile.id}.yaml", value=unknown[0]
        )
    return tuple(
        _set(profile, control, name, parameter, settings.get(name)) for name, parameter in control.parameters.items()
    )


def _set(
    profile: Profile, control: Control, name: str, parameter: Parameter, setting: ParameterSetting | None
) -> SetParameter:
    value = setting.value if setting else parameter.value
    place = f"profiles/{profile.id}.yaml" if setting else f"{control.id}: {name}"
    if value is None:
        raise ParameterError(f"parameter {name} of {control.id} is unset", place=place, hint="set it in the profile")
    try:
        number = parse_number(parameter.kind, value)
    except ValueError as error:
        raise ParameterError(f"parameter {name} of {control.id}: {error}", place=place, value=value) from error
    in_force = parameter.model_copy(update={"value": value})
    return SetParameter(
        name=name,
        kind=parameter.kind,
        value=value,
        spoken=in_force.spoken,
        number=number,
        meaning=parameter.meaning,
        source=setting.source if setting else parameter.source,
        confidence=parameter.confidence,
        set_by="profile" if setting else "catalog",
    )
