"""Signed links become files on disk: the parts of a report, in order, while later ones are on their way.

A client of its own, which holds no credentials and sends none of GitHub's headers; joins the rest of what downloads,
each made when first needed. Parses nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from importlib import import_module
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from stackduck.api import download_failures, hosts
from stackduck.api.caller import Pause
from stackduck.api.download_failures import Place
from stackduck.api.links import ChangedError, Link, Links, parse
from stackduck.api.model import CancelledError, Part
from stackduck.api.part_files import PartFiles
from stackduck.api.parts import Transfer
from stackduck.api.runs import Run, Runs
from stackduck.api.storage import Storage
from stackduck.api.workers import Workers
from stackduck.errors import InterfaceError
from stackduck.frozen import frozen

if TYPE_CHECKING:
    from stackduck.api.recording.folder import Recording

__all__ = ["Downloader", "Part"]

Bring = Callable[[int, Event], Part]
"""Returns the part of a number, counted from 0, once it is whole."""

_PARTS_AHEAD = 2
"""Parts that may be whole and not taken yet, beside those that may be under way."""
_STARTS = 3


def _ignore(count: int) -> None:
    """Take a number that nobody asked for."""


@frozen
class _Fetch:
    """What one report's download is to do."""

    folder: Path
    renew: Callable[[], Sequence[str]]
    on_bytes: Callable[[int], None]
    label: str


class Downloader:
    """The file storage, for one connection."""

    def __init__(
        self,
        *,
        api_url: str | None = None,
        concurrency: int = 4,
        timeout: float = 60.0,
        attempts: int = 5,
        sleep: Callable[[float], None] | None = None,
        environ: Mapping[str, str] | None = None,
        recording: Recording | None = None,
    ) -> None:
        if attempts < 1:
            raise InterfaceError("attempts must be 1 or more")
        base = hosts.base_from(api_url, os.environ if environ is None else environ)
        self._is_plain_allowed = base.is_loopback and base.origin.startswith("http:")
        self._runs = Runs(concurrency)
        self._storage = Storage(timeout=timeout, connections=concurrency, is_plain_allowed=self._is_plain_allowed)
        self._pause = Pause(sleep)
        self._attempts = attempts
        self._recording = recording

    def fetch(
        self,
        links: Sequence[str],
        folder: Path,
        *,
        renew: Callable[[], Sequence[str]],
        on_bytes: Callable[[int], None] = _ignore,
        label: str = "",
    ) -> Generator[Part, None, None]:
        """Yield the parts behind the links of one report, in their order, each as soon as it is whole.

        They are the taker's from then on; what was not taken is removed when the iterator is closed or fails.
        `renew` gives the report's links anew once storage refuses one as expired; it and `on_bytes`, which is told
        how many bytes came in, run in other threads, one call at a time. The label names the report in errors.
        """
        return self._parts(self._parsed(links, label), _Fetch(folder, renew, on_bytes, label))

    def interrupt(self) -> None:
        """Stop every fetch, from any thread."""
        self._runs.interrupt()

    def close(self) -> None:
        """Stop what is under way and close the connections."""
        self._runs.close()
        self._storage.close()

    def _parsed(self, urls: Sequence[str], label: str) -> tuple[Link, ...]:
        found = []
        for number, url in enumerate(urls, start=1):
            link = parse(url, is_plain_allowed=self._is_plain_allowed)
            if link is None:
                raise download_failures.refused_link(Place(label, number, len(urls)))
            found.append(link)
        return tuple(found)

    def _parts(self, parsed: Sequence[Link], fetch: _Fetch) -> Generator[Part, None, None]:
        """Start, and start again when the renewed links are of other files and nothing has been taken yet."""
        taken, starts = 0, 0
        while True:
            try:
                with closing(self._once(parsed, fetch)) as parts:
                    for part in parts:
                        taken += 1
                        yield part
                return
            except ChangedError as change:
                parsed = change.links
            starts += 1
            if taken or starts == _STARTS or not parsed:
                raise download_failures.changed(fetch.label)

    def _once(self, parsed: Sequence[Link], fetch: _Fetch) -> Generator[Part, None, None]:
        if not parsed:
            return
        files = PartFiles(fetch.folder)
        links = Links(parsed, lambda: self._parsed(fetch.renew(), fetch.label))
        transfer = Transfer(
            links,
            files,
            storage=self._storage,
            pause=self._pause,
            attempts=self._attempts,
            agent=f"stackduck/{import_module('stackduck').__version__}",
            on_bytes=fetch.on_bytes,
            label=fetch.label,
        )
        bring = self._recorded(transfer.bring, links, files, fetch)
        with self._runs.started(partial(_PartsRun, len(parsed), bring, files)) as run:
            yield from run.parts()

    def _recorded(self, bring: Bring, links: Links, files: PartFiles, fetch: _Fetch) -> Bring:
        """Return what brings a part, the recording seen to."""
        if self._recording is None:
            return bring
        from stackduck.api.recording.files import RecordedParts

        return RecordedParts(self._recording, bring, links=links, files=files, on_bytes=fetch.on_bytes).bring


class _PartsRun(Run):
    """The parts of one report under way: what may run at once, in which order they are handed out."""

    def __init__(self, count: int, bring: Bring, files: PartFiles, workers: Workers) -> None:
        super().__init__(workers)
        self._count = count
        self._bring = bring
        self._files = files
        self._head = 0
        self._started = 0
        self._done: dict[int, Part | BaseException] = {}
        self._has_failed = False

    def parts(self) -> Iterator[Part]:
        """Yield the parts in order; stop everything and remove what is left when left early."""
        try:
            for index in range(self._count):
                part = self._next(index)
                self._files.hand_over(index)
                yield part
        finally:
            self._stop.set()
            self._files.discard()

    def _next(self, index: int) -> Part:
        """Wait for the part that is next in order."""
        with self._changed:
            self._start()
            while self._interruption is None and index not in self._done:
                self._changed.wait(1.0)
            if self._interruption is not None:
                raise self._interruption
            outcome = self._done.pop(index)
            if isinstance(outcome, BaseException):
                raise outcome
            self._head = index + 1
            self._start()
            return outcome

    def _start(self) -> None:
        """Start what may run now: a bounded number at once, and not too far ahead of the part that is next."""
        last = min(self._count, self._head + self._workers.limit + _PARTS_AHEAD)
        is_over = self._has_failed or self._stop.is_set()
        while self._started < last and self.running < self._workers.limit and not is_over:
            self.running += 1
            self._workers.submit(partial(self._work, self._started))
            self._started += 1

    def _work(self, index: int) -> None:
        """Bring one part, on a worker's thread."""
        outcome: Part | BaseException
        try:
            if self._stop.is_set():
                raise CancelledError
            outcome = self._bring(index, self._stop)
        except BaseException as exc:
            outcome = exc
        with self._changed:
            self.running -= 1
            self._done[index] = outcome
            self._has_failed = self._has_failed or isinstance(outcome, BaseException)
            self._start()
            self._changed.notify_all()
