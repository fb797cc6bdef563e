"""The evidence bundle's manifest."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from auditor.model.base import Digest, Frozen, Instant, Name, Text


class Sensitivity(StrEnum):
    """Who may see an item."""

    PUBLIC = "public"
    INTERNAL = "internal"
    RESTRICTED = "restricted"
    SECRET = "secret"  # noqa: S105 - a marking


class Period(Frozen):
    """A half-open span of time, [began, ended)."""

    began: Instant = Field(alias="from")
    ended: Instant = Field(alias="to")

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.began >= self.ended:
            raise ValueError("a period must end after it begins")
        return self


class Facility(Frozen):
    """The facility assessed. `timezone` is an IANA name, `country` an ISO 3166-1 alpha-2 code."""

    id: Name
    name: Text
    operator: Text
    address: Text
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    timezone: Name


class Source(Frozen):
    """Where an item came from: the system that holds the records, and who exported them."""

    system: Text
    collector: Text


RelativePath = Annotated[str, StringConstraints(min_length=1, max_length=400)]


class Item(Frozen):
    """One file of the bundle, with its three dates: period observed, collected, received."""

    id: Name
    path: RelativePath
    kind: Literal["stream", "document"]
    mapping: Name | None = None
    title: Text | None = None
    source: Source
    observed: Period
    collected: Instant
    received: Instant
    size: int = Field(ge=0)
    sha256: Digest
    sensitivity: Sensitivity

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if (self.kind == "stream") != (self.mapping is not None):
            raise ValueError("an item of kind stream names its mapping, and a document has none")
        if self.received < self.collected:
            raise ValueError("received before it was collected")
        if self.collected < self.observed.began:
            raise ValueError("collected before the period it claims to observe began")
        return self


class Manifest(Frozen):
    """bundle.yaml.

    `seed` salts the commitment to the evidence and its pseudonyms: 32 random bytes in hexadecimal, which stay with who
    keeps the bundle. Who knows it can open every leaf.
    """

    bundle: Literal[1]
    seed: Digest
    facility: Facility
    period: Period
    items: tuple[Item, ...]

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        ids = [item.id for item in self.items]
        if len(ids) != len(set(ids)):
            twice = next(i for i in ids if ids.count(i) > 1)
            raise ValueError(f"two items share the id {twice}")
        return self
