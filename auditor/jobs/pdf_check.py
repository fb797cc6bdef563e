"""Checks a certified PDF by the strict profile, in a process with limits (`pdf_child`)."""

from __future__ import annotations

import base64
from typing import Any, NamedTuple

from auditor.jobs.pdf_child import LIMITS, Limits, ask_child
from auditor.report.strict_profile import TOLERANCE, StrictPdf, require_strict

__all__ = ["LIMITS", "Limits", "StrictRequest", "answer", "check_here", "check_pdf"]

_IN_BASE64 = ("anchors", "crls")


class StrictRequest(NamedTuple):
    """What `auditor.report.strict_profile.require_strict` checks a PDF by; the members are its arguments."""

    final_sha512: str
    revision0_sha512: str
    revision0_size: int
    certificates: tuple[str, ...]
    anchors: tuple[bytes, ...]
    at: int
    proven: int | None = None
    crls: tuple[bytes, ...] = ()
    crls_proven: int | None = None
    tolerance: int = TOLERANCE


def check_pdf(pdf: bytes, request: StrictRequest, limits: Limits = LIMITS) -> StrictPdf:
    """What the strict profile says of `pdf`, worked out in a process with `limits`.

    Raises:
        BindingError, SignatureError, TrustError, UnverifiableError: as `require_strict`, or as `ask_child`.
    """
    members = request._asdict()
    for name in _IN_BASE64:
        members[name] = [base64.b64encode(one).decode() for one in members[name]]
    return StrictPdf(**ask_child("strict", members, pdf, limits))


def check_here(pdf: bytes, request: StrictRequest) -> StrictPdf:
    """The same in this process and without limits; for files that are known to be harmless."""
    return require_strict(pdf, **request._asdict())


def answer(members: dict[str, Any], pdf: bytes) -> dict[str, Any]:
    """What the child answers."""
    for name in _IN_BASE64:
        members[name] = tuple(base64.b64decode(one) for one in members[name])
    return require_strict(pdf, **members)._asdict()
