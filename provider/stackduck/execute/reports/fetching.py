"""Reports are fetched, each in a thread, several at once: links, downloads, and whatever takes the files.

What came before something fails stays with who took it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from datetime import date, datetime
from pathlib import Path
from threading import Event, Lock
from typing import TYPE_CHECKING, Protocol

from stackduck.errors import NotFoundError, OperationalError
from stackduck.execute.reports.model import Brought, Job, Links
from stackduck.frozen import frozen
from stackduck.reports.calendar import is_closed
from stackduck.reports.coverage import NO_DATA, NOT_PROCESSED, Fetch

if TYPE_CHECKING:
    from stackduck.api.downloads import Downloader, Part
    from stackduck.catalog.names import Catalog
    from stackduck.engine.ingest.workbench import Workbench
    from stackduck.execute.reports.links import Asking

LOST = "GitHub's link to it leads to no file"


class Taker(Protocol):
    """Takes the parts of one report."""

    def add(self, part: Path) -> None: ...

    def interrupt(self) -> None: ...


@frozen
class Tools:
    """What fetching works with."""

    catalog: Catalog
    downloader: Downloader
    bench: Workbench
    concurrency: int
    on_bytes: Callable[[int], None]
    """Told how many bytes came in, from several threads."""


class Fetching(ABC):
    """Fetches reports; use it in a `with` block, which ends what runs when it is left."""

    def __init__(self, tools: Tools, asking: Asking, *, at_once: int | None = None) -> None:
        """Fetch so many reports at once; None is as many as there are calls at once."""
        self.tools, self.asking = tools, asking
        self._at_once = at_once or tools.concurrency
        self._pool = ThreadPoolExecutor(self._at_once, thread_name_prefix="reports")
        self._stop = Event()
        self._running: set[Taker] = set()
        self._lock = Lock()

    def __enter__(self) -> Fetching:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self.interrupt()
        if isinstance(error, KeyboardInterrupt):
            self.asking.interrupt()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def interrupt(self) -> None:
        """Stop what is downloaded and taken, from another thread."""
        self._stop.set()
        self.tools.downloader.interrupt()
        with self._lock:
            for each in self._running:
                each.interrupt()

    def fetch(self, jobs: Sequence[Job]) -> Iterator[Brought]:
        """Yield what became of each job as it is done, and of what was fetched in the place of some.

        Raises the first error; then nothing more is started.
        """
        waiting = deque(jobs)
        running: set[Future[Brought]] = set()
        while waiting or running:
            while waiting and len(running) < self._at_once:
                running.add(self._pool.submit(self.bring, self.next_of(waiting)))
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                brought = future.result()
                waiting.extendleft(Job(brought.job.source, fetch) for fetch in reversed(brought.again))
                yield brought

    def next_of(self, waiting: deque[Job]) -> Job:
        """Take the job that is to be started next."""
        return waiting.popleft()

    @abstractmethod
    def take(self, job: Job, links: Links) -> Brought:
        """Download what the links lead to and take it."""

    @abstractmethod
    def take_nothing(self, job: Job, asked_at: datetime) -> None:
        """Take it that GitHub has no report of the job's days."""

    def bring(self, job: Job) -> Brought:
        """Do a job; this runs in a thread of its own. Raises what asking, downloading and taking raise."""
        self.check_stop()
        asked_at = self.asking.now()
        links = job.links or self.links_of(job)
        try:
            if links is not None:
                return self.take(job, links)
            why = {day: told(day, asked_at) for day in job.fetch.days}
        except NotFoundError as exc:
            if "part" not in exc.values:
                raise
            # It is no reason to believe that there are no data.
            why = dict.fromkeys(job.fetch.days, LOST)
        if job.fetch.is_latest:
            return Brought(job, again=[Fetch((day,)) for day in job.fetch.days])
        if links is None:
            self.take_nothing(job, asked_at)
        return Brought(job, missing=why)

    def check_stop(self) -> None:
        """Raise OperationalError once somebody interrupted."""
        self.asking.check_stop()
        if self._stop.is_set():
            raise OperationalError("interrupted")

    def links_of(self, job: Job) -> Links | None:
        """Ask for the links of a report; None where GitHub has none."""
        return self._ask(job)

    def _ask(self, job: Job) -> Links | None:
        if job.fetch.is_latest:
            return self.asking.latest(job.source)
        return self.asking.day(job.source, job.fetch.days[0])

    def download(self, job: Job, links: Links, folder: Path, taker: Taker) -> None:
        """Hand the parts of a report to who takes them, each while the next one downloads."""
        folder.mkdir()
        with self._watched(taker), closing(self._parts(job, links, folder)) as parts:
            for part in parts:
                taker.add(part.path)
                part.path.unlink()
                self.check_stop()

    def _parts(self, job: Job, links: Links, folder: Path) -> Generator[Part, None, None]:
        def renewed() -> Sequence[str]:
            again = self._ask(job)
            return again.urls if again and again.window == links.window else ()

        return self.tools.downloader.fetch(
            links.urls, folder, renew=renewed, on_bytes=self.tools.on_bytes, label=links.label(job.source)
        )

    @contextmanager
    def _watched(self, taker: Taker) -> Iterator[None]:
        """Let `interrupt` reach what runs."""
        with self._lock:
            self._running.add(taker)
        try:
            yield
        finally:
            with self._lock:
                self._running.remove(taker)


def told(day: date, asked_at: datetime) -> str:
    """Return what it means that GitHub has no data for a day."""
    return NO_DATA if is_closed(day, asked_at) else NOT_PROCESSED
