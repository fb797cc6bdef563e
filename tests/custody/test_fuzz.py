"""Whatever the bytes are, a parser of keys hands over a key or refuses in our words; it never crashes."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.attestation.keys import (
    ALGORITHMS,
    canonical_signature,
    encode_public_key,
    encode_spki,
    load_public_key,
    parse_public_key,
    public_key_of_spki,
    verify_signature,
)
from auditor.custody.files import encode_sample_key, load_private_key, public_key_of
from auditor.custody.pkcs11 import parse_token_uri
from auditor.custody.signer_file import encode_signer, parse_signer
from auditor.errors import SignatureError, SigningError, TrustError
from tests.custody.people import P384, PAIR, PQ, signer


@st.composite
def bent(draw: st.DrawFn, whole: bytes) -> bytes:
    """`whole` with a stretch of it replaced by other bytes, so never `whole` itself."""
    start = draw(st.integers(0, len(whole)))
    end = draw(st.integers(start, min(len(whole), start + 40)))
    found = whole[:start] + draw(st.binary(max_size=40)) + whole[end:]
    return found if found != whole else whole + b"\x00"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_public_key_reads_as_itself_or_not_at_all(algorithm, data) -> None:
    """There is one spelling of a key: what is accepted is written back byte for byte."""
    key = public_key_of(PAIR[algorithm])
    for spell, read in ((encode_public_key, load_public_key), (lambda k: k.spki, public_key_of_spki)):
        text = data.draw(bent(spell(key)))
        try:
            found = read(text)
        except TrustError:
            continue
        assert spell(found).rstrip(b"\n") == text.replace(b"\r\n", b"\n").rstrip(b"\n")


@settings(max_examples=200, deadline=None)
@given(text=st.one_of(st.text(max_size=300), st.binary(max_size=200).map(lambda b: b.decode("latin-1"))))
def test_any_text_is_a_public_key_or_refused(text) -> None:
    with contextlib.suppress(TrustError):
        assert encode_spki(parse_public_key(text)) in text


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_no_bent_signature_verifies(algorithm, data) -> None:
    key = public_key_of(PAIR[algorithm])
    signature = GENUINE[algorithm]
    with pytest.raises(SignatureError):
        verify_signature(key, b"message", data.draw(bent(signature)))


def genuine() -> dict[str, bytes]:
    from auditor.custody.files import FileKey

    return {algorithm: FileKey(PAIR[algorithm]).sign(b"message") for algorithm in ALGORITHMS}


GENUINE = genuine()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@given(signature=st.binary(max_size=120))
def test_any_bytes_have_a_canonical_spelling_or_none(algorithm, signature) -> None:
    try:
        once = canonical_signature(algorithm, signature)
    except SignatureError:
        return
    assert canonical_signature(algorithm, once) == once


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_bent_signer_file_reads_or_is_refused(data) -> None:
    try:
        found = parse_signer(data.draw(bent(encode_signer(signer()))))
    except TrustError:
        return
    assert [key.public for key in found.keys] == [key.public for key in signer().keys]


@pytest.mark.parametrize("private", [P384, PQ], ids=ALGORITHMS)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_bent_private_key_reads_or_is_refused(private, data) -> None:
    with contextlib.suppress(SigningError):
        load_private_key(data.draw(bent(encode_sample_key(private))))


@given(text=st.text(alphabet="pkcs1:;=?&%token object-srcvalueenv\x00é", max_size=60))
def test_any_uri_is_read_or_refused(text) -> None:
    for uri in (text, "pkcs11:" + text, "pkcs11:token=t;object=o?" + text):
        with contextlib.suppress(SigningError):
            parse_token_uri(uri)
