"""What is told of acts and status lists long after, and of a report that comes without its package."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.attestation import package as layout
from auditor.attestation import steps
from auditor.attestation.steps import FAILED, PASSED
from auditor.canon.instant import parse_instant
from auditor.jobs.verdict import Verdict
from samples.authorities import make_crl
from samples.identities import sample_document
from tests.e2e.attacks import Package, both, judge, later, now
from tests.e2e.conftest import signed_root

pytestmark = pytest.mark.usefixtures("look_once")

IN_2060 = parse_instant("2060-01-01T00:00:00Z")
"""When no key of the samples is within its window any more."""


def told(found: Verdict, title: str) -> tuple[str, str]:
    return next((step.state, step.detail) for step in found.steps if step.title == title)


# --- acts


@pytest.mark.parametrize(
    ("what", "who", "more"),
    [
        ("acknowledge", "regulator", {}),
        ("object", "official", {}),
        ("countersign", "reviewer", {}),
        ("supersede", "assessor", {"successor": "ab" * 64}),
    ],
)
def test_an_act_does_not_make_a_package_fail_once_its_key_has_run_out(
    package: Package, what: str, who: str, more: dict[str, str]
) -> None:
    package.act(what, who, **more)
    assert told(package.verify(), steps.ACTS)[0] == steps.DONE
    found = package.verify(at=IN_2060)
    assert found.result == PASSED, found.error
    state, detail = told(found, steps.ACTS)
    assert state == steps.NOT_DONE
    assert detail.startswith(f"{what} at ")
    assert "(not counted, as nothing proves when that was: the key has expired" in detail


def test_a_withdrawal_still_refuses_once_its_key_has_run_out(package: Package) -> None:
    package.act("withdraw", "assessor")
    assert package.verify().result == FAILED
    assert package.verify(at=IN_2060).result == FAILED


@pytest.mark.parametrize("spoil", ["stranger", "role", "report", "bytes"])
def test_an_old_act_that_was_never_good_fails_as_before(package: Package, spoil: str) -> None:
    if spoil == "stranger":
        package.act("countersign", "mallory", role="assessor")
    elif spoil == "role":
        package.act("countersign", "sealer", role="assessor")
    else:
        data = package.act("acknowledge", "regulator", report="ab" * 64 if spoil == "report" else None)
        if spoil == "bytes":
            at = data.index(b'"sig":"') + 40
            package.write("acts/0001.dsse.json", data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    found = package.verify(at=IN_2060)
    assert found.result == FAILED
    assert found.error is not None
    assert str(found.error).startswith("acts/0001.dsse.json")


def test_who_acts_is_told_with_their_organisation(package: Package) -> None:
    package.act("object", "official")
    assert "Sample Official, Sample Facility (not real) (responsible-official)" in told(package.verify(), steps.ACTS)[1]


# --- lists


def test_that_a_list_does_not_name_a_report_alone_shows_nothing(package: Package, tmp_path: Path) -> None:
    """Whoever signed can sign the same words again, in a file that no list names."""
    listed = package.status_list(tmp_path / "list.json", 1, now(), None)
    assert told(package.verify(status=listed), steps.STATUS)[0] == steps.DONE
    state, detail = told(judge(package.folder / layout.REPORT, status=listed), steps.STATUS)
    assert (state, "verify the package" in detail) == (steps.NOT_DONE, True)
    withdrawn = package.status_list(tmp_path / "list.json", 2, now(), "withdrawn")
    found = judge(package.folder / layout.REPORT, status=withdrawn)
    assert found.result == FAILED
    assert found.error is not None
    assert found.error.hint == "ask the assessor for its successor"


def test_a_list_says_where_nothing_bounds_its_age(package: Package, tmp_path: Path) -> None:
    listed = package.status_list(tmp_path / "list.json", 1, now(), None)
    assert told(package.verify(status=listed), steps.STATUS)[1].endswith("does not say how old a list may be")
    document = sample_document()
    document["status"] = {"leastVersion": 1, "maxAgeDays": 30}
    strict = tmp_path / "trust.json"
    strict.write_bytes(signed_root(document))
    assert told(package.verify(strict, status=listed), steps.STATUS)[1].endswith("lists no change to it")


def test_a_refused_list_is_named(package: Package) -> None:
    found = package.verify(status=package.folder / layout.REPORT)
    assert found.result == FAILED
    assert str(found.error).startswith("status list, ")


# --- the late seal


def test_a_late_seal_over_no_list_shows_nothing(package: Package) -> None:
    package.seal_late({}, both(now()))
    state, detail = told(package.verify(at=later()), steps.LATE_SEAL)
    assert (state, "covers no revocation list" in detail) == (steps.NOT_DONE, True)
    package.seal_late({"ca": make_crl(datetime.now(UTC))}, both(now()))
    assert told(package.verify(at=later()), steps.LATE_SEAL)[0] == steps.DONE


def test_a_late_seal_over_no_list_is_still_not_older_than_the_seal(package: Package) -> None:
    package.seal_late({}, both(now() - 3600 * 1_000_000))
    assert package.verify(at=later()).result == FAILED
