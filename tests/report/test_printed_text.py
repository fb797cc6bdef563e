"""What the pages show is what was signed, in whatever way somebody who can print tries to have it otherwise."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import BindingError, UnverifiableError
from auditor.report.beside import known_beside, names_of
from auditor.report.kit import ReportKit
from auditor.report.paper import Shown, read_paper
from auditor.report.printed_text import require_same_text, text_fingerprint
from auditor.report.render import AttestationInput, render_attestation
from auditor.report.structure import PAGE_FIELD

from . import factory, hostile
from .conftest import OSLO
from .forge import Forge, moved, place_of, text_block, without_text

TOP = "/predicate/results"
STATE = f"{TOP}/findings/1#state"
COUNTS = f"{TOP}/verdict#counts"


def fields_of(pdf: bytes) -> list[Shown]:
    """Every field that a document shows, in order; the page numbers in its contents are none."""
    return [one for one in read_paper(pdf).shown if one.field and not one.field.startswith(PAGE_FIELD)]


# --- what holds


def test_the_sample_says_what_was_signed(
    small_pdf: bytes, require: Callable[[bytes], int], small_input: AttestationInput, kit: ReportKit
) -> None:
    signed = [one for one in fields_of(small_pdf) if not one.field.startswith("beside")]
    assert require(small_pdf) == len(signed) > 400
    view = factory.compose(small_input, OSLO)
    assert view.cover.statement in {one.said for one in signed}
    report, principals = small_input.envelope, [one.principal for one in factory.SIGNERS]
    digest = hashlib.sha512(report).hexdigest()
    known = known_beside(digest, principals, factory.SIGNERS, small_input.verifier)
    found = require_same_text(small_pdf, small_input.payload, kit, known)
    assert found.fields == len(signed) + len(known)
    assert found.fingerprint == text_fingerprint(small_pdf)


def test_what_only_the_printer_says_is_handed_over(
    small_pdf: bytes, small_input: AttestationInput, kit: ReportKit
) -> None:
    """Every field of the pages is compared or handed over, with what is printed there; but for the kit's, which is."""
    printed = {one.field: one.said for one in fields_of(small_pdf)}
    beside = {name: said for name, said in printed.items() if name.startswith("beside") and name != "beside#kit"}
    found = require_same_text(small_pdf, small_input.payload, kit)
    assert found.unsigned == beside
    assert found.fields + len(beside) + 1 == len(printed)
    known = {name: said for name, said in beside.items() if name.startswith(("beside/law", "beside#report"))}
    assert len(known) > 3
    assert require_same_text(small_pdf, small_input.payload, kit, known).unsigned.keys() == beside.keys() - known.keys()


def test_what_was_not_compared_is_told_in_words() -> None:
    fields = ["beside/steps/3#detail", "beside/steps/12#title", "beside#lawTables", "beside/law/0#cite"]
    assert names_of(fields) == [
        "where the law stood (1.3)", "the digest of the law tables (1.3)", "the verification before printing (8.3)",
    ]  # fmt: skip
    assert names_of([]) == []
    assert names_of(["beside/weather/1#rain"]) == ["weather"]


def test_the_words_name_everything_that_a_printer_adds(
    small_pdf: bytes, small_input: AttestationInput, kit: ReportKit
) -> None:
    """And the sections where it stands."""
    left = require_same_text(small_pdf, small_input.payload, kit).unsigned
    told = names_of(left)
    assert all(" " in one for one in told)
    places = {entry.number: entry.title for entry in factory.compose(small_input, OSLO).contents}
    assert [places[one[-4:-1]] for one in told if one.endswith(")")] == [
        "Regulatory status", "Regulatory status", "Verification before printing", "Three ways that share no code",
    ]  # fmt: skip


@pytest.mark.parametrize("zone", [OSLO, None])
@pytest.mark.parametrize(
    "results",
    [
        factory.make_results(change=hostile.poison),
        factory.make_results(factory.good_rows()),
        factory.make_results([(*factory.ROWS[9][:7], factory.ABSENT)]),
        factory.make_results([factory.ROWS[3]], listed=120),
    ],
    ids=["hostile", "all met", "without evidence", "many pages of one table"],
)
def test_every_kind_of_report_says_what_was_signed(results: dict[str, Any], zone: Any, kit: ReportKit) -> None:
    given = factory.make_input(results, evidenceSeal=None, records=[])
    data = render_attestation(given, kit, zone)
    assert require_same_text(data, given.payload, kit).fields > 100


