"""The PDF: the same bytes each time, the attachments whole, PDF/A-3a, and nothing missing from the pages."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import io
import logging
import resource
import subprocess
import sys
import unicodedata
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA87PrivateKey
from cryptography.hazmat.primitives.hashes import SHA384
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fontTools.ttLib import TTFont
from pypdf import PdfReader

from auditor.canon.json import canonical_bytes
from auditor.errors import MachineError, RenderError
from auditor.report.html import render_html
from auditor.report.kit import ReportKit, read_kit
from auditor.report.pdf import PdfAttachment, render_pdf
from auditor.report.render import AttestationInput, render_attestation
from auditor.report.text import PRINTED

from . import factory, hostile
from .conftest import OSLO
from .factory import compose

PAGE = '<html lang="en"><head><title>t</title></head><body><p>{}</p></body></html>'


def run(*command: str | Path) -> str:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def text_of(path: Path) -> str:
    """Visible text with every run of white space, also a line or page break, as one space."""
    return " ".join(unicodedata.normalize("NFKC", run("pdftotext", "-layout", path, "-")).split())


def words_of(data: bytes, path: Path) -> str:
    """Visible text without any white space, in reading order."""
    path.write_bytes(data)
    return "".join(run("pdftotext", "-raw", path, "-").split())


def test_the_same_input_gives_the_same_bytes(sample_input: AttestationInput, kit: ReportKit, sample_pdf: Path) -> None:
    assert render_attestation(sample_input, kit, OSLO) == sample_pdf.read_bytes()


def test_the_shortcuts_change_no_byte(sample_pdf: Path) -> None:
    """What we leave out of WeasyPrint's work is beside the point: by itself it makes the same file."""
    program = (
        "import hashlib, pydyf; plain = pydyf.PDF.page_references; from zoneinfo import ZoneInfo\n"
        "import weasyprint; from auditor.report import pdf; from tests.report import factory as f\n"
        "from auditor.report.render import render_attestation as r\n"
        "assert pydyf.PDF.page_references is not plain and pdf.Html is not weasyprint.HTML\n"
        "pydyf.PDF.page_references, pdf.Html = plain, weasyprint.HTML\n"
        "print(hashlib.sha256(r(f.make_input(f.make_results()), f.kit(), ZoneInfo('Europe/Oslo'))).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert done.stdout.strip() == hashlib.sha256(sample_pdf.read_bytes()).hexdigest()


@pytest.mark.parametrize("rule", ["::footnote-call", "::note-callback", "\n::marker"])
def test_the_style_sheet_the_shortcut_is_cut_from_has_what_it_cuts(rule: str) -> None:
    from weasyprint.html import UA

    assert rule in UA


def test_another_process_gives_the_same_bytes(sample_pdf: Path) -> None:
    program = (
        "import hashlib; from zoneinfo import ZoneInfo; from tests.report import factory as f;"
        "from auditor.report.render import render_attestation as r;"
        "print(hashlib.sha256(r(f.make_input(f.make_results()), f.kit(), ZoneInfo('Europe/Oslo'))).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True,
        cwd=Path(__file__).parents[2], env={"PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "SOURCE_DATE_EPOCH": "1"},
    )  # fmt: skip
    assert done.stdout.strip() == run("sha256sum", sample_pdf).split()[0]


def test_another_result_gives_other_bytes(kit: ReportKit, sample_pdf: Path) -> None:
    other = factory.make_results(change=lambda document: document["facility"].update(name="Another hall"))
    assert render_attestation(factory.make_input(other), kit, OSLO) != sample_pdf.read_bytes()


def test_attachments_are_the_input(
    sample_input: AttestationInput, sample_results: dict[str, Any], sample_pdf: Path
) -> None:
    attached = PdfReader(sample_pdf).attachments
    assert list(attached) == ["report.dsse.json", "results.json"]
    assert attached["report.dsse.json"] == [sample_input.envelope]
    assert attached["results.json"] == [canonical_bytes(sample_results)]
    shown = subprocess.run(
        ["qpdf", "--show-attachment=results.json", str(sample_pdf)], capture_output=True, check=True
    ).stdout
    assert shown == canonical_bytes(sample_results)


def test_attachments_say_how_they_relate_and_each_is_listed_once(sample_pdf: Path) -> None:
    listed: Any = PdfReader(sample_pdf).trailer["/Root"]["/AF"]  # type: ignore[index]
    relations = {entry.get_object()["/UF"]: entry.get_object()["/AFRelationship"] for entry in listed}
    assert len(listed) == 2
    assert relations == {"report.dsse.json": "/Source", "results.json": "/Data"}


def test_the_file_is_sound(sample_pdf: Path) -> None:
    assert "No syntax or stream encoding errors" in run("qpdf", "--check", sample_pdf)
    info = run("pdfinfo", sample_pdf)
    assert "Tagged:          yes" in info
    assert "JavaScript:      no" in info
    assert "Data-center security attestation: Nordlys Compute, Hall 3" in info


def test_the_file_says_pdf_a_3a_and_pdf_ua_1(sample_pdf: Path) -> None:
    reader = PdfReader(sample_pdf)
    root: Any = reader.trailer["/Root"]
    metadata = root["/Metadata"].get_data().decode()
    assert 'pdfaid:part="3"' in metadata
    assert 'pdfaid:conformance="A"' in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert "http://www.aiim.org/pdfa/ns/schema#" in metadata
    assert metadata.index("pdfuaid:part>") < metadata.index("</rdf:RDF>")
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert not {"/OpenAction", "/AA", "/AcroForm"} & set(root)


def test_dates_are_those_of_the_results(sample_pdf: Path) -> None:
    metadata = PdfReader(sample_pdf).metadata
    assert metadata is not None
    assert {str(metadata["/CreationDate"]), str(metadata["/ModDate"])} == {"D:20261005093000Z"}


def test_every_font_is_ours_embedded_and_maps_to_unicode(sample_pdf: Path) -> None:
    rows = [line.split() for line in run("pdffonts", sample_pdf).splitlines()[2:]]
    assert rows
    for row in rows:
        assert "+Plex-" in row[0]
        assert row[-5:-2] == ["yes", "yes", "yes"]


def test_every_character_we_print_is_in_every_font(kit: ReportKit) -> None:
    for name, data in kit.fonts.items():
        drawn = set(TTFont(io.BytesIO(data)).getBestCmap())
        missing = {f"U+{point:04X}" for point in (PRINTED | {0x2039, 0x203A, 0x2002}) - drawn}
        assert not missing, f"{name}: {sorted(missing)}"


def test_fonts_carry_their_licence_and_stay_small(kit: ReportKit) -> None:
    assert "SIL OPEN FONT LICENSE" in (factory.TEMPLATES / "fonts" / "OFL.txt").read_text("utf-8")
    assert sum(map(len, kit.fonts.values())) < 3_000_000


def test_every_finding_is_on_the_pages(sample_results: dict[str, Any], sample_pdf: Path, tmp_path: Path) -> None:
    text = words_of(sample_pdf.read_bytes(), tmp_path / "copy.pdf")
    for finding in sample_results["findings"]:
        state = finding["state"].replace("-", "")
        assert f"{finding['control']}{finding['objective']}:{state}" in text
        assert "".join(finding["determine"].split()) in text
    for item in sample_results["bundle"]["items"]:
        assert item["id"] in text
        assert item["leaf"] in text
    for digest in (sample_results["bundle"]["root"], sample_results["catalog"]["digest"]):
        assert digest in text


def test_what_a_reader_must_not_miss_is_said(sample_pdf: Path) -> None:
    text = text_of(sample_pdf)
    for words in (
        "No level is supported by the evidence",
        "it is not an authorization, and it is not legal advice",
        "90 FR 4544",
        "untrusted: gate P-32 did not hold; the computation itself said not met",
        "possible: the evidence allows both",
        "not evidenced: evidence missing",
        "auditor verify PACKAGE --trust trust.json --bundle bundle --recompute",
        "nobody was interviewed",
        "digested, not read",
        "Page 1 of",
    ):
        assert words in text, words


def test_contents_name_the_pages_the_sections_are_on(sample_pdf: Path) -> None:
    reader = PdfReader(sample_pdf)
    pages = {entry["/Title"]: reader.get_destination_page_number(entry) for entry in reader.outline
             if not isinstance(entry, list)}  # fmt: skip
    contents = "".join(reader.pages[1].extract_text().split())
    for title, page in pages.items():
        assert page is not None
        plain = "".join(str(title).split())
        assert plain in contents.replace("\u2002", "")
        assert plain in "".join(reader.pages[page].extract_text().split())


def test_each_of_two_hundred_exceptions_is_listed(kit: ReportKit, tmp_path: Path) -> None:
    results = factory.make_results([factory.ROWS[3]], listed=200)
    text = words_of(render_attestation(factory.make_input(results), kit), tmp_path / "many.pdf")
    assert text.count("badge-4") == 200
    for exception in results["observations"][0]["exceptions"]:
        assert f"{exception['subject']}20" in text
        for reference in exception["evidence"]:
            assert f"{reference['item']}#{reference['record']}" in text
    assert "200of1,234arelisted" in text
    assert text.count("CertaintySubjectWhen") > 8


def test_hostile_values_print_as_themselves(kit: ReportKit, tmp_path: Path) -> None:
    path = tmp_path / "hostile.pdf"
    text = words_of(render_attestation(factory.make_input(factory.make_results(change=hostile.poison)), kit), path)
    for value in (hostile.HTML, hostile.JINJA, hostile.CSS, hostile.SQL, hostile.ATTRIBUTE, hostile.ENTITY):
        assert "".join(value.split()) in text, value
    assert "‹U+202E›" in text
    assert "\u202e" not in text
    assert "49494949" not in text
    assert "W" * 600 in text
    fonts = run("pdffonts", path).splitlines()[2:]
    assert all("+Plex-" in line for line in fonts)
    assert "No syntax" in run("qpdf", "--check", path)
    _nothing_outside_the_margins(path)


def _nothing_outside_the_margins(path: Path) -> None:
    for line in run("pdftotext", "-bbox", path, "-").splitlines():
        if "<word" in line:
            parts = [part.split('"') for part in line.split() if "Min=" in part or "Max=" in part]
            bounds = {name.rstrip("="): float(value) for name, value, *_ in parts}
            assert bounds["xMin"] > 60, line
            assert bounds["xMax"] < 595 - 58, line
            assert bounds["yMax"] < 842 - 20, line


def test_nothing_of_the_sample_is_outside_the_margins(sample_pdf: Path) -> None:
    _nothing_outside_the_margins(sample_pdf)


@pytest.mark.parametrize(
    "markup",
    [
        "<img src='http://127.0.0.1:9/x.png' alt='x'>",
        "<img src='file:///etc/hostname' alt='x'>",
        "<link rel='stylesheet' href='https://127.0.0.1:9/x.css'>",
        "<link rel='attachment' href='file:///etc/passwd'>",
        "<span style='background-image: url(http://127.0.0.1:9/x.png)'>x</span>",
        "<img src='data:image/png;base64,AAAA' alt='x'>",
        "<object data='http://127.0.0.1:9/x.svg'></object>",
        "<img src='relative.png' alt='x'>",
    ],
)
def test_a_reference_in_the_html_is_refused(kit: ReportKit, markup: str) -> None:
    with pytest.raises(RenderError):
        render_pdf(PAGE.format(markup), kit.stylesheet, kit.fonts, (), 0)


@pytest.mark.parametrize(
    "style",
    [
        "@import url('http://127.0.0.1:9/x.css');",
        "p { background: url(http://127.0.0.1:9/x.png) }",
        "@font-face { font-family: Evil; src: url(http://127.0.0.1:9/x.ttf) }",
        "@font-face { font-family: Evil; src: url('font:absent.ttf') }",
        "p { list-style-image: url(file:///etc/hostname); display: list-item }",
        "p { no-such-property: 1 }",
        "p { color: nonsense }",
    ],
)
def test_a_reference_or_a_mistake_in_the_style_is_refused(kit: ReportKit, style: str) -> None:
    with pytest.raises(RenderError):
        render_pdf(PAGE.format("x"), style, kit.fonts, (), 0)


def test_a_complaint_is_refused_also_where_logging_is_silenced(kit: ReportKit) -> None:
    logger = logging.getLogger("weasyprint")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with pytest.raises(RenderError, match="complained"):
            render_pdf(PAGE.format("x"), "p { no-such-property: 1 }", kit.fonts, (), 0)
        assert logger.level == logging.CRITICAL
    finally:
        logger.setLevel(before)


def test_a_link_to_nowhere_is_refused(kit: ReportKit) -> None:
    with pytest.raises(RenderError, match="No anchor"):
        render_pdf(PAGE.format("<a href='#nowhere'>x</a>"), kit.stylesheet, kit.fonts, (), 0)


def test_attachments_are_sorted_whatever_order_they_come_in(kit: ReportKit) -> None:
    files = [PdfAttachment(name, "", name.encode(), "Data") for name in ("b.json", "a.json")]
    data = render_pdf(PAGE.format("x"), kit.stylesheet, kit.fonts, files, 0)
    assert list(PdfReader(io.BytesIO(data)).attachments) == ["a.json", "b.json"]


def test_a_kit_without_a_style_sheet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="templates"):
        read_kit(tmp_path)


def test_three_hundred_findings_fit_in_bounded_memory(kit: ReportKit, tmp_path: Path) -> None:
    path = tmp_path / "large.pdf"
    program = (
        "import sys, pathlib; from tests.report import factory as f;"
        "from auditor.report.render import render_attestation as r;"
        "i = f.make_input(f.make_results(f.many_rows(300), listed=4));"
        "pathlib.Path(sys.argv[1]).write_bytes(r(i, f.kit()))"
    )
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    subprocess.run([sys.executable, "-c", program, str(path)], check=True, cwd=Path(__file__).parents[2])
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert peak < max(before, 900 * 1024)
    text = words_of(path.read_bytes(), path)
    for row in factory.many_rows(300):
        assert f"{row[0]}a:" in text


def test_the_html_of_the_sample_needs_no_resource(sample_input: AttestationInput, kit: ReportKit) -> None:
    html = render_html(compose(sample_input), kit.templates)
    assert "src=" not in html
    assert "url(" not in html


def openssl_knows_ml_dsa() -> bool:
    done = subprocess.run(["openssl", "list", "-signature-algorithms"], capture_output=True, text=True, check=False)
    return "ML-DSA-87" in done.stdout


@pytest.mark.parametrize("forged", [False, True])
@pytest.mark.parametrize("algorithms", ["p384.pem", "p384.pem mldsa87.pem"])
def test_the_printed_recipe_verifies_both_signatures(
    sample_results: dict[str, Any], kit: ReportKit, tmp_path: Path, algorithms: str, forged: bool
) -> None:
    """Where OpenSSL is older than 3.5, the loop of the recipe is run over the key that it knows alone."""
    if "mldsa87" in algorithms and not openssl_knows_ml_dsa():
        pytest.skip("openssl here is older than 3.5")
    given = factory.make_input(sample_results)
    kind = b"application/vnd.in-toto+json"
    signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(given.payload), given.payload)
    signed += b"x" if forged else b""
    p384, mldsa = ec.generate_private_key(ec.SECP384R1()), MLDSA87PrivateKey.generate()
    signatures = []
    for name, key, signature in (
        ("p384.pem", p384, p384.sign(signed, ec.ECDSA(SHA384()))), ("mldsa87.pem", mldsa, mldsa.sign(signed)),
    ):  # fmt: skip
        public = key.public_key()
        (tmp_path / name).write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        keyid = hashlib.sha256(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
        signatures.append({"keyid": f"sha256:{keyid}", "sig": base64.b64encode(signature).decode()})
    body = base64.b64encode(given.payload).decode()
    envelope = canonical_bytes({"payload": body, "payloadType": kind.decode(), "signatures": signatures})
    given = dataclasses.replace(given, envelope=envelope, envelope_digest=hashlib.sha256(envelope).hexdigest())
    (tmp_path / "attestation.pdf").write_bytes(render_attestation(given, kit))
    recipe = unescape(render_html(compose(given), kit.templates).split("<pre>")[2].split("</pre>")[0])
    recipe = recipe.replace("p384.pem mldsa87.pem", algorithms)
    done = subprocess.run(["bash", "-c", recipe], cwd=tmp_path, capture_output=True, text=True, check=False)
    verified = "Signature Verified Successfully"
    assert done.stdout.count(verified) == (0 if forged else len(algorithms.split())), done.stdout + done.stderr
    for one in signatures[: len(algorithms.split())]:
        assert one["keyid"] in done.stdout
