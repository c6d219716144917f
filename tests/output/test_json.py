from __future__ import annotations

import json

import pytest

from stackduck.engine.names import distinct


def test_no_rows_are_an_empty_array(render) -> None:
    assert render("SELECT 1 AS n WHERE false", "json") == "[]\n"
    assert render("SELECT 1 AS n WHERE false", "ndjson") == ""


def test_a_result_of_several_batches_is_one_document(render) -> None:
    text = render("SELECT i AS n FROM range(5000) t(i)", "json")
    assert [row["n"] for row in json.loads(text)] == list(range(5000))


def test_every_line_of_ndjson_is_a_document(render) -> None:
    text = render("SELECT i AS n, 'a' || chr(10) AS s, json '[1,\n2]' AS j FROM range(3000) t(i)", "ndjson")
    rows = [json.loads(line) for line in text.splitlines()]
    assert len(rows) == 3000
    assert rows[-1] == {"n": 2999, "s": "a\n", "j": [1, 2]}


def test_keys_stand_in_column_order(render) -> None:
    assert list(json.loads(render("SELECT 1 AS z, 2 AS a, 3 AS m", "json"))[0]) == ["z", "a", "m"]


def test_digits_are_kept(render) -> None:
    sql = "SELECT 0.10::DECIMAL(5,2) AS d, 170141183460469231731687303715884105727 AS h, 'nan'::DOUBLE AS n, '007' AS s"
    assert render(sql, "ndjson") == '{"d": 0.10, "h": 170141183460469231731687303715884105727, "n": null, "s": "007"}\n'


@pytest.mark.parametrize(
    ("names", "keys"),
    [
        (["a", "b"], ["a", "b"]),
        (["n", "n", "n"], ["n", "n_1", "n_2"]),
        (["n", "n", "n_1"], ["n", "n_2", "n_1"]),
        (["n", "n_1", "n"], ["n", "n_1", "n_2"]),
    ],
)
def test_columns_of_one_name_get_keys_of_their_own(names: list[str], keys: list[str]) -> None:
    assert distinct(names) == keys
