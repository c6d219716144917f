"""The part of Go's templates that GraphQL queries of documents are written in."""

from __future__ import annotations

import json

import pytest

from stackduck.catalog.templates import CURSOR, TemplateError, Value, fields, fill, is_query

OPTIONAL = "c{{ if or .from .to }}({{ if .from }}from: 1 {{ end }}{{ if .to }}to: 2{{ end }}){{ end }}"


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("{{ range .x }}{{ end }}", r"holds '\{\{ range \.x \}\}'"),
        ("{{ .x.y }}", r"holds '\{\{ \.x\.y \}\}'"),
        ("{{ toJson .x }}", r"holds '\{\{ toJson \.x \}\}'"),
        ("{{ if eq .x 1 }}a{{ end }}", "holds '"),
        ("{{ if .x }}", "if without an end"),
        ("{{ if .x }}a{{ else }}b", "if without an end"),
        ("{{ if .x }}a{{ else if .y }}b", "if without an end"),
        ("a{{ end }}", "'end' without an if"),
        ("{{ if .a }}b{{ else }}c{{ else }}d{{ end }}", "'end' without an if"),
        ("{{ if }}a{{ end }}", "no condition"),
        ("{{ if ( }}a{{ end }}", "no condition"),
        ("{{ if (.a }}a{{ end }}", "no condition"),
        ("{{ if not .a .b }}a{{ end }}", "'not' with operands"),
        ("{{ if or }}a{{ end }}", "'or' with operands"),
        ('{ a(x: """{{ .x }}""") }', "block string"),
    ],
    ids=range(15),
)
def test_what_is_not_read_here_is_an_error_that_shows_it(template: str, told: str) -> None:
    with pytest.raises(TemplateError, match=told):
        fields(template)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("3) { evil }", "BIGINT"),
        ("1.5", "BIGINT"),
        ("\u0661", "BIGINT"),
        ("", "BIGINT"),
        ("maybe", "BOOLEAN"),
        ("1e", "DOUBLE"),
        ("DESC}", "VARCHAR"),
        ('"DESC"', "VARCHAR"),
        ("2026-01-01", "DATE"),
        ("", "VARCHAR"),
    ],
    ids=range(10),
)
def test_outside_quotes_a_value_is_a_number_a_truth_value_or_a_name(value: str, kind: str) -> None:
    with pytest.raises(TemplateError, match="for x, which is part of the query"):
        fill("{ a(n: {{ .x }}) }", {"x": Value(value, kind)})


def test_a_field_without_a_value_is_an_error() -> None:
    with pytest.raises(TemplateError, match="needs a value for x"):
        fill("{{ .x }}", {"y": Value("1")})


@pytest.mark.parametrize("value", ['a"b', "a\\", 'x") { evil }', "a\nb", "{{ .y }}", "\u2028é😀", "\x00", "# x"])
def test_inside_quotes_a_value_is_one_string_whatever_it_holds(value: str) -> None:
    filled = fill('{ a(x: "{{ .x }}") }', {"x": Value(value), "y": Value("other")})
    assert json.loads(filled.removeprefix("{ a(x: ").removesuffix(") }")) == value


def test_a_quote_in_a_comment_opens_no_string() -> None:
    template = '# it\'s "\n{ a(n: {{ .n }}, x: "# {{ .x }}") }'
    assert fill(template, {"n": Value("3", "BIGINT"), "x": Value('"')}) == '# it\'s "\n{ a(n: 3, x: "# \\"") }'


@pytest.mark.parametrize(
    ("given", "expected"),
    [({}, "c"), ({"to": "x"}, "c(to: 2)"), ({"from": "x", "to": "y"}, "c(from: 1 to: 2)"), ({"from": ""}, "c")],
    ids=["neither", "one", "both", "empty"],
)
def test_a_choice_is_made_by_what_is_given(given: dict[str, str], expected: str) -> None:
    assert fill(OPTIONAL, {name: Value(text) for name, text in given.items()}) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (".yes", "a"), (".no", "b"), (".none", "b"), (".zero", "b"), ("not .no", "a"), ("not (or .no .none)", "a"),
        ("and .yes (not .no)", "a"), ("and .yes .no", "b"), ("(.yes)", "a"), ("or .no .zero", "b"),
    ],
)  # fmt: skip
def test_conditions(condition: str, expected: str) -> None:
    values = {"yes": Value("x"), "no": Value(""), "zero": Value("0", "BIGINT")}
    assert fill(f"{{{{ if {condition} }}}}a{{{{ else }}}}b{{{{ end }}}}", values) == expected


def test_else_if_and_dashes() -> None:
    template = "a {{- if .x }} b {{ else if .y -}} c {{- else }} d {{ end }} e"
    assert fill(template, {"y": Value("1")}) == "ac e"
    assert fill(template, {}) == "a d  e"


def test_comments_say_nothing() -> None:
    assert fill("a{{/* range */}}b", {}) == "ab"


def test_a_cursor_stands_as_it_is() -> None:
    assert fill("f(first: 1{{ .cursor }})", {"cursor": Value(CURSOR)}) == f"f(first: 1{CURSOR})"
    assert fill("f(first: 1{{ .cursor }})", {}) == "f(first: 1)"


def test_the_names_of_a_template() -> None:
    assert fields('{ a(x: "{{ .x }}"{{ .cursor }}){{ if and .y (not .z) }}b{{ end }} }') == {"x", "y", "z", "cursor"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("query { a }", True),
        ("{ a }", True),
        ("fragment f on T { mutation } query { ...f }", True),
        ('query { a(x: "} mutation {") }', True),
        ("# mutation\nquery { a }", True),
        ("mutation { a }", False),
        ("query { a } mutation { b }", False),
        ("subscription { a }", False),
        ('query { a(x: "\\"") } mutation { b }', False),
    ],
    ids=range(9),
)
def test_a_query_changes_nothing(text: str, expected: bool) -> None:
    assert is_query(text) is expected
