"""Keys in key services, against local stand-ins: no account with any of the four was at hand.

AWS and Vault: the makers' own libraries (boto3, hvac) speak over HTTP with a server of this file on 127.0.0.1 that
answers as their references say. Google and Azure: modules of this file take the place of theirs, with the calls that
securesystemslib makes. Each stand-in holds a P-384 key, and signs what it is sent as the service would.
"""

from __future__ import annotations

import base64
import hashlib
import http.server
import json
import sys
import threading
from types import ModuleType, SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256, SHA384

from auditor.attestation.keys import encode_public_key, verify_signature
from auditor.custody.files import public_key_of
from auditor.custody.remote import open_remote_key
from auditor.custody.signer_file import open_keys, read_signer
from auditor.errors import SigningError
from auditor.jobs.keys import Person, generate_signer
from tests.custody.people import P384, lay_out, nobody, signer

# Now, while every maker's library is there: it notes once, as it is imported, which of them are missing.
pytest.importorskip("securesystemslib.signer")
PUBLIC = public_key_of(P384)
OTHER = ec.derive_private_key(7, ec.SECP384R1())
HASHES = {"sha2-256": SHA256(), "sha2-384": SHA384()}


def sign_digest(digest: bytes, *, key=P384, high: bool = True) -> bytes:
    """A signature as a service may return it: with either value of s; here the higher one."""
    r, s = utils.decode_dss_signature(key.sign(digest, ec.ECDSA(utils.Prehashed(SHA384()))))
    return utils.encode_dss_signature(r, max(s, ORDER - s) if high else s)


ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973


