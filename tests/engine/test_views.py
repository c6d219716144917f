"""Views over provider tables are DuckDB views that refuse to be read without stackduck."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from stackduck.engine import views
from stackduck.engine.session import Session
from stackduck.errors import ProgrammingError

TEXT = "SELECT plan_type FROM github.copilot.org_seats WHERE org = 'it''s' -- \"why\""
COLUMNS = [("plan_type", "VARCHAR"), ("a b", "BIGINT[]"), ("s", 'STRUCT("x" DATE)')]


def create(session: Session, head: str = "CREATE VIEW v AS", name: str = "v", text: str = TEXT) -> None:
    views.create(session, head, name, text=text, columns=COLUMNS)


def test_a_view_is_known_by_its_text(session: Session) -> None:
    create(session)
    assert views.known(session) == {"v": TEXT}


def test_an_ordinary_view_is_not_known(session: Session) -> None:
    session.rows("CREATE VIEW plain AS SELECT 1 AS n")
    session.rows("COMMENT ON VIEW plain IS 'mine'")
    assert views.known(session) == {}


def test_a_view_shows_its_columns(session: Session) -> None:
    create(session)
    assert session.rows("SHOW TABLES") == [("v",)]
    assert session.describe("FROM v", {}) == [("plan_type", "VARCHAR"), ("a b", "BIGINT[]"), ("s", "STRUCT(x DATE)")]


def test_plain_duckdb_refuses_to_read_it(tmp_path: Path) -> None:
    file = str(tmp_path / "x.duckdb")
    session = Session(file)
    create(session)
    session.close()
    with duckdb.connect(file) as plain:
        assert plain.execute("SHOW TABLES").fetchall() == [("v",)]
        for query in ("FROM v", "SELECT count(*) FROM v", "SELECT plan_type FROM v WHERE plan_type = 'x'"):
            with pytest.raises(duckdb.Error, match="open the database with stackduck"):
                plain.execute(query).fetchall()


def test_a_view_persists_in_a_file(tmp_path: Path) -> None:
    file = str(tmp_path / "x.duckdb")
    for _ in range(2):
        session = Session(file)
        create(session, "CREATE VIEW IF NOT EXISTS v AS")
        assert views.known(session) == {"v": TEXT}
        session.close()


def test_a_view_that_exists_is_not_made_again(session: Session) -> None:
    create(session)
    with pytest.raises(ProgrammingError, match="already exists"):
        create(session, text="other")
    create(session, "CREATE VIEW IF NOT EXISTS v AS", text="other")
    assert views.known(session) == {"v": TEXT}


@pytest.mark.parametrize("head", ["CREATE OR REPLACE VIEW v AS", "create or replace view V as"])
def test_a_view_is_replaced(session: Session, head: str) -> None:
    create(session)
    create(session, head, text="other")
    assert views.known(session) == {"v": "other"}


def test_a_plain_view_that_replaces_it_is_plain(session: Session) -> None:
    create(session)
    session.rows("CREATE OR REPLACE VIEW v AS SELECT 1 AS n")
    assert views.known(session) == {}
    assert session.rows("FROM v") == [(1,)]


def test_a_plain_view_is_not_taken_over(session: Session) -> None:
    session.rows("CREATE VIEW v AS SELECT 1 AS n")
    create(session, "CREATE VIEW IF NOT EXISTS v AS")
    assert views.known(session) == {}


def test_a_dropped_view_is_forgotten(session: Session) -> None:
    create(session)
    session.rows("DROP VIEW v")
    assert views.known(session) == {}
    create(session, text="other")
    assert views.known(session) == {"v": "other"}


def test_a_view_rolls_back_with_its_transaction(session: Session) -> None:
    session.rows("BEGIN")
    create(session)
    assert views.known(session) == {"v": TEXT}
    session.rows("ROLLBACK")
    assert views.known(session) == {}


def test_a_view_may_have_any_name(session: Session) -> None:
    create(session, 'CREATE VIEW "my ""own"" view.2" AS', '"my ""own"" view.2"')
    assert views.known(session) == {'my "own" view.2': TEXT}


def test_a_temporary_view_is_known_too(session: Session) -> None:
    create(session, "CREATE TEMP VIEW v AS")
    assert views.known(session) == {"v": TEXT}


def test_columns_may_be_renamed(session: Session) -> None:
    create(session, "CREATE VIEW v (a, b, c) AS")
    assert [name for name, _ in session.describe("FROM v", {})] == ["a", "b", "c"]


@pytest.mark.parametrize(
    "other", ["CREATE VIEW s.V AS SELECT 1 AS n", "CREATE TABLE s.v (n INT)", "CREATE TEMP TABLE v (n INT)"]
)
def test_a_name_that_another_table_has_is_not_taken_for_the_view(session: Session, other: str) -> None:
    create(session)
    session.rows("CREATE SCHEMA s")
    session.rows(other)
    assert views.known(session) == {}


def test_a_quoted_name_is_not_taken_over_either(session: Session) -> None:
    session.rows('CREATE VIEW "a.b" AS SELECT 1 AS n')
    create(session, 'CREATE VIEW IF NOT EXISTS "a.b" AS', '"a.b"')
    assert views.known(session) == {}
