"""The pages of all requests of one statement: what may run at once, in which order they are handed out.

Leaves each call to its caller, and to turns what a page says of those after it. Keeps a bounded number of pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from heapq import heappop, heappush

from stackduck.api import failures, rules
from stackduck.api.caller import Budget, Caller
from stackduck.api.model import Absences, Answer, CancelledError, Page
from stackduck.api.runs import Run
from stackduck.api.turns import CursorError, Turn, following
from stackduck.api.workers import Workers
from stackduck.catalog.model import Request
from stackduck.errors import OperationalError
from stackduck.frozen import frozen

_PAGES_AHEAD = 4
"""Pages that may be done and not taken yet, for each call that may run."""
_Key = tuple[int, int]


@frozen
class _Delivery:
    """What one call brought: a page or none, and what to know of it."""

    page: Page | None
    notices: tuple[str, ...] = ()
    absence: OperationalError | None = None
    """Why there is no page, where that is no error."""


@dataclass(slots=True)
class _Chain:
    """The pages of one request, as far as they are known."""

    frontier: int = 1
    """The highest page number that is known to exist."""
    is_complete: bool = False
    seen: set[Turn] = field(default_factory=set)


class PagingRun(Run):
    """One statement's requests under way."""

    def __init__(
        self,
        requests: Sequence[Request],
        callers: Sequence[Caller],
        *,
        workers: Workers,
        budget: Budget,
        absences: Absences,
    ) -> None:
        super().__init__(workers)
        self._absences = absences
        self._requests = requests
        self._callers = callers
        self._budget = budget
        first = [caller.first(request) for request, caller in zip(requests, callers, strict=True)]
        self._waiting: list[tuple[_Key, Turn]] = [((index, 1), turn) for index, turn in enumerate(first)]
        self._chains = [_Chain(seen={turn}) for turn in first]
        self._done: dict[_Key, _Delivery | BaseException] = {}
        self._head: _Key = (0, 1)
        self._failed: _Key | None = None
        # Changes go out in their order: none before the one ahead of it is known to be done.
        self._is_serial = not all(request.is_read for request in requests)

    def pages(self, warn: Callable[[str], None]) -> Iterator[tuple[int, Page]]:
        """Yield the pages in the order of requests and links; stop everything when left early."""
        try:
            while (found := self._next()) is not None:
                index, delivery = found
                for notice in delivery.notices:
                    warn(notice)
                if delivery.absence is not None:
                    self._absences.errors[index] = delivery.absence
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
            key, turn = self._waiting[0]
            is_ahead = len(self._done) + self.running >= _PAGES_AHEAD * self._workers.limit
            must_wait = (is_ahead or self._is_serial) and key != self._head
            if must_wait or (self._failed is not None and key > self._failed):
                return
            heappop(self._waiting)
            self.running += 1
            self._workers.submit(partial(self._work, key, turn))

    def _work(self, key: _Key, turn: Turn) -> None:
        """Make one call, on a worker's thread."""
        outcome: _Delivery | BaseException
        found: list[Turn] = []
        try:
            if self._stop.is_set():
                raise CancelledError
            caller, request = self._callers[key[0]], self._requests[key[0]]
            answer = caller.call(request, turn, budget=self._budget, stop=self._stop)
            outcome = self._delivery(key, answer)
            found = self._following(key, turn, answer)
        except OperationalError as exc:
            outcome = _Delivery(None, absence=exc) if self._is_absence(key, exc) else exc
        except BaseException as exc:
            outcome = exc
        self._settle(key, outcome, found)

    def _is_absence(self, key: _Key, exc: OperationalError) -> bool:
        """Tell whether an error only says that a thing is not there which need not be."""
        index, number = key
        return index in self._absences.allowed and number == 1 and exc.status in rules.ABSENT

    def _settle(self, key: _Key, outcome: _Delivery | BaseException, found: list[Turn]) -> None:
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
                for step, turn in enumerate(found, start=1):
                    heappush(self._waiting, ((index, number + step), turn))
                chain.frontier += len(found)
                chain.is_complete = not found
            self._fill()
            if key == self._head or self._budget.error is not None:
                self._changed.notify_all()

    def _delivery(self, key: _Key, answer: Answer) -> _Delivery:
        """Make a page of an answer, or the notice that there is no data."""
        request, number = self._requests[key[0]], key[1]
        said = _nothing(request, answer)
        if said is not None and request.is_read:
            if number > 1:
                text = f"page {number} of {failures.where(request)} came without rows"
                raise failures.failed(f"{text}: {said}; run again", request, status=answer.status)
            return _Delivery(None, (f"no data from {failures.where(request)}: {said}",))
        body = answer.body if said is None and answer.body else b"null"
        if not rules.is_json(body):
            kind = answer.headers.get("content-type", "no content type").partition(";")[0]
            text = f"the answer {answer.status} to {failures.where(request)} is {kind}, not JSON"
            remedy = failures.next_step(request, f"a proxy may have answered in {failures.who(request)}'s place")
            raise failures.failed(f"{text}; {remedy}", request, status=answer.status)
        return _Delivery(Page(body, answer.status, number), _sso_notice(request, answer))

    def _following(self, key: _Key, turn: Turn, answer: Answer) -> list[Turn]:
        """Return the pages after the last one that was known, reserved in the budget before they are listed."""
        request, chain, caller = self._requests[key[0]], self._chains[key[0]], self._callers[key[0]]
        if not request.is_complete or key[1] != chain.frontier:
            return []

        def resolve(link: str) -> str:
            return caller.target_of(link, request, seen_at=turn.target)

        try:
            onward = following(request, turn, answer, number=key[1], resolve=resolve)
        except CursorError as exc:
            raise failures.failed(f"the pages of {failures.where(request)} do not go on: {exc}", request) from exc
        self._budget.take(onward.count, request)
        found = []
        for step, page in enumerate(onward.turns, start=1):
            if page in chain.seen:
                text = f"the pages of {failures.where(request)} go in a circle"
                raise failures.failed(f"{text}: page {key[1] + step} is one that came before; run again", request)
            chain.seen.add(page)
            found.append(page)
        return found


def _nothing(request: Request, answer: Answer) -> str | None:
    """Return how an answer says that there is nothing, or None."""
    if request.graphql is None:
        return rules.no_data(answer, who=failures.who(request))
    from stackduck.api import graphql

    name = graphql.missing(answer, request.graphql.rows_key)
    return f"there is no {name}" if name else None


def _sso_notice(request: Request, answer: Answer) -> tuple[str, ...]:
    """Warn of organizations that GitHub leaves out because the token is not authorized for their single sign-on."""
    organizations = rules.left_out(answer.headers)
    if not organizations:
        return ()
    text = f"GitHub left organizations {organizations} out of {failures.where(request)}"
    return (f"{text}; authorize the token for their single sign-on",)
