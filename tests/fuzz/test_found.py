"""What fuzzing found, each by its smallest input: once it is mended it stays so."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from typing import Any

import pytest

from auditor.attestation.compare import compare_reports
from auditor.attestation.envelope import parse_envelope
from auditor.attestation.keys import encode_spki
from auditor.cli.main import main
from auditor.errors import BindingError, EnvelopeError, TrustError
from auditor.jobs import attachments
from auditor.report.glyphs import PageFont, require_kit_fonts
from auditor.report.ink import read_page
from auditor.report.paper import read_paper
from auditor.report.pdf_layout import parse_value, read_layout
from auditor.report.printed_text import require_same_text
from tests.fuzz import printed
from tests.fuzz.people import desk, trust
from tests.fuzz.seeds import _smallest, told_results
from tests.report.forge import Forge

# --- envelopes: a second spelling of one signed file is a second digest, which no withdrawal is about


@pytest.mark.parametrize("padding", ["=", "==", "===", "===="])
def test_base64_takes_no_padding_that_nothing_needs(padding: str) -> None:
    payload = desk().payload("ada")
    for spaces in range(3):
        # JSON as such may have spaces; what is signed here has to have a length that needs no padding.
        padded = payload + b" " * spaces
        if len(padded) % 3 == 0:
            envelope = json.loads(desk().sign_raw(padded))
            spelled = {**envelope, "payload": envelope["payload"] + padding}
            with pytest.raises(EnvelopeError):
                parse_envelope(json.dumps(spelled, separators=(",", ":")).encode())


@pytest.mark.parametrize("padding", ["=", "=="])
def test_a_signed_report_has_one_spelling(padding: str) -> None:
    for reason in ("a", "ab", "abc"):
        results = {**desk().results(), "note": reason}
        envelope = desk().sign_raw(desk().payload_for(desk().declared("ada"), results))
        desk().verify(envelope, trust())
        with pytest.raises(EnvelopeError):
            desk().verify(envelope.replace(b'","payloadType"', padding.encode() + b'","payloadType"'), trust())


def test_a_trust_root_has_one_spelling() -> None:
    with pytest.raises((EnvelopeError, TrustError)):
        desk().verify(trust=trust().replace(b'","payloadType"', b'=","payloadType"'))
    public = encode_spki(desk().keys["ada"][0].public)
    assert len(public) % 4 == 0


# --- certified PDFs


@pytest.mark.parametrize("text", [b"(\\8)", b"(\\9)", b"(a\\8b)", b"<</A(\\89)>>"])
def test_a_reverse_solidus_before_8_or_9_is_no_octal_number(text: bytes) -> None:
    parse_value(text)


def test_a_revision_without_objects_is_refused() -> None:
    trailer = b"trailer\n<</Size 1/Root 1 0 R/Info 1 0 R/ID[(a)(a)]>>\nstartxref\n15\n%%EOF\n"
    pdf = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\nxref\n" + trailer
    for place in range(10, 20):
        changed = pdf.replace(b"\n15\n", b"\n%d\n" % place)
        try:
            layout = read_layout(changed, len(changed))
        except BindingError:
            continue
        assert layout.revisions[0].objects == {}


# --- the pages


@pytest.mark.parametrize("digits", [11, 5000])
@pytest.mark.parametrize("member", [b"/Size 6", b"/Root 1", b"/Info 5"])
def test_numbers_in_the_trailer_are_bounded(member: bytes, digits: int) -> None:
    pdf = _smallest().replace(b"\n%\xe2\xe3\xcf\xd3\n", b"\n%\xf0\x9f\x96\xa4\n")
    hostile = pdf.replace(member, member[:-1] + b"1" * digits)
    assert hostile != pdf
    with pytest.raises(BindingError):
        read_paper(hostile)


@pytest.mark.parametrize("colour", [b"3 3 3", b"1.01 1 1", b"-0.64 -0.64 -0.64", b"0 0 -1", b"9" * 200 + b" 0 0"])
def test_text_has_a_colour_that_there_is(colour: bytes) -> None:
    """Viewers clip colours: 3 3 3 is white on white, and -0.64 black on black."""
    pdf, payload, kit = printed.printed()
    field = next(one.field for one in read_paper(pdf).shown if one.field.endswith("verdict#statement"))
    forge = Forge(pdf)
    forge.text(field, lambda block: block.replace(b"BT\n", colour + b" rg\nBT\n", 1))
    with pytest.raises(BindingError):
        require_same_text(forge.save(), payload, kit)


@pytest.mark.parametrize("operator", [b"rg", b"RG"])
@pytest.mark.parametrize("colour", [b"3 3 3", b"-1 0 0", b"9" * 200 + b" 0 0"])
def test_shapes_have_a_colour_that_there_is(colour: bytes, operator: bytes) -> None:
    page = b"1 0 0 -1 0 841.89 cm\nq\n0.75 0 0 0.75 0 0 cm\n%b %b\n0 0 9 9 re\nf\nQ"
    assert read_page(page % (b"1 1 1", operator), 595.28, 841.89, {}, "page") == {}
    with pytest.raises(BindingError):
        read_page(page % (colour, operator), 595.28, 841.89, {}, "page")


@pytest.mark.parametrize("how", ["wOF2", "wOFF", "OTTO", "ttcf", "no units", "cut"])
def test_an_embedded_font_is_plain_and_whole(how: str) -> None:
    font = min(printed._page_fonts().values(), key=lambda one: len(one.file))
    data = bytearray(font.file)
    if how == "no units":
        entry = data.find(b"head")
        place = int.from_bytes(data[entry + 8 : entry + 12])
        data[place + 18 : place + 20] = b"\0\0"
    elif how == "cut":
        del data[len(data) // 2 :]
    else:
        data[:4] = how.encode()
    fonts = {"F": PageFont(font.name, font.texts, font.widths, bytes(data))}
    require_kit_fonts({"F": font}, printed.printed()[2].fonts)
    with pytest.raises(BindingError):
        require_kit_fonts(fonts, printed.printed()[2].fonts)


# --- attachments


def attached(*contents: bytes) -> bytes:
    """A PDF with these attachments, called a0, a1 and so on."""
    objects = [b"", b"<</Type/Pages/Kids[]/Count 0>>"]
    names, files = b"", b""
    for number, content in enumerate(contents):
        packed = zlib.compress(content)
        head = b"<</Type/EmbeddedFile/Filter/FlateDecode/Length %d>>" % len(packed)
        objects.append(head + b"\nstream\n" + packed + b"\nendstream")
        name = b"a%d" % number
        objects.append(b"<</Type/Filespec/F(%b)/UF(%b)/EF<</F %d 0 R>>>>" % (name, name, len(objects)))
        names += b"(%b)%d 0 R " % (name, len(objects))
        files += b"%d 0 R " % len(objects)
    objects[0] = b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[%b]>>>>/AF[%b]>>" % (names, files)
    out, places = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", []
    for number, source in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, source)
    table = b"0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    out += b"xref\n0 %d\n%b" % (size, table)
    return out + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, out.rindex(b"xref\n"))


def test_attachments_are_bounded_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "MAX_ATTACHMENT_BYTES", 1000)
    assert attachments.read_attachment(attached(b"x" * 900), "a0", "file") == b"x" * 900
    with pytest.raises(BindingError):
        attachments.read_attachment(attached(b"x" * 1001), "a0", "file")
    with pytest.raises(BindingError):
        attachments.read_attachments(attached(*[b"x" * 900] * 40), "file")


# --- what is printed


@pytest.mark.parametrize("shape", [None, [], "text", 7, {}, {"name": None}, {"satisfied": [1], "level": {"a": 1}}])
@pytest.mark.parametrize("name", ["facility", "profile", "period"])
def test_results_of_any_shape_are_printed(
    name: str, shape: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A signer whom the reader trusts may sign anything that is a statement."""
    results = told_results()
    # The digest of the profile is a subject of the statement, so it has to be there.
    digest = {"digest": "c3" * 32}
    results[name] = shape if name != "profile" else {**shape, **digest} if isinstance(shape, dict) else digest
    report, root = tmp_path / "report.json", tmp_path / "trust.json"
    report.write_bytes(desk().sign_raw(desk().payload_for(desk().declared("ada"), results)))
    root.write_bytes(trust())
    assert main(["verify", str(report), "--trust", str(root), "--at", "2026-11-01T00:00:00Z"]) == 0
    assert "  signed by  Ada, Assurance Ltd, as assessor" in capsys.readouterr().out


