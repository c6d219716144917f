"""Parameters that data gives, on a real socket: what is asked in which order, and what of values without a thing."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

import stackduck
from stackduck import errors

STRING = {"type": "string"}
METHODS: dict[str, list[tuple[str, str, list[str], bool]]] = {
    "members": [("list", "/orgs/{org}/members", ["login", "kind"], True)],
    "people": [("get", "/people/{username}", ["login", "company"], False), ("me", "/me", ["login", "company"], False)],
    "repos": [
        ("get", "/repos/{owner}/{repo}", ["name", "owner"], False),
        ("list", "/orgs/{org}/repos", ["name"], True),
    ],
    "files": [("list", "/repos/{owner}/{repo}/files", ["path"], True)],
}
"""Resource → its methods: name, path, fields, and whether it answers a list."""
FED = (
    "SELECT p.login, p.company FROM hub.core.members m JOIN hub.core.people p ON p.username = m.login WHERE m.org = 'x'"
)


@dataclass
class Hub:
    """What it has by path, and what it was asked."""

    url: str = ""
    has: dict[str, Any] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    barrier: threading.Barrier | None = None
    """Where people wait for each other before any is answered."""

    def answer(self, path: str) -> tuple[int, Any]:
        self.asked.append(path)
        if self.barrier and path.startswith("/people/"):
            self.barrier.wait(10)
        status = self.statuses.get(path, 200 if path in self.has else 404)
        return status, self.has[path] if status == 200 else {"message": f"said {status}"}

    def member(self, *logins: str | None, org: str = "x") -> None:
        self.has[f"/orgs/{org}/members"] = [{"login": login, "kind": "User"} for login in logins]

    def person(self, *logins: str) -> None:
        self.has |= {f"/people/{login}": {"login": login, "company": f"{login} & sons"} for login in logins}


@pytest.fixture
def hub() -> Iterator[Hub]:
    """Serve members a, b and c, all of whom are people."""
    made = Hub()
    made.member("a", "b", "c")
    made.person("a", "b", "c")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            status, found = made.answer(unquote(self.path.partition("?")[0]))
            body = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    made.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the provider's documents."""
    folder = tmp_path_factory.mktemp("registry")
    home = folder / "hub" / "v1"
    (home / "services").mkdir(parents=True)
    entry = {"id": "core:v1", "title": "core", "version": "v1", "service": {"$ref": "hub/v1/services/core.yaml"}}
    listing = {"id": "hub", "name": "hub", "version": "v1", "providerServices": {"core": entry}}
    (home / "provider.yaml").write_text(json.dumps(listing), encoding="utf-8")
    (home / "services" / "core.yaml").write_text(json.dumps(service()), encoding="utf-8")
    return folder


def service() -> dict[str, Any]:
    paths: dict[str, Any] = {}
    resources: dict[str, Any] = {}
    for resource, methods in METHODS.items():
        listed: dict[str, Any] = {}
        for name, path, fields, is_list in methods:
            row = {"type": "object", "properties": dict.fromkeys(fields, STRING)}
            schema = {"type": "array", "items": row} if is_list else row
            holes = [part[1:-1] for part in path.split("/") if part.startswith("{")]
            parameters = [{"name": hole, "in": "path", "required": True, "schema": STRING} for hole in holes]
            answers = {"200": {"content": {"application/json": {"schema": schema}}}}
            paths[path] = {"get": {"parameters": parameters, "responses": answers}}
            operation = {"$ref": f"#/paths/{path.replace('/', '~1')}/get"}
            listed[name] = {
                "operation": operation,
                "response": {"mediaType": "application/json", "openAPIDocKey": "200"},
            }
        verbs = [{"$ref": f"#/components/x-stackQL-resources/{resource}/methods/{name}"} for name in listed]
        resources[resource] = {"id": f"hub.core.{resource}", "methods": listed, "sqlVerbs": {"select": verbs}}
    info = {"openapi": "3.0.3", "info": {"title": "core", "version": "1"}, "paths": paths}
    return {**info, "components": {"schemas": {}, "x-stackQL-resources": resources}}


