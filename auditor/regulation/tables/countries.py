"""ISO 3166 country codes, by the pycountry library; and the names people know places by."""

from __future__ import annotations

from functools import cache

USER_ASSIGNED = {"XK": "Kosovo"}
"""Codes ISO leaves to users, which the EAR's lists need."""


@cache
def country_name(iso: str) -> str | None:
    """The short name of an ISO 3166-1 alpha-2 code; None if there is no such code today."""
    import pycountry

    if iso in USER_ASSIGNED:
        return USER_ASSIGNED[iso]
    found = pycountry.countries.get(alpha_2=iso)
    if found is None:
        return None
    name: str = getattr(found, "common_name", found.name)
    return name


def country_problem(iso: str) -> tuple[str, str] | None:
    """What is wrong with a code, and the fix: unknown, or retired (ISO 3166-3); None if it is a code of today."""
    import pycountry

    if country_name(iso) is not None:
        return None
    retired = next((c for c in pycountry.historic_countries if getattr(c, "alpha_2", None) == iso), None)
    if retired is not None:
        return f"the code of {retired.name}, withdrawn from ISO 3166-1", "use the code of today's country"
    return "no ISO 3166-1 alpha-2 code", "use a code such as NO for Norway or GB for the United Kingdom"
