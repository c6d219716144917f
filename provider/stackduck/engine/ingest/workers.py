"""A few threads that share one workbench: while one waits for DuckDB, another keeps the other cores busy."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from queue import SimpleQueue
from typing import TypeVar

from stackduck.engine.ingest.workbench import Workbench

COUNT = 2
"""DuckDB reads a small JSON file with one thread, so that two files at once use what one leaves idle."""

_Item = TypeVar("_Item")
_Found = TypeVar("_Found")


class Workers:
    """Runs jobs, each with a connection of its own for as long as it takes."""

    def __init__(self, bench: Workbench, *, count: int = COUNT) -> None:
        self._benches = [bench.another() for _ in range(count)]
        self._free: SimpleQueue[Workbench] = SimpleQueue()
        for each in self._benches:
            self._free.put(each)
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="ingest")
        self._under_way: deque[Future[object]] = deque(maxlen=2 * count)

    def submit(self, job: Callable[[Workbench, _Item], _Found], item: _Item) -> Future[_Found]:
        """Start a job; waits as long as too many are under way."""
        if len(self._under_way) == self._under_way.maxlen:
            wait([self._under_way.popleft()])
        future = self._pool.submit(self._run, job, item)
        self._under_way.append(future)  # type: ignore[arg-type]
        return future

    def _run(self, job: Callable[[Workbench, _Item], _Found], item: _Item) -> _Found:
        bench = self._free.get()
        try:
            return job(bench, item)
        finally:
            self._free.put(bench)

    def interrupt(self) -> None:
        """Stop what runs, from another thread."""
        for bench in self._benches:
            bench.interrupt()

    def close(self) -> None:
        """Stop what runs, wait for it, and close the connections."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self.interrupt()
        self._pool.shutdown(wait=True)
        for bench in self._benches:
            bench.close()
