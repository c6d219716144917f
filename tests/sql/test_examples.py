"""Example statements and INSERT templates, as text."""

from __future__ import annotations

import json

import pytest

from stackduck.catalog.model import Method, Parameter, Resource, Verb
from stackduck.sql import examples
from stackduck.sql.parsing import parse

ORG = Parameter("org", "path", "VARCHAR", True, schema_type="string")
NUMBER = Parameter("team_id", "path", "BIGINT", True, schema_type="integer")
PAGE = Parameter("page", "query", "BIGINT", False, schema_type="integer")
NAME = Parameter("name", "body", "VARCHAR", True, schema_type="string", attribute="name")
NOTE = Parameter("data__it's", "body", "VARCHAR", False, schema_type="string", attribute="it's")
LOGINS = Parameter(
    "logins", "body", "JSON", True, schema_type="array", attribute="logins",
    shape='{"type":"array","items":{"type":"string"}}',
)  # fmt: skip
RULE = Parameter(
    "rule", "body", "JSON", True, schema_type="object", attribute="rule",
    shape='{"type":"object","required":["on"],"properties":{"on":{"type":"boolean"},"why":{"type":"string"}}}',
)  # fmt: skip
STATE = Parameter("state", "body", "VARCHAR", True, schema_type="string", attribute="state", enum=("on", "off"))


def resource(*methods: Method, verb: Verb = "insert", name: str = "seats") -> Resource:
    listed = {method.name: method for method in methods}
    return Resource("github", "made", name, methods=listed, verbs={verb: tuple(listed)})


@pytest.mark.parametrize(
    ("verb", "parameters", "statement"),
    [
        ("select", (), "SELECT * FROM github.made.seats"),
        ("select", (ORG, PAGE), "SELECT * FROM github.made.seats WHERE org = '<slug>'"),
        ("select", (ORG, NUMBER), "SELECT * FROM github.made.seats WHERE org = '<slug>' AND team_id = '<number>'"),
        ("insert", (), "INSERT INTO github.made.seats DEFAULT VALUES"),
        ("insert", (ORG, NAME), "INSERT INTO github.made.seats (org, name) VALUES ('<slug>', '<name>')"),
        ("insert", (LOGINS,), """INSERT INTO github.made.seats (logins) VALUES ('["<logins>"]')"""),
        ("insert", (RULE,), """INSERT INTO github.made.seats (rule) VALUES ('{"on": true}')"""),
        ("insert", (ORG, NOTE), """INSERT INTO github.made.seats (org, "data__it's") VALUES ('<slug>', '<it''s>')"""),
        ("update", (ORG, STATE), "UPDATE github.made.seats SET state = '<on|off>' WHERE org = '<slug>'"),
        ("replace", (ORG, STATE), "REPLACE github.made.seats SET state = '<on|off>' WHERE org = '<slug>'"),
        ("delete", (ORG, NAME), "DELETE FROM github.made.seats WHERE org = '<slug>' AND name = '<name>'"),
        ("exec", (ORG, LOGINS), """EXEC github.made.seats.go @org='<slug>' @@json='{"logins": ["<logins>"]}'"""),
        ("exec", (), "EXEC github.made.seats.go"),
    ],
)
def test_an_example_gives_what_the_method_requires(
    verb: Verb, parameters: tuple[Parameter, ...], statement: str
) -> None:
    method = Method("go", "POST", "/", parameters)
    assert examples.statement(resource(method, verb=verb), method, verb) == statement


def test_an_example_can_be_parsed_however_its_table_is_called() -> None:
    method = Method("list", "GET", "/", (ORG,))
    text = examples.statement(resource(method, verb="select", name="projects.order"), method, "select")
    assert text == "SELECT * FROM github.made.\"projects.order\" WHERE org = '<slug>'"
    assert parse(text) is not None


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({}, ["org", "data__it's", "name"]),
        ({"only_required": True}, ["org", "name"]),
        ({"extended": True}, ["org", "page", "data__it's", "name"]),
        ({"columns": ("NAME", "page")}, ["name", "page"]),
    ],
)
def test_a_template_has_the_columns_that_are_asked_for(asked: dict[str, object], names: list[str]) -> None:
    method = Method("create", "POST", "/", (ORG, PAGE, NAME, NOTE))
    options = {"extended": False, "only_required": False, **asked}
    text = examples.insert_template(resource(method), method, **options)  # type: ignore[arg-type]
    block, _, statement = text.removeprefix("<<<jsonnet\n").partition(">>>\n")
    assert list(json.loads(block)["values"]) == names
    assert [line.strip(" ,") for line in statement.splitlines() if ".values." in line] == [
        f"'{{{{ .values.{name} }}}}'" for name in names
    ]


def test_a_template_is_a_block_of_values_and_the_statement_that_takes_them() -> None:
    method = Method("create", "POST", "/", (ORG, LOGINS))
    text = examples.insert_template(resource(method), method, extended=False, only_required=False)
    assert text == (
        '<<<jsonnet\n{\n  "values": {\n    "org": "<org>",\n    "logins": [\n      "<logins>"\n    ]\n  }\n}\n>>>\n'
        "INSERT INTO github.made.seats(\n  org,\n  logins\n)\n"
        "SELECT\n  '{{ .values.org }}',\n  '{{ .values.logins }}'\n;\n"
    )
