"""The shipped tables: their figures, what the reader refuses, what the linter catches, newer tables laid over them."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.errors import AuditorError, SchemaError, UnknownReferenceError
from auditor.model.law import Confidence, Status
from auditor.regulation.paragraph import paragraph
from auditor.regulation.status import status
from auditor.regulation.tables.law import Law
from auditor.regulation.tables.lint import lint
from auditor.regulation.tables.read import read_law
from tests.regulation.small import CITED, LAW, SHIPPED, edit, edited, newer, rows

EXTRACTED = date(2026, 7, 23)
FIRST = date(2025, 1, 13)


def day(text: str) -> date:
    return date.fromisoformat(text)


class TestFigures:
    """The rule's own numbers, as the reference gives them."""

    def test_nveu_quarters(self) -> None:
        million = {
            "2025-Q1": "633", "2025-Q2": "949.5", "2025-Q3": "1266", "2025-Q4": "1582.5",
            "2026-Q1": "1899", "2026-Q2": "2690.25", "2026-Q3": "3481.5", "2026-Q4": "4272.75",
            "2027-Q1": "5064", "2027-Q2": "5064", "2027-Q3": "5064", "2027-Q4": "5064",
        }  # fmt: skip
        found = {name: rows[0].tpp for name, rows in LAW.allocations.items()}
        assert found == {name: Decimal(value) * 10**6 for name, value in million.items()}
        assert list(found) == sorted(found)

    def test_every_quarter_is_a_multiple_of_half_the_first(self) -> None:
        """Each is a whole number of halves of 316,500,000: 2, 3, 4, 5, 6, 8.5, 11, 13.5 and 16 times it."""
        halves = [rows[0].tpp / (Decimal(316_500_000) / 2) for rows in LAW.allocations.values()]
        assert halves == [4, 6, 8, 10, 12, 17, 22, 27, 32, 32, 32, 32]

    @pytest.mark.parametrize("quarter", ["2024-Q4", "2028-Q1"])
    def test_no_allocation_outside_the_table(self, quarter: str) -> None:
        assert LAW.allocation(quarter, EXTRACTED) is None

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("3a090.a.1.tpp", "4800"), ("3a090.a.2.tpp", "1600"), ("3a090.a.2.density", "5.92"),
            ("3a090.b.1.tpp-min", "2400"), ("3a090.b.1.tpp-below", "4800"), ("3a090.b.1.density-min", "1.6"),
            ("3a090.b.1.density-below", "5.92"), ("3a090.b.2.tpp-min", "1600"), ("3a090.b.2.density-min", "3.2"),
            ("3a090.b.2.density-below", "5.92"), ("3a090.c.bandwidth-density", "2"), ("3a090.note.tpp-below", "4800"),
            ("4e091.operations", "1e26"), ("4e091.derived.operations", "2.5e25"),
            ("4e091.derived.operations-preamble", "2e25"), ("4e091.derived.percent", "25"),
            ("4e091.synthetic.percent", "10"), ("fine-tuning.percent", "25"), ("uveu.outside-5a.percent", "25"),
            ("uveu.single-country.percent", "7"), ("uveu.outside-us.percent", "50"),
            ("country.allocation", "790000000"), ("country.assurances.percent", "100"),
            ("aia.certificate.tpp", "253000000"), ("acm.accounting.months", "6"), ("lpp.year.tpp", "26900000"),
            ("lpp.notice.tpp", "3200000"), ("lpp.certification.days", "30"), ("nac.notice.days", "25"),
            ("license.validity.years", "1"), ("uveu.adjudication.days", "30"), ("erc.determination.days", "30"),
            ("uveu.new-site.days", "180"), ("uveu.transfer.days", "60"), ("incident.days", "30"),
            ("records.years", "5"), ("attestation.months", "12"), ("guard.minutes", "15"), ("weights-api.months", "6"),
            ("stake.percent", "1"), ("stake.usd", "1000000"), ("china.tpp-below", "21000"),
            ("china.dram-below", "6500"), ("china.volume.percent", "50"),
        ],
    )  # fmt: skip
    def test_limit(self, name: str, value: str) -> None:
        row = LAW.limit(name, EXTRACTED)
        assert row is not None
        assert row.value == Decimal(value)

    def test_a_limit_is_not_known_before_its_first_day(self) -> None:
        assert LAW.limit("china.tpp-below", day("2026-01-14")) is None
        assert LAW.limit("china.tpp-below", day("2026-01-15")) is not None
        assert LAW.limit("country.allocation", FIRST - timedelta(days=1)) is None


