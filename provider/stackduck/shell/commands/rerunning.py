"""Commands that run statements: those of a file, the latest again, in an editor first, or over and over."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from stackduck.cli.exits import UsageError
from stackduck.shell import terminal
from stackduck.shell.commands.model import Definition
from stackduck.shell.commands.showing import path_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackduck.shell.session import Session

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(s|m|h)?\Z")
_SECONDS = {None: 1, "s": 1, "m": 60, "h": 3600}
_PAUSE = "5"


def read_file(session: Session, argument: str, statement: str) -> None:
    """Run the statements and commands of a file; one that fails ends it."""
    path = path_of(argument)
    name = os.path.realpath(path)
    if name in session.files:
        raise UsageError(f"{path} is being read already; a file cannot read itself")
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except OSError as problem:
        raise UsageError(f"cannot read {path}: {problem.strerror}") from problem
    except UnicodeDecodeError as problem:
        raise UsageError(f"{path} is not UTF-8, at byte {problem.start}") from problem
    session.files.append(name)
    try:
        session.follow(text.splitlines())
    finally:
        session.files.pop()


def run_again(session: Session, argument: str, statement: str) -> None:
    """Run the statement before the command, or the latest one, to a file if one is told."""
    text = _statement(session, statement)
    if argument:
        session.display.redirect_once(path_of(argument))
    session.run(text)


def run_vertically(session: Session, argument: str, statement: str) -> None:
    """Run a statement and show a line for each value, this once."""
    before, session.settings.mode = session.settings.mode, "vertical"
    try:
        run_again(session, argument, statement)
    finally:
        session.settings.mode = before


def edit(session: Session, argument: str, statement: str) -> None:
    """Let the user change a statement in an editor; it waits at the prompt then, and is run from there."""
    if not session.is_interactive:
        raise UsageError(".edit needs a terminal")
    text = statement or argument or session.statement
    session.draft = _edited(session, f"{text.rstrip('; ')};\n" if text else "").strip()
    if not session.takes_drafts and session.draft:
        session.follow(session.draft.splitlines())
        session.draft = ""


def watch(session: Session, argument: str, statement: str) -> None:
    """Run a statement again and again until Ctrl-C."""
    match = _DURATION.match(argument or _PAUSE)
    seconds = float(match[1]) * _SECONDS[match[2]] if match else 0.0
    if seconds < 1:
        raise UsageError(f"'{argument}' is no pause of a second or more; write .watch 5, or 30s, 10m, 1h")
    text = _statement(session, statement)
    while True:
        session.note(f"{time.strftime('%H:%M:%S')}, every {argument or _PAUSE}; Ctrl-C ends it")
        session.run(text)
        session.supervisor.wait(seconds)


def _statement(session: Session, given: str) -> str:
    text = given or session.statement
    if not text:
        raise UsageError("no statement yet; run one first")
    return text


def _edited(session: Session, text: str) -> str:
    command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    with TemporaryDirectory(prefix="stackduck-") as folder:
        path = Path(folder, "statement.sql")
        path.write_text(text, encoding="utf-8")
        with session.supervisor.shielded(), terminal.echo(True):
            try:
                code = subprocess.run([*command, str(path)], check=False).returncode
            except OSError as problem:
                raise UsageError(f"cannot start {command[0]}: {problem.strerror}; set EDITOR") from problem
        if code:
            raise UsageError(f"{command[0]} ended with {code}; the statement stays as it was")
        return path.read_text(encoding="utf-8")


COMMANDS = (
    Definition("read", "run the statements and commands of a file", read_file, "FILE", ("i",), takes_path=True),
    Definition(
        "go", "run the latest statement again", run_again, "[FILE]", ("g",), takes_path=True, follows_statement=True
    ),
    Definition("gx", "the same with a line for each value", run_vertically, follows_statement=True),
    Definition(
        "edit",
        "change the latest statement in $EDITOR",
        edit,
        "[STATEMENT]",
        ("e",),
        takes_statement=True,
        follows_statement=True,
    ),
    Definition("watch", "run the latest statement every 5 seconds", watch, "[SECONDS]", follows_statement=True),
)
