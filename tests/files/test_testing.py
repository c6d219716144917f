"""Expectations held against rows that came from a real connection."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

import stackduck
from stackduck.files import front_matter
from stackduck.files.testing import Verdict, run_test

PEOPLE = "SELECT * FROM (VALUES ('ann', 1, 0.5), ('bob', 2, NULL), ('cy', 3, 1.5)) AS t(login, n, share)"

OBJECTS = [
    '{"login": "ann", "n": 1, "share": 0.5}',
    '{"login": "bob", "n": 2, "share": null}',
    '{"login": "cy", "n": 3, "share": 1.50}',
]


def verdict(folder: Path, expect: str, sql: str = PEOPLE, *, given: Mapping[str, str] = {}, head: str = "") -> Verdict:
    """Test a file in a folder; `expect` is what stands behind `expect:`."""
    path = folder / "q.sql"
    lines = ["-- ---", *(f"-- {line}" for line in head.splitlines()), f"-- expect: {expect}", "-- ---", sql]
    path.write_text("\n".join(lines))
    connect = lambda: stackduck.connect(archive=False, confined=True)  # noqa: E731
    return run_test(front_matter.read(path), given, connect=connect, defaults={})


def only(result: Verdict) -> str:
    """Return what the only failure says."""
    assert result.status == "failed"
    (failure,) = result.failures
    return f"{failure.expectation}: {failure.message}"


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        ("{rows: 0}", "rows: 0 rows are expected, 3 came"),
        ("{rows: {min: 4}}", "rows: at least 4 rows are expected, 3 came"),
        ("{rows: {max: 2}}", "rows: at most 2 rows are expected, 3 came"),
        ("{rows: {min: 4, max: 9}}", "rows: 4 to 9 rows are expected, 3 came"),
        ("{columns: [login, share, n]}", "columns: the columns are others"),
        ("{columns: {login: VARCHAR, n: BIGINT, share: null}}", "columns: n is expected to be BIGINT, and is INTEGER"),
        ("{values: {m: 1}}", "values: there is no column m, of which values are expected"),
        ("{values: {n: {max: 1}}}", "values: n is expected to be at most 1: 2 in row 2, 3 in row 3"),
        ("{values: {n: {min: 1.5}}}", "values: n is expected to be at least 1.5: 1 in row 1"),
        (
            "{values: {share: {max: 1, nulls: no}}}",
            "share is expected to be at most 1 and not NULL: NULL in row 2, 1.5",
        ),
        ("{values: {share: {nulls: no}}}", "values: share is expected to be not NULL: NULL in row 2"),
        ("{values: {login: {max: bz}}}", "values: login is expected to be at most bz: cy in row 3"),
        ("{values: {n: {max: many}}}", "values: the bounds of n are no INTEGER"),
        ("{equals: none.csv}", "equals: there is no file none.csv beside it; make it with stackduck run"),
        ("{equals: ../q.csv}", "equals: ../q.csv is not in the folder of the file"),
        ("{equals: /etc/passwd}", "equals: /etc/passwd is not in the folder of the file"),
        ("{equals: q.sql}", "equals: q.sql is in no format that can be read"),
    ],
)
def test_what_is_not_as_expected_is_told(expect: str, told: str, tmp_path: Path) -> None:
    assert told in only(verdict(tmp_path, expect))


def test_values_beyond_the_first_are_counted(tmp_path: Path) -> None:
    told = only(verdict(tmp_path, "{values: {n: {max: 0}}}", "SELECT range AS n FROM range(1, 9)"))
    assert told == "values: n is expected to be at most 0: 1 in row 1, 2 in row 2, 3 in row 3, and 5 more"


@pytest.mark.parametrize(
    ("expect", "sql"),
    [
        ("{rows: 3, columns: [login, n, share]}", PEOPLE),
        ("{columns: {login: varchar, n: integer, share: 'decimal(2, 1)'}}", PEOPLE),
        ("{values: {share: {min: 0.5, max: 1.5}, n: {min: 1}}}", PEOPLE),
        ("{values: {d: {min: 2026-01-01}}}", "SELECT DATE '2026-01-01' AS d"),
        ("{values: {x: 0.1}}", "SELECT 0.1::DOUBLE AS x"),
        ("{rows: 0}", f"SELECT 1; {PEOPLE} WHERE n > 3"),
        ("{rows: 1}", "SELECT 1 AS x; CREATE TABLE t (a INTEGER)"),
    ],
)
def test_what_is_as_expected_passes(expect: str, sql: str, tmp_path: Path) -> None:
    assert verdict(tmp_path, expect, sql).failures == ()


@pytest.mark.parametrize("value", ["'nan'::DOUBLE", "[1]"])
def test_what_cannot_be_compared_is_outside(value: str, tmp_path: Path) -> None:
    assert "x is expected to be 0 to 9" in only(
        verdict(tmp_path, "{values: {x: {min: 0, max: 9}}}", f"SELECT {value} AS x")
    )


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT 1;\nSELECT foo", "q.sql:5: Binder Error"),
        ("SELECT CASE WHEN range = 200000 THEN error('late') ELSE 1 END FROM range(300000)", "late"),
        ("CREATE TABLE t (a INTEGER)", "no statement has rows"),
        ("SELECT * FROM read_text('/etc/passwd')", "Permission Error"),
        ("COPY (SELECT 1) TO '/tmp/never.csv'", "Permission Error"),
        ("ATTACH '/tmp/never.db'", "Permission Error"),
        ("SET enable_external_access = true", "Cannot enable external access"),
    ],
    ids=["unknown column", "while rows are read", "no rows", "file", "copy", "attach", "setting"],
)
def test_a_file_that_does_not_run_fails_with_its_place(sql: str, told: str, tmp_path: Path) -> None:
    text = only(verdict(tmp_path, "{rows: 1}", sql))
    assert text.startswith(f"run: {tmp_path}/q.sql:")
    assert told in text


def test_a_file_that_expects_nothing_is_skipped(tmp_path: Path) -> None:
    assert verdict(tmp_path, "", "SELECT foo").status == "skipped"


def test_values_are_given_by_the_file_and_before_it_by_the_user(tmp_path: Path) -> None:
    head, sql = "parameters: {n: INTEGER}", "SELECT $n AS n"
    assert verdict(tmp_path, "{values: {n: 7}, with: {n: 7}}", sql, head=head).status == "passed"
    assert verdict(tmp_path, "{values: {n: 8}, with: {n: 7}}", sql, head=head, given={"n": "8"}).status == "passed"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", 'login,n,share\nbob,2,\ncy,3,1.5\n"ann",1.0,0.50\n'),
        ("a.tsv", "login\tn\tshare\nann\t1\t0.5\nbob\t2\t\ncy\t3\t1.5\n"),
        ("a.json", f"[{','.join(reversed(OBJECTS))}]"),
        ("a.ndjson", "\n".join(OBJECTS)),
    ],
)
def test_rows_equal_those_of_a_file_in_any_order(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    assert verdict(tmp_path, f"{{equals: {name}}}").failures == ()


def test_rows_equal_those_of_parquet(tmp_path: Path) -> None:
    with stackduck.connect(archive=False) as connection:
        connection.execute(f"COPY ({PEOPLE}) TO '{tmp_path}/a.parquet'")
    assert verdict(tmp_path, "{equals: a.parquet}", f"{PEOPLE} ORDER BY n").failures == ()
    assert "not those of" in only(verdict(tmp_path, "{equals: a.parquet}", f"{PEOPLE} WHERE n < 3"))


def test_the_order_counts_where_the_statement_orders(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("login,n,share\nann,1,0.5\nbob,2,\ncy,3,1.5\n")
    assert verdict(tmp_path, "{equals: a.csv}", f"{PEOPLE} ORDER BY n").failures == ()
    assert "in another order than a.csv" in only(verdict(tmp_path, "{equals: a.csv}", f"{PEOPLE} ORDER BY n DESC"))


def test_an_order_within_parentheses_is_not_the_statements(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n2,1\n1,2\n")
    sql = "SELECT a, row_number() OVER (ORDER BY a DESC) AS b FROM (SELECT unnest([1, 2]) AS a ORDER BY a)"
    assert verdict(tmp_path, "{equals: a.csv}", sql).failures == ()


def test_the_difference_is_shown(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("login,n\nann,1\nbob,2\n")
    result = verdict(tmp_path, "{equals: a.csv}", "SELECT * FROM (VALUES ('ann', 1), ('cy', 2)) AS t(login, n)")
    assert only(result) == "equals: the rows are not those of a.csv; 2 rows are expected, 2 came"
    (failure,) = result.failures
    assert failure.diff == (
        "--- expected",
        "+++ came",
        "@@ -1,2 +1,2 @@",
        ' ["ann", 1]',
        '-["bob", 2]',
        '+["cy", 2]',
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [("login,m\nann,1\n", "the columns are not those of a.csv"), ('"a', "a.csv cannot be read as csv")],
)
def test_a_file_that_does_not_fit_is_told(text: str, told: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(text)
    assert told in only(verdict(tmp_path, "{equals: a.csv}", "SELECT 'ann' AS login, 1 AS n"))


def test_nothing_and_an_empty_text_are_two_things_in_json(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"a": null}]')
    assert "not those of" in only(verdict(tmp_path, "{equals: a.json}", "SELECT '' AS a"))


def test_sums_of_fractions_may_differ_in_their_last_digits(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"a": 0.3}]')
    assert verdict(tmp_path, "{equals: a.json}", "SELECT 0.1::DOUBLE + 0.2::DOUBLE AS a").failures == ()


def test_a_file_nested_more_than_json_is_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[" * 100_000)
    assert "a.json cannot be read as json" in only(verdict(tmp_path, "{equals: a.json}", "SELECT 1 AS a"))


def test_a_result_without_rows_equals_a_file_without_rows(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[]")
    assert verdict(tmp_path, "{equals: a.json}", f"{PEOPLE} WHERE n > 9").failures == ()
