"""One call until it has its answer: sends, waits, tries again, follows redirects, logs every exchange.

Knows nothing of the pages before and after it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from threading import Event, Lock

from stackduck.api import failures, rules, waits
from stackduck.api.credentials import Credential
from stackduck.api.hosts import Base
from stackduck.api.model import Answer, CallRecord, CancelledError, RateLimit, Sender, TransferError
from stackduck.api.turns import Turn
from stackduck.catalog.model import Request
from stackduck.errors import CallLimitError, OperationalError
from stackduck.frozen import frozen

_MAX_REDIRECTS = 5


class Budget:
    """How many calls a statement may make, and how long it lets a rate limit keep it waiting."""

    def __init__(self, allowed: int, *, limit_wait: float | None = None) -> None:
        self._allowed = allowed
        self.limit_wait = limit_wait
        """The longest wait in seconds; None where the client's own holds."""
        self._taken = 0
        self._lock = Lock()
        self.error: OperationalError | None = None
        """Set once somebody needed more, which ends the whole statement."""

    def take(self, count: int, request: Request) -> None:
        """Reserve calls; raise when the statement then needs more than it may make."""
        with self._lock:
            self._taken += count
            if self._taken > self._allowed:
                self.error = self.error or self._exceeded(request)
                raise self.error

    def _exceeded(self, request: Request) -> OperationalError:
        needs = f"{failures.where(request)} has pages that bring the statement to {self._taken:,} calls or more"
        remedy = "narrow the WHERE clause, or raise --max-calls (max_calls)"
        text = f"{needs}; max_calls allows {self._allowed:,}; {remedy}"
        return CallLimitError(text, resource=request.resource, values=dict(request.values))


class Log:
    """What a client has done so far."""

    def __init__(self) -> None:
        self.calls: list[CallRecord] = []
        self.rate_limit: RateLimit | None = None
        self._lock = Lock()

    def add(self, record: CallRecord, seen: RateLimit | None) -> None:
        """Note an exchange and the rate limit that its answer told."""
        with self._lock:
            self.calls.append(record)
            if seen is not None:
                self.rate_limit = rules.newer(self.rate_limit, seen)


class Pause:
    """Waiting, alone or, while GitHub asks the token to slow down, all calls together."""

    def __init__(self, sleep: Callable[[float], None] | None) -> None:
        self._sleep = sleep
        self._until = 0.0

    def wait(self, seconds: float, stop: Event) -> None:
        """Wait so long, or until the statement stops."""
        if self._sleep is None:
            stop.wait(seconds)
        elif not stop.is_set():
            self._sleep(seconds)
        if stop.is_set():
            raise CancelledError

    def alone(self) -> Pause:
        """Return a pause of the same kind that holds other calls."""
        return Pause(self._sleep)

    def hold_all(self, seconds: float) -> None:
        """Let no call through for so long."""
        self._until = max(self._until, time.monotonic() + seconds)

    def pass_through(self, stop: Event) -> None:
        """Wait while calls are held."""
        while (seconds := (until := self._until) - time.monotonic()) > 0:
            self.wait(seconds, stop)
            if self._until == until:
                self._until = 0.0


@frozen
class Peer:
    """Whom a caller asks, and as whom."""

    base: Base
    credential: Credential | None
    is_github: bool = True
    """Whether GitHub's own headers mean something there."""


