"""RFC 3161: what a time authority vouches for, and the time that several of them together prove.

A timestamp is a pair of files: the query, and the response that answers it. The response proves that whoever holds the
key of the *pinned* certificate says: these 64 bytes (the SHA-512 of a sealed file) were in front of me at that time.
The query is kept because its nonce shows that the answer was given to it.

Nothing here asks an authority: that is the signing side, `auditor/jobs/timestamp.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from hmac import compare_digest
from typing import TYPE_CHECKING, NamedTuple

from auditor.attestation import der
from auditor.attestation.cms import KEPT, SHA512, Pinned, digest_algorithm, read_pinned, signed_content
from auditor.attestation.der import INTEGER, OCTET_STRING, OID, SEQUENCE, Element, Fields, context
from auditor.canon.instant import format_instant
from auditor.errors import BindingError, EnvelopeError, SignatureError, TrustError, UnverifiableError

if TYPE_CHECKING:
    from auditor.attestation.root import Authority, TrustRoot

ALGORITHM = "rfc3161"
IMPRINT_BYTES = 64
MAX_NUMBER_BYTES = 21  # 160 bits (RFC 3161 section 2.4.2) and a sign
TST_INFO = "1.2.840.113549.1.9.16.1.4"
_STATES = ("granted", "granted with modifications", "rejected", "waiting", "revocation warning", "revoked")
_SECOND = 1_000_000


class Timestamp(NamedTuple):
    """A verified timestamp: who said it, when (microseconds), its serial number there, and the stated accuracy.

    `accuracy` is in microseconds, 0 where none is stated.
    """

    authority: str
    operator: str
    time: int
    serial: int
    accuracy: int


class Query(NamedTuple):
    """What was asked: the imprint, the nonce and perhaps the policy (an OID)."""

    imprint: bytes
    nonce: int
    policy: str | None


def make_query(imprint: bytes, nonce: int, policy: str | None = None, *, with_certificate: bool = True) -> bytes:
    """A TimeStampReq (DER) for the SHA-512 `imprint` of a file.

    `with_certificate` asks for the certificate in the token, which `openssl ts -verify` looks for there.

    Raises:
        ValueError: the imprint is not 64 bytes, or the nonce is not a positive number of 160 bits at most.
    """
    _require_imprint(imprint)
    if not 0 < nonce < 1 << 160:
        raise ValueError("a nonce is a positive number of 160 bits at most")
    algorithm = der.encode(SEQUENCE, der.encode_oid(SHA512), der.encode(der.NULL))
    return der.encode(
        SEQUENCE,
        der.encode_integer(1),
        der.encode(SEQUENCE, algorithm, der.encode(OCTET_STRING, imprint)),
        der.encode_oid(policy) if policy is not None else b"",
        der.encode_integer(nonce),
        der.encode(der.BOOLEAN, b"\xff") if with_certificate else b"",
    )


def verify_response(query: bytes, response: bytes, imprint: bytes, authority: Authority) -> Timestamp:
    """Check that `response` answers `query` and that `authority` stamped `imprint` in it.

    Checked are the query's imprint; that it was granted; imprint, nonce and policy of the token; the signature by the
    pinned certificate's key, over attributes that name that certificate; and that the time lies within the
    certificate's validity and the window of the trust root.

    Raises:
        EnvelopeError: query or response is not DER of that type, or not in the form that is kept.
        BindingError: genuine perhaps, but not about this imprint, or not the answer to this query.
        SignatureError: the signature or an algorithm is wrong, or the authority refused.
        TrustError: another certificate or policy, or outside its window.
        UnverifiableError: the cryptography library is not at hand.
        ValueError: `imprint` is not 64 bytes, which is a mistake of the caller.
    """
    _require_imprint(imprint)
    place = f"timestamp of {authority.name}"
    asked = read_query(query, f"query to {authority.name}")
    if not compare_digest(asked.imprint, imprint):
        raise BindingError("the query is about another file", place=place)
    if asked.policy not in (None, authority.policy):
        raise TrustError("the query asks for another policy than the pinned one", place=place, value=asked.policy)
    pinned = read_pinned(authority.certificate, place)
    content = signed_content(_token(response, place), TST_INFO, pinned, place)
    return _judge(der.parse(content, place), asked, authority, pinned, place)


def read_query(query: bytes, place: str) -> Query:
    """A TimeStampReq (DER) about a SHA-512 imprint, with a nonce and without extensions.

    Raises:
        EnvelopeError: not that.
        SignatureError: another digest algorithm.
    """
    fields = _sequence(der.parse(query, place), place)
    _require_version(fields, place)
    imprint = _imprint(fields.take(SEQUENCE), place)
    policy = fields.optional(OID)
    nonce = _number(fields.take(INTEGER), place)
    _flag(fields, place)
    fields.end()
    return Query(imprint, nonce, der.oid(policy) if policy else None)


def proven_time(timestamps: Iterable[Timestamp], root: TrustRoot, at: int) -> int:
    """The time (microseconds) by which the stamped bytes existed, as the trust root's number of operators say.

    With k operators asked for it is the k-th smallest of the operators' times: k of them say that it was no later, so
    fewer than k who lie or are broken cannot move it into the past. Where the trust root asks for none, one is enough.

    Raises:
        BindingError: a time lies after `at`, beyond the tolerance.
        TrustError: the trust root does not name timestamps of this kind.
        UnverifiableError: fewer distinct operators than the trust root asks for; their times differ by more than the
            tolerance, or one is less accurate than that; timestamps of this kind count no more at `at`.
    """
    root.require_algorithm(ALGORITHM, at)
    given = list(timestamps)
    tolerance = root.time_tolerance * _SECOND
    earliest: dict[str, int] = {}
    for stamp in given:
        _require_plausible(stamp, at, tolerance)
        earliest[stamp.operator] = min(stamp.time, earliest.get(stamp.operator, stamp.time))
    wanted = max(root.time_threshold, 1)
    if len(earliest) < wanted:
        raise UnverifiableError(
            f"the trust root asks for the time of {wanted} independent operators",
            value=", ".join(sorted(earliest)) or "none",
        )
    times = sorted(stamp.time for stamp in given)
    if times[-1] - times[0] > tolerance:
        raise UnverifiableError(
            f"the time authorities conflict: they differ by more than {root.time_tolerance} s",
            value=f"{format_instant(times[0])} and {format_instant(times[-1])}",
        )
    return sorted(earliest.values())[wanted - 1]


def _require_plausible(stamp: Timestamp, at: int, tolerance: int) -> None:
    if stamp.time > at + tolerance:
        raise BindingError(
            "stamped later than the time of verification",
            place=f"timestamp of {stamp.authority}",
            value=format_instant(stamp.time),
            hint=f"verification was asked for at {format_instant(at)}",
        )
    if stamp.accuracy > tolerance:
        raise UnverifiableError(
            "the time is stated less accurately than the trust root's tolerance",
            place=f"timestamp of {stamp.authority}",
            value=f"{stamp.accuracy / _SECOND} s",
        )


def _token(response: bytes, place: str) -> Element:
    """The token in a granted TimeStampResp (RFC 3161 section 2.4.2)."""
    fields = _sequence(der.parse(response, place), place)
    status = fields.inner(SEQUENCE)
    state = _number(status.take(INTEGER), place)
    if state != 0:
        text = _STATES[state] if 0 <= state < len(_STATES) else "an unknown status"
        raise SignatureError("the time authority did not simply grant the timestamp", place=place, value=text)
    if status.optional(SEQUENCE) or status.optional(der.BIT_STRING):
        raise EnvelopeError("the response carries text that nobody signed", place=place, hint=KEPT)
    status.end()
    token = fields.take(SEQUENCE)
    fields.end()
    return token


def _judge(info: Element, asked: Query, authority: Authority, pinned: Pinned, place: str) -> Timestamp:
    """Read a signed TSTInfo and hold it against what was asked and what is pinned."""
    fields = _sequence(info, place)
    _require_version(fields, place)
    policy = der.oid(fields.take(OID))
    imprint = _imprint(fields.take(SEQUENCE), place)
    serial = _number(fields.take(INTEGER), place)
    time = der.generalized_time(fields.take(der.GENERALIZED_TIME))
    accuracy = _accuracy(fields, place)
    _flag(fields, place)
    nonce = fields.optional(INTEGER)
    fields.optional(context(0))
    _refuse_critical(fields.optional(context(1)), place)
    fields.end()
    if not compare_digest(imprint, asked.imprint):
        raise BindingError("the token is about another file", place=place)
    if nonce is None or _number(nonce, place) != asked.nonce:
        raise BindingError("the token does not answer this query: its nonce is another", place=place)
    if policy != authority.policy:
        raise TrustError("stamped under another policy than the pinned one", place=place, value=policy)
    if not max(authority.not_before, pinned.not_before) <= time < min(authority.not_after, pinned.not_after + _SECOND):
        raise TrustError("stamped outside the window of the authority", place=place, value=format_instant(time))
    return Timestamp(authority.name, authority.operator, time, serial, accuracy)


def _accuracy(fields: Fields, place: str) -> int:
    """Accuracy ::= SEQUENCE { seconds INTEGER OPTIONAL, millis [0] OPTIONAL, micros [1] OPTIONAL }, in microseconds."""
    element = fields.optional(SEQUENCE)
    if element is None:
        return 0
    inside = Fields(element, place)
    total = 0
    for tag, unit in ((INTEGER, _SECOND), (0x80, 1000), (0x81, 1)):
        part = inside.optional(tag)
        total += unit * _number(part, place) if part else 0
    inside.end()
    if total < 0:
        raise EnvelopeError("a negative accuracy", place=place)
    return total


def _refuse_critical(extensions: Element | None, place: str) -> None:
    if extensions is None:
        return
    for extension in Fields(extensions, place).all(SEQUENCE):
        fields = Fields(extension, place)
        name = der.oid(fields.take(OID))
        if _flag(fields, place):
            raise EnvelopeError("the token has a critical extension that is not known here", place=place, value=name)
        fields.take(OCTET_STRING)
        fields.end()


def _imprint(element: Element, place: str) -> bytes:
    fields = Fields(element, place)
    algorithm = digest_algorithm(fields.take(SEQUENCE), place)
    imprint = fields.take(OCTET_STRING).body
    fields.end()
    if algorithm != SHA512 or len(imprint) != IMPRINT_BYTES:
        raise SignatureError("the imprint is not a SHA-512", place=place, value=algorithm)
    return imprint


def _number(element: Element, place: str) -> int:
    """An INTEGER small enough to be printed; implicitly tagged ones are held to the same spelling."""
    if not 1 <= len(element.body) <= MAX_NUMBER_BYTES or element.raw[2:] != element.body:
        raise EnvelopeError("a number that is too large", place=place)
    value = der.integer(element)
    if der.encode_integer(value)[2:] != element.body:
        raise EnvelopeError("not DER: a number that is not in its shortest form", place=place)
    return value


def _flag(fields: Fields, place: str) -> bool:
    """A BOOLEAN DEFAULT FALSE: in DER it is there only when true."""
    element = fields.optional(der.BOOLEAN)
    if element is not None and element.body != b"\xff":
        raise EnvelopeError("not DER: a default value is written out", place=place)
    return element is not None


def _require_version(fields: Fields, place: str) -> None:
    if fields.take(INTEGER).body != b"\x01":
        raise EnvelopeError("version 1 is due", place=place)


def _require_imprint(imprint: bytes) -> None:
    if len(imprint) != IMPRINT_BYTES:
        raise ValueError("an imprint is the 64 bytes of a SHA-512")


def _sequence(element: Element, place: str) -> Fields:
    if element.tag != SEQUENCE:
        raise EnvelopeError("not a sequence", place=place)
    return Fields(element, place)