class TestDestinations:
    def test_supplement_5(self) -> None:
        codes = "AU BE CA DE DK ES FI FR GB IE IT JP KR NL NO NZ SE TW US"
        assert sorted(LAW.members("supplement-5a", FIRST)) == codes.split()
        assert LAW.members("supplement-5b", FIRST) == {}
        assert len([code for code in codes.split() if code != "US"]) == 18

    @pytest.mark.parametrize(
        ("places", "count"),
        [
            ("a-1", 40), ("a-2", 34), ("a-3", 42), ("a-4", 45), ("a-5", 38), ("a-6", 8), ("b", 173), ("d-1", 24),
            ("d-2", 10), ("d-3", 36), ("d-4", 21), ("d-5", 22), ("e-1", 3), ("e-2", 1),
        ],
    )  # fmt: skip
    def test_groups_as_extracted(self, places: str, count: int) -> None:
        assert len(LAW.members(places, EXTRACTED)) == count

    def test_d5_as_extracted(self) -> None:
        codes = "AF BY CD CF CN CU ER HT IQ IR KP LB LY MM NI RU SD SO SS SY VE ZW"
        assert sorted(LAW.members("d-5", EXTRACTED)) == codes.split()

    def test_cambodia_leaves_d5_and_stays_in_d1(self) -> None:
        assert "KH" in LAW.members("d-5", day("2026-02-02"))
        assert "KH" not in LAW.members("d-5", day("2026-02-03"))
        assert "KH" in LAW.members("d-1", day("2026-02-03"))

    @pytest.mark.parametrize(("places", "before", "after"), [("d-3", 1, 0), ("d-4", 1, 0), ("a-5", 0, 1), ("b", 1, 1)])
    def test_the_emirates_change_on_their_day(self, places: str, before: int, after: int) -> None:
        assert ("AE" in LAW.members(places, day("2026-07-09"))) is bool(before)
        assert ("AE" in LAW.members(places, day("2026-07-10"))) is bool(after)

    def test_macau_is_in_d1_d3_and_d4_but_not_d5(self) -> None:
        assert [name for name in LAW.lists if "MO" in LAW.members(name, EXTRACTED)] == ["d-1", "d-3", "d-4"]

    def test_hong_kong_is_in_no_list(self) -> None:
        assert not any("HK" in LAW.members(name, EXTRACTED) for name in LAW.lists)

    def test_norway_is_a_place(self) -> None:
        assert LAW.members("supplement-5a", FIRST)["NO"].name == "Norway"

    def test_nobody_is_a_member_before_the_tables(self) -> None:
        assert not any(LAW.members(name, FIRST - timedelta(days=1)) for name in LAW.lists)

    def test_membership_says_that_it_is_projected_back(self) -> None:
        note = LAW.members("d-5", FIRST)["CN"].note
        assert note is not None
        assert "projection back" in note

    def test_an_unknown_list_is_refused(self) -> None:
        with pytest.raises(UnknownReferenceError):
            LAW.members("d-6", EXTRACTED)


class TestParagraphs:
    def test_supplement_10_has_19_paragraphs(self) -> None:
        numbers = [name for name in LAW.paragraphs if re.fullmatch(r"supplement-10\.\d+", name)]
        assert numbers == [f"supplement-10.{number}" for number in range(1, 20)]

    def test_compliance_dates(self) -> None:
        late = set()
        for name, (row,) in LAW.paragraphs.items():
            if name.startswith("supplement-10."):
                assert row.compliance in (day("2025-05-15"), day("2026-01-15"))
                if row.compliance == day("2026-01-15"):
                    late.add(int(name.split(".")[1]))
        assert late == {14, 15, 18}

    def test_the_weights_facility_needs_14_15_and_18(self) -> None:
        found = {
            int(name.split(".")[1])
            for name, rows in LAW.paragraphs.items()
            if name.startswith("supplement-10.") and "aia-weights-facility" in rows[0].applies_to
        }
        assert found == {14, 15, 18}

    def test_paragraphs_5_and_6_are_for_uveus_only(self) -> None:
        only = {
            name.split(".")[1]
            for name, rows in LAW.paragraphs.items()
            if name.startswith("supplement-10.") and "nveu" not in rows[0].applies_to
        }
        assert only == {"5", "6"}

    def test_nine_named_controls(self) -> None:
        controls = "AC-3(7) AT-2(1) CA-8(3) CM-7(4) CM-11(2) IR-4(14) PE-3(3) PM-3 PS-7"
        names = LAW.paragraphs["supplement-10.14"][0].names
        assert [name.split()[0] for name in names if re.match(r"[A-Z]{2}-\d", name)] == controls.split()

    def test_standards_that_no_paragraph_names(self) -> None:
        named = " ".join(chain.from_iterable(rows[0].names for rows in LAW.paragraphs.values()))
        for absent in ("800-171", "800-88", "FIPS 140", "27001", "SOC 2"):
            assert absent not in named

    def test_section_b_has_eleven_items_six_of_them_without_text(self) -> None:
        rows = {name: rows[0] for name, rows in LAW.paragraphs.items() if name.startswith("supplement-8.B.")}
        assert list(rows) == [f"supplement-8.B.{number}" for number in range(1, 12)]
        silent = [int(name.split(".")[-1]) for name, row in rows.items() if row.requirement is None]
        assert silent == [1, 3, 4, 5, 7, 8]
        assert {rows[f"supplement-8.B.{number}"].confidence for number in silent} == {Confidence.NONE}
        for number in silent:
            assert not rows[f"supplement-8.B.{number}"].applies_to

    def test_section_a_is_inferred_and_says_so(self) -> None:
        rows = {name: rows[0] for name, rows in LAW.paragraphs.items() if name.startswith("supplement-8.A.")}
        assert len(rows) == 7 + 4
        for row in rows.values():
            assert row.confidence is Confidence.INFERRED
            assert "before October 2024" in (row.note or "")


