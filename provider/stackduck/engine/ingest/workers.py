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
    """Runs jobs, each with a connection of its own for as long as it takes; nothing is opened before the first."""

    def __init__(self, bench: Workbench, *, count: int = COUNT) -> None:
        self._bench, self._count = bench, count
        self._benches: list[Workbench] = []
        self._free: SimpleQueue[Workbench] = SimpleQueue()
        self._pool: ThreadPoolExecutor | None = None
        self._under_way: deque[Future[object]] = deque(maxlen=2 * count)

    def submit(self, job: Callable[[Workbench, _Item], _Found], item: _Item) -> Future[_Found]:
        """Start a job; waits as long as too many are under way."""
        if len(self._under_way) == self._under_way.maxlen:
            wait([self._under_way.popleft()])
        pool = self._pool or self._opened()
        future = pool.submit(self._run, job, item)
        self._under_way.append(future)  # type: ignore[arg-type]
        return future

    def _opened(self) -> ThreadPoolExecutor:
        self._pool = ThreadPoolExecutor(self._count, thread_name_prefix="ingest")
        for _ in range(self._count):
            self._benches.append(self._bench.another())
            self._free.put(self._benches[-1])
        return self._pool

    def _run(self, job: Callable[[Workbench, _Item], _Found], item: _Item) -> _Found:
        bench = self._free.get()
        try:
            return job(bench, item)
        finally:
            self._free.put(bench)

    def interrupt(self) -> None:
        """Stop what runs, from another thread."""
        for bench in tuple(self._benches):
            bench.interrupt()

    def close(self) -> None:
        """Stop what runs, wait for it, and close the connections."""
        if self._pool is None:
            return
        self._pool.shutdown(wait=False, cancel_futures=True)
        self.interrupt()
        self._pool.shutdown(wait=True)
        for bench in self._benches:
            bench.close()
