"""What a run came to, in one line."""

from __future__ import annotations

from dataclasses import replace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackduck.dbapi import Stats


def line(rows: int, seconds: float, stats: Stats | None) -> str:
    """Say what a run came to: its rows, its seconds, what its connection cost, and the defaults it took."""
    calls, amount, limit = (stats.calls, stats.bytes, stats.rate_limit) if stats else (0, 0, None)
    defaults = ", ".join(f"{name} = {value}" for name, value in stats.defaults.items()) if stats else ""
    told = f", {defaults} by default" if defaults else ""
    left = "not told" if limit is None else f"{limit.remaining} of {limit.limit} left"
    return f"{counted(rows, 'row')}, {counted(calls, 'call')}, {size(amount)}, {seconds:.2f} s, rate limit {left}{told}"


def activity(stats: Stats) -> str:
    """Say what a run has cost so far."""
    return f"{counted(stats.calls, 'call')}, {size(stats.bytes)}" if stats.calls else "working"


def size(amount: float) -> str:
    """Write a number of bytes for people: 1.2 MB."""
    for unit in ("bytes", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def difference(now: Stats, before: Stats) -> Stats:
    """Tell what came to a connection's cost since before."""
    return replace(now, calls=now.calls - before.calls, bytes=now.bytes - before.bytes)


def counted(amount: int, noun: str) -> str:
    """Write a number with its noun: 1 row, 12 rows."""
    return f"{amount} {noun}{'' if amount == 1 else 's'}"
