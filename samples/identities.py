"""The sample people: their signer files and keys, and a trust root that knows them, all in `samples/keys`.

Nobody is real and no key is secret: each is derived from its owner's name, so that anybody can make it again, and a
signature by it proves nothing. `python -m samples.identities` makes all of it; the trust root is left as it is where
its content is already what it should be, since a signature is another one each time it is made.
"""

from __future__ import annotations

from hashlib import sha256, sha384
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec, mldsa

from auditor.attestation.keys import ALGORITHMS, ECDSA, ML_DSA
from auditor.attestation.root import parse_root
from auditor.attestation.rotation import make_root, sign_root
from auditor.canon.digest import sha256_hex
from auditor.canon.instant import parse_instant
from auditor.custody.files import FileKey, encode_sample_key
from auditor.custody.signer_file import KeyPlace, SignerFile, encode_signer, file_uri
from auditor.errors import AuditorError
from auditor.jobs.certificates import add_authority_of, read_anchor, read_certificate
from auditor.jobs.trust_document import (
    Document,
    Window,
    add_anchor,
    add_pdf_certificate,
    add_principal,
    new_document,
    set_holders,
    set_threshold,
    usual_thresholds,
)
from samples.authorities import AUTHORITIES

if TYPE_CHECKING:
    from auditor.attestation.keys import Algorithm
    from auditor.custody.files import PrivateKey

KEYS = Path(__file__).parent / "keys"
LINEAGE = "urn:example:sample-trust"
WINDOW = Window(parse_instant("2026-01-01T00:00:00Z"), parse_instant("2046-01-01T00:00:00Z"))
ROOT_HOLDERS = ("root-a", "root-b")
PDF_SIGNER = "assessor"
# The order of the group of P-384 (SEC 2 section 2.5.1).
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973
_SUFFIX: dict[Algorithm, str] = {ECDSA: "p384", ML_DSA: "mldsa87"}


class Identity(NamedTuple):
    """A sample person: how they are shown, who they work for, what they sign as (None: they hold the trust root)."""

    name: str
    organisation: str
    kind: str
    role: str | None


IDENTITIES = {
    "assessor": Identity("Sample Assessor", "Sample Assurance (not real)", "assessor", "assessor"),
    "reviewer": Identity("Sample Reviewer", "Sample Assurance (not real)", "assessor", "technical-reviewer"),
    "official": Identity("Sample Official", "Sample Facility (not real)", "facility", "responsible-official"),
    "sealer": Identity("Sample Sealing Service", "Sample Assurance (not real)", "assessor", "sealer"),
    "regulator": Identity("Sample Regulator", "Sample Authority (not real)", "authority", "authority"),
    "root-a": Identity("Sample Root Holder A", "Sample Relying Party (not real)", "authority", None),
    "root-b": Identity("Sample Root Holder B", "Sample Relying Party (not real)", "authority", None),
}


def private_keys(name: str) -> tuple[PrivateKey, ...]:
    """The two private keys of the sample person `name`, in the order of ALGORITHMS; anybody can derive them."""
    label = f"dc-attest sample key, not secret: {name}".encode()
    # One more than a number below the order less one is never zero, and never the order.
    secret = int.from_bytes(sha384(label).digest()) % (_ORDER - 1) + 1
    keys: dict[str, PrivateKey] = {
        ECDSA: ec.derive_private_key(secret, ec.SECP384R1()),
        ML_DSA: mldsa.MLDSA87PrivateKey.from_seed_bytes(sha256(label).digest()),
    }
    return tuple(keys[algorithm] for algorithm in ALGORITHMS)


def signing_keys(name: str) -> tuple[FileKey, ...]:
    """The two keys of the sample person `name`, ready to sign."""
    return tuple(FileKey(key) for key in private_keys(name))


def signer_of(name: str) -> SignerFile:
    """The signer file of the sample person `name`."""
    identity = IDENTITIES[name]
    keys = tuple(KeyPlace(key.public, file_uri(_key_file(name, key.public.algorithm))) for key in signing_keys(name))
    return SignerFile(f"urn:example:sample-{name}", identity.name, identity.organisation, keys)


def sample_document(folder: Path = KEYS) -> Document:
    """The content of the sample trust root, with the certificates of `samples.authorities` in `folder`."""
    document = new_document(LINEAGE, WINDOW.began)
    set_holders(document, [signer_of(name) for name in ROOT_HOLDERS], WINDOW, len(ROOT_HOLDERS))
    for name, identity in IDENTITIES.items():
        if identity.role:
            add_principal(document, signer_of(name), identity.role, identity.kind, WINDOW)
    usual_thresholds(document)
    set_threshold(document, "status", "assessor", 1)
    for name, facts in AUTHORITIES.items():
        add_authority_of(document, name, facts.operator, folder / f"time-{name}.crt.pem", facts.policy)
    document["timeThreshold"] = len(AUTHORITIES)
    add_anchor(document, read_anchor(folder / "ca.crt.pem").der)
    add_pdf_certificate(document, read_certificate(folder / "pdf.crt.pem").der, signer_of(PDF_SIGNER).principal)
    return document


def make_all(folder: Path = KEYS) -> list[Path]:
    """Write every signer file, key and the trust root into `folder`; the files written."""
    folder.mkdir(parents=True, exist_ok=True)
    made = {folder / f"{name}.signer.json": encode_signer(signer_of(name)) for name in IDENTITIES}
    for name in IDENTITIES:
        for algorithm, key in zip(ALGORITHMS, private_keys(name), strict=True):
            made[folder / _key_file(name, algorithm)] = encode_sample_key(key)
    payload = make_root(sample_document(folder))
    if not _is_current(folder / "trust.json", payload):
        made[folder / "trust.json"] = sign_root(payload, [key for name in ROOT_HOLDERS for key in signing_keys(name)])
    for path, data in made.items():
        path.write_bytes(data)
    return list(made)


def _is_current(path: Path, payload: bytes) -> bool:
    try:
        return parse_root(path.read_bytes()).content == sha256_hex(payload)
    except (FileNotFoundError, AuditorError):
        return False


def _key_file(name: str, algorithm: Algorithm) -> str:
    return f"{name}.{_SUFFIX[algorithm]}.pem"


def main() -> None:
    """Make what `samples/keys` holds of people."""
    for path in make_all():
        print(path)


if __name__ == "__main__":
    main()
