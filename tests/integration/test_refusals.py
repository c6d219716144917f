"""What GitHub refuses: the right class, its facts, what to do, and never the token."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import stackduck
from stackduck import errors

if TYPE_CHECKING:
    from stackduck.sandbox import Sandbox

Asked = Callable[[], list[str]]
METRICS = "SELECT * FROM github.copilot.copilot_user_usage_metrics WHERE enterprise = '{}'"
SEATS = "SELECT org, plan_type FROM github.copilot.org_seats WHERE org = '{}'"

CASES: list[tuple[str, str, type[errors.OperationalError], int, str]] = [
    (METRICS, "octo-forbidden", errors.PermissionDeniedError, 403, "Insufficient permissions"),
    (SEATS, "octo-forbidden", errors.PermissionDeniedError, 403, "Insufficient permissions"),
    (METRICS, "octo-policy-off", errors.PermissionDeniedError, 403, "Copilot usage metrics"),
    (METRICS, "octo-broken", errors.OperationalError, 500, "500"),
    (SEATS, "octo-broken", errors.OperationalError, 500, "500"),
    (METRICS, "octo-limited", errors.RateLimitError, 403, "rate limit"),
    (SEATS, "octo-limited", errors.RateLimitError, 429, "rate limit"),
    (METRICS, "octo-unknown", errors.NotFoundError, 404, "404"),
    (SEATS, "octo-unknown", errors.NotFoundError, 404, "404"),
]


@pytest.mark.parametrize(
    ("sql", "value", "kind", "status", "mention"), CASES, ids=[f"{sql.split()[-3]} {value}" for sql, value, *_ in CASES]
)
def test_a_refusal_says_what_was_asked_and_what_to_do(
    connection: stackduck.Connection,
    github: Sandbox,
    sql: str,
    value: str,
    kind: type[errors.OperationalError],
    status: int,
    mention: str,
) -> None:
    with pytest.raises(errors.OperationalError) as caught:
        connection.execute(sql.format(value))
    error = caught.value
    assert type(error) is kind
    assert error.status == status
    assert value in error.values.values()
    assert error.resource.startswith("github.copilot.")
    assert value in str(error)
    assert mention in str(error)
    assert github.token not in "".join(traceback.format_exception(error))


@pytest.mark.parametrize("sql", [METRICS, SEATS])
def test_a_rate_limit_says_when_it_ends(connection: stackduck.Connection, sql: str) -> None:
    with pytest.raises(errors.RateLimitError) as caught:
        connection.execute(sql.format("octo-limited"))
    assert caught.value.resets_at is not None
    assert caught.value.resets_at > datetime.now(UTC)


def test_a_rate_limit_is_not_waited_for_when_it_ends_too_late(connection: stackduck.Connection, asked: Asked) -> None:
    with pytest.raises(errors.RateLimitError):
        connection.execute(METRICS.format("octo-limited"))
    assert len(asked()) == 1


def test_what_fails_for_a_moment_is_asked_again(connection: stackduck.Connection, asked: Asked) -> None:
    assert len(connection.execute(SEATS.format("octo-flaky")).fetchall()) > 0
    assert len(asked()) == 3


def test_what_keeps_failing_is_given_up(connection: stackduck.Connection, asked: Asked) -> None:
    with pytest.raises(errors.OperationalError):
        connection.execute(SEATS.format("octo-broken"))
    assert len(asked()) == 5


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("octo-forbidden", errors.PermissionDeniedError),
        ("octo-unknown", errors.NotFoundError),
        ("octo-broken", errors.OperationalError),
    ],
)
@pytest.mark.parametrize("order", ["'octo-demo-eng', ?", "?, 'octo-demo-eng'"])
def test_a_value_that_fails_fails_the_statement(
    connection: stackduck.Connection, value: str, kind: type[errors.Error], order: str
) -> None:
    with pytest.raises(kind, match=value):
        connection.execute(f"SELECT count(*) FROM github.copilot.org_seats WHERE org IN ({order})", [value])
    with pytest.raises(kind, match=value):
        connection.execute(
            "SELECT 1 FROM github.copilot.org_seats WHERE org = 'octo-demo-eng' UNION ALL "
            "SELECT 1 FROM github.copilot.org_seats WHERE org = ?",
            [value],
        )


def test_a_failed_statement_leaves_nothing_and_the_next_one_works(connection: stackduck.Connection) -> None:
    connection.execute("CREATE TABLE kept (org VARCHAR, plan VARCHAR)")
    with pytest.raises(errors.NotFoundError):
        connection.execute(f"INSERT INTO kept {SEATS.format('octo-unknown')}")
    assert connection.execute("SELECT count(*) FROM kept").fetchall() == [(0,)]
    assert connection.execute("SHOW TABLES").fetchall() == [("kept",)]
    assert len(connection.execute(SEATS.format("octo-demo-eng")).fetchall()) > 0


def test_more_calls_than_allowed_are_refused_before_any(github: Sandbox, asked: Asked) -> None:
    with stackduck.connect(api_url=github.api_url, token=github.token, max_calls=3) as connection:
        with pytest.raises(errors.CallLimitError, match="4 calls"):
            connection.execute("SELECT 1 FROM github.copilot.org_seats WHERE org IN ('a', 'b', 'c', 'd')")
        assert asked() == []
        two = "SELECT count(*) FROM github.copilot.org_seats WHERE org IN ('octo-demo-eng', 'octo-demo-data')"
        assert len(connection.execute(two).fetchall()) == 1


def test_more_pages_than_allowed_stop_the_statement(github: Sandbox) -> None:
    sql = "SELECT count(*) FROM github.copilot.org_seats WHERE org = 'octo-demo-eng' AND per_page = 2"
    with stackduck.connect(api_url=github.api_url, token=github.token, max_calls=4) as connection:
        with pytest.raises(errors.CallLimitError, match="max_calls"):
            connection.execute(sql)
        assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_nobody_listens_there() -> None:
    with (
        stackduck.connect(api_url="http://127.0.0.1:9", token="ghp_x") as connection,
        pytest.raises(errors.OperationalError, match=r"127\.0\.0\.1"),
    ):
        connection.execute(METRICS.format("octo-demo"))


def test_plain_http_is_for_this_machine_alone() -> None:
    with (
        stackduck.connect(api_url="http://github.example", token="ghp_x") as connection,
        pytest.raises(errors.Error, match="https"),
    ):
        connection.execute(METRICS.format("octo-demo"))


@pytest.mark.parametrize(
    "expression",
    [
        "download_links[1]::DATE",
        "unnest(download_links)::INTEGER",
        "download_links::INTEGER[]",
        "error(download_links[1])",
        "json_extract(download_links[1], '$.a')",
    ],
)
def test_no_error_of_duckdb_shows_a_link(connection, expression: str) -> None:
    statement = f"SELECT {expression} FROM github.copilot.copilot_user_usage_metrics WHERE enterprise = 'octo-demo'"
    with pytest.raises(stackduck.Error) as caught:
        connection.execute(statement).fetchall()
    told = "".join(traceback.format_exception(caught.value))
    assert "sig=" not in told
    assert "part-0000" not in told


def test_two_ways_in_at_once_are_refused_with_what_to_leave_out() -> None:
    registry = Path(__file__).parents[3] / "shared" / "conformance" / "docs"
    if not registry.is_dir():
        pytest.skip("StackQL's documents are not here")
    statement = "SELECT name FROM github.repos.repos WHERE org = 'octo-demo-eng' AND username = 'ann'"
    with stackduck.connect(registry=registry) as connection, pytest.raises(stackduck.MissingParameterError) as caught:
        connection.execute(statement)
    assert str(caught.value).endswith("does not take username; leave username out, or leave out org")


@pytest.mark.parametrize("text", ["USE github", "SLEEP 1", "NATIVEQUERY 'SELECT 1'", "AUTH LOGIN github"])
def test_a_statement_of_stackqls_without_a_counterpart_says_what_takes_its_place(
    connection: stackduck.Connection, text: str
) -> None:
    with pytest.raises(errors.NotSupportedError, match=f"{text.split()[0]} is not answered: "):
        connection.execute(text)


def test_a_schema_of_the_users_goes_before_a_provider_of_its_name(connection: stackduck.Connection) -> None:
    connection.execute("CREATE SCHEMA github")
    connection.execute("USE github")