class TestReadings:
    @pytest.mark.parametrize(
        ("name", "readings", "first"),
        [
            ("weights-derived", "code preamble", "code"),
            ("lpp-notice", "of more-than", "of"),
            ("aia-certificate", "always threshold", "always"),
            ("country-attrition", "text preamble", "text"),
            ("country-counting", "cumulative calendar-year", "cumulative"),
            ("accounting-scope", "supplement-5a-only all-destinations", "all-destinations"),
            ("uveu-measurement", "all-limits us-limit-only", "all-limits"),
            ("nveu-assurances", "condition may-be-sought", "condition"),
            ("sanctions-consequence", "excluded vetting-only", "excluded"),
            ("supplement-8-end", "ends-at-b11 further-item", "further-item"),
            ("supplement-8-name", "part-748 part-740 part-742 part-744", "part-748"),
            ("norway-code", "place truth-value", "place"),
        ],
    )
    def test_ambiguity(self, name: str, readings: str, first: str) -> None:
        row = LAW.ambiguity(name, EXTRACTED)
        assert row is not None
        assert [reading.id for reading in row.readings] == readings.split()
        assert row.shown_first == first
        assert len({reading.consequence for reading in row.readings}) == len(row.readings)

    def test_there_are_no_others(self) -> None:
        assert len(LAW.ambiguities) == 12


class TestDuties:
    @pytest.mark.parametrize(
        ("name", "days"),
        [
            ("end-user-report", ("01-15", "07-15")),
            ("customer-list", ("01-15", "07-15")),
            ("reexporter-report", ("01-15", "07-15")),
            ("chip-accounting", ("02-01", "08-01")),
            ("general-veu-report", ("02-15",)),
        ],
    )
    def test_days_of_the_year(self, name: str, days: tuple[str, ...]) -> None:
        assert LAW.duties[name][0].days == days

    @pytest.mark.parametrize(
        ("name", "lead", "unit"),
        [
            ("new-site-notice", 180, "days"), ("transfer-notice", 60, "days"), ("construction-notice", 60, "days"),
            ("incident-report", 30, "days"), ("lpp-certification", 30, "days"), ("nac-notice", 25, "days"),
            ("records", 5, "years"),
        ],
    )  # fmt: skip
    def test_leads(self, name: str, lead: int, unit: str) -> None:
        duty = LAW.duties[name][0]
        assert (duty.lead, duty.lead_unit) == (lead, unit)
        assert duty.limit is not None

    def test_one_day_and_intervals(self) -> None:
        assert LAW.duties["general-compliance"][0].date == day("2025-05-15")
        assert LAW.duties["delayed-compliance"][0].date == day("2026-01-15")
        assert LAW.duties["assessor-attestation"][0].every_months == 12
        assert LAW.duties["acm-accounting"][0].every_months == 6


def test_shipped_tables_are_clean() -> None:
    assert lint(LAW) == []


def test_every_row_knows_its_file_and_line() -> None:
    for table in (LAW.limits, LAW.paragraphs, LAW.ambiguities, LAW.duties, LAW.periods, *LAW.memberships.values()):
        for row in chain.from_iterable(table.values()):
            file, line = row.origin.split(":")
            assert SHIPPED[file].decode().splitlines()[int(line) - 1].startswith("  - ")


def dated(since: object, provision: str = "dc-veu", **fields: object) -> dict[str, object]:
    return {**CITED, "since": since, "seen": since, "provision": provision, **fields}


def limit(since: object, value: int = 5, name: str = "country.allocation", **fields: object) -> str:
    return rows(dated(since, id=name, value=value, **{"unit": "TPP", "meaning": "a test", **fields}))


def period(provision: str, since: object, event: str) -> str:
    return rows(dated(since, provision, status="withdrawn", statement="Gone.", evidence=[event]))


def change(places: str, iso: str, since: object, what: str, **fields: object) -> str:
    changed = {**CITED, "date": since, "iso": iso, "name": "A place", "change": what}
    return rows(dated(since, "country-groups", id=places, title="A list", changes=[changed], **fields))


def text(name: str, since: object) -> str:
    return rows(dated(since, id=name, topic="Anything", requirement="Something new."))


