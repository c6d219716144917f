"""What the documents tell a reader to type works as it stands, on the made-up enterprise.

The language of a fenced block says how it is run, a word after the language what else is expected of it:

- `sql`: every statement gives an answer. The statements of a document share a connection, in their order.
- `sql refused`: every statement is an error, and nothing is changed.
- `sh`, and `console` after `$ `: every command that is stackduck's ends well. The commands of a document share a
  folder, in which `queries` is the project's own. A command goes on while a quote is open or its line ends with a
  backslash.
- `sh refused`, `console refused`: every command ends with exit code 1.
- `python`: the block is a program that ends well, in the same folder.
- `not-run` after any of them: the block is only read, as it needs a token, the network or a reader's own files.
- a file's name after any of them: the block is that file of the reader's folder, for the blocks that follow.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

import stackduck
from stackduck import errors
from stackduck.sandbox import environment, serve

if TYPE_CHECKING:
    from stackduck.sandbox import Sandbox

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted((ROOT / "docs").rglob("*.md"))
LANGUAGES = {"sql", "sh", "console", "python", "text", "json", "yaml", "toml", "csv", "xml"}
MARKS = {"", "refused", "not-run"}
_BLOCK = re.compile(r"^(?P<fence>```+)(?P<language>\w*) ?(?P<mark>[\w./-]*)\n(?P<text>.*?)^(?P=fence)$", re.M | re.S)


@dataclass(frozen=True)
class Block:
    """A fenced block of a document."""

    line: int
    language: str
    mark: str
    text: str

    @property
    def is_file(self) -> bool:
        return "." in self.mark

    @property
    def is_run(self) -> bool:
        return self.mark != "not-run" and not self.is_file


def blocks(text: str) -> list[Block]:
    """Return the fenced blocks of a document, in their order."""
    return [
        Block(text.count("\n", 0, found.start()) + 2, found["language"], found["mark"], found["text"])
        for found in _BLOCK.finditer(text)
    ]


def run(command: list[str], folder: Path, *, text: str = "") -> subprocess.CompletedProcess[str]:
    """Run a program as a reader would, and wait for its end."""
    return subprocess.run(command, input=text, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


def save(block: Block, folder: Path) -> None:
    """Write the file that a block is, as a reader would."""
    path = folder / block.mark
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(block.text, encoding="utf-8")


def commands(block: Block) -> list[str]:
    """Return the commands of a block of a shell that are stackduck's."""
    is_console = block.language == "console"
    found: list[str] = []
    is_open = False
    for line in block.text.splitlines():
        if is_open:
            found[-1] += f"\n{line}"
        elif not is_console or line.startswith("$ "):
            found.append(line.removeprefix("$ ") if is_console else line)
        else:
            continue
        is_open = bool(found[-1].count('"') % 2 or found[-1].count("'") % 2) or line.endswith("\\")
    return [command for command in found if re.match(r"(\w+=\S+ +)*stackduck\b", command)]


def of_documents(*languages: str) -> list[pytest.ParameterSet]:
    """Return the documents that have blocks of these languages to run."""
    found = [
        (path, [b for b in blocks(path.read_text("utf-8")) if b.is_file or b.language in languages])
        for path in DOCUMENTS
    ]
    return [pytest.param(each, id=path.name) for path, each in found if any(block.is_run for block in each)]


@pytest.fixture
def github() -> Iterator[Sandbox]:
    """Serve a made-up enterprise that a document may change."""
    with serve(seed=1) as github:
        yield github


