"""The threat table, rows 14 to 20: times, stolen keys, old or forged trust, and what happened to a report since."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.attestation.envelope import TRUST_ROOT_TYPE
from auditor.attestation.root import parse_root
from auditor.attestation.rotation import accept_successor, make_root, sign_root
from auditor.attestation.steps import ACTS, CATALOG, ENGINE, LATE_SEAL, PROVEN_TIME, STATUS, UNVERIFIABLE
from auditor.canon.instant import format_instant
from auditor.errors import BindingError, SignatureError, StatementError, TrustError, UnverifiableError
from auditor.jobs import verify_package, verify_seals
from auditor.jobs.container import read
from samples.authorities import make_crl
from samples.identities import sample_document
from tests.attestation.tokens import Changes
from tests.e2e import attacks
from tests.e2e.attacks import DAY, HOUR, Document, Package, both, keys_of, now, passes, refused, trust_root
from tests.e2e.conftest import auditor

pytestmark = pytest.mark.usefixtures("look_once")


@pytest.fixture
def trust(tmp_path: Path) -> Path:
    return tmp_path / "trust.json"


# --- 14: something is dated back


def test_row_14_one_authority_dates_back_and_the_other_does_not(package: Package) -> None:
    for name, other in (("alpha", "beta"), ("beta", "alpha")):
        package.reseal({name: now() - 30 * DAY, other: now()})
        refused(package, UnverifiableError, "conflict|disagree|apart")
    assert auditor("verify", package.folder, "--trust", attacks.TRUST).code == 7


def test_row_14_both_authorities_date_back(package: Package) -> None:
    """Then the report would be older than itself, and older than the evidence that it cites."""
    package.reseal(both(now() - 30 * DAY))
    refused(package, (BindingError, StatementError), "concluded after the time|sealed after the package")


def test_row_14_the_report_is_dated_back(package: Package) -> None:
    package.sign_report(concluded_at=package.report().concluded_at - HOUR)
    package.all_anew()
    refused(package, BindingError, "dated before the evidence was sealed")


def test_row_14_the_seal_of_the_evidence_is_dated_back_by_one_authority(package: Package) -> None:
    """Evidence made up today, to be sold as that of last month."""
    seal = package.seal_evidence({"alpha": now() - 3 * HOUR, "beta": now()})
    package.sign_report(evidence_seal=seal, concluded_at=now() - 2 * HOUR)
    package.all_anew()
    refused(package, UnverifiableError, "conflict|disagree|apart")


# --- 15: something is signed before its time


def test_row_15_a_report_dated_after_the_time_it_is_proven_to_exist_by(package: Package) -> None:
    """A results file signed in store, to be used later. No log is built, so this is all that speaks against it."""
    package.sign_report(concluded_at=now() + 2 * HOUR)
    package.all_anew()
    refused(package, StatementError, "concluded after the time by which", at=now() + 3 * HOUR)
    refused(package, StatementError, "dated after the time of verification")


def test_row_15_a_token_from_the_future(package: Package) -> None:
    package.reseal(both(now() + 2 * DAY))
    refused(package, BindingError, "later than the time of verification")


# --- 16: a stolen key


def revoked(name: str, reason: str, revoked_at: int, invalid: int | None = None) -> dict[str, str]:
    """One key of a sample person, revoked; the post-quantum one."""
    key = keys_of(name)[1].public.keyid
    dates = {"revokedAt": format_instant(revoked_at), "invalidityDate": format_instant(invalid or revoked_at)}
    return {"keyid": key, "reason": reason, **dates}


@pytest.mark.parametrize("name", ["assessor", "reviewer", "official", "sealer"])
def test_row_16_a_key_revoked_before_the_proven_time(package: Package, trust: Path, name: str) -> None:
    early, late = now() - 40 * DAY, now() + HOUR
    for entry in (
        revoked(name, "superseded", early),
        revoked(name, "cessation", early),
        revoked(name, "key-compromise", late, early),
    ):
        trust_root(trust, lambda document, entry=entry: document["revoked"].append(entry))
        refused(package, TrustError, "the key is revoked", trust=trust)


@pytest.mark.parametrize("name", ["assessor", "sealer"])
def test_row_16_a_key_revoked_after_the_proven_time_still_counts(package: Package, trust: Path, name: str) -> None:
    trust_root(trust, lambda document: document["revoked"].append(revoked(name, "superseded", now() + HOUR)))
    assert passes(package, trust=trust, at=now() + 100 * DAY)


def test_row_16_a_revoked_key_gets_no_old_time_for_a_new_report(package: Package, trust: Path) -> None:
    """Stolen and used after its revocation; the thief also tries the timestamps of the genuine seal."""
    genuine = {path: package.read(path) for path in package.paths() if ".ts" in path}
    trust_root(trust, lambda document: document["revoked"].append(revoked("assessor", "superseded", now() - HOUR)))
    package.sign_report(concluded_at=now())
    package.all_anew()
    refused(package, TrustError, "the key is revoked", trust=trust)
    for path, data in genuine.items():
        package.write(path, data)
    refused(package, (BindingError, SignatureError), trust=trust)


def test_row_16_without_a_proven_time_keys_are_judged_now(package: Package, trust: Path) -> None:
    """A root that asks for no time authority: then nothing shows that the report is older than the revocation."""

    def no_time(document: Document) -> None:
        document["timeThreshold"] = 0
        document["revoked"].append(revoked("assessor", "superseded", now() + HOUR))

    trust_root(trust, no_time)
    assert PROVEN_TIME not in passes(package, trust=trust)
    refused(package, TrustError, "the key is revoked", trust=trust, at=now() + 2 * HOUR)


def test_row_16_windows_are_judged_at_the_proven_time(package: Package, trust: Path) -> None:
    def window(began: int, ended: int) -> None:
        def change(document: Document) -> None:
            for key in next(one for one in document["principals"] if one["principal"].endswith("-assessor"))["keys"]:
                key |= {"notBefore": format_instant(began), "notAfter": format_instant(ended)}

        trust_root(trust, change)

    window(now() - 100 * DAY, now() + HOUR)
    assert passes(package, trust=trust, at=now() + 900 * DAY)
    window(now() - 100 * DAY, now() - 50 * DAY)
    refused(package, TrustError, "expired|window", trust=trust)
    window(now() + 50 * DAY, now() + 100 * DAY)
    refused(package, TrustError, "not yet|window", trust=trust, at=now() + 60 * DAY)


def test_row_16_a_late_seal_covers_this_seal_and_no_other(package: Package, trust: Path) -> None:
    """Revocation lists from after the seal, which show that no certificate was revoked in between."""
    fresh = make_crl(datetime.now(UTC))
    package.seal_late({"ca": fresh})
    assert "1 revocation list" in passes(package)[LATE_SEAL]
    package.write("seals/revocation/ca.crl", make_crl(datetime.now(UTC), number=99))
    refused(package, BindingError, "not the file that the late seal covers")
    package.write("seals/revocation/ca.crl", fresh)
    package.write("seals/revocation/more.crl", fresh)
    refused(package, BindingError, "does not cover this seal")
    package.remove("seals/revocation/more.crl")
    package.seal()
    refused(package, BindingError, "late seal covers")


def test_row_16_a_list_is_used_as_it_was_when_the_seal_was_checked(
    package: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder on somebody's server could answer otherwise the second time, so there is none."""
    package.seal_late({"ca": make_crl(datetime.now(UTC))})
    asked: Counter[str] = Counter()
    for module in (verify_seals, verify_package):
        monkeypatch.setattr(module, "read", lambda where, path, *most: asked.update([path]) or read(where, path, *most))
    passes(package)
    assert asked["seals/revocation/ca.crl"] == 1


