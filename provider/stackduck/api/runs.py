"""What a client has under way, and stopping it from any thread. Knows nothing of what runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition, Event, Lock
from typing import TypeVar

from stackduck.api.workers import Workers
from stackduck.errors import InterfaceError, OperationalError


class Run:
    """Jobs under way for one statement, of which one thread takes the outcomes."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._stop = Event()
        self._changed = Condition()
        self._interruption: OperationalError | None = None
        self.running = 0

    def interrupt(self) -> None:
        """Let whoever waits for an outcome get an error instead, at once."""
        with self._changed:
            self._interruption = OperationalError("interrupted")
            self._stop.set()
            self._changed.notify_all()


_R = TypeVar("_R", bound=Run)


class Runs:
    """The runs of one client, and the threads that they share."""

    def __init__(self, concurrency: int) -> None:
        if concurrency < 1:
            raise InterfaceError("concurrency must be 1 or more")
        self._concurrency = concurrency
        self._making = Lock()
        self._lock = Lock()
        self._workers = Workers(concurrency)
        self._runs: list[Run] = []
        self._interrupts = 0
        self._is_closed = False

    @contextmanager
    def started(self, make: Callable[[Workers], _R]) -> Iterator[_R]:
        """Make a run and forget it at the end; jobs that it leaves behind keep their threads, later runs get others."""
        with self._making:
            run = self._made(make)
        try:
            yield run
        finally:
            with self._lock:
                self._runs.remove(run)
                if run.running:
                    self._workers = Workers(self._concurrency)

    def _made(self, make: Callable[[Workers], _R]) -> _R:
        """Make a run, which may take its time over a credential; an interrupt meanwhile is for it too."""
        with self._lock:
            if self._is_closed:
                raise InterfaceError("the client is closed")
            before = self._interrupts
        run = make(self._workers)
        with self._lock:
            self._runs.append(run)
            is_interrupted = self._interrupts > before
        if is_interrupted:
            run.interrupt()
        return run

    def interrupt(self) -> None:
        """Interrupt every run."""
        with self._lock:
            self._interrupts += 1
            runs = list(self._runs)
        for run in runs:
            run.interrupt()

    def close(self) -> None:
        """Interrupt every run and start none any more."""
        with self._lock:
            self._is_closed = True
        self.interrupt()
