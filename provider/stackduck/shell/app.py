"""The loop of a session: ask, run, tell what went wrong, and ask again; in a pipe, run and end at the first error."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn, Protocol

from stackduck.cli import exits, messages
from stackduck.cli.runs import silence_stdout
from stackduck.cli.supervision import Terminated
from stackduck.errors import MissingParameterError
from stackduck.shell import terminal
from stackduck.shell.interruption import Abandoned, Interrupted
from stackduck.shell.reading import is_command, items
from stackduck.shell.session import Leave, Session


class Prompt(Protocol):
    """Where a person types."""

    takes_drafts: bool
    """Whether it can begin with something; then it shows by itself what is typed."""

    def read(self, draft: str = "") -> str:
        """Return what was typed. Raises EOFError at the end, and KeyboardInterrupt where it is dropped."""


def run_piped(session: Session, lines: Iterable[str]) -> int:
    """Run what the lines hold and return the exit code; the first error ends it."""
    return _ending(session, lambda: _follow(session, lines))


def run_prompt(session: Session, prompt: Prompt, *, first: Iterable[str] = ()) -> int:
    """Run what comes first, then ask and run until the user leaves; return the exit code."""
    with terminal.echo(not prompt.takes_drafts):
        return _ending(session, lambda: _converse(session, prompt, first))


def attempt(session: Session, lines: Iterable[str]) -> int:
    """Run what the lines hold, tell what went wrong with it, and return what that means as an exit code."""
    try:
        _follow(session, lines)
        return exits.OK
    except Interrupted:
        messages.note("interrupted")
        return exits.INTERRUPTED
    except BrokenPipeError:
        raise
    except MissingParameterError as problem:
        return _offer(session, problem)
    except Exception as problem:
        if isinstance(problem, (Leave, Abandoned)):
            raise
        return messages.failure(problem)


def _follow(session: Session, lines: Iterable[str]) -> int:
    for item in items(lines):
        session.perform(item)
    return exits.OK


def _converse(session: Session, prompt: Prompt, first: Iterable[str]) -> int:
    attempt(session, first)
    while True:
        draft, session.draft = session.draft, ""
        try:
            text = prompt.read(draft)
            attempt(session, text.splitlines())
        except KeyboardInterrupt:
            continue
        except EOFError:
            return exits.OK


def _offer(session: Session, problem: MissingParameterError) -> int:
    """Put the completed statement on the prompt, where there is one that takes it."""
    if not (problem.corrected and session.takes_drafts):
        return messages.failure(problem)
    messages.error(str(problem).partition("\ntry: ")[0])
    messages.note("it is completed below: fill it in and press Enter, or drop it with Ctrl-C")
    is_statement = not is_command(problem.corrected)
    session.draft = f"{problem.corrected.rstrip('; ')};" if is_statement else problem.corrected
    return exits.exit_code(problem)


def _ending(session: Session, work: Callable[[], int]) -> int:
    """Do the work, end the session in good order, and return the exit code of either."""
    with _hearing_termination():
        try:
            code = _work(session, work)
            session.close()
            return code
        except BrokenPipeError:
            silence_stdout()
            return exits.OK
        except Abandoned:
            messages.error("what was under way does not stop; the session ends")
            return exits.INTERRUPTED
        except Terminated:
            session.connection.interrupt()
            return exits.TERMINATED
        except (Interrupted, KeyboardInterrupt):
            return exits.INTERRUPTED
        except Exception as problem:
            return messages.failure(problem)
        finally:
            session.display.discard()


def _work(session: Session, work: Callable[[], int]) -> int:
    try:
        return work()
    except Leave as wish:
        return wish.code


@contextmanager
def _hearing_termination() -> Iterator[None]:
    """Raise Terminated when the process is asked to end, so that the terminal and files are left in order."""
    numbers = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
    before = {number: signal.signal(number, _terminate) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    raise Terminated
