"""The content of a trust root as a document to change: each function adds or alters one thing.

What may stand in it is for `auditor.attestation.root` to say, when it is made.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from auditor.canon.digest import sha256_hex
from auditor.canon.instant import format_instant, parse_instant
from auditor.errors import TrustError

if TYPE_CHECKING:
    from auditor.custody.signer_file import SignerFile

Document = dict[str, Any]
# (kind of statement, role): one person each, where anybody has the role.
_USUAL = (
    ("assessment-results", "assessor"),
    ("assessment-results", "technical-reviewer"),
    ("assessment-results", "responsible-official"),
    ("attestation", "assessor"),
    ("seal", "sealer"),
    ("status", "assessor"),
)
_SEPARATION = (("assessor", "responsible-official"), ("technical-reviewer", "responsible-official"))


class Window(NamedTuple):
    """From `began` until before `ended`, in microseconds."""

    began: int
    ended: int


def new_document(lineage: str, issued_at: int) -> Document:
    """Version 1 with nobody in it."""
    return {
        "format": "trust-root/1",
        "lineage": lineage,
        "version": 1,
        "issuedAt": format_instant(issued_at),
        "root": {"threshold": 1, "holders": []},
        "organisations": [],
        "principals": [],
        "thresholds": {},
        "separation": [list(pair) for pair in _SEPARATION],
        "revoked": [],
        "authorities": [],
        "timeThreshold": 0,
        "timeTolerance": 300,
        "pdf": {"anchors": [], "certificates": []},
        "algorithms": {"ecdsa-p384-sha384": None, "ml-dsa-87": None, "rfc3161": None},
        "catalogs": None,
        "engines": None,
        "verifiers": None,
        "status": None,
    }


def next_version(document: Document, issued_at: int) -> None:
    """Number and date it as the successor of what it was; where the clock stands behind, the older date stays."""
    document["version"] += 1
    document["issuedAt"] = format_instant(max(issued_at, parse_instant(document["issuedAt"])))


def set_holders(document: Document, holders: Iterable[SignerFile], window: Window, threshold: int) -> None:
    """Make `holders` the root holders; whoever stays keeps the windows of the keys that stay."""
    known = {key["keyid"]: key for holder in document["root"]["holders"] for key in holder["keys"]}
    document["root"] = {
        "threshold": threshold,
        "holders": [
            {
                "holder": holder.principal,
                "name": holder.name,
                "keys": [known.get(key["keyid"], key) for key in _keys(holder, window)],
            }
            for holder in holders
        ],
    }


def add_principal(document: Document, signer: SignerFile, role: str, kind: str, window: Window) -> None:
    """Let `signer` sign in `role`; a known principal gets the role, and the keys of the signer file if they are new."""
    organisation = _organisation(document, signer.organisation, kind)
    known = _find(document["principals"], "principal", signer.principal)
    if known is None:
        document["principals"].append(
            {
                "principal": signer.principal,
                "name": signer.name,
                "organisation": organisation,
                "roles": [role],
                "keys": _keys(signer, window),
            }
        )
        return
    if (known["name"], known["organisation"]) != (signer.name, organisation):
        raise TrustError(
            "this principal is known under another name or organisation",
            place=signer.principal,
            value=f"{signer.name}, {signer.organisation}",
            hint=f"the trust root has: {known['name']}, {known['organisation']}",
        )
    if role not in known["roles"]:
        known["roles"].append(role)
    keyids = {key["keyid"] for key in known["keys"]}
    known["keys"] += [key for key in _keys(signer, window) if key["keyid"] not in keyids]


def set_window(document: Document, signer: SignerFile, began: int | None, ended: int | None) -> None:
    """Let the keys of `signer` count from `began` and until `ended`, where these are given."""
    principal = _find(document["principals"], "principal", signer.principal)
    keyids = {key.public.keyid for key in signer.keys}
    for key in principal["keys"] if principal else ():
        if key["keyid"] in keyids and began is not None:
            key["notBefore"] = format_instant(began)
        if key["keyid"] in keyids and ended is not None:
            key["notAfter"] = format_instant(ended)


def usual_thresholds(document: Document) -> None:
    """Ask for one person in each role that somebody has, where no threshold of that kind is set."""
    able = {role for principal in document["principals"] for role in principal["roles"]}
    set_already = set(document["thresholds"])
    for kind, role in _USUAL:
        if role in able and kind not in set_already:
            document["thresholds"].setdefault(kind, {})[role] = 1


def set_threshold(document: Document, kind: str, role: str, count: int) -> None:
    """Ask for `count` people in `role` for statements of `kind`; 0 asks for none."""
    roles = document["thresholds"].setdefault(kind, {})
    roles[role] = count
    if count == 0:
        del roles[role]
    if not roles:
        del document["thresholds"][kind]


def add_authority(
    document: Document, name: str, operator: str, certificate: bytes, policy: str, window: Window
) -> None:
    """Accept timestamps made with the key of `certificate` (DER) under `policy`; a known authority is changed.

    Raises:
        TrustError: the name is known with another certificate, by which alone its timestamps verify; or no file of a
            seal can have it.
    """
    if name[:1].isdigit():
        raise TrustError(
            "the name of a time authority begins with a letter, as files of seals are named for it",
            value=name,
            hint="such as alpha or time-3",
        )
    written = base64.b64encode(certificate).decode("ascii")
    known = _find(document["authorities"], "authority", name)
    if known is not None and known["certificate"] != written:
        raise TrustError(
            "this time authority is known with another certificate",
            place=name,
            hint=f"what it stamped needs that one; give the new one a name of its own, such as {name}-2, "
            "and the same operator",
        )
    document["authorities"] = [one for one in document["authorities"] if one["authority"] != name]
    document["authorities"].append(
        {
            "authority": name,
            "operator": operator,
            "certificate": written,
            "policy": policy,
            "notBefore": format_instant(window.began),
            "notAfter": format_instant(window.ended),
        }
    )


def add_anchor(document: Document, certificate: bytes) -> None:
    """Trace PDF-signing certificates to the CA of `certificate` (DER)."""
    anchor = base64.b64encode(certificate).decode("ascii")
    if anchor not in document["pdf"]["anchors"]:
        document["pdf"]["anchors"].append(anchor)


def add_pdf_certificate(document: Document, certificate: bytes, principal: str) -> None:
    """Accept PDFs certified with `certificate` (DER) as certified by `principal`."""
    digest = sha256_hex(certificate)
    known = _find(document["pdf"]["certificates"], "sha256", digest)
    if known is None:
        document["pdf"]["certificates"].append({"sha256": digest, "principal": principal})
    elif known["principal"] != principal:
        raise TrustError(
            "this certificate for PDF files is another's", place=principal, value=known["principal"],
            hint="a certificate is one principal's; a person with another key has another certificate",
        )  # fmt: skip


def approve(document: Document, member: str, digests: Iterable[str]) -> None:
    """Add `digests` to the approved `catalogs`, `engines` or `verifiers`; from then on no other is accepted."""
    for digest in digests:
        approved = document[member] = document[member] or []
        if digest not in approved:
            approved.append(digest)


def revoke(document: Document, whom: str, reason: str, revoked_at: int, invalidity_date: int) -> tuple[str, ...]:
    """Revoke the key of the key id `whom`, or every key of the principal `whom`; the key ids that are revoked now.

    A key that is named by its key id gets these dates whatever it had, which is how a mistake is corrected. Naming the
    person puts no key's end off: one that was stolen in March stays so when its owner leaves in December.

    Raises:
        TrustError: neither a key nor a principal of this trust root, or no key of the principal counts by then.
    """
    principal = _find(document["principals"], "principal", whom)
    keyids = _revocable(document, whom) if principal is None else [key["keyid"] for key in principal["keys"]]
    if principal is not None:
        ended = {one["keyid"] for one in document["revoked"] if parse_instant(one["invalidityDate"]) < invalidity_date}
        keyids = [keyid for keyid in keyids if keyid not in ended]
        if not keyids:
            raise TrustError(
                "every key of this principal is revoked from an earlier day already",
                place=whom,
                hint="to correct a date, name the key id: auditor trust show lists them",
            )
    document["revoked"] = [one for one in document["revoked"] if one["keyid"] not in keyids]
    document["revoked"] += [
        {
            "keyid": keyid,
            "reason": reason,
            "revokedAt": format_instant(revoked_at),
            "invalidityDate": format_instant(invalidity_date),
        }
        for keyid in keyids
    ]
    return tuple(keyids)


def _revocable(document: Document, keyid: str) -> list[str]:
    """The key of that key id, which is a principal's."""
    if any(keyid == key["keyid"] for one in document["principals"] for key in one["keys"]):
        return [keyid]
    holder = any(keyid in (one["holder"], *(key["keyid"] for key in one["keys"])) for one in _holders(document))
    raise TrustError(
        "a root holder, who is replaced and not revoked" if holder else "not a principal or key of the trust root",
        place=keyid,
        hint="use: auditor trust rotate" if holder else "auditor trust show lists them",
    )


