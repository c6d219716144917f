"""The client that the rest of stackduck asks: requests in, pages out, in order.

Joins credentials, connections and threads, each made when first needed; decides no rule of GitHub's itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from importlib import import_module

from stackduck.api import credentials, hosts
from stackduck.api.caller import Budget, Caller, Log, Pause
from stackduck.api.model import CallRecord, Page, RateLimit
from stackduck.api.paging import PagingRun
from stackduck.api.runs import Runs
from stackduck.api.wire import Wire
from stackduck.api.workers import Workers
from stackduck.catalog.model import Request
from stackduck.errors import CallLimitError

__all__ = ["CallRecord", "Client", "Page", "RateLimit"]


def _ignore(text: str) -> None:
    """Take a warning that nobody asked for."""


class Client:
    """GitHub, for one connection: one base URL, one token, one set of connections."""

    def __init__(
        self,
        *,
        api_url: str | None = None,
        token: str | None = None,
        token_env: str | None = None,
        concurrency: int = 8,
        max_wait: float = 60.0,
        timeout: float = 30.0,
        sleep: Callable[[float], None] | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        if api_url is not None:
            hosts.parse(api_url, source="the API URL")
        self._api_url = api_url
        self._token = token
        self._token_env = token_env
        self._concurrency = concurrency
        self._max_wait = max_wait
        self._timeout = timeout
        self._environ = os.environ if environ is None else environ
        self._pause = Pause(sleep)
        self._log = Log()
        self._runs = Runs(concurrency)
        self._ready: tuple[hosts.Base, Wire, Caller] | None = None

    @property
    def calls(self) -> list[CallRecord]:
        """Every exchange so far, in the order in which they ended."""
        return self._log.calls

    @property
    def rate_limit(self) -> RateLimit | None:
        """The token's hourly limit, as the latest answers told it."""
        return self._log.rate_limit

    def fetch(
        self,
        requests: Sequence[Request],
        *,
        max_calls: int = 2000,
        warn: Callable[[str], None] = _ignore,
        limit_wait: float | None = None,
    ) -> Iterator[tuple[int, Page]]:
        """Yield the pages of all requests with the request's index, in order, while later ones are on their way.

        A request without data yields no page and warns. The first error in that order is raised; it, or closing
        the generator, stops everything else. `limit_wait` is how long a rate limit may cost here, where that is not
        the client's `max_wait`.
        """
        if len(requests) > max_calls:
            raise CallLimitError(
                f"the statement needs {len(requests):,} calls; max_calls allows {max_calls:,}; "
                "narrow the WHERE clause, or raise --max-calls (max_calls)",
                resource=requests[0].resource,
            )
        return self._pages(tuple(requests), Budget(max_calls, limit_wait=limit_wait), warn)

    def interrupt(self) -> None:
        """Stop every statement that waits for pages, from any thread."""
        self._runs.interrupt()

    def close(self) -> None:
        """Stop what is under way and close the connections."""
        self._runs.close()
        ready, self._ready = self._ready, None
        if ready is not None:
            ready[1].close()

    def _pages(
        self, requests: Sequence[Request], budget: Budget, warn: Callable[[str], None]
    ) -> Iterator[tuple[int, Page]]:
        if not requests:
            return
        with self._runs.started(partial(self._run, requests, budget)) as run:
            yield from run.pages(warn)

    def _run(self, requests: Sequence[Request], budget: Budget, workers: Workers) -> PagingRun:
        """Make a run; nobody else makes one meanwhile, so that the token is sought once."""
        base, _, caller = self._ready = self._ready or self._prepare()
        budget.take(len(requests), requests[0])
        targets = [base.target(request) for request in requests]
        return PagingRun(requests, targets, caller=caller, workers=workers, budget=budget)

    def _prepare(self) -> tuple[hosts.Base, Wire, Caller]:
        """Find the host and the token, then open the connections."""
        base = hosts.base_from(self._api_url, self._environ)
        credential = credentials.find(
            token=self._token, token_env=self._token_env, gh_host=base.gh_host, environ=self._environ
        )
        wire = Wire(base, timeout=self._timeout, connections=self._concurrency)
        agent = f"stackduck/{import_module('stackduck').__version__}"
        caller = Caller(
            wire,
            base=base,
            credential=credential,
            agent=agent,
            log=self._log,
            pause=self._pause,
            max_wait=self._max_wait,
        )
        return base, wire, caller
