"""The templates read without Jinja say what Jinja makes of them, and what is not in a field is in the templates."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from auditor.errors import RenderError
from auditor.report.edition import Edition, Piece
from auditor.report.fields import bare, expected_segments
from auditor.report.html import render_html
from auditor.report.view import AttestationView
from auditor.report.words import OUTCOMES, STATES

from . import factory, hostile

OSLO = ZoneInfo("Europe/Oslo")


class _Seen(HTMLParser):
    """Pieces of an HTML text, as a browser would see them."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[tuple[str, str]] = []
        self._fields: list[str] = []
        self._body = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self._body = self._body or tag == "body"
        if "id" in named:
            self.pieces.append(("id", str(named["id"])))
        if "data-page" in named:
            self.pieces.append(("data-page", str(named["data-page"]).removeprefix("#")))
        if tag not in ("br", "meta"):
            self._fields.append(str(named.get("data-field", "")))

    def handle_endtag(self, tag: str) -> None:
        self._fields.pop()

    def handle_data(self, data: str) -> None:
        if self._body and data.strip():
            self.pieces.append((next(filter(None, reversed(self._fields)), ""), data))


def joined(pieces: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Pieces with neighbours of one field put together, without white space."""
    found: list[tuple[str, str]] = []
    for name, text in pieces:
        if found and found[-1][0] == name and name not in ("id", "data-page"):
            found[-1] = (name, found[-1][1] + bare(text))
        else:
            found.append((name, bare(text)))
    return found


@cache
def views() -> dict[str, AttestationView]:
    bare_rows = [(*factory.ROWS[9][:7], factory.ABSENT)]
    results: dict[str, dict[str, Any]] = {
        "sample": factory.make_results(),
        "hostile": factory.make_results(change=hostile.poison),
        "all met": factory.make_results(factory.good_rows()),
        "many": factory.make_results(factory.many_rows(64), listed=1),
        "one without evidence": factory.make_results(bare_rows),
        "two hundred exceptions": factory.make_results([factory.ROWS[3]], listed=200),
    }
    found = {name: factory.compose(factory.make_input(one), OSLO) for name, one in results.items()}
    plain = factory.make_input(results["sample"], evidenceSeal=None, records=[], supersedes="ab" * 64)
    return {**found, "no seal, a successor": factory.compose(plain)}


@pytest.mark.parametrize("name", list(views()))
def test_reading_the_templates_gives_what_jinja_gives(name: str) -> None:
    view, templates = views()[name], factory.kit().templates
    seen = _Seen()
    seen.feed(render_html(view, templates))
    ours = [
        (piece.field if piece.kind == "text" else piece.kind, piece.text) for piece in Edition(templates).pieces(view)
    ]
    assert joined(ours) == joined(seen.pieces)


@pytest.mark.parametrize("name", list(views()))
def test_every_number_and_state_outside_of_fields_is_a_word_of_the_templates(name: str) -> None:
    templates = factory.kit().templates
    words = bare(re.sub(r"\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", " ", " ".join(templates.values()))
                 .replace("&#x2002;", "").replace("&amp;", "&").replace("&lt;", "<"))  # fmt: skip
    states = {*OUTCOMES.values(), *STATES.values(), "reached", "done"}
    view = views()[name]
    numbers = {domain.number for domain in view.domains} | {entry.number for entry in view.contents}
    known = numbers | {text.text for meaning in view.method.meanings for text in (meaning.outcome, meaning)}
    known |= {fact.name for one in view.signatures.signers for fact in one.keys}
    known |= {fact.name for one in view.domains for c in one.controls for fact in c.mappings}
    for piece in Edition(templates).pieces(view):
        if piece.kind == "text" and not piece.field and piece.text not in known:
            risky = re.search(r"\d", piece.text) or any(re.search(rf"\b{state}\b", piece.text) for state in states)
            assert not risky or bare(piece.text) in words, piece


def test_no_field_has_two_places() -> None:
    for view in views().values():
        fields = [one.field for one in expected_segments(view, factory.kit().templates) if one.field]
        assert len(fields) == len(set(fields))


def test_everything_the_reader_relies_on_is_a_field() -> None:
    results = factory.make_results()
    view = factory.compose(factory.make_input(results))
    fields = {one.field for one in expected_segments(view, factory.kit().templates)}
    top = "/predicate/results"
    wanted = {"/predicate#package", "/predicate#concludedAt", "/predicate/engine#digest", "#sha256", f"{top}#asOf",
              "/predicate/evidenceSeal#envelope", "/predicate/evidenceSeal#count", f"{top}/bundle#root",
              f"{top}/bundle#size", f"{top}/verdict#statement", f"{top}/verdict#counts",
              f"{top}/verdict#reached"}  # fmt: skip
    wanted |= {f"/predicate/records/{n}#{what}" for n in range(2) for what in ("item", "size", "root")}
    wanted |= {f"/subject/{n}#sha256" for n in range(5)}
    wanted |= {f"/predicate/signers/{n}#{what}" for n in range(3) for what in ("principal", "role", "declares")}
    wanted |= {f"/predicate/signers/{n}/keyids/{k}#text" for n in range(3) for k in range(2)}
    wanted |= {f"beside/signers/{n}#{what}" for n in range(3) for what in ("name", "organisation")}
    wanted |= {f"{top}/verdict/levels/{n}#{what}" for n in range(3) for what in ("level", "tally", "state")}
    wanted |= {f"{top}/verdict/domains/{n}#{what}" for n in range(3) for what in ("tally", *OUTCOMES)}
    wanted |= {f"{top}/findings/{n}#{what}" for n in range(16) for what in
               ("name", "title", "level", "severity", "word", "label", "determine", "state",
                "outcome:finding")}  # fmt: skip
    wanted |= {f"{top}/controls/{n}#{what}" for n in range(16) for what in ("id", "title", "meta", "statement")}
    wanted |= {f"{top}/controls/{n}/parameters/0#{what}" for n in range(16) for what in ("name", "spoken", "source")}
    wanted |= {f"{top}/bundle/items/{n}#{what}" for n in range(len(results["bundle"]["items"]))
               for what in ("id", "leaf", "counts", "date:0", "date:1", "date:2", "date:3")}  # fmt: skip
    for n, seen in enumerate(results["observations"]):
        wanted |= {f"{top}/observations/{n}#method"}
        if "population" in seen:
            wanted |= {f"{top}/observations/{n}/population#counts", f"{top}/observations/{n}#counts"}
        wanted |= {f"{top}/observations/{n}/measures/{k}#value" for k in range(len(seen["measures"]))}
        wanted |= {f"{top}/observations/{n}/exceptions/{k}#{what}" for k in range(len(seen["exceptions"]))
                   for what in ("certainty", "subject", "when:0", "sentence", "evidence")}  # fmt: skip
    assert wanted <= fields


@pytest.mark.parametrize(
    "source",
    [
        "{{ view.title|upper }}", "{{ 7 * 7 }}", "{% set a = 1 %}", "{% for a, b in view %}{% endfor %}",
        "{{ view[0] }}",
        "{% if view.a == 1 %}{% endif %}", "{% for one in view.contents if one.number %}{% endfor %}",
        "{% if view.title %}", "{% endif %}", "{{ view.__class__ }}", "{% raw %}{% endraw %}",
    ],
)  # fmt: skip
def test_a_template_that_uses_more_of_jinja_is_refused(source: str) -> None:
    with pytest.raises(RenderError):
        list(
            Edition({"attestation.html.j2": source}).pieces(factory.compose(factory.make_input(factory.make_results())))
        )


def test_a_piece_of_a_tag_is_not_seen_and_an_entity_is() -> None:
    templates = {"attestation.html.j2": '<p id="here" class="{{ view.title }}">a &lt;&#x2002;b{{ view.title }}</p>'}
    view = {"title": "<b>"}
    assert list(Edition(templates).pieces(view)) == [
        Piece("", "here", "id"), Piece("", "a <\u2002b"), Piece("", "<b>"),
    ]  # fmt: skip