def test_row_16_a_late_seal_without_the_seal_it_covers(package: Package, trust: Path) -> None:
    """For a root that asks for no seal, taking the seal away must not leave its lists unlooked at."""

    def unsealed(document: Document) -> None:
        document["timeThreshold"] = 0
        del document["thresholds"]["seal"]

    trust_root(trust, unsealed)
    package.seal_late({"ca": make_crl(datetime.now(UTC))})
    for path in package.paths():
        if path.startswith("seals/package."):
            package.remove(path)
    refused(package, BindingError, "not sealed")
    refused(package, (BindingError, TrustError), "the seal that it covers is not there|does not say who", trust=trust)


# --- 17: a time authority is compromised


@pytest.mark.parametrize("name", ["alpha", "beta"])
def test_row_17_each_source_taken_away(package: Package, name: str) -> None:
    for ending in ("tsq", "tsr"):
        package.remove(f"seals/package.{name}.{ending}")
    refused(package, UnverifiableError, "2|two")
    assert auditor("verify", package.folder, "--trust", attacks.TRUST).code == 7


def test_row_17_one_source_under_two_names_is_one(package: Package, trust: Path) -> None:
    def second_name(document: Document) -> None:
        document["authorities"].append(document["authorities"][0] | {"authority": "gamma"})

    def one_operator(document: Document) -> None:
        document["authorities"][1]["operator"] = document["authorities"][0]["operator"]

    for change in (second_name, one_operator):
        with pytest.raises(TrustError):
            trust_root(trust, change)
    for ending in ("tsq", "tsr"):
        package.write(f"seals/package.gamma.{ending}", package.read(f"seals/package.alpha.{ending}"))
        package.remove(f"seals/package.beta.{ending}")
    refused(package, UnverifiableError)


