"""Part 744 beside a licence exception: what the facts say of a party that no exception helps over."""

from __future__ import annotations

from auditor.model.facts import Party
from auditor.regulation.working import Working


def barred(about: Party) -> str | None:
    """That the party stands on a list, or is a military end user; None if the facts say neither."""
    if about.lists:
        return f"{about.name} stands on {', '.join(about.lists)}."
    if about.kind in ("military", "military-intelligence"):
        return f"{about.name} is {about.kind}."
    return None


def warn(work: Working, about: Party) -> None:
    """Say that part 744 comes on top of the exception's own conditions, and what the facts say against the party."""
    row = work.paragraph("licence.screening")
    work.use(row)
    found = barred(about)
    says = "Part 744 is no condition of the exception and applies beside it; auditor law route checks it."
    work.caution(f"{found} {says}" if found else says)
