"""The wording of what went wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from stackduck.api import failures
from stackduck.api.credentials import Credential
from stackduck.api.model import Answer, TransferError
from stackduck.catalog.model import Request
from stackduck.errors import (
    AuthenticationError,
    NotFoundError,
    OperationalError,
    PermissionDeniedError,
    RateLimitError,
    RequestTimeoutError,
)

CREDENTIAL = Credential("Bearer ghp_secret", "GH_TOKEN", ("ghp_secret",))
WHERE = "GET /orgs/{org}/copilot/billing/seats (github.copilot.org_seats, org = 'octo')"


def answer(status: int, said: object = "", **headers: str) -> Answer:
    """Make an error as GitHub writes it; header names are written with underscores."""
    body = json.dumps({"message": said, "status": str(status)} if isinstance(said, str) else said).encode()
    return Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, body, len(body))


def text_of(given: Answer, request: Request) -> str:
    return str(failures.of_answer(given, request, credential=CREDENTIAL))


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((401, AuthenticationError), (403, PermissionDeniedError), (404, NotFoundError), (409, OperationalError)),
        *((410, OperationalError), (422, OperationalError), (429, RateLimitError), (451, OperationalError)),
        *((418, OperationalError), (503, OperationalError), (999, OperationalError)),
    ],
)
def test_every_status_is_an_error_that_carries_its_facts(
    status: int, kind: type[OperationalError], request_for: Callable[..., Request]
) -> None:
    error = failures.of_answer(answer(status, "So it is."), request_for(), credential=CREDENTIAL)
    assert type(error) is kind
    assert isinstance(error, OperationalError)
    assert (error.status, error.resource, error.values) == (status, "github.copilot.org_seats", {"org": "octo"})
    assert WHERE in str(error)
    assert not str(error).endswith(".")


def test_a_refused_token_is_named_by_its_source(request_for: Callable[..., Request]) -> None:
    text = text_of(answer(401, "Bad credentials"), request_for())
    assert text.startswith(f"GitHub answered 401 to {WHERE}: Bad credentials; check the token from GH_TOKEN")


@pytest.mark.parametrize(
    ("template", "remedy"),
    [
        pytest.param(
            "/enterprises/{enterprise}/x", "an enterprise owner enables it under AI Controls", id="enterprise"
        ),
        pytest.param("/orgs/{org}/x", "an organization owner enables it under Settings, Copilot, Policies", id="org"),
    ],
)
def test_a_policy_that_is_off_says_who_enables_it_where(
    template: str, remedy: str, request_for: Callable[..., Request]
) -> None:
    given = answer(403, "The 'Copilot usage metrics' policy must be enabled to use this API")
    text = text_of(given, request_for(path_template=template))
    assert text.endswith(f": the 'Copilot usage metrics' policy is off; {remedy}")


@pytest.mark.parametrize(
    ("given", "remedy"),
    [
        pytest.param(
            answer(
                403,
                "Resource protected by organization SAML enforcement.",
                x_github_sso="required; url=https://g/sso?a=b",
            ),
            "authorize the token for the organization's single sign-on",
            id="sso",
        ),
        pytest.param(
            answer(403, "Although you appear to have the correct credentials, `octo` has an IP allow list enabled"),
            "IP allow list, or run from a network",
            id="ip",
        ),
        pytest.param(
            answer(
                403,
                "Must have admin rights",
                x_oauth_scopes="repo, gist",
                x_accepted_oauth_scopes="manage_billing:copilot, read:org",
            ),
            "the token has the scopes repo, gist and needs manage_billing:copilot or read:org",
            id="scope",
        ),
        pytest.param(
            answer(403, "No", x_oauth_scopes="", x_accepted_oauth_scopes="read:org"),
            "the token has the scopes (none) and needs read:org",
            id="no-scope",
        ),
        pytest.param(
            answer(403, "Insufficient permissions.", x_oauth_scopes="admin:org", x_accepted_oauth_scopes="read:org"),
            "and its owner the role that this needs",
            id="role",
        ),
        pytest.param(
            answer(
                403,
                "Resource not accessible by integration",
                x_accepted_github_permissions="organization_copilot_metrics=read",
            ),
            "the token needs the permission organization_copilot_metrics=read",
            id="permission",
        ),
    ],
)
def test_a_403_says_what_would_help(given: Answer, remedy: str, request_for: Callable[..., Request]) -> None:
    error = failures.of_answer(given, request_for(), credential=CREDENTIAL)
    assert isinstance(error, PermissionDeniedError)
    assert remedy in str(error)


def test_a_404_names_the_value_to_check_and_that_github_hides(request_for: Callable[..., Request]) -> None:
    request = request_for(values=(("org", "octo"), ("per_page", "100")))
    text = text_of(answer(404, "Not Found"), request)
    assert "org = 'octo', per_page = '100'): Not Found; check org, and the token from GH_TOKEN" in text
    assert "GitHub hides" in text


def test_a_404_for_want_of_a_scope_names_the_scope(request_for: Callable[..., Request]) -> None:
    given = answer(404, "Not Found", x_oauth_scopes="gist", x_accepted_oauth_scopes="read:org")
    assert text_of(given, request_for()).endswith("the token has the scopes gist and needs read:org")


@pytest.mark.parametrize(
    ("errors", "shown"),
    [
        pytest.param(
            [{"resource": "Issue", "field": "title", "code": "missing_field"}],
            "(Issue title missing_field)",
            id="fields",
        ),
        pytest.param([{"message": "too long", "code": "custom"}, "and more"], "(too long, and more)", id="messages"),
        pytest.param("just text", "(just text)", id="text"),
    ],
)
def test_the_details_of_a_refusal_are_shown(errors: object, shown: str, request_for: Callable[..., Request]) -> None:
    text = text_of(answer(422, {"message": "Validation Failed.", "errors": errors}), request_for())
    assert f": Validation Failed {shown}; check the values" in text


@pytest.mark.parametrize("body", [b"", b"<html>Bad\nGateway</html>", b"[1]", b'{"message": null}'])
def test_an_error_without_githubs_words_gets_the_phrase_of_its_status(
    body: bytes, request_for: Callable[..., Request]
) -> None:
    assert f"{WHERE}: Bad Gateway; GitHub is in trouble" in text_of(Answer(502, {}, body, 0), request_for())


def test_foreign_text_cannot_carry_secrets_queries_or_lines(request_for: Callable[..., Request]) -> None:
    said = "you sent ghp_secret\n\x1b[2Jto https://x.test/file?sig=abc#d and " + "x" * 900
    text = text_of(answer(400, said), request_for("a\nb'c"))
    assert "you sent *** \ufffd[2Jto https://x.test/file and xxx" in text
    assert "org = 'a\ufffdb'c'" in text
    assert "ghp_secret" not in text
    assert "sig=" not in text
    assert "\n" not in text
    assert len(text) < 800


def test_a_used_up_limit_says_when_it_resets(request_for: Callable[..., Request]) -> None:
    given = answer(403, "API rate limit exceeded", x_ratelimit_limit="5000", x_ratelimit_remaining="0")
    error = failures.of_answer(given, request_for(), credential=CREDENTIAL, wait=600.0)
    assert isinstance(error, RateLimitError)
    assert error.resets_at is not None
    assert timedelta(seconds=590) < error.resets_at - datetime.now(UTC) <= timedelta(seconds=600)
    minute = (error.resets_at + timedelta(seconds=59, microseconds=999_999)).strftime("%H:%M")
    assert str(error) == f"rate limit of 5000 an hour used up at {WHERE}; run again after {minute} UTC, when it resets"


def test_the_time_is_githubs_whatever_the_clock_here_says(request_for: Callable[..., Request]) -> None:
    given = answer(429, x_ratelimit_limit="5000", x_ratelimit_remaining="0", date="Sun, 22 Nov 2020 13:05:00 GMT")
    error = failures.of_answer(given, request_for(), credential=CREDENTIAL, wait=3600.0)
    assert isinstance(error, RateLimitError)
    assert error.resets_at == datetime(2020, 11, 22, 14, 5, tzinfo=UTC)
    assert "run again after 14:05 UTC, when it resets" in str(error)


@pytest.mark.parametrize(
    ("given", "wait", "text"),
    [
        pytest.param(answer(429, "secondary rate limit"), 90.0, "secondary rate limit reached at GET", id="secondary"),
        pytest.param(
            answer(429, "", x_ratelimit_limit="30", x_ratelimit_remaining="0", x_ratelimit_resource="search"),
            90.0,
            "rate limit of 30 for search used up at GET",
            id="search",
        ),
        pytest.param(answer(429), None, "run again later", id="no-time"),
        pytest.param(answer(503), 300.0, "GitHub answered 503 to", id="patience"),
        pytest.param(answer(429), 1e9, " UTC, when it resets", id="far-away"),
    ],
)
def test_other_limits_are_told_apart(
    given: Answer, wait: float | None, text: str, request_for: Callable[..., Request]
) -> None:
    error = failures.of_answer(given, request_for(), credential=CREDENTIAL, wait=wait)
    assert isinstance(error, RateLimitError)
    assert text in str(error)
    assert "run again" in str(error)


@pytest.mark.parametrize(
    ("fault", "kind", "text"),
    [
        pytest.param(TransferError("silent", timed_out=True), RequestTimeoutError, "did not answer", id="timeout"),
        pytest.param(
            TransferError("refused", sent=False),
            OperationalError,
            "cannot reach api.x after 3 tries: refused",
            id="connect",
        ),
        pytest.param(TransferError("cut"), OperationalError, "gave no whole answer to", id="cut"),
    ],
)
def test_a_call_without_an_answer_names_the_host(
    fault: TransferError, kind: type[OperationalError], text: str, request_for: Callable[..., Request]
) -> None:
    error = failures.of_fault(fault, request_for(), host="api.x", tries=3)
    assert type(error) is kind
    assert text in str(error)
    assert WHERE in str(error)
    assert (error.status, error.values) == (None, {"org": "octo"})


def test_a_writing_call_that_may_have_arrived_says_so(request_for: Callable[..., Request]) -> None:
    error = failures.of_fault(TransferError("cut"), request_for(method="POST"), host="api.x", tries=1)
    assert str(error).endswith("it may have been carried out: check before you repeat it")
