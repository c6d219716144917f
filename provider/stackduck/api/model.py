"""The values that pass through the api room: an answer, a page, a report's part, the log of calls, a failed transfer.

Nothing here does I/O, and nothing here holds a secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import Literal, Protocol

from stackduck.errors import OperationalError
from stackduck.frozen import frozen

Compression = Literal["none", "gzip", "zstd"]


@frozen
class Answer:
    """One HTTP answer, read to its end."""

    status: int
    headers: Mapping[str, str]
    """Asked for in lower case."""
    body: bytes
    """Decoded from its transfer's compression, without a byte order mark."""
    received: int
    """The bytes of the body as they came over the wire."""


@frozen
class Page:
    """One page of one request."""

    body: bytes
    """A JSON text; null where a call that writes was answered without a body."""
    status: int
    number: int
    """Counted from 1 in the order of the links, whatever GitHub calls the page."""


@dataclass(slots=True)
class Absences:
    """Requests whose thing may not be there (404, 409, 410, 451), by their index, and those of which it was not."""

    allowed: frozenset[int] = frozenset()
    errors: dict[int, OperationalError] = field(default_factory=dict)
    """What would have been raised; filled while the pages are taken."""


@frozen
class CallRecord:
    """One HTTP exchange, retries and redirects included."""

    time: datetime
    http_method: str
    path_template: str
    status: int | None
    """None when no answer came."""
    bytes: int
    seconds: float


@frozen
class RateLimit:
    """How many calls GitHub still answers, and until when that counts."""

    limit: int
    remaining: int
    resets_at: datetime


@frozen
class Part:
    """One file of a report, whole on disk."""

    index: int
    """Counted from 0 in the order of the links."""
    path: Path
    bytes: int
    """The size on disk, which is that of the file in the storage."""
    compression: Compression
    """As the first bytes tell it, whatever the storage said."""


class Sender(Protocol):
    """What sends a request and returns its answer: a wire, or what stands in its place."""

    def send(self, method: str, target: str, *, headers: Mapping[str, str], body: str | None, stop: Event) -> Answer:
        """Send one request and return its whole answer; raise TransferError, or CancelledError once stop is set."""

    def close(self) -> None:
        """Close the connections."""


class TransferError(Exception):
    """An exchange that gave no whole answer; becomes an error of ours when it is not tried again."""

    def __init__(
        self,
        reason: str,
        *,
        sent: bool = True,
        timed_out: bool = False,
        lasting: bool = False,
        status: int | None = None,
        wait: float | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.sent = sent
        """Whether GitHub may have received the request."""
        self.timed_out = timed_out
        self.lasting = lasting
        """Whether trying again cannot help."""
        self.status = status
        """The HTTP status of an answer that brought no file."""
        self.wait = wait
        """The seconds to wait that such an answer asked for."""


class CancelledError(Exception):
    """The statement that wanted this answer has stopped."""
