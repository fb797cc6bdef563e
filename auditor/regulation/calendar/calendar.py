"""What is due when: the law's duties laid over what the facts say happens, sorted by day, with what is late."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from auditor.model.exact import counted
from auditor.model.facts import Shipment, Site
from auditor.model.law import Duty
from auditor.regulation.calendar import deadlines
from auditor.regulation.calendar.agenda import Agenda, Entry, State, Undated
from auditor.regulation.calendar.days import plus
from auditor.regulation.calendar.deadlines import Deadline
from auditor.regulation.chips.chip import tpp_table
from auditor.regulation.facts.file import FactsFile
from auditor.regulation.facts.happenings import BY_EVENT, Happening, roles, sent
from auditor.regulation.working import Working, question

WEIGHTS = "aia-weights-facility"
LARGE = "large-lpp-shipment"
RECORD = "record"


@question("calendar")
def calendar(work: Working, file: FactsFile, begins: date, ends: date) -> tuple[str, Agenda]:
    """What is due from `begins` to `ends`, both included, and what was overdue before.

    A duty concerns those who hold an authorization it applies to, or ship or plan to ship under one. Where nobody does,
    and where the facts leave the day of a duty open, the question cannot be determined; what is dated is the result.
    """
    work.subject = file.facts.title
    if ends < begins:
        work.undetermined("the time asked about", f"it begins on {begins} and ends on {ends}", fix="swap the two days")
    duties = [row for rows in work.law.duties.values() for row in rows if row.valid(work.as_of)]
    if not duties:
        work.undetermined(
            f"the duties on {work.as_of}", "the law tables have none on that day", fix="ask about another day"
        )
    concerned = concerns(file)
    if not concerned:
        work.missing(
            "under which authorization chips are held or shipped", "no party holds one and no shipment names one",
            place=file.place("parties"), fix="add veu: to a party, or shipments or a plan with their authorization",
        )  # fmt: skip
    clerk = _Clerk(work, file, begins, ends, concerned, duties)
    for duty in sorted(duties, key=lambda one: one.id):
        clerk.take(duty)
    return clerk.conclude()


def concerns(file: FactsFile) -> dict[str, frozenset[str]]:
    """By role a duty can apply to: the parties and sites it is about."""
    found: dict[str, set[str]] = {}
    for party, held in roles(file).items():
        for role in held:
            found.setdefault(role, set()).add(party)
    for site in file.facts.sites:
        if site.meets or site.attested is not None:
            found.setdefault(WEIGHTS, set()).add(site.id)
    for one in sent(file):
        if one.shipment.kind == "reexport" and str(one.shipment.authorization) in ("uveu", "nveu"):
            giver = one.shipment.from_site
            who = file.sites[giver].owner if giver else f"the reexporter of {one.shipment.id}"
            found.setdefault("reexporter", set()).add(who)
    return {role: frozenset(names) for role, names in found.items()}


def _under(file: FactsFile) -> dict[str, frozenset[str]]:
    """By site: the authorizations under which something is shipped there, or planned."""
    found: dict[str, set[str]] = {}
    for one in sent(file):
        found.setdefault(one.shipment.to, set()).add(str(one.shipment.authorization))
    return {site: frozenset(under) for site, under in found.items()}


class _Clerk:
    """Takes one duty after the other and keeps what follows from it."""

    def __init__(
        self,
        work: Working,
        file: FactsFile,
        begins: date,
        ends: date,
        concerned: Mapping[str, frozenset[str]],
        duties: Iterable[Duty],
    ) -> None:
        self._work, self._file, self._begins, self._ends, self._concerned = work, file, begins, ends, concerned
        self._under = _under(file)
        self._compliance: dict[str, date] = {}
        for duty in duties:
            for role in duty.applies_to if duty.date else ():
                self._compliance[role] = min(duty.date or date.max, self._compliance.get(role, date.max))
        self._entries: list[Entry] = []
        self._undated: list[Undated] = []
        self._gaps = 0
        self._left_out: list[str] = []

    def take(self, duty: Duty) -> None:
        """Enter what the duty makes due."""
        who = sorted(frozenset().union(*(self._concerned.get(role, frozenset()) for role in duty.applies_to)))
        if not who:
            held = " or ".join(duty.applies_to)
            self._left_out.append(f"{duty.title} ({duty.cite}) is for {held}, which nobody in the facts is or plans.")
            return
        event = duty.before or duty.after or ""
        before = len(self._entries)
        if duty.date is not None:
            state = State.DUE if self._work.as_of < duty.date else State.REACHED
            self._enter(duty, ", ".join(who), Deadline(duty.date, state, duty.content))
        elif duty.days:
            self._yearly(duty, ", ".join(who))
        elif duty.every_months is not None:
            for index, site in enumerate(self._file.facts.sites):
                self._at_intervals(duty, duty.every_months, index, site)
        elif event in BY_EVENT:
            self._around(duty, event)
        else:
            self._undated.append(
                Undated(
                    duty=duty.id, title=duty.title, says=duty.content, cite=duty.cite, provision=duty.provision,
                    status=self._work.stands(duty.provision).status,
                )
            )  # fmt: skip
        added = len(self._entries) - before
        entered = f"{added} dated {'entry' if added == 1 else 'entries'}"
        self._work.step(f"{duty.title}, for {', '.join(who)}: {entered}.", rows=(duty,))

    def conclude(self) -> tuple[str, Agenda]:
        """All that was entered, and how much of it is late."""
        entries = tuple(sorted(self._entries, key=lambda one: (one.date, one.duty, one.subject, one.says)))
        agenda = Agenda(
            begins=self._begins, ends=self._ends, entries=entries, undated=tuple(self._undated),
            left_out=tuple(self._left_out),
        )  # fmt: skip
        late = sum(one.state in (State.OVERDUE, State.DONE_LATE) for one in entries)
        impossible = sum(one.state is State.TOO_LATE for one in entries)
        gaps = f" {self._gaps} more cannot be dated from the facts." if self._gaps else ""
        says = (
            f"From {self._begins} to {self._ends}, as seen on {self._work.as_of}: "
            f"{counted(len(entries), 'dated entry', 'dated entries')}, {late} of them overdue or done late and "
            f"{impossible} too late for a planned day; "
            f"{counted(len(self._undated), 'duty', 'duties')} without a fixed day.{gaps}"
        )
        return says, agenda

    def _enter(
        self,
        duty: Duty,
        subject: str,
        deadline: Deadline,
        *,
        event: date | None = None,
        facts: tuple[str, ...] = (),
    ) -> None:
        """Keep what is due in the time asked about, and what is late from before it."""
        late = deadline.state in (State.OVERDUE, State.TOO_LATE)
        if deadline.due > self._ends or (deadline.due < self._begins and not late):
            return
        self._entries.append(
            Entry(
                date=deadline.due, duty=duty.id, title=duty.title, subject=subject, state=deadline.state,
                says=deadline.says, cite=duty.cite, provision=duty.provision,
                status=self._work.stands(duty.provision).status, event=event, done=deadline.done,
                earliest=deadline.earliest, facts=facts,
            )
        )  # fmt: skip

    def _begins_to_bind(self, duty: Duty) -> date:
        """The first day on which the duty can fall due: its own, or the compliance date of those it applies to."""
        dates = [
            self._compliance[role] for role in duty.applies_to if role in self._concerned and role in self._compliance
        ]
        return max(duty.since, min(dates, default=duty.since))

    def _yearly(self, duty: Duty, subject: str) -> None:
        first = self._begins_to_bind(duty)
        for year in range(self._begins.year, self._ends.year + 1):
            for number, month_day in enumerate(duty.days):
                day = date.fromisoformat(f"{year}-{month_day}")
                if day < first:
                    continue
                covers = f" It covers {duty.covers[number]}." if number < len(duty.covers) else ""
                state = State.DUE if self._work.as_of <= day else State.PAST
                self._enter(duty, subject, Deadline(day, state, f"{duty.content} Due on {day}.{covers}"))

    def _at_intervals(self, duty: Duty, months: int, index: int, site: Site) -> None:
        """What recurs at a site, from the last time the facts name."""
        accounting = "acm" in duty.applies_to
        field, last = ("accounted", site.accounted) if accounting else ("attested", site.attested)
        if last is None and not self._is_about(duty, site):
            return
        place = self._file.place("sites", index, field)
        if last is None or last > self._work.as_of:
            why = "the facts name no last time" if last is None else f"the last time named, {last}, is still to come"
            self._gap(
                f"{duty.title}: the next day for {site.id}", f"{why}; it is due every {months} months ({duty.cite})",
                place, f"write the day of the last one as {field}: of the site",
            )  # fmt: skip
            return
        following = due = plus(last, months, "months")
        count = 1
        while due <= self._ends:
            says = f"{duty.content} The last was on {last}; {months} months later is {following}."
            state = State.DUE if self._work.as_of <= due else State.OVERDUE
            if count > 1:
                says += f" If that one is done on its last day, another is due on {due}."
                state = State.DUE if self._work.as_of <= due else State.PAST
            self._enter(duty, site.id, Deadline(due, state, says), facts=(place,))
            count += 1
            due = plus(last, months * count, "months")

    def _is_about(self, duty: Duty, site: Site) -> bool:
        """Whether the duty is about the site: by what is shipped there, or by who owns or runs it."""
        if not self._under.get(site.id, frozenset()).isdisjoint(duty.applies_to):
            return True
        parties = {site.id, site.owner, site.operator}
        return "acm" not in duty.applies_to and any(
            parties & self._concerned.get(role, frozenset()) for role in duty.applies_to
        )

    def _around(self, duty: Duty, event: str) -> None:
        """What precedes or follows a happening of the facts."""
        happenings = [
            one
            for one in BY_EVENT[event](self._file)
            if not one.roles.isdisjoint(duty.applies_to) and one.day >= self._begins_to_bind(duty)
        ]
        if event == LARGE:
            happenings = self._large(duty, happenings)
        compute = deadlines.kept if event == RECORD else deadlines.before if duty.before else deadlines.after
        for one in happenings:
            self._enter(duty, one.subject, compute(duty, one, self._work.as_of), event=one.day, facts=one.facts)

    def _large(self, duty: Duty, happenings: list[Happening]) -> list[Happening]:
        """Shipments from the notice threshold on; at the threshold itself the text has two readings."""
        limit = self._work.limit("lpp.notice.tpp")
        found: list[Happening] = []
        exactly: list[str] = []
        shipments = {one.place: one.shipment for one in sent(self._file)}
        for one in happenings:
            tpp = self._tpp(duty, shipments[one.facts[0]], one)
            if tpp is not None and tpp >= limit.value:
                found.append(one)
                exactly += [one.subject] if tpp == limit.value else []
        every, above = len(found), len(found) - len(exactly)
        results = {"of": f"{every} shipments are notified.", "more-than": f"{above} shipments are notified."}
        self._work.ambiguous("lpp-notice", results)
        self._work.step(f"Shipments under LPP of {limit.value:,} TPP or more: {every}.", rows=(limit,))
        return found

    def _tpp(self, duty: Duty, shipment: Shipment, one: Happening) -> Decimal | None:
        table, missing = self._work.attempt(lambda work: tpp_table(work, self._file.chips, (shipment.chip,)))
        if table is None:
            why = "; ".join(f"{gap.what}: {gap.why}" for gap in missing)
            self._gap(
                f"{duty.title}: whether {one.subject} needs one", why, one.facts[0], "complete the chip's figures"
            )
            return None
        return table[shipment.chip] * shipment.quantity

    def _gap(self, what: str, why: str, place: str, fix: str) -> None:
        self._gaps += 1
        self._work.missing(what, why, place=place, fix=fix)
