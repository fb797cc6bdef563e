"""The question `ownership`: which stakes in a VEU have to be reported to BIS (Supp. No. 10 to part 748, paragraph 3).

Stakes held by parties headquartered or parented in Macau or D:5, or on the Entity List or the SDN List, are reported.
A stake is carved out if it is under 1 percent and under 1,000,000 US dollars, alone and together with the stakes of
affiliated holders, of holders that act together and of bodies of one government, and only where the VEU's shares are
traded mainly in a Supplement No. 5(a) country.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from auditor.model.base import Frozen, Name
from auditor.model.exact import Exact, plain, spoken
from auditor.model.law import Country
from auditor.regulation.destinations.places import called, in_5a, tier
from auditor.regulation.facts.file import FactsFile
from auditor.regulation.ownership.holders import Holder, gathered, holder_of
from auditor.regulation.ownership.parties import Ownership, Parent
from auditor.regulation.working import Working, measured, question

PARAGRAPH = "supplement-10.3.stakes"
PARAGRAPH_CITE = "Supp. No. 10 to part 748, paragraph 3"
Kind = Literal["equity", "contingent-equity", "ownership", "debt"]


class Verdict(StrEnum):
    """What is to be done about a stake, or about all stakes that count together."""

    REPORT = "report"
    CARVED_OUT = "carved out"
    UNDETERMINED = "cannot be determined"


class Held(Frozen):
    """One stake, as the facts give it."""

    holder: Name
    kind: Kind
    percent: Exact | None = None
    usd: Exact | None = None
    place: str
    also_percent: Exact | None = None
    """Another share the facts give for it, under `ownership`."""


class HolderGroup(Frozen):
    """Holders whose stakes count together."""

    holders: tuple[Name, ...]
    """Those whose stakes are reported: headquartered or parented in Macau or D:5, or listed."""
    doubtful: tuple[Name, ...] = ()
    """Holders of whom that is not known."""
    others: tuple[Name, ...] = ()
    """Holders that act together with them, and of whom it is known not to be so."""
    stakes: tuple[Held, ...]
    equity_percent: Exact
    """Percent of equity, contingent equity and ownership that `holders` have, as far as given."""
    debt_percent: Exact
    """Percent of debt that `holders` have, as far as given."""
    usd: Exact
    """US dollars of `holders`, as far as given."""
    verdict: Verdict
    why: str


class Disclosure(Frozen):
    """The stakes in a VEU, sorted by what has to be done about them."""

    party: Name
    traded_in: tuple[Country, ...]
    """Where the VEU's shares are mainly traded, by the facts."""
    exchange_fits: bool | None
    """Whether that is a Supplement No. 5(a) country; None where the facts contradict each other."""
    groups: tuple[HolderGroup, ...]
    not_concerned: tuple[Name, ...] = ()
    """Holders that are neither of Macau or D:5 nor listed, and belong to no group above."""


@dataclass(frozen=True, slots=True)
class _Sum:
    """Stakes added up, in percent of equity, percent of debt and US dollars; `known` unless one of them is missing."""

    equity: Decimal
    debt: Decimal
    usd: Decimal
    known: bool


@dataclass(frozen=True, slots=True)
class _Rule:
    percent: Decimal
    usd: Decimal
    fits: bool | None

    def over(self, total: _Sum) -> bool:
        """At or over a limit by what is known alone."""
        return total.equity >= self.percent or total.debt >= self.percent or total.usd >= self.usd

    def under(self, total: _Sum) -> bool:
        """Under both limits however percentages of equity and of debt are taken."""
        return total.known and total.equity + total.debt < self.percent and total.usd < self.usd


@question("ownership")
def ownership(work: Working, file: FactsFile, party: str) -> tuple[str, Disclosure]:
    """What has to be reported of the stakes in the party, which it holds as a VEU or would; see the module.

    Shares in percent and US dollars, exact. A stake of just 1 percent or just 1,000,000 US dollars is not under it.
    """
    if party not in file.parties:
        why = "the facts file has no party of that id"
        work.undetermined(f"the party {party}", why, place=file.place("parties"), fix="add it, or name another")
    owners = Ownership(file)
    work.subject = owners.called(party)
    percent, usd = work.limit("stake.percent"), work.limit("stake.usd")
    says = (
        f"A stake is carved out if it is under {measured(percent.value, percent.unit)} and under "
        f"{measured(usd.value, usd.unit)}, whichever is lower, and the shares are traded as required."
    )
    work.step(says, rows=(work.paragraph(PARAGRAPH), percent, usd))
    stakes = _stakes(work, file, owners, party)
    traded, fits = _exchange(work, file, party)
    first = {stake.holder: stake.place for stake in reversed(stakes)}
    holders = {name: holder_of(work, file, owners, first[name], name) for name in sorted(first)}
    rule = _Rule(percent.value, usd.value, fits)
    groups = tuple(_judged(rule, together, stakes, holders) for together in gathered(holders))
    for group in groups:
        _note(work, group, holders)
    within = {name for group in groups for name in (*group.holders, *group.doubtful, *group.others)}
    apart = tuple(name for name in holders if name not in within)
    if apart:
        told = "; ".join(holders[name].why for name in apart)
        work.step(f"Not concerned: {told}.", cite=PARAGRAPH_CITE, facts=tuple(holders[name].place for name in apart))
    _above(work, file, owners, party)
    return _concluded(work, groups, apart), Disclosure(
        party=party, traded_in=traded, exchange_fits=fits, groups=groups, not_concerned=apart
    )


