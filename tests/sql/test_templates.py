"""Values of templates are bound, whatever they hold."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from stackduck.errors import InterfaceError, NotSupportedError, ProgrammingError
from stackduck.sql import templates
from stackduck.sql.statements import of_text
from stackduck.sql.variables import merged

DATA = {
    "values": {"org": "o'cto", "n": 5, "yes": True, "none": None, "list": ["a", "b"], "deep": [{"x": 1.5}]},
    "top": "t",
}


def fill(text: str, data: object = DATA) -> tuple[str, dict[str, object]]:
    filled = templates.filled(of_text(text), data)
    return filled.statement.text, dict(filled.values)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT '{{ .values.org }}-x'", r"is not a whole literal in .*; write '\{\{ \.values\.org \}\}' \|\| '-x'"),
        (
            "SELECT 'a{{ .top }}b{{ .values.n }}'",
            r"write 'a' \|\| '\{\{ \.top \}\}' \|\| 'b' \|\| '\{\{ \.values\.n \}\}'",
        ),
        ("SELECT '{{ .values.or }}'", "the data has no .values.or; .values has org, n, yes, none, list, deep"),
        ("SELECT '{{ .nothing.x }}'", "the data has no .nothing.x; it has values, top"),
        ("SELECT '{{ .top.x }}'", "the data has no .top.x; .top has no fields"),
        ("SELECT '{{ .values.list[2] }}'", r"the data has no .values.list\[2\]; .values.list has 0, 1"),
        ("SELECT '{{ .top[0] }}'", "no fields"),
        ("SELECT {{ .values.org }}", r".values.org is a text; write '\{\{ .values.org \}\}' in quotes"),
        ("SELECT '{{ .values.none }}'", "is null; write .* without quotes"),
        ('SELECT * FROM "{{ .top }}"', "is a name, and a name cannot be bound"),
        ("SELECT {{ range .values.list }}", "is no path"),
        ("SELECT '{{ .values.org | upper }}'", "is no path"),
        ("SELECT '{{ index .values 0 }}'", "is no path"),
    ],
)
def test_what_cannot_be_bound_is_refused(text: str, message: str) -> None:
    with pytest.raises(ProgrammingError, match=message):
        fill(text)


def test_a_path_needs_data() -> None:
    with pytest.raises(ProgrammingError, match=r"needs data; begin the script with <<<json"):
        fill("SELECT '{{ .values.org }}'", None)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("<<<json {a} >>> SELECT 1", "the <<<json block is no JSON"),
        ("<<<json [1] >>> SELECT 1", "the <<<json block is no object"),
    ],
)
def test_a_block_that_is_no_object_is_refused(script: str, message: str) -> None:
    with pytest.raises(ProgrammingError, match=message):
        templates.parts(script)


def test_jsonnet_without_its_package_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "_jsonnet", None)
    with pytest.raises(NotSupportedError, match=r"pip install 'stackduck\[iql\]', or write <<<json"):
        templates.parts("<<<jsonnet {} >>> SELECT 1")


def test_question_marks_and_paths_do_not_mix() -> None:
    with pytest.raises(InterfaceError, match="cannot stand in one script"):
        merged([1], {"iql_1": 2})


@pytest.mark.parametrize(
    ("text", "wanted", "values"),
    [
        ("SELECT '{{ .values.org }}'", "SELECT $iql_1", ["o'cto"]),
        ("SELECT '{{.top}}', {{ .values.n }}", "SELECT $iql_1, $iql_2", ["t", 5]),
        ("SELECT {{- .values.yes -}}, {{ .values.none }}", "SELECT $iql_1, $iql_2", [True, None]),
        ("SELECT '{{ .values.n }}', '{{ .values.yes }}'", "SELECT $iql_1, $iql_2", ["5", "true"]),
        ("SELECT $IQL_1, '{{ .values.n }}'", "SELECT $IQL_1, $iql_2", ["5"]),
        ("SELECT x IN {{ .values.list }}", "SELECT x IN $iql_1", [["a", "b"]]),
        ("SELECT '{{ .values.deep[0].x }}'", "SELECT $iql_1", ["1.5"]),
        (
            "SELECT '{{ .values.deep[0] }}', {{ .values.deep[0] }}",
            "SELECT $iql_1, $iql_2",
            ['{"x": 1.5}', '{"x": 1.5}'],
        ),
        ("SELECT '{{ name }}', $q -- {{ .values.x }}", "SELECT '{{ name }}', $q -- {{ .values.x }}", []),
    ],
)
def test_values_become_placeholders(text: str, wanted: str, values: list[object]) -> None:
    filled, bound = fill(text)
    assert (filled, list(bound.values())) == (wanted, values)


def test_a_block_holds_for_what_follows_it() -> None:
    script = 'SELECT 1;\n<<<json {"a": 1} >>>\nSELECT 2;\n  <<<json\n{"a": 2}\n>>> SELECT 3'
    found = templates.parts(script)
    assert [(part.text.strip(), part.data) for part in found] == [
        ("SELECT 1;", None),
        ("SELECT 2;", {"a": 1}),
        ("SELECT 3", {"a": 2}),
    ]


def test_a_script_without_blocks_is_one_part() -> None:
    text = "SELECT '<<<json {} >>>', 1 << 2"
    assert templates.parts(text) == [templates.Part(text)]


def test_jsonnet_takes_the_users_variables() -> None:
    pytest.importorskip("_jsonnet")
    script = "<<<jsonnet\nlocal p = std.extVar('project'); { values: { name: p + '!', n: 1 + 1 } }\n>>>\nSELECT 1"
    part = templates.parts(script, {"project": "it's", "other": "x"})[1]
    assert (part.data, part.externals) == ({"values": {"name": "it's!", "n": 2}}, frozenset({"project"}))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{ a: ", "cannot be evaluated: STATIC ERROR"),
        ("{ a: std.extVar('b') }", "undefined external variable: b; give it a value with --var"),
    ],
)
def test_jsonnet_that_fails_says_why(text: str, message: str) -> None:
    pytest.importorskip("_jsonnet")
    with pytest.raises(ProgrammingError, match=message):
        templates.parts(f"<<<jsonnet {text} >>> SELECT 1", {})


@pytest.mark.parametrize("word", ["import", "importstr"])
def test_jsonnet_reads_no_file(tmp_path: Path, word: str) -> None:
    pytest.importorskip("_jsonnet")
    (tmp_path / "data.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ProgrammingError, match="a block reads no files; write what it imports into the block"):
        templates.parts(f"<<<jsonnet {{ a: {word} '{tmp_path}/data.json' }} >>> SELECT 1", {})


@pytest.mark.parametrize(("data", "language"), [('{"a": 1}', "json"), ("{ a: 1 }", "jsonnet")])
def test_a_file_of_data_becomes_a_block(data: str, language: str) -> None:
    assert templates.block(data) == f"<<<{language}\n{data}\n>>>\n"
