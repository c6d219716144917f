"""Asks GitHub for the links of a report, and reads its answer: links, or a way of saying that there is none."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from threading import Event, Lock
from typing import TYPE_CHECKING, Any

from stackduck.errors import CallLimitError, DataError, OperationalError
from stackduck.execute.reports.model import Links, Source
from stackduck.reports.calendar import Window
from stackduck.reports.kinds import day_request, latest_request

if TYPE_CHECKING:
    from stackduck.api.client import Client
    from stackduck.catalog.model import Request

Warn = Callable[[str], None]


class Asking:
    """Asks for links, through one client."""

    limit_wait: float | None = None
    """The seconds that a rate limit may cost; None is as long as the client waits for statements."""

    def __init__(
        self,
        client: Callable[[], Client],
        *,
        now: Callable[[], datetime],
        warn: Warn,
        stop: Event | None = None,
        max_calls: int | None = None,
    ) -> None:
        """Once `stop` is set, or so many calls were sent, nothing more is asked."""
        self._client, self.now, self._warn = client, now, warn
        self._stop, self._max_calls = stop or Event(), max_calls
        self._calls, self._lock = 0, Lock()

    def day(self, source: Source, day: date) -> Links | None:
        """Return the links of one day's report; None where GitHub has none.

        Raises DataError for an answer that cannot be one, and what the client raises.
        """
        links = self._ask(source, day_request(source.report, source.scope, source.name, day=day))
        if links is not None and links.window != (day, day):
            raise DataError(f"{source}: GitHub answered for {links.window[0]} when asked for {day}; run it again")
        return links

    def latest(self, source: Source) -> Links | None:
        """Return the links of the 28-day report; None where GitHub has none. Raises as `day` does."""
        return self._ask(source, latest_request(source.report, source.scope, source.name))

    def interrupt(self) -> None:
        """Stop whatever the client is asked for, from any thread."""
        self._client().interrupt()

    def check_stop(self) -> None:
        """Raise OperationalError once nothing more is to be asked."""
        if self._stop.is_set():
            raise OperationalError("interrupted")

    def check_calls(self, source: Source, more: int) -> None:
        """Raise CallLimitError where so many more calls are not allowed."""
        calls = self._calls + more
        if self._max_calls is not None and calls > self._max_calls:
            raise CallLimitError(
                f"the reports need {calls:,} calls and {self._max_calls:,} are allowed; "
                "narrow the condition on day, or allow more with --max-calls or connect(max_calls=…)",
                resource=str(source),
            )

    def _count(self, source: Source) -> None:
        with self._lock:
            self.check_calls(source, 1)
            self._calls += 1

    def _ask(self, source: Source, request: Request) -> Links | None:
        self.check_stop()
        self._count(source)
        asked_at = self.now()
        notices: list[str] = []
        pages = list(self._client().fetch([request], warn=notices.append, limit_wait=self.limit_wait))
        if not pages:
            return None
        for notice in notices:
            self._warn(notice)
        body = json.loads(pages[0][1].body)
        if not isinstance(body, dict):
            if body in (None, "") or (isinstance(body, str) and "no report" in body.lower()):
                return None
            raise DataError(f"{source}: GitHub's answer is a {type(body).__name__}, no object; run it again")
        urls = _urls(source, body)
        return Links(urls, asked_at, _window(source, body)) if urls else None


def _urls(source: Source, body: dict[str, Any]) -> tuple[str, ...]:
    urls = body.get("download_links")
    if not isinstance(urls, list) or not all(isinstance(url, str) for url in urls):
        raise DataError(f"{source}: GitHub's answer has no download_links; run it again")
    return tuple(urls)


def _window(source: Source, body: dict[str, Any]) -> Window:
    first = body.get("report_start_day", body.get("report_day"))
    last = body.get("report_end_day", first)
    try:
        window = date.fromisoformat(str(first)), date.fromisoformat(str(last))
    except ValueError as exc:
        raise DataError(f"{source}: GitHub's answer does not say of which days it is; run it again") from exc
    if window[0] > window[1]:
        raise DataError(f"{source}: GitHub's answer is of {first} to {last}, which is no span of days; run it again")
    return window
