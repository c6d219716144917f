"""One run of `stackduck sync`: the work in a thread, the line that says how far it is, and what is told at the end."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta
from typing import TextIO

from stackduck.cli import exits, messages
from stackduck.cli.progress import Progress
from stackduck.cli.statistics import size
from stackduck.cli.supervision import supervise
from stackduck.execute import clock
from stackduck.reports.coverage import NOT_PROCESSED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackduck.dbapi import Connection, SyncProgress, SyncSummary

GRACE = 5.0
"""Seconds that what is under way gets after Ctrl-C to remove what it has half."""
_BAR = 20


class Sync:
    """A run."""

    def __init__(self, options: argparse.Namespace, *, stream: TextIO | None) -> None:
        self._options = options
        self._connection: Connection | None = None
        self._far: SyncProgress | None = None
        self._summary: SyncSummary | None = None
        shown = None if options.quiet else stream
        self._line = Progress(self._activity, shown, has_seconds=False)
        self._is_watched = shown is not None and shown.isatty()
        self._told_until: datetime | None = None

    def run(self) -> int:
        """Do it and return the exit code."""
        try:
            supervise(self._work, stop=self._stop, tick=self._line.tick, grace=GRACE)
        except Exception as problem:
            self._line.close()
            return messages.failure(problem)
        self._line.close()
        assert self._summary is not None
        return self._conclude(self._summary)

    def _work(self) -> None:
        """Fetch; this happens in a thread of its own."""
        import stackduck

        wanted = self._options
        self._connection = stackduck.connect(
            token_env=wanted.token_env,
            api_url=wanted.api_url,
            registry=wanted.registry,
            concurrency=wanted.concurrency,
            sandbox=wanted.sandbox,
            archive=wanted.archive,
            fail_on_gaps=wanted.fail_on_gaps,
        )
        with self._connection:
            self._summary = self._connection.sync(
                enterprise=wanted.enterprise,
                org=wanted.org,
                since=wanted.since,
                until=wanted.until,
                reports=wanted.report,
                refetch=wanted.refetch,
                fresh=wanted.fresh,
                pace=wanted.pace or None,
                on_progress=self._take,
                raise_errors=False,
            )

    def _take(self, far: SyncProgress) -> None:
        """Remember how far it is; who does not see the line is told of a long wait."""
        self._far = far
        is_new = far.waits_until is not None and far.waits_until != self._told_until
        self._told_until = far.waits_until or self._told_until
        if is_new and not self._is_watched and not self._options.quiet:
            messages.note(waiting(far))

    def _activity(self) -> str:
        if self._far is None or self._connection is None:
            return "looking at what is there"
        return activity(self._far, received=self._connection.stats.downloaded)

    def _stop(self) -> None:
        """Stop the work from outside."""
        self._line.close()
        if self._connection:
            self._connection.interrupt()
        if not self._options.quiet:
            messages.note("interrupted; what came is kept, run it again to go on")

    def _conclude(self, summary: SyncSummary) -> int:
        """Tell what it came to, and return the exit code: that of the first error."""
        if not self._options.quiet:
            for text in summary.warnings:
                messages.warning(text)
        codes = [messages.failure(error) for error in summary.errors]
        if not self._options.quiet:
            messages.note(line(summary))
        return codes[0] if codes else exits.OK


def activity(far: SyncProgress, *, received: int) -> str:
    """Say how far a sync is: days, bytes, what is left of the rate limit, and how long it still takes."""
    total = far.days_done + far.days_left
    done = _BAR * far.days_done // total if total else _BAR
    bar = f"[{'#' * done}{'-' * (_BAR - done)}] {far.days_done:,} of {total:,} days"
    if far.waits_until:
        return f"{bar}, {waiting(far)}"
    parts = [bar, size(received)]
    if far.rate_limit:
        parts.append(f"{far.rate_limit.remaining:,} of {far.rate_limit.limit:,} calls left")
    if far.seconds_left:
        parts.append(f"about {duration(far.seconds_left)} to go")
    return ", ".join(parts)


def waiting(far: SyncProgress) -> str:
    """Say until when the rate limit is used up, to the next full minute."""
    assert far.waits_until is not None
    until = (far.waits_until + timedelta(seconds=59, microseconds=999_999)).astimezone(UTC)
    is_soon = until - clock.now() < timedelta(days=1)
    return f"rate limit used up, waiting until {until:{'%H:%M' if is_soon else '%Y-%m-%d %H:%M'}} UTC"


def line(summary: SyncSummary) -> str:
    """Say what a sync came to."""
    missing = sum(len(days) for days in summary.missing.values())
    late = sum(why == NOT_PROCESSED for days in summary.beyond.values() for why in days.values())
    parts = [f"{summary.days:,} days fetched", f"{summary.kept:,} already there"]
    parts += [f"{missing:,} missing"] if missing else []
    parts += [f"{late:,} not processed yet"] if late else []
    cost = [f"{summary.rows:,} rows", size(summary.bytes), f"{summary.calls:,} calls", duration(summary.seconds)]
    return f"{', '.join(parts)}; {', '.join(cost)}"


def duration(seconds: float) -> str:
    """Write seconds for people: 45 s, 3 min 20 s, 1 h 5 min."""
    whole = round(seconds)
    minutes, hours = whole // 60, whole // 3600
    if hours:
        return f"{hours} h {minutes % 60} min"
    return f"{minutes} min {whole % 60} s" if minutes else f"{whole} s"
