"""What the SQL of a document may read."""

from __future__ import annotations

import pytest

from stackduck.errors import NotSupportedError
from stackduck.sql.documents.confined import check


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        'SELECT * FROM "secret.csv"',
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM query('SELECT 1')",
        "SELECT * FROM duckdb_secrets()",
        "SELECT read_text('/etc/passwd') FROM acme.a.b",
        "SELECT getenv('HOME') FROM acme.a.b",
        "SELECT current_setting('x') FROM acme.a.b",
        "SELECT getvariable('x') FROM acme.a.b",
        "SELECT nextval('x')",
        "SELECT * FROM secrets",
        "SELECT * FROM main.secrets",
        "SELECT * FROM github.orgs.members",
        "SELECT * FROM acme.a.b WHERE c = (SELECT token FROM secrets)",
        "SELECT * FROM acme.a.b WHERE c IN (SELECT login FROM github.users.users)",
        "SELECT * FROM acme.a.b UNION ALL SELECT * FROM secrets",
        "SELECT * FROM secrets, (WITH secrets AS (SELECT 1) SELECT * FROM secrets)",
        "WITH secrets AS (SELECT * FROM secrets) SELECT * FROM secrets",
        "WITH a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM a",
        "WITH c AS (SELECT 1) SELECT * FROM main.c",
    ],
)
def test_what_reaches_beyond_its_provider_is_refused_by_name(sql: str) -> None:
    with pytest.raises(NotSupportedError, match=r"^the view acme\.a\.v of its document reads "):
        check(sql, name="acme.a.v", provider="acme")


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE t",
        "INSERT INTO t SELECT 1",
        "COPY acme.a.b TO 'x'",
        "ATTACH 'x.db'",
        "SELECT 1; DROP TABLE t",
        "SELECT 1) UNION (SELECT 2",
        "PRAGMA database_list",
        "SUMMARIZE acme.a.b",
        "",
    ],
)
def test_what_is_no_single_query_is_refused(sql: str) -> None:
    with pytest.raises(NotSupportedError, match="is no query that stackduck reads"):
        check(sql, name="acme.a.v", provider="acme")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT a, JSON_EXTRACT(b, '$.x') AS x, IIF(c = 0, 'no', 'yes') FROM acme.a.b WHERE ref = '{{ ref }}'",
        "SELECT j.value FROM ACME.a.b, JSON_EACH(b.list) AS j",
        "SELECT group_concat(a), count(*), instr(a, 'x'), strftime('%Y', d) FROM acme.a.b GROUP BY ALL",
        "WITH b AS (SELECT 1 AS n), a AS (SELECT * FROM b) SELECT * FROM a JOIN acme.a.c USING (n)",
        "WITH RECURSIVE a AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM a WHERE n < 3) SELECT * FROM a",
        "WITH a AS (SELECT 1 AS n) SELECT (SELECT n FROM a), x FROM acme.a.b",
        "SELECT * FROM (VALUES (1)) t(a)",
    ],
    ids=range(7),
)
def test_queries_over_the_provider_s_own_tables_are_read(sql: str) -> None:
    check(sql, name="acme.a.v", provider="acme")
