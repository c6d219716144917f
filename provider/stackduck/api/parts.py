"""One part until it is whole on disk: tries, waits, goes on where a connection broke, follows a renewed link.

Knows nothing of the parts before and after it.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Lock

from stackduck.api import download_failures, waits
from stackduck.api.caller import Pause
from stackduck.api.download_failures import Place
from stackduck.api.links import Link, Links
from stackduck.api.model import Answer, CancelledError, Part, TransferError
from stackduck.api.part_files import DiskError, PartFile, PartFiles
from stackduck.api.storage import Body, Storage
from stackduck.frozen import frozen

_LONGEST_WAIT = 60.0
_PROGRESS = 1024 * 1024
"""Bytes beyond the furthest so far after which tries are counted anew: a long file may break often."""
_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})")
_ENCODINGS = ("", "identity", "gzip", "x-gzip", "zstd")


@frozen
class _Blob:
    """A file in the storage, as far as its headers tell it from another one."""

    total: int | None = None
    etag: str = ""
    modified: str = ""
    encoding: str = ""

    @classmethod
    def of(cls, body: Body) -> _Blob:
        names = ("etag", "last-modified", "content-encoding")
        return cls(body.length, *(body.headers.get(name, "") for name in names))

    def headers_from(self, size: int) -> dict[str, str]:
        """Return the headers that ask for the rest; none where there is nothing to know the file again by."""
        # A weak ETag does not promise the same bytes.
        validator = self.etag if self.etag.startswith('"') else self.modified
        if not size or not (self.total or validator):
            return {}
        return {"Range": f"bytes={size}-", **({"If-Range": validator} if validator else {})}

    def is_continued_by(self, body: Body, size: int) -> bool:
        """Tell whether a partial answer is the rest of the same file; it need not repeat what marks it."""
        match, headers = _RANGE.fullmatch(body.headers.get("content-range", "")), body.headers
        if match is None:
            return False
        first, last, total = (int(number) for number in match.groups())
        is_the_rest = first == size and last + 1 == total == (self.total or total)
        marks = {"etag": self.etag, "last-modified": self.modified, "content-encoding": self.encoding}
        is_same = all(headers.get(name, mark) == mark for name, mark in marks.items())
        return is_the_rest and is_same


_UNKNOWN = _Blob()


@dataclass(slots=True)
class _State:
    """How far a part has come."""

    file: PartFile
    blob: _Blob = _UNKNOWN
    furthest: int = 0

    def restart(self, blob: _Blob = _UNKNOWN) -> None:
        self.file.restart()
        self.blob = blob


class Transfer:
    """Brings the parts of one report to disk, several at once."""

    def __init__(
        self,
        links: Links,
        files: PartFiles,
        *,
        storage: Storage,
        pause: Pause,
        attempts: int,
        agent: str,
        on_bytes: Callable[[int], None],
        label: str,
    ) -> None:
        self._links = links
        self._files = files
        self._storage = storage
        self._pause = pause
        self._attempts = attempts
        self._headers = {"Accept": "*/*", "Accept-Encoding": "gzip", "User-Agent": agent}
        self._on_bytes = on_bytes
        self._counting = Lock()
        self._label = label

    def bring(self, index: int, stop: Event) -> Part:
        """Return a part once it is whole; leave nothing of it on disk otherwise."""
        place = Place(self._label, index + 1, len(self._links))
        try:
            file = self._files.create(index)
            try:
                self._fill(index, _State(file), place, stop)
                return self._files.finish(index, file)
            except BaseException:
                self._files.drop(index, file)
                raise
        except DiskError as exc:
            raise download_failures.of_disk(str(exc), place, folder=self._files.folder) from exc

    def _fill(self, index: int, state: _State, place: Place, stop: Event) -> None:
        """Try until the file is whole, so often without anything new; a renewed link that is refused ends it."""
        failures, is_renewed = 0, False
        while True:
            reached = state.furthest
            generation, link = self._links.at(index)
            fault = self._fault_of_try(link, state, stop)
            if fault is None:
                return
            if stop.is_set():
                raise CancelledError
            if fault.status == 403 and not is_renewed:
                self._links.renew(generation)
                is_renewed = True
                continue
            is_renewed = False
            failures = 1 if state.furthest - reached >= _PROGRESS else failures + 1
            if fault.lasting or failures >= self._attempts:
                raise download_failures.of_fault(fault, place, host=link.host, tries=failures)
            wait = waits.backoff(failures - 1) if fault.wait is None else min(fault.wait, _LONGEST_WAIT)
            self._pause.wait(wait, stop)

    def _fault_of_try(self, link: Link, state: _State, stop: Event) -> TransferError | None:
        """Try once, from where the file ends; return what went wrong."""
        try:
            headers = {**self._headers, **state.blob.headers_from(state.file.size)}
            with self._storage.open(link, headers=headers) as body:
                _begin(body, state)
                self._receive(body, state, stop)
        except TransferError as fault:
            return fault
        return None

    def _receive(self, body: Body, state: _State, stop: Event) -> None:
        for piece in body.pieces(stop):
            if stop.is_set():
                raise CancelledError
            state.file.write(piece)
            state.furthest = max(state.furthest, state.file.size)
            with self._counting:
                self._on_bytes(len(piece))
        if state.blob.total not in (None, state.file.size):
            state.restart()
            raise TransferError("the file has another size than it said")


def _begin(body: Body, state: _State) -> None:
    """Take an answer's head: the whole file, the rest of it, or why there is neither."""
    if body.status == 206 and state.file.size and state.blob.is_continued_by(body, state.file.size):
        return
    if body.status in (206, 416):
        state.restart()
    if body.status != 200:
        raise _fault(body)
    state.restart(_Blob.of(body))
    if body.length is None and not body.is_chunked:
        raise TransferError("it does not say where the file ends", lasting=True)
    if state.blob.encoding.strip().lower() not in _ENCODINGS:
        raise TransferError("the file has a compression that was not asked for", lasting=True)


def _fault(body: Body) -> TransferError:
    """Turn an answer that brings no file into a fault; only what may be another one soon is tried again."""
    status, headers = body.status, body.headers
    return TransferError(
        download_failures.of_status(status, headers),
        lasting=not (waits.is_passing(status) or status in (206, 416, 429)),
        status=status,
        wait=waits.asked_wait(Answer(status, headers, b"", 0), now=time.time()),
    )
