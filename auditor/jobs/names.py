"""The names behind the pseudonyms of a bundle: made for an assessment, and sealed in a file for the facility alone."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from pathlib import Path
from typing import Any

from auditor.canon.json import canonical_bytes, parse_strict
from auditor.catalog.catalog import Catalog
from auditor.custody.files import SHORT_PASSPHRASE, is_short_passphrase
from auditor.errors import EvidenceFormatError
from auditor.evidence.commitment import pseudonym_key
from auditor.evidence.pseudonyms import Pseudonyms, personal_values
from auditor.jobs.evidence import OpenBundle, admit_bundle, mappings, open_bundle
from auditor.jobs.files import read_file, write_file

FORMAT = "sealed-names/1"
SCRYPT = {"n": 2**17, "r": 8, "p": 1}
"""128 MiB and about half a second for each passphrase tried (RFC 7914)."""
_MAX_FILE = 64 << 20
_WORD = re.compile(r"[A-Za-z]+")


def pseudonyms(opened: OpenBundle, catalog: Catalog, streams: tuple[str, ...]) -> Pseudonyms:
    """The pseudonyms of an open bundle for the values that `streams` hold.

    Words of the catalog's queries, of which the sentences of exceptions are made, are never taken for names.
    """
    values = personal_values(opened.store.tables, {name: catalog.streams[name] for name in streams})
    words = {
        word
        for path, data in catalog.files.items()
        if path.endswith(".sql")
        for word in _WORD.findall(data.decode("utf-8"))
    }
    return Pseudonyms(pseudonym_key(opened.admission.manifest), values, words)


def seal_names(folder: Path, catalog: Catalog, out: Path, passphrase: bytes) -> Pseudonyms:
    """Write the pseudonyms of the bundle in `folder`, of all its streams, with their names to `out`, encrypted.

    Raises:
        EvidenceError: the bundle cannot be admitted.
        EvidenceFormatError: there is no passphrase, or a short one.
    """
    if passphrase and is_short_passphrase(passphrase):
        raise EvidenceFormatError("the passphrase is too short", hint=SHORT_PASSPHRASE)
    admission = admit_bundle(folder)
    known = mappings(catalog)
    items = [known[file.item.mapping] for file in admission.files if file.item.mapping in known]
    streams = tuple(sorted({stream for mapping in items for stream in mapping.streams}))
    with open_bundle(admission, catalog, streams) as opened:
        found = pseudonyms(opened, catalog, streams)
    document = {"names": found.table, "shown": list(found.shown)}
    write_file(out, _seal(canonical_bytes(document), admission.root, passphrase), private=True)
    return found


def open_names(file: Path, passphrase: bytes) -> tuple[str, dict[str, str]]:
    """The bundle root that a file of sealed names is of, and the name behind each pseudonym.

    Raises:
        EvidenceFormatError: no such file of ours, another passphrase, or the file was changed.
    """
    place = str(file)
    header = parse_strict(read_file(file, limit=_MAX_FILE), place=place, max_bytes=_MAX_FILE)
    names = {"bundle", "ciphertext", "format", "nonce", "salt", "scrypt"}
    if not isinstance(header, dict) or set(header) != names or header["format"] != FORMAT:
        raise EvidenceFormatError(f"not a file of {FORMAT}", place=place)
    # Fixed, so that no file can choose how much memory opening it takes.
    if header["scrypt"] != SCRYPT or not isinstance(header["bundle"], str):
        raise EvidenceFormatError("sealed with other parameters than ours", place=place, value=header["scrypt"])
    document = parse_strict(_open(header, passphrase, place), place=place, max_bytes=_MAX_FILE)
    return header["bundle"], dict(document["names"])


def _seal(content: bytes, root: str, passphrase: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt, nonce = secrets.token_bytes(32), secrets.token_bytes(12)
    header = {"bundle": root, "format": FORMAT, "nonce": _text(nonce), "salt": _text(salt), "scrypt": SCRYPT}
    sealed = AESGCM(_key(passphrase, salt)).encrypt(nonce, content, canonical_bytes(header))
    return canonical_bytes({**header, "ciphertext": _text(sealed)}) + b"\n"


def _open(header: dict[str, Any], passphrase: bytes, place: str) -> bytes:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        salt, nonce, sealed = (base64.b64decode(header[n], validate=True) for n in ("salt", "nonce", "ciphertext"))
    except (binascii.Error, TypeError, ValueError) as error:
        raise EvidenceFormatError("not base64", place=place) from error
    if (len(salt), len(nonce)) != (32, 12):
        raise EvidenceFormatError("salt or nonce of another length", place=place)
    bound = canonical_bytes({name: value for name, value in header.items() if name != "ciphertext"})
    try:
        return AESGCM(_key(passphrase, salt)).decrypt(nonce, sealed, bound)
    except InvalidTag as error:
        hint = "give the passphrase it was sealed with"
        raise EvidenceFormatError("another passphrase, or the file was changed", place=place, hint=hint) from error


def _key(passphrase: bytes, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    if not passphrase:
        raise EvidenceFormatError("no passphrase was given", hint="name its variable with --passphrase-env")
    return Scrypt(salt=salt, length=32, **SCRYPT).derive(passphrase)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
