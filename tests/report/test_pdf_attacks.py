"""Every attack on a certified PDF is refused: by its digests, and by the structural rules when a dishonest sealer
vouches for the digest of the forged file.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.errors import BindingError, SigningError, TrustError, VerificationError
from auditor.jobs.pdf_check import Limits, StrictRequest, check_here, check_pdf
from auditor.report.pdf_layout import parse_value, read_layout
from auditor.report.pdf_revisions import read_certified, require_document
from auditor.report.strict_profile import require_structure
from samples.authorities import make_certificate

from .certified import World, appended, revision0
from .pdf_attacks import AFTERWARDS, CHANGES
from .pdf_forgeries import FORGERIES, PREPARED, encrypted, rebuild, timestamp_cut_off, update

SIZE = len(revision0())


class Genuine(NamedTuple):
    """A certified file and its half: with the certification alone."""

    world: World
    pdf: bytes
    signed: bytes

    def __repr__(self) -> str:
        return "Genuine()"

    @property
    def request(self) -> StrictRequest:
        return self.world.request(self.pdf, revision0())


@pytest.fixture(scope="session")
def genuine(tmp_path_factory: pytest.TempPathFactory) -> Genuine:
    world = World(tmp_path_factory.mktemp("authorities"))
    return Genuine(world, world.certify(revision0()), world.sign_only(revision0()))


def after_the_archive(one: Genuine, change: Callable[[Any], None]) -> bytes:
    return appended(one.pdf, change)


def in_the_archive(one: Genuine, change: Callable[[Any], None]) -> bytes:
    return one.world.archive_only(one.signed, change)


def in_the_certification(one: Genuine, change: Callable[[Any], None]) -> bytes:
    return one.world.archive_only(one.world.sign_only(revision0(), change))


CARRIERS = (after_the_archive, in_the_archive, in_the_certification)


def refuse(one: Genuine, forged: bytes, revision: bytes | None = None) -> None:
    """Refused by its digests; and by its structure, where the forger has got any digest signed."""
    assert forged != one.pdf
    with pytest.raises(BindingError, match="not the one"):
        check_here(forged, one.request)
    first = revision or forged[:SIZE]
    with pytest.raises(BindingError):
        require_structure(forged, len(first))
    if len(forged) > len(first):
        with pytest.raises(BindingError, match="as it was certified"):
            check_here(forged, one.world.request(forged, first))


def test_what_the_attacks_start_from_is_accepted(genuine: Genuine) -> None:
    assert check_here(genuine.pdf, genuine.request)
    again = in_the_certification(genuine, lambda writer: None)
    assert check_here(again, genuine.world.request(again, revision0()))
    same = rebuild(revision0(), {})
    assert require_structure(genuine.world.certify(same), len(same))


@pytest.mark.parametrize("carrier", CARRIERS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("name", CHANGES)
def test_a_change_to_the_document_is_refused(genuine: Genuine, name: str, carrier: Any) -> None:
    refuse(genuine, carrier(genuine, CHANGES[name]))


@pytest.mark.parametrize("carrier", CARRIERS[:2], ids=lambda one: one.__name__)
@pytest.mark.parametrize("name", AFTERWARDS)
def test_a_change_to_the_certification_is_refused(genuine: Genuine, name: str, carrier: Any) -> None:
    refuse(genuine, carrier(genuine, AFTERWARDS[name]))


@pytest.mark.parametrize("name", FORGERIES)
def test_forged_bytes_are_refused(genuine: Genuine, name: str) -> None:
    refuse(genuine, FORGERIES[name](genuine.pdf, SIZE))


@pytest.mark.parametrize("name", PREPARED)
def test_a_prepared_document_is_neither_certified_nor_accepted(genuine: Genuine, name: str) -> None:
    document = PREPARED[name](revision0())
    with pytest.raises(SigningError):
        genuine.world.certify(document)
    forged = genuine.world.archive_only(genuine.world.sign_only(document))
    refuse(genuine, forged, document)


def test_an_encrypted_document_is_refused() -> None:
    locked = re.sub(rb"\ntrailer\n<<", b"\ntrailer\n<<\n/Encrypt 1 0 R", revision0())
    with pytest.raises(BindingError, match="trailer"):
        read_layout(locked, len(locked))
    with pytest.raises(BindingError, match="trailer"):
        read_layout(encrypted(revision0(), SIZE), SIZE)


@pytest.mark.parametrize(
    "name", ["ten thousand revisions", "object stream bomb", "million table entries", "file doubled"]
)
def test_floods_and_bombs_are_refused_within_the_limits(genuine: Genuine, name: str) -> None:
    forged = FORGERIES[name](genuine.pdf, SIZE)
    with pytest.raises(BindingError, match="as it was certified"):
        check_pdf(forged, genuine.world.request(forged, forged[:SIZE]), Limits(processor=10))


@pytest.mark.parametrize("name", ["bomb", "bomb in a bomb", "page tree that loops", "page tree of very many pages"])
def test_prepared_bombs_are_refused_within_the_limits(genuine: Genuine, name: str) -> None:
    document = PREPARED[name](revision0())
    forged = genuine.world.archive_only(genuine.world.sign_only(document))
    with pytest.raises(BindingError, match="as it was certified"):
        check_pdf(forged, genuine.world.request(forged, document), Limits(processor=10))


def test_a_byte_flipped_anywhere_is_refused_even_with_its_digests_vouched_for(genuine: Genuine) -> None:
    chance = random.Random(4)
    ends = [0, SIZE, len(genuine.signed), len(genuine.pdf)]
    for start, end in pairwise(ends):
        for place in [start, end - 1, *(chance.randrange(start, end) for _ in range(25))]:
            forged = bytearray(genuine.pdf)
            forged[place] ^= 1 << chance.randrange(8)
            with pytest.raises(VerificationError):
                check_here(bytes(forged), genuine.world.request(bytes(forged), bytes(forged[:SIZE])))


def test_text_of_the_document_changed_in_place_is_caught_by_the_signature_alone(genuine: Genuine) -> None:
    forged = genuine.pdf.replace(b"/Lang (en)", b"/Lang (no)")
    require_structure(forged, SIZE)
    with pytest.raises(VerificationError, match="not valid"):
        check_here(forged, genuine.world.request(forged, forged[:SIZE]))


def test_signatures_of_another_certified_file_are_refused(genuine: Genuine) -> None:
    other = genuine.world.certify(revision0(), instant=1_790_000_000_000_000)
    pattern = rb"/Contents <[0-9A-F]{9999,}>"
    for which in (0, 1):
        mine, theirs = (re.findall(pattern, pdf)[which] for pdf in (genuine.pdf, other))
        forged = genuine.pdf.replace(mine, theirs)
        require_structure(forged, SIZE)
        with pytest.raises(VerificationError):
            check_here(forged, genuine.world.request(forged, revision0()))


def test_the_whole_certification_by_somebody_else_is_refused(
    genuine: Genuine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    impostor = World(tmp_path_factory.mktemp("impostor"))
    forged = impostor.certify(revision0())
    with pytest.raises(TrustError, match="not accepted"):
        check_here(forged, genuine.world.request(forged, revision0()))
    listed = impostor.request(forged, revision0(), anchors=(genuine.world.anchor,))
    with pytest.raises(TrustError, match="not to be relied on"):
        check_here(forged, listed)


def test_times_by_somebody_else_are_refused(genuine: Genuine, tmp_path_factory: pytest.TempPathFactory) -> None:
    impostor = World(tmp_path_factory.mktemp("impostor"))
    world = genuine.world
    for stamps in ({"archive_stamp": impostor.beta.respond}, {"stamp": impostor.alpha.respond}):
        forged = world.certify(revision0(), **stamps)
        with pytest.raises(TrustError):
            check_here(forged, world.request(forged, revision0()))


def test_things_that_nothing_needs_are_not_archived(genuine: Genuine, tmp_path_factory: pytest.TempPathFactory) -> None:
    impostor = World(tmp_path_factory.mktemp("impostor"))
    key = ec.generate_private_key(ec.SECP384R1())
    nobody = make_certificate("Nobody", key, impostor.ca, []).public_bytes(Encoding.DER)
    for more in ({"certificates": [nobody]}, {"crls": [impostor.fresh()]}):
        forged = genuine.world.archive_only(genuine.signed, **more)
        with pytest.raises(VerificationError):
            check_here(forged, genuine.world.request(forged, revision0()))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    edits=st.lists(st.tuples(st.integers(0, 10**6), st.binary(max_size=6), st.integers(0, 6)), min_size=1, max_size=4)
)
def test_any_edit_is_refused_as_such_and_never_crashes(genuine: Genuine, edits: list[tuple[int, bytes, int]]) -> None:
    forged = genuine.pdf
    for where, new, old in edits:
        place = where % len(forged)
        forged = forged[:place] + new + forged[place + old :]
    if forged != genuine.pdf:
        with pytest.raises(VerificationError):
            check_here(forged, genuine.world.request(forged, forged[:SIZE]))


VALUES = st.recursive(
    st.sampled_from(
        [b"1", b"-1", b"1.5", b"true", b"null", b"(x)", b"<41>", b"/N", b"2 0 R", b"999 0 R", b"<<>>", b"[]"]
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: b"[" + b" ".join(parts) + b"]"),
        st.lists(inner, max_size=3).map(
            lambda parts: b"<<" + b"".join(b"/K%d " % n + v for n, v in enumerate(parts)) + b">>"
        ),
    ),
    max_leaves=6,
)
KEYS = [b"Pages", b"Names", b"AcroForm", b"Perms", b"Extensions", b"DSS", b"Fields", b"SigFlags", b"V", b"P", b"Annots",
        b"Certs", b"CRLs", b"Contents", b"ByteRange", b"Reference", b"M", b"Kids", b"Filter"]  # fmt: skip


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=st.sampled_from(KEYS), value=VALUES, revision=st.integers(0, 2), pick=st.integers(0, 60))
def test_any_value_in_any_place_is_judged_without_a_crash(
    genuine: Genuine, key: bytes, value: bytes, revision: int, pick: int
) -> None:
    """Every object but one as it was, the tables made anew: what refuses is the rules, not the layout."""
    layout = read_layout(genuine.pdf, SIZE)
    entries = layout.revisions[revision].objects
    holders = [entry for entry in entries.values() if b"/" + key in layout.raw(entry)]
    if not holders:
        return
    raw = layout.raw(holders[pick % len(holders)])
    odd = re.sub(rb"/%s\b" % key, lambda m: b"/" + key + b" " + value + b" /Was" + key, raw, count=1)
    layout = rewritten(genuine.pdf.replace(raw, odd))
    for judge in (require_document, read_certified):
        try:
            judge(layout)
        except BindingError:
            continue
        assert revision == 0 or odd == raw or judge is require_document


def rewritten(pdf: bytes) -> Any:
    """The layout of `pdf` with each table and each startxref mended after an edit."""
    ends, out = [match.end() for match in re.finditer(rb"%%EOF\n", pdf)], bytearray()
    start, before, first = 0, 0, 0
    for end in ends:
        part = pdf[start:end]
        places, base = {}, len(out)
        for match in re.finditer(rb"(?<=\n)(\d+) 0 obj\n", part):
            places[int(match[1])] = base + match.start()
        if start:
            match = re.match(rb"(\d+) 0 obj\n", part)
            places |= {int(match[1]): base} if match else {}
        table = part.rindex(b"\nxref\n") + 1
        mended = bytearray(part)
        for entry in re.finditer(rb"(?<=\n)(\d+) (\d+)\n((?:\d{10} \d{5} [nf] \n)+)", part[table:]):
            for n in range(int(entry[2])):
                number, spot = int(entry[1]) + n, table + entry.start(3) + 20 * n
                if number in places and part[spot + 17 : spot + 18] == b"n":
                    mended[spot : spot + 10] = b"%010d" % places[number]
        text = re.sub(rb"startxref\n\d+", b"startxref\n%d" % (base + table), bytes(mended))
        out += re.sub(rb"/Prev \d+", b"/Prev %d" % before, text)
        before, start, first = base + table, end, first or len(out)
    return read_layout(bytes(out), first)


@pytest.mark.parametrize(
    "text", [b"", b"<<", b"]", b"<</A 1/A 2>>", b"<</A>>", b"<<1 2>>", b"[(]", b"1 2", b"--1", b"<4g>", b"{}", b"x",
             b"%\n1", b"[" * 50 + b"]" * 50, b"<</A [>>]", b"1e9", b"+", b"0x1"]
)  # fmt: skip
def test_what_is_no_value_is_refused(text: bytes) -> None:
    with pytest.raises(BindingError):
        parse_value(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [(b"(a\\(b\\)\\101\\\n)", b"a(b)A"), (b"<4142 4>", b"AB@"), (b"/A#42", "AB"), (b"-1.50", -1.5), (b"595.0", 595),
     (b"<</A [1 0 R]>>", {"A": [(1,)]})],
)  # fmt: skip
def test_values_are_read_as_written(text: bytes, value: object) -> None:
    assert parse_value(text) == value


def test_the_cut_file_with_a_plain_update_is_refused_for_its_rules(genuine: Genuine) -> None:
    short = timestamp_cut_off(genuine.pdf, SIZE)
    with pytest.raises(BindingError, match="form"):
        require_structure(update(short), SIZE)
