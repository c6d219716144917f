from __future__ import annotations

import errno
import sys
from types import ModuleType

import duckdb
import pytest

from stackduck import errors
from stackduck.cli import COMMANDS, exits, messages, run

CODES = {
    errors.ProgrammingError: 1,
    errors.MissingParameterError: 1,
    errors.NotSupportedError: 1,
    errors.DataError: 1,
    errors.IntegrityError: 1,
    errors.InterfaceError: 2,
    exits.UsageError: 2,
    errors.OperationalError: 3,
    errors.RequestTimeoutError: 4,
    errors.AuthenticationError: 5,
    errors.PermissionDeniedError: 5,
    errors.NotFoundError: 5,
    errors.RateLimitError: 6,
    errors.InternalError: 70,
    RuntimeError: 70,
}


@pytest.mark.parametrize(("kind", "code"), CODES.items(), ids=lambda value: getattr(value, "__name__", str(value)))
def test_every_error_has_its_exit_code(kind: type[Exception], code: int) -> None:
    assert exits.exit_code(kind("why")) == code


@pytest.mark.parametrize(("status", "code"), [(None, 3), (502, 3), (408, 3), (422, 1), (410, 1)])
def test_what_github_refuses_is_told_from_what_fails(status: int | None, code: int) -> None:
    assert exits.exit_code(errors.OperationalError("why", status=status)) == code


def test_trouble_of_duckdb_is_no_failing_connection() -> None:
    try:
        duckdb.sql("FROM 'missing.parquet'")
    except duckdb.Error as problem:
        error = errors.OperationalError(str(problem))
        error.__cause__ = problem
    assert exits.exit_code(error) == 1


def test_every_exit_code_is_in_the_help() -> None:
    assert all(f"  {code:<4} " in exits.MEANINGS for code in {0, 130, *CODES.values()})


def test_an_error_is_one_line_without_control_characters(capsys: pytest.CaptureFixture[str]) -> None:
    assert messages.failure(errors.ProgrammingError("no table \x1b[31m")) == 1
    assert capsys.readouterr() == ("", "error: no table \\x1b[31m\n")


def test_a_bug_says_how_to_see_where(capsys: pytest.CaptureFixture[str]) -> None:
    assert messages.failure(KeyError("x")) == 70
    told = capsys.readouterr().err
    assert told == "error: a bug of stackduck: KeyError: 'x'; set STACKDUCK_TRACEBACK=1 to see where, and report it\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_bug_of_any_command_has_an_exit_code_of_its_own(
    name: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def main(arguments: list[str]) -> int:
        raise KeyError(*arguments)

    command = ModuleType(name)
    monkeypatch.setattr(command, "main", main, raising=False)
    monkeypatch.setitem(sys.modules, f"stackduck.cli.{name}", command)
    assert run([name, "x"]) == 70
    assert capsys.readouterr().err.startswith("error: a bug of stackduck: KeyError: 'x'; ")


def test_a_traceback_can_be_asked_for(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STACKDUCK_TRACEBACK", "1")
    try:
        raise KeyError("x")
    except KeyError as problem:
        messages.failure(problem)
    assert "test_messages.py" in capsys.readouterr().err


def test_a_file_error_names_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert messages.failure(OSError(errno.ENOSPC, "No space left on device", "rows.csv")) == 1
    assert capsys.readouterr().err == "error: rows.csv: No space left on device\n"
