"""Commands: help, exit codes, and what goes to which output."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ARTICLE

from .conftest import Run

COMMANDS = ("build", "check", "queries", "query", "serve")


@pytest.mark.parametrize("command", [(), *((each,) for each in COMMANDS)])
def test_every_command_explains_itself(run: Run, command: tuple[str, ...]) -> None:
    done = run(*command, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: ")
    assert max(map(len, done.stdout.splitlines())) <= 80
    if command:
        assert "--project DIR" in done.stdout
    else:
        assert all(f"  {each} " in done.stdout for each in COMMANDS)


def test_help_loads_none_of_what_makes_a_start_slow() -> None:
    script = (
        "import sys; sys.argv[1:] = ['serve', '--help']\n"
        "from kgraph.cli import main\n"
        "try: main()\n"
        "except SystemExit: print([each for each in ('rdflib', 'fastapi', 'uvicorn', 'owlrl', 'pyshacl')"
        " if each in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nonsense",), "No such command"),
        (("query",), "Missing argument"),
        (("query", "no-such-query"), "no canned query 'no-such-query'"),
        (("query", "truth", "-p", "x"), "no NAME=VALUE"),
        (("query", "truth", "-p", "x=1"), "no parameter 'x'"),
        (("query", "truth", "--format", "ttl"), "there are: json"),
        (("query", "truth", "--format", "docx"), "docx"),
        (("query", "-", "-p", "x=1"), "Only canned queries"),
        (("serve", "--workers", "none"), "--workers is 'none'"),
        (("serve", "--port", "99999"), "from 0 to 65535"),
        (("build", "--project", "no/such/folder"), "There is no folder no/such/folder"),
    ],
)
def test_wrong_usage_exits_with_2(run: Run, tiny: Path, arguments: tuple[str, ...], words: str) -> None:
    done = run(*arguments, cwd=tiny)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("query", "text", "words"),
    [
        ("-", "SELEC *", "line 1"),
        ("-", "CLEAR ALL", "update"),
        ("-", "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", "does not call"),
        ("SELECT ?x", "", "line 1"),
        ("no-such-file.rq", "", "cannot be read"),
        ("folder/no-such-file", "", "cannot be read"),
    ],
)
def test_a_faulty_query_exits_with_1(run: Run, tiny: Path, query: str, text: str, words: str) -> None:
    done = run("query", query, cwd=tiny, input=text)
    assert (done.returncode, done.stdout) == (1, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_query_that_is_not_utf8_exits_with_1(run: Run, tiny: Path) -> None:
    (tiny / "bad.rq").write_bytes(b"ASK { ?s ?p '\xff' }")
    with (tiny / "bad.rq").open("rb") as text:
        done = run("query", "-", cwd=tiny, stdin=text)
    assert (done.returncode, done.stdout) == (1, "")
    assert "Standard input is not UTF-8" in done.stderr
    assert "bad.rq is not UTF-8" in run("query", "bad.rq", cwd=tiny).stderr


def test_a_query_comes_by_name_by_file_as_written_or_from_standard_input(run: Run, tiny: Path) -> None:
    (tiny / "mine.rq").write_text("ASK {}")
    answers = [
        run("query", "truth", cwd=tiny),
        run("query", "mine.rq", cwd=tiny),
        run("query", "-", cwd=tiny, input="ASK {}"),
        run("query", "ASK {}", cwd=tiny),
        run("query", "ASK {} # " + 4096 * "x", cwd=tiny),
    ]
    assert {done.stdout for done in answers} == {'{"head":{},"boolean":true}\n'}
    assert run("query", "truth", "--format", "table", cwd=tiny).stdout == "true\n"
    graph = run("query", "-", "--format", "table", cwd=tiny, input="CONSTRUCT { <urn:a> <urn:b> 1 } {}")
    assert graph.stdout.endswith("<urn:a> <urn:b> 1 .\n")


def test_a_table_reads_well_in_80_columns(run: Run, project: Path) -> None:
    command = ("query", "find", "-p", "name=KFOR", "--format", "table", "--project", project)
    done = run(*command, "--iris")
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].split() == ["level", "entity", "label", "kind", "known", "definition"]
    begin, end = lines[0].index("entity"), lines[0].index("label")
    entities = "".join(line[begin:end].strip() for line in lines[1:])  # a long one is wrapped, and not cut
    assert "kgr:kforActions" in entities
    assert "6 rows" in done.stderr
    assert "6 rows" not in done.stdout
    named = run(*command).stdout
    assert "kgr:" not in named
    assert "Kfor, Nato's" in named


def test_a_claim_is_printed_by_its_words_and_told_to_programs_by_its_iri(run: Run, project: Path) -> None:
    query = "SELECT ?claim ?in { ?claim kg:attributedTo kgr:ristic ; kg:inSentence ?in }"
    table, csv = (
        run("query", "-", "--format", output, "--project", project, input=query).stdout
        for output in ("table", "csv")
    )
    assert "Slavisa Ristic: “no Kfor actions" in table
    assert "Sentence 7" in table
    assert f"{ARTICLE}/a0703,{ARTICLE}/s07" in csv


def test_the_canned_queries_are_listed_with_their_parameters(run: Run, project: Path) -> None:
    done = run("queries", "--project", project)
    assert done.returncode == 0
    assert "find  What is there of a certain name?" in done.stdout
    assert "-p name=…" in done.stdout
    some = run("queries", "--project", project, "--tag", "this-story").stdout
    assert 0 < len(some) < len(done.stdout)
    listed = json.loads(run("queries", "--project", project, "--format", "json").stdout)
    find = next(query for query in listed if query["slug"] == "find")
    assert [parameter["name"] for parameter in find["parameters"]] == ["name"]
    generations = json.loads(run("generations", "--project", project, "--format", "json").stdout)
    assert [each["current"] for each in generations].count(True) == 1


def test_check_reports_as_text_or_as_json_and_exits_by_what_it_finds(run: Run, shapeless_mill: Path) -> None:
    sound = run("check", "--project", shapeless_mill, "--format", "json")
    assert sound.returncode == 0, sound.stderr
    assert not [each for each in json.loads(sound.stdout) if each["severity"] == "error"]
    (shapeless_mill / "data" / "ttl" / "broken.ttl").write_text("<urn:a> <urn:b>\n")
    broken = run("check", "--project", shapeless_mill, "--format", "json")
    assert broken.returncode == 1
    found = [each for each in json.loads(broken.stdout) if each["path"].endswith("broken.ttl")]
    assert found[0]["severity"] == "error"
    assert set(found[0]) == {"severity", "code", "path", "line", "message", "hint"}
    text = run("check", "--project", shapeless_mill)
    assert text.returncode == 1
    assert "broken.ttl:" in text.stdout
    assert "1 error" in text.stderr


def test_a_build_says_what_it_made_and_does_nothing_twice(run: Run, tiny: Path) -> None:
    first = run("build", cwd=tiny)
    assert first.returncode == 0
    assert first.stdout.startswith("Generation ")
    assert "dataset hash sha256-sum:" in first.stdout
    second = run("build", cwd=tiny)
    assert (second.returncode, second.stdout) == (0, "")
    assert "Nothing changed" in second.stderr
    assert run("build", "--force", cwd=tiny).stdout.startswith("Generation ")


def test_a_faulty_project_is_not_built(run: Run, tiny: Path) -> None:
    (tiny / "queries" / "broken.rq").write_text("#+ summary: What?\nSELEC *\n")
    done = run("build", cwd=tiny)
    assert (done.returncode, done.stdout) == (1, "")
    assert "queries/broken.rq:" in done.stderr
    assert "nothing was built" in done.stderr


def test_an_empty_folder_is_a_project(run: Run, tmp_path: Path) -> None:
    for command in (("check",), ("build",), ("queries",), ("query", "-")):
        assert run(*command, "--project", tmp_path, input="ASK {}").returncode == 0


@pytest.mark.parametrize("output", ["tsv", "table"])
def test_a_reader_may_go_away(project: Path, output: str) -> None:
    query = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 20000"
    if output == "table":
        query = "SELECT * { ?a ?b ?c } LIMIT 3000"
    command = f"{sys.executable} -m kgraph query - --project {project} --format {output} | head -n 1"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        input=query,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1
    assert "Traceback" not in done.stderr
    assert "Broken" not in done.stderr