class Service(http.server.BaseHTTPRequestHandler):
    """AWS KMS (JSON 1.1, TrentService.Sign) and Vault's Transit engine (v1/transit/sign/NAME)."""

    key = P384
    heard: list[tuple[str, dict, dict]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        type(self).heard.append((self.path, dict(self.headers), body))
        if self.headers.get("X-Amz-Target") == "TrentService.Sign":
            self.aws(body)
        elif self.path.startswith("/v1/transit/sign/"):
            self.vault(body)
        else:
            self.answer(404, {"errors": []})

    def do_PUT(self) -> None:
        self.do_POST()

    def aws(self, body: dict) -> None:
        if body["KeyId"] == "alias/forbidden":
            self.answer(400, {"__type": "AccessDeniedException", "message": "not authorized to perform: kms:Sign"})
            return
        assert (body["MessageType"], body["SigningAlgorithm"]) == ("DIGEST", "ECDSA_SHA_384")
        signature = sign_digest(base64.b64decode(body["Message"]), key=self.key)
        self.answer(200, {"KeyId": body["KeyId"], "Signature": base64.b64encode(signature).decode()})

    def vault(self, body: dict) -> None:
        if self.headers.get("X-Vault-Token") != "s.standin":
            self.answer(403, {"errors": ["permission denied"]})
            return
        name = self.path.removeprefix("/v1/transit/sign/")
        if name == "missing":
            self.answer(400, {"errors": ["signing key not found"]})
            return
        if name == "silent":
            self.answer(200, {"data": None})
            return
        # Vault signs with SHA-256 unless it is told otherwise.
        kind = HASHES[body.get("hash_algorithm") or "sha2-256"]
        signature = self.key.sign(base64.b64decode(body["input"]), ec.ECDSA(kind))
        text = "not base64!" if name == "garbled" else base64.b64encode(signature).decode()
        self.answer(200, {"data": {"signature": f"vault:v{body.get('key_version', 1)}:{text}"}})

    def answer(self, status: int, document: dict) -> None:
        data = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture
def service(monkeypatch, tmp_path):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    for name, value in {
        "AWS_ENDPOINT_URL_KMS": url,
        "AWS_DEFAULT_REGION": "eu-north-1",
        "AWS_ACCESS_KEY_ID": "AKIASTANDIN",
        "AWS_SECRET_ACCESS_KEY": "standin-secret",
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none"),
        "AWS_MAX_ATTEMPTS": "1",
        "VAULT_ADDR": url,
        "VAULT_TOKEN": "s.standin",
        "no_proxy": "127.0.0.1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(Service, "heard", [])
    monkeypatch.setattr(Service, "key", P384)
    yield Service
    server.shutdown()
    server.server_close()


class Google:
    """google-cloud-kms, as far as securesystemslib calls it; grpc is not spoken."""

    key = P384
    heard: list[dict] = []

    def asymmetric_sign(self, request: dict) -> SimpleNamespace:
        Google.heard.append(request)
        if "forbidden" in request["name"]:
            raise sys.modules["google.api_core.exceptions"].GoogleAPIError("403 Permission denied")
        return SimpleNamespace(signature=sign_digest(request["digest"]["sha384"], key=self.key))


class Azure:
    """azure-keyvault-keys' CryptographyClient: signatures are r and s side by side."""

    key = P384
    heard: list[tuple[str, str, bytes]] = []

    def __init__(self, uri: str, credential: object) -> None:
        self.uri = uri

    def sign(self, algorithm: str, digest: bytes) -> SimpleNamespace:
        Azure.heard.append((self.uri, algorithm, digest))
        if "forbidden" in self.uri:
            raise sys.modules["azure.core.exceptions"].HttpResponseError("(Forbidden) The user does not have sign")
        r, s = utils.decode_dss_signature(sign_digest(digest, key=self.key))
        return SimpleNamespace(signature=r.to_bytes(48, "big") + s.to_bytes(48, "big"))


@pytest.fixture
def stand_ins(monkeypatch):
    """securesystemslib's Google and Azure signers with the stand-ins in place of the makers' modules."""
    import securesystemslib.signer._azure_signer as azure_signer
    import securesystemslib.signer._gcp_signer as gcp_signer

    api = ModuleType("google.api_core.exceptions")
    api.GoogleAPIError = type("GoogleAPIError", (Exception,), {})
    auth = ModuleType("google.auth.exceptions")
    auth.GoogleAuthError = type("GoogleAuthError", (Exception,), {})
    core = ModuleType("azure.core.exceptions")
    core.AzureError = type("AzureError", (Exception,), {})
    core.HttpResponseError = type("HttpResponseError", (core.AzureError,), {})
    for module in (api, auth, core):
        parts = module.__name__.split(".")
        for end in range(1, len(parts)):
            name = ".".join(parts[:end])
            if name not in sys.modules:
                monkeypatch.setitem(sys.modules, name, ModuleType(name))
        monkeypatch.setitem(sys.modules, module.__name__, module)
    p384 = ("ecdsa", "ecdsa-sha2-nistp384")
    for signer_module, values in (
        (
            gcp_signer,
            {
                "GCP_IMPORT_ERROR": None,
                "KEYTYPES_AND_SCHEMES": {"EC_SIGN_P384_SHA384": p384},
                "kms": SimpleNamespace(KeyManagementServiceClient=Google),
            },
        ),
        (
            azure_signer,
            {
                "AZURE_IMPORT_ERROR": None,
                "KEYTYPES_AND_SCHEMES": {"P-384": p384},
                "SIGNATURE_ALGORITHMS": {"ecdsa-sha2-nistp384": "ES384"},
                "DefaultAzureCredential": object,
                "CryptographyClient": Azure,
                "encode_dss_signature": utils.encode_dss_signature,
            },
        ),
    ):
        for name, value in values.items():
            monkeypatch.setattr(signer_module, name, value, raising=False)
    for kind in (Google, Azure):
        monkeypatch.setattr(kind, "heard", [])
        monkeypatch.setattr(kind, "key", P384)


AWS = "awskms:arn:aws:kms:eu-north-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
VAULT = "hv:ada/3"
GCP = "gcpkms:projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1"
AZURE = "azurekms://assurance.vault.azure.net/keys/ada/0123456789abcdef"
ALL = [AWS, VAULT, GCP, AZURE]


@pytest.mark.usefixtures("service", "stand_ins")
@pytest.mark.parametrize("uri", ALL)
def test_a_service_signs_and_the_signature_is_canonical(uri) -> None:
    key = open_remote_key(PUBLIC, uri)
    for number in range(4):
        message = b"message %d" % number
        verify_signature(PUBLIC, message, key.sign(message))


@pytest.mark.usefixtures("stand_ins")
def test_what_each_service_is_sent(service) -> None:
    digest = hashlib.sha384(b"message").digest()
    for uri in ALL:
        open_remote_key(PUBLIC, uri).sign(b"message")
    (_, _, aws), (path, _, vault) = service.heard
    assert (aws["KeyId"], base64.b64decode(aws["Message"])) == (AWS.removeprefix("awskms:"), digest)
    assert (path, vault["key_version"]) == ("/v1/transit/sign/ada", 3)
    assert (vault["hash_algorithm"], vault["marshaling_algorithm"]) == ("sha2-384", "asn1")
    assert Google.heard == [{"name": GCP.removeprefix("gcpkms:"), "digest": {"sha384": digest}}]
    assert Azure.heard == [(AZURE.replace("azurekms:", "https:"), "ES384", digest)]


@pytest.mark.usefixtures("stand_ins")
@pytest.mark.parametrize("uri", ALL)
def test_a_service_that_signs_with_another_key_is_refused(service, monkeypatch, uri) -> None:
    for kind in (service, Google, Azure):
        monkeypatch.setattr(kind, "key", OTHER)
    with pytest.raises(SigningError, match="no signature by the key"):
        open_remote_key(PUBLIC, uri).sign(b"message")


def test_the_library_s_own_vault_signer_would_sign_with_another_hash(service) -> None:
    """Why ours names the hash: should the library learn to, this test says so."""
    from securesystemslib.signer import SSlibKey, VaultSigner

    pem = encode_public_key(PUBLIC).decode()
    key = SSlibKey(PUBLIC.keyid, "ecdsa", "ecdsa-sha2-nistp384", {"public": pem})
    theirs = bytes.fromhex(VaultSigner.from_priv_key_uri(VAULT, key).sign(b"message").signature)
    P384.public_key().verify(theirs, b"message", ec.ECDSA(SHA256()))


@pytest.mark.usefixtures("service", "stand_ins")
@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("awskms:alias/forbidden", "AccessDenied"),
        ("hv:missing/1", "signing key not found"),
        (GCP.replace("/p/", "/forbidden/"), "Permission denied"),
        (AZURE.replace("ada", "forbidden"), "Forbidden"),
    ],
)
def test_a_service_that_refuses_is_quoted(uri, reason) -> None:
    with pytest.raises(SigningError, match="refused or is out of reach") as caught:
        open_remote_key(PUBLIC, uri).sign(b"message")
    assert reason in str(caught.value)


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize("name", ["garbled", "silent"])
def test_an_answer_that_is_no_signature_is_refused(name) -> None:
    with pytest.raises(SigningError, match="no signature by the key"):
        open_remote_key(PUBLIC, f"hv:{name}/1").sign(b"message")


