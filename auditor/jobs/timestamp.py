"""Asking time authorities, which happens when sealing only; verifying never does (`attestation/timestamp.py`).

Beside a sealed file X.dsse.json lie, for each authority, X.<authority>.tsq (what was asked) and X.<authority>.tsr (the
answer). Without a way to the network the query goes there by hand: `write_query`, and `import_response` when the answer
came. Either way the answer is verified against the trust root's pin before it is written.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from typing import TYPE_CHECKING, NamedTuple

from auditor.attestation import der
from auditor.attestation.cms import DIGESTS, encode_signature_algorithm
from auditor.attestation.der import INTEGER, OCTET_STRING, OID, SEQUENCE, SET, Element, Fields, context
from auditor.attestation.timestamp import Timestamp, make_query, verify_response
from auditor.errors import SigningError, VerificationError
from auditor.jobs.files import read_file, write_file

if TYPE_CHECKING:
    from http.client import HTTPResponse
    from pathlib import Path

    from auditor.attestation.root import Authority

SECONDS = 30.0
QUERY_TYPE, REPLY_TYPE = "application/timestamp-query", "application/timestamp-reply"
_BY_HAND = "or take the .tsq file there by other means and import the .tsr file that comes back"
_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
_SEALED_SUFFIX = ".dsse.json"
# sha256WithRSAEncryption, sha384..., sha512...: what RSA signs is the same under either name (RFC 8017 section 8.2).
_RSA = {f"1.2.840.113549.1.1.{last}" for last in (1, 11, 12, 13)}


class Stamped(NamedTuple):
    """A query, the verified response to it in the form that is kept, and what it says."""

    query: bytes
    response: bytes
    timestamp: Timestamp


def obtain(imprint: bytes, authority: Authority, url: str, *, seconds: float = SECONDS) -> Stamped:
    """A verified timestamp of `authority`, which answers at `url`, for the SHA-512 `imprint`.

    Raises:
        SigningError: it was not to be had, or what came does not verify against the trust root.
    """
    query = new_query(imprint, authority)
    response = request_timestamp(url, query, seconds=seconds)
    return _kept(query, response, imprint, authority)


def new_query(imprint: bytes, authority: Authority) -> bytes:
    """A query for `imprint` to `authority`, with a nonce nobody can foresee."""
    return make_query(imprint, 1 << 62 | secrets.randbits(62), authority.policy)


def request_timestamp(url: str, query: bytes, *, seconds: float = SECONDS) -> bytes:
    """What the authority at `url` answers to `query` over HTTP (RFC 3161 section 3.4), as it came.

    Nothing but http and https is spoken and no redirect is followed. It is given up after `seconds` without a byte, and
    when bytes still come after that time.

    Raises:
        SigningError: no answer in time, another status than 200, or more than `der.MAX_BYTES` bytes.
    """
    import urllib.error
    import urllib.request
    from http.client import HTTPException

    if not url.startswith(("http://", "https://")):
        raise SigningError("the address of a time authority starts with http:// or https://", value=url)
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    headers = {"Content-Type": QUERY_TYPE, "Accept": REPLY_TYPE}
    try:
        request = urllib.request.Request(url, query, headers)  # noqa: S310 - the scheme was looked at above
        deadline = time.monotonic() + seconds
        with opener.open(request, timeout=seconds) as answer:
            return _read(answer, deadline, url)
    except urllib.error.HTTPError as error:
        error.close()
        raise SigningError("the time authority refused", place=url, value=error.code, hint=_BY_HAND) from error
    except (OSError, HTTPException, ValueError) as error:
        raise SigningError(
            "the time authority cannot be reached", place=url, value=_in_words(error), hint=_BY_HAND
        ) from error


def _in_words(error: Exception) -> str:
    # URLError wraps what went wrong, and both put it into brackets.
    reason = getattr(error, "reason", error)
    return ((reason.strerror if isinstance(reason, OSError) else None) or str(reason)).lower()


def stamp_paths(sealed: Path, authority: str) -> tuple[Path, Path]:
    """Where the query and the response of `authority` for the file `sealed` (X.dsse.json) lie.

    Raises:
        SigningError: `sealed` is not called X.dsse.json, or the authority's name cannot be part of a file name.
    """
    if not sealed.name.endswith(_SEALED_SUFFIX):
        raise SigningError(
            f"a sealed file is called NAME{_SEALED_SUFFIX}", place=str(sealed), hint="give the file of the seal itself"
        )
    if not _NAME.fullmatch(authority):
        raise SigningError("not a name of a time authority", value=authority)
    stem = sealed.name.removesuffix(_SEALED_SUFFIX)
    return sealed.with_name(f"{stem}.{authority}.tsq"), sealed.with_name(f"{stem}.{authority}.tsr")


def stamp_file(sealed: Path, authority: Authority, url: str, *, seconds: float = SECONDS) -> Timestamp:
    """Have `authority` at `url` stamp the file `sealed`, and write query and response beside it.

    Raises:
        SigningError: as `obtain`, or it has stamped that file before.
        MachineError: the files cannot be read or written.
    """
    query_path, response_path = _unstamped_paths(sealed, authority)
    stamped = obtain(_imprint(sealed), authority, url, seconds=seconds)
    write_file(query_path, stamped.query)
    write_file(response_path, stamped.response)
    return stamped.timestamp


def write_query(sealed: Path, authority: Authority) -> Path:
    """Write the query for `sealed` beside it, to be taken to `authority` by hand; its path.

    Raises:
        SigningError: it has stamped that file before.
        MachineError: the files cannot be read or written.
    """
    query_path, _ = _unstamped_paths(sealed, authority)
    write_file(query_path, new_query(_imprint(sealed), authority))
    return query_path


def import_response(sealed: Path, authority: Authority, answer: Path) -> Timestamp:
    """Verify the file `answer`, which came back for the query beside `sealed`, and write it there as it is kept.

    Raises:
        SigningError: it does not answer that query, or does not verify against the trust root; or there is an answer.
        MachineError: the files cannot be read or written.
    """
    query_path, response_path = _unstamped_paths(sealed, authority)
    if not query_path.exists():
        raise SigningError(
            "there is no query that this could answer", place=str(query_path), hint="write one first: without --answer"
        )
    query = read_file(query_path, limit=der.MAX_BYTES)
    response = read_file(answer, limit=der.MAX_BYTES)
    stamped = _kept(query, response, _imprint(sealed), authority)
    write_file(response_path, stamped.response)
    return stamped.timestamp


def _unstamped_paths(sealed: Path, authority: Authority) -> tuple[Path, Path]:
    # Another query would leave the answer to the first without its question, and a report cites answers by digest.
    query_path, response_path = stamp_paths(sealed, authority.name)
    if response_path.exists():
        raise SigningError(
            "this authority has stamped this file already",
            place=str(response_path),
            hint="leave it; if nothing names it yet, remove it and its .tsq file to have it stamped anew",
        )
    return query_path, response_path


def keep(response: bytes, certificate: bytes) -> bytes:
    """A granted TimeStampResp in the one form that verifiers take, without what nobody signed.

    Left out are text beside the status, certificates other than `certificate` (DER), revocation lists and unsigned
    attributes; an RSA signature is named rsaEncryption. What the authority signed is not touched.

    Raises:
        EnvelopeError: not a TimeStampResp in DER.
    """
    place = "response"
    outer = Fields(der.parse(response, place), place)
    status = outer.inner(SEQUENCE).take(INTEGER)
    token = outer.optional(SEQUENCE)
    outer.end()
    states = der.encode(SEQUENCE, status.raw)
    return der.encode(SEQUENCE, states, _token(token, certificate, place) if token else b"")


def _token(token: Element, certificate: bytes, place: str) -> bytes:
    outer = Fields(token, place)
    kind = outer.take(OID).raw
    signed = Fields(outer.explicit(0, SEQUENCE), place)
    signed.take(INTEGER)
    signed.take(SET)
    content = signed.take(SEQUENCE).raw
    given = signed.optional(context(0))
    signed.optional(context(1))
    [signer] = signed.inner(SET).all(SEQUENCE, most=1)
    algorithm, information = _signer(signer, place)
    is_given = given is not None and certificate in [child.raw for child in given.children]
    data = der.encode(
        SEQUENCE,
        der.encode_integer(3),
        der.encode(SET, algorithm),
        content,
        der.encode(context(0), certificate) if is_given else b"",
        der.encode(SET, information),
    )
    return der.encode(SEQUENCE, kind, der.encode(context(0), data))


def _signer(signer: Element, place: str) -> tuple[bytes, bytes]:
    """The digest algorithm of a SignerInfo, and the SignerInfo as it is kept."""
    fields = Fields(signer, place)
    version = fields.take(INTEGER).raw
    name = fields.take(SEQUENCE)
    digest = fields.take(SEQUENCE)
    attributes = fields.take(context(0)).raw
    algorithm = fields.take(SEQUENCE)
    signature = fields.take(OCTET_STRING).raw
    named = der.oid(Fields(algorithm, place).take(OID))
    hash_name = DIGESTS.get(der.oid(Fields(digest, place).take(OID)))
    spelled = encode_signature_algorithm(hash_name, is_rsa=True) if hash_name and named in _RSA else algorithm.raw
    kept = der.encode(SEQUENCE, version, name.raw, digest.raw, attributes, spelled, signature)
    return digest.raw, kept


def _kept(query: bytes, response: bytes, imprint: bytes, authority: Authority) -> Stamped:
    try:
        kept = keep(response, authority.certificate)
        return Stamped(query, kept, verify_response(query, kept, imprint, authority))
    except VerificationError as error:
        raise SigningError(
            f"the answer of the time authority is of no use: {error}",
            place=authority.name,
            hint=error.hint or "ask again, and compare certificate and policy in your trust root with the authority's",
        ) from error


def _imprint(sealed: Path) -> bytes:
    return hashlib.sha512(read_file(sealed)).digest()


def _read(answer: HTTPResponse, deadline: float, url: str) -> bytes:
    """The body of an answer; one that trickles in is given up at the deadline."""
    parts: list[bytes] = []
    size = 0
    while part := answer.read1(der.MAX_BYTES):
        parts.append(part)
        size += len(part)
        if size > der.MAX_BYTES:
            raise SigningError(f"the answer has more than {der.MAX_BYTES} bytes", place=url)
        if time.monotonic() > deadline:
            raise SigningError("the answer did not come in time", place=url, hint=_BY_HAND)
    return b"".join(parts)
