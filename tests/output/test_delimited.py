from __future__ import annotations

import csv
import io

import pytest

from stackduck.output.results import Style


def test_csv_tells_null_from_an_empty_string(render) -> None:
    assert render("SELECT NULL::VARCHAR AS a, '' AS b, 'x' AS c", "csv") == 'a,b,c\n,"",x\n'


def test_the_row_of_a_lone_null_is_not_an_empty_line(render) -> None:
    assert render("SELECT NULL::VARCHAR AS a", "csv") == 'a\n""\n'


@pytest.mark.parametrize("value", ['say "hi"', "a,b", "line\nbreak", "carriage\rreturn", " padded ", "plain"])
def test_what_csv_quotes_a_reader_reads_back(value: str, render) -> None:
    text = render(f"SELECT '{value}' AS v, 1 AS n", "csv")
    assert list(csv.reader(io.StringIO(text, newline=""))) == [["v", "n"], [value, "1"]]


def test_tsv_keeps_every_row_on_one_line(render) -> None:
    text = render("SELECT 'a' || chr(9) || 'b' || chr(10) || chr(13) || '\\' AS v, NULL AS n", "tsv")
    assert text == "v\tn\na\\tb\\n\\r\\\\\t\n"


@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_no_rows_are_a_header_alone(form: str, render) -> None:
    assert render("SELECT 1 AS a WHERE false", form) == "a\n"
    assert render("SELECT 1 AS a WHERE false", form, style=Style(header=False)) == ""
