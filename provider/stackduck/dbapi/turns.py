"""Whose turn it is: statements of one connection follow each other, and one that is stopped is the one that was meant.

Knows neither DuckDB nor HTTP; who stops them is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import RLock

from stackduck.errors import OperationalError


class Turns:
    """The turns of one connection, which threads may share."""

    def __init__(self) -> None:
        self._statements = RLock()
        self._guard = RLock()
        self._owner: object = None
        self._is_running = self._is_stopped = False

    @contextmanager
    def taken(self, owner: object = None) -> Iterator[None]:
        """Wait for one's turn and take it."""
        with self._statements:
            before = (self._owner, self._is_running, self._is_stopped)
            self._set(owner, is_running=True, is_stopped=False)
            try:
                yield
            finally:
                self._set(before[0], is_running=before[1], is_stopped=before[2])

    def stop(self, interrupt: Callable[[], None], *, owner: object = None) -> bool:
        """Interrupt the statement that runs, if there is one, and it is the owner's where one is given; tell whether.

        It is not over before `interrupt` is, which therefore reaches no other.
        """
        with self._guard:
            if not self._is_running or (owner is not None and owner is not self._owner):
                return False
            self._is_stopped = True
            interrupt()
            return True

    def go_on(self) -> None:
        """Raise OperationalError where the statement has been stopped; asked between its steps."""
        if self._is_stopped:
            raise OperationalError("interrupted")

    def _set(self, owner: object, *, is_running: bool, is_stopped: bool) -> None:
        with self._guard:
            self._owner, self._is_running, self._is_stopped = owner, is_running, is_stopped
