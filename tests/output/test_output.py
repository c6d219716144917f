from __future__ import annotations

import pytest

from stackduck.output import FORMATS, format_of


@pytest.mark.parametrize(
    ("path", "form"),
    [("a.csv", "csv"), ("b/C.JSONL", "jsonl"), ("x.md", "markdown"), ("r.parquet", "parquet"), ("noending", None)],
)
def test_a_file_name_asks_for_its_format(path: str, form: str | None) -> None:
    assert format_of(path) == form


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "parquet"])
def test_every_format_takes_a_result_without_rows(form: str, render) -> None:
    render("SELECT 1 AS n, 'a' AS s WHERE false", form)


@pytest.mark.parametrize("form", ["csv", "tsv", "markdown", "vertical", "table"])
def test_a_header_can_be_left_out(form: str, render) -> None:
    from stackduck.output.results import Style

    assert "title" in render("SELECT 1 AS title", form)
    assert ("title" in render("SELECT 1 AS title", form, style=Style(header=False))) is (form == "vertical")
