"""The pages of all requests of one statement: what may run at once, in which order they are handed out.

Reads Link headers by the rules and leaves each call to the caller. Keeps a bounded number of pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from heapq import heappop, heappush

from stackduck.api import failures, rules
from stackduck.api.caller import Budget, Caller
from stackduck.api.model import Answer, CancelledError, Page
from stackduck.api.runs import Run
from stackduck.api.workers import Workers
from stackduck.catalog.model import Request

_PAGES_AHEAD = 4
"""Pages that may be done and not taken yet, for each call that may run."""
_Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Delivery:
    """What one call brought: a page or none, and what to know of it."""

    page: Page | None
    notices: tuple[str, ...] = ()


@dataclass(slots=True)
class _Chain:
    """The pages of one request, as far as they are known."""

    frontier: int = 1
    """The highest page number that is known to exist."""
    is_complete: bool = False
    seen: set[str] = field(default_factory=set)


class PagingRun(Run):
    """One statement's requests under way."""

    def __init__(
        self, requests: Sequence[Request], targets: Sequence[str], *, caller: Caller, workers: Workers, budget: Budget
    ) -> None:
        super().__init__(workers)
        self._requests = requests
        self._caller = caller
        self._budget = budget
        self._waiting: list[tuple[_Key, str]] = [((index, 1), target) for index, target in enumerate(targets)]
        self._chains = [_Chain(seen={target}) for target in targets]
        self._done: dict[_Key, _Delivery | BaseException] = {}
        self._head: _Key = (0, 1)
        self._failed: _Key | None = None

    def pages(self, warn: Callable[[str], None]) -> Iterator[tuple[int, Page]]:
        """Yield the pages in the order of requests and links; stop everything when left early."""
        try:
            while (found := self._next()) is not None:
                index, delivery = found
                for notice in delivery.notices:
                    warn(notice)
                if delivery.page is not None:
                    yield index, delivery.page
        finally:
            self._cancel()

    def _cancel(self) -> None:
        with self._changed:
            self._stop.set()
            self._waiting.clear()
            self._done.clear()

    def _next(self) -> tuple[int, _Delivery] | None:
        """Wait for the page that is next in order; None after the last."""
        with self._changed:
            while True:
                if (error := self._interruption or self._budget.error) is not None:
                    raise error
                index, number = self._head
                if index == len(self._requests):
                    return None
                if self._head in self._done:
                    outcome = self._done.pop(self._head)
                    if isinstance(outcome, BaseException):
                        raise outcome
                    self._head = (index, number + 1)
                    self._fill()
                    return index, outcome
                if self._chains[index].is_complete and number > self._chains[index].frontier:
                    self._head = (index + 1, 1)
                    self._chains[index].seen.clear()
                    continue
                self._fill()
                self._changed.wait(1.0)

    def _fill(self) -> None:
        """Start what may run now; the page that is waited for may always run, so nothing can get stuck."""
        while self._waiting and self.running < self._workers.limit:
            key, target = self._waiting[0]
            is_ahead = len(self._done) + self.running >= _PAGES_AHEAD * self._workers.limit
            if (is_ahead and key != self._head) or (self._failed is not None and key > self._failed):
                return
            heappop(self._waiting)
            self.running += 1
            self._workers.submit(partial(self._work, key, target))

    def _work(self, key: _Key, target: str) -> None:
        """Make one call, on a worker's thread."""
        outcome: _Delivery | BaseException
        found: list[str] = []
        try:
            if self._stop.is_set():
                raise CancelledError
            answer = self._caller.call(self._requests[key[0]], target, budget=self._budget, stop=self._stop)
            outcome = self._delivery(key, answer)
            found = self._following(key, target, answer)
        except BaseException as exc:
            outcome = exc
        self._settle(key, outcome, found)

    def _settle(self, key: _Key, outcome: _Delivery | BaseException, found: list[str]) -> None:
        """Note what a call brought and which pages follow from it."""
        with self._changed:
            self.running -= 1
            if self._stop.is_set():
                return
            self._done[key] = outcome
            index, number = key
            chain = self._chains[index]
            if isinstance(outcome, BaseException):
                self._failed = key if self._failed is None else min(self._failed, key)
            elif number == chain.frontier:
                for step, target in enumerate(found, start=1):
                    heappush(self._waiting, ((index, number + step), target))
                chain.frontier += len(found)
                chain.is_complete = not found
            self._fill()
            if key == self._head or self._budget.error is not None:
                self._changed.notify_all()

    def _delivery(self, key: _Key, answer: Answer) -> _Delivery:
        """Make a page of an answer, or the notice that there is no data."""
        request, number = self._requests[key[0]], key[1]
        said = rules.no_data(answer)
        if said is not None and request.http_method in rules.SAFE_METHODS:
            if number > 1:
                text = f"page {number} of {failures.where(request)} came without rows"
                raise failures.failed(f"{text}: {said}; run again", request, status=answer.status)
            return _Delivery(None, (f"no data from {failures.where(request)}: {said}",))
        body = answer.body if said is None and answer.body else b"null"
        if not rules.is_json(body):
            kind = answer.headers.get("content-type", "no content type").partition(";")[0]
            text = f"the answer {answer.status} to {failures.where(request)} is {kind}, not JSON"
            raise failures.failed(f"{text}; a proxy may have answered in GitHub's place", request, status=answer.status)
        return _Delivery(Page(body, answer.status, number), _sso_notice(request, answer))

    def _following(self, key: _Key, target: str, answer: Answer) -> list[str]:
        """Return the pages after the last one that was known, reserved in the budget before they are listed."""
        request, chain = self._requests[key[0]], self._chains[key[0]]
        if not request.follows_link or key[1] != chain.frontier:
            return []
        following = rules.following(answer)
        if following is None:
            return []
        self._budget.take(len(following), request)
        found = []
        for step in range(len(following)):
            page = self._caller.target_of(following.link(step), request, seen_at=target)
            if page in chain.seen:
                text = f"the pages of {failures.where(request)} go in a circle"
                raise failures.failed(f"{text}: page {key[1] + step + 1} is one that came before; run again", request)
            chain.seen.add(page)
            found.append(page)
        return found


def _sso_notice(request: Request, answer: Answer) -> tuple[str, ...]:
    """Warn of organizations that GitHub leaves out because the token is not authorized for their single sign-on."""
    organizations = rules.left_out(answer.headers)
    if not organizations:
        return ()
    text = f"GitHub left organizations {organizations} out of {failures.where(request)}"
    return (f"{text}; authorize the token for their single sign-on",)