@pytest.mark.usefixtures("service")
def test_a_wrong_token_is_refused_and_not_repeated(monkeypatch) -> None:
    monkeypatch.setenv("VAULT_TOKEN", "s.wrong-and-secret")
    with pytest.raises(SigningError, match="permission denied") as caught:
        open_remote_key(PUBLIC, VAULT).sign(b"message")
    assert "s.wrong-and-secret" not in f"{caught.value}{caught.value.hint}{caught.value.__cause__!r}"


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize(("variable", "uri"), [("VAULT_ADDR", VAULT), ("AWS_ENDPOINT_URL_KMS", AWS)])
def test_a_service_out_of_reach_is_refused(monkeypatch, variable, uri) -> None:
    monkeypatch.setenv(variable, "http://127.0.0.1:9")
    with pytest.raises(SigningError, match="out of reach"):
        open_remote_key(PUBLIC, uri).sign(b"message")


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize("uri", ["hv:ada", "hv:ada/newest", "hv:a/b/3"])
def test_a_malformed_uri_is_refused(uri) -> None:
    with pytest.raises(SigningError, match="not a hv: URI"):
        open_remote_key(PUBLIC, uri)


def test_another_scheme_is_refused() -> None:
    for uri in ("sigstore:?identity=x", "gnupg:x", "file2:key.pem", "hsm:2"):
        with pytest.raises(SigningError, match="no key service"):
            open_remote_key(PUBLIC, uri)


