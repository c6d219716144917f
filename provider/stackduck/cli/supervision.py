"""Work in a thread, watched by the main one, because DuckDB in the main thread hears no Ctrl-C."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from threading import Event, Thread
from time import monotonic
from types import FrameType
from typing import NoReturn

from stackduck.cli import exits

TICK = 0.2
"""Seconds between two looks at the work."""
GRACE = 0.5
"""Seconds that interrupted work gets to end by itself."""


class Terminated(BaseException):
    """The process was asked to end (SIGTERM)."""


def supervise(
    work: Callable[[], None], *, stop: Callable[[], None], tick: Callable[[float], None], grace: float = GRACE
) -> None:
    """Run the work to its end and raise what it raised; on Ctrl-C stop it and leave the process.

    `stop` is called in the main thread while the work may still run, which then has `grace` seconds to end by itself;
    `tick` is told the seconds so far.
    """
    raised: list[BaseException] = []
    # Not Thread.join: interrupted, it takes the thread for ended in Python before 3.13.
    ended = Event()
    thread = Thread(target=catch, args=(work, raised, ended), daemon=True)
    previous = signal.signal(signal.SIGTERM, _terminate)
    started = monotonic()
    try:
        thread.start()
        while not ended.wait(TICK):
            tick(monotonic() - started)
    except (KeyboardInterrupt, Terminated) as reason:
        _leave(ended, stop, exits.TERMINATED if isinstance(reason, Terminated) else exits.INTERRUPTED, grace=grace)
    finally:
        signal.signal(signal.SIGTERM, previous)
    if raised:
        raise raised[0]


def catch(work: Callable[[], None], raised: list[BaseException], ended: Event) -> None:
    """Keep what the work raises for the main thread."""
    try:
        work()
    except BaseException as problem:
        raised.append(problem)
    finally:
        ended.set()


def _terminate(number: int, frame: FrameType | None) -> NoReturn:
    raise Terminated


def _leave(ended: Event, stop: Callable[[], None], code: int, *, grace: float) -> NoReturn:
    """Stop the work and end the process, without waiting for what does not end by itself.

    Standard output is flushed only when the work is over: while it writes, it holds the stream's lock.
    """
    try:
        stop()
        if ended.wait(grace) and sys.stdout is not None:
            sys.stdout.flush()
    finally:
        os._exit(code)
