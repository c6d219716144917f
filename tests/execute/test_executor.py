"""A statement's way through planner, client and engine, with a client that answers from a dict and counts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from stackduck import errors
from stackduck.api.model import Absences, Page
from stackduck.catalog.model import Request
from stackduck.catalog.names import Catalog
from stackduck.engine.results import Result
from stackduck.engine.session import Session
from stackduck.execute import Executor, Origins, executor
from stackduck.sql import statements
from stackduck.sql.variables import bind

Body = Callable[[Request], Sequence[object]]


@dataclass
class Answers:
    """Stands where the client stands: pages for requests."""

    pages: Body
    asked: list[Request] = field(default_factory=list)
    is_closed: bool = False

    def fetch(
        self, requests: Sequence[Request], *, max_calls: int, warn: Callable[[str], None], absences: Absences
    ) -> Iterator[tuple[int, Page]]:
        try:
            for at, request in enumerate(requests):
                self.asked.append(request)
                for number, body in enumerate(self.pages(request), start=1):
                    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
                    yield at, Page(raw, 200, number)
        finally:
            self.is_closed = True


def no_reports() -> Any:
    """Stand where the reports stand, of which nobody may ask."""
    raise AssertionError("no statement here reads reports")


Ask = Callable[[str, Body], tuple[Result, Answers]]


@pytest.fixture
def session() -> Iterator[Session]:
    session = Session()
    yield session
    session.close()


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.default()


@pytest.fixture
def ask(session: Session, catalog: Catalog) -> Ask:
    def run(sql: str, pages: Body) -> tuple[Result, Answers]:
        answers = Answers(pages)
        origins = Origins(catalog, lambda: answers, reports=no_reports, max_calls=100)  # type: ignore[arg-type,return-value]
        executor = Executor(session, origins)
        (statement,) = statements.split(sql)
        return executor.run(bind(statement), warn=lambda text: None), answers

    return run


def seats(*logins: str, total: int | None = None) -> dict[str, Any]:
    listed = [{"assignee": {"login": login}, "plan_type": "business"} for login in logins]
    return {"total_seats": len(logins) if total is None else total, "seats": listed}


def test_rows_that_github_counts_must_come(ask: Ask, session: Session) -> None:
    sql = "SELECT plan_type FROM github.copilot.org_seats WHERE org = 'octo'"
    with pytest.raises(errors.OperationalError, match=r"counts 3 rows .* for org = 'octo' but gave 2"):
        ask(sql, lambda request: [seats("a", "b", total=3)])
    assert session.rows("SELECT table_name FROM duckdb_tables()") == []


def test_one_page_of_many_is_not_held_against_the_count(ask: Ask) -> None:
    result, _ = ask(
        "SELECT plan_type FROM github.copilot.org_seats WHERE org = 'octo' AND page = 2",
        lambda request: [seats("a", total=3)],
    )
    assert result.take(None) == [("business",)]


def test_a_page_that_does_not_fit_stops_the_calls(ask: Ask) -> None:
    answers: list[Answers] = []

    def pages(request: Request) -> Sequence[object]:
        return [{"seats": [{"plan_type": "x", "created_at": "yesterday"}]}]

    with pytest.raises(errors.DataError, match="created_at is declared TIMESTAMPTZ, but GitHub sent 'yesterday'"):
        answers.append(ask("SELECT created_at FROM github.copilot.org_seats WHERE org = 'octo'", pages)[1])


def test_a_column_that_is_not_read_may_hold_anything(ask: Ask) -> None:
    result, _ = ask(
        "SELECT plan_type FROM github.copilot.org_seats WHERE org = 'octo'",
        lambda request: [{"seats": [{"plan_type": "x", "created_at": "yesterday", "assignee": 5}]}],
    )
    assert result.take(None) == [("x",)]


def test_counting_rows_reads_no_column_that_could_fail(ask: Ask) -> None:
    result, _ = ask(
        "SELECT count(*) FROM github.copilot.org_seats WHERE org = 'octo'",
        lambda request: [seats("a", "b"), seats("c")],
    )
    assert result.take(None) == [(3,)]


def test_a_request_that_two_scans_need_is_sent_once(ask: Ask) -> None:
    part = "SELECT plan_type, org FROM github.copilot.org_seats WHERE org"
    result, answers = ask(
        f"SELECT org, count(*) FROM ({part} IN ('a', 'b') UNION ALL {part} = 'a') GROUP BY 1 ORDER BY 1",
        lambda request: [seats("x")],
    )
    assert result.take(None) == [("a", 2), ("b", 1)]
    assert sorted(request.path for request in answers.asked) == [
        "/orgs/a/copilot/billing/seats",
        "/orgs/b/copilot/billing/seats",
    ]


def test_the_calls_are_closed_however_the_statement_ends(ask: Ask) -> None:
    sql = "SELECT plan_type FROM github.copilot.org_seats WHERE org = 'octo'"
    assert ask(sql, lambda request: [seats("a")])[1].is_closed


def test_a_misnamed_table_is_explained_even_in_a_failed_transaction(ask: Ask, session: Session) -> None:
    session.rows("BEGIN")
    with pytest.raises(errors.ProgrammingError, match="did you mean 'github'"):
        ask("SELECT * FROM gitub.copilot.org_seats WHERE org = 'octo'", lambda request: [])
    session.rows("ROLLBACK")


def test_a_name_in_an_attached_database_is_duckdbs_business(ask: Ask, session: Session) -> None:
    session.rows("ATTACH ':memory:' AS gitub")
    with pytest.raises(errors.ProgrammingError, match="Catalog Error"):
        ask("SELECT * FROM gitub.copilot.org_seats", lambda request: [])


class Calendar(datetime):
    """A clock on which midnight passes while the calls are under way."""

    days: list[date]

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        day = cls.days.pop(0) if len(cls.days) > 1 else cls.days[0]
        return datetime(day.year, day.month, day.day, tzinfo=UTC)


@pytest.mark.parametrize(("word", "tries"), [("current_date", 2), ("DATE '2026-01-31'", 1)])
def test_a_statement_about_today_starts_again_when_the_day_changes(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, word: str, tries: int
) -> None:
    today = datetime.now(UTC).date()
    Calendar.days = [today - timedelta(1), today]
    monkeypatch.setattr(executor, "datetime", Calendar)
    counted: list[Request] = []

    def pages(request: Request) -> Sequence[object]:
        counted.append(request)
        return [{"download_links": [], "report_day": "2026-01-31"}]

    ask(
        "SELECT report_day FROM github.copilot.copilot_user_one_day_usage_metrics "
        f"WHERE enterprise = 'octo' AND day = {word} - 3",
        pages,
    )
    assert len(counted) == tries


def test_a_clock_that_never_settles_is_an_error(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    Calendar.days = [date(2026, 1, 1) + timedelta(n) for n in range(100)]
    monkeypatch.setattr(executor, "datetime", Calendar)
    with pytest.raises(errors.OperationalError, match="the date kept changing"):
        ask(
            "SELECT report_day FROM github.copilot.copilot_user_one_day_usage_metrics "
            "WHERE enterprise = 'octo' AND day = current_date - 3",
            lambda request: [{"download_links": []}],
        )
