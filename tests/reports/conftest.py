"""Made-up archives: what is kept of which day, at random but the same in every run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from stackduck.reports.coverage import Kept

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def at_random(random: Random, *, share: float, now: datetime = NOW) -> dict[date, Kept]:
    """Return a listing with about a share of the days of 450, fetched minutes to months after each."""
    kept = {}
    for back in range(-2, 450):
        day = now.date() - timedelta(days=back)
        end = datetime.combine(day + timedelta(days=1), datetime.min.time(), UTC)
        if random.random() < share and end <= now:
            at = random.choice([end + (now - end) * random.random(), now - timedelta(minutes=random.randrange(120))])
            status = random.choice(["data", "data", "data", "no data"])
            kept[day] = Kept(day, status, max(end, at), rows=10, bytes=1000)
    return kept


@pytest.fixture
def listing() -> Callable[..., Mapping[date, Kept]]:
    return at_random
