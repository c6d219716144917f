"""A rehearsal plans and binds what a run would run, makes what later statements read, and reads no rows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from stackduck.catalog.names import Catalog
from stackduck.engine.offline import OfflineSession
from stackduck.errors import DataError, Error, MissingParameterError, ProgrammingError
from stackduck.execute.rehearsal import Rehearsal
from stackduck.execute.stand_ins import StandIns
from stackduck.sql.statements import of_text
from stackduck.sql.variables import Bound, bind

CATALOG = Catalog.default()
DAYS = "github.copilot_usage.user_days"


@pytest.fixture
def session() -> Iterator[OfflineSession]:
    session = OfflineSession()
    yield session
    session.close()


@pytest.fixture
def rehearsal(session: OfflineSession) -> Rehearsal:
    return Rehearsal(session, CATALOG, defaults={})


def rehearse(rehearsal: Rehearsal, *texts: str, **values: object) -> None:
    for text in texts:
        rehearsal.rehearse(bind(of_text(text), values or None))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("SELECT nope FROM (SELECT 1 AS a)", ProgrammingError),
        (f"SELECT user_id FROM {DAYS}", MissingParameterError),
        ("SELECT 'x'::DATE", DataError),
        ("SELECT 1 + CAST('it''s' AS INTEGER)", DataError),
        ("INSERT INTO t VALUES ('x')", DataError),
        (f"CREATE TABLE u AS SELECT nope FROM {DAYS} WHERE org = 'x'", ProgrammingError),
    ],
)
def test_what_a_run_would_raise_before_a_call_is_raised(text: str, kind: type[Error], rehearsal: Rehearsal) -> None:
    rehearse(rehearsal, "CREATE TABLE t (a INTEGER)")
    with pytest.raises(kind):
        rehearse(rehearsal, text)


def test_a_constant_that_can_be_cast_or_is_tried_is_no_error(rehearsal: Rehearsal) -> None:
    rehearse(rehearsal, "SELECT '2026-01-01'::DATE, TRY_CAST('x' AS DATE), CAST('1' AS INTEGER)")


def test_tables_are_made_without_their_rows(session: OfflineSession, rehearsal: Rehearsal) -> None:
    rehearse(rehearsal, "CREATE TABLE many AS FROM range(1000000000000)", "CREATE TABLE few AS SELECT 1 AS a WITH DATA")
    rehearse(rehearsal, f"CREATE TABLE days AS SELECT day, user_id FROM {DAYS} WHERE org = $org", org="x")
    rehearse(rehearsal, "INSERT INTO few VALUES (2)")
    assert session.rows("SELECT count(*) FROM many, few, days") == [(0,)]
    assert session.describe("FROM days", {}) == [("day", "DATE"), ("user_id", "BIGINT")]


def test_relations_of_provider_tables_serve_one_statement_after_the_other(
    session: OfflineSession, rehearsal: Rehearsal
) -> None:
    for name in ("user_id", "day", "user_id, day"):
        rehearse(rehearsal, f"SELECT {name} FROM {DAYS} WHERE org = 'x' AND day > current_date - 9")
    assert session.rows("SELECT count(*) FROM duckdb_tables()") == [(1,)]
    rehearse(rehearsal, f"SELECT a.day FROM {DAYS} a JOIN {DAYS} b USING (day) WHERE a.org = 'x' AND b.org = 'y'")


def test_a_macro_that_is_made_anew_is_asked_anew(rehearsal: Rehearsal) -> None:
    query = f"SELECT user_id FROM {DAYS} WHERE org = 'x' AND day >= lately()"
    rehearse(rehearsal, "CREATE MACRO lately() AS current_date - 3", query)
    rehearse(rehearsal, "CREATE OR REPLACE MACRO lately() AS 'no day'")
    with pytest.raises(Error):
        rehearse(rehearsal, query)


@pytest.mark.parametrize("text", ["SET enable_external_access = true", "ATTACH '/tmp/x.db' AS x", "LOAD httpfs"])
def test_settings_and_extensions_are_read_and_not_carried_out(
    text: str, session: OfflineSession, rehearsal: Rehearsal
) -> None:
    rehearse(rehearsal, text)
    with pytest.raises(Error, match="disabled by configuration"):
        session.rows("SELECT content FROM read_text('/etc/hostname')")


def test_a_stand_in_takes_columns_as_they_are_missed(session: OfflineSession, rehearsal: Rehearsal) -> None:
    stand_ins = StandIns(session)
    bound = Bound(of_text("SELECT p.city, upper(name) FROM hr.people p WHERE p.age > 3"))
    for _ in range(4):
        with pytest.raises(ProgrammingError) as raised:
            rehearsal.rehearse(bound)
        assert stand_ins.add(stand_ins.table(raised.value)) or stand_ins.learn_column(raised.value)
    rehearsal.rehearse(bound)
    assert {name for name, _ in session.describe("FROM hr.people", {})} == {"city", "name", "age"}


def test_a_stand_in_makes_room_for_the_table_itself(session: OfflineSession, rehearsal: Rehearsal) -> None:
    stand_ins = StandIns(session)
    assert stand_ins.add("t") and not stand_ins.add("T")
    stand_ins.drop("t")
    rehearse(rehearsal, "CREATE TABLE t (a INTEGER)", "SELECT a FROM t")