class TestRefused:
    """What the reader refuses, with the file and the line of the row."""

    def refuses(self, files: dict[str, bytes], problem: str, place: str) -> AuditorError:
        with pytest.raises(SchemaError) as caught:
            read_law(files)
        assert problem in caught.value.problem
        assert caught.value.place is not None
        assert re.fullmatch(place, caught.value.place), caught.value.place
        assert caught.value.hint
        return caught.value

    @pytest.mark.parametrize("since", ["2025-01-13", "2025-01-12", "2024-01-01"])
    def test_an_edited_table_whose_validities_overlap(self, since: str) -> None:
        shipped = SHIPPED["limits.yaml"].decode()
        block = re.search(r"  - id: stake.usd\n(    .*\n)+", shipped)
        assert block is not None
        added = re.sub("since: .*", f"since: {since}", block[0])
        files = {**SHIPPED, "limits.yaml": (shipped + added).encode()}
        error = self.refuses(files, "stake.usd: its validity overlaps", rf"limits\.yaml:{shipped.count(chr(10)) + 1}")
        assert "limits.yaml:" in (error.hint or "")

    def test_a_status_period_that_overlaps_its_neighbour(self) -> None:
        files = edit(
            "status", "    since: 2025-05-13\n    seen: 2026-05-30", "    since: 2025-01-13\n    seen: 2026-05-30"
        )
        self.refuses(files, "ai-diffusion: its validity overlaps", r"status\.yaml:\d+")

    def test_a_period_reaching_into_the_next(self) -> None:
        files = edit(
            "status",
            "    since: 2025-01-13\n    seen: 2025-05-12",
            "    since: 2025-01-13\n    until: 2025-06-01\n    seen: 2025-05-12",
        )
        self.refuses(files, "ai-diffusion: its validity overlaps", r"status\.yaml:\d+")

    def test_a_hole_between_periods(self) -> None:
        files = edit(
            "status",
            "    since: 2025-01-13\n    seen: 2025-05-12",
            "    since: 2025-01-13\n    until: 2025-03-01\n    seen: 2025-03-01",
        )
        self.refuses(files, "ai-diffusion: its validity leaves a hole", r"status\.yaml:\d+")

    def test_a_validity_of_no_time(self) -> None:
        files = edit("limits", "    since: 2025-01-13\n", "    since: 2025-01-13\n    until: 2025-01-13\n")
        self.refuses(files, "no time at all", r"limits\.yaml:\d+")

    @pytest.mark.parametrize("table", sorted(set(SHIPPED) - {"sources.yaml"}))
    def test_a_value_without_citation(self, table: str) -> None:
        text = re.sub(r"^    cite: .*\n", "", SHIPPED[table].decode(), count=1, flags=re.MULTILINE)
        self.refuses({**SHIPPED, table: text.encode()}, "cite is missing", rf"{re.escape(table)}:\d+")

    @pytest.mark.parametrize("field", ["source", "confidence", "provision", "since", "seen"])
    def test_a_limit_without(self, field: str) -> None:
        text = re.sub(rf"^    {field}: .*\n", "", SHIPPED["limits.yaml"].decode(), count=1, flags=re.MULTILINE)
        self.refuses({**SHIPPED, "limits.yaml": text.encode()}, f"{field} is missing", r"limits\.yaml:3")

    @pytest.mark.parametrize(
        ("table", "old", "new", "problem"),
        [
            ("limits", "value: 4800", "value: -4800", "negative"),
            ("limits", "value: 4800", 'value: "4,800"', "not a number"),
            ("limits", "unit: TPP", "unit: tpp", "unit"),
            ("limits", "confidence: primary", "confidence: certain", "confidence"),
            ("limits", "since: 2025-01-13", "since: 2025-13-01", "no such day"),
            ("limits", "since: 2025-01-13", "since: 13 January 2025", "not a date"),
            ("nveu-allocations", "quarter: 2025-Q1", "quarter: 2025-Q5", "quarter"),
            ("status", "status: unenforced", "status: dormant", "status"),
            ("status", "evidence: [ai-diffusion-effective, ai-diffusion-published]", "evidence: []", "evidence"),
            ("calendar", '"01-15"', '"01-32"', "days"),
            ("destinations", 'iso: "AU"', 'iso: "au"', "iso"),
            ("destinations", 'iso: "AU"', 'iso: "AUS"', "iso"),
            ("destinations", "change: removed", "change: left", "change"),
            ("provisions", "part_of: ai-diffusion", "belongs_to: ai-diffusion", "not a known field"),
        ],
    )
    def test_a_value_out_of_shape(self, table: str, old: str, new: str, problem: str) -> None:
        self.refuses(edit(table, old, new), problem, rf"{table}\.yaml:\d+")

    @pytest.mark.parametrize(
        ("table", "old", "new"),
        [
            ("sources", "id: agora-1820", "id: fr-2025-00636"),
            ("events", "id: ai-diffusion-published", "id: ai-diffusion-effective"),
            ("provisions", "id: dc-veu-2024", "id: dc-veu"),
        ],
    )
    def test_an_id_given_twice(self, table: str, old: str, new: str) -> None:
        error = self.refuses(edit(table, old, new), "an id given twice", rf"{table}\.yaml:\d+")
        assert error.value == new.removeprefix("id: ")

    def test_a_place_listed_twice(self) -> None:
        with pytest.raises(SchemaError, match="a place is listed twice"):
            edited("destinations", 'iso: "BE"', 'iso: "AU"')

    @pytest.mark.parametrize(
        ("old", "new", "problem"),
        [
            ("        change: removed", "        change: added", "added, but the place is on the list then"),
            ('        iso: "KH"', '        iso: "TH"', None),
            ("      - date: 2026-02-03", "      - date: 2025-01-13", "not later than what the list already says"),
        ],
    )  # fmt: skip
    def test_a_change_that_does_not_fit(self, old: str, new: str, problem: str | None) -> None:
        with pytest.raises(SchemaError, match=problem or "removed, but the place is not on the list then"):
            edited("destinations", old, new)

    @pytest.mark.parametrize("name", ["limit.yaml", "limits.yml", "README.md", "nveu/allocations.yaml"])
    def test_a_file_that_is_no_table(self, name: str) -> None:
        with pytest.raises(SchemaError) as caught:
            read_law({**SHIPPED, name: b"rows: []\n"})
        assert caught.value.place == name
        assert "limits.yaml" in (caught.value.hint or "")

    @pytest.mark.parametrize("text", ["", "rows", "rows: {}", "- id: a", "rows: &a []", "rows: [!!map {}]"])
    def test_a_table_that_is_no_list_of_rows(self, text: str) -> None:
        with pytest.raises(SchemaError):
            read_law({**SHIPPED, "limits.yaml": text.encode()})

    def test_every_problem_is_carried(self) -> None:
        text = SHIPPED["limits.yaml"].decode().replace("unit: TPP\n", "unit: tpp\n")
        with pytest.raises(SchemaError) as caught:
            read_law({**SHIPPED, "limits.yaml": text.encode()})
        assert len(caught.value.problems) == SHIPPED["limits.yaml"].decode().count("unit: TPP\n")


