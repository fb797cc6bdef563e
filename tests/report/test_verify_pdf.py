"""The verifier's two steps about a PDF: what each says, which is told first, and that neither waits for the other."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from auditor.attestation import steps
from auditor.canon.digest import sha256_hex
from auditor.canon.json import canonical_bytes, parse_strict
from auditor.errors import BindingError, SignatureError, UnverifiableError
from auditor.jobs import pdf_text, verify_pdf
from auditor.jobs.pdf_text import TextRequest, compare_text
from auditor.jobs.walk import Walk
from auditor.report.printed_text import text_fingerprint
from auditor.report.render import AttestationInput

from . import factory

PATIENCE = 60
"""Seconds, which pass only if what is waited for never comes."""


@pytest.fixture(scope="module")
def report(small_input: AttestationInput) -> Any:
    """What is asked of the verified report that the document prints."""
    results = canonical_bytes(parse_strict(small_input.payload, place="payload")["predicate"]["results"])
    return SimpleNamespace(
        payload=small_input.payload,
        digest_sha512=hashlib.sha512(small_input.envelope).hexdigest(),
        digest_of={"results": sha256_hex(results)}.__getitem__,
        signers=factory.SIGNERS,
    )


@pytest.fixture
def ask(small_pdf: bytes, monkeypatch: pytest.MonkeyPatch) -> Callable[[TextRequest], str]:
    """`compare_text` without a process of its own."""
    monkeypatch.setattr(pdf_text, "ask_child", lambda task, members, pdf, limits: pdf_text.answer(members, pdf))
    return lambda request: compare_text(small_pdf, request)


# --- the text


def test_it_says_what_nobody_compared(
    report: Any, ask: Callable[[TextRequest], str], small_pdf: bytes, small_input: AttestationInput
) -> None:
    request = TextRequest(report, len(small_pdf), text_fingerprint(small_pdf))
    told = ask(request)
    assert "what only its printer says was compared with nothing: where the law stood (1.3), " in told
    assert told.endswith(", the verification before printing (8.3), the digest of the browser verifier (8.1)")
    known = ask(request._replace(verifiers=("ab" * 64, str(small_input.verifier))))
    assert known.endswith(", the verification before printing (8.3)")
    assert int(known.partition(" ")[0]) == int(told.partition(" ")[0]) + 1


def test_names_that_the_verifier_does_not_know_are_told_as_such(report: Any, ask: Callable[[TextRequest], str]) -> None:
    report = SimpleNamespace(**vars(report) | {"signers": ()})
    assert ": the names of those who signed, where the law stood" in ask(TextRequest(report))


def test_a_verifier_that_the_trust_root_does_not_name_is_refused(
    report: Any, ask: Callable[[TextRequest], str]
) -> None:
    for others in ((), ("ab" * 64,)):
        with pytest.raises(BindingError, match="names a verifier"):
            ask(TextRequest(report, verifiers=others))


def test_another_fingerprint_than_signed_is_refused(report: Any, ask: Callable[[TextRequest], str]) -> None:
    with pytest.raises(BindingError, match="whose fingerprint was signed"):
        ask(TextRequest(report, fingerprint="0" * 64))


def test_other_attachments_than_signed_are_refused(report: Any, ask: Callable[[TextRequest], str]) -> None:
    with pytest.raises(BindingError, match="attached to the PDF"):
        ask(TextRequest(SimpleNamespace(**vars(report) | {"digest_of": lambda name: "0" * 64})))


def test_a_child_of_its_own_says_the_same(
    report: Any, small_pdf: bytes, monkeypatch: pytest.MonkeyPatch, ask: Callable[[TextRequest], str]
) -> None:
    request = TextRequest(report, fingerprint=text_fingerprint(small_pdf))
    here = ask(request)
    monkeypatch.undo()
    assert compare_text(small_pdf, request) == here


# --- both steps


FACTS: Any = SimpleNamespace(
    pdf=b"pdf", statement=SimpleNamespace(pdf=hashlib.sha512(b"pdf").hexdigest(), revision0_size=3, text="0" * 64),
    report=None,
)  # fmt: skip
ROOT: Any = SimpleNamespace(verifiers=None)


def walked(monkeypatch: pytest.MonkeyPatch, profile: Callable[[], str], text: Callable[[], str]) -> Walk:
    monkeypatch.setattr(verify_pdf, "_check_profile", lambda *_: profile())
    monkeypatch.setattr(verify_pdf, "compare_text", lambda *_: text())
    walk = Walk()
    verify_pdf.verify_pdf(FACTS, ROOT, 0, walk)
    return walk


def refusing(error: Exception) -> Callable[[], str]:
    def refuse() -> str:
        raise error

    return refuse


def test_both_are_done_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each waits for the other to begin, so one after the other they would never end well."""
    begun = {"profile": Event(), "text": Event()}

    def step(mine: str, other: str) -> Callable[[], str]:
        def run() -> str:
            begun[mine].set()
            return "together" if begun[other].wait(PATIENCE) else "alone"

        return run

    walk = walked(monkeypatch, step("profile", "text"), step("text", "profile"))
    assert walk._steps == [
        (steps.PDF_PROFILE, steps.DONE, "together"), (steps.PDF_TEXT, steps.DONE, "together"),
    ]  # fmt: skip


def test_the_profile_is_told_first_even_if_the_text_is_refused_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    refused = Event()

    def text() -> str:
        refused.set()
        raise BindingError("the text")

    def profile() -> str:
        assert refused.wait(PATIENCE)
        raise SignatureError("the profile")

    with pytest.raises(SignatureError, match="the profile"):
        walked(monkeypatch, profile, text)


def test_a_step_that_cannot_be_done_is_left_and_the_other_done(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = refusing(UnverifiableError("no anchor"))
    walk = walked(monkeypatch, missing, lambda: "same")
    left, done = walk._steps
    assert left[:2] == (steps.PDF_PROFILE, steps.NOT_DONE)
    assert left[2].startswith("no anchor")
    assert done == (steps.PDF_TEXT, steps.DONE, "same")
    assert walked(monkeypatch, lambda: "kept", missing)._steps == [
        (steps.PDF_PROFILE, steps.DONE, "kept"), (steps.PDF_TEXT, steps.NOT_DONE, "no anchor"),
    ]  # fmt: skip


def test_text_that_is_refused_refuses_after_a_profile_that_is_kept_or_left(monkeypatch: pytest.MonkeyPatch) -> None:
    other = refusing(BindingError("the text"))
    for profile in (lambda: "kept", refusing(UnverifiableError("no anchor"))):
        with pytest.raises(BindingError, match="the text"):
            walked(monkeypatch, profile, other)


def test_a_pdf_that_changed_while_it_was_verified_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify_pdf, "compare_text", refusing(AssertionError("it was read")))
    changed = SimpleNamespace(**vars(FACTS) | {"pdf": b"other"})
    with pytest.raises(BindingError, match="changed while"):
        verify_pdf.verify_pdf(changed, ROOT, 0, Walk())
