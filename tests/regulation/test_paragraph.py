"""Paragraphs of the supplements: what they ask, when, the traps of their drafting; never a text not found."""

from __future__ import annotations

from datetime import date

import pytest

from auditor.errors import UnknownReferenceError
from auditor.model.answer import Answer, Outcome
from auditor.model.law import Status
from auditor.regulation.paragraph import Shown, concerning, paragraph
from tests.regulation.small import CITED, LAW, newer, rows

DAY = date(2026, 1, 14)


def ask(name: str, on: date = DAY) -> Answer[Shown]:
    return paragraph(LAW, on, name)


def shown(name: str, on: date = DAY) -> Shown:
    result = ask(name, on).result
    assert result is not None
    return result


class TestShown:
    def test_a_paragraph_comes_with_its_items(self) -> None:
        items = [item.id.removeprefix("supplement-10.") for item in shown("supplement-10.14").items]
        assert items == [
            "14", "14.a", "14.b", "14.c", "14.d", "14.e", "14.e.i", "14.e.ii", "14.e.iii", "14.e.iv", "14.f",
            "14.f.i", "14.f.ii", "14.f.iii",
        ]  # fmt: skip

    def test_paragraph_1_does_not_bring_10_to_19(self) -> None:
        assert [item.id for item in shown("supplement-10.1").items] == ["supplement-10.1"]

    def test_an_item_alone(self) -> None:
        (item,) = shown("supplement-10.14.f.iii").items
        assert "15 minutes" in (item.requirement or "")
        assert item.cite == "Supp. No. 10 to part 748, paragraph 14.f.iii"
        assert item.origin.startswith("supplement-10.yaml:")

    @pytest.mark.parametrize(
        ("name", "standards"),
        [
            ("supplement-10.2", ("15 CFR 744.21(g)", "15 CFR 744.22(f)(2)")),
            ("supplement-10.13", ("32 CFR 117.11(b) (NISPOM)",)),
            ("supplement-10.14.a", ("FIPS 199",)),
            ("supplement-10.14.f.i", tuple(f"UFC 4-010-05 section 3-4.{one}" for one in ("4.1", "6.10", "17.3"))),
            ("supplement-10.18.c", ("CISA Insider Threat Mitigation Guide",)),
            ("supplement-10.17", ()),
        ],
    )
    def test_standards_named(self, name: str, standards: tuple[str, ...]) -> None:
        assert shown(name).names == standards

    def test_a_whole_supplement(self) -> None:
        result = shown("supplement-10")
        assert len(result.items) == sum(name.startswith("supplement-10.") for name in LAW.paragraphs)
        assert result.without_text == ()

    @pytest.mark.parametrize(
        "name",
        ["supplement-10.20", "supplement-10.0", "supplement-8.C", "supplement-8.B.12", "supplement-10.14.g", "14", ""],
    )
    def test_no_such_paragraph(self, name: str) -> None:
        with pytest.raises(UnknownReferenceError) as caught:
            ask(name)
        assert caught.value.hint
        assert caught.value.value == name

    def test_a_near_miss_is_named(self) -> None:
        with pytest.raises(UnknownReferenceError) as caught:
            ask("suplement-10.14")
        assert "supplement-10.14" in (caught.value.hint or "")

    @pytest.mark.parametrize("on", [date(2025, 1, 12), date(2024, 10, 2)])
    def test_before_its_first_day(self, on: date) -> None:
        answer = ask("supplement-10.6", on)
        assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
        assert answer.result is None


class TestCompliance:
    @pytest.mark.parametrize(
        ("name", "on", "left", "says"),
        [
            ("supplement-10.14", date(2026, 1, 13), 2, "Its compliance date is 2026-01-15, in 2 days."),
            ("supplement-10.14", date(2026, 1, 14), 1, "Its compliance date is 2026-01-15, in 1 day."),
            ("supplement-10.14", date(2026, 1, 15), 0, "Its compliance date is today."),
            ("supplement-10.14", date(2026, 1, 16), -1, "Its compliance date was 2026-01-15, 1 day ago."),
            ("supplement-10.15.c.ii", date(2026, 1, 14), 1, "Its compliance date is 2026-01-15, in 1 day."),
            ("supplement-10.18", date(2026, 1, 14), 1, "Its compliance date is 2026-01-15, in 1 day."),
            ("supplement-10.13", date(2025, 5, 14), 1, "Its compliance date is 2025-05-15, in 1 day."),
            ("supplement-10.13", date(2025, 5, 16), -1, "Its compliance date was 2025-05-15, 1 day ago."),
        ],
    )
    def test_relative_to_the_day(self, name: str, on: date, left: int, says: str) -> None:
        answer = ask(name, on)
        assert answer.result is not None
        assert answer.result.items[0].days_left == left
        assert says in answer.conclusion

    def test_supplement_8_sets_none(self) -> None:
        assert shown("supplement-8.A.1").items[0].days_left is None
        assert "It sets no compliance date." in ask("supplement-8.A.1").conclusion

    @pytest.mark.parametrize(
        ("on", "expected"), [(date(2025, 5, 12), Status.IN_FORCE), (date(2025, 5, 13), Status.UNENFORCED)]
    )
    def test_the_status_travels(self, on: date, expected: Status) -> None:
        answer = ask("supplement-10.14", on)
        assert answer.result is not None
        assert {item.status for item in answer.result.items} == {expected}
        assert answer.standing[0].status is expected
        assert str(expected) in answer.conclusion