Connect = Callable[..., stackduck.Connection]


@pytest.fixture
def connect(hub: Hub, documents: Path) -> Iterator[Connect]:
    opened: list[stackduck.Connection] = []

    def run(**options: Any) -> stackduck.Connection:
        opened.append(stackduck.connect(api_url=hub.url, token="x", registry=[documents], **options))
        return opened[-1]

    yield run
    for connection in opened:
        connection.close()


def people(hub: Hub) -> list[str]:
    """Return who was asked for, sorted."""
    return sorted(path.removeprefix("/people/") for path in hub.asked if path.startswith("/people/"))


# What goes wrong


@pytest.mark.parametrize("status", [401, 403, 422])
def test_a_fed_value_that_is_refused_is_an_error(hub: Hub, connect: Connect, status: int) -> None:
    hub.statuses["/people/b"] = status
    with pytest.raises(errors.OperationalError, match=f"{status} .*username = 'b'"):
        connect().execute(FED)


def test_a_value_that_the_user_wrote_must_be_there(hub: Hub, connect: Connect) -> None:
    with pytest.raises(errors.NotFoundError, match="username = 'nobody'"):
        connect().execute("SELECT login FROM hub.core.people WHERE username IN ('a', 'nobody')")


def test_a_value_that_is_written_beside_the_fed_ones_must_be_there(hub: Hub, connect: Connect) -> None:
    hub.member("a", "nobody")
    with pytest.raises(errors.NotFoundError, match="username = 'nobody'"):
        connect().execute(FED.replace("ON p", "ON p.username = 'nobody' OR p"))


def test_none_of_two_or_more_fed_values_is_an_error_that_names_them(hub: Hub, connect: Connect) -> None:
    hub.member("y", "z")
    with pytest.raises(errors.NotFoundError) as caught:
        connect().execute(FED)
    told = "hub.core.people: nothing for any of the 2 values that m.login of hub.core.members feeds"
    assert str(caught.value).startswith(f"{told}: username = 'y', username = 'z' (404); the first: ")
    assert caught.value.status == 404


def test_more_calls_than_are_left_are_refused_before_the_first_of_them(hub: Hub, connect: Connect) -> None:
    with pytest.raises(errors.CallLimitError) as caught:
        connect(max_calls=3).execute(FED)
    assert "hub.core.people needs 3 calls for the values that data gives it, and 2 are left" in str(caught.value)
    assert hub.asked == ["/orgs/x/members"]


def test_as_many_calls_as_are_allowed_are_made(hub: Hub, connect: Connect) -> None:
    assert len(connect(max_calls=4).execute(FED).fetchall()) == 3


@pytest.mark.parametrize("value", ["", ".", "..", "a\nb"])
def test_a_value_that_no_path_can_have_is_refused_with_its_origin(hub: Hub, connect: Connect, value: str) -> None:
    hub.member("a", value)
    with pytest.raises(errors.DataError) as caught:
        connect().execute(FED)
    assert "hub.core.people: username may not" in str(caught.value)
    assert "username comes from m.login of hub.core.members" in str(caught.value)
    assert people(hub) == []


def test_values_that_cannot_be_computed_are_told_in_the_users_words(hub: Hub, connect: Connect) -> None:
    text = "SELECT 1 FROM (SELECT 'no number' AS x) v JOIN hub.core.people p ON p.username = chr(v.x::INTEGER)"
    with pytest.raises(errors.DataError) as caught:
        connect().execute(text)
    assert str(caught.value).startswith("username comes from chr(v.x::INTEGER): Conversion Error: ")
    assert "fed" not in str(caught.value)
    assert hub.asked == []


