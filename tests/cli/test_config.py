"""`stackduck config` and what configuration files do to the other subcommands, as a user starts them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from stackduck.cli import exits

Command = Callable[..., Any]
COUNT = "SELECT enterprise, count(*) > 0 AS is_there FROM github.copilot_usage.entity_days GROUP BY ALL"


@pytest.fixture
def user_file() -> Path:
    """Return the user's own file, which is not there yet; its folder is."""
    path = Path(os.environ["XDG_CONFIG_HOME"]) / "stackduck" / "config.toml"
    path.parent.mkdir(parents=True)
    return path


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a repository without a configuration."""
    folder = tmp_path / "repository"
    (folder / ".git").mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


def _held(stackduck: Command, *arguments: str, **environ: str) -> Mapping[str, Mapping[str, Any]]:
    done = stackduck("config", "-o", "json", *arguments, **environ)
    assert done.returncode == 0, done.stderr
    return {row["setting"]: row for row in json.loads(done.stdout)}


def test_a_mistake_in_a_file_stops_every_command_that_reads_it(
    stackduck: Command, user_file: Path, repository: Path
) -> None:
    user_file.write_text("[limits]\nmax_cals = 5\n", encoding="utf-8")
    for arguments in (["config"], ["exec", "SELECT 1"], ["archive", "path"], ["sync", "--org", "x"]):
        done = stackduck(*arguments)
        assert done.returncode == exits.USAGE
        assert done.stdout == ""
        assert done.stderr == (
            f"error: {user_file} line 2: there is no key 'limits.max_cals'; did you mean 'limits.max_calls'?\n"
        )


def test_a_repository_cannot_send_a_token_elsewhere(stackduck: Command, repository: Path) -> None:
    (repository / "stackduck.toml").write_text('api_url = "https://evil.example"\n', encoding="utf-8")
    done = stackduck("exec", "SELECT * FROM github.copilot.org_details WHERE org = 'x'", GH_TOKEN="secret")
    assert done.returncode == exits.USAGE
    assert "line 1: api_url cannot be set in a file" in done.stderr


@pytest.mark.parametrize("place", ["user", "repository"])
def test_a_file_that_cannot_be_read_is_told(place: str, stackduck: Command, user_file: Path, repository: Path) -> None:
    path = user_file if place == "user" else repository / "stackduck.toml"
    path.write_bytes(b"\xff")
    assert f"{path} line 1: it is not UTF-8" in stackduck("config").stderr


def test_a_folder_in_the_file_s_place_is_told(stackduck: Command, user_file: Path) -> None:
    user_file.mkdir()
    done = stackduck("config")
    assert (done.returncode, "is no file" in done.stderr) == (exits.USAGE, True)


def test_no_config_reads_no_file(stackduck: Command, user_file: Path) -> None:
    user_file.write_text("nonsense", encoding="utf-8")
    assert stackduck("exec", "--no-config", "SELECT 1 AS a").returncode == 0
    assert _held(stackduck, "--no-config")["limits.max_calls"]["source"] == "built-in"


def test_path_is_the_user_s_file_whether_it_is_there_or_not(stackduck: Command, user_file: Path) -> None:
    assert stackduck("config", "path").stdout == f"{user_file}\n"
    user_file.write_text("nonsense", encoding="utf-8")
    assert stackduck("config", "path").stdout == f"{user_file}\n"


def test_an_input_that_is_not_there_is_an_error(stackduck: Command) -> None:
    done = stackduck("config", "-i", "nowhere.sql")
    assert (done.returncode, done.stderr) == (exits.USAGE, "error: there is no file or folder nowhere.sql\n")


def test_what_holds_is_told_with_where_it_comes_from(stackduck: Command, user_file: Path, repository: Path) -> None:
    user_file.write_text(
        'archive = "/kept"\n[defaults]\nenterprise = "octo"\n[limits]\nmax_calls = 50\n', encoding="utf-8"
    )
    own = repository / "stackduck.toml"
    own.write_text('output = "csv"\n\n[limits]\nmax_wait = 5\nmax_calls = 60\n', encoding="utf-8")
    held = _held(stackduck, "--concurrency", "3", STACKDUCK_ARCHIVE="/elsewhere", GH_TOKEN="secret")
    told = {name: (row["value"], row["source"], row["place"], row["line"]) for name, row in held.items()}
    assert told == {
        "defaults.enterprise": ("octo", "user file", str(user_file), 3),
        "output": ("json", "flag", "--output", None),
        "archive": ("/elsewhere", "environment variable", "STACKDUCK_ARCHIVE", None),
        "limits.max_calls": ("50", "user file", str(user_file), 5),
        "limits.max_wait": ("5", "repository file", str(own), 4),
        "limits.concurrency": ("3", "flag", "--concurrency", None),
        "limits.pace": ("900", "built-in", None, None),
        "api_url": ("https://api.github.com", "built-in", None, None),
        "token": ("in GH_TOKEN", "environment variable", "GH_TOKEN", None),
        "registry": ("what comes with stackduck", "built-in", None, None),
        "registry_url": (told["registry_url"][0], "built-in", None, None),
    }
    assert held["archive"]["note"] == f"over /kept of {user_file}:1"
    assert "a repository's file may lower the 50" in held["limits.max_calls"]["note"]
    assert "user's own file" in held["archive"]["set_by"]
    assert "no file" in held["api_url"]["set_by"]


def test_no_secret_is_shown(stackduck: Command) -> None:
    done = stackduck("config", GH_TOKEN="s3cret", GITHUB_API_URL="https://ann:pa55@api.example.com")
    assert "s3cret" not in done.stdout + done.stderr
    assert "pa55" not in done.stdout + done.stderr


def test_the_rows_come_in_the_usual_formats(stackduck: Command, user_file: Path, tmp_path: Path) -> None:
    assert stackduck("config", "-o", "csv", "-H").stdout.startswith("output,")
    target = tmp_path / "held.md"
    assert stackduck("config", "-f", str(target)).stdout == ""
    assert target.read_text(encoding="utf-8").startswith("| setting | value |")
    user_file.write_text('output = "csv"\n', encoding="utf-8")
    assert stackduck("config").stdout.startswith("setting,value,source")


def test_the_file_beside_the_sql_counts(stackduck: Command, repository: Path, tmp_path: Path) -> None:
    (repository / "stackduck.toml").write_text('[defaults]\norg = "here"\n', encoding="utf-8")
    beside = tmp_path / "there"
    beside.mkdir()
    (beside / "stackduck.toml").write_text('[defaults]\norg = "there"\n', encoding="utf-8")
    (beside / "x.sql").write_text("SELECT 1", encoding="utf-8")
    assert _held(stackduck)["defaults.org"]["value"] == "here"
    for path in (beside, beside / "x.sql"):
        assert _held(stackduck, "-i", str(path))["defaults.org"]["value"] == "there"


def test_an_output_holds_where_nothing_else_says_one(
    stackduck: Command, user_file: Path, repository: Path, tmp_path: Path
) -> None:
    user_file.write_text('output = "csv"\n', encoding="utf-8")
    assert stackduck("exec", "SELECT 1 AS a").stdout == "a\n1\n"
    assert stackduck("exec", "SELECT 1 AS a", "-o", "ndjson").stdout == '{"a": 1}\n'
    target = tmp_path / "rows.ndjson"
    stackduck("exec", "SELECT 1 AS a", "-f", str(target))
    assert target.read_text(encoding="utf-8") == '{"a": 1}\n'


def test_a_default_is_taken_and_told(stackduck: Command, user_file: Path, repository: Path) -> None:
    (repository / "stackduck.toml").write_text('[defaults]\nenterprise = "octo-demo"\n', encoding="utf-8")
    done = stackduck("exec", "--sandbox", "--stats", "--quiet", COUNT)
    assert json.loads(done.stdout) == [{"enterprise": "octo-demo", "is_there": True}]
    assert done.stderr.endswith(", enterprise = octo-demo by default\n")
    plan = json.loads(stackduck("exec", "--sandbox", f"EXPLAIN {COUNT}").stdout)
    assert plan[0]["parameters"].startswith("enterprise = octo-demo by default; day = ")


def test_without_a_file_what_is_required_stays_required(stackduck: Command, repository: Path) -> None:
    done = stackduck("exec", "--sandbox", COUNT)
    assert done.returncode == exits.QUERY
    assert "needs enterprise" in done.stderr


def test_a_limit_of_a_file_holds(stackduck: Command, repository: Path) -> None:
    (repository / "stackduck.toml").write_text("[limits]\nmax_calls = 0\n", encoding="utf-8")
    asked = "SELECT * FROM github.copilot.org_details WHERE org = 'octo-demo-eng'"
    assert "0 are allowed" in stackduck("exec", "--sandbox", asked).stderr
    assert stackduck("exec", "--sandbox", "--max-calls", "5", asked).returncode == 0


def test_a_repository_that_asks_for_more_is_warned_of(stackduck: Command, repository: Path) -> None:
    (repository / "stackduck.toml").write_text("[limits]\nmax_calls = 100000\n", encoding="utf-8")
    done = stackduck("exec", "SELECT 1 AS a")
    assert done.returncode == 0
    assert "warning: limits.max_calls = 100000 of " in done.stderr
    assert stackduck("exec", "--quiet", "SELECT 1 AS a").stderr == ""


def test_the_archive_of_the_file_is_the_one_that_is_looked_after(
    stackduck: Command, user_file: Path, tmp_path: Path
) -> None:
    user_file.write_text(f'archive = "{tmp_path / "kept"}"\n', encoding="utf-8")
    assert stackduck("archive", "path").stdout == f"{tmp_path / 'kept'}\n"
    assert stackduck("archive", "path", "--archive", "/x").stdout == "/x\n"
    assert stackduck("archive", "list").returncode == 0
    user_file.write_text("archive = false\n", encoding="utf-8")
    done = stackduck("archive", "list")
    assert (done.returncode, "keeps no archive" in done.stderr) == (exits.USAGE, True)


def test_a_sandbox_keeps_its_days_out_of_the_archive_of_the_file(
    stackduck: Command, user_file: Path, tmp_path: Path
) -> None:
    user_file.write_text(f'archive = "{tmp_path / "kept"}"\n', encoding="utf-8")
    asked = "SELECT count(*) FROM github.copilot_usage.entity_days WHERE enterprise = 'octo-demo'"
    assert stackduck("exec", "--sandbox", asked).returncode == 0
    assert not (tmp_path / "kept").exists()


def test_sync_takes_whose_reports_from_the_file(stackduck: Command, user_file: Path, tmp_path: Path) -> None:
    user_file.write_text('[defaults]\nenterprise = "octo-demo"\n[limits]\npace = 0\n', encoding="utf-8")
    order = ["sync", "--sandbox", "--archive", str(tmp_path / "kept"), "--report", "entity"]
    done = stackduck(*order, "--since", "2026-01-01", "--until", "2026-01-01")
    assert done.stderr.startswith("enterprise octo-demo by default\n")
    user_file.write_text("", encoding="utf-8")
    assert "whose reports?" in stackduck(*order).stderr


def test_a_default_that_no_table_needs_is_noted(stackduck: Command, user_file: Path) -> None:
    user_file.write_text('[defaults]\nenterprize = "octo"\norg = "eng"\ndays = 7\n', encoding="utf-8")
    held = _held(stackduck)
    assert held["defaults.enterprize"]["note"].endswith("did you mean 'enterprise'?")
    assert held["defaults.org"]["note"] is None
    assert "an SQL file may declare one" in held["defaults.days"]["note"]
