"""The main job: one row of download links, asked in every way that a user may ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

import stackduck
from stackduck import errors

if TYPE_CHECKING:
    from stackduck.sandbox import Sandbox

Asked = Callable[[], list[str]]

SEED = """
SELECT download_links,
       report_end_day,
       report_start_day
FROM github.copilot.copilot_user_usage_metrics
WHERE enterprise = {} -- required
;
"""
PATH = "/enterprises/octo-demo/copilot/metrics/reports/users-28-day/latest"
STYLES: list[tuple[str, Mapping[str, object] | Sequence[object] | None]] = [
    ("'octo-demo'", None),
    ("?", ["octo-demo"]),
    ("?", ("octo-demo",)),
    ("$1", ["octo-demo"]),
    ("$enterprise", {"enterprise": "octo-demo"}),
    (":enterprise", {"enterprise": "octo-demo"}),
    ("'{{ enterprise }}'", {"enterprise": "octo-demo"}),
    ("'{{enterprise}}'", {"enterprise": "octo-demo"}),
    ("$$octo-demo$$", None),
    ("lower('OCTO-' || 'demo')", None),
]


@pytest.mark.parametrize(("value", "parameters"), STYLES, ids=[v for v, _ in STYLES])
def test_the_seed_statement_gives_one_row(
    connection: stackduck.Connection, github: Sandbox, asked: Asked, value: str, parameters: Sequence[object] | None
) -> None:
    cursor = connection.execute(SEED.format(value), parameters)
    assert [(c[0], c[1]) for c in cursor.description or ()] == [
        ("download_links", "VARCHAR[]"),
        ("report_end_day", "DATE"),
        ("report_start_day", "DATE"),
    ]
    ((links, end, start),) = cursor.fetchall()
    assert all(link.startswith(github.files_url) for link in links)
    assert (end, end - start) == (github.last_day, timedelta(27))
    assert asked() == [PATH]
    assert (cursor.warnings, cursor.stats.calls) == ([], 1)


def test_links_are_unnested(connection: stackduck.Connection) -> None:
    sql = "SELECT unnest(download_links) AS link FROM github.copilot.copilot_user_usage_metrics WHERE enterprise = ?"
    links = [row[0] for row in connection.execute(sql, ["octo-demo"])]
    (whole,) = connection.execute(sql.replace("unnest(download_links)", "len(download_links)"), ["octo-demo"])
    assert len(links) == len(set(links)) == whole[0] > 0


@pytest.mark.parametrize(
    "sql",
    [
        SEED.format("'octo-demo'").replace("github.copilot.copilot_user_usage_metrics", name)
        for name in (
            "GITHUB.Copilot.COPILOT_USER_USAGE_METRICS",
            '"github"."copilot"."copilot_user_usage_metrics"',
            "github . copilot /* here */ . copilot_user_usage_metrics AS m",
        )
    ],
)
def test_a_name_may_be_written_in_any_way(connection: stackduck.Connection, asked: Asked, sql: str) -> None:
    assert len(connection.execute(sql).fetchall()) == 1
    assert asked() == [PATH]


@pytest.mark.parametrize(
    ("value", "segment"),
    [
        ("x' OR 1=1 --", "x%27%20OR%201%3D1%20--"),
        ("../../user", "..%2F..%2Fuser"),
        ("a/b?c=d#e", "a%2Fb%3Fc%3Dd%23e"),
        ("%2e%2e", "%252e%252e"),
        ("größe 🎉", "gr%C3%B6%C3%9Fe%20%F0%9F%8E%89"),
        ('"; DROP TABLE t', "%22%3B%20DROP%20TABLE%20t"),
        ("...", "..."),
    ],
)
@pytest.mark.parametrize("style", ["?", "'{{ enterprise }}'", "literal"])
def test_a_value_is_one_segment_of_the_path(
    connection: stackduck.Connection, asked: Asked, value: str, segment: str, style: str
) -> None:
    text = "'" + value.replace("'", "''") + "'" if style == "literal" else style
    parameters = {"literal": None, "?": [value]}.get(style, {"enterprise": value})
    with pytest.raises(errors.NotFoundError) as caught:
        connection.execute(SEED.format(text), parameters)  # type: ignore[arg-type]
    assert value in str(caught.value)
    assert asked() == [PATH.replace("octo-demo", segment)]


@pytest.mark.parametrize("value", ["", ".", "..", "a\nb", "a\x00b", "a\x7fb", "\u0085"])
@pytest.mark.parametrize("style", ["?", ":enterprise"])
def test_a_value_that_is_no_segment_is_refused_before_any_request(
    connection: stackduck.Connection, asked: Asked, value: str, style: str
) -> None:
    with pytest.raises(errors.ProgrammingError, match="enterprise may not"):
        connection.execute(SEED.format(style), [value] if style == "?" else {"enterprise": value})
    assert asked() == []


@pytest.mark.parametrize(
    "condition",
    [
        "enterprise = NULL",
        "enterprise = ?",
        "enterprise = 'a' AND enterprise = 'b'",
        "enterprise IN ('a', 'b') AND enterprise = 'c'",
        "enterprise = 'octo-demo' AND 1 = 2",
        "enterprise = 'octo-demo' AND false",
    ],
)
def test_what_can_hold_for_no_row_is_not_asked(connection: stackduck.Connection, asked: Asked, condition: str) -> None:
    sql = f"SELECT * FROM github.copilot.copilot_user_usage_metrics WHERE {condition}"
    assert connection.execute(sql, [None] if "?" in condition else None).fetchall() == []
    assert asked() == []


REFUSED: list[tuple[str, type[errors.Error], str]] = [
    ("SELECT * FROM github.copilot.copilot_user_usage_metrics", errors.MissingParameterError, "enterprise"),
    (
        "SELECT * FROM github.copilot.copilot_user_usage_metrics WHERE enterprise LIKE 'octo%'",
        errors.MissingParameterError,
        "enterprise",
    ),
    (
        "SELECT * FROM github.copilot.copilot_user_one_day_usage_metrics WHERE enterprise = 'octo-demo'",
        errors.MissingParameterError,
        "day",
    ),
    ("SELECT * FROM github.copilot.org_seat WHERE org = 'a'", errors.ProgrammingError, "org_seats"),
    ("SELECT * FROM github.copilots.org_seats WHERE org = 'a'", errors.ProgrammingError, "copilot"),
    ("SELECT * FROM gitub.copilot.org_seats WHERE org = 'a'", errors.ProgrammingError, "github"),
    ("SELECT plan FROM github.copilot.org_seats WHERE org = 'a'", errors.ProgrammingError, "plan_type"),
    ("SELECT nofunc(plan_type) FROM github.copilot.org_seats WHERE org = 'a'", errors.ProgrammingError, "nofunc"),
    ("SELECT * FROM github.copilot.coding_agent_policy", errors.NotSupportedError, "set_enterprise"),
    ("INSERT INTO github.copilot.org_seats VALUES (1)", errors.NotSupportedError, "has no INSERT"),
    ("SELECT * FROM github.copilot.org_seats WHERE org = '{{ o }}'", errors.ProgrammingError, "missing variable 'o'"),
    ("SELECT * FROM github.copilot.org_seats WHERE org = 'a-{{ o }}'", errors.ProgrammingError, "whole literal"),
    ("SELECT * FROM github.copilot.org_seats WHERE org = 'octo-demo-eng' LIMIT 'x'", errors.Error, ""),
]


@pytest.mark.parametrize(("sql", "kind", "mention"), REFUSED, ids=[f"{k.__name__} {m}" for _, k, m in REFUSED])
def test_what_cannot_be_answered_is_refused_before_any_request(
    connection: stackduck.Connection, asked: Asked, sql: str, kind: type[errors.Error], mention: str
) -> None:
    with pytest.raises(kind) as caught:
        connection.execute(sql)
    assert mention in str(caught.value)
    assert asked() == []


def test_no_token_is_said_before_any_request(github: Sandbox, asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with (
        stackduck.connect(api_url=github.api_url) as connection,
        pytest.raises(errors.AuthenticationError, match="GH_TOKEN"),
    ):
        connection.execute(SEED.format("'octo-demo'"))
    assert asked() == []


def test_the_environment_says_where_and_as_whom(github: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_API_URL", github.api_url)
    monkeypatch.setenv("MY_TOKEN", github.token)
    with stackduck.connect(token_env="MY_TOKEN") as connection:
        assert len(connection.execute(SEED.format("'octo-demo'")).fetchall()) == 1


def test_a_wrong_token_is_an_authentication_error(github: Sandbox) -> None:
    with (
        stackduck.connect(api_url=github.api_url, token="ghp_wrong") as connection,
        pytest.raises(errors.AuthenticationError) as caught,
    ):
        connection.execute(SEED.format("'octo-demo'"))
    assert "ghp_wrong" not in str(caught.value)
    assert caught.value.status == 401


@pytest.mark.parametrize(
    ("statement", "mention"),
    [
        ("SELEC plan_type FROM github.copilot.org_seats WHERE org = 'octo-demo-eng'", 'near "SELEC"'),
        ("SELECT * FROM github.copilot.org_seats WHERE org = 'octo-demo-eng' ORDER plan_type", 'near "plan_type"'),
        ("SELECT plan_typ FROM github.copilot.org_seats", "did you mean 'plan_type'"),
        ("SELECT plan_type FROM github.copilot.org_seats WHERE orgs = 'octo-demo-eng'", "no column 'orgs'"),
        ("SELECT plan_type FROM org_seats WHERE org = 'octo-demo-eng'", "did you mean github.copilot.org_seats?"),
        ("SELECT plan_type FROM copilot.org_seats", "did you mean github.copilot.org_seats?"),
        ("SELECT plan_type FROM github.org_seats", "did you mean github.copilot.org_seats?"),
        ("SELECT 1 FROM github.copilot.org_seats, nowhere WHERE org = 'octo-demo-eng'", "nowhere does not exist"),
    ],
)
def test_what_is_wrong_is_said_before_what_is_missing(
    connection: stackduck.Connection, github: Sandbox, statement: str, mention: str
) -> None:
    with pytest.raises(stackduck.ProgrammingError) as caught:
        connection.execute(statement)
    assert type(caught.value) is stackduck.ProgrammingError
    assert mention in str(caught.value)
    assert not github.requests


def test_names_may_stand_in_back_ticks(connection: stackduck.Connection) -> None:
    statement = "SELECT count(*) > 0 FROM `github`.`copilot`.`org_seats` WHERE `org` = 'octo-demo-eng'"
    assert connection.execute(statement).fetchall() == [(True,)]
