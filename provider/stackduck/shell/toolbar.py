"""The bar at the bottom of the screen: how answers are shown, and what the latest statement came to."""

from __future__ import annotations

from prompt_toolkit.application import get_app
from prompt_toolkit.formatted_text import StyleAndTextTuples

from stackduck.cli.statistics import counted
from stackduck.shell.session import Session, Summary

_GAP = "  │  "


def fragments(session: Session) -> StyleAndTextTuples:
    """Return what the bar says, as far as the screen has room for it."""
    return [("", fitted(session, get_app().output.get_size().columns))]


def fitted(session: Session, room: int) -> str:
    """Write the parts of the bar in so many columns: in full, else briefly, else the first of them."""
    said = parts(session)
    if len(_joined(said)) > room:
        said = parts(session, is_brief=True)
    while len(said) > 1 and len(_joined(said)) > room:
        said = said[:-1]
    return _joined(said)


def parts(session: Session, *, is_brief: bool = False) -> list[str]:
    """Return the parts of the bar: mode, rows, time, calls, and the calls that GitHub still answers."""
    said = [session.settings.mode]
    if session.display.file:
        said.append(f"to {session.display.file}")
    summary = session.summary
    if summary is None:
        return [*said, ".help", "Ctrl-D leaves"]
    return [*said, *_of_summary(summary, is_brief=is_brief)]


def _joined(said: list[str]) -> str:
    return f" {_GAP.join(said)} "


def _of_summary(summary: Summary, *, is_brief: bool) -> list[str]:
    calls, limit = summary.stats.calls, summary.stats.rate_limit
    said = [_rows(summary)] if summary.rows >= 0 else []
    said += [seconds(summary.seconds), counted(calls, "call")]
    if limit is not None:
        whole = f"{limit.remaining:,} of {limit.limit:,} left until {limit.resets_at:%H:%M} UTC"
        said.append(f"{limit.remaining:,} left" if is_brief else whole)
    return said


def _rows(summary: Summary) -> str:
    more = "" if summary.is_whole else "+"
    return f"{summary.rows:,}{more} row{'' if summary.rows == 1 and not more else 's'}"


def seconds(amount: float) -> str:
    """Write a duration for people: 12 ms, 0.41 s, 75 s."""
    if amount < 0.1:
        return f"{amount * 1000:.0f} ms"
    return f"{amount:.2f} s" if amount < 10 else f"{amount:.0f} s"
