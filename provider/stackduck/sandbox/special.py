"""Names that answer with an error or without data, so that documents and tests can show every such answer.

As an enterprise or as an organization: octo-forbidden, octo-policy-off, octo-broken, octo-limited and octo-nodata.
Three more behave like the real ones with one fault: octo-flaky answers 502 twice before each path's first answer, the
links of octo-expired have expired, and the files of octo-lost are not there.
"""

from __future__ import annotations

from .answers import Refusal, answer, error, nothing
from .arrivals import day_text
from .wire import Response

FLAKY, EXPIRED, LOST = "octo-flaky", "octo-expired", "octo-lost"
TWISTS = (FLAKY, EXPIRED, LOST)
NO_DATA = "octo-nodata"
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
    return error(404, f"No report available for this enterprise on {day_text(day)}")


def no_data(kind: str, report: str, day: int) -> Response:
    """Give one of the shapes in which GitHub has said that there are no data, a different one for each report."""
    window = {"download_links": [], "report_start_day": day_text(day - 27), "report_end_day": day_text(day)}
    if kind == "organization":
        return answer(window) if report.endswith("28-day") else nothing()
    match report:
        case "users-1-day":
            return Response(200)
        case "users-28-day":
            return answer("")
        case "enterprise-28-day":
            return answer(f"No report available for this enterprise on {day_text(day)}")
        case "user-teams-1-day":
            return answer({"download_links": [], "report_day": day_text(day)})
        case _:
            return no_report(kind, report, day)
