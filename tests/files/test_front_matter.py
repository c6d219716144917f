"""Front matter is read from comments; what is wrong in it is told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from stackduck.files import front_matter
from stackduck.files.front_matter import FrontMatterError
from stackduck.files.model import ExpectedColumn, Parameter, Range, SqlFile, Values

PATH = Path("idle.sql")


def parse(*lines: str, after: str = "SELECT 1") -> SqlFile:
    """Parse a file of these lines of front matter."""
    text = "\n".join(["-- ---", *(f"-- {line}" for line in lines), "-- ---", after])
    return front_matter.parse(text, path=PATH)


def refusal(*lines: str) -> FrontMatterError:
    with pytest.raises(FrontMatterError) as refused:
        parse(*lines)
    return refused.value


@pytest.mark.parametrize(
    ("lines", "line", "told"),
    [
        pytest.param(["naem: x"], 2, "has no key 'naem'; did you mean 'name'?", id="unknown key"),
        pytest.param(["name: a", "name: b"], 3, "'name' is given twice", id="double key"),
        pytest.param(["- a", "- b"], 2, "must be a mapping", id="a list"),
        pytest.param(["description: [a"], 3, "quote a text", id="broken YAML"),
        pytest.param(["description: a: b"], 2, "quote a text", id="a colon in a text"),
        pytest.param(
            ["parameters:", "  days: {type: INTEGER, description: Days, no more}"],
            3,
            "quote a text that has a comma in it",
            id="a comma in a text",
        ),
        pytest.param(["parameters: [days]"], 2, "parameters must be a mapping", id="parameters as a list"),
        pytest.param(["parameters:", "  my-days: INTEGER"], 3, "cannot be the name", id="name of a parameter"),
        pytest.param(
            ["parameters:", "  a: INTEGER", "  A: INTEGER"], 4, "differ only in case", id="names in two cases"
        ),
        pytest.param(["parameters:", "  a: {type: [x]}"], 3, "type must be a text", id="type"),
        pytest.param(["one of: [a, b]"], 2, "no parameter 'a' is declared", id="one of what is not declared"),
        pytest.param(["parameters: {a: TEXT}", "one of: [a]"], 3, "name two parameters or more", id="one of one"),
        pytest.param(
            ["parameters: {a: {default: 1}, b: TEXT}", "one of: [a, b]"], 3, "'a' has a default", id="one of a default"
        ),
        pytest.param(["output: exel"], 2, "no format 'exel'", id="format"),
        pytest.param(["expect:", "  rows: many"], 3, "'many' is no number of rows", id="rows"),
        pytest.param(["expect:", "  rows: {min: 3, max: 1}"], 3, "min 3 is greater than max 1", id="rows reversed"),
        pytest.param(["expect: {row: 1}"], 2, "did you mean 'rows'?", id="unknown expectation"),
        pytest.param(["expect: {with: {day: 1}}"], 2, "no parameter 'day' is declared", id="unknown value"),
        pytest.param(["expect: {values: {a: {nulls: maybe}}}"], 2, "must be yes or no", id="nulls"),
        pytest.param(["name: &n x", "description: *n"], 3, "an alias", id="alias"),
        pytest.param(["name: x", "one of: " + "[" * 30_000], 3, "nested too deeply", id="brackets without end"),
        pytest.param(["name: x", "one of: " + "[" * 17 + "]" * 17], 3, "nested too deeply", id="brackets"),
        pytest.param(["name: x", "one of:", "- " * 30_000], 4, "nested too deeply", id="dashes"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(lines: list[str], line: int, told: str) -> None:
    error = refusal(*lines)
    assert error.line == line
    assert told in str(error)
    assert str(error).startswith(f"idle.sql:{line}: ")
    assert error.problem in str(error)


@pytest.mark.parametrize("text", ["-- ---\n-- name: a\nSELECT 1", "-- ---\n-- name: a\n"], ids=["statement", "end"])
def test_front_matter_that_is_not_closed_is_an_error(text: str) -> None:
    with pytest.raises(FrontMatterError, match="not closed"):
        front_matter.parse(text, path=PATH)


def test_a_file_without_front_matter_declares_nothing() -> None:
    file = front_matter.parse("-- a comment\nSELECT $days", path=PATH)
    assert file == SqlFile(PATH, "-- a comment\nSELECT $days", "idle")
    assert not file.is_declared


def test_a_mark_after_the_first_statement_is_a_comment() -> None:
    assert not front_matter.parse("SELECT 1;\n-- ---\n-- name: x\n-- ---\n", path=PATH).is_declared


@pytest.mark.parametrize("head", ["", "\n\n", "-- Licence: any\n", "\ufeff"], ids=["none", "blank", "comment", "BOM"])
def test_comments_and_blank_lines_may_come_first(head: str) -> None:
    file = front_matter.parse(f"{head}-- ---\n-- name: x\n-- ---\nSELECT 1", path=PATH)
    assert (file.name, file.is_declared) == ("x", True)


def test_windows_line_ends_are_read() -> None:
    assert front_matter.parse("-- ---\r\n-- name: x\r\n-- ---\r\nSELECT 1", path=PATH).name == "x"


def test_empty_front_matter_declares_that_there_are_no_parameters() -> None:
    file = parse()
    assert (file.is_declared, file.parameters, file.name) == (True, (), "idle")


def test_parameters_keep_their_order_type_default_and_line() -> None:
    file = parse(
        "parameters:",
        "  enterprise: {type: VARCHAR, description: The enterprise's slug.}",
        "  days: {type: INTEGER, default: 30}",
        "  since: DATE",
        "  names: {type: 'VARCHAR[]', default: [ann, no]}",
        "  nothing: {default: null}",
    )
    assert file.parameters == (
        Parameter("enterprise", "VARCHAR", "The enterprise's slug.", line=3),
        Parameter("days", "INTEGER", default="30", has_default=True, line=4),
        Parameter("since", "DATE", line=5),
        Parameter("names", "VARCHAR[]", default=["ann", "no"], has_default=True, line=6),
        Parameter("nothing", has_default=True, line=7),
    )
    assert file.parameter("since") == file.parameters[2]
    assert [each.name for each in file.parameters if file.is_required(each)] == ["enterprise", "since"]


@pytest.mark.parametrize("text", ["no", "007", "2026-01-01", "1e3", "true"])
def test_a_default_is_the_text_that_was_written(text: str) -> None:
    assert parse(f"parameters: {{a: {{default: {text}}}}}").parameters[0].default == text


def test_expectations_are_read() -> None:
    expect = parse(
        "parameters: {days: INTEGER}",
        "expect:",
        "  rows: {min: 1, max: 500}",
        "  columns: [login, day]",
        "  values:",
        "    share: {min: 0, max: 1.5, nulls: no}",
        "    day: {min: 2026-01-01}",
        "    kind: '1'",
        "  equals: idle.csv",
        "  with: {days: 7}",
    ).expect
    assert expect is not None
    assert expect.rows == Range(1, 500)
    assert expect.columns == (ExpectedColumn("login"), ExpectedColumn("day"))
    assert expect.values == (
        Values("share", Range(0, 1.5), False, 7),
        Values("day", Range("2026-01-01"), line=8),
        Values("kind", Range("1", "1"), line=9),
    )
    assert (expect.equals, expect.given) == ("idle.csv", {"days": "7"})


def test_a_number_of_rows_and_types_of_columns_are_read() -> None:
    expect = parse("expect: {rows: 0, columns: {login: VARCHAR, n: null}}").expect
    assert expect is not None
    assert (expect.rows, expect.columns) == (Range(0, 0), (ExpectedColumn("login", "VARCHAR"), ExpectedColumn("n")))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.sql"
    path.write_bytes(b"SELECT 1;\nSELECT '\xff'")
    with pytest.raises(front_matter.ProgrammingError, match=r"a\.sql:2: the file is not UTF-8"):
        front_matter.read(path)
