"""What a user states once about parties, sites, chips, shipments, plans and models: the facts file of `auditor law`.

Facts are claims of the applicant, not evidence; answers name the line they were read from.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator
from pydantic.json_schema import SkipJsonSchema

from auditor.model.base import Date, Frozen, Name, Text, Whole, no_truth
from auditor.model.exact import Exact
from auditor.model.law import Country


def _share(value: Exact) -> Exact:
    if value > 100:
        raise ValueError("more than 100 percent")
    return value


def _positive(value: Exact) -> Exact:
    if not value:
        raise ValueError("zero, which this figure cannot be; leave it out if it is not known")
    return value


Share = Annotated[Exact, AfterValidator(_share)]
"""Percent, 0 to 100."""

Positive = Annotated[Exact, AfterValidator(_positive)]
"""A figure above zero, as every peak rate, area and bandwidth is."""

Serial = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class Authorization(StrEnum):
    """Under what an item is shipped."""

    UVEU = "uveu"
    NVEU = "nveu"
    LICENSE = "license"
    AIA = "aia"
    ACM = "acm"
    LPP = "lpp"
    NONE = "none"
    """No licence was required."""


class Party(Frozen):
    """A legal person, and its places."""

    id: Name
    name: Text
    headquarters: Country | None = None
    located: Country | None = None
    """Where the party itself is, if elsewhere than its headquarters."""
    kind: Literal["private", "government", "military", "military-intelligence"] = "private"
    lists: tuple[Literal["entity-list", "sdn", "isn", "fcc-covered-list", "unverified-list"], ...] = ()
    """Lists of parties it stands on, by the user's own screening."""
    screened: Date | None = None
    """The day of that screening; without it nothing is known about lists."""
    veu: tuple[Literal["general", "uveu", "nveu"], ...] = ()
    """Authorizations it holds."""
    nveu_countries: tuple[Country, ...] = ()
    """The countries of its NVEU authorizations."""
    meets: tuple[Literal["1", "2", "3", "4", "7", "8", "9", "13", "16", "17"], ...] = ()
    """Paragraphs of Supplement No. 10 that an assessment found satisfied by the party; `assessment` names it."""
    assessment: Text | None = None


UNKNOWN = "unknown"
"""The owner or holder nobody knows; no party has this id."""


class Holding(Frozen):
    """Who owns a party, and how much of it."""

    owner: Name
    """Id of a party, or "unknown"."""
    owned: Name
    percent: Share
    controls: bool = False
    """The owner controls the party whatever its share, for example through votes or the board."""
    since: Date | None = None
    until: Date | None = None

    @model_validator(mode="after")
    def _not_itself(self) -> Self:
        if self.owner == self.owned:
            raise ValueError("a party cannot own itself")
        if self.since is not None and self.until is not None and self.until <= self.since:
            raise ValueError(f"held from {self.since} until {self.until}, which is no time at all")
        return self


class Stake(Frozen):
    """Equity, contingent equity or debt that somebody holds in a party (Supp. No. 10 to part 748, paragraph 3)."""

    holder: Name
    subject: Name
    """The party it is a stake in."""
    kind: Literal["equity", "contingent-equity", "ownership", "debt"]
    percent: Share | None = None
    usd: Exact | None = None
    acting_together: Name | None = None
    """A name shared by holders that are affiliated or act in concert; bodies of one government always are."""
    mainly_traded_in: Country | None = None
    """Where the party's shares are mainly traded, if they are."""

    @model_validator(mode="after")
    def _not_in_itself(self) -> Self:
        if self.holder == self.subject:
            raise ValueError("a party cannot hold a stake in itself")
        return self


class Site(Frozen):
    """A data center."""

    id: Name
    name: Text
    country: Country
    owner: Name
    """The party that owns the chips."""
    operator: Name | None = None
    """The party that runs it; without it, the owner."""
    address: Text | None = None
    construction: Date | None = None
    """When construction or installation begins, if it is planned."""
    first_shipment: Date | None = None
    notified: Date | None = None
    """When BIS was told of the site."""
    meets: tuple[Literal["14", "15", "18"], ...] = ()
    """Paragraphs of Supplement No. 10 that an assessment found satisfied here; `assessment` names it."""
    assessment: Text | None = None
    attested: Date | None = None
    """The day of the assessor's last yearly attestation (Supp. No. 10, paragraph 14.b)."""
    accounted: Date | None = None
    """The day of the last accounting of items in and out of the facility (License Exception ACM, 740.28)."""


FigureConfidence = Literal["data sheet", "secondary", "recalled"]
"""How a figure is known: the maker's own publication was read; somebody else's; or only remembered."""

Read = Annotated[SkipJsonSchema[str], Field(exclude=True)]
"""Set by the reader, not by who writes the file."""


class Unit(Frozen):
    """One kind of processing unit of a chip, and its peak rates as the maker states them."""

    class Rate(Frozen):
        """A peak rate: tera operations (or floating-point operations) a second, at the largest input bit length."""

        bits: Whole = Field(ge=1, le=128)
        tops: Positive
        """Tera operations a second, a multiply-accumulate counted as two: the usual TOPS or TFLOPS of a data sheet."""
        sparse: bool = False
        """The figure counts skipped zeros; the note asks for dense figures where both are stated."""
        operation: Text = "dot product"
        as_printed: Text | None = None
        """The figure's words in the source."""
        source: Text | None = None
        """Where the figure is from, if not from the chip's source."""
        confidence: FigureConfidence | None = None
        origin: Read = ""
        """File and line."""
        contradicts: Read = ""
        """What speaks against the figure being dense: the same chip's sparse figure in the shipped table."""

    count: Whole = Field(default=1, ge=1)
    rates: tuple[Rate, ...] = Field(min_length=1)


