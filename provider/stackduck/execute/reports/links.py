"""Asks GitHub for the links of a report, and reads its answer: links, or a way of saying that there is none."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from stackduck.errors import DataError
from stackduck.execute.reports.model import Links, Source
from stackduck.reports.calendar import Window
from stackduck.reports.kinds import day_request, latest_request

if TYPE_CHECKING:
    from stackduck.api.client import Client
    from stackduck.catalog.model import Request

Warn = Callable[[str], None]


class Asking:
    """Asks for links, through one client."""

    def __init__(self, client: Callable[[], Client], *, now: Callable[[], datetime], warn: Warn) -> None:
        self._client, self.now, self._warn = client, now, warn

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

    def _ask(self, source: Source, request: Request) -> Links | None:
        asked_at = self.now()
        notices: list[str] = []
        pages = list(self._client().fetch([request], warn=notices.append))
        if not pages:
            return None
        for notice in notices:
            self._warn(notice)
        body = json.loads(pages[0][1].body)
        if not isinstance(body, dict):
            if body is None or isinstance(body, str):
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
