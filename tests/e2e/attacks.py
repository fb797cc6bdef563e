"""A genuine package in the hands of somebody dishonest: files replaced, statements signed anew by whoever was turned.

Everything is done with the library's own makers where these agree to it, and by hand where they refuse.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from auditor.attestation import package as layout
from auditor.attestation.envelope import PAYLOAD_TYPE, Signature, encode_envelope, pae, parse_envelope
from auditor.attestation.keys import encode_spki
from auditor.attestation.package import FileDigests, is_sealed, make_manifest
from auditor.attestation.rotation import make_root, sign_root
from auditor.attestation.statements.act import make_act_statement
from auditor.attestation.statements.attestation import (
    AttestationStatement,
    make_attestation_statement,
    parse_attestation,
)
from auditor.attestation.statements.common import DeclaredSigner
from auditor.attestation.statements.results import (
    EvidenceSeal,
    ResultsStatement,
    make_results_statement,
    parse_results,
    verdict_of,
)
from auditor.attestation.statements.seal import make_seal_statement
from auditor.attestation.statements.status import StatusEntry, make_status_statement
from auditor.attestation.steps import FAILED, PASSED, UNVERIFIABLE
from auditor.attestation.timestamp import make_query
from auditor.canon.json import canonical_bytes
from auditor.custody.files import FileKey
from auditor.errors import AuditorError, UnverifiableError, VerificationError
from auditor.jobs.verdict import Verdict, verdict
from auditor.jobs.verify import VerifyRequest, verify
from samples.authorities import KEYS, LocalAuthority
from samples.identities import sample_document, signing_keys
from tests.attestation.tokens import GOOD, Changes, make_response
from tests.e2e.conftest import auditor

TRUST = KEYS / "trust.json"
AUTHORITIES = {name: LocalAuthority(KEYS, name) for name in ("alpha", "beta")}
ROLES = {
    "assessor": "assessor",
    "reviewer": "technical-reviewer",
    "official": "responsible-official",
    "sealer": "sealer",
    "regulator": "authority",
    "rival": "assessor",
}
PEOPLE = ("assessor", "reviewer", "official")
"""Who signs a sample report."""
SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR

Times = Mapping[str, int]
Document = dict[str, Any]


def now() -> int:
    """This moment in microseconds."""
    return time.time_ns() // 1000


def later() -> int:
    """A moment at which whatever these tests have done so far lies behind."""
    return now() + 60 * SECOND


def declared(name: str, role: str | None = None, *, keys_of: str | None = None) -> DeclaredSigner:
    """The sample person `name` as a statement declares them."""
    keys = signing_keys(keys_of or name)
    return DeclaredSigner(f"urn:example:sample-{name}", role or ROLES[name], tuple(key.public.keyid for key in keys))


def keys_of(*names: str) -> list[FileKey]:
    """The keys of sample people; anybody has a pair, known to the trust root or not."""
    return [key for name in names for key in signing_keys(name)]


def sign_raw(payload: bytes, keys: Iterable[FileKey], payload_type: str = PAYLOAD_TYPE) -> bytes:
    """An envelope by `keys` over whatever `payload` is; nobody asks whether it makes sense."""
    message = pae(payload_type, payload)
    return encode_envelope(payload, [Signature(key.public.keyid, key.sign(message)) for key in keys], payload_type)


def payload_of(envelope: bytes) -> bytes:
    """What is signed in an envelope."""
    return parse_envelope(envelope).payload


def bend(envelope: bytes, change: Callable[[Document], object], *names: str) -> bytes:
    """The statement of `envelope` changed and signed by `names` over what it says now."""
    document = json.loads(payload_of(envelope))
    change(document)
    return sign_raw(canonical_bytes(document), keys_of(*names))


def trust_root(path: Path, change: Callable[[Document], object]) -> Path:
    """The sample trust root with a change, signed by its holders."""
    document = sample_document()
    change(document)
    path.write_bytes(sign_root(make_root(document), keys_of("root-a", "root-b")))
    return path


def stamps(envelope: bytes, times: Times, changes: Mapping[str, Changes] | None = None) -> dict[str, bytes]:
    """What the authorities named in `times` answer about `envelope` at these times, by file ending."""
    files = {}
    imprint = hashlib.sha512(envelope).digest()
    for name, at in times.items():
        authority = AUTHORITIES[name]
        query = make_query(imprint, 4711, authority.policy)
        response = make_response(query, authority, at, (changes or {}).get(name, GOOD))
        files |= {f".{name}.tsq": query, f".{name}.tsr": response}
    return files


def both(at: int) -> Times:
    """Both sample authorities at one time."""
    return dict.fromkeys(AUTHORITIES, at)


class Package:
    """A copy of a package to tamper with; what is not touched is the original's own files."""

    def __init__(self, genuine: Path, folder: Path) -> None:
        self.folder = folder
        self.identifier = parse_results(payload_of((genuine / layout.REPORT).read_bytes())).package
        shutil.copytree(genuine, folder, copy_function=os.link)

    def paths(self) -> list[str]:
        """Every file, by its path in the package."""
        found = (path for path in self.folder.rglob("*") if path.is_file() and not path.is_symlink())
        return sorted(str(path.relative_to(self.folder)) for path in found)

    def read(self, path: str) -> bytes:
        """The bytes of a file."""
        return (self.folder / path).read_bytes()

    def write(self, path: str, data: bytes) -> None:
        """Other bytes for a file, or a new one; the original is linked here and stays as it is."""
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        place.write_bytes(data)

    def remove(self, path: str) -> None:
        """Take a file away."""
        (self.folder / path).unlink()

    def take(self, other: Path, *paths: str) -> None:
        """Put files of another package in the place of this one's."""
        for path in paths:
            self.write(path, (other / path).read_bytes())

    def remove_tree(self, path: str) -> None:
        """Take a folder away."""
        shutil.rmtree(self.folder / path)

    def report(self) -> ResultsStatement:
        """What the report says."""
        return parse_results(payload_of(self.read(layout.REPORT)))

    def document(self) -> AttestationStatement:
        """What the statement over the PDF says."""
        return parse_attestation(payload_of(self.read(layout.ATTESTATION)))

    # --- those who assessed

    def sign_report(
        self, change: Callable[[Document], object] = lambda results: None, names: Iterable[str] = PEOPLE, **members: Any
    ) -> None:
        """The report with changed results, well-formed and signed by `names`."""
        was = self.report()
        results = json.loads(canonical_bytes(dict(was.results)))
        change(results)
        options: dict[str, Any] = {
            "concluded_at": was.concluded_at,
            "engine": was.engine,
            "records": was.records,
            "evidence_seal": was.evidence_seal,
            "signers": [declared(name) for name in names],
        }
        payload = make_results_statement(results, **options | members)
        self.identifier = parse_results(payload).package
        self.write(layout.REPORT, sign_raw(payload, keys_of(*names)))

    def sign_document(self, names: Iterable[str] = ("assessor", "reviewer"), **members: Any) -> None:
        """The statement over the PDF that lies here now and the report that lies here now, signed by `names`."""
        was, pdf = self.document(), self.read(layout.PDF)
        size = members.pop("revision0_size", was.revision0_size)
        options: dict[str, Any] = {
            "package": self.identifier,
            "report": hashlib.sha512(self.read(layout.REPORT)).hexdigest(),
            "revision0": hashlib.sha512(pdf[:size]).hexdigest(),
            "pdf": hashlib.sha512(pdf).hexdigest(),
            "revision0_size": size,
            "text": was.text,
            "renderer": was.renderer,
            "certificates": was.certificates,
            "signers": [declared(name) for name in names],
        }
        self.write(layout.ATTESTATION, sign_raw(make_attestation_statement(**options | members), keys_of(*names)))

    # --- those who seal

    def write_manifest(self) -> None:
        """A manifest over the files as they are now."""
        self.write(layout.MANIFEST, make_manifest(self.identifier, self.digests()))

    def digests(self) -> dict[str, FileDigests]:
        """Size and digests of every file that a manifest lists."""
        found = {path: self.read(path) for path in self.paths() if is_sealed(path)}
        return {
            path: FileDigests(len(data), hashlib.sha256(data).hexdigest(), hashlib.sha512(data).hexdigest())
            for path, data in found.items()
        }

    def seal(self, times: Times | None = None, **options: Any) -> None:
        """The seal over the manifest that lies here, made by a sealer whom the trust root knows."""
        subject = (layout.MANIFEST, hashlib.sha512(self.read(layout.MANIFEST)).hexdigest())
        self._seal("package", self.identifier, [subject], times, **options)

    def seal_evidence(self, times: Times | None = None, root: str | None = None, **options: Any) -> EvidenceSeal:
        """The seal over the evidence; what a report would cite of it."""
        subject = ("bundle", root or self.report().digest_of("bundle"))
        return self._seal("evidence", None, [subject], times, **options)

    def seal_late(self, lists: Mapping[str, bytes], times: Times | None = None, **options: Any) -> None:
        """Revocation lists and the late seal over them and the seal."""
        for name, data in lists.items():
            self.write(f"{layout.REVOCATION}{name}.crl", data)
        covered = [path for path in self.paths() if path.startswith((f"{layout.PACKAGE_SEAL}.", layout.REVOCATION))]
        subjects = [(path, hashlib.sha512(self.read(path)).hexdigest()) for path in covered]
        self._seal("late", self.identifier, subjects, times, **options)

    def _seal(
        self,
        stage: str,
        package: str | None,
        subjects: list[tuple[str, str]],
        times: Times | None,
        *,
        name: str = "sealer",
        changes: Mapping[str, Changes] | None = None,
    ) -> EvidenceSeal:
        times = both(now()) if times is None else times
        stem = f"seals/{stage}"
        for path in self.paths():
            if path.startswith(f"{stem}."):
                self.remove(path)
        claimed = max(times.values(), default=now())
        who = declared(name, "sealer")
        statement = make_seal_statement(
            stage=stage, package=package, sealed_at=claimed, subjects=subjects, signers=[who]
        )
        envelope = sign_raw(statement, keys_of(name))
        files = {".dsse.json": envelope} | stamps(envelope, times, changes)
        for ending, data in files.items():
            self.write(stem + ending, data)
        answers = sorted(hashlib.sha512(data).hexdigest() for end, data in files.items() if end.endswith(".tsr"))
        return EvidenceSeal(hashlib.sha512(envelope).hexdigest(), tuple(answers))

    def reseal(self, times: Times | None = None, **options: Any) -> None:
        """A new manifest and seal: what a dishonest sealer can do alone."""
        self.write_manifest()
        self.seal(times, **options)

    def all_anew(self, times: Times | None = None) -> None:
        """Statement over the PDF, manifest and seal anew: what assessor, reviewer and sealer can do together."""
        self.sign_document()
        self.reseal(times)

    def restamp(self, stage: str, times: Times | None = None) -> None:
        """New timestamps over the statement of a seal, whatever that says."""
        for ending, data in stamps(self.read(f"seals/{stage}.dsse.json"), times or both(now())).items():
            self.write(f"seals/{stage}{ending}", data)

    # --- afterwards

    def act(self, act: str, name: str, at: int | None = None, *, report: str | None = None, **members: Any) -> bytes:
        """An act by `name` over the report here, as the next file in acts/; the envelope."""
        statement = make_act_statement(
            report=report or hashlib.sha512(self.read(layout.REPORT)).hexdigest(),
            act=act,
            at=now() if at is None else at,
            reason=members.pop("reason", "for a reason"),
            signers=[declared(name, members.pop("role", None))],
            **members,
        )
        envelope = sign_raw(statement, keys_of(name))
        number = 1 + sum(path.startswith(layout.ACTS) for path in self.paths())
        self.write(f"{layout.ACTS}{number:04}.dsse.json", envelope)
        return envelope

    def status_list(self, path: Path, version: int, issued: int, state: str | None, name: str = "assessor") -> Path:
        """A status list by `name`, which lists the report here as `state`."""
        report = hashlib.sha512(self.read(layout.REPORT)).hexdigest()
        entries = [StatusEntry(report, state, issued, "a wrong reading")] if state else []
        payload = make_status_statement(version=version, issued_at=issued, entries=entries, signers=[declared(name)])
        path.write_bytes(sign_raw(payload, keys_of(name)))
        return path

    # --- the verifier

    def verify(self, trust: Path = TRUST, at: int | None = None, place: Path | None = None, **more: Any) -> Verdict:
        """The verdict on this package. An error outside of the two classes of refusal gets through."""
        return judge(place or self.folder, trust, at, **more)


