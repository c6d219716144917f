"""`stackduck check`: exit codes, formats, and nothing asked of anybody."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., subprocess.CompletedProcess[str]]
U = "github.copilot_usage"
WRONG = f"SELECT user_id\n  FROM {U}.user_days\n WHERE enterprise LIKE 'x%'\n"
MISLEADING = f"SELECT sum(daily_active_users)\n  FROM {U}.entity_days\n WHERE org = 'x'\n"
RIGHT = f"SELECT user_id FROM {U}.user_days WHERE org = '{{{{ org }}}}'\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a working folder with a file of each kind in queries/."""
    queries = tmp_path / "queries"
    (queries / "deep").mkdir(parents=True)
    (queries / ".hidden").mkdir()
    for name, text in {
        "a_wrong.sql": WRONG,
        "b_misleading.sql": MISLEADING,
        "deep/c_right.iql": RIGHT,
        ".hidden/d.sql": "SELEC",
        "notes.txt": "SELEC",
    }.items():
        (queries / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return queries


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "error: no file; name a FILE, a FOLDER, or one that stackduck queries lists\n"),
        (["nowhere.sql"], "error: there is no file or folder nowhere.sql"),
        (["empty"], "error: there is no file *.sql or *.iql in empty\n"),
        (["queries", "-o", "xml"], "error: argument -o/--output: invalid choice: 'xml'"),
        (["queries", "--nonsense"], "error: unrecognized arguments: --nonsense; run stackduck check --help\n"),
    ],
)
def test_wrong_use_is_told_apart_from_findings(
    arguments: list[str], told: str, stackduck: Command, folder: Path
) -> None:
    (folder.parent / "empty").mkdir()
    done = stackduck("check", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(told)


def test_errors_exit_with_1_and_stand_on_stdout(stackduck: Command, folder: Path) -> None:
    done = stackduck("check", "queries")
    assert done.returncode == 1
    first = done.stdout.splitlines()[0]
    assert first.startswith("queries/a_wrong.sql:3:8: error: the condition on enterprise gives no value: only =, IN")
    assert first.endswith(" [condition-gives-no-value]")
    assert "queries/b_misleading.sql:1:8: warning: different users, and different skills" in done.stdout
    assert done.stderr == "3 files checked: 1 error, 1 warning\n"


def test_warnings_alone_exit_with_0(stackduck: Command, folder: Path) -> None:
    done = stackduck("check", "queries/b_misleading.sql", "--quiet")
    assert (done.returncode, done.stderr) == (0, "")
    assert "[summed-users]" in done.stdout


def test_what_is_right_says_nothing(stackduck: Command, folder: Path) -> None:
    done = stackduck("check", "queries/deep")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "1 file checked: 0 errors, 0 warnings\n")


@pytest.mark.parametrize(("form", "rules"), [("json", "findings"), ("sarif", "runs")])
def test_programs_get_json(form: str, rules: str, stackduck: Command, folder: Path) -> None:
    done = stackduck("check", "queries", "-o", form)
    assert done.returncode == 1
    assert rules in json.loads(done.stdout)


def test_github_gets_annotations(stackduck: Command, folder: Path) -> None:
    done = stackduck("check", "queries", "-o", "github")
    first, second = done.stdout.splitlines()
    assert first.startswith(
        "::error file=queries/a_wrong.sql,line=3,endLine=3,col=8,endColumn=17,title=condition-gives"
    )
    assert second.startswith("::warning file=queries/b_misleading.sql,line=1,")


def test_the_rules_are_listed(stackduck: Command) -> None:
    done = stackduck("check", "--rules")
    assert done.returncode == 0
    assert "missing-parameter (error)\n" in done.stdout and "summed-users (warning)\n" in done.stdout


def test_a_name_stands_for_a_file_that_comes_along(stackduck: Command, tmp_path: Path) -> None:
    done = stackduck("check", "idle_seats")
    assert (done.returncode, done.stdout) == (0, "")


def test_a_default_beside_the_files_counts(stackduck: Command, folder: Path) -> None:
    (folder / "plain.sql").write_text(f"SELECT user_id FROM {U}.user_days")
    assert stackduck("check", "queries/plain.sql").returncode == 1
    (folder / "stackduck.toml").write_text('[defaults]\nenterprise = "octo"\n')
    assert stackduck("check", "queries/plain.sql").returncode == 0
    assert stackduck("check", "queries/plain.sql", "--no-config").returncode == 1


def test_many_files_are_checked_as_one_is(stackduck: Command, folder: Path) -> None:
    for number in range(60):
        (folder / f"z{number:02}.sql").write_text(f"{MISLEADING} LIMIT {number};\nSELECT nope{number}")
    done = stackduck("check", "queries", "-o", "json")
    found = [(each["file"], each["rule"]) for each in json.loads(done.stdout)["findings"]][2:]
    names = [f"queries/z{number:02}.sql" for number in range(60)]
    assert found == [(name, rule) for name in names for rule in ("summed-users", "unknown-column")]


def test_nothing_is_sent_and_no_token_is_looked_for(stackduck: Command, folder: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.setblocking(False)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        asked = folder.parent / "asked"
        program = folder.parent / "bin" / "gh"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\ntouch {asked}\n")
        program.chmod(0o755)
        path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
        done = stackduck("check", "queries", GITHUB_API_URL=url, HTTPS_PROXY=url, PATH=path)
        assert done.returncode == 1
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert not asked.exists()
