"""Enterprises and organizations whose reports have gaps, odd forms or faults: the right rows, or the right error.

Whatever happens, neither the token nor a signed link reaches a warning, an error, a log or a file.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

import stackduck
from stackduck import errors
from stackduck.catalog.names import Catalog
from stackduck.reports.calendar import in_words

from ... import usage_oracle as oracle
from ...usage_oracle import Row, Usage
from . import expected
from .conftest import SCOPES, TODAY, Connect, ago, full

if TYPE_CHECKING:
    from stackduck.sandbox import Sandbox

DAYS = oracle.days_between(ago(33), ago(20))
"""Of every form in which an answer says that there are no data, and in part of the 28-day report."""
FEW = DAYS[:3]
WHOLE = ("octo-stale", "octo-torn", "octo-forms", "octo-doubles", "octo-flaky")
"""Names that have the same rows as the enterprise itself, or its first organization."""
NO_DATA, LOST = "GitHub has no data for it", "GitHub's link to it leads to no file"

Ask = Callable[..., tuple[list[Row], list[str]]]


@pytest.fixture(scope="module")
def github() -> Iterator[Sandbox]:
    """Serve the same rows once more: some of these names answer by how often they were asked."""
    from stackduck.sandbox import serve

    with serve(seed=7, today=TODAY, users=12, late_report=None) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("archive")


@pytest.fixture(scope="module")
def kept(connect: Connect, archive: Path) -> stackduck.Connection:
    return connect(archive)


@pytest.fixture(scope="module")
def without(connect: Connect) -> stackduck.Connection:
    return connect(False)


@pytest.fixture(autouse=True)
def secrets_stay_secret(github: Sandbox, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.DEBUG)
    yield
    check_secrets(github, caplog.text)


def check_secrets(github: Sandbox, text: str) -> None:
    assert github.token not in text
    assert "sig=" not in text


@pytest.fixture
def ask(kept: stackduck.Connection, without: stackduck.Connection, github: Sandbox) -> Ask:
    """Give a function that returns rows and warnings."""

    def run(table: str, scope: str, name: str, days: list[date], *, keeps: bool = True) -> tuple[list[Row], list[str]]:
        condition = f"{scope} = '{name}' AND day BETWEEN '{days[0]}' AND '{days[-1]}'"
        cursor = (kept if keeps else without).execute(f"SELECT * FROM {full(table)} WHERE {condition}")
        check_secrets(github, "\n".join(cursor.warnings))
        return expected.fetched(cursor), cursor.warnings

    return run


def rows_of(usage: Usage, catalog: Catalog, table: str, scope: str, days: list[date]) -> list[str]:
    every = expected.rows(table, usage, expected.columns(catalog, table, scope))
    return expected.in_order(row for row in every if row["day"] in days)


def without_notices(warnings: list[str]) -> list[str]:
    told = ("fields that its document does not describe", "values that do not fit")
    return [warning for warning in warnings if not any(each in warning for each in told)]


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("table", [*expected.PARENTS, "user_day_ides"])
@pytest.mark.parametrize("name", WHOLE)
def test_the_rows_are_whole(
    ask: Ask,
    usage: Mapping[str, Usage],
    catalog: Catalog,
    name: str,
    table: str,
    scope: str,
) -> None:
    days = DAYS if table in ("user_days", "entity_days") else FEW
    found, warnings = ask(table, scope, name, days)
    assert expected.in_order(found) == rows_of(usage[scope], catalog, table, scope, days)
    assert without_notices(warnings) == []
    assert found


@pytest.mark.parametrize("name", WHOLE)
def test_the_rows_are_whole_without_an_archive(
    ask: Ask, usage: Mapping[str, Usage], catalog: Catalog, name: str
) -> None:
    for table in ("user_days", "user_day_features"):
        found, warnings = ask(table, "org", name, FEW, keeps=False)
        assert expected.in_order(found) == rows_of(usage["org"], catalog, table, "org", FEW)
        assert without_notices(warnings) == []


@pytest.fixture(scope="module")
def gaps(github: Sandbox) -> Mapping[str, Usage]:
    return {scope: oracle.download(github, DAYS, **{scope: "octo-gaps"}) for scope in SCOPES}


@pytest.mark.parametrize(
    ("scope", "keeps"),
    [("enterprise", True), ("org", True), ("org", False)],
    ids=["enterprise", "org", "org without an archive"],
)
@pytest.mark.parametrize("table", expected.PARENTS)
def test_gaps_are_told_and_the_other_days_are_whole(
    ask: Ask,
    gaps: Mapping[str, Usage],
    catalog: Catalog,
    table: str,
    scope: str,
    keeps: bool,
) -> None:
    found, warnings = ask(table, scope, "octo-gaps", DAYS, keeps=keeps)
    assert expected.in_order(found) == rows_of(gaps[scope], catalog, table, scope, DAYS)
    report = expected.PARENTS[table]
    missing = gaps[scope].missing[report]
    lost = [day for day in missing if day.toordinal() % 14 == 6]
    nothing = [day for day in missing if day not in lost]
    assert (len(nothing), len(lost)) == (6, 1)
    [warning] = without_notices(warnings)
    assert warning.startswith(f"days are missing in the {report} report of {scope} octo-gaps: ")
    assert f"{in_words(nothing)}: {NO_DATA}" in warning
    assert f"{in_words(lost)}: {LOST}" in warning


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("table", [*expected.PARENTS, "entity_day_ides"])
@pytest.mark.parametrize(("name", "why"), [("octo-nodata", NO_DATA), ("octo-lost", LOST)])
def test_without_any_data_every_day_is_told(ask: Ask, table: str, scope: str, name: str, why: str) -> None:
    days = DAYS if table in ("user_days", "entity_days") else FEW
    found, [warning] = ask(table, scope, name, days)
    assert found == []
    assert warning.endswith(f"report of {scope} {name}: {in_words(days)}: {why}")


def test_no_data_are_remembered_and_a_lost_file_is_not(connect: Connect, github: Sandbox, tmp_path: Path) -> None:
    for name, calls in (("octo-nodata", 0), ("octo-lost", 1)):
        sql = f"SELECT day FROM {full('user_days')} WHERE enterprise = '{name}' AND day = '{ago(20)}'"
        connect(tmp_path).execute(sql)
        github.requests.clear()
        assert len(connect(tmp_path).execute(sql).warnings) == 1
        assert len(github.requests) == calls


def test_without_a_28_day_report_a_statement_without_days_has_the_days_it_would_have(
    without: stackduck.Connection,
) -> None:
    for name in ("octo-nodata", "octo-gaps"):
        cursor = without.execute(f"SELECT day FROM {full('entity_days')} WHERE org = '{name}'")
        assert cursor.warnings[0].endswith(f"the latest 28 processed ones, {ago(29)} to {ago(2)}")


REFUSED: list[tuple[str, type[errors.OperationalError], int, str]] = [
    ("octo-forbidden", errors.PermissionDeniedError, 403, "Insufficient permissions"),
    ("octo-policy-off", errors.PermissionDeniedError, 403, "Copilot usage metrics"),
    ("octo-broken", errors.OperationalError, 500, "500"),
    ("octo-limited", errors.RateLimitError, 0, "rate limit"),
    ("octo-unknown", errors.NotFoundError, 404, "404"),
    ("octo-expired", errors.PermissionDeniedError, 403, "a new link did not help"),
]


@pytest.fixture(scope="module")
def refused(connect: Connect, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], None]:
    """Give a function that runs a statement, and fails if that leaves a file."""
    archive = tmp_path_factory.mktemp("refused")
    connection = connect(archive)

    def run(sql: str) -> None:
        try:
            connection.execute(sql)
        finally:
            assert [path for path in archive.rglob("*") if path.is_file()] == []

    return run


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("table", [*expected.PARENTS, "user_day_ides", "feature_engagement_windows"])
@pytest.mark.parametrize(("name", "kind", "status", "mention"), REFUSED, ids=[name for name, *_ in REFUSED])
def test_a_refusal_is_an_error(
    refused: Callable[[str], None],
    github: Sandbox,
    name: str,
    kind: type[errors.OperationalError],
    status: int,
    mention: str,
    table: str,
    scope: str,
) -> None:
    days = "" if table == "feature_engagement_windows" else f"AND day = '{ago(20)}'"
    with pytest.raises(errors.OperationalError) as caught:
        refused(f"SELECT * FROM {full(table)} WHERE {scope} = '{name}' {days}")
    error = caught.value
    assert type(error) is kind
    assert error.status == (status or {"enterprise": 403, "org": 429}[scope])
    assert mention in str(error)
    assert name in str(error)
    check_secrets(github, "".join(traceback.format_exception(error)) + repr(error) + str(vars(error)))


@pytest.mark.parametrize(("name", "kind", "status", "mention"), REFUSED, ids=[name for name, *_ in REFUSED])
def test_a_refusal_is_an_error_without_an_archive(
    without: stackduck.Connection, name: str, kind: type[errors.OperationalError], status: int, mention: str
) -> None:
    with pytest.raises(kind, match=mention):
        without.execute(f"SELECT user_id FROM {full('user_days')} WHERE org = '{name}' AND day = '{ago(20)}'")


def test_files_hold_no_secrets(ask: Ask, github: Sandbox, archive: Path) -> None:
    for table in expected.PARENTS:
        ask(table, "org", "octo-forms", DAYS)
    ask("user_days", "org", "octo-torn", DAYS)
    files = [path for path in archive.rglob("*") if path.is_file()]
    assert len(files) >= len(DAYS) * len(expected.PARENTS)
    for path in files:
        content = path.read_bytes()
        assert github.token.encode() not in content
        assert b"sig=" not in content
    for (told,) in duckdb.sql(f"SELECT value FROM parquet_kv_metadata('{archive}/*/*/*/*/*/*.parquet')").fetchall():
        check_secrets(github, told.decode())
