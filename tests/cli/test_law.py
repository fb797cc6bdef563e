"""`auditor law`: every verb in text and JSON, within 80 columns, with its exit code, on sound and hostile facts."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor.cli import main as cli
from auditor.cli.law.command import EXAMPLES
from auditor.cli.law.verbs import VERBS
from auditor.jobs.law import load_facts, load_law
from auditor.jobs.law_scaffold import write_scaffold
from auditor.jobs.law_schema import facts_schema

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "samples" / "law"
AS_OF = "2026-11-22"
QUESTIONS = [verb for verb in VERBS if verb.ask is not None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the sample, to break."""
    shutil.copytree(SAMPLE, tmp_path / "law")
    return tmp_path / "law"


def law(*words: str | Path) -> int:
    return cli.main(["law", *map(str, words)])


def edit(folder: Path, old: str, new: str) -> Path:
    path = folder / "facts.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return path


def words_of(example: str) -> list[str]:
    return [str(ROOT / word) if word.startswith("samples/") else word for word in example.split()]


# Every verb


@pytest.mark.parametrize("verb", QUESTIONS, ids=lambda verb: verb.name)
def test_text_fits_the_terminal_and_ends_with_the_notice(verb: Any, capsys: pytest.CaptureFixture[str]) -> None:
    code = law(*words_of(verb.examples[0]))
    out = capsys.readouterr().out
    assert code in (0, 12)
    assert max(map(len, out.splitlines())) <= 80
    assert "Not legal advice" in out.split("\n\n")[-1]
    assert "WHERE THE LAW STANDS" in out or verb.name == "status"
    assert ("\nMISSING\n" in out) == (code == 12)


@pytest.mark.parametrize("verb", QUESTIONS, ids=lambda verb: verb.name)
def test_json_holds_the_whole_answer_and_no_float(verb: Any, capsys: pytest.CaptureFixture[str]) -> None:
    def refuse(text: str) -> None:
        raise AssertionError(f"a float: {text}")

    code = law(*words_of(verb.examples[0]), "--format", "json")
    answer = json.loads(capsys.readouterr().out, parse_float=refuse)
    assert {"question", "asOf", "outcome", "conclusion", "steps", "standing", "tables", "notice"} <= answer.keys()
    assert answer["standing"], "every answer carries the law's status"
    assert (answer["outcome"] == "cannot be determined") == (code == 12)
    assert bool(answer["missing"]) == (code == 12)
    for step in answer["steps"]:
        assert step.get("cite") or step["used"] or step["facts"], step


@pytest.mark.parametrize("verb", QUESTIONS, ids=lambda verb: verb.name)
def test_the_same_question_gives_the_same_bytes(verb: Any, capsys: pytest.CaptureFixture[str]) -> None:
    said = []
    for _ in range(2):
        law(*words_of(verb.examples[0]), *([] if "--as-of" in verb.examples[0] else ["--as-of", AS_OF]))
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_help_shows_examples_in_eighty_columns(verb: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        law(verb.name, "--help")
    out = capsys.readouterr().out
    assert ended.value.code == 0
    assert f"auditor law {verb.name}" in out.split("examples:")[1]
    assert max(map(len, out.splitlines())) <= 80


def test_every_verb_has_an_example_in_the_commands_own_help() -> None:
    assert max(map(len, EXAMPLES.splitlines())) <= 80
    assert {verb.name for verb in VERBS} == set(re.findall(r"^  auditor law (\w+)", EXAMPLES, re.MULTILINE))


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["fly"],
        ["destination"],
        ["destination", "NO", "--as-of", "2026-02-30"],
        ["destination", "NO", "--as-of", "20261122"],
        ["destination", "NO", "--as-of", "today"],
        ["destination", "NO", "--as-of", "2026-W01-1"],
        ["destination", "NO", "--as-of", "0000-01-01"],
        ["destination", "NO", "--as-of", "2101-01-01"],
        ["destination", "NO", "--as-of", "٢٠٢٦-٠١-٠١"],
        ["lpp", "--year", "0"],
        ["lpp", "--year", "2_026"],
        ["destination", "NO", "--format", "yaml"],
        ["uveu", "--plans", "x"],
        ["lpp", "--year", "soon"],
        ["init"],
    ],
)
def test_a_command_line_not_understood_exits_2(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        law(*words)
    assert ended.value.code == 2


def test_the_facts_file_is_named_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert law("entity", SAMPLE / "facts.yaml", "--facts", SAMPLE / "facts.yaml") == 2
    assert "given twice" in capsys.readouterr().err
    said = []
    for words in ([SAMPLE / "facts.yaml"], ["--facts", SAMPLE / "facts.yaml"]):
        assert law("entity", *words, "--as-of", AS_OF) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]