def line_of_row(table: str, text: str) -> int:
    """The line on which the row begins that holds the text's first occurrence."""
    shipped = SHIPPED[f"{table}.yaml"].decode()
    upto = shipped[: shipped.index(text) + len(text)].splitlines()
    return max(number for number, line in enumerate(upto, start=1) if line.startswith("  - "))


class TestLint:
    """Each mutation of the shipped tables is caught, once, at its row."""

    def caught(self, law: Law, problem: str, value: str) -> AuditorError:
        found = [one for one in lint(law) if problem in one.problem and str(one.value) == value]
        assert len(found) == 1, [str(one) for one in lint(law)]
        assert found[0].hint
        return found[0]

    @pytest.mark.parametrize(
        ("table", "old", "new", "problem", "value"),
        [
            ("limits", "source: fr-2025-00636", "source: fr-2025-00363", "no such source", "fr-2025-00363"),
            ("events", "source: bis-2025-05-13", "source: bis", "no such source", "bis"),
            ("destinations", "source: ecfr-740-2026-07", "source: ecfr-740", "no such source", "ecfr-740"),
            ("destinations", "source: fr-2026-02262", "source: fr-2026-2262", "no such source", "fr-2026-2262"),
            ("ambiguities", "source: yaml-1.1", "source: yaml-1.2", "no such source", "yaml-1.2"),
            ("calendar", "provision: dc-veu", "provision: dc-vue", "no such provision", "dc-vue"),
            ("limits", "provision: ccl-3a090", "provision: 3a090", "no such provision", "3a090"),
            ("destinations", "provision: supplement-5", "provision: supplement-6", "no such provision", "supplement-6"),
            ("provisions", "part_of: ai-diffusion", "part_of: ai-confusion", "no such provision", "ai-confusion"),
            ("status", "- provision: uae-2026", "- provision: uae-2062", "no such provision", "uae-2062"),
            ("status", "[ai-diffusion-effective, ", "[ai-effect, ", "no such event", "ai-effect"),
            ("status", "[ai-diffusion-effective, ", "[gao-decision, ", "evidence from after", "gao-decision"),
            ("limits", "since: 2025-01-13", "since: 2025-01-12", "valid before the status", "2025-01-12"),
            ("supplement-8", "since: 2024-10-02", "since: 2024-10-01", "valid before the status", "2024-10-01"),
            ("limits", "seen: 2026-07-23", "seen: 2025-01-12", "seen before it was valid", "2025-01-12"),
            ("ambiguities", "shown_first: code", "shown_first: codes", "shown_first is none", "codes"),
            ("ambiguities", "id: more-than", "id: of", "a reading given twice", "of"),
            ("ambiguities", "[supplement-10.6]", "[supplement-10.66]", "no such paragraph", "supplement-10.66"),
            ("conditions", "b, d-1, d-2", "c, d-1, d-2", "no such list of destinations", "c"),
            ("conditions", "[a-5, a-6]", "[a-5, a-7]", "no such list of destinations", "a-7"),
            ("calendar", "lead: 180", "lead: 181", "new-site-notice: not the limit's number", "181 days"),
            ("calendar", "lead_unit: years", "lead_unit: months", "records: not the limit's number", "5 months"),
            ("calendar", "every_months: 6", "every_months: 7", "acm-accounting: not the limit's number", "7 months"),
            ("calendar", "limit: incident.days", "limit: incident", "no such limit", "incident"),
            ("calendar", "    date: 2026-01-15", "    promptly: true", "needs one way", "None"),
            ("calendar", "    date: 2026-01-15", "    date: 2026-01-15\n    after: x", "needs one way",
             "['date', 'after']"),
            ("calendar", '    days: ["02-15"]', '    days: ["02-15", "08-15"]', "covers must say one thing", "1"),
            ("calendar", "lead: 25", "promptly: true\n    lead: 25", "either lead or promptly", "nac-notice"),
            ("calendar", "change\n    promptly: true", "change", "either lead or promptly", "material-change"),
        ],
    )  # fmt: skip
    def test_mutation(self, table: str, old: str, new: str, problem: str, value: str) -> None:
        error = self.caught(edited(table, old, new), problem, value)
        assert error.place == f"{table}.yaml:{line_of_row(table, old)}"

    @pytest.mark.parametrize(
        ("code", "problem"),
        [
            ("YU", "the code of Yugoslavia"),
            ("AN", "the code of Netherlands Antilles"),
            ("CS", "withdrawn from ISO 3166-1"),
            ("SU", "the code of USSR"),
            ("ZZ", "no ISO 3166-1 alpha-2 code"),
            ("UK", "no ISO 3166-1 alpha-2 code"),
            ("EU", "no ISO 3166-1 alpha-2 code"),
        ],
    )
    def test_a_place_that_is_none(self, code: str, problem: str) -> None:
        australia = 'iso: "AU"'
        error = self.caught(edited("destinations", australia, f'iso: "{code}"'), problem, code)
        assert error.place == f"destinations.yaml:{line_of_row('destinations', australia)}"

    def test_kosovo_has_a_code_of_its_own(self) -> None:
        assert "XK" in LAW.members("b", FIRST)

    @pytest.mark.parametrize("quarter", ["2025-Q2", "2026-Q1", "2027-Q3"])
    def test_a_missing_quarter(self, quarter: str) -> None:
        law = read_law({**SHIPPED, "nveu-allocations.yaml": without("nveu-allocations", f"quarter: {quarter}")})
        year, number = int(quarter[:4]), int(quarter[-1])
        following = f"{year + number // 4}-Q{number % 4 + 1}"
        assert quarter in (self.caught(law, "a quarter missing", following).hint or "")

    def test_quarters_out_of_order(self) -> None:
        files = edit("nveu-allocations", "quarter: 2025-Q1", "quarter: 2024-Q1")
        self.caught(read_law(files), "a quarter missing or out of order", "2025-Q2")

    @pytest.mark.parametrize(
        ("table", "gone", "shows"),
        [
            ("supplement-8", "supplement-8.B.1", "supplement-8.B.2"),
            ("supplement-8", "supplement-8.B.7", "supplement-8.B.8"),
            ("supplement-8", "supplement-8.A.3", "supplement-8.A.4"),
            ("supplement-10", "supplement-10.1", "supplement-10.2"),
            ("supplement-10", "supplement-10.17", "supplement-10.18"),
            ("supplement-10", "supplement-10.14.c", "supplement-10.14.d"),
            ("supplement-10", "supplement-10.14.f.ii", "supplement-10.14.f.iii"),
            ("supplement-10", "supplement-10.14.e.i", "supplement-10.14.e.ii"),
        ],
    )  # fmt: skip
    def test_a_number_left_out(self, table: str, gone: str, shows: str) -> None:
        law = read_law({**SHIPPED, f"{table}.yaml": without(table, f"id: {gone}")})
        error = self.caught(law, "numbering with a hole", shows)
        assert gone in (error.hint or "")

    def test_numbers_out_of_order(self) -> None:
        text = SHIPPED["supplement-8.yaml"].decode()
        swapped = text.replace("8.B.3\n", "8.B.x\n").replace("8.B.4\n", "8.B.3\n").replace("8.B.x\n", "8.B.4\n")
        law = read_law({**SHIPPED, "supplement-8.yaml": swapped.encode()})
        self.caught(law, "numbering with a hole or out of order", "supplement-8.B.4")

    @pytest.mark.parametrize("gone", ["supplement-10.14.f", "supplement-10.15.c", "supplement-10.18.b"])
    def test_items_without_the_paragraph_they_are_under(self, gone: str) -> None:
        law = read_law({**SHIPPED, "supplement-10.yaml": without("supplement-10", f"id: {gone}")})
        assert any("without the paragraph" in one.problem and gone in (one.hint or "") for one in lint(law))

    def test_a_provision_without_status(self) -> None:
        law = read_law({**SHIPPED, "status.yaml": without("status", "provision: uae-2026")})
        self.caught(law, "a provision without status", "uae-2026")

    def test_a_status_that_ends_with_nothing_after_it(self) -> None:
        law = edited("status", "    since: 2026-07-10\n", "    since: 2026-07-10\n    until: 2026-12-01\n")
        self.caught(law, "a status that ends", "uae-2026")

    def test_a_duty_must_follow_a_newer_limit(self) -> None:
        """A user who changes a number in one table alone is told where else it stands."""
        law = newer(limits=limit("2027-01-01", 90, "uveu.transfer.days", unit="days"))
        found = [one for one in lint(law) if "not the limit's number" in one.problem]
        assert [one.problem.split(":")[0] for one in found] == ["transfer-notice", "construction-notice"]

    @pytest.mark.parametrize(
        "table", ["status", "limits", "nveu-allocations", "destinations", "definitions", "ambiguities", "calendar"]
    )
    def test_a_table_that_is_not_there(self, table: str) -> None:
        for law in (
            read_law({name: data for name, data in SHIPPED.items() if name != f"{table}.yaml"}),
            read_law({**SHIPPED, f"{table}.yaml": b"rows: []\n"}),
        ):
            assert any("without rows" in one.problem and one.value == f"{table}.yaml" for one in lint(law))

    def test_a_place_of_a_newer_table_that_is_none(self) -> None:
        error = self.caught(newer(destinations=change("d-5", "YU", "2027-01-01", "added")), "Yugoslavia", "YU")
        assert error.place == "newer/destinations.yaml:3"

    def test_newer_tables_are_linted_too(self) -> None:
        error = self.caught(newer(limits=limit("2027-01-01", source="my-letter")), "no such source", "my-letter")
        assert error.place == "newer/limits.yaml:3"


