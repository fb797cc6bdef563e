"""`auditor law picture`: shares, allocations and a plan's path to breach, drawn on one page that fetches nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from auditor.cli.law.desk import Desk
    from auditor.model.answer import Answer


def picture(desk: Desk) -> int:
    """Write the page and say where it is; the exit code tells whether every part could be determined."""
    from auditor.canon.digest import sha256_hex
    from auditor.cli.exits import DONE, UNDETERMINED
    from auditor.cli.law.text import wrap
    from auditor.cli.law.values import printable
    from auditor.jobs.files import read_file, write_file
    from auditor.jobs.folders import content_folder
    from auditor.model.answer import Outcome
    from auditor.report.kit import read_kit
    from auditor.report.law_page import law_page, render_law_page

    answers = list(_answers(desk))
    page = law_page(desk.file.facts.title, sha256_hex(read_file(desk.path)), answers)
    html = render_law_page(page, read_kit(content_folder("templates")).templates)
    out = desk.arguments.html
    write_file(out, html.encode("utf-8"))
    undetermined = [answer for answer in answers if answer.outcome is Outcome.CANNOT_BE_DETERMINED]
    for answer in undetermined:
        print("\n".join(wrap(f"{answer.question}, {answer.subject}: {answer.conclusion}", "", "  ")))
    print(f"page: {printable(str(out))}")
    return UNDETERMINED if undetermined else DONE


def _answers(desk: Desk) -> list[Answer[Any]]:
    """The UVEU shares; the party's NVEU allocations; every country with an allocation that a site is in."""
    from auditor.regulation.quantities.country import CountryUse, country
    from auditor.regulation.quantities.nveu import nveu
    from auditor.regulation.quantities.uveu import uveu

    lots, party, plan = desk.lots(), desk.party, desk.plan
    asked = (desk.law, desk.as_of, desk.file, lots)
    answers: list[Answer[Any]] = [uveu(*asked, party, plan)]
    answers += [nveu(*asked, party, iso, plan) for iso in desk.file.parties[party].nveu_countries]
    used = (country(*asked, iso, plan) for iso in sorted({site.country for site in desk.file.facts.sites}))
    return [*answers, *(one for one in used if isinstance(one.result, CountryUse) and one.result.applies)]