def test_another_layout_has_the_same_fingerprint(
    small_pdf: bytes, small_input: AttestationInput, kit: ReportKit
) -> None:
    style = kit.stylesheet.replace("margin: 26mm 22mm 24mm 24mm", "margin: 60mm 20mm 90mm 20mm")
    assert style != kit.stylesheet
    other = dataclasses.replace(kit, stylesheet=style)
    data = render_attestation(small_input, other, OSLO)
    assert data.count(b"<</Type /Page/") > small_pdf.count(b"<</Type /Page/")
    # The kit is named in the document; nothing else differs.
    ours, others = ([(one.field, one.text) for one in read_paper(each).shown] for each in (small_pdf, data))
    different = {one[0] for one, other in zip(ours, others, strict=True) if one != other}
    assert {name for name in different if not name.startswith("page:")} == {"beside#kit"}


def test_the_fingerprint_is_of_the_text(small_pdf: bytes, kit: ReportKit, small_input: AttestationInput) -> None:
    shown = "".join(one.text for one in read_paper(small_pdf).shown if not one.field.startswith("page:"))
    assert text_fingerprint(small_pdf) == hashlib.sha256(unicodedata.normalize("NFC", shown).encode()).hexdigest()
    other = dataclasses.replace(small_input, verifier="ab" * 64)
    assert text_fingerprint(render_attestation(other, kit, OSLO)) != text_fingerprint(small_pdf)


def test_all_the_text_of_the_file_is_read(small_pdf: bytes, tmp_path: Path) -> None:
    """Another reader sees no character more on the pages, but for bullets and repeated table heads, and none less."""
    (tmp_path / "a.pdf").write_bytes(small_pdf)
    done = subprocess.run(["pdftotext", "-raw", str(tmp_path / "a.pdf"), "-"], capture_output=True, check=True)
    theirs = Counter("".join(done.stdout.decode().split()))
    paper = read_paper(small_pdf)
    ours = Counter("".join(one.text for one in paper.shown))
    ours += Counter("".join("".join("".join(page).split()) for page in paper.margins))
    heads = re.findall(r"<th scope=\"col\"[^>]*>([^<]*)", "".join(factory.kit().templates.values()))
    assert not ours - theirs
    assert set(theirs - ours) <= set("•" + "".join(heads))


def test_the_forger_of_these_tests_writes_a_file_we_read(
    forge: Forge, small_pdf: bytes, require: Callable[[bytes], int]
) -> None:
    assert forge.save() == small_pdf
    assert require(forge.save()) > 400


def test_reading_and_comparing_needs_no_renderer() -> None:
    program = (
        "import sys; import auditor.report.printed_text, auditor.report.beside;"
        "print([name for name in ('pydantic', 'jinja2', 'weasyprint', 'pydyf', 'duckdb', 'fontTools', 'pypdf')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_without_font_tools_it_cannot_compare(
    small_pdf: bytes, kit: ReportKit, small_input: AttestationInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "fontTools.ttLib", None)
    with pytest.raises(UnverifiableError, match="glyphs"):
        require_same_text(small_pdf, small_input.payload, kit)


# --- another text


@pytest.mark.parametrize(
    ("field", "old", "new"),
    [(COUNTS, "3", "8"), (f"{TOP}#asOf", "5", "6"), (f"{TOP}/bundle#root", "1", "7"), ("/predicate#package", "a", "b"),
     (f"{TOP}/observations/1#counts", "6", "0"), (f"{TOP}/controls/0/parameters/0#spoken", "1", "9"),
     ("/predicate/signers/0/keyids/1#text", "1", "4"), (f"{TOP}/bundle/items/0#leaf", "0", "1")],
)  # fmt: skip
def test_an_altered_number_is_found(
    forge: Forge, require: Callable[[bytes], int], field: str, old: str, new: str
) -> None:
    page, _ = forge.mcid(field)
    font = re.search(rb"/([A-Z]{6}) ", forge.block(field))
    assert font
    one, other = forge.glyph(font[1], old), forge.glyph(font[1], new)
    assert one
    assert other

    def change(block: bytes) -> bytes:
        head, bracket, glyphs = block.partition(b"[")
        return head + bracket + glyphs.replace(one, other, 1)

    forge.text(field, change)
    with pytest.raises(BindingError, match="does not say what was signed") as refusal:
        require(forge.save())
    assert field in str(refusal.value)
    assert f"page {page + 1}" in str(refusal.value)