def test_tables_that_feed_each_other_are_refused_with_both_names(hub: Hub, connect: Connect) -> None:
    with pytest.raises(errors.MissingParameterError) as caught:
        connect().execute(
            "SELECT 1 FROM hub.core.people p JOIN hub.core.members m ON m.org = p.login AND p.username = m.login"
        )
    assert "p (hub.core.people) takes username from m (hub.core.members)" in str(caught.value)
    assert "m (hub.core.members) takes org from p (hub.core.people)" in str(caught.value)
    assert "p.username = '<username>'" in caught.value.corrected
    assert hub.asked == []


def test_a_local_table_that_is_changed_feeds_nothing_and_the_lacking_parameter_is_named(
    hub: Hub, connect: Connect
) -> None:
    connection = connect()
    connection.execute("CREATE TABLE local AS SELECT 'a' AS login, '' AS company")
    text = "UPDATE local SET company = p.company FROM {} p WHERE p.{} = local.login"
    with pytest.raises(errors.MissingParameterError, match="read by me, which does not take username; give username"):
        connection.execute(text.format("hub.core.people", "username"))
    with pytest.raises(errors.ProgrammingError, match="no column 'user'"):
        connection.execute(text.format("hub.core.people", "user"))
    assert hub.asked == []
    fed = "(SELECT p.login, p.company FROM local JOIN hub.core.people p ON p.username = local.login)"
    assert connection.execute(text.format(fed, "login")).rowcount == 1
    assert connection.execute("SELECT company FROM local").fetchall() == [("a & sons",)]


def test_an_alias_of_the_select_list_feeds_nothing(hub: Hub, connect: Connect) -> None:
    with pytest.raises(errors.MissingParameterError, match="needs org"):
        connect().execute("SELECT v.x AS o FROM (VALUES ('x')) v(x), hub.core.members m WHERE m.org = o")
    assert hub.asked == []


# Values without a thing


@pytest.mark.parametrize("status", [404, 409, 410, 451])
def test_a_fed_value_without_a_thing_is_no_row_and_a_warning(hub: Hub, connect: Connect, status: int) -> None:
    hub.statuses["/people/b"] = status
    cursor = connect().execute(f"{FED} ORDER BY ALL")
    assert cursor.fetchall() == [("a", "a & sons"), ("c", "c & sons")]
    assert cursor.warnings == [f"hub.core.people: nothing for 1 of 3 fed values: username = 'b' ({status})"]


def test_a_warning_tells_the_written_value_too_where_there_are_several(hub: Hub, connect: Connect) -> None:
    hub.has |= {"/repos/o/a/files": [{"path": "1"}], "/repos/q/b/files": [{"path": "2"}]}
    cursor = connect().execute(
        "SELECT path FROM unnest(['a', 'b']) v(n) JOIN hub.core.files f ON f.repo = n WHERE f.owner IN ('o', 'q')"
    )
    assert sorted(cursor.fetchall()) == [("1",), ("2",)]
    told = "hub.core.files: nothing for 2 of 4 fed values: (repo = 'a', owner = 'q'), (repo = 'b', owner = 'o') (404)"
    assert cursor.warnings == [told]


def test_the_only_fed_value_may_be_without_a_thing(hub: Hub, connect: Connect) -> None:
    hub.member("nobody")
    cursor = connect().execute(FED)
    assert cursor.fetchall() == []
    assert "username = 'nobody'" in cursor.warnings[0]


def test_a_warning_names_some_of_many_values(hub: Hub, connect: Connect) -> None:
    hub.member("a", *(f"gone-{n}" for n in range(9)))
    (warning,) = connect().execute(FED).warnings
    assert "nothing for 9 of 10 fed values: username = 'gone-0', " in warning
    assert "username = 'gone-4' and 4 more (404)" in warning


def test_a_row_of_a_left_join_stays_where_there_is_no_thing(hub: Hub, connect: Connect) -> None:
    hub.member("a", "nobody", None)
    rows = (
        connect().execute(FED.replace("JOIN", "LEFT JOIN").replace("p.login", "m.login") + " ORDER BY ALL").fetchall()
    )
    assert rows == [("a", "a & sons"), ("nobody", None), (None, None)]