def test_row_17_a_token_by_another_key_policy_or_after_the_end(package: Package, trust: Path) -> None:
    alpha = attacks.AUTHORITIES["alpha"]
    for changes in (
        Changes(key=alpha.key, digest="sha512"),
        Changes(key=alpha.key, certificate=alpha.certificate),
        Changes(policy=alpha.policy),
        Changes(nonce=b"\x02\x01\x07"),
        Changes(imprint=bytes(64)),
    ):
        package.reseal(changes={"beta": changes})
        refused(package, (TrustError, SignatureError, BindingError))
    package.reseal()
    assert passes(package)

    def ended(document: Document) -> None:
        document["authorities"][0]["notAfter"] = format_instant(now() - DAY)

    trust_root(trust, ended)
    refused(package, TrustError, "outside the window of the authority", trust=trust)


# --- 18: an old or a forked trust root


def test_row_18_an_older_root_than_the_one_seen(package: Package) -> None:
    refused(package, TrustError, "older than version 2", least_root_version=2)
    done = auditor("verify", package.folder, "--trust", attacks.TRUST, "--trust-version", "2")
    assert done.code == 6


def test_row_18_a_package_brings_no_root_of_its_own(package: Package, trust: Path) -> None:
    for path in ("trust.json", "seals/trust.json", "evidence/trust.json"):
        package.write(path, attacks.TRUST.read_bytes())
        refused(package, BindingError, "no place in a package")
        package.remove(path)
    document = sample_document()
    document["root"]["holders"][0]["keys"] = document["root"]["holders"][1]["keys"]
    with pytest.raises(TrustError):
        make_root(document)
    trust.write_bytes(attacks.sign_raw(make_root(sample_document()), keys_of("root-a"), TRUST_ROOT_TYPE))
    refused(package, TrustError, "signed by 1 root holders", trust=trust)


def test_row_18_two_successors_of_one_root(trust: Path) -> None:
    old = parse_root(attacks.TRUST.read_bytes())
    holders = keys_of("root-a", "root-b")

    def successor(**members: object) -> bytes:
        document = sample_document() | {"version": 2} | members
        return sign_root(make_root(document), holders)

    one = accept_successor(old, successor())
    for before, after in (
        (one, successor(timeTolerance=1)),
        (one, attacks.TRUST.read_bytes()),
        (old, successor(version=3)),
        (old, successor(lineage="urn:example:other")),
    ):
        with pytest.raises(TrustError):
            accept_successor(before, after)


# --- 19: a weaker catalog or another engine