class Die(Frozen):
    """A die of a chip."""

    kind: Literal["logic", "memory", "io"]
    mm2: Positive
    non_planar: bool | None = None
    """Made on a process node with a non-planar transistor architecture; absent if not known."""
    count: Whole = Field(default=1, ge=1)
    source: Text | None = None
    """Where the area is from, if not from the chip's source."""
    confidence: FigureConfidence | None = None


class Chip(Frozen):
    """An integrated circuit or the accelerator made of it, from its data sheet."""

    id: Name
    name: Text
    maker: Text
    units: tuple[Unit, ...] = ()
    dies: tuple[Die, ...] = ()
    data_center: bool | None = None
    """Designed or marketed for data centers; absent if not known."""
    dram_gb_per_s: Positive | None = None
    """Total DRAM bandwidth."""
    dram_source: Text | None = None
    """Where the bandwidth is from, if not from the chip's source."""
    dram_confidence: FigureConfidence | None = None
    source: Text
    """The data sheet each figure is from, with edition or date, where the figure names no other."""
    confidence: FigureConfidence = "data sheet"
    note: Text | None = None
    origin: Read = ""
    """File and line."""


class Condition(StrEnum):
    """What became of a chip (Supp. No. 10, paragraph 10)."""

    INSTALLED = "installed"
    TRANSFERRED = "transferred"
    """Transferred to the site, not installed."""
    LOST = "lost"
    DAMAGED = "damaged"
    FAILED = "failed"
    RELOCATED = "relocated"
    RESOLD = "resold"


class Inventory(Frozen):
    """A list of chips by serial number on a day: a CSV file with the columns of `auditor law init`'s example."""

    id: Name
    date: Date
    file: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$")]
    """Path beside the facts file."""


class Shipment(Frozen):
    """Chips that went, or are planned to go, to a site."""

    id: Name
    date: Date
    chip: Name
    quantity: Whole = Field(ge=1, le=100_000_000)
    to: Name
    """Id of the site."""
    origin: Country | None = None
    """The country they leave."""
    from_site: Name | None = None
    """The site they leave, where it is a transfer within the group."""
    authorization: Authorization
    kind: Literal["export", "reexport", "transfer"] = "export"
    consignee: Name | None = None
    """The party that receives them; without it, the site's owner."""
    notice: Date | None = None
    """The day BIS, or the exporter, was told of this shipment beforehand, where an authorization asks for that."""
    use: Literal["development", "production", "storage", "operation"] | None = None
    """What the consignee does with the items: `operation` is running them as a data center."""


class Certification(Frozen):
    """A certification that a consignee signed for an authorization."""

    party: Name
    authorization: Authorization
    signed: Date
    copy_sent: Date | None = None
    """The day a copy, or the certificate, went to BIS."""


class Incident(Frozen):
    """Theft, loss or tampering of chips in transit (Supp. No. 10, paragraph 16)."""

    id: Name
    date: Date
    """The day it was found."""
    what: Text
    site: Name | None = None
    reported: Date | None = None
    """The day BIS was told."""


class Assurance(Frozen):
    """An arrangement between the US Government and a destination's, as far as the user can show it."""

    country: Country
    since: Date
    until: Date | None = None
    what: Text


class Plan(Frozen):
    """Shipments that are meant to happen, in any order; they are taken by date, then id."""

    id: Name
    title: Text
    shipments: tuple[Shipment, ...] = Field(min_length=1)


class Generator(Frozen):
    """A model whose unpublished output another model is trained on."""

    name: Text
    operations_on_its_data: Exact
    """Training operations performed on data it made."""
    generation_operations: Exact | None = None
    training_operations: Exact | None = None
    parameters_published: bool | None = None
    data_published: bool = False


class Model(Frozen):
    """An AI model, as far as ECCN 4E091 asks about it."""

    id: Name
    name: Text
    training_operations: Positive | None = None
    """All training operations, pre-training and what follows, without data collection; absent if not known."""
    parameters_published: bool | None = None
    derived_from: Name | Text | None = None
    """The model it was made from, if any."""
    base_published: bool | None = None
    base_operations: Exact | None = None
    additional_operations: Exact | None = None
    """Training operations after the base model."""
    fine_tuning_operations: Exact | None = None
    """Operations of the fine-tuning asked about (Supp. No. 10, paragraph 7)."""
    generators: tuple[Generator, ...] = ()


class Facts(Frozen):
    """A facts file."""

    facts: Annotated[Literal[1], BeforeValidator(no_truth)]
    """Version of this format."""
    title: Text
    applicant: Name | None = None
    """Id of the party that applies."""
    parties: tuple[Party, ...] = ()
    ownership: tuple[Holding, ...] = ()
    stakes: tuple[Stake, ...] = ()
    chips: tuple[Chip, ...] = ()
    sites: tuple[Site, ...] = ()
    inventories: tuple[Inventory, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    """What was shipped already."""
    certifications: tuple[Certification, ...] = ()
    incidents: tuple[Incident, ...] = ()
    assurances: tuple[Assurance, ...] = ()
    plans: tuple[Plan, ...] = ()
    models: tuple[Model, ...] = ()
