"""Arrow: capsules without pyarrow, tables and batches with it; what is left of a result, with its types."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow
import pytest

import stackduck
from stackduck import errors

USER_DAYS = "SELECT day, user_login FROM github.copilot_usage.user_days WHERE enterprise = 'octo-demo'"
VALUES = {
    "DATE": ("DATE '2026-01-31'", date(2026, 1, 31)),
    "TIMESTAMPTZ": ("TIMESTAMPTZ '2026-01-31 10:00+02'", datetime(2026, 1, 31, 8, tzinfo=UTC)),
    "LIST": ("[1, NULL]", [1, None]),
    "STRUCT": ("{'a': 1, 'b': [{'c': 'x'}]}", {"a": 1, "b": [{"c": "x"}]}),
    "JSON": ("""'{"a": 1}'::JSON""", '{"a": 1}'),
    "DECIMAL": ("1.50::DECIMAL(9, 2)", Decimal("1.50")),
    "HUGEINT": ("(2::HUGEINT ** 100)::HUGEINT", Decimal(2**100)),
    "UUID": ("'12345678-1234-5678-1234-567812345678'::UUID", "12345678-1234-5678-1234-567812345678"),
    "BOOLEAN": ("true", True),
    "BIGINT": (f"{2**62 + 1}", 2**62 + 1),
    "ENUM": ("'a'::ENUM('a', 'b')", "a"),
    "BLOB": ("'\\xFF'::BLOB", b"\xff"),
    "TIMESTAMP_NS": ("TIMESTAMP_NS '2026-01-31 00:00:00.000000001'", None),
    "MAP": ("MAP {'a': 1}", [("a", 1)]),
    "TUPLE": ("row(1, 'x')", None),
}
ALL = ", ".join(f"{sql} AS {name}" for name, (sql, _) in VALUES.items())
TYPES = {
    "DATE": "date32[day]",
    "TIMESTAMPTZ": "timestamp[us, tz=UTC]",
    "LIST": "list<l: int32>",
    "STRUCT": "struct<a: int32, b: list<l: struct<c: string>>>",
    "JSON": "string",
    "DECIMAL": "decimal128(9, 2)",
    "HUGEINT": "decimal128(38, 0)",
    "UUID": "string",
    "BOOLEAN": "bool",
    "BIGINT": "int64",
}
LEAVE = {
    "none": lambda cursor: None,
    "one fetched": lambda cursor: cursor.fetchone(),
    "many fetched": lambda cursor: cursor.fetchmany(2),
    "after another statement": lambda cursor: cursor.connection.execute("SELECT 1"),
    "fetched, then another statement": lambda cursor: (cursor.fetchone(), cursor.connection.execute("SELECT 1")),
}
Take = Callable[[stackduck.Cursor], pyarrow.Table]
TAKES: dict[str, Take] = {
    "table": lambda cursor: cursor.fetch_arrow_table(),
    "capsule": lambda cursor: pyarrow.table(cursor.fetch_arrow()),
    "batches": lambda cursor: cursor.fetch_record_batch(7).read_all(),
}
takes = pytest.mark.parametrize("take", TAKES.values(), ids=TAKES.keys())
counts = pytest.mark.parametrize("count", [3, 5_000], ids=["few", "many"])


@takes
def test_a_statement_without_rows_has_none_to_hand_over(connection: stackduck.Connection, take: Take) -> None:
    for cursor in (connection.cursor(), connection.execute("CREATE TABLE t (n INTEGER)")):
        with pytest.raises(errors.InterfaceError, match="no rows to fetch"):
            take(cursor)


@takes
def test_a_closed_cursor_hands_nothing_over(connection: stackduck.Connection, take: Take) -> None:
    cursor = connection.execute("FROM range(5000)")
    cursor.close()
    with pytest.raises(errors.InterfaceError, match="the cursor is closed"):
        take(cursor)
    assert connection.execute("SELECT 1").fetchall() == [(1,)]


@pytest.mark.parametrize("go_on", [lambda c: c.close(), lambda c: c.execute("SELECT 9 AS n")], ids=["close", "execute"])
def test_a_capsule_is_not_taken_from_a_cursor_that_has_gone_on(
    connection: stackduck.Connection, go_on: Callable[[stackduck.Cursor], object]
) -> None:
    cursor = connection.execute("FROM range(5000)")
    rows = cursor.fetch_arrow()
    go_on(cursor)
    with pytest.raises(errors.InterfaceError, match="gone"):
        rows.__arrow_c_stream__()


def test_a_capsule_is_taken_once(connection: stackduck.Connection) -> None:
    rows = connection.execute("FROM range(3)").fetch_arrow()
    assert pyarrow.table(rows).num_rows == 3
    with pytest.raises(errors.InterfaceError, match="handed over once"):
        pyarrow.table(rows)


@pytest.mark.parametrize("go_on", [lambda c: c.close(), lambda c: c.execute("SELECT 9")], ids=["close", "execute"])
def test_batches_end_in_an_error_where_their_cursor_goes_on(
    connection: stackduck.Connection, go_on: Callable[[stackduck.Cursor], object]
) -> None:
    """Rows that are missing are never the end of the rows."""
    cursor = connection.execute("FROM range(5000)")
    reader = cursor.fetch_record_batch(1000)
    reader.read_next_batch()
    go_on(cursor)
    with pytest.raises(errors.InterfaceError, match="the rest of the rows is gone"):
        reader.read_next_batch()


def test_batches_end_in_an_error_where_the_connection_is_closed() -> None:
    connection = stackduck.connect()
    reader = connection.execute("FROM range(5000)").fetch_record_batch(1000)
    reader.read_next_batch()
    connection.close()
    with pytest.raises(errors.InterfaceError, match="the connection is closed"):
        reader.read_next_batch()


@pytest.mark.parametrize("size", [0, -1])
def test_a_batch_has_rows(connection: stackduck.Connection, size: int) -> None:
    cursor = connection.execute("FROM range(3)")
    with pytest.raises(errors.InterfaceError, match="one row or more"):
        cursor.fetch_record_batch(size)
    assert len(cursor.fetchall()) == 3


FAILS_LATE = "SELECT CASE WHEN range > 3000000 THEN ('x' || range)::INTEGER ELSE 1 END AS n FROM range(4000000)"


@pytest.mark.parametrize("take", [TAKES["table"], TAKES["batches"]], ids=["table", "batches"])
def test_a_failure_among_the_rows_is_an_error_of_ours(connection: stackduck.Connection, take: Take) -> None:
    with pytest.raises(errors.DataError, match="Could not convert string 'x3000001'"):
        take(connection.execute(FAILS_LATE))
    assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_a_failure_among_the_rows_of_a_capsule_is_its_readers(connection: stackduck.Connection) -> None:
    with pytest.raises(OSError, match="Could not convert string 'x3000001'"):
        pyarrow.table(connection.execute(FAILS_LATE).fetch_arrow())
    assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_a_failure_does_not_reach_the_statement_that_comes_between(connection: stackduck.Connection) -> None:
    reader = connection.execute(FAILS_LATE).fetch_record_batch(10_000)
    reader.read_next_batch()
    assert connection.execute("SELECT 1").fetchall() == [(1,)]
    with pytest.raises(errors.DataError, match="Could not convert"):
        reader.read_all()


@takes
@counts
def test_every_type_survives(shared: stackduck.Connection, take: Take, count: int) -> None:
    table = take(shared.execute(f"SELECT {ALL} FROM range({count})"))
    assert table.num_rows == count
    assert {name: str(table.schema.field(name).type) for name in TYPES} == TYPES
    for row in (table.slice(0, 1), table.slice(count - 1)):
        assert {name: values[0] for name, values in row.select(_told()).to_pydict().items()} == {
            name: VALUES[name][1] for name in _told()
        }


def _told() -> list[str]:
    return [name for name, (_, value) in VALUES.items() if value is not None]


@takes
def test_the_rare_types_survive_too(shared: stackduck.Connection, take: Take) -> None:
    table = take(shared.execute(f"SELECT {ALL}, INTERVAL 1 MONTH AS month"))
    assert table["TIMESTAMP_NS"].cast("int64")[0].as_py() % 1000 == 1
    assert table["month"][0].as_py().months == 1
    assert str(table.schema.field("TUPLE").type).startswith("struct<")


@takes
@counts
@pytest.mark.parametrize("leave", LEAVE.values(), ids=LEAVE.keys())
def test_the_rest_comes_whatever_was_before(
    connection: stackduck.Connection, take: Take, count: int, leave: Callable[[stackduck.Cursor], Any]
) -> None:
    sql = f"SELECT range AS n, (range % 7)::HUGEINT AS h, [range] AS l FROM range({count}) ORDER BY n"
    whole = take(connection.execute(sql))
    cursor = connection.execute(sql)
    taken = leave(cursor)
    rest = take(cursor)
    gone = len(taken) if isinstance(taken, list) else 1 if isinstance(taken, tuple) else 0
    assert rest.schema == whole.schema
    assert rest.to_pylist() == whole.to_pylist()[gone:]


@takes
@pytest.mark.parametrize("condition", ["true", "false"], ids=["rows", "no rows"])
def test_a_second_time_gives_no_rows_and_the_same_columns(
    shared: stackduck.Connection, take: Take, condition: str
) -> None:
    cursor = shared.execute(f"SELECT {ALL} WHERE {condition}")
    first, second = take(cursor), take(cursor)
    assert (first.num_rows, second.num_rows) == (condition == "true", 0)
    assert {name: str(second.schema.field(name).type) for name in TYPES} == TYPES
    assert {name: str(first.schema.field(name).type) for name in TYPES} == TYPES
    assert cursor.fetchall() == []


@takes
@pytest.mark.parametrize(
    "sql", ["INSERT INTO t VALUES (1), (2) RETURNING n", "DESCRIBE t", "SHOW TABLES", "PIVOT t ON n USING count(*)"]
)
def test_what_cannot_be_asked_again_is_handed_over_too(connection: stackduck.Connection, take: Take, sql: str) -> None:
    connection.execute("CREATE TABLE t AS SELECT 7 AS n")
    expected = connection.execute(sql).fetchdicts()
    connection.execute("CREATE OR REPLACE TABLE t AS SELECT 7 AS n")
    assert take(connection.execute(sql)).to_pylist() == expected
    assert connection.execute("SELECT count(*) FROM t WHERE n < 7").fetchone() == (2 if "INSERT" in sql else 0,)


@takes
def test_bound_values_are_still_bound(connection: stackduck.Connection, take: Take) -> None:
    cursor = connection.execute("SELECT range + ? AS n, $2 AS s FROM range(3000)", [5, "x' --"])
    assert take(cursor).slice(2999).to_pylist() == [{"n": 3004, "s": "x' --"}]


def test_batches_have_the_size_that_was_asked_for(connection: stackduck.Connection) -> None:
    reader = connection.execute("FROM range(10500)").fetch_record_batch(1000)
    assert [batch.num_rows for batch in reader] == [1000] * 10 + [500]


def test_batches_are_made_as_they_are_read(connection: stackduck.Connection) -> None:
    """Far more rows than memory holds: only those that are read are made."""
    cursor = connection.execute("SELECT range AS n, 'x' || range AS s FROM range(1000000000000)")
    reader = cursor.fetch_record_batch(10)
    assert reader.read_next_batch().num_rows == 10
    cursor.close()


def test_other_statements_run_while_batches_are_read(connection: stackduck.Connection) -> None:
    readers = [connection.execute(f"FROM range({n})").fetch_record_batch(1000) for n in (3000, 5000)]
    numbers: list[list[int]] = [[], []]
    for _ in range(6):
        for reader, found in zip(readers, numbers, strict=True):
            found += next(([*batch["range"].to_pylist()] for batch in [next(reader, None)] if batch), [])
            assert connection.execute("SELECT 1").fetchall() == [(1,)]
    assert numbers == [[*range(3000)], [*range(5000)]]


def test_a_capsule_that_is_being_read_holds_the_connection(connection: stackduck.Connection) -> None:
    reader = pyarrow.RecordBatchReader.from_stream(connection.execute("FROM range(10000000)").fetch_arrow())
    reader.read_next_batch()
    with pytest.raises(errors.OperationalError, match=r"fetch_arrow\(\) handed over are still being read"):
        connection.execute("SELECT 1")
    assert reader.read_next_batch().num_rows > 0
    reader.close()
    assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_a_capsule_steps_aside_until_it_is_read(connection: stackduck.Connection) -> None:
    rows = connection.execute("FROM range(5000)").fetch_arrow()
    connection.execute("CREATE TABLE t (n INTEGER)")
    assert pyarrow.table(rows)["range"].to_pylist() == [*range(5000)]


def test_the_rows_of_reports_last_as_long_as_they_are_read(online: stackduck.Connection) -> None:
    expected = sorted(online.execute(USER_DAYS).fetchall())
    assert len(expected) > 100
    for take in TAKES.values():
        table = take(online.execute(USER_DAYS))
        assert sorted(zip(*table.to_pydict().values(), strict=True)) == expected
    reader = online.execute(USER_DAYS).fetch_record_batch(10)
    found = reader.read_next_batch().to_pylist()
    assert online.execute(f"SELECT count(*) FROM ({USER_DAYS})").fetchone() == (len(expected),)
    found += reader.read_all().to_pylist()
    assert sorted((row["day"], row["user_login"]) for row in found) == expected
    assert online.execute("SHOW TABLES").fetchall() == []


def test_the_files_of_reports_stay_while_a_capsule_is_read(online: stackduck.Connection) -> None:
    expected = len(online.execute(USER_DAYS).fetchall())
    sql = f"SELECT a.* FROM ({USER_DAYS}) AS a, range(2000)"
    reader = pyarrow.RecordBatchReader.from_stream(online.execute(sql).fetch_arrow())
    count = reader.read_next_batch().num_rows
    for _ in range(2):
        with pytest.raises(errors.OperationalError, match="still being read"):
            online.execute(USER_DAYS)
    count += reader.read_all().num_rows
    assert count == expected * 2000
    assert len(online.execute(USER_DAYS).fetchall()) == expected
    assert online.execute("SELECT count(*) FROM duckdb_tables()").fetchall() == [(0,)]


def test_interrupting_batches_is_an_error_and_the_connection_goes_on(connection: stackduck.Connection) -> None:
    cursor = connection.execute("FROM range(1000000000)")
    reader = cursor.fetch_record_batch(1000)
    reader.read_next_batch()
    cursor.cancel()
    with pytest.raises(errors.OperationalError, match=r"(?i)interrupt"):
        reader.read_all()
    assert connection.execute("SELECT 1").fetchall() == [(1,)]


WITHOUT = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {absent}:
            raise ModuleNotFoundError(f"No module named '{{name}}'")

sys.meta_path.insert(0, Missing())
import stackduck
"""


