"""A completer over the sandbox: an archive with reports, local tables, a history; and what it offers at a mark."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from prompt_toolkit.completion import CompleteEvent, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.history import InMemoryHistory

import stackduck
from stackduck.shell.completion import Command, SqlCompleter

LOCAL = """
CREATE TABLE pets (name VARCHAR, age INTEGER, "Odd Name" INTEGER, home STRUCT(city VARCHAR, zip STRUCT(code INTEGER)));
CREATE VIEW adults AS SELECT name, age AS years FROM pets;
CREATE SCHEMA other; CREATE TABLE other.toys (toy VARCHAR);
CREATE TEMP TABLE notes (note VARCHAR);
CREATE MACRO doubled(x) AS x * 2;
"""
HISTORY = (
    "SELECT * FROM github.copilot.org_seats WHERE org = 'octo-old'",
    "SELECT * FROM github.copilot.org_seats WHERE org IN ('octo-new', 'octo-old') AND password = 'hunter2'",
    "SELECT * FROM github.copilot_usage.user_days WHERE org IN ('octo-cat', 'octo''s') AND enterprise = '<slug>'",
)
COMMANDS = (
    Command("tables", "list tables", ("dt",)),
    Command("timer", "tell the time", ("timing",), values=lambda: ("on", "off")),
    Command("mode", "choose the format", values=lambda: ("csv", "json", "table")),
    Command("read", "run a file", ("i",), takes_path=True),
    Command("explain", "tell the calls", takes_statement=True),
)


@pytest.fixture(scope="package")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stackduck.Connection]:
    """Connect to a sandbox, with the latest days of an enterprise in the archive."""
    archive = tmp_path_factory.mktemp("archive")
    with stackduck.connect(sandbox=True, archive=archive) as connection:
        connection.execute("SELECT count(*) FROM github.copilot_usage.user_days WHERE enterprise = 'octo-demo'")
        connection.execute(LOCAL)
        yield connection


@pytest.fixture(scope="package")
def completer(connection: stackduck.Connection) -> SqlCompleter:
    """Give a completer that has read everything."""
    history = InMemoryHistory()
    for entry in HISTORY:
        history.append_string(entry)
    completer = SqlCompleter(connection, history=history, commands=COMMANDS, variables=lambda: ("days", "org"))
    completer.refresh()
    completer.wait()
    return completer


@pytest.fixture(scope="session")
def complete() -> Callable[[SqlCompleter, str], list[Completion]]:
    """Complete at the mark | of a text."""

    def work(completer: SqlCompleter, marked: str) -> list[Completion]:
        before, mark, after = marked.partition("|")
        assert mark
        return list(completer.get_completions(Document(before + after, len(before)), CompleteEvent()))

    return work


@pytest.fixture(scope="package")
def offer(
    completer: SqlCompleter, complete: Callable[[SqlCompleter, str], list[Completion]]
) -> Callable[[str], list[Completion]]:
    """Complete at the mark | of a text, with the completer that has read everything."""
    return lambda marked: complete(completer, marked)
