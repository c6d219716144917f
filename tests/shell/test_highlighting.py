"""The classes that parts of a statement are shown in, whole or half written."""

from __future__ import annotations

import pytest
from prompt_toolkit.document import Document

from stackduck.shell.highlighting import STYLE, lexer

# Text as it is typed, and the parts of it that have a class.
CASES = {
    "an open string is told apart": ("SELECT 'ab", [("sql.keyword", "SELECT"), ("sql.open", "'ab")]),
    "an open name": ('SELECT "ab', [("sql.keyword", "SELECT"), ("sql.open", '"ab')]),
    "an open comment": ("SELECT /* ab", [("sql.keyword", "SELECT"), ("sql.comment", "/* ab")]),
    "a line's comment": (
        "SELECT 1 -- FROM",
        [("sql.keyword", "SELECT"), ("sql.number", "1"), ("sql.comment", "-- FROM")],
    ),
    "a keyword in a string is none": ("'SELECT'", [("sql.string", "'SELECT'")]),
    "a keyword in quotes is a name": ('"select"', []),
    "a keyword after a dot is a name": ("u.date", []),
    "a keyword before a dot is a name": ("date.x", []),
    "any case": ("select", [("sql.keyword", "select")]),
    "a provider's table": (
        "FROM github.copilot.org_seats s",
        [("sql.keyword", "FROM"), *(("sql.provider", part) for part in ("github", "copilot", "org_seats"))],
    ),
    "a provider's table that is half written": (
        "FROM github.cop",
        [("sql.keyword", "FROM"), ("sql.provider", "github"), ("sql.provider", "cop")],
    ),
    "the tables of facts": ("stackduck.methods", [("sql.provider", "stackduck"), ("sql.provider", "methods")]),
    "a table with the provider's name": ("FROM github", [("sql.keyword", "FROM")]),
    "parameters": (
        "$day ? $1 {{ org }}",
        [("sql.parameter", "$day"), ("sql.parameter", "?"), ("sql.parameter", "$1"), ("sql.parameter", "{{ org }}")],
    ),
    "numbers and dollar quotes": (
        "1e3 .5 $$x$$",
        [("sql.number", "1e3"), ("sql.number", ".5"), ("sql.string", "$$x$$")],
    ),
    "a function": ("count(x)", [("sql.function", "count")]),
    "a type": ("x::BIGINT", [("sql.type", "BIGINT")]),
    "a command": (".mode csv", [("sql.command", ".mode")]),
    "a command with a statement": (
        ".explain SELECT 1",
        [("sql.command", ".explain"), ("sql.keyword", "SELECT"), ("sql.number", "1")],
    ),
    "a command of psql": ("\\x", [("sql.command", "\\x")]),
    "nothing": ("", []),
}


def fragments(text: str) -> list[list[tuple[str, str]]]:
    """Return the fragments of each line."""
    colour = lexer(providers=lambda: ("github", "stackduck")).lex_document(Document(text))
    return [[(style, part) for style, part, *_ in colour(number)] for number in range(text.count("\n") + 1)]


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_parts_have_their_class(text: str, expected: list[tuple[str, str]]) -> None:
    found = [(style.removeprefix("class:"), part) for line in fragments(text) for style, part in line if style]
    assert [(style, part) for style, part in found if part.strip()] == expected


@pytest.mark.parametrize("text", [text for text, _ in CASES.values()])
def test_the_fragments_are_the_text(text: str) -> None:
    assert "".join(part for line in fragments(text) for _, part in line) == text


def test_a_string_of_several_lines_is_coloured_on_each() -> None:
    assert fragments("SELECT 'a\n\nb' x") == [
        [("class:sql.keyword", "SELECT"), ("", " "), ("class:sql.string", "'a")],
        [],
        [("class:sql.string", "b'"), ("", " x")],
    ]


def test_a_line_that_is_not_there_has_no_fragments() -> None:
    assert lexer().lex_document(Document("SELECT 1"))(5) == []


def test_every_class_has_a_style() -> None:
    used = {style for text, _ in CASES.values() for line in fragments(text) for style, _ in line if style}
    plain = STYLE.get_attrs_for_style_str("")
    assert {each for each in used if STYLE.get_attrs_for_style_str(each) == plain} == set()


def test_the_catalogs_providers_are_known_without_being_told() -> None:
    colour = lexer().lex_document(Document("github.copilot.org_seats"))
    assert ("class:sql.provider", "github") in colour(0)