def run_without(absent: tuple[str, ...], code: str) -> str:
    """Run Python where libraries are not installed; returns what it prints."""
    script = WITHOUT.format(absent=absent) + code
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_capsule_needs_no_library() -> None:
    code = """
for n in (3, 5000):
    print(type(stackduck.connect().execute(f"FROM range({n})").fetch_arrow().__arrow_c_stream__()).__name__)
"""
    assert run_without(("pyarrow", "pandas", "polars", "numpy"), code) == "PyCapsule\nPyCapsule\n"


@pytest.mark.parametrize(
    ("fetch", "absent", "extra"),
    [
        ("fetch_arrow_table", "pyarrow", "arrow"),
        ("fetch_record_batch", "pyarrow", "arrow"),
        ("fetch_df", "pandas", "pandas"),
        ("fetch_df", "pyarrow", "pandas"),
        ("fetch_polars", "polars", "polars"),
    ],
)
def test_a_missing_library_is_an_error_that_names_the_extra(fetch: str, absent: str, extra: str) -> None:
    code = f"""
cursor = stackduck.connect().execute("SELECT 1")
try:
    cursor.{fetch}()
except stackduck.NotSupportedError as exc:
    print(exc)
print(cursor.fetchall())
"""
    expected = f"{fetch} needs {absent}; run pip install 'stackduck[{extra}]'\n[(1,)]\n"
    assert run_without((absent,), code) == expected


def test_no_library_is_imported_before_it_is_wanted() -> None:
    libraries = ("pyarrow", "pandas", "polars", "numpy", "asyncio")
    code = f"stackduck.connect().execute('SELECT 1').fetchall(); print([m for m in {libraries} if m in sys.modules])"
    assert run_without((), code) == "[]\n"


def test_nothing_is_said_where_a_process_ends_with_a_capsule_unread() -> None:
    code = """
import pyarrow
connection = stackduck.connect()
rows = connection.execute("FROM range(10000000)").fetch_arrow()
reader = pyarrow.RecordBatchReader.from_stream(rows)
print(reader.read_next_batch().num_rows > 0)
"""
    assert run_without((), code) == "True\n"