def change_results(document: dict[str, Any], path: tuple[Any, ...], value: Any) -> None:
    for step in path[:-1]:
        document = document[step]
    assert document[path[-1]] != value
    document[path[-1]] = value


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        (("findings", 1, "state"), "satisfied", "results#tally:physical"),
        (("risks", 1, "severity"), "low", "risks/1#severity"),
        (("findings", 1, "determine"), "nothing", "findings/1#determine"),
        (("findings", 4, "outcome"), "possible", "observations/4#outcome"),
        (("verdict", "satisfied"), 10, "verdict#counts"),
        (("verdict", "levels", 0, "satisfied"), 9, "verdict/levels/0#tally"),
        (("observations", 0, "population", "examined"), 18_203, "observations/0/population#counts"),
        (("observations", 1, "exceptions", 2, "subject"), "badge-1", "observations/1/exceptions/2#subject"),
        (("observations", 1, "exceptions", 0, "began"), "2026-07-01T00:10:14Z", "exceptions/0#when:0"),
        (("controls", 3, "parameters", 0, "spoken"), "2 min", "controls/3/parameters/0#spoken"),
        (("controls", 3, "limits", 0), "None.", "controls/3/limits/0#text"),
        (("bundle", "items", 2, "leaf"), "ab" * 32, "bundle/items/2#leaf"),
        (("bundle", "size"), 15, "bundle#size"),
        (("facility", "address"), "Elsewhere 1", "facility#address"),
        (("asOf",), "2026-10-05T09:30:01Z", "results#asOf"),
    ],
)
def test_other_signed_data_is_found(
    small_pdf: bytes, kit: ReportKit, small_input: AttestationInput, path: tuple[Any, ...], value: Any, field: str
) -> None:
    statement = json.loads(small_input.payload)
    change_results(statement["predicate"]["results"], path, value)
    with pytest.raises(BindingError, match="signed: ") as refusal:
        require_same_text(small_pdf, json.dumps(statement).encode(), kit)
    assert field in str(refusal.value)


def test_a_finding_more_or_less_in_the_data_is_found(
    small_pdf: bytes, kit: ReportKit, small_input: AttestationInput
) -> None:
    statement = json.loads(small_input.payload)
    results = statement["predicate"]["results"]
    less = results["findings"].pop()
    with pytest.raises(BindingError):
        require_same_text(small_pdf, json.dumps(statement).encode(), kit)
    results["findings"] += [less, {**less, "objective": "b"}]
    with pytest.raises(BindingError):
        require_same_text(small_pdf, json.dumps(statement).encode(), kit)


def test_a_signer_or_a_digest_other_than_signed_is_found(
    small_pdf: bytes, kit: ReportKit, small_input: AttestationInput
) -> None:
    for path, value in (
        (("signers", 0, "principal"), "urn:example:eve"), (("signers", 1, "role"), "assessor"),
        (("signers", 2, "declares"), "I agree."), (("signers", 0, "keyids", 1), "sha256:" + "0" * 64),
        (("engine", "digest"), "0" * 64), (("evidenceSeal", "envelope"), "0" * 128), (("evidenceSeal",), None),
        (("concludedAt",), "2026-10-06T14:05:01Z"), (("package",), "urn:dc-attest:package:" + "0" * 32),
        (("records", 0, "size"), 1), (("records", 1, "root"), "0" * 64), (("supersedes",), "0" * 128),
    ):  # fmt: skip
        statement = json.loads(small_input.payload)
        change_results(statement["predicate"], path, value)
        with pytest.raises(BindingError):
            require_same_text(small_pdf, json.dumps(statement).encode(), kit)


def test_pages_cannot_be_of_results_of_another_shape(
    small_pdf: bytes, kit: ReportKit, small_input: AttestationInput
) -> None:
    for damage in (lambda p: p["results"].pop("verdict"), lambda p: p["results"].update(findings=3),
                   lambda p: p["results"]["findings"][0].update(state=[]), lambda p: p.pop("engine")):  # fmt: skip
        statement = json.loads(small_input.payload)
        damage(statement["predicate"])
        with pytest.raises(BindingError, match="cannot be of what was signed"):
            require_same_text(small_pdf, json.dumps(statement).encode(), kit)


def test_what_the_verifier_knows_beside_is_compared(
    small_pdf: bytes, kit: ReportKit, small_input: AttestationInput
) -> None:
    for known in ({"beside/signers/0#name": "Eve"}, {"beside#report": "ab" * 64}, {"beside#verifier": "cd" * 64}):
        with pytest.raises(BindingError, match="what this verifier knows"):
            require_same_text(small_pdf, small_input.payload, kit, known)


