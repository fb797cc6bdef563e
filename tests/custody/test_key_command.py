"""`auditor key`, its card, its help and every example of docs/keys.md."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from auditor.attestation.keys import verify_signature
from auditor.cli import main as cli
from auditor.cli.key import EXAMPLES
from auditor.custody.card import WIDTH, groups_of_four, key_card
from auditor.custody.files import is_sample_key
from auditor.custody.signer_file import encode_signer, open_keys, read_signer
from auditor.errors import MachineError
from auditor.jobs.files import write_file
from tests.custody.people import SECRET, lay_out, nobody, signer

ROOT = Path(__file__).parents[2]
ADA = ["--principal", "urn:example:ada", "--name", "Ada Assessor", "--organisation", "Assurance Ltd"]


def key(*words: object) -> int:
    return cli.main(["key", *map(str, words)])


@pytest.fixture
def place(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SECRET", SECRET.decode())
    return tmp_path


def test_a_pair_is_made_encrypted_private_and_ready_to_sign(place, capsys) -> None:
    assert key("generate", "ada", *ADA, "--passphrase-env", "SECRET") == 0
    told = capsys.readouterr().out
    assert sorted(path.name for path in place.iterdir()) == ["ada.mldsa87.pem", "ada.p384.pem", "ada.signer.json"]
    for name in ("ada.mldsa87.pem", "ada.p384.pem"):
        assert b"ENCRYPTED" in (place / name).read_bytes()
        assert (place / name).stat().st_mode & 0o077 == 0
    made = read_signer(place / "ada.signer.json")
    assert (made.principal, made.name, made.organisation) == ("urn:example:ada", "Ada Assessor", "Assurance Ltd")
    for opened in open_keys(made, place, lambda what: SECRET):
        assert opened.public.keyid in told
        verify_signature(opened.public, b"message", opened.sign(b"message"))
    assert key("check", "ada.signer.json", "--passphrase-env", "SECRET") == 0


def test_a_sample_pair_says_so_everywhere(place, capsys) -> None:
    assert key("generate", "ada", *ADA, "--sample") == 0
    assert is_sample_key((place / "ada.p384.pem").read_bytes())
    assert is_sample_key((place / "ada.mldsa87.pem").read_bytes())
    for words in (["show", "ada.signer.json"], ["card", "ada.signer.json"], ["show", "ada.mldsa87.pem"]):
        capsys.readouterr()
        assert key(*words) == 0
        assert "SAMPLE" in capsys.readouterr().out


@pytest.mark.parametrize("there", ["ada.signer.json", "ada.p384.pem", "ada.mldsa87.pem"])
def test_nothing_is_written_over(place, there, capsys) -> None:
    (place / there).write_text("precious")
    assert key("generate", "ada", *ADA, "--sample") == 5
    assert {path.name: path.read_text() for path in place.iterdir()} == {there: "precious"}
    assert "exists already" in capsys.readouterr().err


@pytest.mark.parametrize("at", ["ada.mldsa87.pem", "ada.signer.json"])
@pytest.mark.parametrize("how", [MachineError("no space left on device"), KeyboardInterrupt()])
def test_a_pair_is_written_whole_or_not_at_all(place, monkeypatch, at, how) -> None:
    def write(path, data, **how_to):
        if path.name == at:
            raise how
        write_file(path, data, **how_to)

    monkeypatch.setattr("auditor.jobs.keys.write_file", write)
    assert key("generate", "ada", *ADA, "--sample") in (9, 130)
    assert list(place.iterdir()) == []


@pytest.mark.parametrize(
    ("secret", "problem"),
    [
        ("", "no passphrase was given"),
        ("elevenchars", "too short"),
        ("\u5bc6\u7801\u5bc6\u7801", "too short"),
        (None, "no passphrase"),
    ],
)
def test_without_a_passphrase_worth_the_name_nothing_is_made(place, monkeypatch, capsys, secret, problem) -> None:
    if secret is not None:
        monkeypatch.setenv("SECRET", secret)
    words = ["--passphrase-env", "SECRET"] if secret is not None else []
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    assert key("generate", "ada", *ADA, *words) == 5
    said = capsys.readouterr()
    assert problem in said.err
    assert not secret or secret not in said.err + said.out
    assert list(place.iterdir()) == []


def test_a_new_passphrase_is_asked_for_twice(place, monkeypatch, capsys) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    answers = iter([SECRET.decode(), "another passphrase", SECRET.decode(), SECRET.decode()])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(answers))
    assert key("generate", "ada", *ADA) == 5
    assert "differ" in capsys.readouterr().err
    assert key("generate", "ada", *ADA) == 0


@pytest.mark.parametrize(
    "names", [["--principal", "urn:example:a b"], ["--name", "Ada\nBen"], ["--name", ""], ["--organisation", "x" * 300]]
)
def test_malformed_names_make_no_files(place, names) -> None:
    assert key("generate", "ada", *ADA, *names, "--sample") == 6
    assert list(place.iterdir()) == []


def test_a_file_uri_is_not_elsewhere(place, capsys) -> None:
    assert key("generate", "ada", *ADA, "--sample", "--p384", "file:x.pem") == 5
    assert "leave --p384 out" in capsys.readouterr().err
    assert list(place.iterdir()) == []


def test_show_tells_the_same_of_every_form_of_a_key(place, capsys) -> None:
    lay_out(place, secret=SECRET)
    assert key("show", "ada.signer.json") == 0
    told = capsys.readouterr().out
    assert key("show", "ada.mldsa87.pem", "--passphrase-env", "SECRET") == 0
    alone = capsys.readouterr().out
    assert alone in told
    assert "SAMPLE" not in told
    assert key("show", "ada.mldsa87.pem") == 5
    assert key("show", "nobody.signer.json") == 9


def test_check_refuses_what_it_cannot_open(place, capsys) -> None:
    lay_out(place, secret=SECRET)
    assert key("check", "ada.signer.json") == 5
    (place / "ada.mldsa87.pem").chmod(0o644)
    assert key("check", "ada.signer.json", "--passphrase-env", "SECRET") == 5
    assert "chmod 600" in capsys.readouterr().err


def test_a_passphrase_variable_is_never_a_token_s_pin(monkeypatch) -> None:
    from auditor.cli.options import asker

    monkeypatch.setenv("SECRET", SECRET.decode())
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    assert asker("SECRET")("passphrase of ada.p384.pem") == SECRET
    assert asker("SECRET")("PIN of token Assurance") is None


def test_the_card_is_a_box_of_eighty_columns_with_both_key_ids() -> None:
    lines = key_card(signer()).splitlines()
    assert {len(line) for line in lines} == {WIDTH}
    text = " ".join(" ".join(line.strip("|+- ") for line in lines).split())
    for place in signer().keys:
        groups = groups_of_four(place.public)
        assert len(groups) == 79
        assert groups in text
        assert place.public.keyid == "sha256:" + groups.replace(" ", "")
    for words in ("Ada Assessor", "Assurance Ltd", "urn:example:ada", "How to compare", "compared by ___"):
        assert words in text
    assert "SAMPLE" not in text
    assert "SAMPLE" in key_card(signer(), sample=True)


def test_a_long_or_wide_name_stays_in_the_box() -> None:
    card = key_card(signer()._replace(name="評価者" * 40, organisation="x" * 256, principal="urn:" + "y" * 252))
    wide = {sum(2 if "\u2e80" <= c <= "\uffff" else 1 for c in line) for line in card.splitlines()}
    assert wide == {WIDTH}
    joined = "".join(line[2:-2].strip() for line in card.splitlines())
    assert "評価者" * 40 in joined
    assert "x" * 256 in joined


def test_nothing_secret_is_told(place, capsys) -> None:
    """What is on the screen after every command holds neither the passphrase nor a line of a private key."""
    assert key("generate", "ada", *ADA, "--passphrase-env", "SECRET") == 0
    for verb in ("show", "card", "check"):
        words = [] if verb == "card" else ["--passphrase-env", "SECRET"]
        assert key(verb, "ada.signer.json", *words) == 0
    said = capsys.readouterr()
    for name in ("ada.p384.pem", "ada.mldsa87.pem"):
        for line in (place / name).read_text().split("\n")[1:-2]:
            assert line not in said.out + said.err
    assert SECRET.decode() not in said.out + said.err


def test_no_option_takes_a_secret() -> None:
    """Words of a command line are in `ps` and in the history of the shell."""
    for command in ("key", "sign", "trust"):
        for action in cli.parser(command)._actions:
            for parser in {
                **(action.choices if isinstance(action.choices, dict) else {}),
                "": cli.parser(command),
            }.values():
                options = [option for each in parser._actions for option in each.option_strings]
                assert not {"--passphrase", "--pin", "--password", "--secret"} & set(options)


def commands(text: str) -> list[list[str]]:
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    return [shlex.split(line) for line in lines if line.strip().startswith("auditor ")]


def test_the_examples_of_help_run_and_fit(place, monkeypatch) -> None:
    monkeypatch.setenv("PASSPHRASE", SECRET.decode())
    (place / "samples" / "keys").mkdir(parents=True)
    lay_out(place / "samples" / "keys")
    (place / "samples" / "keys" / "assessor.signer.json").write_bytes(encode_signer(signer()))
    for words in commands(EXAMPLES):
        assert cli.main(words[1:]) == 0, words
    assert {words[2] for words in commands(EXAMPLES)} == {"generate", "show", "card", "check"}
    assert max(map(len, EXAMPLES.splitlines())) <= 80


def blocks() -> dict[str, list[str]]:
    """The shell blocks of docs/keys.md by the heading they stand under."""
    found: dict[str, list[str]] = {}
    for section in (ROOT / "docs" / "keys.md").read_text().split("\n## ")[1:]:
        found[section.split("\n")[0]] = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    return {heading: code for heading, code in found.items() if code}


def run(code: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    script = f'set -eu\nauditor() {{ "{sys.executable}" -m auditor.cli "$@"; }}\n{code}'
    return subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
    )


def test_every_block_of_the_page_is_run_by_a_test_here() -> None:
    assert list(blocks()) == ["Make them", "Compare them", "On a token", "In a key service"]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
def test_the_examples_of_the_page_run(tmp_path) -> None:
    done = run("\n".join(blocks()["Make them"] + blocks()["Compare them"]), tmp_path)
    assert done.returncode == 0, done.stderr
    made = read_signer(tmp_path / "ada.signer.json")
    assert done.stdout.splitlines()[-2:] == [place.public.keyid for place in made.keys]
    assert groups_of_four(made.keys[1].public)[:39] in (tmp_path / "ada.card.txt").read_text()


@pytest.mark.skipif(shutil.which("pkcs11-tool") is None, reason="opensc is not installed")
def test_the_token_example_of_the_page_runs(tmp_path) -> None:
    from tests.custody.test_pkcs11 import SOFTHSM

    if SOFTHSM is None or shutil.which("softhsm2-util") is None:
        pytest.skip("softhsm2 is not installed")
    (tmp_path / "tokens").mkdir()
    (tmp_path / "conf").write_text(f"directories.tokendir = {tmp_path / 'tokens'}\n")
    variables = {"SOFTHSM2_CONF": str(tmp_path / "conf"), "PKCS11_MODULE": str(SOFTHSM), "PASSPHRASE": SECRET.decode()}
    start = "softhsm2-util --init-token --free --label Assurance --pin 31415926 --so-pin 31415926"
    done = run("\n".join([start, *blocks()["On a token"]]), tmp_path, **variables)
    assert done.returncode == 0, done.stderr
    assert "pkcs11:token=Assurance;object=ben" in done.stdout


def test_a_signer_file_is_json_that_others_can_read(place) -> None:
    lay_out(place)
    document = json.loads((place / "ada.signer.json").read_text())
    assert [entry["algorithm"] for entry in document["keys"]] == ["ecdsa-p384-sha384", "ml-dsa-87"]
    assert len(open_keys(read_signer(place / "ada.signer.json"), place, nobody)) == 2
