"""Work in a thread that Ctrl-C stops, while the shell itself lives on: DuckDB in the main thread hears no signal."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread, current_thread, main_thread
from time import monotonic, sleep
from types import FrameType

from stackduck.cli.supervision import catch

TICK = 0.1
"""Seconds between two looks at the work."""
SETTLING = 0.05
"""Seconds in which the main thread hears of a Ctrl-C."""
PATIENCE = 3
"""How often Ctrl-C is pressed before the shell gives up work that does not stop."""


class Interrupted(Exception):
    """The user stopped what was under way."""


class Abandoned(Exception):
    """The work did not stop when it was asked to; its connection is of no use any more."""


class Supervisor:
    """Runs one piece of work after the other, each in a thread of its own."""

    def __init__(self, *, stop: Callable[[], None], tick: Callable[[float], None]) -> None:
        """`stop` is called again and again until interrupted work has ended; `tick` is told the seconds so far."""
        self._stop = stop
        self._tick = tick
        self._asked = Event()
        self._presses = 0
        self._shields = 0

    def run(self, work: Callable[[], None]) -> None:
        """Run the work to its end and raise what it raised; Interrupted after Ctrl-C, even if it was as good as done.

        Raises Abandoned when it does not end though Ctrl-C was pressed again and again.
        """
        self._asked.clear()
        self._presses = 0
        raised: list[BaseException] = []
        ended = Event()
        with self._hearing_signals():
            Thread(target=catch, args=(work, raised, ended), daemon=True).start()
            self._attend(ended)
        if self._asked.is_set():
            raise Interrupted
        if raised:
            raise raised[0]

    @contextmanager
    def shielded(self) -> Iterator[None]:
        """Leave Ctrl-C to a program that has the terminal: a pager, an editor."""
        self._shields += 1
        try:
            yield
        finally:
            try:
                # One that was the pager's may not have been heard yet.
                sleep(SETTLING)
            finally:
                self._shields -= 1

    def check(self) -> None:
        """Raise Interrupted once the user has pressed Ctrl-C."""
        if self._asked.is_set():
            raise Interrupted

    def wait(self, seconds: float) -> None:
        """Let time pass. Raises Interrupted as soon as the user presses Ctrl-C."""
        if self._asked.wait(seconds):
            raise Interrupted

    def _attend(self, ended: Event) -> None:
        started = monotonic()
        while not ended.wait(TICK):
            if not self._asked.is_set():
                self._tick(monotonic() - started)
            elif self._presses < PATIENCE:
                # Once is not enough: between two of its steps a statement hears nothing.
                self._stop()
            else:
                raise Abandoned

    @contextmanager
    def _hearing_signals(self) -> Iterator[None]:
        if current_thread() is not main_thread():
            yield
            return
        previous = signal.signal(signal.SIGINT, self._hear)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, previous)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        if not self._shields:
            self._presses += 1
            self._asked.set()