def without(table: str, text: str) -> bytes:
    """The table without the rows that begin with the text."""
    head, *rows = SHIPPED[f"{table}.yaml"].decode().split("\n  - ")
    kept = [row for row in rows if row.split("\n")[0] != text]
    assert len(kept) < len(rows)
    return "\n  - ".join([head, *kept]).encode()


class TestNewerTables:
    def test_a_newer_row_takes_over_from_its_day(self) -> None:
        law = newer(limits=limit("2027-03-01", 900_000_000))
        before, after = (
            law.limit("country.allocation", day("2027-02-28")),
            law.limit("country.allocation", day("2027-03-01")),
        )
        assert before is not None
        assert after is not None
        assert (before.value, after.value) == (790_000_000, 900_000_000)
        assert after.origin == "newer/limits.yaml:3"
        assert lint(law) == []

    def test_both_files_of_one_name_are_told_apart_in_the_digest(self) -> None:
        assert newer(limits=limit("2027-03-01")).digest != LAW.digest
        assert newer(limits=limit("2027-03-01")).digest != newer(limits=limit("2027-03-02")).digest

    @pytest.mark.parametrize("since", ["2025-01-13", "2025-01-01", "2000-01-01"])
    def test_a_newer_row_may_not_reach_back(self, since: str) -> None:
        with pytest.raises(SchemaError) as caught:
            newer(limits=limit(since))
        assert "overlaps" in caught.value.problem
        assert caught.value.place == "newer/limits.yaml:3"
        assert caught.value.value == day(since)

    def test_a_newer_status_may_not_reach_back_over_a_closed_period(self) -> None:
        with pytest.raises(SchemaError, match="overlaps"):
            newer(status=period("ai-diffusion", "2025-06-01", "gao-decision"))

    @pytest.mark.parametrize("when", ["2026-02-03", "2025-06-01", "2025-01-13"])
    def test_a_newer_change_may_not_reach_back(self, when: str) -> None:
        with pytest.raises(SchemaError, match="not later than what the list already says"):
            newer(destinations=change("d-5", "KH", when, "added"))

    def test_a_newer_list_may_not_restate_members(self) -> None:
        members = [{"iso": "FR", "name": "France"}]
        with pytest.raises(SchemaError, match="a known list"):
            newer(destinations=change("d-5", "KH", "2027-01-01", "added", members=members))

    def test_cambodia_returns(self) -> None:
        law = newer(destinations=change("d-5", "KH", "2027-01-01", "added"))
        days = ("2026-02-02", "2026-02-03", "2026-12-31", "2027-01-01")
        held = ["KH" in law.members("d-5", day(one)) for one in days]
        assert held == [True, False, False, True]
        assert [(one.iso, one.change) for one in law.lists["d-5"].changes] == [("KH", "removed"), ("KH", "added")]

    def test_a_country_gets_assurances(self) -> None:
        law = newer(destinations=change("supplement-5b", "PL", "2027-01-01", "added"))
        assert list(law.members("supplement-5b", day("2027-01-01"))) == ["PL"]
        assert law.members("supplement-5b", day("2026-12-31")) == {}

    @pytest.mark.parametrize(
        ("table", "body", "what", "near"),
        [
            ("limits", limit("2027-01-01", name="country.alocation"), "limit", "country.allocation"),
            ("destinations", change("d-55", "KH", "2027-01-01", "added"), "list", "d-5"),
            ("definitions", rows(dated("2027-01-01", id="tp", term="T", text="t")), "definition", "tpp"),
            ("conditions", text("lpp.notise", "2027-01-01"), "condition", "lpp.notice"),
        ],
    )
    def test_a_mistyped_id_takes_over_from_nothing_and_is_refused(
        self, table: str, body: str, what: str, near: str
    ) -> None:
        with pytest.raises(UnknownReferenceError, match=f"no such {what} to take over from") as caught:
            newer(**{table: body})
        assert caught.value.place == f"newer/{table}.yaml:3"
        assert near in (caught.value.hint or "")

    def test_a_new_item_of_a_supplement_may_be_added(self) -> None:
        law = newer(supplement_8=text("supplement-8.B.12", "2027-01-01"))
        assert law.paragraph("supplement-8.B.12", day("2027-01-01")) is not None
        assert law.paragraph("supplement-8.B.12", day("2026-12-31")) is None

    def test_a_missing_text_is_found(self) -> None:
        law = newer(supplement_8=text("supplement-8.B.1", "2027-01-01"))
        assert law.paragraph("supplement-8.B.1", day("2027-01-01")).requirement == "Something new."  # type: ignore[union-attr]
        assert law.paragraph("supplement-8.B.1", day("2026-12-31")).requirement is None  # type: ignore[union-attr]
        assert lint(law) == []

    @given(st.data())
    @settings(max_examples=60, deadline=None)
    def test_no_answer_for_an_earlier_date_changes(self, data: st.DataObject) -> None:
        """Whatever newer rows are laid over the tables: before their first day every lookup and answer stays."""
        begins = data.draw(st.dates(day("2026-11-11"), day("2035-12-31")), label="since")
        earlier = data.draw(st.dates(FIRST, begins - timedelta(days=1)), label="asked")
        name = data.draw(st.sampled_from(sorted(LAW.limits)), label="limit")
        provision = data.draw(st.sampled_from(sorted(LAW.provisions)), label="provision")
        item = data.draw(st.sampled_from(sorted(LAW.paragraphs)), label="paragraph")
        quarter = data.draw(st.sampled_from(sorted(LAW.allocations)), label="quarter")
        places = data.draw(st.sampled_from(sorted(LAW.lists)), label="list")
        iso = data.draw(st.sampled_from(["AE", "CN", "FR", "KH", "NO", "PL", "TH", "VN"]), label="place")
        what = "removed" if iso in LAW.members(places, begins) else "added"
        law = newer(
            limits=limit(begins, 7, name),
            events=rows({**CITED, "id": "news", "date": begins, "event": "something"}),
            status=period(provision, begins, "news"),
            supplement_10=text(item, begins),
            nveu_allocations=rows(dated(begins, quarter=quarter, tpp=1)),
            destinations=change(places, iso, begins, what),
        )
        same = {"exclude": {"until"}}
        for old, new in (
            (LAW.limit(name, earlier), law.limit(name, earlier)),
            (LAW.allocation(quarter, earlier), law.allocation(quarter, earlier)),
            (LAW.paragraph(item, earlier), law.paragraph(item, earlier)),
            (LAW.membership(places, iso, earlier), law.membership(places, iso, earlier)),
            (LAW.period(provision, earlier), law.period(provision, earlier)),
        ):
            assert (old and old.model_dump(**same)) == (new and new.model_dump(**same))
        tables = {"exclude": {"tables"}}
        assert status(law, earlier).model_dump(**tables) == status(LAW, earlier).model_dump(**tables)
        assert paragraph(law, earlier, item).model_dump(**tables) == paragraph(LAW, earlier, item).model_dump(**tables)
        now = law.limit(name, begins), law.period(provision, begins), law.paragraph(item, begins)
        assert now[0] is not None
        assert now[0].value == 7
        assert now[1] is not None
        assert now[1].status is Status.WITHDRAWN
        assert now[2] is not None
        assert now[2].requirement == "Something new."
        assert (law.membership(places, iso, begins) is not None) is (what == "added")
