"""Profiles: which controls are claimed for, at which levels, with which parameter settings and methods."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from auditor.model.base import Frozen, Name, Text
from auditor.model.control import Method


class Claim(Frozen):
    """One rung of the ladder: reached if every control of it and of the rungs before it is satisfied."""

    level: Name
    title: Text
    controls: tuple[Name, ...] = Field(min_length=1)


class ParameterSetting(Frozen):
    """A profile's value for one parameter of one control, with where it comes from."""

    control: Name
    parameter: Name
    value: str = Field(coerce_numbers_to_str=True)
    source: Text


class Profile(Frozen):
    """A selection of controls in rungs, with the methods every objective requires.

    `committed_records`: streams of which each record is committed to by itself, so that one can be disclosed alone.
    """

    id: Name
    title: Text
    meaning: Text
    status: Text
    claims: tuple[Claim, ...] = Field(min_length=1)
    methods: tuple[Method, ...] = Field(min_length=1)
    settings: tuple[ParameterSetting, ...] = ()
    committed_records: tuple[Name, ...] = ()

    @property
    def controls(self) -> tuple[str, ...]:
        """Every selected control, in the order of the rungs."""
        return tuple(control for claim in self.claims for control in claim.controls)

    @model_validator(mode="after")
    def _selected_once(self) -> Self:
        if len(self.controls) != len(set(self.controls)):
            raise ValueError("a control is selected twice")
        set_twice = [(setting.control, setting.parameter) for setting in self.settings]
        if len(set_twice) != len(set(set_twice)):
            raise ValueError("a parameter is set twice")
        return self
