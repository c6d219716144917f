"""The sandbox as a running server: two origins on loopback, started and stopped together.

Everything that takes time is imported and made when it is first asked for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from types import TracebackType
from typing import Self

from .wire import Handler, Listener, Request, Response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .world import World


@dataclass(frozen=True)
class Served:
    """One answered request; the query of a link, which is a secret, is not kept."""

    method: str
    path: str
    status: int
    query: dict[str, str]


class Sandbox:
    """A made-up GitHub that listens until it is closed."""

    def __init__(
        self, world: World, *, host: str, api_port: int, files_port: int, latency: float, fail_first: int
    ) -> None:
        from .api import Api
        from .files import Files

        self._world = world
        self._latency = latency
        self._fail_first = fail_first
        self._lock = threading.Lock()
        self._failures: dict[str, int] = {}
        self.requests: list[Served] = []
        self.file_requests: list[Served] = []
        api = self._watched(self._faulty(Api(world)), self.requests, secret=False)
        files = self._watched(Files(world), self.file_requests, secret=True)
        self._api = Listener(api, host=host, port=api_port)
        try:
            self._files = Listener(files, host=host, port=files_port)
        except OSError:
            self._api.close()
            raise
        world.api_url, world.files_url = self._api.url, self._files.url

    @property
    def api_url(self) -> str:
        """Give the API's origin."""
        return self._world.api_url

    @property
    def files_url(self) -> str:
        """Give the origin of the report files."""
        return self._world.files_url

    @property
    def token(self) -> str:
        """Give the token that the API accepts."""
        return self._world.token

    @property
    def enterprise(self) -> str:
        """Give the enterprise's slug."""
        return self._world.enterprise.slug

    @property
    def organizations(self) -> tuple[str, ...]:
        """Give the organizations' logins."""
        return self._world.enterprise.logins

    @property
    def today(self) -> date:
        """Give the day on which the sandbox stands."""
        return date.fromordinal(self._world.today)

    @property
    def last_day(self) -> date:
        """Give the last day that has reports."""
        return date.fromordinal(self._world.reports.last_day)

    @property
    def late_day(self) -> date:
        """Give the day of which one report comes late."""
        return date.fromordinal(self._world.late_day)

    def close(self) -> None:
        """Stop listening and end every connection."""
        self._api.close()
        self._files.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _watched(self, handler: Handler, served: list[Served], *, secret: bool) -> Handler:
        """Give a handler that waits for the latency and keeps what it answered."""

        def watch(request: Request) -> Response:
            if self._latency:
                time.sleep(self._latency)
            response = handler(request)
            query = {} if secret else dict(request.query)
            served.append(Served(request.method, request.path, response.status, query))
            return response

        return watch

    def _faulty(self, handler: Handler) -> Handler:
        """Give a handler that fails the first requests of every path, if the sandbox is to."""

        def stumble(request: Request) -> Response:
            with self._lock:
                before = self._failures.get(request.path, 0)
                self._failures[request.path] = before + 1
            return handler(request) if before >= self._fail_first else Response(503)

        return stumble if self._fail_first else handler


def serve(
    *,
    seed: int = 1,
    users: int = 25,
    organizations: int = 2,
    today: date | None = None,
    link_seconds: float = 3600.0,
    host: str = "127.0.0.1",
    api_port: int = 0,
    files_port: int = 0,
    latency: float = 0.0,
    fail_first: int = 0,
    clock: Callable[[], float] = time.time,
    late_report: str | None = "repos-1-day",
    late_seconds: float = 3600.0,
    undocumented: bool = True,
    cache_bytes: int = 64 * 1024 * 1024,
) -> Sandbox:
    """Start a sandbox; close it, or use it as a context manager.

    The same seed, sizes, options and day give the same bytes, links excepted. What the sandbox holds:

    - `seed`: another number makes other people.
    - `users`: people with a Copilot seat, beside a few without; `organizations`: those they are members of.
    - `undocumented`: whether users reports hold fields that GitHub does not document, and one of another type.

    What day it is there:

    - `today`: the day on which it starts, at noon; the clock's UTC day if it is None.
    - `clock`: gives seconds since 1970, like time.time, which it is by default. As it goes on, links expire, another
      day comes, its reports appear, and those of the days before change until their fourth day.

    What it says late or lets expire:

    - `link_seconds`: life of a link.
    - `late_report`: the 1-day report that has no data at first for `Sandbox.late_day`, the day before the last one
      processed at the start, in any scope; it appears `late_seconds` after the start. None: nothing is late.

    How it listens and answers:

    - `host`, `api_port`, `files_port`: where; port 0 is any free one.
    - `latency`: seconds that every API answer and file waits.
    - `fail_first`: how many requests of each API path are answered with 503 at first.
    - `cache_bytes`: how many bytes of report files are kept in memory once they are made.

    Raises ValueError for no users, no organizations or an unknown `late_report`, and OSError for a port in use.
    """
    from .enterprise import Enterprise
    from .world import Options, World

    options = Options(today, clock, link_seconds, late_report, late_seconds, undocumented, cache_bytes)
    return Sandbox(
        World(Enterprise(seed, users=users, organizations=organizations), options),
        host=host,
        api_port=api_port,
        files_port=files_port,
        latency=latency,
        fail_first=fail_first,
    )


def environment(sandbox: Sandbox) -> dict[str, str]:
    """Give the variables with which a GitHub client asks a sandbox."""
    return {"GITHUB_API_URL": sandbox.api_url, "GH_TOKEN": sandbox.token}
