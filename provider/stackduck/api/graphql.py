"""What the answers of a GraphQL API say beside their rows: errors, which come with the status 200, and nothing there.

Pure. What is asked, and how pages follow, are queries' and turns' matter.
"""

from __future__ import annotations

from typing import Any

from stackduck.api import failures
from stackduck.api.credentials import Credential
from stackduck.api.model import Answer
from stackduck.api.turns import read
from stackduck.catalog.model import Request
from stackduck.errors import NotFoundError, OperationalError, PermissionDeniedError, RateLimitError

_KINDS: dict[str, tuple[type[OperationalError], int | None, str]] = {
    "NOT_FOUND": (NotFoundError, 404, "check the values, and whether the token may see what they name"),
    "FORBIDDEN": (PermissionDeniedError, 403, "check that the token has the permission that this needs"),
    "INSUFFICIENT_SCOPES": (PermissionDeniedError, 403, "give the token the scopes that are named"),
    "RATE_LIMITED": (RateLimitError, None, "run again later"),
}


def error_of(answer: Answer, request: Request, *, credential: Credential | None) -> OperationalError | None:
    """Return the error that an answer holds; rows beside an error are not all rows, so they do not count."""
    said = read(answer)
    errors = said.get("errors") if isinstance(said, dict) else None
    if not errors:
        return None
    first = errors[0] if isinstance(errors, list) and isinstance(errors[0], dict) else {}
    kind, status, remedy = _KINDS.get(str(first.get("type")), (OperationalError, None, ""))
    told = failures.tidy(str(first.get("message") or "an error without a message"), credential)
    more = f" (and {len(errors) - 1} more)" if isinstance(errors, list) and len(errors) > 1 else ""
    text = f"{failures.who(request)} answered an error to {failures.where(request)}: {told}{more}"
    return kind(
        f"{text}; {remedy}" if remedy else text, status=status, resource=request.resource, values=dict(request.values)
    )


def missing(answer: Answer, rows_key: str) -> str:
    """Return what is null on the way to the rows: nothing is there. Empty where the rows are, or are missing oddly."""
    value: Any = read(answer)
    for name in rows_key.removeprefix("$").strip(".").split("."):
        if not isinstance(value, dict) or name not in value:
            return ""
        value = value[name]
        if value is None:
            return name
    return ""
