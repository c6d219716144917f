from __future__ import annotations

import re
import subprocess
import sys

import pytest

import stackduck as package

HEAVY = {"duckdb", "sqlglot", "httpx", "yaml"}


def loaded(*arguments: str) -> set[str]:
    """Name the modules that a command imports."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "stackduck", *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(re.findall(r"\|\s+([\w.]+)$", done.stderr, re.MULTILINE))


def test_no_command_is_a_usage_error_with_the_help_on_stderr(stackduck) -> None:
    done = stackduck()
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("usage: stackduck COMMAND")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["exce"], "error: no command 'exce'; did you mean 'exec'?\n"),
        (["qqq"], "error: no command 'qqq'; run stackduck --help\n"),
        (["--sandbox", "exec"], "error: no option '--sandbox' before the command; run stackduck --help\n"),
    ],
)
def test_what_is_no_command_is_refused(arguments: list[str], message: str, stackduck) -> None:
    done = stackduck(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", message)


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["help"], ["exec", "--help"], ["sandbox", "-h"]])
def test_help_goes_to_standard_output(arguments: list[str], stackduck) -> None:
    done = stackduck(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: stackduck")


@pytest.mark.parametrize("argument", ["--version", "-V"])
def test_the_version_is_told(argument: str, stackduck) -> None:
    done = stackduck(argument)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"stackduck {package.__version__}\n", "")


def test_the_module_runs_as_the_command_does() -> None:
    done = subprocess.run([sys.executable, "-m", "stackduck", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"stackduck {package.__version__}\n"


def test_the_version_costs_no_import_worth_the_name() -> None:
    assert not loaded("--version") & {*HEAVY, "argparse", "re", "typing", "dataclasses"}


@pytest.mark.parametrize("arguments", [["--help"], ["exec", "--help"], ["sandbox", "--help"]])
def test_help_imports_none_of_the_heavy_libraries(arguments: list[str]) -> None:
    assert not loaded(*arguments) & HEAVY


def test_a_statement_without_a_provider_imports_duckdb_alone() -> None:
    assert loaded("exec", "SELECT 1") & {*HEAVY, "duckdb", "_duckdb"} == {"_duckdb"}