def test_row_19_a_catalog_or_engine_that_the_root_does_not_approve(package: Package, trust: Path) -> None:
    report = package.report()
    catalog, engine = report.digest_of("catalog"), report.engine.digest
    approved = {"catalogs": [catalog], "engines": ["ab" * 32, engine]}
    trust_root(trust, lambda document: document.update(approved))
    assert {CATALOG, ENGINE} <= set(passes(package, trust=trust))
    assert not {CATALOG, ENGINE} & set(passes(package))
    for member in approved:
        trust_root(trust, lambda document, member=member: document.update(approved | {member: ["cd" * 32]}))
        refused(package, BindingError, "not one that the trust root approves", trust=trust)


def test_row_19_a_weaker_catalog_under_an_approved_name(package: Package, trust: Path) -> None:
    """All who sign claim an approved digest for results of another catalog: recomputing is what finds it."""
    approved = "ab" * 32
    trust_root(trust, lambda document: document.update(catalogs=[approved]))
    package.sign_report(lambda results: results["catalog"].update(digest=approved))
    package.all_anew()
    refused(package, BindingError, "attestation.pdf", trust=trust)


# --- 20: withdrawn since


def test_row_20_withdrawn_by_an_act(package: Package) -> None:
    package.act("withdraw", "assessor", now() + DAY)
    assert "withdraw" in passes(package)[ACTS]
    refused(package, BindingError, "was withdrawn by Sample Assessor", at=now() + 2 * DAY)
    package.remove("acts/0001.dsse.json")
    package.act("withdraw", "assessor", package.report().concluded_at)
    assert auditor("verify", package.folder, "--trust", attacks.TRUST).code == 6


def test_row_20_an_act_by_those_who_may_not_or_over_another_report(package: Package, trust: Path) -> None:
    trust_root(trust, attacks.add_rival)
    package.act("withdraw", "rival")
    refused(package, TrustError, "only the organisation that assessed", trust=trust)
    refused(package, TrustError, "no signature is by a key")
    package.remove("acts/0001.dsse.json")
    package.act("countersign", "reviewer", report="ab" * 64)
    refused(package, BindingError, "an act over another report")


def test_row_20_withdrawn_by_a_status_list(package: Package, tmp_path: Path) -> None:
    listed = package.status_list(tmp_path / "status.dsse.json", 2, now() - HOUR, "withdrawn")
    assert STATUS not in passes(package)
    refused(package, BindingError, "was withdrawn", status=listed)
    assert auditor("verify", package.folder, "--trust", attacks.TRUST, "--status", listed).code == 6
    replaced = package.status_list(tmp_path / "status.dsse.json", 2, now(), "superseded")
    assert "superseded" in passes(package, status=replaced)[STATUS]


def test_row_20_a_stale_or_an_older_list(package: Package, tmp_path: Path, trust: Path) -> None:
    trust_root(trust, lambda document: document.update(status={"leastVersion": 3, "maxAgeDays": 30}))
    listed = package.status_list(tmp_path / "status.dsse.json", 3, now(), None)
    assert "lists no change" in passes(package, trust=trust, status=listed)[STATUS]
    refused(package, UnverifiableError, "older than 30 days", trust=trust, status=listed, at=now() + 31 * DAY)
    older = package.status_list(tmp_path / "status.dsse.json", 2, now(), None)
    refused(package, UnverifiableError, "older than one seen", trust=trust, status=older)
    ahead = package.status_list(tmp_path / "status.dsse.json", 3, now() + DAY, None)
    refused(package, BindingError, "dated after", trust=trust, status=ahead)


def test_row_20_a_list_by_a_rival_says_nothing(package: Package, tmp_path: Path, trust: Path) -> None:
    trust_root(trust, attacks.add_rival)
    listed = package.status_list(tmp_path / "status.dsse.json", 1, now(), None, "rival")
    refused(package, TrustError, "neither of an authority nor of those who assessed", trust=trust, status=listed)


def test_row_20_the_verdict_names_the_status_it_does_not_know(package: Package) -> None:
    found = package.verify()
    left = {step.title: step.detail for step in found.steps if step.state != "done"}
    assert "whether the report was withdrawn since is not known" in left[STATUS]
    assert found.result != UNVERIFIABLE
    done = auditor("verify", package.folder, "--trust", attacks.TRUST, "--format", "json")
    assert any(step["title"] == STATUS and step["state"] == "not-done" for step in json.loads(done.out)["steps"])