class Caller:
    """Makes the calls of one client to one host with one credential."""

    def __init__(self, wire: Sender, peer: Peer, *, agent: str, log: Log, pause: Pause, max_wait: float) -> None:
        self._wire = wire
        self._base = peer.base
        self._credential = peer.credential
        self._is_github = peer.is_github
        self._log = log
        self._pause = pause
        self._max_wait = max_wait
        version = {"X-GitHub-Api-Version": peer.base.api_version} if peer.is_github else {}
        shown = peer.credential.headers if peer.credential else {}
        self._headers = {**shown, **version, "Accept-Encoding": "gzip", "User-Agent": agent}
        self._last: tuple[Request, Mapping[str, str]] | None = None

    def first(self, request: Request) -> Turn:
        """Return what asks for the first page of a request."""
        return Turn(self._base.target(request), request.body)

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    def call(self, request: Request, turn: Turn, *, budget: Budget, stop: Event) -> Answer:
        """Return the answer to one page of a request: a success, or a way of saying that there is no data."""
        tries, redirects = 1, 0
        while True:
            self._pause.pass_through(stop)
            if stop.is_set():
                raise CancelledError
            try:
                answer = self._exchange(request, turn, stop)
            except TransferError as fault:
                self._wait_after_fault(fault, request, tries, stop)
            else:
                if answer.status not in rules.REDIRECTS:
                    if self._is_final(answer, request):
                        return self._without_errors(answer, request)
                    self._wait_after_answer(answer, request, tries, budget=budget, stop=stop)
                else:
                    redirects += 1
                    turn = self._redirected(answer, request, turn, redirects)
                    budget.take(1, request)
                    continue
            tries += 1

    def target_of(self, link: str, request: Request, *, seen_at: str) -> str:
        """Return where a link leads, or refuse to take the token to another host."""
        target = self._base.target_of(link, seen_at=seen_at)
        if target is None:
            text = f"{self._base.host} sends {failures.where(request)} on to another address"
            remedy = ", check the API URL" if self._is_github else ""
            raise failures.failed(f"{text}; the token goes to {self._base.origin} alone{remedy}", request)
        return target

    def _is_final(self, answer: Answer, request: Request) -> bool:
        if not request.is_read:
            return 200 <= answer.status < 300
        return (200 <= answer.status < 300 and answer.status != 202) or rules.no_data(answer) is not None

    def _without_errors(self, answer: Answer, request: Request) -> Answer:
        """Return an answer, or raise the error that it holds where it comes from GraphQL."""
        if request.graphql is not None:
            from stackduck.api import graphql

            if (error := graphql.error_of(answer, request, credential=self._credential)) is not None:
                raise error
        return answer

    def _exchange(self, request: Request, turn: Turn, stop: Event) -> Answer:
        """Send once; note it whatever comes of it."""
        began, clock, answer = datetime.now(UTC), time.perf_counter(), None
        headers = {**self._headers_for(request), **dict(turn.headers)} if turn.headers else self._headers_for(request)
        try:
            answer = self._wire.send(request.http_method, turn.target, headers=headers, body=turn.body, stop=stop)
        finally:
            status, size = (answer.status, answer.received) if answer else (None, 0)
            seconds = time.perf_counter() - clock
            record = CallRecord(began, request.http_method, request.path_template, status, size, seconds)
            self._log.add(record, rules.rate_limit(answer.headers) if answer and self._is_github else None)
        if 200 <= answer.status < 300 and request.is_read and rules.is_cut(answer):
            raise TransferError("the body stops before its end")
        return answer

    def _headers_for(self, request: Request) -> Mapping[str, str]:
        """Return a request's headers, kept from one page to the next."""
        last = self._last
        if last is not None and last[0] is request:
            return last[1]
        headers = rules.headers_for(request, self._headers)
        self._last = (request, headers)
        return headers

    def _wait_after_fault(self, fault: TransferError, request: Request, tries: int, stop: Event) -> None:
        wait = waits.after_fault(fault, tries - 1, is_safe=request.is_read)
        if stop.is_set():
            raise CancelledError
        if wait is None or wait > self._max_wait:
            error = failures.of_fault(fault, request, host=self._base.host, tries=tries)
            raise error from fault.__cause__
        self._pause.wait(wait, stop)

    def _wait_after_answer(self, answer: Answer, request: Request, tries: int, *, budget: Budget, stop: Event) -> None:
        now = time.time()
        wait = waits.after_answer(answer, tries - 1, is_safe=request.is_read, now=now)
        if wait is None:
            asked = waits.asked_wait(answer, now=now) if waits.is_rate_limit(answer) else None
            raise failures.of_answer(answer, request, credential=self._credential, wait=asked)
        longest = self._max_wait
        if budget.limit_wait is not None and waits.is_rate_limit(answer):
            longest = budget.limit_wait
        if wait > longest:
            is_asked = waits.is_rate_limit(answer) or waits.asked_wait(answer, now=now) is not None
            raise failures.of_answer(answer, request, credential=self._credential, wait=wait if is_asked else None)
        if waits.is_rate_limit(answer):
            self._pause.hold_all(wait)
        else:
            self._pause.wait(wait, stop)

    def _redirected(self, answer: Answer, request: Request, turn: Turn, count: int) -> Turn:
        """Return where a redirect leads; one that could repeat or drop a writing call is refused."""
        is_kept = request.http_method in ("GET", "HEAD") or answer.status in (307, 308)
        if "location" not in answer.headers or not is_kept or count > _MAX_REDIRECTS:
            raise failures.of_answer(answer, request, credential=self._credential)
        return replace(turn, target=self.target_of(answer.headers["location"], request, seen_at=turn.target))
