"""GitHub's limits, kept by whoever asks a lot: calls at its pace, none while a limit is used up, then on."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event, Lock
from typing import TYPE_CHECKING

from stackduck.errors import OperationalError, RateLimitError
from stackduck.execute import clock
from stackduck.execute.reports.links import Asking, Warn
from stackduck.reports.backfill import POINTS_A_MINUTE, pace

if TYPE_CHECKING:
    from stackduck.api.client import Client
    from stackduck.catalog.model import Request
    from stackduck.execute.reports.model import Links, Source

_UNTOLD_HOLD = timedelta(minutes=1)
"""How long no call is made after a limit that tells no time, or one that has passed: a clock is wrong then."""


class Gate:
    """Where calls wait for their turn; for several threads."""

    def __init__(
        self,
        *,
        most: int | None = POINTS_A_MINUTE,
        sleep: Callable[[float], object] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Let at most so many calls of one endpoint through in a minute; None is any number."""
        self._most, self._monotonic = most, monotonic
        self._stop = Event()
        self._sleep = sleep or self._stop.wait
        self._sent: dict[str, deque[float]] = {}
        self._lock = Lock()
        self._opens = 0.0
        self._held = 0.0
        self._held_until: datetime | None = None
        self.on_hold: Callable[[], None] = lambda: None
        """Called when calls are held for longer than they were, by the thread that met the limit."""

    @property
    def held_until(self) -> datetime | None:
        """When calls go on, while none is let through."""
        return self._held_until if self._opens > self._monotonic() else None

    @property
    def held_seconds(self) -> float:
        """How long none was let through so far."""
        with self._lock:
            return self._held - max(0.0, self._opens - self._monotonic())

    def pass_through(self, endpoint: str) -> None:
        """Wait until one more call of an endpoint is due. Raises OperationalError once somebody interrupted."""
        self._rest(self._reserved(endpoint))
        while (seconds := self._opens - self._monotonic()) > 0:
            self._rest(seconds)

    def _reserved(self, endpoint: str) -> float:
        """Take the endpoint's next place, and return the seconds until then."""
        if self._most is None:
            return 0.0
        with self._lock:
            sent = self._sent.setdefault(endpoint, deque(maxlen=self._most))
            now = self._monotonic()
            seconds = pace(sent, now=now, most=self._most)
            sent.append(now + seconds)
            return seconds

    def _rest(self, seconds: float) -> None:
        if seconds > 0 and not self._stop.is_set():
            self._sleep(seconds)
        if self._stop.is_set():
            raise OperationalError("interrupted")

    def hold(self, until: datetime | None) -> None:
        """Let no call through until a limit is reset."""
        now = clock.now()
        later = until if until and until > now else now + _UNTOLD_HOLD
        with self._lock:
            before, moment = self._opens, self._monotonic()
            self._opens = max(before, moment + (later - now).total_seconds())
            self._held += self._opens - max(before, moment)
            is_longer = self._opens > max(before, moment) + 1.0
            self._held_until = later if is_longer else self._held_until
        if is_longer:
            self.on_hold()

    def close(self) -> None:
        """Let nobody through any more, nor wait, from any thread."""
        self._stop.set()


class PatientAsking(Asking):
    """Asks as often as it takes while a rate limit is used up."""

    limit_wait = 0.0

    def __init__(self, client: Callable[[], Client], *, now: Callable[[], datetime], warn: Warn, gate: Gate) -> None:
        super().__init__(client, now=now, warn=warn)
        self._gate = gate

    def _ask(self, source: Source, request: Request) -> Links | None:
        while True:
            self._gate.pass_through(request.path_template)
            try:
                return super()._ask(source, request)
            except RateLimitError as exc:
                self._gate.hold(exc.resets_at)