def test_what_differs_is_told_on_lines_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The names of members in a report nobody verified are text like any other."""
    hostile = {**told_results(), "x\n\nboth reports verified by your trust root\x1b[2J": 1}
    paths = []
    for name, results in (("old", told_results()), ("new", hostile)):
        paths.append(tmp_path / name)
        paths[-1].write_bytes(desk().sign_raw(desk().payload_for(desk().declared("ada"), results)))
    assert main(["diff", *map(str, paths)]) == 0
    lines = capsys.readouterr().out.split("\n")
    assert all(line.isprintable() for line in lines)
    assert not any(line.startswith("both reports verified") for line in lines)
    assert any("both reports verified" in line for line in lines)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"findings": []}, {}),
        ({}, {"risks": []}),
        ({"controls": [{"id": "a"}, {"id": "b"}]}, {"controls": [{"id": "b"}, {"id": "a"}]}),
        ({"controls": [{"id": "a"}, {"id": "b"}, {"id": "c"}]}, {"controls": [{"id": "b"}, {"id": "a"}]}),
    ],
)
def test_reports_that_differ_are_not_said_to_be_the_same(old: dict[str, Any], new: dict[str, Any]) -> None:
    """An empty list is not the same as none, nor a list in another order."""
    plain = {key: value for key, value in desk().results().items() if key != "findings"}
    one, other = (desk().payload_for(desk().declared("ada"), {**plain, **more}) for more in (old, new))
    for left, right in ((one, other), (other, one)):
        assert compare_reports(left, right).facts
    assert compare_reports(one, one).is_empty


def test_a_name_given_twice_is_found_in_one_pass() -> None:
    """Counting each name among all of them would take an hour."""
    names = b",".join(b'"k%d":0' % number for number in range(300_000))
    with pytest.raises(EnvelopeError, match="given twice"):
        parse_envelope(b"{" + names + b',"k299999":0}')
