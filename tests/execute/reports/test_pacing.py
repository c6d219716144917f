"""When calls may go: at GitHub's pace, not while a limit is used up, and never once somebody interrupted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from stackduck.errors import OperationalError
from stackduck.execute import clock
from stackduck.execute.reports.pacing import Gate

NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)


class Time:
    """A time that only waiting moves."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds)


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    made = Time()
    monkeypatch.setattr(clock, "now", made.now)
    return made


def gate(time: Time, **options: object) -> Gate:
    return Gate(sleep=time.sleep, monotonic=time.monotonic, **options)  # type: ignore[arg-type]


def test_so_many_calls_of_an_endpoint_go_at_once_and_the_next_a_minute_later(time: Time) -> None:
    opened = gate(time, most=3)
    for _ in range(7):
        opened.pass_through("/users")
    assert time.slept == [61.0, 61.0]


def test_endpoints_do_not_wait_for_each_other(time: Time) -> None:
    opened = gate(time, most=2)
    for endpoint in ("/users", "/repos") * 2:
        opened.pass_through(endpoint)
    assert time.slept == []


def test_githubs_own_limit_is_the_default(time: Time) -> None:
    opened = gate(time)
    for _ in range(901):
        opened.pass_through("/users")
    assert time.slept == [61.0]


def test_without_a_limit_nobody_waits(time: Time) -> None:
    opened = gate(time, most=None)
    for _ in range(2000):
        opened.pass_through("/users")
    assert time.slept == []


def test_threads_do_not_take_the_same_place(time: Time) -> None:
    opened = gate(time, most=10)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(opened.pass_through, ["/users"] * 40))
    assert max(time.slept) <= 3 * 61.0
    assert time.seconds >= 3 * 61.0


def test_a_limit_that_is_used_up_holds_all_calls_until_it_is_reset(time: Time) -> None:
    opened = gate(time)
    opened.hold(NOON + timedelta(minutes=40))
    assert opened.held_until == NOON + timedelta(minutes=40)
    opened.pass_through("/users")
    assert time.slept == [40 * 60.0]
    assert opened.held_until is None
    assert opened.held_seconds == 40 * 60.0


@pytest.mark.parametrize("until", [None, NOON - timedelta(hours=1), NOON], ids=["untold", "past", "now"])
def test_a_limit_that_tells_no_time_to_come_holds_for_a_minute(time: Time, until: datetime | None) -> None:
    opened = gate(time)
    opened.hold(until)
    opened.pass_through("/users")
    assert time.slept == [60.0]


def test_a_short_wait_is_as_short_as_github_says(time: Time) -> None:
    opened = gate(time)
    opened.hold(NOON + timedelta(seconds=5))
    opened.pass_through("/users")
    assert time.slept == [5.0]


def test_a_limit_is_told_once_however_many_calls_met_it(time: Time) -> None:
    opened, told = gate(time), []
    opened.on_hold = lambda: told.append(opened.held_until)
    for _ in range(8):
        opened.hold(NOON + timedelta(minutes=40))
    opened.hold(NOON + timedelta(minutes=30))
    opened.hold(NOON + timedelta(minutes=50))
    assert told == [NOON + timedelta(minutes=40), NOON + timedelta(minutes=50)]
    opened.pass_through("/users")
    assert opened.held_seconds == 50 * 60.0


def test_the_seconds_of_a_hold_count_as_they_pass(time: Time) -> None:
    opened = gate(time)
    opened.hold(NOON + timedelta(minutes=40))
    time.seconds += 60.0
    assert opened.held_seconds == 60.0


def test_nobody_passes_once_it_is_closed(time: Time) -> None:
    opened = gate(time)
    opened.close()
    with pytest.raises(OperationalError, match="interrupted"):
        opened.pass_through("/users")
    assert time.slept == []


def test_closing_wakes_whoever_waits() -> None:
    opened = Gate()
    opened.hold(datetime.now(UTC) + timedelta(hours=1))
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(opened.pass_through, "/users")
        opened.close()
        assert isinstance(waiting.exception(timeout=30), OperationalError)