class TestWithoutText:
    @pytest.mark.parametrize("number", [1, 3, 4, 5, 7, 8])
    def test_cannot_be_determined_and_no_guess(self, number: int) -> None:
        answer = ask(f"supplement-8.B.{number}")
        assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
        assert f"the text of Supp. No. 8 to part 748, B({number}) was not found" in answer.conclusion
        assert answer.missing[0].what == f"the text of Supp. No. 8 to part 748, B({number})"
        assert answer.missing[0].fix
        assert answer.result is not None
        (item,) = answer.result.items
        assert item.requirement is None
        assert item.applies_to == ()
        assert item.topic == f"Item B({number}), not found"

    def test_the_section_shows_what_was_found_and_names_the_rest(self) -> None:
        answer = ask("supplement-8.B")
        assert answer.outcome is Outcome.CANNOT_BE_DETERMINED
        assert answer.result is not None
        assert answer.result.without_text == tuple(f"supplement-8.B.{n}" for n in (1, 3, 4, 5, 7, 8))
        assert len(answer.missing) == 6
        assert sum(item.requirement is not None for item in answer.result.items) == 5

    @pytest.mark.parametrize("number", [2, 6, 9, 10, 11])
    def test_found_items_are_not_missing(self, number: int) -> None:
        answer = ask(f"supplement-8.B.{number}")
        assert answer.outcome is not Outcome.CANNOT_BE_DETERMINED
        assert answer.missing == ()

    def test_section_a_is_inferred_and_a_caution(self) -> None:
        assert any("inferred" in caution for caution in ask("supplement-8.A.7").cautions)

    def test_a_user_who_read_the_text_gives_it(self) -> None:
        row = {
            **CITED, "id": "supplement-8.B.1", "topic": "Read", "requirement": "What it asks.", "provision": "dc-veu",
            "since": "2026-12-01", "seen": "2026-12-01",
        }  # fmt: skip
        law = newer(supplement_8=rows(row))
        assert paragraph(law, date(2026, 12, 1), "supplement-8.B.1").outcome is Outcome.DETERMINED
        assert paragraph(law, date(2026, 11, 30), "supplement-8.B.1").outcome is Outcome.CANNOT_BE_DETERMINED


class TestTraps:
    """Ambiguities of the supplements' text: named, with the consequence of each reading."""

    @pytest.mark.parametrize(
        ("name", "ambiguity"),
        [
            ("supplement-10.6", "uveu-measurement"),
            ("supplement-10.6.single-country", "uveu-measurement"),
            ("supplement-10.10", "accounting-scope"),
            ("supplement-10.10.a", "accounting-scope"),
            ("supplement-10.12", "nveu-assurances"),
            ("supplement-10.18", "sanctions-consequence"),
            ("supplement-10.18.b.i", "sanctions-consequence"),
            ("supplement-8.B.10", "supplement-8-end"),
            ("supplement-8.B.11", "supplement-8-end"),
        ],
    )
    def test_named_with_each_consequence(self, name: str, ambiguity: str) -> None:
        answer = ask(name)
        assert answer.outcome is Outcome.DEPENDS
        found = next(one for one in answer.ambiguous if one.id == ambiguity)
        row = LAW.ambiguity(ambiguity, DAY)
        assert row is not None
        assert [one.reading for one in found.readings] == [reading.id for reading in row.readings]
        for one, reading in zip(found.readings, row.readings, strict=True):
            assert reading.consequence in one.result
        assert found.differs

    @pytest.mark.parametrize(
        "name", ["supplement-8.A.1", "supplement-8.A.7.iv", "supplement-8.B.2", "supplement-8.B.1"]
    )
    def test_every_item_of_supplement_8_names_the_other_supplements_8(self, name: str) -> None:
        answer = ask(name)
        found = next(one for one in answer.ambiguous if one.id == "supplement-8-name")
        assert [one.reading for one in found.readings] == ["part-748", "part-740", "part-742", "part-744"]
        assert not found.differs

    @pytest.mark.parametrize("name", [f"supplement-10.{one}" for one in ("1", "14", "16", "18.a", "18.c", "19")])
    def test_clear_text_has_none(self, name: str) -> None:
        answer = ask(name)
        assert answer.ambiguous == ()
        assert answer.outcome is Outcome.DETERMINED

    def test_a_section_names_what_is_below_it(self) -> None:
        assert {row.id for row in concerning(LAW, "supplement-8.B")} == {"supplement-8-end", "supplement-8-name"}
        assert {row.id for row in concerning(LAW, "supplement-8.A")} == {"supplement-8-name"}

    def test_a_number_is_not_taken_for_another_that_begins_like_it(self) -> None:
        """Paragraph 1 is not 10 or 12, B(1) is not B(10)."""
        assert concerning(LAW, "supplement-10.1") == ()
        assert {row.id for row in concerning(LAW, "supplement-8.B.1")} == {"supplement-8-name"}
