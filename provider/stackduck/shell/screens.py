"""Puts the prompt together: its completion, colours, history and bar, each from the module that owns it."""

from __future__ import annotations

from functools import partial

from stackduck.shell import highlighting, history, toolbar
from stackduck.shell.answers import Answer
from stackduck.shell.commands import COMMANDS
from stackduck.shell.commands.model import Definition
from stackduck.shell.completion import Command, SqlCompleter
from stackduck.shell.prompt import ScreenPrompt
from stackduck.shell.session import Session

SEEN = 10_000
"""Rows of an answer whose values are offered later."""


def prompt(session: Session, name: str) -> ScreenPrompt:
    """Return the prompt of a session."""
    kept = history.open_history()
    if kept.problem:
        session.note(kept.problem)
    completer = SqlCompleter(
        session.connection,
        known=partial(_known, session),
        history=kept,
        commands=[_completed(session, each) for each in COMMANDS],
        variables=lambda: list(session.settings.parameters),
    )
    session.takes_drafts = True
    return ScreenPrompt(
        name,
        bar=lambda: toolbar.fragments(session),
        before=_Learning(session, completer).learn,
        completer=completer,
        lexer=highlighting.lexer(),
        style=highlighting.STYLE,
        history=kept,
        suggest=history.SuggestFromHistory(),
    )


class _Learning:
    """Lets completion know what the session has come to know."""

    def __init__(self, session: Session, completer: SqlCompleter) -> None:
        self._session = session
        self._completer = completer
        self._seen: Answer | None = None

    def learn(self) -> None:
        """Take in the latest answer, and what the latest statement may have changed."""
        answer = self._session.answer
        if answer is not None and answer is not self._seen:
            self._seen = answer
            self._completer.see([str(column[0]) for column in answer.description], answer.kept[:SEEN])
        self._completer.refresh()


def _known(session: Session, name: str) -> list[str]:
    """Return the value that the session gives a parameter of a name."""
    value = session.settings.parameters.get(name)
    return [] if value is None else [str(value)]


def _completed(session: Session, definition: Definition) -> Command:
    """Return a command as completion knows it."""
    return Command(
        definition.name,
        definition.summary,
        definition.aliases,
        partial(definition.values, session),
        definition.takes_path,
        definition.takes_statement,
    )