# What is asked


def test_no_row_feeds_no_call(hub: Hub, connect: Connect) -> None:
    hub.member()
    assert connect().execute(FED).fetchall() == []
    assert hub.asked == ["/orgs/x/members"]


def test_equal_values_are_asked_for_once_and_nulls_never(hub: Hub, connect: Connect) -> None:
    hub.member("a", "b", "a", None)
    assert len(connect().execute(FED).fetchall()) == 3
    assert people(hub) == ["a", "b"]


@pytest.mark.parametrize(
    ("condition", "asked"),
    [
        ("m.login IN ('a', 'c')", ["a", "c"]),
        ("m.login <> 'a' AND m.kind = 'User'", ["b", "c"]),
        ("m.kind = 'Bot'", []),
        ("p.username <> 'b'", ["a", "c"]),
        ("p.company LIKE 'a%'", ["a", "b", "c"]),
        ("m.login = $login", ["b"]),
    ],
)
def test_conditions_hold_before_anything_is_fed(hub: Hub, connect: Connect, condition: str, asked: list[str]) -> None:
    parameters = {"login": "b"} if "$" in condition else None
    connect().execute(f"{FED} AND {condition}", parameters)
    assert people(hub) == asked


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("SELECT login FROM PEOPLE WHERE username IN (SELECT login FROM MEMBERS WHERE org = 'x')", "abc"),
        ("SELECT login FROM PEOPLE WHERE username = (SELECT min(login) FROM MEMBERS WHERE org = 'x')", "a"),
        ("SELECT p.login FROM (VALUES ('a'), ('C')) v(x) JOIN PEOPLE p ON p.username = lower(v.x)", "ac"),
        ("SELECT p.login FROM unnest(['a', 'b']) AS u(x), PEOPLE p WHERE u.x = p.username", "ab"),
        ("SELECT p.login FROM generate_series(97, 98) AS g(n), PEOPLE p WHERE p.username = chr(g.n::INT)", "ab"),
        ("SELECT p.login FROM local l JOIN PEOPLE p ON p.username = l.who", "b"),
        ("WITH m AS (SELECT login FROM MEMBERS WHERE org = 'x') FROM m JOIN PEOPLE p ON p.username = m.login", "abc"),
        ("SELECT p.login FROM some_members m JOIN PEOPLE p ON p.username = m.login WHERE m.org = 'x'", "abc"),
        ("SELECT m.login FROM MEMBERS m JOIN everybody p ON p.username = m.login WHERE m.org = 'x'", "abc"),
        ("SELECT (SELECT p.company FROM PEOPLE p WHERE p.username = m.login) FROM MEMBERS m WHERE m.org = 'x'", "abc"),
        ("FROM MEMBERS m WHERE org = 'x' AND EXISTS (FROM PEOPLE p WHERE p.username = m.login)", "abc"),
        ("FROM MEMBERS m, LATERAL (SELECT company FROM PEOPLE p WHERE p.username = m.login) WHERE org = 'x'", "abc"),
        ("CREATE TABLE kept AS SELECT p.login FROM local l JOIN PEOPLE p ON p.username = l.who", "b"),
        ("INSERT INTO local SELECT p.login FROM local l JOIN PEOPLE p ON p.username = l.who", "b"),
    ],
)
def test_a_source_of_any_kind_feeds(hub: Hub, connect: Connect, text: str, asked: str) -> None:
    connection = connect()
    connection.execute("CREATE TABLE local AS SELECT 'b' AS who")
    connection.execute("CREATE VIEW some_members AS SELECT org, login FROM hub.core.members")
    connection.execute("CREATE VIEW everybody AS SELECT username, company FROM hub.core.people")
    connection.execute(text.replace("MEMBERS", "hub.core.members").replace("PEOPLE", "hub.core.people"))
    assert people(hub) == list(asked)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT company FROM staff WHERE org = 'x' AND login IN ('b', 'c')",
        "SELECT company FROM (SELECT * FROM staff) s WHERE s.org = 'x' AND s.login >= $least",
        "WITH s AS (FROM staff WHERE org = 'x') SELECT company FROM s WHERE upper(login) IN ('B', 'C')",
    ],
)
def test_a_condition_on_a_view_holds_before_anything_is_fed_within(hub: Hub, connect: Connect, text: str) -> None:
    connection = connect()
    connection.execute(
        "CREATE VIEW staff AS SELECT m.org, m.login, p.company "
        "FROM hub.core.members m LEFT JOIN hub.core.people p ON p.username = m.login"
    )
    found = connection.execute(text, {"least": "b"} if "$" in text else None).fetchall()
    assert sorted(found) == [("b & sons",), ("c & sons",)]
    assert people(hub) == ["b", "c"]