def _stakes(work: Working, file: FactsFile, owners: Ownership, party: str) -> tuple[Held, ...]:
    """The stakes in the party: those given as such, and holdings under `ownership` of who is not among them."""
    found = [
        Held(
            holder=stake.holder,
            kind=stake.kind,
            percent=stake.percent,
            usd=stake.usd,
            place=file.place("stakes", index),
        )
        for index, stake in enumerate(file.facts.stakes)
        if stake.subject == party
    ]
    shares: dict[str, list[tuple[Decimal, str]]] = defaultdict(list)
    for link in owners.into(work.as_of, party):
        shares[link.owner].append((link.percent, file.place("ownership", link.index)))
    for owner, parts in shares.items():
        whole, place = sum((percent for percent, _ in parts), Decimal(0)), parts[0][1]
        same = [
            index for index, held in enumerate(found) if held.holder == owner and held.kind in ("equity", "ownership")
        ]
        given = [found[index].percent for index in same]
        if not same:
            found.append(Held(holder=owner, kind="ownership", percent=whole, place=place))
        elif None in given:
            # One holding told twice; what the other entries lack of it is in one of them.
            rest = whole - sum((one for one in given if one is not None), Decimal(0))
            at = same[given.index(None)]
            if given.count(None) == 1 and rest >= 0:
                found[at] = found[at].model_copy(update={"percent": rest})
        elif sum(one for one in given if one is not None) != whole:
            rest = sum((one for one in given[1:] if one is not None), Decimal(0))
            found[same[0]] = found[same[0]].model_copy(update={"also_percent": max(whole - rest, Decimal(0))})
    return tuple(found)


def _exchange(work: Working, file: FactsFile, party: str) -> tuple[tuple[Country, ...], bool | None]:
    """Where the party's shares are mainly traded, and whether that is in Supplement No. 5(a)."""
    said = {
        stake.mainly_traded_in: file.place("stakes", index, "mainly_traded_in")
        for index, stake in enumerate(file.facts.stakes)
        if stake.subject == party and stake.mainly_traded_in is not None
    }
    traded = tuple(sorted(said))
    if not traded:
        says = "The facts name no exchange on which the shares are mainly traded: no stake is carved out."
        work.step(says, cite=PARAGRAPH_CITE)
        work.caution(f"{says} Give mainly_traded_in if they are traded.")
        return (), False
    fits = {in_5a(work, iso) for iso in traded}
    for iso in traded:
        tier(work, iso)
    places = tuple(said[iso] for iso in traded)
    names = ", ".join(called(iso) for iso in traded)
    if len(fits) > 1:
        why = f"the facts name {names}, of which not all are in Supplement No. 5(a)"
        work.missing("where the shares are mainly traded", why, place=places[0], fix="give one place")
        return traded, None
    holds = fits == {True}
    says = f"The shares are mainly traded in {names}: the carve-out is {'open' if holds else 'closed'}."
    work.step(says, cite=PARAGRAPH_CITE, facts=places)
    return traded, holds


def _judged(rule: _Rule, together: tuple[str, ...], stakes: Iterable[Held], holders: dict[str, Holder]) -> HolderGroup:
    """What is to be done about the stakes of holders that count together.

    Reported is what is at or over a limit by the least that can be meant; carved out what is under both by the most:
    with those who act together but are not concerned, with holders whose affiliation is not known, and with bodies of
    all governments of Macau and D:5 together.
    """
    sure = {name for name in together if holders[name].concerned}
    doubtful = {name for name in together if holders[name].concerned is None}
    most = {*together, *(name for name, holder in holders.items() if holder.floating)}
    if any(holders[name].floating for name in together):
        most |= {name for name, holder in holders.items() if holder.concerned is not False}
    if any(holders[name].government for name in together):
        most |= {name for name, holder in holders.items() if holder.government}
    least, top = _added(stakes, sure, least=True), _added(stakes, most, least=False)
    if rule.fits and rule.under(top):
        verdict, why = Verdict.CARVED_OUT, f"{_figures(top)}: under both limits"
    elif not sure:
        verdict, why = Verdict.UNDETERMINED, "; ".join(holders[name].why for name in sorted(doubtful))
    elif rule.fits is False:
        verdict, why = Verdict.REPORT, f"{_figures(least)}: the shares are not traded as the carve-out asks"
    elif rule.over(least):
        verdict, why = Verdict.REPORT, f"{_figures(least)}: not under both limits"
    else:
        verdict, why = Verdict.UNDETERMINED, _open(rule, together, stakes, holders, most)
    return HolderGroup(
        holders=tuple(sorted(sure)),
        doubtful=tuple(sorted(doubtful)),
        others=tuple(name for name in together if holders[name].concerned is False),
        stakes=tuple(held for held in stakes if held.holder in together),
        equity_percent=least.equity,
        debt_percent=least.debt,
        usd=least.usd,
        verdict=verdict,
        why=why,
    )


