"""What a run came to, in one line."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackduck.dbapi import Stats


def line(rows: int, seconds: float, stats: Stats | None) -> str:
    """Say what a run came to: its rows, its seconds, and what its connection cost."""
    calls, amount, limit = (stats.calls, stats.bytes, stats.rate_limit) if stats else (0, 0, None)
    left = "not told" if limit is None else f"{limit.remaining} of {limit.limit} left"
    return f"{_counted(rows, 'row')}, {_counted(calls, 'call')}, {size(amount)}, {seconds:.2f} s, rate limit {left}"


def size(amount: float) -> str:
    """Write a number of bytes for people: 1.2 MB."""
    for unit in ("bytes", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def _counted(amount: int, noun: str) -> str:
    return f"{amount} {noun}{'' if amount == 1 else 's'}"
