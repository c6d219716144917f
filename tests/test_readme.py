"""What README.md tells a newcomer to type works as it stands, on the made-up enterprise."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from stackduck.sandbox import Sandbox, environment

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
COMMAND = Path(sys.executable).with_name("stackduck")


def blocks(language: str) -> list[str]:
    """Return the text of every fenced block of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def commands(text: str) -> list[str]:
    """Return the commands of a block; one goes on while a quote is open."""
    found: list[str] = []
    for line in text.splitlines():
        if found and found[-1].count('"') % 2:
            found[-1] += "\n" + line
        else:
            found.append(line)
    return found


SHELL = [c for block in blocks("sh") for c in commands(block)]


@pytest.fixture
def run(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch):
    """Run a command of the README as a reader would, with the sandbox as GitHub."""
    for name, value in environment(sandbox).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", str(COMMAND.parent), prepend=":")

    def run_in_shell(command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)

    return run_in_shell


@pytest.mark.parametrize("command", [c for c in SHELL if c.startswith("stackduck ")])
def test_a_command_of_the_readme_answers(run, command: str) -> None:
    done = run(command)
    assert done.returncode == 0, done.stderr
    assert (done.stdout + done.stderr).strip()


def test_the_two_commands_are_targets_of_the_makefile() -> None:
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    named = [c.split()[1] for c in SHELL if c.startswith("make ")]
    assert named == ["demo", "test"]
    assert set(named) <= set(targets)


def test_the_answer_on_the_first_screen_looks_like_the_real_one(run) -> None:
    """Its numbers move with the calendar."""
    (console,) = blocks("console")
    command, answer = console.removeprefix("$ ").split("\n┌")

    def shape(text: str) -> tuple[list[str], int]:
        lines = [re.findall(r"[\w-]+", line) for line in text.splitlines() if "│" in line]
        assert all(len(line) == len(lines[0]) for line in lines)
        return lines[0], len(lines)

    assert shape(run(command).stdout) == shape(answer)


@pytest.mark.parametrize("code", blocks("python"))
def test_the_python_of_the_readme_runs(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(code, "README.md", "exec"), {})
    assert "has a seat without recorded activity" in capsys.readouterr().out


def test_every_table_of_the_readme_exists() -> None:
    from stackduck.catalog.names import Catalog

    catalog = Catalog.default()
    known = {name for service in ("copilot", "copilot_usage") for name in catalog.resources("github", service)}
    cells = re.findall(r"^\| (`.*?) \|", README, re.MULTILINE)
    named = {name for cell in cells for name in re.findall(r"`(\w+)`", cell) if "_" in name or name == "seats"}
    assert len(named) > 12
    assert named <= known