def _added(stakes: Iterable[Held], names: set[str], *, least: bool) -> _Sum:
    """The stakes of the named holders; of two shares the facts give for one stake, the smaller or the larger."""
    choose = min if least else max
    equity, debt, usd, known = Decimal(0), Decimal(0), Decimal(0), True
    for held in stakes:
        if held.holder in names:
            shares = [share for share in (held.percent, held.also_percent) if share is not None]
            share = choose(shares, default=Decimal(0))
            equity, debt = (equity, debt + share) if held.kind == "debt" else (equity + share, debt)
            usd += held.usd or 0
            known = known and held.percent is not None and held.usd is not None
    return _Sum(equity, debt, usd, known)


def _open(
    rule: _Rule, together: tuple[str, ...], stakes: Iterable[Held], holders: dict[str, Holder], most: set[str]
) -> str:
    """Why it is open whether stakes that are under the limits by the least that can be meant are carved out."""
    sure = {name for name in together if holders[name].concerned}
    own = _added(stakes, sure, least=False)
    if rule.fits is None:
        return "where the shares are mainly traded is contradictory"
    lacking = [held for held in stakes if held.holder in most and (held.percent is None or held.usd is None)]
    if lacking:
        told = "; ".join(
            f"{held.kind} of {held.holder} at {held.place}: no {'percent' if held.percent is None else 'usd'} given"
            for held in lacking
        )
        return f"{_figures(own)}, which is under the limits as far as given, but not all is given ({told})"
    if rule.over(own):
        return "the facts give two shares for one stake, on both sides of the limit"
    if not rule.under(own):
        return f"{_figures(own)}: whether percentages of equity and of debt are added is not said"
    rest = ", ".join(sorted(most - sure))
    return (
        f"{_figures(own)}, which is under both limits; whether {rest} count together with it is not known or not said"
    )


def _figures(total: _Sum) -> str:
    debt = f", {plain(total.debt)} percent of debt" if total.debt else ""
    return f"{plain(total.equity)} percent of equity{debt}, {spoken(total.usd)} US dollars"


def _note(work: Working, group: HolderGroup, holders: dict[str, Holder]) -> None:
    """The group's step, and what of it cannot be determined."""
    names = (*group.holders, *group.doubtful, *group.others)
    told = "; ".join(holders[name].why for name in names)
    why = "" if group.why == told else f" {group.why}:"
    says = f"{', '.join(names)}: {told}.{why} {group.verdict}."
    work.step(says, cite=PARAGRAPH_CITE, facts=tuple(held.place for held in group.stakes))
    if group.verdict is Verdict.CARVED_OUT:
        return
    if group.verdict is Verdict.UNDETERMINED and group.holders:
        what = f"whether the stake of {', '.join(group.holders)} has to be reported"
        fix = "give percent and usd of each stake, once; name unknown holders and owners; or report the stake"
        work.missing(what, group.why, place=group.stakes[0].place, fix=fix)
    for name in group.doubtful:
        holder = holders[name]
        work.missing(f"whether the stake of {name} has to be reported", holder.why, place=holder.place, fix=holder.fix)


def _above(work: Working, file: FactsFile, owners: Ownership, party: str) -> None:
    """Say that stakes in the VEU's parents are not counted here, if there are any."""
    parent = owners.parent(work, party)
    above = set(parent.way) if isinstance(parent, Parent) else set()
    if any(stake.subject in above for stake in file.facts.stakes):
        work.caution(
            "Stakes in the parents of the VEU are in the facts; only those in the VEU itself are counted here."
        )


def _concluded(work: Working, groups: tuple[HolderGroup, ...], apart: tuple[str, ...]) -> str:
    told = []
    for verdict, verb in (
        (Verdict.REPORT, "to be reported to BIS"),
        (Verdict.CARVED_OUT, "carved out"),
        (Verdict.UNDETERMINED, "not determined"),
    ):
        names = [
            name
            for group in groups
            for name in (*group.holders, *(() if group.verdict is Verdict.REPORT else group.doubtful))
            if group.verdict is verdict
        ]
        if verdict is Verdict.UNDETERMINED:
            names += [name for group in groups if group.verdict is Verdict.REPORT for name in group.doubtful]
        if names:
            told.append(f"{verb}: {', '.join(names)}")
    nothing = "the facts name no holder, and nothing that they name is to be reported"
    if apart:
        who = f"none of the {len(apart)} holders" if len(apart) > 1 else "the one holder"
        nothing = f"{who} in the facts is {'not ' if len(apart) == 1 else ''}of Macau or D:5 or listed"
        nothing += ", and nothing is to be reported"
    elif not told:
        work.caution(
            "The facts name no holder of equity or debt. That nobody holds any is not said, and is not assumed."
        )
    return f"On {work.as_of}, of the stakes in {work.subject}: {'; '.join(told) or nothing}."