def test_a_method_that_data_feeds_goes_before_one_without_parameters(hub: Hub, connect: Connect) -> None:
    hub.has["/me"] = {"login": "me", "company": ""}
    assert ("me", "") not in connect().execute(FED).fetchall()
    assert "/me" not in hub.asked


def test_values_of_a_row_are_asked_for_together(hub: Hub, connect: Connect) -> None:
    hub.has |= {"/repos/o/p/files": [{"path": "1"}], "/repos/q/r/files": [{"path": "2"}]}
    source = "(VALUES ('o', 'p'), ('q', 'r')) v(o, n)"
    text = f"SELECT f.path FROM {source} JOIN hub.core.files f ON f.owner = v.o AND f.repo = v.n"
    assert sorted(connect().execute(text).fetchall()) == [("1",), ("2",)]
    assert sorted(hub.asked) == ["/repos/o/p/files", "/repos/q/r/files"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("SELECT p.login FROM (VALUES (?),(?)) v(x) JOIN hub.core.people p ON p.username = v.x", ["a", "c"]),
        ("SELECT login FROM hub.core.people WHERE username IN (SELECT x FROM (VALUES (?),(?)) v(x))", ["a", "c"]),
        ("SELECT login FROM hub.core.people WHERE username IN (SELECT unnest([?,?]))", ["a", "c"]),
        ("SELECT login FROM hub.core.people WHERE username IN (SELECT unnest($l))", {"l": ["a", "c"]}),
        (
            "SELECT login FROM hub.core.people WHERE username IN (SELECT chr($x) UNION SELECT chr($y))",
            {"x": 97, "y": 99},
        ),
        ("SELECT login FROM hub.core.people WHERE username IN (?,?)", ["a", "c"]),
    ],
)
def test_bound_values_feed(hub: Hub, connect: Connect, text: str, values: Any) -> None:
    assert sorted(connect().execute(text, values).fetchall()) == [("a",), ("c",)]
    assert people(hub) == ["a", "c"]


@pytest.mark.parametrize("condition", ["r.org IN ('x', 'y')", "(r.org = 'x' OR r.org = 'y')"])
def test_values_that_are_written_stay_with_their_row(hub: Hub, connect: Connect, condition: str) -> None:
    for org, name in (("x", "p"), ("y", "q")):
        hub.has |= {f"/orgs/{org}/repos": [{"name": name}], f"/repos/{org}/{name}/files": [{"path": name}]}
    text = "SELECT f.path FROM hub.core.repos r JOIN hub.core.files f ON f.owner = r.org AND f.repo = r.name"
    assert sorted(connect().execute(f"{text} WHERE {condition}").fetchall()) == [("p",), ("q",)]
    assert sorted(hub.asked) == ["/orgs/x/repos", "/orgs/y/repos", "/repos/x/p/files", "/repos/y/q/files"]