@pytest.fixture
def folder(github: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the folder in which a reader of a document works."""
    (tmp_path / "queries").symlink_to(ROOT / "queries")
    for name, value in environment(github).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    return tmp_path


def refused(connection: stackduck.Connection, github: Sandbox, sql: str) -> str:
    """Return what is wrong about the refusal of a statement: that there is none, or that it comes too late."""
    github.requests.clear()
    try:
        connection.execute(sql).fetchall()
    except errors.Error:
        changing = [request.method for request in github.requests if request.method != "GET"]
        return f"sent {changing}" if changing else ""
    return "was answered"


def answered(connection: stackduck.Connection, sql: str) -> str:
    """Return why a statement gave no answer."""
    try:
        cursor = connection.execute(sql)
        if cursor.description:
            cursor.fetchall()
    except errors.Error as exc:
        return str(exc)
    return ""


def statements(text: str) -> list[str]:
    from stackduck.sql.statements import split

    return [statement.text for statement in split(text)]


@pytest.mark.parametrize("listed", of_documents("sql"))
def test_the_statements_of_a_document_do_what_it_says(listed: list[Block], github: Sandbox) -> None:
    wrong = []
    with stackduck.connect(api_url=github.api_url, token=github.token, allow_writes=True) as connection:
        for block in filter(lambda block: block.is_run, listed):
            for sql in statements(block.text):
                is_refused = block.mark == "refused"
                problem = refused(connection, github, sql) if is_refused else answered(connection, sql)
                wrong += [f"line {block.line}: {sql}\n  {problem}"] if problem else []
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("listed", of_documents("sh", "console"))
def test_the_commands_of_a_document_end_well(listed: list[Block], folder: Path) -> None:
    for block in listed:
        if block.is_file:
            save(block, folder)
        for command in commands(block) if block.is_run else ():
            done = run(["sh", "-c", command], folder)
            assert done.returncode == (block.mark == "refused"), f"line {block.line}: {command}\n{done.stderr}"


@pytest.mark.parametrize("listed", of_documents("python"))
def test_the_programs_of_a_document_end_well(listed: list[Block], folder: Path) -> None:
    for block in listed:
        if block.is_file:
            save(block, folder)
        if not block.is_run:
            continue
        done = run([sys.executable, "-"], folder, text=block.text)
        assert done.returncode == 0, f"line {block.line}\n{done.stderr}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_block_has_a_language_and_a_mark_that_are_known(path: Path) -> None:
    text = path.read_text("utf-8")
    found = blocks(text)
    assert len(re.findall(r"^```", text, re.M)) == 2 * len(found)
    assert {block.language for block in found} <= LANGUAGES
    assert {block.mark for block in found if not block.is_file} <= MARKS


@pytest.mark.parametrize("path", [ROOT / "README.md", *DOCUMENTS], ids=lambda path: path.name)
def test_a_link_leads_to_a_file_and_a_heading(path: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", path.read_text("utf-8")):
        target, _, heading = link.partition("#")
        if "://" in target:
            continue
        file = path.parent / target if target else path
        assert file.exists(), link
        assert not heading or heading in headings(file), link


def headings(path: Path) -> set[str]:
    """Return the names by which GitHub links the headings of a document."""
    found = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in found}


def test_every_document_is_in_the_list_of_them() -> None:
    listed = (ROOT / "docs" / "README.md").read_text("utf-8")
    assert [path.name for path in (ROOT / "docs").glob("*.md") if f"({path.name})" not in listed] == ["README.md"]


def test_every_query_that_comes_along_answers_a_question_of_the_recipes() -> None:
    from stackduck.files.finding import installed

    assert [name for name in installed() if f"`{name}`" not in (ROOT / "docs" / "recipes.md").read_text("utf-8")] == []


def test_every_trap_that_a_check_sees_is_told_of() -> None:
    from stackduck.sql.traps import TRAPS

    told = (ROOT / "docs" / "traps.md").read_text("utf-8")
    assert [trap.name for trap in TRAPS if f"`{trap.name}`" not in told] == []


def test_every_query_that_the_traps_name_comes_along() -> None:
    from stackduck.files.finding import installed
    from stackduck.sql.traps import TRAPS

    rows = [line.split(" | ") for line in (ROOT / "docs" / "traps.md").read_text("utf-8").splitlines()]
    named = {name for row in rows if len(row) > 3 for name in re.findall(r"`(\w+)`", row[2])}
    assert named
    assert named <= set(installed())
    assert {name for row in rows if len(row) > 3 for name in re.findall(r"`([\w-]+)`", row[3])} <= {
        t.name for t in TRAPS
    }


def test_every_command_of_the_shell_is_told_of() -> None:
    pytest.importorskip("prompt_toolkit")
    from stackduck.shell.commands import COMMANDS

    told = (ROOT / "docs" / "shell.md").read_text("utf-8")
    assert [each.name for each in COMMANDS if not re.search(rf"`\.{each.name}[ `]", told)] == []


def test_the_scheduled_report_of_the_examples_runs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "docs" / "examples" / "github-actions-report.yml").read_text("utf-8")
    workflow = yaml.safe_load(text)
    monkeypatch.setenv("ENTERPRISE", workflow["env"]["ENTERPRISE"])
    monkeypatch.setenv("STACKDUCK_ARCHIVE", str(folder / "copilot-archive"))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(folder / "summary.md"))
    scripts = [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]
    for script in scripts[1:]:
        done = run(["sh", "-ec", script], folder)
        assert done.returncode == 0, f"{script}\n{done.stderr}"
    written = {path.name for path in folder.iterdir()}
    assert {"daily_active_users.csv", "monthly_trend.parquet", "summary.md"} <= written


def test_blocks_are_found_with_their_lines() -> None:
    text = "a\n```sql\nSELECT 1;\n```\n\n```sql refused\nSELECT x\n```\n```sh not-run\nstackduck\n```\n"
    text += "```sql a/b.sql\n```\n"
    assert blocks(text) == [
        Block(3, "sql", "", "SELECT 1;\n"),
        Block(7, "sql", "refused", "SELECT x\n"),
        Block(10, "sh", "not-run", "stackduck\n"),
        Block(13, "sql", "a/b.sql", ""),
    ]
    assert [block.is_run for block in blocks(text)] == [True, True, False, False]


def test_commands_are_told_from_others_and_from_output() -> None:
    shell = Block(1, "sh", "", 'make test\nstackduck exec "\n  SELECT 1"\nA=b stackduck x \\\n  --y\nstackducks\n')
    assert commands(shell) == ['stackduck exec "\n  SELECT 1"', "A=b stackduck x \\\n  --y"]
    console = Block(1, "console", "", "$ stackduck exec 'SELECT\n 1'\nstackduck says 1\n$ ls\n")
    assert commands(console) == ["stackduck exec 'SELECT\n 1'"]


def test_a_statement_that_is_not_as_it_should_be_is_found(github: Sandbox) -> None:
    with stackduck.connect(api_url=github.api_url, token=github.token, allow_writes=True) as connection:
        assert "zzz" in answered(connection, "SELECT zzz")
        assert answered(connection, "CREATE TABLE t (x INT)") == ""
        assert refused(connection, github, "SELECT 1") == "was answered"
        assert refused(connection, github, "SELECT zzz") == ""
        method = "github.copilot.user_seats.cancel_copilot_seat_assignment_for_users"
        late = f"EXEC {method} @org = 'octo-demo-eng' @@json = '{{\"selected_usernames\": [\"nobody\"]}}'"
        assert refused(connection, github, late) == "sent ['DELETE']"


CASES = ROOT.parent / "shared" / "conformance" / "cases.json"
ROWS = {
    "equality has no direction": "`'octo' = enterprise`",
    "a constant expression is a value": "`enterprise = lower('OCTO')`",
    "an OR of equalities on one parameter is an IN list": "`org = 'a' OR org = 'b'`",
    "DISTINCT leaves one of two equal rows": "`DISTINCT`, `OFFSET`",
    "a range of days is a list of days": "`day BETWEEN a AND b`",
    "NULLs sort last, as in DuckDB": "`ORDER BY` with NULL",
    "LIKE is DuckDB's: it minds the case; ILIKE does not": "`LIKE`",
    "who asks for page 2 gets page 2": "`page = 2`",
    "a 404 is an error, not an empty answer": "403, 404, 5xx",
    "a 403 is an error, not an empty answer": "403, 404, 5xx",
    "a 500 is an error, not an empty answer": "403, 404, 5xx",
    "conditions on the feeding table hold before it feeds": "`WHERE m.login IN (…)` on the table that feeds",
    "a parameter fed by ON counts when the method is chosen": "`ON u.username = m.login`",
    "IN (SELECT …) feeds a parameter; a 404 for a value that data fed is no row and a warning that names it": (
        "a value that was fed and does not exist"
    ),
    "a subquery's columns can be filtered outside": "a condition on a column of a subquery",
    "CASE over a number gives its text": "`CASE` or `iif`",
    "iif gives its branch": "`CASE` or `iif`",
    "true is true": "`private = true`",
    "division is DuckDB's; 7 // 2 is 3": "`7 / 2`",
    "OFFSET counts": "`DISTINCT`, `OFFSET`",
    "@@json is the body": "`@@json = '{…}'`",
    "the body that the document requires is sent": "the body of a `DELETE`",
    "a boolean is a value": "`SET private = true`",
    "an answer without a fixed schema is still an answer": "`EXEC` of what has no schema",
    "enterprise > 'a' is not enterprise = 'a'": "`enterprise > 'a'`",
    "a pattern is not a value": "`enterprise LIKE 'oct%'`",
    "known before any call": "an unknown column",
    "half an answer is not an answer": "one of several values forbidden",
    "a value is one path segment": "`enterprise = '../orgs/x'`",
    "nothing equals NULL: no rows, no call": "`enterprise = NULL`",
}
"""Why a recorded answer of StackQL's is not ours → how the row begins that says so."""


@pytest.mark.skipif(not CASES.is_file(), reason="the recorded StackQL answers are not here")
def test_every_answer_that_differs_from_stackqls_has_a_row() -> None:
    reasons = {case["stackql_differs"] for case in json.loads(CASES.read_text("utf-8")) if case.get("stackql_differs")}
    assert reasons == set(ROWS)
    table = (ROOT / "docs" / "stackql.md").read_text("utf-8").partition("## What differs")[2].partition("## ")[0]
    written = [line.split(" | ")[1] for line in table.splitlines() if line.count(" | ") > 2]
    assert [why for why, what in ROWS.items() if not any(what in each for each in written)] == []
