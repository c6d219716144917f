"""When a call is tried again, and after how long. Pure: waits for nothing itself."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import uniform

from stackduck.api.model import Answer, TransferError

RETRIES = 4
TIMEOUT_RETRIES = 2
SECONDARY_PAUSE = 60.0
"""What GitHub asks for after a secondary limit without a time: at least a minute, then longer each time."""


def is_rate_limit(answer: Answer) -> bool:
    """Tell a rate limit from a missing permission: GitHub answers 403 to both."""
    if answer.status != 403:
        return answer.status == 429
    headers = answer.headers
    is_used_up = headers.get("x-ratelimit-remaining", "").strip() == "0"
    return "retry-after" in headers or is_used_up or b"rate limit" in answer.body.lower()


def after_answer(answer: Answer, failures: int, *, is_safe: bool, now: float) -> float | None:
    """Return the seconds until the next try of a call so answered; None when it is not to be tried again."""
    if not is_safe or failures >= RETRIES:
        return None
    if is_rate_limit(answer):
        asked = asked_wait(answer, now=now)
        return asked if asked is not None else _unasked_wait(answer, failures)
    if is_passing(answer.status):
        asked = _retry_after(answer, now)
        return asked if asked is not None else backoff(failures)
    return None


def after_fault(fault: TransferError, failures: int, *, is_safe: bool) -> float | None:
    """Return the seconds until the next try of a call that brought no whole answer."""
    is_repeatable = (is_safe or not fault.sent) and not fault.lasting
    allowed = TIMEOUT_RETRIES if fault.timed_out else RETRIES
    return backoff(failures) if is_repeatable and failures < allowed else None


def is_passing(status: int) -> bool:
    """Tell the statuses that may be another one soon; 202 is a GET whose answer GitHub still computes."""
    return status in (202, 408) or (status >= 500 and status not in (501, 505))


def backoff(failures: int) -> float:
    """Return 1, 2, 4 and 8 seconds, more or less: four retries take 11 to 19 seconds."""
    return float(2**failures) * uniform(0.75, 1.25)


def asked_wait(answer: Answer, *, now: float) -> float | None:
    """Return the seconds that GitHub asks to wait: Retry-After, else the reset of a limit that is used up."""
    asked = _retry_after(answer, now)
    if asked is not None or answer.headers.get("x-ratelimit-remaining", "").strip() != "0":
        return asked
    reset = answer.headers.get("x-ratelimit-reset", "").strip()
    return max(0.0, int(reset) - sent_at(answer, now=now)) if reset.isdecimal() and len(reset) < 12 else None


def _unasked_wait(answer: Answer, failures: int) -> float:
    is_secondary = b"secondary rate limit" in answer.body.lower()
    return SECONDARY_PAUSE * 2**failures if is_secondary else backoff(failures)


def _retry_after(answer: Answer, now: float) -> float | None:
    text = answer.headers.get("retry-after", "").strip()
    if text.isdecimal() and len(text) < 12:
        return float(text)
    when = _date(text)
    return max(0.0, when.timestamp() - sent_at(answer, now=now)) if when else None


def sent_at(answer: Answer, *, now: float) -> float:
    """Return GitHub's own time, which a wrong clock here does not change."""
    when = _date(answer.headers.get("date", ""))
    return when.timestamp() if when else now


def _date(text: str) -> datetime | None:
    try:
        when = parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
    return when.replace(tzinfo=UTC) if when and when.tzinfo is None else when
