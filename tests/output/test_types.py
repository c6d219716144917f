from __future__ import annotations

import duckdb
import pytest

from stackduck.output.types import Type, holds_json, is_number, parse


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("VARCHAR", Type("VARCHAR")),
        ("DECIMAL(30,5)", Type("DECIMAL(30,5)")),
        ("JSON[]", Type("LIST", (Type("JSON"),))),
        ("INTEGER[2][]", Type("LIST", (Type("ARRAY", (Type("INTEGER"),)),))),
        (
            'STRUCT(a JSON, "b, c" DECIMAL(3,1)[], "d""(" ENUM(\'x)\', \'y,\'))',
            Type(
                "STRUCT",
                (Type("JSON"), Type("LIST", (Type("DECIMAL(3,1)"),)), Type("ENUM('x)', 'y,')")),
                ("a", "b, c", 'd"('),
            ),
        ),
        ("MAP(VARCHAR, JSON)", Type("MAP", (Type("VARCHAR"), Type("JSON")))),
    ],
    ids=["scalar", "decimal", "list", "array", "struct", "map"],
)
def test_a_type_text_becomes_a_tree(text: str, tree: Type) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT {'a': {'b \"q\" (': [json '1']}, 'd': 'y'::ENUM('x, (', 'y')} AS v",
        "SELECT map {'k': json '1'} AS v",
        "SELECT row(1, json '1') AS v",
    ],
)
def test_json_is_found_in_what_duckdb_itself_writes(sql: str) -> None:
    description = duckdb.connect().execute(sql).description
    assert holds_json(parse(str(description[0][1])))


@pytest.mark.parametrize(
    ("text", "truth"), [("BIGINT", True), ("UINTEGER", True), ("INTEGER[]", False), ("DATE", False)]
)
def test_numbers_are_told_from_the_rest(text: str, truth: bool) -> None:
    assert is_number(text) is truth
