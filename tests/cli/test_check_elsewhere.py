"""The files by which others run the check: a pre-commit hook, a workflow, and sqlfluff's settings beside it."""

from __future__ import annotations

import configparser
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

Command = Callable[..., subprocess.CompletedProcess[str]]
ROOT = Path(__file__).parents[2]
WORKFLOW = ROOT / "docs" / "examples" / "github-actions-check.yml"


def test_the_hook_checks_the_files_that_it_is_given(stackduck: Command, tmp_path: Path) -> None:
    [hook] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert hook["id"] == "stackduck-check"
    name, *arguments = hook["entry"].split()
    path = tmp_path / "q.sql"
    path.write_text("SELECT nope")
    assert name == "stackduck"
    assert stackduck(*arguments, str(path)).returncode == 1
    assert [bool(re.search(hook["files"], f)) for f in ("a.sql", "b/c.iql", "d.sql.py")] == [True, True, False]


def _commands(workflow: Any) -> Iterator[list[str]]:
    for job in workflow["jobs"].values():
        for step in job["steps"]:
            if str(step.get("run", "")).startswith("stackduck "):
                yield re.split(r" >|\|\|", step["run"])[0].split()[1:]


def test_the_commands_of_the_workflow_run(stackduck: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "queries").mkdir()
    (tmp_path / "queries" / "q.sql").write_text("SELECT 1")
    commands = list(_commands(yaml.safe_load(WORKFLOW.read_text())))
    assert [command[-1] for command in commands] == ["github", "sarif"]
    assert [stackduck(*command).returncode for command in commands] == [0, 0]


def test_sqlfluff_reads_dollar_names_as_values() -> None:
    settings = configparser.ConfigParser()
    settings.read(ROOT / ".sqlfluff")
    assert settings["sqlfluff"]["dialect"] == "duckdb"
    assert settings["sqlfluff:templater:placeholder"]["param_style"] == "dollar"


def test_sqlfluff_accepts_the_queries() -> None:
    fluff = pytest.importorskip("sqlfluff.core")
    config = fluff.FluffConfig.from_path(str(ROOT / "queries"))
    linter = fluff.Linter(config=config)
    found = linter.lint_paths((str(ROOT / "queries"),))
    assert found.get_violations() == []
