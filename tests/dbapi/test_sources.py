"""The driver as pandas and polars use one: pandas.read_sql and polars.read_database over a plain DB-API connection."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pandas
import polars
import pytest

import stackduck

SEATS = "SELECT org, assignee.login AS login, created_at FROM github.copilot.org_seats WHERE org = ?"
DAYS = """
    SELECT day, count(*) AS users, count(*) FILTER (WHERE used_chat) AS chatting
    FROM github.copilot_usage.user_days WHERE enterprise = $enterprise GROUP BY day ORDER BY day"""
VALUES = """
    SELECT 1::BIGINT AS n, 'x' AS s, true AS b, 1.5::DOUBLE AS f, DATE '2026-01-31' AS day,
    TIMESTAMPTZ '2026-01-31 10:00+02' AS at, [1, 2] AS list, {'a': 1} AS struct, '{"a": 1}'::JSON AS json,
    1.50::DECIMAL(9, 2) AS price, sum(7) AS huge, NULL::BIGINT AS nothing"""

plain = pytest.mark.filterwarnings("ignore:pandas only supports SQLAlchemy:UserWarning")


@pytest.fixture
def asked(online: stackduck.Connection) -> Iterator[stackduck.Connection]:
    yield online
    assert online.execute("SELECT 1").fetchall() == [(1,)], "the library has closed what is not its own"


@plain
def test_pandas_passes_an_error_on(asked: stackduck.Connection) -> None:
    with pytest.raises((pandas.errors.DatabaseError, stackduck.MissingParameterError), match="needs org"):
        pandas.read_sql("SELECT * FROM github.copilot.org_seats", asked)


@plain
def test_pandas_reads_values_and_types(connection: stackduck.Connection) -> None:
    frame = pandas.read_sql(VALUES, connection)
    row = frame.iloc[0].to_dict()
    assert (row["n"], row["s"], row["b"], row["f"], row["day"]) == (1, "x", True, 1.5, date(2026, 1, 31))
    assert (row["at"], row["list"], row["struct"]) == (datetime(2026, 1, 31, 8, tzinfo=UTC), [1, 2], {"a": 1})
    assert (row["json"], float(row["price"]), row["huge"], row["nothing"]) == ('{"a": 1}', 1.5, 7, None)
    assert str(frame["at"].dtype).endswith("UTC]")


@plain
@pytest.mark.parametrize("values", [["octo-demo-eng"], ("octo-demo-eng",)], ids=["list", "tuple"])
def test_pandas_binds_positional_values(asked: stackduck.Connection, values: list[str]) -> None:
    frame = pandas.read_sql(SEATS, asked, params=values)
    assert list(frame.columns) == ["org", "login", "created_at"]
    assert sorted(frame["login"]) == sorted(row[1] for row in asked.execute(SEATS, values).fetchall())


@plain
def test_pandas_binds_named_values_and_parses_dates(asked: stackduck.Connection) -> None:
    frame = pandas.read_sql(DAYS, asked, params={"enterprise": "octo-demo"}, parse_dates=["day"], index_col="day")
    assert frame.index.dtype.kind == "M"
    expected = asked.execute(DAYS, {"enterprise": "octo-demo"}).fetchall()
    assert [(at.date(), *values) for at, *values in frame.itertuples()] == expected
    assert len(expected) > 20


@plain
def test_pandas_reads_in_chunks(asked: stackduck.Connection) -> None:
    chunks = pandas.read_sql("SELECT range AS n FROM range(2500)", asked, chunksize=1000)
    assert [len(chunk) for chunk in chunks] == [1000, 1000, 500]


@plain
@pytest.mark.parametrize("backend", ["numpy_nullable", "pyarrow"])
def test_pandas_takes_its_own_types_where_told(connection: stackduck.Connection, backend: str) -> None:
    frame = pandas.read_sql("SELECT 1 AS n UNION ALL SELECT NULL", connection, dtype_backend=backend)
    assert str(frame["n"].dtype).lower().startswith("int64")


def test_polars_passes_an_error_on(asked: stackduck.Connection) -> None:
    with pytest.raises(stackduck.MissingParameterError, match="needs org"):
        polars.read_database("SELECT * FROM github.copilot.org_seats", asked)


def test_polars_reads_values_and_types(connection: stackduck.Connection) -> None:
    frame = polars.read_database(VALUES, connection)
    (row,) = frame.to_dicts()
    assert (row["n"], row["s"], row["b"], row["f"], row["day"]) == (1, "x", True, 1.5, date(2026, 1, 31))
    assert (row["at"], row["list"], row["struct"]) == (datetime(2026, 1, 31, 8, tzinfo=UTC), [1, 2], {"a": 1})
    assert (row["json"], float(row["price"]), row["huge"], row["nothing"]) == ('{"a": 1}', 1.5, 7, None)
    kinds = (polars.Int64(), polars.String(), polars.Boolean(), polars.Date(), polars.Datetime("us", "UTC"))
    assert tuple(frame.schema[name] for name in ("n", "s", "b", "day", "at")) == kinds


def test_polars_keeps_the_columns_of_no_rows(connection: stackduck.Connection) -> None:
    frame = polars.read_database(f"SELECT n, s, day FROM ({VALUES}) WHERE false", connection)
    assert dict(frame.schema) == {"n": polars.Int64(), "s": polars.String(), "day": polars.Date()}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("{'n': 1}", {"n": 1}),
        ("[{'n': 1}]", [{"n": 1}]),
        ("[[1], [2]]", [[1], [2]]),
        ("[1, 2]::INTEGER[2]", [1, 2]),
        ("'INTEGER'::ENUM('INTEGER')", "INTEGER"),
        ("['a']", ["a"]),
    ],
)
def test_polars_takes_no_nested_type_for_a_plain_one(
    connection: stackduck.Connection, value: str, expected: object
) -> None:
    assert polars.read_database(f"SELECT {value} AS x", connection).to_dicts() == [{"x": expected}]


def test_polars_binds_positional_values(asked: stackduck.Connection) -> None:
    values = ["octo-demo-eng"]
    frame = polars.read_database(SEATS, asked, execute_options={"parameters": values})
    assert sorted(frame["login"]) == sorted(row[1] for row in asked.execute(SEATS, values).fetchall())


def test_polars_binds_named_values(asked: stackduck.Connection) -> None:
    options = {"parameters": {"enterprise": "octo-demo"}}
    frame = polars.read_database(DAYS, asked, execute_options=options)
    assert frame.rows() == asked.execute(DAYS, {"enterprise": "octo-demo"}).fetchall()


def test_polars_reads_from_a_cursor(connection: stackduck.Connection) -> None:
    with connection.cursor() as cursor:
        assert polars.read_database("SELECT 1 AS n", cursor).to_dicts() == [{"n": 1}]


def test_polars_reads_in_batches(connection: stackduck.Connection) -> None:
    batches = polars.read_database("SELECT range AS n FROM range(2500)", connection, iter_batches=True, batch_size=1000)
    assert [batch.height for batch in batches] == [1000, 1000, 500]


def test_any_reader_of_capsules_takes_a_cursors_rows(connection: stackduck.Connection) -> None:
    frame = polars.DataFrame(connection.execute("SELECT range AS n FROM range(3000)").fetch_arrow())
    assert frame["n"].to_list() == [*range(3000)]
    found = pandas.DataFrame.from_arrow(connection.execute("SELECT 1 AS n").fetch_arrow())
    assert found["n"].tolist() == [1]