# What cannot be used


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["uveu", "nowhere.yaml"], 9, "nowhere.yaml"),
        (["uveu", SAMPLE / "facts.yaml", "--party", "nobody"], 11, "no such party"),
        (["uveu", SAMPLE / "facts.yaml", "--plan", "nothing"], 11, "expansion"),
        (["uveu", SAMPLE / "facts.yaml", "--inventory", "1999"], 11, "2026-08"),
        (["weights", SAMPLE / "facts.yaml"], 11, "give --model ID"),
        (["weights", SAMPLE / "facts.yaml", "--model", "x"], 11, "nordlys-2"),
        (["country", SAMPLE / "facts.yaml"], 11, "give --country"),
        (["country", SAMPLE / "facts.yaml", "--country", "UK"], 11, "GB"),
        (["country", SAMPLE / "facts.yaml", "--country", "XX"], 11, "no ISO 3166-1"),
        (["destination", "norway"], 11, "no ISO 3166-1"),
        (["destination", "AN"], 11, "withdrawn"),
        (["destination", "\x1b[2J"], 11, "no ISO 3166-1"),
        (["chip", "nvidia-h100"], 11, "did you mean nvidia-h100"),
        (["chip", "abacus-of-grandfather"], 11, "auditor law chip lists"),
        (["paragraph", "10.20"], 11, "no such paragraph"),
        (["destination", "NO", "--tables", "nowhere"], 9, "no law tables"),
        (["destination", "NO", "--controls", "nowhere"], 9, "no law tables"),
        (["reconcile", SAMPLE / "facts.yaml", "--as-of", "2026-03-01"], 11, "no inventory before"),
        (["reconcile", SAMPLE / "facts.yaml", "--earlier", "2026-08", "--later", "2026-02"], 11, "not later"),
    ],
)
def test_each_refusal_has_its_exit_code_and_fix(
    words: list[str | Path], code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert law(*words) == code
    shown = capsys.readouterr()
    assert shown.out == ""
    assert said in shown.err
    assert "\x1b" not in shown.err


def test_without_a_facts_file_it_says_how_to_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert law("route") == 11
    assert "auditor law init" in capsys.readouterr().err
    write_scaffold(tmp_path)
    assert law("entity", "--as-of", AS_OF) == 0


@pytest.mark.parametrize("day", ["1900-01-01", "2024-01-01"])
def test_a_day_before_the_tables_cannot_be_determined(day: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert law("status", "--as-of", day) in (0, 12)
    assert law("destination", "NO", "--as-of", day) == 12
    assert "ask about a later day" in capsys.readouterr().out


def test_hostile_names_do_not_move_the_cursor(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(folder, "name: Fjellkraft ASA", 'name: "A\\e[2J\\u202eB\\u0007\\nC\\U000E0001"')
    edit(folder, "name: Blaa 1", 'name: "B\\x9b2J"')
    path = edit(folder, "title: Fjellkraft and its neighbours", 'title: "T\\u2028\\x85"')
    asked = (["entity"], ["route", "--plan", "expansion"], ["check"], ["calendar"])
    for words in (*([words[0], path, *words[1:]] for words in asked), ["chip", "--facts", path]):
        for form in ("text", "json"):
            assert law(*words, "--as-of", AS_OF, "--format", form) in (0, 12)
            shown = capsys.readouterr()
            assert [c for c in shown.out + shown.err if not c.isprintable() and c != "\n"] == []
            if form == "json":
                json.loads(shown.out)
    law("entity", path, "--format", "json")
    assert "A\x1b[2J\u202eB\x07\nC\U000e0001" in json.loads(capsys.readouterr().out)["result"]["name"]


@pytest.mark.parametrize("day", ["0001-01-01", "2099-12-31", "2100-12-31"])
@pytest.mark.parametrize("verb", QUESTIONS, ids=lambda verb: verb.name)
def test_a_day_at_the_edge_is_answered_or_undetermined(verb: Any, day: str, folder: Path) -> None:
    late = "date: 2100-06-01, chip: nvidia-h100-sxm, quantity: 1, to: khalifa, authorization: nveu"
    path = edit(folder, "plans:\n", f"plans:\n  - {{id: late, title: L, shipments: [{{id: l-1, {late}}}]}}\n")
    words = [str(path) if word == str(SAMPLE / "facts.yaml") else word for word in words_of(verb.examples[0])]
    words = ["late" if word == "expansion" else word for word in words]
    # The last --as-of counts; the calendar's --until may be before it.
    assert law(*words, "--as-of", day) in (0, 11, 12)


def test_hostile_names_are_seen_on_the_page_and_do_nothing(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = r"A\e[31m<script>x</script>{{7*7}}$x^2$\u202e\x9b\r"
    path = edit(folder, "name: Fjellkraft ASA", f'name: "{evil}"')
    edit(folder, "title: Fjellkraft and its neighbours", f'title: "{evil}"')
    assert law("picture", path, "--plan", "expansion", "--as-of", AS_OF, "--html", tmp_path / "x.html") in (0, 12)
    page = (tmp_path / "x.html").read_text()
    edit(folder, "ownership:\n", "ownership:\n  - {owner: unknown, owned: fjellkraft, percent: 60}\n")
    assert law("picture", path, "--as-of", AS_OF, "--html", tmp_path / "\x1b[2J.html") == 12
    out = capsys.readouterr().out
    assert [c for c in out if not c.isprintable() and c != "\n"] == []
    assert "ultimate parent" in out
    assert re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", page) == []
    assert "<script" not in page
    assert "A‹U+001B›[31m&lt;script&gt;x&lt;/script&gt;{{7*7}}$x^2$‹U+202E›‹U+009B›" in page


@pytest.mark.parametrize("target", ["", ".", "..", "/"])
@pytest.mark.parametrize("option", ["--html", "--ics"])
def test_a_folder_is_no_file_to_write(
    option: str, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["picture"] if option == "--html" else ["calendar"]
    assert law(*words, SAMPLE / "facts.yaml", "--as-of", AS_OF, option, target) == 9
    assert "give a file, not a folder" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("redirect", [">/dev/full", ">&-", "| head -c 1"])
def test_output_that_cannot_be_written_ends_without_a_traceback(redirect: str) -> None:
    line = f"{sys.executable} -m auditor.cli.main law status {redirect}"
    done = subprocess.run(["sh", "-c", line], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr
    assert (done.returncode, "cannot be written" in done.stderr) == (9, True) or redirect != ">/dev/full"


def test_a_terminal_without_utf8_is_written_to(folder: Path) -> None:
    line = [sys.executable, "-c", "from auditor.cli.main import main; raise SystemExit(main())", "law", "status"]
    done = subprocess.run(
        line, cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONIOENCODING": "latin-1"}
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u2500" in done.stdout


# Inventories beside the facts file


def test_an_inventory_that_is_a_link_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "inventories" / "2026-08-01.csv"
    path.rename(folder / "elsewhere.csv")
    path.symlink_to(folder / "elsewhere.csv")
    assert law("uveu", folder / "facts.yaml", "--as-of", AS_OF) == 11
    assert "a link" in capsys.readouterr().err


def test_a_folder_that_is_a_link_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "inventories").rename(folder.parent / "outside")
    (folder / "inventories").symlink_to(folder.parent / "outside")
    assert law("uveu", folder / "facts.yaml", "--as-of", AS_OF) == 11
    assert "outside the folder" in capsys.readouterr().err


def test_a_missing_inventory_names_its_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "inventories" / "2026-08-01.csv").unlink()
    assert law("uveu", folder / "facts.yaml", "--as-of", AS_OF) == 11
    assert re.search(r"facts.yaml:\d+: there is no such inventory file", capsys.readouterr().err)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("FK001000,nvidia-h100-sxm,rjukan,installed,2025-06-18,aia", "also in line 2"),
        ("FK900000,nvidia-h100-sxm,rjuken,installed,2025-06-18,aia", "no such site"),
        ("FK900000,nvidia-h1000,rjukan,installed,2025-06-18,aia", "no such chip"),
        ("FK900000,nvidia-h100-sxm,rjukan,gone,2025-06-18,aia", "no such condition"),
        ("FK900000,nvidia-h100-sxm,rjukan,installed,2026-08-02,aia", "later than the inventory"),
        ("FK900000,nvidia-h100-sxm,rjukan", "FK900000"),
    ],
)
def test_a_wrong_row_is_refused_with_its_line(
    folder: Path, row: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = folder / "inventories" / "2026-08-01.csv"
    lines = len(path.read_text().splitlines())
    path.write_text(f"{path.read_text()}{row}\n")
    for verb in ("inventory", "check"):
        assert law(verb, folder / "facts.yaml", "--as-of", AS_OF) == 11
        shown = capsys.readouterr()
        assert said in shown.out + shown.err
        assert f"2026-08-01.csv:{lines + 1}" in shown.out + shown.err


@pytest.mark.parametrize("verb", ["uveu", "inventory", "country --country IN", "nveu --party solvind --country IN"])
def test_an_absent_inventory_is_no_empty_one(folder: Path, verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    words = verb.split()
    path = folder / "facts.yaml"
    text = path.read_text()
    rows = "".join(line for line in text.splitlines(keepends=True) if "inventories/" in line)
    path.write_text(text.replace(f"inventories:\n{rows}", ""))
    assert law(words[0], path, *words[1:], "--as-of", AS_OF) == 12
    assert "the facts name no inventory" in " ".join(capsys.readouterr().out.split())
    header = "serial,chip,site,condition,received\n"
    (folder / "inventories" / "2026-08-01.csv").write_text(header)
    path.write_text(text.replace(rows, rows.splitlines(keepends=True)[1]))
    assert law(words[0], path, *words[1:], "--as-of", AS_OF) == 0


# Tables

NEWER = (
    "rows: [{{id: {id}, value: 5, unit: {unit}, meaning: m, cite: c, source: fr-2025-00636, confidence: primary, "
    "provision: country-allocation, since: 2026-11-01, seen: 2026-11-20}}]"
)


def test_a_users_table_is_laid_over_and_named_as_theirs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    limit = load_law().limits["uveu.single-country.percent"][-1]
    row = limit.model_dump(mode="json", exclude={"origin", "note"}, exclude_none=True)
    row |= {"value": "5", "since": "2026-11-01", "seen": "2026-11-20", "cite": "an invented rule"}
    lines = "\n".join(f"    {name}: {json.dumps(value)}" for name, value in row.items())
    (tmp_path / "limits.yaml").write_text(f"rows:\n  -\n{lines}\n")
    words = ["uveu", SAMPLE / "facts.yaml", "--tables", tmp_path]
    assert law(*words, "--as-of", AS_OF) in (0, 12)
    out = " ".join(capsys.readouterr().out.split())
    assert "your tables/limits.yaml:" in out
    assert "an invented rule" in out
    assert law("uveu", SAMPLE / "facts.yaml", "--tables", tmp_path, "--as-of", "2026-10-31") in (0, 12)
    assert "an invented rule" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("limits.yaml", "rows: [{id: x}]", "missing"),
        ("limits.yml.yaml", "rows: []", "no law table"),
        ("speeds.yaml", "rows: []", "no law table"),
        ("limits.yaml", "rows: {", "not YAML"),
        ("limits.yaml", NEWER.format(id="country.alocation", unit="TPP"), "no such limit to take over from"),
        ("limits.yaml", NEWER.format(id="country.allocation", unit="percent"), "another unit than before"),
    ],
)
def test_wrong_tables_are_a_fault_of_content(
    tmp_path: Path, name: str, text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_text(text)
    assert law("destination", "NO", "--tables", tmp_path) == 3
    assert said in capsys.readouterr().err


# init, check, lists, calendar


def test_init_writes_a_folder_that_checks_clean(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert law("init", tmp_path / "new" / "facts") == 0
    assert max(map(len, (tmp_path / "new" / "facts" / "facts.yaml").read_text().splitlines())) <= 120
    capsys.readouterr()
    assert law("check", tmp_path / "new" / "facts" / "facts.yaml", "--as-of", AS_OF) == 0
    out = capsys.readouterr().out
    assert "no problem found" in out
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize("name", ["facts.yaml", "facts.schema.json", "inventory.csv"])
def test_init_overwrites_nothing(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / name).write_text("mine")
    assert law("init", tmp_path) == 9
    assert name in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_init_does_not_write_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "facts.yaml").symlink_to(tmp_path / "target")
    assert law("init", tmp_path / "new") == 9
    assert not (tmp_path / "target").exists()


def test_check_names_every_problem(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = edit(folder, "to: rjukan, origin: US", "to: rjuken, origin: UK")
    assert law("check", path) == 11
    out = capsys.readouterr().out
    assert out.startswith("2 problems")
    assert "rjukan" in out
    assert "GB" in out
    assert max(map(len, out.splitlines())) <= 80


def test_check_says_what_each_question_lacks(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert law("check", folder / "facts.yaml", "--as-of", AS_OF, "--format", "json") == 0
    before = json.loads(capsys.readouterr().out)
    ready = {(one["question"], one["about"]): one["ready"] for one in before["questions"]}
    assert ready["entity", ""]
    assert ready["weights", "nordlys-2"]
    assert not ready["weights", "nordlys-3"]
    path = edit(folder, "    headquarters: IN\n", "")
    assert law("check", path, "--as-of", AS_OF) == 0
    assert "headquarters" in capsys.readouterr().out


def test_check_of_a_fresh_folder_reads_well(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert law("init", tmp_path / "new") == 0
    capsys.readouterr()
    assert law("check", tmp_path / "new" / "facts.yaml", "--as-of", AS_OF) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "2 parties, 1 holding, 2 sites, 1 inventory, 1 shipment, 1 plan, 1 model." in out
    assert "equivalents" not in out, "it asks nothing of the facts file"


def test_readings_without_a_breach_say_so(capsys: pytest.CaptureFixture[str]) -> None:
    law("country", SAMPLE / "facts.yaml", "--country", "IN", "--as-of", AS_OF)
    breaches = capsys.readouterr().out.split("\n  breaches\n")[1].split("\n\n")[0].splitlines()
    assert breaches[0].split() == ["attrition", "counting", "date", "used", "shipments"]
    assert all(line.split()[-1] == "none" for line in breaches[2:])
    assert len(breaches) == 6


def test_check_notes_a_holding_given_twice(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = edit(folder, "ownership:\n", "ownership:\n" + "  - {owner: megha, owned: solvind, percent: 20}\n" * 2)
    assert law("check", path, "--as-of", AS_OF) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert out.count("what megha holds of solvind stands at facts.yaml:") == 1


def test_check_notes_what_is_likely_a_slip(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert law("check", folder / "facts.yaml", "--as-of", "2027-03-01") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "shipment e-1 is planned for a day that is past" in out
    assert law("check", folder / "facts.yaml", "--as-of", "2026-09-01") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "shipment s-103 is among those made, and is later than 2026-09-01" in out


def test_chips_and_paragraphs_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert law("chip") == 0
    assert "nvidia-h100-sxm" in capsys.readouterr().out
    assert law("chip", "--facts", SAMPLE / "facts.yaml", "--format", "json") == 0
    assert "blaa-1" in {chip["id"] for chip in json.loads(capsys.readouterr().out)["chips"]}
    assert law("paragraph") == 0
    out = capsys.readouterr().out
    assert "10.14.f.iii" in out
    assert max(map(len, out.splitlines())) <= 80


def test_the_calendar_is_written_as_icalendar(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["calendar", SAMPLE / "facts.yaml", "--as-of", AS_OF, "--ics", tmp_path / "due.ics"]
    assert law(*words) in (0, 12)
    data = (tmp_path / "due.ics").read_bytes()
    assert data.startswith(b"BEGIN:VCALENDAR\r\n")
    assert b"20270201" in data
    assert max(map(len, data.split(b"\r\n"))) <= 75


# What the documents print


def printed() -> list[tuple[tuple[str, ...], str]]:
    """Each line of an excerpt in docs/law.md, and the last commands above it that only print."""
    text = (ROOT / "docs" / "law.md").read_text()
    found = []
    for block in re.finditer(r"```text\n(.*?)```", text, re.DOTALL):
        above = re.findall(r"^auditor law (.*)$", text[: block.start()], re.MULTILINE)
        commands = [re.sub(r" --ics \S+", "", command) for command in above if "newfacts" not in command]
        found += [(tuple(commands[:-4:-1]), line) for line in block[1].splitlines()]
    return found


@pytest.mark.parametrize(("commands", "line"), printed(), ids=[line[:40] for _, line in printed()])
def test_what_the_page_prints_is_what_a_command_above_it_prints(
    commands: tuple[str, ...], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in commands:
        law(*words_of(command))
        if line in capsys.readouterr().out.splitlines():
            return
    raise AssertionError(f"none of {commands} prints {line!r}")


def test_the_page_and_its_excerpts_are_there() -> None:
    assert len(printed()) > 12
    page = (ROOT / "docs" / "law.md").read_text()
    assert [verb.name for verb in VERBS if f"auditor law {verb.name}" not in page] == []


# Generated files


def test_the_schema_in_the_docs_is_the_models_own() -> None:
    written = (ROOT / "docs" / "facts.schema.json").read_bytes()
    assert written == facts_schema(), "auditor law init FOLDER writes it anew; copy FOLDER/facts.schema.json to docs/"


def defined(schema: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "Facts", schema["properties"]
    for name, definition in schema["$defs"].items():
        yield name, definition.get("properties", {})


def test_the_schema_speaks_the_files_own_words() -> None:
    schema = json.loads(facts_schema())
    names = {field for _, fields in defined(schema) for field in fields}
    assert {"nveu_countries", "training_operations", "from_site"} <= names
    assert not {"nveuCountries", "origin_", "contradicts"} & names
    assert "file and line" not in facts_schema().decode().lower()
    described = dict(defined(schema))["Party"]["screened"]
    assert "without it nothing is known" in described["description"]


def test_the_sample_breaches_seven_percent_and_then_twenty_five(capsys: pytest.CaptureFixture[str]) -> None:
    law("uveu", SAMPLE / "facts.yaml", "--plan", "expansion", "--as-of", AS_OF, "--format", "json")
    result = json.loads(capsys.readouterr().out)["result"]
    assert result["breaches"][0]["breach"]["date"] == "2027-02-01"
    over = [
        (point["date"], share["limit"], share.get("country"))
        for point in result["points"]
        if point["reporting"]
        for share in point["shares"]
        if not share["within"]
    ]
    assert over[0] == ("2027-02-01", "uveu.single-country.percent", "IN")
    assert ("2027-08-01", "uveu.outside-5a.percent", None) in over
    assert ("2027-02-01", "uveu.outside-5a.percent", None) not in over


def test_the_sample_is_read_without_a_problem() -> None:
    file = load_facts(SAMPLE / "facts.yaml")
    assert file.facts.applicant == "fjellkraft"
