"""The attacks that edit a certified PDF, made by ourselves after what was published: incremental saving (ISA, 2019),
shadow documents (hide, replace, hide-and-replace, 2021), attacks on certification (EAA, SSA, 2021).

A *change* edits the document through a pyHanko writer; `certified` carries it into any revision, signed or not. What
rewrites bytes is in `pdf_forgeries`.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import ArrayObject, BooleanObject, DictionaryObject, NumberObject, TextStringObject
from pyhanko.pdf_utils.generic import pdf_name as n

Change = Callable[[Any], None]
CHANGES: dict[str, Change] = {}
AFTERWARDS: dict[str, Change] = {}


def change(made: Change) -> Change:
    CHANGES[made.__name__.replace("_", " ")] = made
    return made


def afterwards(made: Change) -> Change:
    """A change that needs the certification to be there already."""
    AFTERWARDS[made.__name__.replace("_", " ")] = made
    return made


def page(writer: Any, number: int = 0) -> Any:
    return writer.root["/Pages"]["/Kids"][number].get_object()


def stream(data: bytes, **entries: Any) -> Any:
    return generic.StreamObject(DictionaryObject({n("/" + k): v for k, v in entries.items()}), stream_data=data)


def root_entry(writer: Any, name: str, value: Any) -> None:
    writer.root[n(name)] = value
    writer.update_root()


def annotate(writer: Any, **entries: Any) -> None:
    target = page(writer)
    base = {"Type": n("/Annot"), "Rect": ArrayObject(map(NumberObject, (50, 500, 400, 700))), "F": NumberObject(4)}
    added = DictionaryObject({n("/" + key): value for key, value in (base | entries).items()})
    target[n("/Annots")] = ArrayObject([*target.get("/Annots", ()), writer.add_object(added)])
    writer.update_container(target)


def appearance(writer: Any, data: bytes = b"0 0 0 rg 0 0 350 200 re f") -> Any:
    box = ArrayObject(map(NumberObject, (0, 0, 350, 200)))
    form = stream(data, Type=n("/XObject"), Subtype=n("/Form"), BBox=box)
    return DictionaryObject({n("/N"): writer.add_object(form)})


def empty_pages(writer: Any) -> Any:
    kids = ArrayObject([writer.add_object(DictionaryObject({n("/Type"): n("/Page")}))])
    return DictionaryObject({n("/Type"): n("/Pages"), n("/Kids"): kids, n("/Count"): NumberObject(1)})


def form_of(writer: Any) -> Any:
    if "/AcroForm" not in writer.root:
        root_entry(writer, "/AcroForm", DictionaryObject({n("/Fields"): ArrayObject()}))
    return writer.root["/AcroForm"]


def javascript(text: str = "app.alert(1)") -> Any:
    return DictionaryObject({n("/S"): n("/JavaScript"), n("/JS"): TextStringObject(text)})


# Content of pages.


@change
def page_content_replaced(writer: Any) -> None:
    contents = page(writer)["/Contents"]
    contents._data = b"BT /F1 12 Tf 100 100 Td (met) Tj ET"
    contents._encoded_data = None
    writer.update_container(contents)


@change
def white_rectangle_and_text_over_the_page(writer: Any) -> None:
    target = page(writer)
    cover = writer.add_object(stream(b"1 1 1 rg 0 0 600 850 re f 1 1 1 rg BT (met) Tj ET"))
    target[n("/Contents")] = ArrayObject([target.raw_get("/Contents"), cover])
    writer.update_container(target)


@change
def font_program_swapped(writer: Any) -> None:
    # Found by its key anywhere in the file; which page draws with it does not matter.
    font = writer.prev.get_object(generic.Reference(font_number(writer, b"/FontFile2"), 0, writer.prev))
    font[n("/FontFile2")] = writer.add_object(stream(b"another font"))
    writer.mark_update(generic.Reference(font_number(writer, b"/FontFile2"), 0, writer.prev))


@change
def to_unicode_swapped(writer: Any) -> None:
    number = font_number(writer, b"/ToUnicode")
    font = writer.prev.get_object(generic.Reference(number, 0, writer.prev))
    font[n("/ToUnicode")] = writer.add_object(stream(b"/CIDInit /ProcSet findresource begin end"))
    writer.mark_update(generic.Reference(number, 0, writer.prev))


def font_number(writer: Any, key: bytes) -> int:
    writer.prev.stream.seek(0)
    data = writer.prev.stream.read()
    place = data.index(key)
    return int(re.findall(rb"(\d+) 0 obj", data[:place])[-1])


@change
def resources_replaced(writer: Any) -> None:
    target = page(writer)
    target[n("/Resources")] = DictionaryObject()
    writer.update_container(target)


@change
def page_rotated(writer: Any) -> None:
    target = page(writer)
    target[n("/Rotate")] = NumberObject(180)
    writer.update_container(target)


@change
def page_cropped(writer: Any) -> None:
    target = page(writer, 1)
    target[n("/CropBox")] = ArrayObject(map(NumberObject, (0, 0, 10, 10)))
    writer.update_container(target)


@change
def pages_swapped(writer: Any) -> None:
    pages = writer.root["/Pages"]
    kids = pages["/Kids"]
    pages[n("/Kids")] = ArrayObject([kids.raw_get(1), kids.raw_get(0)])
    writer.update_container(pages)


@change
def page_dropped(writer: Any) -> None:
    pages = writer.root["/Pages"]
    pages[n("/Kids")], pages[n("/Count")] = ArrayObject([pages["/Kids"].raw_get(1)]), NumberObject(1)
    writer.update_container(pages)


@change
def page_added(writer: Any) -> None:
    pages = writer.root["/Pages"]
    new = DictionaryObject({n("/Type"): n("/Page"), n("/Parent"): writer.root.raw_get("/Pages")})
    pages["/Kids"].append(writer.add_object(new))
    writer.update_container(pages)


@change
def page_tree_loop(writer: Any) -> None:
    pages = writer.root["/Pages"]
    pages["/Kids"].append(writer.root.raw_get("/Pages"))
    writer.update_container(pages)


@change
def another_page_tree(writer: Any) -> None:
    root_entry(writer, "/Pages", writer.add_object(empty_pages(writer)))


# Shadow documents.


@change
def shadow_hide_by_an_empty_object(writer: Any) -> None:
    target = page(writer)
    reference = target.raw_get("/Contents").reference
    writer.objects[(0, reference.idnum)] = generic.NullObject()


@change
def shadow_replace_by_another_form_value(writer: Any) -> None:
    field = DictionaryObject({n("/FT"): n("/Tx"), n("/T"): TextStringObject("total"), n("/V"): TextStringObject("met")})
    form = form_of(writer)
    form["/Fields"].append(writer.add_object(field))
    writer.update_root()
    writer.update_container(form)


@change
def shadow_hide_and_replace_by_another_root(writer: Any) -> None:
    pages = writer.add_object(empty_pages(writer))
    other = DictionaryObject({n("/Type"): n("/Catalog"), n("/Pages"): pages})
    writer._root = writer.add_object(other)


@change
def hidden_layer(writer: Any) -> None:
    layer = writer.add_object(DictionaryObject({n("/Type"): n("/OCG"), n("/Name"): TextStringObject("l")}))
    order = DictionaryObject({n("/OFF"): ArrayObject([layer])})
    root_entry(writer, "/OCProperties", DictionaryObject({n("/OCGs"): ArrayObject([layer]), n("/D"): order}))


# Annotations, forms, signatures (EAA, SSA).


@change
def free_text_annotation(writer: Any) -> None:
    annotate(writer, Subtype=n("/FreeText"), Contents=TextStringObject("met"), AP=appearance(writer))


@change
def stamp_annotation(writer: Any) -> None:
    annotate(writer, Subtype=n("/Stamp"), AP=appearance(writer))


@change
def redaction_annotation(writer: Any) -> None:
    annotate(writer, Subtype=n("/Redact"), OverlayText=TextStringObject("met"))


@change
def link_to_elsewhere(writer: Any) -> None:
    action = DictionaryObject({n("/S"): n("/URI"), n("/URI"): TextStringObject("https://example.com")})
    annotate(writer, Subtype=n("/Link"), A=action)


@change
def link_moved(writer: Any) -> None:
    link = page(writer)["/Annots"][0]
    link[n("/Rect")] = ArrayObject(map(NumberObject, (0, 0, 600, 800)))
    writer.update_container(link)


@change
def text_field(writer: Any) -> None:
    annotate(writer, Subtype=n("/Widget"), FT=n("/Tx"), V=TextStringObject("met"), AP=appearance(writer))


@change
def need_appearances(writer: Any) -> None:
    form = form_of(writer)
    form[n("/NeedAppearances")] = BooleanObject(True)
    writer.update_root()
    writer.update_container(form)


@change
def xfa_form(writer: Any) -> None:
    form = form_of(writer)
    form[n("/XFA")] = writer.add_object(stream(b"<xdp/>"))
    writer.update_root()
    writer.update_container(form)


@change
def permissions_dropped(writer: Any) -> None:
    root_entry(writer, "/Perms", DictionaryObject())


@change
def permissions_widened(writer: Any) -> None:
    root_entry(writer, "/Perms", DictionaryObject({n("/DocMDP"): DictionaryObject({n("/P"): NumberObject(3)})}))


# Catalog, attachments, metadata.


@change
def attachment_added(writer: Any) -> None:
    spec = DictionaryObject({n("/Type"): n("/Filespec"), n("/F"): TextStringObject("zz.json")})
    spec[n("/EF")] = DictionaryObject({n("/F"): writer.add_object(stream(b"{}", Type=n("/EmbeddedFile")))})
    tree = writer.root["/Names"]["/EmbeddedFiles"]
    tree["/Names"] += [TextStringObject("zz.json"), writer.add_object(spec)]
    writer.update_container(tree)


@change
def attachment_replaced(writer: Any) -> None:
    data = writer.root["/Names"]["/EmbeddedFiles"]["/Names"][1]["/EF"]["/F"]
    data._data, data._encoded_data = b'{"report":2}', None
    writer.update_container(data)


@change
def attachment_renamed(writer: Any) -> None:
    spec = writer.root["/Names"]["/EmbeddedFiles"]["/Names"][1]
    spec[n("/UF")] = TextStringObject("other.json")
    writer.update_container(spec)


@change
def attachments_no_longer_associated(writer: Any) -> None:
    del writer.root["/AF"]
    writer.update_root()


@change
def action_on_opening(writer: Any) -> None:
    root_entry(writer, "/OpenAction", javascript())


@change
def action_on_a_page(writer: Any) -> None:
    target = page(writer)
    target[n("/AA")] = DictionaryObject({n("/O"): javascript()})
    writer.update_container(target)


@change
def script_by_name(writer: Any) -> None:
    names = writer.root["/Names"]
    scripts = ArrayObject([TextStringObject("x"), writer.add_object(javascript())])
    names[n("/JavaScript")] = DictionaryObject({n("/Names"): scripts})
    writer.update_root()


@change
def destinations_moved(writer: Any) -> None:
    writer.root["/Names"][n("/Dests")] = DictionaryObject({n("/Names"): ArrayObject()})
    writer.update_root()


@change
def metadata_edited(writer: Any) -> None:
    metadata = writer.root["/Metadata"]
    metadata._data, metadata._encoded_data = metadata.data.replace(b"Attestation", b"Approval"), None
    writer.update_container(metadata)


@change
def title_edited(writer: Any) -> None:
    writer._info.get_object()[n("/Title")] = TextStringObject("Approval")
    writer.mark_update(writer._info)


@change
def language_changed(writer: Any) -> None:
    root_entry(writer, "/Lang", TextStringObject("no"))


@change
def structure_replaced(writer: Any) -> None:
    root_entry(writer, "/StructTreeRoot", writer.add_object(DictionaryObject({n("/Type"): n("/StructTreeRoot")})))


@change
def alternative_text_changed(writer: Any) -> None:
    tree = writer.root["/StructTreeRoot"]
    tree[n("/Alt")] = TextStringObject("met")
    writer.update_container(tree)


@change
def outline_added(writer: Any) -> None:
    root_entry(writer, "/Outlines", writer.add_object(DictionaryObject({n("/Title"): TextStringObject("met")})))


@change
def viewer_preferences_changed(writer: Any) -> None:
    root_entry(writer, "/ViewerPreferences", DictionaryObject({n("/HideMenubar"): BooleanObject(True)}))


@change
def portfolio(writer: Any) -> None:
    root_entry(writer, "/Collection", DictionaryObject({n("/Type"): n("/Collection")}))


@change
def version_raised(writer: Any) -> None:
    root_entry(writer, "/Version", n("/2.0"))


@change
def extension_announced(writer: Any) -> None:
    root_entry(writer, "/Extensions", DictionaryObject({n("/EVIL"): DictionaryObject()}))


@change
def unreachable_object(writer: Any) -> None:
    writer.add_object(stream(b"hidden"))


@change
def ten_thousand_objects(writer: Any) -> None:
    for number in range(10_000):
        writer.add_object(NumberObject(number))


@change
def bomb_beside(writer: Any) -> None:
    packed = zlib.compress(b"\0" * 20_000_000, 9)
    writer.add_object(stream(packed, Filter=n("/FlateDecode")))


# Only after the certification.


def signature_field(writer: Any) -> Any:
    return writer.root["/AcroForm"]["/Fields"][0].get_object()


@afterwards
def signature_made_visible(writer: Any) -> None:
    field = signature_field(writer)
    field[n("/AP")], field[n("/Rect")] = appearance(writer), ArrayObject(map(NumberObject, (0, 0, 600, 800)))
    writer.update_container(field)


@afterwards
def signature_permits_changes(writer: Any) -> None:
    value = signature_field(writer)["/V"]
    value["/Reference"][0]["/TransformParams"][n("/P")] = NumberObject(3)
    writer.update_container(value)


@afterwards
def signature_replaced_by_its_copy(writer: Any) -> None:
    field = signature_field(writer)
    field[n("/V")] = writer.add_object(DictionaryObject(field["/V"]))
    writer.update_container(field)


@afterwards
def signature_removed(writer: Any) -> None:
    form = writer.root["/AcroForm"]
    del form["/Fields"][0]
    writer.update_container(form)


@afterwards
def another_signature(writer: Any) -> None:
    value = DictionaryObject(signature_field(writer)["/V"])
    del value["/Reference"]
    annotate(writer, Subtype=n("/Widget"), FT=n("/Sig"), T=TextStringObject("2"), V=writer.add_object(value))
    form = writer.root["/AcroForm"]
    form["/Fields"].append(page(writer)["/Annots"].raw_get(-1))
    writer.update_container(form)


@afterwards
def empty_signature_field(writer: Any) -> None:
    form = writer.root["/AcroForm"]
    form["/Fields"].append(writer.add_object(DictionaryObject({n("/FT"): n("/Sig"), n("/T"): TextStringObject("x")})))
    writer.update_container(form)


@afterwards
def form_flags_dropped(writer: Any) -> None:
    form = writer.root["/AcroForm"]
    form[n("/SigFlags")] = NumberObject(0)
    writer.update_container(form)


@afterwards
def archive_with_an_extra_entry(writer: Any) -> None:
    archive = writer.root["/DSS"]
    archive[n("/Extra")] = writer.add_object(stream(b"met"))
    writer.update_container(archive)


@afterwards
def archive_with_an_answer_nobody_asked(writer: Any) -> None:
    archive = writer.root["/DSS"]
    archive[n("/OCSPs")] = ArrayObject([writer.add_object(stream(b"met"))])
    writer.update_container(archive)


@afterwards
def archive_with_vri(writer: Any) -> None:
    archive = writer.root["/DSS"]
    archive[n("/VRI")] = DictionaryObject({n("/" + "A" * 40): DictionaryObject()})
    writer.update_container(archive)


@afterwards
def archive_with_junk_for_a_certificate(writer: Any) -> None:
    archive = writer.root["/DSS"]
    archive["/Certs"].append(writer.add_object(stream(b"junk")))
    writer.update_container(archive)


@afterwards
def archive_with_something_after_a_certificate(writer: Any) -> None:
    archive = writer.root["/DSS"]
    archive["/Certs"].append(writer.add_object(stream(archive["/Certs"][0].data + b"\0")))
    writer.update_container(archive)


@afterwards
def archive_packed(writer: Any) -> None:
    archive = writer.root["/DSS"]
    packed = zlib.compress(archive["/Certs"][0].data)
    archive["/Certs"].append(writer.add_object(stream(packed, Filter=n("/FlateDecode"))))
    writer.update_container(archive)


@afterwards
def archive_with_a_number(writer: Any) -> None:
    archive = writer.root["/DSS"]
    archive["/Certs"].append(NumberObject(1))
    writer.update_container(archive)
