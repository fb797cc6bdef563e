"""A table to sign at: a small catalog and bundle, their results, and the sample people's signer files."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.attestation.root import TrustRoot, parse_root
from auditor.attestation.rotation import make_root, sign_root
from auditor.canon.instant import parse_instant
from auditor.cli import main as cli
from auditor.jobs.assess import AssessRequest, assess_bundle
from auditor.jobs.content import load_catalog
from samples.identities import KEYS, sample_document, signing_keys
from tests import small
from tests.evidence.bundles import item, write_bundle

MAPPING = """\
id: doors-csv
title: Door events
format: csv
header: [when, door, who]
streams:
  doors:
    columns:
      ts: {from: when, time: iso, zone: value}
      door: {from: door}
      person: {from: who, empty: missing}
"""
DOORS = b"when,door,who\n2026-10-02T00:00:00Z,a,p\n2026-10-03T00:00:00Z,b,q\n2026-10-04T00:00:00Z,c,\n"
AS_OF = "2026-10-09T00:00:00Z"
CONCLUDED = "2026-10-10T00:00:00Z"


class Table:
    """Files to sign, and `auditor` as a user runs it, at this table."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.controls = folder / "controls"
        for path, data in small.files(
            {
                "mappings/doors-csv.yaml": MAPPING,
                "profiles/small.yaml": small.PROFILE + "committed_records: [doors]\n",
                "profiles/plain.yaml": small.PROFILE.replace("id: small", "id: plain"),
            }
        ).items():
            (self.controls / path).parent.mkdir(parents=True, exist_ok=True)
            (self.controls / path).write_bytes(data)
        self.bundle = self.bundle_of("bundle", DOORS)
        self.other = self.bundle_of("other", DOORS.replace(b",c,", b",c,r"))
        self.results = self.assess(self.bundle, "small", "results.json")

    def bundle_of(self, name: str, data: bytes) -> Path:
        path = "evidence/doors.csv"
        return write_bundle(self.folder / name, {path: data}, [item("doors", path, data, mapping="doors-csv")])

    def assess(self, bundle: Path, profile: str, name: str, as_of: str = AS_OF) -> Path:
        catalog = load_catalog(self.controls)
        _, data = assess_bundle(AssessRequest(bundle, profile, parse_instant(as_of), 1), catalog)
        (self.folder / name).write_bytes(data)
        return self.folder / name

    def path(self, name: str) -> Path:
        return self.folder / name

    def signer(self, name: str) -> str:
        return str(KEYS / f"{name}.signer.json")

    @property
    def trust(self) -> Path:
        """The sample trust root, but one assessor alone makes a report."""
        path = self.path("trust.json")
        if not path.exists():
            document = sample_document()
            document["thresholds"]["assessment-results"] = {"assessor": 1}
            path.write_bytes(sign_root(make_root(document), [*signing_keys("root-a"), *signing_keys("root-b")]))
        return path

    @property
    def root(self) -> TrustRoot:
        return parse_root(self.trust.read_bytes())

    def auditor(self, *words: object) -> int:
        return cli.main([str(word) for word in words])

    def sign(self, out: str, *words: object, results: Path | None = None) -> Path:
        """A report by the assessor, concluded on a fixed day, that went well."""
        code = self.auditor(
            "sign", results or self.results, "--signer", f"assessor={self.signer('assessor')}",
            "--controls", self.controls, "--bundle", self.bundle, "--concluded-at", CONCLUDED,
            "--out", self.path(out), *words,
        )  # fmt: skip
        assert code == 0
        return self.path(out)


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Table:
    return Table(tmp_path_factory.mktemp("table"))
