"""Which method carries a change out, the values of its calls, and what is refused before any of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from stackduck.catalog.model import Method, Parameter, Resource, Service, Verb
from stackduck.catalog.names import Catalog
from stackduck.engine.session import Session
from stackduck.errors import CallLimitError, Error, MissingParameterError, NotSupportedError, ProgrammingError
from stackduck.sql import examples
from stackduck.sql.changing import changes, mutations
from stackduck.sql.changing.changes import Change
from stackduck.sql.statements import of_text

ORG = Parameter("org", "path", "VARCHAR", True)
TEAM = Parameter("team", "path", "VARCHAR", True)
NAME = Parameter("name", "path", "VARCHAR", True)
FORCE = Parameter("force", "query", "BOOLEAN", False)
LIST_OF_TEXTS = json.dumps({"type": "array", "items": {"type": "string"}})


def body(name: str, type_: str = "VARCHAR", *, required: bool = False, **fields: Any) -> Parameter:
    kinds = {"VARCHAR": "string", "BIGINT": "integer", "BOOLEAN": "boolean", "JSON": "array"}
    attribute = name.removeprefix("data__")
    return Parameter(name, "body", type_, required, schema_type=kinds[type_], attribute=attribute, **fields)


USERS = body("data__users", "JSON", required=True, shape=LIST_OF_TEXTS)
RULES = Parameter("rules", "body", "JSON", False, schema_type="object", is_whole_body=True)


def resource(name: str, methods: Mapping[str, tuple[str, str, str, tuple[Parameter, ...]]], **fields: Any) -> Resource:
    """Make a resource of (verb, HTTP method, path, parameters) by method name."""
    made = {
        key: Method(key, http, path, parameters, follows_link=False, **fields)
        for key, (_, http, path, parameters) in methods.items()
    }
    named: dict[str, tuple[str, ...]] = {}
    for key, (verb, *_) in methods.items():
        named[verb] = (*named.get(verb, ()), key)
    return Resource("made", "up", name, methods=made, verbs=named)


RESOURCES = {
    "seats": resource(
        "seats",
        {
            "list": ("select", "GET", "/orgs/{org}/seats", (ORG,)),
            "cancel": ("exec", "DELETE", "/orgs/{org}/seats", (ORG, USERS)),
            "ping": ("exec", "POST", "/orgs/{org}/ping", (ORG,)),
        },
    ),
    "grants": resource(
        "grants", {"add": ("insert", "POST", "/orgs/{org}/seats", (ORG, body("users", "JSON", required=True)))}
    ),
    "teams": resource(
        "teams",
        {
            "create": (
                "insert",
                "POST",
                "/orgs/{org}/teams",
                (ORG, body("name", required=True), body("secret", "BOOLEAN")),
            ),
            "copy": (
                "insert",
                "POST",
                "/teams/{team}/copy",
                (TEAM, body("name", required=True), body("size", "BIGINT")),
            ),
            "update": (
                "update",
                "PATCH",
                "/orgs/{org}/teams/{team}",
                (ORG, TEAM, body("name"), body("secret", "BOOLEAN")),
            ),
            "delete": ("delete", "DELETE", "/orgs/{org}/teams/{team}", (ORG, TEAM, FORCE)),
            "delete_all": ("delete", "DELETE", "/orgs/{org}/teams", (ORG,)),
        },
    ),
    "variables": resource(
        "variables",
        {"set": ("update", "PATCH", "/orgs/{org}/variables/{name}", (ORG, NAME, body("data__name"), body("value")))},
    ),
    "members": resource(
        "members",
        {"set": ("replace", "PUT", "/orgs/{org}/teams/{team}/members", (ORG, TEAM, body("users", "JSON")))},
        needs_body=True,
    ),
    "exclusion": resource(
        "exclusion", {"put": ("replace", "PUT", "/orgs/{org}/exclusion", (ORG, RULES))}, needs_body=True
    ),
}


class Documents:
    """The made-up documents."""

    def resource(self, provider: str, service: str, resource: str) -> Resource:
        return RESOURCES[resource]

    def service(self, provider: str, service: str) -> Service:
        return Service(provider, service, resources=RESOURCES)


def plan(text: str) -> Change:
    mutation = mutations.read(
        of_text(text.replace("INTO ", "INTO made.up.").replace("FROM ", "FROM made.up.")), ["made"]
    )
    assert mutation is not None
    return changes.plan(mutation, Documents())


def calls(text: str, *answers: Mapping[str, Any], max_calls: int = 100) -> list[tuple[str, str, Any]]:
    """Return HTTP method, path and body of each call; `answers` are what DuckDB computed."""
    change = plan(text)
    made = [change.request(row) for row in changes.rows(change, answers, max_calls=max_calls)]
    return [
        (request.http_method, request.path, None if request.body is None else json.loads(request.body))
        for request in made
    ]


def values(*given: Any) -> dict[str, Any]:
    return {f"v{number}": value for number, value in enumerate(given)}


@pytest.mark.parametrize(
    ("text", "kind", "told"),
    [
        ("INSERT INTO teams (org, nam) VALUES (1, 2)", ProgrammingError, "takes no 'nam'; did you mean 'name'"),
        ("INSERT INTO teams (org, zzz) VALUES (1, 2)", ProgrammingError, "takes no 'zzz'; it takes org, name, secret"),
        ("INSERT INTO teams (org, name, size) VALUES (1, 2, 3)", ProgrammingError, "takes size beside the rest"),
        ("INSERT INTO teams (name, NAME) VALUES (1, 2)", ProgrammingError, "NAME is given twice"),
        ("INSERT INTO seats (org) VALUES (1)", NotSupportedError, r"has no INSERT; its methods are list \(SELECT\)"),
        ("INSERT INTO seats VALUES (1)", NotSupportedError, "has no INSERT"),
        ("INSERT INTO teams VALUES (1)", ProgrammingError, r"name the columns: INSERT INTO .* \(org, name\) …"),
        ("INSERT INTO seats (org) VALUES (1)", NotSupportedError, "write INSERT with made.up.grants"),
        ("DELETE FROM grants WHERE org = 1", NotSupportedError, "write DELETE with made.up.seats"),
        ("UPDATE made.up.members SET users = 1", NotSupportedError, "has no UPDATE; .*; write REPLACE"),
        ("UPDATE made.up.grants SET org = 1", NotSupportedError, r"has no UPDATE; its methods are add \(INSERT\)$"),
        ("DELETE FROM teams WHERE org = 1 AND team = 2 AND id = 3", ProgrammingError, "id is neither a parameter nor"),
        ("DELETE FROM teams WHERE org = 1 AND team = 2 AND id = 3", ProgrammingError, r"team IN \(SELECT … WHERE id"),
        ("DELETE FROM teams WHERE orgs = 1", ProgrammingError, "more would change; did you mean 'org'"),
        ("UPDATE made.up.teams SET org = 1 WHERE team = 3 AND secret = 4", NotSupportedError, "sent .*, not compared"),
        ("UPDATE made.up.teams SET name = 1 WHERE org = 2 AND team = 3 AND id = 4", ProgrammingError, "id is neither"),
        ("REPLACE made.up.members SET org = 1 WHERE team = 2", MissingParameterError, "needs users for REPLACE"),
        ("REPLACE made.up.exclusion WHERE org = 1", MissingParameterError, "needs rules for REPLACE"),
        ("EXEC made.up.seats.cancl @org = 1", ProgrammingError, "has no method 'cancl'; did you mean 'cancel'"),
        ("EXEC made.up.seats.cancel @orgg = 1", ProgrammingError, "takes no 'orgg'; did you mean 'org'"),
        ("EXEC made.up.seats.cancel @@json = 1", MissingParameterError, "seats.cancel needs org for EXEC"),
        ("EXEC made.up.seats.cancel @org = 1", MissingParameterError, "needs data__users for EXEC"),
        ("EXEC made.up.seats.ping @org = 1 @@json = '{}'", ProgrammingError, "takes no body; leave @@json out"),
    ],
)  # fmt: skip
def test_what_no_method_does_is_refused(text: str, kind: type[Error], told: str) -> None:
    with pytest.raises(kind, match=told) as raised:
        plan(text)
    assert type(raised.value) is kind


@pytest.mark.parametrize(
    ("text", "missing", "corrected"),
    [
        (
            "INSERT INTO teams (name) VALUES ('x'), (f(1, 2))",
            ("org",),
            "INSERT INTO made.up.teams (name, org) VALUES ('x', '<slug>'), (f(1, 2), '<slug>')",
        ),
        (
            "INSERT INTO teams (name) SELECT x WHERE y RETURNING z",
            ("org",),
            "INSERT INTO made.up.teams (name, org) SELECT x, '<slug>' WHERE y RETURNING z",
        ),
        ("INSERT INTO teams (name) SELECT x UNION SELECT y", ("org",), ""),
        ("INSERT INTO grants DEFAULT VALUES", ("org", "users"), ""),
        (
            "UPDATE made.up.teams SET name = 'x' WHERE org = 'a' OR org = 'b'",
            ("team",),
            "UPDATE made.up.teams SET name = 'x' WHERE team = '<team>' AND (org = 'a' OR org = 'b')",
        ),
        (
            "UPDATE made.up.teams SET name = 'x' RETURNING *",
            ("org", "team"),
            "UPDATE made.up.teams SET name = 'x' WHERE org = '<slug>' AND team = '<team>' RETURNING *",
        ),
        (
            "REPLACE made.up.members WHERE org = 1 AND team = 2",
            ("users",),
            "REPLACE made.up.members SET users = '[\"<users>\"]' WHERE org = 1 AND team = 2",
        ),
        (
            "DELETE FROM seats WHERE org = 'a'",
            ("data__users",),
            "DELETE FROM made.up.seats WHERE data__users = '[\"<users>\"]' AND org = 'a'",
        ),
        (
            "EXEC made.up.seats.cancel @org = 'a'",
            ("data__users",),
            "EXEC made.up.seats.cancel @org = 'a' @data__users = '[\"<users>\"]'",
        ),
    ],
)
def test_what_is_missing_is_named_with_the_corrected_statement(
    text: str, missing: tuple[str, ...], corrected: str
) -> None:
    with pytest.raises(MissingParameterError) as raised:
        plan(text)
    assert raised.value.missing == missing
    assert raised.value.corrected == corrected
    assert raised.value.resource.startswith("made.up.")
    assert (f"\ntry: {corrected}" in str(raised.value)) is bool(corrected)
    if corrected:
        plan(corrected.replace("INTO made.up.", "INTO ").replace("FROM made.up.", "FROM "))


def test_the_first_method_that_takes_every_name_is_chosen() -> None:
    assert plan("INSERT INTO teams (org, name) VALUES (1, 2)").method.name == "create"
    assert plan("INSERT INTO teams (team, name, size) VALUES (1, 2, 3)").method.name == "copy"
    assert plan("DELETE FROM teams WHERE org = 1 AND team = 2").method.name == "delete"
    assert plan("DELETE FROM teams WHERE org = 1").method.name == "delete_all"
    assert plan("exec made.up.seats.CANCEL @org = 1 @users = 2").method.name == "cancel"


def test_a_condition_on_a_parameter_never_falls_back_to_a_wider_method() -> None:
    with pytest.raises(NotSupportedError):
        plan("DELETE FROM teams WHERE org = 1 AND team > 2")
    with pytest.raises(MissingParameterError, match="needs team"):
        plan("DELETE FROM teams WHERE org = 1 AND force = true")


def test_delete_takes_what_deletes_over_http_and_belongs_to_no_verb() -> None:
    assert plan("DELETE FROM seats WHERE org = 1 AND users = 2").method.name == "cancel"


def test_an_insert_makes_a_call_for_each_row() -> None:
    rows = [{"a": "octo", "b": "x", "c": True}, {"a": "octo", "b": "x", "c": None}]
    assert calls("INSERT INTO teams (org, name, secret) VALUES (1, 2, 3)", *rows) == [
        ("POST", "/orgs/octo/teams", {"name": "x", "secret": True}),
        ("POST", "/orgs/octo/teams", {"name": "x", "secret": None}),
    ]
    assert calls("INSERT INTO teams (org, name) VALUES (1, 2)") == []


def test_the_row_of_an_insert_that_does_not_fit_is_counted() -> None:
    rows = [{"a": "octo", "b": "x"}, {"a": None, "b": "x"}]
    with pytest.raises(MissingParameterError, match=r"made.up.teams, row 2: org is NULL"):
        calls("INSERT INTO teams (org, name) VALUES (1, 2)", *rows)
    with pytest.raises(ProgrammingError, match="names 2 columns and gives 1 values a row"):
        calls("INSERT INTO teams (org, name) VALUES (1, 2)", {"a": "octo"})


def test_lists_of_values_make_a_call_for_each_combination_once() -> None:
    text = "DELETE FROM teams WHERE org IN (1, 2) AND team IN (3, 4, 5)"
    made = calls(text, values("a", "b", "x", "y", "x"))
    assert [path for _, path, _ in made] == [
        *("/orgs/a/teams/x", "/orgs/a/teams/y", "/orgs/b/teams/x", "/orgs/b/teams/y"),
    ]


def test_more_calls_than_allowed_are_refused() -> None:
    with pytest.raises(CallLimitError, match=r"made\.up\.teams needs 6 calls and 5 are allowed"):
        calls("DELETE FROM teams WHERE org IN (1, 2) AND team IN (3, 4, 5)", values(*"abxyz"), max_calls=5)
    with pytest.raises(CallLimitError):
        calls("INSERT INTO teams (org, name) VALUES (1, 2)", *[{"a": "x", "b": "y"}] * 3, max_calls=2)


def test_a_value_cannot_leave_its_path_segment() -> None:
    made = calls("DELETE FROM teams WHERE org = 1 AND team = 2", values("../x", "a/b?c#d"))
    assert made == [("DELETE", "/orgs/..%2Fx/teams/a%2Fb%3Fc%23d", None)]
    with pytest.raises(ProgrammingError, match=r"team may not be '\.\.'"):
        calls("DELETE FROM teams WHERE org = 1 AND team = 2", values("a", ".."))


def test_set_means_the_body_and_where_the_path_of_one_name() -> None:
    text = "UPDATE made.up.variables SET name = 'new', value = 1 WHERE org = 2 AND name = 'old'"
    made = calls(text, values("new", 1, "octo", "old"))
    assert made == [("PATCH", "/orgs/octo/variables/old", {"name": "new", "value": "1"})]


def test_set_and_where_may_agree_and_not_contradict() -> None:
    text = "UPDATE made.up.teams SET org = 1, name = 2 WHERE org = 3 AND team = 4"
    assert calls(text, values("a", "x", "a", "t")) == [("PATCH", "/orgs/a/teams/t", {"name": "x"})]
    with pytest.raises(ProgrammingError, match="org has another value in WHERE than in SET"):
        calls(text, values("a", "x", "b", "t"))


def test_a_body_attribute_is_known_with_its_prefix_or_without() -> None:
    for name in ("users", "data__users", "DATA__USERS"):
        made = calls(f"EXEC made.up.seats.cancel @org = 1, @{name} = 2", values("octo", '["ann"]'))
        assert made == [("DELETE", "/orgs/octo/seats", {"users": ["ann"]})]
    made = calls("INSERT INTO teams (org, data__name) VALUES (1, 2)", {"a": "octo", "b": "x"})
    assert made == [("POST", "/orgs/octo/teams", {"name": "x"})]
    with pytest.raises(ProgrammingError, match="name is given twice, by two names"):
        calls("INSERT INTO teams (org, name, data__name) VALUES (1, 2, 3)", {"a": "octo", "b": "x", "c": "y"})


@pytest.mark.parametrize("given", ['{"users": ["ann"]}', {"users": ["ann"]}, {"data__users": '["ann"]'}])
def test_json_is_the_body(given: Any) -> None:
    made = calls("EXEC made.up.seats.cancel @org = 1 @@json = 2", values("octo", given))
    assert made == [("DELETE", "/orgs/octo/seats", {"users": ["ann"]})]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("no json", "@@json is the body, a JSON object"),
        ('["ann"]', "@@json is the body, a JSON object"),
        (None, "@@json is the body, a JSON object"),
        ("{}", "needs data__users for EXEC; add it in @@json"),
        ('{"user": []}', "has no 'user'; did you mean 'users'"),
        ('{"org": "x", "users": []}', "has no 'org'; its attributes are users"),
        ('{"users": "ann"}', "data__users is a list of texts"),
        ('{"users": null}', "data__users is NULL"),
    ],
)
def test_a_json_that_is_not_the_body_is_refused(given: Any, told: str) -> None:
    with pytest.raises(ProgrammingError, match=told):
        calls("EXEC made.up.seats.cancel @org = 1 @@json = 2", values("octo", given))


def test_an_attribute_is_given_once() -> None:
    with pytest.raises(ProgrammingError, match="data__users is given as an argument and in @@json"):
        calls("EXEC made.up.seats.cancel @org = 1 @users = 2 @@json = 3", values("octo", ["a"], {"users": ["b"]}))


def test_a_body_without_known_attributes_is_one_value() -> None:
    rules = {"*": ["/secret/**"]}
    for text in (
        "REPLACE made.up.exclusion SET rules = 1 WHERE org = 2",
        "EXEC made.up.exclusion.put @rules = 1 @org = 2",
    ):
        assert calls(text, values(rules, "octo")) == [("PUT", "/orgs/octo/exclusion", rules)]
    made = calls("EXEC made.up.exclusion.put @org = 1 @@json = 2", values("octo", json.dumps(rules)))
    assert made == [("PUT", "/orgs/octo/exclusion", rules)]


def test_null_leaves_an_optional_parameter_out() -> None:
    text = "INSERT INTO teams (org, name) VALUES (1, 2)"
    assert calls(text, {"a": "octo", "b": "x"}) == [("POST", "/orgs/octo/teams", {"name": "x"})]
    made = plan("EXEC made.up.teams.delete @org = 1 @team = 2 @force = 3")
    [row] = changes.rows(made, [values("octo", "core", None)], max_calls=9)
    assert made.request(row).query == ()
    [row] = changes.rows(made, [values("octo", "core", True)], max_calls=9)
    assert made.request(row).query == (("force", "true"),)


def test_what_equals_null_changes_nothing() -> None:
    assert calls("DELETE FROM teams WHERE org = 1 AND team = 2", values("octo", None)) == []


@pytest.mark.parametrize("verb", ["insert", "update", "replace", "delete", "exec"])
def test_the_example_of_each_of_our_methods_is_a_change_by_it(verb: Verb) -> None:
    catalog = Catalog.default()
    for resource in catalog.service("github", "copilot").resources.values():
        for method in resource.methods_for(verb):
            text = examples.statement(resource, method, verb).replace("<number>", "1")
            mutation = mutations.read(of_text(text), ["github"])
            assert mutation is not None
            change = changes.plan(mutation, catalog)
            assert change.method is method
            session = Session()
            answers = [json.loads(row[0]) for row in session.rows(mutation.question)]
            assert len(changes.rows(change, answers, max_calls=9)) == 1
            session.close()