def test_another_kit_cannot_compare(small_pdf: bytes, kit: ReportKit, small_input: AttestationInput) -> None:
    other = dataclasses.replace(kit, stylesheet=kit.stylesheet + " ")
    with pytest.raises(UnverifiableError, match="other templates"):
        require_same_text(small_pdf, small_input.payload, other)


def test_without_the_time_zone_it_cannot_compare(
    small_pdf: bytes, kit: ReportKit, small_input: AttestationInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("auditor.report.printed_text.zone_named", lambda name: None)
    with pytest.raises(UnverifiableError, match="time zone"):
        require_same_text(small_pdf, small_input.payload, kit)


# --- fields


def test_a_missing_field_is_found(forge: Forge, require: Callable[[bytes], int]) -> None:
    forge.text(STATE, without_text)
    with pytest.raises(BindingError, match=rf"page \d, field {STATE}: the field is not printed"):
        require(forge.save())


def test_an_element_without_its_field_is_found(forge: Forge, require: Callable[[bytes], int]) -> None:
    number = forge.element(STATE)
    forge.objects[number] = re.sub(rb"/T \([^)]*\)", b"", forge.objects[number])
    with pytest.raises(BindingError):
        require(forge.save())


@pytest.mark.parametrize("field", ["/predicate/results/findings/99#state", "made up", "beside/law/9#title"])
def test_a_field_that_was_not_signed_is_found(forge: Forge, require: Callable[[bytes], int], field: str) -> None:
    number = forge.element(f"{TOP}/controls/0#statement")
    forge.replace(number, f"{TOP}/controls/0#statement".encode(), field.encode())
    with pytest.raises(BindingError):
        require(forge.save())


def test_a_field_twice_is_found(forge: Forge, require: Callable[[bytes], int]) -> None:
    forge.replace(forge.element(f"{TOP}/findings/2#state"), b"findings/2#state", b"findings/1#state")
    with pytest.raises(BindingError, match="more often"):
        require(forge.save())


def test_fields_that_change_places_are_found(forge: Forge, require: Callable[[bytes], int]) -> None:
    one, other = forge.element(f"{TOP}/findings/1#word"), forge.element(f"{TOP}/findings/2#word")
    forge.replace(one, b"findings/1#word", b"findings/2#word").replace(other, b"findings/2#word", b"findings/1#word")
    with pytest.raises(BindingError, match="something stands where"):
        require(forge.save())


def test_two_texts_that_change_places_on_the_page_are_found(forge: Forge, require: Callable[[bytes], int]) -> None:
    """The tree and the fields are right; only where the two words stand is not."""
    fields = (f"{TOP}/findings/0#word", f"{TOP}/findings/1#word")
    (page, first), (_, second) = (forge.mcid(field) for field in fields)
    here, there = (place_of(forge.block(field)) for field in fields)
    down = moved(there[0] - here[0], there[1] - here[1])
    up = moved(here[0] - there[0], here[1] - there[1])

    def swap(data: bytes) -> bytes:
        data = text_block(first).sub(lambda found: down(found[0]), data)
        return text_block(second).sub(lambda found: up(found[0]), data)

    forge.page(page, swap)
    with pytest.raises(BindingError, match="does not stand where it is read"):
        require(forge.save())


@pytest.mark.parametrize("by", [(0, 40), (0, -40), (-120, 0), (-300, 0)], ids=["down", "up", "left", "far left"])
def test_a_field_elsewhere_on_the_page_is_found(
    forge: Forge, require: Callable[[bytes], int], by: tuple[float, float]
) -> None:
    forge.text(f"{TOP}/findings/1#word", moved(*by))
    with pytest.raises(BindingError):
        require(forge.save())


def test_marked_content_in_two_elements_is_found(forge: Forge, require: Callable[[bytes], int]) -> None:
    one, other = forge.element(f"{TOP}/findings/0#word"), forge.element(f"{TOP}/findings/1#word")
    kid = re.search(rb"/K (\[\d+\])", forge.objects[one])
    assert kid
    forge.objects[other] = re.sub(rb"/K \[\d+\]", b"/K " + kid[1], forge.objects[other])
    with pytest.raises(BindingError, match="two elements"):
        require(forge.save())


def test_a_parent_tree_that_says_otherwise_is_found(forge: Forge, require: Callable[[bytes], int]) -> None:
    one, other = (b" %d 0 R " % forge.element(f"{TOP}/findings/{n}#word") for n in (0, 1))
    number = forge.find(b"<</Nums [")
    assert one in forge.objects[number]
    forge.objects[number] = forge.objects[number].replace(one, b" X ").replace(other, one).replace(b" X ", other)
    with pytest.raises(BindingError, match="two elements"):
        require(forge.save())
