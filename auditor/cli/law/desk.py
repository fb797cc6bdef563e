"""What a question of law is asked with: the law tables, the day, the facts file, and who or what it is about."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.cli.options import now
from auditor.errors import FactsError

if TYPE_CHECKING:
    from auditor.model.facts import Chip, Inventory
    from auditor.model.law import Allocation, Limit
    from auditor.regulation.facts.file import FactsFile
    from auditor.regulation.quantities.holdings import Lot
    from auditor.regulation.quantities.reconciliation import Changes
    from auditor.regulation.tables.law import Law

FACTS = "facts.yaml"


def day(text: str) -> date:
    """An option's day, up to the last year a facts file may name; argparse turns the refusal into a usage message."""
    from auditor.model.base import parse_date
    from auditor.regulation.facts.contradictions import LAST_YEAR

    try:
        found = parse_date(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error}: {text!r}") from error
    if found.year > LAST_YEAR:
        raise argparse.ArgumentTypeError(f"a day after {LAST_YEAR}: {text!r}")
    return found


def year(text: str) -> int:
    """An option's calendar year."""
    return day(f"{text}-01-01").year


class Desk:
    """Reads what a question needs, when it needs it, from the options of the command line."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.arguments = arguments
        self.read: dict[str, tuple[Lot, ...]] = {}
        """Inventories read so far, by id."""

    def asked_with(self, arguments: argparse.Namespace) -> Desk:
        """The same law, day and facts, read once, asked with other options."""
        other = Desk(arguments)
        other.law, other.as_of, other.file, other.path = self.law, self.as_of, self.file, self.path
        other.read = self.read
        return other

    @cached_property
    def as_of(self) -> date:
        """The day asked about; without --as-of, today in UTC."""
        given: date | None = self.arguments.as_of
        return given or datetime.fromtimestamp(now() // 1_000_000, UTC).date()

    @cached_property
    def law(self) -> Law:
        """The shipped tables, with the user's newer ones over them."""
        from auditor.jobs.law import load_law

        return load_law(self.arguments.controls, self.arguments.tables)

    @cached_property
    def path(self) -> Path:
        """Where the facts file is."""
        return self._facts_given or Path(FACTS)

    @property
    def _facts_given(self) -> Path | None:
        given: Path | None = self._option("facts_option") or self._option("facts")
        return given

    @cached_property
    def file(self) -> FactsFile:
        """The facts file."""
        from auditor.jobs.law import load_facts

        if self._facts_given is None and not self.path.exists():
            raise FactsError(
                "no facts file was given, and there is none here",
                place=FACTS,
                hint="name one, or make one with auditor law init FOLDER",
            )
        return load_facts(self.path, self.arguments.controls)

    @cached_property
    def chips(self) -> Mapping[str, Chip]:
        """The shipped accelerators, and under them those of the facts file if one was given."""
        from auditor.jobs.law import accelerators

        if self._facts_given is None:
            return accelerators(self.arguments.controls)
        return self.file.chips

    def chip(self, name: str) -> Chip:
        """The chip with the id."""
        if name not in self.chips:
            import difflib

            begin = [known for known in self.chips if known.startswith(name)]
            near = begin[:3] or difflib.get_close_matches(name, self.chips, 3, 0.4)
            hint = f"did you mean {' or '.join(near)}?" if near else "auditor law chip lists those known"
            raise FactsError("no such chip in the shipped table or the facts file", value=name, hint=hint)
        return self.chips[name]

    def paragraph(self, given: str) -> str:
        """Id of the paragraph or section, which may be given without its "supplement-"."""
        name = given if given.startswith("supplement-") else f"supplement-{given}"
        if not any(f"{known}.".startswith(f"{name}.") for known in self.law.paragraphs):
            hint = "auditor law paragraph lists those known"
            raise FactsError("no such paragraph of Supplement No. 8 or 10", value=given, hint=hint)
        return name

    @property
    def amount(self) -> Decimal | Limit | Allocation:
        """The amount asked about: a figure in TPP, an NVEU allocation by its quarter, or a limit by its id."""
        from auditor.model.exact import parse_decimal

        given: str = self.arguments.amount
        row: Allocation | Limit | None = self.law.allocation(given, self.as_of)
        if row is None and given in self.law.limits:
            row = self.law.limit(given, self.as_of)
        if row is not None:
            return row
        try:
            return Decimal(str(parse_decimal(given.replace(",", ""))))
        except ValueError as error:
            limits = ", ".join(name for name in sorted(self.law.limits) if name.endswith("tpp"))
            hint = f"give TPP such as 790000000, a quarter of 2025 to 2027, or one of: country.allocation, {limits}"
            raise FactsError(f"no amount of TPP, quarter or limit: {error}", value=given, hint=hint) from error

    @property
    def party(self) -> str:
        """Id of the party asked about: --party, else the applicant, else the only party there is."""
        given: str | None = self._option("party")
        if given is not None:
            return self._known("party", given, self.file.parties)
        facts = self.file.facts
        if facts.applicant is not None:
            return facts.applicant
        if len(facts.parties) == 1:
            return facts.parties[0].id
        raise FactsError(
            "it is not said which party this is about",
            place=self.file.place("parties"),
            hint="give --party ID, or name the applicant in the facts file",
        )

    @property
    def plan(self) -> str | None:
        """Id of the plan asked about, if any."""
        given: str | None = self._option("plan")
        return None if given is None else self._known("plan", given, self.file.plans)

    @property
    def only_plan(self) -> str:
        """Id of the plan asked about: --plan, else the only one there is."""
        return self._only("plan", self.file.plans)

    @property
    def model(self) -> str:
        """Id of the model asked about: --model, else the only one there is."""
        return self._only("model", self.file.models)

    @property
    def site(self) -> str:
        """Id of the site asked about: --site, else the only one there is."""
        return self._only("site", self.file.sites)

    @property
    def country(self) -> str:
        """The country asked about: --country, else the only one the facts file has sites in."""
        given: str | None = self._option("country")
        if given is not None:
            return country_code(given)
        countries = sorted({site.country for site in self.file.sites.values()})
        if len(countries) == 1:
            return countries[0]
        hint = f"give --country; the sites are in: {', '.join(countries)}" if countries else "give --country"
        raise FactsError("it is not said which country this is about", place=self.file.place("sites"), hint=hint)

    def inventory(self, option: str = "inventory", on: date | None = None) -> Inventory | None:
        """The inventory named, else the newest of the day or before, else the first after it; None if there is none."""
        from auditor.jobs.law import latest_inventory

        given: str | None = self._option(option)
        if given is not None:
            return self.file.inventories[self._known("inventory", given, self.file.inventories, option)]
        later = min(self.file.inventories.values(), key=lambda inventory: (inventory.date, inventory.id), default=None)
        return latest_inventory(self.file, on or self.as_of) or later

    def lots(self, on: date | None = None) -> tuple[Lot, ...]:
        """The chips of the inventory asked about; none if the facts file names no inventory."""
        from auditor.jobs.law import load_lots

        inventory = self.inventory(on=on)
        if inventory is None:
            return ()
        if inventory.id not in self.read:
            self.read[inventory.id] = load_lots(self.file, self.path, inventory)
        return self.read[inventory.id]

    def changes(self) -> Changes:
        """The later inventory against the earlier: those named, else the newest and the one before it."""
        from auditor.jobs.law import load_changes

        later = self.inventory("later")
        if later is None:
            raise FactsError(
                "no inventory to compare", place=self.file.place("inventories"), hint="add two inventories"
            )
        before = [one for one in self.file.inventories.values() if one.date < later.date]
        earlier = max(before, key=lambda one: (one.date, one.id), default=None)
        if self._option("earlier") is not None:
            earlier = self.inventory("earlier")
        if earlier is None:
            raise FactsError(
                f"no inventory before {later.id} of {later.date}",
                place=self.file.place_of("inventories", later.id),
                hint="add an earlier inventory, or name two with --earlier and --later",
            )
        return load_changes(self.file, self.path, earlier, later)

    def _option(self, name: str) -> Any:
        return getattr(self.arguments, name, None)

    def _only(self, what: str, known: Mapping[str, object]) -> str:
        given = self._option(what)
        if given is not None:
            return self._known(what, str(given), known)
        if len(known) == 1:
            return next(iter(known))
        names = ", ".join(sorted(known)) or "none yet"
        raise FactsError(
            f"it is not said which {what} this is about",
            place=self.file.place(f"{what}s"),
            hint=f"give --{what} ID; the facts file has: {names}",
        )

    def _known(self, what: str, name: str, known: Mapping[str, object], option: str | None = None) -> str:
        if name in known:
            return name
        names = ", ".join(sorted(known)[:12]) or "none yet"
        raise FactsError(
            f"--{option or what}: no such {what} in the facts file", place=self.path.name, value=name,
            hint=f"name one of: {names}",
        )  # fmt: skip


def country_code(text: str) -> str:
    """The ISO code asked about, in capitals.

    Raises:
        FactsError: unknown or retired, with the fix.
    """
    from auditor.regulation.tables.countries import country_problem

    code = text.upper()
    problem = country_problem(code)
    if problem:
        raise FactsError(problem[0], value=text, hint=problem[1])
    return code
