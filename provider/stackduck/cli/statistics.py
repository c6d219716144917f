"""What a run came to, in one line."""

from __future__ import annotations

from dataclasses import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackduck.dbapi import Stats


@dataclass(slots=True)
class Totals:
    """The sums over a run's statements."""

    rows: int = 0
    calls: int = 0
    bytes: int = 0
    left: str = "not told"
    """What GitHub last said of the rate limit."""

    def add(self, rows: int, stats: Stats) -> None:
        """Count a statement in."""
        self.rows += rows
        self.calls += stats.calls
        self.bytes += stats.bytes
        if stats.rate_limit is not None:
            self.left = f"{stats.rate_limit.remaining} of {stats.rate_limit.limit} left"

    def line(self, seconds: float) -> str:
        """Write the line."""
        return (
            f"{_counted(self.rows, 'row')}, {_counted(self.calls, 'call')}, {size(self.bytes)}, "
            f"{seconds:.2f} s, rate limit {self.left}"
        )


def size(amount: float) -> str:
    """Write a number of bytes for people: 1.2 MB."""
    for unit in ("bytes", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def _counted(amount: int, noun: str) -> str:
    return f"{amount} {noun}{'' if amount == 1 else 's'}"
