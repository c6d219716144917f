"""Where statements and variables stand, and errors that say it."""

from __future__ import annotations

from pathlib import Path

import pytest

from stackduck.errors import ProgrammingError
from stackduck.files import front_matter
from stackduck.files.places import Lines, has_templates, placed, variables_of, with_place

PATH = Path("q.sql")


def test_statements_are_found_behind_comments_that_repeat_them() -> None:
    text = "-- SELECT 1\nSELECT 1;\n/* SELECT 1; */ ;\n  SELECT 1"
    assert [Lines(text).at(each.start) for each in placed(text)] == [2, 4]


@pytest.mark.parametrize(("offset", "line"), [(0, 1), (2, 1), (3, 2), (5, 2), (6, 3)])
def test_a_line_is_counted_from_one(offset: int, line: int) -> None:
    assert Lines("ab\ncd\n").at(offset) == line


def test_variables_are_told_with_their_first_line() -> None:
    text = "SELECT $b,\n :a, '{{ c }}',\n $b;\nSET VARIABLE d = 1;\nSELECT $d"
    assert variables_of(front_matter.parse(text, path=PATH)) == {"b": 1, "a": 2, "c": 2}


@pytest.mark.parametrize("text", ["<<<json {} >>>\nSELECT 1", "SELECT {{ .a }}"])
def test_templates_make_values_of_their_own(text: str) -> None:
    assert has_templates(text)


def test_an_excerpt_gets_the_line_of_the_file() -> None:
    exc = ProgrammingError("Binder Error: no column\n\nLINE 2:   foo +\n          ^^^")
    with_place(exc, front_matter.parse("", path=PATH), line=99)
    assert str(exc) == "q.sql:100: Binder Error: no column\n\nLINE 100:   foo +\n            ^^^"


def test_without_a_line_the_file_is_told() -> None:
    exc = ProgrammingError("no")
    with_place(exc, front_matter.parse("", path=PATH))
    assert str(exc) == "q.sql: no"
