"""Files checked in several processes at once, where the machine has the means: each takes a share of them.

The processes are copies of this one, so that nothing is read or imported twice. No database may be open when they
are made.
"""

from __future__ import annotations

import os
import pickle
import sys
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_WORTHWHILE = 12
"""Files to a process; for fewer it costs more than it saves."""


def mapped(work: Callable[[Sequence[T]], list[R]], items: Sequence[T]) -> list[R]:
    """Return what the work makes of all items, in their order. Raises what it raises in any process."""
    count = min(_processors(), len(items) // _WORTHWHILE)
    if count < 2 or threading.active_count() > 1:
        return work(items)
    # Files beside each other are alike; each process gets some of every kind.
    first, *others = (items[at::count] for at in range(count))
    started = [_start(work, share) for share in others]
    try:
        found = [work(first)]
    finally:
        answers = [_answer(*each) for each in started]
    for content, share in zip(answers, others, strict=True):
        # What a process cannot say is found out here.
        found.append(pickle.loads(content) if content else work(share))
    return [found[at % count][at // count] for at in range(len(items))]


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1


def _start(work: Callable[[Sequence[T]], list[R]], share: Sequence[T]) -> tuple[int, int]:
    """Begin the work on a share in a copy of this process; return its number and the pipe of its answer."""
    reading, writing = os.pipe()
    number = os.fork()
    if number:
        os.close(writing)
        return number, reading
    code = 1
    try:
        os.close(reading)
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(pickle.dumps(work(share)))
        code = 0
    finally:
        # Neither buffers nor handlers of the copied process may run a second time.
        os._exit(code)


def _answer(number: int, reading: int) -> bytes:
    """Return what a process wrote, or nothing where it failed."""
    with os.fdopen(reading, "rb") as pipe:
        content = pipe.read()
    _, status = os.waitpid(number, 0)
    return content if status == 0 else b""