def test_a_parameter_that_shares_its_name_with_a_field_can_be_fed(hub: Hub, connect: Connect) -> None:
    hub.has["/repos/o/p"] = {"name": "p", "owner": "somebody"}
    text = "SELECT r.owner FROM (VALUES ('o', 'p')) v(o, n) JOIN hub.core.repos r ON r.owner = v.o AND r.repo = v.n"
    assert connect().execute(text).fetchall() == [("somebody",)]


def test_tables_of_a_chain_are_asked_one_after_the_other(hub: Hub, connect: Connect) -> None:
    hub.has |= {"/orgs/x/repos": [{"name": "p"}], "/repos/x/p/files": [{"path": "a"}, {"path": "b"}]}
    text = (
        "SELECT p.login FROM hub.core.people p, hub.core.files f, hub.core.repos r "
        "WHERE p.username = f.path AND f.repo = r.name AND f.owner = r.org AND r.org = 'x'"
    )
    assert sorted(connect().execute(text).fetchall()) == [("a",), ("b",)]
    assert hub.asked[:2] == ["/orgs/x/repos", "/repos/x/p/files"]
    assert sorted(hub.asked[2:]) == ["/people/a", "/people/b"]


def test_fed_values_are_asked_for_at_once(hub: Hub, connect: Connect) -> None:
    hub.barrier = threading.Barrier(3)
    assert len(connect(concurrency=3).execute(FED).fetchall()) == 3


def test_rows_that_may_be_others_a_moment_later_are_computed_once(hub: Hub, connect: Connect) -> None:
    hub.member(*"abcdefgh")
    hub.person(*"abcdefgh")
    source = "SELECT login FROM hub.core.members WHERE org = $org ORDER BY random() LIMIT 3"
    connection = connect()
    for text in (
        f"SELECT m.login, p.company FROM ({source}) m LEFT JOIN hub.core.people p ON p.username = m.login",
        f"WITH m AS ({source}) SELECT m.login, p.company FROM m LEFT JOIN hub.core.people p ON p.username = m.login",
        f"SELECT login, company FROM hub.core.people WHERE username IN ({source})",
    ):
        hub.asked.clear()
        rows = connection.execute(text, {"org": "x"}).fetchall()
        assert sorted(rows) == [(login, f"{login} & sons") for login in people(hub)]
        assert len(rows) == 3


def test_a_statement_leaves_no_relation_behind(hub: Hub, connect: Connect) -> None:
    connection = connect()
    connection.execute(f"SELECT * FROM ({FED} LIMIT 2)").fetchall()
    assert connection.execute("SELECT table_name FROM duckdb_tables()").fetchall() == []


# EXPLAIN


def test_explain_does_not_guess_how_many_values_a_table_gives_that_is_not_here(hub: Hub, connect: Connect) -> None:
    text = (
        "EXPLAIN WITH o AS (SELECT 'x' AS org WHERE random() < 2) SELECT 1 FROM o JOIN hub.core.members m USING (org) "
        "JOIN hub.core.people p ON p.username = m.login"
    )
    assert [(row[0], row[4]) for row in connect().execute(text).fetchall()] == [
        ("hub.core.members", None),
        ("hub.core.people", None),
    ]
    assert hub.asked == []


@pytest.mark.parametrize(
    ("source", "calls"),
    [
        ("(VALUES ('a'), ('b'), ('a'), (NULL)) v(x)", 2),
        ("unnest(['a', 'b', 'c']) v(x)", 3),
        ("generate_series(1, 5000) v(x)", 5000),
        ("names v(x)", 3),
        ("(FROM names WHERE name > 'a') v(x)", 2),
        ("(FROM names WHERE false) v(x)", 0),
    ],
    ids=["values", "unnest", "more than are allowed", "table", "conditions", "nothing"],
)
def test_explain_counts_the_values_that_are_here(hub: Hub, connect: Connect, source: str, calls: int) -> None:
    connection = connect()
    connection.execute("CREATE TABLE names AS FROM (VALUES ('a'), ('b'), ('c')) v(name)")
    text = f"EXPLAIN SELECT 1 FROM {source} JOIN hub.core.files f ON f.owner = x::VARCHAR AND f.repo IN ('p', 'q')"
    [(*_, told, _)] = connection.execute(text).fetchall()
    assert told == 2 * calls
    assert hub.asked == []


