"""Names that answer with an error, without data or with a fault, for documents and tests to show.

Each is an enterprise and an organization. Refused: octo-forbidden, octo-policy-off, octo-broken, octo-limited.
Without reports: octo-nodata. The others answer like octo-demo and its first organization, but

- octo-gaps has no data for half of its days and for the 28-day reports, in every form that this can take;
- octo-flaky answers 502 twice before each path's first answer;
- octo-expired hands out links that have expired, and octo-stale does so every first time that a report is asked for;
- octo-lost has links whose files are not there; octo-torn breaks off half-way through every file from its start;
- octo-forms keeps the same rows in the other forms that files take; octo-doubles has some of them twice.
"""

from __future__ import annotations

from collections.abc import Callable

from .answers import Refusal, answer, error, nothing
from .arrivals import day_text
from .wire import Response

FLAKY, EXPIRED, STALE, GAPS, NO_DATA = "octo-flaky", "octo-expired", "octo-stale", "octo-gaps", "octo-nodata"
LOST, TORN, FORMS, DOUBLES = "octo-lost", "octo-torn", "octo-forms", "octo-doubles"
STORED = (TORN, FORMS, DOUBLES)
"""Those that have files of their own."""
TWISTS = (FLAKY, EXPIRED, STALE, GAPS, NO_DATA, LOST, *STORED)

FORBIDDEN = "Insufficient permissions. This action requires admin, or relevant organization role access."
POLICY_OFF = "The 'Copilot usage metrics' policy must be enabled to use this API"
POLICY_URL = "https://docs.github.com/copilot/concepts/copilot-metrics#organization-level-metrics"
RATE_URL = "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api"
HOUR = 3600


def refuse(slug: str, kind: str, *, now: float) -> None:
    """Raise the answer that a name stands for, if it stands for one."""
    match slug:
        case "octo-forbidden":
            raise Refusal(403, FORBIDDEN)
        case "octo-policy-off":
            raise Refusal(403, POLICY_OFF, url=POLICY_URL)
        case "octo-broken":
            raise Refusal(500, "Server Error")
        case "octo-limited" if kind == "enterprise":
            raise Refusal(403, "API rate limit exceeded for user ID 583231.", headers=_used_up(now), url=RATE_URL)
        case "octo-limited":
            message = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
            raise Refusal(429, message, headers={"Retry-After": str(HOUR)}, url=RATE_URL)


def _used_up(now: float) -> dict[str, str]:
    """Give the headers of a primary rate limit that resets in an hour."""
    return {"X-RateLimit-Remaining": "0", "X-RateLimit-Used": "15000", "X-RateLimit-Reset": str(int(now) + HOUR)}


def no_report(kind: str, report: str, day: int) -> Response:
    """Give the answer where there is no report for a day: the enterprise's differs from the organizations'."""
    if kind == "organization" or report == "repos-1-day":
        return nothing()
    return _not_found(kind, day)


def no_data(kind: str, report: str, day: int) -> Response:
    """Give one of the shapes in which GitHub has said that there are no data, a different one for each report."""
    if kind == "organization":
        window = {"download_links": [], "report_start_day": day_text(day - 27), "report_end_day": day_text(day)}
        return answer(window) if report.endswith("28-day") else nothing()
    match report:
        case "users-1-day":
            return _empty(kind, day)
        case "users-28-day":
            return _empty_text(kind, day)
        case "enterprise-28-day":
            return _text(kind, day)
        case "user-teams-1-day":
            return _no_links(kind, day)
        case _:
            return no_report(kind, report, day)


def gap(kind: str, report: str, day: int) -> Response | None:
    """Give the answer for a day of octo-gaps, where it has none: one shape after the other, then days with data."""
    if report.endswith("28-day"):
        return _empty_text(kind, day)
    shape = day % GAPS_REPEAT
    return SHAPES[shape](kind, day) if shape < len(SHAPES) else None


def folder(name: str | None, day: int) -> str | None:
    """Give the folder of the files for a day, where it is not the scope's own; one day of octo-gaps has none."""
    if name == GAPS and day % GAPS_REPEAT == len(SHAPES):
        return LOST
    return name if name in (LOST, *STORED) else None


def _nothing(kind: str, day: int) -> Response:
    """Answer 204."""
    return nothing()


def _empty(kind: str, day: int) -> Response:
    """Answer with an empty body."""
    return Response(200)


def _empty_text(kind: str, day: int) -> Response:
    """Answer with an empty JSON string."""
    return answer("")


def _text(kind: str, day: int) -> Response:
    """Answer with a message as a JSON string."""
    return answer(_message(kind, day))


def _not_found(kind: str, day: int) -> Response:
    """Answer 404 with a message."""
    return error(404, _message(kind, day))


def _no_links(kind: str, day: int) -> Response:
    """Answer with a report without links."""
    return answer({"download_links": [], "report_day": day_text(day)})


def _message(kind: str, day: int) -> str:
    """Give GitHub's words."""
    return f"No report available for this {kind} on {day_text(day)}"


SHAPES: tuple[Callable[[str, int], Response], ...] = (_nothing, _empty, _empty_text, _text, _not_found, _no_links)
GAPS_REPEAT = 2 * (len(SHAPES) + 1)
"""Days until the shapes of octo-gaps come again."""
