"""The verification statement: what somebody verified, as an in-toto Simple Verification Result (SVR v0.2).

It is for tools that read in-toto, made from what a verification printed; it is not signed here and proves nothing to
anybody who does not trust the one who hands it over.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from auditor.attestation.statements.common import STATEMENT_TYPE, Subject
from auditor.attestation.steps import DONE, Step
from auditor.canon.instant import format_instant
from auditor.canon.json import canonical_bytes

PREDICATE_TYPE = "https://in-toto.io/attestation/svr/v0.2"


class Verifier(NamedTuple):
    """Who verified: a URI with the version of the program, and the SHA-256 of the trust root it judged by."""

    id: str
    trust_digest: str


def make_verification_statement(
    subjects: Sequence[Subject],
    verifier: Verifier,
    created_at: int,
    result: str,
    steps: Sequence[Step],
    *,
    judged_at: int | None = None,
) -> bytes:
    """The canonical bytes of a verification statement, `properties` naming the result class and every step done.

    It is made at `created_at`, about `judged_at` (microseconds; the same if left out). Steps that were not done are
    kept under `notDone`, with their reasons, so that nobody reads the list of what passed for the list of everything;
    readers of SVR ignore members they do not know.

    Raises:
        CanonicalizationError: a value without a canonical form.
    """
    return canonical_bytes(
        {
            "_type": STATEMENT_TYPE,
            "subject": [{"name": one.name, "digest": {one.algorithm: one.digest}} for one in subjects],
            "predicateType": PREDICATE_TYPE,
            "predicate": {
                "verifier": {
                    "id": verifier.id,
                    "policies": [{"name": "trust-root", "digest": {"sha256": verifier.trust_digest}}],
                },
                "timeCreated": format_instant(created_at),
                "judgedAt": format_instant(created_at if judged_at is None else judged_at),
                "properties": [
                    "AUDITOR_RESULT_" + _word(result),
                    *("AUDITOR_STEP_" + _word(one.title) for one in steps if one.state == DONE),
                ],
                "notDone": [{"step": one.title, "reason": one.detail} for one in steps if one.state != DONE],
            },
        }
    )


def _word(text: str) -> str:
    """Capitals and underscores, the way of properties in SVR."""
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in text.replace("'", ""))
    return "_".join(words.upper().split())
