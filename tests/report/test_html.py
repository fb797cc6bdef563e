"""Templates: nothing undefined, nothing unescaped, nothing reached that is not a value."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from auditor.errors import RenderError
from auditor.report.html import render_html
from auditor.report.kit import ReportKit
from auditor.report.render import AttestationInput
from auditor.report.view import AttestationView

from . import factory, hostile
from .factory import compose


@pytest.fixture(scope="module")
def view(sample_input: AttestationInput) -> AttestationView:
    return compose(sample_input)


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{{ view.nothing }}", "does not have"),
        ("{{ nothing }}", "does not have"),
        ("{{ view.cover.nothing.deeper }}", "does not have"),
        ("{% if view.nothing %}x{% endif %}", "does not have"),
        ("{% for one in view.summary %}{{ one.nothing }}{% endfor %}", "does not have"),
        ("{% if %}", "not well-formed"),
        ("{{ view.title.__class__.__mro__ }}", "may not do this"),
        ("{% include 'absent.html.j2' %}", "no such template"),
    ],
)
def test_a_template_that_asks_for_too_much_is_refused(view: AttestationView, template: str, problem: str) -> None:
    with pytest.raises(RenderError, match=problem):
        render_html(view, {"attestation.html.j2": template})


def test_hostile_values_stay_text(kit: ReportKit) -> None:
    view = compose(factory.make_input(factory.make_results(change=hostile.poison)))
    html = render_html(view, kit.templates)
    assert "<script" not in html
    assert "<img" not in html
    assert "<link" not in html
    assert ' onmouseover="' not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "{{ view.cover.facility }}" in html
    assert "\u202e" not in html


def test_headings_do_not_skip_a_level_and_tables_have_headers(view: AttestationView, kit: ReportKit) -> None:
    html = render_html(view, kit.templates)
    levels = [int(html[at + 2]) for at in range(len(html) - 3) if html[at : at + 2] == "<h" and html[at + 2].isdigit()]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert html.count("<th ") == html.count('scope="col"') + html.count('scope="row"')
    assert 'lang="en"' in html


def test_an_element_around_one_field_is_the_field(kit: ReportKit, view: AttestationView) -> None:
    html = render_html(view, kit.templates)
    fields = [*re.finditer(r'<(\w+)[^>]* data-field="([^"]*)">', html)]
    assert {one[1] for one in fields} == {"td", "th", "p", "span"}
    assert not re.search(r'<(td|th|p|span)[^>]*><span data-field="[^"]*">[^<]*</span></\1>', html)


def test_an_element_around_more_than_a_field_is_none(view: AttestationView) -> None:
    """What stands beside the field would be read as said by it."""
    shown = "{{ view.scope.assessed.0.value }}"
    for inside in (f"x{shown}", f"{shown}x", f"{shown}{shown}", f"<b>x</b>{shown}", f"{shown}<br>"):
        html = render_html(view, {"attestation.html.j2": f"<p class='a'>{inside}</p>"})
        assert "<p class='a'>" in html
    alone = render_html(view, {"attestation.html.j2": f'<p class="a">{shown}</p>'})
    assert alone.startswith('<p class="a" data-field="/')
    assert "span" not in alone
