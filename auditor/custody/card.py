"""A card to print: a person's two key ids, for comparing over another channel than the one the keys came by."""

from __future__ import annotations

import textwrap
import unicodedata

from auditor.attestation.keys import ECDSA, ML_DSA, PublicKey
from auditor.custody.signer_file import SignerFile

WIDTH = 80
_INSIDE = WIDTH - 4
_TITLES = {ECDSA: "ECDSA P-384 with SHA-384", ML_DSA: "ML-DSA-87"}
_HOW = """\
How to compare. The owner of these keys reads every group aloud from this card, by telephone or in person, to whoever \
is about to trust them, at a number or place that did not come with the keys. The other side reads along in what \
"auditor key show" prints of the signer file they received. Compare all sixteen groups of both keys: a forger can make \
a few groups agree. One group differs: stop, and trust neither key.\
"""
_WITHOUT_US = """\
Without our program: decode the base64 text of "public" in the signer file; its SHA-256 is the number above.\
"""
_SAMPLE = "SAMPLE: everybody has these private keys. Never rely on them."


def groups_of_four(key: PublicKey) -> str:
    """The digits of the key id in sixteen groups of four, as they are read aloud: 79 characters."""
    digest = key.keyid.removeprefix("sha256:")
    return " ".join(digest[start : start + 4] for start in range(0, len(digest), 4))


def key_card(signer: SignerFile, *, sample: bool = False) -> str:
    """The card of `signer` as plain text, 80 columns wide."""
    rows = ["KEY CARD", ""]
    if sample:
        rows += [*_wrapped(_SAMPLE), ""]
    for label, value in (("name", signer.name), ("organisation", signer.organisation), ("principal", signer.principal)):
        rows += _labelled(label, value)
    for number, key in enumerate(signer.keys, start=1):
        half = len(groups_of_four(key.public)) // 2
        digits = groups_of_four(key.public)
        rows += ["", f"key {number} of {len(signer.keys)}: {_TITLES[key.public.algorithm]}, sha256"]
        rows += ["", "    " + digits[:half], "    " + digits[half + 1 :]]
    rows += ["", *_wrapped(_HOW), "", *_wrapped(_WITHOUT_US), ""]
    rows += ["compared by ______________________ with ______________________", ""]
    rows += ["on ____________ by way of ________________________________________"]
    line = "+" + "-" * (WIDTH - 2) + "+"
    return "\n".join([line, *(f"| {row}{' ' * (_INSIDE - _columns(row))} |" for row in rows), line, ""])


def _labelled(label: str, value: str) -> list[str]:
    rows: list[str] = []
    while value:
        end = 1
        while end < len(value) and _columns(value[: end + 1]) <= _INSIDE - 14:
            end += 1
        rows.append(f"{'' if rows else label:<14}{value[:end]}")
        value = value[end:]
    return rows


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _INSIDE)


def _columns(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(unicodedata.combining(character) > 0 for character in text)