def test_explain_tells_order_and_origin_and_asks_nothing(hub: Hub, connect: Connect) -> None:
    cursor = connect().execute(
        "EXPLAIN SELECT 1 FROM hub.core.files f JOIN hub.core.repos r ON f.repo = lower(r.name) AND f.owner = 'o p' "
        "WHERE r.org = 'x'"
    )
    assert [row[:5] for row in cursor.fetchall()] == [
        ("hub.core.repos", "list", "GET /orgs/x/repos", "", 1),
        ("hub.core.files", "list", "GET /repos/o%20p/{repo}/files", "repo from lower(r.name) of hub.core.repos", None),
    ]
    assert hub.asked == []


@pytest.mark.parametrize(
    ("statement", "left"),
    [
        (
            "UPDATE t SET company = p.company FROM hub.core.people p WHERE p.username = 'a' AND p.login = t.login",
            [("a", "a & sons"), ("b", None)],
        ),
        ("DELETE FROM t USING hub.core.people p WHERE p.username IN ('a') AND p.login = t.login", [("b", None)]),
        (
            "MERGE INTO t USING hub.core.people p ON p.login = t.login AND p.username = 'a' "
            "WHEN MATCHED THEN UPDATE SET company = p.company",
            [("a", "a & sons"), ("b", None)],
        ),
    ],
)
def test_a_value_counts_where_a_local_table_is_changed_even_if_a_method_needs_none(
    hub: Hub, connect: Connect, statement: str, left: list[tuple[str, str | None]]
) -> None:
    connection = connect()
    connection.execute("CREATE TABLE t AS SELECT unnest(['a', 'b']) AS login, NULL::VARCHAR AS company")
    connection.execute(statement)
    assert hub.asked == ["/people/a"]
    assert connection.execute("SELECT * FROM t ORDER BY login").fetchall() == left


def test_rows_to_be_inserted_are_those_of_every_value(hub: Hub, connect: Connect) -> None:
    connection = connect()
    connection.execute("CREATE TABLE t (login VARCHAR, company VARCHAR)")
    with pytest.raises(errors.MissingParameterError, match="give username one value"):
        connection.execute(
            "MERGE INTO t USING hub.core.people p ON p.login = t.login AND p.username = 'a' "
            "WHEN NOT MATCHED THEN INSERT VALUES (p.login, p.company)"
        )
    assert hub.asked == []


PEOPLE = (
    "SELECT m.login, p.company FROM hub.core.people p "
    "RIGHT JOIN (SELECT * FROM hub.core.members WHERE org = 'x') m ON p.username = m.login"
)


@pytest.mark.parametrize(
    ("rest", "asked", "rows"),
    [
        ("WHERE m.login <> 'a'", ["b", "c"], [("b", "b & sons"), ("c", "c & sons")]),
        # What says something of the fed table, or of a table that a later join may leave out, holds afterwards.
        (
            "WHERE p.login IS NULL OR m.login <> 'a'",
            ["a", "b", "c"],
            [("b", "b & sons"), ("c", "c & sons")],
        ),
        (
            "RIGHT JOIN (VALUES ('a'), ('z')) v(l) ON v.l = p.login WHERE m.login IS NULL",
            ["a", "b", "c"],
            [(None, None)],
        ),
    ],
)
def test_a_condition_on_the_side_that_a_right_join_keeps_holds_before_it_feeds(
    hub: Hub, connect: Connect, rest: str, asked: list[str], rows: list[tuple[str | None, str | None]]
) -> None:
    assert sorted(connect().execute(f"{PEOPLE} {rest}").fetchall(), key=str) == rows
    assert sorted(path for path in hub.asked if path.startswith("/people/")) == [f"/people/{login}" for login in asked]
