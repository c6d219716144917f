"""pandas and polars frames: what is left of a result, with types that neither NULLs nor emptiness change."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pandas
import polars
import pytest

import stackduck
from stackduck import errors

VALUES = """
    DATE '2026-01-31' AS day, TIMESTAMPTZ '2026-01-31 10:00+02' AS at, [1, NULL] AS list,
    {'a': 1, 'b': ['x']} AS struct,
    '{"a": 1}'::JSON AS json, 1.50::DECIMAL(9, 2) AS price, (2::HUGEINT ** 100)::HUGEINT AS huge,
    '12345678-1234-5678-1234-567812345678'::UUID AS id, true AS flag, 4611686018427387905 AS big, 1.5::DOUBLE AS half
"""
EXPECTED = {
    "day": date(2026, 1, 31),
    "at": datetime(2026, 1, 31, 8, tzinfo=UTC),
    "list": [1, None],
    "struct": {"a": 1, "b": ["x"]},
    "json": '{"a": 1}',
    "price": Decimal("1.50"),
    "huge": Decimal(2**100),
    "id": "12345678-1234-5678-1234-567812345678",
    "flag": True,
    "big": 2**62 + 1,
    "half": 1.5,
}
NULLS = f"SELECT {VALUES} UNION ALL SELECT {', '.join(['NULL'] * len(EXPECTED))}"
PANDAS_TYPES = {
    "day": "date32[day][pyarrow]",
    "at": "timestamp[us, tz=UTC][pyarrow]",
    "list": "list<l: int32>[pyarrow]",
    "struct": "struct<a: int32, b: list<l: string>>[pyarrow]",
    "json": "string[pyarrow]",
    "price": "decimal128(9, 2)[pyarrow]",
    "huge": "decimal128(38, 0)[pyarrow]",
    "id": "string[pyarrow]",
    "flag": "bool[pyarrow]",
    "big": "int64[pyarrow]",
    "half": "double[pyarrow]",
}
POLARS_TYPES = {
    "day": polars.Date(),
    "at": polars.Datetime("us", "UTC"),
    "list": polars.List(polars.Int32),
    "struct": polars.Struct({"a": polars.Int32, "b": polars.List(polars.String)}),
    "json": polars.String(),
    "price": polars.Decimal(9, 2),
    "huge": polars.Decimal(38, 0),
    "id": polars.String(),
    "flag": polars.Boolean(),
    "big": polars.Int64(),
    "half": polars.Float64(),
}


@pytest.mark.parametrize("fetch", ["fetch_df", "fetch_polars", "fetchdicts"])
def test_a_statement_without_rows_has_no_frame(connection: stackduck.Connection, fetch: str) -> None:
    with pytest.raises(errors.InterfaceError, match="no rows to fetch"):
        getattr(connection.execute("CREATE TABLE t (n INTEGER)"), fetch)()
    cursor = connection.execute("SELECT 1")
    cursor.close()
    with pytest.raises(errors.InterfaceError, match="the cursor is closed"):
        getattr(cursor, fetch)()


@pytest.mark.parametrize("fetch", ["fetch_df", "fetch_polars", "fetchdicts"])
@pytest.mark.parametrize("count", [10, 100_000], ids=["few", "many"])
def test_a_failure_among_the_rows_is_an_error_of_ours(connection: stackduck.Connection, fetch: str, count: int) -> None:
    sql = f"SELECT CASE WHEN range = {count - 1} THEN 'x'::INTEGER ELSE 1 END AS n, random() FROM range({count})"
    with pytest.raises(errors.DataError, match="Could not convert"):
        getattr(connection.execute(sql), fetch)()
    assert connection.execute("SELECT 1").fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("value", "kind"),
    [("INTERVAL 1 DAY", "INTERVAL"), ("[INTERVAL 1 DAY]", "INTERVAL"), ("union_value(k := 1)", "UNION")],
)
def test_what_polars_has_no_type_for_is_an_error_that_says_what_to_do(
    connection: stackduck.Connection, value: str, kind: str
) -> None:
    cursor = connection.execute(f'SELECT {value} AS x, 1 AS "INTERVAL"')
    with pytest.raises(errors.NotSupportedError, match=rf"no type for .*{kind}.*CAST\(x AS VARCHAR\)"):
        cursor.fetch_polars()
    assert len(cursor.fetch_df()) == 1


def test_a_word_in_a_name_is_no_type(connection: stackduck.Connection) -> None:
    cursor = connection.execute("""SELECT {'INTERVAL': 1} AS "UNION", 'INTERVAL'::ENUM('INTERVAL') AS e""")
    assert cursor.fetch_polars().to_dicts() == [{"UNION": {"INTERVAL": 1}, "e": "INTERVAL"}]


@pytest.mark.parametrize("sql", [NULLS, f"SELECT {VALUES} LIMIT 0"], ids=["rows and NULLs", "no rows"])
@pytest.mark.parametrize("repeat", [1, 2_000], ids=["few", "many"])
def test_pandas_types_depend_on_the_columns_alone(shared: stackduck.Connection, sql: str, repeat: int) -> None:
    frame = shared.execute(f"SELECT q.* FROM ({sql}) AS q, range({repeat})").fetch_df()
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == PANDAS_TYPES
    assert len(frame) == (0 if "LIMIT" in sql else 2 * repeat)


def test_pandas_values_are_what_they_were(shared: stackduck.Connection) -> None:
    frame = shared.execute(NULLS).fetch_df()
    assert frame.iloc[0].to_dict() == EXPECTED
    assert frame.iloc[1].isna().all()


@pytest.mark.parametrize("sql", [NULLS, f"SELECT {VALUES} LIMIT 0"], ids=["rows and NULLs", "no rows"])
@pytest.mark.parametrize("repeat", [1, 2_000], ids=["few", "many"])
def test_polars_types_depend_on_the_columns_alone(shared: stackduck.Connection, sql: str, repeat: int) -> None:
    frame = shared.execute(f"SELECT q.* FROM ({sql}) AS q, range({repeat})").fetch_polars()
    assert dict(frame.schema) == POLARS_TYPES
    assert frame.height == (0 if "LIMIT" in sql else 2 * repeat)


def test_polars_values_are_what_they_were(shared: stackduck.Connection) -> None:
    one, nulls = shared.execute(NULLS).fetch_polars().to_dicts()
    assert one == EXPECTED
    assert set(nulls.values()) == {None} or nulls["struct"] == {"a": None, "b": None}


@pytest.mark.parametrize("count", [3, 5_000], ids=["few", "many"])
def test_columns_of_one_name_are_told_apart_where_a_name_stands_once(shared: stackduck.Connection, count: int) -> None:
    sql = f"SELECT range AS n, 'x' AS n, 2 AS n_1, -range AS n FROM range({count}) ORDER BY 1 DESC"
    first = {"n": count - 1, "n_2": "x", "n_1": 2, "n_3": 1 - count}
    assert shared.execute(sql).fetchdicts(1) == [first]
    assert shared.execute(sql).fetch_polars().row(0, named=True) == first
    assert shared.execute(sql).fetch_df().iloc[0].to_dict() == first


def test_dicts_are_the_rows_that_are_left(connection: stackduck.Connection) -> None:
    cursor = connection.execute("SELECT range AS n, 'x' AS s FROM range(5)")
    cursor.fetchone()
    assert cursor.fetchdicts(2) == [{"n": 1, "s": "x"}, {"n": 2, "s": "x"}]
    assert cursor.fetchdicts() == [{"n": 3, "s": "x"}, {"n": 4, "s": "x"}]
    assert cursor.fetchdicts() == cursor.fetchdicts(3) == []


@pytest.mark.parametrize("count", [10, 5_000], ids=["few", "many"])
def test_each_way_takes_what_the_others_left(connection: stackduck.Connection, count: int) -> None:
    cursor = connection.execute(f"SELECT range AS n FROM range({count})")
    assert cursor.fetchmany(3) == [(0,), (1,), (2,)]
    assert next(cursor) == (3,)
    assert cursor.fetch_df()["n"].tolist() == [*range(4, count)]
    assert cursor.fetch_polars().to_dict(as_series=False) == {"n": []}
    assert cursor.fetchall() == []


def test_a_result_that_stepped_aside_is_a_frame_too(connection: stackduck.Connection) -> None:
    cursors = [connection.execute(f"SELECT range AS n FROM range({n})") for n in (5_000, 3, 5_000, 2_000)]
    assert cursors[0].fetch_df()["n"].tolist() == [*range(5_000)]
    assert cursors[2].fetch_polars()["n"].to_list() == [*range(5_000)]
    assert cursors[1].fetchdicts() == [{"n": 0}, {"n": 1}, {"n": 2}]
    assert cursors[3].fetch_arrow_table()["n"].to_pylist() == [*range(2_000)]


def test_a_frame_of_days_is_resampled(online: stackduck.Connection) -> None:
    sql = """
        SELECT day, count(*) AS users FROM github.copilot_usage.user_days
        WHERE enterprise = 'octo-demo' GROUP BY day ORDER BY day"""
    frame = online.execute(sql).fetch_df()
    assert frame["day"].min() == online.execute(f"SELECT min(day) FROM ({sql})").fetchone()[0]  # type: ignore[index]
    weekly = frame.assign(day=pandas.to_datetime(frame["day"])).set_index("day").resample("W").sum()
    assert weekly["users"].sum() == frame["users"].sum() > 0


def test_a_frame_of_a_report_keeps_its_nested_types(online: stackduck.Connection) -> None:
    sql = "SELECT * FROM github.copilot_usage.user_days WHERE enterprise = 'octo-demo'"
    cursor = online.execute(sql)
    kinds = {column[0]: str(column[1]) for column in cursor.description or ()}
    frame = cursor.fetch_polars()
    assert frame.height == len(online.execute(sql).fetchall())
    assert frame.schema["day"] == polars.Date()
    assert {name for name, kind in frame.schema.items() if isinstance(kind, polars.Struct)} == {
        name for name, kind in kinds.items() if kind.startswith("STRUCT") and not kind.endswith("]")
    }