def _keys(signer: SignerFile, window: Window) -> list[Document]:
    from auditor.attestation.keys import encode_spki

    return [
        {
            "keyid": key.public.keyid,
            "algorithm": key.public.algorithm,
            "public": encode_spki(key.public),
            "notBefore": format_instant(window.began),
            "notAfter": format_instant(window.ended),
        }
        for key in signer.keys
    ]


def _organisation(document: Document, name: str, kind: str) -> str:
    """The id of the organisation called `name`, made from the name where it is new."""
    known = _find(document["organisations"], "name", name)
    if known is not None:
        if known["kind"] != kind:
            raise TrustError(
                f"this organisation is known to be of the kind {known['kind']}",
                place=name,
                value=kind,
                hint="an organisation has one kind; its people have the roles of that kind",
            )
        return str(known["organisation"])
    word = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    identifier = f"urn:dc-attest:organisation:{word}"
    if not word or _find(document["organisations"], "organisation", identifier) is not None:
        identifier += ("-" if word else "") + sha256_hex(name.encode("utf-8"))[:8]
    document["organisations"].append({"organisation": identifier, "name": name, "kind": kind})
    return identifier


def _holders(document: Document) -> list[Document]:
    holders: list[Document] = document["root"]["holders"]
    return holders


def _find(entries: list[Document], member: str, value: str) -> Document | None:
    return next((entry for entry in entries if entry[member] == value), None)
