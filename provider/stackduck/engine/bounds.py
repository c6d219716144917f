"""A bound on the time that a session spends on something, for statements that nobody vouches for."""

from __future__ import annotations

from threading import Event, Lock, Thread
from time import monotonic
from types import TracebackType
from typing import Self

from stackduck.engine.session import Session

_AGAIN = 0.1
"""Seconds until what is asked of the session next is stopped too."""


class TimeBound:
    """Within it a session is interrupted after so many seconds, and again until the work is given up.

    It may be entered again and again, not within itself, and is closed at the end. DuckDB stops between two steps; a
    single function of it that takes long is waited for.
    """

    def __init__(self, session: Session, *, seconds: float) -> None:
        self._session = session
        self.seconds = seconds
        self.is_over = False
        """Whether the time was not enough, the last time that it was entered."""
        self._until: float | None = None
        self._lock = Lock()
        self._closed = Event()
        # One thread for all of it: to start one for each statement takes longer than many a statement.
        self._thread: Thread | None = None

    def __enter__(self) -> Self:
        with self._lock:
            self._until, self.is_over = monotonic() + self.seconds, False
        if self._thread is None:
            self._thread = Thread(target=self._watch, name="time bound", daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._lock:
            self._until = None

    def close(self) -> None:
        """End the watch."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        wait = self.seconds
        # What begins while this waits ends later than the wait does.
        while not self._closed.wait(wait):
            with self._lock:
                left = self.seconds if self._until is None else self._until - monotonic()
                if left <= 0:
                    self.is_over = True
                    self._session.interrupt()
            wait = left if left > 0 else _AGAIN
