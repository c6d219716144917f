"""A bounded pool of threads that never keeps the program from ending. Knows nothing of what it runs."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Condition, Thread

_IDLE_SECONDS = 5.0


class Workers:
    """Daemon threads, started when there is work and ended when there has been none for a while."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._jobs: deque[Callable[[], None]] = deque()
        self._changed = Condition()
        self._threads = 0
        self._idle = 0

    def submit(self, job: Callable[[], None]) -> None:
        """Run a job, which must not raise, as soon as a thread is free."""
        with self._changed:
            self._jobs.append(job)
            if len(self._jobs) > self._idle and self._threads < self.limit:
                self._threads += 1
                Thread(target=self._work, name="stackduck-api", daemon=True).start()
            else:
                self._changed.notify()

    def _work(self) -> None:
        while (job := self._next()) is not None:
            job()
            # A thread that waits keeps nothing alive, at the program's end least of all.
            del job

    def _next(self) -> Callable[[], None] | None:
        """Return the next job, or None once the thread has been idle for long enough."""
        with self._changed:
            self._idle += 1
            try:
                if self._changed.wait_for(lambda: self._jobs, timeout=_IDLE_SECONDS):
                    return self._jobs.popleft()
            finally:
                self._idle -= 1
            self._threads -= 1
            return None
