from __future__ import annotations

import pytest

from stackduck.sql.dialect.kinds import JSON, Kind, answered, parse, probe

BIGINT, TEXT, DECIMAL = Kind("BIGINT"), Kind("VARCHAR"), Kind("DECIMAL")


@pytest.mark.parametrize(
    "message", [None, "", 'Referenced column "x" not found', "argument types 'sum(VARCHAR)'. You might"]
)
def test_a_message_about_something_else_answers_nothing(message: str | None) -> None:
    assert answered(message) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("BIGINT", BIGINT),
        ("JSON", JSON),
        ("TIMESTAMP WITH TIME ZONE", Kind("TIMESTAMP WITH TIME ZONE")),
        ("DECIMAL(18,3)", Kind("DECIMAL")),
        ("ENUM('a, b', 'c)')", Kind("ENUM")),
        ("STRUCT(a BIGINT", Kind("UNKNOWN")),
        ("", Kind("UNKNOWN")),
        ('"NULL"', Kind("NULL")),
        ("VARCHAR[]", Kind("LIST", item=TEXT)),
        ("BIGINT[3][]", Kind("LIST", item=Kind("LIST", item=BIGINT))),
        ("MAP(VARCHAR, BIGINT[])", Kind("MAP", item=Kind("LIST", item=BIGINT))),
        ('STRUCT(a BIGINT, "b, ""c" VARCHAR)', Kind("STRUCT", (("a", BIGINT), ('b, "c', TEXT)))),
        (
            "STRUCT(s STRUCT(x BIGINT)[], d DECIMAL(4,2))[]",
            Kind(
                "LIST",
                item=Kind("STRUCT", (("s", Kind("LIST", item=Kind("STRUCT", (("x", BIGINT),)))), ("d", DECIMAL))),
            ),
        ),
    ],
)
def test_a_type_is_read_as_duckdb_writes_it(text: str, kind: Kind) -> None:
    assert parse(text) == kind


@pytest.mark.parametrize(
    ("operand", "name"),
    [
        ("person", "STRUCT"),
        ("topics", "LIST"),
        ("document", "JSON"),
        ("written", "VARCHAR"),
        ("pairs", "MAP"),
        ("NULL", "NULL"),
    ],
)
def test_duckdb_tells_the_type_of_an_operand(session, operand: str, name: str) -> None:
    found = answered(session.problem(f"SELECT {probe(12, operand)} FROM people"))
    assert found is not None
    assert (found[0], found[1].name) == (12, name)


def test_a_field_is_found_in_any_case() -> None:
    kind = Kind("STRUCT", (("Login", TEXT),))
    assert kind.field("login") is TEXT
    assert kind.field("id") is None
