"""When calls are tried again."""

from __future__ import annotations

import pytest

from stackduck.api import waits
from stackduck.api.model import Answer, TransferError

NOW = 1_795_356_300.0
DATE = "Sun, 22 Nov 2026 14:05:00 GMT"
SECONDARY = b'{"message":"You have exceeded a secondary rate limit."}'


def answer(status: int, body: bytes = b"{}", **headers: str) -> Answer:
    """Make an answer whose header names are written with underscores."""
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, body, len(body))


@pytest.mark.parametrize("status", [200, 204, 400, 401, 404, 409, 410, 422, 451, 501, 505])
def test_what_trying_again_cannot_change_is_not_tried_again(status: int) -> None:
    assert waits.after_answer(answer(status), 0, is_safe=True, now=NOW) is None


def test_a_permission_that_is_missing_is_no_rate_limit() -> None:
    denied = answer(403, b'{"message":"Resource not accessible"}', x_ratelimit_remaining="4999")
    assert not waits.is_rate_limit(denied)
    assert waits.after_answer(denied, 0, is_safe=True, now=NOW) is None


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_call_that_writes_is_never_sent_twice(status: int) -> None:
    assert waits.after_answer(answer(status, retry_after="1"), 0, is_safe=False, now=NOW) is None


@pytest.mark.parametrize(
    ("fault", "failures", "is_safe"),
    [
        pytest.param(TransferError("x"), 0, False, id="sent-and-writes"),
        pytest.param(TransferError("x", sent=False, lasting=True), 0, True, id="lasting"),
        pytest.param(TransferError("x", timed_out=True), 2, True, id="third-timeout"),
        pytest.param(TransferError("x"), 4, True, id="fifth-fault"),
    ],
)
def test_some_faults_are_final(fault: TransferError, failures: int, is_safe: bool) -> None:
    assert waits.after_fault(fault, failures, is_safe=is_safe) is None


def test_a_call_that_writes_is_tried_again_when_it_did_not_leave() -> None:
    assert waits.after_fault(TransferError("x", sent=False), 0, is_safe=False) is not None


@pytest.mark.parametrize(
    "limited",
    [
        answer(429),
        answer(403, retry_after="5"),
        answer(403, x_ratelimit_remaining="0"),
        answer(403, b'{"message":"API Rate Limit exceeded"}'),
    ],
    ids=["429", "retry-after", "remaining", "body"],
)
def test_the_shapes_of_a_rate_limit(limited: Answer) -> None:
    assert waits.is_rate_limit(limited)
    assert waits.after_answer(limited, 0, is_safe=True, now=NOW) is not None


@pytest.mark.parametrize(
    ("limited", "seconds"),
    [
        pytest.param(
            answer(429, retry_after="7", x_ratelimit_remaining="0", x_ratelimit_reset="1795356999"),
            7.0,
            id="retry-after",
        ),
        pytest.param(answer(503, retry_after="7"), 7.0, id="503"),
        pytest.param(answer(429, retry_after="Sun, 22 Nov 2026 14:05:30 GMT"), 30.0, id="date"),
        pytest.param(
            answer(429, retry_after="Sun, 22 Nov 2026 14:05:30 GMT", date="Sun, 22 Nov 2026 14:05:20 GMT"),
            10.0,
            id="clock",
        ),
        pytest.param(answer(429, retry_after="Sun, 22 Nov 2020 14:05:30 -0000"), 0.0, id="past"),
        pytest.param(answer(403, x_ratelimit_remaining="0", x_ratelimit_reset="1795356310"), 10.0, id="reset"),
        pytest.param(
            answer(
                403, x_ratelimit_remaining="0", x_ratelimit_reset="1795356310", date="Sun, 22 Nov 2026 14:05:05 GMT"
            ),
            5.0,
            id="reset-clock",
        ),
        pytest.param(answer(403, SECONDARY), 60.0, id="secondary"),
    ],
)
def test_what_github_asks_for_is_waited(limited: Answer, seconds: float) -> None:
    assert waits.after_answer(limited, 0, is_safe=True, now=NOW) == seconds


def test_a_secondary_limit_without_a_time_waits_longer_each_time() -> None:
    assert waits.after_answer(answer(403, SECONDARY), 1, is_safe=True, now=NOW) == 120.0


@pytest.mark.parametrize("text", ["soon", "-1", "1e9", "9" * 40])
def test_a_retry_after_that_says_nothing_falls_back(text: str) -> None:
    wait = waits.after_answer(answer(429, retry_after=text), 0, is_safe=True, now=NOW)
    assert wait is not None
    assert wait <= 1.25


def test_four_retries_take_about_twenty_seconds() -> None:
    trouble = [waits.after_answer(answer(502), failures, is_safe=True, now=NOW) for failures in range(5)]
    assert trouble[-1] is None
    assert 11 <= sum(wait for wait in trouble if wait is not None) <= 19
