"""What is left of a result, column by column: batches that DuckDB makes as they are wanted, and step aside as rows do.

The libraries that hold them are none of this module's business: DuckDB brings its reader along.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from threading import RLock
from typing import Any, Protocol

from stackduck.engine.failures import of_message, translated
from stackduck.errors import Error, InterfaceError

Batch = Any
"""A record batch of the reader's library."""


class Reader(Protocol):
    """DuckDB's reader of record batches; it holds the connection until it is read out or closed."""

    @property
    def schema(self) -> Any: ...
    def read_next_batch(self) -> Batch: ...
    def close(self) -> None: ...


class Batches:
    """The rows of one statement in batches."""

    def __init__(self, reader: Reader, lock: RLock) -> None:
        self._reader = reader
        self._lock = lock
        self._kept: deque[Batch] = deque()
        self._failure: Error | None = None
        self._is_open = True
        self._is_closed = False
        self.schema = reader.schema
        """The columns, also where no batch follows."""

    @property
    def is_open(self) -> bool:
        """Whether batches may still be in DuckDB."""
        return self._is_open

    def __iter__(self) -> Iterator[Batch]:
        """Yield what is left. Raises what the statement raises, and InterfaceError once the rows are gone."""
        while (batch := self._next()) is not None:
            yield batch

    def detach(self) -> None:
        """Keep what is left, so that the connection is free for another statement."""
        try:
            while (batch := self._read()) is not None:
                self._kept.append(batch)
        except Error as exc:
            # It belongs to whoever reads these rows, not to the other statement.
            self._failure = exc

    def close(self) -> None:
        """Forget what is left."""
        with self._lock:
            self._is_closed = self._is_closed or self._is_open or bool(self._kept)
            self._kept.clear()
            if self._is_open:
                self._is_open = False
                self._reader.close()

    def _next(self) -> Batch | None:
        with self._lock:
            if self._kept:
                return self._kept.popleft()
            if self._is_closed:
                raise InterfaceError("the rest of the rows is gone: their cursor went on, or the connection is closed")
            if self._failure is not None:
                raise self._failure
            return self._read()

    def _read(self) -> Batch | None:
        if not self._is_open:
            return None
        try:
            with translated():
                return self._reader.read_next_batch()
        except StopIteration:
            self._is_open = False
            return None
        except OSError as exc:
            self._is_open = False
            raise of_message(str(exc)) from None
        except BaseException:
            self._is_open = False
            raise
