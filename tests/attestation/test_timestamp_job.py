"""Asking for a timestamp: what a hostile, broken or chatty authority answers, and the way by hand."""

from __future__ import annotations

import hashlib
import itertools
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest

from auditor.attestation.timestamp import make_query, verify_response
from auditor.errors import EnvelopeError, MachineError, SigningError
from auditor.jobs.timestamp import (
    import_response,
    keep,
    obtain,
    request_timestamp,
    stamp_file,
    stamp_paths,
    write_query,
)
from samples.authorities import LocalAuthority
from tests.attestation.test_timestamp import ALPHA, AT, BETA, CA, IMPRINT, LOCAL, QUERY, pin, verify
from tests.attestation.tokens import Changes, algorithm, make_response, oid, tlv

Answer = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    path = tmp_path / "package.dsse.json"
    path.write_bytes(b"{}")
    return path


@contextmanager
def answering(answer: Answer) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            answer(self)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()


def reply(body: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@pytest.mark.parametrize("local", LOCAL.values(), ids=list(LOCAL))
def test_a_file_is_stamped_over_http(local: LocalAuthority, sealed: Path) -> None:
    with local.serve() as url:
        stamp = stamp_file(sealed, pin(local), url)
    query, response = (sealed.with_name(f"package.{local.name}.ts{end}").read_bytes() for end in "qr")
    assert verify_response(query, response, hashlib.sha512(b"{}").digest(), pin(local)) == stamp


def test_two_queries_for_the_same_file_differ(sealed: Path) -> None:
    assert write_query(sealed, pin(ALPHA)).read_bytes() != write_query(sealed, pin(ALPHA)).read_bytes()


def test_by_hand(sealed: Path, tmp_path: Path) -> None:
    query = write_query(sealed, pin(BETA))
    assert query.name == "package.beta.tsq"
    answer = tmp_path / "from-the-stick.tsr"
    answer.write_bytes(BETA.respond(query.read_bytes()))
    stamp = import_response(sealed, pin(BETA), answer)
    kept = sealed.with_name("package.beta.tsr").read_bytes()
    assert verify_response(query.read_bytes(), kept, hashlib.sha512(b"{}").digest(), pin(BETA)) == stamp


def test_what_is_stamped_is_not_stamped_over(sealed: Path, tmp_path: Path) -> None:
    """A second query would orphan the answer, and another answer is not the one whose digest a report cites."""
    query = write_query(sealed, pin(BETA))
    answer = tmp_path / "answer.tsr"
    answer.write_bytes(BETA.respond(query.read_bytes()))
    import_response(sealed, pin(BETA), answer)
    before = {path.name: path.read_bytes() for path in sealed.parent.iterdir()}
    for again in (
        lambda: write_query(sealed, pin(BETA)),
        lambda: import_response(sealed, pin(BETA), answer),
        lambda: stamp_file(sealed, pin(BETA), "http://127.0.0.1:9/"),
    ):
        with pytest.raises(SigningError, match="stamped this file already"):
            again()
    assert {path.name: path.read_bytes() for path in sealed.parent.iterdir()} == before
    assert write_query(sealed, pin(ALPHA)).exists()


def test_by_hand_the_answer_must_be_to_this_query_about_this_file_by_this_authority(
    sealed: Path, tmp_path: Path
) -> None:
    query = write_query(sealed, pin(BETA)).read_bytes()
    answer = tmp_path / "answer"
    bad = {
        "another query": BETA.respond(make_query(hashlib.sha512(b"{}").digest(), 5, BETA.policy)),
        "another authority": make_response(query, ALPHA, AT, Changes(policy=BETA.policy)),
        "a refusal": make_response(query, BETA, AT, Changes(status=2)),
        "the query": query,
        "text": b"out of order",
        "nothing": b"",
    }
    for what, data in bad.items():
        answer.write_bytes(data)
        with pytest.raises(SigningError, match="of no use"):
            import_response(sealed, pin(BETA), answer)
        assert not sealed.with_name("package.beta.tsr").exists(), what
    answer.write_bytes(BETA.respond(query))
    sealed.write_bytes(b"changed since")
    with pytest.raises(SigningError, match="another file"):
        import_response(sealed, pin(BETA), answer)


def test_files_that_are_not_there_are_told(sealed: Path, tmp_path: Path) -> None:
    with pytest.raises(SigningError, match="no query") as caught:
        import_response(sealed, pin(BETA), tmp_path / "missing")
    assert caught.value.place == str(sealed.with_name("package.beta.tsq"))
    assert "without --answer" in str(caught.value.hint)
    write_query(sealed, pin(BETA))
    with pytest.raises(MachineError):
        import_response(sealed, pin(BETA), tmp_path / "missing")
    with pytest.raises(MachineError):
        write_query(tmp_path / "missing.dsse.json", pin(BETA))
    with pytest.raises(SigningError, match=r"NAME\.dsse\.json"):
        write_query(tmp_path / "manifest.json", pin(BETA))


@pytest.mark.parametrize("name", ["", "../x", "Alpha", "a/b", "a" * 33, "a.b", "1a"])
def test_a_name_that_is_no_part_of_a_file_name_is_refused(name: str, sealed: Path) -> None:
    with pytest.raises(SigningError, match="not a name"):
        stamp_paths(sealed, name)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/x", "data:,x", "127.0.0.1", "", "FILE:/x"])
def test_nothing_but_http_is_spoken(url: str) -> None:
    with pytest.raises(SigningError, match="http"):
        request_timestamp(url, QUERY)


@pytest.mark.parametrize(
    "url", ["http://", "http://[::", "http://127.0.0.1:99999/", "http://127.0.0.1:0/", "http://a b/"]
)
def test_an_address_that_leads_nowhere_is_told(url: str) -> None:
    with pytest.raises(SigningError):
        request_timestamp(url, QUERY, seconds=2)


def test_why_it_cannot_be_reached_is_told_in_words() -> None:
    with pytest.raises(SigningError, match=r"cannot be reached: got connection refused$") as caught:
        request_timestamp("http://127.0.0.1:9/", QUERY, seconds=2)
    assert "by other means" in str(caught.value.hint)


@pytest.mark.parametrize("target", ["file:///etc/passwd", "http://127.0.0.1:9/"])
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_is_followed(target: str, status: int) -> None:
    with answering(reply(b"", status, Location=target)) as url, pytest.raises(SigningError, match=f"got {status}"):
        request_timestamp(url, QUERY)


@pytest.mark.parametrize("status", [400, 401, 404, 500, 503])
def test_a_refusal_over_http_is_told(status: int) -> None:
    with answering(reply(b"no", status)) as url, pytest.raises(SigningError, match=f"refused: got {status}"):
        request_timestamp(url, QUERY)


def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(bytes(1 << 16))
        except OSError:
            return

    with answering(endless) as url, pytest.raises(SigningError, match="more than 65536"):
        request_timestamp(url, QUERY)


def test_an_answer_that_trickles_in_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    # A clock on which each look is ten seconds later: what is tested does not hang on how busy this machine is.
    monkeypatch.setattr("auditor.jobs.timestamp.time", SimpleNamespace(monotonic=itertools.count(0, 10).__next__))

    def trickle(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"\x30")
                handler.wfile.flush()
                time.sleep(0.02)
        except OSError:
            return

    with answering(trickle) as url, pytest.raises(SigningError, match="in time"):
        request_timestamp(url, QUERY, seconds=30)


def test_an_answer_that_does_not_come_is_given_up() -> None:
    with answering(lambda handler: time.sleep(1)) as url, pytest.raises(SigningError, match="cannot be reached"):
        request_timestamp(url, QUERY, seconds=0.1)


def test_an_answer_that_is_not_http_is_told() -> None:
    def gibberish(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"\x00\xff\r\n\r\n")

    with answering(gibberish) as url, pytest.raises(SigningError):
        request_timestamp(url, QUERY, seconds=2)


@pytest.mark.parametrize("body", [b"", b"<html>", QUERY, make_response(QUERY, ALPHA, AT)])
def test_an_answer_of_no_use_is_told(body: bytes) -> None:
    with answering(reply(body)) as url, pytest.raises(SigningError, match="of no use"):
        obtain(IMPRINT, pin(ALPHA), url)


CHATTY = {
    "text": Changes(status_rest=tlv(0x30, tlv(0x0C, b"Operation Okay"))),
    "chain": Changes(embedded=(CA, ALPHA.certificate)),
    "a stranger's certificate alone": Changes(embedded=(CA,)),
    "lists": Changes(crls=tlv(0xA1, tlv(0x30))),
    "unsigned attributes": Changes(unsigned=tlv(0xA1, tlv(0x30, oid("1.2.3"), tlv(0x31, tlv(5))))),
    "RSA named with its hash": Changes(signature_algorithm=algorithm("1.2.840.113549.1.1.13", tlv(5))),
    "SignedData of version 5": Changes(data_version=5),
}


@pytest.mark.parametrize("changes", CHATTY.values(), ids=list(CHATTY))
def test_what_nobody_signed_is_left_out_of_what_is_kept(changes: Changes) -> None:
    kept = keep(make_response(QUERY, ALPHA, AT, changes), ALPHA.certificate)
    assert verify(kept).time == AT
    assert keep(kept, ALPHA.certificate) == kept


def test_a_response_in_the_form_that_is_kept_stays_as_it_is() -> None:
    for local in LOCAL.values():
        for response in (local.respond(QUERY), make_response(QUERY, local, AT)):
            assert keep(response, local.certificate) == response


def test_a_chain_of_openssl_out_of_order_is_brought_into_form(tmp_path: Path) -> None:
    """`-chain` writes the certificates in an order that is not DER's."""
    (tmp_path / "serial").write_text("01\n")
    (tmp_path / "q").write_bytes(QUERY)
    (tmp_path / "c").write_text(
        f"[t]\nserial={tmp_path}/serial\nsigner_digest=sha512\ndefault_policy={ALPHA.policy}\ndigests=sha512\n"
        "ess_cert_id_chain=yes\ness_cert_id_alg=sha256\n"
    )
    from samples.authorities import KEYS

    command = ["openssl", "ts", "-reply", "-config", "c", "-section", "t", "-queryfile", "q", "-out", "r"]
    command += ["-signer", str(ALPHA.certificate_path), "-inkey", str(ALPHA.key_path)]
    command += ["-chain", str(KEYS / "ca.crt.pem")]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    response = (tmp_path / "r").read_bytes()
    assert verify(keep(response, ALPHA.certificate)).authority == "alpha"


@pytest.mark.parametrize("changes", [Changes(status=1), Changes(status=2), Changes(nonce=b"")])
def test_keeping_does_not_turn_a_bad_answer_into_a_good_one(changes: Changes) -> None:
    query = make_query(IMPRINT, 9, ALPHA.policy)
    with answering(reply(make_response(query, ALPHA, AT, changes))) as url, pytest.raises(SigningError):
        obtain(IMPRINT, pin(ALPHA), url)


@pytest.mark.parametrize(
    "data", [b"", b"\x30\x00", b"\x30\x80\x00\x00", tlv(0x30, tlv(0x30, b"\x02\x01\x00"), tlv(0x30))]
)
def test_what_is_no_response_is_not_kept(data: bytes) -> None:
    with pytest.raises(EnvelopeError):
        keep(data, ALPHA.certificate)