def judge(place: Path, trust: Path = TRUST, at: int | None = None, **more: Any) -> Verdict:
    """The verdict on whatever is at `place`."""
    try:
        return verdict(verify(VerifyRequest(place, trust, later() if at is None else at, **more)))
    except (VerificationError, UnverifiableError) as error:
        return verdict(error)


def add_rival(document: Document) -> None:
    """Another assessor's organisation, trusted as the first one is, whose person is called `rival`."""
    organisation = "urn:example:rival"
    document["organisations"].append({"organisation": organisation, "name": "Rival (not real)", "kind": "assessor"})
    window = {name: document["principals"][0]["keys"][0][name] for name in ("notBefore", "notAfter")}
    keys = [
        {"keyid": key.public.keyid, "algorithm": key.public.algorithm, "public": encode_spki(key.public)} | window
        for key in signing_keys("rival")
    ]
    person = {"principal": "urn:example:sample-rival", "name": "Rival", "organisation": organisation}
    document["principals"].append({**person, "roles": ["assessor"], "keys": keys})
    document["pdf"]["certificates"].append({"sha256": "ab" * 32, "principal": person["principal"]})


def refused(
    package: Package, kind: type[AuditorError] | tuple[type[AuditorError], ...], words: str = "", **how: Any
) -> None:
    """The verifier does not pass it, for this reason."""
    found = package.verify(**how)
    assert isinstance(found.error, kind), found.error
    assert re.search(words, str(found.error)), found.error
    assert found.result == (UNVERIFIABLE if isinstance(found.error, UnverifiableError) else FAILED)


def passes(package: Package, **how: Any) -> dict[str, str]:
    """The verifier passes it; what each step that was done found."""
    found = package.verify(**how)
    assert found.result == PASSED, found.error
    return {step.title: step.detail for step in found.steps if step.state == "done"}


def exit_code(package: Package) -> int:
    """The same by the command line."""
    done = auditor("verify", package.folder, "--trust", TRUST)
    assert "Traceback" not in done.err
    return done.code


def worse(results: Document) -> None:
    """One finding is turned round, and the verdict with it."""
    finding = results["findings"][0]
    finding["state"] = "satisfied" if finding["state"] != "satisfied" else "other-than-satisfied"
    sum_up(results)


def sum_up(results: Document) -> None:
    """The verdict that the findings come to: no verifier reads a report that says another."""
    told = [(one["control"], one["level"], one["domain"], one["state"]) for one in results["findings"]]
    results["verdict"] = verdict_of(told, results["verdict"]["levels"])


def resealed(package: Package, changed: str) -> None:
    """What a dishonest sealer does so that a changed envelope meets its own check and no other."""
    if changed == "seals/package.dsse.json":
        package.restamp("package")
        return
    if changed == "seals/evidence.dsse.json":
        package.restamp("evidence")
    package.reseal()
