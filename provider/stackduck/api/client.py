"""The client that the rest of stackduck asks: requests in, pages out, in order.

Joins hosts, credentials, connections and threads, each made when first needed; decides no rule of GitHub's itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from stackduck.api import credentials, hosts
from stackduck.api.bindings import Bindings, Secret
from stackduck.api.caller import Budget, Caller, Log, Pause, Peer
from stackduck.api.credentials import Credential
from stackduck.api.model import Absences, CallRecord, Page, RateLimit, Sender
from stackduck.api.paging import PagingRun
from stackduck.api.runs import Runs
from stackduck.api.workers import Workers
from stackduck.catalog.model import Auth, Request
from stackduck.errors import CallLimitError, InterfaceError, ProgrammingError

if TYPE_CHECKING:
    from stackduck.api.recording.folder import Recording

__all__ = ["Absences", "CallRecord", "Client", "Page", "RateLimit"]


def _ignore(text: str) -> None:
    """Take a warning that nobody asked for."""


class Client:
    """GitHub, for one connection: one base URL, one token, one set of connections; and the hosts that are bound."""

    def __init__(
        self,
        *,
        api_url: str | None = None,
        token: str | None = None,
        token_env: str | None = None,
        auth: Mapping[str, Secret] | None = None,
        concurrency: int = 8,
        max_wait: float = 60.0,
        timeout: float = 30.0,
        sleep: Callable[[float], None] | None = None,
        environ: Mapping[str, str] | None = None,
        recording: Recording | None = None,
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
        self._recording = recording
        self._bindings = Bindings(auth or {}, self._environ)
        self._pause = Pause(sleep)
        self._log = Log()
        self._runs = Runs(concurrency)
        self._callers: dict[tuple[str, Auth], Caller] = {}

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
        absences: Absences | None = None,
        limit_wait: float | None = None,
    ) -> Iterator[tuple[int, Page]]:
        """Yield the pages of all requests with the request's index, in order, while later ones are on their way.

        A request without data yields no page and warns. The first error in that order is raised; it, or closing
        the generator, stops everything else. `absences` takes what is no error for some of the requests: that the
        thing is not there. `limit_wait` is how long a rate limit may cost here, where that is not the client's
        `max_wait`.
        """
        if len(requests) > max_calls:
            raise CallLimitError(
                f"the statement needs {len(requests):,} calls; max_calls allows {max_calls:,}; "
                "narrow the WHERE clause, or raise --max-calls (max_calls)",
                resource=requests[0].resource,
            )
        budget = Budget(max_calls, limit_wait=limit_wait)
        return self._pages(tuple(requests), budget, warn, absences or Absences())

    def url_of(self, request: Request) -> str:
        """Return the URL of a request's first page; nothing is sent, and no token looked for."""
        if request.server:
            base = hosts.parse(request.server, source=f"the server of {request.resource}")
        else:
            base = hosts.base_from(self._api_url, self._environ)
        return base.origin + base.target(request)

    def credential(self, request: Request) -> Credential | None:
        """Find the credential that a request would show; sends nothing.

        Raises AuthenticationError where there is none.
        """
        return (self._elsewhere(request) if request.server else self._github()).credential

    def interrupt(self) -> None:
        """Stop every statement that waits for pages, from any thread."""
        self._runs.interrupt()

    def close(self) -> None:
        """Stop what is under way and close the connections."""
        self._runs.close()
        callers, self._callers = self._callers, {}
        for caller in callers.values():
            caller.close()

    def _pages(
        self, requests: Sequence[Request], budget: Budget, warn: Callable[[str], None], absences: Absences
    ) -> Iterator[tuple[int, Page]]:
        if not requests:
            return
        with self._runs.started(partial(self._run, requests, budget, absences)) as run:
            yield from run.pages(warn)

    def _run(self, requests: Sequence[Request], budget: Budget, absences: Absences, workers: Workers) -> PagingRun:
        """Make a run; nobody else makes one meanwhile, so that each credential is sought once."""
        callers = [self._caller(request) for request in requests]
        budget.take(len(requests), requests[0])
        return PagingRun(requests, callers, workers=workers, budget=budget, absences=absences)

    def _caller(self, request: Request) -> Caller:
        """Return who makes a request's calls: GitHub's caller, or that of the host which its document names."""
        key = (request.server, request.auth) if request.server else ("", Auth())
        if key not in self._callers:
            peer = self._elsewhere(request) if request.server else self._github()
            self._callers[key] = self._opened(peer)
        return self._callers[key]

    def _github(self) -> Peer:
        """Find the host and the token."""
        base = hosts.base_from(self._api_url, self._environ)
        if self._is_replay:
            return Peer(base, None)
        if self._token is None and self._token_env is None and self._bindings.binds(base):
            return Peer(base, self._bindings.credential(base, Auth(), resource="github"))
        credential = credentials.find(
            token=self._token, token_env=self._token_env, gh_host=base.gh_host, environ=self._environ
        )
        return Peer(base, credential)

    def _elsewhere(self, request: Request) -> Peer:
        """Find the credential that the user bound to a request's host."""
        try:
            base = hosts.parse(request.server, source=f"the server of {request.resource}")
        except InterfaceError as exc:
            raise ProgrammingError(str(exc)) from None
        if self._is_replay:
            return Peer(base, None, is_github=False)
        credential = self._bindings.credential(base, request.auth, resource=request.resource)
        return Peer(base, credential, is_github=False)

    def _opened(self, peer: Peer) -> Caller:
        return Caller(
            self._wire(peer),
            peer,
            agent=f"stackduck/{import_module('stackduck').__version__}",
            log=self._log,
            # GitHub's rate limit holds no other host's calls.
            pause=self._pause if peer.is_github else self._pause.alone(),
            max_wait=self._max_wait,
        )

    @property
    def _is_replay(self) -> bool:
        """Whether a recording answers, to which no credential is shown."""
        return self._recording is not None and self._recording.is_replay

    def _wire(self, peer: Peer) -> Sender:
        """Return what sends to a host, or what stands in its place."""
        if self._recording is not None:
            from stackduck.api.recording import wires

            return wires.over(self._recording, peer, open_wire=lambda: self._opened_wire(peer))
        return self._opened_wire(peer)

    def _opened_wire(self, peer: Peer) -> Sender:
        from stackduck.api.wire import Wire

        return Wire(peer.base, timeout=self._timeout, connections=self._concurrency, credential=peer.credential)
