"""The shell without a terminal: what is piped runs as it would when typed, and ends as `stackduck exec` does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import COMMAND

Piped = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("SELEC 1;", 1, "syntax error"),
        (".nope", 2, "no command '.nope'; .help lists them"),
        (".read no-such-file", 2, "cannot read no-such-file"),
        ("SELECT 'open", 1, "unterminated quote"),
        ("SELECT * FROM github.copilot.org_seats;", 1, "needs org; add WHERE org = '<slug>'\ntry: SELECT"),
        (".exit 7", 7, ""),
        ("SELECT 1;", 0, ""),
        ("", 0, ""),
    ],
)
def test_the_exit_code_tells_what_went_wrong(piped: Piped, text: str, code: int, message: str) -> None:
    done = piped(text)
    assert (done.returncode, message in done.stderr) == (code, True)


def test_no_token_is_an_error_of_access(piped: Piped) -> None:
    done = piped("SELECT * FROM github.copilot.org_seats WHERE org = 'octo';", PATH=str(Path(COMMAND).parent))
    assert done.returncode == 5


def test_the_first_error_ends_it(piped: Piped) -> None:
    done = piped("SELECT 1 AS n;\nSELEC 2;\nSELECT 3;\n")
    assert (done.stdout, done.returncode) == ('[\n{"n": 1}\n]\n', 1)


def test_there_is_no_prompt_and_no_colour(piped: Piped) -> None:
    done = piped("SELECT 1 AS n;\n.mode csv\n.timer on\nSELECT 2 AS n\n", TERM="xterm-256color")
    assert done.stdout == '[\n{"n": 1}\n]\nn\n2\n'
    assert done.stderr.startswith("1 row, 0 calls")
    assert "\x1b" not in done.stdout + done.stderr


def test_arguments_and_files_run_instead_of_standard_input(piped: Piped, tmp_path: Path) -> None:
    file = tmp_path / "script.sql"
    file.write_text(".mode csv\nSELECT $n AS n")
    assert piped("SELECT 3;", "-i", str(file), "--var", "n=1").stdout == "n\n1\n"
    assert piped("SELECT 3;", ".mode csv", "SELECT 2 AS n").stdout == "n\n2\n"


def test_options_are_those_of_exec(piped: Piped, tmp_path: Path) -> None:
    data = tmp_path / "data.json"
    data.write_text('{"n": 7}')
    target = tmp_path / "rows.csv"
    done = piped("SELECT '{{ .n }}' AS n;", "--iqldata", str(data), "-f", str(target), "-H", "--stats")
    assert (done.returncode, done.stdout, target.read_text()) == (0, "", "7\n")
    assert done.stderr.startswith("1 row,")


def test_a_file_is_not_there_after_an_error(piped: Piped, tmp_path: Path) -> None:
    done = piped(f".output {tmp_path}/rows.csv\nSELECT 1;\nSELEC 2;")
    assert (done.returncode, list(tmp_path.iterdir())) == (1, [])


def test_text_that_is_not_utf_8_is_told() -> None:
    done = subprocess.run([COMMAND, "shell"], input=b"SELECT '\xff';", capture_output=True, check=False)
    assert (done.returncode, done.stderr[:34]) == (2, b"error: standard input is not UTF-8")


def test_the_sandbox_answers(piped: Piped) -> None:
    done = piped("SELECT count(*) AS n FROM github.copilot.org_seats WHERE org = 'octo-demo-eng';", "--sandbox")
    assert json.loads(done.stdout)[0]["n"] > 0


def test_every_statement_answers_before_the_next_one_comes() -> None:
    process = subprocess.Popen(
        [COMMAND, "shell", "-o", "csv", "-H"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    assert process.stdin and process.stdout
    for number in ("1\n", "2\n"):
        process.stdin.write(f"SELECT {number.strip()};\n")
        assert process.stdout.readline() == number
    process.stdin.close()
    assert process.wait(30) == 0
    process.stdout.close()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["ctrl-c", "term"])
@pytest.mark.parametrize("text", ["", "SELECT sum(hash(a.range)) FROM range(1000000) a, range(1000000) b;\n"])
def test_a_signal_ends_it(number: int, code: int, text: str, tmp_path: Path) -> None:
    process = subprocess.Popen(
        [COMMAND, "shell", "-o", "csv", "-H"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin and process.stdout
    process.stdin.write(f".output {tmp_path}/rows.csv\n.output\nSELECT 1;\n{text}")
    process.stdin.flush()
    assert process.stdout.readline() == "1\n"
    process.send_signal(number)
    assert process.wait(30) == code
    process.stdin.close()
    process.stdout.close()


def test_a_reader_that_goes_away_is_no_error() -> None:
    process = subprocess.Popen(
        [COMMAND, "shell", "-o", "csv", "FROM range(100000000)"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout and process.stderr
    assert process.stdout.readline() == "range\n"
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait(60) == 0


def test_a_pipe_needs_no_prompt_library() -> None:
    code = (
        "import sys; sys.modules['prompt_toolkit'] = None; from stackduck.cli import run; "
        "sys.exit(run(['shell', '-o', 'csv', 'SELECT 1 AS n', '.help exit']))"
    )
    done = subprocess.run(
        [os.fspath(Path(COMMAND).with_name("python")), "-c", code], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "n\n1\n.exit [CODE]  \\q \\quit  leave\n")