@pytest.mark.parametrize("uri", ALL)
def test_an_ml_dsa_key_is_not_looked_for_in_a_service(uri) -> None:
    with pytest.raises(SigningError, match="not ML-DSA-87"):
        open_remote_key(signer().keys[1].public, uri)


@pytest.mark.parametrize(
    ("module", "uri", "extra"),
    [
        ("securesystemslib.signer", AWS, "awskms"),
        ("botocore.exceptions", AWS, "awskms"),
        ("hvac.exceptions", VAULT, "vault"),
        ("google.api_core.exceptions", GCP, "gcpkms"),
        ("azure.core.exceptions", AZURE, "azurekms"),
    ],
)
def test_without_the_library_the_fix_is_named(monkeypatch, module, uri, extra) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(SigningError, match="not installed") as caught:
        open_remote_key(PUBLIC, uri)
    assert caught.value.hint == f"pip install 'securesystemslib[{extra}]'"


@pytest.mark.usefixtures("service", "stand_ins")
@pytest.mark.parametrize("uri", ALL)
def test_a_person_with_a_service_and_a_file_signs_with_both(tmp_path, uri) -> None:
    lay_out(tmp_path)
    keys = open_keys(signer(uri, "file:ada.mldsa87.pem"), tmp_path, nobody)
    for key in keys:
        verify_signature(key.public, b"message", key.sign(b"message"))


@pytest.mark.usefixtures("service")
def test_a_signer_file_is_made_for_a_key_in_a_service_that_proves_itself(tmp_path, monkeypatch) -> None:
    (tmp_path / "ada.pub").write_bytes(encode_public_key(PUBLIC))
    ada = Person("urn:example:ada", "Ada", "Assurance Ltd")
    with pytest.raises(SigningError, match="public half") as caught:
        generate_signer(tmp_path / "ada", ada, passphrase=None, elsewhere=VAULT, ask=nobody)
    assert "--p384-public" in str(caught.value.hint)
    made = {"passphrase": None, "elsewhere": VAULT, "elsewhere_public": tmp_path / "ada.pub", "ask": nobody}
    monkeypatch.setattr(Service, "key", OTHER)
    with pytest.raises(SigningError, match="no signature by the key"):
        generate_signer(tmp_path / "ada", ada, **made)
    assert [path.name for path in tmp_path.iterdir()] == ["ada.pub"]
    monkeypatch.setattr(Service, "key", P384)
    assert generate_signer(tmp_path / "ada", ada, **made).signer.keys[0] == (PUBLIC, VAULT)


def test_the_service_example_of_the_page_runs(service, tmp_path) -> None:
    from tests.custody.test_key_command import blocks, run

    (tmp_path / "cyd.pub").write_bytes(encode_public_key(PUBLIC))
    done = run("\n".join(blocks()["In a key service"]), tmp_path, PASSPHRASE="correct horse battery")
    assert done.returncode == 0, done.stderr
    assert read_signer(tmp_path / "cyd.signer.json").keys[0] == (PUBLIC, "hv:cyd/1")
