"""The seats of an enterprise or organization, one row a person, also beside what the reports say of the same people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

import stackduck
from stackduck import errors
from stackduck.catalog.names import Catalog

from ... import usage_oracle as oracle
from . import expected
from .conftest import OTHER, SCOPES, TODAY, Connect, ago, sorted_text

if TYPE_CHECKING:
    from stackduck.sandbox import Sandbox

SEATS = "github.copilot_usage.seats"


@pytest.fixture(scope="module")
def github() -> Iterator[Sandbox]:
    """Serve enough people for three pages."""
    from stackduck.sandbox import serve

    with serve(today=TODAY, users=210, organizations=3) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def connection(connect: Connect) -> stackduck.Connection:
    return connect(False)


@pytest.mark.parametrize("scope", SCOPES)
def test_seats_are_the_persons_of_all_grants(
    connection: stackduck.Connection, github: Sandbox, catalog: Catalog, scope: str
) -> None:
    grants = oracle.download_seats(github, **{scope: SCOPES[scope]})
    cursor = connection.execute(f"SELECT * FROM {SEATS} WHERE {scope} = '{SCOPES[scope]}'")
    assert cursor.description
    assert [(name, expected.plain(kind)) for name, kind, *_ in cursor.description] == [
        (name, expected.plain(kind)) for name, kind in expected.columns(catalog, "seats", scope).items()
    ]
    assert expected.in_order(expected.fetched(cursor)) == expected.in_order(oracle.merged_seats(grants))


def test_the_enterprises_seats_are_asked_page_by_page(connection: stackduck.Connection, github: Sandbox) -> None:
    github.requests.clear()
    [(persons, seats, nobody)] = connection.execute(
        f"SELECT count(*), sum(seats), count(*) FILTER (login IS NULL) FROM {SEATS} WHERE enterprise = 'octo-demo'"
    ).fetchall()
    grants = oracle.download_seats(github, enterprise="octo-demo")
    assert (persons, seats, nobody) == (len(oracle.merged_seats(grants)), len(grants), 1)
    pages = [request for request in github.requests if request.path == "/enterprises/octo-demo/copilot/billing/seats"]
    assert len(pages) == 2 * (-(-len(grants) // 100)) > 4


def test_several_organizations_are_told_apart(connection: stackduck.Connection, github: Sandbox) -> None:
    names = ("octo-demo-eng", OTHER)
    sql = f"SELECT org, login, seats, organizations FROM {SEATS} WHERE org IN {names} AND login IS NOT NULL"
    own = [
        (name, seat["login"], seat["seats"], [name])
        for name in names
        for seat in oracle.merged_seats(oracle.download_seats(github, org=name))
        if seat["login"] is not None
    ]
    assert sorted_text(connection.execute(sql).fetchall()) == sorted_text(own)


def test_idle_seats_are_those_without_a_row(connection: stackduck.Connection, github: Sandbox) -> None:
    days = oracle.days_between(ago(5), ago(2))
    sql = f"""SELECT s.login FROM {SEATS} s
              LEFT JOIN github.copilot_usage.user_days u
                ON u.user_id = s.user_id AND u.enterprise = 'octo-demo' AND u.day BETWEEN '{days[0]}' AND '{days[-1]}'
              WHERE s.enterprise = 'octo-demo' AND s.login IS NOT NULL
              GROUP BY s.login HAVING count(u.day) = 0"""
    usage = oracle.download(github, days, enterprise="octo-demo", reports=["users"])
    idle = oracle.idle_seats(oracle.download_seats(github, enterprise="octo-demo"), usage.users)
    assert sorted_text(connection.execute(sql).fetchall()) == sorted_text([(seat["login"],) for seat in idle])
    assert idle


def test_seats_and_reports_and_other_tables_are_asked_at_once(
    connection: stackduck.Connection, github: Sandbox
) -> None:
    github.requests.clear()
    sql = f"""SELECT (SELECT count(*) FROM {SEATS} WHERE org = '{OTHER}'),
                     (SELECT count(*) FROM github.copilot.org_seats WHERE org = '{OTHER}'),
                     (SELECT count(*) FROM github.copilot_usage.user_days WHERE org = '{OTHER}' AND day = '{ago(8)}')"""
    grants = oracle.download_seats(github, org=OTHER)
    usage = oracle.download(github, [ago(8)], org=OTHER, reports=["users"])
    [row] = connection.execute(sql).fetchall()
    assert row == (len(oracle.merged_seats(grants)), len(grants), len(usage.users))


@pytest.mark.parametrize(
    ("name", "kind", "mention"),
    [
        ("octo-forbidden", errors.PermissionDeniedError, r"org IN \('<org>', …\)"),
        ("octo-unknown", errors.NotFoundError, "octo-unknown"),
        ("octo-limited", errors.RateLimitError, "rate limit"),
        ("octo-broken", errors.OperationalError, "500"),
    ],
)
def test_a_refusal_is_an_error(
    connection: stackduck.Connection, github: Sandbox, name: str, kind: type[Exception], mention: str
) -> None:
    with pytest.raises(kind, match=mention) as caught:
        connection.execute(f"SELECT login FROM {SEATS} WHERE enterprise = '{name}'")
    assert github.token not in str(caught.value)


@pytest.mark.parametrize(
    ("condition", "mention"),
    [
        ("1 = 1", "needs enterprise"),
        ("enterprise = 'octo-demo' AND org = 'octo-demo-eng'", "not both"),
        ("enterprise = 'octo-demo' AND day = '2026-10-01'", "day"),
    ],
    ids=["no scope", "two scopes", "a day"],
)
def test_what_seats_cannot_answer_is_refused_without_a_call(
    connection: stackduck.Connection, github: Sandbox, condition: str, mention: str
) -> None:
    github.requests.clear()
    with pytest.raises(errors.ProgrammingError, match=mention):
        connection.execute(f"SELECT login FROM {SEATS} WHERE {condition}")
    assert github.requests == []


def test_an_explanation_names_the_call(connection: stackduck.Connection, github: Sandbox) -> None:
    github.requests.clear()
    [row] = connection.execute(f"EXPLAIN SELECT login FROM {SEATS} WHERE org = '{OTHER}'").fetchall()
    assert (row[0], row[2], row[4]) == (SEATS, f"GET /orgs/{OTHER}/copilot/billing/seats", 1)
    assert github.requests == []
